//! Scripts that are deep, long or large: each works, or ends with a message
//! and leaves the session alive.

mod common;

use agentfense::blocking::Session;

/// Runs a script that must not cost the session its life; output, messages, status.
#[track_caller]
fn survives(session: &Session, script: &str) -> (String, String, i32) {
    let answer = common::all(session.exec(script).unwrap());
    assert_eq!(common::out(session, "echo alive"), "alive\n");
    answer
}

#[track_caller]
fn works(script: &str, expected: &str) {
    let session = common::bash(&common::sandbox());
    let (out, err, status) = survives(&session, script);
    assert_eq!((out.as_str(), err.as_str(), status), (expected, "", 0));
}

#[track_caller]
fn ends_clearly(script: &str, message: &str) {
    let session = common::bash(&common::sandbox());
    let (_, err, status) = survives(&session, script);
    assert!(err.contains(message), "{err}");
    assert_ne!(status, 0);
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!("{}{inside}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_nesting_works() {
    works(&format!("echo {}", nested("$(echo ", "x", ")", 10_000)), "x\n");
    works(&nested("( ", "echo x", " )", 5_000), "x\n");
    works(&nested("{ ", "echo x", "; }", 10_000), "x\n");
    works(&nested("if true; then ", "echo x", "; fi", 5_000), "x\n");
    works(&format!("echo {}", nested("${x:-", "y", "}", 5_000)), "y\n");
    works(&format!("echo $(({}))", nested("(", "1", ")", 5_000)), "1\n");
    works(&format!("[[ {} ]] && echo yes", nested("( ", "x", " )", 5_000)), "yes\n");
}

#[test]
fn deep_recursion_works() {
    works("f() { if (( $1 > 0 )); then f $(( $1 - 1 )); else echo bottom; fi; }; f 5000", "bottom\n");
    works("f() { (( $1 )) && x=$(f $(( $1 - 1 )))x; echo $x; }; f 500 | wc -c", "501\n");
}

#[test]
fn nesting_without_end_is_refused() {
    for (open, close) in [("$(echo ", ")"), ("( ", ")"), ("{ ", "; }"), ("\"${x:-", "}\""), ("`", "`")] {
        let session = common::bash(&common::sandbox());
        survives(&session, &format!("echo {}", nested(open, "x", close, 300_000)));
    }
    ends_clearly(&nested("{ ", "echo x", "; }", 300_000), "nested too deep");
}

#[test]
fn recursion_without_end_is_refused() {
    let message = "maximum nesting level exceeded";
    ends_clearly("f() { f; }; f", message);
    ends_clearly("f() { if :; then { while :; do case x in x) f;; esac; done; }; fi; }; f", message);
    ends_clearly("f() { eval f; }; f", message);
    ends_clearly("f() { (f); }; f", message);
    ends_clearly("f() { echo \"${x:-$(f)}\"; }; f >/dev/null; false", message);
    ends_clearly("cd /tmp; echo '. ./again' > again; . ./again", message);
    ends_clearly("trap 'false' ERR; f() { f; f; }; f", message);
}

#[test]
fn large_scripts_and_values_work() {
    works(
        &format!("n=0\n{}echo $n", "n=$((n+1)) # a line of a long script, with a remark behind it\n".repeat(160_000)),
        "160000\n",
    );
    works("n=0; for i in {1..1000000}; do n=$((n+1)); done; echo $n", "1000000\n");
    works(
        "x=$(head -c 50000000 /dev/zero | tr '\\0' a); y=${x//b/c}; echo ${#y}; echo \"$x\" | wc -c; echo ${x:49999998:9}",
        "50000000\n50000001\naa\n",
    );
    // More than one system call may carry.
    works("x=$(head -c 150000000 /dev/zero | tr '\\0' a); echo \"$x\" >/dev/null; echo ${#x}; unset x", "150000000\n");
}

#[test]
fn what_cannot_fit_is_refused() {
    ends_clearly("echo {1..100000000}; false", "brace expansion");
    let large = "x=$(head -c 120000000 /dev/zero | tr '\\0' a)";
    ends_clearly(&format!("{large}; (echo ${{#x}}) & false"), "fork: Argument list too long");
    ends_clearly(&format!("{large}; echo \"$x\" | cat >/dev/null; false"), "write error: Argument list too long");
}

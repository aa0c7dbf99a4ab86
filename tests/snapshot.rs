//! Forks, snapshots, and the state that outlives a lost shell.

mod common;

use std::time::{Duration, Instant};

use agentfense::Error;
use common::{bash, out, sandbox, sandbox_with};

const STATE: &str = "cd /tmp; umask 027; x=1; export y='a b'; a=(1 '2 3'); declare -A m=([k]=v); f() { echo f:$1; }; \
                     alias hi='echo hi'; set -o pipefail; shopt -s nullglob extglob; set -- p q; trap 'echo bye' EXIT; \
                     readonly r=ro; declare -i n=4; exec 7>>log; pushd / >/dev/null; false";

/// What of the state can be seen.
const SHOW: &str = "echo $? $PWD $x $y ${a[1]} ${m[k]} $r; n+=1; echo $n; f 2; hi; umask; printenv y; set -o | grep pipefail; \
                    shopt nullglob extglob; echo $2; trap; dirs; echo line >&7; cat /tmp/log; case ab in a@(b|c)) echo glob;; esac";

#[test]
fn a_fork_has_the_state_and_its_own_life() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    session.exec(STATE).unwrap();
    let fork = session.fork().unwrap();
    let (first, second) = (session.exec(SHOW).unwrap(), fork.exec(SHOW).unwrap());
    assert_eq!(first.stderr_text(), "");
    // Both append to the same file.
    assert_eq!(second.stdout_text(), first.stdout_text().replace("line\n", "line\nline\n"));
    assert!(first.stdout_text().starts_with("1 / 1 a b 2 3 v ro\n5\nf:2\nhi\n0027\na b\n"), "{}", first.stdout_text());
    out(&fork, "x=2; cd /usr; unset -f f");
    assert_eq!(out(&session, "echo $x $PWD; f 3"), "1 /\nf:3\n");
    fork.close();
    assert_eq!(out(&session, "echo $x"), "1\n");
}

#[test]
fn a_snapshot_continues_in_another_sandbox() {
    let first = sandbox();
    let session = bash(&first);
    out(&session, "cd /tmp; x=1; f() { echo f:$x; }");
    let snapshot = session.snapshot().unwrap();
    assert!(snapshot.len() < 4096, "{} bytes", snapshot.len());
    drop((session, first));
    let second = sandbox();
    let session = second.restore_session(&snapshot).unwrap();
    assert_eq!(out(&session, "pwd; f; echo $0"), "/tmp\nf:1\n/bin/bash\n");
    // Where its directory is missing, it starts at the root.
    let session = bash(&second);
    out(&session, "mkdir /tmp/d; cd /tmp/d");
    let snapshot = session.snapshot().unwrap();
    let third = sandbox();
    assert_eq!(out(&third.restore_session(&snapshot).unwrap(), "pwd"), "/\n");
}

#[test]
fn damaged_snapshots_are_refused() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1; a=(1 2 3); f() { echo; }");
    let snapshot = session.snapshot().unwrap();
    for at in (0..snapshot.len()).step_by(7) {
        let mut damaged = snapshot.clone();
        damaged[at] ^= 0x55;
        assert!(matches!(sandbox.restore_session(&damaged), Err(Error::Session(_))), "byte {at}");
        assert!(matches!(sandbox.restore_session(&snapshot[..at]), Err(Error::Session(_))), "cut to {at}");
    }
    assert_eq!(
        sandbox.restore_session(b"nonsense").err().unwrap().to_string(),
        "session: the snapshot cannot be restored: it is not a snapshot of a session"
    );
    assert_eq!(sandbox.process_count(), 1);
}

/// Bytes that a forger made: right on the outside, anything within.
#[test]
fn forged_states_end_as_errors() {
    use sha2::{Digest, Sha256};
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1; a=(1 2 3); f() { for i in 1 2; do echo $i; done; }; exec 5</dev/null");
    let snapshot = session.snapshot().unwrap();
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    for _ in 0..400 {
        let mut forged = snapshot.clone();
        for _ in 0..=next() % 4 {
            let at = 42 + (next() as usize) % (forged.len() - 42);
            forged[at] = next() as u8;
        }
        let digest = Sha256::digest(&forged[42..]);
        forged[10..42].copy_from_slice(&digest);
        // Whatever it holds: an error, or a session that can be used and ended.
        if let Ok(session) = sandbox.restore_session(&forged) {
            let _ = session.prepare("echo hi; f; :").timeout(Duration::from_secs(2)).wait();
        }
    }
    assert_eq!(out(&session, "echo $x"), "1\n");
}

#[test]
fn a_lost_shell_comes_back_with_its_state_of_before() {
    let sandbox = sandbox_with(|limits| limits.memory_bytes = 256 << 20);
    let session = bash(&sandbox);
    out(&session, "x=1; f() { echo f:$x; }; cd /tmp; sleep 100 & job=$!");
    for (script, reason) in [
        ("x=2; kill -9 $$; x=3", "ended by signal 9"),
        ("x=2; s=x; while :; do s=$s$s; done", "out of memory"),
        ("x=2; kill -ILL $$", "ended by signal 4"),
    ] {
        let result = session.prepare(script).timeout(Duration::from_secs(60)).wait().unwrap();
        let told = result.restored.clone().unwrap_or_else(|| panic!("{script}: {result:?}"));
        assert!(told.contains(reason), "{script}: {told}");
        assert!(result.exit_code > Some(128), "{script}: {result:?}");
        assert_eq!(out(&session, "f; pwd; kill -0 $job && jobs -p | grep -c ."), "f:1\n/tmp\n1\n", "{script}");
    }
    // It is still the parent of its job.
    assert_eq!(out(&session, "kill $job; wait $job; echo $?"), "143\n");
}

#[test]
fn a_shell_killed_between_execs_comes_back_too() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1; (sleep 0.1; kill -9 $$) &");
    std::thread::sleep(Duration::from_millis(400));
    let result = session.exec("echo $x").unwrap();
    assert_eq!(result.stdout_text(), "1\n");
    assert_eq!(result.restored.as_deref(), Some("its shell ended by signal 9"));
}

#[test]
fn a_deaf_trap_does_not_outlive_the_time_limit() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1");
    let started = Instant::now();
    let result = session
        .prepare("x=2; trap 'while :; do :; done' INT; sleep 100")
        .timeout(Duration::from_millis(200))
        .wait()
        .unwrap();
    assert!(result.timed_out);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(out(&session, "echo $x; trap"), "1\n");
}

#[test]
fn a_state_that_is_too_large_is_not_kept_and_nothing_else_fails() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=small");
    out(&session, "printf -v y '%*s' 70000000 ''");
    assert_eq!(out(&session, "echo ${#y} $x"), "70000000 small\n");
    assert_eq!(
        session.snapshot().unwrap_err().to_string(),
        "session: its state is too large for a snapshot: over 64 MiB"
    );
    out(&session, "unset y");
    assert_eq!(out(&session.fork().unwrap(), "echo $x"), "small\n");
}

#[test]
fn a_session_keeps_its_limits() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "ulimit -n 50; ulimit -Sn 40; ulimit -St 9");
    let limits = "ulimit -n; ulimit -Hn; ulimit -t; bash -c 'ulimit -n; ulimit -n 60'";
    let expected = "40\n50\n9\n40\n";
    let copy = session.fork().unwrap();
    assert_eq!(copy.exec(limits).unwrap().stdout_text(), expected);
    let elsewhere = sandbox_with(|limits| limits.open_files = 45);
    let restored = elsewhere.restore_session(&session.snapshot().unwrap()).unwrap();
    assert_eq!(out(&restored, "ulimit -n; ulimit -Hn"), "40\n45\n");
    assert_eq!(session.exec("kill -9 $$").unwrap().exit_code, Some(137));
    assert_eq!(session.exec(limits).unwrap().stdout_text(), expected);
}

#[test]
fn a_shell_that_used_up_its_time_comes_back_with_new_time() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1; ulimit -t 1");
    for _ in 0..2 {
        let result = session.exec("x=2; while :; do :; done").unwrap();
        assert_eq!(result.restored.as_deref(), Some("its shell ended by signal 9"));
        assert_eq!(out(&session, "echo $x; ulimit -t"), "1\n1\n");
    }
}

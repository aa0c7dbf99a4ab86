//! Talking to a command over several execs, output as it comes, and what jobs
//! print between execs.

mod common;

use std::time::{Duration, Instant};

use agentfense::{Error, Input, Output, Userland};
use common::{bash, out, sandbox};

/// An exec that ends waiting for input; what it printed.
#[track_caller]
fn waits(session: &agentfense::blocking::Session, text: &str) -> String {
    let result = session.prepare(text).timeout(Duration::from_secs(20)).wait().unwrap();
    assert!(result.awaiting_input, "{text}: {result:?}");
    assert_eq!(result.exit_code, None, "{text}");
    result.stdout_text().into_owned()
}

#[test]
fn a_command_that_waits_for_input_gets_the_next_execs() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(waits(&session, "printf 'name? '; read -r name; echo \"hello $name\"; read -r x; echo $x-"), "name? ");
    assert_eq!(waits(&session, "you there"), "hello you there\n");
    assert_eq!(out(&session, "last"), "last-\n");
    assert_eq!(out(&session, "echo $name"), "you there\n");
}

#[test]
fn programs_converse_line_by_line() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(waits(&session, "bc -q"), "");
    assert_eq!(waits(&session, "x = 6 * 7"), "");
    assert_eq!(waits(&session, "x + 1"), "43\n");
    assert_eq!(waits(&session, "scale = 5; 1 / 7"), ".14285\n");
    assert_eq!(out(&session, "quit"), "");
    out(&session, "printf 'one\\ntwo\\n' > text");
    assert_eq!(waits(&session, "ed text"), "8\n");
    assert_eq!(waits(&session, "1s/one/1/p"), "1\n");
    assert_eq!(waits(&session, "w"), "6\n");
    assert_eq!(out(&session, "q"), "");
    assert_eq!(out(&session, "cat text"), "1\ntwo\n");
    assert_eq!(waits(&session, "sqlite3 :memory:"), "");
    assert_eq!(waits(&session, "create table t(a); insert into t values (1), (2);"), "");
    assert_eq!(waits(&session, "select sum(a)"), "");
    assert_eq!(waits(&session, "from t;"), "3\n");
    session.send_eof();
    assert_eq!(out(&session, "echo over"), "over\n");
}

#[test]
fn a_debugger_is_led_over_several_execs() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    if !Userland::find().unwrap().images().any(|image| image == "python") {
        return println!("left out: the userland has no python");
    }
    out(&session, "printf 'def f(n):\\n    total = n * 2\\n    return total\\nprint(f(21))\\n' > program.py");
    assert!(waits(&session, "python3 -m pdb program.py").ends_with("-> def f(n):\n(Pdb) "));
    assert!(waits(&session, "break f").ends_with("program.py:2\n(Pdb) "));
    assert!(waits(&session, "continue").ends_with("-> total = n * 2\n(Pdb) "));
    assert_eq!(waits(&session, "p n"), "21\n(Pdb) ");
    assert!(waits(&session, "next").ends_with("-> return total\n(Pdb) "));
    assert_eq!(waits(&session, "p total"), "42\n(Pdb) ");
    assert!(waits(&session, "continue").contains("42\n"));
    let result = session.exec("quit").unwrap();
    assert!(!result.awaiting_input, "{result:?}");
    assert_eq!(out(&session, "echo $PWD"), "/workspace\n");
}

#[test]
fn cat_and_a_pipeline_answer_line_by_line() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    for script in [
        "cat",
        "cat | cat",
        "cat | while read -r line; do echo \"$line\"; done",
        "sh -c 'cat'",
        "(cat; exit 5) | sed -u s/x/x/",
    ] {
        assert_eq!(waits(&session, script), "", "{script}");
        assert_eq!(waits(&session, "one"), "one\n", "{script}");
        assert_eq!(waits(&session, "two words"), "two words\n", "{script}");
        session.send_eof();
        let result = session.exec("echo over").unwrap();
        assert_eq!((result.stdout_text().as_ref(), result.exit_code), ("over\n", Some(0)), "{script}");
    }
}

#[test]
fn the_end_of_input_ends_the_command_and_its_output_comes_with_the_next_exec() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    waits(&session, "sort; echo sorted");
    waits(&session, "b");
    waits(&session, "a");
    session.send_eof();
    assert_eq!(out(&session, "echo next"), "a\nb\nsorted\nnext\n");
}

#[test]
fn an_interrupt_ends_what_waits() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "kept=1");
    waits(&session, "cat; echo not reached");
    session.interrupt();
    assert_eq!(out(&session, "echo $kept"), "1\n");
    waits(&session, "read x");
    session.interrupt();
    assert_eq!(out(&session, "echo $kept"), "1\n");
}

#[test]
fn given_input_ends() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let result = session.prepare("cat; read x; echo $?").stdin("text").wait().unwrap();
    assert_eq!(result.stdout_text(), "text1\n");
    let result = session.prepare("cat; echo end").stdin(Input::Empty).wait().unwrap();
    assert_eq!(result.stdout_text(), "end\n");
    // For a command that waits, the text comes first.
    waits(&session, "cat; echo end");
    let result = session.prepare("line").stdin("more").wait().unwrap();
    assert_eq!((result.stdout_text().as_ref(), result.exit_code), ("line\nmoreend\n", Some(0)));
}

#[test]
fn what_runs_on_is_waited_for_and_the_background_is_not() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    // The background never rests, and reads nothing.
    out(&session, "while :; do :; done &");
    let started = Instant::now();
    waits(&session, "cat");
    assert!(started.elapsed() < Duration::from_secs(5));
    // What a command computes before it reads again belongs to its answer.
    session.interrupt();
    waits(&session, "while read -r n; do for ((i = 0; i < 50000; i++)); do :; done; echo done $n; done | cat");
    assert_eq!(waits(&session, "1"), "done 1\n");
    assert_eq!(waits(&session, "2"), "done 2\n");
}

#[test]
fn a_time_limit_covers_a_command_that_got_its_input() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "kept=1");
    waits(&session, "read x; sleep 100");
    let result = session.prepare("go").timeout(Duration::from_millis(200)).wait().unwrap();
    assert!(result.timed_out);
    assert_eq!(out(&session, "echo $kept"), "1\n");
}

#[test]
fn reading_the_terminal_is_no_terminal() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(out(&session, "test -t 0 || echo 0; test -t 1 || echo 1"), "0\n1\n");
}

#[test]
fn jobs_print_between_execs_and_the_next_one_brings_it() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(out(&session, "(sleep 0.1; echo late; echo err >&2) &"), "");
    std::thread::sleep(Duration::from_millis(400));
    let result = session.exec("echo now").unwrap();
    assert_eq!(result.stdout_text(), "late\nnow\n");
    assert_eq!(result.stderr_text(), "err\n");
}

#[test]
fn of_much_kept_output_the_oldest_is_dropped_and_counted() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "(sleep 0.05; head -c 1000000 /dev/zero; echo end) &");
    std::thread::sleep(Duration::from_millis(800));
    let result = session.exec("wait; echo now").unwrap();
    assert!(result.stdout.ends_with(b"\0end\nnow\n"));
    assert!(result.stdout.len() < 400_000);
    assert_eq!(result.stdout_left_out, 1_000_004 - (256 << 10));
    assert!(result.truncated());
}

#[test]
fn a_background_list_is_done_by_a_later_exec() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let started = Instant::now();
    out(&session, "sleep 0.2 && echo done >f &");
    assert!(started.elapsed() < Duration::from_millis(150));
    assert_eq!(out(&session, "test -e f || echo not yet; wait; cat f"), "not yet\ndone\n");
}

#[test]
fn output_streams_in_the_order_it_was_written() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let mut stream = session.prepare("echo one; echo two >&2; echo three; sleep 0.2; echo four").stream_blocking();
    let started = Instant::now();
    let mut text = Vec::new();
    for piece in stream.by_ref().take(3) {
        text.push(match piece {
            Output::Stdout(bytes) => format!("out {}", String::from_utf8_lossy(&bytes)),
            Output::Stderr(bytes) => format!("err {}", String::from_utf8_lossy(&bytes)),
        });
    }
    assert_eq!(text, ["out one\n", "err two\n", "out three\n"]);
    assert!(started.elapsed() < Duration::from_millis(180), "output came only at the end");
    assert_eq!(stream.next(), Some(Output::Stdout("four\n".into())));
    assert_eq!(stream.next(), None);
    assert_eq!(stream.result().unwrap().exit_code, Some(0));
}

#[test]
fn a_slow_reader_makes_commands_wait() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let mut stream =
        session.prepare("for ((i = 0; i < 100; i++)); do head -c 10000 /dev/zero; echo $i > n; done").stream_blocking();
    let first = stream.next().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let written = sandbox.read_file("n").map(|n| String::from_utf8(n).unwrap().trim().parse::<u32>().unwrap());
    assert!(written.unwrap_or(0) < 50, "a reader that waits did not hold the writer up");
    let total: usize = stream.by_ref().map(|piece| piece.bytes().len()).sum::<usize>() + first.bytes().len();
    assert_eq!(total, 1_000_000);
}

#[test]
fn dropping_a_stream_ends_its_exec_and_no_more() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "kept=1");
    for script in ["while :; do echo x; done", "trap '' INT; while :; do echo x; done", "sleep 100"] {
        let mut stream = session.prepare(script).stream_blocking();
        if !script.starts_with("sleep") {
            assert!(stream.next().is_some());
        }
        drop(stream);
        assert_eq!(out(&session, "trap - INT; echo $kept"), "1\n", "{script}");
    }
}

#[test]
fn an_exec_can_refuse_to_wait_for_another() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let stream = session.prepare("sleep 100").stream();
    while !session.is_busy() {
        std::thread::yield_now();
    }
    assert!(matches!(session.prepare("echo").at_once().wait(), Err(Error::SessionBusy)));
    drop(stream);
    assert_eq!(out(&session, "echo queued"), "queued\n");
    assert_eq!(session.prepare("echo free").at_once().wait().unwrap().stdout_text(), "free\n");
}

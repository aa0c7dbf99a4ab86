//! Sessions on a terminal: what programs see of it, its modes, its keys.

mod common;

use std::time::{Duration, Instant};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{ExecResult, SessionOptions, TerminalSize};
use common::{bash, sandbox};

fn session(sandbox: &Sandbox) -> Session {
    let size = TerminalSize { rows: 40, columns: 132 };
    sandbox.session_with(SessionOptions::new().shell("/bin/bash").terminal(size)).unwrap()
}

fn exec(session: &Session, script: &str) -> ExecResult {
    session.prepare(script).timeout(Duration::from_secs(20)).wait().unwrap()
}

/// The output of an exec that ends, errors included.
#[track_caller]
fn all(session: &Session, script: &str) -> String {
    let result = exec(session, script);
    assert!(result.exit_code.is_some() && !result.timed_out, "{script}: {result:?}");
    result.stdout_text().into_owned() + &result.stderr_text()
}

/// The output of an exec that ends waiting for input.
#[track_caller]
fn waits(session: &Session, script: &str) -> String {
    let result = exec(session, script);
    assert!(result.awaiting_input, "{script}: {result:?}");
    result.stdout_text().into_owned() + &result.stderr_text()
}

/// What an exec prints that keys are typed at, once it waits for them.
#[track_caller]
fn typed(session: &Session, script: &str, keys: &[&[u8]]) -> ExecResult {
    let other = session.clone();
    let (script, from) = (script.to_owned(), Instant::now());
    let running =
        std::thread::spawn(move || other.prepare(script).attended().timeout(Duration::from_secs(20)).wait().unwrap());
    for keys in keys {
        // Long enough for any command to wait for the next key.
        std::thread::sleep(Duration::from_millis(300));
        session.send_keys(keys);
    }
    let result = running.join().unwrap();
    assert!(!result.timed_out, "{result:?} after {:?}", from.elapsed());
    result
}

#[test]
fn programs_see_a_terminal_and_its_size() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    assert_eq!(all(&session, "for fd in 0 1 2; do test -t $fd && echo $fd; done; tty"), "0\r\n1\r\n2\r\n/dev/tty\r\n");
    assert_eq!(all(&session, "stty size; tput cols; echo $LINES $COLUMNS"), "40 132\r\n132\r\n40 132\r\n");
    session.resize(TerminalSize { rows: 20, columns: 50 });
    assert_eq!(all(&session, "stty size; echo $LINES $COLUMNS"), "20 50\r\n20 50\r\n");
    assert_eq!(all(&session, "stty rows 33 cols 44; stty size </dev/tty"), "33 44\r\n");
    // Of a pipeline only what is not redirected.
    assert_eq!(
        all(&session, "test -t 1 | cat; test -t 0 </dev/null || echo no; tty </dev/null"),
        "no\r\nnot a tty\r\n"
    );
}

#[test]
fn an_exec_with_input_of_its_own_reads_that() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = session.prepare("test -t 0 || echo file; cat").stdin("text\n").wait().unwrap();
    assert_eq!(result.stdout_text(), "file\r\ntext\r\n");
}

#[test]
fn without_a_terminal_there_is_none() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let result = session.exec("test -t 1; echo $?; stty -a; printf 'a\\nb'").unwrap();
    assert_eq!(result.stdout_text(), "1\na\nb");
    assert_eq!(result.stderr_text(), "stty: 'standard input': Inappropriate ioctl for device\n");
    // Nobody hears of a size there.
    session.resize(TerminalSize::default());
    assert_eq!(session.exec("trap 'echo heard' WINCH; :").unwrap().stdout_text(), "");
}

#[test]
fn what_is_typed_is_shown_unless_the_mode_says_otherwise() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    assert_eq!(waits(&session, "read -r line; echo \"<$line>\""), "");
    assert_eq!(all(&session, "hello"), "hello\r\n<hello>\r\n");
    assert_eq!(waits(&session, "read -rs -p 'password: ' line; echo \"<$line>\""), "password: ");
    assert_eq!(all(&session, "secret"), "<secret>\r\n");
    assert_eq!(waits(&session, "stty -echo; head -n 1"), "");
    assert_eq!(all(&session, "silent"), "silent\r\n");
    assert_eq!(all(&session, "stty echo; stty"), "speed 38400 baud; line = 0;\r\n");
    // A line can be edited before its end.
    let result = typed(&session, "read -r line; echo \"<$line>\"", &[b"wrong\x15rigth\x7f\x7fht\r"]);
    assert!(result.stdout_text().ends_with("<right>\r\n"), "{result:?}");
}

#[test]
fn lines_end_as_the_mode_says() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    assert_eq!(all(&session, "printf 'a\\nb\\n'"), "a\r\nb\r\n");
    assert_eq!(all(&session, "stty -onlcr; printf 'a\\nb\\n'"), "a\nb\n");
    assert_eq!(all(&session, "stty sane; seq 2 >&2"), "1\r\n2\r\n");
    // What does not go to the terminal is not changed.
    assert_eq!(all(&session, "seq 2 | od -An -c"), "   1  \\n   2  \\n\r\n");
}

#[test]
fn a_raw_terminal_gives_every_key_at_once() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = typed(&session, "read -rsn 1 key; echo \"<$key>\"", &[b"x"]);
    assert_eq!(result.stdout_text(), "<x>\r\n");
    let script = "stty raw -echo; dd bs=1 count=4 | od -An -tx1; stty sane";
    let result = typed(&session, script, &[b"\x03", b"\x04\x1b", b"\r"]);
    assert_eq!(result.stdout_text().trim(), "03 04 1b 0d", "{}", result.stderr_text());
    // With MIN at 0, a read does not wait for a key, or not longer than TIME.
    assert_eq!(all(&session, "stty -icanon min 0 time 0; head -c 1 | wc -c; stty sane"), "0\r\n");
    let started = Instant::now();
    assert_eq!(all(&session, "stty -icanon min 0 time 3; head -c 1 | wc -c; stty sane"), "0\r\n");
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[test]
fn keys_interrupt_stop_and_end() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = typed(&session, "sleep 100", &[b"\x03"]);
    assert_eq!((result.exit_code, result.stdout_text().as_ref()), (Some(130), "^C"));
    let result = typed(&session, "trap 'echo quit; exit 9' QUIT; sleep 0.6 & wait", &[b"\x1c"]);
    assert_eq!(result.stdout_text(), "^\\quit\r\n");
    assert!(result.session_ended && result.exit_code == Some(9), "{result:?}");
}

#[test]
fn a_stopped_job_can_be_continued() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = typed(&session, "sleep 0.7", &[b"\x1a"]);
    assert_eq!(result.exit_code, Some(148), "{result:?}");
    assert_eq!(all(&session, "jobs"), "[1]+  Stopped                 sleep 0.7\r\n");
    assert_eq!(all(&session, "fg; echo $?; jobs"), "sleep 0.7\r\n0\r\n");
    typed(&session, "cat", &[b"\x1a"]);
    assert_eq!(all(&session, "kill %1; wait %1 2>/dev/null; echo $?"), "143\r\n");
}

#[test]
fn a_job_of_the_background_may_not_read_the_terminal() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    assert_eq!(all(&session, "cat & sleep 0.3; jobs %1"), "[1]+  Stopped                 cat\r\n");
    assert_eq!(waits(&session, "fg"), "cat\r\n");
    assert_eq!(waits(&session, "text"), "text\r\ntext\r\n");
    session.send_keys(b"\x04");
    assert_eq!(all(&session, "echo next; jobs"), "next\r\n");
    // Nor may it change the terminal.
    assert_eq!(all(&session, "stty -echo & sleep 0.3; jobs %1"), "[1]+  Stopped                 stty -echo\r\n");
    assert_eq!(all(&session, "fg >/dev/null; stty | grep echo; stty echo"), "-echo\r\n");
    // One that ignores the signal is told.
    let refused = all(&session, "(trap '' TTIN; read -r x; echo $?) & wait; kill %% 2>/dev/null; :");
    assert!(refused.starts_with("1\r\n") && refused.contains("Input/output error"), "{refused}");
}

#[test]
fn a_job_that_was_killed_leaves_the_terminal_as_it_was() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = exec(&session, "sh -c 'stty raw -echo; kill -9 $$'; stty | grep -c -e raw -e -icanon -e -echo");
    assert_eq!(result.stdout_text(), "0\r\n", "{result:?}");
}

#[test]
fn what_reads_the_terminal_while_its_input_is_a_file() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    assert_eq!(waits(&session, "echo data | { read -r key </dev/tty; cat; echo \"<$key>\"; }"), "");
    assert_eq!(all(&session, "yes"), "yes\r\ndata\r\n<yes>\r\n");
    assert_eq!(all(&session, "echo shown >/dev/tty | cat; exec 5<>/dev/tty; echo both >&5"), "shown\r\nboth\r\n");
}

#[test]
fn a_pager_shows_a_page_at_a_time() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let result = typed(&session, "seq 200 | less; stty | grep icanon", &[b" ", b"\r", b"q"]);
    let text = result.stdout_text();
    assert!(text.contains("79\r\n") && !text.contains("80\r\n"), "{text}");
    assert!(!text.contains("icanon"), "the pager left the terminal raw");
}

#[test]
fn a_change_of_the_size_is_told() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let other = session.clone();
    let running = std::thread::spawn(move || {
        exec(&other, "trap 'stty size' WINCH; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done; trap - WINCH")
    });
    std::thread::sleep(Duration::from_millis(300));
    session.resize(TerminalSize { rows: 7, columns: 9 });
    session.resize(TerminalSize { rows: 7, columns: 9 });
    // The foreground's group is the sleep's; the shell looks when a command has run.
    let text = running.join().unwrap().stdout_text().into_owned();
    assert_eq!(text, "");
    assert_eq!(all(&session, "stty size"), "7 9\r\n");
    let script = "bash -c 'trap \"stty size\" WINCH; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; done'";
    let other = session.clone();
    let running = std::thread::spawn(move || exec(&other, script));
    std::thread::sleep(Duration::from_millis(300));
    session.resize(TerminalSize { rows: 8, columns: 9 });
    assert_eq!(running.join().unwrap().stdout_text(), "8 9\r\n");
}

#[test]
fn a_snapshot_has_the_terminal() {
    let sandbox = sandbox();
    let session = session(&sandbox);
    let copy = sandbox.restore_session(&session.snapshot().unwrap()).unwrap();
    assert_eq!(all(&copy, "stty size; set -o | grep monitor"), "40 132\r\nmonitor        \ton\r\n");
}

#[test]
fn an_interrupt_reaches_jobs_in_groups_of_their_own() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let other = session.clone();
    let running = std::thread::spawn(move || exec(&other, "set -m; sleep 100; echo $?"));
    std::thread::sleep(Duration::from_millis(300));
    session.interrupt();
    let result = running.join().unwrap();
    assert_eq!((result.exit_code, result.stdout_text().as_ref()), (Some(130), ""));
}

#[test]
fn jobs_are_told_to_a_person() {
    let sandbox = sandbox();
    let options = SessionOptions::new().shell("/bin/bash").terminal(TerminalSize::default()).interactive(true);
    let session = sandbox.session_with(options).unwrap();
    assert_eq!(all(&session, "sleep 0.2 &").split(' ').next(), Some("[1]"));
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(all(&session, ":"), "[1]+  Done                    sleep 0.2\r\n");
    assert_eq!(all(&session, ":"), "");
}

#[test]
fn output_between_execs_can_be_had_as_it_comes() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let mut output = session.background_output();
    session.exec("(for i in 1 2; do sleep 0.1; echo out $i; echo err $i >&2; done) &").unwrap();
    let mut texts = Vec::new();
    for _ in 0..4 {
        texts.push(String::from_utf8_lossy(output.next().unwrap().bytes()).into_owned());
    }
    assert_eq!(texts, ["out 1\n", "err 1\n", "out 2\n", "err 2\n"]);
    assert_eq!(session.exec("echo now").unwrap().stdout_text(), "now\n");
    session.close();
    assert!(output.next().is_none());
}

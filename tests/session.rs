//! A session's state, streams, time limits and end.

mod common;

use std::time::{Duration, Instant};

use agentfense::{Error, SessionOptions};
use common::{all, bash, out, sandbox};

#[test]
fn state_persists_from_one_exec_to_the_next() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "mkdir -p a/b && cd a/b");
    out(
        &session,
        "plain=1; export exported=2; list=(x 'y z'); alias hello='echo hello'; f() { echo f:$1; }; set -- p q",
    );
    assert_eq!(
        out(&session, "pwd; echo $plain; printenv exported; echo ${list[1]}; hello; f 3; echo $2"),
        "/workspace/a/b\n1\n2\ny z\nhello\nf:3\nq\n"
    );
    assert_eq!(session.exec("false").unwrap().exit_code, Some(1));
    assert_eq!(out(&session, "echo $?"), "1\n");
}

#[test]
fn sessions_of_one_sandbox_share_files_and_nothing_else() {
    let sandbox = sandbox();
    let (one, two) = (bash(&sandbox), bash(&sandbox));
    out(&one, "x=1; cd /tmp; echo shared > f");
    assert_eq!(out(&two, "echo [$x] $PWD; cat /tmp/f"), "[] /workspace\nshared\n");
}

#[test]
fn sandboxes_share_nothing() {
    let (one, two) = (sandbox(), sandbox());
    out(&bash(&one), "echo secret > /tmp/f; echo secret > /workspace/g");
    assert_eq!(
        out(&bash(&two), "ls /tmp /workspace; ps -e | wc -l > /dev/null; echo done"),
        "/tmp:\n\n/workspace:\ndone\n"
    );
}

#[test]
fn two_sessions_run_at_the_same_time() {
    let sandbox = sandbox();
    let (one, two) = (bash(&sandbox), bash(&sandbox));
    out(&one, "mkfifo /tmp/fifo");
    let reader = std::thread::spawn(move || out(&one, "cat /tmp/fifo"));
    out(&two, "echo through > /tmp/fifo");
    assert_eq!(reader.join().unwrap(), "through\n");
}

#[test]
fn a_loop_is_ended_by_the_time_limit_and_the_session_goes_on() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "kept=yes");
    for script in [
        "while :; do :; done",
        "sleep 100",
        "cat /dev/zero > /dev/null",
        "trap '' INT; sleep 100",
        "yes | cat > /dev/null",
        "f() { f; }; while :; do x=$(echo y); done",
    ] {
        let started = Instant::now();
        let result = session.prepare(script).timeout(Duration::from_millis(300)).wait().unwrap();
        assert!(result.timed_out, "{script}");
        assert!(started.elapsed() < Duration::from_secs(3), "{script}: {:?}", started.elapsed());
        assert_eq!(out(&session, "trap - INT; echo $kept"), "yes\n", "{script}");
    }
    // Nothing of what was ended is left, once its tasks have seen their end.
    let started = Instant::now();
    while sandbox.process_count() > 1 {
        assert!(started.elapsed() < Duration::from_secs(2), "left: {}", out(&session, "cat /proc/[0-9]*/stat"));
        out(&session, ":");
    }
}

#[test]
fn standard_streams_are_apart_and_binary() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let result =
        session.exec("printf 'a\\0\\377'; printf 'b\\0\\376' >&2; exit_code() { return 7; }; exit_code").unwrap();
    assert_eq!(result.stdout, b"a\0\xff");
    assert_eq!(result.stderr, b"b\0\xfe");
    assert_eq!(result.exit_code, Some(7));
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    let result = session.prepare("cat").stdin(bytes.clone()).wait().unwrap();
    assert_eq!(result.stdout, bytes);
}

#[test]
fn input_environment_and_directory_are_for_one_exec() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let result = session
        .prepare("read a; echo $a $X; printenv X; pwd")
        .stdin("line\nrest\n")
        .env("X", "1")
        .workdir("/tmp")
        .wait()
        .unwrap();
    assert_eq!(all(result), ("line 1\n1\n/tmp\n".into(), String::new(), 0));
    let result = session.prepare("echo [$X]; pwd; cat").stdin(agentfense::Input::Empty).wait().unwrap();
    assert_eq!(all(result), ("[]\n/workspace\n".into(), String::new(), 0));
}

#[test]
fn a_session_starts_with_its_options() {
    let sandbox = sandbox();
    let session = sandbox.session_with(SessionOptions::new().env("DEBUG", "1").workdir("/tmp")).unwrap();
    assert_eq!(out(&session, "printenv DEBUG; pwd; echo $0"), "1\n/tmp\n/bin/sh\n");
    assert!(matches!(sandbox.session_with(SessionOptions::new().workdir("/nowhere")), Err(Error::File { .. })));
    let error = sandbox.session_with(SessionOptions::new().shell("/bin/fish")).err().unwrap().to_string();
    assert_eq!(error, "session: /bin/fish: No such file or directory");
    let error = sandbox.session_with(SessionOptions::new().shell("/bin/cat")).err().unwrap().to_string();
    assert_eq!(error, "session: /bin/cat: it is a program, but not a shell");
}

#[test]
fn exit_ends_the_session_with_its_status() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let result = session.exec("echo bye; exit 3; echo not reached").unwrap();
    assert!(result.session_ended);
    assert_eq!(all(result), ("bye\n".into(), String::new(), 3));
    assert!(!session.is_open());
    let error = session.exec("echo again").unwrap_err().to_string();
    assert_eq!(error, "the session is closed: its shell exited with status 3");
}

#[test]
fn closing_ends_every_process() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "sleep 100 & (while :; do :; done) & (trap '' TERM INT HUP; cat /dev/zero >/dev/null) & sleep 0.05");
    assert!(sandbox.process_count() >= 4);
    session.close();
    let started = Instant::now();
    while sandbox.process_count() > 0 {
        assert!(started.elapsed() < Duration::from_secs(1), "{} processes are left", sandbox.process_count());
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(matches!(session.exec("echo"), Err(Error::SessionClosed { .. })));
}

#[test]
fn a_closed_pipe_ends_its_writer_with_sigpipe() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(out(&session, "yes | head -1; echo ${PIPESTATUS[@]}"), "y\n141 0\n");
}

#[test]
fn interrupting_ends_the_commands_and_not_the_session() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "x=1");
    let interrupter = session.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        interrupter.interrupt();
    });
    let result = session.exec("sleep 100; echo not reached").unwrap();
    thread.join().unwrap();
    assert_eq!(result.exit_code, Some(130));
    assert_eq!(out(&session, "echo $x"), "1\n");
}

#[test]
fn dropping_an_exec_interrupts_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let sandbox = agentfense::Sandbox::builder().build().unwrap();
        let session = sandbox.session().await.unwrap();
        session.exec("x=1").await.unwrap();
        let sleeping = tokio::time::timeout(Duration::from_millis(50), session.exec("sleep 100").into_future()).await;
        assert!(sleeping.is_err());
        let result = session.exec("echo $x").await.unwrap();
        assert_eq!(result.stdout_text(), "1\n");
    });
}

#[test]
fn many_sessions_can_live_at_once() {
    let sandbox = common::sandbox_with(|limits| {
        limits.memory_bytes = 1 << 40;
        limits.processes = 2000;
    });
    let sessions: Vec<_> = (0..200).map(|_| bash(&sandbox)).collect();
    for (n, session) in sessions.iter().enumerate() {
        out(session, &format!("n={n}"));
    }
    for (n, session) in sessions.iter().enumerate() {
        assert_eq!(out(session, "echo $n"), format!("{n}\n"));
    }
}

//! What a guest cannot take more of than it was given.

mod common;

use std::time::{Duration, Instant};

use common::{bash, out, sandbox_with};

#[test]
fn a_command_that_allocates_without_end_dies_alone() {
    let sandbox = sandbox_with(|limits| limits.memory_bytes = 256 << 20);
    let session = bash(&sandbox);
    out(&session, "kept=1");
    // tail must hold the whole line.
    let result = session.exec("tr '\\0' x < /dev/zero | tail -n 1 > /dev/null; echo ${PIPESTATUS[1]}").unwrap();
    assert!(result.stdout_text().trim() == "134", "{} {}", result.stdout_text(), result.stderr_text());
    assert!(result.stderr_text().contains("out of memory"), "{}", result.stderr_text());
    assert_eq!(out(&session, "echo $kept; echo a | cat"), "1\na\n");
}

#[test]
fn a_shell_that_allocates_without_end_ends_its_session_alone() {
    let sandbox = sandbox_with(|limits| limits.memory_bytes = 256 << 20);
    let other = bash(&sandbox);
    let session = bash(&sandbox);
    let result = session.exec("x=x; while :; do x=$x$x; done");
    // A shell may refuse the string itself, with a message; or it is ended.
    match result {
        Ok(result) => assert_ne!(result.exit_code, Some(0)),
        Err(error) => assert!(error.to_string().contains("out of memory"), "{error}"),
    }
    assert_eq!(out(&other, "echo fine | cat"), "fine\n");
}

#[test]
fn a_fork_bomb_is_stopped_by_the_process_limit() {
    let sandbox = sandbox_with(|limits| limits.processes = 32);
    let session = bash(&sandbox);
    let started = Instant::now();
    let result = session
        .prepare("bomb() { bomb | bomb & }; bomb; sleep 0.2; echo survived")
        .timeout(Duration::from_secs(5))
        .wait()
        .unwrap();
    assert!(started.elapsed() < Duration::from_secs(10));
    drop(result);
    session.close();
    let fresh = bash(&sandbox);
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        if fresh.exec("echo ok | cat").unwrap().stdout_text() == "ok\n" {
            break;
        }
        assert!(Instant::now() < deadline, "the sandbox did not recover");
    }
}

#[test]
fn output_is_kept_at_both_ends() {
    let sandbox = sandbox_with(|limits| limits.output_bytes = 1000);
    let session = bash(&sandbox);
    let result = session.exec("seq 1 100000").unwrap();
    assert!(result.stdout.starts_with(b"1\n2\n3\n"));
    assert!(result.stdout.ends_with(b"\n99999\n100000\n"));
    assert_eq!(result.stdout_left_out, 588_895 - 1000);
    assert!(result.truncated());
}

#[test]
fn files_are_bounded_by_the_disk_quota() {
    let sandbox = sandbox_with(|limits| limits.disk_bytes = 1 << 20);
    let session = bash(&sandbox);
    let result = session.exec("head -c 2000000 /dev/zero > /tmp/big").unwrap();
    assert_ne!(result.exit_code, Some(0));
    assert!(result.stderr_text().contains("No space left on device"), "{}", result.stderr_text());
    assert_eq!(out(&session, "rm /tmp/big; echo ok > /tmp/small; cat /tmp/small"), "ok\n");
}

#[test]
fn a_full_pipe_and_a_deaf_reader_do_not_outlive_the_time_limit() {
    let sandbox = sandbox_with(|_| {});
    let session = bash(&sandbox);
    let result = session.prepare("yes | sleep 100").timeout(Duration::from_millis(200)).wait().unwrap();
    assert!(result.timed_out);
    assert_eq!(out(&session, "echo ok"), "ok\n");
}

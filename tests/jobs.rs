//! Jobs and signals in a session.

mod common;

use std::time::{Duration, Instant};

use common::{bash, out, sandbox};

#[test]
fn jobs_live_on_and_are_named_as_in_bash() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "sleep 100 & first=$!; sleep 200 & (while :; do sleep 1; done) &");
    assert_eq!(
        out(&session, "jobs | sed 's/ *$//'"),
        "[1]   Running                 sleep 100 &\n[2]-  Running                 sleep 200 &\n\
         [3]+  Running                 ( while :; do\n    sleep 1;\ndone ) &\n"
    );
    assert_eq!(out(&session, "kill %1; wait %1; echo $?; kill %+ %2; wait; echo $?; jobs"), "143\n0\n");
    assert_eq!(out(&session, "f() { echo in f; return 3; }; f & wait $!; echo $?"), "in f\n3\n");
}

#[test]
fn wait_n_gives_the_first_that_ends() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "(sleep 0.3; exit 3) & (sleep 0.05; exit 4) &");
    assert_eq!(out(&session, "wait -n; echo $?; wait -n; echo $?; wait -n; echo $?"), "4\n3\n127\n");
}

#[test]
fn jobs_can_be_stopped_and_continued() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "set -m; while :; do echo x >> log; sleep 0.01; done & while [ ! -s log ]; do :; done");
    out(&session, "kill -STOP %1; sleep 0.05");
    assert_eq!(
        out(
            &session,
            "jobs | head -1 | cut -c1-14; a=$(wc -l < log); sleep 0.2; b=$(wc -l < log); [ $a = $b ] && echo still"
        ),
        "[1]+  Stopped \nstill\n"
    );
    out(&session, "bg %1 2>/dev/null; sleep 0.2");
    assert_eq!(
        out(&session, "jobs | head -1 | cut -c1-14; [ $(wc -l < log) -gt $b ] && echo moves"),
        "[1]+  Running \nmoves\n"
    );
    assert_eq!(out(&session, "kill %1; wait %1; echo $?"), "143\n");
}

#[test]
fn a_job_comes_to_the_foreground() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "set -m; (sleep 0.2; echo fg; exit 5) &");
    let result = session.exec("fg %1").unwrap();
    assert_eq!(result.exit_code, Some(5));
    assert!(result.stdout_text().ends_with("fg\n"), "{result:?}");
    // In the foreground again, an interrupt reaches it.
    out(&session, "sleep 100 &");
    let started = Instant::now();
    let result = session.prepare("fg").timeout(Duration::from_millis(200)).wait().unwrap();
    assert!(result.timed_out);
    assert!(started.elapsed() < Duration::from_secs(2));
    assert_eq!(out(&session, "jobs; echo end"), "end\n");
}

#[test]
fn groups_are_killed_whole() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "set -m; (sleep 100 | sleep 101) & while [ $(ps -e | grep -c sleep) -lt 2 ]; do :; done");
    out(&session, "kill -TERM -- -$!; wait 2>/dev/null; true");
    let started = Instant::now();
    while sandbox.process_count() > 1 {
        assert!(started.elapsed() < Duration::from_secs(1), "{}", out(&session, "ps -e"));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn disowned_and_nohup_jobs_run_until_the_session_ends() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    out(&session, "sleep 100 & disown; nohup sleep 100 >/dev/null 2>&1 & sleep 0.05");
    assert_eq!(out(&session, "jobs | wc -l; kill -HUP $!; sleep 0.05; kill -0 $! && echo alive"), "1\nalive\n");
    session.close();
    let started = Instant::now();
    while sandbox.process_count() > 0 {
        assert!(started.elapsed() < Duration::from_secs(1));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn traps_see_every_signal_that_has_a_name() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    for signal in ["HUP", "INT", "QUIT", "USR1", "USR2", "ALRM", "TERM", "CHLD", "CONT", "PIPE", "WINCH"] {
        assert_eq!(
            out(
                &session,
                &format!("trap 'echo got {signal}' {signal}; kill -{signal} $$; trap - {signal}; echo after")
            ),
            format!("got {signal}\nafter\n"),
        );
    }
    // A trap interrupts wait, and the job goes on.
    assert_eq!(
        out(
            &session,
            "trap 'echo usr1' USR1; sleep 0.3 & (sleep 0.05; kill -USR1 $$) & wait %1; echo $?; wait %1; echo $?; trap - USR1"
        ),
        "usr1\n138\n0\n"
    );
}

#[test]
fn commands_that_know_no_signals_get_the_default_action() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    for (signal, status) in
        [("HUP", 129), ("INT", 130), ("QUIT", 131), ("USR1", 138), ("ALRM", 142), ("TERM", 143), ("KILL", 137)]
    {
        // Started by a shell with job control, so that INT is not ignored.
        let script = format!("set -m; cat /dev/zero >/dev/null & kill -{signal} $!; wait $!; echo $?");
        assert_eq!(session.exec(script).unwrap().stdout_text(), format!("{status}\n"), "{signal}");
    }
    assert_eq!(out(&session, "sleep 0.1 & kill -CHLD $!; kill -WINCH $!; wait $!; echo $?"), "0\n");
}

#[test]
fn an_alarm_ends_what_waits_too_long() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    assert_eq!(
        out(&session, "timeout 0.1 sleep 100; echo $?; timeout -s KILL 0.1 sh -c 'trap \"\" TERM; sleep 100'; echo $?"),
        "124\n137\n"
    );
}

#[test]
fn nothing_is_left_of_a_closed_session() {
    let threads = || std::fs::read_dir("/proc/self/task").map_or(0, |tasks| tasks.count());
    let sandbox = sandbox();
    // Once, so that what a host process keeps is there already.
    let rounds = || {
        let session = bash(&sandbox);
        out(
            &session,
            "x=1; sleep 100 & (trap '' TERM INT HUP; while :; do :; done) & yes | cat >/dev/null & mkfifo /tmp/f; cat /tmp/f & true",
        );
        let waits = session.prepare("cat").timeout(Duration::from_secs(20)).wait().unwrap();
        assert!(waits.awaiting_input);
        session.close();
        drop(session);
        let started = Instant::now();
        while sandbox.process_count() > 0 {
            assert!(started.elapsed() < Duration::from_secs(1), "left: {}", common::processes(&sandbox));
            std::thread::sleep(Duration::from_millis(2));
        }
        out(&bash(&sandbox), "rm /tmp/f");
    };
    for _ in 0..3 {
        rounds();
    }
    let before = (threads(), resident());
    for _ in 0..20 {
        rounds();
    }
    assert!(threads() <= before.0, "threads: {} and then {}", before.0, threads());
    assert_eq!(sandbox.process_count(), 0);
    assert_eq!(sandbox.memory_used(), 0);
    let grown = resident().saturating_sub(before.1);
    assert!(grown < 16 << 20, "{grown} bytes more after 20 sessions");
}

/// Resident memory, in bytes; 0 where the host does not tell.
fn resident() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return 0 };
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn destroying_a_sandbox_ends_its_sessions_at_once() {
    let sandbox = sandbox();
    let (idle, busy) = (bash(&sandbox), bash(&sandbox));
    out(&idle, "sleep 100 &");
    let stream = busy.prepare("while :; do :; done").stream();
    sandbox.destroy();
    let started = Instant::now();
    while sandbox.process_count() > 0 {
        assert!(started.elapsed() < Duration::from_secs(1), "{} processes are left", sandbox.process_count());
        std::thread::sleep(Duration::from_millis(2));
    }
    drop(stream);
    assert_eq!(idle.exec("echo").unwrap_err().to_string(), "the session is closed: its sandbox was destroyed");
    assert!(sandbox.session().is_err());
}

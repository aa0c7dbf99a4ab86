//! Fairness: a thousand sessions in one process, each with a job in the
//! background, and how long `echo` in a session takes meanwhile.
//!
//! `cargo bench --bench crowd [-- SECONDS]` (60 unless told).

use std::time::{Duration, Instant};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{Limits, SessionOptions};

const SESSIONS: usize = 1000;

/// Sleeps and computes in turn, as a server does.
const JOB: &str =
    "n=0; while :; do sleep 0.5; for ((i = 0; i < 100; i++)); do n=$((n + 1)); done; echo $n > /tmp/n$$; done &";

fn main() {
    let seconds = std::env::args().skip(1).find_map(|arg| arg.parse().ok()).unwrap_or(60);
    let mut limits = Limits::default();
    limits.memory_bytes = 1 << 40;
    limits.processes = 8192;
    let sandbox = Sandbox::new(Sandbox::builder().limits(limits)).expect("a sandbox");
    let options = || SessionOptions::new().shell("/bin/bash");
    let sessions: Vec<Session> = (0..SESSIONS).map(|_| sandbox.session_with(options()).expect("a session")).collect();
    for session in &sessions {
        let result = session.exec(JOB).expect("a job");
        assert_eq!((result.exit_code, result.stderr_text().as_ref()), (Some(0), ""));
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut times = Vec::new();
    for session in sessions.iter().cycle() {
        if Instant::now() >= end {
            break;
        }
        let start = Instant::now();
        let result = session.exec("echo hi").expect("an exec");
        times.push(start.elapsed());
        assert_eq!(result.stdout, b"hi\n");
        std::thread::sleep(Duration::from_millis(2));
    }
    times.sort();
    let at = |part: usize| times[(times.len() * part / 1000).min(times.len() - 1)].as_secs_f64() * 1e3;
    println!("echo in one of {SESSIONS} sessions with a job each, {} times in {seconds} s:", times.len());
    println!("p50 {:.3} ms   p99 {:.3} ms   p99.9 {:.3} ms   max {:.3} ms", at(500), at(990), at(999), at(1000));
    // No job starves: each has written its count, and the last is not far behind the first.
    let mut counts: Vec<u64> = sessions
        .iter()
        .map(|session| session.exec("cat /tmp/n$$").expect("an exec"))
        .inspect(|result| assert_eq!(result.stderr_text(), ""))
        .filter_map(|result| result.stdout_text().trim().parse().ok())
        .collect();
    counts.sort_unstable();
    println!(
        "rounds of the jobs: {} of {SESSIONS} report; least {}, median {}, most {}",
        counts.len(),
        counts.first().unwrap_or(&0) / 100,
        counts.get(counts.len() / 2).unwrap_or(&0) / 100,
        counts.last().unwrap_or(&0) / 100
    );
}

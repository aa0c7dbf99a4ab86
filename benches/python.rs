//! Python in a sandbox beside the machine's own, in the same run: what it computes, how it starts, what it takes.
//! Run with `cargo bench -p agentfense --bench python`; words after `--` choose the rows that contain one of them.
//!
//! The programs in `benches/python/` time themselves. They are run in turn, here and there, and of each the shortest
//! time counts: on a machine that does other things too, it is the one that says most about the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{Mount, Userland};

/// The programs: modules of `benches/python/`.
const PROGRAMS: [&str; 8] =
    ["calls", "deltablue", "fannkuch", "generators", "json_roundtrip", "nbody", "regex", "richards"];
/// How often the two take turns, and how often a program runs in one turn.
const TURNS: usize = 5;
const TIMES: usize = 20;

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |row: &str| chosen.is_empty() || chosen.iter().any(|word| row.contains(word.as_str()));
    let userland = Userland::find().expect("a userland");
    if !userland.images().any(|image| image == "python") {
        println!("set-up could not get Python");
        return;
    }
    let programs = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/python");
    let sandbox = Sandbox::new(Sandbox::builder().userland(userland).workspace(&programs, Mount::Overlay));
    let session = sandbox.and_then(|sandbox| sandbox.session()).expect("a session");
    print!("native: {}", native(&["--version"]));
    print!("sandbox: {}", exec(&session, "python3 --version"));
    println!("{:<16} {:>13} {:>13} {:>8}", "", "sandbox", "native", "ratio");

    let mut ratios = Vec::new();
    for program in PROGRAMS.into_iter().filter(|program| wanted(program)) {
        ratios.push(compute(&session, &programs, program));
    }
    if !ratios.is_empty() {
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        println!("{:<16} {:>36.2}", "geometric mean", mean);
    }
    if wanted("start") {
        let start = |what: &dyn Fn()| (0..40).map(|_| time(what)).min().unwrap_or_default();
        let ours = start(&|| drop(exec(&session, "python3 -c 'print(1)'")));
        show("start", ours, start(&|| drop(native(&["-c", "print(1)"]))));
        let ours = start(&|| drop(exec(&session, "python3 -c 'import argparse, json, re, dataclasses'")));
        show("start, imports", ours, start(&|| drop(native(&["-c", "import argparse, json, re, dataclasses"]))));
    }
    if wanted("venv") {
        let ours = time(&|| drop(exec(&session, "python3 -m venv /tmp/venv")));
        let directory = std::env::temp_dir().join(format!("agentfense-bench-venv-{}", std::process::id()));
        show("venv", ours, time(&|| drop(native(&["-m", "venv", &directory.to_string_lossy()]))));
        // Best effort: it is a temporary directory.
        let _ = std::fs::remove_dir_all(directory);
    }
    if wanted("memory") {
        let before = resident();
        exec(
            &session,
            "for i in 1 2 3 4 5 6 7 8 9 10; do python3 -c 'print(1, flush=True); input()' < <(sleep 5) & done; sleep 3",
        );
        if let (Some(before), Some(now)) = (before, resident()) {
            println!("{:<16} {:>10.1} MB more with ten of them", "memory", (now - before) / 1e6);
        }
        exec(&session, "kill %1 %2 %3 %4 %5 %6 %7 %8 %9 %10; wait");
    }
}

/// A row of what a program computes; the ratio.
fn compute(session: &Session, programs: &Path, program: &str) -> f64 {
    let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
    for _ in 0..TURNS {
        let (time, result) = timed(&exec(session, &format!("python3 measure.py {program} {TIMES}")));
        let script: PathBuf = programs.join("measure.py");
        let (native_time, native_result) =
            timed(&native(&["-B", &script.to_string_lossy(), program, &TIMES.to_string()]));
        assert_eq!(result, native_result, "{program}");
        ours = ours.min(time);
        theirs = theirs.min(native_time);
    }
    show(program, ours, theirs);
    ours.as_secs_f64() / theirs.as_secs_f64()
}

/// The time and the result that a program printed.
fn timed(output: &str) -> (Duration, String) {
    let (time, result) = output.split_once(' ').expect("a time and a result");
    (Duration::from_secs_f64(time.parse().expect("a time")), result.to_owned())
}

fn show(row: &str, ours: Duration, native: Duration) {
    let (ours, native) = (ours.as_secs_f64() * 1e3, native.as_secs_f64() * 1e3);
    println!("{row:<16} {ours:>10.2} ms {native:>10.2} ms {:>8.2}", ours / native);
}

fn time(what: &dyn Fn()) -> Duration {
    let start = Instant::now();
    what();
    start.elapsed()
}

fn exec(session: &Session, script: &str) -> String {
    match session.exec(script) {
        Ok(result) if result.exit_code == Some(0) => result.stdout_text().into_owned(),
        Ok(result) => panic!("{script}: {}", result.stderr_text()),
        Err(error) => panic!("{script}: {error}"),
    }
}

/// Runs the machine's Python: the interpreter, not what finds one first.
fn native(arguments: &[&str]) -> String {
    static INTERPRETER: OnceLock<String> = OnceLock::new();
    let interpreter = INTERPRETER.get_or_init(|| run("python3", &["-c", "import sys; print(sys.executable, end='')"]));
    run(interpreter, arguments)
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().expect(program);
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? * 1024.0)
}

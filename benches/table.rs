//! The benchmark table: each row in a sandbox and, in the same run, in native
//! bash kept open over pipes. Run with `cargo xtask bench`; words after `--` of
//! `cargo bench` choose the rows that contain one of them.
//!
//! Figures are medians; the ratio is sandbox time over bash time, so below 1
//! the sandbox is faster. `memory` rows compare resident memory.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{Limits, Mount, SessionOptions};

/// A native bash that is fed over pipes. A NUL byte ends each answer.
struct Native {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Native {
    fn start(directory: &std::path::Path) -> std::io::Result<Native> {
        let mut child = Command::new("bash")
            .args(["--norc", "--noprofile"])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let missing = || std::io::Error::other("bash has no pipes");
        let stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = BufReader::new(child.stdout.take().ok_or_else(missing)?);
        Ok(Native { child, stdin, stdout })
    }

    fn exec(&mut self, script: &str) -> std::io::Result<Vec<u8>> {
        write!(self.stdin, "{script}\nprintf '\\0'\n")?;
        self.stdin.flush()?;
        let mut output = Vec::new();
        self.stdout.read_until(0, &mut output)?;
        output.pop();
        Ok(output)
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        // It may have ended already; either way it is gone after this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn measure(runs: usize, mut what: impl FnMut()) -> Duration {
    what();
    median(
        (0..runs)
            .map(|_| {
                let start = Instant::now();
                what();
                start.elapsed()
            })
            .collect(),
    )
}

fn show(row: &str, ours: Duration, native: Duration) {
    let (ours, native) = (ours.as_secs_f64() * 1e3, native.as_secs_f64() * 1e3);
    println!("{row:<44} {ours:>10.3} ms {native:>10.3} ms {:>8.3}", ours / native);
}

/// Resident memory of a process in bytes, where the system tells.
fn resident(pid: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| -> Option<u64> {
        status.lines().find_map(|line| line.strip_prefix(name))?.trim().trim_end_matches(" kB").trim().parse().ok()
    };
    Some(field("RssAnon:")? * 1024)
}

fn exec(session: &Session, script: &str) -> Vec<u8> {
    match session.exec(script) {
        Ok(result) if result.exit_code == Some(0) => result.stdout,
        Ok(result) => panic!("{script}: {}", result.stderr_text()),
        Err(error) => panic!("{script}: {error}"),
    }
}

fn main() {
    let directory = std::env::temp_dir().join(format!("agentfense-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the benchmark");
    let lines: String = (0..10_000u64).map(|n| format!("{} line\n", n.wrapping_mul(2_654_435_761) % 100_000)).collect();
    std::fs::write(directory.join("lines"), lines).expect("the benchmark's input");
    std::fs::write(directory.join("log"), log(50_000_000)).expect("the benchmark's large input");
    let result = std::panic::catch_unwind(|| table(&directory));
    // Best effort: it is a temporary directory.
    let _ = std::fs::remove_dir_all(&directory);
    if result.is_err() {
        std::process::exit(1);
    }
}

/// About `size` bytes of lines as a server logs them. The same every time: the words are picked by a plain generator.
fn log(size: usize) -> String {
    const WORDS: [&str; 16] = [
        "the",
        "quick",
        "brown",
        "fox",
        "jumps",
        "over",
        "lazy",
        "dog",
        "error",
        "warning",
        "info",
        "GET",
        "POST",
        "/index.html",
        "/api/v1/users",
        "404",
    ];
    let mut text = String::with_capacity(size + 200);
    let (mut state, mut number) = (1u64, 0u64);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    while text.len() < size {
        text.push_str(&format!("{number} {}", next() % 1_000_000));
        for _ in 0..8 {
            text.push(' ');
            text.push_str(WORDS[next() % WORDS.len()]);
        }
        text.push('\n');
        number += 1;
    }
    text
}

fn sandbox(directory: &std::path::Path) -> Sandbox {
    Sandbox::new(Sandbox::builder().workspace(directory, Mount::Overlay)).expect("a sandbox")
}

fn bash(sandbox: &Sandbox) -> Session {
    sandbox.session_with(SessionOptions::new().shell("/bin/bash")).expect("a session")
}

fn table(directory: &std::path::Path) {
    println!("{:<44} {:>13} {:>13} {:>8}", "", "agentfense", "native bash", "ratio");

    let start = Instant::now();
    exec(&bash(&sandbox(directory)), "echo hi");
    println!("{:<44} {:>10.3} ms", "very first echo of the process (once)", start.elapsed().as_secs_f64() * 1e3);

    let ours = measure(200, || {
        exec(&bash(&sandbox(directory)), "echo hi");
    });
    let native = measure(50, || {
        Native::start(directory).and_then(|mut bash| bash.exec("echo hi")).expect("bash");
    });
    show("create sandbox and session, first echo", ours, native);

    let sandbox = sandbox(directory);
    let rows = [
        ("echo in a session", "echo hi", 1000),
        ("one external command", "/bin/true", 300),
        ("cat | grep | wc", "cat lines | grep 7 | wc -l", 50),
        ("1000-step arithmetic loop", "s=0; for ((i=0; i<1000; i++)); do s=$((s + i * 2)); done; echo $s", 50),
        ("sort of 10k lines", "sort lines | tail -1", 30),
        ("sort -n of 10k lines", "sort -n lines | tail -1", 30),
        ("100x echo | cat", "for i in {1..100}; do echo $i | cat; done", 50),
        ("100 MB through a pipe", "head -c 100000000 /dev/zero | wc -c", 5),
        ("while read loop, 10k lines", "n=0; while read -r a b; do n=$((n + 1)); done < lines; echo $n", 10),
        ("string append, 10k times", "s=; for ((i=0; i<10000; i++)); do s+=x; done; echo ${#s}", 10),
        ("10k function calls", "f() { x=$1; }; for ((i=0; i<10000; i++)); do f $i; done; echo $x", 10),
        ("100 command substitutions", "for i in {1..100}; do x=$(echo $i); done; echo $x", 20),
        ("while and [ ], 10k rounds", "i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done; echo $i", 10),
        ("[[ ]] with a pattern, 10k times", "for ((i=0; i<10000; i++)); do [[ $i == 5* && -n $i ]]; done; echo $i", 10),
        (
            "case, 10k times",
            "for ((i=0; i<10000; i++)); do case $i in *1) a=1;; *[2-5]) a=2;; *) a=3;; esac; done; echo $a",
            10,
        ),
        (
            "five expansions of a path, 5k times",
            "p=/usr/local/lib/foo.tar.gz; for ((i=0; i<5000; i++)); do a=${p##*/} b=${p%/*} c=${a%%.*} d=${p//\\//_} e=${p/lib/LIB}; done; echo $a$b$c$d$e",
            10,
        ),
        (
            "${s:i:1} over 5k characters",
            "s=$(printf '%05000d' 7); for ((i=0; i<${#s}; i++)); do c=${s:i:1}; done; echo $c",
            10,
        ),
        ("array append, 20k times", "a=(); for ((i=0; i<20000; i++)); do a+=($i); done; echo ${#a[@]}", 10),
        ("${#a[@]} of 1000, 10k times", "a=({1..1000}); for ((i=0; i<10000; i++)); do n=${#a[@]}; done; echo $n", 10),
        (
            "associative array, 10k keys",
            "declare -A m; for ((i=0; i<10000; i++)); do m[key$i]=$i; done; echo ${#m[@]}",
            10,
        ),
        ("mapfile of 10k lines", "mapfile -t a < lines; echo ${#a[@]}", 20),
        ("printf -v, 10k times", "for ((i=0; i<10000; i++)); do printf -v x '%05d-%s' $i abc; done; echo $x", 10),
        (
            "=~ with a group, 10k times",
            "for ((i=0; i<10000; i++)); do [[ foo$i =~ ^foo([0-9]+)$ ]]; done; echo ${BASH_REMATCH[1]}",
            10,
        ),
        (
            "recursive fib 15",
            "fib() { if (( $1 < 2 )); then r=$1; else local a; fib $(($1-1)); a=$r; fib $(($1-2)); r=$((a+r)); fi; }; fib 15; echo $r",
            10,
        ),
        ("grep of 50 MB, a word", "grep -c error log", 5),
        ("grep of 50 MB, a pattern", "grep -E '^[0-9]+ .*(fox|dog)$' log | wc -l", 5),
        ("grep -i of 50 MB", "grep -ic 'error.*index' log", 5),
        ("sed of 50 MB", "sed 's/error/ERR/g' log | wc -c", 5),
        ("sed of 50 MB, groups", "sed 's/\\([a-z]*\\) \\([0-9]*\\)/\\2 \\1/' log | wc -c", 3),
        ("awk of 50 MB, a sum", "awk '{n += $2} END {print n}' log", 5),
        ("awk of 50 MB, counts", "awk '/error/ {c[$3]++} END {n = 0; for (k in c) n += c[k]; print n}' log", 5),
        ("sort of 50 MB", "sort log | tail -1", 3),
        ("sort -k2,2n of 50 MB", "sort -k2,2n log | tail -1", 3),
        ("wc of 50 MB", "wc < log", 5),
        ("forked subshells in a pipe, 20x", "for i in {1..20}; do (echo a; echo b) | (cat; echo c); done | wc -l", 10),
        (
            "the same, beside an array of 20k",
            "a=({1..20000}); for i in {1..20}; do (echo a; echo b) | (cat; echo c); done | wc -l",
            10,
        ),
    ];
    let chosen: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (row, script, runs) in rows {
        if !chosen.is_empty() && !chosen.iter().any(|word| row.contains(word.as_str())) {
            continue;
        }
        // New ones for each row: the variables of one are no part of another.
        let session = bash(&sandbox);
        let mut native = Native::start(directory).expect("bash");
        let expected = native.exec(script).expect("bash");
        assert_eq!(String::from_utf8_lossy(&exec(&session, script)), String::from_utf8_lossy(&expected), "{row}");
        let ours = measure(runs, || {
            exec(&session, script);
        });
        let theirs = measure(runs.min(100), || {
            native.exec(script).expect("bash");
        });
        show(row, ours, theirs);
    }

    let mut native = Native::start(directory).expect("bash");
    native.exec("x=1; echo hi").expect("bash");
    const SESSIONS: u64 = 1000;
    let limits = {
        let mut limits = Limits::default();
        limits.memory_bytes = 1 << 40;
        limits.processes = 4096;
        limits
    };
    let many = Sandbox::new(Sandbox::builder().limits(limits)).expect("a sandbox");
    let before = resident("self");
    let sessions: Vec<Session> = (0..SESSIONS).map(|_| bash(&many)).collect();
    for session in &sessions {
        exec(session, "x=1; echo hi");
    }
    if let (Some(before), Some(after), Some(bash)) =
        (before, resident("self"), resident(&native.child.id().to_string()))
    {
        let each = after.saturating_sub(before) / SESSIONS;
        println!(
            "{:<44} {:>10} kB {:>10} kB {:>8.3}",
            "memory of an idle session (of 1000)",
            each / 1024,
            bash / 1024,
            each as f64 / bash as f64
        );
    }
}

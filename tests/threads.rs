//! How many threads a host process can have: a program of its own, since it takes them all.

mod common;

use agentfense::Userland;
use common::{bash, out, sandbox, sandbox_with};

#[test]
fn beyond_what_the_host_has_they_are_refused_and_programs_start() {
    if !Userland::find().unwrap().images().any(|image| image == "python") {
        println!("skipped: set-up could not get Python");
        return;
    }
    let greedy = bash(&sandbox_with(|limits| {
        limits.threads = 4096;
        // Their stacks count as memory.
        limits.memory_bytes = 16 << 30;
    }));
    let program = r#"
import threading
started = 0
try:
    for started in range(1000): threading.Thread(target=threading.Event().wait, daemon=True).start()
except RuntimeError as e: print(e, started, flush=True)
threading.Event().wait()
"#;
    // Each takes as many as a process can have; the last ones find none.
    let script = format!(
        "cat > take.py <<'END'\n{program}END\n\
         for i in 1 2 3 4 5 6; do python3 take.py > out$i & until [ -s out$i ]; do sleep 0.02; done; cat out$i; done"
    );
    let taken = out(&greedy, &script);
    let counts: Vec<u32> = taken
        .lines()
        .map(|line| line.strip_prefix("can't start new thread ").unwrap_or_else(|| panic!("{taken}")).parse().unwrap())
        .collect();
    assert_eq!(counts.len(), 6, "{taken}");
    assert_eq!((counts[0], counts[5]), (127, 0), "{taken}");
    // Whoever else is there has processes, and threads again when the greedy ones have ended.
    let other = bash(&sandbox());
    let start =
        "python3 -c 'import threading; threading.Thread(target=print, args=[\"runs\"]).start()' 2>&1 | tail -n 1";
    assert_eq!(out(&other, start), "RuntimeError: can't start new thread\n");
    out(&greedy, "kill $(jobs -p); wait 2>/dev/null; true");
    assert_eq!(out(&other, start), "runs\n");
}

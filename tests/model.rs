//! A long random life of a session, beside a model of its state: whatever is
//! killed, interrupted, timed out or left waiting, nothing is lost that the
//! last ended exec had.

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use agentfense::blocking::{Sandbox, Session};
use common::{bash, sandbox};

/// Numbers that are the same in every run of a seed (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// What the session's state must be.
#[derive(Clone, Default)]
struct Model {
    variables: BTreeMap<u64, u64>,
    directory: u64,
    functions: BTreeMap<u64, u64>,
    files: BTreeMap<u64, u64>,
    status: i32,
}

impl Model {
    /// A script that prints the state, and what it must print.
    fn check(&self) -> (String, String) {
        let mut script = String::from("s=$?; echo $s $PWD;");
        let mut expected = format!("{} /tmp/d{}\n", self.status, self.directory);
        for (name, value) in &self.variables {
            script += &format!("echo $v{name};");
            expected += &format!("{value}\n");
        }
        for (name, value) in &self.functions {
            script += &format!("f{name};");
            expected += &format!("f{value}\n");
        }
        for (name, value) in &self.files {
            script += &format!("cat /tmp/file{name};");
            expected += &format!("{value}\n");
        }
        (script + " (exit $s)", expected)
    }
}

fn life(seed: u64, steps: u32) {
    let mut random = Random(seed);
    let sandbox: Sandbox = sandbox();
    let mut session: Session = bash(&sandbox);
    session.exec("mkdir /tmp/d0 /tmp/d1 /tmp/d2; cd /tmp/d0").unwrap();
    let mut model = Model::default();
    for step in 0..steps {
        let context = || format!("seed {seed}, step {step}");
        let (name, value) = (random.below(4), random.below(1000));
        let limit = Duration::from_millis(20 + random.below(30));
        match random.below(14) {
            0 | 1 => {
                session.exec(format!("v{name}={value}")).unwrap();
                model.variables.insert(name, value);
                model.status = 0;
            }
            2 => {
                session.exec(format!("f{name}() {{ echo f{value}; }}; (exit 7)")).unwrap();
                model.functions.insert(name, value);
                model.status = 7;
            }
            3 => {
                session.exec(format!("cd /tmp/d{}", name % 3)).unwrap();
                model.directory = name % 3;
                model.status = 0;
            }
            4 => {
                session.exec(format!("echo {value} > /tmp/file{name}")).unwrap();
                model.files.insert(name, value);
                model.status = 0;
            }
            5 => {
                let script =
                    ["sleep 100", "while :; do :; done", "cat /dev/zero > /dev/null", "yes | cat | cat > /dev/null"];
                let result =
                    session.prepare(format!("v{name}={value}; {}", script[value as usize % 4])).timeout(limit).wait();
                let result = result.unwrap_or_else(|error| panic!("{}: {error}", context()));
                assert!(result.timed_out, "{}: {result:?}", context());
                // An interrupt leaves what was done before it.
                assert_eq!(result.restored, None, "{}", context());
                model.variables.insert(name, value);
                model.status = result.exit_code.unwrap();
            }
            6 => {
                let script = ["kill -9 $$", "kill -SEGV $$", "kill -ABRT $$"][value as usize % 3];
                let result = session.exec(format!("v{name}=lost; cd /; {script}; :")).unwrap();
                assert!(result.restored.is_some(), "{}: {result:?}", context());
            }
            7 => {
                let (interrupter, sandbox) = (session.clone(), sandbox.clone());
                let thread = std::thread::spawn(move || {
                    // One that comes before the exec is for what ran before.
                    while sandbox.process_count() < 2 {
                        std::thread::yield_now();
                    }
                    std::thread::sleep(limit);
                    interrupter.interrupt();
                });
                let result = session.prepare("sleep 100").timeout(Duration::from_secs(20)).wait().unwrap();
                thread.join().unwrap();
                assert_eq!((result.exit_code, result.timed_out), (Some(130), false), "{}", context());
                model.status = 130;
            }
            8 => {
                let result = session.exec("read -r line; echo got $line").unwrap();
                assert!(result.awaiting_input, "{}: {result:?}", context());
                let result = session.exec(format!("{value}")).unwrap();
                assert_eq!(result.stdout_text(), format!("got {value}\n"), "{}", context());
                model.status = 0;
            }
            9 => {
                assert!(session.exec("cat").unwrap().awaiting_input, "{}", context());
                if value % 2 == 0 {
                    session.interrupt();
                    model.status = 130;
                } else {
                    session.send_eof();
                    model.status = 0;
                }
            }
            10 => {
                let fork = session.fork().unwrap();
                fork.exec(format!("v{name}=other; cd /; rm -f /tmp/none; exit 3")).unwrap();
            }
            11 => {
                let snapshot = session.snapshot().unwrap();
                session = sandbox.restore_session(&snapshot).unwrap();
            }
            12 => {
                drop(session.prepare("while :; do echo x; done").stream());
                model.status = -1;
            }
            _ => {
                session.exec("(while :; do :; done) & sleep 50 & true").unwrap();
                session.exec("kill -9 $(jobs -p); wait 2>/dev/null; true").unwrap();
                model.status = 0;
            }
        }
        let (script, expected) = model.check();
        let result = session.prepare(script).timeout(Duration::from_secs(20)).wait();
        let result = result.unwrap_or_else(|error| panic!("{}: {error}", context()));
        let printed = result.stdout_text().into_owned();
        if model.status == -1 {
            // Ended before or after it began: both are right.
            let (status, rest) = printed.split_once(' ').unwrap();
            assert_eq!(rest, expected.split_once(' ').unwrap().1, "{}", context());
            model.status = status.parse().unwrap();
        } else {
            assert_eq!(printed, expected, "{}: {}", context(), result.stderr_text());
        }
    }
    drop(session);
    let started = std::time::Instant::now();
    while sandbox.process_count() > 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "seed {seed}: left: {}", common::processes(&sandbox));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn nothing_is_lost_in_a_random_life() {
    let lives: Vec<_> = (1..=8).map(|seed| std::thread::spawn(move || life(seed * 0x9e37_79b9, 250))).collect();
    for life in lives {
        life.join().unwrap();
    }
}

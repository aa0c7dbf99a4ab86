//! Python in the sandbox. Skipped where set-up could not get it.

#[path = "../common/mod.rs"]
mod common;
#[cfg(feature = "tls")]
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../common/tls.rs"]
mod server;

mod basics;
#[cfg(feature = "tls")]
mod https;
mod interpreter;
mod network;
mod programs;
mod threads;

use agentfense::Userland;
use agentfense::blocking::Session;
use common::{bash, out, sandbox};

/// A session of a sandbox with Python; absent, with a note, where there is none.
fn python() -> Option<Session> {
    installed().then(|| bash(&sandbox()))
}

fn installed() -> bool {
    let there = Userland::find().unwrap().images().any(|image| image == "python");
    if !there {
        println!("skipped: set-up could not get Python");
    }
    there
}

/// Standard output of a Python program given as standard input.
#[track_caller]
fn py(session: &Session, program: &str) -> String {
    out(session, &format!("python3 - <<'END_OF_PROGRAM'\n{program}\nEND_OF_PROGRAM"))
}

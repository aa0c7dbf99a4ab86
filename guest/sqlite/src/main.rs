//! sqlite3: the library of SQLite with a shell of our own.
//!
//! [`database`] is the library's interface as far as the shell needs it, [`vfs`] what gives it the kernel's file
//! locks, [`shell`] reads SQL and dot commands, [`output`] has the modes, [`import`] reads CSV.

// Off wasm32 only the tests of these parts use them.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

#[cfg(target_arch = "wasm32")]
mod database;
mod import;
mod output;
#[cfg(target_arch = "wasm32")]
mod shell;
#[cfg(target_arch = "wasm32")]
mod vfs;

#[cfg(target_arch = "wasm32")]
fn main() {
    use agentfense_support::multicall::{Command, run};
    run("agentfense-sqlite", &[Command { name: "sqlite3", main: shell::main, usage_status: 1 }])
}

/// Without the library there is no command, only the parts that tests look at.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}

//! The shell of a sandbox: POSIX sh and bash as one WebAssembly program.
//!
//! It is a session's shell (the `session` interface: long-lived, one state) and
//! a command (`wasi:cli/run`: `sh -c`, scripts, and the forks of other shells).
//! The world it reaches is `agentfense_sys` alone.
//!
//! - `syntax` makes a tree (`ast`) of a script; `exec` walks it.
//! - `expand`, `pattern`, `regex` and `vars` are words and values.
//! - `builtins` has a file a builtin.
//! - `shell` is the state; `state` its bytes; `files`, `jobs`, `options` and
//!   `traps` are parts of it. `stack` says when recursion must end.
//! - `invoke` and `session` are the two ways to start.

pub mod ast;
pub mod builtins;
pub mod checkpoint;
mod clock;
pub mod completion;
pub mod exec;
pub mod expand;
pub mod files;
pub mod invoke;
pub mod jobs;
pub mod messages;
pub mod options;
pub mod pattern;
pub mod positional;
pub mod prompt;
pub mod regex;
mod restricted;
pub mod session;
pub mod shell;
pub mod stack;
mod start;
pub mod state;
pub mod syntax;
pub mod terminal;
pub mod traps;
pub mod vars;

#[cfg(target_family = "wasm")]
mod component;

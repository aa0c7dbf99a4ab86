//! What awk needs of the world it runs in.

use std::io::{self, Read, Write};

/// Files, processes and the environment.
pub trait Host {
    /// The environment, for `ENVIRON`.
    fn environment(&mut self) -> Vec<(Vec<u8>, Vec<u8>)>;
    /// Standard input.
    fn stdin(&mut self) -> Box<dyn Read>;
    /// Standard output, unbuffered.
    fn stdout(&mut self) -> Box<dyn Write>;
    /// Standard error, unbuffered.
    fn stderr(&mut self) -> Box<dyn Write>;
    /// Whether somebody watches standard output, who wants to see every line at once.
    fn stdout_is_terminal(&mut self) -> bool;
    /// Opens a file to read.
    fn open(&mut self, path: &[u8]) -> io::Result<Box<dyn Read>>;
    /// Creates a file, or opens it to append.
    fn create(&mut self, path: &[u8], append: bool) -> io::Result<Box<dyn Write>>;
    /// Starts a command in the shell.
    fn spawn(&mut self, command: &[u8], pipes: Pipes) -> io::Result<Process>;
    /// This process's number and its parent's.
    fn process_ids(&mut self) -> (u32, u32);
    /// What an error says, in the words of strerror(3).
    fn error_text(&self, error: &io::Error) -> String;
}

/// Which ends of a command's streams are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pipes {
    /// None: it shares this process's.
    None,
    /// Its standard output is read.
    Read,
    /// Its standard input is written.
    Write,
    /// Both.
    Both,
}

/// A command that runs.
pub struct Process {
    /// Its standard input, if asked for.
    pub stdin: Option<Box<dyn Write>>,
    /// Its standard output, if asked for.
    pub stdout: Option<Box<dyn Read>>,
    /// Waits for its end.
    pub wait: Wait,
}

/// Waits for a command's end.
pub type Wait = Box<dyn FnOnce() -> io::Result<ExitStatus>>;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// With that status.
    Exited(u8),
    /// By that signal.
    Signaled(u8),
}

impl ExitStatus {
    /// As `close` and `system` give it.
    pub fn number(self) -> f64 {
        match self {
            ExitStatus::Exited(status) => f64::from(status),
            ExitStatus::Signaled(signal) => 256.0 + f64::from(signal),
        }
    }
}

//! Why a command ends early.

use agentfense_sys::{Errno, error_text};
use std::io;

/// What a command's main function gives: its exit status, or why it cannot go on.
pub type Outcome = Result<u8, Failure>;

/// A message for standard error and the exit status that goes with it.
#[derive(Debug)]
pub struct Failure {
    /// Without the command's name; nothing is printed when empty.
    pub message: String,
    /// The exit status; the command's own for a usage error when absent.
    pub status: Option<u8>,
    /// Whether to point at `--help`.
    pub usage: bool,
}

impl Failure {
    /// Status 1 and a message.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), status: Some(1), usage: false }
    }

    /// The command was called in a wrong way.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), status: None, usage: true }
    }

    /// With another exit status.
    pub fn status(mut self, status: u8) -> Failure {
        self.status = Some(status);
        self
    }

    /// Ends with a status and says nothing.
    pub fn quiet(status: u8) -> Failure {
        Failure { message: String::new(), status: Some(status), usage: false }
    }
}

/// Output failed; everything else that can fail is reported where it is known what it was.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::new(format!("write error: {}", error_text(&error)))
    }
}

impl From<Errno> for Failure {
    fn from(errno: Errno) -> Self {
        Failure::new(errno.to_string())
    }
}

//! What can go wrong for a caller of this library.

use std::path::PathBuf;

use crate::fs::Errno;

/// An error of this library. What a *command* does wrong is no error here but
/// its exit status and its standard error.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Error {
    /// The workspace is not a directory that can be read.
    Workspace {
        /// The path as it was given.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// A setting is not usable; says which and why.
    Configuration(String),
    /// The userland (the sandbox's commands) was not found or not usable.
    Userland(String),
    /// The WebAssembly engine could not be set up on this machine.
    Engine(String),
    /// A session could not be started.
    Session(String),
    /// The session has ended: it was closed, its shell ran `exit`, or its
    /// shell failed. Start another one.
    SessionClosed {
        /// How it ended.
        reason: String,
    },
    /// Another exec of the session runs, and this one was not to wait for it.
    SessionBusy,
    /// The sandbox was destroyed.
    SandboxClosed,
    /// An operation on the sandbox's files failed.
    File {
        /// The path inside the sandbox.
        path: String,
        /// Why.
        errno: Errno,
    },
}

impl Error {
    pub(crate) fn file(path: &str, errno: Errno) -> Self {
        Error::File { path: path.to_owned(), errno }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Workspace { path, reason } => write!(f, "workspace {}: {reason}", path.display()),
            Error::Configuration(what) => f.write_str(what),
            Error::Userland(what) => write!(f, "userland: {what}"),
            Error::Engine(what) => write!(f, "the WebAssembly engine cannot be set up: {what}"),
            Error::Session(what) => write!(f, "session: {what}"),
            Error::SessionClosed { reason } => write!(f, "the session is closed: {reason}"),
            Error::SessionBusy => f.write_str("the session is busy with another exec"),
            Error::SandboxClosed => f.write_str("the sandbox was destroyed"),
            Error::File { path, errno } => write!(f, "{path}: {errno}"),
        }
    }
}

impl std::error::Error for Error {}

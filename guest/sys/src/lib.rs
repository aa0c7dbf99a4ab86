//! The kernel's system calls for programs inside an agentfense sandbox.
//!
//! - [`bindings`]: the calls as `wit/` declares them, generated.
//! - [`files`] and [`processes`]: the same with names as bytes, [`Errno`] and [`Signal`].
//! - [`network`]: connections that are open files, and TLS.
//! - [`process`]: starting programs, in the shape of `std::process`.
//! - [`escape`]: how names that are not UTF-8 cross the interface.
//! - [`command`] (a feature): what makes an ordinary program, written for `std` or libc, behave
//!   as a Unix command: full exit codes, the right working directory, file modes and owners.
//!
//! Names (paths, arguments, environment) are bytes here, as in POSIX; an `OsStr` gives its own
//! with `as_encoded_bytes`. Off wasm32 the crate compiles, so that pure parts can be tested, but a
//! call to the kernel panics there.

pub mod bindings;
#[cfg(feature = "command")]
pub mod command;
mod errno;
pub mod escape;
pub mod files;
pub mod network;
pub mod process;
pub mod processes;
mod signal;

pub use errno::{Errno, error_text};
pub use signal::{ParseSignalError, Signal};

/// This process's arguments, program name first.
pub fn args() -> Vec<Vec<u8>> {
    std::env::args_os().map(|arg| escape::from_os(&arg)).collect()
}

/// This process's environment, in its order.
pub fn env() -> Vec<(Vec<u8>, Vec<u8>)> {
    std::env::vars_os().map(|(name, value)| (escape::from_os(&name), escape::from_os(&value))).collect()
}

/// One variable of this process's environment.
pub fn var(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(|value| escape::from_os(&value))
}

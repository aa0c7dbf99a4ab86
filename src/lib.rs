//! A sandbox with a shell inside.
//!
//! A [`Sandbox`] is a workspace directory with its own processes and limits. A
//! [`Session`] is a persistent POSIX shell in it: the working directory,
//! variables, functions and jobs live from one [`Session::exec`] to the next.
//! Every command, the shell included, runs as a WebAssembly program, so what
//! it can reach is what the system call table (`wit/`) lists and nothing else.
//!
//! ```
//! # fn main() -> Result<(), agentfense::Error> {
//! use agentfense::blocking::Sandbox;
//!
//! let sandbox = Sandbox::new(Sandbox::builder())?;
//! let session = sandbox.session()?;
//! session.exec("greeting=hello; mkdir -p notes; cd notes")?;
//! let result = session.exec("echo $greeting from $PWD | tr a-z A-Z")?;
//! assert_eq!(result.stdout_text(), "HELLO FROM /WORKSPACE/NOTES\n");
//! assert_eq!(result.exit_code, Some(0));
//! # Ok(())
//! # }
//! ```
//!
//! The same with a runtime of your own: [`Sandbox`] and [`Session`] are async,
//! [`blocking`] is their waiting face.

pub mod blocking;
mod engine;
mod error;
mod exec;
pub mod fs;
mod kernel;
mod limits;
mod net;
mod output;
mod platform;
#[cfg(feature = "compiler")]
mod preview1;
mod program;
mod sandbox;
mod session;
mod snapshot;
mod stream;
mod syscalls;
mod wasi;
mod wit;

pub use engine::set_capacity;
pub use error::Error;
pub use exec::{Exec, ExecResult, Input};
pub use fs::{Change, ChangeKind};
pub use fs::{Errno, PatternType, Permission, PermissionRule, preset};
pub use kernel::{Outlet, TerminalSize};
pub use limits::Limits;
pub use net::{EgressEvent, HttpHeader, HttpRule, NetworkPolicy, NetworkRule, Protocol, Scheme, Verdict};
pub use program::{Package, Userland};
pub use sandbox::{Mount, Sandbox, SandboxBuilder};
pub use session::{BackgroundOutput, Session, SessionOptions};
pub use stream::{ExecStream, Output};

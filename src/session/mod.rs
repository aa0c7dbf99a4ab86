//! Sessions: a shell that stays, and what is run in it.

mod between;
mod inner;
mod queue;
mod shell;
mod snapshot;

use std::sync::Arc;

use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::TerminalSize;

pub use between::BackgroundOutput;
pub(crate) use inner::{Inner, Outcome, Work};
pub(crate) use queue::Ticket;

/// How to start a session.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SessionOptions {
    /// The shell's path in the sandbox.
    pub shell: String,
    /// Environment variables, beside the sandbox's own.
    pub env: Vec<(String, String)>,
    /// The working directory at the start.
    pub workdir: String,
    /// For a person: prompts, history, job notices.
    pub interactive: bool,
    /// The standard streams are a terminal of that size (a pseudo-terminal),
    /// with modes, line editing, job control and its keys.
    pub terminal: Option<TerminalSize>,
}

impl Default for SessionOptions {
    fn default() -> Self {
        SessionOptions {
            shell: "/bin/sh".into(),
            env: Vec::new(),
            workdir: crate::sandbox::WORKSPACE.into(),
            interactive: false,
            terminal: None,
        }
    }
}

impl SessionOptions {
    /// The defaults: `/bin/sh` in `/workspace`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The shell's path in the sandbox, such as `/bin/bash`.
    pub fn shell(mut self, path: impl Into<String>) -> Self {
        self.shell = path.into();
        self
    }

    /// An environment variable.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The working directory at the start.
    pub fn workdir(mut self, path: impl Into<String>) -> Self {
        self.workdir = path.into();
        self
    }

    /// For a person: prompts, history, job notices.
    pub fn interactive(mut self, interactive: bool) -> Self {
        self.interactive = interactive;
        self
    }

    /// Makes the standard streams a terminal of that size. Programs then see
    /// one (`isatty`, `TERM=xterm` unless set), lines end in CR LF, what is typed is shown, and the keys
    /// of job control work ([`Session::send_keys`]).
    pub fn terminal(mut self, size: TerminalSize) -> Self {
        self.terminal = Some(size);
        self
    }
}

/// A persistent shell in a sandbox. Clones are handles to the same session;
/// when the last one is gone, the session closes.
#[derive(Clone)]
pub struct Session {
    pub(crate) inner: Arc<Inner>,
    /// Closes the session with the last handle, while execs in flight keep `inner`.
    closer: Arc<Closer>,
}

struct Closer {
    session: Arc<Inner>,
    /// The sandbox lives as long as its sessions.
    sandbox: Arc<crate::sandbox::Inner>,
}

impl Drop for Closer {
    fn drop(&mut self) {
        self.session.close("it was closed");
    }
}

impl Session {
    fn new(inner: Arc<Inner>, sandbox: Arc<crate::sandbox::Inner>) -> Self {
        Session { closer: Arc::new(Closer { session: inner.clone(), sandbox }), inner }
    }

    /// Runs a script in the session's shell. Execs of one session run one
    /// after the other, in the order they were first polled.
    ///
    /// An exec that is given no input ends when its command waits for some:
    /// its result has no exit code, and `awaiting_input` is set. The next
    /// exec's text is then a line for that command, and so on until it ends.
    ///
    /// # Errors
    /// `SessionClosed` when the session has ended. What the script does wrong
    /// is in the result.
    pub fn exec(&self, script: impl AsRef<[u8]>) -> Exec {
        Exec::new(self.inner.clone(), script.as_ref().to_vec())
    }

    /// Interrupts the running commands, as Ctrl-C would. The session stays.
    pub fn interrupt(&self) {
        self.inner.interrupt();
    }

    /// Ends the session and every process in it.
    pub fn close(&self) {
        self.inner.close("it was closed");
    }

    /// Whether the session can still run commands.
    pub fn is_open(&self) -> bool {
        !self.inner.is_closed()
    }

    /// Whether an exec is running or waiting for its turn.
    pub fn is_busy(&self) -> bool {
        self.inner.is_busy()
    }

    /// The session's number in its sandbox: its shell's process id.
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// The shell's path in the sandbox.
    pub fn shell(&self) -> &str {
        self.inner.shell_path()
    }

    /// Types bytes at the session's terminal, as keys do, whoever reads them.
    /// Where the session has a terminal ([`SessionOptions::terminal`]), control
    /// characters do what its mode says: by default 0x03 interrupts, 0x04 is an
    /// end of the file, 0x1a stops the foreground job, 0x7f erases.
    pub fn send_keys(&self, keys: impl AsRef<[u8]>) {
        self.inner.send_keys(keys.as_ref());
    }

    /// Changes the size of the session's terminal; programs in the foreground
    /// hear of it (SIGWINCH). Without a terminal nothing happens.
    pub fn resize(&self, size: TerminalSize) {
        self.inner.resize(size);
    }

    /// Ends the typed input of the command that waits for it, as Ctrl-D does
    /// at a terminal. What it then prints comes with the next exec.
    pub fn send_eof(&self) {
        self.inner.send_eof();
    }

    /// The session's state as bytes: variables, functions, aliases, options,
    /// traps, working directory, open files that have a path. A few kilobytes
    /// for a small session; the form is documented in `src/session/snapshot.rs`
    /// and has a version. Jobs and what they print are not part of it.
    ///
    /// It is the state after the last exec that has ended, and does not wait
    /// for one that runs.
    ///
    /// # Errors
    /// `SessionClosed`, and `Session` when the state is over 64 MiB.
    pub fn snapshot(&self) -> Result<Vec<u8>, Error> {
        self.inner.snapshot()
    }

    /// Another session in the same sandbox with this one's state, as
    /// [`Session::snapshot`] has it. From then on they are independent.
    ///
    /// # Errors
    /// `SessionClosed`, and `Session` when it cannot be started.
    pub async fn fork(&self) -> Result<Session, Error> {
        let snapshot = self.snapshot()?;
        Session::restore(self.inner.kernel().clone(), self.closer.sandbox.clone(), &snapshot).await
    }

    /// A session from a snapshot's bytes.
    pub(crate) async fn restore(
        kernel: Arc<crate::kernel::Kernel>,
        sandbox: Arc<crate::sandbox::Inner>,
        snapshot: &[u8],
    ) -> Result<Session, Error> {
        let snapshot = snapshot::Snapshot::from_bytes(snapshot)
            .map_err(|reason| Error::Session(format!("the snapshot cannot be restored: {reason}")))?;
        // The directory and the environment are in the state.
        let mut options = SessionOptions::new().shell(snapshot.shell).workdir("/").interactive(snapshot.interactive);
        options.terminal = snapshot.terminal;
        Inner::open(kernel, sandbox, Vec::new(), options, Some(snapshot.state)).await
    }

    /// What background jobs print between execs, as it comes. Of several
    /// subscribers each gets a part.
    pub fn background_output(&self) -> BackgroundOutput {
        self.inner.background_output()
    }

    /// The prompt that the shell would show now; none while a command waits
    /// for input.
    pub async fn prompt(&self) -> Result<String, Error> {
        self.inner.prompt().await
    }

    /// Whether a text is a whole command: a terminal would ask for more if
    /// not. While a command waits for input, a line is.
    pub async fn is_complete(&self, script: &[u8]) -> Result<bool, Error> {
        self.inner.is_complete(script).await
    }
}

//! The same API for callers without an async runtime: every call waits.
//!
//! ```no_run
//! # fn main() -> Result<(), agentfense::Error> {
//! let sandbox = agentfense::blocking::Sandbox::from_local("./project")?;
//! let session = sandbox.session()?;
//! session.exec("cd src")?;
//! print!("{}", session.exec("ls | wc -l")?.stdout_text());
//! # Ok(())
//! # }
//! ```

use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::Thread;

use crate::error::Error;
use crate::exec::{Exec, ExecResult};
use crate::fs::Change;
use crate::kernel::TerminalSize;
use crate::sandbox::SandboxBuilder;
use crate::session::{BackgroundOutput, SessionOptions, Ticket};
pub use crate::stream::BlockingStream;
use crate::stream::Output;

/// Wakes the thread that waits for a future.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future on the calling thread, whatever runtime that belongs to: the
/// commands of an exec run right here, without a thread in between.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    let runtime = crate::engine::Engine::shared()?.runtime();
    let _entered = runtime.enter();
    let waker = Arc::new(Unpark(std::thread::current())).into();
    let mut cx = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return Ok(output),
            Poll::Pending => std::thread::park(),
        }
    }
}

/// See [`crate::Sandbox`].
#[derive(Clone)]
pub struct Sandbox(crate::Sandbox);

impl Sandbox {
    /// See [`crate::Sandbox::from_local`].
    pub fn from_local(path: impl AsRef<Path>) -> Result<Sandbox, Error> {
        crate::Sandbox::from_local(path).map(Sandbox)
    }

    /// See [`crate::Sandbox::builder`]; end with [`Sandbox::new`].
    pub fn builder() -> SandboxBuilder {
        crate::Sandbox::builder()
    }

    /// A sandbox as a builder describes it.
    pub fn new(builder: SandboxBuilder) -> Result<Sandbox, Error> {
        builder.build().map(Sandbox)
    }

    /// See [`crate::Sandbox::session`].
    pub fn session(&self) -> Result<Session, Error> {
        self.session_with(SessionOptions::default())
    }

    /// See [`crate::Sandbox::session_with`].
    pub fn session_with(&self, options: SessionOptions) -> Result<Session, Error> {
        block_on(self.0.session_with(options))?.map(Session)
    }

    /// See [`crate::Sandbox::run`].
    pub fn run(&self, script: impl AsRef<[u8]>) -> Result<ExecResult, Error> {
        let session = self.session()?;
        let shell = session.0.shell().to_owned();
        session.prepare(script).name(shell).stdin(crate::Input::Empty).wait()
    }

    /// See [`crate::Sandbox::restore_session`].
    pub fn restore_session(&self, snapshot: &[u8]) -> Result<Session, Error> {
        block_on(self.0.restore_session(snapshot))?.map(Session)
    }

    /// See [`crate::Sandbox::snapshot`].
    pub fn snapshot(&self) -> Result<Vec<u8>, Error> {
        self.0.snapshot()
    }

    /// See [`crate::Sandbox::restore`].
    pub fn restore(builder: SandboxBuilder, snapshot: &[u8]) -> Result<(Sandbox, Vec<Session>), Error> {
        let (sandbox, sessions) = block_on(crate::Sandbox::restore(builder, snapshot))??;
        Ok((Sandbox(sandbox), sessions.into_iter().map(Session).collect()))
    }

    /// See [`crate::Sandbox::read_file`].
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>, Error> {
        self.0.read_file(path)
    }

    /// See [`crate::Sandbox::write_file`].
    pub fn write_file(&self, path: &str, contents: impl AsRef<[u8]>) -> Result<(), Error> {
        self.0.write_file(path, contents)
    }

    /// See [`crate::Sandbox::list_files`].
    pub fn list_files(&self, path: &str, recursive: bool) -> Result<Vec<String>, Error> {
        self.0.list_files(path, recursive)
    }

    /// See [`crate::Sandbox::diff`].
    pub fn diff(&self) -> Result<Vec<Change>, Error> {
        self.0.diff()
    }

    /// See [`crate::Sandbox::commit`].
    pub fn commit(&self) -> Result<(), Error> {
        self.0.commit()
    }

    /// See [`crate::Sandbox::discard`].
    pub fn discard(&self) -> Result<(), Error> {
        self.0.discard()
    }

    /// See [`crate::Sandbox::forward`].
    pub fn forward(&self, host_port: u16, port: u16) -> Result<std::net::SocketAddr, Error> {
        self.0.forward(host_port, port)
    }

    /// See [`crate::Sandbox::process_count`].
    pub fn process_count(&self) -> usize {
        self.0.process_count()
    }

    /// See [`crate::Sandbox::memory_used`].
    pub fn memory_used(&self) -> u64 {
        self.0.memory_used()
    }

    /// See [`crate::Sandbox::destroy`].
    pub fn destroy(&self) {
        self.0.destroy();
    }
}

/// See [`crate::Session`].
#[derive(Clone)]
pub struct Session(crate::Session);

impl Session {
    /// Runs a script and waits for it. See [`crate::Session::exec`].
    pub fn exec(&self, script: impl AsRef<[u8]>) -> Result<ExecResult, Error> {
        self.prepare(script).wait()
    }

    /// An exec to give input, environment or a time limit; end with [`Exec::wait`].
    pub fn prepare(&self, script: impl AsRef<[u8]>) -> Exec {
        self.0.exec(script)
    }

    /// See [`crate::Session::interrupt`]; from another thread.
    pub fn interrupt(&self) {
        self.0.interrupt();
    }

    /// See [`crate::Session::send_eof`].
    pub fn send_eof(&self) {
        self.0.send_eof();
    }

    /// See [`crate::Session::background_output`]; the pieces as an iterator that waits.
    pub fn background_output(&self) -> BlockingBackgroundOutput {
        BlockingBackgroundOutput(self.0.background_output())
    }

    /// See [`crate::Session::send_keys`].
    pub fn send_keys(&self, keys: impl AsRef<[u8]>) {
        self.0.send_keys(keys);
    }

    /// See [`crate::Session::resize`].
    pub fn resize(&self, size: TerminalSize) {
        self.0.resize(size);
    }

    /// See [`crate::Session::snapshot`].
    pub fn snapshot(&self) -> Result<Vec<u8>, Error> {
        self.0.snapshot()
    }

    /// See [`crate::Session::fork`].
    pub fn fork(&self) -> Result<Session, Error> {
        block_on(self.0.fork())?.map(Session)
    }

    /// See [`crate::Session::is_busy`].
    pub fn is_busy(&self) -> bool {
        self.0.is_busy()
    }

    /// See [`crate::Session::close`].
    pub fn close(&self) {
        self.0.close();
    }

    /// See [`crate::Session::is_open`].
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }

    /// See [`crate::Session::prompt`].
    pub fn prompt(&self) -> Result<String, Error> {
        block_on(self.0.prompt())?
    }

    /// See [`crate::Session::is_complete`].
    pub fn is_complete(&self, script: &[u8]) -> Result<bool, Error> {
        block_on(self.0.is_complete(script))?
    }
}

/// See [`BackgroundOutput`]; for callers without a runtime.
#[derive(Debug)]
pub struct BlockingBackgroundOutput(BackgroundOutput);

impl Iterator for BlockingBackgroundOutput {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        // Without an engine there is no session.
        block_on(self.0.next()).ok().flatten()
    }
}

impl Exec {
    /// See [`Exec::stream`]; the pieces of output as an iterator that waits.
    pub fn stream_blocking(self) -> BlockingStream {
        BlockingStream(self.stream())
    }

    /// Runs it and waits, on the calling thread.
    pub fn wait(self) -> Result<ExecResult, Error> {
        block_on(self.run(&Ticket::default()))?
    }
}

//! One exec: what it is given, how it runs, what comes back.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::error::Error;
use crate::kernel::{OpenFile, Outlet, Pipe};
use crate::output::Collector;
use crate::session::{Inner, Ticket};
use crate::wit::shell::exports::agentfense::kernel::session::Request;

/// What a command reads as its standard input.
#[derive(Default)]
pub enum Input {
    /// Nothing: the end of the file at once.
    #[default]
    Empty,
    /// These bytes, then the end of the file.
    Bytes(Bytes),
    /// A reader of the host's. It is read on a thread of its own, and only
    /// when a command in the sandbox waits for input.
    Reader(Box<dyn Read + Send>),
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Input::Empty => f.write_str("Empty"),
            Input::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Input::Reader(_) => f.write_str("Reader"),
        }
    }
}

impl<T: Into<Vec<u8>>> From<T> for Input {
    fn from(bytes: T) -> Self {
        Input::Bytes(Bytes::from(bytes.into()))
    }
}

impl Input {
    fn open(self, runtime: &tokio::runtime::Handle) -> Arc<OpenFile> {
        match self {
            Input::Empty => OpenFile::empty(),
            Input::Bytes(bytes) => OpenFile::bytes(bytes),
            Input::Reader(reader) => {
                let pipe = Arc::new(Pipe::new());
                let input = OpenFile::pipe_reader(pipe.clone(), None);
                let output = OpenFile::pipe_writer(pipe.clone(), None);
                let runtime = runtime.clone();
                // A blocked read of the host cannot be cancelled: the thread
                // ends with its next byte, or with the host process.
                std::thread::spawn(move || pump(reader, &pipe, &output, &runtime));
                input
            }
        }
    }
}

/// Moves input from a host reader to a pipe, a chunk whenever one is wanted.
fn pump(mut reader: Box<dyn Read + Send>, pipe: &Pipe, output: &OpenFile, runtime: &tokio::runtime::Handle) {
    let mut buffer = vec![0; crate::kernel::PIPE_CAPACITY];
    while runtime.block_on(pipe.wanted()) {
        match reader.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => {
                if runtime.block_on(output.write(Bytes::copy_from_slice(&buffer[..n]))).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// What an exec is given besides its script.
#[derive(Default)]
pub(crate) struct Options {
    pub(crate) stdin: Input,
    pub(crate) stdout: Option<Arc<dyn Outlet>>,
    pub(crate) stderr: Option<Arc<dyn Outlet>>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) workdir: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) name: Option<String>,
    pub(crate) arguments: Option<Vec<String>>,
}

/// An exec that is being put together. Await it to run it.
///
/// Dropping the future interrupts the commands, as Ctrl-C would; the session
/// stays usable.
#[must_use = "an exec runs when it is awaited"]
pub struct Exec {
    session: Arc<Inner>,
    script: Vec<u8>,
    options: Options,
}

impl Exec {
    pub(crate) fn new(session: Arc<Inner>, script: Vec<u8>) -> Self {
        Exec { session, script, options: Options::default() }
    }

    /// What the commands read as standard input.
    pub fn stdin(mut self, input: impl Into<Input>) -> Self {
        self.options.stdin = input.into();
        self
    }

    /// Like `stdin`, from a reader of the host's.
    pub fn stdin_reader(mut self, reader: impl Read + Send + 'static) -> Self {
        self.options.stdin = Input::Reader(Box::new(reader));
        self
    }

    /// Sends standard output there as it comes; the result's is then empty.
    pub fn stdout(mut self, outlet: Arc<dyn Outlet>) -> Self {
        self.options.stdout = Some(outlet);
        self
    }

    /// Sends standard error there as it comes; the result's is then empty.
    pub fn stderr(mut self, outlet: Arc<dyn Outlet>) -> Self {
        self.options.stderr = Some(outlet);
        self
    }

    /// An environment variable for this exec only.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.env.push((name.into(), value.into()));
        self
    }

    /// The working directory for this exec only.
    pub fn workdir(mut self, path: impl Into<String>) -> Self {
        self.options.workdir = Some(path.into());
        self
    }

    /// Ends the commands after that time: first with an interrupt, which
    /// leaves the session its state, then by killing them.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Runs the script as a program of that name, as `bash -c` does with its
    /// `$0`: the shell ends with it, and the EXIT trap runs.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.options.name = Some(name.into());
        self
    }

    /// The positional parameters `$1` and on.
    pub fn arguments(mut self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.arguments = Some(arguments.into_iter().map(Into::into).collect());
        self
    }

    /// Runs it on the calling thread's task.
    pub(crate) async fn run(self, ticket: &Ticket) -> Result<ExecResult, Error> {
        let Exec { session, script, options } = self;
        let started = Instant::now();
        let limit = session.output_limit();
        let stdout = Collector::new(limit);
        let stderr = Collector::new(limit);
        let streams = [
            options.stdin.open(&session.runtime()),
            OpenFile::sink(options.stdout.unwrap_or_else(|| stdout.clone())),
            OpenFile::sink(options.stderr.unwrap_or_else(|| stderr.clone())),
        ];
        let request = Request {
            script,
            name: options.name,
            arguments: options.arguments,
            env: options.env,
            cwd: options.workdir,
        };
        let outcome = session.run(ticket, request, streams, options.timeout).await;
        session.release_if_closed();
        let outcome = outcome?;
        let (stdout, stdout_left_out) = stdout.take();
        let (stderr, stderr_left_out) = stderr.take();
        Ok(ExecResult {
            stdout,
            stderr,
            exit_code: Some(outcome.status.into()),
            duration: started.elapsed(),
            timed_out: outcome.timed_out,
            awaiting_input: false,
            stdout_left_out,
            stderr_left_out,
            session_ended: outcome.ended,
        })
    }
}

impl IntoFuture for Exec {
    type Output = Result<ExecResult, Error>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        // On the library's own runtime: a command's processor time never
        // keeps the caller's executor from its other tasks.
        Box::pin(async move {
            let ticket = Arc::new(Ticket::default());
            let mut guard = CancelOnDrop(Some((self.session.clone(), ticket.clone())));
            let task = self.session.runtime().spawn(async move { self.run(&ticket).await });
            let result = task.await;
            guard.0 = None;
            result
                .unwrap_or_else(|_| Err(Error::SessionClosed { reason: "the library's runtime was shut down".into() }))
        })
    }
}

/// Ends an exec that nobody waits for any more, and no other of its session.
struct CancelOnDrop(Option<(Arc<Inner>, Arc<Ticket>)>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some((session, ticket)) = self.0.take()
            && ticket.cancel()
        {
            session.interrupt();
        }
    }
}

/// What an exec gave.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ExecResult {
    /// Standard output, byte for byte.
    pub stdout: Vec<u8>,
    /// Standard error, byte for byte.
    pub stderr: Vec<u8>,
    /// The exit status, 0 to 255; absent while the command waits for input.
    pub exit_code: Option<i32>,
    /// How long it took.
    pub duration: Duration,
    /// The time limit ended it.
    pub timed_out: bool,
    /// A command waits for terminal input: the next exec's text goes to it.
    pub awaiting_input: bool,
    /// Bytes of standard output that the output limit left out.
    pub stdout_left_out: u64,
    /// Bytes of standard error that the output limit left out.
    pub stderr_left_out: u64,
    /// The shell has ended with this exec (`exit`): the session is closed.
    pub session_ended: bool,
}

impl ExecResult {
    /// Standard output as text; what is not UTF-8 is replaced.
    pub fn stdout_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.stdout)
    }

    /// Standard error as text; what is not UTF-8 is replaced.
    pub fn stderr_text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.stderr)
    }

    /// Whether it exited with status 0.
    pub fn success(&self) -> bool {
        self.exit_code == Some(0)
    }

    /// Whether output was left out.
    pub fn truncated(&self) -> bool {
        self.stdout_left_out > 0 || self.stderr_left_out > 0
    }
}

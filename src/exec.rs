//! One exec: what it is given, how it runs, what comes back.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::error::Error;
use crate::kernel::{OpenFile, Outlet, Pipe};
use crate::output::Collector;
use crate::session::{Inner, Outcome, Ticket, Work};
use crate::stream::ExecStream;
use crate::wit::shell::exports::agentfense::kernel::session::Request;

/// What a command reads as its standard input.
#[derive(Default)]
pub enum Input {
    /// The session's terminal: when a command waits for it, the exec returns
    /// with `awaiting_input`, and the next exec's text is the command's input.
    #[default]
    Terminal,
    /// Nothing: the end of the file at once.
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
            Input::Terminal => f.write_str("Terminal"),
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
    /// The file that commands read; absent for the terminal.
    fn open(self, runtime: &tokio::runtime::Handle) -> Option<Arc<OpenFile>> {
        Some(match self {
            Input::Terminal => return None,
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
        })
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
    pub(crate) at_once: bool,
    pub(crate) attended: bool,
}

/// An exec that is being put together. Await it to run it.
///
/// Dropping the future ends the commands as a time limit would, with an
/// interrupt first; the session stays usable.
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

    /// Someone types while it runs, with [`Session::send_keys`]: the exec does
    /// not return when a command waits for terminal input, only when it ends.
    /// What was typed before it started is kept for it.
    ///
    /// [`Session::send_keys`]: crate::Session::send_keys
    pub fn attended(mut self) -> Self {
        self.options.attended = true;
        self
    }

    /// Fails with [`Error::SessionBusy`] instead of waiting when another exec
    /// of the session runs.
    pub fn at_once(mut self) -> Self {
        self.options.at_once = true;
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

    /// Starts it; its output comes as it is written.
    pub fn stream(self) -> ExecStream {
        ExecStream::start(self)
    }

    pub(crate) fn runtime(&self) -> tokio::runtime::Handle {
        self.session.runtime()
    }

    /// Runs it on the calling thread's task.
    pub(crate) async fn run(self, ticket: &Ticket) -> Result<ExecResult, Error> {
        let Exec { session, script, options } = self;
        let started = Instant::now();
        let limit = session.output_limit();
        let stdout = Collector::new(limit);
        let stderr = Collector::new(limit);
        let request = Request {
            script,
            name: options.name,
            arguments: options.arguments,
            env: options.env,
            cwd: options.workdir,
        };
        let work = Work {
            request,
            stdin: options.stdin.open(&session.runtime()),
            stdout: OpenFile::sink(options.stdout.unwrap_or_else(|| stdout.clone())),
            stderr: OpenFile::sink(options.stderr.unwrap_or_else(|| stderr.clone())),
            timeout: options.timeout,
            attended: options.attended,
            at_once: options.at_once,
        };
        let outcome = session.run(ticket, work).await;
        session.release_if_closed();
        let Outcome { status, timed_out, ended, restored, dropped } = outcome?;
        let (stdout, stdout_left_out) = stdout.take();
        let (stderr, stderr_left_out) = stderr.take();
        Ok(ExecResult {
            stdout,
            stderr,
            exit_code: status.map(i32::from),
            duration: started.elapsed(),
            timed_out,
            awaiting_input: status.is_none(),
            stdout_left_out: stdout_left_out + dropped[0],
            stderr_left_out: stderr_left_out + dropped[1],
            session_ended: ended,
            restored,
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
            let _guard = CancelOnDrop(ticket.clone());
            let task = self.session.runtime().spawn(async move { self.run(&ticket).await });
            task.await
                .unwrap_or_else(|_| Err(Error::SessionClosed { reason: "the library's runtime was shut down".into() }))
        })
    }
}

/// Ends an exec that nobody waits for any more, and no other of its session.
struct CancelOnDrop(Arc<Ticket>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        // After the exec's end nobody looks at it.
        self.0.cancel();
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
    /// The shell was lost during this exec, for this reason (it was killed, or
    /// ran out of memory); the session goes on with its state of before, or
    /// with the last one that was at most 64 MiB.
    pub restored: Option<String>,
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

//! What make needs of the system it runs on.

use agentfense_sys::Errno;
use agentfense_sys::process::ExitStatus;

/// What make wants to know of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStat {
    /// When it was modified: nanoseconds since the epoch.
    pub modified: i64,
    /// Whether it is a directory.
    pub directory: bool,
}

/// Where a program's output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// To make's own.
    Inherit,
    /// Standard output and standard error together, to be taken with [`System::take_output`].
    Capture,
}

/// A program to start.
#[derive(Clone, Debug)]
pub struct Program<'a> {
    /// Its name (to be looked up in the PATH of `env`) and arguments.
    pub argv: &'a [Vec<u8>],
    /// Its environment.
    pub env: &'a [(Vec<u8>, Vec<u8>)],
    /// Whether it gets make's standard input; the others get none.
    pub stdin: bool,
    /// Where it writes.
    pub output: Output,
}

/// A token of the job server: the right to run one more job.
pub type Token = u8;

/// Which of make's own streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Error,
}

/// The system.
pub trait System {
    /// As stat(2), or lstat(2) where `follow` is false.
    fn stat(&self, path: &[u8], follow: bool) -> Result<FileStat, Errno>;
    /// A whole file. `-` is no special name here.
    fn read(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    /// All of standard input.
    fn read_stdin(&self) -> Result<Vec<u8>, Errno>;
    /// Writes a whole file, or adds to it.
    fn write(&self, path: &[u8], data: &[u8], append: bool) -> Result<(), Errno>;
    /// The names in a directory, without `.` and `..`.
    fn list(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno>;
    /// As realpath(3).
    fn real_path(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    /// As readlink(2).
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno>;
    /// Removes a file.
    fn unlink(&self, path: &[u8]) -> Result<(), Errno>;
    /// Sets the time of modification to now, and makes an empty file where there is none.
    fn touch(&self, path: &[u8]) -> Result<(), Errno>;
    /// The working directory.
    fn current_dir(&self) -> Vec<u8>;
    /// Changes the working directory.
    fn change_dir(&mut self, path: &[u8]) -> Result<(), Errno>;
    /// Nanoseconds since the epoch.
    fn now(&self) -> i64;
    /// Writes to one of make's own streams.
    fn print(&mut self, stream: Stream, text: &[u8]) -> Result<(), Errno>;

    /// Starts a program; its number.
    fn spawn(&mut self, program: &Program<'_>) -> Result<u32, Errno>;
    /// A child that has ended. Where `block` is set, waits for one; [`Errno::Intr`] when a signal came first.
    fn wait(&mut self, block: bool) -> Result<Option<(u32, ExitStatus)>, Errno>;
    /// Starts a program with its standard output captured (and the rest inherited) and waits for its end.
    fn output(&mut self, argv: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> Result<(ExitStatus, Vec<u8>), Errno>;
    /// What the program of that number wrote into its capture; it has ended.
    fn take_output(&mut self, child: u32) -> Vec<u8>;
    /// A signal that asks make to end, since the last call.
    fn interrupted(&mut self) -> Option<u8>;
    /// Passes a signal to a child.
    fn kill(&mut self, child: u32, signal: u8);

    /// Makes a job server with that many tokens; how a make below finds it.
    fn serve_jobs(&mut self, tokens: usize) -> Result<Vec<u8>, Errno>;
    /// Finds the job server of a make above.
    fn join_jobs(&mut self, address: &[u8]) -> Result<(), Errno>;
    /// Takes a token if there is one.
    fn try_token(&mut self) -> Option<Token>;
    /// Waits until a token may be there or a child has ended or a signal came.
    fn wait_token(&mut self);
    /// Gives a token back.
    fn return_token(&mut self, token: Token);
    /// Ends the job server that this make made.
    fn end_jobs(&mut self);
}

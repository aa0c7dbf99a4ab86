//! The kernel as the system that make runs on.

use agentfense_make::System;
use agentfense_make::system::{FileStat, Output, Program, Stream, Token};
use agentfense_support::fs as directories;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};
use agentfense_sys::process::{Command, ExitStatus, Stdio};
use agentfense_sys::processes::{self, Disposition, KillTarget, WaitFlags, WaitTarget};
use agentfense_sys::{Errno, Signal};
use std::collections::HashMap;
use std::io::Read;
use std::time::Duration;

/// The signals that ask make to end.
const ENDING: &[Signal] = &[Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];

/// Where the pipe of a job server is made.
const SERVER_DIRECTORY: &str = "/tmp";

/// The most tokens that a job server gets: what fits into a pipe that nobody reads yet.
const MAX_TOKENS: usize = 4096;

/// A job server: a named pipe with one byte for each token.
struct Server {
    pipe: OpenFile,
    /// Its path, where this make has made it.
    own: Option<Vec<u8>>,
}

/// The system calls, and what is open.
pub struct Kernel {
    stdout: Option<OpenFile>,
    stderr: Option<OpenFile>,
    /// What the running jobs write, where it is kept.
    captures: HashMap<u32, OpenFile>,
    server: Option<Server>,
    /// Signals that this make was told to ignore, and so its children.
    ignored: u64,
    interrupted: Option<u8>,
    /// A child whose end is told after the signal that came before it.
    ended: Option<(u32, ExitStatus)>,
}

impl Kernel {
    pub fn new() -> Kernel {
        let mut ignored = processes::ignored(&[Signal::SIGPIPE]);
        for &signal in ENDING {
            if let Ok(Disposition::Ignore) = processes::set_disposition(signal, Disposition::Handle) {
                ignored |= signal.bit();
                // It was so before.
                let _ = processes::set_disposition(signal, Disposition::Ignore);
            }
        }
        Kernel {
            stdout: OpenFile::inherited(1),
            stderr: OpenFile::inherited(2),
            captures: HashMap::new(),
            server: None,
            ignored,
            interrupted: None,
            ended: None,
        }
    }

    fn note_signals(&mut self) {
        let signals = processes::take_signals();
        if let Some(signal) = Signal::set(signals).find(|signal| ENDING.contains(signal)) {
            self.interrupted = Some(signal.number());
        }
    }

    fn command(&self, argv: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> Result<Command, Errno> {
        let (program, arguments) = argv.split_first().ok_or(Errno::Noent)?;
        let mut command = Command::new(program);
        command.args(arguments).env_clear().envs(env.iter().map(|(name, value)| (name, value)));
        command.ignore_set(self.ignored);
        Ok(command)
    }
}

impl System for Kernel {
    fn stat(&self, path: &[u8], follow: bool) -> Result<FileStat, Errno> {
        let stat = files::stat(path, follow)?;
        Ok(FileStat { modified: stat.mtime, directory: stat.kind == FileType::Directory })
    }

    fn read(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let mut file = files::open(path, OpenFlags::READ, 0)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))?;
        Ok(text)
    }

    fn read_stdin(&self) -> Result<Vec<u8>, Errno> {
        let mut text = Vec::new();
        if let Some(mut file) = OpenFile::inherited(0) {
            file.read_to_end(&mut text).map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))?;
        }
        Ok(text)
    }

    fn write(&self, path: &[u8], data: &[u8], append: bool) -> Result<(), Errno> {
        let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
        files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666)?.write_bytes(data)
    }

    fn list(&self, path: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        Ok(files::read_dir(path)?.into_iter().map(|entry| entry.name).collect())
    }

    fn real_path(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        files::real_path(path)
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        files::read_link(path)
    }

    fn unlink(&self, path: &[u8]) -> Result<(), Errno> {
        directories::unlink(path)
    }

    fn touch(&self, path: &[u8]) -> Result<(), Errno> {
        let now = self.now();
        files::open(path, OpenFlags::WRITE | OpenFlags::CREATE, 0o666)?.set_times(Some(now), Some(now))
    }

    fn current_dir(&self) -> Vec<u8> {
        processes::current_dir()
    }

    fn change_dir(&mut self, path: &[u8]) -> Result<(), Errno> {
        let path = files::real_path(path)?;
        processes::change_dir(&path)?;
        // libc has a directory of its own, which `std::fs` goes by.
        std::env::set_current_dir(directories::path(&path)).map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))
    }

    fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
    }

    fn print(&mut self, stream: Stream, text: &[u8]) -> Result<(), Errno> {
        let file = match stream {
            Stream::Out => &self.stdout,
            Stream::Error => &self.stderr,
        };
        file.as_ref().ok_or(Errno::Badf)?.write_bytes(text)
    }

    fn spawn(&mut self, program: &Program<'_>) -> Result<u32, Errno> {
        let mut command = self.command(program.argv, program.env)?;
        if !program.stdin {
            command.stdin(Stdio::null());
        }
        let mut capture = None;
        if program.output == Output::Capture {
            let file = files::capture()?;
            command.stdout(file.duplicate()).stderr(file.duplicate());
            capture = Some(file);
        }
        let child = command.spawn()?.id();
        if let Some(capture) = capture {
            self.captures.insert(child, capture);
        }
        Ok(child)
    }

    fn wait(&mut self, block: bool) -> Result<Option<(u32, ExitStatus)>, Errno> {
        if let Some(ended) = self.ended.take() {
            return Ok(Some(ended));
        }
        loop {
            let flags = if block { WaitFlags::empty() } else { WaitFlags::NO_HANG };
            match processes::wait(WaitTarget::Any, flags) {
                Ok(Some((child, change))) => {
                    let Some(status) = ExitStatus::from_change(change) else { continue };
                    // A signal to the whole group came to make before the child died of it.
                    self.note_signals();
                    if self.interrupted.is_some() {
                        self.ended = Some((child, status));
                        return Err(Errno::Intr);
                    }
                    return Ok(Some((child, status)));
                }
                Ok(None) => return Ok(None),
                Err(Errno::Intr) => {
                    self.note_signals();
                    if self.interrupted.is_some() {
                        return Err(Errno::Intr);
                    }
                }
                Err(errno) => return Err(errno),
            }
        }
    }

    fn output(&mut self, argv: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> Result<(ExitStatus, Vec<u8>), Errno> {
        let mut command = self.command(argv, env)?;
        command.stderr(Stdio::inherit());
        let capture = files::capture()?;
        command.stdout(capture.duplicate());
        let mut child = command.spawn()?;
        drop(command);
        let status = child.wait()?;
        Ok((status, OpenFile::take(&capture)?))
    }

    fn take_output(&mut self, child: u32) -> Vec<u8> {
        self.captures.remove(&child).and_then(|file| OpenFile::take(&file).ok()).unwrap_or_default()
    }

    fn interrupted(&mut self) -> Option<u8> {
        self.note_signals();
        self.interrupted.take()
    }

    fn kill(&mut self, child: u32, signal: u8) {
        // It may have ended by now.
        let _ = processes::kill(KillTarget::Process(child), Signal::new(signal));
    }

    fn serve_jobs(&mut self, tokens: usize) -> Result<Vec<u8>, Errno> {
        let path = format!("{SERVER_DIRECTORY}/GMfifo{}", processes::get_pid());
        files::make_fifo(&path, 0o600)?;
        let pipe = files::open(&path, OpenFlags::READ | OpenFlags::WRITE | OpenFlags::NONBLOCK, 0)?;
        let server = self.server.insert(Server { pipe, own: Some(path.clone().into_bytes()) });
        server.pipe.try_write(&vec![b'+'; tokens.min(MAX_TOKENS)])?;
        self.watch_children();
        Ok(format!("fifo:{path}").into_bytes())
    }

    fn join_jobs(&mut self, address: &[u8]) -> Result<(), Errno> {
        let path = address.strip_prefix(b"fifo:").ok_or(Errno::Notsup)?;
        let pipe = files::open(path, OpenFlags::READ | OpenFlags::WRITE | OpenFlags::NONBLOCK, 0)?;
        self.server = Some(Server { pipe, own: None });
        self.watch_children();
        Ok(())
    }

    fn try_token(&mut self) -> Option<Token> {
        let server = self.server.as_ref()?;
        server.pipe.read_some(1).ok()?.first().copied()
    }

    fn wait_token(&mut self) {
        // A child's end arrives as a signal, which is pending when it came before this call.
        if let Some(server) = &self.server {
            let _ = server.pipe.wait_readable(Some(Duration::from_secs(1)));
        }
        self.note_signals();
    }

    fn return_token(&mut self, token: Token) {
        if let Some(server) = &self.server {
            // The pipe had room for it before.
            let _ = server.pipe.try_write(&[token]);
        }
    }

    fn end_jobs(&mut self) {
        if let Some(Server { own: Some(path), .. }) = self.server.take() {
            // Somebody may have removed it.
            let _ = directories::unlink(&path);
        }
    }
}

impl Kernel {
    /// Makes a child's end interrupt the waiting for a token.
    fn watch_children(&self) {
        // The signal exists; setting its disposition cannot fail.
        let _ = processes::set_disposition(Signal::SIGCHLD, Disposition::Handle);
    }
}

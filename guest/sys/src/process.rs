//! Starting programs, in the shape of `std::process`.
//!
//! ```no_run
//! use agentfense_sys::process::{Command, Stdio};
//! let output = Command::new("ls").arg("-l").stderr(Stdio::null()).output()?;
//! assert!(output.status.success());
//! # Ok::<(), agentfense_sys::Errno>(())
//! ```

use crate::files::{self, OpenFile, OpenFlags};
use crate::processes::{self, Change, KillTarget, Pid, SpawnOptions, WaitFlags, WaitTarget};
use crate::{Errno, Signal};
use std::fmt;

/// Where PATH lookup goes when there is no PATH.
const DEFAULT_PATH: &[u8] = b"/usr/local/bin:/usr/bin:/bin";

/// What a child's standard descriptor is connected to.
#[derive(Debug, Default)]
pub enum Stdio {
    /// This process's own.
    #[default]
    Inherit,
    /// `/dev/null`.
    Null,
    /// A new pipe; its other end is in the [`Child`].
    Piped,
    /// An open file.
    File(OpenFile),
}

impl Stdio {
    /// This process's own descriptor.
    pub fn inherit() -> Stdio {
        Stdio::Inherit
    }

    /// `/dev/null`.
    pub fn null() -> Stdio {
        Stdio::Null
    }

    /// A new pipe.
    pub fn piped() -> Stdio {
        Stdio::Piped
    }
}

impl From<OpenFile> for Stdio {
    fn from(file: OpenFile) -> Self {
        Stdio::File(file)
    }
}

/// A program to start, and what it starts with.
#[derive(Debug)]
pub struct Command {
    program: Vec<u8>,
    argv: Vec<Vec<u8>>,
    env: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    cwd: Option<Vec<u8>>,
    stdio: [Stdio; 3],
    fds: Vec<(u32, OpenFile)>,
    group: Option<Pid>,
    ignore: u64,
    payload: Vec<u8>,
}

impl Command {
    /// A program by its path, or by its name to be looked up in PATH.
    pub fn new(program: impl AsRef<[u8]>) -> Command {
        let program = program.as_ref().to_vec();
        Command {
            argv: vec![program.clone()],
            program,
            env: None,
            cwd: None,
            stdio: [const { Stdio::Inherit }; 3],
            fds: Vec::new(),
            group: None,
            ignore: 0,
            payload: Vec::new(),
        }
    }

    /// Another `argv[0]` than the program's name.
    pub fn arg0(&mut self, name: impl AsRef<[u8]>) -> &mut Command {
        self.argv[0] = name.as_ref().to_vec();
        self
    }

    /// One more argument.
    pub fn arg(&mut self, arg: impl AsRef<[u8]>) -> &mut Command {
        self.argv.push(arg.as_ref().to_vec());
        self
    }

    /// More arguments.
    pub fn args<A: AsRef<[u8]>>(&mut self, args: impl IntoIterator<Item = A>) -> &mut Command {
        self.argv.extend(args.into_iter().map(|arg| arg.as_ref().to_vec()));
        self
    }

    fn env_mut(&mut self) -> &mut Vec<(Vec<u8>, Vec<u8>)> {
        self.env.get_or_insert_with(crate::env)
    }

    /// Sets a variable of the child's environment, which starts as this process's own.
    pub fn env(&mut self, name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> &mut Command {
        let (name, value) = (name.as_ref(), value.as_ref().to_vec());
        let env = self.env_mut();
        match env.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => env.push((name.to_vec(), value)),
        }
        self
    }

    /// Sets several variables.
    pub fn envs<N: AsRef<[u8]>, V: AsRef<[u8]>>(&mut self, vars: impl IntoIterator<Item = (N, V)>) -> &mut Command {
        for (name, value) in vars {
            self.env(name, value);
        }
        self
    }

    /// Removes a variable.
    pub fn env_remove(&mut self, name: impl AsRef<[u8]>) -> &mut Command {
        let name = name.as_ref();
        self.env_mut().retain(|(n, _)| n != name);
        self
    }

    /// Starts from an empty environment.
    pub fn env_clear(&mut self) -> &mut Command {
        self.env = Some(Vec::new());
        self
    }

    /// The child's working directory.
    pub fn current_dir(&mut self, dir: impl AsRef<[u8]>) -> &mut Command {
        self.cwd = Some(dir.as_ref().to_vec());
        self
    }

    /// The child's standard input.
    pub fn stdin(&mut self, from: impl Into<Stdio>) -> &mut Command {
        self.stdio[0] = from.into();
        self
    }

    /// The child's standard output.
    pub fn stdout(&mut self, to: impl Into<Stdio>) -> &mut Command {
        self.stdio[1] = to.into();
        self
    }

    /// The child's standard error.
    pub fn stderr(&mut self, to: impl Into<Stdio>) -> &mut Command {
        self.stdio[2] = to.into();
        self
    }

    /// A further descriptor of the child.
    pub fn fd(&mut self, fd: u32, file: OpenFile) -> &mut Command {
        self.fds.push((fd, file));
        self
    }

    /// The child's process group; 0 makes a new one.
    pub fn process_group(&mut self, group: Pid) -> &mut Command {
        self.group = Some(group);
        self
    }

    /// A signal that the child ignores from the start.
    pub fn ignore(&mut self, signal: Signal) -> &mut Command {
        self.ignore |= signal.bit();
        self
    }

    /// The signals that the child ignores from the start, as [`Signal::bit`]s.
    pub fn ignore_set(&mut self, signals: u64) -> &mut Command {
        self.ignore = signals;
        self
    }

    /// Bytes for the child alone, see [`processes::payload`].
    pub fn payload(&mut self, payload: Vec<u8>) -> &mut Command {
        self.payload = payload;
        self
    }

    /// Starts the program.
    ///
    /// As execvp(3): a name without `/` is looked up in PATH, and a file that is no program but
    /// may be executed is a script of `/bin/sh`.
    pub fn spawn(&mut self) -> Result<Child, Errno> {
        let mut ends = [const { None }; 3];
        let mut fds = Vec::with_capacity(3);
        for (index, stdio) in self.stdio.iter().enumerate() {
            let fd = index as u32;
            let file = match stdio {
                Stdio::Inherit => OpenFile::inherited(fd),
                Stdio::Null => {
                    Some(files::open("/dev/null", if fd == 0 { OpenFlags::READ } else { OpenFlags::WRITE }, 0)?)
                }
                Stdio::Piped => {
                    let (reader, writer) = files::pipe()?;
                    let (theirs, ours) = if fd == 0 { (reader, writer) } else { (writer, reader) };
                    ends[index] = Some(ours);
                    Some(theirs)
                }
                Stdio::File(file) => Some(file.duplicate()),
            };
            fds.extend(file.map(|file| (fd, file)));
        }
        let pid = self.start(&fds)?;
        // The parent's copies of the child's ends close here, so that a reader sees the end.
        drop(fds);
        let [stdin, stdout, stderr] = ends;
        Ok(Child { pid, stdin, stdout, stderr, status: None })
    }

    fn start(&self, stdio: &[(u32, OpenFile)]) -> Result<Pid, Errno> {
        let env = self.env.clone().unwrap_or_else(crate::env);
        if self.program.is_empty() {
            return Err(Errno::Noent);
        }
        if self.program.contains(&b'/') {
            return self.start_file(&self.program, &env, stdio);
        }
        let path = env.iter().find(|(name, _)| name == b"PATH");
        let path = path.map_or(DEFAULT_PATH, |(_, value)| value);
        let mut error = Errno::Noent;
        for candidate in candidates(path, &self.program) {
            match self.start_file(&candidate, &env, stdio) {
                Err(Errno::Noent | Errno::Notdir) => {}
                // A later directory may have one that can be run.
                Err(Errno::Acces) => error = Errno::Acces,
                result => return result,
            }
        }
        Err(error)
    }

    fn start_file(&self, path: &[u8], env: &[(Vec<u8>, Vec<u8>)], stdio: &[(u32, OpenFile)]) -> Result<Pid, Errno> {
        let options = |argv: Vec<Vec<u8>>| SpawnOptions {
            argv,
            env: env.to_vec(),
            cwd: self.cwd.clone(),
            fds: stdio.iter().chain(&self.fds).map(|(fd, file)| (*fd, file)).collect(),
            group: self.group,
            ignore: self.ignore,
            payload: self.payload.clone(),
        };
        match processes::spawn(path, options(self.argv.clone())) {
            Err(Errno::Noexec) => {
                let mut argv = vec![b"sh".to_vec(), path.to_vec()];
                argv.extend_from_slice(self.argv.get(1..).unwrap_or_default());
                processes::spawn("/bin/sh", options(argv))
            }
            result => result,
        }
    }

    /// Starts the program and waits for its end.
    pub fn status(&mut self) -> Result<ExitStatus, Errno> {
        self.spawn()?.wait()
    }

    /// Starts the program, waits for its end and gives what it wrote. Standard output and error
    /// are captured unless set otherwise.
    pub fn output(&mut self) -> Result<Output, Errno> {
        // Captures rather than pipes: they cannot fill up, so no order of reading can deadlock.
        let mut captured = [const { None }; 2];
        for (index, slot) in captured.iter_mut().enumerate() {
            if matches!(self.stdio[index + 1], Stdio::Inherit | Stdio::Piped) {
                let file = files::capture()?;
                self.stdio[index + 1] = Stdio::File(file.duplicate());
                *slot = Some(file);
            }
        }
        let spawned = self.spawn();
        for (index, slot) in captured.iter().enumerate() {
            if slot.is_some() {
                self.stdio[index + 1] = Stdio::Inherit;
            }
        }
        let status = spawned?.wait()?;
        let take = |slot: &Option<OpenFile>| slot.as_ref().map_or(Ok(Vec::new()), OpenFile::take);
        Ok(Output { status, stdout: take(&captured[0])?, stderr: take(&captured[1])? })
    }
}

/// The files that a search of PATH for a name would try, in order.
pub fn candidates<'a>(path: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
    path.split(|&byte| byte == b':').map(move |dir| {
        // An empty entry is the working directory.
        let mut file = if dir.is_empty() { b".".to_vec() } else { dir.to_vec() };
        if !file.ends_with(b"/") {
            file.push(b'/');
        }
        file.extend_from_slice(name);
        file
    })
}

/// A started program.
#[derive(Debug)]
pub struct Child {
    pid: Pid,
    /// The write end of its standard input, if piped.
    pub stdin: Option<OpenFile>,
    /// The read end of its standard output, if piped.
    pub stdout: Option<OpenFile>,
    /// The read end of its standard error, if piped.
    pub stderr: Option<OpenFile>,
    status: Option<ExitStatus>,
}

impl Child {
    /// Its process number.
    pub fn id(&self) -> Pid {
        self.pid
    }

    /// Closes its standard input and waits for its end. A signal that this process handles does
    /// not end the waiting; see [`Child::wait_interruptible`].
    pub fn wait(&mut self) -> Result<ExitStatus, Errno> {
        drop(self.stdin.take());
        loop {
            match self.wait_interruptible() {
                Err(Errno::Intr) => {}
                result => return result,
            }
        }
    }

    /// Waits for its end, or [`Errno::Intr`] when a handled signal arrives first.
    pub fn wait_interruptible(&mut self) -> Result<ExitStatus, Errno> {
        loop {
            if let Some(status) = self.poll(WaitFlags::empty())? {
                return Ok(status);
            }
        }
    }

    /// Its status if it has ended.
    pub fn try_wait(&mut self) -> Result<Option<ExitStatus>, Errno> {
        self.poll(WaitFlags::NO_HANG)
    }

    fn poll(&mut self, flags: WaitFlags) -> Result<Option<ExitStatus>, Errno> {
        if self.status.is_none() {
            let change = processes::wait(WaitTarget::Process(self.pid), flags)?;
            self.status = change.and_then(|(_, change)| ExitStatus::from_change(change));
        }
        Ok(self.status)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<(), Errno> {
        // Its number may already be another process's.
        if self.status.is_some() {
            return Err(Errno::Srch);
        }
        processes::kill(KillTarget::Process(self.pid), Some(signal))
    }

    /// Sends it `SIGKILL`.
    pub fn kill(&self) -> Result<(), Errno> {
        self.signal(Signal::SIGKILL)
    }
}

/// What [`Command::output`] gives.
#[derive(Clone, Debug)]
pub struct Output {
    /// How the program ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error.
    pub stderr: Vec<u8>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// By itself, with that status.
    Exited(u8),
    /// By a signal.
    Signaled(Signal),
}

impl ExitStatus {
    /// The end that a change of state reports; absent when the process lives on.
    pub fn from_change(change: Change) -> Option<ExitStatus> {
        match change {
            Change::Exited(status) => Some(ExitStatus::Exited(status)),
            Change::Signaled(number) => Some(ExitStatus::Signaled(Signal::new(number).unwrap_or(Signal::SIGKILL))),
            Change::Stopped(_) | Change::Continued => None,
        }
    }

    /// Whether it was status 0.
    pub fn success(self) -> bool {
        self == ExitStatus::Exited(0)
    }

    /// The status, unless a signal ended it.
    pub fn code(self) -> Option<u8> {
        match self {
            ExitStatus::Exited(status) => Some(status),
            ExitStatus::Signaled(_) => None,
        }
    }

    /// The signal that ended it.
    pub fn signal(self) -> Option<Signal> {
        match self {
            ExitStatus::Exited(_) => None,
            ExitStatus::Signaled(signal) => Some(signal),
        }
    }

    /// What a shell makes of it: the status, or 128 + the signal's number.
    pub fn shell_status(self) -> u8 {
        match self {
            ExitStatus::Exited(status) => status,
            ExitStatus::Signaled(signal) => 128 + signal.number(),
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExitStatus::Exited(status) => write!(f, "exit status: {status}"),
            ExitStatus::Signaled(signal) => write!(f, "signal: {} ({signal})", signal.number()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_entries() {
        let found: Vec<_> = candidates(b"/bin::/x/", b"ls").collect();
        assert_eq!(found, [b"/bin/ls".to_vec(), b"./ls".to_vec(), b"/x/ls".to_vec()]);
    }

    #[test]
    fn statuses() {
        assert_eq!(ExitStatus::from_change(Change::Exited(3)).map(|s| s.shell_status()), Some(3));
        let killed = ExitStatus::from_change(Change::Signaled(15)).unwrap();
        assert_eq!(killed.shell_status(), 143);
        assert_eq!(killed.to_string(), "signal: 15 (SIGTERM)");
        assert_eq!(ExitStatus::from_change(Change::Continued), None);
    }
}

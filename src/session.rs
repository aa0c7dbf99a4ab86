//! Sessions: a shell that stays, and what is run in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use wasmtime::Store;

use crate::error::Error;
use crate::exec::Exec;
use crate::kernel::{
    Access, Birth, Disposition, Ending, Guest, Kernel, OpenFile, Process, SIGINT, SIGKILL, Signal, Slot, State,
    Terminal, describe_trap, poll_timed,
};
use crate::wit::shell::exports::agentfense::kernel::session::{Options, Outcome as ShellOutcome, Request};
use crate::wit::shell::{Shell, ShellPre};

/// How long interrupted commands have before they are killed.
const GRACE: Duration = Duration::from_millis(300);

/// The file creation mask that a session starts with.
const UMASK: u32 = 0o022;

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
    /// For a person at a terminal: prompts, history, job notices.
    pub interactive: bool,
}

impl Default for SessionOptions {
    fn default() -> Self {
        SessionOptions {
            shell: "/bin/sh".into(),
            env: Vec::new(),
            workdir: crate::sandbox::WORKSPACE.into(),
            interactive: false,
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

    /// For a person at a terminal.
    pub fn interactive(mut self, interactive: bool) -> Self {
        self.interactive = interactive;
        self
    }
}

/// A persistent shell in a sandbox. Clones are handles to the same session;
/// when the last one is gone, the session closes.
#[derive(Clone)]
pub struct Session {
    pub(crate) inner: Arc<Inner>,
    /// Closes the session with the last handle, while execs in flight keep `inner`.
    _closer: Arc<Closer>,
}

struct Closer {
    session: Arc<Inner>,
    /// The sandbox lives as long as its sessions.
    _sandbox: Arc<dyn std::any::Any + Send + Sync>,
}

impl Drop for Closer {
    fn drop(&mut self) {
        self.session.close("it was closed");
    }
}

impl Session {
    fn new(inner: Arc<Inner>, sandbox: Arc<dyn std::any::Any + Send + Sync>) -> Self {
        Session { _closer: Arc::new(Closer { session: inner.clone(), _sandbox: sandbox }), inner }
    }

    /// Runs a script in the session's shell. Execs of one session run one
    /// after the other, in the order they were first polled.
    ///
    /// # Errors
    /// `SessionClosed` when the session has ended, or ends in a way that is no
    /// exit of its shell. What the script does wrong is in the result.
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
        !self.inner.closed.load(Ordering::Acquire)
    }

    /// The session's number in its sandbox: its shell's process id.
    pub fn id(&self) -> u32 {
        self.inner.process.pid
    }

    /// The shell's path in the sandbox.
    pub fn shell(&self) -> &str {
        &self.inner.shell_path
    }

    /// The prompt that the shell would show now.
    pub async fn prompt(&self) -> Result<String, Error> {
        let mut live = self.inner.live.lock().await;
        let Live { store, shell } = self.inner.alive(&mut live)?;
        shell.agentfense_kernel_session().call_prompt(store).await.map_err(|error| Error::Session(format!("{error:#}")))
    }

    /// Whether a text is a whole command: a terminal would ask for more if not.
    pub async fn is_complete(&self, script: &[u8]) -> Result<bool, Error> {
        let mut live = self.inner.live.lock().await;
        let Live { store, shell } = self.inner.alive(&mut live)?;
        shell
            .agentfense_kernel_session()
            .call_complete(store, script)
            .await
            .map_err(|error| Error::Session(format!("{error:#}")))
    }
}

/// The shell's instance, between execs.
struct Live {
    store: Store<Guest>,
    shell: Shell,
}

/// A session's state, shared by its handles and running execs.
pub(crate) struct Inner {
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    terminal: Arc<Terminal>,
    shell_path: String,
    /// The instance; the lock is the queue of execs. Absent once it has ended.
    live: tokio::sync::Mutex<Option<Live>>,
    closed: AtomicBool,
    reason: Mutex<String>,
}

/// Whether an exec has begun, or was given up before it could.
#[derive(Debug, Default)]
pub(crate) struct Ticket(AtomicU8);

const WAITING: u8 = 0;
const RUNNING: u8 = 1;
const CANCELLED: u8 = 2;

impl Ticket {
    fn start(&self) -> bool {
        self.0.compare_exchange(WAITING, RUNNING, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Gives the exec up; true when it is running and must be interrupted.
    pub(crate) fn cancel(&self) -> bool {
        self.0.swap(CANCELLED, Ordering::AcqRel) == RUNNING
    }
}

/// How an exec ended.
pub(crate) struct Outcome {
    pub(crate) status: u8,
    pub(crate) timed_out: bool,
    pub(crate) ended: bool,
}

impl Inner {
    pub(crate) async fn open(
        kernel: Arc<Kernel>,
        sandbox: Arc<dyn std::any::Any + Send + Sync>,
        env: Vec<(String, String)>,
        options: SessionOptions,
    ) -> Result<Session, Error> {
        let failed = |reason: &dyn std::fmt::Display| Error::Session(format!("{}: {reason}", options.shell));
        let root = kernel.namespace.root().clone();
        let caller = crate::fs::Caller::agent(0, UMASK);
        let (exe, program) = kernel.shell_program(&caller, &root, &options.shell).map_err(|reason| failed(&reason))?;
        let pre = ShellPre::new(program.pre.clone()).map_err(|_| failed(&"it is a program, but not a shell"))?;
        let cwd =
            kernel.directory(&caller, &root, &options.workdir).map_err(|errno| Error::file(&options.workdir, errno))?;
        let terminal = Arc::new(Terminal {
            stdin: Slot::new(OpenFile::empty(), options.interactive),
            stdout: Slot::new(OpenFile::empty(), options.interactive),
            stderr: Slot::new(OpenFile::empty(), options.interactive),
            foreground: AtomicU32::new(0),
        });
        let read = Access { read: true, ..Access::default() };
        let write = Access { write: true, ..Access::default() };
        let fds = BTreeMap::from([
            (0, OpenFile::slot(terminal.stdin.clone(), read)),
            (1, OpenFile::slot(terminal.stdout.clone(), write)),
            (2, OpenFile::slot(terminal.stderr.clone(), write)),
        ]);
        let process = kernel
            .enter_shell(Birth {
                parent: 0,
                group: Some(0),
                session: 0,
                argv: vec![options.shell.clone()],
                env,
                exe,
                cwd,
                umask: UMASK,
                fds,
                ignored: 0,
                payload: Vec::new(),
                terminal: Some(terminal.clone()),
            })
            .map_err(|errno| failed(&errno))?;
        terminal.foreground.store(process.pid, Ordering::Relaxed);
        let inner = Arc::new(Inner {
            kernel: kernel.clone(),
            process: process.clone(),
            terminal,
            shell_path: options.shell.clone(),
            live: tokio::sync::Mutex::new(None),
            closed: AtomicBool::new(false),
            reason: Mutex::default(),
        });
        // Should anything below fail, dropping this takes the process out of the table again.
        let session = Session::new(inner.clone(), sandbox);
        let _running = kernel.engine.running();
        let mut store = Guest::store(kernel.clone(), process.clone(), program);
        let started = async {
            let shell = pre.instantiate_async(&mut store).await?;
            let start = Options { name: options.shell.clone(), state: None, interactive: options.interactive };
            let opened = shell.agentfense_kernel_session().call_open(&mut store, &start).await?;
            Ok::<_, wasmtime::Error>(opened.map(|()| shell))
        };
        let shell = match started.await {
            Ok(Ok(shell)) => shell,
            Ok(Err(reason)) => return Err(failed(&reason)),
            Err(error) => return Err(failed(&describe_trap(&process, &error).0)),
        };
        *inner.live.lock().await = Some(Live { store, shell });
        Ok(session)
    }

    pub(crate) fn runtime(&self) -> tokio::runtime::Handle {
        self.kernel.engine.runtime()
    }

    pub(crate) fn output_limit(&self) -> usize {
        self.kernel.limits.output_bytes
    }

    fn alive<'a>(&self, live: &'a mut Option<Live>) -> Result<&'a mut Live, Error> {
        match live {
            Some(live) if !self.closed.load(Ordering::Acquire) => Ok(live),
            _ => Err(self.ended()),
        }
    }

    fn ended(&self) -> Error {
        Error::SessionClosed { reason: self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }

    /// Sends a signal to the foreground group.
    fn signal_foreground(&self, signal: Signal, which: impl Fn(&Process) -> bool) -> usize {
        let group = self.terminal.foreground.load(Ordering::Relaxed);
        self.kernel.signal_all(signal, |process| process.group() == group && which(process))
    }

    pub(crate) fn interrupt(&self) {
        self.signal_foreground(SIGINT, |_| true);
    }

    /// Ends every process of the session, and the session.
    pub(crate) fn close(&self, reason: &str) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = reason.to_owned();
        let shell = self.process.pid;
        self.kernel.signal_all(SIGKILL, |process| process.session == shell);
        self.release_if_closed();
    }

    /// Ends the shell of a closed session: an idle one has no task that could
    /// see the signal. One that is at work is ended when its exec returns,
    /// which comes here, too.
    pub(crate) fn release_if_closed(&self) {
        if self.closed.load(Ordering::Acquire)
            && let Ok(mut live) = self.live.try_lock()
        {
            self.shell_ended(&mut live, Ending::Signaled(SIGKILL));
        }
    }

    /// Lets go of the shell's instance and books its end.
    fn shell_ended(&self, live: &mut Option<Live>, ending: Ending) {
        *live = None;
        if matches!(self.process.state(), State::Zombie(_)) {
            return;
        }
        self.process.start_deferred();
        self.process.close_files();
        self.kernel.process_ended(&self.process, ending);
    }

    /// Runs a request in the shell, its streams on these files.
    pub(crate) async fn run(
        &self,
        ticket: &Ticket,
        request: Request,
        streams: [Arc<OpenFile>; 3],
        timeout: Option<Duration>,
    ) -> Result<Outcome, Error> {
        let mut guard = self.live.lock().await;
        self.alive(&mut guard)?;
        if !ticket.start() {
            return Ok(Outcome { status: 128 + SIGINT, timed_out: false, ended: false });
        }
        // An interrupt that nobody took was for what ran before.
        self.process.forget_signal(SIGINT);
        let previous = self.connect(streams);
        let mut timed_out = false;
        let result = {
            let Live { store, shell } = self.alive(&mut guard)?;
            let _running = self.kernel.engine.running();
            let mut call = std::pin::pin!(async { shell.agentfense_kernel_session().call_exec(store, &request).await });
            // The shell obeys signals as any process does: here it is polled,
            // so here it is stopped.
            let mut supervised = std::pin::pin!(std::future::poll_fn(|cx| {
                match self.process.control(cx) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(Some(signal)) => Poll::Ready(Err(Ending::Signaled(signal).into())),
                    Poll::Ready(None) => poll_timed(&self.process, call.as_mut(), cx),
                }
            }));
            match timeout {
                None => supervised.await,
                Some(limit) => {
                    tokio::select! {
                        biased;
                        result = &mut supervised => result,
                        () = tokio::time::sleep(limit) => {
                            timed_out = true;
                            tokio::select! {
                                biased;
                                result = &mut supervised => result,
                                () = self.stop() => Err(Ending::Signaled(SIGKILL).into()),
                            }
                        }
                    }
                }
            }
        };
        self.process.start_deferred();
        // What still runs in the background keeps no hold of this exec's streams.
        self.connect(previous);
        match result {
            Ok(ShellOutcome { status, exited: false }) => Ok(Outcome { status, timed_out, ended: false }),
            Ok(ShellOutcome { status, exited: true }) => {
                self.finish(&mut guard, Ending::Exited(status), &format!("its shell exited with status {status}"));
                Ok(Outcome { status, timed_out, ended: true })
            }
            Err(error) => {
                let closed = self.closed.load(Ordering::Acquire);
                let (reason, ending) = match error.downcast_ref::<Ending>() {
                    Some(ending) => (format!("its shell {ending}"), *ending),
                    None => {
                        let (reason, signal) = describe_trap(&self.process, &error);
                        (format!("its shell failed: {reason}"), Ending::Signaled(signal))
                    }
                };
                self.finish(&mut guard, ending, &reason);
                // An exit, or a signal that was sent to the shell, is an ending
                // like any command's. A trap, or being closed, is not.
                if error.is::<Ending>() && !closed {
                    Ok(Outcome { status: ending.status(), timed_out, ended: true })
                } else {
                    Err(self.ended())
                }
            }
        }
    }

    fn finish(&self, live: &mut Option<Live>, ending: Ending, reason: &str) {
        self.shell_ended(live, ending);
        self.close(reason);
    }

    fn connect(&self, [stdin, stdout, stderr]: [Arc<OpenFile>; 3]) -> [Arc<OpenFile>; 3] {
        [self.terminal.stdin.replace(stdin), self.terminal.stdout.replace(stdout), self.terminal.stderr.replace(stderr)]
    }

    /// Brings the running commands to an end: an interrupt, then kills, each
    /// with time to take effect. Ends only when nothing but killing the shell
    /// is left.
    async fn stop(&self) {
        let shell = self.process.pid;
        self.interrupt();
        tokio::time::sleep(GRACE).await;
        // What ignores interrupts is in the background (a shell without job
        // control starts those so) or deaf; the deaf are killed next.
        self.signal_foreground(SIGKILL, |process| {
            process.pid != shell && process.disposition(SIGINT) != Disposition::Ignore
        });
        self.kernel.signal(&self.process, SIGINT);
        tokio::time::sleep(GRACE).await;
        self.signal_foreground(SIGKILL, |process| process.pid != shell);
        self.kernel.signal(&self.process, SIGINT);
        tokio::time::sleep(GRACE).await;
    }
}

//! What a session does behind its handles: execs take turns in its shell.
//!
//! The shell is idle, or busy with a call that owns it. An exec drives the
//! call on its own task. When a command of it waits for typed input, the exec
//! returns and a *keeper* drives the call until the next exec takes over.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::between::{BackgroundOutput, Between};
use super::queue::{Over, Queue, Ticket, Turn, Watch};
use super::shell::{Call, Shell, Start, State};
use super::snapshot::Snapshot;
use super::{Session, SessionOptions};
use crate::error::Error;
use crate::kernel::{
    Access, Birth, Ending, Kernel, OpenFile, PIPE_CAPACITY, Pid, Process, Rlimits, SIGINT, SIGKILL, Signal,
    State as ProcessState, Terminal, TerminalSize, describe_trap, poll_timed,
};
use crate::output::gap;
use crate::stream::Output;
use crate::wit::shell::ShellPre;
use crate::wit::shell::exports::agentfense::kernel::session::{Outcome as ShellOutcome, Request};

/// How long interrupted commands have before they are killed.
const GRACE: Duration = Duration::from_millis(300);

/// The file creation mask that a session starts with.
const UMASK: u32 = 0o022;

/// The shell, between polls.
enum Stage {
    Idle(Shell),
    /// A command of the call waits for typed input, or did.
    Busy(Call),
    Ended,
}

/// A session's state, shared by its handles and running execs.
pub(crate) struct Inner {
    kernel: Arc<Kernel>,
    process: Arc<Process>,
    terminal: Arc<Terminal>,
    start: Start,
    /// The lock is the queue of execs.
    stage: tokio::sync::Mutex<Stage>,
    queue: Queue,
    checkpoint: Mutex<Checkpoint>,
    between: Arc<Between>,
    closed: AtomicBool,
    reason: Mutex<String>,
}

/// The shell's state after an exec.
#[derive(Clone)]
struct Checkpoint {
    state: Arc<[u8]>,
    /// Later execs left a state that was too large to be kept.
    stale: bool,
}

impl Checkpoint {
    fn set(&mut self, state: Vec<u8>) {
        self.stale = state.is_empty();
        if !self.stale {
            self.state = state.into();
        }
    }
}

/// What an exec brings.
pub(crate) struct Work {
    pub(crate) request: Request,
    /// Standard input; absent for the terminal's typed lines.
    pub(crate) stdin: Option<Arc<OpenFile>>,
    pub(crate) stdout: Arc<OpenFile>,
    pub(crate) stderr: Arc<OpenFile>,
    pub(crate) timeout: Option<Duration>,
    /// Someone types while it runs: it does not return to ask for input.
    pub(crate) attended: bool,
    /// Fails when another exec runs.
    pub(crate) at_once: bool,
}

/// How an exec ended.
#[derive(Default)]
pub(crate) struct Outcome {
    /// Absent while a command waits for input.
    pub(crate) status: Option<u8>,
    pub(crate) timed_out: bool,
    pub(crate) ended: bool,
    /// Why the shell was lost and its state of before is back.
    pub(crate) restored: Option<String>,
    /// Bytes of kept output that had been dropped.
    pub(crate) dropped: [u64; 2],
}

/// Why `drive` came back.
enum Driven {
    Over(Shell, wasmtime::Result<ShellOutcome>),
    /// The shell was killed.
    Lost(Ending),
    /// A command waits for input.
    Waiting,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Only moves happen under these locks, so a poisoned one guards whole data.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Inner {
    /// Starts a session, from a state if there is one.
    pub(crate) async fn open(
        kernel: Arc<Kernel>,
        sandbox: Arc<crate::sandbox::Inner>,
        env: Vec<(String, String)>,
        options: SessionOptions,
        state: Option<&[u8]>,
    ) -> Result<Session, Error> {
        let failed = |reason: &dyn std::fmt::Display| Error::Session(format!("{}: {reason}", options.shell));
        let root = kernel.namespace.root().clone();
        let caller = crate::fs::Caller::agent(0, UMASK);
        let (exe, program) = kernel.shell_program(&caller, &root, &options.shell).map_err(|reason| failed(&reason))?;
        let pre = ShellPre::new(program.pre.clone()).map_err(|_| failed(&"it is a program, but not a shell"))?;
        let cwd =
            kernel.directory(&caller, &root, &options.workdir).map_err(|errno| Error::file(&options.workdir, errno))?;
        let between = Arc::<Between>::default();
        let [stdout, stderr] = [0, 1].map(|which| OpenFile::sink(between.outlet(which)));
        let terminal = Terminal::new(options.terminal, stdout, stderr);
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
                rlimits: Rlimits::new(&kernel.limits),
            })
            .map_err(|errno| failed(&errno))?;
        terminal.foreground.store(process.pid, Ordering::Relaxed);
        let inner = Arc::new(Inner {
            kernel: kernel.clone(),
            process: process.clone(),
            terminal,
            start: Start { program, pre, name: options.shell.clone(), interactive: options.interactive },
            stage: tokio::sync::Mutex::new(Stage::Ended),
            queue: Queue::default(),
            checkpoint: Mutex::new(Checkpoint { state: Arc::from([]), stale: true }),
            between,
            closed: AtomicBool::new(false),
            reason: Mutex::default(),
        });
        // Should anything below fail, dropping this takes the process out of the table again.
        let session = Session::new(inner.clone(), sandbox.clone());
        sandbox.note(&inner)?;
        let _running = kernel.engine.running();
        let state = state.map_or(State::New, State::Copy);
        let mut shell = Shell::start(&kernel, &process, &inner.start, state).await.map_err(|reason| failed(&reason))?;
        let saved = shell.save().await.map_err(|error| failed(&describe_trap(&process, &error).0))?;
        lock(&inner.checkpoint).set(saved);
        *inner.stage.lock().await = Stage::Idle(shell);
        Ok(session)
    }

    pub(crate) fn runtime(&self) -> tokio::runtime::Handle {
        self.kernel.engine.runtime()
    }

    pub(crate) fn output_limit(&self) -> usize {
        self.kernel.limits.output_bytes
    }

    pub(super) fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    pub(super) fn id(&self) -> u32 {
        self.process.pid
    }

    pub(super) fn shell_path(&self) -> &str {
        &self.start.name
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.queue.is_busy()
    }

    fn ended(&self) -> Error {
        Error::SessionClosed { reason: lock(&self.reason).clone() }
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.is_closed() { Err(self.ended()) } else { Ok(()) }
    }

    /// The state after the last exec, with what is needed to go on elsewhere.
    pub(crate) fn snapshot(&self) -> Result<Vec<u8>, Error> {
        self.check_open()?;
        let Checkpoint { state, stale } = lock(&self.checkpoint).clone();
        if stale {
            return Err(Error::Session("its state is too large for a snapshot: over 64 MiB".into()));
        }
        Ok(Snapshot {
            shell: &self.start.name,
            interactive: self.start.interactive,
            terminal: self.terminal.tty.as_ref().map(|tty| tty.size()),
            state: &state,
        }
        .to_bytes())
    }

    pub(super) async fn prompt(self: &Arc<Self>) -> Result<String, Error> {
        let failed = |error: wasmtime::Error| Error::Session(format!("{error:#}"));
        self.between_execs(async |shell| shell.prompt().await.map_err(failed), String::new()).await
    }

    pub(super) async fn is_complete(self: &Arc<Self>, script: &[u8]) -> Result<bool, Error> {
        let failed = |error: wasmtime::Error| Error::Session(format!("{error:#}"));
        self.between_execs(async |shell| shell.is_complete(script).await.map_err(failed), true).await
    }

    /// Asks an idle shell; what is so while a command of it waits for input.
    async fn between_execs<T>(
        self: &Arc<Self>,
        ask: impl AsyncFnOnce(&mut Shell) -> Result<T, Error>,
        busy: T,
    ) -> Result<T, Error> {
        let answer = {
            let turn = Turn::take(&self.queue, false)?;
            let mut stage = self.stage.lock().await;
            self.check_open()?;
            drop(turn);
            match &mut *stage {
                Stage::Idle(shell) => ask(shell).await,
                Stage::Busy(_) => {
                    self.keep();
                    Ok(busy)
                }
                Stage::Ended => Err(self.ended()),
            }
        };
        self.release_if_closed();
        answer
    }

    /// Sends a signal to the foreground group.
    fn signal_foreground(&self, signal: Signal, which: impl Fn(&Process) -> bool) -> usize {
        let group = self.terminal.foreground.load(Ordering::Relaxed);
        self.kernel.signal_all(signal, |process| process.group() == group && which(process))
    }

    pub(super) fn background_output(&self) -> BackgroundOutput {
        BackgroundOutput { between: self.between.clone() }
    }

    pub(super) fn send_keys(&self, keys: &[u8]) {
        for signal in self.terminal.type_bytes(Bytes::copy_from_slice(keys)) {
            self.kernel.signal_foreground(&self.terminal, signal);
        }
    }

    pub(super) fn resize(&self, size: TerminalSize) {
        self.kernel.resize(&self.terminal, size);
    }

    pub(crate) fn interrupt(&self) {
        self.terminal.flush();
        self.signal_foreground(SIGINT, |_| true);
    }

    pub(super) fn send_eof(&self) {
        self.terminal.type_end();
    }

    /// Ends every process of the session, and the session.
    pub(crate) fn close(&self, reason: &str) {
        if self.closed.swap(true, Ordering::AcqRel) {
            return;
        }
        *lock(&self.reason) = reason.to_owned();
        let shell = self.process.pid;
        self.kernel.kill_all(|process| process.session == shell);
        self.between.close();
        self.release_if_closed();
    }

    /// Ends the shell of a closed session: an idle one has no task that could
    /// see the signal. One that is at work is ended when its exec returns,
    /// which comes here, too.
    pub(crate) fn release_if_closed(&self) {
        if self.is_closed()
            && let Ok(mut stage) = self.stage.try_lock()
        {
            self.shell_ended(&mut stage, Ending::Signaled(SIGKILL));
        }
    }

    /// Lets go of the shell's instance and books its end.
    fn shell_ended(&self, stage: &mut Stage, ending: Ending) {
        *stage = Stage::Ended;
        if matches!(self.process.state(), ProcessState::Zombie(_)) {
            return;
        }
        self.process.start_deferred();
        self.process.close_files();
        self.kernel.process_ended(&self.process, ending);
    }

    /// Runs what an exec brings: in the shell, or as a line for the command
    /// that waits for one.
    pub(crate) async fn run(self: &Arc<Self>, ticket: &Ticket, work: Work) -> Result<Outcome, Error> {
        let turn = Turn::take(&self.queue, work.at_once)?;
        let mut stage = self.stage.lock().await;
        self.check_open()?;
        if !ticket.start() {
            drop(turn);
            if matches!(*stage, Stage::Busy(_)) {
                self.keep();
            }
            return Ok(Outcome { status: Some(128 + SIGINT), ..Outcome::default() });
        }
        let Work { request, stdin, stdout, stderr, timeout, attended, at_once: _ } = work;
        let watch = Watch { ticket, deadline: timeout.map(|limit| Instant::now() + limit) };
        let dropped = self.hand_over_kept(watch, &stdout, &stderr).await;
        let before = [self.terminal.stdout.replace(stdout), self.terminal.stderr.replace(stderr)];
        let result = {
            let _running = self.kernel.engine.running();
            self.take_turn(&mut stage, watch, request, stdin, attended).await
        };
        // What still runs in the background keeps no hold of this exec's streams.
        self.process.start_deferred();
        let [stdout, stderr] = before;
        self.terminal.stdout.replace(stdout);
        self.terminal.stderr.replace(stderr);
        // Before the next in the queue looks whether it is alone.
        drop(turn);
        if matches!(*stage, Stage::Busy(_)) {
            self.keep();
        }
        result.map(|outcome| Outcome { dropped, ..outcome })
    }

    async fn take_turn(
        self: &Arc<Self>,
        stage: &mut Stage,
        watch: Watch<'_>,
        request: Request,
        stdin: Option<Arc<OpenFile>>,
        attended: bool,
    ) -> Result<Outcome, Error> {
        let mut restored = None;
        if matches!(stage, Stage::Busy(_)) {
            // What was typed, or happened, since the last exec comes first: it
            // may have been the end of the command.
            let outcome = self.drive(stage, watch, true).await?;
            if matches!(stage, Stage::Busy(_)) {
                let mut line = request.script;
                if line.last() != Some(&b'\n') {
                    line.push(b'\n');
                }
                self.send_keys(&line);
                let returns = stdin.is_none() && !attended;
                if let Some(input) = stdin {
                    self.runtime().spawn(type_all(self.clone(), input));
                }
                return self.drive(stage, watch, returns).await;
            }
            if outcome.ended || outcome.timed_out {
                return Ok(outcome);
            }
            restored = outcome.restored;
        } else if let Some(signal) = self.process.fatal_signal() {
            // Killed between execs, with nobody to see it until now.
            restored = self.restore(stage, Ending::Signaled(signal), None).await?.restored;
        }
        let Stage::Idle(shell) = std::mem::replace(stage, Stage::Ended) else { return Err(self.ended()) };
        // An interrupt that nobody took, and lines that nobody read, were for
        // what ran before.
        self.process.forget_signal(SIGINT);
        if !attended {
            self.terminal.flush();
        }
        let returns = stdin.is_none() && !attended;
        let before = stdin.map(|stdin| self.terminal.stdin.replace(stdin));
        *stage = Stage::Busy(shell.exec(request));
        let outcome = self.drive(stage, watch, returns).await;
        if let Some(before) = before {
            self.terminal.stdin.replace(before);
        }
        outcome.map(|outcome| Outcome { restored: outcome.restored.or(restored), ..outcome })
    }

    /// Drives the call of a busy stage until it is over, or (`returns`) a
    /// command of it waits for input. Ends it when its time is over.
    async fn drive(&self, stage: &mut Stage, watch: Watch<'_>, returns: bool) -> Result<Outcome, Error> {
        let Stage::Busy(call) = stage else { return Err(self.ended()) };
        let mut timed_out = false;
        let driven = {
            let mut polled = std::pin::pin!(self.poll_call(call));
            tokio::select! {
                biased;
                driven = &mut polled => driven,
                () = self.input_is_awaited(), if returns => Driven::Waiting,
                over = watch.is_over() => {
                    timed_out = over == Over::Expired;
                    tokio::select! {
                        biased;
                        driven = &mut polled => driven,
                        () = self.stop() => Driven::Lost(Ending::Signaled(SIGKILL)),
                    }
                }
            }
        };
        let outcome = self.settle(stage, driven).await?;
        Ok(Outcome { timed_out, ..outcome })
    }

    /// Polls a call as what it is: the shell's process, which obeys signals as
    /// any process does.
    async fn poll_call(&self, call: &mut Call) -> Driven {
        std::future::poll_fn(|cx| {
            self.process.poll(cx, |cx| match self.process.control() {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Some(signal)) => Poll::Ready(Driven::Lost(Ending::Signaled(signal))),
                Poll::Ready(None) => {
                    poll_timed(&self.process, call.as_mut(), cx).map(|(shell, result)| Driven::Over(shell, result))
                }
            })
        })
        .await
    }

    /// Waits until a command waits for typed input and nothing in the
    /// foreground has anything else to do.
    async fn input_is_awaited(&self) {
        let shell = self.process.pid;
        let foreground = &self.terminal.foreground;
        let wanted = |waiting: &[Pid]| {
            let group = foreground.load(Ordering::Relaxed);
            // On a terminal only the foreground is given what is typed.
            let reads = |pid: &Pid| {
                self.kernel.process(*pid).is_some_and(|process| {
                    process.group() == group && !matches!(process.state(), ProcessState::Stopped)
                })
            };
            (self.terminal.tty.is_none() || waiting.iter().any(reads)) && self.kernel.foreground_rests(shell, group)
        };
        self.terminal.lines.wanted_and(wanted).await;
    }

    /// What follows from how a call was left.
    async fn settle(&self, stage: &mut Stage, driven: Driven) -> Result<Outcome, Error> {
        match driven {
            Driven::Waiting => Ok(Outcome::default()),
            Driven::Over(mut shell, Ok(ShellOutcome { status, exited: false })) => match shell.save().await {
                Ok(state) => {
                    lock(&self.checkpoint).set(state);
                    *stage = Stage::Idle(shell);
                    Ok(Outcome { status: Some(status), ..Outcome::default() })
                }
                Err(error) => self.lost(stage, &error).await,
            },
            Driven::Over(_, Ok(ShellOutcome { status, exited: true })) => {
                self.shell_ended(stage, Ending::Exited(status));
                self.close(&format!("its shell exited with status {status}"));
                Ok(Outcome { status: Some(status), ended: true, ..Outcome::default() })
            }
            Driven::Over(_, Err(error)) => self.lost(stage, &error).await,
            Driven::Lost(ending) => self.restore(stage, ending, None).await,
        }
    }

    /// The shell's instance failed.
    async fn lost(&self, stage: &mut Stage, error: &wasmtime::Error) -> Result<Outcome, Error> {
        match error.downcast_ref::<Ending>() {
            Some(ending) => self.restore(stage, *ending, None).await,
            None => {
                let (reason, signal) = describe_trap(&self.process, error);
                self.restore(stage, Ending::Signaled(signal), Some(reason)).await
            }
        }
    }

    /// Puts a new instance of the shell where the old one was lost, with the
    /// state that it had after the last exec.
    async fn restore(&self, stage: &mut Stage, ending: Ending, reason: Option<String>) -> Result<Outcome, Error> {
        *stage = Stage::Ended;
        self.check_open()?;
        let reason =
            reason.map_or_else(|| format!("its shell {ending}"), |reason| format!("its shell failed: {reason}"));
        let shell = self.process.pid;
        self.signal_foreground(SIGKILL, |process| process.pid != shell && !process.is_background());
        self.terminal.foreground.store(self.process.group(), Ordering::Relaxed);
        self.process.revive(&Rlimits::new(&self.kernel.limits));
        self.terminal.reset_mode();
        let Checkpoint { state, .. } = lock(&self.checkpoint).clone();
        match Shell::start(&self.kernel, &self.process, &self.start, State::Own(&state)).await {
            Ok(shell) => {
                *stage = Stage::Idle(shell);
                Ok(Outcome { status: Some(ending.status()), restored: Some(reason), ..Outcome::default() })
            }
            Err(why) => {
                self.shell_ended(stage, ending);
                self.close(&format!("{reason}, and its state of before cannot be restored: {why}"));
                Err(self.ended())
            }
        }
    }

    /// Drives a call that waits for input while no exec does.
    fn keep(self: &Arc<Self>) {
        let inner = self.clone();
        self.runtime().spawn(async move {
            inner.drive_until_wanted().await;
            // However it was left: who closed the session meanwhile found the
            // shell taken.
            inner.release_if_closed();
        });
    }

    async fn drive_until_wanted(&self) {
        let mut stage = self.stage.lock().await;
        let Stage::Busy(call) = &mut *stage else { return };
        let _running = self.kernel.engine.running();
        let driven = tokio::select! {
            biased;
            () = self.queue.wanted() => return,
            driven = self.poll_call(call) => driven,
        };
        // What it means for the session is in the session's state; there is no
        // exec to tell.
        let _ = self.settle(&mut stage, driven).await;
    }

    /// Writes what came between execs to an exec's streams; how much of each
    /// had been dropped, which a line before the rest says.
    async fn hand_over_kept(&self, watch: Watch<'_>, stdout: &OpenFile, stderr: &OpenFile) -> [u64; 2] {
        let (pieces, dropped) = self.between.take();
        let gaps = dropped.iter().zip([Output::Stdout as fn(Bytes) -> Output, Output::Stderr]);
        let gaps = gaps.filter(|(dropped, _)| **dropped > 0).map(|(dropped, output)| output(gap(*dropped).into()));
        for piece in gaps.chain(pieces) {
            let (stream, bytes) = match piece {
                Output::Stdout(bytes) => (stdout, bytes),
                Output::Stderr(bytes) => (stderr, bytes),
            };
            // A reader that is gone, or does not read in time, has no use for it.
            tokio::select! {
                biased;
                _ = stream.write(bytes) => {}
                _ = watch.is_over() => {}
            }
        }
        dropped
    }

    /// Brings the running commands to an end: an interrupt, then kills, each
    /// with time to take effect. Ends only when nothing but killing the shell
    /// is left.
    async fn stop(&self) {
        let shell = self.process.pid;
        self.interrupt();
        tokio::time::sleep(GRACE).await;
        // What ignores interrupts is in the background or deaf; the deaf are
        // killed next.
        self.signal_foreground(SIGKILL, |process| process.pid != shell && !process.is_background());
        self.kernel.signal(&self.process, SIGINT);
        tokio::time::sleep(GRACE).await;
        self.signal_foreground(SIGKILL, |process| process.pid != shell);
        self.kernel.signal(&self.process, SIGINT);
        tokio::time::sleep(GRACE).await;
    }
}

/// Types all of a file, then its end.
async fn type_all(session: Arc<Inner>, input: Arc<OpenFile>) {
    while let Ok(bytes) = input.read(PIPE_CAPACITY).await {
        if bytes.is_empty() {
            break;
        }
        session.send_keys(&bytes);
    }
    session.send_eof();
}

//! One process: what the kernel knows of it, apart from the instance that runs it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::open_file::OpenFile;
use super::rlimit::{Resource, Rlimits, UNLIMITED};
use super::signal::{
    DefaultAction, Disposition, SIGCONT, SIGINT, SIGKILL, SIGSTOP, SIGXCPU, Signal, Signals, default_action,
};
use super::terminal::Terminal;
use crate::engine::Room;
use crate::fs::{Caller, Errno, Location};

/// A process's number; unique in its sandbox while the process is in the table.
pub(crate) type Pid = u32;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Exited(u8),
    Signaled(Signal),
}

impl Ending {
    /// The status a shell reports: the exit code, or 128 and the signal.
    pub(crate) fn status(self) -> u8 {
        match self {
            Ending::Exited(status) => status,
            Ending::Signaled(signal) => 128 + signal,
        }
    }
}

/// A change that a parent's `wait` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Ended(Ending),
    Stopped(Signal),
    Continued,
}

/// A process's state in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Running,
    Stopped,
    /// Ended, and not waited for yet.
    Zombie(Ending),
}

/// What `spawn` needs to know besides the program.
pub(crate) struct Birth {
    pub(crate) parent: Pid,
    pub(crate) group: Option<Pid>,
    pub(crate) session: Pid,
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) exe: String,
    pub(crate) cwd: Location,
    pub(crate) umask: u32,
    pub(crate) fds: BTreeMap<u32, Arc<OpenFile>>,
    pub(crate) ignored: u64,
    pub(crate) payload: Vec<u8>,
    pub(crate) terminal: Option<Arc<Terminal>>,
    pub(crate) rlimits: Rlimits,
}

struct Inner {
    state: State,
    /// A change that `wait` has not reported yet.
    unreported: Option<Change>,
}

/// What a process's task does: see `Process::poll`.
mod activity {
    /// It waits for something.
    pub(super) const RESTING: u8 = 0;
    /// What it waited for has come, and it will be polled.
    pub(super) const DUE: u8 = 1;
    /// It is being polled.
    pub(super) const RUNNING: u8 = 2;
    /// It is being polled and will be again.
    pub(super) const RUNNING_DUE: u8 = 3;
}

/// A process.
pub(crate) struct Process {
    pub(crate) pid: Pid,
    parent: AtomicU32,
    group: AtomicU32,
    /// The shell that started the session it belongs to; 0 outside one.
    pub(crate) session: Pid,
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) exe: String,
    pub(crate) started: Instant,
    cwd: Mutex<Location>,
    pub(crate) umask: AtomicU32,
    /// Whether its paths are absolute although WASI dropped their slash.
    pub(crate) absolute_paths: AtomicBool,
    fds: Mutex<BTreeMap<u32, Arc<OpenFile>>>,
    payload: Mutex<Vec<u8>>,
    pub(crate) terminal: Option<Arc<Terminal>>,
    signals: Mutex<Signals>,
    signal_arrived: Notify,
    /// Signal that must end it as soon as its task looks; 0 for none.
    fatal: AtomicU8,
    stopped: AtomicBool,
    inner: Mutex<Inner>,
    /// The task that drives it, as of its last poll.
    task: Mutex<Option<Waker>>,
    activity: AtomicU8,
    /// A child changed state.
    pub(crate) child_changed: Notify,
    /// Processor time, own and of children waited for, in nanoseconds.
    pub(crate) time_own: AtomicU64,
    pub(crate) time_children: AtomicU64,
    /// Linear memory, in bytes.
    pub(crate) memory: AtomicU64,
    /// Which memory limit was hit: named when it then ends badly.
    out_of_memory: Mutex<Option<&'static str>>,
    pub(crate) rlimits: Rlimits,
    /// The processor time (as `time_own` counts) at which its limit acts next.
    cpu_alarm: AtomicU64,
    /// The processor time from which the limit counts.
    cpu_start: AtomicU64,
    /// Files that it holds, beside those it was started with.
    files_held: AtomicU64,
    /// The last child spawned, not started yet: a `wait` that follows drives
    /// it on this process's own task; anything else that could block starts it.
    deferred: Mutex<Option<super::supervise::Supervised>>,
    alarm: Mutex<Alarm>,
    /// Room for its threads beside the first: the sandbox's and the host's.
    threads: Mutex<Vec<[Room; 2]>>,
}

/// The timer behind `alarm`.
#[derive(Default)]
struct Alarm {
    number: u64,
    when: Option<Instant>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No critical section below can panic, so a poisoned lock guards whole data.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    pub(crate) fn new(pid: Pid, birth: Birth) -> Self {
        Process {
            pid,
            parent: AtomicU32::new(birth.parent),
            group: AtomicU32::new(match birth.group {
                Some(0) | None => pid,
                Some(group) => group,
            }),
            session: if birth.session == 0 { pid } else { birth.session },
            argv: birth.argv,
            env: birth.env,
            exe: birth.exe,
            started: Instant::now(),
            cwd: Mutex::new(birth.cwd),
            umask: AtomicU32::new(birth.umask),
            absolute_paths: AtomicBool::new(false),
            fds: Mutex::new(birth.fds),
            payload: Mutex::new(birth.payload),
            terminal: birth.terminal,
            signals: Mutex::new(Signals::new(birth.ignored)),
            signal_arrived: Notify::new(),
            fatal: AtomicU8::new(0),
            stopped: AtomicBool::new(false),
            inner: Mutex::new(Inner { state: State::Running, unreported: None }),
            task: Mutex::default(),
            activity: AtomicU8::new(activity::DUE),
            child_changed: Notify::new(),
            time_own: AtomicU64::new(0),
            time_children: AtomicU64::new(0),
            memory: AtomicU64::new(0),
            out_of_memory: Mutex::default(),
            cpu_alarm: AtomicU64::new(cpu_alarm(0, &birth.rlimits)),
            cpu_start: AtomicU64::new(0),
            rlimits: birth.rlimits,
            files_held: AtomicU64::new(0),
            deferred: Mutex::new(None),
            alarm: Mutex::default(),
            threads: Mutex::default(),
        }
    }

    pub(crate) fn parent(&self) -> Pid {
        self.parent.load(Ordering::Relaxed)
    }

    pub(crate) fn set_parent(&self, parent: Pid) {
        self.parent.store(parent, Ordering::Relaxed);
    }

    pub(crate) fn group(&self) -> Pid {
        self.group.load(Ordering::Relaxed)
    }

    pub(crate) fn set_group(&self, group: Pid) {
        self.group.store(group, Ordering::Relaxed);
    }

    /// Who it is to the filesystem.
    pub(crate) fn caller(&self) -> Caller {
        Caller::agent(self.pid, self.umask.load(Ordering::Relaxed))
    }

    pub(crate) fn cwd(&self) -> Location {
        lock(&self.cwd).clone()
    }

    pub(crate) fn set_cwd(&self, cwd: Location) {
        *lock(&self.cwd) = cwd;
    }

    pub(crate) fn fd(&self, fd: u32) -> Option<Arc<OpenFile>> {
        lock(&self.fds).get(&fd).cloned()
    }

    pub(crate) fn fd_numbers(&self) -> Vec<u32> {
        lock(&self.fds).keys().copied().collect()
    }

    /// Lets go of its files, so that pipes close before its end is seen.
    pub(crate) fn close_files(&self) {
        let files = std::mem::take(&mut *lock(&self.fds));
        drop(files);
    }

    pub(crate) fn take_payload(&self) -> Vec<u8> {
        std::mem::take(&mut lock(&self.payload))
    }

    pub(crate) fn state(&self) -> State {
        lock(&self.inner).state
    }

    /// The change that a `wait` reports, taken if `take`.
    pub(crate) fn change(&self, take: bool) -> Option<Change> {
        let mut inner = lock(&self.inner);
        if take { inner.unreported.take() } else { inner.unreported }
    }

    fn set_change(&self, state: State, change: Change) {
        let mut inner = lock(&self.inner);
        inner.state = state;
        inner.unreported = Some(change);
    }

    /// Marks it as ended; its table entry stays until the parent has waited.
    pub(crate) fn set_ended(&self, ending: Ending) {
        self.set_change(State::Zombie(ending), Change::Ended(ending));
    }

    /// Polls what drives the process, as the process: wake-ups go through it,
    /// so that it is known whether it rests or has something to do.
    pub(crate) fn poll<T>(
        self: &Arc<Self>,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        {
            let mut task = lock(&self.task);
            match &mut *task {
                Some(waker) if waker.will_wake(cx.waker()) => {}
                task => *task = Some(cx.waker().clone()),
            }
        }
        let before = self.activity.swap(activity::RUNNING, Ordering::AcqRel);
        let waker = Waker::from(self.clone());
        let outer = CURRENT.replace(self.pid);
        let result = poll(&mut Context::from_waker(&waker));
        CURRENT.set(outer);
        let rests = result.is_ready()
            || self
                .activity
                .compare_exchange(activity::RUNNING, activity::RESTING, Ordering::AcqRel, Ordering::Acquire)
                .is_ok();
        if result.is_ready() {
            self.activity.store(activity::RESTING, Ordering::Release);
        } else if !rests {
            self.activity.store(activity::DUE, Ordering::Release);
        }
        // A poll that nobody asked for changes nothing.
        if rests
            && before != activity::RESTING
            && let Some(terminal) = &self.terminal
        {
            terminal.lines.at_rest();
        }
        result
    }

    /// Marks that it has something to do: it was woken, or goes on by itself
    /// although its poll ends.
    pub(crate) fn due(&self) {
        // An update that changes nothing is no error.
        let _ = self.activity.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| match now {
            activity::RESTING => Some(activity::DUE),
            activity::RUNNING => Some(activity::RUNNING_DUE),
            _ => None,
        });
    }

    /// Whether it can do nothing until something happens.
    pub(crate) fn is_resting(&self) -> bool {
        self.activity.load(Ordering::Acquire) == activity::RESTING
    }

    fn wake_task(&self) {
        self.due();
        let task = lock(&self.task).clone();
        if let Some(task) = task {
            task.wake();
        }
    }

    /// What the process's task must do before it runs on: end with a signal,
    /// stay stopped, or go on. Asked inside `poll`, so a signal that comes
    /// after the answer wakes the task again.
    pub(crate) fn control(&self) -> Poll<Option<Signal>> {
        let fatal = self.fatal.load(Ordering::Acquire);
        if fatal != 0 {
            Poll::Ready(Some(fatal))
        } else if self.stopped.load(Ordering::Acquire) {
            Poll::Pending
        } else {
            Poll::Ready(None)
        }
    }

    /// Makes the process of a lost shell fit for another instance: no signal
    /// has decided its end, none waits, and none is handled or ignored. Its
    /// limits are those it began with, and it has used nothing.
    pub(crate) fn revive(&self, rlimits: &Rlimits) {
        self.start_deferred();
        *lock(&self.signals) = Signals::new(0);
        self.fatal.store(0, Ordering::Release);
        self.stopped.store(false, Ordering::Release);
        *lock(&self.out_of_memory) = None;
        self.memory.store(0, Ordering::Relaxed);
        self.rlimits.copy_from(rlimits);
        self.cpu_start.store(self.time_own.load(Ordering::Relaxed), Ordering::Relaxed);
        self.set_cpu_alarm();
        lock(&self.alarm).number += 1;
        let mut inner = lock(&self.inner);
        inner.state = State::Running;
        inner.unreported = None;
    }

    /// Whether a signal has decided that it ends.
    pub(crate) fn fatal_signal(&self) -> Option<Signal> {
        match self.fatal.load(Ordering::Acquire) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// Delivers a signal. Gives the change the parent should hear of, if any.
    pub(crate) fn deliver(&self, signal: Signal) -> Option<Change> {
        if signal == 0 || matches!(self.state(), State::Zombie(_)) {
            return None;
        }
        let mut change = None;
        // CONT continues whatever its disposition, as POSIX says.
        if (signal == SIGCONT || signal == SIGKILL) && self.stopped.swap(false, Ordering::AcqRel) {
            self.set_change(State::Running, Change::Continued);
            change = Some(Change::Continued);
            self.wake_task();
        }
        let disposition = if signal == SIGKILL || signal == SIGSTOP {
            Disposition::Default
        } else {
            let mut signals = lock(&self.signals);
            let disposition = signals.disposition(signal);
            if disposition == Disposition::Handle {
                signals.add(signal);
            }
            disposition
        };
        match disposition {
            Disposition::Ignore => {}
            Disposition::Handle => {
                // One waiter at most (the process's own blocked call), so a
                // permit is kept for a call that is about to block.
                self.signal_arrived.notify_one();
                self.wake_task();
            }
            Disposition::Default => match default_action(signal) {
                DefaultAction::Terminate => {
                    // The first fatal signal names the ending, but KILL wins.
                    if self.fatal.load(Ordering::Acquire) == 0 || signal == SIGKILL {
                        self.fatal.store(signal, Ordering::Release);
                    }
                    self.wake_task();
                }
                DefaultAction::Stop => {
                    if !self.stopped.swap(true, Ordering::AcqRel) {
                        self.set_change(State::Stopped, Change::Stopped(signal));
                        change = Some(Change::Stopped(signal));
                    }
                }
                DefaultAction::Ignore | DefaultAction::Continue => {}
            },
        }
        change
    }

    pub(crate) fn disposition(&self, signal: Signal) -> Disposition {
        lock(&self.signals).disposition(signal)
    }

    /// Whether it is in the background: a shell without job control has what
    /// it starts there ignore interrupts, and nothing else tells it apart.
    pub(crate) fn is_background(&self) -> bool {
        self.disposition(SIGINT) == Disposition::Ignore
    }

    pub(crate) fn set_disposition(&self, signal: Signal, disposition: Disposition) -> Disposition {
        lock(&self.signals).set(signal, disposition)
    }

    pub(crate) fn take_signals(&self) -> u64 {
        lock(&self.signals).take()
    }

    /// Forgets a signal that came when there was nothing it was meant for.
    pub(crate) fn forget_signal(&self, signal: Signal) {
        lock(&self.signals).forget(signal);
    }

    pub(crate) fn has_pending_signal(&self) -> bool {
        lock(&self.signals).has_pending()
    }

    /// Waits for a handled signal.
    async fn signal(&self) {
        while !self.has_pending_signal() {
            self.signal_arrived.notified().await;
        }
    }

    /// Runs what may block: a child not started yet is started first. `None`
    /// when a handled signal came first, which POSIX calls EINTR.
    pub(crate) async fn block<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.start_deferred();
        tokio::select! {
            biased;
            value = future => Some(value),
            () = self.signal() => None,
        }
    }

    /// Like `block`, for callers that know nothing of signals (WASI).
    pub(crate) async fn block_always<T>(&self, future: impl Future<Output = T>) -> T {
        self.start_deferred();
        future.await
    }

    /// Keeps a new child for a `wait` that may follow; starts the one kept before.
    pub(crate) fn defer(&self, child: super::supervise::Supervised) {
        let previous = lock(&self.deferred).replace(child);
        if let Some(previous) = previous {
            previous.start();
        }
    }

    pub(crate) fn start_deferred(&self) {
        let deferred = lock(&self.deferred).take();
        if let Some(child) = deferred {
            child.start();
        }
    }

    /// The child that is kept, if the condition holds for its pid.
    pub(crate) fn take_deferred(&self, wanted: impl Fn(Pid) -> bool) -> Option<super::supervise::Supervised> {
        let mut deferred = lock(&self.deferred);
        if deferred.as_ref().is_some_and(|child| wanted(child.pid())) { deferred.take() } else { None }
    }

    /// Changes one of its limits.
    pub(crate) fn set_rlimit(&self, resource: Resource, soft: u64, hard: u64) -> Result<(), Errno> {
        self.rlimits.set(resource, soft, hard)?;
        if resource == Resource::Cpu {
            self.set_cpu_alarm();
        }
        Ok(())
    }

    fn set_cpu_alarm(&self) {
        let start = self.cpu_start.load(Ordering::Relaxed);
        self.cpu_alarm.store(cpu_alarm(start, &self.rlimits), Ordering::Relaxed);
    }

    /// Books processor time. At the soft limit, and each second after it, XCPU
    /// comes; at the hard one KILL.
    fn use_cpu(&self, nanoseconds: u64) {
        let used = self.time_own.fetch_add(nanoseconds, Ordering::Relaxed).saturating_add(nanoseconds);
        if used < self.cpu_alarm.load(Ordering::Relaxed) {
            return;
        }
        let hard = self.cpu_start.load(Ordering::Relaxed).saturating_add(seconds(self.rlimits.hard(Resource::Cpu)));
        // It runs, so neither signal has a change of state to report.
        if used >= hard {
            self.cpu_alarm.store(UNLIMITED, Ordering::Relaxed);
            self.deliver(SIGKILL);
        } else {
            self.cpu_alarm.store(used.saturating_add(SECOND).min(hard), Ordering::Relaxed);
            self.deliver(SIGXCPU);
        }
    }

    /// Counts one more open file; `MFile` when that is more than it may have.
    pub(crate) fn hold_file(self: &Arc<Self>) -> Result<Held, Errno> {
        let given = lock(&self.fds).len() as u64;
        let before = self.files_held.fetch_add(1, Ordering::Relaxed);
        let held = Held(self.clone());
        if given + before >= self.rlimits.soft(Resource::OpenFiles) { Err(Errno::MFile) } else { Ok(held) }
    }

    /// Counts one more open file, whatever the limit.
    pub(crate) fn hold_duplicate(self: &Arc<Self>) -> Held {
        self.files_held.fetch_add(1, Ordering::Relaxed);
        Held(self.clone())
    }

    /// Keeps the room of one more thread.
    pub(crate) fn start_thread(&self, room: [Room; 2]) {
        lock(&self.threads).push(room);
    }

    /// Gives the room of a thread that has ended back.
    pub(crate) fn end_thread(&self) {
        lock(&self.threads).pop();
    }

    /// Gives the room of all its threads back, after its instance is gone.
    pub(crate) fn end_threads(&self) {
        lock(&self.threads).clear();
    }

    /// Records that a memory limit was hit.
    pub(crate) fn refuse_memory(&self, limit: &'static str) {
        *lock(&self.out_of_memory) = Some(limit);
    }

    /// The memory limit that it has hit.
    pub(crate) fn refused_memory(&self) -> Option<&'static str> {
        *lock(&self.out_of_memory)
    }

    /// Replaces the alarm (none for a zero time): its number, and the time
    /// that the previous one had left.
    pub(crate) fn set_alarm(&self, after: Duration) -> (u64, Duration) {
        let mut alarm = lock(&self.alarm);
        let left = alarm.when.map_or(Duration::ZERO, |when| when.saturating_duration_since(Instant::now()));
        alarm.number += 1;
        alarm.when = (!after.is_zero()).then(|| Instant::now().checked_add(after)).flatten();
        (alarm.number, left)
    }

    /// Whether the alarm of that number was not replaced since.
    pub(crate) fn alarm_is(&self, number: u64) -> bool {
        lock(&self.alarm).number == number
    }
}

impl Wake for Process {
    fn wake(self: Arc<Self>) {
        self.wake_task();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wake_task();
    }
}

/// An open file in its process's count.
pub(crate) struct Held(Arc<Process>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.files_held.fetch_sub(1, Ordering::Relaxed);
    }
}

const SECOND: u64 = 1_000_000_000;

/// A limit in seconds as nanoseconds.
fn seconds(limit: u64) -> u64 {
    // As on Linux, a limit of 0 allows what one of 1 does.
    limit.max(1).saturating_mul(SECOND)
}

/// When limits act that count from `start`.
fn cpu_alarm(start: u64, rlimits: &Rlimits) -> u64 {
    start.saturating_add(seconds(rlimits.soft(Resource::Cpu)))
}

thread_local! {
    /// The process that this thread polls.
    static CURRENT: std::cell::Cell<Pid> = const { std::cell::Cell::new(0) };
    /// Time that processes driven inside the current poll have used.
    static NESTED: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// The process that the calling thread polls; 0 for none.
pub(super) fn current() -> Pid {
    CURRENT.get()
}

/// Polls a process's future and books the time on the process. A child that
/// its waiting parent drives books its own time, not the parent's.
pub(crate) fn poll_timed<F: Future + ?Sized>(
    process: &Process,
    future: Pin<&mut F>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let outer = NESTED.replace(0);
    let start = Instant::now();
    let result = future.poll(cx);
    let total = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    process.use_cpu(total.saturating_sub(NESTED.get()));
    NESTED.set(outer + total);
    result
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Exited(status) => write!(f, "exited with status {status}"),
            Ending::Signaled(signal) => write!(f, "ended by signal {signal}"),
        }
    }
}

/// An ending travels out of the instance as the error of the host call that
/// caused it.
impl std::error::Error for Ending {}

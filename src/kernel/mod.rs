//! The kernel of one sandbox: its process table, its files, its limits.

mod discipline;
mod locks;
mod open;
mod open_file;
mod pipe;
mod proc;
mod process;
mod rlimit;
mod signal;
mod spawn;
mod supervise;
mod terminal;
mod watch;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use discipline::{CHARACTERS, Mode};
pub use open_file::Handle;
pub use open_file::Outlet;
pub(crate) use open_file::{Access, OpenFile, TRANSFER_LIMIT, Whence, append, write_at};
pub(crate) use pipe::{PIPE_CAPACITY, Pipe, until};
pub(crate) use proc::ProcTable;
pub(crate) use process::{Birth, Change, Ending, Held, Pid, Process, State, poll_timed};
pub(crate) use rlimit::{Resource, Rlimits, UNLIMITED};
pub(crate) use signal::{
    Disposition, SIGALRM, SIGCHLD, SIGINT, SIGKILL, SIGNAL_MAX, SIGPIPE, SIGSTOP, SIGTTIN, SIGTTOU, SIGWINCH, Signal,
};
pub(crate) use spawn::{Guest, SpawnRequest, describe_trap};
pub(crate) use supervise::Inline;
pub use terminal::TerminalSize;
pub(crate) use terminal::{Terminal, Tty};
pub(crate) use watch::Watch;

use crate::engine::{Engine, Quota};
use crate::fs::{Errno, Namespace};
use crate::limits::Limits;
use crate::net::Network;

#[derive(Default)]
struct Table {
    processes: HashMap<Pid, Arc<Process>>,
    last: Pid,
}

/// What all processes of one sandbox share.
pub(crate) struct Kernel {
    pub(crate) engine: Arc<Engine>,
    pub(crate) namespace: Namespace,
    pub(crate) network: Arc<Network>,
    pub(crate) limits: Limits,
    pub(crate) locks: Arc<locks::Locks>,
    pub(crate) started: std::time::Instant,
    table: Mutex<Table>,
    /// Linear memory of all processes together, in bytes.
    memory: AtomicU64,
    /// Threads of programs that can have some.
    threads: Arc<Quota>,
}

impl Kernel {
    pub(crate) fn new(engine: Arc<Engine>, namespace: Namespace, network: Arc<Network>, limits: Limits) -> Arc<Self> {
        let threads = Quota::new(limits.threads);
        Arc::new(Kernel {
            engine,
            namespace,
            network,
            limits,
            locks: Arc::default(),
            started: std::time::Instant::now(),
            table: Mutex::default(),
            memory: AtomicU64::new(0),
            threads,
        })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Only map operations run under the lock, so a poisoned one is whole.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a process of `birth` under a new number.
    fn enter(&self, birth: process::Birth) -> Result<Arc<Process>, Errno> {
        let mut table = self.table();
        let most = birth.rlimits.soft(Resource::Processes).min(self.limits.processes.into());
        if table.processes.len() as u64 >= most {
            return Err(Errno::Again);
        }
        // Numbers are reused only after a long time, as elsewhere.
        const PID_MAX: Pid = 4_194_304;
        let mut pid = table.last;
        loop {
            pid = if pid >= PID_MAX { 2 } else { pid + 1 };
            if !table.processes.contains_key(&pid) {
                break;
            }
        }
        table.last = pid;
        let process = Arc::new(Process::new(pid, birth));
        table.processes.insert(pid, process.clone());
        Ok(process)
    }

    pub(crate) fn process(&self, pid: Pid) -> Option<Arc<Process>> {
        self.table().processes.get(&pid).cloned()
    }

    /// All processes, zombies included, by number.
    pub(crate) fn processes(&self) -> Vec<Arc<Process>> {
        let mut all: Vec<_> = self.table().processes.values().cloned().collect();
        all.sort_by_key(|process| process.pid);
        all
    }

    /// Books a process's end: its parent may wait for it, its children have no parent.
    pub(crate) fn process_ended(&self, process: &Arc<Process>, ending: Ending) {
        let parent = {
            let mut table = self.table();
            let mut gone = Vec::new();
            for child in table.processes.values().filter(|child| child.parent() == process.pid) {
                child.set_parent(0);
                if matches!(child.state(), State::Zombie(_)) {
                    gone.push(child.pid);
                }
            }
            for pid in gone {
                table.processes.remove(&pid);
            }
            // Under the table's lock: a parent that ends at the same time either
            // sees the zombie, or is seen to be one.
            process.set_ended(ending);
            let parent = table.processes.get(&process.parent()).cloned();
            let parent = parent.filter(|parent| !matches!(parent.state(), State::Zombie(_)));
            if parent.is_none() {
                table.processes.remove(&process.pid);
            }
            parent
        };
        if let Some(terminal) = &process.terminal {
            terminal.lines.at_rest();
        }
        if let Some(parent) = parent {
            self.tell_parent(&parent);
        }
    }

    fn tell_parent(&self, parent: &Process) {
        parent.deliver(SIGCHLD);
        parent.child_changed.notify_waiters();
    }

    /// Sends a signal; stops and continuations are reported to the parent.
    pub(crate) fn signal(&self, process: &Process, signal: Signal) {
        if process.deliver(signal).is_some()
            && let Some(parent) = self.process(process.parent())
        {
            self.tell_parent(&parent);
        }
    }

    /// Sends a signal to every process for which the condition holds; how many.
    pub(crate) fn signal_all(&self, signal: Signal, mut which: impl FnMut(&Process) -> bool) -> usize {
        let mut chosen: Vec<_> = self
            .table()
            .processes
            .values()
            .filter(|p| !matches!(p.state(), State::Zombie(_)) && which(p))
            .cloned()
            .collect();
        // Parents first: a shell must know of an interrupt before it sees that
        // its child died of it.
        chosen.sort_by_key(|process| process.pid);
        for process in &chosen {
            self.signal(process, signal);
        }
        chosen.len()
    }

    /// Kills every process for which the condition holds, those that such a
    /// process starts meanwhile included.
    pub(crate) fn kill_all(&self, which: impl Fn(&Process) -> bool) {
        // When a look finds none that is not killed, whoever starts another
        // one is killed itself, and `spawn` sees to the rest.
        while self.signal_all(SIGKILL, |process| process.fatal_signal() != Some(SIGKILL) && which(process)) > 0 {}
    }

    /// Whether no process of that session's foreground group has anything to
    /// do. Its shell counts whatever it ignores.
    pub(crate) fn foreground_rests(&self, session: Pid, group: Pid) -> bool {
        self.table().processes.values().all(|process| {
            process.session != session
                || process.group() != group
                || process.is_resting()
                || matches!(process.state(), State::Zombie(_))
                || (process.pid != session && process.is_background())
        })
    }

    /// Lets a process use its terminal as only the foreground may: one of the
    /// background gets the signal (TTIN or TTOU) with its group, and goes on
    /// when it is in the foreground. `Io` for who cannot be stopped so, `Intr`
    /// for who handles the signal. The rules are POSIX's (11.1.4).
    pub(crate) async fn await_foreground(&self, process: &Process, signal: Signal) -> Result<(), Errno> {
        loop {
            let Some(terminal) = process.terminal.as_ref().filter(|terminal| terminal.tty.is_some()) else {
                return Ok(());
            };
            let group = process.group();
            if terminal.foreground.load(Ordering::Relaxed) == group {
                return Ok(());
            }
            let disposition = process.disposition(signal);
            match disposition {
                Disposition::Ignore if signal == SIGTTOU => return Ok(()),
                Disposition::Ignore => return Err(Errno::Io),
                _ if self.is_orphaned(process.session, group) => return Err(Errno::Io),
                _ => {}
            }
            self.signal_all(signal, |member| member.group() == group && member.session == process.session);
            if disposition == Disposition::Handle {
                return Err(Errno::Intr);
            }
            // It stops before it is polled again.
            process.block_always(tokio::task::yield_now()).await;
        }
    }

    /// Reads a terminal for a process, whenever that is in the foreground.
    pub(crate) async fn read_terminal(
        &self,
        process: &Process,
        file: &OpenFile,
        try_read: impl Fn() -> Result<Option<bytes::Bytes>, Errno>,
    ) -> Result<bytes::Bytes, Errno> {
        loop {
            self.await_foreground(process, SIGTTIN).await?;
            let seen = file.buffered();
            match try_read()? {
                Some(data) => return Ok(data),
                None if file.access().nonblock => return Err(Errno::Again),
                None => process.block(file.readable_beyond(seen)).await.ok_or(Errno::Intr)?,
            }
        }
    }

    /// Changes a terminal's size; the foreground group hears of another one.
    pub(crate) fn resize(&self, terminal: &Terminal, size: TerminalSize) {
        if terminal.tty.as_ref().is_some_and(|tty| tty.set_size(size)) {
            self.signal_foreground(terminal, SIGWINCH);
        }
    }

    /// Sends a signal to a terminal's foreground group.
    pub(crate) fn signal_foreground(&self, terminal: &Terminal, signal: Signal) {
        let group = terminal.foreground.load(Ordering::Relaxed);
        self.signal_all(signal, |process| process.group() == group);
    }

    /// Whether a group has nobody in its session who could continue it: no
    /// parent outside of it.
    fn is_orphaned(&self, session: Pid, group: Pid) -> bool {
        let table = self.table();
        !table.processes.values().filter(|process| process.session == session && process.group() == group).any(
            |process| {
                table.processes.get(&process.parent()).is_some_and(|parent| {
                    parent.session == session && parent.group() != group && !matches!(parent.state(), State::Zombie(_))
                })
            },
        )
    }

    /// Looks for a child with a change to report. `Err` when there is no child
    /// that could ever have one.
    pub(crate) fn reap(
        &self,
        parent: &Process,
        which: impl Fn(&Process) -> bool,
        stops: bool,
    ) -> Result<Option<(Pid, Change)>, Errno> {
        let mut table = self.table();
        let mut any = false;
        let mut found = None;
        for child in table.processes.values() {
            if child.parent() != parent.pid || !which(child) {
                continue;
            }
            any = true;
            match child.change(false) {
                Some(Change::Ended(_)) => {}
                Some(_) if stops => {}
                _ => continue,
            }
            // The oldest first, so that the order does not depend on hashing.
            if found.as_ref().is_none_or(|f: &Arc<Process>| child.pid < f.pid) {
                found = Some(child.clone());
            }
        }
        let Some(child) = found else { return if any { Ok(None) } else { Err(Errno::Child) } };
        let Some(change) = child.change(true) else { return Ok(None) };
        if matches!(change, Change::Ended(_)) {
            table.processes.remove(&child.pid);
            let time = child.time_own.load(Ordering::Relaxed) + child.time_children.load(Ordering::Relaxed);
            parent.time_children.fetch_add(time, Ordering::Relaxed);
        }
        Ok(Some((child.pid, change)))
    }

    /// Takes memory from the sandbox's budget; false when there is not enough.
    pub(crate) fn take_memory(&self, bytes: u64) -> bool {
        self.memory
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(bytes).filter(|&total| total <= self.limits.memory_bytes)
            })
            .is_ok()
    }

    pub(crate) fn give_memory(&self, bytes: u64) {
        self.memory.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(crate) fn memory_used(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }
}

//! `agentfense:kernel/processes`.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Failure;
use crate::engine::Kind;
use crate::fs::Errno;
use crate::kernel::{
    self, Change, Disposition, Ending, Guest, Handle, Inline, Pid, Process, Resource, SIGALRM, SIGNAL_MAX,
    SpawnRequest, UNLIMITED,
};
use crate::wit::guest::agentfense::kernel::processes::{
    self as wit, KillTarget, ResourceKind, SpawnOptions, Times, WaitFlags, WaitTarget,
};

/// Bytes of arguments and environment that a program can be started with, as
/// Linux's default. Bounds what a spawn makes the host copy.
const ARG_MAX: usize = 2 << 20;

fn signal_number(signal: u8) -> Result<kernel::Signal, Errno> {
    if signal <= SIGNAL_MAX { Ok(signal) } else { Err(Errno::Inval) }
}

impl Guest {
    fn spawn_request(&mut self, options: SpawnOptions) -> Result<SpawnRequest, Failure> {
        let strings = options
            .argv
            .iter()
            .map(String::len)
            .chain(options.env.iter().map(|(name, value)| name.len() + value.len() + 1));
        if strings.map(|len| len + 1).sum::<usize>() > ARG_MAX {
            return Err(Errno::TooBig.into());
        }
        let mut fds = BTreeMap::new();
        for (fd, file) in options.fds {
            let Handle { file, .. } = self.table.get(&file)?;
            // A capture's owner is its reader too; a child gets a write end of its own.
            fds.insert(fd, file.capture_writer().unwrap_or_else(|| file.clone()));
        }
        if fds.len() as u64 > self.process.rlimits.soft(Resource::OpenFiles) {
            return Err(Errno::MFile.into());
        }
        let cwd = match options.cwd {
            Some(path) => Some(self.directory(&path)?),
            None => None,
        };
        let group = match options.group {
            Some(0) => Some(0),
            Some(group)
                if self.kernel.processes().iter().any(|p| p.group() == group && p.session == self.process.session) =>
            {
                Some(group)
            }
            Some(_) => return Err(Errno::Perm.into()),
            None => Some(self.process.group()),
        };
        Ok(SpawnRequest {
            argv: options.argv,
            env: options.env,
            cwd,
            fds,
            group,
            ignored: options.ignore,
            payload: options.payload,
        })
    }

    /// The process a guest may act on.
    fn target(&self, pid: Pid) -> Result<std::sync::Arc<Process>, Errno> {
        if pid == self.process.pid { Ok(self.process.clone()) } else { self.kernel.process(pid).ok_or(Errno::Srch) }
    }

    /// What a signal has decided while this process was in a system call.
    fn ended_by_signal(&self) -> Result<(), Failure> {
        match self.process.fatal_signal() {
            Some(signal) => Err(Failure::Trap(Ending::Signaled(signal).into())),
            None => Ok(()),
        }
    }
}

impl wit::Host for Guest {
    async fn spawn(&mut self, path: String, options: SpawnOptions) -> Result<Pid, Failure> {
        let request = self.spawn_request(options)?;
        let child = self.kernel.spawn(&self.process, &path, request)?;
        let pid = child.pid();
        self.process.defer(child);
        Ok(pid)
    }

    async fn spawn_self(&mut self, options: SpawnOptions) -> Result<Pid, Failure> {
        let request = self.spawn_request(options)?;
        let child =
            self.kernel.spawn_program(&self.process, self.program.clone(), self.process.exe.clone(), request)?;
        let pid = child.pid();
        self.process.defer(child);
        Ok(pid)
    }

    fn payload(&mut self) -> wasmtime::Result<Vec<u8>> {
        Ok(self.process.take_payload())
    }

    async fn wait(&mut self, target: WaitTarget, flags: WaitFlags) -> Result<Option<(Pid, wit::Change)>, Failure> {
        let wanted = |process: &Process| match target {
            WaitTarget::Any => true,
            WaitTarget::Process(pid) => process.pid == pid,
            WaitTarget::Group(group) => process.group() == group,
        };
        let stops = flags.contains(WaitFlags::UNTRACED);
        let process = self.process.clone();
        loop {
            // Registered before the look, so that no change is missed between.
            let mut changed = std::pin::pin!(process.child_changed.notified());
            changed.as_mut().enable();
            if let Some((pid, change)) = self.kernel.reap(&process, wanted, stops)? {
                return Ok(Some((pid, report(change))));
            }
            if flags.contains(WaitFlags::NO_HANG) {
                process.start_deferred();
                return Ok(None);
            }
            // A child that was just made is driven right here: no other thread
            // has to wake up for it, nor for its end.
            let kernel = &self.kernel;
            let mut child =
                Inline(process.take_deferred(|pid| kernel.process(pid).is_some_and(|child| wanted(&child))));
            let event = async {
                if child.0.is_some() {
                    tokio::select! {
                        biased;
                        () = &mut child => {}
                        () = changed.as_mut() => {}
                    }
                } else {
                    changed.as_mut().await;
                }
            };
            if process.block(event).await.is_none() {
                return Err(Errno::Intr.into());
            }
        }
    }

    fn kill(&mut self, target: KillTarget, signal: u8) -> Result<(), Failure> {
        let signal = signal_number(signal)?;
        let sent = match target {
            KillTarget::Process(pid) => {
                let process = self.target(pid)?;
                self.kernel.signal(&process, signal);
                1
            }
            KillTarget::Group(0) => {
                let group = self.process.group();
                self.kernel.signal_all(signal, |process| process.group() == group)
            }
            KillTarget::Group(group) => self.kernel.signal_all(signal, |process| process.group() == group),
            KillTarget::All => {
                let own = self.process.pid;
                self.kernel.signal_all(signal, |process| process.pid != own)
            }
        };
        // Whoever was signalled may be a child that has not started yet.
        self.process.start_deferred();
        if sent == 0 {
            return Err(Errno::Srch.into());
        }
        self.ended_by_signal()
    }

    fn get_pid(&mut self) -> wasmtime::Result<Pid> {
        Ok(self.process.pid)
    }

    fn get_parent(&mut self) -> wasmtime::Result<Pid> {
        Ok(self.process.parent())
    }

    fn get_group(&mut self) -> wasmtime::Result<Pid> {
        Ok(self.process.group())
    }

    fn set_group(&mut self, process: Pid, group: Pid) -> Result<(), Failure> {
        let process = self.target(if process == 0 { self.process.pid } else { process })?;
        if process.session != self.process.session {
            return Err(Errno::Perm.into());
        }
        process.set_group(if group == 0 { process.pid } else { group });
        Ok(())
    }

    fn get_foreground(&mut self) -> wasmtime::Result<Pid> {
        Ok(self.process.terminal.as_ref().map_or(0, |terminal| terminal.foreground.load(Ordering::Relaxed)))
    }

    fn set_foreground(&mut self, group: Pid) -> Result<(), Failure> {
        let terminal = self.process.terminal.as_ref().ok_or(Errno::NotTty)?;
        terminal.foreground.store(group, Ordering::Relaxed);
        Ok(())
    }

    fn set_disposition(&mut self, signal: u8, disposition: wit::Disposition) -> Result<wit::Disposition, Failure> {
        let signal = signal_number(signal)?;
        if signal == 0 || signal == kernel::SIGKILL || signal == kernel::SIGSTOP {
            return Err(Errno::Inval.into());
        }
        let disposition = match disposition {
            wit::Disposition::Default => Disposition::Default,
            wit::Disposition::Ignore => Disposition::Ignore,
            wit::Disposition::Handle => Disposition::Handle,
        };
        Ok(match self.process.set_disposition(signal, disposition) {
            Disposition::Default => wit::Disposition::Default,
            Disposition::Ignore => wit::Disposition::Ignore,
            Disposition::Handle => wit::Disposition::Handle,
        })
    }

    fn take_signals(&mut self) -> wasmtime::Result<u64> {
        Ok(if self.process.has_pending_signal() { self.process.take_signals() } else { 0 })
    }

    async fn sleep(&mut self, nanoseconds: u64) -> wasmtime::Result<bool> {
        let process = self.process.clone();
        Ok(process.block(tokio::time::sleep(Duration::from_nanos(nanoseconds))).await.is_some())
    }

    fn alarm(&mut self, nanoseconds: u64) -> wasmtime::Result<u64> {
        let (number, left) = self.process.set_alarm(Duration::from_nanos(nanoseconds));
        if nanoseconds > 0 {
            let process = std::sync::Arc::downgrade(&self.process);
            let kernel = std::sync::Arc::downgrade(&self.kernel);
            self.kernel.engine.runtime().spawn(async move {
                tokio::time::sleep(Duration::from_nanos(nanoseconds)).await;
                if let (Some(process), Some(kernel)) = (process.upgrade(), kernel.upgrade())
                    && process.alarm_is(number)
                {
                    kernel.signal(&process, SIGALRM);
                }
            });
        }
        Ok(u64::try_from(left.as_nanos()).unwrap_or(u64::MAX))
    }

    fn start_thread(&mut self) -> Result<(), Failure> {
        if self.program.kind != Kind::Threaded {
            return Err(Errno::NotSup.into());
        }
        let room = self.kernel.thread_room().ok_or(Errno::Again)?;
        self.process.start_thread(room);
        Ok(())
    }

    fn end_thread(&mut self) -> wasmtime::Result<()> {
        self.process.end_thread();
        Ok(())
    }

    fn exit(&mut self, status: u8) -> wasmtime::Result<()> {
        Err(Ending::Exited(status).into())
    }

    fn change_dir(&mut self, path: String) -> Result<(), Failure> {
        let directory = self.directory(&path)?;
        self.process.set_cwd(directory);
        self.process.absolute_paths.store(true, Ordering::Relaxed);
        Ok(())
    }

    fn current_dir(&mut self) -> wasmtime::Result<String> {
        Ok(self.process.cwd().path())
    }

    fn umask(&mut self, mask: u32) -> wasmtime::Result<u32> {
        Ok(self.process.umask.swap(mask & 0o777, Ordering::Relaxed))
    }

    fn get_times(&mut self) -> wasmtime::Result<Times> {
        Ok(Times {
            own: self.process.time_own.load(Ordering::Relaxed),
            children: self.process.time_children.load(Ordering::Relaxed),
        })
    }

    fn get_limit(&mut self, which: ResourceKind) -> wasmtime::Result<(Option<u64>, Option<u64>)> {
        let rlimits = &self.process.rlimits;
        let shown = |limit: u64| (limit != UNLIMITED).then_some(limit);
        let which = resource(which);
        Ok((shown(rlimits.soft(which)), shown(rlimits.hard(which))))
    }

    fn set_limit(&mut self, which: ResourceKind, soft: Option<u64>, hard: Option<u64>) -> Result<(), Failure> {
        let kept = |limit: Option<u64>| limit.unwrap_or(UNLIMITED);
        Ok(self.process.set_rlimit(resource(which), kept(soft), kept(hard))?)
    }
}

fn resource(kind: ResourceKind) -> Resource {
    match kind {
        ResourceKind::Cpu => Resource::Cpu,
        ResourceKind::FileSize => Resource::FileSize,
        ResourceKind::Data => Resource::Data,
        ResourceKind::Stack => Resource::Stack,
        ResourceKind::Core => Resource::Core,
        ResourceKind::OpenFiles => Resource::OpenFiles,
        ResourceKind::Memory => Resource::Memory,
        ResourceKind::Processes => Resource::Processes,
        ResourceKind::Resident => Resource::Resident,
        ResourceKind::LockedMemory => Resource::LockedMemory,
        ResourceKind::Locks => Resource::Locks,
        ResourceKind::PendingSignals => Resource::PendingSignals,
        ResourceKind::MessageQueues => Resource::MessageQueues,
        ResourceKind::Nice => Resource::Nice,
        ResourceKind::RealTimePriority => Resource::RealTimePriority,
        ResourceKind::RealTime => Resource::RealTime,
    }
}

fn report(change: Change) -> wit::Change {
    match change {
        Change::Ended(Ending::Exited(status)) => wit::Change::Exited(status),
        Change::Ended(Ending::Signaled(signal)) => wit::Change::Signaled(signal),
        Change::Stopped(signal) => wit::Change::Stopped(signal),
        Change::Continued => wit::Change::Continued,
    }
}

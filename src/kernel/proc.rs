//! What `/proc` shows of the kernel.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, Weak};

use super::{Kernel, Process, State};
use crate::fs::{ProcInfo, ProcSource, SocketInfo, SystemInfo};

/// The kernel as `/proc` reads it: set once the kernel is there, since the
/// mounts come first.
#[derive(Default)]
pub(crate) struct ProcTable(OnceLock<Weak<Kernel>>);

impl ProcTable {
    pub(crate) fn attach(&self, kernel: &Arc<Kernel>) {
        self.0.get_or_init(|| Arc::downgrade(kernel));
    }

    fn kernel(&self) -> Option<Arc<Kernel>> {
        self.0.get()?.upgrade()
    }
}

impl ProcSource for ProcTable {
    fn processes(&self) -> Vec<ProcInfo> {
        let Some(kernel) = self.kernel() else { return Vec::new() };
        kernel.processes().iter().map(|process| describe(&kernel, process)).collect()
    }

    fn process(&self, pid: u32) -> Option<ProcInfo> {
        let kernel = self.kernel()?;
        let process = kernel.process(pid)?;
        Some(describe(&kernel, &process))
    }

    fn sockets(&self) -> Vec<SocketInfo> {
        self.kernel().map_or_else(Vec::new, |kernel| kernel.network.sockets())
    }

    fn system(&self) -> SystemInfo {
        let Some(kernel) = self.kernel() else { return SystemInfo::default() };
        SystemInfo {
            uptime: nanoseconds(kernel.started.elapsed()),
            memory: kernel.limits.memory_bytes,
            memory_used: kernel.memory_used(),
            cpus: std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1)),
            mounts: kernel
                .namespace
                .mounts()
                .iter()
                .map(|mount| (mount.source.clone(), mount.path.clone(), mount.kind.clone(), mount.read_only))
                .collect(),
        }
    }
}

fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn describe(kernel: &Kernel, process: &Process) -> ProcInfo {
    // A script's name is its own, not its interpreter's.
    let name = process.argv.first().unwrap_or(&process.exe);
    let mut fds: Vec<_> =
        process.fd_numbers().into_iter().filter_map(|fd| Some((fd, process.fd(fd)?.name()))).collect();
    // Which numbers a guest's libc gives its sockets only it knows: the next ones stand for them.
    let next = fds.last().map_or(3, |(fd, _)| fd.saturating_add(1).max(3));
    let sockets = kernel.network.sockets().into_iter().filter(|socket| socket.pid == process.pid);
    fds.extend((next..).zip(sockets.map(|socket| format!("socket:[{}]", socket.inode))));
    ProcInfo {
        pid: process.pid,
        parent: process.parent(),
        group: process.group(),
        session: process.session,
        foreground: process.terminal.as_ref().map(|terminal| terminal.foreground.load(Ordering::Relaxed)),
        name: name.rsplit('/').next().unwrap_or_default().to_owned(),
        argv: process.argv.clone(),
        env: process.env.iter().map(|(name, value)| format!("{name}={value}")).collect(),
        cwd: process.cwd().path(),
        exe: process.exe.clone(),
        state: match process.state() {
            State::Running => 'S',
            State::Stopped => 'T',
            State::Zombie(_) => 'Z',
        },
        start: nanoseconds(process.started.saturating_duration_since(kernel.started)),
        cpu: process.time_own.load(Ordering::Relaxed),
        memory: process.memory.load(Ordering::Relaxed),
        fds,
    }
}

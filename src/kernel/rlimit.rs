//! Limits of one process, as setrlimit(2) knows them: a soft one that is held,
//! and a hard one above which the soft one cannot rise. A child begins with
//! its parent's. They are a process's own matter, below the sandbox's `Limits`.
//!
//! Each is held where the thing is given out: see `Process::use_cpu`,
//! `Process::hold_file`, `Guest::file_size_limit`, `Kernel::enter` and
//! `MemoryMeter`. The others are kept and shown: what they count (locked
//! pages, real-time scheduling ...) does not exist here.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::fs::Errno;
use crate::limits::Limits;

/// No limit.
pub(crate) const UNLIMITED: u64 = u64::MAX;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    /// Seconds of processor time.
    Cpu,
    /// Bytes of a file that is written.
    FileSize,
    /// Bytes of linear memory, as `Memory`.
    Data,
    Stack,
    Core,
    OpenFiles,
    /// Bytes of linear memory.
    Memory,
    /// Processes of the sandbox, since they are all one user's.
    Processes,
    Resident,
    LockedMemory,
    Locks,
    PendingSignals,
    MessageQueues,
    Nice,
    RealTimePriority,
    RealTime,
}

/// How many there are.
const COUNT: usize = Resource::RealTime as usize + 1;

/// A process's limits. Only its own system calls change them, one at a time.
#[derive(Debug)]
pub(crate) struct Rlimits {
    soft: [AtomicU64; COUNT],
    hard: [AtomicU64; COUNT],
}

impl Rlimits {
    /// What a sandbox's first processes begin with.
    pub(crate) fn new(limits: &Limits) -> Self {
        let initial = Rlimits {
            soft: std::array::from_fn(|_| AtomicU64::new(UNLIMITED)),
            hard: std::array::from_fn(|_| AtomicU64::new(UNLIMITED)),
        };
        for (resource, soft, hard) in [
            (Resource::Memory, limits.memory_bytes, limits.memory_bytes),
            (Resource::Processes, limits.processes.into(), limits.processes.into()),
            (Resource::OpenFiles, limits.open_files.into(), limits.open_files.into()),
            (Resource::Core, 0, UNLIMITED),
            (Resource::Stack, 8 << 20, UNLIMITED),
            (Resource::LockedMemory, 0, 0),
            (Resource::PendingSignals, 64, 64),
            (Resource::MessageQueues, 0, 0),
            (Resource::Nice, 0, 0),
            (Resource::RealTimePriority, 0, 0),
        ] {
            initial.soft[resource as usize].store(soft, Ordering::Relaxed);
            initial.hard[resource as usize].store(hard, Ordering::Relaxed);
        }
        initial
    }

    /// The soft limit.
    pub(crate) fn soft(&self, resource: Resource) -> u64 {
        self.soft[resource as usize].load(Ordering::Relaxed)
    }

    /// The hard limit.
    pub(crate) fn hard(&self, resource: Resource) -> u64 {
        self.hard[resource as usize].load(Ordering::Relaxed)
    }

    /// `Inval` when the soft limit is above the hard one, `Perm` when the hard
    /// one would rise.
    pub(crate) fn set(&self, resource: Resource, soft: u64, hard: u64) -> Result<(), Errno> {
        if soft > hard {
            return Err(Errno::Inval);
        }
        if hard > self.hard(resource) {
            return Err(Errno::Perm);
        }
        self.soft[resource as usize].store(soft, Ordering::Relaxed);
        self.hard[resource as usize].store(hard, Ordering::Relaxed);
        Ok(())
    }

    /// Takes over another process's.
    pub(crate) fn copy_from(&self, other: &Rlimits) {
        for (to, from) in self.soft.iter().zip(&other.soft).chain(self.hard.iter().zip(&other.hard)) {
            to.store(from.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }
}

impl Clone for Rlimits {
    fn clone(&self) -> Self {
        let copy = |from: &[AtomicU64; COUNT]| std::array::from_fn(|i| AtomicU64::new(from[i].load(Ordering::Relaxed)));
        Rlimits { soft: copy(&self.soft), hard: copy(&self.hard) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_fall_and_hard_ones_never_rise() {
        let limits = Rlimits::new(&Limits::default());
        assert_eq!(limits.set(Resource::OpenFiles, 20, 30), Ok(()));
        assert_eq!(limits.set(Resource::OpenFiles, 31, 30), Err(Errno::Inval));
        assert_eq!(limits.set(Resource::OpenFiles, 31, 31), Err(Errno::Perm));
        assert_eq!(limits.set(Resource::OpenFiles, 30, 30), Ok(()));
        let child = limits.clone();
        assert_eq!(child.set(Resource::OpenFiles, 1, 1), Ok(()));
        assert_eq!((limits.soft(Resource::OpenFiles), limits.hard(Resource::OpenFiles)), (30, 30));
    }
}

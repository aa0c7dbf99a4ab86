//! What a sandbox may use, as plain data.

use serde::{Deserialize, Serialize};

/// The limits of one sandbox. Each is enforced by the kernel, whatever runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of memory that all processes may have together. A process that
    /// asks for more gets an allocation failure, which ends most programs.
    pub memory_bytes: u64,
    /// Processes at one time; `spawn` beyond it fails with EAGAIN.
    pub processes: u32,
    /// Threads at one time of programs that can have some (`python`), the
    /// first of each process included; a start beyond it fails with EAGAIN.
    pub threads: u32,
    /// Bytes that files in memory (`/tmp`, what the overlay holds) may take; ENOSPC beyond.
    pub disk_bytes: u64,
    /// Files and directories in memory; ENOSPC beyond.
    pub disk_files: u64,
    /// Bytes of each of an exec's stdout and stderr that are kept: the first
    /// and the last half of it when there is more.
    pub output_bytes: usize,
    /// Files that a process may have open; EMFILE beyond.
    pub open_files: u32,
    /// Sockets at one time, those that wait to be accepted included. Each
    /// holds at most 64 KiB of what was received.
    pub sockets: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory_bytes: 2 << 30,
            processes: 1024,
            threads: 256,
            disk_bytes: 1 << 30,
            disk_files: 1_000_000,
            output_bytes: 64 << 20,
            open_files: 1024,
            sockets: 1024,
        }
    }
}

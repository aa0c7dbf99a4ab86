//! Who asks.

use crate::fs::{AGENT, Stat};

pub(super) const READ: u32 = 4;
pub(super) const WRITE: u32 = 2;
pub(super) const EXECUTE: u32 = 1;

/// The credentials of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
    /// File creation mask.
    pub umask: u32,
    /// Process id, for `/proc/self`.
    pub pid: u32,
    /// The embedder itself: neither modes nor rules bind it.
    pub unrestricted: bool,
}

impl Caller {
    /// A process of the sandbox.
    pub fn agent(pid: u32, umask: u32) -> Self {
        Caller { uid: AGENT, gid: AGENT, umask: umask & 0o777, pid, unrestricted: false }
    }

    /// The program that embeds the sandbox.
    pub fn embedder() -> Self {
        Caller { uid: AGENT, gid: AGENT, umask: 0o022, pid: 0, unrestricted: true }
    }

    /// Whether the mode bits grant all of `want` (4 read, 2 write, 1 execute
    /// or search).
    pub fn may(&self, stat: &Stat, want: u32) -> bool {
        let bits = if self.uid == stat.uid {
            stat.mode >> 6
        } else if self.gid == stat.gid {
            stat.mode >> 3
        } else {
            stat.mode
        };
        self.unrestricted || bits & want == want
    }

    pub(super) fn owns(&self, stat: &Stat) -> bool {
        self.unrestricted || self.uid == stat.uid
    }
}

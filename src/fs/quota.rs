//! How much a filesystem in memory may hold.

use super::{Errno, Result, Usage};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug)]
struct Counter {
    used: AtomicU64,
    limit: u64,
}

impl Counter {
    fn charge(&self, n: u64) -> Result<()> {
        self.used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
                used.checked_add(n).filter(|&sum| sum <= self.limit)
            })
            .map(drop)
            .map_err(|_| Errno::NoSpc)
    }

    fn release(&self, n: u64) {
        self.used.fetch_sub(n, Ordering::Relaxed);
    }
}

/// A limit in bytes and inodes that several filesystems may share.
#[derive(Debug)]
pub struct Quota {
    bytes: Counter,
    inodes: Counter,
}

impl Quota {
    /// At most that many bytes (contents, names and link texts) and files.
    pub fn new(bytes: u64, inodes: u64) -> Arc<Self> {
        Arc::new(Quota {
            bytes: Counter { used: AtomicU64::new(0), limit: bytes },
            inodes: Counter { used: AtomicU64::new(0), limit: inodes },
        })
    }

    /// No limit but the machine's memory.
    pub fn unlimited() -> Arc<Self> {
        Quota::new(i64::MAX as u64, i64::MAX as u64)
    }

    /// Bytes in use.
    pub fn bytes_used(&self) -> u64 {
        self.bytes.used.load(Ordering::Relaxed)
    }

    /// Inodes in use.
    pub fn inodes_used(&self) -> u64 {
        self.inodes.used.load(Ordering::Relaxed)
    }

    /// The same as `statfs` shows it.
    pub fn usage(&self) -> Usage {
        const BLOCK: u64 = 4096;
        let blocks = self.bytes.limit / BLOCK;
        Usage {
            block_size: BLOCK,
            blocks,
            blocks_free: blocks.saturating_sub(self.bytes_used().div_ceil(BLOCK)),
            files: self.inodes.limit,
            files_free: self.inodes.limit.saturating_sub(self.inodes_used()),
        }
    }

    /// Takes from the limit until the charge is dropped.
    pub(crate) fn charge(self: &Arc<Self>, bytes: u64, inodes: u64) -> Result<Charge> {
        self.bytes.charge(bytes)?;
        if let Err(error) = self.inodes.charge(inodes) {
            self.bytes.release(bytes);
            return Err(error);
        }
        Ok(Charge { quota: Arc::clone(self), bytes, inodes })
    }
}

/// A part of a quota that is in use; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Charge {
    quota: Arc<Quota>,
    bytes: u64,
    inodes: u64,
}

impl Charge {
    /// Takes more bytes.
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<()> {
        self.quota.bytes.charge(bytes)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives bytes back.
    pub(crate) fn shrink(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes);
        self.quota.bytes.release(bytes);
        self.bytes -= bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.quota.bytes.release(self.bytes);
        self.quota.inodes.release(self.inodes);
    }
}

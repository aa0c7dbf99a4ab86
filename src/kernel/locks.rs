//! Locks on the bytes of files, as `F_OFD_SETLK` of fcntl(2) has them: they belong to an open file, not to a process.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::fs::Errno;

/// A file by its filesystem and inode.
pub(crate) type FileId = (u64, u64);

/// Ranges that are locked in one file at most: what a guest can make the host remember of it.
const RANGES: usize = 4096;

struct Held {
    owner: u64,
    range: Range<u64>,
    exclusive: bool,
}

/// The locks of one sandbox.
#[derive(Default)]
pub(crate) struct Locks {
    files: Mutex<HashMap<FileId, Vec<Held>>>,
    /// Something was unlocked.
    pub(crate) released: Notify,
}

impl Locks {
    fn files(&self) -> MutexGuard<'_, HashMap<FileId, Vec<Held>>> {
        // Each change is whole before anything else runs.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks a range for an open file, in place of what it had locked there; `None` unlocks it. Fails with `Again`,
    /// changing nothing, when another open file's lock is in the way.
    pub(crate) fn set(
        &self,
        file: FileId,
        owner: u64,
        range: Range<u64>,
        exclusive: Option<bool>,
    ) -> Result<(), Errno> {
        if range.is_empty() {
            return Err(Errno::Inval);
        }
        let mut files = self.files();
        let held = files.entry(file).or_default();
        let overlaps = |lock: &Held| lock.range.start < range.end && range.start < lock.range.end;
        if let Some(exclusive) = exclusive {
            let in_the_way = |lock: &Held| lock.owner != owner && overlaps(lock) && (exclusive || lock.exclusive);
            if held.iter().any(in_the_way) {
                return Err(Errno::Again);
            }
            // What is split below adds one more.
            if held.len() + 2 > RANGES {
                return Err(Errno::NoMem);
            }
        }
        let mut kept = Vec::with_capacity(held.len() + 2);
        for lock in held.drain(..) {
            if lock.owner != owner || !overlaps(&lock) {
                kept.push(lock);
                continue;
            }
            for part in [lock.range.start..range.start, range.end..lock.range.end] {
                if part.start < part.end {
                    kept.push(Held { owner, range: part, exclusive: lock.exclusive });
                }
            }
        }
        kept.extend(exclusive.map(|exclusive| Held { owner, range, exclusive }));
        if kept.is_empty() {
            files.remove(&file);
        } else {
            *held = kept;
        }
        drop(files);
        // Also a lock that became a shared one lets others in.
        if exclusive != Some(true) {
            self.released.notify_waiters();
        }
        Ok(())
    }

    /// Drops all that an open file had locked.
    pub(crate) fn release(&self, file: FileId, owner: u64) {
        // The whole range is none that is refused.
        let _ = self.set(file, owner, 0..u64::MAX, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = (1, 1);

    #[test]
    fn shared_and_exclusive() {
        let locks = Locks::default();
        assert_eq!(locks.set(FILE, 1, 0..10, Some(false)), Ok(()));
        assert_eq!(locks.set(FILE, 2, 5..15, Some(false)), Ok(()));
        assert_eq!(locks.set(FILE, 1, 0..10, Some(true)), Err(Errno::Again));
        assert_eq!(locks.set(FILE, 1, 0..5, Some(true)), Ok(()));
        assert_eq!(locks.set(FILE, 2, 0..1, Some(false)), Err(Errno::Again));
        assert_eq!(locks.set((1, 2), 2, 0..1, Some(true)), Ok(()));
        locks.release(FILE, 1);
        assert_eq!(locks.set(FILE, 2, 0..100, Some(true)), Ok(()));
    }

    #[test]
    fn a_range_is_split_and_forgotten() {
        let locks = Locks::default();
        assert_eq!(locks.set(FILE, 1, 0..10, Some(true)), Ok(()));
        assert_eq!(locks.set(FILE, 1, 3..5, None), Ok(()));
        assert_eq!(locks.set(FILE, 2, 3..5, Some(true)), Ok(()));
        assert_eq!(locks.set(FILE, 2, 2..5, Some(true)), Err(Errno::Again));
        assert_eq!(locks.set(FILE, 2, 5..6, Some(false)), Err(Errno::Again));
        locks.release(FILE, 1);
        locks.release(FILE, 2);
        assert!(locks.files().is_empty());
    }

    #[test]
    fn there_is_an_end_of_ranges() {
        let locks = Locks::default();
        let refused = (0..10_000).map(|n| locks.set(FILE, 1, 2 * n..2 * n + 1, Some(true))).find(Result::is_err);
        assert_eq!(refused, Some(Err(Errno::NoMem)));
    }
}

//! Where an exec's output goes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::kernel::Outlet;

/// Collects output in memory. Of more than its limits it keeps what came
/// first and what came last, so that both the cause and the end of a flood can
/// be seen.
pub(crate) struct Collector {
    head: usize,
    tail: usize,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

/// The line that stands where so many bytes were left out.
pub(crate) fn gap(left_out: u64) -> String {
    format!("\n[... {left_out} bytes left out ...]\n")
}

impl Collector {
    /// Keeps `limit` bytes, half of them the first.
    pub(crate) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Collector { head: limit - limit / 2, tail: limit / 2, kept: Mutex::default() })
    }

    /// The output and how many bytes were left out of its middle, where a
    /// line says so.
    pub(crate) fn take(&self) -> (Vec<u8>, u64) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { mut head, tail, left_out } = std::mem::take(&mut *kept);
        if left_out > 0 {
            head.extend_from_slice(gap(left_out).as_bytes());
        }
        let (first, second) = tail.as_slices();
        head.extend_from_slice(first);
        head.extend_from_slice(second);
        (head, left_out)
    }
}

impl Outlet for Collector {
    fn write(&self, data: &Bytes) -> bool {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut data = &data[..];
        if kept.tail.is_empty() && kept.left_out == 0 {
            let n = data.len().min(self.head.saturating_sub(kept.head.len()));
            kept.head.extend_from_slice(&data[..n]);
            data = &data[n..];
        }
        // Only the last bytes of all that follows can be of use.
        let skipped = data.len().saturating_sub(self.tail);
        kept.left_out += skipped as u64;
        data = &data[skipped..];
        let excess = (kept.tail.len() + data.len()).saturating_sub(self.tail);
        kept.left_out += excess as u64;
        kept.tail.drain(..excess);
        kept.tail.extend(data);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(limit: usize, writes: &[&[u8]]) -> (String, u64) {
        let collector = Collector::new(limit);
        for data in writes {
            assert!(collector.write(&Bytes::copy_from_slice(data)));
        }
        let (out, left_out) = collector.take();
        (String::from_utf8_lossy(&out).into_owned(), left_out)
    }

    #[test]
    fn everything_is_kept_up_to_the_limit() {
        assert_eq!(collect(8, &[b"abcd", b"efgh"]), ("abcdefgh".into(), 0));
    }

    #[test]
    fn of_more_the_ends_are_kept_and_the_gap_is_told() {
        assert_eq!(collect(8, &[b"abcdef", b"ghijkl"]), ("abcd\n[... 4 bytes left out ...]\nijkl".into(), 4));
        assert_eq!(collect(8, &[b"abcdefghijkl"]), ("abcd\n[... 4 bytes left out ...]\nijkl".into(), 4));
        assert_eq!(collect(0, &[b"abc"]).1, 3);
    }
}

//! A file's contents in memory, in chunks, so that holes cost nothing and
//! every byte that is held was charged first.

use super::quota::{Charge, Quota};
use super::{Errno, Result};
use std::collections::BTreeMap;
use std::sync::Arc;

const CHUNK: u64 = 64 * 1024;
/// What `off_t` can hold.
pub(crate) const MAX_LEN: u64 = i64::MAX as u64;

pub(crate) struct Sparse {
    len: u64,
    /// By index; bytes that a chunk lacks are zero.
    chunks: BTreeMap<u64, Vec<u8>>,
    charge: Charge,
}

impl Sparse {
    pub(crate) fn new(quota: &Arc<Quota>) -> Result<Self> {
        Ok(Sparse { len: 0, chunks: BTreeMap::new(), charge: quota.charge(0, 0)? })
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn read_at(&self, buf: &mut [u8], offset: u64) -> usize {
        let rest = self.len.saturating_sub(offset);
        let total = usize::try_from(rest).map_or(buf.len(), |rest| rest.min(buf.len()));
        let mut done = 0;
        while done < total {
            let at = offset + done as u64;
            let within = (at % CHUNK) as usize;
            let part = (CHUNK as usize - within).min(total - done);
            let out = &mut buf[done..done + part];
            let held = self.chunks.get(&(at / CHUNK)).map_or(&[][..], |chunk| chunk.get(within..).unwrap_or_default());
            let n = held.len().min(part);
            out[..n].copy_from_slice(&held[..n]);
            out[n..].fill(0);
            done += part;
        }
        total
    }

    /// Writes as much as the quota has room for; an error only when that is
    /// nothing.
    pub(crate) fn write_at(&mut self, data: &[u8], offset: u64) -> Result<usize> {
        if data.is_empty() {
            return Ok(0);
        }
        if offset >= MAX_LEN {
            return Err(Errno::FBig);
        }
        let room = usize::try_from(MAX_LEN - offset).unwrap_or(usize::MAX);
        let data = &data[..data.len().min(room)];
        let mut done = 0;
        while done < data.len() {
            let at = offset + done as u64;
            let within = (at % CHUNK) as usize;
            let part = (CHUNK as usize - within).min(data.len() - done);
            if let Err(error) = self.write_chunk(at / CHUNK, within, &data[done..done + part]) {
                if done == 0 {
                    return Err(error);
                }
                break;
            }
            done += part;
            self.len = self.len.max(at + part as u64);
        }
        Ok(done)
    }

    fn write_chunk(&mut self, index: u64, within: usize, data: &[u8]) -> Result<()> {
        let end = within + data.len();
        if let Some(chunk) = self.chunks.get_mut(&index) {
            if end > chunk.capacity() {
                // Doubling keeps small appends linear.
                let target = end.next_power_of_two().clamp(64, CHUNK as usize).max(end);
                grow(&mut self.charge, chunk, target)?;
            }
            if within >= chunk.len() {
                chunk.resize(within, 0);
                chunk.extend_from_slice(data);
            } else {
                let overlap = (chunk.len() - within).min(data.len());
                chunk[within..within + overlap].copy_from_slice(&data[..overlap]);
                chunk.extend_from_slice(&data[overlap..]);
            }
        } else {
            let mut chunk = Vec::new();
            grow(&mut self.charge, &mut chunk, end)?;
            chunk.resize(within, 0);
            chunk.extend_from_slice(data);
            self.chunks.insert(index, chunk);
        }
        Ok(())
    }

    pub(crate) fn set_len(&mut self, len: u64) -> Result<()> {
        if len > MAX_LEN {
            return Err(Errno::FBig);
        }
        if len < self.len {
            let (index, within) = (len / CHUNK, (len % CHUNK) as usize);
            let mut dropped = self.chunks.split_off(&index);
            let mut released: u64 = dropped.values().map(|chunk| chunk.capacity() as u64).sum();
            if within > 0
                && let Some(mut chunk) = dropped.remove(&index)
            {
                chunk.truncate(within);
                chunk.shrink_to_fit();
                released = released.saturating_sub(chunk.capacity() as u64);
                self.chunks.insert(index, chunk);
            }
            self.charge.shrink(released);
        }
        self.len = len;
        Ok(())
    }

    /// Hands every part that may hold other bytes than zero to `f`.
    pub(crate) fn for_each_part(&self, mut f: impl FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        for (index, chunk) in &self.chunks {
            f(index * CHUNK, chunk)?;
        }
        Ok(())
    }
}

/// Charges before it allocates, so that the limit is never passed.
fn grow(charge: &mut Charge, chunk: &mut Vec<u8>, target: usize) -> Result<()> {
    let old = chunk.capacity();
    charge.grow((target - old) as u64)?;
    if chunk.try_reserve_exact(target - chunk.len()).is_err() {
        charge.shrink((target - old) as u64);
        return Err(Errno::NoSpc);
    }
    // The allocator may round up; what it gave is what is held.
    if let Some(more) = chunk.capacity().checked_sub(target) {
        charge.grow(more as u64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_cost_nothing() -> Result<()> {
        let quota = Quota::new(1 << 20, 10);
        let mut file = Sparse::new(&quota)?;
        file.set_len(1 << 40)?;
        assert_eq!(quota.bytes_used(), 0);
        assert_eq!(file.write_at(b"end", (1 << 40) - 3)?, 3);
        assert!(quota.bytes_used() <= 64 * 1024);
        let mut buf = [1; 6];
        assert_eq!(file.read_at(&mut buf, (1 << 40) - 6), 6);
        assert_eq!(&buf, b"\0\0\0end");
        assert_eq!(file.set_len(u64::MAX), Err(Errno::FBig));
        assert_eq!(file.write_at(b"x", MAX_LEN), Err(Errno::FBig));
        file.set_len(0)?;
        assert_eq!(quota.bytes_used(), 0);
        Ok(())
    }

    #[test]
    fn the_limit_holds_and_a_cut_reads_as_zeros() -> Result<()> {
        let quota = Quota::new(100_000, 10);
        let mut file = Sparse::new(&quota)?;
        let written = file.write_at(&[7; 200_000], 0)?;
        assert_eq!(written, 65536);
        assert_eq!(file.write_at(&[7; 65536], 65536), Err(Errno::NoSpc));
        assert!(quota.bytes_used() <= 100_000);
        file.set_len(10)?;
        file.set_len(20)?;
        let mut buf = [1; 20];
        assert_eq!(file.read_at(&mut buf, 0), 20);
        assert_eq!(buf[9..12], [7, 0, 0]);
        drop(file);
        assert_eq!(quota.bytes_used(), 0);
        Ok(())
    }
}

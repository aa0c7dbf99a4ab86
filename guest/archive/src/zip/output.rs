//! Writing an archive.

use super::directory::{Archive, BadEntry};
use super::entry::{DEFLATED, DESCRIPTOR, Entry, SIZES_AFTER, STORED};
use crate::input::{CHUNK, CopyError, copy, errno};
use agentfense_sys::Errno;
use agentfense_sys::files::{FileType, OpenFile, Whence};
use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::{self, Read, Write};

/// Files up to this size are compressed in memory, so that it is known before whether it helped.
const IN_MEMORY: u64 = 4 << 20;

/// An archive that is being written.
pub struct Output {
    file: OpenFile,
    buffer: Vec<u8>,
    /// Whether one can go back to write what was not known before.
    seekable: bool,
    offset: u64,
    /// What is in it so far.
    pub entries: Vec<Entry>,
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + buf.len() > CHUNK {
            self.flush()?;
        }
        if buf.len() >= CHUNK {
            self.file.write_bytes(buf)?;
        } else {
            self.buffer.extend_from_slice(buf);
        }
        self.offset += buf.len() as u64;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_bytes(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

/// Why an entry was not added.
#[derive(Debug)]
pub enum AddError {
    /// Its contents cannot be read; nothing of it is in the archive.
    Read(Errno),
    /// The archive cannot be written.
    Write(Errno),
    /// An old entry cannot be copied.
    Old(BadEntry),
}

fn write_error(error: io::Error) -> AddError {
    AddError::Write(errno(&error))
}

impl Output {
    /// Writes to `file`.
    pub fn new(file: OpenFile) -> Output {
        let seekable = file.stat().is_ok_and(|stat| stat.kind == FileType::Regular);
        Output { file, buffer: Vec::with_capacity(CHUNK), seekable, offset: 0, entries: Vec::new() }
    }

    /// Copies an entry of another archive.
    pub fn copy(&mut self, archive: &Archive, entry: &Entry) -> Result<(), AddError> {
        let (header, mut data) = archive.raw(entry).map_err(AddError::Old)?;
        let offset = self.offset;
        self.write_all(&header).map_err(write_error)?;
        let copied = copy(&mut data, self).map_err(|error| match error {
            CopyError::Read(error) => AddError::Old(BadEntry::Read(errno(&error))),
            CopyError::Write(error) => write_error(error),
        })?;
        if copied != entry.compressed {
            return Err(AddError::Old(BadEntry::Header));
        }
        if entry.flags & SIZES_AFTER != 0 {
            self.descriptor(entry).map_err(write_error)?;
        }
        self.entries.push(Entry { offset, ..entry.clone() });
        Ok(())
    }

    fn descriptor(&mut self, entry: &Entry) -> io::Result<()> {
        let mut record = Vec::with_capacity(24);
        record.extend(DESCRIPTOR.to_le_bytes());
        record.extend(entry.crc.to_le_bytes());
        match (u32::try_from(entry.compressed), u32::try_from(entry.size)) {
            (Ok(compressed), Ok(size)) => [compressed, size].iter().for_each(|n| record.extend(n.to_le_bytes())),
            _ => [entry.compressed, entry.size].iter().for_each(|n| record.extend(n.to_le_bytes())),
        }
        self.write_all(&record)
    }

    /// Adds an entry with contents of about `expected` bytes at a level of 0 to 9; `extra` is its local extra field.
    pub fn add(
        &mut self,
        mut entry: Entry,
        extra: &[u8],
        contents: &mut dyn Read,
        expected: Option<u64>,
        level: u32,
    ) -> Result<&Entry, AddError> {
        entry.offset = self.offset;
        entry.flags |= match level {
            8.. => 2,
            2 => 4,
            1 => 6,
            _ => 0,
        };
        if expected.is_some_and(|expected| expected <= IN_MEMORY) {
            self.add_small(&mut entry, extra, contents, level)?;
        } else {
            self.add_large(&mut entry, extra, contents, expected, level)?;
        }
        self.entries.push(entry);
        self.entries.last().ok_or(AddError::Write(Errno::Inval))
    }

    fn add_small(
        &mut self,
        entry: &mut Entry,
        extra: &[u8],
        contents: &mut dyn Read,
        level: u32,
    ) -> Result<(), AddError> {
        let mut data = Vec::new();
        // A file that grows meanwhile is cut off.
        let read = contents.take(2 * IN_MEMORY).read_to_end(&mut data);
        read.map_err(|error| AddError::Read(errno(&error)))?;
        let mut crc = Crc::new();
        crc.update(&data);
        (entry.crc, entry.size) = (crc.sum(), data.len() as u64);
        if level > 0 && !data.is_empty() {
            let mut encoder = DeflateEncoder::new(Vec::with_capacity(data.len() / 2), Compression::new(level.min(9)));
            let packed = encoder.write_all(&data).and_then(|()| encoder.finish()).map_err(write_error)?;
            if packed.len() < data.len() {
                (data, entry.method) = (packed, DEFLATED);
            }
        }
        entry.compressed = data.len() as u64;
        let header = entry.local(extra, false);
        self.write_all(&header).and_then(|()| self.write_all(&data)).map_err(write_error)
    }

    fn add_large(
        &mut self,
        entry: &mut Entry,
        extra: &[u8],
        contents: &mut dyn Read,
        expected: Option<u64>,
        level: u32,
    ) -> Result<(), AddError> {
        entry.method = if level > 0 { DEFLATED } else { STORED };
        if !self.seekable {
            entry.flags |= SIZES_AFTER;
        }
        // Data that does not compress grows a little.
        let large = expected.is_none_or(|expected| expected > u64::from(u32::MAX) - (64 << 20)) && self.seekable;
        let header = entry.local(extra, large);
        self.write_all(&header).map_err(write_error)?;
        let start = self.offset;
        let mut source = Checksummed { inner: contents, crc: Crc::new(), len: 0 };
        let of_copy = |error| match error {
            CopyError::Read(error) => AddError::Read(errno(&error)),
            CopyError::Write(error) => write_error(error),
        };
        if level > 0 {
            let mut encoder = DeflateEncoder::new(&mut *self, Compression::new(level.min(9)));
            copy(&mut source, &mut encoder).map_err(of_copy)?;
            encoder.finish().map_err(write_error)?;
        } else {
            copy(&mut source, self).map_err(of_copy)?;
        }
        (entry.crc, entry.size) = (source.crc.sum(), source.len);
        entry.compressed = self.offset - start;
        if self.seekable {
            self.flush().map_err(write_error)?;
            let header = entry.local(extra, large);
            let seek =
                |file: &OpenFile, to: u64| file.seek_to(i64::try_from(to).map_err(|_| Errno::Overflow)?, Whence::Set);
            seek(&self.file, entry.offset).map_err(AddError::Write)?;
            self.file.write_bytes(&header).map_err(AddError::Write)?;
            seek(&self.file, self.offset).map_err(AddError::Write)?;
        } else {
            self.descriptor(entry).map_err(write_error)?;
        }
        Ok(())
    }

    /// Writes the directory.
    pub fn finish(mut self, comment: &[u8]) -> io::Result<()> {
        let start = self.offset;
        let entries = std::mem::take(&mut self.entries);
        for entry in &entries {
            self.write_all(&entry.central())?;
        }
        let (count, len) = (entries.len() as u64, self.offset - start);
        let mut end = Vec::with_capacity(100);
        if count >= 0xffff || self.offset >= u64::from(u32::MAX) {
            let at = self.offset;
            end.extend(0x0606_4b50u32.to_le_bytes());
            end.extend(44u64.to_le_bytes());
            end.extend([45, 3, 45, 0]);
            end.extend([0; 8]);
            [count, count, len, start].iter().for_each(|n| end.extend(n.to_le_bytes()));
            end.extend(0x0706_4b50u32.to_le_bytes());
            end.extend(0u32.to_le_bytes());
            end.extend(at.to_le_bytes());
            end.extend(1u32.to_le_bytes());
        }
        end.extend(0x0605_4b50u32.to_le_bytes());
        end.extend([0; 4]);
        let count = u16::try_from(count).unwrap_or(u16::MAX);
        [count, count].iter().for_each(|n| end.extend(n.to_le_bytes()));
        [len, start].iter().for_each(|&n| end.extend(u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()));
        let comment = &comment[..comment.len().min(usize::from(u16::MAX))];
        end.extend((comment.len() as u16).to_le_bytes());
        end.extend_from_slice(comment);
        self.write_all(&end)?;
        self.flush()
    }
}

/// A reader that sums up what it gives.
struct Checksummed<'r> {
    inner: &'r mut dyn Read,
    crc: Crc,
    len: u64,
}

impl Read for Checksummed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buf)?;
        self.crc.update(&buf[..len]);
        self.len += len as u64;
        Ok(len)
    }
}

//! Reading an archive: its directory, from the end, and the data of an entry.

use super::entry::{CENTRAL, DEFLATED, Entry, Fields, LOCAL, STORED};
use crate::codec::Format;
use crate::input::Input;
use agentfense_sys::Errno;
use agentfense_sys::files::{OpenFile, Whence};
use flate2::bufread::DeflateDecoder;
use std::io::{self, Read};

/// The record that ends an archive.
const END: u32 = 0x0605_4b50;
/// The same for large ones, and what says where that is.
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;

/// The last record is not further from the end than this: itself and a comment.
const TAIL: u64 = 22 + 65_535;

/// An archive that is open.
#[derive(Debug)]
pub struct Archive {
    file: OpenFile,
    /// What is in it.
    pub entries: Vec<Entry>,
    /// A remark about it.
    pub comment: Vec<u8>,
}

/// Why an archive cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadArchive {
    /// It cannot be read at all.
    Read(Errno),
    /// It has no end.
    NoEnd,
    /// Its directory is not what its end says.
    Directory,
    /// Entries share data, which only bombs do.
    Overlap,
}

impl From<Errno> for BadArchive {
    fn from(errno: Errno) -> BadArchive {
        BadArchive::Read(errno)
    }
}

/// Why an entry cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadEntry {
    /// It cannot be read at all.
    Read(Errno),
    /// There is no record of it where its data should be.
    Header,
    /// Nobody knows its method.
    Method(u16),
}

/// Bytes at a place of the file; fewer at its end.
fn read_at(file: &OpenFile, offset: u64, len: u64) -> Result<Vec<u8>, Errno> {
    file.seek_to(i64::try_from(offset).map_err(|_| Errno::Overflow)?, Whence::Set)?;
    let mut data = Vec::new();
    let read = Read::take(file, len).read_to_end(&mut data);
    read.map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))?;
    Ok(data)
}

impl Archive {
    /// Reads the directory of an archive.
    pub fn open(file: OpenFile) -> Result<Archive, BadArchive> {
        let size = file.stat()?.size;
        let start = size.saturating_sub(TAIL);
        let tail = read_at(&file, start, TAIL)?;
        let latest = tail.len().checked_sub(22).ok_or(BadArchive::NoEnd)?;
        let at = (0..=latest).rev().find(|&at| Fields(&tail[at..]).u32(0) == END).ok_or(BadArchive::NoEnd)?;
        let end = Fields(&tail[at..]);
        let comment_len = usize::from(end.u16(20));
        let comment = tail[at + 22..].iter().take(comment_len).copied().collect();
        let (mut count, mut len, mut offset) = (u64::from(end.u16(10)), u64::from(end.u32(12)), u64::from(end.u32(16)));
        // Where the directory ends: at the record that follows it.
        let mut limit = start + at as u64;
        if let Some(locator) = at.checked_sub(20).map(|at| Fields(&tail[at..]))
            && locator.u32(0) == LOCATOR_64
        {
            let record = read_at(&file, locator.u64(8), 56)?;
            let wide = Fields(&record);
            if wide.u32(0) != END_64 {
                return Err(BadArchive::Directory);
            }
            (count, len, offset) = (wide.u64(32), wide.u64(40), wide.u64(48));
            limit = locator.u64(8);
        }
        // What is before the archive, such as a program that unpacks it, moves everything.
        let moved = offset.checked_add(len).and_then(|end| limit.checked_sub(end)).ok_or(BadArchive::Directory)?;
        file.seek_to(i64::try_from(offset + moved).map_err(|_| BadArchive::Directory)?, Whence::Set)?;
        let mut input = Input::new(file.duplicate());
        let mut entries = Vec::new();
        let mut left = len;
        while (entries.len() as u64) < count {
            let mut fixed = [0; 46];
            input.read_exact(&mut fixed).map_err(|_| BadArchive::Directory)?;
            let fields = Fields(&fixed);
            if fields.u32(0) != CENTRAL {
                return Err(BadArchive::Directory);
            }
            let lens = [fields.u16(28), fields.u16(30), fields.u16(32)].map(usize::from);
            let mut variable = vec![0; lens.iter().sum()];
            input.read_exact(&mut variable).map_err(|_| BadArchive::Directory)?;
            left = left.checked_sub(46 + variable.len() as u64).ok_or(BadArchive::Directory)?;
            let (name, rest) = variable.split_at(lens[0]);
            let (extra, comment) = rest.split_at(lens[1]);
            let mut entry = Entry::parse(&fixed[4..], name, extra, comment).ok_or(BadArchive::Directory)?;
            entry.offset = entry.offset.checked_add(moved).ok_or(BadArchive::Directory)?;
            entries.push(entry);
        }
        let archive = Archive { file, entries, comment };
        archive.check_overlap()?;
        Ok(archive)
    }

    /// Entries that share data unpack to far more than any others can.
    fn check_overlap(&self) -> Result<(), BadArchive> {
        let mut places: Vec<_> = self
            .entries
            .iter()
            .map(|entry| (entry.offset, entry.offset.saturating_add(30 + entry.name.len() as u64 + entry.compressed)))
            .collect();
        places.sort_unstable();
        let overlap = places.windows(2).any(|pair| pair[0].1 > pair[1].0);
        if overlap { Err(BadArchive::Overlap) } else { Ok(()) }
    }

    /// An entry's data as it is, and how long its local record is with name and extra field.
    pub fn raw(&self, entry: &Entry) -> Result<(Vec<u8>, Input), BadEntry> {
        let mut header = read_at(&self.file, entry.offset, 30).map_err(BadEntry::Read)?;
        if header.len() < 30 || Fields(&header).u32(0) != LOCAL {
            return Err(BadEntry::Header);
        }
        let more = u64::from(Fields(&header).u16(26)) + u64::from(Fields(&header).u16(28));
        let rest = read_at(&self.file, entry.offset + 30, more).map_err(BadEntry::Read)?;
        if rest.len() as u64 != more {
            return Err(BadEntry::Header);
        }
        header.extend(rest);
        Ok((header, Input::new(Read::take(self.file.duplicate(), entry.compressed))))
    }

    /// An entry's contents.
    pub fn contents(&self, entry: &Entry) -> Result<Box<dyn Read>, BadEntry> {
        let (_, data) = self.raw(entry)?;
        Ok(match entry.method {
            STORED => Box::new(data),
            DEFLATED => Box::new(DeflateDecoder::new(data)),
            12 => Format::Bzip2.decoder(data),
            93 => Format::Zstd.decoder(data),
            95 => Format::Xz.decoder(data),
            method => return Err(BadEntry::Method(method)),
        })
    }
}

/// What became of reading an entry's contents.
#[derive(Debug)]
pub enum Checked {
    /// They are what the archive says.
    Good,
    /// They have another checksum.
    Crc(u32),
    /// They cannot be decompressed, or are longer or shorter than the archive says.
    Data,
    /// They cannot be written.
    Write(io::Error),
}

/// Writes an entry's contents to `out` and compares them with what the archive says.
pub fn check(entry: &Entry, contents: &mut dyn Read, out: &mut dyn io::Write) -> Checked {
    let mut crc = flate2::Crc::new();
    let mut buffer = vec![0; crate::input::CHUNK];
    let mut len = 0u64;
    loop {
        match contents.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                len += read as u64;
                // A bomb shall not be larger than it says.
                if len > entry.size {
                    return Checked::Data;
                }
                crc.update(&buffer[..read]);
                if let Err(error) = out.write_all(&buffer[..read]) {
                    return Checked::Write(error);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Checked::Data,
        }
    }
    match crc.sum() {
        _ if len != entry.size => Checked::Data,
        sum if sum != entry.crc => Checked::Crc(sum),
        _ => Checked::Good,
    }
}

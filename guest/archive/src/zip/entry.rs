//! What an archive tells of a file, and the records that tell it.

use crate::times::{SECOND, from_seconds, split};
use agentfense_support::time::{Civil, days_from_civil};

/// The signature of a file's record before its data.
pub const LOCAL: u32 = 0x0403_4b50;
/// The signature of a file's record in the directory.
pub const CENTRAL: u32 = 0x0201_4b50;
/// The signature after data whose size was not known before.
pub const DESCRIPTOR: u32 = 0x0807_4b50;

/// Data as it is.
pub const STORED: u16 = 0;
/// DEFLATE.
pub const DEFLATED: u16 = 8;

/// The data is encrypted.
pub const ENCRYPTED: u16 = 1;
/// Sizes and checksum come after the data.
pub const SIZES_AFTER: u16 = 8;
/// The name is UTF-8.
pub const UTF8: u16 = 1 << 11;

/// The system that an archive of ours was made on.
const UNIX: u16 = 3;
/// In 32 bits: see the extra field.
const LARGE: u32 = u32::MAX;

/// An extra field with sizes of 64 bits.
const EXTRA_SIZES: u16 = 1;
/// An extra field with Unix times.
const EXTRA_TIMES: u16 = 0x5455;
/// An extra field with the owner.
const EXTRA_OWNER: u16 = 0x7875;

/// A file of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub name: Vec<u8>,
    /// The system and version that it was made by.
    pub made_by: u16,
    /// Bits of the general purpose flags.
    pub flags: u16,
    /// How its data is compressed.
    pub method: u16,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    /// Of its contents.
    pub crc: u32,
    /// Bytes of data.
    pub compressed: u64,
    /// Bytes of contents.
    pub size: u64,
    /// The mode in its upper half, DOS attributes in the lower.
    pub external: u32,
    /// Whether it is text, as some say.
    pub internal: u16,
    /// Where its local record is.
    pub offset: u64,
    /// The extra field of the directory's record, without sizes.
    pub extra: Vec<u8>,
    /// A remark.
    pub comment: Vec<u8>,
}

/// Little-endian numbers of a record; zero beyond its end.
pub struct Fields<'d>(pub &'d [u8]);

impl Fields<'_> {
    /// Two bytes at `at`.
    pub fn u16(&self, at: usize) -> u16 {
        self.0.get(at..at + 2).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]))
    }

    /// Four bytes at `at`.
    pub fn u32(&self, at: usize) -> u32 {
        u32::from(self.u16(at)) | u32::from(self.u16(at + 2)) << 16
    }

    /// Eight bytes at `at`.
    pub fn u64(&self, at: usize) -> u64 {
        u64::from(self.u32(at)) | u64::from(self.u32(at + 4)) << 32
    }
}

/// The parts of an extra field, each with its number.
fn extras(mut extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let (id, len) = (Fields(extra).u16(0), usize::from(Fields(extra).u16(2)));
        let data = extra.get(4..4 + len)?;
        extra = &extra[4 + len..];
        Some((id, data))
    })
}

impl Entry {
    /// Reads a record of the directory, without its signature: 42 bytes, then name, extra field and comment.
    pub fn parse(record: &[u8], name: &[u8], extra: &[u8], comment: &[u8]) -> Option<Entry> {
        let fields = Fields(record);
        let mut entry = Entry {
            name: name[..name.iter().position(|&b| b == 0).unwrap_or(name.len())].to_vec(),
            made_by: fields.u16(0),
            flags: fields.u16(4),
            method: fields.u16(6),
            mtime: from_dos(fields.u16(8), fields.u16(10)),
            crc: fields.u32(12),
            compressed: u64::from(fields.u32(16)),
            size: u64::from(fields.u32(20)),
            internal: fields.u16(32),
            external: fields.u32(34),
            offset: u64::from(fields.u32(38)),
            extra: Vec::new(),
            comment: comment.to_vec(),
        };
        for (id, data) in extras(extra) {
            match id {
                EXTRA_SIZES => {
                    // Only what did not fit is there, in this order.
                    let mut rest = data;
                    for value in [&mut entry.size, &mut entry.compressed, &mut entry.offset] {
                        if *value == u64::from(LARGE) {
                            let (wide, after) = rest.split_at_checked(8)?;
                            (*value, rest) = (Fields(wide).u64(0), after);
                        }
                    }
                    continue;
                }
                EXTRA_TIMES if data.len() >= 5 && data[0] & 1 != 0 => {
                    entry.mtime = from_seconds(i64::from(Fields(data).u32(1) as i32));
                }
                _ => {}
            }
            entry.extra.extend(id.to_le_bytes());
            entry.extra.extend((data.len() as u16).to_le_bytes());
            entry.extra.extend_from_slice(data);
        }
        Some(entry)
    }

    /// The mode, where the archive was made on a system that has modes.
    pub fn mode(&self) -> Option<u32> {
        let unix = matches!(self.made_by >> 8, 3 | 19);
        Some(self.external >> 16).filter(|&mode| unix && mode != 0)
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.name.ends_with(b"/")
    }

    /// Whether it is a symbolic link, with what it points at as its contents.
    pub fn is_symlink(&self) -> bool {
        self.mode().is_some_and(|mode| mode & 0o170_000 == 0o120_000)
    }

    /// The version of the format that one needs to read it.
    fn version(&self) -> u16 {
        if self.is_large() {
            45
        } else if self.method == DEFLATED || self.is_directory() {
            20
        } else {
            10
        }
    }

    fn is_large(&self) -> bool {
        [self.size, self.compressed, self.offset].iter().any(|&value| value >= u64::from(LARGE))
    }

    /// The record before the data. `large`: with room for sizes of 64 bits, whatever they are now.
    pub fn local(&self, extra: &[u8], large: bool) -> Vec<u8> {
        let (time, date) = to_dos(self.mtime);
        let known = self.flags & SIZES_AFTER == 0;
        let mut record = Vec::with_capacity(64 + self.name.len() + extra.len());
        record.extend(LOCAL.to_le_bytes());
        record.extend(if large { 45u16 } else { self.version() }.to_le_bytes());
        [self.flags, self.method, time, date].iter().for_each(|field| record.extend(field.to_le_bytes()));
        record.extend(if known { self.crc } else { 0 }.to_le_bytes());
        for size in [self.compressed, self.size] {
            let field = match size {
                _ if large => LARGE,
                size if known => narrow(size),
                _ => 0,
            };
            record.extend(field.to_le_bytes());
        }
        record.extend((self.name.len() as u16).to_le_bytes());
        record.extend((extra.len() as u16 + if large { 20 } else { 0 }).to_le_bytes());
        record.extend_from_slice(&self.name);
        if large {
            record.extend(EXTRA_SIZES.to_le_bytes());
            record.extend(16u16.to_le_bytes());
            [self.size, self.compressed].iter().for_each(|size| record.extend(size.to_le_bytes()));
        }
        record.extend_from_slice(extra);
        record
    }

    /// The record of the directory.
    pub fn central(&self) -> Vec<u8> {
        let (time, date) = to_dos(self.mtime);
        let wide: Vec<u64> =
            [self.size, self.compressed, self.offset].into_iter().filter(|&v| v >= u64::from(LARGE)).collect();
        let mut record = Vec::with_capacity(64 + self.name.len() + self.extra.len());
        record.extend(CENTRAL.to_le_bytes());
        record.extend(self.made_by.to_le_bytes());
        record.extend(self.version().to_le_bytes());
        [self.flags, self.method, time, date].iter().for_each(|field| record.extend(field.to_le_bytes()));
        record.extend(self.crc.to_le_bytes());
        record.extend(narrow(self.compressed).to_le_bytes());
        record.extend(narrow(self.size).to_le_bytes());
        record.extend((self.name.len() as u16).to_le_bytes());
        let sizes = if wide.is_empty() { 0 } else { 4 + 8 * wide.len() };
        record.extend(((self.extra.len() + sizes) as u16).to_le_bytes());
        record.extend((self.comment.len() as u16).to_le_bytes());
        record.extend(0u16.to_le_bytes());
        record.extend(self.internal.to_le_bytes());
        record.extend(self.external.to_le_bytes());
        record.extend(narrow(self.offset).to_le_bytes());
        record.extend_from_slice(&self.name);
        if !wide.is_empty() {
            record.extend(EXTRA_SIZES.to_le_bytes());
            record.extend((8 * wide.len() as u16).to_le_bytes());
            wide.iter().for_each(|value| record.extend(value.to_le_bytes()));
        }
        record.extend_from_slice(&self.extra);
        record.extend_from_slice(&self.comment);
        record
    }

    /// An entry for a file, made on Unix.
    pub fn new(name: Vec<u8>, mode: u32, mtime: i64) -> Entry {
        let directory = name.ends_with(b"/");
        let flags = if !name.is_ascii() && std::str::from_utf8(&name).is_ok() { UTF8 } else { 0 };
        // Those who know DOS attributes only see directories by one of them.
        let external = mode << 16 | if directory { 0x10 } else { 0 };
        Entry { name, made_by: UNIX << 8 | 30, flags, mtime, external, ..Entry::default() }
    }
}

fn narrow(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(LARGE)
}

/// The extra fields of a new entry: those of its local record and those of the directory's.
pub fn new_extras(mtime: i64, atime: i64, uid: u32, gid: u32) -> (Vec<u8>, Vec<u8>) {
    // A time that does not fit is left to the DOS fields.
    let seconds = |time| i32::try_from(split(time).0).ok();
    let (mut local, mut central) = (Vec::new(), Vec::new());
    if let (Some(mtime), Some(atime)) = (seconds(mtime), seconds(atime)) {
        for (extra, times) in [(&mut local, &[mtime, atime][..]), (&mut central, &[mtime][..])] {
            extra.extend(EXTRA_TIMES.to_le_bytes());
            extra.extend((1 + 4 * times.len() as u16).to_le_bytes());
            extra.push(3);
            times.iter().for_each(|time| extra.extend(time.to_le_bytes()));
        }
    }
    for extra in [&mut local, &mut central] {
        extra.extend(EXTRA_OWNER.to_le_bytes());
        extra.extend(11u16.to_le_bytes());
        extra.extend([1, 4]);
        extra.extend(uid.to_le_bytes());
        extra.push(4);
        extra.extend(gid.to_le_bytes());
    }
    (local, central)
}

/// A time in units of two seconds since 1980, rounded up; the nearest that there is.
fn to_dos(time: i64) -> (u16, u16) {
    let civil = Civil::from_nanoseconds(time.saturating_add(SECOND));
    match civil.year {
        1980..=2107 => (
            (civil.hour << 11 | civil.minute << 5 | civil.second >> 1) as u16,
            (((civil.year - 1980) as u32) << 9 | civil.month << 5 | civil.day) as u16,
        ),
        ..1980 => (0, 1 << 5 | 1),
        _ => (23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31),
    }
}

fn from_dos(time: u16, date: u16) -> i64 {
    let (time, date) = (u32::from(time), u32::from(date));
    let days = days_from_civil(1980 + i64::from(date >> 9), (date >> 5 & 15).clamp(1, 12), (date & 31).max(1));
    let seconds = i64::from((time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2);
    from_seconds(days * 86_400 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for size in [7, 1 << 40] {
            let (_, extra) = new_extras(from_seconds(1_577_934_245), 0, 1000, 1000);
            let mut entry = Entry::new("ü/x".as_bytes().to_vec(), 0o100_640, from_seconds(1_577_934_245));
            (entry.size, entry.compressed, entry.crc, entry.method) = (size, size + 1, 5, DEFLATED);
            (entry.offset, entry.extra, entry.comment) = (size * 2, extra, b"why".to_vec());
            let record = entry.central();
            assert_eq!(Fields(&record).u32(0), CENTRAL);
            let (name, extra) = (usize::from(Fields(&record).u16(28)), usize::from(Fields(&record).u16(30)));
            let tail = &record[46..];
            let read = Entry::parse(&record[4..46], &tail[..name], &tail[name..name + extra], &tail[name + extra..]);
            assert_eq!(read, Some(entry));
        }
    }

    #[test]
    fn dos_times() {
        let time = from_seconds(1_577_934_245);
        let (clock, date) = to_dos(time);
        assert_eq!(from_dos(clock, date), time + SECOND);
        let (clock, date) = to_dos(0);
        assert_eq!(Civil::from_nanoseconds(from_dos(clock, date)).year, 1980);
        // Nonsense is some time.
        from_dos(u16::MAX, u16::MAX);
        from_dos(0, 0);
    }

    #[test]
    fn extra_fields_that_end_early() {
        assert_eq!(extras(&[1, 0, 9, 0, 1]).count(), 0);
        assert_eq!(extras(&[1, 0]).count(), 0);
        assert!(Entry::parse(&[0xff; 42], b"", &[1, 0, 4, 0, 0, 0, 0, 0], b"").is_none());
    }
}

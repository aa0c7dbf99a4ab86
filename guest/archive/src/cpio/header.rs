//! The headers of cpio's formats.

use crate::input::Input;
use crate::times::{from_seconds, split};
use std::io::{self, Read};

/// A path cannot be longer, nor can what a link points at.
const LONGEST_NAME: u64 = 64 * 1024;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Numbers of 16 bits: the oldest.
    Bin,
    /// POSIX's: octal digits.
    Odc,
    /// System V's: hexadecimal digits.
    Newc,
    /// The same with a sum of the contents.
    Crc,
}

/// What an archive tells of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Its path.
    pub name: Vec<u8>,
    /// Its device and number, by which its other names are known.
    pub file: (u64, u64),
    /// Type and permissions, as in `st_mode`.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// How many names it has.
    pub links: u32,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    /// Bytes of contents.
    pub size: u64,
    /// The sum of the contents' bytes, where the format has it.
    pub sum: u32,
}

/// Why there is no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// The archive ends, or what is there is none.
    End,
    /// A number is none, or too large.
    Malformed,
}

impl From<io::Error> for Bad {
    fn from(_: io::Error) -> Bad {
        Bad::End
    }
}

/// Digits of a header, each number with that many.
fn numbers<const N: usize>(input: &mut Input, lens: [usize; N], radix: u32) -> Result<[u64; N], Bad> {
    let mut numbers = [0; N];
    for (number, len) in numbers.iter_mut().zip(lens) {
        let mut digits = [0; 11];
        input.read_exact(&mut digits[..len])?;
        let text = std::str::from_utf8(&digits[..len]).map_err(|_| Bad::Malformed)?;
        *number = u64::from_str_radix(text.trim(), radix).map_err(|_| Bad::Malformed)?;
    }
    Ok(numbers)
}

impl Format {
    /// What headers, names and contents are a multiple of.
    pub fn alignment(self) -> u64 {
        match self {
            Format::Bin => 2,
            Format::Odc => 1,
            Format::Newc | Format::Crc => 4,
        }
    }

    /// Reads a header with its name. The format is found out.
    pub fn read(input: &mut Input) -> Result<(Format, Header), Bad> {
        let magic = input.peek(6)?;
        let (format, header, name, fixed) = match magic {
            [0xc7, 0x71, ..] => {
                let mut raw = [0; 26];
                input.read_exact(&mut raw)?;
                let word = |at: usize| u32::from(u16::from_le_bytes([raw[2 * at], raw[2 * at + 1]]));
                let long = |at: usize| word(at) << 16 | word(at + 1);
                let header = Header {
                    file: (u64::from(word(1)), u64::from(word(2))),
                    mode: word(3),
                    uid: word(4),
                    gid: word(5),
                    links: word(6),
                    mtime: from_seconds(i64::from(long(8))),
                    size: u64::from(long(11)),
                    ..Header::default()
                };
                (Format::Bin, header, u64::from(word(10)), 26)
            }
            b"070707" => {
                let [_, dev, ino, mode, uid, gid, links, _, mtime, name, size] =
                    numbers(input, [6, 6, 6, 6, 6, 6, 6, 6, 11, 6, 11], 8)?;
                (Format::Odc, header([dev, ino, mode, uid, gid, links, mtime, size, 0])?, name, 76)
            }
            b"070701" | b"070702" => {
                let format = if magic == b"070701" { Format::Newc } else { Format::Crc };
                let [_] = numbers(input, [6], 8)?;
                let [ino, mode, uid, gid, links, mtime, size, major, minor, _, _, name, sum] =
                    numbers(input, [8; 13], 16)?;
                (format, header([major << 32 | minor, ino, mode, uid, gid, links, mtime, size, sum])?, name, 110)
            }
            _ => return Err(Bad::End),
        };
        if name == 0 || name > LONGEST_NAME {
            return Err(Bad::Malformed);
        }
        let mut text = vec![0; (name + format.padding(fixed + name)) as usize];
        input.read_exact(&mut text)?;
        text.truncate(name as usize);
        text.truncate(text.iter().position(|&b| b == 0).unwrap_or(text.len()));
        Ok((format, Header { name: text, ..header }))
    }

    /// How much follows `len` bytes until the next begins.
    pub fn padding(self, len: u64) -> u64 {
        len.next_multiple_of(self.alignment()) - len
    }

    /// The header and the name, with the padding after it; absent when a number does not fit.
    pub fn write(self, header: &Header) -> Option<Vec<u8>> {
        let name = header.name.len() as u64 + 1;
        let mtime = u64::try_from(split(header.mtime).0).unwrap_or(0);
        let (dev, ino) = header.file;
        let mut out = match self {
            Format::Bin => {
                let (mtime, size) = (u32::try_from(mtime).ok()?, u32::try_from(header.size).ok()?);
                let words = [
                    0o070_707,
                    dev as u32 & 0xffff,
                    u32::try_from(ino).ok()?,
                    header.mode,
                    header.uid & 0xffff,
                    header.gid & 0xffff,
                    header.links.min(0xffff),
                    0,
                    mtime >> 16,
                    mtime & 0xffff,
                    u32::try_from(name).ok()?,
                    size >> 16,
                    size & 0xffff,
                ];
                let words: Option<Vec<u16>> = words.iter().map(|&word| u16::try_from(word).ok()).collect();
                words?.iter().flat_map(|word| word.to_le_bytes()).collect()
            }
            Format::Odc => {
                let small =
                    [dev & 0o777_777, ino, u64::from(header.mode), u64::from(header.uid), u64::from(header.gid)];
                if small.iter().any(|&n| n > 0o777_777) || header.size >= 1 << 33 || mtime >= 1 << 33 {
                    return None;
                }
                let mut text = String::from("070707");
                small.iter().for_each(|n| text.push_str(&format!("{n:06o}")));
                text.push_str(&format!("{:06o}{:06o}{mtime:011o}{name:06o}{:011o}", header.links, 0, header.size));
                text.into_bytes()
            }
            Format::Newc | Format::Crc => {
                let fields = [
                    ino & 0xffff_ffff,
                    u64::from(header.mode),
                    u64::from(header.uid),
                    u64::from(header.gid),
                    u64::from(header.links),
                    mtime,
                    header.size,
                    dev >> 32,
                    dev & 0xffff_ffff,
                    0,
                    0,
                    name,
                    u64::from(header.sum),
                ];
                if fields.iter().any(|&n| n > 0xffff_ffff) {
                    return None;
                }
                let mut text = String::from(if self == Format::Newc { "070701" } else { "070702" });
                fields.iter().for_each(|n| text.push_str(&format!("{n:08X}")));
                text.into_bytes()
            }
        };
        out.extend_from_slice(&header.name);
        out.push(0);
        out.resize(out.len() + self.padding(out.len() as u64) as usize, 0);
        Some(out)
    }
}

/// Numbers in the order device, number, mode, owner, group, links, time, size, sum.
fn header([dev, ino, mode, uid, gid, links, mtime, size, sum]: [u64; 9]) -> Result<Header, Bad> {
    let narrow = |number: u64| u32::try_from(number).map_err(|_| Bad::Malformed);
    Ok(Header {
        name: Vec::new(),
        file: (dev, ino),
        mode: narrow(mode)?,
        uid: narrow(uid)?,
        gid: narrow(gid)?,
        links: narrow(links)?,
        mtime: from_seconds(i64::try_from(mtime).map_err(|_| Bad::Malformed)?),
        size,
        sum: narrow(sum)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let header = Header {
            name: b"dir/file".to_vec(),
            file: (3, 77),
            mode: 0o100_644,
            uid: 1000,
            gid: 100,
            links: 2,
            mtime: from_seconds(1_577_934_245),
            size: 123_456,
            sum: 0,
        };
        for format in [Format::Bin, Format::Odc, Format::Newc] {
            let written = format.write(&header).unwrap();
            let mut input = Input::new(io::Cursor::new(written));
            assert_eq!(Format::read(&mut input), Ok((format, header.clone())));
            assert!(input.peek(1).unwrap().is_empty());
        }
    }

    #[test]
    fn what_does_not_fit() {
        let header = Header { name: b"x".to_vec(), size: 1 << 34, ..Header::default() };
        for format in [Format::Bin, Format::Odc, Format::Newc] {
            assert_eq!(format.write(&header), None);
        }
    }

    #[test]
    fn what_is_no_header() {
        let mut name = b"070701".to_vec();
        name.extend([b'F'; 104]);
        for bad in [&b""[..], b"junk and more", b"070701zzzz", b"0707", &name] {
            assert!(Format::read(&mut Input::new(io::Cursor::new(bad.to_vec()))).is_err());
        }
    }
}

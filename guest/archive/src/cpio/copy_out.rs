//! `cpio -o`.

use super::header::{Format, Header};
use super::{NamesOnInput, Settings, TRAILER, archive, below, blocks, fatal, tell};
use crate::compress::say;
use crate::input::{CHUNK, Counted, errno};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, mode};
use agentfense_sys::files::{self, FileType, OpenFlags, Stat};
use std::collections::HashMap;
use std::io::{BufWriter, Read, Write};

fn unwritten(error: std::io::Error) -> Failure {
    fatal(format!("write error: {}", errno(&error)))
}

/// Stores the files whose names come on standard input.
pub fn run(settings: &Settings) -> Outcome {
    let format = settings.format.unwrap_or(Format::Bin);
    let file = Counted::new(BufWriter::with_capacity(CHUNK, archive(settings, true)?));
    let count = file.count();
    let mut out = file;
    let mut names = NamesOnInput::new(settings)?;
    let mut numbers = Numbers::default();
    let mut status = 0;
    while let Some(mut name) = names.next_name()? {
        let path = below(settings, &name);
        while let Some(rest) = name.strip_prefix(b"./").filter(|rest| !rest.is_empty()) {
            name = rest.to_vec();
        }
        let stat = match files::stat(&path, settings.dereference) {
            Ok(stat) => stat,
            Err(errno) => {
                tell(format_args!("{}: Cannot stat: {errno}", lossy(&name)));
                status = 2;
                continue;
            }
        };
        if settings.verbose {
            say([name.as_slice(), b"\n"].concat());
        }
        if !store(settings, format, &path, name, &stat, &mut numbers, &mut out)? {
            status = 2;
        }
    }
    let trailer = Header { name: TRAILER.to_vec(), links: 1, ..Header::default() };
    if let Some(header) = format.write(&trailer) {
        out.write_all(&header).map_err(unwritten)?;
    }
    let rest = count.get().next_multiple_of(512) - count.get();
    out.write_all(&[0; 512][..rest as usize]).map_err(unwritten)?;
    out.flush().map_err(unwritten)?;
    blocks(settings, count.get());
    Ok(status)
}

/// Small numbers for files: the formats have no room for the kernel's.
#[derive(Default)]
struct Numbers(HashMap<(u64, u64), u64>);

impl Numbers {
    /// A file's number, and whether it was stored before under another name.
    fn of(&mut self, stat: &Stat) -> (u64, bool) {
        let next = self.0.len() as u64 + 1;
        match self.0.entry((stat.dev, stat.ino)) {
            std::collections::hash_map::Entry::Occupied(known) => (*known.get(), true),
            std::collections::hash_map::Entry::Vacant(entry) => (*entry.insert(next), false),
        }
    }
}

/// Stores one file; false when it could not be.
fn store(
    settings: &Settings,
    format: Format,
    path: &[u8],
    name: Vec<u8>,
    stat: &Stat,
    numbers: &mut Numbers,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let shown = lossy(&name);
    let (number, again) = numbers.of(stat);
    let mut header = Header {
        name,
        file: (0, number),
        mode: mode::type_bits(stat.kind) | stat.mode & 0o7777,
        uid: settings.owner.0.unwrap_or(stat.uid),
        gid: settings.owner.1.unwrap_or(stat.gid),
        links: u32::try_from(stat.nlink).unwrap_or(u32::MAX),
        mtime: stat.mtime,
        ..Header::default()
    };
    let mut contents: Box<dyn Read> = Box::new(std::io::empty());
    // The newer formats hold a file once, whatever its names.
    let held = again && stat.nlink > 1 && matches!(format, Format::Newc | Format::Crc);
    match stat.kind {
        FileType::Regular if !held => match files::open(path, OpenFlags::READ, 0) {
            Ok(file) => {
                header.size = stat.size;
                if format == Format::Crc {
                    match sum(path) {
                        Ok(sum) => header.sum = sum,
                        Err(error) => {
                            tell(format_args!("{shown}: Cannot read: {}", errno(&error)));
                            return Ok(false);
                        }
                    }
                }
                contents = Box::new(file);
            }
            Err(errno) => {
                tell(format_args!("{shown}: Cannot open: {errno}"));
                return Ok(false);
            }
        },
        FileType::Symlink => match files::read_link(path) {
            Ok(target) => {
                header.size = target.len() as u64;
                contents = Box::new(std::io::Cursor::new(target));
            }
            Err(errno) => {
                tell(format_args!("{shown}: Cannot readlink: {errno}"));
                return Ok(false);
            }
        },
        _ => {}
    }
    let Some(fields) = format.write(&header) else {
        tell(format_args!("{shown}: value too large for this format, not dumped"));
        return Ok(false);
    };
    out.write_all(&fields).map_err(unwritten)?;
    // As much as the header says, whatever becomes of the file meanwhile.
    let mut buffer = vec![0; CHUNK];
    let mut left = header.size;
    let mut good = true;
    while left > 0 {
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
        let read = match contents.read(&mut buffer[..len]) {
            Ok(0) => {
                tell(format_args!("File {shown} shrunk by {left} bytes, padding with zeros"));
                good = false;
                contents = Box::new(std::io::repeat(0));
                continue;
            }
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                tell(format_args!("read error: {shown}: {}, padding with zeros", errno(&error)));
                good = false;
                contents = Box::new(std::io::repeat(0));
                continue;
            }
        };
        out.write_all(&buffer[..read]).map_err(unwritten)?;
        left -= read as u64;
    }
    let padding = format.padding(header.size);
    out.write_all(&[0; 4][..padding as usize]).map_err(unwritten)?;
    Ok(good)
}

/// The sum of a file's bytes.
fn sum(path: &[u8]) -> std::io::Result<u32> {
    let mut file = files::open(path, OpenFlags::READ, 0)?;
    let mut buffer = vec![0; CHUNK];
    let mut sum = 0u32;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(sum),
            Ok(len) => sum = buffer[..len].iter().fold(sum, |sum, &b| sum.wrapping_add(u32::from(b))),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

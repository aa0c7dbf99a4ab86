//! Members one after the other.

use super::console::{Console, in_message};
use super::header::{self, BLOCK, Block, Kind, Member, Sparse};
use super::pax::Records;
use crate::codec::{Damage, Format};
use crate::input::{Input, errno};
use agentfense_support::Failure;
use std::io::{self, BufRead, Read};

/// A name or an extended header longer than this is no use: the kernel's paths are much shorter.
const LONGEST_EXTENSION: u64 = 8 << 20;

/// Parts of one sparse file, at most. The list is in memory.
const MOST_PARTS: usize = 1 << 20;

/// Reads an archive.
pub struct Reader<'a> {
    console: &'a Console,
    input: Input,
    /// What the input was decompressed from.
    format: Option<Format>,
    name: Vec<u8>,
    /// Bytes of the present member's contents that were not read, and of the padding after them.
    left: u64,
    padding: u64,
    /// Bytes from the archive's start.
    position: u64,
    /// Where the headers of the present member begin.
    start: u64,
    first: bool,
    ignore_zeros: bool,
    global: Records,
}

impl<'a> Reader<'a> {
    /// Reads the archive that messages call `name`.
    pub fn new(
        console: &'a Console,
        name: &[u8],
        input: Input,
        format: Option<Format>,
        ignore_zeros: bool,
    ) -> Reader<'a> {
        Reader {
            console,
            input,
            format,
            name: name.to_vec(),
            left: 0,
            padding: 0,
            position: 0,
            start: 0,
            first: true,
            ignore_zeros,
            global: Records::default(),
        }
    }

    /// Where the last header that was looked at begins: at the end, where members can be added.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Where the headers of the present member begin.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Where the present member ends, its padding included.
    pub fn after(&self) -> u64 {
        self.position.saturating_add(self.left).saturating_add(self.padding)
    }

    /// Reads a block; false at the end, where the rest of a block counts for nothing.
    fn block(&mut self, block: &mut Block) -> Result<bool, Failure> {
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..]) {
                Ok(0) => return Ok(false),
                Ok(len) => filled += len,
                Err(error) => return Err(self.broken(&error)),
            }
        }
        Ok(true)
    }

    fn truncated(&self) -> Failure {
        self.console.fatal("Unexpected EOF in archive")
    }

    /// Why the archive cannot be read on.
    fn broken(&self, error: &io::Error) -> Failure {
        let (Some(damage), Some(format)) = (Damage::of(error), self.format) else {
            return self.console.fatal(format_args!("{}: Cannot read: {}", in_message(&self.name), errno(error)));
        };
        let (text, status) = match (format, damage) {
            (Format::Gzip, Damage::Format) => ("\ngzip: stdin: not in gzip format".into(), 1),
            (Format::Gzip, Damage::Checksum { contents: true, .. }) => {
                ("\ngzip: stdin: invalid compressed data--crc error".into(), 1)
            }
            (Format::Gzip, _) => (format!("\ngzip: stdin: {damage}"), 1),
            (Format::Bzip2, Damage::Format) => ("bzip2: (stdin) is not a bzip2 file.".into(), 2),
            (Format::Bzip2, _) => (format!("bzip2: (stdin): {damage}"), 2),
            (Format::Zstd, _) => (format!("zstd: /*stdin*\\: {damage}"), 1),
            (format, _) => (format!("{}: (stdin): {damage}", format.command()), 1),
        };
        self.console.raw(&text);
        self.console.warn(format_args!("Child returned status {status}"));
        Failure::new("Error is not recoverable: exiting now").status(2)
    }

    /// The next member; its contents can be read until the one after it is asked for.
    pub fn next_member(&mut self) -> Result<Option<Member>, Failure> {
        self.skip()?;
        self.start = self.position;
        let (mut name, mut link, mut records, mut skipping) = (None, None, Records::default(), false);
        loop {
            let mut block = [0; BLOCK];
            if !self.block(&mut block)? {
                if std::mem::take(&mut self.first) {
                    self.console.error("This does not look like a tar archive");
                }
                return Ok(None);
            }
            if header::is_zero(&block) {
                self.first = false;
                if self.ignore_zeros {
                    self.position += BLOCK as u64;
                    continue;
                }
                let mut second = [0; BLOCK];
                if !self.block(&mut second)? || !header::is_zero(&second) {
                    self.console.warn(format_args!("A lone zero block at {}", self.position / BLOCK as u64 + 1));
                }
                self.drain()?;
                return Ok(None);
            }
            let Some(mut member) = header::parse(&block) else {
                if !std::mem::replace(&mut skipping, true) {
                    if std::mem::take(&mut self.first) {
                        self.console.error("This does not look like a tar archive");
                    }
                    self.console.error("Skipping to next header");
                }
                self.position += BLOCK as u64;
                continue;
            };
            self.first = false;
            self.position += BLOCK as u64;
            match member.kind {
                Kind::Other(b'L') => name = Some(self.text(member.size)?),
                Kind::Other(b'K') => link = Some(self.text(member.size)?),
                Kind::Other(flag @ (b'x' | b'X' | b'g')) => {
                    let data = self.extension(member.size)?;
                    let records = if flag == b'g' { &mut self.global } else { &mut records };
                    if !records.read(&data) {
                        self.console.error("Malformed extended header");
                    }
                }
                _ => {
                    self.global.apply(&mut member);
                    records.apply(&mut member);
                    member.name = name.unwrap_or(member.name);
                    member.link = link.unwrap_or(member.link);
                    // A zero ends a name everywhere but in an extended header.
                    for name in [&mut member.name, &mut member.link] {
                        name.truncate(name.iter().position(|&b| b == 0).unwrap_or(name.len()));
                    }
                    // Before there was a type for them, directories had a slash.
                    if member.kind == Kind::File && member.name.ends_with(b"/") {
                        member.kind = Kind::Directory;
                    }
                    self.begin(&mut member, &block, &records)?;
                    return Ok(Some(member));
                }
            }
        }
    }

    /// Sets out to read a member's contents.
    fn begin(&mut self, member: &mut Member, block: &Block, records: &Records) -> Result<(), Failure> {
        if member.kind == Kind::Sparse {
            let malformed = || self.console.fatal("Malformed sparse header");
            let (mut sparse, mut more) = header::sparse_parts(block).ok_or_else(malformed)?;
            while more {
                let mut block = [0; BLOCK];
                if !self.block(&mut block)? {
                    return Err(self.truncated());
                }
                self.position += BLOCK as u64;
                let malformed = || self.console.fatal("Malformed sparse header");
                more = header::more_parts(&block, &mut sparse).ok_or_else(malformed)?;
                if sparse.parts.len() > MOST_PARTS {
                    return Err(malformed());
                }
            }
            (member.kind, member.sparse) = (Kind::File, Some(sparse));
        }
        self.left = member.size;
        self.padding = member.size.next_multiple_of(BLOCK as u64) - member.size;
        if records.has_map_in_contents() {
            self.map_in_contents(member)?;
        }
        if let Some(sparse) = &member.sparse {
            let stored: u64 = sparse.parts.iter().fold(0, |sum, part| sum.saturating_add(part.1));
            let mut end = 0;
            let in_order = sparse.parts.iter().all(|&(offset, len)| {
                let fits = offset >= end && offset.checked_add(len).is_some_and(|end| end <= sparse.size);
                end = offset.saturating_add(len);
                fits
            });
            if !in_order || stored != self.left {
                return Err(self.console.fatal(format_args!("{}: Malformed sparse map", in_message(&member.name))));
            }
        }
        Ok(())
    }

    /// The map of the parts at the start of the contents: numbers on lines, in whole blocks.
    fn map_in_contents(&mut self, member: &mut Member) -> Result<(), Failure> {
        let size = member.sparse.as_ref().map_or(0, |sparse| sparse.size);
        let before = self.left;
        let mut numbers = Vec::new();
        let mut wanted = None;
        let mut number = 0u64;
        while wanted.is_none_or(|wanted| numbers.len() < wanted) {
            let mut byte = [0];
            self.contents().read_exact(&mut byte).map_err(|_| self.truncated())?;
            let malformed = || self.console.fatal("Malformed sparse map");
            match byte[0] {
                digit @ b'0'..=b'9' => {
                    let next = number.checked_mul(10).and_then(|n| n.checked_add(u64::from(digit - b'0')));
                    number = next.ok_or_else(malformed)?;
                }
                b'\n' if wanted.is_none() => {
                    let parts = usize::try_from(std::mem::take(&mut number)).ok();
                    wanted = Some(parts.filter(|&parts| parts <= MOST_PARTS).ok_or_else(malformed)? * 2);
                }
                b'\n' => numbers.push(std::mem::take(&mut number)),
                _ => return Err(malformed()),
            }
        }
        let used = before - self.left;
        let rest = used.next_multiple_of(BLOCK as u64) - used;
        self.discard(rest.min(self.left))?;
        self.left = self.left.saturating_sub(rest.min(self.left));
        member.sparse = Some(Sparse { size, parts: numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() });
        Ok(())
    }

    /// The contents of a member that is about the next one.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, Failure> {
        if size > LONGEST_EXTENSION {
            return Err(self.console.fatal("Malformed extended header"));
        }
        let mut data = Vec::new();
        let read = (&mut self.input).take(size).read_to_end(&mut data).map_err(|error| self.broken(&error))?;
        if read as u64 != size {
            return Err(self.truncated());
        }
        self.position += size;
        self.left = 0;
        self.padding = size.next_multiple_of(BLOCK as u64) - size;
        self.skip()?;
        Ok(data)
    }

    fn text(&mut self, size: u64) -> Result<Vec<u8>, Failure> {
        let mut text = self.extension(size)?;
        text.truncate(text.iter().position(|&b| b == 0).unwrap_or(text.len()));
        Ok(text)
    }

    /// The contents of the present member. Reading fails with `UnexpectedEof` where the archive ends too early.
    pub fn contents(&mut self) -> Contents<'_, 'a> {
        Contents(self)
    }

    /// The failure that a failed read of [`Reader::contents`] is.
    pub fn failure(&self, error: &io::Error) -> Failure {
        if error.kind() == io::ErrorKind::UnexpectedEof { self.truncated() } else { self.broken(error) }
    }

    /// Goes over what was not read of the present member.
    fn skip(&mut self) -> Result<(), Failure> {
        let len = self.left.saturating_add(self.padding);
        self.discard(len)?;
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    fn discard(&mut self, mut len: u64) -> Result<(), Failure> {
        while len > 0 {
            let available = match self.input.fill_buf() {
                Ok([]) => return Err(self.truncated()),
                Ok(data) => data.len(),
                Err(error) => return Err(self.broken(&error)),
            };
            let taken = available.min(usize::try_from(len).unwrap_or(usize::MAX));
            self.input.consume(taken);
            self.position += taken as u64;
            len -= taken as u64;
        }
        Ok(())
    }

    /// Reads to the end of the input: a pipe's writer gets rid of all it has, and a checksum at the end is checked.
    fn drain(&mut self) -> Result<(), Failure> {
        loop {
            match self.input.fill_buf() {
                Ok([]) => return Ok(()),
                Ok(data) => {
                    let len = data.len();
                    self.input.consume(len);
                }
                Err(error) if Damage::of(&error).is_some_and(Damage::is_harmless) => return Ok(()),
                Err(error) => return Err(self.broken(&error)),
            }
        }
    }
}

/// The contents of a member.
pub struct Contents<'r, 'a>(&'r mut Reader<'a>);

impl Read for Contents<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = buf.len().min(usize::try_from(self.0.left).unwrap_or(usize::MAX));
        if len == 0 {
            return Ok(0);
        }
        let read = self.0.input.read(&mut buf[..len])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.0.left -= read as u64;
        self.0.position += read as u64;
        Ok(read)
    }
}

//! gzip's container (RFC 1952) around DEFLATE.

use super::{Damage, Encoder, exactly};
use crate::input::{CHUNK, Input};
use flate2::{Compress, Compression, Crc, Decompress, FlushCompress, FlushDecompress, Status};
use std::io::{self, BufRead, Read, Write};

const MAGIC: [u8; 2] = [0x1f, 0x8b];
/// The only method there is.
const DEFLATE: u8 = 8;
/// The operating system that a header tells of: a Unix.
const UNIX: u8 = 3;

const HEADER_CRC: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;

/// A name in a header longer than this is not kept.
const LONGEST_NAME: usize = 4096;

/// What a member's header tells of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Seconds since the epoch; 0 is unknown.
    pub mtime: u32,
    /// Its name, without a directory.
    pub name: Option<Vec<u8>>,
}

impl Header {
    /// How long a member is besides its data: the header and the end.
    pub fn overhead(&self) -> u64 {
        18 + self.name.as_ref().map_or(0, |name| name.len() as u64 + 1)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before a member; whether it is the first.
    Start { first: bool },
    /// In a member's data.
    Data,
    /// Everything was read.
    End,
}

/// Decompresses all members of a file.
#[derive(Debug)]
pub struct Reader {
    source: Input,
    state: State,
    inflate: Decompress,
    crc: Crc,
    header: Header,
    checksum: u32,
}

impl Reader {
    /// Reads the members of `source`.
    pub fn new(source: Input) -> Reader {
        Reader {
            source,
            state: State::Start { first: true },
            inflate: Decompress::new(false),
            crc: Crc::new(),
            header: Header::default(),
            checksum: 0,
        }
    }

    /// The header of the latest member; reads the first one's.
    pub fn header(&mut self) -> io::Result<&Header> {
        if let State::Start { first: true } = self.state {
            self.start(true)?;
        }
        Ok(&self.header)
    }

    /// The checksum that the latest member ended with.
    pub fn checksum(&self) -> u32 {
        self.checksum
    }

    /// Reads a member's header, or finds the end.
    fn start(&mut self, first: bool) -> io::Result<()> {
        let start = self.source.peek(2)?;
        if start != MAGIC {
            match (start, first) {
                ([] | [0x1f], true) => return Err(Damage::Truncated.into()),
                (_, true) => return Err(Damage::Format.into()),
                (start, false) => {
                    let empty = start.is_empty();
                    self.state = State::End;
                    return if empty { Ok(()) } else { self.trailing() };
                }
            }
        }
        let mut fixed = [0; 10];
        exactly(&mut self.source, &mut fixed)?;
        let [_, _, method, flags, a, b, c, d, ..] = fixed;
        if method != DEFLATE || flags & RESERVED != 0 {
            return Err(Damage::Unsupported.into());
        }
        self.header = Header { mtime: u32::from_le_bytes([a, b, c, d]), name: None };
        if flags & EXTRA != 0 {
            let mut len = [0; 2];
            exactly(&mut self.source, &mut len)?;
            let mut extra = vec![0; usize::from(u16::from_le_bytes(len))];
            exactly(&mut self.source, &mut extra)?;
        }
        if flags & NAME != 0 {
            self.header.name = Some(self.string()?);
        }
        if flags & COMMENT != 0 {
            self.string()?;
        }
        if flags & HEADER_CRC != 0 {
            exactly(&mut self.source, &mut [0; 2])?;
        }
        self.inflate.reset(false);
        self.crc.reset();
        self.state = State::Data;
        Ok(())
    }

    /// A string that a zero ends.
    fn string(&mut self) -> io::Result<Vec<u8>> {
        let mut string = Vec::new();
        loop {
            let mut byte = [0];
            exactly(&mut self.source, &mut byte)?;
            match byte {
                [0] => return Ok(string),
                [byte] if string.len() < LONGEST_NAME => string.push(byte),
                _ => {}
            }
        }
    }

    /// What is after the last member: tapes pad with zeros.
    fn trailing(&mut self) -> io::Result<()> {
        loop {
            let data = self.source.fill_buf()?;
            if data.is_empty() {
                return Err(Damage::TrailingZeros.into());
            }
            if data.iter().any(|&byte| byte != 0) {
                return Err(Damage::TrailingGarbage.into());
            }
            let len = data.len();
            self.source.consume(len);
        }
    }

    /// Compares a member's end with what was read.
    fn check(&mut self) -> io::Result<()> {
        let mut end = [0; 8];
        exactly(&mut self.source, &mut end)?;
        let [a, b, c, d, e, f, g, h] = end;
        self.checksum = u32::from_le_bytes([a, b, c, d]);
        let contents = self.checksum != self.crc.sum();
        let length = u32::from_le_bytes([e, f, g, h]) != self.crc.amount();
        self.state = State::Start { first: false };
        if contents || length { Err(Damage::Checksum { contents, length }.into()) } else { Ok(()) }
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            match self.state {
                State::Start { first } => self.start(first)?,
                State::End => return Ok(0),
                State::Data => {
                    let data = self.source.fill_buf()?;
                    let ended = data.is_empty();
                    let (taken, given) = (self.inflate.total_in(), self.inflate.total_out());
                    let status = self.inflate.decompress(data, buf, FlushDecompress::None);
                    let taken = (self.inflate.total_in() - taken) as usize;
                    let given = (self.inflate.total_out() - given) as usize;
                    self.source.consume(taken);
                    self.crc.update(&buf[..given]);
                    match status {
                        Err(_) => return Err(Damage::Corrupt.into()),
                        Ok(Status::StreamEnd) => self.check()?,
                        Ok(_) if given == 0 && ended => return Err(Damage::Truncated.into()),
                        Ok(_) => {}
                    }
                    if given > 0 {
                        return Ok(given);
                    }
                }
            }
        }
    }
}

/// Compresses into one member.
pub struct Writer<W> {
    out: W,
    deflate: Compress,
    crc: Crc,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the header to `out`; `level` is 1 to 9.
    pub fn new(mut out: W, level: u32, header: &Header) -> io::Result<Writer<W>> {
        let level = level.clamp(1, 9);
        let mut start = Vec::with_capacity(64);
        start.extend(MAGIC);
        start.extend([DEFLATE, if header.name.is_some() { NAME } else { 0 }]);
        start.extend(header.mtime.to_le_bytes());
        start.extend([
            if level == 9 {
                2
            } else if level == 1 {
                4
            } else {
                0
            },
            UNIX,
        ]);
        if let Some(name) = &header.name {
            start.extend_from_slice(name);
            start.push(0);
        }
        out.write_all(&start)?;
        let deflate = Compress::new(Compression::new(level), false);
        Ok(Writer { out, deflate, crc: Crc::new(), buffer: vec![0; CHUNK] })
    }

    /// One step; whether the stream is at its end.
    fn step(&mut self, input: &[u8], flush: FlushCompress) -> io::Result<(usize, bool)> {
        let (taken, given) = (self.deflate.total_in(), self.deflate.total_out());
        let status = self.deflate.compress(input, &mut self.buffer, flush).map_err(io::Error::other)?;
        let given = (self.deflate.total_out() - given) as usize;
        self.out.write_all(&self.buffer[..given])?;
        Ok(((self.deflate.total_in() - taken) as usize, status == Status::StreamEnd))
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.crc.update(buf);
        let mut rest = buf;
        while !rest.is_empty() {
            let (taken, _) = self.step(rest, FlushCompress::None)?;
            rest = &rest[taken..];
        }
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Encoder for Writer<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        while !self.step(&[], FlushCompress::Finish)?.1 {}
        let mut end = [0; 8];
        end[..4].copy_from_slice(&self.crc.sum().to_le_bytes());
        end[4..].copy_from_slice(&self.crc.amount().to_le_bytes());
        self.out.write_all(&end)?;
        self.out.flush()
    }
}

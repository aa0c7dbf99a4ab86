//! bzip2's format: one stream after the other.

use super::{Damage, Encoder};
use crate::input::{CHUNK, Input};
use bzip2::{Action, Compress, Compression, Decompress, Error, Status};
use std::io::{self, BufRead, Read, Write};

/// Decompresses all streams of a file.
pub struct Reader {
    source: Input,
    /// The stream that is being read; none between two and at the end.
    stream: Option<Decompress>,
    first: bool,
}

impl Reader {
    /// Reads the streams of `source`.
    pub fn new(source: Input) -> Reader {
        Reader { source, stream: None, first: true }
    }

    /// Looks for the next stream.
    fn start(&mut self) -> io::Result<bool> {
        let start = self.source.peek(4)?;
        match start {
            [b'B', b'Z', b'h', b'1'..=b'9'] => {}
            [] if !self.first => return Ok(false),
            start if b"BZh".starts_with(start) || (start.starts_with(b"BZh") && start.len() < 4) => {
                return Err(Damage::Truncated.into());
            }
            _ if self.first => return Err(Damage::Format.into()),
            _ => return Err(Damage::TrailingGarbage.into()),
        }
        self.first = false;
        self.stream = Some(Decompress::new(false));
        Ok(true)
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(stream) = &mut self.stream else {
                if self.start()? {
                    continue;
                }
                return Ok(0);
            };
            let data = self.source.fill_buf()?;
            let ended = data.is_empty();
            let (taken, given) = (stream.total_in(), stream.total_out());
            let status = stream.decompress(data, buf);
            let taken = (stream.total_in() - taken) as usize;
            let given = (stream.total_out() - given) as usize;
            self.source.consume(taken);
            match status {
                Ok(Status::StreamEnd) => self.stream = None,
                Ok(Status::MemNeeded) => return Err(Damage::Memory.into()),
                Ok(_) if given == 0 && ended => return Err(Damage::Truncated.into()),
                Ok(_) => {}
                Err(Error::Data) => return Err(Damage::Checksum { contents: true, length: false }.into()),
                Err(_) => return Err(Damage::Corrupt.into()),
            }
            if given > 0 {
                return Ok(given);
            }
        }
    }
}

/// Compresses into one stream.
pub struct Writer<W> {
    out: W,
    stream: Compress,
    buffer: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Compresses to `out` in blocks of `level` times 100 kB.
    pub fn new(out: W, level: u32) -> Writer<W> {
        let level = Compression::new(level.clamp(1, 9));
        Writer { out, stream: Compress::new(level, 0), buffer: vec![0; CHUNK] }
    }

    fn step(&mut self, input: &[u8], action: Action) -> io::Result<(usize, bool)> {
        let (taken, given) = (self.stream.total_in(), self.stream.total_out());
        let status = self.stream.compress(input, &mut self.buffer, action).map_err(io::Error::other)?;
        let given = (self.stream.total_out() - given) as usize;
        self.out.write_all(&self.buffer[..given])?;
        Ok(((self.stream.total_in() - taken) as usize, status == Status::StreamEnd))
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let mut rest = buf;
        while !rest.is_empty() {
            let (taken, _) = self.step(rest, Action::Run)?;
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
        while !self.step(&[], Action::Finish)?.1 {}
        self.out.flush()
    }
}

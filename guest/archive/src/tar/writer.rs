//! Writing members.

use super::header::{BLOCK, Dialect, Kind, Member, Misfit, build};
use super::pax;
use crate::codec::Encoder;
use crate::input::CHUNK;
use std::io::{self, Write};

/// Writes an archive.
pub struct Writer {
    out: Box<dyn Encoder>,
    buffer: Vec<u8>,
    dialect: Dialect,
    /// The archive is a multiple of this.
    record: u64,
    written: u64,
}

/// A stream that is not compressed.
pub struct Plain<W>(pub W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> Encoder for Plain<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// Why a member was not written.
#[derive(Debug)]
pub enum WriteError {
    /// It cannot be said in this dialect.
    Misfit(Misfit),
    /// The archive cannot be written.
    Io(io::Error),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error)
    }
}

impl Writer {
    /// Writes to `out`, of which `written` bytes are there already, in records of `blocks` blocks.
    pub fn new(out: Box<dyn Encoder>, dialect: Dialect, blocks: u32, written: u64) -> Writer {
        let record = u64::from(blocks.max(1)) * BLOCK as u64;
        Writer { out, buffer: Vec::with_capacity(CHUNK), dialect, record, written }
    }

    /// Writes a member's header; its contents have to follow.
    pub fn header(&mut self, member: &Member) -> Result<(), WriteError> {
        match self.dialect {
            Dialect::Gnu => {
                for (text, flag) in [(&member.link, b'K'), (&member.name, b'L')] {
                    if text.len() > 100 {
                        self.long(text, flag)?;
                    }
                }
            }
            Dialect::Pax => {
                let records = pax::records(member);
                if !records.is_empty() {
                    let (directory, base) = match member.name.iter().rposition(|&b| b == b'/') {
                        Some(at) if at + 1 < member.name.len() => member.name.split_at(at + 1),
                        _ => (&b"./"[..], member.name.strip_suffix(b"/").unwrap_or(&member.name)),
                    };
                    let header = Member {
                        name: [directory, b"PaxHeaders/", base].concat(),
                        kind: Kind::Other(b'x'),
                        mode: 0o644,
                        size: records.len() as u64,
                        mtime: member.mtime,
                        ..Member::default()
                    };
                    self.block(&header)?;
                    self.contents(&records)?;
                    self.pad()?;
                }
            }
            Dialect::Ustar | Dialect::V7 => {}
        }
        self.block(member)
    }

    /// A member of GNU's that holds a long name of the next.
    fn long(&mut self, text: &[u8], flag: u8) -> Result<(), WriteError> {
        let header = Member {
            name: b"././@LongLink".to_vec(),
            kind: Kind::Other(flag),
            mode: 0o644,
            user: b"root".to_vec(),
            group: b"root".to_vec(),
            size: text.len() as u64 + 1,
            ..Member::default()
        };
        self.block(&header)?;
        self.contents(text)?;
        self.contents(&[0])?;
        Ok(self.pad()?)
    }

    fn block(&mut self, member: &Member) -> Result<(), WriteError> {
        let block = build(member, self.dialect).map_err(WriteError::Misfit)?;
        Ok(self.contents(&block)?)
    }

    /// Writes contents.
    pub fn contents(&mut self, data: &[u8]) -> io::Result<()> {
        self.written += data.len() as u64;
        if self.buffer.len() + data.len() > CHUNK {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
            if data.len() >= CHUNK {
                return self.out.write_all(data);
            }
        }
        self.buffer.extend_from_slice(data);
        Ok(())
    }

    /// Fills the last block of contents.
    pub fn pad(&mut self) -> io::Result<()> {
        let rest = self.written.next_multiple_of(BLOCK as u64) - self.written;
        self.zeros(rest)
    }

    /// Writes zeros.
    pub fn zeros(&mut self, mut count: u64) -> io::Result<()> {
        const ZEROS: [u8; 8192] = [0; 8192];
        while count > 0 {
            let len = count.min(ZEROS.len() as u64);
            self.contents(&ZEROS[..len as usize])?;
            count -= len;
        }
        Ok(())
    }

    /// Writes the end of the archive; how long it is.
    pub fn finish(mut self) -> io::Result<u64> {
        self.zeros(2 * BLOCK as u64)?;
        let rest = self.written.next_multiple_of(self.record) - self.written;
        self.zeros(rest)?;
        self.out.write_all(&self.buffer)?;
        self.out.finish()?;
        Ok(self.written)
    }
}

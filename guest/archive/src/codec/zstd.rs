//! Zstandard (RFC 8878): frames one after the other.

use super::{Damage, Encoder, exactly};
use crate::input::{CHUNK, Input};
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::{self, Read, Write};

const MAGIC: u32 = 0xFD2F_B528;
/// The first of sixteen magic numbers of frames that hold something else.
const SKIPPABLE: u32 = 0x184D_2A50;

/// The window that the reference decoder allows, too, when nobody says otherwise.
const WINDOW: u64 = 128 << 20;

/// Each frame that is written holds this much. The compressor takes what it compresses as a whole; without a bound
/// a stream would be in memory before its first byte is out.
const FRAME: usize = 4 << 20;

/// Decompresses all frames of a file.
pub struct Reader {
    source: Input,
    decoder: FrameDecoder,
    in_frame: bool,
    first: bool,
}

impl Reader {
    /// Reads the frames of `source`.
    pub fn new(source: Input) -> Reader {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(WINDOW);
        Reader { source, decoder, in_frame: false, first: true }
    }

    /// Finds the next frame; whether there is one.
    fn start(&mut self) -> io::Result<bool> {
        loop {
            let start = self.source.peek(4)?;
            let magic = match *start {
                [a, b, c, d] => u32::from_le_bytes([a, b, c, d]),
                [] if !self.first => return Ok(false),
                _ if self.first || MAGIC.to_le_bytes().starts_with(start) => return Err(Damage::Truncated.into()),
                _ => return Err(Damage::Format.into()),
            };
            if magic & !15 == SKIPPABLE {
                let mut header = [0; 8];
                exactly(&mut self.source, &mut header)?;
                let [.., a, b, c, d] = header;
                let len = u64::from(u32::from_le_bytes([a, b, c, d]));
                if io::copy(&mut (&mut self.source).take(len), &mut io::sink())? != len {
                    return Err(Damage::Truncated.into());
                }
                self.first = false;
                continue;
            }
            if magic != MAGIC {
                return Err(Damage::Format.into());
            }
            self.first = false;
            let begun = self.decoder.reset(&mut self.source);
            begun.map_err(|error| self.damage(&error))?;
            self.in_frame = true;
            return Ok(true);
        }
    }

    fn damage(&self, error: &FrameDecoderError) -> io::Error {
        match error {
            FrameDecoderError::WindowSizeTooBig { .. } => Damage::Memory,
            FrameDecoderError::DictNotProvided { .. } => Damage::Unsupported,
            // The library tells of a missing byte in a dozen ways.
            _ if self.source.ended() => Damage::Truncated,
            _ => Damage::Corrupt,
        }
        .into()
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.in_frame && !self.start()? {
                return Ok(0);
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let decoded = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBytes(CHUNK));
                decoded.map_err(|error| self.damage(&error))?;
            }
            let len = self.decoder.read(buf)?;
            if len > 0 {
                return Ok(len);
            }
            self.in_frame = false;
            let stored = self.decoder.get_checksum_from_data();
            if stored.is_some() && stored != self.decoder.get_calculated_checksum() {
                return Err(Damage::Checksum { contents: true, length: false }.into());
            }
        }
    }
}

/// Compresses into frames of [`FRAME`] bytes.
pub struct Writer<W> {
    out: W,
    pending: Vec<u8>,
    written: bool,
}

impl<W: Write> Writer<W> {
    /// Compresses to `out`. The compressor has one level, which is like level 1 of others.
    pub fn new(out: W) -> Writer<W> {
        Writer { out, pending: Vec::new(), written: false }
    }

    fn frame(&mut self) -> io::Result<()> {
        let packed = compress_to_vec(self.pending.as_slice(), CompressionLevel::Fastest);
        self.pending.clear();
        self.written = true;
        self.out.write_all(&packed)
    }
}

impl<W: Write> Write for Writer<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let len = buf.len().min(FRAME - self.pending.len());
        self.pending.extend_from_slice(&buf[..len]);
        if self.pending.len() == FRAME {
            self.frame()?;
        }
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Encoder for Writer<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.pending.is_empty() || !self.written {
            self.frame()?;
        }
        self.out.flush()
    }
}

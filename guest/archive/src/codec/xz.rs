//! xz's containers and the older `.lzma` files.

use super::{Damage, Encoder, damage};
use crate::input::Input;
pub use lzma_rust2::CheckType as Check;
use lzma_rust2::{LzmaOptions, LzmaReader, XzOptions, XzReader};
use std::io::{self, Read, Write};

/// What a decoder may need, in KiB: the largest preset's dictionary is 64 MiB, and a file that asks for more is
/// more likely to ask for everything.
const MEMORY_KIB: u32 = 512 << 10;

/// Decompresses a whole file.
pub struct Reader(Kind);

enum Kind {
    Xz(Box<XzReader<Input>>),
    /// The header of an `.lzma` file is read with the first data.
    LzmaStart(Option<Input>),
    Lzma(Box<LzmaReader<Input>>),
}

impl Reader {
    /// Reads the containers of `source`.
    pub fn xz(source: Input) -> Reader {
        Reader(Kind::Xz(Box::new(XzReader::new_mem_limit(source, true, MEMORY_KIB))))
    }

    /// Reads an `.lzma` file.
    pub fn lzma(source: Input) -> Reader {
        Reader(Kind::LzmaStart(Some(source)))
    }
}

impl Read for Reader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Kind::LzmaStart(source) = &mut self.0 {
            let source = source.take().ok_or(Damage::Corrupt)?;
            let mut reader = LzmaReader::new_mem_limit(source, MEMORY_KIB, None).map_err(damage)?;
            reader.set_relaxed_end_condition(true);
            self.0 = Kind::Lzma(Box::new(reader));
        }
        match &mut self.0 {
            Kind::Xz(reader) => reader.read(buf).map_err(damage),
            Kind::Lzma(reader) => reader.read(buf).map_err(damage),
            Kind::LzmaStart(_) => Ok(0),
        }
    }
}

/// Compresses into one container.
pub struct XzWriter<W: Write>(lzma_rust2::XzWriter<W>);

impl<W: Write> XzWriter<W> {
    /// Compresses to `out` with a preset of 0 to 9.
    pub fn new(out: W, preset: u32, check: Check) -> io::Result<XzWriter<W>> {
        let mut options = XzOptions::with_preset(preset.min(9));
        options.set_check_sum_type(check);
        Ok(XzWriter(lzma_rust2::XzWriter::new(out, options)?))
    }
}

impl<W: Write> Write for XzWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        // The library's flush ends a chunk; only the end of the file shall.
        Ok(())
    }
}

impl<W: Write> Encoder for XzWriter<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.flush()
    }
}

/// Compresses into an `.lzma` file.
pub struct LzmaWriter<W: Write>(lzma_rust2::LzmaWriter<W>);

impl<W: Write> LzmaWriter<W> {
    /// Compresses to `out` with a preset of 0 to 9.
    pub fn new(out: W, preset: u32) -> io::Result<LzmaWriter<W>> {
        let options = LzmaOptions::with_preset(preset.min(9));
        Ok(LzmaWriter(lzma_rust2::LzmaWriter::new_use_header(out, &options, None)?))
    }
}

impl<W: Write> Write for LzmaWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Encoder for LzmaWriter<W> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.flush()
    }
}

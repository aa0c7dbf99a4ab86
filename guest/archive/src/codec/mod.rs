//! Compressed streams: a reader and a writer for each format.

pub mod bzip2;
pub mod gzip;
pub mod xz;
pub mod zstd;

use crate::input::Input;
use agentfense_sys::Errno;
use std::fmt;
use std::io::{self, Read, Write};

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 1952.
    Gzip,
    /// bzip2's.
    Bzip2,
    /// xz's containers.
    Xz,
    /// The older format of the LZMA utilities.
    Lzma,
    /// RFC 8878.
    Zstd,
}

/// What is wrong with a compressed stream. Travels inside an [`io::Error`]; see [`Damage::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It does not begin as the format does.
    Format,
    /// It ends too early.
    Truncated,
    /// What is there cannot be decoded.
    Corrupt,
    /// Everything was decoded, but it is not what was compressed.
    Checksum {
        /// The checksum of the contents differs.
        contents: bool,
        /// The length of the contents differs.
        length: bool,
    },
    /// A method or flag that is not known.
    Unsupported,
    /// Decoding needs more memory than is allowed.
    Memory,
    /// Everything was decoded, and something else follows.
    TrailingGarbage,
    /// Everything was decoded, and zeros follow.
    TrailingZeros,
}

impl Damage {
    /// The damage that a read failed for; absent when it failed for another reason.
    pub fn of(error: &io::Error) -> Option<Damage> {
        error.get_ref().and_then(|inner| inner.downcast_ref()).copied()
    }

    /// Whether the contents are all there.
    pub fn is_harmless(self) -> bool {
        matches!(self, Damage::TrailingGarbage | Damage::TrailingZeros)
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::Format => "file format not recognized",
            Damage::Truncated => "unexpected end of file",
            Damage::Corrupt | Damage::Checksum { .. } => "compressed data is corrupt",
            Damage::Unsupported => "unsupported options",
            Damage::Memory => "memory usage limit reached",
            Damage::TrailingGarbage => "trailing garbage ignored",
            Damage::TrailingZeros => "trailing zero bytes ignored",
        })
    }
}

impl std::error::Error for Damage {}

impl From<Damage> for io::Error {
    fn from(damage: Damage) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, damage)
    }
}

/// An error of a decoder's library: the kernel's own pass, the others tell of damage.
fn damage(error: io::Error) -> io::Error {
    if error.get_ref().is_some_and(|inner| inner.is::<Errno>() || inner.is::<Damage>()) {
        return error;
    }
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Damage::Truncated.into(),
        io::ErrorKind::OutOfMemory => Damage::Memory.into(),
        io::ErrorKind::Unsupported => Damage::Unsupported.into(),
        _ => Damage::Corrupt.into(),
    }
}

/// A reader that takes `len` bytes or tells of a truncated stream.
fn exactly(source: &mut Input, buffer: &mut [u8]) -> io::Result<()> {
    source.read_exact(buffer).map_err(damage)
}

/// A writer that has something to write at its end.
pub trait Encoder: Write {
    /// Writes what is left.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl Format {
    /// The format of a stream that begins so; six bytes tell all of them.
    pub fn detect(start: &[u8]) -> Option<Format> {
        match start {
            [0x1f, 0x8b, ..] => Some(Format::Gzip),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Format::Bzip2),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Format::Xz),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Format::Zstd),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Format::Zstd),
            // No magic: properties that everyone uses and the size of a dictionary that someone would.
            [0x5d, 0, 0, low, high, ..] if (*low != 0 || *high != 0) && *high <= 8 => Some(Format::Lzma),
            _ => None,
        }
    }

    /// The format that a file's name promises, as `tar -a` reads it.
    pub fn of_name(name: &[u8]) -> Option<Format> {
        const SUFFIXES: &[(&str, Format)] = &[
            (".gz", Format::Gzip),
            (".tgz", Format::Gzip),
            (".taz", Format::Gzip),
            (".bz2", Format::Bzip2),
            (".tz2", Format::Bzip2),
            (".tbz2", Format::Bzip2),
            (".tbz", Format::Bzip2),
            (".xz", Format::Xz),
            (".txz", Format::Xz),
            (".lzma", Format::Lzma),
            (".tlz", Format::Lzma),
            (".zst", Format::Zstd),
            (".tzst", Format::Zstd),
        ];
        SUFFIXES.iter().find(|(suffix, _)| name.ends_with(suffix.as_bytes())).map(|&(_, format)| format)
    }

    /// The command that is known for it.
    pub fn command(self) -> &'static str {
        match self {
            Format::Gzip => "gzip",
            Format::Bzip2 => "bzip2",
            Format::Xz => "xz",
            Format::Lzma => "lzma",
            Format::Zstd => "zstd",
        }
    }

    /// The level that its command compresses with when nobody says.
    pub fn default_level(self) -> u32 {
        match self {
            Format::Gzip | Format::Xz | Format::Lzma => 6,
            Format::Bzip2 => 9,
            Format::Zstd => 3,
        }
    }

    /// What `source` holds, decompressed.
    pub fn decoder(self, source: Input) -> Box<dyn Read> {
        match self {
            Format::Gzip => Box::new(gzip::Reader::new(source)),
            Format::Bzip2 => Box::new(bzip2::Reader::new(source)),
            Format::Xz => Box::new(xz::Reader::xz(source)),
            Format::Lzma => Box::new(xz::Reader::lzma(source)),
            Format::Zstd => Box::new(zstd::Reader::new(source)),
        }
    }

    /// Compresses to `out`.
    pub fn encoder(self, level: u32, out: Box<dyn Write>) -> io::Result<Box<dyn Encoder>> {
        Ok(match self {
            Format::Gzip => Box::new(gzip::Writer::new(out, level, &gzip::Header::default())?),
            Format::Bzip2 => Box::new(bzip2::Writer::new(out, level)),
            Format::Xz => Box::new(xz::XzWriter::new(out, level, xz::Check::Crc64)?),
            Format::Lzma => Box::new(xz::LzmaWriter::new(out, level)?),
            Format::Zstd => Box::new(zstd::Writer::new(out)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::rc::Rc;

    const ALL: [Format; 5] = [Format::Gzip, Format::Bzip2, Format::Xz, Format::Lzma, Format::Zstd];

    /// A place to write that can be looked at afterwards.
    #[derive(Clone, Default)]
    struct Shared(Rc<RefCell<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(buf);
            Ok(buf.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn compress(format: Format, data: &[u8]) -> Vec<u8> {
        let shared = Shared::default();
        let mut encoder = format.encoder(format.default_level(), Box::new(shared.clone())).unwrap();
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap();
        shared.0.take()
    }

    fn decompress(format: Format, data: &[u8]) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        format.decoder(Input::new(io::Cursor::new(data.to_vec()))).read_to_end(&mut out)?;
        Ok(out)
    }

    fn sample() -> Vec<u8> {
        (0..40_000u32).flat_map(|n| (n.wrapping_mul(n) / 7).to_string().into_bytes()).collect()
    }

    #[test]
    fn everything_comes_back() {
        for format in ALL {
            for data in [&b""[..], b"x", &sample(), &vec![0; 10_000_000]] {
                let packed = compress(format, data);
                assert_eq!(Format::detect(&packed), Some(format));
                assert!(decompress(format, &packed).unwrap() == data, "{format:?} of {}", data.len());
            }
        }
    }

    #[test]
    fn streams_follow_each_other() {
        for format in [Format::Gzip, Format::Bzip2, Format::Xz, Format::Zstd] {
            let twice = [compress(format, b"one "), compress(format, b"two")].concat();
            assert_eq!(decompress(format, &twice).unwrap(), b"one two", "{format:?}");
        }
    }

    #[test]
    fn every_truncation_is_told() {
        let data = &sample()[..3000];
        for format in ALL {
            let packed = compress(format, data);
            for len in (1..packed.len()).step_by(if packed.len() > 2000 { 7 } else { 1 }) {
                let error = decompress(format, &packed[..len]).unwrap_err();
                assert_eq!(Damage::of(&error), Some(Damage::Truncated), "{format:?} at {len}: {error}");
            }
        }
    }

    #[test]
    fn corruption_is_an_error_and_no_panic() {
        let data = &sample()[..5000];
        for format in ALL {
            let packed = compress(format, data);
            for at in 0..packed.len() {
                for change in [0x01, 0x80, 0xff] {
                    let mut broken = packed.clone();
                    broken[at] ^= change;
                    // A flag that changes nothing of the contents may pass.
                    match decompress(format, &broken) {
                        Ok(out) => assert!(out == data || format == Format::Lzma, "{format:?} at {at}"),
                        Err(error) => assert!(Damage::of(&error).is_some(), "{format:?} at {at}: {error}"),
                    }
                }
            }
        }
    }

    #[test]
    fn names_promise_formats() {
        assert_eq!(Format::of_name(b"a.tar.gz"), Some(Format::Gzip));
        assert_eq!(Format::of_name(b"a.tzst"), Some(Format::Zstd));
        assert_eq!(Format::of_name(b"a.tar"), None);
    }
}

//! base64, piece by piece.

use crate::fail;
use agentfense_support::Failure;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use std::io::{self, Write};

/// The last characters of a piece may have bits that mean nothing.
const ENGINE: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Bytes to characters, in lines.
pub struct Encoder {
    /// Characters in a line; 0 for one line without a newline.
    width: usize,
    column: usize,
    rest: Vec<u8>,
}

impl Encoder {
    /// With lines of so many characters.
    pub fn new(width: usize) -> Encoder {
        Encoder { width, column: 0, rest: Vec::new() }
    }

    /// Encodes more bytes.
    pub fn encode(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        self.rest.extend_from_slice(bytes);
        let whole = self.rest.len() - self.rest.len() % 3;
        let rest = self.rest.split_off(whole);
        let ready = std::mem::replace(&mut self.rest, rest);
        self.put(&ENGINE.encode(ready), out)
    }

    /// Ends the text.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        let rest = ENGINE.encode(&self.rest);
        self.put(&rest, out)?;
        if self.column > 0 && self.width > 0 { out.write_all(b"\n") } else { Ok(()) }
    }

    fn put(&mut self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut text = text.as_bytes();
        while !text.is_empty() {
            let space = if self.width == 0 { text.len() } else { (self.width - self.column).min(text.len()) };
            out.write_all(&text[..space])?;
            self.column += space;
            text = &text[space..];
            if self.width > 0 && self.column == self.width {
                out.write_all(b"\n")?;
                self.column = 0;
            }
        }
        Ok(())
    }
}

/// Characters to bytes; white space is left out.
#[derive(Default)]
pub struct Decoder {
    rest: Vec<u8>,
    /// The padding was there: nothing more is read.
    over: bool,
}

impl Decoder {
    /// Decodes more characters.
    pub fn decode(&mut self, text: &[u8]) -> Result<Vec<u8>, Failure> {
        if self.over {
            return Ok(Vec::new());
        }
        self.rest.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        let whole = self.rest.len() - self.rest.len() % 4;
        let rest = self.rest.split_off(whole);
        let ready = std::mem::replace(&mut self.rest, rest);
        let end = ready.iter().position(|byte| *byte == b'=').map_or(ready.len(), |at| (at / 4 + 1) * 4);
        self.over = end < ready.len() || ready.ends_with(b"=");
        ENGINE.decode(&ready[..end]).map_err(|_| fail("error reading input file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_back() {
        let data: Vec<u8> = (0..100).collect();
        let mut text = Vec::new();
        let mut encoder = Encoder::new(64);
        data.chunks(7).for_each(|piece| encoder.encode(piece, &mut text).unwrap());
        encoder.finish(&mut text).unwrap();
        assert_eq!(text.iter().position(|byte| *byte == b'\n'), Some(64));
        assert!(text.ends_with(b"Yw==\n"));
        let mut decoder = Decoder::default();
        let back: Vec<u8> = text.chunks(5).flat_map(|piece| decoder.decode(piece).unwrap()).collect();
        assert_eq!(back, data);
        assert!(Decoder::default().decode(b"ab*d").is_err());
    }
}

//! From bytes to characters.

use super::names::{Encoding, Order};
use encoding_rs::DecoderResult;

/// Why bytes are no character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Illegal,
    /// The input ends inside a character.
    Incomplete,
}

/// Decodes text that comes in pieces.
pub struct Decoder {
    encoding: Encoding,
    known: Option<encoding_rs::Decoder>,
    /// The bytes of a character that is not complete.
    pending: Vec<u8>,
    /// A mark at the start said big endian; or it said little, or there was none.
    big: Option<bool>,
}

/// The next character, and how many bytes it takes; absent if there are too few.
type Step = Option<(Result<char, Fault>, usize)>;

impl Decoder {
    pub fn new(encoding: Encoding) -> Decoder {
        let known = match encoding {
            Encoding::Known(known) => Some(known.new_decoder_without_bom_handling()),
            _ => None,
        };
        Decoder { encoding, known, pending: Vec::new(), big: None }
    }

    /// Gives each character (or fault) of `input`, with the number of its bytes, to `each`, until that fails.
    pub fn feed(
        &mut self,
        input: &[u8],
        last: bool,
        mut each: impl FnMut(Result<char, Fault>, usize) -> Result<(), String>,
    ) -> Result<(), String> {
        if let Some(decoder) = &mut self.known {
            return feed_known(decoder, input, last, each);
        }
        let mut joined: Vec<u8>;
        let mut rest = if self.pending.is_empty() {
            input
        } else {
            joined = std::mem::take(&mut self.pending);
            joined.extend_from_slice(input);
            &joined[..]
        };
        if self.big.is_none()
            && let Some(width) = self.mark_width()
        {
            if rest.len() < width && !last {
                self.pending = rest.to_vec();
                return Ok(());
            }
            let (big, little): (&[u8], &[u8]) =
                if width == 2 { (b"\xfe\xff", b"\xff\xfe") } else { (b"\0\0\xfe\xff", b"\xff\xfe\0\0") };
            self.big = Some(rest.starts_with(big));
            rest = rest.strip_prefix(big).or_else(|| rest.strip_prefix(little)).unwrap_or(rest);
        }
        while !rest.is_empty() {
            let Some((unit, bytes)) = self.step(rest) else { break };
            each(unit, bytes)?;
            rest = &rest[bytes..];
        }
        if last && !rest.is_empty() {
            return each(Err(Fault::Incomplete), rest.len());
        }
        self.pending = rest.to_vec();
        Ok(())
    }

    /// The length of the byte order mark that the encoding may start with.
    fn mark_width(&self) -> Option<usize> {
        match self.encoding {
            Encoding::Utf16(Order::Marked) => Some(2),
            Encoding::Utf32(Order::Marked) => Some(4),
            _ => None,
        }
    }

    fn step(&self, bytes: &[u8]) -> Step {
        let first = *bytes.first()?;
        let is_big = |order| order == Order::Big || (order == Order::Marked && self.big == Some(true));
        match self.encoding {
            Encoding::Ascii if first.is_ascii() => Some((Ok(char::from(first)), 1)),
            Encoding::Ascii => Some((Err(Fault::Illegal), 1)),
            Encoding::Latin1 => Some((Ok(char::from(first)), 1)),
            Encoding::Utf8 => utf8(&bytes[..bytes.len().min(4)]),
            Encoding::Utf16(order) => utf16(bytes, if is_big(order) { u16::from_be_bytes } else { u16::from_le_bytes }),
            Encoding::Utf32(order) => {
                let unit = *bytes.first_chunk::<4>()?;
                let value = if is_big(order) { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
                Some((char::from_u32(value).ok_or(Fault::Illegal), 4))
            }
            // These have a decoder of their own.
            Encoding::Known(_) => Some((Err(Fault::Illegal), 1)),
        }
    }
}

fn utf8(bytes: &[u8]) -> Step {
    let (valid, error) = match std::str::from_utf8(bytes) {
        Ok(text) => (text, None),
        Err(error) => (std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(), Some(error)),
    };
    match (valid.chars().next(), error.and_then(|error| error.error_len())) {
        (Some(c), _) => Some((Ok(c), c.len_utf8())),
        (None, Some(length)) => Some((Err(Fault::Illegal), length)),
        (None, None) => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Step {
    let high = unit(*bytes.first_chunk()?);
    match high {
        0xd800..0xdc00 => {
            let low = unit(*bytes.get(2..)?.first_chunk()?);
            match char::decode_utf16([high, low]).next() {
                Some(Ok(c)) => Some((Ok(c), 4)),
                _ => Some((Err(Fault::Illegal), 2)),
            }
        }
        _ => Some((char::from_u32(u32::from(high)).ok_or(Fault::Illegal), 2)),
    }
}

fn feed_known(
    decoder: &mut encoding_rs::Decoder,
    mut input: &[u8],
    last: bool,
    mut each: impl FnMut(Result<char, Fault>, usize) -> Result<(), String>,
) -> Result<(), String> {
    let mut text = [0; 4096];
    loop {
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(input, &mut text, last);
        let decoded = std::str::from_utf8(&text[..written]).unwrap_or_default();
        // Where in the input each character was is not known: the last one gets all bytes.
        let mut characters = decoded.chars().peekable();
        while let Some(c) = characters.next() {
            each(Ok(c), if characters.peek().is_none() { read } else { 0 })?;
        }
        input = &input[read..];
        match result {
            DecoderResult::InputEmpty => return Ok(()),
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => each(Err(Fault::Illegal), if decoded.is_empty() { read } else { 0 })?,
        }
    }
}

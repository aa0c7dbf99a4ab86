//! From characters to bytes.

use super::names::{Encoding, Order};
use encoding_rs::EncoderResult;

/// Encodes characters one by one.
pub struct Encoder {
    encoding: Encoding,
    known: Option<encoding_rs::Encoder>,
    transliterate: bool,
    started: bool,
    output: Vec<u8>,
}

/// What stands in for characters that an encoding lacks, besides letters without their accents.
const STAND_INS: &[(char, &str)] = &[
    ('\u{a0}', " "),
    ('©', "(C)"),
    ('«', "<<"),
    ('\u{ad}', "-"),
    ('®', "(R)"),
    ('»', ">>"),
    ('¼', " 1/4 "),
    ('½', " 1/2 "),
    ('¾', " 3/4 "),
    ('Æ', "AE"),
    ('×', "x"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('Œ', "OE"),
    ('œ', "oe"),
    ('–', "-"),
    ('—', "--"),
    ('‐', "-"),
    ('‑', "-"),
    ('‘', "'"),
    ('’', "'"),
    ('‚', ","),
    ('‛', "'"),
    ('“', "\""),
    ('”', "\""),
    ('„', ",,"),
    ('†', "+"),
    ('•', "o"),
    ('…', "..."),
    ('‹', "<"),
    ('›', ">"),
    ('€', "EUR"),
    ('™', "(TM)"),
    ('−', "-"),
    ('ﬀ', "ff"),
    ('ﬁ', "fi"),
    ('ﬂ', "fl"),
    ('\u{200b}', ""),
    ('\u{feff}', ""),
    ('Ø', "O"),
    ('ø', "o"),
    ('Ł', "L"),
    ('ł', "l"),
    ('Đ', "D"),
    ('đ', "d"),
];

/// Letters with accents, after the letter they are without.
const ACCENTS: &[(char, &str)] = &[
    ('A', "ÀÁÂÃÄÅĀĂĄ"),
    ('C', "ÇĆĈĊČ"),
    ('D', "Ď"),
    ('E', "ÈÉÊËĒĔĖĘĚ"),
    ('G', "ĜĞĠĢ"),
    ('H', "Ĥ"),
    ('I', "ÌÍÎÏĨĪĬĮİ"),
    ('J', "Ĵ"),
    ('K', "Ķ"),
    ('L', "ĹĻĽ"),
    ('N', "ÑŃŅŇ"),
    ('O', "ÒÓÔÕÖŌŎŐ"),
    ('R', "ŔŖŘ"),
    ('S', "ŚŜŞŠȘ"),
    ('T', "ŢŤȚ"),
    ('U', "ÙÚÛÜŨŪŬŮŰŲ"),
    ('W', "Ŵ"),
    ('Y', "ÝŶŸ"),
    ('Z', "ŹŻŽ"),
    ('a', "àáâãäåāăą"),
    ('c', "çćĉċč"),
    ('d', "ď"),
    ('e', "èéêëēĕėęě"),
    ('g', "ĝğġģ"),
    ('h', "ĥ"),
    ('i', "ìíîïĩīĭį"),
    ('j', "ĵ"),
    ('k', "ķ"),
    ('l', "ĺļľ"),
    ('n', "ñńņň"),
    ('o', "òóôõöōŏő"),
    ('r', "ŕŗř"),
    ('s', "śŝşšș"),
    ('t', "ţťț"),
    ('u', "ùúûüũūŭůűų"),
    ('w', "ŵ"),
    ('y', "ýÿŷ"),
    ('z', "źżž"),
];

impl Encoder {
    pub fn new(encoding: Encoding, transliterate: bool) -> Encoder {
        let known = match encoding {
            Encoding::Known(known) => Some(known.new_encoder()),
            _ => None,
        };
        Encoder { encoding, known, transliterate, started: false, output: Vec::new() }
    }

    /// Adds a character to the output; whether the encoding has it, or something for it.
    pub fn put(&mut self, c: char) -> bool {
        if self.plain(c) {
            return true;
        }
        if !self.transliterate {
            return false;
        }
        if let Some((_, text)) = STAND_INS.iter().find(|(from, _)| *from == c) {
            return text.chars().all(|c| self.plain(c));
        }
        let base = ACCENTS.iter().find(|(_, accented)| accented.contains(c)).map(|(base, _)| *base);
        self.plain(base.unwrap_or('?'))
    }

    /// Ends the text: some encodings go back to where they began.
    pub fn finish(&mut self) {
        if let Some(encoder) = &mut self.known {
            let mut bytes = [0; 32];
            let (_, _, written) = encoder.encode_from_utf8_without_replacement("", &mut bytes, true);
            self.output.extend_from_slice(&bytes[..written]);
        }
    }

    /// What was put out so far.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    fn plain(&mut self, c: char) -> bool {
        if !std::mem::replace(&mut self.started, true)
            && matches!(self.encoding, Encoding::Utf16(Order::Marked) | Encoding::Utf32(Order::Marked))
        {
            self.unicode('\u{feff}');
        }
        self.unicode(c)
    }

    fn unicode(&mut self, c: char) -> bool {
        let value = u32::from(c);
        match self.encoding {
            Encoding::Ascii if value >= 0x80 => return false,
            Encoding::Latin1 if value >= 0x100 => return false,
            Encoding::Ascii | Encoding::Latin1 => self.output.push(value as u8),
            Encoding::Utf8 => self.output.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Encoding::Utf16(order) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let bytes = if order == Order::Big { unit.to_be_bytes() } else { unit.to_le_bytes() };
                    self.output.extend_from_slice(&bytes);
                }
            }
            Encoding::Utf32(order) => {
                let bytes = if order == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() };
                self.output.extend_from_slice(&bytes);
            }
            Encoding::Known(_) => {
                let Some(encoder) = &mut self.known else { return false };
                let mut bytes = [0; 32];
                let text = c.encode_utf8(&mut [0; 4]).to_owned();
                let (result, _, written) = encoder.encode_from_utf8_without_replacement(&text, &mut bytes, false);
                self.output.extend_from_slice(&bytes[..written]);
                return result == EncoderResult::InputEmpty;
            }
        }
        true
    }
}

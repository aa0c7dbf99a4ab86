//! Names that are not UTF-8.
//!
//! Strings of the kernel interface are UTF-8, names on Unix are bytes. A byte that is not part of
//! valid UTF-8 travels as one character of U+EF80..U+EFFF (0x80 as U+EF80 and so on). A name that
//! really holds such a character has each byte of it escaped the same way, so every sequence of
//! bytes has one escaped form and comes back as it was.

use std::borrow::Cow;
use std::ffi::OsStr;

/// The private-use characters that stand for the bytes 0x80..=0xff start here, less 0x80.
const BASE: u32 = 0xEF00;

/// The first byte of the UTF-8 form of every escape character.
const LEAD: u8 = 0xEE;

fn escape_char(byte: u8) -> char {
    // Always a private-use character for a byte of 0x80 and above, which is all that is passed.
    char::from_u32(BASE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn escaped_byte(c: char) -> Option<u8> {
    match c {
        '\u{EF80}'..='\u{EFFF}' => Some((u32::from(c) - BASE) as u8),
        _ => None,
    }
}

/// The form in which a name crosses the interface.
pub fn to_wasi(name: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(name)
        && !(name.contains(&LEAD) && text.chars().any(|c| escaped_byte(c).is_some()))
    {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(name.len() + 16);
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if escaped_byte(c).is_some() {
                escaped.extend(c.encode_utf8(&mut [0; 4]).bytes().map(escape_char));
            } else {
                escaped.push(c);
            }
        }
        escaped.extend(chunk.invalid().iter().copied().map(escape_char));
    }
    Cow::Owned(escaped)
}

/// The name that a string of the interface stands for.
pub fn from_wasi(escaped: &str) -> Cow<'_, [u8]> {
    if !escaped.as_bytes().contains(&LEAD) {
        return Cow::Borrowed(escaped.as_bytes());
    }
    let mut name = Vec::with_capacity(escaped.len());
    for c in escaped.chars() {
        match escaped_byte(c) {
            Some(byte) => name.push(byte),
            None => name.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(name)
}

/// Like [`from_wasi`] for an owned string, without a copy where nothing was escaped.
pub fn from_wasi_string(escaped: String) -> Vec<u8> {
    match from_wasi(&escaped) {
        Cow::Owned(name) => name,
        Cow::Borrowed(_) => escaped.into_bytes(),
    }
}

/// The name in an `OsStr` that libc got from the kernel (arguments, environment).
pub fn from_os(escaped: &OsStr) -> Vec<u8> {
    match escaped.to_str() {
        Some(text) => from_wasi(text).into_owned(),
        // Not from the kernel: the kernel hands out UTF-8 only.
        None => escaped.as_encoded_bytes().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(name: &[u8]) {
        let escaped = to_wasi(name).into_owned();
        assert_eq!(from_wasi(&escaped), name, "{escaped:?}");
        assert_eq!(from_wasi_string(escaped), name);
    }

    #[test]
    fn text_is_untouched() {
        assert!(matches!(to_wasi("a/é/日本".as_bytes()), Cow::Borrowed("a/é/日本")));
        // U+E000 shares the escapes' first byte but is none.
        assert!(matches!(to_wasi("\u{E000}".as_bytes()), Cow::Borrowed(_)));
        assert!(matches!(from_wasi("plain"), Cow::Borrowed(b"plain")));
    }

    #[test]
    fn invalid_bytes_become_private_characters() {
        assert_eq!(to_wasi(b"a\x80\xff"), "a\u{EF80}\u{EFFF}");
        assert_eq!(from_wasi("a\u{EF80}\u{EFFF}"), &b"a\x80\xff"[..]);
    }

    #[test]
    fn a_real_escape_character_comes_back() {
        assert_eq!(to_wasi("\u{EF80}".as_bytes()), "\u{EFEE}\u{EFBE}\u{EF80}");
        round_trip("x\u{EF80}\u{EFFF}y".as_bytes());
    }

    #[test]
    fn every_pair_of_bytes_comes_back_and_differs() {
        let mut seen = std::collections::HashSet::new();
        for a in 0..=255u8 {
            for b in 0..=255u8 {
                round_trip(&[a, b]);
                round_trip(&[0xEE, a, b]);
                assert!(seen.insert(to_wasi(&[a, b]).into_owned()));
            }
        }
    }
}

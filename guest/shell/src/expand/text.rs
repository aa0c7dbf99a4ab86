//! Characters in byte strings, as the C.UTF-8 locale has them: a UTF-8
//! sequence is one character, a byte that is part of none is one too. In the C
//! locale every byte is one.

use std::cell::Cell;

thread_local! {
    /// LC_ALL and its kin name the C locale. Of the process, as a C library's
    /// locale is: everything that counts characters would have to carry it.
    static BYTES: Cell<bool> = const { Cell::new(false) };
    /// A variable that names the locale has changed since it was looked at.
    static STALE: Cell<bool> = const { Cell::new(false) };
}

/// Chooses between the C locale and C.UTF-8.
pub fn set_bytes(bytes: bool) {
    BYTES.set(bytes);
    STALE.set(false);
}

/// To be called when the variables that name the locale may have changed.
pub fn locale_changed() {
    STALE.set(true);
}

/// Whether characters are UTF-8, as against single bytes.
pub fn is_utf8() -> bool {
    !BYTES.get()
}

/// Whether `set_bytes` is due.
#[inline]
pub fn is_locale_stale() -> bool {
    STALE.get()
}

/// The length of the first character. 0 only for empty text.
#[inline]
pub fn char_len(text: &[u8]) -> usize {
    match text.first() {
        None => 0,
        Some(byte) if *byte < 0x80 => 1,
        Some(_) => decode(text).1,
    }
}

/// What a byte that is no character counts as: beyond every code point.
pub const INVALID: u32 = 0x11_0000;

/// The first character's code (`INVALID` plus the byte if it is none) and length.
#[inline]
pub fn decode(text: &[u8]) -> (u32, usize) {
    match text.first() {
        None => (INVALID, 0),
        Some(byte) if *byte < 0x80 => (u32::from(*byte), 1),
        Some(byte) if BYTES.get() => (INVALID + u32::from(*byte), 1),
        Some(byte) => match bstr::decode_utf8(text) {
            (Some(c), len) => (u32::from(c), len),
            (None, _) => (INVALID + u32::from(*byte), 1),
        },
    }
}

/// The number of characters.
pub fn char_count(text: &[u8]) -> usize {
    if BYTES.get() || text.is_ascii() {
        return text.len();
    }
    let mut count = 0;
    let mut rest = text;
    while !rest.is_empty() {
        rest = &rest[char_len(rest)..];
        count += 1;
    }
    count
}

/// Where character number `index` starts; the text's length if there are fewer.
pub fn char_offset(text: &[u8], index: usize) -> usize {
    if BYTES.get() || text.is_ascii() {
        return index.min(text.len());
    }
    let mut at = 0;
    for _ in 0..index {
        if at >= text.len() {
            break;
        }
        at += char_len(&text[at..]);
    }
    at.min(text.len())
}

/// Appends a character's bytes.
pub fn push_code(out: &mut Vec<u8>, code: u32) {
    if let Some(byte) = code.checked_sub(INVALID) {
        out.push(byte as u8);
    } else if let Some(c) = char::from_u32(code) {
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    } else {
        agentfense_twins::escapes::encode(out, code);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_characters_in_the_c_locale() {
        set_bytes(true);
        let counted = (char_count("é!".as_bytes()), char_offset("é!".as_bytes(), 2), char_len("é".as_bytes()));
        set_bytes(false);
        assert_eq!(counted, (3, 2, 1));
        assert_eq!(char_count("é!".as_bytes()), 2);
    }

    #[test]
    fn invalid_bytes_are_characters() {
        assert_eq!(char_count(b"a\xff\xc3\xa9z"), 4);
        assert_eq!(char_offset(b"a\xff\xc3\xa9z", 3), 4);
        assert_eq!(char_len(b"\xe2\x82"), 1);
    }
}

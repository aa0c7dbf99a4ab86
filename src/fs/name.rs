//! File names: what is a valid component, and how host names that are not
//! UTF-8 travel as strings.
//!
//! A byte that is not part of valid UTF-8 becomes one character of
//! U+EF80..=U+EFFF (byte 0x80 is U+EF80, and so on). A name that really holds
//! such a character has each byte of it escaped the same way, so the mapping
//! is reversible.

use super::{Errno, Result};
use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

/// The longest component, in bytes (of the host's form).
pub const NAME_MAX: usize = 255;
/// The longest path, in bytes.
pub const PATH_MAX: usize = 4096;

const FIRST: u32 = 0xEF80;
const LAST: u32 = 0xEFFF;

fn is_escape(c: char) -> bool {
    (FIRST..=LAST).contains(&u32::from(c))
}

fn push_byte(out: &mut String, byte: u8) {
    // 0x80..=0xFF only: every caller passes a byte that is not ASCII.
    if let Some(c) = char::from_u32(FIRST - 0x80 + u32::from(byte)) {
        out.push(c);
    }
}

/// Bytes of the host as a string of the sandbox.
pub fn escape(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.chars().any(is_escape)
    {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_escape(c) {
                let mut buffer = [0; 4];
                for byte in c.encode_utf8(&mut buffer).bytes() {
                    push_byte(&mut out, byte);
                }
            } else {
                out.push(c);
            }
        }
        for &byte in chunk.invalid() {
            push_byte(&mut out, byte);
        }
    }
    Cow::Owned(out)
}

/// The bytes that a string stands for.
pub fn unescape(text: &str) -> Cow<'_, [u8]> {
    if !text.chars().any(is_escape) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut out = Vec::with_capacity(text.len());
    for c in text.chars() {
        if is_escape(c) {
            out.push((u32::from(c) - FIRST) as u8 | 0x80);
        } else {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Cow::Owned(out)
}

/// A host name as a string of the sandbox.
pub fn from_host(name: &OsStr) -> String {
    escape(name.as_encoded_bytes()).into_owned()
}

/// A string of the sandbox as host text. `Inval` for a string that no host
/// name maps to: two strings must never name one file, or a rule about the
/// one could be evaded through the other.
pub fn to_host(text: &str) -> Result<OsString> {
    if !is_canonical(text) {
        return Err(Errno::Inval);
    }
    let bytes = unescape(text);
    crate::platform::os_string(bytes.into_owned()).ok_or(Errno::Inval)
}

/// Whether some host text maps to this string.
pub fn is_canonical(text: &str) -> bool {
    match unescape(text) {
        Cow::Borrowed(_) => true,
        Cow::Owned(bytes) => escape(&bytes) == text,
    }
}

/// Checks one component: not empty, not `.` or `..`, no slash, no NUL, not
/// too long, no second spelling of another name.
pub fn check(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Errno::NoEnt);
    }
    if name == "." || name == ".." || name.bytes().any(|b| b == b'/' || b == 0) {
        return Err(Errno::Inval);
    }
    // Also where no host is involved: a name that a commit could not write
    // would be a way to make every commit fail.
    if !is_canonical(name) {
        return Err(Errno::Inval);
    }
    // An escape takes three bytes for one of the host's.
    if name.len() > NAME_MAX && unescape(name).len() > NAME_MAX {
        return Err(Errno::NameTooLong);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip() {
        for bytes in [
            &b"plain"[..],
            b"caf\xc3\xa9",
            b"\xff\xfe",
            b"a\x80b\xc3",
            b"\xee\xbe\x80",      // a real U+EF80
            b"x\xee\xbe\x80\xff", // with a stray byte behind
            b"new\nline",
        ] {
            let text = escape(bytes);
            assert_eq!(&*unescape(&text), bytes, "{text:?}");
        }
        assert_eq!(escape(b"\xff"), "\u{efff}");
        assert_eq!(escape(b"\xee\xbe\x80"), "\u{efee}\u{efbe}\u{ef80}");
    }

    #[test]
    fn aliases_are_refused() {
        // The escaped bytes of a valid character would name the same file.
        assert_eq!(to_host("\u{efc3}\u{efa9}"), Err(Errno::Inval));
        assert!(to_host("caf\u{e9}").is_ok());
    }

    #[test]
    fn components() {
        assert_eq!(check(""), Err(Errno::NoEnt));
        assert_eq!(check(".."), Err(Errno::Inval));
        assert_eq!(check("a/b"), Err(Errno::Inval));
        assert_eq!(check("a\0b"), Err(Errno::Inval));
        assert_eq!(check(&"x".repeat(256)), Err(Errno::NameTooLong));
        assert_eq!(check(&"x".repeat(255)), Ok(()));
        assert_eq!(check(&"\u{efff}".repeat(255)), Ok(()));
        assert_eq!(check(&"\u{efff}".repeat(256)), Err(Errno::NameTooLong));
    }
}

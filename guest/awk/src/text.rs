//! Strings of bytes that are cheap to copy.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;

/// What fits without an allocation: most fields and array keys do.
const INLINE: usize = 22;

/// A string of bytes.
#[derive(Clone)]
pub struct Text(Repr);

#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Shared(Rc<Vec<u8>>),
}

impl Text {
    /// No bytes.
    pub const fn new() -> Text {
        Text(Repr::Inline { len: 0, bytes: [0; INLINE] })
    }

    /// The bytes.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Repr::Inline { len, bytes } => &bytes[..usize::from(*len)],
            Repr::Shared(bytes) => bytes,
        }
    }

    /// Appends, in place where nobody else holds the string.
    pub fn push(&mut self, more: &[u8]) {
        match &mut self.0 {
            Repr::Inline { len, bytes } => {
                let old = usize::from(*len);
                if let Some(space) = bytes.get_mut(old..old + more.len()) {
                    space.copy_from_slice(more);
                    *len = (old + more.len()) as u8;
                } else {
                    let mut all = Vec::with_capacity((old + more.len()) * 2);
                    all.extend_from_slice(&bytes[..old]);
                    all.extend_from_slice(more);
                    self.0 = Repr::Shared(Rc::new(all));
                }
            }
            Repr::Shared(bytes) => Rc::make_mut(bytes).extend_from_slice(more),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Text::new()
    }
}

impl From<&[u8]> for Text {
    #[inline]
    fn from(text: &[u8]) -> Self {
        let mut bytes = [0; INLINE];
        match bytes.get_mut(..text.len()) {
            Some(space) => {
                space.copy_from_slice(text);
                Text(Repr::Inline { len: text.len() as u8, bytes })
            }
            None => Text(Repr::Shared(Rc::new(text.to_vec()))),
        }
    }
}

impl From<Vec<u8>> for Text {
    fn from(text: Vec<u8>) -> Self {
        if text.len() <= INLINE { Text::from(text.as_slice()) } else { Text(Repr::Shared(Rc::new(text))) }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::from(text.as_bytes())
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl Borrow<[u8]> for Text {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

// As a slice hashes, for look-ups by slice.
impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.as_bytes()))
    }
}

/// The length of the first character of a text that is not empty: of a UTF-8 sequence if it starts
/// with one, else a byte.
pub fn char_len(text: &[u8], bytes: bool) -> usize {
    let Some(&lead) = text.first() else { return 0 };
    if bytes || lead < 0x80 {
        return 1;
    }
    let len = match lead {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return 1,
    };
    match text.get(..len) {
        Some(sequence) if std::str::from_utf8(sequence).is_ok() => len,
        _ => 1,
    }
}

/// How many characters a text has.
pub fn char_count(text: &[u8], bytes: bool) -> usize {
    if bytes || text.is_ascii() {
        return text.len();
    }
    text.utf8_chunks().map(|chunk| chunk.valid().chars().count() + chunk.invalid().len()).sum()
}

/// The byte offset of the character with that number, counted from 0; the length if there is none.
pub fn char_offset(text: &[u8], chars: usize, bytes: bool) -> usize {
    if bytes || text.is_ascii() {
        return chars.min(text.len());
    }
    let mut at = 0;
    for _ in 0..chars {
        if at >= text.len() {
            break;
        }
        at += char_len(&text[at..], false);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_from_inline_to_shared() {
        let mut text = Text::from("abc");
        let copy = text.clone();
        for _ in 0..10 {
            text.push(b"defgh");
        }
        assert_eq!(text.len(), 53);
        assert!(text.starts_with(b"abcdefgh"));
        assert_eq!(copy.as_bytes(), b"abc");
    }

    #[test]
    fn characters() {
        assert_eq!(char_count("aé日".as_bytes(), false), 3);
        assert_eq!(char_count("aé日".as_bytes(), true), 6);
        assert_eq!(char_count(b"a\xff\xc3", false), 3);
        assert_eq!(char_offset("aé日".as_bytes(), 2, false), 3);
        assert_eq!(char_len(b"\xe6\x97", false), 1);
    }
}

//! `sub`, `gsub` and `gensub`.

use super::Run;
use crate::pattern::Pattern;
use crate::text::char_len;

/// A replacement taken apart.
enum Piece {
    Literal(Vec<u8>),
    /// What a group matched; 0 is the whole match.
    Group(usize),
}

/// Which matches are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them.
    All,
    /// The one with that number, counted from 1.
    Nth(usize),
}

/// `groups` is whether `\1` means a group, as for `gensub`.
fn pieces(replacement: &[u8], groups: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut literal = Vec::new();
    let mut at = 0;
    while let Some(&byte) = replacement.get(at) {
        at += 1;
        let group = match (byte, replacement.get(at)) {
            (b'&', _) => 0,
            (b'\\', Some(b'&')) => {
                at += 1;
                literal.push(b'&');
                continue;
            }
            (b'\\', Some(b'\\')) if groups || replacement.get(at + 1) == Some(&b'&') => {
                at += 1;
                literal.push(b'\\');
                continue;
            }
            (b'\\', Some(digit @ b'0'..=b'9')) if groups => {
                at += 1;
                usize::from(digit - b'0')
            }
            _ => {
                literal.push(byte);
                continue;
            }
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Group(group));
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    pieces
}

/// Replaces matches; absent where there was nothing to replace, else the text and how many.
pub(super) fn replace(
    text: &[u8],
    pattern: &Pattern,
    replacement: &[u8],
    which: Which,
    groups: bool,
    bytes: bool,
) -> Run<Option<(Vec<u8>, usize)>> {
    // Most replacements are for texts without a match.
    let Some(mut found) = pattern.find_at(text, 0)? else { return Ok(None) };
    let pieces = pieces(replacement, groups);
    let needs_groups = pieces.iter().any(|piece| matches!(piece, Piece::Group(1..)));
    let mut out = Vec::with_capacity(text.len() + replacement.len());
    let (mut copied, mut count, mut seen) = (0, 0, 0);
    loop {
        seen += 1;
        let wanted = match which {
            Which::All => true,
            Which::Nth(number) => number == seen,
        };
        if wanted {
            count += 1;
            out.extend_from_slice(&text[copied..found.start]);
            let captures = if needs_groups { pattern.captures_at(text, found.start)? } else { None };
            for piece in &pieces {
                match piece {
                    Piece::Literal(literal) => out.extend_from_slice(literal),
                    Piece::Group(0) => out.extend_from_slice(&text[found.clone()]),
                    Piece::Group(group) => {
                        let range = captures.as_ref().and_then(|captures| captures.get(*group));
                        out.extend_from_slice(range.and_then(|range| text.get(range)).unwrap_or_default());
                    }
                }
            }
            copied = found.end;
            if which != Which::All {
                break;
            }
        }
        // An empty match right after another match does not count.
        let (end, empty) = (found.end, found.is_empty());
        let mut from = if empty { end + char_len(&text[end..], bytes).max(1) } else { end };
        let next = loop {
            match pattern.find_at(text, from)? {
                Some(next) if next.is_empty() && next.start == end && !empty => {
                    from = end + char_len(&text[end..], bytes).max(1);
                }
                next => break next,
            }
        };
        match next {
            Some(next) => found = next,
            None => break,
        }
    }
    if count == 0 {
        return Ok(None);
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    Ok(Some((out, count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, pattern: &str, replacement: &str) -> String {
        let pattern = Pattern::new(pattern.as_bytes(), false, false).unwrap();
        match replace(text.as_bytes(), &pattern, replacement.as_bytes(), Which::All, false, false).unwrap() {
            Some((text, _)) => String::from_utf8(text).unwrap(),
            None => text.to_owned(),
        }
    }

    #[test]
    fn ampersands_and_backslashes() {
        assert_eq!(all("abc", "b", "[&]"), "a[b]c");
        assert_eq!(all("abc", "b", r"[\&]"), "a[&]c");
        assert_eq!(all("abc", "b", r"[\\&]"), r"a[\b]c");
        assert_eq!(all("abc", "b", r"\q"), r"a\qc");
    }

    #[test]
    fn empty_matches() {
        assert_eq!(all("abc", "x*", "-"), "-a-b-c-");
        assert_eq!(all("baac", "a*", "x"), "xbxcx");
        assert_eq!(all("é", "", "-"), "-é-");
    }

    #[test]
    fn groups() {
        let pattern = Pattern::new(b"(a+)(b)", false, false).unwrap();
        let found = replace(b"aab ab", &pattern, br"<\2\1\0>", Which::Nth(2), true, false).unwrap();
        assert_eq!(found, Some((b"aab <baab>".to_vec(), 1)));
    }
}

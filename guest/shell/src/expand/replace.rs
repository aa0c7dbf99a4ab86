//! `${x/pattern/replacement}`

use bstr::BString;

use super::parameter::Fetched;
use super::{Context, Mode, text};
use crate::ast::{ReplaceMode, Word};
use crate::options::Shopt;
use crate::pattern::Pattern;
use crate::shell::{Run, Shell};

/// A replacement, cut at the places where the match goes in (`&`).
struct Replacement {
    pieces: Vec<BString>,
}

impl Replacement {
    /// From text in which `\` escapes `&` and itself.
    fn parse(text: &[u8]) -> Replacement {
        let mut pieces = vec![BString::default()];
        let mut bytes = text.iter().peekable();
        while let Some(byte) = bytes.next() {
            let last = pieces.len() - 1;
            match byte {
                b'\\' => match bytes.peek() {
                    Some(next @ (b'&' | b'\\')) => {
                        pieces[last].push(**next);
                        bytes.next();
                    }
                    _ => pieces[last].push(b'\\'),
                },
                b'&' => pieces.push(BString::default()),
                _ => pieces[last].push(*byte),
            }
        }
        Replacement { pieces }
    }

    fn plain(text: BString) -> Replacement {
        Replacement { pieces: vec![text] }
    }

    fn push(&self, out: &mut Vec<u8>, matched: &[u8]) {
        for (index, piece) in self.pieces.iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(matched);
            }
            out.extend_from_slice(piece);
        }
    }
}

impl Shell {
    #[inline(never)]
    pub(super) fn replace(
        &mut self,
        value: Fetched,
        mode: ReplaceMode,
        pattern: &Word,
        replacement: Option<&Word>,
    ) -> Run<Fetched> {
        let pattern = self.expand_pattern(pattern)?;
        let replacement = match replacement {
            None => Replacement::plain(BString::default()),
            Some(word) if self.options.shopt(Shopt::PatsubReplacement) => {
                Replacement::parse(&self.expand_in(word, Mode::Replacement, Context::PLAIN)?)
            }
            Some(word) => Replacement::plain(self.expand_string(word)?),
        };
        Ok(match value {
            Fetched::Unset => Fetched::Unset,
            Fetched::One(value) => Fetched::One(replace(value, mode, &pattern, &replacement)),
            Fetched::List(values, at) => {
                let values = values.into_iter().map(|value| replace(value, mode, &pattern, &replacement)).collect();
                Fetched::List(values, at)
            }
        })
    }
}

fn replace(value: BString, mode: ReplaceMode, pattern: &Pattern, replacement: &Replacement) -> BString {
    let empty = pattern.as_literal() == Some(b"");
    let mut out = Vec::with_capacity(value.len());
    match mode {
        ReplaceMode::First | ReplaceMode::All if empty => return value,
        ReplaceMode::Prefix => match pattern.prefix(&value, true) {
            Some(end) => {
                replacement.push(&mut out, &value[..end]);
                out.extend_from_slice(&value[end..]);
            }
            None => return value,
        },
        ReplaceMode::Suffix => match pattern.suffix(&value, true) {
            Some(start) => {
                out.extend_from_slice(&value[..start]);
                replacement.push(&mut out, &value[start..]);
            }
            None => return value,
        },
        ReplaceMode::First => match pattern.find(&value, 0) {
            Some((start, end)) => {
                out.extend_from_slice(&value[..start]);
                replacement.push(&mut out, &value[start..end]);
                out.extend_from_slice(&value[end..]);
            }
            None => return value,
        },
        ReplaceMode::All => {
            let mut at = 0;
            while at < value.len() || value.is_empty() {
                let Some((start, end)) = pattern.find(&value, at) else { break };
                if start == value.len() && !value.is_empty() {
                    break;
                }
                out.extend_from_slice(&value[at..start]);
                replacement.push(&mut out, &value[start..end]);
                at = end;
                if end == start {
                    // An empty match: one character goes over as it is.
                    let len = text::char_len(&value[at..]);
                    out.extend_from_slice(&value[at..at + len]);
                    at += len;
                    if len == 0 {
                        break;
                    }
                }
            }
            out.extend_from_slice(&value[at..]);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Flags;

    #[track_caller]
    fn check(value: &str, mode: ReplaceMode, pattern: &str, with: &str, expected: &str) {
        let pattern = Pattern::new(pattern.as_bytes(), Flags::default());
        let replacement = Replacement::parse(with.as_bytes());
        assert_eq!(replace(value.into(), mode, &pattern, &replacement), expected);
    }

    #[test]
    fn replaces() {
        check("banana", ReplaceMode::First, "an", "[&]", "b[an]ana");
        check("banana", ReplaceMode::All, "an", "\\&", "b&&a");
        check("banana", ReplaceMode::All, "?", "x", "xxxxxx");
        check("banana", ReplaceMode::Prefix, "ba", "", "nana");
        check("banana", ReplaceMode::Suffix, "na", "!", "bana!");
        check("banana", ReplaceMode::All, "*", "x", "x");
        check("", ReplaceMode::All, "*", "x", "x");
        check("abc", ReplaceMode::Prefix, "", "x", "xabc");
        check("abc", ReplaceMode::First, "", "x", "abc");
        check("banana", ReplaceMode::All, "a*", "x", "bx");
    }
}

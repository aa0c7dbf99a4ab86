//! Regular expressions as awk writes them.

use crate::lexer::radix;
use agentfense_regex::{Captures, Flags, Regex, Syntax};
use memchr::memmem::Finder;
use std::ops::Range;

/// A compiled regular expression.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    /// What it looks for where it is only a string: found faster without an automaton.
    literal: Option<Finder<'static>>,
    source: Vec<u8>,
}

impl Pattern {
    /// Compiles one; an error says what is wrong with it.
    pub fn new(source: &[u8], ignore_case: bool, bytes: bool) -> Result<Pattern, String> {
        let translated = translate(source);
        let flags = Flags { ignore_case, bytes, ..Flags::default() };
        let regex = Regex::new(&translated, Syntax::Extended, flags)
            .map_err(|error| format!("{error}: /{}/", String::from_utf8_lossy(source)))?;
        let plain =
            !ignore_case && !translated.is_empty() && !translated.iter().any(|byte| b"\\^$.[|()*+?{".contains(byte));
        let literal = (plain && (bytes || std::str::from_utf8(&translated).is_ok()))
            .then(|| Finder::new(&translated).into_owned());
        Ok(Pattern { regex, literal, source: source.to_vec() })
    }

    /// As the program wrote it.
    pub fn source(&self) -> &[u8] {
        &self.source
    }

    /// How many groups it has.
    pub fn groups(&self) -> usize {
        self.regex.groups()
    }

    /// Whether it matches anywhere.
    #[inline]
    pub fn is_match(&self, text: &[u8]) -> Result<bool, String> {
        match &self.literal {
            Some(literal) => Ok(literal.find(text).is_some()),
            None => self.regex.is_match(text).map_err(|error| error.to_string()),
        }
    }

    /// The leftmost longest match at `start` or later.
    pub fn find_at(&self, text: &[u8], start: usize) -> Result<Option<Range<usize>>, String> {
        match &self.literal {
            Some(literal) => {
                let Some(rest) = text.get(start..) else { return Ok(None) };
                Ok(literal.find(rest).map(|at| start + at..start + at + literal.needle().len()))
            }
            None => self.regex.find_at(text, start).map_err(|error| error.to_string()),
        }
    }

    /// The same with the groups.
    pub fn captures_at(&self, text: &[u8], start: usize) -> Result<Option<Captures>, String> {
        self.regex.captures_at(text, start).map_err(|error| error.to_string())
    }
}

/// Writes a pattern with awk's escapes as an extended regular expression of POSIX.
fn translate(source: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(source.len());
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        at += 1;
        match byte {
            b'\\' => {
                let Some(&letter) = source.get(at) else {
                    out.extend_from_slice(b"\\\\");
                    break;
                };
                let (literal, end) = escape(source, at);
                at = end;
                match (literal, letter) {
                    (Some(literal), _) => push_literal(&mut out, literal),
                    (None, b'y') => out.extend_from_slice(b"\\b"),
                    (None, b'<' | b'>' | b'B' | b'`' | b'\'' | b'w' | b'W' | b's' | b'S') => {
                        out.extend_from_slice(&[b'\\', letter]);
                    }
                    (None, _) if b".[]()*+?{}|^$\\".contains(&letter) => out.extend_from_slice(&[b'\\', letter]),
                    (None, _) => out.push(letter),
                }
            }
            b'[' => at = bracket(source, at, &mut out),
            _ => out.push(byte),
        }
    }
    out
}

/// The byte that an escape stands for (its letter is at `at`), and where it ends.
fn escape(source: &[u8], at: usize) -> (Option<u8>, usize) {
    let end = at + 1;
    let byte = match source.get(at) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'f') => 0x0c,
        Some(b'v') => 0x0b,
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'0'..=b'7') => {
            let (value, end) = radix(source, at, 8, 3);
            return (Some(value as u8), end);
        }
        Some(b'x') => match radix(source, end, 16, 2) {
            (_, none) if none == end => return (None, end),
            (value, end) => return (Some(value as u8), end),
        },
        _ => return (None, end),
    };
    (Some(byte), end)
}

fn push_literal(out: &mut Vec<u8>, byte: u8) {
    if b".[]()*+?{}|^$\\".contains(&byte) {
        out.push(b'\\');
    }
    out.push(byte);
}

/// Copies a bracket expression, whose `[` was taken, and gives where it ends. In awk a backslash
/// escapes there, in POSIX it is a character like others: what it escapes moves to where it means
/// only itself.
fn bracket(source: &[u8], start: usize, out: &mut Vec<u8>) -> usize {
    let mut at = start;
    let negated = source.get(at) == Some(&b'^');
    at += usize::from(negated);
    let (mut items, mut close, mut caret, mut dash) = (Vec::new(), false, false, false);
    let mut first = true;
    loop {
        let Some(&byte) = source.get(at) else {
            // No end: an ordinary `[`, which the compiler is left to complain about.
            out.push(b'[');
            return start;
        };
        at += 1;
        match byte {
            b']' if !first => break,
            b'[' if matches!(source.get(at), Some(b':' | b'.' | b'=')) => {
                let kind = source[at];
                let end = source[at + 1..].windows(2).position(|pair| pair == [kind, b']']);
                match end {
                    Some(end) => {
                        items.extend_from_slice(&source[at - 1..at + 1 + end + 2]);
                        at += 1 + end + 2;
                    }
                    None => items.push(b'['),
                }
            }
            b'\\' => {
                let literal = match escape(source, at) {
                    (Some(literal), end) => {
                        at = end;
                        literal
                    }
                    (None, end) => match source.get(at) {
                        Some(&letter) => {
                            at = end;
                            letter
                        }
                        None => b'\\',
                    },
                };
                let in_range = source.get(at) == Some(&b'-') && source.get(at + 1).is_some_and(|next| *next != b']');
                match literal {
                    b']' => close = true,
                    b'^' if items.is_empty() => caret = true,
                    b'-' if items.last() != Some(&b'-') => dash = true,
                    b'[' if in_range => items.push(b'['),
                    literal => items.push(literal),
                }
            }
            b']' => close = true,
            b'-' if first || source.get(at) == Some(&b']') => dash = true,
            byte => items.push(byte),
        }
        first = false;
    }
    if caret && !negated && !close && items.is_empty() && !dash {
        out.extend_from_slice(b"\\^");
        return at;
    }
    out.push(b'[');
    if negated {
        out.push(b'^');
    }
    if close {
        out.push(b']');
    }
    out.extend_from_slice(&items);
    if caret {
        if items.is_empty() && !negated && !close {
            // Only a dash goes with it: `[-^]`.
            out.extend_from_slice(b"-^]");
            return at;
        }
        out.push(b'^');
    }
    if dash {
        out.push(b'-');
    }
    out.push(b']');
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern.as_bytes(), false, false).unwrap().is_match(text.as_bytes()).unwrap()
    }

    #[test]
    fn escapes() {
        assert!(matches(r"a\tb", "a\tb"));
        assert!(matches(r"^\.\/\$$", "./$"));
        assert!(matches(r"\x41\102", "AB"));
        assert!(matches(r"\ythe\y", "in the box"));
        assert!(!matches(r"\ythe\y", "other"));
        assert!(matches(r#"\"x\""#, "\"x\""));
        assert!(matches("a{2}b", "aab"));
        assert!(matches("{x", "{x"));
    }

    #[test]
    fn brackets() {
        assert!(matches(r"^[\]a]+$", "a]"));
        assert!(matches(r"^[a\-z]+$", "-az"));
        assert!(!matches(r"^[a\-z]+$", "b"));
        assert!(matches(r"^[\\\/]+$", "\\/"));
        assert!(matches(r"^[\t ]+$", " \t"));
        assert!(matches(r"^[\^]$", "^"));
        assert!(matches(r"^[^]x]$", "a"));
        assert!(matches("^[[:alpha:]_]+$", "a_b"));
        assert!(matches("^[-a]+$", "a-"));
        assert!(matches(r"^[\^-]+$", "^-"));
        assert!(matches(r"^[0-9.+\-]+$", "1.5-+"));
    }

    #[test]
    fn errors_name_the_pattern() {
        let error = Pattern::new(b"a(b", false, false).unwrap_err();
        assert!(error.ends_with("/a(b/"), "{error}");
    }
}

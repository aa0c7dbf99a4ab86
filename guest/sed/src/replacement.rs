//! The right side of `s`.

use crate::escape;
use agentfense_regex::Captures;

/// What takes the place of a match.
#[derive(Debug, Default)]
pub(crate) struct Replacement {
    parts: Vec<Part>,
    /// The highest group that is named.
    pub highest: usize,
    /// No part changes the case of letters.
    plain: bool,
}

#[derive(Debug)]
enum Part {
    Text(Vec<u8>),
    /// What a group matched; 0 is the whole.
    Group(usize),
    Case(Case),
    /// The next character only.
    CaseOnce(Case),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    Upper,
    Lower,
    Kept,
}

impl Replacement {
    /// Reads what stands between the slashes.
    pub fn parse(text: &[u8]) -> Replacement {
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let mut highest = 0;
        let mut at = 0;
        while at < text.len() {
            let (part, length) = match text[at] {
                b'&' => (Part::Group(0), 1),
                b'\\' => match text.get(at + 1) {
                    Some(&digit @ b'0'..=b'9') => (Part::Group(usize::from(digit - b'0')), 2),
                    Some(b'U') => (Part::Case(Case::Upper), 2),
                    Some(b'L') => (Part::Case(Case::Lower), 2),
                    Some(b'E') => (Part::Case(Case::Kept), 2),
                    Some(b'u') => (Part::CaseOnce(Case::Upper), 2),
                    Some(b'l') => (Part::CaseOnce(Case::Lower), 2),
                    after => {
                        if let Some((byte, length)) = escape::byte(&text[at + 1..]) {
                            literal.push(byte);
                            at += 1 + length;
                        } else {
                            literal.extend(after);
                            at += 2;
                        }
                        continue;
                    }
                },
                byte => {
                    literal.push(byte);
                    at += 1;
                    continue;
                }
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            if let Part::Group(group) = part {
                highest = highest.max(group);
            }
            parts.push(part);
            at += length;
        }
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        let plain = !parts.iter().any(|part| matches!(part, Part::Case(_) | Part::CaseOnce(_)));
        Replacement { parts, highest, plain }
    }

    /// Whether it needs to know what the groups matched.
    pub fn needs_groups(&self) -> bool {
        self.highest > 0
    }

    /// Appends the replacement of a match in `text`.
    pub fn expand(&self, text: &[u8], captures: &Captures, out: &mut Vec<u8>) {
        self.expand_with(|group| captures.get(group).map(|range| &text[range]).unwrap_or_default(), out);
    }

    /// Appends the replacement, where no part but the whole match is named.
    pub fn expand_whole(&self, whole: &[u8], out: &mut Vec<u8>) {
        self.expand_with(|_| whole, out);
    }

    fn expand_with<'a>(&'a self, group: impl Fn(usize) -> &'a [u8], out: &mut Vec<u8>) {
        if self.plain {
            for part in &self.parts {
                match part {
                    Part::Text(text) => out.extend_from_slice(text),
                    Part::Group(index) => out.extend_from_slice(group(*index)),
                    Part::Case(_) | Part::CaseOnce(_) => {}
                }
            }
            return;
        }
        let (mut case, mut once) = (Case::Kept, None);
        for part in &self.parts {
            let text = match part {
                Part::Text(text) => text,
                Part::Group(index) => group(*index),
                Part::Case(new) => {
                    case = *new;
                    continue;
                }
                Part::CaseOnce(new) => {
                    once = Some(*new);
                    continue;
                }
            };
            push_cased(text, case, &mut once, out);
        }
    }
}

fn push_cased(text: &[u8], case: Case, once: &mut Option<Case>, out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            let c = match once.take().unwrap_or(case) {
                Case::Kept => c,
                Case::Upper => single(c, c.to_uppercase()),
                Case::Lower => single(c, c.to_lowercase()),
            };
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        if !chunk.invalid().is_empty() {
            *once = None;
        }
        out.extend_from_slice(chunk.invalid());
    }
}

/// A character in another case, where that is one character, too, as towupper(3) has it.
fn single(c: char, mut other: impl Iterator<Item = char>) -> char {
    match (other.next(), other.next()) {
        (Some(other), None) => other,
        _ => c,
    }
}

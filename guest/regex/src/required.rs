//! A string that every match has, in any case of its letters: looking for it is cheaper than to run an automaton over
//! all of the text. The regex crates do so for what has one case only.

use crate::Flags;
use crate::parse::{Node, Unit};
use memchr::{memchr, memchr2};

/// The letters of English from the rarest to the most common.
const COMMON: &[u8] = b"zqjxkvbpgwyfmcudlhrsnioate";

/// A string that every match has.
#[derive(Debug)]
pub(crate) struct Required {
    /// In lower case.
    text: Vec<u8>,
    /// The place of the byte in it that is the rarest.
    rare: usize,
    /// It is all of the pattern: where it stands is a match.
    pub(crate) whole: bool,
}

impl Required {
    /// The one of a pattern that ignores case, if it has one.
    pub(crate) fn of(node: &Node, flags: Flags) -> Option<Required> {
        if !(flags.ignore_case && flags.lines) {
            return None;
        }
        let whole = is_text(node, flags);
        let mut runs = vec![Vec::new()];
        collect(node, flags, &mut runs);
        let candidates = runs.into_iter().filter(|run| run.len() > 1).filter_map(|text| {
            let rare = (0..text.len()).min_by_key(|at| rank(text[*at]))?;
            Some(Required { text, rare, whole })
        });
        candidates.min_by_key(|required| (rank(required.text[required.rare]), usize::MAX - required.text.len()))
    }

    /// How long it is.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Where it stands first at `start` or later.
    pub(crate) fn find(&self, text: &[u8], start: usize) -> Option<usize> {
        let byte = self.text[self.rare];
        let upper = byte.to_ascii_uppercase();
        let mut from = start + self.rare;
        loop {
            let rest = text.get(from..)?;
            let at = from + if byte == upper { memchr(byte, rest) } else { memchr2(byte, upper, rest) }?;
            let found = at - self.rare;
            if text.get(found..found + self.text.len()).is_some_and(|found| found.eq_ignore_ascii_case(&self.text)) {
                return Some(found);
            }
            from = at + 1;
        }
    }
}

/// How common a byte is thought to be.
fn rank(byte: u8) -> usize {
    match byte {
        b' ' => usize::MAX,
        b'a'..=b'z' => COMMON.iter().position(|other| *other == byte).unwrap_or(0) * 4 + 8,
        // A letter has two cases to look for.
        b'0'..=b'9' => 40,
        _ => 20,
    }
}

/// Whether a character is one that only differs in its case from what matches it.
fn is_plain(c: char, flags: Flags) -> bool {
    // In Unicode these two are also a case of a sign that is not ASCII.
    c.is_ascii() && c != '\n' && (flags.bytes || !matches!(c, 'k' | 'K' | 's' | 'S'))
}

/// Whether a pattern is nothing but such characters.
fn is_text(node: &Node, flags: Flags) -> bool {
    match node {
        Node::Unit(Unit::Char(c)) => is_plain(*c, flags),
        Node::Concat(nodes) => nodes.iter().all(|node| is_text(node, flags)),
        _ => false,
    }
}

/// Collects the strings that stand in a match one behind the other; the last one may go on.
fn collect(node: &Node, flags: Flags, runs: &mut Vec<Vec<u8>>) {
    let end = |runs: &mut Vec<Vec<u8>>| {
        if runs.last().is_some_and(|run| !run.is_empty()) {
            runs.push(Vec::new());
        }
    };
    match node {
        Node::Empty | Node::Look(_) => {}
        Node::Unit(Unit::Char(c)) if is_plain(*c, flags) => {
            if let Some(run) = runs.last_mut() {
                run.push(c.to_ascii_lowercase() as u8);
            }
        }
        Node::Group(_, node) => collect(node, flags, runs),
        Node::Concat(nodes) => nodes.iter().for_each(|node| collect(node, flags, runs)),
        Node::Repeat { node, min: 1.., .. } => {
            // Once at least, but what follows may be another time.
            end(runs);
            collect(node, flags, runs);
            end(runs);
        }
        _ => end(runs),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Flags, Regex, Syntax};

    fn required(pattern: &str) -> Option<String> {
        let flags = Flags { ignore_case: true, lines: true, ..Flags::default() };
        let parsed = crate::parse::parse_all(&[pattern.as_bytes()], Syntax::Extended, flags).unwrap();
        super::Required::of(&parsed.node, flags).map(|required| String::from_utf8(required.text).unwrap())
    }

    #[test]
    fn strings_of_patterns() {
        assert_eq!(required("Error.*INDEX").as_deref(), Some("index"));
        assert_eq!(required("(ab)c+de").as_deref(), Some("ab"));
        assert_eq!(required("^foo$").as_deref(), Some("foo"));
        assert_eq!(required("task"), Some("ta".into()));
        assert_eq!(required("(ab|cd)"), None);
        assert_eq!(required("(ab)*c"), None);
        assert_eq!(required("(ab){2}").as_deref(), Some("ab"));
        assert_eq!(required("é"), None);
    }

    #[test]
    fn lines_are_found_as_without_it() {
        let text = b"one\nERRor in INdex\nindex error\nerror\nxERROR indeX\nerror\nindex";
        let flags = Flags { ignore_case: true, lines: true, ..Flags::default() };
        let regex = Regex::new(b"error.*index", Syntax::Basic, flags).unwrap();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(end) = regex.line_at(text, at).unwrap() {
            let line = text[..end].iter().filter(|byte| **byte == b'\n').count();
            found.push(line);
            at = text[end..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |next| end + next + 1);
        }
        assert_eq!(found, [1, 4]);
        let anchored = Regex::new(b"^index$", Syntax::Basic, flags).unwrap();
        assert_eq!(anchored.line_at(text, 0).unwrap(), Some(text.len()));
        assert_eq!(anchored.line_at(b"a\nindex b\n", 0).unwrap(), None);
    }
}

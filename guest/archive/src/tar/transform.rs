//! `--transform`: names changed by sed's `s` command.

use agentfense_regex::{Flags, Regex, Syntax};

/// What a name belongs to; a substitution may leave out some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A member.
    Member,
    /// What a symbolic link points at.
    Symlink,
    /// What a hard link points at.
    HardLink,
}

/// The substitutions in their order.
#[derive(Debug, Default)]
pub struct Transform(Vec<Substitution>);

#[derive(Debug)]
struct Substitution {
    regex: Regex,
    replacement: Vec<Piece>,
    global: bool,
    /// The first match that is replaced, from 1.
    from: usize,
    members: bool,
    symlinks: bool,
    hard_links: bool,
}

#[derive(Debug)]
enum Piece {
    Text(Vec<u8>),
    Group(usize),
}

impl Transform {
    /// Adds the substitutions of an expression; what is wrong with it otherwise.
    pub fn add(&mut self, expression: &[u8]) -> Result<(), &'static str> {
        const INVALID: &str = "Invalid transform expression";
        let mut rest = expression;
        loop {
            let [b's', delimiter, after @ ..] = rest else { return Err(INVALID) };
            let (pattern, after) = part(after, *delimiter).ok_or(INVALID)?;
            let (replacement, after) = part(after, *delimiter).ok_or(INVALID)?;
            let end = after.iter().position(|&b| b == b';').unwrap_or(after.len());
            let mut flags = Flags::default();
            let mut substitution = Substitution {
                regex: Regex::new(b"", Syntax::Fixed, flags).map_err(|_| INVALID)?,
                replacement: pieces(&replacement),
                global: false,
                from: 1,
                members: true,
                symlinks: true,
                hard_links: true,
            };
            let mut syntax = Syntax::Basic;
            let mut count = 0usize;
            for flag in &after[..end] {
                match flag {
                    b'g' => substitution.global = true,
                    b'i' => flags.ignore_case = true,
                    b'x' => syntax = Syntax::Extended,
                    b'r' => substitution.members = true,
                    b'R' => substitution.members = false,
                    b's' => substitution.symlinks = true,
                    b'S' => substitution.symlinks = false,
                    b'h' => substitution.hard_links = true,
                    b'H' => substitution.hard_links = false,
                    b'0'..=b'9' => count = count.saturating_mul(10).saturating_add(usize::from(flag - b'0')),
                    _ => return Err("Unknown flag in transform expression"),
                }
            }
            substitution.from = count.max(1);
            substitution.regex = Regex::new(&pattern, syntax, flags).map_err(|_| INVALID)?;
            self.0.push(substitution);
            match after.get(end + 1..) {
                Some(next) if !next.is_empty() => rest = next,
                _ => return Ok(()),
            }
        }
    }

    /// The changed name.
    pub fn apply(&self, name: &[u8], subject: Subject) -> Vec<u8> {
        let mut name = name.to_vec();
        for substitution in &self.0 {
            let concerned = match subject {
                Subject::Member => substitution.members,
                Subject::Symlink => substitution.symlinks,
                Subject::HardLink => substitution.hard_links,
            };
            if concerned {
                name = substitution.apply(&name);
            }
        }
        name
    }
}

impl Substitution {
    fn apply(&self, name: &[u8]) -> Vec<u8> {
        let mut changed = Vec::with_capacity(name.len());
        let (mut at, mut count) = (0, 0);
        // A pattern that cannot be matched within its steps matches nothing.
        while let Ok(Some(captures)) = self.regex.captures_at(name, at) {
            let whole = captures.whole();
            count += 1;
            changed.extend_from_slice(&name[at..whole.start]);
            if count < self.from {
                changed.extend_from_slice(&name[whole.clone()]);
            } else {
                for piece in &self.replacement {
                    match piece {
                        Piece::Text(text) => changed.extend_from_slice(text),
                        Piece::Group(group) => changed.extend_from_slice(&name[captures.get(*group).unwrap_or(0..0)]),
                    }
                }
            }
            at = whole.end;
            if whole.is_empty() {
                let Some(&next) = name.get(at) else { break };
                changed.push(next);
                at += 1;
            }
            if count >= self.from && !self.global {
                break;
            }
        }
        changed.extend_from_slice(name.get(at..).unwrap_or_default());
        changed
    }
}

/// Up to the delimiter, and what is after it. A delimiter with a backslash is itself.
fn part(text: &[u8], delimiter: u8) -> Option<(Vec<u8>, &[u8])> {
    let mut part = Vec::new();
    let mut at = 0;
    loop {
        match *text.get(at)? {
            b if b == delimiter => return Some((part, &text[at + 1..])),
            b'\\' if text.get(at + 1) == Some(&delimiter) => {
                part.push(delimiter);
                at += 2;
            }
            b'\\' => {
                part.extend([b'\\', *text.get(at + 1)?]);
                at += 2;
            }
            b => {
                part.push(b);
                at += 1;
            }
        }
    }
}

fn pieces(replacement: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = Vec::new();
    let mut bytes = replacement.iter();
    while let Some(&b) = bytes.next() {
        let group = match b {
            b'&' => 0,
            b'\\' => match bytes.next() {
                Some(digit @ b'0'..=b'9') => usize::from(digit - b'0'),
                Some(b'n') => {
                    text.push(b'\n');
                    continue;
                }
                Some(&other) => {
                    text.push(other);
                    continue;
                }
                None => continue,
            },
            b => {
                text.push(b);
                continue;
            }
        };
        pieces.push(Piece::Text(std::mem::take(&mut text)));
        pieces.push(Piece::Group(group));
    }
    pieces.push(Piece::Text(text));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transformed(expression: &str, name: &str) -> String {
        let mut transform = Transform::default();
        transform.add(expression.as_bytes()).unwrap();
        String::from_utf8(transform.apply(name.as_bytes(), Subject::Member)).unwrap()
    }

    #[test]
    fn substitutions() {
        assert_eq!(transformed("s,^,pre/,", "a/b"), "pre/a/b");
        assert_eq!(transformed("s/b/B/;s/d/D/g", "bd/bd"), "BD/bD");
        assert_eq!(transformed("s/\\(.*\\)\\.c/\\1.h&/", "a.c"), "a.ha.c");
        assert_eq!(transformed("s|(a+)|<\\1>|xg", "baab"), "b<aa>b");
        assert_eq!(transformed("s/a/x/2", "aaa"), "axa");
        assert_eq!(transformed("s/x*/-/g", "ab"), "-a-b-");
        assert_eq!(transformed("s/A/x/Ri", "a"), "a");
        for bad in ["", "y/a/b/", "s/a", "s/a/b", "s/a/b/q", "s/\\(/b/"] {
            assert!(Transform::default().add(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}

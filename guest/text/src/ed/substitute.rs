//! The command `s`.

use super::address::Range;
use super::cursor::Cursor;
use super::{Editor, Problem, Result, Suffix};
use agentfense_regex::Regex;
use std::rc::Rc;

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Group(usize),
}

/// What the last `s` said, for `s` without a pattern.
#[derive(Clone, Debug)]
pub struct Substitution {
    regex: Rc<Regex>,
    parts: Rc<[Part]>,
    /// Which match of a line is replaced; all of them from there on with `global`.
    nth: usize,
    global: bool,
    suffix: Suffix,
}

impl Editor {
    /// Runs `s` on a range; what is after the letter is in `line`.
    pub(super) fn substitute(&mut self, range: Range, line: &mut Cursor) -> Result<()> {
        let substitution = match line.peek() {
            None | Some(b'g' | b'p' | b'r' | b'0'..=b'9') => self.repeated(line)?,
            Some(b' ' | b'\n' | b'\\') => return Err(Problem::new("Invalid pattern delimiter")),
            Some(delimiter) => {
                line.next();
                self.parsed(delimiter, line)?
            }
        };
        self.last_substitution = Some(substitution.clone());
        if range.first == 0 {
            return Err(Problem::new("Invalid address"));
        }
        let mut at = range.first;
        let mut changed = None;
        for _ in range.first..=range.last {
            let text = self.buffer.text(at);
            match replaced(&substitution, &text)? {
                None => at += 1,
                Some(new) => {
                    if changed.is_none() {
                        self.change();
                    }
                    let mut lines = new.split(|&b| b == b'\n');
                    let first = lines.next().unwrap_or_default();
                    self.buffer.replace(at, Rc::from(first));
                    let more: Vec<Rc<[u8]>> = lines.map(Rc::from).collect();
                    let added = more.len();
                    if added > 0 {
                        self.buffer.insert(at, more);
                    }
                    changed = Some(at + added);
                    at += added + 1;
                }
            }
        }
        match changed {
            Some(line) => self.buffer.current = line,
            None if self.in_global() => return Ok(()),
            None => return Err(Problem::new("No match")),
        }
        self.show(substitution.suffix)
    }

    /// `s` without a pattern: the last one again, with other flags.
    fn repeated(&mut self, line: &mut Cursor) -> Result<Substitution> {
        let Some(mut substitution) = self.last_substitution.clone() else {
            return Err(Problem::new("No previous substitution"));
        };
        substitution.suffix = Suffix::default();
        while let Some(byte) = line.peek() {
            match byte {
                b'g' => substitution.global = !substitution.global,
                b'p' => substitution.suffix.print = !substitution.suffix.print,
                b'r' => {
                    let last = self.last_regex.clone();
                    substitution.regex = last.ok_or_else(|| Problem::new("No previous pattern"))?;
                }
                b'0'..=b'9' => {
                    substitution.nth = line.number().unwrap_or(1).max(1);
                    continue;
                }
                _ => return Err(Problem::new("Invalid command suffix")),
            }
            line.next();
        }
        Ok(substitution)
    }

    fn parsed(&mut self, delimiter: u8, line: &mut Cursor) -> Result<Substitution> {
        let (pattern, closed) = line.pattern(delimiter);
        if !closed {
            return Err(Problem::new("Missing pattern delimiter"));
        }
        let (parts, closed) = self.replacement(delimiter, line)?;
        let (mut nth, mut global, mut ignore_case) = (1, false, false);
        // A replacement that the end of the line ends is printed.
        let mut suffix = Suffix { print: !closed, ..Suffix::default() };
        while let Some(byte) = line.peek() {
            match byte {
                b'g' => global = true,
                b'i' | b'I' => ignore_case = true,
                b'p' | b'l' | b'n' => suffix.add(byte),
                b'1'..=b'9' => {
                    nth = line.number().unwrap_or(1);
                    continue;
                }
                _ => return Err(Problem::new("Invalid command suffix")),
            }
            line.next();
        }
        let regex = self.regex(pattern, ignore_case)?;
        if parts.iter().any(|part| matches!(part, Part::Group(group) if *group > regex.groups())) {
            return Err(Problem::new("Invalid back reference"));
        }
        Ok(Substitution { regex, parts, nth, global, suffix })
    }

    /// Reads a replacement. An escaped newline in it is one; `%` alone is the last one.
    fn replacement(&mut self, delimiter: u8, line: &mut Cursor) -> Result<(Rc<[Part]>, bool)> {
        let (mut parts, mut text, mut closed, mut raw) = (Vec::new(), Vec::new(), false, Vec::new());
        while let Some(byte) = line.next() {
            if byte == delimiter {
                closed = true;
                break;
            }
            raw.push(byte);
            match byte {
                b'&' => {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Group(0));
                }
                b'\\' => {
                    if line.peek().is_none() {
                        let next = self.read_line()?.ok_or_else(|| Problem::new("Unexpected end-of-file"))?;
                        line.join(&next);
                    }
                    match line.next() {
                        Some(digit @ b'1'..=b'9') => {
                            parts.push(Part::Text(std::mem::take(&mut text)));
                            parts.push(Part::Group(usize::from(digit - b'0')));
                        }
                        Some(escaped) => text.push(escaped),
                        None => {}
                    }
                    raw.push(b'\\');
                }
                _ => text.push(byte),
            }
        }
        if raw == b"%" {
            let last = self.last_substitution.as_ref().map(|last| last.parts.clone());
            return Ok((last.ok_or_else(|| Problem::new("No previous substitution"))?, closed));
        }
        parts.push(Part::Text(text));
        Ok((parts.into(), closed))
    }
}

/// The line with what matches replaced; absent if nothing was.
fn replaced(substitution: &Substitution, text: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut new = Vec::new();
    let (mut copied, mut at, mut count, mut changed) = (0, 0, 0, false);
    while let Some(found) = substitution.regex.captures_at(text, at).map_err(Problem::pattern)? {
        let whole = found.whole();
        count += 1;
        // An empty match right after another is none.
        let touches = whole.is_empty() && whole.start == copied && changed && copied > 0;
        if count >= substitution.nth && !touches {
            changed = true;
            new.extend_from_slice(&text[copied..whole.start]);
            for part in substitution.parts.iter() {
                match part {
                    Part::Text(text) => new.extend_from_slice(text),
                    Part::Group(group) => {
                        new.extend_from_slice(found.get(*group).map_or(&b""[..], |range| &text[range]))
                    }
                }
            }
            copied = whole.end;
            if !substitution.global {
                break;
            }
        }
        at = if whole.is_empty() { whole.end + 1 } else { whole.end };
        if at > text.len() {
            break;
        }
    }
    new.extend_from_slice(&text[copied..]);
    Ok(changed.then_some(new))
}

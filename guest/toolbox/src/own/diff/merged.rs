//! Both files as one, by formats: `-D`, `--changed-group-format` and the like.

use super::format::Side;
use super::script::Change;
use std::io::{self, Write};
use std::ops::Range;

/// What a group of lines is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Unchanged,
    Old,
    New,
    Changed,
}

/// How lines and groups of lines are printed; what is absent has GNU's default.
#[derive(Debug, Default)]
pub struct Formats {
    pub unchanged_line: Option<Vec<u8>>,
    pub old_line: Option<Vec<u8>>,
    pub new_line: Option<Vec<u8>>,
    pub unchanged_group: Option<Vec<u8>>,
    pub old_group: Option<Vec<u8>>,
    pub new_group: Option<Vec<u8>>,
    pub changed_group: Option<Vec<u8>>,
}

impl Formats {
    /// What `-D` stands for: lines for a preprocessor.
    pub fn set_ifdef(&mut self, name: &[u8]) {
        // A name is no format.
        let name = name.split(|&b| b == b'%').collect::<Vec<_>>().join(&b"%%"[..]);
        let lines = |parts: &[&[u8]]| Some(parts.concat());
        self.old_group = lines(&[b"#ifndef ", &name, b"\n%<#endif /* ! ", &name, b" */\n"]);
        self.new_group = lines(&[b"#ifdef ", &name, b"\n%>#endif /* ", &name, b" */\n"]);
        self.changed_group =
            lines(&[b"#ifndef ", &name, b"\n%<#else /* ", &name, b" */\n%>#endif /* ", &name, b" */\n"]);
    }

    /// Sets the format of all lines.
    pub fn set_lines(&mut self, format: &[u8]) {
        for line in [&mut self.unchanged_line, &mut self.old_line, &mut self.new_line] {
            *line = Some(format.to_vec());
        }
    }

    /// Prints both files.
    pub fn print(&self, old: &Side, new: &Side, changes: &[Change], out: &mut impl Write) -> io::Result<()> {
        let mut printer = Printer { formats: self, old, new, out };
        let (mut at_old, mut at_new) = (0, 0);
        let end = Change { old: old.lines.len()..old.lines.len(), new: new.lines.len()..new.lines.len() };
        for change in changes.iter().chain([&end]) {
            printer.group(Kind::Unchanged, at_old..change.old.start, at_new..change.new.start)?;
            let kind = match (change.old.is_empty(), change.new.is_empty()) {
                (false, true) => Kind::Old,
                (true, false) => Kind::New,
                _ => Kind::Changed,
            };
            printer.group(kind, change.old.clone(), change.new.clone())?;
            (at_old, at_new) = (change.old.end, change.new.end);
        }
        Ok(())
    }
}

struct Printer<'a, W> {
    formats: &'a Formats,
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    out: &'a mut W,
}

/// The numbers that a format may ask for, by their letters.
type Numbers<'a> = &'a dyn Fn(u8) -> Option<usize>;

impl<W: Write> Printer<'_, W> {
    fn group(&mut self, kind: Kind, old: Range<usize>, new: Range<usize>) -> io::Result<()> {
        if old.is_empty() && new.is_empty() {
            return Ok(());
        }
        let formats = self.formats;
        let one = |format: &Option<Vec<u8>>, usual: &[u8]| format.clone().unwrap_or_else(|| usual.to_vec());
        let format = match kind {
            Kind::Unchanged => one(&formats.unchanged_group, b"%="),
            // Without formats of their own they are changes, too.
            Kind::Old => formats.old_group.clone().unwrap_or_else(|| one(&formats.changed_group, b"%<")),
            Kind::New => formats.new_group.clone().unwrap_or_else(|| one(&formats.changed_group, b"%>")),
            Kind::Changed => match &formats.changed_group {
                Some(format) => format.clone(),
                None => [one(&formats.old_group, b"%<"), one(&formats.new_group, b"%>")].concat(),
            },
        };
        // Capitals are about the new file.
        let number = |letter: u8| {
            let range = if letter.is_ascii_lowercase() { &old } else { &new };
            Some(match letter.to_ascii_uppercase() {
                b'F' => range.start + 1,
                b'L' => range.end,
                b'N' => range.len(),
                b'E' => range.start,
                b'M' => range.end + 1,
                _ => return None,
            })
        };
        self.walk(&chosen(&format, &number), &number, |printer, letter| {
            match letter {
                b'<' => printer.lines(Kind::Old, old.clone())?,
                b'>' => printer.lines(Kind::New, new.clone())?,
                b'=' => printer.lines(Kind::Unchanged, old.clone())?,
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    fn lines(&mut self, kind: Kind, range: Range<usize>) -> io::Result<()> {
        let (side, format) = match kind {
            Kind::New => (self.new, &self.formats.new_line),
            Kind::Old => (self.old, &self.formats.old_line),
            _ => (self.old, &self.formats.unchanged_line),
        };
        let format = format.as_deref().unwrap_or(b"%l\n");
        for index in range {
            let line = side.lines[index];
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let number = |letter: u8| (letter == b'n').then_some(index + 1);
            self.walk(format, &number, |printer, letter| {
                match letter {
                    b'l' => printer.out.write_all(text)?,
                    b'L' => printer.out.write_all(line)?,
                    _ => return Ok(false),
                }
                Ok(true)
            })?;
        }
        Ok(())
    }

    /// Prints a format. `special` is asked what a letter behind a percent stands for: whether it has printed it.
    fn walk(
        &mut self,
        format: &[u8],
        number: Numbers<'_>,
        mut special: impl FnMut(&mut Self, u8) -> io::Result<bool>,
    ) -> io::Result<()> {
        let mut rest = format;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = match (byte, tail.first()) {
                (b'%', Some(&letter)) if special(self, letter)? => &tail[1..],
                (b'%', _) => &tail[self.other(tail, number)?..],
                _ => {
                    self.out.write_all(&[byte])?;
                    tail
                }
            };
        }
        Ok(())
    }

    /// What lines and groups have in common: a percent, a character, a number. How long it was.
    fn other(&mut self, text: &[u8], number: Numbers<'_>) -> io::Result<usize> {
        if text.first() == Some(&b'%') {
            self.out.write_all(b"%")?;
            return Ok(1);
        }
        if let [b'c', b'\'', character @ ..] = text
            && let Some(end) = character.iter().skip(1).position(|&b| b == b'\'')
        {
            let character = &character[..=end];
            let byte = match character {
                [byte] => Some(*byte),
                [b'\\', digits @ ..] => std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 8).ok()),
                _ => None,
            };
            if let Some(byte) = byte {
                self.out.write_all(&[byte])?;
                return Ok(character.len() + 3);
            }
        }
        if let Some((shown, length)) = spelled(text, number) {
            self.out.write_all(shown.as_bytes())?;
            return Ok(length);
        }
        // Not a format: as it stands.
        self.out.write_all(b"%")?;
        Ok(0)
    }
}

/// A number as `printf` spells it: flags, width and precision, one of `doxX`, and the letter of the number.
fn spelled(text: &[u8], number: Numbers<'_>) -> Option<(String, usize)> {
    /// No number is printed wider.
    const WIDEST: usize = 1000;
    let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let value = |range: Range<usize>| {
        let text = std::str::from_utf8(&text[range]).unwrap_or_default();
        text.parse().unwrap_or(0usize).min(WIDEST)
    };
    let mut at = text.iter().take_while(|b| b"-'0".contains(b)).count();
    let (left, zeros) = (text[..at].contains(&b'-'), text[..at].contains(&b'0'));
    let width = value(at..at + digits(at));
    at += digits(at);
    let mut precision = 0;
    if text.get(at) == Some(&b'.') {
        precision = value(at + 1..at + 1 + digits(at + 1));
        at += 1 + digits(at + 1);
    }
    let number = number(*text.get(at + 1)?)?;
    let plain = match text.get(at)? {
        b'd' => format!("{number:0precision$}"),
        b'o' => format!("{number:0precision$o}"),
        b'x' => format!("{number:0precision$x}"),
        b'X' => format!("{number:0precision$X}"),
        _ => return None,
    };
    let shown = match (left, zeros) {
        (true, _) => format!("{plain:<width$}"),
        (false, true) => format!("{plain:0>width$}"),
        (false, false) => format!("{plain:>width$}"),
    };
    Some((shown, at + 2))
}

/// A format of which only those parts are left that hold; what is left has no choices.
fn chosen(format: &[u8], number: Numbers<'_>) -> Vec<u8> {
    let mut left = Vec::with_capacity(format.len());
    let mut rest = format;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match (byte, tail.first()) {
            (b'%', Some(b'(')) => {
                let (part, length) = choice(tail, number);
                left.extend(part);
                &tail[length..]
            }
            (b'%', Some(&letter)) => {
                left.extend([byte, letter]);
                &tail[1..]
            }
            _ => {
                left.push(byte);
                tail
            }
        };
    }
    left
}

/// `(A=B?T:E)`: the format that holds, and how long all of it is.
fn choice(text: &[u8], number: Numbers<'_>) -> (Vec<u8>, usize) {
    let parse = || {
        let end = text.iter().position(|&b| b == b')')?;
        let inside = &text[1..end];
        let question = inside.iter().position(|&b| b == b'?')?;
        let colon = inside[question..].iter().position(|&b| b == b':')? + question;
        let (one, two) = inside[..question].split_at(inside[..question].iter().position(|&b| b == b'=')?);
        let value = |text: &[u8]| match text {
            [letter] if letter.is_ascii_alphabetic() => number(*letter),
            digits => std::str::from_utf8(digits).ok()?.parse().ok(),
        };
        let same = value(one)? == value(&two[1..])?;
        let chosen = if same { &inside[question + 1..colon] } else { &inside[colon + 1..] };
        Some((chosen.to_vec(), end + 1))
    };
    parse().unwrap_or((b"%%(".to_vec(), 1))
}

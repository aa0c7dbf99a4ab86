//! The forms that differences are printed in.

use super::merged::Formats;
use super::script::Change;
use super::side::{self, Layout};
use agentfense_regex::Regex;
use std::io::{self, Write};
use std::ops::Range;

/// How differences are printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Normal,
    /// `-u`, with so many lines around.
    Unified(usize),
    /// `-c`, likewise.
    Context(usize),
    /// `-e`: a script for ed.
    Ed,
    /// `-n`: as RCS stores them.
    Rcs,
    /// `-y`.
    Side,
    /// Both files as one, by [`Formats`].
    Merged,
}

/// What holds for any form.
#[derive(Debug)]
pub struct Style {
    pub form: Form,
    pub color: bool,
    /// What a line looks like that is shown in the headers of what follows it.
    pub function: Option<Regex>,
    pub layout: Layout,
    /// `-T`: a tab before the text.
    pub initial_tab: bool,
    pub formats: Formats,
}

/// A file as the headers show it, and its lines.
pub struct Side<'a> {
    pub header: Vec<u8>,
    pub lines: Vec<&'a [u8]>,
}

/// Colours, as escape sequences have them.
#[derive(Clone, Copy)]
enum Color {
    None,
    Old,
    New,
    Place,
    Header,
}

/// Prints the differences.
pub fn print(style: &Style, old: &Side, new: &Side, changes: &[Change], out: &mut impl Write) -> io::Result<()> {
    let mut printer = Printer { style, out };
    match style.form {
        Form::Normal => printer.normal(old, new, changes),
        Form::Unified(context) => {
            printer.header([b"--- ", b"+++ "], old, new)?;
            hunks(changes, context).try_for_each(|hunk| printer.unified(old, new, hunk, context))
        }
        Form::Context(context) => {
            printer.header([b"*** ", b"--- "], old, new)?;
            hunks(changes, context).try_for_each(|hunk| printer.contextual(old, new, hunk, context))
        }
        Form::Ed => changes.iter().rev().try_for_each(|change| printer.ed(new, change)),
        Form::Rcs => changes.iter().try_for_each(|change| printer.rcs(new, change)),
        Form::Side => side::print(style.layout, old, new, changes, printer.out),
        Form::Merged => style.formats.print(old, new, changes, printer.out),
    }
}

/// A place in a file; one between two lines is called by the one before it.
fn place(range: &Range<usize>) -> String {
    match range.len() {
        0 => range.start.to_string(),
        1 => (range.start + 1).to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    }
}

/// Changes that are near enough to be shown as one piece.
fn hunks(changes: &[Change], context: usize) -> impl Iterator<Item = &[Change]> {
    changes.chunk_by(move |one, next| next.old.start - one.old.end <= 2 * context)
}

/// The lines of a piece, with those around.
fn around(hunk: &[Change], old: &Side, new: &Side, context: usize) -> (Range<usize>, Range<usize>) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return (0..0, 0..0) };
    let before = context.min(first.old.start).min(first.new.start);
    let after = context.min(old.lines.len() - last.old.end).min(new.lines.len() - last.new.end);
    (first.old.start - before..last.old.end + after, first.new.start - before..last.new.end + after)
}

struct Printer<'a, W> {
    style: &'a Style,
    out: &'a mut W,
}

impl<W: Write> Printer<'_, W> {
    /// Text in a colour, and a newline.
    fn colored(&mut self, color: Color, parts: &[&[u8]]) -> io::Result<()> {
        let start: &[u8] = match color {
            _ if !self.style.color => b"",
            Color::None => b"",
            Color::Old => b"\x1b[31m",
            Color::New => b"\x1b[32m",
            Color::Place => b"\x1b[36m",
            Color::Header => b"\x1b[1m",
        };
        self.out.write_all(start)?;
        for part in parts {
            self.out.write_all(part)?;
        }
        self.out.write_all(if start.is_empty() { b"\n" } else { b"\x1b[0m\n" })
    }

    fn line(&mut self, color: Color, mark: &[u8], line: &[u8]) -> io::Result<()> {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let tabbed;
        let mut mark = mark;
        if self.style.initial_tab {
            tabbed = [mark.trim_ascii_end(), b"\t"].concat();
            mark = &tabbed;
        }
        if self.style.layout.expand_tabs {
            self.colored(color, &[mark, &expanded(text)])?;
        } else {
            self.colored(color, &[mark, text])?;
        }
        if line.ends_with(b"\n") { Ok(()) } else { self.out.write_all(b"\\ No newline at end of file\n") }
    }

    fn header(&mut self, marks: [&[u8]; 2], old: &Side, new: &Side) -> io::Result<()> {
        self.colored(Color::Header, &[marks[0], &old.header])?;
        self.colored(Color::Header, &[marks[1], &new.header])
    }

    fn normal(&mut self, old: &Side, new: &Side, changes: &[Change]) -> io::Result<()> {
        for change in changes {
            let letter = match (change.old.is_empty(), change.new.is_empty()) {
                (true, _) => 'a',
                (_, true) => 'd',
                _ => 'c',
            };
            let command = format!("{}{letter}{}", place(&change.old), place(&change.new));
            self.colored(Color::Place, &[command.as_bytes()])?;
            for text in &old.lines[change.old.clone()] {
                self.line(Color::Old, b"< ", text)?;
            }
            if letter == 'c' {
                self.out.write_all(b"---\n")?;
            }
            for text in &new.lines[change.new.clone()] {
                self.line(Color::New, b"> ", text)?;
            }
        }
        Ok(())
    }

    /// The last line before a piece that `-p` or `-F` is about, with a blank before it.
    fn function(&self, old: &Side, before: usize) -> Vec<u8> {
        const WIDEST: usize = 40;
        let Some(regex) = &self.style.function else { return Vec::new() };
        let found = old.lines[..before].iter().rev().find(|line| {
            // A pattern that cannot be matched finds nothing.
            regex.is_match(line.strip_suffix(b"\n").unwrap_or(line)).unwrap_or(false)
        });
        found.map_or(Vec::new(), |line| {
            let line = line.trim_ascii_start();
            [b" ", line[..line.len().min(WIDEST)].trim_ascii_end()].concat()
        })
    }

    fn unified(&mut self, old: &Side, new: &Side, hunk: &[Change], context: usize) -> io::Result<()> {
        let place = |range: &Range<usize>| match range.len() {
            0 => format!("{},0", range.start),
            1 => (range.start + 1).to_string(),
            length => format!("{},{length}", range.start + 1),
        };
        let (old_range, new_range) = around(hunk, old, new, context);
        let places = format!("@@ -{} +{} @@", place(&old_range), place(&new_range));
        let function = self.function(old, old_range.start);
        if self.style.color {
            self.out.write_all(b"\x1b[36m")?;
            self.out.write_all(places.as_bytes())?;
            self.out.write_all(b"\x1b[0m")?;
            self.out.write_all(&function)?;
            self.out.write_all(b"\n")?;
        } else {
            self.colored(Color::None, &[places.as_bytes(), &function])?;
        }
        let mut at = old_range.start;
        for change in hunk {
            for text in &old.lines[at..change.old.start] {
                self.line(Color::None, b" ", text)?;
            }
            for text in &old.lines[change.old.clone()] {
                self.line(Color::Old, b"-", text)?;
            }
            for text in &new.lines[change.new.clone()] {
                self.line(Color::New, b"+", text)?;
            }
            at = change.old.end;
        }
        old.lines[at..old_range.end].iter().try_for_each(|text| self.line(Color::None, b" ", text))
    }

    fn contextual(&mut self, old: &Side, new: &Side, hunk: &[Change], context: usize) -> io::Result<()> {
        let (old_range, new_range) = around(hunk, old, new, context);
        let function = self.function(old, old_range.start);
        self.colored(Color::None, &[b"***************", &function])?;
        for (side, range, is_old) in [(old, old_range, true), (new, new_range, false)] {
            let own = |change: &Change| if is_old { change.old.clone() } else { change.new.clone() };
            let other = |change: &Change| if is_old { change.new.clone() } else { change.old.clone() };
            let (mark, before, after) =
                if is_old { (&b"- "[..], "*** ", " ****") } else { (&b"+ "[..], "--- ", " ----") };
            let color = if is_old { Color::Old } else { Color::New };
            self.colored(Color::Place, &[format!("{before}{}{after}", place(&range)).as_bytes()])?;
            // A side without changes of its own is not shown.
            if hunk.iter().all(|change| own(change).is_empty()) {
                continue;
            }
            let mut at = range.start;
            for change in hunk {
                for text in &side.lines[at..own(change).start] {
                    self.line(color, b"  ", text)?;
                }
                let mark = if other(change).is_empty() { mark } else { b"! " };
                for text in &side.lines[own(change)] {
                    self.line(color, mark, text)?;
                }
                at = own(change).end;
            }
            for text in &side.lines[at..range.end] {
                self.line(color, b"  ", text)?;
            }
        }
        Ok(())
    }

    fn ed(&mut self, new: &Side, change: &Change) -> io::Result<()> {
        let letter = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => "a",
            (_, true) => return writeln!(self.out, "{}d", place(&change.old)),
            _ => "c",
        };
        writeln!(self.out, "{}{letter}", place(&change.old))?;
        let lines = &new.lines[change.new.clone()];
        let mut inserting = true;
        for text in lines {
            if !inserting {
                self.out.write_all(b"a\n")?;
                inserting = true;
            }
            let text = text.strip_suffix(b"\n").unwrap_or(text);
            if text == b"." {
                // A line that would end the text is put in longer, and shortened.
                self.out.write_all(b"..\n.\ns/.//\n")?;
                inserting = false;
            } else {
                self.out.write_all(text)?;
                self.out.write_all(b"\n")?;
            }
        }
        if inserting { self.out.write_all(b".\n") } else { Ok(()) }
    }

    fn rcs(&mut self, new: &Side, change: &Change) -> io::Result<()> {
        if !change.old.is_empty() {
            writeln!(self.out, "d{} {}", change.old.start + 1, change.old.len())?;
        }
        if !change.new.is_empty() {
            writeln!(self.out, "a{} {}", change.old.end, change.new.len())?;
            for text in &new.lines[change.new.clone()] {
                self.out.write_all(text)?;
            }
        }
        Ok(())
    }
}

/// The text with blanks for its tabs.
fn expanded(text: &[u8]) -> Vec<u8> {
    const TAB: usize = 8;
    let mut expanded = Vec::with_capacity(text.len());
    let mut column = 0;
    for &byte in text {
        if byte == b'\t' {
            let blanks = TAB - column % TAB;
            expanded.resize(expanded.len() + blanks, b' ');
            column += blanks;
        } else {
            // The bytes that go on a character take no column.
            column += usize::from(byte & 0xc0 != 0x80);
            expanded.push(byte);
        }
    }
    expanded
}

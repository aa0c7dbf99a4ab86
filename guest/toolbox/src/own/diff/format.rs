//! The forms that differences are printed in.

use super::script::Change;
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
}

/// A file as the headers show it, and its lines.
pub struct Side<'a> {
    pub header: Vec<u8>,
    pub lines: Vec<&'a [u8]>,
}

/// Prints the differences.
pub fn print(form: Form, old: &Side, new: &Side, changes: &[Change], out: &mut impl Write) -> io::Result<()> {
    match form {
        Form::Normal => normal(old, new, changes, out),
        Form::Unified(context) => {
            header(out, b"--- ", old, b"+++ ", new)?;
            hunks(changes, context).try_for_each(|hunk| unified(old, new, hunk, context, out))
        }
        Form::Context(context) => {
            header(out, b"*** ", old, b"--- ", new)?;
            hunks(changes, context).try_for_each(|hunk| contextual(old, new, hunk, context, out))
        }
    }
}

fn header(out: &mut impl Write, first: &[u8], old: &Side, second: &[u8], new: &Side) -> io::Result<()> {
    for (mark, side) in [(first, old), (second, new)] {
        out.write_all(mark)?;
        out.write_all(&side.header)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn line(out: &mut impl Write, mark: &[u8], line: &[u8]) -> io::Result<()> {
    out.write_all(mark)?;
    out.write_all(line)?;
    if line.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n\\ No newline at end of file\n") }
}

fn normal(old: &Side, new: &Side, changes: &[Change], out: &mut impl Write) -> io::Result<()> {
    // A place between two lines is called by the one before it.
    let place = |range: &Range<usize>| match range.len() {
        0 => range.start.to_string(),
        1 => (range.start + 1).to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    };
    for change in changes {
        let letter = match (change.old.is_empty(), change.new.is_empty()) {
            (true, _) => 'a',
            (_, true) => 'd',
            _ => 'c',
        };
        writeln!(out, "{}{letter}{}", place(&change.old), place(&change.new))?;
        for text in &old.lines[change.old.clone()] {
            line(out, b"< ", text)?;
        }
        if letter == 'c' {
            out.write_all(b"---\n")?;
        }
        for text in &new.lines[change.new.clone()] {
            line(out, b"> ", text)?;
        }
    }
    Ok(())
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

fn unified(old: &Side, new: &Side, hunk: &[Change], context: usize, out: &mut impl Write) -> io::Result<()> {
    let place = |range: &Range<usize>| match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        length => format!("{},{length}", range.start + 1),
    };
    let (old_range, new_range) = around(hunk, old, new, context);
    writeln!(out, "@@ -{} +{} @@", place(&old_range), place(&new_range))?;
    let mut at = old_range.start;
    for change in hunk {
        for text in &old.lines[at..change.old.start] {
            line(out, b" ", text)?;
        }
        for text in &old.lines[change.old.clone()] {
            line(out, b"-", text)?;
        }
        for text in &new.lines[change.new.clone()] {
            line(out, b"+", text)?;
        }
        at = change.old.end;
    }
    old.lines[at..old_range.end].iter().try_for_each(|text| line(out, b" ", text))
}

fn contextual(old: &Side, new: &Side, hunk: &[Change], context: usize, out: &mut impl Write) -> io::Result<()> {
    let place = |range: &Range<usize>| match range.len() {
        0 => range.start.to_string(),
        1 => (range.start + 1).to_string(),
        _ => format!("{},{}", range.start + 1, range.end),
    };
    let (old_range, new_range) = around(hunk, old, new, context);
    out.write_all(b"***************\n")?;
    for (side, range, is_old) in [(old, old_range, true), (new, new_range, false)] {
        let own = |change: &Change| if is_old { change.old.clone() } else { change.new.clone() };
        let other = |change: &Change| if is_old { change.new.clone() } else { change.old.clone() };
        let (mark, before, after) = if is_old { (&b"- "[..], "*** ", " ****") } else { (&b"+ "[..], "--- ", " ----") };
        writeln!(out, "{before}{}{after}", place(&range))?;
        // A side without changes of its own is not shown.
        if hunk.iter().all(|change| own(change).is_empty()) {
            continue;
        }
        let mut at = range.start;
        for change in hunk {
            for text in &side.lines[at..own(change).start] {
                line(out, b"  ", text)?;
            }
            let mark = if other(change).is_empty() { mark } else { b"! " };
            for text in &side.lines[own(change)] {
                line(out, mark, text)?;
            }
            at = own(change).end;
        }
        for text in &side.lines[at..range.end] {
            line(out, b"  ", text)?;
        }
    }
    Ok(())
}

//! Two files side by side.

use super::format::Side;
use super::script::Change;
use std::io::{self, Write};
use unicode_width::UnicodeWidthChar;

const TAB: usize = 8;
/// The least room between the two files.
const GUTTER: usize = 3;

/// How wide, and what is left out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    pub width: usize,
    pub expand_tabs: bool,
    /// `--suppress-common-lines`
    pub suppress_common: bool,
    /// `--left-column`: common lines on the left only.
    pub left_column: bool,
}

struct Printer<'a, W> {
    layout: Layout,
    /// The columns of one file.
    half: usize,
    /// The column where the second file starts.
    second: usize,
    out: &'a mut W,
}

/// Prints the files side by side.
pub fn print(layout: Layout, old: &Side, new: &Side, changes: &[Change], out: &mut impl Write) -> io::Result<()> {
    let width = layout.width;
    let step = if layout.expand_tabs { 1 } else { TAB };
    let offset = width.saturating_add(step + GUTTER) / (2 * step) * step;
    let half = offset.saturating_sub(GUTTER).min(width.saturating_sub(offset));
    let mut printer = Printer { layout, half, second: if half > 0 { offset } else { width }, out };
    let (mut at_old, mut at_new) = (0, 0);
    let end = Change { old: old.lines.len()..old.lines.len(), new: new.lines.len()..new.lines.len() };
    for change in changes.iter().chain([&end]) {
        if !layout.suppress_common {
            for (left, right) in old.lines[at_old..change.old.start].iter().zip(&new.lines[at_new..change.new.start]) {
                match layout.left_column {
                    true => printer.line(Some(left), b'(', None)?,
                    false => printer.line(Some(left), b' ', Some(right))?,
                }
            }
        }
        let (left, right) = (&old.lines[change.old.clone()], &new.lines[change.new.clone()]);
        for index in 0..left.len().max(right.len()) {
            let (left, right) = (left.get(index).copied(), right.get(index).copied());
            let mark = match (left, right) {
                (Some(_), Some(_)) => b'|',
                (Some(_), None) => b'<',
                _ => b'>',
            };
            printer.line(left, mark, right)?;
        }
        (at_old, at_new) = (change.old.end, change.new.end);
    }
    Ok(())
}

impl<W: Write> Printer<'_, W> {
    fn line(&mut self, left: Option<&[u8]>, mark: u8, right: Option<&[u8]>) -> io::Result<()> {
        let ended = |line: Option<&[u8]>| line.is_some_and(|line| line.ends_with(b"\n"));
        let mut column = match left {
            Some(left) => self.half_line(left, 0)?,
            None => 0,
        };
        if mark != b' ' {
            column = self.blanks(column, (self.half + self.second - 1) / 2)? + 1;
            // Only one of the two has a newline at its end.
            let mark = match (mark, ended(left), ended(right)) {
                (b'|', true, false) => b'/',
                (b'|', false, true) => b'\\',
                (mark, ..) => mark,
            };
            self.out.write_all(&[mark])?;
        }
        if let Some(right) = right
            && right != b"\n"
        {
            let column = self.blanks(column, self.second)?;
            self.half_line(right, column)?;
        }
        if ended(left) || ended(right) { self.out.write_all(b"\n") } else { Ok(()) }
    }

    /// Goes from one column to another; the latter.
    fn blanks(&mut self, from: usize, to: usize) -> io::Result<usize> {
        let mut at = from;
        if !self.layout.expand_tabs {
            while at - at % TAB + TAB <= to {
                self.out.write_all(b"\t")?;
                at += TAB - at % TAB;
            }
        }
        write!(self.out, "{:1$}", "", to.saturating_sub(at))?;
        Ok(to.max(from))
    }

    /// Prints as much of a line as there is room for, from column `start` on; the column it ends at.
    fn half_line(&mut self, line: &[u8], start: usize) -> io::Result<usize> {
        // `place` counts what was read, `column` what was put out.
        let (mut place, mut column) = (0, 0);
        for chunk in line.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\n' => return Ok(start + column),
                    '\t' => {
                        let blanks = TAB - place % TAB;
                        if place == column {
                            let stop = column + blanks;
                            if self.layout.expand_tabs {
                                let stop = stop.min(self.half);
                                write!(self.out, "{:1$}", "", stop.saturating_sub(column))?;
                                column = stop.max(column);
                            } else if stop < self.half {
                                self.out.write_all(b"\t")?;
                                column = stop;
                            }
                        }
                        place += blanks;
                    }
                    c => {
                        let width = c.width().unwrap_or(0);
                        place += width;
                        if place <= self.half {
                            column = place;
                            self.out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
                        }
                    }
                }
            }
            for byte in chunk.invalid() {
                place += 1;
                if place <= self.half {
                    column = place;
                    self.out.write_all(&[*byte])?;
                }
            }
        }
        Ok(start + column)
    }
}

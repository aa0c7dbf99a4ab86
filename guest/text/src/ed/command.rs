//! The commands, one by one.

use super::address::Range;
use super::cursor::Cursor;
use super::{Editor, Next, Problem, Result, Suffix};
use agentfense_sys::files::{self, OpenFlags};
use std::io::Write;
use std::rc::Rc;

impl Editor {
    /// Runs the command of one line, and what lines after it belong to it.
    pub(super) fn command(&mut self, line: &mut Cursor) -> Result<Next> {
        let range = self.range(line)?;
        line.blanks();
        let Some(letter) = line.next() else {
            let to = if range.given > 0 { range.last } else { self.buffer.current + 1 };
            if to > self.buffer.last() {
                return Err(Problem::new("Invalid address"));
            }
            self.print(to, to, Suffix::default())?;
            return Ok(Next::Command);
        };
        match letter {
            b'a' => {
                let suffix = self.suffix(line)?;
                self.insert(range.last, suffix)?;
            }
            b'c' => {
                let suffix = self.suffix(line)?;
                let first = range.first.max(1);
                self.lines(Range { first, ..range })?;
                self.change();
                self.cut = self.buffer.remove(first, range.last);
                self.input_text(first - 1)?;
                self.show(suffix)?;
            }
            b'd' => {
                let suffix = self.suffix(line)?;
                self.lines(range)?;
                self.change();
                self.cut = self.buffer.remove(range.first, range.last);
                self.show(suffix)?;
            }
            b'e' | b'E' => {
                self.no_address(range)?;
                let name = self.file_name(line)?;
                if letter == b'e' {
                    self.unwritten()?;
                }
                if name.first() == Some(&b'!') {
                    return Err(Problem::new("Shell access restricted"));
                }
                self.edit(&name)?;
            }
            b'f' => {
                self.no_address(range)?;
                let name = self.file_name(line)?;
                self.file = name;
                let name = self.file.clone();
                self.out.write_all(&name)?;
                self.out.write_all(b"\n")?;
            }
            b'g' | b'v' | b'G' | b'V' => return self.global(letter, range, line),
            b'h' | b'H' => {
                self.no_address(range)?;
                let suffix = self.suffix(line)?;
                if letter == b'H' {
                    self.verbose = !self.verbose;
                }
                if (letter == b'h' || self.verbose)
                    && let Some(message) = &self.message
                {
                    writeln!(self.out, "{message}")?;
                }
                self.show(suffix)?;
            }
            b'i' => {
                let suffix = self.suffix(line)?;
                self.insert(range.last.saturating_sub(1), suffix)?;
            }
            b'j' => {
                let suffix = self.suffix(line)?;
                let range = self.or_default(range, self.buffer.current, self.buffer.current + 1)?;
                self.lines(range)?;
                if range.first < range.last {
                    self.change();
                    let text =
                        (range.first..=range.last).flat_map(|line| self.buffer.text(line).to_vec()).collect::<Vec<_>>();
                    self.cut = self.buffer.remove(range.first, range.last);
                    self.buffer.insert(range.first - 1, [Rc::from(text)]);
                }
                self.show(suffix)?;
            }
            b'k' => {
                let mark = line.next().filter(u8::is_ascii_lowercase);
                let mark = mark.ok_or_else(|| Problem::new("Invalid mark character"))?;
                let suffix = self.suffix(line)?;
                self.lines(range)?;
                self.buffer.mark(usize::from(mark - b'a'), range.last);
                self.show(suffix)?;
            }
            b'l' | b'n' | b'p' => {
                let mut suffix = self.suffix(line)?;
                suffix.add(letter);
                self.print(range.first, range.last, suffix)?;
            }
            b'm' => {
                let to = self.destination(line)?;
                let suffix = self.suffix(line)?;
                self.lines(range)?;
                if (range.first..range.last).contains(&to) {
                    return Err(Problem::new("Invalid destination"));
                }
                self.change();
                if to == range.last || to + 1 == range.first {
                    self.buffer.current = range.last;
                } else {
                    self.buffer.move_lines(range.first, range.last, to);
                }
                self.show(suffix)?;
            }
            b'P' => {
                self.no_address(range)?;
                let suffix = self.suffix(line)?;
                self.prompting = !self.prompting;
                self.show(suffix)?;
            }
            b'q' | b'Q' => {
                self.no_address(range)?;
                self.suffix(line)?;
                if letter == b'q' {
                    self.unwritten()?;
                }
                return Ok(Next::Quit);
            }
            b'r' => {
                let name = self.file_name(line)?;
                let after = if range.given > 0 { range.last } else { self.buffer.last() };
                let (lines, size) = self.read_file(&name)?;
                if self.file.is_empty() {
                    self.file = name;
                }
                if !lines.is_empty() {
                    self.change();
                    self.buffer.insert(after, lines);
                }
                if !self.scripted {
                    writeln!(self.out, "{size}")?;
                }
            }
            b's' => self.substitute(range, line)?,
            b't' => {
                let to = self.destination(line)?;
                let suffix = self.suffix(line)?;
                self.lines(range)?;
                self.change();
                let texts: Vec<_> = (range.first..=range.last).map(|line| self.buffer.text(line)).collect();
                self.buffer.insert(to, texts);
                self.show(suffix)?;
            }
            b'u' => {
                self.no_address(range)?;
                let suffix = self.suffix(line)?;
                if self.in_global() || !self.buffer.undo() {
                    return Err(Problem::new("Nothing to undo"));
                }
                self.show(suffix)?;
            }
            b'w' | b'W' => return self.write(letter == b'W', range, line),
            b'x' => {
                let suffix = self.suffix(line)?;
                if self.cut.is_empty() {
                    return Err(Problem::new("Nothing to put"));
                }
                self.change();
                self.buffer.insert(range.last, self.cut.clone());
                self.show(suffix)?;
            }
            b'y' => {
                let suffix = self.suffix(line)?;
                self.lines(range)?;
                self.cut = (range.first..=range.last).map(|line| self.buffer.text(line)).collect();
                self.show(suffix)?;
            }
            b'z' => {
                let first = if range.given > 0 { range.last } else { self.buffer.current + 1 };
                if first == 0 || first > self.buffer.last() {
                    return Err(Problem::new("Invalid address"));
                }
                match line.number() {
                    Some(0) => return Err(Problem::new("Invalid command suffix")),
                    Some(count) => self.window = count,
                    None => {}
                }
                let suffix = self.suffix(line)?;
                let last = first.saturating_add(self.window - 1).min(self.buffer.last());
                self.print(first, last, suffix)?;
            }
            b'=' => {
                let suffix = self.suffix(line)?;
                let number = if range.given > 0 { range.last } else { self.buffer.last() };
                writeln!(self.out, "{number}")?;
                self.show(suffix)?;
            }
            b'!' => return Err(Problem::new("Shell access restricted")),
            b'#' => {
                line.rest();
            }
            _ => return Err(Problem::new("Unknown command")),
        }
        Ok(Next::Command)
    }

    fn suffix(&mut self, line: &mut Cursor) -> Result<Suffix> {
        let mut suffix = Suffix::default();
        while let Some(byte) = line.next() {
            match byte {
                b'p' | b'l' | b'n' => suffix.add(byte),
                _ => return Err(Problem::new("Invalid command suffix")),
            }
        }
        Ok(suffix)
    }

    fn no_address(&self, range: Range) -> Result<()> {
        if range.given == 0 { Ok(()) } else { Err(Problem::new("Unexpected address")) }
    }

    /// That the range has lines: line 0 is none.
    fn lines(&self, range: Range) -> Result<()> {
        if range.first == 0 { Err(Problem::new("Invalid address")) } else { Ok(()) }
    }

    pub(super) fn or_default(&self, range: Range, first: usize, last: usize) -> Result<Range> {
        match range.given {
            0 if last > self.buffer.last() => Err(Problem::new("Invalid address")),
            0 => Ok(Range { given: 0, first, last }),
            _ => Ok(range),
        }
    }

    /// The address after `m` and `t`; the current line without one.
    fn destination(&mut self, line: &mut Cursor) -> Result<usize> {
        Ok(self.range(line)?.last)
    }

    /// Refuses once what would lose changes.
    fn unwritten(&mut self) -> Result<()> {
        if self.buffer.modified && !self.warned {
            self.warned = true;
            return Err(Problem::new("Warning: buffer modified"));
        }
        Ok(())
    }

    /// The name after a command; the one of the file that is edited where none is given.
    fn file_name(&mut self, line: &mut Cursor) -> Result<Vec<u8>> {
        match line.peek() {
            Some(b' ' | b'\t') => line.blanks(),
            Some(_) => return Err(Problem::new("Unexpected command suffix")),
            None => {}
        }
        let name = line.rest();
        if !name.is_empty() {
            return Ok(name);
        }
        if self.file.is_empty() { Err(Problem::new("No current filename")) } else { Ok(self.file.clone()) }
    }

    fn insert(&mut self, after: usize, suffix: Suffix) -> Result<()> {
        self.change();
        if self.input_text(after)? == 0 {
            self.buffer.current = after;
        }
        self.show(suffix)
    }

    /// Puts lines of input, up to a single period, after a line; how many there were.
    fn input_text(&mut self, after: usize) -> Result<usize> {
        let mut lines: Vec<Rc<[u8]>> = Vec::new();
        while let Some(line) = self.read_line()? {
            if line == b"." {
                break;
            }
            lines.push(Rc::from(line));
        }
        let count = lines.len();
        if count > 0 {
            self.buffer.insert(after, lines);
        }
        Ok(count)
    }

    fn write(&mut self, append: bool, range: Range, line: &mut Cursor) -> Result<Next> {
        let quit = match line.peek() {
            Some(b'q' | b'Q') => line.next(),
            _ => None,
        };
        let name = self.file_name(line)?;
        let range = self.or_default(range, 1.min(self.buffer.last()), self.buffer.last())?;
        if range.given > 0 {
            self.lines(range)?;
        }
        if name.first() == Some(&b'!') {
            return Err(Problem::new("Shell access restricted"));
        }
        let mut text = Vec::new();
        for line in range.first.max(1)..=range.last {
            text.extend_from_slice(&self.buffer.text(line));
            text.push(b'\n');
        }
        let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
        let written = files::open(&name, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666)
            .and_then(|file| file.write_bytes(&text));
        if let Err(errno) = written {
            return Err(self.file_problem(&name, errno, "Cannot open output file"));
        }
        if self.file.is_empty() {
            self.file = name;
        }
        if !self.scripted {
            writeln!(self.out, "{}", text.len())?;
        }
        if range.last - range.first.min(range.last) + 1 >= self.buffer.last() || quit == Some(b'Q') {
            self.buffer.modified = false;
        }
        if quit == Some(b'q') {
            self.unwritten()?;
        }
        Ok(if quit.is_some() { Next::Quit } else { Next::Command })
    }
}

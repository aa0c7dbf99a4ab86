//! The addresses before a command.

use super::cursor::Cursor;
use super::{Editor, Problem, Result};

/// The lines that a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// How many addresses there were: 0, 1 or 2.
    pub given: usize,
    /// The first of two.
    pub first: usize,
    /// The last, or the only one.
    pub last: usize,
}

impl Editor {
    /// Reads the addresses before a command. Without any the range is the current line.
    pub(super) fn range(&mut self, line: &mut Cursor) -> Result<Range> {
        let (before, last) = (self.buffer.current, self.buffer.last());
        let mut range = Range { given: 0, first: before, last: before };
        loop {
            line.blanks();
            let address = self.address(line)?;
            if let Some(address) = address {
                range = Range { given: range.given.max(1), last: address, ..range };
                if range.given == 1 {
                    range.first = address;
                }
            }
            line.blanks();
            let separator = match line.peek() {
                Some(separator @ (b',' | b';')) => separator,
                // All lines, where an address could begin.
                Some(b'%') if address.is_none() => b',',
                _ => break,
            };
            line.next();
            let left = match address {
                Some(address) => address,
                // Nothing on the left: from the first line, or from the current one.
                None if range.given == 0 => {
                    if separator == b',' {
                        1.min(last)
                    } else {
                        before
                    }
                }
                None => range.last,
            };
            if separator == b';' {
                self.buffer.current = left;
            }
            // Nothing on the right: the last line if there was nothing on the left either.
            let right = if address.is_none() && range.given == 0 { last } else { left };
            range = Range { given: 2, first: left, last: right };
        }
        self.buffer.current = before;
        if range.first > range.last || range.last > last {
            return Err(Problem::new("Invalid address"));
        }
        Ok(range)
    }

    /// One address with what is added to it.
    pub(super) fn address(&mut self, line: &mut Cursor) -> Result<Option<usize>> {
        let mut value: Option<i64> = None;
        let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        loop {
            line.blanks();
            let Some(byte) = line.peek() else { break };
            match byte {
                b'0'..=b'9' => {
                    let number = whole(line.number().unwrap_or(0));
                    value = Some(value.map_or(number, |value| value.saturating_add(number)));
                }
                b'+' | b'-' => {
                    line.next();
                    line.blanks();
                    let step = whole(line.number().unwrap_or(1));
                    let from = value.unwrap_or(whole(self.buffer.current));
                    value = Some(if byte == b'+' { from.saturating_add(step) } else { from.saturating_sub(step) });
                }
                _ if value.is_some() => break,
                b'.' => {
                    line.next();
                    value = Some(whole(self.buffer.current));
                }
                b'$' => {
                    line.next();
                    value = Some(whole(self.buffer.last()));
                }
                b'\'' => {
                    line.next();
                    let letter = line.next().filter(u8::is_ascii_lowercase);
                    let letter = letter.ok_or_else(|| Problem::new("Invalid mark character"))?;
                    let marked = self.buffer.marked(usize::from(letter - b'a'));
                    value = Some(whole(marked.ok_or_else(|| Problem::new("Invalid address"))?));
                }
                b'/' | b'?' => {
                    line.next();
                    let (pattern, _) = line.pattern(byte);
                    value = Some(whole(self.search(pattern, byte == b'/')?));
                }
                _ => break,
            }
        }
        match value {
            None => Ok(None),
            Some(value) => match usize::try_from(value) {
                Ok(value) if value <= self.buffer.last() => Ok(Some(value)),
                _ => Err(Problem::new("Invalid address")),
            },
        }
    }

    /// The next line that matches, going round the end of the buffer.
    fn search(&mut self, pattern: Vec<u8>, forward: bool) -> Result<usize> {
        let regex = self.regex(pattern, false)?;
        let (count, current) = (self.buffer.last(), self.buffer.current);
        for step in 1..=count {
            let line =
                if forward { (current + step - 1) % count + 1 } else { (current + 2 * count - step - 1) % count + 1 };
            if regex.is_match(&self.buffer.text(line)).map_err(Problem::pattern)? {
                return Ok(line);
            }
        }
        Err(Problem::new("No match"))
    }
}

//! Records from a stream of bytes, in constant memory.

use crate::pattern::Pattern;
use std::io::{self, Read};
use std::rc::Rc;

/// What ends a record (`RS`).
#[derive(Clone, Debug)]
pub enum Separator {
    /// A byte.
    Byte(u8),
    /// Empty lines.
    Paragraph,
    /// A match.
    Pattern(Rc<Pattern>),
}

const CHUNK: usize = 64 * 1024;

/// Reads records.
pub struct Reader {
    source: Box<dyn Read>,
    buffer: Vec<u8>,
    /// What is read but not given out yet.
    start: usize,
    end: usize,
    at_end: bool,
}

impl Reader {
    /// Of a stream.
    pub fn new(source: Box<dyn Read>) -> Reader {
        Reader { source, buffer: Vec::new(), start: 0, end: 0, at_end: false }
    }

    /// Reads more behind what there is; whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        if self.at_end {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() - self.end < CHUNK / 2 {
            let size = (self.buffer.len() * 2).max(CHUNK);
            self.buffer.resize(size, 0);
        }
        loop {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    return Ok(false);
                }
                Ok(count) => {
                    self.end += count;
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether there is nothing more, as far as can be told without losing anything.
    pub fn at_end(&mut self) -> io::Result<bool> {
        Ok(self.start == self.end && !self.fill()?)
    }

    fn give(&mut self, len: usize, separator: usize, record: &mut Vec<u8>, ended_by: &mut Vec<u8>) {
        let end = self.start + len;
        record.extend_from_slice(&self.buffer[self.start..end]);
        ended_by.extend_from_slice(&self.buffer[end..end + separator]);
        self.start = end + separator;
    }

    /// Reads a record into `record` and what ended it into `ended_by`; false at the end.
    pub fn next(&mut self, by: &Separator, record: &mut Vec<u8>, ended_by: &mut Vec<u8>) -> io::Result<bool> {
        record.clear();
        ended_by.clear();
        match by {
            Separator::Byte(byte) => self.next_by_byte(*byte, record, ended_by),
            Separator::Paragraph => self.next_paragraph(record, ended_by),
            Separator::Pattern(pattern) => self.next_by_pattern(pattern, record, ended_by),
        }
    }

    #[inline]
    fn next_by_byte(&mut self, byte: u8, record: &mut Vec<u8>, ended_by: &mut Vec<u8>) -> io::Result<bool> {
        let mut seen = 0;
        loop {
            if let Some(at) = memchr::memchr(byte, &self.buffer[self.start + seen..self.end]) {
                self.give(seen + at, 1, record, ended_by);
                return Ok(true);
            }
            seen = self.end - self.start;
            if !self.fill()? {
                self.give(seen, 0, record, ended_by);
                return Ok(seen > 0);
            }
        }
    }

    fn next_paragraph(&mut self, record: &mut Vec<u8>, ended_by: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            let newlines = self.newlines_at(0)?;
            self.start += newlines;
            if self.start < self.end {
                break;
            }
            if !self.fill()? {
                return Ok(false);
            }
        }
        let mut seen = 0;
        loop {
            let text = &self.buffer[self.start..self.end];
            if let Some(at) = memchr::memmem::find(&text[seen..], b"\n\n") {
                let len = seen + at;
                let newlines = self.newlines_at(len)?;
                self.give(len, newlines, record, ended_by);
                return Ok(true);
            }
            // The second newline may be still to come.
            seen = text.len().saturating_sub(1);
            if !self.fill()? {
                let len = self.end - self.start;
                let newline = usize::from(self.end > self.start && self.buffer[self.end - 1] == b'\n');
                self.give(len - newline, newline, record, ended_by);
                return Ok(true);
            }
        }
    }

    /// How many newlines there are, from a place on.
    fn newlines_at(&mut self, place: usize) -> io::Result<usize> {
        let mut count = 0;
        loop {
            let text = &self.buffer[self.start + place + count..self.end];
            let more = text.iter().take_while(|&&byte| byte == b'\n').count();
            count += more;
            if more < text.len() || !self.fill()? {
                return Ok(count);
            }
        }
    }

    fn next_by_pattern(&mut self, pattern: &Pattern, record: &mut Vec<u8>, ended_by: &mut Vec<u8>) -> io::Result<bool> {
        if self.start == self.end && !self.fill()? {
            return Ok(false);
        }
        loop {
            let text = &self.buffer[self.start..self.end];
            let mut from = 0;
            let found = loop {
                match pattern.find_at(text, from).map_err(io::Error::other)? {
                    Some(found) if found.is_empty() => {
                        from = found.end + 1;
                        if from > text.len() {
                            break None;
                        }
                    }
                    found => break found,
                }
            };
            // A match at the very end of what is there might go on in what is not.
            match found {
                Some(found) if found.end < text.len() || self.at_end => {
                    self.give(found.start, found.len(), record, ended_by);
                    return Ok(true);
                }
                _ => {}
            }
            if !self.fill()? {
                if found.is_some() {
                    continue;
                }
                let len = self.end - self.start;
                // The newline at the end of a file belongs to the record, as gawk has it.
                self.give(len, 0, record, ended_by);
                return Ok(len > 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, so that every edge of the buffer is met.
    struct Trickle(Vec<u8>);

    impl Read for Trickle {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() || buf.is_empty() {
                return Ok(0);
            }
            buf[0] = self.0.remove(0);
            Ok(1)
        }
    }

    fn records(text: &str, by: Separator) -> Vec<(String, String)> {
        let mut reader = Reader::new(Box::new(Trickle(text.as_bytes().to_vec())));
        let (mut record, mut ended_by, mut all) = (Vec::new(), Vec::new(), Vec::new());
        while reader.next(&by, &mut record, &mut ended_by).unwrap() {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            all.push((text(&record), text(&ended_by)));
        }
        all
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn lines() {
        assert_eq!(records("a\n\nb", Separator::Byte(b'\n')), pairs(&[("a", "\n"), ("", "\n"), ("b", "")]));
        assert!(records("", Separator::Byte(b'\n')).is_empty());
    }

    #[test]
    fn paragraphs() {
        let expected = pairs(&[("a\nb", "\n\n\n"), ("c", "\n")]);
        assert_eq!(records("\n\na\nb\n\n\nc\n", Separator::Paragraph), expected);
        assert!(records("\n\n", Separator::Paragraph).is_empty());
    }

    #[test]
    fn patterns_take_the_longest_separator() {
        let pattern = Pattern::new(b"[0-9]+", false, false).unwrap();
        let expected = pairs(&[("a", "12"), ("b", "345")]);
        assert_eq!(records("a12b345", Separator::Pattern(Rc::new(pattern))), expected);
    }
}

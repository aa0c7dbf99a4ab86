//! A makefile's text, line by line.

use crate::Location;
use crate::variables::Text;

/// A text that is read, and where it stands.
#[derive(Debug)]
pub(crate) struct Source {
    text: Text,
    at: usize,
    /// Its name; absent for the text of an option.
    file: Option<Text>,
    /// The number of the line that is read next.
    next_line: u32,
    /// The number of the line that was read last.
    line: u32,
}

impl Source {
    /// A text whose first line has that number.
    pub fn new(text: Text, file: Option<Text>, first_line: u32) -> Source {
        Source { text, at: 0, file, next_line: first_line, line: first_line }
    }

    /// The next line with the lines that backslashes continue it by, without its newline.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        if self.at >= self.text.len() {
            self.line = self.next_line;
            return None;
        }
        self.line = self.next_line;
        let mut line = Vec::new();
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            line.extend_from_slice(&rest[..end]);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            let ended = end == rest.len();
            self.at += end + usize::from(!ended);
            self.next_line = self.next_line.saturating_add(1);
            let backslashes = line.iter().rev().take_while(|&&byte| byte == b'\\').count();
            if backslashes % 2 == 0 {
                break;
            }
            if ended || self.at >= self.text.len() {
                // Nothing follows: the backslash stands for itself, as does one before the last newline.
                break;
            }
            line.push(b'\n');
        }
        Some(line)
    }

    /// Where the line that was read last starts.
    pub fn location(&self) -> Option<Location> {
        self.file.clone().map(|file| Location { file, line: self.line })
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn continued_lines_count() {
        let mut source = Source::new((*b"a\\\nb\r\nc\\\\\nd").into(), Some((*b"f").into()), 1);
        assert_eq!(source.next_line().as_deref(), Some(&b"a\\\nb"[..]));
        assert_eq!(source.next_line().as_deref(), Some(&b"c\\\\"[..]));
        assert_eq!(source.location().map(|l| l.line), Some(3));
        assert_eq!(source.next_line().as_deref(), Some(&b"d"[..]));
        assert_eq!(source.next_line(), None);
    }
}

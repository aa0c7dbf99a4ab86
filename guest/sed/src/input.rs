//! Lines, from one file after the other.

use crate::system::Input;
use memchr::memchr;
use std::io;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// The lines of one file.
pub(crate) struct Lines {
    input: Box<dyn Input>,
    buffer: Vec<u8>,
    /// What of the buffer was not taken yet.
    start: usize,
    end: usize,
    ended: bool,
}

impl Lines {
    pub fn new(input: Box<dyn Input>) -> Lines {
        Lines { input, buffer: Vec::new(), start: 0, end: 0, ended: false }
    }

    /// Reads more if nothing is left; whether there is something now.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start < self.end {
            return Ok(true);
        }
        if self.ended {
            return Ok(false);
        }
        self.buffer.resize(CHUNK, 0);
        self.start = 0;
        self.end = 0;
        loop {
            match self.input.read(&mut self.buffer) {
                Ok(count) => {
                    self.end = count.min(CHUNK);
                    self.ended = count == 0;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether no line is left.
    pub fn at_end(&mut self) -> io::Result<bool> {
        Ok(!self.fill()?)
    }

    /// Appends the next line without its end; whether it had one. Nothing at the end of the file.
    pub fn next(&mut self, delimiter: u8, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
        let mut any = false;
        while self.fill()? {
            any = true;
            let rest = &self.buffer[self.start..self.end];
            if let Some(length) = memchr(delimiter, rest) {
                line.extend_from_slice(&rest[..length]);
                self.start += length + 1;
                return Ok(Some(true));
            }
            line.extend_from_slice(rest);
            self.start = self.end;
        }
        Ok(any.then_some(false))
    }

    /// Gives back what was read too far.
    pub fn close(mut self) {
        if self.end > self.start {
            self.input.give_back(self.end - self.start);
        }
    }
}

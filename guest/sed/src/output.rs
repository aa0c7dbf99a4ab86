//! Where lines go.

use std::io::{self, Write};

/// How much is kept before it is written.
const CAPACITY: usize = 32 * 1024;

/// A stream or a file, buffered.
pub(crate) struct Sink<W> {
    /// As messages call it.
    pub name: Vec<u8>,
    writer: W,
    buffer: Vec<u8>,
    /// The last line had no end, since its input had none; it gets one when another line follows.
    unended: bool,
    delimiter: u8,
    /// Whether each line is written at once.
    pub at_once: bool,
}

impl<W: Write> Sink<W> {
    pub fn new(name: &[u8], writer: W, delimiter: u8, at_once: bool) -> Sink<W> {
        Sink { name: name.to_vec(), writer, buffer: Vec::new(), unended: false, delimiter, at_once }
    }

    /// A line; `ended` says whether it had its end in the input.
    pub fn line(&mut self, line: &[u8], ended: bool) -> io::Result<()> {
        self.end_line();
        self.buffer.extend_from_slice(line);
        if ended {
            self.buffer.push(self.delimiter);
        } else {
            self.unended = true;
        }
        self.written()
    }

    /// Text as it is, after the end of the line before.
    pub fn text(&mut self, text: &[u8]) -> io::Result<()> {
        self.end_line();
        self.buffer.extend_from_slice(text);
        self.written()
    }

    fn end_line(&mut self) {
        if std::mem::take(&mut self.unended) {
            self.buffer.push(self.delimiter);
        }
    }

    fn written(&mut self) -> io::Result<()> {
        if self.at_once || self.buffer.len() >= CAPACITY { self.flush() } else { Ok(()) }
    }

    /// Writes what is kept.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = self.writer.write_all(&self.buffer);
        self.buffer.clear();
        result.and_then(|()| self.writer.flush())
    }
    /// Writes what is kept and gives back what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        Ok(self.writer)
    }
}

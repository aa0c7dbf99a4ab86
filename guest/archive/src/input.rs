//! Input that can be looked at before it is read, and counters for what passes.

use agentfense_sys::Errno;
use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::rc::Rc;

/// How much is read and written at a time.
pub const CHUNK: usize = 128 * 1024;

/// A buffered reader that can [`peek`](Input::peek). A read that a signal interrupts is tried again.
pub struct Input {
    reader: Box<dyn Read>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    read: Count,
}

impl Input {
    /// Reads from `reader`.
    pub fn new(reader: impl Read + 'static) -> Input {
        Input {
            reader: Box::new(reader),
            buffer: vec![0; CHUNK],
            start: 0,
            end: 0,
            ended: false,
            read: Count::default(),
        }
    }

    /// The next `len` bytes without taking them; fewer at the end. `len` is at most [`CHUNK`].
    pub fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let len = len.min(CHUNK);
        while self.end - self.start < len && !self.ended {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            }
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end.min(self.start + len)])
    }

    /// Whether the reader has said that there is no more.
    pub fn ended(&self) -> bool {
        self.ended && self.start == self.end
    }

    /// How many bytes were taken so far, for a time when this is inside something else.
    pub fn count(&self) -> Count {
        self.read.clone()
    }

    fn fill(&mut self) -> io::Result<()> {
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(len) => {
                    self.end += len;
                    self.ended = len == 0;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("read", &self.read.get()).field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
            if !self.ended {
                self.fill()?;
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    fn consume(&mut self, len: usize) {
        let len = len.min(self.end - self.start);
        self.start += len;
        self.read.add(len);
    }
}

impl Read for Input {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let len = available.len().min(buf.len());
        buf[..len].copy_from_slice(&available[..len]);
        self.consume(len);
        Ok(len)
    }
}

/// A number of bytes that several hold.
#[derive(Clone, Debug, Default)]
pub struct Count(Rc<Cell<u64>>);

impl Count {
    /// How many.
    pub fn get(&self) -> u64 {
        self.0.get()
    }

    fn add(&self, len: usize) {
        self.0.set(self.0.get() + len as u64);
    }
}

/// A writer that counts what passes.
#[derive(Debug)]
pub struct Counted<W> {
    inner: W,
    count: Count,
}

impl<W: Write> Counted<W> {
    /// Counts what goes to `inner`.
    pub fn new(inner: W) -> Counted<W> {
        Counted { inner, count: Count::default() }
    }

    /// The counter, for a time when this is inside something else.
    pub fn count(&self) -> Count {
        self.count.clone()
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let len = self.inner.write(buf)?;
        self.count.add(len);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// The error number of an I/O error of the kernel's.
pub fn errno(error: &io::Error) -> Errno {
    Errno::of(error).unwrap_or(Errno::Io)
}

/// Why a copy ended early.
#[derive(Debug)]
pub enum CopyError {
    /// Reading failed.
    Read(io::Error),
    /// Writing failed.
    Write(io::Error),
}

/// Copies everything; how much that was.
pub fn copy(from: &mut dyn Read, to: &mut dyn Write) -> Result<u64, CopyError> {
    let mut buffer = vec![0; CHUNK];
    let mut total = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(total),
            Ok(len) => {
                to.write_all(&buffer[..len]).map_err(CopyError::Write)?;
                total += len as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(CopyError::Read(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops(&'static [u8]);

    impl Read for Drops {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let Some((&first, rest)) = self.0.split_first() else { return Ok(0) };
            buf[0] = first;
            self.0 = rest;
            Ok(1)
        }
    }

    #[test]
    fn peeking_takes_nothing() {
        let mut input = Input::new(Drops(b"abcdef"));
        assert_eq!(input.peek(3).unwrap(), b"abc");
        input.consume(2);
        assert_eq!(input.peek(3).unwrap(), b"cde");
        assert_eq!(input.peek(9).unwrap(), b"cdef");
        let mut rest = Vec::new();
        input.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"cdef");
        assert!(input.ended());
        assert_eq!(input.count().get(), 6);
    }
}

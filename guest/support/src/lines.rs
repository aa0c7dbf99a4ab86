//! A file's lines, one after the other, without a copy of each.

use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use memchr::memchr;

/// How much is read at a time.
const CHUNK: u32 = 128 * 1024;

/// Gives the lines of a file.
#[derive(Debug)]
pub struct Lines {
    file: OpenFile,
    end: u8,
    buffer: Vec<u8>,
    /// Where the next line starts.
    start: usize,
    /// How far its end was looked for.
    searched: usize,
}

impl Lines {
    /// The lines that `end` ends.
    pub fn new(file: OpenFile, end: u8) -> Lines {
        Lines { file, end, buffer: Vec::new(), start: 0, searched: 0 }
    }

    /// The next line with its end, which only the last may lack.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, Errno> {
        let stop = loop {
            if let Some(at) = memchr(self.end, &self.buffer[self.searched..]) {
                break self.searched + at + 1;
            }
            self.searched = self.buffer.len();
            let data = match self.file.read_some(CHUNK) {
                Err(Errno::Intr) => continue,
                result => result?,
            };
            if data.is_empty() {
                break self.buffer.len();
            }
            if self.start == self.buffer.len() {
                self.buffer = data;
                self.searched = 0;
            } else {
                self.buffer.drain(..self.start);
                self.searched -= self.start;
                self.buffer.extend_from_slice(&data);
            }
            self.start = 0;
        };
        let line = std::mem::replace(&mut self.start, stop)..stop;
        self.searched = stop;
        Ok((!line.is_empty()).then(|| &self.buffer[line]))
    }
}

/// A line without its end.
pub fn content(line: &[u8], end: u8) -> &[u8] {
    line.strip_suffix(&[end]).unwrap_or(line)
}

//! Sorted files made into one.

use super::key::Order;
use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// How much of a file is read at a time.
const CHUNK: u32 = 64 * 1024;

/// A file, line by line.
pub struct Source {
    name: Vec<u8>,
    file: OpenFile,
    end: u8,
    data: Vec<u8>,
    at: usize,
    done: bool,
}

impl Source {
    pub fn new(name: Vec<u8>, file: OpenFile, end: u8) -> Source {
        Source { name, file, end, data: Vec::new(), at: 0, done: false }
    }

    fn more(&mut self) -> Result<(), Errno> {
        match self.file.read_some(CHUNK) {
            Err(Errno::Intr) => Ok(()),
            Err(errno) => Err(errno),
            Ok(data) => {
                self.done = data.is_empty();
                self.data.extend(data);
                Ok(())
            }
        }
    }

    /// Reads the rest into memory.
    pub fn read_all(&mut self) -> Result<(), Errno> {
        while !self.done {
            self.more()?;
        }
        Ok(())
    }

    /// The next line, without its end.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, Errno> {
        let mut searched = self.at;
        loop {
            if let Some(found) = memchr::memchr(self.end, &self.data[searched..]) {
                let line = self.data[self.at..searched + found].to_vec();
                self.at = searched + found + 1;
                return Ok(Some(line));
            }
            if self.done {
                let line = self.data.split_off(self.at.min(self.data.len()));
                self.at = self.data.len();
                return Ok((!line.is_empty()).then_some(line));
            }
            self.data.drain(..self.at);
            self.at = 0;
            searched = self.data.len();
            self.more()?;
        }
    }
}

/// The first line that is left of a source. The least of them is the heap's greatest.
struct Head<'a> {
    order: &'a Order,
    line: Vec<u8>,
    source: usize,
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of equal ones the earlier file's comes first.
        self.order.compare(&other.line, &self.line).then(other.source.cmp(&self.source))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}

/// Several sources in one order.
pub struct Merge<'a> {
    order: &'a Order,
    sources: Vec<Source>,
    heads: BinaryHeap<Head<'a>>,
}

/// A file that cannot be read, and why.
type Problem = (Vec<u8>, Errno);

impl<'a> Merge<'a> {
    pub fn new(order: &'a Order, sources: Vec<Source>) -> Result<Merge<'a>, Problem> {
        let mut merge = Merge { order, sources, heads: BinaryHeap::new() };
        for source in 0..merge.sources.len() {
            merge.advance(source)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, source: usize) -> Result<(), Problem> {
        let from = &mut self.sources[source];
        match from.next_line() {
            Ok(Some(line)) => self.heads.push(Head { order: self.order, line, source }),
            Ok(None) => {}
            Err(errno) => return Err((from.name.clone(), errno)),
        }
        Ok(())
    }

    /// The least line that is left.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(head) = self.heads.pop() else { return Ok(None) };
        self.advance(head.source)?;
        Ok(Some(head.line))
    }
}

//! The lines that sort holds in memory.

use super::key::Order;

/// A line's place in the text, and what its first key comes to.
#[derive(Clone, Copy)]
struct Line {
    start: u32,
    length: u32,
    digest: u64,
}

/// Text, and its lines in order.
pub struct Lines<'a> {
    order: &'a Order,
    text: Vec<u8>,
    lines: Vec<Line>,
    /// Where the line starts that has no end yet.
    open: usize,
    /// How far its end was looked for.
    searched: usize,
}

impl<'a> Lines<'a> {
    pub fn new(order: &'a Order) -> Lines<'a> {
        Lines { order, text: Vec::new(), lines: Vec::new(), open: 0, searched: 0 }
    }

    /// How much memory they take.
    pub fn size(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<Line>()
    }

    /// Adds what was read.
    pub fn add(&mut self, data: &[u8]) {
        self.text.extend_from_slice(data);
        let from = self.searched;
        let ends: Vec<usize> = memchr::memchr_iter(self.order.end, &self.text[from..]).map(|at| from + at).collect();
        for end in ends {
            self.push(end);
            self.open = end + 1;
        }
        self.searched = self.text.len();
    }

    fn push(&mut self, end: usize) {
        let digest = self.order.digest(&self.text[self.open..end]);
        // A text is as long as a guest's memory at most: 4 GiB.
        self.lines.push(Line { start: self.open as u32, length: (end - self.open) as u32, digest });
    }

    /// A last line without an end is one all the same.
    pub fn end_file(&mut self) {
        if self.open < self.text.len() {
            self.push(self.text.len());
            self.open = self.text.len();
            self.searched = self.open;
        }
    }

    /// Puts them in order.
    pub fn sort(&mut self) {
        let (order, text) = (self.order, &self.text);
        let line = |line: &Line| &text[line.start as usize..][..line.length as usize];
        self.lines.sort_by(|a, b| a.digest.cmp(&b.digest).then_with(|| order.compare(line(a), line(b))));
    }

    /// Gives each to a function, until it fails.
    pub fn each(&self, mut give: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
        self.lines.iter().try_for_each(|line| give(&self.text[line.start as usize..][..line.length as usize]))
    }

    /// Forgets all but the line that has no end yet.
    pub fn keep_open_line(&mut self) {
        self.lines.clear();
        self.text.drain(..self.open);
        self.searched -= self.open;
        self.open = 0;
    }
}

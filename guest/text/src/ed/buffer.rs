//! The text that is edited.

use std::rc::Rc;

/// A line without its newline. Its identity stays when it moves, so that marks follow it.
#[derive(Clone, Debug)]
pub struct Line {
    id: u64,
    /// What it says.
    pub text: Rc<[u8]>,
}

/// What `u` goes back to.
#[derive(Clone, Debug, Default)]
struct State {
    lines: Vec<Line>,
    current: usize,
    modified: bool,
}

/// Lines, numbered from 1, and the one that is current.
#[derive(Debug, Default)]
pub struct Buffer {
    lines: Vec<Line>,
    next_id: u64,
    /// The current line; 0 before the first.
    pub current: usize,
    /// Whether there is something that was not written.
    pub modified: bool,
    before: Option<State>,
    marks: [Option<u64>; 26],
}

impl Buffer {
    /// The number of the last line.
    pub fn last(&self) -> usize {
        self.lines.len()
    }

    /// The text of a line; empty where there is none.
    pub fn text(&self, line: usize) -> Rc<[u8]> {
        line.checked_sub(1)
            .and_then(|index| self.lines.get(index))
            .map_or_else(|| Rc::from(&b""[..]), |l| l.text.clone())
    }

    /// The identity of a line.
    pub fn id(&self, line: usize) -> Option<u64> {
        line.checked_sub(1).and_then(|index| self.lines.get(index)).map(|line| line.id)
    }

    /// Where the line with an identity is; it is looked for from `near` on first.
    pub fn find(&self, id: u64, near: usize) -> Option<usize> {
        let near = near.min(self.lines.len());
        let after = self.lines[near..].iter().position(|line| line.id == id).map(|at| at + near + 1);
        after.or_else(|| self.lines[..near].iter().position(|line| line.id == id).map(|at| at + 1))
    }

    /// Remembers the present state for `u`.
    pub fn remember(&mut self) {
        self.before = Some(State { lines: self.lines.clone(), current: self.current, modified: self.modified });
    }

    /// Back to what was remembered, which becomes what is now. Whether there was something.
    pub fn undo(&mut self) -> bool {
        let Some(mut state) = self.before.take() else { return false };
        std::mem::swap(&mut state.lines, &mut self.lines);
        std::mem::swap(&mut state.current, &mut self.current);
        std::mem::swap(&mut state.modified, &mut self.modified);
        self.before = Some(state);
        true
    }

    /// Puts lines after line `after`; the last of them becomes current.
    pub fn insert(&mut self, after: usize, texts: impl IntoIterator<Item = Rc<[u8]>>) {
        let after = after.min(self.lines.len());
        let tail = self.lines.split_off(after);
        for text in texts {
            self.next_id += 1;
            self.lines.push(Line { id: self.next_id, text });
        }
        if self.lines.len() > after {
            self.modified = true;
        }
        self.current = self.lines.len();
        self.lines.extend(tail);
    }

    /// Removes `first..=last`; the line after them becomes current, or the last one. Gives their texts.
    pub fn remove(&mut self, first: usize, last: usize) -> Vec<Rc<[u8]>> {
        let removed: Vec<_> = self.lines.drain(first - 1..last).map(|line| line.text).collect();
        self.modified = true;
        self.current = first.min(self.lines.len());
        removed
    }

    /// Replaces the text of a line.
    pub fn replace(&mut self, line: usize, text: Rc<[u8]>) {
        if let Some(line) = line.checked_sub(1).and_then(|index| self.lines.get_mut(index)) {
            line.text = text;
            self.modified = true;
        }
    }

    /// Moves `first..=last` after line `after`, which is not among them; the last of them becomes current.
    pub fn move_lines(&mut self, first: usize, last: usize, after: usize) {
        let count = last - first + 1;
        if after < first {
            self.lines[after..last].rotate_right(count);
            self.current = after + count;
        } else {
            self.lines[first - 1..after].rotate_left(count);
            self.current = after;
        }
        self.modified = true;
    }

    /// Marks a line with a letter, given by its place in the alphabet.
    pub fn mark(&mut self, letter: usize, line: usize) {
        let id = self.id(line);
        if let Some(mark) = self.marks.get_mut(letter) {
            *mark = id;
        }
    }

    /// The line with a mark.
    pub fn marked(&self, letter: usize) -> Option<usize> {
        self.marks.get(letter).copied().flatten().and_then(|id| self.find(id, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffer(text: &str) -> Buffer {
        let mut buffer = Buffer::default();
        buffer.insert(0, text.bytes().map(|byte| Rc::from(&[byte][..])));
        buffer
    }

    fn text(buffer: &Buffer) -> String {
        (1..=buffer.last()).map(|line| String::from_utf8_lossy(&buffer.text(line)).into_owned()).collect()
    }

    #[test]
    fn lines_move() {
        let mut moved = buffer("abcde");
        moved.move_lines(2, 3, 0);
        assert_eq!((text(&moved).as_str(), moved.current), ("bcade", 2));
        moved.move_lines(1, 2, 4);
        assert_eq!((text(&moved).as_str(), moved.current), ("adbce", 4));
    }

    #[test]
    fn undo_is_undone_by_itself() {
        let mut buffer = buffer("abc");
        buffer.mark(0, 3);
        buffer.remember();
        buffer.remove(1, 2);
        assert_eq!((text(&buffer).as_str(), buffer.marked(0)), ("c", Some(1)));
        assert!(buffer.undo());
        assert_eq!((text(&buffer).as_str(), buffer.marked(0)), ("abc", Some(3)));
        assert!(buffer.undo());
        assert_eq!(text(&buffer), "c");
    }
}

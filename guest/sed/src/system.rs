//! What sed needs of the world.

use std::io::{self, Read, Write};

/// A file that is read.
pub trait Input: Read {
    /// Gives back the last `count` bytes that were read to whoever shares the file, where it can
    /// be done: after `q` the next command goes on where sed stopped.
    fn give_back(&mut self, count: usize) {
        let _ = count;
    }
}

/// The new content of a file that is edited in place. Dropped without a commit, the file stays
/// as it was.
pub trait Edit: Write {
    /// Puts the new content in the file's place; the old file is kept as `backup`, if given.
    fn commit(self: Box<Self>, backup: Option<&[u8]>) -> io::Result<()>;
}

/// Why a file cannot be edited in place.
#[derive(Debug)]
pub enum CannotEdit {
    /// It cannot be read.
    Read(io::Error),
    /// It is a directory, a device or the like.
    NotRegular,
    /// The new file cannot be made beside it.
    Create(io::Error),
}

/// A file that is edited in place: what it holds, and what it will hold.
pub type Editing = (Box<dyn Input>, Box<dyn Edit>);

/// The files and streams. Names are bytes, as in POSIX.
pub trait System {
    /// Opens a file. With `stop_after`, a read must not take bytes after the next such byte, so
    /// that no more than a line is taken from a stream.
    fn open(&mut self, name: &[u8], stop_after: Option<u8>) -> io::Result<Box<dyn Input>>;

    /// Standard input; `stop_after` as in [`System::open`].
    fn stdin(&mut self, stop_after: Option<u8>) -> io::Result<Box<dyn Input>>;

    /// Standard output, not buffered.
    fn stdout(&mut self) -> Box<dyn Write>;

    /// Standard error, not buffered.
    fn stderr(&mut self) -> Box<dyn Write>;

    /// Whether each line shall be seen as soon as it is written.
    fn stdout_is_terminal(&self) -> bool {
        false
    }

    /// Makes a file, or empties it.
    fn create(&mut self, name: &[u8]) -> io::Result<Box<dyn Write>>;

    /// Starts to edit a file in place; with `follow`, the file that a symbolic link points to.
    fn edit(&mut self, name: &[u8], follow: bool) -> Result<Editing, CannotEdit>;

    /// The text of an error, as strerror(3) gives it.
    fn error_text(&self, error: &io::Error) -> String {
        error.to_string()
    }

    /// Whether characters are UTF-8; single bytes otherwise, as in the C locale.
    fn utf8(&self) -> bool {
        true
    }
}

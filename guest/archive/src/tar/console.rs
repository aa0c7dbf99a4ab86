//! What tar says, and the exit status that comes of it.

use crate::compress::say;
use agentfense_support::output::Stdout;
use agentfense_support::{Failure, complain, stdout};
use agentfense_sys::files::OpenFile;
use std::cell::{Cell, RefCell};
use std::io::{self, BufWriter, Write};

/// Lines for the reader and messages, in their order.
pub struct Console {
    lines: RefCell<Lines>,
    status: Cell<u8>,
}

enum Lines {
    Output(BufWriter<Stdout>),
    /// Standard output is for data.
    Error,
}

impl Console {
    /// Lists on standard output, or on standard error when `data_on_stdout`.
    pub fn new(data_on_stdout: bool) -> Console {
        let lines = if data_on_stdout { Lines::Error } else { Lines::Output(stdout()) };
        Console { lines: RefCell::new(lines), status: Cell::new(0) }
    }

    /// Prints a line of a listing.
    pub fn line(&self, line: &[u8]) -> io::Result<()> {
        match &mut *self.lines.borrow_mut() {
            Lines::Output(out) => {
                out.write_all(line)?;
                out.write_all(b"\n")
            }
            Lines::Error => match OpenFile::inherited(2) {
                Some(stderr) => Ok(stderr.write_bytes(&[line, b"\n"].concat())?),
                None => Ok(()),
            },
        }
    }

    /// A message that changes nothing of the status.
    pub fn warn(&self, message: impl std::fmt::Display) {
        self.flush_quietly();
        complain("tar", message);
    }

    /// A message about a difference: status 1.
    pub fn differs(&self, message: impl std::fmt::Display) {
        self.warn(message);
        self.status.set(self.status.get().max(1));
    }

    /// A message about a member that failed: status 2, at the end.
    pub fn error(&self, message: impl std::fmt::Display) {
        self.warn(message);
        self.status.set(2);
    }

    /// Notes a difference that was listed.
    pub fn set_differs(&self) {
        self.status.set(self.status.get().max(1));
    }

    /// A failure that ends everything.
    pub fn fatal(&self, message: impl std::fmt::Display) -> Failure {
        self.flush_quietly();
        Failure::new(format!("{message}\ntar: Error is not recoverable: exiting now")).status(2)
    }

    /// Brings out the lines that come before a message. One that cannot be written is told at the end.
    fn flush_quietly(&self) {
        let _ = self.flush();
    }

    /// Writes what a program that tar starts elsewhere would write itself.
    pub fn raw(&self, text: &str) {
        self.flush_quietly();
        say(format!("{text}\n"));
    }

    fn flush(&self) -> io::Result<()> {
        match &mut *self.lines.borrow_mut() {
            Lines::Output(out) => out.flush(),
            Lines::Error => Ok(()),
        }
    }

    /// The status of the whole call.
    pub fn finish(&self) -> io::Result<u8> {
        self.flush()?;
        if self.status.get() == 2 {
            complain("tar", "Exiting with failure status due to previous errors");
        }
        Ok(self.status.get())
    }
}

/// A name as GNU's listings show it: one line, with what is not printable escaped.
pub fn shown(name: &[u8]) -> String {
    escape(name, None)
}

/// A name in a message, where a colon would end it.
pub fn in_message(name: &[u8]) -> String {
    escape(name, Some(':'))
}

fn escape(name: &[u8], special: Option<char>) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\r' => text.push_str("\\r"),
                '\x07' => text.push_str("\\a"),
                '\x08' => text.push_str("\\b"),
                '\x0b' => text.push_str("\\v"),
                '\x0c' => text.push_str("\\f"),
                c if c.is_control() => {
                    c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| text.push_str(&format!("\\{b:03o}")));
                }
                c => {
                    if Some(c) == special {
                        text.push('\\');
                    }
                    text.push(c);
                }
            }
        }
        chunk.invalid().iter().for_each(|b| text.push_str(&format!("\\{b:03o}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line() {
        assert_eq!(shown(b"a\nb\\c\xff\x01"), "a\\nb\\\\c\\377\\001");
        assert_eq!(shown("ü: x".as_bytes()), "ü: x");
        assert_eq!(in_message(b"a:b"), "a\\:b");
    }
}

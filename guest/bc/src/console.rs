//! What bc and dc write to, and the lines that they read.

use std::io::{self, Write};

/// The world outside of a calculator.
pub trait Console {
    /// Writes to standard output.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Writes to standard error.
    fn complain(&mut self, text: &str);
    /// The next line of standard input, with its end; what was written is shown before.
    fn line(&mut self) -> Option<Vec<u8>>;
}

/// Standard output with long numbers broken at a width.
pub struct Printer {
    width: usize,
    column: usize,
}

impl Printer {
    /// Breaks lines at the width that the variable asks for: 70 if it says nothing, never for 0. bc leaves `margin`
    /// columns of it empty.
    pub fn new(variable: Option<Vec<u8>>, margin: usize) -> Printer {
        let asked = variable.and_then(|value| String::from_utf8(value).ok()?.trim().parse::<usize>().ok());
        let width = match asked {
            Some(0) => 0,
            Some(width) if width > 2 => width - margin,
            _ => 70 - margin,
        };
        Printer { width, column: 0 }
    }

    /// Writes a number's text.
    pub fn number(&mut self, console: &mut dyn Console, text: &str) -> io::Result<()> {
        let mut out = Vec::with_capacity(text.len() + 2);
        for byte in text.bytes() {
            self.column += 1;
            if self.width != 0 && self.column == self.width {
                out.extend_from_slice(b"\\\n");
                self.column = 1;
            }
            out.push(byte);
        }
        console.write(&out)
    }

    /// Writes other text, which is never broken but counts.
    pub fn text(&mut self, console: &mut dyn Console, text: &[u8]) -> io::Result<()> {
        match text.iter().rposition(|&b| b == b'\n') {
            Some(at) => self.column = text.len() - at - 1,
            None => self.column += text.len(),
        }
        console.write(text)
    }
}

/// The console of a process.
pub struct Standard {
    name: &'static str,
    out: std::io::BufWriter<agentfense_support::output::Stdout>,
    input: Option<agentfense_sys::files::OpenFile>,
}

impl Standard {
    /// The console of the command of that name.
    pub fn new(name: &'static str) -> Standard {
        Standard { name, out: agentfense_support::stdout(), input: agentfense_sys::files::OpenFile::inherited(0) }
    }

    /// Writes out what is left.
    pub fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The longest line that is read.
const LONGEST: u32 = 1 << 24;

impl Console for Standard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    fn complain(&mut self, text: &str) {
        // An error of output shows at the next write; nobody is left to tell when standard error is gone.
        let _ = self.out.flush();
        if let Some(stderr) = agentfense_sys::files::OpenFile::inherited(2) {
            let _ = stderr.write_bytes(text.as_bytes());
        }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let _ = self.out.flush();
        match self.input.as_ref()?.read_until(b'\n', LONGEST) {
            Ok(line) => Some(line).filter(|line| !line.is_empty()),
            Err(errno) => {
                self.complain(&format!("{}: {errno}\n", self.name));
                None
            }
        }
    }
}

//! The files and commands that a program reads and writes by name.

use crate::host::{ExitStatus, Host, Pipes, Process, Wait};
use crate::reader::Reader;
use hashbrown::HashMap;
use std::io::{self, Write};

const BUFFER: usize = 32 * 1024;

/// Output, buffered.
pub struct Output {
    sink: Option<Box<dyn Write>>,
    /// What is still to be written.
    pub buffer: Vec<u8>,
    wait: Option<Wait>,
    /// Whether every line is written at once.
    eager: bool,
}

impl Output {
    /// Buffers what goes to `sink`.
    pub fn new(sink: Box<dyn Write>, eager: bool) -> Output {
        Output { sink: Some(sink), buffer: Vec::new(), wait: None, eager }
    }

    /// To be called after something was put into the buffer.
    #[inline]
    pub fn written(&mut self) -> io::Result<()> {
        if self.buffer.len() >= BUFFER || self.eager { self.flush() } else { Ok(()) }
    }

    /// Writes what is buffered.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let Some(sink) = &mut self.sink else {
            self.buffer.clear();
            return Ok(());
        };
        let result = sink.write_all(&self.buffer).and_then(|()| sink.flush());
        self.buffer.clear();
        result
    }

    /// Writes what is buffered, closes, and waits for the command that reads it.
    fn close(mut self) -> (io::Result<()>, Option<ExitStatus>) {
        let result = self.flush();
        self.sink = None;
        let status = self.wait.take().and_then(|wait| wait().ok());
        (result, status)
    }
}

/// Input: a file or what a command prints.
struct Input {
    reader: Reader,
    wait: Option<Wait>,
}

/// How a name was opened to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A file.
    File {
        /// Whether it keeps what it has.
        append: bool,
    },
    /// A command that reads it.
    Pipe,
    /// A command that is also read.
    Coprocess,
}

/// Everything that is open, by name.
pub struct Streams {
    /// Standard output.
    pub stdout: Output,
    outputs: HashMap<Vec<u8>, Output>,
    inputs: HashMap<Vec<u8>, Input>,
}

/// What closing gave.
#[derive(Debug, Default)]
pub struct Closed {
    /// Whether anything of that name was open.
    pub found: bool,
    /// How the command ended, if it was one.
    pub status: Option<ExitStatus>,
    /// Whether what was buffered could not be written.
    pub failed: bool,
}

impl Streams {
    /// Only standard output.
    pub fn new(host: &mut dyn Host) -> Streams {
        let eager = host.stdout_is_terminal();
        Streams { stdout: Output::new(host.stdout(), eager), outputs: HashMap::new(), inputs: HashMap::new() }
    }

    /// The output of that name, opened if it is not yet.
    pub fn output(&mut self, host: &mut dyn Host, name: &[u8], mode: Mode) -> io::Result<&mut Output> {
        if name == b"/dev/stdout" || (name == b"-" && matches!(mode, Mode::File { .. })) {
            return Ok(&mut self.stdout);
        }
        if !self.outputs.contains_key(name) {
            let output = match mode {
                Mode::File { .. } if name == b"/dev/stderr" => Output::new(host.stderr(), true),
                Mode::File { append } => Output::new(host.create(name, append)?, false),
                Mode::Pipe => {
                    self.flush_all()?;
                    let process = host.spawn(name, Pipes::Write)?;
                    Output { sink: process.stdin, buffer: Vec::new(), wait: Some(process.wait), eager: false }
                }
                Mode::Coprocess => {
                    self.start_coprocess(host, name)?;
                    return self.outputs.get_mut(name).ok_or_else(closed);
                }
            };
            self.outputs.insert(name.to_vec(), output);
        }
        self.outputs.get_mut(name).ok_or_else(closed)
    }

    fn start_coprocess(&mut self, host: &mut dyn Host, name: &[u8]) -> io::Result<()> {
        self.flush_all()?;
        let Process { stdin, stdout, wait } = host.spawn(name, Pipes::Both)?;
        // The end is waited for when the side that is read closes.
        self.outputs.insert(name.to_vec(), Output { sink: stdin, buffer: Vec::new(), wait: None, eager: false });
        let reader = Reader::new(stdout.unwrap_or_else(|| Box::new(io::empty())));
        self.inputs.insert(name.to_vec(), Input { reader, wait: Some(wait) });
        Ok(())
    }

    /// The file of that name, opened if it is not yet.
    pub fn file(&mut self, host: &mut dyn Host, name: &[u8]) -> io::Result<&mut Reader> {
        if !self.inputs.contains_key(name) {
            let source = if name == b"-" || name == b"/dev/stdin" { host.stdin() } else { host.open(name)? };
            self.inputs.insert(name.to_vec(), Input { reader: Reader::new(source), wait: None });
        }
        self.inputs.get_mut(name).map(|input| &mut input.reader).ok_or_else(closed)
    }

    /// What the command of that name prints; it is started if it does not run yet.
    pub fn command(&mut self, host: &mut dyn Host, name: &[u8], both: bool) -> io::Result<&mut Reader> {
        if both {
            match self.outputs.get_mut(name) {
                Some(output) => output.flush()?,
                None if !self.inputs.contains_key(name) => self.start_coprocess(host, name)?,
                None => {}
            }
        } else if !self.inputs.contains_key(name) {
            self.flush_all()?;
            let process = host.spawn(name, Pipes::Read)?;
            let reader = Reader::new(process.stdout.unwrap_or_else(|| Box::new(io::empty())));
            self.inputs.insert(name.to_vec(), Input { reader, wait: Some(process.wait) });
        }
        self.inputs.get_mut(name).map(|input| &mut input.reader).ok_or_else(closed)
    }

    /// Writes everything that is buffered.
    pub fn flush_all(&mut self) -> io::Result<()> {
        let mut result = self.stdout.flush();
        for output in self.outputs.values_mut() {
            result = result.and(output.flush());
        }
        result
    }

    /// Writes what one output has buffered; false if there is none of that name.
    pub fn flush(&mut self, name: &[u8]) -> bool {
        if name == b"/dev/stdout" {
            return self.stdout.flush().is_ok();
        }
        self.outputs.get_mut(name).is_some_and(|output| output.flush().is_ok())
    }

    /// Closes what has that name; of a coprocess only the side that is written, if so asked.
    pub fn close(&mut self, name: &[u8], write_side_only: bool) -> Closed {
        let mut closed = Closed::default();
        if let Some(output) = self.outputs.remove(name) {
            let (result, status) = output.close();
            closed = Closed { found: true, status, failed: result.is_err() };
        }
        if !write_side_only && let Some(input) = self.inputs.remove(name) {
            closed.found = true;
            // A command that still prints finds nobody reading, and ends.
            drop(input.reader);
            if let Some(wait) = input.wait {
                closed.status = wait().ok();
            }
        }
        closed
    }

    /// Closes everything at the end of the program; the first error.
    pub fn close_all(&mut self) -> io::Result<()> {
        let mut result = self.stdout.flush();
        for (_, output) in self.outputs.drain() {
            result = result.and(output.close().0);
        }
        for (_, input) in self.inputs.drain() {
            drop(input.reader);
            if let Some(wait) = input.wait {
                // How a command ended that nobody asked about does not matter.
                let _ = wait();
            }
        }
        result
    }
}

fn closed() -> io::Error {
    io::Error::other("not open")
}

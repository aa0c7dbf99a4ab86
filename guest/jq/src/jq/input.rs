//! The inputs of jq: values, events, lines or whole texts, from one file after another.

use super::options::Options;
use crate::value::{Events, ParseError, Parser, Value};
use agentfense_support::read;
use agentfense_sys::files::OpenFile;
use std::collections::VecDeque;

/// How much is read in one step.
const CHUNK: u32 = 64 * 1024;

/// All values of a text.
pub fn all(data: &[u8]) -> Result<Vec<Value>, ParseError> {
    let mut parser = Parser::new(false);
    let mut values = Vec::new();
    let mut at = 0;
    while at < data.len() {
        at += parser.push(&data[at..])?;
        values.extend(parser.take());
    }
    parser.finish()?;
    values.extend(parser.take());
    Ok(values)
}

/// Why there is no next value.
pub enum Fault {
    /// The text is no JSON: nothing can be read after it.
    Parse(String),
    /// A file could not be read; the next one can.
    File(String),
}

/// Where inputs come from.
pub struct Inputs {
    names: VecDeque<Vec<u8>>,
    file: Option<OpenFile>,
    filename: Option<String>,
    chunk: Vec<u8>,
    at: usize,
    lines: usize,
    began: bool,
    ended: bool,
    parser: Parser,
    events: Option<Events>,
    stream: bool,
    raw: bool,
    slurp: bool,
    before_read: fn(),
}

impl Inputs {
    /// The inputs that the options ask for. `before_read` is called before each wait for more of them.
    pub fn new(options: &Options, before_read: fn()) -> Inputs {
        let mut names: VecDeque<_> = options.files.iter().cloned().collect();
        if names.is_empty() {
            names.push_back(b"-".to_vec());
        }
        Inputs {
            names,
            file: None,
            filename: None,
            chunk: Vec::new(),
            at: 0,
            lines: 0,
            began: false,
            ended: false,
            parser: Parser::new(options.sequence),
            events: None,
            stream: options.stream,
            raw: options.raw_input,
            slurp: options.slurp,
            before_read,
        }
    }

    /// The file that the last input came from; absent for standard input.
    pub fn filename(&self) -> Option<&str> {
        self.filename.as_deref()
    }

    /// Where the last input was, as errors say it.
    pub fn position(&self) -> String {
        if !self.began {
            return "<unknown>".into();
        }
        format!("{}:{}", self.filename.as_deref().unwrap_or("<stdin>"), self.line_number())
    }

    /// How many lines were read; the one that is being read counts when it is there to its end.
    pub fn line_number(&self) -> usize {
        let inside = self.at > 0 && self.chunk[self.at - 1] != b'\n';
        self.lines + usize::from(inside && self.chunk[self.at..].contains(&b'\n'))
    }

    /// The next input.
    pub fn next(&mut self) -> Option<Result<Value, Fault>> {
        if !self.slurp {
            return self.single();
        }
        if std::mem::replace(&mut self.ended, true) {
            return None;
        }
        let mut values = Vec::new();
        let mut text = String::new();
        loop {
            // The flag was set for this one answer; the inputs below end on their own.
            match self.single() {
                None => break,
                Some(Err(fault)) => {
                    if matches!(fault, Fault::File(_)) {
                        self.ended = false;
                    }
                    return Some(Err(fault));
                }
                Some(Ok(Value::String(part))) if self.raw => text.push_str(&part),
                Some(Ok(value)) => values.push(value),
            }
        }
        Some(Ok(if self.raw { Value::from(text) } else { Value::from_iter(values) }))
    }

    fn single(&mut self) -> Option<Result<Value, Fault>> {
        if self.raw {
            return self.line();
        }
        loop {
            if let Some(event) = self.events.as_mut().and_then(Iterator::next) {
                return Some(Ok(event));
            }
            self.events = None;
            let value = match self.value()? {
                Ok(value) => value,
                Err(fault) => return Some(Err(fault)),
            };
            if !self.stream {
                return Some(Ok(value));
            }
            self.events = Some(Events::new(value));
        }
    }

    /// The next value of the text.
    fn value(&mut self) -> Option<Result<Value, Fault>> {
        loop {
            if let Some(value) = self.parser.take() {
                return Some(Ok(value));
            }
            if self.at < self.chunk.len() {
                match self.parser.push(&self.chunk[self.at..]) {
                    Ok(read) => self.advance(read),
                    Err(fault) => {
                        self.at = self.chunk.len();
                        self.parser.reset();
                        return Some(Err(Fault::Parse(fault.0)));
                    }
                }
                continue;
            }
            match self.more() {
                Ok(true) => {}
                Ok(false) => {
                    let finished = self.parser.finish();
                    self.parser.reset();
                    if let Err(fault) = finished {
                        return Some(Err(Fault::Parse(fault.0)));
                    }
                    return self.parser.take().map(Ok);
                }
                Err(fault) => return Some(Err(fault)),
            }
        }
    }

    fn advance(&mut self, count: usize) {
        let read = &self.chunk[self.at..self.at + count];
        self.lines += memchr::memchr_iter(b'\n', read).count();
        self.at += count;
    }

    /// The next line, or all that is left in one piece when it is slurped.
    fn line(&mut self) -> Option<Result<Value, Fault>> {
        let mut line: Vec<u8> = Vec::new();
        let mut any = false;
        loop {
            let rest = &self.chunk[self.at..];
            let end = if self.slurp { None } else { memchr::memchr(b'\n', rest) };
            let taken = end.unwrap_or(rest.len());
            any |= taken > 0 || end.is_some();
            line.extend_from_slice(&rest[..taken]);
            self.advance(taken + usize::from(end.is_some()));
            if end.is_some() {
                break;
            }
            match self.more() {
                Ok(true) => {}
                Ok(false) if any => break,
                Ok(false) => return None,
                Err(fault) => return Some(Err(fault)),
            }
        }
        Some(Ok(Value::from(String::from_utf8_lossy(&line).into_owned())))
    }

    /// Reads more of this file or of the next; false at the end of the last.
    fn more(&mut self) -> Result<bool, Fault> {
        loop {
            if self.file.is_none() {
                let Some(name) = self.names.pop_front() else { return Ok(false) };
                let shown = String::from_utf8_lossy(&name).into_owned();
                match read::open(&name) {
                    Ok(file) => self.file = Some(file),
                    Err(errno) => return Err(Fault::File(format!("Could not open file {shown}: {errno}"))),
                }
                self.filename = (name != b"-").then_some(shown);
                self.lines = 0;
            }
            (self.before_read)();
            let chunk = match self.file.as_ref().map(|file| file.read_some(CHUNK)) {
                Some(Ok(chunk)) => chunk,
                Some(Err(errno)) => {
                    self.file = None;
                    let name = self.filename.as_deref().unwrap_or("<stdin>");
                    return Err(Fault::File(format!("Input error: {name}: {errno}")));
                }
                None => Vec::new(),
            };
            self.began = true;
            if chunk.is_empty() {
                self.file = None;
                continue;
            }
            self.chunk = chunk;
            self.at = 0;
            return Ok(true);
        }
    }
}

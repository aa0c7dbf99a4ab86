//! `getline` in all its forms, and the files of the command line.

use super::{Interp, Run, fatal, slot};
use crate::ast::{Place, Source};
use crate::reader::Reader;
use crate::text::Text;
use crate::value::Value;
use std::io;

/// The files of the command line as one input.
#[derive(Default)]
pub struct MainInput {
    /// The file that is read now.
    current: Option<Reader>,
    /// The operand that is next, less 1.
    index: usize,
    /// Whether an operand was a file.
    any_file: bool,
    /// No more files.
    over: bool,
    /// What ended the last record.
    ended_by: Vec<u8>,
    /// Space for the next record.
    space: Vec<u8>,
}

impl<'p> Interp<'p> {
    /// Reads the next record of the files into `$0`; false at the end of the last.
    pub(super) fn next_record(&mut self) -> Run<bool> {
        // The last record stays, for END, where there is no other.
        let mut text = std::mem::take(&mut self.main.space);
        let found = self.next_main(&mut text)?;
        if found {
            text = self.record.set(text);
            self.nr += 1.0;
            self.fnr += 1.0;
        }
        self.main.space = text;
        Ok(found)
    }

    fn next_main(&mut self, text: &mut Vec<u8>) -> Run<bool> {
        loop {
            if self.main.current.is_none() && !self.open_next()? {
                return Ok(false);
            }
            let Some(reader) = &mut self.main.current else { return Ok(false) };
            if reader.at_end().unwrap_or(false) {
                self.end_of_file()?;
                continue;
            }
            match reader.next(&self.settings.separator, text, &mut self.main.ended_by) {
                Ok(true) => {
                    if self.program.uses_rt {
                        self.globals[slot::RT] = Value::Str(Text::from(self.main.ended_by.as_slice()));
                    }
                    return Ok(true);
                }
                Ok(false) => self.end_of_file()?,
                Err(error) => {
                    let name = self.globals[slot::FILENAME].clone().into_text(b"%.6g");
                    let name = String::from_utf8_lossy(&name);
                    if error.kind() == io::ErrorKind::IsADirectory {
                        self.warn(&format!("warning: command line argument `{name}' is a directory: skipped"));
                        self.status = 2;
                        self.main.current = None;
                        continue;
                    }
                    return fatal(format!("error reading input file `{name}': {}", self.host.error_text(&error)));
                }
            }
        }
    }

    pub(super) fn warn(&mut self, message: &str) {
        // Nobody is left to tell when standard error is gone.
        let _ = self.host.stderr().write_all(format!("awk: {message}\n").as_bytes());
    }

    fn end_of_file(&mut self) -> Run<()> {
        let program = self.program;
        self.main.current = None;
        for block in &program.end_file {
            self.block(block)?;
        }
        Ok(())
    }

    /// `nextfile`.
    pub(super) fn skip_file(&mut self) -> Run<()> {
        if self.main.current.is_some() { self.end_of_file() } else { Ok(()) }
    }

    /// Opens the next file of the command line; false when there are no more.
    fn open_next(&mut self) -> Run<bool> {
        while !self.main.over {
            self.main.index += 1;
            let count = self.globals[slot::ARGC].number();
            if self.main.index as f64 >= count {
                self.main.over = true;
                if self.main.any_file {
                    return Ok(false);
                }
                // Without operands that are files, standard input.
                let source = self.host.stdin();
                self.start_file(Some(Reader::new(source)), b"-", None)?;
                if self.main.current.is_some() {
                    return Ok(true);
                }
                return Ok(false);
            }
            let operand = match &self.globals[slot::ARGV] {
                Value::Array(table) => table.borrow().get(self.main.index.to_string().as_bytes()).cloned(),
                _ => None,
            };
            let operand = operand.unwrap_or_default().into_text(b"%.6g");
            if operand.is_empty() {
                continue;
            }
            if let Some((name, value)) = crate::options::assignment(&operand) {
                self.assign(name, value)?;
                continue;
            }
            self.main.any_file = true;
            let opened = if operand.as_bytes() == b"-" || operand.as_bytes() == b"/dev/stdin" {
                Ok(self.host.stdin())
            } else {
                self.host.open(&operand)
            };
            match opened {
                Ok(source) => self.start_file(Some(Reader::new(source)), &operand, None)?,
                Err(error) => self.start_file(None, &operand, Some(error))?,
            }
            if self.main.current.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn start_file(&mut self, reader: Option<Reader>, name: &[u8], error: Option<io::Error>) -> Run<()> {
        let program = self.program;
        self.globals[slot::FILENAME] = Value::Input(Text::from(name));
        self.fnr = 0.0;
        self.main.current = reader;
        if let Some(error) = &error {
            let text = self.host.error_text(error);
            let shown = String::from_utf8_lossy(name).into_owned();
            if program.begin_file.is_empty() {
                // No line of the program is to blame.
                self.line = 0;
                return fatal(format!("cannot open file `{shown}' for reading: {text}"));
            }
            self.globals[slot::ERRNO] = Value::Str(Text::from(text.as_str()));
        } else if !program.begin_file.is_empty() {
            self.globals[slot::ERRNO] = Value::Str(Text::new());
        }
        for block in &program.begin_file {
            match self.block(block) {
                Err(super::Stop::NextFile) => {
                    self.main.current = None;
                    return Ok(());
                }
                result => result?,
            }
        }
        if let Some(error) = error {
            let text = self.host.error_text(&error);
            return fatal(format!("cannot open file `{}' for reading: {text}", String::from_utf8_lossy(name)));
        }
        Ok(())
    }

    pub(super) fn getline(&mut self, place: &'p Option<Place>, source: &'p Source) -> Run<f64> {
        let (name, command, both) = match source {
            Source::Main => return self.getline_main(place),
            Source::File(name) => (name, false, false),
            Source::Command(name) => (name, true, false),
            Source::Coprocess(name) => (name, true, true),
        };
        let name = self.eval(name)?.into_text(&self.settings.convfmt);
        let opened =
            if command { self.streams.command(self.host, &name, both) } else { self.streams.file(self.host, &name) };
        let mut text = Vec::new();
        let read = opened.and_then(|reader| reader.next(&self.settings.separator, &mut text, &mut self.main.ended_by));
        match read {
            Ok(true) => {}
            Ok(false) => return Ok(0.0),
            Err(error) => {
                let text = self.host.error_text(&error);
                self.globals[slot::ERRNO] = Value::Str(Text::from(text.as_str()));
                return Ok(-1.0);
            }
        }
        if self.program.uses_rt {
            self.globals[slot::RT] = Value::Str(Text::from(self.main.ended_by.as_slice()));
        }
        if command {
            self.nr += 1.0;
        }
        match place {
            None => drop(self.record.set(text)),
            Some(place) => self.set_place(place, Value::Input(Text::from(text)))?,
        }
        Ok(1.0)
    }

    fn getline_main(&mut self, place: &'p Option<Place>) -> Run<f64> {
        let Some(place) = place else {
            return Ok(f64::from(u8::from(self.next_record()?)));
        };
        let mut text = Vec::new();
        if !self.next_main(&mut text)? {
            return Ok(0.0);
        }
        self.nr += 1.0;
        self.fnr += 1.0;
        self.set_place(place, Value::Input(Text::from(text)))?;
        Ok(1.0)
    }
}

//! Lines in and out: the input files, the queue of a cycle, the output files.

use super::*;

impl Machine<'_> {
    /// Reads the next line into the pattern space, or appends it. False when there is none.
    pub(super) fn read_line(&mut self, script: &Script, append: bool) -> Result<bool, Stop> {
        self.print_queue(script)?;
        if append {
            self.pattern.text.push(self.settings.delimiter);
        } else {
            self.pattern.text.clear();
        }
        self.substituted = false;
        loop {
            if self.current.is_none() && !self.open_next(script)? {
                return Ok(false);
            }
            let Some(current) = &mut self.current else { return Ok(false) };
            match current.lines.next(self.settings.delimiter, &mut self.pattern.text) {
                Ok(Some(ended)) => {
                    self.pattern.ended = ended;
                    self.line_number += 1;
                    return Ok(true);
                }
                Ok(None) => self.close_current()?,
                Err(error) => return Err(self.read_error(&error)),
            }
        }
    }

    pub(super) fn read_error(&self, error: &io::Error) -> Stop {
        let name = self.current.as_ref().map(|current| current.name.as_slice()).unwrap_or_default();
        let shown = String::from_utf8_lossy(name);
        Stop::new(PANIC, format!("read error on {shown}: {}", self.system.error_text(error)))
    }

    /// Opens the next file that can be opened.
    pub(super) fn open_next(&mut self, script: &Script) -> Result<bool, Stop> {
        if let Some(ahead) = self.ahead.take() {
            self.current = Some(ahead);
            return Ok(true);
        }
        while let Some(name) = self.files.pop_front() {
            if let Some(current) = self.open(name)? {
                if self.settings.separate {
                    self.reset(script);
                    self.hold.text.clear();
                }
                self.current = Some(current);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Opens a file, and what is written in its place if it is edited. What fails is told.
    pub(super) fn open(&mut self, name: Vec<u8>) -> Result<Option<Current>, Stop> {
        let shown = String::from_utf8_lossy(&name).into_owned();
        let stop_after = self.settings.unbuffered.then_some(self.settings.delimiter);
        let opened: Result<Box<dyn Input>, CannotEdit> = if self.settings.in_place.is_some() {
            self.system.edit(&name, self.settings.follow_symlinks).map(|(input, edit)| {
                self.edited = Some(Sink::new(&name, edit, self.settings.delimiter, false));
                input
            })
        } else if name == b"-" {
            self.system.stdin(stop_after).map_err(CannotEdit::Read)
        } else {
            self.system.open(&name, stop_after).map_err(CannotEdit::Read)
        };
        let (status, message) = match opened {
            Ok(input) => return Ok(Some(Current { name, lines: Lines::new(input) })),
            Err(CannotEdit::Read(error)) => {
                (BAD_INPUT, format!("can't read {shown}: {}", self.system.error_text(&error)))
            }
            Err(CannotEdit::NotRegular) => (PANIC, format!("couldn't edit {shown}: not a regular file")),
            Err(CannotEdit::Create(error)) => {
                let text = self.system.error_text(&error);
                return Err(Stop::new(PANIC, format!("couldn't open temporary file for {shown}: {text}")));
            }
        };
        // In the order in which it happened, for whoever reads both.
        self.stdout.flush().map_err(|error| self.write_error(b"stdout", &error))?;
        complain(self.system, &message);
        self.status = self.status.max(status);
        Ok(None)
    }

    pub(super) fn close_current(&mut self) -> Result<(), Stop> {
        let Some(current) = self.current.take() else { return Ok(()) };
        current.lines.close();
        let Some(sink) = self.edited.take() else { return Ok(()) };
        let backup = match &self.settings.in_place {
            Some(suffix) if !suffix.is_empty() => Some(backup_name(&current.name, suffix)),
            _ => None,
        };
        let committed = sink.finish().and_then(|edit| edit.commit(backup.as_deref()));
        committed.map_err(|error| {
            let shown = String::from_utf8_lossy(&current.name);
            Stop::new(PANIC, format!("cannot rename {shown}: {}", self.system.error_text(&error)))
        })
    }

    /// Whether the line is the last: of its file, where files are separate.
    pub(super) fn is_last(&mut self) -> Result<bool, Stop> {
        let Some(current) = &mut self.current else { return Ok(true) };
        match current.lines.at_end() {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(error) => return Err(self.read_error(&error)),
        }
        if self.settings.separate {
            return Ok(true);
        }
        while self.ahead.is_none() {
            let Some(name) = self.files.pop_front() else { return Ok(true) };
            let Some(mut next) = self.open(name)? else { continue };
            match next.lines.at_end() {
                Ok(true) => {}
                Ok(false) => self.ahead = Some(next),
                Err(error) => {
                    let shown = String::from_utf8_lossy(&next.name);
                    let text = self.system.error_text(&error);
                    return Err(Stop::new(PANIC, format!("read error on {shown}: {text}")));
                }
            }
        }
        Ok(false)
    }

    pub(super) fn read_other_line(&mut self, index: usize) -> Result<(), Stop> {
        if let Some(Some(lines)) = self.line_files.get_mut(index) {
            let mut line = Vec::new();
            match lines.next(self.settings.delimiter, &mut line) {
                Ok(Some(ended)) => self.queue.push(Queued::Line(line, ended)),
                Ok(None) => {}
                Err(error) => return Err(Stop::new(PANIC, format!("read error: {}", self.system.error_text(&error)))),
            }
        }
        Ok(())
    }

    // Output.

    pub(super) fn write_error(&self, name: &[u8], error: &io::Error) -> Stop {
        let shown = String::from_utf8_lossy(name);
        Stop::new(PANIC, format!("couldn't write to {shown}: {}", self.system.error_text(error)))
    }

    pub(super) fn put_line(&mut self, line: &[u8], ended: bool) -> Result<(), Stop> {
        let written = match &mut self.edited {
            Some(sink) => sink.line(line, ended),
            None => self.stdout.line(line, ended),
        };
        written.map_err(|error| self.write_error(b"stdout", &error))
    }

    pub(super) fn put_text(&mut self, text: &[u8]) -> Result<(), Stop> {
        let written = match &mut self.edited {
            Some(sink) => sink.text(text),
            None => self.stdout.text(text),
        };
        written.map_err(|error| self.write_error(b"stdout", &error))
    }

    /// The text of an `i` or `c`: its last line ends as lines do in this run.
    pub(super) fn put_added(&mut self, text: &[u8]) -> Result<(), Stop> {
        match text.strip_suffix(b"\n") {
            Some(text) => self.put_line(text, true),
            None => self.put_text(text),
        }
    }

    pub(super) fn put_line_to(&mut self, output: Output, line: &[u8], ended: bool) -> Result<(), Stop> {
        let sink = match output {
            Output::Stdout => &mut self.stdout,
            Output::Stderr => &mut self.stderr,
            Output::File(index) => match self.outputs.get_mut(index) {
                Some(sink) => sink,
                None => return Ok(()),
            },
        };
        sink.line(line, ended).map_err(|error| {
            let shown = String::from_utf8_lossy(&sink.name);
            Stop::new(PANIC, format!("couldn't write to {shown}: {}", self.system.error_text(&error)))
        })
    }

    pub(super) fn put_pattern(&mut self, output: Option<Output>) -> Result<(), Stop> {
        let text = std::mem::take(&mut self.pattern.text);
        let result = match output {
            None => self.put_line(&text, self.pattern.ended),
            Some(output) => self.put_line_to(output, &text, self.pattern.ended),
        };
        self.pattern.text = text;
        result
    }

    pub(super) fn put_first(&mut self, output: Option<Output>) -> Result<(), Stop> {
        let text = std::mem::take(&mut self.pattern.text);
        let found = memchr(self.settings.delimiter, &text);
        let (end, ended) = (found.unwrap_or(text.len()), found.is_some() || self.pattern.ended);
        let result = match output {
            None => self.put_line(&text[..end], ended),
            Some(output) => self.put_line_to(output, &text[..end], ended),
        };
        self.pattern.text = text;
        result
    }

    pub(super) fn print_pattern(&mut self) -> Result<(), Stop> {
        if self.settings.quiet { Ok(()) } else { self.put_pattern(None) }
    }

    /// Prints what `a`, `r` and `R` left for the end of the cycle.
    pub(super) fn print_queue(&mut self, script: &Script) -> Result<(), Stop> {
        if self.queue.is_empty() {
            return Ok(());
        }
        let mut queue = std::mem::take(&mut self.queue);
        for queued in queue.drain(..) {
            match queued {
                Queued::Text(index) => {
                    if let Some(Command { action: Action::Append(text), .. }) = script.commands.get(index) {
                        self.put_text(text)?;
                    }
                }
                Queued::Line(mut line, ended) => {
                    if ended {
                        line.push(self.settings.delimiter);
                    }
                    self.put_text(&line)?;
                }
                Queued::File(name) => self.print_file(&name)?,
            }
        }
        // Its memory is used again.
        self.queue = queue;
        Ok(())
    }

    pub(super) fn print_file(&mut self, name: &[u8]) -> Result<(), Stop> {
        let opened = if name == b"/dev/stdin" { self.system.stdin(None) } else { self.system.open(name, None) };
        // A file that cannot be read counts as empty, as POSIX says.
        let Ok(mut input) = opened else { return Ok(()) };
        let mut buffer = vec![0; 32 * 1024];
        loop {
            match input.read(&mut buffer) {
                Ok(0) | Err(_) => return Ok(()),
                Ok(count) => self.put_text(&buffer[..count.min(buffer.len())])?,
            }
        }
    }

    pub(super) fn flush_outputs(&mut self) -> Result<(), Stop> {
        for sink in &mut self.outputs {
            if let Err(error) = sink.flush() {
                let shown = String::from_utf8_lossy(&sink.name);
                return Err(Stop::new(PANIC, format!("couldn't write to {shown}: {}", self.system.error_text(&error))));
            }
        }
        Ok(())
    }

    /// Closes everything. After an error, a file that is edited stays as it was.
    pub(super) fn finish(&mut self, well: bool) -> Result<(), Stop> {
        if well {
            self.close_current()?;
        } else {
            self.edited = None;
        }
        let flushed = self.stdout.flush();
        self.flush_outputs()?;
        flushed.map_err(|error| self.write_error(b"stdout", &error))
    }

    // Changes of the pattern space.
}

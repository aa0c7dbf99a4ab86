//! The cycle: reads a line, applies the commands, prints what is left.

use crate::input::Lines;
use crate::options::Settings;
use crate::output::Sink;
use crate::script::{Action, Address, Command, Output, Pattern, Script, Substitute, Translation};
use crate::system::{CannotEdit, Edit, Input, System};
use crate::{BAD_INPUT, BAD_USAGE, PANIC, Stop, complain};
use agentfense_regex::Regex;
use memchr::memchr;
use std::collections::VecDeque;
use std::io::{self, Write};

/// Applies a script to files.
pub(crate) struct Executor<'a> {
    script: Script,
    machine: Machine<'a>,
}

/// The pattern space or the hold space.
#[derive(Debug)]
struct Space {
    text: Vec<u8>,
    /// Whether the line had its end: the last line of a file may have none.
    ended: bool,
}

/// The file that is read.
struct Current {
    name: Vec<u8>,
    lines: Lines,
}

/// What is printed at the end of the cycle.
enum Queued {
    /// The text of the `a` at that place.
    Text(usize),
    /// A file's content.
    File(Vec<u8>),
    /// A line of an `R`.
    Line(Vec<u8>, bool),
}

/// How far a range of addresses is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Range {
    Inactive,
    /// Up to that line, where the end is a number.
    Active(u64),
    /// Over; one that starts at a line number does not start again.
    Closed,
}

/// How a cycle ends.
enum End {
    /// With printing, unless `-n`.
    Normal,
    /// Without printing.
    Deleted,
    /// Without printing, and the next one goes on with what is left in the pattern space.
    Again,
    Quit {
        status: u8,
        print: bool,
    },
}

struct Machine<'a> {
    system: &'a mut dyn System,
    settings: Settings,
    files: VecDeque<Vec<u8>>,
    current: Option<Current>,
    /// The next file that has lines, if it had to be looked for.
    ahead: Option<Current>,
    line_number: u64,
    pattern: Space,
    hold: Space,
    queue: Vec<Queued>,
    stdout: Sink<Box<dyn Write>>,
    stderr: Sink<Box<dyn Write>>,
    outputs: Vec<Sink<Box<dyn Write>>>,
    edited: Option<Sink<Box<dyn Edit>>>,
    line_files: Vec<Option<Lines>>,
    ranges: Vec<Range>,
    last_pattern: Pattern,
    substituted: bool,
    status: u8,
    scratch: Vec<u8>,
}

impl<'a> Executor<'a> {
    /// Opens the files that are written.
    pub fn new(
        script: Script,
        mut settings: Settings,
        files: Vec<Vec<u8>>,
        system: &'a mut dyn System,
    ) -> Result<Executor<'a>, Stop> {
        settings.quiet |= script.quiet;
        let delimiter = settings.delimiter;
        let at_once = settings.unbuffered;
        let mut outputs = Vec::new();
        for name in &script.outputs {
            let writer = system.create(name).map_err(|error| {
                let shown = String::from_utf8_lossy(name);
                Stop::new(PANIC, format!("couldn't open file {shown}: {}", system.error_text(&error)))
            })?;
            outputs.push(Sink::new(name, writer, delimiter, at_once));
        }
        let line_by_line = at_once || system.stdout_is_terminal();
        let mut machine = Machine {
            stdout: Sink::new(b"stdout", system.stdout(), delimiter, line_by_line),
            stderr: Sink::new(b"stderr", system.stderr(), delimiter, true),
            system,
            files: if files.is_empty() { VecDeque::from([b"-".to_vec()]) } else { files.into() },
            current: None,
            ahead: None,
            line_number: 0,
            pattern: Space { text: Vec::new(), ended: true },
            hold: Space { text: Vec::new(), ended: true },
            queue: Vec::new(),
            outputs,
            edited: None,
            line_files: Vec::new(),
            ranges: Vec::new(),
            last_pattern: None,
            substituted: false,
            status: 0,
            scratch: Vec::new(),
            settings,
        };
        machine.reset(&script);
        Ok(Executor { script, machine })
    }

    /// Runs to the end of the input or a `q`; the exit status.
    pub fn run(mut self) -> Result<u8, Stop> {
        let result = self.cycles();
        let finished = self.machine.finish(result.is_ok());
        let status = result?;
        finished?;
        Ok(if status == 0 { self.machine.status } else { status })
    }

    fn cycles(&mut self) -> Result<u8, Stop> {
        let (script, machine) = (&self.script, &mut self.machine);
        let mut keep = false;
        while keep || machine.read_line(script, false)? {
            keep = false;
            match machine.cycle(script)? {
                End::Normal => machine.print_pattern()?,
                End::Deleted => {}
                End::Again => keep = true,
                End::Quit { status, print } => {
                    if print {
                        machine.print_pattern()?;
                        machine.print_queue(script)?;
                    }
                    // The last line that is printed gets its end, other than at the end of the input.
                    machine.put_text(b"")?;
                    return Ok(status);
                }
            }
            machine.print_queue(script)?;
        }
        Ok(0)
    }
}

impl Machine<'_> {
    fn cycle(&mut self, script: &Script) -> Result<End, Stop> {
        let mut at = 0;
        while let Some(command) = script.commands.get(at) {
            let selected = self.selects(script, at, command)? != command.negated;
            at += 1;
            if !selected {
                if let Action::Block(end) = command.action {
                    at = end;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) => {}
                Action::LineNumber => {
                    let text = self.line_number.to_string();
                    self.put_line(text.as_bytes(), true)?;
                }
                Action::Append(_) => self.queue.push(Queued::Text(at - 1)),
                Action::Insert(text) => self.put_added(text)?,
                Action::Change(text) => {
                    if !matches!(self.ranges.get(at - 1), Some(Range::Active(_))) {
                        self.put_added(text)?;
                    }
                    return Ok(End::Deleted);
                }
                Action::Branch(to) => at = *to,
                Action::BranchIf(to) => {
                    if std::mem::take(&mut self.substituted) {
                        at = *to;
                    }
                }
                Action::BranchUnless(to) => {
                    if !std::mem::take(&mut self.substituted) {
                        at = *to;
                    }
                }
                Action::Delete => return Ok(End::Deleted),
                Action::DeleteFirst => {
                    return Ok(match memchr(self.settings.delimiter, &self.pattern.text) {
                        Some(end) => {
                            self.pattern.text.drain(..=end);
                            End::Again
                        }
                        None => End::Deleted,
                    });
                }
                Action::FileName => {
                    let name = self.current.as_ref().map(|current| current.name.clone()).unwrap_or_default();
                    self.put_line(&name, true)?;
                }
                Action::Get => {
                    self.pattern.text.clone_from(&self.hold.text);
                    self.pattern.ended = self.hold.ended;
                }
                Action::GetAppend => {
                    self.pattern.text.push(self.settings.delimiter);
                    self.pattern.text.extend_from_slice(&self.hold.text);
                    self.pattern.ended = self.hold.ended;
                }
                Action::Hold => {
                    self.hold.text.clone_from(&self.pattern.text);
                    self.hold.ended = self.pattern.ended;
                }
                Action::HoldAppend => {
                    self.hold.text.push(self.settings.delimiter);
                    self.hold.text.extend_from_slice(&self.pattern.text);
                    self.hold.ended = self.pattern.ended;
                }
                Action::Exchange => std::mem::swap(&mut self.pattern, &mut self.hold),
                Action::Zap => self.pattern.text.clear(),
                Action::List(length) => {
                    let text = listing(&self.pattern.text, length.unwrap_or(self.settings.line_length));
                    self.put_line(&text, true)?;
                }
                Action::Next => {
                    if self.is_last()? {
                        return Ok(End::Normal);
                    }
                    self.print_pattern()?;
                    self.read_line(script, false)?;
                }
                Action::NextAppend => {
                    if self.is_last()? {
                        return Ok(if self.settings.posix { End::Deleted } else { End::Normal });
                    }
                    self.read_line(script, true)?;
                }
                Action::Print => self.put_pattern(None)?,
                Action::PrintFirst => self.put_first(None)?,
                Action::Write(output) => self.put_pattern(Some(*output))?,
                Action::WriteFirst(output) => self.put_first(Some(*output))?,
                Action::Quit(status) => return Ok(End::Quit { status: *status, print: true }),
                Action::QuitSilently(status) => return Ok(End::Quit { status: *status, print: false }),
                Action::ReadFile(name) => self.queue.push(Queued::File(name.clone())),
                Action::ReadLine(index) => self.read_other_line(*index)?,
                Action::Substitute(substitute) => self.substitute(script, substitute)?,
                Action::Translate(translation) => self.translate(translation),
            }
        }
        Ok(End::Normal)
    }

    // Addresses.

    fn selects(&mut self, script: &Script, index: usize, command: &Command) -> Result<bool, Stop> {
        let Some(from) = &command.from else { return Ok(true) };
        let Some(to) = &command.to else { return self.matches(script, from) };
        let line = self.line_number;
        let state = self.ranges.get(index).copied().unwrap_or(Range::Inactive);
        let (selected, state) = match (state, to) {
            (Range::Active(end), Address::Line(_) | Address::Plus(_) | Address::Multiple(_)) => {
                // A range of so many lines takes in the line that `N` has moved on to.
                let inside = line <= end || !matches!(to, Address::Line(_));
                (inside, if line >= end { Range::Closed } else { state })
            }
            (Range::Active(_), _) => (true, if self.matches(script, to)? { Range::Closed } else { state }),
            (state, _) => {
                let starts = match from {
                    // The line may have been read by `N` and be past by now.
                    Address::Line(first) => state != Range::Closed && line >= *first,
                    from => self.matches(script, from)?,
                };
                if !starts {
                    return Ok(false);
                }
                let end = match to {
                    Address::Line(last) => *last,
                    Address::Plus(count) => line.saturating_add(*count),
                    Address::Multiple(0) => line,
                    Address::Multiple(of) => (line / of + 1).saturating_mul(*of),
                    _ => u64::MAX,
                };
                let past =
                    matches!((from, to), (Address::Line(first), Address::Line(_)) if line > end && line != *first);
                (!past, if end <= line { Range::Closed } else { Range::Active(end) })
            }
        };
        if let Some(range) = self.ranges.get_mut(index) {
            *range = state;
        }
        Ok(selected)
    }

    fn matches(&mut self, script: &Script, address: &Address) -> Result<bool, Stop> {
        let line = self.line_number;
        Ok(match address {
            Address::Line(number) => line == *number,
            Address::Step(first, step) => line >= *first && (line - first).is_multiple_of(*step),
            Address::Last => self.is_last()?,
            Address::Pattern(pattern) => {
                let regex = self.regex(script, *pattern)?;
                regex.is_match(&self.pattern.text).map_err(|error| Stop::new(PANIC, error.to_string()))?
            }
            // These end a range and are looked at there.
            Address::Plus(_) | Address::Multiple(_) => false,
        })
    }

    /// The pattern, or the last one that was used if it is the empty one.
    fn regex<'s>(&mut self, script: &'s Script, pattern: Pattern) -> Result<&'s Regex, Stop> {
        let index = pattern.or(self.last_pattern);
        let regex = index.and_then(|index| script.patterns.get(index));
        self.last_pattern = index;
        regex.ok_or_else(|| Stop::new(BAD_USAGE, format!("{}: no previous regular expression", script.place)))
    }

    // Input.

    /// Everything that is about one stream of lines starts anew.
    fn reset(&mut self, script: &Script) {
        self.line_number = 0;
        let start = |command: &Command| match command.from {
            Some(Address::Line(0)) => Range::Active(u64::MAX),
            _ => Range::Inactive,
        };
        self.ranges = script.commands.iter().map(start).collect();
        self.line_files = script
            .line_files
            .iter()
            .map(|name| {
                let opened = if name == b"-" { self.system.stdin(None) } else { self.system.open(name, None) };
                opened.ok().map(Lines::new)
            })
            .collect();
    }

    /// Reads the next line into the pattern space, or appends it. False when there is none.
    fn read_line(&mut self, script: &Script, append: bool) -> Result<bool, Stop> {
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

    fn read_error(&self, error: &io::Error) -> Stop {
        let name = self.current.as_ref().map(|current| current.name.as_slice()).unwrap_or_default();
        let shown = String::from_utf8_lossy(name);
        Stop::new(PANIC, format!("read error on {shown}: {}", self.system.error_text(error)))
    }

    /// Opens the next file that can be opened.
    fn open_next(&mut self, script: &Script) -> Result<bool, Stop> {
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
    fn open(&mut self, name: Vec<u8>) -> Result<Option<Current>, Stop> {
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

    fn close_current(&mut self) -> Result<(), Stop> {
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
    fn is_last(&mut self) -> Result<bool, Stop> {
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

    fn read_other_line(&mut self, index: usize) -> Result<(), Stop> {
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

    fn write_error(&self, name: &[u8], error: &io::Error) -> Stop {
        let shown = String::from_utf8_lossy(name);
        Stop::new(PANIC, format!("couldn't write to {shown}: {}", self.system.error_text(error)))
    }

    fn put_line(&mut self, line: &[u8], ended: bool) -> Result<(), Stop> {
        let written = match &mut self.edited {
            Some(sink) => sink.line(line, ended),
            None => self.stdout.line(line, ended),
        };
        written.map_err(|error| self.write_error(b"stdout", &error))
    }

    fn put_text(&mut self, text: &[u8]) -> Result<(), Stop> {
        let written = match &mut self.edited {
            Some(sink) => sink.text(text),
            None => self.stdout.text(text),
        };
        written.map_err(|error| self.write_error(b"stdout", &error))
    }

    /// The text of an `i` or `c`: its last line ends as lines do in this run.
    fn put_added(&mut self, text: &[u8]) -> Result<(), Stop> {
        match text.strip_suffix(b"\n") {
            Some(text) => self.put_line(text, true),
            None => self.put_text(text),
        }
    }

    fn put_line_to(&mut self, output: Output, line: &[u8], ended: bool) -> Result<(), Stop> {
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

    fn put_pattern(&mut self, output: Option<Output>) -> Result<(), Stop> {
        let text = std::mem::take(&mut self.pattern.text);
        let result = match output {
            None => self.put_line(&text, self.pattern.ended),
            Some(output) => self.put_line_to(output, &text, self.pattern.ended),
        };
        self.pattern.text = text;
        result
    }

    fn put_first(&mut self, output: Option<Output>) -> Result<(), Stop> {
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

    fn print_pattern(&mut self) -> Result<(), Stop> {
        if self.settings.quiet { Ok(()) } else { self.put_pattern(None) }
    }

    /// Prints what `a`, `r` and `R` left for the end of the cycle.
    fn print_queue(&mut self, script: &Script) -> Result<(), Stop> {
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

    fn print_file(&mut self, name: &[u8]) -> Result<(), Stop> {
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

    fn flush_outputs(&mut self) -> Result<(), Stop> {
        for sink in &mut self.outputs {
            if let Err(error) = sink.flush() {
                let shown = String::from_utf8_lossy(&sink.name);
                return Err(Stop::new(PANIC, format!("couldn't write to {shown}: {}", self.system.error_text(&error))));
            }
        }
        Ok(())
    }

    /// Closes everything. After an error, a file that is edited stays as it was.
    fn finish(&mut self, well: bool) -> Result<(), Stop> {
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

    fn substitute(&mut self, script: &Script, substitute: &Substitute) -> Result<(), Stop> {
        let regex = self.regex(script, substitute.pattern)?;
        let replacement = &substitute.replacement;
        if replacement.highest > regex.groups() {
            let message = format!("invalid reference \\{} on `s' command's RHS", replacement.highest);
            return Err(Stop::new(BAD_USAGE, message));
        }
        let fail = |error: agentfense_regex::Error| Stop::new(PANIC, error.to_string());
        let text = &self.pattern.text;
        let result = &mut self.scratch;
        result.clear();
        let (mut start, mut copied, mut count) = (0, 0, 0);
        let mut previous_end = None;
        let mut replaced = false;
        while start <= text.len() {
            let (found, captures) = if replacement.needs_groups() {
                match regex.captures_at(text, start).map_err(fail)? {
                    Some(captures) => (captures.whole(), Some(captures)),
                    None => break,
                }
            } else {
                match regex.find_at(text, start).map_err(fail)? {
                    Some(found) => (found, None),
                    None => break,
                }
            };
            let empty = found.is_empty();
            start = if empty { found.end + character_length(&text[found.end..]) } else { found.end };
            // Nothing matches between a match and what comes right after it.
            if empty && previous_end == Some(found.start) {
                continue;
            }
            previous_end = Some(found.end);
            count += 1;
            if count < substitute.number {
                continue;
            }
            result.extend_from_slice(&text[copied..found.start]);
            match &captures {
                Some(captures) => replacement.expand(text, captures, result),
                None => replacement.expand_whole(&text[found.clone()], result),
            }
            copied = found.end;
            replaced = true;
            if !substitute.global {
                break;
            }
        }
        if !replaced {
            return Ok(());
        }
        result.extend_from_slice(&text[copied..]);
        std::mem::swap(&mut self.pattern.text, &mut self.scratch);
        self.substituted = true;
        if substitute.print {
            self.put_pattern(None)?;
        }
        match substitute.write {
            Some(output) => self.put_pattern(Some(output)),
            None => Ok(()),
        }
    }

    fn translate(&mut self, translation: &Translation) {
        match translation {
            Translation::Bytes(table) => {
                for byte in &mut self.pattern.text {
                    *byte = table[usize::from(*byte)];
                }
            }
            Translation::Chars(map) => {
                let mut result = Vec::with_capacity(self.pattern.text.len());
                for chunk in self.pattern.text.utf8_chunks() {
                    for c in chunk.valid().chars() {
                        let c = map.get(&c).copied().unwrap_or(c);
                        result.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    result.extend_from_slice(chunk.invalid());
                }
                self.pattern.text = result;
            }
        }
    }
}

/// How long the first character is; 1 at the end, so that a search always moves on.
fn character_length(text: &[u8]) -> usize {
    let expected = match text.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return 1,
    };
    match text.get(..expected).map(std::str::from_utf8) {
        Some(Ok(_)) => expected,
        _ => 1,
    }
}

/// The name of the old file: `*` in the suffix stands for the file's base name; without one it is
/// appended.
fn backup_name(name: &[u8], suffix: &[u8]) -> Vec<u8> {
    let (dir, base) = match memchr::memrchr(b'/', name) {
        Some(at) => name.split_at(at + 1),
        None => (&name[..0], name),
    };
    let mut backup = Vec::new();
    if suffix.contains(&b'*') {
        for &byte in suffix {
            match byte {
                b'*' => backup.extend_from_slice(base),
                byte => backup.push(byte),
            }
        }
    } else {
        backup.extend_from_slice(base);
        backup.extend_from_slice(suffix);
    }
    if backup.contains(&b'/') { backup } else { [dir, &backup].concat() }
}

/// What `l` prints, without the end of the line; folded into lines of `length`.
fn listing(text: &[u8], length: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 2);
    let mut width = 0;
    for &byte in text {
        let mut octal = [b'\\', b'0' + (byte >> 6), b'0' + (byte >> 3 & 7), b'0' + (byte & 7)];
        let short = match byte {
            b'\\' => Some(b'\\'),
            7 => Some(b'a'),
            8 => Some(b'b'),
            12 => Some(b'f'),
            b'\n' => Some(b'n'),
            b'\r' => Some(b'r'),
            b'\t' => Some(b't'),
            11 => Some(b'v'),
            _ => None,
        };
        let shown: &[u8] = match short {
            Some(letter) => {
                octal[1] = letter;
                &octal[..2]
            }
            None if (0x20..0x7f).contains(&byte) => {
                octal[0] = byte;
                &octal[..1]
            }
            None => &octal,
        };
        if length > 0 && width + shown.len() > length - 1 {
            out.extend_from_slice(b"\\\n");
            width = 0;
        }
        out.extend_from_slice(shown);
        width += shown.len();
    }
    out.push(b'$');
    out
}

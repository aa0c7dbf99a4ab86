//! The cycle: reads a line, applies the commands, prints what is left.

mod lines;

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

//! xargs: builds command lines from standard input and runs them.

use agentfense_support::exec::cannot_run;
use agentfense_support::options::{number, size};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::process::{Command, ExitStatus, Stdio};
use agentfense_sys::processes::{self, WaitFlags, WaitTarget};
use agentfense_sys::{Errno, Signal};
use std::io::{BufRead, BufReader, Read, Write};

const HELP: &str = "\
{} [OPTION]... COMMAND [INITIAL-ARGS]...
Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.

  -0, --null                   items are separated by a null, not whitespace
  -a, --arg-file=FILE          read arguments from FILE, not standard input
  -d, --delimiter=CHARACTER    items in input stream are separated by CHARACTER
  -E END                       set logical EOF string
  -I R, -i[R], --replace[=R]   replace R in INITIAL-ARGS with names from input
  -L, -l, --max-lines=N        use at most N nonblank input lines per command
  -n, --max-args=N             use at most N arguments per command line
  -o, --open-tty               reopen stdin as /dev/tty in the child
  -P, --max-procs=N            run at most N processes at a time
  -p, --interactive            prompt before running commands
      --process-slot-var=VAR   set environment variable VAR in child processes
  -r, --no-run-if-empty        if there are no arguments, do not run COMMAND
  -s, --max-chars=N            limit length of command line to N
      --show-limits            show limits on command-line length
  -t, --verbose                print commands before executing them
  -x, --exit                   exit if the size (see -s) is exceeded";

const SHORTS: &str = "+0a:d:E:e::I:i::L:l::n:oP:prs:tx";
const LONGS: &[Long] = &[
    ("null", Takes::Nothing, '0'),
    ("arg-file", Takes::Argument, 'a'),
    ("delimiter", Takes::Argument, 'd'),
    ("eof", Takes::Optional, 'e'),
    ("replace", Takes::Optional, 'i'),
    ("max-lines", Takes::Optional, 'l'),
    ("max-args", Takes::Argument, 'n'),
    ("open-tty", Takes::Nothing, 'o'),
    ("max-procs", Takes::Argument, 'P'),
    ("interactive", Takes::Nothing, 'p'),
    ("process-slot-var", Takes::Argument, '\u{1}'),
    ("no-run-if-empty", Takes::Nothing, 'r'),
    ("max-chars", Takes::Argument, 's'),
    ("show-limits", Takes::Nothing, '\u{2}'),
    ("verbose", Takes::Nothing, 't'),
    ("exit", Takes::Nothing, 'x'),
];

/// What a command line may have at most, as GNU's xargs sets it.
const DEFAULT_SIZE: usize = 128 * 1024;
const MAX_SIZE: usize = 2 * 1024 * 1024 - 4096;

struct Settings {
    input: Input,
    end: Option<Vec<u8>>,
    replace: Option<Vec<u8>>,
    max_lines: Option<usize>,
    max_args: Option<usize>,
    max_procs: usize,
    max_size: usize,
    open_tty: bool,
    prompt: bool,
    slot_variable: Option<Vec<u8>>,
    run_if_empty: bool,
    verbose: bool,
    exit_on_size: bool,
    command: Vec<Vec<u8>>,
}

/// How the input is cut into items.
#[derive(Clone, Copy, PartialEq)]
enum Input {
    /// At blanks, with quotes and backslashes.
    Words,
    /// At newlines, with quotes and backslashes, for `-I`.
    Lines,
    /// At a byte, nothing else is special.
    Delimited(u8),
}

/// Runs xargs.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let name = args.first().map(|arg| agentfense_support::options::base_name(arg)).unwrap_or_default();
    let (settings, file) = read_options(args)?;
    let mut runner = Runner::new(&settings, &name);
    let result = match file {
        Some(path) => {
            let file = files::open(&path, OpenFlags::READ, 0)
                .map_err(|errno| Failure::new(format!("Cannot open input file {}: {errno}", quote(&path))))?;
            runner.feed(Items::new(BufReader::with_capacity(65536, file), &settings))
        }
        None => match OpenFile::inherited(0) {
            Some(file) => runner.feed(Items::new(BufReader::with_capacity(65536, file), &settings)),
            None => runner.feed(Items::new(std::io::empty(), &settings)),
        },
    };
    // Children that run are waited for, whatever happened.
    let finished = runner.finish();
    result.and(finished)?;
    Ok(runner.status)
}

fn read_options(args: Vec<Vec<u8>>) -> Result<(Settings, Option<Vec<u8>>), Failure> {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut settings = Settings {
        input: Input::Words,
        end: None,
        replace: None,
        max_lines: None,
        max_args: None,
        max_procs: 1,
        max_size: DEFAULT_SIZE,
        open_tty: false,
        prompt: false,
        slot_variable: None,
        run_if_empty: true,
        verbose: false,
        exit_on_size: false,
        command: Vec::new(),
    };
    let mut file = None;
    let positive = |letter: char, value: &[u8]| {
        let count: usize = number("number", value)
            .map_err(|_| Failure::usage(format!("invalid number {} for -{letter} option", quote(value))))?;
        if count == 0 {
            let message = format!("value {} for -{letter} option should be >= 1", lossy(value));
            return Err(Failure::usage(message));
        }
        Ok(count)
    };
    let optional = |value: Vec<u8>, default: &[u8]| {
        if value.is_empty() { default.to_vec() } else { value }
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('0', _) => settings.input = Input::Delimited(0),
            Item::Option('a', value) => file = (value != b"-").then_some(value),
            Item::Option('d', value) => settings.input = Input::Delimited(delimiter(&value)?),
            Item::Option('E' | 'e', value) => settings.end = Some(value).filter(|v| !v.is_empty()),
            // Of -I, -L and -n the last one counts, as GNU warns.
            Item::Option('I' | 'i', value) => {
                settings.replace = Some(optional(value, b"{}"));
                (settings.max_lines, settings.max_args) = (None, None);
            }
            Item::Option(letter @ ('L' | 'l'), value) => {
                settings.max_lines = Some(positive(letter, &optional(value, b"1"))?);
                (settings.replace, settings.max_args) = (None, None);
            }
            Item::Option('n', value) => {
                settings.max_args = Some(positive('n', &value)?);
                settings.max_lines = None;
                // `-I R -n 1` is a common way to say the same twice.
                if settings.max_args != Some(1) {
                    settings.replace = None;
                }
            }
            Item::Option('o', _) => settings.open_tty = true,
            Item::Option('P', value) => {
                let count: usize = number("number", &value)
                    .map_err(|_| Failure::usage(format!("invalid number {} for -P option", quote(&value))))?;
                settings.max_procs = if count == 0 { usize::MAX } else { count };
            }
            Item::Option('p', _) => (settings.prompt, settings.verbose) = (true, true),
            Item::Option('\u{1}', value) => settings.slot_variable = Some(value),
            Item::Option('r', _) => settings.run_if_empty = false,
            Item::Option('s', value) => {
                let limit = size(&value).and_then(|limit| usize::try_from(limit).ok());
                settings.max_size = limit
                    .filter(|&limit| limit > 0)
                    .ok_or_else(|| Failure::usage(format!("invalid number {} for -s option", quote(&value))))?;
                settings.max_size = settings.max_size.min(MAX_SIZE);
            }
            Item::Option('\u{2}', _) => show_limits(settings.max_size),
            Item::Option('t', _) => settings.verbose = true,
            Item::Option('x', _) => settings.exit_on_size = true,
            Item::Option(..) => {}
            Item::Operand(value) => settings.command.push(value),
        }
    }
    if settings.replace.is_some() {
        settings.exit_on_size = true;
        settings.run_if_empty = false;
        if settings.input == Input::Words {
            settings.input = Input::Lines;
        }
    } else if settings.max_lines.is_some() {
        settings.exit_on_size = true;
    }
    if settings.command.is_empty() {
        settings.command.push(b"echo".to_vec());
    }
    Ok((settings, file))
}

fn show_limits(buffer: usize) {
    complain("xargs", format_args!("Maximum length of command we could actually use: {MAX_SIZE}"));
    complain("xargs", format_args!("Size of command buffer we are actually using: {buffer}"));
}

fn delimiter(value: &[u8]) -> Result<u8, Failure> {
    let escaped = match value {
        [byte] => Some(*byte),
        [b'\\', letter] => match letter {
            b'a' => Some(7),
            b'b' => Some(8),
            b'f' => Some(12),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'v' => Some(11),
            b'\\' => Some(b'\\'),
            b'0'..=b'7' => Some(letter - b'0'),
            _ => None,
        },
        [b'\\', b'x', digits @ ..] => std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 16).ok()),
        [b'\\', digits @ ..] => std::str::from_utf8(digits).ok().and_then(|d| u8::from_str_radix(d, 8).ok()),
        _ => None,
    };
    escaped.ok_or_else(|| {
        Failure::usage(format!(
            "Invalid input delimiter specification {}: the delimiter must be either a single \
             character or an escape sequence starting with \\.",
            lossy(value)
        ))
    })
}

/// The items of the input.
struct Items<R> {
    input: R,
    mode: Input,
    end: Option<Vec<u8>>,
    ended: bool,
}

/// An item, and whether it was the last one on its line.
struct Word {
    bytes: Vec<u8>,
    ends_line: bool,
}

impl<R: BufRead> Items<R> {
    fn new(input: R, settings: &Settings) -> Items<R> {
        // As POSIX has it, the end string is for words only.
        let end = settings.end.clone().filter(|_| !matches!(settings.input, Input::Delimited(_)));
        Items { input, mode: settings.input, end, ended: false }
    }

    fn byte(&mut self) -> Result<Option<u8>, Failure> {
        loop {
            match self.input.fill_buf() {
                Ok([]) => return Ok(None),
                Ok(buffer) => {
                    let byte = buffer[0];
                    self.input.consume(1);
                    return Ok(Some(byte));
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::new(agentfense_sys::error_text(&error))),
            }
        }
    }

    fn next(&mut self) -> Result<Option<Word>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let word = match self.mode {
            Input::Delimited(delimiter) => self.delimited(delimiter)?,
            Input::Words => self.quoted(true)?,
            Input::Lines => self.quoted(false)?,
        };
        if let (Some(word), Some(end)) = (&word, &self.end)
            && word.bytes == *end
        {
            self.ended = true;
            return Ok(None);
        }
        Ok(word)
    }

    fn delimited(&mut self, delimiter: u8) -> Result<Option<Word>, Failure> {
        let mut bytes = Vec::new();
        let read = self.input.read_until(delimiter, &mut bytes);
        read.map_err(|error| Failure::new(agentfense_sys::error_text(&error)))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.last() == Some(&delimiter) {
            bytes.pop();
        }
        Ok(Some(Word { bytes, ends_line: true }))
    }

    fn quoted(&mut self, blanks_separate: bool) -> Result<Option<Word>, Failure> {
        let mut bytes: Option<Vec<u8>> = None;
        let mut quote: Option<u8> = None;
        loop {
            let Some(byte) = self.byte()? else {
                if let Some(kind) = quote {
                    return Err(unmatched(kind));
                }
                return Ok(bytes.map(|bytes| Word { bytes, ends_line: true }));
            };
            match (byte, quote) {
                (b'\n', Some(kind)) => return Err(unmatched(kind)),
                (_, Some(kind)) if byte == kind => quote = None,
                (_, Some(_)) => bytes.get_or_insert_default().push(byte),
                (b'\'' | b'"', None) => {
                    quote = Some(byte);
                    bytes.get_or_insert_default();
                }
                (b'\\', None) => {
                    let escaped = self.byte()?;
                    bytes.get_or_insert_default().extend(escaped);
                }
                (b'\n', None) => {
                    if let Some(bytes) = bytes {
                        return Ok(Some(Word { bytes, ends_line: true }));
                    }
                }
                (b' ' | b'\t', None) if blanks_separate => {
                    if let Some(bytes) = bytes {
                        // A blank at its end continues a line: POSIX says so for -L.
                        let ends_line = self.skip_blanks()?;
                        return Ok(Some(Word { bytes, ends_line }));
                    }
                }
                (b' ' | b'\t', None) if bytes.is_none() => {}
                (byte, None) => bytes.get_or_insert_default().push(byte),
            }
        }
    }

    /// Skips blanks; whether the input ended there. A newline after blanks does not end a line.
    fn skip_blanks(&mut self) -> Result<bool, Failure> {
        loop {
            match self.input.fill_buf() {
                Ok([]) => return Ok(true),
                Ok(buffer) if matches!(buffer[0], b' ' | b'\t') => self.input.consume(1),
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Failure::new(agentfense_sys::error_text(&error))),
            }
        }
    }
}

fn unmatched(kind: u8) -> Failure {
    let kind = if kind == b'"' { "double" } else { "single" };
    Failure::new(format!("unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 option"))
}

/// Runs command lines, several at a time, and keeps the worst of what came out.
struct Runner<'a> {
    settings: &'a Settings,
    name: &'a str,
    /// The process in each slot.
    running: Vec<Option<u32>>,
    ignored: u64,
    status: u8,
}

impl<'a> Runner<'a> {
    fn new(settings: &'a Settings, name: &'a str) -> Runner<'a> {
        let ignored = processes::ignored(&[Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGPIPE]);
        Runner { settings, name, running: Vec::new(), ignored, status: 0 }
    }

    fn feed<R: BufRead>(&mut self, mut items: Items<R>) -> Result<(), Failure> {
        let settings = self.settings;
        if let Some(pattern) = &settings.replace {
            while let Some(word) = items.next()? {
                let line: Vec<_> = settings.command.iter().map(|arg| replaced(arg, pattern, &word.bytes)).collect();
                if length(&line) > settings.max_size {
                    return Err(Failure::new("argument line too long"));
                }
                self.run(line)?;
            }
            return Ok(());
        }
        let fixed = length(&settings.command);
        if fixed > settings.max_size {
            return Err(Failure::new("argument line too long"));
        }
        let (mut line, mut used, mut lines, mut ran) = (Vec::new(), fixed, 0, false);
        let unreadable = loop {
            let word = match items.next() {
                Ok(Some(word)) => word,
                Ok(None) => break None,
                // What came before it is still run.
                Err(failure) => break Some(failure),
            };
            let need = word.bytes.len() + 1;
            if fixed + need > settings.max_size {
                return Err(Failure::new("argument line too long"));
            }
            if used + need > settings.max_size {
                if settings.exit_on_size && (settings.max_args.is_some() || settings.max_lines.is_some()) {
                    return Err(Failure::new("argument list too long"));
                }
                self.run_with(&mut line)?;
                (used, lines, ran) = (fixed, 0, true);
            }
            used += need;
            line.push(word.bytes);
            lines += usize::from(word.ends_line);
            if Some(line.len()) == settings.max_args || settings.max_lines.is_some_and(|max| lines >= max) {
                self.run_with(&mut line)?;
                (used, lines, ran) = (fixed, 0, true);
            }
        };
        if !line.is_empty() || (!ran && settings.run_if_empty && unreadable.is_none()) {
            self.run_with(&mut line)?;
        }
        unreadable.map_or(Ok(()), Err)
    }

    fn run_with(&mut self, arguments: &mut Vec<Vec<u8>>) -> Result<(), Failure> {
        let mut line = self.settings.command.clone();
        line.append(arguments);
        self.run(line)
    }

    fn run(&mut self, line: Vec<Vec<u8>>) -> Result<(), Failure> {
        if self.settings.verbose && !self.announce(&line)? {
            return Ok(());
        }
        while self.running.iter().flatten().count() >= self.settings.max_procs {
            self.reap(WaitFlags::empty())?;
        }
        // Those that ended meanwhile leave their slots.
        if self.settings.max_procs > 1 {
            while self.running.iter().flatten().next().is_some() && self.reap(WaitFlags::NO_HANG)? {}
        }
        let slot = self.running.iter().position(Option::is_none).unwrap_or(self.running.len());
        let Some((program, arguments)) = line.split_first() else { return Ok(()) };
        let mut command = Command::new(program);
        command.args(arguments).ignore_set(self.ignored);
        if self.settings.open_tty {
            let terminal = files::open("/dev/tty", OpenFlags::READ, 0)
                .map_err(|errno| Failure::new(format!("failed to open /dev/tty for reading: {errno}")))?;
            command.stdin(terminal);
        } else {
            command.stdin(Stdio::Null);
        }
        if let Some(variable) = &self.settings.slot_variable {
            command.env(variable, slot.to_string());
        }
        let child = command.spawn().map_err(|errno| match errno {
            Errno::Toobig => Failure::new(format!("{}: {errno}", lossy(program))).status(126),
            errno => Failure { message: format!("{}: {errno}", lossy(program)), ..cannot_run(program, errno) },
        })?;
        if slot == self.running.len() {
            self.running.push(None);
        }
        self.running[slot] = Some(child.id());
        if self.settings.max_procs == 1 {
            self.reap(WaitFlags::empty())?;
        }
        Ok(())
    }

    /// Prints the command line for `-t`; for `-p`, asks. Whether to run it.
    fn announce(&self, line: &[Vec<u8>]) -> Result<bool, Failure> {
        let mut text = line.join(&b' ');
        let Some(stderr) = OpenFile::inherited(2) else { return Ok(!self.settings.prompt) };
        if !self.settings.prompt {
            text.push(b'\n');
            let _ = (&stderr).write_all(&text);
            return Ok(true);
        }
        text.extend_from_slice(b"?...");
        let _ = (&stderr).write_all(&text);
        let terminal = files::open("/dev/tty", OpenFlags::READ, 0)
            .map_err(|errno| Failure::new(format!("failed to open /dev/tty for reading: {errno}")))?;
        let mut answer = String::new();
        let mut first_line = BufReader::with_capacity(1, terminal).take(4096);
        first_line.read_line(&mut answer).map_err(Failure::from)?;
        Ok(answer.starts_with(['y', 'Y']))
    }

    /// Takes the end of one child; false when none has ended yet.
    fn reap(&mut self, flags: WaitFlags) -> Result<bool, Failure> {
        let (pid, change) = match processes::wait(WaitTarget::Any, flags) {
            Ok(Some(ended)) => ended,
            Ok(None) => return Ok(false),
            Err(Errno::Intr) => return Ok(true),
            Err(errno) => {
                self.running.clear();
                return Err(errno.into());
            }
        };
        let Some(status) = ExitStatus::from_change(change) else { return Ok(true) };
        let Some(slot) = self.running.iter_mut().find(|slot| **slot == Some(pid)) else {
            return Ok(true);
        };
        *slot = None;
        let program = lossy(&self.settings.command[0]);
        match status {
            ExitStatus::Exited(0) => Ok(true),
            ExitStatus::Exited(255) => {
                Err(Failure::new(format!("{program}: exited with status 255; aborting")).status(124))
            }
            // The program that a `#!` line or `env` could not run.
            ExitStatus::Exited(status @ (126 | 127)) => Err(Failure::quiet(status)),
            ExitStatus::Exited(_) => {
                self.status = 123;
                Ok(true)
            }
            ExitStatus::Signaled(signal) => {
                let message = format!("{program}: terminated by signal {}", signal.number());
                Err(Failure::new(message).status(125))
            }
        }
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let mut result = Ok(());
        while self.running.iter().flatten().next().is_some() {
            if let Err(failure) = self.reap(WaitFlags::empty()) {
                if result.is_ok() {
                    result = Err(failure);
                } else {
                    complain(self.name, &failure.message);
                }
            }
        }
        result
    }
}

/// The bytes that a command line takes.
fn length(line: &[Vec<u8>]) -> usize {
    line.iter().map(|arg| arg.len() + 1).sum()
}

fn replaced(text: &[u8], pattern: &[u8], with: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if !pattern.is_empty() && rest.starts_with(pattern) {
            result.extend_from_slice(with);
            rest = &rest[pattern.len()..];
        } else {
            result.push(rest[0]);
            rest = &rest[1..];
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(mode: Input, text: &str) -> Result<Vec<(String, bool)>, String> {
        let mut items = Items { input: text.as_bytes(), mode, end: None, ended: false };
        let mut all = Vec::new();
        while let Some(word) = items.next().map_err(|failure| failure.message)? {
            all.push((String::from_utf8(word.bytes).unwrap(), word.ends_line));
        }
        Ok(all)
    }

    fn words(mode: Input, text: &str) -> Vec<String> {
        items(mode, text).unwrap().into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn input_is_cut() {
        assert_eq!(words(Input::Words, " a 'b c'\td\\ e\n\n\"\" f"), ["a", "b c", "d e", "", "f"]);
        assert_eq!(words(Input::Lines, "  a b \n\nc\n"), ["a b ", "c"]);
        assert_eq!(words(Input::Delimited(0), "a b\0\0'c"), ["a b", "", "'c"]);
        assert!(items(Input::Words, "it's\n").unwrap_err().starts_with("unmatched single quote"));
    }

    #[test]
    fn a_trailing_blank_continues_the_line() {
        let found = items(Input::Words, "a b \nc\nd").unwrap();
        let ends: Vec<_> = found.iter().map(|(_, end)| *end).collect();
        assert_eq!(ends, [false, false, true, true]);
    }

    #[test]
    fn replacement() {
        assert_eq!(replaced(b"<{}-{}>", b"{}", b"x"), b"<x-x>");
    }

    #[test]
    fn delimiters() {
        assert_eq!(delimiter(b",").unwrap(), b',');
        assert_eq!(delimiter(b"\\n").unwrap(), b'\n');
        assert_eq!(delimiter(b"\\x41").unwrap(), b'A');
        assert_eq!(delimiter(b"\\101").unwrap(), b'A');
        assert!(delimiter(b"ab").is_err());
    }
}

//! From the text of the scripts to commands.

mod action;

use crate::escape;
use crate::options::{Settings, Source};
use crate::replacement::Replacement;
use crate::script::{Action, Address, Command, Output, Pattern, Script, Substitute, Translation};
use crate::system::System;
use crate::{BAD_USAGE, PANIC, Stop};
use agentfense_regex::{Flags, Regex, Syntax};
use std::collections::HashMap;
use std::io::Read;

/// A piece of the script with what messages call it.
#[derive(Debug)]
pub(crate) struct Text {
    name: Name,
    text: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Name {
    /// The number of an `-e`.
    Expression(usize),
    File(Vec<u8>),
}

/// Reads the files among the pieces.
pub(crate) fn read_scripts(sources: Vec<Source>, system: &mut dyn System) -> Result<Vec<Text>, Stop> {
    let mut expressions = 0;
    let mut texts = Vec::new();
    for source in sources {
        texts.push(match source {
            Source::Text(text) => {
                expressions += 1;
                Text { name: Name::Expression(expressions), text }
            }
            Source::File(name) => {
                let mut text = Vec::new();
                let opened = if name == b"-" { system.stdin(None) } else { system.open(&name, None) };
                opened.and_then(|mut file| file.read_to_end(&mut text)).map_err(|error| {
                    let shown = String::from_utf8_lossy(&name);
                    Stop::new(PANIC, format!("couldn't open file {shown}: {}", system.error_text(&error)))
                })?;
                if text.last() == Some(&b'\n') {
                    text.pop();
                }
                Text { name: Name::File(name), text }
            }
        });
    }
    Ok(texts)
}

/// Takes the pieces apart, one after the other.
pub(crate) fn parse(texts: Vec<Text>, settings: &Settings, utf8: bool) -> Result<Script, Stop> {
    let mut parser = Parser {
        script: Script::default(),
        extended: settings.extended,
        sandbox: settings.sandbox,
        posix: settings.posix,
        multi_line: settings.delimiter == b'\n',
        utf8,
        text: Vec::new(),
        starts: Vec::new(),
        at: 0,
        blocks: Vec::new(),
        labels: HashMap::new(),
        jumps: Vec::new(),
    };
    for Text { name, text } in texts {
        if !parser.starts.is_empty() {
            parser.text.push(b'\n');
        }
        parser.starts.push((parser.text.len(), name));
        parser.text.extend_from_slice(&text);
    }
    parser.commands()?;
    parser.finish()
}

struct Parser {
    script: Script,
    extended: bool,
    sandbox: bool,
    /// Without the commands and addresses that are GNU's.
    posix: bool,
    /// Whether the flag `M` has newlines to work on; lines that end with NUL have not.
    multi_line: bool,
    utf8: bool,
    /// All pieces, with newlines between them.
    text: Vec<u8>,
    /// Where each piece starts.
    starts: Vec<(usize, Name)>,
    at: usize,
    /// The commands `{` that are open, and where they were.
    blocks: Vec<(usize, usize)>,
    labels: HashMap<Vec<u8>, usize>,
    /// The branches whose labels are not looked up yet.
    jumps: Vec<(usize, Vec<u8>)>,
}

type Parsed<T> = Result<T, Stop>;

impl Parser {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// Whether a piece ends here: what comes is the newline between two of them, or nothing.
    fn piece_ends(&self) -> bool {
        self.at >= self.text.len() || self.starts.iter().any(|&(start, _)| start == self.at + 1 && start > 0)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|b| b != b'\n' && b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn fail<T>(&self, message: impl std::fmt::Display) -> Parsed<T> {
        Err(self.error_at(self.at, message))
    }

    fn error_at(&self, at: usize, message: impl std::fmt::Display) -> Stop {
        // A newline between two pieces still belongs to the first, but is no character of it.
        let piece = self.starts.iter().rposition(|&(start, _)| start < at.max(1)).unwrap_or(0);
        let (start, name) = match self.starts.get(piece) {
            Some((start, name)) => (*start, name.clone()),
            None => (0, Name::Expression(1)),
        };
        let end = self.starts.get(piece + 1).map_or(self.text.len(), |&(next, _)| next - 1);
        let at = at.min(end).max(start);
        let place = match name {
            Name::Expression(number) => format!("-e expression #{number}, char {}", at - start),
            Name::File(name) => {
                let before = &self.text[start..at];
                // The newline that was just read still counts as part of its line.
                let before = before.strip_suffix(b"\n").unwrap_or(before);
                let line = 1 + memchr::memchr_iter(b'\n', before).count();
                format!("file {} line {line}", String::from_utf8_lossy(&name))
            }
        };
        Stop::new(BAD_USAGE, format!("{place}: {message}"))
    }

    fn commands(&mut self) -> Parsed<()> {
        if self.text.starts_with(b"#n") {
            self.at = 2;
            self.script.quiet = self.piece_ends() || self.peek() == Some(b'\n');
            self.at = 0;
        }
        loop {
            while self.peek().is_some_and(|b| b == b';' || b.is_ascii_whitespace()) {
                self.at += 1;
            }
            if self.peek().is_none() {
                return Ok(());
            }
            let (from, to) = self.addresses()?;
            let mut negated = false;
            if self.peek() == Some(b'!') && !self.piece_ends() {
                self.at += 1;
                negated = true;
                self.skip_blanks();
                if self.peek() == Some(b'!') {
                    self.at += 1;
                    return self.fail("multiple `!'s");
                }
            }
            let action = self.action(from.is_some(), to.is_some())?;
            if let Some(action) = action {
                self.script.commands.push(Command { from, to, negated, action });
            }
        }
    }

    fn addresses(&mut self) -> Parsed<(Option<Address>, Option<Address>)> {
        let Some(from) = self.address()? else { return Ok((None, None)) };
        if matches!(from, Address::Plus(_) | Address::Multiple(_)) {
            return self.fail("invalid usage of +N or ~N as first address");
        }
        self.skip_blanks();
        let mut to = None;
        if self.peek() == Some(b',') {
            self.at += 1;
            self.skip_blanks();
            to = self.address()?;
            if to.is_none() {
                if !self.piece_ends() {
                    self.at += 1;
                }
                return self.fail("unexpected `,'");
            }
            self.skip_blanks();
        }
        if matches!(from, Address::Line(0)) && (self.posix || !matches!(to, Some(Address::Pattern(_)))) {
            if !self.piece_ends() {
                self.at += 1;
            }
            return self.fail("invalid usage of line address 0");
        }
        Ok((Some(from), to))
    }

    fn address(&mut self) -> Parsed<Option<Address>> {
        let Some(byte) = self.peek() else { return Ok(None) };
        Ok(Some(match byte {
            b'/' | b'\\' => {
                self.at += 1;
                let slash = if byte == b'\\' { self.next() } else { Some(b'/') };
                let text = match slash {
                    Some(slash) if slash != b'\n' => self.delimited(slash, true),
                    _ => None,
                };
                let Some(text) = text else { return self.fail("unterminated address regex") };
                let (mut ignore_case, mut multi_line) = (false, false);
                loop {
                    self.skip_blanks();
                    match self.peek() {
                        Some(b'I') => ignore_case = true,
                        Some(b'M') => multi_line = true,
                        _ => break,
                    }
                    self.at += 1;
                }
                Address::Pattern(self.pattern(&text, ignore_case, multi_line)?)
            }
            b'0'..=b'9' => {
                let first = self.number();
                self.skip_blanks();
                if self.posix || self.peek() != Some(b'~') {
                    return Ok(Some(Address::Line(first)));
                }
                self.at += 1;
                self.skip_blanks();
                match self.number() {
                    0 => Address::Line(first),
                    step => Address::Step(first, step),
                }
            }
            b'+' | b'~' if !self.posix => {
                self.at += 1;
                self.skip_blanks();
                let number = self.number();
                if byte == b'+' { Address::Plus(number) } else { Address::Multiple(number) }
            }
            b'$' => {
                self.at += 1;
                Address::Last
            }
            _ => return Ok(None),
        }))
    }

    /// Digits, if there are any; 0 otherwise.
    fn number(&mut self) -> u64 {
        let mut number = 0u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    fn optional_number(&mut self) -> Option<u64> {
        self.skip_blanks();
        self.peek().is_some_and(|b| b.is_ascii_digit()).then(|| self.number())
    }

    /// The text up to the next `slash`; nothing if there is none in the line. A `\` before the
    /// slash is taken away. In a pattern, a slash within brackets is an ordinary character.
    fn delimited(&mut self, slash: u8, pattern: bool) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            if self.piece_ends() {
                return None;
            }
            let byte = self.next()?;
            if byte == slash {
                return Some(text);
            }
            match byte {
                b'\n' if pattern => {
                    self.at -= 1;
                    return None;
                }
                b'\\' => {
                    if self.piece_ends() {
                        return None;
                    }
                    let escaped = self.next()?;
                    // An escaped `&` as delimiter still is no `&` of a replacement.
                    if escaped == slash && (pattern || escaped != b'&') && escaped != b'n' {
                        text.push(escaped);
                    } else if escaped == b'\n' && !pattern {
                        text.extend_from_slice(b"\\\n");
                    } else {
                        text.extend_from_slice(&[b'\\', escaped]);
                    }
                }
                b'[' if pattern && slash != b'[' && slash != b']' => {
                    let rest = &self.text[self.at - 1..];
                    let Some(end) = escape::bracket_end(rest, 0) else {
                        self.at = self.line_end();
                        return None;
                    };
                    // Backslashes before the slash go here, too.
                    let mut bytes = rest[..end].iter().copied().peekable();
                    while let Some(byte) = bytes.next() {
                        if byte != b'\\' || bytes.peek() != Some(&slash) {
                            text.push(byte);
                        }
                    }
                    self.at += end - 1;
                }
                b'\n' => {
                    self.at -= 1;
                    return None;
                }
                byte => text.push(byte),
            }
        }
    }

    /// The place of the newline that ends this line, or the end.
    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |length| self.at + length)
    }

    fn pattern(&mut self, text: &[u8], ignore_case: bool, multi_line: bool) -> Parsed<Pattern> {
        if text.is_empty() {
            if ignore_case || multi_line {
                return self.fail("cannot specify modifiers on empty regexp");
            }
            return Ok(None);
        }
        let syntax = if self.extended { Syntax::Extended } else { Syntax::Basic };
        let flags = Flags { ignore_case, lines: multi_line && self.multi_line, bytes: !self.utf8, ..Flags::default() };
        match Regex::new(&escape::pattern(text), syntax, flags) {
            Ok(regex) => {
                self.script.patterns.push(regex);
                Ok(Some(self.script.patterns.len() - 1))
            }
            Err(error) => self.fail(error),
        }
    }

    /// Checks that everything that was opened is closed, and looks up the labels.
    fn finish(mut self) -> Parsed<Script> {
        if let Some(&(_, at)) = self.blocks.last() {
            let stop = self.error_at(at, "unmatched `{'");
            // The place of an expression is not known any more in GNU's sed.
            let message = match (stop.message.find(", char "), stop.message.find(": unmatched")) {
                (Some(from), Some(to)) => format!("{}, char 0{}", &stop.message[..from], &stop.message[to..]),
                _ => stop.message,
            };
            return Err(Stop::new(BAD_USAGE, message));
        }
        self.script.place = match self.starts.last() {
            Some((_, Name::File(name))) => format!("file {}", String::from_utf8_lossy(name)),
            Some((_, Name::Expression(number))) => format!("-e expression #{number}, char 0"),
            None => String::new(),
        };
        let end = self.script.commands.len();
        for (index, label) in std::mem::take(&mut self.jumps) {
            let target = match self.labels.get(&label) {
                _ if label.is_empty() => end,
                Some(&target) => target,
                None => {
                    let label = String::from_utf8_lossy(&label);
                    return Err(Stop::new(PANIC, format!("can't find label for jump to `{label}'")));
                }
            };
            if let Some(Command {
                action: Action::Branch(to) | Action::BranchIf(to) | Action::BranchUnless(to), ..
            }) = self.script.commands.get_mut(index)
            {
                *to = target;
            }
        }
        Ok(self.script)
    }
}

const EXPECTED_BACKSLASH: &str = "expected \\ after `a', `c' or `i'";
const SANDBOX: &str = "e/r/w commands disabled in sandbox mode";

/// The characters that one side of `y` lists.
fn listed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        if text[at] != b'\\' {
            out.push(text[at]);
            at += 1;
        } else if let Some((byte, length)) = escape::byte(&text[at + 1..]) {
            out.push(byte);
            at += 1 + length;
        } else if let Some(byte @ (b'\\' | b'\n' | b'&')) = text.get(at + 1) {
            out.push(*byte);
            at += 2;
        } else {
            out.push(b'\\');
            at += 1;
        }
    }
    out
}

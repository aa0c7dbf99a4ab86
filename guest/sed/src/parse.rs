//! From the text of the scripts to commands.

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

    /// A command after its addresses. Nothing for a comment and the like.
    fn action(&mut self, addressed: bool, ranged: bool) -> Parsed<Option<Action>> {
        if self.piece_ends() || self.peek() == Some(b'\n') {
            return self.fail("missing command");
        }
        let Some(letter) = self.next() else { return self.fail("missing command") };
        let action = match letter {
            b'e' | b'F' | b'Q' | b'R' | b'T' | b'v' | b'W' | b'z' if self.posix => {
                return self.fail(format_args!("unknown command: `{}'", char::from(letter)));
            }
            b'#' => {
                if addressed {
                    return self.fail("comments don't accept any addresses");
                }
                self.at = self.line_end();
                return Ok(None);
            }
            b'{' => {
                self.blocks.push((self.script.commands.len(), self.at));
                return Ok(Some(Action::Block(0)));
            }
            b'}' => {
                let Some((open, _)) = self.blocks.pop() else { return self.fail("unexpected `}'") };
                if addressed {
                    return self.fail("} doesn't want any addresses");
                }
                let end = self.script.commands.len();
                if let Some(Command { action: Action::Block(to), .. }) = self.script.commands.get_mut(open) {
                    *to = end;
                }
                self.command_end()?;
                return Ok(None);
            }
            b':' => {
                if addressed {
                    return self.fail(": doesn't want any addresses");
                }
                let label = self.label();
                if label.is_empty() {
                    return self.fail("\":\" lacks a label");
                }
                self.labels.insert(label, self.script.commands.len());
                return Ok(None);
            }
            b'a' | b'c' | b'i' => {
                let text = self.added_text()?;
                return Ok(Some(match letter {
                    b'a' => Action::Append(text),
                    b'c' => Action::Change(text),
                    _ => Action::Insert(text),
                }));
            }
            b'b' | b't' | b'T' => {
                let label = self.label();
                self.jumps.push((self.script.commands.len(), label));
                return Ok(Some(match letter {
                    b'b' => Action::Branch(0),
                    b't' => Action::BranchIf(0),
                    _ => Action::BranchUnless(0),
                }));
            }
            b'e' => return self.refuse_execution(),
            b'q' | b'Q' => {
                if ranged {
                    return self.fail("command only uses one address");
                }
                // As exit(3) has it, only the low eight bits are left.
                let status = self.optional_number().unwrap_or(0) as u8;
                if letter == b'q' { Action::Quit(status) } else { Action::QuitSilently(status) }
            }
            b'l' | b'L' if letter == b'l' => {
                let length = self.optional_number();
                Action::List(length.map(|length| usize::try_from(length).unwrap_or(usize::MAX)))
            }
            b'r' | b'R' => {
                let name = self.file_name()?;
                if letter == b'r' {
                    return Ok(Some(Action::ReadFile(name)));
                }
                let known = self.script.line_files.iter().position(|file| *file == name);
                let index = known.unwrap_or_else(|| {
                    self.script.line_files.push(name);
                    self.script.line_files.len() - 1
                });
                return Ok(Some(Action::ReadLine(index)));
            }
            b'w' => return Ok(Some(Action::Write(self.output()?))),
            b'W' => return Ok(Some(Action::WriteFirst(self.output()?))),
            b's' => return self.substitute().map(Some),
            b'y' => Action::Translate(self.translation()?),
            b'v' => {
                let version = self.label();
                let wanted: Vec<u32> =
                    version.split(|&b| b == b'.').filter_map(|n| std::str::from_utf8(n).ok()?.parse().ok()).collect();
                if wanted.as_slice() > [4, 9, u32::MAX].as_slice() {
                    return self.fail("expected newer version of sed");
                }
                return Ok(None);
            }
            b'=' => Action::LineNumber,
            b'd' => Action::Delete,
            b'D' => Action::DeleteFirst,
            b'F' => Action::FileName,
            b'g' => Action::Get,
            b'G' => Action::GetAppend,
            b'h' => Action::Hold,
            b'H' => Action::HoldAppend,
            b'n' => Action::Next,
            b'N' => Action::NextAppend,
            b'p' => Action::Print,
            b'P' => Action::PrintFirst,
            b'x' => Action::Exchange,
            b'z' => Action::Zap,
            other => {
                let rest = &self.text[self.at - 1..self.line_end().max(self.at)];
                let shown = match rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
                    Some(c) => c.to_string(),
                    None => char::from(other).to_string(),
                };
                return self.fail(format_args!("unknown command: `{shown}'"));
            }
        };
        self.command_end()?;
        Ok(Some(action))
    }

    fn refuse_execution<T>(&self) -> Parsed<T> {
        self.fail(if self.sandbox { SANDBOX } else { "the command e is not supported" })
    }

    /// Nothing but a separator may come after a command.
    fn command_end(&mut self) -> Parsed<()> {
        self.skip_blanks();
        match self.peek() {
            None | Some(b'}' | b'#') => Ok(()),
            Some(b'\n' | b';') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => {
                self.at += 1;
                self.fail("extra characters after command")
            }
        }
    }

    fn label(&mut self) -> Vec<u8> {
        self.skip_blanks();
        let start = self.at;
        while self.peek().is_some_and(|b| !b.is_ascii_whitespace() && b != b';' && b != b'}') {
            self.at += 1;
        }
        self.text[start..self.at].to_vec()
    }

    fn file_name(&mut self) -> Parsed<Vec<u8>> {
        if self.sandbox {
            return self.fail(SANDBOX);
        }
        self.skip_blanks();
        let end = self.line_end();
        let name = self.text[self.at..end].to_vec();
        self.at = end;
        if name.is_empty() {
            return self.fail("missing filename in r/R/w/W commands");
        }
        Ok(name)
    }

    fn output(&mut self) -> Parsed<Output> {
        let name = self.file_name()?;
        if name == b"/dev/stdout" {
            return Ok(Output::Stdout);
        }
        if name == b"/dev/stderr" {
            return Ok(Output::Stderr);
        }
        let known = self.script.outputs.iter().position(|file| *file == name);
        Ok(Output::File(known.unwrap_or_else(|| {
            self.script.outputs.push(name);
            self.script.outputs.len() - 1
        })))
    }

    /// What `a`, `c` and `i` add: the rest of the line, or the lines after a backslash.
    fn added_text(&mut self) -> Parsed<Vec<u8>> {
        self.skip_blanks();
        if self.at >= self.text.len() || self.peek() == Some(b'\n') {
            return self.fail(EXPECTED_BACKSLASH);
        }
        if self.posix && self.peek() != Some(b'\\') {
            self.at += 1;
            return self.fail(EXPECTED_BACKSLASH);
        }
        if self.peek() == Some(b'\\') {
            self.at += 1;
            let start = self.at;
            self.skip_blanks();
            match self.peek() {
                Some(b'\n') => self.at += 1,
                // The text is in this line, and the backslash keeps its blanks.
                _ => self.at = start,
            }
            if self.at >= self.text.len() {
                return Ok(Vec::new());
            }
        }
        let mut text = Vec::new();
        // A backslash that only kept blanks starts no escape.
        if let Some(byte) = self.peek()
            && self.text.get(self.at.wrapping_sub(1)) == Some(&b'\\')
            && byte != b'\\'
            && byte != b'\n'
        {
            text.push(byte);
            self.at += 1;
        }
        while let Some(byte) = self.next() {
            match byte {
                b'\n' => break,
                b'\\' => {
                    if let Some((byte, length)) = escape::byte(&self.text[self.at..]) {
                        text.push(byte);
                        self.at += length;
                    } else {
                        text.extend(self.next());
                    }
                }
                byte => text.push(byte),
            }
        }
        text.push(b'\n');
        Ok(text)
    }

    fn substitute(&mut self) -> Parsed<Action> {
        const UNTERMINATED: &str = "unterminated `s' command";
        let Some(slash) = self.next().filter(|&slash| slash != b'\n' && slash != b'\\') else {
            return self.fail(UNTERMINATED);
        };
        let Some(text) = self.delimited(slash, true) else { return self.fail(UNTERMINATED) };
        let Some(replacement) = self.delimited(slash, false) else { return self.fail(UNTERMINATED) };
        let replacement = Replacement::parse(&replacement);
        let (mut global, mut print, mut number, mut write) = (false, false, None, None);
        let (mut ignore_case, mut multi_line) = (false, false);
        loop {
            if self.piece_ends() {
                self.at += usize::from(self.at < self.text.len());
                break;
            }
            let Some(flag) = self.next() else { break };
            match flag {
                b'i' | b'I' => ignore_case = true,
                b'm' | b'M' => multi_line = true,
                b'e' => return self.refuse_execution(),
                b'p' if print => return self.fail("multiple `p' options to `s' command"),
                b'p' => print = true,
                b'g' if global => return self.fail("multiple `g' options to `s' command"),
                b'g' => global = true,
                b'0'..=b'9' if number.is_some() => {
                    return self.fail("multiple number options to `s' command");
                }
                b'0'..=b'9' => {
                    self.at -= 1;
                    let value = self.number();
                    if value == 0 {
                        return self.fail("number option to `s' command may not be zero");
                    }
                    number = Some(value);
                }
                b'w' => {
                    write = Some(self.output()?);
                    break;
                }
                b'}' | b'#' => {
                    self.at -= 1;
                    break;
                }
                b'\n' | b';' => break,
                flag if flag.is_ascii_whitespace() => {}
                _ => return self.fail("unknown option to `s'"),
            }
        }
        let pattern = self.pattern(&text, ignore_case, multi_line)?;
        if let Some(groups) = pattern.and_then(|index| self.script.patterns.get(index)).map(Regex::groups)
            && replacement.highest > groups
        {
            return self.fail(format_args!("invalid reference \\{} on `s' command's RHS", replacement.highest));
        }
        let number = number.unwrap_or(1);
        Ok(Action::Substitute(Box::new(Substitute { pattern, replacement, global, print, number, write })))
    }

    fn translation(&mut self) -> Parsed<Translation> {
        const UNTERMINATED: &str = "unterminated `y' command";
        let Some(slash) = self.next().filter(|&slash| slash != b'\n' && slash != b'\\') else {
            return self.fail(UNTERMINATED);
        };
        let Some(from) = self.delimited(slash, false) else { return self.fail(UNTERMINATED) };
        let Some(to) = self.delimited(slash, false) else { return self.fail(UNTERMINATED) };
        let (from, to) = (listed(&from), listed(&to));
        const LENGTHS: &str = "strings for `y' command are different lengths";
        if let (true, Ok(from), Ok(to)) = (self.utf8, std::str::from_utf8(&from), std::str::from_utf8(&to))
            && !(from.is_ascii() && to.is_ascii())
        {
            if from.chars().count() != to.chars().count() {
                return self.fail(LENGTHS);
            }
            let mut map = HashMap::new();
            for (from, to) in from.chars().zip(to.chars()) {
                map.entry(from).or_insert(to);
            }
            return Ok(Translation::Chars(map));
        }
        if from.len() != to.len() {
            return self.fail(LENGTHS);
        }
        let mut table: Box<[u8; 256]> = Box::new(std::array::from_fn(|byte| byte as u8));
        // The first of several that are the same counts.
        for (&from, &to) in from.iter().zip(&to).rev() {
            table[usize::from(from)] = to;
        }
        Ok(Translation::Bytes(table))
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

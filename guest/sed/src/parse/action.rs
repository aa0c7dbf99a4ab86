//! What stands behind the addresses: a command's letter and its arguments.

use super::*;

impl Parser {
    /// A command after its addresses. Nothing for a comment and the like.
    pub(super) fn action(&mut self, addressed: bool, ranged: bool) -> Parsed<Option<Action>> {
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

    pub(super) fn refuse_execution<T>(&self) -> Parsed<T> {
        self.fail(if self.sandbox { SANDBOX } else { "the command e is not supported" })
    }

    /// Nothing but a separator may come after a command.
    pub(super) fn command_end(&mut self) -> Parsed<()> {
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

    pub(super) fn label(&mut self) -> Vec<u8> {
        self.skip_blanks();
        let start = self.at;
        while self.peek().is_some_and(|b| !b.is_ascii_whitespace() && b != b';' && b != b'}') {
            self.at += 1;
        }
        self.text[start..self.at].to_vec()
    }

    pub(super) fn file_name(&mut self) -> Parsed<Vec<u8>> {
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

    pub(super) fn output(&mut self) -> Parsed<Output> {
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
    pub(super) fn added_text(&mut self) -> Parsed<Vec<u8>> {
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

    pub(super) fn substitute(&mut self) -> Parsed<Action> {
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

    pub(super) fn translation(&mut self) -> Parsed<Translation> {
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
}

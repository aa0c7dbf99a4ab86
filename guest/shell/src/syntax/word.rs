//! Words: literal text, quotes and expansions, joined.
//!
//! One function reads all of them, wherever they stand. A [`Mode`] says what
//! ends the text and which quotes mean something there.

use std::rc::Rc;

use bstr::{BString, ByteVec};

use super::brace;
use super::error::{Result, SyntaxError};
use super::lexer::{
    ANGLE, BACKQUOTE, BACKSLASH, BRACKET, CLOSE_BRACE, COLON, DOLLAR, DOUBLE, Lexer, META, Op, PAREN, PIPE, SEMICOLON,
    SINGLE, SLASH, class, name_byte, name_start,
};
use super::parser::Reader;
use crate::ast::{CommandSubstitution, ParameterOp, ProcessDirection, Program, QuoteStyle, Word, WordPart};

/// Where text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// A word of a command: ends at a blank, a newline or an operator.
    Word,
    /// The right side of `=~`: as a word, but `|` is text, and so is everything
    /// inside parentheses.
    Regex,
    /// Inside `"..."`.
    Double,
    /// Inside `"..."` in the operand of a quoted `${x-...}`: a backslash there
    /// goes whatever it quotes.
    InnerDouble,
    /// The body of a here-document: ends with the text.
    HereDocument,
    /// Inside `${x-...}`: ends at `}`.
    Operand,
    /// The same where the expansion is quoted: single quotes are text.
    QuotedOperand,
    /// The pattern in `${x/...}`: ends at `/` or `}`.
    Pattern,
    /// Inside `name[...]`: ends at the matching `]`.
    Subscript,
    /// Inside `@(...)`: ends at `|` or the matching `)`.
    ExtGlob,
    /// Arithmetic: expanded as if in double quotes.
    Arith(ArithEnd),
}

/// What ends an arithmetic expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArithEnd {
    /// The `)` that closes it.
    Parenthesis,
    /// That, or a `;` (in `for ((`).
    Semicolon,
    /// A `:` that belongs to no `?`, or `}` (in `${x:...}`).
    Colon,
    /// `}`
    Brace,
    /// The matching `]` of `$[`.
    Bracket,
    /// The end of the text.
    Text,
}

impl Mode {
    const fn stops(self) -> u16 {
        const EXPANSIONS: u16 = BACKSLASH | BACKQUOTE | DOLLAR;
        const ALL: u16 = EXPANSIONS | SINGLE | DOUBLE;
        match self {
            Mode::Word | Mode::Regex => ALL | META,
            Mode::Double | Mode::InnerDouble => EXPANSIONS | DOUBLE,
            Mode::HereDocument => EXPANSIONS,
            Mode::Operand => ALL | CLOSE_BRACE,
            Mode::QuotedOperand => EXPANSIONS | SINGLE | DOUBLE | CLOSE_BRACE,
            Mode::Pattern => ALL | CLOSE_BRACE | SLASH,
            Mode::Subscript => ALL | BRACKET,
            Mode::ExtGlob => ALL | PAREN | PIPE,
            Mode::Arith(end) => {
                ALL | PAREN
                    | match end {
                        ArithEnd::Parenthesis | ArithEnd::Text => 0,
                        ArithEnd::Semicolon => SEMICOLON,
                        ArithEnd::Colon => CLOSE_BRACE | COLON,
                        ArithEnd::Brace => CLOSE_BRACE,
                        ArithEnd::Bracket => BRACKET,
                    }
            }
        }
    }

    /// Whether quotes around the text leave only `$`, `` ` ``, `"` and `\`
    /// special.
    fn quoted(self) -> bool {
        matches!(self, Mode::Double | Mode::InnerDouble | Mode::HereDocument | Mode::QuotedOperand | Mode::Arith(_))
    }

    /// Whether a backslash quotes the character.
    fn escapes(self, byte: u8) -> bool {
        match self {
            Mode::HereDocument => matches!(byte, b'$' | b'`' | b'\\'),
            Mode::QuotedOperand => matches!(byte, b'$' | b'`' | b'\\' | b'"' | b'}'),
            Mode::Double | Mode::Arith(_) => matches!(byte, b'$' | b'`' | b'\\' | b'"'),
            _ => true,
        }
    }
}

/// What is done to a word of a command after it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    /// An argument: braces, tildes (also in what looks like an assignment).
    Argument,
    /// The value of an assignment: tildes at the start and after `:`.
    Value,
    /// A subject or a pattern: a tilde at the start.
    Plain,
}

impl Reader<'_, '_> {
    /// The word at the current position, which may be empty.
    pub(crate) fn word(&mut self, kind: WordKind) -> Result<Word> {
        let parts = self.parts(Mode::Word)?;
        Ok(self.finish_word(parts, kind))
    }

    /// Finds the tildes and braces in a word.
    pub(crate) fn finish_word(&self, mut parts: Vec<WordPart>, kind: WordKind) -> Word {
        match kind {
            WordKind::Value => {
                mark_tildes(&mut parts, true);
                mark_operand_tildes(&mut parts);
            }
            WordKind::Plain => mark_tildes(&mut parts, false),
            WordKind::Argument => {
                if self.options.brace_expansion && has_unquoted(&parts, b'{') {
                    parts = brace::expand(parts);
                }
                mark_argument_tildes(&mut parts, self.options.posix);
            }
        }
        Word { parts }
    }

    /// The parts of a text up to what ends it in this mode, which is left.
    pub(crate) fn parts(&mut self, mode: Mode) -> Result<Vec<WordPart>> {
        let stops = mode.stops();
        let mut parts = Vec::new();
        let mut literal: Vec<u8> = Vec::new();
        // Open brackets, and in `${x:...}` open `?`.
        let mut level = 0u32;
        let mut conditions = 0u32;
        loop {
            self.lex.take_until(stops, &mut literal);
            let Some(byte) = self.lex.current() else { break };
            match byte {
                b'\\' => self.backslash(mode, &mut parts, &mut literal),
                b'\'' => match mode {
                    Mode::Arith(_) => self.raw_single_quotes(&mut literal)?,
                    Mode::QuotedOperand => self.quoted_brace(&mut literal),
                    _ => {
                        flush(&mut parts, &mut literal);
                        parts.push(self.single_quotes()?);
                    }
                },
                b'"' if matches!(mode, Mode::Double | Mode::InnerDouble) => break,
                b'"' => {
                    flush(&mut parts, &mut literal);
                    let inner = if mode == Mode::QuotedOperand { Mode::InnerDouble } else { Mode::Double };
                    parts.push(self.double_quotes(inner)?);
                }
                b'$' => self.dollar(mode, &mut parts, &mut literal)?,
                b'`' => {
                    flush(&mut parts, &mut literal);
                    parts.push(self.backquotes(mode)?);
                }
                b'(' if self.extglob_allowed(mode) && extglob_prefix(&literal) => {
                    let operator = literal.pop().unwrap_or(b'@');
                    flush(&mut parts, &mut literal);
                    parts.push(self.extglob(operator)?);
                }
                b'<' | b'>' if mode == Mode::Word && self.lex.peek_second() == Some(b'(') => {
                    flush(&mut parts, &mut literal);
                    parts.push(self.process_substitution(byte)?);
                }
                _ => {
                    if ends(mode, byte, &mut level, &mut conditions) {
                        break;
                    }
                    literal.push(byte);
                    self.lex.pos += 1;
                }
            }
        }
        flush(&mut parts, &mut literal);
        Ok(parts)
    }

    fn extglob_allowed(&self, mode: Mode) -> bool {
        self.extglob && matches!(mode, Mode::Word | Mode::ExtGlob)
    }

    fn backslash(&mut self, mode: Mode, parts: &mut Vec<WordPart>, literal: &mut Vec<u8>) {
        let at = self.lex.pos;
        match self.lex.byte(at + 1) {
            Some(b'\n') => self.lex.pos += 2,
            Some(next) if mode.escapes(next) => {
                flush(parts, literal);
                // A character, not a byte of one, is what stands quoted.
                let mut end = at + 2;
                if next >= 0xc0 {
                    while end < at + 5 && matches!(self.lex.byte(end), Some(0x80..=0xbf)) {
                        end += 1;
                    }
                }
                let text = self.lex.slice(at + 1, end).into();
                parts.push(WordPart::Quoted(text, QuoteStyle::Backslash));
                self.lex.pos = end;
            }
            _ => {
                literal.push(b'\\');
                self.lex.pos += 1;
            }
        }
    }

    fn single_quotes(&mut self) -> Result<WordPart> {
        let start = self.lex.pos;
        let Some(end) = self.lex.find(b'\'', start + 1) else {
            return Err(SyntaxError::unterminated(self.lex.line_at(start), "'"));
        };
        self.lex.pos = end + 1;
        Ok(WordPart::Quoted(self.lex.slice(start + 1, end).into(), QuoteStyle::Single))
    }

    /// In a quoted `${x-...}` single quotes are text, but `'}'` does not close it.
    fn quoted_brace(&mut self, literal: &mut Vec<u8>) {
        let start = self.lex.pos;
        let closed = self.lex.find(b'\'', start + 1).filter(|end| {
            let inside = self.lex.slice(start + 1, *end);
            inside.contains(&b'}') && !inside.iter().any(|byte| matches!(byte, b'"' | b'$' | b'`' | b'\\'))
        });
        let end = closed.unwrap_or(start) + 1;
        literal.extend_from_slice(self.lex.slice(start, end));
        self.lex.pos = end;
    }

    /// In arithmetic single quotes are text, but hide brackets.
    fn raw_single_quotes(&mut self, literal: &mut Vec<u8>) -> Result<()> {
        let start = self.lex.pos;
        let Some(end) = self.lex.find(b'\'', start + 1) else {
            return Err(SyntaxError::unterminated(self.lex.line_at(start), "'"));
        };
        self.lex.pos = end + 1;
        literal.extend_from_slice(self.lex.slice(start, end + 1));
        Ok(())
    }

    fn double_quotes(&mut self, mode: Mode) -> Result<WordPart> {
        let start = self.lex.pos;
        self.lex.pos += 1;
        self.enter()?;
        let parts = self.parts(mode)?;
        self.leave();
        if self.lex.current() != Some(b'"') {
            return Err(SyntaxError::unterminated(self.lex.line_at(start), "\""));
        }
        self.lex.pos += 1;
        Ok(WordPart::DoubleQuoted(parts))
    }

    /// `$` and what it introduces; alone it is text.
    fn dollar(&mut self, mode: Mode, parts: &mut Vec<WordPart>, literal: &mut Vec<u8>) -> Result<()> {
        let start = self.lex.pos;
        self.lex.pos += 1;
        let Some(next) = self.lex.peek() else {
            literal.push(b'$');
            return Ok(());
        };
        let part = match next {
            b'{' => self.braced_parameter(start, mode.quoted())?,
            b'(' => self.dollar_parenthesis(start)?,
            b'[' => self.dollar_bracket(start)?,
            b'\'' if !mode.quoted() || mode == Mode::QuotedOperand => self.ansi_quotes(start)?,
            b'"' if !mode.quoted() => self.double_quotes(Mode::Double)?,
            _ => match self.plain_parameter(next) {
                Some(part) => part,
                None => {
                    literal.push(b'$');
                    return Ok(());
                }
            },
        };
        flush(parts, literal);
        parts.push(part);
        Ok(())
    }

    /// A name at the current position; empty when there is none.
    pub(crate) fn name(&mut self) -> BString {
        let mut name = Vec::new();
        while let Some(byte) = self.lex.peek() {
            if !(name_byte(byte) && (!name.is_empty() || name_start(byte))) {
                break;
            }
            name.push(byte);
            self.lex.pos += 1;
        }
        name.into()
    }

    fn ansi_quotes(&mut self, start: usize) -> Result<WordPart> {
        let from = self.lex.pos + 1;
        let mut at = from;
        loop {
            match self.lex.byte(at) {
                None => return Err(SyntaxError::unterminated(self.lex.line_at(start), "'")),
                Some(b'\'') => break,
                Some(b'\\') => at += 2,
                Some(_) => at += 1,
            }
        }
        self.lex.pos = at + 1;
        let text = decode_ansi(self.lex.slice(from, at));
        Ok(WordPart::Quoted(text, QuoteStyle::Ansi))
    }

    fn dollar_parenthesis(&mut self, start: usize) -> Result<WordPart> {
        if self.lex.peek_second() == Some(b'(') {
            let open = self.lex.pos;
            self.lex.pos = self.lex.past_continuations(open + 1) + 1;
            if let Some(arith) = self.double_parentheses(open)? {
                return Ok(WordPart::Arith(Box::new(arith)));
            }
            self.lex.pos = open;
        }
        self.lex.pos += 1;
        let program = self.substitution(start)?;
        let substitution = CommandSubstitution { program, backquotes: false, source: None, failed: false };
        Ok(WordPart::Command(Rc::new(substitution)))
    }

    fn dollar_bracket(&mut self, start: usize) -> Result<WordPart> {
        self.lex.pos += 1;
        self.enter()?;
        let arith = self.arith(ArithEnd::Bracket)?;
        self.leave();
        if self.lex.current() != Some(b']') {
            return Err(SyntaxError::unterminated(self.lex.line_at(start), "]"));
        }
        self.lex.pos += 1;
        Ok(WordPart::Arith(Box::new(arith)))
    }

    fn process_substitution(&mut self, byte: u8) -> Result<WordPart> {
        let start = self.lex.pos;
        self.lex.pos = self.lex.past_continuations(start + 1) + 1;
        let program = self.substitution(start)?;
        let direction = if byte == b'<' { ProcessDirection::Read } else { ProcessDirection::Write };
        Ok(WordPart::Process(direction, Rc::new(program)))
    }

    /// The commands of `$(`, `<(` or `>(`, with the closing parenthesis.
    fn substitution(&mut self, start: usize) -> Result<Program> {
        self.enter()?;
        let pending = std::mem::take(&mut self.pending);
        let bodies = std::mem::take(&mut self.bodies);
        let extglob = std::mem::replace(&mut self.extglob, self.options.extglob);
        let program = self.substitution_body(start);
        self.pending = pending;
        self.bodies = bodies;
        self.extglob = extglob;
        self.leave();
        program
    }

    fn substitution_body(&mut self, start: usize) -> Result<Program> {
        let mut program = match self.list(true) {
            Err(error) if error.incomplete && error.is_end_of_file() => {
                return Err(SyntaxError::unterminated(error.line, ")"));
            }
            result => result?,
        };
        match self.lex.operator() {
            Some((Op::Close, end)) => self.lex.pos = end,
            None if self.lex.current().is_none() => {
                self.lex.line_at(start);
                return Err(SyntaxError::unterminated(self.lex.end_line(), ")"));
            }
            _ => return Err(self.unexpected()),
        }
        if !self.pending.is_empty() {
            self.bodies_after_close();
        }
        if !self.bodies.is_empty() {
            super::here_document::place(&mut program, &mut self.bodies.drain(..));
        }
        Ok(program)
    }

    /// A substitution in backquotes. As in bash its text is parsed apart, and
    /// if it is no program, that is an error of its own when it runs.
    fn backquotes(&mut self, mode: Mode) -> Result<WordPart> {
        let start = self.lex.pos;
        let line = self.lex.line_at(start);
        let mut text: Vec<u8> = Vec::new();
        self.lex.pos += 1;
        loop {
            self.lex.take_until(BACKQUOTE | BACKSLASH, &mut text);
            match self.lex.current() {
                None => return Err(SyntaxError::unterminated(line, "`")),
                Some(b'`') => break,
                Some(_) => {
                    let at = self.lex.pos;
                    match self.lex.byte(at + 1) {
                        Some(next @ (b'`' | b'\\' | b'$')) => text.push(next),
                        Some(b'"') if matches!(mode, Mode::Double | Mode::InnerDouble | Mode::QuotedOperand) => {
                            text.push(b'"');
                        }
                        Some(next) => text.extend([b'\\', next]),
                        None => text.push(b'\\'),
                    }
                    self.lex.pos += 2;
                }
            }
        }
        let source = self.lex.slice(start + 1, self.lex.pos).into();
        self.lex.pos += 1;
        self.enter()?;
        let mut lexer = Lexer::new(&text, line);
        let result = self.nested(&mut lexer).whole_program();
        self.leave();
        let failed = result.is_err();
        let source = if failed { text.into() } else { source };
        Ok(WordPart::Command(Rc::new(CommandSubstitution {
            program: result.unwrap_or_default(),
            backquotes: true,
            source: Some(source),
            failed,
        })))
    }

    fn extglob(&mut self, operator: u8) -> Result<WordPart> {
        let start = self.lex.pos;
        self.enter()?;
        let mut words = Vec::new();
        loop {
            self.lex.pos += 1;
            words.push(Word { parts: self.parts(Mode::ExtGlob)? });
            match self.lex.current() {
                Some(b'|') => {}
                Some(_) => break,
                None => return Err(SyntaxError::unterminated(self.lex.line_at(start), ")")),
            }
        }
        self.lex.pos += 1;
        self.leave();
        Ok(WordPart::ExtGlob(operator, words))
    }
}

/// Whether an unquoted byte that a scan stopped at ends the text.
fn ends(mode: Mode, byte: u8, level: &mut u32, conditions: &mut u32) -> bool {
    match (mode, byte) {
        (Mode::Regex | Mode::ExtGlob | Mode::Arith(_), b'(') => {
            *level += 1;
            false
        }
        (Mode::Regex | Mode::ExtGlob | Mode::Arith(_), b')') => {
            if *level == 0 {
                return !matches!(mode, Mode::Arith(ArithEnd::Text));
            }
            *level -= 1;
            false
        }
        (Mode::Regex, b'|') => false,
        (Mode::Regex | Mode::ExtGlob, _) => *level == 0,
        (Mode::Arith(ArithEnd::Bracket) | Mode::Subscript, b'[') => {
            *level += 1;
            false
        }
        (Mode::Arith(ArithEnd::Bracket) | Mode::Subscript, b']') => {
            if *level == 0 {
                return true;
            }
            *level -= 1;
            false
        }
        (Mode::Arith(ArithEnd::Colon), b'?') => {
            *conditions += 1;
            false
        }
        (Mode::Arith(ArithEnd::Colon), b':') => {
            if *level > 0 {
                return false;
            }
            if *conditions == 0 {
                return true;
            }
            *conditions -= 1;
            false
        }
        (Mode::Arith(ArithEnd::Semicolon), b';') => *level == 0,
        _ => true,
    }
}

fn extglob_prefix(literal: &[u8]) -> bool {
    matches!(literal.last(), Some(b'?' | b'*' | b'+' | b'@' | b'!'))
}

/// Makes a part of the literal text that was collected.
fn flush(parts: &mut Vec<WordPart>, literal: &mut Vec<u8>) {
    if !literal.is_empty() {
        parts.push(WordPart::Literal(std::mem::take(literal).into()));
    }
}

/// Whether the byte stands anywhere in the word unquoted.
pub(crate) fn has_unquoted(parts: &[WordPart], byte: u8) -> bool {
    parts.iter().any(|part| matches!(part, WordPart::Literal(text) if text.contains(&byte)))
}

/// Makes parts of the tilde-prefixes: at the word's start, and with `colons`
/// after each unquoted `:`.
pub(crate) fn mark_tildes(parts: &mut Vec<WordPart>, colons: bool) {
    mark_tildes_from(parts, 0, colons);
}

/// In an assigned value also after the colons in the operands of `${x-...}`.
fn mark_operand_tildes(parts: &mut [WordPart]) {
    for part in parts {
        let WordPart::Parameter(parameter) = part else { continue };
        match &mut parameter.op {
            ParameterOp::Default { word, .. }
            | ParameterOp::Assign { word, .. }
            | ParameterOp::Alternative { word, .. } => {
                mark_tildes(&mut word.parts, true);
                mark_operand_tildes(&mut word.parts);
            }
            _ => {}
        }
    }
}

/// In arguments, and with an assignment's rules in those that look like one.
fn mark_argument_tildes(parts: &mut Vec<WordPart>, posix: bool) {
    let Some(first) = parts.first_mut() else { return };
    match first {
        WordPart::Literal(text) if text.first() == Some(&b'~') => mark_tildes(parts, false),
        WordPart::Literal(text) if !posix && text.contains(&b'~') => {
            let name = text.iter().take_while(|&&byte| name_byte(byte)).count();
            let starts = text.first().is_some_and(|&byte| name_start(byte));
            let equals = match text.get(name..) {
                Some([b'=', ..]) => name,
                Some([b'+', b'=', ..]) => name + 1,
                _ => return,
            };
            if starts {
                mark_tildes_from(parts, equals + 1, true);
            }
        }
        // `{~/a,~/b}`: each word that comes of it starts with a tilde.
        WordPart::Brace(brace) => {
            if let crate::ast::Brace::List(words) = brace.as_mut() {
                for word in words {
                    mark_tildes(&mut word.parts, false);
                }
            }
        }
        _ => {}
    }
}

fn mark_tildes_from(parts: &mut Vec<WordPart>, offset: usize, colons: bool) {
    let candidate = |index: usize, text: &[u8]| {
        (index == 0 && text.get(offset) == Some(&b'~')) || (colons && text.windows(2).any(|pair| pair == b":~"))
    };
    let found =
        parts.iter().enumerate().any(|(index, part)| matches!(part, WordPart::Literal(text) if candidate(index, text)));
    if !found {
        return;
    }
    let old = std::mem::take(parts);
    let last = old.len() - 1;
    for (index, part) in old.into_iter().enumerate() {
        let WordPart::Literal(text) = part else {
            parts.push(part);
            continue;
        };
        let mut literal = Vec::new();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let start = (index == 0 && at == offset)
                || (colons && at > 0 && text[at - 1] == b':' && (index > 0 || at > offset));
            if byte == b'~' && start {
                let rest = &text[at + 1..];
                let length = rest.iter().position(|&byte| matches!(byte, b'/' | b':'));
                // A prefix that runs into a quote or an expansion is none.
                if length.is_some() || index == last {
                    let length = length.unwrap_or(rest.len());
                    flush(parts, &mut literal);
                    parts.push(WordPart::Tilde(rest[..length].into()));
                    at += 1 + length;
                    continue;
                }
            }
            literal.push(byte);
            at += 1;
        }
        flush(parts, &mut literal);
    }
}

/// The text that `$'...'` stands for. It ends at a NUL, as in bash.
pub(crate) fn decode_ansi(text: &[u8]) -> BString {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&escape) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        let value = match escape {
            b'a' => 7,
            b'b' => 8,
            b'e' | b'E' => 27,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' | b'\'' | b'"' | b'?' => escape,
            b'0'..=b'7' => {
                at -= 1;
                digits(text, &mut at, 8, 3).unwrap_or(0) as u8
            }
            b'x' if text.get(at) == Some(&b'{') => {
                at += 1;
                let value = digits(text, &mut at, 16, usize::MAX).unwrap_or(0);
                at += usize::from(text.get(at) == Some(&b'}'));
                value as u8
            }
            b'x' => match digits(text, &mut at, 16, 2) {
                Some(value) => value as u8,
                None => {
                    out.push_str(b"\\x");
                    continue;
                }
            },
            b'u' | b'U' => {
                match digits(text, &mut at, 16, if escape == b'u' { 4 } else { 8 }) {
                    Some(0) => break,
                    Some(value) => push_code_point(&mut out, value),
                    None => out.extend([b'\\', escape]),
                }
                continue;
            }
            b'c' => match text.get(at) {
                Some(&control) => {
                    at += 1;
                    if control == b'\\' && text.get(at) == Some(&b'\\') {
                        at += 1;
                    }
                    if control == b'?' { 0x7f } else { control.to_ascii_uppercase() & 0x1f }
                }
                None => {
                    out.push_str(b"\\c");
                    continue;
                }
            },
            _ => {
                out.extend([b'\\', escape]);
                continue;
            }
        };
        if value == 0 {
            break;
        }
        out.push(value);
    }
    out.into()
}

/// The number that up to `most` digits make, of which the lowest bits count.
fn digits(text: &[u8], at: &mut usize, radix: u32, most: usize) -> Option<u32> {
    let digit = |&byte: &u8| char::from(byte).to_digit(radix);
    let found = text.get(*at..)?.iter().map_while(digit).take(most);
    let mut value = None;
    for digit in found {
        value = Some(value.unwrap_or(0u32).wrapping_mul(radix).wrapping_add(digit));
        *at += 1;
    }
    value
}

/// Code points beyond Unicode are written in the old, longer UTF-8, as bash does.
fn push_code_point(out: &mut Vec<u8>, value: u32) {
    let tail = |shift: u32| 0x80 | ((value >> shift) & 0x3f) as u8;
    match value {
        0..=0x7f => out.push(value as u8),
        0x80..=0x7ff => out.extend([0xc0 | (value >> 6) as u8, tail(0)]),
        0x800..=0xffff => out.extend([0xe0 | (value >> 12) as u8, tail(6), tail(0)]),
        0x1_0000..=0x1f_ffff => {
            out.extend([0xf0 | (value >> 18) as u8, tail(12), tail(6), tail(0)]);
        }
        0x20_0000..=0x3ff_ffff => {
            out.extend([0xf8 | (value >> 24) as u8, tail(18), tail(12), tail(6), tail(0)]);
        }
        0x400_0000..=0x7fff_ffff => {
            out.extend([0xfc | (value >> 30) as u8, tail(24), tail(18), tail(12), tail(6), tail(0)])
        }
        _ => {}
    }
}

/// Whether an operator that may follow a number or `{name}` starts here: those
/// are descriptors then.
pub(crate) fn is_angle(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| class(byte) & ANGLE != 0)
}

//! The text being read: a position in it, its lines, its operators.
//!
//! There is no stream of tokens, since what a character means depends on where
//! the grammar stands. The grammar asks for an operator, a reserved word or a
//! word, and moves on.
//!
//! An alias replaces a word by other text, and what follows may join it. So the
//! lexer reads either the script itself or, from the first alias of a command
//! on, a window: an owned copy in which the replacement is spliced, filled from
//! the script piece by piece. Positions never go back or change their meaning:
//! the window starts at `origin`, and what was before a splice stays there.

use bstr::BString;

/// How much of the script a window takes at a time. A splice moves what the
/// window holds behind it, so small keeps splices cheap.
const CHUNK: usize = 4096;

// What a byte can be to a scan (a set of bits each).
/// Ends an unquoted word: blanks, newline and operator characters.
pub(crate) const META: u16 = 1;
/// `\`
pub(crate) const BACKSLASH: u16 = 1 << 1;
/// `'`
pub(crate) const SINGLE: u16 = 1 << 2;
/// `"`
pub(crate) const DOUBLE: u16 = 1 << 3;
/// `` ` ``
pub(crate) const BACKQUOTE: u16 = 1 << 4;
/// `$`
pub(crate) const DOLLAR: u16 = 1 << 5;
/// `}`
pub(crate) const CLOSE_BRACE: u16 = 1 << 6;
/// `/`
pub(crate) const SLASH: u16 = 1 << 7;
/// `[` and `]`
pub(crate) const BRACKET: u16 = 1 << 8;
/// `(` and `)`
pub(crate) const PAREN: u16 = 1 << 9;
/// `|`
pub(crate) const PIPE: u16 = 1 << 10;
/// `:` and `?`
pub(crate) const COLON: u16 = 1 << 11;
/// `;`
pub(crate) const SEMICOLON: u16 = 1 << 12;
/// `<` and `>`
pub(crate) const ANGLE: u16 = 1 << 13;
/// `{`
pub(crate) const OPEN_BRACE: u16 = 1 << 14;

/// The bits of every byte.
pub(crate) const CLASS: [u16; 256] = classes();

const fn classes() -> [u16; 256] {
    let mut table = [0u16; 256];
    table[b' ' as usize] = META;
    table[b'\t' as usize] = META;
    table[b'\n' as usize] = META;
    table[b'&' as usize] = META;
    table[b';' as usize] = META | SEMICOLON;
    table[b'|' as usize] = META | PIPE;
    table[b'<' as usize] = META | ANGLE;
    table[b'>' as usize] = META | ANGLE;
    table[b'(' as usize] = META | PAREN;
    table[b')' as usize] = META | PAREN;
    table[b'\\' as usize] = BACKSLASH;
    table[b'\'' as usize] = SINGLE;
    table[b'"' as usize] = DOUBLE;
    table[b'`' as usize] = BACKQUOTE;
    table[b'$' as usize] = DOLLAR;
    table[b'{' as usize] = OPEN_BRACE;
    table[b'}' as usize] = CLOSE_BRACE;
    table[b'/' as usize] = SLASH;
    table[b'[' as usize] = BRACKET;
    table[b']' as usize] = BRACKET;
    table[b':' as usize] = COLON;
    table[b'?' as usize] = COLON;
    table
}

/// The bits of one byte.
pub(crate) fn class(byte: u8) -> u16 {
    CLASS[byte as usize]
}

/// Whether the byte may start a name.
pub(crate) fn name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

/// Whether the byte may stand in a name.
pub(crate) fn name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// An operator of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Newline,
    And,
    AndAnd,
    AndGreat,
    AndGreatGreat,
    Semi,
    SemiSemi,
    SemiAnd,
    SemiSemiAnd,
    Pipe,
    PipeAnd,
    OrOr,
    Open,
    Close,
    Less,
    LessLess,
    LessLessDash,
    LessLessLess,
    LessAnd,
    LessGreat,
    Great,
    GreatGreat,
    GreatAnd,
    GreatPipe,
}

impl Op {
    /// As written, as error messages name it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Op::Newline => "newline",
            Op::And => "&",
            Op::AndAnd => "&&",
            Op::AndGreat => "&>",
            Op::AndGreatGreat => "&>>",
            Op::Semi => ";",
            Op::SemiSemi => ";;",
            Op::SemiAnd => ";&",
            Op::SemiSemiAnd => ";;&",
            Op::Pipe => "|",
            Op::PipeAnd => "|&",
            Op::OrOr => "||",
            Op::Open => "(",
            Op::Close => ")",
            Op::Less => "<",
            Op::LessLess => "<<",
            Op::LessLessDash => "<<-",
            Op::LessLessLess => "<<<",
            Op::LessAnd => "<&",
            Op::LessGreat => "<>",
            Op::Great => ">",
            Op::GreatGreat => ">>",
            Op::GreatAnd => ">&",
            Op::GreatPipe => ">|",
        }
    }
}

/// An alias whose text is (or was just) being read.
#[derive(Debug)]
pub(crate) struct AliasFrame {
    /// Its name: not expanded again inside its own text.
    pub(crate) name: BString,
    /// Where its text starts.
    pub(crate) start: usize,
    /// Where its text ends.
    pub(crate) end: usize,
    /// The text ends in a blank: the next word is looked up too.
    pub(crate) expands_next: bool,
}

/// The text, and where we are in it.
pub(crate) struct Lexer<'a> {
    script: &'a [u8],
    window: Option<Vec<u8>>,
    /// The position of the window's first byte; 0 without a window.
    origin: usize,
    /// Where in the script the window is filled from next.
    next: usize,
    pub(crate) pos: usize,
    /// A position whose line is known.
    mark: usize,
    mark_line: u32,
    /// Innermost last.
    pub(crate) frames: Vec<AliasFrame>,
    /// Here-documents that were read ahead: the newline they follow, and where
    /// reading goes on after it.
    pub(crate) skip: Option<(usize, usize)>,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(script: &'a [u8], first_line: u32) -> Self {
        Lexer {
            script,
            window: None,
            origin: 0,
            next: 0,
            pos: 0,
            mark: 0,
            mark_line: first_line,
            frames: Vec::new(),
            skip: None,
        }
    }

    fn text(&self) -> &[u8] {
        match &self.window {
            None => self.script,
            Some(window) => window,
        }
    }

    /// Takes more of the script into the window. False at the script's end, and
    /// when there is no window, since the script is all there then.
    fn fill(&mut self) -> bool {
        let Some(window) = &mut self.window else { return false };
        let rest = &self.script[self.next..];
        if rest.is_empty() {
            return false;
        }
        let taken = rest.len().min(CHUNK);
        window.extend_from_slice(&rest[..taken]);
        self.next += taken;
        true
    }

    /// The byte at a position.
    #[inline]
    pub(crate) fn byte(&mut self, at: usize) -> Option<u8> {
        loop {
            if let Some(&byte) = self.text().get(at - self.origin) {
                return Some(byte);
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// The byte at the current position, whatever it is.
    #[inline]
    pub(crate) fn current(&mut self) -> Option<u8> {
        self.byte(self.pos)
    }

    /// The first position from `at` on that is no line continuation.
    pub(crate) fn past_continuations(&mut self, mut at: usize) -> usize {
        while self.byte(at) == Some(b'\\') && self.byte(at + 1) == Some(b'\n') {
            at += 2;
        }
        at
    }

    /// The next byte, behind any line continuations.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let byte = self.byte(self.pos)?;
        if byte != b'\\' {
            return Some(byte);
        }
        self.pos = self.past_continuations(self.pos);
        self.byte(self.pos)
    }

    /// The byte after the one that `peek` sees.
    pub(crate) fn peek_second(&mut self) -> Option<u8> {
        self.peek()?;
        let at = self.past_continuations(self.pos + 1);
        self.byte(at)
    }

    /// Consumes the byte if it is the next one.
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.pos += 1;
        }
        found
    }

    /// Moves the bytes from here to the next one of the given classes to `out`.
    pub(crate) fn take_until(&mut self, stops: u16, out: &mut Vec<u8>) {
        loop {
            let rest = self.text().get(self.pos - self.origin..).unwrap_or_default();
            let length = rest.iter().position(|&byte| class(byte) & stops != 0);
            out.extend_from_slice(&rest[..length.unwrap_or(rest.len())]);
            self.pos += length.unwrap_or(rest.len());
            if length.is_some() || !self.fill() {
                return;
            }
        }
    }

    /// Where the byte is next found, from `at` on.
    pub(crate) fn find(&mut self, byte: u8, mut at: usize) -> Option<usize> {
        loop {
            let rest = self.text().get(at - self.origin..).unwrap_or_default();
            if let Some(found) = bstr::ByteSlice::find_byte(rest, byte) {
                return Some(at + found);
            }
            at += rest.len();
            if !self.fill() {
                return None;
            }
        }
    }

    /// The text between two positions that have been read.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &[u8] {
        self.text().get(from - self.origin..to - self.origin).unwrap_or_default()
    }

    /// The end of the text, all of which is taken in for it.
    pub(crate) fn end(&mut self) -> usize {
        while self.fill() {}
        self.origin + self.text().len()
    }

    /// The line of a position.
    pub(crate) fn line_at(&mut self, at: usize) -> u32 {
        let (from, to) = if at < self.mark { (at, self.mark) } else { (self.mark, at) };
        let to = to.min(self.origin + self.text().len());
        let from = from.max(self.origin).min(to);
        let mut lines = count_lines(self.slice(from, to));
        // An alias's own newlines are no lines of the script.
        for frame in &self.frames {
            let (start, end) = (frame.start.max(from), frame.end.min(to));
            if start < end
                && !self
                    .frames
                    .iter()
                    .any(|outer| outer.start <= frame.start && frame.end <= outer.end && !std::ptr::eq(outer, frame))
            {
                lines = lines.saturating_sub(count_lines(self.slice(start, end)));
            }
        }
        let line =
            if at < self.mark { self.mark_line.saturating_sub(lines) } else { self.mark_line.saturating_add(lines) };
        self.mark = at;
        self.mark_line = line;
        line
    }

    /// The line of the current position.
    pub(crate) fn line(&mut self) -> u32 {
        self.line_at(self.pos)
    }

    /// The line bash names when the text ends too early.
    pub(crate) fn end_line(&mut self) -> u32 {
        let end = self.end();
        let last = self.line_at(end);
        let ended = end == self.origin || self.byte(end - 1) == Some(b'\n');
        if ended { last } else { last.saturating_add(1) }
    }

    /// The whole source line around a position, without its newline.
    pub(crate) fn source_line(&mut self, at: usize) -> BString {
        let end = match self.find(b'\n', at) {
            Some(end) => end,
            None => self.end(),
        };
        let before = self.slice(self.origin, at);
        let start = bstr::ByteSlice::rfind_byte(before, b'\n').map_or(0, |found| found + 1);
        self.slice(self.origin + start, end).into()
    }

    /// Passes blanks, line continuations and a comment.
    pub(crate) fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.pos += 1,
                Some(b'#') => {
                    self.pos = match self.find(b'\n', self.pos) {
                        Some(newline) => newline,
                        None => self.end(),
                    };
                    return;
                }
                _ => return,
            }
        }
    }

    /// Passes blanks alone: `#` is no comment in arithmetic.
    pub(crate) fn skip_blanks_only(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n')) {
            self.pos += 1;
        }
    }

    /// The operator at the current position and where it ends. `<(` and `>(`
    /// start words.
    pub(crate) fn operator(&mut self) -> Option<(Op, usize)> {
        let first = self.peek()?;
        if class(first) & META == 0 {
            return None;
        }
        let start = self.pos;
        let op = self.read_operator(first);
        let end = self.pos;
        self.pos = start;
        op.map(|op| (op, end))
    }

    fn read_operator(&mut self, first: u8) -> Option<Op> {
        self.pos += 1;
        Some(match first {
            b'\n' => Op::Newline,
            b'(' => Op::Open,
            b')' => Op::Close,
            b'&' if self.eat(b'&') => Op::AndAnd,
            b'&' if self.peek() == Some(b'>') => {
                self.pos += 1;
                if self.eat(b'>') { Op::AndGreatGreat } else { Op::AndGreat }
            }
            b'&' => Op::And,
            b';' if self.eat(b';') => {
                if self.eat(b'&') {
                    Op::SemiSemiAnd
                } else {
                    Op::SemiSemi
                }
            }
            b';' if self.eat(b'&') => Op::SemiAnd,
            b';' => Op::Semi,
            b'|' if self.eat(b'|') => Op::OrOr,
            b'|' if self.eat(b'&') => Op::PipeAnd,
            b'|' => Op::Pipe,
            b'<' if self.eat(b'<') => {
                if self.eat(b'<') {
                    Op::LessLessLess
                } else if self.eat(b'-') {
                    Op::LessLessDash
                } else {
                    Op::LessLess
                }
            }
            b'<' if self.eat(b'&') => Op::LessAnd,
            b'<' if self.eat(b'>') => Op::LessGreat,
            b'<' if self.peek() != Some(b'(') => Op::Less,
            b'>' if self.eat(b'>') => Op::GreatGreat,
            b'>' if self.eat(b'&') => Op::GreatAnd,
            b'>' if self.eat(b'|') => Op::GreatPipe,
            b'>' if self.peek() != Some(b'(') => Op::Great,
            _ => return None,
        })
    }

    /// Where the plain word at the current position ends: one that is all
    /// unquoted literal text. `None` when there is no word or it is not plain.
    pub(crate) fn plain_word_end(&mut self) -> Option<usize> {
        const STOPS: u16 = META | BACKSLASH | SINGLE | DOUBLE | BACKQUOTE | DOLLAR;
        let mut at = self.pos;
        loop {
            match self.byte(at) {
                Some(byte) if class(byte) & STOPS == 0 => at += 1,
                Some(byte) if class(byte) & META == 0 => return None,
                _ => return (at > self.pos).then_some(at),
            }
        }
    }

    /// Replaces the text from `start` to `end` (a word that was just looked at)
    /// by an alias's.
    pub(crate) fn splice(&mut self, start: usize, end: usize, text: &[u8]) {
        self.line_at(start);
        if self.window.is_none() {
            // What stands before on this line is kept for messages.
            let from = bstr::ByteSlice::rfind_byte(&self.script[..start], b'\n').map_or(0, |at| at + 1);
            let from = from.max(start.saturating_sub(CHUNK));
            self.next = end.saturating_add(CHUNK).min(self.script.len());
            self.window = Some(self.script[from..self.next].to_vec());
            self.origin = from;
        }
        let origin = self.origin;
        if let Some(window) = &mut self.window {
            window.splice(start - origin..end - origin, text.iter().copied());
        }
        let removed = end - start;
        for frame in self.frames.iter_mut().filter(|frame| frame.end > start) {
            frame.end = (frame.end + text.len()).saturating_sub(removed);
        }
        if let Some((newline, resume)) = &mut self.skip
            && *newline >= end
        {
            *newline = (*newline + text.len()).saturating_sub(removed);
            *resume = (*resume + text.len()).saturating_sub(removed);
        }
    }

    /// Leaves the window for the script itself once all alias text is read.
    /// Called between commands, where no position is held.
    pub(crate) fn settle(&mut self) {
        if self.window.is_none() || self.frames.iter().any(|frame| self.pos < frame.end) {
            return;
        }
        let line = self.line();
        let ahead = self.origin + self.text().len() - self.pos;
        let back = self.pos;
        self.pos = self.next - ahead;
        if let Some((newline, resume)) = &mut self.skip {
            *newline = *newline - back + self.pos;
            *resume = *resume - back + self.pos;
        }
        self.frames.clear();
        self.window = None;
        self.origin = 0;
        self.mark = self.pos;
        self.mark_line = line;
    }

    /// How much of the script has been consumed (up to the end of an alias
    /// that is still being read).
    pub(crate) fn consumed(&self) -> usize {
        match &self.window {
            None => self.pos,
            Some(window) => self.next.saturating_sub(self.origin + window.len() - self.pos),
        }
    }
}

fn count_lines(text: &[u8]) -> u32 {
    u32::try_from(text.iter().filter(|&&byte| byte == b'\n').count()).unwrap_or(u32::MAX)
}

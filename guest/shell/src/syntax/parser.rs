//! The grammar of commands, by recursive descent.

use std::collections::HashSet;
use std::rc::Rc;

use bstr::BString;

use super::error::{Result, SyntaxError, Warning};
use super::here_document::{Pending, place};
use super::lexer::{Lexer, META, Op, class, name_byte, name_start};
use super::word::{ArithEnd, Mode, WordKind, has_unquoted, is_angle};
use super::{MAX_NESTING, Options};
use crate::ast::{
    AndOr, Argument, ArrayElement, AssignedValue, Assignment, CaseArm, CaseEnd, Command, Compound, CompoundKind,
    Connective, Function, Item, Pipeline, Program, Redirect, RedirectFd, RedirectKind, Simple, TimeFormat, Word,
    WordPart,
};
use crate::stack;

/// Finds an alias's text.
pub(crate) type Aliases<'p> = &'p dyn Fn(&[u8]) -> Option<BString>;

/// Reads commands from a lexer.
pub(crate) struct Reader<'p, 'a> {
    pub(crate) lex: &'p mut Lexer<'a>,
    pub(crate) options: &'p Options,
    pub(crate) aliases: Aliases<'p>,
    pub(crate) source: &'p [u8],
    /// Extended patterns are on here.
    pub(crate) extglob: bool,
    /// How deep the grammar is nested.
    pub(crate) depth: u32,
    /// Here-documents whose bodies have not been reached.
    pub(crate) pending: Vec<Pending>,
    /// Bodies that were read, to be put in their places.
    pub(crate) bodies: Vec<Word>,
    /// Where `((` was found to be two parentheses, so that nested ones are
    /// not tried again and again.
    pub(crate) not_arith: HashSet<usize, rustc_hash::FxBuildHasher>,
    /// Where the word is known to be no alias.
    pub(crate) alias_checked: Option<usize>,
    pub(crate) warnings: Vec<Warning>,
    /// How many `ulimit` commands with a new limit were read.
    limit_changes: u32,
}

/// A reserved word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Bang,
    Case,
    Coproc,
    Do,
    Done,
    Elif,
    Else,
    Esac,
    Fi,
    For,
    Function,
    If,
    OpenBrace,
    CloseBrace,
    Select,
    Test,
    Then,
    Time,
    Until,
    While,
}

impl Keyword {
    /// The reserved word with this text.
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"!" => Keyword::Bang,
            b"case" => Keyword::Case,
            b"coproc" => Keyword::Coproc,
            b"do" => Keyword::Do,
            b"done" => Keyword::Done,
            b"elif" => Keyword::Elif,
            b"else" => Keyword::Else,
            b"esac" => Keyword::Esac,
            b"fi" => Keyword::Fi,
            b"for" => Keyword::For,
            b"function" => Keyword::Function,
            b"if" => Keyword::If,
            b"{" => Keyword::OpenBrace,
            b"}" => Keyword::CloseBrace,
            b"select" => Keyword::Select,
            b"[[" => Keyword::Test,
            b"then" => Keyword::Then,
            b"time" => Keyword::Time,
            b"until" => Keyword::Until,
            b"while" => Keyword::While,
            _ => return None,
        })
    }

    /// Whether it ends a list of commands.
    fn closes(self) -> bool {
        use Keyword::*;
        matches!(self, CloseBrace | Do | Done | Elif | Else | Esac | Fi | Then)
    }

    /// Whether it starts a compound command.
    fn opens(self) -> bool {
        use Keyword::*;
        matches!(self, Case | For | If | OpenBrace | Select | Test | Until | While)
    }
}

/// What a word in front of a command turned out to be.
enum Leading {
    Assignment(Assignment),
    Word(Word),
    Neither,
}

/// What a declaration command makes of its arguments.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Declares {
    /// It declares nothing.
    No,
    /// `command` or `builtin`: the next word decides.
    NextWord,
    /// Behind those: `name=value` is an assignment, `name=(...)` an error.
    Scalars,
    /// `name=(...)` is an assignment, `name=value` a word.
    Arrays,
    /// Both are assignments.
    All,
}

impl Declares {
    fn of(word: &Word) -> Self {
        match word.as_literal().map(|text| text.as_slice()) {
            Some(b"declare" | b"typeset" | b"local" | b"export" | b"readonly" | b"alias") => Declares::All,
            Some(b"eval" | b"let") => Declares::Arrays,
            Some(b"command" | b"builtin") => Declares::NextWord,
            _ => Declares::No,
        }
    }
}

impl<'p, 'a> Reader<'p, 'a> {
    pub(crate) fn new(lex: &'p mut Lexer<'a>, options: &'p Options, aliases: Aliases<'p>, source: &'p [u8]) -> Self {
        Reader {
            lex,
            options,
            aliases,
            source,
            extglob: options.extglob,
            depth: 0,
            pending: Vec::new(),
            bodies: Vec::new(),
            not_arith: HashSet::default(),
            alias_checked: None,
            warnings: Vec::new(),
            limit_changes: 0,
        }
    }

    /// A reader of another text that stands inside this one.
    pub(crate) fn nested<'q, 'b>(&self, lex: &'q mut Lexer<'b>) -> Reader<'q, 'b>
    where
        'p: 'q,
    {
        let mut reader = Reader::new(lex, self.options, self.aliases, self.source);
        reader.depth = self.depth;
        reader
    }

    pub(crate) fn enter(&mut self) -> Result<()> {
        if self.depth >= MAX_NESTING || stack::is_low(stack::FOR_PARSING) {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[cold]
    pub(crate) fn too_deep(&mut self) -> Box<SyntaxError> {
        let line = self.lex.line();
        SyntaxError::new(line, "syntax error: nested too deep")
    }

    /// The text from `start` to here, without line continuations.
    pub(crate) fn without_continuations(&self, start: usize) -> BString {
        let text = self.lex.slice(start, self.lex.pos);
        if bstr::ByteSlice::contains_str(text, "\\\n") {
            return bstr::ByteSlice::replace(text, "\\\n", "").into();
        }
        text.into()
    }

    /// The token here, as a message names it. It is consumed.
    pub(crate) fn token_text(&mut self) -> Result<BString> {
        self.lex.skip_blanks();
        if let Some((op, end)) = self.lex.operator() {
            self.lex.pos = end;
            return Ok(op.text().into());
        }
        let start = self.lex.pos;
        if self.lex.current().is_none() {
            return Ok("newline".into());
        }
        self.parts(Mode::Word)?;
        Ok(self.lex.slice(start, self.lex.pos).into())
    }

    /// The error that what stands here does not belong here.
    #[cold]
    pub(crate) fn unexpected(&mut self) -> Box<SyntaxError> {
        self.lex.skip_blanks();
        if self.lex.current().is_none() {
            return SyntaxError::end_of_file(self.lex.end_line());
        }
        self.unexpected_token()
    }

    /// The same where the end of the text is the end of a line to bash.
    #[cold]
    fn unexpected_token(&mut self) -> Box<SyntaxError> {
        self.lex.skip_blanks();
        let at = self.lex.pos;
        let line = self.lex.line();
        let token = match self.token_text() {
            Ok(token) => token,
            Err(error) => return error,
        };
        let mut message = BString::from("syntax error near unexpected token `");
        message.extend_from_slice(&token);
        message.push(b'\'');
        let mut error = SyntaxError::new(line, message);
        error.source_line = Some(self.lex.source_line(at));
        error
    }

    /// One complete command: the lists up to the end of their line.
    pub(crate) fn complete_command(&mut self) -> Result<Option<Program>> {
        let mut program = Program::default();
        loop {
            self.expand_aliases(true);
            match self.lex.operator() {
                Some((Op::Newline, _)) => {
                    self.newline();
                    if !program.items.is_empty() {
                        break;
                    }
                    continue;
                }
                None if self.lex.current().is_none() => break,
                _ => {}
            }
            let list = self.and_or()?;
            self.lex.skip_blanks();
            let (background, separated) = match self.lex.operator() {
                Some((Op::Semi, end)) => {
                    self.lex.pos = end;
                    (false, true)
                }
                Some((Op::And, end)) => {
                    self.lex.pos = end;
                    (true, true)
                }
                _ => (false, false),
            };
            program.items.push(Item { list, background });
            if !separated && !self.at_line_end() {
                return Err(self.unexpected());
            }
        }
        if !self.pending.is_empty() {
            self.read_bodies();
        }
        if !self.bodies.is_empty() {
            place(&mut program, &mut self.bodies.drain(..));
        }
        Ok((!program.items.is_empty()).then_some(program))
    }

    /// All commands of the text.
    pub(crate) fn whole_program(&mut self) -> Result<Program> {
        let mut program = self.list(true)?;
        if self.lex.current().is_some() {
            return Err(self.unexpected());
        }
        if !self.pending.is_empty() {
            self.read_bodies();
        }
        place(&mut program, &mut self.bodies.drain(..));
        Ok(program)
    }

    fn at_line_end(&mut self) -> bool {
        matches!(self.lex.operator(), Some((Op::Newline, _))) || self.lex.current().is_none()
    }

    /// Passes blanks, comments and newlines.
    fn newlines(&mut self) {
        loop {
            self.lex.skip_blanks();
            if self.lex.current() != Some(b'\n') {
                return;
            }
            self.newline();
        }
    }

    /// The reserved word here, with where it ends.
    fn keyword(&mut self) -> Option<(Keyword, usize)> {
        const LONGEST: usize = 8;
        let mut text = [0; LONGEST];
        let mut length = 0;
        let mut at = self.lex.pos;
        loop {
            at = self.lex.past_continuations(at);
            match self.lex.byte(at) {
                Some(byte) if class(byte) & META == 0 => {
                    if !(byte.is_ascii_lowercase() || matches!(byte, b'!' | b'{' | b'}' | b'[')) {
                        return None;
                    }
                    *text.get_mut(length)? = byte;
                    length += 1;
                    at += 1;
                }
                next => {
                    let keyword = Keyword::of(&text[..length])?;
                    // `!(a|b)` is a word where patterns are extended.
                    let pattern = keyword == Keyword::Bang && self.extglob && next == Some(b'(');
                    return (!pattern).then_some((keyword, at));
                }
            }
        }
    }

    fn take_keyword(&mut self, wanted: Keyword) -> Result<()> {
        self.expand_aliases(true);
        match self.keyword() {
            Some((keyword, end)) if keyword == wanted => {
                self.lex.pos = end;
                Ok(())
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A list of commands up to what ends it, which is left.
    pub(crate) fn list(&mut self, may_be_empty: bool) -> Result<Program> {
        let mut items = Vec::new();
        let limit_changes = self.limit_changes;
        loop {
            self.newlines();
            if self.expand_aliases(true) {
                continue;
            }
            let ends = match self.lex.operator() {
                Some((Op::Close | Op::SemiSemi | Op::SemiAnd | Op::SemiSemiAnd, _)) => true,
                Some(_) => false,
                None => match self.keyword() {
                    Some((keyword, _)) => keyword.closes(),
                    None => self.lex.current().is_none(),
                },
            };
            if ends {
                break;
            }
            let list = self.and_or()?;
            self.lex.skip_blanks();
            let (background, goes_on) = match self.lex.operator() {
                Some((Op::Semi, end)) => {
                    self.lex.pos = end;
                    (false, true)
                }
                Some((Op::And, end)) => {
                    self.lex.pos = end;
                    (true, true)
                }
                Some((Op::Newline, _)) => (false, true),
                _ => (false, false),
            };
            items.push(Item { list, background });
            if !goes_on {
                break;
            }
        }
        if items.is_empty() && !may_be_empty {
            return Err(self.unexpected());
        }
        Ok(Program { items, sets_limits: self.limit_changes != limit_changes })
    }

    fn and_or(&mut self) -> Result<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.lex.skip_blanks();
            let connective = match self.lex.operator() {
                Some((Op::AndAnd, end)) => {
                    self.lex.pos = end;
                    Connective::And
                }
                Some((Op::OrOr, end)) => {
                    self.lex.pos = end;
                    Connective::Or
                }
                _ => return Ok(AndOr { first, rest }),
            };
            self.newlines();
            rest.push((connective, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline> {
        self.expand_aliases(true);
        let line = self.lex.line();
        let mut negated = false;
        let mut time = None;
        let mut prefixed = false;
        loop {
            match self.keyword() {
                Some((Keyword::Bang, end)) => {
                    self.lex.pos = end;
                    negated = !negated;
                }
                Some((Keyword::Time, end)) => {
                    let start = self.lex.pos;
                    self.lex.pos = end;
                    self.lex.skip_blanks();
                    if self.options.posix && self.lex.peek() == Some(b'-') {
                        self.lex.pos = start;
                        break;
                    }
                    time = Some(time.unwrap_or(TimeFormat::Default));
                    if self.take_plain(b"-p") {
                        time = Some(TimeFormat::Posix);
                    }
                    self.take_plain(b"--");
                }
                _ => break,
            }
            prefixed = true;
            self.expand_aliases(true);
        }
        let mut stages = Vec::new();
        if prefixed {
            let ended = matches!(self.lex.operator(), Some((Op::Newline | Op::Semi | Op::And | Op::Close, _)));
            if ended || self.lex.current().is_none() {
                return Ok(Pipeline { negated, time, stages, line });
            }
        }
        loop {
            let mut stage = self.command()?;
            self.lex.skip_blanks();
            match self.lex.operator() {
                Some((Op::Pipe, end)) => self.lex.pos = end,
                Some((Op::PipeAnd, end)) => {
                    let line = self.lex.line();
                    self.lex.pos = end;
                    add_redirect(&mut stage, line);
                }
                _ => {
                    stages.push(stage);
                    return Ok(Pipeline { negated, time, stages, line });
                }
            }
            stages.push(stage);
            self.newlines();
        }
    }

    /// Consumes the plain word if it is here, and the blanks behind it.
    fn take_plain(&mut self, text: &[u8]) -> bool {
        let Some(end) = self.lex.plain_word_end() else { return false };
        let found = self.lex.slice(self.lex.pos, end) == text;
        if found {
            self.lex.pos = end;
            self.lex.skip_blanks();
        }
        found
    }

    fn command(&mut self) -> Result<Command> {
        self.expand_aliases(true);
        if let Some((op, _)) = self.lex.operator() {
            return match op {
                Op::Open => self.compound_command(),
                _ if is_redirect(op) => self.simple_command(),
                _ => Err(self.unexpected()),
            };
        }
        match self.keyword() {
            Some((keyword, _)) if keyword.opens() => self.compound_command(),
            Some((Keyword::Function, end)) => {
                let line = self.lex.line();
                self.lex.pos = end;
                self.function_keyword(line)
            }
            Some((Keyword::Coproc, end)) => {
                self.lex.pos = end;
                self.coproc()
            }
            Some((keyword, _)) if keyword.closes() => Err(self.unexpected()),
            _ if self.lex.current().is_none() => Err(self.unexpected()),
            _ => self.simple_command(),
        }
    }

    /// Whether a compound command starts here.
    fn at_compound(&mut self) -> bool {
        match self.lex.operator() {
            Some((op, _)) => op == Op::Open,
            None => matches!(self.keyword(), Some((keyword, _)) if keyword.opens()),
        }
    }

    fn compound_command(&mut self) -> Result<Command> {
        self.enter()?;
        let line = self.lex.line();
        let kind = self.compound_kind()?;
        self.leave();
        let compound = Rc::new(Compound { kind, line, end_line: self.lex.line() });
        let mut redirects = Vec::new();
        loop {
            self.lex.skip_blanks();
            match self.redirect()? {
                Some(redirect) => redirects.push(redirect),
                None => return Ok(Command::Compound(compound, redirects)),
            }
        }
    }

    fn compound_kind(&mut self) -> Result<CompoundKind> {
        if let Some((Op::Open, end)) = self.lex.operator() {
            let open = self.lex.pos;
            self.lex.pos = end;
            return self.parentheses(open);
        }
        let Some((keyword, end)) = self.keyword() else { return Err(self.unexpected()) };
        self.lex.pos = end;
        match keyword {
            Keyword::OpenBrace => {
                let body = self.list(false)?;
                self.take_keyword(Keyword::CloseBrace)?;
                Ok(CompoundKind::Group(body))
            }
            Keyword::If => self.if_clause(),
            Keyword::While | Keyword::Until => {
                let condition = self.list(false)?;
                let body = self.do_group()?;
                Ok(CompoundKind::While { until: keyword == Keyword::Until, condition, body })
            }
            Keyword::For => self.for_clause(),
            Keyword::Select => {
                let (name, words, body) = self.loop_over_words()?;
                Ok(CompoundKind::Select { name, words, body })
            }
            Keyword::Case => self.case_clause(),
            Keyword::Test => match self.test_command() {
                Ok(expression) => Ok(CompoundKind::Test(expression)),
                Err(mut error) => {
                    error.in_condition = !error.incomplete;
                    Err(error)
                }
            },
            _ => Err(self.unexpected()),
        }
    }

    /// `( list )` or `(( expression ))`.
    fn parentheses(&mut self, open: usize) -> Result<CompoundKind> {
        if self.lex.peek() == Some(b'(') {
            let inside = self.lex.pos;
            self.lex.pos += 1;
            if let Some(arith) = self.double_parentheses(open)? {
                return Ok(CompoundKind::Arith(arith));
            }
            self.lex.pos = inside;
        }
        let body = self.list(false)?;
        match self.lex.operator() {
            Some((Op::Close, end)) => self.lex.pos = end,
            _ => return Err(self.unexpected()),
        }
        Ok(CompoundKind::Subshell(body))
    }

    fn do_group(&mut self) -> Result<Program> {
        self.take_keyword(Keyword::Do)?;
        let body = self.list(false)?;
        self.take_keyword(Keyword::Done)?;
        Ok(body)
    }

    fn if_clause(&mut self) -> Result<CompoundKind> {
        let mut arms = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.list(false)?;
            self.take_keyword(Keyword::Then)?;
            arms.push((condition, self.list(false)?));
            match self.keyword() {
                Some((Keyword::Elif, end)) => self.lex.pos = end,
                Some((Keyword::Else, end)) => {
                    self.lex.pos = end;
                    otherwise = Some(self.list(false)?);
                    break;
                }
                _ => break,
            }
        }
        self.take_keyword(Keyword::Fi)?;
        Ok(CompoundKind::If(arms, otherwise))
    }

    fn for_clause(&mut self) -> Result<CompoundKind> {
        self.lex.skip_blanks();
        if self.lex.peek() == Some(b'(') && self.lex.peek_second() == Some(b'(') {
            return self.arith_for();
        }
        let (name, words, body) = self.loop_over_words()?;
        Ok(CompoundKind::For { name, words, body })
    }

    /// `name [in words]; do ...` of `for` and `select`.
    fn loop_over_words(&mut self) -> Result<(BString, Option<Vec<Word>>, Program)> {
        self.expand_aliases(false);
        if self.lex.operator().is_some() || self.lex.current().is_none() {
            return Err(self.unexpected_token());
        }
        let start = self.lex.pos;
        self.parts(Mode::Word)?;
        let name = self.lex.slice(start, self.lex.pos).into();
        self.expand_aliases(false);
        let mut words = None;
        if let Some((Op::Semi, end)) = self.lex.operator() {
            self.lex.pos = end;
            self.newlines();
        } else {
            self.newlines();
            self.expand_aliases(false);
            if self.take_plain(b"in") {
                words = Some(self.words()?);
                match self.lex.operator() {
                    Some((Op::Semi, end)) => self.lex.pos = end,
                    Some((Op::Newline, _)) => {}
                    _ => return Err(self.unexpected()),
                }
                self.newlines();
            }
        }
        let body = self.loop_body()?;
        Ok((name, words, body))
    }

    fn words(&mut self) -> Result<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.expand_aliases(false);
            if self.lex.operator().is_some() || self.lex.current().is_none() {
                return Ok(words);
            }
            words.push(self.word(WordKind::Argument)?);
        }
    }

    /// `do ... done` or `{ ... }`.
    fn loop_body(&mut self) -> Result<Program> {
        self.expand_aliases(true);
        let Some((Keyword::OpenBrace, end)) = self.keyword() else { return self.do_group() };
        self.lex.pos = end;
        let body = self.list(false)?;
        self.take_keyword(Keyword::CloseBrace)?;
        Ok(body)
    }

    fn arith_for(&mut self) -> Result<CompoundKind> {
        let open = self.lex.pos;
        let line = self.lex.line();
        self.lex.pos += 1;
        self.lex.peek();
        self.lex.pos += 1;
        let mut parts = Vec::new();
        loop {
            self.lex.skip_blanks_only();
            parts.push(self.arith(ArithEnd::Semicolon)?);
            match self.lex.current() {
                Some(b';') => self.lex.pos += 1,
                Some(b')') => break,
                _ => return Err(SyntaxError::unterminated(line, ")")),
            }
        }
        self.lex.pos += 1;
        if !self.lex.eat(b')') {
            if self.lex.current().is_none() {
                return Err(SyntaxError::unterminated(line, ")"));
            }
            return Err(self.unexpected());
        }
        let message = match parts.len() {
            0..3 => "syntax error: arithmetic expression required",
            3 => "",
            _ => "syntax error: `;' unexpected",
        };
        if !message.is_empty() {
            let mut error = SyntaxError::new(line, message);
            error.source_line = Some(self.lex.slice(open, self.lex.pos).into());
            return Err(error);
        }
        let mut parts = parts.into_iter().map(|part| (!part.text.is_empty()).then_some(part));
        let mut next = || parts.next().flatten();
        let (init, condition, update) = (next(), next(), next());
        self.lex.skip_blanks();
        if let Some((Op::Semi, end)) = self.lex.operator() {
            self.lex.pos = end;
        }
        self.newlines();
        let body = self.loop_body()?;
        Ok(CompoundKind::ArithFor { init, condition, update, body })
    }

    fn case_clause(&mut self) -> Result<CompoundKind> {
        self.expand_aliases(false);
        if self.lex.operator().is_some() || self.lex.current().is_none() {
            return Err(self.unexpected_token());
        }
        let word = self.word(WordKind::Plain)?;
        self.newlines();
        self.expand_aliases(false);
        if !self.take_plain(b"in") {
            return Err(self.unexpected());
        }
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if let Some((Keyword::Esac, end)) = self.keyword() {
                self.lex.pos = end;
                return Ok(CompoundKind::Case { word, arms });
            }
            let patterns = self.case_patterns()?;
            let body = self.list(true)?;
            let (end, last) = match self.lex.operator() {
                Some((Op::SemiSemi, at)) => {
                    self.lex.pos = at;
                    (CaseEnd::Break, false)
                }
                Some((Op::SemiAnd, at)) => {
                    self.lex.pos = at;
                    (CaseEnd::FallThrough, false)
                }
                Some((Op::SemiSemiAnd, at)) => {
                    self.lex.pos = at;
                    (CaseEnd::Continue, false)
                }
                _ => (CaseEnd::Break, true),
            };
            arms.push(CaseArm { patterns, body, end });
            if last {
                self.take_keyword(Keyword::Esac)?;
                return Ok(CompoundKind::Case { word, arms });
            }
        }
    }

    fn case_patterns(&mut self) -> Result<Vec<Word>> {
        if let Some((Op::Open, end)) = self.lex.operator() {
            self.lex.pos = end;
        }
        let mut patterns = Vec::new();
        loop {
            self.lex.skip_blanks();
            if self.lex.operator().is_some() || self.lex.current().is_none() {
                return Err(self.unexpected());
            }
            patterns.push(self.word(WordKind::Plain)?);
            self.lex.skip_blanks();
            match self.lex.operator() {
                Some((Op::Pipe, end)) => self.lex.pos = end,
                Some((Op::Close, end)) => {
                    self.lex.pos = end;
                    return Ok(patterns);
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// What follows the word `function`.
    fn function_keyword(&mut self, line: u32) -> Result<Command> {
        self.expand_aliases(false);
        if self.lex.operator().is_some() || self.lex.current().is_none() {
            return Err(self.unexpected_token());
        }
        let start = self.lex.pos;
        self.parts(Mode::Word)?;
        let name = self.lex.slice(start, self.lex.pos).into();
        self.lex.skip_blanks();
        // `function f ()`, but not `function f ((...))` or `function f (list)`.
        if let Some((Op::Open, end)) = self.lex.operator() {
            let open = self.lex.pos;
            self.lex.pos = end;
            self.lex.skip_blanks();
            match self.lex.operator() {
                Some((Op::Close, end)) => self.lex.pos = end,
                _ => self.lex.pos = open,
            }
        }
        self.function_body(name, line)
    }

    fn function_body(&mut self, name: BString, line: u32) -> Result<Command> {
        self.newlines();
        self.expand_aliases(true);
        if !self.at_compound() {
            return Err(self.unexpected());
        }
        let body = self.compound_command()?;
        let source = self.source.into();
        Ok(Command::Function(Rc::new(Function { name, body, line, source })))
    }

    fn coproc(&mut self) -> Result<Command> {
        self.lex.skip_blanks();
        if self.at_line_end() {
            return Err(self.unexpected_token());
        }
        self.enter()?;
        let mut name = BString::from("COPROC");
        if !self.at_compound()
            && let Some(end) = self.lex.plain_word_end()
        {
            let start = self.lex.pos;
            self.lex.pos = end;
            self.lex.skip_blanks();
            if self.at_compound() {
                name = self.lex.slice(start, end).into();
            } else {
                self.lex.pos = start;
            }
        }
        let command = self.command()?;
        self.leave();
        Ok(Command::Coproc(name, Rc::new(command)))
    }

    /// A simple command, or the function that `name ()` defines.
    fn simple_command(&mut self) -> Result<Command> {
        let mut simple = Box::new(Simple { line: self.lex.line(), ..Simple::default() });
        let mut declares = Declares::NextWord;
        loop {
            let named = !simple.words.is_empty();
            self.expand_aliases(!named);
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
                continue;
            }
            let at = self.lex.pos;
            match self.lex.operator() {
                Some((Op::Open, end)) => {
                    let first = simple.words.len() == 1 && simple.assignments.is_empty() && simple.redirects.is_empty();
                    if !first {
                        return Err(self.unexpected());
                    }
                    self.lex.pos = end;
                    return self.function_parentheses(&simple);
                }
                Some(_) => break,
                None if self.lex.current().is_none() => break,
                None => {}
            }
            let word = if !named || !matches!(declares, Declares::No | Declares::NextWord) {
                match self.assignment(named, declares)? {
                    Leading::Assignment(assignment) if named => {
                        simple.words.push(Argument::Assignment(assignment));
                        continue;
                    }
                    Leading::Assignment(assignment) => {
                        simple.assignments.push(assignment);
                        continue;
                    }
                    Leading::Word(word) => word,
                    Leading::Neither => self.word(WordKind::Argument)?,
                }
            } else {
                self.word(WordKind::Argument)?
            };
            if self.lex.pos == at {
                return Err(self.unexpected());
            }
            if declares == Declares::NextWord {
                declares = match Declares::of(&word) {
                    Declares::All if named => Declares::Scalars,
                    Declares::Arrays if named => Declares::No,
                    declares => declares,
                };
            }
            simple.words.push(Argument::Word(word));
        }
        self.limit_changes += u32::from(sets_limit(&simple));
        Ok(Command::Simple(simple))
    }

    fn function_parentheses(&mut self, simple: &Simple) -> Result<Command> {
        self.lex.skip_blanks();
        match self.lex.operator() {
            Some((Op::Close, end)) => self.lex.pos = end,
            _ => return Err(self.unexpected()),
        }
        let name = match simple.words.first() {
            Some(Argument::Word(word)) => super::print::word_text(word),
            _ => BString::default(),
        };
        self.function_body(name, simple.line)
    }

    /// The word here if it is an assignment. `argument`: it is an argument of a
    /// declaration command.
    fn assignment(&mut self, argument: bool, declares: Declares) -> Result<Leading> {
        let start = self.lex.pos;
        if !self.lex.current().is_some_and(|byte| name_start(byte) || byte == b'\\') {
            return Ok(Leading::Neither);
        }
        let mut at = self.lex.past_continuations(start);
        while self.lex.byte(at).is_some_and(name_byte) {
            at = self.lex.past_continuations(at + 1);
        }
        match self.lex.byte(at) {
            Some(b'=' | b'[') if at > start => {}
            Some(b'+') if at > start => {
                let equals = self.lex.past_continuations(at + 1);
                if self.lex.byte(equals) != Some(b'=') {
                    return Ok(Leading::Neither);
                }
            }
            _ => return Ok(Leading::Neither),
        }
        let line = self.lex.line();
        let name = self.name();
        if name.is_empty() {
            self.lex.pos = start;
            return Ok(Leading::Neither);
        }
        let mut index = None;
        if self.lex.eat(b'[') {
            let subscript = self.subscript(Mode::Subscript)?;
            if self.lex.current() != Some(b']') {
                return Err(SyntaxError::unterminated(line, "]"));
            }
            self.lex.pos += 1;
            index = Some(subscript);
        }
        let append = self.lex.peek() == Some(b'+') && self.lex.peek_second() == Some(b'=');
        if append {
            self.lex.pos += 1;
        }
        if !self.lex.eat(b'=') {
            // Bash, too, has read the brackets as one piece of the word.
            let mut parts = vec![WordPart::Literal(name)];
            if let Some(subscript) = index {
                push_bytes(&mut parts, b"[");
                push_parts(&mut parts, subscript.word.parts);
                push_bytes(&mut parts, b"]");
            }
            push_parts(&mut parts, self.parts(Mode::Word)?);
            return Ok(Leading::Word(self.finish_word(parts, WordKind::Argument)));
        }
        if self.lex.peek() == Some(b'(') && !(argument && declares == Declares::Scalars) {
            let elements = self.array_elements()?;
            let value = AssignedValue::Array(elements);
            return Ok(Leading::Assignment(Assignment { name, index, append, value, line }));
        }
        let word = self.parts(Mode::Word)?;
        if argument {
            let braces = self.options.brace_expansion
                && has_unquoted(&word, b'{')
                && super::brace::expand(word.clone()).iter().any(|part| matches!(part, WordPart::Brace(_)));
            if declares == Declares::Arrays || braces {
                let written = self.lex.slice(start, self.lex.pos);
                let equals = written.iter().position(|&byte| byte == b'=').unwrap_or(0);
                let plain = index.is_none();
                let mut parts = Vec::new();
                if plain {
                    let prefix = &written[..=equals];
                    push_bytes(&mut parts, prefix);
                } else {
                    push_bytes(&mut parts, &name);
                    push_bytes(&mut parts, b"[");
                    push_parts(&mut parts, index.map(|index| index.word.parts).unwrap_or_default());
                    push_bytes(&mut parts, if append { b"]+=" } else { b"]=" });
                }
                push_parts(&mut parts, word);
                return Ok(Leading::Word(self.finish_word(parts, WordKind::Argument)));
            }
        }
        let value = AssignedValue::Scalar(self.finish_word(word, WordKind::Value));
        Ok(Leading::Assignment(Assignment { name, index, append, value, line }))
    }

    /// `( ... )` of an array assignment.
    pub(crate) fn array_elements(&mut self) -> Result<Vec<ArrayElement>> {
        let line = self.lex.line();
        self.lex.pos += 1;
        self.enter()?;
        let mut elements = Vec::new();
        loop {
            self.newlines();
            match self.lex.operator() {
                Some((Op::Close, end)) => {
                    self.lex.pos = end;
                    self.leave();
                    return Ok(elements);
                }
                Some(_) => return Err(self.unexpected()),
                None if self.lex.current().is_none() => {
                    let mut error = SyntaxError::unterminated(line, ")");
                    error.status = 1;
                    return Err(error);
                }
                None => elements.push(self.array_element()?),
            }
        }
    }

    pub(crate) fn array_element(&mut self) -> Result<ArrayElement> {
        if self.lex.peek() != Some(b'[') {
            return Ok(ArrayElement { index: None, value: self.word(WordKind::Argument)? });
        }
        let line = self.lex.line();
        self.lex.pos += 1;
        let subscript = self.subscript(Mode::Subscript)?;
        if self.lex.current() != Some(b']') {
            return Err(SyntaxError::unterminated(line, "]"));
        }
        self.lex.pos += 1;
        let append = self.lex.peek() == Some(b'+') && self.lex.peek_second() == Some(b'=');
        if append {
            self.lex.pos += 1;
        }
        if self.lex.eat(b'=') {
            let value = self.word(WordKind::Value)?;
            return Ok(ArrayElement { index: Some((subscript, append)), value });
        }
        let mut parts = Vec::new();
        push_bytes(&mut parts, b"[");
        push_parts(&mut parts, subscript.word.parts);
        push_bytes(&mut parts, b"]");
        push_parts(&mut parts, self.parts(Mode::Word)?);
        Ok(ArrayElement { index: None, value: self.finish_word(parts, WordKind::Argument) })
    }

    /// The redirection here, if there is one.
    fn redirect(&mut self) -> Result<Option<Redirect>> {
        let Some(byte) = self.lex.peek() else { return Ok(None) };
        let start = self.lex.pos;
        let fd = match byte {
            b'<' | b'>' | b'&' => RedirectFd::Default,
            b'0'..=b'9' => match self.number_before_angle() {
                Some(number) => RedirectFd::Number(number),
                None => return Ok(None),
            },
            b'{' => match self.name_before_angle() {
                Some(name) => RedirectFd::Variable(name),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let line = self.lex.line();
        let op = match self.lex.operator() {
            Some((op, end)) if is_redirect(op) => {
                self.lex.pos = end;
                op
            }
            _ => {
                self.lex.pos = start;
                return Ok(None);
            }
        };
        self.lex.skip_blanks();
        if self.lex.operator().is_some() || self.lex.current().is_none() {
            return Err(self.unexpected_token());
        }
        let kind = match op {
            Op::LessLess => RedirectKind::HereDocument(self.here_document(false)?),
            Op::LessLessDash => RedirectKind::HereDocument(self.here_document(true)?),
            Op::LessLessLess => RedirectKind::HereString(self.word(WordKind::Plain)?),
            _ => {
                let kind = if self.options.posix { WordKind::Plain } else { WordKind::Argument };
                let word = self.word(kind)?;
                match op {
                    Op::Less => RedirectKind::Read(word),
                    Op::Great => RedirectKind::Write(word),
                    Op::GreatPipe => RedirectKind::Clobber(word),
                    Op::GreatGreat => RedirectKind::Append(word),
                    Op::LessGreat => RedirectKind::ReadWrite(word),
                    Op::LessAnd => RedirectKind::DuplicateInput(word),
                    Op::GreatAnd => RedirectKind::DuplicateOutput(word),
                    Op::AndGreat => RedirectKind::WriteBoth(word),
                    _ => RedirectKind::AppendBoth(word),
                }
            }
        };
        Ok(Some(Redirect { fd, kind, line }))
    }

    /// Digits directly before `<` or `>`: a descriptor's number.
    fn number_before_angle(&mut self) -> Option<u32> {
        let start = self.lex.pos;
        let mut number = Some(0u32);
        while let Some(byte @ b'0'..=b'9') = self.lex.peek() {
            let digit = u32::from(byte - b'0');
            number = number.and_then(|number| number.checked_mul(10)?.checked_add(digit));
            self.lex.pos += 1;
        }
        let next = self.lex.peek();
        if number.is_none() || !is_angle(next) || self.lex.peek_second() == Some(b'(') {
            self.lex.pos = start;
            return None;
        }
        number
    }

    /// `{name}` directly before `<` or `>`.
    fn name_before_angle(&mut self) -> Option<BString> {
        let start = self.lex.pos;
        self.lex.pos += 1;
        let mut name = self.name();
        if !name.is_empty() && self.lex.peek() == Some(b'[') {
            let open = self.lex.pos;
            let mut at = open + 1;
            while self.lex.byte(at).is_some_and(|byte| byte != b']' && byte != b'\n') {
                at += 1;
            }
            if self.lex.byte(at) == Some(b']') {
                name.extend_from_slice(self.lex.slice(open, at + 1));
                self.lex.pos = at + 1;
            }
        }
        let closed = !name.is_empty() && self.lex.eat(b'}');
        let next = self.lex.peek();
        if !closed || !is_angle(next) || self.lex.peek_second() == Some(b'(') {
            self.lex.pos = start;
            return None;
        }
        Some(name)
    }
}

fn is_redirect(op: Op) -> bool {
    use Op::*;
    matches!(
        op,
        Less | LessLess
            | LessLessDash
            | LessLessLess
            | LessAnd
            | LessGreat
            | Great
            | GreatGreat
            | GreatAnd
            | GreatPipe
            | AndGreat
            | AndGreatGreat
    )
}

/// The `2>&1` that `|&` stands for.
fn add_redirect(command: &mut Command, line: u32) {
    let redirect =
        Redirect { fd: RedirectFd::Number(2), kind: RedirectKind::DuplicateOutput(Word::literal("1")), line };
    match command {
        Command::Simple(simple) => simple.redirects.push(redirect),
        Command::Compound(_, redirects) => redirects.push(redirect),
        // These were made by this parser and are not shared yet: no copy.
        Command::Function(function) => add_redirect(&mut Rc::make_mut(function).body, line),
        Command::Coproc(_, command) => add_redirect(Rc::make_mut(command), line),
    }
}

fn push_bytes(parts: &mut Vec<WordPart>, bytes: &[u8]) {
    match parts.last_mut() {
        Some(WordPart::Literal(text)) => text.extend_from_slice(bytes),
        _ => parts.push(WordPart::Literal(bytes.into())),
    }
}

fn push_parts(parts: &mut Vec<WordPart>, more: Vec<WordPart>) {
    for part in more {
        match part {
            WordPart::Literal(text) => push_bytes(parts, &text),
            part => parts.push(part),
        }
    }
}

/// Whether a command is a `ulimit` that changes a limit.
fn sets_limit(simple: &Simple) -> bool {
    let is = |argument: &Argument, test: &dyn Fn(&[u8]) -> bool| match argument {
        Argument::Word(word) => word.as_literal().is_none_or(|text| test(text)),
        Argument::Assignment(_) => false,
    };
    match simple.words.as_slice() {
        [Argument::Word(name), arguments @ ..] if name.as_literal().is_some_and(|name| name == "ulimit") => {
            arguments.iter().any(|argument| is(argument, &|text| !text.starts_with(b"-")))
        }
        _ => false,
    }
}

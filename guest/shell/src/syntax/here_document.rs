//! Here-documents: the bodies follow the line that names them.
//!
//! A body is read when the newline after its operator is, which may be long
//! after the redirection's node was made (`if cat <<E; then` ...). The bodies
//! are kept in order and put in their places when the command is complete.

use bstr::{BString, ByteVec};

use super::error::{Result, Warning};
use super::lexer::Lexer;
use super::parser::Reader;
use super::word::Mode;
use crate::ast::{
    Command, Compound, CompoundKind, HereDocument, Parameter, ParameterOp, ParameterSubject, Program, QuoteStyle,
    Redirect, RedirectKind, Word, WordPart,
};

/// A here-document whose body has not been reached.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    delimiter: BString,
    quoted: bool,
    strip_tabs: bool,
    line: u32,
}

impl Reader<'_, '_> {
    /// Reads the delimiter after `<<` or `<<-`. The body is empty for now.
    pub(crate) fn here_document(&mut self, strip_tabs: bool) -> Result<HereDocument> {
        let line = self.lex.line();
        let start = self.lex.pos;
        let parts = self.parts(Mode::Word)?;
        if self.lex.pos == start {
            return Err(self.unexpected());
        }
        let mut quoted = false;
        let mut delimiter = BString::default();
        if !unquote(&parts, &mut delimiter, &mut quoted) {
            // Expansions are not done in a delimiter: their text is meant.
            delimiter = self.lex.slice(start, self.lex.pos).into();
            if quoted {
                delimiter.retain(|byte| !matches!(byte, b'"' | b'\'' | b'\\'));
            }
        }
        self.pending.push(Pending { delimiter: delimiter.clone(), quoted, strip_tabs, line });
        Ok(HereDocument { delimiter, quoted, strip_tabs, body: Word::default() })
    }

    /// Consumes a newline and the bodies that follow it.
    pub(crate) fn newline(&mut self) {
        let at = self.lex.pos;
        self.lex.pos += 1;
        if let Some((newline, resume)) = self.lex.skip
            && newline <= at
        {
            self.lex.pos = self.lex.pos.max(resume);
            self.lex.skip = None;
        }
        if !self.pending.is_empty() {
            self.read_bodies();
        }
    }

    /// Reads the bodies of the pending here-documents from here on.
    pub(crate) fn read_bodies(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let body = self.read_body(&pending);
            self.bodies.push(body);
        }
    }

    /// A substitution was closed before its here-documents' bodies: they are
    /// taken from the line that follows, as bash does.
    pub(crate) fn bodies_after_close(&mut self) {
        let count = self.pending.len();
        let line = self.lex.line();
        let noun = if count == 1 { "here-document" } else { "here-documents" };
        let message = format!("command substitution: {count} unterminated {noun}");
        self.warnings.push(Warning { line, message: message.into() });
        let here = self.lex.pos;
        let from = match self.lex.skip {
            Some((newline, resume)) if newline >= here => Some((newline, resume)),
            _ => self.lex.find(b'\n', here).map(|newline| (newline, newline + 1)),
        };
        let end = self.lex.end();
        let (newline, resume) = from.unwrap_or((end, end));
        self.lex.pos = resume;
        self.read_bodies();
        self.lex.skip = Some((newline, self.lex.pos));
        self.lex.pos = here;
    }

    fn read_body(&mut self, pending: &Pending) -> Word {
        let first_line = self.lex.line();
        let mut text: Vec<u8> = Vec::new();
        // Whether the line joins one before it: then it is no delimiter.
        let mut joined = false;
        loop {
            let mut start = self.lex.pos;
            let newline = self.lex.find(b'\n', start);
            let end = match newline {
                Some(newline) => newline,
                None => self.lex.end(),
            };
            if newline.is_none() && start == end {
                let line = self.lex.line();
                let wanted = &pending.delimiter;
                let message =
                    format!("here-document at line {} delimited by end-of-file (wanted `{wanted}')", pending.line);
                self.warnings.push(Warning { line, message: message.into() });
                break;
            }
            if pending.strip_tabs && !joined {
                while self.lex.byte(start) == Some(b'\t') {
                    start += 1;
                }
            }
            let line = self.lex.slice(start, end);
            if !joined && line == pending.delimiter.as_slice() {
                self.lex.pos = if newline.is_some() { end + 1 } else { end };
                break;
            }
            let backslashes = line.iter().rev().take_while(|&&byte| byte == b'\\').count();
            joined = !pending.quoted && backslashes % 2 == 1;
            text.push_str(line);
            if newline.is_some() {
                text.push(b'\n');
            }
            self.lex.pos = if newline.is_some() { end + 1 } else { end };
        }
        if pending.quoted {
            let parts =
                if text.is_empty() { Vec::new() } else { vec![WordPart::Quoted(text.into(), QuoteStyle::Single)] };
            return Word { parts };
        }
        self.parse_body(&text, first_line)
    }

    /// The body as a word. One that does not parse fails when it is expanded,
    /// not when it is read.
    fn parse_body(&mut self, text: &[u8], first_line: u32) -> Word {
        let mut lexer = Lexer::new(text, first_line);
        let mut reader = self.nested(&mut lexer);
        match reader.parts(Mode::HereDocument) {
            Ok(parts) => Word { parts },
            Err(_) => Word { parts: vec![bad(text)] },
        }
    }
}

/// An expansion that fails when it runs.
pub(crate) fn bad(text: &[u8]) -> WordPart {
    WordPart::Parameter(Box::new(Parameter {
        subject: ParameterSubject::Variable(BString::default(), None),
        indirect: false,
        op: ParameterOp::Bad(text.into()),
        braces: true,
    }))
}

/// Collects the text of quoted and literal parts. False if there are others.
fn unquote(parts: &[WordPart], out: &mut BString, quoted: &mut bool) -> bool {
    let mut plain = true;
    for part in parts {
        match part {
            WordPart::Literal(text) => out.push_str(text),
            WordPart::Quoted(text, _) => {
                *quoted = true;
                out.push_str(text);
            }
            WordPart::DoubleQuoted(inner) => {
                *quoted = true;
                plain &= unquote(inner, out, quoted);
            }
            _ => plain = false,
        }
    }
    plain
}

/// Puts the bodies, which are in the order of their operators, in their places.
pub(crate) fn place(program: &mut Program, bodies: &mut impl Iterator<Item = Word>) {
    for item in &mut program.items {
        let rest = item.list.rest.iter_mut().map(|(_, pipeline)| pipeline);
        for pipeline in std::iter::once(&mut item.list.first).chain(rest) {
            for command in &mut pipeline.stages {
                in_command(command, bodies);
            }
        }
    }
}

// The nodes were made by this parser and are not shared yet, so `make_mut`
// never copies.
fn in_command(command: &mut Command, bodies: &mut impl Iterator<Item = Word>) {
    match command {
        Command::Simple(simple) => in_redirects(&mut simple.redirects, bodies),
        Command::Compound(compound, redirects) => {
            in_compound(std::rc::Rc::make_mut(compound), bodies);
            in_redirects(redirects, bodies);
        }
        Command::Function(function) => in_command(&mut std::rc::Rc::make_mut(function).body, bodies),
        Command::Coproc(_, command) => in_command(std::rc::Rc::make_mut(command), bodies),
    }
}

fn in_redirects(redirects: &mut [Redirect], bodies: &mut impl Iterator<Item = Word>) {
    for redirect in redirects {
        if let RedirectKind::HereDocument(document) = &mut redirect.kind
            && let Some(body) = bodies.next()
        {
            document.body = body;
        }
    }
}

fn in_compound(compound: &mut Compound, bodies: &mut impl Iterator<Item = Word>) {
    match &mut compound.kind {
        CompoundKind::Group(body) | CompoundKind::Subshell(body) => place(body, bodies),
        CompoundKind::If(arms, otherwise) => {
            for (condition, body) in arms {
                place(condition, bodies);
                place(body, bodies);
            }
            if let Some(body) = otherwise {
                place(body, bodies);
            }
        }
        CompoundKind::While { condition, body, .. } => {
            place(condition, bodies);
            place(body, bodies);
        }
        CompoundKind::For { body, .. } | CompoundKind::ArithFor { body, .. } | CompoundKind::Select { body, .. } => {
            place(body, bodies)
        }
        CompoundKind::Case { arms, .. } => {
            for arm in arms {
                place(&mut arm.body, bodies);
            }
        }
        CompoundKind::Arith(_) | CompoundKind::Test(_) => {}
    }
}

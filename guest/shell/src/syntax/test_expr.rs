//! `[[ ... ]]`.

use bstr::BString;

use super::error::{Result, SyntaxError};
use super::lexer::{META, Op, class};
use super::parser::Reader;
use super::word::{Mode, WordKind};
use crate::ast::{TestExpr, Word};

/// How deep a test's tree may be: `a && b && c` is one level each.
const MAX_DEPTH: u32 = 10_000;

/// An expression and the depth of its tree.
type Node = Result<(TestExpr, u32)>;

impl Reader<'_, '_> {
    /// The expression behind `[[`, with the `]]`.
    pub(crate) fn test_command(&mut self) -> Result<TestExpr> {
        let (expr, _) = self.test_or()?;
        if !self.test_end() {
            return Err(self.test_error());
        }
        self.lex.pos += 2;
        Ok(expr)
    }

    /// Passes blanks and newlines.
    fn test_blanks(&mut self) {
        loop {
            self.lex.skip_blanks();
            if self.lex.current() != Some(b'\n') {
                return;
            }
            self.newline();
        }
    }

    /// Whether the `!` here is the operator, and not the start of a word.
    fn test_negates(&mut self) -> bool {
        match self.lex.peek_second() {
            Some(b'(') => !self.extglob,
            next => next.is_none_or(|byte| class(byte) & META != 0),
        }
    }

    /// Whether `]]` is next.
    fn test_end(&mut self) -> bool {
        let Some(end) = self.lex.plain_word_end() else { return false };
        self.lex.slice(self.lex.pos, end) == b"]]"
    }

    fn test_join(&mut self, left: u32, right: u32) -> Result<u32> {
        let depth = left.max(right) + 1;
        if depth > MAX_DEPTH { Err(self.too_deep()) } else { Ok(depth) }
    }

    fn test_or(&mut self) -> Node {
        let (mut left, mut depth) = self.test_and()?;
        while let Some((Op::OrOr, end)) = self.lex.operator() {
            self.lex.pos = end;
            let (right, other) = self.test_and()?;
            depth = self.test_join(depth, other)?;
            left = TestExpr::Or(Box::new(left), Box::new(right));
        }
        Ok((left, depth))
    }

    fn test_and(&mut self) -> Node {
        let (mut left, mut depth) = self.test_term()?;
        while let Some((Op::AndAnd, end)) = self.lex.operator() {
            self.lex.pos = end;
            let (right, other) = self.test_term()?;
            depth = self.test_join(depth, other)?;
            left = TestExpr::And(Box::new(left), Box::new(right));
        }
        Ok((left, depth))
    }

    fn test_term(&mut self) -> Node {
        self.test_blanks();
        match self.lex.peek() {
            Some(b'(') => {
                self.lex.pos += 1;
                self.enter()?;
                let (inner, depth) = self.test_or()?;
                self.leave();
                let Some((Op::Close, end)) = self.lex.operator() else {
                    if self.lex.current().is_none() {
                        return Err(self.test_error());
                    }
                    let line = self.lex.line();
                    let token = self.token_text()?;
                    return Err(SyntaxError::new(line, message("unexpected token `", &token, "', expected `)'")));
                };
                self.lex.pos = end;
                self.test_blanks();
                return Ok((TestExpr::Group(Box::new(inner)), depth + 1));
            }
            Some(b'!') if self.test_negates() => {
                self.lex.pos += 1;
                self.enter()?;
                let (inner, depth) = self.test_term()?;
                self.leave();
                return Ok((TestExpr::Not(Box::new(inner)), depth + 1));
            }
            _ => {}
        }
        let term = self.test_primary()?;
        self.test_blanks();
        Ok((term, 1))
    }

    fn test_primary(&mut self) -> Result<TestExpr> {
        if self.lex.current().is_none() || self.test_end() {
            return Err(self.test_error());
        }
        if let Some(operator) = self.unary_operator() {
            self.lex.pos += operator.len();
            self.lex.skip_blanks();
            let operand = self.test_operand(" to conditional unary operator")?;
            return Ok(TestExpr::Unary(operator, operand));
        }
        if self.lex.operator().is_some() {
            let line = self.lex.line();
            let token = self.token_text()?;
            return Err(SyntaxError::new(line, message("unexpected token `", &token, "' in conditional command")));
        }
        let left = self.word(WordKind::Plain)?;
        self.lex.skip_blanks();
        let operator: BString = match self.lex.operator() {
            Some((op @ (Op::Less | Op::Great), end)) => {
                self.lex.pos = end;
                op.text().into()
            }
            Some((Op::AndAnd | Op::OrOr | Op::Close, _)) => return Ok(TestExpr::Word(left)),
            _ if self.test_end() => return Ok(TestExpr::Word(left)),
            _ => match self.binary_operator() {
                Some(operator) => {
                    self.lex.pos += operator.len();
                    operator
                }
                None => return Err(self.binary_expected()),
            },
        };
        self.lex.skip_blanks();
        let right = if operator == "=~" {
            let parts = self.parts(Mode::Regex)?;
            if parts.is_empty() {
                return Err(self.unexpected_argument(" to conditional binary operator"));
            }
            self.finish_word(parts, WordKind::Plain)
        } else {
            // Patterns are extended whatever the option says.
            let pattern = matches!(operator.as_slice(), b"=" | b"==" | b"!=");
            let extglob = self.extglob;
            self.extglob |= pattern;
            let right = self.test_operand(" to conditional binary operator");
            self.extglob = extglob;
            right?
        };
        Ok(TestExpr::Binary(operator, left, right))
    }

    fn test_operand(&mut self, role: &str) -> Result<Word> {
        if self.lex.current().is_none() || self.test_end() || self.lex.operator().is_some() {
            return Err(self.unexpected_argument(role));
        }
        self.word(WordKind::Plain)
    }

    fn unary_operator(&mut self) -> Option<BString> {
        let end = self.lex.plain_word_end()?;
        let text = self.lex.slice(self.lex.pos, end);
        match text {
            [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter) => Some(text.into()),
            _ => None,
        }
    }

    fn binary_operator(&mut self) -> Option<BString> {
        let end = self.lex.plain_word_end()?;
        let text = self.lex.slice(self.lex.pos, end);
        let known = matches!(
            text,
            b"=" | b"=="
                | b"!="
                | b"=~"
                | b"-nt"
                | b"-ot"
                | b"-ef"
                | b"-eq"
                | b"-ne"
                | b"-lt"
                | b"-le"
                | b"-gt"
                | b"-ge"
        );
        known.then(|| text.into())
    }

    fn unexpected_argument(&mut self, role: &str) -> Box<SyntaxError> {
        let line = self.lex.line();
        let incomplete = self.lex.current().is_none();
        let token = match self.token_text() {
            Ok(token) => token,
            Err(error) => return error,
        };
        let text = message("unexpected argument `", &token, &format!("'{role}"));
        let mut error = SyntaxError::new(line, text);
        error.incomplete = incomplete;
        error
    }

    fn binary_expected(&mut self) -> Box<SyntaxError> {
        let line = self.lex.line();
        if matches!(self.lex.current(), None | Some(b'\n')) {
            let mut error = SyntaxError::new(line, "unexpected token `newline', conditional binary operator expected");
            error.incomplete = self.lex.current().is_none();
            return error;
        }
        SyntaxError::new(line, "conditional binary operator expected")
    }

    /// What stands here ends the test too early, or not at all.
    fn test_error(&mut self) -> Box<SyntaxError> {
        if self.lex.current().is_none() {
            let mut error = SyntaxError::new(self.lex.end_line(), "unexpected EOF while looking for `]]'");
            error.incomplete = true;
            return error;
        }
        let at = self.lex.pos;
        let line = self.lex.line();
        let token = match self.token_text() {
            Ok(token) => token,
            Err(error) => return error,
        };
        let mut error = SyntaxError::new(line, message("syntax error near `", &token, "'"));
        error.source_line = Some(self.lex.source_line(at));
        error
    }
}

fn message(before: &str, token: &[u8], after: &str) -> BString {
    let mut text = BString::from(before);
    text.extend_from_slice(token);
    text.extend_from_slice(after.as_bytes());
    text
}

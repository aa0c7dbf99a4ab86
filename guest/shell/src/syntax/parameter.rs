//! Parameter expansions: `$x`, `${x:-word}` and all their kin.

use bstr::BString;

use super::error::{Result, SyntaxError};
use super::lexer::{name_byte, name_start};
use super::parser::Reader;
use super::word::{ArithEnd, Mode, mark_tildes};
use crate::ast::{CaseMode, Parameter, ParameterOp, ParameterSubject, ReplaceMode, Subscript, Word, WordPart};

impl Reader<'_, '_> {
    /// A parameter without braces, whose first character is next.
    pub(crate) fn plain_parameter(&mut self, next: u8) -> Option<WordPart> {
        let subject = match next {
            b'0'..=b'9' => {
                self.lex.pos += 1;
                ParameterSubject::Positional(u32::from(next - b'0'))
            }
            b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!' => {
                self.lex.pos += 1;
                ParameterSubject::Special(next)
            }
            _ if name_start(next) => ParameterSubject::Variable(self.name(), None),
            _ => return None,
        };
        let op = ParameterOp::Value;
        let parameter = Parameter { subject, indirect: false, op, braces: false };
        Some(WordPart::Parameter(Box::new(parameter)))
    }

    /// `${...}` from its brace on. What is no expansion is kept as its text: it
    /// is an error when it runs.
    pub(crate) fn braced_parameter(&mut self, start: usize, quoted: bool) -> Result<WordPart> {
        self.lex.pos += 1;
        self.enter()?;
        let inside = self.lex.pos;
        let mut parameter = self.braced(quoted)?;
        if parameter.is_none() || self.lex.peek() != Some(b'}') {
            self.parts(if quoted { Mode::QuotedOperand } else { Mode::Operand })?;
            parameter = None;
        }
        self.leave();
        if self.lex.current() != Some(b'}') {
            return Err(SyntaxError::unterminated(self.lex.line_at(start), "}"));
        }
        let parameter = parameter.unwrap_or_else(|| Parameter {
            subject: ParameterSubject::Variable(BString::default(), None),
            indirect: false,
            op: ParameterOp::Bad(self.lex.slice(inside, self.lex.pos).into()),
            braces: true,
        });
        self.lex.pos += 1;
        Ok(WordPart::Parameter(Box::new(parameter)))
    }

    fn braced(&mut self, quoted: bool) -> Result<Option<Parameter>> {
        let mut indirect = false;
        let mut subject = None;
        match self.lex.peek() {
            Some(b'#') => {
                let start = self.lex.pos;
                self.lex.pos += 1;
                let counted = self.subject()?;
                let closed = self.lex.peek() == Some(b'}');
                match counted {
                    Some(subject) if closed => {
                        let op = ParameterOp::Length;
                        return Ok(Some(Parameter { subject, indirect, op, braces: true }));
                    }
                    Some(ParameterSubject::Variable(..) | ParameterSubject::Positional(_)) => {
                        return Ok(None);
                    }
                    // `${#-word}`: the subject is `$#` itself.
                    _ => {
                        self.lex.pos = start + 1;
                        subject = Some(ParameterSubject::Special(b'#'));
                    }
                }
            }
            Some(b'!') => {
                let start = self.lex.pos;
                self.lex.pos += 1;
                let named = self.lex.peek().is_some_and(name_byte);
                let next = self.lex.peek();
                let named = named || matches!(next, Some(b'@' | b'*'));
                let target = self.subject()?;
                if target.is_some() && (named || self.lex.peek() == Some(b'}')) {
                    indirect = true;
                    subject = target;
                } else if next == Some(b'#') {
                    // `${!#x}` is neither the length of `$!` nor a prefix of it.
                    return Ok(None);
                } else {
                    self.lex.pos = start + 1;
                    subject = Some(ParameterSubject::Special(b'!'));
                }
            }
            _ => {}
        }
        let subject = match subject {
            Some(subject) => subject,
            None => match self.subject()? {
                Some(subject) => subject,
                None => return Ok(None),
            },
        };
        if indirect && let Some(op) = self.names_or_keys(&subject) {
            return Ok(Some(Parameter { subject, indirect: false, op, braces: true }));
        }
        let Some(op) = self.operation(quoted)? else { return Ok(None) };
        Ok(Some(Parameter { subject, indirect, op, braces: true }))
    }

    /// `${!prefix*}`, `${!prefix@}`, `${!name[*]}`, `${!name[@]}`.
    fn names_or_keys(&mut self, subject: &ParameterSubject) -> Option<ParameterOp> {
        let ParameterSubject::Variable(_, subscript) = subject else { return None };
        match (subscript, self.lex.peek()) {
            (None, Some(byte @ (b'*' | b'@'))) if self.lex.peek_second() == Some(b'}') => {
                self.lex.pos += 1;
                Some(ParameterOp::Names(byte == b'@'))
            }
            (Some(subscript), Some(b'}')) if subscript.is_all() => Some(ParameterOp::Keys),
            _ => None,
        }
    }

    /// The parameter's name or character, with a subscript if one follows.
    fn subject(&mut self) -> Result<Option<ParameterSubject>> {
        Ok(match self.lex.peek() {
            Some(b'0'..=b'9') => {
                let mut number = 0u32;
                while let Some(byte @ b'0'..=b'9') = self.lex.peek() {
                    number = number.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                    self.lex.pos += 1;
                }
                Some(ParameterSubject::Positional(number))
            }
            Some(byte @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')) => {
                self.lex.pos += 1;
                Some(ParameterSubject::Special(byte))
            }
            Some(byte) if name_start(byte) => {
                let name = self.name();
                let mut subscript = None;
                if self.lex.peek() == Some(b'[') {
                    let start = self.lex.pos;
                    self.lex.pos += 1;
                    let parsed = self.subscript(Mode::Subscript)?;
                    if self.lex.current() == Some(b']') && !parsed.word.parts.is_empty() {
                        self.lex.pos += 1;
                        subscript = Some(parsed);
                    } else {
                        // `${x[}`: bad when it runs.
                        self.lex.pos = start;
                    }
                }
                Some(ParameterSubject::Variable(name, subscript))
            }
            _ => None,
        })
    }

    /// The text between brackets, up to the closing one, which is left.
    pub(crate) fn subscript(&mut self, mode: Mode) -> Result<Subscript> {
        self.enter()?;
        let start = self.lex.pos;
        let parts = self.parts(mode)?;
        self.leave();
        let word = Word { parts };
        let text: BString = self.without_continuations(start);
        let arith = super::arith::ahead(text, &word, self.depth);
        Ok(Subscript { word, arith })
    }

    /// The operation after the subject. `None`: there is no such operation.
    fn operation(&mut self, quoted: bool) -> Result<Option<ParameterOp>> {
        let Some(byte) = self.lex.peek() else { return Ok(None) };
        let colon = byte == b':' && matches!(self.lex.peek_second(), Some(b'-' | b'=' | b'?' | b'+'));
        let op = match byte {
            b'}' => return Ok(Some(ParameterOp::Value)),
            b':' if !colon => return self.substring(),
            b':' => {
                self.lex.pos += 1;
                self.lex.peek().unwrap_or(b'-')
            }
            _ => byte,
        };
        self.lex.pos += 1;
        Ok(Some(match op {
            b'-' => ParameterOp::Default { colon, word: self.operand(quoted)? },
            b'=' => ParameterOp::Assign { colon, word: self.operand(quoted)? },
            b'+' => ParameterOp::Alternative { colon, word: self.operand(quoted)? },
            b'?' => {
                let word = self.operand(quoted)?;
                ParameterOp::Error { colon, word: (!word.parts.is_empty()).then_some(word) }
            }
            b'#' => {
                let longest = self.lex.eat(b'#');
                ParameterOp::RemovePrefix { longest, pattern: self.operand(false)? }
            }
            b'%' => {
                let longest = self.lex.eat(b'%');
                ParameterOp::RemoveSuffix { longest, pattern: self.operand(false)? }
            }
            b'/' => self.replace()?,
            b'^' | b',' | b'~' => {
                let mode = match op {
                    b'^' => CaseMode::Upper,
                    b',' => CaseMode::Lower,
                    _ => CaseMode::Toggle,
                };
                let all = self.lex.eat(op);
                let pattern = self.operand(false)?;
                let pattern = (!pattern.parts.is_empty()).then_some(pattern);
                ParameterOp::Case { mode, all, pattern }
            }
            b'@' => match self.lex.peek() {
                Some(letter @ (b'Q' | b'E' | b'P' | b'A' | b'a' | b'U' | b'u' | b'L' | b'k' | b'K')) => {
                    self.lex.pos += 1;
                    ParameterOp::Transform(letter)
                }
                _ => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn operand(&mut self, quoted: bool) -> Result<Word> {
        let mut parts = self.parts(if quoted { Mode::QuotedOperand } else { Mode::Operand })?;
        if !quoted {
            mark_tildes(&mut parts, false);
        }
        Ok(Word { parts })
    }

    fn replace(&mut self) -> Result<ParameterOp> {
        let mode = match self.lex.peek() {
            Some(b'/') => ReplaceMode::All,
            Some(b'#') => ReplaceMode::Prefix,
            Some(b'%') => ReplaceMode::Suffix,
            _ => ReplaceMode::First,
        };
        if mode != ReplaceMode::First {
            self.lex.pos += 1;
        }
        // After `//` a third slash is the pattern's first character.
        let slash = mode == ReplaceMode::All && self.lex.eat(b'/');
        let mut parts = self.parts(Mode::Pattern)?;
        if slash {
            parts.insert(0, WordPart::Literal("/".into()));
        }
        mark_tildes(&mut parts, false);
        let pattern = Word { parts };
        let replacement = if self.lex.current() == Some(b'/') {
            self.lex.pos += 1;
            Some(self.operand(false)?)
        } else {
            None
        };
        Ok(ParameterOp::Replace { mode, pattern, replacement })
    }

    fn substring(&mut self) -> Result<Option<ParameterOp>> {
        self.lex.pos += 1;
        let offset = self.arith(ArithEnd::Colon)?;
        let mut length = None;
        if self.lex.current() == Some(b':') {
            self.lex.pos += 1;
            length = Some(self.arith(ArithEnd::Brace)?);
        } else if offset.text.is_empty() {
            return Ok(None);
        }
        Ok(Some(ParameterOp::Substring { offset, length }))
    }
}

//! `set -x`, and the DEBUG trap that precedes commands.

use std::rc::Rc;

use bstr::BString;

use crate::ast::{Arith, AssignedValue, Assignment, Command, Compound, Simple, Word, WordPart};
use crate::builtins::DeclArg;
use crate::expand::quote;
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Run, Shell};
use crate::syntax::print;
use crate::traps;

impl Shell {
    /// Before a command: BASH_COMMAND and the DEBUG trap, where a script asks
    /// for either. Whether the command is to run.
    #[inline]
    pub(crate) fn debug_trap<T: Into<Vec<u8>>>(&mut self, text: impl FnOnce() -> T) -> Run<bool> {
        if self.traps.armed(traps::DEBUG) || self.traps.wants_command() {
            return self.run_debug_trap(text().into());
        }
        Ok(true)
    }

    #[cold]
    #[inline(never)]
    fn run_debug_trap(&mut self, text: Vec<u8>) -> Run<bool> {
        // Within a trap's action BASH_COMMAND stays the command it ran for.
        if !self.traps.is_running() {
            self.command_text = Rc::new(text.into());
        }
        if !self.traps.armed(traps::DEBUG) {
            return Ok(true);
        }
        let status = self.status;
        self.run_trap(traps::DEBUG)?;
        // Under `extdebug` the trap's own status decides about the command.
        let verdict = std::mem::replace(&mut self.status, status);
        if !self.options.shopt(Shopt::Extdebug) || verdict == 0 {
            return Ok(true);
        }
        if verdict == 2 && self.frames.iter().any(|frame| frame.name != "main") {
            self.status_before_return = self.status;
            return Err(Flow::Return);
        }
        self.status = 0;
        Ok(false)
    }

    /// BASH_COMMAND
    pub fn command_text(&self) -> BString {
        (*self.command_text).clone()
    }

    #[inline]
    fn tracing(&self) -> bool {
        self.options.get(SetOption::Xtrace)
    }

    /// Prints a trace line.
    #[cold]
    #[inline(never)]
    fn trace_line(&mut self, text: &[u8]) {
        // What PS4 runs is not traced.
        self.options.set(SetOption::Xtrace, false);
        let status = self.status;
        let substitution_status = self.substitution_status;
        let ps4 = self.var(b"PS4").unwrap_or_default();
        let prefix = if ps4 == "+ " { ps4 } else { self.expand_prompt_text(&ps4, true) };
        self.status = status;
        self.substitution_status = substitution_status;
        self.options.set(SetOption::Xtrace, true);
        let mut line = Vec::new();
        if let Some((first, _)) = prefix.split_first() {
            line.extend(std::iter::repeat_n(*first, self.trace_level as usize));
        }
        line.extend_from_slice(&prefix);
        line.extend_from_slice(text);
        line.push(b'\n');
        let descriptor = self
            .vars
            .plain(b"BASH_XTRACEFD")
            .and_then(|text| std::str::from_utf8(text).ok()?.parse().ok())
            .unwrap_or(2);
        if let Some(file) = self.files.get(descriptor).or_else(|| self.files.get(2)) {
            let _ = file.write_bytes(&line);
        }
    }

    /// A simple command's words.
    #[inline]
    pub(crate) fn trace_words(&mut self, simple: &Simple, words: &[BString]) {
        if self.tracing() {
            // Assignments before the name were printed with their values.
            let _ = simple;
            let line = join(words.iter().map(|word| quoted(word)));
            self.trace_line(&line);
        }
    }

    /// A declaration builtin's arguments. As in bash a list is assigned first
    /// and then declared, and what `export` and `readonly` assign is told twice.
    #[inline]
    pub(crate) fn trace_declaration(&mut self, arguments: &[DeclArg], assigns: bool) {
        if self.tracing() {
            self.trace_declaration_now(arguments, assigns);
        }
    }

    #[cold]
    fn trace_declaration_now(&mut self, arguments: &[DeclArg], assigns: bool) {
        let is_list = |argument: &&DeclArg| matches!(argument, DeclArg::Assign(assignment) if matches!(assignment.value, AssignedValue::Array(_)));
        for argument in arguments.iter().filter(is_list) {
            if let DeclArg::Assign(assignment) = argument {
                self.trace_assignment_now(assignment, None);
            }
        }
        let line = join(arguments.iter().map(|argument| match argument {
            DeclArg::Word(word) => quoted(word),
            DeclArg::Assign(assignment) => match declared_value(assignment) {
                Some(value) => quoted(&concat(&[&assigned_name(assignment), value])),
                None => assignment.name.to_vec(),
            },
        }));
        self.trace_line(&line);
        if assigns {
            for argument in arguments {
                if let DeclArg::Assign(assignment) = argument
                    && let Some(value) = declared_value(assignment)
                {
                    let value = BString::from(value);
                    self.trace_assignment_now(assignment, Some(&value));
                }
            }
        }
    }

    /// An assignment, before it is made; a list's elements are not expanded yet.
    #[inline]
    pub(crate) fn trace_assignment(&mut self, assignment: &Assignment, value: Option<&BString>) {
        if self.tracing() {
            self.trace_assignment_now(assignment, value);
        }
    }

    #[cold]
    fn trace_assignment_now(&mut self, assignment: &Assignment, value: Option<&BString>) {
        let text = match value {
            Some(value) if value.is_empty() => assigned_name(assignment),
            Some(value) => concat(&[&assigned_name(assignment), &quoted(value)]),
            None => print::assignment_text(assignment).into(),
        };
        self.trace_line(&text);
    }

    /// `(( ))` and the parts of an arithmetic `for`.
    #[inline]
    pub(crate) fn trace_arith(&mut self, expression: &Arith) {
        if self.tracing() {
            let line = concat(&[b"(( ", &expression.text, b" ))"]);
            self.trace_line(&line);
        }
    }

    /// One term of `[[ ]]`, with its operands expanded.
    #[inline]
    pub(crate) fn trace_term(&mut self, negated: bool, parts: &[&[u8]]) {
        if self.tracing() {
            let mut line = b"[[ ".to_vec();
            if negated {
                line.extend_from_slice(b"! ");
            }
            for part in parts {
                line.extend_from_slice(if part.is_empty() { b"''" } else { part });
                line.push(b' ');
            }
            line.extend_from_slice(b"]]");
            self.trace_line(&line);
        }
    }

    /// The pattern of a term as xtrace shows it: what is quoted with
    /// backslashes. What cannot be expanded twice is shown as written.
    pub(crate) fn trace_pattern(&mut self, word: &Word) -> Vec<u8> {
        let mut text = Vec::new();
        for part in &word.parts {
            let quoted: Vec<u8> = match part {
                WordPart::Literal(literal) => {
                    text.extend_from_slice(literal);
                    continue;
                }
                WordPart::Quoted(literal, _) => literal.to_vec(),
                WordPart::DoubleQuoted(inner) => match inner.as_slice() {
                    [WordPart::Literal(literal)] => literal.to_vec(),
                    _ => return print::word_text(word).into(),
                },
                _ => return print::word_text(word).into(),
            };
            text.extend(quoted.iter().flat_map(|byte| [b'\\', *byte]));
        }
        text
    }

    /// `case`
    #[inline]
    pub(crate) fn trace_case(&mut self, subject: &[u8]) {
        if self.tracing() {
            let line = concat(&[b"case ", &quoted(subject), b" in"]);
            self.trace_line(&line);
        }
    }

    /// A round of `for`.
    #[inline]
    pub(crate) fn trace_for(&mut self, name: &[u8], words: Option<&[Word]>) {
        if self.tracing() {
            let mut line = super::loops::for_text(name, words);
            if words.is_none() {
                line.extend_from_slice(b" in \"$@\"");
            }
            self.trace_line(&line);
        }
    }
}

/// A simple command's text. Made only where a trap asks for it, so that the
/// copy does not matter.
pub(super) fn simple_text(simple: &Simple) -> BString {
    print::command(&Command::Simple(Box::new(simple.clone())))
}

/// A compound command's text.
pub(super) fn compound_text(compound: &Compound) -> BString {
    print::command(&Command::Compound(Rc::new(compound.clone()), Vec::new()))
}

/// What stands left of an assignment's value.
fn assigned_name(assignment: &Assignment) -> Vec<u8> {
    let mut text = assignment.name.to_vec();
    if let Some(subscript) = &assignment.index {
        text.push(b'[');
        text.extend_from_slice(&crate::expand::word_source(&subscript.word));
        text.push(b']');
    }
    text.extend_from_slice(if assignment.append { b"+=" } else { b"=" });
    text
}

/// The value of a declaration's operand, which is expanded already; none for a list.
fn declared_value(assignment: &Assignment) -> Option<&[u8]> {
    match &assignment.value {
        AssignedValue::Scalar(word) => match word.parts.as_slice() {
            [] => Some(b""),
            [WordPart::Quoted(value, _)] => Some(value),
            _ => None,
        },
        AssignedValue::Array(_) => None,
    }
}

/// A word as xtrace shows it.
fn quoted(word: &[u8]) -> Vec<u8> {
    quote::traced(word).into()
}

fn join(words: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    words.collect::<Vec<_>>().join(b" ".as_slice())
}

//! `set -x`, and the DEBUG trap that precedes commands.

use std::rc::Rc;

use bstr::BString;

use crate::ast::{Arith, AssignedValue, Assignment, Command, Compound, CompoundKind, Simple, TestExpr, Word};
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

    /// A declaration builtin's arguments.
    #[inline]
    pub(crate) fn trace_declaration(&mut self, arguments: &[DeclArg]) {
        if self.tracing() {
            let line = join(arguments.iter().map(|argument| match argument {
                DeclArg::Word(word) => quoted(word),
                DeclArg::Assign(assignment) => print::assignment_text(assignment).into(),
            }));
            self.trace_line(&line);
        }
    }

    /// An assignment with the value it had.
    #[inline]
    pub(crate) fn trace_assignment(&mut self, assignment: &Assignment) {
        if self.tracing() {
            self.trace_assignment_now(assignment);
        }
    }

    #[cold]
    fn trace_assignment_now(&mut self, assignment: &Assignment) {
        let text = match &assignment.value {
            AssignedValue::Scalar(word) if assignment.index.is_none() => {
                // Expanding again could have effects; the variable has the value,
                // except that an appended part is only known when it is plain.
                let value = match (assignment.append, word.as_literal()) {
                    (true, Some(text)) => Some(text.clone()),
                    (true, None) => None,
                    (false, _) => self.var(&assignment.name),
                };
                match value {
                    Some(value) if value.is_empty() => {
                        concat(&[&assignment.name, if assignment.append { b"+=" } else { b"=" }])
                    }
                    Some(value) => {
                        let operator: &[u8] = if assignment.append { b"+=" } else { b"=" };
                        concat(&[&assignment.name, operator, &quoted(&value)])
                    }
                    None => print::assignment_text(assignment).into(),
                }
            }
            _ => print::assignment_text(assignment).into(),
        };
        self.trace_line(&text);
    }

    /// `(( ))` and the parts of an arithmetic `for`.
    #[inline]
    pub(crate) fn trace_arith(&mut self, expression: &Arith) {
        if self.tracing() {
            let line = concat(&[b"(( ", expression.text.trim_ascii(), b" ))"]);
            self.trace_line(&line);
        }
    }

    /// `[[ ]]`
    #[inline]
    pub(crate) fn trace_test(&mut self, expression: &TestExpr) {
        if self.tracing() {
            let compound = Compound { kind: CompoundKind::Test(expression.clone()), line: self.line };
            self.trace_line(&compound_text(&compound));
        }
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

/// A word as xtrace shows it.
fn quoted(word: &[u8]) -> Vec<u8> {
    quote::traced(word).into()
}

fn join(words: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    words.collect::<Vec<_>>().join(b" ".as_slice())
}

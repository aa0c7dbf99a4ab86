//! Simple commands: expansion, assignments, redirections, and which kind of
//! command the name turns out to be.

use std::rc::Rc;

use bstr::BString;

use crate::ast::{Argument, ArrayElement, AssignedValue, Assignment, Function, QuoteStyle, Simple, Word, WordPart};
use crate::builtins::{Builtin, Call, DeclArg};
use crate::exec::Undo;
use crate::options::SetOption;
use crate::shell::{Flow, PipeStatus, Role, Run, Shell};
use crate::vars::AssignMode;

/// What a builtin is called with.
pub(super) enum Arguments<'a> {
    Words(Vec<BString>),
    Declaration(Vec<DeclArg<'a>>),
}

impl Shell {
    /// Runs a simple command.
    pub(crate) fn run_simple(&mut self, simple: &Simple) -> Run {
        self.poll_signals()?;
        self.settle_locale();
        self.line = simple.line;
        if !self.debug_trap(|| super::trace::simple_text(simple))? {
            return Ok(());
        }
        let mark = self.substituted_fds.len();
        let result = self.run_simple_parts(simple);
        if self.substituted_fds.len() > mark {
            self.close_substituted(mark);
        }
        result
    }

    #[inline]
    fn run_simple_parts(&mut self, simple: &Simple) -> Run {
        self.substitution_status = None;
        if let Some(builtin) = self.declaration_builtin(simple) {
            return self.run_declaration(simple, builtin);
        }
        let words = self.expand_arguments(&simple.words)?;
        if words.is_empty() {
            return self.run_assignments(simple);
        }
        self.run_words(simple, words)
    }

    /// The declaration builtin that a command with assignments among its
    /// arguments calls.
    #[inline]
    fn declaration_builtin(&self, simple: &Simple) -> Option<&'static Builtin> {
        if !simple.words.iter().any(|argument| matches!(argument, Argument::Assignment(_))) {
            return None;
        }
        let Some(Argument::Word(word)) = simple.words.first() else { return None };
        let name = word.as_literal()?;
        let builtin = self.builtin(name)?;
        (matches!(builtin.call, Call::Declaration(_)) && !self.functions.contains_key(name)).then_some(builtin)
    }

    #[inline(never)]
    fn run_declaration(&mut self, simple: &Simple, builtin: &'static Builtin) -> Run {
        // All operands are expanded before the first one is assigned.
        let mut expanded = Vec::with_capacity(simple.words.len());
        for argument in &simple.words {
            expanded.push(match argument {
                Argument::Assignment(assignment) => self.expand_declared(assignment, !simple.assignments.is_empty())?,
                Argument::Word(_) => None,
            });
        }
        let mut arguments = Vec::with_capacity(simple.words.len());
        for (argument, expanded) in simple.words.iter().zip(&expanded) {
            match (argument, expanded) {
                (Argument::Word(word), _) => {
                    let fields = self.expand_words(std::slice::from_ref(word))?;
                    arguments.extend(fields.into_iter().map(DeclArg::Word));
                }
                (Argument::Assignment(_), Some(assignment)) => arguments.push(DeclArg::Assign(assignment)),
                (Argument::Assignment(assignment), None) => arguments.push(DeclArg::Assign(assignment)),
            }
        }
        self.trace_declaration(&arguments, matches!(builtin.name, "export" | "readonly"));
        let last_argument = match arguments.last() {
            Some(DeclArg::Word(word)) => word.clone(),
            Some(DeclArg::Assign(assignment)) => operand_text(assignment),
            None => BString::default(),
        };
        self.run_builtin(simple, builtin, Arguments::Declaration(arguments))?;
        self.set_last_argument(last_argument);
        Ok(())
    }

    /// A declaration's operand with its value expanded; none where there is
    /// nothing to expand ahead.
    fn expand_declared(&mut self, assignment: &Assignment, temporary: bool) -> Run<Option<Assignment>> {
        let word = match &assignment.value {
            AssignedValue::Scalar(word) => word,
            // Whether it becomes an associative array, where words are pairs, is
            // not known yet; an index may have effects.
            AssignedValue::Array(elements) if !temporary || elements.iter().any(|element| element.index.is_some()) => {
                return Ok(None);
            }
            // Before the command's own assignments are made: IFS may be one.
            AssignedValue::Array(elements) => {
                let words: Vec<Word> = elements.iter().map(|element| element.value.clone()).collect();
                let fields = self.expand_words(&words)?;
                let elements = fields.into_iter().map(|field| ArrayElement { index: None, value: quoted_word(field) });
                return Ok(Some(Assignment { value: AssignedValue::Array(elements.collect()), ..assignment.clone() }));
            }
        };
        if matches!(word.parts.as_slice(), [] | [WordPart::Quoted(..)]) {
            return Ok(None);
        }
        let value = self.expand_assigned(word)?;
        Ok(Some(Assignment {
            name: assignment.name.clone(),
            index: assignment.index.clone(),
            append: assignment.append,
            value: AssignedValue::Scalar(quoted_word(value)),
            line: assignment.line,
        }))
    }

    /// A command without a name: its assignments stay.
    #[inline(never)]
    fn run_assignments(&mut self, simple: &Simple) -> Run {
        for assignment in &simple.assignments {
            self.assign(assignment, AssignMode::Normal)?;
        }
        let mut failed = false;
        if !simple.redirects.is_empty() {
            let mut undo = Undo::default();
            let done = self.redirect(&simple.redirects, &mut undo);
            self.undo(undo);
            failed = !done?;
        }
        self.status = if failed { 1 } else { self.substitution_status.unwrap_or(0) };
        self.set_last_argument(BString::default());
        self.pipe_status = PipeStatus::One(self.status);
        Ok(())
    }

    /// Runs a command whose words are expanded; there is at least one.
    pub(crate) fn run_words(&mut self, simple: &Simple, words: Vec<BString>) -> Run {
        self.trace_words(simple, &words);
        let Some(name) = words.first() else { return Ok(()) };
        let builtin = self.builtin(name);
        let posix_special = builtin.is_some_and(|builtin| builtin.special) && self.options.get(SetOption::Posix);
        if !posix_special
            && !self.functions.is_empty()
            && let Some(function) = self.functions.get(name)
        {
            let function = function.clone();
            return self.run_function(simple, &function, words);
        }
        match builtin {
            Some(builtin) => self.run_builtin(simple, builtin, Arguments::Words(words)),
            None => self.run_external(simple, words),
        }
    }

    #[inline]
    fn run_function(&mut self, simple: &Simple, function: &Rc<Function>, words: Vec<BString>) -> Run {
        if simple.redirects.is_empty() && simple.assignments.is_empty() {
            self.call_function(function, words)?;
            self.pipe_status = PipeStatus::One(self.status);
            return Ok(());
        }
        self.run_with_context(simple, true, |shell| shell.call_function(function, words))
    }

    /// Runs something under a command's redirections and, in a scope of their
    /// own, its assignments.
    #[inline(never)]
    fn run_with_context(&mut self, simple: &Simple, scoped: bool, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        let temporary = scoped && !simple.assignments.is_empty();
        if temporary {
            self.vars.push_temp();
        }
        let mut undo = Undo::default();
        let mut result = Ok(true);
        for assignment in &simple.assignments {
            let mode = if temporary { AssignMode::Temporary } else { AssignMode::Normal };
            if let Err(flow) = self.assign(assignment, mode) {
                result = Err(flow);
                break;
            }
        }
        if result.is_ok() {
            result = self.redirect(&simple.redirects, &mut undo);
        }
        let result = match result {
            Ok(true) => {
                self.settle_locale();
                run(self)
            }
            Ok(false) => {
                self.status = 1;
                Ok(())
            }
            Err(flow) => Err(flow),
        };
        self.undo(undo);
        if temporary {
            self.vars.pop_temp();
        }
        self.pipe_status = PipeStatus::One(self.status);
        result
    }

    /// Runs a builtin with its redirections and assignments.
    #[inline]
    fn run_builtin(&mut self, simple: &Simple, builtin: &'static Builtin, arguments: Arguments) -> Run {
        if simple.redirects.is_empty() && simple.assignments.is_empty() {
            self.status = self.call_builtin(builtin, arguments)?;
            self.pipe_status = PipeStatus::One(self.status);
            return self.check_misuse(builtin);
        }
        self.run_builtin_redirected(simple, builtin, arguments)
    }

    #[inline(never)]
    fn run_builtin_redirected(&mut self, simple: &Simple, builtin: &'static Builtin, arguments: Arguments) -> Run {
        let posix = self.options.get(SetOption::Posix);
        // `exec` without a command keeps its redirections.
        let keeps = builtin.name == "exec"
            && match &arguments {
                Arguments::Words(words) => words.iter().skip(1).all(|word| word == "--"),
                Arguments::Declaration(_) => false,
            };
        if keeps {
            for assignment in &simple.assignments {
                self.assign(assignment, AssignMode::Normal)?;
            }
            let mut undo = Undo::default();
            let done = self.redirect(&simple.redirects, &mut undo)?;
            self.status = i32::from(!done);
            self.pipe_status = PipeStatus::One(self.status);
            if !done {
                self.undo(undo);
                return self.error_ends_posix_shell();
            }
            undo.keep();
            return Ok(());
        }
        let mut called = false;
        let scoped = !(builtin.special && posix);
        let result = self.run_with_context(simple, scoped, |shell| {
            called = true;
            shell.status = shell.call_builtin(builtin, arguments)?;
            Ok(())
        });
        result?;
        if !called && builtin.special { self.error_ends_posix_shell() } else { self.check_misuse(builtin) }
    }

    /// After a builtin: what it means that it was used wrongly.
    #[inline]
    fn check_misuse(&mut self, builtin: &Builtin) -> Run {
        let misused = std::mem::take(&mut self.misused);
        if misused && builtin.special { self.error_ends_posix_shell() } else { Ok(()) }
    }

    /// An error in the use of a special builtin, an assignment or an expansion
    /// ends a POSIX shell that does not talk to a person.
    pub(crate) fn error_ends_posix_shell(&self) -> Run {
        if self.options.get(SetOption::Posix) && !self.interactive && self.role != Role::Session {
            return Err(Flow::Exit);
        }
        Ok(())
    }

    /// Calls a builtin and writes what it printed.
    pub(super) fn call_builtin(&mut self, builtin: &'static Builtin, arguments: Arguments) -> Run<i32> {
        let outer = std::mem::replace(&mut self.builtin_name, builtin.name);
        let result = match (builtin.call, &arguments) {
            (Call::Plain(call), Arguments::Words(words)) => call(self, words),
            (Call::Declaration(call), Arguments::Declaration(arguments)) => call(self, arguments),
            (Call::Declaration(call), Arguments::Words(words)) => {
                let arguments: Vec<DeclArg> = words.iter().cloned().map(DeclArg::Word).collect();
                call(self, &arguments)
            }
            // Only declaration builtins are given assignments.
            (Call::Plain(_), Arguments::Declaration(_)) => Ok(2),
        };
        let flushed = self.flush_output();
        self.builtin_name = outer;
        if let Arguments::Words(mut words) = arguments
            && let Some(last) = words.pop()
        {
            self.set_last_argument(last);
        }
        let status = result?;
        flushed?;
        if std::mem::take(&mut self.output_failed) && status == 0 {
            return Ok(1);
        }
        Ok(status)
    }

    /// Runs a builtin by its expanded words, as `builtin` and `command` do.
    ///
    /// Run so, a special builtin's errors do not end the shell.
    pub(crate) fn run_builtin_words(&mut self, builtin: &'static Builtin, words: &[BString]) -> Run<i32> {
        let result = self.call_builtin(builtin, Arguments::Words(words.to_vec()));
        self.misused = false;
        result
    }

    /// `$_`
    #[inline]
    pub(crate) fn set_last_argument(&mut self, argument: BString) {
        self.last_argument = argument;
    }
}

/// An expanded operand as `$_` has it: `name=value`; an array only its name.
fn operand_text(assignment: &Assignment) -> BString {
    let mut text = assignment.name.clone();
    if let AssignedValue::Scalar(word) = &assignment.value
        && assignment.index.is_none()
    {
        text.extend_from_slice(if assignment.append { b"+=" } else { b"=" });
        if let [WordPart::Quoted(value, _)] = word.parts.as_slice() {
            text.extend_from_slice(value);
        }
    }
    text
}

/// A word that is just this text.
fn quoted_word(text: BString) -> Word {
    Word { parts: vec![WordPart::Quoted(text, QuoteStyle::Single)] }
}

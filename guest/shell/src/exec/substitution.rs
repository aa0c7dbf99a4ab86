//! Command substitution.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::OpenFlags;
use bstr::BString;

use crate::ast::{
    Argument, Command, CommandSubstitution, ParameterOp, ParameterSubject, Program, RedirectFd, RedirectKind, Simple,
    Word, WordPart,
};
use crate::files::File;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Run, Shell};

/// How much of a file `$(<file)` reads at a time.
const CHUNK: u32 = 1 << 20;

impl Shell {
    /// Runs `$( ... )`: its output without NULs and trailing newlines.
    #[inline(never)]
    pub fn command_substitution(&mut self, substitution: &CommandSubstitution) -> Run<BString> {
        let program = &substitution.program;
        if program.items.is_empty() {
            self.status = 0;
            self.substitution_status = Some(0);
            return Ok(BString::default());
        }
        self.enter()?;
        let result = match lone_simple(program) {
            Some(simple) if simple.words.is_empty() && simple.assignments.is_empty() => {
                match simple.redirects.as_slice() {
                    [redirect] if redirect.fd == RedirectFd::Default || redirect.fd == RedirectFd::Number(0) => {
                        match &redirect.kind {
                            RedirectKind::Read(word) => self.read_whole_file(word),
                            _ => self.captured(|shell| shell.run_program(program)),
                        }
                    }
                    _ => self.captured(|shell| shell.run_program(program)),
                }
            }
            Some(simple) if self.is_plain_print(simple) => self.captured_in_place(simple),
            _ if program.sets_limits => self.captured(|shell| {
                shell.subshell_depth -= 1;
                shell.status = shell.run_apart(program)?;
                Ok(())
            }),
            _ => self.captured(|shell| shell.run_program(program)),
        };
        self.leave();
        let bytes = result?;
        self.substitution_status = Some(self.status);
        Ok(self.clean(bytes))
    }

    /// Runs something in a subshell whose standard output is collected.
    fn captured(&mut self, run: impl FnOnce(&mut Shell) -> Run) -> Run<Vec<u8>> {
        let capture = Rc::new(File::capture());
        let saved = self.begin_subshell();
        self.files.set(1, capture.clone());
        if !self.options.shopt(Shopt::InheritErrexit) && !self.options.get(SetOption::Posix) {
            self.options.set(SetOption::Errexit, false);
        }
        self.trace_level += 1;
        let result = run(self);
        let result = self.end_subshell(result);
        self.restore(saved);
        result?;
        self.take(&capture)
    }

    /// All that a capture holds, when its last writer is gone.
    fn take(&mut self, capture: &File) -> Run<Vec<u8>> {
        loop {
            match capture.take() {
                Ok(bytes) => return Ok(bytes),
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(error) => {
                    self.error(format!("command substitution: {}", error.message()));
                    self.status = 1;
                    return Err(Flow::Abort);
                }
            }
        }
    }

    /// `$(echo ...)`: a builtin that only prints, with arguments whose
    /// expansion changes nothing, needs no copy of the shell.
    fn captured_in_place(&mut self, simple: &Simple) -> Run<Vec<u8>> {
        let capture = Rc::new(File::capture());
        let before = self.files.set(1, capture.clone());
        let output = std::mem::take(&mut self.output);
        let line = self.line;
        self.subshell_depth += 1;
        self.trace_level += 1;
        let result = self.run_simple(simple);
        self.trace_level -= 1;
        self.subshell_depth -= 1;
        self.line = line;
        self.output = output;
        self.files.put(1, before);
        match result {
            Err(Flow::Interrupt) => return Err(Flow::Interrupt),
            Err(Flow::Abort) if self.status == 0 => self.status = 1,
            _ => {}
        }
        self.take(&capture)
    }

    /// Whether a command only prints, and expanding it has no effect either.
    fn is_plain_print(&self, simple: &Simple) -> bool {
        let Some((Argument::Word(name), arguments)) = simple.words.split_first() else { return false };
        let Some(name) = name.as_literal() else { return false };
        matches!(name.as_slice(), b"echo" | b"printf")
            && simple.assignments.is_empty()
            && simple.redirects.is_empty()
            && !self.functions.contains_key(name)
            && self.builtin(name).is_some()
            && !self.traps.armed(crate::traps::DEBUG)
            && !self.options.get(SetOption::Nounset)
            && (name != "printf" || arguments.first().is_some_and(is_plain_format))
            && arguments.iter().all(|argument| match argument {
                Argument::Word(word) => word.parts.iter().all(is_harmless),
                Argument::Assignment(_) => false,
            })
    }

    /// `$(<file)`
    fn read_whole_file(&mut self, word: &Word) -> Run<Vec<u8>> {
        let path = match self.expand_redirect(word) {
            Ok(path) => path,
            Err(Flow::Abort) => {
                self.status = 1;
                return Ok(Vec::new());
            }
            Err(flow) => return Err(flow),
        };
        let file = match self.open_file(&path, OpenFlags::READ) {
            Ok(file) => file,
            Err(error) => {
                self.file_error(&path, error);
                self.status = 1;
                return Ok(Vec::new());
            }
        };
        let mut bytes = Vec::new();
        loop {
            match file.read_some(CHUNK) {
                Ok(part) if part.is_empty() => break,
                Ok(part) => bytes.extend_from_slice(&part),
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(error) => {
                    self.file_error(&path, error);
                    self.status = 1;
                    return Ok(bytes);
                }
            }
        }
        self.status = 0;
        Ok(bytes)
    }

    /// Drops what a value cannot hold, and trailing newlines.
    fn clean(&mut self, mut bytes: Vec<u8>) -> BString {
        if bytes.contains(&0) {
            self.error("warning: command substitution: ignored null byte in input");
            bytes.retain(|byte| *byte != 0);
        }
        let end = bytes.iter().rposition(|byte| *byte != b'\n').map_or(0, |last| last + 1);
        bytes.truncate(end);
        bytes.into()
    }
}

/// The program's only command, when that is a simple one in the foreground.
pub(super) fn lone_simple(program: &Program) -> Option<&Simple> {
    let [item] = program.items.as_slice() else { return None };
    if item.background || !item.list.rest.is_empty() {
        return None;
    }
    let pipeline = &item.list.first;
    match pipeline.stages.as_slice() {
        [Command::Simple(simple)] if !pipeline.negated && pipeline.time.is_none() => Some(simple),
        _ => None,
    }
}

/// A part of a word whose expansion leaves no trace in the shell.
fn is_harmless(part: &WordPart) -> bool {
    match part {
        WordPart::Literal(_) | WordPart::Quoted(..) | WordPart::Tilde(_) => true,
        WordPart::DoubleQuoted(parts) => parts.iter().all(is_harmless),
        // A substitution inside works on a copy of its own.
        WordPart::Command(_) => true,
        WordPart::Parameter(parameter) => {
            let plain = match &parameter.subject {
                ParameterSubject::Variable(_, index) => index.is_none() && !parameter.indirect,
                ParameterSubject::Positional(_) | ParameterSubject::Special(_) => true,
            };
            plain
                && match &parameter.op {
                    ParameterOp::Value | ParameterOp::Length => true,
                    ParameterOp::Default { word, .. } | ParameterOp::Alternative { word, .. } => {
                        word.parts.iter().all(is_harmless)
                    }
                    ParameterOp::RemovePrefix { pattern, .. } | ParameterOp::RemoveSuffix { pattern, .. } => {
                        pattern.parts.iter().all(is_harmless)
                    }
                    _ => false,
                }
        }
        _ => false,
    }
}

/// A format that cannot turn out to be an option: `printf -v` sets a variable.
fn is_plain_format(argument: &Argument) -> bool {
    let Argument::Word(word) = argument else { return false };
    let first = match word.parts.first() {
        Some(WordPart::DoubleQuoted(parts)) => parts.first(),
        other => other,
    };
    match first {
        Some(WordPart::Literal(text) | WordPart::Quoted(text, _)) => !text.starts_with(b"-"),
        _ => false,
    }
}

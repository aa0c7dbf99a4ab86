//! Word expansion: from the words of the syntax tree to strings.
//!
//! `sink` collects what a word expands to and splits it into fields; the other
//! files each know one kind of expansion and hand their results to the sink.

mod arith;
mod brace;
pub mod change_case;
mod context;
mod glob;
mod parameter;
pub mod quote;
mod replace;
mod sink;
mod source;
mod substring;
pub mod text;
mod tilde;
mod transform;

use bstr::BString;

use crate::ast::{Argument, AssignedValue, Assignment, HereDocument, Word, WordPart};
use crate::options::{SetOption, Shopt};
use crate::pattern::{Flags, Pattern};
use crate::shell::{Flow, Role, Run, Shell};

pub use arith::{compare, decimal};
pub(crate) use context::Context;
pub(crate) use sink::{Mode, Sink};
pub use source::word_source;

impl Shell {
    /// Expands words to fields: braces, tildes, parameters, commands,
    /// arithmetic, splitting, pathnames, quote removal.
    pub fn expand_words(&mut self, words: &[Word]) -> Run<Vec<BString>> {
        let mut sink = self.field_sink(words.len());
        for word in words {
            self.expand_fields(word, &mut sink)?;
        }
        self.finish_fields(sink)
    }

    /// Expands an ordinary command's words. `name=value` words are words like
    /// any other there.
    pub fn expand_arguments(&mut self, arguments: &[Argument]) -> Run<Vec<BString>> {
        let mut sink = self.field_sink(arguments.len());
        for argument in arguments {
            match argument {
                Argument::Word(word) => self.expand_fields(word, &mut sink)?,
                Argument::Assignment(assignment) => self.expand_assignment_word(assignment, &mut sink)?,
            }
        }
        self.finish_fields(sink)
    }

    fn field_sink(&mut self, expected: usize) -> Sink {
        let glob = !self.options.get(SetOption::Noglob);
        Sink::fields(self.vars.ifs(), expected, glob, self.options.shopt(Shopt::Extglob))
    }

    #[inline]
    fn expand_fields(&mut self, word: &Word, sink: &mut Sink) -> Run {
        match word.parts.as_slice() {
            [WordPart::Literal(text)] if !sink.is_glob(text) => sink.push_field(text.clone()),
            [WordPart::Quoted(text, _)] => sink.push_field(text.clone()),
            parts if parts.iter().any(brace::has_brace) => self.expand_braces(word, sink)?,
            parts => self.expand_field_parts(parts, sink)?,
        }
        Ok(())
    }

    fn expand_field_parts(&mut self, parts: &[WordPart], sink: &mut Sink) -> Run {
        for part in parts {
            self.expand_part(part, Context::PLAIN, sink)?;
        }
        sink.end_word();
        Ok(())
    }

    fn finish_fields(&mut self, mut sink: Sink) -> Run<Vec<BString>> {
        if sink.has_globs() {
            return self.expand_pathnames(sink);
        }
        Ok(sink.take_fields())
    }

    /// An assignment as the one word that it would be as an argument.
    pub(crate) fn expand_assignment(&mut self, assignment: &Assignment) -> Run<BString> {
        let mut sink = Sink::string(Mode::String, self.vars.ifs());
        self.expand_assignment_word(assignment, &mut sink)?;
        Ok(sink.take_fields().pop().unwrap_or_default())
    }

    #[inline(never)]
    fn expand_assignment_word(&mut self, assignment: &Assignment, sink: &mut Sink) -> Run {
        sink.literal(&assignment.name);
        if let Some(subscript) = &assignment.index {
            sink.literal(b"[");
            for part in &subscript.word.parts {
                self.expand_part(part, Context::PLAIN, sink)?;
            }
            sink.literal(b"]");
        }
        sink.literal(if assignment.append { b"+=" } else { b"=" });
        match &assignment.value {
            AssignedValue::Scalar(word) => {
                for part in &word.parts {
                    self.expand_part(part, Context::PLAIN, sink)?;
                }
            }
            AssignedValue::Array(_) => sink.quoted(&source::assigned_source(&assignment.value)),
        }
        sink.end_word();
        Ok(())
    }

    /// Expands a word to one string: no splitting, no pathnames.
    pub fn expand_string(&mut self, word: &Word) -> Run<BString> {
        match word.parts.as_slice() {
            [] => return Ok(BString::default()),
            [WordPart::Literal(text) | WordPart::Quoted(text, _)] => return Ok(text.clone()),
            _ => {}
        }
        self.expand_in(word, Mode::String, Context::PLAIN)
    }

    /// Expands an assignment's right side.
    #[inline]
    pub fn expand_assigned(&mut self, word: &Word) -> Run<BString> {
        self.expand_string(word)
    }

    /// The same where a tilde stays a tilde.
    pub(crate) fn expand_without_tilde(&mut self, word: &Word) -> Run<BString> {
        let mut sink = Sink::string(Mode::String, self.vars.ifs());
        for part in &word.parts {
            match part {
                WordPart::Tilde(user) => {
                    sink.literal(b"~");
                    sink.literal(user);
                }
                _ => self.expand_part(part, Context::PLAIN, &mut sink)?,
            }
        }
        Ok(sink.into_string())
    }

    fn expand_in(&mut self, word: &Word, mode: Mode, context: Context) -> Run<BString> {
        let mut sink = Sink::string(mode, self.vars.ifs());
        for part in &word.parts {
            self.expand_part(part, context, &mut sink)?;
        }
        Ok(sink.into_string())
    }

    /// Expands a word to a pattern in which the quoted parts stand for themselves.
    pub fn expand_pattern(&mut self, word: &Word) -> Run<Pattern> {
        let ignore_case = self.options.shopt(Shopt::Nocasematch);
        self.expand_pattern_with(word, Flags { extglob: self.options.shopt(Shopt::Extglob), ignore_case })
    }

    pub(crate) fn expand_pattern_with(&mut self, word: &Word, flags: Flags) -> Run<Pattern> {
        let Flags { extglob, ignore_case } = flags;
        match word.parts.as_slice() {
            [WordPart::Quoted(text, _)] if !ignore_case => return Ok(Pattern::literal(text)),
            [WordPart::Literal(text)] => return Ok(Pattern::new(text, Flags { extglob, ignore_case })),
            _ => {}
        }
        let mut sink = Sink::string(Mode::Pattern, self.vars.ifs());
        for part in &word.parts {
            self.expand_part(part, Context::PLAIN, &mut sink)?;
        }
        let extglob = extglob || sink.has_group;
        Ok(Pattern::new(&sink.into_string(), Flags { extglob, ignore_case }))
    }

    /// Expands a regular expression: quoted parts are escaped in it.
    pub(crate) fn expand_regex(&mut self, word: &Word) -> Run<BString> {
        self.expand_in(word, Mode::Regex, Context::PLAIN)
    }

    /// Expands a redirection's operand to exactly one field.
    pub fn expand_redirect(&mut self, word: &Word) -> Run<BString> {
        if let Some(text) = word.as_literal()
            && !text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
        {
            return Ok(text.clone());
        }
        let mut fields = self.expand_words(std::slice::from_ref(word))?;
        match (fields.len(), fields.pop()) {
            (1, Some(field)) => Ok(field),
            _ => {
                let mut message = word_source(word).to_vec();
                message.extend_from_slice(b": ambiguous redirect");
                Err(self.fail(message))
            }
        }
    }

    /// Expands a here-document's body.
    pub fn expand_here_document(&mut self, document: &HereDocument) -> Run<BString> {
        match document.body.parts.as_slice() {
            [WordPart::Literal(text) | WordPart::Quoted(text, _)] => Ok(text.clone()),
            _ => self.expand_in(&document.body, Mode::String, Context::QUOTED),
        }
    }

    /// Expands text that a script computed as if it stood in double quotes.
    pub fn expand_text(&mut self, text: &[u8]) -> Run<BString> {
        if !text.iter().any(|byte| matches!(byte, b'$' | b'`' | b'\\' | b'\'' | b'"')) {
            return Ok(text.into());
        }
        self.expand_text_slowly(text)
    }

    #[inline(never)]
    fn expand_text_slowly(&mut self, text: &[u8]) -> Run<BString> {
        match crate::syntax::parse_subscript(text) {
            Ok(subscript) => self.expand_string(&subscript.word),
            Err(error) => Err(self.fail(error.message)),
        }
    }

    /// Expands one part of a word into the sink. Small, since words nest: each
    /// kind that needs locals has a function of its own.
    pub(crate) fn expand_part(&mut self, part: &WordPart, context: Context, sink: &mut Sink) -> Run {
        match part {
            WordPart::Literal(text) => {
                if context.quoted {
                    sink.quoted(text);
                } else if context.operand {
                    sink.value(text);
                } else {
                    sink.literal(text);
                }
                Ok(())
            }
            WordPart::Quoted(text, _) => {
                sink.quoted_part(text);
                Ok(())
            }
            WordPart::DoubleQuoted(parts) => self.expand_double_quoted(parts, sink),
            WordPart::Parameter(parameter) => self.expand_parameter(parameter, context, sink),
            WordPart::Command(command) => {
                let output = self.command_substitution(command)?;
                sink.expanded(&output, context.quoted);
                Ok(())
            }
            WordPart::Arith(expression) => {
                let value = self.eval_arith(expression)?;
                let mut buffer = [0; 20];
                sink.expanded(decimal(value, &mut buffer), context.quoted);
                Ok(())
            }
            WordPart::Tilde(user) => self.expand_tilde(user, sink),
            WordPart::Process(direction, program) => {
                let path = self.process_substitution(*direction, program)?;
                sink.quoted(&path);
                Ok(())
            }
            WordPart::Brace(brace) => self.expand_brace_literally(brace, context, sink),
            WordPart::ExtGlob(kind, alternatives) => self.expand_group(*kind, alternatives, context, sink),
        }
    }

    fn expand_double_quoted(&mut self, parts: &[WordPart], sink: &mut Sink) -> Run {
        let mark = sink.mark();
        for part in parts {
            self.expand_part(part, Context::QUOTED, sink)?;
        }
        sink.end_quotes(mark);
        Ok(())
    }

    #[inline(never)]
    fn expand_group(&mut self, kind: u8, alternatives: &[Word], context: Context, sink: &mut Sink) -> Run {
        sink.literal(&[kind, b'(']);
        sink.has_group = true;
        for (index, alternative) in alternatives.iter().enumerate() {
            if index > 0 {
                sink.literal(b"|");
            }
            for part in &alternative.parts {
                self.expand_part(part, context, sink)?;
            }
        }
        sink.literal(b")");
        Ok(())
    }

    /// Makes the locale what LC_ALL, LC_CTYPE and LANG say, if they changed.
    /// Unset, it is C.UTF-8.
    #[inline]
    pub(crate) fn settle_locale(&mut self) {
        if text::is_locale_stale() {
            self.choose_locale();
        }
    }

    #[cold]
    fn choose_locale(&mut self) {
        let names: [&[u8]; 3] = [b"LC_ALL", b"LC_CTYPE", b"LANG"];
        let value = names.into_iter().find_map(|name| self.var(name).filter(|value| !value.is_empty()));
        text::set_bytes(value.is_some_and(|value| value == "C" || value == "POSIX"));
    }

    /// What ends a command whose expansion failed: the status is set.
    pub(crate) fn failed(&mut self) -> Flow {
        self.status = 1;
        Flow::Abort
    }

    /// Reports an error of an expansion or assignment.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, message: impl AsRef<[u8]>) -> Flow {
        self.error(message);
        self.failed()
    }

    /// Reports an error that ends a shell which talks to no person: an unset
    /// variable under `set -u`, `${x:?}`.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail_shell(&mut self, message: impl AsRef<[u8]>) -> Flow {
        self.error(message);
        if self.interactive {
            return self.failed();
        }
        let command_string = self.role == Role::Script && self.execution_string.is_some();
        let errexit = self.options.get(SetOption::Errexit);
        self.status = if command_string && self.subshell_depth == 0 && !errexit { 127 } else { 1 };
        Flow::Exit
    }

    /// Reports an unset variable under `set -u`.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail_unbound(&mut self, name: &[u8]) -> Flow {
        self.fail_shell([name, b": unbound variable"].concat())
    }
}

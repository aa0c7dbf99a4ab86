//! Running text: scripts, `eval`, sourced files, traps, standard input.
//!
//! Text is read and run one complete command at a time, so that an alias or an
//! option set on one line holds from the next.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::OpenFlags;
use bstr::{BString, ByteSlice};

use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Frame, Role, Run, Shell};
use crate::syntax::{self, Parser, SyntaxError};

/// How much of a script is read at a time.
const CHUNK: u32 = 1 << 20;

/// The longest line of standard input that is read in one piece.
const MAX_LINE: u32 = 1 << 20;

/// What a text is to the shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// The script, or the text of `-c`.
    Main,
    /// What `eval` was given.
    Evaluated,
    /// A trap, a sourced file.
    Inner,
}

impl Shell {
    /// The parser's options now.
    pub(crate) fn syntax_options(&self) -> syntax::Options {
        syntax::Options {
            posix: self.options.get(SetOption::Posix),
            extglob: self.options.shopt(Shopt::Extglob),
            brace_expansion: self.options.get(SetOption::Braceexpand),
        }
    }

    /// Whether aliases are expanded.
    pub(crate) fn aliases_expand(&self) -> bool {
        self.options.shopt(Shopt::ExpandAliases) || self.options.get(SetOption::Posix)
    }

    /// Runs a text in this shell: `eval`, a trap, a sourced file. A syntax
    /// error leaves status 2 and ends the text.
    pub(crate) fn run_text(&mut self, text: &[u8], first_line: u32) -> Run {
        self.run_parsed(text, first_line, Text::Inner)
    }

    /// Runs the text of `eval`.
    pub(crate) fn run_evaluated(&mut self, text: &[u8], first_line: u32) -> Run {
        self.run_parsed(text, first_line, Text::Evaluated)
    }

    /// Runs the text of a script or of `-c`, where a syntax error ends the shell.
    pub(crate) fn run_main_text(&mut self, text: &[u8], first_line: u32) -> Run {
        self.run_parsed(text, first_line, Text::Main)
    }

    fn run_parsed(&mut self, text: &[u8], first_line: u32, kind: Text) -> Run {
        let main = kind == Text::Main;
        // A function that no file holds counts as the environment's.
        let source = self.frames.last().map_or_else(|| "environment".into(), |frame| frame.source.clone());
        self.traps.note_text(text);
        let mut parser = Parser::new(text, &source, first_line);
        let mut ran = false;
        loop {
            let before = parser.position();
            let options = self.syntax_options();
            let aliases = if self.aliases_expand() { Some(self.aliases.clone()) } else { None };
            let lookup = |name: &[u8]| aliases.as_ref()?.get(name.as_bstr()).cloned();
            let parsed = parser.next_command(&options, &lookup);
            for warning in parser.take_warnings() {
                let line = std::mem::replace(&mut self.line, warning.line);
                self.error([b"warning: ".as_slice(), &warning.message].concat());
                self.line = line;
            }
            if self.options.get(SetOption::Verbose) && main {
                let read = text.get(before..parser.position()).unwrap_or_default().to_vec();
                self.write_error(&read);
            }
            match parsed {
                Ok(None) => break,
                Ok(Some(program)) => {
                    if self.options.get(SetOption::Noexec) && !self.interactive {
                        continue;
                    }
                    ran = true;
                    self.run_top_command(&program)?;
                    if main && self.options.get(SetOption::Onecmd) {
                        return Err(Flow::Exit);
                    }
                }
                Err(error) => {
                    let command_string = main && self.frames.is_empty() && self.execution_string.is_some();
                    let tag: &[u8] = match kind {
                        Text::Evaluated => b"eval: ",
                        _ if command_string && self.role != Role::Session => b"-c: ",
                        _ => b"",
                    };
                    self.report_syntax_error(&error, tag);
                    if !main || !error.in_condition {
                        self.status = error.status;
                    }
                    return if main { Err(Flow::Exit) } else { self.error_ends_posix_shell() };
                }
            }
        }
        if !ran {
            self.status = 0;
        }
        Ok(())
    }

    /// Runs one complete command: an expansion error in it ends it, and in a
    /// subshell the subshell.
    fn run_top_command(&mut self, program: &crate::ast::Program) -> Run {
        let ignored = self.errexit_ignored;
        let depth = self.depth;
        let frames = self.frames.len();
        match self.run_program(program) {
            Err(Flow::Abort) if self.subshell_depth == 0 && self.frames.len() == frames => {
                if self.status == 0 {
                    self.status = 1;
                }
                let arithmetic = std::mem::take(&mut self.arith_failed);
                if self.options.get(SetOption::Errexit) && !arithmetic {
                    return Err(Flow::Exit);
                }
                self.error_ends_posix_shell()?;
                self.errexit_ignored = ignored;
                self.depth = depth;
                self.close_substituted(0);
                Ok(())
            }
            other => other,
        }
    }

    /// Prints a syntax error as bash does. `tag` says what the text was.
    pub(crate) fn report_syntax_error(&mut self, error: &SyntaxError, tag: &[u8]) {
        let line = std::mem::replace(&mut self.line, error.line);
        self.tagged_error(tag, &error.message);
        if let Some(source) = &error.source_line {
            self.tagged_error(tag, [b"`".as_slice(), source, b"'"].concat());
        }
        self.line = line;
    }

    /// Reads a whole file.
    pub(crate) fn read_file(&mut self, path: &[u8]) -> Run<Result<Vec<u8>, Errno>> {
        let file = match self.open_file(path, OpenFlags::READ) {
            Ok(file) => file,
            Err(error) => return Ok(Err(error)),
        };
        let mut bytes = Vec::new();
        loop {
            match file.read_some(CHUNK) {
                Ok(part) if part.is_empty() => return Ok(Ok(bytes)),
                Ok(part) => bytes.extend_from_slice(&part),
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// Runs a script as the main program: `$0`, the `main` frame, its text.
    pub(crate) fn run_main_script(&mut self, name: BString, text: &[u8]) -> Run {
        self.name.clone_from(&name);
        self.last_argument.clone_from(&name);
        let frame = Frame { name: "main".into(), source: name, call_line: 0, function: false };
        Rc::make_mut(&mut self.frames).push(frame);
        let result = self.run_main_text(text, 1);
        Rc::make_mut(&mut self.frames).pop();
        result
    }

    /// Runs a text file that was called as a command: a fresh shell that has
    /// only what a command is given.
    pub(crate) fn run_as_script(&mut self, path: BString, arguments: Vec<BString>) -> Run {
        let environment = self.vars.exported().iter().cloned().collect::<Vec<_>>();
        let mut fresh = Shell::new(self.name.clone(), Role::Script, environment);
        fresh.files = std::mem::take(&mut self.files);
        fresh.traps.set_ignored_at_start(self.traps.ignored());
        *self = fresh;
        self.positional = arguments.into();
        match self.read_file(&path)? {
            Ok(text) => self.run_main_script(path, &text),
            Err(error) => {
                self.file_error(&path, error);
                self.status = 126;
                Err(Flow::Exit)
            }
        }
    }

    /// Runs the commands of standard input. Nothing beyond the command that
    /// runs is read, so that it can read the rest itself.
    pub(crate) fn run_standard_input(&mut self) -> Run {
        let mut text = Vec::new();
        let mut first_line = 1;
        let mut ended = false;
        while !ended {
            match self.read_line()? {
                Some(line) => text.extend_from_slice(&line),
                None => ended = true,
            }
            if text.is_empty() || (!ended && text.ends_with(b"\\\n")) {
                continue;
            }
            if !ended && self.is_incomplete(&text, first_line) {
                continue;
            }
            let lines = text.iter().filter(|byte| **byte == b'\n').count();
            let piece = std::mem::take(&mut text);
            if piece.iter().all(u8::is_ascii_whitespace) {
                first_line += lines as u32;
                continue;
            }
            self.run_main_text(&piece, first_line)?;
            first_line += lines as u32;
        }
        Ok(())
    }

    /// Whether a text is the beginning of a longer command.
    pub(crate) fn is_incomplete(&self, text: &[u8], first_line: u32) -> bool {
        let options = self.syntax_options();
        let aliases = if self.aliases_expand() { Some(self.aliases.clone()) } else { None };
        let lookup = |name: &[u8]| aliases.as_ref()?.get(name.as_bstr()).cloned();
        let mut parser = Parser::new(text, &self.name, first_line);
        loop {
            match parser.next_command(&options, &lookup) {
                Ok(None) => return false,
                Ok(Some(_)) => {}
                Err(error) => return error.incomplete,
            }
        }
    }

    fn read_line(&mut self) -> Run<Option<Vec<u8>>> {
        loop {
            let Some(file) = self.files.get(0).cloned() else { return Ok(None) };
            match file.read_until(b'\n', MAX_LINE) {
                Ok(line) if line.is_empty() => return Ok(None),
                Ok(line) => return Ok(Some(line)),
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(error) => {
                    self.error(format!("read error: {}", error.message()));
                    return Ok(None);
                }
            }
        }
    }
}

//! The parser: from a script's bytes to the tree of [`crate::ast`].
//!
//! Bash reads and runs one complete command at a time: an alias or an option
//! that one line sets holds from the next on, and a syntax error on line 9
//! comes after lines 1 to 8 ran. So [`Parser::next_command`] does the same.
//!
//! - `lexer`: the text, positions, lines, operators
//! - `alias`: words that are replaced while reading
//! - `parser`: the grammar of commands
//! - `here_document`: bodies that follow the line
//! - `word`, `parameter`, `brace`: words and what they expand
//! - `arith`, `test_expr`: the languages inside `(( ))` and `[[ ]]`
//! - `print`: back to text, as `declare -f` shows functions

mod alias;
mod arith;
mod brace;
mod error;
mod here_document;
mod lexer;
mod parameter;
mod parser;
pub mod print;
mod test_expr;
#[cfg(test)]
mod tests;
mod word;

use bstr::BString;

pub use arith::{MAX_ARITH_DEPTH, parse_arith, parse_number};
pub use error::{ArithSyntaxError, SyntaxError, Warning};

use crate::ast::{ArrayElement, Program, Subscript, Word};
use lexer::{Lexer, name_byte, name_start};
use parser::{Aliases, Reader};
use word::{Mode, WordKind};

/// How deep commands, substitutions, quotes and brackets may nest. Deeper
/// scripts are refused with a clear error, so that neither the parser nor
/// whoever walks its tree runs out of stack. In the component what is left of
/// the stack decides earlier; on a host a thread's usual stack must do.
pub const MAX_NESTING: u32 = if cfg!(target_family = "wasm") { 100_000 } else { 1000 };

/// What the language is at a given moment. It may change between commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// POSIX mode: reserved words come before aliases, no braces in redirections.
    pub posix: bool,
    /// `shopt -s extglob`
    pub extglob: bool,
    /// `set -B`
    pub brace_expansion: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { posix: false, extglob: false, brace_expansion: true }
    }
}

/// Reads a script command by command.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    source_name: BString,
    warnings: Vec<Warning>,
}

impl<'a> Parser<'a> {
    /// A parser at the start of a script. `source_name` is what functions
    /// defined in it keep as their source.
    pub fn new(script: &'a [u8], source_name: &[u8], first_line: u32) -> Self {
        Parser { lexer: Lexer::new(script, first_line), source_name: source_name.into(), warnings: Vec::new() }
    }

    /// Reads one complete command: all lists up to the end of a line, with the
    /// here-documents that follow it. `None` at the end of the script.
    pub fn next_command(
        &mut self,
        options: &Options,
        aliases: &dyn Fn(&[u8]) -> Option<BString>,
    ) -> Result<Option<Program>, SyntaxError> {
        self.lexer.settle();
        let mut reader = Reader::new(&mut self.lexer, options, aliases, &self.source_name);
        let result = reader.complete_command();
        self.warnings.append(&mut reader.warnings);
        result.map_err(|error| *error)
    }

    /// How many bytes of the script have been consumed.
    pub fn position(&self) -> usize {
        self.lexer.consumed()
    }

    /// The line that is read next.
    pub fn line(&mut self) -> u32 {
        self.lexer.line()
    }

    /// The warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }
}

fn no_aliases(_: &[u8]) -> Option<BString> {
    None
}

const NO_ALIASES: Aliases<'static> = &no_aliases;

fn with_reader<T>(
    text: &[u8],
    options: &Options,
    read: impl FnOnce(&mut Reader<'_, '_>) -> error::Result<T>,
) -> Result<T, SyntaxError> {
    let mut lexer = Lexer::new(text, 1);
    let mut reader = Reader::new(&mut lexer, options, NO_ALIASES, b"");
    let value = read(&mut reader).map_err(|error| *error)?;
    match lexer.current() {
        None => Ok(value),
        Some(_) => Err(SyntaxError {
            line: 1,
            message: "syntax error: unexpected text after a word".into(),
            source_line: Some(text.into()),
            incomplete: false,
            status: 2,
            in_condition: false,
        }),
    }
}

/// A whole text as the commands of one program, as `$(...)` holds them.
pub fn parse_program(text: &[u8], options: &Options) -> Result<Program, SyntaxError> {
    with_reader(text, options, |reader| reader.whole_program())
}

/// A text as one word, with quotes, tildes and braces as in an argument.
/// Blanks and operators in it are an error.
pub fn parse_word(text: &[u8], options: &Options) -> Result<Word, SyntaxError> {
    with_reader(text, options, |reader| reader.word(WordKind::Argument))
}

/// A text that is expanded as a here-document's body is: quotes are text.
pub fn parse_here_body(text: &[u8], options: &Options) -> Result<Word, SyntaxError> {
    with_reader(text, options, |reader| Ok(Word { parts: reader.parts(Mode::HereDocument)? }))
}

/// A text that is expanded as in double quotes (`PS4`, `${x@P}`).
pub fn parse_quoted(text: &[u8], options: &Options) -> Result<Word, SyntaxError> {
    with_reader(text, options, |reader| {
        let mut parts = reader.parts(Mode::Double)?;
        // A double quote is text here: nothing opened it.
        while reader.lex.current() == Some(b'"') {
            reader.lex.pos += 1;
            parts.push(crate::ast::WordPart::Literal("\"".into()));
            parts.append(&mut reader.parts(Mode::Double)?);
        }
        Ok(Word { parts })
    })
}

/// A text as an expression to expand and then evaluate (`let`, `declare -i`).
pub fn parse_arith_word(text: &[u8], options: &Options) -> Result<Word, SyntaxError> {
    let end = word::ArithEnd::Text;
    with_reader(text, options, |reader| Ok(Word { parts: reader.parts(Mode::Arith(end))? }))
}

/// What stands between `[` and `]` of a name that came as text.
pub fn parse_subscript(text: &[u8]) -> Result<Subscript, SyntaxError> {
    subscript_at_depth(text, 0)
}

fn subscript_at_depth(text: &[u8], depth: u32) -> Result<Subscript, SyntaxError> {
    with_reader(text, &Options::default(), |reader| {
        reader.depth = depth;
        reader.subscript(Mode::Subscript)
    })
}

/// `name` or `name[subscript]`, as builtins take it. `None`: it is neither.
pub fn parse_lvalue(text: &[u8]) -> Option<(BString, Option<Subscript>)> {
    let (name, subscript, rest) = split_lvalue(text)?;
    if !rest.is_empty() {
        return None;
    }
    match subscript {
        None => Some((name.into(), None)),
        Some(subscript) => Some((name.into(), Some(parse_subscript(subscript).ok()?))),
    }
}

/// A name, the text between its brackets, and what follows.
pub type SplitLvalue<'t> = (&'t [u8], Option<&'t [u8]>, &'t [u8]);

/// Splits `name` or `name[subscript]` from what follows, as text.
pub fn split_lvalue(text: &[u8]) -> Option<SplitLvalue<'_>> {
    if !text.first().is_some_and(|&byte| name_start(byte)) {
        return None;
    }
    let end = text.iter().position(|&byte| !name_byte(byte)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if rest.first() != Some(&b'[') {
        return Some((name, None, rest));
    }
    let close = arith::closing_bracket(rest, 0)?;
    if close == 1 {
        return None;
    }
    Some((name, Some(&rest[1..close]), &rest[close + 1..]))
}

/// The text `( ... )` as the elements of an array (`declare -a 'x=(1 2)'`).
pub fn parse_array(text: &[u8], options: &Options) -> Result<Vec<ArrayElement>, SyntaxError> {
    with_reader(text, options, |reader| {
        if reader.lex.current() != Some(b'(') {
            return Err(reader.unexpected());
        }
        reader.array_elements()
    })
}

//! A script after it was parsed.

use crate::replacement::Replacement;
use agentfense_regex::Regex;

/// All commands, in the order of the script; blocks and branches are places in it.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub commands: Vec<Command>,
    pub patterns: Vec<Regex>,
    /// The files that `w` writes, in the order of [`Output::File`].
    pub outputs: Vec<Vec<u8>>,
    /// The files that `R` reads a line of each time.
    pub line_files: Vec<Vec<u8>>,
    /// What messages call the last piece of the script.
    pub place: String,
    /// The first line was `#n`.
    pub quiet: bool,
}

/// A command with its addresses.
#[derive(Debug)]
pub(crate) struct Command {
    pub from: Option<Address>,
    pub to: Option<Address>,
    pub negated: bool,
    pub action: Action,
}

/// A pattern by its place; the one that was last used when absent.
pub(crate) type Pattern = Option<usize>;

/// Which lines.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    /// By number; 0 only before a pattern.
    Line(u64),
    /// `first~step`.
    Step(u64, u64),
    /// `$`.
    Last,
    Pattern(Pattern),
    /// `+N`, after the first address only.
    Plus(u64),
    /// `~N`, after the first address only.
    Multiple(u64),
}

/// Where `w` writes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Output {
    Stdout,
    Stderr,
    File(usize),
}

/// A substitution.
#[derive(Debug)]
pub(crate) struct Substitute {
    pub pattern: Pattern,
    pub replacement: Replacement,
    pub global: bool,
    /// Whether to print after a change.
    pub print: bool,
    /// The first match that is replaced.
    pub number: u64,
    pub write: Option<Output>,
}

/// What `y` does.
#[derive(Debug)]
pub(crate) enum Translation {
    Bytes(Box<[u8; 256]>),
    /// With characters of more than one byte.
    Chars(std::collections::HashMap<char, char>),
}

/// What a command does.
#[derive(Debug)]
pub(crate) enum Action {
    /// `{`, with the place after its `}`.
    Block(usize),
    LineNumber,
    Append(Vec<u8>),
    Branch(usize),
    BranchIf(usize),
    BranchUnless(usize),
    Change(Vec<u8>),
    Delete,
    DeleteFirst,
    FileName,
    Get,
    GetAppend,
    Hold,
    HoldAppend,
    Insert(Vec<u8>),
    List(Option<usize>),
    Next,
    NextAppend,
    Print,
    PrintFirst,
    Quit(u8),
    QuitSilently(u8),
    ReadFile(Vec<u8>),
    ReadLine(usize),
    Substitute(Box<Substitute>),
    Translate(Translation),
    Write(Output),
    WriteFirst(Output),
    Exchange,
    Zap,
}

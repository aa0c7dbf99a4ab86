//! The expression as a tree.

use super::format::Format;
use agentfense_regex::Regex;
use agentfense_support::glob::Glob;
use agentfense_support::mode::ModeChange;
use agentfense_sys::files::FileType;

/// An expression of tests, actions and operators.
#[derive(Debug)]
pub enum Expression {
    And(Vec<Expression>),
    Or(Vec<Expression>),
    /// All are evaluated, the last counts.
    Comma(Vec<Expression>),
    Not(Box<Expression>),
    Test(Test),
    Action(Action),
}

/// How a number is compared: `+n`, `-n` or `n`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compare<T> {
    More(T),
    Less(T),
    Exactly(T),
}

impl<T: PartialOrd> Compare<T> {
    /// Whether a value is as asked.
    pub fn matches(&self, value: T) -> bool {
        match self {
            Compare::More(limit) => value > *limit,
            Compare::Less(limit) => value < *limit,
            Compare::Exactly(wanted) => value == *wanted,
        }
    }
}

/// Which of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    Access,
    Change,
    Modification,
}

/// How -perm compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Exactly,
    All,
    Any,
}

/// What can be true of a file.
#[derive(Debug)]
pub enum Test {
    True,
    False,
    Name(Glob),
    Path(Glob),
    LinkName(Glob),
    Regex(Regex),
    Type(Vec<FileType>),
    OtherType(Vec<FileType>),
    /// In units of so many bytes, rounded up.
    Size(Compare<u64>, u64),
    Empty,
    Permissions(ModeChange, Match),
    User(u32),
    Group(u32),
    UserNumber(Compare<u64>),
    GroupNumber(Compare<u64>),
    NoUser,
    NoGroup,
    /// Later than a point in time (nanoseconds since the epoch).
    Newer(Time, i64),
    /// Age in units of so many nanoseconds; minutes are exact, days are cut down.
    Age {
        time: Time,
        compare: Compare<f64>,
        unit: i64,
    },
    Links(Compare<u64>),
    Inode(Compare<u64>),
    SameFile(u64, u64),
    Readable,
    Writable,
    Executable,
    FileSystem(String),
}

/// What can be done with a file.
#[derive(Debug)]
pub enum Action {
    /// The path and a byte.
    Print(u8, Target),
    Format(Format, Target),
    List(Target),
    Delete,
    Prune,
    Quit,
    Execute(usize),
}

/// Where an action writes: standard output, or one of the command's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Output,
    File(usize),
}

/// A program to run.
#[derive(Clone, Debug)]
pub struct Execution {
    /// The program and its arguments; `{}` in them is the path.
    pub arguments: Vec<Vec<u8>>,
    /// Many paths at a time: `+`.
    pub many: bool,
    /// In the file's directory: -execdir.
    pub in_directory: bool,
    /// Ask before: -ok.
    pub ask: bool,
}

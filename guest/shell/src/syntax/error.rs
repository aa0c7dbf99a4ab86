//! What the parser says when a script is not one.

use bstr::{BString, ByteSlice};

/// A script that cannot be parsed, worded as bash words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line bash names in `bash: line N:`.
    pub line: u32,
    /// What follows it, as in ``syntax error near unexpected token `)'``.
    pub message: BString,
    /// The source line, for messages that are followed by a second one that
    /// quotes it: ``bash: line N: `echo )'``.
    pub source_line: Option<BString>,
    /// The script ended too early: more text could make it whole.
    pub incomplete: bool,
    /// What `$?` becomes: 2, but 1 for a list of an array that does not end.
    pub status: i32,
    /// It is in a `[[ ]]` that is not cut off: in a script or `-c`, bash then
    /// leaves `$?` alone.
    pub in_condition: bool,
}

impl SyntaxError {
    /// An error without a quoted source line.
    pub(crate) fn new(line: u32, message: impl Into<BString>) -> Box<Self> {
        Box::new(SyntaxError {
            line,
            message: message.into(),
            source_line: None,
            incomplete: false,
            status: 2,
            in_condition: false,
        })
    }

    /// The text ended before the closing `delimiter`.
    pub(crate) fn unterminated(line: u32, delimiter: &str) -> Box<Self> {
        let mut error = Self::new(line, format!("unexpected EOF while looking for matching `{delimiter}'"));
        error.incomplete = true;
        error
    }

    /// Whether it is the error of [`SyntaxError::end_of_file`].
    pub(crate) fn is_end_of_file(&self) -> bool {
        self.message == "syntax error: unexpected end of file"
    }

    /// The text ended inside a command.
    pub(crate) fn end_of_file(line: u32) -> Box<Self> {
        let mut error = Self::new(line, "syntax error: unexpected end of file");
        error.incomplete = true;
        error
    }
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message.as_bstr())
    }
}

impl std::error::Error for SyntaxError {}

/// Something bash remarks on while reading a script, and reads on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The line bash names.
    pub line: u32,
    /// What follows `warning: `.
    pub message: BString,
}

/// An arithmetic expression that is not one. The message starts with the
/// expression, as bash prints it: `1 + : syntax error: operand expected (error
/// token is "+ ")`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArithSyntaxError {
    /// The message without the `bash: line N: ` before it.
    pub message: BString,
}

impl std::fmt::Display for ArithSyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message.as_bstr())
    }
}

impl std::error::Error for ArithSyntaxError {}

/// What the parser's own functions return. Boxed, so that a deep recursion
/// does not carry the error's size in every frame.
pub(crate) type Result<T> = std::result::Result<T, Box<SyntaxError>>;

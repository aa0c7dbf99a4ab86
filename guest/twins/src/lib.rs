//! What is a builtin of the shell and a command in `/usr/bin`, too: `test`, `printf` and `echo`.
//!
//! Each is evaluated here, over a small trait for what it needs of whoever runs it. The shell gives bash's rules and
//! words its messages; the commands give GNU's.

pub mod echo;
pub mod escapes;
pub mod extended;
pub mod printf;
pub mod test;

/// Whose rules hold where the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// bash's, for the builtins.
    Bash,
    /// GNU coreutils', for the commands.
    Gnu,
}

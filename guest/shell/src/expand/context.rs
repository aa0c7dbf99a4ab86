//! Where a part of a word stands.

/// Where a part of a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Context {
    /// Inside double quotes (or a here-document).
    pub quoted: bool,
    /// In the operand of an unquoted `${x:-operand}`: literal text there is
    /// split like an expansion's result.
    pub operand: bool,
}

impl Context {
    /// Unquoted.
    pub const PLAIN: Context = Context { quoted: false, operand: false };
    /// In double quotes.
    pub const QUOTED: Context = Context { quoted: true, operand: false };

    /// The context of the operand of a parameter expansion that stands here.
    pub fn of_operand(self) -> Context {
        Context { quoted: self.quoted, operand: !self.quoted }
    }
}

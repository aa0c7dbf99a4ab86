//! A variable's attributes, as `declare` sets and prints them.

use serde::{Deserialize, Serialize};

/// A set of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Attributes(u16);

impl Attributes {
    /// None.
    pub const NONE: Attributes = Attributes(0);
    /// `-x`: in the environment of commands.
    pub const EXPORT: Attributes = Attributes(1);
    /// `-r`
    pub const READONLY: Attributes = Attributes(2);
    /// `-i`: assignments are evaluated as arithmetic.
    pub const INTEGER: Attributes = Attributes(4);
    /// `-l`
    pub const LOWER: Attributes = Attributes(8);
    /// `-u`
    pub const UPPER: Attributes = Attributes(16);
    /// `-c`: the first character in upper case, the rest in lower.
    pub const CAPITALIZE: Attributes = Attributes(32);
    /// `-t`
    pub const TRACE: Attributes = Attributes(64);
    /// `-n`
    pub const NAMEREF: Attributes = Attributes(128);
    /// Declared but never assigned: it counts as unset.
    pub const INVISIBLE: Attributes = Attributes(256);
    /// The value is computed by the shell (`RANDOM`, `LINENO` ...).
    pub const DYNAMIC: Attributes = Attributes(512);
    /// Cannot be unset or lose its attributes (`BASH_VERSINFO` ...).
    pub const NO_UNSET: Attributes = Attributes(1024);

    /// Those that change what an assignment stores or whether it may.
    pub const ASSIGNMENT: Attributes = Attributes(2 | 4 | 8 | 16 | 32 | 128 | 512);

    /// Any of `other` is set.
    pub fn any(self, other: Attributes) -> bool {
        self.0 & other.0 != 0
    }

    /// Adds `other`.
    pub fn insert(&mut self, other: Attributes) {
        self.0 |= other.0;
    }

    /// Takes `other` away.
    pub fn remove(&mut self, other: Attributes) {
        self.0 &= !other.0;
    }

    /// Both sets together.
    #[must_use]
    pub fn with(self, other: Attributes) -> Attributes {
        Attributes(self.0 | other.0)
    }

    /// This set without `other`.
    #[must_use]
    pub fn without(self, other: Attributes) -> Attributes {
        Attributes(self.0 & !other.0)
    }

    /// Nothing is set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Every one of `other` is set.
    pub fn contains(self, other: Attributes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The letters that `declare -p` prints behind those of the array kind.
    pub fn letters(self) -> String {
        let table = [
            (Attributes::INTEGER, 'i'),
            (Attributes::NAMEREF, 'n'),
            (Attributes::READONLY, 'r'),
            (Attributes::TRACE, 't'),
            (Attributes::EXPORT, 'x'),
            (Attributes::CAPITALIZE, 'c'),
            (Attributes::LOWER, 'l'),
            (Attributes::UPPER, 'u'),
        ];
        table.iter().filter(|(attribute, _)| self.any(*attribute)).map(|(_, letter)| *letter).collect()
    }
}

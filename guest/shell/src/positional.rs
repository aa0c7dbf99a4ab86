//! The positional parameters: shared by the shell's copies, and shifted
//! without moving those that stay.

use std::ops::Deref;
use std::rc::Rc;

use bstr::BString;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `$1`, `$2` and so on.
#[derive(Debug, Clone, Default)]
pub struct Positional {
    words: Rc<Vec<BString>>,
    /// How many of the words were shifted away.
    shifted: usize,
}

impl Positional {
    /// Drops the first `count`, or all.
    pub fn shift(&mut self, count: usize) {
        self.shifted = self.shifted.saturating_add(count).min(self.words.len());
        // What was shifted away goes when it is the greater part, so that a
        // word is moved for each one that is dropped at most.
        if self.shifted * 2 > self.words.len()
            && let Some(words) = Rc::get_mut(&mut self.words)
        {
            words.drain(..self.shifted);
            self.shifted = 0;
        }
    }

    /// Whether nothing was assigned since one was copied from the other and
    /// both are there; a shift is no assignment.
    pub fn is_same(&self, other: &Positional) -> bool {
        Rc::ptr_eq(&self.words, &other.words)
    }

    /// As a list of its own.
    pub fn list(&self) -> Rc<Vec<BString>> {
        if self.shifted == 0 { self.words.clone() } else { Rc::new(self.to_vec()) }
    }
}

impl Deref for Positional {
    type Target = [BString];

    fn deref(&self) -> &[BString] {
        self.words.get(self.shifted..).unwrap_or_default()
    }
}

impl From<Vec<BString>> for Positional {
    fn from(words: Vec<BString>) -> Self {
        Positional { words: Rc::new(words), shifted: 0 }
    }
}

impl Serialize for Positional {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Positional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Positional::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_not_shifted() {
        let mut positional = Positional::from(vec!["a".into(), "b".into(), "c".into()]);
        let copy = positional.clone();
        assert!(copy.is_same(&positional));
        positional.shift(2);
        assert_eq!(*positional, [BString::from("c")]);
        assert_eq!(*positional.list(), [BString::from("c")]);
        assert_eq!(copy.len(), 3);
        assert!(copy.is_same(&positional));
        assert!(!copy.is_same(&copy.to_vec().into()));
        drop(copy);
        positional.shift(9);
        assert!(positional.is_empty());
    }
}

//! Patterns with one `%`.

use crate::text::{bytes, is_space, words};

/// A pattern: the first `%` that no backslash hides matches any text, the stem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// What stands before the `%`, or all of it.
    pub prefix: Vec<u8>,
    /// What stands after the `%`; absent when there is none.
    pub suffix: Option<Vec<u8>>,
}

impl Pattern {
    /// Reads a pattern.
    pub fn new(text: &[u8]) -> Pattern {
        let mut prefix = Vec::with_capacity(text.len());
        for (at, &byte) in text.iter().enumerate() {
            if byte == b'%' {
                let backslashes = prefix.iter().rev().take_while(|&&byte| byte == b'\\').count();
                // Half of them remain; an odd one makes the `%` an ordinary byte.
                prefix.truncate(prefix.len() - backslashes + backslashes / 2);
                if backslashes % 2 == 0 {
                    return Pattern { prefix, suffix: Some(text[at + 1..].to_vec()) };
                }
            }
            prefix.push(byte);
        }
        Pattern { prefix, suffix: None }
    }

    /// Whether it has a `%`.
    pub fn has_percent(&self) -> bool {
        self.suffix.is_some()
    }

    /// The text that stands for the `%` in the word, if the word matches. A pattern without a `%` has no stem.
    pub fn stem<'w>(&self, word: &'w [u8]) -> Option<&'w [u8]> {
        word.strip_prefix(self.prefix.as_slice())?.strip_suffix(self.suffix.as_deref()?)
    }

    /// Whether the word matches.
    pub fn matches(&self, word: &[u8]) -> bool {
        match self.suffix {
            Some(_) => self.stem(word).is_some(),
            None => self.prefix == word,
        }
    }

    /// The pattern with the stem in the place of the `%`.
    pub fn fill(&self, stem: &[u8]) -> Vec<u8> {
        match &self.suffix {
            Some(suffix) => bytes!(self.prefix, stem, suffix),
            None => self.prefix.clone(),
        }
    }
}

/// `$(patsubst FROM,TO,TEXT)`: words that match are replaced, the others stay.
pub fn substitute(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let pattern = Pattern::new(from);
    // Without a stem there is nothing to put in the place of a `%`.
    let to = if pattern.has_percent() { Pattern::new(to) } else { Pattern { prefix: to.to_vec(), suffix: None } };
    let mut out = Vec::with_capacity(text.len());
    for word in words(text) {
        if !out.is_empty() {
            out.push(b' ');
        }
        match pattern.stem(word) {
            Some(stem) => out.extend(to.fill(stem)),
            None if !pattern.has_percent() && pattern.prefix == word => out.extend_from_slice(&to.prefix),
            None => out.extend_from_slice(word),
        }
    }
    out
}

/// `$(NAME:FROM=TO)`: as [`substitute`], where a text without `%` means the end of a word.
pub fn substitute_suffix(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    if Pattern::new(from).has_percent() {
        return substitute(text, from, to);
    }
    let mut out = Vec::with_capacity(text.len());
    for word in text.split(|&byte| is_space(byte)).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(b' ');
        }
        match word.strip_suffix(from) {
            Some(stem) => {
                out.extend_from_slice(stem);
                out.extend_from_slice(to);
            }
            None => out.extend_from_slice(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_backslashes() {
        assert_eq!(Pattern::new(b"a\\%b%c").fill(b"X"), b"a%bXc");
        assert_eq!(Pattern::new(b"a\\\\%").prefix, b"a\\");
        assert_eq!(Pattern::new(b"lib%.a").stem(b"libm.a"), Some(&b"m"[..]));
        assert_eq!(Pattern::new(b"ab%bc").stem(b"abc"), None);
    }

    #[test]
    fn substitution() {
        assert_eq!(substitute(b"a.c  b.o", b"%.c", b"%.o"), b"a.o b.o");
        assert_eq!(substitute(b"a b", b"a", b"x%"), b"x% b");
        assert_eq!(substitute_suffix(b"a.c b.cc", b".c", b".o"), b"a.o b.cc");
        assert_eq!(substitute_suffix(b"a.c", b"%.c", b"d/%"), b"d/a");
    }
}

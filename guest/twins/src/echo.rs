//! `echo`: its words, joined.

use crate::escapes::{Style, decode};

/// How the words are put out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Echo {
    /// Escapes are decoded.
    pub escapes: bool,
    /// A newline ends the output.
    pub newline: bool,
}

impl Echo {
    /// Takes the options `-n`, `-e` and `-E` in front of `words`; how many words those are.
    pub fn options<W: AsRef<[u8]>>(&mut self, words: &[W]) -> usize {
        let is_option = |word: &&W| match word.as_ref() {
            [b'-', letters @ ..] => !letters.is_empty() && letters.iter().all(|letter| b"neE".contains(letter)),
            _ => false,
        };
        let options = words.iter().take_while(is_option);
        options
            .map(|word| {
                for letter in &word.as_ref()[1..] {
                    match letter {
                        b'n' => self.newline = false,
                        _ => self.escapes = *letter == b'e',
                    }
                }
            })
            .count()
    }

    /// What is printed for `words`; `style` says how escapes are read.
    pub fn text<W: AsRef<[u8]>>(self, words: &[W], style: Style) -> Vec<u8> {
        let mut out = Vec::with_capacity(words.iter().map(|word| word.as_ref().len() + 1).sum());
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            if !self.escapes {
                out.extend_from_slice(word.as_ref());
            } else if !decode(word.as_ref(), style, &mut out) {
                return out;
            }
        }
        if self.newline {
            out.push(b'\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], expected: &str) {
        let mut echo = Echo { escapes: false, newline: true };
        let options = echo.options(words);
        assert_eq!(echo.text(&words[options..], Style::Echo), expected.as_bytes());
    }

    #[test]
    fn options_and_escapes() {
        check(&["a", "b"], "a b\n");
        check(&["-n", "-e", r"a\tb"], "a\tb");
        check(&["-neE", r"a\tb"], r"a\tb");
        check(&["-e", r"a\cb", "c"], "a");
        check(&["-x", "-"], "-x -\n");
        check(&["-"], "-\n");
    }
}

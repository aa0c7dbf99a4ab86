//! Brace expansion: `{a,b}`, `{1..5}`.
//!
//! The parser has found the braces; here a word with braces becomes several
//! words, whose other parts are then expanded one word after the other.

use bstr::BString;

use super::{Context, Sink};
use crate::ast::{Brace, ParameterSubject, Word, WordPart};
use crate::options::SetOption;
use crate::shell::{Run, Shell};

/// Part of a word that came out of brace expansion.
#[derive(Clone)]
enum Piece<'a> {
    Part(&'a WordPart),
    Text(BString),
    /// A `$name` whose name goes on behind the brace: `{$a,b}c` is `$ac bc`.
    Named(WordPart),
}

/// Braces are expanded before names are read, so what follows a brace may
/// continue the name of an unbraced variable at its end.
fn joined_names(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let text = match &piece {
            Piece::Part(WordPart::Literal(text)) | Piece::Text(text) => text,
            _ => {
                joined.push(piece);
                continue;
            }
        };
        let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let Some(named) = joined.last().filter(|_| length > 0).and_then(|last| continued(last, &text[..length])) else {
            joined.push(piece);
            continue;
        };
        joined.pop();
        joined.push(Piece::Named(named));
        if length < text.len() {
            joined.push(Piece::Text(text[length..].into()));
        }
    }
    joined
}

/// `$name` with more of its name, if the piece is one.
fn continued(piece: &Piece, more: &[u8]) -> Option<WordPart> {
    let part = match piece {
        Piece::Part(part) => *part,
        Piece::Named(part) => part,
        Piece::Text(_) => return None,
    };
    let WordPart::Parameter(parameter) = part else { return None };
    let ParameterSubject::Variable(name, None) = &parameter.subject else { return None };
    if parameter.braces {
        return None;
    }
    let mut longer = parameter.clone();
    longer.subject = ParameterSubject::Variable([name.as_slice(), more].concat().into(), None);
    Some(WordPart::Parameter(longer))
}

/// No word of a script may become more words than this: bash would run out
/// of memory, we say so before.
const MAX_WORDS: usize = 10_000_000;

/// The part is, or contains outside quotes, a brace expansion.
#[inline]
pub(super) fn has_brace(part: &WordPart) -> bool {
    matches!(part, WordPart::Brace(_))
}

impl Shell {
    #[inline(never)]
    pub(super) fn expand_braces(&mut self, word: &Word, sink: &mut Sink) -> Run {
        if !self.options.get(SetOption::Braceexpand) {
            // Switched off since the word was read.
            for part in &word.parts {
                match part {
                    WordPart::Brace(brace) => self.expand_brace_literally(brace, Context::PLAIN, sink)?,
                    part => self.expand_part(part, Context::PLAIN, sink)?,
                }
            }
            sink.end_word();
            return Ok(());
        }
        if let [WordPart::Brace(brace)] = word.parts.as_slice()
            && let Brace::Range { from, to, step } = &**brace
        {
            // The common case of a loop over numbers needs no list of pieces.
            for text in self.range(from, to, *step)? {
                if sink.is_glob(&text) {
                    sink.literal(&text);
                    sink.end_word();
                } else {
                    sink.push_field(text);
                }
            }
            return Ok(());
        }
        for pieces in self.combinations(&word.parts)? {
            for piece in &joined_names(pieces) {
                match piece {
                    Piece::Part(part) => self.expand_part(part, Context::PLAIN, sink)?,
                    Piece::Named(part) => self.expand_part(part, Context::PLAIN, sink)?,
                    Piece::Text(text) => sink.literal(text),
                }
            }
            sink.end_word();
        }
        Ok(())
    }

    fn combinations<'a>(&mut self, parts: &'a [WordPart]) -> Run<Vec<Vec<Piece<'a>>>> {
        let mut words: Vec<Vec<Piece>> = vec![Vec::new()];
        for part in parts {
            let WordPart::Brace(brace) = part else {
                for word in &mut words {
                    word.push(Piece::Part(part));
                }
                continue;
            };
            let mut choices: Vec<Vec<Piece>> = Vec::new();
            match &**brace {
                Brace::List(items) => {
                    for item in items {
                        choices.extend(self.combinations(&item.parts)?);
                    }
                }
                Brace::Range { from, to, step } => {
                    choices.extend(self.range(from, to, *step)?.into_iter().map(|text| vec![Piece::Text(text)]));
                }
            }
            if words.len().saturating_mul(choices.len()) > MAX_WORDS {
                return Err(self.fail("brace expansion: failed to allocate memory for result"));
            }
            let mut product = Vec::with_capacity(words.len() * choices.len());
            for word in &words {
                for choice in &choices {
                    let mut joined = word.clone();
                    joined.extend(choice.iter().cloned());
                    product.push(joined);
                }
            }
            words = product;
        }
        Ok(words)
    }

    fn range(&mut self, from: &[u8], to: &[u8], step: i64) -> Run<Vec<BString>> {
        match range(from, to, step) {
            Some(words) => Ok(words),
            None => Err(self.fail("brace expansion: failed to allocate memory for result")),
        }
    }

    /// A brace expansion where none happens (an assignment, a `case` word):
    /// the text as it was written.
    #[inline(never)]
    pub(super) fn expand_brace_literally(&mut self, brace: &Brace, context: Context, sink: &mut Sink) -> Run {
        match brace {
            Brace::List(items) => {
                sink.literal(b"{");
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        sink.literal(b",");
                    }
                    for part in &item.parts {
                        self.expand_part(part, context, sink)?;
                    }
                }
                sink.literal(b"}");
            }
            Brace::Range { .. } => sink.literal(&super::source::brace_source(brace)),
        }
        Ok(())
    }
}

fn number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether the number as written asks for zero padding.
fn is_padded(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    digits.len() > 1 && digits[0] == b'0'
}

/// The words of a sequence; absent if there are too many.
fn range(from: &[u8], to: &[u8], step: i64) -> Option<Vec<BString>> {
    let numbers = number(from).zip(number(to));
    let (first, last) = match numbers {
        Some(ends) => ends,
        None => (i64::from(*from.first()?), i64::from(*to.first()?)),
    };
    let distance = first.abs_diff(last);
    let step = step.unsigned_abs().max(1);
    let count = usize::try_from(distance / step).ok().filter(|count| *count < MAX_WORDS)? + 1;
    let width = match numbers {
        Some(_) if is_padded(from) || is_padded(to) => from.len().max(to.len()),
        _ => 0,
    };
    let mut words = Vec::with_capacity(count);
    for index in 0..count as u64 {
        let offset = i128::from(index) * i128::from(step);
        let value = i128::from(first) + if first <= last { offset } else { -offset };
        words.push(match numbers {
            Some(_) => format!("{value:0width$}").into(),
            None => BString::from(vec![value as u8]),
        });
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::range;

    #[track_caller]
    fn check(from: &str, to: &str, step: i64, expected: &[&str]) {
        assert_eq!(range(from.as_bytes(), to.as_bytes(), step).unwrap_or_default(), expected);
    }

    #[test]
    fn sequences() {
        check("1", "3", 1, &["1", "2", "3"]);
        check("3", "1", 1, &["3", "2", "1"]);
        check("01", "10", 4, &["01", "05", "09"]);
        check("-01", "1", 1, &["-01", "000", "001"]);
        check("a", "e", 2, &["a", "c", "e"]);
        check("1", "5", -2, &["1", "3", "5"]);
        assert!(range(b"1", b"99999999999", 1).is_none());
    }
}

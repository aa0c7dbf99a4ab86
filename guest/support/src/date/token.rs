//! A date's text as numbers, words and marks.

/// A piece of a date.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// Digits as they stand: their number counts.
    Number(String),
    /// In lower case, without a point at its end.
    Word(String),
    Sign(char),
    /// The sign is directly before a digit, and nothing directly before it.
    LeadingSign(char),
    Mark(char),
}

/// Takes a date apart; absent where something in it belongs to none.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut blank_before = true;
    while let Some(c) = rest.chars().next() {
        let run = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
        let length = match c {
            c if c.is_whitespace() => {
                blank_before = true;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '(' => {
                // A comment.
                rest = &rest[rest.find(')')? + 1..];
                continue;
            }
            '0'..='9' => {
                let length = run(|c| c.is_ascii_digit());
                tokens.push(Token::Number(rest[..length].to_owned()));
                length
            }
            c if c.is_ascii_alphabetic() => {
                let length = run(|c| c.is_ascii_alphabetic());
                tokens.push(Token::Word(rest[..length].to_ascii_lowercase()));
                // `Sept.`, `a.m.` and the like.
                length + usize::from(rest[length..].starts_with('.'))
            }
            '+' | '-' => {
                let digit = rest[1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
                tokens.push(if digit && blank_before { Token::LeadingSign(c) } else { Token::Sign(c) });
                1
            }
            ':' | '/' | '.' | ',' => {
                tokens.push(Token::Mark(c));
                1
            }
            _ => return None,
        };
        rest = &rest[length..];
        blank_before = false;
    }
    Some(tokens)
}

//! `ifeq`, `ifdef`, `else`, `endif`.

use crate::text::{bytes, first_word, is_space, trim, trim_end, trim_start};
use crate::{Make, Result};

/// One conditional that is open.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Whether its lines are skipped now.
    skipping: bool,
    /// Whether one of its branches was or is taken, or none can be.
    decided: bool,
    seen_else: bool,
}

/// The conditionals that are open where a makefile is read.
#[derive(Debug, Default)]
pub(crate) struct Conditionals(Vec<Open>);

impl Conditionals {
    /// Whether lines are skipped.
    pub fn skipping(&self) -> bool {
        self.0.iter().any(|open| open.skipping)
    }

    /// Whether one is open.
    pub fn open(&self) -> bool {
        !self.0.is_empty()
    }
}

impl Make<'_> {
    /// Whether the line is part of a conditional, which is then acted on.
    pub(crate) fn conditional(&mut self, line: &[u8], conditionals: &mut Conditionals) -> Result<bool> {
        let (word, rest) = first_word(line);
        match word {
            b"endif" => {
                self.warn_extraneous(rest, "endif");
                if conditionals.0.pop().is_none() {
                    return Err(self.fatal("extraneous 'endif'"));
                }
            }
            b"else" => {
                let outer = conditionals.0.iter().rev().skip(1).any(|open| open.skipping);
                let Some(open) = conditionals.0.last_mut() else {
                    return Err(self.fatal("extraneous 'else'"));
                };
                if open.seen_else {
                    return Err(self.fatal("only one 'else' per conditional"));
                }
                let decided = open.decided;
                open.skipping = decided;
                open.decided = true;
                if trim(rest).is_empty() {
                    open.seen_else = true;
                    return Ok(true);
                }
                let (word, rest) = first_word(rest);
                if !matches!(word, b"ifeq" | b"ifneq" | b"ifdef" | b"ifndef") {
                    open.seen_else = true;
                    self.warn_extraneous(b"x", "else");
                    return Ok(true);
                }
                // The condition counts only where no branch was taken.
                let taken = !decided && !outer && self.condition(word, rest)?;
                if let Some(open) = conditionals.0.last_mut() {
                    open.skipping = !taken;
                    open.decided = decided || taken;
                }
            }
            b"ifeq" | b"ifneq" | b"ifdef" | b"ifndef" => {
                let skipped = conditionals.skipping();
                let taken = skipped || self.condition(word, rest)?;
                conditionals.0.push(Open { skipping: !taken, decided: taken, seen_else: false });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn warn_extraneous(&mut self, rest: &[u8], word: &str) {
        if !trim(rest).is_empty() {
            let location = self.location.clone();
            self.complain(location, &bytes!("extraneous text after '", word, "' directive"));
        }
    }

    fn condition(&mut self, word: &[u8], text: &[u8]) -> Result<bool> {
        let invalid = |make: &Make<'_>| make.fatal("invalid syntax in conditional");
        if matches!(word, b"ifdef" | b"ifndef") {
            let name = self.expand(trim_end(text))?;
            let name = trim(&name);
            if name.is_empty() || name.iter().any(|&byte| is_space(byte)) {
                return Err(invalid(self));
            }
            let defined = self.vars.get(name).is_some_and(|variable| !variable.value.is_empty());
            return Ok(defined == (word == b"ifdef"));
        }
        let Some((left, right, rest)) = operands(text) else { return Err(invalid(self)) };
        let name = String::from_utf8_lossy(word).into_owned();
        self.warn_extraneous(rest, &name);
        let equal = self.expand(left)? == self.expand(right)?;
        Ok(equal == (word == b"ifeq"))
    }
}

/// The two texts of `(a,b)` or `"a" 'b'`, and what follows them.
fn operands(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    match text.first()? {
        b'(' => {
            let body = &text[1..];
            let mut depth = 0usize;
            let mut comma = None;
            for (at, &byte) in body.iter().enumerate() {
                match byte {
                    b'(' => depth += 1,
                    b')' if depth == 0 => {
                        let comma: usize = comma?;
                        return Some((trim_end(&body[..comma]), trim_start(&body[comma + 1..at]), &body[at + 1..]));
                    }
                    b')' => depth -= 1,
                    b',' if depth == 0 && comma.is_none() => comma = Some(at),
                    _ => {}
                }
            }
            None
        }
        b'"' | b'\'' => {
            let (left, rest) = quoted(text)?;
            let (right, rest) = quoted(trim_start(rest))?;
            Some((left, right, rest))
        }
        _ => None,
    }
}

fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let &quote = text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let end = memchr::memchr(quote, &text[1..])? + 1;
    Some((&text[1..end], &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::operands;

    #[test]
    fn both_forms() {
        assert_eq!(operands(b"($(f a,b) , c) x"), Some((&b"$(f a,b)"[..], &b"c"[..], &b" x"[..])));
        assert_eq!(operands(b"'a' \"b\""), Some((&b"a"[..], &b"b"[..], &b""[..])));
        assert_eq!(operands(b"(a)"), None);
        assert_eq!(operands(b"a b"), None);
    }
}

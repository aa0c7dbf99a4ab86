//! test and `[`: check file types and compare values.

use agentfense_support::{Failure, Outcome, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, AccessMode, FileType, OpenFile, Stat};
use std::cmp::Ordering;

/// Runs test.
pub fn test(args: Vec<Vec<u8>>) -> Outcome {
    evaluate(args.get(1..).unwrap_or_default())
}

/// Runs `[`.
pub fn bracket(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} EXPRESSION ]\nExit with the status determined by EXPRESSION, as test does.";
    agentfense_support::options::sole_request(&args, help)?;
    match args.get(1..).and_then(<[_]>::split_last) {
        Some((last, words)) if last == b"]" => evaluate(words),
        _ => Err(error("missing ']'")),
    }
}

fn error(message: impl Into<String>) -> Failure {
    Failure::new(message).status(2)
}

fn evaluate(words: &[Vec<u8>]) -> Outcome {
    Ok(u8::from(!truth(words)?))
}

/// POSIX fixes what up to four words mean; more are an expression.
fn truth(words: &[Vec<u8>]) -> Result<bool, Failure> {
    let is = |at: usize, word: &[u8]| words.get(at).is_some_and(|other| other == word);
    match words {
        [] => Ok(false),
        [word] => Ok(!word.is_empty()),
        [first, operand] => match first.as_slice() {
            b"!" => Ok(operand.is_empty()),
            operator => {
                unary(operator, operand)?.ok_or_else(|| error(format!("{}: unary operator expected", quote(operator))))
            }
        },
        [left, operator, right] if is_binary(operator) => binary(left, operator, right),
        [_, rest @ ..] if words.len() == 3 && is(0, b"!") => Ok(!truth(rest)?),
        [_, middle, _] if is(0, b"(") && is(2, b")") => Ok(!middle.is_empty()),
        [_, rest @ ..] if words.len() == 4 && is(0, b"!") => Ok(!truth(rest)?),
        [_, first, second, _] if is(0, b"(") && is(3, b")") => truth(&[first.clone(), second.clone()]),
        _ => {
            let mut parser = Parser { words, at: 0, depth: 0 };
            let result = parser.or()?;
            match words.get(parser.at) {
                None => Ok(result),
                Some(extra) => Err(error(format!("extra argument {}", quote(extra)))),
            }
        }
    }
}

struct Parser<'a> {
    words: &'a [Vec<u8>],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self, ahead: usize) -> Option<&[u8]> {
        self.words.get(self.at + ahead).map(Vec::as_slice)
    }

    fn or(&mut self) -> Result<bool, Failure> {
        let mut result = self.and()?;
        while self.peek(0) == Some(b"-o") {
            self.at += 1;
            result |= self.and()?;
        }
        Ok(result)
    }

    fn and(&mut self) -> Result<bool, Failure> {
        let mut result = self.primary()?;
        while self.peek(0) == Some(b"-a") {
            self.at += 1;
            result &= self.primary()?;
        }
        Ok(result)
    }

    fn primary(&mut self) -> Result<bool, Failure> {
        let mut negated = false;
        while self.peek(0) == Some(b"!") && self.peek(1).is_some() {
            self.at += 1;
            negated = !negated;
        }
        Ok(self.plain()? != negated)
    }

    fn plain(&mut self) -> Result<bool, Failure> {
        let Some(first) = self.words.get(self.at) else {
            return Err(error("argument expected"));
        };
        if let (Some(operator), Some(right)) = (self.words.get(self.at + 1), self.words.get(self.at + 2))
            && is_binary(operator)
            && !matches!(operator.as_slice(), b"-a" | b"-o")
        {
            self.at += 3;
            return binary(first, operator, right);
        }
        if first == b"(" {
            if self.depth >= 100 {
                return Err(error("the expression is nested too deeply"));
            }
            self.depth += 1;
            self.at += 1;
            let result = self.or()?;
            self.depth -= 1;
            if self.peek(0) != Some(b")") {
                return Err(error("')' expected"));
            }
            self.at += 1;
            return Ok(result);
        }
        if let Some(operand) = self.words.get(self.at + 1)
            && let Some(result) = unary(first, operand)?
        {
            self.at += 2;
            return Ok(result);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

fn is_binary(operator: &[u8]) -> bool {
    matches!(
        operator,
        b"=" | b"=="
            | b"!="
            | b"<"
            | b">"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
            | b"-a"
            | b"-o"
    )
}

fn binary(left: &[u8], operator: &[u8], right: &[u8]) -> Result<bool, Failure> {
    let numbers = || Ok::<_, Failure>(number(left)?.cmp(&number(right)?));
    let stats = || (files::stat(left, true).ok(), files::stat(right, true).ok());
    Ok(match operator {
        b"=" | b"==" => left == right,
        b"!=" => left != right,
        b"<" => left < right,
        b">" => left > right,
        b"-eq" => numbers()? == Ordering::Equal,
        b"-ne" => numbers()? != Ordering::Equal,
        b"-lt" => numbers()? == Ordering::Less,
        b"-le" => numbers()? != Ordering::Greater,
        b"-gt" => numbers()? == Ordering::Greater,
        b"-ge" => numbers()? != Ordering::Less,
        b"-nt" => match stats() {
            (Some(a), Some(b)) => a.mtime > b.mtime,
            (a, _) => a.is_some(),
        },
        b"-ot" => match stats() {
            (Some(a), Some(b)) => a.mtime < b.mtime,
            (_, b) => b.is_some(),
        },
        b"-ef" => match stats() {
            (Some(a), Some(b)) => (a.dev, a.ino) == (b.dev, b.ino),
            _ => false,
        },
        b"-a" => !left.is_empty() && !right.is_empty(),
        b"-o" => !left.is_empty() || !right.is_empty(),
        _ => return Err(error(format!("{}: binary operator expected", quote(operator)))),
    })
}

fn number(text: &[u8]) -> Result<i128, Failure> {
    let parsed = std::str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok());
    parsed.ok_or_else(|| error(format!("invalid integer {}", quote(text))))
}

/// A test of one operand; absent where the operator is none.
fn unary(operator: &[u8], operand: &[u8]) -> Result<Option<bool>, Failure> {
    let [b'-', letter] = operator else { return Ok(None) };
    let stat = |follow| files::stat(operand, follow);
    let is = |kind: FileType| stat(true).is_ok_and(|stat| stat.kind == kind);
    let has = |check: fn(&Stat) -> bool| stat(true).is_ok_and(|stat| check(&stat));
    let access = |mode| files::access(operand, mode) != Err(Errno::Noent) && files::access(operand, mode).is_ok();
    Ok(Some(match letter {
        b'n' => !operand.is_empty(),
        b'z' => operand.is_empty(),
        b'b' => is(FileType::Block),
        b'c' => is(FileType::Character),
        b'd' => is(FileType::Directory),
        b'e' => stat(true).is_ok(),
        b'f' => is(FileType::Regular),
        b'g' => has(|stat| stat.mode & 0o2000 != 0),
        b'u' => has(|stat| stat.mode & 0o4000 != 0),
        b'k' => has(|stat| stat.mode & 0o1000 != 0),
        b'G' => has(|stat| stat.gid == agentfense_support::names::GID),
        b'O' => has(|stat| stat.uid == agentfense_support::names::UID),
        b'h' | b'L' => stat(false).is_ok_and(|stat| stat.kind == FileType::Symlink),
        b'N' => has(|stat| stat.mtime > stat.atime),
        b'p' => is(FileType::Fifo),
        b'r' => access(AccessMode::READ),
        b'w' => access(AccessMode::WRITE),
        b'x' => access(AccessMode::EXECUTE),
        b's' => has(|stat| stat.size > 0),
        b'S' => is(FileType::Socket),
        b't' => {
            let fd = number(operand)?;
            u32::try_from(fd).ok().and_then(OpenFile::inherited).is_some_and(|file| file.is_terminal())
        }
        _ => return Ok(None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<bool, String> {
        let words: Vec<_> = text
            .split(' ')
            .filter(|w| !w.is_empty())
            .map(|word| if word == "''" { Vec::new() } else { word.as_bytes().to_vec() })
            .collect();
        truth(&words).map_err(|failure| failure.message)
    }

    #[test]
    fn expressions() {
        for text in [
            "a",
            "! ''",
            "-n a",
            "-z ''",
            "a = a",
            "a != b",
            "1 -lt 2",
            "-1 -gt -2",
            "( a )",
            "! a = b",
            "a = a -a b = b",
            "a = b -o b = b",
            "! ( a = b -a c = c )",
            "( a = a ) -a ( b = b )",
            "-z '' -a -n x",
            "= = =",
            "! = !",
            "-n",
            "! -z x",
            "( ( a ) )",
            "-f = -f",
            "a < b",
        ] {
            assert_eq!(check(text), Ok(true), "{text}");
        }
        for text in ["", "''", "a = b", "1 -ge 2", "a = a -a a = b", "! a", "-n ''", "! ( a )"] {
            assert_eq!(check(text), Ok(false), "{text}");
        }
    }

    #[test]
    fn mistakes() {
        for text in ["-q a", "a -eq 1", "( a", "a = a b", "1 -eq", "a b c"] {
            assert!(check(text).is_err(), "{text}: {:?}", check(text));
        }
        assert!(check(&"( ".repeat(5000)).is_err());
    }
}

//! `test` and `[`: what an expression says of files, strings and numbers.

use crate::Dialect;
use agentfense_sys::files::{self, AccessMode, FileType, Stat};
use std::cmp::Ordering;

/// Who every process of the sandbox is.
const USER: u32 = 1000;

/// Parentheses deeper than this are refused.
const MAX_DEPTH: u32 = 1000;

/// What an expression is about.
pub trait System {
    /// Whose rules hold.
    const DIALECT: Dialect;

    /// What ends the evaluation other than an error.
    type Stop;

    /// A file's metadata, of a symbolic link's own without `follow`.
    fn stat(&self, path: &[u8], follow: bool) -> Option<Stat>;

    /// Whether a descriptor is a terminal.
    fn is_terminal(&self, fd: u32) -> bool;

    /// The shell's own checks: the options, variables and references of `-o`, `-v` and `-R`.
    fn of_the_shell(&mut self, letter: u8, operand: &[u8]) -> Result<bool, Self::Stop>;
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure<'a, S> {
    /// An operator with one operand should be here.
    NotUnary(&'a [u8]),
    /// An operator with two operands should be here.
    NotBinary(&'a [u8]),
    /// A number should be here.
    NotInteger(&'a [u8]),
    /// The expression ended before this.
    Extra(&'a [u8]),
    /// The words ended behind this.
    MissingAfter(&'a [u8]),
    /// A `)` should be here; what is, if anything.
    Unclosed(Option<&'a [u8]>),
    /// Too many parentheses.
    TooDeep,
    /// The system said so.
    Stop(S),
}

type Truth<'a, S> = Result<bool, Failure<'a, <S as System>::Stop>>;

/// The value of an expression.
pub fn evaluate<'a, S: System, W: AsRef<[u8]>>(system: &mut S, words: &'a [W]) -> Truth<'a, S> {
    let mut evaluator = Evaluator { system, words, at: 0, depth: 0 };
    if words.is_empty() {
        return Ok(false);
    }
    let truth = evaluator.by_count(words.len())?;
    match words.get(evaluator.at) {
        None => Ok(truth),
        Some(extra) => Err(Failure::Extra(extra.as_ref())),
    }
}

struct Evaluator<'s, 'a, S, W> {
    system: &'s mut S,
    words: &'a [W],
    at: usize,
    depth: u32,
}

impl<'a, S: System, W: AsRef<[u8]>> Evaluator<'_, 'a, S, W> {
    fn peek(&self, ahead: usize) -> Option<&'a [u8]> {
        self.words.get(self.at + ahead).map(AsRef::as_ref)
    }

    /// The next word; it is an error if there is none.
    fn next(&mut self) -> Result<&'a [u8], Failure<'a, S::Stop>> {
        let Some(word) = self.peek(0) else { return Err(self.missing()) };
        self.at += 1;
        Ok(word)
    }

    fn missing(&self) -> Failure<'a, S::Stop> {
        Failure::MissingAfter(self.words.last().map_or(b"", AsRef::as_ref))
    }

    /// POSIX decides by the number of words, up to four of them; `count` are left, or the parentheses end behind them.
    fn by_count(&mut self, count: usize) -> Truth<'a, S> {
        let is = |evaluator: &Self, ahead, word: &[u8]| evaluator.peek(ahead) == Some(word);
        match count {
            1 => Ok(!self.next()?.is_empty()),
            2 => self.two(),
            3 => self.three(),
            4 if is(self, 0, b"!") => {
                self.at += 1;
                self.three().map(|truth| !truth)
            }
            4 if is(self, 0, b"(") && is(self, 3, b")") => {
                self.at += 1;
                let truth = self.two()?;
                self.at += 1;
                Ok(truth)
            }
            _ => self.or(),
        }
    }

    fn two(&mut self) -> Truth<'a, S> {
        let first = self.next()?;
        if first == b"!" {
            return Ok(self.next()?.is_empty());
        }
        if is_unary(S::DIALECT, first) {
            let operand = self.next()?;
            return self.unary(first, operand);
        }
        // GNU looks for an operator only where something looks like one.
        if S::DIALECT == Dialect::Gnu && !matches!(first, [b'-', _]) {
            return Err(self.missing());
        }
        Err(Failure::NotUnary(first))
    }

    fn three(&mut self) -> Truth<'a, S> {
        let (Some(first), Some(second), Some(third)) = (self.peek(0), self.peek(1), self.peek(2)) else {
            return Err(self.missing());
        };
        if is_binary(second) {
            self.at += 3;
            return self.binary(first, second, third);
        }
        if S::DIALECT == Dialect::Bash && matches!(second, b"-a" | b"-o") {
            self.at += 3;
            let (first, third) = (!first.is_empty(), !third.is_empty());
            return Ok(if second == b"-a" { first && third } else { first || third });
        }
        if first == b"!" {
            self.at += 1;
            return self.two().map(|truth| !truth);
        }
        if first == b"(" && third == b")" {
            self.at += 3;
            return Ok(!second.is_empty());
        }
        if matches!(second, b"-a" | b"-o") {
            return self.or();
        }
        Err(Failure::NotBinary(second))
    }

    fn or(&mut self) -> Truth<'a, S> {
        let mut truth = self.and()?;
        while self.peek(0) == Some(b"-o") {
            self.at += 1;
            truth |= self.and()?;
        }
        Ok(truth)
    }

    fn and(&mut self) -> Truth<'a, S> {
        let mut truth = self.term()?;
        while self.peek(0) == Some(b"-a") {
            self.at += 1;
            truth &= self.term()?;
        }
        Ok(truth)
    }

    fn term(&mut self) -> Truth<'a, S> {
        let mut negated = false;
        while self.peek(0) == Some(b"!") {
            self.at += 1;
            negated = !negated;
        }
        Ok(self.plain()? != negated)
    }

    fn plain(&mut self) -> Truth<'a, S> {
        let Some(first) = self.peek(0) else { return Err(self.missing()) };
        let left = self.words.len() - self.at;
        let gnu = S::DIALECT == Dialect::Gnu;
        if first == b"(" && (gnu || left >= 2) {
            return self.parentheses();
        }
        if gnu && first == b"-l" && left >= 4 && self.peek(2).is_some_and(is_comparison) {
            return self.length();
        }
        if let (Some(operator), Some(right)) = (self.peek(1), self.peek(2))
            && is_binary(operator)
        {
            self.at += 3;
            return self.binary(first, operator, right);
        }
        if gnu && matches!(first, [b'-', _]) && !is_unary(S::DIALECT, first) {
            return Err(Failure::NotUnary(first));
        }
        self.at += 1;
        if is_unary(S::DIALECT, first) && (gnu || left >= 2) {
            let operand = self.next()?;
            return self.unary(first, operand);
        }
        Ok(!first.is_empty())
    }

    fn parentheses(&mut self) -> Truth<'a, S> {
        if self.depth >= MAX_DEPTH {
            return Err(Failure::TooDeep);
        }
        self.at += 1;
        self.depth += 1;
        let truth = match S::DIALECT {
            Dialect::Bash => self.or()?,
            Dialect::Gnu => {
                let left = self.words.len() - self.at;
                // With the `)` near, POSIX's rules for few words hold inside, too.
                let near = (1..left.min(4)).find(|&ahead| self.peek(ahead) == Some(b")"));
                match (near, left) {
                    (_, 0) => return Err(self.missing()),
                    (Some(count), _) => self.by_count(count)?,
                    (None, left) => self.by_count(left)?,
                }
            }
        };
        self.depth -= 1;
        match self.peek(0) {
            Some(b")") => self.at += 1,
            other => return Err(Failure::Unclosed(other)),
        }
        Ok(truth)
    }

    /// `-l string -eq number`
    fn length(&mut self) -> Truth<'a, S> {
        self.at += 1;
        let (word, operator, right) = (self.next()?, self.next()?, self.next()?);
        let length = word.len().to_string();
        let right = Integer::read(right).ok_or(Failure::NotInteger(right))?;
        let left = Integer { negative: false, digits: length.as_bytes() };
        Ok(compare(operator, left.cmp(&right)))
    }

    fn unary(&mut self, operator: &'a [u8], operand: &'a [u8]) -> Truth<'a, S> {
        if operator == b"-t" && S::DIALECT == Dialect::Gnu && Integer::read(operand).is_none() {
            return Err(Failure::NotInteger(operand));
        }
        unary(self.system, operator, operand).map(|truth| truth.unwrap_or(false)).map_err(Failure::Stop)
    }

    fn binary(&mut self, left: &'a [u8], operator: &'a [u8], right: &'a [u8]) -> Truth<'a, S> {
        Ok(match operator {
            b"=" | b"==" => left == right,
            b"!=" => left != right,
            _ if is_comparison(operator) => {
                // bash's numbers have 64 bits, GNU compares any.
                let number = |word: &'a [u8]| {
                    let number = match S::DIALECT {
                        Dialect::Gnu => Integer::read(word),
                        Dialect::Bash => Integer::read_blank(word).filter(|number| number.to_i64().is_some()),
                    };
                    number.ok_or(Failure::NotInteger(word))
                };
                compare(operator, number(left)?.cmp(&number(right)?))
            }
            _ => binary(self.system, left, operator, right).unwrap_or(false),
        })
    }
}

fn is_unary(dialect: Dialect, operator: &[u8]) -> bool {
    match operator {
        [b'-', b'a' | b'o' | b'v' | b'R'] => dialect == Dialect::Bash,
        [b'-', letter] => b"bcdefghknprstuwxzGLNOS".contains(letter),
        _ => false,
    }
}

fn is_binary(operator: &[u8]) -> bool {
    is_comparison(operator) || matches!(operator, b"=" | b"==" | b"!=" | b"<" | b">" | b"-nt" | b"-ot" | b"-ef")
}

/// Of numbers.
fn is_comparison(operator: &[u8]) -> bool {
    matches!(operator, b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge")
}

/// What `-eq` and kin say of an order.
fn compare(operator: &[u8], order: Ordering) -> bool {
    match operator {
        b"-eq" => order.is_eq(),
        b"-ne" => order.is_ne(),
        b"-lt" => order.is_lt(),
        b"-le" => order.is_le(),
        b"-gt" => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// A check of one operand; absent for an operator that there is not.
pub fn unary<S: System>(system: &mut S, operator: &[u8], operand: &[u8]) -> Result<Option<bool>, S::Stop> {
    let [b'-', letter] = operator else { return Ok(None) };
    let stat = |follow| if operand.is_empty() { None } else { system.stat(operand, follow) };
    let kind = |wanted: FileType| stat(true).is_some_and(|stat| stat.kind == wanted);
    let mode = |bit: u32| stat(true).is_some_and(|stat| stat.mode & bit != 0);
    let access = |wanted| files::access(operand, wanted).is_ok();
    let truth = match letter {
        b'z' => operand.is_empty(),
        b'n' => !operand.is_empty(),
        b'e' => stat(true).is_some(),
        b'f' => kind(FileType::Regular),
        b'd' => kind(FileType::Directory),
        b'b' => kind(FileType::Block),
        b'c' => kind(FileType::Character),
        b'p' => kind(FileType::Fifo),
        b'S' => kind(FileType::Socket),
        b'h' | b'L' => stat(false).is_some_and(|stat| stat.kind == FileType::Symlink),
        b's' => stat(true).is_some_and(|stat| stat.size > 0),
        b'g' => mode(0o2000),
        b'u' => mode(0o4000),
        b'k' => mode(0o1000),
        b'r' => access(AccessMode::READ),
        b'w' => access(AccessMode::WRITE),
        b'x' => access(AccessMode::EXECUTE),
        b'O' => stat(true).is_some_and(|stat| stat.uid == USER),
        b'G' => stat(true).is_some_and(|stat| stat.gid == USER),
        b'N' => stat(true).is_some_and(|stat| stat.mtime > stat.atime),
        b't' => {
            let fd = Integer::read_blank(operand).and_then(|fd| u32::try_from(fd.to_i64()?).ok());
            fd.is_some_and(|fd| system.is_terminal(fd))
        }
        b'a' if S::DIALECT == Dialect::Bash => stat(true).is_some(),
        b'o' | b'v' | b'R' if S::DIALECT == Dialect::Bash => return system.of_the_shell(*letter, operand).map(Some),
        _ => return Ok(None),
    };
    Ok(Some(truth))
}

/// A check of two operands, other than `=` and numbers; absent for an operator that there is not.
pub fn binary<S: System>(system: &S, left: &[u8], operator: &[u8], right: &[u8]) -> Option<bool> {
    let stat = |path: &[u8]| if path.is_empty() { None } else { system.stat(path, true) };
    Some(match operator {
        b"<" => left < right,
        b">" => left > right,
        b"-nt" => match (stat(left), stat(right)) {
            (Some(left), Some(right)) => left.mtime > right.mtime,
            (left, _) => left.is_some(),
        },
        b"-ot" => match (stat(left), stat(right)) {
            (Some(left), Some(right)) => left.mtime < right.mtime,
            (_, right) => right.is_some(),
        },
        b"-ef" => match (stat(left), stat(right)) {
            (Some(left), Some(right)) => (left.dev, left.ino) == (right.dev, right.ino),
            _ => false,
        },
        _ => return None,
    })
}

/// A decimal integer of any length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Integer<'a> {
    /// Below zero.
    negative: bool,
    /// Without zeros in front.
    digits: &'a [u8],
}

impl<'a> Integer<'a> {
    /// White space may surround it.
    fn read(text: &'a [u8]) -> Option<Integer<'a>> {
        let text = text.trim_ascii();
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] => (false, digits),
            digits => (false, digits),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        let digits = &digits[zeros..];
        Some(Integer { negative: negative && !digits.is_empty(), digits })
    }

    /// As bash has it: behind it may be blanks only.
    fn read_blank(text: &'a [u8]) -> Option<Integer<'a>> {
        let blanks = text.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let text = &text[..text.len() - blanks];
        if text.last().is_some_and(u8::is_ascii_whitespace) { None } else { Integer::read(text) }
    }

    fn to_i64(self) -> Option<i64> {
        let step = |value: i64, digit: &u8| value.checked_mul(10)?.checked_sub(i64::from(digit - b'0'));
        // Downwards, where there is one more.
        let value = self.digits.iter().try_fold(0, step)?;
        if self.negative { Some(value) } else { value.checked_neg() }
    }
}

impl Ord for Integer<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = |a: &Self, b: &Self| (a.digits.len(), a.digits).cmp(&(b.digits.len(), b.digits));
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Integer<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests;

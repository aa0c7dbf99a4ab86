//! expr: evaluate expressions.

use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::options::sole_request;
use agentfense_support::{Failure, Outcome, quote, stdout};
use num_bigint::BigInt;
use std::cmp::Ordering;
use std::io::Write;

const HELP: &str = "\
{} EXPRESSION
Print the value of EXPRESSION, whose operators are, from the loosest:

  A | B                    A if it is neither null nor 0, otherwise B
  A & B                    A if neither is null or 0, otherwise 0
  A < B  <=  =  !=  >=  >  compare, as numbers where both are
  A + B  A - B             sum, difference
  A * B  A / B  A % B      product, quotient, remainder
  STRING : REGEXP          match at the start: the first \\(...\\), or the length
  match STRING REGEXP      the same as STRING : REGEXP
  substr STRING POS LENGTH part of STRING, POS counted from 1
  index STRING CHARS       where in STRING any of CHARS stands first, or 0
  length STRING            the number of characters
  + TOKEN                  TOKEN as a string, even if it is an operator
  ( EXPRESSION )           its value

The status is 1 if the value is null or 0, 2 if the expression is invalid, 3 if an error occurred.";

/// Parentheses deeper than this are refused.
const MAX_DEPTH: u32 = 500;

/// Runs expr.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    sole_request(&args, HELP)?;
    let mut words = args.get(1..).unwrap_or_default();
    if words.first().is_some_and(|word| word == b"--") {
        words = &words[1..];
    }
    if words.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let value = evaluate(words)?;
    let mut out = stdout();
    let text = value.text();
    let printed = out.write_all(&text).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    printed.map_err(|error| Failure::from(error).status(3))?;
    Ok(u8::from(is_null(&text)))
}

fn evaluate(words: &[Vec<u8>]) -> Result<Value, Failure> {
    let mut expression = Expression { words, at: 0, depth: 0 };
    let value = expression.or(true)?;
    match words.get(expression.at) {
        None => Ok(value),
        Some(extra) => Err(wrong(format!("syntax error: unexpected argument {}", quote(extra)))),
    }
}

fn wrong(message: impl Into<String>) -> Failure {
    Failure::new(message).status(2)
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(Vec<u8>),
    Number(BigInt),
}

impl Value {
    fn text(&self) -> Vec<u8> {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string().into_bytes(),
        }
    }

    fn number(self) -> Result<BigInt, Failure> {
        match self {
            Value::Number(number) => Ok(number),
            Value::Text(text) => read_number(&text).ok_or_else(|| wrong("non-integer argument")),
        }
    }

    fn is_null(&self) -> bool {
        is_null(&self.text())
    }
}

/// Empty, or a zero.
fn is_null(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    text.is_empty() || (!digits.is_empty() && digits.iter().all(|digit| *digit == b'0'))
}

fn read_number(text: &[u8]) -> Option<BigInt> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    BigInt::parse_bytes(text, 10)
}

/// Characters, a byte that is part of none being one, too.
fn characters(text: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    for chunk in text.utf8_chunks() {
        let valid = chunk.valid();
        all.extend(valid.char_indices().map(|(at, c)| &valid.as_bytes()[at..at + c.len_utf8()]));
        all.extend(chunk.invalid().chunks(1));
    }
    all
}

struct Expression<'a> {
    words: &'a [Vec<u8>],
    at: usize,
    depth: u32,
}

/// With `wanted` false the words are read, but what they say is of no account: the other side of `|` or `&` decided.
impl<'a> Expression<'a> {
    fn peek(&self) -> Option<&'a [u8]> {
        self.words.get(self.at).map(Vec::as_slice)
    }

    /// Takes the next word if it is one of these operators.
    fn operator(&mut self, operators: &[&str]) -> Option<&'a [u8]> {
        let word = self.peek().filter(|word| operators.iter().any(|operator| operator.as_bytes() == *word))?;
        self.at += 1;
        Some(word)
    }

    fn next(&mut self) -> Result<&'a [u8], Failure> {
        let Some(word) = self.peek() else {
            let last = self.words.last().map_or(&b""[..], Vec::as_slice);
            return Err(wrong(format!("syntax error: missing argument after {}", quote(last))));
        };
        self.at += 1;
        Ok(word)
    }

    fn or(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.and(wanted)?;
        while self.operator(&["|"]).is_some() {
            let decided = !value.is_null();
            let right = self.and(wanted && !decided)?;
            if !decided {
                value = if right.is_null() { Value::Number(0.into()) } else { right };
            }
        }
        Ok(value)
    }

    fn and(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.comparison(wanted)?;
        while self.operator(&["&"]).is_some() {
            let decided = value.is_null();
            let right = self.comparison(wanted && !decided)?;
            if decided || right.is_null() {
                value = Value::Number(0.into());
            }
        }
        Ok(value)
    }

    fn comparison(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.sum(wanted)?;
        while let Some(operator) = self.operator(&["<", "<=", "=", "==", "!=", ">=", ">"]) {
            let right = self.sum(wanted)?;
            let (left, right) = (value.text(), right.text());
            let order = match (read_number(&left), read_number(&right)) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.cmp(&right),
            };
            let holds = match operator {
                b"<" => order == Ordering::Less,
                b"<=" => order != Ordering::Greater,
                b"=" | b"==" => order == Ordering::Equal,
                b"!=" => order != Ordering::Equal,
                b">=" => order != Ordering::Less,
                _ => order == Ordering::Greater,
            };
            value = Value::Number(u8::from(holds).into());
        }
        Ok(value)
    }

    fn sum(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.product(wanted)?;
        while let Some(operator) = self.operator(&["+", "-"]) {
            let right = self.product(wanted)?;
            if wanted {
                let (left, right) = (value.number()?, right.number()?);
                value = Value::Number(if operator == b"+" { left + right } else { left - right });
            }
        }
        Ok(value)
    }

    fn product(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.matching(wanted)?;
        while let Some(operator) = self.operator(&["*", "/", "%"]) {
            let right = self.matching(wanted)?;
            if !wanted {
                continue;
            }
            let (left, right) = (value.number()?, right.number()?);
            if operator != b"*" && right == BigInt::ZERO {
                return Err(wrong("division by zero"));
            }
            value = Value::Number(match operator {
                b"*" => left * right,
                b"/" => left / right,
                _ => left % right,
            });
        }
        Ok(value)
    }

    fn matching(&mut self, wanted: bool) -> Result<Value, Failure> {
        let mut value = self.function(wanted)?;
        while self.operator(&[":"]).is_some() {
            let pattern = self.function(wanted)?;
            if wanted {
                value = match_start(&value.text(), &pattern.text())?;
            }
        }
        Ok(value)
    }

    fn function(&mut self, wanted: bool) -> Result<Value, Failure> {
        let Some(name) = self.operator(&["+", "length", "match", "index", "substr"]) else {
            return self.primary(wanted);
        };
        let count = |number: usize| Value::Number(number.into());
        match name {
            b"+" => self.next().map(|word| Value::Text(word.to_vec())),
            b"length" => {
                let text = self.function(wanted)?.text();
                Ok(count(characters(&text).len()))
            }
            b"match" => {
                let (text, pattern) = (self.function(wanted)?.text(), self.function(wanted)?.text());
                if wanted { match_start(&text, &pattern) } else { Ok(Value::Text(Vec::new())) }
            }
            b"index" => {
                let (text, set) = (self.function(wanted)?.text(), self.function(wanted)?.text());
                let set = characters(&set);
                let at = characters(&text).iter().position(|character| set.contains(character));
                Ok(count(at.map_or(0, |at| at + 1)))
            }
            _ => {
                let text = self.function(wanted)?.text();
                let (start, length) = (self.function(wanted)?, self.function(wanted)?);
                Ok(Value::Text(part(&text, start, length).unwrap_or_default()))
            }
        }
    }

    fn primary(&mut self, wanted: bool) -> Result<Value, Failure> {
        let word = self.next()?;
        match word {
            b"(" => {
                if self.depth >= MAX_DEPTH {
                    return Err(wrong("the expression is nested too deeply"));
                }
                self.depth += 1;
                let value = self.or(wanted)?;
                self.depth -= 1;
                match self.peek() {
                    Some(b")") => self.at += 1,
                    Some(other) => {
                        return Err(wrong(format!("syntax error: expecting ')' instead of {}", quote(other))));
                    }
                    None => {
                        let last = &self.words[self.at - 1];
                        return Err(wrong(format!("syntax error: expecting ')' after {}", quote(last))));
                    }
                }
                Ok(value)
            }
            b")" => Err(wrong("syntax error: unexpected ')'")),
            word => Ok(Value::Text(word.to_vec())),
        }
    }
}

/// The part of a text from a character on; absent where that makes no sense.
fn part(text: &[u8], start: Value, length: Value) -> Option<Vec<u8>> {
    let position = |value: Value| {
        let number = value.number().ok()?;
        if number <= BigInt::ZERO { None } else { Some(usize::try_from(number).unwrap_or(usize::MAX)) }
    };
    let (start, length) = (position(start)?, position(length)?);
    Some(characters(text).into_iter().skip(start - 1).take(length).collect::<Vec<_>>().concat())
}

/// `text : pattern`
fn match_start(text: &[u8], pattern: &[u8]) -> Result<Value, Failure> {
    let regex = Regex::new(pattern, Syntax::Basic, Flags::default()).map_err(|error| wrong(error.to_string()))?;
    // The leftmost match starts at the start if any does.
    let found = regex.captures_at(text, 0).map_err(|error| wrong(error.to_string()))?;
    let found = found.filter(|found| found.whole().start == 0);
    Ok(match found {
        Some(found) if regex.groups() > 0 => Value::Text(found.get(1).map_or(Vec::new(), |group| text[group].to_vec())),
        Some(found) => Value::Number(characters(&text[found.whole()]).len().into()),
        None if regex.groups() > 0 => Value::Text(Vec::new()),
        None => Value::Number(0.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], expected: Result<&str, &str>) {
        let words: Vec<_> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let value = evaluate(&words).map(|value| String::from_utf8(value.text()).unwrap());
        assert_eq!(value.map_err(|failure| failure.message), expected.map(Into::into).map_err(Into::into));
    }

    #[test]
    fn numbers() {
        check(&["1", "+", "2", "*", "3", "-", "4"], Ok("3"));
        check(&["99999999999999999999", "*", "99999999999999999999"], Ok("9999999999999999999800000000000000000001"));
        check(&["-7", "/", "2"], Ok("-3"));
        check(&["-7", "%", "2"], Ok("-1"));
        check(&["10", "<", "9"], Ok("0"));
        check(&["10", "<", "9a"], Ok("1"));
        check(&["007", "=", "7"], Ok("1"));
        check(&["-00"], Ok("-00"));
    }

    #[test]
    fn strings() {
        check(&["abc", ":", r"a\(.\)"], Ok("b"));
        check(&["abc", ":", "b"], Ok("0"));
        check(&["foobar", ":", r"f\|foo"], Ok("3"));
        check(&["+", "match", ":", "m"], Ok("1"));
        check(&["substr", "héllo", "2", "3"], Ok("éll"));
        check(&["substr", "abc", "2", "99999999999999999999"], Ok("bc"));
        check(&["substr", "abc", "0", "2"], Ok(""));
        check(&["index", "hé", "é"], Ok("2"));
        check(&["0", "&", "1", "/", "0"], Ok("0"));
        check(&["a", "|", "1", "/", "0"], Ok("a"));
        check(&["", "|", ""], Ok("0"));
    }

    #[test]
    fn mistakes() {
        check(&["1", "+"], Err("syntax error: missing argument after '+'"));
        check(&["1", "2"], Err("syntax error: unexpected argument '2'"));
        check(&["(", "1"], Err("syntax error: expecting ')' after '1'"));
        check(&["1", "+", ")"], Err("syntax error: unexpected ')'"));
        check(&["1", "/", "0"], Err("division by zero"));
        check(&["a", "+", "1"], Err("non-integer argument"));
        let deep = ["("; 10_000];
        check(&deep, Err("the expression is nested too deeply"));
    }
}

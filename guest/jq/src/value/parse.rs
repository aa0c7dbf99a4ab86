//! Reading JSON as it comes, with the messages of jq.
//!
//! Bytes are pushed in pieces of any size and values come out as soon as they are whole, so `tail -f log | jq .`
//! prints each value when it arrives. Nothing here recurses: depth is a stack of its own, with a limit.

use super::{Number, Object, Value};
use std::collections::VecDeque;
use std::rc::Rc;

/// The deepest nesting that is read.
const DEEPEST: usize = 10_000;

/// What is wrong and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError(pub String);

impl std::fmt::Display for ParseError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

enum Open {
    Array(Vec<Value>),
    /// The members so far, and the key whose value is awaited.
    Object(Object, Option<Rc<str>>),
}

/// Where a string's scanner is.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Nothing,
    String,
    Escape,
}

/// A push parser.
pub struct Parser {
    stack: Vec<Open>,
    /// A value that is whole, but not yet part of what holds it.
    next: Option<Value>,
    /// A bare word or a string's raw text.
    token: Vec<u8>,
    within: Within,
    /// After a comma: something has to follow.
    after_comma: bool,
    /// Values begin with the byte RS.
    sequence: bool,
    ready: VecDeque<Value>,
    line: usize,
    column: usize,
    skip_mark: u8,
}

impl Parser {
    /// A parser; values begin with the byte RS in a `sequence` (RFC 7464).
    pub fn new(sequence: bool) -> Parser {
        Parser {
            stack: Vec::new(),
            next: None,
            token: Vec::new(),
            within: Within::Nothing,
            after_comma: false,
            sequence,
            ready: VecDeque::new(),
            line: 1,
            column: 0,
            skip_mark: 0,
        }
    }

    /// The next whole value.
    pub fn take(&mut self) -> Option<Value> {
        self.ready.pop_front()
    }

    /// Forgets what has begun, after an error.
    pub fn reset(&mut self) {
        self.stack.clear();
        self.next = None;
        self.token.clear();
        self.within = Within::Nothing;
        self.after_comma = false;
    }

    /// Reads bytes until a value is whole or there are no more; how many were read.
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, ParseError> {
        let mut at = 0;
        while at < bytes.len() && self.ready.is_empty() {
            if self.within == Within::String {
                // The plain part of a string in one step.
                let rest = &bytes[at..];
                let plain = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
                self.token.extend_from_slice(&rest[..plain]);
                self.column += plain;
                at += plain;
                if plain == rest.len() {
                    break;
                }
            }
            let byte = bytes[at];
            at += 1;
            self.column += 1;
            if byte == b'\n' {
                self.line += 1;
                self.column = 0;
            }
            self.byte(byte)
                .map_err(|text| ParseError(format!("{text} at line {}, column {}", self.line, self.column)))?;
        }
        Ok(at)
    }

    /// The input has ended.
    pub fn finish(&mut self) -> Result<(), ParseError> {
        self.end().map_err(|text| ParseError(format!("{text} at EOF at line {}, column {}", self.line, self.column)))
    }

    fn end(&mut self) -> Result<(), String> {
        if self.within != Within::Nothing {
            return Err("Unfinished string".into());
        }
        self.word()?;
        if !self.stack.is_empty() {
            return Err("Unfinished JSON term".into());
        }
        self.whole();
        Ok(())
    }

    fn byte(&mut self, byte: u8) -> Result<(), String> {
        match self.within {
            Within::Escape => {
                self.token.push(byte);
                self.within = Within::String;
                return Ok(());
            }
            Within::String => {
                match byte {
                    b'"' => {
                        self.within = Within::Nothing;
                        let raw = std::mem::take(&mut self.token);
                        let text = unescape(&raw)?;
                        return self.value(Value::from(text));
                    }
                    b'\\' => self.within = Within::Escape,
                    _ => {}
                }
                self.token.push(byte);
                return Ok(());
            }
            Within::Nothing => {}
        }
        // A byte order mark at the very start means nothing.
        if self.line == 1 && self.skip_mark < 3 && self.column == usize::from(self.skip_mark) + 1 {
            if byte == [0xef, 0xbb, 0xbf][usize::from(self.skip_mark)] {
                self.skip_mark += 1;
                return Ok(());
            }
            self.skip_mark = 3;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.word()?;
                self.whole();
            }
            b'[' | b'{' | b'"' | b']' | b'}' | b',' | b':' => {
                self.word()?;
                self.punctuation(byte)?;
            }
            0x1e if self.sequence => {
                self.word()?;
                self.whole();
                self.reset();
            }
            _ => {
                if self.next.is_some() && self.token.is_empty() && self.stack.is_empty() {
                    self.whole();
                }
                self.token.push(byte);
            }
        }
        Ok(())
    }

    fn punctuation(&mut self, byte: u8) -> Result<(), String> {
        match byte {
            b'"' => {
                if self.stack.is_empty() {
                    self.whole();
                }
                self.within = Within::String;
            }
            b'[' | b'{' => {
                if self.stack.is_empty() {
                    self.whole();
                }
                if self.next.is_some() {
                    return Err("Expected separator between values".into());
                }
                if self.stack.len() >= DEEPEST {
                    return Err("Exceeds depth limit for parsing".into());
                }
                self.after_comma = false;
                if byte == b'[' {
                    self.stack.push(Open::Array(Vec::new()));
                } else {
                    self.stack.push(Open::Object(Object::new(), None));
                }
            }
            b',' => self.comma()?,
            b':' => {
                let Some(open) = self.stack.last_mut() else {
                    return Err(if self.next.is_some() {
                        "':' not as part of an object".into()
                    } else {
                        "Expected string key before ':'".into()
                    });
                };
                match (open, self.next.take()) {
                    (Open::Array(_), _) => return Err("':' not as part of an object".into()),
                    (Open::Object(..), None) => return Err("Expected string key before ':'".into()),
                    (Open::Object(_, Some(_)), _) => return Err("':' should follow a key".into()),
                    (Open::Object(_, key), Some(Value::String(text))) => {
                        *key = Some(text);
                        self.after_comma = false;
                    }
                    (Open::Object(..), Some(_)) => return Err("Object keys must be strings".into()),
                }
            }
            _ => self.close(byte)?,
        }
        Ok(())
    }

    fn comma(&mut self) -> Result<(), String> {
        let Some(value) = self.next.take() else { return Err("Expected value before ','".into()) };
        match self.stack.last_mut() {
            None => return Err("',' not as part of an object or array".into()),
            Some(Open::Array(elements)) => elements.push(value),
            Some(Open::Object(members, key)) => {
                let Some(key) = key.take() else { return Err("Objects must consist of key:value pairs".into()) };
                members.insert(key, value);
            }
        }
        self.after_comma = true;
        Ok(())
    }

    fn close(&mut self, byte: u8) -> Result<(), String> {
        let matches =
            matches!((self.stack.last(), byte), (Some(Open::Array(_)), b']') | (Some(Open::Object(..)), b'}'));
        if !matches {
            return Err(format!("Unmatched '{}'", char::from(byte)));
        }
        let value = self.next.take();
        if value.is_none() && self.after_comma {
            let missing = if byte == b']' { "array element" } else { "key-value pair" };
            return Err(format!("Expected another {missing}"));
        }
        let whole = match self.stack.pop() {
            Some(Open::Array(mut elements)) => {
                elements.extend(value);
                Value::Array(Rc::new(elements))
            }
            Some(Open::Object(mut members, key)) => {
                match (key, value) {
                    (Some(key), Some(value)) => {
                        members.insert(key, value);
                    }
                    (None, None) => {}
                    _ => return Err("Objects must consist of key:value pairs".into()),
                }
                Value::Object(Rc::new(members))
            }
            None => return Ok(()),
        };
        self.value(whole)?;
        if self.stack.is_empty() {
            self.whole();
        }
        Ok(())
    }

    /// A value is whole; what holds it gets it at the next separator.
    fn value(&mut self, value: Value) -> Result<(), String> {
        if self.next.is_some() {
            return Err("Expected separator between values".into());
        }
        self.after_comma = false;
        self.next = Some(value);
        Ok(())
    }

    /// A value outside of everything is given out.
    fn whole(&mut self) {
        if self.stack.is_empty() {
            self.ready.extend(self.next.take());
        }
    }

    /// The end of a bare word: a number or one of the names.
    fn word(&mut self) -> Result<(), String> {
        if self.token.is_empty() {
            return Ok(());
        }
        let word = std::mem::take(&mut self.token);
        let value = match word.as_slice() {
            b"null" => Value::Null,
            b"true" => Value::Bool(true),
            b"false" => Value::Bool(false),
            b"nan" | b"NaN" => Value::from(f64::NAN),
            b"Infinity" | b"infinity" => Value::from(f64::INFINITY),
            b"-Infinity" | b"-infinity" => Value::from(f64::NEG_INFINITY),
            [b'n' | b't' | b'f', ..] => return Err("Invalid literal".into()),
            _ => match std::str::from_utf8(&word).ok().and_then(Number::parse) {
                Some(number) => Value::Number(number),
                None => return Err("Invalid numeric literal".into()),
            },
        };
        self.value(value)
    }
}

/// The text of a string's inside.
fn unescape(raw: &[u8]) -> Result<String, String> {
    if memchr::memchr(b'\\', raw).is_none() && !raw.iter().any(|&b| b < 0x20) {
        return Ok(String::from_utf8_lossy(raw).into_owned());
    }
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        at += 1;
        if byte < 0x20 {
            return Err("Invalid string: control characters from U+0000 through U+001F must be escaped".into());
        }
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let escape = raw.get(at).copied().unwrap_or_default();
        at += 1;
        text.push(match escape {
            b'"' | b'\\' | b'/' => escape,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = |at: &mut usize| {
                    let digits = raw.get(*at..*at + 4).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
                    let unit =
                        digits.and_then(|digits| u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
                    *at += 4;
                    unit.ok_or_else(|| "Invalid \\uXXXX escape".to_owned())
                };
                let first = unit(&mut at)?;
                let mut units = vec![first];
                if (0xd800..0xdc00).contains(&first) && raw.get(at..at + 2) == Some(b"\\u") {
                    let mut after = at + 2;
                    let second = unit(&mut after)?;
                    if (0xdc00..0xe000).contains(&second) {
                        units.push(second);
                        at = after;
                    }
                }
                for c in char::decode_utf16(units) {
                    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
                    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                continue;
            }
            _ => return Err("Invalid escape".into()),
        });
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The one value of a text; null where there is none.
pub fn single(text: &[u8]) -> Result<Value, ParseError> {
    let mut parser = Parser::new(false);
    let mut first = None;
    let mut at = 0;
    while at < text.len() {
        at += parser.push(&text[at..])?;
        if let Some(value) = parser.take()
            && first.replace(value).is_some()
        {
            return Err(ParseError("Unexpected extra JSON values".into()));
        }
    }
    parser.finish()?;
    match (first, parser.take()) {
        (Some(_), Some(_)) => Err(ParseError("Unexpected extra JSON values".into())),
        (first, last) => Ok(first.or(last).unwrap_or(Value::Null)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> (Vec<String>, Option<String>) {
        let mut parser = Parser::new(false);
        let mut values = Vec::new();
        let mut at = 0;
        while at < text.len() {
            match parser.push(&text.as_bytes()[at..]) {
                Ok(read) => at += read,
                Err(error) => return (values, Some(error.0)),
            }
            values.extend(parser.take().map(|value| value.to_json()));
        }
        let error = parser.finish().err().map(|error| error.0);
        values.extend(parser.take().map(|value| value.to_json()));
        (values, error)
    }

    #[test]
    fn values_one_after_another() {
        let (values, error) = all("1 2[3]{\"a\":\"\\u00e9\\ud83d\\ude00\\n\"} \"x\"null");
        assert_eq!(values, ["1", "2", "[3]", "{\"a\":\"é😀\\n\"}", "\"x\"", "null"]);
        assert_eq!(error, None);
    }

    #[test]
    fn mistakes() {
        for (text, message) in [
            ("{", "Unfinished JSON term at EOF at line 1, column 1"),
            ("{\"a\"}", "Objects must consist of key:value pairs at line 1, column 5"),
            ("[1,]", "Expected another array element at line 1, column 4"),
            ("nul", "Invalid literal at EOF at line 1, column 3"),
            ("x", "Invalid numeric literal at EOF at line 1, column 1"),
            ("{'a':1}", "Invalid numeric literal at line 1, column 5"),
            ("[1 2]", "Expected separator between values at line 1, column 5"),
            ("]", "Unmatched ']' at line 1, column 1"),
            ("{1:2}", "Object keys must be strings at line 1, column 3"),
            ("\"abc", "Unfinished string at EOF at line 1, column 4"),
            ("1\nfoo\n2", "Invalid literal at line 3, column 0"),
            ("\"\\x\"", "Invalid escape at line 1, column 4"),
            (",", "Expected value before ',' at line 1, column 1"),
            ("[}", "Unmatched '}' at line 1, column 2"),
        ] {
            assert_eq!(all(text).1.as_deref(), Some(message), "{text}");
        }
        assert!(all(&"[".repeat(10_001)).1.is_some_and(|text| text.starts_with("Exceeds depth limit")));
    }
}

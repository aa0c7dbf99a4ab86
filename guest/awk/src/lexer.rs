//! The program's text as tokens.

use crate::ast::Builtin;
use crate::number;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A number.
    Num(f64),
    /// A string, its escapes replaced.
    Str(Vec<u8>),
    /// What stands between the slashes of a regular expression.
    Regex(Vec<u8>),
    /// A name.
    Name(String),
    /// A name with `(` right after it: a call of a function.
    Call(String),
    /// A function of the language.
    Builtin(Builtin),
    /// A keyword or an operator.
    Op(&'static str),
    /// The end of a line.
    Newline,
    /// The end of the program.
    End,
}

/// Where and why a program is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line.
    pub line: u32,
    /// Why.
    pub message: String,
}

const KEYWORDS: [&str; 24] = [
    "BEGIN",
    "END",
    "BEGINFILE",
    "ENDFILE",
    "function",
    "if",
    "else",
    "while",
    "for",
    "do",
    "break",
    "continue",
    "next",
    "nextfile",
    "exit",
    "return",
    "delete",
    "in",
    "getline",
    "print",
    "printf",
    "switch",
    "case",
    "default",
];

/// Longer ones first.
const OPERATORS: [&str; 47] = [
    "**=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "^=", "**", "==", "<=", ">=", "!=", "!~", ">>", "|&",
    "{", "}", "(", ")", "[", "]", ";", ",", "+", "-", "*", "/", "%", "^", "!", "<", ">", "|", "?", ":", "~", "$", "=",
    "@", "&", "\\", "'", "`",
];

/// Takes a program apart; each token comes with its line.
pub fn tokens(source: &[u8]) -> Result<Vec<(Token, u32)>, SyntaxError> {
    let mut tokens: Vec<(Token, u32)> = Vec::new();
    let mut line = 1u32;
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        let rest = &source[at..];
        let error = |message: &str| SyntaxError { line, message: message.to_owned() };
        match byte {
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => at += 1,
            b'\n' => {
                tokens.push((Token::Newline, line));
                line += 1;
                at += 1;
            }
            b'\\' if rest.get(1) == Some(&b'\n') => {
                line += 1;
                at += 2;
            }
            b'\\' if rest.starts_with(b"\\\r\n") => {
                line += 1;
                at += 3;
            }
            b'#' => at += memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            b'"' => {
                let (text, len) = string(rest).ok_or_else(|| error("unterminated string"))?;
                tokens.push((Token::Str(text), line));
                line += rest[..len].iter().filter(|&&byte| byte == b'\n').count() as u32;
                at += len;
            }
            b'/' if !after_operand(&tokens) => {
                let (text, len) = regex(rest).ok_or_else(|| error("unterminated regexp"))?;
                tokens.push((Token::Regex(text), line));
                at += len;
            }
            b'0'..=b'9' | b'.' if byte != b'.' || rest.get(1).is_some_and(u8::is_ascii_digit) => {
                let len = number_len(rest);
                let text = &rest[..len];
                let value = if text.starts_with(b"0") { number::with_base(text) } else { number::value(text) };
                tokens.push((Token::Num(value), line));
                at += len;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let name = String::from_utf8_lossy(&rest[..len]).into_owned();
                at += len;
                tokens.push((word(name, source.get(at)), line));
            }
            _ => {
                let operator = OPERATORS.iter().find(|operator| rest.starts_with(operator.as_bytes()));
                let Some(&operator) = operator else {
                    return Err(error(&format!("invalid char '{}' in expression", rest[..1].escape_ascii())));
                };
                at += operator.len();
                let operator = match operator {
                    "**" => "^",
                    "**=" => "^=",
                    other => other,
                };
                tokens.push((Token::Op(operator), line));
            }
        }
    }
    tokens.push((Token::Newline, line));
    tokens.push((Token::End, line));
    Ok(tokens)
}

fn word(name: String, next: Option<&u8>) -> Token {
    if name == "func" {
        return Token::Op("function");
    }
    if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == name) {
        return Token::Op(keyword);
    }
    if let Some(builtin) = Builtin::named(&name) {
        return Token::Builtin(builtin);
    }
    if next == Some(&b'(') { Token::Call(name) } else { Token::Name(name) }
}

/// Whether a `/` here divides: after something that can be divided.
fn after_operand(tokens: &[(Token, u32)]) -> bool {
    matches!(
        tokens.last(),
        Some((
            Token::Num(_)
                | Token::Str(_)
                | Token::Regex(_)
                | Token::Name(_)
                | Token::Builtin(_)
                | Token::Op(")" | "]" | "$" | "++" | "--"),
            _
        ))
    )
}

fn number_len(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if let [b'0', b'x' | b'X', digit, ..] = text
        && digit.is_ascii_hexdigit()
    {
        return 2 + text[2..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    }
    let mut len = digits(0);
    if text.get(len) == Some(&b'.') {
        len += 1;
        len += digits(len);
    }
    if let Some(b'e' | b'E') = text.get(len) {
        let sign = usize::from(matches!(text.get(len + 1), Some(b'+' | b'-')));
        let exponent = if len + 1 + sign <= text.len() { digits(len + 1 + sign) } else { 0 };
        if exponent > 0 {
            len += 1 + sign + exponent;
        }
    }
    len
}

/// A string in quotes at the start of the text, and its length with the quotes.
fn string(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => break,
            b'\\' => at += 2,
            b'\n' => return None,
            _ => at += 1,
        }
    }
    Some((unescape(&text[1..at]), at + 1))
}

/// What stands between slashes at the start of the text, and its length with the slashes.
fn regex(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut out = Vec::new();
    let mut at = 1;
    let mut bracket = false;
    loop {
        match *text.get(at)? {
            b'/' if !bracket => return Some((out, at + 1)),
            b'\n' => return None,
            b'\\' => {
                let next = *text.get(at + 1)?;
                if next == b'\n' {
                    at += 2;
                    continue;
                }
                if next != b'/' {
                    out.push(b'\\');
                }
                out.push(next);
                at += 2;
                continue;
            }
            b'[' if !bracket => {
                bracket = true;
                out.push(b'[');
                at += 1;
                // A `]` right at the start is an ordinary character.
                if text.get(at) == Some(&b'^') {
                    out.push(b'^');
                    at += 1;
                }
                if text.get(at) == Some(&b']') {
                    out.push(b']');
                    at += 1;
                }
                continue;
            }
            b'[' if matches!(text.get(at + 1), Some(b':')) => {
                // A class such as [:alpha:], whose `]` does not end the bracket.
                let end = text[at..].windows(2).position(|pair| pair == b":]");
                if let Some(end) = end {
                    out.extend_from_slice(&text[at..at + end + 2]);
                    at += end + 2;
                    continue;
                }
                out.push(b'[');
            }
            b']' => {
                bracket = false;
                out.push(b']');
            }
            byte => out.push(byte),
        }
        at += 1;
    }
}

/// Replaces the escapes of a string: of the program, of `-v` and of assignments among the operands.
pub fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&letter) = text.get(at) else {
            out.push(b'\\');
            break;
        };
        at += 1;
        match letter {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(0x0c),
            b'v' => out.push(0x0b),
            b'\\' | b'"' | b'/' => out.push(letter),
            b'\n' => {}
            b'0'..=b'7' => {
                let (value, end) = radix(text, at - 1, 8, 3);
                out.push(value as u8);
                at = end;
            }
            b'x' => match radix(text, at, 16, 2) {
                (_, end) if end == at => out.extend_from_slice(b"\\x"),
                (value, end) => {
                    out.push(value as u8);
                    at = end;
                }
            },
            b'u' => match radix(text, at, 16, 8) {
                (_, end) if end == at => out.extend_from_slice(b"\\u"),
                (value, end) => {
                    let c = char::from_u32(value).unwrap_or('?');
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    at = end;
                }
            },
            // As gawk has it: before anything else a backslash means nothing.
            _ => out.push(letter),
        }
    }
    out
}

/// A number of at most `max` digits, and where it ends.
pub fn radix(text: &[u8], start: usize, base: u32, max: usize) -> (u32, usize) {
    let mut value = 0u32;
    let mut at = start;
    while at < start + max {
        let Some(digit) = text.get(at).and_then(|&byte| char::from(byte).to_digit(base)) else { break };
        value = value.wrapping_mul(base).wrapping_add(digit);
        at += 1;
    }
    (value, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<Token> {
        tokens(source.as_bytes()).unwrap().into_iter().map(|(token, _)| token).collect()
    }

    #[test]
    fn a_slash_divides_after_an_operand() {
        assert_eq!(kinds("a / b / c")[1], Token::Op("/"));
        assert_eq!(kinds("a ~ /b[/]c/")[2], Token::Regex(b"b[/]c".to_vec()));
        assert_eq!(kinds("/#\\/x/")[0], Token::Regex(b"#/x".to_vec()));
        assert_eq!(kinds("NF /= 2")[1], Token::Op("/="));
    }

    #[test]
    fn words() {
        assert_eq!(kinds("print_x f(1) f (1)")[..2], [Token::Name("print_x".into()), Token::Call("f".into())]);
        assert_eq!(kinds("func")[0], Token::Op("function"));
        assert_eq!(kinds("length")[0], Token::Builtin(Builtin::Length));
    }

    #[test]
    fn strings() {
        assert_eq!(unescape(br#"a\tb\"\\\101\x41\u00e9\.\q"#), "a\tb\"\\AAé.q".as_bytes());
        assert!(tokens(b"\"abc").is_err());
        assert!(tokens(b"/abc").is_err());
        assert_eq!(kinds("1.5e3 .5 1e x")[..3], [Token::Num(1500.0), Token::Num(0.5), Token::Num(1.0)]);
    }
}

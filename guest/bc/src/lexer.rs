//! The words of bc, from one file after another and then from standard input, a line at a time.

use crate::console::Console;
use std::collections::VecDeque;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// The end of all input.
    End,
    /// The end of a line.
    Newline,
    /// A number's digits.
    Number(String),
    /// A name or a keyword.
    Name(String),
    /// A string, without its quotes.
    Text(String),
    /// An operator or other sign.
    Sign(&'static str),
    /// A character that means nothing.
    Illegal(char),
}

/// Longer signs first.
const SIGNS: &[&str] = &[
    "||", "&&", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "^=", "++", "--", "<", ">", "=", "+", "-", "*",
    "/", "%", "^", "!", "(", ")", "[", "]", "{", "}", ",", ";",
];

/// A file to read: its name for messages, and its content.
pub type Source = (String, Vec<u8>);

/// Reads words.
pub struct Lexer {
    sources: VecDeque<Source>,
    from_stdin: bool,
    name: String,
    /// The rest of a file that is read; standard input comes by lines.
    content: VecDeque<Vec<u8>>,
    line: String,
    at: usize,
    number: usize,
    /// A word that was read too far.
    given_back: Option<Token>,
}

fn lines(content: &[u8]) -> VecDeque<Vec<u8>> {
    content.split_inclusive(|&b| b == b'\n').map(<[u8]>::to_vec).collect()
}

impl Lexer {
    /// Reads the files and, if so, standard input after them.
    pub fn new(sources: Vec<Source>, stdin: bool) -> Lexer {
        Lexer {
            sources: sources.into(),
            from_stdin: stdin,
            name: "(standard_in)".into(),
            content: VecDeque::new(),
            line: String::new(),
            at: 0,
            number: 1,
            given_back: None,
        }
    }

    /// Where reading is, as messages name it: `(standard_in) 1`.
    pub fn place(&self) -> String {
        format!("{} {}", self.name, self.number)
    }

    fn refill(&mut self, console: &mut dyn Console) -> bool {
        loop {
            if let Some(line) = self.content.pop_front() {
                self.line = String::from_utf8_lossy(&line).into_owned();
                self.at = 0;
                return true;
            }
            if let Some((name, content)) = self.sources.pop_front() {
                (self.name, self.content, self.number) = (name, lines(&content), 1);
                continue;
            }
            if !self.from_stdin {
                return false;
            }
            if self.name != "(standard_in)" {
                (self.name, self.number) = ("(standard_in)".into(), 1);
            }
            match console.line() {
                Some(line) => self.content.push_back(line),
                None => {
                    self.from_stdin = false;
                    return false;
                }
            }
        }
    }

    fn rest(&self) -> &str {
        &self.line[self.at..]
    }

    /// The next character, without taking it; lines are read as needed.
    fn peek(&mut self, console: &mut dyn Console) -> Option<char> {
        if self.at >= self.line.len() && !self.refill(console) {
            return None;
        }
        self.rest().chars().next()
    }

    fn take(&mut self, c: char) {
        self.at += c.len_utf8();
        if c == '\n' {
            self.number += 1;
        }
    }

    /// Whether `[]` comes next, and nothing in it.
    pub fn is_whole_array(&self) -> bool {
        let rest = self.line.get(self.at..).unwrap_or_default().trim_start();
        rest.strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with(']'))
    }

    /// Gives a word back, to be the next one.
    pub fn give_back(&mut self, token: Token) {
        self.given_back = Some(token);
    }

    /// The next word.
    pub fn next(&mut self, console: &mut dyn Console) -> Token {
        if let Some(token) = self.given_back.take() {
            return token;
        }
        loop {
            let Some(c) = self.peek(console) else { return Token::End };
            match c {
                '\n' => {
                    self.take(c);
                    return Token::Newline;
                }
                '\\' if self.rest().starts_with("\\\n") || self.rest().starts_with("\\\r\n") => {
                    self.take('\\');
                    while let Some(c) = self.peek(console) {
                        self.take(c);
                        if c == '\n' {
                            break;
                        }
                    }
                }
                '#' => self.at = self.line.find('\n').unwrap_or(self.line.len()).max(self.at),
                c if c.is_whitespace() => self.take(c),
                '/' if self.rest().starts_with("/*") => {
                    self.at += 2;
                    let mut last = ' ';
                    while let Some(c) = self.peek(console) {
                        self.take(c);
                        if last == '*' && c == '/' {
                            break;
                        }
                        last = c;
                    }
                }
                '"' => {
                    self.take(c);
                    let mut text = String::new();
                    while let Some(c) = self.peek(console) {
                        self.take(c);
                        if c == '"' {
                            break;
                        }
                        text.push(c);
                    }
                    return Token::Text(text);
                }
                c if c.is_ascii_digit() || c.is_ascii_uppercase() || c == '.' => return self.digits(console),
                c if c.is_ascii_lowercase() => {
                    let end = self.rest().find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
                    let name = self.rest()[..end.unwrap_or(self.rest().len())].to_owned();
                    self.at += name.len();
                    return Token::Name(name);
                }
                c => {
                    if let Some(sign) = SIGNS.iter().find(|sign| self.rest().starts_with(**sign)) {
                        self.at += sign.len();
                        return Token::Sign(sign);
                    }
                    self.take(c);
                    return Token::Illegal(c);
                }
            }
        }
    }

    /// A number, which may go on in the next line after a backslash; a lone point is the last value.
    fn digits(&mut self, console: &mut dyn Console) -> Token {
        let mut text = String::new();
        while let Some(c) = self.peek(console) {
            if self.rest().starts_with("\\\n") {
                self.at += 1;
                self.take('\n');
                continue;
            }
            if !(c.is_ascii_digit() || c.is_ascii_uppercase() || (c == '.' && !text.contains('.'))) {
                break;
            }
            text.push(c);
            self.take(c);
        }
        if text == "." { Token::Sign(".") } else { Token::Number(text) }
    }
}

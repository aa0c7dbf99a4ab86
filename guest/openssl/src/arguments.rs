//! Command lines as openssl reads them: options are words with one or two dashes, their values the next words.

use crate::fail;
use agentfense_support::Failure;
use agentfense_support::quote::lossy;

/// What is left of a command line.
pub struct Arguments<'a> {
    command: &'static str,
    words: std::slice::Iter<'a, Vec<u8>>,
}

impl<'a> Arguments<'a> {
    /// For a command, whose name the messages have.
    pub fn new(command: &'static str, words: &'a [Vec<u8>]) -> Arguments<'a> {
        Arguments { command, words: words.iter() }
    }

    /// The next option without its dashes; absent where the operands begin.
    pub fn option(&mut self) -> Option<&'a [u8]> {
        let word = self.words.as_slice().first()?;
        let name = word.strip_prefix(b"-").filter(|name| !name.is_empty())?;
        self.words.next();
        let name = name.strip_prefix(b"-").unwrap_or(name);
        if name.is_empty() { None } else { Some(name) }
    }

    /// The value of an option.
    pub fn value(&mut self, option: &[u8]) -> Result<&'a [u8], Failure> {
        let value = self.words.next().map(Vec::as_slice);
        value.ok_or_else(|| self.wrong(format!("Option -{} needs a value", lossy(option))))
    }

    /// The value of an option that is a number.
    pub fn number<T: std::str::FromStr>(&mut self, option: &[u8]) -> Result<T, Failure> {
        let value = self.value(option)?;
        self.parse(value)
    }

    /// A number.
    pub fn parse<T: std::str::FromStr>(&self, value: &[u8]) -> Result<T, Failure> {
        let number = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        number.ok_or_else(|| self.wrong(format!("Can't parse \"{}\" as a number", lossy(value))))
    }

    /// The next word, whatever it is.
    pub fn operand(&mut self) -> Option<&'a [u8]> {
        self.words.next().map(Vec::as_slice)
    }

    /// The operands.
    pub fn operands(self) -> &'a [Vec<u8>] {
        self.words.as_slice()
    }

    /// The command line is wrong.
    pub fn wrong(&self, message: impl std::fmt::Display) -> Failure {
        fail(format!("{}: {message}\n{0}: Use -help for summary.", self.command))
    }
}

/// Bytes by their hexadecimal digits, as many as there should be: zeros fill up, more is an error.
pub fn hexadecimal(text: &[u8], length: usize, what: &str) -> Result<Vec<u8>, Failure> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let Some(digits) = text.iter().map(digit).collect::<Option<Vec<u32>>>() else {
        return Err(fail(format!("non-hex digit\ninvalid hex {what} value")));
    };
    if digits.len() > length * 2 {
        agentfense_support::complain("openssl", "hex string is too long, ignoring excess");
    } else if digits.len() < length * 2 {
        agentfense_support::complain("openssl", "hex string is too short, padding with zero bytes to length");
    }
    let mut bytes = vec![0; length];
    for (at, digit) in digits.iter().take(length * 2).enumerate() {
        bytes[at / 2] |= (*digit as u8) << if at % 2 == 0 { 4 } else { 0 };
    }
    Ok(bytes)
}

/// Bytes as lower-case hexadecimal digits.
pub fn to_hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

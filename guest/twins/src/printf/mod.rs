//! `printf`: a format and its arguments, as text.

mod number;

use crate::Dialect;
use crate::escapes::{self, Escape, Style};

/// What printing needs of the program that prints.
pub trait System {
    /// Whose rules hold.
    const DIALECT: Dialect;

    /// Tells what is wrong.
    fn complain(&mut self, complaint: Complaint<'_>);

    /// The code of the first character, for `'c`, and its length.
    fn character(&self, text: &[u8]) -> (i64, usize);

    /// `%q`, or `%Q` if it was that letter.
    fn quoted(&self, value: &[u8]) -> Vec<u8>;

    /// `%(format)T` for a time in seconds, or for now.
    fn time(&mut self, format: &[u8], seconds: Option<i64>) -> Vec<u8>;

    /// `%n`: stores how many bytes there are in a variable; whether that was possible.
    fn store(&mut self, variable: &[u8], count: usize) -> bool;
}

/// What may be wrong with a format or an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint<'a> {
    /// The digits behind `\x`, `\u` or `\U` are missing.
    NoDigits(u8),
    /// `\u` or `\U` with a code that stands for no character there.
    NoCharacter(u8, u32),
    /// The format ends within this conversion.
    NoLetter(&'a [u8]),
    /// The conversion has this letter, which there is not, or not with its flags.
    Letter(u8, &'a [u8]),
    /// `%(` without `)T`.
    NoParenthesis(&'a [u8]),
    /// No number, not even the start of one.
    NoNumber(&'a [u8]),
    /// The start of it is a number.
    NotAllNumber(&'a [u8]),
    /// A number that is too large, or too small.
    OutOfRange(&'a [u8]),
    /// A width that is too large.
    Width(&'a [u8]),
    /// What stands behind a character and is ignored.
    Ignored(&'a [u8]),
    /// The first argument that the format has no use for.
    Excess(&'a [u8]),
}

/// What was printed.
#[derive(Debug, Default)]
pub struct Printed {
    /// The text.
    pub text: Vec<u8>,
    /// The exit status.
    pub status: u8,
}

/// Prints `arguments` by a format, which is used again while it takes more of them.
pub fn printf<S: System, W: AsRef<[u8]>>(system: &mut S, format: &[u8], arguments: &[W]) -> Printed {
    let mut printer = Printer { system, arguments, next: 0, out: Vec::new(), status: 0 };
    loop {
        let before = printer.next;
        if printer.pass(format).is_none() {
            break;
        }
        if printer.next == before || printer.next >= arguments.len() {
            if let Some(excess) = arguments.get(printer.next)
                && S::DIALECT == Dialect::Gnu
            {
                printer.system.complain(Complaint::Excess(excess.as_ref()));
            }
            break;
        }
    }
    Printed { text: printer.out, status: printer.status }
}

/// The flags of a conversion.
#[derive(Debug, Clone, Copy, Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternative: bool,
    grouped: bool,
    width: usize,
    precision: Option<usize>,
}

impl Spec {
    /// What stands in front of a number.
    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    /// Whether GNU takes these flags with the letter.
    fn allows(&self, letter: u8) -> bool {
        !(self.grouped && b"aAceEosxX".contains(&letter)
            || self.alternative && b"cdisu".contains(&letter)
            || self.zero && b"cs".contains(&letter)
            || self.precision.is_some() && letter == b'c')
    }
}

/// Printing goes on if present.
type Onward<T = ()> = Option<T>;

struct Printer<'s, 'a, S, W> {
    system: &'s mut S,
    arguments: &'a [W],
    next: usize,
    out: Vec<u8>,
    status: u8,
}

/// Wider output than this is a mistake, and would only eat memory.
const MAX_WIDTH: i64 = 1 << 27;

impl<'a, S: System, W: AsRef<[u8]>> Printer<'_, 'a, S, W> {
    fn is_gnu(&self) -> bool {
        S::DIALECT == Dialect::Gnu
    }

    fn argument(&mut self) -> Option<&'a [u8]> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        Some(argument.as_ref())
    }

    fn complain(&mut self, complaint: Complaint<'_>) {
        self.status = 1;
        self.system.complain(complaint);
    }

    /// One pass over the format.
    fn pass(&mut self, format: &[u8]) -> Onward {
        let style = if self.is_gnu() { Style::GnuFormat } else { Style::PrintfFormat };
        let mut rest = format;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'%' | b'\\')) {
            self.out.extend_from_slice(&rest[..at]);
            let (special, text) = (rest[at], &rest[at + 1..]);
            let taken = match special {
                b'\\' => self.escape(text, style)?,
                _ => self.conversion(text)?,
            };
            rest = &text[taken..];
        }
        self.out.extend_from_slice(rest);
        Some(())
    }

    /// An escape; how long it was.
    fn escape(&mut self, text: &[u8], style: Style) -> Onward<usize> {
        let end = self.out.len();
        let complaint = match escapes::decode_one(text, style, &mut self.out) {
            Escape::Taken(taken) => return Some(taken),
            Escape::End => return None,
            Escape::NoDigits(letter) => Complaint::NoDigits(letter),
            Escape::NoCharacter(letter, code) => Complaint::NoCharacter(letter, code),
        };
        if self.is_gnu() {
            self.out.truncate(end);
            self.complain(complaint);
            return None;
        }
        // No failure, as in bash.
        self.system.complain(complaint);
        Some(1)
    }

    /// The conversion behind a `%`; how long it is.
    fn conversion(&mut self, text: &[u8]) -> Onward<usize> {
        if text.first() == Some(&b'%') {
            self.out.push(b'%');
            return Some(1);
        }
        let mut spec = Spec::default();
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            match byte {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'0' => spec.zero = true,
                b'#' => spec.alternative = true,
                b'\'' => spec.grouped = true,
                b'I' if self.is_gnu() => spec.grouped = true,
                _ => break,
            }
            at += 1;
        }
        let width = self.width(text, &mut at)?.unwrap_or(0);
        spec.left |= width < 0;
        spec.width = width.unsigned_abs().min(MAX_WIDTH as u64) as usize;
        if text.get(at) == Some(&b'.') {
            at += 1;
            let precision = self.width(text, &mut at)?.unwrap_or(0);
            spec.precision = usize::try_from(precision.min(MAX_WIDTH)).ok();
        }
        while matches!(text.get(at), Some(b'h' | b'l' | b'j' | b'z' | b't' | b'L')) {
            at += 1;
        }
        let Some(&letter) = text.get(at) else {
            self.complain(Complaint::NoLetter(text));
            return None;
        };
        if self.is_gnu() {
            let alone = at == 0;
            let known = match letter {
                b'b' | b'q' => alone,
                b'Q' | b'n' | b'(' => false,
                _ => spec.allows(letter),
            };
            if !known {
                self.complain(Complaint::Letter(letter, &text[..=at]));
                return None;
            }
        }
        match letter {
            b's' => {
                let value = self.argument().unwrap_or_default();
                self.string(value, spec);
            }
            b'c' => {
                let value = self.argument().unwrap_or_default();
                let byte: &[u8] = if value.is_empty() { &[0] } else { &value[..1] };
                self.pad(byte, spec);
            }
            b'b' => self.escaped(spec)?,
            b'q' | b'Q' => {
                let mut value = self.argument().unwrap_or_default();
                if letter == b'Q'
                    && let Some(precision) = spec.precision.take()
                {
                    value = &value[..precision.min(value.len())];
                }
                let quoted = self.system.quoted(value);
                self.string(&quoted, spec);
            }
            b'd' | b'i' => {
                let value = self.integer(false);
                self.digits(spec.sign(value < 0), &value.unsigned_abs().to_string(), spec);
            }
            b'u' | b'o' | b'x' | b'X' => self.unsigned(letter, spec),
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => {
                let value = self.float();
                let body = value.format(letter, spec.precision, spec.alternative);
                let zero = spec.zero && value.is_finite();
                self.digits(spec.sign(value.negative), &body, Spec { precision: None, zero, ..spec });
            }
            b'n' => {
                if let Some(variable) = self.argument() {
                    let count = self.out.len();
                    self.status |= u8::from(!self.system.store(variable, count));
                }
            }
            b'(' => return self.time(text, at, spec),
            _ => {
                self.complain(Complaint::Letter(letter, &text[..=at]));
                return None;
            }
        }
        Some(at + 1)
    }

    /// `%b`
    fn escaped(&mut self, spec: Spec) -> Onward {
        let value = self.argument().unwrap_or_default();
        if self.is_gnu() {
            // Only without a width, and one may not be written as the escape of another.
            let mut rest = value;
            while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
                self.out.extend_from_slice(&rest[..at]);
                let text = &rest[at + 1..];
                rest = &text[self.escape(text, Style::GnuArgument)?..];
            }
            self.out.extend_from_slice(rest);
            return Some(());
        }
        let mut decoded = Vec::new();
        let goes_on = escapes::decode(value, Style::PrintfArgument, &mut decoded);
        self.string(&decoded, spec);
        goes_on.then_some(())
    }

    fn unsigned(&mut self, letter: u8, spec: Spec) {
        let value = self.integer(true) as u64;
        let prefix = match letter {
            b'x' if spec.alternative && value != 0 => "0x",
            b'X' if spec.alternative && value != 0 => "0X",
            _ => "",
        };
        let mut digits = match letter {
            b'o' => format!("{value:o}"),
            b'x' => format!("{value:x}"),
            b'X' => format!("{value:X}"),
            _ => value.to_string(),
        };
        if letter == b'o' && spec.alternative {
            if value == 0 && spec.precision == Some(0) {
                return self.pad(b"0", spec);
            }
            if value != 0 {
                digits.insert(0, '0');
            }
        }
        self.digits(prefix, &digits, spec);
    }

    /// `%(format)T`; the length of the conversion whose parenthesis is at `at`.
    fn time(&mut self, text: &[u8], at: usize, spec: Spec) -> Onward<usize> {
        let Some(end) = text[at..].windows(2).position(|pair| pair == b")T") else {
            self.complain(Complaint::NoParenthesis(&text[at..]));
            return None;
        };
        let format = &text[at + 1..at + end];
        let format: &[u8] = if format.is_empty() { b"%X" } else { format };
        // -1 is now; -2 is when the shell started, which is now, too.
        let seconds = if self.next < self.arguments.len() { self.integer(false) } else { -1 };
        let formatted = self.system.time(format, (!matches!(seconds, -1 | -2)).then_some(seconds));
        self.string(&formatted, spec);
        Some(at + end + 2)
    }

    /// Digits, or `*` for an argument.
    fn width(&mut self, text: &[u8], at: &mut usize) -> Onward<Option<i64>> {
        let start = *at;
        let number = if text.get(start) == Some(&b'*') {
            *at += 1;
            self.integer(false)
        } else {
            let digits = text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return Some(None);
            }
            *at += digits;
            let fold = |value: i64, digit: &u8| value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            text[start..*at].iter().fold(0, fold)
        };
        if self.is_gnu() && i32::try_from(number).is_err() {
            self.complain(Complaint::Width(&text[start..*at]));
            return None;
        }
        Some(Some(number))
    }

    fn string(&mut self, value: &[u8], spec: Spec) {
        self.pad(&value[..spec.precision.map_or(value.len(), |precision| precision.min(value.len()))], spec);
    }

    fn pad(&mut self, value: &[u8], spec: Spec) {
        let missing = spec.width.saturating_sub(value.len());
        if !spec.left {
            self.out.resize(self.out.len() + missing, b' ');
        }
        self.out.extend_from_slice(value);
        if spec.left {
            self.out.resize(self.out.len() + missing, b' ');
        }
    }

    fn digits(&mut self, prefix: &str, digits: &str, spec: Spec) {
        let mut zeros = spec.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
        if spec.precision == Some(0) && digits == "0" {
            return self.pad(prefix.as_bytes(), spec);
        }
        // The zeros of the flag stand behind `0x`, which a float brings with its digits.
        let (before, digits) = match digits.as_bytes() {
            [b'0', b'x' | b'X', ..] => digits.split_at(2),
            _ => ("", digits),
        };
        let length = prefix.len() + before.len() + digits.len();
        if spec.zero && !spec.left && spec.precision.is_none() {
            zeros = spec.width.saturating_sub(length);
        }
        let mut whole = Vec::with_capacity(length + zeros);
        whole.extend_from_slice(prefix.as_bytes());
        whole.extend_from_slice(before.as_bytes());
        whole.resize(whole.len() + zeros, b'0');
        whole.extend_from_slice(digits.as_bytes());
        self.pad(&whole, spec);
    }
}

#[cfg(test)]
mod tests;

//! Arguments that are numbers.

use super::{Complaint, Printer, System};
use crate::Dialect;
use crate::extended::{Extended, Reading};

impl<S: System, W: AsRef<[u8]>> Printer<'_, '_, S, W> {
    /// The next argument as an integer: as in C, or `'c` for a character's code. An unsigned one is the bits of it.
    pub(super) fn integer(&mut self, unsigned: bool) -> i64 {
        let Some(argument) = self.argument() else { return 0 };
        if let Some(code) = self.character_code(argument) {
            return code;
        }
        let text = argument.trim_ascii_start();
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (radix, digits) = match digits {
            [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (16, rest),
            [b'0', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => (8, rest),
            _ => (10, digits),
        };
        let valid = digits.iter().take_while(|byte| (**byte as char).is_digit(radix)).count();
        let mut value: i128 = 0;
        for digit in &digits[..valid] {
            let digit = (*digit as char).to_digit(radix).unwrap_or(0);
            value = (value * i128::from(radix) + i128::from(digit)).min(1 << 100);
        }
        // C's strtoumax negates within the unsigned range.
        let (low, high) =
            if unsigned { (0, i128::from(u64::MAX)) } else { (i128::from(i64::MIN), i128::from(i64::MAX)) };
        if negative && !unsigned {
            value = -value;
        }
        // `0` alone, or in front of what is no octal digit, is a digit all the same.
        let any = valid > 0 || radix == 8;
        let out_of_range = value < low || value > high;
        self.check(argument, any, any && valid == digits.len(), out_of_range);
        let clamped = value.clamp(low, high);
        if negative && unsigned && clamped == value { (clamped as i64).wrapping_neg() } else { clamped as i64 }
    }

    /// The next argument as a float.
    pub(super) fn float(&mut self) -> Extended {
        let Some(argument) = self.argument() else { return Extended::whole(0) };
        if let Some(code) = self.character_code(argument) {
            return Extended::whole(code.unsigned_abs());
        }
        let Reading { number, taken, out_of_range } = Extended::read(argument);
        self.check(argument, taken > 0, taken == argument.len(), out_of_range);
        number
    }

    fn check(&mut self, argument: &[u8], any: bool, all: bool, out_of_range: bool) {
        let gnu = S::DIALECT == Dialect::Gnu;
        match (any, all, out_of_range) {
            // GNU tells first of what is too large.
            (true, _, true) if gnu => self.complain(Complaint::OutOfRange(argument)),
            (_, true, false) => {}
            (false, ..) if argument.is_empty() => {}
            (true, true, true) => self.system.complain(Complaint::OutOfRange(argument)),
            (false, ..) => self.complain(Complaint::NoNumber(argument)),
            (true, false, _) => self.complain(Complaint::NotAllNumber(argument)),
        }
    }

    /// `'c` or `"c`: the character's code.
    fn character_code(&mut self, argument: &[u8]) -> Option<i64> {
        let [b'\'' | b'"', rest @ ..] = argument else { return None };
        if rest.is_empty() {
            // GNU reads the quote as the number that it is not.
            return (S::DIALECT == Dialect::Bash).then_some(0);
        }
        let (code, length) = self.system.character(rest);
        if length < rest.len() && S::DIALECT == Dialect::Gnu {
            self.system.complain(Complaint::Ignored(&rest[length..]));
        }
        Some(code)
    }
}

//! Numbers: double precision, and the literal as it was written where the double would lose digits of it.

use std::rc::Rc;

/// A number. Arithmetic gives doubles; one that was only read and printed keeps its digits.
#[derive(Clone, Debug)]
pub struct Number {
    value: f64,
    literal: Option<Rc<str>>,
}

impl Number {
    /// A double.
    pub fn new(value: f64) -> Number {
        Number { value, literal: None }
    }

    /// Reads a literal of JSON, also one with leading zeros or without digits on one side of its point; absent
    /// where the text is none.
    pub fn parse(text: &str) -> Option<Number> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return (digits == "nan").then(|| Number::new(f64::NAN));
        }
        let value: f64 = text.parse().ok()?;
        let plain = digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit());
        if plain && value != 0.0 {
            return Some(Number::new(value));
        }
        let written = canonical(text)?;
        let literal = (written != shortest(value)).then(|| written.into());
        Some(Number { value, literal })
    }

    /// The double.
    pub fn get(&self) -> f64 {
        self.value
    }

    /// The digits that the double does not hold.
    pub fn literal(&self) -> Option<&str> {
        self.literal.as_deref()
    }

    /// As JSON.
    pub fn text(&self) -> String {
        match &self.literal {
            Some(text) => text.to_string(),
            None => shortest(self.value),
        }
    }
}

/// Digits and exponent of ten of a literal: `1.50e3` is 150 and 1.
fn decimal(text: &str) -> Option<(bool, String, i64)> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let digits = if significant.is_empty() { "0" } else { significant };
    Some((negative, digits.to_owned(), exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?))
}

/// A literal in the one form that decimal arithmetic gives it: `1E2` as `1E+2`, `01.50` as `1.50`.
fn canonical(text: &str) -> Option<String> {
    let (negative, digits, exponent) = decimal(text)?;
    let sign = if negative { "-" } else { "" };
    let count = i64::try_from(digits.len()).ok()?;
    let adjusted = exponent.checked_add(count - 1)?;
    if exponent == 0 {
        return Some(format!("{sign}{digits}"));
    }
    if exponent < 0 && adjusted >= -6 {
        let point = count + exponent;
        return Some(if point > 0 {
            let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
            format!("{sign}{whole}.{fraction}")
        } else {
            format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?))
        });
    }
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    Some(format!("{sign}{first}{point}{rest}E{adjusted:+}"))
}

/// The shortest text that reads back as the same double, in the form that jq gives it.
fn shortest(value: f64) -> String {
    if value.is_nan() {
        return "null".into();
    }
    let value = value.clamp(f64::MIN, f64::MAX);
    if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
        return (value as i64).to_string();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits = mantissa.replace('.', "");
    let count = digits.len() as i32;
    let point = exponent + 1;
    if point <= -4 || point > count + 15 {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{dot}{rest}e{mark}{:02}", exponent.abs());
    }
    if point <= 0 {
        return format!("{sign}0.{}{digits}", "0".repeat(-point as usize));
    }
    if point >= count {
        return format!("{sign}{digits}{}", "0".repeat((point - count) as usize));
    }
    let (whole, fraction) = digits.split_at(point as usize);
    format!("{sign}{whole}.{fraction}")
}

#[cfg(test)]
mod tests {
    use super::{Number, shortest};

    #[test]
    fn doubles() {
        for (value, text) in [
            (1e17, "1e+17"),
            (1e15, "1000000000000000"),
            (123_456_789_012_345_678.0, "123456789012345680"),
            (123_456_789_012_345_678_901_234_567_890.0, "123456789012345680000000000000"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
            (0.00001234, "1.234e-05"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "-0"),
            (f64::INFINITY, "1.7976931348623157e+308"),
            (f64::NAN, "null"),
        ] {
            assert_eq!(shortest(value), text);
        }
    }

    #[test]
    fn literals_keep_their_digits() {
        for (written, text) in [
            ("1E2", "1E+2"),
            ("1.000", "1.000"),
            ("-0", "-0"),
            ("0.00001", "0.00001"),
            ("1e1000", "1E+1000"),
            ("12345678901234567890", "12345678901234567890"),
            ("007", "7"),
            ("1.5", "1.5"),
            ("5.", "5"),
        ] {
            assert_eq!(Number::parse(written).map(|n| n.text()).as_deref(), Some(text), "{written}");
        }
        for bad in ["", "-", "1e", "1.2.3", "0x1", "inf", "+1"] {
            assert!(Number::parse(bad).is_none(), "{bad}");
        }
    }
}

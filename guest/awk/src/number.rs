//! Numbers from text and back.

use std::io::Write;

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// White space around numbers.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// The number that a text starts with, and how many bytes it takes; absent if it starts with none.
/// Decimal only; infinities and NaN only with a sign, so that names are not mistaken for them.
#[inline]
fn scan(text: &[u8]) -> Option<(f64, usize)> {
    let mut at = 0;
    while at < text.len() && is_space(text[at]) {
        at += 1;
    }
    let start = at;
    let negative = match text.get(at) {
        Some(b'-') => true,
        Some(b'+') => false,
        _ => {
            at = at.wrapping_sub(1);
            false
        }
    };
    at = at.wrapping_add(1);
    let signed = at > start;
    let (mut mantissa, mut digits, mut exponent) = (0u64, 0u32, 0i32);
    let first = at;
    // Digits after the 19th do not fit; the slow way takes care of those.
    while let Some(byte @ b'0'..=b'9') = text.get(at) {
        if digits < 19 {
            mantissa = mantissa * 10 + u64::from(byte - b'0');
        }
        digits += u32::from(mantissa != 0);
        at += 1;
    }
    let mut any = at > first;
    if text.get(at) == Some(&b'.') {
        let point = at;
        at += 1;
        while let Some(byte @ b'0'..=b'9') = text.get(at) {
            if digits < 19 {
                mantissa = mantissa * 10 + u64::from(byte - b'0');
                exponent -= 1;
            }
            digits += u32::from(mantissa != 0);
            at += 1;
        }
        any |= at > point + 1;
    }
    if !any {
        return if signed { special(&text[first..], first, negative) } else { None };
    }
    if let Some(b'e' | b'E') = text.get(at) {
        let mut end = at + 1;
        let minus = text.get(end) == Some(&b'-');
        end += usize::from(matches!(text.get(end), Some(b'+' | b'-')));
        if text.get(end).is_some_and(u8::is_ascii_digit) {
            let mut value = 0i32;
            while let Some(byte @ b'0'..=b'9') = text.get(end) {
                value = value.saturating_mul(10).saturating_add(i32::from(byte - b'0'));
                end += 1;
            }
            exponent = exponent.saturating_add(if minus { -value } else { value });
            at = end;
        }
    }
    // Both are exact, so that one operation rounds right.
    let number = if digits <= 19 && mantissa <= 1 << 53 && exponent.unsigned_abs() <= 22 {
        let power = POWERS[exponent.unsigned_abs() as usize];
        if exponent < 0 { mantissa as f64 / power } else { mantissa as f64 * power }
    } else {
        // Digits, a point and an exponent: all that this parser could object to is not there.
        std::str::from_utf8(&text[first..at]).ok().and_then(|text| text.parse().ok()).unwrap_or(0.0)
    };
    Some((if negative { -number } else { number }, at))
}

fn special(text: &[u8], at: usize, negative: bool) -> Option<(f64, usize)> {
    let word = text.get(..3)?.to_ascii_lowercase();
    if text.get(3).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let number = match word.as_slice() {
        b"inf" => f64::INFINITY,
        b"nan" => f64::NAN,
        _ => return None,
    };
    Some((if negative { -number } else { number }, at + 3))
}

/// The value of a string: of the number that it starts with, else 0.
pub fn value(text: &[u8]) -> f64 {
    scan(text).map_or(0.0, |(number, _)| number)
}

/// The number that the whole text is, blanks around it aside: what makes input numeric.
#[inline]
pub fn looks(text: &[u8]) -> Option<f64> {
    // Most text that is no number shows it by its first byte.
    if !matches!(text.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)) {
        return None;
    }
    let (number, end) = scan(text)?;
    text[end..].iter().copied().all(is_space).then_some(number)
}

/// What `strtonum` gives: hexadecimal with `0x`, octal with `0`.
pub fn with_base(text: &[u8]) -> f64 {
    let start = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    let text = &text[start..];
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let of_base = |digits: &[u8], base: u32| {
        let digits = digits.iter().map_while(|&byte| char::from(byte).to_digit(base));
        digits.fold(0.0, |number, digit| number * f64::from(base) + f64::from(digit))
    };
    let number = match digits {
        [b'0', b'x' | b'X', rest @ ..] => of_base(rest, 16),
        [b'0', rest @ ..] if rest.iter().all(|byte| matches!(byte, b'0'..=b'7')) => of_base(rest, 8),
        _ => return value(text),
    };
    if negative { -number } else { number }
}

/// Appends an integer.
pub fn push_integer(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// The integer that a number is, if it fits.
#[inline]
pub fn as_integer(number: f64) -> Option<i64> {
    let integer = number as i64;
    (integer as f64 == number && number.abs() < 9e18).then_some(integer)
}

/// Appends a number as a string: integers as they are, all else by `format` (`CONVFMT`).
pub fn push(out: &mut Vec<u8>, number: f64, format: &[u8]) {
    if let Some(integer) = as_integer(number) {
        push_integer(out, integer);
    } else if !number.is_finite() {
        out.extend_from_slice(not_finite(number).as_bytes());
    } else if number.fract() == 0.0 {
        // Writing to memory does not fail.
        let _ = write!(out, "{number:.0}");
    } else if format == b"%.6g" {
        crate::format::push_general(out, number, 6, false, false);
    } else {
        crate::format::push_one(out, format, number);
    }
}

/// How infinities and NaN are written: with a sign, so that they can be read again.
pub fn not_finite(number: f64) -> &'static str {
    match (number.is_nan(), number.is_sign_negative()) {
        (true, true) => "-nan",
        (true, false) => "+nan",
        (false, true) => "-inf",
        (false, false) => "+inf",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read() {
        assert_eq!(value(b" 12abc"), 12.0);
        assert_eq!(value(b"-3.5e2x"), -350.0);
        assert_eq!(value(b".5"), 0.5);
        assert_eq!(value(b"1e"), 1.0);
        assert_eq!(value(b"."), 0.0);
        assert_eq!(value(b"0x10"), 0.0);
        assert_eq!(value(b"nan"), 0.0);
        assert!(value(b"+nan").is_nan());
        assert_eq!(value(b"123456789012345678901234567890"), 123456789012345678901234567890.0);
        assert_eq!(value(b"0.1"), 0.1);
        assert_eq!(value(b"1e400"), f64::INFINITY);
        assert_eq!(value(b"4.35"), 4.35);
    }

    #[test]
    fn looks_like_a_number() {
        assert_eq!(looks(b" +1.0 "), Some(1.0));
        assert_eq!(looks(b"1x"), None);
        assert_eq!(looks(b""), None);
        assert_eq!(looks(b" "), None);
        assert_eq!(looks(b"abc"), None);
        assert_eq!(looks(b"-"), None);
    }

    #[test]
    fn numbers_are_written() {
        let text = |number| {
            let mut out = Vec::new();
            push(&mut out, number, b"%.6g");
            String::from_utf8(out).unwrap()
        };
        assert_eq!(text(0.1 + 0.2), "0.3");
        assert_eq!(text(1e6), "1000000");
        assert_eq!(text(1234567.8), "1.23457e+06");
        assert_eq!(text(-0.0), "0");
        assert_eq!(text(1e20), "100000000000000000000");
        assert_eq!(text(1e-5), "1e-05");
        assert_eq!(text(f64::NEG_INFINITY), "-inf");
    }

    #[test]
    fn bases() {
        assert_eq!(with_base(b"0x1F"), 31.0);
        assert_eq!(with_base(b"017"), 15.0);
        assert_eq!(with_base(b"-0x10"), -16.0);
        assert_eq!(with_base(b"12.5"), 12.5);
        assert_eq!(with_base(b"09"), 9.0);
    }
}

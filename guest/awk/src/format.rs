//! `printf`: the conversions of C with awk's values.

use crate::number;
use crate::text::{char_count, char_len, char_offset};
use std::io::Write;

/// More than any width or precision that is meant; a larger one is a mistake or an attack.
const MAX_WIDTH: usize = 1 << 26;

/// Where the values to print come from.
pub trait Arguments {
    /// The value with that number as a number; absent if there are fewer.
    fn number(&self, index: usize) -> Option<f64>;
    /// The same as text.
    fn text(&self, index: usize) -> Option<Vec<u8>>;
    /// Whether the value is a number rather than text: `%c` makes a difference.
    fn is_number(&self, index: usize) -> bool;
}

#[derive(Clone, Copy, Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

/// Formats values; an error says why that cannot be done.
pub fn format(out: &mut Vec<u8>, format: &[u8], args: &dyn Arguments, bytes: bool) -> Result<(), String> {
    let mut next = 0;
    let mut rest = format;
    while let Some(percent) = memchr::memchr(b'%', rest) {
        out.extend_from_slice(&rest[..percent]);
        let spec_text = &rest[percent..];
        let mut at = 1;
        if spec_text.get(at) == Some(&b'%') {
            out.push(b'%');
            rest = &spec_text[2..];
            continue;
        }
        let mut spec = Spec::default();
        let mut chosen = None;
        let (number, end) = digits(spec_text, at);
        if number > 0 && spec_text.get(end) == Some(&b'$') {
            chosen = Some(number - 1);
            at = end + 1;
        }
        loop {
            match spec_text.get(at) {
                Some(b'-') => spec.left = true,
                Some(b'+') => spec.plus = true,
                Some(b' ') => spec.space = true,
                Some(b'#') => spec.alternate = true,
                Some(b'0') => spec.zero = true,
                // Groups of thousands: there are none in this locale.
                Some(b'\'') => {}
                _ => break,
            }
            at += 1;
        }
        let mut star = |at: &mut usize| -> Result<i64, String> {
            *at += 1;
            let (number, end) = digits(spec_text, *at);
            let index = if number > 0 && spec_text.get(end) == Some(&b'$') {
                *at = end + 1;
                number - 1
            } else {
                next += 1;
                next - 1
            };
            args.number(index).map(|number| number as i64).ok_or_else(not_enough)
        };
        if spec_text.get(at) == Some(&b'*') {
            let width = star(&mut at)?;
            spec.left |= width < 0;
            spec.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX);
        } else {
            (spec.width, at) = digits(spec_text, at);
        }
        if spec_text.get(at) == Some(&b'.') {
            at += 1;
            if spec_text.get(at) == Some(&b'*') {
                spec.precision = usize::try_from(star(&mut at)?).ok();
            } else {
                let (precision, end) = digits(spec_text, at);
                spec.precision = Some(precision);
                at = end;
            }
        }
        if spec.width > MAX_WIDTH || spec.precision.is_some_and(|precision| precision > MAX_WIDTH) {
            return Err("format width or precision too large".into());
        }
        while matches!(spec_text.get(at), Some(b'h' | b'l' | b'L' | b'q' | b'j' | b'z' | b't')) {
            at += 1;
        }
        let Some(&conversion) = spec_text.get(at) else {
            out.extend_from_slice(spec_text);
            return Ok(());
        };
        if conversion == b'%' {
            out.push(b'%');
            rest = &spec_text[at + 1..];
            continue;
        }
        if !b"diouxXeEfFgGaAcs".contains(&conversion) {
            // Not a conversion: as it stands.
            out.extend_from_slice(&spec_text[..=at]);
            rest = &spec_text[at + 1..];
            continue;
        }
        let index = chosen.unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        match conversion {
            b's' => {
                let text = args.text(index).ok_or_else(not_enough)?;
                let end = spec.precision.map_or(text.len(), |precision| char_offset(&text, precision, bytes));
                pad_text(out, &text[..end], spec, bytes);
            }
            b'c' => {
                let text = if args.is_number(index) {
                    character(args.number(index).unwrap_or(0.0), bytes)
                } else {
                    let text = args.text(index).ok_or_else(not_enough)?;
                    // The first character, and the NUL behind none.
                    if text.is_empty() { vec![0] } else { text[..char_len(&text, bytes)].to_vec() }
                };
                pad_text(out, &text, spec, bytes);
            }
            _ => push_number(out, args.number(index).ok_or_else(not_enough)?, spec, conversion),
        }
        rest = &spec_text[at + 1..];
    }
    out.extend_from_slice(rest);
    Ok(())
}

fn not_enough() -> String {
    "not enough arguments to satisfy format string".into()
}

/// A number in a format at that place, 0 if there is none, and where it ends.
fn digits(text: &[u8], mut at: usize) -> (usize, usize) {
    let mut number = 0usize;
    while let Some(byte @ b'0'..=b'9') = text.get(at) {
        number = number.saturating_mul(10).saturating_add(usize::from(byte - b'0'));
        at += 1;
    }
    (number, at)
}

/// The character with that number.
fn character(number: f64, bytes: bool) -> Vec<u8> {
    let code = number as i64;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) if !bytes => c.encode_utf8(&mut [0; 4]).as_bytes().to_vec(),
        _ => vec![code as u8],
    }
}

/// One number by a format such as `CONVFMT`.
pub fn push_one(out: &mut Vec<u8>, text: &[u8], number: f64) {
    struct One(f64);
    impl Arguments for One {
        fn number(&self, _: usize) -> Option<f64> {
            Some(self.0)
        }
        fn text(&self, _: usize) -> Option<Vec<u8>> {
            let mut text = Vec::new();
            push_general(&mut text, self.0, 6, false, false);
            Some(text)
        }
        fn is_number(&self, _: usize) -> bool {
            true
        }
    }
    // Such a format asks for no second value; a width that is too large leaves the text empty.
    let _ = format(out, text, &One(number), false);
}

fn pad_text(out: &mut Vec<u8>, text: &[u8], spec: Spec, bytes: bool) {
    let fill = if spec.width == 0 { 0 } else { spec.width.saturating_sub(char_count(text, bytes)) };
    if !spec.left {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(text);
    if spec.left {
        out.resize(out.len() + fill, b' ');
    }
}

fn push_number(out: &mut Vec<u8>, number: f64, spec: Spec, conversion: u8) {
    let mut body = Vec::with_capacity(24);
    let mut prefix: &[u8] = b"";
    let mut zero = spec.zero && !spec.left;
    let sign = |negative: bool| -> &'static [u8] {
        match (negative, spec.plus, spec.space) {
            (true, ..) => b"-",
            (_, true, _) => b"+",
            (_, _, true) => b" ",
            _ => b"",
        }
    };
    if !number.is_finite() {
        body.extend_from_slice(number::not_finite(number).as_bytes());
        zero = false;
    } else {
        let negative = number.is_sign_negative();
        match conversion {
            b'd' | b'i' => {
                let whole = number.trunc();
                prefix = sign(whole < 0.0);
                push_magnitude(&mut body, whole);
                precise(&mut body, spec.precision);
                zero &= spec.precision.is_none();
            }
            b'u' | b'o' | b'x' | b'X' => {
                let whole = number.trunc();
                // What is negative has its two's complement, as in C; too much for that is decimal.
                let bits = if whole < 0.0 && whole >= i64::MIN as f64 {
                    Some(whole as i64 as u64)
                } else if (0.0..18446744073709551616.0).contains(&whole) {
                    Some(whole as u64)
                } else {
                    None
                };
                match (bits, conversion) {
                    // Writing to memory does not fail, here and below.
                    (Some(bits), b'u') => drop(write!(body, "{bits}")),
                    (Some(bits), b'o') => drop(write!(body, "{bits:o}")),
                    (Some(bits), b'x') => drop(write!(body, "{bits:x}")),
                    (Some(bits), _) => drop(write!(body, "{bits:X}")),
                    (None, _) => {
                        prefix = sign(whole < 0.0);
                        push_magnitude(&mut body, whole);
                    }
                }
                precise(&mut body, spec.precision);
                zero &= spec.precision.is_none();
                if spec.alternate && bits.is_some_and(|bits| bits != 0) {
                    match conversion {
                        b'o' if body.first() != Some(&b'0') => body.insert(0, b'0'),
                        b'x' => prefix = b"0x",
                        b'X' => prefix = b"0X",
                        _ => {}
                    }
                }
            }
            _ => {
                prefix = sign(negative);
                let magnitude = number.abs();
                let precision = spec.precision.unwrap_or(6);
                match conversion.to_ascii_lowercase() {
                    b'e' => push_exponential(&mut body, magnitude, precision, spec.alternate),
                    b'f' => push_fixed(&mut body, magnitude, precision, spec.alternate),
                    b'a' => push_hexadecimal(&mut body, magnitude, spec.precision),
                    _ => push_general(&mut body, magnitude, precision, spec.alternate, false),
                }
                if conversion.is_ascii_uppercase() {
                    body.make_ascii_uppercase();
                }
            }
        }
    }
    let fill = spec.width.saturating_sub(prefix.len() + body.len());
    if !spec.left && !zero {
        out.resize(out.len() + fill, b' ');
    }
    out.extend_from_slice(prefix);
    if zero {
        out.resize(out.len() + fill, b'0');
    }
    out.extend_from_slice(&body);
    if spec.left {
        out.resize(out.len() + fill, b' ');
    }
}

fn push_magnitude(out: &mut Vec<u8>, whole: f64) {
    match number::as_integer(whole.abs()) {
        Some(integer) => number::push_integer(out, integer),
        None => drop(write!(out, "{:.0}", whole.abs())),
    }
}

/// At least as many digits as the precision says.
fn precise(body: &mut Vec<u8>, precision: Option<usize>) {
    let Some(precision) = precision else { return };
    if precision == 0 && body == b"0" {
        body.clear();
    }
    if body.len() < precision {
        let digits = body.len();
        body.resize(precision, b'0');
        body.rotate_left(digits);
    }
}

/// A double has no more digits than that; all that follow are zeros. The standard library takes
/// no precision above 65535.
const MAX_DIGITS: usize = 1100;

fn push_fixed(out: &mut Vec<u8>, number: f64, precision: usize, alternate: bool) {
    let exact = precision.min(MAX_DIGITS);
    let _ = write!(out, "{number:.exact$}");
    out.resize(out.len() + (precision - exact), b'0');
    if alternate && precision == 0 {
        out.push(b'.');
    }
}

fn push_exponential(out: &mut Vec<u8>, number: f64, precision: usize, alternate: bool) {
    let exact = precision.min(MAX_DIGITS);
    let text = format!("{number:.exact$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    out.extend_from_slice(digits.as_bytes());
    out.resize(out.len() + (precision - exact), b'0');
    if alternate && precision == 0 {
        out.push(b'.');
    }
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |exponent| ('-', exponent));
    let _ = write!(out, "e{sign}{exponent:0>2}");
}

/// As `%g`: fixed or exponential, whichever is shorter, without zeros at the end.
pub fn push_general(out: &mut Vec<u8>, number: f64, precision: usize, alternate: bool, upper: bool) {
    if !number.is_finite() {
        out.extend_from_slice(number::not_finite(number).as_bytes());
        return;
    }
    let precision = precision.max(1);
    let exact = precision.min(MAX_DIGITS) - 1;
    let text = format!("{number:.exact$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let start = out.len();
    if exponent < -4 || i64::from(exponent) >= precision as i64 {
        out.extend_from_slice(digits.as_bytes());
        if !alternate {
            trim_zeros(out, start);
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        let letter = if upper { 'E' } else { 'e' };
        let _ = write!(out, "{letter}{sign}{:02}", exponent.unsigned_abs());
        return;
    }
    let decimals = usize::try_from(precision as i64 - 1 - i64::from(exponent)).unwrap_or(0).min(MAX_DIGITS);
    let _ = write!(out, "{number:.decimals$}");
    if !alternate {
        trim_zeros(out, start);
    }
}

fn trim_zeros(out: &mut Vec<u8>, start: usize) {
    if out[start..].contains(&b'.') {
        while out.last() == Some(&b'0') {
            out.pop();
        }
        if out.last() == Some(&b'.') {
            out.pop();
        }
    }
}

/// As `%a`.
fn push_hexadecimal(out: &mut Vec<u8>, number: f64, precision: Option<usize>) {
    let bits = number.to_bits();
    let (mut exponent, mut mantissa) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let mut lead = 1;
    if exponent == 0 {
        lead = 0;
        exponent = if mantissa == 0 { 0 } else { -1022 };
    } else {
        exponent -= 1023;
    }
    let digits = precision.unwrap_or(13).min(13);
    let cut = 4 * (13 - digits as u32);
    if cut > 0 {
        // Round half to even.
        let whole = lead << 52 | mantissa;
        let half = 1u64 << (cut - 1);
        let rest = whole & ((half << 1) - 1);
        let mut rounded = whole >> cut;
        if rest > half || (rest == half && rounded & 1 == 1) {
            rounded += 1;
        }
        let whole = rounded << cut;
        lead = whole >> 52;
        mantissa = whole & ((1 << 52) - 1);
    }
    let _ = write!(out, "0x{lead}");
    let text = format!("{mantissa:013x}");
    let text = if precision.is_none() { text.trim_end_matches('0') } else { &text[..digits] };
    if !text.is_empty() {
        let _ = write!(out, ".{text}");
    }
    out.resize(out.len() + precision.unwrap_or(0).saturating_sub(13), b'0');
    let _ = write!(out, "p{exponent:+}");
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Values(Vec<Result<f64, &'static str>>);

    impl Arguments for Values {
        fn number(&self, index: usize) -> Option<f64> {
            self.0.get(index).map(|value| value.unwrap_or_else(|text| number::value(text.as_bytes())))
        }
        fn text(&self, index: usize) -> Option<Vec<u8>> {
            self.0.get(index).map(|value| match value {
                Ok(number) => {
                    let mut text = Vec::new();
                    number::push(&mut text, *number, b"%.6g");
                    text
                }
                Err(text) => text.as_bytes().to_vec(),
            })
        }
        fn is_number(&self, index: usize) -> bool {
            self.0.get(index).is_some_and(Result::is_ok)
        }
    }

    fn one(text: &str, value: f64) -> String {
        many(text, vec![Ok(value)])
    }

    fn many(text: &str, values: Vec<Result<f64, &'static str>>) -> String {
        let mut out = Vec::new();
        format(&mut out, text.as_bytes(), &Values(values), false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers() {
        assert_eq!(one("%d|", -3.9), "-3|");
        assert_eq!(one("%5d|%%", 42.0), "   42|%");
        assert_eq!(one("%-5d|", 42.0), "42   |");
        assert_eq!(one("%05d", -42.0), "-0042");
        assert_eq!(one("%+d", 1.0), "+1");
        assert_eq!(one("%.3d", 7.0), "007");
        assert_eq!(one("%x", -1.0), "ffffffffffffffff");
        assert_eq!(one("%#o %%", 8.0), "010 %");
        assert_eq!(one("%d", 2f64.powi(70)), "1180591620717411303424");
    }

    #[test]
    fn floats() {
        assert_eq!(one("%.2f", 2.675), "2.67");
        assert_eq!(one("%e", 12345.678), "1.234568e+04");
        assert_eq!(one("%G", 1e-10), "1E-10");
        assert_eq!(one("%#.3g", 1.0), "1.00");
        assert_eq!(one("%g", 100000.0), "100000");
        assert_eq!(one("%g", 1e6), "1e+06");
        assert_eq!(one("%010.3f", -2.71459), "-00002.715");
        assert_eq!(one("%.0f", 0.5), "0");
        assert_eq!(one("%a", 1.0), "0x1p+0");
        assert_eq!(one("%.70000f", 0.5).len(), 70002);
    }

    #[test]
    fn text() {
        assert_eq!(many("%-6s|%3s|", vec![Err("é"), Err("日本")]), "é     | 日本|");
        assert_eq!(many("%.1s", vec![Err("éa")]), "é");
        assert_eq!(many("%c%c%c", vec![Ok(65.0), Err("hello"), Ok(233.0)]), "Ahé");
        assert_eq!(many("%*d|%-*s|", vec![Ok(4.0), Ok(1.0), Ok(3.0), Err("a")]), "   1|a  |");
        assert_eq!(many("%2$s %1$s", vec![Err("a"), Err("b")]), "b a");
        assert_eq!(many("100%", vec![]), "100%");
        assert_eq!(many("%z", vec![]), "%z");
    }

    #[test]
    fn mistakes_are_reported() {
        let mut out = Vec::new();
        assert!(format(&mut out, b"%s", &Values(vec![]), false).is_err());
        assert!(format(&mut out, b"%999999999999999999999d", &Values(vec![Ok(1.0)]), false).is_err());
    }
}

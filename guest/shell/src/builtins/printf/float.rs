//! Floating point numbers as C's `printf` and `strtod` know them.

/// The digits of a non-negative number for a conversion letter.
pub fn format(value: f64, letter: u8, precision: Option<usize>, alternative: bool) -> String {
    let upper = letter.is_ascii_uppercase();
    let text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        "inf".to_owned()
    } else {
        match letter.to_ascii_lowercase() {
            b'e' => exponent(value, precision.unwrap_or(6), alternative),
            b'g' => general(value, precision.unwrap_or(6), alternative),
            b'a' => hexadecimal(value, precision),
            _ => {
                let precision = precision.unwrap_or(6);
                let mut text = format!("{value:.precision$}");
                if alternative && precision == 0 {
                    text.push('.');
                }
                text
            }
        }
    };
    if upper { text.to_uppercase() } else { text }
}

fn exponent(value: f64, precision: usize, alternative: bool) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let point = if alternative && precision == 0 { "." } else { "" };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}{point}e{sign}{:02}", exponent.abs())
}

fn general(value: f64, precision: usize, alternative: bool) -> String {
    let precision = precision.max(1);
    let scientific = format!("{value:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let mut text = if power < -4 || power >= precision as i32 {
        exponent(value, precision - 1, alternative)
    } else {
        format!("{value:.*}", (precision as i32 - 1 - power).max(0) as usize)
    };
    if !alternative {
        let (mantissa, tail) = match text.find('e') {
            Some(at) => text.split_at(at),
            None => (text.as_str(), ""),
        };
        if mantissa.contains('.') {
            let trimmed = mantissa.trim_end_matches('0').trim_end_matches('.');
            text = format!("{trimmed}{tail}");
        }
    }
    text
}

fn hexadecimal(value: f64, precision: Option<usize>) -> String {
    if value == 0.0 {
        return match precision {
            Some(digits) if digits > 0 => format!("0x0.{}p+0", "0".repeat(digits)),
            _ => "0x0p+0".to_owned(),
        };
    }
    // bash computes with the 64-bit mantissas of `long double`, whose first
    // digit is 8 to f.
    let bits = value.to_bits();
    let biased = ((bits >> 52) & 0x7ff) as i32;
    let stored = bits & ((1 << 52) - 1);
    let (whole, power) = if biased == 0 { (stored, -1074) } else { (stored | 1 << 52, biased - 1075) };
    let zeros = whole.leading_zeros();
    let mantissa = whole << zeros;
    let power = power - zeros as i32 + 60;
    let (mut lead, mut fraction) = (mantissa >> 60, mantissa & ((1 << 60) - 1));
    let mut digits = format!("{fraction:015x}");
    match precision {
        Some(count) if count < 15 => {
            let shift = 4 * (15 - count as u32);
            let (half, rest) = (1u64 << (shift - 1), fraction & ((1 << shift) - 1));
            fraction >>= shift;
            if rest > half || (rest == half && fraction & 1 == 1) {
                fraction += 1;
            }
            lead += fraction >> (4 * count);
            fraction &= (1u64 << (4 * count)) - 1;
            digits = if count == 0 { String::new() } else { format!("{fraction:0count$x}") };
        }
        Some(count) => digits.push_str(&"0".repeat(count - 15)),
        None => digits = digits.trim_end_matches('0').to_owned(),
    }
    // Rounding up may have made a digit more.
    let power = if lead > 15 { power + 4 } else { power };
    let lead = if lead > 15 { 1 } else { lead };
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if power < 0 { '-' } else { '+' };
    format!("0x{lead:x}{point}{digits}p{sign}{}", power.abs())
}

/// The number at the start of the text, and whether that was all of it.
pub fn parse(text: &[u8]) -> (f64, bool) {
    let text = String::from_utf8_lossy(text.trim_ascii_start());
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, &text[..]),
    };
    let lower = body.to_ascii_lowercase();
    let (value, used) = if let Some(hex) = lower.strip_prefix("0x") {
        let (value, used) = parse_hexadecimal(hex);
        if used == 0 { (0.0, 1) } else { (value, used + 2) }
    } else if lower.starts_with("infinity") {
        (f64::INFINITY, 8)
    } else if lower.starts_with("inf") {
        (f64::INFINITY, 3)
    } else if lower.starts_with("nan") {
        (f64::NAN, 3)
    } else {
        parse_decimal(&lower)
    };
    (if negative { -value } else { value }, used > 0 && used == body.len())
}

fn parse_decimal(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let run =
        |from: usize| bytes.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = run(0);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = run(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if end == 0 {
        return (0.0, 0);
    }
    if bytes.get(end) == Some(&b'e') {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let digits = run(end + 1 + sign);
        if digits > 0 {
            end += 1 + sign + digits;
        }
    }
    (text[..end].parse().unwrap_or(0.0), end)
}

fn parse_hexadecimal(text: &str) -> (f64, usize) {
    let bytes = text.as_bytes();
    let (mut value, mut power, mut at, mut digits) = (0f64, 0i32, 0, 0);
    let mut point = false;
    while let Some(byte) = bytes.get(at) {
        match (*byte as char).to_digit(16) {
            Some(digit) => {
                value = value * 16.0 + f64::from(digit);
                power -= if point { 4 } else { 0 };
                digits += 1;
            }
            None if *byte == b'.' && !point => point = true,
            None => break,
        }
        at += 1;
    }
    if digits == 0 {
        return (0.0, 0);
    }
    if bytes.get(at) == Some(&b'p') {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let count = bytes[at + 1 + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count > 0 {
            let number: i32 = text[at + 1 + sign..at + 1 + sign + count].parse().unwrap_or(i32::MAX / 2);
            power = power.saturating_add(if bytes[at + 1] == b'-' { -number } else { number });
            at += 1 + sign + count;
        }
    }
    (value * 2f64.powi(power), at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_as_c() {
        assert_eq!(format(3.0, b'f', None, false), "3.000000");
        assert_eq!(format(31415.0, b'e', Some(2), false), "3.14e+04");
        assert_eq!(format(0.0001, b'g', None, false), "0.0001");
        assert_eq!(format(1e10, b'g', None, false), "1e+10");
        assert_eq!(format(100000.0, b'g', None, false), "100000");
        assert_eq!(format(1.0, b'a', None, false), "0x8p-3");
        assert_eq!(format(2.5, b'a', Some(3), false), "0xa.000p-2");
        assert_eq!(format(15.9, b'a', Some(0), false), "0x1p+4");
        assert_eq!(format(5e-324, b'a', None, false), "0x8p-1077");
        assert_eq!(format(f64::INFINITY, b'F', None, false), "INF");
    }

    #[test]
    fn parses_as_c() {
        assert_eq!(parse(b"1.5e3"), (1500.0, true));
        assert_eq!(parse(b"-.5x"), (-0.5, false));
        assert_eq!(parse(b"0x1.8p1"), (3.0, true));
        assert_eq!(parse(b"abc"), (0.0, false));
    }
}

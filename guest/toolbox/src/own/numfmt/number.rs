//! Numbers with the suffixes of scales: `1.5K`, `2Gi`.

use super::format::Format;
use agentfense_support::quote;

/// What a suffix stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// There are none.
    None,
    /// Powers of 1000, or with an `i` behind, of 1024.
    Auto,
    /// Powers of 1000.
    Si,
    /// Powers of 1024.
    Iec,
    /// Powers of 1024, with an `i`.
    IecI,
}

/// How numbers are rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To the larger.
    Up,
    /// To the smaller.
    Down,
    /// To the one farther from zero.
    FromZero,
    /// To the one nearer to zero.
    TowardsZero,
    /// To the nearest.
    Nearest,
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// No digits.
    Number,
    /// A suffix that there is not.
    Suffix,
    /// A suffix where none is allowed: `--from` is missing.
    Rejected,
    /// `--from=iec-i` wants an `i`.
    MissingI,
    /// Too many digits.
    TooLarge,
    /// Too large to be printed without a scale.
    Unprintable(f64),
}

impl Fault {
    /// What is said of the text.
    pub fn message(self, text: &[u8]) -> String {
        let text = quote(text);
        match self {
            Fault::Number => format!("invalid number: {text}"),
            Fault::Suffix => format!("invalid suffix in input: {text}"),
            Fault::Rejected => format!("rejecting suffix in input: {text} (consider using --from)"),
            Fault::MissingI => format!("missing 'i' suffix in input: {text} (e.g Ki/Mi/Gi)"),
            Fault::TooLarge => format!("value too large to be converted: {text}"),
            Fault::Unprintable(value) => {
                format!("value too large to be printed: '{}' (consider using --to)", general(value))
            }
        }
    }
}

const LETTERS: &[u8] = b"KMGTPEZY";

/// The power of a letter.
pub fn power(letter: u8) -> Option<usize> {
    LETTERS.iter().position(|other| *other == letter).map(|at| at + 1)
}

/// A number as it was read.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Its value.
    pub value: f64,
    /// How many digits were behind its point.
    pub decimals: usize,
    /// A whole number has more digits than a float.
    pub whole: Option<i128>,
}

/// Reads a number with its suffix.
pub fn read(text: &[u8], scale: Scale) -> Result<Read, Fault> {
    let text = text.trim_ascii_start();
    let (negative, body) = match text.strip_prefix(b"-") {
        Some(body) => (true, body),
        None => (false, text),
    };
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = digits(body);
    if whole == 0 {
        return Err(Fault::Number);
    }
    let mut end = whole;
    let mut decimals = 0;
    if body.get(whole) == Some(&b'.') {
        decimals = digits(&body[whole + 1..]);
        if decimals == 0 {
            return Err(Fault::Number);
        }
        end += 1 + decimals;
    }
    if whole > 27 {
        return Err(Fault::TooLarge);
    }
    let number = std::str::from_utf8(&body[..end]).ok().and_then(|text| text.parse::<f64>().ok());
    let mut value = number.ok_or(Fault::Number)?;
    // No more than 27 digits, which 128 bits hold.
    let mut exact = if decimals == 0 {
        std::str::from_utf8(&body[..whole]).ok().and_then(|text| text.parse::<i128>().ok())
    } else {
        None
    };
    let mut suffix = body[end..].trim_ascii_start();
    if let Some((letter, more)) = suffix.split_first() {
        let power = power(*letter).ok_or(Fault::Suffix)?;
        let mut base: f64 = match scale {
            Scale::None => return Err(Fault::Rejected),
            Scale::Auto | Scale::Si => 1000.0,
            Scale::Iec | Scale::IecI => 1024.0,
        };
        suffix = more;
        if matches!(scale, Scale::Auto | Scale::IecI) {
            match suffix.strip_prefix(b"i") {
                Some(more) => (base, suffix) = (1024.0, more),
                None if scale == Scale::IecI => return Err(Fault::MissingI),
                None => {}
            }
        }
        value *= base.powi(power as i32);
        exact = exact.and_then(|exact| exact.checked_mul((base as i128).checked_pow(power as u32)?));
        decimals = 0;
    }
    if !suffix.is_empty() {
        return Err(Fault::Suffix);
    }
    let (value, whole) = if negative { (-value, exact.map(|exact| -exact)) } else { (value, exact) };
    Ok(Read { value, decimals, whole })
}

fn round(value: f64, how: Round) -> f64 {
    match how {
        Round::Up => value.ceil(),
        Round::Down => value.floor(),
        Round::FromZero => {
            if value < 0.0 {
                value.floor()
            } else {
                value.ceil()
            }
        }
        Round::TowardsZero => value.trunc(),
        Round::Nearest => value.round(),
    }
}

/// Rounds to so many decimals.
fn round_to(value: f64, decimals: usize, how: Round) -> f64 {
    let factor = 10f64.powi(decimals.min(300) as i32);
    let scaled = value * factor;
    if scaled.is_finite() { round(scaled, how) / factor } else { value }
}

/// The most digits that are printed without a scale.
const MAX_DIGITS: u32 = 19;

/// Prints a whole number as it is, unless it is too large.
pub fn write_whole(value: i128, format: &Format) -> Result<String, Fault> {
    if value.unsigned_abs() >= 10u128.pow(MAX_DIGITS) {
        return Err(Fault::Unprintable(value as f64));
    }
    let decimals = format.precision.unwrap_or(0);
    let point = if decimals > 0 { "." } else { "" };
    Ok(filled(format!("{value}{point}{}", "0".repeat(decimals)), format))
}

/// Fills up with the zeros that a format asks for.
fn filled(text: String, format: &Format) -> String {
    let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
    let zeros = format.zeros.saturating_sub(text.len());
    format!("{sign}{}{digits}", "0".repeat(zeros))
}

/// Prints a number in a scale.
pub fn write(value: f64, decimals: usize, scale: Scale, how: Round, format: &Format) -> Result<String, Fault> {
    if scale == Scale::None {
        let decimals = format.precision.unwrap_or(decimals);
        let value = round_to(value, decimals, how);
        if value.abs() >= 10f64.powi(MAX_DIGITS as i32) {
            return Err(Fault::Unprintable(value));
        }
        return Ok(filled(format!("{value:.decimals$}"), format));
    }
    let base: f64 = if scale == Scale::Si { 1000.0 } else { 1024.0 };
    let (mut value, mut power) = (value, 0);
    while value.abs() >= base && power < LETTERS.len() {
        value /= base;
        power += 1;
    }
    // Fewer than two digits get one behind the point, unless the format says how many.
    let mut decimals = match format.precision {
        Some(precision) => precision.min(power * 3),
        None => usize::from(value != 0.0 && value.abs() < 10.0),
    };
    value = round_to(value, decimals, how);
    if value.abs() >= base && power < LETTERS.len() {
        value /= base;
        power += 1;
    }
    if format.precision.is_none() {
        decimals = usize::from(value != 0.0 && value.abs() < 10.0 && power > 0);
    } else if let Some(precision) = format.precision {
        decimals = precision;
    }
    let mut text = filled(format!("{value:.decimals$}"), format);
    if power > 0 {
        text.push(char::from(LETTERS[power - 1]));
        if scale == Scale::IecI {
            text.push('i');
        }
    }
    Ok(text)
}

/// As C's `%Lg` prints.
fn general(value: f64) -> String {
    let text = format!("{value:.5e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
    format!("{mantissa}e+{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let write = |value, scale, how| write(value, 0, scale, how, &Format::default()).unwrap();
        assert_eq!(write(999.0, Scale::Si, Round::FromZero), "999");
        assert_eq!(write(1000.0, Scale::Si, Round::FromZero), "1.0K");
        assert_eq!(write(999_999.0, Scale::Si, Round::FromZero), "1.0M");
        assert_eq!(write(1025.0, Scale::Iec, Round::FromZero), "1.1K");
        assert_eq!(write(2048.0, Scale::IecI, Round::FromZero), "2.0Ki");
        assert_eq!(write(9950.0, Scale::Si, Round::FromZero), "10K");
        assert_eq!(write(-1999.0, Scale::Si, Round::TowardsZero), "-1.9K");
        assert_eq!(read(b"1.5K", Scale::Iec).unwrap().value, 1536.0);
        assert_eq!(read(b"1Ki", Scale::Auto).unwrap().value, 1024.0);
        assert_eq!(read(b"1k", Scale::Si).unwrap_err(), Fault::Suffix);
        assert_eq!(read(b"1K", Scale::None).unwrap_err(), Fault::Rejected);
        assert_eq!(read(b"", Scale::None).unwrap_err(), Fault::Number);
    }
}

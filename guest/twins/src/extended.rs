//! Numbers with a mantissa of 64 bits and an exponent of 15, x86's `long double`: what `printf` computes with in bash
//! and GNU alike, so that `printf %.20f 0.1` prints `0.10000000000000000000`. Both ways exact, but for the one rounding.

use num_bigint::BigUint;

/// The exponent of the last bit of the smallest number.
const LEAST: i32 = -16445;
/// The exponent of the first bit of the largest numbers.
const GREATEST: i32 = 16383;

/// A number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extended {
    /// Below zero, or minus zero.
    pub negative: bool,
    /// How large.
    pub size: Size,
}

/// How large a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The mantissa, whose first bit is set unless all is zero, times two to the exponent.
    Finite(u64, i32),
    /// Larger than any.
    Infinite,
    /// Not a number.
    Nan,
}

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The number at the start of the text; zero if there is none.
    pub number: Extended,
    /// How many bytes it took, white space in front included; 0 if there is none.
    pub taken: usize,
    /// It is too large or too small for the format.
    pub out_of_range: bool,
}

impl Extended {
    /// A whole number.
    pub fn whole(value: u64) -> Extended {
        Extended { negative: false, size: rounded(value.into(), 0, false).0 }
    }

    /// Not infinite, and a number.
    pub fn is_finite(self) -> bool {
        matches!(self.size, Size::Finite(..))
    }

    /// Reads as strtold(3) does.
    pub fn read(text: &[u8]) -> Reading {
        let body = text.trim_ascii_start();
        let (negative, digits) = match body {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, body),
        };
        let starts = |word: &[u8]| digits.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        let ((size, out_of_range), taken) = if starts(b"infinity") {
            ((Size::Infinite, false), 8)
        } else if starts(b"inf") {
            ((Size::Infinite, false), 3)
        } else if starts(b"nan") {
            ((Size::Nan, false), 3)
        } else if starts(b"0x") {
            match hexadecimal(&digits[2..]) {
                (_, 0) => (rounded(BigUint::ZERO, 0, false), 1),
                (size, taken) => (size, taken + 2),
            }
        } else {
            decimal(digits)
        };
        let taken = if taken == 0 { 0 } else { text.len() - digits.len() + taken };
        Reading { number: Extended { negative, size }, taken, out_of_range }
    }

    /// The digits, without a sign, for one of printf's letters `aefg` and their capitals.
    pub fn format(self, letter: u8, precision: Option<usize>, alternative: bool) -> String {
        let text = match self.size {
            Size::Nan => "nan".to_owned(),
            Size::Infinite => "inf".to_owned(),
            Size::Finite(mantissa, exponent) => {
                let decimal = || Decimal::new(mantissa, exponent);
                match letter.to_ascii_lowercase() {
                    b'a' => to_hexadecimal(mantissa, exponent, precision, alternative),
                    b'e' => decimal().scientific(precision.unwrap_or(6), alternative),
                    b'g' => decimal().general(precision.unwrap_or(6).max(1), alternative),
                    _ => decimal().fixed(precision.unwrap_or(6), alternative),
                }
            }
        };
        if letter.is_ascii_uppercase() { text.to_uppercase() } else { text }
    }
}

/// `value` times two to the `exponent`, to the nearest number there is, of two the even one; `sticky` says that it is a
/// little more. And whether it is out of range.
fn rounded(mut value: BigUint, exponent: i32, mut sticky: bool) -> (Size, bool) {
    if value == BigUint::ZERO {
        return (Size::Finite(0, 0), sticky);
    }
    let bits = value.bits() as i32;
    let lost = (bits - 64).max(LEAST - exponent);
    if lost <= 0 {
        // Exact, unless something was cut off; then there are enough bits, since the callers see to it.
        let shift = 64 - bits;
        value <<= shift;
        let mantissa = low(&value);
        return if exponent - shift + 63 > GREATEST {
            (Size::Infinite, true)
        } else {
            (normal(mantissa, exponent - shift), false)
        };
    }
    // The first bit lost, and whether any behind it is set.
    let half = value.bit(lost as u64 - 1);
    sticky |= value.trailing_zeros().is_some_and(|zeros| zeros < lost as u64 - 1);
    value >>= lost;
    let mut mantissa = low(&value);
    let mut exponent = exponent + lost;
    if half && (sticky || mantissa & 1 == 1) {
        match mantissa.checked_add(1) {
            Some(more) => mantissa = more,
            None => (mantissa, exponent) = (1 << 63, exponent + 1),
        }
    }
    let inexact = half || sticky;
    if exponent + 63 > GREATEST {
        return (Size::Infinite, true);
    }
    let is_small = mantissa >> 63 == 0;
    (normal(mantissa, exponent), is_small && inexact)
}

/// The last 64 bits.
fn low(value: &BigUint) -> u64 {
    value.iter_u64_digits().next().unwrap_or(0)
}

fn normal(mantissa: u64, exponent: i32) -> Size {
    if mantissa == 0 {
        return Size::Finite(0, 0);
    }
    let zeros = mantissa.leading_zeros();
    Size::Finite(mantissa << zeros, exponent - zeros as i32)
}

/// More digits than any number has: what comes behind them only decides a tie.
const MOST_DIGITS: usize = 20_000;

/// Digits with a point and an exponent behind `marker`: the digits without leading zeros, how far the point is behind
/// the last of them, whether non-zero ones were left out, the exponent, and what all that took.
struct Scanned {
    digits: Vec<u8>,
    scale: i64,
    cut: bool,
    exponent: i64,
    taken: usize,
}

fn scan(text: &[u8], is_digit: fn(&u8) -> bool, marker: u8) -> Scanned {
    let mut scanned = Scanned { digits: Vec::new(), scale: 0, cut: false, exponent: 0, taken: 0 };
    let (mut at, mut point, mut any) = (0, false, false);
    while let Some(byte) = text.get(at) {
        if is_digit(byte) {
            any = true;
            if scanned.digits.len() >= MOST_DIGITS {
                scanned.cut |= *byte != b'0';
                scanned.scale += i64::from(!point);
            } else {
                scanned.scale -= i64::from(point);
                if *byte != b'0' || !scanned.digits.is_empty() {
                    scanned.digits.push(*byte);
                }
            }
        } else if *byte == b'.' && !point {
            point = true;
        } else {
            break;
        }
        at += 1;
    }
    if !any {
        return scanned;
    }
    scanned.taken = at;
    if text.get(at).is_some_and(|byte| byte.to_ascii_lowercase() == marker) {
        let sign = usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let start = at + 1 + sign;
        let digits = text.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits > 0 {
            let fold = |value: i64, digit: &u8| value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
            // Far beyond what any number of digits could make up for.
            let exponent = text[start..start + digits].iter().fold(0, fold).min(1 << 40);
            scanned.exponent = if text[at + 1] == b'-' { -exponent } else { exponent };
            scanned.taken = start + digits;
        }
    }
    scanned
}

fn decimal(text: &[u8]) -> ((Size, bool), usize) {
    let Scanned { digits, scale, cut, exponent, taken } = scan(text, u8::is_ascii_digit, b'e');
    if digits.is_empty() {
        return ((Size::Finite(0, 0), false), taken);
    }
    let power = scale + exponent;
    // Where the first digit stands.
    let first = power + digits.len() as i64;
    if first > 5000 {
        return ((Size::Infinite, true), taken);
    }
    if first < -5000 {
        return ((Size::Finite(0, 0), true), taken);
    }
    let mut value = BigUint::parse_bytes(&digits, 10).unwrap_or_default();
    // Ten to the power is five to it and two to it; two to it is the exponent.
    let fives = power.unsigned_abs() as u32;
    let factor = BigUint::from(5u32).pow(fives);
    let (mut shift, mut sticky) = (power as i32, cut);
    if power < 0 {
        // Bits for the quotient to have, and two more.
        let wanted = fives * 7 / 3 + 70;
        value <<= wanted;
        shift -= wanted as i32;
        sticky |= &value % &factor != BigUint::ZERO;
        value /= factor;
    } else {
        value *= factor;
    }
    (rounded(value, shift, sticky), taken)
}

fn hexadecimal(text: &[u8]) -> ((Size, bool), usize) {
    let Scanned { digits, scale, cut, exponent, taken } = scan(text, u8::is_ascii_hexdigit, b'p');
    let value = BigUint::parse_bytes(&digits, 16).unwrap_or_default();
    let power = scale * 4 + exponent;
    let first = power + digits.len() as i64 * 4;
    let size = if digits.is_empty() {
        (Size::Finite(0, 0), false)
    } else if first > 20_000 {
        (Size::Infinite, true)
    } else if first < -20_000 {
        (Size::Finite(0, 0), true)
    } else {
        rounded(value, power as i32, cut)
    };
    (size, taken)
}

fn to_hexadecimal(mantissa: u64, exponent: i32, precision: Option<usize>, alternative: bool) -> String {
    // The first digit is 8 to f.
    let (mut lead, mut fraction) = (mantissa >> 60, mantissa & ((1 << 60) - 1));
    let mut power = if mantissa == 0 { 0 } else { exponent + 60 };
    let mut digits = format!("{fraction:015x}");
    match precision {
        Some(count) if count < 15 => {
            let shift = 4 * (15 - count as u32);
            let (half, rest) = (1u64 << (shift - 1), fraction & ((1 << shift) - 1));
            fraction >>= shift;
            if rest > half || (rest == half && (if count == 0 { lead } else { fraction }) & 1 == 1) {
                fraction += 1;
            }
            lead += fraction >> (4 * count);
            fraction &= (1u64 << (4 * count)) - 1;
            digits = if count == 0 { String::new() } else { format!("{fraction:0count$x}") };
        }
        Some(count) => digits.push_str(&"0".repeat(count - 15)),
        None => digits.truncate(digits.trim_end_matches('0').len()),
    }
    // Rounding up may have made a digit more.
    if lead > 15 {
        (lead, power) = (1, power + 4);
    }
    let point = if digits.is_empty() && !alternative { "" } else { "." };
    format!("0x{lead:x}{point}{digits}p{power:+}")
}

/// A number's decimal digits, all of them; the point stands behind the first `point` ones.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    fn new(mantissa: u64, exponent: i32) -> Decimal {
        if mantissa == 0 {
            return Decimal { digits: vec![b'0'], point: 1 };
        }
        // Without zeros at the end, less is to be computed.
        let zeros = mantissa.trailing_zeros();
        let (mantissa, exponent) = (mantissa >> zeros, exponent + zeros as i32);
        let mut value = BigUint::from(mantissa);
        if exponent >= 0 {
            value <<= exponent;
        } else {
            // A number of so many binary places has as many decimal ones.
            value *= BigUint::from(5u32).pow(exponent.unsigned_abs());
        }
        let digits = value.to_string().into_bytes();
        let point = digits.len() as i32 + exponent.min(0);
        Decimal { digits, point }
    }

    /// Leaves `count` digits (none may be left), rounded to the nearest, of two the even one.
    fn round(&mut self, count: i64) {
        let Ok(count) = usize::try_from(count) else {
            (self.digits, self.point) = (Vec::new(), 0);
            return;
        };
        if count >= self.digits.len() {
            return;
        }
        let (next, rest) = (self.digits[count], &self.digits[count + 1..]);
        let odd = count > 0 && self.digits[count - 1] & 1 == 1;
        let up = next > b'5' || (next == b'5' && (odd || rest.iter().any(|digit| *digit != b'0')));
        self.digits.truncate(count);
        if up {
            let nines = self.digits.iter().rev().take_while(|digit| **digit == b'9').count();
            let kept = count - nines;
            self.digits[kept..].fill(b'0');
            match self.digits[..kept].last_mut() {
                Some(digit) => *digit += 1,
                None => {
                    self.digits.insert(0, b'1');
                    self.point += 1;
                }
            }
        }
    }

    fn fixed(mut self, precision: usize, alternative: bool) -> String {
        self.round(i64::from(self.point) + precision as i64);
        let whole = usize::try_from(self.point).unwrap_or(0);
        let mut text = String::with_capacity(whole + precision + 2);
        let digit =
            |at: i64| usize::try_from(at).ok().and_then(|at| self.digits.get(at)).map_or('0', |d| char::from(*d));
        if whole == 0 {
            text.push('0');
        }
        text.extend((0..whole as i64).map(digit));
        if precision > 0 || alternative {
            text.push('.');
        }
        text.extend((0..precision as i64).map(|at| digit(i64::from(self.point) + at)));
        text
    }

    fn scientific(mut self, precision: usize, alternative: bool) -> String {
        self.round(1 + precision as i64);
        let power = if self.digits.iter().all(|digit| *digit == b'0') { 0 } else { self.point - 1 };
        let digit = |at: usize| self.digits.get(at).map_or('0', |digit| char::from(*digit));
        let mut text = String::with_capacity(precision + 8);
        text.push(digit(0));
        if precision > 0 || alternative {
            text.push('.');
        }
        text.extend((1..=precision).map(digit));
        text.push_str(&format!("e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()));
        text
    }

    /// `precision` digits, which is at least one, in the shorter of the two forms.
    fn general(mut self, precision: usize, alternative: bool) -> String {
        self.round(precision as i64);
        let power = if self.digits.iter().all(|digit| *digit == b'0') { 0 } else { i64::from(self.point) - 1 };
        let scientific = power < -4 || power >= precision as i64;
        if !alternative {
            let kept = self.digits.iter().rposition(|digit| *digit != b'0').map_or(1, |last| last + 1);
            self.digits.truncate(kept);
        }
        let places = if alternative { precision } else { self.digits.len() } as i64 - 1;
        if scientific {
            self.scientific(places as usize, alternative)
        } else {
            self.fixed((places - power).max(0) as usize, alternative)
        }
    }
}

#[cfg(test)]
mod tests;

//! What sort takes for a number, a size, a month.

use std::cmp::Ordering;

/// Blanks that stand before a number.
fn trimmed(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n')).count()..]
}

/// The decimal number at the start of a text: digits of any count, compared as they are written.
#[derive(Clone, Copy)]
struct Decimal<'a> {
    negative: bool,
    /// Without zeros in front.
    whole: &'a [u8],
    /// Without zeros at the end.
    fraction: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Decimal<'a> {
    fn read(text: &'a [u8]) -> Decimal<'a> {
        let text = trimmed(text);
        let (negative, text) = match text.strip_prefix(b"-") {
            Some(text) => (true, text),
            None => (false, text),
        };
        let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
        let (whole, rest) = text.split_at(digits(text));
        let (fraction, rest) = match rest.strip_prefix(b".") {
            Some(after) => after.split_at(digits(after)),
            None => (&rest[..0], rest),
        };
        let whole = &whole[whole.iter().take_while(|&&b| b == b'0').count()..];
        let fraction = &fraction[..fraction.iter().rposition(|&b| b != b'0').map_or(0, |at| at + 1)];
        Decimal { negative: negative && !(whole.is_empty() && fraction.is_empty()), whole, fraction, rest }
    }

    fn is_zero(self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    fn cmp(self, other: Decimal<'_>) -> Ordering {
        let size = |a: Decimal<'_>, b: Decimal<'_>| {
            a.whole
                .len()
                .cmp(&b.whole.len())
                .then_with(|| a.whole.cmp(b.whole))
                .then_with(|| a.fraction.cmp(b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }

    /// A number with the same order, as far as a float can tell them apart.
    fn approximate(self) -> f64 {
        let digits =
            |digits: &[u8], value: f64| digits.iter().fold(value, |value, b| value * 10.0 + f64::from(b - b'0'));
        // Rounding may make neighbours equal, and never turns them around: only the first 15 digits count, exactly.
        const EXACT: usize = 15;
        let head = self.whole.len().min(EXACT);
        let value = digits(&self.whole[..head], 0.0);
        let value = if self.whole.len() > EXACT {
            // More digits than a power of ten can say are all the same here.
            value * 10f64.powi(i32::try_from(self.whole.len() - EXACT).unwrap_or(i32::MAX).min(290))
        } else {
            let tail = self.fraction.len().min(EXACT - head);
            digits(&self.fraction[..tail], value) / 10f64.powi(tail as i32)
        };
        if self.negative { -value } else { value }
    }

    /// How large the suffix of a size makes it, with its sign.
    fn unit(self) -> i32 {
        let power = match self.rest.first() {
            Some(b'K' | b'k') => 1,
            Some(b'M') => 2,
            Some(b'G') => 3,
            Some(b'T') => 4,
            Some(b'P') => 5,
            Some(b'E') => 6,
            Some(b'Z') => 7,
            Some(b'Y') => 8,
            Some(b'R') => 9,
            Some(b'Q') => 10,
            _ => 0,
        };
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -power,
            (false, false) => power,
        }
    }
}

/// `-n`.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    Decimal::read(a).cmp(Decimal::read(b))
}

/// A number that orders as [`compare`] does where it differs.
pub fn approximate(text: &[u8]) -> f64 {
    Decimal::read(text).approximate()
}

/// `-h`: the unit counts before the digits.
pub fn compare_sizes(a: &[u8], b: &[u8]) -> Ordering {
    let (a, b) = (Decimal::read(a), Decimal::read(b));
    let sign = |d: Decimal<'_>| match (d.is_zero(), d.negative) {
        (true, _) => 0,
        (false, true) => -1,
        (false, false) => 1,
    };
    sign(a).cmp(&sign(b)).then(a.unit().cmp(&b.unit())).then_with(|| a.cmp(b))
}

/// `-g`: as strtod(3) reads it. What is no number comes first, then NaN.
pub fn compare_general(a: &[u8], b: &[u8]) -> Ordering {
    let rank = |value: Option<f64>| match value {
        None => (0, 0.0),
        Some(value) if value.is_nan() => (1, 0.0),
        // Both zeros are one.
        Some(value) => (2, value + 0.0),
    };
    let ((kind, value), (other_kind, other)) = (rank(general(a)), rank(general(b)));
    kind.cmp(&other_kind).then(value.partial_cmp(&other).unwrap_or(Ordering::Equal))
}

/// The floating-point number at the start of a text.
fn general(text: &[u8]) -> Option<f64> {
    let text = trimmed(text);
    let (sign, digits) = match text.split_first() {
        Some((b'-', rest)) => (-1.0, rest),
        Some((b'+', rest)) => (1.0, rest),
        _ => (1.0, text),
    };
    let starts = |word: &[u8]| digits.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if starts(b"inf") {
        return Some(sign * f64::INFINITY);
    }
    if starts(b"nan") {
        return Some(f64::NAN);
    }
    if starts(b"0x") {
        let hex = |b: u8| char::from(b).to_digit(16).map(f64::from);
        let mut value = 0.0;
        for digit in digits[2..].iter().map_while(|&b| hex(b)) {
            value = value * 16.0 + digit;
        }
        return Some(sign * value);
    }
    let mut end = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut any = end > 0;
    if digits.get(end) == Some(&b'.') {
        let fraction = digits[end + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
        any |= fraction > 0;
        end += 1 + fraction;
    }
    if !any {
        return None;
    }
    if matches!(digits.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(digits.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits[end + 1 + signed..].iter().take_while(|b| b.is_ascii_digit()).count();
        if exponent > 0 {
            end += 1 + signed + exponent;
        }
    }
    std::str::from_utf8(&digits[..end]).ok()?.parse::<f64>().ok().map(|value| sign * value)
}

/// `-M`: 1 to 12, or 0 for what is no month.
pub fn month(text: &[u8]) -> u8 {
    const MONTHS: [&[u8; 3]; 12] =
        [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    let Some(start) = trimmed(text).get(..3) else { return 0 };
    MONTHS.iter().position(|month| start.eq_ignore_ascii_case(*month)).map_or(0, |at| at as u8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        let ordered = ["-10", "-2.5", "-2.4", "x", "0.1", " 1", "01.5", "2", "10", "99999999999999999999999", "1e30"];
        let sorted = ["-10", "-2.5", "-2.4", "x", "0.1", " 1", "1e30", "01.5", "2", "10", "99999999999999999999999"];
        let mut numbers = ordered.map(str::as_bytes);
        numbers.sort_by(|a, b| compare(a, b));
        assert_eq!(numbers, sorted.map(str::as_bytes));
        for pair in sorted.windows(2) {
            assert!(approximate(pair[0].as_bytes()) <= approximate(pair[1].as_bytes()), "{pair:?}");
        }
        assert_eq!(compare(b"-0", b"0.00"), Ordering::Equal);
        assert_eq!(compare(b"+5", b"0"), Ordering::Equal);
    }

    #[test]
    fn approximations_keep_the_order() {
        for (small, large) in [("999999999999999", "1000000000000000.5"), ("123456789012345678", "123456789012345679")]
        {
            assert!(approximate(small.as_bytes()) <= approximate(large.as_bytes()));
            assert_eq!(compare(small.as_bytes(), large.as_bytes()), Ordering::Less);
        }
    }

    #[test]
    fn sizes_generals_months() {
        assert_eq!(compare_sizes(b"1K", b"1000"), Ordering::Greater);
        assert_eq!(compare_sizes(b"-1K", b"-2"), Ordering::Less);
        assert_eq!(compare_general(b"1e3", b"999"), Ordering::Greater);
        assert_eq!(compare_general(b"x", b"-inf"), Ordering::Less);
        assert_eq!(compare_general(b".5", b"0.5"), Ordering::Equal);
        assert_eq!((month(b" feb 3"), month(b"x")), (2, 0));
    }
}

//! Decimal numbers of any length: an integer and how many of its digits stand behind the point.

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// The greatest scale: beyond it one number would fill the memory.
pub const MAX_SCALE: usize = 10_000_000;
/// The longest number, in digits, that a power makes.
const MAX_DIGITS: u64 = 50_000_000;

/// What arithmetic refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The divisor is zero.
    DivideByZero,
    /// A root of a negative number.
    NegativeRoot,
    /// The exponent, or the result, is too large.
    TooLarge,
}

/// A number.
#[derive(Clone, Debug)]
pub struct Decimal {
    units: BigInt,
    scale: usize,
}

/// Ten to the power of `count`.
fn ten(count: usize) -> BigInt {
    BigInt::from(10).pow(u32::try_from(count).unwrap_or(u32::MAX))
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Decimal { units: value.into(), scale: 0 }
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.scale == other.scale {
            return self.units.cmp(&other.units);
        }
        let scale = self.scale.max(other.scale);
        self.at(scale).cmp(&other.at(scale))
    }
}

impl Decimal {
    /// So many units of ten to the power of -`scale`.
    pub fn new(units: BigInt, scale: usize) -> Decimal {
        Decimal { units, scale }
    }

    /// Digits behind the point.
    pub fn scale(&self) -> usize {
        self.scale
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.units.is_zero()
    }

    /// Whether it is less than zero.
    pub fn is_negative(&self) -> bool {
        self.units.is_negative()
    }

    /// Its units at another scale; digits beyond are cut off.
    pub fn at(&self, scale: usize) -> BigInt {
        match scale.cmp(&self.scale) {
            Ordering::Equal => self.units.clone(),
            Ordering::Greater => &self.units * ten(scale - self.scale),
            Ordering::Less => &self.units / ten(self.scale - scale),
        }
    }

    /// The number at another scale; digits beyond are cut off.
    pub fn to_scale(&self, scale: usize) -> Decimal {
        Decimal { units: self.at(scale), scale }
    }

    /// The number rounded to a scale, half away from zero.
    pub fn rounded(&self, scale: usize) -> Decimal {
        if scale >= self.scale {
            return self.to_scale(scale);
        }
        let half = ten(self.scale - scale) / 2 * self.units.signum();
        Decimal { units: &self.units + half, scale: self.scale }.to_scale(scale)
    }

    /// The part before the point.
    pub fn whole(&self) -> BigInt {
        self.at(0)
    }

    /// The part before the point, when it is of that size.
    pub fn to_i64(&self) -> Option<i64> {
        self.whole().to_i64()
    }

    /// How many digits it is written with, leading zeros not counted.
    pub fn digits(&self) -> usize {
        let digits = if self.units.is_zero() { 1 } else { self.units.magnitude().to_string().len() };
        // What stands behind the point counts from there, zeros or not.
        digits.max(self.scale)
    }

    /// The other sign.
    pub fn negated(&self) -> Decimal {
        Decimal { units: -&self.units, scale: self.scale }
    }

    /// The sum; the greater scale.
    pub fn plus(&self, other: &Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        Decimal { units: self.at(scale) + other.at(scale), scale }
    }

    /// The difference; the greater scale.
    pub fn minus(&self, other: &Decimal) -> Decimal {
        let scale = self.scale.max(other.scale);
        Decimal { units: self.at(scale) - other.at(scale), scale }
    }

    /// The product; at most the greatest of the three scales, at most all digits there are.
    pub fn times(&self, other: &Decimal, scale: usize) -> Decimal {
        let exact = Decimal { units: &self.units * &other.units, scale: self.scale + other.scale };
        let limit = scale.max(self.scale).max(other.scale);
        if exact.scale > limit { exact.to_scale(limit) } else { exact }
    }

    /// The quotient with that scale.
    pub fn over(&self, other: &Decimal, scale: usize) -> Result<Decimal, Fault> {
        if other.is_zero() {
            return Err(Fault::DivideByZero);
        }
        let shift = scale + other.scale;
        let units = if shift >= self.scale {
            &self.units * ten(shift - self.scale) / &other.units
        } else {
            &self.units / (&other.units * ten(self.scale - shift))
        };
        Ok(Decimal { units, scale })
    }

    /// The quotient with that scale, and what is left of the dividend.
    pub fn divided(&self, other: &Decimal, scale: usize) -> Result<(Decimal, Decimal), Fault> {
        let quotient = self.over(other, scale)?;
        let exact = Decimal { units: &quotient.units * &other.units, scale: quotient.scale + other.scale };
        let rest = self.minus(&exact).to_scale(self.scale.max(other.scale + scale));
        Ok((quotient, rest))
    }

    /// The power to the whole part of an exponent.
    pub fn power(&self, exponent: &Decimal, scale: usize) -> Result<Decimal, Fault> {
        let exponent = exponent.to_i64().ok_or(Fault::TooLarge)?;
        let times = exponent.unsigned_abs();
        if times == 0 {
            return Ok(Decimal::from(1));
        }
        let limit = if exponent < 0 { scale } else { scale.max(self.scale) };
        if self.is_zero() {
            return if exponent < 0 { Err(Fault::DivideByZero) } else { Ok(Decimal::from(0)) };
        }
        // 3.33 bits are a digit.
        if self.units.bits().saturating_mul(times) / 3 > MAX_DIGITS && !self.units.magnitude().is_one() {
            return Err(Fault::TooLarge);
        }
        let power = u32::try_from(times).ok().or(self.units.magnitude().is_one().then_some((times % 2) as u32 + 2));
        let units = self.units.pow(power.ok_or(Fault::TooLarge)?);
        let exact_scale = self.scale.checked_mul(usize::try_from(times).map_err(|_| Fault::TooLarge)?);
        let exact = Decimal { units, scale: exact_scale.ok_or(Fault::TooLarge)? };
        if exponent < 0 {
            return Decimal::from(1).over(&exact, scale);
        }
        Ok(if exact.scale > limit { exact.to_scale(limit) } else { exact })
    }

    /// The square root; the greater scale.
    pub fn root(&self, scale: usize) -> Result<Decimal, Fault> {
        if self.is_negative() {
            return Err(Fault::NegativeRoot);
        }
        for simple in [0, 1] {
            if *self == Decimal::from(simple) {
                return Ok(Decimal::from(simple));
            }
        }
        let scale = scale.max(self.scale);
        Ok(Decimal { units: self.at(2 * scale).sqrt(), scale })
    }

    /// This to the power of `exponent`, modulo a number, of whole numbers.
    pub fn power_modulo(&self, exponent: &Decimal, modulus: &Decimal) -> Result<Decimal, Fault> {
        let (exponent, modulus) = (exponent.whole(), modulus.whole());
        if modulus.is_zero() {
            return Err(Fault::DivideByZero);
        }
        if exponent.is_negative() {
            return Err(Fault::TooLarge);
        }
        let base = self.whole();
        let power = base.magnitude().modpow(exponent.magnitude(), modulus.magnitude());
        // The remainder has the dividend's sign.
        let sign = if base.is_negative() && exponent.bit(0) { Sign::Minus } else { Sign::Plus };
        Ok(Decimal { units: BigInt::from_biguint(sign, power), scale: 0 })
    }

    /// Reads digits with at most one point in a base. A digit beyond the base counts as its last, but alone as itself.
    pub fn parse(text: &str, base: u32) -> Decimal {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if base == 10 && !text.bytes().any(|b| b.is_ascii_uppercase()) {
            let units = format!("{whole}{fraction}").parse().unwrap_or_default();
            return Decimal { units, scale: fraction.len() };
        }
        let alone = whole.len() == 1 && fraction.is_empty();
        let digit = |c: char| {
            let digit = c.to_digit(36).unwrap_or(0);
            if alone { digit } else { digit.min(base - 1) }
        };
        let value = |text: &str| text.chars().fold(BigInt::zero(), |value, c| value * base + digit(c));
        let whole = Decimal { units: value(whole), scale: 0 };
        if fraction.is_empty() {
            return whole;
        }
        let places = fraction.len();
        let units = value(fraction) * ten(places) / BigInt::from(base).pow(places as u32);
        whole.plus(&Decimal { units, scale: places })
    }

    /// As text in a base.
    pub fn text(&self, base: u32) -> String {
        let mut text = String::new();
        if self.is_negative() {
            text.push('-');
        }
        let magnitude = self.units.magnitude();
        if magnitude.is_zero() {
            return "0".into();
        }
        if base == 10 {
            let digits = magnitude.to_string();
            let point = digits.len().saturating_sub(self.scale);
            text.push_str(&digits[..point]);
            if self.scale > 0 {
                text.push('.');
                text.push_str(&"0".repeat(self.scale.saturating_sub(digits.len())));
                text.push_str(&digits[point..]);
            }
            return text;
        }
        let width = (base - 1).to_string().len();
        let digit = |text: &mut String, value: u32, space: bool| {
            if base <= 16 {
                text.push(char::from_digit(value, 16).unwrap_or('?').to_ascii_uppercase());
            } else {
                if space {
                    text.push(' ');
                }
                text.push_str(&format!("{value:0width$}"));
            }
        };
        let unit = ten(self.scale).magnitude().clone();
        let (whole, mut fraction) = (magnitude / &unit, magnitude % &unit);
        for value in digits_of(whole, base) {
            digit(&mut text, value, true);
        }
        if self.scale > 0 {
            text.push('.');
            // As many digits as say no more than the decimal ones do.
            let mut reached = BigUint::one();
            let mut first = true;
            while reached < unit {
                fraction *= base;
                let value = (&fraction / &unit).to_u32().unwrap_or(0);
                fraction %= &unit;
                digit(&mut text, value, !first);
                first = false;
                reached *= base;
            }
        }
        text
    }

    /// The bytes of its whole part, most significant first.
    pub fn bytes(&self) -> Vec<u8> {
        self.whole().magnitude().to_bytes_be()
    }
}

/// The digits of a number, most significant first; none of zero.
fn digits_of(mut number: BigUint, base: u32) -> Vec<u32> {
    let mut digits = Vec::new();
    // In pieces, so that long numbers are not divided once a digit.
    let count = (32.0 / f64::from(base).log2()).floor().max(1.0) as u32;
    let piece = u64::from(base).pow(count);
    while !number.is_zero() {
        let mut rest = (&number % piece).to_u64().unwrap_or(0);
        number /= piece;
        for _ in 0..count {
            digits.push((rest % u64::from(base)) as u32);
            rest /= u64::from(base);
        }
    }
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        match text.strip_prefix('-') {
            Some(text) => Decimal::parse(text, 10).negated(),
            None => Decimal::parse(text, 10),
        }
    }

    #[test]
    fn scales() {
        assert_eq!(number("1.50").times(&number("2.50"), 0).text(10), "3.75");
        assert_eq!(number("10").over(&number("3"), 2).unwrap().text(10), "3.33");
        assert_eq!(number("-5").divided(&number("3"), 2).unwrap().1.text(10), "-.02");
        assert_eq!(number("1.5").power(&number("3"), 0).unwrap().text(10), "3.3");
        assert_eq!(number("2").power(&number("-1"), 3).unwrap().text(10), ".500");
        assert_eq!(number("2").root(5).unwrap().text(10), "1.41421");
        assert_eq!(number("2").root(0).unwrap().text(10), "1");
        assert_eq!(number("1").over(&number("0"), 2), Err(Fault::DivideByZero));
        assert_eq!(number("9").power(&number("99999999999"), 0), Err(Fault::TooLarge));
        assert_eq!(number("-1").power(&number("99999999999"), 0).unwrap().text(10), "-1");
    }

    #[test]
    fn bases() {
        assert_eq!(Decimal::parse("FF", 16).text(10), "255");
        assert_eq!(Decimal::parse("9", 2).text(10), "9");
        assert_eq!(Decimal::parse("99", 2).text(10), "3");
        assert_eq!(Decimal::parse("1.01", 2).text(10), "1.25");
        assert_eq!(number("255.5").text(16), "FF.8");
        assert_eq!(number(".1").text(16), ".1");
        assert_eq!(number("1234.56").text(100), " 12 34.56");
        assert_eq!(number("-5").text(100), "- 05");
    }
}

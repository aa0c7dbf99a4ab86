//! The functions of `bc -l`: series in fixed point, with digits to spare, cut off at the scale.

use crate::decimal::{Decimal, Fault};
use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

/// Digits that are computed beyond the scale.
const SPARE: usize = 12;
/// Digits beyond the scale that count for the result: what is nearer to a whole digit than that is one.
const KEPT: usize = 5;

/// Fixed-point numbers with so many digits behind the point.
struct Fixed {
    digits: usize,
    one: BigInt,
}

impl Fixed {
    fn new(digits: usize) -> Fixed {
        Fixed { digits, one: BigInt::from(10).pow(digits as u32) }
    }

    fn of(&self, value: &Decimal) -> BigInt {
        value.at(self.digits)
    }

    fn times(&self, a: &BigInt, b: &BigInt) -> BigInt {
        a * b / &self.one
    }

    fn over(&self, a: &BigInt, b: &BigInt) -> BigInt {
        a * &self.one / b
    }

    fn result(&self, units: BigInt, scale: usize) -> Decimal {
        Decimal::new(units, self.digits).rounded(scale + KEPT).to_scale(scale)
    }

    /// The exponential of a small number: halved until the series is quick, squared as often.
    fn exponential(&self, x: &BigInt) -> BigInt {
        let halvings = (self.digits as f64).sqrt() as u64 + x.bits().saturating_sub(self.one.bits());
        let small = x >> halvings;
        let (mut sum, mut term, mut n) = (self.one.clone(), self.one.clone(), 1u32);
        while !term.is_zero() {
            term = self.times(&term, &small) / n;
            sum += &term;
            n += 1;
        }
        for _ in 0..halvings {
            sum = self.times(&sum, &sum);
        }
        sum
    }

    /// The logarithm of a number above zero: roots bring it near one, where the series of artanh is quick.
    fn logarithm(&self, x: &BigInt) -> BigInt {
        let (mut x, mut doublings) = (x.clone(), 0u64);
        let near = &self.one / 1000;
        while (&x - &self.one).abs() > near {
            x = (x * &self.one).sqrt();
            doublings += 1;
        }
        let ratio = self.over(&(&x - &self.one), &(&x + &self.one));
        let square = self.times(&ratio, &ratio);
        let (mut sum, mut power, mut n) = (ratio.clone(), ratio, 1u32);
        while !power.is_zero() {
            power = self.times(&power, &square);
            n += 2;
            sum += &power / n;
        }
        (sum * 2) << doublings
    }

    /// The arctangent, by half angles until the series is quick.
    fn arctangent(&self, x: &BigInt) -> BigInt {
        let (mut x, mut doublings) = (x.clone(), 0u64);
        let near = &self.one / 100;
        while x.abs() > near {
            let root = ((&self.one * &self.one) + &x * &x).sqrt();
            x = self.over(&x, &(&self.one + root));
            doublings += 1;
        }
        let square = self.times(&x, &x);
        let (mut sum, mut power, mut n) = (x.clone(), x, 1u32);
        while !power.is_zero() {
            power = -self.times(&power, &square);
            n += 2;
            sum += &power / n;
        }
        sum << doublings
    }

    /// The sine.
    fn sine(&self, x: &BigInt) -> BigInt {
        let half_turn = self.arctangent(&self.one) * 4;
        // To within a quarter turn of zero, each half turn changing the sign.
        let turns: BigInt = (x * 2 / &half_turn + x.signum()) / 2;
        let x = x - &turns * half_turn;
        let square = self.times(&x, &x);
        let (mut sum, mut term, mut n) = (x.clone(), x, 1u32);
        while !term.is_zero() {
            term = -self.times(&term, &square) / ((n + 1) * (n + 2));
            n += 2;
            sum += &term;
        }
        if turns.bit(0) { -sum } else { sum }
    }
}

/// The digits before the point.
fn whole_digits(x: &Decimal) -> usize {
    x.digits() - x.scale().min(x.digits())
}

/// e to the power of x.
pub fn e(x: &Decimal, scale: usize) -> Result<Decimal, Fault> {
    let limit = Decimal::from(10_000_000);
    if *x > limit {
        return Err(Fault::TooLarge);
    }
    if x.negated() > limit {
        return Ok(Decimal::from(0).to_scale(scale));
    }
    // The digits before the point have to be right, too.
    let whole = x.to_i64().unwrap_or(0).unsigned_abs() as usize / 2;
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + whole + (scale as f64).sqrt() as usize);
    let power = fixed.exponential(&fixed.of(x).abs());
    let power = if x.is_negative() { fixed.over(&fixed.one, &power) } else { power };
    Ok(fixed.result(power, scale))
}

/// The natural logarithm; of zero and less the least number of that many digits, as bc has it.
pub fn l(x: &Decimal, scale: usize) -> Decimal {
    if x.is_zero() || x.is_negative() {
        let least = BigInt::one() - BigInt::from(10).pow(scale as u32);
        return Decimal::new(least, 0).to_scale(scale);
    }
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + whole_digits(x));
    let logarithm = fixed.logarithm(&fixed.of(x));
    if logarithm.is_zero() { Decimal::from(0) } else { fixed.result(logarithm, scale) }
}

/// The sine.
pub fn s(x: &Decimal, scale: usize) -> Decimal {
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + 2 * whole_digits(x));
    fixed.result(fixed.sine(&fixed.of(x)), scale)
}

/// The cosine.
pub fn c(x: &Decimal, scale: usize) -> Decimal {
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + 2 * whole_digits(x));
    let quarter = fixed.arctangent(&fixed.one) * 2;
    fixed.result(fixed.sine(&(fixed.of(x) + quarter)), scale)
}

/// The arctangent.
pub fn a(x: &Decimal, scale: usize) -> Decimal {
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + whole_digits(x));
    fixed.result(fixed.arctangent(&fixed.of(x)), scale)
}

/// The Bessel function of whole order n.
pub fn j(n: &Decimal, x: &Decimal, scale: usize) -> Result<Decimal, Fault> {
    let order = n.to_i64().filter(|order| order.abs() < 100_000).ok_or(Fault::TooLarge)?;
    let size = x.to_i64().filter(|x| x.abs() < 100_000).ok_or(Fault::TooLarge)?;
    let times = order.unsigned_abs() as u32;
    // Terms grow to about e to the x before they shrink.
    let fixed = Fixed::new(scale.max(x.scale()) + SPARE + size.unsigned_abs() as usize / 2 + 8);
    let half = fixed.of(x) / 2;
    let square = fixed.times(&half, &half);
    let mut term = fixed.one.clone();
    for n in 1..=times {
        term = fixed.times(&term, &half) / n;
    }
    let (mut sum, mut k) = (term.clone(), 1u32);
    while !term.is_zero() {
        term = -fixed.times(&term, &square) / k / (k.saturating_add(times));
        sum += &term;
        k += 1;
    }
    if order < 0 && order % 2 != 0 {
        sum = -sum;
    }
    Ok(fixed.result(sum, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agree_with_doubles() {
        for text in ["0.3", "1", "2.5", "7", "40"] {
            let x = Decimal::parse(text, 10);
            let double: f64 = text.parse().unwrap();
            for (value, expected) in [
                (e(&x, 10).unwrap(), double.exp()),
                (l(&x, 10), double.ln()),
                (s(&x, 10), double.sin()),
                (c(&x, 10), double.cos()),
                (a(&x, 10), double.atan()),
            ] {
                let error = (value.text(10).parse::<f64>().unwrap() - expected).abs();
                assert!(error <= 1e-10 + expected.abs() * 1e-14, "{text}: {} {expected}", value.text(10));
            }
        }
    }
}

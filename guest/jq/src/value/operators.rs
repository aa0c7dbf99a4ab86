//! `+ - * / %` and the unary minus.

use super::{Error, Object, Result, Value, error};
use std::ops::{Add, Div, Mul, Neg, Rem, Sub};
use std::rc::Rc;

/// The longest string that `*` makes: what a sandbox's memory holds a few times.
const LONGEST: usize = 1 << 28;

fn cannot(left: &Value, right: &Value, what: &str) -> Error {
    error(format!("{} and {} cannot be {what}", left.shown(), right.shown()))
}

impl Add for Value {
    type Output = Result;

    fn add(self, other: Self) -> Result {
        Ok(match (self, other) {
            (Value::Null, value) | (value, Value::Null) => value,
            (Value::Number(a), Value::Number(b)) => Value::from(a.get() + b.get()),
            (Value::String(a), Value::String(b)) => Value::String([&*a, &*b].concat().into()),
            (Value::Array(mut a), Value::Array(b)) => {
                Rc::make_mut(&mut a).extend(b.iter().cloned());
                Value::Array(a)
            }
            (Value::Object(mut a), Value::Object(b)) => {
                Rc::make_mut(&mut a).extend(b.iter().map(|(key, value)| (key.clone(), value.clone())));
                Value::Object(a)
            }
            (a, b) => return Err(cannot(&a, &b, "added")),
        })
    }
}

impl Sub for Value {
    type Output = Result;

    fn sub(self, other: Self) -> Result {
        Ok(match (self, other) {
            (Value::Number(a), Value::Number(b)) => Value::from(a.get() - b.get()),
            (Value::Array(mut a), Value::Array(b)) => {
                let mut gone: Vec<_> = b.iter().collect();
                gone.sort_unstable();
                Rc::make_mut(&mut a).retain(|value| gone.binary_search(&value).is_err());
                Value::Array(a)
            }
            (a, b) => return Err(cannot(&a, &b, "subtracted")),
        })
    }
}

/// Members of `b` over those of `a`, and objects merged into objects.
fn merge(a: &mut Rc<Object>, b: &Object) {
    let members = Rc::make_mut(a);
    for (key, value) in b {
        match (members.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(other)) => merge(below, other),
            (Some(old), new) => *old = new.clone(),
            (None, new) => {
                members.insert(key.clone(), new.clone());
            }
        }
    }
}

/// A string so many times; null for none of it.
fn repeat(text: &str, times: f64) -> Result {
    if times <= 0.0 || times.is_nan() {
        return Ok(Value::Null);
    }
    let times = if times < 1.0 { 1 } else { times as usize };
    match text.len().checked_mul(times) {
        Some(length) if length <= LONGEST => Ok(Value::from(text.repeat(times))),
        _ => Err(error("Repeat string result too long")),
    }
}

impl Mul for Value {
    type Output = Result;

    fn mul(self, other: Self) -> Result {
        Ok(match (self, other) {
            (Value::Number(a), Value::Number(b)) => Value::from(a.get() * b.get()),
            (Value::String(text), Value::Number(n)) | (Value::Number(n), Value::String(text)) => {
                return repeat(&text, n.get());
            }
            (Value::Object(mut a), Value::Object(b)) => {
                merge(&mut a, &b);
                Value::Object(a)
            }
            (a, b) => return Err(cannot(&a, &b, "multiplied")),
        })
    }
}

/// The parts of a string between separators; its characters without one.
pub fn split(text: &str, separator: &str) -> Value {
    if text.is_empty() {
        Value::from_iter([])
    } else if separator.is_empty() {
        text.chars().map(|c| Value::from(c.to_string())).collect()
    } else {
        text.split(separator).map(Value::string).collect()
    }
}

impl Div for Value {
    type Output = Result;

    fn div(self, other: Self) -> Result {
        Ok(match (self, other) {
            (a @ Value::Number(_), b @ Value::Number(_)) if b.as_f64() == Some(0.0) => {
                return Err(cannot(&a, &b, "divided because the divisor is zero"));
            }
            (Value::Number(a), Value::Number(b)) => Value::from(a.get() / b.get()),
            (Value::String(a), Value::String(b)) => split(&a, &b),
            (a, b) => return Err(cannot(&a, &b, "divided")),
        })
    }
}

impl Rem for Value {
    type Output = Result;

    fn rem(self, other: Self) -> Result {
        let (Some(a), Some(b)) = (self.as_f64(), other.as_f64()) else {
            return Err(cannot(&self, &other, "divided (remainder)"));
        };
        if a.is_nan() || b.is_nan() {
            return Ok(Value::from(f64::NAN));
        }
        // Casts saturate, which is what jq does, too.
        let divisor = (b as i64).unsigned_abs();
        if divisor == 0 {
            return Err(cannot(&self, &other, "divided (remainder) because the divisor is zero"));
        }
        let rest = ((a as i64).unsigned_abs() % divisor) as f64;
        Ok(Value::from(if a < 0.0 { 0.0 - rest } else { rest }))
    }
}

impl Neg for Value {
    type Output = Result;

    fn neg(self) -> Result {
        match &self {
            Value::Number(number) => Ok(Value::from(-number.get())),
            other => Err(error(format!("{} cannot be negated", other.shown()))),
        }
    }
}

//! Equality and order: null, false, true, numbers, strings, arrays, objects.

use super::{Number, Object, Value};
use std::cmp::Ordering::{self, Equal, Greater, Less};

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}

/// Whole numbers beyond a double's precision compare by their digits.
fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match a.get().partial_cmp(&b.get()) {
        Some(Equal) => {}
        Some(order) => return order,
        // Not a number is less than any, and equal to itself for the sake of sorting.
        None => return b.get().is_nan().cmp(&a.get().is_nan()),
    }
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    match (a.literal(), b.literal()) {
        (Some(x), Some(y)) => {
            let (negative, x, y) = match (x.strip_prefix('-'), y.strip_prefix('-')) {
                (Some(x), Some(y)) => (true, x, y),
                _ => (false, x, y),
            };
            if !digits(x) || !digits(y) {
                return Equal;
            }
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
            if negative { order.reverse() } else { order }
        }
        _ => Equal,
    }
}

fn compare_objects(a: &Object, b: &Object) -> Ordering {
    fn sorted(object: &Object) -> Vec<(&str, &Value)> {
        let mut members: Vec<_> = object.iter().map(|(key, value)| (&**key, value)).collect();
        members.sort_unstable_by_key(|(key, _)| *key);
        members
    }
    let (a, b) = (sorted(a), sorted(b));
    let keys = a.iter().map(|(key, _)| key).cmp(b.iter().map(|(key, _)| key));
    keys.then_with(|| a.iter().map(|(_, value)| value).cmp(b.iter().map(|(_, value)| value)))
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::Array(a), Value::Array(b)) => a.cmp(b),
            (Value::Object(a), Value::Object(b)) => compare_objects(a, b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

/// `<` and `>` of the language: here not a number is less than itself, too, which sorting could not bear.
#[allow(clippy::non_canonical_partial_ord_impl)]
impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(match (self.as_f64(), other.as_f64()) {
            (Some(a), Some(_)) if a.is_nan() => Less,
            (Some(_), Some(b)) if b.is_nan() => Greater,
            _ => self.cmp(other),
        })
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Number(a), Value::Number(b)) => {
                a.get() == b.get() && (a.literal().is_none() || compare_numbers(a, b) == Equal)
            }
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            _ => rank(self) == rank(other),
        }
    }
}

impl Eq for Value {}

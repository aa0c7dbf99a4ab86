//! awk's values and their two natures.

use crate::number;
use crate::text::Text;
use hashbrown::HashMap;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

/// The elements of an array.
pub type Table = HashMap<Text, Value>;

/// An array, by reference.
pub type Array = Rc<RefCell<Table>>;

/// A value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Of a variable that was never set: 0 and the empty string at once.
    #[default]
    Unset,
    /// A number.
    Num(f64),
    /// A string that the program made.
    Str(Text),
    /// A string from outside, which is a number where it looks like one (POSIX's "numeric string").
    Input(Text),
    /// An array.
    Array(Array),
}

/// A value without its owner.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// As [`Value::Unset`].
    Unset,
    /// As [`Value::Num`].
    Num(f64),
    /// As [`Value::Str`].
    Str(&'a [u8]),
    /// As [`Value::Input`].
    Input(&'a [u8]),
}

impl Value {
    /// An empty array.
    pub fn new_array() -> Value {
        Value::Array(Array::default())
    }

    /// Looks at the value. An array in a scalar's place was refused before; it counts as unset.
    #[inline]
    pub fn operand(&self) -> Operand<'_> {
        match self {
            Value::Unset | Value::Array(_) => Operand::Unset,
            Value::Num(number) => Operand::Num(*number),
            Value::Str(text) => Operand::Str(text),
            Value::Input(text) => Operand::Input(text),
        }
    }

    /// As a number.
    #[inline]
    pub fn number(&self) -> f64 {
        self.operand().number()
    }

    /// As a string; `format` is `CONVFMT`.
    pub fn into_text(self, format: &[u8]) -> Text {
        match self {
            Value::Str(text) | Value::Input(text) => text,
            Value::Num(number) => number_text(number, format),
            Value::Unset | Value::Array(_) => Text::new(),
        }
    }
}

/// A number as a string.
pub fn number_text(number: f64, format: &[u8]) -> Text {
    let mut text = Vec::with_capacity(24);
    number::push(&mut text, number, format);
    Text::from(text)
}

impl<'a> Operand<'a> {
    /// As a number.
    #[inline]
    pub fn number(self) -> f64 {
        match self {
            Operand::Num(number) => number,
            Operand::Str(text) | Operand::Input(text) => number::value(text),
            Operand::Unset => 0.0,
        }
    }

    /// Whether it is true.
    pub fn truth(self) -> bool {
        match self {
            Operand::Unset => false,
            Operand::Num(number) => number != 0.0,
            Operand::Str(text) => !text.is_empty(),
            Operand::Input(text) => match number::looks(text) {
                Some(number) => number != 0.0,
                None => !text.is_empty(),
            },
        }
    }

    /// Appends it as a string.
    #[inline]
    pub fn push(self, out: &mut Vec<u8>, format: &[u8]) {
        match self {
            Operand::Unset => {}
            Operand::Num(number) => number::push(out, number, format),
            Operand::Str(text) | Operand::Input(text) => out.extend_from_slice(text),
        }
    }

    /// The number that it compares as, if it does so as a number.
    #[inline]
    fn numeric(self) -> Option<f64> {
        match self {
            Operand::Unset => Some(0.0),
            Operand::Num(number) => Some(number),
            Operand::Str(_) => None,
            Operand::Input(text) => number::looks(text),
        }
    }

    /// Compares as POSIX has it: as numbers if both are numbers or look like ones and came from
    /// outside, else as strings. Absent with a NaN.
    pub fn compare(self, other: Operand<'_>, format: &[u8]) -> Option<Ordering> {
        // Nothing that a program wrote as a string is worth a look at the other side.
        if !matches!(self, Operand::Str(_))
            && let Some(right) = other.numeric()
            && let Some(left) = self.numeric()
        {
            return left.partial_cmp(&right);
        }
        let (mut left_space, mut right_space) = (Vec::new(), Vec::new());
        let left = self.bytes(&mut left_space, format);
        let right = other.bytes(&mut right_space, format);
        Some(left.cmp(right))
    }

    /// As a string; a number is written into `space`.
    pub fn bytes<'b>(self, space: &'b mut Vec<u8>, format: &[u8]) -> &'b [u8]
    where
        'a: 'b,
    {
        match self {
            Operand::Unset => b"",
            Operand::Str(text) | Operand::Input(text) => text,
            Operand::Num(number) => {
                number::push(space, number, format);
                space
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparison_follows_where_a_value_came_from() {
        let compare = |a: Operand<'_>, b: Operand<'_>| a.compare(b, b"%.6g");
        assert_eq!(compare(Operand::Input(b"10"), Operand::Input(b"9")), Some(Ordering::Greater));
        assert_eq!(compare(Operand::Str(b"10"), Operand::Input(b"9")), Some(Ordering::Less));
        assert_eq!(compare(Operand::Input(b"10"), Operand::Str(b"9")), Some(Ordering::Less));
        assert_eq!(compare(Operand::Input(b"abc"), Operand::Num(9.0)), Some(Ordering::Greater));
        assert_eq!(compare(Operand::Unset, Operand::Num(0.0)), Some(Ordering::Equal));
        assert_eq!(compare(Operand::Unset, Operand::Str(b"")), Some(Ordering::Equal));
        assert_eq!(compare(Operand::Num(f64::NAN), Operand::Num(0.0)), None);
    }

    #[test]
    fn truth_of_input() {
        assert!(!Operand::Input(b" 0 ").truth());
        assert!(Operand::Str(b"0").truth());
        assert!(Operand::Input(b"x").truth());
    }
}

//! JSON values with jq's rules: what is equal, what is less, what `+` gives and what an error says.

mod json;
mod number;
mod operators;
mod order;
mod parse;
mod path;
mod stream;

pub use json::{Layout, Style};
pub use number::Number;
pub use operators::split;
pub use parse::{ParseError, Parser, single};
pub use path::{delete_paths, has, indices};
pub use stream::Events;

use indexmap::IndexMap;
use std::rc::Rc;

/// An error of a filter.
pub type Error = jaq_core::Error<Value>;
/// A value or an error.
pub type Result<T = Value, E = Error> = std::result::Result<T, E>;
/// An object's members in their order.
pub type Object = IndexMap<Rc<str>, Value>;

/// A JSON value. Copies share what is below them.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Rc<str>),
    /// An array.
    Array(Rc<Vec<Value>>),
    /// An object.
    Object(Rc<Object>),
}

/// The longest text of a value that an error shows in full.
const SHOWN: usize = 14;

impl Value {
    /// The name of its type.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// Its type and the start of its text, as errors show it: `number (1)`.
    pub fn shown(&self) -> String {
        let text = self.to_json();
        if text.len() <= SHOWN {
            return format!("{} ({text})", self.kind());
        }
        let mut end = SHOWN - 3;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        format!("{} ({}...)", self.kind(), &text[..end])
    }

    /// A string.
    pub fn string(text: impl Into<Rc<str>>) -> Value {
        Value::String(text.into())
    }

    /// An object.
    pub fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        Value::Object(Rc::new(members.into_iter().map(|(key, value)| (Rc::from(key), value)).collect()))
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(number.get()),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Value::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Neither null nor false.
    pub fn is_true(&self) -> bool {
        !matches!(self, Value::Null | Value::Bool(false))
    }

    /// A string as it is, anything else as JSON.
    pub fn to_text(&self) -> Rc<str> {
        match self {
            Value::String(text) => text.clone(),
            other => other.to_json().into(),
        }
    }
}

/// An error with a text.
pub fn error(text: impl Into<String>) -> Error {
    Error::new(Value::from(text.into()))
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Number(Number::new(value))
    }
}

impl From<isize> for Value {
    fn from(value: isize) -> Self {
        Value::from(value as f64)
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Value::from(value as f64)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::String(value.into())
    }
}

impl From<jaq_core::val::Range<Value>> for Value {
    fn from(range: jaq_core::val::Range<Value>) -> Self {
        // A slice as a path has both members, as jq gives it.
        Value::object([("start", range.start.unwrap_or(Value::Null)), ("end", range.end.unwrap_or(Value::Null))])
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        Value::Array(Rc::new(values.into_iter().collect()))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_json())
    }
}

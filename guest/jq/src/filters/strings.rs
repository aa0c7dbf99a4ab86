//! Functions on strings, and from strings to other values and back.

use super::{Native, of_input, of_one};
use crate::value::{Result, Value, error, single, split};
use jaq_core::native::{bome, v};

pub(super) fn natives() -> Vec<Native> {
    vec![
        of_input!("tojson", |value: Value| Ok(Value::from(value.to_json()))),
        of_input!("fromjson", |value| from_json(&value)),
        of_input!("tonumber", to_number),
        of_input!("toboolean", to_boolean),
        of_input!("utf8bytelength", |value: Value| match value.as_str() {
            Some(text) => Ok(Value::from(text.len())),
            None => Err(error(format!("{} only strings have UTF-8 byte length", value.shown()))),
        }),
        of_input!("explode", |value: Value| match value.as_str() {
            Some(text) => Ok(text.chars().map(|c| Value::from(f64::from(u32::from(c)))).collect()),
            None => Err(error("explode input must be a string")),
        }),
        of_input!("implode", implode),
        of_input!("ascii_downcase", |value: Value| match value.as_str() {
            Some(text) => Ok(Value::from(text.to_ascii_lowercase())),
            None => Err(error("ascii_downcase input must be a string")),
        }),
        of_input!("ascii_upcase", |value: Value| match value.as_str() {
            Some(text) => Ok(Value::from(text.to_ascii_uppercase())),
            None => Err(error("ascii_upcase input must be a string")),
        }),
        of_input!("trim", |value| trimmed(&value, str::trim)),
        of_input!("ltrim", |value| trimmed(&value, str::trim_start)),
        of_input!("rtrim", |value| trimmed(&value, str::trim_end)),
        of_one!("startswith", |value: Value, part: Value| match (value.as_str(), part.as_str()) {
            (Some(text), Some(part)) => Ok(Value::from(text.starts_with(part))),
            _ => Err(error("startswith() requires string inputs")),
        }),
        of_one!("endswith", |value: Value, part: Value| match (value.as_str(), part.as_str()) {
            (Some(text), Some(part)) => Ok(Value::from(text.ends_with(part))),
            _ => Err(error("endswith() requires string inputs")),
        }),
        of_one!("ltrimstr", |value: Value, part: Value| {
            let rest = value.as_str().zip(part.as_str()).and_then(|(text, part)| text.strip_prefix(part));
            Ok(rest.map(Value::string).unwrap_or(value))
        }),
        of_one!("rtrimstr", |value: Value, part: Value| {
            let rest = value.as_str().zip(part.as_str()).and_then(|(text, part)| text.strip_suffix(part));
            Ok(rest.map(Value::string).unwrap_or(value))
        }),
        of_one!("trimstr", |value: Value, part: Value| {
            let (Some(text), Some(part)) = (value.as_str(), part.as_str()) else { return Ok(value) };
            let rest = text.strip_prefix(part).unwrap_or(text);
            Ok(Value::string(rest.strip_suffix(part).unwrap_or(rest)))
        }),
        of_one!("split", |value: Value, separator: Value| match (value.as_str(), separator.as_str()) {
            (Some(text), Some(separator)) => Ok(split(text, separator)),
            _ => Err(error("split input and separator must be strings")),
        }),
        of_one!("join", join),
    ]
}

fn from_json(value: &Value) -> Result {
    let Some(text) = value.as_str() else {
        return Err(error(format!("{} only strings can be parsed", value.shown())));
    };
    single(text.as_bytes()).map_err(|fault| error(format!("{fault} (while parsing '{text}')")))
}

fn to_number(value: Value) -> Result {
    match &value {
        Value::Number(_) => Ok(value),
        Value::String(_) => match from_json(&value)? {
            number @ Value::Number(_) => Ok(number),
            _ => Err(error(format!("{} cannot be parsed as a number", value.shown()))),
        },
        other => Err(error(format!("{} cannot be parsed as a number", other.shown()))),
    }
}

fn to_boolean(value: Value) -> Result {
    match &value {
        Value::Bool(_) => Ok(value),
        Value::String(text) if &**text == "true" => Ok(Value::Bool(true)),
        Value::String(text) if &**text == "false" => Ok(Value::Bool(false)),
        other => Err(error(format!("{} cannot be parsed as a boolean", other.shown()))),
    }
}

fn implode(value: Value) -> Result {
    let Some(codes) = value.as_array() else { return Err(error("implode input must be an array")) };
    let mut text = String::with_capacity(codes.len());
    for code in codes {
        let Some(code) = code.as_f64() else {
            return Err(error("Unicode codepoint must be numeric"));
        };
        // A cast of what is no code point saturates to one that is no character.
        let code = if code < 0.0 { u32::MAX } else { code as u32 };
        text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    Ok(Value::from(text))
}

fn trimmed(value: &Value, trim: fn(&str) -> &str) -> Result {
    match value.as_str() {
        Some(text) => Ok(Value::string(trim(text))),
        None => Err(error(format!("{} cannot be trimmed", value.shown()))),
    }
}

fn join(value: Value, separator: Value) -> Result {
    let elements: Vec<&Value> = match &value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(members) => members.values().collect(),
        other => return Err(error(format!("Cannot iterate over {}", other.shown()))),
    };
    if elements.is_empty() {
        return Ok(Value::string(""));
    }
    let mut text = String::new();
    for (index, element) in elements.into_iter().enumerate() {
        if index > 0 {
            match &separator {
                Value::String(separator) => text.push_str(separator),
                Value::Null => {}
                other => return (Value::from(text) + other.clone()).map(|_| Value::Null),
            }
        }
        match element {
            Value::Null => {}
            Value::String(part) => text.push_str(part),
            Value::Bool(_) | Value::Number(_) => text.push_str(&element.to_json()),
            other => return Value::from(text) + other.clone(),
        }
    }
    Ok(Value::from(text))
}

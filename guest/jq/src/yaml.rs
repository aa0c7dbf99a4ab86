//! YAML documents: read with the parser of `jaq-fmts`, written in block style.

use crate::value::{Number, Object, Value};
use jaq_json::{Num, Val};
use std::collections::HashMap;
use std::io::{self, Write};
use std::rc::Rc;

/// Values of jaq as ours. Aliases share what they stand for, so a document of nested aliases stays small.
#[derive(Default)]
struct Conversion {
    shared: HashMap<usize, Value>,
}

impl Conversion {
    fn value(&mut self, value: &Val) -> Value {
        match value {
            Val::Null => Value::Null,
            Val::Bool(value) => Value::Bool(*value),
            Val::Num(Num::Float(number)) => Value::from(*number),
            Val::Num(number) => {
                let text = number.to_string();
                Number::parse(&text).map_or_else(|| Value::from(text), Value::Number)
            }
            Val::TStr(text) | Val::BStr(text) => Value::from(String::from_utf8_lossy(text).into_owned()),
            Val::Arr(elements) => {
                let place = Rc::as_ptr(elements) as usize;
                if let Some(known) = self.shared.get(&place) {
                    return known.clone();
                }
                let converted: Value = elements.iter().map(|element| self.value(element)).collect();
                self.shared.insert(place, converted.clone());
                converted
            }
            Val::Obj(members) => {
                let place = Rc::as_ptr(members) as usize;
                if let Some(known) = self.shared.get(&place) {
                    return known.clone();
                }
                let converted = self.object(members);
                self.shared.insert(place, converted.clone());
                converted
            }
        }
    }

    fn object(&mut self, members: &jaq_json::Map) -> Value {
        let mut object = Object::new();
        for (key, value) in members {
            let key = self.value(key).to_text();
            let value = self.value(value);
            if &*key == "<<" {
                merge(&mut object, &value);
            } else {
                object.insert(key, value);
            }
        }
        Value::Object(Rc::new(object))
    }
}

/// The merge key: members of another mapping, or of several, that are not there yet.
fn merge(object: &mut Object, value: &Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter() {
                object.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        Value::Array(all) => all.iter().for_each(|members| merge(object, members)),
        _ => {}
    }
}

/// A value of jaq as one of ours.
pub fn from_jaq(value: &Val) -> Value {
    Conversion::default().value(value)
}

/// A value of ours as one of jaq.
pub fn to_jaq(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(value) => Val::Bool(*value),
        Value::Number(number) => jaq_core::ValT::from_num(&number.text()).unwrap_or(Val::Null),
        Value::String(text) => Val::from(text.to_string()),
        Value::Array(elements) => elements.iter().map(to_jaq).collect(),
        Value::Object(members) => {
            Val::obj(members.iter().map(|(key, value)| (Val::from(key.to_string()), to_jaq(value))).collect())
        }
    }
}

/// The documents of a text.
pub fn parse(text: &str) -> Result<Vec<Value>, String> {
    let documents = jaq_fmts::read::yaml::parse_many(text);
    documents.map(|document| document.map(|value| from_jaq(&value)).map_err(|fault| fault.to_string())).collect()
}

/// Writes a document, with a line's end after it.
pub fn write(out: &mut dyn Write, value: &Value, indent: usize) -> io::Result<()> {
    let writer = Writer { indent: indent.max(1) };
    match value {
        Value::Array(elements) if !elements.is_empty() => writer.sequence(out, elements, 0),
        Value::Object(members) if !members.is_empty() => writer.mapping(out, members, 0),
        scalar => {
            writer.scalar(out, scalar, 0)?;
            out.write_all(b"\n")
        }
    }
}

struct Writer {
    indent: usize,
}

fn spaces(out: &mut dyn Write, count: usize) -> io::Result<()> {
    write!(out, "{:count$}", "")
}

impl Writer {
    /// The first line stands where the caller left off; the others are indented by `level`.
    fn mapping(&self, out: &mut dyn Write, members: &Object, level: usize) -> io::Result<()> {
        for (index, (key, value)) in members.iter().enumerate() {
            if index > 0 {
                spaces(out, level)?;
            }
            self.string(out, key, None)?;
            out.write_all(b":")?;
            match value {
                Value::Array(elements) if !elements.is_empty() => {
                    out.write_all(b"\n")?;
                    spaces(out, level + self.indent)?;
                    self.sequence(out, elements, level + self.indent)?;
                }
                Value::Object(members) if !members.is_empty() => {
                    out.write_all(b"\n")?;
                    spaces(out, level + self.indent)?;
                    self.mapping(out, members, level + self.indent)?;
                }
                scalar => {
                    out.write_all(b" ")?;
                    self.scalar(out, scalar, level + self.indent)?;
                    out.write_all(b"\n")?;
                }
            }
        }
        Ok(())
    }

    fn sequence(&self, out: &mut dyn Write, elements: &[Value], level: usize) -> io::Result<()> {
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                spaces(out, level)?;
            }
            out.write_all(b"- ")?;
            match element {
                Value::Array(elements) if !elements.is_empty() => self.sequence(out, elements, level + 2)?,
                Value::Object(members) if !members.is_empty() => self.mapping(out, members, level + 2)?,
                scalar => {
                    self.scalar(out, scalar, level + self.indent)?;
                    out.write_all(b"\n")?;
                }
            }
        }
        Ok(())
    }

    fn scalar(&self, out: &mut dyn Write, value: &Value, level: usize) -> io::Result<()> {
        match value {
            Value::String(text) => self.string(out, text, Some(level)),
            Value::Number(number) if number.get().is_nan() => out.write_all(b".nan"),
            Value::Number(number) if number.get() == f64::INFINITY => out.write_all(b".inf"),
            Value::Number(number) if number.get() == f64::NEG_INFINITY => out.write_all(b"-.inf"),
            other => out.write_all(other.to_json().as_bytes()),
        }
    }

    /// A string: plain where that reads back as the same, in lines where it has some, else in quotes.
    fn string(&self, out: &mut dyn Write, text: &str, block_level: Option<usize>) -> io::Result<()> {
        if is_plain(text) {
            return out.write_all(text.as_bytes());
        }
        if let Some(level) = block_level
            && is_block(text)
        {
            let body = text.trim_end_matches('\n');
            out.write_all(match text.len() - body.len() {
                0 => b"|-",
                1 => b"|".as_slice(),
                _ => b"|+",
            })?;
            let lines = if text.len() - body.len() > 1 { &text[..text.len() - 1] } else { body };
            for line in lines.split('\n') {
                out.write_all(b"\n")?;
                if !line.is_empty() {
                    spaces(out, level.max(self.indent))?;
                    out.write_all(line.as_bytes())?;
                }
            }
            return Ok(());
        }
        // A string of JSON is one of YAML.
        out.write_all(Value::string(text).to_json().as_bytes())
    }
}

/// Whether a text of several lines can stand as a block.
fn is_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control())
}

/// Words that YAML, in one of its versions, reads as something else than a string.
const RESERVED: &[&str] = &["~", "null", "true", "false", "yes", "no", "on", "off", ".inf", "-.inf", "+.inf", ".nan"];

/// Whether a text reads back as the same string without quotes.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if text != text.trim() || text.chars().any(char::is_control) {
        return false;
    }
    if RESERVED.contains(&text.to_ascii_lowercase().as_str()) || text.starts_with("---") || text.starts_with("...") {
        return false;
    }
    let numeric = text.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    if numeric && !matches!(parse(text).as_deref(), Ok([Value::String(_)])) {
        return false;
    }
    // A date is one to many readers.
    let bytes = text.as_bytes();
    if bytes.len() >= 8 && bytes[4] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let indicator = match first {
        '-' | '?' | ':' => text[1..].chars().next().is_none_or(char::is_whitespace),
        c => ",[]{}#&*!|>'\"%@`".contains(c),
    };
    !indicator && !text.contains(": ") && !text.ends_with(':') && !text.contains(" #") && first != '='
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        for document in parse(text).unwrap() {
            write(&mut out, &document, 2).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn comes_back_as_it_was() {
        for text in [
            "a: 1\nb:\n  - x\n  - y: 2\n    z: 3\n  - - 1\n    - 2\nc: {}\nd: []\n",
            "text: |\n  one\n\n  two\nkept: |+\n  x\n\nlast: |-\n  a\n  b\n",
            "a: \"true\"\nb: \"1.5\"\nc: \"\"\nd: \"x: y\"\ne: 1.2.3\nf: -x\ng: \"- x\"\nh: \"2024-01-02\"\ni: null\n",
            "- 1\n- a: b\n",
            "plain\n",
        ] {
            assert_eq!(written(text), text);
        }
    }

    #[test]
    fn anchors_and_merges() {
        assert_eq!(
            written("base: &b {x: 1, y: 2}\nderived:\n  <<: *b\n  y: 3\n"),
            "base:\n  x: 1\n  y: 2\nderived:\n  x: 1\n  y: 3\n"
        );
    }

    #[test]
    fn nested_aliases_stay_small() {
        let mut text = String::from("a0: &a0 [x, x]\n");
        for level in 1..40 {
            text.push_str(&format!("a{level}: &a{level} [*a{}, *a{}]\n", level - 1, level - 1));
        }
        assert_eq!(parse(&text).unwrap().len(), 1);
    }
}

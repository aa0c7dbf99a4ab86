//! Values as JSON text.

use super::{Object, Value};
use std::io::{self, Write};

/// How values are written.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// What one level of indentation is; all on one line when absent.
    pub indent: Option<String>,
    /// Members in the order of their keys.
    pub sort: bool,
    /// Characters beyond ASCII as escapes.
    pub ascii: bool,
    /// Colors, if any.
    pub style: Option<Style>,
}

/// The escape sequence before each kind of value.
#[derive(Clone, Debug)]
pub struct Style {
    /// In the order null, false, true, numbers, strings, arrays, objects, keys.
    pub colors: [String; 8],
}

impl Default for Style {
    fn default() -> Self {
        Style { colors: ["0;90", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "34;1"].map(|c| format!("\x1b[{c}m")) }
    }
}

impl Style {
    /// Colors as `JQ_COLORS` gives them: `0;90:0;37:…`. Absent where the text is no such list.
    pub fn parse(text: &str) -> Option<Style> {
        let mut style = Style::default();
        for (index, part) in text.split(':').enumerate() {
            if !part.bytes().all(|b| b.is_ascii_digit() || b == b';') {
                return None;
            }
            if let Some(color) = style.colors.get_mut(index) {
                *color = format!("\x1b[{part}m");
            }
        }
        Some(style)
    }
}

const RESET: &str = "\x1b[0m";

impl Layout {
    /// Writes a value, without a line's end after it.
    pub fn write(&self, out: &mut dyn Write, value: &Value) -> io::Result<()> {
        self.value(out, value, 0)
    }

    fn line(&self, out: &mut dyn Write, level: usize) -> io::Result<()> {
        if let Some(indent) = &self.indent {
            out.write_all(b"\n")?;
            for _ in 0..level {
                out.write_all(indent.as_bytes())?;
            }
        }
        Ok(())
    }

    fn color(&self, value: &Value) -> &str {
        let Some(style) = &self.style else { return "" };
        &style.colors[match value {
            Value::Null => 0,
            Value::Bool(false) => 1,
            Value::Bool(true) => 2,
            Value::Number(_) => 3,
            Value::String(_) => 4,
            Value::Array(_) => 5,
            Value::Object(_) => 6,
        }]
    }

    fn value(&self, out: &mut dyn Write, value: &Value, level: usize) -> io::Result<()> {
        let color = self.color(value);
        out.write_all(color.as_bytes())?;
        match value {
            Value::Null => out.write_all(b"null")?,
            Value::Bool(true) => out.write_all(b"true")?,
            Value::Bool(false) => out.write_all(b"false")?,
            Value::Number(number) => out.write_all(number.text().as_bytes())?,
            Value::String(text) => self.string(out, text)?,
            Value::Array(elements) => {
                out.write_all(b"[")?;
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.write_all(color.as_bytes())?;
                        out.write_all(b",")?;
                    }
                    self.line(out, level + 1)?;
                    self.reset(out)?;
                    self.value(out, element, level + 1)?;
                }
                if !elements.is_empty() {
                    out.write_all(color.as_bytes())?;
                    self.line(out, level)?;
                    out.write_all(color.as_bytes())?;
                }
                out.write_all(b"]")?;
            }
            Value::Object(members) => self.object(out, members, color, level)?,
        }
        self.reset(out)
    }

    fn reset(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.style.is_some() { out.write_all(RESET.as_bytes()) } else { Ok(()) }
    }

    fn object(&self, out: &mut dyn Write, members: &Object, color: &str, level: usize) -> io::Result<()> {
        out.write_all(b"{")?;
        let mut members: Vec<_> = members.iter().collect();
        if self.sort {
            members.sort_unstable_by_key(|(key, _)| *key);
        }
        for (index, (key, value)) in members.iter().enumerate() {
            if index > 0 {
                out.write_all(color.as_bytes())?;
                out.write_all(b",")?;
            }
            self.line(out, level + 1)?;
            self.reset(out)?;
            if let Some(style) = &self.style {
                out.write_all(style.colors[7].as_bytes())?;
            }
            self.string(out, key)?;
            self.reset(out)?;
            out.write_all(color.as_bytes())?;
            out.write_all(b":")?;
            if self.indent.is_some() {
                out.write_all(b" ")?;
            }
            self.reset(out)?;
            self.value(out, value, level + 1)?;
        }
        if !members.is_empty() {
            out.write_all(color.as_bytes())?;
            self.line(out, level)?;
            out.write_all(color.as_bytes())?;
        }
        out.write_all(b"}")
    }

    fn string(&self, out: &mut dyn Write, text: &str) -> io::Result<()> {
        out.write_all(b"\"")?;
        let mut start = 0;
        for (at, c) in text.char_indices() {
            if !(c < ' ' || c == '"' || c == '\\' || c == '\x7f' || (self.ascii && !c.is_ascii())) {
                continue;
            }
            out.write_all(&text.as_bytes()[start..at])?;
            start = at + c.len_utf8();
            match c {
                '"' => out.write_all(b"\\\"")?,
                '\\' => out.write_all(b"\\\\")?,
                '\n' => out.write_all(b"\\n")?,
                '\t' => out.write_all(b"\\t")?,
                '\r' => out.write_all(b"\\r")?,
                '\x08' => out.write_all(b"\\b")?,
                '\x0c' => out.write_all(b"\\f")?,
                _ => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(out, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        out.write_all(&text.as_bytes()[start..])?;
        out.write_all(b"\"")
    }
}

impl Value {
    /// As compact JSON.
    pub fn to_json(&self) -> String {
        let mut text = Vec::new();
        // Writing to memory does not fail, and what is written is UTF-8.
        let _ = Layout::default().write(&mut text, self);
        String::from_utf8(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::single;

    fn written(layout: &Layout, text: &str) -> String {
        let mut out = Vec::new();
        layout.write(&mut out, &single(text.as_bytes()).unwrap()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn layouts() {
        let text = r#"{"b":[1,{}],"a":"é😀\u0001"}"#;
        assert_eq!(written(&Layout::default(), text), r#"{"b":[1,{}],"a":"é😀\u0001"}"#);
        let sorted = Layout { sort: true, ascii: true, ..Layout::default() };
        assert_eq!(written(&sorted, text), r#"{"a":"\u00e9\ud83d\ude00\u0001","b":[1,{}]}"#);
        let tall = Layout { indent: Some("  ".into()), ..Layout::default() };
        assert_eq!(written(&tall, r#"{"b":[1,{}],"c":[]}"#), "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"c\": []\n}");
    }
}

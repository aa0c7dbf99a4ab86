//! `@csv`, `@sh` and their like.

use super::{Native, of_input, of_one};
use crate::value::{Result, Value, error};
use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use jaq_core::native::{bome, v};

/// Standard base 64, which reads text without its padding, too.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(super) fn natives() -> Vec<Native> {
    vec![
        of_input!("@text", |value: Value| Ok(Value::String(value.to_text()))),
        of_input!("@json", |value: Value| Ok(Value::from(value.to_json()))),
        of_input!("@csv", |value| row(&value, "csv", ",", csv_field)),
        of_input!("@tsv", |value| row(&value, "tsv", "\t", tsv_field)),
        of_input!("@html", |value: Value| Ok(html(&value.to_text()))),
        of_input!("@uri", |value: Value| Ok(uri(&value.to_text()))),
        of_input!("@urid", |value: Value| Ok(uri_decoded(&value.to_text()))),
        of_input!("@sh", shell),
        of_input!("@base64", |value: Value| Ok(Value::from(BASE64.encode(value.to_text().as_bytes())))),
        of_input!("@base64d", base64_decoded),
        of_input!("@base32", |value: Value| Ok(base32(value.to_text().as_bytes()))),
        of_input!("@base32d", base32_decoded),
        of_one!("format", |value: Value, name: Value| match name.as_str() {
            Some(name) => named(value, name),
            None => Err(error(format!("{} is not a valid format", name.shown()))),
        }),
    ]
}

fn named(value: Value, name: &str) -> Result {
    match name {
        "text" => Ok(Value::String(value.to_text())),
        "json" => Ok(Value::from(value.to_json())),
        "csv" => row(&value, "csv", ",", csv_field),
        "tsv" => row(&value, "tsv", "\t", tsv_field),
        "html" => Ok(html(&value.to_text())),
        "uri" => Ok(uri(&value.to_text())),
        "urid" => Ok(uri_decoded(&value.to_text())),
        "sh" => shell(value),
        "base64" => Ok(Value::from(BASE64.encode(value.to_text().as_bytes()))),
        "base64d" => base64_decoded(value),
        "base32" => Ok(base32(value.to_text().as_bytes())),
        "base32d" => base32_decoded(value),
        _ => Err(error(format!("{name} is not a valid format"))),
    }
}

fn row(value: &Value, format: &str, separator: &str, field: fn(&str) -> String) -> Result {
    let Some(fields) = value.as_array() else {
        return Err(error(format!("{} cannot be {format}-formatted, only array", value.shown())));
    };
    let mut texts = Vec::with_capacity(fields.len());
    for value in fields {
        texts.push(match value {
            Value::Null => String::new(),
            Value::Bool(_) | Value::Number(_) => value.to_json(),
            Value::String(text) => field(text),
            other => return Err(error(format!("{} is not valid in a csv row", other.shown()))),
        });
    }
    Ok(Value::from(texts.join(separator)))
}

fn csv_field(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn tsv_field(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn html(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&apos;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    Value::from(out)
}

fn uri(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    Value::from(out)
}

fn uri_decoded(text: &str) -> Value {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Value::from(String::from_utf8_lossy(&out).into_owned())
}

fn shell(value: Value) -> Result {
    let quoted = |value: &Value| match value {
        Value::String(text) => Ok(format!("'{}'", text.replace('\'', "'\\''"))),
        Value::Array(_) | Value::Object(_) => Err(error(format!("{} can not be escaped for shell", value.shown()))),
        other => Ok(other.to_json()),
    };
    match &value {
        Value::Array(words) => Ok(Value::from(words.iter().map(quoted).collect::<Result<Vec<_>>>()?.join(" "))),
        other => quoted(other).map(Value::from),
    }
}

fn base64_decoded(value: Value) -> Result {
    let text = value.to_text();
    // What is not of the alphabet is skipped at the end, as jq does.
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '+' || c == '/';
    let body: &str = text.trim_end_matches(|c: char| c == '=' || !letters(c));
    let whole = &body[..body.len() - usize::from(body.len() % 4 == 1)];
    if body.len() % 4 == 1 && whole.is_empty() {
        return Err(error(format!("{} trailing base64 byte found", Value::String(text).shown())));
    }
    match BASE64.decode(whole) {
        Ok(bytes) => Ok(Value::from(String::from_utf8_lossy(&bytes).into_owned())),
        Err(_) => Err(error(format!("{} is not valid base64 data", value.shown()))),
    }
}

fn base32(bytes: &[u8]) -> Value {
    let mut out = String::new();
    for chunk in bytes.chunks(5) {
        let bits = (0..5).fold(0u64, |bits, at| bits << 8 | u64::from(chunk.get(at).copied().unwrap_or(0)));
        let letters = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let letter = BASE32[(bits >> (35 - 5 * at) & 31) as usize];
            out.push(if at < letters { char::from(letter) } else { '=' });
        }
    }
    Value::from(out)
}

fn base32_decoded(value: Value) -> Result {
    let text = value.to_text();
    let (mut bits, mut count, mut out) = (0u64, 0, Vec::new());
    for byte in text.trim_end_matches('=').bytes() {
        let Some(digit) = BASE32.iter().position(|&letter| letter == byte) else {
            return Err(error(format!("{} is not valid base32 data", value.shown())));
        };
        bits = (bits << 5 | digit as u64) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Ok(Value::from(String::from_utf8_lossy(&out).into_owned()))
}

//! `match` and its family, with the syntax of Perl: lookaround, back references, named groups.

use super::{Native, of_one, of_two};
use crate::value::{Error, Result, Value, error};
use fancy_regex::{Captures, Regex, RegexBuilder};
use jaq_core::native::{bome, v};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Expressions that stay compiled; a filter rarely has more.
const KEPT: usize = 64;
/// Steps that one search may take where it has to try again and again.
const STEPS: usize = 10_000_000;

pub(super) fn natives() -> Vec<Native> {
    vec![
        of_two!("_match", |value: Value, re, flags| {
            let (text, re, flags) = prepared(&value, &re, &flags)?;
            let mut characters = Characters::new(text);
            let all = found(text, &re, flags)?;
            Ok(all.iter().map(|captures| as_object(captures, &re, &mut characters)).collect())
        }),
        of_two!("_test", |value: Value, re, flags| {
            let (text, re, flags) = prepared(&value, &re, &flags)?;
            Ok(Value::from(!found(text, &re, Flags { global: false, ..flags })?.is_empty()))
        }),
        of_two!("_split", |value: Value, re, flags| {
            let (text, re, flags) = prepared(&value, &re, &flags)?;
            let mut parts = Vec::new();
            let mut last = 0;
            for captures in found(text, &re, flags)? {
                if let Some(whole) = captures.get(0) {
                    parts.push(Value::string(&text[last..whole.start()]));
                    last = whole.end();
                }
            }
            parts.push(Value::string(&text[last..]));
            Ok(Value::from_iter(parts))
        }),
        of_two!("_replace", |value: Value, matches: Value, inserts: Value| replace(&value, &matches, &inserts)),
        of_one!("ascii", |_: Value, code: Value| match code.as_f64() {
            Some(code) => Ok(Value::from(char::from(code as u8).to_string())),
            None => Err(error(format!("{} is no character code", code.shown()))),
        }),
    ]
}

#[derive(Clone, Copy, Default)]
struct Flags {
    global: bool,
    not_empty: bool,
}

thread_local! {
    static COMPILED: RefCell<HashMap<String, Rc<Regex>>> = RefCell::new(HashMap::new());
}

/// A pattern with its flags in front.
fn compiled(source: String) -> Result<Rc<Regex>> {
    COMPILED.with_borrow_mut(|kept| {
        if let Some(re) = kept.get(&source) {
            return Ok(re.clone());
        }
        let re = RegexBuilder::new(&source).backtrack_limit(STEPS).build();
        let re = Rc::new(re.map_err(|fault| error(format!("{source} (at offset 0) is not a valid regex: {fault}")))?);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(source, re.clone());
        Ok(re)
    })
}

fn prepared<'a>(value: &'a Value, re: &Value, flags: &Value) -> Result<(&'a str, Rc<Regex>, Flags)> {
    let Some(text) = value.as_str() else {
        return Err(error(format!("{} cannot be matched, as it is not a string", value.shown())));
    };
    let Some(pattern) = re.as_str() else {
        return Err(error(format!("{} cannot be matched, as it is not a string", re.shown())));
    };
    let mut parsed = Flags::default();
    let mut modes = String::new();
    match flags {
        Value::Null => {}
        Value::String(letters) => {
            for letter in letters.chars() {
                match letter {
                    'g' => parsed.global = true,
                    'n' => parsed.not_empty = true,
                    'i' => modes.push('i'),
                    'x' => modes.push('x'),
                    'p' => modes.push('s'),
                    // `$` is the very end here in any case, and the longest of the first matches is what is found.
                    's' | 'l' => {}
                    _ => return Err(error(format!("{letters} is not a valid modifier string"))),
                }
            }
        }
        other => return Err(error(format!("{} is not a string", other.shown()))),
    }
    let source = if modes.is_empty() { pattern.to_owned() } else { format!("(?{modes}){pattern}") };
    Ok((text, compiled(source)?, parsed))
}

fn failed(fault: fancy_regex::Error) -> Error {
    error(format!("Regex failure: {fault}"))
}

fn found<'t>(text: &'t str, re: &Regex, flags: Flags) -> Result<Vec<Captures<'t>>> {
    let mut all = Vec::new();
    for captures in re.captures_iter(text) {
        let captures = captures.map_err(failed)?;
        if flags.not_empty && captures.get(0).is_some_and(|whole| whole.range().is_empty()) {
            continue;
        }
        all.push(captures);
        if !flags.global {
            break;
        }
    }
    Ok(all)
}

/// From bytes to characters of a text, quick when asked from left to right.
struct Characters<'a> {
    text: &'a str,
    byte: usize,
    character: usize,
}

impl<'a> Characters<'a> {
    fn new(text: &'a str) -> Characters<'a> {
        Characters { text, byte: 0, character: 0 }
    }

    fn at(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.character) = (0, 0);
        }
        self.character += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        self.character
    }
}

fn as_object(captures: &Captures, re: &Regex, characters: &mut Characters) -> Value {
    let mut place = |found: Option<fancy_regex::Match>| match found {
        Some(found) => [
            ("offset", Value::from(characters.at(found.start()))),
            ("length", Value::from(found.as_str().chars().count())),
            ("string", Value::string(found.as_str())),
        ],
        None => [("offset", Value::from(-1.0)), ("string", Value::Null), ("length", Value::from(0usize))],
    };
    let groups: Vec<Value> = re
        .capture_names()
        .enumerate()
        .skip(1)
        .map(|(index, name)| {
            let name = ("name", name.map_or(Value::Null, Value::string));
            Value::object(place(captures.get(index)).into_iter().chain([name]))
        })
        .collect();
    let whole = place(captures.get(0));
    Value::object(whole.into_iter().chain([("captures", Value::from_iter(groups))]))
}

/// The texts in which the matches are replaced: one for each output that the replacement has.
fn replace(value: &Value, matches: &Value, inserts: &Value) -> Result {
    let (Some(text), Some(matches), Some(inserts)) = (value.as_str(), matches.as_array(), inserts.as_array()) else {
        return Err(error(format!("{} cannot be matched, as it is not a string", value.shown())));
    };
    let outputs = inserts.iter().filter_map(Value::as_array).map(Vec::len).max();
    let Some(outputs) = outputs else { return Ok(Value::from_iter([value.clone()])) };
    let member = |object: &Value, name: &str| match object {
        Value::Object(members) => members.get(name).and_then(Value::as_f64).unwrap_or(0.0) as usize,
        _ => 0,
    };
    // Bytes of the characters that matches start and end at; matches come from left to right.
    let mut places = Vec::with_capacity(matches.len());
    let (mut byte, mut character) = (0, 0);
    for found in matches {
        let start = member(found, "offset");
        byte += text[byte..].chars().take(start - character.min(start)).map(char::len_utf8).sum::<usize>();
        let length: usize = text[byte..].chars().take(member(found, "length")).map(char::len_utf8).sum();
        places.push(byte..byte + length);
        character = start + member(found, "length");
        byte += length;
    }
    let mut texts = Vec::with_capacity(outputs);
    for output in 0..outputs {
        let mut out = String::with_capacity(text.len());
        let mut last = 0;
        for (place, insert) in places.iter().zip(inserts) {
            out.push_str(&text[last..place.start]);
            last = place.end;
            match insert.as_array().and_then(|all| all.get(output).or(all.last())) {
                Some(Value::String(insert)) => out.push_str(insert),
                Some(other) => return Value::from(out) + other.clone(),
                None => {}
            }
        }
        out.push_str(&text[last..]);
        texts.push(Value::from(out));
    }
    Ok(Value::from_iter(texts))
}

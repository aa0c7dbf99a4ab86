//! Reaching into values: `.[k]`, `.[a:b]`, their updates, and deletion.

use super::{Error, Number, Object, Result, Value, error};
use jaq_core::Exn;
use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::path::Opt;
use jaq_core::val::{Range, ValT, ValX};
use std::rc::Rc;

/// The highest index that an assignment makes an array for: what jq allows would fill a sandbox's memory.
const HIGHEST: f64 = 16_777_216.0;

fn cannot_index(value: &Value, key: &Value) -> Error {
    match key {
        Value::String(name) => error(format!("Cannot index {} with string \"{name}\"", value.kind())),
        key => error(format!("Cannot index {} with {}", value.kind(), key.kind())),
    }
}

fn cannot_iterate(value: &Value) -> Error {
    error(format!("Cannot iterate over {}", value.shown()))
}

/// An index into so many elements; absent when there is no such element.
fn position(index: f64, length: usize) -> Option<usize> {
    let index = if index < 0.0 { index.floor() + length as f64 } else { index.floor() };
    (index >= 0.0 && index < length as f64).then_some(index as usize)
}

/// The bounds of a slice of so many elements.
fn bounds(range: &Range<&Value>, length: usize) -> Result<std::ops::Range<usize>> {
    let bound = |value: Option<&Value>, default: f64| match value {
        None | Some(Value::Null) => Ok(default),
        Some(Value::Number(number)) => {
            let number = number.get();
            Ok(if number < 0.0 { number + length as f64 } else { number })
        }
        Some(_) => Err(error("Start and end indices of an array slice must be numbers")),
    };
    let start = bound(range.start, 0.0)?.floor().clamp(0.0, length as f64) as usize;
    let end = bound(range.end, length as f64)?.ceil().clamp(0.0, length as f64) as usize;
    Ok(start..end.max(start))
}

/// A slice as a path gives it: `{"start": a, "end": b}`.
fn slice_of(key: &Object) -> Range<&Value> {
    key.get("start")..key.get("end")
}

/// The byte at which a character starts.
fn byte_of(text: &str, character: usize) -> usize {
    text.char_indices().nth(character).map_or(text.len(), |(at, _)| at)
}

/// Where a value occurs in an array (as an element or a run of elements) or in a string.
pub fn indices(value: &Value, wanted: &Value) -> Result {
    Ok(match (value, wanted) {
        (Value::Null, _) => Value::Null,
        (Value::String(text), Value::String(part)) => {
            if part.is_empty() {
                return Ok(Value::from_iter([]));
            }
            let (mut found, mut characters, mut counted) = (Vec::new(), 0, 0);
            for (at, _) in text.char_indices() {
                if text[at..].starts_with(&**part) {
                    characters += text[counted..at].chars().count();
                    counted = at;
                    found.push(Value::from(characters));
                }
            }
            found.into_iter().collect()
        }
        (Value::Array(elements), Value::Array(run)) => {
            if run.is_empty() {
                return Ok(Value::Null);
            }
            let places = elements.windows(run.len()).enumerate().filter(|(_, window)| *window == run.as_slice());
            places.map(|(at, _)| Value::from(at)).collect()
        }
        (Value::Array(elements), wanted) => {
            elements.iter().enumerate().filter(|(_, e)| *e == wanted).map(|(at, _)| Value::from(at)).collect()
        }
        (value, wanted) => return Err(cannot_index(value, wanted)),
    })
}

/// `has(k)`.
pub fn has(value: &Value, key: &Value) -> Result {
    match (value, key) {
        (Value::Object(members), Value::String(name)) => Ok(Value::from(members.contains_key(name))),
        (Value::Array(elements), Value::Number(index)) => {
            Ok(Value::from(index.get() >= 0.0 && index.get() < elements.len() as f64))
        }
        (value, key) => Err(error(format!("Cannot check whether {} has a {} key", value.kind(), key.kind()))),
    }
}

impl ValT for Value {
    fn from_num(text: &str) -> Result {
        Ok(Number::parse(text).map_or_else(|| Value::from(f64::NAN), Value::Number))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(members: I) -> Result {
        let mut object = Object::new();
        for (key, value) in members {
            match key {
                Value::String(key) => object.insert(key, value),
                key => return Err(error(format!("Object keys must be strings, not {}", key.shown()))),
            };
        }
        Ok(Value::Object(Rc::new(object)))
    }

    fn key_values(self) -> BoxIter<'static, Result<(Value, Value)>> {
        match self {
            Value::Array(elements) => {
                Box::new((0..elements.len()).map(move |at| Ok((Value::from(at), elements[at].clone()))))
            }
            Value::Object(members) => {
                let count = members.len();
                Box::new((0..count).filter_map(move |at| {
                    members.get_index(at).map(|(k, v)| Ok((Value::String(k.clone()), v.clone())))
                }))
            }
            other => box_once(Err(cannot_iterate(&other))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = Result>> {
        match self {
            Value::Array(elements) => match Rc::try_unwrap(elements) {
                Ok(elements) => Box::new(elements.into_iter().map(Ok)),
                Err(elements) => Box::new((0..elements.len()).map(move |at| Ok(elements[at].clone()))),
            },
            Value::Object(members) => {
                let count = members.len();
                Box::new((0..count).filter_map(move |at| members.get_index(at).map(|(_, value)| Ok(value.clone()))))
            }
            other => box_once(Err(cannot_iterate(&other))),
        }
    }

    fn index(self, key: &Self) -> Result {
        Ok(match (&self, key) {
            (Value::Object(members), Value::String(name)) => members.get(name).cloned().unwrap_or(Value::Null),
            (Value::Array(elements), Value::Number(index)) => {
                position(index.get(), elements.len()).map_or(Value::Null, |at| elements[at].clone())
            }
            (Value::Array(_), Value::Array(_)) => return indices(&self, key),
            (Value::Null | Value::Array(_) | Value::String(_), Value::Object(slice)) => {
                return self.range(slice_of(slice));
            }
            (Value::Null, Value::String(_) | Value::Number(_) | Value::Null) => Value::Null,
            _ => return Err(cannot_index(&self, key)),
        })
    }

    fn range(self, range: Range<&Self>) -> Result {
        Ok(match self {
            Value::Null => Value::Null,
            Value::Array(elements) => {
                let range = bounds(&range, elements.len())?;
                elements[range].iter().cloned().collect()
            }
            Value::String(text) => {
                let range = bounds(&range, text.chars().count())?;
                let start = byte_of(&text, range.start);
                let end = start + byte_of(&text[start..], range.len());
                Value::string(&text[start..end])
            }
            other => return Err(error(format!("Cannot index {} with object", other.kind()))),
        })
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(self, opt: Opt, f: impl Fn(Self) -> I) -> ValX<'a, Self> {
        match self {
            Value::Array(elements) => {
                let elements = Rc::try_unwrap(elements).unwrap_or_else(|shared| (*shared).clone());
                elements.into_iter().filter_map(|value| f(value).next()).collect()
            }
            Value::Object(members) => {
                let members = Rc::try_unwrap(members).unwrap_or_else(|shared| (*shared).clone());
                let members = members.into_iter().filter_map(|(key, value)| Some((key, f(value).next()?)));
                let members: Object =
                    members.map(|(key, value)| Ok((key, value?))).collect::<std::result::Result<_, Exn<_>>>()?;
                Ok(Value::Object(Rc::new(members)))
            }
            other => opt.fail(other, |other| Exn::from(cannot_iterate(&other))),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        key: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        match (self, key) {
            (Value::Null, Value::String(_)) => Value::object([]).map_index(key, opt, f),
            (Value::Null, Value::Number(_)) => Value::from_iter([]).map_index(key, opt, f),
            (Value::Object(mut members), Value::String(name)) => {
                let object = Rc::make_mut(&mut members);
                // Taken out, so that an update of it finds it unshared.
                let old = object.get_mut(name).map_or(Value::Null, |value| std::mem::replace(value, Value::Null));
                match f(old).next().transpose()? {
                    Some(new) => object.insert(name.clone(), new),
                    None => object.shift_remove(name),
                };
                Ok(Value::Object(members))
            }
            (Value::Array(mut elements), Value::Number(index)) => {
                let index = index.get();
                let length = elements.len();
                let at = if index < 0.0 { index.floor() + length as f64 } else { index.floor() };
                let fault = if at < 0.0 {
                    Some("Out of bounds negative array index")
                } else if at.is_nan() || at > HIGHEST {
                    Some("Array index too large")
                } else {
                    None
                };
                if let Some(text) = fault {
                    return opt.fail(Value::Array(elements), |_| Exn::from(error(text)));
                }
                let at = at as usize;
                let array = Rc::make_mut(&mut elements);
                let old = array.get_mut(at).map_or(Value::Null, |value| std::mem::replace(value, Value::Null));
                match f(old).next().transpose()? {
                    Some(new) => {
                        if at >= array.len() {
                            array.resize(at + 1, Value::Null);
                        }
                        array[at] = new;
                    }
                    None if at < array.len() => {
                        array.remove(at);
                    }
                    None => {}
                }
                Ok(Value::Array(elements))
            }
            (value @ (Value::Null | Value::Array(_) | Value::String(_)), Value::Object(slice)) => {
                value.map_range(slice_of(slice), opt, f)
            }
            (value, key) => opt.fail(value, |value| Exn::from(cannot_index(&value, key))),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Range<&Self>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let mut elements = match self {
            Value::Null => Rc::default(),
            Value::Array(elements) => elements,
            Value::String(_) => return opt.fail(self, |_| Exn::from(error("Cannot update string slices"))),
            other => {
                return opt
                    .fail(other, |o| Exn::from(error(format!("Cannot update field at object index of {}", o.kind()))));
            }
        };
        let range = match bounds(&range, elements.len()) {
            Ok(range) => range,
            Err(fault) => return opt.fail(Value::Array(elements), |_| Exn::from(fault)),
        };
        let old: Value = elements[range.clone()].iter().cloned().collect();
        let new = match f(old).next().transpose()? {
            Some(Value::Array(new)) => new,
            Some(_) => return Err(Exn::from(error("A slice of an array can only be assigned another array"))),
            None => Rc::default(),
        };
        Rc::make_mut(&mut elements).splice(range, new.iter().cloned());
        Ok(Value::Array(elements))
    }

    fn as_bool(&self) -> bool {
        self.is_true()
    }

    fn into_string(self) -> Self {
        Value::String(self.to_text())
    }
}

/// `delpaths`: the value without what the paths lead to.
pub fn delete_paths(mut value: Value, paths: &Value) -> Result {
    let Some(paths) = paths.as_array() else { return Err(error("Paths must be specified as an array")) };
    let mut paths = paths.clone();
    // Backwards, so that no deletion moves what another path leads to.
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths.dedup();
    for path in &paths {
        let Some(path) = path.as_array() else { return Err(error("Path must be specified as an array")) };
        value = delete(value, path)?;
    }
    Ok(value)
}

fn delete(mut value: Value, path: &[Value]) -> Result {
    let Some((key, rest)) = path.split_first() else { return Ok(Value::Null) };
    if !rest.is_empty() {
        let below = value.clone().index(key)?;
        if matches!(below, Value::Null) {
            return Ok(value);
        }
        let below = delete(below, rest)?;
        let replaced = value.map_index(key, Opt::Essential, |_| std::iter::once(Ok(below.clone())));
        return replaced.map_err(|exn: Exn<'_, _>| exn.get_err().unwrap_or_else(|_| error("Cannot delete")));
    }
    match (&mut value, key) {
        (Value::Null, _) => {}
        (Value::Object(members), Value::String(name)) => {
            Rc::make_mut(members).shift_remove(name);
        }
        (Value::Array(elements), Value::Number(index)) => {
            if let Some(at) = position(index.get(), elements.len()) {
                Rc::make_mut(elements).remove(at);
            }
        }
        (Value::Array(elements), Value::Object(slice)) => {
            let range = bounds(&slice_of(slice), elements.len())?;
            Rc::make_mut(elements).drain(range);
        }
        (Value::Object(_), key) => return Err(error(format!("Cannot delete field at object index of {}", key.kind()))),
        (Value::Array(_), key) => return Err(error(format!("Cannot delete field at array index of {}", key.kind()))),
        (value, key) => return Err(error(format!("Cannot delete field at {} index of {}", key.kind(), value.kind()))),
    }
    Ok(value)
}

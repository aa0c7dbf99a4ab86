//! Functions on arrays and objects.

use super::{Native, of_input, of_one};
use crate::value::{Result, Value, delete_paths, error, has, indices};
use jaq_core::native::{bome, v};
use std::rc::Rc;

pub(super) fn natives() -> Vec<Native> {
    vec![
        of_input!("type", |value: Value| Ok(Value::string(value.kind()))),
        of_input!("length", length),
        of_input!("keys", |value| keys(value, true)),
        of_input!("keys_unsorted", |value| keys(value, false)),
        of_one!("has", |value, key| has(&value, &key)),
        of_one!("contains", |value, part| contains(&value, &part).map(Value::from)),
        of_one!("indices", |value, wanted| indices(&value, &wanted)),
        of_one!("delpaths", |value, paths| delete_paths(value, &paths)),
        of_one!("bsearch", bsearch),
        of_input!("add", add),
        of_input!("reverse", reverse),
        of_input!("sort", |value: Value| {
            let mut elements = sortable(&value)?.clone();
            elements.sort();
            Ok(Value::from_iter(elements))
        }),
        of_input!("unique", |value: Value| {
            let mut elements = sortable(&value)?.clone();
            elements.sort();
            elements.dedup();
            Ok(Value::from_iter(elements))
        }),
        of_input!("min", |value: Value| extreme(&value, &value, false)),
        of_input!("max", |value: Value| extreme(&value, &value, true)),
        of_one!("_min_by", |value: Value, keys| extreme(&value, &keys, false)),
        of_one!("_max_by", |value: Value, keys| extreme(&value, &keys, true)),
        of_one!("_sort_by", |value, keys| Ok(keyed(&value, &keys)?.into_iter().map(|(_, element)| element).collect())),
        of_one!("_group_by", group),
        of_one!("_flatten", |value, depth: Value| {
            let mut out = Vec::new();
            flatten(&value, depth.as_f64().unwrap_or(0.0), &mut out)?;
            Ok(Value::from_iter(out))
        }),
    ]
}

fn length(value: Value) -> Result {
    Ok(match &value {
        Value::Null => Value::from(0usize),
        Value::Bool(_) => return Err(error(format!("{} has no length", value.shown()))),
        Value::Number(number) if number.get() < 0.0 => Value::from(-number.get()),
        Value::Number(_) => value,
        Value::String(text) => Value::from(text.chars().count()),
        Value::Array(elements) => Value::from(elements.len()),
        Value::Object(members) => Value::from(members.len()),
    })
}

fn keys(value: Value, sorted: bool) -> Result {
    match &value {
        Value::Array(elements) => Ok((0..elements.len()).map(Value::from).collect()),
        Value::Object(members) => {
            let mut keys: Vec<_> = members.keys().cloned().collect();
            if sorted {
                keys.sort_unstable();
            }
            Ok(keys.into_iter().map(Value::String).collect())
        }
        other => Err(error(format!("{} has no keys", other.shown()))),
    }
}

fn contains(value: &Value, part: &Value) -> Result<bool> {
    match (value, part) {
        (Value::Object(members), Value::Object(parts)) => {
            for (key, part) in parts.iter() {
                match members.get(key) {
                    Some(value) if contains(value, part)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Array(elements), Value::Array(parts)) => {
            for part in parts.iter() {
                // Elements of another type are no reason to fail.
                if !elements.iter().any(|element| contains(element, part).unwrap_or(false)) {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::String(text), Value::String(part)) => Ok(text.contains(&**part)),
        (value, part) if value.kind() == part.kind() => Ok(value == part),
        (value, part) => {
            Err(error(format!("{} and {} cannot have their containment checked", value.shown(), part.shown())))
        }
    }
}

fn bsearch(value: Value, wanted: Value) -> Result {
    let Some(elements) = value.as_array() else {
        return Err(error(format!("{} cannot be searched from", value.shown())));
    };
    Ok(match elements.binary_search(&wanted) {
        Ok(at) => Value::from(at),
        Err(at) => Value::from(-1.0 - at as f64),
    })
}

/// The sum of all children, in place as far as it is one string, array or object that grows.
fn add(value: Value) -> Result {
    let children: Vec<Value> = match value {
        Value::Array(elements) => Rc::try_unwrap(elements).unwrap_or_else(|shared| (*shared).clone()),
        Value::Object(members) => members.values().cloned().collect(),
        other => return Err(error(format!("Cannot iterate over {}", other.shown()))),
    };
    if children.iter().all(|child| matches!(child, Value::String(_))) && !children.is_empty() {
        let texts: Vec<&str> = children.iter().filter_map(Value::as_str).collect();
        return Ok(Value::from(texts.concat()));
    }
    children.into_iter().try_fold(Value::Null, |sum, child| sum + child)
}

fn reverse(value: Value) -> Result {
    match value {
        Value::Null => Ok(Value::from_iter([])),
        Value::String(text) => Ok(Value::from(text.chars().rev().collect::<String>())),
        Value::Array(elements) => Ok(elements.iter().rev().cloned().collect()),
        other => Err(error(format!("Cannot reverse {}", other.shown()))),
    }
}

fn sortable(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| error(format!("{} cannot be sorted, as it is not an array", value.shown())))
}

/// The elements with their keys, in order of these.
fn keyed(value: &Value, keys: &Value) -> Result<Vec<(Value, Value)>> {
    let keys = sortable(keys)?.iter().cloned();
    let mut pairs: Vec<_> = keys.zip(sortable(value)?.iter().cloned()).collect();
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(pairs)
}

fn group(value: Value, keys: Value) -> Result {
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for (key, element) in keyed(&value, &keys)? {
        match groups.last_mut() {
            Some((last, group)) if *last == key => group.push(element),
            _ => groups.push((key, vec![element])),
        }
    }
    Ok(groups.into_iter().map(|(_, group)| Value::from_iter(group)).collect())
}

/// The first of the least, or the last of the greatest.
fn extreme(value: &Value, keys: &Value, greatest: bool) -> Result {
    let Some(elements) = value.as_array() else {
        return Err(error(format!("Cannot iterate over {}", value.shown())));
    };
    let pairs = sortable(keys)?.iter().zip(elements);
    let best = if greatest { pairs.max_by(|a, b| a.0.cmp(b.0)) } else { pairs.min_by(|a, b| a.0.cmp(b.0)) };
    Ok(best.map_or(Value::Null, |(_, element)| element.clone()))
}

fn flatten(value: &Value, depth: f64, out: &mut Vec<Value>) -> Result<()> {
    let children: Vec<Value> = match value {
        Value::Array(elements) => elements.to_vec(),
        Value::Object(members) => members.values().cloned().collect(),
        other => return Err(error(format!("Cannot iterate over {}", other.shown()))),
    };
    for child in children {
        match child {
            Value::Array(_) if depth > 0.0 => flatten(&child, depth - 1.0, out)?,
            other => out.push(other),
        }
    }
    Ok(())
}

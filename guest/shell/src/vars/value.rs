//! What a variable holds: a string, an indexed array or an associative array.

use std::collections::BTreeMap;

use bstr::BString;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// A variable's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// A string.
    Scalar(BString),
    /// An indexed array (`-a`).
    Indexed(Indexed),
    /// An associative array (`-A`).
    Associative(Associative),
}

impl Default for Value {
    fn default() -> Self {
        Value::Scalar(BString::default())
    }
}

/// An indexed array. Most arrays have no holes, so those are a plain vector;
/// the first hole turns it into an ordered map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Indexed {
    /// Elements 0, 1, 2 ... without a hole.
    Dense(Vec<BString>),
    /// Elements by index.
    Sparse(BTreeMap<u64, BString>),
}

impl Default for Indexed {
    fn default() -> Self {
        Indexed::Dense(Vec::new())
    }
}

impl From<Vec<BString>> for Indexed {
    fn from(elements: Vec<BString>) -> Self {
        Indexed::Dense(elements)
    }
}

impl Indexed {
    /// The number of elements that are set.
    pub fn len(&self) -> usize {
        match self {
            Indexed::Dense(elements) => elements.len(),
            Indexed::Sparse(elements) => elements.len(),
        }
    }

    /// No element is set.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One more than the highest index in use: where an append goes.
    pub fn end(&self) -> u64 {
        match self {
            Indexed::Dense(elements) => elements.len() as u64,
            Indexed::Sparse(elements) => elements.keys().next_back().map_or(0, |last| last.saturating_add(1)),
        }
    }

    /// The element at `index`.
    pub fn get(&self, index: u64) -> Option<&BString> {
        match self {
            Indexed::Dense(elements) => elements.get(usize::try_from(index).ok()?),
            Indexed::Sparse(elements) => elements.get(&index),
        }
    }

    /// The element at `index`, made empty first if it is not set.
    pub fn entry(&mut self, index: u64) -> &mut BString {
        let make_sparse = match self {
            Indexed::Dense(elements) => index > elements.len() as u64,
            Indexed::Sparse(_) => false,
        };
        if make_sparse {
            self.make_sparse();
        }
        match self {
            Indexed::Dense(elements) => {
                let index = index as usize;
                if index == elements.len() {
                    elements.push(BString::default());
                }
                &mut elements[index]
            }
            Indexed::Sparse(elements) => elements.entry(index).or_default(),
        }
    }

    /// Sets the element at `index`.
    pub fn set(&mut self, index: u64, value: BString) {
        match self {
            Indexed::Dense(elements) if index == elements.len() as u64 => elements.push(value),
            _ => *self.entry(index) = value,
        }
    }

    /// Adds an element behind the last one.
    pub fn push(&mut self, value: BString) {
        self.set(self.end(), value);
    }

    /// Removes the element at `index`.
    pub fn remove(&mut self, index: u64) {
        match self {
            Indexed::Dense(elements) => {
                if index + 1 == elements.len() as u64 {
                    elements.pop();
                } else if index < elements.len() as u64 {
                    self.make_sparse();
                    self.remove(index);
                }
            }
            Indexed::Sparse(elements) => {
                elements.remove(&index);
            }
        }
    }

    fn make_sparse(&mut self) {
        if let Indexed::Dense(elements) = self {
            let elements = std::mem::take(elements);
            *self = Indexed::Sparse((0u64..).zip(elements).collect());
        }
    }

    /// The elements with their indices, in order.
    pub fn iter(&self) -> Box<dyn DoubleEndedIterator<Item = (u64, &BString)> + '_> {
        match self {
            Indexed::Dense(elements) => Box::new(elements.iter().enumerate().map(|(i, e)| (i as u64, e))),
            Indexed::Sparse(elements) => Box::new(elements.iter().map(|(i, e)| (*i, e))),
        }
    }

    /// The elements in order.
    pub fn values(&self) -> Vec<BString> {
        match self {
            Indexed::Dense(elements) => elements.clone(),
            Indexed::Sparse(elements) => elements.values().cloned().collect(),
        }
    }
}

/// An associative array. It is walked in the order that bash's own hash table
/// would give, since scripts (and their expected output) see that order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Associative {
    elements: FxHashMap<BString, Slot>,
    /// The number of buckets bash's table would have by now.
    buckets: u32,
    /// Insertions so far.
    clock: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Slot {
    value: BString,
    /// When the key came in: within a bucket the newest comes first.
    inserted: u64,
}

/// The size bash gives a new table.
const FIRST_BUCKETS: u32 = 1024;

impl Default for Associative {
    fn default() -> Self {
        Associative { elements: FxHashMap::default(), buckets: FIRST_BUCKETS, clock: 0 }
    }
}

impl Associative {
    /// The number of elements.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// There are no elements.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The element of `key`.
    pub fn get(&self, key: &[u8]) -> Option<&BString> {
        self.elements.get(bstr::BStr::new(key)).map(|slot| &slot.value)
    }

    /// The element of `key`, made empty first if it is not set.
    pub fn entry(&mut self, key: &[u8]) -> &mut BString {
        if !self.elements.contains_key(bstr::BStr::new(key)) {
            self.clock += 1;
            if self.elements.len() as u64 >= u64::from(self.buckets) * 2 && self.buckets < 1 << 28 {
                self.buckets *= 4;
            }
        }
        let inserted = self.clock;
        let slot =
            self.elements.entry(BString::from(key)).or_insert_with(|| Slot { value: BString::default(), inserted });
        &mut slot.value
    }

    /// Sets the element of `key`.
    pub fn set(&mut self, key: &[u8], value: BString) {
        *self.entry(key) = value;
    }

    /// Removes the element of `key`.
    pub fn remove(&mut self, key: &[u8]) {
        self.elements.remove(bstr::BStr::new(key));
    }

    /// The elements with their keys, in bash's order.
    pub fn iter(&self) -> impl Iterator<Item = (&BString, &BString)> {
        let mut order: Vec<(u32, std::cmp::Reverse<u64>, &BString, &BString)> = self
            .elements
            .iter()
            .map(|(key, slot)| (hash(key) & (self.buckets - 1), std::cmp::Reverse(slot.inserted), key, &slot.value))
            .collect();
        order.sort_unstable_by_key(|&(bucket, inserted, ..)| (bucket, inserted));
        order.into_iter().map(|(_, _, key, value)| (key, value))
    }
}

/// The FNV-1 hash, which bash uses for its tables.
fn hash(key: &[u8]) -> u32 {
    key.iter().fold(2_166_136_261, |hash: u32, byte| hash.wrapping_mul(16_777_619) ^ u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_keep_order() {
        let mut array = Indexed::default();
        array.push("a".into());
        array.set(5, "f".into());
        array.push("g".into());
        array.set(2, "c".into());
        let seen: Vec<_> = array.iter().map(|(i, e)| (i, e.to_string())).collect();
        assert_eq!(seen, [(0, "a".into()), (2, "c".into()), (5, "f".into()), (6, "g".into())]);
        array.remove(6);
        assert_eq!(array.end(), 6);
        assert_eq!(array.len(), 3);
    }

    #[test]
    fn associative_order_is_that_of_bash() {
        // declare -A a=([one]=1 [two]=2 [three]=3 [four]=4 [five]=5); echo "${!a[@]}"
        let mut array = Associative::default();
        for key in ["one", "two", "three", "four", "five"] {
            array.set(key.as_bytes(), key.into());
        }
        let keys: Vec<_> = array.iter().map(|(key, _)| key.to_string()).collect();
        assert_eq!(keys, ["four", "two", "three", "one", "five"]);
    }
}

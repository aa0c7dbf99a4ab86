//! The order in which `for (key in array)` goes, and sorting.

use super::{Interp, Run, fatal, slot};
use crate::number;
use crate::text::Text;
use crate::value::{Array, Operand, Value};
use std::cmp::Ordering;

type Pair = (Text, Value);

impl Interp<'_> {
    /// The keys of an array in the order that `PROCINFO["sorted_in"]` says. Without it: integers
    /// first and ascending, then the others by their bytes. POSIX leaves it open; this one is the
    /// same in every run.
    pub(super) fn ordered_keys(&mut self, array: &Array) -> Run<Vec<Text>> {
        let how = match &self.globals[slot::PROCINFO] {
            Value::Array(info) => info.borrow().get(&b"sorted_in"[..]).cloned(),
            _ => None,
        };
        if let Some(how) = how {
            let how = how.into_text(&self.settings.convfmt);
            if how.as_bytes() != b"@unsorted" && !how.is_empty() {
                let pairs = array.borrow().iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                return Ok(self.sorted(pairs, &how)?.into_iter().map(|(key, _)| key).collect());
            }
        }
        let mut keys: Vec<(bool, f64, Text)> = array
            .borrow()
            .keys()
            .map(|key| {
                let number = number::looks(key).filter(|number| !number.is_nan());
                (number.is_none(), number.unwrap_or(0.0), key.clone())
            })
            .collect();
        keys.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.as_bytes().cmp(b.2.as_bytes()))
        });
        Ok(keys.into_iter().map(|(_, _, key)| key).collect())
    }

    /// Sorts by one of gawk's ways or by a function of the program.
    pub(super) fn sorted(&mut self, mut pairs: Vec<Pair>, how: &[u8]) -> Run<Vec<Pair>> {
        let format = self.settings.convfmt.clone();
        let text = |value: &Value| value.clone().into_text(&format);
        let by_key = |a: &Pair, b: &Pair| a.0.as_bytes().cmp(b.0.as_bytes());
        let by_key_number = |a: &Pair, b: &Pair| {
            number::value(&a.0).total_cmp(&number::value(&b.0)).then_with(|| a.0.as_bytes().cmp(b.0.as_bytes()))
        };
        match how {
            b"@ind_str_asc" => pairs.sort_by(by_key),
            b"@ind_str_desc" => pairs.sort_by(|a, b| by_key(b, a)),
            b"@ind_num_asc" => pairs.sort_by(by_key_number),
            b"@ind_num_desc" => pairs.sort_by(|a, b| by_key_number(b, a)),
            b"@val_type_asc" => pairs.sort_by(|a, b| by_type(&a.1, &b.1).then_with(|| by_key_number(a, b))),
            b"@val_type_desc" => pairs.sort_by(|a, b| by_type(&b.1, &a.1).then_with(|| by_key_number(b, a))),
            b"@val_str_asc" | b"@val_str_desc" | b"@val_num_asc" | b"@val_num_desc" => {
                let numeric = how.starts_with(b"@val_num");
                let order = |a: &Pair, b: &Pair| {
                    let values = if numeric {
                        a.1.number().total_cmp(&b.1.number())
                    } else {
                        text(&a.1).as_bytes().cmp(text(&b.1).as_bytes())
                    };
                    values.then_with(|| by_key_number(a, b))
                };
                if how.ends_with(b"_asc") { pairs.sort_by(order) } else { pairs.sort_by(|a, b| order(b, a)) }
            }
            _ if how.starts_with(b"@") => {
                return fatal(format!("sort comparison `{}' is not known", String::from_utf8_lossy(how)));
            }
            name => {
                let function = self.function_named(name)?;
                return self.merge_sort(pairs, function);
            }
        }
        Ok(pairs)
    }

    /// Sorts by a function of the program, which may fail and need not be consistent: no sort of
    /// the standard library would take that.
    fn merge_sort(&mut self, mut pairs: Vec<Pair>, function: usize) -> Run<Vec<Pair>> {
        if pairs.len() < 2 {
            return Ok(pairs);
        }
        let right = pairs.split_off(pairs.len() / 2);
        let left = self.merge_sort(pairs, function)?;
        let right = self.merge_sort(right, function)?;
        let mut merged = Vec::with_capacity(left.len() + right.len());
        let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let args = vec![Value::Input(a.0.clone()), a.1.clone(), Value::Input(b.0.clone()), b.1.clone()];
            let takes = self.program.functions.get(function).map_or(0, |callee| callee.array_params.len());
            if takes < 4 {
                return fatal("a sort comparison function takes four arguments");
            }
            let after = self.enter(function, args)?.number() > 0.0;
            merged.extend(if after { right.next() } else { left.next() });
        }
        merged.extend(left);
        merged.extend(right);
        Ok(merged)
    }
}

/// Numbers before strings before arrays.
fn by_type(a: &Value, b: &Value) -> Ordering {
    fn rank(value: &Value) -> (u8, f64, &[u8]) {
        match value {
            Value::Array(_) => (2, 0.0, b""),
            value => match value.operand() {
                Operand::Unset => (0, 0.0, b""),
                Operand::Num(number) => (0, number, b""),
                Operand::Str(text) => (1, 0.0, text),
                Operand::Input(text) => match number::looks(text) {
                    Some(number) => (0, number, b""),
                    None => (1, 0.0, text),
                },
            },
        }
    }
    let (a, b) = (rank(a), rank(b));
    a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.cmp(b.2))
}

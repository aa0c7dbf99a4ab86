//! `${x:offset:length}`

use bstr::BString;

use super::parameter::{Fetched, list_subscript};
use super::text;
use crate::ast::{Arith, ParameterSubject};
use crate::shell::{Run, Shell};
use crate::vars::Value;

impl Shell {
    #[inline(never)]
    pub(super) fn substring(
        &mut self,
        subject: &ParameterSubject,
        offset: &Arith,
        length: Option<&Arith>,
    ) -> Run<Fetched> {
        match subject {
            ParameterSubject::Special(byte @ (b'@' | b'*')) => {
                let offset = self.eval_arith(offset)?;
                let length = self.optional_length(length)?;
                // `$0` counts as the element before the first.
                let mut all = Vec::with_capacity(self.positional.len() + 1);
                all.push(self.name.clone());
                all.extend(self.positional.iter().cloned());
                let start = if offset < 0 { offset.saturating_add(all.len() as i64) } else { offset };
                let values = match self.slice(start, all.len() as i64, length)? {
                    Some((start, count)) => all.into_iter().skip(start).take(count).collect(),
                    None => Vec::new(),
                };
                Ok(Fetched::List(values, *byte == b'@'))
            }
            ParameterSubject::Variable(name, Some(subscript)) if list_subscript(subscript).is_some() => {
                let at = list_subscript(subscript).unwrap_or(true);
                let name = self.array_behind(name).into_owned();
                let offset = self.eval_arith(offset)?;
                let length = self.optional_length(length)?;
                Ok(Fetched::List(self.slice_array(&name, offset, length)?, at))
            }
            _ => self.substring_of_string(subject, offset, length),
        }
    }

    fn optional_length(&mut self, length: Option<&Arith>) -> Run<Option<i64>> {
        match length {
            Some(length) => Ok(Some(self.eval_arith(length)?)),
            None => Ok(None),
        }
    }

    /// Where a slice of a list starts and how long it is; absent if it starts
    /// before the list or beyond its end, whatever its length is.
    fn slice(&mut self, start: i64, end: i64, length: Option<i64>) -> Run<Option<(usize, usize)>> {
        let Some(start) = usize::try_from(start).ok().filter(|_| start <= end) else { return Ok(None) };
        let count = match length {
            None => usize::MAX,
            Some(length) => match usize::try_from(length) {
                Ok(length) => length,
                Err(_) => return Err(self.fail(format!("{length}: substring expression < 0"))),
            },
        };
        Ok(Some((start, count)))
    }

    fn slice_array(&mut self, name: &[u8], offset: i64, length: Option<i64>) -> Run<Vec<BString>> {
        let end = match self.whole_value(name).as_deref() {
            None => return Ok(Vec::new()),
            Some(Value::Scalar(_)) => 1,
            Some(Value::Indexed(elements)) => i64::try_from(elements.end()).unwrap_or(i64::MAX),
            Some(Value::Associative(elements)) => elements.len() as i64,
        };
        let start = if offset < 0 { offset.saturating_add(end) } else { offset };
        let Some((start, count)) = self.slice(start, end, length)? else { return Ok(Vec::new()) };
        Ok(match self.whole_value(name).as_deref() {
            None => Vec::new(),
            Some(Value::Scalar(value)) => std::iter::once(value.clone()).skip(start).take(count).collect(),
            Some(Value::Indexed(elements)) => elements
                .iter()
                .skip_while(|(index, _)| *index < start as u64)
                .take(count)
                .map(|(_, value)| value.clone())
                .collect(),
            // bash counts the elements of an associative array from 1 here.
            Some(Value::Associative(elements)) => {
                elements.iter().skip(start.saturating_sub(1)).take(count).map(|(_, value)| value.clone()).collect()
            }
        })
    }

    fn substring_of_string(
        &mut self,
        subject: &ParameterSubject,
        offset: &Arith,
        length: Option<&Arith>,
    ) -> Run<Fetched> {
        let Fetched::One(value) = self.fetch_set(subject)? else { return Ok(Fetched::Unset) };
        let offset = self.eval_arith(offset)?;
        let length = self.optional_length(length)?;
        let size = text::char_count(&value) as i64;
        let start = if offset < 0 { offset.saturating_add(size) } else { offset };
        if start < 0 || start > size {
            return Ok(Fetched::One(BString::default()));
        }
        let end = match length {
            None => size,
            Some(length) if length >= 0 => start.saturating_add(length).min(size),
            Some(length) => {
                let end = size.saturating_add(length);
                if end < start {
                    return Err(self.fail(format!("{length}: substring expression < 0")));
                }
                end
            }
        };
        let from = text::char_offset(&value, start as usize);
        let to = from + text::char_offset(&value[from..], (end - start) as usize);
        Ok(Fetched::One(value[from..to].into()))
    }
}

//! `${x@Q}` and the other transformations.

use agentfense_twins::escapes::{self, Style};
use bstr::{BString, ByteVec};

use super::parameter::{Fetched, list_subscript};
use super::{change_case, quote, text};
use crate::ast::ParameterSubject;
use crate::shell::{Run, Shell};
use crate::vars::{Attributes, Value, Variable, value_text};

impl Shell {
    #[inline(never)]
    pub(super) fn transform(&mut self, subject: &ParameterSubject, letter: u8) -> Run<Fetched> {
        match letter {
            b'A' => return self.transform_assignment(subject),
            b'a' => return self.transform_attributes(subject),
            b'K' | b'k' => return self.transform_keys(subject, letter == b'k'),
            _ => {}
        }
        let value = self.fetch_set(subject)?;
        if letter == b'P' {
            return Ok(match value {
                Fetched::Unset => Fetched::Unset,
                Fetched::One(value) => Fetched::One(self.expand_prompt_text(&value, true)),
                Fetched::List(values, at) => {
                    let mut prompts = Vec::with_capacity(values.len());
                    for value in values {
                        prompts.push(self.expand_prompt_text(&value, true));
                    }
                    Fetched::List(prompts, at)
                }
            });
        }
        let change = |value: BString| match letter {
            b'Q' => quote::reusable(&value),
            b'E' => {
                let mut decoded = Vec::with_capacity(value.len());
                escapes::decode(&value, Style::AnsiC, &mut decoded);
                decoded.into()
            }
            b'U' => change_case::change(&value, change_case::Change::Upper),
            b'L' => change_case::change(&value, change_case::Change::Lower),
            _ => {
                let (code, len) = text::decode(&value);
                let mut out = Vec::with_capacity(value.len());
                if len > 0 {
                    text::push_code(&mut out, change_case::upper(code));
                }
                out.extend_from_slice(&value[len..]);
                out.into()
            }
        };
        Ok(match value {
            Fetched::Unset => Fetched::Unset,
            Fetched::One(value) => Fetched::One(change(value)),
            Fetched::List(values, at) => Fetched::List(values.into_iter().map(change).collect(), at),
        })
    }

    fn transform_assignment(&mut self, subject: &ParameterSubject) -> Run<Fetched> {
        let (name, subscript) = match subject {
            ParameterSubject::Special(b'@' | b'*') => {
                let mut text = BString::from("set --");
                for value in self.positional.iter() {
                    text.push(b' ');
                    text.push_str(quote::reusable(value));
                }
                return Ok(Fetched::One(text));
            }
            ParameterSubject::Variable(name, subscript) => (self.array_behind(name).into_owned(), subscript),
            _ => return self.fetch_set(subject).map(|_| Fetched::Unset),
        };
        let whole = subscript.as_ref().is_some_and(|subscript| list_subscript(subscript).is_some());
        let Some(variable) = self.vars.get(&name).cloned() else {
            return self.fetch_set(subject).map(|_| Fetched::Unset);
        };
        let letters = letters(&variable);
        let mut text = BString::default();
        if !letters.is_empty() {
            text.push_str("declare -");
            text.push_str(&letters);
            text.push(b' ');
        }
        text.push_str(&name);
        if !variable.is_assigned() {
            return Ok(if letters.is_empty() { Fetched::Unset } else { Fetched::One(text) });
        }
        if whole && variable.is_array() {
            text.push(b'=');
            text.push_str(value_text(&variable.value, quote::double_or_ansi));
            return Ok(Fetched::One(text));
        }
        match self.fetch(subject)? {
            Fetched::One(value) => {
                text.push(b'=');
                text.push_str(quote::reusable(&value));
            }
            Fetched::List(values, _) if !values.is_empty() => {
                text.push(b'=');
                text.push_str(quote::reusable(&values[0]));
            }
            _ if letters.is_empty() => return self.fetch_set(subject).map(|_| Fetched::Unset),
            _ => {}
        }
        Ok(Fetched::One(text))
    }

    fn transform_attributes(&mut self, subject: &ParameterSubject) -> Run<Fetched> {
        let ParameterSubject::Variable(name, subscript) = subject else {
            return self.fetch_set(subject).map(|_| Fetched::Unset);
        };
        let name = self.array_behind(name).into_owned();
        let list = subscript.as_ref().and_then(list_subscript);
        let Some(variable) = self.vars.get(&name) else {
            return match list {
                Some(at) => Ok(Fetched::List(Vec::new(), at)),
                None => self.fetch_set(subject),
            };
        };
        let letters = BString::from(letters(variable));
        let count = self.values(&name).len();
        Ok(match list {
            Some(at) => Fetched::List(vec![letters; count], at),
            None => Fetched::One(letters),
        })
    }

    fn transform_keys(&mut self, subject: &ParameterSubject, apart: bool) -> Run<Fetched> {
        let at = match subject {
            ParameterSubject::Variable(_, Some(subscript)) => list_subscript(subscript),
            ParameterSubject::Special(byte @ (b'@' | b'*')) => Some(*byte == b'@'),
            _ => None,
        };
        let (Some(at), ParameterSubject::Variable(name, _)) = (at, subject) else {
            let value = self.fetch_set(subject)?;
            return Ok(match value {
                Fetched::One(value) => Fetched::One(quote::reusable(&value)),
                Fetched::List(values, at) => {
                    Fetched::List(values.iter().map(|value| quote::reusable(value)).collect(), at)
                }
                Fetched::Unset => Fetched::Unset,
            });
        };
        let name = self.array_behind(name).into_owned();
        let associative = matches!(self.whole_value(&name).as_deref(), Some(Value::Associative(_)));
        let pairs: Vec<(BString, BString)> = match self.whole_value(&name).as_deref() {
            None => Vec::new(),
            Some(Value::Scalar(value)) => return Ok(Fetched::One(quote::reusable(value))),
            Some(Value::Indexed(elements)) => {
                elements.iter().map(|(index, value)| (index.to_string().into(), value.clone())).collect()
            }
            Some(Value::Associative(elements)) => {
                elements.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
            }
        };
        if apart {
            return Ok(Fetched::List(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect(), at));
        }
        let mut text = BString::default();
        for (index, (key, value)) in pairs.iter().enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            if quote::needs_ansi(key) {
                text.push_str(quote::ansi(key));
            } else if quote::has_metas(key) {
                text.push_str(quote::double(key));
            } else {
                text.push_str(key);
            }
            text.push(b' ');
            text.push_str(quote::double_or_ansi(value));
        }
        // bash ends each pair of an associative array with a blank.
        if associative && !text.is_empty() {
            text.push(b' ');
        }
        Ok(Fetched::One(text))
    }
}

/// The attribute letters of `${x@a}`.
fn letters(variable: &Variable) -> String {
    let mut letters = String::new();
    match variable.value {
        Value::Indexed(_) => letters.push('a'),
        Value::Associative(_) => letters.push('A'),
        Value::Scalar(_) => {}
    }
    letters.push_str(&variable.attributes.without(Attributes::DYNAMIC).letters());
    letters
}

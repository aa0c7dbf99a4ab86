//! Parameter expansion: `$x`, `${x...}`.
//!
//! `$x` alone goes straight from the variable to the sink. Everything else
//! first gets the parameter's value, or list of values, then applies the
//! operation, then hands over the result.

use std::borrow::Cow;

use bstr::{BString, ByteVec};

use super::arith::decimal;
use super::{Context, Mode, Sink, text};
use crate::ast::{CaseMode, Parameter, ParameterOp, ParameterSubject, Subscript, Word};
use crate::options::{SetOption, Shopt};
use crate::pattern::Flags;
use crate::shell::{Run, Shell};
use crate::vars::{Attributes, Indexed, Place, Target, Unresolved, Value, Variable};

/// What a parameter expands to before it reaches the sink.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fetched {
    /// The parameter is not set.
    Unset,
    /// One value.
    One(BString),
    /// A list: `$@` and kin if true, else `$*`.
    List(Vec<BString>, bool),
}

impl Fetched {
    /// Applies a change to each value.
    fn map(self, mut change: impl FnMut(BString) -> BString) -> Fetched {
        match self {
            Fetched::Unset => Fetched::Unset,
            Fetched::One(value) => Fetched::One(change(value)),
            Fetched::List(values, at) => Fetched::List(values.into_iter().map(change).collect(), at),
        }
    }

    fn is_unset(&self) -> bool {
        match self {
            Fetched::Unset => true,
            Fetched::One(_) => false,
            Fetched::List(values, _) => values.is_empty(),
        }
    }

    /// Empty, for the operations with a colon.
    fn is_null(&self) -> bool {
        match self {
            Fetched::Unset => true,
            Fetched::One(value) => value.is_empty(),
            Fetched::List(values, _) => match values.as_slice() {
                [] => true,
                [value] => value.is_empty(),
                _ => false,
            },
        }
    }
}

/// `@` or `*` as a subscript: which.
pub(super) fn list_subscript(subscript: &Subscript) -> Option<bool> {
    match subscript.word.as_literal()?.as_slice() {
        b"@" => Some(true),
        b"*" => Some(false),
        _ => None,
    }
}

impl Shell {
    #[inline]
    pub(super) fn expand_parameter(&mut self, parameter: &Parameter, context: Context, sink: &mut Sink) -> Run {
        if matches!(parameter.op, ParameterOp::Value) && !parameter.indirect {
            match &parameter.subject {
                ParameterSubject::Variable(name, None) => {
                    if let Some(variable) = self.vars.get(name)
                        && !variable.attributes.any(Attributes::NAMEREF.with(Attributes::DYNAMIC))
                        && let Some(value) = variable.first()
                    {
                        sink.expanded(value, context.quoted);
                        return Ok(());
                    }
                }
                ParameterSubject::Positional(index) if *index > 0 => {
                    if let Some(value) = self.positional.get(*index as usize - 1) {
                        sink.expanded(value, context.quoted);
                        return Ok(());
                    }
                }
                ParameterSubject::Special(b'@') => {
                    let values = self.positional.clone();
                    sink.list(&values, true, context.quoted);
                    return Ok(());
                }
                _ => {}
            }
        }
        self.expand_parameter_slowly(parameter, context, sink)
    }

    #[inline(never)]
    fn expand_parameter_slowly(&mut self, parameter: &Parameter, context: Context, sink: &mut Sink) -> Run {
        self.check_stack()?;
        if parameter.indirect && !matches!(parameter.op, ParameterOp::Keys | ParameterOp::Names(_)) {
            return self.expand_indirect(parameter, context, sink);
        }
        self.expand_operation(&parameter.subject, &parameter.op, context, sink)
    }

    /// `${!x...}`: the value of `x` says what to expand.
    #[inline(never)]
    fn expand_indirect(&mut self, parameter: &Parameter, context: Context, sink: &mut Sink) -> Run {
        let name = match &parameter.subject {
            ParameterSubject::Variable(name, subscript) => {
                let reference =
                    self.vars.get(name).is_some_and(|variable| variable.attributes.any(Attributes::NAMEREF));
                if reference && subscript.is_none() {
                    // Of a nameref, `!` gives the name it stands for.
                    let result = match self.vars.resolve(name) {
                        Ok(target) => Fetched::One(target.to_text()),
                        Err(Unresolved::Unset) => Fetched::Unset,
                        Err(Unresolved::Circular) => {
                            self.warn_circular(name);
                            Fetched::Unset
                        }
                    };
                    self.emit(result, context, sink);
                    return Ok(());
                }
                name.clone()
            }
            ParameterSubject::Positional(index) => index.to_string().into(),
            ParameterSubject::Special(byte) => BString::from(vec![*byte]),
        };
        let value = match self.fetch(&parameter.subject)? {
            // An array without an element 0 is set, and names nothing.
            Fetched::Unset if self.vars.get(&name).is_some_and(|variable| variable.is_array()) => return Ok(()),
            Fetched::Unset => {
                let mut message = name;
                message.push_str(": invalid indirect expansion");
                return Err(self.fail(message));
            }
            Fetched::One(value) => value,
            // Keys of an array that has none: the operand stands in for them.
            Fetched::List(values, _) if values.is_empty() && self.vars.contains(&name) => {
                return match &parameter.op {
                    ParameterOp::Default { word, .. } => self.expand_operand(word, context, sink),
                    _ => Ok(()),
                };
            }
            Fetched::List(values, _) => bstr::join(" ", values).into(),
        };
        let Some(subject) = self.subject_of(&value)? else {
            let mut message = value;
            message.push_str(": invalid variable name");
            return Err(self.fail(message));
        };
        self.expand_operation(&subject, &parameter.op, context, sink)
    }

    /// The parameter that a text names.
    fn subject_of(&mut self, name: &[u8]) -> Run<Option<ParameterSubject>> {
        Ok(match name {
            [byte @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')] => Some(ParameterSubject::Special(*byte)),
            [b'0'..=b'9', ..] if name.iter().all(u8::is_ascii_digit) => {
                std::str::from_utf8(name).ok().and_then(|text| text.parse().ok()).map(ParameterSubject::Positional)
            }
            _ => match Target::parse(name) {
                Some(Target::Variable(name)) => Some(ParameterSubject::Variable(name, None)),
                Some(Target::Element(name, subscript)) => {
                    let text = match subscript.as_slice() {
                        b"@" | b"*" => subscript,
                        text => self.expand_text(text)?,
                    };
                    let word = Word::literal(text);
                    Some(ParameterSubject::Variable(name, Some(Subscript { word, arith: None })))
                }
                None => None,
            },
        })
    }

    fn expand_operation(
        &mut self,
        subject: &ParameterSubject,
        op: &ParameterOp,
        context: Context,
        sink: &mut Sink,
    ) -> Run {
        match op {
            ParameterOp::Value => {
                let value = self.fetch_set(subject)?;
                self.emit(value, context, sink);
            }
            ParameterOp::Length => {
                let length = self.length(subject)?;
                let mut buffer = [0; 20];
                sink.expanded(decimal(length as i64, &mut buffer), context.quoted);
            }
            ParameterOp::Default { colon, word } => {
                let value = self.fetch(subject)?;
                if value.is_unset() || (*colon && self.is_null(&value, context)) {
                    return self.expand_operand(word, context, sink);
                }
                self.emit(value, context, sink);
            }
            ParameterOp::Alternative { colon, word } => {
                let value = self.fetch(subject)?;
                if !(value.is_unset() || (*colon && self.is_null(&value, context))) {
                    return self.expand_operand(word, context, sink);
                }
                if matches!(value, Fetched::List(_, true)) && context.quoted {
                    sink.list(&[], true, true);
                }
            }
            ParameterOp::Assign { colon, word } => return self.expand_assign(subject, *colon, word, context, sink),
            ParameterOp::Error { colon, word } => {
                return self.expand_error(subject, *colon, word.as_ref(), context, sink);
            }
            ParameterOp::Bad(text) => {
                let mut message = BString::from("${");
                message.push_str(text);
                message.push_str("}: bad substitution");
                return Err(self.fail(message));
            }
            ParameterOp::Names(at) => {
                let names = self.names_with_prefix(subject);
                self.emit(Fetched::List(names, *at), context, sink);
            }
            ParameterOp::Keys => {
                let keys = self.keys(subject)?;
                self.emit(keys, context, sink);
            }
            _ => return self.expand_change(subject, op, context, sink),
        }
        Ok(())
    }

    /// In quotes, `$*` is joined before bash looks whether it is empty.
    fn is_null(&mut self, value: &Fetched, context: Context) -> bool {
        match value {
            Fetched::List(values, false) if context.quoted && values.len() > 1 => {
                self.vars.ifs().joiner.is_empty() && values.iter().all(|value| value.is_empty())
            }
            _ => value.is_null(),
        }
    }

    /// The operations that change the value.
    #[inline(never)]
    fn expand_change(
        &mut self,
        subject: &ParameterSubject,
        op: &ParameterOp,
        context: Context,
        sink: &mut Sink,
    ) -> Run {
        let extglob = Flags { extglob: self.options.shopt(Shopt::Extglob), ignore_case: false };
        let result = match op {
            ParameterOp::RemovePrefix { longest, pattern } => {
                let value = self.fetch_set(subject)?;
                let pattern = self.expand_pattern_with(pattern, extglob)?;
                value.map(|mut value| {
                    if let Some(end) = pattern.prefix(&value, *longest) {
                        value.drain(..end);
                    }
                    value
                })
            }
            ParameterOp::RemoveSuffix { longest, pattern } => {
                let value = self.fetch_set(subject)?;
                let pattern = self.expand_pattern_with(pattern, extglob)?;
                value.map(|mut value| {
                    if let Some(start) = pattern.suffix(&value, *longest) {
                        value.truncate(start);
                    }
                    value
                })
            }
            ParameterOp::Case { mode, all, pattern } => {
                let value = self.fetch_set(subject)?;
                let pattern = match pattern {
                    // bash asks no option for groups here.
                    Some(pattern) => {
                        Some(self.expand_pattern_with(pattern, Flags { extglob: true, ignore_case: false })?)
                    }
                    None => None,
                };
                value.map(|value| change_case(&value, *mode, *all, pattern.as_ref()))
            }
            ParameterOp::Replace { mode, pattern, replacement } => {
                let value = self.fetch_set(subject)?;
                self.replace(value, *mode, pattern, replacement.as_ref())?
            }
            ParameterOp::Substring { offset, length } => self.substring(subject, offset, length.as_ref())?,
            ParameterOp::Transform(letter) => self.transform(subject, *letter)?,
            _ => Fetched::Unset,
        };
        self.emit(result, context, sink);
        Ok(())
    }

    /// Expands the word of `${x-word}` in place.
    pub(super) fn expand_operand(&mut self, word: &Word, context: Context, sink: &mut Sink) -> Run {
        let context = context.of_operand();
        for part in &word.parts {
            self.expand_part(part, context, sink)?;
        }
        Ok(())
    }

    #[inline(never)]
    fn expand_assign(
        &mut self,
        subject: &ParameterSubject,
        colon: bool,
        word: &Word,
        context: Context,
        sink: &mut Sink,
    ) -> Run {
        let value = self.fetch(subject)?;
        if !(value.is_unset() || (colon && self.is_null(&value, context))) {
            self.emit(value, context, sink);
            return Ok(());
        }
        let (ParameterSubject::Variable(name, subscript), false) = (subject, matches!(value, Fetched::List(..))) else {
            let mut message = match subject {
                ParameterSubject::Variable(name, _) => {
                    let mut message = name.clone();
                    message.push_str("[@]: bad array subscript");
                    message
                }
                _ => subject_name(subject),
            };
            if !matches!(subject, ParameterSubject::Variable(..)) {
                message.insert_str(0, "$");
                message.push_str(": cannot assign in this way");
            }
            return Err(self.fail(message));
        };
        let mut operand = Sink::string(Mode::String, self.vars.ifs());
        self.expand_operand(word, Context { quoted: context.quoted, operand: false }, &mut operand)?;
        let value = operand.into_string();
        match subscript {
            None => self.set_scalar(name, value)?,
            Some(subscript) => self.set_element(name, subscript, value, false)?,
        }
        let value = self.fetch(subject)?;
        self.emit(value, context, sink);
        Ok(())
    }

    #[inline(never)]
    fn expand_error(
        &mut self,
        subject: &ParameterSubject,
        colon: bool,
        word: Option<&Word>,
        context: Context,
        sink: &mut Sink,
    ) -> Run {
        let value = self.fetch(subject)?;
        if !(value.is_unset() || (colon && self.is_null(&value, context))) {
            self.emit(value, context, sink);
            return Ok(());
        }
        let text = match word {
            Some(word) if !word.parts.is_empty() => self.expand_string(word)?,
            _ if colon => "parameter null or not set".into(),
            _ => "parameter not set".into(),
        };
        let mut message = subject_name(subject);
        message.push_str(": ");
        message.push_str(text);
        Err(self.fail_shell(message))
    }

    /// Hands a result to the sink.
    pub(super) fn emit(&mut self, value: Fetched, context: Context, sink: &mut Sink) {
        match value {
            Fetched::Unset => {}
            Fetched::One(value) => sink.expanded(&value, context.quoted),
            Fetched::List(values, at) => sink.list(&values, at, context.quoted),
        }
    }

    /// The value, where an unset parameter is an error under `set -u`.
    pub(super) fn fetch_set(&mut self, subject: &ParameterSubject) -> Run<Fetched> {
        let value = self.fetch(subject)?;
        if value == Fetched::Unset && self.options.get(SetOption::Nounset) {
            let name = subject_name(subject);
            return Err(match subject {
                ParameterSubject::Variable(..) => self.fail_unbound(&name),
                _ => self.fail_unbound(&[b"$", name.as_slice()].concat()),
            });
        }
        Ok(value)
    }

    /// The parameter's value.
    pub(super) fn fetch(&mut self, subject: &ParameterSubject) -> Run<Fetched> {
        Ok(match subject {
            ParameterSubject::Variable(name, None) => self.fetch_variable(name)?,
            ParameterSubject::Variable(name, Some(subscript)) => return self.fetch_element(name, subscript),
            ParameterSubject::Positional(0) => Fetched::One(self.name.clone()),
            ParameterSubject::Positional(index) => {
                self.positional.get(*index as usize - 1).cloned().map_or(Fetched::Unset, Fetched::One)
            }
            ParameterSubject::Special(byte) => self.fetch_special(*byte),
        })
    }

    #[inline(never)]
    fn fetch_special(&mut self, byte: u8) -> Fetched {
        match byte {
            b'@' => Fetched::List(self.positional.to_vec(), true),
            b'*' => Fetched::List(self.positional.to_vec(), false),
            b'#' => Fetched::One(self.positional.len().to_string().into()),
            b'?' => Fetched::One(self.status.to_string().into()),
            b'$' => Fetched::One(self.pid.to_string().into()),
            b'!' => self.last_background.map_or(Fetched::Unset, |pid| Fetched::One(pid.to_string().into())),
            b'-' => Fetched::One(self.options.flags(self.interactive)),
            _ => Fetched::Unset,
        }
    }

    fn fetch_variable(&mut self, name: &[u8]) -> Run<Fetched> {
        if let Some(variable) = self.vars.get(name)
            && variable.attributes.any(Attributes::NAMEREF)
            && let Ok(Target::Element(array, subscript)) = self.vars.resolve(name)
        {
            let subscript = match crate::syntax::parse_subscript(&subscript) {
                Ok(subscript) => subscript,
                Err(error) => return Err(self.fail(error.message)),
            };
            return Ok(match self.fetch_element(&array, &subscript)? {
                // bash does not count it as unbound.
                Fetched::Unset if self.options.get(SetOption::Nounset) => Fetched::One(BString::default()),
                value => value,
            });
        }
        Ok(self.var(name).map_or(Fetched::Unset, Fetched::One))
    }

    /// The name behind namerefs, for looking at an array.
    pub(super) fn array_behind<'a>(&mut self, name: &'a [u8]) -> Cow<'a, [u8]> {
        match self.vars.get(name) {
            Some(variable) if variable.attributes.any(Attributes::NAMEREF) => match self.vars.resolve(name) {
                Ok(Target::Variable(target)) => Cow::Owned(target.into()),
                // An element has no elements.
                Ok(Target::Element(..)) => Cow::Borrowed(b""),
                Err(Unresolved::Unset) => Cow::Borrowed(name),
                Err(Unresolved::Circular) => {
                    self.warn_circular(name);
                    Cow::Borrowed(b"")
                }
            },
            _ => Cow::Borrowed(name),
        }
    }

    #[inline(never)]
    fn fetch_element(&mut self, name: &[u8], subscript: &Subscript) -> Run<Fetched> {
        let name = self.array_behind(name);
        if let Some(at) = list_subscript(subscript) {
            return Ok(Fetched::List(self.values(&name), at));
        }
        let Some(place) = self.place_to_read(&name, subscript)? else { return Ok(Fetched::Unset) };
        Ok(self.element(&name, &place).map_or(Fetched::Unset, Fetched::One))
    }

    /// Like `place`, but a subscript before the array's start is reported and
    /// reads as unset, as in bash.
    fn place_to_read(&mut self, name: &[u8], subscript: &Subscript) -> Run<Option<Place>> {
        if self.vars.get(name).is_some_and(Variable::is_associative) {
            let key = self.expand_string(&subscript.word)?;
            return Ok(Some(Place::Key(key)));
        }
        let index = match &subscript.arith {
            Some(arith) => self.eval_arith(arith)?,
            None => {
                let text = self.expand_string(&subscript.word)?;
                if text.trim_ascii().is_empty() {
                    let mut message = BString::from(name);
                    message.push_str(": bad array subscript");
                    return Err(self.fail(message));
                }
                self.eval_arith_text(&text)?
            }
        };
        if let Ok(index) = u64::try_from(index) {
            return Ok(Some(Place::Index(index)));
        }
        let end = match self.whole_value(name).as_deref() {
            Some(Value::Indexed(elements)) => elements.end(),
            Some(_) => 1,
            None => 0,
        };
        match u64::try_from(i128::from(end) + i128::from(index)) {
            Ok(index) => Ok(Some(Place::Index(index))),
            Err(_) => {
                let mut message = BString::from(name);
                message.push_str(": bad array subscript");
                self.error(message);
                Ok(None)
            }
        }
    }

    /// The variable's whole value, computed if it is one of those.
    pub(super) fn whole_value(&mut self, name: &[u8]) -> Option<Cow<'_, Value>> {
        let variable = self.vars.get(name)?;
        if variable.attributes.any(Attributes::DYNAMIC) {
            return self.computed(name).map(Cow::Owned);
        }
        let variable = self.vars.get(name)?;
        (!variable.attributes.any(Attributes::INVISIBLE)).then_some(Cow::Borrowed(&variable.value))
    }

    /// `${name[@]}`
    pub fn values(&mut self, name: &[u8]) -> Vec<BString> {
        match self.whole_value(name).as_deref() {
            None => Vec::new(),
            Some(Value::Scalar(value)) => vec![value.clone()],
            Some(Value::Indexed(elements)) => elements.values(),
            Some(Value::Associative(elements)) => elements.iter().map(|(_, value)| value.clone()).collect(),
        }
    }

    /// `${!name[@]}`
    fn keys(&mut self, subject: &ParameterSubject) -> Run<Fetched> {
        let ParameterSubject::Variable(name, subscript) = subject else { return Ok(Fetched::Unset) };
        let at = subscript.as_ref().and_then(list_subscript).unwrap_or(true);
        let name = self.array_behind(name);
        let keys = match self.whole_value(&name).as_deref() {
            None => Vec::new(),
            Some(Value::Scalar(_)) => vec!["0".into()],
            Some(Value::Indexed(Indexed::Dense(elements))) => {
                (0..elements.len()).map(|index| index.to_string().into()).collect()
            }
            Some(Value::Indexed(elements)) => elements.iter().map(|(index, _)| index.to_string().into()).collect(),
            Some(Value::Associative(elements)) => elements.iter().map(|(key, _)| key.clone()).collect(),
        };
        Ok(Fetched::List(keys, at))
    }

    fn names_with_prefix(&mut self, subject: &ParameterSubject) -> Vec<BString> {
        let ParameterSubject::Variable(prefix, _) = subject else { return Vec::new() };
        let names = self.vars.names();
        names
            .iter()
            .filter(|name| name.starts_with(prefix) && self.vars.get(name).is_some_and(Variable::is_assigned))
            .map(|name| BString::from(&**name))
            .collect()
    }

    /// `${#...}`
    #[inline(never)]
    fn length(&mut self, subject: &ParameterSubject) -> Run<usize> {
        match subject {
            ParameterSubject::Special(b'@' | b'*') => return Ok(self.positional.len()),
            ParameterSubject::Variable(name, Some(subscript)) if list_subscript(subscript).is_some() => {
                let name = self.array_behind(name);
                let count = match self.whole_value(&name).as_deref() {
                    None => 0,
                    Some(Value::Scalar(_)) => 1,
                    Some(Value::Indexed(elements)) => elements.len(),
                    Some(Value::Associative(elements)) => elements.len(),
                };
                return Ok(count);
            }
            ParameterSubject::Variable(name, None) => {
                if let Some(variable) = self.vars.get(name)
                    && !variable.attributes.any(Attributes::NAMEREF.with(Attributes::DYNAMIC))
                    && let Some(value) = variable.first()
                {
                    return Ok(text::char_count(value));
                }
            }
            _ => {}
        }
        if let ParameterSubject::Variable(name, None) = subject
            && matches!(self.vars.resolve(name), Ok(Target::Element(..)))
        {
            // Through a nameref bash counts variables only, not elements.
            return Ok(0);
        }
        match self.fetch_set(subject)? {
            Fetched::Unset => Ok(0),
            Fetched::One(value) => Ok(text::char_count(&value)),
            Fetched::List(values, _) => Ok(values.len()),
        }
    }
}

/// The parameter's name in messages.
pub(super) fn subject_name(subject: &ParameterSubject) -> BString {
    match subject {
        ParameterSubject::Variable(name, None) => name.clone(),
        ParameterSubject::Variable(name, Some(subscript)) => {
            let mut text = name.clone();
            text.push(b'[');
            text.push_str(super::word_source(&subscript.word));
            text.push(b']');
            text
        }
        ParameterSubject::Positional(index) => index.to_string().into(),
        ParameterSubject::Special(byte) => BString::from(vec![*byte]),
    }
}

/// `${x^pattern}` and kin.
fn change_case(value: &[u8], mode: CaseMode, all: bool, pattern: Option<&crate::pattern::Pattern>) -> BString {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while !rest.is_empty() {
        let (code, len) = text::decode(rest);
        let applies = pattern.is_none_or(|pattern| pattern.matches(&rest[..len]));
        let changed = match mode {
            _ if !applies => code,
            CaseMode::Upper => super::change_case::upper(code),
            CaseMode::Lower => super::change_case::lower(code),
            CaseMode::Toggle => match super::change_case::upper(code) {
                upper if upper != code => upper,
                _ => super::change_case::lower(code),
            },
        };
        text::push_code(&mut out, changed);
        rest = &rest[len..];
        if !all {
            break;
        }
    }
    out.extend_from_slice(rest);
    out.into()
}

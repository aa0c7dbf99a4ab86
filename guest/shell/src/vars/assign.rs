//! Assignment: plain, to elements, of whole arrays; what attributes do to the
//! value; what stands in the way of it.

use std::borrow::Cow;

use bstr::{BString, ByteVec};

use super::nameref::Unresolved;
use super::{Associative, Attributes, Indexed, Target, Value, Variable};
use crate::ast::{ArrayElement, AssignedValue, Assignment, Subscript};
use crate::expand::change_case::{self, Change};
use crate::options::SetOption;
use crate::shell::{Flow, Run, Shell};

/// Where an assignment's variable goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignMode {
    /// The visible variable, or a new global one.
    Normal,
    /// The temporary scope of a command, exported. A readonly variable is
    /// reported, but the command still runs, as in bash.
    Temporary,
}

/// An element's place in an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Of an indexed array.
    Index(u64),
    /// Of an associative array.
    Key(BString),
}

/// The highest index an array may have.
const MAX_INDEX: i64 = i64::MAX - 1;

impl Shell {
    /// Runs one assignment of a script.
    pub fn assign(&mut self, assignment: &Assignment, mode: AssignMode) -> Run {
        if mode == AssignMode::Temporary {
            return self.assign_temporary(assignment);
        }
        match (&assignment.value, &assignment.index) {
            (AssignedValue::Scalar(word), None) => {
                let value = self.expand_assigned(word)?;
                self.trace_assignment(assignment, Some(&value));
                if assignment.append {
                    self.append_scalar(&assignment.name, &value)
                } else {
                    self.set_scalar(&assignment.name, value)
                }
            }
            (AssignedValue::Scalar(word), Some(subscript)) => {
                let value = self.expand_assigned(word)?;
                self.trace_assignment(assignment, Some(&value));
                self.set_element(&assignment.name, subscript, value, assignment.append)
            }
            (AssignedValue::Array(elements), None) => {
                self.trace_assignment(assignment, None);
                self.assign_array(&assignment.name, elements, assignment.append)
            }
            (AssignedValue::Array(_), Some(subscript)) => {
                let mut message = BString::from(assignment.name.as_slice());
                message.push(b'[');
                message.push_str(crate::expand::word_source(&subscript.word));
                message.push_str("]: cannot assign list to array member");
                Err(self.fail(message))
            }
        }
    }

    #[inline(never)]
    fn assign_temporary(&mut self, assignment: &Assignment) -> Run {
        let name = match self.vars.resolve(&assignment.name) {
            Ok(Target::Variable(name)) => name,
            Ok(Target::Element(..)) | Err(_) => assignment.name.clone(),
        };
        let (readonly, attributes, old) = match self.vars.get(&name) {
            Some(variable) => (
                variable.attributes.any(Attributes::READONLY),
                variable.attributes.without(Attributes::DYNAMIC.with(Attributes::INVISIBLE)),
                variable.first().cloned(),
            ),
            None => (false, Attributes::NONE, None),
        };
        let value = match &assignment.value {
            AssignedValue::Scalar(word) => self.expand_assigned(word)?,
            // An array cannot be in the environment: bash hands over nothing useful either.
            AssignedValue::Array(_) => BString::default(),
        };
        if readonly {
            self.report_readonly(&name);
            return Ok(());
        }
        self.trace_assignment(assignment, Some(&value));
        let value = match (assignment.append, attributes.any(Attributes::INTEGER)) {
            (true, true) => {
                let old = self.eval_arith_text(&old.unwrap_or_default())?;
                old.wrapping_add(self.eval_arith_text(&value)?).to_string().into()
            }
            (true, false) => {
                let mut text = old.unwrap_or_default();
                text.push_str(value);
                text
            }
            (false, _) => value,
        };
        let value = self.convert(attributes, value)?;
        let variable = self.vars.make_temporary(&name);
        variable.value = Value::Scalar(value);
        variable.attributes = attributes.with(Attributes::EXPORT);
        self.vars.environment_changed();
        Ok(())
    }

    /// `name=value`
    pub fn set_scalar(&mut self, name: &[u8], value: BString) -> Run {
        if let Some(variable) = self.vars.get_mut(name)
            && !variable.attributes.any(Attributes::ASSIGNMENT)
            && let Value::Scalar(slot) = &mut variable.value
        {
            *slot = value;
            variable.attributes.remove(Attributes::INVISIBLE);
            if self.options.get(SetOption::Allexport) {
                self.export_now(name);
            }
            return Ok(());
        }
        self.set_scalar_slowly(name, value, false)
    }

    /// `name+=value`
    pub fn append_scalar(&mut self, name: &[u8], value: &[u8]) -> Run {
        if let Some(variable) = self.vars.get_mut(name)
            && !variable.attributes.any(Attributes::ASSIGNMENT)
            && let Value::Scalar(slot) = &mut variable.value
        {
            slot.push_str(value);
            variable.attributes.remove(Attributes::INVISIBLE);
            if self.options.get(SetOption::Allexport) {
                self.export_now(name);
            }
            return Ok(());
        }
        self.set_scalar_slowly(name, value.into(), true)
    }

    fn export_now(&mut self, name: &[u8]) {
        if let Some(variable) = self.vars.get_mut(name)
            && !variable.attributes.any(Attributes::EXPORT)
        {
            variable.attributes.insert(Attributes::EXPORT);
            self.vars.environment_changed();
        }
    }

    #[inline(never)]
    fn set_scalar_slowly(&mut self, name: &[u8], value: BString, append: bool) -> Run {
        let mut name = Cow::Borrowed(name);
        if self.vars.get(&name).is_some_and(|variable| variable.attributes.any(Attributes::NAMEREF)) {
            match self.vars.resolve(&name) {
                Ok(Target::Variable(target)) => name = Cow::Owned(target.into()),
                Ok(Target::Element(array, subscript)) => {
                    return self.set_element_text(&array, &subscript, value, append);
                }
                Err(Unresolved::Unset) => return self.set_reference(&name, value),
                Err(Unresolved::Circular) => {
                    self.warn_circular(&name);
                    return Err(self.failed());
                }
            }
            if !super::is_name(&name) {
                let mut message = BString::from("`");
                message.push_str(&name);
                message.push_str("': not a valid identifier");
                return Err(self.fail(message));
            }
        }
        let attributes = self.vars.get(&name).map_or(Attributes::NONE, |variable| variable.attributes);
        if attributes.any(Attributes::READONLY) {
            self.report_readonly(&name);
            return Err(self.failed());
        }
        let value = if append && attributes.any(Attributes::INTEGER) {
            let old = self.var(&name).unwrap_or_default();
            let old = self.eval_arith_text(&old)?;
            old.wrapping_add(self.eval_arith_text(&value)?).to_string().into()
        } else if attributes.any(Attributes::INTEGER) {
            self.convert(attributes, value)?
        } else {
            value
        };
        if attributes.any(Attributes::DYNAMIC) {
            self.assign_computed(&name, &value);
            return Ok(());
        }
        let integer = attributes.any(Attributes::INTEGER);
        let variable = self.vars.entry(&name);
        let slot = match &mut variable.value {
            Value::Scalar(slot) => slot,
            Value::Indexed(elements) => elements.entry(0),
            Value::Associative(elements) => elements.entry(b"0"),
        };
        if append && !integer {
            slot.push_str(&value);
        } else {
            *slot = value;
        }
        let changed = change_for(attributes);
        if let Some(change) = changed {
            let text = std::mem::take(slot);
            *slot = change_case::change(&text, change);
        }
        variable.attributes.remove(Attributes::INVISIBLE);
        if self.options.get(SetOption::Allexport) {
            self.export_now(&name);
        }
        self.noted_assignment(&name);
        Ok(())
    }

    /// Gives a nameref its target.
    pub(crate) fn set_reference(&mut self, name: &[u8], value: BString) -> Run {
        if !value.is_empty() && Target::parse(&value).is_none() {
            let mut message = BString::from("`");
            message.push_str(&value);
            message.push_str("': invalid variable name for name reference");
            return Err(self.fail(message));
        }
        let variable = self.vars.entry(name);
        variable.value = Value::Scalar(value);
        variable.attributes.remove(Attributes::INVISIBLE);
        Ok(())
    }

    /// What some variables of the shell's own do when they change.
    fn noted_assignment(&mut self, name: &[u8]) {
        match name {
            b"POSIXLY_CORRECT" => self.options.set(SetOption::Posix, true),
            b"HISTFILESIZE" => self.limit_history_file(),
            _ => {}
        }
    }

    /// What the attributes make of a value.
    pub fn convert(&mut self, attributes: Attributes, value: BString) -> Run<BString> {
        if attributes.any(Attributes::INTEGER) {
            let number = self.eval_arith_text(&value)?;
            return Ok(number.to_string().into());
        }
        Ok(match change_for(attributes) {
            Some(change) => change_case::change(&value, change),
            None => value,
        })
    }

    /// `name[subscript]=value`
    #[inline(never)]
    pub fn set_element(&mut self, name: &[u8], subscript: &Subscript, value: BString, append: bool) -> Run {
        let name = self.array_name(name)?;
        let place = self.place(&name, subscript)?;
        self.set_place(&name, place, value, append)
    }

    /// `name[subscript]=value` where the subscript is known as text only.
    pub fn set_element_text(&mut self, name: &[u8], subscript: &[u8], value: BString, append: bool) -> Run {
        let name = self.array_name(name)?;
        let place = self.place_of_text(&name, subscript)?;
        self.set_place(&name, place, value, append)
    }

    /// Assigns to what `name` or `name[subscript]` says.
    pub fn set_target(&mut self, target: &Target, value: BString) -> Run {
        match target {
            Target::Variable(name) => self.set_scalar(name, value),
            Target::Element(name, subscript) => self.set_element_text(name, subscript, value, false),
        }
    }

    /// The array that an element assignment to `name` reaches.
    fn array_name(&mut self, name: &[u8]) -> Run<BString> {
        let plain = self.vars.get(name).is_none_or(|variable| !variable.attributes.any(Attributes::NAMEREF));
        if plain {
            return Ok(name.into());
        }
        match self.vars.resolve(name) {
            Ok(Target::Variable(target)) => Ok(target),
            Ok(Target::Element(array, subscript)) => {
                let mut message = BString::from("`");
                message.push_str(array);
                message.push(b'[');
                message.push_str(subscript);
                message.push_str("]': not a valid identifier");
                Err(self.fail(message))
            }
            Err(Unresolved::Unset) => {
                let mut message = BString::from("warning: ");
                message.push_str(name);
                message.push_str(": removing nameref attribute");
                self.error(message);
                if let Some(variable) = self.vars.get_mut(name) {
                    variable.attributes.remove(Attributes::NAMEREF);
                }
                Ok(name.into())
            }
            Err(Unresolved::Circular) => {
                self.warn_circular(name);
                Ok(name.into())
            }
        }
    }

    /// Where `subscript` points to in the array `name`.
    pub fn place(&mut self, name: &[u8], subscript: &Subscript) -> Run<Place> {
        if self.vars.get(name).is_some_and(Variable::is_associative) {
            let key = self.expand_string(&subscript.word)?;
            return self.key_place(name, key);
        }
        let index = match &subscript.arith {
            Some(arith) => self.eval_arith(arith)?,
            None => {
                let text = self.expand_string(&subscript.word)?;
                self.subscript_number(name, &text)?
            }
        };
        self.index_place(name, index, &crate::expand::word_source(&subscript.word))
    }

    /// Where the subscript of that text points to in the array `name`.
    pub fn place_of_text(&mut self, name: &[u8], subscript: &[u8]) -> Run<Place> {
        let text = self.expand_text(subscript)?;
        if self.vars.get(name).is_some_and(Variable::is_associative) {
            return self.key_place(name, text);
        }
        let index = self.subscript_number(name, &text)?;
        self.index_place(name, index, subscript)
    }

    fn subscript_number(&mut self, name: &[u8], text: &[u8]) -> Run<i64> {
        if text.trim_ascii().is_empty() || matches!(text, b"@" | b"*") {
            return Err(self.bad_subscript(name, text));
        }
        self.eval_arith_text(text)
    }

    fn key_place(&mut self, name: &[u8], key: BString) -> Run<Place> {
        if key.is_empty() {
            return Err(self.bad_subscript(name, b""));
        }
        Ok(Place::Key(key))
    }

    fn index_place(&mut self, name: &[u8], index: i64, source: &[u8]) -> Run<Place> {
        if (0..=MAX_INDEX).contains(&index) {
            return Ok(Place::Index(index as u64));
        }
        let end = match self.vars.get(name) {
            Some(Variable { value: Value::Indexed(elements), .. }) => elements.end(),
            Some(variable) if variable.is_assigned() => 1,
            _ => 0,
        };
        match u64::try_from(i128::from(end) + i128::from(index)) {
            Ok(index) if index <= MAX_INDEX as u64 => Ok(Place::Index(index)),
            _ => Err(self.bad_subscript(name, source)),
        }
    }

    fn bad_subscript(&mut self, name: &[u8], source: &[u8]) -> Flow {
        let mut message = BString::from(name);
        message.push(b'[');
        message.push_str(source);
        message.push_str("]: bad array subscript");
        self.fail(message)
    }

    /// Assigns to an element of `name`, which becomes an array if it is none.
    pub fn set_place(&mut self, name: &[u8], place: Place, value: BString, append: bool) -> Run {
        let attributes = self.vars.get(name).map_or(Attributes::NONE, |variable| variable.attributes);
        if attributes.any(Attributes::READONLY) {
            self.report_readonly(name);
            return Err(self.failed());
        }
        if attributes.any(Attributes::DYNAMIC) {
            return self.assign_computed_element(name, place, value);
        }
        let integer = attributes.any(Attributes::INTEGER);
        let value = if integer { self.convert(attributes, value)? } else { value };
        let old = if integer && append {
            let old = self.element(name, &place).unwrap_or_default();
            Some(self.eval_arith_text(&old)?)
        } else {
            None
        };
        let variable = self.vars.entry(name);
        make_indexed(variable);
        let slot = match (&mut variable.value, place) {
            (Value::Indexed(elements), Place::Index(index)) => elements.entry(index),
            (Value::Associative(elements), Place::Key(key)) => elements.entry(&key),
            // The kind was looked up to make the place: these cannot meet.
            (_, _) => return Ok(()),
        };
        match old {
            Some(old) => {
                let added = std::str::from_utf8(&value).ok().and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
                *slot = old.wrapping_add(added).to_string().into();
            }
            None if append => slot.push_str(&value),
            None => *slot = value,
        }
        if let Some(change) = change_for(attributes) {
            let text = std::mem::take(slot);
            *slot = change_case::change(&text, change);
        }
        variable.attributes.remove(Attributes::INVISIBLE);
        Ok(())
    }

    #[inline(never)]
    fn assign_computed_element(&mut self, name: &[u8], place: Place, value: BString) -> Run {
        match (name, place) {
            (b"BASH_ALIASES", Place::Key(key)) => {
                std::rc::Rc::make_mut(&mut self.aliases).insert(key, value);
            }
            (b"DIRSTACK", Place::Index(index)) => {
                if let Some(slot) = usize::try_from(index)
                    .ok()
                    .and_then(|index| std::rc::Rc::make_mut(&mut self.dir_stack).get_mut(index.checked_sub(1)?))
                {
                    *slot = value;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The value of one element.
    pub fn element(&mut self, name: &[u8], place: &Place) -> Option<BString> {
        let variable = self.vars.get(name)?;
        let computed;
        let value = if variable.attributes.any(Attributes::DYNAMIC) {
            computed = self.computed(name)?;
            &computed
        } else if variable.attributes.any(Attributes::INVISIBLE) {
            return None;
        } else {
            &variable.value
        };
        match (value, place) {
            (Value::Scalar(value), Place::Index(0)) => Some(value.clone()),
            (Value::Indexed(elements), Place::Index(index)) => elements.get(*index).cloned(),
            (Value::Associative(elements), Place::Key(key)) => elements.get(key).cloned(),
            _ => None,
        }
    }

    /// `name=( ... )` and `name+=( ... )`
    #[inline(never)]
    pub fn assign_array(&mut self, name: &[u8], elements: &[ArrayElement], append: bool) -> Run {
        let name = self.array_name(name)?;
        let variable = self.vars.get(&name);
        if variable.is_some_and(|variable| variable.attributes.any(Attributes::READONLY)) {
            self.report_readonly(&name);
            return Err(self.failed());
        }
        let associative = variable.is_some_and(Variable::is_associative);
        // The elements are expanded before the old value goes: they may use it.
        let elements = self.expand_elements(&name, elements, associative)?;
        self.store_elements(&name, elements, append)
    }

    /// Expands the elements of an array assignment to `name`.
    pub(crate) fn expand_elements<'a>(
        &mut self,
        name: &[u8],
        elements: &'a [ArrayElement],
        associative: bool,
    ) -> Run<Elements<'a>> {
        if associative {
            return self.expand_pairs(name, elements);
        }
        let mut list = Vec::with_capacity(elements.len());
        for element in elements {
            let Some((subscript, append)) = &element.index else {
                let words = self.expand_words(std::slice::from_ref(&element.value))?;
                list.extend(words.into_iter().map(|value| (None, value)));
                continue;
            };
            let value = self.expand_assigned(&element.value)?;
            list.push((Some((subscript, *append)), value));
        }
        Ok(Elements::Indexed(list))
    }

    fn expand_pairs<'a>(&mut self, name: &[u8], elements: &'a [ArrayElement]) -> Run<Elements<'a>> {
        let mut list = Vec::with_capacity(elements.len());
        if elements.first().is_some_and(|element| element.index.is_none()) {
            // `a=(key value key value)`
            let mut key = None;
            for element in elements {
                let mut text = self.expand_string(&element.value)?;
                if let Some((subscript, append)) = &element.index {
                    // Among keys and values this is a word like any other.
                    let subscript = self.expand_string(&subscript.word)?;
                    let equals: &[u8] = if *append { b"]+=" } else { b"]=" };
                    text = [b"[".as_slice(), &subscript, equals, &text].concat().into();
                }
                match key.take() {
                    None if text.is_empty() => return Err(self.bad_subscript(name, b"")),
                    None => key = Some(text),
                    Some(key) => list.push((key, false, text)),
                }
            }
            list.extend(key.map(|key| (key, false, BString::default())));
            return Ok(Elements::Associative(list));
        }
        for element in elements {
            let Some((subscript, append)) = &element.index else {
                let mut message = BString::from(name);
                message.push_str(": ");
                message.push_str(crate::expand::word_source(&element.value));
                message.push_str(": must use subscript when assigning associative array");
                self.error(message);
                self.status = 1;
                continue;
            };
            let key = self.expand_string(&subscript.word)?;
            if key.is_empty() {
                let source = crate::expand::word_source(&subscript.word);
                return Err(self.bad_subscript(name, &source));
            }
            // Here bash 5.2 expands no tilde.
            let value = self.expand_without_tilde(&element.value)?;
            list.push((key, *append, value));
        }
        Ok(Elements::Associative(list))
    }

    /// Puts expanded elements into the array `name`.
    pub(crate) fn store_elements(&mut self, name: &[u8], elements: Elements<'_>, append: bool) -> Run {
        let attributes = self.vars.get(name).map_or(Attributes::NONE, |variable| variable.attributes);
        if attributes.any(Attributes::DYNAMIC) {
            return Ok(());
        }
        let elements = self.convert_elements(attributes, elements)?;
        if let Elements::Indexed(list) = &elements
            && list.iter().any(|(index, _)| index.is_some())
        {
            return self.store_one_by_one(name, elements, append);
        }
        // The old elements are taken, not copied: many small appends to a
        // large array must not cost its length each.
        let old = match self.vars.get_mut(name) {
            Some(variable) => {
                if matches!(elements, Elements::Indexed(_)) && !variable.is_associative() {
                    make_indexed(variable);
                }
                std::mem::take(&mut variable.value)
            }
            None => Value::default(),
        };
        let value = match elements {
            Elements::Indexed(list) => {
                let mut array = match old {
                    Value::Indexed(array) if append => array,
                    _ => Indexed::default(),
                };
                for (_, value) in list {
                    array.push(value);
                }
                Value::Indexed(array)
            }
            Elements::Associative(list) => {
                // Without `+=` before the parenthesis, an element's own `+=`
                // adds to what the old array had.
                let (mut array, base) = match old {
                    Value::Associative(array) if append => (array, None),
                    Value::Associative(array) => (Associative::default(), Some(array)),
                    _ => (Associative::default(), None),
                };
                for (key, element_append, value) in list {
                    match &base {
                        _ if !element_append => array.set(&key, value),
                        None => array.entry(&key).push_str(value),
                        Some(base) => {
                            let mut joined = base.get(&key).cloned().unwrap_or_default();
                            joined.push_str(value);
                            array.set(&key, joined);
                        }
                    }
                }
                Value::Associative(array)
            }
        };
        let variable = self.vars.entry(name);
        variable.value = value;
        variable.attributes.remove(Attributes::INVISIBLE);
        Ok(())
    }

    /// Elements with indices: each index sees the elements before it.
    #[inline(never)]
    fn store_one_by_one(&mut self, name: &[u8], elements: Elements<'_>, append: bool) -> Run {
        let Elements::Indexed(list) = elements else { return Ok(()) };
        let variable = self.vars.entry(name);
        if append {
            make_indexed(variable);
        } else {
            variable.value = Value::Indexed(Indexed::default());
        }
        variable.attributes.remove(Attributes::INVISIBLE);
        let mut next = match &variable.value {
            Value::Indexed(elements) => elements.end(),
            _ => 0,
        };
        for (index, value) in list {
            let (place, element_append) = match index {
                None => (Place::Index(next), false),
                Some((subscript, element_append)) => (self.place(name, subscript)?, element_append),
            };
            let Place::Index(at) = place else { return Ok(()) };
            next = at.saturating_add(1);
            let variable = self.vars.entry(name);
            make_indexed(variable);
            if let Value::Indexed(elements) = &mut variable.value {
                if element_append {
                    elements.entry(at).push_str(value);
                } else {
                    elements.set(at, value);
                }
            }
        }
        Ok(())
    }

    fn convert_elements<'a>(&mut self, attributes: Attributes, mut elements: Elements<'a>) -> Run<Elements<'a>> {
        if !attributes.any(Attributes::ASSIGNMENT) {
            return Ok(elements);
        }
        match &mut elements {
            Elements::Indexed(list) => {
                for (_, value) in list {
                    *value = self.convert(attributes, std::mem::take(value))?;
                }
            }
            Elements::Associative(list) => {
                for (_, _, value) in list {
                    *value = self.convert(attributes, std::mem::take(value))?;
                }
            }
        }
        Ok(elements)
    }

    /// Reports that a variable cannot be assigned to.
    pub fn report_readonly(&mut self, name: &[u8]) {
        let mut message = BString::from(name);
        message.push_str(": readonly variable");
        self.error(message);
    }

    /// Warns of a circle of namerefs.
    pub fn warn_circular(&mut self, name: &[u8]) {
        let mut message = BString::from("warning: ");
        message.push_str(name);
        message.push_str(": circular name reference");
        self.error(message);
    }

    /// The value that `$name` has: namerefs followed, computed ones computed.
    pub fn var(&mut self, name: &[u8]) -> Option<BString> {
        let variable = self.vars.get(name)?;
        if !variable.attributes.any(Attributes::NAMEREF.with(Attributes::DYNAMIC)) {
            return variable.first().cloned();
        }
        self.var_slowly(name)
    }

    #[inline(never)]
    fn var_slowly(&mut self, name: &[u8]) -> Option<BString> {
        match self.vars.resolve(name) {
            Ok(Target::Variable(name)) => {
                let variable = self.vars.get(&name)?;
                if variable.attributes.any(Attributes::DYNAMIC) {
                    return match self.computed(&name)? {
                        Value::Scalar(value) => Some(value),
                        Value::Indexed(elements) => elements.get(0).cloned(),
                        Value::Associative(elements) => elements.get(b"0").cloned(),
                    };
                }
                variable.first().cloned()
            }
            Ok(Target::Element(name, subscript)) => {
                let place = self.place_of_text(&name, &subscript).ok()?;
                self.element(&name, &place)
            }
            Err(Unresolved::Unset) => None,
            Err(Unresolved::Circular) => {
                self.warn_circular(name);
                None
            }
        }
    }
}

/// An array assignment's elements, expanded.
#[derive(Debug)]
pub(crate) enum Elements<'a> {
    /// Each with its index and whether it is added to, if that was written.
    Indexed(Vec<(Option<(&'a Subscript, bool)>, BString)>),
    /// Key, whether it is added to, value.
    Associative(Vec<(BString, bool, BString)>),
}

/// Turns a scalar into an indexed array whose element 0 it is.
pub fn make_indexed(variable: &mut Variable) {
    if let Value::Scalar(value) = &mut variable.value {
        let mut elements = Indexed::default();
        if !variable.attributes.any(Attributes::INVISIBLE) {
            elements.push(std::mem::take(value));
        }
        variable.value = Value::Indexed(elements);
    }
}

fn change_for(attributes: Attributes) -> Option<Change> {
    if attributes.any(Attributes::UPPER) {
        Some(Change::Upper)
    } else if attributes.any(Attributes::LOWER) {
        Some(Change::Lower)
    } else if attributes.any(Attributes::CAPITALIZE) {
        Some(Change::Capitalize)
    } else {
        None
    }
}

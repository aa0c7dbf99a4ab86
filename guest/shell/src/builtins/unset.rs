//! `unset`

use std::rc::Rc;

use bstr::BString;

use crate::options::Shopt;
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Attributes, Indexed, Place, Target, Value};

/// `unset [-f] [-v] [-n] [name ...]`
pub fn unset(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut functions, mut variables, mut reference) = (false, false, false);
    let first = super::letters(args, |letter| {
        match letter {
            b'f' => functions = true,
            b'v' => variables = true,
            b'n' => reference = true,
            _ => return false,
        }
        true
    });
    let first = match first {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"unset", letter, "unset [-f] [-v] [-n] [name ...]")),
    };
    if functions && variables {
        shell.error("unset: cannot simultaneously unset a function and a variable");
        return Ok(1);
    }
    let mut status = 0;
    for name in args.get(first..).unwrap_or_default() {
        let done =
            if functions { shell.unset_function(name) } else { shell.unset_variable(name, reference, variables)? };
        if !done {
            status = 1;
        }
    }
    Ok(status)
}

impl Shell {
    fn unset_function(&mut self, name: &BString) -> bool {
        if self.readonly_functions.contains(name) {
            self.error([b"unset: ", name.as_slice(), b": cannot unset: readonly function"].concat());
            return false;
        }
        if self.functions.contains_key(name) {
            Rc::make_mut(&mut self.functions).remove(name);
            Rc::make_mut(&mut self.exported_functions).remove(name);
        }
        true
    }

    fn unset_variable(&mut self, text: &BString, reference: bool, variable_only: bool) -> Run<bool> {
        let Some(mut target) = Target::parse(text) else {
            // A function may have such a name.
            if !variable_only {
                return Ok(self.unset_function(text));
            }
            self.error([b"unset: `", text.as_slice(), b"': not a valid identifier"].concat());
            return Ok(false);
        };
        if reference && !self.vars.get(target.name()).is_some_and(|it| it.attributes.any(Attributes::NAMEREF)) {
            return Ok(true);
        }
        if !reference {
            let Ok(resolved) = self.vars.resolve(target.name()) else { return Ok(true) };
            target = match (target, resolved) {
                (Target::Variable(_), resolved) => resolved,
                (Target::Element(_, subscript), resolved) => Target::Element(resolved.name().clone(), subscript),
            };
        }
        let name = target.name().clone();
        let Some(variable) = self.vars.get(&name) else {
            if !variable_only && matches!(target, Target::Variable(_)) {
                return Ok(self.unset_function(&name));
            }
            return Ok(true);
        };
        if variable.attributes.any(Attributes::READONLY.with(Attributes::NO_UNSET)) {
            let what = if variable.attributes.any(Attributes::READONLY) {
                "cannot unset: readonly variable"
            } else {
                "cannot unset"
            };
            self.error([b"unset: ", name.as_slice(), b": ", what.as_bytes()].concat());
            return Ok(false);
        }
        match target {
            Target::Variable(name) => {
                self.vars.remove(&name, self.options.shopt(Shopt::LocalvarUnset));
                Ok(true)
            }
            Target::Element(name, subscript) => self.unset_element(&name, &subscript),
        }
    }

    fn unset_element(&mut self, name: &[u8], subscript: &[u8]) -> Run<bool> {
        let (associative, scalar) = match self.vars.get(name).map(|variable| &variable.value) {
            Some(Value::Associative(_)) => (true, false),
            Some(Value::Scalar(_)) => (false, true),
            _ => (false, false),
        };
        if matches!(subscript, b"@" | b"*") && !associative {
            match self.vars.get_mut(name) {
                Some(variable) if !scalar => variable.value = Value::Indexed(Indexed::default()),
                _ => {
                    self.error([b"unset: ", name, b": not an array variable"].concat());
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let place = match self.place_of_text(name, subscript) {
            Ok(place) => place,
            Err(Flow::Abort) => return Ok(false),
            Err(flow) => return Err(flow),
        };
        if scalar {
            if place == Place::Index(0) {
                self.vars.unset(name);
                return Ok(true);
            }
            self.error([b"unset: ", name, b": not an array variable"].concat());
            return Ok(false);
        }
        let Some(variable) = self.vars.get_mut(name) else { return Ok(true) };
        match (&mut variable.value, place) {
            (Value::Indexed(elements), Place::Index(index)) => elements.remove(index),
            (Value::Associative(elements), Place::Key(key)) => elements.remove(&key),
            _ => {}
        }
        Ok(true)
    }
}

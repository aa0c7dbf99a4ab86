//! Definitions of variables: how a line is recognised as one, and what each operator does.

use crate::text::{is_blank, is_space, skip_reference, trim_start};
use crate::variables::{Export, GLOBAL, Origin, SetId};
use crate::{Location, Make, Result};
use std::rc::Rc;

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`
    Recursive,
    /// `:=` and `::=`
    Simple,
    /// `:::=`
    Immediate,
    /// `+=`
    Append,
    /// `?=`
    Conditional,
    /// `!=`
    Shell,
}

/// A definition as it stands in a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Definition<'l> {
    /// Not expanded yet.
    pub name: &'l [u8],
    pub operator: Operator,
    /// Not expanded; white space in front is gone.
    pub value: &'l [u8],
}

/// The words before a definition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Modifiers {
    pub export: Option<bool>,
    pub overrides: bool,
    pub private: bool,
    pub define: bool,
    pub undefine: bool,
}

/// The definition that the line is, if it is one.
pub(crate) fn definition(line: &[u8]) -> Option<Definition<'_>> {
    let line = trim_start(line);
    let mut at = 0;
    let mut name_end = None;
    loop {
        let byte = *line.get(at)?;
        let ahead = |text: &[u8]| line[at..].starts_with(text);
        let (operator, length) = match byte {
            b'#' => return None,
            b'=' => (Operator::Recursive, 1),
            b'+' if ahead(b"+=") => (Operator::Append, 2),
            b'?' if ahead(b"?=") => (Operator::Conditional, 2),
            b'!' if ahead(b"!=") => (Operator::Shell, 2),
            b':' if ahead(b":=") => (Operator::Simple, 2),
            b':' if ahead(b"::=") => (Operator::Simple, 3),
            b':' if ahead(b":::=") => (Operator::Immediate, 4),
            b':' => return None,
            byte if is_blank(byte) => {
                // A name has no blanks: behind the first one only an operator may follow.
                if name_end.is_some() {
                    return None;
                }
                name_end = Some(at);
                at += line[at..].iter().take_while(|&&byte| is_blank(byte)).count();
                continue;
            }
            _ if name_end.is_some() => return None,
            b'$' => {
                at = skip_reference(line, at);
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let name = &line[..name_end.unwrap_or(at)];
        return Some(Definition { name, operator, value: trim_start(&line[at + length..]) });
    }
}

/// The definition with words like `override` in front that the line is: its modifiers, and the text behind them.
/// For `define` and `undefine` the text is the name. A target's own variable has fewer modifiers.
pub(crate) fn modified_definition(line: &[u8], of_target: bool) -> Option<(Modifiers, &[u8])> {
    let mut modifiers = Modifiers::default();
    let mut rest = trim_start(line);
    loop {
        if rest.is_empty() {
            return None;
        }
        if definition(rest).is_some() {
            return Some((modifiers, rest));
        }
        let end = rest.iter().position(|&byte| is_space(byte)).unwrap_or(rest.len());
        let (word, after) = (&rest[..end], trim_start(&rest[end..]));
        match word {
            b"export" => modifiers.export = Some(true),
            b"unexport" if of_target => modifiers.export = Some(false),
            b"override" => modifiers.overrides = true,
            b"private" => modifiers.private = true,
            b"define" if !of_target => {
                modifiers.define = true;
                return Some((modifiers, after));
            }
            b"undefine" if !of_target => {
                modifiers.undefine = true;
                return Some((modifiers, after));
            }
            _ => return None,
        }
        rest = after;
    }
}

impl Make<'_> {
    /// Defines a variable for everyone, or for a target in its set.
    pub(crate) fn assign(
        &mut self,
        target: Option<SetId>,
        name: &[u8],
        operator: Operator,
        value: &[u8],
        origin: Origin,
        location: Option<Location>,
    ) -> Result {
        let mut append = false;
        let mut recursive = true;
        let text: Vec<u8> = match operator {
            Operator::Recursive => value.to_vec(),
            Operator::Simple => {
                recursive = false;
                self.expand(value)?
            }
            Operator::Immediate => {
                let mut text = Vec::new();
                for byte in self.expand(value)? {
                    if byte == b'$' {
                        text.push(b'$');
                    }
                    text.push(byte);
                }
                text
            }
            Operator::Conditional => {
                if self.vars.get(name).is_some() {
                    return Ok(());
                }
                value.to_vec()
            }
            Operator::Shell => {
                let command = self.expand(value)?;
                self.run_shell(&command)?
            }
            Operator::Append => {
                let old = match target {
                    Some(set) => {
                        let own = self.vars.get_in(set, name);
                        append = own.is_none_or(|variable| variable.append);
                        own
                    }
                    None => self.vars.get(name),
                };
                match old.cloned() {
                    None => value.to_vec(),
                    Some(old) => {
                        recursive = old.recursive;
                        let added = if recursive { value.to_vec() } else { self.expand(value)? };
                        let mut text = old.value.to_vec();
                        if !text.is_empty() && !added.is_empty() {
                            text.push(b' ');
                        }
                        text.extend(added);
                        text
                    }
                }
            }
        };
        let variable = self.vars.define(target.unwrap_or(GLOBAL), name, &text, origin, recursive, location);
        variable.append = append;
        if target.is_none() {
            self.after_assignment(name)?;
        }
        Ok(())
    }

    /// Variables that change how make works.
    fn after_assignment(&mut self, name: &[u8]) -> Result {
        match name {
            b".RECIPEPREFIX" => {
                let prefix = self.vars.get(name).and_then(|variable| variable.value.first().copied());
                self.recipe_prefix = prefix.unwrap_or(b'\t');
            }
            b"MAKEFLAGS" => self.reread_makeflags()?,
            _ => {}
        }
        Ok(())
    }

    /// Notes what the modifiers say of a variable of the set.
    pub(crate) fn modify(&mut self, set: SetId, name: &[u8], modifiers: Modifiers) {
        if let Some(variable) = self.vars.get_mut(set, name) {
            if let Some(export) = modifiers.export {
                variable.export = if export { Export::Yes } else { Export::No };
            }
            variable.private |= modifiers.private;
        }
    }

    /// Exports variables by name, or stops doing so; they may be undefined as yet.
    pub(crate) fn export_names(&mut self, names: &[u8], export: Export) {
        for name in crate::text::words(names) {
            match self.vars.get_mut(GLOBAL, name) {
                Some(variable) => variable.export = export,
                None => {
                    let variable = self.vars.define(GLOBAL, name, b"", Origin::File, true, None);
                    variable.export = export;
                    // The weakest, so that it counts as undefined for every definition to come.
                    variable.origin = Origin::Default;
                }
            }
        }
    }

    /// The value of a variable of the environment that make was started with.
    pub(crate) fn original_environment(&self, name: &[u8]) -> Option<Rc<[u8]>> {
        self.started_with.iter().find(|(known, _)| known == name).map(|(_, value)| Rc::from(value.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_definition() {
        let read = |line: &'static str| definition(line.as_bytes()).map(|d| (d.name, d.operator, d.value));
        assert_eq!(read("a = b "), Some((&b"a"[..], Operator::Recursive, &b"b "[..])));
        assert_eq!(read("a$(x y)::=b"), Some((&b"a$(x y)"[..], Operator::Simple, &b"b"[..])));
        assert_eq!(read("a +=b"), Some((&b"a"[..], Operator::Append, &b"b"[..])));
        assert_eq!(read("a b = c"), None);
        assert_eq!(read("a: b = c"), None);
        assert_eq!(read("a # = c"), None);
    }

    #[test]
    fn modifiers() {
        let (modifiers, rest) = modified_definition(b"override export a = 1", false).unwrap();
        assert!(modifiers.overrides && modifiers.export == Some(true));
        assert_eq!(rest, b"a = 1");
        assert!(modified_definition(b"export a b", false).is_none());
        assert_eq!(modified_definition(b"export = 1", false).unwrap().0, Modifiers::default());
        assert!(modified_definition(b"define x", false).unwrap().0.define);
    }
}

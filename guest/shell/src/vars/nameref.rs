//! Names at run time: `name`, `name[subscript]`, and what a nameref means.

use bstr::BString;

use super::{Attributes, Variables, is_name};

/// A place that can be assigned to, read or unset, named by text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A variable.
    Variable(BString),
    /// An array's element: the name, and the text between the brackets.
    Element(BString, BString),
}

impl Target {
    /// From `name` or `name[subscript]`.
    pub fn parse(text: &[u8]) -> Option<Target> {
        if is_name(text) {
            return Some(Target::Variable(text.into()));
        }
        let open = text.iter().position(|b| *b == b'[')?;
        let (name, rest) = text.split_at(open);
        let subscript = rest.strip_prefix(b"[")?.strip_suffix(b"]")?;
        (is_name(name) && !subscript.is_empty()).then(|| Target::Element(name.into(), subscript.into()))
    }

    /// As it is written.
    pub fn to_text(&self) -> BString {
        match self {
            Target::Variable(name) => name.clone(),
            Target::Element(name, subscript) => [name.as_slice(), b"[", subscript, b"]"].concat().into(),
        }
    }

    /// The variable's name.
    pub fn name(&self) -> &BString {
        match self {
            Target::Variable(name) | Target::Element(name, _) => name,
        }
    }
}

/// Why a nameref has no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// It has no value yet: the next assignment gives it one.
    Unset,
    /// The references go round in a circle.
    Circular,
}

/// As many references in a row as bash follows.
const MAX_CHAIN: usize = 8;

impl Variables {
    /// Follows namerefs from `name` to what they mean in the end.
    pub fn resolve(&self, name: &[u8]) -> Result<Target, Unresolved> {
        let mut current = BString::from(name);
        for _ in 0..=MAX_CHAIN {
            let Some(variable) = self.get(&current) else { return Ok(Target::Variable(current)) };
            if !variable.attributes.any(Attributes::NAMEREF) {
                return Ok(Target::Variable(current));
            }
            let next = match variable.first() {
                Some(value) if !value.is_empty() => value.clone(),
                _ => return Err(Unresolved::Unset),
            };
            match Target::parse(&next) {
                Some(Target::Variable(next)) if next == name => return Err(Unresolved::Circular),
                Some(Target::Variable(next)) => current = next,
                Some(element) => return Ok(element),
                None => return Ok(Target::Variable(next)),
            }
        }
        Err(Unresolved::Circular)
    }
}

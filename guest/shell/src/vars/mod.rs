//! Variables: one table of what is visible now, and a stack of scopes that
//! remember what each of them hides.
//!
//! Looking up a variable is one hash, however deep the calls are. Entering a
//! scope costs nothing; declaring a local moves the hidden variable into the
//! scope, and leaving the scope moves it back. The table and the variables are
//! shared between clones until one of them changes them.

mod assign;
mod attributes;
mod dynamic;
mod nameref;
mod print;
mod start;
mod value;

use std::rc::Rc;

use bstr::BString;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

pub(crate) use assign::Elements;
pub use assign::{AssignMode, Place, make_indexed};
pub use attributes::Attributes;
pub use dynamic::{Dynamic, now};
pub use nameref::{Target, Unresolved};
pub use print::{declaration, value_text};
pub use value::{Associative, Indexed, Value};

/// A variable's name as the table keeps it.
pub type Name = Rc<[u8]>;

/// A variable: value, attributes, and the scope it belongs to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Variable {
    /// What it holds.
    pub value: Value,
    /// Its attributes.
    pub attributes: Attributes,
    /// 0 for a global variable, else one more than its scope's place in the stack.
    pub level: u32,
}

impl Variable {
    /// A global scalar.
    pub fn scalar(value: impl Into<BString>, attributes: Attributes) -> Variable {
        Variable { value: Value::Scalar(value.into()), attributes, level: 0 }
    }

    /// It was given a value (an empty array counts).
    pub fn is_assigned(&self) -> bool {
        !self.attributes.any(Attributes::INVISIBLE)
    }

    /// `$name`: the string, element 0 or key "0".
    pub fn first(&self) -> Option<&BString> {
        if self.attributes.any(Attributes::INVISIBLE) {
            return None;
        }
        match &self.value {
            Value::Scalar(value) => Some(value),
            Value::Indexed(elements) => elements.get(0),
            Value::Associative(elements) => elements.get(b"0"),
        }
    }

    /// It is an array of either kind.
    pub fn is_array(&self) -> bool {
        !matches!(self.value, Value::Scalar(_))
    }

    /// It is an associative array.
    pub fn is_associative(&self) -> bool {
        matches!(self.value, Value::Associative(_))
    }
}

/// What a scope is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum ScopeKind {
    /// A function call: where `local` declares.
    Function,
    /// The assignments before a command.
    Temporary,
}

/// A scope: what its variables hide.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Scope {
    kind: ScopeKind,
    hidden: Vec<(Name, Option<Rc<Variable>>)>,
    /// `local -`: the options to restore when the scope ends.
    saved_options: Option<BString>,
}

/// All variables of a shell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Variables {
    table: Rc<FxHashMap<Name, Rc<Variable>>>,
    scopes: Rc<Vec<Rc<Scope>>>,
    /// The state behind the computed variables.
    pub dynamic: Dynamic,
    /// The exported variables, kept until one changes.
    #[serde(skip)]
    environment: Option<Rc<Vec<(BString, BString)>>>,
    /// What IFS says, kept until it changes.
    #[serde(skip)]
    ifs: Option<Rc<Ifs>>,
    /// Goes up with every change of PATH, so that remembered locations of
    /// commands can be dropped.
    pub path_changes: u64,
    /// `getopts`: the OPTIND it left, and how far into that word it is.
    pub option_offset: (usize, usize),
    /// What the environment has under names that are none: handed on.
    pub foreign: Rc<Vec<(BString, BString)>>,
}

/// The field separators, ready to be asked about a byte.
#[derive(Debug, Clone)]
pub struct Ifs {
    /// 0: no separator, 1: white space, 2: another separator. IFS characters
    /// beyond ASCII are matched byte by byte through `wide`.
    class: [u8; 256],
    /// The separators that are longer than one byte.
    wide: Vec<BString>,
    /// What joins `"$*"`.
    pub joiner: BString,
}

/// How IFS treats the text at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    /// Part of a field.
    No,
    /// IFS white space: adjacent ones count as one.
    Space,
    /// Another separator of that many bytes: each one delimits.
    Other(usize),
}

impl Ifs {
    /// From IFS's value; unset means space, tab, newline.
    pub fn new(value: Option<&[u8]>) -> Ifs {
        let value = value.unwrap_or(b" \t\n");
        let mut ifs = Ifs { class: [0; 256], wide: Vec::new(), joiner: BString::default() };
        let mut rest = value;
        let mut first = true;
        while !rest.is_empty() {
            let len = crate::expand::text::char_len(rest);
            let (head, tail) = rest.split_at(len);
            if first {
                ifs.joiner = head.into();
                first = false;
            }
            if len > 1 {
                ifs.wide.push(head.into());
            } else {
                // Only these three are "IFS white space" in the C.UTF-8 locale's
                // sense that matters for splitting; the rest delimit one by one.
                ifs.class[usize::from(head[0])] = if matches!(head[0], b' ' | b'\t' | b'\n') { 1 } else { 2 };
            }
            rest = tail;
        }
        ifs
    }

    /// IFS is empty: nothing splits.
    pub fn is_empty(&self) -> bool {
        self.joiner.is_empty()
    }

    /// What stands at the start of `text`.
    pub fn at(&self, text: &[u8]) -> Separator {
        let Some(byte) = text.first() else { return Separator::No };
        match self.class[usize::from(*byte)] {
            1 => return Separator::Space,
            2 => return Separator::Other(1),
            _ => {}
        }
        if *byte >= 0x80 {
            for wide in &self.wide {
                if text.starts_with(wide) {
                    return Separator::Other(wide.len());
                }
            }
        }
        Separator::No
    }

    /// The length of the text before the first separator.
    pub fn field_len(&self, text: &[u8]) -> usize {
        if self.wide.is_empty() {
            return text.iter().position(|b| self.class[usize::from(*b)] != 0).unwrap_or(text.len());
        }
        (0..text.len()).find(|i| self.at(&text[*i..]) != Separator::No).unwrap_or(text.len())
    }
}

impl Variables {
    /// The visible variable of that name, as it is stored: a nameref is not
    /// followed, a computed value not computed.
    #[inline]
    pub fn get(&self, name: &[u8]) -> Option<&Variable> {
        self.table.get(name).map(|variable| &**variable)
    }

    /// Whether a variable of that name is known (it may be unset).
    pub fn contains(&self, name: &[u8]) -> bool {
        self.table.contains_key(name)
    }

    /// The plain value: no nameref, no computed variable. For the shell's own
    /// settings such as PS4.
    pub fn plain(&self, name: &[u8]) -> Option<&BString> {
        self.get(name)?.first()
    }

    /// The visible variable for changing its value or attributes.
    pub fn get_mut(&mut self, name: &[u8]) -> Option<&mut Variable> {
        let variable = Rc::make_mut(&mut self.table).get_mut(name)?;
        note_change(
            name,
            variable.attributes,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        Some(Rc::make_mut(variable))
    }

    /// The visible variable, made (global, unset) if there is none.
    pub fn entry(&mut self, name: &[u8]) -> &mut Variable {
        let table = Rc::make_mut(&mut self.table);
        if !table.contains_key(name) {
            let fresh = Variable { attributes: Attributes::INVISIBLE, ..Variable::default() };
            table.insert(Name::from(name), Rc::new(fresh));
        }
        let variable = table.entry(Name::from(name)).or_default();
        note_change(
            name,
            variable.attributes,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        Rc::make_mut(variable)
    }

    /// Puts a variable in place of the visible one.
    pub fn insert(&mut self, name: &[u8], variable: Variable) {
        note_change(
            name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        Rc::make_mut(&mut self.table).insert(Name::from(name), Rc::new(variable));
    }

    /// To be called after the export attribute of a variable changed.
    pub fn environment_changed(&mut self) {
        self.environment = None;
    }

    /// Enters a function call's scope.
    pub fn push_scope(&mut self) {
        self.push(ScopeKind::Function);
    }

    /// Leaves a function call's scope.
    pub fn pop_scope(&mut self) {
        self.pop();
    }

    /// Enters the scope of the assignments before a command.
    pub fn push_temp(&mut self) {
        self.push(ScopeKind::Temporary);
    }

    /// Leaves the scope of the assignments before a command.
    pub fn pop_temp(&mut self) {
        self.pop();
    }

    fn push(&mut self, kind: ScopeKind) {
        Rc::make_mut(&mut self.scopes).push(Rc::new(Scope { kind, hidden: Vec::new(), saved_options: None }));
    }

    fn pop(&mut self) {
        let Some(scope) = Rc::make_mut(&mut self.scopes).pop() else { return };
        if scope.hidden.is_empty() {
            return;
        }
        let hidden = match Rc::try_unwrap(scope) {
            Ok(scope) => scope.hidden,
            Err(shared) => shared.hidden.clone(),
        };
        for (name, variable) in hidden.into_iter().rev() {
            self.restore(name, variable);
        }
    }

    fn restore(&mut self, name: Name, variable: Option<Rc<Variable>>) {
        note_change(
            &name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        let table = Rc::make_mut(&mut self.table);
        match variable {
            Some(variable) => {
                table.insert(name, variable);
            }
            None => {
                table.remove(&name);
            }
        }
    }

    /// The level of the innermost function call; 0 outside functions.
    pub fn function_level(&self) -> u32 {
        self.scopes.iter().rposition(|scope| scope.kind == ScopeKind::Function).map_or(0, |place| place as u32 + 1)
    }

    /// The level of the innermost scope of any kind.
    fn top_level(&self) -> u32 {
        self.scopes.len() as u32
    }

    /// Gives the innermost function call a variable of its own (or finds the
    /// one it has), unset unless it takes over the value of an assignment
    /// before the call. Outside functions: the global variable.
    pub fn make_local(&mut self, name: &[u8], inherit: bool) -> &mut Variable {
        let level = self.function_level();
        self.make_at(name, level, inherit)
    }

    /// Gives the innermost temporary scope a variable of its own.
    pub fn make_temporary(&mut self, name: &[u8]) -> &mut Variable {
        self.make_at(name, self.top_level(), false)
    }

    fn make_at(&mut self, name: &[u8], level: u32, inherit: bool) -> &mut Variable {
        note_change(
            name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        if level == 0 {
            return self.global_mut(name);
        }
        let visible = self.table.get(name).cloned();
        let visible_level = visible.as_ref().map_or(0, |variable| variable.level);
        if visible.is_some() && visible_level == level {
            return self.entry(name);
        }
        let place = level as usize - 1;
        let temporary_below =
            place > 0 && visible_level as usize == place && self.scopes[place - 1].kind == ScopeKind::Temporary;
        let mut fresh = Variable { attributes: Attributes::INVISIBLE, level, ..Variable::default() };
        if let Some(visible) = visible.as_ref().filter(|_| temporary_below || inherit) {
            fresh.value = visible.value.clone();
            fresh.attributes = visible.attributes.without(Attributes::READONLY);
        }
        if visible_level <= level {
            let scopes = Rc::make_mut(&mut self.scopes);
            Rc::make_mut(&mut scopes[place]).hidden.push((Name::from(name), visible));
            Rc::make_mut(&mut self.table).insert(Name::from(name), Rc::new(fresh));
            return self.entry(name);
        }
        self.make_beneath(name, place, fresh)
    }

    /// Puts a variable into the scope at `place` where an inner (temporary)
    /// scope has one of that name, which stays the visible one.
    fn make_beneath(&mut self, name: &[u8], place: usize, fresh: Variable) -> &mut Variable {
        let found = (place + 1..self.scopes.len()).find_map(|above| {
            let at = self.scopes[above].hidden.iter().position(|(hidden, _)| &**hidden == name)?;
            Some((above, at))
        });
        let Some((above, at)) = found else { return self.entry(name) };
        let scopes = Rc::make_mut(&mut self.scopes);
        let beneath = Rc::make_mut(&mut scopes[above]).hidden[at].1.take();
        let own = beneath.as_ref().is_some_and(|variable| variable.level as usize == place + 1);
        let kept = if own {
            beneath
        } else {
            Rc::make_mut(&mut scopes[place]).hidden.push((Name::from(name), beneath));
            Some(Rc::new(fresh))
        };
        let slot = &mut Rc::make_mut(&mut scopes[above]).hidden[at].1;
        *slot = kept;
        Rc::make_mut(slot.get_or_insert_default())
    }

    /// The global variable, however many locals hide it; made if there is none.
    pub fn global_mut(&mut self, name: &[u8]) -> &mut Variable {
        note_change(
            name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        let hiding =
            self.scopes.iter().enumerate().find_map(|(place, scope)| {
                Some((place, scope.hidden.iter().position(|(hidden, _)| &**hidden == name)?))
            });
        match hiding {
            None => self.entry(name),
            Some((place, at)) => {
                let scope = Rc::make_mut(&mut Rc::make_mut(&mut self.scopes)[place]);
                let fresh = || Rc::new(Variable { attributes: Attributes::INVISIBLE, ..Variable::default() });
                Rc::make_mut(scope.hidden[at].1.get_or_insert_with(fresh))
            }
        }
    }

    /// The global variable, however many locals hide it.
    pub fn global(&self, name: &[u8]) -> Option<&Variable> {
        for scope in self.scopes.iter() {
            if let Some((_, hidden)) = scope.hidden.iter().find(|(hidden, _)| &**hidden == name) {
                return hidden.as_deref();
            }
        }
        self.get(name)
    }

    /// Exchanges the visible variable with the global one that it hides, so
    /// that `declare -g` can work on the global one like on any other. Doing it
    /// again puts them back.
    pub fn swap_global(&mut self, name: &[u8]) {
        note_change(
            name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        let table = Rc::make_mut(&mut self.table);
        for scope in Rc::make_mut(&mut self.scopes) {
            let Some(at) = scope.hidden.iter().position(|(hidden, _)| &**hidden == name) else { continue };
            let slot = &mut Rc::make_mut(scope).hidden[at].1;
            let visible = table.remove(name);
            let hidden = std::mem::replace(slot, visible);
            if let Some(hidden) = hidden {
                table.insert(Name::from(name), hidden);
            }
            return;
        }
    }

    /// Removes the visible variable. A local of the running function stays
    /// known, but unset; one of a calling function uncovers what it hid.
    pub fn unset(&mut self, name: &[u8]) {
        self.remove(name, false);
    }

    /// As `unset`, but with `keep_locals` (`shopt -s localvar_unset`) a local of
    /// a calling function stays known, too.
    pub fn remove(&mut self, name: &[u8], keep_locals: bool) {
        let Some(variable) = self.table.get(name) else { return };
        let level = variable.level;
        note_change(
            name,
            Attributes::EXPORT,
            &mut self.environment,
            &mut self.ifs,
            &mut self.path_changes,
            &mut self.option_offset,
        );
        if level == 0 {
            Rc::make_mut(&mut self.table).remove(name);
            return;
        }
        let place = level as usize - 1;
        if keep_locals || level == self.function_level() {
            let empty = Variable { attributes: Attributes::INVISIBLE, level, ..Variable::default() };
            Rc::make_mut(&mut self.table).insert(Name::from(name), Rc::new(empty));
            return;
        }
        let Some(scope) = Rc::make_mut(&mut self.scopes).get_mut(place) else { return };
        let scope = Rc::make_mut(scope);
        if let Some(at) = scope.hidden.iter().position(|(hidden, _)| &**hidden == name) {
            let (name, beneath) = scope.hidden.remove(at);
            self.restore(name, beneath);
        }
    }

    /// The names of all visible variables, sorted.
    pub fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = self.table.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// The names of the running function's own variables, sorted.
    pub fn local_names(&self) -> Vec<Name> {
        let level = self.function_level();
        let mut names: Vec<Name> =
            self.table.iter().filter(|(_, v)| v.level == level && level > 0).map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        names
    }

    /// What a command finds in its environment, sorted by name.
    pub fn exported(&mut self) -> Rc<Vec<(BString, BString)>> {
        if let Some(environment) = &self.environment {
            return environment.clone();
        }
        let mut list: Vec<(BString, BString)> = self
            .table
            .iter()
            .filter(|(_, variable)| variable.attributes.any(Attributes::EXPORT) && !variable.is_array())
            .filter_map(|(name, variable)| Some((BString::from(&**name), variable.first()?.clone())))
            .chain(self.foreign.iter().cloned())
            .collect();
        list.sort_unstable();
        let list = Rc::new(list);
        self.environment = Some(list.clone());
        list
    }

    /// The field separators.
    pub fn ifs(&mut self) -> Rc<Ifs> {
        if let Some(ifs) = &self.ifs {
            return ifs.clone();
        }
        let ifs = Rc::new(Ifs::new(self.plain(b"IFS").map(|value| value.as_slice())));
        self.ifs = Some(ifs.clone());
        ifs
    }

    /// `local -`: remembers the options for the end of the function, once.
    pub fn save_options(&mut self, options: BString) {
        let level = self.function_level() as usize;
        if level > 0 {
            let scope = Rc::make_mut(&mut Rc::make_mut(&mut self.scopes)[level - 1]);
            scope.saved_options.get_or_insert(options);
        }
    }

    /// The options that `local -` remembered in the innermost scope, to be
    /// asked for before the scope is left.
    pub fn saved_options(&self) -> Option<&BString> {
        self.scopes.last()?.saved_options.as_ref()
    }
}

/// Keeps the caches true to the variables.
#[inline]
fn note_change(
    name: &[u8],
    attributes: Attributes,
    environment: &mut Option<Rc<Vec<(BString, BString)>>>,
    ifs: &mut Option<Rc<Ifs>>,
    path_changes: &mut u64,
    option_offset: &mut (usize, usize),
) {
    if attributes.any(Attributes::EXPORT) {
        *environment = None;
    }
    match name {
        b"IFS" => *ifs = None,
        b"PATH" => *path_changes += 1,
        b"LC_ALL" | b"LC_CTYPE" | b"LANG" => crate::expand::text::locale_changed(),
        // `getopts` starts anew; its own changes are noted after this.
        b"OPTIND" => *option_offset = (0, 0),
        _ => {}
    }
}

/// Whether `name` is a variable's name: a letter or `_`, then those or digits.
pub fn is_name(name: &[u8]) -> bool {
    match name.split_first() {
        Some((first, rest)) => {
            (first.is_ascii_alphabetic() || *first == b'_')
                && rest.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(variable: &mut Variable, value: &str) {
        variable.attributes.remove(Attributes::INVISIBLE);
        variable.value = Value::Scalar(value.into());
    }

    #[test]
    fn locals_hide_and_uncover() {
        let mut vars = Variables::default();
        set(vars.entry(b"x"), "global");
        vars.push_scope();
        set(vars.make_local(b"x", false), "f");
        vars.push_scope();
        assert_eq!(vars.plain(b"x"), Some(&"f".into()));
        // A callee's unset uncovers what its caller's local hid.
        vars.unset(b"x");
        assert_eq!(vars.plain(b"x"), Some(&"global".into()));
        set(vars.make_local(b"x", false), "g");
        vars.unset(b"x");
        assert_eq!(vars.plain(b"x"), None);
        set(vars.global_mut(b"x"), "changed");
        vars.pop_scope();
        vars.pop_scope();
        assert_eq!(vars.plain(b"x"), Some(&"changed".into()));
    }

    #[test]
    fn a_clone_does_not_see_changes() {
        let mut vars = Variables::default();
        set(vars.entry(b"x"), "1");
        let before = vars.clone();
        set(vars.entry(b"x"), "2");
        assert_eq!(before.plain(b"x"), Some(&"1".into()));
    }

    #[test]
    fn temporary_values_become_locals() {
        let mut vars = Variables::default();
        vars.push_temp();
        set(vars.make_temporary(b"x"), "t");
        vars.push_scope();
        vars.make_local(b"x", false);
        assert_eq!(vars.plain(b"x"), Some(&"t".into()));
        vars.pop_scope();
        vars.pop_temp();
        assert!(!vars.contains(b"x"));
    }

    #[test]
    fn ifs_classes() {
        let ifs = Ifs::new(Some("; é".as_bytes()));
        assert_eq!(ifs.at(b";"), Separator::Other(1));
        assert_eq!(ifs.at(b" "), Separator::Space);
        assert_eq!(ifs.at("é".as_bytes()), Separator::Other(2));
        assert_eq!(ifs.field_len("ab\u{e9}".as_bytes()), 2);
        assert_eq!(&*ifs.joiner, b";");
    }
}

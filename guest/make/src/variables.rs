//! Variables and the sets that hold them: one for everything, one for each target that has its own, one for each
//! call of a function.

use crate::Location;
use std::collections::HashMap;
use std::rc::Rc;

/// A name or a value; shared, never changed in place.
pub type Text = Rc<[u8]>;

/// Where a variable comes from, the weakest first: a weaker origin does not change a stronger one's variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// Built in.
    Default,
    /// The environment.
    Environment,
    /// A makefile.
    File,
    /// The environment, with `-e`.
    EnvironmentOverride,
    /// The command line.
    CommandLine,
    /// An `override` directive.
    Override,
    /// The rule that runs.
    Automatic,
}

impl Origin {
    /// What `$(origin)` says.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::EnvironmentOverride => "environment override",
            Origin::CommandLine => "command line",
            Origin::Override => "override",
            Origin::Automatic => "automatic",
        }
    }
}

/// Whether children see the variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// If it came from outside.
    Default,
    /// `export`.
    Yes,
    /// `unexport`.
    No,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Its text, not expanded if recursive.
    pub value: Text,
    /// Whether the value is expanded at each use.
    pub recursive: bool,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether children see it.
    pub export: Export,
    /// A target's own `+=`: the value is added to that of the sets outside.
    pub append: bool,
    /// Whether prerequisites do not inherit it.
    pub private: bool,
    /// Where it was defined.
    pub location: Option<Location>,
}

/// A set's number.
pub type SetId = usize;

/// The set of what belongs to no target.
pub const GLOBAL: SetId = 0;

/// One step of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where to look.
    pub set: SetId,
    /// Whether it is another target's, or everyone's: its private variables do not count.
    pub inherited: bool,
}

/// All sets, and the chain of those that count now.
#[derive(Debug)]
pub struct Variables {
    sets: Vec<HashMap<Text, Variable>>,
    /// Sets of ended calls, empty.
    free: Vec<SetId>,
    /// The innermost last.
    pub chain: Vec<Link>,
    /// Variables of the environment are stronger than the makefiles'.
    pub environment_overrides: bool,
}

impl Default for Variables {
    fn default() -> Variables {
        Variables {
            sets: vec![HashMap::new()],
            free: Vec::new(),
            chain: vec![Link { set: GLOBAL, inherited: false }],
            environment_overrides: false,
        }
    }
}

impl Variables {
    /// A new set.
    pub fn new_set(&mut self) -> SetId {
        if let Some(set) = self.free.pop() {
            return set;
        }
        self.sets.push(HashMap::new());
        self.sets.len() - 1
    }

    /// Starts a scope inside all others; to be ended with [`Variables::pop_scope`].
    pub fn push_scope(&mut self) -> SetId {
        let set = self.new_set();
        self.chain.push(Link { set, inherited: false });
        set
    }

    /// Ends the innermost scope.
    pub fn pop_scope(&mut self) {
        if let Some(link) = self.chain.pop() {
            self.sets[link.set].clear();
            self.free.push(link.set);
        }
    }

    /// The variable that counts now, and how far out in the chain it is.
    pub fn find(&self, name: &[u8]) -> Option<(usize, &Variable)> {
        self.find_below(name, self.chain.len())
    }

    /// The same, outside the chain's link at `end`.
    pub fn find_below(&self, name: &[u8], end: usize) -> Option<(usize, &Variable)> {
        self.chain.iter().enumerate().take(end).rev().find_map(|(at, link)| {
            let variable = self.sets[link.set].get(name)?;
            (!(link.inherited && variable.private)).then_some((at, variable))
        })
    }

    /// The variable that counts now.
    pub fn get(&self, name: &[u8]) -> Option<&Variable> {
        self.find(name).map(|(_, variable)| variable)
    }

    /// A set's own variable.
    pub fn get_in(&self, set: SetId, name: &[u8]) -> Option<&Variable> {
        self.sets[set].get(name)
    }

    /// A set's own variable, to change it.
    pub fn get_mut(&mut self, set: SetId, name: &[u8]) -> Option<&mut Variable> {
        self.sets[set].get_mut(name)
    }

    /// All variables of a set, in no order.
    pub fn iter(&self, set: SetId) -> impl Iterator<Item = (&Text, &Variable)> {
        self.sets[set].iter()
    }

    /// Defines a variable, unless a stronger origin has done so; the set's variable.
    pub fn define(
        &mut self,
        set: SetId,
        name: &[u8],
        value: &[u8],
        origin: Origin,
        recursive: bool,
        location: Option<Location>,
    ) -> &mut Variable {
        let overrides = self.environment_overrides;
        let entry = self.sets[set].entry(Rc::from(name));
        let variable = entry.or_insert_with(|| Variable {
            value: Rc::from(&b""[..]),
            recursive,
            origin: Origin::Default,
            export: Export::Default,
            append: false,
            private: false,
            location: None,
        });
        if overrides && variable.origin == Origin::Environment {
            variable.origin = Origin::EnvironmentOverride;
        }
        if origin >= variable.origin {
            variable.value = Rc::from(value);
            variable.recursive = recursive;
            variable.origin = origin;
            variable.append = false;
            variable.location = location;
        }
        variable
    }

    /// Removes a variable, unless a stronger origin has defined it.
    pub fn undefine(&mut self, set: SetId, name: &[u8], origin: Origin) {
        if self.sets[set].get(name).is_some_and(|variable| origin >= variable.origin) {
            self.sets[set].remove(name);
        }
    }

    /// The names that are defined for everyone, sorted.
    pub fn names(&self) -> Vec<Text> {
        let mut names: Vec<Text> = self.sets[GLOBAL].keys().cloned().collect();
        names.sort_unstable();
        names
    }
}

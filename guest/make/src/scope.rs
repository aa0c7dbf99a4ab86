//! What counts for one target: its variables, those it inherits, and the automatic ones.

use crate::files::{FileId, time};
use crate::text::bytes;
use crate::variables::{Export, GLOBAL, Link, Origin, SetId, Text, Variable};
use crate::{Make, Result};
use std::collections::{HashMap, HashSet};

/// How far a target inherits variables.
const MAX_PARENTS: usize = 1000;

impl Make<'_> {
    /// The sets that count for a target.
    pub(crate) fn target_chain(&mut self, file: FileId) -> Vec<Link> {
        let mut chain = Vec::new();
        let mut next = Some(file);
        let mut inherited = false;
        while let Some(file) = next {
            let own = self.files[file].vars;
            let patterns = if self.files_read { self.pattern_set(file) } else { None };
            chain.extend([own, patterns].into_iter().flatten().map(|set| Link { set, inherited }));
            inherited = true;
            next = self.files[file].parent.filter(|&parent| parent != file && chain.len() < MAX_PARENTS);
        }
        chain.push(Link { set: GLOBAL, inherited: true });
        chain.reverse();
        chain
    }

    /// The variables that patterns give the target.
    fn pattern_set(&mut self, file: FileId) -> Option<SetId> {
        if let Some(known) = self.files[file].pattern_vars {
            return known;
        }
        let name = self.files[file].name.clone();
        let matching: Vec<SetId> = self
            .pattern_vars
            .iter()
            .filter(|known| known.pattern.stem(&name).is_some_and(|stem| !stem.is_empty()))
            .map(|known| known.set)
            .collect();
        let mut merged = None;
        for set in matching {
            let variables: Vec<(Text, Variable)> =
                self.vars.iter(set).map(|(name, variable)| (name.clone(), variable.clone())).collect();
            let merged = *merged.get_or_insert_with(|| self.vars.new_set());
            for (name, variable) in variables {
                let old = self.vars.get_in(merged, &name).cloned();
                let append = variable.append && old.as_ref().is_none_or(|old| old.append);
                let value = match &old {
                    Some(old) if variable.append => bytes!(old.value, " ", variable.value),
                    _ => variable.value.to_vec(),
                };
                let recursive = if variable.append {
                    old.as_ref().map_or(variable.recursive, |old| old.recursive)
                } else {
                    variable.recursive
                };
                let location = variable.location.clone();
                let defined = self.vars.define(merged, &name, &value, variable.origin, recursive, location);
                defined.append = append;
                defined.private = variable.private;
                defined.export = variable.export;
            }
        }
        self.files[file].pattern_vars = Some(merged);
        merged
    }

    /// Expands a text as a line of the target's recipe.
    pub(crate) fn expand_for(&mut self, file: FileId, text: &[u8], set_automatic: bool) -> Result<Vec<u8>> {
        if set_automatic {
            self.set_automatic(file)?;
        }
        let chain = self.target_chain(file);
        let outer = std::mem::replace(&mut self.vars.chain, chain);
        let expanded = self.expand(text);
        self.vars.chain = outer;
        expanded
    }

    /// Expands prerequisites of an implicit rule a second time, for a target that may not have an entry.
    pub(crate) fn expand_for_name(
        &mut self,
        name: &[u8],
        stem: &[u8],
        file: Option<FileId>,
        text: &[u8],
    ) -> Result<Vec<u8>> {
        let chain = match file {
            Some(file) => self.target_chain(file),
            None => vec![Link { set: GLOBAL, inherited: true }],
        };
        let outer = std::mem::replace(&mut self.vars.chain, chain);
        let set = self.vars.push_scope();
        for (variable, value) in
            [(&b"@"[..], name), (b"*", stem), (b"<", b""), (b"^", b""), (b"?", b""), (b"+", b""), (b"|", b"")]
        {
            self.vars.define(set, variable, value, Origin::Automatic, false, None);
        }
        let expanded = self.expand(text);
        self.vars.pop_scope();
        self.vars.chain = outer;
        expanded
    }

    /// Sets `$@`, `$<` and so on.
    pub(crate) fn set_automatic(&mut self, file: FileId) -> Result {
        let set = match self.files[file].vars {
            Some(set) => set,
            None => {
                let set = self.vars.new_set();
                self.files[file].vars = Some(set);
                set
            }
        };
        let name = self.files[file].name.clone();
        let (at, member): (&[u8], &[u8]) = match crate::archive::split(&name) {
            Some((archive, member)) => (archive, member),
            None => (&name, b""),
        };
        let stem = match self.files[file].stem.clone() {
            Some(stem) => stem,
            None => {
                // Without an implicit rule, a known suffix is taken off.
                let base = if member.is_empty() { at } else { member };
                let suffixes = self.suffixes();
                let found = suffixes.iter().find_map(|suffix| base.strip_suffix(&**suffix));
                found.filter(|stem| !stem.is_empty()).unwrap_or_default().into()
            }
        };
        let deps = self.files[file].deps.clone();
        let mut seen: HashMap<Text, bool> = HashMap::new();
        let mut names = Vec::with_capacity(deps.len());
        for dep in &deps {
            let Some(id) = dep.file else { continue };
            let used = self.files[id].used_name().clone();
            // Both ways at once is the stronger one.
            seen.entry(used.clone()).and_modify(|order_only| *order_only &= dep.order_only).or_insert(dep.order_only);
            let shown: Vec<u8> = match crate::archive::split(&used) {
                Some((_, member)) => member.to_vec(),
                None => used.to_vec(),
            };
            let newer = dep.changed || self.options.always_make || self.files[file].modified == time::NONE;
            names.push((used, shown, dep.order_only, newer));
        }
        let mut first: &[u8] = b"";
        let (mut all, mut unique, mut newer, mut order_only) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut listed: HashSet<&Text> = HashSet::new();
        let add = |list: &mut Vec<u8>, name: &[u8]| {
            if !list.is_empty() {
                list.push(b' ');
            }
            list.extend_from_slice(name);
        };
        for (used, shown, order, is_newer) in &names {
            let only_order = seen.get(used).copied().unwrap_or(*order);
            if !*order {
                if first.is_empty() {
                    first = shown;
                }
                add(&mut all, shown);
            }
            if listed.insert(used) {
                if only_order {
                    add(&mut order_only, shown);
                } else {
                    add(&mut unique, shown);
                    if *is_newer {
                        add(&mut newer, shown);
                    }
                }
            }
        }
        // What .DEFAULT makes is made from itself.
        let is_default = match (&self.files[file].recipe, &self.default_recipe) {
            (Some(recipe), Some(default)) => std::rc::Rc::ptr_eq(recipe, default),
            _ => false,
        };
        let first = if is_default { at } else { first };
        for (variable, value) in [
            (&b"@"[..], at),
            (b"%", member),
            (b"*", &stem),
            (b"<", first),
            (b"?", &newer),
            (b"^", &unique),
            (b"+", &all),
            (b"|", &order_only),
        ] {
            self.vars.define(set, variable, value, Origin::Automatic, false, None);
        }
        Ok(())
    }

    /// The environment of a target's children; of `$(shell)` without a target.
    pub(crate) fn environment(&mut self, file: Option<FileId>) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let chain = match file {
            Some(file) => self.target_chain(file),
            None => self.vars.chain.clone(),
        };
        let outer = std::mem::replace(&mut self.vars.chain, chain.clone());
        let done = self.environment_of(&chain);
        self.vars.chain = outer;
        done
    }

    fn environment_of(&mut self, chain: &[Link]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut seen: HashMap<Text, usize> = HashMap::new();
        let mut chosen: Vec<(Text, Variable, usize)> = Vec::new();
        for (at, link) in chain.iter().enumerate().rev() {
            for (name, variable) in self.vars.iter(link.set) {
                if link.inherited && variable.private && link.set != GLOBAL {
                    continue;
                }
                match seen.get(name) {
                    Some(&index) => {
                        // A target's own value does not say whether it is exported; everyone's may.
                        let known = &mut chosen[index].1;
                        if known.export == Export::Default {
                            known.export = variable.export;
                        }
                    }
                    None => {
                        seen.insert(name.clone(), chosen.len());
                        chosen.push((name.clone(), variable.clone(), at));
                    }
                }
            }
        }
        chosen.retain(|(name, variable, _)| self.is_exported(name, variable));
        let mut env = Vec::with_capacity(chosen.len() + 2);
        for (name, variable, link) in chosen {
            let value = match &*name {
                b"MAKELEVEL" => (self.level + 1).to_string().into_bytes(),
                b"SHELL" if variable.export == Export::Default => match self.original_environment(b"SHELL") {
                    Some(value) => value.to_vec(),
                    None => continue,
                },
                _ => {
                    let mut value = Vec::new();
                    self.value_of(&name, &variable, link, &mut value)?;
                    value
                }
            };
            env.push((name.to_vec(), value));
        }
        // As the environment came, then what is new by name.
        let order: HashMap<&[u8], usize> =
            self.started_with.iter().enumerate().map(|(at, (name, _))| (name.as_slice(), at)).collect();
        env.sort_by(|a, b| {
            let place = |name: &Vec<u8>| order.get(name.as_slice()).copied().unwrap_or(usize::MAX);
            place(&a.0).cmp(&place(&b.0)).then_with(|| a.0.cmp(&b.0))
        });
        Ok(env)
    }

    fn is_exported(&self, name: &[u8], variable: &Variable) -> bool {
        match (name, variable.export) {
            (b"MAKELEVEL", _) => true,
            (_, Export::Yes) => !(variable.origin == Origin::Default && variable.value.is_empty()),
            (_, Export::No) => false,
            (b"SHELL", Export::Default) => true,
            (_, Export::Default) => {
                let outside =
                    matches!(variable.origin, Origin::CommandLine | Origin::Environment | Origin::EnvironmentOverride);
                let starts = name.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_');
                !matches!(variable.origin, Origin::Default | Origin::Automatic)
                    && starts
                    && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
                    && (outside || self.export_all)
            }
        }
    }
}

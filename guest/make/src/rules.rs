//! Rules as they are read: explicit ones become files of the graph, implicit ones a list to search.

use crate::assignment::{Definition, Modifiers, definition};
use crate::files::{Dep, FileId, Recipe};
use crate::names::split_names;
use crate::pattern::Pattern;
use crate::text::{bytes, trim};
use crate::variables::{GLOBAL, Origin, SetId, Text};
use crate::{Location, Make, Result, Stop};
use std::rc::Rc;

/// A rule whose recipe may still go on.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub targets: Vec<Text>,
    /// Of a static pattern rule.
    pub pattern: Option<Text>,
    pub prerequisites: Vec<u8>,
    pub double_colon: bool,
    pub grouped: bool,
    pub location: Option<Location>,
    pub recipe_location: Option<Location>,
    pub recipe: Option<Vec<u8>>,
    pub prefix: u8,
}

impl Waiting {
    /// One more line of the recipe.
    pub fn add_line(&mut self, location: Option<&Location>, line: &[u8]) {
        if self.recipe.is_none() {
            self.recipe_location = location.cloned();
        }
        let recipe = self.recipe.get_or_insert_default();
        recipe.extend_from_slice(line);
        recipe.push(b'\n');
    }
}

/// An implicit rule.
#[derive(Debug)]
pub(crate) struct PatternRule {
    pub targets: Vec<Pattern>,
    /// The targets as written.
    pub names: Vec<Text>,
    pub deps: Vec<Dep>,
    pub recipe: Option<Rc<Recipe>>,
    pub terminal: bool,
    /// A search that uses it is under way.
    pub in_use: bool,
}

/// Variables for all targets that match.
#[derive(Debug)]
pub(crate) struct PatternVariable {
    pub pattern: Pattern,
    pub length: usize,
    pub set: SetId,
}

impl Make<'_> {
    /// The first target that is no special one is what make makes by default.
    pub(crate) fn choose_default_goal(&mut self, rule: &Waiting) {
        if self.reading_builtins || self.vars.get(b".DEFAULT_GOAL").is_some_and(|variable| !variable.value.is_empty()) {
            return;
        }
        let suffixes = self.suffixes();
        let is_suffix_rule = |name: &[u8]| {
            suffixes.iter().any(|suffix| {
                **suffix == *name
                    || name.strip_prefix(&**suffix).is_some_and(|rest| suffixes.iter().any(|other| **other == *rest))
            })
        };
        let special = |name: &[u8]| name.starts_with(b".") && !name.contains(&b'/');
        let implicit = |name: &[u8]| rule.pattern.is_none() && Pattern::new(name).has_percent();
        let goal = rule.targets.iter().find(|name| !implicit(name) && !special(name) && !is_suffix_rule(name));
        if let Some(goal) = goal.cloned() {
            self.vars.define(GLOBAL, b".DEFAULT_GOAL", &goal, Origin::File, false, None);
        }
    }

    /// The known suffixes, in order.
    pub(crate) fn suffixes(&self) -> Vec<Text> {
        let file = self.files.find(b".SUFFIXES");
        file.map(|id| self.files[id].deps.iter().map(|dep| dep.name.clone()).collect()).unwrap_or_default()
    }

    /// Cuts a list of prerequisites into files.
    pub(crate) fn prerequisites(&mut self, text: &[u8]) -> Vec<Dep> {
        let mut deps = Vec::new();
        let (normal, order_only) = match memchr::memchr(b'|', text) {
            Some(bar) => (&text[..bar], &text[bar + 1..]),
            None => (text, &b""[..]),
        };
        for (list, order_only) in [(normal, false), (order_only, true)] {
            let mut wait = false;
            for name in self.file_names(list) {
                if *name == *b".WAIT" {
                    wait = true;
                    continue;
                }
                deps.push(Dep { order_only, wait: std::mem::take(&mut wait), ..Dep::new(name) });
            }
        }
        deps
    }

    /// Enters a rule into the graph.
    pub(crate) fn record_rule(&mut self, rule: Waiting) -> Result {
        let implicit = |name: &Text| rule.pattern.is_none() && Pattern::new(name).has_percent();
        if rule.targets.iter().any(implicit) {
            if !rule.targets.iter().all(implicit) {
                // Two rules in one, which GNU make still takes.
                let location = self.location.clone();
                self.complain(location, b"*** mixed implicit and normal rules: deprecated syntax");
                let (patterns, plain): (Vec<Text>, Vec<Text>) = rule.targets.iter().cloned().partition(implicit);
                self.record_rule(Waiting { targets: patterns, ..rule.clone() })?;
                return self.record_rule(Waiting { targets: plain, ..rule });
            }
            let recipe = self.recipe_of(&rule);
            let deps = if self.second_expansion && rule.prerequisites.contains(&b'$') {
                vec![Dep { second: true, ..Dep::new(rule.prerequisites.into()) }]
            } else {
                self.prerequisites(&rule.prerequisites)
            };
            self.add_pattern_rule(rule.targets, deps, recipe, rule.double_colon);
            return Ok(());
        }
        let recipe = self.recipe_of(&rule);
        if rule.grouped && recipe.is_none() {
            return Err(self.fatal("grouped targets must provide a recipe"));
        }
        let second = self.second_expansion && rule.prerequisites.contains(&b'$');
        let deps = if second {
            vec![Dep { second: true, ..Dep::new(rule.prerequisites.as_slice().into()) }]
        } else {
            self.prerequisites(&rule.prerequisites)
        };
        let pattern = rule.pattern.as_deref().map(Pattern::new);
        let mut group = Vec::new();
        for target in &rule.targets {
            let mut deps = deps.clone();
            let mut stem = None;
            if let Some(pattern) = &pattern {
                let Some(matched) = pattern.stem(target) else {
                    let location = self.location.clone();
                    let message = bytes!("target '", target, "' doesn't match the target pattern");
                    self.complain(location, &message);
                    let file = self.files.enter(target);
                    self.files[file].is_target = true;
                    continue;
                };
                let matched: Text = matched.into();
                for dep in &mut deps {
                    if dep.second {
                        dep.stem = Some(matched.clone());
                    } else {
                        dep.name = Pattern::new(&dep.name).fill(&matched).into();
                    }
                }
                stem = Some(matched);
            }
            let file = if rule.double_colon {
                self.double_colon_entry(target)?
            } else {
                self.single_colon_target(target, recipe.as_ref())?
            };
            for dep in &mut deps {
                if !dep.second {
                    let id = self.files.enter(&dep.name);
                    self.files[id].mentioned |= !self.reading_builtins;
                    dep.file = Some(id);
                }
            }
            let special_suffixes = **target == *b".SUFFIXES";
            let entry = &mut self.files[file];
            entry.is_target |= !self.reading_builtins;
            entry.builtin = self.reading_builtins;
            if let Some(stem) = stem {
                entry.stem = Some(stem);
            }
            if special_suffixes && deps.is_empty() {
                entry.deps.clear();
            }
            match &recipe {
                Some(recipe) => {
                    // The prerequisites of the rule with the recipe come first: the recipe's `$<` is one of them.
                    entry.recipe = Some(Rc::clone(recipe));
                    deps.append(&mut entry.deps);
                    entry.deps = deps;
                }
                None => entry.deps.append(&mut deps),
            }
            group.push(file);
            self.note_special(target);
        }
        if rule.grouped {
            for &file in &group {
                let others = group.iter().copied().filter(|&other| other != file);
                self.files[file].also_make = others.collect();
            }
        }
        Ok(())
    }

    fn recipe_of(&self, rule: &Waiting) -> Option<Rc<Recipe>> {
        let location = rule.recipe_location.clone().filter(|_| !self.reading_builtins);
        rule.recipe.clone().map(|text| Recipe::new(location, text, rule.prefix))
    }

    /// Targets that mean something as soon as they are read.
    fn note_special(&mut self, target: &[u8]) {
        match target {
            b".POSIX" => {
                self.posix = true;
                self.vars.define(GLOBAL, b".SHELLFLAGS", b"-ec", Origin::Default, false, None);
            }
            b".SECONDEXPANSION" => self.second_expansion = true,
            b".ONESHELL" => self.one_shell = true,
            _ => {}
        }
    }

    fn single_colon_target(&mut self, target: &[u8], recipe: Option<&Rc<Recipe>>) -> Result<FileId> {
        let id = self.files.enter(target);
        let file = &self.files[id];
        if file.double_colon && file.is_target {
            return Err(self.fatal(bytes!("target file '", target, "' has both : and :: entries")));
        }
        if let (Some(new), Some(old)) = (recipe, file.recipe.clone()) {
            if Rc::ptr_eq(new, &old) {
                let location = self.location.clone();
                let message = bytes!("target '", target, "' given more than once in the same rule");
                self.complain(location, &message);
            } else if file.is_target {
                self.complain(new.location.clone(), &bytes!("warning: overriding recipe for target '", target, "'"));
                self.complain(old.location.clone(), &bytes!("warning: ignoring old recipe for target '", target, "'"));
            }
            self.files[id].recipe = None;
        }
        let file = &mut self.files[id];
        if file.builtin && !self.reading_builtins {
            // A makefile's own rule takes the place of the one that is built in.
            file.recipe = None;
            file.builtin = false;
        }
        Ok(id)
    }

    fn double_colon_entry(&mut self, target: &[u8]) -> Result<FileId> {
        let id = self.files.enter(target);
        let file = &mut self.files[id];
        if file.is_target && !file.double_colon {
            return Err(self.fatal(bytes!("target file '", target, "' has both : and :: entries")));
        }
        if file.double_colon {
            return Ok(self.files.add_entry(id));
        }
        file.double_colon = true;
        file.recipe = None;
        file.entries.push(id);
        Ok(id)
    }

    /// Adds an implicit rule. One with the same targets and prerequisites is replaced by a makefile's.
    pub(crate) fn add_pattern_rule(
        &mut self,
        names: Vec<Text>,
        deps: Vec<Dep>,
        recipe: Option<Rc<Recipe>>,
        terminal: bool,
    ) {
        let same = self.pattern_rules.iter().position(|old| {
            old.names == names && old.deps.iter().map(|dep| &dep.name).eq(deps.iter().map(|dep| &dep.name))
        });
        if let Some(same) = same {
            if self.reading_builtins {
                return;
            }
            self.pattern_rules.remove(same);
        }
        let targets = names.iter().map(|name| Pattern::new(name)).collect();
        self.pattern_rules.push(PatternRule { targets, names, deps, recipe, terminal, in_use: false });
    }

    /// Turns suffix rules into implicit rules.
    pub(crate) fn convert_suffix_rules(&mut self) {
        let suffixes = self.suffixes();
        let with_percent = |suffix: &[u8]| -> Text { bytes!("%", suffix).into() };
        let reading = std::mem::replace(&mut self.reading_builtins, true);
        for source in &suffixes {
            // It only tells that names with this suffix are not for rules that match anything.
            self.add_pattern_rule(vec![with_percent(source)], Vec::new(), None, false);
            let dep = || vec![Dep::new(with_percent(source))];
            if let Some(recipe) = self.suffix_recipe(source) {
                self.add_pattern_rule(vec![with_percent(b"")], dep(), Some(recipe), false);
            }
            for target in &suffixes {
                let Some(recipe) = self.suffix_recipe(&bytes!(source, target)) else { continue };
                if source == target {
                    continue;
                }
                if **target == *b".a" {
                    self.add_pattern_rule(vec![Rc::from(&b"(%.o)"[..])], dep(), Some(recipe.clone()), false);
                }
                self.add_pattern_rule(vec![with_percent(target)], dep(), Some(recipe), false);
            }
        }
        self.reading_builtins = reading;
    }

    fn suffix_recipe(&mut self, name: &[u8]) -> Option<Rc<Recipe>> {
        let file = &self.files[self.files.find(name)?];
        let recipe = file.recipe.clone()?;
        if !file.deps.is_empty() {
            if self.posix {
                let message = b"warning: ignoring prerequisites on suffix rule definition";
                self.complain(recipe.location.clone(), message);
            } else {
                // With prerequisites it is an ordinary target.
                return None;
            }
        }
        Some(recipe)
    }

    /// A variable of targets.
    pub(crate) fn record_target_variable(&mut self, targets: &[Text], modifiers: Modifiers, text: &[u8]) -> Result {
        let Some(Definition { name, operator, value }) = definition(text) else { return Ok(()) };
        let origin = if modifiers.overrides { Origin::Override } else { Origin::File };
        let location = self.location.clone();
        for target in targets {
            let pattern = Pattern::new(target);
            let chain = self.vars.chain.clone();
            let set = if pattern.has_percent() {
                let set = self.vars.new_set();
                // Among the patterns that match, a longer one is more specific and counts more.
                let length = target.len();
                let at = self.pattern_vars.partition_point(|known| known.length <= length);
                self.pattern_vars.insert(at, PatternVariable { pattern, length, set });
                set
            } else {
                let file = self.files.enter(target);
                let set = match self.files[file].vars {
                    Some(set) => set,
                    None => self.vars.new_set(),
                };
                self.files[file].vars = Some(set);
                self.vars.chain = self.target_chain(file);
                set
            };
            let name = self.expand(name)?;
            let name = trim(&name);
            if name.is_empty() {
                return Err(self.fatal("empty variable name"));
            }
            // What the command line or -e set stays, as for everyone's variables.
            let stronger = self.vars.get_in(GLOBAL, name).is_some_and(|global| {
                let overrides = self.vars.environment_overrides && global.origin == Origin::Environment;
                global.origin > origin || overrides
            });
            let done = self.assign(Some(set), name, operator, value, origin, location.clone());
            self.vars.chain = chain;
            done?;
            self.modify(set, name, modifiers);
            if stronger
                && let Some(global) = self.vars.get_in(GLOBAL, name).cloned()
                && let Some(variable) = self.vars.get_mut(set, name)
            {
                let export = variable.export;
                *variable = global;
                variable.export = export;
            }
        }
        Ok(())
    }

    /// Does what the special targets ask for, once everything is read.
    pub(crate) fn apply_special_targets(&mut self) {
        let deps = |make: &Make<'_>, name: &[u8]| -> Option<Vec<FileId>> {
            let file = &make.files[make.files.find(name)?];
            (file.is_target && !file.builtin).then(|| file.deps.iter().filter_map(|dep| dep.file).collect())
        };
        let all = |make: &Make<'_>, ids: Vec<FileId>| -> Vec<FileId> {
            ids.into_iter().flat_map(|id| std::iter::once(id).chain(make.files[id].entries.clone())).collect()
        };
        for id in deps(self, b".PRECIOUS").map(|ids| all(self, ids)).unwrap_or_default() {
            self.files[id].precious = true;
        }
        for id in deps(self, b".PHONY").map(|ids| all(self, ids)).unwrap_or_default() {
            let file = &mut self.files[id];
            file.phony = true;
            file.is_target = true;
            file.modified = crate::files::time::NONE;
            file.modified_before = crate::files::time::NONE;
        }
        match deps(self, b".NOTINTERMEDIATE") {
            Some(ids) if ids.is_empty() => self.no_intermediates = true,
            ids => ids.into_iter().flatten().for_each(|id| self.files[id].not_intermediate = true),
        }
        for id in deps(self, b".INTERMEDIATE").unwrap_or_default() {
            self.files[id].intermediate = true;
        }
        match deps(self, b".SECONDARY") {
            Some(ids) if ids.is_empty() => self.all_secondary = true,
            ids => ids.into_iter().flatten().for_each(|id| {
                self.files[id].intermediate = true;
                self.files[id].secondary = true;
            }),
        }
        if deps(self, b".EXPORT_ALL_VARIABLES").is_some() {
            self.export_all = true;
        }
        match deps(self, b".IGNORE") {
            Some(ids) if ids.is_empty() => self.options.ignore_errors = true,
            ids => self.ignoring.extend(ids.into_iter().flatten()),
        }
        match deps(self, b".SILENT") {
            Some(ids) if ids.is_empty() => self.options.silent = true,
            ids => self.silent.extend(ids.into_iter().flatten()),
        }
        match deps(self, b".NOTPARALLEL") {
            Some(ids) if ids.is_empty() => self.not_parallel = true,
            ids => self.serial.extend(ids.into_iter().flatten()),
        }
        self.delete_on_error = deps(self, b".DELETE_ON_ERROR").is_some();
        self.default_recipe = self.files.find(b".DEFAULT").and_then(|id| self.files[id].recipe.clone());
    }

    /// Expands the prerequisites of a file a second time, where that was asked for.
    pub(crate) fn snap_deps(&mut self, file: FileId) -> Result {
        if self.files[file].snapped {
            return Ok(());
        }
        self.files[file].snapped = true;
        if !self.files[file].deps.iter().any(|dep| dep.second) {
            return Ok(());
        }
        let deps = std::mem::take(&mut self.files[file].deps);
        let mut snapped = Vec::with_capacity(deps.len());
        for dep in deps {
            if !dep.second {
                snapped.push(dep);
                continue;
            }
            self.files[file].deps = snapped.clone();
            let stem = dep.stem.clone();
            let text = match &stem {
                // The stem is put in as text that is not expanded.
                Some(_) => replace_percents(&dep.name, b"$*"),
                None => dep.name.to_vec(),
            };
            let saved = stem.and_then(|stem| self.files[file].stem.replace(stem));
            let expanded = self.expand_for(file, &text, true);
            if saved.is_some() {
                self.files[file].stem = saved;
            }
            for mut found in self.prerequisites(&expanded?) {
                let id = self.files.enter(&found.name);
                self.files[id].mentioned = true;
                found.file = Some(id);
                snapped.push(found);
            }
        }
        self.files[file].deps = snapped;
        Ok(())
    }

    /// An error with the place that is read.
    pub(crate) fn fatal(&self, message: impl AsRef<[u8]>) -> Stop {
        Stop::Fatal(self.location.clone(), message.as_ref().to_vec())
    }
}

/// The first `%` of each word replaced.
pub(crate) fn replace_percents(text: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut replaced = false;
    for &byte in text {
        if crate::text::is_space(byte) {
            replaced = false;
        }
        if byte == b'%' && !replaced {
            out.extend_from_slice(by);
            replaced = true;
        } else {
            out.push(byte);
        }
    }
    out
}

/// The names in a text, for lists that are part of make itself.
pub(crate) fn plain_names(text: &[u8]) -> Vec<Text> {
    split_names(text).into_iter().map(Text::from).collect()
}

//! The search for an implicit rule.

use crate::files::{Dep, FileId, Recipe};
use crate::pattern::Pattern;
use crate::rules::replace_percents;
use crate::text::bytes;
use crate::variables::Text;
use crate::{Make, Result};
use std::collections::HashSet;
use std::rc::Rc;

/// How long a chain of implicit rules may get.
const MAX_CHAIN: usize = 20;

/// A rule that may apply.
struct Candidate {
    rule: usize,
    /// Which of the rule's targets matches.
    target: usize,
    stem: Vec<u8>,
    /// The directory was taken off the name for the match.
    without_directory: bool,
    length: usize,
}

/// A prerequisite that a rule asks for.
struct Wanted {
    dep: Dep,
    /// To be made by another implicit rule, if nobody made it explicit.
    chain: Option<Box<Found>>,
}

/// The rule that was found for a file.
pub(crate) struct Found {
    rule: usize,
    target: usize,
    stem: Text,
    wanted: Vec<Wanted>,
    recipe: Option<Rc<Recipe>>,
    without_directory: bool,
}

/// How much a prerequisite may be for a rule to apply.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Pass {
    /// It is there, or a target, or a prerequisite of the file itself.
    Plain,
    /// It can be made by another implicit rule.
    Chained,
    /// Any file's prerequisite is taken to be there.
    Mentioned,
}

impl Make<'_> {
    /// Finds an implicit rule for the file and gives it the rule's recipe and prerequisites.
    pub(crate) fn find_implicit_rule(&mut self, file: FileId) -> Result<bool> {
        let name = self.files[file].name.clone();
        let mut impossible = std::mem::take(&mut self.impossible);
        let mut found = self.search(&name, Some(file), 0, &mut impossible);
        if let Ok(None) = found
            && let Some(open) = memchr::memchr(b'(', &name)
            && name.ends_with(b")")
        {
            // A member of an archive may have a rule for `(MEMBER)`.
            found = self.search(&name[open..], Some(file), 0, &mut impossible);
        }
        self.impossible = impossible;
        match found? {
            Some(found) => {
                self.use_rule(file, found)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn candidates(&self, name: &[u8], depth: usize) -> Vec<Candidate> {
        let is_member = name.starts_with(b"(");
        let slash = if is_member { None } else { name.iter().rposition(|&byte| byte == b'/') };
        let base = slash.map_or(name, |slash| &name[slash + 1..]);
        let mut found: Vec<Candidate> = Vec::new();
        let mut specific = false;
        for (index, rule) in self.pattern_rules.iter().enumerate() {
            // With prerequisites and without a recipe it only takes another rule away.
            if rule.in_use || (rule.recipe.is_none() && !rule.deps.is_empty()) {
                continue;
            }
            for (target, pattern) in rule.targets.iter().enumerate() {
                let anything = pattern.prefix.is_empty() && pattern.suffix.as_ref().is_some_and(Vec::is_empty);
                if anything && depth > 0 && !rule.terminal {
                    continue;
                }
                let has_slash =
                    pattern.prefix.contains(&b'/') || pattern.suffix.as_ref().is_some_and(|s| s.contains(&b'/'));
                let without_directory = slash.is_some() && !has_slash;
                let Some(stem) = pattern.stem(if without_directory { base } else { name }) else { continue };
                if stem.is_empty() {
                    continue;
                }
                specific |= !anything;
                if rule.recipe.is_none() && rule.deps.is_empty() {
                    continue;
                }
                let length = stem.len() + if without_directory { slash.map_or(0, |slash| slash + 1) } else { 0 };
                found.push(Candidate { rule: index, target, stem: stem.to_vec(), without_directory, length });
            }
        }
        if specific {
            found.retain(|candidate| {
                let rule = &self.pattern_rules[candidate.rule];
                let pattern = &rule.targets[candidate.target];
                rule.terminal || !pattern.prefix.is_empty() || pattern.suffix.as_ref().is_some_and(|s| !s.is_empty())
            });
        }
        // The shortest stem first: the most specific rule.
        found.sort_by_key(|candidate| candidate.length);
        found
    }

    fn search(
        &mut self,
        name: &[u8],
        file: Option<FileId>,
        depth: usize,
        impossible: &mut HashSet<Vec<u8>>,
    ) -> Result<Option<Found>> {
        if depth > MAX_CHAIN {
            return Ok(None);
        }
        let candidates = self.candidates(name, depth);
        let mut mentioned = false;
        for pass in [Pass::Plain, Pass::Chained, Pass::Mentioned] {
            if pass == Pass::Mentioned && !mentioned {
                break;
            }
            for candidate in &candidates {
                let rule = &self.pattern_rules[candidate.rule];
                if pass == Pass::Chained && (rule.terminal || rule.deps.is_empty()) {
                    continue;
                }
                self.pattern_rules[candidate.rule].in_use = true;
                let wanted = self.try_rule(name, file, candidate, pass, (depth, &mut mentioned), impossible);
                self.pattern_rules[candidate.rule].in_use = false;
                if let Some(wanted) = wanted? {
                    return Ok(Some(Found {
                        rule: candidate.rule,
                        target: candidate.target,
                        stem: self.full_stem(name, candidate),
                        wanted,
                        recipe: self.pattern_rules[candidate.rule].recipe.clone(),
                        without_directory: candidate.without_directory,
                    }));
                }
            }
        }
        Ok(None)
    }

    /// The stem with the directory that was taken off.
    fn full_stem(&self, name: &[u8], candidate: &Candidate) -> Text {
        bytes!(directory(name, candidate.without_directory), candidate.stem).into()
    }

    /// The prerequisites of a rule, if all of them are or can be there.
    fn try_rule(
        &mut self,
        name: &[u8],
        file: Option<FileId>,
        candidate: &Candidate,
        pass: Pass,
        (depth, mentioned): (usize, &mut bool),
        impossible: &mut HashSet<Vec<u8>>,
    ) -> Result<Option<Vec<Wanted>>> {
        let prefix = directory(name, candidate.without_directory).to_vec();
        let mut deps: Vec<Dep> = Vec::new();
        for dep in self.pattern_rules[candidate.rule].deps.clone() {
            if dep.second {
                let stem = self.full_stem(name, candidate);
                let text = replace_percents(&dep.name, b"$(*F)");
                let text = if candidate.without_directory {
                    with_directory(&dep.name, &text, &prefix)
                } else {
                    replace_percents(&dep.name, b"$*")
                };
                let expanded = self.expand_for_name(name, &stem, file, &text)?;
                deps.extend(self.prerequisites(&expanded));
                continue;
            }
            let pattern = Pattern::new(&dep.name);
            let filled = pattern.fill(&candidate.stem);
            let relative = pattern.has_percent() && !filled.starts_with(b"/");
            let full = if relative { bytes!(prefix, filled) } else { filled };
            if memchr::memchr3(b'*', b'?', b'[', &full).is_some() {
                for found in self.file_names(&full) {
                    deps.push(Dep { name: found, ..dep.clone() });
                }
            } else {
                deps.push(Dep { name: full.into(), ..dep });
            }
        }
        let mut wanted = Vec::with_capacity(deps.len());
        for dep in deps {
            let mut chain = None;
            if !self.ought_to_exist(&dep.name, file, pass)? {
                *mentioned |= self.files.find(&dep.name).is_some_and(|id| self.files[id].mentioned);
                if pass != Pass::Chained || impossible.contains(&*dep.name) {
                    return Ok(None);
                }
                match self.search(&dep.name, None, depth + 1, impossible)? {
                    Some(found) => chain = Some(Box::new(found)),
                    None => {
                        impossible.insert(dep.name.to_vec());
                        return Ok(None);
                    }
                }
            }
            wanted.push(Wanted { dep, chain });
        }
        Ok(Some(wanted))
    }

    fn ought_to_exist(&mut self, name: &[u8], file: Option<FileId>, pass: Pass) -> Result<bool> {
        if let Some(id) = self.files.find(name) {
            let known = &self.files[id];
            if known.is_target || (pass == Pass::Mentioned && known.mentioned) {
                return Ok(true);
            }
            if file.is_some_and(|file| self.files[file].deps.iter().any(|dep| dep.file == Some(id))) {
                return Ok(true);
            }
            if known.modified == crate::files::time::NEW || known.modified == crate::files::time::OLD {
                return Ok(true);
            }
        }
        if self.file_exists(name) {
            return Ok(true);
        }
        Ok(self.vpath_search(name)?.is_some())
    }

    /// Puts the rule into the graph, and those of the files in between.
    fn use_rule(&mut self, file: FileId, found: Found) -> Result {
        let mut deps = Vec::new();
        for Wanted { mut dep, chain } in found.wanted {
            let known = self.files.find(&dep.name);
            let id = self.files.enter(&dep.name);
            dep.file = Some(id);
            if let Some(chain) = chain {
                let pattern = self.files.find(&self.pattern_rules[chain.rule].names[chain.target]);
                let precious = pattern.is_some_and(|id| self.files[id].precious);
                let kept = pattern.is_some_and(|id| self.files[id].not_intermediate);
                let secondary = pattern.is_some_and(|id| self.files[id].secondary);
                self.use_rule(id, *chain)?;
                let all_kept = self.no_intermediates;
                let between = &mut self.files[id];
                between.tried_implicit = true;
                between.precious |= precious;
                between.secondary |= secondary;
                // What a makefile mentions is no file in between.
                let mentioned = known.is_some() && (between.mentioned || between.is_target);
                between.intermediate |= !mentioned && !kept && !all_kept && !between.not_intermediate;
            }
            deps.push(dep);
        }
        let rule = &self.pattern_rules[found.rule];
        let own = rule.names[found.target].clone();
        let stem = if found.without_directory {
            found.stem.iter().rposition(|&byte| byte == b'/').map_or(&*found.stem, |slash| &found.stem[slash + 1..])
        } else {
            &*found.stem
        };
        let prefix = if found.without_directory { directory(&self.files[file].name, true) } else { b"" };
        let others: Vec<Vec<u8>> = rule
            .targets
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != found.target)
            .map(|(_, pattern)| bytes!(prefix, pattern.fill(stem)))
            .collect();
        let mut also_make = Vec::new();
        for other in others {
            let id = self.files.enter(&other);
            self.files[id].is_target = true;
            also_make.push(id);
        }
        if let Some(pattern) = self.files.find(&own) {
            self.files[file].precious |= self.files[pattern].precious;
        }
        let entry = &mut self.files[file];
        deps.append(&mut entry.deps);
        entry.deps = deps;
        entry.recipe = found.recipe;
        entry.stem = Some(found.stem);
        entry.is_target = true;
        entry.also_make.extend(also_make);
        Ok(())
    }
}

fn directory(name: &[u8], wanted: bool) -> &[u8] {
    match name.iter().rposition(|&byte| byte == b'/') {
        Some(slash) if wanted => &name[..=slash],
        _ => b"",
    }
}

/// The words of `text`, where those that have a `%` in `raw` get the directory in front.
fn with_directory(raw: &[u8], text: &[u8], directory: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut words = crate::text::words(text);
    for word in crate::text::words(raw) {
        if !out.is_empty() {
            out.push(b' ');
        }
        if word.contains(&b'%') && !word.starts_with(b"/") {
            out.extend_from_slice(directory);
        }
        out.extend_from_slice(words.next().unwrap_or_default());
    }
    out
}

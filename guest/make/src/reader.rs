//! Reading makefiles: directives, definitions and rules, line by line.

use crate::assignment::{Definition, Modifiers, Operator, definition, modified_definition};
use crate::conditional::Conditionals;
use crate::rules::Waiting;
use crate::source::Source;
use crate::text::{bytes, find_unquoted, first_word, fold_lines, trim, trim_end, trim_start};
use crate::variables::{Export, GLOBAL, Origin, Text};
use crate::{Location, Make, Result, Stop};
use agentfense_sys::Errno;
use std::rc::Rc;

/// How deep makefiles may include each other.
const MAX_INCLUDES: usize = 200;

/// A makefile that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Makefile {
    pub name: Text,
    /// Whether it was read.
    pub read: bool,
    /// It may be absent.
    pub optional: bool,
    /// The directive that named it, and why it could not be read.
    pub problem: Option<(Option<Location>, Errno)>,
    /// That was said.
    pub told: bool,
}

/// What is known while one text is read.
#[derive(Default)]
struct Reading {
    waiting: Option<Waiting>,
    /// The last rule had no targets: its recipe is skipped.
    no_targets: bool,
    conditionals: Conditionals,
    /// Definitions inside skipped text.
    skipped_defines: usize,
}

impl Make<'_> {
    /// Reads a text of `$(eval)` or `--eval`.
    pub(crate) fn eval_text(&mut self, text: &[u8]) -> Result {
        let location = self.location.clone();
        let (file, line) = location.clone().map_or((None, 1), |location| (Some(location.file), location.line));
        let done = self.read_text(Source::new(text.into(), file, line));
        self.location = location;
        done
    }

    /// Reads a makefile; whether it could be read. What cannot be read is noted for later.
    pub(crate) fn read_makefile(&mut self, name: &[u8], search: bool, optional: bool) -> Result<bool> {
        if self.includes >= MAX_INCLUDES {
            return Err(self.fatal(bytes!(name, ": makefiles include each other too deeply")));
        }
        let asked_at = self.location.clone();
        let mut path: Text = name.into();
        let mut read = self.system.read(&path);
        if search && matches!(read, Err(Errno::Noent)) && !name.starts_with(b"/") {
            for directory in self.include_directories() {
                let candidate = bytes!(directory, "/", name);
                let found = self.system.read(&candidate);
                if found.is_ok() {
                    (path, read) = (Rc::from(candidate), found);
                    break;
                }
            }
        }
        match read {
            Ok(text) => {
                let known = self.makefiles.iter_mut().find(|makefile| makefile.name == path);
                match known {
                    Some(makefile) => makefile.read = true,
                    None => self.makefiles.push(Makefile {
                        name: path.clone(),
                        read: true,
                        optional,
                        problem: None,
                        told: false,
                    }),
                }
                self.add_to_makefile_list(&path);
                self.includes += 1;
                let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
                let done = self.read_text(Source::new(text.into(), Some(path), 1));
                self.includes -= 1;
                self.location = asked_at;
                done.map(|()| true)
            }
            Err(errno) => {
                let problem = Some((asked_at, errno));
                if !self.makefiles.iter().any(|makefile| makefile.name == path) {
                    self.makefiles.push(Makefile { name: path, read: false, optional, problem, told: false });
                }
                Ok(false)
            }
        }
    }

    fn add_to_makefile_list(&mut self, name: &[u8]) {
        let old = self.vars.get_in(GLOBAL, b"MAKEFILE_LIST").map(|variable| variable.value.clone());
        let separator: &[u8] = if old.as_ref().is_none_or(|old| old.is_empty()) { b"" } else { b" " };
        let list = bytes!(old.unwrap_or_default(), separator, name);
        self.vars.define(GLOBAL, b"MAKEFILE_LIST", &list, Origin::File, false, None);
    }

    pub(crate) fn read_text(&mut self, mut source: Source) -> Result {
        let mut reading = Reading::default();
        while let Some(line) = source.next_line() {
            self.location = source.location();
            if line.is_empty() {
                continue;
            }
            let is_recipe = line[0] == self.recipe_prefix;
            if is_recipe {
                if reading.no_targets {
                    continue;
                }
                if let Some(waiting) = &mut reading.waiting {
                    if !reading.conditionals.skipping() {
                        waiting.add_line(self.location.as_ref(), &line[1..]);
                    }
                    continue;
                }
            }
            let mut folded = fold_lines(&line);
            if let Some(comment) = find_unquoted(&mut folded, b"#") {
                folded.truncate(comment);
            }
            self.read_line(&line, &folded, is_recipe, &mut reading, &mut source)?;
        }
        self.location = source.location();
        if reading.conditionals.open() {
            return Err(self.fatal("missing 'endif'"));
        }
        self.record(&mut reading)
    }

    fn record(&mut self, reading: &mut Reading) -> Result {
        match reading.waiting.take() {
            Some(waiting) => {
                let location = std::mem::replace(&mut self.location, waiting.location.clone());
                let done = self.record_rule(waiting);
                self.location = location;
                done
            }
            None => Ok(()),
        }
    }

    fn read_line(
        &mut self,
        raw: &[u8],
        line: &[u8],
        is_recipe: bool,
        reading: &mut Reading,
        source: &mut Source,
    ) -> Result {
        if let Some((modifiers, rest)) = modified_definition(line, false) {
            if reading.conditionals.skipping() {
                reading.skipped_defines += usize::from(modifiers.define);
                return Ok(());
            }
            if reading.skipped_defines == 0 {
                self.record(reading)?;
                return self.define(modifiers, rest, source);
            }
        }
        let (word, rest) = first_word(line);
        if word.is_empty() {
            return Ok(());
        }
        if reading.skipped_defines > 0 {
            reading.skipped_defines -= usize::from(word == b"endef");
            return Ok(());
        }
        if self.conditional(line, &mut reading.conditionals)? || reading.conditionals.skipping() {
            return Ok(());
        }
        match word {
            b"export" | b"unexport" => {
                self.record(reading)?;
                let export = word == b"export";
                let names = self.expand(rest)?;
                if trim(rest).is_empty() {
                    self.export_all = export;
                } else {
                    self.export_names(&names, if export { Export::Yes } else { Export::No });
                }
            }
            b"vpath" => {
                self.record(reading)?;
                let text = self.expand(rest)?;
                let (pattern, directories) = first_word(&text);
                self.vpath.directive(pattern, directories);
            }
            b"include" | b"-include" | b"sinclude" => {
                self.record(reading)?;
                let text = self.expand(rest)?;
                reading.no_targets = false;
                for name in self.file_names(&text) {
                    self.read_makefile(&name, true, word != b"include")?;
                }
            }
            b"load" | b"-load" => {
                self.record(reading)?;
                if word == b"load" {
                    return Err(self.fatal("The 'load' operation is not supported on this platform"));
                }
            }
            _ if is_recipe => return Err(self.fatal("recipe commences before first target")),
            _ => {
                self.record(reading)?;
                self.read_rule(raw, reading)?;
            }
        }
        Ok(())
    }

    /// A definition with its modifiers in front, or a `define` with the lines that belong to it.
    fn define(&mut self, modifiers: Modifiers, rest: &[u8], source: &mut Source) -> Result {
        let origin = match (modifiers.overrides, self.vars.environment_overrides) {
            (true, _) => Origin::Override,
            (false, _) => Origin::File,
        };
        let location = self.location.clone();
        if modifiers.undefine {
            let name = self.expand(rest)?;
            let name = trim(&name);
            if name.is_empty() {
                return Err(self.fatal("empty variable name"));
            }
            self.vars.undefine(GLOBAL, name, origin);
            return Ok(());
        }
        let body;
        let Definition { name, operator, value } = if modifiers.define {
            let (name, operator) = match definition(rest) {
                Some(defined) => {
                    if !trim(defined.value).is_empty() {
                        self.complain(location.clone(), b"extraneous text after 'define' directive");
                    }
                    (defined.name, defined.operator)
                }
                None => (trim_end(rest), Operator::Recursive),
            };
            body = self.define_body(source, &location)?;
            Definition { name, operator, value: &body }
        } else {
            match definition(rest) {
                Some(defined) => defined,
                None => return Ok(()),
            }
        };
        let name = self.expand(name)?;
        let name = trim(&name);
        if name.is_empty() {
            return Err(self.fatal("empty variable name"));
        }
        self.assign(None, name, operator, value, origin, location)?;
        self.modify(GLOBAL, name, modifiers);
        Ok(())
    }

    /// The lines up to the `endef`.
    fn define_body(&mut self, source: &mut Source, start: &Option<Location>) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        let mut depth = 1usize;
        let mut first = true;
        while let Some(line) = source.next_line() {
            self.location = source.location();
            let line = fold_lines(&line);
            if line.first() != Some(&self.recipe_prefix) {
                let (word, rest) = first_word(&line);
                if word == b"define" && !rest.is_empty() {
                    depth += 1;
                } else if word == b"endef" || word.starts_with(b"endef#") {
                    depth -= 1;
                    if depth == 0 {
                        let mut rest = rest.to_vec();
                        if let Some(comment) = find_unquoted(&mut rest, b"#") {
                            rest.truncate(comment);
                        }
                        if !trim(&rest).is_empty() {
                            let location = self.location.clone();
                            self.complain(location, b"extraneous text after 'endef' directive");
                        }
                        return Ok(body);
                    }
                }
            }
            if !first {
                body.push(b'\n');
            }
            first = false;
            body.extend(line);
        }
        Err(Stop::Fatal(start.clone(), b"missing 'endef', unterminated 'define'".to_vec()))
    }

    /// A rule, or the variable of a target.
    fn read_rule(&mut self, raw: &[u8], reading: &mut Reading) -> Result {
        let mut line = raw.to_vec();
        let mut recipe: Option<Vec<u8>> = None;
        if let Some(at) = find_unquoted(&mut line, b";#") {
            if line[at] == b';' {
                // What follows is a line of the recipe, with its own backslashes.
                recipe = Some(line[at + 1..].to_vec());
            }
            line.truncate(at);
        }
        let line = fold_lines(&line);
        let (mut expanded, rest) = match self.expand_to_colon(&line)? {
            Some(parts) => parts,
            None => return self.no_separator(&line, recipe.is_some()),
        };
        // A value may have brought a `;`.
        let mut rest = rest.to_vec();
        if recipe.is_none()
            && let Some(at) = find_unquoted(&mut expanded, b";")
        {
            recipe = Some(bytes!(expanded[at + 1..], rest));
            expanded.truncate(at);
            rest.clear();
        }
        let Some(colon) = find_unquoted(&mut expanded, b":") else {
            return self.no_separator(&line, recipe.is_some());
        };
        let mut targets_end = colon;
        let grouped = expanded[..colon].ends_with(b"&");
        targets_end -= usize::from(grouped);
        let targets = self.file_names(&expanded[..targets_end]);
        let mut after = &expanded[colon + 1..];
        let double_colon = after.starts_with(b":") && !after.starts_with(b":=") && !after.starts_with(b"::=");
        after = if double_colon { &after[1..] } else { after };
        let remainder = bytes!(after, rest);
        if targets.is_empty() {
            reading.no_targets = true;
            return Ok(());
        }
        if let Some((modifiers, text)) = modified_definition(&remainder, true) {
            // The `;` was part of the value.
            let text = match &recipe {
                Some(recipe) => bytes!(text, ";", recipe),
                None => text.to_vec(),
            };
            let mut text = fold_lines(&text);
            if recipe.is_some()
                && let Some(comment) = find_unquoted(&mut text, b"#")
            {
                text.truncate(comment);
            }
            reading.no_targets = false;
            return self.record_target_variable(&targets, modifiers, &text);
        }
        reading.no_targets = false;
        let mut prerequisites = after.to_vec();
        if !rest.is_empty() {
            find_unquoted(&mut rest, b"=");
            self.expand_into(&rest, &mut prerequisites)?;
        }
        if recipe.is_none()
            && let Some(at) = find_unquoted(&mut prerequisites, b";")
        {
            recipe = Some(prerequisites[at + 1..].to_vec());
            prerequisites.truncate(at);
        }
        let mut pattern = None;
        if let Some(at) = find_unquoted(&mut prerequisites, b":") {
            let patterns = self.file_names(&prerequisites[..at]);
            match patterns.as_slice() {
                [] => return Err(self.fatal("missing target pattern")),
                [one] => {
                    if !crate::pattern::Pattern::new(one).has_percent() {
                        return Err(self.fatal("target pattern contains no '%'"));
                    }
                    pattern = Some(one.clone());
                }
                _ => return Err(self.fatal("multiple target patterns")),
            }
            prerequisites.drain(..=at);
        }
        let mut waiting = Waiting {
            targets,
            pattern,
            prerequisites: trim(&prerequisites).to_vec(),
            double_colon,
            grouped,
            location: self.location.clone(),
            recipe_location: None,
            recipe: None,
            prefix: self.recipe_prefix,
        };
        if let Some(recipe) = recipe {
            waiting.add_line(self.location.as_ref(), trim_start(&recipe));
        }
        self.choose_default_goal(&waiting);
        reading.waiting = Some(waiting);
        Ok(())
    }

    /// Expands the line word by word until there is a colon: what was expanded, and the rest as it is. A target's
    /// own variable must not be expanded, so nothing behind the colon's word is.
    fn expand_to_colon<'l>(&mut self, line: &'l [u8]) -> Result<Option<(Vec<u8>, &'l [u8])>> {
        let mut expanded = Vec::new();
        let mut rest = trim_start(line);
        while !rest.is_empty() {
            let end = word_end(rest);
            let (word, after) = rest.split_at(end);
            if !expanded.is_empty() && word != b":" && word != b"::" && word != b"&:" && word != b"&::" {
                expanded.push(b' ');
            }
            self.expand_into(word, &mut expanded)?;
            let mut probe = expanded.clone();
            if find_unquoted(&mut probe, b":").is_some() {
                return Ok(Some((expanded, after)));
            }
            rest = trim_start(after);
        }
        // A rule that a value brought in whole has its colon there; without one there is nothing but words.
        Ok(if trim(&expanded).is_empty() { Some((b":".to_vec(), b"")) } else { None })
    }

    fn no_separator(&mut self, line: &[u8], recipe: bool) -> Result {
        if trim(line).is_empty() {
            return if recipe { Err(self.fatal("missing rule before recipe")) } else { Ok(()) };
        }
        let start = trim_start(line);
        let message = if self.recipe_prefix == b'\t' && line.starts_with(b"        ") {
            "missing separator (did you mean TAB instead of 8 spaces?)"
        } else if start.starts_with(b"ifeq") || start.starts_with(b"ifneq") {
            "missing separator (ifeq/ifneq must be followed by whitespace)"
        } else {
            "missing separator"
        };
        Err(self.fatal(message))
    }
}

/// Where a word of a rule ends: at white space, or behind its colons.
fn word_end(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'$' => at = crate::text::skip_reference(text, at),
            b'\\' => at += 2,
            b' ' | b'\t' | b'\n' => return at,
            b':' => {
                // `a:=b` is a definition for nobody here; the colon ends the word.
                return at + if text[at + 1..].starts_with(b":") { 2 } else { 1 };
            }
            _ => at += 1,
        }
    }
    text.len()
}

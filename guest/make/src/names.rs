//! Names of files: lists of them, patterns, and the directories they are looked up in.

use crate::Make;
use crate::system::System;
use crate::text::{bytes, is_space};
use crate::variables::Text;
use agentfense_support::glob::Glob;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What a directory held when it was read.
#[derive(Debug)]
struct Directory {
    /// Absent when it cannot be read.
    names: Option<HashSet<Vec<u8>>>,
    modified: i64,
    /// The count of [`Directories::changed`] when this was last known to be true.
    checked: u64,
}

/// The contents of directories, so that a search for rules does not ask for each file.
#[derive(Debug, Default)]
pub(crate) struct Directories {
    read: HashMap<Vec<u8>, Directory>,
    changes: u64,
}

impl Directories {
    /// Something ran that may have made files.
    pub fn changed(&mut self) {
        self.changes += 1;
    }

    /// Whether the directory has the name. A directory that changed since is read again.
    fn has(&mut self, system: &dyn System, directory: &[u8], name: &[u8]) -> bool {
        let changes = self.changes;
        if let Some(known) = self.read.get_mut(directory)
            && known.checked != changes
        {
            let modified = system.stat(directory, true).map_or(0, |stat| stat.modified);
            known.checked = changes;
            if known.modified != modified {
                self.read.remove(directory);
            }
        }
        let known = self.read.entry(directory.to_vec()).or_insert_with(|| Directory {
            modified: system.stat(directory, true).map_or(0, |stat| stat.modified),
            names: system.list(directory).ok().map(|names| names.into_iter().collect()),
            checked: changes,
        });
        known.names.as_ref().is_some_and(|names| names.contains(name))
    }

    /// Whether the file is there.
    pub fn exists(&mut self, system: &dyn System, path: &[u8]) -> bool {
        match path.iter().rposition(|&byte| byte == b'/') {
            None => self.has(system, b".", path),
            Some(slash) if slash + 1 == path.len() => system.stat(path, true).is_ok(),
            Some(0) => self.has(system, b"/", &path[1..]),
            Some(slash) => {
                let name = &path[slash + 1..];
                if name == b"." || name == b".." {
                    return system.stat(path, true).is_ok();
                }
                self.has(system, &path[..slash], name)
            }
        }
    }
}

fn has_wildcards(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

/// The words of a list of names; a backslash hides white space. `./` in front is dropped.
pub(crate) fn split_names(text: &[u8]) -> Vec<Vec<u8>> {
    let mut names = Vec::new();
    let mut name: Vec<u8> = Vec::new();
    let mut brackets = 0usize;
    for (at, &byte) in text.iter().enumerate() {
        if is_space(byte) && brackets == 0 {
            let backslashes = name.iter().rev().take_while(|&&byte| byte == b'\\').count();
            name.truncate(name.len() - backslashes + backslashes / 2);
            if backslashes % 2 == 1 {
                name.push(byte);
            } else if !name.is_empty() {
                names.push(std::mem::take(&mut name));
            }
            continue;
        }
        match byte {
            // The members of an archive: `lib(a b)`.
            b'(' if !name.is_empty() && text[at..].contains(&b')') => brackets += 1,
            b')' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        name.push(byte);
    }
    if !name.is_empty() {
        names.push(name);
    }
    let mut out = Vec::with_capacity(names.len());
    for name in names {
        match name.iter().position(|&byte| byte == b'(') {
            Some(open) if open > 0 && name.ends_with(b")") => {
                let members = &name[open + 1..name.len() - 1];
                for member in crate::text::words(members) {
                    out.push(bytes!(name[..open], "(", member, ")"));
                }
            }
            _ => out.push(strip_current(&name)),
        }
    }
    out
}

/// Without `./` in front.
fn strip_current(name: &[u8]) -> Vec<u8> {
    let mut rest = name;
    while let Some(after) = rest.strip_prefix(b"./") {
        let slashes = after.iter().take_while(|&&byte| byte == b'/').count();
        rest = &after[slashes..];
        if rest.is_empty() {
            return b"./".to_vec();
        }
    }
    rest.to_vec()
}

impl Make<'_> {
    /// A list of names with `~` and wildcards replaced; a pattern that matches nothing stays.
    pub(crate) fn file_names(&mut self, text: &[u8]) -> Vec<Text> {
        let mut names = Vec::new();
        for name in split_names(text) {
            let name = self.tilde(name);
            if has_wildcards(&name) {
                let found = self.glob(&name);
                if !found.is_empty() {
                    names.extend(found.into_iter().map(Rc::from));
                    continue;
                }
            }
            names.push(Rc::from(name));
        }
        names
    }

    /// `~` in front is the home directory.
    fn tilde(&mut self, name: Vec<u8>) -> Vec<u8> {
        match name.strip_prefix(b"~") {
            Some(rest) if rest.is_empty() || rest.starts_with(b"/") => match self.value(b"HOME") {
                Ok(home) if !home.is_empty() => bytes!(home, rest),
                _ => name,
            },
            _ => name,
        }
    }

    /// The files that a pattern matches, sorted.
    pub(crate) fn glob(&mut self, pattern: &[u8]) -> Vec<Vec<u8>> {
        let pattern = self.tilde(pattern.to_vec());
        if !has_wildcards(&pattern) {
            return if self.system.stat(&pattern, true).is_ok() { vec![pattern] } else { Vec::new() };
        }
        let mut found = vec![Vec::new()];
        let mut rest: &[u8] = &pattern;
        // What a directory was read for is there; the rest is to be looked for.
        let mut known = false;
        while !rest.is_empty() {
            let end = rest.iter().position(|&byte| byte == b'/').unwrap_or(rest.len());
            let part = &rest[..end];
            let slashes = rest[end..].iter().take_while(|&&byte| byte == b'/').count();
            let separator = &rest[end..end + slashes];
            rest = &rest[end + slashes..];
            known = has_wildcards(part) && slashes == 0;
            let mut next = Vec::new();
            for base in &found {
                if !has_wildcards(part) {
                    next.push(bytes!(base, part, separator));
                    continue;
                }
                let directory = if base.is_empty() { b"." } else { base.as_slice() };
                let Ok(mut names) = self.system.list(directory) else { continue };
                let glob = Glob::new(part, false);
                names.retain(|name| (part.starts_with(b".") || !name.starts_with(b".")) && glob.matches(name));
                names.sort_unstable();
                next.extend(names.into_iter().map(|name| bytes!(base, name, separator)));
            }
            found = next;
        }
        if !known {
            found.retain(|path| self.system.stat(path, true).is_ok());
        }
        found
    }

    /// Whether the file is there, as far as the directories are known.
    pub(crate) fn file_exists(&mut self, path: &[u8]) -> bool {
        self.dirs.exists(&*self.system, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names() {
        let names = split_names(b" ./a  b\\ c ././/d lib.a(x y) ./");
        let expected: [&[u8]; 6] = [b"a", b"b c", b"d", b"lib.a(x)", b"lib.a(y)", b"./"];
        assert_eq!(names, expected);
    }
}

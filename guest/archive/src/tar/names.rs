//! Which members are meant, and the names that are safe to use.

use super::console::{Console, in_message};
use agentfense_support::glob::Glob;
use agentfense_support::walk::join;
use std::cell::RefCell;
use std::collections::HashSet;

/// How the patterns that follow are read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Matching {
    /// `--wildcards` or `--no-wildcards`; absent for what is usual.
    pub wildcards: Option<bool>,
    /// `--anchored` or `--no-anchored`.
    pub anchored: Option<bool>,
    /// `--ignore-case`.
    pub ignore_case: bool,
}

/// A pattern of member names.
#[derive(Debug)]
pub struct Pattern {
    text: Vec<u8>,
    /// Absent for a name that means itself.
    glob: Option<Glob>,
    anchored: bool,
}

impl Pattern {
    /// A pattern whose members are left out: with wildcards, and from any slash on.
    pub fn exclude(text: &[u8], matching: Matching) -> Pattern {
        Pattern::new(text, matching, matching.wildcards.unwrap_or(true), matching.anchored.unwrap_or(false))
    }

    /// A name of the command line: itself, from the start.
    pub fn include(text: &[u8], matching: Matching) -> Pattern {
        Pattern::new(text, matching, matching.wildcards.unwrap_or(false), matching.anchored.unwrap_or(true))
    }

    fn new(text: &[u8], matching: Matching, wildcards: bool, anchored: bool) -> Pattern {
        let text = without_slashes(text).to_vec();
        let special = wildcards && text.iter().any(|b| b"*?[\\".contains(b));
        let escaped = || text.iter().flat_map(|&b| [b'\\', b]).collect::<Vec<u8>>();
        let glob = match (special, matching.ignore_case) {
            (true, ignore_case) => Some(Glob::new(&text, ignore_case)),
            (false, true) => Some(Glob::new(&escaped(), true)),
            (false, false) => None,
        };
        Pattern { text, glob, anchored }
    }

    /// Whether it means this name, or a directory that it is in.
    pub fn matches(&self, name: &[u8]) -> bool {
        let name = without_slashes(name);
        if self.fits_start(name) {
            return true;
        }
        if self.anchored {
            return false;
        }
        let starts = (1..name.len()).filter(|&at| name[at - 1] == b'/' && name[at] != b'/');
        starts.into_iter().any(|at| self.fits_start(&name[at..]))
    }

    fn fits_start(&self, name: &[u8]) -> bool {
        let Some(glob) = &self.glob else {
            return name.strip_prefix(self.text.as_slice()).is_some_and(|rest| matches!(rest, [] | [b'/', ..]));
        };
        let ends = (1..name.len()).filter(|&at| name[at] == b'/').chain([name.len()]);
        ends.into_iter().any(|end| glob.matches(&name[..end]))
    }
}

/// A name without slashes at its end, unless it is nothing else.
pub fn without_slashes(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&b| b != b'/').map_or(name.len().min(1), |at| at + 1);
    &name[..end]
}

/// The members that are wanted on reading.
#[derive(Debug)]
pub struct Wanted {
    names: Vec<Name>,
    any: bool,
}

#[derive(Debug)]
struct Name {
    text: Vec<u8>,
    pattern: Pattern,
    directory: Vec<u8>,
    found: bool,
}

impl Wanted {
    /// Nothing so far, which means everything.
    pub fn new() -> Wanted {
        Wanted { names: Vec::new(), any: true }
    }

    /// Also what `text` means, to be extracted into `directory`.
    pub fn add(&mut self, text: &[u8], matching: Matching, directory: &[u8]) {
        self.any = false;
        let pattern = Pattern::include(text, matching);
        self.names.push(Name { text: text.to_vec(), pattern, directory: directory.to_vec(), found: false });
    }

    /// Whether nothing was named, so that everything is meant.
    pub fn is_everything(&self) -> bool {
        self.any
    }

    /// Everything goes into a directory below where it was to go.
    pub fn go_below(&mut self, directory: &[u8]) {
        for name in &mut self.names {
            name.directory =
                if name.directory.is_empty() { directory.to_vec() } else { join(&name.directory, directory) };
        }
    }

    /// Nothing unless something is added.
    pub fn only_added(&mut self) {
        self.any = false;
    }

    /// Whether a member is wanted: into which directory, unless it is the usual one.
    pub fn finds(&mut self, name: &[u8]) -> Option<Option<Vec<u8>>> {
        if self.any {
            return Some(None);
        }
        let found = self.names.iter_mut().find(|wanted| wanted.pattern.matches(name))?;
        found.found = true;
        Some(Some(found.directory.clone()))
    }

    /// Tells of the names that nothing was found for.
    pub fn report(&self, console: &Console) {
        for name in self.names.iter().filter(|name| !name.found) {
            console.error(format_args!("{}: Not found in archive", in_message(&name.text)));
        }
    }
}

/// Whether a path goes up.
pub fn has_dot_dot(name: &[u8]) -> bool {
    name.split(|&b| b == b'/').any(|part| part == b"..")
}

/// Makes names relative to where the archive is unpacked, and says so once for each thing that it removes.
#[derive(Default)]
pub struct Stripper {
    told: RefCell<HashSet<(Vec<u8>, bool)>>,
}

impl Stripper {
    /// How much of a name is not to be used: up to its last `..`, and slashes after that or at the start.
    fn unsafe_len(name: &[u8]) -> usize {
        let mut len = 0;
        let mut at = 0;
        for part in name.split(|&b| b == b'/') {
            let end = at + part.len();
            if part == b".." {
                len = end;
            }
            at = end + 1;
        }
        len + name[len..].iter().take_while(|&&b| b == b'/').count()
    }

    /// The name without what would lead out of the directory. `as_target`: what a hard link points at.
    pub fn strip<'n>(&self, console: &Console, name: &'n [u8], as_target: bool) -> &'n [u8] {
        let len = Stripper::unsafe_len(name);
        if len > 0 {
            self.tell(console, &name[..len], as_target);
        }
        match &name[len..] {
            [] => {
                if len == 0 {
                    let what = if as_target { "hard link targets" } else { "member names" };
                    console.warn(format_args!("Substituting `.' for empty {}", what.trim_end_matches('s')));
                }
                b"."
            }
            rest => rest,
        }
    }

    /// Says that hard links lose the same as the name does; GNU's table of links is asked for every file in it.
    pub fn strip_target_too(&self, console: &Console, name: &[u8]) {
        let len = Stripper::unsafe_len(name);
        if len > 0 {
            self.tell(console, &name[..len], true);
        }
    }

    fn tell(&self, console: &Console, prefix: &[u8], as_target: bool) {
        // A hostile archive has a new one in each member; the first thousand tell enough.
        let mut told = self.told.borrow_mut();
        if told.len() < 1000 && told.insert((prefix.to_vec(), as_target)) {
            let what = if as_target { "hard link targets" } else { "member names" };
            console.warn(format_args!("Removing leading `{}' from {what}", in_message(prefix)));
        }
    }
}

/// The name without its first `count` parts; absent when nothing is left.
pub fn strip_components(name: &[u8], count: usize) -> Option<&[u8]> {
    let mut rest = name;
    for _ in 0..count {
        let slash = rest.iter().position(|&b| b == b'/')?;
        rest = &rest[slash..];
        rest = &rest[rest.iter().take_while(|&&b| b == b'/').count()..];
    }
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excludes(pattern: &str, name: &str) -> bool {
        Pattern::exclude(pattern.as_bytes(), Matching::default()).matches(name.as_bytes())
    }

    #[test]
    fn exclusion() {
        assert!(excludes("*.o", "src/a.o"));
        assert!(excludes("b", "a/b/c"));
        assert!(excludes("src/*", "src/a/b"));
        assert!(excludes("./e", "./e/nil"));
        assert!(!excludes("./e", "e"));
        assert!(!excludes("b", "a/bc"));
        assert!(excludes("*x", "a/x/c"));
    }

    #[test]
    fn inclusion() {
        let includes = |pattern: &str, name: &str, wildcards| {
            let matching = Matching { wildcards, ..Matching::default() };
            Pattern::include(pattern.as_bytes(), matching).matches(name.as_bytes())
        };
        assert!(includes("src/d/", "src/d/b", None));
        assert!(includes("src/empty/", "src/empty/", None));
        assert!(!includes("d", "src/d/b", None));
        assert!(!includes("*", "src", None));
        assert!(includes("*/b", "src/d/b", Some(true)));
    }

    #[test]
    fn what_leads_out() {
        for (name, len) in
            [("a/b", 0), ("/a", 1), ("//a", 2), ("../a", 3), ("a/../../b", 8), ("..", 2), ("a/..b", 0), ("a/../b", 5)]
        {
            assert_eq!(Stripper::unsafe_len(name.as_bytes()), len, "{name}");
        }
    }

    #[test]
    fn components() {
        assert_eq!(strip_components(b"a/b/c", 1), Some(&b"b/c"[..]));
        assert_eq!(strip_components(b"a//b", 1), Some(&b"b"[..]));
        assert_eq!(strip_components(b"a/", 1), None);
        assert_eq!(strip_components(b"a", 1), None);
        assert_eq!(strip_components(b"a", 0), Some(&b"a"[..]));
    }
}

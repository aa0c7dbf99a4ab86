//! Pathname expansion.

use agentfense_sys::files::{self, FileType};
use bstr::{BString, ByteVec};

use super::Sink;
use crate::options::Shopt;
use crate::pattern::{self, Flags, Pattern};
use crate::shell::{Run, Shell};

/// The options that a search depends on.
#[derive(Clone, Copy)]
struct Settings {
    flags: Flags,
    dot: bool,
    skip_dots: bool,
    star_star: bool,
}

impl Shell {
    /// Replaces each field that is a pattern with the names it matches.
    #[inline(never)]
    pub(super) fn expand_pathnames(&mut self, mut sink: Sink) -> Run<Vec<BString>> {
        let has_group = sink.has_group;
        let mut globs = sink.take_globs().into_iter().peekable();
        let fields = sink.take_fields();
        let mut out = Vec::with_capacity(fields.len());
        for (index, field) in fields.into_iter().enumerate() {
            let Some((_, escaped)) = globs.next_if(|(at, _)| *at == index) else {
                out.push(field);
                continue;
            };
            let names = self.glob_with(&escaped, has_group);
            if !names.is_empty() {
                out.extend(names);
            } else if self.options.shopt(Shopt::Failglob) {
                let mut message = BString::from("no match: ");
                message.push_str(&field);
                return Err(self.fail(message));
            } else if !self.options.shopt(Shopt::Nullglob) {
                out.push(field);
            }
        }
        Ok(out)
    }

    /// The names that a pattern matches, sorted.
    pub fn glob(&mut self, escaped: &[u8]) -> Vec<BString> {
        self.glob_with(escaped, false)
    }

    fn glob_with(&mut self, escaped: &[u8], has_group: bool) -> Vec<BString> {
        let ignore = self.var(b"GLOBIGNORE").filter(|patterns| !patterns.is_empty());
        let settings = Settings {
            flags: Flags {
                extglob: has_group || self.options.shopt(Shopt::Extglob),
                ignore_case: self.options.shopt(Shopt::Nocaseglob),
            },
            dot: self.options.shopt(Shopt::Dotglob) || ignore.is_some(),
            skip_dots: self.options.shopt(Shopt::Globskipdots) || ignore.is_some(),
            star_star: self.options.shopt(Shopt::Globstar),
        };
        let mut names = search(escaped, settings);
        if let Some(ignore) = ignore {
            let compile = |component| Pattern::new(component, settings.flags);
            let patterns: Vec<Vec<Pattern>> = split_patterns(&ignore)
                .into_iter()
                .map(|pattern| pattern.split(|byte| *byte == b'/').map(compile).collect())
                .collect();
            names.retain(|name| !patterns.iter().any(|components| matches_path(components, name)));
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// GLOBIGNORE's patterns: separated by colons outside brackets.
fn split_patterns(list: &[u8]) -> Vec<&[u8]> {
    let mut patterns = Vec::new();
    let (mut start, mut index, mut bracket) = (0, 0, false);
    while index < list.len() {
        match list[index] {
            b'\\' => index += 1,
            b'[' => bracket = true,
            b']' => bracket = false,
            b':' if !bracket => {
                patterns.push(&list[start..index]);
                start = index + 1;
            }
            _ => {}
        }
        index += 1;
    }
    patterns.push(&list[start..]);
    patterns.retain(|pattern| !pattern.is_empty());
    patterns
}

/// Whether the path matches component by component: `*` does not match a slash.
fn matches_path(components: &[Pattern], path: &[u8]) -> bool {
    let mut names = path.split(|byte| *byte == b'/');
    components.iter().all(|component| names.next().is_some_and(|name| component.matches(name)))
        && names.next().is_none()
}

/// One piece of a path pattern, with the slashes before it.
struct Component<'a> {
    slashes: &'a [u8],
    text: &'a [u8],
}

fn components(escaped: &[u8]) -> Vec<Component<'_>> {
    let mut list = Vec::new();
    let mut rest = escaped;
    while !rest.is_empty() {
        let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
        let (slashes, tail) = rest.split_at(slashes);
        let len = component_len(tail);
        let (text, tail) = tail.split_at(len);
        list.push(Component { slashes, text });
        rest = tail;
    }
    list
}

/// Up to the next slash that is not inside a group.
fn component_len(text: &[u8]) -> usize {
    let mut depth = 0usize;
    let mut index = 0;
    while index < text.len() {
        match text[index] {
            b'\\' => index += 1,
            b'(' if index > 0 && matches!(text[index - 1], b'@' | b'?' | b'*' | b'+' | b'!') => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'/' if depth == 0 => return index,
            _ => {}
        }
        index += 1;
    }
    text.len()
}

fn search(escaped: &[u8], settings: Settings) -> Vec<BString> {
    let components = components(escaped);
    let mut found: Vec<BString> = vec![BString::default()];
    // `**` gives directories with their slash (or nothing, for where it starts).
    let mut has_slash = false;
    let mut has_matched = false;
    for (index, component) in components.iter().enumerate() {
        if found.is_empty() {
            break;
        }
        let last = index + 1 == components.len();
        if !has_slash {
            // As in bash, slashes stay as they are before the first pattern only.
            let slashes = if has_matched { component.slashes.get(..1).unwrap_or_default() } else { component.slashes };
            for path in &mut found {
                path.push_str(slashes);
            }
        }
        has_slash = false;
        let mut next = Vec::new();
        if !pattern::has_glob(component.text, settings.flags.extglob) {
            let text = pattern::unescape(component.text);
            for mut path in found {
                path.push_str(&text);
                // What follows a name that no pattern gave is looked at once,
                // at the end; a later pattern fails in it by itself.
                if !last || files::stat(&path, text.is_empty()).is_ok() {
                    next.push(path);
                }
            }
        } else if component.text == b"**" && settings.star_star {
            has_matched = true;
            has_slash = true;
            for path in found {
                descend(path, last, settings, &mut next);
            }
        } else {
            has_matched = true;
            let pattern = Pattern::new(component.text, settings.flags);
            for path in found {
                match_directory(&path, &pattern, !last, settings, &mut next);
            }
        }
        found = next;
    }
    // The place where a `**` starts is no name by itself.
    found.retain(|path| !path.is_empty());
    found
}

/// The entries of the directory that `prefix` (empty, or ending in `/`) names.
fn match_directory(
    prefix: &BString,
    pattern: &Pattern,
    only_directories: bool,
    settings: Settings,
    out: &mut Vec<BString>,
) {
    let directory: &[u8] = if prefix.is_empty() { b"." } else { prefix };
    let Ok(entries) = files::read_dir(directory) else { return };
    let hidden = settings.dot || pattern.starts_with_dot();
    let mut add = |name: &[u8], kind: FileType| {
        if name.starts_with(b".") && !hidden {
            return;
        }
        if !pattern.matches(name) || (only_directories && !may_be_directory(kind)) {
            return;
        }
        let mut path = prefix.clone();
        path.push_str(name);
        out.push(path);
    };
    for entry in &entries {
        add(&entry.name, entry.kind);
    }
    if !settings.skip_dots && pattern.starts_with_dot() {
        add(b".", FileType::Directory);
        add(b"..", FileType::Directory);
    }
}

fn may_be_directory(kind: FileType) -> bool {
    matches!(kind, FileType::Directory | FileType::Symlink)
}

/// How deep `**` goes: deeper than any path that can be named.
const MAX_DESCENT: usize = 2048;

/// `**`: the directory itself and everything below it. If more of the pattern
/// follows, directories only, each with its slash.
fn descend(prefix: BString, last: bool, settings: Settings, out: &mut Vec<BString>) {
    let mut pending = vec![(prefix.clone(), 0usize)];
    out.push(prefix);
    while let Some((directory, depth)) = pending.pop() {
        let name: &[u8] = if directory.is_empty() { b"." } else { &directory };
        let Ok(entries) = files::read_dir(name) else { continue };
        for entry in entries {
            if entry.name.starts_with(b".") && !settings.dot {
                continue;
            }
            let mut path = directory.clone();
            path.push_str(&entry.name);
            let below = entry.kind == FileType::Directory && depth < MAX_DESCENT;
            if last {
                out.push(path.clone());
            }
            if below {
                path.push(b'/');
                if !last {
                    out.push(path.clone());
                }
                pending.push((path, depth + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_paths() {
        let parts: Vec<_> =
            components(b"/a//b*/@(x/y)c/").iter().map(|c| (c.slashes.to_vec(), c.text.to_vec())).collect();
        let expected: [(&[u8], &[u8]); 4] = [(b"/", b"a"), (b"//", b"b*"), (b"/", b"@(x/y)c"), (b"/", b"")];
        assert_eq!(parts, expected.map(|(a, b)| (a.to_vec(), b.to_vec())));
    }

    #[test]
    fn splits_globignore() {
        assert_eq!(split_patterns(b"*.o:[a:b]*::x"), [&b"*.o"[..], b"[a:b]*", b"x"]);
    }
}

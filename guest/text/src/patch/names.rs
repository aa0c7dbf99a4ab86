//! Which file a patch is for.

use super::hunk::{Name, Patch};
use agentfense_sys::files;
use std::cmp::Reverse;

/// A name without its first `strip` parts; without a number, only its last part. Absent if it has too few.
pub fn stripped(path: &[u8], strip: Option<usize>) -> Option<Vec<u8>> {
    let rest = match strip {
        None => path.rsplit(|&b| b == b'/').next().unwrap_or_default(),
        Some(strip) => {
            let mut rest = path;
            for _ in 0..strip {
                let slash = memchr::memchr(b'/', rest)?;
                rest = &rest[slash..];
                let slashes = rest.iter().take_while(|&&b| b == b'/').count();
                rest = &rest[slashes..];
            }
            rest
        }
    };
    (!rest.is_empty()).then(|| rest.to_vec())
}

/// Whether a name in a patch leads out of the directory that is patched.
fn dangerous(path: &[u8]) -> bool {
    path.starts_with(b"/") || path.split(|&b| b == b'/').any(|part| part == b"..")
}

/// The file to patch, as GNU chooses: of the names that exist the one with the fewest parts, then with the shortest
/// last part, then the shortest. Names that lead out of the directory
/// are not considered.
pub fn choose(patch: &Patch, strip: Option<usize>) -> Option<Vec<u8>> {
    let usable = |name: &Option<Name>| -> Option<Vec<u8>> {
        let name = name.as_ref().filter(|name| name.path != b"/dev/null")?;
        stripped(&name.path, strip).filter(|path| !dangerous(path))
    };
    let (old, new) = (usable(&patch.old), usable(&patch.new));
    let mut names: Vec<Vec<u8>> = old.iter().chain(&new).cloned().collect();
    if names.is_empty() {
        names.extend(usable(&patch.index));
    }
    let weight = |path: &Vec<u8>| {
        let last = path.rsplit(|&b| b == b'/').next().map_or(0, <[u8]>::len);
        (path.split(|&b| b == b'/').filter(|part| !part.is_empty()).count(), last, path.len())
    };
    let exists = |path: &&Vec<u8>| files::stat(path, true).is_ok();
    if let Some(found) = names.iter().filter(exists).min_by_key(|path| weight(path)) {
        return Some(found.clone());
    }
    // A file that the patch makes need not exist, nor one that it removes: then most of the directories should.
    let absent = |name: &Option<Name>| name.as_ref().is_some_and(|name| name.absent);
    let makes = absent(&patch.old)
        || absent(&patch.new)
        || patch.git.as_ref().is_some_and(|git| git.created)
        || patch.hunks.first().is_some_and(|hunk| hunk.old_lines().next().is_none() && hunk.old_start <= 1);
    let directories = |path: &Vec<u8>| {
        memchr::memchr_iter(b'/', path).take_while(|&at| at == 0 || files::stat(&path[..at], true).is_ok()).count()
    };
    let best = names.iter().min_by_key(|path| (Reverse(directories(path)), weight(path)));
    best.filter(|_| makes).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_stripped() {
        let strip = |path: &str, count| {
            stripped(path.as_bytes(), count).map(|path| String::from_utf8_lossy(&path).into_owned())
        };
        assert_eq!(strip("a/b/c", Some(0)).as_deref(), Some("a/b/c"));
        assert_eq!(strip("a//b/c", Some(1)).as_deref(), Some("b/c"));
        assert_eq!(strip("/u/b", Some(1)).as_deref(), Some("u/b"));
        assert_eq!(strip("a/b/c", None).as_deref(), Some("c"));
        assert_eq!(strip("a/b", Some(2)), None);
    }

    #[test]
    fn names_that_lead_out() {
        assert!(dangerous(b"/etc/passwd") && dangerous(b"a/../../b") && dangerous(b".."));
        assert!(!dangerous(b"a/..b/c"));
    }
}

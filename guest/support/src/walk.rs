//! Walking a tree of files.

use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, Stat};

/// A path below a directory.
pub fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(dir.len() + 1 + name.len());
    path.extend_from_slice(dir);
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// Calls `visit` with each file below `root`, itself included, a directory before what it holds.
/// Symbolic links are not followed. What cannot be looked at is visited with its error.
///
/// Works on a list of its own rather than by recursion: a tree may be deeper than the stack.
pub fn walk(root: &[u8], follow_root: bool, mut visit: impl FnMut(&[u8], Result<Stat, Errno>)) {
    let mut pending = vec![root.to_vec()];
    let mut first = true;
    while let Some(path) = pending.pop() {
        let stat = files::stat(&path, first && follow_root);
        first = false;
        let directory = matches!(&stat, Ok(stat) if stat.kind == FileType::Directory);
        visit(&path, stat);
        if !directory {
            continue;
        }
        match files::read_dir(&path) {
            Ok(mut entries) => {
                entries.sort_by(|a, b| b.name.cmp(&a.name));
                pending.extend(entries.iter().map(|entry| join(&path, &entry.name)));
            }
            Err(errno) => visit(&path, Err(errno)),
        }
    }
}

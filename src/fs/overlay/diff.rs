//! What an overlay changed.

use super::inode::{Attr, Body, Contents, Entry, Inode, Layer};
use crate::fs::sync::{lock, read};
use crate::fs::{Errno, FileType, Node, Result, Stat};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::sync::Arc;

/// How a path changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// It is new. A directory that was moved is new with all that it holds.
    Added,
    /// Its contents (or its kind) are others.
    Modified,
    /// Only its mode or its time of change are others.
    Metadata,
    /// It is gone, with all that it held.
    Deleted,
}

/// One path that differs from the lower tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Relative to the overlay's root, without a slash at either end.
    pub path: String,
    /// How it changed.
    pub kind: ChangeKind,
    /// Whether the path is (for a deleted one: was) a directory.
    pub directory: bool,
    /// The length now; 0 for a deleted path.
    pub size: u64,
}

/// `A path`, `M path`, `m path` (mode or time only) or `D path`; a directory with a slash behind it.
impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let letter = match self.kind {
            ChangeKind::Added => 'A',
            ChangeKind::Modified => 'M',
            ChangeKind::Metadata => 'm',
            ChangeKind::Deleted => 'D',
        };
        write!(f, "{letter} {}{}", self.path, if self.directory { "/" } else { "" })
    }
}

/// A directory of the overlay and the lower one at the same path.
struct Pair {
    path: String,
    dir: Arc<Inode>,
    lower: Option<Arc<dyn Node>>,
}

pub(super) fn diff(layer: &Layer, root: &Arc<Inode>) -> Result<Vec<Change>> {
    let _structure = lock(&layer.structure);
    let lower = read(&root.state).lower.as_ref().map(|lower| Arc::clone(&lower.node));
    let mut changes = Vec::new();
    // A stack of its own: trees may be deeper than the thread's.
    let mut pending = vec![Pair { path: String::new(), dir: Arc::clone(root), lower }];
    while let Some(pair) = pending.pop() {
        compare(&pair, &mut changes, &mut pending)?;
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

fn found(lower: &Option<Arc<dyn Node>>, name: &str) -> Result<Option<(Arc<dyn Node>, Stat)>> {
    match lower.as_ref().map(|lower| lower.lookup(name)) {
        None | Some(Err(Errno::NoEnt)) => Ok(None),
        Some(Ok(found)) => Ok(Some(found)),
        Some(Err(error)) => Err(error),
    }
}

fn compare(pair: &Pair, changes: &mut Vec<Change>, pending: &mut Vec<Pair>) -> Result<()> {
    let over_itself = {
        let state = read(&pair.dir.state);
        match (&state.lower, &pair.lower) {
            (Some(own), Some(here)) => here.stat().is_ok_and(|s| (s.dev, s.ino) == own.key),
            (None, None) => true,
            _ => false,
        }
    };
    // Over its own lower directory only the changes differ.
    let names: Vec<(String, bool)> = if over_itself {
        match &read(&pair.dir.state).body {
            Body::Dir(entries) => {
                entries.iter().map(|(name, entry)| (name.to_string(), matches!(entry, Entry::Present(..)))).collect()
            }
            _ => Vec::new(),
        }
    } else {
        let mut names: Vec<_> = pair.dir.children()?.into_iter().map(|e| (e.name, true)).collect();
        if let Some(lower) = &pair.lower {
            let own: HashSet<String> = names.iter().map(|(name, _)| name.clone()).collect();
            let below = lower.read_dir()?.into_iter().map(|e| e.name);
            names.extend(below.filter(|name| !own.contains(name)).map(|name| (name, false)));
        }
        names
    };
    for (name, present) in names {
        let path = match pair.path.as_str() {
            "" => name.clone(),
            parent => format!("{parent}/{name}"),
        };
        let here = found(&pair.lower, &name)?;
        let inode = match present.then(|| pair.dir.child(&name)) {
            None | Some(Err(Errno::NoEnt)) => None,
            Some(result) => Some(result?.0),
        };
        let Some(inode) = inode else {
            if let Some((_, stat)) = here {
                let directory = stat.kind == FileType::Directory;
                changes.push(Change { path, kind: ChangeKind::Deleted, directory, size: 0 });
            }
            continue;
        };
        let stat = inode.stat()?;
        let directory = inode.kind == FileType::Directory;
        let kind = match &here {
            None => Some(ChangeKind::Added),
            Some((_, below)) => changed(&inode, &stat, below),
        };
        if let Some(kind) = kind {
            let size = if directory { 0 } else { stat.size };
            changes.push(Change { path: path.clone(), kind, directory, size });
        }
        if directory {
            let lower = here.filter(|(_, below)| below.kind == FileType::Directory);
            pending.push(Pair { path, dir: inode, lower: lower.map(|(node, _)| node) });
        }
    }
    Ok(())
}

fn changed(inode: &Inode, stat: &Stat, below: &Stat) -> Option<ChangeKind> {
    if stat.kind != below.kind {
        return Some(ChangeKind::Modified);
    }
    let state = read(&inode.state);
    let same = state.lower.as_ref().is_some_and(|lower| lower.key == (below.dev, below.ino));
    let contents = match &state.body {
        Body::Dir(_) => false,
        Body::File(Contents::Lower) => !same,
        _ => !same || matches!(&state.body, Body::File(Contents::Memory(_))),
    };
    // A directory's times change with every entry: no news.
    let times = inode.kind != FileType::Directory && state.attr.is_some_and(|attr: Attr| attr.mtime != below.mtime);
    if contents {
        Some(ChangeKind::Modified)
    } else if stat.mode != below.mode || times {
        Some(ChangeKind::Metadata)
    } else {
        None
    }
}

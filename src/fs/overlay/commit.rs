//! Bringing an overlay's changes to the lower tree, or dropping them.
//!
//! A commit works in three steps. Lower files that moved are first renamed
//! into a staging directory at the lower root, so that nothing they are
//! needed for is deleted on the way. Then the tree of changes is applied from
//! the root down. Only when all is done does the layer forget its changes;
//! until then every step is one that can be done again.

use super::inode::{Attr, Body, Contents, Entry, Inode, Key, Layer, Lower, Place};
use crate::fs::sync::{lock, read, write};
use crate::fs::{Errno, FileHandle, FileType, Node, OpenMode, Result, SetAttr};
use std::collections::HashSet;
use std::sync::Arc;

/// Every attached inode with where the changes name it.
struct Named {
    parent: Arc<Inode>,
    name: Box<str>,
    inode: Arc<Inode>,
}

fn walk(root: &Arc<Inode>) -> Vec<Named> {
    let mut all = Vec::new();
    let mut pending = vec![Arc::clone(root)];
    while let Some(dir) = pending.pop() {
        if let Body::Dir(entries) = &read(&dir.state).body {
            for (name, entry) in entries {
                if let Entry::Present(inode, _) = entry {
                    if inode.kind == FileType::Directory {
                        pending.push(Arc::clone(inode));
                    }
                    let parent = Arc::clone(&dir);
                    all.push(Named { parent, name: name.clone(), inode: Arc::clone(inode) });
                }
            }
        }
    }
    all
}

fn lower(inode: &Inode) -> Option<Lower> {
    read(&inode.state).lower.clone()
}

pub(super) fn commit(layer: &Arc<Layer>, root: &Arc<Inode>) -> Result<()> {
    let _structure = lock(&layer.structure);
    let _freeze = write(&layer.freeze);
    let Some(base) = lower(root) else {
        return Err(Errno::NotSup);
    };
    // Files whose other names may never have been seen here.
    for inode in layer.pinned() {
        if let Some(lower) = lower(&inode) {
            sync(&inode, &lower)?;
        }
    }
    let staged = stage(layer, root, &base)?;
    let dirs = apply(root, &staged)?;
    finish(root, &base, dirs)
}

/// Moves aside what the changes show elsewhere than it is below.
fn stage(layer: &Layer, root: &Arc<Inode>, base: &Lower) -> Result<HashSet<Key>> {
    let named = walk(root);
    // (lower directory, name, file) that are as below.
    let in_place: HashSet<(Key, &str, Key)> =
        named.iter().filter_map(|n| Some((lower(&n.parent)?.key, &*n.name, lower(&n.inode)?.key))).collect();
    let mut staged = HashSet::new();
    let mut staging = None;
    for item in &named {
        let Some(own) = lower(&item.inode) else {
            continue;
        };
        let Some((dir, dir_key, name)) = &own.origin else {
            continue;
        };
        let stays = in_place.contains(&(*dir_key, &**name, own.key));
        if stays || staged.contains(&own.key) {
            continue;
        }
        let place = match &staging {
            Some(place) => place,
            None => staging.insert(staging_dir(root, base)?),
        };
        if *dir_key != place.key {
            let name_there = format!("{}-{}", own.key.0, own.key.1);
            dir.rename(name, &place.node, &name_there)?;
            relocate(layer, &item.inode, place, &name_there)?;
        }
        staged.insert(own.key);
    }
    Ok(staged)
}

/// The name of the staging directory. Random, as a guest that could guess it
/// could take it.
fn staging_name(layer: &Layer) -> Result<String> {
    let mut name = lock(&layer.staging);
    if let Some(name) = &*name {
        return Ok(name.clone());
    }
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| Errno::Io)?;
    let fresh = format!(".agentfense-commit-{:016x}", u64::from_le_bytes(random));
    Ok(name.insert(fresh).clone())
}

fn staging_dir(root: &Inode, base: &Lower) -> Result<Lower> {
    let name = staging_name(&root.layer)?;
    // Not part of the tree: hidden before it is there.
    let hidden = write(&root.state).entries()?.insert(name.as_str().into(), Entry::Whiteout);
    drop(hidden);
    match base.node.mkdir(&name, 0o700) {
        Ok(()) | Err(Errno::Exist) => {}
        Err(error) => return Err(error),
    }
    let (node, stat) = base.node.lookup(&name)?;
    Ok(Lower::child(base, &name, node, &stat))
}

/// Looks up the lower file of an inode at its new place.
fn relocate(layer: &Layer, inode: &Arc<Inode>, dir: &Lower, name: &str) -> Result<Lower> {
    let (node, stat) = dir.node.lookup(name)?;
    let lower = Lower::child(dir, name, node, &stat);
    write(&inode.state).lower = Some(lower.clone());
    layer.relocate(lower.key, inode);
    Ok(lower)
}

/// Applies the tree of changes; the directories it went through.
fn apply(root: &Arc<Inode>, staged: &HashSet<Key>) -> Result<Vec<Arc<Inode>>> {
    let layer = &root.layer;
    let mut settled: HashSet<*const Inode> = HashSet::new();
    let staging = lock(&layer.staging).clone();
    let mut dirs = vec![Arc::clone(root)];
    let mut next = 0;
    while let Some(dir) = dirs.get(next).cloned() {
        next += 1;
        let Some(here) = lower(&dir) else {
            return Err(Errno::Io);
        };
        let (mut gone, mut present) = (Vec::new(), Vec::new());
        if let Body::Dir(entries) = &read(&dir.state).body {
            for (name, entry) in entries {
                match entry {
                    Entry::Whiteout => gone.push(name.clone()),
                    Entry::Present(inode, _) => present.push((name.clone(), Arc::clone(inode))),
                }
            }
        }
        for name in &gone {
            if dir.parent().is_none() && staging.as_deref() == Some(&**name) {
                continue;
            }
            remove_tree(&here.node, name)?;
        }
        for (name, inode) in present {
            place(layer, &here, &name, &inode, staged, &mut settled)?;
            if inode.kind == FileType::Directory {
                dirs.push(inode);
            }
        }
    }
    Ok(dirs)
}

/// Makes the lower `dir` name this inode.
fn place(
    layer: &Layer,
    dir: &Lower,
    name: &str,
    inode: &Arc<Inode>,
    staged: &HashSet<Key>,
    settled: &mut HashSet<*const Inode>,
) -> Result<()> {
    let own = lower(inode);
    match dir.node.lookup(name) {
        Ok((_, stat)) => {
            if let Some(own) = &own
                && own.key == (stat.dev, stat.ino)
            {
                settled.insert(Arc::as_ptr(inode));
                return sync(inode, own);
            }
            remove_tree(&dir.node, name)?;
        }
        Err(Errno::NoEnt) => {}
        Err(error) => return Err(error),
    }
    let first = settled.insert(Arc::as_ptr(inode));
    match own {
        Some(own) if first && staged.contains(&own.key) => {
            let Some((from, _, old_name)) = &own.origin else {
                return Err(Errno::Io);
            };
            from.rename(old_name, &dir.node, name)?;
        }
        // One more name of a file that has its place.
        Some(own) => return dir.node.link(name, &own.node),
        None => match (inode.kind, &read(&inode.state).body) {
            (FileType::Directory, _) => dir.node.mkdir(name, 0o700)?,
            (FileType::Symlink, Body::Symlink(Some(text))) => dir.node.symlink(name, text)?,
            (FileType::Fifo, _) => match dir.node.mkfifo(name, 0o600) {
                // A host takes no pipes; that must not hold up the rest.
                Err(Errno::Perm) => return Ok(()),
                made => made?,
            },
            (FileType::Regular, _) => drop(dir.node.create(name, 0o600)?),
            _ => return Err(Errno::NotSup),
        },
    }
    let own = relocate(layer, inode, dir, name)?;
    sync(inode, &own)
}

/// Contents and attributes of anything but a directory, whose turn comes when
/// its entries are done.
fn sync(inode: &Inode, lower: &Lower) -> Result<()> {
    let state = read(&inode.state);
    if let Body::File(Contents::Memory(data)) = &state.body {
        let handle = lower.node.open(OpenMode { read: false, write: true })?;
        handle.set_len(0)?;
        handle.set_len(data.len())?;
        data.for_each_part(|offset, part| write_all(&*handle, part, offset))?;
    }
    match state.attr {
        Some(attr) if inode.kind != FileType::Directory => sync_attr(inode.kind, &attr, lower),
        _ => Ok(()),
    }
}

fn write_all(handle: &dyn FileHandle, mut data: &[u8], mut offset: u64) -> Result<()> {
    while !data.is_empty() {
        let n = handle.write_at(data, offset)?;
        if n == 0 {
            return Err(Errno::NoSpc);
        }
        data = &data[n..];
        offset += n as u64;
    }
    Ok(())
}

fn sync_attr(kind: FileType, attr: &Attr, lower: &Lower) -> Result<()> {
    let below = lower.node.stat()?;
    let mode = (kind != FileType::Symlink && below.mode != attr.mode).then_some(attr.mode);
    let atime = (below.atime != attr.atime).then_some(attr.atime);
    let mtime = (below.mtime != attr.mtime).then_some(attr.mtime);
    if mode.is_none() && mtime.is_none() {
        return Ok(());
    }
    lower.node.set_attr(&SetAttr { mode, atime, mtime, ..SetAttr::default() })
}

/// Nothing failed: the lower tree is what the overlay shows.
fn finish(root: &Arc<Inode>, base: &Lower, dirs: Vec<Arc<Inode>>) -> Result<()> {
    let staging = lock(&root.layer.staging).clone();
    if let Some(name) = &staging {
        // A name that was hidden and linked elsewhere may be left in it.
        remove_tree(&base.node, name)?;
        lock(&root.layer.staging).take();
    }
    // From the leaves up: an entry made in a directory changes its times.
    for dir in dirs.iter().rev() {
        let attr = read(&dir.state).attr;
        if let (Some(attr), Some(lower)) = (attr, lower(dir)) {
            sync_attr(FileType::Directory, &attr, &lower)?;
        }
    }
    for Named { parent, name, inode } in walk(root) {
        let Some(lower) = lower(&inode) else { continue };
        let (node, stat) = (lower.node, Some(lower.key));
        let Some((dir, dir_key)) = self::lower(&parent).map(|dir| (dir.node, dir.key)) else {
            continue;
        };
        let nlink = node.stat()?.nlink;
        let lower = Lower {
            node,
            key: stat.unwrap_or_default(),
            linked: inode.kind != FileType::Directory && nlink > 1,
            origin: Some((dir, dir_key, name.clone())),
        };
        root.layer.relocate(lower.key, &inode);
        inode.detach(Some(lower), Some(Place::Found(parent, name)));
    }
    reset(root, &dirs);
    Ok(())
}

/// Empties the changes of the directories and unpins the rest.
fn reset(root: &Arc<Inode>, dirs: &[Arc<Inode>]) {
    let mut dropped = Vec::new();
    for dir in dirs {
        if let Body::Dir(entries) = &mut write(&dir.state).body {
            dropped.push(std::mem::take(entries));
        }
    }
    if let Some(lower) = lower(root)
        && let Ok(stat) = lower.node.stat()
    {
        write(&root.state).attr = Some(Attr::of(&stat));
    }
    let pinned = root.layer.pinned();
    root.layer.unpin_all();
    for inode in pinned.iter().filter(|inode| inode.attached()) {
        // Its names here are gone, those below remain.
        inode.detach(lower(inode), None);
    }
    drop((dropped, pinned));
}

pub(super) fn discard(layer: &Arc<Layer>, root: &Arc<Inode>) -> Result<()> {
    let _structure = lock(&layer.structure);
    let _freeze = write(&layer.freeze);
    let Some(base) = lower(root) else {
        return Err(Errno::NotSup);
    };
    let named = walk(root);
    let mut dirs = vec![Arc::clone(root)];
    for Named { parent, name, inode } in named {
        if inode.kind == FileType::Directory {
            dirs.push(Arc::clone(&inode));
        }
        let own = lower(&inode);
        let in_place = match (&own, lower(&parent)) {
            (Some(own), Some(parent)) => {
                own.origin.as_ref().is_some_and(|(_, dir, old)| *dir == parent.key && **old == *name)
            }
            _ => false,
        };
        if in_place {
            if let Some(own) = &own {
                layer.relocate(own.key, &inode);
            }
            inode.detach(own, Some(Place::Found(parent, name)));
        } else if inode.kind == FileType::Directory {
            // Who still stands in it stands in a removed directory.
            write(&inode.state).dead = true;
            let old = lock(&inode.place).take();
            drop(old);
        } else {
            // Who has it open keeps it, without a name.
            if let Some(attr) = &mut write(&inode.state).attr {
                attr.nlink = 0;
            }
            let old = lock(&inode.place).take();
            drop(old);
        }
    }
    reset(root, &dirs);
    // What a failed commit moved aside is not deleted: it is left there to
    // be seen.
    match lock(&layer.staging).take() {
        Some(name) if base.node.lookup(&name).is_ok() => Err(Errno::Busy),
        _ => Ok(()),
    }
}

/// Removes a name with all below it, without recursion.
fn remove_tree(dir: &Arc<dyn Node>, name: &str) -> Result<()> {
    let (node, stat) = match dir.lookup(name) {
        Ok(found) => found,
        Err(Errno::NoEnt) => return Ok(()),
        Err(error) => return Err(error),
    };
    if stat.kind != FileType::Directory {
        return dir.unlink(name);
    }
    struct Level {
        parent: Arc<dyn Node>,
        name: String,
        node: Arc<dyn Node>,
        subdirs: Option<Vec<String>>,
    }
    let parent = Arc::clone(dir);
    let mut stack = vec![Level { parent, name: name.to_string(), node, subdirs: None }];
    while let Some(top) = stack.last_mut() {
        let subdirs = match &mut top.subdirs {
            Some(subdirs) => subdirs,
            None => {
                // Emptying needs write and search permission.
                if top.node.stat()?.mode & 0o700 != 0o700 {
                    top.node.set_attr(&SetAttr { mode: Some(0o700), ..SetAttr::default() })?;
                }
                let mut subdirs = Vec::new();
                for entry in top.node.read_dir()? {
                    if entry.kind == FileType::Directory {
                        subdirs.push(entry.name);
                    } else {
                        top.node.unlink(&entry.name)?;
                    }
                }
                top.subdirs.insert(subdirs)
            }
        };
        if let Some(name) = subdirs.pop() {
            let (node, _) = top.node.lookup(&name)?;
            let parent = Arc::clone(&top.node);
            stack.push(Level { parent, name, node, subdirs: None });
        } else if let Some(Level { parent, name, .. }) = stack.pop() {
            parent.rmdir(&name)?;
        }
    }
    Ok(())
}

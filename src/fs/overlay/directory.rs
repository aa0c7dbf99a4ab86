//! The operations of the layer's inodes, directories above all.

use super::inode::{Attr, Body, Contents, Entry, Inode, Lower, Place};
use super::{file, same_layer};
use crate::fs::device::{Device, FifoSlot};
use crate::fs::sparse::Sparse;
use crate::fs::sync::{lock, read, write};
use crate::fs::{DirEntry, Errno, FileHandle, FileType, Found, Node, OpenMode, Result, SetAttr, Stat, Usage, name};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// As ext4 has it; names cost quota anyway.
const LINK_MAX: u64 = 65_000;

impl Inode {
    /// The child and, when it is unchanged, its lower attributes.
    pub(super) fn child(&self, name: &str) -> Result<(Arc<Inode>, Option<Stat>)> {
        let lower = {
            let state = read(&self.state);
            let Body::Dir(entries) = &state.body else {
                return Err(Errno::NotDir);
            };
            match (entries.get(name), &state.lower) {
                (Some(Entry::Present(inode, _)), _) => return Ok((Arc::clone(inode), None)),
                (None, Some(lower)) if !state.dead => lower.clone(),
                _ => return Err(Errno::NoEnt),
            }
        };
        let (node, stat) = lower.node.lookup(name)?;
        let child = Lower::child(&lower, name, node, &stat);
        let inode = self.layer.intern(&self.arc()?, name, child, &stat);
        let stat = (!inode.attached()).then_some(stat);
        Ok((inode, stat))
    }

    pub(super) fn set(&self, attr: &SetAttr) -> Result<()> {
        self.change(|state| {
            if let Some(own) = &mut state.attr {
                own.apply(attr);
            }
            Ok(())
        })
    }

    /// Every child, changed or not.
    pub(super) fn children(&self) -> Result<Vec<DirEntry>> {
        let lower = {
            let state = read(&self.state);
            if state.dead {
                return Ok(Vec::new());
            }
            state.lower.clone()
        };
        // The lower directory is read before the lock is taken, and the
        // changes are looked at after: an entry that moves in between is
        // shown where it is now.
        let below = match &lower {
            Some(lower) => lower.node.read_dir()?,
            None => Vec::new(),
        };
        let state = read(&self.state);
        let Body::Dir(entries) = &state.body else {
            return Err(Errno::NotDir);
        };
        let mut all = Vec::with_capacity(below.len() + entries.len());
        if let Some(lower) = &lower {
            all.extend(
                below
                    .into_iter()
                    .filter(|e| !entries.contains_key(e.name.as_str()))
                    .map(|e| DirEntry { ino: self.layer.map_entry(lower.key, e.ino), ..e }),
            );
        }
        let shown_below = all.len();
        all.extend(entries.iter().filter_map(|(name, entry)| match entry {
            Entry::Present(inode, _) => Some(DirEntry { name: name.to_string(), kind: inode.kind, ino: inode.ino }),
            Entry::Whiteout => None,
        }));
        // What is below keeps its order; what is kept here has none of its own,
        // so that of the names, the same in every run.
        all[shown_below..].sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// `Exist` when the name is taken.
    fn check_free(&self, name: &str) -> Result<()> {
        name::check(name)?;
        match self.child(name) {
            Ok(_) => Err(Errno::Exist),
            Err(Errno::NoEnt) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Puts a new inode under a free name.
    fn add(
        &self,
        name: &str,
        kind: FileType,
        mode: u32,
        bytes: u64,
        body: impl FnOnce() -> Result<Body>,
    ) -> Result<Arc<Inode>> {
        if self.kind != FileType::Directory {
            return Err(Errno::NotDir);
        }
        let _structure = lock(&self.layer.structure);
        self.check_free(name)?;
        self.attach_locked()?;
        let ticket = self.layer.charge_name(name)?;
        let inode = self.layer.create(self, kind, mode, body()?, bytes)?;
        let mut state = write(&self.state);
        state.entries()?.insert(name.into(), Entry::Present(Arc::clone(&inode), ticket));
        touch_dir(&mut state.attr, (kind == FileType::Directory) as i64);
        Ok(inode)
    }

    /// Whether the name exists below, so that removing it needs a whiteout.
    fn below(&self, name: &str) -> bool {
        let lower = read(&self.state).lower.clone();
        // An error is no proof of absence.
        lower.is_some_and(|lower| !matches!(lower.node.lookup(name), Err(Errno::NoEnt)))
    }

    /// Takes a name out of the changes; `structure` is held.
    fn erase(&self, name: &str, subdirs: i64) -> Result<Option<Entry>> {
        let whiteout = self.below(name);
        let mut state = write(&self.state);
        let entries = state.entries()?;
        let old = if whiteout { entries.insert(name.into(), Entry::Whiteout) } else { entries.remove(name) };
        touch_dir(&mut state.attr, -subdirs);
        Ok(old)
    }

    /// One name less for a file that is no directory; `structure` is held.
    fn unnamed(&self) {
        let last = {
            let mut state = write(&self.state);
            match &mut state.attr {
                Some(attr) => {
                    attr.nlink = attr.nlink.saturating_sub(1);
                    attr.ctime = crate::fs::node::now();
                    attr.nlink == 0
                }
                None => true,
            }
        };
        if last {
            let old = lock(&self.place).take();
            drop(old);
        }
    }

    fn is_empty(&self) -> Result<bool> {
        Ok(self.children()?.is_empty())
    }

    /// A directory that has no name any more; `structure` is held.
    fn bury(&self) {
        let entries = {
            let mut state = write(&self.state);
            state.dead = true;
            if let Some(attr) = &mut state.attr {
                attr.nlink = 0;
            }
            match &mut state.body {
                Body::Dir(entries) => std::mem::take(entries),
                _ => HashMap::new(),
            }
        };
        drop(entries);
        let old = lock(&self.place).take();
        drop(old);
    }
}

fn touch_dir(attr: &mut Option<Attr>, subdirs: i64) {
    if let Some(attr) = attr {
        attr.touch();
        attr.nlink = attr.nlink.saturating_add_signed(subdirs);
    }
}

impl Node for Inode {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> Result<Stat> {
        self.stat_with(None)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn set_attr(&self, attr: &SetAttr) -> Result<()> {
        self.set(attr)
    }

    fn lookup(&self, name: &str) -> Result<Found> {
        let (inode, stat) = self.child(name)?;
        let stat = inode.stat_with(stat)?;
        Ok((inode, stat))
    }

    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        self.children()
    }

    fn create(&self, name: &str, mode: u32) -> Result<(Arc<dyn Node>, Arc<dyn FileHandle>)> {
        let quota = &self.layer.quota;
        let inode =
            self.add(name, FileType::Regular, mode, 0, || Ok(Body::File(Contents::Memory(Sparse::new(quota)?))))?;
        let handle = file::open(&inode)?;
        Ok((inode, handle))
    }

    fn mkdir(&self, name: &str, mode: u32) -> Result<()> {
        let body = || Ok(Body::Dir(HashMap::new()));
        self.add(name, FileType::Directory, mode, 0, body).map(drop)
    }

    fn mkfifo(&self, name: &str, mode: u32) -> Result<()> {
        let body = || Ok(Body::Fifo(Arc::new(FifoSlot::default())));
        self.add(name, FileType::Fifo, mode, 0, body).map(drop)
    }

    fn symlink(&self, name: &str, target: &str) -> Result<()> {
        let body = || Ok(Body::Symlink(Some(target.into())));
        self.add(name, FileType::Symlink, 0o777, target.len() as u64, body).map(drop)
    }

    fn link(&self, name: &str, target: &Arc<dyn Node>) -> Result<()> {
        let target = same_layer(&self.layer, target)?.arc()?;
        if target.kind == FileType::Directory {
            return Err(Errno::Perm);
        }
        let _structure = lock(&self.layer.structure);
        self.check_free(name)?;
        self.attach_locked()?;
        target.attach_locked()?;
        let ticket = self.layer.charge_name(name)?;
        {
            let mut state = write(&target.state);
            let attr = state.attr.as_mut().ok_or(Errno::NoEnt)?;
            match attr.nlink {
                // Open, but without a name: it cannot get one again.
                0 => return Err(Errno::NoEnt),
                LINK_MAX.. => return Err(Errno::MLink),
                _ => attr.nlink += 1,
            }
            attr.ctime = crate::fs::node::now();
        }
        let mut state = write(&self.state);
        state.entries()?.insert(name.into(), Entry::Present(target, ticket));
        touch_dir(&mut state.attr, 0);
        Ok(())
    }

    fn unlink(&self, name: &str) -> Result<()> {
        let _structure = lock(&self.layer.structure);
        let (child, _) = self.child(name)?;
        if child.kind == FileType::Directory {
            return Err(Errno::IsDir);
        }
        self.attach_locked()?;
        // A file with other names lives on, one name poorer.
        let linked = read(&child.state).lower.as_ref().is_some_and(|lower| lower.linked);
        if linked {
            child.attach_locked()?;
        }
        let old = self.erase(name, 0)?;
        child.unnamed();
        drop(old);
        Ok(())
    }

    fn rmdir(&self, name: &str) -> Result<()> {
        let _structure = lock(&self.layer.structure);
        let (child, _) = self.child(name)?;
        if child.kind != FileType::Directory {
            return Err(Errno::NotDir);
        }
        if !child.is_empty()? {
            return Err(Errno::NotEmpty);
        }
        self.attach_locked()?;
        let old = self.erase(name, 1)?;
        child.bury();
        drop(old);
        Ok(())
    }

    fn rename(&self, old_name: &str, new_dir: &Arc<dyn Node>, new_name: &str) -> Result<()> {
        let new_dir = same_layer(&self.layer, new_dir)?.arc()?;
        name::check(new_name)?;
        let old_dir = self.arc()?;
        let _structure = lock(&self.layer.structure);
        let (child, _) = old_dir.child(old_name)?;
        let replaced = match new_dir.child(new_name) {
            Ok((inode, _)) => Some(inode),
            Err(Errno::NoEnt) => None,
            Err(error) => return Err(error),
        };
        let is_dir = child.kind == FileType::Directory;
        if is_dir {
            let mut at = Some(Arc::clone(&new_dir));
            while let Some(dir) = at {
                if Arc::ptr_eq(&dir, &child) {
                    return Err(Errno::Inval);
                }
                at = dir.parent();
            }
        }
        if let Some(replaced) = &replaced {
            if Arc::ptr_eq(replaced, &child) {
                // Two names of one file: POSIX says to do nothing.
                return Ok(());
            }
            match (is_dir, replaced.kind == FileType::Directory) {
                (true, false) => return Err(Errno::NotDir),
                (false, true) => return Err(Errno::IsDir),
                (true, true) if !replaced.is_empty()? => return Err(Errno::NotEmpty),
                _ => {}
            }
        }
        old_dir.attach_locked()?;
        new_dir.attach_locked()?;
        child.attach_locked()?;
        if let Some(replaced) = &replaced
            && read(&replaced.state).lower.as_ref().is_some_and(|lower| lower.linked)
        {
            replaced.attach_locked()?;
        }
        let ticket = self.layer.charge_name(new_name)?;
        let whiteout = old_dir.below(old_name);
        let subdirs = i64::from(is_dir);
        let gone = i64::from(is_dir && replaced.is_some());
        let dropped = if Arc::ptr_eq(&old_dir, &new_dir) {
            let mut state = write(&old_dir.state);
            let entries = state.entries()?;
            let entry = Entry::Present(Arc::clone(&child), ticket);
            let dropped = [entries.insert(new_name.into(), entry), take(entries, old_name, whiteout)];
            touch_dir(&mut state.attr, -gone);
            dropped
        } else {
            // Both at once, so that nobody sees the file twice or not at all.
            // Only who holds `structure` takes two, so the order is free.
            let mut from = write(&old_dir.state);
            let mut to = write(&new_dir.state);
            let entry = Entry::Present(Arc::clone(&child), ticket);
            let dropped = [to.entries()?.insert(new_name.into(), entry), take(from.entries()?, old_name, whiteout)];
            touch_dir(&mut from.attr, -subdirs);
            touch_dir(&mut to.attr, subdirs - gone);
            dropped
        };
        let place = Place::Attached(Arc::downgrade(&new_dir));
        let old_place = lock(&child.place).replace(place);
        if let Some(attr) = &mut write(&child.state).attr {
            attr.ctime = crate::fs::node::now();
        }
        match &replaced {
            Some(dir) if is_dir => dir.bury(),
            Some(file) => file.unnamed(),
            None => {}
        }
        drop((dropped, old_place));
        Ok(())
    }

    fn readlink(&self, pid: u32) -> Result<String> {
        let state = read(&self.state);
        match (&state.body, &state.lower) {
            (Body::Symlink(Some(text)), _) => Ok(text.to_string()),
            (Body::Symlink(None), Some(lower)) => lower.node.readlink(pid),
            _ => Err(Errno::Inval),
        }
    }

    fn open(&self, _mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        match self.kind {
            FileType::Regular => file::open(self),
            FileType::Directory => Err(Errno::IsDir),
            FileType::Symlink => Err(Errno::Loop),
            _ => Err(Errno::Nxio),
        }
    }

    fn device(&self) -> Option<Device> {
        match &read(&self.state).body {
            Body::Fifo(slot) => Some(Device::Fifo(Arc::clone(slot))),
            _ => None,
        }
    }

    fn usage(&self) -> Result<Usage> {
        Ok(self.layer.quota.usage())
    }
}

fn take(entries: &mut HashMap<Box<str>, Entry>, name: &str, whiteout: bool) -> Option<Entry> {
    if whiteout { entries.insert(name.into(), Entry::Whiteout) } else { entries.remove(name) }
}

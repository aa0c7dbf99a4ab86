//! What a process can do with paths. Every function takes the directory that
//! a relative path starts at: the working directory, or an open one.

use super::caller::{Caller, EXECUTE, READ, WRITE};
use super::walk::{At, Last, Links, Parent};
use super::{Location, MountUsage, Namespace};
use crate::fs::{Device, DirEntry, Errno, FileHandle, FileType, OpenMode, Permission, Result, SetAttr, Stat};
use std::borrow::Cow;
use std::sync::Arc;

/// How to open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenFlags {
    /// `O_RDONLY`, with `write` `O_RDWR`.
    pub read: bool,
    /// `O_WRONLY`
    pub write: bool,
    /// `O_APPEND`; the caller uses [`FileHandle::append`].
    pub append: bool,
    /// `O_CREAT`
    pub create: bool,
    /// `O_EXCL`
    pub exclusive: bool,
    /// `O_TRUNC`
    pub truncate: bool,
    /// `O_DIRECTORY`
    pub directory: bool,
    /// `O_NOFOLLOW`
    pub nofollow: bool,
}

/// What is behind an open file.
#[derive(Clone)]
pub enum Open {
    /// Contents.
    File(Arc<dyn FileHandle>),
    /// A directory; its location is all there is.
    Directory,
    /// The kernel's matter.
    Device(Device),
}

/// The result of an open.
#[derive(Clone)]
pub struct Opened {
    /// Where it was found.
    pub location: Location,
    /// What is behind it.
    pub file: Open,
}

impl Opened {
    /// The attributes, also of a file that lost its name.
    pub fn stat(&self) -> Result<Stat> {
        match &self.file {
            Open::File(handle) => handle.stat(),
            _ => self.location.node().stat(),
        }
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({:?})", self.location)
    }
}

/// A name to be made or removed, with the directory's permissions checked.
struct Target {
    dir: At,
    name: Box<str>,
    slash: bool,
}

impl Namespace {
    /// The location of a path.
    pub fn resolve(&self, caller: &Caller, start: &Location, path: &str, follow: bool) -> Result<Location> {
        Ok(self.walk(caller, start, path, follow)?.location)
    }

    /// `stat`, or `lstat` without `follow`.
    pub fn stat(&self, caller: &Caller, start: &Location, path: &str, follow: bool) -> Result<Stat> {
        Ok(self.walk(caller, start, path, follow)?.stat)
    }

    /// Whether the caller may read (4), write (2), execute (1) the file.
    pub fn access(&self, caller: &Caller, start: &Location, path: &str, want: u32) -> Result<()> {
        let at = self.walk(caller, start, path, true)?;
        let device = matches!(at.stat.kind, FileType::Character | FileType::Fifo);
        if want & WRITE != 0 && at.location.mount().read_only && !device {
            return Err(Errno::Rofs);
        }
        self.allowed(caller, &at, want)
    }

    /// Mode bits and rules for an existing file.
    fn allowed(&self, caller: &Caller, at: &At, want: u32) -> Result<()> {
        let directory = at.stat.kind == FileType::Directory;
        let needed = if want & WRITE != 0 {
            Permission::Write
        } else if want & (READ | EXECUTE) != 0 && !directory {
            Permission::Read
        } else {
            Permission::View
        };
        if !caller.may(&at.stat, want) || self.permission(caller, &at.location, None, directory) < needed {
            return Err(Errno::Acces);
        }
        Ok(())
    }

    /// Opens a file; `mode` is for one that is made, before the umask.
    pub fn open(&self, caller: &Caller, start: &Location, path: &str, flags: OpenFlags, mode: u32) -> Result<Opened> {
        if flags.directory && flags.create {
            return Err(Errno::Inval);
        }
        let mut links = Links::default();
        let mut start = Cow::Borrowed(start);
        let mut path = Cow::Borrowed(path);
        let mut directory = flags.directory;
        // Ends: whoever makes a name come and go can win only so often.
        for _ in 0..256 {
            let Parent { dir, last } = self.walk_parent(caller, &start, &path, &mut links)?;
            let Last::Name { name, slash } = last else {
                return match flags {
                    OpenFlags { create: true, exclusive: true, .. } => Err(Errno::Exist),
                    OpenFlags { create: true, .. } => Err(Errno::IsDir),
                    _ => self.open_found(caller, dir, flags),
                };
            };
            directory |= slash;
            match self.step(caller, &dir, &name) {
                Ok(_) if flags.create && flags.exclusive => return Err(Errno::Exist),
                Ok(found) if found.stat.kind == FileType::Symlink => {
                    if flags.nofollow && !slash {
                        return Err(if flags.directory { Errno::NotDir } else { Errno::Loop });
                    }
                    if let Some(device) = found.location.node().device() {
                        let file = Open::Device(device);
                        return if directory {
                            Err(Errno::NotDir)
                        } else {
                            Ok(Opened { location: found.location, file })
                        };
                    }
                    let (_, text) = self.read_target(caller, &found.location, &mut links)?;
                    start = Cow::Owned(dir.location);
                    path = Cow::Owned(text);
                }
                Ok(found) => {
                    if directory && found.stat.kind != FileType::Directory {
                        return Err(Errno::NotDir);
                    }
                    return self.open_found(caller, found, flags);
                }
                Err(Errno::NoEnt) if flags.create => {
                    if directory {
                        return Err(Errno::IsDir);
                    }
                    let target = Target { dir, name, slash: false };
                    match self.create(caller, &target, mode) {
                        // Another process was faster.
                        Err(Errno::Exist) if !flags.exclusive => continue,
                        result => return result,
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(Errno::Loop)
    }

    fn create(&self, caller: &Caller, target: &Target, mode: u32) -> Result<Opened> {
        self.may_change(caller, target, false)?;
        let dir = &target.dir.location;
        let (node, handle) = dir.node().create(&target.name, mode & 0o7777 & !caller.umask)?;
        let location = dir.child(target.name.clone(), node, Arc::clone(dir.mount()), None);
        Ok(Opened { location, file: Open::File(handle) })
    }

    fn open_found(&self, caller: &Caller, at: At, flags: OpenFlags) -> Result<Opened> {
        let changes = flags.write || flags.truncate;
        let directory = at.stat.kind == FileType::Directory;
        if directory && (changes || flags.create) {
            return Err(Errno::IsDir);
        }
        let want = if flags.read || !flags.write { READ } else { 0 } | if changes { WRITE } else { 0 };
        self.allowed(caller, &at, want)?;
        if directory {
            return Ok(Opened { location: at.location, file: Open::Directory });
        }
        let node = at.location.node();
        if let Some(device) = node.device() {
            return Ok(Opened { location: at.location, file: Open::Device(device) });
        }
        if changes && at.stat.kind == FileType::Regular && at.location.mount().read_only {
            return Err(Errno::Rofs);
        }
        let handle = node.open(OpenMode { read: flags.read, write: changes })?;
        if flags.truncate && at.stat.kind == FileType::Regular {
            handle.set_len(0)?;
        }
        Ok(Opened { location: at.location, file: Open::File(handle) })
    }

    /// The directory and name of what shall be made or removed.
    fn target(&self, caller: &Caller, start: &Location, path: &str, itself: Errno) -> Result<Target> {
        let Parent { dir, last } = self.walk_parent(caller, start, path, &mut Links::default())?;
        match last {
            Last::Itself => Err(itself),
            Last::Name { name, slash } => Ok(Target { dir, name, slash }),
        }
    }

    /// Whether the caller may change that name of the directory.
    fn may_change(&self, caller: &Caller, target: &Target, directory: bool) -> Result<()> {
        let dir = &target.dir;
        if dir.location.mount().read_only {
            return Err(Errno::Rofs);
        }
        let permission = self.permission(caller, &dir.location, Some(&target.name), directory);
        if !caller.may(&dir.stat, WRITE | EXECUTE) || permission < Permission::Write {
            return Err(Errno::Acces);
        }
        Ok(())
    }

    /// `Exist` when the name is taken, also by a mount.
    fn must_be_free(&self, caller: &Caller, target: &Target) -> Result<()> {
        match self.step(caller, &target.dir, &target.name) {
            Ok(_) => Err(Errno::Exist),
            Err(Errno::NoEnt) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the name leads to, when the caller may remove it.
    fn removable(&self, caller: &Caller, target: &Target) -> Result<At> {
        let found = self.step(caller, &target.dir, &target.name)?;
        if found.location.point().is_some() {
            return Err(Errno::Busy);
        }
        let directory = found.stat.kind == FileType::Directory;
        if target.slash && !directory {
            return Err(Errno::NotDir);
        }
        self.may_change(caller, target, directory)?;
        let sticky = target.dir.stat.mode & 0o1000 != 0;
        if sticky && !caller.owns(&found.stat) && !caller.owns(&target.dir.stat) {
            return Err(Errno::Perm);
        }
        Ok(found)
    }

    /// Makes a directory.
    pub fn mkdir(&self, caller: &Caller, start: &Location, path: &str, mode: u32) -> Result<()> {
        let target = self.target(caller, start, path, Errno::Exist)?;
        self.must_be_free(caller, &target)?;
        self.may_change(caller, &target, true)?;
        let mode = mode & 0o1777 & !caller.umask;
        target.dir.location.node().mkdir(&target.name, mode)
    }

    /// Makes a named pipe.
    pub fn mkfifo(&self, caller: &Caller, start: &Location, path: &str, mode: u32) -> Result<()> {
        let target = self.new_file(caller, start, path)?;
        target.dir.location.node().mkfifo(&target.name, mode & 0o777 & !caller.umask)
    }

    /// Makes a symbolic link at `path` with the text `text`.
    pub fn symlink(&self, caller: &Caller, text: &str, start: &Location, path: &str) -> Result<()> {
        if text.is_empty() {
            return Err(Errno::NoEnt);
        }
        if text.len() >= crate::fs::name::PATH_MAX {
            return Err(Errno::NameTooLong);
        }
        if text.contains('\0') || !crate::fs::name::is_canonical(text) {
            return Err(Errno::Inval);
        }
        let target = self.new_file(caller, start, path)?;
        target.dir.location.node().symlink(&target.name, text)
    }

    fn new_file(&self, caller: &Caller, start: &Location, path: &str) -> Result<Target> {
        let target = self.target(caller, start, path, Errno::Exist)?;
        self.must_be_free(caller, &target)?;
        if target.slash {
            return Err(Errno::NoEnt);
        }
        self.may_change(caller, &target, false)?;
        Ok(target)
    }

    /// Gives the file at `old` the further name `new`.
    pub fn link(
        &self,
        caller: &Caller,
        old_start: &Location,
        old: &str,
        follow: bool,
        new_start: &Location,
        new: &str,
    ) -> Result<()> {
        let found = self.walk(caller, old_start, old, follow)?;
        if found.stat.kind == FileType::Directory {
            return Err(Errno::Perm);
        }
        let target = self.new_file(caller, new_start, new)?;
        let dir = &target.dir.location;
        if !Arc::ptr_eq(found.location.mount(), dir.mount()) || found.location.point().is_some() {
            return Err(Errno::Xdev);
        }
        // The new name is writable: the old one must be, or the link would
        // be a way around its rule.
        if self.permission(caller, &found.location, None, false) < Permission::Write {
            return Err(Errno::Acces);
        }
        dir.node().link(&target.name, found.location.node())
    }

    /// Removes a name that is no directory.
    pub fn unlink(&self, caller: &Caller, start: &Location, path: &str) -> Result<()> {
        let target = self.target(caller, start, path, Errno::IsDir)?;
        let found = self.removable(caller, &target)?;
        if found.stat.kind == FileType::Directory {
            return Err(Errno::IsDir);
        }
        target.dir.location.node().unlink(&target.name)
    }

    /// Removes an empty directory.
    pub fn rmdir(&self, caller: &Caller, start: &Location, path: &str) -> Result<()> {
        let itself = match path.trim_end_matches('/').rsplit('/').next() {
            Some(".") => Errno::Inval,
            Some("..") => Errno::NotEmpty,
            _ => Errno::Busy,
        };
        let target = self.target(caller, start, path, itself)?;
        let found = self.removable(caller, &target)?;
        if found.stat.kind != FileType::Directory {
            return Err(Errno::NotDir);
        }
        target.dir.location.node().rmdir(&target.name)
    }

    /// Moves a file, replacing what has the new name.
    pub fn rename(
        &self,
        caller: &Caller,
        old_start: &Location,
        old: &str,
        new_start: &Location,
        new: &str,
    ) -> Result<()> {
        let from = self.target(caller, old_start, old, Errno::Busy)?;
        let to = self.target(caller, new_start, new, Errno::Busy)?;
        let found = self.removable(caller, &from)?;
        if !Arc::ptr_eq(from.dir.location.mount(), to.dir.location.mount()) {
            return Err(Errno::Xdev);
        }
        let directory = found.stat.kind == FileType::Directory;
        match self.removable(caller, &to) {
            Ok(replaced) => {
                let onto_directory = replaced.stat.kind == FileType::Directory;
                match (directory, onto_directory) {
                    (true, false) => return Err(Errno::NotDir),
                    (false, true) => return Err(Errno::IsDir),
                    _ => {}
                }
            }
            Err(Errno::NoEnt) => {
                if to.slash && !directory {
                    return Err(Errno::NotDir);
                }
                self.may_change(caller, &to, directory)?;
            }
            Err(error) => return Err(error),
        }
        if directory {
            if to.dir.location.is_below(&found.location) {
                return Err(Errno::Inval);
            }
            self.gives_no_access(caller, &found, &to)?;
        }
        from.dir.location.node().rename(&from.name, to.dir.location.node(), &to.name)
    }

    /// A directory must not be moved to where the rules allow more with what
    /// is in it.
    fn gives_no_access(&self, caller: &Caller, found: &At, to: &Target) -> Result<()> {
        let old = self.ruled_path(caller, &found.location, None);
        let new = self.ruled_path(caller, &to.dir.location, Some(&to.name));
        // One mount: rules apply to both or to none.
        let (Some((ruled, old)), Some((_, new))) = (old, new) else {
            return Ok(());
        };
        if ruled.rules.keeps_below(&old, &new) {
            return Ok(());
        }
        // The patterns do not tell: look at every file.
        let owned = |path: Vec<&str>| path.into_iter().map(str::to_string).collect::<Vec<_>>();
        let mut pending = vec![(Arc::clone(found.location.node()), owned(old), owned(new))];
        while let Some((dir, old, new)) = pending.pop() {
            for entry in dir.read_dir()? {
                let (mut old, mut new) = (old.clone(), new.clone());
                old.push(entry.name.clone());
                new.push(entry.name.clone());
                let directory = entry.kind == FileType::Directory;
                let permission = |path: &[String]| {
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    ruled.rules.effective(&path, directory)
                };
                if permission(&new) > permission(&old) {
                    return Err(Errno::Acces);
                }
                if directory {
                    match dir.lookup(&entry.name) {
                        Ok((node, _)) => pending.push((node, old, new)),
                        Err(Errno::NoEnt) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }

    /// A symbolic link's text.
    pub fn readlink(&self, caller: &Caller, start: &Location, path: &str) -> Result<String> {
        let at = self.walk(caller, start, path, false)?;
        if at.stat.kind != FileType::Symlink {
            return Err(Errno::Inval);
        }
        at.location.node().readlink(caller.pid)
    }

    /// The entries of a directory, without what rules hide.
    pub fn read_dir(&self, caller: &Caller, start: &Location, path: &str) -> Result<Vec<DirEntry>> {
        let at = self.walk(caller, start, path, true)?;
        if at.stat.kind != FileType::Directory {
            return Err(Errno::NotDir);
        }
        self.allowed(caller, &at, READ)?;
        self.read_dir_at(caller, &at.location)
    }

    /// The same for a directory that was opened, and thereby checked.
    pub fn read_dir_at(&self, caller: &Caller, location: &Location) -> Result<Vec<DirEntry>> {
        let mut entries = location.node().read_dir()?;
        if let Some((ruled, path)) = self.ruled_path(caller, location, None) {
            entries.retain(|entry| {
                let full: Vec<&str> = path.iter().copied().chain([&*entry.name]).collect();
                let directory = entry.kind == FileType::Directory;
                ruled.rules.permission(&full, directory) > Permission::None
            });
        }
        if let Some(point) = location.point() {
            for (name, child) in &point.children {
                let node = child.mount.as_ref().map_or(&child.fallback, |mount| &mount.node);
                let stat = node.stat()?;
                match entries.iter_mut().find(|entry| *entry.name == **name) {
                    Some(entry) => entry.kind = stat.kind,
                    None => {
                        let name = name.to_string();
                        entries.push(DirEntry { name, kind: stat.kind, ino: stat.ino });
                    }
                }
            }
        }
        Ok(entries)
    }

    /// Changes attributes by path.
    pub fn set_attr(&self, caller: &Caller, start: &Location, path: &str, follow: bool, attr: &SetAttr) -> Result<()> {
        let at = self.walk(caller, start, path, follow)?;
        self.may_set_attr(caller, &at, attr)?;
        if at.stat.kind == FileType::Symlink && attr.mode.is_some() {
            return Err(Errno::NotSup);
        }
        at.location.node().set_attr(attr)
    }

    /// Changes attributes of an open file.
    pub fn set_attr_open(&self, caller: &Caller, opened: &Opened, attr: &SetAttr) -> Result<()> {
        let at = At { location: opened.location.clone(), stat: opened.stat()? };
        self.may_set_attr(caller, &at, attr)?;
        match &opened.file {
            Open::File(handle) => handle.set_attr(attr),
            _ => opened.location.node().set_attr(attr),
        }
    }

    fn may_set_attr(&self, caller: &Caller, at: &At, attr: &SetAttr) -> Result<()> {
        let device = at.stat.kind == FileType::Character;
        if at.location.mount().read_only && !device {
            return Err(Errno::Rofs);
        }
        let directory = at.stat.kind == FileType::Directory;
        if self.permission(caller, &at.location, None, directory) < Permission::Write {
            return Err(Errno::Acces);
        }
        // Only root gives files away; to set what is set already is no change.
        let moves = attr.uid.is_some_and(|uid| uid != at.stat.uid)
            || attr.gid.is_some_and(|gid| gid != at.stat.gid && gid != caller.gid);
        if moves && !caller.unrestricted {
            return Err(Errno::Perm);
        }
        let only_times = SetAttr { atime: None, mtime: None, ..*attr } == SetAttr::default();
        if caller.owns(&at.stat) || only_times && caller.may(&at.stat, WRITE) {
            Ok(())
        } else {
            Err(if only_times { Errno::Acces } else { Errno::Perm })
        }
    }

    /// Cuts or extends a file by path.
    pub fn truncate(&self, caller: &Caller, start: &Location, path: &str, len: u64) -> Result<()> {
        let flags = OpenFlags { write: true, ..OpenFlags::default() };
        match self.open(caller, start, path, flags, 0)?.file {
            Open::File(handle) => handle.set_len(len),
            _ => Err(Errno::Inval),
        }
    }

    /// The path without links, `.` and `..`; it must exist.
    pub fn real_path(&self, caller: &Caller, start: &Location, path: &str) -> Result<String> {
        Ok(self.resolve(caller, start, path, true)?.path())
    }

    /// Room in the filesystem of a location.
    pub fn usage_at(&self, location: &Location) -> Result<MountUsage> {
        Ok(MountUsage { mount: Arc::clone(location.mount()), usage: location.node().usage()? })
    }

    /// Room in every mount.
    pub fn usage(&self) -> Result<Vec<MountUsage>> {
        let usage = |mount: &Arc<super::Mount>| Ok(MountUsage { mount: Arc::clone(mount), usage: mount.node.usage()? });
        self.mounts.iter().map(usage).collect()
    }
}

//! A tree's contents, or an overlay's changes, as a tar archive and back.
//!
//! Names are as the sandbox has them (see [`super::name`]); times are kept to
//! the nanosecond in a `mtime` record of pax(1). Nothing is followed or named
//! outside of the tree, whatever an archive says.

use super::{Change, ChangeKind, Errno, FileHandle, FileType, Node, OpenMode, Result, SetAttr, Stat};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::Arc;
use tar::{Builder, Entry, EntryType, Header};

/// Bytes copied in one step.
const CHUNK: usize = 1 << 20;

/// What changed of a tree without new contents.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edits {
    /// Paths that are gone.
    pub deleted: Vec<String>,
    /// Paths whose mode or time is another: path, mode, time.
    pub attributes: Vec<(String, u32, i64)>,
}

fn failed(error: impl std::fmt::Display, path: &str) -> io::Error {
    io::Error::other(format!("{path}: {error}"))
}

/// Reads a file's contents one chunk after the other.
struct Contents {
    handle: Arc<dyn FileHandle>,
    offset: u64,
}

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.handle.read_at(buffer, self.offset).map_err(io::Error::other)?;
        self.offset += n as u64;
        Ok(n)
    }
}

/// Writes trees below names of an archive.
pub struct Packer<W: Write> {
    archive: Builder<W>,
    /// The first name of each file that has several.
    names: HashMap<(u64, u64), String>,
}

impl<W: Write> Packer<W> {
    /// An archive that is written there.
    pub fn new(out: W) -> Self {
        Packer { archive: Builder::new(out), names: HashMap::new() }
    }

    /// Adds bytes as a file.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        self.archive.append_data(&mut header, name, bytes)
    }

    /// Adds all that is in a directory.
    pub fn tree(&mut self, name: &str, root: &Arc<dyn Node>) -> io::Result<()> {
        let mut open = vec![(name.to_owned(), Arc::clone(root))];
        while let Some((path, directory)) = open.pop() {
            let mut entries = directory.read_dir().map_err(|errno| failed(errno, &path))?;
            entries.sort_by(|a, b| a.name.cmp(&b.name));
            for entry in entries {
                let path = format!("{path}/{}", entry.name);
                let (node, stat) = match directory.lookup(&entry.name) {
                    // It went away meanwhile.
                    Err(Errno::NoEnt) => continue,
                    found => found.map_err(|errno| failed(errno, &path))?,
                };
                self.node(&path, &node, &stat)?;
                if stat.kind == FileType::Directory {
                    open.push((path, node));
                }
            }
        }
        Ok(())
    }

    /// Adds what an overlay changed; what needs no contents is returned.
    pub fn changes(&mut self, name: &str, root: &Arc<dyn Node>, changes: &[Change]) -> io::Result<Edits> {
        let mut edits = Edits::default();
        for change in changes {
            let path = format!("{name}/{}", change.path);
            let found = || find(root, &change.path).map_err(|errno| failed(errno, &path));
            match change.kind {
                ChangeKind::Deleted => edits.deleted.push(change.path.clone()),
                ChangeKind::Metadata => {
                    let (_, stat) = found()?;
                    edits.attributes.push((change.path.clone(), stat.mode, stat.mtime));
                }
                ChangeKind::Added | ChangeKind::Modified => {
                    let (node, stat) = found()?;
                    self.node(&path, &node, &stat)?;
                }
            }
        }
        Ok(edits)
    }

    fn node(&mut self, path: &str, node: &Arc<dyn Node>, stat: &Stat) -> io::Result<()> {
        let failed = |errno: Errno| failed(errno, path);
        let mut header = Header::new_ustar();
        header.set_mode(stat.mode);
        header.set_size(0);
        let time = seconds(stat.mtime);
        self.archive.append_pax_extensions([("mtime", time.as_bytes())])?;
        if stat.kind != FileType::Directory && stat.nlink > 1 {
            let first = self.names.entry((stat.dev, stat.ino)).or_insert_with(|| path.to_owned());
            if *first != path {
                header.set_entry_type(EntryType::Link);
                return self.archive.append_link(&mut header, path, &*first);
            }
        }
        match stat.kind {
            FileType::Regular => {
                let handle = node.open(OpenMode { read: true, write: false }).map_err(failed)?;
                let size = handle.len().map_err(failed)?;
                header.set_size(size);
                // A file that is cut meanwhile must not shift what follows.
                let contents = Contents { handle, offset: 0 }.chain(io::repeat(0)).take(size);
                self.archive.append_data(&mut header, path, contents)
            }
            FileType::Symlink => {
                header.set_entry_type(EntryType::Symlink);
                self.archive.append_link(&mut header, path, node.readlink(0).map_err(failed)?)
            }
            FileType::Directory => {
                header.set_entry_type(EntryType::Directory);
                self.archive.append_data(&mut header, path, io::empty())
            }
            FileType::Fifo => {
                header.set_entry_type(EntryType::Fifo);
                self.archive.append_data(&mut header, path, io::empty())
            }
            // No tree of a guest's has any.
            FileType::Character | FileType::Block | FileType::Socket => Ok(()),
        }
    }

    /// Ends the archive.
    pub fn finish(self) -> io::Result<W> {
        self.archive.into_inner()
    }
}

/// Nanoseconds as a decimal number of seconds.
fn seconds(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    format!("{sign}{}.{:09}", size / 1_000_000_000, size % 1_000_000_000)
}

/// And back.
fn nanoseconds(seconds: &str) -> Option<i64> {
    let (negative, digits) = seconds.strip_prefix('-').map_or((false, seconds), |rest| (true, rest));
    let (whole, part) = digits.split_once('.')?;
    if part.len() != 9 {
        return None;
    }
    let size = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(part.parse().ok()?)?;
    Some(if negative { -size } else { size })
}

fn find(root: &Arc<dyn Node>, path: &str) -> Result<(Arc<dyn Node>, Stat)> {
    let mut found = (Arc::clone(root), root.stat()?);
    for name in path.split('/').filter(|name| !name.is_empty()) {
        found = found.0.lookup(name)?;
    }
    Ok(found)
}

/// The directory that holds a path, and the path's last component.
fn parent<'a>(root: &Arc<dyn Node>, path: &'a str) -> Result<(Arc<dyn Node>, &'a str)> {
    let path = path.trim_end_matches('/');
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    // Backends refuse other names that are none.
    if name.is_empty() || path.split('/').any(|part| part == "." || part == "..") {
        return Err(Errno::Inval);
    }
    let (directory, stat) = find(root, directory)?;
    if stat.kind != FileType::Directory { Err(Errno::NotDir) } else { Ok((directory, name)) }
}

/// Takes a name away, with all that is below it.
fn remove(directory: &Arc<dyn Node>, name: &str) -> Result<()> {
    // A stack of its own: trees may be deeper than the thread's.
    let mut open = vec![(Arc::clone(directory), name.to_owned(), false)];
    while let Some((directory, name, emptied)) = open.pop() {
        let (node, stat) = directory.lookup(&name)?;
        if stat.kind != FileType::Directory {
            directory.unlink(&name)?;
        } else if emptied {
            directory.rmdir(&name)?;
        } else {
            open.push((directory, name, true));
            for entry in node.read_dir()? {
                open.push((Arc::clone(&node), entry.name, false));
            }
        }
    }
    Ok(())
}

/// Puts members of an archive into a tree.
pub struct Unpacker {
    root: Arc<dyn Node>,
    /// What gets its attributes when everything is there: a file that is
    /// written, or a directory in which something is made, has new times.
    unfinished: Vec<(Arc<dyn Node>, SetAttr)>,
}

impl Unpacker {
    /// Into that tree.
    pub fn new(root: Arc<dyn Node>) -> Self {
        Unpacker { root, unfinished: Vec::new() }
    }

    /// Deletes what an overlay had deleted. What is not there is gone already.
    pub fn delete(&mut self, paths: &[String]) -> Result<()> {
        for path in paths {
            match parent(&self.root, path).and_then(|(directory, name)| remove(&directory, name)) {
                Ok(()) | Err(Errno::NoEnt | Errno::NotDir) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Puts one member at a path of the tree, in place of what is there.
    /// `link` gives the path of what a hard link names.
    pub fn member(
        &mut self,
        path: &str,
        entry: &mut Entry<'_, impl Read>,
        link: impl Fn(&str) -> Option<String>,
    ) -> io::Result<()> {
        let bad = |what: &str| failed(what, path);
        let time = entry.pax_extensions()?.into_iter().flatten().flatten().find(|record| record.key() == Ok("mtime"));
        let time = time.and_then(|record| nanoseconds(record.value().ok()?)).ok_or_else(|| bad("it has no time"))?;
        let mode = entry.header().mode()? & 0o7777;
        let target = entry.link_name_bytes().map(|name| String::from_utf8(name.into_owned()));
        let target = target.transpose().map_err(|_| bad("its link is not UTF-8"))?;
        let (kind, size) = (entry.header().entry_type(), entry.size());
        let attributes = SetAttr { mode: Some(mode), mtime: Some(time), atime: Some(time), ..SetAttr::default() };
        let put = || -> Result<Option<Arc<dyn FileHandle>>> {
            let (directory, name) = parent(&self.root, path)?;
            let there = match directory.lookup(name) {
                Ok((_, stat)) => Some(stat.kind),
                Err(Errno::NoEnt) => None,
                Err(errno) => return Err(errno),
            };
            match there {
                Some(FileType::Directory) if kind == EntryType::Directory => {}
                Some(_) => remove(&directory, name)?,
                None => {}
            }
            match (kind, target) {
                (EntryType::Directory, _) => {
                    if there != Some(FileType::Directory) {
                        directory.mkdir(name, 0o700)?;
                    }
                    self.unfinished.push((directory.lookup(name)?.0, attributes));
                }
                (EntryType::Regular, _) => {
                    let (node, handle) = directory.create(name, mode)?;
                    handle.set_attr(&SetAttr { mode: Some(mode), ..SetAttr::default() })?;
                    self.unfinished.push((node, attributes));
                    return Ok(Some(handle));
                }
                (EntryType::Symlink, Some(target)) => {
                    directory.symlink(name, &target)?;
                    let times = SetAttr { mode: None, ..attributes };
                    self.unfinished.push((directory.lookup(name)?.0, times));
                }
                (EntryType::Link, Some(target)) => {
                    let target = link(&target).ok_or(Errno::Inval)?;
                    directory.link(name, &find(&self.root, &target)?.0)?;
                }
                (EntryType::Fifo, _) => {
                    directory.mkfifo(name, mode)?;
                    self.unfinished.push((directory.lookup(name)?.0, attributes));
                }
                _ => return Err(Errno::Inval),
            }
            Ok(None)
        };
        let Some(handle) = put().map_err(|errno| failed(errno, path))? else { return Ok(()) };
        let mut buffer = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK)).max(1)];
        let mut offset = 0;
        loop {
            let n = entry.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            let mut rest = &buffer[..n];
            while !rest.is_empty() {
                let n = handle.write_at(rest, offset).map_err(|errno| failed(errno, path))?;
                offset += n as u64;
                rest = &rest[n..];
            }
        }
        Ok(())
    }

    /// Sets what is to be set when everything is there.
    pub fn finish(self, attributes: &[(String, u32, i64)]) -> Result<()> {
        for (path, mode, mtime) in attributes {
            match find(&self.root, path) {
                Ok((node, _)) => {
                    node.set_attr(&SetAttr { mode: Some(*mode), mtime: Some(*mtime), ..SetAttr::default() })?;
                }
                // The lower tree has changed since.
                Err(Errno::NoEnt | Errno::NotDir) => {}
                Err(errno) => return Err(errno),
            }
        }
        for (node, attributes) in self.unfinished.iter().rev() {
            node.set_attr(attributes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_the_nanosecond() {
        for time in [0, 1, -1, 1_500_000_000, -1_500_000_001, i64::MAX, i64::MIN + 1] {
            assert_eq!(nanoseconds(&seconds(time)), Some(time));
        }
        for wrong in ["", "1", "1.5", "x.000000000", "99999999999999999999.000000000"] {
            assert_eq!(nanoseconds(wrong), None, "{wrong}");
        }
    }
}

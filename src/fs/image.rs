//! A read-only tree in memory, for what the sandbox brings along: `/bin`,
//! `/etc`, a language's library.

use super::node::{next_dev, now};
use super::{DirEntry, Errno, FileHandle, FileType, Found, Node, OpenMode, Result, SetAttr, Stat};
use bytes::Bytes;
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

/// Marker for the constructors.
pub struct Image;

impl Image {
    /// An empty image whose root is owned by root, mode 0755.
    pub fn builder() -> ImageBuilder {
        ImageBuilder { dev: next_dev(), next_ino: 2, time: now(), root: BuildDir::new(1, 0o755) }
    }
}

/// Collects the entries of an image. Missing parents are made (mode 0755);
/// a later entry replaces an earlier one of that path.
pub struct ImageBuilder {
    dev: u64,
    next_ino: u64,
    time: i64,
    root: BuildDir,
}

struct BuildDir {
    ino: u64,
    mode: u32,
    dirs: HashMap<Box<str>, BuildDir>,
    nodes: HashMap<Box<str>, Found>,
}

impl BuildDir {
    fn new(ino: u64, mode: u32) -> Self {
        BuildDir { ino, mode, dirs: HashMap::new(), nodes: HashMap::new() }
    }
}

impl ImageBuilder {
    /// A directory.
    pub fn dir(&mut self, path: &str) -> &mut Self {
        self.reach(path);
        self
    }

    /// A regular file; `data` is shared, not copied.
    pub fn file(&mut self, path: &str, mode: u32, data: impl Into<Bytes>) -> &mut Self {
        let data = data.into();
        self.node(path, |stat| {
            let stat = Stat { mode, size: data.len() as u64, ..stat };
            Arc::new(ImageFile { stat, data })
        })
    }

    /// A symbolic link.
    pub fn symlink(&mut self, path: &str, target: &str) -> &mut Self {
        self.node(path, |stat| {
            let stat = Stat { kind: FileType::Symlink, mode: 0o777, size: target.len() as u64, ..stat };
            Arc::new(ImageLink { stat, target: target.into() })
        })
    }

    /// Any other node; it is given attributes to start from.
    pub fn node<N: Node + 'static>(&mut self, path: &str, make: impl FnOnce(Stat) -> Arc<N>) -> &mut Self {
        let ino = self.next_ino;
        self.next_ino += 1;
        let node: Arc<dyn Node> = make(self.stat(ino, FileType::Regular, 0o644));
        let path = path.trim_matches('/');
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        // A node that cannot tell its attributes is left out.
        if let Ok(stat) = node.stat()
            && !name.is_empty()
        {
            let dir = self.reach(parent);
            dir.dirs.remove(name);
            dir.nodes.insert(name.into(), (node, stat));
        }
        self
    }

    /// The finished tree.
    pub fn build(self) -> Arc<dyn Node> {
        let ImageBuilder { dev, time, root, .. } = self;
        finish(root, &|ino, mode| Stat {
            dev,
            ino,
            kind: FileType::Directory,
            mode,
            nlink: 2,
            uid: 0,
            gid: 0,
            size: 4096,
            atime: time,
            mtime: time,
            ctime: time,
        })
        .0
    }

    fn stat(&self, ino: u64, kind: FileType, mode: u32) -> Stat {
        let time = self.time;
        Stat {
            dev: self.dev,
            ino,
            kind,
            mode,
            nlink: 1,
            uid: 0,
            gid: 0,
            size: 0,
            atime: time,
            mtime: time,
            ctime: time,
        }
    }

    fn reach(&mut self, path: &str) -> &mut BuildDir {
        let mut dir = &mut self.root;
        for name in path.split('/').filter(|part| !part.is_empty()) {
            let ino = self.next_ino;
            dir.nodes.remove(name);
            dir = dir.dirs.entry(name.into()).or_insert_with(|| {
                self.next_ino += 1;
                BuildDir::new(ino, 0o755)
            });
        }
        dir
    }
}

/// The depth is the embedder's own; no guest builds images.
fn finish(dir: BuildDir, stat: &dyn Fn(u64, u32) -> Stat) -> Found {
    let dirs = dir.dirs.into_iter().map(|(name, dir)| (name, finish(dir, stat)));
    let children: HashMap<Box<str>, Found> = dirs.chain(dir.nodes).collect();
    let subdirs = children.values().filter(|(_, stat)| stat.kind == FileType::Directory).count();
    let stat = Stat { nlink: 2 + subdirs as u64, ..stat(dir.ino, dir.mode) };
    (Arc::new(ImageDir { stat, children }), stat)
}

struct ImageDir {
    stat: Stat,
    children: HashMap<Box<str>, Found>,
}

impl Node for ImageDir {
    fn kind(&self) -> FileType {
        FileType::Directory
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn lookup(&self, name: &str) -> Result<Found> {
        self.children.get(name).cloned().ok_or(Errno::NoEnt)
    }
    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        Ok(self
            .children
            .iter()
            .map(|(name, (_, stat))| DirEntry { name: name.to_string(), kind: stat.kind, ino: stat.ino })
            .collect())
    }
}

struct ImageLink {
    stat: Stat,
    target: Box<str>,
}

impl Node for ImageLink {
    fn kind(&self) -> FileType {
        FileType::Symlink
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn readlink(&self, _pid: u32) -> Result<String> {
        Ok(self.target.to_string())
    }
}

struct ImageFile {
    stat: Stat,
    data: Bytes,
}

impl Node for ImageFile {
    fn kind(&self) -> FileType {
        FileType::Regular
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn open(&self, mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        if mode.write {
            return Err(Errno::Rofs);
        }
        Ok(Arc::new(Fixed::new(self.stat, self.data.clone())))
    }
}

/// An open file whose contents never change.
pub(crate) struct Fixed {
    stat: Stat,
    data: Bytes,
}

impl Fixed {
    pub(crate) fn new(stat: Stat, data: Bytes) -> Self {
        Fixed { stat, data }
    }

    fn from(&self, offset: u64) -> usize {
        usize::try_from(offset).map_or(self.data.len(), |offset| offset.min(self.data.len()))
    }
}

impl FileHandle for Fixed {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let rest = &self.data[self.from(offset)..];
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
    fn write_at(&self, _data: &[u8], _offset: u64) -> Result<usize> {
        Err(Errno::BadF)
    }
    fn append(&self, _data: &[u8]) -> Result<(usize, u64)> {
        Err(Errno::BadF)
    }
    fn set_len(&self, _len: u64) -> Result<()> {
        Err(Errno::Inval)
    }
    fn len(&self) -> Result<u64> {
        Ok(self.data.len() as u64)
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn set_attr(&self, _attr: &SetAttr) -> Result<()> {
        Err(Errno::Rofs)
    }
    fn read_bytes_at(&self, len: usize, offset: u64) -> Result<Bytes> {
        let start = self.from(offset);
        let end = start.saturating_add(len).min(self.data.len());
        Ok(self.data.slice(start..end))
    }
}

//! A read-only tree out of a tar archive: a language's library. The index is
//! read once; contents stay in the archive's file and are read from there.

use super::{DirEntry, Errno, FileHandle, FileType, Found, Image, Node, OpenMode, Result, SetAttr, Stat};
use crate::platform;
use std::any::Any;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tar::{Archive, EntryType};

/// The tree in an uncompressed tar archive, which is read when someone first
/// looks into it: few sandboxes use every image. EIO if it cannot be read then.
pub fn archive(path: &Path) -> Arc<dyn Node> {
    Arc::new(Root { path: path.to_owned(), tree: OnceLock::new() })
}

struct Root {
    path: PathBuf,
    tree: OnceLock<Result<Arc<dyn Node>>>,
}

impl Root {
    fn tree(&self) -> Result<&Arc<dyn Node>> {
        self.tree.get_or_init(|| read(&self.path).map_err(|_| Errno::Io)).as_ref().map_err(|errno| *errno)
    }
}

impl Node for Root {
    fn kind(&self) -> FileType {
        FileType::Directory
    }
    fn stat(&self) -> Result<Stat> {
        self.tree()?.stat()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn lookup(&self, name: &str) -> Result<Found> {
        self.tree()?.lookup(name)
    }
    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        self.tree()?.read_dir()
    }
}

/// Everything belongs to root; what is no directory, regular file or symbolic
/// link is left out.
fn read(path: &Path) -> io::Result<Arc<dyn Node>> {
    let file = Arc::new(File::open(path)?);
    let length = file.metadata()?.len();
    let mut image = Image::builder();
    let mut archive = Archive::new(&*file);
    let mut end = 0_u64;
    for entry in archive.entries_with_seek()? {
        let entry = entry?;
        let size = entry.size().checked_next_multiple_of(BLOCK);
        end = size.and_then(|size| size.checked_add(entry.raw_file_position())).unwrap_or(u64::MAX);
        let name = entry.path()?;
        let Some(name) = plain(&name) else { continue };
        let header = entry.header();
        match header.entry_type() {
            EntryType::Directory => {
                image.dir(&name);
            }
            EntryType::Symlink => {
                if let Some(target) = entry.link_name()?.as_deref().and_then(Path::to_str) {
                    image.symlink(&name, target);
                }
            }
            EntryType::Regular => {
                let (offset, size) = (entry.raw_file_position(), entry.size());
                if end > length {
                    return Err(cut_off());
                }
                let mode = header.mode()? & 0o777;
                let time = i64::try_from(header.mtime()?).unwrap_or(0).saturating_mul(1_000_000_000);
                let file = file.clone();
                image.node(&name, |stat| {
                    let stat = Stat { mode, size, atime: time, mtime: time, ctime: time, ..stat };
                    Arc::new(Member(Extent { stat, file, offset }))
                });
            }
            _ => {}
        }
    }
    // A block of zeros at least says that this was the last.
    if end.checked_add(BLOCK).is_none_or(|end| end > length) {
        return Err(cut_off());
    }
    Ok(image.build())
}

/// The unit of a tar archive, in bytes.
const BLOCK: u64 = 512;

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the archive is cut off")
}

/// The path as names alone; absent for one that leaves the tree or is not text.
fn plain(path: &Path) -> Option<String> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!names.is_empty()).then(|| names.join("/"))
}

/// A part of the archive that is a file's contents.
#[derive(Clone)]
struct Extent {
    stat: Stat,
    file: Arc<File>,
    offset: u64,
}

struct Member(Extent);

impl Node for Member {
    fn kind(&self) -> FileType {
        FileType::Regular
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.0.stat)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn open(&self, mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        if mode.write {
            return Err(Errno::Rofs);
        }
        Ok(Arc::new(self.0.clone()))
    }
}

impl FileHandle for Extent {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        let rest = usize::try_from(self.stat.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let want = buf.len().min(rest);
        if want == 0 {
            return Ok(0);
        }
        // Within the archive's length, which was checked: no overflow.
        Ok(platform::read_at(&self.file, &mut buf[..want], self.offset + offset)?)
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
        Ok(self.stat.size)
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn set_attr(&self, _attr: &SetAttr) -> Result<()> {
        Err(Errno::Rofs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tar::{Builder, Header};

    fn member(builder: &mut Builder<File>, name: &str, contents: &[u8]) {
        let mut header = Header::new_gnu();
        header.set_size(contents.len() as u64);
        header.set_mode(0o644);
        // Not `set_path`, which refuses what an attacker would write.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, contents).unwrap();
    }

    #[test]
    fn members_are_files_and_no_name_leaves_the_tree() {
        let path = std::env::temp_dir().join(format!("agentfense-tree-{}.tar", std::process::id()));
        let mut builder = Builder::new(File::create(&path).unwrap());
        member(&mut builder, "lib/one.py", b"print(1)\n");
        member(&mut builder, "../outside", b"no");
        member(&mut builder, "/absolute", b"no");
        member(&mut builder, "last", b"end");
        builder.into_inner().unwrap();
        let root = archive(&path);
        let mut names: Vec<_> = root.read_dir().unwrap().into_iter().map(|entry| entry.name).collect();
        names.sort();
        assert_eq!(names, ["last", "lib"]);
        let (file, stat) = root.lookup("lib").unwrap().0.lookup("one.py").unwrap();
        assert_eq!((stat.size, stat.mode), (9, 0o644));
        let handle = file.open(OpenMode { read: true, write: false }).unwrap();
        assert_eq!(&handle.read_bytes_at(100, 6).unwrap()[..], b"1)\n");
        assert_eq!(handle.read_bytes_at(100, u64::MAX).unwrap().len(), 0);
        assert_eq!(file.open(OpenMode { read: true, write: true }).err(), Some(Errno::Rofs));
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..600]).unwrap();
        assert!(read(&path).is_err(), "a cut archive is an error, not files that end early");
        std::fs::remove_file(&path).unwrap();
    }
}

//! What all that unpack do with the filesystem: nothing that is there is opened where a link may be, and links
//! that lead elsewhere are made last, so that nothing is written through them.

use agentfense_support::fs;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};

/// A symbolic link that is yet to be made.
#[derive(Debug)]
struct Placeholder {
    path: Vec<u8>,
    target: Vec<u8>,
    /// The empty file that is there meanwhile.
    file: (u64, u64),
}

/// Symbolic links that are made when everything else is there.
#[derive(Debug, Default)]
pub struct Links(Vec<Placeholder>);

impl Links {
    /// Makes an empty file where a link will be. As open(2) with `O_EXCL`.
    pub fn placeholder(path: &[u8]) -> Result<OpenFile, Errno> {
        files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE, 0)
    }

    /// The empty file `file` at `path` will be a link to `target`.
    pub fn put_off(&mut self, path: Vec<u8>, target: Vec<u8>, file: &OpenFile) -> Result<(), Errno> {
        let stat = file.stat()?;
        self.0.push(Placeholder { path, target, file: (stat.dev, stat.ino) });
        Ok(())
    }

    /// What the link will point at that is yet to be made at `path`.
    pub fn target(&self, path: &[u8]) -> Option<&[u8]> {
        if self.0.is_empty() {
            return None;
        }
        let stat = files::stat(path, false).ok()?;
        self.0.iter().find(|link| link.file == (stat.dev, stat.ino)).map(|link| link.target.as_slice())
    }

    /// Makes the links. Tells `each` what became of them.
    pub fn finish(&mut self, mut each: impl FnMut(&[u8], &[u8], Result<(), Errno>)) {
        for Placeholder { path, target, file } in std::mem::take(&mut self.0) {
            // Something else may have taken its place since.
            let unchanged = files::stat(&path, false)
                .is_ok_and(|stat| (stat.dev, stat.ino) == file && stat.kind == FileType::Regular && stat.size == 0);
            if unchanged {
                let made = fs::unlink(&path).and_then(|()| fs::symlink(&target, &path));
                each(&path, &target, made);
            }
        }
    }
}

/// Removes what is at a path; a directory only when it is empty.
pub fn remove(path: &[u8]) -> Result<(), Errno> {
    match files::stat(path, false)?.kind {
        FileType::Directory => fs::rmdir(path),
        _ => fs::unlink(path),
    }
}

/// Makes the directories above a path that are not there.
pub fn make_parents(path: &[u8]) -> Result<(), Errno> {
    for at in (1..path.len()).filter(|&at| path[at] == b'/') {
        match fs::mkdir(&path[..at]) {
            Ok(()) | Err(Errno::Exist) => {}
            // Above what is mounted or may not be written, directories are there already.
            Err(_) if files::stat(&path[..at], true).is_ok() => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Makes something at a path with the directories above it; what is in its place goes away when `replace` says so.
pub fn make<T>(path: &[u8], replace: bool, mut make: impl FnMut(&[u8]) -> Result<T, Errno>) -> Result<T, Errno> {
    let (mut parents, mut removed) = (false, !replace);
    loop {
        match make(path) {
            Err(Errno::Noent) if !parents => {
                parents = true;
                make_parents(path)?;
            }
            Err(Errno::Exist) if !removed => {
                removed = true;
                remove(path).map_err(|_| Errno::Exist)?;
            }
            result => return result,
        }
    }
}

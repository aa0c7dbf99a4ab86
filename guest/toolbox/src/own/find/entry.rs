//! A file that the search has come to. What the kernel knows of it is asked when it is needed.

use agentfense_support::walk::join;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, Stat};
use std::cell::OnceCell;
use std::rc::Rc;

/// Which symbolic links are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Follow {
    /// None (-P).
    #[default]
    Never,
    /// Those on the command line (-H).
    Roots,
    /// All (-L).
    Always,
}

impl Follow {
    /// Whether links below the roots are followed.
    pub fn always(self) -> bool {
        self == Follow::Always
    }
}

/// A file of the search.
#[derive(Debug)]
pub struct Entry {
    /// Its path, which starts with that of its root.
    pub path: Vec<u8>,
    /// How much of the path is the root's.
    pub root_length: usize,
    /// How far it is below its root.
    pub depth: usize,
    /// The directory that it is in; absent for a root.
    pub parent: Option<Rc<Entry>>,
    follows: bool,
    listed: Option<FileType>,
    stat: OnceCell<Result<Stat, Errno>>,
}

impl Entry {
    /// A file on the command line.
    pub fn root(path: Vec<u8>, follow: Follow) -> Entry {
        Entry {
            root_length: path.len(),
            path,
            depth: 0,
            parent: None,
            follows: follow != Follow::Never,
            listed: None,
            stat: OnceCell::new(),
        }
    }

    /// A file in a directory, as the directory lists it.
    pub fn below(parent: &Rc<Entry>, name: &[u8], kind: FileType, follow: Follow) -> Entry {
        Entry {
            path: join(&parent.path, name),
            root_length: parent.root_length,
            depth: parent.depth + 1,
            parent: Some(Rc::clone(parent)),
            follows: follow.always(),
            listed: Some(kind),
            stat: OnceCell::new(),
        }
    }

    /// What the kernel knows of the file; of a link itself, where links are not followed or lead
    /// nowhere.
    pub fn stat(&self) -> Result<&Stat, Errno> {
        let stat = self.stat.get_or_init(|| {
            if self.follows {
                match files::stat(&self.path, true) {
                    Err(Errno::Noent | Errno::Loop) => {}
                    result => return result,
                }
            }
            files::stat(&self.path, false)
        });
        stat.as_ref().map_err(|errno| *errno)
    }

    /// What kind of file it is.
    pub fn kind(&self) -> Result<FileType, Errno> {
        match self.listed {
            Some(kind) if !(self.follows && kind == FileType::Symlink) => Ok(kind),
            _ => self.stat().map(|stat| stat.kind),
        }
    }

    /// What -xtype asks for: the other of link and target.
    pub fn other_kind(&self) -> Result<FileType, Errno> {
        match files::stat(&self.path, !self.follows) {
            Err(Errno::Noent) => Ok(FileType::Symlink),
            result => result.map(|stat| stat.kind),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &[u8] {
        let end = self.path.iter().rposition(|&b| b != b'/').map_or(self.path.len(), |at| at + 1);
        if self.path[..end].iter().all(|&b| b == b'/') && !self.path.is_empty() {
            return b"/";
        }
        let start = self.path[..end].iter().rposition(|&b| b == b'/').map_or(0, |at| at + 1);
        &self.path[start..end]
    }

    /// The path without its last part.
    pub fn directory(&self) -> &[u8] {
        match self.path.iter().rposition(|&b| b == b'/') {
            Some(0) => b"/",
            Some(at) => &self.path[..at],
            None => b".",
        }
    }

    /// The path below the root.
    pub fn below_root(&self) -> &[u8] {
        let below = &self.path[self.root_length.min(self.path.len())..];
        below.strip_prefix(b"/").unwrap_or(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path() {
        let root = Rc::new(Entry::root(b"a/b".to_vec(), Follow::Never));
        assert_eq!((root.name(), root.directory(), root.below_root()), (&b"b"[..], &b"a"[..], &b""[..]));
        let child = Entry::below(&root, b"c", FileType::Regular, Follow::Never);
        assert_eq!((child.name(), child.directory(), child.below_root()), (&b"c"[..], &b"a/b"[..], &b"c"[..]));
        let slash = Entry::root(b"/".to_vec(), Follow::Never);
        assert_eq!(slash.name(), b"/");
        let slash = Entry::root(b"x/".to_vec(), Follow::Never);
        assert_eq!(slash.name(), b"x");
        assert_eq!(Entry::root(b".".to_vec(), Follow::Never).directory(), b".");
    }
}

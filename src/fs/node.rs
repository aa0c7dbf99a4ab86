//! The interface between the path walk and the backends.

use super::{Device, Errno, Result};
use bytes::Bytes;
use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The user id of the agent, who owns the files of a workspace.
pub const AGENT: u32 = 1000;

/// What kind of file a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileType {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A character device.
    Character,
    /// A block device.
    Block,
    /// A socket.
    Socket,
}

/// What `stat(2)` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The filesystem.
    pub dev: u64,
    /// The file within its filesystem.
    pub ino: u64,
    /// The kind of file.
    pub kind: FileType,
    /// Permission bits, 0o7777.
    pub mode: u32,
    /// Names of the file.
    pub nlink: u64,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Length in bytes.
    pub size: u64,
    /// Last access, in nanoseconds since the Unix epoch.
    pub atime: i64,
    /// Last change of the contents.
    pub mtime: i64,
    /// Last change of the attributes.
    pub ctime: i64,
}

impl Stat {
    /// Whether both describe one file.
    pub fn same_file(&self, other: &Stat) -> bool {
        self.dev == other.dev && self.ino == other.ino
    }
}

/// Changes to a file's attributes; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetAttr {
    /// Permission bits.
    pub mode: Option<u32>,
    /// Owner.
    pub uid: Option<u32>,
    /// Group.
    pub gid: Option<u32>,
    /// Last access.
    pub atime: Option<i64>,
    /// Last change of the contents.
    pub mtime: Option<i64>,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The component.
    pub name: String,
    /// What it names.
    pub kind: FileType,
    /// Its inode number.
    pub ino: u64,
}

/// How a file's contents are to be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenMode {
    /// Reading.
    pub read: bool,
    /// Writing.
    pub write: bool,
}

/// Room in a filesystem, as `statfs(2)` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Bytes a block.
    pub block_size: u64,
    /// Blocks in all.
    pub blocks: u64,
    /// Blocks that are free.
    pub blocks_free: u64,
    /// Inodes in all.
    pub files: u64,
    /// Inodes that are free.
    pub files_free: u64,
}

/// A child and its attributes at the time it was found.
pub type Found = (Arc<dyn Node>, Stat);

/// A file of any kind (a vnode). Directory operations name one component
/// relative to the directory, never a path, and never follow a symbolic link.
/// Nothing here checks who asks: that is the namespace's part.
///
/// The defaults answer for a file that is no directory, is not writable and
/// cannot be opened.
pub trait Node: Send + Sync {
    /// The kind, which never changes.
    fn kind(&self) -> FileType;
    /// The attributes.
    fn stat(&self) -> Result<Stat>;
    /// For operations that need two nodes of one backend.
    fn as_any(&self) -> &dyn Any;

    /// Changes attributes.
    fn set_attr(&self, _attr: &SetAttr) -> Result<()> {
        Err(Errno::Rofs)
    }
    /// The child of that name.
    fn lookup(&self, _name: &str) -> Result<Found> {
        Err(Errno::NotDir)
    }
    /// Every child, without `.` and `..`, in no order.
    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        Err(Errno::NotDir)
    }
    /// Makes a regular file and opens it for reading and writing, whatever
    /// `mode` allows later opens. `Exist` when the name is taken.
    fn create(&self, _name: &str, _mode: u32) -> Result<(Arc<dyn Node>, Arc<dyn FileHandle>)> {
        Err(self.not_changeable())
    }
    /// Makes a directory.
    fn mkdir(&self, _name: &str, _mode: u32) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Makes a named pipe.
    fn mkfifo(&self, _name: &str, _mode: u32) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Makes a symbolic link.
    fn symlink(&self, _name: &str, _target: &str) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Gives a file of this backend one more name.
    fn link(&self, _name: &str, _target: &Arc<dyn Node>) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Removes a name that is no directory.
    fn unlink(&self, _name: &str) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Removes an empty directory.
    fn rmdir(&self, _name: &str) -> Result<()> {
        Err(self.not_changeable())
    }
    /// Moves a child, replacing what has the new name (a file a file, a
    /// directory an empty directory).
    fn rename(&self, _name: &str, _new_dir: &Arc<dyn Node>, _new_name: &str) -> Result<()> {
        Err(self.not_changeable())
    }
    /// A symbolic link's text. The caller's process id is what `/proc/self`
    /// depends on.
    fn readlink(&self, _pid: u32) -> Result<String> {
        Err(Errno::Inval)
    }
    /// Opens a regular file.
    fn open(&self, _mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        Err(match self.kind() {
            FileType::Directory => Errno::IsDir,
            FileType::Symlink => Errno::Loop,
            _ => Errno::Nxio,
        })
    }
    /// What the kernel interprets itself when the file is opened.
    fn device(&self) -> Option<Device> {
        None
    }
    /// Room in the filesystem.
    fn usage(&self) -> Result<Usage> {
        Ok(Usage { block_size: 4096, ..Usage::default() })
    }
    /// The errno for a change that the backend does not offer.
    #[doc(hidden)]
    fn not_changeable(&self) -> Errno {
        match self.kind() {
            FileType::Directory => Errno::Rofs,
            _ => Errno::NotDir,
        }
    }
}

/// An open regular file. Offsets are the caller's.
pub trait FileHandle: Send + Sync {
    /// Reads at most `buf.len()` bytes; 0 at the end of the file.
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize>;
    /// Writes at least one byte of `data` (if it has one).
    fn write_at(&self, data: &[u8], offset: u64) -> Result<usize>;
    /// Writes at the end in one step: (bytes written, the offset behind them).
    fn append(&self, data: &[u8]) -> Result<(usize, u64)>;
    /// Cuts or extends (with zeros).
    fn set_len(&self, len: u64) -> Result<()>;
    /// The length.
    fn len(&self) -> Result<u64>;
    /// Whether the file holds nothing.
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }
    /// Brings the contents to stable storage, where there is any.
    fn sync(&self) -> Result<()> {
        Ok(())
    }
    /// The attributes of the open file, which may have no name any more.
    fn stat(&self) -> Result<Stat>;
    /// Changes attributes of the open file.
    fn set_attr(&self, attr: &SetAttr) -> Result<()>;
    /// Reads without a copy where the backend can.
    fn read_bytes_at(&self, len: usize, offset: u64) -> Result<Bytes> {
        // A length that a guest made up must not allocate more than is there.
        let rest = self.len()?.saturating_sub(offset);
        // Devices and /proc have no length: trust the caller up to a block.
        let bound = usize::try_from(rest).unwrap_or(usize::MAX).max(64 * 1024);
        let mut buf = vec![0; len.min(bound)];
        let n = self.read_at(&mut buf, offset)?;
        buf.truncate(n);
        Ok(Bytes::from(buf))
    }
}

/// The time now, in nanoseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    nanoseconds(SystemTime::now())
}

/// A time of the host in nanoseconds since the Unix epoch.
pub(crate) fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |n| -n),
    }
}

/// A number for one more filesystem, as `st_dev`.
pub(crate) fn next_dev() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

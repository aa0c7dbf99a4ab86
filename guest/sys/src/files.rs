//! Open files and the filesystem.

use crate::Errno;
use crate::bindings::agentfense::kernel::files as raw;
use crate::escape::{from_wasi_string, to_wasi};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Duration;

pub use raw::{AccessMode, FileType, LockKind, OpenFlags, Readiness, Stat, TerminalMode, Whence, WindowSize};

/// How much one system call carries: the engine bounds what a call may copy.
const MAX_WRITE: usize = 16 << 20;

/// An open file of the kernel: what a descriptor of Unix stands for.
///
/// Its offset is shared by its duplicates and by the processes that were given it. Reading and
/// writing go straight to the kernel; wrap it in `BufReader` or `BufWriter` for small pieces.
#[derive(Debug)]
pub struct OpenFile(raw::OpenFile);

impl OpenFile {
    /// The file that this process was given as descriptor `fd`.
    pub fn inherited(fd: u32) -> Option<OpenFile> {
        raw::inherited(fd).map(OpenFile)
    }

    /// The handle of the generated bindings.
    pub fn raw(&self) -> &raw::OpenFile {
        &self.0
    }

    /// At most `len` bytes; empty at the end of the file. Waits for at least one byte.
    pub fn read_some(&self, len: u32) -> Result<Vec<u8>, Errno> {
        Ok(self.0.read(len)?)
    }

    /// Bytes up to and including the first `delimiter`, at most `max`, and none after it.
    pub fn read_until(&self, delimiter: u8, max: u32) -> Result<Vec<u8>, Errno> {
        Ok(self.0.read_until(delimiter, max)?)
    }

    /// Writes everything, waiting as needed.
    pub fn write_bytes(&self, data: &[u8]) -> Result<(), Errno> {
        if data.len() <= MAX_WRITE {
            return Ok(self.0.write(data)?);
        }
        data.chunks(MAX_WRITE).try_for_each(|part| Ok(self.0.write(part)?))
    }

    /// Writes what can be written without waiting; how much that was.
    pub fn try_write(&self, data: &[u8]) -> Result<usize, Errno> {
        Ok(self.0.try_write(data)? as usize)
    }

    /// Waits until a read would not wait, or the time is over; whether it would not.
    pub fn wait_readable(&self, limit: Option<Duration>) -> Result<bool, Errno> {
        Ok(self.0.wait_readable(limit.map(nanoseconds))?)
    }

    /// Waits until a file is ready for something that is asked of it, or the time is over; what
    /// each is ready for.
    pub fn poll(files: &[(&OpenFile, Readiness)], limit: Option<Duration>) -> Result<Vec<Readiness>, Errno> {
        let files: Vec<_> = files.iter().map(|(file, wanted)| (&file.0, *wanted)).collect();
        Ok(raw::poll(&files, limit.map(nanoseconds))?)
    }

    /// Moves the offset that all duplicates share.
    pub fn seek_to(&self, offset: i64, whence: Whence) -> Result<u64, Errno> {
        Ok(self.0.seek(offset, whence)?)
    }

    /// As fstat(2).
    pub fn stat(&self) -> Result<Stat, Errno> {
        Ok(self.0.stat()?)
    }

    /// As ftruncate(2).
    pub fn set_size(&self, size: u64) -> Result<(), Errno> {
        Ok(self.0.set_size(size)?)
    }

    /// As isatty(3).
    pub fn is_terminal(&self) -> bool {
        self.0.is_terminal()
    }

    /// How a terminal treats what is typed and printed, as tcgetattr(3); `Notty` for other files.
    pub fn terminal_mode(&self) -> Result<TerminalMode, Errno> {
        Ok(self.0.terminal_mode()?)
    }

    /// As tcsetattr(3); with `flush`, what was typed and not read is forgotten.
    pub fn set_terminal_mode(&self, mode: &TerminalMode, flush: bool) -> Result<(), Errno> {
        Ok(self.0.set_terminal_mode(mode, flush)?)
    }

    /// The size of a terminal's window, as TIOCGWINSZ of ioctl_tty(2).
    pub fn window_size(&self) -> Result<WindowSize, Errno> {
        Ok(self.0.window_size()?)
    }

    /// As TIOCSWINSZ.
    pub fn set_window_size(&self, size: WindowSize) -> Result<(), Errno> {
        Ok(self.0.set_window_size(size)?)
    }

    /// Another handle to the same open file, as dup(2) gives.
    pub fn duplicate(&self) -> OpenFile {
        OpenFile(self.0.duplicate())
    }

    /// Takes all that a [`capture`] holds, after its other writers are gone.
    pub fn take(&self) -> Result<Vec<u8>, Errno> {
        Ok(self.0.take()?)
    }

    /// As fchmod(2).
    pub fn set_mode(&self, mode: u32) -> Result<(), Errno> {
        Ok(self.0.set_mode(mode)?)
    }

    /// Sets the times that are given (nanoseconds since the epoch).
    pub fn set_times(&self, atime: Option<i64>, mtime: Option<i64>) -> Result<(), Errno> {
        Ok(self.0.set_times(atime, mtime)?)
    }

    /// Locks `length` bytes from `start`, or to the end for 0, for this open file: its duplicates share the lock, and
    /// the last of them ends it. [`Errno::Again`] when another's lock is in the way, unless it is waited for.
    pub fn lock(&self, kind: LockKind, start: u64, length: u64, wait: bool) -> Result<(), Errno> {
        Ok(self.0.lock(kind, start, length, wait)?)
    }

    /// How it was opened.
    pub fn flags(&self) -> OpenFlags {
        self.0.flags()
    }

    /// Where it was opened, if that was a path.
    pub fn path(&self) -> Option<Vec<u8>> {
        self.0.path().map(crate::escape::from_wasi_string)
    }
}

impl From<raw::OpenFile> for OpenFile {
    fn from(file: raw::OpenFile) -> Self {
        OpenFile(file)
    }
}

impl From<OpenFile> for raw::OpenFile {
    fn from(file: OpenFile) -> Self {
        file.0
    }
}

/// Nanoseconds, as many as the interface can say.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

impl Read for &OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let data = self.read_some(u32::try_from(buf.len()).unwrap_or(u32::MAX))?;
        // The kernel gives no more than was asked for; never trust a length with memory.
        let len = data.len().min(buf.len());
        buf[..len].copy_from_slice(&data[..len]);
        Ok(len)
    }
}

impl Write for &OpenFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.write_bytes(buf)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for &OpenFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let (offset, whence) = match position {
            SeekFrom::Start(offset) => (i64::try_from(offset).map_err(|_| Errno::Overflow)?, Whence::Set),
            SeekFrom::Current(offset) => (offset, Whence::Current),
            SeekFrom::End(offset) => (offset, Whence::End),
        };
        Ok(self.seek_to(offset, whence)?)
    }
}

impl Read for OpenFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }
}

impl Write for OpenFile {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        (&*self).seek(position)
    }
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// Its name in the directory.
    pub name: Vec<u8>,
    /// What it is; a symbolic link is not followed.
    pub kind: FileType,
}

/// A mounted filesystem, as `df` shows it.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Bytes in a block.
    pub block_size: u64,
    /// Blocks in all.
    pub blocks: u64,
    /// Blocks that are free.
    pub blocks_free: u64,
    /// Files (inodes) in all.
    pub files: u64,
    /// Files that can still be made.
    pub files_free: u64,
    /// Where it is mounted.
    pub mount_point: Vec<u8>,
    /// What is mounted.
    pub source: String,
    /// Its type: `overlay`, `tmpfs` ...
    pub kind: String,
    /// Whether writes fail with [`Errno::Rofs`].
    pub read_only: bool,
}

/// A pipe: (read end, write end).
pub fn pipe() -> Result<(OpenFile, OpenFile), Errno> {
    let (reader, writer) = raw::pipe()?;
    Ok((OpenFile(reader), OpenFile(writer)))
}

/// A write end whose bytes stay in the kernel until [`OpenFile::take`].
pub fn capture() -> Result<OpenFile, Errno> {
    Ok(OpenFile(raw::capture()?))
}

/// The descriptors that this process was given.
pub fn inherited_fds() -> Vec<u32> {
    raw::inherited_fds()
}

/// As open(2). Relative paths start at the working directory.
pub fn open(path: impl AsRef<[u8]>, flags: OpenFlags, mode: u32) -> Result<OpenFile, Errno> {
    Ok(OpenFile(raw::open(&to_wasi(path.as_ref()), flags, mode)?))
}

/// As stat(2), or lstat(2) where `follow` is false.
pub fn stat(path: impl AsRef<[u8]>, follow: bool) -> Result<Stat, Errno> {
    Ok(raw::stat_path(&to_wasi(path.as_ref()), follow)?)
}

/// As access(2): whether the process may do all of that to the file.
pub fn access(path: impl AsRef<[u8]>, mode: AccessMode) -> Result<(), Errno> {
    Ok(raw::access(&to_wasi(path.as_ref()), mode)?)
}

/// The entries of a directory without `.` and `..`, in no order.
pub fn read_dir(path: impl AsRef<[u8]>) -> Result<Vec<DirEntry>, Errno> {
    let entries = raw::read_dir(&to_wasi(path.as_ref()))?;
    Ok(entries.into_iter().map(|entry| DirEntry { name: from_wasi_string(entry.name), kind: entry.kind }).collect())
}

/// As readlink(2).
pub fn read_link(path: impl AsRef<[u8]>) -> Result<Vec<u8>, Errno> {
    Ok(from_wasi_string(raw::read_link(&to_wasi(path.as_ref()))?))
}

/// The path without symbolic links, `.` and `..`; it must exist.
pub fn real_path(path: impl AsRef<[u8]>) -> Result<Vec<u8>, Errno> {
    Ok(from_wasi_string(raw::real_path(&to_wasi(path.as_ref()))?))
}

/// As chmod(2).
pub fn set_mode(path: impl AsRef<[u8]>, mode: u32, follow: bool) -> Result<(), Errno> {
    Ok(raw::set_mode(&to_wasi(path.as_ref()), mode, follow)?)
}

/// As chown(2), or lchown(2) where `follow` is false.
pub fn set_owner(path: impl AsRef<[u8]>, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<(), Errno> {
    Ok(raw::set_owner(&to_wasi(path.as_ref()), uid, gid, follow)?)
}

/// As mkfifo(3).
pub fn make_fifo(path: impl AsRef<[u8]>, mode: u32) -> Result<(), Errno> {
    Ok(raw::make_fifo(&to_wasi(path.as_ref()), mode)?)
}

/// The filesystem that holds the path; every mount without a path.
pub fn usage(path: Option<&[u8]>) -> Result<Vec<Usage>, Errno> {
    let escaped = path.map(to_wasi);
    let mounts = raw::mount_usage(escaped.as_deref())?;
    Ok(mounts
        .into_iter()
        .map(|mount| Usage {
            block_size: mount.block_size,
            blocks: mount.blocks,
            blocks_free: mount.blocks_free,
            files: mount.files,
            files_free: mount.files_free,
            mount_point: from_wasi_string(mount.mount_point),
            source: mount.source,
            kind: mount.kind,
            read_only: mount.read_only,
        })
        .collect())
}

//! The shell's descriptors.
//!
//! Most files are the kernel's, but two kinds stay in the shell's memory until
//! a command outside needs them: what `$( )` collects, and the text of a
//! here-document. So `$(echo x)` and `read x <<< y` ask nothing of the kernel.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, Stat, Whence};

use crate::exec::fork;

/// The size of a pipe's buffer: what can be written before anyone reads.
pub const PIPE_BUFFER: usize = 64 * 1024;

/// How many descriptors there can be, as `ulimit -n` says.
pub const MAX_FDS: u32 = 1024;

/// Descriptors that the shell picks itself (`{fd}>file`) start here.
pub const FIRST_FREE_FD: u32 = 10;

/// An open file.
#[derive(Debug)]
pub struct File {
    /// The kernel's handle, once there is one.
    open: OnceCell<OpenFile>,
    memory: Option<Memory>,
    /// The descriptor as which this process was given it.
    inherited: Option<u32>,
}

/// A file's contents while they are in the shell's memory.
#[derive(Debug)]
enum Memory {
    /// Written by builtins, taken at the end.
    Capture(RefCell<Vec<u8>>),
    /// A text to be read, and how far it has been.
    Text(Rc<[u8]>, Cell<usize>),
}

impl From<OpenFile> for File {
    fn from(file: OpenFile) -> Self {
        File { open: OnceCell::from(file), memory: None, inherited: None }
    }
}

impl File {
    /// A file that collects what is written to it.
    pub fn capture() -> File {
        File { open: OnceCell::new(), memory: Some(Memory::Capture(RefCell::default())), inherited: None }
    }

    /// A file to read a text from.
    pub fn text(text: Vec<u8>) -> File {
        File { open: OnceCell::new(), memory: Some(Memory::Text(text.into(), Cell::new(0))), inherited: None }
    }

    /// What this process was given as descriptor `fd`.
    pub fn inherited(fd: u32, file: OpenFile) -> File {
        File { open: OnceCell::from(file), memory: None, inherited: Some(fd) }
    }

    /// The descriptor as which this process was given it, if it was.
    pub fn inherited_as(&self) -> Option<u32> {
        self.inherited
    }

    /// The kernel's handle, if it has one already.
    pub fn opened(&self) -> Option<&OpenFile> {
        self.open.get()
    }

    /// What is left to read of a text in memory.
    pub fn unread_text(&self) -> Option<Vec<u8>> {
        match self.in_memory() {
            Some(Memory::Text(text, at)) => Some(text.get(at.get()..).unwrap_or_default().to_vec()),
            _ => None,
        }
    }

    /// The kernel's handle, for a child or for what only the kernel can do.
    /// What is in memory moves there.
    pub fn kernel(&self) -> Result<&OpenFile, Errno> {
        if let Some(open) = self.open.get() {
            return Ok(open);
        }
        let open = match &self.memory {
            Some(Memory::Capture(bytes)) => {
                let open = files::capture()?;
                let bytes = std::mem::take(&mut *bytes.borrow_mut());
                if !bytes.is_empty() {
                    open.write_bytes(&bytes)?;
                }
                open
            }
            Some(Memory::Text(text, at)) => {
                let rest = text.get(at.get()..).unwrap_or_default();
                let (reader, writer) = files::pipe()?;
                if rest.len() <= PIPE_BUFFER {
                    writer.write_bytes(rest)?;
                } else {
                    fork::feed(&writer, rest)?;
                }
                reader
            }
            None => return Err(Errno::Badf),
        };
        Ok(self.open.get_or_init(|| open))
    }

    fn in_memory(&self) -> Option<&Memory> {
        if self.open.get().is_some() { None } else { self.memory.as_ref() }
    }

    /// At most `len` bytes; empty at the end of the file.
    pub fn read_some(&self, len: u32) -> Result<Vec<u8>, Errno> {
        match self.in_memory() {
            Some(Memory::Text(text, at)) => {
                let rest = text.get(at.get()..).unwrap_or_default();
                let part = &rest[..rest.len().min(len as usize)];
                at.set(at.get() + part.len());
                Ok(part.to_vec())
            }
            Some(Memory::Capture(_)) => Err(Errno::Badf),
            None => self.kernel()?.read_some(len),
        }
    }

    /// Bytes up to and including the first `delimiter`, at most `max`.
    pub fn read_until(&self, delimiter: u8, max: u32) -> Result<Vec<u8>, Errno> {
        match self.in_memory() {
            Some(Memory::Text(text, at)) => {
                let rest = text.get(at.get()..).unwrap_or_default();
                let limit = rest.len().min(max as usize);
                let end = match bstr::ByteSlice::find_byte(&rest[..limit], delimiter) {
                    Some(found) => found + 1,
                    None => limit,
                };
                at.set(at.get() + end);
                Ok(rest[..end].to_vec())
            }
            Some(Memory::Capture(_)) => Err(Errno::Badf),
            None => self.kernel()?.read_until(delimiter, max),
        }
    }

    /// Writes everything, waiting as needed.
    pub fn write_bytes(&self, data: &[u8]) -> Result<(), Errno> {
        match self.in_memory() {
            Some(Memory::Capture(bytes)) => {
                let mut bytes = bytes.borrow_mut();
                bytes.try_reserve(data.len()).map_err(|_| Errno::Nomem)?;
                bytes.extend_from_slice(data);
                Ok(())
            }
            Some(Memory::Text(..)) => Err(Errno::Badf),
            None => self.kernel()?.write_bytes(data),
        }
    }

    /// Waits until a read would not wait, or the time is over.
    pub fn wait_readable(&self, limit: Option<Duration>) -> Result<bool, Errno> {
        match self.in_memory() {
            Some(_) => Ok(true),
            None => self.kernel()?.wait_readable(limit),
        }
    }

    /// Moves the offset; a pipe has none.
    pub fn seek_to(&self, offset: i64, whence: Whence) -> Result<u64, Errno> {
        match self.in_memory() {
            Some(_) => Err(Errno::Spipe),
            None => self.kernel()?.seek_to(offset, whence),
        }
    }

    /// As fstat(2).
    pub fn stat(&self) -> Result<Stat, Errno> {
        self.kernel()?.stat()
    }

    /// As isatty(3).
    pub fn is_terminal(&self) -> bool {
        match self.in_memory() {
            Some(_) => false,
            None => self.open.get().is_some_and(OpenFile::is_terminal),
        }
    }

    /// How many bytes a capture holds in the shell's memory.
    pub fn captured(&self) -> usize {
        match self.in_memory() {
            Some(Memory::Capture(bytes)) => bytes.borrow().len(),
            _ => 0,
        }
    }

    /// Takes all that a capture holds, after its other writers are gone.
    pub fn take(&self) -> Result<Vec<u8>, Errno> {
        match self.in_memory() {
            Some(Memory::Capture(bytes)) => Ok(std::mem::take(&mut *bytes.borrow_mut())),
            Some(Memory::Text(..)) => Err(Errno::Badf),
            None => self.kernel()?.take(),
        }
    }
}

/// An entry of the table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The open file; several descriptors may share it.
    pub file: Rc<File>,
    /// Not given to commands.
    pub private: bool,
}

/// Descriptors by number.
#[derive(Debug, Clone, Default)]
pub struct FileTable {
    slots: Vec<Option<Entry>>,
}

impl FileTable {
    /// The descriptors that this process was given.
    pub fn inherited() -> FileTable {
        let mut table = FileTable::default();
        for fd in files::inherited_fds() {
            if let Some(file) = OpenFile::inherited(fd) {
                table.put(fd, Some(Entry { file: Rc::new(File::inherited(fd, file)), private: false }));
            }
        }
        table
    }

    /// The open file of a descriptor.
    #[inline]
    pub fn get(&self, fd: u32) -> Option<&Rc<File>> {
        self.slots.get(fd as usize)?.as_ref().map(|entry| &entry.file)
    }

    /// Sets a descriptor; what it was before.
    pub fn set(&mut self, fd: u32, file: Rc<File>) -> Option<Entry> {
        self.put(fd, Some(Entry { file, private: false }))
    }

    /// Sets a descriptor that commands are not given; what it was before.
    pub fn set_private(&mut self, fd: u32, file: Rc<File>) -> Option<Entry> {
        self.put(fd, Some(Entry { file, private: true }))
    }

    /// Closes a descriptor; what it was before.
    pub fn close(&mut self, fd: u32) -> Option<Entry> {
        self.slots.get_mut(fd as usize)?.take()
    }

    /// Puts an entry back, or closes the descriptor when there was none.
    pub fn put(&mut self, fd: u32, entry: Option<Entry>) -> Option<Entry> {
        if fd >= MAX_FDS {
            return None;
        }
        let index = fd as usize;
        if index >= self.slots.len() {
            // Closing what was never open.
            entry.as_ref()?;
            self.slots.resize(index + 1, None);
        }
        std::mem::replace(&mut self.slots[index], entry)
    }

    /// The lowest unused descriptor from `from` on.
    pub fn lowest_free(&self, from: u32) -> Option<u32> {
        (from..MAX_FDS).find(|fd| self.get(*fd).is_none())
    }

    /// The highest unused descriptor up to `from`: where bash puts process
    /// substitutions.
    pub fn highest_free(&self, from: u32) -> Option<u32> {
        (FIRST_FREE_FD..=from).rev().find(|fd| self.get(*fd).is_none()).or_else(|| self.lowest_free(from))
    }

    /// The open descriptors with their files.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Entry)> {
        self.slots.iter().enumerate().filter_map(|(fd, entry)| Some((fd as u32, entry.as_ref()?)))
    }

    /// What a child is given.
    pub fn for_child(&self, with_private: bool) -> Result<Vec<(u32, &OpenFile)>, Errno> {
        self.iter()
            .filter(|(_, entry)| with_private || !entry.private)
            .map(|(fd, entry)| Ok((fd, entry.file.kernel()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_by_lines_and_by_pieces() {
        let file = File::text(b"one\ntwo\nthree".to_vec());
        assert_eq!(file.read_until(b'\n', 100), Ok(b"one\n".to_vec()));
        assert_eq!(file.read_some(2), Ok(b"tw".to_vec()));
        assert_eq!(file.read_until(b'\n', 1), Ok(b"o".to_vec()));
        assert_eq!(file.read_until(b'\n', 100), Ok(b"\n".to_vec()));
        assert_eq!(file.read_until(b'\n', 100), Ok(b"three".to_vec()));
        assert_eq!(file.read_some(1), Ok(Vec::new()));
        assert_eq!(file.write_bytes(b"x"), Err(Errno::Badf));
    }

    #[test]
    fn a_capture_collects_until_taken() {
        let file = File::capture();
        assert_eq!(file.write_bytes(b"a"), Ok(()));
        assert_eq!(file.write_bytes(b"b"), Ok(()));
        assert_eq!(file.captured(), 2);
        assert_eq!(file.take(), Ok(b"ab".to_vec()));
        assert_eq!(file.read_some(1), Err(Errno::Badf));
    }

    #[test]
    fn descriptors_are_found_from_both_ends() {
        let mut table = FileTable::default();
        let file = Rc::new(File::capture());
        table.set(10, file.clone());
        table.set(63, file.clone());
        assert_eq!(table.lowest_free(10), Some(11));
        assert_eq!(table.highest_free(63), Some(62));
        assert!(table.close(10).is_some());
        assert_eq!(table.lowest_free(10), Some(10));
        assert!(table.set(MAX_FDS, file).is_none());
        assert!(table.get(MAX_FDS).is_none());
    }
}

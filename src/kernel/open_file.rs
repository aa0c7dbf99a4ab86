//! Open file descriptions: what a descriptor refers to, shared by all its duplicates.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

use tokio::sync::Notify;

use super::locks::{FileId, Locks};
use super::pipe::{Pipe, until};
use super::process::Held;
use super::rlimit::UNLIMITED;
use super::terminal::{Lines, Terminal, Tty};
use crate::fs::{self, Errno, FileType, Location, Stat};
use crate::net::{Connection, DatagramFile};

/// Bytes moved by one call at most: bounds what a guest makes the host
/// allocate for a single read, however large its buffer.
pub(crate) const TRANSFER_LIMIT: usize = 256 * 1024;

/// Bytes that a terminal prints in one step: bounds the copy.
const PRINTED_AT_ONCE: usize = 16 * 1024;

/// Where a host-side receiver takes output: a collector, a stream, the
/// process's own standard output.
pub trait Outlet: Send + Sync + 'static {
    /// Takes all of the bytes, or none and false when it is full.
    fn write(&self, data: &Bytes) -> bool;
    /// Waits until `write` is worth trying again. Never called by outlets
    /// that always take everything.
    fn writable(&self) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }
    /// Whether anyone still listens; a writer gets SIGPIPE if not.
    fn is_open(&self) -> bool {
        true
    }
}

/// A session's standard stream: stays the same file for its processes while
/// each exec brings its own input and output.
pub(crate) struct Slot {
    target: Mutex<Arc<OpenFile>>,
    tty: Option<Arc<Tty>>,
    /// Another file was put behind it: who waits for the old one looks again.
    changed: Notify,
}

/// What can be waited for.
#[derive(Clone, Copy)]
enum Event {
    Readable,
    ReadableBeyond(usize),
    Writable,
}

impl Slot {
    pub(crate) fn new(target: Arc<OpenFile>, tty: Option<Arc<Tty>>) -> Arc<Self> {
        Arc::new(Slot { target: Mutex::new(target), tty, changed: Notify::new() })
    }

    /// The terminal that it is, while it is one: an exec may bring a file of its own.
    fn tty(&self) -> Option<&Arc<Tty>> {
        self.tty.as_ref().filter(|_| matches!(self.target().kind, Kind::Lines(_) | Kind::Sink(_)))
    }

    /// As `OpenFile::try_write`. A terminal's output may change on its way; sinks take all of it or nothing.
    pub(crate) fn try_write(&self, data: &Bytes) -> Result<usize, Errno> {
        let Some(tty) = self.tty() else { return self.target().try_write(data) };
        let part = data.slice(..data.len().min(PRINTED_AT_ONCE));
        match self.target().try_write(&tty.print(&part))? {
            0 => Ok(0),
            _ => Ok(part.len()),
        }
    }

    pub(crate) fn target(&self) -> Arc<OpenFile> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another file behind the stream; the previous one.
    pub(crate) fn replace(&self, target: Arc<OpenFile>) -> Arc<OpenFile> {
        let previous = std::mem::replace(&mut *self.target.lock().unwrap_or_else(PoisonError::into_inner), target);
        self.changed.notify_waiters();
        previous
    }

    /// Waits on the file behind it, or until that is another one.
    async fn wait(&self, event: Event) {
        let mut changed = std::pin::pin!(self.changed.notified());
        changed.as_mut().enable();
        let target = self.target();
        tokio::select! {
            biased;
            () = target.wait(event) => {}
            () = changed => {}
        }
    }
}

enum Kind {
    File(Arc<dyn fs::FileHandle>),
    Directory,
    PipeReader(Arc<Pipe>),
    PipeWriter(Arc<Pipe>),
    Fifo(Arc<Pipe>),
    Capture(Arc<Pipe>),
    Lines(Arc<Lines>),
    Sink(Arc<dyn Outlet>),
    Slot(Arc<Slot>),
    /// The terminal itself, whatever the standard streams are.
    Console(Arc<Terminal>),
    /// A connection as a descriptor.
    Socket(Arc<Connection>),
    /// One direction of a socket of WASI.
    SocketStream(Arc<Connection>),
    Datagrams(DatagramFile),
}

/// How a file was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Access {
    pub read: bool,
    pub write: bool,
    pub append: bool,
    pub nonblock: bool,
}

/// An open file description.
pub(crate) struct OpenFile {
    kind: Kind,
    access: Access,
    offset: Mutex<u64>,
    location: Option<Location>,
    /// The inode number of what has none: pipes and streams. Also who holds its locks.
    id: u64,
    /// Where it has locked something, and in which file.
    locked: OnceLock<(Arc<Locks>, FileId)>,
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if let Some((locks, file)) = self.locked.get() {
            locks.release(*file, self.id);
        }
        match &self.kind {
            Kind::PipeReader(pipe) => pipe.drop_reader(),
            Kind::PipeWriter(pipe) => pipe.drop_writer(),
            Kind::Fifo(pipe) | Kind::Capture(pipe) => {
                pipe.drop_reader();
                pipe.drop_writer();
            }
            Kind::File(_)
            | Kind::Console(_)
            | Kind::Directory
            | Kind::Lines(_)
            | Kind::Sink(_)
            | Kind::Slot(_)
            | Kind::Socket(_)
            | Kind::SocketStream(_)
            | Kind::Datagrams(_) => {}
        }
    }
}

const READ: Access = Access { read: true, write: false, append: false, nonblock: false };
const WRITE: Access = Access { read: false, write: true, append: false, nonblock: false };
const BOTH: Access = Access { read: true, write: true, append: false, nonblock: false };

impl OpenFile {
    fn new(kind: Kind, access: Access, location: Option<Location>) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Arc::new(OpenFile { kind, access, offset: Mutex::new(0), location, id, locked: OnceLock::new() })
    }

    pub(crate) fn file(handle: Arc<dyn fs::FileHandle>, access: Access, location: Location) -> Arc<Self> {
        Self::new(Kind::File(handle), access, Some(location))
    }

    pub(crate) fn directory(location: Location) -> Arc<Self> {
        Self::new(Kind::Directory, READ, Some(location))
    }

    pub(crate) fn pipe() -> (Arc<Self>, Arc<Self>) {
        let pipe = Arc::new(Pipe::new());
        (Self::pipe_reader(pipe.clone(), None), Self::pipe_writer(pipe, None))
    }

    pub(crate) fn pipe_reader(pipe: Arc<Pipe>, location: Option<Location>) -> Arc<Self> {
        pipe.add_reader();
        Self::new(Kind::PipeReader(pipe), READ, location)
    }

    pub(crate) fn pipe_writer(pipe: Arc<Pipe>, location: Option<Location>) -> Arc<Self> {
        pipe.add_writer();
        Self::new(Kind::PipeWriter(pipe), WRITE, location)
    }

    /// A fifo opened for reading and writing.
    pub(crate) fn fifo(pipe: Arc<Pipe>, location: Option<Location>) -> Arc<Self> {
        pipe.add_reader();
        pipe.add_writer();
        Self::new(Kind::Fifo(pipe), BOTH, location)
    }

    pub(crate) fn capture(limit: usize) -> Arc<Self> {
        let pipe = Arc::new(Pipe::capture(limit));
        pipe.add_reader();
        pipe.add_writer();
        Self::new(Kind::Capture(pipe), WRITE, None)
    }

    /// A second write end of a capture. The owner keeps its own handle: when
    /// only that is left, everything has been written.
    pub(crate) fn capture_writer(&self) -> Option<Arc<Self>> {
        match &self.kind {
            Kind::Capture(pipe) => Some(Self::pipe_writer(pipe.clone(), None)),
            _ => None,
        }
    }

    pub(crate) fn sink(outlet: Arc<dyn Outlet>) -> Arc<Self> {
        Self::new(Kind::Sink(outlet), WRITE, None)
    }

    /// A terminal's typed input.
    pub(crate) fn lines(lines: Arc<Lines>) -> Arc<Self> {
        Self::new(Kind::Lines(lines), READ, None)
    }

    pub(crate) fn slot(slot: Arc<Slot>, access: Access) -> Arc<Self> {
        Self::new(Kind::Slot(slot), access, None)
    }

    /// A process's terminal, as `/dev/tty` opens it.
    pub(crate) fn console(terminal: Arc<Terminal>, access: Access) -> Arc<Self> {
        Self::new(Kind::Console(terminal), access, None)
    }

    /// A connection that is a descriptor.
    pub(crate) fn socket(connection: Arc<Connection>) -> Arc<Self> {
        Self::new(Kind::Socket(connection), BOTH, None)
    }

    /// A UDP socket that is a descriptor.
    pub(crate) fn datagrams(file: DatagramFile) -> Arc<Self> {
        Self::new(Kind::Datagrams(file), BOTH, None)
    }

    /// One direction of a socket of WASI.
    pub(crate) fn socket_stream(connection: Arc<Connection>, access: Access) -> Arc<Self> {
        Self::new(Kind::SocketStream(connection), access, None)
    }

    /// Whether a write that nobody will read raises SIGPIPE. On a socket of WASI it does not, as if each were sent
    /// with Linux's `MSG_NOSIGNAL`: programs written for WASI know no signals, and a server must outlive its clients.
    /// A connection that is a descriptor is written as any file is, and does.
    pub(crate) fn raises_sigpipe(&self) -> bool {
        !matches!(self.kind, Kind::SocketStream(_))
    }

    /// A file that is at its end from the start.
    pub(crate) fn empty() -> Arc<Self> {
        Self::pipe().0
    }

    /// A file that gives these bytes, then its end.
    pub(crate) fn bytes(data: Bytes) -> Arc<Self> {
        let pipe = Arc::new(Pipe::capture(data.len().max(1)));
        let reader = Self::pipe_reader(pipe.clone(), None);
        if !data.is_empty() {
            // The pipe was made as large as the data and has a reader.
            let _ = pipe.try_write(&data);
        }
        reader
    }

    pub(crate) fn access(&self) -> Access {
        self.access
    }

    pub(crate) fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The terminal that it is.
    pub(crate) fn tty(&self) -> Option<&Arc<Tty>> {
        match &self.kind {
            Kind::Slot(slot) => slot.tty(),
            Kind::Console(terminal) => terminal.tty.as_ref(),
            _ => None,
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.tty().is_some()
    }

    fn lock_offset(&self) -> std::sync::MutexGuard<'_, u64> {
        self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At most `max` bytes from the shared offset; empty at the end; `None`
    /// when it would wait.
    pub(crate) fn try_read(&self, max: usize) -> Result<Option<Bytes>, Errno> {
        if !self.access.read {
            return Err(Errno::BadF);
        }
        let max = max.min(TRANSFER_LIMIT);
        match &self.kind {
            Kind::File(handle) => {
                let mut offset = self.lock_offset();
                let data = handle.read_bytes_at(max, *offset)?;
                *offset += data.len() as u64;
                Ok(Some(data))
            }
            Kind::PipeReader(pipe) | Kind::Fifo(pipe) => Ok(pipe.try_read(max)),
            Kind::Lines(lines) => Ok(lines.try_read(max)),
            Kind::Slot(slot) => slot.target().try_read(max),
            Kind::Console(terminal) => Ok(terminal.lines.try_read(max)),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.try_read(max),
            Kind::Datagrams(file) => Ok(file.try_read(max)),
            Kind::Directory => Err(Errno::IsDir),
            Kind::PipeWriter(_) | Kind::Capture(_) | Kind::Sink(_) => Err(Errno::BadF),
        }
    }

    /// One record, up to and including `delimiter`; see `open-file.read-until`.
    pub(crate) fn try_read_until(&self, delimiter: u8, max: usize) -> Result<Option<Bytes>, Errno> {
        if !self.access.read {
            return Err(Errno::BadF);
        }
        let max = max.min(TRANSFER_LIMIT);
        match &self.kind {
            Kind::File(handle) => {
                let mut offset = self.lock_offset();
                let mut out = Vec::new();
                // Records are short: a small window first, larger ones after it.
                let mut window = 512;
                while out.len() < max {
                    let data = handle.read_bytes_at(window.min(max - out.len()), *offset + out.len() as u64)?;
                    if data.is_empty() {
                        break;
                    }
                    match data.iter().position(|&b| b == delimiter) {
                        Some(i) => {
                            out.extend_from_slice(&data[..=i]);
                            break;
                        }
                        None => out.extend_from_slice(&data),
                    }
                    window = 16 * 1024;
                }
                *offset += out.len() as u64;
                Ok(Some(out.into()))
            }
            Kind::PipeReader(pipe) | Kind::Fifo(pipe) => Ok(pipe.try_read_until(delimiter, max)),
            Kind::Lines(lines) => Ok(lines.try_read_record(delimiter, max)),
            Kind::Slot(slot) => slot.target().try_read_until(delimiter, max),
            Kind::Console(terminal) => Ok(terminal.lines.try_read_record(delimiter, max)),
            Kind::Directory => Err(Errno::IsDir),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.try_read_until(delimiter, max),
            Kind::Datagrams(file) => Ok(file.try_read_until(delimiter, max)),
            Kind::PipeWriter(_) | Kind::Capture(_) | Kind::Sink(_) => Err(Errno::BadF),
        }
    }

    /// How much was taken; 0 (of a non-empty write) when it would wait.
    pub(crate) fn try_write(&self, data: &Bytes) -> Result<usize, Errno> {
        self.try_write_within(data, UNLIMITED)
    }

    /// The same for a writer who may let files grow to `limit`.
    pub(crate) fn try_write_within(&self, data: &Bytes, limit: u64) -> Result<usize, Errno> {
        if !self.access.write {
            return Err(Errno::BadF);
        }
        match &self.kind {
            Kind::File(handle) => {
                let mut offset = self.lock_offset();
                let n = if self.access.append {
                    let (n, end) = append(handle, data, limit)?;
                    *offset = end;
                    n
                } else {
                    let n = write_at(handle, data, *offset, limit)?;
                    *offset += n as u64;
                    n
                };
                Ok(n)
            }
            Kind::PipeWriter(pipe) | Kind::Fifo(pipe) | Kind::Capture(pipe) => pipe.try_write(data),
            Kind::Sink(outlet) => {
                if outlet.write(data) {
                    Ok(data.len())
                } else if outlet.is_open() {
                    Ok(0)
                } else {
                    Err(Errno::Pipe)
                }
            }
            Kind::Slot(slot) => slot.try_write(data),
            Kind::Console(terminal) => terminal.stdout.try_write(data),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.try_write(data),
            Kind::Datagrams(file) => file.try_write(data),
            Kind::Directory | Kind::PipeReader(_) | Kind::Lines(_) => Err(Errno::BadF),
        }
    }

    /// How much a write would take now without waiting.
    pub(crate) fn write_room(&self) -> Result<usize, Errno> {
        if !self.access.write {
            return Err(Errno::BadF);
        }
        match &self.kind {
            Kind::PipeWriter(pipe) | Kind::Fifo(pipe) | Kind::Capture(pipe) => pipe.room(),
            Kind::Slot(slot) => slot.target().write_room(),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.room(),
            _ => Ok(TRANSFER_LIMIT),
        }
    }

    /// Waits until a read would not wait.
    pub(crate) async fn readable(&self) {
        let Kind::Slot(slot) = &self.kind else { return self.wait(Event::Readable).await };
        while !slot.target().is_readable() {
            slot.wait(Event::Readable).await;
        }
    }

    /// Whether a read would not wait.
    pub(crate) fn is_readable(&self) -> bool {
        match &self.kind {
            Kind::PipeReader(pipe) | Kind::Fifo(pipe) => pipe.is_readable(),
            Kind::Lines(lines) => lines.is_readable(),
            Kind::Slot(slot) => slot.target().is_readable(),
            Kind::Console(terminal) => terminal.lines.is_readable(),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.is_readable(),
            Kind::Datagrams(file) => file.is_readable(),
            _ => true,
        }
    }

    /// Whether a write would not wait.
    pub(crate) fn is_writable(&self) -> bool {
        match &self.kind {
            Kind::PipeWriter(pipe) | Kind::Fifo(pipe) => pipe.is_writable(),
            Kind::Slot(slot) => slot.target().is_writable(),
            Kind::Console(terminal) => terminal.stdout.target().is_writable(),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.is_writable(),
            _ => true,
        }
    }

    /// Waits for more than `seen` buffered bytes, or the end. It may be over
    /// too early.
    pub(crate) async fn readable_beyond(&self, seen: usize) {
        self.event(Event::ReadableBeyond(seen)).await;
    }

    /// Waits for an event, or until another file is behind a slot.
    async fn event(&self, event: Event) {
        match &self.kind {
            Kind::Slot(slot) => slot.wait(event).await,
            Kind::Console(terminal) if matches!(event, Event::Writable) => terminal.stdout.wait(event).await,
            _ => self.wait(event).await,
        }
    }

    /// Waits on what is no slot.
    async fn wait(&self, event: Event) {
        match (&self.kind, event) {
            (Kind::PipeReader(pipe) | Kind::Fifo(pipe), Event::Readable) => pipe.readable().await,
            (Kind::PipeReader(pipe) | Kind::Fifo(pipe), Event::ReadableBeyond(seen)) => {
                pipe.readable_beyond(seen).await
            }
            (Kind::Lines(lines), Event::Readable) => lines.readable_beyond(0).await,
            (Kind::Console(terminal), Event::Readable) => terminal.lines.readable_beyond(0).await,
            (Kind::Console(terminal), Event::ReadableBeyond(seen)) => terminal.lines.readable_beyond(seen).await,
            (Kind::Lines(lines), Event::ReadableBeyond(seen)) => lines.readable_beyond(seen).await,
            (Kind::PipeWriter(pipe) | Kind::Fifo(pipe), Event::Writable) => pipe.writable().await,
            (Kind::Sink(outlet), Event::Writable) => outlet.writable().await,
            (Kind::Socket(connection) | Kind::SocketStream(connection), event) => match event {
                Event::Readable => connection.readable().await,
                Event::ReadableBeyond(seen) => connection.readable_beyond(seen).await,
                Event::Writable => connection.writable().await,
            },
            (Kind::Datagrams(file), Event::Readable) => file.readable().await,
            (Kind::Datagrams(file), Event::ReadableBeyond(_)) => file.arrival().await,
            _ => {}
        }
    }

    /// Bytes that wait to be read, where that is known.
    pub(crate) fn buffered(&self) -> usize {
        match &self.kind {
            Kind::PipeReader(pipe) | Kind::Fifo(pipe) => pipe.len(),
            Kind::Lines(lines) => lines.len(),
            Kind::Slot(slot) => slot.target().buffered(),
            Kind::Console(terminal) => terminal.lines.len(),
            Kind::Socket(connection) | Kind::SocketStream(connection) => connection.unread_len(),
            _ => 0,
        }
    }

    /// Waits until a write is worth trying.
    pub(crate) async fn writable(&self) {
        self.event(Event::Writable).await;
    }

    /// Reads, waiting for at least one byte or the end.
    pub(crate) async fn read(&self, max: usize) -> Result<Bytes, Errno> {
        loop {
            match self.try_read(max)? {
                Some(data) => return Ok(data),
                None if self.access.nonblock => return Err(Errno::Again),
                None => self.readable().await,
            }
        }
    }

    /// Reads one record, waiting for its end.
    pub(crate) async fn read_until(&self, delimiter: u8, max: usize) -> Result<Bytes, Errno> {
        loop {
            let seen = self.buffered();
            match self.try_read_until(delimiter, max)? {
                Some(data) => return Ok(data),
                None => self.readable_beyond(seen).await,
            }
        }
    }

    /// Writes everything, waiting as needed.
    pub(crate) async fn write(&self, mut data: Bytes) -> Result<(), Errno> {
        while !data.is_empty() {
            match self.try_write(&data)? {
                0 => self.writable().await,
                n => drop(data.split_to(n)),
            }
        }
        Ok(())
    }

    /// What a capture has collected, after every other writer is gone.
    pub(crate) async fn take(&self) -> Result<Bytes, Errno> {
        match &self.kind {
            Kind::Capture(pipe) => {
                pipe.writers_at_most(1).await;
                Ok(pipe.take_all())
            }
            _ => Err(Errno::Inval),
        }
    }

    /// Whether `take` would not wait.
    pub(crate) fn is_complete(&self) -> bool {
        match &self.kind {
            Kind::Capture(pipe) => pipe.writers() <= 1,
            _ => true,
        }
    }

    pub(crate) fn seek(&self, offset: i64, whence: Whence) -> Result<u64, Errno> {
        let Kind::File(handle) = &self.kind else { return Err(Errno::SPipe) };
        let mut position = self.lock_offset();
        let base = match whence {
            Whence::Set => 0,
            Whence::Current => *position,
            Whence::End => handle.len()?,
        };
        *position = base.checked_add_signed(offset).ok_or(Errno::Inval)?;
        Ok(*position)
    }

    /// Locks bytes of the file, or unlocks them; see `open-file.lock`.
    pub(crate) async fn lock(
        &self,
        locks: &Arc<Locks>,
        range: std::ops::Range<u64>,
        exclusive: Option<bool>,
        wait: bool,
    ) -> Result<(), Errno> {
        let stat = self.stat()?;
        // The file that was locked first stays the one, whatever happens to its name.
        let (_, file) = self.locked.get_or_init(|| (locks.clone(), (stat.dev, stat.ino)));
        let result = Mutex::new(locks.set(*file, self.id, range.clone(), exclusive));
        let result = |new: Option<Result<(), Errno>>| {
            let mut result = result.lock().unwrap_or_else(PoisonError::into_inner);
            *result = new.unwrap_or(*result);
            *result
        };
        if wait && result(None) == Err(Errno::Again) {
            until(&locks.released, || {
                result(Some(locks.set(*file, self.id, range.clone(), exclusive))) != Err(Errno::Again)
            })
            .await;
        }
        result(None)
    }

    /// Changes the file's size; one that grows does so to `limit` at most.
    pub(crate) fn set_len(&self, size: u64, limit: u64) -> Result<(), Errno> {
        let handle = self.handle().filter(|_| self.access.write).ok_or(Errno::Inval)?;
        if size > limit && size > handle.len()? {
            return Err(Errno::FBig);
        }
        handle.set_len(size)
    }

    pub(crate) fn handle(&self) -> Option<&Arc<dyn fs::FileHandle>> {
        match &self.kind {
            Kind::File(handle) => Some(handle),
            _ => None,
        }
    }

    /// What `/proc/PID/fd` shows.
    pub(crate) fn name(&self) -> String {
        match (&self.location, &self.kind) {
            (Some(location), _) => location.path(),
            (None, Kind::Slot(_) | Kind::Console(_)) => "/dev/tty".into(),
            (None, Kind::Socket(_) | Kind::SocketStream(_) | Kind::Datagrams(_)) => format!("socket:[{}]", self.id),
            (None, _) => format!("pipe:[{}]", self.id),
        }
    }

    pub(crate) fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory)
    }

    /// Changes attributes of the file; of a directory, by its place.
    pub(crate) fn set_attr(
        &self,
        namespace: &fs::Namespace,
        caller: &fs::Caller,
        attr: &fs::SetAttr,
    ) -> Result<(), Errno> {
        match &self.location {
            Some(location) => {
                let file = match &self.kind {
                    Kind::File(handle) => fs::Open::File(handle.clone()),
                    _ => fs::Open::Directory,
                };
                namespace.set_attr_open(caller, &fs::Opened { location: location.clone(), file }, attr)
            }
            None => Err(Errno::Inval),
        }
    }

    pub(crate) fn stat(&self) -> Result<Stat, Errno> {
        if let Kind::File(handle) = &self.kind {
            return handle.stat();
        }
        if let Some(location) = &self.location {
            return location.node().stat();
        }
        let (kind, mode) = match &self.kind {
            Kind::Slot(slot) if slot.tty().is_some() => (FileType::Character, 0o620),
            Kind::Console(_) => (FileType::Character, 0o620),
            Kind::Slot(slot) => return slot.target().stat(),
            Kind::Socket(_) | Kind::SocketStream(_) | Kind::Datagrams(_) => (FileType::Socket, 0o777),
            _ => (FileType::Fifo, 0o600),
        };
        Ok(Stat {
            dev: 0,
            ino: self.id,
            kind,
            mode,
            nlink: 1,
            uid: fs::AGENT,
            gid: fs::AGENT,
            size: 0,
            atime: 0,
            mtime: 0,
            ctime: 0,
        })
    }
}

/// What of a write at `at` stays below a file's largest size; `FBig` when
/// nothing does. Devices have no size.
fn below<'a>(handle: &Arc<dyn fs::FileHandle>, data: &'a [u8], at: u64, limit: u64) -> Result<&'a [u8], Errno> {
    let room = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX);
    if data.len() <= room || handle.stat()?.kind != FileType::Regular {
        return Ok(data);
    }
    if room == 0 { Err(Errno::FBig) } else { Ok(data.get(..room).unwrap_or(data)) }
}

/// Writes to a file that may grow to `limit`.
pub(crate) fn write_at(handle: &Arc<dyn fs::FileHandle>, data: &[u8], offset: u64, limit: u64) -> Result<usize, Errno> {
    handle.write_at(below(handle, data, offset, limit)?, offset)
}

/// Appends to a file that may grow to `limit`; how much, and where it then ends.
pub(crate) fn append(handle: &Arc<dyn fs::FileHandle>, data: &[u8], limit: u64) -> Result<(usize, u64), Errno> {
    let data = if limit == UNLIMITED { data } else { below(handle, data, handle.len()?, limit)? };
    handle.append(data)
}

/// What a seek's offset counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whence {
    Set,
    Current,
    End,
}

/// An open file as a guest holds it.
pub struct Handle {
    pub(crate) file: Arc<OpenFile>,
    /// Its place in the process's count; none for what the process was given.
    pub(crate) _held: Option<Held>,
}

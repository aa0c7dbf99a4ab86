//! Files that are not contents: `/dev`, and what the kernel interprets.

use super::image::Image;
use super::sync::lock;
use super::{AGENT, DirEntry, Errno, FileHandle, FileType, Found, Node, OpenMode, Result, SetAttr, Stat};
use std::any::Any;
use std::sync::{Arc, Mutex};

/// What opening a special file gives.
#[derive(Clone)]
pub enum Device {
    /// `/dev/tty`: the process's controlling terminal.
    Tty,
    /// The open file of a process: `/dev/stdin`, `/dev/fd/N`, `/proc/PID/fd/N`.
    /// No pid means the process that opens it.
    Descriptor {
        /// The process.
        pid: Option<u32>,
        /// Its descriptor.
        fd: u32,
    },
    /// A named pipe.
    Fifo(Arc<FifoSlot>),
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Device::Tty => f.write_str("Tty"),
            Device::Descriptor { pid, fd } => write!(f, "Descriptor({pid:?}, {fd})"),
            Device::Fifo(_) => f.write_str("Fifo"),
        }
    }
}

/// Where the kernel keeps the pipe behind a named pipe; it lives as long as
/// the file.
#[derive(Default)]
pub struct FifoSlot(Mutex<Option<Arc<dyn Any + Send + Sync>>>);

impl FifoSlot {
    /// The pipe, made by the first who asks. Absent when the slot holds
    /// another type.
    pub fn get_or_init<T: Any + Send + Sync>(&self, init: impl FnOnce() -> T) -> Option<Arc<T>> {
        let mut slot = lock(&self.0);
        let value = slot.get_or_insert_with(|| Arc::new(init()));
        Arc::clone(value).downcast().ok()
    }
}

/// A device that answers itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Null,
    Zero,
    Full,
    Random,
}

struct Character {
    stat: Stat,
    what: What,
}

#[derive(Clone)]
enum What {
    Source(Source),
    Device(Device),
}

impl Node for Character {
    fn kind(&self) -> FileType {
        FileType::Character
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn set_attr(&self, attr: &SetAttr) -> Result<()> {
        // `touch /dev/null` and `> /dev/null` with times are harmless no-ops.
        if attr.mode.is_some() || attr.uid.is_some() || attr.gid.is_some() {
            return Err(Errno::Perm);
        }
        Ok(())
    }
    fn open(&self, _mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        match &self.what {
            What::Source(source) => Ok(Arc::new(SourceHandle { source: *source, stat: self.stat })),
            What::Device(_) => Err(Errno::Nxio),
        }
    }
    fn device(&self) -> Option<Device> {
        match &self.what {
            What::Source(_) => None,
            What::Device(device) => Some(device.clone()),
        }
    }
}

struct SourceHandle {
    source: Source,
    stat: Stat,
}

impl FileHandle for SourceHandle {
    fn read_at(&self, buf: &mut [u8], _offset: u64) -> Result<usize> {
        match self.source {
            Source::Null => return Ok(0),
            Source::Zero | Source::Full => buf.fill(0),
            Source::Random => getrandom::fill(buf).map_err(|_| Errno::Io)?,
        }
        Ok(buf.len())
    }
    fn write_at(&self, data: &[u8], _offset: u64) -> Result<usize> {
        match self.source {
            Source::Full if !data.is_empty() => Err(Errno::NoSpc),
            _ => Ok(data.len()),
        }
    }
    fn append(&self, data: &[u8]) -> Result<(usize, u64)> {
        Ok((self.write_at(data, 0)?, 0))
    }
    fn set_len(&self, _len: u64) -> Result<()> {
        Err(Errno::Inval)
    }
    fn len(&self) -> Result<u64> {
        Ok(0)
    }
    fn stat(&self) -> Result<Stat> {
        Ok(self.stat)
    }
    fn set_attr(&self, _attr: &SetAttr) -> Result<()> {
        Ok(())
    }
}

/// The tree to mount at `/dev`.
pub fn devices() -> Arc<dyn Node> {
    let mut image = Image::builder();
    let mut add = |name: &str, mode, what| {
        image.node(name, |stat| {
            Arc::new(Character { stat: Stat { kind: FileType::Character, mode, uid: 0, gid: 0, ..stat }, what })
        });
    };
    for (name, source) in [
        ("null", Source::Null),
        ("zero", Source::Zero),
        ("full", Source::Full),
        ("random", Source::Random),
        ("urandom", Source::Random),
    ] {
        add(name, 0o666, What::Source(source));
    }
    add("tty", 0o666, What::Device(Device::Tty));
    for (fd, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
        let device = Device::Descriptor { pid: None, fd: fd as u32 };
        add(name, 0o666, What::Device(device));
    }
    image.node("fd", |stat| Arc::new(FdDir { stat }));
    // A place for other mounts and for programs that look for it.
    image.dir("shm");
    image.build()
}

/// `/dev/fd`: any number names a descriptor of whoever opens it. It lists
/// nothing, as it belongs to no process.
struct FdDir {
    stat: Stat,
}

impl Node for FdDir {
    fn kind(&self) -> FileType {
        FileType::Directory
    }
    fn stat(&self) -> Result<Stat> {
        Ok(Stat { kind: FileType::Directory, mode: 0o555, nlink: 2, ..self.stat })
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn lookup(&self, name: &str) -> Result<Found> {
        let fd: u32 = parse_number(name).ok_or(Errno::NoEnt)?;
        let stat = Stat {
            kind: FileType::Character,
            mode: 0o600,
            nlink: 1,
            uid: AGENT,
            gid: AGENT,
            ino: (self.stat.ino << 32) + u64::from(fd),
            ..self.stat
        };
        let what = What::Device(Device::Descriptor { pid: None, fd });
        Ok((Arc::new(Character { stat, what }), stat))
    }
    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        Ok(Vec::new())
    }
}

/// A decimal number in its only spelling.
pub(crate) fn parse_number(text: &str) -> Option<u32> {
    let number: u32 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

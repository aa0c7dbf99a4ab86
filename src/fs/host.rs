//! A directory of the host. Every operation names one component relative to
//! an open directory handle and follows no link, so neither a path nor a link
//! nor a race of renames leaves the directory.

use super::node::{nanoseconds, next_dev};
use super::sync::lock;
use super::{AGENT, DirEntry, Errno, FileHandle, FileType, Found, Node, OpenMode, Result, SetAttr, Stat, name};
use crate::platform;
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt, SystemTimeSpec};
use cap_std::fs::{Dir, Metadata, OpenOptions};
use cap_std::time::SystemTime;
use std::any::Any;
use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, VecDeque};
use std::ffi::OsString;
use std::fs::{File, FileTimes};
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, UNIX_EPOCH};

/// Directory handles that are kept open, so that a deep tree or a long walk
/// does not use up the host's descriptors.
const OPEN_DIRS: usize = 128;

/// (device, inode) of the host; where it has none, hashes of the path.
type Id = (u64, u64);

struct Host {
    dev: u64,
    root_dev: u64,
    read_only: bool,
    /// One node a directory, so that each knows where it is after a rename.
    dirs: Mutex<HashMap<Id, Weak<HostNode>>>,
    open: Mutex<OpenDirs>,
    /// Whose turn it is to append.
    append: Mutex<()>,
    /// Modes, on hosts that have none.
    modes: Mutex<HashMap<Id, u32>>,
}

/// The directories that are open, in the order of their opening.
#[derive(Default)]
struct OpenDirs {
    /// With the handle for the next node of that directory, so that a walk
    /// does not open it again. An inode's number is not given to another while
    /// it is open; where a number is only a hash there is no handle.
    by_id: HashMap<Id, Option<Arc<Dir>>>,
    order: VecDeque<Id>,
}

/// A file of the host.
struct HostNode {
    host: Arc<Host>,
    kind: FileType,
    id: Id,
    /// Absent for the root.
    place: Mutex<Option<Place>>,
    this: Weak<HostNode>,
    dir: Mutex<Option<Arc<Dir>>>,
}

#[derive(Clone)]
struct Place {
    parent: Arc<HostNode>,
    name: OsString,
}

/// The tree below an open host directory. Read-only trees answer EROFS.
pub fn host(dir: Dir, read_only: bool) -> Result<Arc<dyn Node>> {
    let meta = dir.dir_metadata()?;
    let id = platform::attributes(&meta).id.unwrap_or((0, 1));
    let host = Arc::new(Host {
        dev: next_dev(),
        root_dev: id.0,
        read_only,
        dirs: Mutex::default(),
        open: Mutex::default(),
        append: Mutex::default(),
        modes: Mutex::default(),
    });
    Ok(Arc::new_cyclic(|this| HostNode {
        host,
        kind: FileType::Directory,
        id,
        place: Mutex::new(None),
        this: Weak::clone(this),
        dir: Mutex::new(Some(Arc::new(dir))),
    }))
}

/// The same by the directory's path on the host.
pub fn host_path(path: &Path, read_only: bool) -> Result<Arc<dyn Node>> {
    host(Dir::open_ambient_dir(path, cap_std::ambient_authority())?, read_only)
}

impl Host {
    /// The filesystem's number as the sandbox sees it; mounts of the host
    /// below the directory stay apart.
    fn dev(&self, host: u64) -> u64 {
        if host == self.root_dev { self.dev } else { (self.dev << 32) ^ host.rotate_left(17) }
    }

    fn stat(&self, meta: &Metadata, id: Id) -> Stat {
        let attr = platform::attributes(meta);
        let kind = kind_of(meta, attr.special);
        let time = |time: std::io::Result<SystemTime>| time.map_or(0, |t| nanoseconds(t.into_std()));
        let mtime = time(meta.modified());
        let mode = attr.mode.unwrap_or_else(|| {
            let default = match kind {
                FileType::Directory => 0o755,
                FileType::Symlink => 0o777,
                _ if meta.permissions().readonly() => 0o444,
                _ => 0o644,
            };
            lock(&self.modes).get(&id).copied().unwrap_or(default)
        });
        Stat {
            dev: self.dev(id.0),
            ino: id.1,
            kind,
            mode,
            nlink: attr.nlink,
            uid: AGENT,
            gid: AGENT,
            size: if kind == FileType::Directory { 4096 } else { meta.len() },
            atime: time(meta.accessed()),
            mtime,
            ctime: attr.ctime.unwrap_or(mtime),
        }
    }

    fn writable(&self) -> Result<()> {
        if self.read_only { Err(Errno::Rofs) } else { Ok(()) }
    }
}

fn kind_of(meta: &Metadata, special: Option<FileType>) -> FileType {
    if meta.is_dir() {
        FileType::Directory
    } else if meta.is_symlink() {
        FileType::Symlink
    } else if let Some(special) = special {
        special
    } else {
        FileType::Regular
    }
}

/// A component as the host writes it.
fn component(name: &str) -> Result<OsString> {
    name::check(name)?;
    if !platform::valid_name(name) {
        return Err(Errno::Inval);
    }
    name::to_host(name)
}

impl HostNode {
    fn arc(&self) -> Result<Arc<HostNode>> {
        self.this.upgrade().ok_or(Errno::Io)
    }

    fn place(&self) -> Option<Place> {
        lock(&self.place).clone()
    }

    /// The open directory, opened anew from the next ancestor that is open.
    fn dir(&self) -> Result<Arc<Dir>> {
        if self.kind != FileType::Directory {
            return Err(Errno::NotDir);
        }
        if let Some(dir) = &*lock(&self.dir) {
            return Ok(Arc::clone(dir));
        }
        // Without recursion: the tree may be deeper than the stack.
        let mut closed = vec![self.arc()?];
        let mut dir = loop {
            let Some(Place { parent, .. }) = closed.last().and_then(|node| node.place()) else {
                return Err(Errno::NoEnt);
            };
            let open = lock(&parent.dir).clone();
            match open {
                Some(dir) => break dir,
                None => closed.push(parent),
            }
        };
        while let Some(node) = closed.pop() {
            let Some(place) = node.place() else {
                return Err(Errno::NoEnt);
            };
            let opened = dir.open_dir_nofollow(&place.name)?;
            // The name may lead to another directory by now.
            let meta = opened.dir_metadata()?;
            let id = platform::attributes(&meta).id;
            if id.is_some_and(|id| id != node.id) {
                return Err(Errno::NoEnt);
            }
            dir = Arc::new(opened);
            *lock(&node.dir) = Some(Arc::clone(&dir));
            node.host.keep(node.id, &dir, id.is_some());
        }
        Ok(dir)
    }

    /// The directory that holds this file, and the name in it.
    fn at(&self) -> Result<(Arc<Dir>, OsString)> {
        let place = self.place().ok_or(Errno::Inval)?;
        Ok((place.parent.dir()?, place.name))
    }

    fn child(&self, name: OsString, meta: &Metadata) -> Result<(Arc<HostNode>, Stat)> {
        let attr = platform::attributes(meta);
        let id = attr.id.unwrap_or_else(|| {
            let mut hasher = DefaultHasher::new();
            (self.id, &name).hash(&mut hasher);
            (self.id.0, hasher.finish() >> 1)
        });
        let stat = self.host.stat(meta, id);
        let place = Place { parent: self.arc()?, name };
        let new = |place, dir| {
            Arc::new_cyclic(|this| HostNode {
                host: Arc::clone(&self.host),
                kind: stat.kind,
                id,
                place: Mutex::new(Some(place)),
                this: Weak::clone(this),
                dir: Mutex::new(dir),
            })
        };
        if stat.kind != FileType::Directory {
            return Ok((new(place, None), stat));
        }
        let mut dirs = lock(&self.host.dirs);
        if let Some(known) = dirs.get(&id).and_then(Weak::upgrade) {
            drop(dirs);
            // A directory cannot be its own parent, whatever the host shows.
            if known.id != self.id && known.place().is_some() {
                let old = lock(&known.place).replace(place);
                drop(old);
            }
            return Ok((known, stat));
        }
        let node = new(place, self.host.kept(id));
        if dirs.len() == dirs.capacity() {
            dirs.retain(|_, node| node.strong_count() > 0);
            // Room for as many again, or each new one would walk the table.
            let live = dirs.len();
            dirs.reserve(live + 64);
        }
        dirs.insert(id, Arc::downgrade(&node));
        Ok((node, stat))
    }

    fn metadata(&self) -> Result<Metadata> {
        if self.kind == FileType::Directory {
            let open = lock(&self.dir).clone();
            if let Some(dir) = open {
                return Ok(dir.dir_metadata()?);
            }
        }
        let (dir, name) = self.at()?;
        Ok(dir.symlink_metadata(name)?)
    }

    /// Opens the file itself for a change of its attributes.
    fn file(&self, options: &mut OpenOptions) -> Result<File> {
        let (dir, name) = self.at()?;
        options.follow(FollowSymlinks::No).nonblock(true);
        Ok(dir.open_with(name, options)?.into_std())
    }
}

impl Host {
    /// Notes an open directory, and closes the one that was opened first when
    /// there are too many. Who is using that one keeps it until it is done.
    fn keep(&self, id: Id, dir: &Arc<Dir>, numbered: bool) {
        let first = {
            let mut open = lock(&self.open);
            let handle = numbered.then(|| Arc::clone(dir));
            if open.by_id.insert(id, handle).is_none() {
                open.order.push_back(id);
            }
            let full = open.order.len() > OPEN_DIRS;
            let first = if full { open.order.pop_front() } else { None };
            first.inspect(|id| drop(open.by_id.remove(id)))
        };
        let first = first.and_then(|id| lock(&self.dirs).get(&id).and_then(Weak::upgrade));
        if let Some(first) = first {
            lock(&first.dir).take();
        }
    }

    /// A directory that is open already.
    fn kept(&self, id: Id) -> Option<Arc<Dir>> {
        lock(&self.open).by_id.get(&id).cloned().flatten()
    }
}

impl Drop for HostNode {
    /// Chains of parents may be longer than the stack is deep.
    fn drop(&mut self) {
        let mut next = self.place.get_mut().unwrap_or_else(|p| p.into_inner()).take();
        while let Some(place) = next {
            next = Arc::into_inner(place.parent)
                .and_then(|mut node| node.place.get_mut().unwrap_or_else(|p| p.into_inner()).take());
        }
    }
}

fn same_host<'a>(host: &Arc<Host>, node: &'a Arc<dyn Node>) -> Result<&'a HostNode> {
    node.as_any().downcast_ref::<HostNode>().filter(|node| Arc::ptr_eq(&node.host, host)).ok_or(Errno::Xdev)
}

impl Node for HostNode {
    fn kind(&self) -> FileType {
        self.kind
    }

    fn stat(&self) -> Result<Stat> {
        Ok(self.host.stat(&self.metadata()?, self.id))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn set_attr(&self, attr: &SetAttr) -> Result<()> {
        self.host.writable()?;
        if self.kind == FileType::Symlink {
            if attr.atime.is_some() || attr.mtime.is_some() {
                let (dir, name) = self.at()?;
                // The library takes no time before the epoch for a link.
                let time = |ns: i64| SystemTimeSpec::Absolute(SystemTime::from_std(system_time(ns.max(0))));
                dir.set_symlink_times(name, attr.atime.map(time), attr.mtime.map(time))?;
            }
            return Ok(());
        }
        if self.kind == FileType::Directory {
            let dir = self.dir()?.open(".").map(|file| file.into_std());
            return match dir {
                Ok(file) => set_attr(&self.host, self.id, &file, attr),
                Err(error) => self.set_mode_closed(attr, error.into()),
            };
        }
        let opened = match self.kind {
            FileType::Regular => self.file(OpenOptions::new().read(true)),
            // Opening a device or a socket is never an attribute change.
            _ => Err(Errno::Acces),
        };
        match opened {
            Ok(file) => set_attr(&self.host, self.id, &file, attr),
            Err(error) => self.set_mode_closed(attr, error),
        }
    }

    fn lookup(&self, name: &str) -> Result<Found> {
        // A name that the host cannot have is not there.
        let name = component(name).map_err(|e| if e == Errno::Inval { Errno::NoEnt } else { e })?;
        let meta = self.dir()?.symlink_metadata(&name)?;
        let (node, stat) = self.child(name, &meta)?;
        Ok((node, stat))
    }

    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        let mut all = Vec::new();
        for entry in self.dir()?.entries()? {
            let entry = entry?;
            let host_name = entry.file_name();
            let kind = match entry.file_type() {
                Ok(kind) if kind.is_dir() => FileType::Directory,
                Ok(kind) if kind.is_file() => FileType::Regular,
                Ok(kind) if kind.is_symlink() => FileType::Symlink,
                // A special file, or a filesystem that does not tell.
                _ => match entry.metadata() {
                    Ok(meta) => kind_of(&meta, platform::attributes(&meta).special),
                    Err(_) => continue,
                },
            };
            let ino = platform::entry_ino(&entry).unwrap_or_else(|| {
                let mut hasher = DefaultHasher::new();
                (self.id, &host_name).hash(&mut hasher);
                hasher.finish() >> 1
            });
            all.push(DirEntry { name: name::from_host(&host_name), kind, ino });
        }
        Ok(all)
    }

    fn create(&self, name: &str, mode: u32) -> Result<(Arc<dyn Node>, Arc<dyn FileHandle>)> {
        self.host.writable()?;
        let name = component(name)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).follow(FollowSymlinks::No);
        platform::with_mode(&mut options, mode);
        let file = self.dir()?.open_with(&name, &options)?;
        let meta = file.metadata()?;
        let (node, stat) = self.child(name, &meta)?;
        let file = file.into_std();
        // The host process's own mask may have taken bits away.
        if stat.mode != mode {
            set_mode(&self.host, node.id, &file, mode)?;
        }
        let handle = HostHandle { host: Arc::clone(&self.host), id: node.id, file };
        Ok((node, Arc::new(handle)))
    }

    fn mkdir(&self, name: &str, mode: u32) -> Result<()> {
        self.host.writable()?;
        let host_name = component(name)?;
        platform::create_dir(&*self.dir()?, host_name.as_ref(), mode)?;
        let (node, stat) = self.lookup(name)?;
        if stat.mode & 0o777 != mode & 0o777 {
            node.set_attr(&SetAttr { mode: Some(mode), ..SetAttr::default() })?;
        }
        Ok(())
    }

    fn mkfifo(&self, _name: &str, _mode: u32) -> Result<()> {
        // A named pipe of the host would reach processes outside.
        Err(Errno::Perm)
    }

    fn symlink(&self, name: &str, target: &str) -> Result<()> {
        self.host.writable()?;
        let (name, target) = (component(name)?, name::to_host(target)?);
        Ok(platform::symlink(target.as_ref(), &*self.dir()?, name.as_ref())?)
    }

    fn link(&self, name: &str, target: &Arc<dyn Node>) -> Result<()> {
        self.host.writable()?;
        let name = component(name)?;
        let target = same_host(&self.host, target)?;
        if target.kind == FileType::Directory {
            return Err(Errno::Perm);
        }
        let (from, old) = target.at()?;
        Ok(from.hard_link(old, &*self.dir()?, name)?)
    }

    fn unlink(&self, name: &str) -> Result<()> {
        self.host.writable()?;
        let name = component(name)?;
        let dir = self.dir()?;
        dir.remove_file_or_symlink(&name).map_err(|error| match Errno::from(error) {
            // macOS says EPERM, Windows EACCES.
            Errno::Perm | Errno::Acces if dir.symlink_metadata(&name).is_ok_and(|meta| meta.is_dir()) => Errno::IsDir,
            errno => errno,
        })
    }

    fn rmdir(&self, name: &str) -> Result<()> {
        self.host.writable()?;
        Ok(self.dir()?.remove_dir(component(name)?)?)
    }

    fn rename(&self, name: &str, new_dir: &Arc<dyn Node>, new_name: &str) -> Result<()> {
        self.host.writable()?;
        let (old, new) = (component(name)?, component(new_name)?);
        let new_dir = same_host(&self.host, new_dir)?;
        self.dir()?.rename(old, &*new_dir.dir()?, new)?;
        // Whoever stands in a directory that moved learns where it is. It may
        // have moved on already: then there is nothing to learn.
        let _ = new_dir.lookup(new_name);
        Ok(())
    }

    fn readlink(&self, _pid: u32) -> Result<String> {
        if self.kind != FileType::Symlink {
            return Err(Errno::Inval);
        }
        let (dir, name) = self.at()?;
        Ok(name::from_host(dir.read_link_contents(name)?.as_os_str()))
    }

    fn open(&self, mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        match self.kind {
            FileType::Regular => {}
            FileType::Directory => return Err(Errno::IsDir),
            FileType::Symlink => return Err(Errno::Loop),
            // What is behind a socket or a device is the host's.
            _ => return Err(Errno::Nxio),
        }
        if mode.write {
            self.host.writable()?;
        }
        let mut options = OpenOptions::new();
        options.read(mode.read || !mode.write).write(mode.write);
        let file = self.file(&mut options)?;
        // The name may lead to a pipe or a device by now.
        let meta = Metadata::from_file(&file)?;
        if !meta.is_file() || platform::attributes(&meta).special.is_some() {
            return Err(Errno::Nxio);
        }
        let id = platform::attributes(&meta).id.unwrap_or(self.id);
        Ok(Arc::new(HostHandle { host: Arc::clone(&self.host), id, file }))
    }
}

impl HostNode {
    /// The change of mode of what may not be opened; other attributes need
    /// the file open.
    fn set_mode_closed(&self, attr: &SetAttr, error: Errno) -> Result<()> {
        let Some(mode) = attr.mode else {
            return Err(error);
        };
        if error != Errno::Acces {
            return Err(error);
        }
        let (dir, name) = self.at()?;
        platform::set_mode_at(&dir, name.as_ref(), mode)?;
        lock(&self.host.modes).insert(self.id, mode);
        let rest = SetAttr { mode: None, ..*attr };
        if rest == SetAttr::default() { Ok(()) } else { Err(error) }
    }
}

struct HostHandle {
    host: Arc<Host>,
    id: Id,
    file: File,
}

fn system_time(ns: i64) -> std::time::SystemTime {
    let distance = Duration::from_nanos(ns.unsigned_abs());
    let time = if ns < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    time.unwrap_or(UNIX_EPOCH)
}

fn set_mode(host: &Host, id: Id, file: &File, mode: u32) -> Result<()> {
    platform::set_mode(file, mode & 0o7777)?;
    if platform::attributes(&Metadata::from_file(file)?).mode.is_none() {
        lock(&host.modes).insert(id, mode & 0o7777);
    }
    Ok(())
}

fn set_attr(host: &Host, id: Id, file: &File, attr: &SetAttr) -> Result<()> {
    host.writable()?;
    if let Some(mode) = attr.mode {
        set_mode(host, id, file, mode)?;
    }
    if attr.atime.is_some() || attr.mtime.is_some() {
        let mut times = FileTimes::new();
        if let Some(atime) = attr.atime {
            times = times.set_accessed(system_time(atime));
        }
        if let Some(mtime) = attr.mtime {
            times = times.set_modified(system_time(mtime));
        }
        file.set_times(times)?;
    }
    Ok(())
}

impl FileHandle for HostHandle {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<usize> {
        Ok(platform::read_at(&self.file, buf, offset)?)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> Result<usize> {
        Ok(platform::write_at(&self.file, data, offset)?)
    }

    fn append(&self, data: &[u8]) -> Result<(usize, u64)> {
        // One at a time within this filesystem; other host processes that
        // append at the same moment are not coordinated with.
        let _turn = lock(&self.host.append);
        let end = self.file.metadata()?.len();
        let n = self.write_at(data, end)?;
        Ok((n, end + n as u64))
    }

    fn set_len(&self, len: u64) -> Result<()> {
        if len > super::sparse::MAX_LEN {
            return Err(Errno::FBig);
        }
        Ok(self.file.set_len(len)?)
    }

    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn sync(&self) -> Result<()> {
        Ok(self.file.sync_all()?)
    }

    fn stat(&self) -> Result<Stat> {
        Ok(self.host.stat(&Metadata::from_file(&self.file)?, self.id))
    }

    fn set_attr(&self, attr: &SetAttr) -> Result<()> {
        set_attr(&self.host, self.id, &self.file, attr)
    }
}

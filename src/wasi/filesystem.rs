//! `wasi:filesystem`: the virtual filesystem by descriptors.
//!
//! A program gets one preopened directory, `/`. C libraries strip the leading
//! slash of a path and hand over the rest relative to it, and know nothing of
//! the working directory they were started in. Programs that call the
//! kernel's `change-dir` have made their paths absolute; for all others a path
//! below the preopen means the working directory if its first component is
//! there (or nowhere), and the root otherwise.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use wasmtime::component::{Resource, ResourceTableError};

use super::io::{InputStream, IoError, OutputStream, Position};
use crate::fs::{Errno, FileType, Location, OpenFlags, SetAttr, Stat};
use crate::kernel::{Guest, Held, OpenFile, TRANSFER_LIMIT, write_at};
use crate::wit::guest::wasi::clocks::wall_clock::Datetime;
use crate::wit::guest::wasi::filesystem::preopens;
use crate::wit::guest::wasi::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode, MetadataHashValue,
    NewTimestamp, OpenFlags as WasiOpenFlags, PathFlags,
};

/// An open file or directory.
pub struct Descriptor {
    file: Arc<OpenFile>,
    /// Its place in the process's count; none for the preopened root.
    _held: Option<Held>,
    /// The preopened root, whose relative paths may mean the working directory.
    preopen: bool,
}

/// What is left of a directory's listing.
pub struct DirectoryEntryStream(std::vec::IntoIter<crate::fs::DirEntry>);

/// Why a filesystem call did not succeed.
pub(crate) enum FsFailure {
    Errno(Errno),
    Trap(wasmtime::Error),
}

impl From<Errno> for FsFailure {
    fn from(errno: Errno) -> Self {
        FsFailure::Errno(errno)
    }
}

impl From<ResourceTableError> for FsFailure {
    fn from(error: ResourceTableError) -> Self {
        FsFailure::Trap(error.into())
    }
}

type Fs<T> = Result<T, FsFailure>;

fn code(errno: Errno) -> ErrorCode {
    match errno {
        Errno::Acces => ErrorCode::Access,
        Errno::Again => ErrorCode::WouldBlock,
        Errno::BadF => ErrorCode::BadDescriptor,
        Errno::Busy => ErrorCode::Busy,
        Errno::DeadLk => ErrorCode::Deadlock,
        Errno::DQuot => ErrorCode::Quota,
        Errno::Exist => ErrorCode::Exist,
        Errno::FBig => ErrorCode::FileTooLarge,
        Errno::Intr => ErrorCode::Interrupted,
        Errno::Inval | Errno::TooBig | Errno::Range | Errno::Srch | Errno::Child | Errno::NoExec => ErrorCode::Invalid,
        // No file gives the second.
        // No file of a filesystem gives the last ones.
        Errno::Io
        | Errno::AddrInUse
        | Errno::AddrNotAvail
        | Errno::ConnRefused
        | Errno::ConnReset
        | Errno::HostUnreach
        | Errno::TimedOut
        | Errno::NotConn
        | Errno::NotSock => ErrorCode::Io,
        Errno::IsDir => ErrorCode::IsDirectory,
        Errno::Loop => ErrorCode::Loop,
        Errno::MLink => ErrorCode::TooManyLinks,
        Errno::NameTooLong => ErrorCode::NameTooLong,
        Errno::NoDev => ErrorCode::NoDevice,
        Errno::NoEnt => ErrorCode::NoEntry,
        Errno::NoMem | Errno::MFile | Errno::NFile => ErrorCode::InsufficientMemory,
        Errno::NoSpc => ErrorCode::InsufficientSpace,
        Errno::NotDir => ErrorCode::NotDirectory,
        Errno::NotEmpty => ErrorCode::NotEmpty,
        Errno::NoSys | Errno::NotSup => ErrorCode::Unsupported,
        Errno::NotTty => ErrorCode::NoTty,
        Errno::Nxio => ErrorCode::NoSuchDevice,
        Errno::Overflow => ErrorCode::Overflow,
        Errno::Perm => ErrorCode::NotPermitted,
        Errno::Pipe => ErrorCode::Pipe,
        Errno::Rofs => ErrorCode::ReadOnly,
        Errno::SPipe => ErrorCode::InvalidSeek,
        Errno::TxtBsy => ErrorCode::TextFileBusy,
        Errno::Xdev => ErrorCode::CrossDevice,
    }
}

fn kind(kind: FileType) -> DescriptorType {
    match kind {
        FileType::Regular => DescriptorType::RegularFile,
        FileType::Directory => DescriptorType::Directory,
        FileType::Symlink => DescriptorType::SymbolicLink,
        FileType::Fifo => DescriptorType::Fifo,
        FileType::Character => DescriptorType::CharacterDevice,
        FileType::Block => DescriptorType::BlockDevice,
        FileType::Socket => DescriptorType::Socket,
    }
}

fn datetime(nanoseconds: i64) -> Option<Datetime> {
    // WASI's times start at the epoch.
    let nanoseconds = u64::try_from(nanoseconds).unwrap_or(0);
    Some(Datetime { seconds: nanoseconds / 1_000_000_000, nanoseconds: (nanoseconds % 1_000_000_000) as u32 })
}

fn timestamp(time: NewTimestamp) -> Result<Option<i64>, Errno> {
    match time {
        NewTimestamp::NoChange => Ok(None),
        NewTimestamp::Now => Ok(Some(crate::fs::now())),
        NewTimestamp::Timestamp(time) => i64::try_from(time.seconds)
            .ok()
            .and_then(|seconds| seconds.checked_mul(1_000_000_000)?.checked_add(time.nanoseconds.into()))
            .map(Some)
            .ok_or(Errno::Overflow),
    }
}

fn times(access: NewTimestamp, modification: NewTimestamp) -> Result<SetAttr, Errno> {
    Ok(SetAttr { atime: timestamp(access)?, mtime: timestamp(modification)?, ..SetAttr::default() })
}

fn describe(stat: &Stat) -> DescriptorStat {
    DescriptorStat {
        type_: kind(stat.kind),
        link_count: stat.nlink,
        size: stat.size,
        data_access_timestamp: datetime(stat.atime),
        data_modification_timestamp: datetime(stat.mtime),
        status_change_timestamp: datetime(stat.ctime),
    }
}

fn hash(stat: &Stat) -> MetadataHashValue {
    // libc takes it for the inode number (lower) and the device.
    MetadataHashValue { lower: stat.ino, upper: stat.dev }
}

type Handle = Resource<Descriptor>;

impl Guest {
    fn file(&self, descriptor: &Handle) -> Fs<&Arc<OpenFile>> {
        Ok(&self.table.get(descriptor)?.file)
    }

    /// The directory that a path relative to a descriptor starts at.
    fn start(&self, descriptor: &Handle, path: &str) -> Fs<Location> {
        let descriptor = self.table.get(descriptor)?;
        if descriptor.preopen && !self.process.absolute_paths.load(Ordering::Relaxed) && !path.starts_with('/') {
            let cwd = self.process.cwd();
            let first = path.split('/').find(|component| !component.is_empty()).unwrap_or(".");
            let caller = self.caller();
            let exists = |start: &Location| self.kernel.namespace.resolve(&caller, start, first, false).is_ok();
            let root = self.kernel.namespace.root();
            return Ok(if first == "." || first == ".." || exists(&cwd) || !exists(root) { cwd } else { root.clone() });
        }
        descriptor.file.location().cloned().ok_or(FsFailure::Errno(Errno::NotDir))
    }

    fn push_descriptor(&mut self, file: Arc<OpenFile>) -> Fs<Handle> {
        let held = self.process.hold_file()?;
        Ok(self.table.push(Descriptor { file, _held: Some(held), preopen: false })?)
    }
}

impl preopens::Host for Guest {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Handle, String)>> {
        let root = OpenFile::directory(self.kernel.namespace.root().clone());
        let handle = self.table.push(Descriptor { file: root, _held: None, preopen: true })?;
        Ok(vec![(handle, "/".into())])
    }
}

impl types::Host for Guest {
    fn filesystem_error_code(&mut self, error: Resource<IoError>) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(Some(code(self.table.get(&error)?.0)))
    }

    fn convert_error_code(&mut self, failure: FsFailure) -> wasmtime::Result<ErrorCode> {
        match failure {
            FsFailure::Errno(errno) => Ok(code(errno)),
            FsFailure::Trap(error) => Err(error),
        }
    }
}

impl types::HostDirectoryEntryStream for Guest {
    fn read_directory_entry(&mut self, stream: Resource<DirectoryEntryStream>) -> Fs<Option<DirectoryEntry>> {
        let entry = self.table.get_mut(&stream)?.0.next();
        Ok(entry.map(|entry| DirectoryEntry { type_: kind(entry.kind), name: entry.name }))
    }

    fn drop(&mut self, stream: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

impl types::HostDescriptor for Guest {
    fn read_via_stream(&mut self, descriptor: Handle, offset: u64) -> Fs<Resource<InputStream>> {
        let file = self.file(&descriptor)?.clone();
        if !file.access().read {
            return Err(Errno::BadF.into());
        }
        // What has no position of its own (a pipe, a device) ignores the offset.
        let offset = file.handle().is_some().then_some(offset);
        Ok(self.table.push(InputStream { file, offset })?)
    }

    fn write_via_stream(&mut self, descriptor: Handle, offset: u64) -> Fs<Resource<OutputStream>> {
        let file = self.file(&descriptor)?.clone();
        if !file.access().write {
            return Err(Errno::BadF.into());
        }
        let position = if file.handle().is_some() { Position::Own(offset) } else { Position::Shared };
        Ok(self.table.push(OutputStream { file, position })?)
    }

    fn append_via_stream(&mut self, descriptor: Handle) -> Fs<Resource<OutputStream>> {
        let file = self.file(&descriptor)?.clone();
        if !file.access().write {
            return Err(Errno::BadF.into());
        }
        Ok(self.table.push(OutputStream { file, position: Position::End })?)
    }

    fn advise(&mut self, _: Handle, _: u64, _: u64, _: Advice) -> Fs<()> {
        Ok(())
    }

    fn sync_data(&mut self, descriptor: Handle) -> Fs<()> {
        self.sync(descriptor)
    }

    fn sync(&mut self, descriptor: Handle) -> Fs<()> {
        match self.file(&descriptor)?.handle() {
            Some(handle) => Ok(handle.sync()?),
            None => Ok(()),
        }
    }

    fn get_flags(&mut self, descriptor: Handle) -> Fs<DescriptorFlags> {
        let file = self.file(&descriptor)?;
        let access = file.access();
        let mut flags = DescriptorFlags::empty();
        if access.read {
            flags |= DescriptorFlags::READ;
        }
        if access.write {
            flags |= DescriptorFlags::WRITE;
        }
        if file.is_directory() {
            flags |= DescriptorFlags::MUTATE_DIRECTORY;
        }
        Ok(flags)
    }

    fn get_type(&mut self, descriptor: Handle) -> Fs<DescriptorType> {
        Ok(kind(self.file(&descriptor)?.stat()?.kind))
    }

    fn set_size(&mut self, descriptor: Handle, size: u64) -> Fs<()> {
        let file = self.file(&descriptor)?;
        let resized = self.resize(file, size).map_err(|ending| FsFailure::Trap(ending.into()))?;
        Ok(resized?)
    }

    fn set_times(&mut self, descriptor: Handle, access: NewTimestamp, modification: NewTimestamp) -> Fs<()> {
        let attr = times(access, modification)?;
        let file = self.file(&descriptor)?;
        Ok(file.set_attr(&self.kernel.namespace, &self.caller(), &attr)?)
    }

    fn read(&mut self, descriptor: Handle, length: u64, offset: u64) -> Fs<(Vec<u8>, bool)> {
        let file = self.file(&descriptor)?;
        if !file.access().read {
            return Err(Errno::BadF.into());
        }
        let handle = file.handle().ok_or(if file.is_directory() { Errno::IsDir } else { Errno::SPipe })?;
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(TRANSFER_LIMIT);
        let data = handle.read_bytes_at(length, offset)?;
        let end = data.is_empty() && length > 0;
        Ok((data.into(), end))
    }

    fn write(&mut self, descriptor: Handle, buffer: Vec<u8>, offset: u64) -> Fs<u64> {
        let file = self.file(&descriptor)?;
        if !file.access().write {
            return Err(Errno::BadF.into());
        }
        let handle = file.handle().ok_or(Errno::SPipe)?;
        match write_at(handle, &buffer, offset, self.file_size_limit()) {
            Ok(n) => Ok(n as u64),
            Err(errno) => {
                self.note_file_size(errno).map_err(|ending| FsFailure::Trap(ending.into()))?;
                Err(errno.into())
            }
        }
    }

    fn read_directory(&mut self, descriptor: Handle) -> Fs<Resource<DirectoryEntryStream>> {
        let location = self.file(&descriptor)?.location().ok_or(Errno::NotDir)?.clone();
        let location = if self.table.get(&descriptor)?.preopen && !self.process.absolute_paths.load(Ordering::Relaxed) {
            // `opendir(".")` of a program that does not know where it is.
            self.process.cwd()
        } else {
            location
        };
        let entries = self.kernel.namespace.read_dir_at(&self.caller(), &location)?;
        Ok(self.table.push(DirectoryEntryStream(entries.into_iter()))?)
    }

    fn create_directory_at(&mut self, descriptor: Handle, path: String) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.mkdir(&self.caller(), &start, &path, 0o777)?)
    }

    fn stat(&mut self, descriptor: Handle) -> Fs<DescriptorStat> {
        Ok(describe(&self.file(&descriptor)?.stat()?))
    }

    fn stat_at(&mut self, descriptor: Handle, flags: PathFlags, path: String) -> Fs<DescriptorStat> {
        let start = self.start(&descriptor, &path)?;
        let stat =
            self.kernel.namespace.stat(&self.caller(), &start, &path, flags.contains(PathFlags::SYMLINK_FOLLOW))?;
        Ok(describe(&stat))
    }

    fn set_times_at(
        &mut self,
        descriptor: Handle,
        flags: PathFlags,
        path: String,
        access: NewTimestamp,
        modification: NewTimestamp,
    ) -> Fs<()> {
        let attr = times(access, modification)?;
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.set_attr(
            &self.caller(),
            &start,
            &path,
            flags.contains(PathFlags::SYMLINK_FOLLOW),
            &attr,
        )?)
    }

    fn link_at(
        &mut self,
        descriptor: Handle,
        flags: PathFlags,
        path: String,
        new_descriptor: Handle,
        new_path: String,
    ) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        let new_start = self.start(&new_descriptor, &new_path)?;
        let follow = flags.contains(PathFlags::SYMLINK_FOLLOW);
        Ok(self.kernel.namespace.link(&self.caller(), &start, &path, follow, &new_start, &new_path)?)
    }

    async fn open_at(
        &mut self,
        descriptor: Handle,
        path_flags: PathFlags,
        path: String,
        open: WasiOpenFlags,
        flags: DescriptorFlags,
    ) -> Fs<Handle> {
        let start = self.start(&descriptor, &path)?;
        let flags = OpenFlags {
            read: flags.contains(DescriptorFlags::READ),
            write: flags.contains(DescriptorFlags::WRITE),
            append: false,
            create: open.contains(WasiOpenFlags::CREATE),
            exclusive: open.contains(WasiOpenFlags::EXCLUSIVE),
            truncate: open.contains(WasiOpenFlags::TRUNCATE),
            directory: open.contains(WasiOpenFlags::DIRECTORY),
            nofollow: !path_flags.contains(PathFlags::SYMLINK_FOLLOW),
        };
        let file = self.kernel.clone().open(&self.process.clone(), &start, &path, flags, false, 0o666).await?;
        self.push_descriptor(file)
    }

    fn readlink_at(&mut self, descriptor: Handle, path: String) -> Fs<String> {
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.readlink(&self.caller(), &start, &path)?)
    }

    fn remove_directory_at(&mut self, descriptor: Handle, path: String) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.rmdir(&self.caller(), &start, &path)?)
    }

    fn rename_at(&mut self, descriptor: Handle, path: String, new_descriptor: Handle, new_path: String) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        let new_start = self.start(&new_descriptor, &new_path)?;
        Ok(self.kernel.namespace.rename(&self.caller(), &start, &path, &new_start, &new_path)?)
    }

    fn symlink_at(&mut self, descriptor: Handle, target: String, path: String) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.symlink(&self.caller(), &target, &start, &path)?)
    }

    fn unlink_file_at(&mut self, descriptor: Handle, path: String) -> Fs<()> {
        let start = self.start(&descriptor, &path)?;
        Ok(self.kernel.namespace.unlink(&self.caller(), &start, &path)?)
    }

    fn is_same_object(&mut self, a: Handle, b: Handle) -> wasmtime::Result<bool> {
        let (a, b) = (&self.table.get(&a)?.file, &self.table.get(&b)?.file);
        Ok(Arc::ptr_eq(a, b) || matches!((a.stat(), b.stat()), (Ok(a), Ok(b)) if a.same_file(&b)))
    }

    fn metadata_hash(&mut self, descriptor: Handle) -> Fs<MetadataHashValue> {
        Ok(hash(&self.file(&descriptor)?.stat()?))
    }

    fn metadata_hash_at(&mut self, descriptor: Handle, flags: PathFlags, path: String) -> Fs<MetadataHashValue> {
        let start = self.start(&descriptor, &path)?;
        let stat =
            self.kernel.namespace.stat(&self.caller(), &start, &path, flags.contains(PathFlags::SYMLINK_FOLLOW))?;
        Ok(hash(&stat))
    }

    fn drop(&mut self, descriptor: Handle) -> wasmtime::Result<()> {
        self.table.delete(descriptor)?;
        Ok(())
    }
}

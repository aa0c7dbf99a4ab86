//! `agentfense:kernel/files`.

use bytes::Bytes;
use wasmtime::component::Resource;

use super::Failure;
use crate::fs::{self, Errno, FileType, SetAttr};
use crate::kernel::{
    CHARACTERS, Disposition, Ending, Guest, Handle, Mode, OpenFile, SIGPIPE, SIGTTOU, TerminalSize, Tty,
    Whence as KernelWhence,
};
use crate::wit::guest::agentfense::kernel::files::{
    self as wit, AccessMode, DirEntry, LockKind, OpenFlags, Readiness, Stat, TerminalMode, Usage, Whence, WindowSize,
};

fn kind(kind: FileType) -> wit::FileType {
    match kind {
        FileType::Regular => wit::FileType::Regular,
        FileType::Directory => wit::FileType::Directory,
        FileType::Symlink => wit::FileType::Symlink,
        FileType::Fifo => wit::FileType::Fifo,
        FileType::Character => wit::FileType::Character,
        FileType::Block => wit::FileType::Block,
        FileType::Socket => wit::FileType::Socket,
    }
}

fn stat(stat: fs::Stat) -> Stat {
    Stat {
        dev: stat.dev,
        ino: stat.ino,
        kind: kind(stat.kind),
        mode: stat.mode,
        nlink: stat.nlink,
        uid: stat.uid,
        gid: stat.gid,
        size: stat.size,
        atime: stat.atime,
        mtime: stat.mtime,
        ctime: stat.ctime,
    }
}

type File = Resource<Handle>;

impl Guest {
    fn open_file(&self, file: &File) -> Result<std::sync::Arc<OpenFile>, Failure> {
        Ok(self.table.get(file)?.file.clone())
    }

    /// The terminal that a file is.
    fn tty(&self, file: &File) -> Result<std::sync::Arc<Tty>, Failure> {
        Ok(self.open_file(file)?.tty().ok_or(Errno::NotTty)?.clone())
    }

    pub(super) fn push(&mut self, file: std::sync::Arc<OpenFile>) -> Result<File, Failure> {
        let held = self.process.hold_file()?;
        Ok(self.table.push(Handle { file, _held: Some(held) })?)
    }

    /// A write to a pipe that nobody reads: SIGPIPE first, EPIPE for who
    /// survives it; a file that may not grow: SIGXFSZ and EFBIG.
    fn kernel_write_failed(&self, errno: Errno) -> Failure {
        if let Err(ending) = self.note_file_size(errno) {
            return Failure::Trap(ending.into());
        }
        if errno == Errno::Pipe {
            if self.process.disposition(SIGPIPE) == Disposition::Default {
                return Failure::Trap(Ending::Signaled(SIGPIPE).into());
            }
            self.process.deliver(SIGPIPE);
        }
        errno.into()
    }
}

impl wit::HostOpenFile for Guest {
    async fn read(&mut self, file: File, len: u32) -> Result<Vec<u8>, Failure> {
        let file = self.open_file(&file)?;
        let max = len as usize;
        if file.is_terminal() {
            let (kernel, process) = (self.kernel.clone(), self.process.clone());
            return Ok(kernel.read_terminal(&process, &file, || file.try_read(max)).await?.into());
        }
        // What is there is read without looking at signals or other tasks.
        if let Some(data) = file.try_read(max)? {
            return Ok(data.into());
        }
        let process = self.process.clone();
        Ok(process.block(file.read(max)).await.ok_or(Errno::Intr)??.into())
    }

    async fn read_until(&mut self, file: File, delimiter: u8, max: u32) -> Result<Vec<u8>, Failure> {
        let file = self.open_file(&file)?;
        let max = max as usize;
        if file.is_terminal() {
            let (kernel, process) = (self.kernel.clone(), self.process.clone());
            return Ok(kernel.read_terminal(&process, &file, || file.try_read_until(delimiter, max)).await?.into());
        }
        if let Some(data) = file.try_read_until(delimiter, max)? {
            return Ok(data.into());
        }
        let process = self.process.clone();
        Ok(process.block(file.read_until(delimiter, max)).await.ok_or(Errno::Intr)??.into())
    }

    async fn write(&mut self, file: File, data: Vec<u8>) -> Result<(), Failure> {
        let file = self.open_file(&file)?;
        let mut data = Bytes::from(data);
        while !data.is_empty() {
            match file
                .try_write_within(&data, self.file_size_limit())
                .map_err(|errno| self.kernel_write_failed(errno))?
            {
                // A write that has begun is finished, as small writes are on
                // Linux; the process still dies where it waits.
                0 => self.process.block_always(file.writable()).await,
                n => drop(data.split_to(n)),
            }
        }
        Ok(())
    }

    fn try_write(&mut self, file: File, data: Vec<u8>) -> Result<u32, Failure> {
        let file = self.open_file(&file)?;
        let written = file.try_write_within(&Bytes::from(data), self.file_size_limit());
        let n = written.map_err(|errno| self.kernel_write_failed(errno))?;
        Ok(u32::try_from(n).unwrap_or(u32::MAX))
    }

    async fn wait_readable(&mut self, file: File, nanoseconds: Option<u64>) -> Result<bool, Failure> {
        let file = self.open_file(&file)?;
        if file.is_readable() {
            return Ok(true);
        }
        let process = self.process.clone();
        let wait = async {
            match nanoseconds {
                None => file.readable().await,
                // Late or not: what counts is the file.
                Some(time) => drop(tokio::time::timeout(std::time::Duration::from_nanos(time), file.readable()).await),
            }
        };
        process.block(wait).await.ok_or(Errno::Intr)?;
        Ok(file.is_readable())
    }

    fn seek(&mut self, file: File, offset: i64, whence: Whence) -> Result<u64, Failure> {
        let whence = match whence {
            Whence::Set => KernelWhence::Set,
            Whence::Current => KernelWhence::Current,
            Whence::End => KernelWhence::End,
        };
        Ok(self.open_file(&file)?.seek(offset, whence)?)
    }

    fn stat(&mut self, file: File) -> Result<Stat, Failure> {
        Ok(stat(self.open_file(&file)?.stat()?))
    }

    fn set_size(&mut self, file: File, size: u64) -> Result<(), Failure> {
        let file = self.open_file(&file)?;
        let resized = self.resize(&file, size).map_err(|ending| Failure::Trap(ending.into()))?;
        Ok(resized?)
    }

    fn is_terminal(&mut self, file: File) -> wasmtime::Result<bool> {
        Ok(self.table.get(&file)?.file.is_terminal())
    }

    fn terminal_mode(&mut self, file: File) -> Result<TerminalMode, Failure> {
        let Mode { input, output, control, local, characters } = self.tty(&file)?.mode();
        Ok(TerminalMode { input, output, control, local, characters: characters.to_vec() })
    }

    async fn set_terminal_mode(&mut self, file: File, mode: TerminalMode, flush: bool) -> Result<(), Failure> {
        self.tty(&file)?;
        let TerminalMode { input, output, control, local, characters } = mode;
        let characters = <[u8; CHARACTERS]>::try_from(characters).map_err(|_| Errno::Inval)?;
        let (kernel, process) = (self.kernel.clone(), self.process.clone());
        kernel.await_foreground(&process, SIGTTOU).await?;
        let terminal = process.terminal.as_ref().ok_or(Errno::NotTty)?;
        terminal.set_mode(Mode { input, output, control, local, characters }, flush);
        Ok(())
    }

    fn window_size(&mut self, file: File) -> Result<WindowSize, Failure> {
        let TerminalSize { rows, columns } = self.tty(&file)?.size();
        Ok(WindowSize { rows, columns })
    }

    fn set_window_size(&mut self, file: File, size: WindowSize) -> Result<(), Failure> {
        let WindowSize { rows, columns } = size;
        self.tty(&file)?;
        if let Some(terminal) = &self.process.terminal {
            self.kernel.resize(terminal, TerminalSize { rows, columns });
        }
        Ok(())
    }

    fn duplicate(&mut self, file: File) -> wasmtime::Result<File> {
        let file = self.table.get(&file)?.file.clone();
        let file = file.capture_writer().unwrap_or(file);
        // This call has no error to give.
        let held = self.process.hold_duplicate();
        Ok(self.table.push(Handle { file, _held: Some(held) })?)
    }

    async fn take(&mut self, file: File) -> Result<Vec<u8>, Failure> {
        let file = self.open_file(&file)?;
        if file.is_complete() {
            return Ok(file.take().await?.into());
        }
        let process = self.process.clone();
        Ok(process.block(file.take()).await.ok_or(Errno::Intr)??.into())
    }

    fn set_mode(&mut self, file: File, mode: u32) -> Result<(), Failure> {
        let attr = SetAttr { mode: Some(mode & 0o7777), ..SetAttr::default() };
        Ok(self.open_file(&file)?.set_attr(&self.kernel.namespace, &self.caller(), &attr)?)
    }

    fn set_times(&mut self, file: File, atime: Option<i64>, mtime: Option<i64>) -> Result<(), Failure> {
        let attr = SetAttr { atime, mtime, ..SetAttr::default() };
        Ok(self.open_file(&file)?.set_attr(&self.kernel.namespace, &self.caller(), &attr)?)
    }

    async fn lock(&mut self, file: File, kind: LockKind, start: u64, length: u64, wait: bool) -> Result<(), Failure> {
        let file = self.open_file(&file)?;
        let end = if length == 0 { u64::MAX } else { start.saturating_add(length) };
        let exclusive = match kind {
            LockKind::Unlocked => None,
            LockKind::Shared => Some(false),
            LockKind::Exclusive => Some(true),
        };
        let process = self.process.clone();
        let locks = self.kernel.locks.clone();
        Ok(process.block(file.lock(&locks, start..end, exclusive, wait)).await.ok_or(Errno::Intr)??)
    }

    fn flags(&mut self, file: File) -> wasmtime::Result<OpenFlags> {
        let access = self.table.get(&file)?.file.access();
        let mut flags = OpenFlags::empty();
        if access.read {
            flags |= OpenFlags::READ;
        }
        if access.write {
            flags |= OpenFlags::WRITE;
        }
        if access.append {
            flags |= OpenFlags::APPEND;
        }
        if access.nonblock {
            flags |= OpenFlags::NONBLOCK;
        }
        Ok(flags)
    }

    fn path(&mut self, file: File) -> wasmtime::Result<Option<String>> {
        Ok(self.table.get(&file)?.file.location().map(fs::Location::path))
    }

    fn drop(&mut self, file: File) -> wasmtime::Result<()> {
        self.table.delete(file)?;
        Ok(())
    }
}

/// Ends when one of the files may be ready for something that is asked of it.
async fn any_ready(files: &[(std::sync::Arc<OpenFile>, Readiness)]) {
    let mut waits: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
    for (file, wanted) in files {
        if wanted.contains(Readiness::READABLE) {
            waits.push(Box::pin(file.readable()));
        }
        if wanted.contains(Readiness::WRITABLE) {
            waits.push(Box::pin(file.writable()));
        }
    }
    std::future::poll_fn(|context| {
        let ready = waits.iter_mut().any(|wait| wait.as_mut().poll(context).is_ready());
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// What files are ready for, of what is asked of them.
fn readiness(files: &[(std::sync::Arc<OpenFile>, Readiness)]) -> Vec<Readiness> {
    let mut all = Vec::with_capacity(files.len());
    for (file, wanted) in files {
        let mut is = Readiness::empty();
        if wanted.contains(Readiness::READABLE) && file.is_readable() {
            is |= Readiness::READABLE;
        }
        if wanted.contains(Readiness::WRITABLE) && file.is_writable() {
            is |= Readiness::WRITABLE;
        }
        all.push(is);
    }
    all
}

impl wit::Host for Guest {
    async fn poll(
        &mut self,
        files: Vec<(File, Readiness)>,
        nanoseconds: Option<u64>,
    ) -> Result<Vec<Readiness>, Failure> {
        /// Files of one call: bounds the futures that it takes.
        const MOST: usize = 4096;
        if files.len() > MOST {
            return Err(Errno::Inval.into());
        }
        let files: Vec<_> =
            files.iter().map(|(file, wanted)| Ok((self.open_file(file)?, *wanted))).collect::<Result<_, Failure>>()?;
        let now = readiness(&files);
        if now.iter().any(|&is| is != Readiness::empty()) {
            return Ok(now);
        }
        let any = any_ready(&files);
        let wait = async {
            match nanoseconds {
                None => any.await,
                // Late or not: what counts is the files.
                Some(time) => drop(tokio::time::timeout(std::time::Duration::from_nanos(time), any).await),
            }
        };
        self.process.clone().block(wait).await.ok_or(Errno::Intr)?;
        Ok(readiness(&files))
    }

    fn pipe(&mut self) -> Result<(File, File), Failure> {
        let (reader, writer) = OpenFile::pipe();
        Ok((self.push(reader)?, self.push(writer)?))
    }

    fn capture(&mut self) -> Result<File, Failure> {
        // What is collected ends up in the guest's memory, so that is its limit.
        let limit = usize::try_from(self.kernel.limits.memory_bytes).unwrap_or(usize::MAX) / 4;
        self.push(OpenFile::capture(limit))
    }

    fn inherited(&mut self, fd: u32) -> wasmtime::Result<Option<File>> {
        Ok(match self.process.fd(fd) {
            Some(file) => Some(self.table.push(Handle { file, _held: None })?),
            None => None,
        })
    }

    fn inherited_fds(&mut self) -> wasmtime::Result<Vec<u32>> {
        Ok(self.process.fd_numbers())
    }

    async fn open(&mut self, path: String, flags: OpenFlags, mode: u32) -> Result<File, Failure> {
        let wanted = fs::OpenFlags {
            read: flags.contains(OpenFlags::READ),
            write: flags.contains(OpenFlags::WRITE),
            append: flags.contains(OpenFlags::APPEND),
            create: flags.contains(OpenFlags::CREATE),
            exclusive: flags.contains(OpenFlags::EXCLUSIVE),
            truncate: flags.contains(OpenFlags::TRUNCATE),
            directory: flags.contains(OpenFlags::DIRECTORY),
            nofollow: flags.contains(OpenFlags::NO_FOLLOW),
        };
        let file = self
            .kernel
            .clone()
            .open(&self.process.clone(), &self.process.cwd(), &path, wanted, flags.contains(OpenFlags::NONBLOCK), mode)
            .await?;
        self.push(file)
    }

    fn stat_path(&mut self, path: String, follow: bool) -> Result<Stat, Failure> {
        Ok(stat(self.kernel.namespace.stat(&self.caller(), &self.process.cwd(), &path, follow)?))
    }

    fn access(&mut self, path: String, mode: AccessMode) -> Result<(), Failure> {
        let bit = |flag, bit| if mode.contains(flag) { bit } else { 0 };
        let wanted = bit(AccessMode::READ, 4) | bit(AccessMode::WRITE, 2) | bit(AccessMode::EXECUTE, 1);
        Ok(self.kernel.namespace.access(&self.caller(), &self.process.cwd(), &path, wanted)?)
    }

    fn read_dir(&mut self, path: String) -> Result<Vec<DirEntry>, Failure> {
        let entries = self.kernel.namespace.read_dir(&self.caller(), &self.process.cwd(), &path)?;
        Ok(entries.into_iter().map(|entry| DirEntry { name: entry.name, kind: kind(entry.kind) }).collect())
    }

    fn read_link(&mut self, path: String) -> Result<String, Failure> {
        Ok(self.kernel.namespace.readlink(&self.caller(), &self.process.cwd(), &path)?)
    }

    fn real_path(&mut self, path: String) -> Result<String, Failure> {
        Ok(self.kernel.namespace.resolve(&self.caller(), &self.process.cwd(), &path, true)?.path())
    }

    fn set_mode(&mut self, path: String, mode: u32, follow: bool) -> Result<(), Failure> {
        let attr = SetAttr { mode: Some(mode & 0o7777), ..SetAttr::default() };
        Ok(self.kernel.namespace.set_attr(&self.caller(), &self.process.cwd(), &path, follow, &attr)?)
    }

    fn set_owner(&mut self, path: String, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<(), Failure> {
        let attr = SetAttr { uid, gid, ..SetAttr::default() };
        Ok(self.kernel.namespace.set_attr(&self.caller(), &self.process.cwd(), &path, follow, &attr)?)
    }

    fn make_fifo(&mut self, path: String, mode: u32) -> Result<(), Failure> {
        Ok(self.kernel.namespace.mkfifo(&self.caller(), &self.process.cwd(), &path, mode)?)
    }

    fn mount_usage(&mut self, path: Option<String>) -> Result<Vec<Usage>, Failure> {
        let usages = match path {
            Some(path) => {
                let location = self.kernel.namespace.resolve(&self.caller(), &self.process.cwd(), &path, true)?;
                vec![self.kernel.namespace.usage_at(&location)?]
            }
            None => self.kernel.namespace.usage()?,
        };
        Ok(usages
            .into_iter()
            .map(|fs::MountUsage { mount, usage }| Usage {
                block_size: usage.block_size,
                blocks: usage.blocks,
                blocks_free: usage.blocks_free,
                files: usage.files,
                files_free: usage.files_free,
                mount_point: mount.path.clone(),
                source: mount.source.clone(),
                kind: mount.kind.clone(),
                read_only: mount.read_only,
            })
            .collect())
    }
}

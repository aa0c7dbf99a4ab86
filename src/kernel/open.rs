//! Opening a path: from the filesystem's answer to an open file.

use std::sync::Arc;

use super::Kernel;
use super::open_file::{Access, OpenFile};
use super::pipe::Pipe;
use super::process::Process;
use crate::fs::{Caller, Device, Errno, FileHandle, FileType, Location, Open, OpenFlags, OpenMode};

/// Execute and search permission, for `Namespace::access`.
const EXECUTE: u32 = 1;

impl Kernel {
    /// The directory at a path, for use as a working directory.
    pub(crate) fn directory(&self, caller: &Caller, start: &Location, path: &str) -> Result<Location, Errno> {
        let location = self.namespace.resolve(caller, start, path, true)?;
        if location.node().kind() != FileType::Directory {
            return Err(Errno::NotDir);
        }
        self.namespace.access(caller, &location, ".", EXECUTE)?;
        Ok(location)
    }

    /// A file to be run: it need not be readable, as elsewhere.
    pub(crate) fn open_executable(
        &self,
        caller: &Caller,
        start: &Location,
        path: &str,
    ) -> Result<(Location, Arc<dyn FileHandle>), Errno> {
        let location = self.namespace.resolve(caller, start, path, true)?;
        if location.node().kind() != FileType::Regular {
            return Err(Errno::Acces);
        }
        // By its own directory: the path was walked, and its links followed, once.
        self.namespace.access(caller, location.parent(), location.name(), EXECUTE)?;
        let handle = location.node().open(OpenMode { read: true, write: false })?;
        Ok((location, handle))
    }
}

impl Kernel {
    /// Opens a file for a process. Waits only for a fifo's other end.
    pub(crate) async fn open(
        &self,
        process: &Process,
        start: &Location,
        path: &str,
        flags: OpenFlags,
        nonblock: bool,
        mode: u32,
    ) -> Result<Arc<OpenFile>, Errno> {
        let opened = self.namespace.open(&process.caller(), start, path, flags, mode)?;
        let access = Access { read: flags.read, write: flags.write, append: flags.append, nonblock };
        let device = match opened.file {
            Open::File(handle) => return Ok(OpenFile::file(handle, access, opened.location)),
            Open::Directory => return Ok(OpenFile::directory(opened.location)),
            Open::Device(device) => device,
        };
        match device {
            Device::Tty => {
                let terminal =
                    process.terminal.as_ref().filter(|terminal| terminal.tty.is_some()).ok_or(Errno::Nxio)?;
                Ok(OpenFile::console(terminal.clone(), access))
            }
            Device::Descriptor { pid, fd } => {
                let file = match pid {
                    Some(pid) => self.process(pid).ok_or(Errno::NoEnt)?.fd(fd),
                    None => process.fd(fd),
                };
                file.ok_or(Errno::NoEnt)
            }
            Device::Fifo(slot) => {
                let pipe = slot.get_or_init(Pipe::new).ok_or(Errno::Io)?;
                open_fifo(process, pipe, access, opened.location).await
            }
        }
    }
}

/// fifo(7): an end waits for the other one, unless told not to.
async fn open_fifo(
    process: &Process,
    pipe: Arc<Pipe>,
    access: Access,
    location: Location,
) -> Result<Arc<OpenFile>, Errno> {
    let location = Some(location);
    pipe.forget_if_abandoned();
    if access.read && access.write {
        return Ok(OpenFile::fifo(pipe, location));
    }
    let meeting = pipe.meeting(access.write);
    let file = if access.write {
        if access.nonblock && !pipe.has_readers() {
            return Err(Errno::Nxio);
        }
        OpenFile::pipe_writer(pipe.clone(), location)
    } else {
        OpenFile::pipe_reader(pipe.clone(), location)
    };
    if !access.nonblock {
        process.block(pipe.meet(meeting)).await.ok_or(Errno::Intr)?;
    }
    Ok(file)
}

//! Unpacking members.
//!
//! Nothing is written outside the directory that is unpacked into: names are stripped before they
//! come here, files are made anew rather than opened where a link may be, and a symbolic link that
//! leads out is a placeholder, an empty file, until all members are there, so that no member is
//! written through it.

use super::below;
use super::console::{Console, in_message};
use super::header::{Kind, Member};
use super::names::{has_dot_dot, without_slashes};
use super::reader::Reader;
use super::settings::{Existing, Settings};
use crate::input::CHUNK;
use crate::unpack::{self, Links};
use agentfense_support::{Failure, fs};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use agentfense_sys::processes;
use std::io::{self, Read};

/// A directory whose mode and time are set when nothing is written into it any more.
struct Directory {
    path: Vec<u8>,
    mode: u32,
    mtime: Option<i64>,
}

/// Unpacks members.
pub struct Extractor<'a> {
    settings: &'a Settings,
    console: &'a Console,
    umask: u32,
    links: Links,
    directories: Vec<Directory>,
    buffer: Vec<u8>,
}

/// Whether a member came to its place.
enum Made {
    Yes,
    /// What was there stays.
    Kept,
}

impl<'a> Extractor<'a> {
    /// Unpacks as `settings` say.
    pub fn new(settings: &'a Settings, console: &'a Console) -> Extractor<'a> {
        Extractor {
            settings,
            console,
            umask: if settings.same_permissions { 0 } else { processes::get_umask() },
            links: Links::default(),
            directories: Vec::new(),
            buffer: Vec::new(),
        }
    }

    /// Unpacks a member below `directory`. What is wrong with it alone is told, and the others follow.
    pub fn member(&mut self, reader: &mut Reader<'_>, member: &Member, directory: &[u8]) -> Result<(), Failure> {
        if self.settings.to_stdout {
            return match member.kind {
                Kind::File => self.print(reader, member),
                _ => Ok(()),
            };
        }
        let path = below(directory, without_slashes(&member.name));
        if self.settings.existing == Existing::UnlinkFirst && member.kind != Kind::Directory {
            // What cannot be removed is told when the member cannot be made.
            let _ = unpack::remove(&path);
        }
        if self.settings.existing == Existing::KeepNewer
            && member.kind != Kind::Directory
            && files::stat(&path, false).is_ok_and(|stat| stat.mtime >= member.mtime)
        {
            self.console.warn(format_args!("Current ‘{}’ is newer or same age", in_message(&member.name)));
            return Ok(());
        }
        match member.kind {
            Kind::Directory => self.directory(member, path),
            Kind::Symlink => self.symlink(member, path),
            Kind::HardLink => self.hard_link(member, path, directory),
            Kind::Fifo => self.report(member, "Cannot mkfifo", |this| {
                this.make(&path, |path| files::make_fifo(path, member.mode & 0o777))?;
                Ok(())
            }),
            Kind::Character | Kind::BlockDevice => {
                self.report(member, "Cannot mknod", |_| Err(Errno::Perm));
            }
            // A label of the archive, and what only multi-volume and incremental archives have.
            Kind::Other(b'V' | b'M' | b'D' | b'N') => {}
            Kind::Other(flag) => {
                self.console.warn(format_args!(
                    "{}: Unknown file type '{}', extracted as normal file",
                    in_message(&member.name),
                    char::from(flag).escape_default()
                ));
                return self.file(reader, member, &path);
            }
            Kind::File | Kind::Sparse => return self.file(reader, member, &path),
        }
        Ok(())
    }

    /// Tells of a member that cannot be made.
    fn report(&mut self, member: &Member, what: &str, make: impl FnOnce(&mut Self) -> Result<(), Errno>) {
        if let Err(errno) = make(self) {
            self.console.error(format_args!("{}: {what}: {errno}", in_message(&member.name)));
        }
    }

    /// Makes something at a path: with the directories above it, and in the place of what is there. Absent when
    /// that stays.
    fn make<T>(&mut self, path: &[u8], make: impl FnMut(&[u8]) -> Result<T, Errno>) -> Result<Option<T>, Errno> {
        let existing = self.settings.existing;
        match unpack::make(path, !matches!(existing, Existing::Keep | Existing::Skip), make) {
            Err(Errno::Exist) if existing == Existing::Skip => Ok(None),
            result => result.map(Some),
        }
    }

    fn file(&mut self, reader: &mut Reader<'_>, member: &Member, path: &[u8]) -> Result<(), Failure> {
        let mode = member.mode & 0o777 & !self.umask;
        let how = match self.settings.existing {
            Existing::Overwrite => OpenFlags::TRUNCATE | OpenFlags::NO_FOLLOW,
            _ => OpenFlags::EXCLUSIVE,
        };
        let opened = self.make(path, |path| files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | how, mode));
        let file = match opened {
            Ok(Some(file)) => file,
            Ok(None) => return Ok(()),
            Err(errno) => {
                self.console.error(format_args!("{}: Cannot open: {errno}", in_message(&member.name)));
                return Ok(());
            }
        };
        if !self.copy(reader, member, &Target::File(&file))? {
            return Ok(());
        }
        let mode = if self.settings.same_permissions { member.mode & 0o7777 } else { mode };
        if (self.settings.same_permissions || self.settings.existing == Existing::Overwrite)
            && let Err(errno) = file.set_mode(mode)
        {
            self.console.error(format_args!("{}: Cannot change mode: {errno}", in_message(&member.name)));
        }
        if !self.settings.touch
            && let Err(errno) = file.set_times(None, Some(member.mtime))
        {
            self.console.error(format_args!("{}: Cannot utime: {errno}", in_message(&member.name)));
        }
        self.own(member, path);
        Ok(())
    }

    /// Gives a file its owner, where that is asked for.
    fn own(&self, member: &Member, path: &[u8]) {
        if self.settings.same_owner
            && let (Ok(uid), Ok(gid)) = (u32::try_from(member.uid), u32::try_from(member.gid))
            && let Err(errno) = files::set_owner(path, Some(uid), Some(gid), false)
        {
            let name = in_message(&member.name);
            self.console.error(format_args!("{name}: Cannot change ownership to uid {uid}, gid {gid}: {errno}"));
        }
    }

    fn print(&mut self, reader: &mut Reader<'_>, member: &Member) -> Result<(), Failure> {
        let stdout = OpenFile::inherited(1).ok_or_else(|| self.console.fatal("stdout: Bad file descriptor"))?;
        self.copy(reader, member, &Target::Stream(&stdout))?;
        Ok(())
    }

    /// Copies a member's contents; false when they could not be written, which is told.
    fn copy(&mut self, reader: &mut Reader<'_>, member: &Member, target: &Target<'_>) -> Result<bool, Failure> {
        self.buffer.resize(CHUNK, 0);
        let whole = [(0, member.size)];
        let parts = member.sparse.as_ref().map_or(&whole[..], |sparse| &sparse.parts);
        let mut end = 0;
        let result = (|| {
            for &(offset, len) in parts {
                target.hole(end, offset).map_err(Err)?;
                let mut left = len;
                while left > 0 {
                    let len = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
                    match reader.contents().read(&mut self.buffer[..len]) {
                        Ok(read) => {
                            target.write(&self.buffer[..read]).map_err(Err)?;
                            left -= read as u64;
                        }
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(Ok(error)),
                    }
                }
                end = offset.saturating_add(len);
            }
            match &member.sparse {
                Some(sparse) => target.end(end, sparse.size).map_err(Err),
                None => Ok(()),
            }
        })();
        match result {
            Ok(()) => Ok(true),
            Err(Ok(error)) => Err(reader.failure(&error)),
            Err(Err(errno)) => {
                self.console.error(format_args!("{}: Cannot write: {errno}", in_message(&member.name)));
                Ok(false)
            }
        }
    }

    fn directory(&mut self, member: &Member, path: Vec<u8>) {
        let existing = self.settings.existing;
        let made = self.make(&path, |path| match fs::mkdir(path) {
            Err(Errno::Exist) => match files::stat(path, false) {
                Ok(stat) if stat.kind == FileType::Directory => Ok(Made::Yes),
                _ if existing == Existing::Skip => Ok(Made::Kept),
                _ => Err(Errno::Exist),
            },
            result => result.map(|()| Made::Yes),
        });
        match made {
            Ok(Some(Made::Yes)) => {
                self.own(member, &path);
                let all = if self.settings.same_permissions { 0o7777 } else { 0o777 };
                self.directories.push(Directory {
                    path,
                    mode: member.mode & all & !self.umask,
                    mtime: (!self.settings.touch).then_some(member.mtime),
                });
            }
            Ok(_) => {}
            Err(errno) => self.console.error(format_args!("{}: Cannot mkdir: {errno}", in_message(&member.name))),
        }
    }

    fn symlink(&mut self, member: &Member, path: Vec<u8>) {
        let leads_out = member.link.starts_with(b"/") || has_dot_dot(&member.link);
        if leads_out && !self.settings.absolute {
            return self.placeholder(member, path, member.link.clone());
        }
        let what = format!("Cannot create symlink to ‘{}’", in_message(&member.link));
        self.report(member, &what, |this| this.make(&path, |path| fs::symlink(&member.link, path)).map(drop));
    }

    /// Makes an empty file where a link will be.
    fn placeholder(&mut self, member: &Member, path: Vec<u8>, target: Vec<u8>) {
        let made = self.make(&path, Links::placeholder).and_then(|file| match file {
            Some(file) => self.links.put_off(path, target, &file),
            None => Ok(()),
        });
        if let Err(errno) = made {
            self.console.error(format_args!("{}: Cannot open: {errno}", in_message(&member.name)));
        }
    }

    fn hard_link(&mut self, member: &Member, path: Vec<u8>, directory: &[u8]) {
        let target = below(directory, &member.link);
        // Another name of a link that is yet to be made is another link.
        if let Some(target) = self.links.target(&target).map(<[u8]>::to_vec) {
            return self.placeholder(member, path, target);
        }
        if path == target {
            return;
        }
        let what = format!("Cannot hard link to ‘{}’", in_message(&member.link));
        self.report(member, &what, |this| this.make(&path, |path| fs::link(&target, path)).map(drop));
    }

    /// Makes the links that were put off, then sets the directories' modes and times.
    pub fn finish(&mut self) {
        let console = self.console;
        self.links.finish(|path, target, made| {
            if let Err(errno) = made {
                let (name, target) = (in_message(path), in_message(target));
                console.error(format_args!("{name}: Cannot create symlink to ‘{target}’: {errno}"));
            }
        });
        // Those inside first: setting them changes those above.
        for Directory { path, mode, mtime } in std::mem::take(&mut self.directories).into_iter().rev() {
            let result = files::open(&path, OpenFlags::READ | OpenFlags::DIRECTORY | OpenFlags::NO_FOLLOW, 0).and_then(
                |directory| {
                    directory.set_times(None, mtime)?;
                    directory.set_mode(mode)
                },
            );
            // A later member may have taken its place.
            if let Err(errno) = result
                && !matches!(errno, Errno::Noent | Errno::Notdir | Errno::Loop)
            {
                self.console.error(format_args!("{}: Cannot change mode: {errno}", in_message(&path)));
            }
        }
    }
}

/// Where contents go.
enum Target<'f> {
    File(&'f OpenFile),
    /// Holes are zeros there.
    Stream(&'f OpenFile),
}

impl Target<'_> {
    fn write(&self, data: &[u8]) -> Result<(), Errno> {
        let (Target::File(file) | Target::Stream(file)) = self;
        file.write_bytes(data)
    }

    /// Goes from `at` to `to`.
    fn hole(&self, at: u64, to: u64) -> Result<(), Errno> {
        if at == to {
            return Ok(());
        }
        match self {
            Target::File(file) => file.seek_to(i64::try_from(to).map_err(|_| Errno::Overflow)?, Whence::Set).map(drop),
            Target::Stream(file) => {
                let zeros = [0; 8192];
                let mut left = to - at;
                while left > 0 {
                    let len = left.min(zeros.len() as u64);
                    file.write_bytes(&zeros[..len as usize])?;
                    left -= len;
                }
                Ok(())
            }
        }
    }

    /// Ends a file that has holes.
    fn end(&self, at: u64, size: u64) -> Result<(), Errno> {
        match self {
            Target::File(file) => file.set_size(size),
            Target::Stream(_) => self.hole(at, size),
        }
    }
}

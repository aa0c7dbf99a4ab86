//! `cpio -p`: files from here to there, without an archive.

use super::{NamesOnInput, Settings, below, blocks, tell};
use crate::compress::say;
use crate::input::{CopyError, copy, errno};
use crate::unpack;
use agentfense_support::quote::lossy;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Outcome, fs};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFlags, Stat};
use agentfense_sys::processes;
use std::collections::HashMap;

/// Copies the files whose names come on standard input to `directory`.
pub fn run(settings: &Settings, directory: &[u8]) -> Outcome {
    let mut names = NamesOnInput::new(settings)?;
    let mut pass = Pass { settings, umask: processes::get_umask(), made: HashMap::new(), directories: Vec::new() };
    let (mut status, mut bytes) = (0, 0);
    while let Some(name) = names.next_name()? {
        let from = below(settings, &name);
        let to = join(directory, name.strip_prefix(b"/").unwrap_or(&name));
        let result = files::stat(&from, settings.dereference).map_err(|errno| format!("Cannot stat: {errno}"));
        let result = result.and_then(|stat| pass.file(&from, &to, &stat));
        match result {
            Ok(copied) => bytes += copied,
            Err(message) => {
                tell(format_args!("{}: {message}", lossy(&name)));
                status = 2;
                continue;
            }
        }
        if settings.verbose {
            say([to.as_slice(), b"\n"].concat());
        }
    }
    pass.finish();
    blocks(settings, bytes);
    Ok::<u8, Failure>(status)
}

struct Pass<'a> {
    settings: &'a Settings,
    umask: u32,
    /// Where files with several names came to.
    made: HashMap<(u64, u64), Vec<u8>>,
    directories: Vec<(Vec<u8>, u32, i64)>,
}

impl Pass<'_> {
    /// Copies one file; how many bytes that were.
    fn file(&mut self, from: &[u8], to: &[u8], stat: &Stat) -> Result<u64, String> {
        let there = files::stat(to, false);
        if stat.kind != FileType::Directory
            && !self.settings.unconditional
            && there.is_ok_and(|there| there.mtime >= stat.mtime)
        {
            return Err("not created: newer or same age version exists".into());
        }
        let failed = |errno: Errno| format!("Cannot open: {errno}");
        let mode = stat.mode & 0o777 & !self.umask;
        match stat.kind {
            FileType::Directory => {
                self.make(to, |path| match fs::mkdir(path) {
                    Err(Errno::Exist) if files::stat(path, true).is_ok_and(|it| it.kind == FileType::Directory) => {
                        Ok(())
                    }
                    result => result,
                })
                .map_err(failed)?;
                self.directories.push((to.to_vec(), mode, stat.mtime));
                Ok(0)
            }
            FileType::Symlink => {
                let target = files::read_link(from).map_err(failed)?;
                self.make(to, |path| fs::symlink(&target, path)).map_err(failed)?;
                Ok(0)
            }
            FileType::Fifo => self.make(to, |path| files::make_fifo(path, mode)).map(|()| 0).map_err(failed),
            FileType::Regular => self.regular(from, to, stat, mode),
            FileType::Character | FileType::Block | FileType::Socket => Err(failed(Errno::Perm)),
        }
    }

    fn regular(&mut self, from: &[u8], to: &[u8], stat: &Stat, mode: u32) -> Result<u64, String> {
        let failed = |errno: Errno| format!("Cannot open: {errno}");
        let key = (stat.dev, stat.ino);
        let known = if self.settings.link { Some(from) } else { self.made.get(&key).map(Vec::as_slice) };
        if let Some(known) = known {
            // Across filesystems there are no links.
            if self.make(to, |path| fs::link(known, path)).is_ok() {
                return Ok(0);
            }
        }
        let mut source = files::open(from, OpenFlags::READ, 0).map_err(failed)?;
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let mut file = self.make(to, |path| files::open(path, flags, mode)).map_err(failed)?;
        let copied = copy(&mut source, &mut file).map_err(|error| match error {
            CopyError::Read(error) => format!("Cannot read: {}", errno(&error)),
            CopyError::Write(error) => format!("Cannot write: {}", errno(&error)),
        })?;
        if self.settings.times {
            file.set_times(Some(stat.atime), Some(stat.mtime)).map_err(|errno| format!("Cannot utime: {errno}"))?;
        }
        if stat.nlink > 1 {
            self.made.insert(key, to.to_vec());
        }
        Ok(copied)
    }

    fn make<T>(&self, path: &[u8], mut make: impl FnMut(&[u8]) -> Result<T, Errno>) -> Result<T, Errno> {
        if self.settings.directories {
            return unpack::make(path, true, make);
        }
        match make(path) {
            Err(Errno::Exist) => unpack::remove(path).map_err(|_| Errno::Exist).and_then(|()| make(path)),
            result => result,
        }
    }

    /// Sets the directories' modes and times, those inside first.
    fn finish(&mut self) {
        for (path, mode, mtime) in std::mem::take(&mut self.directories).into_iter().rev() {
            if let Ok(directory) = files::open(&path, OpenFlags::READ | OpenFlags::DIRECTORY, 0) {
                let times = if self.settings.times { directory.set_times(None, Some(mtime)) } else { Ok(()) };
                if let Err(errno) = times.and_then(|()| directory.set_mode(mode)) {
                    tell(format_args!("{}: Cannot change mode: {errno}", lossy(&path)));
                }
            }
        }
    }
}

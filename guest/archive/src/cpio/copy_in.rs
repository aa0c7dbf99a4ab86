//! `cpio -i`.

use super::header::{Bad, Format, Header};
use super::{Settings, TRAILER, archive, below, blocks, fatal, tell};
use crate::compress::say;
use crate::input::{CHUNK, Input};
use crate::unpack::{self, Links};
use agentfense_support::names::Names;
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::time::{self, Civil};
use agentfense_support::{Failure, Outcome, fs, mode, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};
use agentfense_sys::processes;
use std::collections::HashMap;
use std::io::{BufRead, BufWriter, Read, Write};

/// What a link points at cannot be longer.
const LONGEST_TARGET: u64 = 4096;

/// Half a year: older files are listed with their year.
const RECENT: i64 = 15_778_476 * crate::times::SECOND;

/// Extracts or lists.
pub fn run(settings: &Settings) -> Outcome {
    let input = Input::new(archive(settings, false)?);
    let count = input.count();
    let mut run = Run {
        settings,
        input,
        out: stdout(),
        users: Names::users(),
        groups: Names::groups(),
        umask: processes::get_umask(),
        links: Links::default(),
        made: HashMap::new(),
        deferred: Vec::new(),
        directories: Vec::new(),
        status: 0,
    };
    let result = run.all();
    run.out.flush()?;
    result?;
    blocks(settings, count.get().next_multiple_of(512));
    Ok(run.status)
}

/// The type of a member.
fn kind(mode: u32) -> Option<FileType> {
    [
        FileType::Regular,
        FileType::Directory,
        FileType::Symlink,
        FileType::Fifo,
        FileType::Character,
        FileType::Block,
        FileType::Socket,
    ]
    .into_iter()
    .find(|&kind| mode::type_bits(kind) == mode & 0o170_000)
}

struct Run<'a> {
    settings: &'a Settings,
    input: Input,
    out: BufWriter<Stdout>,
    users: Names,
    groups: Names,
    umask: u32,
    links: Links,
    /// Where files with several names came to.
    made: HashMap<(u64, u64), Vec<u8>>,
    /// Names of files whose contents come with another of their names.
    deferred: Vec<(Vec<u8>, Header)>,
    directories: Vec<(Vec<u8>, u32, i64)>,
    status: u8,
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        loop {
            let (format, header) = match Format::read(&mut self.input) {
                Ok(read) => read,
                Err(Bad::End) => return Err(fatal("premature end of archive")),
                Err(Bad::Malformed) => return Err(fatal("malformed header")),
            };
            if header.name == TRAILER {
                break;
            }
            let size = header.size;
            let before = self.input.count().get();
            let settings = self.settings;
            let matches = settings.patterns.is_empty()
                || settings.patterns.iter().any(|glob| glob.matches(&header.name)) != settings.nonmatching;
            if matches {
                self.member(header)?;
            }
            let used = self.input.count().get() - before;
            self.skip(size.saturating_sub(used))?;
            self.skip(format.padding(size))?;
        }
        for (path, header) in std::mem::take(&mut self.deferred) {
            self.again(&path, &header);
        }
        let mut failed = false;
        self.links.finish(|path, target, made| {
            if let Err(errno) = made {
                tell(format_args!("{}: Cannot symlink to {}: {errno}", lossy(path), lossy(target)));
                failed = true;
            }
        });
        if failed {
            self.status = 2;
        }
        for (path, mode, mtime) in std::mem::take(&mut self.directories).into_iter().rev() {
            let flags = OpenFlags::READ | OpenFlags::DIRECTORY | OpenFlags::NO_FOLLOW;
            // A later member may have taken its place.
            if let Ok(directory) = files::open(&path, flags, 0) {
                let times = if self.settings.times { directory.set_times(None, Some(mtime)) } else { Ok(()) };
                if let Err(errno) = times.and_then(|()| directory.set_mode(mode)) {
                    tell(format_args!("{}: Cannot change mode: {errno}", lossy(&path)));
                }
            }
        }
        // What is after the end is padding.
        while let Ok(rest) = self.input.fill_buf() {
            match rest.len() {
                0 => break,
                len => self.input.consume(len),
            }
        }
        Ok(())
    }

    fn skip(&mut self, mut len: u64) -> Result<(), Failure> {
        while len > 0 {
            let available = self.input.fill_buf().map_err(|_| fatal("premature end of file"))?.len();
            if available == 0 {
                return Err(fatal("premature end of file"));
            }
            let taken = available.min(usize::try_from(len).unwrap_or(usize::MAX));
            self.input.consume(taken);
            len -= taken as u64;
        }
        Ok(())
    }

    /// A short content: what a link points at.
    fn target(&mut self, header: &Header) -> Result<Vec<u8>, Failure> {
        if header.size > LONGEST_TARGET {
            return Err(fatal("symbolic link too long"));
        }
        let mut target = vec![0; header.size as usize];
        self.input.read_exact(&mut target).map_err(|_| fatal("premature end of file"))?;
        target.truncate(target.iter().position(|&b| b == 0).unwrap_or(target.len()));
        Ok(target)
    }

    fn member(&mut self, header: Header) -> Result<(), Failure> {
        let kind = kind(header.mode);
        let settings = self.settings;
        if settings.list {
            let target =
                if kind == Some(FileType::Symlink) && settings.verbose { self.target(&header)? } else { Vec::new() };
            return Ok(self.line(&header, kind, &target)?);
        }
        if settings.to_stdout {
            if kind == Some(FileType::Regular) {
                self.out.flush()?;
                let stdout = OpenFile::inherited(1).ok_or_else(|| fatal(Errno::Badf.to_string()))?;
                self.contents(&header, &stdout)?;
            }
            return Ok(());
        }
        let Some(path) = self.path(&header) else { return Ok(()) };
        let made = match kind {
            Some(FileType::Directory) => self.directory(&header, path),
            Some(FileType::Symlink) => {
                let target = self.target(&header)?;
                self.symlink(&header, path, target)
            }
            Some(FileType::Regular) | None => return self.file(&header, path),
            Some(FileType::Fifo) => {
                self.make(&path, &header, |path| files::make_fifo(path, header.mode & 0o777)).map(drop)
            }
            Some(FileType::Character | FileType::Block | FileType::Socket) => Err(Errno::Perm),
        };
        if let Err(errno) = made {
            self.unmade(&header, errno);
        }
        self.verbose(&header);
        Ok(())
    }

    fn verbose(&self, header: &Header) {
        if self.settings.verbose {
            say([header.name.as_slice(), b"\n"].concat());
        }
    }

    fn unmade(&mut self, header: &Header, errno: Errno) {
        tell(format_args!("{}: Cannot open: {errno}", lossy(&header.name)));
        self.status = 2;
    }

    /// A row of the listing.
    fn line(&mut self, header: &Header, kind: Option<FileType>, target: &[u8]) -> std::io::Result<()> {
        if self.settings.verbose {
            let owner = |table: &Names, id: u32| {
                if self.settings.numeric { id.to_string() } else { table.name_or_number(id) }
            };
            let age = time::now().saturating_sub(header.mtime);
            let date = if (0..RECENT).contains(&age) { "%b %e %H:%M" } else { "%b %e  %Y" };
            let date = Civil::from_nanoseconds(header.mtime).format(date);
            let text = mode::text(kind.unwrap_or(FileType::Regular), header.mode);
            let (user, group) = (owner(&self.users, header.uid), owner(&self.groups, header.gid));
            let (links, size) = (header.links, header.size);
            write!(self.out, "{text} {links:3} {user:8.8} {group:8.8} {size:8} {date} ")?;
        }
        self.out.write_all(&header.name)?;
        if !target.is_empty() {
            self.out.write_all(&[b" -> ", target].concat())?;
        }
        self.out.write_all(b"\n")
    }

    /// Where a member goes; absent when it would be elsewhere.
    fn path(&mut self, header: &Header) -> Option<Vec<u8>> {
        let mut name = header.name.as_slice();
        if !self.settings.absolute {
            if name.split(|&b| b == b'/').any(|part| part == b"..") {
                tell(format_args!("{}: Member name contains '..'", lossy(name)));
                self.status = 2;
                return None;
            }
            while let Some(rest) = name.strip_prefix(b"/") {
                name = rest;
            }
        }
        while let Some(rest) = name.strip_suffix(b"/") {
            name = rest;
        }
        Some(below(self.settings, if name.is_empty() { b"." } else { name }))
    }

    /// Makes something where a member goes; absent when what is there stays.
    fn make<T>(
        &self,
        path: &[u8],
        header: &Header,
        make: impl FnMut(&[u8]) -> Result<T, Errno>,
    ) -> Result<Option<T>, Errno> {
        if !self.settings.unconditional && files::stat(path, false).is_ok_and(|stat| stat.mtime >= header.mtime) {
            tell(format_args!("{} not created: newer or same age version exists", lossy(&header.name)));
            return Ok(None);
        }
        if self.settings.directories {
            return unpack::make(path, true, make).map(Some);
        }
        let mut make = make;
        match make(path) {
            Err(Errno::Exist) => unpack::remove(path).map_err(|_| Errno::Exist).and_then(|()| make(path)).map(Some),
            result => result.map(Some),
        }
    }

    fn directory(&mut self, header: &Header, path: Vec<u8>) -> Result<(), Errno> {
        let make = |path: &[u8]| match fs::mkdir(path) {
            Err(Errno::Exist) if files::stat(path, false).is_ok_and(|stat| stat.kind == FileType::Directory) => Ok(()),
            result => result,
        };
        if self.settings.directories {
            unpack::make(&path, true, make)?
        } else {
            make(&path)?
        }
        self.directories.push((path, header.mode & 0o777 & !self.umask, header.mtime));
        Ok(())
    }

    fn symlink(&mut self, header: &Header, path: Vec<u8>, target: Vec<u8>) -> Result<(), Errno> {
        let leads_out = target.starts_with(b"/") || target.split(|&b| b == b'/').any(|part| part == b"..");
        if !leads_out || self.settings.absolute {
            return self.make(&path, header, |path| fs::symlink(&target, path)).map(drop);
        }
        match self.make(&path, header, Links::placeholder)? {
            Some(file) => self.links.put_off(path, target, &file),
            None => Ok(()),
        }
    }

    fn file(&mut self, header: &Header, path: Vec<u8>) -> Result<(), Failure> {
        self.verbose(header);
        if header.links > 1 {
            if header.size == 0 {
                self.deferred.push((path, header.clone()));
                return Ok(());
            }
            if self.made.contains_key(&header.file) {
                self.again(&path, header);
                return Ok(());
            }
        }
        let mode = header.mode & 0o777 & !self.umask;
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let file = match self.make(&path, header, |path| files::open(path, flags, mode)) {
            Ok(Some(file)) => file,
            Ok(None) => {
                self.made.insert(header.file, path);
                return Ok(());
            }
            Err(errno) => {
                self.unmade(header, errno);
                return Ok(());
            }
        };
        self.contents(header, &file)?;
        if self.settings.times
            && let Err(errno) = file.set_times(None, Some(header.mtime))
        {
            tell(format_args!("{}: Cannot utime: {errno}", lossy(&header.name)));
        }
        if header.links > 1 {
            self.made.insert(header.file, path);
        }
        Ok(())
    }

    /// Makes another name of a file that is there, or an empty file.
    fn again(&mut self, path: &[u8], header: &Header) {
        let known = self.made.get(&header.file).cloned();
        let made = match &known {
            Some(known) if known == path => return,
            Some(known) => self.make(path, header, |path| fs::link(known, path)),
            None => {
                let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
                let mode = header.mode & 0o777 & !self.umask;
                let made = self.make(path, header, |path| files::open(path, flags, mode).map(drop));
                self.made.insert(header.file, path.to_vec());
                made
            }
        };
        if let Err(errno) = made {
            self.unmade(header, errno);
        }
    }

    /// Copies a member's contents.
    fn contents(&mut self, header: &Header, file: &OpenFile) -> Result<(), Failure> {
        let mut left = header.size;
        let mut sum = 0u32;
        while left > 0 {
            let data = self.input.fill_buf().map_err(|_| fatal("premature end of file"))?;
            if data.is_empty() {
                return Err(fatal("premature end of file"));
            }
            let len = data.len().min(usize::try_from(left).unwrap_or(CHUNK));
            sum = data[..len].iter().fold(sum, |sum, &b| sum.wrapping_add(u32::from(b)));
            if let Err(errno) = file.write_bytes(&data[..len]) {
                tell(format_args!("{}: Cannot write: {errno}", lossy(&header.name)));
                self.status = 2;
                return Ok(());
            }
            self.input.consume(len);
            left -= len as u64;
        }
        if header.sum != 0 && header.sum != sum {
            tell(format_args!("{}: checksum error (0x{sum:x}, should be 0x{:x})", lossy(&header.name), header.sum));
        }
        Ok(())
    }
}

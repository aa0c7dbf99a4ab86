//! Storing files: `-c`, `-r` and `-u`.

use super::archive::{self, Created};
use super::console::{Console, in_message};
use super::header::{Kind, Member, Misfit};
use super::list::Lister;
use super::names::{Stripper, without_slashes};
use super::options::mistake;
use super::settings::{Operand, Operation, Owner, Settings, Sort};
use super::transform::Subject;
use super::writer::{WriteError, Writer};
use super::{below, unlisted};
use crate::input::{CHUNK, errno};
use crate::times::split;
use agentfense_support::names::Names;
use agentfense_support::walk::join;
use agentfense_support::{Failure, fs};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Stat};
use std::collections::HashMap;

/// Makes an archive or adds to one.
pub fn run(settings: &Settings, console: &Console) -> Result<(), Failure> {
    let mut have: HashMap<Vec<u8>, i64> = HashMap::new();
    let created = match settings.operation {
        Operation::Create if settings.operands.is_empty() && settings.wanted.is_everything() => {
            return Err(mistake("Cowardly refusing to create an empty archive"));
        }
        Operation::Create => archive::create(settings, console)?,
        operation => archive::append(settings, console, |member| {
            if operation == Operation::Update {
                let latest = have.entry(without_slashes(&member.name).to_vec()).or_insert(member.mtime);
                *latest = member.mtime.max(*latest);
            }
        })?,
    };
    let Created { writer, file, child } = created;
    let itself = file.and_then(|file| file.stat().ok()).filter(|stat| stat.kind == FileType::Regular);
    let mut creator = Creator {
        settings,
        console,
        writer,
        itself: itself.map(|stat| (stat.dev, stat.ino)),
        have,
        links: HashMap::new(),
        stripper: Stripper::default(),
        lister: Lister::new(settings.verbose > 1, settings.numeric, settings.full_time),
        users: Names::users(),
        groups: Names::groups(),
        buffer: vec![0; CHUNK],
        directories: Vec::new(),
    };
    for operand in &settings.operands {
        creator.operand(operand)?;
    }
    let directories = std::mem::take(&mut creator.directories);
    let unwritten = unwritten(settings, console);
    let written = creator.writer.finish().map_err(|error| unwritten(errno(&error)))?;
    if let Some(child) = child {
        archive::wait(child, console)?;
    }
    // Those inside first.
    for directory in directories.iter().rev() {
        if let Err(errno) = fs::rmdir(directory) {
            console.error(format_args!("{}: Cannot rmdir: {errno}", in_message(directory)));
        }
    }
    if settings.totals {
        console.raw(&format!("Total bytes written: {written}"));
    }
    Ok(())
}

/// The failure to write the archive.
pub fn unwritten<'a>(settings: &'a Settings, console: &'a Console) -> impl Fn(Errno) -> Failure + use<'a> {
    let name = in_message(settings.file.as_deref().unwrap_or(b"-"));
    move |errno| console.fatal(format_args!("{name}: Cannot write: {errno}"))
}

struct Creator<'a> {
    settings: &'a Settings,
    console: &'a Console,
    writer: Writer,
    /// The archive's own file.
    itself: Option<(u64, u64)>,
    /// The latest time of each member that is there already.
    have: HashMap<Vec<u8>, i64>,
    /// The first name of each file that may have several.
    links: HashMap<(u64, u64), Vec<u8>>,
    stripper: Stripper,
    lister: Lister,
    users: Names,
    groups: Names,
    buffer: Vec<u8>,
    /// To be removed at the end.
    directories: Vec<Vec<u8>>,
}

impl Creator<'_> {
    /// Stores a file of the command line and what is below it.
    fn operand(&mut self, operand: &Operand) -> Result<(), Failure> {
        // A list of its own rather than recursion: a tree may be deeper than the stack.
        let mut pending = vec![operand.name.clone()];
        while let Some(name) = pending.pop() {
            let path = below(&operand.directory, &name);
            if self.settings.excludes.iter().any(|pattern| pattern.matches(&name)) {
                continue;
            }
            let stat = match files::stat(&path, self.settings.dereference) {
                Ok(stat) => stat,
                Err(errno) => {
                    self.console.error(format_args!("{}: Cannot stat: {errno}", in_message(&name)));
                    continue;
                }
            };
            self.file(&path, &name, &stat)?;
            if stat.kind == FileType::Directory && self.settings.recursion {
                self.children(&path, &name, &mut pending);
            }
        }
        Ok(())
    }

    /// Adds a directory's files to what is to be stored, the first one last.
    fn children(&self, path: &[u8], name: &[u8], pending: &mut Vec<Vec<u8>>) {
        let mut entries = match files::read_dir(path) {
            Ok(entries) => entries,
            Err(errno) => {
                self.console.error(format_args!("{}: Cannot open: {errno}", in_message(name)));
                return;
            }
        };
        match self.settings.sort {
            Sort::None => {}
            Sort::Name => entries.sort_by(|a, b| a.name.cmp(&b.name)),
            Sort::Inode => {
                entries
                    .sort_by_cached_key(|entry| files::stat(join(path, &entry.name), false).map_or(0, |stat| stat.ino));
            }
        }
        pending.extend(entries.iter().rev().map(|entry| join(name, &entry.name)));
    }

    /// Stores one file.
    fn file(&mut self, path: &[u8], name: &[u8], stat: &Stat) -> Result<(), Failure> {
        if self.itself == Some((stat.dev, stat.ino)) {
            self.console.warn(format_args!("{}: file is the archive; not dumped", in_message(name)));
            return Ok(());
        }
        let directory = stat.kind == FileType::Directory;
        let mut member = self.member(name, stat);
        if directory && !member.name.ends_with(b"/") {
            member.name.push(b'/');
        }
        if let Some(&mtime) = self.have.get(without_slashes(&member.name))
            && split(mtime).0 >= split(stat.mtime).0
        {
            return Ok(());
        }
        let mut contents = None;
        match stat.kind {
            FileType::Regular => {}
            FileType::Directory => member.kind = Kind::Directory,
            FileType::Symlink => match files::read_link(path) {
                Ok(link) => {
                    member.kind = Kind::Symlink;
                    member.link = self.settings.transform.apply(&link, Subject::Symlink);
                }
                Err(errno) => {
                    self.console.error(format_args!("{}: Cannot readlink: {errno}", in_message(name)));
                    return Ok(());
                }
            },
            FileType::Fifo => member.kind = Kind::Fifo,
            FileType::Character => member.kind = Kind::Character,
            FileType::Block => member.kind = Kind::BlockDevice,
            FileType::Socket => {
                self.console.warn(format_args!("{}: socket ignored", in_message(name)));
                return Ok(());
            }
        }
        if stat.kind == FileType::Regular {
            match self.first_name(name, stat) {
                Some(first) => (member.kind, member.link) = (Kind::HardLink, first),
                None => match files::open(path, OpenFlags::READ, 0) {
                    Ok(file) => {
                        member.size = stat.size;
                        contents = Some(file);
                    }
                    Err(errno) => {
                        self.console.error(format_args!("{}: Cannot open: {errno}", in_message(name)));
                        return Ok(());
                    }
                },
            }
        }
        if self.settings.verbose > 0 {
            let mut listed = member.clone();
            if !self.settings.show_transformed {
                listed.name = name.to_vec();
                if directory && !name.ends_with(b"/") {
                    listed.name.push(b'/');
                }
            }
            self.console.line(&self.lister.line(&listed)).map_err(unlisted)?;
        }
        if let Err(error) = self.writer.header(&member) {
            return self.unstored(&member, error);
        }
        if let Some(file) = contents {
            self.contents(name, &file, stat)?;
        }
        if self.settings.remove {
            if directory {
                self.directories.push(path.to_vec());
            } else if let Err(errno) = fs::unlink(path) {
                self.console.error(format_args!("{}: Cannot unlink: {errno}", in_message(name)));
            }
        }
        Ok(())
    }

    fn unstored(&self, member: &Member, error: WriteError) -> Result<(), Failure> {
        let what = match error {
            WriteError::Io(error) => return Err(unwritten(self.settings, self.console)(errno(&error))),
            WriteError::Misfit(Misfit::Name) => "file name is too long (cannot be split); not dumped",
            WriteError::Misfit(Misfit::Link) => "link name is too long; not dumped",
            WriteError::Misfit(Misfit::Number) => "value out of range for this format; not dumped",
        };
        self.console.error(format_args!("{}: {what}", in_message(&member.name)));
        Ok(())
    }

    /// What the archive tells of a file, before it is known what it is.
    fn member(&self, name: &[u8], stat: &Stat) -> Member {
        let settings = self.settings;
        let stored = if settings.absolute { name } else { self.stripper.strip(self.console, name, false) };
        let several = stat.nlink > 1 || settings.operands.len() > 1;
        if !settings.absolute && !settings.hard_dereference && several && stat.kind != FileType::Directory {
            self.stripper.strip_target_too(self.console, name);
        }
        let mode = stat.mode & 0o7777;
        let mtime = match settings.mtime {
            Some(mtime) if settings.clamp_mtime => mtime.min(stat.mtime),
            Some(mtime) => mtime,
            None => stat.mtime,
        };
        let (uid, user) = self.owner(settings.owner.as_ref(), stat.uid, &self.users);
        let (gid, group) = self.owner(settings.group.as_ref(), stat.gid, &self.groups);
        let change = settings.mode.as_ref();
        Member {
            name: settings.transform.apply(stored, Subject::Member),
            mode: change.map_or(mode, |change| change.apply(mode, stat.kind == FileType::Directory, 0)),
            uid,
            gid,
            user,
            group,
            mtime,
            ..Member::default()
        }
    }

    /// An owner's number and name.
    fn owner(&self, instead: Option<&Owner>, id: u32, table: &Names) -> (u64, Vec<u8>) {
        let own = || table.name(id).map(|name| name.as_bytes().to_vec()).unwrap_or_default();
        let (number, name) = match instead {
            Some(owner) => (owner.id.unwrap_or(u64::from(id)), owner.name.clone().unwrap_or_else(own)),
            None => (u64::from(id), own()),
        };
        (number, if self.settings.numeric { Vec::new() } else { name })
    }

    /// The name that a file was stored as before; notes this one otherwise.
    fn first_name(&mut self, name: &[u8], stat: &Stat) -> Option<Vec<u8>> {
        let settings = self.settings;
        if settings.hard_dereference || (stat.nlink < 2 && settings.operands.len() < 2) {
            return None;
        }
        match self.links.entry((stat.dev, stat.ino)) {
            std::collections::hash_map::Entry::Occupied(first) => {
                let first = first.get();
                let first = if settings.absolute { first } else { self.stripper.strip(self.console, first, true) };
                Some(settings.transform.apply(first, Subject::HardLink))
            }
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(name.to_vec());
                None
            }
        }
    }

    /// Stores what a file holds: as much as its header says, whatever becomes of the file meanwhile.
    fn contents(&mut self, name: &[u8], file: &OpenFile, stat: &Stat) -> Result<(), Failure> {
        use std::io::Read;
        let unwritten = unwritten(self.settings, self.console);
        let mut left = stat.size;
        while left > 0 {
            let len = usize::try_from(left).unwrap_or(usize::MAX).min(self.buffer.len());
            let read = match (&mut &*file).read(&mut self.buffer[..len]) {
                Ok(0) => {
                    self.console
                        .differs(format_args!("{}: File shrank by {left} bytes; padding with zeros", in_message(name)));
                    0
                }
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let at = stat.size - left;
                    self.console.error(format_args!(
                        "{}: Read error at byte {at}, while reading {len} bytes: {}",
                        in_message(name),
                        errno(&error)
                    ));
                    0
                }
            };
            if read == 0 {
                self.writer.zeros(left).map_err(|error| unwritten(errno(&error)))?;
                break;
            }
            self.writer.contents(&self.buffer[..read]).map_err(|error| unwritten(errno(&error)))?;
            left -= read as u64;
        }
        self.writer.pad().map_err(|error| unwritten(errno(&error)))?;
        if left == 0 && file.stat().is_ok_and(|now| now.size != stat.size || now.mtime != stat.mtime) {
            self.console.differs(format_args!("{}: file changed as we read it", in_message(name)));
        }
        Ok(())
    }
}

//! cp: copies files and directories.

mod options;

use super::target::{self, arrow, confirm};
use agentfense_support::walk::join;
use agentfense_support::{Failure, Outcome, complain, fs, quote, stdout};
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Stat};
use agentfense_sys::{Errno, processes};
use options::{Follow, How, Overwrite, Preserve, Settings};
use std::collections::{HashMap, HashSet};
use std::io::Write;

/// How much is copied at a time.
const CHUNK: u32 = 256 * 1024;

/// Runs cp.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut settings = options::read(args)?;
    let mut names = std::mem::take(&mut settings.names);
    let into = target::directory(&mut names, settings.target.take(), settings.plain)?;
    if settings.parents && into.is_none() {
        return Err(Failure::usage("with --parents, the destination must be a directory"));
    }
    let mut cp = Cp {
        settings: &settings,
        out: stdout(),
        status: 0,
        umask: processes::get_umask(),
        copied: HashMap::new(),
        root: None,
    };
    match into {
        None => cp.operand(&names[0], &names[1])?,
        Some(directory) => {
            let mut made = HashSet::new();
            for name in &names {
                let destination = if settings.parents {
                    cp.parents(&directory, target::trim(name))?;
                    join(&directory, target::trim(name))
                } else if matches!(target::trim(name).rsplit(|&b| b == b'/').next(), Some(b"." | b"..")) {
                    // What is in it goes into the directory.
                    join(&directory, b".")
                } else {
                    target::inside(&directory, name)
                };
                let directory = target::is_directory(name);
                if !made.insert(destination.clone()) && !directory && settings.backup.is_none() {
                    let (new, old) = (quote(&destination), quote(name));
                    cp.complain(format!("will not overwrite just-created {new} with {old}"))?;
                    continue;
                }
                cp.operand(name, &destination)?;
            }
        }
    }
    cp.out.flush()?;
    Ok(cp.status)
}

/// What is still to be done.
enum Step {
    Copy {
        source: Vec<u8>,
        destination: Vec<u8>,
        operand: bool,
    },
    /// A directory whose entries are copied.
    Leave {
        destination: Vec<u8>,
        stat: Stat,
        made: bool,
    },
}

/// A copy failed: the message, or standard output is gone.
enum Stop {
    Message(String),
    Write(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Write(error)
    }
}

fn stop<T>(message: String) -> Result<T, Stop> {
    Err(Stop::Message(message))
}

struct Cp<'a, W: Write> {
    settings: &'a Settings,
    out: W,
    status: u8,
    umask: u32,
    /// Where files with several names went.
    copied: HashMap<(u64, u64), Vec<u8>>,
    /// The directory that the operand became, which is not copied into itself.
    root: Option<(u64, u64)>,
}

impl<W: Write> Cp<'_, W> {
    fn complain(&mut self, message: String) -> std::io::Result<()> {
        self.out.flush()?;
        complain("cp", message);
        self.status = 1;
        Ok(())
    }

    /// Copies an operand and all below it. A list rather than recursion: a tree may be deeper than the stack.
    fn operand(&mut self, source: &[u8], destination: &[u8]) -> Result<(), Failure> {
        self.root = None;
        let device = files::stat(source, true).ok().map(|stat| stat.dev);
        let operand = (source, destination);
        let mut steps = vec![Step::Copy { source: source.to_vec(), destination: destination.to_vec(), operand: true }];
        while let Some(step) = steps.pop() {
            let done = match step {
                Step::Copy { source, destination, operand: first } => {
                    self.one(&source, &destination, first, operand, device, &mut steps)
                }
                Step::Leave { destination, stat, made } => self.leave(&destination, &stat, made),
            };
            match done {
                Ok(()) => {}
                Err(Stop::Message(message)) => self.complain(message)?,
                Err(Stop::Write(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        source: &[u8],
        destination: &[u8],
        operand: bool,
        operands: (&[u8], &[u8]),
        device: Option<u64>,
        steps: &mut Vec<Step>,
    ) -> Result<(), Stop> {
        let follow = match self.settings.follow {
            Follow::Always => true,
            Follow::Operands => operand,
            Follow::Never => false,
        };
        let from = match files::stat(source, follow) {
            Ok(stat) => stat,
            Err(errno) => return stop(format!("cannot stat {}: {errno}", quote(source))),
        };
        if from.kind == FileType::Directory {
            if !self.settings.recursive {
                return stop(format!("-r not specified; omitting directory {}", quote(source)));
            }
            if Some((from.dev, from.ino)) == self.root {
                let (source, destination) = (quote(operands.0), quote(target::trim(operands.1)));
                return stop(format!("cannot copy a directory, {source}, into itself, {destination}"));
            }
            return self.directory(source, destination, from, device, steps);
        }
        let Some(kept) = self.make_way(source, destination, &from, follow)? else { return Ok(()) };
        self.file(source, destination, &from)?;
        if self.settings.verbose {
            writeln!(self.out, "{}", arrow(source, destination, kept.as_deref()))?;
        }
        Ok(())
    }

    fn directory(
        &mut self,
        source: &[u8],
        destination: &[u8],
        from: Stat,
        device: Option<u64>,
        steps: &mut Vec<Step>,
    ) -> Result<(), Stop> {
        let made = match files::stat(destination, true) {
            Ok(to) if to.kind == FileType::Directory => false,
            Ok(_) => {
                let (to, from) = (quote(destination), quote(source));
                return stop(format!("cannot overwrite non-directory {to} with directory {from}"));
            }
            Err(_) => {
                let make = || -> Result<(), Errno> {
                    fs::mkdir(target::trim(destination))?;
                    // It has to be filled before it gets its own mode.
                    files::set_mode(destination, (from.mode & 0o777 & !self.umask) | 0o700, true)
                };
                if let Err(errno) = make() {
                    return stop(format!("cannot create directory {}: {errno}", quote(destination)));
                }
                true
            }
        };
        if self.root.is_none() {
            self.root = files::stat(destination, true).ok().map(|stat| (stat.dev, stat.ino));
        }
        if made && self.settings.verbose {
            writeln!(self.out, "{}", arrow(source, destination, None))?;
        }
        let other = self.settings.one_file_system && device.is_some_and(|device| device != from.dev);
        let entries = if other { Ok(Vec::new()) } else { files::read_dir(source) };
        steps.push(Step::Leave { destination: destination.to_vec(), stat: from, made });
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(errno) => return stop(format!("cannot access {}: {errno}", quote(source))),
        };
        entries.sort_by(|a, b| b.name.cmp(&a.name));
        steps.extend(entries.into_iter().map(|entry| Step::Copy {
            source: join(source, &entry.name),
            destination: join(destination, &entry.name),
            operand: false,
        }));
        Ok(())
    }

    fn leave(&mut self, destination: &[u8], stat: &Stat, made: bool) -> Result<(), Stop> {
        if self.settings.preserve.mode || made {
            let mode = match &self.settings.preserve {
                Preserve { mode: true, .. } => stat.mode & 0o7777,
                Preserve { no_mode: true, .. } => 0o777 & !self.umask,
                _ => stat.mode & 0o777 & !self.umask,
            };
            if let Err(errno) = files::set_mode(destination, mode, true) {
                return stop(format!("setting permissions for {}: {errno}", quote(destination)));
            }
        }
        self.keep(destination, stat)
    }

    /// Checks what is at the destination and takes it away where that is asked for. Absent when nothing shall be
    /// copied, else the name of the backup if there is one.
    fn make_way(
        &mut self,
        source: &[u8],
        destination: &[u8],
        from: &Stat,
        follow: bool,
    ) -> Result<Option<Option<Vec<u8>>>, Stop> {
        let to = match files::stat(destination, false) {
            Ok(to) => to,
            Err(Errno::Noent) if destination.ends_with(b"/") => {
                return stop(format!("cannot create regular file {}: {}", quote(destination), Errno::Notdir));
            }
            Err(Errno::Noent) => return Ok(Some(None)),
            Err(errno) => return stop(format!("cannot stat {}: {errno}", quote(destination))),
        };
        let settings = self.settings;
        let resolved = files::stat(destination, true);
        if resolved.as_ref().is_ok_and(|to| to.kind == FileType::Directory) {
            return stop(format!("cannot overwrite directory {} with non-directory", quote(destination)));
        }
        if settings.overwrite == Overwrite::Never || (settings.update && to.mtime >= from.mtime) {
            return Ok(None);
        }
        let same = |to: &Stat| (to.dev, to.ino) == (from.dev, from.ino);
        let itself = if follow { resolved.as_ref().is_ok_and(same) } else { same(&to) };
        if itself && settings.how == How::HardLink {
            // It is what it shall be.
            return Ok(None);
        }
        // Removing another name of the file leaves the file; backing it up as well.
        let names_differ = target::trim(source) != target::trim(destination);
        let saved = (settings.remove && names_differ) || settings.backup.is_some();
        if itself && !saved {
            return stop(format!("{} and {} are the same file", quote(source), quote(destination)));
        }
        if settings.overwrite == Overwrite::Ask && !confirm(&format!("cp: overwrite {}? ", quote(destination))) {
            return Ok(None);
        }
        let cannot_remove = |errno| Stop::Message(format!("cannot remove {}: {errno}", quote(destination)));
        if let Some(backup) = &settings.backup {
            let backup = backup.name(destination);
            if let Err(errno) = fs::rename(destination, &backup) {
                return stop(format!("cannot backup {}: {errno}", quote(destination)));
            }
            return Ok(Some(Some(backup)));
        }
        let link_made = settings.how == How::HardLink || settings.how == How::SymbolicLink;
        if link_made && !settings.force && !settings.remove {
            let kind = if settings.how == How::HardLink { "hard" } else { "symbolic" };
            return stop(format!(
                "cannot create {kind} link {} to {}: {}",
                quote(destination),
                quote(source),
                Errno::Exist
            ));
        }
        if settings.remove || link_made || from.kind != FileType::Regular && !follow {
            fs::unlink(destination).map_err(cannot_remove)?;
        } else if to.kind == FileType::Symlink && resolved.is_err() {
            return stop(format!("not writing through dangling symlink {}", quote(destination)));
        }
        Ok(Some(None))
    }

    /// Makes the copy.
    fn file(&mut self, source: &[u8], destination: &[u8], from: &Stat) -> Result<(), Stop> {
        let number = (from.dev, from.ino);
        if self.settings.preserve.links && from.nlink > 1 {
            if let Some(first) = self.copied.get(&number) {
                let linked = fs::unlink(destination).or(Ok(())).and_then(|()| fs::link(first, destination));
                let problem = |errno| {
                    let (to, first) = (quote(destination), quote(first));
                    Stop::Message(format!("cannot create hard link {to} to {first}: {errno}"))
                };
                return linked.map_err(problem);
            }
            self.copied.insert(number, destination.to_vec());
        }
        let link_failed = |kind: &str, errno: Errno| {
            Stop::Message(format!("cannot create {kind} link {} to {}: {errno}", quote(destination), quote(source)))
        };
        match (self.settings.how, from.kind) {
            (How::HardLink, _) => return fs::link(source, destination).map_err(|errno| link_failed("hard", errno)),
            (How::SymbolicLink, _) => {
                if !source.starts_with(b"/") && destination.contains(&b'/') {
                    let name = quote(destination);
                    return stop(format!("{name}: can make relative symbolic links only in current directory"));
                }
                return fs::symlink(source, destination).map_err(|errno| link_failed("symbolic", errno));
            }
            (_, FileType::Symlink) => {
                let target = match files::read_link(source) {
                    Ok(target) => target,
                    Err(errno) => return stop(format!("cannot read symbolic link {}: {errno}", quote(source))),
                };
                let problem =
                    |errno| Stop::Message(format!("cannot create symbolic link {}: {errno}", quote(destination)));
                return fs::symlink(&target, destination).map_err(problem);
            }
            (_, FileType::Fifo) if self.settings.recursive && !self.settings.copy_contents => {
                let problem = |errno| Stop::Message(format!("cannot create fifo {}: {errno}", quote(destination)));
                files::make_fifo(destination, from.mode & 0o777).map_err(problem)?;
            }
            (_, FileType::Character | FileType::Block | FileType::Socket)
                if self.settings.recursive && !self.settings.copy_contents =>
            {
                return stop(format!("cannot create special file {}: {}", quote(destination), Errno::Perm));
            }
            _ => self.contents(source, destination, from)?,
        }
        if self.settings.preserve.mode
            && let Err(errno) = files::set_mode(destination, from.mode & 0o7777, true)
        {
            return stop(format!("preserving permissions for {}: {errno}", quote(destination)));
        }
        self.keep(destination, from)
    }

    fn contents(&self, source: &[u8], destination: &[u8], from: &Stat) -> Result<(), Stop> {
        let input = match files::open(source, OpenFlags::READ, 0) {
            Ok(file) => file,
            Err(errno) => return stop(format!("cannot open {} for reading: {errno}", quote(source))),
        };
        let mut flags = OpenFlags::WRITE | OpenFlags::CREATE;
        if self.settings.how != How::Attributes {
            flags = flags | OpenFlags::TRUNCATE;
        }
        let alike = from.kind == FileType::Regular && !self.settings.preserve.no_mode;
        let mode = if alike { from.mode & 0o777 } else { 0o666 };
        let open = || files::open(destination, flags, mode);
        let output = match open() {
            Err(_) if self.settings.force && fs::unlink(destination).is_ok() => open(),
            result => result,
        };
        let output = match output {
            Ok(file) => file,
            Err(errno) => return stop(format!("cannot create regular file {}: {errno}", quote(destination))),
        };
        if self.settings.how == How::Attributes {
            return Ok(());
        }
        pour(&input, &output).map_err(|(reading, errno)| {
            let (what, name) = if reading { ("reading", source) } else { ("writing", destination) };
            Stop::Message(format!("error {what} {}: {errno}", quote(name)))
        })
    }

    /// Gives a copy the owner and times of its source.
    fn keep(&self, destination: &[u8], from: &Stat) -> Result<(), Stop> {
        if self.settings.preserve.ownership {
            // As GNU's: only root can give files away, so nobody is told that it did not work.
            let _ = files::set_owner(destination, Some(from.uid), Some(from.gid), false);
        }
        if self.settings.preserve.timestamps {
            let set = files::open(destination, OpenFlags::READ | OpenFlags::NONBLOCK, 0)
                .or_else(|_| files::open(destination, OpenFlags::WRITE | OpenFlags::NONBLOCK, 0))
                .and_then(|file| file.set_times(Some(from.atime), Some(from.mtime)));
            if let Err(errno) = set {
                return stop(format!("preserving times for {}: {errno}", quote(destination)));
            }
        }
        Ok(())
    }

    /// Makes the directories of a source's name below a directory, for `--parents`.
    fn parents(&mut self, directory: &[u8], source: &[u8]) -> std::io::Result<()> {
        for end in (1..source.len()).filter(|&at| source[at] == b'/' && source[at - 1] != b'/') {
            let part = &source[..end];
            let made = join(directory, part);
            if target::is_directory(&made) {
                continue;
            }
            let mode = files::stat(part, true).map_or(0o777, |stat| stat.mode & 0o777) & !self.umask;
            match fs::mkdir(&made).and_then(|()| files::set_mode(&made, mode | 0o700, true)) {
                Ok(()) if self.settings.verbose => {
                    let line = format!("{} -> {}", String::from_utf8_lossy(part), String::from_utf8_lossy(&made));
                    writeln!(self.out, "{line}")?;
                }
                Ok(()) => {}
                Err(errno) => self.complain(format!("cannot make directory {}: {errno}", quote(&made)))?,
            }
        }
        Ok(())
    }
}

/// Copies all that is left of a file into another. Of a failure: whether it was the reading.
pub fn pour(from: &OpenFile, to: &OpenFile) -> Result<(), (bool, Errno)> {
    loop {
        let data = match from.read_some(CHUNK) {
            Err(Errno::Intr) => continue,
            result => result.map_err(|errno| (true, errno))?,
        };
        if data.is_empty() {
            return Ok(());
        }
        to.write_bytes(&data).map_err(|errno| (false, errno))?;
    }
}

//! mv: moves or renames files.

use super::cp::pour;
use super::target::{self, Backup, arrow};
use agentfense_support::walk::join;
use agentfense_support::{Item, Long, Options, Outcome, Takes, complain, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, AccessMode, FileType, OpenFile, OpenFlags, Stat};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [-T] SOURCE DEST
  or:  mv [OPTION]... SOURCE... DIRECTORY
  or:  mv [OPTION]... -t DIRECTORY SOURCE...
Rename SOURCE to DEST, or move SOURCE(s) to DIRECTORY.

  -b, --backup[=CONTROL]  make a backup of each existing destination file
  -f, --force             do not prompt before overwriting
  -i, --interactive       prompt before overwrite
  -n, --no-clobber        do not overwrite an existing file
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE
  -S, --suffix=SUFFIX     override the usual backup suffix ~
  -t, --target-directory=DIRECTORY  move all SOURCE arguments into DIRECTORY
  -T, --no-target-directory  treat DEST as a normal file
  -u, --update            move only when the SOURCE file is newer
  -v, --verbose           explain what is being done";

const LONGS: &[Long] = &[
    ("backup", Takes::Optional, '\u{2}'),
    ("force", Takes::Nothing, 'f'),
    ("interactive", Takes::Nothing, 'i'),
    ("no-clobber", Takes::Nothing, 'n'),
    ("strip-trailing-slashes", Takes::Nothing, '\u{1}'),
    ("suffix", Takes::Argument, 'S'),
    ("target-directory", Takes::Argument, 't'),
    ("no-target-directory", Takes::Nothing, 'T'),
    ("update", Takes::Optional, 'u'),
    ("verbose", Takes::Nothing, 'v'),
];

#[derive(Clone, Copy, PartialEq)]
enum Overwrite {
    /// Asks only for what may not be written, on a terminal.
    Usual,
    Always,
    Ask,
    Never,
}

struct Settings {
    overwrite: Overwrite,
    update: bool,
    verbose: bool,
    /// What becomes of what is overwritten.
    backup: Option<Backup>,
}

/// Runs mv.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bfinS:t:Tuv", LONGS, HELP);
    let mut settings = Settings { overwrite: Overwrite::Usual, update: false, verbose: false, backup: None };
    let (mut target, mut plain, mut strip, mut names) = (None, false, false, Vec::new());
    let (mut backup, mut control, mut suffix) = (false, None, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => backup = true,
            Item::Option('\u{2}', value) => (backup, control) = (true, Some(value)),
            Item::Option('f', _) => settings.overwrite = Overwrite::Always,
            Item::Option('i', _) => settings.overwrite = Overwrite::Ask,
            Item::Option('n', _) => settings.overwrite = Overwrite::Never,
            Item::Option('\u{1}', _) => strip = true,
            Item::Option('S', value) => suffix = Some(value),
            Item::Option('t', value) => target = Some(value),
            Item::Option('T', _) => plain = true,
            Item::Option('u', _) => settings.update = true,
            Item::Option('v', _) => settings.verbose = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    settings.backup = Backup::new(backup, control.as_deref(), suffix)?;
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = match target::directory(&mut names, target, plain)? {
        Some(into) => names.into_iter().map(|name| (name.clone(), target::inside(&into, &name))).collect(),
        None => vec![(names[0].clone(), names[1].clone())],
    };
    let mut out = stdout();
    let mut status = 0;
    for (source, destination) in pairs {
        let source = if strip { target::trim(&source).to_vec() } else { source };
        match one(&source, &destination, &settings, &mut out) {
            Ok(()) => {}
            Err(Stop::Message(message)) => {
                out.flush()?;
                complain("mv", message);
                status = 1;
            }
            Err(Stop::Write(error)) => return Err(error.into()),
        }
    }
    out.flush()?;
    Ok(status)
}

enum Stop {
    Message(String),
    Write(std::io::Error),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Write(error)
    }
}

fn one(source: &[u8], destination: &[u8], settings: &Settings, out: &mut impl Write) -> Result<(), Stop> {
    let stop = |message: String| Err(Stop::Message(message));
    let from = match files::stat(source, false) {
        Ok(stat) => stat,
        Err(errno) => return stop(format!("cannot stat {}: {errno}", quote(source))),
    };
    let mut kept = None;
    if let Ok(to) = files::stat(destination, false) {
        if (from.dev, from.ino) == (to.dev, to.ino) && source == destination {
            return stop(format!("{} and {} are the same file", quote(source), quote(destination)));
        }
        if settings.overwrite == Overwrite::Never || (settings.update && to.mtime >= from.mtime) {
            return Ok(());
        }
        if from.kind != FileType::Directory && to.kind == FileType::Directory {
            return stop(format!("cannot overwrite directory {} with non-directory", quote(destination)));
        }
        if from.kind == FileType::Directory && to.kind != FileType::Directory {
            return stop(format!(
                "cannot overwrite non-directory {} with directory {}",
                quote(destination),
                quote(source)
            ));
        }
        if !may_overwrite(destination, &to, settings.overwrite) {
            return Ok(());
        }
        if let Some(backup) = &settings.backup {
            let name = backup.name(destination);
            if let Err(errno) = fs::rename(destination, &name) {
                return stop(format!("cannot backup {}: {errno}", quote(destination)));
            }
            kept = Some(name);
        }
    }
    match fs::rename(source, destination) {
        Ok(()) => {}
        Err(Errno::Xdev) => {
            if from.kind == FileType::Directory && is_inside(source, destination) {
                let (source, destination) = (quote(source), quote(destination));
                return stop(format!("cannot move {source} to a subdirectory of itself, {destination}"));
            }
            if let Err((what, errno)) = across(source, destination) {
                return stop(format!("{what}: {errno}"));
            }
        }
        Err(Errno::Inval) if from.kind == FileType::Directory => {
            return stop(format!("cannot move {} to a subdirectory of itself, {}", quote(source), quote(destination)));
        }
        Err(errno) => {
            return stop(format!("cannot move {} to {}: {errno}", quote(source), quote(destination)));
        }
    }
    if settings.verbose {
        writeln!(out, "renamed {}", arrow(source, destination, kept.as_deref()))?;
    }
    Ok(())
}

/// Whether a new file would be below a directory.
fn is_inside(directory: &[u8], file: &[u8]) -> bool {
    let parent = match file.iter().rposition(|&b| b == b'/') {
        Some(0) => b"/",
        Some(at) => &file[..at],
        None => &b"."[..],
    };
    let (Ok(directory), Ok(parent)) = (files::real_path(directory), files::real_path(parent)) else { return false };
    parent
        .strip_prefix(directory.as_slice())
        .is_some_and(|rest| rest.is_empty() || rest[0] == b'/' || directory == b"/")
}

/// Whether a file may be overwritten, after a question if need be.
fn may_overwrite(destination: &[u8], stat: &Stat, overwrite: Overwrite) -> bool {
    let terminal = || OpenFile::inherited(0).is_some_and(|file| file.is_terminal());
    let question = match overwrite {
        Overwrite::Ask => format!("mv: overwrite {}? ", quote(destination)),
        Overwrite::Usual
            if stat.kind != FileType::Symlink
                && terminal()
                && files::access(destination, AccessMode::WRITE).is_err() =>
        {
            format!(
                "mv: replace {}, overriding mode {:04o} ({})? ",
                quote(destination),
                stat.mode & 0o7777,
                agentfense_support::mode::text(stat.kind, stat.mode).get(1..).unwrap_or_default()
            )
        }
        _ => return true,
    };
    target::confirm(&question)
}

/// What could not be done, and why.
type Problem = (String, Errno);

/// What is still to be moved to another filesystem.
enum Step {
    Copy(Vec<u8>, Vec<u8>),
    /// A directory whose entries are moved.
    Leave(Vec<u8>, Vec<u8>, Stat),
}

/// Moves to another filesystem: copies, and removes what was copied.
///
/// A list of its own rather than recursion: a tree may be deeper than the stack.
fn across(source: &[u8], destination: &[u8]) -> Result<(), Problem> {
    if let Ok(to) = files::stat(destination, false) {
        let removed = match to.kind {
            FileType::Directory => fs::rmdir(destination),
            _ => fs::unlink(destination),
        };
        removed.map_err(|errno| (format!("cannot move {} to {}", quote(source), quote(destination)), errno))?;
    }
    let mut steps = vec![Step::Copy(source.to_vec(), destination.to_vec())];
    while let Some(step) = steps.pop() {
        let (source, destination) = match step {
            Step::Copy(source, destination) => (source, destination),
            Step::Leave(source, destination, stat) => {
                settle(&destination, &stat)?;
                fs::rmdir(&source).map_err(|errno| (format!("cannot remove {}", quote(&source)), errno))?;
                continue;
            }
        };
        let cannot_make = |errno| (format!("cannot create {}", quote(&destination)), errno);
        let cannot_read = |errno| (format!("cannot read {}", quote(&source)), errno);
        let stat = files::stat(&source, false).map_err(cannot_read)?;
        match stat.kind {
            FileType::Directory => {
                fs::mkdir(&destination).map_err(cannot_make)?;
                let entries = files::read_dir(&source).map_err(cannot_read)?;
                let below =
                    |entry: &files::DirEntry| Step::Copy(join(&source, &entry.name), join(&destination, &entry.name));
                let below: Vec<Step> = entries.iter().map(below).collect();
                steps.push(Step::Leave(source, destination, stat));
                steps.extend(below);
                continue;
            }
            FileType::Symlink => {
                let target = files::read_link(&source).map_err(cannot_read)?;
                fs::symlink(&target, &destination).map_err(cannot_make)?;
            }
            FileType::Fifo => files::make_fifo(&destination, stat.mode & 0o7777).map_err(cannot_make)?,
            FileType::Regular => {
                copy(&source, &destination)?;
                settle(&destination, &stat)?;
            }
            _ => return Err(cannot_make(Errno::Perm)),
        }
        fs::unlink(&source).map_err(|errno| (format!("cannot remove {}", quote(&source)), errno))?;
    }
    Ok(())
}

fn copy(source: &[u8], destination: &[u8]) -> Result<(), Problem> {
    let reading = |errno| (format!("error reading {}", quote(source)), errno);
    let writing = |errno| (format!("error writing {}", quote(destination)), errno);
    let from = files::open(source, OpenFlags::READ, 0).map_err(reading)?;
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let to = files::open(destination, flags, 0o600).map_err(writing)?;
    pour(&from, &to).map_err(|(failed, errno)| if failed { reading(errno) } else { writing(errno) })
}

/// Gives a copy the mode and times of what it was made of.
fn settle(path: &[u8], stat: &Stat) -> Result<(), Problem> {
    let problem = |errno| (format!("preserving attributes of {}", quote(path)), errno);
    let times =
        files::open(path, OpenFlags::READ, 0).and_then(|file| file.set_times(Some(stat.atime), Some(stat.mtime)));
    files::set_mode(path, stat.mode & 0o7777, true).map_err(problem)?;
    times.map_err(problem)
}

//! install: copies files and sets their modes.

use super::cp::pour;
use super::target::Backup;
use agentfense_support::mode::ModeChange;
use agentfense_support::options::base_name;
use agentfense_support::quote::lossy;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFlags};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [-T] SOURCE DEST
  or:  install [OPTION]... SOURCE... DIRECTORY
  or:  install [OPTION]... -t DIRECTORY SOURCE...
  or:  install [OPTION]... -d DIRECTORY...
Copy SOURCEs and set their modes.

  -C, --compare         accepted; files are always copied
  -d, --directory       treat all arguments as directory names to create
  -D                    create all leading components of DEST
  -g, --group=GROUP     -o, --owner=OWNER   set group and owner
  -m, --mode=MODE       set permission mode (as in chmod), instead of rwxr-xr-x
  -p, --preserve-timestamps  apply times of SOURCE files to destination files
  -s, --strip           accepted, without effect
  -t, --target-directory=DIRECTORY  copy all SOURCE arguments into DIRECTORY
  -T, --no-target-directory  treat DEST as a normal file
  -v, --verbose         print the name of each created file or directory";

const LONGS: &[Long] = &[
    ("backup", Takes::Optional, '\u{1}'),
    ("compare", Takes::Nothing, 'C'),
    ("directory", Takes::Nothing, 'd'),
    ("group", Takes::Argument, 'g'),
    ("mode", Takes::Argument, 'm'),
    ("owner", Takes::Argument, 'o'),
    ("preserve-timestamps", Takes::Nothing, 'p'),
    ("strip", Takes::Nothing, 's'),
    ("suffix", Takes::Argument, 'S'),
    ("target-directory", Takes::Argument, 't'),
    ("no-target-directory", Takes::Nothing, 'T'),
    ("verbose", Takes::Nothing, 'v'),
];

/// Runs install.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bcCdDg:m:o:psS:t:Tv", LONGS, HELP);
    let (mut directories, mut leading, mut times, mut plain, mut verbose) = (false, false, false, false, false);
    let (mut mode, mut target, mut names) = (0o755, None, Vec::new());
    let (mut owner, mut group) = (None, None);
    let (mut backup, mut control, mut suffix) = (false, None, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => backup = true,
            Item::Option('\u{1}', value) => (backup, control) = (true, Some(value)),
            Item::Option('S', value) => suffix = Some(value),
            Item::Option('d', _) => directories = true,
            Item::Option('D', _) => leading = true,
            Item::Option('p', _) => times = true,
            Item::Option('T', _) => plain = true,
            Item::Option('v', _) => verbose = true,
            Item::Option('m', value) => {
                let change = ModeChange::parse(&lossy(&value));
                let change = change.ok_or_else(|| Failure::new(format!("invalid mode {}", quote(&value))))?;
                mode = change.apply(0, directories, 0);
            }
            Item::Option('t', value) => target = Some(value),
            Item::Option('o', value) => {
                let id = agentfense_support::names::Names::users().id(&lossy(&value));
                owner = Some(id.ok_or_else(|| Failure::new(format!("invalid user {}", quote(&value))))?);
            }
            Item::Option('g', value) => {
                let id = agentfense_support::names::Names::groups().id(&lossy(&value));
                group = Some(id.ok_or_else(|| Failure::new(format!("invalid group {}", quote(&value))))?);
            }
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing file operand"));
    }
    let backup = Backup::new(backup, control.as_deref(), suffix)?;
    let mut out = stdout();
    let mut status = 0;
    let mut finish = |path: &[u8], result: Result<(), (String, Errno)>| {
        let result = result.and_then(|()| {
            files::set_mode(path, mode, true)
                .map_err(|errno| (format!("cannot change permissions of {}", quote(path)), errno))?;
            if owner.is_some() || group.is_some() {
                files::set_owner(path, owner, group, true)
                    .map_err(|errno| (format!("cannot change ownership of {}", quote(path)), errno))?;
            }
            Ok(())
        });
        if let Err((what, errno)) = result {
            complain("install", format_args!("{what}: {errno}"));
            status = 1;
            return false;
        }
        true
    };
    if directories {
        for name in &names {
            let made = make_directories(name, verbose, &mut out)?;
            finish(name, made);
        }
        out.flush()?;
        return Ok(status);
    }
    let is_directory = |path: &[u8]| files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory);
    let into = match target {
        Some(target) => {
            if leading {
                make_directories(&target, verbose, &mut out)?
                    .map_err(|(what, errno)| Failure::new(format!("{what}: {errno}")))?;
            }
            if !is_directory(&target) {
                return Err(Failure::new(format!("target directory {}: {}", quote(&target), Errno::Notdir)));
            }
            Some(target)
        }
        None => {
            let Some(last) = names.pop() else { return Err(Failure::usage("missing file operand")) };
            if names.is_empty() {
                return Err(Failure::usage(format!("missing destination file operand after {}", quote(&last))));
            }
            if !plain && is_directory(&last) {
                Some(last)
            } else if names.len() > 1 {
                return Err(Failure::new(format!("target {}: {}", quote(&last), Errno::Notdir)));
            } else {
                if leading && let Some(at) = last.iter().rposition(|&b| b == b'/').filter(|&at| at > 0) {
                    make_directories(&last[..at], verbose, &mut out)?
                        .map_err(|(what, errno)| Failure::new(format!("{what}: {errno}")))?;
                }
                names.push(last);
                None
            }
        }
    };
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = match (into, names.as_slice()) {
        (None, [source, destination]) => vec![(source.clone(), destination.clone())],
        (Some(into), _) => names.iter().map(|name| (name.clone(), join(&into, base_name(name).as_bytes()))).collect(),
        (None, _) => Vec::new(),
    };
    let mut omitted = false;
    for (source, destination) in pairs {
        if is_directory(&source) {
            complain("install", format_args!("omitting directory {}", quote(&source)));
            omitted = true;
            continue;
        }
        let kept = match &backup {
            Some(backup) if files::stat(&destination, false).is_ok() => {
                fs::rename(&destination, &backup.name(&destination))
                    .map_err(|errno| (format!("cannot backup {}", quote(&destination)), errno))
            }
            _ => Ok(()),
        };
        let copied = kept.and_then(|()| copy(&source, &destination, times));
        if finish(&destination, copied) && verbose {
            writeln!(out, "{} -> {}", quote(&source), quote(&destination))?;
        }
    }
    out.flush()?;
    Ok(status.max(u8::from(omitted)))
}

type Done = Result<(), (String, Errno)>;

/// Makes a directory and those above it.
fn make_directories(path: &[u8], verbose: bool, out: &mut impl Write) -> Result<Done, Failure> {
    let ends = (1..path.len()).filter(|&at| path[at] == b'/').chain([path.len()]);
    for end in ends {
        let part = &path[..end];
        match fs::mkdir(part) {
            Ok(()) if verbose => writeln!(out, "install: creating directory {}", quote(part))?,
            Ok(()) => {}
            Err(_) if files::stat(part, true).is_ok_and(|stat| stat.kind == FileType::Directory) => {}
            Err(errno) => return Ok(Err((format!("cannot create directory {}", quote(part)), errno))),
        }
    }
    Ok(Ok(()))
}

fn copy(source: &[u8], destination: &[u8], times: bool) -> Done {
    let from =
        files::open(source, OpenFlags::READ, 0).map_err(|errno| (format!("cannot stat {}", quote(source)), errno))?;
    let stat = from.stat().map_err(|errno| (format!("cannot stat {}", quote(source)), errno))?;
    let cannot_make = |errno| (format!("cannot create regular file {}", quote(destination)), errno);
    // A new file, not new bytes in the old one: a program that runs keeps the old.
    match fs::unlink(destination) {
        Ok(()) | Err(Errno::Noent) => {}
        Err(errno) => return Err(cannot_make(errno)),
    }
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
    let to = files::open(destination, flags, 0o600).map_err(cannot_make)?;
    pour(&from, &to).map_err(|(reading, errno)| {
        let (what, name) = if reading { ("reading", source) } else { ("writing", destination) };
        (format!("error {what} {}", quote(name)), errno)
    })?;
    if times {
        to.set_times(Some(stat.atime), Some(stat.mtime))
            .map_err(|errno| (format!("cannot set timestamps for {}", quote(destination)), errno))?;
    }
    Ok(())
}

//! chmod: changes file modes.

use agentfense_support::mode::{ModeChange, text};
use agentfense_support::quote::lossy;
use agentfense_support::walk::walk;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, Stat};
use agentfense_sys::processes;
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... MODE[,MODE]... FILE...
  or:  chmod [OPTION]... OCTAL-MODE FILE...
  or:  chmod [OPTION]... --reference=RFILE FILE...
Change the mode of each FILE to MODE.

  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
      --preserve-root    fail to operate recursively on '/'
      --reference=RFILE  use RFILE's mode instead of specifying MODE values
  -R, --recursive        change files and directories recursively

Each MODE is of the form '[ugoa]*([-+=]([rwxXst]*|[ugo]))+|[-+=][0-7]+'.";

const LONGS: &[Long] = &[
    ("changes", Takes::Nothing, 'c'),
    ("silent", Takes::Nothing, 'f'),
    ("quiet", Takes::Nothing, 'f'),
    ("verbose", Takes::Nothing, 'v'),
    ("recursive", Takes::Nothing, 'R'),
    ("reference", Takes::Argument, '\u{1}'),
    ("preserve-root", Takes::Nothing, '\u{2}'),
    ("no-preserve-root", Takes::Nothing, '\u{3}'),
];

#[derive(Default)]
struct Settings {
    changes: bool,
    silent: bool,
    verbose: bool,
    recursive: bool,
    preserve_root: bool,
    /// The mode is written like an option: what it means beside the umask may surprise.
    like_option: bool,
}

enum Wanted {
    Change(ModeChange),
    Exactly(u32),
}

/// Runs chmod.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut settings = Settings::default();
    let (mut reference, mut mode, mut names) = (None, None, Vec::new());
    let mut options = Options::new(modes_as_operands(args), "cfvR", LONGS, HELP);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => settings.changes = true,
            Item::Option('f', _) => settings.silent = true,
            Item::Option('v', _) => settings.verbose = true,
            Item::Option('R', _) => settings.recursive = true,
            Item::Option('\u{1}', value) => reference = Some(value),
            Item::Option('\u{2}', _) => settings.preserve_root = true,
            Item::Option(..) => settings.preserve_root = false,
            Item::Operand(value) if mode.is_none() && reference.is_none() => {
                settings.like_option = value.starts_with(MARK);
                mode = Some(value.strip_prefix(MARK).map(<[u8]>::to_vec).unwrap_or(value));
            }
            Item::Operand(value) => names.push(value.strip_prefix(MARK).map(<[u8]>::to_vec).unwrap_or(value)),
        }
    }
    let wanted = match (reference, mode) {
        (Some(reference), mode) => {
            // It may come after an operand that was taken for a mode.
            names.splice(0..0, mode);
            let stat = files::stat(&reference, true)
                .map_err(|errno| Failure::new(format!("failed to get attributes of {}: {errno}", quote(&reference))))?;
            Wanted::Exactly(stat.mode & 0o7777)
        }
        (None, Some(mode)) => {
            let change = std::str::from_utf8(&mode).ok().and_then(ModeChange::parse);
            match change {
                Some(change) => {
                    if names.is_empty() {
                        let message = format!("missing operand after {}", quote(&mode));
                        return Err(Failure::usage(message));
                    }
                    Wanted::Change(change)
                }
                None => return Err(Failure::usage(format!("invalid mode: {}", quote(&mode)))),
            }
        }
        (None, None) => return Err(Failure::usage("missing operand")),
    };
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let umask = processes::get_umask();
    let mut out = stdout();
    let mut status = 0;
    for name in &names {
        if settings.recursive {
            if settings.preserve_root && name == b"/" {
                complain("chmod", "it is dangerous to operate recursively on '/'");
                status = 1;
                continue;
            }
            let mut result = Ok(());
            walk(name, true, |path, stat| {
                if path != name.as_slice() && matches!(&stat, Ok(stat) if stat.kind == FileType::Symlink) {
                    return;
                }
                match one(path, stat, &wanted, umask, &settings, &mut out) {
                    Ok(true) => {}
                    Ok(false) => status = 1,
                    Err(failure) => result = Err(failure),
                }
            });
            result?;
        } else if !one(name, files::stat(name, true), &wanted, umask, &settings, &mut out)? {
            status = 1;
        }
    }
    out.flush()?;
    Ok(status)
}

/// Marks an argument that begins with `-` and is a mode: `-x`, `-rw,o+r`.
const MARK: &[u8] = b"\0mode";

fn modes_as_operands(args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut options_over = false;
    args.into_iter()
        .map(|arg| {
            options_over |= arg == b"--";
            let mode = !options_over
                && arg.len() > 1
                && arg[0] == b'-'
                && b"rwxXstugo0123456789,".contains(&arg[1])
                && std::str::from_utf8(&arg).ok().is_some_and(|text| ModeChange::parse(text).is_some());
            if mode { [MARK, &arg].concat() } else { arg }
        })
        .collect()
}

fn one(
    path: &[u8],
    stat: Result<Stat, Errno>,
    wanted: &Wanted,
    umask: u32,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let fail = |message: String| {
        if !settings.silent {
            complain("chmod", message);
        }
        Ok(false)
    };
    let stat = match stat {
        Ok(stat) => stat,
        Err(Errno::Noent) if files::stat(path, false).is_ok() => {
            return fail(format!("cannot operate on dangling symlink {}", quote(path)));
        }
        Err(errno) => return fail(format!("cannot access {}: {errno}", quote(path))),
    };
    let old = stat.mode & 0o7777;
    let directory = stat.kind == FileType::Directory;
    let new = match wanted {
        Wanted::Exactly(mode) => *mode,
        Wanted::Change(change) => change.apply(old, directory, umask),
    };
    if let Err(errno) = files::set_mode(path, new, true) {
        return fail(format!("changing permissions of {}: {errno}", quote(path)));
    }
    let letters = |mode: u32| format!("{mode:04o} ({})", &text(FileType::Regular, mode)[1..]);
    if old != new && (settings.changes || settings.verbose) {
        writeln!(out, "mode of {} changed from {} to {}", quote(path), letters(old), letters(new))?;
    } else if settings.verbose {
        writeln!(out, "mode of {} retained as {}", quote(path), letters(new))?;
    }
    if settings.like_option
        && let Wanted::Change(change) = wanted
    {
        let naive = change.apply(old, directory, 0);
        if new & !naive != 0 {
            let letters = |mode: u32| text(FileType::Regular, mode)[1..].to_owned();
            complain(
                "chmod",
                format_args!("{}: new permissions are {}, not {}", lossy(path), letters(new), letters(naive)),
            );
            return Ok(false);
        }
    }
    Ok(true)
}

//! mkdir, mkfifo and mknod: make what is no plain file.

use agentfense_support::mode::ModeChange;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use agentfense_sys::processes;
use std::io::Write;

const MKDIR_HELP: &str = "\
{} [OPTION]... DIRECTORY...
Create the DIRECTORY(ies), if they do not already exist.

  -m, --mode=MODE   set file mode (as in chmod), not a=rwx - umask
  -p, --parents     no error if existing, make parent directories as needed
  -v, --verbose     print a message for each created directory";

const LONGS: &[Long] = &[
    ("mode", Takes::Argument, 'm'),
    ("parents", Takes::Nothing, 'p'),
    ("verbose", Takes::Nothing, 'v'),
    ("context", Takes::Optional, 'Z'),
];

fn mode(value: &[u8]) -> Result<ModeChange, Failure> {
    ModeChange::parse(&lossy(value)).ok_or_else(|| Failure::new(format!("invalid mode {}", quote(value))))
}

/// Runs mkdir.
pub fn mkdir(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "m:pvZ", LONGS, MKDIR_HELP);
    let (mut change, mut parents, mut verbose, mut names) = (None, false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('m', value) => change = Some(mode(&value)?),
            Item::Option('p', _) => parents = true,
            Item::Option('v', _) => verbose = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let mut out = stdout();
    let mut status = 0;
    for name in &names {
        let mut made = Vec::new();
        let mut result = if parents { with_parents(name, &mut made) } else { one(name, &mut made) };
        if result.is_ok()
            && let Some(change) = &change
            && made.last() == Some(name)
        {
            let mode = change.apply(0o777, true, processes::get_umask());
            result = files::set_mode(name, mode, true).map_err(|errno| (name.clone(), errno));
        }
        if verbose {
            for name in made {
                writeln!(out, "mkdir: created directory {}", quote(name))?;
            }
        }
        if let Err((name, errno)) = result {
            complain("mkdir", format_args!("cannot create directory {}: {errno}", quote(name)));
            status = 1;
        }
    }
    out.flush()?;
    Ok(status)
}

type Made = Result<(), (Vec<u8>, Errno)>;

fn one(name: &[u8], made: &mut Vec<Vec<u8>>) -> Made {
    fs::mkdir(name).map_err(|errno| (name.to_vec(), errno))?;
    made.push(name.to_vec());
    Ok(())
}

fn is_directory(name: &[u8]) -> bool {
    files::stat(name, true).is_ok_and(|stat| stat.kind == FileType::Directory)
}

fn with_parents(name: &[u8], made: &mut Vec<Vec<u8>>) -> Made {
    // The whole first: most of the time its parent is there.
    match fs::mkdir(name) {
        Ok(()) => {
            made.push(name.to_vec());
            return Ok(());
        }
        Err(Errno::Exist) if is_directory(name) => return Ok(()),
        Err(Errno::Noent | Errno::Notdir) if !name.is_empty() => {}
        Err(errno) => return Err((name.to_vec(), errno)),
    }
    let ends = (1..name.len()).filter(|&at| name[at] == b'/' && name[at - 1] != b'/').chain([name.len()]);
    for end in ends {
        let part = &name[..end];
        if end == name.len() && part.ends_with(b"/") && is_directory(part) {
            break;
        }
        match fs::mkdir(part) {
            Ok(()) => made.push(part.to_vec()),
            Err(Errno::Exist) if is_directory(part) => {}
            // What is there already and cannot be written, as `/`, needs not be made.
            Err(_) if is_directory(part) => {}
            // A file where a directory is needed on the way.
            Err(Errno::Exist) if end < name.len() => return Err((part.to_vec(), Errno::Notdir)),
            Err(errno) => return Err((part.to_vec(), errno)),
        }
    }
    Ok(())
}

/// Runs mkfifo.
pub fn mkfifo(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} [-m MODE] NAME...\nCreate named pipes (FIFOs) with the given NAMEs.";
    let mut options = Options::new(args, "m:Z", LONGS, help);
    let (mut change, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('m', value) => change = Some(mode(&value)?),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let mut status = 0;
    for name in &names {
        let mut result = files::make_fifo(name, 0o666);
        if result.is_ok()
            && let Some(change) = &change
        {
            let mode = change.apply(0o666, false, processes::get_umask());
            result = files::set_mode(name, mode, true);
        }
        if let Err(errno) = result {
            complain("mkfifo", format_args!("cannot create fifo {}: {errno}", quote(name)));
            status = 1;
        }
    }
    Ok(status)
}

/// Runs mknod: FIFOs only, a sandbox has no other device files to make.
pub fn mknod(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} [-m MODE] NAME TYPE [MAJOR MINOR]\nCreate the special file NAME. Only TYPE p, a FIFO, is permitted.";
    let mut options = Options::new(args, "m:Z", LONGS, help);
    let (mut change, mut operands) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('m', value) => change = Some(mode(&value)?),
            Item::Option(..) => {}
            Item::Operand(operand) => operands.push(operand),
        }
    }
    let [name, kind, numbers @ ..] = operands.as_slice() else {
        return Err(Failure::usage("missing operand"));
    };
    match (kind.as_slice(), numbers.len()) {
        (b"p", 0) => {
            let mode = change.map_or(0o666, |change| change.apply(0o666, false, processes::get_umask()));
            files::make_fifo(name, mode).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(name))))?;
            Ok(0)
        }
        (b"b" | b"c" | b"u", 2) => Err(Failure::new(format!("{}: {}", lossy(name), Errno::Perm))),
        (b"b" | b"c" | b"u", _) => Err(Failure::usage("Special files require major and minor device numbers.")),
        _ => Err(Failure::usage(format!("invalid device type {}", quote(kind)))),
    }
}

//! rmdir: removes empty directories.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... DIRECTORY...
Remove the DIRECTORY(ies), if they are empty.

      --ignore-fail-on-non-empty  ignore each failure to remove a non-empty directory
  -p, --parents   remove DIRECTORY and its ancestors; 'rmdir -p a/b' is similar to 'rmdir a/b a'
  -v, --verbose   output a diagnostic for every directory processed";

/// Runs rmdir.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("ignore-fail-on-non-empty", Takes::Nothing, '\u{1}'),
        ("parents", Takes::Nothing, 'p'),
        ("verbose", Takes::Nothing, 'v'),
    ];
    let mut options = Options::new(args, "pv", longs, HELP);
    let (mut ignore, mut parents, mut verbose, mut names) = (false, false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('p', _) => parents = true,
            Item::Option('v', _) => verbose = true,
            Item::Option(..) => ignore = true,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let mut out = stdout();
    let mut status = 0;
    for operand in &names {
        let mut name = operand.as_slice();
        loop {
            if verbose {
                writeln!(out, "rmdir: removing directory, {}", quote(name))?;
            }
            if let Err(errno) = remove(name) {
                if !(ignore && errno == Errno::Notempty) {
                    out.flush()?;
                    let what =
                        if name == operand.as_slice() { "failed to remove" } else { "failed to remove directory" };
                    complain("rmdir", format_args!("{what} {}: {errno}", quote(name)));
                    status = 1;
                }
                break;
            }
            let trimmed = super::target::trim(name);
            match trimmed.iter().rposition(|&b| b == b'/') {
                Some(at) if parents && at > 0 => name = super::target::trim(&trimmed[..at]),
                _ => break,
            }
        }
    }
    out.flush()?;
    Ok(status)
}

fn remove(name: &[u8]) -> Result<(), Errno> {
    // A link to a directory is none, also with a slash behind it.
    if files::stat(super::target::trim(name), false).is_ok_and(|stat| stat.kind == FileType::Symlink) {
        return Err(Errno::Notdir);
    }
    fs::rmdir(name)
}

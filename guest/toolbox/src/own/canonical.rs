//! readlink and realpath: where symbolic links lead.

use agentfense_support::quote::lossy;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::files::{self, FileType};
use agentfense_sys::{Errno, processes};
use std::collections::VecDeque;
use std::io::Write;

/// How many symbolic links are followed for one name.
const MAX_LINKS: usize = 40;

/// What of a path may be missing.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    Nothing,
    /// Its last part.
    Last,
    Anything,
}

/// How a path is resolved.
#[derive(Clone, Copy)]
struct Mode {
    missing: Missing,
    /// Symbolic links are followed.
    links: bool,
    /// `..` takes the name before it away, before links are looked at.
    logical: bool,
}

/// The path without links, dots and double slashes.
fn resolve(path: &[u8], mode: Mode) -> Result<Vec<u8>, Errno> {
    if path.is_empty() {
        return Err(Errno::Noent);
    }
    let mut path = if path.starts_with(b"/") { path.to_vec() } else { join(&processes::current_dir(), path) };
    if mode.logical {
        path = without_dots(&path);
    }
    let directory_wanted = path.ends_with(b"/");
    let mut rest: VecDeque<Vec<u8>> = parts(&path).map(<[u8]>::to_vec).collect();
    let mut found: Vec<u8> = Vec::new();
    let mut links = 0;
    while let Some(part) = rest.pop_front() {
        match part.as_slice() {
            b"." => continue,
            b".." => {
                found.truncate(found.iter().rposition(|&b| b == b'/').unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let length = found.len();
        found.push(b'/');
        found.extend_from_slice(&part);
        match files::stat(&found, false) {
            Ok(stat) if stat.kind == FileType::Symlink && mode.links => {
                links += 1;
                if links > MAX_LINKS {
                    if mode.missing == Missing::Anything {
                        continue;
                    }
                    return Err(Errno::Loop);
                }
                let target = files::read_link(&found)?;
                found.truncate(if target.starts_with(b"/") { 0 } else { length });
                for part in parts(&target).map(<[u8]>::to_vec).rev() {
                    rest.push_front(part);
                }
            }
            Ok(stat) => {
                let more = !rest.is_empty() || directory_wanted;
                // A link that is not followed is looked through all the same.
                let kind = if stat.kind == FileType::Symlink { None } else { Some(stat.kind) };
                if more && kind.is_some_and(|kind| kind != FileType::Directory) && mode.missing != Missing::Anything {
                    return Err(Errno::Notdir);
                }
            }
            Err(Errno::Noent) if mode.missing == Missing::Last && rest.iter().all(|part| part == b".") => {}
            Err(_) if mode.missing == Missing::Anything => {}
            Err(errno) => return Err(errno),
        }
    }
    if found.is_empty() {
        found.push(b'/');
    }
    Ok(found)
}

fn parts(path: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    path.split(|&b| b == b'/').filter(|part| !part.is_empty())
}

fn without_dots(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in parts(path) {
        match part {
            b"." => {}
            b".." => {
                kept.pop();
            }
            part => kept.push(part),
        }
    }
    [b"/", kept.join(&b'/').as_slice()].concat()
}

/// The way from a directory to a path, both resolved.
fn relative(path: &[u8], from: &[u8]) -> Vec<u8> {
    let (path, from): (Vec<_>, Vec<_>) = (parts(path).collect(), parts(from).collect());
    let common = path.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let mut way: Vec<&[u8]> = vec![b".."; from.len() - common];
    way.extend(&path[common..]);
    if way.is_empty() { b".".to_vec() } else { way.join(&b'/') }
}

/// Whether a resolved path is a directory or something in it.
fn is_below(path: &[u8], directory: &[u8]) -> bool {
    let (path, directory): (Vec<_>, Vec<_>) = (parts(path).collect(), parts(directory).collect());
    path.starts_with(&directory)
}

const READLINK_HELP: &str = "\
{} [OPTION]... FILE...
Print the value of a symbolic link or canonical file name.

  -f, --canonicalize           follow every symbolic link in the name; all but its last part must exist
  -e, --canonicalize-existing  likewise, and all of it must exist
  -m, --canonicalize-missing   likewise, and nothing of it need exist
  -n, --no-newline             do not output the trailing delimiter
  -q, --quiet, -s, --silent    suppress most error messages (the default)
  -v, --verbose                report error messages
  -z, --zero                   end each output line with NUL, not newline";

/// Runs readlink.
pub fn readlink(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("canonicalize", Takes::Nothing, 'f'),
        ("canonicalize-existing", Takes::Nothing, 'e'),
        ("canonicalize-missing", Takes::Nothing, 'm'),
        ("no-newline", Takes::Nothing, 'n'),
        ("quiet", Takes::Nothing, 'q'),
        ("silent", Takes::Nothing, 's'),
        ("verbose", Takes::Nothing, 'v'),
        ("zero", Takes::Nothing, 'z'),
    ];
    let mut options = Options::new(args, "femnqsvz", longs, READLINK_HELP);
    let (mut missing, mut newline, mut verbose, mut end, mut names) = (None, true, false, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('f', _) => missing = Some(Missing::Last),
            Item::Option('e', _) => missing = Some(Missing::Nothing),
            Item::Option('m', _) => missing = Some(Missing::Anything),
            Item::Option('n', _) => newline = false,
            Item::Option('v', _) => verbose = true,
            Item::Option('z', _) => end = 0,
            Item::Option(..) => verbose = false,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    if names.len() > 1 && !newline {
        complain("readlink", "ignoring --no-newline with multiple arguments");
        newline = true;
    }
    let (mut out, mut status) = (stdout(), 0);
    for name in &names {
        let found = match missing {
            Some(missing) => resolve(name, Mode { missing, links: true, logical: false }),
            None => files::read_link(name),
        };
        match found {
            Ok(found) => {
                out.write_all(&found)?;
                if newline {
                    out.write_all(&[end])?;
                }
            }
            Err(errno) => {
                status = 1;
                if verbose {
                    out.flush()?;
                    complain("readlink", format_args!("{}: {errno}", lossy(name)));
                }
            }
        }
    }
    out.flush()?;
    Ok(status)
}

const REALPATH_HELP: &str = "\
{} [OPTION]... FILE...
Print the resolved absolute file name; all but the last part must exist.

  -e, --canonicalize-existing  all parts of the path must exist
  -m, --canonicalize-missing   no part of the path need exist or be a directory
  -L, --logical                resolve '..' before symbolic links
  -P, --physical               resolve symbolic links as they are met (the default)
  -q, --quiet                  suppress most error messages
      --relative-to=DIR        print the path relative to DIR
      --relative-base=DIR      print absolute paths unless they are below DIR
  -s, --strip, --no-symlinks   do not expand symbolic links
  -z, --zero                   end each output line with NUL, not newline";

/// Runs realpath.
pub fn realpath(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("canonicalize-existing", Takes::Nothing, 'e'),
        ("canonicalize-missing", Takes::Nothing, 'm'),
        ("logical", Takes::Nothing, 'L'),
        ("physical", Takes::Nothing, 'P'),
        ("quiet", Takes::Nothing, 'q'),
        ("relative-to", Takes::Argument, '\u{1}'),
        ("relative-base", Takes::Argument, '\u{2}'),
        ("strip", Takes::Nothing, 's'),
        ("no-symlinks", Takes::Nothing, 's'),
        ("zero", Takes::Nothing, 'z'),
    ];
    let mut options = Options::new(args, "emLPqsz", longs, REALPATH_HELP);
    let mut mode = Mode { missing: Missing::Last, links: true, logical: false };
    let (mut quiet, mut to, mut base, mut end, mut names) = (false, None, None, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('e', _) => mode.missing = Missing::Nothing,
            Item::Option('m', _) => mode.missing = Missing::Anything,
            Item::Option('L', _) => mode = Mode { links: true, logical: true, ..mode },
            Item::Option('P', _) => mode = Mode { links: true, logical: false, ..mode },
            Item::Option('s', _) => mode = Mode { links: false, logical: true, ..mode },
            Item::Option('q', _) => quiet = true,
            Item::Option('\u{1}', value) => to = Some(value),
            Item::Option('\u{2}', value) => base = Some(value),
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let directory = |name: Option<Vec<u8>>| -> Result<Option<Vec<u8>>, Failure> {
        let Some(name) = name else { return Ok(None) };
        let failed = |errno| Failure::new(format!("{}: {errno}", lossy(&name)));
        let path = resolve(&name, mode).map_err(failed)?;
        let is_directory = files::stat(&path, true).is_ok_and(|stat| stat.kind == FileType::Directory);
        if mode.missing == Missing::Nothing && !is_directory {
            return Err(failed(Errno::Notdir));
        }
        Ok(Some(path))
    };
    let (to, base) = (directory(to)?, directory(base)?);
    // A place to start from that is not below the base is as none.
    let from = match (&to, &base) {
        (Some(to), Some(base)) => is_below(to, base).then_some(to),
        (to, base) => to.as_ref().or(base.as_ref()),
    };
    let (mut out, mut status) = (stdout(), 0);
    for name in &names {
        match resolve(name, mode) {
            Ok(path) => {
                let shown = match from {
                    Some(from) if base.as_ref().is_none_or(|base| is_below(&path, base)) => relative(&path, from),
                    _ => path,
                };
                out.write_all(&shown)?;
                out.write_all(&[end])?;
            }
            Err(errno) => {
                status = 1;
                if !quiet {
                    out.flush()?;
                    let name = if name.is_empty() { quote(name) } else { lossy(name) };
                    complain("realpath", format_args!("{name}: {errno}"));
                }
            }
        }
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways() {
        assert_eq!(relative(b"/a/b/c", b"/a/d"), b"../b/c");
        assert_eq!(relative(b"/a", b"/a"), b".");
        assert_eq!(relative(b"/", b"/a/b"), b"../..");
        assert!(is_below(b"/a/b", b"/a") && is_below(b"/a", b"/") && !is_below(b"/ab", b"/a"));
        assert_eq!(without_dots(b"/a/./b//../c/.."), b"/a");
        assert_eq!(without_dots(b"/.."), b"/");
    }
}

//! ln: links between files.

use super::target::{self, Backup, arrow, confirm};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [-T] TARGET LINK_NAME
  or:  ln [OPTION]... TARGET
  or:  ln [OPTION]... TARGET... DIRECTORY
  or:  ln [OPTION]... -t DIRECTORY TARGET...
Create a link to TARGET with the name LINK_NAME, in the current directory, or in DIRECTORY. Hard links by default.

  -b, --backup[=CONTROL]  make a backup of each existing destination file
  -d, -F, --directory     accepted; there are no hard links to directories
  -f, --force             remove existing destination files
  -i, --interactive       prompt whether to remove destinations
  -L, --logical           dereference TARGETs that are symbolic links
  -n, --no-dereference    treat LINK_NAME as a normal file if it is a symbolic link to a directory
  -P, --physical          make hard links directly to symbolic links (the default)
  -r, --relative          with -s, create links relative to link location
  -s, --symbolic          make symbolic links instead of hard links
  -S, --suffix=SUFFIX     override the usual backup suffix
  -t, --target-directory=DIRECTORY  specify the DIRECTORY in which to create the links
  -T, --no-target-directory  treat LINK_NAME as a normal file always
  -v, --verbose           print name of each linked file";

const LONGS: &[Long] = &[
    ("backup", Takes::Optional, '\u{1}'),
    ("directory", Takes::Nothing, 'd'),
    ("force", Takes::Nothing, 'f'),
    ("interactive", Takes::Nothing, 'i'),
    ("logical", Takes::Nothing, 'L'),
    ("no-dereference", Takes::Nothing, 'n'),
    ("physical", Takes::Nothing, 'P'),
    ("relative", Takes::Nothing, 'r'),
    ("symbolic", Takes::Nothing, 's'),
    ("suffix", Takes::Argument, 'S'),
    ("target-directory", Takes::Argument, 't'),
    ("no-target-directory", Takes::Nothing, 'T'),
    ("verbose", Takes::Nothing, 'v'),
];

struct Settings {
    symbolic: bool,
    relative: bool,
    logical: bool,
    force: bool,
    ask: bool,
    verbose: bool,
    backup: Option<Backup>,
}

/// Runs ln.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bdfFiLnPrsS:t:Tv", LONGS, HELP);
    let mut settings = Settings {
        symbolic: false,
        relative: false,
        logical: false,
        force: false,
        ask: false,
        verbose: false,
        backup: None,
    };
    let (mut target, mut plain, mut follow, mut names) = (None, false, true, Vec::new());
    let (mut backup, mut control, mut suffix) = (false, None, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => backup = true,
            Item::Option('\u{1}', value) => (backup, control) = (true, Some(value)),
            Item::Option('f', _) => (settings.force, settings.ask) = (true, false),
            Item::Option('i', _) => (settings.force, settings.ask) = (false, true),
            Item::Option('L', _) => settings.logical = true,
            Item::Option('P', _) => settings.logical = false,
            Item::Option('n', _) => follow = false,
            Item::Option('r', _) => settings.relative = true,
            Item::Option('s', _) => settings.symbolic = true,
            Item::Option('S', value) => suffix = Some(value),
            Item::Option('t', value) => target = Some(value),
            Item::Option('T', _) => plain = true,
            Item::Option('v', _) => settings.verbose = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    settings.backup = Backup::new(backup, control.as_deref(), suffix)?;
    if settings.relative && !settings.symbolic {
        return Err(Failure::new("cannot do --relative without --symbolic"));
    }
    // A link to a directory is one, unless -n says that it is the name of the new link.
    let last_is_link = names.len() == 2
        && target.is_none()
        && !follow
        && files::stat(&names[1], false).is_ok_and(|stat| stat.kind == FileType::Symlink);
    let into = match (names.len(), &target) {
        (1, None) if !plain => Some(b".".to_vec()),
        _ => target::directory(&mut names, target, plain || last_is_link)?,
    };
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = match &into {
        Some(into) => names.into_iter().map(|name| (name.clone(), target::inside(into, &name))).collect(),
        None => vec![(names[0].clone(), names[1].clone())],
    };
    let mut out = stdout();
    let mut status = 0;
    for (target, mut name) in pairs {
        if let Some(rest) = name.strip_prefix(b"./").filter(|_| into.as_deref() == Some(b".")) {
            name = rest.to_vec();
        }
        match link(&target, &name, &settings) {
            Ok(None) => {}
            Ok(Some(text)) => writeln!(out, "{text}")?,
            Err(message) => {
                out.flush()?;
                complain("ln", message);
                status = 1;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// Makes one link; what -v says of it.
fn link(target: &[u8], name: &[u8], settings: &Settings) -> Result<Option<String>, String> {
    let kind = if settings.symbolic { "symbolic" } else { "hard" };
    let mut source = target.to_vec();
    let mut from = None;
    if settings.symbolic {
        if settings.relative {
            source = relative(target, name);
        }
    } else {
        let stat = files::stat(target, settings.logical)
            .map_err(|errno| format!("failed to access {}: {errno}", quote(target)))?;
        if stat.kind == FileType::Directory {
            return Err(format!("{}: hard link not allowed for directory", quote(target).trim_matches('\'')));
        }
        if settings.logical && files::stat(target, false).is_ok_and(|stat| stat.kind == FileType::Symlink) {
            source =
                files::real_path(target).map_err(|errno| format!("failed to access {}: {errno}", quote(target)))?;
        }
        from = Some(stat);
    }
    let mut kept = None;
    if let Ok(there) = files::stat(name, false)
        && (settings.force || settings.ask || settings.backup.is_some())
    {
        if there.kind == FileType::Directory {
            return Err(format!("{}: cannot overwrite directory", quote(name).trim_matches('\'')));
        }
        if settings.ask && !confirm(&format!("ln: replace {}? ", quote(name))) {
            return Ok(None);
        }
        let same = |stat: &files::Stat| (stat.dev, stat.ino) == (there.dev, there.ino);
        let itself = match &from {
            Some(from) => same(from),
            None => there.kind != FileType::Symlink && files::stat(target, true).as_ref().is_ok_and(same),
        };
        if itself && settings.backup.is_none() {
            // Another name of the same file is what a hard link shall be.
            if !settings.symbolic && target::trim(target) != target::trim(name) {
                return Ok(None);
            }
            return Err(format!("{} and {} are the same file", quote(target), quote(name)));
        }
        if let Some(backup) = &settings.backup {
            let backup = backup.name(name);
            fs::rename(name, &backup).map_err(|errno| format!("cannot backup {}: {errno}", quote(name)))?;
            kept = Some(backup);
        } else {
            fs::unlink(name).map_err(|errno| format!("cannot remove {}: {errno}", quote(name)))?;
        }
    }
    let made = if settings.symbolic { fs::symlink(&source, name) } else { fs::link(&source, name) };
    made.map_err(|errno| {
        let to =
            if settings.symbolic || errno == Errno::Exist { String::new() } else { format!(" => {}", quote(target)) };
        format!("failed to create {kind} link {}{to}: {errno}", quote(name))
    })?;
    if !settings.verbose {
        return Ok(None);
    }
    let text = arrow(name, &source, kept.as_deref());
    Ok(Some(if settings.symbolic { text } else { text.replacen(" -> ", " => ", 1) }))
}

/// The way from a link to its target.
fn relative(target: &[u8], name: &[u8]) -> Vec<u8> {
    let absolute = |path: &[u8]| -> Vec<u8> {
        let path = target::trim(path);
        if let Ok(real) = files::real_path(path) {
            return real;
        }
        // The last part may be missing; what is above it is there.
        let (directory, base) = match path.iter().rposition(|&b| b == b'/') {
            Some(0) => (&b"/"[..], &path[1..]),
            Some(at) => (&path[..at], &path[at + 1..]),
            None => (&b"."[..], path),
        };
        agentfense_support::walk::join(&files::real_path(directory).unwrap_or_else(|_| directory.to_vec()), base)
    };
    let directory = match target::trim(name).iter().rposition(|&b| b == b'/') {
        Some(0) => b"/".to_vec(),
        Some(at) => absolute(&name[..at]),
        None => absolute(b"."),
    };
    steps(&directory, &absolute(target))
}

/// The relative path between two absolute ones.
fn steps(from: &[u8], to: &[u8]) -> Vec<u8> {
    let parts = |path: &[u8]| -> Vec<Vec<u8>> {
        path.split(|&b| b == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n(b"..".to_vec(), from.len() - shared);
    let path: Vec<Vec<u8>> = up.chain(to[shared..].iter().cloned()).collect();
    if path.is_empty() { b".".to_vec() } else { path.join(&b'/') }
}

#[cfg(test)]
mod tests {
    use super::steps;

    #[test]
    fn ways() {
        for (from, to, way) in
            [("/a/b", "/a/c", "../c"), ("/", "/x", "x"), ("/a", "/a", "."), ("/a/b/c", "/", "../../..")]
        {
            assert_eq!(steps(from.as_bytes(), to.as_bytes()), way.as_bytes());
        }
    }
}

//! Where cp, mv and ln put what they are given, and what becomes of what was there.

use agentfense_support::options::base_name;
use agentfense_support::walk::join;
use agentfense_support::{Failure, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile};

/// Whether a path leads to a directory.
pub fn is_directory(path: &[u8]) -> bool {
    files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory)
}

/// A name without slashes at its end; `/` itself becomes empty.
pub fn trim(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&b| b != b'/').map_or(0, |at| at + 1);
    &name[..end]
}

/// A name inside of a directory.
pub fn inside(directory: &[u8], name: &[u8]) -> Vec<u8> {
    join(directory, base_name(trim(name)).as_bytes())
}

/// The directory that operands go into: `-t`'s, or the last operand if it is one and `plain` (`-T`) is not set. It is
/// taken from `names`, of which at least one is left.
pub fn directory(names: &mut Vec<Vec<u8>>, target: Option<Vec<u8>>, plain: bool) -> Result<Option<Vec<u8>>, Failure> {
    let Some(last) = names.last().cloned() else {
        return Err(Failure::usage("missing file operand"));
    };
    let errno = |path: &[u8]| files::stat(path, true).err().unwrap_or(Errno::Notdir);
    match target {
        Some(_) if plain => Err(Failure::new("cannot combine --target-directory (-t) and --no-target-directory (-T)")),
        Some(target) if is_directory(&target) => Ok(Some(target)),
        Some(target) => {
            let errno = errno(&target);
            Err(Failure::new(format!("target directory {}: {errno}", quote(&target))))
        }
        None if names.len() == 1 => {
            Err(Failure::usage(format!("missing destination file operand after {}", quote(&last))))
        }
        None if plain && names.len() > 2 => Err(Failure::usage(format!("extra operand {}", quote(&names[2])))),
        None if !plain && is_directory(&last) => {
            names.pop();
            Ok(Some(last))
        }
        None if names.len() > 2 => Err(Failure::new(format!("target {}: {}", quote(&last), errno(&last)))),
        None => Ok(None),
    }
}

/// How the names of backups are made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    Simple,
    /// Numbers where there are numbered ones already.
    Existing,
    Numbered,
}

/// What is done with a file that is in the way.
#[derive(Clone)]
pub struct Backup {
    control: Control,
    suffix: Vec<u8>,
}

impl Backup {
    /// What `--backup[=CONTROL]` and `-S SUFFIX` ask for; absent for none.
    pub fn new(asked: bool, control: Option<&[u8]>, suffix: Option<Vec<u8>>) -> Result<Option<Backup>, Failure> {
        if !asked && suffix.is_none() {
            return Ok(None);
        }
        let variable = agentfense_sys::var("VERSION_CONTROL").filter(|value| !value.is_empty());
        let control = match control.filter(|control| !control.is_empty()).or(variable.as_deref()) {
            None | Some(b"existing" | b"nil") => Control::Existing,
            Some(b"none" | b"off") => return Ok(None),
            Some(b"simple" | b"never") => Control::Simple,
            Some(b"numbered" | b"t") => Control::Numbered,
            Some(other) => {
                return Err(Failure::usage(format!("invalid argument {} for 'backup type'", quote(other))));
            }
        };
        let suffix = suffix.or_else(|| agentfense_sys::var("SIMPLE_BACKUP_SUFFIX")).filter(|s| !s.is_empty());
        Ok(Some(Backup { control, suffix: suffix.unwrap_or_else(|| b"~".to_vec()) }))
    }

    /// The name of a file's backup.
    pub fn name(&self, path: &[u8]) -> Vec<u8> {
        let simple = [path, &self.suffix].concat();
        if self.control == Control::Simple {
            return simple;
        }
        match (self.control, highest(path)) {
            (Control::Existing, 0) => simple,
            (_, number) => [path, format!(".~{}~", number.saturating_add(1)).as_bytes()].concat(),
        }
    }
}

/// The highest number that a backup of the file has.
fn highest(path: &[u8]) -> u64 {
    let path = trim(path);
    let (directory, base) = match path.iter().rposition(|&b| b == b'/') {
        Some(at) => (&path[..=at], &path[at + 1..]),
        None => (&b"."[..], path),
    };
    let number = |name: &[u8]| -> Option<u64> {
        let digits = name.strip_prefix(base)?.strip_prefix(b".~")?.strip_suffix(b"~")?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    };
    // A directory that cannot be read has no backups that could be found.
    let entries = files::read_dir(directory).unwrap_or_default();
    entries.iter().filter_map(|entry| number(&entry.name)).max().unwrap_or(0)
}

/// Asks on standard error, and reads a line of standard input: whether it starts with a y.
pub fn confirm(question: &str) -> bool {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to ask when standard error is gone; the answer still counts.
        let _ = stderr.write_bytes(question.as_bytes());
    }
    // No more than the line: what is behind it is for the next question.
    let answer = OpenFile::inherited(0).and_then(|stdin| stdin.read_until(b'\n', 4096).ok());
    answer.is_some_and(|answer| matches!(answer.first(), Some(b'y' | b'Y')))
}

/// A path in a message of `-v`: `'a' -> 'b'`.
pub fn arrow(from: &[u8], to: &[u8], backup: Option<&[u8]>) -> String {
    let kept = backup.map_or_else(String::new, |name| format!(" (backup: {})", quote(name)));
    format!("{} -> {}{kept}", quote(from), quote(to))
}

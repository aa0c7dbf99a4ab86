//! tree: lists what directories hold, as a tree.

use agentfense_support::glob::Glob;
use agentfense_support::options::number;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use agentfense_sys::files::{self, FileType};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [DIRECTORY]...
List the contents of directories as a tree.

  -a             all files, hidden ones too
  -d             directories only
  -f             print the full path of each file
  -L LEVEL       go no deeper than LEVEL directories
  -I PATTERN     leave out files that match PATTERN
  -F             mark directories with /, links with @
  --noreport     no counts at the end
  --dirsfirst    directories before files";

const LONGS: &[Long] = &[("noreport", Takes::Nothing, '\u{1}'), ("dirsfirst", Takes::Nothing, '\u{2}')];

#[derive(Default)]
struct Settings {
    all: bool,
    directories: bool,
    full: bool,
    mark: bool,
    directories_first: bool,
    level: Option<usize>,
    ignored: Vec<Glob>,
}

/// What is still to be printed.
struct Entry {
    path: Vec<u8>,
    name: Vec<u8>,
    kind: FileType,
    /// The lines to the left of it.
    prefix: String,
    last: bool,
    depth: usize,
}

/// Runs tree.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "adfFI:L:", LONGS, HELP);
    let (mut settings, mut report, mut roots) = (Settings::default(), true, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => settings.all = true,
            Item::Option('d', _) => settings.directories = true,
            Item::Option('f', _) => settings.full = true,
            Item::Option('F', _) => settings.mark = true,
            Item::Option('I', value) => {
                settings.ignored.extend(value.split(|&b| b == b'|').map(|pattern| Glob::new(pattern, false)));
            }
            Item::Option('L', value) => match number("level", &value)? {
                0 => return Err(Failure::new("Invalid level, must be greater than 0.")),
                level => settings.level = Some(level),
            },
            Item::Option('\u{1}', _) => report = false,
            Item::Option(..) => settings.directories_first = true,
            Item::Operand(name) => roots.push(name),
        }
    }
    if roots.is_empty() {
        roots.push(b".".to_vec());
    }
    let mut out = stdout();
    let (mut directories, mut others, mut status) = (0usize, 0usize, 0);
    for root in roots {
        out.write_all(&root)?;
        // A list of its own rather than recursion: a tree may be deeper than the stack.
        let mut pending = Vec::new();
        if settings.level != Some(0) && !open(&root, "", 1, &settings, &mut pending) {
            out.write_all(b"  [error opening dir]")?;
            status = 2;
        }
        directories += usize::from(status == 0);
        out.write_all(b"\n")?;
        while let Some(entry) = pending.pop() {
            out.write_all(entry.prefix.as_bytes())?;
            out.write_all(if entry.last { "└── " } else { "├── " }.as_bytes())?;
            out.write_all(if settings.full { &entry.path } else { &entry.name })?;
            match entry.kind {
                FileType::Directory => {
                    directories += 1;
                    if settings.mark {
                        out.write_all(b"/")?;
                    }
                    if settings.level.is_none_or(|level| entry.depth < level) {
                        let prefix = format!("{}{}", entry.prefix, if entry.last { "    " } else { "│\u{a0}\u{a0} " });
                        if !open(&entry.path, &prefix, entry.depth + 1, &settings, &mut pending) {
                            out.write_all(b"  [error opening dir]")?;
                            status = 2;
                        }
                    }
                }
                FileType::Symlink => {
                    others += 1;
                    if let Ok(target) = files::read_link(&entry.path) {
                        out.write_all(b" -> ")?;
                        out.write_all(&target)?;
                    }
                }
                _ => others += 1,
            }
            out.write_all(b"\n")?;
        }
    }
    if report {
        let count = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        write!(out, "\n{}", count(directories, "directory", "directories"))?;
        if !settings.directories {
            write!(out, ", {}", count(others, "file", "files"))?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(status)
}

/// Adds what a directory holds, the first entry to be taken first; whether it could be read.
fn open(path: &[u8], prefix: &str, depth: usize, settings: &Settings, pending: &mut Vec<Entry>) -> bool {
    let Ok(mut entries) = files::read_dir(path) else { return false };
    entries.retain(|entry| {
        (settings.all || !entry.name.starts_with(b"."))
            && (!settings.directories || entry.kind == FileType::Directory)
            && !settings.ignored.iter().any(|pattern| pattern.matches(&entry.name))
    });
    let late = |kind: FileType| settings.directories_first && kind != FileType::Directory;
    entries.sort_by(|a, b| (late(a.kind), &a.name).cmp(&(late(b.kind), &b.name)));
    for (index, entry) in entries.into_iter().rev().enumerate() {
        let path = join(path, &entry.name);
        let (name, kind) = (entry.name, entry.kind);
        pending.push(Entry { path, name, kind, prefix: prefix.to_owned(), last: index == 0, depth });
    }
    true
}

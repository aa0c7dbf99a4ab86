//! tree: lists what directories hold, as a tree.

use super::df::Unit;
use agentfense_support::glob::Glob;
use agentfense_support::names::Names;
use agentfense_support::options::number;
use agentfense_support::time::{local, now};
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, mode, stdout};
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
  -P PATTERN     only files that match PATTERN
  -i             no lines of the tree
  -p, -u, -g     print the permissions, the owner, the group
  -s, -h         print the size, in bytes or for people
  -D             print when it was last changed
  -Q             names in double quotes
  -r, -t, -U     in reverse order, by time, unsorted
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
    plain: bool,
    quoted: bool,
    columns: Columns,
    order: Order,
    reverse: bool,
    ignored: Vec<Glob>,
    wanted: Vec<Glob>,
    users: Names,
    groups: Names,
}

/// What is printed in brackets before a name.
#[derive(Default)]
struct Columns {
    mode: bool,
    user: bool,
    group: bool,
    size: bool,
    human: bool,
    time: bool,
}

#[derive(Default)]
enum Order {
    #[default]
    Name,
    Time,
    None,
}

impl Settings {
    /// The columns in their brackets, or nothing.
    fn columns(&self, path: &[u8]) -> String {
        let columns = &self.columns;
        if !(columns.mode || columns.user || columns.group || columns.size || columns.time) {
            return String::new();
        }
        let Ok(stat) = files::stat(path, false) else { return String::new() };
        let mut shown = Vec::new();
        if columns.mode {
            shown.push(mode::text(stat.kind, stat.mode));
        }
        if columns.user {
            shown.push(format!("{:<8.32}", self.users.name_or_number(stat.uid)));
        }
        if columns.group {
            shown.push(format!("{:<8.32}", self.groups.name_or_number(stat.gid)));
        }
        if columns.human {
            shown.push(format!("{:>4}", Unit::Human(1024).show(stat.size)));
        } else if columns.size {
            shown.push(format!("{:>11}", stat.size));
        }
        if columns.time {
            let recent = (0..15_778_476_000_000_000).contains(&now().saturating_sub(stat.mtime));
            shown.push(local(stat.mtime).format(if recent { "%b %e %H:%M" } else { "%b %e  %Y" }));
        }
        format!("[{}]  ", shown.join(" "))
    }

    fn name(&self, name: &[u8], out: &mut impl Write) -> std::io::Result<()> {
        let quote: &[u8] = if self.quoted { b"\"" } else { b"" };
        out.write_all(quote)?;
        out.write_all(name)?;
        out.write_all(quote)
    }
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
    let mut options = Options::new(args, "adfFI:L:P:ipughsDQrtUCnN", LONGS, HELP);
    let (mut settings, mut report, mut roots) = (Settings::default(), true, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => settings.all = true,
            Item::Option('d', _) => settings.directories = true,
            Item::Option('f', _) => settings.full = true,
            Item::Option('F', _) => settings.mark = true,
            Item::Option(letter @ ('I' | 'P'), value) => {
                let patterns = value.split(|&b| b == b'|').map(|pattern| Glob::new(pattern, false));
                if letter == 'I' { settings.ignored.extend(patterns) } else { settings.wanted.extend(patterns) }
            }
            Item::Option('i', _) => settings.plain = true,
            Item::Option('p', _) => settings.columns.mode = true,
            Item::Option('u', _) => settings.columns.user = true,
            Item::Option('g', _) => settings.columns.group = true,
            Item::Option('s', _) => settings.columns.size = true,
            Item::Option('h', _) => (settings.columns.size, settings.columns.human) = (true, true),
            Item::Option('D', _) => settings.columns.time = true,
            Item::Option('Q', _) => settings.quoted = true,
            Item::Option('r', _) => settings.reverse = true,
            Item::Option('t', _) => settings.order = Order::Time,
            Item::Option('U', _) => settings.order = Order::None,
            // Colors, which there are none of, and names as they are, which they always are.
            Item::Option('C' | 'n' | 'N', _) => {}
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
    if settings.columns.user || settings.columns.group {
        (settings.users, settings.groups) = (Names::users(), Names::groups());
    }
    let mut out = stdout();
    let (mut directories, mut others, mut status) = (0usize, 0usize, 0);
    for root in roots {
        out.write_all(settings.columns(&root).as_bytes())?;
        settings.name(&root, &mut out)?;
        if settings.mark && !root.ends_with(b"/") {
            out.write_all(b"/")?;
        }
        // A list of its own rather than recursion: a tree may be deeper than the stack.
        let mut pending = Vec::new();
        if settings.level != Some(0) && !open(&root, "", 1, &settings, &mut pending) {
            out.write_all(b"  [error opening dir]")?;
            status = 2;
        }
        directories += usize::from(status == 0);
        out.write_all(b"\n")?;
        while let Some(entry) = pending.pop() {
            if !settings.plain {
                out.write_all(entry.prefix.as_bytes())?;
                out.write_all(if entry.last { "└── " } else { "├── " }.as_bytes())?;
            }
            out.write_all(settings.columns(&entry.path).as_bytes())?;
            settings.name(if settings.full { &entry.path } else { &entry.name }, &mut out)?;
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
                        settings.name(&target, &mut out)?;
                    }
                }
                kind => {
                    others += 1;
                    let mark: &[u8] = match kind {
                        FileType::Fifo => b"|",
                        FileType::Socket => b"=",
                        FileType::Regular if is_executable(&entry.path, settings.mark) => b"*",
                        _ => b"",
                    };
                    if settings.mark {
                        out.write_all(mark)?;
                    }
                }
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

/// Whether someone may execute a file, if that is asked.
fn is_executable(path: &[u8], asked: bool) -> bool {
    asked && files::stat(path, false).is_ok_and(|stat| stat.mode & 0o111 != 0)
}

/// Adds what a directory holds, the first entry to be taken first; whether it could be read.
fn open(path: &[u8], prefix: &str, depth: usize, settings: &Settings, pending: &mut Vec<Entry>) -> bool {
    let Ok(mut entries) = files::read_dir(path) else { return false };
    entries.retain(|entry| {
        (settings.all || !entry.name.starts_with(b"."))
            && (!settings.directories || entry.kind == FileType::Directory)
            && !settings.ignored.iter().any(|pattern| pattern.matches(&entry.name))
            && (entry.kind == FileType::Directory
                || settings.wanted.is_empty()
                || settings.wanted.iter().any(|pattern| pattern.matches(&entry.name)))
    });
    let late = |kind: FileType| settings.directories_first && kind != FileType::Directory;
    match settings.order {
        Order::None => {}
        Order::Name => entries.sort_by(|a, b| a.name.cmp(&b.name)),
        Order::Time => entries.sort_by_cached_key(|entry| {
            let time = files::stat(join(path, &entry.name), false).map_or(0, |stat| stat.mtime);
            (time, entry.name.clone())
        }),
    }
    if settings.reverse {
        entries.reverse();
    }
    entries.sort_by_key(|entry| late(entry.kind));
    for (index, entry) in entries.into_iter().rev().enumerate() {
        let path = join(path, &entry.name);
        let (name, kind) = (entry.name, entry.kind);
        pending.push(Entry { path, name, kind, prefix: prefix.to_owned(), last: index == 0, depth });
    }
    true
}

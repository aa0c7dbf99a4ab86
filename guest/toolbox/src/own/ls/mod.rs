//! ls, dir and vdir: list directories.

mod columns;
mod options;
mod show;

use agentfense_support::version;
use agentfense_support::walk::join;
use agentfense_support::{Outcome, complain, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, Stat};
use options::{Dereference, Format, Hidden, Settings, Sort};
use std::io::Write;

/// Runs ls.
pub fn ls(args: Vec<Vec<u8>>) -> Outcome {
    run(args, None)
}

/// Runs dir: ls -C -b.
pub fn dir(args: Vec<Vec<u8>>) -> Outcome {
    run(args, Some(Format::Columns))
}

/// Runs vdir: ls -l -b.
pub fn vdir(args: Vec<Vec<u8>>) -> Outcome {
    run(args, Some(Format::Long))
}

/// A file to be listed.
pub struct Entry {
    /// As it is shown.
    name: Vec<u8>,
    path: Vec<u8>,
    kind: FileType,
    /// Asked for only where something needs it.
    stat: Option<Stat>,
}

fn run(args: Vec<Vec<u8>>, format: Option<Format>) -> Outcome {
    // What cannot be written is serious trouble, too.
    list(args, format).map_err(|failure| if failure.status == Some(1) { failure.status(2) } else { failure })
}

fn list(args: Vec<Vec<u8>>, format: Option<Format>) -> Outcome {
    let (settings, mut names) = options::read(args, format)?;
    if names.is_empty() {
        names.push(b".".to_vec());
    }
    let several = names.len() > 1;
    let mut lister = Lister { settings: &settings, out: stdout(), status: 0, started: false };
    let (mut plain, mut directories) = (Vec::new(), Vec::new());
    for name in names {
        match lister.named(&name) {
            Ok(entry) if entry.kind == FileType::Directory && !settings.directories_as_files => {
                directories.push(entry);
            }
            Ok(entry) => plain.push(entry),
            Err(errno) => {
                lister.complain(2, format_args!("cannot access {}: {errno}", quote(&name)));
            }
        }
    }
    lister.sort(&mut plain);
    lister.sort(&mut directories);
    let header = several || settings.recursive;
    if !plain.is_empty() {
        lister.show(&plain)?;
        lister.started = true;
    }
    for directory in directories {
        lister.tree(directory.path, directory.name, header)?;
    }
    lister.out.flush()?;
    Ok(lister.status)
}

struct Lister<'a, W: Write> {
    settings: &'a Settings,
    out: W,
    status: u8,
    /// Whether something was listed, so that the next directory starts with an empty line.
    started: bool,
}

impl<W: Write> Lister<'_, W> {
    fn complain(&mut self, status: u8, message: std::fmt::Arguments<'_>) {
        self.status = self.status.max(status);
        // What was listed so far comes first.
        let _ = self.out.flush();
        complain("ls", message);
    }

    /// A file that was named: its link is followed as -H and -L say, and by default to a directory.
    fn named(&self, name: &[u8]) -> Result<Entry, Errno> {
        let settings = self.settings;
        let own = || files::stat(name, false);
        let stat = match settings.dereference {
            Dereference::Never => own()?,
            Dereference::Named | Dereference::Always => files::stat(name, true)?,
            Dereference::Directories => match files::stat(name, true) {
                Ok(stat) if stat.kind == FileType::Directory => stat,
                _ => own()?,
            },
        };
        Ok(Entry { name: name.to_vec(), path: name.to_vec(), kind: stat.kind, stat: Some(stat) })
    }

    /// Lists a directory and, with -R, those below it.
    fn tree(&mut self, path: Vec<u8>, name: Vec<u8>, header: bool) -> std::io::Result<()> {
        let mut pending = vec![(path, name, Vec::<(u64, u64)>::new())];
        let mut top = true;
        while let Some((path, name, mut above)) = pending.pop() {
            let status = if std::mem::take(&mut top) { 2 } else { 1 };
            if self.settings.recursive
                && self.settings.dereference == Dereference::Always
                && let Ok(stat) = files::stat(&path, true)
            {
                if above.contains(&(stat.dev, stat.ino)) {
                    self.complain(2, format_args!("{}: not listing already-listed directory", quote(&name)));
                    continue;
                }
                above.push((stat.dev, stat.ino));
            }
            let mut entries = match self.entries(&path) {
                Ok(entries) => entries,
                Err(errno) => {
                    self.complain(status, format_args!("cannot open directory {}: {errno}", quote(&name)));
                    continue;
                }
            };
            if self.started && header {
                self.out.write_all(b"\n")?;
            }
            self.started = true;
            if header {
                show::header(&mut self.out, &name, self.settings)?;
            }
            self.sort(&mut entries);
            if self.settings.shows_total() {
                let blocks = entries.iter().filter_map(|entry| entry.stat.as_ref()).map(show::allocated).sum();
                writeln!(self.out, "total {}", self.settings.block_unit.show(blocks))?;
            }
            self.show(&entries)?;
            if self.settings.recursive {
                for entry in entries.into_iter().rev() {
                    if entry.kind == FileType::Directory && entry.name != b"." && entry.name != b".." {
                        let shown = join(&name, &entry.name);
                        pending.push((entry.path, shown, above.clone()));
                    }
                }
            }
        }
        Ok(())
    }

    fn entries(&mut self, path: &[u8]) -> Result<Vec<Entry>, Errno> {
        let settings = self.settings;
        let mut entries = Vec::new();
        if settings.hidden == Hidden::All {
            for name in [&b"."[..], b".."] {
                let below = join(path, name);
                let stat = files::stat(&below, false).ok();
                entries.push(Entry { name: name.to_vec(), path: below, kind: FileType::Directory, stat });
            }
        }
        for entry in files::read_dir(path)? {
            if settings.hides(&entry.name) {
                continue;
            }
            let below = join(path, &entry.name);
            let mut listed = Entry { name: entry.name, path: below, kind: entry.kind, stat: None };
            if settings.needs_stat(listed.kind) {
                let follow = settings.dereference == Dereference::Always;
                match files::stat(&listed.path, follow) {
                    Ok(stat) => {
                        listed.kind = stat.kind;
                        listed.stat = Some(stat);
                    }
                    Err(errno) => {
                        let message = format!("cannot access {}: {errno}", quote(&listed.path));
                        self.complain(1, format_args!("{message}"));
                    }
                }
            }
            entries.push(listed);
        }
        Ok(entries)
    }

    fn sort(&self, entries: &mut [Entry]) {
        let settings = self.settings;
        let time = |entry: &Entry| entry.stat.as_ref().map_or(0, |stat| settings.time_of(stat));
        let size = |entry: &Entry| entry.stat.as_ref().map_or(0, |stat| stat.size);
        match settings.sort {
            Sort::None => {}
            Sort::Name => entries.sort_by(|a, b| a.name.cmp(&b.name)),
            Sort::Time => entries.sort_by(|a, b| time(b).cmp(&time(a)).then_with(|| a.name.cmp(&b.name))),
            Sort::Size => entries.sort_by(|a, b| size(b).cmp(&size(a)).then_with(|| a.name.cmp(&b.name))),
            Sort::Extension => {
                entries.sort_by(|a, b| extension(&a.name).cmp(extension(&b.name)).then_with(|| a.name.cmp(&b.name)))
            }
            Sort::Version => {
                entries.sort_by(|a, b| version::compare(&a.name, &b.name).then_with(|| a.name.cmp(&b.name)))
            }
            Sort::Width => entries.sort_by(|a, b| {
                let width = |entry: &Entry| String::from_utf8_lossy(&entry.name).chars().count();
                width(a).cmp(&width(b)).then_with(|| a.name.cmp(&b.name))
            }),
        }
        if settings.reverse && settings.sort != Sort::None {
            entries.reverse();
        }
        if settings.directories_first {
            entries.sort_by_key(|entry| {
                let directory = entry.kind == FileType::Directory
                    || (entry.kind == FileType::Symlink
                        && files::stat(&entry.path, true).is_ok_and(|stat| stat.kind == FileType::Directory));
                !directory
            });
        }
    }

    fn show(&mut self, entries: &[Entry]) -> std::io::Result<()> {
        show::entries(&mut self.out, entries, self.settings)
    }
}

fn extension(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b == b'.') {
        Some(at) => &name[at..],
        None => b"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions() {
        assert_eq!(extension(b"a.b.c"), b".c");
        assert_eq!(extension(b"a"), b"");
    }
}

//! zip.

use super::directory::{Archive, BadArchive, BadEntry};
use super::entry::{Entry, new_extras};
use super::output::{AddError, Output};
use super::zip_options::{Action, Call, Settings, parse};
use crate::compress::say;
use crate::input::errno;
use crate::times::split;
use agentfense_support::glob::Glob;
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::walk::walk;
use agentfense_support::{Failure, Outcome, fs, stdout, time};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Stat};
use agentfense_sys::processes;
use std::collections::{HashMap, HashSet};
use std::io::{BufWriter, Write};

/// Exit statuses, as Info-ZIP has them.
const BAD_FORMAT: u8 = 3;
const NOTHING_TO_DO: u8 = 12;
const CANNOT_WRITE: u8 = 15;
const CANNOT_READ: u8 = 18;

/// Runs zip.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let Call { settings, archive, names } = parse(args)?;
    Run::new(&settings, &archive)?.all(&names)
}

/// An error that ends everything.
fn fatal(message: impl std::fmt::Display, status: u8) -> Failure {
    say(format!("\nzip error: {message}\n"));
    Failure::quiet(status)
}

/// A file to be added.
struct Source {
    path: Vec<u8>,
    name: Vec<u8>,
    stat: Stat,
}

struct Run<'a> {
    settings: &'a Settings,
    archive: &'a [u8],
    old: Option<Archive>,
    out: BufWriter<Stdout>,
    to_stdout: bool,
    status: u8,
}

impl<'a> Run<'a> {
    fn new(settings: &'a Settings, archive: &'a [u8]) -> Result<Run<'a>, Failure> {
        let to_stdout = archive == b"-";
        let old = match files::open(archive, OpenFlags::READ, 0) {
            _ if to_stdout => None,
            Ok(file) => match Archive::open(file) {
                Ok(old) => Some(old),
                Err(BadArchive::Read(errno)) => return Err(fatal(format_args!("{errno} ({})", lossy(archive)), 10)),
                Err(_) => {
                    return Err(fatal(format_args!("Zip file structure invalid ({})", lossy(archive)), BAD_FORMAT));
                }
            },
            Err(Errno::Noent) => None,
            Err(errno) => return Err(fatal(format_args!("{errno} ({})", lossy(archive)), 10)),
        };
        Ok(Run { settings, archive, old, out: stdout(), to_stdout, status: 0 })
    }

    /// A line about an entry, on standard error when the archive goes to standard output.
    fn say(&mut self, line: &[u8]) -> Result<(), Failure> {
        if self.settings.quiet {
            return Ok(());
        }
        if self.to_stdout {
            say(line);
            return Ok(());
        }
        Ok(self.out.write_all(line)?)
    }

    fn warn(&mut self, message: &str) -> Result<(), Failure> {
        self.out.flush()?;
        say(format!("\tzip warning: {message}\n"));
        Ok(())
    }

    fn is_meant(&self, name: &[u8]) -> bool {
        let settings = self.settings;
        (settings.included.is_empty() || settings.included.iter().any(|glob| glob.matches(name)))
            && !settings.excluded.iter().any(|glob| glob.matches(name))
    }

    fn all(mut self, names: &[Vec<u8>]) -> Outcome {
        let settings = self.settings;
        let mut deleted = HashSet::new();
        let mut sources = Vec::new();
        if settings.action == Action::Delete {
            deleted = self.deleted(names)?;
        } else {
            let own = self.old.as_ref().filter(|_| names.is_empty() && settings.action != Action::Add);
            // Without names, -u and -f are about everything in the archive.
            let all: Vec<Vec<u8>> =
                own.map_or_else(|| names.to_vec(), |old| old.entries.iter().map(|e| e.name.clone()).collect());
            for name in &all {
                self.collect(name, &mut sources)?;
            }
            let mut seen = HashSet::new();
            sources.retain(|source| seen.insert(source.name.clone()));
        }
        if sources.is_empty() && deleted.is_empty() && names != [b"-".to_vec()] {
            if settings.test && names.is_empty() && self.old.is_some() {
                return self.test();
            }
            self.out.flush()?;
            return Err(fatal(format_args!("Nothing to do! ({})", lossy(self.archive)), NOTHING_TO_DO));
        }
        self.write(sources, &deleted)
    }

    /// The entries that names and patterns mean.
    fn deleted(&mut self, names: &[Vec<u8>]) -> Result<HashSet<Vec<u8>>, Failure> {
        let mut deleted = HashSet::new();
        for name in names {
            let glob = Glob::new(name, false);
            let entries = self.old.as_ref().map_or(&[][..], |old| &old.entries);
            let found: Vec<_> = entries
                .iter()
                .map(|entry| &entry.name)
                .filter(|entry| glob.matches(entry) && self.is_meant(entry))
                .cloned()
                .collect();
            if found.is_empty() {
                self.warn(&format!("name not matched: {}", lossy(name)))?;
            }
            deleted.extend(found);
        }
        Ok(deleted)
    }

    /// Adds what a name of the command line means.
    fn collect(&mut self, name: &[u8], sources: &mut Vec<Source>) -> Result<(), Failure> {
        let settings = self.settings;
        let follow = !settings.symlinks;
        if name == b"-" {
            let stdin = OpenFile::inherited(0).ok_or_else(|| Failure::from(Errno::Badf))?;
            let mut stat = stdin.stat().map_err(|errno| fatal(errno, CANNOT_READ))?;
            (stat.kind, stat.mode, stat.mtime) = (FileType::Fifo, 0o600, time::now());
            sources.push(Source { path: name.to_vec(), name: name.to_vec(), stat });
            return Ok(());
        }
        let Ok(stat) = files::stat(name, follow) else {
            return self.warn(&format!("name not matched: {}", lossy(name)));
        };
        let own = files::stat(self.archive, true).ok().map(|stat| (stat.dev, stat.ino));
        let mut found = Vec::new();
        if settings.recursive && stat.kind == FileType::Directory {
            walk(name, true, |path, stat| found.push((path.to_vec(), stat)));
        } else {
            found.push((name.to_vec(), Ok(stat)));
        }
        for (path, stat) in found {
            let stat = match stat {
                Ok(stat) if stat.kind == FileType::Symlink && follow => match files::stat(&path, true) {
                    // A link to a directory is not gone into: it may lead round in circles.
                    Ok(stat) if stat.kind != FileType::Directory => stat,
                    _ => continue,
                },
                Ok(stat) => stat,
                Err(_) => {
                    self.warn(&format!("could not open for reading: {}", lossy(&path)))?;
                    self.status = CANNOT_READ;
                    continue;
                }
            };
            if own == Some((stat.dev, stat.ino)) {
                continue;
            }
            let Some(name) = self.entry_name(&path, stat.kind) else { continue };
            if self.is_meant(&name) {
                sources.push(Source { path, name, stat });
            }
        }
        Ok(())
    }

    /// The name of a file in the archive; absent for what has no entry.
    fn entry_name(&self, path: &[u8], kind: FileType) -> Option<Vec<u8>> {
        let mut name = path;
        loop {
            name = match name {
                [b'.', b'/', rest @ ..] | [b'/', rest @ ..] => rest,
                name => break self.finished_name(name, kind),
            };
        }
    }

    fn finished_name(&self, name: &[u8], kind: FileType) -> Option<Vec<u8>> {
        let settings = self.settings;
        let directory = match kind {
            FileType::Directory => true,
            FileType::Regular | FileType::Symlink => false,
            _ => return None,
        };
        if directory && (settings.no_directories || settings.junk) {
            return None;
        }
        let mut name = name.to_vec();
        while name.ends_with(b"/") {
            name.pop();
        }
        if matches!(name.as_slice(), b"" | b".") {
            return None;
        }
        if settings.junk {
            name = name.rsplit(|&b| b == b'/').next().unwrap_or_default().to_vec();
        }
        if directory {
            name.push(b'/');
        }
        Some(name)
    }

    /// Writes the archive: what was there, with what is newer in its place, then what is new.
    fn write(mut self, sources: Vec<Source>, deleted: &HashSet<Vec<u8>>) -> Outcome {
        let settings = self.settings;
        let cannot_write = |errno: Errno| {
            say(format!("zip I/O error: {errno}"));
            fatal(format_args!("Could not create output file ({})", lossy(self.archive)), CANNOT_WRITE)
        };
        // Beside the old one, which stays until the new one is whole.
        let temporary = [self.archive, format!(".zi{}", processes::get_pid()).as_bytes()].concat();
        let file = if self.to_stdout {
            OpenFile::inherited(1).ok_or(Errno::Badf)
        } else {
            let flags = OpenFlags::READ | OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
            files::open(&temporary, flags, 0o666)
        };
        let file = file.map_err(cannot_write)?;
        let mut output = Output::new(file);
        let result = self.entries(&mut output, &sources, deleted);
        let changed = match result {
            Ok(changed) => changed,
            Err(failure) => {
                if !self.to_stdout {
                    // The failure that is told is the one that matters.
                    let _ = fs::unlink(&temporary);
                }
                return Err(failure);
            }
        };
        self.out.flush()?;
        if !changed {
            let _ = fs::unlink(&temporary);
            return Ok(NOTHING_TO_DO);
        }
        let empty = output.entries.is_empty();
        let (old_size, new_size) =
            output.entries.iter().fold((0, 0), |(a, b), entry| (a + entry.size, b + entry.compressed));
        let comment = self.old.as_ref().map(|old| old.comment.clone()).unwrap_or_default();
        let finished = output.finish(&comment).map_err(|error| errno(&error));
        if self.to_stdout {
            finished.map_err(|errno| fatal(errno, 14))?;
        } else {
            let mode = files::stat(self.archive, true).ok().map(|stat| stat.mode & 0o777);
            let placed = finished
                .and_then(|()| mode.map_or(Ok(()), |mode| files::set_mode(&temporary, mode, false)))
                .and_then(|()| match empty {
                    true => fs::unlink(&temporary).and_then(|()| fs::unlink(self.archive)),
                    false => fs::rename(&temporary, self.archive),
                });
            if let Err(errno) = placed {
                let _ = fs::unlink(&temporary);
                return Err(fatal(errno, 14));
            }
            if empty {
                self.warn("zip file empty")?;
            }
        }
        if settings.verbose && !settings.quiet {
            let line =
                format!("total bytes={old_size}, compressed={new_size} -> {}% savings\n", percent(old_size, new_size));
            self.say(line.as_bytes())?;
        }
        if settings.test && !self.to_stdout {
            self.test_archive()?;
        }
        if settings.moves {
            // Those inside first.
            for source in sources.iter().rev() {
                let removed = match source.stat.kind {
                    FileType::Directory => fs::rmdir(&source.path),
                    _ => fs::unlink(&source.path),
                };
                if removed.is_err() && source.stat.kind != FileType::Directory {
                    self.warn(&format!("error deleting {}", lossy(&source.path)))?;
                }
            }
        }
        self.out.flush()?;
        Ok(self.status)
    }

    /// Writes the entries; whether anything is other than before.
    fn entries(
        &mut self,
        output: &mut Output,
        sources: &[Source],
        deleted: &HashSet<Vec<u8>>,
    ) -> Result<bool, Failure> {
        let settings = self.settings;
        let mut changed = false;
        let mut by_name: HashMap<Vec<u8>, usize> = HashMap::new();
        for (at, source) in sources.iter().enumerate() {
            by_name.insert(source.name.clone(), at);
        }
        let mut used = vec![false; sources.len()];
        let old = self.old.take();
        for entry in old.iter().flat_map(|old| &old.entries) {
            if deleted.contains(&entry.name) {
                changed = true;
                self.say(&[b"deleting: ", entry.name.as_slice(), b"\n"].concat())?;
                continue;
            }
            let source = by_name.get(&entry.name).copied();
            if let Some(at) = source {
                used[at] = true;
                let newer = split(sources[at].stat.mtime).0 > split(entry.mtime).0;
                if settings.action == Action::Add || newer {
                    changed |= self.add(
                        output,
                        &sources[at],
                        if settings.action == Action::Freshen { "freshening" } else { "updating" },
                    )?;
                    continue;
                }
            }
            if let Some(old) = &old {
                output.copy(old, entry).map_err(|error| self.unwritten(&error, &entry.name))?;
            }
        }
        for (source, _) in sources.iter().zip(&used).filter(|(_, used)| !**used) {
            if settings.action != Action::Freshen {
                changed |= self.add(output, source, "adding")?;
            }
        }
        self.old = old;
        Ok(changed)
    }

    fn unwritten(&self, error: &AddError, name: &[u8]) -> Failure {
        match error {
            AddError::Write(errno) => fatal(format_args!("Output file write failure ({errno})"), 14),
            AddError::Read(errno) => fatal(format_args!("{errno} ({})", lossy(name)), CANNOT_READ),
            AddError::Old(BadEntry::Read(errno)) => {
                fatal(format_args!("{errno} ({})", lossy(self.archive)), CANNOT_READ)
            }
            AddError::Old(_) => fatal(format_args!("Zip file structure invalid ({})", lossy(self.archive)), BAD_FORMAT),
        }
    }

    /// Adds a file; whether it could be read.
    fn add(&mut self, output: &mut Output, source: &Source, verb: &str) -> Result<bool, Failure> {
        let settings = self.settings;
        let Source { path, name, stat } = source;
        if name.len() > usize::from(u16::MAX) {
            self.warn(&format!("name too long - skipped: {}", lossy(name)))?;
            return Ok(false);
        }
        let type_bits = agentfense_support::mode::type_bits(match stat.kind {
            FileType::Fifo => FileType::Regular,
            kind => kind,
        });
        let mut entry = Entry::new(name.clone(), type_bits | stat.mode & 0o7777, stat.mtime);
        let mut extra = Vec::new();
        if !settings.no_extra {
            (extra, entry.extra) = new_extras(stat.mtime, stat.atime, stat.uid, stat.gid);
        }
        let contents: Result<(Box<dyn std::io::Read>, _), Errno> = match stat.kind {
            FileType::Directory => Ok((Box::new(std::io::empty()), Some(0))),
            FileType::Symlink => files::read_link(path).map(|target| {
                let len = target.len() as u64;
                (Box::new(std::io::Cursor::new(target)) as Box<dyn std::io::Read>, Some(len))
            }),
            FileType::Fifo => OpenFile::inherited(0).ok_or(Errno::Badf).map(|file| (Box::new(file) as _, None)),
            _ => files::open(path, OpenFlags::READ, 0).map(|file| (Box::new(file) as _, Some(stat.size))),
        };
        let (mut contents, expected) = match contents {
            Ok(contents) => contents,
            Err(errno) => {
                self.warn(&format!("could not open for reading: {}: {errno}", lossy(path)))?;
                self.status = CANNOT_READ;
                return Ok(false);
            }
        };
        let level = if stat.kind == FileType::Symlink { 0 } else { settings.level };
        let added = output.add(entry, &extra, &mut contents, expected, level);
        let entry = added.map_err(|error| self.unwritten(&error, name))?;
        let how = if entry.method == 0 { "stored" } else { "deflated" };
        let percent = percent(entry.size, entry.compressed);
        let sizes = match settings.verbose {
            true => format!("\t(in={}) (out={})", entry.size, entry.compressed),
            false => String::new(),
        };
        let line =
            [format!("{verb:>8}: ").as_bytes(), name, format!("{sizes} ({how} {percent}%)\n").as_bytes()].concat();
        self.say(&line)?;
        Ok(true)
    }

    fn test(mut self) -> Outcome {
        self.test_archive()?;
        self.out.flush()?;
        Ok(self.status)
    }

    /// Reads the archive that is there now (`-T`).
    fn test_archive(&mut self) -> Result<(), Failure> {
        let good = files::open(self.archive, OpenFlags::READ, 0)
            .ok()
            .and_then(|file| Archive::open(file).ok())
            .is_some_and(|archive| {
                archive.entries.iter().all(|entry| {
                    archive.contents(entry).is_ok_and(|mut contents| {
                        let checked = super::directory::check(entry, &mut contents, &mut std::io::sink());
                        matches!(checked, super::directory::Checked::Good)
                    })
                })
            });
        let name = lossy(self.archive);
        if good {
            return self.say(format!("test of {name} OK\n").as_bytes());
        }
        self.say(format!("test of {name} FAILED\n").as_bytes())?;
        self.out.flush()?;
        Err(fatal(format_args!("Zip file invalid, could not spawn unzip, or wrong unzip ({name})"), 8))
    }
}

/// How much smaller the data became, as zip rounds it.
fn percent(size: u64, compressed: u64) -> u128 {
    if size <= compressed { 0 } else { (200 * u128::from(size - compressed) / u128::from(size)).div_ceil(2) }
}

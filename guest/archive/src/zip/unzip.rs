//! unzip.

use super::directory::{Archive, BadArchive, BadEntry, Checked, check};
use super::entry::{ENCRYPTED, Entry};
use super::listing::Table;
use super::unzip_options::{Action, Existing, HELP, Settings, bad_call, parse};
use crate::compress::say;
use crate::input::errno;
use crate::unpack::{self, Links};
use agentfense_support::glob::Glob;
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Outcome, fs, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};
use agentfense_sys::processes;
use std::io::{self, BufWriter, Read, Write};

/// Exit statuses, as Info-ZIP has them.
const WARNING: u8 = 1;
const ERROR: u8 = 2;
const NO_ARCHIVE: u8 = 9;
const NO_MATCH: u8 = 11;
const BOMB: u8 = 12;
const DISK_FULL: u8 = 50;
const UNSUPPORTED: u8 = 81;
const ENCRYPTED_FILES: u8 = 82;

/// Runs unzip.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let Some(settings) = parse(args.into_iter().skip(1))? else {
        let mut out = stdout();
        out.write_all(HELP.as_bytes())?;
        out.flush()?;
        return Ok(0);
    };
    let Some(named) = settings.archive.clone() else { return Err(bad_call("no archive is named")) };
    let (name, file) = find(&named)?;
    let mut run = Run::new(&settings, file, &name, &named)?;
    let status = run.all(&name)?;
    run.out.flush()?;
    Ok(status)
}

/// Finds the archive: as it is named, or with a suffix.
fn find(named: &[u8]) -> Result<(Vec<u8>, OpenFile), Failure> {
    let candidates = [named.to_vec(), [named, b".zip"].concat(), [named, b".ZIP"].concat()];
    for candidate in &candidates {
        if files::stat(candidate, true).is_ok_and(|stat| stat.kind != FileType::Directory)
            && let Ok(file) = files::open(candidate, OpenFlags::READ, 0)
        {
            return Ok((candidate.clone(), file));
        }
    }
    let [a, b, c] = candidates.map(lossy);
    say(format!("unzip:  cannot find or open {a}, {b} or {c}.\n"));
    Err(Failure::quiet(NO_ARCHIVE))
}

struct Run<'a> {
    settings: &'a Settings,
    archive: Archive,
    out: BufWriter<Stdout>,
    wanted: Vec<(Glob, bool)>,
    excluded: Vec<Glob>,
    existing: Existing,
    links: Links,
    /// Directories whose times are set when nothing is written into them any more.
    directories: Vec<(Vec<u8>, Option<u32>, i64)>,
    umask: u32,
    status: u8,
}

impl<'a> Run<'a> {
    fn new(settings: &'a Settings, file: OpenFile, name: &[u8], named: &[u8]) -> Result<Run<'a>, Failure> {
        let mut out = stdout();
        let messages = !matches!(settings.action, Action::Print { messages: false } | Action::Names);
        if messages && settings.quiet == 0 {
            out.write_all(&[b"Archive:  ", name, b"\n"].concat())?;
        }
        let archive = match Archive::open(file) {
            Ok(archive) => archive,
            Err(bad) => {
                out.flush()?;
                return Err(Run::unreadable(bad, name, named));
            }
        };
        let show = settings.action == Action::Comment || (messages && settings.quiet == 0);
        if show && !archive.comment.is_empty() {
            out.write_all(&archive.comment)?;
            out.write_all(b"\n")?;
        }
        let glob = |text: &Vec<u8>| Glob::new(text, settings.ignore_case);
        Ok(Run {
            settings,
            archive,
            out,
            wanted: settings.wanted.iter().map(|text| (glob(text), false)).collect(),
            excluded: settings.excluded.iter().map(glob).collect(),
            existing: settings.existing,
            links: Links::default(),
            directories: Vec::new(),
            umask: processes::get_umask(),
            status: 0,
        })
    }

    fn unreadable(bad: BadArchive, name: &[u8], named: &[u8]) -> Failure {
        let (name, named) = (lossy(name), lossy(named));
        let (text, status) = match bad {
            BadArchive::Read(errno) => (format!("error:  cannot read {name}: {errno}\n"), NO_ARCHIVE),
            BadArchive::NoEnd => (
                format!(
                    "  End-of-central-directory signature not found.  Either this file is not\n  \
                     a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  \
                     latter case the central directory and zipfile comment will be found on\n  \
                     the last disk(s) of this archive.\n\
                     unzip:  cannot find zipfile directory in one of {named} or\n        \
                     {named}.zip, and cannot find {named}.ZIP, period.\n"
                ),
                NO_ARCHIVE,
            ),
            BadArchive::Directory => {
                (format!("error [{name}]:  start of central directory not found;\n  zipfile corrupt.\n"), 3)
            }
            BadArchive::Overlap => {
                ("error: invalid zip file with overlapped components (possible zip bomb)\n".into(), BOMB)
            }
        };
        say(text);
        Failure::quiet(status)
    }

    /// Notes what went wrong; the worst counts.
    fn note(&mut self, status: u8) {
        self.status = self.status.max(status);
    }

    /// A message that comes after what was printed before it.
    fn tell(&mut self, text: &str) -> io::Result<()> {
        self.out.flush()?;
        say(text);
        Ok(())
    }

    fn finds(&mut self, name: &[u8]) -> bool {
        let mut found = self.wanted.is_empty();
        for (glob, used) in &mut self.wanted {
            if glob.matches(name) {
                (found, *used) = (true, true);
            }
        }
        found && !self.excluded.iter().any(|glob| glob.matches(name))
    }

    /// Does what is to be done with all entries that are wanted.
    fn all(&mut self, name: &[u8]) -> Result<u8, Failure> {
        let settings = self.settings;
        if settings.action == Action::Comment {
            return Ok(0);
        }
        let verbose = settings.action == Action::List { verbose: true };
        let mut table = Table::new(verbose);
        let listing = matches!(settings.action, Action::List { .. });
        if listing && settings.quiet < 2 {
            table.heading(&mut self.out)?;
        }
        let mut tested = 0u64;
        for entry in std::mem::take(&mut self.archive.entries) {
            if !self.finds(&entry.name) {
                continue;
            }
            tested += 1;
            match settings.action {
                Action::List { .. } => table.row(&entry, &mut self.out)?,
                Action::Names => {
                    self.out.write_all(&entry.name)?;
                    self.out.write_all(b"\n")?;
                }
                _ => self.entry(&entry)?,
            }
            if self.status == DISK_FULL {
                break;
            }
        }
        if listing && settings.quiet < 2 {
            table.totals(&mut self.out)?;
        }
        self.finish()?;
        let mut unmatched = false;
        for (text, _) in settings.wanted.iter().zip(&self.wanted).filter(|(_, (_, used))| !used) {
            unmatched = true;
            self.out.flush()?;
            say(format!("caution: filename not matched:  {}\n", lossy(text)));
        }
        if settings.action == Action::Test && !unmatched {
            self.verdict(name, tested)?;
        }
        if unmatched && self.status <= WARNING {
            self.status = NO_MATCH;
        }
        Ok(self.status)
    }

    /// What a test found.
    fn verdict(&mut self, name: &[u8], tested: u64) -> io::Result<()> {
        let name = lossy(name);
        if self.settings.quiet > 1 {
            return Ok(());
        }
        let files = format!("{tested} file{}", if tested == 1 { "" } else { "s" });
        match (self.status, self.settings.wanted.is_empty()) {
            (0, true) => writeln!(self.out, "No errors detected in compressed data of {name}."),
            (0, false) => writeln!(self.out, "No errors detected in {name} for the {files} tested."),
            (WARNING, _) => writeln!(self.out, "At least one warning-error was detected in {name}."),
            _ => writeln!(self.out, "At least one error was detected in {name}."),
        }
    }

    /// Begins a line about an entry.
    fn line(&mut self, what: &str, name: &[u8]) -> io::Result<()> {
        if self.settings.quiet > 0 || self.settings.action == (Action::Print { messages: false }) {
            return Ok(());
        }
        // Columns count characters, and what is no text passes as it is.
        let pad = 22usize.saturating_sub(lossy(name).chars().count()) + 2;
        write!(self.out, "{what:>11}: ")?;
        self.out.write_all(name)?;
        write!(self.out, "{:pad$}", "")
    }

    fn end_line(&mut self, text: &str) -> io::Result<()> {
        if self.settings.quiet > 0 || self.settings.action == (Action::Print { messages: false }) {
            return Ok(());
        }
        self.out.write_all(text.as_bytes())
    }

    fn entry(&mut self, entry: &Entry) -> Result<(), Failure> {
        let shown = lossy(&entry.name);
        if entry.flags & ENCRYPTED != 0 {
            self.tell(&format!("   skipping: {shown:22}  unable to get password\n"))?;
            self.note(ENCRYPTED_FILES);
            return Ok(());
        }
        let mut contents = match self.archive.contents(entry) {
            Ok(contents) => contents,
            Err(bad) => return self.unopened(entry, bad),
        };
        match self.settings.action {
            Action::Test => {
                self.line("testing", &entry.name)?;
                let checked = check(entry, &mut contents, &mut io::sink());
                self.checked(entry, checked, " OK\n")
            }
            Action::Print { messages } => {
                if entry.is_directory() {
                    return Ok(());
                }
                let what = if entry.method == 0 { "extracting" } else { "inflating" };
                self.line(what, &entry.name)?;
                self.end_line("\n")?;
                let checked = check(entry, &mut contents, &mut self.out);
                self.checked(entry, checked, if messages { "\n" } else { "" })
            }
            _ => self.extract(entry, contents),
        }
    }

    fn unopened(&mut self, entry: &Entry, bad: BadEntry) -> Result<(), Failure> {
        let shown = lossy(&entry.name);
        let (text, status) = match bad {
            BadEntry::Read(errno) => (format!("error:  cannot read {shown}: {errno}\n"), ERROR),
            BadEntry::Header => (format!("file {shown}:  bad zipfile offset (local header sig)\n"), ERROR),
            BadEntry::Method(method) => {
                (format!("   skipping: {shown:22}  unsupported compression method {method}\n"), UNSUPPORTED)
            }
        };
        self.tell(&text)?;
        self.note(status);
        Ok(())
    }

    /// Ends the line of an entry that was read.
    fn checked(&mut self, entry: &Entry, checked: Checked, good: &str) -> Result<(), Failure> {
        let bad = match checked {
            Checked::Good => return Ok(self.end_line(good)?),
            Checked::Crc(sum) => format!(" bad CRC {sum:08x}  (should be {:08x})\n", entry.crc),
            Checked::Data => "\n  error:  invalid compressed data to inflate\n".into(),
            Checked::Write(error) => {
                let errno = errno(&error);
                self.tell(&format!("\n{}:  write error ({errno}).\n", lossy(&entry.name)))?;
                let full = matches!(errno, Errno::Nospc | Errno::Dquot | Errno::Fbig);
                self.note(if full { DISK_FULL } else { ERROR });
                return Ok(());
            }
        };
        self.note(ERROR);
        // Told whatever is quiet.
        let named = if self.settings.quiet > 0 { lossy(&entry.name) } else { String::new() };
        Ok(self.tell(&format!("{named}{bad}"))?)
    }

    /// The path that an entry is extracted to; absent when nothing is left of it.
    fn path(&mut self, entry: &Entry) -> Result<Option<Vec<u8>>, Failure> {
        let mut name = entry.name.clone();
        // Made where the separator is another.
        if entry.made_by >> 8 == 0 && !name.contains(&b'/') && name.contains(&b'\\') {
            name.iter_mut().filter(|b| **b == b'\\').for_each(|b| *b = b'/');
        }
        let (mut up, mut parts) = (false, Vec::new());
        for part in name.split(|&b| b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => up = true,
                part => parts.push(part),
            }
        }
        let shown = lossy(&entry.name);
        if name.starts_with(b"/") {
            self.tell(&format!("warning:  stripped absolute path spec from {shown}\n"))?;
            self.note(WARNING);
        }
        if up {
            self.tell(&format!("warning:  skipped \"../\" path component(s) in {shown}\n"))?;
            self.note(WARNING);
        }
        if self.settings.junk {
            if entry.is_directory() {
                return Ok(None);
            }
            parts.drain(..parts.len().saturating_sub(1));
        }
        if parts.is_empty() {
            return Ok(None);
        }
        let mut path = parts.join(&b'/');
        if self.settings.lowercase {
            path.make_ascii_lowercase();
        }
        Ok(Some(if self.settings.directory.is_empty() { path } else { join(&self.settings.directory, &path) }))
    }

    /// The permission bits of an entry, if it has any.
    fn mode(&self, entry: &Entry) -> Option<u32> {
        entry.mode().map(|mode| mode & 0o777 & !self.umask)
    }

    fn extract(&mut self, entry: &Entry, mut contents: Box<dyn Read>) -> Result<(), Failure> {
        let Some(path) = self.path(entry)? else { return Ok(()) };
        if entry.is_directory() {
            return self.directory(entry, path);
        }
        if let Ok(there) = files::stat(&path, false) {
            // Times in an archive may be rounded to two seconds.
            if self.settings.update && there.mtime >= entry.mtime {
                return Ok(());
            }
            if !self.may_replace(&path)? {
                return Ok(());
            }
        } else if self.settings.freshen {
            return Ok(());
        }
        let link = entry.is_symlink();
        let what = match entry.method {
            0 if link => "linking",
            0 => "extracting",
            _ => "inflating",
        };
        self.line(what, &path)?;
        if link {
            return self.symlink(entry, path, contents);
        }
        let mode = self.mode(entry).unwrap_or(0o666 & !self.umask);
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let mut file = match unpack::make(&path, true, |path| files::open(path, flags, mode)) {
            Ok(file) => file,
            Err(errno) => return self.unmade(&path, errno),
        };
        let checked = check(entry, &mut contents, &mut file);
        if self.settings.keep_times {
            // What was extracted is there; its time is the least of it.
            let _ = file.set_times(None, Some(entry.mtime));
        }
        self.checked(entry, checked, "\n")
    }

    fn unmade(&mut self, path: &[u8], errno: Errno) -> Result<(), Failure> {
        self.tell(&format!("\nerror:  cannot create {}\n        {errno}\n", lossy(path)))?;
        let full = matches!(errno, Errno::Nospc | Errno::Dquot);
        self.note(if full { DISK_FULL } else { ERROR });
        Ok(())
    }

    fn directory(&mut self, entry: &Entry, path: Vec<u8>) -> Result<(), Failure> {
        if self.settings.freshen {
            return Ok(());
        }
        let is_there = |path: &[u8]| files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory);
        if !is_there(&path) {
            if let Err(errno) = unpack::make(&path, false, fs::mkdir) {
                return self.unmade(&path, errno);
            }
            if self.settings.quiet == 0 {
                self.out.write_all(&[b"   creating: ", path.as_slice(), b"/\n"].concat())?;
            }
            self.directories.push((path, self.mode(entry), entry.mtime));
        }
        Ok(())
    }

    /// Puts a link off until everything else is there.
    fn symlink(&mut self, entry: &Entry, path: Vec<u8>, mut contents: Box<dyn Read>) -> Result<(), Failure> {
        let mut target = Vec::new();
        // A path cannot be longer.
        if entry.size > 4096 {
            self.note(ERROR);
            return Ok(self.end_line("symbolic link too long\n")?);
        }
        let checked = check(entry, &mut contents, &mut target);
        if !matches!(checked, Checked::Good) {
            return self.checked(entry, checked, "");
        }
        self.end_line(&format!("-> {} \n", lossy(&target)))?;
        let made = unpack::make(&path, true, Links::placeholder);
        match made.and_then(|file| self.links.put_off(path.clone(), target, &file)) {
            Ok(()) => Ok(()),
            Err(errno) => self.unmade(&path, errno),
        }
    }

    /// Whether what is at a path may go away, by the options or the one who is asked.
    fn may_replace(&mut self, path: &[u8]) -> Result<bool, Failure> {
        loop {
            match self.existing {
                Existing::Replace => return Ok(true),
                Existing::Keep => return Ok(false),
                Existing::Ask => {}
            }
            let question = format!("replace {}? [y]es, [n]o, [A]ll, [N]one, [r]ename: ", lossy(path));
            self.tell(&question)?;
            let answer =
                OpenFile::inherited(0).and_then(|stdin| stdin.read_until(b'\n', 1024).ok()).unwrap_or_default();
            match answer.first() {
                Some(b'y' | b'Y') => return Ok(true),
                Some(b'n') => return Ok(false),
                Some(b'A') => self.existing = Existing::Replace,
                Some(b'N') => self.existing = Existing::Keep,
                Some(_) => say("error:  invalid response\n"),
                None => {
                    say(" NULL\n(EOF or read error, treating as \"[N]one\" ...)\n");
                    self.existing = Existing::Keep;
                }
            }
        }
    }

    /// Makes the links, then sets the directories' modes and times.
    fn finish(&mut self) -> io::Result<()> {
        let (mut lines, mut failures) = (Vec::new(), Vec::new());
        self.links.finish(|path, target, made| match made {
            Ok(()) => lines.push(format!("  {:22} -> {}\n", lossy(path), lossy(target))),
            Err(errno) => {
                failures.push(format!("warning:  deferred symlink ({}) failed:\n          {errno}\n", lossy(path)))
            }
        });
        if !lines.is_empty() && self.settings.quiet == 0 {
            self.out.write_all(b"finishing deferred symbolic links:\n")?;
            lines.iter().try_for_each(|line| self.out.write_all(line.as_bytes()))?;
        }
        for failure in failures {
            self.tell(&failure)?;
            self.note(WARNING);
        }
        for (path, mode, mtime) in std::mem::take(&mut self.directories).into_iter().rev() {
            let flags = OpenFlags::READ | OpenFlags::DIRECTORY | OpenFlags::NO_FOLLOW;
            let set = files::open(&path, flags, 0).and_then(|directory| {
                if self.settings.keep_times {
                    directory.set_times(None, Some(mtime))?;
                }
                mode.map_or(Ok(()), |mode| directory.set_mode(mode))
            });
            if set.is_err() {
                self.note(WARNING);
            }
        }
        Ok(())
    }
}

//! What gzip, bzip2, xz and zstd share: a file goes in, another comes out, and the first goes away.
//!
//! The commands differ in their options, suffixes and messages; each is a [`Tool`].

pub mod bzip2;
pub mod gzip;
pub mod listing;
pub mod xz;
pub mod xz_listing;
pub mod zstd;

use crate::codec::{Damage, Encoder};
use crate::input::{CopyError, Counted, Input, copy, errno};
use agentfense_support::fs;
use agentfense_support::walk::join;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Stat};
use std::io::{Read, Write};

/// What to do with the files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Make them smaller.
    #[default]
    Compress,
    /// Make them what they were.
    Decompress,
    /// Decompress them to nowhere.
    Test,
    /// Tell of them.
    List,
}

/// The options that all of the commands have.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What to do.
    pub action: Action,
    /// The output goes to standard output, and the files stay.
    pub stdout: bool,
    /// The files stay.
    pub keep: bool,
    /// Write over files, follow links, write to terminals.
    pub force: bool,
    /// How often `-q` was there.
    pub quiet: u32,
    /// How often `-v` was there.
    pub verbose: u32,
    /// Go into directories.
    pub recursive: bool,
    /// One file for all output.
    pub output: Option<Vec<u8>>,
}

/// Why a file was left as it is, or could not be finished.
#[derive(Debug)]
pub enum Trouble {
    /// It cannot be looked at or opened.
    Open(Errno),
    /// It is a directory.
    Directory,
    /// It is a symbolic link.
    Symlink,
    /// It is neither a file nor a directory.
    Irregular,
    /// It has that many other names.
    Links(u64),
    /// It is compressed already, as its suffix says.
    HasSuffix(Vec<u8>),
    /// Nothing says what it was called before.
    UnknownSuffix,
    /// The output exists.
    Exists(Vec<u8>),
    /// The output cannot be made.
    Create(Vec<u8>, Errno),
    /// Compressed data would go to a terminal.
    Terminal,
    /// Reading failed.
    Read(Errno),
    /// Writing failed.
    Write(Errno),
    /// It cannot be decompressed; the output it was to be written to.
    Damaged(Damage, Option<Vec<u8>>),
}

/// A file that was finished.
#[derive(Debug)]
pub struct Done<'a> {
    /// The file; absent for standard input.
    pub name: Option<&'a [u8]>,
    /// What was written; absent for standard output and for a test.
    pub output: Option<&'a [u8]>,
    /// Bytes that went in.
    pub read: u64,
    /// Bytes that came out.
    pub written: u64,
}

/// What a decoder is and what its file tells of the original.
pub struct Opened {
    /// The contents.
    pub reader: Box<dyn Read>,
    /// The original's name, if it is to be used.
    pub name: Option<Vec<u8>>,
    /// The original's time, if it is to be used.
    pub mtime: Option<i64>,
}

impl Opened {
    /// A decoder of a format that tells nothing.
    pub fn new(reader: Box<dyn Read>) -> Opened {
        Opened { reader, name: None, mtime: None }
    }
}

/// One of the commands.
pub trait Tool {
    /// The options of this call.
    fn settings(&self) -> &Settings;

    /// The name of what is made of a file of that name.
    fn output_name(&self, name: &[u8]) -> Result<Vec<u8>, Trouble>;

    /// The files that a name on the command line may mean, in order.
    fn candidates(&self, name: &[u8]) -> Vec<Vec<u8>> {
        vec![name.to_vec()]
    }

    /// Opens compressed data.
    fn decoder(&self, input: Input) -> std::io::Result<Opened>;

    /// Compresses a file of that name and time.
    fn encoder(
        &self,
        out: Box<dyn Write>,
        name: Option<&[u8]>,
        mtime: Option<i64>,
    ) -> std::io::Result<Box<dyn Encoder>>;

    /// Told before a file is read.
    fn begin(&self, _name: Option<&[u8]>) {}

    /// Tells of trouble; the exit status that it makes.
    fn trouble(&self, name: Option<&[u8]>, trouble: &Trouble) -> u8;

    /// Tells of what was done.
    fn done(&self, _done: &Done<'_>) {}

    /// Lists a file (`-l`).
    fn list(&self, name: Option<&[u8]>, _file: OpenFile) -> u8 {
        self.trouble(name, &Trouble::Damaged(Damage::Unsupported, None))
    }

    /// The exit status for both: an error is worse than a warning.
    fn worse(&self, a: u8, b: u8) -> u8 {
        if a == 1 || b == 1 { 1 } else { a.max(b) }
    }
}

/// Where what comes out goes, and the name of the file that was made for it.
type Output = (Box<dyn Write>, Option<Vec<u8>>);

/// Writes to standard error.
pub fn say(text: impl AsRef<[u8]>) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(text.as_ref());
    }
}

/// Handles all the files; standard input without any. The exit status.
pub fn run(tool: &dyn Tool, names: &[Vec<u8>]) -> u8 {
    let mut run = Run { tool, settings: tool.settings(), status: 0, output: None };
    if names.is_empty() {
        run.stream();
    }
    for name in names {
        if name == b"-" { run.stream() } else { run.named(name) }
    }
    run.status
}

struct Run<'a> {
    tool: &'a dyn Tool,
    settings: &'a Settings,
    status: u8,
    /// The one output for all files, once it is open.
    output: Option<OpenFile>,
}

impl Run<'_> {
    fn complain(&mut self, name: Option<&[u8]>, trouble: &Trouble) {
        let status = self.tool.trouble(name, trouble);
        self.status = self.tool.worse(self.status, status);
    }

    /// Standard input to standard output.
    fn stream(&mut self) {
        let Some(input) = OpenFile::inherited(0) else { return self.complain(None, &Trouble::Open(Errno::Badf)) };
        if self.settings.action == Action::List {
            let status = self.tool.list(None, input);
            self.status = self.tool.worse(self.status, status);
            return;
        }
        if let Err(trouble) = self.convert(None, input, None) {
            self.complain(None, &trouble);
        }
    }

    /// A name of the command line.
    fn named(&mut self, name: &[u8]) {
        let candidates = self.tool.candidates(name);
        let found = candidates.iter().find(|name| files::stat(name, false).is_ok());
        let Some(name) = found.or(candidates.first()) else { return };
        if self.settings.recursive && files::stat(name, false).is_ok_and(|stat| stat.kind == FileType::Directory) {
            // A list of its own rather than recursion: a tree may be deeper than the stack.
            let mut pending = vec![name.clone()];
            while let Some(directory) = pending.pop() {
                let mut entries = match files::read_dir(&directory) {
                    Ok(entries) => entries,
                    Err(errno) => {
                        self.complain(Some(&directory), &Trouble::Open(errno));
                        continue;
                    }
                };
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                for entry in entries {
                    let path = join(&directory, &entry.name);
                    if entry.kind == FileType::Directory { pending.push(path) } else { self.file(&path) }
                }
            }
            return;
        }
        self.file(name);
    }

    fn file(&mut self, name: &[u8]) {
        if let Err(trouble) = self.try_file(name) {
            self.complain(Some(name), &trouble);
        }
    }

    fn try_file(&mut self, name: &[u8]) -> Result<(), Trouble> {
        let settings = self.settings;
        // What stays as it is may be reached over a link.
        let stays = settings.stdout || matches!(settings.action, Action::Test | Action::List);
        let follow = stays || settings.force;
        let stat = files::stat(name, follow).map_err(Trouble::Open)?;
        match stat.kind {
            FileType::Regular => {}
            FileType::Directory => return Err(Trouble::Directory),
            FileType::Symlink => return Err(Trouble::Symlink),
            _ if stays => {}
            _ => return Err(Trouble::Irregular),
        }
        if !stays && !settings.keep && !settings.force && stat.nlink > 1 {
            return Err(Trouble::Links(stat.nlink - 1));
        }
        if settings.action == Action::List {
            let file = files::open(name, OpenFlags::READ, 0).map_err(Trouble::Open)?;
            let status = self.tool.list(Some(name), file);
            self.status = self.tool.worse(self.status, status);
            return Ok(());
        }
        let flags = if follow { OpenFlags::READ } else { OpenFlags::READ | OpenFlags::NO_FOLLOW };
        let file = files::open(name, flags, 0).map_err(Trouble::Open)?;
        self.convert(Some(name), file, Some(&stat))
    }

    /// Opens what to write to: its name, unless it is no file of its own.
    fn create(&mut self, name: Option<&[u8]>, original: Option<Vec<u8>>) -> Result<Output, Trouble> {
        let settings = self.settings;
        let (Some(name), false, None) = (name, settings.stdout, &settings.output) else {
            if let Some(file) = &self.output {
                return Ok((Box::new(file.duplicate()), None));
            }
            let file = match &settings.output {
                Some(output) => {
                    if !settings.force && files::stat(output, true).is_ok_and(|stat| stat.kind == FileType::Regular) {
                        return Err(Trouble::Exists(output.clone()));
                    }
                    files::open(output, OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE, 0o666)
                        .map_err(|errno| Trouble::Create(output.clone(), errno))?
                }
                None => OpenFile::inherited(1).ok_or(Trouble::Write(Errno::Badf))?,
            };
            if settings.action == Action::Compress && !settings.force && file.is_terminal() {
                return Err(Trouble::Terminal);
            }
            self.output = Some(file.duplicate());
            return Ok((Box::new(file), None));
        };
        let output = match original {
            // A name from the file, and only a name: it goes beside the file.
            Some(original) => {
                let directory = name.iter().rposition(|&b| b == b'/').map_or(&b""[..], |at| &name[..=at]);
                [directory, &original].concat()
            }
            None => self.tool.output_name(name)?,
        };
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let mut created = files::open(&output, flags, 0o600);
        if settings.force && matches!(created, Err(Errno::Exist)) {
            let removed = fs::unlink(&output);
            removed.map_err(|errno| Trouble::Create(output.clone(), errno))?;
            created = files::open(&output, flags, 0o600);
        }
        match created {
            Ok(file) => Ok((Box::new(file), Some(output))),
            Err(Errno::Exist) => Err(Trouble::Exists(output)),
            Err(errno) => Err(Trouble::Create(output, errno)),
        }
    }

    /// Reads `file` and writes what it becomes.
    fn convert(&mut self, name: Option<&[u8]>, file: OpenFile, stat: Option<&Stat>) -> Result<(), Trouble> {
        let compress = self.settings.action == Action::Compress;
        // The name is asked for before anything is read: it may be the only trouble.
        if self.settings.action != Action::Test
            && !self.settings.stdout
            && self.settings.output.is_none()
            && let Some(name) = name
        {
            self.tool.output_name(name)?;
        }
        self.tool.begin(name);
        let mut input = Input::new(file);
        let read = input.count();
        let written;
        let mut output = None;
        let mut original = (None, None);
        let result = if compress {
            let (out, created) = self.create(name, None)?;
            output = created;
            let out = Counted::new(out);
            written = out.count();
            let encoder = self.tool.encoder(Box::new(out), name, stat.map(|stat| stat.mtime));
            encoder.map_err(CopyError::Write).and_then(|mut encoder| {
                copy(&mut input, &mut encoder)?;
                encoder.finish().map_err(CopyError::Write)
            })
        } else {
            // Before the output is made, so that a file of another format leaves nothing behind.
            let opened = self.tool.decoder(input).map_err(|error| reading(&error, None))?;
            original = (opened.name, opened.mtime);
            let out = if self.settings.action == Action::Test {
                Box::new(std::io::sink())
            } else {
                let (out, created) = self.create(name, original.0.take())?;
                output = created;
                out
            };
            let mut reader = opened.reader;
            let mut out = Counted::new(out);
            written = out.count();
            copy(&mut reader, &mut out).map(drop)
        };
        let trouble = match result {
            Ok(()) => None,
            Err(CopyError::Read(error)) => Some(reading(&error, output.as_deref())),
            Err(CopyError::Write(error)) => Some(Trouble::Write(errno(&error))),
        };
        match trouble {
            Some(trouble @ Trouble::Damaged(damage, _)) if damage.is_harmless() => self.complain(name, &trouble),
            Some(trouble) => {
                if let Some(output) = &output {
                    // The message about why it is unfinished is the one that matters.
                    let _ = fs::unlink(output);
                }
                return Err(trouble);
            }
            None => {}
        }
        if let (Some(name), Some(output), Some(stat)) = (name, &output, stat) {
            take_over(output, stat, original.1).map_err(Trouble::Write)?;
            if !self.settings.keep {
                fs::unlink(name).map_err(Trouble::Write)?;
            }
        }
        let (read, written) = (read.get(), written.get());
        self.tool.done(&Done { name, output: output.as_deref(), read, written });
        Ok(())
    }
}

/// The trouble that a failed read means.
fn reading(error: &std::io::Error, output: Option<&[u8]>) -> Trouble {
    match Damage::of(error) {
        Some(damage) => Trouble::Damaged(damage, output.map(<[u8]>::to_vec)),
        None => Trouble::Read(errno(error)),
    }
}

/// Gives a file the times and permissions of the one that it was made of.
fn take_over(output: &[u8], stat: &Stat, mtime: Option<i64>) -> Result<(), Errno> {
    let file = files::open(output, OpenFlags::WRITE | OpenFlags::NO_FOLLOW, 0)?;
    file.set_times(Some(stat.atime), Some(mtime.unwrap_or(stat.mtime)))?;
    file.set_mode(stat.mode & 0o777)
}

/// The argument's level, for `-1` to `-9`.
pub fn level(letter: char) -> Option<u32> {
    letter.to_digit(10)
}

/// Reads `-h` and `-V`, which getopt's users have to map themselves.
pub fn with_long_help(args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    args.into_iter()
        .map(|arg| match arg.as_slice() {
            b"-h" => b"--help".to_vec(),
            b"-V" => b"--version".to_vec(),
            _ => arg,
        })
        .collect()
}

/// A name without one of `suffixes`, each with what takes its place.
pub fn strip<'a>(name: &[u8], suffixes: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Option<Vec<u8>> {
    suffixes.into_iter().find_map(|(suffix, instead)| {
        let stem = name.strip_suffix(suffix)?;
        // A name that is nothing but a suffix has none.
        (!stem.is_empty() && !stem.ends_with(b"/")).then(|| [stem, instead].concat())
    })
}

//! grep: prints the lines that match a pattern.

mod options;
mod output;
mod search;

use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::walk::join;
use agentfense_support::{Failure, Outcome, complain};
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Stat};
use agentfense_sys::{Errno, error_text};
use options::{Devices, Directories, Settings};
use search::{Search, SearchError};

/// Runs grep.
pub fn grep(args: Vec<Vec<u8>>) -> Outcome {
    run(args, Syntax::Basic)
}

/// Runs egrep: grep -E.
pub fn egrep(args: Vec<Vec<u8>>) -> Outcome {
    run(args, Syntax::Extended)
}

/// Runs fgrep: grep -F.
pub fn fgrep(args: Vec<Vec<u8>>) -> Outcome {
    run(args, Syntax::Fixed)
}

fn run(args: Vec<Vec<u8>>, syntax: Syntax) -> Outcome {
    let settings = options::read(args, syntax).map_err(|mut failure| {
        failure.status = Some(failure.status.filter(|&status| status != 1).unwrap_or(2));
        failure
    })?;
    let regex = compile(&settings).map_err(|error| Failure::new(error.to_string()).status(2))?;
    let mut grep = Grep {
        output_file: OpenFile::inherited(1).and_then(|file| file.stat().ok()),
        search: Search::new(&settings, &regex),
        settings: &settings,
        selected: false,
        failed: false,
    };
    if settings.max_count == Some(0) && !settings.invert {
        return Ok(1);
    }
    match grep.all() {
        Ok(()) => {}
        // With -q the first match is all that is wanted.
        Err(Stop::Found) => return Ok(0),
        Err(Stop::Failed(failure)) => return Err(failure),
    }
    grep.search.out.flush().map_err(|error| Failure::from(error).status(2))?;
    Ok(if grep.failed { 2 } else { u8::from(!grep.selected) })
}

fn compile(settings: &Settings) -> Result<Regex, agentfense_regex::Error> {
    let flags = Flags {
        ignore_case: settings.ignore_case,
        lines: settings.line_end == b'\n',
        bytes: settings.bytes,
        whole: settings.whole_lines,
        word: settings.words,
    };
    Regex::any(&settings.patterns, settings.syntax, flags)
}

/// Why the search of all files ends early.
enum Stop {
    Found,
    Failed(Failure),
}

struct Grep<'a> {
    settings: &'a Settings,
    search: Search<'a>,
    output_file: Option<Stat>,
    selected: bool,
    failed: bool,
}

impl Grep<'_> {
    fn all(&mut self) -> Result<(), Stop> {
        for name in &self.settings.files {
            if name == b"-" {
                if let Some(file) = OpenFile::inherited(0) {
                    self.one(&file, &self.settings.label)?;
                }
                continue;
            }
            if self.settings.directories == Directories::Recurse
                && let Ok(stat) = files::stat(name, true)
                && stat.kind == FileType::Directory
            {
                if !self.settings.skips_directory(name, true) {
                    self.tree(name)?;
                }
                continue;
            }
            if !self.settings.skips_file(name) {
                self.file(name, false)?;
            }
        }
        Ok(())
    }

    fn complain(&mut self, name: &[u8], errno: impl std::fmt::Display) {
        self.failed = true;
        if !self.settings.no_messages {
            // What was found so far comes first.
            let _ = self.search.out.flush();
            complain("grep", format_args!("{}: {errno}", String::from_utf8_lossy(name)));
        }
    }

    /// Every file below a directory, in order of names.
    fn tree(&mut self, root: &[u8]) -> Result<(), Stop> {
        let mut pending = vec![(root.to_vec(), FileType::Directory)];
        // The directories above, to notice a symbolic link that leads back up.
        let mut above: Vec<(usize, u64, u64)> = Vec::new();
        while let Some((path, kind)) = pending.pop() {
            let mut kind = kind;
            if kind == FileType::Symlink {
                if !self.settings.follow {
                    continue;
                }
                match files::stat(&path, true) {
                    Ok(stat) => kind = stat.kind,
                    Err(errno) => {
                        self.complain(&path, errno);
                        continue;
                    }
                }
            }
            match kind {
                FileType::Regular => self.file(&path, true)?,
                FileType::Directory => {
                    if self.settings.follow
                        && let Ok(stat) = files::stat(&path, true)
                    {
                        let depth = path.iter().filter(|&&b| b == b'/').count();
                        above.retain(|&(other, ..)| other < depth);
                        if above.iter().any(|&(_, dev, ino)| (dev, ino) == (stat.dev, stat.ino)) {
                            self.complain(&path, "warning: recursive directory loop");
                            continue;
                        }
                        above.push((depth, stat.dev, stat.ino));
                    }
                    match files::read_dir(&path) {
                        Ok(mut entries) => {
                            // Taken from the end: in the order of the directory, as GNU grep does.
                            entries.reverse();
                            for entry in entries {
                                let below = if path == b"." && !self.settings.dot_given {
                                    entry.name.clone()
                                } else {
                                    join(&path, &entry.name)
                                };
                                let skipped = if entry.kind == FileType::Directory {
                                    self.settings.skips_directory(&entry.name, false)
                                } else {
                                    self.settings.skips_file(&below)
                                };
                                if !skipped {
                                    pending.push((below, entry.kind));
                                }
                            }
                        }
                        Err(errno) => self.complain(&path, errno),
                    }
                }
                _ if self.settings.devices == Devices::Read => self.file(&path, true)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, name: &[u8], below: bool) -> Result<(), Stop> {
        let file = match files::open(name, OpenFlags::READ, 0) {
            Ok(file) => file,
            Err(Errno::Isdir) if self.settings.directories == Directories::Skip => return Ok(()),
            Err(errno) => {
                self.complain(name, errno);
                return Ok(());
            }
        };
        if !below
            && self.settings.devices == Devices::Skip
            && file.stat().is_ok_and(|stat| !matches!(stat.kind, FileType::Regular | FileType::Directory))
        {
            return Ok(());
        }
        self.one(&file, name)
    }

    fn one(&mut self, file: &OpenFile, name: &[u8]) -> Result<(), Stop> {
        let stat = file.stat().ok();
        if let (Some(output), Some(stat)) = (&self.output_file, &stat)
            && stat.kind == FileType::Regular
            && (output.dev, output.ino) == (stat.dev, stat.ino)
            && !self.settings.quiet
            && self.settings.list.is_none()
            && self.settings.max_count != Some(1)
        {
            self.complain(name, "input file is also the output");
            return Ok(());
        }
        self.search.out.begin(stat.as_ref().filter(|stat| stat.kind == FileType::Regular).map(|stat| stat.size));
        let stream = stat.is_none_or(|stat| stat.kind != FileType::Regular);
        let mut found = self.search.file(file, name, stream);
        if let Err(SearchError::Read(Errno::Isdir)) = found {
            found = Ok(false);
            if self.settings.directories != Directories::Skip {
                self.complain(name, Errno::Isdir);
                // As a file that has no lines.
                found = self.search.nothing(name).map(|()| false);
            }
        }
        match found {
            Ok(found) => {
                self.selected |= found;
                if found && self.settings.quiet { Err(Stop::Found) } else { Ok(()) }
            }
            Err(SearchError::Read(errno)) => {
                self.complain(name, errno);
                Ok(())
            }
            Err(SearchError::Write(error)) => {
                let message = format!("write error: {}", error_text(&error));
                Err(Stop::Failed(Failure::new(message).status(2)))
            }
            Err(SearchError::Match(error)) => {
                self.complain(name, error);
                Ok(())
            }
        }
    }
}

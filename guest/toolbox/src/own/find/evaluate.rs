//! Evaluating the expression for a file.

use super::entry::Entry;
use super::expression::{Action, Compare, Expression, Match, Target, Test, Time};
use super::format;
use super::parse::Command;
use super::run::Runner;
use agentfense_support::names::Names;
use agentfense_support::output::Stdout;
use agentfense_support::{Failure, complain, fs, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, AccessMode, FileType, OpenFile, OpenFlags, Stat};
use std::cell::OnceCell;
use std::io::{BufWriter, Write};

/// How the search goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Continue,
    /// Not into this directory.
    Prune,
    Quit,
}

/// Evaluates the expression, file by file.
pub struct Evaluator<'a> {
    command: &'a Command,
    out: BufWriter<Stdout>,
    files: Vec<BufWriter<OpenFile>>,
    runner: Runner<'a>,
    names: TableOfNames,
    verdict: Verdict,
    failed: bool,
}

/// Users and groups, read when they are first asked for.
#[derive(Default)]
pub struct TableOfNames {
    users: OnceCell<Names>,
    groups: OnceCell<Names>,
}

impl TableOfNames {
    pub fn users(&self) -> &Names {
        self.users.get_or_init(Names::users)
    }

    pub fn groups(&self) -> &Names {
        self.groups.get_or_init(Names::groups)
    }
}

impl<'a> Evaluator<'a> {
    pub fn new(command: &'a Command) -> Result<Evaluator<'a>, Failure> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        let open = |path: &Vec<u8>| {
            files::open(path, flags, 0o666)
                .map(BufWriter::new)
                .map_err(|errno| Failure::new(format!("{}: {errno}", quote(path))))
        };
        Ok(Evaluator {
            command,
            out: agentfense_support::stdout(),
            files: command.outputs.iter().map(open).collect::<Result<_, _>>()?,
            runner: Runner::new(&command.executions),
            names: TableOfNames::default(),
            verdict: Verdict::Continue,
            failed: false,
        })
    }

    /// Whether something went wrong with a file.
    pub fn failed(&self) -> bool {
        self.failed || self.runner.failed
    }

    /// Evaluates the expression for a file.
    pub fn evaluate(&mut self, entry: &Entry) -> Result<Verdict, Failure> {
        self.verdict = Verdict::Continue;
        let command = self.command;
        self.expression(&command.expression, entry)?;
        Ok(self.verdict)
    }

    /// Runs what is left to run, and writes what is left to write.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush()?;
        self.runner.finish()?;
        for file in &mut self.files {
            file.flush()?;
        }
        Ok(())
    }

    fn expression(&mut self, expression: &Expression, entry: &Entry) -> Result<bool, Failure> {
        if self.verdict == Verdict::Quit {
            return Ok(false);
        }
        Ok(match expression {
            Expression::And(list) => {
                for part in list {
                    if !self.expression(part, entry)? {
                        return Ok(false);
                    }
                }
                true
            }
            Expression::Or(list) => {
                for part in list {
                    if self.expression(part, entry)? {
                        return Ok(true);
                    }
                }
                false
            }
            Expression::Comma(list) => {
                let mut last = true;
                for part in list {
                    last = self.expression(part, entry)?;
                }
                last
            }
            Expression::Not(part) => !self.expression(part, entry)?,
            Expression::Action(action) => self.action(action, entry)?,
            Expression::Test(test) => match self.test(test, entry) {
                Ok(result) => result,
                Err(errno) => {
                    self.failed = true;
                    complain("find", format_args!("{}: {errno}", quote(&entry.path)));
                    false
                }
            },
        })
    }

    fn test(&self, test: &Test, entry: &Entry) -> Result<bool, Errno> {
        let stat = || entry.stat();
        Ok(match test {
            Test::True => true,
            Test::False => false,
            Test::Name(glob) => glob.matches(entry.name()),
            Test::Path(glob) => glob.matches(&entry.path),
            Test::LinkName(glob) => entry.kind()? == FileType::Symlink && glob.matches(&files::read_link(&entry.path)?),
            // One that takes too long is an error of the pattern, not of the file.
            Test::Regex(regex) => regex.is_match(&entry.path).map_err(|_| Errno::Range)?,
            Test::Type(types) => types.contains(&entry.kind()?),
            Test::OtherType(types) => types.contains(&entry.other_kind()?),
            Test::Size(compare, unit) => compare.matches(stat()?.size.div_ceil(*unit)),
            Test::Empty => match entry.kind()? {
                FileType::Regular => stat()?.size == 0,
                FileType::Directory => files::read_dir(&entry.path)?.is_empty(),
                _ => false,
            },
            Test::Permissions(change, how) => {
                let stat = stat()?;
                let wanted = change.apply(0, stat.kind == FileType::Directory, 0);
                let mode = stat.mode & 0o7777;
                match how {
                    Match::Exactly => mode == wanted,
                    Match::All => mode & wanted == wanted,
                    Match::Any => wanted == 0 || mode & wanted != 0,
                }
            }
            Test::User(id) => stat()?.uid == *id,
            Test::Group(id) => stat()?.gid == *id,
            Test::UserNumber(compare) => compare.matches(u64::from(stat()?.uid)),
            Test::GroupNumber(compare) => compare.matches(u64::from(stat()?.gid)),
            Test::NoUser => self.names.users().name(stat()?.uid).is_none(),
            Test::NoGroup => self.names.groups().name(stat()?.gid).is_none(),
            Test::Newer(time, point) => time_of(stat()?, *time) > *point,
            Test::Age { time, compare, unit } => {
                let age = self.command.options.now.saturating_sub(time_of(stat()?, *time));
                self.age(age as f64 / *unit as f64, *compare, *unit)
            }
            Test::Links(compare) => compare.matches(stat()?.nlink),
            Test::Inode(compare) => compare.matches(stat()?.ino),
            Test::SameFile(dev, ino) => {
                let stat = stat()?;
                (stat.dev, stat.ino) == (*dev, *ino)
            }
            Test::Readable => files::access(&entry.path, AccessMode::READ).is_ok(),
            Test::Writable => files::access(&entry.path, AccessMode::WRITE).is_ok(),
            Test::Executable => files::access(&entry.path, AccessMode::EXECUTE).is_ok(),
            Test::FileSystem(kind) => files::usage(Some(&entry.path))?.first().is_some_and(|mount| mount.kind == *kind),
        })
    }

    /// Days are counted as whole ones that have passed; minutes exactly, and `n` is the n-th one.
    fn age(&self, age: f64, compare: Compare<f64>, unit: i64) -> bool {
        if unit > 3_600_000_000_000 {
            let whole = age.floor();
            return match compare {
                Compare::More(n) => whole > n,
                Compare::Less(n) => age < n,
                Compare::Exactly(n) => whole == n,
            };
        }
        match compare {
            Compare::More(n) => age > n,
            Compare::Less(n) => age < n,
            Compare::Exactly(n) => age > n - 1.0 && age <= n,
        }
    }

    fn write(&mut self, target: Target, text: &[u8]) -> Result<(), Failure> {
        match target {
            Target::Output => self.out.write_all(text)?,
            Target::File(index) => {
                if let Some(file) = self.files.get_mut(index) {
                    file.write_all(text)?;
                }
            }
        }
        Ok(())
    }

    fn action(&mut self, action: &Action, entry: &Entry) -> Result<bool, Failure> {
        match action {
            Action::Print(end, target) => {
                self.write(*target, &entry.path)?;
                self.write(*target, &[*end])?;
            }
            Action::Format(format, target) => match format.text(entry, &self.names) {
                Ok(text) => {
                    self.write(*target, &text)?;
                    if format.flushes() {
                        self.out.flush()?;
                    }
                }
                Err(errno) => {
                    self.failed = true;
                    complain("find", format_args!("{}: {errno}", quote(&entry.path)));
                }
            },
            Action::List(target) => match format::long_line(entry, &self.names) {
                Ok(text) => self.write(*target, &text)?,
                Err(errno) => {
                    self.failed = true;
                    complain("find", format_args!("{}: {errno}", quote(&entry.path)));
                }
            },
            Action::Delete => return Ok(self.delete(entry)),
            Action::Prune => self.verdict = Verdict::Prune,
            Action::Quit => self.verdict = Verdict::Quit,
            Action::Execute(index) => {
                // What was printed so far comes before what the program prints.
                if !self.command.executions.get(*index).is_some_and(|execution| execution.many) {
                    self.out.flush()?;
                }
                return self.runner.run(*index, entry);
            }
        }
        Ok(true)
    }

    fn delete(&mut self, entry: &Entry) -> bool {
        if entry.path == b"." {
            return true;
        }
        let result = match entry.kind() {
            Ok(FileType::Directory) => fs::rmdir(&entry.path),
            Ok(_) => fs::unlink(&entry.path),
            Err(errno) => Err(errno),
        };
        if let Err(errno) = result {
            self.failed = true;
            complain("find", format_args!("cannot delete {}: {errno}", quote(&entry.path)));
        }
        result.is_ok()
    }
}

fn time_of(stat: &Stat, time: Time) -> i64 {
    match time {
        Time::Access => stat.atime,
        Time::Change => stat.ctime,
        Time::Modification => stat.mtime,
    }
}

//! tail: the last part of files.

use agentfense_support::options::size;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, duration, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use agentfense_sys::processes::{self, KillTarget};
use memchr::{memchr_iter, memrchr_iter};
use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Print the last 10 lines of each FILE to standard output.

  -c, --bytes=[+]NUM    output the last NUM bytes; or +NUM to start with byte NUM
  -f, --follow[={name|descriptor}]  output appended data as the file grows
  -F                    same as --follow=name --retry
  -n, --lines=[+]NUM    output the last NUM lines; or +NUM to start with line NUM
      --pid=PID         with -f, terminate after process ID, PID dies
  -q, --quiet, --silent never output headers giving file names
      --retry           keep trying to open a file if it is inaccessible
  -s, --sleep-interval=N  with -f, sleep for approximately N seconds (default 1.0)
  -v, --verbose         always output headers giving file names
  -z, --zero-terminated line delimiter is NUL, not newline

NUM may have a multiplier suffix: b 512, kB 1000, K 1024, MB 1000*1000, M 1024*1024, ...";

const LONGS: &[Long] = &[
    ("bytes", Takes::Argument, 'c'),
    ("follow", Takes::Optional, '\u{1}'),
    ("lines", Takes::Argument, 'n'),
    ("max-unchanged-stats", Takes::Argument, '\u{2}'),
    ("pid", Takes::Argument, '\u{3}'),
    ("quiet", Takes::Nothing, 'q'),
    ("silent", Takes::Nothing, 'q'),
    ("retry", Takes::Nothing, '\u{4}'),
    ("sleep-interval", Takes::Argument, 's'),
    ("verbose", Takes::Nothing, 'v'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

const CHUNK: u32 = 64 * 1024;

/// Whether a process has ended; its parent may not have asked for its status yet.
fn is_gone(pid: u32) -> bool {
    if processes::kill(KillTarget::Process(pid), None) == Err(Errno::Srch) {
        return true;
    }
    // `NUMBER (NAME) STATE ...`, and a name may have brackets of its own.
    let stat = agentfense_support::read::whole(format!("/proc/{pid}/stat").as_bytes()).unwrap_or_default();
    stat.iter().rposition(|&b| b == b')').is_some_and(|at| stat.get(at + 2) == Some(&b'Z'))
}

/// How much of a file is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    LastLines(u64),
    LastBytes(u64),
    /// All but so many at the start.
    SkipLines(u64),
    SkipBytes(u64),
}

#[derive(Clone, Copy, PartialEq)]
enum Follow {
    No,
    Descriptor,
    Name,
}

struct Settings {
    amount: Amount,
    end: u8,
    follow: Follow,
    retry: bool,
    interval: Duration,
    pid: Option<u32>,
}

fn amount(value: &[u8], lines: bool) -> Result<Amount, Failure> {
    let (from_start, digits) = match value.split_first() {
        Some((b'+', rest)) => (true, rest),
        Some((b'-', rest)) => (false, rest),
        _ => (false, value),
    };
    let number = size(digits).filter(|_| digits.first().is_some_and(u8::is_ascii_digit)).ok_or_else(|| {
        let what = if lines { "lines" } else { "bytes" };
        Failure::new(format!("invalid number of {what}: {}", quote(value)))
    })?;
    Ok(match (from_start, lines) {
        (false, true) => Amount::LastLines(number),
        (false, false) => Amount::LastBytes(number),
        (true, true) => Amount::SkipLines(number.saturating_sub(1)),
        (true, false) => Amount::SkipBytes(number.saturating_sub(1)),
    })
}

/// The old forms `tail -5`, `tail +5`, `tail -5f`.
fn modern(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let Some(arg) = args.get(1).cloned() else { return args };
    let (sign, rest) = match arg.split_first() {
        Some((&sign @ (b'-' | b'+'), rest)) if rest.first().is_some_and(u8::is_ascii_digit) => (sign, rest),
        _ => return args,
    };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, letters) = rest.split_at(digits);
    let (unit, follow): (&[u8], _) = match letters {
        b"" | b"l" => (b"-n", false),
        b"f" | b"lf" => (b"-n", true),
        b"c" => (b"-c", false),
        b"cf" => (b"-c", true),
        _ => return args,
    };
    let number = if sign == b'+' { [b"+", number].concat() } else { number.to_vec() };
    let mut replaced = vec![unit.to_vec(), number];
    if follow {
        replaced.push(b"-f".to_vec());
    }
    args.splice(1..2, replaced);
    args
}

/// Runs tail.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "c:fFn:qs:vz", LONGS, HELP);
    let mut settings = Settings {
        amount: Amount::LastLines(10),
        end: b'\n',
        follow: Follow::No,
        retry: false,
        interval: Duration::from_secs(1),
        pid: None,
    };
    let (mut headers, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', value) => settings.amount = amount(&value, false)?,
            Item::Option('n', value) => settings.amount = amount(&value, true)?,
            Item::Option('f', _) => settings.follow = Follow::Descriptor,
            Item::Option('F', _) => (settings.follow, settings.retry) = (Follow::Name, true),
            Item::Option('\u{1}', value) => {
                settings.follow = match value.as_slice() {
                    b"" | b"descriptor" => Follow::Descriptor,
                    b"name" => Follow::Name,
                    _ => return Err(Failure::usage(format!("invalid argument {} for '--follow'", quote(&value)))),
                };
            }
            Item::Option('\u{3}', value) => {
                let pid = std::str::from_utf8(&value).ok().and_then(|pid| pid.parse().ok());
                settings.pid = Some(pid.ok_or_else(|| Failure::new(format!("invalid PID: {}", quote(&value))))?);
            }
            Item::Option('\u{4}', _) => settings.retry = true,
            Item::Option('q', _) => headers = Some(false),
            Item::Option('v', _) => headers = Some(true),
            Item::Option('s', value) => {
                settings.interval = duration::parse(&value)
                    .ok_or_else(|| Failure::new(format!("invalid number of seconds: {}", quote(&value))))?;
            }
            Item::Option('z', _) => settings.end = 0,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let headers = headers.unwrap_or(names.len() > 1);
    let mut tail = Tail { settings: &settings, out: stdout(), headers, shown: None, status: 0 };
    let mut followed = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let file = tail.first(index, name)?;
        followed.push(Followed { name: name.clone(), file, inode: None });
    }
    tail.out.flush()?;
    if settings.follow != Follow::No {
        tail.follow(&mut followed)?;
    }
    Ok(tail.status)
}

/// A file whose growth is printed.
struct Followed {
    name: Vec<u8>,
    file: Option<OpenFile>,
    inode: Option<(u64, u64)>,
}

struct Tail<'a, W: Write> {
    settings: &'a Settings,
    out: W,
    headers: bool,
    /// The file whose header was printed last.
    shown: Option<usize>,
    status: u8,
}

impl<W: Write> Tail<'_, W> {
    fn header(&mut self, index: usize, name: &[u8]) -> std::io::Result<()> {
        if self.headers && self.shown != Some(index) {
            if self.shown.is_some() {
                self.out.write_all(b"\n")?;
            }
            let name = if name == b"-" { b"standard input" } else { name };
            self.out.write_all(b"==> ")?;
            self.out.write_all(name)?;
            self.out.write_all(b" <==\n")?;
        }
        self.shown = Some(index);
        Ok(())
    }

    fn complain(&mut self, message: std::fmt::Arguments<'_>) -> std::io::Result<()> {
        self.status = 1;
        self.out.flush()?;
        complain("tail", message);
        Ok(())
    }

    /// Prints the end of a file; the file, to be followed.
    fn first(&mut self, index: usize, name: &[u8]) -> Result<Option<OpenFile>, Failure> {
        let file = if name == b"-" {
            OpenFile::inherited(0).ok_or(Errno::Badf)
        } else {
            files::open(name, OpenFlags::READ, 0)
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                let shown = if name == b"-" { "'standard input'".to_owned() } else { quote(name) };
                self.complain(format_args!("cannot open {shown} for reading: {errno}"))?;
                return Ok(None);
            }
        };
        let stat = file.stat().ok();
        if stat.as_ref().is_some_and(|stat| stat.kind == FileType::Directory) {
            self.header(index, name)?;
            self.complain(format_args!("error reading {}: {}", quote(name), Errno::Isdir))?;
            return Ok(None);
        }
        self.header(index, name)?;
        let regular = stat.is_some_and(|stat| stat.kind == FileType::Regular);
        let result = if regular { self.seekable(&file) } else { self.stream(&file) };
        match result {
            Ok(()) => Ok(Some(file)),
            Err(TailError::Read(errno)) => {
                self.complain(format_args!("error reading {}: {errno}", quote(name)))?;
                Ok(None)
            }
            Err(TailError::Write(error)) => Err(error.into()),
        }
    }

    fn copy_rest(&mut self, file: &OpenFile) -> Result<bool, TailError> {
        let mut any = false;
        loop {
            let data = read(file)?;
            if data.is_empty() {
                return Ok(any);
            }
            any = true;
            self.out.write_all(&data)?;
        }
    }

    /// The end of a file that is read backwards.
    fn seekable(&mut self, file: &OpenFile) -> Result<(), TailError> {
        let start = file.seek_to(0, Whence::Current)?;
        let length = file.seek_to(0, Whence::End)?;
        let from = match self.settings.amount {
            Amount::LastBytes(count) => length.saturating_sub(count).max(start),
            Amount::SkipBytes(count) => start.saturating_add(count),
            Amount::SkipLines(_) => {
                seek(file, start)?;
                return self.stream(file);
            }
            Amount::LastLines(0) => length,
            Amount::LastLines(count) => last_lines(file, start, length, count, self.settings.end)?,
        };
        seek(file, from)?;
        self.copy_rest(file)?;
        Ok(())
    }

    /// The end of what can only be read forwards.
    fn stream(&mut self, file: &OpenFile) -> Result<(), TailError> {
        match self.settings.amount {
            Amount::SkipBytes(mut count) => {
                while count > 0 {
                    let data = read(file)?;
                    if data.is_empty() {
                        return Ok(());
                    }
                    let skipped = usize::try_from(count).unwrap_or(usize::MAX).min(data.len());
                    count -= skipped as u64;
                    self.out.write_all(&data[skipped..])?;
                }
                self.copy_rest(file)?;
            }
            Amount::SkipLines(mut count) => {
                while count > 0 {
                    let data = read(file)?;
                    if data.is_empty() {
                        return Ok(());
                    }
                    for at in memchr_iter(self.settings.end, &data) {
                        count -= 1;
                        if count == 0 {
                            self.out.write_all(&data[at + 1..])?;
                            break;
                        }
                    }
                }
                self.copy_rest(file)?;
            }
            Amount::LastBytes(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                let mut kept: VecDeque<u8> = VecDeque::new();
                loop {
                    let data = read(file)?;
                    if data.is_empty() {
                        break;
                    }
                    kept.extend(data);
                    kept.drain(..kept.len().saturating_sub(count));
                }
                let (first, second) = kept.as_slices();
                self.out.write_all(first)?;
                self.out.write_all(second)?;
            }
            Amount::LastLines(count) => self.stream_lines(file, count)?,
        }
        Ok(())
    }

    fn stream_lines(&mut self, file: &OpenFile, count: u64) -> Result<(), TailError> {
        // Whole chunks are kept, as long as what follows them has too few lines.
        let mut kept: VecDeque<(Vec<u8>, u64)> = VecDeque::new();
        let mut lines = 0;
        loop {
            let data = read(file)?;
            if data.is_empty() {
                break;
            }
            let here = memchr_iter(self.settings.end, &data).count() as u64;
            lines += here;
            kept.push_back((data, here));
            while let Some((_, first)) = kept.front()
                && lines - first > count
            {
                lines -= first;
                kept.pop_front();
            }
        }
        if count == 0 {
            return Ok(());
        }
        // A last line without its end counts as one.
        let open = kept.back().is_some_and(|(data, _)| data.last() != Some(&self.settings.end));
        let mut skip = (lines + u64::from(open)).saturating_sub(count);
        for (data, here) in &kept {
            if skip > *here {
                skip -= here;
                continue;
            }
            let from = match skip {
                0 => 0,
                skip => memchr_iter(self.settings.end, data).nth(skip as usize - 1).map_or(0, |at| at + 1),
            };
            skip = 0;
            self.out.write_all(&data[from..])?;
        }
        Ok(())
    }

    /// Prints what is added to the files, until the end of time or of `--pid`.
    fn follow(&mut self, files: &mut [Followed]) -> Result<(), Failure> {
        if !self.settings.retry && files.iter().all(|followed| followed.file.is_none()) {
            return Err(Failure::new("no files remaining"));
        }
        for followed in files.iter_mut() {
            followed.inode = followed.file.as_ref().and_then(|file| file.stat().ok()).map(|stat| (stat.dev, stat.ino));
        }
        loop {
            let ended = self.settings.pid.is_some_and(is_gone);
            for (index, followed) in files.iter_mut().enumerate() {
                // By descriptor, --retry is for files that are not there yet.
                let awaited = self.settings.retry && followed.file.is_none() && followed.inode.is_none();
                if (self.settings.follow == Follow::Name || awaited) && followed.name != b"-" {
                    self.reopen(followed)?;
                }
                let Some(file) = &followed.file else { continue };
                // A file that became shorter starts anew.
                if let (Ok(stat), Ok(at)) = (file.stat(), file.seek_to(0, Whence::Current))
                    && stat.kind == FileType::Regular
                    && stat.size < at
                {
                    complain("tail", format_args!("{}: file truncated", lossy(&followed.name)));
                    let _ = file.seek_to(0, Whence::Set);
                }
                // A pipe at its end has no more to come.
                let data = match read(file) {
                    Ok(data) => data,
                    Err(TailError::Read(errno)) => {
                        self.complain(format_args!("error reading {}: {errno}", quote(&followed.name)))?;
                        followed.file = None;
                        continue;
                    }
                    Err(TailError::Write(error)) => return Err(error.into()),
                };
                if data.is_empty() {
                    if file.stat().is_ok_and(|stat| stat.kind == FileType::Fifo) {
                        followed.file = None;
                    }
                    continue;
                }
                self.header(index, &followed.name)?;
                self.out.write_all(&data)?;
                match self.copy_rest(file) {
                    Ok(_) => {}
                    Err(TailError::Read(errno)) => {
                        self.complain(format_args!("error reading {}: {errno}", quote(&followed.name)))?;
                    }
                    Err(TailError::Write(error)) => return Err(error.into()),
                }
            }
            self.out.flush()?;
            if ended || (!self.settings.retry && files.iter().all(|followed| followed.file.is_none())) {
                return Ok(());
            }
            processes::sleep(self.settings.interval);
        }
    }

    /// Opens what has the name now, if that is another file.
    fn reopen(&mut self, followed: &mut Followed) -> std::io::Result<()> {
        let now = files::stat(&followed.name, true).ok().map(|stat| (stat.dev, stat.ino));
        if now == followed.inode {
            return Ok(());
        }
        let name = quote(&followed.name);
        match now.map(|_| files::open(&followed.name, OpenFlags::READ, 0)) {
            Some(Ok(file)) => {
                let what = if followed.inode.is_some() { "has been replaced" } else { "has appeared" };
                complain("tail", format_args!("{name} {what};  following new file"));
                followed.file = Some(file);
            }
            _ => {
                self.complain(format_args!("{name} has become inaccessible: {}", Errno::Noent))?;
                followed.file = None;
            }
        }
        followed.inode = now;
        Ok(())
    }
}

enum TailError {
    Read(Errno),
    Write(std::io::Error),
}

impl From<Errno> for TailError {
    fn from(errno: Errno) -> Self {
        TailError::Read(errno)
    }
}

impl From<std::io::Error> for TailError {
    fn from(error: std::io::Error) -> Self {
        TailError::Write(error)
    }
}

fn read(file: &OpenFile) -> Result<Vec<u8>, TailError> {
    loop {
        match file.read_some(CHUNK) {
            Err(Errno::Intr) => {}
            result => return Ok(result?),
        }
    }
}

fn seek(file: &OpenFile, to: u64) -> Result<u64, Errno> {
    file.seek_to(i64::try_from(to).map_err(|_| Errno::Overflow)?, Whence::Set)
}

/// Where the last `count` lines start, found from the end.
fn last_lines(file: &OpenFile, start: u64, length: u64, count: u64, end: u8) -> Result<u64, TailError> {
    let mut position = length;
    let mut left = count;
    let mut at_very_end = true;
    while position > start {
        let size = u64::from(CHUNK).min(position - start);
        position -= size;
        seek(file, position)?;
        let mut data = Vec::new();
        while (data.len() as u64) < size {
            let more = file.read_some((size - data.len() as u64) as u32)?;
            if more.is_empty() {
                // It became shorter while it was read.
                break;
            }
            data.extend(more);
        }
        for at in memrchr_iter(end, &data) {
            // The end of the last line starts no line.
            if std::mem::take(&mut at_very_end) && position + at as u64 + 1 == length {
                continue;
            }
            left -= 1;
            if left == 0 {
                return Ok(position + at as u64 + 1);
            }
        }
        at_very_end &= data.is_empty();
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(amount(b"5", true).unwrap(), Amount::LastLines(5));
        assert_eq!(amount(b"-5", true).unwrap(), Amount::LastLines(5));
        assert_eq!(amount(b"+5", true).unwrap(), Amount::SkipLines(4));
        assert_eq!(amount(b"+0", false).unwrap(), Amount::SkipBytes(0));
        assert_eq!(amount(b"1k", false).unwrap(), Amount::LastBytes(1024));
        assert!(amount(b"x", true).is_err() && amount(b"", true).is_err() && amount(b"k", true).is_err());
    }

    #[test]
    fn old_forms() {
        let modern = |args: &[&str]| {
            let args = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
            super::modern(args).into_iter().map(|arg| String::from_utf8(arg).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(modern(&["tail", "-5", "f"]), ["tail", "-n", "5", "f"]);
        assert_eq!(modern(&["tail", "+5"]), ["tail", "-n", "+5"]);
        assert_eq!(modern(&["tail", "-5f"]), ["tail", "-n", "5", "-f"]);
        assert_eq!(modern(&["tail", "-n5"]), ["tail", "-n5"]);
    }
}

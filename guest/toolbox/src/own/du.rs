//! du: how much space files take.

use super::df::Unit;
use agentfense_support::glob::Glob;
use agentfense_support::options::{number, size};
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::files::{self, FileType, Stat};
use std::collections::HashSet;
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Summarize device usage of the set of FILEs, recursively for directories.

  -0, --null            end each output line with NUL, not newline
  -a, --all             write counts for all files, not just directories
      --apparent-size   print apparent sizes rather than device usage
  -B, --block-size=SIZE scale sizes by SIZE before printing them
  -b, --bytes           equivalent to '--apparent-size --block-size=1'
  -c, --total           produce a grand total
  -D, -H                dereference only symlinks that are on the command line
  -d, --max-depth=N     print the total only if it is N or fewer levels below
  -h, --human-readable  print sizes in human readable format (e.g., 1K 234M 2G)
  -k                    like --block-size=1K
  -L, --dereference     dereference all symbolic links
  -l, --count-links     count sizes many times if hard linked
  -m                    like --block-size=1M
  -S, --separate-dirs   for directories do not include size of subdirectories
      --si              like -h, but use powers of 1000
  -s, --summarize       display only a total for each argument
  -t, --threshold=SIZE  exclude what is smaller than SIZE, or larger if SIZE is negative
  -x, --one-file-system skip directories on different file systems
      --exclude=PATTERN exclude files that match PATTERN";

const LONGS: &[Long] = &[
    ("null", Takes::Nothing, '0'),
    ("all", Takes::Nothing, 'a'),
    ("apparent-size", Takes::Nothing, '\u{1}'),
    ("block-size", Takes::Argument, 'B'),
    ("bytes", Takes::Nothing, 'b'),
    ("total", Takes::Nothing, 'c'),
    ("dereference-args", Takes::Nothing, 'D'),
    ("max-depth", Takes::Argument, 'd'),
    ("human-readable", Takes::Nothing, 'h'),
    ("dereference", Takes::Nothing, 'L'),
    ("count-links", Takes::Nothing, 'l'),
    ("separate-dirs", Takes::Nothing, 'S'),
    ("si", Takes::Nothing, '\u{2}'),
    ("summarize", Takes::Nothing, 's'),
    ("threshold", Takes::Argument, 't'),
    ("one-file-system", Takes::Nothing, 'x'),
    ("exclude", Takes::Argument, '\u{3}'),
];

struct Settings {
    unit: Unit,
    end: u8,
    all: bool,
    apparent: bool,
    max_depth: usize,
    follow: bool,
    follow_arguments: bool,
    count_links: bool,
    separate: bool,
    same_device: bool,
    exclude: Vec<Glob>,
    at_least: u64,
    at_most: u64,
}

/// Runs du.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "0aB:bcDHd:hkLlmPSst:x", LONGS, HELP);
    let mut settings = Settings {
        unit: Unit::Blocks(1024),
        end: b'\n',
        all: false,
        apparent: false,
        max_depth: usize::MAX,
        follow: false,
        follow_arguments: false,
        count_links: false,
        separate: false,
        same_device: false,
        exclude: Vec::new(),
        at_least: 0,
        at_most: u64::MAX,
    };
    let (mut total, mut summarize, mut names) = (false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('0', _) => settings.end = 0,
            Item::Option('a', _) => settings.all = true,
            Item::Option('\u{1}', _) => settings.apparent = true,
            Item::Option('B', value) => {
                settings.unit = Unit::parse(&value)?;
            }
            Item::Option('b', _) => (settings.apparent, settings.unit) = (true, Unit::Blocks(1)),
            Item::Option('c', _) => total = true,
            Item::Option('D' | 'H', _) => settings.follow_arguments = true,
            Item::Option('d', value) => {
                settings.max_depth =
                    number("maximum depth", &value).map_err(|failure| Failure { usage: true, ..failure })?;
            }
            Item::Option('h', _) => settings.unit = Unit::Human(1024),
            Item::Option('\u{2}', _) => settings.unit = Unit::Human(1000),
            Item::Option('k', _) => settings.unit = Unit::Blocks(1024),
            Item::Option('m', _) => settings.unit = Unit::Blocks(1 << 20),
            Item::Option('L', _) => settings.follow = true,
            Item::Option('l', _) => settings.count_links = true,
            Item::Option('S', _) => settings.separate = true,
            Item::Option('s', _) => summarize = true,
            Item::Option('t', value) => {
                let invalid = || Failure::new(format!("invalid --threshold argument {}", quote(&value)));
                match value.strip_prefix(b"-") {
                    Some(b"0") => return Err(invalid()),
                    Some(most) => settings.at_most = size(most).ok_or_else(invalid)?,
                    None => settings.at_least = size(&value).ok_or_else(invalid)?,
                }
            }
            Item::Option('x', _) => settings.same_device = true,
            Item::Option('\u{3}', value) => settings.exclude.push(Glob::new(&value, false)),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if summarize {
        if settings.all {
            return Err(Failure::usage("cannot both summarize and show all entries"));
        }
        settings.max_depth = 0;
    }
    if names.is_empty() {
        names.push(b".".to_vec());
    }
    let mut usage = DiskUsage { settings: &settings, seen: HashSet::new(), failed: false, out: stdout() };
    let mut sum = 0u64;
    for name in &names {
        sum = sum.saturating_add(usage.tree(name)?);
    }
    if total {
        usage.line(sum, b"total")?;
    }
    usage.out.flush()?;
    Ok(u8::from(usage.failed))
}

struct DiskUsage<'a, W: Write> {
    settings: &'a Settings,
    /// Files with several links that were counted.
    seen: HashSet<(u64, u64)>,
    failed: bool,
    out: W,
}

/// A directory whose entries are being counted.
struct Frame {
    path: Vec<u8>,
    entries: std::vec::IntoIter<Vec<u8>>,
    size: u64,
    own: u64,
}

impl<W: Write> DiskUsage<'_, W> {
    fn line(&mut self, size: u64, path: &[u8]) -> std::io::Result<()> {
        if !(self.settings.at_least..=self.settings.at_most).contains(&size) {
            return Ok(());
        }
        let shown = self.settings.unit.show(size);
        write!(self.out, "{shown}\t")?;
        self.out.write_all(path)?;
        self.out.write_all(&[self.settings.end])
    }

    fn complain(&mut self, what: &str, path: &[u8], errno: agentfense_sys::Errno) {
        self.failed = true;
        complain("du", format_args!("{what} {}: {errno}", quote(path)));
    }

    fn size(&self, stat: &Stat) -> u64 {
        match (self.settings.apparent, stat.kind) {
            (true, _) => stat.size,
            (false, FileType::Directory) => 4096,
            // Short links are kept in the inode.
            (false, FileType::Symlink) if stat.size < 60 => 0,
            (false, _) => stat.size.div_ceil(4096).saturating_mul(4096),
        }
    }

    /// Counts a file; its size, unless it was counted before. A directory is opened.
    fn enter(
        &mut self,
        path: Vec<u8>,
        depth: usize,
        device: &mut Option<u64>,
    ) -> Result<(u64, Option<Frame>), Failure> {
        let settings = self.settings;
        let base = path.rsplit(|&b| b == b'/').next().unwrap_or(&path);
        if settings.exclude.iter().any(|glob| glob.matches(base) || glob.matches(&path)) {
            return Ok((0, None));
        }
        let follow = settings.follow || (depth == 0 && settings.follow_arguments);
        let stat = match files::stat(&path, follow) {
            Ok(stat) => stat,
            Err(errno) => {
                self.complain("cannot access", &path, errno);
                return Ok((0, None));
            }
        };
        let device = *device.get_or_insert(stat.dev);
        if settings.same_device && stat.dev != device {
            return Ok((0, None));
        }
        let directory = stat.kind == FileType::Directory;
        if (directory || (stat.nlink > 1 && !settings.count_links)) && !self.seen.insert((stat.dev, stat.ino)) {
            return Ok((0, None));
        }
        let size = self.size(&stat);
        if !directory {
            if depth == 0 || (settings.all && depth <= settings.max_depth) {
                self.line(size, &path)?;
            }
            return Ok((size, None));
        }
        let entries = match files::read_dir(&path) {
            Ok(mut entries) => {
                entries.sort_by(|a, b| a.name.cmp(&b.name));
                entries.into_iter().map(|entry| entry.name).collect()
            }
            Err(errno) => {
                self.complain("cannot read directory", &path, errno);
                Vec::new()
            }
        };
        Ok((0, Some(Frame { path, entries: entries.into_iter(), size, own: size })))
    }

    fn tree(&mut self, root: &[u8]) -> Result<u64, Failure> {
        let mut device = None;
        let (size, frame) = self.enter(root.to_vec(), 0, &mut device)?;
        let mut frames: Vec<Frame> = frame.into_iter().collect();
        let mut total = size;
        while let Some(top) = frames.last_mut() {
            if let Some(name) = top.entries.next() {
                let path = join(&top.path, &name);
                let depth = frames.len();
                let (size, frame) = self.enter(path, depth, &mut device)?;
                if let Some(top) = frames.last_mut() {
                    top.size = top.size.saturating_add(size);
                    top.own = top.own.saturating_add(size);
                }
                frames.extend(frame);
                continue;
            }
            let Some(done) = frames.pop() else { break };
            if frames.len() <= self.settings.max_depth {
                let shown = if self.settings.separate { done.own } else { done.size };
                self.line(shown, &done.path)?;
            }
            match frames.last_mut() {
                Some(parent) => parent.size = parent.size.saturating_add(done.size),
                None => total = total.saturating_add(done.size),
            }
        }
        Ok(total)
    }
}

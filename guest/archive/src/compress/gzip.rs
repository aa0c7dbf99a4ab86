//! gzip, gunzip and zcat.

use super::listing::Listing;
use super::{Action, Done, Opened, Settings, Tool, Trouble, level, run, say, strip, with_long_help};
use crate::codec::gzip::{Header, Reader, Writer};
use crate::codec::{Damage, Encoder};
use crate::input::Input;
use crate::times::{from_seconds, split};
use agentfense_support::options::base_name;
use agentfense_support::quote::lossy;
use agentfense_support::{Item, Long, Options, Outcome, Takes};
use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use std::cell::{Cell, RefCell};
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Compress or uncompress FILEs (by default, compress FILES in-place).
With no FILE, or when FILE is -, read standard input.

  -c, --stdout      write on standard output, keep original files unchanged
  -d, --decompress  decompress
  -f, --force       force overwrite of output file and compress links
  -k, --keep        keep (don't delete) input files
  -l, --list        list compressed file contents
  -n, --no-name     do not save or restore the original name and timestamp
  -N, --name        save or restore the original name and timestamp
  -q, --quiet       suppress all warnings
  -r, --recursive   operate recursively on directories
  -S, --suffix=SUF  use suffix SUF on compressed files
  -t, --test        test compressed file integrity
  -v, --verbose     verbose mode
  -1, --fast        compress faster
  -9, --best        compress better";

const LONGS: &[Long] = &[
    ("ascii", Takes::Nothing, 'a'),
    ("stdout", Takes::Nothing, 'c'),
    ("to-stdout", Takes::Nothing, 'c'),
    ("decompress", Takes::Nothing, 'd'),
    ("uncompress", Takes::Nothing, 'd'),
    ("force", Takes::Nothing, 'f'),
    ("keep", Takes::Nothing, 'k'),
    ("list", Takes::Nothing, 'l'),
    ("no-name", Takes::Nothing, 'n'),
    ("name", Takes::Nothing, 'N'),
    ("quiet", Takes::Nothing, 'q'),
    ("silent", Takes::Nothing, 'q'),
    ("recursive", Takes::Nothing, 'r'),
    ("suffix", Takes::Argument, 'S'),
    ("test", Takes::Nothing, 't'),
    ("verbose", Takes::Nothing, 'v'),
    ("fast", Takes::Nothing, '1'),
    ("best", Takes::Nothing, '9'),
    ("rsyncable", Takes::Nothing, 'R'),
    ("synchronous", Takes::Nothing, 'R'),
];

struct Gzip {
    settings: Settings,
    level: u32,
    suffix: Vec<u8>,
    /// `-N` or `-n`; absent for what is usual.
    names: Option<bool>,
    listing: RefCell<Listing>,
    /// Bytes of the latest file that are no data.
    overhead: Cell<u64>,
}

/// Runs gzip, gunzip or zcat.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(with_long_help(args), "acdfklLnNqrRS:tv123456789", LONGS, HELP);
    let mut settings = Settings::default();
    let name = base_name(options.command().as_bytes());
    if name != "gzip" {
        settings.action = Action::Decompress;
        settings.stdout = name == "zcat";
    }
    let (mut best, mut suffix, mut names, mut operands) = (6, b".gz".to_vec(), None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => settings.stdout = true,
            Item::Option('d', _) => settings.action = Action::Decompress,
            Item::Option('f', _) => settings.force = true,
            Item::Option('k', _) => settings.keep = true,
            Item::Option('l', _) => settings.action = Action::List,
            Item::Option('n', _) => names = Some(false),
            Item::Option('N', _) => names = Some(true),
            Item::Option('q', _) => (settings.quiet, settings.verbose) = (1, 0),
            Item::Option('r', _) => settings.recursive = true,
            Item::Option('S', value) => suffix = value,
            Item::Option('t', _) => settings.action = Action::Test,
            Item::Option('v', _) => (settings.verbose, settings.quiet) = (settings.verbose + 1, 0),
            Item::Option(letter, _) => best = level(letter).unwrap_or(best),
            Item::Operand(name) => operands.push(name),
        }
    }
    let listing = RefCell::new(Listing::new(settings.verbose > 0, settings.quiet > 0));
    let tool = Gzip { settings, level: best, suffix, names, listing, overhead: Cell::new(0) };
    let status = run(&tool, &operands);
    if tool.settings.action == Action::List {
        tool.listing.into_inner().finish()?;
    }
    Ok(status)
}

/// The name in messages.
fn shown(name: Option<&[u8]>) -> String {
    name.map_or_else(|| "stdin".into(), lossy)
}

impl Gzip {
    fn suffixes(&self) -> [(&[u8], &[u8]); 8] {
        [
            (&self.suffix, b""),
            (b".gz", b""),
            (b".z", b""),
            (b".taz", b".tar"),
            (b".tgz", b".tar"),
            (b"-gz", b""),
            (b"-z", b""),
            (b"_z", b""),
        ]
    }
}

/// The name and time that a header may hold.
fn header(name: Option<&[u8]>, mtime: Option<i64>) -> Header {
    let base = name.map(|name| name.rsplit(|&b| b == b'/').next().unwrap_or_default().to_vec());
    let seconds = mtime.map_or(0, |mtime| split(mtime).0);
    // A time that does not fit is unknown.
    Header { mtime: u32::try_from(seconds).unwrap_or(0), name: base }
}

impl Tool for Gzip {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn candidates(&self, name: &[u8]) -> Vec<Vec<u8>> {
        if self.settings.action == Action::Compress || strip(name, self.suffixes()).is_some() {
            return vec![name.to_vec()];
        }
        // The first one's name is in the message when there is none.
        let with = |suffix: &[u8]| [name, suffix].concat();
        if agentfense_sys::files::stat(name, false).is_ok() || name.is_empty() {
            return vec![name.to_vec()];
        }
        vec![with(&self.suffix), with(b".gz"), with(b".z"), with(b"-z")]
    }

    fn output_name(&self, name: &[u8]) -> Result<Vec<u8>, Trouble> {
        let stripped = strip(name, self.suffixes());
        if self.settings.action != Action::Compress {
            return stripped.ok_or(Trouble::UnknownSuffix);
        }
        let has = self.suffixes().into_iter().find(|(suffix, _)| strip(name, [(*suffix, &b""[..])]).is_some());
        match has {
            Some((suffix, _)) if !self.settings.force => Err(Trouble::HasSuffix(suffix.to_vec())),
            _ => Ok([name, &self.suffix].concat()),
        }
    }

    fn decoder(&self, mut input: Input) -> io::Result<Opened> {
        if self.settings.force && self.settings.stdout && !input.peek(2)?.starts_with(&[0x1f, 0x8b]) {
            return Ok(Opened::new(Box::new(input)));
        }
        let mut reader = Reader::new(input);
        let header = reader.header()?;
        self.overhead.set(header.overhead());
        let (mut name, mut mtime) = (None, None);
        if self.names == Some(true) {
            // Its last part only: it goes beside the file.
            let base = header.name.as_deref().and_then(|name| name.rsplit(|&b| b == b'/').next());
            name = base.filter(|base| !matches!(*base, b"" | b"." | b"..")).map(<[u8]>::to_vec);
            mtime = (header.mtime != 0).then(|| from_seconds(i64::from(header.mtime)));
        }
        Ok(Opened { reader: Box::new(reader), name, mtime })
    }

    fn encoder(&self, out: Box<dyn Write>, name: Option<&[u8]>, mtime: Option<i64>) -> io::Result<Box<dyn Encoder>> {
        let header = if self.names == Some(false) { Header::default() } else { header(name, mtime) };
        self.overhead.set(header.overhead());
        Ok(Box::new(Writer::new(out, self.level, &header)?))
    }

    fn begin(&self, name: Option<&[u8]>) {
        if self.settings.verbose > 0
            && let Some(name) = name
        {
            say(format!("{}:\t", lossy(name)));
        }
    }

    fn trouble(&self, name: Option<&[u8]>, trouble: &Trouble) -> u8 {
        let shown = shown(name);
        let quiet = self.settings.quiet > 0;
        let warn = |text: String| {
            if !quiet {
                say(format!("gzip: {text}\n"));
            }
            2
        };
        let fail = |text: String| {
            say(format!("gzip: {text}\n"));
            1
        };
        match trouble {
            Trouble::Open(errno) if name.is_some_and(<[u8]>::is_empty) => fail(errno.to_string()),
            Trouble::Open(errno) | Trouble::Read(errno) => fail(format!("{shown}: {errno}")),
            Trouble::Write(errno) => {
                say(format!("\ngzip: {}: {errno}\n", if self.settings.stdout { "stdout".into() } else { shown }));
                1
            }
            Trouble::Directory => warn(format!("{shown} is a directory -- ignored")),
            Trouble::Symlink => fail(format!("{shown}: {}", Errno::Loop)),
            Trouble::Irregular => warn(format!("{shown} is not a directory or a regular file - ignored")),
            Trouble::Links(n) => {
                let plural = if *n == 1 { "" } else { "s" };
                warn(format!("{shown} has {n} other link{plural} -- file ignored"))
            }
            Trouble::HasSuffix(suffix) => {
                if self.settings.verbose > 0 || !(self.settings.recursive || quiet) {
                    say(format!("gzip: {shown} already has {} suffix -- unchanged\n", lossy(suffix)));
                }
                0
            }
            Trouble::UnknownSuffix if self.settings.recursive && self.settings.verbose == 0 => 2,
            Trouble::UnknownSuffix => warn(format!("{shown}: unknown suffix -- ignored")),
            Trouble::Exists(output) => {
                say(format!("gzip: {} already exists;\tnot overwritten\n", lossy(output)));
                2
            }
            Trouble::Create(output, errno) => fail(format!("{}: {errno}", lossy(output))),
            Trouble::Terminal => fail(
                "compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h"
                    .into(),
            ),
            Trouble::Damaged(Damage::Checksum { contents, length }, _) => {
                for (wrong, what) in [(contents, "crc"), (length, "length")] {
                    if *wrong {
                        say(format!("\ngzip: {shown}: invalid compressed data--{what} error\n"));
                    }
                }
                1
            }
            Trouble::Damaged(Damage::TrailingZeros, _) if self.settings.verbose == 0 => 0,
            Trouble::Damaged(damage, _) if damage.is_harmless() => {
                if !quiet {
                    say(format!("\ngzip: {shown}: decompression OK, {damage}\n"));
                }
                2
            }
            Trouble::Damaged(damage, _) => {
                let what = match damage {
                    Damage::Format => "not in gzip format",
                    Damage::Truncated => "unexpected end of file",
                    Damage::Unsupported => "unknown method or flags -- not supported",
                    _ => "invalid compressed data--format violated",
                };
                say(format!("\ngzip: {shown}: {what}\n"));
                1
            }
        }
    }

    fn done(&self, done: &Done<'_>) {
        if self.settings.verbose == 0 {
            return;
        }
        if self.settings.action == Action::Test {
            return say(" OK\n");
        }
        let compress = self.settings.action == Action::Compress;
        let (small, large) = if compress { (done.written, done.read) } else { (done.read, done.written) };
        let ratio = super::listing::ratio(small, large, self.overhead.get());
        let what = if self.settings.keep { "created" } else { "replaced with" };
        match done.output {
            Some(output) => say(format!("{ratio} -- {what} {}\n", lossy(output))),
            None => say(format!("{ratio}\n")),
        }
    }

    fn list(&self, name: Option<&[u8]>, file: OpenFile) -> u8 {
        match self.listing.borrow_mut().member(name, file, |name| strip(name, self.suffixes())) {
            Ok(()) => 0,
            Err(trouble) => self.trouble(name, &trouble),
        }
    }
}

//! xz, unxz, xzcat and the names of the older LZMA utilities.

use super::xz_listing::XzListing;
use super::{Action, Done, Opened, Settings, Tool, Trouble, level, run, say, strip, with_long_help};
use crate::codec::xz::{Check, LzmaWriter, XzWriter};
use crate::codec::{Damage, Encoder, Format};
use crate::input::Input;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, stdout};
use agentfense_sys::files::OpenFile;
use std::cell::RefCell;
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Compress or decompress FILEs in the .xz format.
With no FILE, or when FILE is -, read standard input.

  -z, --compress      force compression
  -d, --decompress    force decompression
  -t, --test          test compressed file integrity
  -l, --list          list information about .xz files
      --robot         likewise, in fields for programs
  -k, --keep          keep (don't delete) input files
  -f, --force         force overwrite of output file and (de)compress links
  -c, --stdout        write to standard output and don't delete input files
  -C, --check=CHECK   integrity check: none, crc32, crc64 (default) or sha256
  -F, --format=FMT    file format: auto (default), xz, lzma (alone)
  -S, --suffix=.SUF   use the suffix .SUF on compressed files
  -T, --threads=NUM   accepted; one thread is used
  -q, --quiet         suppress warnings; specify twice to suppress errors too
  -v, --verbose       be verbose
  -0 ... -9           compression preset; default is 6 (--fast is -0, --best is -9)
  -e, --extreme       accepted, without effect";

const LONGS: &[Long] = &[
    ("compress", Takes::Nothing, 'z'),
    ("decompress", Takes::Nothing, 'd'),
    ("uncompress", Takes::Nothing, 'd'),
    ("test", Takes::Nothing, 't'),
    ("list", Takes::Nothing, 'l'),
    ("robot", Takes::Nothing, 'R'),
    ("keep", Takes::Nothing, 'k'),
    ("force", Takes::Nothing, 'f'),
    ("stdout", Takes::Nothing, 'c'),
    ("to-stdout", Takes::Nothing, 'c'),
    ("check", Takes::Argument, 'C'),
    ("format", Takes::Argument, 'F'),
    ("suffix", Takes::Argument, 'S'),
    ("threads", Takes::Argument, 'T'),
    ("memlimit", Takes::Argument, 'M'),
    ("memory", Takes::Argument, 'M'),
    ("quiet", Takes::Nothing, 'q'),
    ("verbose", Takes::Nothing, 'v'),
    ("fast", Takes::Nothing, '0'),
    ("best", Takes::Nothing, '9'),
    ("extreme", Takes::Nothing, 'e'),
    ("no-sparse", Takes::Nothing, 'e'),
    ("no-warn", Takes::Nothing, 'Q'),
];

const SUFFIXES: [(&[u8], &[u8]); 4] = [(b".xz", b""), (b".txz", b".tar"), (b".lzma", b""), (b".tlz", b".tar")];

struct Xz {
    command: String,
    settings: Settings,
    preset: u32,
    check: Check,
    lzma: bool,
    suffix: Option<Vec<u8>>,
    no_warn: bool,
    listing: RefCell<XzListing>,
}

/// Runs xz or one of its other names.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(with_long_help(args), "zdtlkfcC:F:S:T:M:qveQ0123456789", LONGS, HELP);
    let command = options.command().to_owned();
    let mut settings = Settings::default();
    if command.starts_with("un") || command.ends_with("cat") {
        settings.action = Action::Decompress;
        settings.stdout = command.ends_with("cat");
    }
    let mut lzma = command.contains("lz") && !command.contains("xz");
    let (mut preset, mut check, mut suffix, mut no_warn, mut names) = (6, Check::Crc64, None, false, Vec::new());
    let mut robot = false;
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('z', _) => settings.action = Action::Compress,
            Item::Option('d', _) => settings.action = Action::Decompress,
            Item::Option('t', _) => settings.action = Action::Test,
            Item::Option('l', _) => settings.action = Action::List,
            Item::Option('R', _) => robot = true,
            Item::Option('k', _) => settings.keep = true,
            Item::Option('f', _) => settings.force = true,
            Item::Option('c', _) => settings.stdout = true,
            Item::Option('C', value) => {
                check = match value.as_slice() {
                    b"none" => Check::None,
                    b"crc32" => Check::Crc32,
                    b"crc64" => Check::Crc64,
                    b"sha256" => Check::Sha256,
                    _ => return Err(Failure::new(format!("{}: Unsupported integrity check type", lossy(&value)))),
                }
            }
            Item::Option('F', value) => {
                lzma = match value.as_slice() {
                    b"auto" | b"xz" => false,
                    b"lzma" | b"alone" => true,
                    _ => return Err(Failure::new(format!("{}: Unknown file format type", lossy(&value)))),
                }
            }
            Item::Option('S', value) if value.is_empty() || value.contains(&b'/') => {
                return Err(Failure::new(format!("{}: Invalid filename suffix", lossy(&value))));
            }
            Item::Option('S', value) => suffix = Some(value),
            Item::Option('q', _) => settings.quiet += 1,
            Item::Option('v', _) => settings.verbose += 1,
            Item::Option('Q', _) => no_warn = true,
            Item::Option(letter, _) => preset = level(letter).unwrap_or(preset),
            Item::Operand(name) => names.push(name),
        }
    }
    let lists = settings.action == Action::List;
    if lists && lzma {
        return Err(Failure::new("--list works only on .xz files (--format=xz or --format=auto)"));
    }
    if lists && (names.is_empty() || names.iter().any(|name| name == b"-")) {
        return Err(Failure::new("--list does not support reading from standard input"));
    }
    let listing = RefCell::new(XzListing::new(robot));
    let tool = Xz { command, settings, preset, check, lzma, suffix, no_warn, listing };
    let status = run(&tool, &names);
    if lists {
        let mut out = stdout();
        out.write_all(tool.listing.borrow().text().as_bytes())?;
        out.flush()?;
    }
    Ok(status)
}

/// A size as xz shows it.
pub fn nice(size: u64) -> String {
    if size < 10_000 {
        return format!("{size} B");
    }
    let mut value = size as f64 / 1024.0;
    for unit in ["KiB", "MiB", "GiB"] {
        if value <= 9999.9 {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

impl Xz {
    fn suffixes(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.suffix.as_deref().map(|suffix| (suffix, &b""[..])).into_iter().chain(SUFFIXES)
    }
}

impl Tool for Xz {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn output_name(&self, name: &[u8]) -> Result<Vec<u8>, Trouble> {
        if self.settings.action != Action::Compress {
            return strip(name, self.suffixes()).ok_or(Trouble::UnknownSuffix);
        }
        let usual: &[u8] = if self.lzma { b".lzma" } else { b".xz" };
        let mut known = self.suffixes().filter(|(suffix, _)| {
            let old = matches!(*suffix, b".lzma" | b".tlz");
            old == self.lzma || Some(*suffix) == self.suffix.as_deref()
        });
        match known.find(|(suffix, _)| strip(name, [(*suffix, &b""[..])]).is_some()) {
            Some((suffix, _)) => Err(Trouble::HasSuffix(suffix.to_vec())),
            None => Ok([name, self.suffix.as_deref().unwrap_or(usual)].concat()),
        }
    }

    fn decoder(&self, mut input: Input) -> io::Result<Opened> {
        let start = input.peek(6)?;
        match Format::detect(start) {
            Some(format @ (Format::Xz | Format::Lzma)) => Ok(Opened::new(format.decoder(input))),
            _ if self.settings.force && self.settings.stdout => Ok(Opened::new(Box::new(input))),
            _ if start.is_empty() || (start.len() < 6 && b"\xfd7zXZ".starts_with(start)) => {
                Err(Damage::Truncated.into())
            }
            _ => Err(Damage::Format.into()),
        }
    }

    fn encoder(&self, out: Box<dyn Write>, _: Option<&[u8]>, _: Option<i64>) -> io::Result<Box<dyn Encoder>> {
        Ok(if self.lzma {
            Box::new(LzmaWriter::new(out, self.preset)?)
        } else {
            Box::new(XzWriter::new(out, self.preset, self.check)?)
        })
    }

    fn trouble(&self, name: Option<&[u8]>, trouble: &Trouble) -> u8 {
        let shown = name.map_or_else(|| "(stdin)".into(), lossy);
        let message = match trouble {
            Trouble::Open(errno) | Trouble::Read(errno) => format!("{shown}: {errno}"),
            Trouble::Write(errno) => format!("{shown}: Write error: {errno}"),
            Trouble::Directory => format!("{shown}: Is a directory, skipping"),
            Trouble::Symlink => format!("{shown}: Is a symbolic link, skipping"),
            Trouble::Irregular => format!("{shown}: Not a regular file, skipping"),
            Trouble::Links(_) => format!("{shown}: Input file has more than one hard link, skipping"),
            Trouble::HasSuffix(suffix) => format!("{shown}: File already has `{}' suffix, skipping", lossy(suffix)),
            Trouble::UnknownSuffix => format!("{shown}: Filename has an unknown suffix, skipping"),
            Trouble::Exists(output) => format!("{}: File exists", lossy(output)),
            Trouble::Create(output, errno) => format!("{}: {errno}", lossy(output)),
            Trouble::Terminal => "Compressed data cannot be written to a terminal".into(),
            Trouble::Damaged(damage, _) => {
                let what = match damage {
                    Damage::Format => "File format not recognized",
                    Damage::Truncated => "Unexpected end of input",
                    Damage::Unsupported => "Unsupported options",
                    Damage::Memory => "Memory usage limit reached",
                    _ => "Compressed data is corrupt",
                };
                format!("{shown}: {what}")
            }
        };
        let warning = matches!(
            trouble,
            Trouble::Directory
                | Trouble::Symlink
                | Trouble::Irregular
                | Trouble::Links(_)
                | Trouble::HasSuffix(_)
                | Trouble::UnknownSuffix
        );
        if self.settings.quiet < if warning { 1 } else { 2 } {
            complain(&self.command, message);
        }
        match warning {
            true if self.no_warn => 0,
            true => 2,
            false => 1,
        }
    }

    fn list(&self, name: Option<&[u8]>, file: OpenFile) -> u8 {
        let shown = name.map_or_else(|| "(stdin)".into(), lossy);
        match self.listing.borrow_mut().add(&shown, &file) {
            Ok(()) => 0,
            Err(trouble) => self.trouble(name, &trouble),
        }
    }

    fn done(&self, done: &Done<'_>) {
        if self.settings.verbose == 0 {
            return;
        }
        let compress = self.settings.action == Action::Compress;
        let (small, large) = if compress { (done.written, done.read) } else { (done.read, done.written) };
        let ratio = small as f64 / large as f64;
        let ratio = if large == 0 || ratio > 9.999 { "> 9.999".into() } else { format!("= {ratio:.3}") };
        let shown = done.name.map_or_else(|| "(stdin)".into(), lossy);
        say(format!("{shown}: {} / {} {ratio}\n", nice(small), nice(large)));
    }
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn sizes() {
        assert_eq!(nice(9999), "9999 B");
        assert_eq!(nice(10_000), "9.8 KiB");
        assert_eq!(nice(50 << 20), "50.0 MiB");
    }
}

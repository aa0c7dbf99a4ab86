//! zstd, unzstd and zstdcat.

use super::{Action, Done, Opened, Settings, Tool, Trouble, run, say, strip};
use crate::codec::zstd::Writer;
use crate::codec::{Damage, Encoder, Format};
use crate::input::Input;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes};
use std::cell::Cell;
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [INPUT]... [-o OUTPUT]
Compress or decompress INPUT files; with none, or when it is -, standard input.

  -o OUTPUT         write all output to the file OUTPUT
  -k, --keep        preserve INPUT files (default)
      --rm          remove INPUT files after success
  -1 ... -19        accepted; there is one compression level, which is like level 1
  -d, --decompress  decompress (also .gz, .xz and .lzma)
  -z, --compress    compress
  -f, --force       overwrite files, follow links, pass unknown formats through with -c
  -c, --stdout      write to standard output
  -t, --test        test compressed file integrity
  -r                operate recursively on directories
  -q, --quiet       suppress warnings and the summary
  -v, --verbose     verbose mode
  --format=FORMAT   zstd (default), gzip, xz or lzma
  -T#, --long, --ultra, --fast, --no-check, --no-progress, -M#
                    accepted, without effect";

const LONGS: &[Long] = &[
    ("keep", Takes::Nothing, 'k'),
    ("rm", Takes::Nothing, 'R'),
    ("decompress", Takes::Nothing, 'd'),
    ("uncompress", Takes::Nothing, 'd'),
    ("compress", Takes::Nothing, 'z'),
    ("force", Takes::Nothing, 'f'),
    ("stdout", Takes::Nothing, 'c'),
    ("test", Takes::Nothing, 't'),
    ("quiet", Takes::Nothing, 'q'),
    ("verbose", Takes::Nothing, 'v'),
    ("format", Takes::Argument, 'F'),
    ("threads", Takes::Argument, 'T'),
    ("memory", Takes::Argument, 'M'),
    ("long", Takes::Optional, 'i'),
    ("fast", Takes::Optional, 'i'),
    ("ultra", Takes::Nothing, 'i'),
    ("check", Takes::Nothing, 'i'),
    ("no-check", Takes::Nothing, 'i'),
    ("progress", Takes::Nothing, 'i'),
    ("no-progress", Takes::Nothing, 'i'),
    ("sparse", Takes::Nothing, 'i'),
    ("no-sparse", Takes::Nothing, 'i'),
    ("single-thread", Takes::Nothing, 'i'),
    ("rsyncable", Takes::Nothing, 'i'),
    ("adapt", Takes::Optional, 'i'),
    ("content-size", Takes::Nothing, 'i'),
    ("no-content-size", Takes::Nothing, 'i'),
];

const SUFFIXES: [(&[u8], &[u8]); 7] = [
    (b".zst", b""),
    (b".tzst", b".tar"),
    (b".gz", b""),
    (b".tgz", b".tar"),
    (b".lzma", b""),
    (b".xz", b""),
    (b".txz", b".tar"),
];

struct Zstd {
    settings: Settings,
    format: Format,
    /// Whether each file is summed up; several are summed up together.
    summary: bool,
    files: Cell<u64>,
    read: Cell<u64>,
    written: Cell<u64>,
}

/// Runs zstd, unzstd or zstdcat.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(super::with_long_help(args), "o:kdzfctrqvT:M:D:lB:0123456789i", LONGS, HELP);
    let command = options.command().to_owned();
    let mut settings = Settings { keep: true, ..Settings::default() };
    if command != "zstd" {
        settings.action = Action::Decompress;
    }
    if command == "zstdcat" {
        (settings.stdout, settings.force) = (true, true);
    }
    let (mut format, mut names) = (Format::Zstd, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('o', value) => settings.output = Some(value),
            Item::Option('k', _) => settings.keep = true,
            Item::Option('R', _) => settings.keep = false,
            Item::Option('d', _) => settings.action = Action::Decompress,
            Item::Option('z', _) => settings.action = Action::Compress,
            Item::Option('f', _) => settings.force = true,
            Item::Option('c', _) => settings.stdout = true,
            Item::Option('t', _) => settings.action = Action::Test,
            Item::Option('r', _) => settings.recursive = true,
            Item::Option('q', _) => settings.quiet += 1,
            Item::Option('v', _) => settings.verbose += 1,
            Item::Option('F', value) => {
                format = match value.as_slice() {
                    b"zstd" => Format::Zstd,
                    b"gzip" => Format::Gzip,
                    b"xz" => Format::Xz,
                    b"lzma" => Format::Lzma,
                    _ => return Err(Failure::usage(format!("format {} is not supported", lossy(&value)))),
                }
            }
            Item::Option('D', _) => return Err(Failure::new("dictionaries are not supported")),
            Item::Option('l', _) => return Err(Failure::new("--list is not supported")),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if settings.output.as_deref() == Some(b"-") {
        (settings.output, settings.stdout) = (None, true);
    }
    let to_stdout = settings.stdout || (settings.output.is_none() && (names.is_empty() || names == [b"-".to_vec()]));
    let summary = settings.quiet == 0 && (!to_stdout || settings.verbose > 0) || settings.action == Action::Test;
    let zero = || Cell::new(0);
    let tool = Zstd { settings, format, summary, files: zero(), read: zero(), written: zero() };
    let several = names.len() > 1;
    let tool = Zstd { summary: tool.summary && !several, ..tool };
    let status = run(&tool, &names);
    if several && tool.settings.quiet == 0 && !to_stdout {
        tool.sum_up();
    }
    Ok(status)
}

/// A size as zstd shows it.
fn human(size: u64) -> String {
    const UNITS: [&str; 5] = [" B", " KiB", " MiB", " GiB", " TiB"];
    let (mut value, mut unit) = (size as f64, 0);
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        (value, unit) = (value / 1024.0, unit + 1);
    }
    let precision = match value {
        _ if unit == 0 => 0,
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:6.precision$}{}", UNITS[unit])
}

impl Zstd {
    fn sum_up(&self) {
        let (files, read, written) = (self.files.get(), self.read.get(), self.written.get());
        if files == 0 {
            return;
        }
        if self.settings.action == Action::Compress {
            let percent = written as f64 * 100.0 / read.max(1) as f64;
            say(format!("{files:3} files compressed :{percent:6.2}% ({} => {})\n", human(read), human(written)));
        } else {
            say(format!("{files} files decompressed : {written:6} bytes total \n"));
        }
    }
}

impl Tool for Zstd {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn output_name(&self, name: &[u8]) -> Result<Vec<u8>, Trouble> {
        if self.settings.action != Action::Compress {
            return strip(name, SUFFIXES).ok_or(Trouble::UnknownSuffix);
        }
        let suffix: &[u8] = match self.format {
            Format::Gzip => b".gz",
            Format::Xz => b".xz",
            Format::Lzma => b".lzma",
            _ => b".zst",
        };
        Ok([name, suffix].concat())
    }

    fn decoder(&self, mut input: Input) -> io::Result<Opened> {
        let start = input.peek(6)?;
        match Format::detect(start) {
            Some(format) if format != Format::Bzip2 => Ok(Opened::new(format.decoder(input))),
            _ if self.settings.force && self.settings.stdout => Ok(Opened::new(Box::new(input))),
            _ if start.is_empty() => Err(Damage::Truncated.into()),
            _ => Err(Damage::Format.into()),
        }
    }

    fn encoder(&self, out: Box<dyn Write>, _: Option<&[u8]>, _: Option<i64>) -> io::Result<Box<dyn Encoder>> {
        match self.format {
            Format::Zstd => Ok(Box::new(Writer::new(out))),
            format => format.encoder(format.default_level(), out),
        }
    }

    fn trouble(&self, name: Option<&[u8]>, trouble: &Trouble) -> u8 {
        let shown = name.map_or_else(|| "/*stdin*\\".into(), lossy);
        say(match trouble {
            Trouble::Open(errno) => format!("zstd: can't stat {shown} : {errno} -- ignored \n"),
            Trouble::Read(errno) | Trouble::Write(errno) => format!("zstd: {shown}: {errno} \n"),
            Trouble::Directory => format!("zstd: {shown} is a directory -- ignored \n"),
            Trouble::Symlink => format!("Warning : {shown} is a symbolic link, ignoring \n"),
            Trouble::Irregular => format!("zstd: {shown} is not a regular file -- ignored \n"),
            Trouble::Links(_) | Trouble::HasSuffix(_) => format!("zstd: {shown} -- ignored \n"),
            Trouble::UnknownSuffix => format!(
                "zstd: {shown}: unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz expected). \
                 Can't derive the output file name. Specify it with -o dstFileName. Ignoring.\n"
            ),
            Trouble::Exists(output) => format!("zstd: {} already exists; not overwritten  \n", lossy(output)),
            Trouble::Create(output, errno) => format!("zstd: {}: {errno} \n", lossy(output)),
            Trouble::Terminal => "stdout is a console, aborting\n".into(),
            Trouble::Damaged(damage, _) => match damage {
                Damage::Format | Damage::TrailingGarbage => format!("zstd: {shown}: unsupported format \n"),
                Damage::Truncated => format!("{shown} : Read error (39) : premature end \n"),
                Damage::Checksum { .. } => {
                    format!("{shown} : Decoding error (36) : Restored data doesn't match checksum \n")
                }
                Damage::Memory => {
                    format!("{shown} : Decoding error (36) : Frame requires too much memory for decoding \n")
                }
                Damage::Unsupported => format!("{shown} : Decoding error (36) : Dictionary mismatch \n"),
                Damage::Corrupt => format!("{shown} : Decoding error (36) : Data corruption detected \n"),
                Damage::TrailingZeros => return 0,
            },
        });
        1
    }

    fn done(&self, done: &Done<'_>) {
        self.files.set(self.files.get() + 1);
        self.read.set(self.read.get() + done.read);
        self.written.set(self.written.get() + done.written);
        if !self.summary {
            return;
        }
        let shown = done.name.map_or_else(|| "/*stdin*\\".into(), lossy);
        if self.settings.action != Action::Compress {
            return say(format!("{shown:20}: {} bytes \n", done.written));
        }
        let output = done.output.or(self.settings.output.as_deref()).map_or_else(|| "/*stdout*\\".into(), lossy);
        let percent = match done.read {
            0 => String::new(),
            read => format!("{:6.2}% ", done.written as f64 * 100.0 / read as f64),
        };
        say(format!("{shown:20} :{percent}  ({} => {}, {output}) \n", human(done.read), human(done.written)));
    }

    fn worse(&self, a: u8, b: u8) -> u8 {
        a | b
    }
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn sizes() {
        assert_eq!(human(6), "     6 B");
        assert_eq!(human(8893), "  8.68 KiB");
        assert_eq!(human(200 << 10), "   200 KiB");
    }
}

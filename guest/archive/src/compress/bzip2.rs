//! bzip2, bunzip2 and bzcat.

use super::{Action, Done, Opened, Settings, Tool, Trouble, level, run, say, strip, with_long_help};
use crate::codec::bzip2::{Reader, Writer};
use crate::codec::{Damage, Encoder};
use crate::input::Input;
use agentfense_support::quote::lossy;
use agentfense_support::{Item, Long, Options, Outcome, Takes, complain};
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Compress or decompress FILEs with the block-sorting algorithm.
With no FILE, or when FILE is -, from standard input to standard output.

  -c, --stdout      output to standard out
  -d, --decompress  force decompression
  -z, --compress    force compression
  -f, --force       overwrite existing output files
  -k, --keep        keep (don't delete) input files
  -q, --quiet       suppress noncritical error messages
  -s, --small       accepted, without effect
  -t, --test        test compressed file integrity
  -v, --verbose     be verbose
  -1 .. -9          set block size to 100k .. 900k (--fast is -1, --best is -9)";

const LONGS: &[Long] = &[
    ("stdout", Takes::Nothing, 'c'),
    ("decompress", Takes::Nothing, 'd'),
    ("compress", Takes::Nothing, 'z'),
    ("force", Takes::Nothing, 'f'),
    ("keep", Takes::Nothing, 'k'),
    ("quiet", Takes::Nothing, 'q'),
    ("small", Takes::Nothing, 's'),
    ("test", Takes::Nothing, 't'),
    ("verbose", Takes::Nothing, 'v'),
    ("fast", Takes::Nothing, '1'),
    ("best", Takes::Nothing, '9'),
];

const SUFFIXES: [(&[u8], &[u8]); 4] = [(b".bz2", b""), (b".bz", b""), (b".tbz2", b".tar"), (b".tbz", b".tar")];

struct Bzip2 {
    command: String,
    settings: Settings,
    level: u32,
    /// The longest name, which the columns of `-v` leave room for.
    width: usize,
}

/// Runs bzip2, bunzip2 or bzcat.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(with_long_help(args), "cdzfkqstv123456789", LONGS, HELP);
    let command = options.command().to_owned();
    let mut settings = Settings::default();
    if command != "bzip2" {
        settings.action = Action::Decompress;
        settings.stdout = command == "bzcat";
    }
    let (mut best, mut names) = (9, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => settings.stdout = true,
            Item::Option('d', _) => settings.action = Action::Decompress,
            Item::Option('z', _) => settings.action = Action::Compress,
            Item::Option('f', _) => settings.force = true,
            Item::Option('k', _) => settings.keep = true,
            Item::Option('q', _) => settings.quiet += 1,
            Item::Option('t', _) => settings.action = Action::Test,
            Item::Option('v', _) => settings.verbose += 1,
            Item::Option(letter, _) => best = level(letter).unwrap_or(best),
            Item::Operand(name) => names.push(name),
        }
    }
    let width = names.iter().map(Vec::len).max().unwrap_or(0).max("(stdin)".len());
    Ok(run(&Bzip2 { command, settings, level: best, width }, &names))
}

fn shown(name: Option<&[u8]>) -> String {
    name.map_or_else(|| "(stdin)".into(), lossy)
}

impl Tool for Bzip2 {
    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn output_name(&self, name: &[u8]) -> Result<Vec<u8>, Trouble> {
        if self.settings.action != Action::Compress {
            return Ok(strip(name, SUFFIXES).unwrap_or_else(|| [name, b".out"].concat()));
        }
        match SUFFIXES.into_iter().find(|(suffix, _)| name.ends_with(suffix)) {
            Some((suffix, _)) => Err(Trouble::HasSuffix(suffix.to_vec())),
            None => Ok([name, b".bz2"].concat()),
        }
    }

    fn decoder(&self, mut input: Input) -> io::Result<Opened> {
        if self.settings.force && self.settings.stdout && !input.peek(3)?.starts_with(b"BZh") {
            return Ok(Opened::new(Box::new(input)));
        }
        // Nothing is written for a file of another format.
        if !matches!(input.peek(4)?, [] | [b'B'] | [b'B', b'Z'] | [b'B', b'Z', b'h', ..]) {
            return Err(Damage::Format.into());
        }
        Ok(Opened::new(Box::new(Reader::new(input))))
    }

    fn encoder(&self, out: Box<dyn Write>, _: Option<&[u8]>, _: Option<i64>) -> io::Result<Box<dyn Encoder>> {
        Ok(Box::new(Writer::new(out, self.level)))
    }

    fn begin(&self, name: Option<&[u8]>) {
        let decompress = self.settings.action == Action::Decompress && !self.settings.stdout;
        if let Some(name) = name.filter(|name| decompress && strip(name, SUFFIXES).is_none()) {
            let name = lossy(name);
            complain(&self.command, format_args!("Can't guess original name for {name} -- using {name}.out"));
        }
        if self.settings.verbose > 0 {
            let shown = shown(name);
            say(format!("  {shown}: {:1$}", "", self.width.saturating_sub(shown.len())));
        }
    }

    fn trouble(&self, name: Option<&[u8]>, trouble: &Trouble) -> u8 {
        let shown = shown(name);
        let test = self.settings.action == Action::Test;
        let say = |text: String| say(format!("{}: {text}\n", self.command));
        match trouble {
            Trouble::Open(errno) => say(format!("Can't open input file {shown}: {errno}.")),
            Trouble::Directory => say(format!("Input file {shown} is a directory.")),
            Trouble::Symlink | Trouble::Irregular => say(format!("Input file {shown} is not a normal file.")),
            Trouble::Links(n) => {
                let plural = if *n == 1 { "" } else { "s" };
                say(format!("Input file {shown} has {n} other link{plural}."));
            }
            Trouble::HasSuffix(suffix) => say(format!("Input file {shown} already has {} suffix.", lossy(suffix))),
            Trouble::UnknownSuffix => say(format!("Can't guess original name for {shown}.")),
            Trouble::Exists(output) => say(format!("Output file {} already exists.", lossy(output))),
            Trouble::Create(output, errno) => say(format!("Can't create output file {}: {errno}.", lossy(output))),
            Trouble::Terminal => {
                say("I won't write compressed data to a terminal.".into());
                say(format!("For help, type: `{} --help'.", self.command));
            }
            Trouble::Read(errno) | Trouble::Write(errno) => {
                say(format!("I/O or other error, bailing out.  Possible reason follows.\n{}: {errno}", self.command));
            }
            Trouble::Damaged(damage, _) if damage.is_harmless() => {
                if self.settings.quiet == 0 {
                    if self.settings.verbose == 0 {
                        say(format!("{shown}: trailing garbage after EOF ignored"));
                    } else {
                        super::say("trailing garbage after EOF ignored\n");
                    }
                }
                return 0;
            }
            Trouble::Damaged(Damage::Format, _) if test => {
                say(format!("{shown}: bad magic number (file not created by bzip2)"));
                return 2;
            }
            Trouble::Damaged(Damage::Format, _) => {
                say(format!("{shown} is not a bzip2 file."));
                return 2;
            }
            Trouble::Damaged(damage, _) if test => {
                say(match damage {
                    Damage::Truncated => format!("{shown}: file ends unexpectedly"),
                    _ => format!("{shown}: data integrity (CRC) error in data"),
                });
                return 2;
            }
            Trouble::Damaged(damage, output) => {
                super::say("\n");
                say(match damage {
                    Damage::Truncated => "Compressed file ends unexpectedly;\n\tperhaps it is corrupted?".into(),
                    _ => "Data integrity error when decompressing.".into(),
                });
                let to = output.as_deref().map_or_else(|| "(stdout)".into(), lossy);
                super::say(format!("\tInput file = {shown}, output file = {to}\n"));
                if output.is_some() {
                    say(format!("Deleting output file {to}, if it exists."));
                }
                return 2;
            }
        }
        1
    }

    fn done(&self, done: &Done<'_>) {
        if self.settings.verbose == 0 {
            return;
        }
        match self.settings.action {
            Action::Compress if done.read == 0 => say(" no data compressed.\n"),
            Action::Compress => {
                let (read, written) = (done.read as f64, done.written as f64);
                say(format!(
                    "{:6.3}:1, {:6.3} bits/byte, {:5.2}% saved, {} in, {} out.\n",
                    read / written,
                    written * 8.0 / read,
                    100.0 * (1.0 - written / read),
                    done.read,
                    done.written
                ));
            }
            Action::Test => say("ok\n"),
            _ => say("done\n"),
        }
    }

    fn worse(&self, a: u8, b: u8) -> u8 {
        a.max(b)
    }
}

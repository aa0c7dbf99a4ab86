//! cpio.

mod copy_in;
mod copy_out;
mod header;
mod pass;

use crate::input::Input;
use agentfense_support::glob::Glob;
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use header::Format;

const HELP: &str = "\
{} -o|-i|-p [OPTION]... [DIRECTORY | PATTERN...]
Copy files to and from archives: -o stores the files whose names come on standard input, -i extracts,
-p copies the files whose names come on standard input to DIRECTORY.

  -t, --list                 list the archive
  -0, --null                 names end with a zero instead of a newline
  -d, --make-directories     create leading directories where needed
  -u, --unconditional        replace all files
  -m, --preserve-modification-time
  -H, --format=FORMAT        bin (default for -o), odc, newc or crc; found out by -i
  -c                         the same as -H odc
  -F, --file=FILE  -I FILE  -O FILE   the archive, instead of the standard streams
  -D, --directory=DIR        change to directory DIR
  -E, --pattern-file=FILE    read patterns from FILE
  -f, --nonmatching          only files that match none of the patterns
  -L, --dereference          store what symbolic links point at
  -l, --link                 with -p, link files instead of copying them
  -R, --owner=[USER][:GROUP] store this owner
  -n, --numeric-uid-gid      list numbers for owners
  -v, --verbose              list the files
      --to-stdout            extract files to standard output
      --quiet                do not print the number of blocks
      --absolute-filenames   keep leading slashes; otherwise names stay below the directory";

const LONGS: &[Long] = &[
    ("create", Takes::Nothing, 'o'),
    ("extract", Takes::Nothing, 'i'),
    ("pass-through", Takes::Nothing, 'p'),
    ("list", Takes::Nothing, 't'),
    ("null", Takes::Nothing, '0'),
    ("make-directories", Takes::Nothing, 'd'),
    ("unconditional", Takes::Nothing, 'u'),
    ("preserve-modification-time", Takes::Nothing, 'm'),
    ("format", Takes::Argument, 'H'),
    ("file", Takes::Argument, 'F'),
    ("directory", Takes::Argument, 'D'),
    ("pattern-file", Takes::Argument, 'E'),
    ("nonmatching", Takes::Nothing, 'f'),
    ("dereference", Takes::Nothing, 'L'),
    ("link", Takes::Nothing, 'l'),
    ("owner", Takes::Argument, 'R'),
    ("numeric-uid-gid", Takes::Nothing, 'n'),
    ("verbose", Takes::Nothing, 'v'),
    ("to-stdout", Takes::Nothing, '\u{1}'),
    ("quiet", Takes::Nothing, '\u{2}'),
    ("absolute-filenames", Takes::Nothing, '\u{3}'),
    ("no-absolute-filenames", Takes::Nothing, 'k'),
    ("reproducible", Takes::Nothing, 'k'),
    ("reset-access-time", Takes::Nothing, 'a'),
    ("no-preserve-owner", Takes::Nothing, 'k'),
    ("sparse", Takes::Nothing, 'k'),
    ("block-size", Takes::Argument, 'C'),
];

/// The name of the member that ends an archive.
const TRAILER: &[u8] = b"TRAILER!!!";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Out,
    In,
    Pass,
}

/// Everything that a command line says.
#[derive(Default)]
struct Settings {
    list: bool,
    null: bool,
    directories: bool,
    unconditional: bool,
    times: bool,
    format: Option<Format>,
    file: Option<Vec<u8>>,
    directory: Vec<u8>,
    patterns: Vec<Glob>,
    nonmatching: bool,
    dereference: bool,
    link: bool,
    owner: (Option<u32>, Option<u32>),
    numeric: bool,
    verbose: bool,
    to_stdout: bool,
    quiet: bool,
    absolute: bool,
}

/// An error of the whole call.
fn fatal(message: impl Into<String>) -> Failure {
    Failure::new(message).status(2)
}

/// Runs cpio.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "oipt0dumH:cF:I:O:D:E:fLlR:nvVkaBC:", LONGS, HELP);
    let mut settings = Settings::default();
    let (mut action, mut operands) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter @ ('o' | 'i' | 'p'), _) => {
                let wanted = match letter {
                    'o' => Action::Out,
                    'i' => Action::In,
                    _ => Action::Pass,
                };
                if action.is_some_and(|action| action != wanted) {
                    return Err(mistake("Mode already defined"));
                }
                action = Some(wanted);
            }
            Item::Option('t', _) => settings.list = true,
            Item::Option('0', _) => settings.null = true,
            Item::Option('d', _) => settings.directories = true,
            Item::Option('u', _) => settings.unconditional = true,
            Item::Option('m', _) => settings.times = true,
            Item::Option('c', _) => settings.format = Some(Format::Odc),
            Item::Option('H', value) => {
                settings.format = Some(match value.to_ascii_lowercase().as_slice() {
                    b"bin" => Format::Bin,
                    b"odc" => Format::Odc,
                    b"newc" => Format::Newc,
                    b"crc" => Format::Crc,
                    _ => return Err(mistake(&format!("invalid archive format '{}'", lossy(&value)))),
                });
            }
            Item::Option('F' | 'I' | 'O', value) => settings.file = Some(value),
            Item::Option('D', value) => settings.directory = value,
            Item::Option('E', value) => {
                let text = agentfense_support::read::whole(&value)
                    .map_err(|errno| fatal(format!("{}: Cannot open: {errno}", lossy(&value))))?;
                let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
                settings.patterns.extend(lines.map(|line| Glob::new(line, false)));
            }
            Item::Option('f', _) => settings.nonmatching = true,
            Item::Option('L', _) => settings.dereference = true,
            Item::Option('l', _) => settings.link = true,
            Item::Option('R', value) => settings.owner = owner(&lossy(&value))?,
            Item::Option('n', _) => settings.numeric = true,
            Item::Option('v', _) => settings.verbose = true,
            Item::Option('\u{1}', _) => settings.to_stdout = true,
            Item::Option('\u{2}', _) => settings.quiet = true,
            Item::Option('\u{3}', _) => settings.absolute = true,
            Item::Option(..) => {}
            Item::Operand(name) => operands.push(name),
        }
    }
    let action = action.or(settings.list.then_some(Action::In));
    match action {
        None => Err(mistake("You must specify one of -oipt options.")),
        Some(Action::Out) => copy_out::run(&settings),
        Some(Action::In) => {
            settings.patterns.extend(operands.iter().map(|operand| Glob::new(operand, false)));
            copy_in::run(&settings)
        }
        Some(Action::Pass) => match operands.as_slice() {
            [directory] => pass::run(&settings, directory),
            [] => Err(mistake("You must specify one of -oipt options.")),
            _ => Err(mistake("Too many arguments")),
        },
    }
}

fn mistake(message: &str) -> Failure {
    fatal(format!("{message}\nTry 'cpio --help' or 'cpio --usage' for more information."))
}

/// `USER`, `USER:GROUP` or `:GROUP`; a dot separates, too.
fn owner(text: &str) -> Result<(Option<u32>, Option<u32>), Failure> {
    let (user, group) = text.split_once([':', '.']).unwrap_or((text, ""));
    let id = |name: &str, table: Names, what: &str| match name {
        "" => Ok(None),
        name => table.id(name).map(Some).ok_or_else(|| mistake(&format!("{name}: invalid {what}"))),
    };
    Ok((id(user, Names::users(), "user")?, id(group, Names::groups(), "group")?))
}

/// Opens the archive.
fn archive(settings: &Settings, write: bool) -> Result<OpenFile, Failure> {
    let flags = if write { OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE } else { OpenFlags::READ };
    match &settings.file {
        Some(file) => {
            files::open(file, flags, 0o666).map_err(|errno| fatal(format!("Cannot open {}: {errno}", lossy(file))))
        }
        None => OpenFile::inherited(u32::from(write)).ok_or_else(|| fatal(Errno::Badf.to_string())),
    }
}

/// The names on standard input.
struct NamesOnInput {
    input: Input,
    end: u8,
}

impl NamesOnInput {
    fn new(settings: &Settings) -> Result<NamesOnInput, Failure> {
        let stdin = OpenFile::inherited(0).ok_or_else(|| fatal(Errno::Badf.to_string()))?;
        Ok(NamesOnInput { input: Input::new(stdin), end: if settings.null { 0 } else { b'\n' } })
    }

    fn next_name(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        use std::io::BufRead;
        loop {
            let mut name = Vec::new();
            let read = self.input.read_until(self.end, &mut name).map_err(|error| fatal(error.to_string()))?;
            if read == 0 {
                return Ok(None);
            }
            name.pop_if(|last| *last == self.end);
            if !name.is_empty() {
                return Ok(Some(name));
            }
        }
    }
}

/// Says how much was read or written.
fn blocks(settings: &Settings, bytes: u64) {
    if !settings.quiet {
        let blocks = bytes.div_ceil(512);
        crate::compress::say(format!("{blocks} block{}\n", if blocks == 1 { "" } else { "s" }));
    }
}

/// A message about one file.
fn tell(message: std::fmt::Arguments<'_>) {
    complain("cpio", message);
}

/// A name below the directory of `-D`.
fn below(settings: &Settings, name: &[u8]) -> Vec<u8> {
    if settings.directory.is_empty() || name.starts_with(b"/") {
        return name.to_vec();
    }
    agentfense_support::walk::join(&settings.directory, name)
}

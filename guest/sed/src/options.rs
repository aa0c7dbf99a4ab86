//! The command line.

use crate::{BAD_USAGE, Stop};

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...

  -n, --quiet, --silent       do not print the pattern space at the end of each cycle
  -e, --expression=SCRIPT     add SCRIPT to the commands
  -f, --file=FILE             add the content of FILE to the commands
  -E, -r, --regexp-extended   use extended regular expressions
  -i[SUFFIX], --in-place[=SUFFIX]
                              edit files in place; with SUFFIX, keep the old ones
      --follow-symlinks       edit what symbolic links point to
  -l, --line-length=N         the length of the lines that `l' writes
  -s, --separate              take each file as a stream of its own
  -u, --unbuffered            read no more than needed, write each line at once
  -z, --null-data             lines end with NUL, not newline
      --posix                 without GNU's extensions where they differ from POSIX
      --sandbox               refuse the commands e, r and w
      --help                  print this help and exit
      --version               print the version and exit
";

/// How a run differs from the usual.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub quiet: bool,
    pub extended: bool,
    pub separate: bool,
    /// Edit in place, keeping the old file under a name made of this when it is not empty.
    pub in_place: Option<Vec<u8>>,
    pub follow_symlinks: bool,
    pub unbuffered: bool,
    pub delimiter: u8,
    pub posix: bool,
    pub sandbox: bool,
    pub line_length: usize,
}

/// A piece of the script.
#[derive(Debug)]
pub(crate) enum Source {
    /// The text itself: `-e`.
    Text(Vec<u8>),
    /// The name of a file that holds it: `-f`.
    File(Vec<u8>),
}

/// A run: what to do, and with which files.
#[derive(Debug)]
pub(crate) struct Job {
    pub scripts: Vec<Source>,
    pub files: Vec<Vec<u8>>,
    pub settings: Settings,
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Run(Box<Job>),
    /// Text for standard output.
    Print(String),
    /// It is no command line; with a complaint, or there was no script.
    Usage(Option<String>),
}

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    Argument,
    Optional,
}

/// The long options: name, what each takes, the letter that it stands for.
const LONGS: &[(&str, Takes, u8)] = &[
    ("quiet", Takes::Nothing, b'n'),
    ("silent", Takes::Nothing, b'n'),
    ("expression", Takes::Argument, b'e'),
    ("file", Takes::Argument, b'f'),
    ("regexp-extended", Takes::Nothing, b'E'),
    ("in-place", Takes::Optional, b'i'),
    ("follow-symlinks", Takes::Nothing, 1),
    ("line-length", Takes::Argument, b'l'),
    ("separate", Takes::Nothing, b's'),
    ("unbuffered", Takes::Nothing, b'u'),
    ("null-data", Takes::Nothing, b'z'),
    ("zero-terminated", Takes::Nothing, b'z'),
    ("binary", Takes::Nothing, b'b'),
    ("posix", Takes::Nothing, 2),
    ("sandbox", Takes::Nothing, 3),
    ("help", Takes::Nothing, b'h'),
    ("version", Takes::Nothing, 4),
];

/// Reads the command line; the program's name is first.
pub(crate) fn read(args: &[Vec<u8>]) -> Result<Invocation, Stop> {
    let mut settings = Settings {
        quiet: false,
        extended: false,
        separate: false,
        in_place: None,
        follow_symlinks: false,
        unbuffered: false,
        delimiter: b'\n',
        posix: false,
        sandbox: false,
        line_length: 70,
    };
    let (mut scripts, mut operands) = (Vec::new(), Vec::new());
    let mut args = args.iter().skip(1);
    while let Some(arg) = args.next() {
        if arg == b"--" {
            operands.extend(args.by_ref().cloned());
            break;
        }
        if arg.len() < 2 || arg[0] != b'-' {
            operands.push(arg.clone());
            continue;
        }
        let mut found = Vec::new();
        if let Some(long) = arg.strip_prefix(b"--") {
            match read_long(long, &mut args) {
                Ok(option) => found.push(option),
                Err(complaint) => return Ok(Invocation::Usage(Some(complaint))),
            }
        } else {
            let mut group = &arg[1..];
            while let Some((&letter, rest)) = group.split_first() {
                group = rest;
                let value = match letter {
                    b'e' | b'f' | b'l' if !rest.is_empty() => std::mem::take(&mut group).to_vec(),
                    b'e' | b'f' | b'l' => match args.next() {
                        Some(value) => value.clone(),
                        None => {
                            let complaint = format!("option requires an argument -- '{}'", char::from(letter));
                            return Ok(Invocation::Usage(Some(complaint)));
                        }
                    },
                    b'i' => std::mem::take(&mut group).to_vec(),
                    b'n' | b'E' | b'r' | b's' | b'u' | b'z' | b'b' | b'h' => Vec::new(),
                    _ => {
                        let complaint = format!("invalid option -- '{}'", char::from(letter));
                        return Ok(Invocation::Usage(Some(complaint)));
                    }
                };
                found.push((letter, value));
            }
        }
        for (letter, value) in found {
            match letter {
                b'n' => settings.quiet = true,
                b'e' => scripts.push(Source::Text(value)),
                b'f' => scripts.push(Source::File(value)),
                b'E' | b'r' => settings.extended = true,
                b'i' => {
                    settings.separate = true;
                    settings.in_place = Some(value);
                }
                1 => settings.follow_symlinks = true,
                b'l' => settings.line_length = line_length(&value)?,
                b's' => settings.separate = true,
                b'u' => settings.unbuffered = true,
                b'z' => settings.delimiter = 0,
                2 => settings.posix = true,
                3 => settings.sandbox = true,
                b'h' => return Ok(Invocation::Print(HELP.to_owned())),
                4 => {
                    let version = env!("CARGO_PKG_VERSION");
                    return Ok(Invocation::Print(format!("sed (agentfense {version}, compatible with GNU sed) 4.9\n")));
                }
                // Binary mode is the only one there is.
                _ => {}
            }
        }
    }
    if scripts.is_empty() {
        if operands.is_empty() {
            return Ok(Invocation::Usage(None));
        }
        scripts.push(Source::Text(operands.remove(0)));
    }
    Ok(Invocation::Run(Box::new(Job { scripts, files: operands, settings })))
}

fn line_length(value: &[u8]) -> Result<usize, Stop> {
    let text = String::from_utf8_lossy(value);
    text.trim().parse().map_err(|_| Stop::new(BAD_USAGE, format!("invalid line length: {text}")))
}

/// A long option without its dashes: the letter and the argument, or a complaint.
fn read_long<'a>(long: &[u8], args: &mut impl Iterator<Item = &'a Vec<u8>>) -> Result<(u8, Vec<u8>), String> {
    let (name, value) = match memchr::memchr(b'=', long) {
        Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
        None => (long, None),
    };
    let shown = String::from_utf8_lossy(name);
    let mut matching: Vec<_> = LONGS.iter().filter(|(long, ..)| long.as_bytes().starts_with(name)).collect();
    if let Some(&exact) = matching.iter().find(|(long, ..)| long.as_bytes() == name) {
        matching = vec![exact];
    }
    let Some(&&(long, takes, letter)) = matching.first() else {
        return Err(format!("unrecognized option '--{shown}'"));
    };
    if matching.iter().any(|other| other.2 != letter) {
        let names: Vec<_> = matching.iter().map(|(long, ..)| format!("'--{long}'")).collect();
        return Err(format!("option '--{shown}' is ambiguous; possibilities: {}", names.join(" ")));
    }
    match (takes, value) {
        (Takes::Nothing, Some(_)) => Err(format!("option '--{long}' doesn't allow an argument")),
        (Takes::Argument, None) => match args.next() {
            Some(value) => Ok((letter, value.clone())),
            None => Err(format!("option '--{long}' requires an argument")),
        },
        (_, value) => Ok((letter, value.unwrap_or_default())),
    }
}

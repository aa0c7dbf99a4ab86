//! What grep is told to do.

use agentfense_regex::Syntax;
use agentfense_support::glob::Glob;
use agentfense_support::identity;
use agentfense_support::options::{number, size};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Takes, quote};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use std::io::Read;

const HELP: &str = "\
{} [OPTION]... PATTERNS [FILE]...
Search for PATTERNS in each FILE. With -r and no FILE, search the working directory.

Pattern selection and interpretation:
  -E, --extended-regexp     PATTERNS are extended regular expressions
  -F, --fixed-strings       PATTERNS are strings
  -G, --basic-regexp        PATTERNS are basic regular expressions
  -P, --perl-regexp         PATTERNS are Perl regular expressions
  -e, --regexp=PATTERNS     use PATTERNS for matching
  -f, --file=FILE           take PATTERNS from FILE
  -i, --ignore-case         ignore case distinctions in patterns and data
      --no-ignore-case      do not ignore case distinctions (default)
  -w, --word-regexp         match only whole words
  -x, --line-regexp         match only whole lines
  -z, --null-data           a data line ends in 0 byte, not newline

Miscellaneous:
  -s, --no-messages         suppress error messages
  -v, --invert-match        select non-matching lines

Output control:
  -m, --max-count=NUM       stop after NUM selected lines
  -b, --byte-offset         print the byte offset with output lines
  -n, --line-number         print line number with output lines
      --line-buffered       flush output on every line
  -H, --with-filename       print file name with output lines
  -h, --no-filename         suppress the file name prefix on output
      --label=LABEL         use LABEL as the standard input file name prefix
  -o, --only-matching       show only nonempty parts of lines that match
  -q, --quiet, --silent     suppress all normal output
      --binary-files=TYPE   assume that binary files are TYPE: binary, text, without-match
  -a, --text                equivalent to --binary-files=text
  -I                        equivalent to --binary-files=without-match
  -d, --directories=ACTION  how to handle directories: read, recurse, skip
  -D, --devices=ACTION      how to handle devices, FIFOs and sockets: read, skip
  -r, --recursive           like --directories=recurse
  -R, --dereference-recursive  likewise, but follow all symlinks
      --include=GLOB        search only files that match GLOB
      --exclude=GLOB        skip files that match GLOB
      --exclude-from=FILE   skip files that match any file pattern from FILE
      --exclude-dir=GLOB    skip directories that match GLOB
  -L, --files-without-match  print only names of FILEs with no selected lines
  -l, --files-with-matches  print only names of FILEs with selected lines
  -c, --count               print only a count of selected lines per FILE
  -T, --initial-tab         make tabs line up (if needed)
  -Z, --null                print 0 byte after FILE name

Context control:
  -B, --before-context=NUM  print NUM lines of leading context
  -A, --after-context=NUM   print NUM lines of trailing context
  -C, --context=NUM         print NUM lines of output context
      --group-separator=SEP print SEP on line between matches with context
      --no-group-separator  do not print separator for matches with context
      --color[=WHEN]        mark the matching strings: always, never, auto

When FILE is '-', read standard input. Exit status is 0 if any line is selected, 1
otherwise; if any error occurs and -q is not given, the exit status is 2.";

const SHORTS: &str = "0123456789A:B:C:D:EFGHILPRTUVZabcd:e:f:hilm:noqrsuvwxyz";
const LONGS: &[Long] = &[
    ("after-context", Takes::Argument, 'A'),
    ("basic-regexp", Takes::Nothing, 'G'),
    ("before-context", Takes::Argument, 'B'),
    ("binary", Takes::Nothing, 'U'),
    ("binary-files", Takes::Argument, '\u{1}'),
    ("byte-offset", Takes::Nothing, 'b'),
    ("color", Takes::Optional, '\u{2}'),
    ("colour", Takes::Optional, '\u{2}'),
    ("context", Takes::Argument, 'C'),
    ("count", Takes::Nothing, 'c'),
    ("dereference-recursive", Takes::Nothing, 'R'),
    ("devices", Takes::Argument, 'D'),
    ("directories", Takes::Argument, 'd'),
    ("exclude", Takes::Argument, '\u{3}'),
    ("exclude-dir", Takes::Argument, '\u{4}'),
    ("exclude-from", Takes::Argument, '\u{5}'),
    ("extended-regexp", Takes::Nothing, 'E'),
    ("file", Takes::Argument, 'f'),
    ("files-with-matches", Takes::Nothing, 'l'),
    ("files-without-match", Takes::Nothing, 'L'),
    ("fixed-regexp", Takes::Nothing, 'F'),
    ("fixed-strings", Takes::Nothing, 'F'),
    ("group-separator", Takes::Argument, '\u{6}'),
    ("ignore-case", Takes::Nothing, 'i'),
    ("include", Takes::Argument, '\u{7}'),
    ("initial-tab", Takes::Nothing, 'T'),
    ("invert-match", Takes::Nothing, 'v'),
    ("label", Takes::Argument, '\u{8}'),
    ("line-buffered", Takes::Nothing, '\u{9}'),
    ("line-number", Takes::Nothing, 'n'),
    ("line-regexp", Takes::Nothing, 'x'),
    ("max-count", Takes::Argument, 'm'),
    ("no-filename", Takes::Nothing, 'h'),
    ("no-group-separator", Takes::Nothing, '\u{a}'),
    ("no-ignore-case", Takes::Nothing, '\u{b}'),
    ("no-messages", Takes::Nothing, 's'),
    ("null", Takes::Nothing, 'Z'),
    ("null-data", Takes::Nothing, 'z'),
    ("only-matching", Takes::Nothing, 'o'),
    ("perl-regexp", Takes::Nothing, 'P'),
    ("quiet", Takes::Nothing, 'q'),
    ("recursive", Takes::Nothing, 'r'),
    ("regexp", Takes::Argument, 'e'),
    ("silent", Takes::Nothing, 'q'),
    ("text", Takes::Nothing, 'a'),
    ("with-filename", Takes::Nothing, 'H'),
    ("word-regexp", Takes::Nothing, 'w'),
];

/// What to do with a directory among the files.
#[derive(Clone, Copy, PartialEq)]
pub enum Directories {
    Read,
    Skip,
    Recurse,
}

/// What to do with a device, a FIFO or a socket.
#[derive(Clone, Copy, PartialEq)]
pub enum Devices {
    Read,
    /// Read those that are named, skip those that are met in a tree.
    ReadNamed,
    Skip,
}

/// What to do with a file that is no text.
#[derive(Clone, Copy, PartialEq)]
pub enum Binary {
    /// Say that it matches.
    Tell,
    Text,
    WithoutMatch,
}

/// Names instead of lines.
#[derive(Clone, Copy, PartialEq)]
pub enum List {
    Matching,
    NotMatching,
}

/// Everything that was told.
pub struct Settings {
    pub patterns: Vec<Vec<u8>>,
    pub syntax: Syntax,
    pub ignore_case: bool,
    pub bytes: bool,
    pub words: bool,
    pub whole_lines: bool,
    pub line_end: u8,
    pub invert: bool,
    pub no_messages: bool,
    pub max_count: Option<u64>,
    pub byte_offset: bool,
    pub line_number: bool,
    pub line_buffered: bool,
    pub with_name: bool,
    pub label: Vec<u8>,
    pub only_matching: bool,
    pub quiet: bool,
    pub binary: Binary,
    pub directories: Directories,
    pub devices: Devices,
    pub follow: bool,
    pub list: Option<List>,
    pub count: bool,
    pub initial_tab: bool,
    pub nul_after_name: bool,
    /// Any option for context was there, be it for no lines: then groups are apart.
    pub context: bool,
    pub before: usize,
    pub after: usize,
    pub separator: Option<Vec<u8>>,
    pub color: bool,
    pub files: Vec<Vec<u8>>,
    /// Whether `.` was named, and did not come of a missing operand.
    pub dot_given: bool,
    include: Vec<Glob>,
    exclude: Vec<Glob>,
    exclude_dir: Vec<Glob>,
}

fn any(globs: &[Glob], path: &[u8]) -> bool {
    let base = path.rsplit(|&b| b == b'/').next().unwrap_or(path);
    globs.iter().any(|glob| glob.matches(base) || glob.matches(path))
}

impl Settings {
    /// Whether `--include` and `--exclude` leave a file out.
    pub fn skips_file(&self, path: &[u8]) -> bool {
        (!self.include.is_empty() && !any(&self.include, path)) || any(&self.exclude, path)
    }

    /// Whether `--exclude-dir` leaves a directory out.
    pub fn skips_directory(&self, path: &[u8], named: bool) -> bool {
        let path = match path {
            [rest @ .., b'/'] if !rest.is_empty() => rest,
            path => path,
        };
        // `.` itself is not what `--exclude-dir=.*` means.
        !(named && path == b".") && any(&self.exclude_dir, path)
    }
}

/// Reads the command line.
pub fn read(args: Vec<Vec<u8>>, syntax: Syntax) -> Result<Settings, Failure> {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut settings = Settings {
        patterns: Vec::new(),
        syntax,
        ignore_case: false,
        bytes: c_locale(),
        words: false,
        whole_lines: false,
        line_end: b'\n',
        invert: false,
        no_messages: false,
        max_count: None,
        byte_offset: false,
        line_number: false,
        line_buffered: false,
        with_name: false,
        label: b"(standard input)".to_vec(),
        only_matching: false,
        quiet: false,
        binary: Binary::Tell,
        directories: Directories::Read,
        devices: Devices::ReadNamed,
        follow: false,
        list: None,
        count: false,
        initial_tab: false,
        nul_after_name: false,
        context: false,
        before: 0,
        after: 0,
        separator: Some(b"--".to_vec()),
        color: false,
        files: Vec::new(),
        dot_given: true,
        include: Vec::new(),
        exclude: Vec::new(),
        exclude_dir: Vec::new(),
    };
    let (mut given, mut with_name, mut operands) = (false, None, Vec::new());
    let (mut before, mut after, mut around): (Option<usize>, Option<usize>, Option<usize>) = (None, None, None);
    let mut digits_follow = false;
    while let Some(item) = options.next_item()? {
        let digit = matches!(item, Item::Option('0'..='9', _));
        match item {
            Item::Operand(value) => operands.push(value),
            Item::Option(letter, value) => match letter {
                '0'..='9' => {
                    // `-15` is `-C 15`; each digit comes by itself.
                    let so_far = if digits_follow { around.unwrap_or(0) } else { 0 };
                    let digit = letter as usize - '0' as usize;
                    around = Some(so_far.saturating_mul(10).saturating_add(digit));
                }
                'A' => after = Some(length(&value)?),
                'B' => before = Some(length(&value)?),
                'C' => around = Some(length(&value)?),
                'D' => {
                    settings.devices = match value.as_slice() {
                        b"read" => Devices::Read,
                        b"skip" => Devices::Skip,
                        _ => return Err(Failure::new("unknown devices method").status(2)),
                    };
                }
                'E' => settings.syntax = Syntax::Extended,
                'F' => settings.syntax = Syntax::Fixed,
                'G' => settings.syntax = Syntax::Basic,
                'P' => settings.syntax = Syntax::Perl,
                'H' => with_name = Some(true),
                'h' => with_name = Some(false),
                'I' => settings.binary = Binary::WithoutMatch,
                'a' => settings.binary = Binary::Text,
                '\u{1}' => {
                    settings.binary = match value.as_slice() {
                        b"binary" => Binary::Tell,
                        b"text" => Binary::Text,
                        b"without-match" => Binary::WithoutMatch,
                        _ => {
                            let message = "invalid argument";
                            return Err(
                                Failure::usage(format!("{message} {} for '--binary-files'", quote(&value))).status(2)
                            );
                        }
                    };
                }
                'L' => settings.list = Some(List::NotMatching),
                'l' => settings.list = Some(List::Matching),
                'r' => {
                    settings.directories = Directories::Recurse;
                    settings.follow = false;
                }
                'R' => {
                    settings.directories = Directories::Recurse;
                    settings.follow = true;
                }
                'd' => {
                    settings.directories = match value.as_slice() {
                        b"read" => Directories::Read,
                        b"skip" => Directories::Skip,
                        b"recurse" => Directories::Recurse,
                        _ => {
                            let value = quote(&value);
                            return Err(
                                Failure::usage(format!("invalid argument {value} for '--directories'")).status(2)
                            );
                        }
                    };
                }
                'T' => settings.initial_tab = true,
                'V' => {
                    println!("{}", identity::of("grep"));
                    return Err(Failure::quiet(0));
                }
                'Z' => settings.nul_after_name = true,
                'b' => settings.byte_offset = true,
                'c' => settings.count = true,
                'e' => {
                    given = true;
                    add_patterns(&mut settings.patterns, &value);
                }
                'f' => {
                    given = true;
                    let mut text = read_file(&value)?;
                    // The newline at the end belongs to the last pattern; an empty file has none.
                    if text.last() == Some(&b'\n') {
                        text.pop();
                    } else if text.is_empty() {
                        continue;
                    }
                    add_patterns(&mut settings.patterns, &text);
                }
                'i' | 'y' => settings.ignore_case = true,
                '\u{b}' => settings.ignore_case = false,
                'm' => {
                    let count: i64 =
                        number("max count", &value).map_err(|_| Failure::new("invalid max count").status(2))?;
                    settings.max_count = u64::try_from(count).ok();
                }
                'n' => settings.line_number = true,
                'o' => settings.only_matching = true,
                'q' => settings.quiet = true,
                's' => settings.no_messages = true,
                'v' => settings.invert = true,
                'w' => settings.words = true,
                'x' => settings.whole_lines = true,
                'z' => settings.line_end = 0,
                '\u{2}' => {
                    settings.color = match value.as_slice() {
                        b"" | b"auto" | b"tty" | b"if-tty" => {
                            OpenFile::inherited(1).is_some_and(|file| file.is_terminal())
                        }
                        b"always" | b"yes" | b"force" => true,
                        b"never" | b"no" | b"none" => false,
                        _ => {
                            return Err(
                                Failure::usage(format!("invalid argument {} for '--color'", quote(&value))).status(2)
                            );
                        }
                    };
                }
                '\u{3}' => settings.exclude.push(Glob::new(&value, false)),
                '\u{4}' => {
                    let value = match value.as_slice() {
                        [rest @ .., b'/'] if !rest.is_empty() => rest,
                        value => value,
                    };
                    settings.exclude_dir.push(Glob::new(value, false));
                }
                '\u{5}' => {
                    let text = read_file(&value)?;
                    let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
                    settings.exclude.extend(lines.map(|line| Glob::new(line, false)));
                }
                '\u{6}' => settings.separator = Some(value),
                '\u{a}' => settings.separator = None,
                '\u{7}' => settings.include.push(Glob::new(&value, false)),
                '\u{8}' => settings.label = value,
                '\u{9}' => settings.line_buffered = true,
                _ => {}
            },
        }
        digits_follow = digit;
    }
    if !given {
        if operands.is_empty() {
            if let Some(stderr) = OpenFile::inherited(2) {
                let _ = stderr.write_bytes(
                    b"Usage: grep [OPTION]... PATTERNS [FILE]...
",
                );
            }
            return Err(Failure { message: String::new(), status: Some(2), usage: true });
        }
        let pattern = operands.remove(0);
        add_patterns(&mut settings.patterns, &pattern);
    }
    settings.context = before.or(after).or(around).is_some();
    settings.before = before.or(around).unwrap_or(0);
    settings.after = after.or(around).unwrap_or(0);
    let recursive = settings.directories == Directories::Recurse;
    settings.with_name = with_name.unwrap_or(recursive || operands.len() > 1);
    if operands.is_empty() {
        settings.dot_given = false;
        operands.push(if recursive { b".".to_vec() } else { b"-".to_vec() });
    } else if recursive && with_name.is_none() && operands.len() == 1 {
        // One file that is no directory has no name before its lines.
        let directory = files::stat(&operands[0], true).is_ok_and(|stat| stat.kind == files::FileType::Directory);
        settings.with_name = directory;
    }
    settings.files = operands;
    if settings.quiet || settings.list.is_some() || settings.count {
        (settings.before, settings.after) = (0, 0);
    }
    Ok(settings)
}

/// Whether the environment asks for the C locale. UTF-8 is what a sandbox has otherwise.
fn c_locale() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| agentfense_sys::var(name).filter(|value| !value.is_empty()));
    locale.is_some_and(|name| name == b"C" || name == b"POSIX")
}

fn add_patterns(patterns: &mut Vec<Vec<u8>>, text: &[u8]) {
    patterns.extend(text.split(|&b| b == b'\n').map(<[u8]>::to_vec));
}

fn length(value: &[u8]) -> Result<usize, Failure> {
    size(value)
        .filter(|_| value.iter().all(u8::is_ascii_digit))
        .and_then(|length| usize::try_from(length).ok())
        .ok_or_else(|| Failure::new(format!("{}: invalid context length argument", lossy(value))).status(2))
}

fn read_file(name: &[u8]) -> Result<Vec<u8>, Failure> {
    let fail = |errno: String| Failure::new(format!("{}: {errno}", lossy(name))).status(2);
    let mut file = if name == b"-" {
        OpenFile::inherited(0).ok_or_else(|| fail("Bad file descriptor".into()))?
    } else {
        files::open(name, OpenFlags::READ, 0).map_err(|errno| fail(errno.to_string()))?
    };
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(|error| fail(agentfense_sys::error_text(&error)))?;
    Ok(text)
}

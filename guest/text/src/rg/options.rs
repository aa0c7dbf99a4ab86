//! What rg is told to do.

use agentfense_support::options::{number, size};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Takes, quote, read};
use agentfense_sys::files::OpenFile;

const HELP: &str = "\
{} [OPTIONS] PATTERN [PATH ...]
Search the files below the working directory, or PATH, for a regular expression. Hidden files, binary files and what
.gitignore, .ignore and .rgignore name are left out.

  -e, --regexp PATTERN       a pattern; can be repeated
  -f, --file FILE            patterns from FILE, one a line
  -F, --fixed-strings        patterns are strings
  -i, --ignore-case          ignore case
  -S, --smart-case           ignore case unless the pattern has upper case
  -s, --case-sensitive       heed case (default)
  -w, --word-regexp          match whole words
  -x, --line-regexp          match whole lines
  -v, --invert-match         select lines that do not match
  -U, --multiline            matches may span lines
      --multiline-dotall     . matches a newline with -U
      --no-unicode           characters are bytes

  -A, --after-context NUM    lines of context after a match
  -B, --before-context NUM   lines of context before a match
  -C, --context NUM          lines of context around a match
      --passthru             print every line
  -n, --line-number          print line numbers (-N: do not)
      --column               print columns
  -b, --byte-offset          print byte offsets
  -o, --only-matching        print the matching parts only
  -r, --replace TEXT         print matches replaced by TEXT
  -c, --count                print the number of matching lines
      --count-matches        print the number of matches
      --include-zero         with -c, files without matches, too
  -l, --files-with-matches   print the names of files with matches
      --files-without-match  print the names of files without matches
      --files                print the names of files that would be searched
  -m, --max-count NUM        at most NUM lines of each file
  -H, --with-filename        print names (-I: do not)
  -0, --null                 a NUL byte after names
      --heading              names above the matches (--no-heading: before each)
      --vimgrep              a line for each match, with its column
  -p, --pretty               colours, headings and line numbers
      --color WHEN           never, auto, always, ansi
      --trim                 without leading blanks
  -M, --max-columns NUM      leave out longer lines
      --context-separator T  between groups of context (--no-context-separator)
      --sort path            sort by path (which is always so)
  -q, --quiet                print nothing
      --stats                print statistics

  -g, --glob GLOB            include or (with !) exclude files; can be repeated
      --iglob GLOB           likewise, ignoring case
  -t, --type TYPE            only files of TYPE (-T: none of them)
      --type-list            print the types
      --type-add DEF         add a type: NAME:GLOB
  -., --hidden               hidden files, too
      --no-ignore            what is ignored, too (also --no-ignore-vcs, -dot, -parent)
  -u, --unrestricted         --no-ignore; twice with --hidden, thrice with --binary
  -L, --follow               follow symbolic links
  -d, --max-depth NUM        descend at most NUM directories
      --max-filesize NUM     leave out larger files (suffixes K, M, G)
  -a, --text                 binary files are text
      --binary               search binary files, too
      --crlf                 lines may end in a carriage return and a newline
      --ignore-file FILE     more rules like those of .gitignore";

const SHORTS: &str = "0A:B:C:E:FHILM:NPST:UVabcd:e:f:g:hij:lm:nopqr:st:uvwx.z";
const LONGS: &[Long] = &[
    ("after-context", Takes::Argument, 'A'),
    ("before-context", Takes::Argument, 'B'),
    ("binary", Takes::Nothing, '\u{1}'),
    ("byte-offset", Takes::Nothing, 'b'),
    ("case-sensitive", Takes::Nothing, 's'),
    ("color", Takes::Argument, '\u{2}'),
    ("colors", Takes::Argument, '\u{3}'),
    ("column", Takes::Nothing, '\u{4}'),
    ("context", Takes::Argument, 'C'),
    ("context-separator", Takes::Argument, '\u{5}'),
    ("count", Takes::Nothing, 'c'),
    ("count-matches", Takes::Nothing, '\u{6}'),
    ("crlf", Takes::Nothing, '\u{7}'),
    ("file", Takes::Argument, 'f'),
    ("files", Takes::Nothing, '\u{8}'),
    ("files-with-matches", Takes::Nothing, 'l'),
    ("files-without-match", Takes::Nothing, '\u{9}'),
    ("fixed-strings", Takes::Nothing, 'F'),
    ("follow", Takes::Nothing, 'L'),
    ("glob", Takes::Argument, 'g'),
    ("heading", Takes::Nothing, '\u{a}'),
    ("hidden", Takes::Nothing, '.'),
    ("iglob", Takes::Argument, '\u{b}'),
    ("ignore-case", Takes::Nothing, 'i'),
    ("ignore-file", Takes::Argument, '\u{c}'),
    ("include-zero", Takes::Nothing, '\u{e}'),
    ("invert-match", Takes::Nothing, 'v'),
    ("line-buffered", Takes::Nothing, '\u{3}'),
    ("line-number", Takes::Nothing, 'n'),
    ("line-regexp", Takes::Nothing, 'x'),
    ("max-columns", Takes::Argument, 'M'),
    ("max-count", Takes::Argument, 'm'),
    ("max-depth", Takes::Argument, 'd'),
    ("max-filesize", Takes::Argument, '\u{f}'),
    ("maxdepth", Takes::Argument, 'd'),
    ("mmap", Takes::Nothing, '\u{3}'),
    ("multiline", Takes::Nothing, 'U'),
    ("multiline-dotall", Takes::Nothing, '\u{10}'),
    ("no-config", Takes::Nothing, '\u{3}'),
    ("no-context-separator", Takes::Nothing, '\u{11}'),
    ("no-filename", Takes::Nothing, 'I'),
    ("no-heading", Takes::Nothing, '\u{12}'),
    ("no-ignore", Takes::Nothing, '\u{13}'),
    ("no-ignore-dot", Takes::Nothing, '\u{14}'),
    ("no-ignore-messages", Takes::Nothing, '\u{3}'),
    ("no-ignore-parent", Takes::Nothing, '\u{15}'),
    ("no-ignore-vcs", Takes::Nothing, '\u{16}'),
    ("no-line-number", Takes::Nothing, 'N'),
    ("no-messages", Takes::Nothing, '\u{17}'),
    ("no-mmap", Takes::Nothing, '\u{3}'),
    ("no-require-git", Takes::Nothing, '\u{18}'),
    ("no-unicode", Takes::Nothing, '\u{19}'),
    ("null", Takes::Nothing, '0'),
    ("only-matching", Takes::Nothing, 'o'),
    ("passthru", Takes::Nothing, '\u{1a}'),
    ("passthrough", Takes::Nothing, '\u{1a}'),
    ("pretty", Takes::Nothing, 'p'),
    ("quiet", Takes::Nothing, 'q'),
    ("regexp", Takes::Argument, 'e'),
    ("replace", Takes::Argument, 'r'),
    ("smart-case", Takes::Nothing, 'S'),
    ("sort", Takes::Argument, '\u{80}'),
    ("stats", Takes::Nothing, '\u{1b}'),
    ("text", Takes::Nothing, 'a'),
    ("threads", Takes::Argument, '\u{3}'),
    ("trim", Takes::Nothing, '\u{1c}'),
    ("type", Takes::Argument, 't'),
    ("type-add", Takes::Argument, '\u{1d}'),
    ("type-list", Takes::Nothing, '\u{1e}'),
    ("type-not", Takes::Argument, 'T'),
    ("unrestricted", Takes::Nothing, 'u'),
    ("vimgrep", Takes::Nothing, '\u{1f}'),
    ("with-filename", Takes::Nothing, 'H'),
    ("word-regexp", Takes::Nothing, 'w'),
];

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Lines.
    Lines,
    /// How many lines matched.
    Count,
    /// How many matches there were.
    CountMatches,
    /// Names of files with matches.
    With,
    /// Names of files without.
    Without,
    /// Names of files that would be searched.
    Files,
    /// The types of files.
    Types,
    /// Nothing.
    Quiet,
}

/// Whether case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Heed,
    Ignore,
    Smart,
}

/// Everything that was told.
#[derive(Debug)]
pub struct Settings {
    pub patterns: Vec<String>,
    pub paths: Vec<Vec<u8>>,
    pub output: Output,
    pub case: Case,
    pub fixed: bool,
    pub word: bool,
    pub whole_line: bool,
    pub invert: bool,
    pub multiline: bool,
    pub dotall: bool,
    pub unicode: bool,
    pub crlf: bool,
    pub before: usize,
    pub after: usize,
    pub passthru: bool,
    pub line_number: bool,
    pub column: bool,
    pub byte_offset: bool,
    pub only_matching: bool,
    pub replace: Option<Vec<u8>>,
    pub include_zero: bool,
    pub max_count: Option<u64>,
    pub with_name: Option<bool>,
    pub null: bool,
    pub heading: bool,
    pub vimgrep: bool,
    pub color: bool,
    pub trim: bool,
    pub max_columns: Option<u64>,
    pub separator: Option<Vec<u8>>,
    pub stats: bool,
    pub globs: Vec<(String, bool)>,
    pub types: Vec<(String, bool)>,
    pub type_definitions: Vec<String>,
    pub hidden: bool,
    pub ignore_dot: bool,
    pub ignore_parents: bool,
    pub ignore_vcs: bool,
    pub require_git: bool,
    pub follow: bool,
    pub max_depth: Option<usize>,
    pub max_size: Option<u64>,
    pub text: bool,
    pub binary: bool,
    pub ignore_files: Vec<Vec<u8>>,
    pub messages: bool,
}

/// Reads the command line.
pub fn read(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    let mut settings = Settings {
        patterns: Vec::new(),
        paths: Vec::new(),
        output: Output::Lines,
        case: Case::Heed,
        fixed: false,
        word: false,
        whole_line: false,
        invert: false,
        multiline: false,
        dotall: false,
        unicode: true,
        crlf: false,
        before: 0,
        after: 0,
        passthru: false,
        line_number: terminal,
        column: false,
        byte_offset: false,
        only_matching: false,
        replace: None,
        include_zero: false,
        max_count: None,
        with_name: None,
        null: false,
        heading: terminal,
        vimgrep: false,
        color: terminal,
        trim: false,
        max_columns: None,
        separator: Some(b"--".to_vec()),
        stats: false,
        globs: Vec::new(),
        types: Vec::new(),
        type_definitions: Vec::new(),
        hidden: false,
        ignore_dot: true,
        ignore_parents: true,
        ignore_vcs: true,
        require_git: true,
        follow: false,
        max_depth: None,
        max_size: None,
        text: false,
        binary: false,
        ignore_files: Vec::new(),
        messages: true,
    };
    let trouble = |failure: Failure| failure.status(2);
    let (mut given, mut unrestricted, mut line_number, mut column) = (false, 0, None, None);
    while let Some(item) = options.next_item()? {
        let (letter, value) = match item {
            Item::Operand(path) => {
                settings.paths.push(path);
                continue;
            }
            Item::Option(letter, value) => (letter, value),
        };
        let count = |value: &[u8]| number::<usize>("number", value).map_err(trouble);
        match letter {
            '0' => settings.null = true,
            'A' => settings.after = count(&value)?,
            'B' => settings.before = count(&value)?,
            'C' => (settings.before, settings.after) = (count(&value)?, count(&value)?),
            'F' => settings.fixed = true,
            'H' => settings.with_name = Some(true),
            'I' => settings.with_name = Some(false),
            'L' => settings.follow = true,
            'M' => settings.max_columns = Some(count(&value)? as u64).filter(|&columns| columns > 0),
            'N' => line_number = Some(false),
            'n' => line_number = Some(true),
            'S' => settings.case = Case::Smart,
            's' => settings.case = Case::Heed,
            'i' => settings.case = Case::Ignore,
            'T' => settings.types.push((lossy(&value), false)),
            't' => settings.types.push((lossy(&value), true)),
            'U' => settings.multiline = true,
            'a' => settings.text = true,
            'b' => settings.byte_offset = true,
            'c' => settings.output = Output::Count,
            'd' => settings.max_depth = Some(count(&value)?),
            'e' => {
                given = true;
                settings.patterns.push(lossy(&value));
            }
            'f' => {
                given = true;
                let text = read::whole(&value)
                    .map_err(|errno| Failure::new(format!("{}: {errno}", lossy(&value))).status(2))?;
                settings.patterns.extend(lossy(&text).lines().map(str::to_owned));
            }
            'g' => settings.globs.push((lossy(&value), false)),
            'l' => settings.output = Output::With,
            'm' => settings.max_count = Some(count(&value)? as u64),
            'o' => settings.only_matching = true,
            'p' => (settings.color, settings.heading, line_number) = (true, true, Some(true)),
            'q' => settings.output = Output::Quiet,
            'r' => settings.replace = Some(value),
            'u' => unrestricted += 1,
            'v' => settings.invert = true,
            'w' => settings.word = true,
            'x' => settings.whole_line = true,
            '.' => settings.hidden = true,
            '\u{1}' => settings.binary = true,
            '\u{2}' => {
                settings.color = match value.as_slice() {
                    b"always" | b"ansi" => true,
                    b"never" => false,
                    b"auto" => terminal,
                    _ => {
                        return Err(
                            Failure::new(format!("unrecognized choice {} for --color", quote(&value))).status(2)
                        );
                    }
                };
            }
            '\u{4}' => column = Some(true),
            '\u{5}' => settings.separator = Some(value),
            '\u{6}' => settings.output = Output::CountMatches,
            '\u{7}' => settings.crlf = true,
            '\u{8}' => settings.output = Output::Files,
            '\u{9}' => settings.output = Output::Without,
            '\u{a}' => settings.heading = true,
            '\u{b}' => settings.globs.push((lossy(&value), true)),
            '\u{c}' => settings.ignore_files.push(value),
            '\u{e}' => settings.include_zero = true,
            '\u{f}' => {
                let bytes =
                    size(&value).ok_or_else(|| Failure::new(format!("invalid size {}", quote(&value))).status(2))?;
                settings.max_size = Some(bytes);
            }
            '\u{10}' => settings.dotall = true,
            '\u{11}' => settings.separator = None,
            '\u{12}' => settings.heading = false,
            '\u{13}' => (settings.ignore_dot, settings.ignore_vcs, settings.ignore_parents) = (false, false, false),
            '\u{14}' => settings.ignore_dot = false,
            '\u{15}' => settings.ignore_parents = false,
            '\u{16}' => settings.ignore_vcs = false,
            '\u{17}' => settings.messages = false,
            '\u{18}' => settings.require_git = false,
            '\u{19}' => settings.unicode = false,
            '\u{1a}' => settings.passthru = true,
            '\u{1b}' => settings.stats = true,
            '\u{1c}' => settings.trim = true,
            '\u{1d}' => settings.type_definitions.push(lossy(&value)),
            '\u{1e}' => settings.output = Output::Types,
            '\u{1f}' => settings.vimgrep = true,
            '\u{80}' if value == b"path" || value == b"none" => {}
            '\u{80}' => {
                return Err(Failure::new(format!("sorting by {} is not supported here", quote(&value))).status(2));
            }
            'P' | 'z' | 'E' => {
                return Err(Failure::new(format!("option -{letter} is not supported here")).status(2));
            }
            'h' => return Err(Failure::usage("see --help")),
            'V' => return Err(Failure::usage("see --version")),
            _ => {}
        }
    }
    if unrestricted > 0 {
        (settings.ignore_dot, settings.ignore_vcs, settings.ignore_parents) = (false, false, false);
        settings.hidden |= unrestricted > 1;
        settings.binary |= unrestricted > 2;
    }
    if !given && !matches!(settings.output, Output::Files | Output::Types) {
        if settings.paths.is_empty() {
            return Err(Failure::usage("a pattern is required"));
        }
        let pattern = settings.paths.remove(0);
        settings.patterns.push(lossy(pattern));
    }
    if settings.vimgrep {
        (settings.heading, line_number, column) = (false, Some(true), Some(true));
        settings.with_name = settings.with_name.or(Some(true));
    }
    settings.column = column.unwrap_or(false);
    settings.line_number = line_number.unwrap_or(settings.line_number || settings.column);
    Ok(settings)
}

//! What ls is told to do.

use super::super::df::Unit;
use agentfense_support::glob::Glob;
use agentfense_support::options::number;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Takes, quote};
use agentfense_sys::files::{FileType, OpenFile, Stat};
use std::cell::Cell;

const HELP: &str = "\
{} [OPTION]... [FILE]...
List information about the FILEs (the current directory by default).

  -a, --all            do not ignore entries starting with .
  -A, --almost-all     do not list implied . and ..
  -b, --escape         print C-style escapes for nongraphic characters
      --block-size=SIZE  with -l, scale sizes by SIZE when printing them
  -B, --ignore-backups do not list implied entries ending with ~
  -c                   sort by, and show, ctime
  -C                   list entries by columns
      --color[=WHEN]   color the output WHEN: always, auto, never
  -d, --directory      list directories themselves, not their contents
  -f                   do not sort, enable -aU
  -F, --classify[=WHEN]  append indicator (one of */=>@|) to entries
      --file-type      likewise, except do not append '*'
      --format=WORD    across, commas, horizontal, long, single-column, verbose, vertical
      --full-time      like -l --time-style=full-iso
  -g                   like -l, but do not list owner
      --group-directories-first  group directories before files
  -G, --no-group       in a long listing, don't print group names
  -h, --human-readable with -l and -s, print sizes like 1K 234M 2G etc.
      --si             likewise, but use powers of 1000 not 1024
  -H, --dereference-command-line  follow symbolic links listed on the command line
      --hide=PATTERN   do not list implied entries matching PATTERN
      --indicator-style=WORD  none, slash (-p), file-type (--file-type), classify (-F)
  -i, --inode          print the index number of each file
  -I, --ignore=PATTERN do not list implied entries matching PATTERN
  -k, --kibibytes      1024-byte blocks
  -l                   use a long listing format
  -L, --dereference    show information for the file the link references
  -m                   fill width with a comma separated list of entries
  -n, --numeric-uid-gid  like -l, but list numeric user and group IDs
  -N, --literal        print entry names without quoting
  -o                   like -l, but do not list group information
  -p                   append / indicator to directories
  -q, --hide-control-chars  print ? instead of nongraphic characters
  -Q, --quote-name     enclose entry names in double quotes
      --quoting-style=WORD  literal, shell, shell-always, shell-escape, c, escape
  -r, --reverse        reverse order while sorting
  -R, --recursive      list subdirectories recursively
  -s, --size           print the allocated size of each file, in blocks
  -S                   sort by file size, largest first
      --sort=WORD      none (-U), size (-S), time (-t), version (-v), extension (-X), name, width
      --time=WORD      atime, access, use; ctime, status; mtime, modification
      --time-style=STYLE  full-iso, long-iso, iso, locale, or +FORMAT
  -t                   sort by time, newest first
  -T, --tabsize=COLS   assume tab stops at each COLS instead of 8
  -u                   sort by, and show, access time
  -U                   do not sort
  -v                   natural sort of (version) numbers within text
  -w, --width=COLS     set output width to COLS. 0 means no limit
  -x                   list entries by lines instead of by columns
  -X                   sort alphabetically by entry extension
  -1                   list one file per line
      --zero           end each output line with NUL, not newline";

const SHORTS: &str = "aAbBcCdfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1";
const LONGS: &[Long] = &[
    ("all", Takes::Nothing, 'a'),
    ("almost-all", Takes::Nothing, 'A'),
    ("escape", Takes::Nothing, 'b'),
    ("block-size", Takes::Argument, '\u{1}'),
    ("ignore-backups", Takes::Nothing, 'B'),
    ("color", Takes::Optional, '\u{2}'),
    ("directory", Takes::Nothing, 'd'),
    ("classify", Takes::Optional, 'F'),
    ("file-type", Takes::Nothing, '\u{3}'),
    ("format", Takes::Argument, '\u{4}'),
    ("full-time", Takes::Nothing, '\u{5}'),
    ("group-directories-first", Takes::Nothing, '\u{6}'),
    ("no-group", Takes::Nothing, 'G'),
    ("human-readable", Takes::Nothing, 'h'),
    ("si", Takes::Nothing, '\u{7}'),
    ("dereference-command-line", Takes::Nothing, 'H'),
    ("hide", Takes::Argument, '\u{8}'),
    ("indicator-style", Takes::Argument, '\u{e}'),
    ("inode", Takes::Nothing, 'i'),
    ("ignore", Takes::Argument, 'I'),
    ("kibibytes", Takes::Nothing, 'k'),
    ("dereference", Takes::Nothing, 'L'),
    ("numeric-uid-gid", Takes::Nothing, 'n'),
    ("literal", Takes::Nothing, 'N'),
    ("hide-control-chars", Takes::Nothing, 'q'),
    ("show-control-chars", Takes::Nothing, '\u{f}'),
    ("quote-name", Takes::Nothing, 'Q'),
    ("quoting-style", Takes::Argument, '\u{10}'),
    ("reverse", Takes::Nothing, 'r'),
    ("recursive", Takes::Nothing, 'R'),
    ("size", Takes::Nothing, 's'),
    ("sort", Takes::Argument, '\u{11}'),
    ("time", Takes::Argument, '\u{12}'),
    ("time-style", Takes::Argument, '\u{13}'),
    ("tabsize", Takes::Argument, 'T'),
    ("width", Takes::Argument, 'w'),
    ("zero", Takes::Nothing, '\u{14}'),
];

/// How the list is laid out.
#[derive(Clone, Copy, PartialEq)]
pub enum Format {
    Long,
    Lines,
    Columns,
    Across,
    Commas,
}

/// Which entries that start with a period are listed.
#[derive(Clone, Copy, PartialEq)]
pub enum Hidden {
    None,
    AlmostAll,
    All,
}

/// What the order is.
#[derive(Clone, Copy, PartialEq)]
pub enum Sort {
    None,
    Name,
    Time,
    Size,
    Extension,
    Version,
    Width,
}

/// Which links are followed.
#[derive(Clone, Copy, PartialEq)]
pub enum Dereference {
    Never,
    /// Named ones that lead to directories.
    Directories,
    Named,
    Always,
}

/// Which of the times.
#[derive(Clone, Copy, PartialEq)]
pub enum Time {
    Modification,
    Access,
    Change,
}

/// How names are written.
#[derive(Clone, Copy, PartialEq)]
pub enum Quoting {
    Literal,
    /// Quotes and escapes as a shell reads them, where a name needs them.
    Shell,
    ShellAlways,
    /// Quotes only.
    ShellPlain,
    ShellPlainAlways,
    C,
    Escape,
}

/// What follows a name.
#[derive(Clone, Copy, PartialEq)]
pub enum Indicator {
    None,
    Slash,
    FileType,
    Classify,
}

/// Everything that was told.
pub struct Settings {
    pub format: Format,
    pub hidden: Hidden,
    pub sort: Sort,
    pub reverse: bool,
    pub recursive: bool,
    pub directories_as_files: bool,
    pub directories_first: bool,
    pub dereference: Dereference,
    pub time: Time,
    pub time_style: String,
    pub owner: bool,
    pub group: bool,
    pub numeric: bool,
    pub inode: bool,
    pub blocks: bool,
    pub block_unit: Unit,
    pub size_unit: Unit,
    pub quoting: Quoting,
    pub hide_control: bool,
    pub indicator: Indicator,
    pub color: bool,
    /// Whether a color was printed: the first is preceded by a reset.
    pub color_started: Cell<bool>,
    pub width: usize,
    pub tab: usize,
    pub end: u8,
    ignored: Vec<Glob>,
    concealed: Vec<Glob>,
    backups: bool,
}

impl Settings {
    /// Whether an entry of a directory is left out.
    pub fn hides(&self, name: &[u8]) -> bool {
        (self.hidden == Hidden::None
            && (name.starts_with(b".") || self.concealed.iter().any(|glob| glob.matches(name))))
            || (self.backups && name.ends_with(b"~"))
            || self.ignored.iter().any(|glob| glob.matches(name))
    }

    /// Whether more than the kind of an entry is needed.
    pub fn needs_stat(&self, kind: FileType) -> bool {
        self.format == Format::Long
            || self.inode
            || self.blocks
            || matches!(self.sort, Sort::Time | Sort::Size)
            || self.dereference == Dereference::Always
            || ((self.color || self.indicator == Indicator::Classify) && kind == FileType::Regular)
    }

    /// Whether the sum of the blocks comes first.
    pub fn shows_total(&self) -> bool {
        self.format == Format::Long || self.blocks
    }

    /// The time to sort by and to show.
    pub fn time_of(&self, stat: &Stat) -> i64 {
        match self.time {
            Time::Modification => stat.mtime,
            Time::Access => stat.atime,
            Time::Change => stat.ctime,
        }
    }
}

fn when(option: &str, value: &[u8], terminal: bool) -> Result<bool, Failure> {
    Ok(match value {
        b"" | b"always" | b"yes" | b"force" => true,
        b"auto" | b"tty" | b"if-tty" => terminal,
        b"never" | b"no" | b"none" => false,
        _ => return Err(invalid(option, value)),
    })
}

/// Whether the terminal is one that shows colors, by its name.
fn has_colors() -> bool {
    let set = |name| agentfense_sys::var(name).is_some_and(|value| !value.is_empty());
    let Some(name) = agentfense_sys::var("TERM") else { return true };
    let name = lossy(name);
    const BEGINNINGS: [&str; 15] = [
        "ansi", "con", "dtterm", "Eterm", "gnome", "jfbterm", "konsole", "kterm", "linux", "mlterm", "putty", "rxvt",
        "screen", "tmux", "xterm",
    ];
    const NAMES: [&str; 6] = ["alacritty", "cygwin", "foot", "st", "terminator", "vt100"];
    set("LS_COLORS")
        || set("COLORTERM")
        || name.contains("color")
        || name.contains("direct")
        || BEGINNINGS.iter().any(|start| name.starts_with(start))
        || NAMES.contains(&name.as_str())
}

fn invalid(option: &str, value: &[u8]) -> Failure {
    Failure::usage(format!("invalid argument {} for '--{option}'", quote(value))).status(2)
}

/// Reads the command line.
pub fn read(args: Vec<Vec<u8>>, format: Option<Format>) -> Result<(Settings, Vec<Vec<u8>>), Failure> {
    let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    let width = agentfense_sys::var("COLUMNS").and_then(|value| std::str::from_utf8(&value).ok()?.parse().ok());
    let default_quoting = match (format, terminal) {
        (Some(_), _) => Quoting::Escape,
        (None, true) => Quoting::Shell,
        (None, false) => Quoting::Literal,
    };
    let mut settings = Settings {
        format: format.unwrap_or(if terminal { Format::Columns } else { Format::Lines }),
        hidden: Hidden::None,
        sort: Sort::Name,
        reverse: false,
        recursive: false,
        directories_as_files: false,
        directories_first: false,
        dereference: Dereference::Directories,
        time: Time::Modification,
        time_style: "locale".into(),
        owner: true,
        group: true,
        numeric: false,
        inode: false,
        blocks: false,
        block_unit: Unit::Blocks(1024),
        size_unit: Unit::Blocks(1),
        quoting: default_quoting,
        hide_control: terminal,
        indicator: Indicator::None,
        color: false,
        color_started: Cell::new(false),
        width: width.unwrap_or(80),
        tab: 8,
        end: b'\n',
        ignored: Vec::new(),
        concealed: Vec::new(),
        backups: false,
    };
    let (mut sort, mut follow, mut names) = (None, None, Vec::new());
    let mut time_given = false;
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    while let Some(item) = options.next_item()? {
        let (letter, value) = match item {
            Item::Option(letter, value) => (letter, value),
            Item::Operand(name) => {
                names.push(name);
                continue;
            }
        };
        match letter {
            'a' => settings.hidden = Hidden::All,
            'A' => settings.hidden = Hidden::AlmostAll,
            'b' => settings.quoting = Quoting::Escape,
            '\u{1}' => {
                let unit = Unit::parse(&value).map_err(|failure| failure.status(2))?;
                (settings.size_unit, settings.block_unit) = (unit, unit);
            }
            'B' => settings.backups = true,
            'c' => (settings.time, time_given) = (Time::Change, true),
            'u' => (settings.time, time_given) = (Time::Access, true),
            'C' => settings.format = Format::Columns,
            '\u{2}' => settings.color = when("color", &value, terminal)?,
            'd' => settings.directories_as_files = true,
            'f' => {
                settings.hidden = Hidden::All;
                sort = Some(Sort::None);
                settings.color = false;
            }
            'F' => {
                settings.indicator =
                    if when("classify", &value, terminal)? { Indicator::Classify } else { Indicator::None };
            }
            '\u{3}' => settings.indicator = Indicator::FileType,
            'p' => settings.indicator = Indicator::Slash,
            '\u{e}' => {
                settings.indicator = match value.as_slice() {
                    b"none" => Indicator::None,
                    b"slash" => Indicator::Slash,
                    b"file-type" => Indicator::FileType,
                    b"classify" => Indicator::Classify,
                    _ => return Err(invalid("indicator-style", &value)),
                };
            }
            '\u{4}' => {
                settings.format = match value.as_slice() {
                    b"across" | b"horizontal" => Format::Across,
                    b"commas" => Format::Commas,
                    b"long" | b"verbose" => Format::Long,
                    b"single-column" => Format::Lines,
                    b"vertical" => Format::Columns,
                    _ => return Err(invalid("format", &value)),
                };
            }
            '\u{5}' => {
                settings.format = Format::Long;
                settings.time_style = "full-iso".into();
            }
            '\u{6}' => settings.directories_first = true,
            'g' => (settings.format, settings.owner) = (Format::Long, false),
            'o' => (settings.format, settings.group) = (Format::Long, false),
            'G' => settings.group = false,
            'h' => (settings.size_unit, settings.block_unit) = (Unit::Human(1024), Unit::Human(1024)),
            '\u{7}' => (settings.size_unit, settings.block_unit) = (Unit::Human(1000), Unit::Human(1000)),
            'k' => settings.block_unit = Unit::Blocks(1024),
            'H' => follow = Some(Dereference::Named),
            'L' => follow = Some(Dereference::Always),
            '\u{8}' => settings.concealed.push(Glob::new(&value, false)),
            'I' => settings.ignored.push(Glob::new(&value, false)),
            'i' => settings.inode = true,
            'l' => settings.format = Format::Long,
            'm' => settings.format = Format::Commas,
            'n' => (settings.format, settings.numeric) = (Format::Long, true),
            'N' => settings.quoting = Quoting::Literal,
            'q' => settings.hide_control = true,
            '\u{f}' => settings.hide_control = false,
            'Q' => settings.quoting = Quoting::C,
            '\u{10}' => {
                settings.quoting = match value.as_slice() {
                    b"literal" => Quoting::Literal,
                    b"shell" => Quoting::ShellPlain,
                    b"shell-always" => Quoting::ShellPlainAlways,
                    b"shell-escape" => Quoting::Shell,
                    b"shell-escape-always" => Quoting::ShellAlways,
                    b"c" | b"c-maybe" | b"locale" | b"clocale" => Quoting::C,
                    b"escape" => Quoting::Escape,
                    _ => return Err(invalid("quoting-style", &value)),
                };
            }
            'r' => settings.reverse = true,
            'R' => settings.recursive = true,
            's' => settings.blocks = true,
            'S' => sort = Some(Sort::Size),
            't' => sort = Some(Sort::Time),
            'U' => sort = Some(Sort::None),
            'v' => sort = Some(Sort::Version),
            'X' => sort = Some(Sort::Extension),
            '\u{11}' => {
                sort = Some(match value.as_slice() {
                    b"none" => Sort::None,
                    b"size" => Sort::Size,
                    b"time" => Sort::Time,
                    b"version" => Sort::Version,
                    b"extension" => Sort::Extension,
                    b"name" => Sort::Name,
                    b"width" => Sort::Width,
                    _ => return Err(invalid("sort", &value)),
                });
            }
            '\u{12}' => {
                time_given = true;
                settings.time = match value.as_slice() {
                    b"atime" | b"access" | b"use" => Time::Access,
                    b"ctime" | b"status" => Time::Change,
                    b"mtime" | b"modification" => Time::Modification,
                    _ => return Err(invalid("time", &value)),
                };
            }
            '\u{13}' => {
                let style = lossy(&value);
                let known =
                    matches!(style.as_str(), "full-iso" | "long-iso" | "iso" | "locale") || style.starts_with('+');
                settings.time_style = match style.strip_prefix("posix-") {
                    Some(style) => style.to_owned(),
                    None if known => style,
                    None => return Err(invalid("time-style", &value)),
                };
            }
            'T' => settings.tab = number("tab size", &value).map_err(|failure| failure.status(2))?,
            'w' => settings.width = number("line width", &value).map_err(|failure| failure.status(2))?,
            'x' => settings.format = Format::Across,
            '1' if settings.format == Format::Long => {}
            '1' => settings.format = Format::Lines,
            '\u{14}' => {
                settings.end = 0;
                settings.color = false;
                settings.quoting = Quoting::Literal;
                if settings.format != Format::Long {
                    settings.format = Format::Lines;
                }
            }
            _ => {}
        }
    }
    settings.color &= has_colors();
    let long = settings.format == Format::Long;
    // A time that is not shown is one to sort by.
    settings.sort = sort.unwrap_or(if time_given && !long { Sort::Time } else { Sort::Name });
    settings.dereference =
        follow.unwrap_or(if settings.directories_as_files || long || settings.indicator == Indicator::Classify {
            Dereference::Never
        } else {
            Dereference::Directories
        });
    Ok((settings, names))
}

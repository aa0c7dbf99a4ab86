//! diff: compares files line by line, and directories file by file.

mod format;
mod merged;
mod script;
mod side;
mod three;

use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::glob::Glob;
use agentfense_support::options::number;
use agentfense_support::quote::lossy;
use agentfense_support::time::local;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, Stat};
use format::{Form, Side, Style};
use merged::Formats;
use script::Ignore;
use side::Layout;
use std::collections::{BTreeMap, HashSet};
use std::io::{BufWriter, Write};

const HELP: &str = "\
{} [OPTION]... FILES
Compare FILES line by line.

  -q, --brief                 report only when files differ
  -s, --report-identical-files  report when two files are the same
  -u, -U NUM, --unified[=NUM] output NUM (default 3) lines of unified context
  -c, -C NUM, --context[=NUM] output NUM (default 3) lines of copied context
  -e, --ed                    output an ed script
  -n, --rcs                   output an RCS format diff
  -y, --side-by-side          output in two columns
  -W, --width=NUM             output at most NUM (default 130) print columns with -y
      --left-column           output only the left column of common lines
      --suppress-common-lines do not output common lines
  -p, --show-c-function       show which C function each change is in
  -F, --show-function-line=RE show the most recent line matching RE
      --label LABEL           use LABEL instead of file name and time; can be repeated
  -r, --recursive             compare any subdirectories found
  -N, --new-file              treat absent files as empty
  -x, --exclude=PATTERN       exclude files that match PATTERN
  -i, --ignore-case           ignore case differences in file contents
  -b, --ignore-space-change   ignore changes in the amount of white space
  -w, --ignore-all-space      ignore all white space
  -B, --ignore-blank-lines    ignore changes where lines are all blank
  -E, --ignore-tab-expansion  ignore changes due to tab expansion
  -Z, --ignore-trailing-space ignore white space at line end
  -I, --ignore-matching-lines=RE  ignore changes where all lines match RE
      --strip-trailing-cr     strip trailing carriage return on input
  -a, --text                  treat all files as text
  -t, --expand-tabs           expand tabs to spaces in output
  -T, --initial-tab           make tabs line up by prepending a tab
  -D, --ifdef=NAME            output both files as one with '#ifdef NAME'
      --GROUP-group-format=FORMAT  output both as one, groups of lines by FORMAT:
                              GROUP is old, new, unchanged or changed
      --line-format=FORMAT, --LINE-line-format=FORMAT  likewise, lines by FORMAT:
                              LINE is old, new or unchanged
      --color[=WHEN]          color output: never, always, auto (default)
      --from-file=FILE        compare FILE to all operands
      --to-file=FILE          compare all operands to FILE";

const LONGS: &[Long] = &[
    ("brief", Takes::Nothing, 'q'),
    ("report-identical-files", Takes::Nothing, 's'),
    ("unified", Takes::Optional, '\u{1}'),
    ("context", Takes::Optional, '\u{2}'),
    ("label", Takes::Argument, 'L'),
    ("recursive", Takes::Nothing, 'r'),
    ("new-file", Takes::Nothing, 'N'),
    ("exclude", Takes::Argument, 'x'),
    ("ignore-case", Takes::Nothing, 'i'),
    ("ignore-space-change", Takes::Nothing, 'b'),
    ("ignore-all-space", Takes::Nothing, 'w'),
    ("ignore-blank-lines", Takes::Nothing, 'B'),
    ("strip-trailing-cr", Takes::Nothing, '\u{3}'),
    ("text", Takes::Nothing, 'a'),
    ("normal", Takes::Nothing, '\u{4}'),
    ("color", Takes::Optional, '\u{5}'),
    ("ed", Takes::Nothing, 'e'),
    ("expand-tabs", Takes::Nothing, 't'),
    ("from-file", Takes::Argument, '\u{6}'),
    ("ignore-matching-lines", Takes::Argument, 'I'),
    ("ignore-tab-expansion", Takes::Nothing, 'E'),
    ("ignore-trailing-space", Takes::Nothing, 'Z'),
    ("left-column", Takes::Nothing, '\u{7}'),
    ("minimal", Takes::Nothing, 'd'),
    ("rcs", Takes::Nothing, 'n'),
    ("show-c-function", Takes::Nothing, 'p'),
    ("show-function-line", Takes::Argument, 'F'),
    ("side-by-side", Takes::Nothing, 'y'),
    ("suppress-common-lines", Takes::Nothing, '\u{8}'),
    ("to-file", Takes::Argument, '\u{9}'),
    ("width", Takes::Argument, 'W'),
    ("initial-tab", Takes::Nothing, 'T'),
    ("ifdef", Takes::Argument, 'D'),
    ("line-format", Takes::Argument, '\u{10}'),
    ("old-line-format", Takes::Argument, '\u{11}'),
    ("new-line-format", Takes::Argument, '\u{12}'),
    ("unchanged-line-format", Takes::Argument, '\u{13}'),
    ("old-group-format", Takes::Argument, '\u{14}'),
    ("new-group-format", Takes::Argument, '\u{15}'),
    ("changed-group-format", Takes::Argument, '\u{16}'),
    ("unchanged-group-format", Takes::Argument, '\u{17}'),
    ("speed-large-files", Takes::Nothing, 'H'),
    ("horizon-lines", Takes::Argument, '\u{18}'),
];

struct Diff {
    style: Style,
    /// Changes of such lines do not count.
    ignored_lines: Option<Regex>,
    ignore: Ignore,
    brief: bool,
    identical: bool,
    recursive: bool,
    new_file: bool,
    text: bool,
    labels: Vec<Vec<u8>>,
    exclude: Vec<Glob>,
    /// The options as they were given, for the headers of `-r`.
    given: Vec<u8>,
    out: BufWriter<agentfense_support::output::Stdout>,
    /// The directories that are being compared: a loop of links must not go round.
    inside: HashSet<(u64, u64, u64, u64)>,
}

pub use three::main as diff3;

/// Runs diff.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut given = Vec::new();
    let mut of_option = false;
    for arg in args.iter().skip(1) {
        let is_option = arg.len() > 1 && arg.starts_with(b"-");
        if is_option || of_option {
            given.push(b' ');
            given.extend_from_slice(&shell_word(arg));
        }
        // A letter that takes an argument and has none with it has the next word.
        let last = arg.get(1..).and_then(|letters| letters.iter().position(|b| b"CDFILUWx".contains(b)));
        of_option = is_option && !of_option && arg[1] != b'-' && last.is_some_and(|at| at + 2 == arg.len());
    }
    let mut options = Options::new(args, "abBcC:dD:eEF:HiI:L:nNpqrstTuU:wW:x:yZ", LONGS, HELP);
    let mut diff = Diff::new(given);
    let mut c_function = false;
    let (mut from_file, mut to_file, mut ignored, mut function) = (None, None, Vec::new(), Vec::new());
    let lines = |value: &[u8]| number::<usize>("context length", value).map_err(|failure| failure.status(2));
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('q', _) => diff.brief = true,
            Item::Option('s', _) => diff.identical = true,
            Item::Option('u', _) => diff.style.form = Form::Unified(3),
            Item::Option('c', _) => diff.style.form = Form::Context(3),
            Item::Option('U' | '\u{1}', value) => {
                diff.style.form = Form::Unified(if value.is_empty() { 3 } else { lines(&value)? });
            }
            Item::Option('C' | '\u{2}', value) => {
                diff.style.form = Form::Context(if value.is_empty() { 3 } else { lines(&value)? });
            }
            Item::Option('e', _) => diff.style.form = Form::Ed,
            Item::Option('n', _) => diff.style.form = Form::Rcs,
            Item::Option('y', _) => diff.style.form = Form::Side,
            Item::Option('W', value) => diff.style.layout.width = width(&value)?,
            Item::Option('p', _) => {
                c_function = true;
                function.push(b"^[[:alpha:]$_]".to_vec());
            }
            Item::Option('F', value) => function.push(value),
            Item::Option('I', value) => ignored.push(value),
            Item::Option('T', _) => diff.style.initial_tab = true,
            Item::Option('D', value) => {
                diff.style.form = Form::Merged;
                diff.style.formats.set_ifdef(&value);
            }
            Item::Option(kind @ '\u{10}'..='\u{17}', value) => {
                diff.style.form = Form::Merged;
                let formats = &mut diff.style.formats;
                match kind {
                    '\u{10}' => formats.set_lines(&value),
                    '\u{11}' => formats.old_line = Some(value),
                    '\u{12}' => formats.new_line = Some(value),
                    '\u{13}' => formats.unchanged_line = Some(value),
                    '\u{14}' => formats.old_group = Some(value),
                    '\u{15}' => formats.new_group = Some(value),
                    '\u{16}' => formats.changed_group = Some(value),
                    _ => formats.unchanged_group = Some(value),
                }
            }
            Item::Option('t', _) => diff.style.layout.expand_tabs = true,
            Item::Option('\u{6}', value) => from_file = Some(value),
            Item::Option('\u{7}', _) => diff.style.layout.left_column = true,
            Item::Option('\u{8}', _) => diff.style.layout.suppress_common = true,
            Item::Option('\u{9}', value) => to_file = Some(value),
            Item::Option('\u{5}', value) => {
                let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
                diff.style.color = match value.as_slice() {
                    b"" | b"auto" => terminal,
                    b"always" => true,
                    b"never" => false,
                    _ => return Err(wrong(format!("invalid color '{}'", lossy(&value)))),
                };
            }
            Item::Option('L', value) => diff.labels.push(value),
            Item::Option('r', _) => diff.recursive = true,
            Item::Option('N', _) => diff.new_file = true,
            Item::Option('x', value) => diff.exclude.push(Glob::new(&value, false)),
            Item::Option('i', _) => diff.ignore.case = true,
            Item::Option('b', _) => diff.ignore.space_change = true,
            Item::Option('w', _) => diff.ignore.all_space = true,
            Item::Option('Z', _) => diff.ignore.trailing_space = true,
            Item::Option('E', _) => diff.ignore.tab_expansion = true,
            Item::Option('B', _) => diff.ignore.blank_lines = true,
            Item::Option('\u{3}', _) => diff.ignore.trailing_cr = true,
            Item::Option('a', _) => diff.text = true,
            Item::Option('\u{4}', _) => diff.style.form = Form::Normal,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    diff.style.function = patterns(&function)?;
    diff.ignored_lines = patterns(&ignored)?;
    if diff.style.form == Form::Normal && c_function {
        diff.style.form = Form::Context(3);
    }
    let status = match (from_file, to_file) {
        (Some(from), _) => diff.each(names.into_iter().map(|name| (from.clone(), name)))?,
        (None, Some(to)) => diff.each(names.into_iter().map(|name| (name, to.clone())))?,
        (None, None) => diff.each([two_names(names)?])?,
    };
    diff.out.flush()?;
    Ok(status)
}

/// Runs sdiff, as far as it asks nothing: diff -y.
pub fn sdiff(args: Vec<Vec<u8>>) -> Outcome {
    const HELP: &str = "\
{} [OPTION]... FILE1 FILE2
Show two files side by side. Merging (-o) needs someone to ask and is not there.

  -w, --width=NUM              output at most NUM (default 130) print columns
  -l, --left-column            output only the left column of common lines
  -s, --suppress-common-lines  do not output common lines
  -i, --ignore-case            consider upper and lower case to be the same
  -b, --ignore-space-change    ignore changes in the amount of white space
  -W, --ignore-all-space       ignore all white space
  -B, --ignore-blank-lines     ignore changes whose lines are all blank
  -t, --expand-tabs            expand tabs to spaces in output
  -a, --text                   treat all files as text";
    const LONGS: &[Long] = &[
        ("expand-tabs", Takes::Nothing, 't'),
        ("ignore-all-space", Takes::Nothing, 'W'),
        ("ignore-blank-lines", Takes::Nothing, 'B'),
        ("ignore-case", Takes::Nothing, 'i'),
        ("ignore-space-change", Takes::Nothing, 'b'),
        ("left-column", Takes::Nothing, 'l'),
        ("suppress-common-lines", Takes::Nothing, 's'),
        ("text", Takes::Nothing, 'a'),
        ("width", Takes::Argument, 'w'),
    ];
    let mut options = Options::new(args, "abBilstw:W", LONGS, HELP);
    let mut diff = Diff::new(Vec::new());
    diff.style.form = Form::Side;
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => diff.text = true,
            Item::Option('b', _) => diff.ignore.space_change = true,
            Item::Option('B', _) => diff.ignore.blank_lines = true,
            Item::Option('i', _) => diff.ignore.case = true,
            Item::Option('l', _) => diff.style.layout.left_column = true,
            Item::Option('s', _) => diff.style.layout.suppress_common = true,
            Item::Option('t', _) => diff.style.layout.expand_tabs = true,
            Item::Option('w', value) => diff.style.layout.width = width(&value)?,
            Item::Option(..) => diff.ignore.all_space = true,
            Item::Operand(name) => names.push(name),
        }
    }
    let status = diff.each([two_names(names)?])?;
    diff.out.flush()?;
    Ok(status)
}

/// A word as a shell has to read it.
fn shell_word(word: &[u8]) -> Vec<u8> {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"%+,-./:=@_".contains(b);
    if !word.is_empty() && word.iter().all(plain) { word.to_vec() } else { quote(word).into_bytes() }
}

/// A wrong call, in diff's words: each line has its name.
fn wrong(message: String) -> Failure {
    Failure::new(format!("{message}\ndiff: Try 'diff --help' for more information.")).status(2)
}

fn width(value: &[u8]) -> Result<usize, Failure> {
    number::<usize>("width", value).map_err(|failure| failure.status(2))
}

/// One pattern that matches where any of them does.
fn patterns(patterns: &[Vec<u8>]) -> Result<Option<Regex>, Failure> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let regex = Regex::any(patterns, Syntax::Basic, Flags::default());
    regex.map(Some).map_err(|error| Failure::new(error.to_string()).status(2))
}

fn two_names(names: Vec<Vec<u8>>) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    match <[Vec<u8>; 2]>::try_from(names) {
        Ok([one, two]) => Ok((one, two)),
        Err(names) if names.len() > 2 => Err(wrong(format!("extra operand {}", quote(&names[2])))),
        Err(names) => {
            let last = names.last().map_or(&b"diff"[..], Vec::as_slice);
            Err(wrong(format!("missing operand after {}", quote(last))))
        }
    }
}

/// A file that is looked at; absent where there is none.
fn look(name: &[u8]) -> Result<Stat, Errno> {
    if name == b"-" { OpenFile::inherited(0).ok_or(Errno::Badf)?.stat() } else { files::stat(name, true) }
}

impl Diff {
    fn new(given: Vec<u8>) -> Diff {
        let layout = Layout { width: 130, expand_tabs: false, suppress_common: false, left_column: false };
        Diff {
            style: Style {
                form: Form::Normal,
                color: false,
                function: None,
                layout,
                initial_tab: false,
                formats: Formats::default(),
            },
            ignored_lines: None,
            ignore: Ignore::default(),
            brief: false,
            identical: false,
            recursive: false,
            new_file: false,
            text: false,
            labels: Vec::new(),
            exclude: Vec::new(),
            given,
            out: stdout(),
            inside: HashSet::new(),
        }
    }

    fn each(&mut self, pairs: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Outcome {
        let mut status = 0;
        for (one, two) in pairs {
            status = status.max(self.operands(one, two)?);
        }
        Ok(status)
    }

    fn operands(&mut self, mut one: Vec<u8>, mut two: Vec<u8>) -> Outcome {
        let is_directory = |name: &[u8]| look(name).is_ok_and(|stat| stat.kind == FileType::Directory);
        let base = |name: &[u8]| name.rsplit(|&b| b == b'/').next().unwrap_or_default().to_vec();
        // Of a file and a directory, the file of that name in the directory is meant.
        match (is_directory(&one), is_directory(&two)) {
            (true, false) if two != b"-" => one = join(&one, &base(&two)),
            (false, true) if one != b"-" => two = join(&two, &base(&one)),
            _ => {}
        }
        self.pair(&one, &two, true)
    }

    fn trouble(&mut self, name: &[u8], errno: Errno) -> Outcome {
        self.out.flush()?;
        complain("diff", format_args!("{}: {errno}", String::from_utf8_lossy(name)));
        Ok(2)
    }

    fn say(&mut self, parts: &[&[u8]]) -> Result<(), Failure> {
        self.out.write_all(&parts.concat())?;
        Ok(self.out.write_all(b"\n")?)
    }

    /// Compares two files or directories; `operands` are those of the command line.
    fn pair(&mut self, one: &[u8], two: &[u8], operands: bool) -> Outcome {
        let mut stats = Vec::new();
        let mut status = 0;
        for name in [one, two] {
            match look(name) {
                Ok(stat) => stats.push(Some(stat)),
                Err(Errno::Noent) if self.new_file => stats.push(None),
                Err(errno) => status = self.trouble(name, errno)?,
            }
        }
        let [first, second] = match <[Option<Stat>; 2]>::try_from(stats) {
            Ok([None, None]) => return self.trouble(one, Errno::Noent),
            Ok(stats) => stats,
            Err(_) => return Ok(status),
        };
        let directory = |stat: &Option<Stat>| stat.as_ref().is_some_and(|stat| stat.kind == FileType::Directory);
        match (directory(&first), directory(&second)) {
            (false, false) => return self.files(one, two, [first, second], operands),
            (true, false) if second.is_some() => {
                self.say(&[b"File ", one, b" is a directory while file ", two, b" is a regular file"])?;
                return Ok(1);
            }
            (false, true) if first.is_some() => {
                self.say(&[b"File ", one, b" is a regular file while file ", two, b" is a directory"])?;
                return Ok(1);
            }
            _ => {}
        }
        if !operands && !self.recursive {
            self.say(&[b"Common subdirectories: ", one, b" and ", two])?;
            return Ok(0);
        }
        let place = |stat: &Option<Stat>| stat.as_ref().map_or((0, 0), |stat| (stat.dev, stat.ino));
        let (a, b) = (place(&first), place(&second));
        let mark = (a.0, a.1, b.0, b.1);
        if !self.inside.insert(mark) {
            return self.trouble(one, Errno::Loop);
        }
        let status = self.directories(one, two, first.is_some(), second.is_some());
        self.inside.remove(&mark);
        status
    }

    fn directories(&mut self, one: &[u8], two: &[u8], has_one: bool, has_two: bool) -> Outcome {
        let mut names: BTreeMap<Vec<u8>, [bool; 2]> = BTreeMap::new();
        for (side, (dir, there)) in [(one, has_one), (two, has_two)].into_iter().enumerate() {
            if !there {
                continue;
            }
            match files::read_dir(dir) {
                Ok(entries) => {
                    for entry in entries {
                        names.entry(entry.name).or_default()[side] = true;
                    }
                }
                Err(errno) => return self.trouble(dir, errno),
            }
        }
        let mut status = 0;
        for (name, in_side) in names {
            if self.exclude.iter().any(|pattern| pattern.matches(&name)) {
                continue;
            }
            let [first, second] = in_side;
            let both = (first && second) || self.new_file;
            status = status.max(if both {
                self.pair(&join(one, &name), &join(two, &name), false)?
            } else {
                self.say(&[b"Only in ", if first { one } else { two }, b": ", &name])?;
                1
            });
        }
        Ok(status)
    }

    fn files(&mut self, one: &[u8], two: &[u8], stats: [Option<Stat>; 2], operands: bool) -> Outcome {
        let mut data = [Vec::new(), Vec::new()];
        for ((name, stat), data) in [one, two].into_iter().zip(&stats).zip(&mut data) {
            if stat.is_some() {
                match read::whole(name) {
                    Ok(read) => *data = read,
                    Err(errno) => return self.trouble(name, errno),
                }
            }
        }
        if one == b"-" && two == b"-" {
            data[1] = data[0].clone();
        }
        let [old_data, new_data] = &data;
        let binary = |data: &[u8]| !self.text && memchr::memchr(0, &data[..data.len().min(32 * 1024)]).is_some();
        let (is_binary, same) = (binary(old_data) || binary(new_data), old_data == new_data);
        let (old, new) = (script::lines(old_data), script::lines(new_data));
        let changes = if same || is_binary {
            Vec::new()
        } else {
            script::changes(&old, &new, self.ignore, self.ignored_lines.as_ref())
        };
        // Two columns show the files even where they are the same.
        let shown = self.style.form == Form::Side && !self.brief && !is_binary;
        if shown && changes.is_empty() {
            let header = Vec::new();
            let (old, new) = (Side { header: header.clone(), lines: old }, Side { header, lines: new });
            format::print(&self.style, &old, &new, &changes, &mut self.out)?;
            return Ok(0);
        }
        if same || (changes.is_empty() && !is_binary) {
            if self.identical {
                self.say(&[b"Files ", one, b" and ", two, b" are identical"])?;
            }
            return Ok(0);
        }
        if self.brief || is_binary {
            let start: &[u8] = if self.brief { b"Files " } else { b"Binary files " };
            self.say(&[start, one, b" and ", two, b" differ"])?;
            return Ok(1);
        }
        if !operands {
            let given = std::mem::take(&mut self.given);
            self.say(&[b"diff", &given, b" ", one, b" ", two])?;
            self.given = given;
        }
        let header = |index: usize, name: &[u8]| match (self.labels.get(index), &stats[index]) {
            (Some(label), _) => label.clone(),
            (None, stat) => {
                let time = local(stat.as_ref().map_or(0, |stat| stat.mtime));
                [name, b"\t", time.full_iso().as_bytes()].concat()
            }
        };
        let old = Side { header: header(0, one), lines: old };
        let new = Side { header: header(1, two), lines: new };
        format::print(&self.style, &old, &new, &changes, &mut self.out)?;
        Ok(1)
    }
}

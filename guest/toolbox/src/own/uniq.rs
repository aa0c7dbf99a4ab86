//! uniq: lines that repeat.

use agentfense_support::lines::{Lines, content};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, read, stdout};
use agentfense_sys::files::{self, OpenFlags};
use std::io::{self, BufWriter, Write};

const HELP: &str = "\
{} [OPTION]... [INPUT [OUTPUT]]
Filter adjacent matching lines from INPUT (or standard input), writing to OUTPUT (or standard output).

  -c, --count             prefix lines by the number of occurrences
  -d, --repeated          only print duplicate lines, one for each group
  -D                      print all duplicate lines
      --all-repeated[=METHOD]  like -D, with an empty line between groups:
                          METHOD is none (the default), prepend or separate
  -f, --skip-fields=N     do not compare the first N fields
      --group[=METHOD]    show all lines, with an empty line between groups:
                          METHOD is separate (the default), prepend, append or both
  -i, --ignore-case       ignore differences in case when comparing
  -s, --skip-chars=N      do not compare the first N characters
  -u, --unique            only print unique lines
  -w, --check-chars=N     compare no more than N characters in lines
  -z, --zero-terminated   line delimiter is NUL, not newline";

const LONGS: &[Long] = &[
    ("count", Takes::Nothing, 'c'),
    ("repeated", Takes::Nothing, 'd'),
    ("all-repeated", Takes::Optional, '\u{1}'),
    ("skip-fields", Takes::Argument, 'f'),
    ("group", Takes::Optional, '\u{2}'),
    ("ignore-case", Takes::Nothing, 'i'),
    ("skip-chars", Takes::Argument, 's'),
    ("unique", Takes::Nothing, 'u'),
    ("check-chars", Takes::Argument, 'w'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

/// Where empty lines stand when whole groups are printed.
#[derive(Clone, Copy, PartialEq)]
enum Method {
    None,
    Prepend,
    Append,
    Separate,
    Both,
}

struct Settings {
    count: bool,
    /// Lines that are there once, and the first of those that repeat.
    singles: bool,
    repeated: bool,
    /// All lines of a group; with `--group` of every group, else of those that repeat.
    all: Option<Method>,
    grouping: bool,
    skip_fields: usize,
    skip_chars: usize,
    check_chars: usize,
    ignore_case: bool,
    end: u8,
}

impl Settings {
    /// The part of a line that is compared.
    fn key<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let mut rest = line;
        for _ in 0..self.skip_fields {
            let blank = |b: &u8| matches!(b, b' ' | b'\t' | b'\n');
            let blanks = rest.iter().take_while(|b| blank(b)).count();
            let word = rest[blanks..].iter().take_while(|b| !blank(b)).count();
            if blanks + word == 0 {
                break;
            }
            rest = &rest[blanks + word..];
        }
        rest = &rest[self.skip_chars.min(rest.len())..];
        &rest[..self.check_chars.min(rest.len())]
    }

    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        let (a, b) = (self.key(a), self.key(b));
        if self.ignore_case { a.eq_ignore_ascii_case(b) } else { a == b }
    }
}

/// Writes groups as they come.
struct Groups<'a, W> {
    settings: &'a Settings,
    out: W,
    /// The group's first line, and how many it has so far.
    first: Vec<u8>,
    count: u64,
    /// A group was printed whole.
    printed: bool,
}

impl<W: Write> Groups<'_, W> {
    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        if self.count > 0 && self.settings.same(&self.first, line) {
            self.count += 1;
            if let Some(method) = self.settings.all {
                if self.count == 2 && !self.settings.grouping {
                    self.begin(method)?;
                    self.put_first()?;
                }
                self.put(line)?;
            }
            return Ok(());
        }
        self.end_group()?;
        self.first.clear();
        self.first.extend_from_slice(line);
        self.count = 1;
        if let (Some(method), true) = (self.settings.all, self.settings.grouping) {
            self.begin(method)?;
            self.put(line)?;
        }
        Ok(())
    }

    /// The empty line before a group that is printed whole.
    fn begin(&mut self, method: Method) -> io::Result<()> {
        let wanted = match method {
            Method::Prepend | Method::Both => true,
            Method::Separate | Method::Append => self.printed && method == Method::Separate,
            Method::None => false,
        };
        self.printed = true;
        if wanted { self.out.write_all(&[self.settings.end]) } else { Ok(()) }
    }

    fn put(&mut self, line: &[u8]) -> io::Result<()> {
        self.out.write_all(line)?;
        self.out.write_all(&[self.settings.end])
    }

    fn put_first(&mut self) -> io::Result<()> {
        self.out.write_all(&self.first)?;
        self.out.write_all(&[self.settings.end])
    }

    fn end_group(&mut self) -> io::Result<()> {
        let settings = self.settings;
        if self.count == 0 {
            return Ok(());
        }
        if let Some(method) = settings.all {
            if settings.grouping && method == Method::Append {
                self.out.write_all(&[settings.end])?;
            }
            return Ok(());
        }
        let wanted = if self.count == 1 { settings.singles } else { settings.repeated };
        if !wanted {
            return Ok(());
        }
        if settings.count {
            write!(self.out, "{:7} ", self.count)?;
        }
        self.put_first()
    }

    fn end(&mut self) -> io::Result<()> {
        self.end_group()?;
        if self.settings.all == Some(Method::Both) && self.printed {
            self.out.write_all(&[self.settings.end])?;
        }
        self.out.flush()
    }
}

fn method(option: &str, value: &[u8], methods: &[(&str, Method)], default: Method) -> Result<Method, Failure> {
    if value.is_empty() {
        return Ok(default);
    }
    let mut matching = methods.iter().filter(|(name, _)| name.as_bytes().starts_with(value));
    if let (Some((_, method)), None) = (matching.next(), matching.next()) {
        return Ok(*method);
    }
    let names: Vec<String> = methods.iter().map(|(name, _)| format!("  - '{name}'")).collect();
    let value = quote(value);
    Err(Failure::usage(format!(
        "invalid argument {value} for '--{option}'\nValid arguments are:\n{}",
        names.join("\n")
    )))
}

/// A number; one that is too large means all there is.
fn number(value: &[u8], what: &str) -> Result<usize, Failure> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(Failure::new(format!("{}: invalid number of {what}", lossy(value))));
    }
    Ok(lossy(value).parse().unwrap_or(usize::MAX))
}

/// The old form `uniq -1`: fields to skip.
fn modern(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for arg in args.iter_mut().skip(1) {
        if let Some(digits) = arg.strip_prefix(b"-")
            && !digits.is_empty()
            && digits.iter().all(u8::is_ascii_digit)
        {
            *arg = [b"-f", digits].concat();
        }
    }
    args
}

/// Runs uniq.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "cdDf:is:uw:z", LONGS, HELP);
    let (mut repeated, mut unique, mut names) = (false, false, Vec::new());
    let mut settings = Settings {
        count: false,
        singles: true,
        repeated: true,
        all: None,
        grouping: false,
        skip_fields: 0,
        skip_chars: 0,
        check_chars: usize::MAX,
        ignore_case: false,
        end: b'\n',
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => settings.count = true,
            Item::Option('d', _) => repeated = true,
            Item::Option('D', _) => settings.all = Some(Method::None),
            Item::Option('\u{1}', value) => {
                let methods = [("none", Method::None), ("prepend", Method::Prepend), ("separate", Method::Separate)];
                settings.all = Some(method("all-repeated", &value, &methods, Method::None)?);
            }
            Item::Option('\u{2}', value) => {
                let methods = [
                    ("prepend", Method::Prepend),
                    ("append", Method::Append),
                    ("separate", Method::Separate),
                    ("both", Method::Both),
                ];
                settings.all = Some(method("group", &value, &methods, Method::Separate)?);
                settings.grouping = true;
            }
            Item::Option('f', value) => settings.skip_fields = number(&value, "fields to skip")?,
            Item::Option('s', value) => settings.skip_chars = number(&value, "bytes to skip")?,
            Item::Option('w', value) => settings.check_chars = number(&value, "bytes to compare")?,
            Item::Option('i', _) => settings.ignore_case = true,
            Item::Option('u', _) => unique = true,
            Item::Option(..) => settings.end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if let Some(extra) = names.get(2) {
        return Err(Failure::usage(format!("extra operand {}", quote(extra))));
    }
    if settings.grouping && (settings.count || repeated || unique) {
        return Err(Failure::usage("--group is mutually exclusive with -c/-d/-D/-u"));
    }
    if settings.count && settings.all.is_some() {
        return Err(Failure::usage("printing all duplicated lines and repeat counts is meaningless"));
    }
    (settings.singles, settings.repeated) = (!repeated, !unique);
    if unique && settings.all.is_some() {
        // Those that repeat are all that -D prints, and -u takes them away.
        settings.all = None;
        settings.singles = false;
    }
    let input = names.first().map_or(&b"-"[..], Vec::as_slice);
    let failed = |name: &[u8]| {
        let name = lossy(name);
        move |errno| Failure::new(format!("{name}: {errno}"))
    };
    let mut lines = Lines::new(read::open(input).map_err(failed(input))?, settings.end);
    match names.get(1).filter(|name| *name != b"-") {
        None => filter(&settings, input, &mut lines, stdout()),
        Some(name) => {
            let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
            let file = files::open(name, flags, 0o666).map_err(failed(name))?;
            filter(&settings, input, &mut lines, BufWriter::new(file))
        }
    }
}

fn filter(settings: &Settings, name: &[u8], lines: &mut Lines, out: impl Write) -> Outcome {
    let mut groups = Groups { settings, out, first: Vec::new(), count: 0, printed: false };
    loop {
        match lines.next_line() {
            Ok(Some(line)) => groups.line(content(line, settings.end))?,
            Ok(None) => break,
            Err(errno) => {
                groups.out.flush()?;
                return Err(Failure::new(format!("error reading {}: {errno}", quote(name))));
            }
        }
    }
    groups.end()?;
    Ok(0)
}

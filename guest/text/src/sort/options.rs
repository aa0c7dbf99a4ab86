//! sort's command line.

use super::key::{Key, Order, Place};
use agentfense_support::options::size;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Takes, quote};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Write sorted concatenation of all FILE(s) to standard output. With no FILE, or when FILE is -, read standard input.

  -b, --ignore-leading-blanks   ignore leading blanks
  -d, --dictionary-order        consider only blanks and alphanumeric characters
  -f, --ignore-case             fold lower case to upper case characters
  -g, --general-numeric-sort    compare according to general numerical value
  -h, --human-numeric-sort      compare human readable numbers (e.g., 2K 1G)
  -i, --ignore-nonprinting      consider only printable characters
  -M, --month-sort              compare (unknown) < 'JAN' < ... < 'DEC'
  -n, --numeric-sort            compare according to string numerical value
  -R, --random-sort             shuffle, but group identical keys
      --random-source=FILE      get random bytes from FILE
  -r, --reverse                 reverse the result of comparisons
      --sort=WORD               sort according to WORD: general-numeric -g, human-numeric -h, month -M,
                                numeric -n, random -R, version -V
  -V, --version-sort            natural sort of (version) numbers within text

  -c, --check, --check=diagnose-first   check for sorted input; do not sort
  -C, --check=quiet, --check=silent     like -c, but do not report first bad line
      --debug                   annotate the part of the line used to sort
      --files0-from=F           read input from the files specified by NUL-terminated names in file F
  -k, --key=KEYDEF              sort via a key; KEYDEF gives location and type
  -m, --merge                   merge already sorted files; do not sort
  -o, --output=FILE             write result to FILE instead of standard output
  -s, --stable                  stabilize sort by disabling last-resort comparison
  -S, --buffer-size=SIZE        use SIZE for main memory buffer
  -t, --field-separator=SEP     use SEP instead of non-blank to blank transition
  -T, --temporary-directory=DIR use DIR for temporaries, not $TMPDIR or /tmp
  -u, --unique                  with -c, check for strict ordering; without -c, output only the first of an equal run
  -z, --zero-terminated         line delimiter is NUL, not newline

--batch-size, --compress-program and --parallel are accepted and change nothing. Lines compare by their bytes.

KEYDEF is F[.C][OPTS][,F[.C][OPTS]] for start and stop position, where F is a field number and C a character position
in the field; both are origin 1, and the stop position defaults to the line's end. OPTS is one or more single-letter
ordering options [bdfgiMhnRrV], which override global ordering options for that key.";

const LONGS: &[Long] = &[
    ("ignore-leading-blanks", Takes::Nothing, 'b'),
    ("dictionary-order", Takes::Nothing, 'd'),
    ("ignore-case", Takes::Nothing, 'f'),
    ("general-numeric-sort", Takes::Nothing, 'g'),
    ("human-numeric-sort", Takes::Nothing, 'h'),
    ("ignore-nonprinting", Takes::Nothing, 'i'),
    ("month-sort", Takes::Nothing, 'M'),
    ("numeric-sort", Takes::Nothing, 'n'),
    ("random-sort", Takes::Nothing, 'R'),
    ("random-source", Takes::Argument, '\u{1}'),
    ("reverse", Takes::Nothing, 'r'),
    ("sort", Takes::Argument, '\u{2}'),
    ("version-sort", Takes::Nothing, 'V'),
    ("batch-size", Takes::Argument, '\u{3}'),
    ("check", Takes::Optional, '\u{4}'),
    ("compress-program", Takes::Argument, '\u{3}'),
    ("debug", Takes::Nothing, '\u{5}'),
    ("files0-from", Takes::Argument, '\u{6}'),
    ("key", Takes::Argument, 'k'),
    ("merge", Takes::Nothing, 'm'),
    ("output", Takes::Argument, 'o'),
    ("stable", Takes::Nothing, 's'),
    ("buffer-size", Takes::Argument, 'S'),
    ("field-separator", Takes::Argument, 't'),
    ("temporary-directory", Takes::Argument, 'T'),
    ("parallel", Takes::Argument, '\u{3}'),
    ("unique", Takes::Nothing, 'u'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

/// What is checked instead of sorted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The first line out of order is told.
    Told,
    /// The status says it.
    Silent,
}

/// All that sort is told.
pub struct Settings {
    pub order: Order,
    pub check: Option<Check>,
    pub merge: bool,
    pub debug: bool,
    pub output: Option<Vec<u8>>,
    pub temporary: Option<Vec<u8>>,
    /// How many bytes are held in memory at a time.
    pub memory: usize,
    pub random_source: Option<Vec<u8>>,
    pub files: Vec<Vec<u8>>,
}

/// What is held in memory before a sorted part goes to a file: well below what a sandbox has.
const MEMORY: usize = 256 * 1024 * 1024;

fn failure(message: String) -> Failure {
    Failure::new(message).status(2)
}

fn usage(message: &str) -> Failure {
    Failure::usage(message)
}

/// Reads the command line.
pub fn read(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    let mut global = Key::default();
    let mut keys: Vec<Key> = Vec::new();
    let mut settings = Settings {
        order: Order {
            keys: Vec::new(),
            separator: None,
            end: b'\n',
            unique: false,
            stable: false,
            reverse: false,
            seed: 0,
        },
        check: None,
        merge: false,
        debug: false,
        output: None,
        temporary: None,
        memory: MEMORY,
        random_source: None,
        files: Vec::new(),
    };
    let mut files_from = None;
    let mut options = Options::new(old_keys(args), "bdfghiMnRrVcCk:mo:sS:t:T:uz", LONGS, HELP);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter @ ('b' | 'd' | 'f' | 'g' | 'h' | 'i' | 'M' | 'n' | 'R' | 'r' | 'V'), _) => {
                global.set(letter, true, true);
            }
            Item::Option('\u{1}', file) => settings.random_source = Some(file),
            Item::Option('\u{2}', word) => {
                let letter = sort_word(&word)?;
                global.set(letter, true, true);
            }
            Item::Option('\u{3}', _) => {}
            Item::Option('\u{4}', how) => {
                settings.check = Some(match how.as_slice() {
                    b"" | b"diagnose-first" => Check::Told,
                    b"quiet" | b"silent" => Check::Silent,
                    _ => return Err(usage(&format!("invalid argument {} for '--check'", quote(&how)))),
                });
            }
            Item::Option('\u{5}', _) => settings.debug = true,
            Item::Option('\u{6}', file) => files_from = Some(file),
            Item::Option('c', _) => settings.check = Some(Check::Told),
            Item::Option('C', _) => settings.check = Some(Check::Silent),
            Item::Option('k', definition) => keys.push(key(&definition)?),
            Item::Option('m', _) => settings.merge = true,
            Item::Option('o', file) => {
                if settings.output.as_ref().is_some_and(|other| *other != file) {
                    return Err(failure("multiple output files specified".into()));
                }
                settings.output = Some(file);
            }
            Item::Option('s', _) => settings.order.stable = true,
            Item::Option('S', value) => settings.memory = memory(&value)?,
            Item::Option('t', value) => {
                let separator = separator(&value)?;
                if settings.order.separator.is_some_and(|other| other != separator) {
                    return Err(failure("incompatible tabs".into()));
                }
                settings.order.separator = Some(separator);
            }
            Item::Option('T', directory) => settings.temporary = Some(directory),
            Item::Option('u', _) => settings.order.unique = true,
            Item::Option('z', _) => settings.order.end = 0,
            Item::Option(..) => {}
            Item::Operand(file) => settings.files.push(file),
        }
    }
    if let Some(from) = files_from {
        if let Some(extra) = settings.files.first() {
            let text = format!("extra operand {}\nfile operands cannot be combined with --files0-from", quote(extra));
            return Err(usage(&text));
        }
        let list = agentfense_support::read::whole(&from)
            .map_err(|errno| failure(format!("open failed: {}: {errno}", lossy(&from))))?;
        settings.files = list.split(|&b| b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect();
        if settings.files.is_empty() {
            return Err(failure(format!("no input from {}", quote(&from))));
        }
    }
    for key in &mut keys {
        if !key.has_own_order() {
            key.inherit(&global);
        }
    }
    if keys.is_empty() {
        keys.push(global.clone());
    }
    for key in &keys {
        if let Some(letters) = key.contradiction() {
            return Err(failure(format!("options '-{letters}' are incompatible")));
        }
    }
    settings.order.keys = keys;
    settings.order.reverse = global.reverse;
    if settings.check.is_some() {
        if let Some(extra) = settings.files.get(1) {
            let letter = if settings.check == Some(Check::Told) { 'c' } else { 'C' };
            return Err(failure(format!("extra operand {} not allowed with -{letter}", quote(extra))));
        }
        if settings.output.is_some() {
            return Err(failure("options '-co' are incompatible".into()));
        }
    }
    if settings.files.is_empty() {
        settings.files.push(b"-".to_vec());
    }
    Ok(settings)
}

fn sort_word(word: &[u8]) -> Result<char, Failure> {
    let words = [
        ("general-numeric", 'g'),
        ("human-numeric", 'h'),
        ("month", 'M'),
        ("numeric", 'n'),
        ("random", 'R'),
        ("version", 'V'),
    ];
    let mut found = words.iter().filter(|(name, _)| name.as_bytes().starts_with(word) && !word.is_empty());
    match (found.next(), found.next()) {
        (Some((_, letter)), None) => Ok(*letter),
        _ => Err(usage(&format!("invalid argument {} for '--sort'", quote(word)))),
    }
}

fn separator(value: &[u8]) -> Result<u8, Failure> {
    match value {
        [] => Err(failure("empty tab".into())),
        b"\\0" => Ok(0),
        [one] => Ok(*one),
        _ => Err(failure(format!("multi-character tab {}", quote(value)))),
    }
}

/// A size for `-S`: a percentage of what there is, or a number in units of 1024 bytes.
fn memory(value: &[u8]) -> Result<usize, Failure> {
    let invalid = || failure(format!("invalid --buffer-size argument {}", quote(value)));
    let bytes = match value.strip_suffix(b"%") {
        Some(percent) => {
            let percent: u64 = std::str::from_utf8(percent).ok().and_then(|p| p.parse().ok()).ok_or_else(invalid)?;
            (MEMORY as u64).saturating_mul(percent.min(100)) / 100
        }
        None if value.last() == Some(&b'b') => size(&value[..value.len() - 1]).ok_or_else(invalid)?,
        None if value.last().is_some_and(u8::is_ascii_digit) => size(value).ok_or_else(invalid)?.saturating_mul(1024),
        None => size(value).ok_or_else(invalid)?,
    };
    // Too little would make a file of every line.
    Ok(usize::try_from(bytes).unwrap_or(MEMORY).clamp(64 * 1024, MEMORY))
}

/// The old forms `+1 -2` for `-k2,2`.
fn old_keys(args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut modern: Vec<Vec<u8>> = Vec::with_capacity(args.len());
    let mut args = args.into_iter().peekable();
    modern.extend(args.next());
    while let Some(arg) = args.next() {
        if arg == b"--" {
            modern.push(arg);
            modern.extend(args);
            break;
        }
        let Some(start) = arg.strip_prefix(b"+").filter(|rest| rest.first().is_some_and(u8::is_ascii_digit)) else {
            modern.push(arg);
            continue;
        };
        let Some(mut definition) = old_place(start, true) else {
            modern.push(arg);
            continue;
        };
        let stop = args
            .peek()
            .and_then(|next| next.strip_prefix(b"-"))
            .filter(|rest| rest.first().is_some_and(u8::is_ascii_digit));
        if let Some(stop) = stop.and_then(|stop| old_place(stop, false)) {
            definition.push(b',');
            definition.extend(stop);
            args.next();
        }
        modern.push(b"-k".to_vec());
        modern.push(definition);
    }
    modern
}

/// `F[.C][OPTS]`, counted from 0, as it is written behind `-k`.
fn old_place(text: &[u8], start: bool) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    let letters = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (numbers, letters) = text.split_at(letters);
    let (field, character) = numbers.split_once('.').unwrap_or((numbers, "0"));
    let (field, character): (u64, u64) = (field.parse().ok()?, character.parse().ok()?);
    let place = match (start, character) {
        (true, _) => format!("{}.{}", field.checked_add(1)?, character.checked_add(1)?),
        (false, 0) => format!("{field}"),
        (false, _) => format!("{}.{character}", field.checked_add(1)?),
    };
    Some(format!("{place}{letters}").into_bytes())
}

/// A definition of `-k`.
fn key(definition: &[u8]) -> Result<Key, Failure> {
    let wrong = |what: &str| failure(format!("{what}: invalid field specification {}", quote(definition)));
    let mut rest = definition;
    let number = |rest: &mut &[u8], what: &str| -> Result<usize, Failure> {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return Err(failure(format!("{what}: invalid count at start of {}", quote(*rest))));
        }
        let (number, after) = rest.split_at(digits);
        *rest = after;
        // A larger number is behind every line's end as well.
        Ok(std::str::from_utf8(number).ok().and_then(|n| n.parse().ok()).unwrap_or(usize::MAX))
    };
    let mut key = Key::default();
    let field = number(&mut rest, "invalid number at field start")?;
    key.start.field = field.checked_sub(1).ok_or_else(|| wrong("field number is zero"))?;
    if let Some(after) = rest.strip_prefix(b".") {
        rest = after;
        let character = number(&mut rest, "invalid number after '.'")?;
        key.start.character = character.checked_sub(1).ok_or_else(|| wrong("character offset is zero"))?;
    }
    let letters = |rest: &mut &[u8], key: &mut Key, start: bool| {
        while let Some((&letter, after)) = rest.split_first() {
            if !key.set(char::from(letter), start, !start) {
                break;
            }
            *rest = after;
        }
    };
    letters(&mut rest, &mut key, true);
    if let Some(after) = rest.strip_prefix(b",") {
        rest = after;
        let field = number(&mut rest, "invalid number after ','")?;
        let mut stop =
            Place { field: field.checked_sub(1).ok_or_else(|| wrong("field number is zero"))?, character: 0 };
        if let Some(after) = rest.strip_prefix(b".") {
            rest = after;
            stop.character = number(&mut rest, "invalid number after '.'")?;
        }
        key.stop = Some(stop);
        letters(&mut rest, &mut key, false);
    }
    if rest.is_empty() { Ok(key) } else { Err(wrong("stray character in field spec")) }
}

//! cmp: compares two files byte by byte.

use agentfense_support::options::size;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, read, stdout};
use agentfense_sys::files::{FileType, OpenFile, Whence};
use agentfense_sys::{Errno, error_text};
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]
Compare two files byte by byte.

  -b, --print-bytes         print differing bytes
  -i, --ignore-initial=SKIP[:SKIP2]  skip the first bytes of both inputs
  -l, --verbose             print the numbers and values of all differing bytes
  -n, --bytes=LIMIT         compare at most LIMIT bytes
  -s, --quiet, --silent     print nothing; the exit status says it";

const LONGS: &[Long] = &[
    ("print-bytes", Takes::Nothing, 'b'),
    ("ignore-initial", Takes::Argument, 'i'),
    ("verbose", Takes::Nothing, 'l'),
    ("bytes", Takes::Argument, 'n'),
    ("quiet", Takes::Nothing, 's'),
    ("silent", Takes::Nothing, 's'),
];

fn count(what: &str, value: &[u8]) -> Result<u64, Failure> {
    size(value).ok_or_else(|| Failure::usage(format!("invalid {what} value {}", quote(value))))
}

/// A byte as `-b` shows it, in the notation of `cat -v`.
fn shown(byte: u8) -> String {
    let (meta, low) = if byte >= 0x80 { ("M-", byte - 0x80) } else { ("", byte) };
    match low {
        0..0x20 => format!("{meta}^{}", char::from(low + 0x40)),
        0x7f => format!("{meta}^?"),
        _ => format!("{meta}{}", char::from(low)),
    }
}

struct Side {
    name: String,
    input: BufReader<OpenFile>,
}

impl Side {
    fn open(name: &[u8], skip: u64) -> Result<Side, Failure> {
        let shown = String::from_utf8_lossy(name).into_owned();
        let fail = |errno: Errno| Failure::new(format!("{shown}: {errno}")).status(2);
        let file = read::open(name).map_err(fail)?;
        let seekable = skip == 0 || i64::try_from(skip).is_ok_and(|skip| file.seek_to(skip, Whence::Current).is_ok());
        let mut side = Side { name: shown, input: BufReader::with_capacity(64 * 1024, file) };
        if !seekable {
            let mut left = skip;
            while left > 0 {
                let there = side.fill()?.len() as u64;
                if there == 0 {
                    break;
                }
                let taken = there.min(left);
                side.input.consume(usize::try_from(taken).unwrap_or(usize::MAX));
                left -= taken;
            }
        }
        Ok(side)
    }

    fn fill(&mut self) -> Result<&[u8], Failure> {
        let name = &self.name;
        self.input.fill_buf().map_err(|error| Failure::new(format!("{name}: {}", error_text(&error))).status(2))
    }
}

/// Runs cmp.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bi:ln:sv", LONGS, HELP);
    let (mut bytes, mut verbose, mut silent, mut limit) = (false, false, false, u64::MAX);
    let (mut skips, mut names) = ([0u64; 2], Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => bytes = true,
            Item::Option('i', value) => {
                let mut parts = value.splitn(2, |&b| b == b':');
                let first = count("--ignore-initial", parts.next().unwrap_or_default())?;
                let second = parts.next().map_or(Ok(first), |part| count("--ignore-initial", part))?;
                skips = [first, second];
            }
            Item::Option('l', _) => verbose = true,
            Item::Option('n', value) => limit = count("--bytes", &value)?,
            Item::Option(..) => silent = true,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand after 'cmp'"));
    }
    if let Some(extra) = names.get(4) {
        return Err(Failure::usage(format!("extra operand {}", quote(extra))));
    }
    for (skip, value) in skips.iter_mut().zip(names.iter().skip(2)) {
        *skip = count("SKIP", value)?;
    }
    let second = names.get(1).map_or(&b"-"[..], Vec::as_slice);
    let opened = Side::open(&names[0], skips[0]).and_then(|one| Ok([one, Side::open(second, skips[1])?]));
    let mut sides = opened.map_err(|failure| if silent { Failure::quiet(2) } else { failure })?;
    let sizes = sides.iter().zip(skips).filter_map(|(side, skip)| {
        let stat = side.input.get_ref().stat().ok().filter(|stat| stat.kind == FileType::Regular)?;
        Some(stat.size.saturating_sub(skip))
    });
    let width = sizes.min().map_or(0, |size| size.min(limit).to_string().len());
    let mut out = stdout();
    let status = compare(&mut sides, Show { width, bytes, verbose, silent }, limit, &mut out)?;
    out.flush()?;
    Ok(status)
}

#[derive(Clone, Copy)]
struct Show {
    /// How wide the numbers of bytes are.
    width: usize,
    bytes: bool,
    verbose: bool,
    silent: bool,
}

fn compare(sides: &mut [Side; 2], show: Show, limit: u64, out: &mut impl Write) -> Outcome {
    let (mut at, mut line, mut status) = (0u64, 1u64, 0);
    let mut last = b'\n';
    let [one, two] = sides;
    let width = show.width;
    while at < limit {
        let (first, second) = (one.fill()?, two.fill()?);
        if first.is_empty() || second.is_empty() {
            if first.len() == second.len() {
                break;
            }
            if !show.silent {
                let name = if first.is_empty() { &one.name } else { &two.name };
                out.flush()?;
                agentfense_support::complain("cmp", eof(name, at, line, last, show.verbose));
            }
            return Ok(1);
        }
        let most = usize::try_from(limit - at).unwrap_or(usize::MAX);
        let length = first.len().min(second.len()).min(most);
        let (first, second) = (&first[..length], &second[..length]);
        if first != second {
            if show.silent {
                return Ok(1);
            }
            status = 1;
            for (offset, (&a, &b)) in first.iter().zip(second).enumerate() {
                if a == b {
                    continue;
                }
                let number = at + offset as u64 + 1;
                if show.verbose {
                    match show.bytes {
                        true => writeln!(out, "{number:width$} {a:3o} {:4} {b:3o} {}", shown(a), shown(b))?,
                        false => writeln!(out, "{number:width$} {a:3o} {b:3o}")?,
                    }
                    continue;
                }
                line += memchr::memchr_iter(b'\n', &first[..offset]).count() as u64;
                write!(out, "{} {} differ: ", one.name, two.name)?;
                match show.bytes {
                    true => writeln!(out, "byte {number}, line {line} is {a:3o} {} {b:3o} {}", shown(a), shown(b))?,
                    false => writeln!(out, "byte {number}, line {line}")?,
                }
                return Ok(1);
            }
        }
        line += memchr::memchr_iter(b'\n', first).count() as u64;
        last = first[length - 1];
        at += length as u64;
        one.input.consume(length);
        two.input.consume(length);
    }
    Ok(status)
}

/// What is said of the file that ends first.
fn eof(name: &str, at: u64, line: u64, last: u8, verbose: bool) -> String {
    if at == 0 {
        return format!("EOF on {name} which is empty");
    }
    match (verbose, last) {
        (true, _) => format!("EOF on {name} after byte {at}"),
        (false, b'\n') => format!("EOF on {name} after byte {at}, line {}", line - 1),
        (false, _) => format!("EOF on {name} after byte {at}, in line {line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages() {
        assert_eq!(eof("l1", 4, 3, b'\n', false), "EOF on l1 after byte 4, line 2");
        assert_eq!(eof("l1", 3, 1, b'x', false), "EOF on l1 after byte 3, in line 1");
        assert_eq!(shown(0x81), "M-^A");
        assert_eq!(shown(b'a'), "a");
    }
}

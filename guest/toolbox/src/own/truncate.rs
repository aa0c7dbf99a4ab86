//! truncate: makes files shorter or longer.

use agentfense_support::options::size;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFlags};

const HELP: &str = "\
{} OPTION... FILE...
Shrink or extend the size of each FILE to the specified size. A FILE that does not exist is created.

  -c, --no-create        do not create any files
  -o, --io-blocks        treat SIZE as number of IO blocks instead of bytes
  -r, --reference=RFILE  base size on RFILE
  -s, --size=SIZE        set or adjust the file size by SIZE bytes

SIZE may be prefixed by one of the following modifying characters: '+' extend by, '-' reduce by, '<' at most,
'>' at least, '/' round down to multiple of, '%' round up to multiple of.";

/// Bytes in an IO block, as stat(1) shows it.
const BLOCK: u64 = 4096;

/// How a size changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    To,
    Extend,
    Reduce,
    AtMost,
    AtLeast,
    Down,
    Up,
}

fn parse(value: &[u8]) -> Option<(Change, u64)> {
    let text = value.trim_ascii_start();
    let (change, digits) = match text.split_first()? {
        (b'+', rest) => (Change::Extend, rest),
        (b'-', rest) => (Change::Reduce, rest),
        (b'<', rest) => (Change::AtMost, rest),
        (b'>', rest) => (Change::AtLeast, rest),
        (b'/', rest) => (Change::Down, rest),
        (b'%', rest) => (Change::Up, rest),
        _ => (Change::To, text),
    };
    digits.first().filter(|b| b.is_ascii_digit())?;
    Some((change, size(digits)?))
}

/// The new size; absent when it is too large.
fn apply(change: Change, by: u64, current: u64) -> Option<u64> {
    match change {
        Change::To => Some(by),
        Change::Extend => current.checked_add(by),
        Change::Reduce => Some(current.saturating_sub(by)),
        Change::AtMost => Some(current.min(by)),
        Change::AtLeast => Some(current.max(by)),
        Change::Down => Some(current - current % by.max(1)),
        Change::Up => current.checked_next_multiple_of(by.max(1)),
    }
}

/// Runs truncate.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("no-create", Takes::Nothing, 'c'),
        ("io-blocks", Takes::Nothing, 'o'),
        ("reference", Takes::Argument, 'r'),
        ("size", Takes::Argument, 's'),
    ];
    let mut options = Options::new(args, "cor:s:", longs, HELP);
    let (mut create, mut blocks, mut reference, mut change, mut names) = (true, false, None, None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => create = false,
            Item::Option('o', _) => blocks = true,
            Item::Option('r', name) => reference = Some(name),
            Item::Option('s', value) => {
                let parsed = parse(&value).ok_or_else(|| Failure::new(format!("Invalid number: {}", quote(&value))))?;
                if parsed.1 == 0 && matches!(parsed.0, Change::Down | Change::Up) {
                    return Err(Failure::new("division by zero"));
                }
                change = Some(parsed);
            }
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if change.is_none() && reference.is_none() {
        return Err(Failure::usage("you must specify either '--size' or '--reference'"));
    }
    if reference.is_some() && change.is_some_and(|(change, _)| change == Change::To) {
        return Err(Failure::usage("you must specify a relative '--size' with '--reference'"));
    }
    if names.is_empty() {
        return Err(Failure::usage("missing file operand"));
    }
    let base = match &reference {
        Some(name) => {
            let stat = files::stat(name, true)
                .map_err(|errno| Failure::new(format!("cannot stat {}: {errno}", quote(name))))?;
            Some(stat.size)
        }
        None => None,
    };
    let (change, by) = change.unwrap_or((Change::Extend, 0));
    let by = if blocks { by.saturating_mul(BLOCK) } else { by };
    let mut status = 0;
    for name in &names {
        let flags = if create { OpenFlags::WRITE | OpenFlags::CREATE } else { OpenFlags::WRITE };
        let file = match files::open(name, flags | OpenFlags::NONBLOCK, 0o666) {
            Ok(file) => file,
            Err(Errno::Noent) if !create => continue,
            Err(errno) => {
                complain("truncate", format_args!("cannot open {} for writing: {errno}", quote(name)));
                status = 1;
                continue;
            }
        };
        let result = match base {
            Some(base) => Ok(base),
            None => file.stat().map(|stat| stat.size),
        };
        let result = result.and_then(|current| apply(change, by, current).ok_or(Errno::Fbig));
        if let Err(errno) = result.and_then(|size| file.set_size(size)) {
            complain("truncate", format_args!("failed to truncate {}: {errno}", quote(name)));
            status = 1;
        }
    }
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse(b"+2K"), Some((Change::Extend, 2048)));
        assert_eq!(parse(b"x"), None);
        assert_eq!(parse(b"+"), None);
        assert_eq!(apply(Change::Up, 4, 5), Some(8));
        assert_eq!(apply(Change::Down, 4, 7), Some(4));
        assert_eq!(apply(Change::Reduce, 9, 7), Some(0));
        assert_eq!(apply(Change::Extend, u64::MAX, 1), None);
    }
}

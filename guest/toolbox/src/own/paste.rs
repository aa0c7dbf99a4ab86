//! paste: merges lines of files.

use agentfense_support::lines::{Lines, content};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, read, stdout};
use agentfense_sys::Errno;
use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Write lines that consist of the corresponding lines of each FILE, with TABs between them.

  -d, --delimiters=LIST   reuse characters from LIST instead of TABs
  -s, --serial            paste one file at a time instead of in parallel
  -z, --zero-terminated   line delimiter is NUL, not newline";

const LONGS: &[Long] =
    &[("delimiters", Takes::Argument, 'd'), ("serial", Takes::Nothing, 's'), ("zero-terminated", Takes::Nothing, 'z')];

/// The delimiters of a list, each a byte or, for `\0`, nothing.
fn delimiters(list: &[u8]) -> Result<Vec<Option<u8>>, Failure> {
    let mut found = Vec::new();
    let mut bytes = list.iter();
    while let Some(&byte) = bytes.next() {
        found.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'0') => None,
                Some(b'b') => Some(b'\x08'),
                Some(b'f') => Some(b'\x0c'),
                Some(b'n') => Some(b'\n'),
                Some(b'r') => Some(b'\r'),
                Some(b't') => Some(b'\t'),
                Some(b'v') => Some(b'\x0b'),
                Some(&other) => Some(other),
                None => {
                    let message = format!("delimiter list ends with an unescaped backslash: {}", lossy(list));
                    return Err(Failure::new(message));
                }
            },
            byte => Some(byte),
        });
    }
    if found.is_empty() {
        found.push(None);
    }
    Ok(found)
}

/// A file that may be read by several columns, as standard input can.
type Shared = Rc<RefCell<Lines>>;

/// Appends a line without its end; false at the end of the file.
fn append(lines: &Shared, end: u8, into: &mut Vec<u8>) -> Result<bool, Errno> {
    let mut lines = lines.try_borrow_mut().map_err(|_| Errno::Busy)?;
    let line = lines.next_line()?;
    if let Some(line) = line {
        into.extend_from_slice(content(line, end));
    }
    Ok(line.is_some())
}

/// Runs paste.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "d:sz", LONGS, HELP);
    let (mut list, mut serial, mut end, mut names) = (vec![Some(b'\t')], false, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('d', value) => list = delimiters(&value)?,
            Item::Option('s', _) => serial = true,
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    if serial { one_by_one(&names, &list, end) } else { in_parallel(&names, &list, end) }
}

fn tell(name: &[u8], errno: Errno) {
    complain("paste", format_args!("{}: {errno}", lossy(name)));
}

fn one_by_one(names: &[Vec<u8>], list: &[Option<u8>], end: u8) -> Outcome {
    let (mut out, mut status, mut line) = (stdout(), 0, Vec::new());
    for name in names {
        let lines = match read::open(name) {
            Ok(file) => Rc::new(RefCell::new(Lines::new(file, end))),
            Err(errno) => {
                out.flush()?;
                tell(name, errno);
                status = 1;
                continue;
            }
        };
        let mut delimiters = None;
        loop {
            line.clear();
            match append(&lines, end, &mut line) {
                Ok(false) => break,
                Ok(true) => {}
                Err(errno) => {
                    out.flush()?;
                    tell(name, errno);
                    status = 1;
                    break;
                }
            }
            match &mut delimiters {
                None => delimiters = Some(list.iter().cycle()),
                Some(delimiters) => out.write_all(delimiters.next().copied().flatten().as_slice())?,
            }
            out.write_all(&line)?;
        }
        out.write_all(&[end])?;
    }
    out.flush()?;
    Ok(status)
}

fn in_parallel(names: &[Vec<u8>], list: &[Option<u8>], end: u8) -> Outcome {
    let mut input: Option<Shared> = None;
    // A column at its end is none.
    let mut columns: Vec<Option<Shared>> = Vec::new();
    for name in names {
        if name == b"-"
            && let Some(shared) = &input
        {
            columns.push(Some(Rc::clone(shared)));
            continue;
        }
        let file = read::open(name).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(name))))?;
        let shared = Rc::new(RefCell::new(Lines::new(file, end)));
        if name == b"-" {
            input = Some(Rc::clone(&shared));
        }
        columns.push(Some(shared));
    }
    let (mut out, mut status, mut line) = (stdout(), 0, Vec::new());
    loop {
        line.clear();
        let mut any = false;
        for (index, column) in columns.iter_mut().enumerate() {
            if index > 0 {
                line.extend(list[(index - 1) % list.len()]);
            }
            let Some(lines) = column else { continue };
            match append(lines, end, &mut line) {
                Ok(true) => any = true,
                Ok(false) => *column = None,
                Err(errno) => {
                    out.flush()?;
                    tell(&names[index], errno);
                    status = 1;
                    *column = None;
                }
            }
        }
        if !any {
            break;
        }
        out.write_all(&line)?;
        out.write_all(&[end])?;
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_delimiters() {
        let read = |list: &str| delimiters(list.as_bytes()).map_err(|failure| failure.message);
        assert_eq!(read(r",\t\0\\x"), Ok(vec![Some(b','), Some(b'\t'), None, Some(b'\\'), Some(b'x')]));
        assert_eq!(read(""), Ok(vec![None]));
        assert!(read("\\").is_err());
    }
}

//! head: the first part of files.

use agentfense_support::options::size;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use memchr::memchr_iter;
use std::collections::VecDeque;
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Print the first 10 lines of each FILE to standard output.

  -c, --bytes=[-]NUM    print the first NUM bytes of each file; with '-', all but the last NUM
  -n, --lines=[-]NUM    print the first NUM lines; with '-', all but the last NUM
  -q, --quiet, --silent never print headers giving file names
  -v, --verbose         always print headers giving file names
  -z, --zero-terminated line delimiter is NUL, not newline";

const LONGS: &[Long] = &[
    ("bytes", Takes::Argument, 'c'),
    ("lines", Takes::Argument, 'n'),
    ("quiet", Takes::Nothing, 'q'),
    ("silent", Takes::Nothing, 'q'),
    ("verbose", Takes::Nothing, 'v'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

const CHUNK: u32 = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Amount {
    Lines(u64),
    Bytes(u64),
    AllButLines(u64),
    AllButBytes(u64),
}

fn amount(value: &[u8], lines: bool) -> Result<Amount, Failure> {
    let (all_but, digits) = match value.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, value),
    };
    let number = size(digits).filter(|_| digits.first().is_some_and(u8::is_ascii_digit)).ok_or_else(|| {
        let what = if lines { "lines" } else { "bytes" };
        Failure::new(format!("invalid number of {what}: {}", quote(value)))
    })?;
    Ok(match (all_but, lines) {
        (false, true) => Amount::Lines(number),
        (false, false) => Amount::Bytes(number),
        (true, true) => Amount::AllButLines(number),
        (true, false) => Amount::AllButBytes(number),
    })
}

/// The old forms `head -5`, `head -5q`, `head -5c`.
fn modern(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let Some(text) = args.get(1).and_then(|arg| arg.strip_prefix(b"-")) else { return args };
    let (digits, letters) = text.split_at(text.iter().take_while(|b| b.is_ascii_digit()).count());
    if digits.is_empty() || !letters.iter().all(|b| b"clqvz".contains(b)) {
        return args;
    }
    let unit: &[u8] = if letters.contains(&b'c') { b"-c" } else { b"-n" };
    let mut replaced = vec![unit.to_vec(), digits.to_vec()];
    replaced.extend(letters.iter().filter(|&&b| b != b'c' && b != b'l').map(|&b| vec![b'-', b]));
    args.splice(1..2, replaced);
    args
}

/// Runs head.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "c:n:qvz", LONGS, HELP);
    let (mut wanted, mut headers, mut end, mut names) = (Amount::Lines(10), None, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', value) => wanted = amount(&value, false)?,
            Item::Option('n', value) => wanted = amount(&value, true)?,
            Item::Option('q', _) => headers = Some(false),
            Item::Option('v', _) => headers = Some(true),
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let headers = headers.unwrap_or(names.len() > 1);
    let mut out = stdout();
    let (mut status, mut started) = (0, false);
    for name in &names {
        let opened = if name == b"-" {
            OpenFile::inherited(0).ok_or(Errno::Badf)
        } else {
            files::open(name, OpenFlags::READ, 0)
        };
        let file = match opened {
            Ok(file) => file,
            Err(errno) => {
                out.flush()?;
                complain("head", format_args!("cannot open {} for reading: {errno}", quote(name)));
                status = 1;
                continue;
            }
        };
        if headers {
            let shown: &[u8] = if name == b"-" { b"standard input" } else { name };
            out.write_all(if started { b"\n==> " } else { b"==> " })?;
            out.write_all(shown)?;
            out.write_all(b" <==\n")?;
        }
        started = true;
        match print(&file, wanted, end, &mut out) {
            Ok(()) => {}
            Err(HeadError::Read(errno)) => {
                out.flush()?;
                complain("head", format_args!("error reading {}: {errno}", quote(name)));
                status = 1;
            }
            Err(HeadError::Write(error)) => return Err(error.into()),
        }
    }
    out.flush()?;
    Ok(status)
}

enum HeadError {
    Read(Errno),
    Write(std::io::Error),
}

impl From<std::io::Error> for HeadError {
    fn from(error: std::io::Error) -> Self {
        HeadError::Write(error)
    }
}

fn read(file: &OpenFile, length: u64) -> Result<Vec<u8>, HeadError> {
    let length = u32::try_from(length).unwrap_or(CHUNK).min(CHUNK);
    loop {
        match file.read_some(length) {
            Err(Errno::Intr) => {}
            result => return result.map_err(HeadError::Read),
        }
    }
}

fn print(file: &OpenFile, wanted: Amount, end: u8, out: &mut impl Write) -> Result<(), HeadError> {
    match wanted {
        Amount::Bytes(mut left) => {
            while left > 0 {
                let data = read(file, left)?;
                if data.is_empty() {
                    break;
                }
                left = left.saturating_sub(data.len() as u64);
                out.write_all(&data)?;
            }
        }
        Amount::Lines(mut left) => {
            while left > 0 {
                let data = read(file, u64::from(CHUNK))?;
                if data.is_empty() {
                    break;
                }
                let last = usize::try_from(left - 1).ok().and_then(|nth| memchr_iter(end, &data).nth(nth));
                let Some(at) = last else {
                    left -= memchr_iter(end, &data).count() as u64;
                    out.write_all(&data)?;
                    continue;
                };
                out.write_all(&data[..=at])?;
                // What was read too far is given back to whoever shares the file, where it can be.
                let too_far = data.len() - at - 1;
                if too_far > 0 && file.stat().is_ok_and(|stat| stat.kind == FileType::Regular) {
                    let _ = file.seek_to(-(too_far as i64), Whence::Current);
                }
                break;
            }
        }
        Amount::AllButBytes(kept) => {
            let kept = usize::try_from(kept).unwrap_or(usize::MAX);
            let mut waiting: Vec<u8> = Vec::new();
            loop {
                let data = read(file, u64::from(CHUNK))?;
                if data.is_empty() {
                    break;
                }
                waiting.extend(data);
                let ready = waiting.len().saturating_sub(kept);
                // Not for every byte: moving what waits costs as much as it is long.
                if ready >= kept || ready >= CHUNK as usize {
                    out.write_all(&waiting[..ready])?;
                    waiting.drain(..ready);
                }
            }
            out.write_all(&waiting[..waiting.len().saturating_sub(kept)])?;
        }
        Amount::AllButLines(kept) => {
            let mut waiting: VecDeque<Vec<u8>> = VecDeque::new();
            let mut line: Vec<u8> = Vec::new();
            loop {
                let data = read(file, u64::from(CHUNK))?;
                if data.is_empty() {
                    break;
                }
                for piece in data.split_inclusive(|&b| b == end) {
                    line.extend_from_slice(piece);
                    if piece.last() == Some(&end) {
                        waiting.push_back(std::mem::take(&mut line));
                    }
                    if waiting.len() as u64 > kept
                        && let Some(ready) = waiting.pop_front()
                    {
                        out.write_all(&ready)?;
                    }
                }
            }
            // A last line without its end counts as one.
            if !line.is_empty() {
                waiting.push_back(line);
            }
            while waiting.len() as u64 > kept
                && let Some(ready) = waiting.pop_front()
            {
                out.write_all(&ready)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(amount(b"5", true).unwrap(), Amount::Lines(5));
        assert_eq!(amount(b"-5", false).unwrap(), Amount::AllButBytes(5));
        assert_eq!(amount(b"2K", false).unwrap(), Amount::Bytes(2048));
        assert!(amount(b"-", true).is_err() && amount(b"a", true).is_err());
        assert_eq!(modern(vec![b"head".to_vec(), b"-3".to_vec()]), [b"head".to_vec(), b"-n".to_vec(), b"3".to_vec()]);
    }
}

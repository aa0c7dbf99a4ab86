//! split: cuts a file into pieces.

mod names;

use agentfense_support::options::size;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, read, stdout};
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, pipe};
use agentfense_sys::process::{Child, Command};
use agentfense_sys::processes::{self, Disposition};
use agentfense_sys::{Errno, Signal};
use names::{Digits, Names};
use std::io::{BufReader, Read, Write};

const HELP: &str = "\
{} [OPTION]... [FILE [PREFIX]]
Output pieces of FILE to PREFIXaa, PREFIXab, ...; default size is 1000 lines, and default PREFIX is 'x'.

  -a, --suffix-length=N   generate suffixes of length N (default 2)
      --additional-suffix=SUFFIX  append an additional SUFFIX to file names
  -b, --bytes=SIZE        put SIZE bytes per output file
  -C, --line-bytes=SIZE   put at most SIZE bytes of records per output file
  -d, --numeric-suffixes[=FROM]  use numeric suffixes starting at FROM, 0 by default
  -x, --hex-suffixes[=FROM]  use hex suffixes starting at FROM, 0 by default
  -e, --elide-empty-files do not generate empty output files with '-n'
      --filter=COMMAND    write to shell COMMAND; file name is $FILE
  -l, --lines=NUMBER      put NUMBER lines/records per output file
  -n, --number=CHUNKS     generate CHUNKS output files: N, K/N, l/N, l/K/N, r/N or r/K/N
  -t, --separator=SEP     use SEP instead of newline as the record separator; '\\0' is NUL
  -u, --unbuffered        immediately copy input to output with '-n r/...'
      --verbose           print a diagnostic just before each output file is opened";

const LONGS: &[Long] = &[
    ("suffix-length", Takes::Argument, 'a'),
    ("additional-suffix", Takes::Argument, '\u{1}'),
    ("bytes", Takes::Argument, 'b'),
    ("line-bytes", Takes::Argument, 'C'),
    ("numeric-suffixes", Takes::Optional, 'd'),
    ("hex-suffixes", Takes::Optional, 'x'),
    ("elide-empty-files", Takes::Nothing, 'e'),
    ("filter", Takes::Argument, '\u{2}'),
    ("lines", Takes::Argument, 'l'),
    ("number", Takes::Argument, 'n'),
    ("separator", Takes::Argument, 't'),
    ("unbuffered", Takes::Nothing, 'u'),
    ("verbose", Takes::Nothing, '\u{3}'),
];

/// Where a piece ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Lines(u64),
    Bytes(u64),
    LineBytes(u64),
    /// So many pieces; one of them goes to standard output if it is named (from 1).
    Chunks {
        kind: Kind,
        count: u64,
        only: Option<u64>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Bytes,
    Lines,
    RoundRobin,
}

/// More files than this are not held open at a time.
const MOST_CHUNKS: u64 = 100_000;

fn chunks(value: &[u8]) -> Result<By, Failure> {
    let text = lossy(value);
    let (kind, rest) = match text.split_once('/') {
        Some(("l", rest)) => (Kind::Lines, rest),
        Some(("r", rest)) => (Kind::RoundRobin, rest),
        _ => (Kind::Bytes, text.as_str()),
    };
    let (only, count) = match rest.split_once('/') {
        Some((only, count)) => (Some(only), count),
        None => (None, rest),
    };
    let number = |text: &str| text.parse::<u64>().ok().filter(|&number| number > 0);
    let Some(total) = number(count).filter(|&count| count <= MOST_CHUNKS) else {
        let range = if count == "0" { ": Numerical result out of range" } else { "" };
        return Err(Failure::new(format!("invalid number of chunks: {}{range}", quote(count))));
    };
    let only = match only {
        None => None,
        Some(only) => Some(
            number(only)
                .filter(|&only| only <= total)
                .ok_or_else(|| Failure::new(format!("invalid chunk number: {}", quote(only))))?,
        ),
    };
    Ok(By::Chunks { kind, count: total, only })
}

/// Runs split.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "a:b:C:del:n:t:ux", LONGS, HELP);
    let mut by: Option<By> = None;
    let mut names =
        Names { prefix: b"x".to_vec(), additional: Vec::new(), digits: Digits::Letters, width: None, next: 0 };
    let (mut elide, mut filter, mut end, mut verbose, mut operands) = (false, None, b'\n', false, Vec::new());
    let mut choose = |new: By| match by.replace(new) {
        None => Ok(()),
        Some(_) => Err(Failure::usage("cannot split in more than one way")),
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', value) => {
                let width = lossy(&value).parse::<usize>().ok().filter(|&width| width <= 255);
                let invalid = || Failure::new(format!("invalid suffix length: {}", quote(&value)));
                names.width = Some(width.ok_or_else(invalid)?).filter(|&width| width > 0);
            }
            Item::Option('\u{1}', value) if value.contains(&b'/') => {
                let shown = quote(&value);
                return Err(Failure::new(format!("invalid suffix {shown}, contains directory separator")));
            }
            Item::Option('\u{1}', value) => names.additional = value,
            Item::Option('b', value) => choose(By::Bytes(count("bytes", &value)?))?,
            Item::Option('C', value) => choose(By::LineBytes(count("lines", &value)?))?,
            Item::Option('l', value) => choose(By::Lines(count("lines", &value)?))?,
            Item::Option('n', value) => choose(chunks(&value)?)?,
            Item::Option(letter @ ('d' | 'x'), from) => {
                let radix = if letter == 'd' { 10 } else { 16 };
                names.digits = if letter == 'd' { Digits::Decimal } else { Digits::Hexadecimal };
                if !from.is_empty() {
                    names.next = u64::from_str_radix(&lossy(&from), radix)
                        .map_err(|_| Failure::new(format!("{}: invalid start value", quote(&from))))?;
                    // A first number of one's own says how wide they are.
                    names.width = names.width.or(Some(from.len().max(2)));
                }
            }
            Item::Option('e', _) => elide = true,
            Item::Option('\u{2}', command) => filter = Some(command),
            Item::Option('t', value) => {
                end = match value.as_slice() {
                    [one] => *one,
                    b"\\0" => 0,
                    [] => return Err(Failure::new("empty record separator")),
                    _ => return Err(Failure::new(format!("multi-character separator {}", quote(&value)))),
                };
            }
            Item::Option('\u{3}', _) => verbose = true,
            Item::Option(..) => {}
            Item::Operand(operand) => operands.push(operand),
        }
    }
    if let Some(extra) = operands.get(2) {
        return Err(Failure::usage(format!("extra operand {}", quote(extra))));
    }
    let mut operands = operands.into_iter();
    let name = operands.next().unwrap_or_else(|| b"-".to_vec());
    if let Some(prefix) = operands.next() {
        names.prefix = prefix;
    }
    let by = by.unwrap_or(By::Lines(1000));
    if let By::Chunks { count, .. } = by {
        let needed = names.digits.needed(count.saturating_add(names.next)).max(2);
        if names.width.is_some_and(|width| width < names.digits.needed(count)) {
            return Err(Failure::new(
                "the suffix length needs to be at least ".to_owned() + &names.digits.needed(count).to_string(),
            ));
        }
        names.width = names.width.or(Some(needed));
    }
    let file = read::open(&name)
        .map_err(|errno| Failure::new(format!("cannot open {} for reading: {errno}", quote(&name))))?;
    if filter.is_some() {
        // A filter that does not read on ends its piece, not the command.
        let _ = processes::set_disposition(Signal::SIGPIPE, Disposition::Ignore);
    }
    let mut pieces = Pieces { names, filter, verbose, current: None, status: 0 };
    match by {
        By::Chunks { kind, count, only } => in_chunks(&name, file, (kind, count, only), elide, end, &mut pieces)?,
        _ => by_size(&name, file, by, end, &mut pieces)?,
    }
    pieces.finish()?;
    Ok(pieces.status)
}

/// The old form `split -5`.
fn modern(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for arg in args.iter_mut().skip(1) {
        if arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(u8::is_ascii_digit) {
            arg.splice(..1, *b"-l");
        }
    }
    args
}

fn count(what: &str, value: &[u8]) -> Result<u64, Failure> {
    let number = size(value).filter(|&number| number > 0 && value.first().is_some_and(u8::is_ascii_digit));
    number.ok_or_else(|| Failure::new(format!("invalid number of {what}: {}", quote(value))))
}

/// Where a piece goes.
enum Target {
    File(OpenFile),
    Filter(Child, OpenFile),
}

/// The pieces, one after the other.
struct Pieces {
    names: Names,
    filter: Option<Vec<u8>>,
    verbose: bool,
    current: Option<Target>,
    status: u8,
}

impl Pieces {
    /// Ends the piece and starts the next.
    fn start(&mut self) -> Result<(), Failure> {
        self.finish()?;
        self.current = Some(self.open()?);
        Ok(())
    }

    fn open(&mut self) -> Result<Target, Failure> {
        let name = self.names.next_name().ok_or_else(|| Failure::new("output file suffixes exhausted"))?;
        if self.verbose {
            let mut out = stdout();
            let what = if self.filter.is_some() { "executing with FILE=" } else { "creating file " };
            writeln!(out, "{what}{}", quote(&name))?;
            out.flush()?;
        }
        let failed = |errno: Errno| Failure::new(format!("{}: {errno}", lossy(&name)));
        Ok(match &self.filter {
            None => {
                let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
                Target::File(files::open(&name, flags, 0o666).map_err(failed)?)
            }
            Some(command) => {
                let shell = agentfense_sys::var("SHELL").filter(|shell| !shell.is_empty());
                let shell = shell.unwrap_or_else(|| b"/bin/sh".to_vec());
                let (reader, writer) = pipe().map_err(failed)?;
                let mut child = Command::new(shell);
                let child = child.arg("-c").arg(command).env("FILE", &name).stdin(reader).spawn().map_err(failed)?;
                Target::Filter(child, writer)
            }
        })
    }

    /// Writes to the piece that was started.
    fn write(&mut self, data: &[u8]) -> Result<(), Failure> {
        match &self.current {
            Some(target) => write(target, data),
            None => Ok(()),
        }
    }

    /// Ends the piece.
    fn finish(&mut self) -> Result<(), Failure> {
        match self.current.take() {
            Some(target) => self.close(target),
            None => Ok(()),
        }
    }

    fn close(&mut self, target: Target) -> Result<(), Failure> {
        if let Target::Filter(mut child, writer) = target {
            drop(writer);
            let status = child.wait()?.shell_status();
            if status != 0 {
                self.status = 1;
                agentfense_support::complain("split", format_args!("with filter exit status {status}"));
            }
        }
        Ok(())
    }
}

fn write(target: &Target, data: &[u8]) -> Result<(), Failure> {
    match target {
        Target::File(file) => file.write_bytes(data)?,
        Target::Filter(_, writer) => match writer.write_bytes(data) {
            // It has what it wanted.
            Ok(()) | Err(Errno::Pipe) => {}
            Err(errno) => return Err(errno.into()),
        },
    }
    Ok(())
}

/// The next bytes of the input; none at its end.
fn more(file: &OpenFile, name: &[u8]) -> Result<Vec<u8>, Failure> {
    loop {
        match file.read_some(256 * 1024) {
            Err(Errno::Intr) => {}
            Err(errno) => return Err(Failure::new(format!("{}: {errno}", lossy(name)))),
            Ok(data) => return Ok(data),
        }
    }
}

fn by_size(name: &[u8], file: OpenFile, by: By, end: u8, pieces: &mut Pieces) -> Result<(), Failure> {
    // What is left of the piece, in lines or bytes.
    let mut left = 0;
    let mut line: Vec<u8> = Vec::new();
    loop {
        let data = more(&file, name)?;
        if data.is_empty() {
            break;
        }
        match by {
            By::Bytes(count) => {
                let mut rest = data.as_slice();
                while !rest.is_empty() {
                    if left == 0 {
                        pieces.start()?;
                        left = count;
                    }
                    let part = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    pieces.write(&rest[..part])?;
                    left -= part as u64;
                    rest = &rest[part..];
                }
            }
            By::LineBytes(count) => {
                for part in data.split_inclusive(|&b| b == end) {
                    line.extend_from_slice(part);
                    if line.last() == Some(&end) || line.len() as u64 >= count {
                        whole_line(&mut line, count, &mut left, pieces)?;
                    }
                }
            }
            By::Lines(count) => {
                let mut rest = data.as_slice();
                while !rest.is_empty() {
                    if left == 0 {
                        pieces.start()?;
                        left = count;
                    }
                    // As many lines as the piece still takes, in one piece.
                    let mut length = rest.len();
                    for at in memchr::memchr_iter(end, rest) {
                        left -= 1;
                        if left == 0 {
                            length = at + 1;
                            break;
                        }
                    }
                    pieces.write(&rest[..length])?;
                    rest = &rest[length..];
                }
            }
            By::Chunks { .. } => {}
        }
    }
    match by {
        By::LineBytes(count) if !line.is_empty() => whole_line(&mut line, count, &mut left, pieces),
        _ => Ok(()),
    }
}

/// Puts a line, or what of it a piece can hold, into the piece or a new one.
fn whole_line(line: &mut Vec<u8>, count: u64, left: &mut u64, pieces: &mut Pieces) -> Result<(), Failure> {
    let mut rest = line.as_slice();
    while !rest.is_empty() {
        if (rest.len() as u64) > *left {
            pieces.start()?;
            *left = count;
        }
        let part = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
        pieces.write(&rest[..part])?;
        *left -= part as u64;
        rest = &rest[part..];
    }
    line.clear();
    Ok(())
}

fn in_chunks(
    name: &[u8],
    mut file: OpenFile,
    (kind, count, only): (Kind, u64, Option<u64>),
    elide: bool,
    end: u8,
    pieces: &mut Pieces,
) -> Result<(), Failure> {
    let failed = |errno: Errno| Failure::new(format!("{}: {errno}", lossy(name)));
    // Where pieces end depends on the whole length; what has none is read into memory.
    let stat = file.stat().map_err(failed)?;
    let mut held = Vec::new();
    let length = if stat.kind == FileType::Regular || kind == Kind::RoundRobin {
        stat.size
    } else {
        file.read_to_end(&mut held).map_err(|error| failed(Errno::of(&error).unwrap_or(Errno::Io)))?;
        held.len() as u64
    };
    let input: Box<dyn Read> = if held.is_empty() { Box::new(file) } else { Box::new(std::io::Cursor::new(held)) };
    let mut input = BufReader::with_capacity(256 * 1024, input);
    let mut out = stdout();
    let mut targets: Vec<Option<Target>> = Vec::new();
    if only.is_none() && kind == Kind::RoundRobin && !elide {
        for _ in 0..count {
            targets.push(Some(pieces.open()?));
        }
    }
    targets.resize_with(usize::try_from(count).unwrap_or(0), || None);
    let each = (length / count).max(1);
    // The piece that a byte at this offset belongs to.
    let piece_at = |offset: u64| (offset / each).min(count - 1);
    let (mut offset, mut number, mut started) = (0u64, 0u64, 0u64);
    let mut data = Vec::new();
    loop {
        data.clear();
        let got = match kind {
            Kind::Bytes => {
                let piece = piece_at(offset);
                let stop = if piece == count - 1 { u64::MAX } else { (piece + 1) * each };
                let most = (stop - offset).min(256 * 1024);
                std::io::Read::by_ref(&mut input).take(most).read_to_end(&mut data)
            }
            _ => std::io::BufRead::read_until(&mut input, end, &mut data),
        };
        if got.map_err(|error| failed(Errno::of(&error).unwrap_or(Errno::Io)))? == 0 {
            break;
        }
        let piece = if kind == Kind::RoundRobin { number % count } else { piece_at(offset) };
        offset += data.len() as u64;
        number += 1;
        match only {
            Some(only) if only - 1 == piece => out.write_all(&data)?,
            Some(_) => {}
            None if kind == Kind::RoundRobin => {
                let target = &mut targets[usize::try_from(piece).unwrap_or(0)];
                if target.is_none() {
                    *target = Some(pieces.open()?);
                }
                if let Some(target) = target {
                    write(target, &data)?;
                }
            }
            None => {
                // Pieces without a line are empty files, or none.
                while started <= piece {
                    if !elide || started == piece {
                        pieces.start()?;
                    }
                    started += 1;
                }
                pieces.write(&data)?;
            }
        }
    }
    if only.is_none() && kind != Kind::RoundRobin && !elide {
        while started < count {
            pieces.start()?;
            started += 1;
        }
    }
    out.flush()?;
    for target in targets.into_iter().flatten() {
        pieces.close(target)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_chunks() {
        let read = |text: &str| chunks(text.as_bytes()).ok();
        assert_eq!(read("3"), Some(By::Chunks { kind: Kind::Bytes, count: 3, only: None }));
        assert_eq!(read("2/3"), Some(By::Chunks { kind: Kind::Bytes, count: 3, only: Some(2) }));
        assert_eq!(read("l/2/3"), Some(By::Chunks { kind: Kind::Lines, count: 3, only: Some(2) }));
        assert_eq!(read("r/4"), Some(By::Chunks { kind: Kind::RoundRobin, count: 4, only: None }));
        for bad in ["0", "4/3", "x", "l/", "99999999999"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}

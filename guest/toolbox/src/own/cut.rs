//! cut: parts of lines.

use agentfense_support::lines::{Lines, content};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use memchr::{memchr, memchr_iter};
use std::io::{self, Write};
use std::ops::RangeInclusive;

const HELP: &str = "\
{} OPTION... [FILE]...
Print selected parts of lines from each FILE to standard output.

  -b, --bytes=LIST          select only these bytes
  -c, --characters=LIST     select only these characters, which are bytes here, too
  -d, --delimiter=DELIM     use DELIM instead of TAB between fields
  -f, --fields=LIST         select only these fields; print lines without a delimiter whole
  -n                        accepted, does nothing
      --complement          select what is not in LIST
  -s, --only-delimited      do not print lines without a delimiter
      --output-delimiter=STRING  put STRING between the parts
  -z, --zero-terminated     line delimiter is NUL, not newline

LIST is one range or several with commas between them: N, N-, N-M or -M, counted from 1.";

const LONGS: &[Long] = &[
    ("bytes", Takes::Argument, 'b'),
    ("characters", Takes::Argument, 'c'),
    ("complement", Takes::Nothing, '\u{1}'),
    ("delimiter", Takes::Argument, 'd'),
    ("fields", Takes::Argument, 'f'),
    ("only-delimited", Takes::Nothing, 's'),
    ("output-delimiter", Takes::Argument, '\u{2}'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

type Ranges = Vec<RangeInclusive<usize>>;

/// Reads a list; the ranges come in order and do not overlap.
fn ranges(list: &[u8], fields: bool) -> Result<Ranges, Failure> {
    let (zero, wrong) = if fields {
        ("fields are numbered from 1", "invalid field value")
    } else {
        ("byte/character positions are numbered from 1", "invalid byte/character position")
    };
    let number = |text: &[u8]| -> Result<usize, Failure> {
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits < text.len() {
            return Err(Failure::usage(format!("{wrong} {}", quote(&text[digits..]))));
        }
        match lossy(text).parse() {
            Ok(0) => Err(Failure::usage(zero)),
            Ok(number) => Ok(number),
            Err(_) => {
                let what = if fields { "field number" } else { "byte/character offset" };
                Err(Failure::usage(format!("{what} {} is too large", quote(text))))
            }
        }
    };
    let mut ranges: Ranges = Vec::new();
    for part in list.split(|b| matches!(b, b',' | b' ' | b'\t')) {
        ranges.push(match part.iter().position(|&b| b == b'-') {
            None if part.is_empty() => return Err(Failure::usage(zero)),
            None => number(part)?..=number(part)?,
            Some(_) if part == b"-" => return Err(Failure::usage("invalid range with no endpoint: -")),
            Some(dash) => {
                let (first, last) = (&part[..dash], &part[dash + 1..]);
                let first = if first.is_empty() { 1 } else { number(first)? };
                let last = if last.is_empty() { usize::MAX } else { number(last)? };
                if last < first {
                    return Err(Failure::usage("invalid decreasing range"));
                }
                first..=last
            }
        });
    }
    ranges.sort_by_key(|range| *range.start());
    let mut merged: Ranges = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            // Those that only touch stay two, which an output delimiter shows.
            Some(last) if range.start() <= last.end() => *last = *last.start()..=*last.end().max(range.end()),
            _ => merged.push(range),
        }
    }
    Ok(merged)
}

/// The ranges between those.
fn complement(ranges: &[RangeInclusive<usize>]) -> Ranges {
    let mut others = Vec::new();
    let mut next = 1;
    for range in ranges {
        if *range.start() > next {
            others.push(next..=range.start() - 1);
        }
        match range.end().checked_add(1) {
            Some(after) => next = after,
            None => return others,
        }
    }
    others.push(next..=usize::MAX);
    others
}

struct Cut {
    ranges: Ranges,
    fields: bool,
    delimiter: u8,
    only_delimited: bool,
    separator: Option<Vec<u8>>,
    end: u8,
}

impl Cut {
    fn bytes(&self, line: &[u8], out: &mut impl Write) -> io::Result<()> {
        let mut first = true;
        for range in &self.ranges {
            if *range.start() > line.len() {
                break;
            }
            if let (false, Some(separator)) = (first, &self.separator) {
                out.write_all(separator)?;
            }
            first = false;
            out.write_all(&line[range.start() - 1..line.len().min(*range.end())])?;
        }
        out.write_all(&[self.end])
    }

    fn fields(&self, line: &[u8], out: &mut impl Write) -> io::Result<()> {
        let Some(mut stop) = memchr(self.delimiter, line) else {
            if self.only_delimited {
                return Ok(());
            }
            out.write_all(line)?;
            return out.write_all(&[self.end]);
        };
        // The field `number` is from `start` to `stop`.
        let (mut start, mut number, mut first) = (0, 1, true);
        let mut delimiters = memchr_iter(self.delimiter, line);
        delimiters.next();
        'ranges: for range in &self.ranges {
            while number < *range.start() {
                if stop == line.len() {
                    break 'ranges;
                }
                (start, stop) = (stop + 1, delimiters.next().unwrap_or(line.len()));
                number += 1;
            }
            loop {
                if !first {
                    out.write_all(self.separator.as_deref().unwrap_or(&[self.delimiter]))?;
                }
                first = false;
                out.write_all(&line[start..stop])?;
                if number == *range.end() {
                    break;
                }
                if stop == line.len() {
                    break 'ranges;
                }
                (start, stop) = (stop + 1, delimiters.next().unwrap_or(line.len()));
                number += 1;
            }
        }
        out.write_all(&[self.end])
    }

    /// With the line's end as the delimiter each line is a field of the one line that the file is.
    fn lines_as_fields(&self, mut lines: Lines, out: &mut impl Write) -> Result<(), CutError> {
        let own = [self.delimiter];
        let separator = self.separator.as_deref().unwrap_or(&own);
        let (mut number, mut printed) = (0, false);
        while let Some(line) = lines.next_line().map_err(CutError::Read)? {
            number += 1;
            if self.ranges.iter().any(|range| range.contains(&number)) {
                if printed {
                    out.write_all(separator)?;
                }
                printed = true;
                out.write_all(content(line, self.end))?;
            }
        }
        if number > 0 {
            out.write_all(&[self.end])?;
        }
        Ok(())
    }

    fn file(&self, mut lines: Lines, out: &mut impl Write) -> Result<(), CutError> {
        if self.fields && self.delimiter == self.end {
            return self.lines_as_fields(lines, out);
        }
        while let Some(line) = lines.next_line().map_err(CutError::Read)? {
            let line = content(line, self.end);
            if self.fields { self.fields(line, out)? } else { self.bytes(line, out)? }
        }
        Ok(())
    }
}

enum CutError {
    Read(agentfense_sys::Errno),
    Write(io::Error),
}

impl From<io::Error> for CutError {
    fn from(error: io::Error) -> Self {
        CutError::Write(error)
    }
}

/// Runs cut.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "b:c:d:f:nsz", LONGS, HELP);
    let (mut list, mut delimiter, mut inverted, mut names) = (None, None, false, Vec::new());
    let mut cut =
        Cut { ranges: Vec::new(), fields: false, delimiter: b'\t', only_delimited: false, separator: None, end: b'\n' };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(kind @ ('b' | 'c' | 'f'), value) => {
                cut.fields = kind == 'f';
                if list.replace(value).is_some() {
                    return Err(Failure::usage("only one list may be specified"));
                }
            }
            Item::Option('d', value) => match value.as_slice() {
                [] => delimiter = Some(0),
                [byte] => delimiter = Some(*byte),
                _ => return Err(Failure::usage("the delimiter must be a single character")),
            },
            Item::Option('s', _) => cut.only_delimited = true,
            Item::Option('z', _) => cut.end = 0,
            Item::Option('\u{1}', _) => inverted = true,
            // The empty one is a NUL, as a delimiter is.
            Item::Option('\u{2}', value) => cut.separator = Some(if value.is_empty() { vec![0] } else { value }),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let Some(list) = list else {
        return Err(Failure::usage("you must specify a list of bytes, characters, or fields"));
    };
    if !cut.fields && delimiter.is_some() {
        return Err(Failure::usage("an input delimiter may be specified only when operating on fields"));
    }
    if !cut.fields && cut.only_delimited {
        return Err(Failure::usage("suppressing non-delimited lines makes sense\n\tonly when operating on fields"));
    }
    cut.delimiter = delimiter.unwrap_or(b'\t');
    cut.ranges = ranges(&list, cut.fields)?;
    if inverted {
        cut.ranges = complement(&cut.ranges);
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let (mut out, mut status) = (stdout(), 0);
    for name in &names {
        let done = match read::open(name) {
            Ok(file) => cut.file(Lines::new(file, cut.end), &mut out),
            Err(errno) => Err(CutError::Read(errno)),
        };
        match done {
            Ok(()) => {}
            Err(CutError::Write(error)) => return Err(error.into()),
            Err(CutError::Read(errno)) => {
                out.flush()?;
                complain("cut", format_args!("{}: {errno}", lossy(name)));
                status = 1;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let read = |list: &str| ranges(list.as_bytes(), true).map_err(|failure| failure.message);
        assert_eq!(read("3,1-2,5-"), Ok(vec![1..=2, 3..=3, 5..=usize::MAX]));
        assert_eq!(read("1-3,2-5 -2"), Ok(vec![1..=5]));
        assert_eq!(complement(&read("2,4-").unwrap()), [1..=1, 3..=3]);
        assert_eq!(complement(&read("2").unwrap()), [1..=1, 3..=usize::MAX]);
        for list in ["", "0", "3-2", "-", "x", "1-x", "1,,2", "99999999999999999999"] {
            assert!(read(list).is_err(), "{list}");
        }
    }
}

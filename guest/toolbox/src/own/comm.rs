//! comm: compares two sorted files line by line.

use agentfense_support::lines::{Lines, content};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use std::cmp::Ordering;
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... FILE1 FILE2
Compare sorted files FILE1 and FILE2 line by line: column one has the lines of FILE1 only,
column two those of FILE2 only, and column three those of both.

  -1                      suppress column 1
  -2                      suppress column 2
  -3                      suppress column 3
      --check-order       check that the input is correctly sorted, even if all lines are paired
      --nocheck-order     do not check that the input is correctly sorted
      --output-delimiter=STR  separate columns with STR
      --total             output a summary
  -z, --zero-terminated   line delimiter is NUL, not newline";

const LONGS: &[Long] = &[
    ("check-order", Takes::Nothing, 'c'),
    ("nocheck-order", Takes::Nothing, 'n'),
    ("output-delimiter", Takes::Argument, 'd'),
    ("total", Takes::Nothing, 't'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

/// Whether lines out of order are looked for.
#[derive(Clone, Copy, PartialEq)]
enum Check {
    Always,
    /// Once there is a line without its like.
    Unpaired,
    Never,
}

/// One of the files.
struct Side {
    name: Vec<u8>,
    lines: Lines,
    /// The line that is looked at, without its end; absent at the end of the file.
    line: Option<Vec<u8>>,
    /// A line out of order was told of.
    told: bool,
}

impl Side {
    fn open(name: &[u8], end: u8) -> Result<Side, Failure> {
        let failed = |errno| Failure::new(format!("{}: {errno}", lossy(name)));
        let lines = Lines::new(read::open(name).map_err(failed)?, end);
        let mut side = Side { name: name.to_vec(), lines, line: None, told: false };
        side.line = side.read(end)?;
        Ok(side)
    }

    fn read(&mut self, end: u8) -> Result<Option<Vec<u8>>, Failure> {
        match self.lines.next_line() {
            Ok(line) => Ok(line.map(|line| content(line, end).to_vec())),
            Err(errno) => Err(Failure::new(format!("{}: {errno}", lossy(&self.name)))),
        }
    }

    /// Goes to the next line; whether it is in order.
    fn advance(&mut self, end: u8) -> Result<bool, Failure> {
        let next = self.read(end)?;
        let old = std::mem::replace(&mut self.line, next);
        Ok(self.line.as_ref().is_none_or(|line| old.is_none_or(|old| old <= *line)))
    }
}

/// Runs comm.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "123z", LONGS, HELP);
    let (mut shown, mut check, mut separator) = ([true; 3], Check::Unpaired, None);
    let (mut total, mut end, mut names) = (false, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(digit @ '1'..='3', _) => shown[digit as usize - '1' as usize] = false,
            Item::Option('c', _) => check = Check::Always,
            Item::Option('n', _) => check = Check::Never,
            Item::Option('d', value) => {
                let value = if value.is_empty() { vec![0] } else { value };
                if separator.as_ref().is_some_and(|other| *other != value) {
                    return Err(Failure::new("multiple output delimiters specified"));
                }
                separator = Some(value);
            }
            Item::Option('t', _) => total = true,
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    let [first, second] = names.as_slice() else {
        return Err(Failure::usage(match names.as_slice() {
            [] => "missing operand".into(),
            [only] => format!("missing operand after {}", quote(only)),
            [_, _, extra, ..] => format!("extra operand {}", quote(extra)),
            [_, _] => String::new(),
        }));
    };
    let separator = separator.unwrap_or_else(|| b"\t".to_vec());
    let mut sides = [Side::open(first, end)?, Side::open(second, end)?];
    let (mut out, mut counts, mut unpaired) = (stdout(), [0u64; 3], false);
    while let Some(column) = next_column(&sides) {
        counts[column] += 1;
        unpaired |= column < 2;
        let side = usize::from(column == 1);
        if shown[column] {
            for _ in shown[..column].iter().filter(|shown| **shown) {
                out.write_all(&separator)?;
            }
            out.write_all(sides[side].line.as_deref().unwrap_or_default())?;
            out.write_all(&[end])?;
        }
        let moved: &[usize] = if column == 2 { &[0, 1] } else { &[column] };
        for &index in moved {
            let side = &mut sides[index];
            let in_order = side.advance(end)?;
            if in_order || side.told || !(check == Check::Always || (check == Check::Unpaired && unpaired)) {
                continue;
            }
            out.flush()?;
            complain("comm", format_args!("file {} is not in sorted order", index + 1));
            if check == Check::Always {
                return Ok(1);
            }
            side.told = true;
        }
    }
    if total {
        summary(&mut out, counts, &separator, end)?;
    }
    out.flush()?;
    if sides.iter().any(|side| side.told) {
        complain("comm", "input is not in sorted order");
        return Ok(1);
    }
    Ok(0)
}

/// The column of the next line; none at the end of both.
fn next_column(sides: &[Side; 2]) -> Option<usize> {
    match (&sides[0].line, &sides[1].line) {
        (None, None) => None,
        (Some(_), None) => Some(0),
        (None, Some(_)) => Some(1),
        (Some(a), Some(b)) => Some(match a.cmp(b) {
            Ordering::Less => 0,
            Ordering::Greater => 1,
            Ordering::Equal => 2,
        }),
    }
}

fn summary(out: &mut impl Write, counts: [u64; 3], separator: &[u8], end: u8) -> io::Result<()> {
    for count in counts {
        write!(out, "{count}")?;
        out.write_all(separator)?;
    }
    out.write_all(b"total")?;
    out.write_all(&[end])
}

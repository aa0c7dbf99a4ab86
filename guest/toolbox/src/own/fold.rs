//! fold: breaks long lines.

use agentfense_support::lines::Lines;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Wrap the lines of each FILE, writing to standard output.

  -b, --bytes         count bytes rather than columns
  -s, --spaces        break at spaces
  -w, --width=WIDTH   use WIDTH columns instead of 80";

const LONGS: &[Long] =
    &[("bytes", Takes::Nothing, 'b'), ("spaces", Takes::Nothing, 's'), ("width", Takes::Argument, 'w')];

#[derive(Clone, Copy)]
struct Settings {
    bytes: bool,
    spaces: bool,
    width: usize,
}

impl Settings {
    /// The column behind a byte that is printed at a column.
    fn after(self, column: usize, byte: u8) -> usize {
        match byte {
            _ if self.bytes => column + 1,
            b'\x08' => column.saturating_sub(1),
            b'\r' => 0,
            b'\t' => column + 8 - column % 8,
            _ => column + 1,
        }
    }

    /// Writes a line, its end included, in pieces.
    fn fold(self, line: &[u8], out: &mut impl Write) -> io::Result<()> {
        // The piece that is not written yet is from `start` on.
        let (mut start, mut at, mut column) = (0, 0, 0);
        while let Some(&byte) = line.get(at) {
            if byte == b'\n' {
                break;
            }
            let next = self.after(column, byte);
            // A piece has one byte at least, however wide that is.
            if next <= self.width || at == start {
                (column, at) = (next, at + 1);
                continue;
            }
            let blank = |&&b: &&u8| matches!(b, b' ' | b'\t');
            if self.spaces
                && let Some(last) = line[start..at].iter().rposition(|b| blank(&b))
            {
                at = start + last + 1;
            }
            out.write_all(&line[start..at])?;
            out.write_all(b"\n")?;
            (start, column) = (at, 0);
        }
        out.write_all(&line[start..])
    }
}

/// The old form `fold -20`.
fn modern(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for arg in args.iter_mut().skip(1) {
        if let Some(digits) = arg.strip_prefix(b"-")
            && digits.first().is_some_and(u8::is_ascii_digit)
        {
            *arg = [b"-w", digits].concat();
        }
    }
    args
}

/// Runs fold.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "bsw:", LONGS, HELP);
    let (mut settings, mut names) = (Settings { bytes: false, spaces: false, width: 80 }, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => settings.bytes = true,
            Item::Option('s', _) => settings.spaces = true,
            Item::Option(_, value) => {
                settings.width = lossy(&value)
                    .parse()
                    .ok()
                    .filter(|&width| width > 0)
                    .ok_or_else(|| Failure::new(format!("invalid number of columns: {}", quote(&value))))?;
            }
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let (mut out, mut status) = (stdout(), 0);
    for name in &names {
        let mut lines = match read::open(name) {
            Ok(file) => Lines::new(file, b'\n'),
            Err(errno) => {
                out.flush()?;
                complain("fold", format_args!("{}: {errno}", lossy(name)));
                status = 1;
                continue;
            }
        };
        loop {
            match lines.next_line() {
                Ok(None) => break,
                Ok(Some(line)) => settings.fold(line, &mut out)?,
                Err(errno) => {
                    out.flush()?;
                    complain("fold", format_args!("{}: {errno}", lossy(name)));
                    status = 1;
                    break;
                }
            }
        }
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, bytes: bool, spaces: bool, width: usize) -> String {
        let mut out = Vec::new();
        Settings { bytes, spaces, width }.fold(text.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn pieces() {
        assert_eq!(folded("abcdefghij\n", false, false, 4), "abcd\nefgh\nij\n");
        assert_eq!(folded("one two three\n", false, true, 8), "one two \nthree\n");
        assert_eq!(folded("a\tb", false, false, 4), "a\n\t\nb");
        assert_eq!(folded("ab\x08cd", false, false, 2), "ab\x08c\nd");
        assert_eq!(folded("a\tb", true, false, 2), "a\t\nb");
        assert_eq!(folded("\n", false, true, 1), "\n");
    }
}

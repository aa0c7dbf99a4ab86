//! fold: breaks long lines.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::Errno;
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
}

/// What a piece without an end may hold: backspaces keep it narrow for ever.
const MAX_PIECE: usize = 1 << 20;

/// Text on its way. It is put out as it comes: a line may have no end.
struct Fold {
    settings: Settings,
    /// What is not written yet, and the column behind it.
    piece: Vec<u8>,
    column: usize,
}

impl Fold {
    fn new(settings: Settings) -> Fold {
        Fold { settings, piece: Vec::new(), column: 0 }
    }

    /// Takes more text.
    fn feed(&mut self, mut text: &[u8], out: &mut impl Write) -> io::Result<()> {
        while let Some(&byte) = text.first() {
            // Each of these takes one column.
            let room = self.settings.width.saturating_sub(self.column).min(text.len());
            let plain = text[..room].iter().take_while(|byte| !matches!(byte, b'\n' | b'\t' | b'\r' | 8)).count();
            self.piece.extend_from_slice(&text[..plain]);
            self.column += plain;
            text = &text[plain..];
            if plain > 0 {
                continue;
            }
            if byte == b'\n' {
                self.end_line(self.piece.len(), out)?;
            } else {
                let next = self.settings.after(self.column, byte);
                // A piece has one byte at least, however wide that is.
                if next > self.settings.width && !self.piece.is_empty() {
                    self.end_line(self.break_at(), out)?;
                    continue;
                }
                self.piece.push(byte);
                self.column = next;
            }
            text = &text[1..];
            if self.piece.len() >= MAX_PIECE {
                out.write_all(&self.piece)?;
                self.piece.clear();
            }
        }
        Ok(())
    }

    /// Where a piece that is too wide is broken.
    fn break_at(&self) -> usize {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let last = if self.settings.spaces { self.piece.iter().rposition(blank) } else { None };
        last.map_or(self.piece.len(), |last| last + 1)
    }

    /// Writes the first bytes of the piece as a line.
    fn end_line(&mut self, length: usize, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.piece[..length])?;
        out.write_all(b"\n")?;
        self.piece.drain(..length);
        self.column = self.piece.iter().fold(0, |column, byte| self.settings.after(column, *byte));
        Ok(())
    }

    /// Writes what is left of a line without an end.
    fn finish(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.piece)?;
        (self.piece, self.column) = (Vec::new(), 0);
        Ok(())
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
        if let Err(errno) = file(name, settings, &mut out)? {
            out.flush()?;
            complain("fold", format_args!("{}: {errno}", lossy(name)));
            status = 1;
        }
    }
    out.flush()?;
    Ok(status)
}

/// Folds a file, unless it cannot be read.
fn file(name: &[u8], settings: Settings, out: &mut impl Write) -> io::Result<Result<(), Errno>> {
    let file = match read::open(name) {
        Ok(file) => file,
        Err(errno) => return Ok(Err(errno)),
    };
    let mut fold = Fold::new(settings);
    let end = loop {
        match file.read_some(1 << 16) {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => fold.feed(&data, out)?,
            Err(errno) => break Err(errno),
        }
    };
    fold.finish(out)?;
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str, bytes: bool, spaces: bool, width: usize) -> String {
        let mut out = Vec::new();
        let mut fold = Fold::new(Settings { bytes, spaces, width });
        text.as_bytes().chunks(3).for_each(|chunk| fold.feed(chunk, &mut out).unwrap());
        fold.finish(&mut out).unwrap();
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

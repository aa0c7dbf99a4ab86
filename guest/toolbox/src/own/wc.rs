//! wc: counts lines, words, characters and bytes.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};
use memchr::memchr_iter;
use std::io::{Read, Write};
use unicode_width::UnicodeWidthChar;

const HELP: &str = "\
{} [OPTION]... [FILE]...
  or:  wc [OPTION]... --files0-from=F
Print newline, word, and byte counts for each FILE, and a total line if there are several.

  -c, --bytes            print the byte counts
  -m, --chars            print the character counts
  -l, --lines            print the newline counts
      --files0-from=F    read input from the files specified by NUL-terminated names in file F
  -L, --max-line-length  print the maximum display width
  -w, --words            print the word counts
      --total=WHEN       when to print a line with total counts: auto, always, only, never";

const LONGS: &[Long] = &[
    ("bytes", Takes::Nothing, 'c'),
    ("chars", Takes::Nothing, 'm'),
    ("lines", Takes::Nothing, 'l'),
    ("files0-from", Takes::Argument, '\u{1}'),
    ("max-line-length", Takes::Nothing, 'L'),
    ("words", Takes::Nothing, 'w'),
    ("total", Takes::Argument, '\u{2}'),
];

const CHUNK: u32 = 128 * 1024;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Wanted {
    lines: bool,
    words: bool,
    chars: bool,
    bytes: bool,
    width: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    lines: u64,
    words: u64,
    chars: u64,
    bytes: u64,
    width: u64,
}

/// How much is looked at together where every byte is plain. Counts of a block fit into a byte, so the loops are
/// ones that the compiler makes vectors of.
const BLOCK: usize = 192;

fn is_blank(byte: u8) -> bool {
    (byte == b' ') | (byte.wrapping_sub(b'\t') < 5)
}

/// Whether a byte is of ASCII, and either white space or to be seen.
fn is_plain(byte: u8) -> bool {
    (byte.wrapping_sub(b' ') < 0x5f) | is_blank(byte)
}

/// The spaces at which a line is not to be broken: they end words, too.
fn is_no_break_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{2060}')
}

/// Counts text that comes in pieces.
#[derive(Default)]
struct Counter {
    counts: Counts,
    in_word: bool,
    column: u64,
    /// The start of a character whose end is in the next piece.
    broken: Vec<u8>,
}

impl Counter {
    fn piece(&mut self, data: &[u8], wanted: Wanted) {
        self.counts.bytes += data.len() as u64;
        if !(wanted.words || wanted.chars || wanted.width) {
            self.counts.lines += memchr_iter(b'\n', data).count() as u64;
            return;
        }
        let joined;
        let mut data = data;
        if !self.broken.is_empty() {
            self.broken.extend_from_slice(data);
            joined = std::mem::take(&mut self.broken);
            data = &joined;
        }
        while !data.is_empty() {
            let mut end = data.len().min(BLOCK);
            let block = &data[..end];
            if !wanted.width && block.iter().fold(true, |plain, &byte| plain & is_plain(byte)) {
                self.plain(block);
            } else {
                // Not through the middle of a character.
                while end < data.len() && end < BLOCK + 3 && data[end] & 0xC0 == 0x80 {
                    end += 1;
                }
                // One that may go on in the next piece waits for it.
                if end == data.len()
                    && let Some(last) = data[..end].utf8_chunks().last()
                    && let Err(error) = std::str::from_utf8(last.invalid())
                    && error.error_len().is_none()
                {
                    self.broken = last.invalid().to_vec();
                    self.text(&data[..end - self.broken.len()]);
                    return;
                }
                self.text(&data[..end]);
            }
            data = &data[end..];
        }
    }

    /// Counts a block, not empty and no longer than [`BLOCK`], of plain bytes; not its width.
    fn plain(&mut self, block: &[u8]) {
        let starts = |before: &[u8], at: &[u8]| {
            before.iter().zip(at).fold(0u8, |sum, (&before, &at)| sum + u8::from(is_blank(before) & !is_blank(at)))
        };
        let first = u8::from(!self.in_word && !is_blank(block[0]));
        self.counts.words += u64::from(first) + u64::from(starts(block, &block[1..]));
        self.counts.lines += u64::from(block.iter().fold(0u8, |sum, &byte| sum + u8::from(byte == b'\n')));
        self.counts.chars += block.len() as u64;
        self.in_word = !is_blank(block[block.len() - 1]);
    }

    fn text(&mut self, data: &[u8]) {
        // A byte that is no character counts for nothing but bytes.
        for chunk in data.utf8_chunks() {
            chunk.valid().chars().for_each(|c| self.character(c));
        }
    }

    fn character(&mut self, c: char) {
        self.counts.chars += 1;
        match c {
            '\n' | '\r' | '\x0c' => {
                self.counts.lines += u64::from(c == '\n');
                self.counts.width = self.counts.width.max(self.column);
                self.column = 0;
                self.in_word = false;
            }
            '\t' => {
                self.column += 8 - self.column % 8;
                self.in_word = false;
            }
            '\x0b' => self.in_word = false,
            c if c.is_control() => {}
            c => {
                self.column += c.width().unwrap_or(0) as u64;
                if c.is_whitespace() || is_no_break_space(c) {
                    self.in_word = false;
                } else if !self.in_word {
                    self.in_word = true;
                    self.counts.words += 1;
                }
            }
        }
    }

    fn end(mut self) -> Counts {
        self.counts.width = self.counts.width.max(self.column);
        self.counts
    }
}

fn count(file: &OpenFile, wanted: Wanted) -> Result<Counts, Errno> {
    let mut counter = Counter::default();
    loop {
        let data = match file.read_some(CHUNK) {
            Err(Errno::Intr) => continue,
            result => result?,
        };
        if data.is_empty() {
            return Ok(counter.end());
        }
        counter.piece(&data, wanted);
    }
}

/// Runs wc.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "cmlLw", LONGS, HELP);
    let (mut wanted, mut names, mut list, mut total) = (Wanted::default(), Vec::new(), None, b"auto".to_vec());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => wanted.bytes = true,
            Item::Option('m', _) => wanted.chars = true,
            Item::Option('l', _) => wanted.lines = true,
            Item::Option('L', _) => wanted.width = true,
            Item::Option('w', _) => wanted.words = true,
            Item::Option('\u{1}', value) => list = Some(value),
            Item::Option(_, value) => {
                if !matches!(value.as_slice(), b"auto" | b"always" | b"only" | b"never") {
                    return Err(Failure::usage(format!("invalid argument {} for '--total'", quote(&value))));
                }
                total = value;
            }
            Item::Operand(name) => names.push(name),
        }
    }
    if wanted == Wanted::default() {
        wanted = Wanted { lines: true, words: true, bytes: true, ..wanted };
    }
    let mut listed_in_stream = false;
    if let Some(list) = list {
        let stat = read::open(&list).and_then(|file| file.stat());
        listed_in_stream = stat.is_ok_and(|stat| stat.kind != FileType::Regular);
        if let Some(extra) = names.first() {
            return Err(Failure::usage(format!(
                "extra operand {}\nfile operands cannot be combined with --files0-from",
                quote(extra)
            )));
        }
        names = listed(&list)?;
    }
    let from_input = names.is_empty();
    if from_input {
        names.push(b"-".to_vec());
    }
    // A list that comes through a pipe is not known before it ends.
    let width = if listed_in_stream { 1 } else { number_width(&names, from_input, wanted) };
    let show_total = match total.as_slice() {
        b"auto" => names.len() > 1,
        b"never" => false,
        _ => true,
    };
    let (mut out, mut sum, mut status) = (stdout(), Counts::default(), 0);
    for name in &names {
        let file = if name == b"-" {
            OpenFile::inherited(0).ok_or(Errno::Badf)
        } else {
            files::open(name, OpenFlags::READ, 0)
        };
        match file.and_then(|file| count(&file, wanted)) {
            Ok(counts) => {
                sum.lines += counts.lines;
                sum.words += counts.words;
                sum.chars += counts.chars;
                sum.bytes += counts.bytes;
                sum.width = sum.width.max(counts.width);
                if total != b"only" {
                    let shown = (!from_input).then_some(name.as_slice());
                    line(&mut out, counts, wanted, width, shown)?;
                }
            }
            Err(errno) => {
                out.flush()?;
                complain("wc", format_args!("{}: {errno}", lossy(name)));
                status = 1;
                if errno == Errno::Isdir && total != b"only" {
                    line(&mut out, Counts::default(), wanted, width, Some(name))?;
                }
            }
        }
    }
    if show_total {
        let (width, name) = if total == b"only" { (1, None) } else { (width, Some(&b"total"[..])) };
        line(&mut out, sum, wanted, width, name)?;
    }
    out.flush()?;
    Ok(status)
}

fn listed(list: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let cannot = |error: String| Failure::new(format!("cannot open {} for reading: {error}", quote(list)));
    let mut file = if list == b"-" {
        OpenFile::inherited(0).ok_or_else(|| cannot(Errno::Badf.to_string()))?
    } else {
        files::open(list, OpenFlags::READ, 0).map_err(|errno| cannot(errno.to_string()))?
    };
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(|error| cannot(agentfense_sys::error_text(&error)))?;
    Ok(text.split(|&b| b == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
}

/// How wide a number is printed: as wide as all sizes together, or seven for what has no size.
fn number_width(names: &[Vec<u8>], from_input: bool, wanted: Wanted) -> usize {
    let columns = [wanted.lines, wanted.words, wanted.chars, wanted.bytes, wanted.width];
    let single = columns.iter().filter(|&&column| column).count() == 1;
    if names.len() == 1 && single {
        return 1;
    }
    let (mut size, mut least) = (0u64, 1);
    for name in names {
        let stat = if name == b"-" {
            OpenFile::inherited(0).and_then(|file| file.stat().ok())
        } else {
            files::stat(name, true).ok()
        };
        match stat {
            Some(stat) if stat.kind == FileType::Regular => size = size.saturating_add(stat.size),
            Some(_) => least = 7,
            None if from_input => least = 7,
            None => {}
        }
    }
    size.to_string().len().max(least)
}

fn line(
    out: &mut impl Write,
    counts: Counts,
    wanted: Wanted,
    width: usize,
    name: Option<&[u8]>,
) -> std::io::Result<()> {
    let columns = [
        (wanted.lines, counts.lines),
        (wanted.words, counts.words),
        (wanted.chars, counts.chars),
        (wanted.bytes, counts.bytes),
        (wanted.width, counts.width),
    ];
    let mut separator = "";
    for (_, count) in columns.iter().filter(|(wanted, _)| *wanted) {
        write!(out, "{separator}{count:>width$}")?;
        separator = " ";
    }
    if let Some(name) = name {
        out.write_all(b" ")?;
        out.write_all(name)?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(pieces: &[&[u8]]) -> Counts {
        let all = Wanted { lines: true, words: true, chars: true, bytes: true, width: true };
        let mut counter = Counter::default();
        pieces.iter().for_each(|piece| counter.piece(piece, all));
        counter.end()
    }

    #[test]
    fn counts() {
        assert_eq!(counted(&[b"a bc\n\td\n"]), Counts { lines: 2, words: 3, chars: 8, bytes: 8, width: 9 });
        // A character, and a word, that go over the end of a piece.
        assert_eq!(counted(&[b"x\xc3", b"\xa9y z"]), Counts { lines: 0, words: 2, chars: 5, bytes: 6, width: 5 });
        assert_eq!(counted(&[b"\xff\xc3"]), Counts { lines: 0, words: 0, chars: 0, bytes: 2, width: 0 });
        assert_eq!(counted(&["日 é".as_bytes()]), Counts { lines: 0, words: 2, chars: 3, bytes: 6, width: 4 });
        assert_eq!(counted(&[]), Counts::default());
    }

    /// However the text is cut, and whether its blocks are plain or not.
    #[test]
    fn pieces_do_not_matter() {
        let text = "one two\tthree\u{1} \nfour é 日本 five\r\n ".repeat(40);
        let whole = counted(&[text.as_bytes()]);
        let plain = Wanted { lines: true, words: true, chars: true, bytes: true, width: false };
        for size in [1, 2, 3, 7, 191, 192, 193, 500] {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            assert_eq!(counted(&pieces), whole, "{size}");
            let mut counter = Counter::default();
            pieces.iter().for_each(|piece| counter.piece(piece, plain));
            assert_eq!(Counts { width: whole.width, ..counter.end() }, whole, "{size}");
        }
        assert_eq!((whole.lines, whole.words), (80, 7 * 40));
    }
}

//! xxd: shows bytes as hexadecimal digits, and turns such digits back into bytes.

use agentfense_support::{Failure, Item, Options, Outcome, quote, read, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, OpenFlags};
use std::io::{BufRead, BufReader, Read, Write};

const HELP: &str = "\
{} [OPTION]... [INFILE [OUTFILE]]
Make a hex dump, or with -r undo one.

  -a         a single '*' for lines of NUL
  -b         binary digits
  -C         the array's name in capitals, with -i
  -c COLS    COLS bytes a line (default 16; 12 with -i, 30 with -p, 6 with -b; 0 with -p: all on one)
  -d         offsets in decimal
  -e         groups as little-endian words
  -g SIZE    SIZE bytes a group (default 2; 1 with -b, 4 with -e)
  -i         as an array in C
  -l LEN     stop after LEN bytes
  -n NAME    the array's name, with -i
  -o OFFSET  add OFFSET to the offsets shown
  -p, -ps    plain: digits only
  -r         reverse: from a dump to bytes
  -s SEEK    start SEEK bytes into the input
  -u         upper case digits";

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Dump,
    Include,
    Plain,
}

fn number(value: &[u8]) -> Result<u64, Failure> {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| Failure::new(format!("invalid number {}", quote(value))))
}

/// Words with one dash, of which only the first letter counts.
fn modern(args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    const WORDS: [(&str, &[u8]); 12] = [
        ("-ps", b"-p"),
        ("-postscript", b"-p"),
        ("-plain", b"-p"),
        ("-autoskip", b"-a"),
        ("-bits", b"-b"),
        ("-capitalize", b"-C"),
        ("-cols", b"-c"),
        ("-groupsize", b"-g"),
        ("-include", b"-i"),
        ("-len", b"-l"),
        ("-revert", b"-r"),
        ("-seek", b"-s"),
    ];
    let word = |arg: &Vec<u8>| WORDS.iter().find(|(word, _)| word.as_bytes() == arg).map(|(_, letter)| letter.to_vec());
    args.into_iter().map(|arg| word(&arg).unwrap_or(arg)).collect()
}

/// Where to start: so many bytes into the input, or from its end.
fn seek(value: &[u8]) -> Result<(bool, u64), Failure> {
    match value.strip_prefix(b"-") {
        Some(back) => Ok((true, number(back)?)),
        None => Ok((false, number(value.strip_prefix(b"+").unwrap_or(value))?)),
    }
}

/// How a dump looks.
struct Format {
    columns: usize,
    group: usize,
    bits: bool,
    little: bool,
    upper: bool,
    decimal: bool,
}

/// Leaves lines of NUL out, for -a.
#[derive(Default)]
struct Skipper {
    /// How many came one after the other.
    run: u64,
    /// The second of them, which is shown if there is no third.
    second: Vec<u8>,
}

impl Skipper {
    /// What is to be written when this line comes.
    fn line(&mut self, line: &[u8], zeros: bool, last: bool) -> Vec<u8> {
        if zeros && !last {
            self.run += 1;
            if self.run == 2 {
                self.second = line.to_vec();
            }
            return if self.run == 1 { line.to_vec() } else { Vec::new() };
        }
        let skipped = match std::mem::take(&mut self.run) {
            0 | 1 => Vec::new(),
            2 => std::mem::take(&mut self.second),
            _ => b"*\n".to_vec(),
        };
        [skipped.as_slice(), line].concat()
    }
}

/// Runs xxd.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(modern(args), "abc:Cdeg:il:n:o:prs:u", &[], HELP);
    let (mut style, mut reverse, mut capitals, mut skip_zeros) = (Style::Dump, false, false, false);
    let (mut columns, mut group, mut limit, mut skip, mut shown_from) = (None, None, u64::MAX, (false, 0), 0);
    let mut format = Format { columns: 16, group: 2, bits: false, little: false, upper: false, decimal: false };
    let (mut variable, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => skip_zeros = !skip_zeros,
            Item::Option('b', _) => (style, format.bits) = (Style::Dump, true),
            Item::Option('c', value) => columns = Some(number(&value)?),
            Item::Option('C', _) => capitals = true,
            Item::Option('d', _) => format.decimal = true,
            Item::Option('e', _) => format.little = true,
            Item::Option('g', value) => group = Some(number(&value)?),
            Item::Option('i', _) => style = Style::Include,
            Item::Option('l', value) => limit = number(&value)?,
            Item::Option('n', value) => variable = Some(String::from_utf8_lossy(&value).into_owned()),
            Item::Option('o', value) => shown_from = number(&value)?,
            Item::Option('p', _) => style = Style::Plain,
            Item::Option('r', _) => reverse = true,
            Item::Option('s', value) => skip = seek(&value)?,
            Item::Option(..) => format.upper = true,
            Item::Operand(name) => names.push(name),
        }
    }
    let name = names.first().cloned().unwrap_or_else(|| b"-".to_vec());
    let shown = String::from_utf8_lossy(&name).into_owned();
    let file = read::open(&name).map_err(|errno| Failure::new(format!("{shown}: {errno}")).status(2))?;
    let from_end = |back: u64| {
        let size = file.stat().map_or(0, |stat| stat.size);
        size.checked_sub(back).ok_or_else(|| Failure::new("Sorry, cannot seek.").status(4))
    };
    let skip = if skip.0 { from_end(skip.1)? } else { skip.1 };
    let mut input = BufReader::with_capacity(64 * 1024, file);
    let mut out: Box<dyn Write> = match names.get(1) {
        None => Box::new(stdout()),
        Some(name) => {
            let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
            let file = files::open(name, flags, 0o666)
                .map_err(|errno| Failure::new(format!("{}: {errno}", String::from_utf8_lossy(name))).status(3))?;
            Box::new(std::io::BufWriter::new(file))
        }
    };
    let fail = |error: std::io::Error| Failure::new(format!("{shown}: {}", error_text(&error))).status(2);
    if reverse {
        restore(&mut input, &mut out, style == Style::Plain, &fail)?;
        return Ok(0);
    }
    std::io::copy(&mut (&mut input).take(skip), &mut std::io::sink()).map_err(fail)?;
    format.columns = match (columns, style) {
        // One line for all of it: no line is longer than a guest's memory.
        (Some(0), Style::Plain) => usize::MAX,
        (Some(1..), Style::Plain) => columns.and_then(|columns| usize::try_from(columns).ok()).unwrap_or(usize::MAX),
        (Some(columns @ 1..), _) => usize::try_from(columns.min(256)).unwrap_or(256),
        (_, Style::Dump) if format.bits => 6,
        (_, Style::Dump) => 16,
        (_, Style::Include) => 12,
        (None, Style::Plain) => 30,
    };
    let usual = if format.bits {
        1
    } else if format.little {
        4
    } else {
        2
    };
    format.group = match group.map_or(usual, |group| usize::try_from(group).unwrap_or(0)) {
        0 => format.columns,
        group => group,
    };
    let named = style == Style::Include && (name != b"-" || variable.is_some());
    let plain_name = |name: &str| name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mut variable: String = variable.unwrap_or_else(|| plain_name(&shown));
    if capitals {
        variable.make_ascii_uppercase();
    }
    let length_name = if capitals { "LEN" } else { "len" };
    if named {
        writeln!(out, "unsigned char {variable}[] = {{")?;
    }
    let mut input = input.take(limit);
    let (mut offset, mut total, mut skipper) = (skip.saturating_add(shown_from), 0u64, Skipper::default());
    let mut line = Vec::new();
    let mut next = Vec::new();
    let chunk = u64::try_from(format.columns).unwrap_or(u64::MAX);
    (&mut input).take(chunk).read_to_end(&mut line).map_err(fail)?;
    while !line.is_empty() {
        next.clear();
        (&mut input).take(chunk).read_to_end(&mut next).map_err(fail)?;
        match style {
            Style::Plain => {
                line.iter().try_for_each(|byte| digits(&mut out, *byte, format.upper))?;
                writeln!(out)?;
            }
            Style::Include => {
                out.write_all(if total == 0 { b"  " } else { b",\n  " })?;
                for (index, byte) in line.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    match format.upper {
                        true => write!(out, "{comma}0X{byte:02X}")?,
                        false => write!(out, "{comma}0x{byte:02x}")?,
                    }
                }
            }
            Style::Dump if skip_zeros => {
                let mut dumped = Vec::new();
                dump(&mut dumped, offset, &line, &format)?;
                let zeros = line.iter().all(|&byte| byte == 0);
                out.write_all(&skipper.line(&dumped, zeros, next.is_empty()))?;
            }
            Style::Dump => dump(&mut out, offset, &line, &format)?,
        }
        offset = offset.saturating_add(line.len() as u64);
        total += line.len() as u64;
        std::mem::swap(&mut line, &mut next);
    }
    if style == Style::Include && total > 0 {
        writeln!(out)?;
    }
    if named {
        writeln!(out, "}};\nunsigned int {variable}_{length_name} = {total};")?;
    }
    out.flush()?;
    Ok(0)
}

/// Turns a dump back into bytes.
fn restore(
    input: &mut impl BufRead,
    out: &mut impl Write,
    plain: bool,
    fail: &dyn Fn(std::io::Error) -> Failure,
) -> Result<(), Failure> {
    let (mut line, mut written) = (Vec::new(), 0u64);
    while input.read_until(b'\n', &mut line).map_err(fail)? > 0 {
        if plain {
            out.write_all(&undump_plain(&line))?;
        } else if let Some((offset, bytes)) = undump(&line) {
            // A gap in the offsets is a hole.
            let hole = offset.saturating_sub(written);
            std::io::copy(&mut std::io::repeat(0).take(hole), out)?;
            out.write_all(&bytes)?;
            written += hole + bytes.len() as u64;
        }
        line.clear();
    }
    Ok(out.flush()?)
}

fn digits(out: &mut impl Write, byte: u8, upper: bool) -> std::io::Result<()> {
    if upper { write!(out, "{byte:02X}") } else { write!(out, "{byte:02x}") }
}

fn dump(out: &mut impl Write, offset: u64, line: &[u8], format: &Format) -> std::io::Result<()> {
    if format.decimal {
        write!(out, "{offset:08}:")?
    } else {
        write!(out, "{offset:08x}:")?
    }
    let width = if format.bits { 8 } else { 2 };
    for start in (0..format.columns).step_by(format.group) {
        out.write_all(b" ")?;
        let end = (start + format.group).min(format.columns);
        let bytes = line.get(start..end.min(line.len())).unwrap_or_default();
        let blanks = vec![b' '; (end - start - bytes.len()) * width];
        if format.little {
            // A word that is not whole stands where its low bytes would.
            out.write_all(&blanks)?;
            bytes.iter().rev().try_for_each(|byte| digits(out, *byte, format.upper))?;
            continue;
        }
        for byte in bytes {
            if format.bits { write!(out, "{byte:08b}")? } else { digits(out, *byte, format.upper)? }
        }
        out.write_all(&blanks)?;
    }
    out.write_all(b"  ")?;
    let text: Vec<u8> = line.iter().map(|&b| if (0x20..0x7f).contains(&b) { b } else { b'.' }).collect();
    out.write_all(&text)?;
    out.write_all(b"\n")
}

fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// The bytes of a line of a plain dump.
fn undump_plain(line: &[u8]) -> Vec<u8> {
    let nibbles: Vec<u8> = line.iter().filter_map(|&b| nibble(b)).collect();
    nibbles.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The offset and the bytes of a line of a dump; two blanks end the bytes.
fn undump(line: &[u8]) -> Option<(u64, Vec<u8>)> {
    let colon = memchr::memchr(b':', line)?;
    let offset = u64::from_str_radix(std::str::from_utf8(&line[..colon]).ok()?.trim(), 16).ok()?;
    let rest = line[colon + 1..].trim_ascii_start();
    let end = rest.windows(2).position(|pair| pair == b"  ").unwrap_or(rest.len());
    Some((offset, undump_plain(&rest[..end])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let mut out = Vec::new();
        let format = Format { columns: 16, group: 2, bits: false, little: false, upper: false, decimal: false };
        dump(&mut out, 16, b"hello\n", &format).unwrap();
        let shown = "00000010: 6865 6c6c 6f0a                           hello.\n";
        assert_eq!(String::from_utf8(out.clone()).unwrap(), shown);
        assert_eq!(undump(&out), Some((16, b"hello\n".to_vec())));
        assert_eq!(undump_plain(b"68656c\n"), b"hel");
    }
}

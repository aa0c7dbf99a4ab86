//! xxd: shows bytes as hexadecimal digits, and turns such digits back into bytes.

use agentfense_support::{Failure, Item, Options, Outcome, quote, read, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, OpenFlags};
use std::io::{BufRead, BufReader, Read, Write};

const HELP: &str = "\
{} [OPTION]... [INFILE [OUTFILE]]
Make a hex dump, or with -r undo one.

  -b         binary digits
  -c COLS    COLS bytes a line (default 16; 12 with -i, 30 with -p, 6 with -b)
  -g SIZE    SIZE bytes a group (default 2; 1 with -b)
  -i         as an array in C
  -l LEN     stop after LEN bytes
  -p         plain: digits only
  -r         reverse: from a dump to bytes
  -s SEEK    start SEEK bytes into the input
  -u         upper case digits";

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Dump,
    Bits,
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

/// Runs xxd.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bc:g:il:prs:u", &[], HELP);
    let (mut style, mut reverse, mut upper) = (Style::Dump, false, false);
    let (mut columns, mut group, mut limit, mut skip) = (None, None, u64::MAX, 0);
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => style = Style::Bits,
            Item::Option('c', value) => columns = Some(number(&value)?),
            Item::Option('g', value) => group = Some(number(&value)?),
            Item::Option('i', _) => style = Style::Include,
            Item::Option('l', value) => limit = number(&value)?,
            Item::Option('p', _) => style = Style::Plain,
            Item::Option('r', _) => reverse = true,
            Item::Option('s', value) => skip = number(&value)?,
            Item::Option(..) => upper = true,
            Item::Operand(name) => names.push(name),
        }
    }
    let name = names.first().cloned().unwrap_or_else(|| b"-".to_vec());
    let shown = String::from_utf8_lossy(&name).into_owned();
    let file = read::open(&name).map_err(|errno| Failure::new(format!("{shown}: {errno}")).status(2))?;
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
        let mut line = Vec::new();
        let mut written = 0u64;
        while input.read_until(b'\n', &mut line).map_err(fail)? > 0 {
            match style {
                Style::Plain => out.write_all(&undump_plain(&line))?,
                _ => {
                    if let Some((offset, bytes)) = undump(&line) {
                        // A gap in the offsets is a hole.
                        let hole = offset.saturating_sub(written);
                        std::io::copy(&mut std::io::repeat(0).take(hole), &mut out)?;
                        out.write_all(&bytes)?;
                        written += hole + bytes.len() as u64;
                    }
                }
            }
            line.clear();
        }
        out.flush()?;
        return Ok(0);
    }
    std::io::copy(&mut (&mut input).take(skip), &mut std::io::sink()).map_err(fail)?;
    let columns = match (columns.filter(|&columns| columns > 0), style) {
        (Some(columns), _) => usize::try_from(columns.min(256)).unwrap_or(256),
        (None, Style::Dump) => 16,
        (None, Style::Bits) => 6,
        (None, Style::Include) => 12,
        (None, Style::Plain) => 30,
    };
    let group = group.map_or(if style == Style::Bits { 1 } else { 2 }, |group| usize::try_from(group).unwrap_or(0));
    let group = if group == 0 { columns } else { group };
    let variable: String = shown.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let named = style == Style::Include && name != b"-";
    if named {
        writeln!(out, "unsigned char {variable}[] = {{")?;
    }
    let mut input = input.take(limit);
    let (mut offset, mut total) = (skip, 0u64);
    let mut line = Vec::with_capacity(columns);
    loop {
        line.clear();
        (&mut input).take(columns as u64).read_to_end(&mut line).map_err(fail)?;
        if line.is_empty() {
            break;
        }
        match style {
            Style::Plain => {
                line.iter().try_for_each(|byte| digits(&mut out, *byte, upper))?;
                writeln!(out)?;
            }
            Style::Include => {
                out.write_all(if total == 0 { b"  " } else { b",\n  " })?;
                for (index, byte) in line.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    if upper { write!(out, "{comma}0X{byte:02X}")? } else { write!(out, "{comma}0x{byte:02x}")? }
                }
            }
            _ => dump(&mut out, offset, &line, columns, group, style == Style::Bits, upper)?,
        }
        offset += line.len() as u64;
        total += line.len() as u64;
    }
    if style == Style::Include && total > 0 {
        writeln!(out)?;
    }
    if named {
        writeln!(out, "}};\nunsigned int {variable}_len = {total};")?;
    }
    out.flush()?;
    Ok(0)
}

fn digits(out: &mut impl Write, byte: u8, upper: bool) -> std::io::Result<()> {
    if upper { write!(out, "{byte:02X}") } else { write!(out, "{byte:02x}") }
}

fn dump(
    out: &mut impl Write,
    offset: u64,
    line: &[u8],
    columns: usize,
    group: usize,
    bits: bool,
    upper: bool,
) -> std::io::Result<()> {
    write!(out, "{offset:08x}:")?;
    for index in 0..columns {
        if index % group == 0 {
            out.write_all(b" ")?;
        }
        match line.get(index) {
            Some(byte) if bits => write!(out, "{byte:08b}")?,
            Some(byte) => digits(out, *byte, upper)?,
            None => out.write_all(if bits { b"        " } else { b"  " })?,
        }
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
        dump(&mut out, 16, b"hello\n", 16, 2, false, false).unwrap();
        let shown = "00000010: 6865 6c6c 6f0a                           hello.\n";
        assert_eq!(String::from_utf8(out.clone()).unwrap(), shown);
        assert_eq!(undump(&out), Some((16, b"hello\n".to_vec())));
        assert_eq!(undump_plain(b"68656c\n"), b"hel");
    }
}

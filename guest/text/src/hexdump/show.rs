//! Showing blocks of bytes in the formats.

use super::Files;
use super::format::{Conversion, Dump, Kind, Piece, Unit};
use std::io::{self, Write};

/// Shows what the files have from `skip` on, at most `length` bytes.
pub fn show(
    dump: &Dump,
    files: &mut Files,
    skip: u64,
    length: u64,
    squeeze: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut address = skipped(files, skip);
    // A format without conversions takes nothing: the bytes are only counted.
    let mut block = vec![0; dump.block.max(1)];
    let mut before: Option<Vec<u8>> = None;
    let (mut starred, mut left) = (false, length);
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        block.fill(0);
        let filled = files.fill(&mut block[..wanted]);
        if filled == 0 {
            break;
        }
        left -= filled as u64;
        let same = squeeze && filled == block.len() && before.as_ref() == Some(&block);
        if same {
            if !starred {
                out.write_all(b"*\n")?;
            }
            starred = true;
        } else {
            starred = false;
            for units in &dump.strings {
                string(units, &block, filled, address, out)?;
            }
            before = Some(block.clone());
        }
        address += filled as u64;
    }
    if let Some(unit) = &dump.end
        && address > 0
    {
        let mut at = 0;
        pieces(&unit.pieces, &[], 0, address, &mut at, out)?;
    }
    Ok(())
}

/// Passes over bytes; how many there were.
fn skipped(files: &mut Files, skip: u64) -> u64 {
    let mut buffer = vec![0; 64 * 1024];
    let mut passed = 0;
    while passed < skip {
        let wanted = usize::try_from(skip - passed).unwrap_or(usize::MAX).min(buffer.len());
        match files.fill(&mut buffer[..wanted]) {
            0 => break,
            count => passed += count as u64,
        }
    }
    passed
}

fn string(units: &[Unit], block: &[u8], filled: usize, address: u64, out: &mut impl Write) -> io::Result<()> {
    let mut at = 0;
    for unit in units {
        for turn in 1..=unit.repeat {
            let parts = if turn == unit.repeat { &unit.last } else { &unit.pieces };
            pieces(parts, block, filled, address, &mut at, out)?;
        }
    }
    Ok(())
}

fn pieces(
    pieces: &[Piece],
    block: &[u8],
    filled: usize,
    address: u64,
    at: &mut usize,
    out: &mut impl Write,
) -> io::Result<()> {
    for piece in pieces {
        match piece {
            Piece::Literal(text) => out.write_all(text)?,
            // Beyond the end of the data there are only blanks.
            Piece::Conversion(conversion) if *at >= filled && filled > 0 => {
                write!(out, "{:1$}", "", conversion.width)?;
            }
            Piece::Conversion(conversion) => {
                let data = block.get(*at..*at + conversion.bytes).unwrap_or_default();
                let text = conversion.text(data, address + *at as u64);
                conversion.put(&text, out)?;
            }
        }
        if let Piece::Conversion(conversion) = piece {
            *at += conversion.bytes;
        }
    }
    Ok(())
}

const NAMES: [&str; 32] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "lf", "vt", "ff", "cr", "so", "si", "dle",
    "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us",
];

impl Conversion {
    /// What it shows of `data`, without the padding to its width.
    fn text(&self, data: &[u8], address: u64) -> Vec<u8> {
        let byte = data.first().copied().unwrap_or(0);
        let printable = byte == b' ' || byte.is_ascii_graphic();
        let mut wide = [0; 8];
        wide[..data.len().min(8)].copy_from_slice(&data[..data.len().min(8)]);
        let value = u64::from_le_bytes(wide);
        match self.kind {
            Kind::Address(base) => self.unsigned(address, if base == b'd' { b'u' } else { base }),
            Kind::Char => vec![byte],
            Kind::Print => vec![if printable { byte } else { b'.' }],
            Kind::Escape => match byte {
                0 => b"\\0".to_vec(),
                7 => b"\\a".to_vec(),
                8 => b"\\b".to_vec(),
                12 => b"\\f".to_vec(),
                b'\n' => b"\\n".to_vec(),
                b'\r' => b"\\r".to_vec(),
                b'\t' => b"\\t".to_vec(),
                11 => b"\\v".to_vec(),
                _ if printable => vec![byte],
                _ => format!("{byte:03o}").into_bytes(),
            },
            Kind::Name => match NAMES.get(usize::from(byte)) {
                Some(name) => name.as_bytes().to_vec(),
                None if byte == 0x7f => b"del".to_vec(),
                None if printable => vec![byte],
                None => format!("{byte:02x}").into_bytes(),
            },
            Kind::Signed => {
                let shift = 64 - 8 * self.bytes.clamp(1, 8) as u32;
                let value = ((value << shift) as i64) >> shift;
                let digits = self.digits(value.unsigned_abs().to_string());
                let sign = match (value < 0, self.plus, self.space) {
                    (true, ..) => "-",
                    (false, true, _) => "+",
                    (false, false, true) => " ",
                    _ => "",
                };
                self.zeros(sign, digits)
            }
            Kind::Unsigned(letter) => self.unsigned(value, letter),
            Kind::Float(letter) => {
                let value =
                    if self.bytes == 4 { f64::from(f32::from_bits(value as u32)) } else { f64::from_bits(value) };
                let text = float(value, letter, self.precision.unwrap_or(6));
                let (sign, digits) = match text.strip_prefix('-') {
                    Some(digits) => ("-", digits.to_owned()),
                    None if self.plus => ("+", text),
                    None if self.space => (" ", text),
                    None => ("", text),
                };
                self.pad_zeros(sign, digits, self.zero && value.is_finite())
            }
            Kind::Text => {
                let end = memchr::memchr(0, data).unwrap_or(data.len());
                let most = self.precision.unwrap_or(end).min(end);
                data[..most].to_vec()
            }
        }
    }

    fn unsigned(&self, value: u64, letter: u8) -> Vec<u8> {
        let (prefix, digits) = match letter {
            b'o' => ("0", format!("{value:o}")),
            b'x' => ("0x", format!("{value:x}")),
            b'X' => ("0X", format!("{value:X}")),
            _ => ("", value.to_string()),
        };
        let digits = self.digits(digits);
        let prefix = match prefix {
            prefix if !self.alternate || value == 0 => &prefix[..0],
            "0" if digits.starts_with('0') => "",
            prefix => prefix,
        };
        self.zeros(prefix, digits)
    }

    /// As many digits as the precision asks for.
    fn digits(&self, digits: String) -> String {
        format!("{digits:0>0$}", self.precision.unwrap_or(1))
    }

    fn zeros(&self, prefix: &str, digits: String) -> Vec<u8> {
        self.pad_zeros(prefix, digits, self.zero && self.precision.is_none())
    }

    fn pad_zeros(&self, prefix: &str, digits: String, zeros: bool) -> Vec<u8> {
        let width = if zeros && !self.left { self.width.saturating_sub(prefix.len()) } else { 0 };
        format!("{prefix}{digits:0>width$}").into_bytes()
    }

    fn put(&self, text: &[u8], out: &mut impl Write) -> io::Result<()> {
        let pad = self.width.saturating_sub(text.len());
        if !self.left {
            write!(out, "{:pad$}", "")?;
        }
        out.write_all(text)?;
        if self.left {
            write!(out, "{:pad$}", "")?;
        }
        Ok(())
    }
}

/// A number as printf(3) shows it with `%e`, `%f` or `%g`.
fn float(value: f64, letter: u8, precision: usize) -> String {
    let upper = letter.is_ascii_uppercase();
    let text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value < 0.0 { "-inf".to_owned() } else { "inf".to_owned() }
    } else {
        match letter.to_ascii_lowercase() {
            b'f' => format!("{value:.precision$}"),
            b'e' => exponent(value, precision),
            _ => {
                let precision = precision.max(1);
                let short = exponent(value, precision - 1);
                let power: i32 = short.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
                let trim = |text: &str| -> String {
                    if text.contains('.') {
                        text.trim_end_matches('0').trim_end_matches('.').into()
                    } else {
                        text.into()
                    }
                };
                match usize::try_from(precision as i64 - 1 - i64::from(power)) {
                    Ok(decimals) if power >= -4 => trim(&format!("{value:.decimals$}")),
                    _ => match short.split_once('e') {
                        Some((digits, power)) => format!("{}e{power}", trim(digits)),
                        None => short,
                    },
                }
            }
        }
    };
    if upper { text.to_uppercase() } else { text }
}

/// `1.5e+03`.
fn exponent(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let Some((digits, power)) = text.split_once('e') else { return text };
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

#[cfg(test)]
mod tests {
    use super::float;

    #[test]
    fn floats_as_printf_shows_them() {
        assert_eq!(float(1500.0, b'e', 6), "1.500000e+03");
        assert_eq!(float(0.0001, b'g', 6), "0.0001");
        assert_eq!(float(0.00001, b'g', 6), "1e-05");
        assert_eq!(float(100000.0, b'g', 6), "100000");
        assert_eq!(float(1e6, b'G', 6), "1E+06");
        assert_eq!(float(f64::NEG_INFINITY, b'F', 6), "-INF");
    }
}

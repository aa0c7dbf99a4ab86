//! base64 and base32: bytes as letters and digits.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, read, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use std::io::{self, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]
Encode or decode FILE, or standard input, to standard output.

  -d, --decode          decode data
  -i, --ignore-garbage  when decoding, ignore what is none of the alphabet
  -w, --wrap=COLS       wrap encoded lines after COLS characters (default 76); 0 disables wrapping";

const LONGS: &[Long] =
    &[("decode", Takes::Nothing, 'd'), ("ignore-garbage", Takes::Nothing, 'i'), ("wrap", Takes::Argument, 'w')];

const CHUNK: u32 = 128 * 1024;

/// How bits become characters.
struct Encoding {
    alphabet: &'static [u8],
    /// Of a character.
    bits: usize,
    /// Characters that stand for whole bytes together.
    group: usize,
}

const BASE64: Encoding =
    Encoding { alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 4 };
const BASE32: Encoding = Encoding { alphabet: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8 };

impl Encoding {
    /// The characters of at most so many bytes as a group has, filled up with `=`.
    fn encode(&self, bytes: &[u8], to: &mut Vec<u8>) {
        let size = self.group * self.bits / 8;
        let word = (0..size).fold(0u64, |word, index| word << 8 | u64::from(bytes.get(index).copied().unwrap_or(0)));
        let used = (bytes.len() * 8).div_ceil(self.bits);
        for index in 0..self.group {
            let shift = (self.group - 1 - index) * self.bits;
            let digit = (word >> shift) as usize & ((1 << self.bits) - 1);
            to.push(if index < used { self.alphabet[digit] } else { b'=' });
        }
    }
}

/// Reads characters back into bytes.
struct Decoder<'a> {
    encoding: &'a Encoding,
    /// The digit that a character is; 255 for none.
    digits: [u8; 256],
    lenient: bool,
    word: u64,
    /// Characters of the group that were read, and `=` behind them.
    count: usize,
    padding: usize,
}

impl<'a> Decoder<'a> {
    fn new(encoding: &'a Encoding, lenient: bool) -> Decoder<'a> {
        let mut digits = [255; 256];
        for (digit, character) in (0..).zip(encoding.alphabet) {
            digits[usize::from(*character)] = digit;
        }
        Decoder { encoding, digits, lenient, word: 0, count: 0, padding: 0 }
    }

    /// The whole bytes of what was read of a group.
    fn end_group(&mut self, to: &mut Vec<u8>) {
        let bits = self.count * self.encoding.bits;
        let bytes = bits / 8;
        // To the left of eight bytes.
        let word = if bits == 0 { 0 } else { self.word << (64 - bits) };
        to.extend_from_slice(&word.to_be_bytes()[..bytes]);
        (self.word, self.count, self.padding) = (0, 0, 0);
    }

    /// False at what is no part of an encoding; what came before it is decoded.
    fn add(&mut self, data: &[u8], to: &mut Vec<u8>) -> bool {
        for &byte in data {
            let digit = self.digits[usize::from(byte)];
            if digit != 255 && self.padding == 0 {
                self.word = self.word << self.encoding.bits | u64::from(digit);
                self.count += 1;
            } else if byte == b'=' && self.may_end() {
                self.padding += 1;
            } else if byte == b'\n' || (self.lenient && digit == 255) {
                continue;
            } else {
                self.end_group(to);
                return false;
            }
            if self.count + self.padding == self.encoding.group {
                self.end_group(to);
            }
        }
        true
    }

    /// Whether so many characters come to whole bytes: with one more they came to one more.
    fn may_end(&self) -> bool {
        let bytes = |count: usize| count * self.encoding.bits / 8;
        self.count > 0 && bytes(self.count) > bytes(self.count - 1)
    }

    fn end(mut self, to: &mut Vec<u8>) -> bool {
        let whole = self.count == 0;
        self.end_group(to);
        whole
    }
}

/// Runs base64.
pub fn base64(args: Vec<Vec<u8>>) -> Outcome {
    run(args, &BASE64)
}

/// Runs base32.
pub fn base32(args: Vec<Vec<u8>>) -> Outcome {
    run(args, &BASE32)
}

fn run(args: Vec<Vec<u8>>, encoding: &Encoding) -> Outcome {
    let mut options = Options::new(args, "diw:", LONGS, HELP);
    let (mut decode, mut lenient, mut wrap, mut names) = (false, false, 76, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('d', _) => decode = true,
            Item::Option('i', _) => lenient = true,
            Item::Option(_, value) => {
                let invalid = || Failure::new(format!("invalid wrap size: {}", quote(&value)));
                wrap = lossy(&value).parse::<usize>().map_err(|_| invalid())?;
            }
            Item::Operand(name) => names.push(name),
        }
    }
    if let Some(extra) = names.get(1) {
        return Err(Failure::usage(format!("extra operand {}", quote(extra))));
    }
    let name = names.first().map_or(&b"-"[..], Vec::as_slice);
    let failed = |errno: Errno| Failure::new(format!("{}: {errno}", lossy(name)));
    let file = read::open(name).map_err(failed)?;
    let mut out = stdout();
    if decode {
        let mut decoder = Decoder::new(encoding, lenient);
        let mut decoded = Vec::new();
        let mut well = true;
        while well {
            let data = chunk(&file).map_err(|errno| Failure::new(format!("read error: {errno}")))?;
            if data.is_empty() {
                break;
            }
            well = decoder.add(&data, &mut decoded);
            out.write_all(&decoded)?;
            decoded.clear();
        }
        well = well && decoder.end(&mut decoded);
        out.write_all(&decoded)?;
        out.flush()?;
        return if well { Ok(0) } else { Err(Failure::new("invalid input")) };
    }
    let size = encoding.group * encoding.bits / 8;
    let (mut encoded, mut waiting, mut column) = (Vec::new(), Vec::new(), 0);
    loop {
        let data = chunk(&file).map_err(|errno| Failure::new(format!("read error: {errno}")))?;
        let ended = data.is_empty();
        waiting.extend(data);
        let whole = if ended { waiting.len() } else { waiting.len() / size * size };
        waiting[..whole].chunks(size).for_each(|bytes| encoding.encode(bytes, &mut encoded));
        waiting.drain(..whole);
        wrapped(&encoded, wrap, &mut column, &mut out)?;
        encoded.clear();
        if ended {
            break;
        }
    }
    if wrap > 0 && column > 0 {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(0)
}

fn chunk(file: &OpenFile) -> Result<Vec<u8>, Errno> {
    loop {
        match file.read_some(CHUNK) {
            Err(Errno::Intr) => {}
            result => return result,
        }
    }
}

/// Writes text in lines of that width, the first of which has `column` characters already.
fn wrapped(text: &[u8], wrap: usize, column: &mut usize, out: &mut impl Write) -> io::Result<()> {
    if wrap == 0 {
        return out.write_all(text);
    }
    let mut rest = text;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(wrap - *column));
        out.write_all(line)?;
        *column += line.len();
        if *column == wrap {
            out.write_all(b"\n")?;
            *column = 0;
        }
        rest = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoding: &Encoding, text: &[u8]) -> String {
        let mut out = Vec::new();
        text.chunks(encoding.group * encoding.bits / 8).for_each(|bytes| encoding.encode(bytes, &mut out));
        String::from_utf8(out).unwrap()
    }

    fn decoded(encoding: &Encoding, text: &str, lenient: bool) -> (String, bool) {
        let mut decoder = Decoder::new(encoding, lenient);
        let mut out = Vec::new();
        let well = decoder.add(text.as_bytes(), &mut out) && decoder.end(&mut out);
        (String::from_utf8_lossy(&out).into_owned(), well)
    }

    #[test]
    fn there_and_back() {
        assert_eq!(encoded(&BASE64, b"hello"), "aGVsbG8=");
        assert_eq!(encoded(&BASE32, b"hello\n"), "NBSWY3DPBI======");
        let all: Vec<u8> = (0..=255).collect();
        for encoding in [&BASE64, &BASE32] {
            let text = encoded(encoding, &all);
            let mut out = Vec::new();
            let mut decoder = Decoder::new(encoding, false);
            assert!(decoder.add(text.as_bytes(), &mut out) && decoder.end(&mut out));
            assert_eq!(out, all);
        }
    }

    #[test]
    fn rubbish_and_ends() {
        assert_eq!(decoded(&BASE64, "aGVs\nbG8=\n", false), ("hello".into(), true));
        assert_eq!(decoded(&BASE64, "aGV$sbG8=", false), ("he".into(), false));
        assert_eq!(decoded(&BASE64, "aGV$sbG8=", true), ("hello".into(), true));
        assert_eq!(decoded(&BASE64, "aGVsbG8", false), ("hello".into(), false));
        assert_eq!(decoded(&BASE64, "a===", false), ("".into(), false));
        assert_eq!(decoded(&BASE64, "aGk=aGk=", false), ("hihi".into(), true));
        assert_eq!(decoded(&BASE32, "NBSWY3DP", false), ("hello".into(), true));
        assert_eq!(decoded(&BASE32, "NBS=====", false), ("h".into(), false));
    }
}

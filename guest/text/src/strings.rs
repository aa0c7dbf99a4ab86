//! strings: prints the printable stretches of files.

use crate::input::{open, or_stdin};
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files;
use std::io::{self, BufRead, BufWriter, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Print the printable strings of files (standard input by default).

  -a, --all                     scan the whole file (it always is)
  -d, --data                    accepted: the whole file is scanned
  -f, --print-file-name         print the name of the file before each string
  -n, --bytes=NUM, -NUM         find strings of at least NUM characters (default 4)
  -t, --radix={o,d,x}           print the place of the string in base 8, 10 or 16
  -o                            as --radix=o
  -w, --include-all-whitespace  all white space is printable
  -e, --encoding={s,S,b,l,B,L}  characters: s 7-bit, S 8-bit, b and l 16-bit, B and L 32-bit (big and little endian)
  -s, --output-separator=TEXT   end strings by TEXT instead of a newline";

const LONGS: &[Long] = &[
    ("all", Takes::Nothing, 'a'),
    ("bytes", Takes::Argument, 'n'),
    ("data", Takes::Nothing, 'd'),
    ("encoding", Takes::Argument, 'e'),
    ("include-all-whitespace", Takes::Nothing, 'w'),
    ("output-separator", Takes::Argument, 's'),
    ("print-file-name", Takes::Nothing, 'f'),
    ("radix", Takes::Argument, 't'),
];

struct Settings {
    least: usize,
    names: bool,
    radix: Option<u8>,
    white_space: bool,
    encoding: u8,
    separator: Vec<u8>,
}

/// Runs strings.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "0123456789ade:fn:os:t:w", LONGS, HELP);
    let mut settings =
        Settings { least: 4, names: false, radix: None, white_space: false, encoding: b's', separator: b"\n".to_vec() };
    let (mut names, mut digits, mut only_dash) = (Vec::new(), String::new(), false);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(digit @ '0'..='9', _) => digits.push(digit),
            Item::Option('n', value) => digits = lossy(&value),
            Item::Option('e', value) => match value.as_slice() {
                [encoding @ (b's' | b'S' | b'b' | b'l' | b'B' | b'L')] => settings.encoding = *encoding,
                _ => return Err(Failure::usage(format!("invalid encoding {}", quote(&value)))),
            },
            Item::Option('f', _) => settings.names = true,
            Item::Option('o', _) => settings.radix = Some(b'o'),
            Item::Option('s', value) => settings.separator = value,
            Item::Option('t', value) => match value.as_slice() {
                [radix @ (b'o' | b'd' | b'x')] => settings.radix = Some(*radix),
                _ => return Err(Failure::usage(format!("invalid radix {}", quote(&value)))),
            },
            Item::Option('w', _) => settings.white_space = true,
            Item::Option(..) => {}
            // Once `-a`'s other name.
            Item::Operand(name) if name == b"-" => only_dash = true,
            Item::Operand(name) => names.push(name),
        }
    }
    if !digits.is_empty() {
        settings.least = match digits.parse() {
            Ok(0) => return Err(Failure::new(format!("invalid minimum string length {digits}"))),
            Ok(least) => least,
            Err(_) => return Err(Failure::new(format!("invalid integer argument {digits}"))),
        };
    }
    if only_dash && names.is_empty() {
        return Err(Failure::usage("no file is named"));
    }
    let (mut out, mut status) = (stdout(), 0);
    for name in or_stdin(&names) {
        if name != b"-" && files::stat(name, true).is_err() {
            complain("strings", format_args!("'{}': No such file", lossy(name)));
            status = 1;
            continue;
        }
        let Some(mut input) = open("strings", name, &mut status) else { continue };
        let shown = if name == b"-" { b"{standard input}" } else { name };
        let mut scan = Scan::new(&settings, shown, &mut out);
        let done = loop {
            let length = match input.fill_buf() {
                Ok([]) => break Ok(()),
                Ok(data) => {
                    scan.feed(data)?;
                    data.len()
                }
                Err(error) => break Err(error),
            };
            input.consume(length);
        };
        scan.end()?;
        if let Err(error) = done {
            complain("strings", format_args!("{}: {}", lossy(name), error_text(&error)));
            status = 1;
        }
    }
    out.flush()?;
    Ok(status)
}

/// Looks for strings in what comes in pieces. It keeps no more of a string than makes it one.
struct Scan<'a> {
    settings: &'a Settings,
    name: &'a [u8],
    out: &'a mut BufWriter<Stdout>,
    /// The characters so far of what may become a string; empty in a string.
    pending: Vec<u8>,
    in_string: bool,
    start: u64,
    /// The bytes of a character that is not complete.
    unit: Vec<u8>,
    at: u64,
}

impl<'a> Scan<'a> {
    fn new(settings: &'a Settings, name: &'a [u8], out: &'a mut BufWriter<Stdout>) -> Scan<'a> {
        Scan { settings, name, out, pending: Vec::new(), in_string: false, start: 0, unit: Vec::new(), at: 0 }
    }

    fn feed(&mut self, data: &[u8]) -> io::Result<()> {
        let width = match self.settings.encoding {
            b's' | b'S' => 1,
            b'b' | b'l' => 2,
            _ => 4,
        };
        for &byte in data {
            self.at += 1;
            if width == 1 {
                self.character(u32::from(byte), 1)?;
                continue;
            }
            self.unit.push(byte);
            if self.unit.len() == width {
                let add = |value: u32, byte: &u8| value << 8 | u32::from(*byte);
                let value = match self.settings.encoding {
                    b'b' | b'B' => self.unit.iter().fold(0, add),
                    _ => self.unit.iter().rev().fold(0, add),
                };
                if self.graphic(value).is_some() {
                    self.unit.clear();
                } else {
                    // Not a character here: perhaps one byte further on.
                    self.unit.remove(0);
                }
                self.character(value, width as u64)?;
            }
        }
        Ok(())
    }

    fn character(&mut self, value: u32, width: u64) -> io::Result<()> {
        match self.graphic(value) {
            Some(byte) if self.in_string => self.out.write_all(&[byte]),
            Some(byte) => {
                if self.pending.is_empty() {
                    self.start = self.at - width;
                }
                self.pending.push(byte);
                if self.pending.len() >= self.settings.least {
                    self.in_string = true;
                    if self.settings.names {
                        self.out.write_all(self.name)?;
                        self.out.write_all(b": ")?;
                    }
                    match self.settings.radix {
                        Some(b'o') => write!(self.out, "{:7o} ", self.start)?,
                        Some(b'd') => write!(self.out, "{:7} ", self.start)?,
                        Some(_) => write!(self.out, "{:7x} ", self.start)?,
                        None => {}
                    }
                    self.out.write_all(&self.pending)?;
                    self.pending.clear();
                }
                Ok(())
            }
            None => self.end(),
        }
    }

    fn graphic(&self, value: u32) -> Option<u8> {
        u8::try_from(value).ok().filter(|byte| self.printable(*byte))
    }

    fn printable(&self, byte: u8) -> bool {
        match byte {
            b' '..=b'~' | b'\t' => true,
            b'\n' | b'\r' | 0x0b | 0x0c => self.settings.white_space,
            0x80.. => self.settings.encoding == b'S',
            _ => false,
        }
    }

    fn end(&mut self) -> io::Result<()> {
        self.pending.clear();
        if std::mem::take(&mut self.in_string) {
            self.out.write_all(&self.settings.separator)?;
        }
        Ok(())
    }
}

//! hexdump and hd: show files in hexadecimal and other forms.

mod format;
mod show;

use crate::input;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::OpenFile;
use std::io::{BufReader, Read, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Show file contents in hexadecimal, decimal, octal or ASCII.

  -b, --one-byte-octal       one-byte octal display
  -c, --one-byte-char        one-byte character display
  -C, --canonical            canonical hex+ASCII display
  -d, --two-bytes-decimal    two-byte decimal display
  -o, --two-bytes-octal      two-byte octal display
  -x, --two-bytes-hex        two-byte hexadecimal display
  -e, --format FORMAT        format string to be used for displaying data
  -f, --format-file FILE     file that contains format strings
  -n, --length LENGTH        interpret only LENGTH bytes of input
  -s, --skip OFFSET          skip OFFSET bytes from the beginning
  -v, --no-squeezing         output identical lines";

const LONGS: &[Long] = &[
    ("canonical", Takes::Nothing, 'C'),
    ("format", Takes::Argument, 'e'),
    ("format-file", Takes::Argument, 'f'),
    ("length", Takes::Argument, 'n'),
    ("no-squeezing", Takes::Nothing, 'v'),
    ("one-byte-char", Takes::Nothing, 'c'),
    ("one-byte-octal", Takes::Nothing, 'b'),
    ("skip", Takes::Argument, 's'),
    ("two-bytes-decimal", Takes::Nothing, 'd'),
    ("two-bytes-hex", Takes::Nothing, 'x'),
    ("two-bytes-octal", Takes::Nothing, 'o'),
];

/// Runs hexdump.
pub fn hexdump(args: Vec<Vec<u8>>) -> Outcome {
    run(args, &[])
}

/// Runs hd: hexdump -C.
pub fn hd(args: Vec<Vec<u8>>) -> Outcome {
    run(args, CANONICAL)
}

const CANONICAL: &[&str] =
    &["\"%08.8_Ax\n\"", "\"%08.8_ax  \" 8/1 \"%02x \" \"  \" 8/1 \"%02x \" ", "\"  |\" 16/1 \"%_p\" \"|\\n\""];

/// The formats of an option without an argument.
fn formats(letter: char) -> &'static [&'static str] {
    match letter {
        'b' => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 16/1 \"%03o \" \"\\n\""],
        'c' => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 16/1 \"%3_c \" \"\\n\""],
        'd' => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 8/2 \"  %05u \" \"\\n\""],
        'o' => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 8/2 \" %06o \" \"\\n\""],
        'x' => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 8/2 \"   %04x \" \"\\n\""],
        'C' => CANONICAL,
        _ => &["\"%07.7_Ax\n\"", "\"%07.7_ax \" 8/2 \"%04x \" \"\\n\""],
    }
}

fn run(args: Vec<Vec<u8>>, preset: &[&str]) -> Outcome {
    let mut options = Options::new(args, "bcCde:f:n:os:vx", LONGS, HELP);
    let mut texts: Vec<Vec<u8>> = preset.iter().map(|text| text.as_bytes().to_vec()).collect();
    let (mut length, mut skip, mut squeeze, mut names) = (u64::MAX, 0, true, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('e', value) => texts.push(value),
            Item::Option('f', value) => {
                let text = read::whole(&value).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(&value))))?;
                let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii_start);
                texts.extend(lines.filter(|line| !line.is_empty() && line[0] != b'#').map(<[u8]>::to_vec));
            }
            Item::Option('n', value) => length = number("length", &value)?,
            Item::Option('s', value) => skip = number("offset", &value)?,
            Item::Option('v', _) => squeeze = false,
            Item::Option(letter, _) => texts.extend(formats(letter).iter().map(|text| text.as_bytes().to_vec())),
            Item::Operand(name) => names.push(name),
        }
    }
    if texts.is_empty() {
        texts.extend(formats(' ').iter().map(|text| text.as_bytes().to_vec()));
    }
    let dump = format::Dump::parse(&texts).map_err(Failure::new)?;
    let mut files = Files { names: names.into_iter(), current: None, opened: false, failed: false };
    if files.names.len() == 0 {
        (files.current, files.opened) =
            (OpenFile::inherited(0).map(|file| (b"-".to_vec(), BufReader::new(file))), true);
    }
    let mut out = stdout();
    show::show(&dump, &mut files, skip, length, squeeze, &mut out)?;
    out.flush()?;
    if !files.opened {
        return Err(Failure::new("all input file arguments failed"));
    }
    Ok(u8::from(files.failed))
}

/// A count of bytes: decimal, octal or hexadecimal, with a suffix.
fn number(what: &str, value: &[u8]) -> Result<u64, Failure> {
    let text = lossy(value);
    let parsed = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u64::from_str_radix(&text, 8).ok(),
        None => agentfense_support::options::size(value),
    };
    parsed.ok_or_else(|| Failure::new(format!("failed to parse {what}: {}", quote(value))))
}

/// The files, read as one. Those that cannot be are complained about.
struct Files {
    names: std::vec::IntoIter<Vec<u8>>,
    current: Option<(Vec<u8>, BufReader<OpenFile>)>,
    opened: bool,
    failed: bool,
}

impl Files {
    /// Fills `block`; less only at the end of all files.
    fn fill(&mut self, block: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < block.len() {
            let Some((name, file)) = &mut self.current else {
                let Some(name) = self.names.next() else { break };
                let mut status = 0;
                self.current = input::open("hexdump", &name, &mut status).map(|file| (name, file));
                self.opened |= status == 0;
                self.failed |= status != 0;
                continue;
            };
            match file.read(&mut block[filled..]) {
                Ok(0) => self.current = None,
                Ok(count) => filled += count,
                Err(error) => {
                    complain("hexdump", format_args!("{}: {}", lossy(name), error_text(&error)));
                    (self.current, self.failed) = (None, true);
                }
            }
        }
        filled
    }
}

//! iconv: converts text from one encoding to another.

mod decode;
mod encode;
mod names;

use crate::input::or_stdin;
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, read, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use decode::{Decoder, Fault};
use encode::Encoder;
use std::io::{BufWriter, Read, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Convert the encoding of FILEs (standard input by default) to standard output.

  -f, --from-code=NAME   encoding of the input (default UTF-8)
  -t, --to-code=NAME     encoding of the output (default UTF-8); NAME//TRANSLIT writes what it lacks in other ways,
                         NAME//IGNORE leaves it out
  -l, --list             list the encodings
  -c                     leave out what cannot be converted
  -o, --output=FILE      write to FILE
  -s, --silent           accepted";

const LONGS: &[Long] = &[
    ("from-code", Takes::Argument, 'f'),
    ("list", Takes::Nothing, 'l'),
    ("output", Takes::Argument, 'o'),
    ("silent", Takes::Nothing, 's'),
    ("to-code", Takes::Argument, 't'),
];

/// Runs iconv.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "cf:lo:st:", LONGS, HELP);
    let (mut from, mut to) = (b"UTF-8".to_vec(), b"UTF-8".to_vec());
    let (mut discard, mut output, mut list, mut inputs) = (false, None, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => discard = true,
            Item::Option('f', value) => from = value,
            Item::Option('l', _) => list = true,
            Item::Option('o', value) => output = Some(value),
            Item::Option('t', value) => to = value,
            Item::Option(..) => {}
            Item::Operand(name) => inputs.push(name),
        }
    }
    let left_out_by_option = discard;
    if list {
        let mut out = stdout();
        for name in names::all() {
            writeln!(out, "{name}//")?;
        }
        out.flush()?;
        return Ok(0);
    }
    let (from, from_suffix) = names::split(&from);
    let (to, to_suffix) = names::split(&to);
    let unknown = |which: &str, name: &str| Failure::new(format!("conversion {which} '{name}' is not supported"));
    let source = names::find(&from).ok_or_else(|| unknown("from", &from))?;
    let target = names::find(&to).ok_or_else(|| unknown("to", &to))?;
    let has = |suffix: &str| to_suffix.contains(suffix) || from_suffix.contains(suffix);
    let mut converter = Converter {
        decoder: Decoder::new(source),
        encoder: Encoder::new(target, has("TRANSLIT")),
        discard: discard || has("IGNORE"),
        position: 0,
        lost: None,
    };
    let mut out = match output {
        None => Output::Standard(stdout()),
        Some(name) => {
            let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
            let file = files::open(&name, flags, 0o666)
                .map_err(|errno| Failure::new(format!("conversion stopped: unable to open output file: {errno}")))?;
            Output::File(BufWriter::new(file))
        }
    };
    let mut status = 0;
    let mut buffer = vec![0; 64 * 1024];
    for name in or_stdin(&inputs) {
        let mut input = match read::open(name) {
            Ok(input) => input,
            Err(errno) => {
                complain("iconv", format_args!("cannot open input file `{}': {errno}", lossy(name)));
                status = 1;
                continue;
            }
        };
        loop {
            let count = input
                .read(&mut buffer)
                .map_err(|error| Failure::new(format!("unable to read from input: {}", error_text(&error))))?;
            let done = converter.convert(&buffer[..count], count == 0);
            out.write_all(&converter.encoder.take())?;
            if let Err(fault) = done {
                out.flush()?;
                return Err(Failure::new(fault));
            }
            if count == 0 {
                break;
            }
        }
    }
    converter.encoder.finish();
    out.write_all(&converter.encoder.take())?;
    out.flush()?;
    // What was left out by `//IGNORE` is a fault in the end; by `-c` it is what was asked for.
    match converter.lost {
        Some(position) if !left_out_by_option => Err(Failure::new(illegal(position))),
        _ => Ok(status),
    }
}

fn illegal(position: u64) -> String {
    format!("illegal input sequence at position {position}")
}

enum Output {
    Standard(BufWriter<Stdout>),
    File(BufWriter<OpenFile>),
}

impl Write for Output {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        match self {
            Output::Standard(out) => out.write(data),
            Output::File(out) => out.write(data),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Output::Standard(out) => out.flush(),
            Output::File(out) => out.flush(),
        }
    }
}

struct Converter {
    decoder: Decoder,
    encoder: Encoder,
    discard: bool,
    /// The bytes that were converted.
    position: u64,
    /// Where the first character was left out.
    lost: Option<u64>,
}

impl Converter {
    fn convert(&mut self, input: &[u8], last: bool) -> Result<(), String> {
        let Converter { decoder, encoder, discard, position, lost } = self;
        decoder.feed(input, last, |unit, bytes| {
            let fault = match unit {
                Ok(c) if encoder.put(c) => None,
                Ok(_) | Err(Fault::Illegal) => Some(illegal(*position)),
                Err(Fault::Incomplete) => Some("incomplete character or shift sequence at end of buffer".into()),
            };
            match fault {
                Some(fault) if !*discard => return Err(fault),
                Some(_) => {
                    lost.get_or_insert(*position);
                }
                None => {}
            }
            *position += bytes as u64;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn convert(from: &str, to: &str, text: &[u8]) -> Result<Vec<u8>, String> {
        let (to, suffix) = names::split(to.as_bytes());
        let encoding = |name: &str| names::find(name).ok_or("unknown");
        let mut converter = Converter {
            decoder: Decoder::new(encoding(from)?),
            encoder: Encoder::new(encoding(&to)?, suffix.contains("TRANSLIT")),
            discard: false,
            position: 0,
            lost: None,
        };
        // Byte by byte: what is cut must not matter.
        for byte in text {
            converter.convert(&[*byte], false)?;
        }
        converter.convert(b"", true)?;
        Ok(converter.encoder.take())
    }

    #[test]
    fn there_and_back() {
        let text = "aé€\u{1f600}";
        for name in ["UTF-8", "UTF-16", "UTF-16BE", "UTF-32LE", "UTF-32", "GB18030"] {
            let there = convert("UTF-8", name, text.as_bytes()).expect(name);
            assert_eq!(convert(name, "UTF-8", &there).expect(name), text.as_bytes(), "{name}");
        }
        assert_eq!(convert("UTF-8", "SHIFT_JIS", "日本".as_bytes()).expect("it can"), b"\x93\xfa\x96\x7b");
        assert_eq!(convert("EUC-JP", "UTF-8", b"\xc6\xfc").expect("it can"), "日".as_bytes());
        assert_eq!(convert("LATIN1", "UTF-8", b"\xe9\x93").expect("it can"), "é\u{93}".as_bytes());
    }

    #[test]
    fn faults() {
        assert_eq!(convert("UTF-8", "ISO-8859-1", "é€".as_bytes()), Err(illegal(2)));
        assert_eq!(convert("UTF-8", "UTF-16", b"a\xffb"), Err(illegal(1)));
        assert!(convert("UTF-8", "UTF-16", b"a\xe2\x82").is_err_and(|fault| fault.starts_with("incomplete")));
        assert_eq!(convert("UTF-8", "ASCII//TRANSLIT", "é“—€ß中".as_bytes()).expect("it can"), b"e\"--EURss?");
    }
}

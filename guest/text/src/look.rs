//! look: prints the lines of a sorted file that begin with a string.

use crate::input;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read, stdout};
use agentfense_sys::error_text;
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [OPTION]... STRING [FILE]
Print the lines of FILE, which is sorted, that begin with STRING. The default is the list of words.

  -a, --alternative       use the alternative list of words
  -d, --alphanum          compare only blanks and alphanumeric characters
  -f, --ignore-case       ignore case differences
  -t, --terminate=CHAR    STRING ends with CHAR
  -b, --binary            accepted: the file is read from its start either way";

const LONGS: &[Long] = &[
    ("alternative", Takes::Nothing, 'a'),
    ("alphanum", Takes::Nothing, 'd'),
    ("binary", Takes::Nothing, 'b'),
    ("ignore-case", Takes::Nothing, 'f'),
    ("terminate", Takes::Argument, 't'),
];

/// Runs look.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "abdft:", LONGS, HELP);
    let (mut alphanum, mut fold, mut end, mut operands) = (false, false, None, Vec::new());
    let mut words = agentfense_sys::var("WORDLIST").unwrap_or_else(|| b"/usr/share/dict/words".to_vec());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => words = b"/usr/share/dict/web2".to_vec(),
            Item::Option('d', _) => alphanum = true,
            Item::Option('f', _) => fold = true,
            Item::Option('t', value) => end = value.first().copied(),
            Item::Option(..) => {}
            Item::Operand(value) => operands.push(value),
        }
    }
    let mut operands = operands.into_iter();
    let Some(mut string) = operands.next() else { return Err(Failure::usage("bad usage")) };
    let file = operands.next().unwrap_or_else(|| {
        // The list of words is sorted so.
        (alphanum, fold) = (true, true);
        words
    });
    if let Some(end) = end
        && let Some(at) = memchr::memchr(end, &string)
    {
        string.truncate(at + 1);
    }
    let string = key(&string, alphanum, fold);
    let failed = |error: String| Failure::new(format!("{}: {error}", lossy(&file)));
    let mut input = BufReader::new(read::open(&file).map_err(|errno| failed(errno.to_string()))?);
    let (mut out, mut found, mut line) = (stdout(), false, Vec::new());
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).map_err(|error| failed(error_text(&error)))? == 0 {
            break;
        }
        let key = key(input::split_end(&line).0, alphanum, fold);
        if key.starts_with(&string) {
            found = true;
            out.write_all(&line)?;
        } else if found && key > string {
            // The file is sorted: no more of them.
            break;
        }
    }
    out.flush()?;
    Ok(u8::from(!found))
}

/// What of a line is compared.
fn key(line: &[u8], alphanum: bool, fold: bool) -> Vec<u8> {
    let kept = line.iter().filter(|b| !alphanum || b.is_ascii_alphanumeric() || b.is_ascii_whitespace());
    kept.map(|b| if fold { b.to_ascii_lowercase() } else { *b }).collect()
}

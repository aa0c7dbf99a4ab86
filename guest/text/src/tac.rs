//! tac: prints files with their last line first.

use crate::input::or_stdin;
use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::{Errno, error_text};
use std::io::{Read, Write};
use std::ops::Range;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Write each FILE to standard output, last line first. With no FILE, or when FILE is -, read standard input.

  -b, --before             attach the separator before instead of after
  -r, --regex              interpret the separator as a regular expression
  -s, --separator=STRING   use STRING as the separator instead of newline";

const LONGS: &[Long] =
    &[("before", Takes::Nothing, 'b'), ("regex", Takes::Nothing, 'r'), ("separator", Takes::Argument, 's')];

/// Runs tac.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "brs:", LONGS, HELP);
    let (mut before, mut regex, mut separator, mut names) = (false, false, b"\n".to_vec(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => before = true,
            Item::Option('r', _) => regex = true,
            Item::Option('s', value) => separator = value,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let regex = match regex {
        true if separator.is_empty() => return Err(Failure::new("separator cannot be empty")),
        true => {
            let flags = Flags { lines: true, ..Flags::default() };
            Some(Regex::new(&separator, Syntax::Basic, flags).map_err(|error| Failure::new(error.to_string()))?)
        }
        false => None,
    };
    if separator.is_empty() {
        separator.push(0);
    }
    let (mut out, mut status) = (stdout(), 0);
    for name in or_stdin(&names) {
        let mut text = Vec::new();
        let read = match read::open(name) {
            Ok(mut file) => file.read_to_end(&mut text).map_err(|error| {
                // What read(2) says of a directory there.
                let directory = Errno::of(&error) == Some(Errno::Isdir);
                let reason = if directory { "Invalid argument".into() } else { error_text(&error) };
                format!("{}: read error: {reason}", lossy(name))
            }),
            Err(errno) => Err(format!("failed to open {} for reading: {errno}", quote(name))),
        };
        if let Err(message) = read {
            out.flush()?;
            complain("tac", message);
            status = 1;
            continue;
        }
        let mut end = text.len();
        let mut put = |found: Range<usize>| {
            let start = if before { found.start } else { found.end }.min(end);
            out.write_all(&text[start..end])?;
            end = start;
            Ok::<(), std::io::Error>(())
        };
        match &regex {
            Some(regex) => {
                for found in matches(regex, &text)?.into_iter().rev() {
                    put(found)?;
                }
            }
            None if separator.len() == 1 => {
                for at in memchr::memrchr_iter(separator[0], &text) {
                    put(at..at + 1)?;
                }
            }
            None => {
                let mut rest = text.len();
                while let Some(at) = memchr::memmem::rfind(&text[..rest], &separator) {
                    put(at..at + separator.len())?;
                    rest = at;
                }
            }
        }
        out.write_all(&text[..end])?;
    }
    out.flush()?;
    Ok(status)
}

/// The separators, first to last, as they are found from the end: each the last place before the one after it where
/// a match begins.
fn matches(regex: &Regex, text: &[u8]) -> Result<Vec<Range<usize>>, Failure> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(found) = regex.find_at(text, at).map_err(|error| Failure::new(error.to_string()))? {
        at = found.start + 1;
        if !found.is_empty() {
            starts.push(found);
        }
    }
    let mut limit = text.len();
    let mut chosen: Vec<Range<usize>> = Vec::new();
    for found in starts.into_iter().rev() {
        chosen.push(found.start..found.end.min(limit));
        limit = found.start;
    }
    chosen.reverse();
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_found_from_the_end() {
        let regex = Regex::new(b"[0-9][0-9]*", Syntax::Basic, Flags::default()).expect("a pattern");
        assert_eq!(matches(&regex, b"a1b22c").expect("it matches"), [1..2, 3..4, 4..5]);
    }
}

//! Reading the files that a command names, one after the other.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, complain, read};
use agentfense_sys::error_text;
use agentfense_sys::files::OpenFile;
use std::io::{BufRead, BufReader};

/// Gives each line of the files to `each`, with its newline where it has one. No names mean standard input, and so
/// does `-`. A file that cannot be read is complained about and makes the status 1.
pub fn each_line(command: &str, names: &[Vec<u8>], mut each: impl FnMut(&[u8]) -> Result<(), Failure>) -> Outcome {
    let mut status = 0;
    let mut line = Vec::new();
    for name in or_stdin(names) {
        let Some(mut input) = open(command, name, &mut status) else { continue };
        loop {
            line.clear();
            match input.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => each(&line)?,
                Err(error) => {
                    complain(command, format_args!("{}: {}", lossy(name), error_text(&error)));
                    status = 1;
                    break;
                }
            }
        }
    }
    Ok(status)
}

/// The names, or standard input's when there are none.
pub fn or_stdin(names: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> {
    let stdin = names.is_empty().then_some(&b"-"[..]);
    names.iter().map(Vec::as_slice).chain(stdin)
}

/// Opens a file for reading in pieces; complains where that fails.
pub fn open(command: &str, name: &[u8], status: &mut u8) -> Option<BufReader<OpenFile>> {
    match read::open(name) {
        Ok(file) => Some(BufReader::with_capacity(64 * 1024, file)),
        Err(errno) => {
            complain(command, format_args!("{}: {errno}", lossy(name)));
            *status = 1;
            None
        }
    }
}

/// A line without its newline, and that newline.
pub fn split_end(line: &[u8]) -> (&[u8], &[u8]) {
    match line.strip_suffix(b"\n") {
        Some(text) => (text, b"\n"),
        None => (line, b""),
    }
}

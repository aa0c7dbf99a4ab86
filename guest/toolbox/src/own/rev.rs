//! rev: turns each line around.

use agentfense_support::{Item, Options, Outcome, complain, read, stdout};
use agentfense_sys::error_text;
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [FILE]...
Print each line with its characters in reverse order.";

/// Runs rev.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "", &[], HELP);
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(name) = item {
            names.push(name);
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut out = stdout();
    let mut status = 0;
    for name in names {
        let shown = String::from_utf8_lossy(&name).into_owned();
        let mut input = match read::open(&name) {
            Ok(file) => BufReader::with_capacity(64 * 1024, file),
            Err(errno) => {
                complain("rev", format_args!("cannot open {shown}: {errno}"));
                status = 1;
                continue;
            }
        };
        let mut line = Vec::new();
        loop {
            line.clear();
            match input.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    complain("rev", format_args!("{shown}: {}", error_text(&error)));
                    status = 1;
                    break;
                }
            }
            let (text, end) = match line.strip_suffix(b"\n") {
                Some(text) => (text, &b"\n"[..]),
                None => (line.as_slice(), &b""[..]),
            };
            out.write_all(&reversed(text))?;
            out.write_all(end)?;
        }
    }
    out.flush()?;
    Ok(status)
}

/// The characters in reverse order; bytes that are part of none count as one each.
fn reversed(text: &[u8]) -> Vec<u8> {
    let mut pieces: Vec<&[u8]> = Vec::with_capacity(text.len());
    let mut at = 0;
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            pieces.push(&text[at..at + c.len_utf8()]);
            at += c.len_utf8();
        }
        pieces.extend(text[at..at + chunk.invalid().len()].chunks(1));
        at += chunk.invalid().len();
    }
    pieces.reverse();
    pieces.concat()
}

#[cfg(test)]
mod tests {
    use super::reversed;

    #[test]
    fn characters_stay_whole() {
        assert_eq!(reversed("aéb".as_bytes()), "béa".as_bytes());
        assert_eq!(reversed(b"a\xffb"), b"b\xffa");
    }
}

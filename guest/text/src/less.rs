//! less and more: show text page by page on a terminal, and copy it anywhere else.

use crate::input::{open, or_stdin};
use agentfense_support::quote::lossy;
use agentfense_support::{Item, Options, Outcome, complain, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use std::io::{BufRead, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Show files (standard input by default). On a terminal it waits after each page for a line: an empty one goes on, a
number goes on by so many lines, q ends. Elsewhere it copies.

  -N   number the lines
The other options of less that have no argument are accepted.";

/// Runs less and more.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    // Of `less +COMMAND` nothing matters without a screen.
    let args = args.into_iter().filter(|arg| !(arg.len() > 1 && arg.starts_with(b"+"))).collect();
    let mut options = Options::new(args, "aABcCdeEfFgGiIJKlLmMnNqQrRsSuUwWX", &[], HELP);
    let command = options.command().to_owned();
    let (mut number, mut names) = (false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter, _) => number |= letter == 'N',
            Item::Operand(name) => names.push(name),
        }
    }
    let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    let keys = if terminal { files::open("/dev/tty", OpenFlags::READ, 0).ok() } else { None };
    let lines = agentfense_sys::var("LINES").and_then(|value| lossy(value).parse().ok()).unwrap_or(24usize);
    let page = lines.saturating_sub(1).max(1);
    let (mut out, mut status, mut left, mut count) = (stdout(), 0, page, 0u64);
    for name in or_stdin(&names) {
        let Some(mut input) = open(&command, name, &mut status) else { continue };
        let mut line = Vec::new();
        loop {
            line.clear();
            match input.read_until(b'\n', &mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) => {
                    complain(&command, format_args!("{}: {}", lossy(name), error_text(&error)));
                    status = 1;
                    break;
                }
            }
            if let Some(keys) = &keys
                && left == 0
            {
                out.write_all(b"--More--")?;
                out.flush()?;
                // The end of the terminal's input ends the pager, as q does.
                let typed = keys.read_until(b'\n', 256).unwrap_or_default();
                match lossy(&typed).trim() {
                    "" if !typed.is_empty() => left = page,
                    text => match text.parse::<usize>() {
                        Ok(lines) => left = lines.max(1),
                        Err(_) => return Ok(status),
                    },
                }
            }
            left = left.saturating_sub(1);
            count += 1;
            if number {
                write!(out, "{count:7} ")?;
            }
            out.write_all(&line)?;
        }
    }
    out.flush()?;
    Ok(status)
}

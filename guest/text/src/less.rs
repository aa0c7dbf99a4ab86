//! less and more: show text page by page on a terminal, and copy it anywhere else.

use crate::input::{open, or_stdin};
use agentfense_support::quote::lossy;
use agentfense_support::{Item, Options, Outcome, complain, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::{self, OpenFile, OpenFlags, TerminalMode};
use std::io::{BufRead, Write};

/// Bits of `c_lflag` (termios(3)).
const ICANON: u32 = 2;
const ECHO: u32 = 8;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Show files (standard input by default). On a terminal it waits after each page for a key: space goes on by a page,
d by half of one, return by a line, G to the end; q ends. It does not go back. Elsewhere it copies.

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
    let keys = if terminal { Keys::open() } else { None };
    let page = keys.as_ref().map_or(0, Keys::page);
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
                let key = keys.next();
                out.write_all(b"\r        \r")?;
                left = match key {
                    Some(b' ' | b'f') => page,
                    Some(b'd') => page.div_ceil(2),
                    Some(b'\n' | b'\r' | b'j' | b'e') => 1,
                    Some(b'G' | b'>') => usize::MAX,
                    // The end of the terminal's input ends the pager, as q does.
                    _ => {
                        out.flush()?;
                        return Ok(status);
                    }
                };
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

/// The terminal, whose keys are read one by one while this is there.
struct Keys {
    terminal: OpenFile,
    before: TerminalMode,
}

impl Keys {
    fn open() -> Option<Keys> {
        let terminal = files::open("/dev/tty", OpenFlags::READ, 0).ok()?;
        let before = terminal.terminal_mode().ok()?;
        let mut mode = before.clone();
        mode.local &= !(ICANON | ECHO);
        terminal.set_terminal_mode(&mode, false).ok()?;
        Some(Keys { terminal, before })
    }

    /// Lines that fit above the prompt.
    fn page(&self) -> usize {
        let rows = self.terminal.window_size().map_or(0, |size| usize::from(size.rows));
        if rows > 1 { rows - 1 } else { 23 }
    }

    fn next(&self) -> Option<u8> {
        self.terminal.read_some(1).ok()?.first().copied()
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A terminal that is gone has no mode to be restored.
        let _ = self.terminal.set_terminal_mode(&self.before, false);
    }
}

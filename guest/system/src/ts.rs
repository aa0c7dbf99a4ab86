//! ts: a time before each line.

use agentfense_support::quote::lossy;
use agentfense_support::time::{Civil, now};
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::OpenFile;
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [-i|-s] [-m] [FORMAT]
Put the time before each line of standard input. FORMAT is that of strftime(3), with %.S, %.s and %.T for microseconds.

  -i  the time since the last line
  -s  the time since the start
  -m  accepted: the clock does not go back";

/// The format with `%.S`, `%.s` and `%.T` filled in.
fn format(time: i64, format: &str) -> String {
    let micros = format!("{:06}", time.rem_euclid(1_000_000_000) / 1000);
    let format = ["S", "s", "T"].iter().fold(format.to_owned(), |format, letter| {
        format.replace(&format!("%.{letter}"), &format!("%{letter}.{micros}"))
    });
    Civil::from_nanoseconds(time).format(&format)
}

/// Runs ts.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "ism", &[], HELP);
    let (mut since_last, mut since_start, mut own) = (false, false, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('i', _) => since_last = true,
            Item::Option('s', _) => since_start = true,
            Item::Option(..) => {}
            Item::Operand(text) => own = Some(lossy(&text)),
        }
    }
    let relative = since_last || since_start;
    let text = own.unwrap_or_else(|| (if relative { "%H:%M:%S" } else { "%b %d %H:%M:%S" }).to_owned());
    let stdin = OpenFile::inherited(0).ok_or_else(|| Failure::new("standard input is closed"))?;
    let mut input = BufReader::new(stdin);
    let mut out = stdout();
    let mut from = now();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line);
        if read.map_err(|error| Failure::new(error_text(&error).to_string()))? == 0 {
            break;
        }
        let at = now();
        write!(out, "{} ", format(if relative { at - from } else { at }, &text))?;
        if since_last {
            from = at;
        }
        out.write_all(&line)?;
        // Whoever reads wants it when it happens.
        out.flush()?;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn fractions() {
        assert_eq!(format(1_234_567_000, "%H:%M:%.S"), "00:00:01.234567");
        assert_eq!(format(0, "%F %.T"), "1970-01-01 00:00:00.000000");
    }
}

//! tty and stty.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::files::OpenFile;
use std::io::Write;

/// Runs tty.
pub fn tty(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("silent", Takes::Nothing, 's'), ("quiet", Takes::Nothing, 's')];
    let help = "{} [-s]\nPrint the file name of the terminal connected to standard input.";
    let mut options = Options::new(args, "s", longs, help);
    let mut silent = false;
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(..) => silent = true,
            Item::Operand(extra) => {
                return Err(Failure::usage(format!("extra operand {}", quote(extra))));
            }
        }
    }
    let terminal = OpenFile::inherited(0).is_some_and(|file| file.is_terminal());
    if !silent {
        let mut out = stdout();
        out.write_all(if terminal { b"/dev/tty\n" } else { b"not a tty\n" })?;
        out.flush()?;
    }
    Ok(u8::from(!terminal))
}

const STTY_HELP: &str = "\
{} [-a|-g|size|SETTING...]
Print characteristics of the terminal. A sandbox's terminal has no settings that could
be changed: the usual ones are accepted and have no effect.";

/// Runs stty.
pub fn stty(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, STTY_HELP)?;
    let Some(terminal) = OpenFile::inherited(0) else {
        return Err(Failure::new("'standard input': Bad file descriptor"));
    };
    let words: Vec<String> = args.iter().skip(1).map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
    let mut out = stdout();
    if !terminal.is_terminal() {
        return Err(Failure::new("'standard input': Inappropriate ioctl for device"));
    }
    let dimension = |name: &str, default: u32| {
        agentfense_sys::var(name).and_then(|value| std::str::from_utf8(&value).ok()?.parse().ok()).unwrap_or(default)
    };
    let (rows, columns) = (dimension("LINES", 24), dimension("COLUMNS", 80));
    if words.is_empty() || words.iter().any(|word| word == "-a" || word == "--all") {
        writeln!(out, "speed 38400 baud; rows {rows}; columns {columns}; line = 0;")?;
    }
    for word in &words {
        match word.as_str() {
            "size" => writeln!(out, "{rows} {columns}")?,
            "speed" => writeln!(out, "38400")?,
            "-g" | "--save" => writeln!(out, "500:5:bf:8a3b:3:1c:7f:15:4:0:1:0:11:13:1a:0:12:f:17:16:0")?,
            _ => {}
        }
    }
    out.flush()?;
    Ok(0)
}

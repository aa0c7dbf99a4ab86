//! tty.

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

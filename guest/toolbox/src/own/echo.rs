//! echo: display a line of text.

use agentfense_support::options::sole_request;
use agentfense_support::{Outcome, stdout};
use agentfense_twins::echo::Echo;
use agentfense_twins::escapes::Style;
use std::io::Write;

/// Runs echo.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} [OPTION]... [STRING]...\nPrint the STRINGs, separated by blanks.\n\n  -n  without a newline behind\n  \
                -e  interpret backslash escapes\n  -E  do not (default)";
    let words = args.get(1..).unwrap_or_default();
    let posix = agentfense_sys::var("POSIXLY_CORRECT").is_some();
    let mut echo = Echo { escapes: posix, newline: true };
    // POSIX knows no options, but for `-n` in front.
    let options = if !posix {
        sole_request(&args, help)?;
        echo.options(words)
    } else if words.first().is_some_and(|word| word == b"-n") {
        echo.options(&words[..1])
    } else {
        0
    };
    let mut out = stdout();
    out.write_all(&echo.text(&words[options..], Style::GnuEcho))?;
    out.flush()?;
    Ok(0)
}

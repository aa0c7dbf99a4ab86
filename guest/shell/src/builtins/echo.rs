//! `echo`

use agentfense_twins::echo::Echo;
use agentfense_twins::escapes::Style;
use bstr::BString;

use crate::options::{SetOption, Shopt};
use crate::shell::{Run, Shell};

/// `echo [-neE] [arg ...]`
pub fn echo(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let words = args.get(1..).unwrap_or_default();
    let mut echo = Echo { escapes: shell.options.shopt(Shopt::XpgEcho), newline: true };
    // With both, `-n` and kin are text.
    let no_options = echo.escapes && shell.options.get(SetOption::Posix);
    let options = if no_options { 0 } else { echo.options(words) };
    shell.out(&echo.text(&words[options..], Style::Echo))?;
    Ok(0)
}

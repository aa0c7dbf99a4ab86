//! `echo`

use bstr::BString;

use crate::expand::escapes::{self, Style};
use crate::options::{SetOption, Shopt};
use crate::shell::{Run, Shell};

/// `echo [-neE] [arg ...]`
pub fn echo(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut escapes = shell.options.shopt(Shopt::XpgEcho);
    let mut newline = true;
    let mut first = 1;
    // With both, `-n` and kin are text.
    let no_options = escapes && shell.options.get(SetOption::Posix);
    while !no_options && let Some(arg) = args.get(first) {
        let is_option =
            arg.len() > 1 && arg[0] == b'-' && arg[1..].iter().all(|letter| matches!(letter, b'n' | b'e' | b'E'));
        if !is_option {
            break;
        }
        for letter in &arg[1..] {
            match letter {
                b'n' => newline = false,
                _ => escapes = *letter == b'e',
            }
        }
        first += 1;
    }
    let operands = args.get(first..).unwrap_or_default();
    if !escapes {
        for (index, arg) in operands.iter().enumerate() {
            if index > 0 {
                shell.out(b" ")?;
            }
            shell.out(arg)?;
        }
    } else {
        let mut out = Vec::new();
        for (index, arg) in operands.iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            if !escapes::decode(arg, Style::Echo, &mut out) {
                newline = false;
                break;
            }
        }
        shell.out(&out)?;
    }
    if newline {
        shell.out(b"\n")?;
    }
    Ok(0)
}

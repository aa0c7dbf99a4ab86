//! `trap`.

use bstr::BString;

use super::letters;
use crate::expand::quote;
use crate::messages::concat;
use crate::shell::{Run, Shell};
use crate::traps::{condition, condition_name};

/// `trap`
pub fn trap(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    const USAGE: &str = "trap [-lp] [[arg] signal_spec ...]";
    let (mut list, mut print) = (false, false);
    let first = if args.get(1).is_some_and(|first| first == "-") {
        1
    } else {
        match letters(args, |letter| {
            match letter {
                b'l' => list = true,
                b'p' => print = true,
                _ => return false,
            }
            true
        }) {
            Ok(first) => first,
            Err(letter) => return Ok(shell.invalid_option(b"trap", letter, USAGE)),
        }
    };
    if list {
        shell.print_signals()?;
        return Ok(0);
    }
    let operands = args.get(first..).unwrap_or_default();
    if print || operands.is_empty() {
        return show(shell, operands);
    }
    // One operand, or a number first, resets: there is no action then.
    let (action, conditions) = match operands {
        [only] => {
            if condition(only).is_none() {
                shell.write_error(format!("trap: usage: {USAGE}\n").as_bytes());
                shell.misused = true;
                return Ok(2);
            }
            (None, operands)
        }
        [first, rest @ ..] if first == "-" => (None, rest),
        [first, ..] if first.iter().all(u8::is_ascii_digit) && !first.is_empty() => (None, operands),
        [first, rest @ ..] => (Some(first), rest),
        [] => return Ok(0),
    };
    let mut status = 0;
    for name in conditions {
        match condition(name) {
            Some(condition) => shell.set_trap(condition, action.cloned()),
            None => {
                shell.builtin_error(b"trap", concat(&[name, b": invalid signal specification"]));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn show(shell: &mut Shell, names: &[BString]) -> Run<i32> {
    let listed = shell.traps.listed();
    let mut status = 0;
    let mut conditions = Vec::new();
    if names.is_empty() {
        conditions.extend(listed.keys().copied());
    }
    for name in names {
        match condition(name) {
            Some(condition) => conditions.push(condition),
            None => {
                shell.builtin_error(b"trap", concat(&[name, b": invalid signal specification"]));
                status = 1;
            }
        }
    }
    for condition in conditions {
        if let Some(action) = listed.get(&condition) {
            let name = condition_name(condition);
            shell.out(&concat(&[b"trap -- ", &quote::single(action), b" ", name.as_bytes(), b"\n"]))?;
        }
    }
    Ok(status)
}

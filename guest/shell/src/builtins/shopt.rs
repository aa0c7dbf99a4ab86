//! `shopt`.

use bstr::BString;

use super::{format_option_line, letters};
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Run, Shell};

/// An option of either table: `shopt -o` speaks about those of `set`.
#[derive(Clone, Copy)]
enum Either {
    Set(SetOption),
    Shopt(Shopt),
}

impl Either {
    fn from_name(name: &[u8], set: bool) -> Option<Either> {
        if set { SetOption::from_name(name).map(Either::Set) } else { Shopt::from_name(name).map(Either::Shopt) }
    }

    fn name(self) -> &'static str {
        match self {
            Either::Set(option) => option.name(),
            Either::Shopt(option) => option.name(),
        }
    }

    fn get(self, shell: &Shell) -> bool {
        match self {
            Either::Set(option) => shell.options.get(option),
            Either::Shopt(option) => shell.options.shopt(option),
        }
    }

    fn set(self, shell: &mut Shell, on: bool) {
        match self {
            Either::Set(option) => shell.change_option(option, on),
            Either::Shopt(option) => {
                shell.options.shopt_set(option, on);
                // A debugger must see into functions and subshells.
                if option == Shopt::Extdebug {
                    shell.options.set(SetOption::Functrace, on);
                    shell.options.set(SetOption::Errtrace, on);
                }
            }
        }
    }

    fn reusable(self, on: bool) -> String {
        match self {
            Either::Set(option) => format!("set {}o {}\n", if on { '-' } else { '+' }, option.name()),
            Either::Shopt(option) => format!("shopt -{} {}\n", if on { 's' } else { 'u' }, option.name()),
        }
    }
}

/// `shopt`
pub fn shopt(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut on, mut off, mut quiet, mut print, mut of_set) = (false, false, false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b's' => on = true,
            b'u' => off = true,
            b'q' => quiet = true,
            b'p' => print = true,
            b'o' => of_set = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"shopt", letter, "shopt [-pqsu] [-o] [optname ...]")),
    };
    if on && off {
        shell.builtin_error(b"shopt", "cannot set and unset shell options simultaneously");
        return Ok(1);
    }
    let names = args.get(first..).unwrap_or_default();
    if names.is_empty() {
        let all: Vec<Either> = if of_set {
            SetOption::ALL.iter().copied().map(Either::Set).collect()
        } else {
            Shopt::ALL.iter().copied().map(Either::Shopt).collect()
        };
        for option in all {
            let value = option.get(shell);
            if (on && !value) || (off && value) || quiet {
                continue;
            }
            show(shell, option, value, print)?;
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        let Some(option) = Either::from_name(name, of_set) else {
            let message: &[u8] = if of_set { b": invalid option name" } else { b": invalid shell option name" };
            shell.builtin_error(b"shopt", concat(&[name, message]));
            status = 1;
            continue;
        };
        if on || off {
            if matches!(option, Either::Shopt(Shopt::RestrictedShell)) {
                // Only told, never changed.
                continue;
            }
            option.set(shell, on);
            if on && matches!(option, Either::Shopt(Shopt::Extdebug)) {
                shell.record_first_arguments();
            }
            continue;
        }
        let value = option.get(shell);
        if !value {
            status = 1;
        }
        if !quiet {
            show(shell, option, value, print)?;
        }
    }
    Ok(status)
}

fn show(shell: &mut Shell, option: Either, value: bool, reusable: bool) -> Run {
    let line = if reusable { option.reusable(value) } else { format_option_line(option.name(), value) };
    shell.out(line.as_bytes())
}

//! `set`: options and positional parameters; without arguments, the variables.

use bstr::BString;

use crate::expand::quote;
use crate::messages::concat;
use crate::options::{LETTERS, SetOption, Shopt};
use crate::shell::{Run, Shell};
use crate::vars::{Attributes, Variable, value_text};

const USAGE: &[u8] = b"set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n";

/// `set`
pub fn set(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if args.len() == 1 {
        return print_variables(shell);
    }
    // An invalid option must leave everything as it was: look first.
    if let Err(status) = check(shell, args) {
        shell.misused = true;
        return Ok(status);
    }
    let mut rest = args.get(1..).unwrap_or_default();
    let mut positional = None;
    while let Some((first, after)) = rest.split_first() {
        match first.as_slice() {
            b"--" => {
                positional = Some(after);
                break;
            }
            b"-" => {
                shell.change_option(SetOption::Xtrace, false);
                shell.change_option(SetOption::Verbose, false);
                if !after.is_empty() {
                    positional = Some(after);
                }
                break;
            }
            [sign @ (b'-' | b'+'), letters @ ..] => {
                rest = after;
                let on = *sign == b'-';
                for letter in letters {
                    if *letter == b'o' {
                        match rest.split_first() {
                            Some((name, after)) if !matches!(name.first(), Some(b'-' | b'+')) => {
                                if let Some(option) = SetOption::from_name(name) {
                                    shell.change_option(option, on);
                                }
                                rest = after;
                            }
                            _ => print_options(shell, on)?,
                        }
                    } else if *letter == b'r' && on {
                        shell.options.shopt_set(Shopt::RestrictedShell, true);
                    } else if let Some((_, option)) = LETTERS.iter().find(|(known, _)| known == letter) {
                        shell.change_option(*option, on);
                    }
                }
            }
            _ => {
                positional = Some(rest);
                break;
            }
        }
    }
    if let Some(words) = positional {
        shell.positional = words.to_vec().into();
    }
    Ok(0)
}

/// Looks for options that do not exist.
fn check(shell: &mut Shell, args: &[BString]) -> Result<(), i32> {
    let mut rest = args.get(1..).unwrap_or_default();
    while let Some((first, after)) = rest.split_first() {
        let [b'-' | b'+', letters @ ..] = first.as_slice() else { return Ok(()) };
        if first == "-" || first == "--" {
            return Ok(());
        }
        rest = after;
        for letter in letters {
            if *letter == b'o' {
                if let Some((name, after)) = rest.split_first()
                    && !matches!(name.first(), Some(b'-' | b'+'))
                {
                    rest = after;
                    if SetOption::from_name(name).is_none() {
                        shell.builtin_error(b"set", concat(&[name, b": invalid option name"]));
                        return Err(2);
                    }
                }
            } else if *letter == b'r' && (first[0] == b'-' || !shell.is_restricted()) {
                // It cannot be taken back; where it is not on, there is nothing to.
            } else if !LETTERS.iter().any(|(known, _)| known == letter) {
                shell.builtin_error(b"set", concat(&[&[first[0], *letter], b": invalid option"]));
                shell.write_error(USAGE);
                return Err(if *letter == b'r' { 1 } else { 2 });
            }
        }
    }
    Ok(())
}

impl Shell {
    /// Turns a `set` option on or off, with what else that means.
    pub(crate) fn change_option(&mut self, option: SetOption, on: bool) {
        self.options.set(option, on);
        if option == SetOption::Posix {
            self.note_posix();
        }
    }

    /// POSIXLY_CORRECT tells programs of the shell's mode. Setting it is no
    /// assignment of the script's: a readonly one stays.
    pub(crate) fn note_posix(&mut self) {
        let set = self.vars.plain(b"POSIXLY_CORRECT").is_some();
        let on = self.options.get(SetOption::Posix);
        if on && !set {
            self.vars.insert(b"POSIXLY_CORRECT", Variable::scalar("y", Attributes::NONE));
        } else if !on && set {
            self.vars.unset(b"POSIXLY_CORRECT");
        }
    }
}

/// A line of `set -o` or `shopt`: the name in a column, a tab, on or off.
pub(crate) fn format_option_line(name: &str, on: bool) -> String {
    format!("{name:<15}\t{}\n", if on { "on" } else { "off" })
}

fn print_options(shell: &mut Shell, table: bool) -> Run {
    for option in SetOption::ALL {
        let on = shell.options.get(*option);
        let line = if table {
            format_option_line(option.name(), on)
        } else {
            format!("set {}o {}\n", if on { '-' } else { '+' }, option.name())
        };
        shell.out(line.as_bytes())?;
    }
    Ok(())
}

/// `set` without arguments: every variable and, outside POSIX mode, function.
fn print_variables(shell: &mut Shell) -> Run<i32> {
    for name in shell.vars.names() {
        let Some(variable) = shell.vars.get(&name) else { continue };
        let value = if variable.attributes.any(Attributes::DYNAMIC) {
            shell.computed(&name)
        } else {
            variable.is_assigned().then(|| variable.value.clone())
        };
        if let Some(value) = value {
            let text = value_text(&value, quote::when_needed);
            shell.out(&concat(&[&name, b"=", &text, b"\n"]))?;
        }
    }
    if !shell.options.get(SetOption::Posix) {
        for name in shell.function_names() {
            if let Some(function) = shell.functions.get(&name).cloned() {
                let text = crate::syntax::print::function(&function);
                shell.out(&concat(&[&text, b"\n"]))?;
            }
        }
    }
    Ok(0)
}

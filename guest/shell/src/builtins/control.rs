//! `:`, `true`, `false`, `exit`, `logout`, `return`, `break` and `continue`.

use bstr::BString;

use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Run, Shell};

/// `:` and `true`
pub fn true_(_: &mut Shell, _: &[BString]) -> Run<i32> {
    Ok(0)
}

/// `false`
pub fn false_(_: &mut Shell, _: &[BString]) -> Run<i32> {
    Ok(1)
}

/// A number as the shell reads it: blanks around, a sign.
pub(super) fn parse_number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

/// The operand of a builtin that takes at most a number.
enum Operand {
    None,
    Number(i64),
    /// Not a number; told.
    Invalid,
}

impl Shell {
    fn number_operand(&mut self, args: &[BString]) -> Run<Operand> {
        let operands = match args.get(1) {
            Some(first) if first == "--" => args.get(2..),
            _ => args.get(1..),
        };
        match operands.unwrap_or_default() {
            [] => Ok(Operand::None),
            [text, rest @ ..] => match parse_number(text) {
                None => {
                    self.builtin_error(&args[0], concat(&[text, b": numeric argument required"]));
                    Ok(Operand::Invalid)
                }
                Some(_) if !rest.is_empty() => {
                    self.builtin_error(&args[0], "too many arguments");
                    self.status = 1;
                    Err(Flow::Abort)
                }
                Some(number) => Ok(Operand::Number(number)),
            },
        }
    }
}

/// `exit`
pub fn exit(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    match shell.number_operand(args)? {
        // In the EXIT trap, what the shell was to end with.
        Operand::None if shell.traps.is_running_exit() => shell.status = shell.status_before_exit,
        Operand::None => {}
        Operand::Number(number) => shell.status = (number & 0xff) as i32,
        Operand::Invalid => shell.status = 2,
    }
    shell.exit_called = true;
    Err(Flow::Exit)
}

/// `logout`
pub fn logout(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if !shell.options.shopt(Shopt::LoginShell) {
        shell.builtin_error(b"logout", "not login shell: use `exit'");
        return Ok(1);
    }
    exit(shell, args)
}

/// `return`
pub fn return_(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let operand = shell.number_operand(args)?;
    if !shell.frames.iter().any(|frame| frame.function || frame.name == "source") {
        shell.builtin_error(b"return", "can only `return' from a function or sourced script");
        shell.misused = true;
        return Ok(2);
    }
    shell.status_before_return = shell.status;
    match operand {
        Operand::None => {}
        Operand::Number(number) => shell.status = (number & 0xff) as i32,
        Operand::Invalid => shell.status = 2,
    }
    Err(Flow::Return)
}

/// How many loops `break` and `continue` concern; none where there is no loop.
fn levels(shell: &mut Shell, args: &[BString]) -> Run<Option<Result<u32, ()>>> {
    if shell.loop_depth == 0 {
        if !shell.options.get(SetOption::Posix) {
            shell.builtin_error(&args[0], "only meaningful in a `for', `while', or `until' loop");
        }
        return Ok(None);
    }
    match shell.number_operand(args)? {
        Operand::None => Ok(Some(Ok(1))),
        Operand::Number(number) if number <= 0 => {
            let text = args.last().cloned().unwrap_or_default();
            shell.builtin_error(&args[0], concat(&[&text, b": loop count out of range"]));
            Ok(Some(Err(())))
        }
        Operand::Number(number) => Ok(Some(Ok(u32::try_from(number).unwrap_or(u32::MAX).min(shell.loop_depth)))),
        Operand::Invalid => {
            shell.status = 128;
            Err(Flow::Exit)
        }
    }
}

/// `break`
pub fn break_(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    match levels(shell, args)? {
        None => Ok(0),
        Some(Ok(levels)) => {
            shell.status = 0;
            Err(Flow::Break(levels))
        }
        // An impossible count leaves all loops.
        Some(Err(())) => {
            shell.status = 1;
            Err(Flow::Break(shell.loop_depth))
        }
    }
}

/// `continue`
pub fn continue_(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    match levels(shell, args)? {
        None => Ok(0),
        Some(Ok(levels)) => {
            shell.status = 0;
            Err(Flow::Continue(levels))
        }
        Some(Err(())) => {
            shell.status = 1;
            Err(Flow::Break(shell.loop_depth))
        }
    }
}

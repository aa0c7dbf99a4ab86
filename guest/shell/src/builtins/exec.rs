//! `exec`.

use agentfense_sys::Signal;
use bstr::BString;

use crate::jobs::ProcessState;
use crate::options::Shopt;
use crate::shell::{Flow, Run, Shell};

const USAGE: &str = "exec [-cl] [-a name] [command [argument ...]] [redirection ...]";

/// `exec`: the program takes the shell's place. The process stays (a program
/// cannot be replaced in its instance), but nothing of the shell runs again.
pub fn exec(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut login = false;
    let mut name = None;
    let mut clear = false;
    let mut rest = args.get(1..).unwrap_or_default();
    while let Some((first, after)) = rest.split_first() {
        if first == "--" {
            rest = after;
            break;
        }
        if first.len() < 2 || first[0] != b'-' {
            break;
        }
        rest = after;
        for (position, letter) in first.iter().enumerate().skip(1) {
            match letter {
                b'c' => clear = true,
                b'l' => login = true,
                b'a' => {
                    let attached = &first[position + 1..];
                    if !attached.is_empty() {
                        name = Some(BString::from(attached));
                    } else if let Some((operand, after)) = rest.split_first() {
                        name = Some(operand.clone());
                        rest = after;
                    } else {
                        shell.builtin_error(b"exec", "-a: option requires an argument");
                        shell.write_error(format!("exec: usage: {USAGE}\n").as_bytes());
                        shell.misused = true;
                        return Ok(2);
                    }
                    break;
                }
                other => return Ok(shell.invalid_option(b"exec", *other, USAGE)),
            }
        }
    }
    let Some(command) = rest.first() else { return Ok(0) };
    if shell.refuses(b"exec") {
        return Ok(1);
    }
    let mut words = rest.to_vec();
    if let Some(name) = name {
        words[0] = name;
    }
    if login {
        words[0].insert(0, b'-');
    }
    let started = shell.exec_program(command, words, clear);
    match started {
        Ok(pid) => {
            let state = shell.wait_process(pid)?;
            shell.set_trap(crate::traps::EXIT, None);
            shell.status = state.map_or(127, ProcessState::status);
            if let Some(ProcessState::Signaled(number)) = state
                && let Some(signal) = Signal::new(number)
                && signal != Signal::SIGINT
            {
                shell.die_of(signal)?;
            }
            Err(Flow::Exit)
        }
        Err(status) => {
            shell.status = status;
            if shell.interactive || shell.options.shopt(Shopt::Execfail) {
                return Ok(status);
            }
            Err(Flow::Exit)
        }
    }
}

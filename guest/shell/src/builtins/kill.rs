//! `kill`.

use agentfense_sys::Signal;
use agentfense_sys::processes::{self, KillTarget};
use bstr::BString;

use super::control::parse_number;
use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Run, Shell};
use crate::traps::short_name;

const USAGE: &[u8] = b"kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n";

/// A signal by name or number; 0 only asks whether the target is there.
fn parse_signal(text: &[u8]) -> Option<Option<Signal>> {
    if text == b"0" || text.eq_ignore_ascii_case(b"EXIT") {
        return Some(None);
    }
    let text = std::str::from_utf8(text).ok()?;
    Signal::parse(&text.to_ascii_uppercase()).ok().map(Some)
}

/// `kill`
pub fn kill(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut signal = Some(Signal::SIGTERM);
    let mut rest = args.get(1..).unwrap_or_default();
    if let Some((first, after)) = rest.split_first() {
        match first.as_slice() {
            b"-l" | b"-L" => return list(shell, after),
            b"-s" | b"-n" => {
                let Some((name, after)) = after.split_first() else {
                    shell.builtin_error(b"kill", concat(&[first, b": option requires an argument"]));
                    return Ok(2);
                };
                match parse_signal(name) {
                    Some(parsed) => signal = parsed,
                    None => return Ok(invalid(shell, name)),
                }
                rest = after;
            }
            b"--" => rest = after,
            [b'-', name @ ..] if !name.is_empty() => {
                let name = match name {
                    [b's' | b'n', tail @ ..] if !tail.is_empty() && parse_signal(name).is_none() => tail,
                    name => name,
                };
                match parse_signal(name) {
                    Some(parsed) => signal = parsed,
                    None => return Ok(invalid(shell, name)),
                }
                rest = after;
            }
            _ => {}
        }
    }
    if rest.first().is_some_and(|first| first == "--") {
        rest = &rest[1..];
    }
    if rest.is_empty() {
        shell.write_error(USAGE);
        return Ok(2);
    }
    let mut failed = false;
    for operand in rest {
        failed |= !send(shell, operand, signal)?;
    }
    // A signal to ourselves, or to whom we wait for, is seen at once; what its trap sees is our status.
    let status = i32::from(failed);
    shell.status = status;
    shell.poll_signals_now()?;
    Ok(status)
}

fn invalid(shell: &mut Shell, name: &[u8]) -> i32 {
    shell.builtin_error(b"kill", concat(&[name, b": invalid signal specification"]));
    1
}

fn send(shell: &mut Shell, operand: &BString, signal: Option<Signal>) -> Run<bool> {
    let target = if operand.starts_with(b"%") {
        let Some(number) = shell.job_operand(b"kill", operand) else { return Ok(false) };
        match shell.jobs.get(number) {
            Some(job) => job.group.map_or(KillTarget::Process(job.pid()), KillTarget::Group),
            None => return Ok(false),
        }
    } else {
        let number = parse_number(operand);
        let number = number.and_then(|number| i32::try_from(number).ok());
        match number {
            Some(0) => KillTarget::Group(processes::get_group()),
            Some(-1) => KillTarget::All,
            Some(number) if number < 0 => KillTarget::Group(number.unsigned_abs()),
            Some(number) => {
                let pid = number.unsigned_abs();
                // A subshell in this process answers to a number of its own.
                if shell.virtual_pid == Some(pid) {
                    if let Some(signal) = signal {
                        shell.signal_self(signal)?;
                    }
                    return Ok(true);
                }
                KillTarget::Process(pid)
            }
            None => {
                shell.builtin_error(b"kill", concat(&[operand, b": arguments must be process or job IDs"]));
                return Ok(false);
            }
        }
    };
    match processes::kill(target, signal) {
        Ok(()) => Ok(true),
        Err(error) => {
            shell.builtin_error(b"kill", concat(&[b"(", operand, b") - ", error.message().as_bytes()]));
            Ok(false)
        }
    }
}

/// `kill -l`
fn list(shell: &mut Shell, operands: &[BString]) -> Run<i32> {
    if operands.is_empty() && shell.options.get(SetOption::Posix) {
        let names: Vec<String> = Signal::all().map(short_name).collect();
        shell.out(format!("{}\n", names.join(" ")).as_bytes())?;
        return Ok(0);
    }
    if operands.is_empty() {
        shell.print_signals()?;
        return Ok(0);
    }
    let mut status = 0;
    for operand in operands {
        if let Some(number) = parse_number(operand) {
            // A status of a killed command names its signal, too.
            let number = if number > 128 { number - 128 } else { number };
            match u8::try_from(number).ok().and_then(Signal::new) {
                Some(signal) => shell.out(format!("{}\n", short_name(signal)).as_bytes())?,
                None if number == 0 => shell.out(b"EXIT\n")?,
                None => status = invalid(shell, operand),
            }
            continue;
        }
        match parse_signal(operand) {
            Some(Some(signal)) => shell.out(format!("{}\n", signal.number()).as_bytes())?,
            Some(None) => shell.out(b"0\n")?,
            None => status = invalid(shell, operand),
        }
    }
    Ok(status)
}

impl Shell {
    /// The table of `kill -l` and `trap -l`.
    pub(super) fn print_signals(&mut self) -> Run {
        let mut column = 0;
        for signal in Signal::all() {
            column += 1;
            let end = if column % 5 == 0 { '\n' } else { '\t' };
            let text = format!("{:2}) SIG{}{end}", signal.number(), short_name(signal));
            self.out(text.as_bytes())?;
        }
        if column % 5 != 0 {
            self.out(b"\n")?;
        }
        Ok(())
    }
}

//! `wait`.

use agentfense_sys::processes::{self, Change, Pid, WaitFlags, WaitTarget};
use agentfense_sys::{Errno, Signal};
use bstr::BString;

use super::control::parse_number;
use crate::jobs::ProcessState;
use crate::messages::concat;
use crate::shell::{Flow, Role, Run, Shell};

const USAGE: &str = "wait [-fn] [-p var] [id ...]";

/// How waiting for something ended.
enum Waited {
    /// It ended so.
    Ended(ProcessState),
    /// A trapped signal came first.
    Signal(i32),
    /// There is nothing to wait for.
    Nothing,
}

/// `wait`
pub fn wait(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut any = false;
    let mut variable = None;
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
                b'n' => any = true,
                b'f' => {}
                b'p' => {
                    let attached = &first[position + 1..];
                    if !attached.is_empty() {
                        variable = Some(BString::from(attached));
                    } else if let Some((name, after)) = rest.split_first() {
                        variable = Some(name.clone());
                        rest = after;
                    } else {
                        shell.builtin_error(b"wait", "-p: option requires an argument");
                        shell.write_error(format!("wait: usage: {USAGE}\n").as_bytes());
                        return Ok(2);
                    }
                    break;
                }
                other => return Ok(shell.invalid_option(b"wait", *other, USAGE)),
            }
        }
    }
    shell.reap();
    let status = if any {
        wait_any(shell, rest, variable)
    } else if rest.is_empty() {
        wait_all(shell)
    } else {
        wait_each(shell, rest, variable)
    };
    shell.settle_coprocesses();
    status
}

/// `wait id...`: the last one's status.
fn wait_each(shell: &mut Shell, rest: &[BString], variable: Option<BString>) -> Run<i32> {
    let mut status = 0;
    let mut told = None;
    for operand in rest {
        let Some(pid) = operand_pid(shell, operand) else {
            status = if operand.starts_with(b"%") { 127 } else { 1 };
            continue;
        };
        match wait_for(shell, pid)? {
            Waited::Ended(state) => {
                status = state.status();
                told = Some(pid);
            }
            Waited::Signal(signal_status) => return Ok(signal_status),
            Waited::Nothing => {
                shell.builtin_error(b"wait", format!("pid {pid} is not a child of this shell"));
                status = 127;
            }
        }
    }
    set_variable(shell, variable, told)?;
    Ok(status)
}

fn set_variable(shell: &mut Shell, name: Option<BString>, pid: Option<Pid>) -> Run {
    match (name, pid) {
        (Some(name), Some(pid)) => shell.set_scalar(&name, pid.to_string().into()),
        (Some(name), None) => {
            shell.vars.unset(&name);
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

/// The process that an operand names: a number, or a job's last process.
fn operand_pid(shell: &mut Shell, operand: &BString) -> Option<Pid> {
    if operand.starts_with(b"%") {
        let number = shell.job_operand(b"wait", operand)?;
        return shell.jobs.get(number).map(|job| job.pid());
    }
    match parse_number(operand).and_then(|number| u32::try_from(number).ok()) {
        Some(pid) => Some(pid),
        None => {
            shell.builtin_error(b"wait", concat(&[b"`", operand, b"': not a pid or valid job spec"]));
            None
        }
    }
}

/// Waits for one process, unless it ended before.
fn wait_for(shell: &mut Shell, pid: Pid) -> Run<Waited> {
    if let Some(state) = shell.jobs.ended(pid) {
        finish_job(shell, pid);
        return Ok(Waited::Ended(state));
    }
    loop {
        match processes::wait(WaitTarget::Process(pid), WaitFlags::empty()) {
            Ok(Some((_, change @ (Change::Exited(_) | Change::Signaled(_))))) => {
                let state = ProcessState::from(change);
                report(shell, pid, state);
                shell.jobs.update(pid, state);
                finish_job(shell, pid);
                return Ok(Waited::Ended(state));
            }
            Ok(_) => {}
            Err(Errno::Intr) => {
                if let Some(status) = interrupted(shell)? {
                    return Ok(Waited::Signal(status));
                }
            }
            Err(_) => return Ok(Waited::Nothing),
        }
    }
}

/// A job that a signal ended is told about, except for TERM.
fn report(shell: &mut Shell, pid: Pid, state: ProcessState) {
    if let ProcessState::Signaled(signal) = state
        && signal != Signal::SIGTERM.number()
        && !shell.interactive
        && let Some(text) = shell.jobs.of_pid(pid).map(|job| job.text.clone())
    {
        // bash keeps silent about what was asked to end.
        if signal != Signal::SIGTERM.number() || shell.interactive {
            shell.report_death(pid, signal, &|| text.clone());
        }
    }
}

/// A signal arrived during a wait: its trap runs, and the wait is over with
/// 128 and its number.
fn interrupted(shell: &mut Shell) -> Run<Option<i32>> {
    let arrived = processes::take_signals();
    let mut status = None;
    for signal in Signal::set(arrived) {
        if shell.traps.get(signal.number()).is_some() {
            shell.run_trap(signal.number())?;
            status = Some(128 + i32::from(signal.number()));
        } else if signal == Signal::SIGINT && shell.role == Role::Session {
            shell.status = 128 + i32::from(signal.number());
            return Err(Flow::Interrupt);
        } else {
            shell.status = 128 + i32::from(signal.number());
            shell.run_exit_trap();
            shell.die_of(signal)?;
        }
    }
    Ok(status)
}

/// Forgets the job of a process when all of it has ended.
fn finish_job(shell: &mut Shell, pid: Pid) {
    let Some(job) = shell.jobs.of_pid(pid) else { return };
    if job.state().is_done() {
        let number = job.number;
        shell.jobs.remove(number);
    }
}

fn wait_all(shell: &mut Shell) -> Run<i32> {
    let pids: Vec<Pid> = shell
        .jobs
        .iter()
        .flat_map(|job| job.processes.iter())
        .filter(|(_, state)| !state.is_done())
        .map(|(pid, _)| *pid)
        .collect();
    for pid in pids {
        if let Waited::Signal(status) = wait_for(shell, pid)? {
            return Ok(status);
        }
    }
    let done: Vec<u32> = shell.jobs.iter().filter(|job| job.state().is_done()).map(|job| job.number).collect();
    for number in done {
        shell.jobs.remove(number);
    }
    Ok(0)
}

/// `wait -n`: the next job (of those named) to end.
fn wait_any(shell: &mut Shell, operands: &[BString], variable: Option<BString>) -> Run<i32> {
    let mut wanted = Vec::new();
    for operand in operands {
        let pid = operand_pid(shell, operand);
        if let Some(pid) = pid
            && shell.jobs.of_pid(pid).is_none()
            && shell.jobs.ended(pid).is_none()
        {
            shell.builtin_error(b"wait", concat(&[operand, b": no such job"]));
            continue;
        }
        wanted.extend(pid);
    }
    loop {
        // One that has ended already and was not asked about yet.
        let candidates: Vec<Pid> =
            if operands.is_empty() { shell.jobs.iter().map(|job| job.pid()).collect() } else { wanted.clone() };
        for pid in &candidates {
            if let Some(state) = shell.jobs.ended(*pid) {
                finish_job(shell, *pid);
                if !operands.is_empty() {
                    shell.jobs.forget_ended(*pid);
                }
                set_variable(shell, variable, Some(*pid))?;
                return Ok(state.status());
            }
        }
        if candidates.is_empty() {
            set_variable(shell, variable, None)?;
            return Ok(127);
        }
        match processes::wait(WaitTarget::Any, WaitFlags::empty()) {
            Ok(Some((pid, change))) => {
                shell.jobs.update(pid, change.into());
            }
            Ok(None) => {}
            Err(Errno::Intr) => {
                if let Some(status) = interrupted(shell)? {
                    return Ok(status);
                }
            }
            Err(_) => {
                set_variable(shell, variable, None)?;
                return Ok(127);
            }
        }
    }
}

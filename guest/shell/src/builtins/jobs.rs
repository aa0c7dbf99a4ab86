//! `jobs`, `fg`, `bg`, `disown` and `suspend`.

use agentfense_sys::Signal;
use agentfense_sys::processes::{self, KillTarget};
use bstr::BString;

use super::control::parse_number;
use super::letters;
use crate::ast::Simple;
use crate::jobs::{Job, NoJob, ProcessState};
use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Run, Shell};

impl Shell {
    /// The job that a builtin's operand names; told when there is none.
    pub(super) fn job_operand(&mut self, builtin: &[u8], spec: &[u8]) -> Option<u32> {
        match self.jobs.find(spec) {
            Ok(number) => Some(number),
            Err(NoJob::Missing) => {
                let shown: &[u8] = if spec.is_empty() { b"current" } else { spec };
                self.builtin_error(builtin, concat(&[shown, b": no such job"]));
                None
            }
            Err(NoJob::Ambiguous) => {
                self.builtin_error(builtin, concat(&[spec, b": ambiguous job spec"]));
                None
            }
        }
    }
}

/// `jobs`
pub fn jobs(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut long, mut pids, mut running, mut stopped, mut changed, mut execute) =
        (false, false, false, false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'l' => long = true,
            b'p' => pids = true,
            b'r' => running = true,
            b's' => stopped = true,
            b'n' => changed = true,
            b'x' => execute = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => {
            return Ok(shell.invalid_option(b"jobs", letter, "jobs [-lnprs] [jobspec ...] or jobs -x command [args]"));
        }
    };
    let operands = args.get(first..).unwrap_or_default();
    shell.reap();
    if execute {
        let words: Vec<BString> = operands
            .iter()
            .map(|word| match shell.jobs.find(word) {
                Ok(number) if word.starts_with(b"%") => {
                    shell.jobs.get(number).map_or_else(|| word.clone(), |job| job.pid().to_string().into())
                }
                _ => word.clone(),
            })
            .collect();
        if !words.is_empty() {
            shell.run_words(&Simple::default(), words)?;
        }
        return Ok(shell.status);
    }
    let mut status = 0;
    let mut selected = Vec::new();
    if operands.is_empty() {
        selected.extend(shell.jobs.iter().map(|job| job.number));
    }
    for operand in operands {
        match shell.job_operand(b"jobs", operand) {
            Some(number) => selected.push(number),
            None => status = 1,
        }
    }
    for number in selected {
        let Some(job) = shell.jobs.get(number).cloned() else { continue };
        let state = job.state();
        if (running && state != ProcessState::Running)
            || (stopped && !matches!(state, ProcessState::Stopped(_)))
            || (changed && job.notified)
        {
            continue;
        }
        if pids {
            let pid = job.processes.first().map_or(0, |(pid, _)| *pid);
            shell.out(format!("{pid}\n").as_bytes())?;
        } else {
            let line = shell.jobs.describe(&job, long);
            shell.out(&line)?;
        }
        if state.is_done() {
            shell.jobs.remove(number);
        } else if let Some(job) = shell.jobs.get_mut(number) {
            job.notified = true;
        }
    }
    Ok(status)
}

fn needs_job_control(shell: &mut Shell, builtin: &[u8]) -> bool {
    if shell.options.get(SetOption::Monitor) {
        return false;
    }
    shell.builtin_error(builtin, "no job control");
    true
}

fn resume(shell: &mut Shell, job: &Job) {
    let target = match job.group {
        Some(group) => KillTarget::Group(group),
        None => KillTarget::Process(job.pid()),
    };
    // A job that is gone meanwhile is found by the wait that follows.
    let _ = processes::kill(target, Some(Signal::SIGCONT));
    for (pid, state) in &job.processes {
        if matches!(state, ProcessState::Stopped(_)) {
            shell.jobs.update(*pid, ProcessState::Running);
        }
    }
}

/// `fg`
pub fn fg(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if needs_job_control(shell, b"fg") {
        return Ok(1);
    }
    let spec = args.get(1).cloned().unwrap_or_default();
    let Some(number) = shell.job_operand(b"fg", &spec) else { return Ok(1) };
    let Some(job) = shell.jobs.get(number).cloned() else { return Ok(1) };
    shell.out(&concat(&[&job.text, b"\n"]))?;
    shell.flush_output()?;
    let own = processes::get_group();
    if let Some(group) = job.group {
        let _ = processes::set_foreground(group);
    }
    // In the foreground first: it may read the terminal at once.
    resume(shell, &job);
    let mut status = 0;
    let mut stopped = false;
    for (pid, state) in &job.processes {
        if state.is_done() {
            continue;
        }
        let change = shell.wait_process(*pid);
        if let Ok(Some(change)) = change {
            shell.jobs.update(*pid, change);
            stopped |= matches!(change, ProcessState::Stopped(_));
            status = change.status();
        } else {
            let _ = processes::set_foreground(own);
            change?;
        }
    }
    let _ = processes::set_foreground(own);
    if stopped {
        shell.jobs.make_current(number);
    } else {
        shell.jobs.remove(number);
    }
    Ok(status)
}

/// `bg`
pub fn bg(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if needs_job_control(shell, b"bg") {
        return Ok(1);
    }
    let mut specs = args.get(1..).unwrap_or_default().to_vec();
    if specs.is_empty() {
        specs.push(BString::default());
    }
    let mut status = 0;
    for spec in specs {
        let Some(number) = shell.job_operand(b"bg", &spec) else {
            status = 1;
            continue;
        };
        let Some(job) = shell.jobs.get(number).cloned() else { continue };
        if job.state() == ProcessState::Running {
            shell.builtin_error(b"bg", format!("job {number} already in background"));
            continue;
        }
        resume(shell, &job);
        let mark = shell.jobs.mark(number);
        shell.out(&concat(&[format!("[{number}]{mark} ").as_bytes(), &job.text, b" &\n"]))?;
    }
    Ok(status)
}

/// `disown`
pub fn disown(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut all, mut running, mut keep) = (false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'a' => all = true,
            b'r' => running = true,
            b'h' => keep = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => {
            return Ok(shell.invalid_option(b"disown", letter, "disown [-h] [-ar] [jobspec ... | pid ...]"));
        }
    };
    let operands = args.get(first..).unwrap_or_default();
    let mut status = 0;
    let mut numbers = Vec::new();
    if operands.is_empty() && (all || running) {
        let wanted = shell.jobs.iter().filter(|job| !running || job.state() == ProcessState::Running);
        numbers.extend(wanted.map(|job| job.number));
    } else if operands.is_empty() {
        match shell.job_operand(b"disown", b"") {
            Some(number) => numbers.push(number),
            None => return Ok(1),
        }
    }
    for operand in operands {
        let by_pid = parse_number(operand)
            .and_then(|pid| u32::try_from(pid).ok())
            .and_then(|pid| shell.jobs.of_pid(pid))
            .map(|job| job.number);
        match by_pid.or_else(|| shell.job_operand(b"disown", operand)) {
            Some(number) => numbers.push(number),
            None => status = 1,
        }
    }
    for number in numbers {
        if !keep {
            shell.jobs.remove(number);
            shell.orphans = true;
        } else if let Some(job) = shell.jobs.get_mut(number) {
            job.no_hangup = true;
        }
    }
    Ok(status)
}

/// `suspend`: a session's shell has nobody to give the terminal to.
pub fn suspend(shell: &mut Shell, _: &[BString]) -> Run<i32> {
    let message =
        if shell.options.get(SetOption::Monitor) { "cannot suspend" } else { "cannot suspend: no job control" };
    shell.builtin_error(b"suspend", message);
    Ok(1)
}

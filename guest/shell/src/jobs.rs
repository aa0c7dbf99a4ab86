//! Jobs: what runs in the background, and what became of it.

use std::collections::VecDeque;
use std::rc::Rc;

use agentfense_sys::processes::{self, Change, Pid, WaitFlags, WaitTarget};
use agentfense_sys::{Errno, Signal};
use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::options::SetOption;
use crate::shell::{Run, Shell};

/// How many ended background processes `wait PID` can still be asked about.
const REMEMBERED: usize = 4096;

/// What a process of a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProcessState {
    /// It runs.
    Running,
    /// It was stopped.
    Stopped(u8),
    /// It ended by itself.
    Exited(u8),
    /// A signal ended it.
    Signaled(u8),
}

impl ProcessState {
    /// `$?` of it: 128 and the signal's number for a killed one.
    pub fn status(self) -> i32 {
        match self {
            ProcessState::Running => 0,
            ProcessState::Exited(status) => i32::from(status),
            ProcessState::Stopped(signal) | ProcessState::Signaled(signal) => 128 + i32::from(signal),
        }
    }

    /// Whether it is over.
    pub fn is_done(self) -> bool {
        matches!(self, ProcessState::Exited(_) | ProcessState::Signaled(_))
    }
}

impl From<Change> for ProcessState {
    fn from(change: Change) -> Self {
        match change {
            Change::Exited(status) => ProcessState::Exited(status),
            Change::Signaled(signal) => ProcessState::Signaled(signal),
            Change::Stopped(signal) => ProcessState::Stopped(signal),
            Change::Continued => ProcessState::Running,
        }
    }
}

/// A background or stopped pipeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// `%N`
    pub number: u32,
    /// Its processes, in the pipeline's order.
    pub processes: Vec<(Pid, ProcessState)>,
    /// Its process group, where job control gave it one.
    pub group: Option<Pid>,
    /// The command's text.
    pub text: BString,
    /// Its end, or that it was stopped, has been told.
    pub notified: bool,
    /// `disown -h`
    pub no_hangup: bool,
}

impl Job {
    /// The state of the whole: that of the last process unless another still runs.
    pub fn state(&self) -> ProcessState {
        if let Some((_, state)) = self.processes.iter().find(|(_, state)| matches!(state, ProcessState::Stopped(_))) {
            return *state;
        }
        if self.processes.iter().any(|(_, state)| *state == ProcessState::Running) {
            return ProcessState::Running;
        }
        self.processes.last().map_or(ProcessState::Exited(0), |(_, state)| *state)
    }

    /// The process that `$!` names.
    pub fn pid(&self) -> Pid {
        self.processes.last().map_or(0, |(pid, _)| *pid)
    }

    /// The word in `jobs`' second column.
    pub fn state_text(&self) -> String {
        match self.state() {
            ProcessState::Running => "Running".into(),
            ProcessState::Stopped(_) => "Stopped".into(),
            ProcessState::Exited(0) => "Done".into(),
            ProcessState::Exited(status) => format!("Exit {status}"),
            ProcessState::Signaled(signal) => {
                Signal::new(signal).map_or_else(|| format!("Signal {signal}"), Signal::description)
            }
        }
    }
}

/// Why a job specification names no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoJob {
    /// None matches.
    Missing,
    /// More than one matches.
    Ambiguous,
}

/// All jobs of a shell.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Jobs {
    list: Rc<Vec<Job>>,
    /// Job numbers, the current one last.
    order: Rc<Vec<u32>>,
    /// Ended processes that `wait` may still ask for.
    ended: Rc<VecDeque<(Pid, ProcessState)>>,
}

impl Jobs {
    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The jobs by number.
    pub fn iter(&self) -> impl Iterator<Item = &Job> {
        self.list.iter()
    }

    /// Adds a job and makes it the current one; its number.
    pub fn add(&mut self, pids: &[Pid], group: Option<Pid>, text: BString) -> u32 {
        let number = self.list.last().map_or(1, |job| job.number + 1);
        let processes = pids.iter().map(|pid| (*pid, ProcessState::Running)).collect();
        Rc::make_mut(&mut self.list).push(Job { number, processes, group, text, notified: false, no_hangup: false });
        Rc::make_mut(&mut self.order).push(number);
        number
    }

    /// Makes a job the current one (`%+`).
    pub fn make_current(&mut self, number: u32) {
        let order = Rc::make_mut(&mut self.order);
        order.retain(|other| *other != number);
        order.push(number);
    }

    /// Forgets a job.
    pub fn remove(&mut self, number: u32) {
        Rc::make_mut(&mut self.list).retain(|job| job.number != number);
        Rc::make_mut(&mut self.order).retain(|other| *other != number);
    }

    /// Forgets all, as a subshell does: they are not its children.
    pub fn clear(&mut self) {
        *self = Jobs::default();
    }

    /// The job of that number.
    pub fn get(&self, number: u32) -> Option<&Job> {
        self.list.iter().find(|job| job.number == number)
    }

    /// The job of that number, to be changed.
    pub fn get_mut(&mut self, number: u32) -> Option<&mut Job> {
        Rc::make_mut(&mut self.list).iter_mut().find(|job| job.number == number)
    }

    /// The job that a process belongs to.
    pub fn of_pid(&self, pid: Pid) -> Option<&Job> {
        self.list.iter().find(|job| job.processes.iter().any(|(other, _)| *other == pid))
    }

    /// `+`, `-` or blank, as `jobs` marks it.
    pub fn mark(&self, number: u32) -> char {
        match self.order.iter().rev().position(|other| *other == number) {
            Some(0) => '+',
            Some(1) => '-',
            _ => ' ',
        }
    }

    /// Records a change that `wait` reported. Whether a job knows the process.
    pub fn update(&mut self, pid: Pid, state: ProcessState) -> bool {
        let known = self.of_pid(pid).is_some();
        if known {
            for job in Rc::make_mut(&mut self.list) {
                for process in &mut job.processes {
                    if process.0 == pid {
                        process.1 = state;
                        job.notified = false;
                    }
                }
            }
            if state.is_done() {
                let ended = Rc::make_mut(&mut self.ended);
                ended.retain(|(other, _)| *other != pid);
                ended.push_back((pid, state));
                if ended.len() > REMEMBERED {
                    ended.pop_front();
                }
            }
        }
        known
    }

    /// How an ended background process ended.
    pub fn ended(&self, pid: Pid) -> Option<ProcessState> {
        self.ended.iter().rev().find(|(other, _)| *other == pid).map(|(_, state)| *state)
    }

    /// Forgets how a process ended (`wait -n` reports each once).
    pub fn forget_ended(&mut self, pid: Pid) {
        Rc::make_mut(&mut self.ended).retain(|(other, _)| *other != pid);
    }

    /// The job that a specification names: `%1`, `%+`, `%%`, `%-`, `%text`, `%?text`.
    pub fn find(&self, spec: &[u8]) -> Result<u32, NoJob> {
        let text = spec.strip_prefix(b"%").unwrap_or(spec);
        match text {
            b"" | b"%" | b"+" => return self.order.last().copied().ok_or(NoJob::Missing),
            b"-" => {
                let previous = self.order.iter().rev().nth(1).or(self.order.last());
                return previous.copied().ok_or(NoJob::Missing);
            }
            _ => {}
        }
        if let Some(number) = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u32>().ok()) {
            return self.get(number).map(|job| job.number).ok_or(NoJob::Missing);
        }
        let mut matching = self.list.iter().filter(|job| match text.strip_prefix(b"?") {
            Some(part) => bstr::ByteSlice::contains_str(job.text.as_slice(), part),
            None => job.text.starts_with(text),
        });
        match (matching.next(), matching.next()) {
            (Some(job), None) => Ok(job.number),
            (None, _) => Err(NoJob::Missing),
            (Some(_), Some(_)) => Err(NoJob::Ambiguous),
        }
    }

    /// A line of `jobs`.
    pub fn describe(&self, job: &Job, with_pid: bool) -> BString {
        let running = job.state() == ProcessState::Running;
        let state = job.state_text();
        let mut line = format!("[{}]{}  ", job.number, self.mark(job.number));
        if with_pid {
            let first = job.processes.first().map_or(0, |(pid, _)| *pid);
            line.push_str(&format!("{first} "));
        }
        line.push_str(&format!("{state:<24}"));
        let mut line = BString::from(line);
        line.extend_from_slice(&job.text);
        if running {
            line.extend_from_slice(b" &");
        }
        line.push(b'\n');
        line
    }
}

impl Shell {
    /// Whether its jobs get process groups of their own (`set -m`). Those of a
    /// subshell stay in its group, so that it can be signalled as a whole.
    pub(crate) fn has_job_control(&self) -> bool {
        self.subshell_depth == 0 && self.options.get(SetOption::Monitor)
    }

    /// Waits for one process; signals that arrive meanwhile run their traps.
    /// Absent when it is no child any more.
    pub fn wait_process(&mut self, pid: Pid) -> Run<Option<ProcessState>> {
        let flags = if self.has_job_control() { WaitFlags::UNTRACED } else { WaitFlags::empty() };
        loop {
            match processes::wait(WaitTarget::Process(pid), flags) {
                Ok(Some((_, Change::Continued))) | Ok(None) => {}
                Ok(Some((_, change))) => return Ok(Some(change.into())),
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(_) => return Ok(None),
            }
        }
    }

    /// Takes note of children that have ended, without waiting.
    #[inline]
    pub fn reap(&mut self) {
        if self.orphans || !self.jobs.is_empty() {
            self.reap_now();
        }
    }

    #[cold]
    fn reap_now(&mut self) {
        loop {
            match processes::wait(WaitTarget::Any, WaitFlags::NO_HANG | WaitFlags::UNTRACED) {
                Ok(Some((pid, change))) => {
                    self.jobs.update(pid, change.into());
                }
                Err(Errno::Child) => {
                    self.orphans = false;
                    return;
                }
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Tells a person which jobs have ended or were stopped since the last prompt.
    pub(crate) fn notify_jobs(&mut self) {
        if !self.interactive {
            return;
        }
        let changed = |job: &&Job| !job.notified && job.state() != ProcessState::Running;
        let changed: Vec<Job> = self.jobs.iter().filter(changed).cloned().collect();
        for job in changed {
            let line = self.jobs.describe(&job, false);
            self.write_error(&line);
            if let Some(job) = self.jobs.get_mut(job.number) {
                job.notified = true;
            }
        }
    }

    /// Forgets jobs that ended and have been told, or that nobody will be told
    /// about because the shell does not talk to a person.
    pub fn sweep_jobs(&mut self) {
        if self.jobs.is_empty() {
            return;
        }
        let done: Vec<u32> = self
            .jobs
            .iter()
            .filter(|job| job.state().is_done() && (job.notified || !self.interactive))
            .map(|job| job.number)
            .collect();
        for number in done {
            self.jobs.remove(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_found_by_every_kind_of_name() {
        let mut jobs = Jobs::default();
        assert_eq!(jobs.find(b"%1"), Err(NoJob::Missing));
        assert_eq!(jobs.add(&[10], None, "sleep 1".into()), 1);
        assert_eq!(jobs.add(&[11], None, "sleep 2".into()), 2);
        assert_eq!(jobs.find(b"%+"), Ok(2));
        assert_eq!(jobs.find(b"%-"), Ok(1));
        assert_eq!(jobs.find(b"%1"), Ok(1));
        assert_eq!(jobs.find(b"%sleep"), Err(NoJob::Ambiguous));
        assert_eq!(jobs.find(b"%?2"), Ok(2));
        assert_eq!(jobs.of_pid(10).map(|job| job.number), Some(1));
    }

    #[test]
    fn an_ended_process_is_remembered() {
        let mut jobs = Jobs::default();
        jobs.add(&[10], None, "x".into());
        assert!(jobs.update(10, ProcessState::Exited(3)));
        assert!(!jobs.update(11, ProcessState::Exited(3)));
        assert_eq!(jobs.ended(10).map(ProcessState::status), Some(3));
        jobs.forget_ended(10);
        assert_eq!(jobs.ended(10), None);
    }
}

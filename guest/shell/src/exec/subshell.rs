//! Subshells that run in this process: on a copy of the shell, with what a
//! process has of its own (working directory, mask, signals) put back after.

use std::cell::Cell;

use agentfense_sys::Signal;
use agentfense_sys::processes;

use super::fork::Task;
use crate::ast::Program;
use crate::messages::concat;
use crate::shell::{Flow, PipeStatus, Run, Shell};

/// Numbers of subshells in this process start above every number that the
/// kernel gives: more than Linux's largest.
const FIRST_VIRTUAL_PID: u32 = 1 << 22;

thread_local! {
    static NEXT_VIRTUAL_PID: Cell<u32> = const { Cell::new(FIRST_VIRTUAL_PID) };
}

impl Shell {
    /// `( program )`
    #[inline(never)]
    pub(crate) fn run_subshell(&mut self, program: &Program) -> Run {
        if std::mem::take(&mut self.subshell_is_begun) {
            return self.run_program(program);
        }
        if program.sets_limits {
            self.status = self.run_apart(program)?;
            self.pipe_status = PipeStatus::One(self.status);
            return Ok(());
        }
        self.in_subshell(|shell| shell.run_program(program))?;
        self.pipe_status = PipeStatus::One(self.status);
        Ok(())
    }

    /// Runs a subshell as a process of its own: one whose limits are not this
    /// process's. Its status.
    pub(super) fn run_apart(&mut self, program: &Program) -> Run<i32> {
        let Some(pid) = self.fork_or_complain(&Task::Program(program), None, 0) else { return Ok(254) };
        let text = || concat(&[b"( ", &crate::syntax::print::program(program), b" )"]).into();
        self.wait_foreground(&[pid], None, &text)
    }

    /// Runs something in a subshell in this process; its status is left in
    /// `status`, and only an interrupt comes through.
    pub(crate) fn in_subshell(&mut self, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        self.enter()?;
        let saved = self.begin_subshell();
        let result = run(self);
        let result = self.end_subshell(result);
        self.restore(saved);
        self.leave();
        result
    }

    /// Becomes a subshell; the parent, to be given to `restore`.
    pub(super) fn begin_subshell(&mut self) -> Box<Shell> {
        let saved = Box::new(self.clone());
        self.traps.share_process();
        self.virtual_pid =
            Some(NEXT_VIRTUAL_PID.replace(NEXT_VIRTUAL_PID.get().wrapping_add(1).max(FIRST_VIRTUAL_PID)));
        self.become_subshell();
        saved
    }

    /// What changes in every subshell, in this process or another.
    pub(crate) fn become_subshell(&mut self) {
        self.subshell_depth += 1;
        self.reset_traps_for_subshell();
        self.interactive = false;
        // A loop outside is not this subshell's to leave.
        self.loop_depth = 0;
        self.substituted_fds.clear();
        self.output.clear();
    }

    /// The end of a subshell: what ended it, and its EXIT trap.
    pub(super) fn end_subshell(&mut self, result: Run) -> Run {
        match result {
            Err(Flow::Interrupt) => return Err(Flow::Interrupt),
            Err(Flow::Abort) if self.status == 0 => self.status = 1,
            _ => {}
        }
        self.run_exit_trap();
        Ok(())
    }

    /// Becomes the parent again.
    pub(super) fn restore(&mut self, saved: Box<Shell>) {
        if self.cwd != saved.cwd {
            // The directory may be gone by now; the parent then finds out when
            // it uses a relative path, as it would after a fork.
            let _ = processes::change_dir(&saved.cwd);
        }
        if self.umask != saved.umask {
            processes::umask(saved.umask);
        }
        self.limits.undo_since(&saved.limits);
        crate::expand::text::locale_changed();
        let status = self.status;
        let left = std::mem::replace(self, *saved);
        self.deferred_signals |= left.deferred_signals;
        if self.deferred_signals != 0 {
            self.poll_countdown = 0;
        }
        self.orphans |= left.orphans || !left.jobs.is_empty();
        self.poll_countdown = self.poll_countdown.min(left.poll_countdown);
        self.status = status;
    }

    /// BASHPID: this process's number, or that of the subshell it runs.
    pub fn own_pid(&self) -> u32 {
        self.virtual_pid.unwrap_or_else(processes::get_pid)
    }

    /// A signal that this shell sends to itself as a subshell without a
    /// process of its own.
    pub(crate) fn signal_self(&mut self, signal: Signal) -> Run {
        match self.traps.get(signal.number()) {
            Some(action) if action.is_empty() => Ok(()),
            Some(_) => self.run_trap(signal.number()),
            None if ends_by_default(signal) => self.die_of(signal),
            None => Ok(()),
        }
    }
}

/// Whether a signal's default action is to end the process.
fn ends_by_default(signal: Signal) -> bool {
    let harmless = [
        Signal::SIGCHLD,
        Signal::SIGCONT,
        Signal::SIGURG,
        Signal::SIGWINCH,
        Signal::SIGSTOP,
        Signal::SIGTSTP,
        Signal::SIGTTIN,
        Signal::SIGTTOU,
    ];
    !harmless.contains(&signal)
}

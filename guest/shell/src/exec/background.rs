//! `&`: lists in the background.

use std::rc::Rc;

use agentfense_sys::files::{self, OpenFlags};
use agentfense_sys::processes::Pid;
use agentfense_sys::{Errno, Signal};
use bstr::BString;

use super::fork::Task;
use crate::ast::{AndOr, Argument, Command, Simple};
use crate::shell::{PipeStatus, Run, Shell};

impl Shell {
    /// Starts a list in the background.
    #[inline(never)]
    pub(crate) fn run_background(&mut self, list: &AndOr) -> Run {
        self.poll_signals()?;
        self.line = list.first.line;
        self.reap();
        let monitor = self.has_job_control();
        let group = monitor.then_some(0);
        // Without job control the terminal's signals and input are not for it.
        let ignore = if monitor { 0 } else { Signal::SIGINT.bit() | Signal::SIGQUIT.bit() };
        let before = if monitor { None } else { Some(self.detach_input()) };
        let pid = self.start_background(list, group, ignore);
        if let Some(before) = before {
            self.files.put(0, before);
        }
        match pid? {
            Some(pid) => {
                let text = crate::syntax::print::and_or(list);
                let number = self.jobs.add(&[pid], group.map(|_| pid), text);
                self.last_background = Some(pid);
                if self.interactive {
                    self.write_error(format!("[{number}] {pid}\n").as_bytes());
                }
                self.status = 0;
            }
            None => self.status = 1,
        }
        self.pipe_status = PipeStatus::One(self.status);
        Ok(())
    }

    /// Standard input becomes `/dev/null`; what it was.
    fn detach_input(&mut self) -> Option<crate::files::Entry> {
        match files::open("/dev/null", OpenFlags::READ, 0) {
            Ok(file) => self.files.set(0, Rc::new(file.into())),
            Err(_) => self.files.close(0),
        }
    }

    fn start_background(&mut self, list: &AndOr, group: Option<Pid>, ignore: u64) -> Run<Option<Pid>> {
        if let (true, false, None, [Command::Simple(simple)]) =
            (list.rest.is_empty(), list.first.negated, list.first.time, list.first.stages.as_slice())
            && self.is_external(simple)
        {
            let mark = self.substituted_fds.len();
            let saved = self.begin_subshell();
            self.opens_ahead = true;
            let result = match self.expand_arguments(&simple.words) {
                Ok(words) => {
                    self.trace_words(simple, &words);
                    self.start_external(simple, &words, group, ignore)
                }
                Err(flow) => Err(flow),
            };
            let waits = self.met_fifo;
            self.restore(saved);
            self.close_substituted(mark);
            if waits {
                return Ok(self.fork_or_complain(&Task::AndOr(list), group, ignore));
            }
            // What could not start has said so; a child that reports the
            // status later keeps `wait` and `$!` as bash has them.
            return match result {
                Ok(Ok(pid)) => Ok(Some(pid)),
                Ok(Err(status)) => Ok(self.fork_status(status, group)),
                Err(_) => Ok(self.fork_status(1, group)),
            };
        }
        Ok(self.fork_or_complain(&Task::AndOr(list), group, ignore))
    }

    /// A process that only ends with a status.
    fn fork_status(&mut self, status: i32, group: Option<Pid>) -> Option<Pid> {
        let words: [BString; 2] = ["exit".into(), status.to_string().into()];
        self.fork_or_complain(&Task::Words(&Simple::default(), &words), group, 0)
    }

    /// Whether a simple command is sure to be a program: its name is written
    /// out and is no function or builtin.
    pub(super) fn is_external(&self, simple: &Simple) -> bool {
        let Some(Argument::Word(word)) = simple.words.first() else { return false };
        let Some(name) = word.as_literal() else { return false };
        !name.iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
            && self.builtin(name).is_none()
            && !self.functions.contains_key(name)
    }

    /// Opens the pipe between two stages, or says why not.
    pub(super) fn make_pipe(&mut self) -> Option<(Rc<crate::files::File>, Rc<crate::files::File>)> {
        match files::pipe() {
            Ok((reader, writer)) => Some((Rc::new(reader.into()), Rc::new(writer.into()))),
            Err(error) => {
                self.pipe_error(error);
                None
            }
        }
    }

    #[cold]
    fn pipe_error(&mut self, error: Errno) {
        self.error(format!("pipe error: {}", error.message()));
    }
}

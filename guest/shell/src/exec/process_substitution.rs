//! Process substitution: `<( )` and `>( )`.

use std::rc::Rc;

use agentfense_sys::files;
use bstr::BString;

use super::fork::Task;
use super::substitution::lone_simple;
use crate::ast::{ProcessDirection, Program};
use crate::shell::{Flow, Run, Shell};

/// Where bash begins to look for a free descriptor, downwards.
const HIGHEST: u32 = 63;

impl Shell {
    /// Starts the commands with one end of a pipe; the other end's path.
    pub fn process_substitution(&mut self, direction: ProcessDirection, program: &Rc<Program>) -> Run<BString> {
        let ends = files::pipe();
        let fd = self.files.highest_free(HIGHEST);
        let (Ok((reader, writer)), Some(fd)) = (ends, fd) else {
            self.error("cannot make pipe for process substitution");
            self.status = 1;
            return Err(Flow::Abort);
        };
        let (ours, theirs, their_fd) = match direction {
            ProcessDirection::Read => (reader, writer, 1),
            ProcessDirection::Write => (writer, reader, 0),
        };
        let before = self.files.set(their_fd, Rc::new(theirs.into()));
        let pid = self.start_program(program);
        self.files.put(their_fd, before);
        if let Some(pid) = pid? {
            self.last_background = Some(pid);
            self.orphans = true;
        }
        self.files.set(fd, Rc::new(ours.into()));
        self.substituted_fds.push(fd);
        Ok(format!("/dev/fd/{fd}").into())
    }

    /// Starts a program's commands as a process of their own: a lone external
    /// command directly, all else as a forked shell.
    fn start_program(&mut self, program: &Rc<Program>) -> Run<Option<u32>> {
        if let Some(simple) = lone_simple(program)
            && self.is_external(simple)
        {
            let saved = self.begin_subshell();
            let result = self.expand_arguments(&simple.words);
            let result = match result {
                Ok(words) => self.start_external(simple, &words, None, 0),
                Err(flow) => Err(flow),
            };
            self.restore(saved);
            return Ok(match result {
                Ok(Ok(pid)) => Some(pid),
                Ok(Err(_)) | Err(_) => None,
            });
        }
        Ok(self.fork_or_complain(&Task::Program(program), None, 0))
    }
}

//! `coproc`.

use std::rc::Rc;

use agentfense_sys::processes::Pid;
use bstr::BString;

use super::fork::Task;
use crate::ast::Command;
use crate::files::FIRST_FREE_FD;
use crate::shell::{PipeStatus, Run, Shell};
use crate::vars::{Attributes, Value, Variable};

/// bash puts a coprocess's descriptors as high as it can below this.
const HIGHEST: u32 = 63;

/// A coprocess that runs, or whose end has not been taken note of.
#[derive(Debug, Clone)]
pub struct Coprocess {
    name: BString,
    pid: Pid,
    fds: [u32; 2],
}

impl Shell {
    /// Takes back the variables and descriptors of coprocesses that were waited for.
    pub(crate) fn settle_coprocesses(&mut self) {
        let (ended, running) =
            std::mem::take(&mut self.coprocesses).into_iter().partition(|coproc| self.jobs.ended(coproc.pid).is_some());
        self.coprocesses = running;
        let ended: Vec<Coprocess> = ended;
        for Coprocess { name, fds, .. } in ended {
            for fd in fds {
                self.files.close(fd);
            }
            self.vars.unset(&name);
            self.vars.unset(&[name.as_slice(), b"_PID"].concat());
        }
    }

    /// Starts a coprocess: its output and input are in `NAME[0]` and `NAME[1]`.
    #[inline(never)]
    pub(crate) fn run_coproc(&mut self, name: &BString, body: &Rc<Command>) -> Run {
        self.reap();
        self.status = 1;
        let Some((from_child, child_output)) = self.make_pipe() else { return Ok(()) };
        let Some((child_input, to_child)) = self.make_pipe() else { return Ok(()) };
        let input = self.files.set(0, child_input);
        let output = self.files.set(1, child_output);
        let group = self.has_job_control().then_some(0);
        let pid = self.fork_or_complain(&Task::Command(body), group, 0);
        self.files.put(1, output);
        self.files.put(0, input);
        let Some(pid) = pid else { return Ok(()) };
        let mut fds = [0; 2];
        for (slot, file) in fds.iter_mut().zip([from_child, to_child]) {
            let Some(fd) = self.files.highest_free(HIGHEST).or_else(|| self.files.lowest_free(FIRST_FREE_FD)) else {
                self.error("coproc: no descriptor is free");
                return Ok(());
            };
            self.files.set_private(fd, file);
            *slot = fd;
        }
        self.coprocesses.push(Coprocess { name: name.clone(), pid, fds });
        let numbers: Vec<BString> = fds.iter().map(|fd| BString::from(fd.to_string())).collect();
        let array = Variable { value: Value::Indexed(numbers.into()), attributes: Attributes::NONE, level: 0 };
        self.vars.insert(name, array);
        let mut pid_name = name.clone();
        pid_name.extend_from_slice(b"_PID");
        self.set_scalar(&pid_name, pid.to_string().into())?;
        let text = [b"coproc ".as_slice(), name, b" ", &crate::syntax::print::command(body)].concat();
        self.jobs.add(&[pid], group.map(|_| pid), text.into());
        self.last_background = Some(pid);
        self.status = 0;
        self.pipe_status = PipeStatus::One(0);
        Ok(())
    }
}

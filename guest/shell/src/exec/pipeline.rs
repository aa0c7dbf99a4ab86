//! Pipelines of several stages.
//!
//! Programs are started as processes. One stage that is shell code runs here,
//! on a copy of the shell, while the others run beside it; a builtin that only
//! prints runs first, into memory; further shell code is forked.

use std::rc::Rc;

use agentfense_sys::processes::Pid;
use bstr::BString;

use super::fork::{self, Task};
use crate::ast::{Argument, Command, CompoundKind, Simple};
use crate::files::{File, PIPE_BUFFER};
use crate::jobs::ProcessState;
use crate::options::{SetOption, Shopt};
use crate::shell::{PipeStatus, Run, Shell};

/// How a stage is run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// A program.
    Program,
    /// A builtin that prints and neither waits nor reads.
    Print,
    /// Compound commands, functions, other builtins.
    Shell,
    /// Its name is known only after expansion.
    Unknown,
}

/// What became of a stage.
enum Stage {
    /// It runs as a process.
    Process(Pid),
    /// It is over, with that status.
    Done(i32),
    /// It is to run in this process, between these files.
    Here(Option<Rc<File>>, Option<Rc<File>>),
}

impl Shell {
    /// Runs the stages of a pipeline and waits for them.
    #[inline(never)]
    pub(super) fn run_stages(&mut self, commands: &[Command]) -> Run {
        self.poll_signals()?;
        let plans: Vec<Plan> = commands.iter().map(|command| self.plan(command)).collect();
        let last = commands.len() - 1;
        let monitor = self.has_job_control();
        let in_place = self.options.shopt(Shopt::Lastpipe) && !monitor && plans[last] != Plan::Program;
        // A stage in this process is not of the job that keys are for.
        let apart = monitor && self.terminal.is_some();
        let here = if in_place || plans[last] == Plan::Print || (plans[last] == Plan::Shell && !apart) {
            Some(last)
        } else if apart {
            None
        } else {
            plans.iter().rposition(|plan| *plan == Plan::Shell)
        };

        let mark = self.substituted_fds.len();
        let mut group = monitor.then_some(0);
        let mut stages = Vec::with_capacity(commands.len());
        let mut input: Option<Rc<File>> = None;
        for (index, command) in commands.iter().enumerate() {
            let (output, next) = if index < last {
                match self.make_pipe() {
                    Some((reader, writer)) => (Some(writer), Some(reader)),
                    None => {
                        self.status = 1;
                        break;
                    }
                }
            } else {
                (None, None)
            };
            // The DEBUG trap runs before a simple command is given its process;
            // with functrace, the process has it, too.
            if let Command::Simple(simple) = command
                && (plans[index] == Plan::Program || !self.options.get(SetOption::Functrace))
                && !(in_place && here == Some(index))
            {
                self.debug_trap(|| super::trace::simple_text(simple))?;
            }
            let stage = if here == Some(index) {
                Stage::Here(input.take(), output)
            } else {
                self.start_stage(command, plans[index], input.take(), output, group)
            };
            if let (Stage::Process(pid), Some(0)) = (&stage, group) {
                group = Some(*pid);
                self.to_foreground(*pid);
            }
            stages.push(stage);
            input = next;
        }
        drop(input);

        let mut result = Ok(());
        for (index, stage) in stages.iter_mut().enumerate() {
            if let Stage::Here(input, output) = stage {
                let (input, output) = (input.take(), output.take());
                result = if in_place {
                    self.run_in_place(&commands[index], input)
                } else {
                    self.run_here(&commands[index], input, output)
                };
                *stage = Stage::Done(self.status);
            }
        }
        self.close_substituted(mark);

        let statuses = self.wait_stages(&stages, group, commands);
        let statuses = match (result, statuses) {
            (Ok(()), Ok(statuses)) => statuses,
            (Err(flow), _) | (_, Err(flow)) => return Err(flow),
        };
        self.status = if self.options.get(SetOption::Pipefail) {
            statuses.iter().rev().find(|status| **status != 0).copied().unwrap_or(0)
        } else {
            statuses.last().copied().unwrap_or(1)
        };
        self.pipe_status = PipeStatus::Many(Rc::new(statuses));
        Ok(())
    }

    fn plan(&self, command: &Command) -> Plan {
        let Command::Simple(simple) = command else { return Plan::Shell };
        let Some(Argument::Word(word)) = simple.words.first() else { return Plan::Shell };
        let Some(name) = word.as_literal() else { return Plan::Unknown };
        if self.functions.contains_key(name) {
            return Plan::Shell;
        }
        match self.builtin(name) {
            Some(builtin) if builtin.prompt => Plan::Print,
            Some(_) => Plan::Shell,
            None if self.is_external(simple) => Plan::Program,
            None => Plan::Unknown,
        }
    }

    /// Starts a stage that does not run in this process.
    fn start_stage(
        &mut self,
        command: &Command,
        plan: Plan,
        input: Option<Rc<File>>,
        output: Option<Rc<File>>,
        group: Option<Pid>,
    ) -> Stage {
        let saved = self.begin_subshell();
        if let Some(input) = input {
            self.files.set(0, input);
        }
        let stage = match (plan, command, output) {
            (Plan::Print, _, Some(output)) => self.print_stage(command, output),
            (Plan::Program | Plan::Unknown, Command::Simple(simple), output) => {
                if let Some(output) = output {
                    self.files.set(1, output);
                }
                self.start_simple_stage(simple, group)
            }
            (_, _, output) => {
                if let Some(output) = output {
                    self.files.set(1, output);
                }
                // The child becomes a subshell by itself.
                self.subshell_depth -= 1;
                process_or_failure(self.fork_or_complain(&Task::Command(command), group, 0))
            }
        };
        self.restore(saved);
        stage
    }

    /// A simple command: expanded here, on the copy, then started.
    fn start_simple_stage(&mut self, simple: &Simple, group: Option<Pid>) -> Stage {
        self.line = simple.line;
        let words = match self.expand_arguments(&simple.words) {
            Ok(words) => words,
            Err(_) => return Stage::Done(if self.status == 0 { 1 } else { self.status }),
        };
        let shell_code =
            words.first().is_none_or(|name| self.functions.contains_key(name) || self.builtin(name).is_some());
        if shell_code {
            self.subshell_depth -= 1;
            return process_or_failure(self.fork_or_complain(&Task::Words(simple, &words), group, 0));
        }
        self.trace_words(simple, &words);
        self.opens_ahead = true;
        let started = self.start_external(simple, &words, group, 0);
        self.opens_ahead = false;
        if std::mem::take(&mut self.met_fifo) {
            self.subshell_depth -= 1;
            return process_or_failure(self.fork_or_complain(&Task::Words(simple, &words), group, 0));
        }
        match started {
            Ok(Ok(pid)) => Stage::Process(pid),
            Ok(Err(status)) => Stage::Done(status),
            Err(_) => Stage::Done(1),
        }
    }

    /// A builtin that prints: runs now, and what it printed waits in the pipe,
    /// or in a process that writes it when it is more than the pipe holds.
    fn print_stage(&mut self, command: &Command, output: Rc<File>) -> Stage {
        let capture = Rc::new(File::capture());
        self.files.set(1, capture.clone());
        let result = self.run_command(command);
        let _ = self.end_subshell(result);
        let status = self.status;
        self.files.set(1, output.clone());
        let written = capture.take().and_then(|bytes| {
            if bytes.len() <= PIPE_BUFFER {
                output.write_bytes(&bytes)?;
                return Ok(Stage::Done(status));
            }
            let feeder = fork::feed(output.kernel()?, &bytes)?;
            // Its end is the builtin's: at once, or of a pipe that nobody reads.
            Ok(if status == 0 { Stage::Process(feeder) } else { Stage::Done(status) })
        });
        match written {
            Ok(stage) => stage,
            Err(error) => {
                self.error(format!("write error: {}", error.message()));
                Stage::Done(1)
            }
        }
    }

    /// Runs a stage in this process, as a subshell.
    fn run_here(&mut self, command: &Command, input: Option<Rc<File>>, output: Option<Rc<File>>) -> Run {
        self.in_subshell(|shell| {
            if let Some(input) = input {
                shell.files.set(0, input);
            }
            if let Some(output) = output {
                shell.files.set(1, output);
            }
            // A stage that is `( )` is this subshell, not one in it.
            shell.subshell_is_begun = matches!(command, Command::Compound(compound, _)
                if matches!(&compound.kind, CompoundKind::Subshell(program) if !program.sets_limits));
            let result = shell.run_command(command);
            shell.subshell_is_begun = false;
            result?;
            shell.check_status()
        })
    }

    /// Runs the last stage in the shell itself (`shopt -s lastpipe`).
    fn run_in_place(&mut self, command: &Command, input: Option<Rc<File>>) -> Run {
        let before = input.map(|input| self.files.set(0, input));
        let result = self.run_command(command);
        if let Some(before) = before {
            self.files.put(0, before);
        }
        result
    }

    /// Waits for all stages; their statuses.
    fn wait_stages(&mut self, stages: &[Stage], group: Option<Pid>, commands: &[Command]) -> Run<Vec<i32>> {
        let pids: Vec<Pid> =
            stages.iter().filter_map(|stage| if let Stage::Process(pid) = stage { Some(*pid) } else { None }).collect();
        let status = self.status;
        let text = || -> BString {
            let texts: Vec<Vec<u8>> =
                commands.iter().map(|command| crate::syntax::print::command(command).into()).collect();
            texts.join(b" | ".as_slice()).into()
        };
        let group = group.filter(|group| *group != 0);
        let mut waited = Vec::new();
        match pids.as_slice() {
            [] => {}
            [_] => waited.push(self.wait_foreground(&pids, group, &text)?),
            _ => {
                self.wait_foreground(&pids, group, &text)?;
                waited.extend(self.pipe_status.iter().copied());
            }
        }
        self.status = status;
        let mut waited = waited.into_iter();
        Ok(stages
            .iter()
            .map(|stage| match stage {
                Stage::Process(_) => waited.next().unwrap_or(ProcessState::Exited(127).status()),
                Stage::Done(status) => *status,
                Stage::Here(..) => 1,
            })
            .collect())
    }
}

fn process_or_failure(pid: Option<Pid>) -> Stage {
    pid.map_or(Stage::Done(254), Stage::Process)
}

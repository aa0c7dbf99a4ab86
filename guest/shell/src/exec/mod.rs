//! The interpreter: walks the syntax tree.
//!
//! This file runs programs, lists and lone commands, and holds the rules of
//! `set -e`; each construct has a file of its own.

use crate::ast::{AndOr, Command, CompoundKind, Connective, Item, Pipeline, Program};
use crate::options::SetOption;
use crate::shell::{Flow, Run, Shell};
use crate::traps;

mod background;
mod case;
mod compound;
mod coproc;
mod external;
pub(crate) mod fork;
mod function;
mod loops;
mod network;
mod pipeline;
mod process_substitution;
mod redirect;
mod script;
mod select;
mod simple;
mod subshell;
mod substitution;
pub(crate) mod test_expr;
mod time;
mod trace;

pub use coproc::Coprocess;
pub(crate) use external::{Found, search};
pub(crate) use redirect::Undo;

/// The product of how deep subshells in this process and calls may nest. Each
/// such subshell has its own list of calls, and their sum must stay small.
const MAX_CALLS_IN_SUBSHELLS: usize = 2_000_000;

impl Shell {
    /// Runs a program; its status is left in `status`.
    pub fn run_program(&mut self, program: &Program) -> Run {
        self.check_stack()?;
        for item in &program.items {
            self.run_item(item)?;
        }
        Ok(())
    }

    #[inline]
    fn run_item(&mut self, item: &Item) -> Run {
        if item.background {
            return self.run_background(&item.list);
        }
        if item.list.rest.is_empty() {
            return self.run_pipeline(&item.list.first);
        }
        self.run_and_or(&item.list)
    }

    /// Runs `a && b || c`. A failure of any but the last is a condition.
    pub(crate) fn run_and_or(&mut self, list: &AndOr) -> Run {
        let last = list.rest.len();
        self.run_as_condition(|shell| shell.run_pipeline(&list.first), last > 0)?;
        for (index, (connective, pipeline)) in list.rest.iter().enumerate() {
            let wanted = match connective {
                Connective::And => self.status == 0,
                Connective::Or => self.status != 0,
            };
            if wanted {
                self.run_as_condition(|shell| shell.run_pipeline(pipeline), index + 1 < last)?;
            }
        }
        Ok(())
    }

    /// Runs something whose failure `set -e` and the ERR trap overlook.
    #[inline]
    pub(crate) fn run_as_condition(&mut self, run: impl FnOnce(&mut Shell) -> Run, condition: bool) -> Run {
        self.errexit_ignored += u32::from(condition);
        let result = run(self);
        self.errexit_ignored -= u32::from(condition);
        result
    }

    /// Runs a program as the condition of `if` or `while`.
    pub(crate) fn run_condition(&mut self, program: &Program) -> Run<bool> {
        self.errexit_ignored += 1;
        let result = self.run_program(program);
        self.errexit_ignored -= 1;
        result?;
        Ok(self.status == 0)
    }

    /// Runs a pipeline with its `!` and `time`.
    #[inline]
    pub(crate) fn run_pipeline(&mut self, pipeline: &Pipeline) -> Run {
        if let ([command], false, None) = (pipeline.stages.as_slice(), pipeline.negated, pipeline.time) {
            return self.run_lone_command(command);
        }
        self.run_general_pipeline(pipeline)
    }

    #[inline(never)]
    fn run_general_pipeline(&mut self, pipeline: &Pipeline) -> Run {
        let run = |shell: &mut Shell| match pipeline.stages.as_slice() {
            [] => {
                shell.status = 0;
                Ok(())
            }
            [command] if pipeline.negated => shell.run_command(command),
            [command] => shell.run_lone_command(command),
            stages => {
                shell.line = pipeline.line;
                shell.run_stages(stages)?;
                if pipeline.negated { Ok(()) } else { shell.check_status() }
            }
        };
        // As in bash, a function called behind `!` that sets `-e` itself is not spared.
        let ignored = pipeline.negated && self.options.get(SetOption::Errexit);
        self.errexit_ignored += u32::from(ignored);
        let result = match pipeline.time {
            Some(format) => self.run_timed(format, run),
            None => run(self),
        };
        self.errexit_ignored -= u32::from(ignored);
        result?;
        if pipeline.negated {
            self.status = i32::from(self.status == 0);
        }
        Ok(())
    }

    /// Runs a command that is a pipeline by itself. Which compound commands
    /// `set -e` looks at is bash's rule: those whose status is their own, not
    /// that of a command inside that was looked at already.
    #[inline]
    fn run_lone_command(&mut self, command: &Command) -> Run {
        match command {
            Command::Simple(simple) => {
                // A trap that the command itself sets, in a function say, is not for the command.
                let trapped = self.traps.armed(traps::ERR);
                self.run_simple(simple)?;
                if self.status != 0 && self.errexit_ignored == 0 { self.command_failed(trapped) } else { Ok(()) }
            }
            Command::Compound(compound, redirects) => {
                if redirects.is_empty() {
                    self.run_compound(compound)?;
                } else {
                    self.run_redirected(compound, redirects)?;
                }
                match compound.kind {
                    CompoundKind::Subshell(_) | CompoundKind::Arith(_) | CompoundKind::Test(_) => self.check_status(),
                    _ => Ok(()),
                }
            }
            other => self.run_command(other),
        }
    }

    /// Runs any command, without the rules of `set -e`.
    pub(crate) fn run_command(&mut self, command: &Command) -> Run {
        match command {
            Command::Simple(simple) => self.run_simple(simple),
            Command::Compound(compound, redirects) if redirects.is_empty() => self.run_compound(compound),
            Command::Compound(compound, redirects) => self.run_redirected(compound, redirects),
            Command::Function(function) => self.define_function(function),
            Command::Coproc(name, body) => self.run_coproc(name, body),
        }
    }

    /// After a command: the ERR trap and `set -e` when it failed.
    #[inline]
    pub(crate) fn check_status(&mut self) -> Run {
        if self.status != 0 && self.errexit_ignored == 0 { self.command_failed(true) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn command_failed(&mut self, trapped: bool) -> Run {
        if trapped && self.traps.armed(traps::ERR) {
            self.run_trap(traps::ERR)?;
        }
        if self.options.get(SetOption::Errexit) { Err(Flow::Exit) } else { Ok(()) }
    }

    /// One level deeper into functions, `eval`, sourced files or substitutions;
    /// an error where the stack could not hold more.
    pub(crate) fn enter(&mut self) -> Run {
        self.check_stack()?;
        if self.frames.len().saturating_mul(self.subshell_depth as usize) > MAX_CALLS_IN_SUBSHELLS {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    /// An error when the stack is nearly used up.
    #[inline]
    pub(crate) fn check_stack(&mut self) -> Run {
        if crate::stack::is_low(crate::stack::FOR_COMMANDS) { Err(self.too_deep()) } else { Ok(()) }
    }

    #[cold]
    #[inline(never)]
    fn too_deep(&mut self) -> Flow {
        self.error("maximum nesting level exceeded");
        self.status = 1;
        Flow::Abort
    }

    /// Counterpart of `enter`.
    pub(crate) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}

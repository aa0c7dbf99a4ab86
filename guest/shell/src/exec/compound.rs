//! Compound commands: which is which, `if`, `(( ))` and `[[ ]]`.

use crate::ast::{Compound, CompoundKind, Program, Redirect};
use crate::exec::Undo;
use crate::exec::test_expr::Truth;
use crate::shell::{PipeStatus, Run, Shell};

impl Shell {
    /// Runs a compound command.
    pub(crate) fn run_compound(&mut self, compound: &Compound) -> Run {
        self.settle_locale();
        match &compound.kind {
            CompoundKind::Group(program) => self.run_program(program),
            CompoundKind::Subshell(program) => {
                self.line = compound.line;
                self.run_subshell(program)?;
                if self.traps.wants_command() && !self.traps.is_running() {
                    // What an ERR trap then names.
                    self.command_text = std::rc::Rc::new(super::trace::compound_text(compound));
                }
                Ok(())
            }
            CompoundKind::If(arms, otherwise) => self.run_if(arms, otherwise.as_ref()),
            CompoundKind::While { until, condition, body } => self.run_while(*until, condition, body),
            CompoundKind::For { name, words, body } => self.run_for(compound.line, name, words.as_deref(), body),
            CompoundKind::ArithFor { init, condition, update, body } => {
                self.run_arith_for(compound.line, [init.as_ref(), condition.as_ref(), update.as_ref()], body)
            }
            CompoundKind::Select { name, words, body } => self.run_select(compound.line, name, words.as_deref(), body),
            CompoundKind::Case { word, arms } => self.run_case(compound.line, word, arms),
            CompoundKind::Arith(expression) => {
                if !self.before_compound(compound)? {
                    return Ok(());
                }
                self.trace_arith(expression);
                let result = self.arith_command(expression)?;
                self.status = match result {
                    Some(value) => i32::from(value == 0),
                    None => 1,
                };
                self.pipe_status = PipeStatus::One(self.status);
                Ok(())
            }
            CompoundKind::Test(expression) => {
                if !self.before_compound(compound)? {
                    return Ok(());
                }
                self.status = match self.eval_test(expression)? {
                    Truth::Yes => 0,
                    Truth::No => 1,
                    Truth::Error(status) => status,
                };
                self.pipe_status = PipeStatus::One(self.status);
                Ok(())
            }
        }
    }

    /// What happens before a compound command that counts as one command;
    /// whether it is to run.
    fn before_compound(&mut self, compound: &Compound) -> Run<bool> {
        self.line = compound.line;
        self.debug_trap(|| super::trace::compound_text(compound))
    }

    /// Runs a compound command with redirections.
    #[inline(never)]
    pub(crate) fn run_redirected(&mut self, compound: &Compound, redirects: &[Redirect]) -> Run {
        let mark = self.substituted_fds.len();
        let mut undo = Undo::default();
        let mut failed = false;
        self.line = compound.end_line;
        let result = match self.redirect(redirects, &mut undo) {
            Ok(true) => self.run_compound(compound),
            Ok(false) => {
                failed = true;
                self.status = 1;
                self.pipe_status = PipeStatus::One(1);
                Ok(())
            }
            Err(flow) => Err(flow),
        };
        self.undo(undo);
        self.close_substituted(mark);
        result?;
        // A redirection's failure is the compound command's own.
        if failed { self.check_status() } else { Ok(()) }
    }

    fn run_if(&mut self, arms: &[(Program, Program)], otherwise: Option<&Program>) -> Run {
        for (condition, body) in arms {
            if self.run_condition(condition)? {
                return self.run_program(body);
            }
        }
        match otherwise {
            Some(body) => self.run_program(body),
            None => {
                self.status = 0;
                Ok(())
            }
        }
    }
}

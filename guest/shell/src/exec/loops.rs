//! `while`, `until`, `for` and the C-style `for`.

use bstr::BString;

use crate::ast::{Arith, Program, Word};
use crate::shell::{Flow, PipeStatus, Run, Shell};
use crate::vars::Attributes;

/// Whether a loop goes on after its body ran.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    Next,
    Stop,
}

impl Shell {
    /// Runs a loop's body, and takes the `break` or `continue` meant for this loop.
    #[inline]
    pub(super) fn run_body(&mut self, body: &Program) -> Run<Round> {
        match self.run_program(body) {
            Ok(()) => Ok(Round::Next),
            Err(flow) => loop_flow(flow),
        }
    }

    /// Runs a whole loop, counting its depth for `break`.
    #[inline]
    pub(super) fn looped(&mut self, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        self.loop_depth += 1;
        let result = run(self);
        self.loop_depth = self.loop_depth.saturating_sub(1);
        result
    }

    /// Runs `while` or `until`.
    #[inline(never)]
    pub(crate) fn run_while(&mut self, until: bool, condition: &Program, body: &Program) -> Run {
        self.looped(|shell| {
            let mut status = 0;
            loop {
                shell.poll_signals()?;
                let go_on = match shell.run_condition(condition) {
                    Ok(truth) => truth != until,
                    Err(flow) => match loop_flow(flow)? {
                        // `continue` succeeds, which is what ends an `until`.
                        Round::Next if until => break,
                        Round::Next => continue,
                        Round::Stop => {
                            status = shell.status;
                            break;
                        }
                    },
                };
                if !go_on {
                    break;
                }
                let round = shell.run_body(body)?;
                status = shell.status;
                if round == Round::Stop {
                    break;
                }
            }
            shell.status = status;
            Ok(())
        })
    }

    /// Runs `for name in words`.
    #[inline(never)]
    pub(crate) fn run_for(&mut self, line: u32, name: &BString, words: Option<&[Word]>, body: &Program) -> Run {
        self.line = line;
        let values = match words {
            Some(words) => self.expand_words(words)?,
            None => self.positional.to_vec(),
        };
        if !crate::vars::is_name(name) {
            let message = crate::messages::concat(&[b"`", name, b"': not a valid identifier"]);
            self.error(message);
            self.status = 1;
            return Ok(());
        }
        if values.is_empty() {
            self.status = 0;
        }
        self.looped(|shell| {
            for value in values {
                shell.poll_signals()?;
                shell.line = line;
                if !shell.debug_trap(|| for_text(name, words))? {
                    continue;
                }
                shell.trace_for(name, words);
                // A nameref gets a new target, its old one nothing.
                let reference =
                    shell.vars.get(name).is_some_and(|variable| variable.attributes.any(Attributes::NAMEREF));
                let set = if reference { shell.set_reference(name, value) } else { shell.set_scalar(name, value) };
                if !shell.loop_variable_set(set)? {
                    return Ok(());
                }
                if shell.run_body(body)? == Round::Stop {
                    break;
                }
            }
            Ok(())
        })
    }

    /// What became of setting a loop's variable; false when it is readonly.
    pub(super) fn loop_variable_set(&mut self, set: Run) -> Run<bool> {
        match set {
            Ok(()) => Ok(true),
            // A readonly variable ends the loop; the message is printed.
            Err(Flow::Abort) => {
                self.status = 1;
                self.pipe_status = PipeStatus::One(1);
                self.error_ends_posix_shell()?;
                Ok(false)
            }
            Err(flow) => Err(flow),
        }
    }

    /// Runs `for ((init; condition; update))`.
    #[inline(never)]
    pub(crate) fn run_arith_for(&mut self, line: u32, parts: [Option<&Arith>; 3], body: &Program) -> Run {
        let [init, condition, update] = parts;
        self.line = line;
        if self.for_part(init)?.is_none() {
            return Ok(());
        }
        let mut status = 0;
        self.looped(|shell| {
            loop {
                shell.poll_signals()?;
                shell.line = line;
                match shell.for_part(condition)? {
                    None => return Ok(()),
                    Some(0) => break,
                    Some(_) => {}
                }
                let round = shell.run_body(body)?;
                status = shell.status;
                if round == Round::Stop {
                    break;
                }
                shell.line = line;
                if shell.for_part(update)?.is_none() {
                    return Ok(());
                }
            }
            shell.status = status;
            Ok(())
        })
    }

    /// Evaluates a part of an arithmetic `for`; an absent one is true. None
    /// after an error, which ends the loop with status 1.
    fn for_part(&mut self, part: Option<&Arith>) -> Run<Option<i64>> {
        let Some(expression) = part else { return Ok(Some(1)) };
        if !self.debug_trap(|| [b"((", expression.text.as_slice(), b"))"].concat())? {
            return Ok(Some(1));
        }
        self.trace_arith(expression);
        let value = self.arith_command(expression)?;
        if value.is_none() {
            self.status = 1;
        }
        Ok(value)
    }

    /// Evaluates an arithmetic command: an error in it is reported and fails
    /// the command, without ending the script's line as it does in `$(( ))`.
    pub(crate) fn arith_command(&mut self, expression: &Arith) -> Run<Option<i64>> {
        match self.eval_arith_for(expression, "((: ") {
            Ok(value) => Ok(Some(value)),
            Err(Flow::Abort) => {
                self.arith_failed = false;
                Ok(None)
            }
            Err(flow) => Err(flow),
        }
    }
}

/// What `break` and `continue` mean for the innermost loop.
pub(super) fn loop_flow(flow: Flow) -> Run<Round> {
    match flow {
        Flow::Break(levels) if levels > 1 => Err(Flow::Break(levels - 1)),
        Flow::Break(_) => Ok(Round::Stop),
        Flow::Continue(levels) if levels > 1 => Err(Flow::Continue(levels - 1)),
        Flow::Continue(_) => Ok(Round::Next),
        other => Err(other),
    }
}

/// The head of a `for`, as BASH_COMMAND has it.
pub(super) fn for_text(name: &[u8], words: Option<&[Word]>) -> Vec<u8> {
    let mut text = [b"for ", name].concat();
    if let Some(words) = words {
        text.extend_from_slice(b" in");
        for word in words {
            text.push(b' ');
            text.extend_from_slice(&crate::syntax::print::word_text(word));
        }
    }
    text
}

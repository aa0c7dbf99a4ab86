//! A session's shell: the kernel hands it one script after another.

use std::cell::RefCell;
use std::rc::Rc;

use agentfense_sys::Signal;
use agentfense_sys::processes::{self, Disposition};
use bstr::BString;

use crate::checkpoint;
use crate::options::{SetOption, Shopt};
use crate::shell::{Flow, Role, Run, Shell};
use crate::terminal::Terminal;
use crate::vars::{Attributes, Variable};

thread_local! {
    /// The shell between two execs.
    static SHELL: RefCell<Option<Shell>> = const { RefCell::new(None) };
}

/// One exec.
pub struct Request {
    /// The script.
    pub script: Vec<u8>,
    /// The script's file name, when it is one: it is run like `bash FILE`.
    pub name: Option<BString>,
    /// Positional parameters for this exec.
    pub arguments: Option<Vec<BString>>,
    /// Exported for this exec only.
    pub env: Vec<(BString, BString)>,
    /// The working directory for this exec only.
    pub cwd: Option<BString>,
}

/// How an exec ended.
pub struct Outcome {
    /// `$?`
    pub status: u8,
    /// The shell has ended.
    pub exited: bool,
}

/// Starts the session's shell, fresh or from a saved state, which may be that
/// of this very process.
pub fn open(name: BString, saved: Option<&[u8]>, resumed: bool, interactive: bool) -> Result<(), String> {
    let mut shell = match saved {
        Some(bytes) => checkpoint::from_bytes(bytes, resumed)?,
        None => {
            let environment =
                agentfense_sys::env().into_iter().map(|(name, value)| (name.into(), value.into())).collect();
            let mut shell = Shell::new(name, Role::Session, environment);
            shell.options.shopt_set(Shopt::ExpandAliases, true);
            shell
        }
    };
    shell.interactive = interactive;
    shell.terminal = Terminal::inherited().map(Rc::new);
    if shell.terminal.is_some() && saved.is_none() {
        // Its keys are for jobs.
        shell.options.set(SetOption::Monitor, true);
    }
    shell.install_dispositions();
    SHELL.with_borrow_mut(|slot| *slot = Some(shell));
    Ok(())
}

/// Runs a script in the session.
pub fn exec(request: Request) -> Outcome {
    let Some(mut shell) = SHELL.with_borrow_mut(Option::take) else {
        return Outcome { status: 125, exited: true };
    };
    let outcome = shell.exec(request);
    if !outcome.exited {
        SHELL.with_borrow_mut(|slot| *slot = Some(shell));
    }
    outcome
}

/// The state as bytes; empty when there is no shell any more.
pub fn save() -> Vec<u8> {
    SHELL.with_borrow(|slot| slot.as_ref().map(checkpoint::to_bytes).unwrap_or_default())
}

/// The prompt, expanded.
pub fn prompt() -> BString {
    SHELL.with_borrow_mut(|slot| {
        let Some(shell) = slot.as_mut() else { return BString::default() };
        let text = shell.var(b"PS1").unwrap_or_else(|| r"\s-\v\$ ".into());
        shell.expand_prompt_text(&text, true)
    })
}

/// Whether a text is a whole command.
pub fn complete(script: &[u8]) -> bool {
    SHELL.with_borrow(|slot| slot.as_ref().is_none_or(|shell| !shell.is_incomplete(script, 1)))
}

impl Shell {
    fn exec(&mut self, request: Request) -> Outcome {
        let Request { script, name, arguments, env, cwd } = request;
        let is_file = name.is_some();
        let own_name = self.name.clone();
        let own_arguments = arguments.map(|list| std::mem::replace(&mut self.positional, list.into()));
        let own_cwd = self.cwd.clone();
        let mut moved = false;
        if let Some(cwd) = &cwd {
            match processes::change_dir(cwd) {
                Ok(()) => {
                    moved = true;
                    self.set_cwd(processes::current_dir().into());
                }
                Err(error) => {
                    self.file_error(cwd, error);
                    return Outcome { status: 1, exited: false };
                }
            }
        }
        let scoped = !env.is_empty();
        if scoped {
            self.vars.push_temp();
            for (name, value) in env {
                *self.vars.make_temporary(&name) = Variable {
                    level: self.vars.make_temporary(&name).level,
                    ..Variable::scalar(value, Attributes::EXPORT)
                };
                self.vars.environment_changed();
            }
        }
        let role = self.role;
        if is_file {
            self.role = Role::Script;
            if self.traps.get(Signal::SIGINT.number()).is_none() {
                // A script dies of an interrupt; only a session outlives it.
                self.apply_disposition(Signal::SIGINT.number(), Disposition::Default);
            }
        }
        let aliases = self.options.shopt(Shopt::ExpandAliases);
        if is_file {
            self.options.shopt_set(Shopt::ExpandAliases, false);
        }

        self.note_window_size();
        self.poll_countdown = 0;
        let result = match name {
            // Called as the shell itself is: text without a file, like that of `-c`.
            Some(name) if name == self.name => self.run_command_text(script),
            Some(name) => self.run_main_script(name, &script),
            None => self.run_text(&script, 1),
        };
        let result = result.and_then(|()| self.poll_signals_now());
        let exited = self.finish(result, is_file);

        self.loop_depth = 0;
        self.errexit_ignored = 0;
        self.depth = 0;
        self.trace_level = 0;
        self.line = 0;
        self.frames = Rc::default();
        self.close_substituted(0);
        if scoped {
            self.vars.pop_temp();
        }
        if is_file {
            self.options.shopt_set(Shopt::ExpandAliases, aliases);
            self.role = role;
        }
        self.name = own_name;
        if let Some(arguments) = own_arguments {
            self.positional = arguments;
        }
        if moved && processes::change_dir(&own_cwd).is_ok() {
            self.set_cwd(own_cwd);
        }
        self.reap();
        self.notify_jobs();
        self.sweep_jobs();
        Outcome { status: self.status as u8, exited }
    }

    /// What ended an exec; whether it was the shell's end, whose EXIT trap has
    /// then run.
    fn finish(&mut self, result: Run, is_file: bool) -> bool {
        let ends = match result {
            Ok(()) => is_file,
            Err(Flow::Exit) => true,
            Err(Flow::Interrupt) => {
                self.status = 130;
                false
            }
            Err(Flow::Abort) => {
                if self.status == 0 {
                    self.status = 1;
                }
                is_file
            }
            Err(Flow::Return | Flow::Break(_) | Flow::Continue(_)) => is_file,
        };
        if ends {
            self.run_exit_trap();
        }
        ends
    }

    /// Records the working directory, for the shell and in PWD.
    pub(crate) fn set_cwd(&mut self, path: BString) {
        self.cwd.clone_from(&path);
        // A readonly PWD keeps its value, and the shell still knows better.
        if self.set_scalar(b"PWD", path).is_err() {
            self.status = 1;
        }
    }
}

//! Commands that are programs: finding, starting and waiting for them.

use std::rc::Rc;

use agentfense_sys::files::{self, AccessMode, FileType, OpenFlags};
use agentfense_sys::processes::{self, Pid, SpawnOptions};
use agentfense_sys::{Errno, Signal};
use bstr::{BString, ByteSlice};

use super::fork::Task;
use crate::ast::Simple;
use crate::exec::Undo;
use crate::jobs::ProcessState;
use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Flow, Hashed, PipeStatus, Role, Run, Shell};
use crate::vars::AssignMode;

/// Nothing by that name.
const NOT_FOUND: i32 = 127;
/// Found, but it cannot be run.
const NOT_EXECUTABLE: i32 = 126;
/// The process could not be made.
const NO_PROCESS: i32 = 254;

/// How much of a file is looked at to tell a script from a binary.
const SNIFF: u32 = 80;

/// What a search of PATH found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A file that can be run.
    Program(BString),
    /// Only a file that cannot.
    Unusable(BString),
    /// Nothing.
    Nothing,
}

impl Shell {
    /// Runs a program in the foreground.
    #[inline(never)]
    pub(crate) fn run_external(&mut self, simple: &Simple, words: Vec<BString>) -> Run {
        let group = self.has_job_control().then_some(0);
        let started = self.start_external(simple, &words, group, 0)?;
        self.status = match started {
            Ok(pid) => self.wait_foreground(&[pid], group.map(|_| pid), &|| join(&words))?,
            Err(status) => {
                if status == NOT_FOUND && self.functions.contains_key(bstr::BStr::new("command_not_found_handle")) {
                    self.handle_not_found(&words)?
                } else {
                    status
                }
            }
        };
        self.pipe_status = PipeStatus::One(self.status);
        if let Some(last) = words.into_iter().next_back() {
            self.set_last_argument(last);
        }
        Ok(())
    }

    /// Starts a program under a command's redirections and assignments: its
    /// number, or the status of the failure.
    pub(super) fn start_external(
        &mut self,
        simple: &Simple,
        words: &[BString],
        group: Option<Pid>,
        ignore: u64,
    ) -> Run<Result<Pid, i32>> {
        if simple.redirects.is_empty() && simple.assignments.is_empty() {
            return Ok(self.spawn_words(words, group, ignore));
        }
        let temporary = !simple.assignments.is_empty();
        if temporary {
            self.vars.push_temp();
        }
        let mut undo = Undo::default();
        let mut result = Ok(true);
        for assignment in &simple.assignments {
            if let Err(flow) = self.assign(assignment, AssignMode::Temporary) {
                result = Err(flow);
                break;
            }
        }
        if result.is_ok() {
            result = self.redirect(&simple.redirects, &mut undo);
            // A program's redirections are expanded in its own process: an
            // error there fails the program, not the shell.
            if matches!(result, Err(Flow::Exit | Flow::Abort)) {
                self.arith_failed = false;
                result = Ok(false);
            }
        }
        let result = result.map(|done| if done { self.spawn_words(words, group, ignore) } else { Err(1) });
        self.undo(undo);
        if temporary {
            self.vars.pop_temp();
        }
        result
    }

    /// `command_not_found_handle`, in a subshell as bash calls it.
    #[cold]
    fn handle_not_found(&mut self, words: &[BString]) -> Run<i32> {
        let name = bstr::BStr::new("command_not_found_handle");
        let Some(function) = self.functions.get(name).cloned() else { return Ok(NOT_FOUND) };
        let mut arguments = vec![BString::from("command_not_found_handle")];
        arguments.extend(words.iter().cloned());
        self.in_subshell(|shell| shell.call_function(&function, arguments))?;
        Ok(self.status)
    }

    /// Starts the program that the first word names.
    pub(crate) fn spawn_words(&mut self, words: &[BString], group: Option<Pid>, ignore: u64) -> Result<Pid, i32> {
        let Some(name) = words.first() else { return Err(0) };
        if name.contains(&b'/') && self.is_restricted() {
            self.error(concat(&[name, b": restricted: cannot specify `/' in command names"]));
            return Err(1);
        }
        let path = match self.find_command(name) {
            Found::Program(path) => path,
            Found::Unusable(path) => return Err(self.cannot_run(&path, Errno::Acces)),
            Found::Nothing => {
                // With commands not found told by a handler, it speaks instead.
                if !self.functions.contains_key(bstr::BStr::new("command_not_found_handle")) {
                    if self.var(b"PATH").is_none_or(|path| path.is_empty()) {
                        self.file_error(name, Errno::Noent);
                    } else {
                        self.error(concat(&[name, b": command not found"]));
                    }
                }
                return Err(NOT_FOUND);
            }
        };
        let env = self.environment(&path);
        self.spawn_file(&path, words, env, group, ignore).map_err(|error| self.cannot_run(&path, error))
    }

    /// Starts the program that `exec` puts in the shell's place.
    pub(crate) fn exec_program(&mut self, command: &BString, words: Vec<BString>, clear: bool) -> Result<Pid, i32> {
        let Found::Program(path) = self.find_command(command) else {
            self.builtin_error(b"exec", concat(&[command, b": not found"]));
            return Err(NOT_FOUND);
        };
        let env = if clear { Vec::new() } else { self.environment(&path) };
        let child = self.spawn_file(&path, &words, env, None, 0);
        child.map_err(|error| self.cannot_run(&path, error))
    }

    /// Starts a file; a text that is no program becomes a script for a new shell.
    fn spawn_file(
        &mut self,
        path: &BString,
        words: &[BString],
        env: Vec<(Vec<u8>, Vec<u8>)>,
        group: Option<Pid>,
        ignore: u64,
    ) -> Result<Pid, Errno> {
        let argv = words.iter().map(|word| word.to_vec()).collect();
        let ignore = ignore | self.traps.ignored();
        let fds = self.files.for_child(false)?;
        let options = SpawnOptions { argv, env, cwd: None, fds, group, ignore, payload: Vec::new() };
        match processes::spawn(path, options) {
            Err(Errno::Noexec) if !is_binary(path) => {
                let task = Task::Script { path: path.clone(), arguments: words.get(1..).unwrap_or_default().to_vec() };
                self.fork(&task, group, ignore)
            }
            other => other,
        }
    }

    /// Reports why a file could not be run; the status.
    #[cold]
    fn cannot_run(&mut self, path: &[u8], error: Errno) -> i32 {
        match error {
            Errno::Noent if files::stat(path, true).is_ok() => {
                // It is there; the interpreter that it names is not.
                self.error(concat(&[path, b": cannot execute: required file not found"]));
                NOT_FOUND
            }
            Errno::Noent | Errno::Notdir => {
                self.file_error(path, error);
                NOT_FOUND
            }
            Errno::Acces | Errno::Isdir => {
                let directory = files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory);
                self.file_error(path, if directory { Errno::Isdir } else { error });
                NOT_EXECUTABLE
            }
            Errno::Noexec => {
                self.error(concat(&[path, b": cannot execute binary file: Exec format error"]));
                NOT_EXECUTABLE
            }
            Errno::Again | Errno::Nomem => {
                self.error(concat(&[b"fork: ", error.message().as_bytes()]));
                NO_PROCESS
            }
            _ => {
                self.file_error(path, error);
                NOT_EXECUTABLE
            }
        }
    }

    /// A child's environment: exported variables and functions, and `_`.
    fn environment(&mut self, path: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let exported = self.vars.exported();
        let mut env = Vec::with_capacity(exported.len() + 1);
        for (name, value) in exported.iter() {
            env.push((name.to_vec(), value.to_vec()));
        }
        for name in self.exported_functions.iter() {
            if let Some(function) = self.functions.get(name) {
                let text = crate::syntax::print::function(function);
                // bash reads it back only when it begins with exactly `() {`.
                if let Some(open) = text.find_byte(b'{') {
                    let value = concat(&[b"() ", text.get(open..).unwrap_or_default()]);
                    env.push((concat(&[b"BASH_FUNC_", name, b"%%"]), value));
                }
            }
        }
        env.push((b"_".to_vec(), path.to_vec()));
        env
    }

    /// Where the program of that name is: PATH lookup, remembered by name.
    pub(crate) fn find_command(&mut self, name: &BString) -> Found {
        if name.contains(&b'/') {
            return Found::Program(name.clone());
        }
        if name.is_empty() {
            return Found::Nothing;
        }
        let search_path = self.var(b"PATH").unwrap_or_default();
        let remember = self.options.get(SetOption::Hashall);
        if self.hash.search_path != search_path {
            let hash = Rc::make_mut(&mut self.hash);
            hash.search_path.clone_from(&search_path);
            hash.entries.clear();
        } else if remember && let Some(hashed) = Rc::make_mut(&mut self.hash).entries.get_mut(name) {
            hashed.hits += 1;
            return Found::Program(hashed.path.clone());
        }
        let found = search(&search_path, name);
        if let Found::Program(path) = &found
            && remember
        {
            let hashed = Hashed { path: path.clone(), hits: 1 };
            Rc::make_mut(&mut self.hash).entries.insert(name.clone(), hashed);
        }
        found
    }

    /// Waits for a foreground pipeline; the status of its last process. The
    /// others' statuses are left in PIPESTATUS when there are several.
    pub(super) fn wait_foreground(&mut self, pids: &[Pid], group: Option<Pid>, text: &dyn Fn() -> BString) -> Run<i32> {
        let foreground = match (group, pids) {
            (None, _) => false,
            (Some(group), [_]) => self.to_foreground(group),
            // It is there since its first process.
            (Some(_), _) => self.interactive || self.role == Role::Session,
        };
        let mut states = vec![ProcessState::Running; pids.len()];
        let mut result = Ok(());
        // The last first: the kernel runs a child that was just started on its
        // parent's own task.
        for (pid, state) in pids.iter().zip(&mut states).rev() {
            match self.wait_process(*pid) {
                Ok(Some(change)) => *state = change,
                Ok(None) => *state = ProcessState::Exited(127),
                Err(flow) => {
                    // Those not waited for yet end without anyone asking.
                    self.orphans = true;
                    result = Err(flow);
                    break;
                }
            }
        }
        if foreground {
            let _ = processes::set_foreground(processes::get_group());
        }
        if let Some(terminal) = self.terminal.as_ref().filter(|_| foreground)
            && !states.iter().all(|state| matches!(state, ProcessState::Exited(_)))
        {
            // Who was stopped or ended by a signal did not tidy up.
            terminal.restore();
        }
        // A signal that came while we waited has its trap run before the next command.
        self.poll_countdown = 0;
        result?;
        if let Some(stopped) = states.iter().find(|state| matches!(state, ProcessState::Stopped(_))).copied() {
            let number = self.jobs.add(pids, group, text());
            for (pid, state) in pids.iter().zip(&states) {
                self.jobs.update(*pid, *state);
            }
            if let Some(job) = self.jobs.get(number).cloned() {
                let line = concat(&[b"\n", &self.jobs.describe(&job, false)]);
                self.write_error(&line);
            }
            if let Some(job) = self.jobs.get_mut(number) {
                job.notified = true;
            }
            return Ok(stopped.status());
        }
        for (pid, state) in pids.iter().zip(&states) {
            if let ProcessState::Signaled(signal) = state {
                self.report_death(*pid, *signal, text);
            }
        }
        let interrupted = ProcessState::Signaled(Signal::SIGINT.number());
        if foreground
            && self.role == Role::Session
            && states.contains(&interrupted)
            && self.traps.get(Signal::SIGINT.number()).is_none()
        {
            // Its group alone had the signal: the rest of the list ends with it.
            self.status = interrupted.status();
            return Err(Flow::Interrupt);
        }
        if pids.len() > 1 {
            self.pipe_status = PipeStatus::Many(Rc::new(states.iter().map(|state| state.status()).collect()));
        }
        Ok(states.last().map_or(0, |state| state.status()))
    }

    /// Says that a signal ended a process, for all but INT and PIPE.
    #[cold]
    pub(crate) fn report_death(&mut self, pid: Pid, signal: u8, text: &dyn Fn() -> BString) {
        if signal == Signal::SIGINT.number() && self.terminal.is_some() && self.interactive {
            // After the echo of the key.
            return self.write_error(b"\n");
        }
        if signal == Signal::SIGINT.number() || signal == Signal::SIGPIPE.number() {
            return;
        }
        let reason = Signal::new(signal).map_or_else(|| format!("Signal {signal}"), Signal::description);
        if self.interactive || signal == Signal::SIGTERM.number() {
            let line = format!("{reason}\n");
            self.write_error(line.as_bytes());
        } else {
            let line = format!("{pid:>5} {reason:<24}");
            self.error(concat(&[line.as_bytes(), &text()]));
        }
    }
}

/// The words of a command, for messages.
pub(super) fn join(words: &[BString]) -> BString {
    bstr::join(" ", words).into()
}

/// Looks for a program in the directories of a search path.
pub(crate) fn search(search_path: &[u8], name: &[u8]) -> Found {
    let mut unusable = None;
    for directory in search_path.split(|byte| *byte == b':') {
        let path = if directory.is_empty() {
            concat(&[b"./", name])
        } else if directory.ends_with(b"/") {
            concat(&[directory, name])
        } else {
            concat(&[directory, b"/", name])
        };
        match files::stat(&path, true) {
            Ok(stat) if stat.kind == FileType::Directory => {}
            Ok(_) => {
                if files::access(&path, AccessMode::EXECUTE).is_ok() {
                    return Found::Program(path.into());
                }
                unusable.get_or_insert(path);
            }
            Err(_) => {}
        }
    }
    unusable.map_or(Found::Nothing, |path| Found::Unusable(path.into()))
}

/// Whether a file's first line holds what no text does.
pub(crate) fn is_binary(path: &[u8]) -> bool {
    let Ok(file) = files::open(path, OpenFlags::READ, 0) else { return false };
    let Ok(start) = file.read_some(SNIFF) else { return false };
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.contains(&0) || start.starts_with(b"\x7fELF")
}

//! Forks: parts of a script that run as a shell process of their own.
//!
//! WebAssembly has no fork(2). The child is the same program, started anew
//! with the parent's state and what to run as its payload.

use agentfense_sys::files::OpenFile;
use agentfense_sys::processes::{self, Disposition, Pid, SpawnOptions};
use agentfense_sys::{Errno, Signal};
use std::rc::Rc;

use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::ast::{AndOr, Command, CompoundKind, Program, Simple};
use crate::shell::{Flow, Role, Run, Shell};
use crate::state;

/// What a forked shell runs. `TaskRef` is the same, borrowed.
#[derive(Debug, Deserialize)]
pub(crate) enum OwnedTask {
    /// The commands of a process substitution.
    Program(Program),
    /// A stage of a pipeline.
    Command(Command),
    /// A background list.
    AndOr(AndOr),
    /// A simple command whose words are expanded already.
    Words(Simple, Vec<BString>),
    /// A text file that was called as a command.
    Script { path: BString, arguments: Vec<BString> },
    /// Bytes to be written to descriptor 1.
    Feed(serde_bytes::ByteBuf),
}

/// What a forked shell is to run.
#[derive(Debug, Serialize)]
pub(crate) enum Task<'a> {
    Program(&'a Program),
    Command(&'a Command),
    AndOr(&'a AndOr),
    Words(&'a Simple, &'a [BString]),
    Script {
        path: BString,
        arguments: Vec<BString>,
    },
    #[allow(dead_code, reason = "sent without a state, by `feed`")]
    Feed(&'a serde_bytes::Bytes),
}

/// The largest payload: the engine bounds what a system call may copy.
const MAX_PAYLOAD: usize = 96 << 20;

/// The first byte of a payload: with a state before the task, or without.
const WITH_STATE: u8 = 1;
const WITHOUT_STATE: u8 = 0;

impl Shell {
    /// Starts a shell that runs `task` on a copy of this state and files.
    pub(crate) fn fork(&mut self, task: &Task, group: Option<Pid>, ignore: u64) -> Result<Pid, Errno> {
        let mut payload = vec![WITH_STATE];
        let state = state::to_bytes(self);
        payload.extend_from_slice(&(state.len() as u64).to_le_bytes());
        payload.extend_from_slice(&state);
        let task = postcard::to_stdvec(task).map_err(|_| Errno::Nomem)?;
        payload.extend_from_slice(&task);
        if payload.len() > MAX_PAYLOAD {
            return Err(Errno::Toobig);
        }
        let options = SpawnOptions {
            argv: vec![self.name.to_vec()],
            env: Vec::new(),
            cwd: None,
            fds: self.files.for_child(true)?,
            group,
            ignore: ignore | self.traps.ignored(),
            payload,
        };
        processes::spawn_self(options)
    }

    /// `fork`, with bash's message when it fails.
    pub(crate) fn fork_or_complain(&mut self, task: &Task, group: Option<Pid>, ignore: u64) -> Option<Pid> {
        match self.fork(task, group, ignore) {
            Ok(pid) => Some(pid),
            Err(error) => {
                self.error(format!("fork: {}", error.message()));
                None
            }
        }
    }

    /// Runs the task of a forked shell.
    fn run_task(&mut self, task: OwnedTask) -> Run {
        match task {
            OwnedTask::Program(program) => self.run_program(&program),
            OwnedTask::Command(command) => {
                self.run_command(&command)?;
                self.check_status()
            }
            OwnedTask::AndOr(list) => self.run_and_or(&list),
            OwnedTask::Words(simple, words) => {
                self.run_words(&simple, words)?;
                self.check_status()
            }
            OwnedTask::Script { path, arguments } => self.run_as_script(path, arguments),
            OwnedTask::Feed(bytes) => {
                if let Some(file) = self.files.get(1) {
                    let _ = file.write_bytes(&bytes);
                }
                Ok(())
            }
        }
    }
}

impl OwnedTask {
    /// Whether it is `( )` and nothing else, which the forked shell then is: its traps are the process's.
    fn is_subshell(&self) -> bool {
        let command = match self {
            OwnedTask::Command(command) => command,
            OwnedTask::AndOr(list) => match list.first.stages.as_slice() {
                [command] if list.rest.is_empty() && !list.first.negated && list.first.time.is_none() => command,
                _ => return false,
            },
            _ => return false,
        };
        matches!(command, Command::Compound(compound, _) if matches!(compound.kind, CompoundKind::Subshell(_)))
    }
}

/// Starts a process that writes `bytes` to `writer`: more than a pipe holds
/// cannot be written before someone reads.
pub(crate) fn feed(writer: &OpenFile, bytes: &[u8]) -> Result<Pid, Errno> {
    let mut payload = vec![WITHOUT_STATE];
    let task = postcard::to_stdvec(&Task::Feed(serde_bytes::Bytes::new(bytes))).map_err(|_| Errno::Nomem)?;
    payload.extend_from_slice(&task);
    if payload.len() > MAX_PAYLOAD {
        return Err(Errno::Toobig);
    }
    let argv = vec![b"sh".to_vec()];
    processes::spawn_self(SpawnOptions { argv, fds: vec![(1, writer)], payload, ..SpawnOptions::default() })
}

/// The life of a forked shell: its exit status, or an error in the payload.
pub(crate) fn child(payload: &[u8]) -> Result<i32, String> {
    let (shell, task) = match payload.split_first() {
        Some((&WITH_STATE, rest)) => {
            let (length, rest) = rest.split_first_chunk::<8>().ok_or("truncated")?;
            let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|error| error.to_string())?;
            let (state, task) = rest.split_at_checked(length).ok_or("truncated")?;
            (Some(state::from_bytes(state)?), task)
        }
        Some((&WITHOUT_STATE, task)) => (None, task),
        _ => return Err("unknown form".into()),
    };
    let task: OwnedTask = postcard::from_bytes(task).map_err(|error| error.to_string())?;
    let fresh = shell.is_none();
    let mut shell = shell.unwrap_or_else(Shell::bare);
    shell.role = Role::Fork;
    shell.virtual_pid = None;
    shell.traps.own_process();
    shell.files = crate::files::FileTable::inherited();
    shell.umask = agentfense_sys::processes::get_umask();
    Rc::make_mut(&mut shell.limits).begin_process();
    if fresh {
        // Only writes: SIGPIPE ends it as it would any writer.
        let _ = shell.run_task(task);
        return Ok(0);
    }
    shell.become_subshell();
    for signal in [Signal::SIGINT, Signal::SIGQUIT] {
        // Whoever started it in the background has the kernel ignore these.
        if let Ok(before) = processes::set_disposition(signal, Disposition::Ignore) {
            match before {
                Disposition::Ignore => shell.traps.in_background(signal.bit()),
                before => drop(processes::set_disposition(signal, before)),
            }
        }
    }
    shell.install_dispositions();
    shell.subshell_is_begun = task.is_subshell();
    let result = shell.run_task(task);
    match result {
        Err(Flow::Interrupt) => shell.status = 130,
        Err(Flow::Abort) if shell.status == 0 => shell.status = 1,
        _ => {}
    }
    shell.run_exit_trap();
    Ok(shell.status)
}

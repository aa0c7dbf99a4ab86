//! `_posixsubprocess`: starting a child, by the kernel's spawn instead of fork and exec.

use agentfense_sys::command::errno::libc_number;
use agentfense_sys::files::{self, FileType, OpenFile};
use agentfense_sys::processes::{self, Pid, SpawnOptions};
use agentfense_sys::{Errno, Signal};
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::descriptors;
use crate::posix::bytes;

/// No child has this number: what is given for one that could not be started.
/// The reason travels through the pipe that `subprocess` made for it.
const NOT_STARTED: Pid = i32::MAX as Pid;

/// The module.
#[pymodule]
pub(crate) mod _posixsubprocess {
    #[pymodule_export]
    use super::fork_exec;
}

/// The arguments of `fork_exec`, in the order of `subprocess._execute_child`.
struct Request<'py> {
    argv: Vec<Vec<u8>>,
    executables: Vec<Vec<u8>>,
    close_fds: bool,
    keep: Vec<i32>,
    cwd: Option<Vec<u8>>,
    env: Option<Vec<(Vec<u8>, Vec<u8>)>>,
    /// The parent's descriptors that become the child's 0, 1 and 2; negative where it keeps ours.
    standard: [i32; 3],
    error_pipe: i32,
    restore_signals: bool,
    group: Option<Pid>,
    umask: Option<u32>,
    preexec: Bound<'py, PyAny>,
}

impl<'py> Request<'py> {
    fn read(args: &Bound<'py, PyTuple>) -> PyResult<Self> {
        if args.len() != 22 {
            return Err(PyTypeError::new_err(format!("fork_exec expected 22 arguments, got {}", args.len())));
        }
        let all = |index: usize| -> PyResult<Vec<Vec<u8>>> {
            args.get_item(index)?.try_iter()?.map(|item| bytes(&item?)).collect()
        };
        let optional = |index: usize| args.get_item(index).map(|value| (!value.is_none()).then_some(value));
        let number = |index: usize| args.get_item(index)?.extract::<i32>();
        let env = match optional(5)? {
            None => None,
            Some(_) => Some(all(5)?.into_iter().filter_map(variable).collect()),
        };
        let new_session = args.get_item(15)?.is_truthy()?;
        let group = match number(16)? {
            _ if new_session => Some(0),
            group => u32::try_from(group).ok(),
        };
        Ok(Request {
            argv: all(0)?,
            executables: all(1)?,
            close_fds: args.get_item(2)?.is_truthy()?,
            keep: args.get_item(3)?.extract()?,
            cwd: optional(4)?.map(|cwd| bytes(&cwd)).transpose()?,
            env,
            standard: [number(6)?, number(9)?, number(11)?],
            error_pipe: number(13)?,
            restore_signals: args.get_item(14)?.is_truthy()?,
            group,
            umask: u32::try_from(number(20)?).ok(),
            preexec: args.get_item(21)?,
        })
    }

    /// The child's descriptors.
    fn files(&self) -> Vec<(u32, OpenFile)> {
        let others = if self.close_fds { self.keep.clone() } else { descriptors::inheritable() };
        let mut files: Vec<(u32, OpenFile)> = others
            .into_iter()
            .filter(|&fd| fd > 2 && fd != self.error_pipe)
            .filter_map(|fd| Some((u32::try_from(fd).ok()?, descriptors::handle(fd)?)))
            .collect();
        for (number, fd) in (0..).zip(self.standard) {
            let from = if fd < 0 { number as i32 } else { fd };
            if let Some(file) = descriptors::handle(from) {
                files.push((number, file));
            }
        }
        files
    }

    /// Starts the first program of the list that is one: the error, and what it is of.
    fn start(self) -> Result<Pid, (Errno, &'static str)> {
        if let Some(cwd) = &self.cwd {
            match files::stat(cwd, true) {
                Ok(stat) if stat.kind == FileType::Directory => {}
                Ok(_) => return Err((Errno::Notdir, "noexec:chdir")),
                Err(errno) => return Err((errno, "noexec:chdir")),
            }
        }
        let files = self.files();
        let env = self.env.clone().unwrap_or_else(agentfense_sys::env);
        let ignore = if self.restore_signals { 0 } else { processes::ignored(&[Signal::SIGPIPE, Signal::SIGXFSZ]) };
        let mask = self.umask.map(processes::umask);
        let mut error = Errno::Noent;
        let mut started = None;
        for path in &self.executables {
            let path = match &self.cwd {
                Some(cwd) if !path.starts_with(b"/") => [cwd, &b"/"[..], path].concat(),
                _ => path.clone(),
            };
            let options = SpawnOptions {
                argv: self.argv.clone(),
                env: env.clone(),
                cwd: self.cwd.clone(),
                fds: files.iter().map(|(number, file)| (*number, file)).collect(),
                group: self.group,
                ignore,
                payload: Vec::new(),
            };
            match processes::spawn(&path, options) {
                Ok(pid) => {
                    started = Some(pid);
                    break;
                }
                Err(Errno::Noent | Errno::Notdir) => {}
                Err(errno) => error = errno,
            }
        }
        if let Some(mask) = mask {
            processes::umask(mask);
        }
        started.ok_or((error, ""))
    }
}

/// `NAME=value`, taken apart.
fn variable(text: Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
    let equals = text.iter().position(|&byte| byte == b'=')?;
    Some((text[..equals].to_vec(), text[equals + 1..].to_vec()))
}

#[pyfunction]
#[pyo3(signature = (*args))]
fn fork_exec(args: &Bound<'_, PyTuple>) -> PyResult<Pid> {
    let request = Request::read(args)?;
    if !request.preexec.is_none() {
        return Err(PyRuntimeError::new_err("preexec_fn is not supported: a child starts as its program"));
    }
    let pipe = request.error_pipe;
    match request.start() {
        Ok(pid) => Ok(pid),
        Err((errno, message)) => {
            if let Some(pipe) = descriptors::handle(pipe) {
                let text = format!("OSError:{:x}:{message}", libc_number(errno));
                // `subprocess` holds the other end; it says "unknown" if nothing arrives.
                let _ = pipe.write_bytes(text.as_bytes());
            }
            Ok(NOT_STARTED)
        }
    }
}

/// Starts a shell with this process's standard streams.
pub(crate) fn run_shell(argv: Vec<Vec<u8>>) -> Result<Pid, Errno> {
    run(b"/bin/sh", argv, agentfense_sys::env(), vec![0, 1, 2])
}

/// Starts a program with every descriptor that a child inherits.
pub(crate) fn run_with_all(path: &[u8], argv: Vec<Vec<u8>>, env: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Pid, Errno> {
    run(path, argv, env, descriptors::inheritable())
}

fn run(path: &[u8], argv: Vec<Vec<u8>>, env: Vec<(Vec<u8>, Vec<u8>)>, fds: Vec<i32>) -> Result<Pid, Errno> {
    let files: Vec<_> =
        fds.into_iter().filter_map(|fd| Some((u32::try_from(fd).ok()?, descriptors::handle(fd)?))).collect();
    let fds = files.iter().map(|(number, file)| (*number, file)).collect();
    processes::spawn(path, SpawnOptions { argv, env, fds, ..SpawnOptions::default() })
}

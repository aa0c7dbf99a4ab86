//! A process's children, for `os`: waiting for them, what their ends say, and programs that take this one's place.

use agentfense_sys::Errno;
use agentfense_sys::processes::{self, Change, Pid, WaitFlags, WaitTarget};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::posix::{bytes, error, path_error, put, uninterrupted};
use crate::{subprocess, threads};

const WNOHANG: i32 = 1;
const WUNTRACED: i32 = 2;
const WCONTINUED: i32 = 8;

/// A change of state as a number, as wait(2) gives it.
fn wait_status(change: Change) -> i32 {
    match change {
        Change::Exited(status) => i32::from(status) << 8,
        Change::Signaled(signal) => i32::from(signal),
        Change::Stopped(signal) => i32::from(signal) << 8 | 0x7f,
        Change::Continued => 0xffff,
    }
}

#[pyfunction]
fn waitpid(py: Python<'_>, pid: i64, options: i32) -> PyResult<(Pid, i32)> {
    let id = |id: i64| u32::try_from(id).map_err(|_| error(Errno::Child));
    let target = match pid {
        -1 => WaitTarget::Any,
        0 => WaitTarget::Group(processes::get_group()),
        1.. => WaitTarget::Process(id(pid)?),
        _ => WaitTarget::Group(id(-pid)?),
    };
    let mut flags = WaitFlags::empty();
    if options & WNOHANG != 0 {
        flags = flags | WaitFlags::NO_HANG;
    }
    if options & (WUNTRACED | WCONTINUED) != 0 {
        flags = flags | WaitFlags::UNTRACED;
    }
    let change = uninterrupted(py, || {
        if !threads::several() || options & WNOHANG != 0 {
            return processes::wait(target, flags);
        }
        threads::ask_until(|| processes::wait(target, flags | WaitFlags::NO_HANG).map(|change| change.map(Some)))
    })?;
    Ok(change.map_or((0, 0), |(pid, change)| (pid, wait_status(change))))
}

#[pyfunction]
fn wait(py: Python<'_>) -> PyResult<(Pid, i32)> {
    waitpid(py, -1, 0)
}

/// As wait4(2): (number, status, what it has used).
#[pyfunction]
fn wait4<'py>(py: Python<'py>, pid: i64, options: i32) -> PyResult<(Pid, i32, Bound<'py, PyAny>)> {
    let (pid, status) = waitpid(py, pid, options)?;
    let module = py.import("resource")?;
    let used = module.getattr("getrusage")?.call1((module.getattr("RUSAGE_CHILDREN")?,))?;
    Ok((pid, status, used))
}

#[pyfunction]
fn wait3<'py>(py: Python<'py>, options: i32) -> PyResult<(Pid, i32, Bound<'py, PyAny>)> {
    wait4(py, -1, options)
}

#[pyfunction(name = "WIFEXITED")]
fn exited(status: i32) -> bool {
    status & 0x7f == 0
}

#[pyfunction(name = "WEXITSTATUS")]
fn exit_status(status: i32) -> i32 {
    status >> 8 & 0xff
}

#[pyfunction(name = "WIFSTOPPED")]
fn stopped(status: i32) -> bool {
    status & 0xff == 0x7f
}

#[pyfunction(name = "WIFCONTINUED")]
fn continued(status: i32) -> bool {
    status == 0xffff
}

#[pyfunction(name = "WIFSIGNALED")]
fn signaled(status: i32) -> bool {
    !matches!(status & 0x7f, 0 | 0x7f)
}

#[pyfunction(name = "WTERMSIG")]
fn ending_signal(status: i32) -> i32 {
    status & 0x7f
}

#[pyfunction(name = "WCOREDUMP")]
fn core_dumped(_status: i32) -> bool {
    false
}

#[pyfunction]
fn waitstatus_to_exitcode(status: i32) -> PyResult<i32> {
    if exited(status) {
        Ok(exit_status(status))
    } else if signaled(status) {
        Ok(-ending_signal(status))
    } else {
        Err(PyValueError::new_err(format!("process is not ended: wait status {status:#x}")))
    }
}

#[pyfunction]
fn system(py: Python<'_>, command: &Bound<'_, PyAny>) -> PyResult<i32> {
    let argv = vec![b"sh".to_vec(), b"-c".to_vec(), bytes(command)?];
    let pid = subprocess::run_shell(argv).map_err(error)?;
    waitpid(py, i64::from(pid), 0).map(|(_, status)| status)
}

/// Text for another program: what C takes as a string.
fn text(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let bytes = bytes(value)?;
    if bytes.contains(&0) { Err(PyValueError::new_err("embedded null byte")) } else { Ok(bytes) }
}

/// The program goes on as another: a child with all that this process has, whose end is this one's.
fn execute(
    py: Python<'_>,
    path: &Bound<'_, PyAny>,
    argv: &Bound<'_, PyAny>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
) -> PyResult<()> {
    let argv = argv.try_iter()?.map(|arg| text(&arg?)).collect::<PyResult<Vec<_>>>()?;
    if argv.first().is_none_or(Vec::is_empty) {
        return Err(PyValueError::new_err("execv() arg 2 first element cannot be empty"));
    }
    let pid = subprocess::run_with_all(&bytes(path)?, argv, env).map_err(|errno| path_error(errno, path))?;
    let (_, status) = waitpid(py, i64::from(pid), 0)?;
    processes::exit(if signaled(status) { 128 + ending_signal(status) } else { exit_status(status) } as u8)
}

#[pyfunction]
fn execv(py: Python<'_>, path: &Bound<'_, PyAny>, argv: &Bound<'_, PyAny>) -> PyResult<()> {
    execute(py, path, argv, agentfense_sys::env())
}

#[pyfunction]
fn execve(py: Python<'_>, path: &Bound<'_, PyAny>, argv: &Bound<'_, PyAny>, env: &Bound<'_, PyAny>) -> PyResult<()> {
    let mut variables = Vec::new();
    for item in env.call_method0("items")?.try_iter()? {
        let (name, value) = item?.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let name = text(&name)?;
        if name.is_empty() || name.contains(&b'=') {
            return Err(PyValueError::new_err("illegal environment variable name"));
        }
        variables.push((name, text(&value)?));
    }
    execute(py, path, argv, variables)
}

/// Adds all of it to `posix`.
pub(crate) fn extend(module: &Bound<'_, PyModule>) -> PyResult<()> {
    for function in [
        wrap_pyfunction!(waitpid, module)?,
        wrap_pyfunction!(wait, module)?,
        wrap_pyfunction!(wait3, module)?,
        wrap_pyfunction!(wait4, module)?,
        wrap_pyfunction!(exited, module)?,
        wrap_pyfunction!(exit_status, module)?,
        wrap_pyfunction!(stopped, module)?,
        wrap_pyfunction!(continued, module)?,
        wrap_pyfunction!(signaled, module)?,
        wrap_pyfunction!(ending_signal, module)?,
        wrap_pyfunction!(core_dumped, module)?,
        wrap_pyfunction!(waitstatus_to_exitcode, module)?,
        wrap_pyfunction!(system, module)?,
        wrap_pyfunction!(execv, module)?,
        wrap_pyfunction!(execve, module)?,
    ] {
        put(module, function)?;
    }
    module.setattr("WSTOPSIG", module.getattr("WEXITSTATUS")?)?;
    for (name, value) in [("WNOHANG", WNOHANG), ("WUNTRACED", WUNTRACED), ("WCONTINUED", WCONTINUED)] {
        module.setattr(name, value)?;
    }
    Ok(())
}

//! What `os` and `signal` lack: processes, users, modes, duplicates of descriptors.

use std::time::Duration;

use agentfense_sys::command::errno::libc_number;
use agentfense_sys::escape::from_wasi;
use agentfense_sys::files::{self, LockKind};
use agentfense_sys::processes::{self, Change, KillTarget, Pid, ResourceKind, WaitFlags, WaitTarget};
use agentfense_sys::{Errno, Signal};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyString};

use crate::{descriptors, signals, subprocess, threads};

/// Everything in a sandbox runs as this user, in the group of the same number.
const ID: u32 = 1000;

const WNOHANG: i32 = 1;
const WUNTRACED: i32 = 2;
const WCONTINUED: i32 = 8;

/// The exception for an error number.
pub(crate) fn error(errno: Errno) -> PyErr {
    PyOSError::new_err((libc_number(errno), errno.to_string()))
}

fn path_error(errno: Errno, path: &Bound<'_, PyAny>) -> PyErr {
    PyOSError::new_err((libc_number(errno), errno.to_string(), path.clone().unbind()))
}

/// The bytes of a path, a string or bytes.
pub(crate) fn bytes(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(unescaped(bytes.as_bytes()));
    }
    if let Ok(text) = value.cast::<PyString>() {
        let encoded = text.call_method1("encode", ("utf-8", "surrogateescape"))?;
        return Ok(unescaped(encoded.cast::<PyBytes>()?.as_bytes()));
    }
    match value.call_method0("__fspath__") {
        Ok(path) if path.is_instance_of::<PyBytes>() || path.is_instance_of::<PyString>() => bytes(&path),
        _ => Err(PyTypeError::new_err("expected str, bytes or os.PathLike object")),
    }
}

/// Names reach Python through libc as the kernel gave them: escaped.
fn unescaped(name: &[u8]) -> Vec<u8> {
    std::str::from_utf8(name).map_or_else(|_| name.to_vec(), |text| from_wasi(text).into_owned())
}

/// Does what may take a while, with other threads running. PyO3's own way to let go of the
/// interpreter counts in one place for all threads, which would not be right here.
fn released<R>(_: Python<'_>, act: impl FnOnce() -> R) -> R {
    // SAFETY: the interpreter is this thread's, as the token says, and is so again afterwards;
    // the closure has no token of its own.
    unsafe {
        let state = pyo3::ffi::PyEval_SaveThread();
        let result = act();
        pyo3::ffi::PyEval_RestoreThread(state);
        result
    }
}

/// Does what a signal may interrupt, again and again until it is done or a handler raises.
pub(crate) fn uninterrupted<R>(py: Python<'_>, mut act: impl FnMut() -> Result<R, Errno>) -> PyResult<R> {
    loop {
        match released(py, &mut act) {
            Err(Errno::Intr) => {
                signals::deliver();
                py.check_signals()?;
            }
            result => return result.map_err(error),
        }
    }
}

#[pyfunction]
fn getuid() -> u32 {
    ID
}

#[pyfunction]
fn getgroups() -> Vec<u32> {
    vec![ID]
}

#[pyfunction]
fn getlogin() -> &'static str {
    "agent"
}

#[pyfunction]
fn getppid() -> Pid {
    processes::get_parent()
}

#[pyfunction]
fn getpgrp() -> Pid {
    processes::get_group()
}

#[pyfunction]
fn setpgid(pid: Pid, pgrp: Pid) -> PyResult<()> {
    let own = |id| if id == 0 { processes::get_pid() } else { id };
    processes::set_group(own(pid), if pgrp == 0 { own(pid) } else { pgrp }).map_err(error)
}

#[pyfunction]
fn umask(mask: u32) -> u32 {
    processes::umask(mask & 0o777)
}

#[pyfunction]
#[pyo3(signature = (path, mode, *, dir_fd = None, follow_symlinks = true))]
fn chmod(path: &Bound<'_, PyAny>, mode: u32, dir_fd: Option<i32>, follow_symlinks: bool) -> PyResult<()> {
    if dir_fd.is_some() {
        return Err(PyTypeError::new_err("chmod: dir_fd unavailable on this platform"));
    }
    if let Ok(fd) = path.extract::<i32>() {
        return fchmod(fd, mode);
    }
    files::set_mode(bytes(path)?, mode & 0o7777, follow_symlinks).map_err(|errno| path_error(errno, path))
}

#[pyfunction]
fn fchmod(fd: i32, mode: u32) -> PyResult<()> {
    descriptors::set_mode(fd, mode & 0o7777).map_err(error)
}

#[pyfunction]
#[pyo3(signature = (path, uid, gid, *, dir_fd = None, follow_symlinks = true))]
fn chown(path: &Bound<'_, PyAny>, uid: i64, gid: i64, dir_fd: Option<i32>, follow_symlinks: bool) -> PyResult<()> {
    if dir_fd.is_some() {
        return Err(PyTypeError::new_err("chown: dir_fd unavailable on this platform"));
    }
    // -1 leaves an owner as it is.
    let id = |id: i64| u32::try_from(id).ok();
    files::set_owner(bytes(path)?, id(uid), id(gid), follow_symlinks).map_err(|errno| path_error(errno, path))
}

#[pyfunction]
fn lchown(path: &Bound<'_, PyAny>, uid: i64, gid: i64) -> PyResult<()> {
    chown(path, uid, gid, None, false)
}

#[pyfunction]
#[pyo3(signature = (path, mode = 0o666))]
fn mkfifo(path: &Bound<'_, PyAny>, mode: u32) -> PyResult<()> {
    files::make_fifo(bytes(path)?, mode & 0o7777).map_err(|errno| path_error(errno, path))
}

fn send(target: KillTarget, signal: i32) -> PyResult<()> {
    let signal = match signal {
        0 => None,
        number => Some(u8::try_from(number).ok().and_then(Signal::new).ok_or_else(|| error(Errno::Inval))?),
    };
    processes::kill(target, signal).map_err(error)
}

#[pyfunction]
fn kill(py: Python<'_>, pid: i32, signal: i32) -> PyResult<()> {
    let target = match pid {
        0 => KillTarget::Group(processes::get_group()),
        -1 => KillTarget::All,
        1.. => KillTarget::Process(pid.unsigned_abs()),
        _ => KillTarget::Group(pid.unsigned_abs()),
    };
    send(target, signal)?;
    // One's own arrives before the call is over.
    signals::deliver();
    py.check_signals()
}

#[pyfunction]
fn killpg(py: Python<'_>, pgid: u32, signal: i32) -> PyResult<()> {
    send(KillTarget::Group(if pgid == 0 { processes::get_group() } else { pgid }), signal)?;
    signals::deliver();
    py.check_signals()
}

#[pyfunction]
fn pipe() -> PyResult<(i32, i32)> {
    descriptors::pipe(true).map_err(error)
}

#[pyfunction]
fn pipe2(flags: i32) -> PyResult<(i32, i32)> {
    let ends = descriptors::pipe(true).map_err(error)?;
    if flags & libc::O_NONBLOCK != 0 {
        for fd in [ends.0, ends.1] {
            descriptors::blocking(fd, Some(false)).map_err(error)?;
        }
    }
    Ok(ends)
}

#[pyfunction]
fn dup(fd: i32) -> PyResult<i32> {
    descriptors::duplicate(fd, true).map_err(error)
}

#[pyfunction]
#[pyo3(signature = (fd, fd2, inheritable = true))]
fn dup2(fd: i32, fd2: i32, inheritable: bool) -> PyResult<i32> {
    descriptors::duplicate_to(fd, fd2, !inheritable).map_err(error)?;
    Ok(fd2)
}

#[pyfunction]
fn get_blocking(fd: i32) -> PyResult<bool> {
    descriptors::blocking(fd, None).map_err(error)
}

#[pyfunction]
fn set_blocking(fd: i32, blocking: bool) -> PyResult<()> {
    descriptors::blocking(fd, Some(blocking)).map(drop).map_err(error)
}

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

/// The program goes on as another: a child with all that this process has, whose end is this one's.
fn execute(
    py: Python<'_>,
    path: &Bound<'_, PyAny>,
    argv: &Bound<'_, PyAny>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
) -> PyResult<()> {
    let argv = argv.try_iter()?.map(|arg| bytes(&arg?)).collect::<PyResult<Vec<_>>>()?;
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
        variables.push((bytes(&name)?, bytes(&value)?));
    }
    execute(py, path, argv, variables)
}

/// A descriptor's flags, for `fcntl`.
#[pyfunction]
fn _descriptor_flags(fd: i32) -> PyResult<i32> {
    descriptors::flags(fd).map_err(error)
}

/// Locks `length` bytes from `start` (to the end for 0), for `fcntl`. `kind`: 0 unlocks, 1 shares, 2 excludes.
#[pyfunction]
fn _lock(py: Python<'_>, fd: i32, kind: u8, wait: bool, start: u64, length: u64) -> PyResult<()> {
    let kind = match kind {
        0 => LockKind::Unlocked,
        1 => LockKind::Shared,
        2 => LockKind::Exclusive,
        _ => return Err(error(Errno::Inval)),
    };
    let file = descriptors::handle(fd).ok_or_else(|| error(Errno::Badf))?;
    uninterrupted(py, || {
        if !threads::several() || !wait {
            return file.lock(kind, start, length, wait);
        }
        threads::ask_until(|| match file.lock(kind, start, length, false) {
            Err(Errno::Again) => Ok(None),
            result => result.map(Some),
        })
    })
}

/// Seconds of processor time, own and of children, for `resource`.
#[pyfunction]
fn _processor_times() -> (f64, f64) {
    let times = processes::get_times();
    (Duration::from_nanos(times.own).as_secs_f64(), Duration::from_nanos(times.children).as_secs_f64())
}

/// A limit of the process, for `resource`.
#[pyfunction]
fn _limit(which: u8) -> PyResult<(i64, i64)> {
    let kind = match which {
        0 => ResourceKind::Cpu,
        1 => ResourceKind::FileSize,
        2 => ResourceKind::Data,
        3 => ResourceKind::Stack,
        4 => ResourceKind::Core,
        5 => ResourceKind::OpenFiles,
        6 => ResourceKind::Memory,
        7 => ResourceKind::Processes,
        _ => return Err(error(Errno::Inval)),
    };
    // -1 is what `resource` calls no limit.
    let value = |limit: Option<u64>| limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(-1);
    let (soft, hard) = processes::get_limit(kind);
    Ok((value(soft), value(hard)))
}

/// Sets a function as an attribute: what adds one to a module would also start an `__all__`, and
/// `os` takes all that `posix` has only while there is none.
fn put(module: &Bound<'_, PyModule>, function: Bound<'_, PyCFunction>) -> PyResult<()> {
    module.setattr(function.getattr("__name__")?.cast::<PyString>()?, &function)
}

/// Completes `posix`, which `os` takes its functions from.
pub(crate) fn extend(module: &Bound<'_, PyModule>) -> PyResult<()> {
    for function in [
        wrap_pyfunction!(getuid, module)?,
        wrap_pyfunction!(getgroups, module)?,
        wrap_pyfunction!(getlogin, module)?,
        wrap_pyfunction!(getppid, module)?,
        wrap_pyfunction!(getpgrp, module)?,
        wrap_pyfunction!(setpgid, module)?,
        wrap_pyfunction!(umask, module)?,
        wrap_pyfunction!(chmod, module)?,
        wrap_pyfunction!(fchmod, module)?,
        wrap_pyfunction!(chown, module)?,
        wrap_pyfunction!(lchown, module)?,
        wrap_pyfunction!(mkfifo, module)?,
        wrap_pyfunction!(kill, module)?,
        wrap_pyfunction!(killpg, module)?,
        wrap_pyfunction!(pipe, module)?,
        wrap_pyfunction!(pipe2, module)?,
        wrap_pyfunction!(dup, module)?,
        wrap_pyfunction!(dup2, module)?,
        wrap_pyfunction!(get_blocking, module)?,
        wrap_pyfunction!(set_blocking, module)?,
        wrap_pyfunction!(waitpid, module)?,
        wrap_pyfunction!(wait, module)?,
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
        wrap_pyfunction!(_descriptor_flags, module)?,
        wrap_pyfunction!(_lock, module)?,
        wrap_pyfunction!(_processor_times, module)?,
        wrap_pyfunction!(_limit, module)?,
    ] {
        put(module, function)?;
    }
    for name in ["geteuid", "getgid", "getegid"] {
        module.setattr(name, module.getattr("getuid")?)?;
    }
    module.setattr("WSTOPSIG", module.getattr("WEXITSTATUS")?)?;
    for (name, value) in [("WNOHANG", WNOHANG), ("WUNTRACED", WUNTRACED), ("WCONTINUED", WCONTINUED)] {
        module.setattr(name, value)?;
    }
    Ok(())
}

#[pyfunction]
fn alarm(seconds: u32) -> u64 {
    processes::alarm(Duration::from_secs(seconds.into())).as_nanos().div_ceil(1_000_000_000) as u64
}

#[pyfunction]
fn pause(py: Python<'_>) -> PyResult<()> {
    released(py, || while threads::sleep(Duration::from_secs(1 << 30)) {});
    signals::deliver();
    py.check_signals()
}

/// The signals that there are.
#[pyfunction]
fn valid_signals() -> std::collections::BTreeSet<u8> {
    (1..=64).filter(|&number| Signal::new(number).is_some()).collect()
}

/// What a signal interrupts goes on by itself in any case.
#[pyfunction]
fn siginterrupt(_signalnum: i32, _flag: bool) {}

/// Completes `_signal`, which `signal` takes its functions from.
pub(crate) fn extend_signal(module: &Bound<'_, PyModule>) -> PyResult<()> {
    put(module, wrap_pyfunction!(alarm, module)?)?;
    put(module, wrap_pyfunction!(siginterrupt, module)?)?;
    put(module, wrap_pyfunction!(valid_signals, module)?)?;
    put(module, wrap_pyfunction!(pause, module)?)
}

//! What `os` and `signal` lack: users, groups, modes, duplicates of descriptors; [`children`] and [`terminal`] add
//! theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use agentfense_sys::command::errno::libc_number;
use agentfense_sys::escape::from_wasi;
use agentfense_sys::files::{self, LockKind};
use agentfense_sys::processes::{self, KillTarget, Pid, ResourceKind};
use agentfense_sys::{Errno, Signal};
use pyo3::exceptions::{PyNotImplementedError, PyOSError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyString, PyTuple};

use crate::{children, descriptors, signals, terminal, threads};

/// Everything in a sandbox runs as this user, in the group of the same number.
const ID: u32 = 1000;

/// The exception for an error number.
pub(crate) fn error(errno: Errno) -> PyErr {
    PyOSError::new_err((libc_number(errno), errno.to_string()))
}

pub(crate) fn path_error(errno: Errno, path: &Bound<'_, PyAny>) -> PyErr {
    PyOSError::new_err((libc_number(errno), errno.to_string(), path.clone().unbind()))
}

fn unavailable(what: &str) -> PyErr {
    PyNotImplementedError::new_err(format!("{what} unavailable on this platform"))
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

/// A process's group; of others than this one, as `/proc` tells it.
#[pyfunction]
fn getpgid(pid: Pid) -> PyResult<Pid> {
    if pid == 0 || pid == processes::get_pid() {
        return Ok(processes::get_group());
    }
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).map_err(|_| error(Errno::Srch))?;
    // The name in parentheses may be anything; the group is the third field behind it.
    let group = state.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(2)?.parse().ok());
    group.ok_or_else(|| error(Errno::Srch))
}

/// A group of one's own.
#[pyfunction]
fn setpgrp() -> PyResult<()> {
    setpgid(0, 0)
}

/// As setsid(2), as far as there are sessions: a group of one's own, which no key of the terminal reaches.
#[pyfunction]
fn setsid() -> PyResult<Pid> {
    if processes::get_group() == processes::get_pid() {
        return Err(error(Errno::Perm));
    }
    setpgid(0, 0)?;
    Ok(processes::get_pid())
}

/// (own, effective, saved)
#[pyfunction]
fn getresuid() -> (u32, u32, u32) {
    (ID, ID, ID)
}

/// The groups of a user, the given one among them.
#[pyfunction]
fn getgrouplist(_user: &Bound<'_, PyAny>, group: u32) -> Vec<u32> {
    vec![group]
}

/// What the kernel is given is as safe as it can be.
#[pyfunction]
fn sync() {}

/// The processors that threads may run on: one, since they take turns.
#[pyfunction]
fn sched_getaffinity(_pid: Pid) -> BTreeSet<u32> {
    BTreeSet::from([0])
}

/// The load of the last 1, 5 and 15 minutes.
#[pyfunction]
fn getloadavg() -> PyResult<(f64, f64, f64)> {
    let text = std::fs::read_to_string("/proc/loadavg").map_err(|_| error(Errno::Nosys))?;
    let mut loads = text.split_whitespace().map_while(|load| load.parse().ok());
    match (loads.next(), loads.next(), loads.next()) {
        (Some(one), Some(five), Some(fifteen)) => Ok((one, five, fifteen)),
        _ => Err(error(Errno::Nosys)),
    }
}

/// The filesystem that holds a path: an object of `os.statvfs_result`.
#[pyfunction]
fn statvfs<'py>(py: Python<'py>, path: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let path_of = |fd| descriptors::handle(fd).and_then(|file| file.path()).ok_or_else(|| error(Errno::Badf));
    let name = match path.extract::<i32>() {
        Ok(fd) => path_of(fd)?,
        Err(_) => bytes(path)?,
    };
    let mounts = files::usage(Some(&name)).map_err(|errno| path_error(errno, path))?;
    let usage = mounts.first().ok_or_else(|| path_error(Errno::Noent, path))?;
    let size = usage.block_size;
    let (free, files_free) = (usage.blocks_free, usage.files_free);
    const LONGEST_NAME: u64 = 255;
    let read_only = u64::from(usage.read_only);
    let (blocks, files) = (usage.blocks, usage.files);
    let fields = [size, size, blocks, free, free, files, files_free, files_free, read_only, LONGEST_NAME];
    py.import("posix")?.getattr("statvfs_result")?.call1((PyTuple::new(py, fields)?,))
}

#[pyfunction]
fn umask(mask: u32) -> u32 {
    processes::umask(mask & 0o777)
}

#[pyfunction]
#[pyo3(signature = (path, mode, *, dir_fd = None, follow_symlinks = true))]
fn chmod(path: &Bound<'_, PyAny>, mode: u32, dir_fd: Option<i32>, follow_symlinks: bool) -> PyResult<()> {
    if dir_fd.is_some() {
        return Err(unavailable("chmod: dir_fd"));
    }
    if !follow_symlinks {
        // A link has no mode, here as on Linux.
        return Err(unavailable("chmod: follow_symlinks"));
    }
    if let Ok(fd) = path.extract::<i32>() {
        return fchmod(fd, mode);
    }
    files::set_mode(bytes(path)?, mode & 0o7777, true).map_err(|errno| path_error(errno, path))
}

#[pyfunction]
fn fchmod(fd: i32, mode: u32) -> PyResult<()> {
    descriptors::set_mode(fd, mode & 0o7777).map_err(error)
}

#[pyfunction]
#[pyo3(signature = (path, uid, gid, *, dir_fd = None, follow_symlinks = true))]
fn chown(path: &Bound<'_, PyAny>, uid: i64, gid: i64, dir_fd: Option<i32>, follow_symlinks: bool) -> PyResult<()> {
    if dir_fd.is_some() {
        return Err(unavailable("chown: dir_fd"));
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
pub(crate) fn put(module: &Bound<'_, PyModule>, function: Bound<'_, PyCFunction>) -> PyResult<()> {
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
        wrap_pyfunction!(getpgid, module)?,
        wrap_pyfunction!(setpgrp, module)?,
        wrap_pyfunction!(setsid, module)?,
        wrap_pyfunction!(getresuid, module)?,
        wrap_pyfunction!(getgrouplist, module)?,
        wrap_pyfunction!(sync, module)?,
        wrap_pyfunction!(sched_getaffinity, module)?,
        wrap_pyfunction!(getloadavg, module)?,
        wrap_pyfunction!(statvfs, module)?,
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
        wrap_pyfunction!(_descriptor_flags, module)?,
        wrap_pyfunction!(_lock, module)?,
        wrap_pyfunction!(_processor_times, module)?,
        wrap_pyfunction!(_limit, module)?,
    ] {
        put(module, function)?;
    }
    for (name, same) in [("geteuid", "getuid"), ("getgid", "getuid"), ("getegid", "getuid"), ("getresgid", "getresuid")]
    {
        module.setattr(name, module.getattr(same)?)?;
    }
    children::extend(module)?;
    terminal::extend(module)
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
fn valid_signals() -> BTreeSet<u8> {
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

//! Users, owners, process numbers: functions of POSIX that WASI's libc does not have at all, for
//! C code that links them.

use super::errno::{fail, path_bytes, report};
use crate::files;
use crate::processes::{self, KillTarget};
use crate::{Errno, Signal};
use std::ffi::{c_char, c_int, c_uint};

/// Everything in a sandbox runs as this user.
pub(super) const UID: c_uint = 1000;
/// And this group.
pub(super) const GID: c_uint = 1000;

macro_rules! identities {
    ($($name:ident $value:ident)*) => {
        $(#[unsafe(no_mangle)] extern "C" fn $name() -> c_uint { $value })*
    };
}
identities! { getuid UID geteuid UID getgid GID getegid GID }

#[unsafe(no_mangle)]
extern "C" fn getpid() -> c_int {
    processes::get_pid() as c_int
}

#[unsafe(no_mangle)]
extern "C" fn getppid() -> c_int {
    processes::get_parent() as c_int
}

#[unsafe(no_mangle)]
extern "C" fn getpgrp() -> c_int {
    processes::get_group() as c_int
}

#[unsafe(no_mangle)]
extern "C" fn umask(mask: c_uint) -> c_uint {
    processes::umask(mask & 0o777)
}

#[unsafe(no_mangle)]
extern "C" fn kill(pid: c_int, signal: c_int) -> c_int {
    let target = match pid {
        0 => KillTarget::Group(processes::get_group()),
        -1 => KillTarget::All,
        1.. => KillTarget::Process(pid as u32),
        _ => KillTarget::Group(pid.unsigned_abs()),
    };
    let signal = match signal {
        0 => None,
        number => match u8::try_from(number).ok().and_then(Signal::new) {
            Some(signal) => Some(signal),
            None => return fail(Errno::Inval),
        },
    };
    report(processes::kill(target, signal))
}

/// An owner that chown(2) leaves as it is.
fn changed(id: c_uint) -> Option<u32> {
    (id != c_uint::MAX).then_some(id)
}

/// # Safety
/// As chown(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn chown(path: *const c_char, uid: c_uint, gid: c_uint) -> c_int {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) };
    report(path.and_then(|path| files::set_owner(path, changed(uid), changed(gid), true)))
}

/// # Safety
/// As lchown(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn lchown(path: *const c_char, uid: c_uint, gid: c_uint) -> c_int {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) };
    report(path.and_then(|path| files::set_owner(path, changed(uid), changed(gid), false)))
}

/// # Safety
/// As mkfifo(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn mkfifo(path: *const c_char, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) };
    report(path.and_then(|path| files::make_fifo(path, mode & 0o7777)))
}

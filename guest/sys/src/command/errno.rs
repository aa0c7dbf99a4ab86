//! Kernel errors as libc reports them.

use crate::Errno;
use std::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

/// libc's number of an error: its own, not Linux's.
pub fn libc_number(errno: Errno) -> c_int {
    match errno {
        Errno::Perm => libc::EPERM,
        Errno::Noent => libc::ENOENT,
        Errno::Srch => libc::ESRCH,
        Errno::Intr => libc::EINTR,
        Errno::Io => libc::EIO,
        Errno::Nxio => libc::ENXIO,
        Errno::Toobig => libc::E2BIG,
        Errno::Noexec => libc::ENOEXEC,
        Errno::Badf => libc::EBADF,
        Errno::Child => libc::ECHILD,
        Errno::Again => libc::EAGAIN,
        Errno::Nomem => libc::ENOMEM,
        Errno::Acces => libc::EACCES,
        Errno::Busy => libc::EBUSY,
        Errno::Exist => libc::EEXIST,
        Errno::Xdev => libc::EXDEV,
        Errno::Nodev => libc::ENODEV,
        Errno::Notdir => libc::ENOTDIR,
        Errno::Isdir => libc::EISDIR,
        Errno::Inval => libc::EINVAL,
        Errno::Nfile => libc::ENFILE,
        Errno::Mfile => libc::EMFILE,
        Errno::Notty => libc::ENOTTY,
        Errno::Txtbsy => libc::ETXTBSY,
        Errno::Fbig => libc::EFBIG,
        Errno::Nospc => libc::ENOSPC,
        Errno::Spipe => libc::ESPIPE,
        Errno::Rofs => libc::EROFS,
        Errno::Mlink => libc::EMLINK,
        Errno::Pipe => libc::EPIPE,
        Errno::Range => libc::ERANGE,
        Errno::Deadlk => libc::EDEADLK,
        Errno::Nametoolong => libc::ENAMETOOLONG,
        Errno::Nosys => libc::ENOSYS,
        Errno::Notempty => libc::ENOTEMPTY,
        Errno::Loop => libc::ELOOP,
        Errno::Overflow => libc::EOVERFLOW,
        Errno::Notsup => libc::ENOTSUP,
        Errno::Notsock => libc::ENOTSOCK,
        Errno::Addrinuse => libc::EADDRINUSE,
        Errno::Addrnotavail => libc::EADDRNOTAVAIL,
        Errno::Connreset => libc::ECONNRESET,
        Errno::Notconn => libc::ENOTCONN,
        Errno::Timedout => libc::ETIMEDOUT,
        Errno::Connrefused => libc::ECONNREFUSED,
        Errno::Hostunreach => libc::EHOSTUNREACH,
        Errno::Dquot => libc::EDQUOT,
    }
}

/// The error that libc has this number for.
pub(crate) fn from_libc(number: c_int) -> Option<Errno> {
    crate::errno::ALL.iter().copied().find(|errno| libc_number(*errno) == number)
}

/// Sets `errno`; gives -1, which is what the caller returns then.
pub fn fail(errno: Errno) -> c_int {
    // SAFETY: libc gives a valid pointer to the thread's errno.
    unsafe { *__errno_location() = libc_number(errno) };
    -1
}

/// 0, or -1 with `errno` set.
pub fn report(result: Result<(), Errno>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(errno) => fail(errno),
    }
}

/// The bytes of a path that libc was given.
///
/// Names that libc hands around are as the kernel gave them, that is, escaped UTF-8; they come out
/// as the bytes they stand for.
///
/// # Safety
/// `path` must be null or a string that ends with a NUL byte and lives through the call.
pub unsafe fn path_bytes(path: *const c_char) -> Result<Vec<u8>, Errno> {
    if path.is_null() {
        return Err(Errno::Inval);
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { CStr::from_ptr(path) }.to_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(crate::escape::from_wasi(text).into_owned()),
        Err(_) => Ok(bytes.to_vec()),
    }
}

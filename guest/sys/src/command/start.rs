//! The two ends of a program's life.

use crate::processes;
use std::ffi::{CString, c_char, c_int};

unsafe extern "C" {
    fn __real___main_void() -> c_int;
    fn __real_chdir(path: *const c_char) -> c_int;
    fn exit(status: c_int) -> !;
}

/// Runs the program in the working directory that its parent gave it. libc would start in `/`.
#[unsafe(no_mangle)]
extern "C" fn __wrap___main_void() -> c_int {
    let dir = processes::current_dir();
    let escaped = crate::escape::to_wasi(&dir);
    // Even from `/`: the call also promises the kernel that paths will be absolute.
    let kept = processes::change_dir(&dir);
    if dir != b"/"
        && kept.is_ok()
        && let Ok(path) = CString::new(escaped.as_bytes())
    {
        // SAFETY: libc's chdir with a NUL-terminated string. It cannot fail but for memory, and
        // if the directory is gone, relative paths fail one by one as they should.
        unsafe { __real_chdir(path.as_ptr()) };
    }
    // SAFETY: libc's own main, called once, and its exit, which flushes and ends in `_Exit`:
    // returning would only tell success from failure.
    unsafe { exit(__real___main_void()) }
}

/// libc's would end the program through an interface that keeps one bit of the status.
#[unsafe(no_mangle)]
extern "C" fn _Exit(status: c_int) -> ! {
    processes::exit(status as u8)
}

/// As [`_Exit`].
#[unsafe(no_mangle)]
extern "C" fn _exit(status: c_int) -> ! {
    _Exit(status)
}

/// Changes the directory in libc, which resolves paths, and in the kernel, which children start in.
///
/// # Safety
/// As chdir(2): `path` is a NUL-terminated string.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_chdir(path: *const c_char) -> c_int {
    // SAFETY: the caller's promise is ours.
    let bytes = match unsafe { super::errno::path_bytes(path) } {
        Ok(bytes) => bytes,
        Err(errno) => return super::errno::fail(errno),
    };
    if let Err(errno) = processes::change_dir(&bytes) {
        return super::errno::fail(errno);
    }
    // SAFETY: as above.
    unsafe { __real_chdir(path) }
}

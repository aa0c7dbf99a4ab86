//! Directories are made with their modes, which WASI's call does not have.

use std::ffi::{c_char, c_int};

use agentfense_sys::command::errno::{fail, path_bytes};
use agentfense_sys::{files, processes};

/// What the kernel makes a directory with, before the mask.
const WHOLE: u32 = 0o777;

unsafe extern "C" {
    fn mkdir(path: *const c_char, mode: u32) -> c_int;
}

/// # Safety
/// As mkdir(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_mkdir(path: *const c_char, mode: u32) -> c_int {
    // SAFETY: the caller's promise.
    let made = unsafe { mkdir(path, mode) };
    if made != 0 || mode & WHOLE == WHOLE {
        return made;
    }
    let mask = processes::umask(0);
    processes::umask(mask);
    // SAFETY: the caller's promise.
    let set = unsafe { path_bytes(path) }.and_then(|path| files::set_mode(path, mode & WHOLE & !mask, false));
    set.map_or_else(fail, |()| 0)
}

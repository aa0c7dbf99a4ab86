//! Which path each of libc's descriptors was opened by.
//!
//! libc's descriptors are its own: the kernel sees the WASI handle behind one, and WASI's `stat`
//! has no mode and no owner. So `open` leaves a note of the path, and `fstat` and `fchmod` find
//! the file by it, after they made sure that it still is the same file.

use crate::processes;
use std::ffi::{c_char, c_int};
use std::sync::{Mutex, PoisonError};

unsafe extern "C" {
    // libc's `open` is variadic; on wasm32 the variable arguments are one pointer.
    fn __real_open(path: *const c_char, flags: c_int, arguments: *const c_int) -> c_int;
    fn __real___wasilibc_open_nomode(path: *const c_char, flags: c_int) -> c_int;
    fn __real_close(fd: c_int) -> c_int;
}

/// What is known of a descriptor.
#[derive(Clone)]
pub(super) enum Origin {
    /// Given by the parent, and still open.
    Inherited,
    /// Opened here, by this absolute path.
    Path(Vec<u8>),
    /// Nothing.
    Unknown,
}

/// Indexed by descriptor; an absent entry is inherited if below 3, unknown else.
static OPENED: Mutex<Vec<Option<Origin>>> = Mutex::new(Vec::new());

fn set(fd: c_int, origin: Option<Origin>) {
    let Ok(index) = usize::try_from(fd) else { return };
    let mut opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    if opened.len() <= index {
        if origin.is_none() {
            return;
        }
        opened.resize(index + 1, None);
    }
    opened[index] = origin;
}

/// What is known of `fd`.
pub(super) fn origin(fd: c_int) -> Origin {
    let opened = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
    let noted = usize::try_from(fd).ok().and_then(|index| opened.get(index).cloned().flatten());
    match noted {
        Some(origin) => origin,
        None if (0..3).contains(&fd) => Origin::Inherited,
        None => Origin::Unknown,
    }
}

/// Notes the path of a new descriptor.
///
/// # Safety
/// `path` is a NUL-terminated string.
unsafe fn note(fd: c_int, path: *const c_char) -> c_int {
    if fd < 0 {
        return fd;
    }
    // SAFETY: the caller's promise.
    let origin = match unsafe { super::errno::path_bytes(path) } {
        Ok(path) if path.first() == Some(&b'/') => Origin::Path(path),
        Ok(path) => {
            let mut absolute = processes::current_dir();
            absolute.push(b'/');
            absolute.extend_from_slice(&path);
            Origin::Path(absolute)
        }
        Err(_) => Origin::Unknown,
    };
    set(fd, Some(origin));
    fd
}

/// # Safety
/// As open(2); `arguments` are the variable ones.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_open(path: *const c_char, flags: c_int, arguments: *const c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { note(__real_open(path, flags, arguments), path) }
}

/// # Safety
/// As open(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasilibc_open_nomode(path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { note(__real___wasilibc_open_nomode(path, flags), path) }
}

/// # Safety
/// As close(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_close(fd: c_int) -> c_int {
    // A closed standard descriptor is not the inherited one any more; a later `open` says more.
    set(fd, if (0..3).contains(&fd) { Some(Origin::Unknown) } else { None });
    // SAFETY: the caller's promise.
    unsafe { __real_close(fd) }
}

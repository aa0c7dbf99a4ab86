//! Changes of directories, which go through WASI: `std::fs` with names as bytes.

use agentfense_sys::Errno;
use agentfense_sys::escape::to_wasi;
use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::Path;

/// The path as `std` takes it.
pub fn path(name: &[u8]) -> Cow<'_, Path> {
    match to_wasi(name) {
        Cow::Borrowed(text) => Cow::Borrowed(Path::new(text)),
        Cow::Owned(text) => Cow::Owned(text.into()),
    }
}

fn errno(error: io::Error) -> Errno {
    Errno::of(&error).unwrap_or(Errno::Io)
}

/// As unlink(2).
pub fn unlink(name: &[u8]) -> Result<(), Errno> {
    fs::remove_file(path(name)).map_err(errno)
}

/// As rmdir(2).
pub fn rmdir(name: &[u8]) -> Result<(), Errno> {
    fs::remove_dir(path(name)).map_err(errno)
}

/// As mkdir(2), with the mode that the umask leaves.
pub fn mkdir(name: &[u8]) -> Result<(), Errno> {
    fs::create_dir(path(name)).map_err(errno)
}

/// As rename(2).
pub fn rename(from: &[u8], to: &[u8]) -> Result<(), Errno> {
    fs::rename(path(from), path(to)).map_err(errno)
}

/// As link(2): `name` becomes another name of the file `target`.
pub fn link(target: &[u8], name: &[u8]) -> Result<(), Errno> {
    fs::hard_link(path(target), path(name)).map_err(errno)
}

/// As symlink(2): `name` becomes a link to `target`.
#[cfg(target_arch = "wasm32")]
pub fn symlink(target: &[u8], name: &[u8]) -> Result<(), Errno> {
    use std::ffi::{CString, c_char, c_int};
    unsafe extern "C" {
        fn symlink(target: *const c_char, name: *const c_char) -> c_int;
    }
    let text = |name: &[u8]| CString::new(to_wasi(name).as_bytes()).map_err(|_| Errno::Inval);
    let (target, name) = (text(target)?, text(name)?);
    // SAFETY: libc's symlink with two NUL-terminated strings that live through the call. `std`
    // has a function for it on this target only in unstable form.
    match unsafe { symlink(target.as_ptr(), name.as_ptr()) } {
        0 => Ok(()),
        _ => Err(errno(io::Error::last_os_error())),
    }
}

/// As symlink(2). Only programs of a sandbox make links.
#[cfg(not(target_arch = "wasm32"))]
pub fn symlink(_: &[u8], _: &[u8]) -> Result<(), Errno> {
    Err(Errno::Nosys)
}

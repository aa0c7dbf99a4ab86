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

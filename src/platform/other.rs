//! Hosts that are no Unix (Windows).

use super::HostAttr;
use crate::fs::Errno;
use cap_std::fs::{Dir, Metadata, OpenOptions};
use std::ffi::OsString;
use std::io;
use std::path::Path;

/// Whether the host's file names differ in more than case.
pub const CASE_SENSITIVE: bool = false;

/// Bytes as host text. Names with unpaired surrogates can be listed, not opened.
pub fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

/// Whether the host can hold a file of that name, and would not take it for
/// something else: a stream, a device, a name without its last dot.
pub fn valid_name(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|rest| {
            rest.chars().count() == 1 && rest.chars().all(|c| "0123456789\u{b9}\u{b2}\u{b3}".contains(c))
        })
    };
    !name.contains(|c: char| c < ' ' || r#"\/:*?"<>|"#.contains(c))
        && !name.ends_with(['.', ' '])
        && !DEVICES.contains(&stem.as_str())
        && !numbered("COM")
        && !numbered("LPT")
}

/// Numbers that `std::io::ErrorKind` does not tell apart: none here.
pub fn errno(_raw: i32) -> Option<Errno> {
    None
}

/// What the metadata tells here.
pub fn attributes(_meta: &Metadata) -> HostAttr {
    HostAttr { id: None, mode: None, nlink: 1, ctime: None, special: None }
}

/// The inode number that a directory entry brings along: none here.
pub fn entry_ino(_entry: &cap_std::fs::DirEntry) -> Option<u64> {
    None
}

/// Permission bits for a file that is made: the host has none.
pub fn with_mode(_options: &mut OpenOptions, _mode: u32) {}

/// Sets the permission bits of an open file: the host has none.
pub fn set_mode(_file: &std::fs::File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Sets the permission bits of a file: the host has none.
pub fn set_mode_at(_dir: &Dir, _name: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// Makes a symbolic link. The host wants to know what it will name, and
/// refuses absolute texts inside a capability.
pub fn symlink(target: &Path, dir: &Dir, name: &Path) -> io::Result<()> {
    if dir.metadata(target).is_ok_and(|meta| meta.is_dir()) {
        dir.symlink_dir(target, name)
    } else {
        dir.symlink_file(target, name)
    }
}

/// Makes a directory.
pub fn create_dir(dir: &Dir, name: &Path, _mode: u32) -> io::Result<()> {
    dir.create_dir(name)
}

/// Reads at an offset.
pub fn read_at(file: &std::fs::File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buf, offset);
    #[cfg(not(windows))]
    {
        let _ = (file, buf, offset);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Writes at an offset.
pub fn write_at(file: &std::fs::File, data: &[u8], offset: u64) -> io::Result<usize> {
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_write(file, data, offset);
    #[cfg(not(windows))]
    {
        let _ = (file, data, offset);
        Err(io::ErrorKind::Unsupported.into())
    }
}

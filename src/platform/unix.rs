//! Unix hosts.

use super::HostAttr;
use crate::fs::{Errno, FileType};
use cap_std::fs::{Dir, FileTypeExt, Metadata, MetadataExt, OpenOptions, OpenOptionsExt};
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

/// Whether the host's file names differ in more than case.
pub const CASE_SENSITIVE: bool = !cfg!(any(target_os = "macos", target_os = "ios"));

/// Bytes as host text.
pub fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(OsString::from_vec(bytes))
}

/// Whether the host can hold a file of that name; one that passed
/// `name::check`.
pub fn valid_name(_name: &str) -> bool {
    true
}

/// Numbers that `std::io::ErrorKind` does not tell apart. The first 34 are
/// the same on every Unix.
pub fn errno(raw: i32) -> Option<Errno> {
    Some(match raw {
        1 => Errno::Perm,
        2 => Errno::NoEnt,
        4 => Errno::Intr,
        5 => Errno::Io,
        6 => Errno::Nxio,
        9 => Errno::BadF,
        12 => Errno::NoMem,
        13 => Errno::Acces,
        16 => Errno::Busy,
        17 => Errno::Exist,
        18 => Errno::Xdev,
        19 => Errno::NoDev,
        20 => Errno::NotDir,
        21 => Errno::IsDir,
        22 => Errno::Inval,
        23 => Errno::NFile,
        24 => Errno::MFile,
        25 => Errno::NotTty,
        26 => Errno::TxtBsy,
        27 => Errno::FBig,
        28 => Errno::NoSpc,
        29 => Errno::SPipe,
        30 => Errno::Rofs,
        31 => Errno::MLink,
        32 => Errno::Pipe,
        40 if cfg!(target_os = "linux") => Errno::Loop,
        62 if cfg!(target_os = "macos") => Errno::Loop,
        _ => return None,
    })
}

/// What the metadata tells here.
pub fn attributes(meta: &Metadata) -> HostAttr {
    let kind = meta.file_type();
    let special = if kind.is_fifo() {
        Some(FileType::Fifo)
    } else if kind.is_socket() {
        Some(FileType::Socket)
    } else if kind.is_block_device() {
        Some(FileType::Block)
    } else if kind.is_char_device() {
        Some(FileType::Character)
    } else {
        None
    };
    HostAttr {
        id: Some((meta.dev(), meta.ino())),
        mode: Some(meta.mode() & 0o7777),
        nlink: meta.nlink(),
        ctime: Some(meta.ctime().saturating_mul(1_000_000_000).saturating_add(meta.ctime_nsec())),
        special,
    }
}

/// The inode number that a directory entry brings along.
pub fn entry_ino(entry: &cap_std::fs::DirEntry) -> Option<u64> {
    use std::os::unix::fs::DirEntryExt;
    Some(entry.ino())
}

/// Permission bits for a file that is made.
pub fn with_mode(options: &mut OpenOptions, mode: u32) {
    options.mode(mode);
}

/// Sets the permission bits of an open file.
pub fn set_mode(file: &std::fs::File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

/// Sets the permission bits of a file that may not be opened (mode 0).
/// `name` is one component; a link is not followed.
pub fn set_mode_at(dir: &Dir, name: &Path, mode: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt};
        use std::os::fd::AsRawFd;
        // A handle that needs no permission on the file and cannot be
        // exchanged behind our back; chmod by its number in /proc.
        let mut options = OpenOptions::new();
        options.read(true).follow(FollowSymlinks::No).custom_flags(O_PATH);
        let file = dir.open_with(name, &options)?;
        if file.metadata()?.is_symlink() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        use std::os::unix::fs::PermissionsExt;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
    }
    #[cfg(not(target_os = "linux"))]
    {
        use cap_fs_ext::DirExt;
        use cap_std::fs::{Permissions, PermissionsExt};
        dir.set_symlink_permissions(name, Permissions::from_mode(mode))
    }
}

/// `open(2)`'s flag on every architecture of Linux that Rust's standard
/// library and wasmtime's compiler share.
#[cfg(target_os = "linux")]
const O_PATH: i32 = 0o10_000_000;

/// Makes a symbolic link with that text, whatever it names.
pub fn symlink(target: &Path, dir: &Dir, name: &Path) -> io::Result<()> {
    dir.symlink_contents(target, name)
}

/// Makes a directory with permission bits.
pub fn create_dir(dir: &Dir, name: &Path, mode: u32) -> io::Result<()> {
    use cap_std::fs::{DirBuilder, DirBuilderExt};
    let mut builder = DirBuilder::new();
    builder.mode(mode);
    dir.create_dir_with(name, &builder)
}

/// Reads at an offset.
pub fn read_at(file: &std::fs::File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}

/// Writes at an offset.
pub fn write_at(file: &std::fs::File, data: &[u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, data, offset)
}

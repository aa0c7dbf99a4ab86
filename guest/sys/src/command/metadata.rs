//! File modes and owners: the stat and chmod families.

use super::descriptors::{Origin, origin};
use super::errno::{fail, path_bytes, report};
use crate::Errno;
use crate::files::{self, AccessMode, FileType, OpenFile, Stat};
use std::ffi::{c_char, c_int};

unsafe extern "C" {
    fn __real_fstat(fd: c_int, buf: *mut libc::stat) -> c_int;
    fn __real_fstatat(fd: c_int, path: *const c_char, buf: *mut libc::stat, flags: c_int) -> c_int;
    fn __real_faccessat(fd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int;
}

/// Blocks that `du` counts, in units of 512 bytes.
fn blocks(size: u64) -> u64 {
    size.div_ceil(4096).saturating_mul(8)
}

fn file_type_bits(kind: FileType) -> libc::mode_t {
    match kind {
        FileType::Regular => libc::S_IFREG,
        FileType::Directory => libc::S_IFDIR,
        FileType::Symlink => libc::S_IFLNK,
        FileType::Fifo => libc::S_IFIFO,
        FileType::Character => libc::S_IFCHR,
        FileType::Block => libc::S_IFBLK,
        FileType::Socket => libc::S_IFSOCK,
    }
}

fn timespec(nanoseconds: i64) -> libc::timespec {
    libc::timespec {
        tv_sec: nanoseconds.div_euclid(1_000_000_000),
        tv_nsec: nanoseconds.rem_euclid(1_000_000_000) as _,
    }
}

/// Writes a kernel stat into libc's.
///
/// # Safety
/// `buf` points to memory for a `struct stat`.
pub unsafe fn fill(buf: *mut libc::stat, stat: &Stat) {
    // SAFETY: the caller's promise; a `struct stat` of zeroes is a valid one.
    let buf = unsafe {
        buf.write_bytes(0, 1);
        &mut *buf
    };
    buf.st_dev = stat.dev as _;
    buf.st_ino = stat.ino as _;
    buf.st_nlink = stat.nlink as _;
    buf.st_mode = file_type_bits(stat.kind) | stat.mode as libc::mode_t;
    buf.st_uid = stat.uid;
    buf.st_gid = stat.gid;
    buf.st_size = stat.size as _;
    buf.st_blksize = 4096;
    buf.st_blocks = blocks(stat.size) as _;
    buf.st_atim = timespec(stat.atime);
    buf.st_mtim = timespec(stat.mtime);
    buf.st_ctim = timespec(stat.ctime);
}

/// # Safety
/// As stat(2).
unsafe fn stat_path(path: *const c_char, buf: *mut libc::stat, follow: bool) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match path_bytes(path).and_then(|path| files::stat(path, follow)) {
            Ok(stat) => {
                fill(buf, &stat);
                0
            }
            Err(errno) => fail(errno),
        }
    }
}

/// # Safety
/// As stat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_stat(path: *const c_char, buf: *mut libc::stat) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { stat_path(path, buf, true) }
}

/// # Safety
/// As lstat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_lstat(path: *const c_char, buf: *mut libc::stat) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { stat_path(path, buf, false) }
}

/// # Safety
/// As fstatat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fstatat(fd: c_int, path: *const c_char, buf: *mut libc::stat, flags: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match at(fd, path) {
            Ok(Some(path)) => match files::stat(path, flags & libc::AT_SYMLINK_NOFOLLOW == 0) {
                Ok(stat) => {
                    fill(buf, &stat);
                    0
                }
                Err(errno) => fail(errno),
            },
            Ok(None) => __real_fstatat(fd, path, buf, flags),
            Err(errno) => fail(errno),
        }
    }
}

/// The path that a `...at` function means; absent where the directory's path is not known.
///
/// # Safety
/// `path` is a NUL-terminated string.
unsafe fn at(fd: c_int, path: *const c_char) -> Result<Option<Vec<u8>>, Errno> {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) }?;
    if fd == libc::AT_FDCWD || path.first() == Some(&b'/') {
        return Ok(Some(path));
    }
    match origin(fd) {
        Origin::Path(mut absolute) => {
            absolute.push(b'/');
            absolute.extend_from_slice(&path);
            Ok(Some(absolute))
        }
        Origin::Inherited | Origin::Unknown => Ok(None),
    }
}

/// # Safety
/// As fstat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fstat(fd: c_int, buf: *mut libc::stat) -> c_int {
    let origin = origin(fd);
    if let Origin::Inherited = origin
        && let Some(Ok(stat)) = OpenFile::inherited(fd as u32).map(|file| file.stat())
    {
        // SAFETY: the caller's promise.
        unsafe { fill(buf, &stat) };
        return 0;
    }
    // SAFETY: the caller's promise; a `struct stat` was written when it gives 0.
    let (result, found) = unsafe {
        let result = __real_fstat(fd, buf);
        (result, if result == 0 { Some(&mut *buf) } else { None })
    };
    let Some(found) = found else { return result };
    if let Origin::Path(path) = origin
        && let Ok(stat) = files::stat(&path, true)
        && stat.ino == found.st_ino
    {
        // SAFETY: as above.
        unsafe { fill(buf, &stat) };
        return 0;
    }
    // Not found by its path any more: what a new file of the user would have.
    found.st_mode |= if found.st_mode & libc::S_IFMT == libc::S_IFDIR { 0o755 } else { 0o644 };
    found.st_uid = super::identity::UID;
    found.st_gid = super::identity::GID;
    found.st_blksize = 4096;
    found.st_blocks = blocks(found.st_size as u64) as _;
    0
}

/// # Safety
/// As chmod(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_chmod(path: *const c_char, mode: libc::mode_t) -> c_int {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) };
    report(path.and_then(|path| files::set_mode(path, mode & 0o7777, true)))
}

/// # Safety
/// As fchmod(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fchmod(fd: c_int, mode: libc::mode_t) -> c_int {
    let mode = mode & 0o7777;
    match origin(fd) {
        Origin::Inherited => match OpenFile::inherited(fd as u32) {
            Some(file) => report(file.set_mode(mode)),
            None => fail(Errno::Badf),
        },
        Origin::Path(path) => report(files::set_mode(path, mode, true)),
        Origin::Unknown => fail(Errno::Badf),
    }
}

/// # Safety
/// As fchmodat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fchmodat(fd: c_int, path: *const c_char, mode: libc::mode_t, flags: c_int) -> c_int {
    let follow = flags & libc::AT_SYMLINK_NOFOLLOW == 0;
    // SAFETY: the caller's promise.
    match unsafe { at(fd, path) } {
        Ok(Some(path)) => report(files::set_mode(path, mode & 0o7777, follow)),
        Ok(None) => fail(Errno::Notsup),
        Err(errno) => fail(errno),
    }
}

/// The rights that access(2) asks about. POSIX leaves the values to libc.
fn access_mode(mode: c_int) -> AccessMode {
    let mut rights = AccessMode::empty();
    for (bit, right) in
        [(libc::R_OK, AccessMode::READ), (libc::W_OK, AccessMode::WRITE), (libc::X_OK, AccessMode::EXECUTE)]
    {
        if mode & bit != 0 {
            rights = rights | right;
        }
    }
    rights
}

/// # Safety
/// As access(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_access(path: *const c_char, mode: c_int) -> c_int {
    // SAFETY: the caller's promise.
    let path = unsafe { path_bytes(path) };
    report(path.and_then(|path| files::access(path, access_mode(mode))))
}

/// # Safety
/// As faccessat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_faccessat(fd: c_int, path: *const c_char, mode: c_int, flags: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        match at(fd, path) {
            Ok(Some(path)) => report(files::access(path, access_mode(mode))),
            Ok(None) => __real_faccessat(fd, path, mode, flags),
            Err(errno) => fail(errno),
        }
    }
}

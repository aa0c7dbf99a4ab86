//! Python's descriptors: open files of the kernel under libc's numbers.
//!
//! libc's own descriptors cannot be duplicated, made into pipes or given to a child, and their
//! reads cannot be interrupted. So what Python opens is an open file of the kernel, kept here. Its
//! number is reserved in libc with a placeholder, so that sockets and directories, which stay
//! libc's, never get the same one.
//!
//! The functions are named `__wrap_...`: the linker sends libpython's calls here. Those that every
//! command has wrapped already (`open`) are `__wrap_python_...` and go before.

use std::ffi::{c_char, c_int, c_void};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use agentfense_sys::Errno;
use agentfense_sys::command::errno::{fail, path_bytes, report};
use agentfense_sys::command::metadata;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};

use crate::{signals, threads};

unsafe extern "C" {
    fn open(path: *const c_char, flags: c_int, arguments: *const c_int) -> c_int;
    fn close(fd: c_int) -> c_int;
    fn pwrite(fd: c_int, buf: *const c_void, len: usize, offset: i64) -> isize;
    fn __real_open(path: *const c_char, flags: c_int, arguments: *const c_int) -> c_int;
    fn __real_close(fd: c_int) -> c_int;
    fn __real_read(fd: c_int, buf: *mut c_void, len: usize) -> isize;
    fn __real_write(fd: c_int, buf: *const c_void, len: usize) -> isize;
    fn __real_pread(fd: c_int, buf: *mut c_void, len: usize, offset: i64) -> isize;
    fn __real_lseek(fd: c_int, offset: i64, whence: c_int) -> i64;
    fn __real_ftruncate(fd: c_int, size: i64) -> c_int;
    fn __real_fdatasync(fd: c_int) -> c_int;
    fn __real_fsync(fd: c_int) -> c_int;
    fn __real_isatty(fd: c_int) -> c_int;
    fn __real_fcntl(fd: c_int, command: c_int, arguments: *const c_int) -> c_int;
    fn __real_futimens(fd: c_int, times: *const libc::timespec) -> c_int;
    fn fstat(fd: c_int, buf: *mut libc::stat) -> c_int;
}

/// Bytes of one write: the engine bounds what a system call may copy.
const WRITE_LIMIT: usize = 16 << 20;

/// Numbers that a process may have.
const LIMIT: c_int = 1024;

/// A descriptor.
struct Entry {
    file: OpenFile,
    /// `O_APPEND`, `O_NONBLOCK` and the access mode, as `fcntl` tells them.
    flags: c_int,
    close_on_exec: bool,
    /// The number is libc's, too: a placeholder that is closed with this.
    reserved: bool,
}

fn table() -> MutexGuard<'static, Vec<Option<Entry>>> {
    static TABLE: OnceLock<Mutex<Vec<Option<Entry>>>> = OnceLock::new();
    TABLE.get_or_init(|| Mutex::new(inherited())).lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the parent gave.
fn inherited() -> Vec<Option<Entry>> {
    let mut table = Vec::new();
    for number in files::inherited_fds() {
        let Some(file) = OpenFile::inherited(number) else { continue };
        let number = number as c_int;
        if !(0..LIMIT).contains(&number) {
            continue;
        }
        let reserved = number > 2 && reserve(number);
        let flags = access(file.flags());
        put(&mut table, number, Entry { file, flags, close_on_exec: false, reserved });
    }
    table
}

/// `fcntl`'s view of how a file was opened.
fn access(flags: OpenFlags) -> c_int {
    let mut bits = 0;
    for (flag, bit) in [
        (OpenFlags::READ, libc::O_RDONLY),
        (OpenFlags::WRITE, libc::O_WRONLY),
        (OpenFlags::APPEND, libc::O_APPEND),
        (OpenFlags::NONBLOCK, libc::O_NONBLOCK),
    ] {
        if flags & flag == flag {
            bits |= bit;
        }
    }
    bits
}

fn put(table: &mut Vec<Option<Entry>>, fd: c_int, entry: Entry) {
    let index = fd as usize;
    if table.len() <= index {
        table.resize_with(index + 1, || None);
    }
    table[index] = Some(entry);
}

/// A number that libc gives out to nobody else.
fn reserve_any() -> Result<c_int, Errno> {
    // SAFETY: a NUL-terminated path; without `O_CREAT` there is no further argument.
    let fd = unsafe { __real_open(c"/dev/null".as_ptr(), libc::O_RDONLY, std::ptr::null()) };
    if (0..LIMIT).contains(&fd) {
        return Ok(fd);
    }
    if fd >= 0 {
        // SAFETY: the descriptor was just opened.
        unsafe { __real_close(fd) };
    }
    Err(Errno::Mfile)
}

/// Reserves one number; false when libc uses it itself.
fn reserve(wanted: c_int) -> bool {
    let mut others = Vec::new();
    let mut found = false;
    while let Ok(fd) = reserve_any() {
        found = fd == wanted;
        if found {
            break;
        }
        others.push(fd);
        if fd > wanted {
            break;
        }
    }
    for fd in others {
        // SAFETY: the descriptors were opened above.
        unsafe { __real_close(fd) };
    }
    found
}

/// A new descriptor for a file.
pub(crate) fn insert(file: OpenFile, close_on_exec: bool) -> Result<c_int, Errno> {
    // The inherited ones have their numbers before anything new.
    drop(table());
    let fd = reserve_any()?;
    let flags = access(file.flags());
    put(&mut table(), fd, Entry { file, flags, close_on_exec, reserved: true });
    Ok(fd)
}

/// Does something with the file behind a descriptor; absent where it is libc's alone.
fn with<R>(fd: c_int, act: impl FnOnce(&mut Entry) -> R) -> Option<R> {
    let index = usize::try_from(fd).ok()?;
    table().get_mut(index)?.as_mut().map(act)
}

/// Another handle to a descriptor's open file, for a child or to wait for.
pub(crate) fn handle(fd: c_int) -> Option<OpenFile> {
    with(fd, |entry| entry.file.duplicate())
}

/// As dup(2).
pub(crate) fn duplicate(fd: c_int, close_on_exec: bool) -> Result<c_int, Errno> {
    insert(handle(fd).ok_or_else(|| unknown(fd))?, close_on_exec)
}

/// As dup2(2).
pub(crate) fn duplicate_to(fd: c_int, to: c_int, close_on_exec: bool) -> Result<(), Errno> {
    if !(0..LIMIT).contains(&to) {
        return Err(Errno::Badf);
    }
    let (file, flags) = with(fd, |entry| (entry.file.duplicate(), entry.flags)).ok_or_else(|| unknown(fd))?;
    if fd == to {
        return Ok(());
    }
    let reserved = match with(to, |entry| entry.reserved) {
        Some(reserved) => reserved,
        None => to > 2 && reserve(to),
    };
    put(&mut table(), to, Entry { file, flags, close_on_exec, reserved });
    Ok(())
}

/// Why a descriptor has no open file of the kernel.
pub(crate) fn unknown(fd: c_int) -> Errno {
    // SAFETY: F_GETFD has no further argument.
    if unsafe { __real_fcntl(fd, libc::F_GETFD, std::ptr::null()) } < 0 { Errno::Badf } else { Errno::Notsup }
}

/// Every descriptor that a child inherits.
pub(crate) fn inheritable() -> Vec<c_int> {
    let table = table();
    (0..)
        .zip(table.iter())
        .filter(|(_, entry)| entry.as_ref().is_some_and(|e| !e.close_on_exec))
        .map(|(fd, _)| fd)
        .collect()
}

/// As pipe2(2): (read end, write end).
pub(crate) fn pipe(close_on_exec: bool) -> Result<(c_int, c_int), Errno> {
    let (reader, writer) = files::pipe()?;
    let reader = insert(reader, close_on_exec)?;
    match insert(writer, close_on_exec) {
        Ok(writer) => Ok((reader, writer)),
        Err(errno) => {
            __wrap_python_close(reader);
            Err(errno)
        }
    }
}

/// Whether reads and writes wait.
pub(crate) fn blocking(fd: c_int, set: Option<bool>) -> Result<bool, Errno> {
    with(fd, |entry| {
        let was = entry.flags & libc::O_NONBLOCK == 0;
        match set {
            Some(true) => entry.flags &= !libc::O_NONBLOCK,
            Some(false) => entry.flags |= libc::O_NONBLOCK,
            None => {}
        }
        was
    })
    .ok_or(Errno::Badf)
}

/// `O_NONBLOCK` and the access mode.
pub(crate) fn flags(fd: c_int) -> Result<c_int, Errno> {
    with(fd, |entry| entry.flags).ok_or(Errno::Badf)
}

/// As fchmod(2).
pub(crate) fn set_mode(fd: c_int, mode: u32) -> Result<(), Errno> {
    with(fd, |entry| entry.file.set_mode(mode)).unwrap_or(Err(Errno::Badf))
}

/// A failed call, with the handlers of what interrupted it run.
fn interrupted(errno: Errno) -> c_int {
    if errno == Errno::Intr {
        signals::deliver();
    }
    fail(errno)
}

/// # Safety
/// As open(2); `arguments` are the variable ones.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_open(path: *const c_char, flags: c_int, arguments: *const c_int) -> c_int {
    let mut how = OpenFlags::empty();
    for (bit, flag) in [
        (libc::O_RDONLY, OpenFlags::READ),
        (libc::O_WRONLY, OpenFlags::WRITE),
        (libc::O_APPEND, OpenFlags::APPEND),
        (libc::O_CREAT, OpenFlags::CREATE),
        (libc::O_EXCL, OpenFlags::EXCLUSIVE),
        (libc::O_TRUNC, OpenFlags::TRUNCATE),
        (libc::O_NOFOLLOW, OpenFlags::NO_FOLLOW),
        (libc::O_NONBLOCK, OpenFlags::NONBLOCK),
    ] {
        if flags & bit != 0 {
            how = how | flag;
        }
    }
    // SAFETY: the caller's promises; a mode is there where a file may be made.
    unsafe {
        if flags & libc::O_DIRECTORY != 0 {
            return open(path, flags, arguments);
        }
        let mode = if flags & libc::O_CREAT != 0 && !arguments.is_null() { *arguments as u32 & 0o7777 } else { 0o666 };
        let file = path_bytes(path).and_then(|path| files::open(path, how, mode));
        let file = match file {
            Ok(file) => file,
            Err(errno) => return interrupted(errno),
        };
        if how & OpenFlags::WRITE != OpenFlags::WRITE && file.stat().is_ok_and(|stat| stat.kind == FileType::Directory)
        {
            // libc reads directories.
            return open(path, flags, arguments);
        }
        match insert(file, true) {
            Ok(fd) => fd,
            Err(errno) => fail(errno),
        }
    }
}

/// As close(2).
#[unsafe(no_mangle)]
extern "C" fn __wrap_python_close(fd: c_int) -> c_int {
    let entry = usize::try_from(fd).ok().and_then(|index| table().get_mut(index).and_then(Option::take));
    match entry {
        Some(entry) => {
            let reserved = entry.reserved;
            drop(entry);
            if reserved {
                // SAFETY: the placeholder that this entry was made with.
                unsafe { __real_close(fd) };
            }
            0
        }
        // SAFETY: a number that is libc's alone.
        None => unsafe { close(fd) },
    }
}

/// # Safety
/// As read(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_read(fd: c_int, buf: *mut c_void, len: usize) -> isize {
    if threads::several()
        && blocking(fd, None) == Ok(true)
        && let Err(errno) = threads::wait_for_file(fd, libc::POLLIN)
    {
        return interrupted(errno) as isize;
    }
    let data = with(fd, |entry| {
        if entry.flags & libc::O_NONBLOCK != 0 && !entry.file.wait_readable(Some(std::time::Duration::ZERO))? {
            return Err(Errno::Again);
        }
        entry.file.read_some(u32::try_from(len).unwrap_or(u32::MAX))
    });
    match data {
        Some(Ok(data)) => {
            let count = data.len().min(len);
            // SAFETY: the caller's buffer has `len` bytes.
            unsafe { buf.cast::<u8>().copy_from_nonoverlapping(data.as_ptr(), count) };
            count as isize
        }
        Some(Err(errno)) => interrupted(errno) as isize,
        // SAFETY: the caller's promise.
        None => unsafe { __real_read(fd, buf, len) },
    }
}

/// # Safety
/// As write(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_write(fd: c_int, buf: *const c_void, len: usize) -> isize {
    let len = len.min(WRITE_LIMIT);
    if threads::several()
        && blocking(fd, None) == Ok(true)
        && let Err(errno) = threads::wait_for_file(fd, libc::POLLOUT)
    {
        return interrupted(errno) as isize;
    }
    let written = with(fd, |entry| {
        // SAFETY: the caller's buffer has `len` bytes.
        let data = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(buf.cast::<u8>(), len) } };
        let nonblocking = entry.flags & libc::O_NONBLOCK != 0;
        match entry.file.try_write(data)? {
            0 if len > 0 && nonblocking => Err(Errno::Again),
            0 if len > 0 => {
                // Full: wait for room for a part, as a pipe's writer may.
                let part = &data[..len.min(4096)];
                entry.file.write_bytes(part).map(|()| part.len())
            }
            count => Ok(count),
        }
    });
    match written {
        Some(Ok(count)) => count as isize,
        Some(Err(errno)) => interrupted(errno) as isize,
        // SAFETY: the caller's promise.
        None => unsafe { __real_write(fd, buf, len) },
    }
}

/// # Safety
/// As pread(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_pread(fd: c_int, buf: *mut c_void, len: usize, offset: i64) -> isize {
    let data = with(fd, |entry| {
        let here = entry.file.seek_to(0, Whence::Current)?;
        entry.file.seek_to(offset, Whence::Set)?;
        let data = entry.file.read_some(u32::try_from(len).unwrap_or(u32::MAX));
        entry.file.seek_to(i64::try_from(here).map_err(|_| Errno::Overflow)?, Whence::Set)?;
        data
    });
    match data {
        Some(Ok(data)) => {
            let count = data.len().min(len);
            // SAFETY: the caller's buffer has `len` bytes.
            unsafe { buf.cast::<u8>().copy_from_nonoverlapping(data.as_ptr(), count) };
            count as isize
        }
        Some(Err(errno)) => interrupted(errno) as isize,
        // SAFETY: the caller's promise.
        None => unsafe { __real_pread(fd, buf, len, offset) },
    }
}

/// # Safety
/// As pwrite(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pwrite(fd: c_int, buf: *const c_void, len: usize, offset: i64) -> isize {
    let len = len.min(WRITE_LIMIT);
    let written = with(fd, |entry| {
        // SAFETY: the caller's buffer has `len` bytes.
        let data = if len == 0 { &[] } else { unsafe { std::slice::from_raw_parts(buf.cast::<u8>(), len) } };
        let here = entry.file.seek_to(0, Whence::Current)?;
        entry.file.seek_to(offset, Whence::Set)?;
        let written = entry.file.try_write(data);
        entry.file.seek_to(i64::try_from(here).map_err(|_| Errno::Overflow)?, Whence::Set)?;
        written
    });
    match written {
        Some(Ok(count)) => count as isize,
        Some(Err(errno)) => interrupted(errno) as isize,
        // SAFETY: the caller's promise.
        None => unsafe { pwrite(fd, buf, len, offset) },
    }
}

/// As lseek(2).
#[unsafe(no_mangle)]
extern "C" fn __wrap_lseek(fd: c_int, offset: i64, whence: c_int) -> i64 {
    let from = match whence {
        libc::SEEK_SET => Whence::Set,
        libc::SEEK_CUR => Whence::Current,
        libc::SEEK_END => Whence::End,
        _ => return fail(Errno::Inval).into(),
    };
    match with(fd, |entry| entry.file.seek_to(offset, from)) {
        Some(Ok(at)) => i64::try_from(at).unwrap_or(i64::MAX),
        Some(Err(errno)) => fail(errno).into(),
        // SAFETY: no memory is passed.
        None => unsafe { __real_lseek(fd, offset, whence) },
    }
}

/// As lseek(2) that does not move, which libc has a name for.
#[unsafe(no_mangle)]
extern "C" fn __wrap___wasilibc_tell(fd: c_int) -> i64 {
    __wrap_lseek(fd, 0, libc::SEEK_CUR)
}

/// # Safety
/// As fstat(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_fstat(fd: c_int, buf: *mut libc::stat) -> c_int {
    match with(fd, |entry| entry.file.stat()) {
        Some(Ok(stat)) => {
            // SAFETY: the caller's promise.
            unsafe { metadata::fill(buf, &stat) };
            0
        }
        Some(Err(errno)) => fail(errno),
        // SAFETY: the caller's promise.
        None => unsafe { fstat(fd, buf) },
    }
}

/// As ftruncate(2).
#[unsafe(no_mangle)]
extern "C" fn __wrap_ftruncate(fd: c_int, size: i64) -> c_int {
    match with(fd, |entry| entry.file.set_size(u64::try_from(size).map_err(|_| Errno::Inval)?)) {
        Some(result) => report(result),
        // SAFETY: no memory is passed.
        None => unsafe { __real_ftruncate(fd, size) },
    }
}

/// As fsync(2): what the kernel was given is as safe as it can be.
#[unsafe(no_mangle)]
extern "C" fn __wrap_fsync(fd: c_int) -> c_int {
    // SAFETY: no memory is passed.
    with(fd, |_| 0).unwrap_or_else(|| unsafe { __real_fsync(fd) })
}

/// As fdatasync(2).
#[unsafe(no_mangle)]
extern "C" fn __wrap_fdatasync(fd: c_int) -> c_int {
    // SAFETY: no memory is passed.
    with(fd, |_| 0).unwrap_or_else(|| unsafe { __real_fdatasync(fd) })
}

/// As isatty(3).
#[unsafe(no_mangle)]
extern "C" fn __wrap_isatty(fd: c_int) -> c_int {
    match with(fd, |entry| entry.file.is_terminal()) {
        Some(true) => 1,
        Some(false) => {
            fail(Errno::Notty);
            0
        }
        // SAFETY: no memory is passed.
        None => unsafe { __real_isatty(fd) },
    }
}

/// # Safety
/// As fcntl(2); `arguments` are the variable ones.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fcntl(fd: c_int, command: c_int, arguments: *const c_int) -> c_int {
    // SAFETY: commands that set something have an argument.
    let argument = || unsafe { *arguments };
    let answer = with(fd, |entry| match command {
        libc::F_GETFD => Ok(if entry.close_on_exec { libc::FD_CLOEXEC } else { 0 }),
        libc::F_SETFD => {
            entry.close_on_exec = argument() & libc::FD_CLOEXEC != 0;
            Ok(0)
        }
        libc::F_GETFL => Ok(entry.flags),
        libc::F_SETFL => {
            let changeable = libc::O_NONBLOCK;
            entry.flags = entry.flags & !changeable | argument() & changeable;
            Ok(0)
        }
        _ => Err(Errno::Inval),
    });
    match answer {
        Some(Ok(value)) => value,
        Some(Err(errno)) => fail(errno),
        // SAFETY: the caller's promise.
        None => unsafe { __real_fcntl(fd, command, arguments) },
    }
}

/// # Safety
/// As futimens(2): `times` is null or two of them.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_futimens(fd: c_int, times: *const libc::timespec) -> c_int {
    let result = with(fd, |entry| {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: memory for a time.
        unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &mut now) };
        let nanoseconds = |time: &libc::timespec| time.tv_sec * 1_000_000_000 + i64::from(time.tv_nsec);
        if times.is_null() {
            return entry.file.set_times(Some(nanoseconds(&now)), Some(nanoseconds(&now)));
        }
        // SAFETY: the caller's promise.
        let times = unsafe { std::slice::from_raw_parts(times, 2) };
        let time = |time: &libc::timespec| match i64::from(time.tv_nsec) {
            UTIME_OMIT => None,
            UTIME_NOW => Some(nanoseconds(&now)),
            _ => Some(nanoseconds(time)),
        };
        entry.file.set_times(time(&times[0]), time(&times[1]))
    });
    match result {
        Some(result) => report(result),
        // SAFETY: the caller's promise.
        None => unsafe { __real_futimens(fd, times) },
    }
}

/// libc's marks in a time for `futimens`.
const UTIME_NOW: i64 = 0x3fff_ffff;
const UTIME_OMIT: i64 = 0x3fff_fffe;

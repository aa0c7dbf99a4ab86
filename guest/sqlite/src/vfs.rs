//! SQLite's files with the kernel's locks.
//!
//! WASI's libc has no locks, so the library's own file methods do without. This VFS hands everything to them but the
//! locks: for these it opens each database a second time, in the kernel, and locks the bytes that SQLite locks on
//! every Unix. It offers no shared memory, so a journal of the kind WAL stays refused by the library itself.

use agentfense_sys::files::{self, LockKind, OpenFile, OpenFlags};
use libsqlite3_sys as ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// The name that databases are opened through.
pub const NAME: &CStr = c"kernel";

/// The bytes that stand for locks, as in `os.h` of SQLite: all systems agree on them.
const PENDING: u64 = 0x4000_0000;
const RESERVED: u64 = PENDING + 1;
const SHARED: u64 = PENDING + 2;
const SHARED_BYTES: u64 = 510;

/// An open file: ours in front, the library's behind it in the same memory.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    state: *mut State,
}

struct State {
    /// The kernel's view of the file, for locks; temporary files have none.
    locks: Option<OpenFile>,
    level: c_int,
}

impl State {
    fn set(&self, kind: LockKind, start: u64, length: u64) -> bool {
        self.locks.as_ref().is_none_or(|file| file.lock(kind, start, length, false).is_ok())
    }

    fn lock(&mut self, level: c_int) -> bool {
        if self.level >= level {
            return true;
        }
        if level == ffi::SQLITE_LOCK_SHARED {
            // Who waits to write holds the pending byte, and no new reader passes.
            if !self.set(LockKind::Shared, PENDING, 1) {
                return false;
            }
            let shared = self.set(LockKind::Shared, SHARED, SHARED_BYTES);
            self.set(LockKind::Unlocked, PENDING, 1);
            if shared {
                self.level = level;
            }
            return shared;
        }
        if level == ffi::SQLITE_LOCK_RESERVED {
            let reserved = self.set(LockKind::Exclusive, RESERVED, 1);
            if reserved {
                self.level = level;
            }
            return reserved;
        }
        if self.level < ffi::SQLITE_LOCK_PENDING {
            if !self.set(LockKind::Exclusive, PENDING, 1) {
                return false;
            }
            self.level = ffi::SQLITE_LOCK_PENDING;
        }
        let exclusive = level < ffi::SQLITE_LOCK_EXCLUSIVE || self.set(LockKind::Exclusive, SHARED, SHARED_BYTES);
        if exclusive {
            self.level = level;
        }
        exclusive
    }

    fn unlock(&mut self, level: c_int) {
        if self.level <= level {
            return;
        }
        if level == ffi::SQLITE_LOCK_SHARED {
            // Becoming shared cannot be refused to who held it alone.
            self.set(LockKind::Shared, SHARED, SHARED_BYTES);
            self.set(LockKind::Unlocked, PENDING, 2);
        } else {
            self.set(LockKind::Unlocked, PENDING, 2 + SHARED_BYTES);
        }
        self.level = level;
    }

    /// Whether anyone holds the reserved lock.
    fn is_reserved(&self) -> bool {
        if self.level >= ffi::SQLITE_LOCK_RESERVED {
            return true;
        }
        let free = self.set(LockKind::Shared, RESERVED, 1);
        if free {
            self.set(LockKind::Unlocked, RESERVED, 1);
        }
        !free
    }
}

/// The library's file behind ours.
///
/// # Safety
/// `file` is one that `open` filled.
unsafe fn inner(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allots `szOsFile` bytes, which `register` made ours and the library's.
    unsafe { file.cast::<File>().add(1).cast() }
}

/// The state of an open file.
///
/// # Safety
/// As for `inner`; no other reference to the state is alive.
unsafe fn state<'a>(file: *mut ffi::sqlite3_file) -> &'a mut State {
    // SAFETY: `open` made it, `close` ends it, and the library calls one method at a time.
    unsafe { &mut *(*file.cast::<File>()).state }
}

/// Methods that the library's file does.
macro_rules! forward {
    ($($name:ident $method:ident ($($argument:ident: $kind:ty),*);)*) => {
        $(unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file, $($argument: $kind),*) -> c_int {
            // SAFETY: the library calls this on a file that `open` filled, with its own arguments.
            unsafe {
                let inner = inner(file);
                match (*(*inner).pMethods).$method {
                    Some(method) => method(inner, $($argument),*),
                    None => ffi::SQLITE_IOERR,
                }
            }
        })*
    };
}

forward! {
    read xRead(buffer: *mut c_void, amount: c_int, offset: ffi::sqlite3_int64);
    write xWrite(buffer: *const c_void, amount: c_int, offset: ffi::sqlite3_int64);
    truncate xTruncate(size: ffi::sqlite3_int64);
    sync xSync(flags: c_int);
    file_size xFileSize(size: *mut ffi::sqlite3_int64);
    file_control xFileControl(operation: c_int, argument: *mut c_void);
    sector_size xSectorSize();
    device_characteristics xDeviceCharacteristics();
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: called once on a file that `open` filled; its state is not used after this.
    unsafe {
        let inner = inner(file);
        let code = (*(*inner).pMethods).xClose.map_or(ffi::SQLITE_OK, |close| close(inner));
        drop(Box::from_raw((*file.cast::<File>()).state));
        code
    }
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    if unsafe { state(file) }.lock(level) { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: the file is open.
    unsafe { state(file) }.unlock(level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, result: *mut c_int) -> c_int {
    // SAFETY: the file is open, and the library waits for the result there.
    unsafe { *result = c_int::from(state(file).is_reserved()) };
    ffi::SQLITE_OK
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: the library gives memory of `szOsFile` bytes, our VFS, and a name that ends with NUL or is null.
    unsafe {
        (*file).pMethods = std::ptr::null();
        let base = (*vfs).pAppData.cast::<ffi::sqlite3_vfs>();
        let inner = inner(file);
        let Some(open) = (*base).xOpen else { return ffi::SQLITE_CANTOPEN };
        let code = open(base, name, inner, flags, out_flags);
        if code != ffi::SQLITE_OK {
            return code;
        }
        let locks = if flags & ffi::SQLITE_OPEN_MAIN_DB != 0 && !name.is_null() {
            files::open(CStr::from_ptr(name).to_bytes(), OpenFlags::READ, 0).ok()
        } else {
            None
        };
        (*file.cast::<File>()).state = Box::into_raw(Box::new(State { locks, level: ffi::SQLITE_LOCK_NONE }));
        (*file).pMethods = &METHODS;
    }
    ffi::SQLITE_OK
}

/// Makes the VFS known; whether that worked.
pub fn register() -> bool {
    // SAFETY: the default VFS lives as long as the process, as does the copy of it that is leaked here, which the
    // library keeps. A copy of the structure is a whole VFS: its methods get the VFS as an argument and find the
    // default one's data unchanged; ours differs in its name, in `open` and in the size of a file.
    unsafe {
        let base = ffi::sqlite3_vfs_find(c"unix-none".as_ptr());
        if base.is_null() {
            return false;
        }
        let mut copy = MaybeUninit::<ffi::sqlite3_vfs>::uninit();
        copy.as_mut_ptr().copy_from_nonoverlapping(base, 1);
        let copy = Box::leak(Box::new(copy.assume_init()));
        copy.pNext = null_mut();
        copy.zName = NAME.as_ptr();
        copy.szOsFile += size_of::<File>() as c_int;
        copy.pAppData = base.cast();
        copy.xOpen = Some(open);
        ffi::sqlite3_vfs_register(copy, 1) == ffi::SQLITE_OK
    }
}

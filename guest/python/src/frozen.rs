//! Modules that every start imports, from one file beside the library.
//!
//! CPython has most of those in itself. The others' code was put into the file when the library was compiled
//! (`lib/freeze.py`), and goes into the table of frozen modules, so that no directory is searched for it.

use std::ffi::{c_char, c_int};
use std::io::Read;

use agentfense_sys::files::{self, OpenFlags};

/// The file. The kernel mounts it with the library, read-only.
const FILE: &str = "/usr/lib/python3.14/startup.bin";

/// `struct _frozen`
#[repr(C)]
struct Frozen {
    name: *const c_char,
    code: *const u8,
    size: c_int,
    is_package: c_int,
}

unsafe extern "C" {
    /// A table of the embedder's, ended by an entry without a name.
    static mut PyImport_FrozenModules: *const Frozen;
}

/// Gives the table to Python. To be called before it starts. A library of another place has its own modules.
pub(crate) fn set_modules() {
    if std::env::var_os("PYTHONHOME").is_some() {
        return;
    }
    let mut bytes = Vec::new();
    let read = files::open(FILE, OpenFlags::READ, 0).ok().and_then(|mut file| file.read_to_end(&mut bytes).ok());
    if read.is_none() {
        return;
    }
    // As long as the process.
    let mut rest: &'static [u8] = bytes.leak();
    let mut table = Vec::new();
    while let Some(entry) = entry(&mut rest) {
        table.push(entry);
    }
    table.push(Frozen { name: std::ptr::null(), code: std::ptr::null(), size: 0, is_package: 0 });
    // SAFETY: nothing else runs yet, and the table is as its header describes it.
    unsafe { PyImport_FrozenModules = table.leak().as_ptr() };
}

/// The next entry: its name ended by 0, whether it is a package, the length of its code, the code.
fn entry(rest: &mut &'static [u8]) -> Option<Frozen> {
    let end = rest.iter().position(|&byte| byte == 0)?;
    let name = rest.split_off(..=end)?;
    let is_package = *rest.split_off_first()?;
    let size = u32::from_le_bytes(rest.split_off(..4)?.try_into().ok()?);
    let code = rest.split_off(..usize::try_from(size).ok()?)?;
    Some(Frozen {
        name: name.as_ptr().cast(),
        code: code.as_ptr(),
        size: c_int::try_from(size).ok()?,
        is_package: c_int::from(is_package),
    })
}

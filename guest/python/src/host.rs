//! The machine's name: the sandbox's.

use std::ffi::{c_char, c_int};
use std::io::Read;

use agentfense_sys::Errno;
use agentfense_sys::command::errno::fail;
use agentfense_sys::files::{self, OpenFlags};

/// A field of `struct utsname`.
type Field = [c_char; 65];

/// What uname(2) fills: system, node, release, version, machine, domain.
#[repr(C)]
struct Names([Field; 6]);

unsafe extern "C" {
    fn uname(names: *mut Names) -> c_int;
}

/// What `/etc/hostname` says.
fn name() -> String {
    let mut text = String::new();
    let read = files::open("/etc/hostname", OpenFlags::READ, 0)
        .ok()
        .and_then(|file| file.take(size_of::<Field>() as u64 - 1).read_to_string(&mut text).ok());
    match text.trim() {
        name if read.is_some() && !name.is_empty() => name.to_owned(),
        _ => "localhost".to_owned(),
    }
}

/// # Safety
/// As gethostname(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_gethostname(buf: *mut c_char, len: usize) -> c_int {
    let name = name();
    if name.len() >= len {
        return fail(Errno::Nametoolong);
    }
    // SAFETY: the caller's buffer has `len` bytes.
    unsafe {
        buf.copy_from_nonoverlapping(name.as_ptr().cast(), name.len());
        *buf.add(name.len()) = 0;
    }
    0
}

/// # Safety
/// As uname(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_uname(names: *mut Names) -> c_int {
    // SAFETY: the caller's promise.
    let result = unsafe { uname(names) };
    if result == 0 {
        // SAFETY: the caller's memory, filled by now.
        let node = unsafe { &mut (*names).0[1] };
        *node = [0; 65];
        // `name` is shorter than the field.
        for (to, byte) in node.iter_mut().zip(name().bytes()) {
            *to = byte as c_char;
        }
    }
    result
}

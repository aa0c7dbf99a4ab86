//! The command's entry.

use agentfense_sys as _;
use std::ffi::{CStr, c_char, c_int};

#[allow(missing_docs, clippy::all, clippy::undocumented_unsafe_blocks)]
mod world {
    wit_bindgen::generate!({
        inline: "package agentfense:python; world python { export wasi:cli/run@0.2.12; }",
        path: "../../wit",
        generate_all,
    });
}

unsafe extern "C" {
    fn __main_void() -> c_int;
    fn Py_BytesMain(argc: c_int, argv: *mut *mut c_char) -> c_int;
}

struct Python;

impl world::exports::wasi::cli::run::Guest for Python {
    fn run() -> Result<(), ()> {
        // SAFETY: libc's entry, called once: it collects the arguments and calls `main`.
        let status = unsafe { __main_void() };
        if status == 0 { Ok(()) } else { Err(()) }
    }
}

world::export!(Python with_types_in world);

/// The arguments, with what a name of pip stands for: its module, run by the installed interpreter. A virtual
/// environment has commands of its own for that, which come first in its `PATH`.
///
/// # Safety
/// `argv` holds `argc` strings.
unsafe fn with_module(argc: c_int, argv: *mut *mut c_char) -> (c_int, *mut *mut c_char) {
    // SAFETY: the caller's promise.
    let arguments = unsafe { std::slice::from_raw_parts(argv, usize::try_from(argc).unwrap_or(0)) };
    let Some((&name, rest)) = arguments.split_first() else { return (argc, argv) };
    // SAFETY: as above.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let name = name.rsplit(|&byte| byte == b'/').next().unwrap_or(name);
    if !matches!(name, b"pip" | b"pip3" | b"pip3.14") {
        return (argc, argv);
    }
    let command = [c"/usr/bin/python3", c"-m", c"pip"].map(|text| text.as_ptr().cast_mut());
    let mut whole: Vec<*mut c_char> = command.iter().chain(rest).copied().collect();
    let count = whole.len() as c_int;
    // As C's own, they end with null, and last as long as the process.
    whole.push(std::ptr::null_mut());
    (count, whole.leak().as_mut_ptr())
}

/// C's `main`, as the compiler names one that takes arguments.
///
/// # Safety
/// As main(): `argv` holds `argc` strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn __main_argc_argv(argc: c_int, argv: *mut *mut c_char) -> c_int {
    // SAFETY: the caller's promise.
    let (argc, argv) = unsafe { with_module(argc, argv) };
    crate::memory::set_allocator();
    crate::hash::set_function();
    crate::extend::builtin_modules();
    crate::frozen::set_modules();
    // SAFETY: the caller's promise.
    unsafe { Py_BytesMain(argc, argv) }
}

unsafe extern "C" {
    fn fflush(stream: *mut std::ffi::c_void) -> c_int;
}

/// Ends the process with its whole status; libc's own keeps one bit of it.
#[unsafe(no_mangle)]
extern "C" fn exit(status: c_int) -> ! {
    // SAFETY: null means every stream.
    unsafe { fflush(std::ptr::null_mut()) };
    agentfense_sys::processes::exit(status as u8)
}

//! The command's entry.

use agentfense_sys as _;
use std::ffi::{c_char, c_int};

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

/// C's `main`, as the compiler names one that takes arguments.
///
/// # Safety
/// As main(): `argv` holds `argc` strings.
#[unsafe(no_mangle)]
unsafe extern "C" fn __main_argc_argv(argc: c_int, argv: *mut *mut c_char) -> c_int {
    crate::memory::set_allocator();
    crate::hash::set_function();
    crate::extend::builtin_modules();
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

//! `dlopen` and kin: the program is one piece, and native code of elsewhere has no place in it.

use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

#[unsafe(no_mangle)]
extern "C" fn dlopen(_path: *const c_char, _flags: c_int) -> *mut c_void {
    null_mut()
}

#[unsafe(no_mangle)]
extern "C" fn dlsym(_library: *mut c_void, _name: *const c_char) -> *mut c_void {
    null_mut()
}

#[unsafe(no_mangle)]
extern "C" fn dlerror() -> *const c_char {
    c"native libraries cannot be loaded here".as_ptr()
}

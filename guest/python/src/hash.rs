//! The hash of strings and bytes.
//!
//! The build has FNV over words of four bytes, the choice for machines that cannot read unaligned ones. The lower bits
//! of its hashes know only a quarter of the text, so that names fall together, and who sees some hashes finds more that
//! do. Here is what CPython has elsewhere: SipHash-1-3, by the same secret.

use std::ffi::{c_char, c_int, c_void};

use siphasher::sip::SipHasher13;

/// `PyHash_FuncDef`
#[repr(C)]
struct Function {
    hash: unsafe extern "C" fn(*const c_void, isize) -> isize,
    name: *const c_char,
    hash_bits: c_int,
    seed_bits: c_int,
}

unsafe extern "C" {
    fn PyHash_GetFuncDef() -> *mut Function;
    /// The first sixteen of its bytes are a key, drawn at the start or made from `PYTHONHASHSEED`.
    static _Py_HashSecret: [u8; 24];
}

/// Puts the function in the other's place. To be called before Python starts.
pub(crate) fn set_function() {
    // SAFETY: the structure is as its header describes it, in memory like any other; nobody has read it yet.
    unsafe { *PyHash_GetFuncDef() = Function { hash, name: c"siphash13".as_ptr(), hash_bits: 64, seed_bits: 128 } };
}

/// # Safety
/// `text` is `len` bytes.
unsafe extern "C" fn hash(text: *const c_void, len: isize) -> isize {
    // SAFETY: the caller's promise; it asks only for what is not empty.
    let text = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), len.unsigned_abs()) };
    // SAFETY: it is written once, before anything is hashed.
    let key = unsafe { _Py_HashSecret }.first_chunk().copied().unwrap_or_default();
    SipHasher13::new_with_key(&key).hash(text) as isize
}

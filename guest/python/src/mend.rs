//! Slots of CPython's own types whose functions are of another type than they are called by. Elsewhere nobody
//! notices; WebAssembly ends the program at such a call.

use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PySystemError;
use pyo3::ffi::{self, PyObject};
use pyo3::prelude::*;
use pyo3::types::PyType;

/// `methodcaller`'s own function, which returns nothing where the collector expects a number.
static CLEAR: AtomicUsize = AtomicUsize::new(0);

/// Words of a type object, at least.
const WORDS: usize = 48;

extern "C" fn clear_methodcaller(object: *mut PyObject) -> c_int {
    // SAFETY: set before the slot that leads here, and a function of that type, as CPython's source has it.
    unsafe {
        let clear: extern "C" fn(*mut PyObject) = std::mem::transmute(CLEAR.load(Ordering::Relaxed));
        clear(object);
    }
    0
}

/// Puts a function of the right type where the collector looks for it.
pub(crate) fn methodcaller(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let methodcaller = module.getattr("methodcaller")?.cast_into::<PyType>()?;
    let object: *mut *mut c_void = methodcaller.as_ptr().cast();
    // SAFETY: a type made at run time, of which there is no other user yet; its slots are words of the object, and the
    // one that holds this function is found by that.
    unsafe {
        let clear = ffi::PyType_GetSlot(methodcaller.as_type_ptr(), ffi::Py_tp_clear);
        let slot = (0..WORDS).map(|word| object.add(word)).find(|&word| !clear.is_null() && *word == clear);
        let slot = slot.ok_or_else(|| PySystemError::new_err("methodcaller is not what it was"))?;
        CLEAR.store(clear as usize, Ordering::Relaxed);
        *slot = clear_methodcaller as *mut c_void;
    }
    Ok(())
}

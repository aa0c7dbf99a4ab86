//! How builtin modules of libpython get functions of ours, before anyone imports them.

use std::ffi::{CStr, c_char, c_int, c_void};

use pyo3::ffi::{self, PyModuleDef, PyModuleDef_Slot, PyObject};
use pyo3::prelude::*;

use crate::mend;

/// An entry of the table of builtin modules (`struct _inittab`).
#[repr(C)]
struct Builtin {
    name: *const c_char,
    init: Option<unsafe extern "C" fn() -> *mut PyObject>,
}

unsafe extern "C" {
    /// The table, ended by an entry without a name. To be changed before the interpreter starts.
    static mut PyImport_Inittab: *mut Builtin;
    fn PyInit_posix() -> *mut PyObject;
    fn PyInit__signal() -> *mut PyObject;
    fn PyInit__operator() -> *mut PyObject;
}

/// Puts our entries into the table. To be called before the interpreter starts.
pub(crate) fn builtin_modules() {
    pyo3::append_to_inittab!(_posixsubprocess);
    pyo3::append_to_inittab!(_agentfense_tls);
    pyo3::append_to_inittab!(_bz2);
    pyo3::append_to_inittab!(_lzma);
    // SAFETY: nothing else runs yet, and the table is as its header describes it.
    unsafe {
        let mut entry = PyImport_Inittab;
        while !(*entry).name.is_null() {
            match CStr::from_ptr((*entry).name).to_bytes() {
                b"posix" => (*entry).init = Some(posix),
                b"_signal" => (*entry).init = Some(signal),
                b"_operator" => (*entry).init = Some(operator),
                _ => {}
            }
            entry = entry.add(1);
        }
    }
}

use crate::compression::{_bz2, _lzma};
use crate::subprocess::_posixsubprocess;
use crate::tls::_agentfense_tls;

unsafe extern "C" fn posix() -> *mut PyObject {
    // SAFETY: called by the importer, once for an interpreter.
    unsafe { with_step(PyInit_posix(), fill_posix) }
}

unsafe extern "C" fn signal() -> *mut PyObject {
    // SAFETY: as above.
    unsafe { with_step(PyInit__signal(), fill_signal) }
}

unsafe extern "C" fn operator() -> *mut PyObject {
    // SAFETY: as above.
    unsafe { with_step(PyInit__operator(), mend_operator) }
}

unsafe extern "C" fn mend_operator(module: *mut PyObject) -> c_int {
    // SAFETY: as above.
    unsafe { fill(module, mend::methodcaller) }
}

unsafe extern "C" fn fill_posix(module: *mut PyObject) -> c_int {
    // SAFETY: the importer gives a module, with the interpreter attached.
    unsafe { fill(module, crate::posix::extend) }
}

unsafe extern "C" fn fill_signal(module: *mut PyObject) -> c_int {
    // SAFETY: as above.
    unsafe { fill(module, crate::posix::extend_signal) }
}

/// Adds a last step to a module's initialisation.
///
/// # Safety
/// `definition` is what a `PyInit_...` function of a module with multi-phase initialisation gave.
unsafe fn with_step(definition: *mut PyObject, step: unsafe extern "C" fn(*mut PyObject) -> c_int) -> *mut PyObject {
    if definition.is_null() {
        return definition;
    }
    // SAFETY: the caller's promise: a definition whose slots end with number 0.
    unsafe {
        let module: *mut PyModuleDef = definition.cast();
        let mut slots = Vec::new();
        let mut slot = (*module).m_slots;
        while !slot.is_null() && (*slot).slot != 0 {
            if (*slot).value == step as *mut c_void {
                // A second interpreter: the step is there.
                return definition;
            }
            slots.push(*slot);
            // What executes comes in order, before the slots that only say something.
            slot = slot.add(1);
        }
        slots.push(PyModuleDef_Slot { slot: ffi::Py_mod_exec, value: step as *mut c_void });
        slots.push(PyModuleDef_Slot { slot: 0, value: std::ptr::null_mut() });
        (*module).m_slots = Vec::leak(slots).as_mut_ptr();
    }
    definition
}

/// # Safety
/// `module` is a module, and the interpreter is attached.
unsafe fn fill(module: *mut PyObject, extend: fn(&Bound<'_, PyModule>) -> PyResult<()>) -> c_int {
    // SAFETY: the caller's promise.
    let python = unsafe { Python::assume_attached() };
    // SAFETY: as above.
    let module = unsafe { Bound::from_borrowed_ptr(python, module) };
    match module.cast::<PyModule>().map_err(PyErr::from).and_then(extend) {
        Ok(()) => 0,
        Err(error) => {
            error.restore(python);
            -1
        }
    }
}

//! What interrupts code that computes: signals, and the turns of other threads.
//!
//! At each call and each turn of a loop CPython looks at a word of the thread that runs, its *eval breaker*. The kernel
//! sets a bit of it from time to time, one that this build has no use for; the functions that CPython then calls are
//! ours first. The linker sees to that, by their names (`__intercept_...`): to these two, and to those that say whose
//! word it is.

use std::ffi::{c_int, c_void};
use std::ptr::null;
use std::sync::atomic::{AtomicUsize, Ordering};

use agentfense_sys::processes;

use crate::{signals, threads};

/// The start of `PyThreadState`.
#[repr(C)]
struct ThreadState {
    _previous: *mut c_void,
    _next: *mut c_void,
    _interpreter: *mut c_void,
    eval_breaker: u32,
}

/// `_PY_EVAL_EXPLICIT_MERGE_BIT`: builds without the interpreter lock have it.
const LOOK: u32 = 1 << 6;

unsafe extern "C" {
    fn PyThreadState_GetUnchecked() -> *mut ThreadState;
    fn PyThreadState_Clear(state: *mut ThreadState);
    fn _PyThreadState_Attach(state: *mut ThreadState);
    fn _Py_HandlePending(state: *mut ThreadState) -> c_int;
    fn PyErr_CheckSignals() -> c_int;
    fn PyEval_SaveThread() -> *mut ThreadState;
    fn PyEval_RestoreThread(state: *mut ThreadState);
}

/// The address of the state whose word the kernel sets.
static WATCHED: AtomicUsize = AtomicUsize::new(0);

/// A thread goes on: from now on the word is its own.
///
/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept__PyThreadState_Attach(state: *mut ThreadState) {
    // SAFETY: the caller's promise. The state stays until it is cleared; what changes its word does so in one piece,
    // between the places where the kernel does.
    unsafe {
        _PyThreadState_Attach(state);
        if WATCHED.swap(state as usize, Ordering::Relaxed) != state as usize {
            processes::watch(&raw const (*state).eval_breaker, LOOK);
        }
    }
}

/// A thread's state is about to go away.
///
/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept_PyThreadState_Clear(state: *mut ThreadState) {
    // SAFETY: the caller's promise; no word, no change.
    unsafe {
        PyThreadState_Clear(state);
        if WATCHED.compare_exchange(state as usize, 0, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            processes::watch(null(), 0);
        }
    }
}

/// The interpreter has seen something in the word.
///
/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept__Py_HandlePending(state: *mut ThreadState) -> c_int {
    // SAFETY: the caller's promise: the state of the thread that runs.
    unsafe {
        look(state);
        _Py_HandlePending(state)
    }
}

/// C code asks, once in a while, whether a signal has come.
///
/// # Safety
/// As the function that it is called before.
#[unsafe(no_mangle)]
unsafe extern "C" fn __intercept_PyErr_CheckSignals() -> c_int {
    // SAFETY: the caller's promise: it is attached. Python's handlers may run here, so others may, too.
    unsafe {
        let state = PyThreadState_GetUnchecked();
        if !state.is_null() {
            look(state);
        }
        PyErr_CheckSignals()
    }
}

/// Notes the signals that have come, and lets other threads run, if the kernel has set the bit.
///
/// # Safety
/// The state is that of the thread that runs, which is attached and at a place where it may let others run.
unsafe fn look(state: *mut ThreadState) {
    // SAFETY: the caller's promise.
    unsafe {
        if (*state).eval_breaker & LOOK == 0 {
            return;
        }
        (*state).eval_breaker &= !LOOK;
        let signalled = signals::deliver();
        if threads::several() {
            if signalled {
                threads::wake_for_signal();
            }
            let state = PyEval_SaveThread();
            threads::take_turns();
            PyEval_RestoreThread(state);
        }
    }
}

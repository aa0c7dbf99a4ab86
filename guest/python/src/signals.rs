//! Signals: the kernel notes what arrived, and the handlers run when Python comes by.

use std::ffi::c_int;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use agentfense_sys::command::errno::fail;
use agentfense_sys::processes::{self, Disposition, KillTarget};
use agentfense_sys::{Errno, Signal};

use crate::threads;

/// A C handler; libc's marks for "default" (null) and "ignore" are among them.
type Handler = Option<unsafe extern "C" fn(c_int)>;

unsafe extern "C" {
    /// libc's mark for an ignored signal: a function that does nothing.
    fn __SIG_IGN(signal: c_int);
    /// libc's mark for a failed call.
    fn __SIG_ERR(signal: c_int);
}

static HANDLERS: Mutex<[Handler; 65]> = Mutex::new([None; 65]);

fn ignore() -> Handler {
    Some(__SIG_IGN)
}

/// Whether two handlers are one function.
fn same(a: Handler, b: Handler) -> bool {
    a.map(|handler| handler as usize) == b.map(|handler| handler as usize)
}

/// As signal(2).
#[unsafe(no_mangle)]
extern "C" fn signal(number: c_int, handler: Handler) -> Handler {
    let failed = |errno| {
        fail(errno);
        Some(__SIG_ERR as unsafe extern "C" fn(c_int))
    };
    let Some(signal) = u8::try_from(number).ok().and_then(Signal::new) else { return failed(Errno::Inval) };
    let disposition = match handler {
        None => Disposition::Default,
        handler if same(handler, ignore()) => Disposition::Ignore,
        _ => Disposition::Handle,
    };
    match processes::set_disposition(signal, disposition) {
        Ok(before) => {
            let mut handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
            let old = std::mem::replace(&mut handlers[usize::from(signal.number())], handler);
            match before {
                Disposition::Default => None,
                // Also what the parent asked for at the start.
                Disposition::Ignore => ignore(),
                Disposition::Handle => old,
            }
        }
        Err(errno) => failed(errno),
    }
}

/// Runs the handlers of the signals that have arrived; whether there was one.
/// Python's only note the signal; its own handlers run at the interpreter's next check.
pub(crate) fn deliver() -> bool {
    let arrived = processes::take_signals();
    for signal in Signal::set(arrived) {
        let handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
        let handler = handlers[usize::from(signal.number())];
        drop(handlers);
        if let Some(handler) = handler
            && !same(Some(handler), ignore())
        {
            // SAFETY: the program gave it to `signal` as a handler.
            unsafe { handler(c_int::from(signal.number())) };
        }
    }
    arrived != 0
}

/// As raise(3).
#[unsafe(no_mangle)]
extern "C" fn raise(number: c_int) -> c_int {
    let Some(signal) = u8::try_from(number).ok().and_then(Signal::new) else { return fail(Errno::Inval) };
    match processes::kill(KillTarget::Process(processes::get_pid()), Some(signal)) {
        Ok(()) => {
            deliver();
            0
        }
        Err(errno) => fail(errno),
    }
}

/// Ends the process as SIGABRT does.
#[unsafe(no_mangle)]
extern "C" fn abort() -> ! {
    let _ = processes::set_disposition(Signal::SIGABRT, Disposition::Default);
    let _ = processes::kill(KillTarget::Process(processes::get_pid()), Some(Signal::SIGABRT));
    processes::exit(134)
}

/// Sleeps; `EINTR` when a signal came.
fn sleep(nanoseconds: i128) -> c_int {
    if nanoseconds > 0 && !threads::sleep(Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))) {
        deliver();
        return libc::EINTR;
    }
    0
}

fn in_nanoseconds(time: &libc::timespec) -> i128 {
    i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec)
}

/// # Safety
/// As clock_nanosleep(2). What is left of the time is not told.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_nanosleep(
    clock: libc::clockid_t,
    flags: c_int,
    request: *const libc::timespec,
    _left: *mut libc::timespec,
) -> c_int {
    // SAFETY: the caller's promise.
    let mut nanoseconds = in_nanoseconds(unsafe { &*request });
    if flags & libc::TIMER_ABSTIME != 0 {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: memory for a time.
        if unsafe { libc::clock_gettime(clock, &mut now) } != 0 {
            return libc::EINVAL;
        }
        nanoseconds -= in_nanoseconds(&now);
    }
    sleep(nanoseconds)
}

/// As sleep(3).
#[unsafe(no_mangle)]
extern "C" fn __wrap_python_sleep(seconds: u32) -> u32 {
    let start = std::time::Instant::now();
    match sleep(i128::from(seconds) * 1_000_000_000) {
        0 => 0,
        _ => seconds.saturating_sub(start.elapsed().as_secs() as u32),
    }
}

/// # Safety
/// As nanosleep(2). What is left of the time is not told.
#[unsafe(no_mangle)]
unsafe extern "C" fn nanosleep(request: *const libc::timespec, _left: *mut libc::timespec) -> c_int {
    // SAFETY: the caller's promise.
    match sleep(in_nanoseconds(unsafe { &*request })) {
        0 => 0,
        _ => fail(Errno::Intr),
    }
}

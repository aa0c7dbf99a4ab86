//! POSIX threads as libpython imports them.
//!
//! The types are libc's, but no other code touches libpython's: a mutex's first word is who has
//! it, a condition variable's is the clock of its times.

use std::ffi::{c_int, c_void};
use std::time::Duration;

use super::{On, State, Woken, give_way, start, threads, wait};

/// A stack when nothing else is asked for: deeper than Python's own limit for a thread needs.
const STACK_BYTES: usize = 1 << 20;
/// The least and the most that can be asked for.
const STACK_RANGE: (usize, usize) = (64 << 10, 16 << 20);
/// Values that a thread may keep for the process.
const KEYS: u32 = 1024;

type Ident = usize;
type ClockId = *const c_void;

unsafe extern "C" {
    /// The first thread's.
    fn pthread_self() -> Ident;
    fn pthread_getattr_np(thread: Ident, attributes: *mut c_void) -> c_int;
    fn pthread_attr_init(attributes: *mut c_void) -> c_int;
    fn pthread_attr_setstack(attributes: *mut c_void, start: *mut c_void, size: usize) -> c_int;
    fn pthread_attr_getstacksize(attributes: *const c_void, size: *mut usize) -> c_int;
    fn pthread_attr_getdetachstate(attributes: *const c_void, state: *mut c_int) -> c_int;
    fn pthread_condattr_getclock(attributes: *const c_void, clock: *mut ClockId) -> c_int;
    fn clock_gettime(clock: ClockId, time: *mut libc::timespec) -> c_int;
    #[link_name = "_CLOCK_REALTIME"]
    static REALTIME: u8;
}

/// The number of a thread as its program knows it. The first one's is libc's.
fn ident(id: usize) -> Ident {
    match id {
        // SAFETY: asks for an address.
        0 => unsafe { pthread_self() },
        // Never an address of libc's own, which are even.
        id => id * 2 + 1,
    }
}

fn id(ident: Ident) -> usize {
    if ident % 2 == 1 { ident / 2 } else { 0 }
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_self() -> Ident {
    ident(threads().current)
}

/// # Safety
/// As pthread_create(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_create(
    thread: *mut Ident,
    attributes: *const c_void,
    call: extern "C" fn(*mut c_void) -> *mut c_void,
    argument: *mut c_void,
) -> c_int {
    let (mut size, mut detached) = (0, 0);
    if !attributes.is_null() {
        // SAFETY: the caller's attributes, and memory for the answers.
        unsafe {
            pthread_attr_getstacksize(attributes, &mut size);
            pthread_attr_getdetachstate(attributes, &mut detached);
        }
    }
    let size = if size == 0 { STACK_BYTES } else { size.clamp(STACK_RANGE.0, STACK_RANGE.1) & !15 };
    match start(call, argument, size, detached != 0) {
        Ok(id) => {
            // SAFETY: the caller's memory for the answer.
            unsafe { *thread = ident(id) };
            0
        }
        Err(_) => libc::EAGAIN,
    }
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_detach(thread: Ident) -> c_int {
    match threads().all.get_mut(&id(thread)) {
        Some(thread) => {
            thread.detached = true;
            0
        }
        None => libc::ESRCH,
    }
}

/// # Safety
/// As pthread_join(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_join(thread: Ident, value: *mut *mut c_void) -> c_int {
    let wanted = id(thread);
    loop {
        {
            let mut threads = threads();
            if wanted == threads.current {
                return libc::EDEADLK;
            }
            match threads.all.get(&wanted).map(|thread| (&thread.state, thread.detached)) {
                None => return libc::ESRCH,
                Some((_, true)) => return libc::EINVAL,
                Some((State::Ended(result), false)) => {
                    let result = *result;
                    threads.all.remove(&wanted);
                    if !value.is_null() {
                        // SAFETY: the caller's memory for the answer.
                        unsafe { *value = result };
                    }
                    return 0;
                }
                Some(_) => {}
            }
        }
        wait(On::End(wanted), None);
    }
}

/// # Safety
/// As pthread_getattr_np(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_getattr_np(thread: Ident, attributes: *mut c_void) -> c_int {
    let stack = threads()
        .all
        .get(&id(thread))
        .and_then(|thread| thread.stack.as_ref().map(|stack| (stack.memory, stack.layout.size())));
    // SAFETY: the caller's memory for the answer.
    unsafe {
        match stack {
            Some((memory, size)) => {
                pthread_attr_init(attributes);
                pthread_attr_setstack(attributes, memory.cast(), size)
            }
            None => pthread_getattr_np(thread, attributes),
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_sched_yield() -> c_int {
    give_way();
    0
}

/// # Safety
/// As pthread_mutex_init(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_mutex_init(mutex: *mut usize, _attributes: *const c_void) -> c_int {
    // SAFETY: the caller's mutex.
    unsafe { *mutex = 0 };
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_mutex_destroy(_mutex: *mut usize) -> c_int {
    0
}

/// # Safety
/// As pthread_mutex_trylock(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_mutex_trylock(mutex: *mut usize) -> c_int {
    // SAFETY: the caller's mutex.
    unsafe {
        if *mutex != 0 {
            return libc::EBUSY;
        }
        *mutex = threads().current + 1;
    }
    0
}

/// # Safety
/// As pthread_mutex_lock(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_mutex_lock(mutex: *mut usize) -> c_int {
    // SAFETY: the caller's mutex.
    while unsafe { __wrap_python_pthread_mutex_trylock(mutex) } != 0 {
        wait(On::Mutex(mutex as usize), None);
    }
    0
}

/// # Safety
/// As pthread_mutex_unlock(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_mutex_unlock(mutex: *mut usize) -> c_int {
    // SAFETY: the caller's mutex.
    unsafe { *mutex = 0 };
    let mut threads = threads();
    if threads.all.len() > 1 {
        threads.wake_waiting(false, |on| matches!(on, On::Mutex(address) if *address == mutex as usize));
    }
    0
}

/// # Safety
/// As pthread_cond_init(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_cond_init(condition: *mut ClockId, attributes: *const c_void) -> c_int {
    // SAFETY: the caller's condition variable and attributes.
    unsafe {
        *condition = (&raw const REALTIME).cast();
        if !attributes.is_null() {
            pthread_condattr_getclock(attributes, condition);
        }
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_cond_destroy(_condition: *mut ClockId) -> c_int {
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_cond_signal(condition: *mut ClockId) -> c_int {
    let mut threads = threads();
    if threads.all.len() > 1 {
        threads.wake_waiting(false, |on| matches!(on, On::Condition(address) if *address == condition as usize));
    }
    0
}

/// Waits for a condition; a signal ends it, too, as a waiter has to expect of any wake-up.
///
/// # Safety
/// The mutex is the caller's, and it has it.
unsafe fn wait_for_condition(condition: *mut ClockId, mutex: *mut usize, limit: Option<Duration>) -> c_int {
    // SAFETY: the caller's promise.
    unsafe {
        __wrap_python_pthread_mutex_unlock(mutex);
        let why = wait(On::Condition(condition as usize), super::until(limit));
        __wrap_python_pthread_mutex_lock(mutex);
        if why == Woken::Late { libc::ETIMEDOUT } else { 0 }
    }
}

/// # Safety
/// As pthread_cond_wait(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_cond_wait(condition: *mut ClockId, mutex: *mut usize) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { wait_for_condition(condition, mutex, None) }
}

/// # Safety
/// As pthread_cond_timedwait(3).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_cond_timedwait(
    condition: *mut ClockId,
    mutex: *mut usize,
    time: *const libc::timespec,
) -> c_int {
    let nanoseconds = |time: &libc::timespec| i128::from(time.tv_sec) * 1_000_000_000 + i128::from(time.tv_nsec);
    // SAFETY: the caller's promise; memory for the time.
    unsafe {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        if clock_gettime(*condition, &mut now) != 0 {
            return libc::EINVAL;
        }
        let left = nanoseconds(&*time) - nanoseconds(&now);
        let left = Duration::from_nanos(u64::try_from(left.max(0)).unwrap_or(u64::MAX));
        wait_for_condition(condition, mutex, Some(left))
    }
}

/// # Safety
/// As pthread_key_create(3). CPython's keys have no destructors.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_pthread_key_create(key: *mut u32, _destructor: *const c_void) -> c_int {
    let mut threads = threads();
    if threads.next_key > KEYS {
        return libc::EAGAIN;
    }
    // SAFETY: the caller's memory for the answer.
    unsafe { *key = threads.next_key };
    threads.next_key += 1;
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_key_delete(key: u32) -> c_int {
    for thread in threads().all.values_mut() {
        thread.specific.remove(&key);
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_setspecific(key: u32, value: *const c_void) -> c_int {
    let mut threads = threads();
    let current = threads.current;
    if let Some(thread) = threads.all.get_mut(&current) {
        thread.specific.insert(key, value);
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_python_pthread_getspecific(key: u32) -> *const c_void {
    let threads = threads();
    threads.all.get(&threads.current).and_then(|thread| thread.specific.get(&key)).copied().unwrap_or(std::ptr::null())
}

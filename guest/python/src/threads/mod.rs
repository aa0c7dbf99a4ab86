//! Threads: fibers of the instance that take turns.
//!
//! The engine gives an instance more than one stack and switches between them when it is told to
//! (the component model's cooperative threads). Here is who runs when: a thread runs until it waits
//! for something, and whoever has nothing to wait for any more goes on; one that computes is
//! interrupted ([`crate::interrupts`]). When all wait, the process waits, for all that they wait for
//! together. [`pthread`] is what libpython sees of it.
//!
//! CPython lets go of its lock before it waits, so at a switch no thread has it.

mod pthread;

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use agentfense_sys::Errno;
use agentfense_sys::processes;

use crate::{poll, signals};

/// Threads of a process at one time.
const LIMIT: usize = 128;

/// How long the others run before files that somebody waits for are looked at.
const LOOK: Duration = Duration::from_millis(5);

// What only code outside of Rust can do, since it changes the stack: `xtask/src/python/stacks.rs`.
unsafe extern "C" {
    /// Makes a thread that will call [`agentfense_thread_main`].
    fn agentfense_thread_new(start: *const Start) -> u32;
    /// This thread stands still, and another goes on.
    fn agentfense_thread_switch(handle: u32);
    /// Another goes on when this one has ended.
    fn agentfense_thread_next(handle: u32);
    /// The handle of the thread that runs.
    fn agentfense_thread_self() -> u32;
}

/// What a new thread reads first: where its stack ends, then who it is.
#[repr(C)]
struct Start {
    top: usize,
    id: usize,
}

/// What a thread waits for.
enum On {
    /// Nothing but the time.
    Time,
    /// Its turn.
    Turn,
    /// Someone who signals the condition variable at this address.
    Condition(usize),
    /// The mutex at this address to be free.
    Mutex(usize),
    /// The end of the thread of this number.
    End(usize),
    /// One of these to be ready.
    Files(Vec<libc::pollfd>),
}

/// Why a wait is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Woken {
    Event,
    /// The time is over.
    Late,
    /// A signal came. Python's first thread handles them all.
    Signal,
}

enum State {
    Ready(Woken),
    Waiting { on: On, until: Option<Instant>, since: u64 },
    Ended(*mut c_void),
}

/// The memory of a thread's stack, and the kernel's room for the engine's.
struct Stack {
    memory: *mut u8,
    layout: std::alloc::Layout,
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: allocated with that layout; its thread has ended.
        unsafe { std::alloc::dealloc(self.memory, self.layout) };
        processes::end_thread();
    }
}

struct Thread {
    handle: u32,
    state: State,
    /// The first thread's is the process's.
    stack: Option<Stack>,
    /// Where it begins; read once it does.
    _start: Option<Box<Start>>,
    call: Option<(extern "C" fn(*mut c_void) -> *mut c_void, *mut c_void)>,
    /// Nobody will ask for its result.
    detached: bool,
    /// What `pthread_setspecific` keeps.
    specific: BTreeMap<u32, *const c_void>,
}

struct Threads {
    /// By number; the first one's is 0.
    all: BTreeMap<usize, Thread>,
    current: usize,
    ready: VecDeque<usize>,
    /// Counts waits, so that who came first is served first.
    waits: u64,
    next_id: usize,
    next_key: u32,
    /// When files were looked at last.
    looked: Instant,
}

// SAFETY: the pointers in it are those that threads of this one instance gave, and only they use
// them; the instance runs one at a time.
unsafe impl Send for Threads {}

static THREADS: Mutex<Option<Threads>> = Mutex::new(None);

/// A lock on all of it. Never kept while another thread goes on.
struct Locked(MutexGuard<'static, Option<Threads>>);

impl std::ops::Deref for Locked {
    type Target = Threads;
    fn deref(&self) -> &Threads {
        // `threads` made it.
        match &*self.0 {
            Some(threads) => threads,
            None => unreachable!(),
        }
    }
}

impl std::ops::DerefMut for Locked {
    fn deref_mut(&mut self) -> &mut Threads {
        match &mut *self.0 {
            Some(threads) => threads,
            None => unreachable!(),
        }
    }
}

fn threads() -> Locked {
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    threads.get_or_insert_with(|| {
        let first = Thread {
            // SAFETY: asks for a number.
            handle: unsafe { agentfense_thread_self() },
            state: State::Ready(Woken::Event),
            stack: None,
            _start: None,
            call: None,
            detached: true,
            specific: BTreeMap::new(),
        };
        Threads {
            all: BTreeMap::from([(0, first)]),
            current: 0,
            ready: VecDeque::new(),
            waits: 0,
            next_id: 1,
            next_key: 1,
            looked: Instant::now(),
        }
    });
    Locked(threads)
}

/// Whether there is more than one.
pub(crate) fn several() -> bool {
    threads().all.len() > 1
}

impl Threads {
    fn wake(&mut self, id: usize, why: Woken) {
        if let Some(thread) = self.all.get_mut(&id)
            && matches!(thread.state, State::Waiting { .. })
        {
            thread.state = State::Ready(why);
            self.ready.push_back(id);
        }
    }

    /// Wakes who waits for that: all, or the one that has waited longest.
    fn wake_waiting(&mut self, all: bool, wanted: impl Fn(&On) -> bool) {
        let mut waiting: Vec<(u64, usize)> = self
            .all
            .iter()
            .filter_map(|(&id, thread)| match &thread.state {
                State::Waiting { on, since, .. } if wanted(on) => Some((*since, id)),
                _ => None,
            })
            .collect();
        waiting.sort_unstable();
        for (_, id) in waiting.into_iter().take(if all { usize::MAX } else { 1 }) {
            self.wake(id, Woken::Event);
        }
    }

    /// The files that are waited for, and the time that comes first.
    fn awaited(&self) -> (Vec<libc::pollfd>, Option<Instant>) {
        let (mut files, mut first) = (Vec::new(), None);
        for thread in self.all.values() {
            if let State::Waiting { on, until, .. } = &thread.state {
                if let On::Files(wanted) = on {
                    files.extend_from_slice(wanted);
                }
                first = match (first, *until) {
                    (Some(a), Some(b)) => Some(std::cmp::min::<Instant>(a, b)),
                    (a, b) => a.or(b),
                };
            }
        }
        (files, first)
    }

    /// Wakes those whose files are among the ready ones, and those whose time is over.
    fn wake_due(&mut self, files: &[libc::pollfd]) {
        let now = Instant::now();
        self.looked = now;
        let is_ready = |wanted: &libc::pollfd| {
            files.iter().any(|file| file.fd == wanted.fd && file.events == wanted.events && file.revents != 0)
        };
        let due: Vec<(usize, Woken)> = self
            .all
            .iter()
            .filter_map(|(&id, thread)| match &thread.state {
                State::Waiting { on: On::Files(wanted), .. } if wanted.iter().any(is_ready) => Some((id, Woken::Event)),
                State::Waiting { until: Some(until), .. } if *until <= now => Some((id, Woken::Late)),
                _ => None,
            })
            .collect();
        for (id, why) in due {
            self.wake(id, why);
        }
    }
}

/// The time until then; none when it has passed.
fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

/// Looks whether what is waited for has come. With `wait`, until something has.
fn look(wait: bool) {
    let (mut files, first) = threads().awaited();
    let limit = if wait { first.map(left) } else { Some(Duration::ZERO) };
    let looked = if !files.is_empty() {
        poll::block(&mut files, limit).map(drop)
    } else if !wait || processes::sleep(limit.unwrap_or(Duration::MAX)) {
        Ok(())
    } else {
        Err(Errno::Intr)
    };
    if let Err(errno) = looked {
        // A descriptor that nobody can wait for is its thread's to find out.
        for file in &mut files {
            file.revents = libc::POLLNVAL;
        }
        if errno == Errno::Intr {
            signals::deliver();
            wake_for_signal();
            return;
        }
    }
    threads().wake_due(&files);
}

/// Wakes the first thread, for a signal has come.
pub(crate) fn wake_for_signal() {
    threads().wake(0, Woken::Signal);
}

/// Chooses who goes on; waits until somebody can.
fn choose() -> usize {
    loop {
        let (next, stale) = {
            let mut threads = threads();
            (threads.ready.pop_front(), threads.looked.elapsed() >= LOOK)
        };
        match next {
            Some(next) => {
                if stale {
                    look(false);
                }
                return next;
            }
            None => look(true),
        }
    }
}

/// Lets the others run until something has happened, or a time has come.
fn wait(on: On, until: Option<Instant>) -> Woken {
    let current = {
        let mut threads = threads();
        let current = threads.current;
        threads.waits += 1;
        let since = threads.waits;
        let turn = matches!(on, On::Turn);
        if let Some(thread) = threads.all.get_mut(&current) {
            thread.state = State::Waiting { on, until, since };
        }
        if turn {
            threads.wake(current, Woken::Event);
        }
        current
    };
    let next = choose();
    if next != current {
        let handle = {
            let mut threads = threads();
            threads.current = next;
            threads.all.get(&next).map(|thread| thread.handle)
        };
        if let Some(handle) = handle {
            // SAFETY: a thread that stands still, or has not begun.
            unsafe { agentfense_thread_switch(handle) };
        }
        bury();
    }
    match threads().all.get(&current).map(|thread| &thread.state) {
        Some(State::Ready(why)) => *why,
        _ => Woken::Event,
    }
}

/// Forgets the threads that have ended and that nobody will ask for.
fn bury() {
    let mut threads = threads();
    let current = threads.current;
    threads.all.retain(|&id, thread| id == current || !(thread.detached && matches!(thread.state, State::Ended(_))));
}

/// Lets every other thread that can run go first.
pub(crate) fn give_way() {
    if several() {
        wait(On::Turn, None);
    }
}

/// Lets everyone run whose files are ready or whose time has come, and who could run before.
pub(crate) fn take_turns() {
    look(false);
    give_way();
}

fn until(limit: Option<Duration>) -> Option<Instant> {
    limit.and_then(|limit| Instant::now().checked_add(limit))
}

/// As poll(2): how many are ready.
pub(crate) fn wait_for_files(fds: &mut [libc::pollfd], limit: Option<Duration>) -> Result<c_int, Errno> {
    if !several() {
        return poll::block(fds, limit);
    }
    let until = until(limit);
    let ready = poll::block(fds, Some(Duration::ZERO))?;
    if ready > 0 || limit == Some(Duration::ZERO) {
        give_way();
        return Ok(ready);
    }
    loop {
        match wait(On::Files(fds.to_vec()), until) {
            Woken::Signal => return Err(Errno::Intr),
            why => {
                let ready = poll::block(fds, Some(Duration::ZERO))?;
                if ready > 0 || why == Woken::Late {
                    return Ok(ready);
                }
            }
        }
    }
}

/// Waits until a descriptor is ready for that.
pub(crate) fn wait_for_file(fd: c_int, events: i16) -> Result<(), Errno> {
    wait_for_files(&mut [libc::pollfd { fd, events, revents: 0 }], None).map(drop)
}

/// Sleeps; false when a signal came.
pub(crate) fn sleep(time: Duration) -> bool {
    if !several() {
        return processes::sleep(time);
    }
    // So long that it has no end on the clock: until a signal comes.
    wait(On::Time, until(Some(time))) != Woken::Signal
}

/// Asks again and again for what the kernel cannot tell of beforehand.
pub(crate) fn ask_until<R>(mut ask: impl FnMut() -> Result<Option<R>, Errno>) -> Result<R, Errno> {
    let mut pause = Duration::from_micros(500);
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        if !sleep(pause) {
            return Err(Errno::Intr);
        }
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Starts a thread: its number.
fn start(
    call: extern "C" fn(*mut c_void) -> *mut c_void,
    argument: *mut c_void,
    stack_bytes: usize,
    detached: bool,
) -> Result<usize, Errno> {
    let mut threads = threads();
    if threads.all.len() >= LIMIT {
        return Err(Errno::Again);
    }
    let layout = std::alloc::Layout::from_size_align(stack_bytes, 16).map_err(|_| Errno::Inval)?;
    // SAFETY: `stack_bytes` is not 0.
    let memory = unsafe { std::alloc::alloc(layout) };
    if memory.is_null() {
        return Err(Errno::Again);
    }
    if let Err(errno) = processes::start_thread() {
        // SAFETY: allocated above.
        unsafe { std::alloc::dealloc(memory, layout) };
        return Err(errno);
    }
    let stack = Stack { memory, layout };
    let id = threads.next_id;
    threads.next_id += 1;
    let start = Box::new(Start { top: memory as usize + stack_bytes, id });
    // SAFETY: the record lives as long as the thread.
    let handle = unsafe { agentfense_thread_new(&*start) };
    let thread = Thread {
        handle,
        state: State::Ready(Woken::Event),
        stack: Some(stack),
        _start: Some(start),
        call: Some((call, argument)),
        detached,
        specific: BTreeMap::new(),
    };
    threads.all.insert(id, thread);
    threads.ready.push_back(id);
    Ok(id)
}

/// A new thread begins here, on its own stack, and ends when this returns.
#[unsafe(no_mangle)]
extern "C" fn agentfense_thread_main(id: usize) {
    bury();
    let call = threads().all.get_mut(&id).and_then(|thread| thread.call.take());
    if let Some((call, argument)) = call {
        let value = call(argument);
        let mut threads = threads();
        if let Some(thread) = threads.all.get_mut(&id) {
            thread.state = State::Ended(value);
        }
        threads.wake_waiting(true, |on| matches!(on, On::End(ended) if *ended == id));
    }
    let next = choose();
    let mut threads = threads();
    threads.current = next;
    if let Some(thread) = threads.all.get(&next) {
        let handle = thread.handle;
        drop(threads);
        // SAFETY: a thread that stands still, or has not begun.
        unsafe { agentfense_thread_next(handle) };
    }
}

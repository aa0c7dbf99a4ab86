//! Waiting for several descriptors: the kernel's files by one system call, sockets by libc.

use std::ffi::{c_int, c_ulong};
use std::time::{Duration, Instant};

use agentfense_sys::Errno;
use agentfense_sys::command::errno::fail;
use agentfense_sys::files::{OpenFile, OpenFlags, Readiness};

use crate::{descriptors, signals, threads};

unsafe extern "C" {
    fn __real_poll(fds: *mut libc::pollfd, count: c_ulong, timeout: c_int) -> c_int;
}

/// How long one kind of descriptor is waited for while the other may be ready.
const SLICE: Duration = Duration::from_millis(5);

/// Descriptors in a call: more than a process can have.
const LIMIT: usize = 4096;

/// # Safety
/// As poll(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_poll(fds: *mut libc::pollfd, count: c_ulong, timeout: c_int) -> c_int {
    let count = count as usize;
    if count > LIMIT {
        return fail(Errno::Inval);
    }
    // SAFETY: the caller's promise.
    let fds = if count == 0 { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(fds, count) } };
    let limit = u64::try_from(timeout).ok().map(Duration::from_millis);
    match threads::wait_for_files(fds, limit) {
        Ok(ready) => ready,
        Err(errno) => {
            if errno == Errno::Intr {
                signals::deliver();
            }
            fail(errno)
        }
    }
}

/// As poll(2), for the whole process: no other thread runs meanwhile.
pub(crate) fn block(fds: &mut [libc::pollfd], limit: Option<Duration>) -> Result<c_int, Errno> {
    let mut files: Vec<(usize, OpenFile, Readiness)> = Vec::new();
    let mut others: Vec<(usize, libc::pollfd)> = Vec::new();
    for (index, entry) in fds.iter_mut().enumerate() {
        entry.revents = 0;
        match descriptors::handle(entry.fd) {
            Some(file) => {
                let mut wanted = Readiness::empty();
                // The write end of a pipe has nothing to read; asyncio looks all the same.
                if entry.events & libc::POLLIN != 0 && file.flags() & OpenFlags::READ == OpenFlags::READ {
                    wanted = wanted | Readiness::READABLE;
                }
                if entry.events & libc::POLLOUT != 0 {
                    wanted = wanted | Readiness::WRITABLE;
                }
                files.push((index, file, wanted));
            }
            None if entry.fd >= 0 => others.push((index, *entry)),
            None => {}
        }
    }
    let start = Instant::now();
    loop {
        let left = limit.map(|limit| limit.saturating_sub(start.elapsed()));
        if files.is_empty() && !others.is_empty() {
            // libc waits for all of it.
            let milliseconds = |left: Duration| left.as_nanos().div_ceil(1_000_000);
            look(fds, &mut others, left.map_or(-1, |left| c_int::try_from(milliseconds(left)).unwrap_or(-1)))?;
            if ready(fds) == 0 && limit.is_none_or(|limit| start.elapsed() < limit) {
                // The kernel ends it early for a signal alone.
                return Err(Errno::Intr);
            }
        } else {
            let time = if others.is_empty() { left } else { Some(left.unwrap_or(SLICE).min(SLICE)) };
            if !others.is_empty() {
                look(fds, &mut others, 0)?;
            }
            let time = if ready(fds) > 0 { Some(Duration::ZERO) } else { time };
            let asked: Vec<_> = files.iter().map(|(_, file, wanted)| (file, *wanted)).collect();
            for ((index, ..), is) in files.iter().zip(OpenFile::poll(&asked, time)?) {
                if is & Readiness::READABLE == Readiness::READABLE {
                    fds[*index].revents |= libc::POLLIN;
                }
                if is & Readiness::WRITABLE == Readiness::WRITABLE {
                    fds[*index].revents |= libc::POLLOUT;
                }
            }
        }
        let count = ready(fds);
        if count > 0 || limit.is_some_and(|limit| start.elapsed() >= limit) {
            return Ok(count);
        }
    }
}

fn ready(fds: &[libc::pollfd]) -> c_int {
    fds.iter().filter(|entry| entry.revents != 0).count() as c_int
}

/// Asks libc about its own descriptors.
fn look(fds: &mut [libc::pollfd], others: &mut [(usize, libc::pollfd)], timeout: c_int) -> Result<(), Errno> {
    let mut asked: Vec<_> = others.iter().map(|(_, entry)| *entry).collect();
    // SAFETY: a slice of that length.
    if unsafe { __real_poll(asked.as_mut_ptr(), asked.len() as c_ulong, timeout) } < 0 {
        return Err(Errno::Badf);
    }
    for ((index, _), entry) in others.iter().zip(asked) {
        fds[*index].revents = entry.revents;
    }
    Ok(())
}

/// libc's set of descriptors: a list, not bits.
#[repr(C)]
struct Set {
    count: usize,
    fds: [c_int; 1024],
}

/// # Safety
/// A set of libc, or null.
unsafe fn members<'a>(set: *const Set) -> &'a [c_int] {
    // SAFETY: the caller's promise.
    match unsafe { set.as_ref() } {
        Some(set) => &set.fds[..set.count.min(set.fds.len())],
        None => &[],
    }
}

/// # Safety
/// As select(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_select(
    _count: c_int,
    readable: *mut Set,
    writable: *mut Set,
    except: *mut Set,
    timeout: *mut libc::timeval,
) -> c_int {
    // SAFETY: the caller's promises hold for all of this.
    unsafe {
        let limit = timeout.as_ref().map(|time| {
            Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0))
                + Duration::from_micros(u64::try_from(time.tv_usec).unwrap_or(0))
        });
        let mut fds: Vec<libc::pollfd> = Vec::new();
        for (set, events) in [(readable, libc::POLLIN), (writable, libc::POLLOUT)] {
            fds.extend(members(set).iter().map(|&fd| libc::pollfd { fd, events, revents: 0 }));
        }
        if let Err(errno) = threads::wait_for_files(&mut fds, limit) {
            if errno == Errno::Intr {
                signals::deliver();
            }
            return fail(errno);
        }
        let mut total = 0;
        for (set, events) in [(readable, libc::POLLIN), (writable, libc::POLLOUT), (except, 0)] {
            let Some(set) = set.as_mut() else { continue };
            set.count = 0;
            for entry in fds.iter().filter(|entry| entry.events == events && entry.revents != 0) {
                set.fds[set.count] = entry.fd;
                set.count += 1;
                total += 1;
            }
        }
        total
    }
}

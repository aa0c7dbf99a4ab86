//! Sockets: libc's, but a call that waits lets other threads run, and a signal ends it.

use std::ffi::{c_int, c_void};

use agentfense_sys::Errno;
use agentfense_sys::command::errno::fail;

use crate::{signals, threads};

unsafe extern "C" {
    fn recv(fd: c_int, buf: *mut c_void, len: usize, flags: c_int) -> isize;
    fn recvfrom(fd: c_int, buf: *mut c_void, len: usize, flags: c_int, from: *mut c_void, size: *mut u32) -> isize;
    fn send(fd: c_int, buf: *const c_void, len: usize, flags: c_int) -> isize;
    fn sendto(fd: c_int, buf: *const c_void, len: usize, flags: c_int, to: *const c_void, size: u32) -> isize;
    fn accept(fd: c_int, address: *mut c_void, size: *mut u32) -> c_int;
    fn accept4(fd: c_int, address: *mut c_void, size: *mut u32, flags: c_int) -> c_int;
    fn connect(fd: c_int, address: *const c_void, size: u32) -> c_int;
    fn getsockopt(fd: c_int, level: c_int, name: c_int, value: *mut c_void, size: *mut u32) -> c_int;
    #[link_name = "__real_fcntl"]
    fn fcntl(fd: c_int, command: c_int, arguments: *const c_int) -> c_int;
}

fn flags(fd: c_int) -> c_int {
    // SAFETY: F_GETFL has no argument.
    unsafe { fcntl(fd, libc::F_GETFL, std::ptr::null()) }
}

fn set_flags(fd: c_int, flags: c_int) {
    // SAFETY: F_SETFL's one argument.
    unsafe { fcntl(fd, libc::F_SETFL, &flags) };
}

/// Waits until a socket that waits at all is ready for that.
fn ready(fd: c_int, events: i16) -> Result<(), Errno> {
    let flags = flags(fd);
    if flags < 0 || flags & libc::O_NONBLOCK != 0 {
        // The call itself knows what to say.
        return Ok(());
    }
    threads::wait_for_file(fd, events)
}

/// A failed call, with the handlers of what interrupted it run.
fn interrupted(errno: Errno) -> c_int {
    if errno == Errno::Intr {
        signals::deliver();
    }
    fail(errno)
}

/// Defines functions that wait for a socket first.
macro_rules! waiting {
    ($($wrapper:ident $real:ident $events:ident ($($name:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(
            /// # Safety
            /// As the function of libc of that name.
            #[unsafe(no_mangle)]
            unsafe extern "C" fn $wrapper(fd: c_int, $($name: $kind),*) -> $result {
                match ready(fd, libc::$events) {
                    // SAFETY: the caller's promise.
                    Ok(()) => unsafe { $real(fd, $($name),*) },
                    Err(errno) => interrupted(errno) as $result,
                }
            }
        )*
    };
}

waiting! {
    __wrap_python_recv recv POLLIN (buf: *mut c_void, len: usize, flags: c_int) -> isize;
    __wrap_python_recvfrom recvfrom POLLIN
        (buf: *mut c_void, len: usize, flags: c_int, from: *mut c_void, size: *mut u32) -> isize;
    __wrap_python_send send POLLOUT (buf: *const c_void, len: usize, flags: c_int) -> isize;
    __wrap_python_sendto sendto POLLOUT
        (buf: *const c_void, len: usize, flags: c_int, to: *const c_void, size: u32) -> isize;
    __wrap_python_accept accept POLLIN (address: *mut c_void, size: *mut u32) -> c_int;
    __wrap_python_accept4 accept4 POLLIN (address: *mut c_void, size: *mut u32, flags: c_int) -> c_int;
}

/// # Safety
/// As connect(2).
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_python_connect(fd: c_int, address: *const c_void, size: u32) -> c_int {
    let flags = flags(fd);
    if flags < 0 || flags & libc::O_NONBLOCK != 0 {
        // SAFETY: the caller's promise.
        return unsafe { connect(fd, address, size) };
    }
    set_flags(fd, flags | libc::O_NONBLOCK);
    // SAFETY: the caller's promise.
    let result = unsafe { connect(fd, address, size) };
    set_flags(fd, flags);
    if result == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::EINPROGRESS) {
        return result;
    }
    if let Err(errno) = threads::wait_for_file(fd, libc::POLLOUT) {
        return interrupted(errno);
    }
    let (mut error, mut size): (c_int, u32) = (0, size_of::<c_int>() as u32);
    // SAFETY: memory for a number.
    let asked = unsafe { getsockopt(fd, libc::SOL_SOCKET, libc::SO_ERROR, (&raw mut error).cast(), &mut size) };
    match (asked, error) {
        (0, 0) => 0,
        (0, error) => {
            // SAFETY: libc's own variable.
            unsafe { *libc::__errno_location() = error };
            -1
        }
        _ => asked,
    }
}

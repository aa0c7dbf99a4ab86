//! Processes, groups and signals.

use crate::bindings::agentfense::kernel::processes as raw;
use crate::escape::{from_wasi_string, to_wasi};
use crate::files::{OpenFile, nanoseconds};
use crate::{Errno, Signal};
use std::time::Duration;

pub use raw::{Change, Disposition, KillTarget, ResourceKind, Times, WaitFlags, WaitTarget};

/// A process's number.
pub type Pid = u32;

/// What a new process starts with. See [`crate::process::Command`] for the everyday face.
#[derive(Debug, Default)]
pub struct SpawnOptions<'a> {
    /// The arguments, program name first.
    pub argv: Vec<Vec<u8>>,
    /// The environment.
    pub env: Vec<(Vec<u8>, Vec<u8>)>,
    /// The working directory; the caller's when absent.
    pub cwd: Option<Vec<u8>>,
    /// The descriptors. Nothing else is inherited.
    pub fds: Vec<(u32, &'a OpenFile)>,
    /// The process group: absent, the caller's; 0, a new one; else an existing one.
    pub group: Option<Pid>,
    /// Signals that the child ignores from the start, as [`Signal::bit`]s.
    pub ignore: u64,
    /// Bytes for the child alone, read with [`payload`].
    pub payload: Vec<u8>,
}

impl<'a> SpawnOptions<'a> {
    fn into_raw(self) -> raw::SpawnOptions<'a> {
        let escaped = |name: Vec<u8>| match String::from_utf8(name) {
            // Most names need no escape; only U+E000 and above start with this byte.
            Ok(text) if !text.as_bytes().contains(&0xEE) => text,
            Ok(text) => to_wasi(text.as_bytes()).into_owned(),
            Err(error) => to_wasi(error.as_bytes()).into_owned(),
        };
        raw::SpawnOptions {
            argv: self.argv.into_iter().map(escaped).collect(),
            env: self.env.into_iter().map(|(n, v)| (escaped(n), escaped(v))).collect(),
            cwd: self.cwd.map(escaped),
            fds: self.fds.into_iter().map(|(fd, file)| (fd, file.raw())).collect(),
            group: self.group,
            ignore: self.ignore,
            payload: self.payload,
        }
    }
}

/// Starts the program in the file at `path` (no PATH lookup).
pub fn spawn(path: impl AsRef<[u8]>, options: SpawnOptions<'_>) -> Result<Pid, Errno> {
    Ok(raw::spawn(&to_wasi(path.as_ref()), &options.into_raw())?)
}

/// Starts the program that runs now once more: fork's second half.
pub fn spawn_self(options: SpawnOptions<'_>) -> Result<Pid, Errno> {
    Ok(raw::spawn_self(&options.into_raw())?)
}

/// The bytes that the parent gave with [`SpawnOptions::payload`].
pub fn payload() -> Vec<u8> {
    raw::payload()
}

/// A child's change of state; each is reported once.
///
/// [`Errno::Child`] when there is none to wait for, [`Errno::Intr`] when a handled signal came first.
pub fn wait(target: WaitTarget, flags: WaitFlags) -> Result<Option<(Pid, Change)>, Errno> {
    Ok(raw::wait(target, flags)?)
}

/// Sends a signal; `None` only checks that the target exists.
pub fn kill(target: KillTarget, signal: Option<Signal>) -> Result<(), Errno> {
    Ok(raw::kill(target, signal.map_or(0, Signal::number))?)
}

/// As getpid(2).
pub fn get_pid() -> Pid {
    raw::get_pid()
}

/// As getppid(2).
pub fn get_parent() -> Pid {
    raw::get_parent()
}

/// As getpgrp(2).
pub fn get_group() -> Pid {
    raw::get_group()
}

/// As setpgid(2).
pub fn set_group(process: Pid, group: Pid) -> Result<(), Errno> {
    Ok(raw::set_group(process, group)?)
}

/// The terminal's foreground group, which Ctrl-C reaches.
pub fn get_foreground() -> Pid {
    raw::get_foreground()
}

/// Makes a group the terminal's foreground group.
pub fn set_foreground(group: Pid) -> Result<(), Errno> {
    Ok(raw::set_foreground(group)?)
}

/// What happens on a signal; the previous disposition.
pub fn set_disposition(signal: Signal, disposition: Disposition) -> Result<Disposition, Errno> {
    Ok(raw::set_disposition(signal.number(), disposition)?)
}

/// Which of those signals this process ignores: what a program that it starts should ignore, too.
pub fn ignored(signals: &[Signal]) -> u64 {
    let mut bits = 0;
    for &signal in signals {
        // There is no call that only asks.
        if let Ok(previous) = set_disposition(signal, Disposition::Ignore) {
            if previous == Disposition::Ignore {
                bits |= signal.bit();
            } else {
                // The disposition was valid before; setting it again cannot fail.
                let _ = set_disposition(signal, previous);
            }
        }
    }
    bits
}

/// The handled signals that arrived since the last call, as [`Signal::bit`]s.
pub fn take_signals() -> u64 {
    raw::take_signals()
}

/// Sleeps; false when a handled signal ended it early.
pub fn sleep(time: Duration) -> bool {
    raw::sleep(nanoseconds(time))
}

/// Sends `SIGALRM` after that time, zero cancels; the time that was left.
pub fn alarm(time: Duration) -> Duration {
    Duration::from_nanos(raw::alarm(nanoseconds(time)))
}

/// Makes room for one more thread: to be asked before the engine is asked for it.
pub fn start_thread() -> Result<(), Errno> {
    Ok(raw::start_thread()?)
}

/// A thread that there was room for has ended.
pub fn end_thread() {
    raw::end_thread();
}

/// The kernel sets the bits in that word while this process computes, about every 10 ms; null ends it.
///
/// # Safety
/// From now on until the next call the word may change whenever a function is called or a loop goes on.
pub unsafe fn watch(word: *const u32, bits: u32) {
    let word = if word.is_null() {
        &[]
    } else {
        // SAFETY: the caller's word; the kernel only takes its place.
        unsafe { std::slice::from_raw_parts(word, 1) }
    };
    crate::bindings::agentfense::kernel::interrupts::watch(word, bits);
}

/// Ends this process with that status, without running destructors or flushing anything.
pub fn exit(status: u8) -> ! {
    raw::exit(status);
    // The kernel does not come back from that call.
    std::process::abort()
}

/// Changes the working directory, and promises that paths handed to WASI are absolute.
pub fn change_dir(path: impl AsRef<[u8]>) -> Result<(), Errno> {
    Ok(raw::change_dir(&to_wasi(path.as_ref()))?)
}

/// The working directory.
pub fn current_dir() -> Vec<u8> {
    from_wasi_string(raw::current_dir())
}

/// Sets the file creation mask; the previous one.
pub fn umask(mask: u32) -> u32 {
    raw::umask(mask)
}

/// The file creation mask, unchanged.
pub fn get_umask() -> u32 {
    let mask = raw::umask(0o077);
    raw::umask(mask);
    mask
}

/// Processor time of this process and of the children it waited for.
pub fn get_times() -> Times {
    raw::get_times()
}

/// A limit of this process: (soft, hard), absent for unlimited.
pub fn get_limit(which: ResourceKind) -> (Option<u64>, Option<u64>) {
    raw::get_limit(which)
}

/// Changes a limit, for this process and the children it starts from now on.
pub fn set_limit(which: ResourceKind, soft: Option<u64>, hard: Option<u64>) -> Result<(), Errno> {
    Ok(raw::set_limit(which, soft, hard)?)
}

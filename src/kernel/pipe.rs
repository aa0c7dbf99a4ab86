//! Pipes: a bounded byte queue between processes.
//!
//! The queue holds the chunks as they were written, so bytes are copied only
//! into and out of guests. Ends are counted: the last writer gone is the end
//! of the file for readers, the last reader gone is EPIPE for writers.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use crate::fs::Errno;

/// What a pipe holds before writers wait; Linux's default. Bounds the memory
/// that a writer without a reader can take.
pub(crate) const PIPE_CAPACITY: usize = 64 * 1024;

/// A pipe, a fifo, or (with a larger capacity) what `$( )` collects.
#[derive(Debug)]
pub(crate) struct Pipe {
    state: Mutex<State>,
    capacity: usize,
    /// Whether a full buffer is an error (a capture) or makes writers wait.
    fails_when_full: bool,
    readable: Notify,
    writable: Notify,
    /// A reader found the pipe empty: whoever fills it on demand may go on.
    wanted: Notify,
}

/// The other end of a fifo, as it is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    for_writer: bool,
    /// It is there already.
    over: bool,
    ever: u64,
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Bytes>,
    /// Small writes are joined here, behind `chunks`, so that a writer of
    /// single bytes cannot make the queue cost more than its capacity.
    tail: BytesMut,
    len: usize,
    readers: usize,
    writers: usize,
    /// Ends opened so far: who waits for the other side sees that it came,
    /// even if it has already gone again.
    readers_ever: u64,
    writers_ever: u64,
    /// Readers that found it empty and have not been served since.
    waiting: bool,
}

/// Writes below this are joined with their neighbours.
const SMALL: usize = 1024;

impl State {
    fn push(&mut self, data: Bytes) {
        self.len += data.len();
        if data.len() < SMALL {
            self.tail.extend_from_slice(&data);
        } else {
            if !self.tail.is_empty() {
                self.chunks.push_back(self.tail.split().freeze());
            }
            self.chunks.push_back(data);
        }
    }

    /// The first `n` bytes (which must be there). One chunk is handed over as it is.
    fn take(&mut self, n: usize) -> Bytes {
        self.len -= n;
        let out = match self.chunks.front_mut() {
            Some(front) if front.len() >= n => {
                let out = front.split_to(n);
                if front.is_empty() {
                    self.chunks.pop_front();
                }
                return out;
            }
            Some(_) => {
                let mut out = BytesMut::with_capacity(n);
                while out.len() < n {
                    let Some(front) = self.chunks.front_mut() else { break };
                    let part = front.split_to(front.len().min(n - out.len()));
                    out.extend_from_slice(&part);
                    if front.is_empty() {
                        self.chunks.pop_front();
                    }
                }
                let rest = n - out.len();
                out.extend_from_slice(&self.tail.split_to(rest));
                out
            }
            None => self.tail.split_to(n),
        };
        out.freeze()
    }

    /// What one read gives: a whole chunk, or small ones joined.
    fn next_len(&self, max: usize) -> usize {
        match self.chunks.front() {
            Some(front) if front.len() >= SMALL => front.len().min(max),
            _ => self.len.min(max),
        }
    }
}

impl Pipe {
    /// A pipe without ends; `add_reader` and `add_writer` make them.
    pub(crate) fn new() -> Self {
        Pipe::with_capacity(PIPE_CAPACITY, false)
    }

    /// A buffer for a whole output: writes beyond `capacity` fail with ENOSPC.
    pub(crate) fn capture(capacity: usize) -> Self {
        Pipe::with_capacity(capacity, true)
    }

    fn with_capacity(capacity: usize, fails_when_full: bool) -> Self {
        Pipe {
            state: Mutex::default(),
            capacity,
            fails_when_full,
            readable: Notify::new(),
            writable: Notify::new(),
            wanted: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing below panics while it holds the lock, so its contents are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_reader(&self) {
        let mut state = self.state();
        state.readers += 1;
        state.readers_ever += 1;
        drop(state);
        self.writable.notify_waiters();
    }

    pub(crate) fn add_writer(&self) {
        let mut state = self.state();
        state.writers += 1;
        state.writers_ever += 1;
        drop(state);
        self.readable.notify_waiters();
    }

    pub(crate) fn drop_reader(&self) {
        let mut state = self.state();
        state.readers -= 1;
        if state.readers == 0 {
            drop(state);
            self.writable.notify_waiters();
            self.wanted.notify_waiters();
        }
    }

    pub(crate) fn drop_writer(&self) {
        let mut state = self.state();
        state.writers -= 1;
        if state.writers <= 1 {
            // One left may be a capture's owner, waiting in `take`.
            drop(state);
            self.readable.notify_waiters();
        }
    }

    /// At most `max` bytes; empty at the end; `None` when it would wait.
    pub(crate) fn try_read(&self, max: usize) -> Option<Bytes> {
        if max == 0 {
            return Some(Bytes::new());
        }
        let mut state = self.state();
        if state.len == 0 {
            if state.writers == 0 {
                return Some(Bytes::new());
            }
            state.waiting = true;
            drop(state);
            self.wanted.notify_one();
            return None;
        }
        let n = state.next_len(max);
        let out = state.take(n);
        state.waiting = false;
        drop(state);
        self.writable.notify_waiters();
        Some(out)
    }

    /// Bytes up to and including `delimiter`, at most `max`: `None` when the
    /// record is not complete yet and there are writers.
    pub(crate) fn try_read_until(&self, delimiter: u8, max: usize) -> Option<Bytes> {
        let mut state = self.state();
        let mut n = 0;
        let mut complete = state.writers == 0 || state.len >= self.capacity;
        for chunk in state.chunks.iter().map(|chunk| &chunk[..]).chain([&state.tail[..]]) {
            if let Some(i) = chunk.iter().position(|&b| b == delimiter) {
                n += i + 1;
                complete = true;
                break;
            }
            n += chunk.len();
            if n >= max {
                complete = true;
                break;
            }
        }
        if !complete {
            state.waiting = true;
            drop(state);
            self.wanted.notify_one();
            return None;
        }
        let out = state.take(n.min(max));
        state.waiting = false;
        drop(state);
        self.writable.notify_waiters();
        Some(out)
    }

    /// How many of the bytes were taken; 0 when the buffer is full. A write of
    /// at most `PIPE_BUF` (4096) bytes is taken whole or not at all.
    pub(crate) fn try_write(&self, data: &Bytes) -> Result<usize, Errno> {
        let mut state = self.state();
        if state.readers == 0 {
            return Err(Errno::Pipe);
        }
        let room = self.capacity.saturating_sub(state.len);
        if self.fails_when_full && data.len() > room {
            return Err(Errno::NoSpc);
        }
        if room == 0 || (data.len() <= 4096 && room < data.len()) {
            return Ok(0);
        }
        let n = data.len().min(room);
        state.push(data.slice(..n));
        drop(state);
        self.readable.notify_waiters();
        Ok(n)
    }

    /// Room for a write now; 0 when full.
    pub(crate) fn room(&self) -> Result<usize, Errno> {
        let state = self.state();
        if state.readers == 0 { Err(Errno::Pipe) } else { Ok(self.capacity.saturating_sub(state.len)) }
    }

    pub(crate) fn is_readable(&self) -> bool {
        let state = self.state();
        state.len > 0 || state.writers == 0
    }

    pub(crate) fn is_writable(&self) -> bool {
        let state = self.state();
        state.readers == 0 || self.capacity.saturating_sub(state.len) >= 4096.min(self.capacity)
    }

    /// Waits until there is something to read, or no writer left.
    pub(crate) async fn readable(&self) {
        until(&self.readable, || self.is_readable()).await;
    }

    /// Waits for more than `seen` buffered bytes, or the end.
    pub(crate) async fn readable_beyond(&self, seen: usize) {
        until(&self.readable, || {
            let state = self.state();
            state.len > seen || state.writers == 0
        })
        .await;
    }

    /// Drops what is left in a fifo that nobody has open: who opens it next
    /// begins anew (pipe(7)).
    pub(crate) fn forget_if_abandoned(&self) {
        let mut state = self.state();
        if state.readers == 0 && state.writers == 0 {
            state.chunks.clear();
            state.tail.clear();
            state.len = 0;
        }
    }

    /// Whether anyone could read what is written.
    pub(crate) fn has_readers(&self) -> bool {
        self.state().readers > 0
    }

    /// What to wait for until a fifo's other end is there; asked before the
    /// own end is added, since the other may come and go at once then.
    pub(crate) fn meeting(&self, for_writer: bool) -> Meeting {
        let state = self.state();
        let (there, ever) =
            if for_writer { (state.readers, state.readers_ever) } else { (state.writers, state.writers_ever) };
        Meeting { for_writer, over: there > 0, ever }
    }

    /// Waits for the meeting.
    pub(crate) async fn meet(&self, meeting: Meeting) {
        if meeting.over {
            return;
        }
        let notify = if meeting.for_writer { &self.writable } else { &self.readable };
        until(notify, || {
            let state = self.state();
            (if meeting.for_writer { state.readers_ever } else { state.writers_ever }) > meeting.ever
        })
        .await;
    }

    /// How many write ends there are.
    pub(crate) fn writers(&self) -> usize {
        self.state().writers
    }

    /// Bytes that are buffered now.
    pub(crate) fn len(&self) -> usize {
        self.state().len
    }

    /// Waits until a write of one page would be taken, or no reader is left.
    pub(crate) async fn writable(&self) {
        until(&self.writable, || self.is_writable()).await;
    }

    /// Waits until no reader is left.
    pub(crate) async fn unread(&self) {
        until(&self.writable, || self.state().readers == 0).await;
    }

    /// Waits until a reader has found the pipe empty; false when none is left.
    pub(crate) async fn wanted(&self) -> bool {
        until(&self.wanted, || {
            let state = self.state();
            state.waiting || state.readers == 0
        })
        .await;
        self.state().readers > 0
    }

    /// Waits until at most `left` writers are there: a capture's owner is one itself.
    pub(crate) async fn writers_at_most(&self, left: usize) {
        until(&self.readable, || self.state().writers <= left).await;
    }

    /// Everything that is buffered.
    pub(crate) fn take_all(&self) -> Bytes {
        let mut state = self.state();
        let len = state.len;
        state.take(len)
    }
}

/// Waits on `notify` until the condition holds, without missing a change
/// between the check and the wait.
pub(crate) async fn until(notify: &Notify, condition: impl Fn() -> bool) {
    loop {
        if condition() {
            return;
        }
        let mut notified = std::pin::pin!(notify.notified());
        notified.as_mut().enable();
        if condition() {
            return;
        }
        notified.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipe() -> Pipe {
        let pipe = Pipe::new();
        pipe.add_reader();
        pipe.add_writer();
        pipe
    }

    #[test]
    fn bytes_come_out_in_order_and_small_writes_are_joined() {
        let pipe = pipe();
        assert_eq!(pipe.try_write(&Bytes::from_static(b"ab")), Ok(2));
        assert_eq!(pipe.try_write(&Bytes::from_static(b"cd")), Ok(2));
        assert_eq!(pipe.try_read(3).as_deref(), Some(&b"abc"[..]));
        assert_eq!(pipe.try_read(3).as_deref(), Some(&b"d"[..]));
        assert_eq!(pipe.try_read(3), None);
        pipe.drop_writer();
        assert_eq!(pipe.try_read(3).as_deref(), Some(&b""[..]));
    }

    #[test]
    fn a_full_pipe_takes_no_more_and_a_readerless_one_is_broken() {
        let pipe = pipe();
        let big = Bytes::from(vec![0; PIPE_CAPACITY + 1]);
        assert_eq!(pipe.try_write(&big), Ok(PIPE_CAPACITY));
        assert_eq!(pipe.try_write(&big), Ok(0));
        pipe.drop_reader();
        assert_eq!(pipe.try_write(&big), Err(Errno::Pipe));
    }

    #[test]
    fn a_record_is_read_without_what_follows() {
        let pipe = pipe();
        assert_eq!(pipe.try_write(&Bytes::from_static(b"on")), Ok(2));
        assert_eq!(pipe.try_read_until(b'\n', 100), None);
        assert_eq!(pipe.try_write(&Bytes::from_static(b"e\ntwo")), Ok(5));
        assert_eq!(pipe.try_read_until(b'\n', 100).as_deref(), Some(&b"one\n"[..]));
        assert_eq!(pipe.try_read_until(b'\n', 100), None);
        pipe.drop_writer();
        assert_eq!(pipe.try_read_until(b'\n', 100).as_deref(), Some(&b"two"[..]));
    }

    #[test]
    fn a_capture_refuses_what_exceeds_its_limit() {
        let pipe = Pipe::capture(4);
        pipe.add_reader();
        pipe.add_writer();
        assert_eq!(pipe.try_write(&Bytes::from_static(b"abcde")), Err(Errno::NoSpc));
        assert_eq!(pipe.try_write(&Bytes::from_static(b"abcd")), Ok(4));
        assert_eq!(&pipe.take_all()[..], b"abcd");
    }
}

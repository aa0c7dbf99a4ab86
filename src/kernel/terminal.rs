//! A session's terminal: its standard streams and the lines typed to it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::sync::Notify;

use super::discipline::{Discipline, Effects, Mode};
use super::open_file::{OpenFile, Slot};
use super::pipe::until;
use super::process::{Pid, current};
use super::signal::Signal;

/// The size of a terminal's window, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TerminalSize {
    /// Lines.
    pub rows: u16,
    /// Characters of a line.
    pub columns: u16,
}

impl Default for TerminalSize {
    /// 24 lines of 80 characters.
    fn default() -> Self {
        TerminalSize { rows: 24, columns: 80 }
    }
}

/// What makes standard streams a terminal: modes, a window, line editing.
pub(crate) struct Tty {
    state: Mutex<(Discipline, TerminalSize)>,
}

impl Tty {
    fn new(size: TerminalSize) -> Arc<Self> {
        Arc::new(Tty { state: Mutex::new((Discipline::default(), size)) })
    }

    fn state(&self) -> MutexGuard<'_, (Discipline, TerminalSize)> {
        // Nothing below panics while it holds the lock, so its contents are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn mode(&self) -> Mode {
        self.state().0.mode().clone()
    }

    pub(crate) fn size(&self) -> TerminalSize {
        self.state().1
    }

    /// Whether it is another one.
    pub(crate) fn set_size(&self, size: TerminalSize) -> bool {
        std::mem::replace(&mut self.state().1, size) != size
    }

    /// What the terminal is sent when these bytes are printed.
    pub(crate) fn print(&self, data: &Bytes) -> Bytes {
        self.state().0.print(data)
    }

    fn is_canonical(&self) -> bool {
        self.state().0.mode().is_canonical()
    }

    fn patience(&self) -> Option<u8> {
        self.state().0.mode().patience()
    }
}

/// What a session's processes see as their terminal.
pub(crate) struct Terminal {
    /// Absent where the standard streams are files like any other.
    pub(crate) tty: Option<Arc<Tty>>,
    pub(crate) stdin: Arc<Slot>,
    pub(crate) stdout: Arc<Slot>,
    pub(crate) stderr: Arc<Slot>,
    /// What standard input is unless an exec brings its own.
    pub(crate) lines: Arc<Lines>,
    /// The group that an interrupt reaches.
    pub(crate) foreground: AtomicU32,
}

impl Terminal {
    /// A terminal whose output goes to these files, which are sinks. Its
    /// processes see files that are no terminal unless it has a size.
    pub(crate) fn new(size: Option<TerminalSize>, stdout: Arc<OpenFile>, stderr: Arc<OpenFile>) -> Arc<Self> {
        let tty = size.map(Tty::new);
        let lines = Arc::new(Lines { tty: tty.clone(), ..Lines::default() });
        Arc::new(Terminal {
            stdin: Slot::new(OpenFile::lines(lines.clone()), tty.clone()),
            stdout: Slot::new(stdout, tty.clone()),
            stderr: Slot::new(stderr, tty.clone()),
            tty,
            lines,
            foreground: AtomicU32::new(0),
        })
    }

    /// Types bytes. The signals that they send are for the foreground group.
    pub(crate) fn type_bytes(&self, bytes: Bytes) -> Vec<Signal> {
        let Some(tty) = &self.tty else {
            self.lines.put(bytes);
            return Vec::new();
        };
        let Effects { flush, pieces, echo, signals } = tty.state().0.take(&bytes);
        if flush {
            self.lines.flush();
        }
        if !echo.is_empty() {
            // A reader that does not keep up misses the echo, and nothing else.
            let _ = self.stdout.try_write(&echo.into());
        }
        for piece in pieces {
            if piece.is_empty() {
                self.lines.put_end();
            } else {
                self.lines.put(piece);
            }
        }
        signals
    }

    /// Types an end of the file, whatever key that is at the moment.
    pub(crate) fn type_end(&self) {
        if let Some(tty) = &self.tty {
            let line = tty.state().0.take_line();
            if !line.is_empty() {
                return self.lines.put(line);
            }
        }
        self.lines.put_end();
    }

    /// Forgets what was typed and not read, as an interrupt does.
    pub(crate) fn flush(&self) {
        if let Some(tty) = &self.tty {
            tty.state().0.take_line();
        }
        self.lines.flush();
    }

    /// Changes a terminal's mode.
    pub(crate) fn set_mode(&self, mode: Mode, flush: bool) {
        let Some(tty) = &self.tty else { return };
        let line = tty.state().0.set_mode(mode);
        if flush {
            self.flush();
        } else if let Some(line) = line {
            self.lines.put(line);
        }
    }

    /// The mode that a terminal starts with.
    pub(crate) fn reset_mode(&self) {
        self.set_mode(Mode::default(), false);
    }
}

/// Typed input. A read gives at most one line, and an end of the file is one
/// empty read, not the end of the terminal: as in termios(3)'s canonical mode.
#[derive(Default)]
pub(crate) struct Lines {
    tty: Option<Arc<Tty>>,
    /// A read has waited as long as the terminal's mode says.
    expired: AtomicBool,
    typed: Mutex<Typed>,
    readable: Notify,
    /// The processes whose reads wait.
    waiting: Mutex<Vec<Pid>>,
    /// A read began to wait, or a process came to rest while one waits.
    changed: Notify,
}

#[derive(Default)]
struct Typed {
    /// An empty piece is an end of the file.
    pieces: VecDeque<Bytes>,
    /// Bytes and ends of the file.
    len: usize,
}

impl Lines {
    fn typed(&self) -> MutexGuard<'_, Typed> {
        // Nothing below panics while it holds the lock, so its contents are whole.
        self.typed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Types text.
    pub(crate) fn put(&self, text: Bytes) {
        if text.is_empty() {
            return;
        }
        let mut typed = self.typed();
        typed.len += text.len();
        typed.pieces.push_back(text);
        drop(typed);
        self.readable.notify_waiters();
    }

    /// Types an end of the file (Ctrl-D).
    pub(crate) fn put_end(&self) {
        let mut typed = self.typed();
        typed.len += 1;
        typed.pieces.push_back(Bytes::new());
        drop(typed);
        self.readable.notify_waiters();
    }

    /// Forgets what nobody has read, as an interrupt at a terminal does.
    pub(crate) fn flush(&self) {
        *self.typed() = Typed::default();
    }

    /// At most one line of at most `max` bytes; empty at an end of the file;
    /// `None` when it would wait.
    pub(crate) fn try_read(&self, max: usize) -> Option<Bytes> {
        let Some(tty) = self.tty.as_ref().filter(|tty| !tty.is_canonical()) else {
            return self.try_read_until(Some(b'\n'), max);
        };
        let data = self.try_read_until(None, max);
        let over = self.expired.swap(false, Ordering::AcqRel) || tty.patience() == Some(0);
        if data.is_none() && over { Some(Bytes::new()) } else { data }
    }

    /// Bytes up to and including `delimiter`, at most `max`. Unlike a line, a
    /// longer record is waited for.
    pub(crate) fn try_read_record(&self, delimiter: u8, max: usize) -> Option<Bytes> {
        let typed = self.typed();
        let mut len = 0;
        let complete = typed.pieces.iter().any(|piece| {
            len += piece.len();
            piece.is_empty() || len >= max || piece.contains(&delimiter)
        });
        drop(typed);
        if complete { self.try_read_until(Some(delimiter), max) } else { None }
    }

    fn try_read_until(&self, delimiter: Option<u8>, max: usize) -> Option<Bytes> {
        if max == 0 {
            return Some(Bytes::new());
        }
        let mut typed = self.typed();
        let mut out = BytesMut::new();
        while let Some(piece) = typed.pieces.front_mut() {
            if piece.is_empty() {
                // After text it ends this read, and is the next one's.
                if out.is_empty() {
                    typed.pieces.pop_front();
                    typed.len -= 1;
                }
                return Some(out.freeze());
            }
            let end = piece.iter().position(|&byte| Some(byte) == delimiter).map_or(piece.len(), |at| at + 1);
            let part = piece.split_to(end.min(max - out.len()));
            if piece.is_empty() {
                typed.pieces.pop_front();
            }
            typed.len -= part.len();
            out.extend_from_slice(&part);
            if out.len() == max || (delimiter.is_some() && out.last().copied() == delimiter) {
                break;
            }
        }
        if out.is_empty() { None } else { Some(out.freeze()) }
    }

    pub(crate) fn is_readable(&self) -> bool {
        self.typed().len > 0 || self.expired.load(Ordering::Acquire)
    }

    /// What is typed and not read, in bytes and ends of the file.
    pub(crate) fn len(&self) -> usize {
        self.typed().len
    }

    /// Waits for more than `seen` of them.
    pub(crate) async fn readable_beyond(&self, seen: usize) {
        if self.len() > seen {
            return;
        }
        let typed = until(&self.readable, || self.len() > seen);
        match self.tty.as_ref().and_then(|tty| tty.patience()) {
            None => {
                let _waiting = Waiting::new(self);
                typed.await;
            }
            Some(tenths) => {
                let limit = Duration::from_millis(100) * u32::from(tenths);
                if tokio::time::timeout(limit, typed).await.is_err() {
                    self.expired.store(true, Ordering::Release);
                }
            }
        }
    }

    /// The processes that wait for more to be typed.
    fn waiting(&self) -> MutexGuard<'_, Vec<Pid>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process of the session came to rest.
    pub(crate) fn at_rest(&self) {
        if !self.waiting().is_empty() {
            self.changed.notify_waiters();
        }
    }

    /// Waits until processes wait for more to be typed for which the condition holds.
    pub(crate) async fn wanted_and(&self, condition: impl Fn(&[Pid]) -> bool) {
        until(&self.changed, || {
            let waiting = self.waiting().clone();
            !waiting.is_empty() && condition(&waiting)
        })
        .await;
    }
}

/// A read that waits.
struct Waiting<'a>(&'a Lines, Pid);

impl<'a> Waiting<'a> {
    fn new(lines: &'a Lines) -> Self {
        let pid = current();
        lines.waiting().push(pid);
        lines.changed.notify_waiters();
        Waiting(lines, pid)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        if let Some(at) = waiting.iter().position(|pid| *pid == self.1) {
            waiting.swap_remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_gives_one_line_and_an_end_ends_one_read() {
        let lines = Lines::default();
        assert_eq!(lines.try_read(100), None);
        lines.put(Bytes::from_static(b"one\ntwo\nth"));
        lines.put_end();
        lines.put(Bytes::from_static(b"ree\n"));
        assert_eq!(lines.try_read(2).as_deref(), Some(&b"on"[..]));
        assert_eq!(lines.try_read(100).as_deref(), Some(&b"e\n"[..]));
        assert_eq!(lines.try_read(100).as_deref(), Some(&b"two\n"[..]));
        assert_eq!(lines.try_read(100).as_deref(), Some(&b"th"[..]));
        assert_eq!(lines.try_read(100).as_deref(), Some(&b""[..]));
        assert_eq!(lines.try_read(100).as_deref(), Some(&b"ree\n"[..]));
        lines.put_end();
        assert_eq!(lines.try_read(100).as_deref(), Some(&b""[..]));
        assert_eq!(lines.try_read(100), None);
        assert_eq!(lines.len(), 0);
    }

    #[test]
    fn a_record_is_waited_for_and_may_span_pieces() {
        let lines = Lines::default();
        lines.put(Bytes::from_static(b"a;"));
        lines.put(Bytes::from_static(b"b\nrest"));
        assert_eq!(lines.try_read_record(b'\0', 100), None);
        assert_eq!(lines.try_read_record(b'\n', 100).as_deref(), Some(&b"a;b\n"[..]));
        assert_eq!(lines.try_read_record(b'\n', 100), None);
        assert_eq!(lines.try_read_record(b'\n', 3).as_deref(), Some(&b"res"[..]));
    }
}

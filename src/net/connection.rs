//! One end of a TCP connection.
//!
//! A connection is two pipes, one each way; each end reads one and writes the other. So the buffers are bounded, a
//! full one makes the sender wait, and an end that is gone is the end of the file for one side and EPIPE for the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::{Socket, SocketState};
use crate::fs::Errno;
use crate::kernel::Pipe;

/// One end.
pub(crate) struct Connection {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
    /// Shared by both ends: one of them went away with data unread, or by force.
    reset: Arc<AtomicBool>,
    receives: AtomicBool,
    sends: AtomicBool,
    /// None at the host's side of a connection that leaves the sandbox.
    socket: Option<Socket>,
}

impl Connection {
    /// Both ends of a connection; the first is at `a`.
    pub(super) fn pair(
        a: SocketAddr,
        b: SocketAddr,
        socket_a: Option<Socket>,
        socket_b: Option<Socket>,
    ) -> (Connection, Connection) {
        let pipe = || {
            let pipe = Arc::new(Pipe::new());
            pipe.add_reader();
            pipe.add_writer();
            pipe
        };
        let (there, back) = (pipe(), pipe());
        let reset = Arc::new(AtomicBool::new(false));
        let end = |local, remote, incoming: &Arc<Pipe>, outgoing: &Arc<Pipe>, socket: Option<Socket>| {
            if let Some(socket) = &socket {
                socket.set_connected(local, remote, incoming, outgoing);
            }
            Connection {
                local,
                remote,
                incoming: incoming.clone(),
                outgoing: outgoing.clone(),
                reset: reset.clone(),
                receives: AtomicBool::new(true),
                sends: AtomicBool::new(true),
                socket,
            }
        };
        (end(a, b, &back, &there, socket_a), end(b, a, &there, &back, socket_b))
    }

    /// At most `max` bytes; empty at the end; `None` when it would wait.
    pub(crate) fn try_read(&self, max: usize) -> Result<Option<Bytes>, Errno> {
        if !self.receives.load(Ordering::Acquire) {
            return Ok(Some(Bytes::new()));
        }
        let data = self.incoming.try_read(max);
        let at_end = max > 0 && data.as_ref().is_some_and(Bytes::is_empty);
        // Told once, then it is the end of the file, as elsewhere.
        if at_end && self.reset.swap(false, Ordering::AcqRel) {
            return Err(Errno::ConnReset);
        }
        Ok(data)
    }

    /// Up to and including `delimiter`, or `max` bytes; less at the end, `None` when they have not arrived.
    pub(crate) fn try_read_until(&self, delimiter: u8, max: usize) -> Result<Option<Bytes>, Errno> {
        if !self.receives.load(Ordering::Acquire) {
            return Ok(Some(Bytes::new()));
        }
        match self.incoming.try_read_until(delimiter, max) {
            Some(data) if data.is_empty() => self.try_read(max),
            data => Ok(data),
        }
    }

    /// Bytes that were received and not read.
    pub(crate) fn unread_len(&self) -> usize {
        self.incoming.len()
    }

    /// Bytes that were sent and that the other end has not read.
    pub(super) fn unsent_len(&self) -> usize {
        self.outgoing.len()
    }

    /// How much was taken; 0 when it would wait. `Pipe` when nobody will read it.
    pub(crate) fn try_write(&self, data: &Bytes) -> Result<usize, Errno> {
        if !self.sends.load(Ordering::Acquire) {
            return Err(Errno::Pipe);
        }
        self.outgoing.try_write(data)
    }

    /// Room for a write now; 0 when full.
    pub(crate) fn room(&self) -> Result<usize, Errno> {
        if !self.sends.load(Ordering::Acquire) {
            return Err(Errno::Pipe);
        }
        self.outgoing.room()
    }

    pub(crate) fn is_readable(&self) -> bool {
        !self.receives.load(Ordering::Acquire) || self.incoming.is_readable()
    }

    /// Whether nothing was received and nothing will be.
    pub(super) fn is_at_end(&self) -> bool {
        self.is_readable() && self.incoming.len() == 0
    }

    pub(crate) fn is_writable(&self) -> bool {
        !self.sends.load(Ordering::Acquire) || self.outgoing.is_writable()
    }

    pub(crate) async fn readable(&self) {
        if self.receives.load(Ordering::Acquire) {
            self.incoming.readable().await;
        }
    }

    /// Waits for more than `seen` unread bytes, or the end.
    pub(crate) async fn readable_beyond(&self, seen: usize) {
        if self.receives.load(Ordering::Acquire) {
            self.incoming.readable_beyond(seen).await;
        }
    }

    pub(crate) async fn writable(&self) {
        if self.sends.load(Ordering::Acquire) {
            self.outgoing.writable().await;
        }
    }

    /// Waits until the other end reads no more.
    pub(super) async fn unread(&self) {
        self.outgoing.unread().await;
    }

    /// Sends no more: the other end sees the end of the file.
    pub(crate) fn shutdown_send(&self) {
        if self.sends.swap(false, Ordering::AcqRel) {
            self.outgoing.drop_writer();
        }
    }

    /// Receives no more: the other end's writes fail.
    pub(crate) fn shutdown_receive(&self) {
        if self.receives.swap(false, Ordering::AcqRel) {
            self.incoming.drop_reader();
        }
    }

    /// Ends it by force: the other end sees a reset.
    pub(super) fn abort(&self) {
        self.reset.store(true, Ordering::Release);
        self.shutdown_send();
        self.shutdown_receive();
    }

    /// Books its state, for `/proc`.
    pub(super) fn mark(&self, state: SocketState) {
        if let Some(socket) = &self.socket {
            socket.set_remote(Some(self.remote), state);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // As TCP: who closes with data unread has lost it, and the other end is told.
        if self.receives.load(Ordering::Acquire) && self.incoming.len() > 0 {
            self.reset.store(true, Ordering::Release);
        }
        self.shutdown_send();
        self.shutdown_receive();
    }
}

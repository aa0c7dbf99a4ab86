//! A listening socket: a bounded queue of connections.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::table::Endpoint;
use super::{Connection, Socket, SocketState, Waitable};
use crate::kernel::until;

/// The longest queue that a guest can ask for; Linux's `somaxconn`.
const BACKLOG_MAX: usize = 4096;

/// A listening socket.
pub(crate) struct Listener {
    socket: Socket,
    queue: Mutex<VecDeque<Connection>>,
    backlog: usize,
    arrived: Notify,
    /// Outlives the listener for those who wait for room in its queue.
    room: Arc<Notify>,
}

impl Listener {
    /// Listens at the address that the socket is bound to.
    pub(crate) fn new(socket: Socket, backlog: usize) -> Arc<Listener> {
        let listener = Arc::new(Listener {
            socket,
            queue: Mutex::default(),
            backlog: backlog.clamp(1, BACKLOG_MAX),
            arrived: Notify::new(),
            room: Arc::default(),
        });
        listener.socket.set_endpoint(Endpoint::Listener(Arc::downgrade(&listener)), SocketState::Listening);
        listener
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Connection>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.socket.local()
    }

    pub(super) fn pid(&self) -> u32 {
        self.socket.pid()
    }

    /// The oldest connection that waits.
    pub(crate) fn accept(&self) -> Option<Connection> {
        let connection = self.queue().pop_front()?;
        self.room.notify_waiters();
        Some(connection)
    }

    /// Puts a connection into the queue; gives it back when that is full.
    pub(super) fn offer(&self, connection: Connection) -> Result<(), Connection> {
        let mut queue = self.queue();
        if queue.len() >= self.backlog {
            return Err(connection);
        }
        queue.push_back(connection);
        drop(queue);
        self.arrived.notify_waiters();
        Ok(())
    }

    pub(super) fn has_room(&self) -> bool {
        self.queue().len() < self.backlog
    }

    pub(super) fn room(&self) -> Arc<Notify> {
        self.room.clone()
    }
}

impl Waitable for Listener {
    fn is_ready(&self) -> bool {
        !self.queue().is_empty()
    }

    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(until(&self.arrived, || self.is_ready()))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Nobody will accept them: their other ends are told.
        for connection in self.queue().drain(..) {
            connection.abort();
        }
        self.room.notify_waiters();
    }
}

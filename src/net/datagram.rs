//! UDP: sockets with a bounded queue; what does not fit is lost, as datagrams are.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::address::{is_own, loopback, meant};
use super::table::Endpoint;
use super::{NetError, Protocol, Socket, SocketState, User, Waitable, host};
use crate::kernel::until;

/// The largest payload of a datagram.
pub(crate) const DATAGRAM_MAX: usize = 65_507;

/// What a queue holds at most, in bytes; each datagram counts as its length and `OVERHEAD`.
const QUEUE_BYTES: usize = 128 * 1024;
/// Keeps a flood of empty datagrams from being free.
const OVERHEAD: usize = 256;

/// A datagram that was received.
pub(crate) struct Datagram {
    pub(crate) from: SocketAddr,
    pub(crate) data: Bytes,
}

#[derive(Default)]
struct Queue {
    datagrams: VecDeque<Datagram>,
    bytes: usize,
}

/// A bound UDP socket.
pub(crate) struct DatagramSocket {
    socket: Socket,
    user: User,
    queue: Mutex<Queue>,
    arrived: Notify,
    /// The only one it talks with, once it is connected.
    peer: Mutex<Option<SocketAddr>>,
    /// Its socket outside, made at the first datagram that may leave.
    outside: OnceLock<host::Datagrams>,
}

impl DatagramSocket {
    /// Receives at the address that the socket is bound to.
    pub(crate) fn new(socket: Socket, user: User) -> Arc<DatagramSocket> {
        let socket = Arc::new(DatagramSocket {
            socket,
            user,
            queue: Mutex::default(),
            arrived: Notify::new(),
            peer: Mutex::default(),
            outside: OnceLock::new(),
        });
        socket.socket.set_endpoint(Endpoint::Datagrams(Arc::downgrade(&socket)), SocketState::Closed);
        socket
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.socket.local()
    }

    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Connects it, or disconnects it; what others sent before is forgotten.
    pub(crate) fn set_peer(&self, peer: Option<SocketAddr>) {
        let peer = peer.map(meant);
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner) = peer;
        let state = if peer.is_some() { SocketState::Established } else { SocketState::Closed };
        self.socket.set_remote(peer, state);
        if peer.is_some() {
            let mut queue = self.queue();
            queue.datagrams.retain(|datagram| Some(datagram.from) == peer);
            queue.bytes = queue.datagrams.iter().map(|datagram| datagram.data.len() + OVERHEAD).sum();
        }
    }

    /// Sends a datagram; that it was sent does not say that it arrived.
    pub(crate) fn send(self: &Arc<Self>, to: SocketAddr, data: Bytes) -> Result<(), NetError> {
        let to = meant(to);
        if to.port() == 0 {
            return Err(NetError::InvalidArgument);
        }
        if data.len() > DATAGRAM_MAX {
            return Err(NetError::DatagramTooLarge);
        }
        let network = self.socket.network();
        if is_own(to.ip()) {
            if let Some(receiver) = network.receiver(to) {
                let port = self.local().map_or(0, |local| local.port());
                let from = match self.local() {
                    Some(local) if !local.ip().is_unspecified() => local,
                    _ => SocketAddr::new(loopback(to.ip()), port),
                };
                receiver.deliver(from, data);
                return Ok(());
            }
            if !network.egress.reaches_loopback(Protocol::Udp, to) {
                // Only who is connected hears of it.
                return if self.peer().is_some() { Err(NetError::ConnectionRefused) } else { Ok(()) };
            }
        }
        let outside = match self.outside.get() {
            Some(outside) => outside,
            None => {
                // Nothing is opened for what may not leave.
                let flow = network.egress.begin(Protocol::Udp, to, self.user.clone())?;
                let outside = host::Datagrams::open(self, to, flow)?;
                self.outside.get_or_init(|| outside)
            }
        };
        outside.send(&network.egress, to, &data, &self.user)
    }

    /// Takes a datagram into the queue, if it is from whom it may be and fits.
    pub(super) fn deliver(&self, from: SocketAddr, data: Bytes) {
        if self.peer().is_some_and(|peer| peer != from) {
            return;
        }
        let size = data.len() + OVERHEAD;
        let mut queue = self.queue();
        if queue.bytes + size > QUEUE_BYTES {
            return;
        }
        queue.bytes += size;
        queue.datagrams.push_back(Datagram { from, data });
        drop(queue);
        self.arrived.notify_waiters();
    }

    /// The oldest datagram.
    pub(crate) fn receive(&self) -> Option<Datagram> {
        let mut queue = self.queue();
        let datagram = queue.datagrams.pop_front()?;
        queue.bytes -= datagram.data.len() + OVERHEAD;
        Some(datagram)
    }
}

impl Waitable for DatagramSocket {
    fn is_ready(&self) -> bool {
        !self.queue().datagrams.is_empty()
    }

    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(until(&self.arrived, || self.is_ready()))
    }
}

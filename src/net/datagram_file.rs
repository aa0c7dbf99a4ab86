//! UDP as an open file, for shells: a write is a datagram, what arrives is read as one stream of bytes.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};

use super::{DATAGRAM_MAX, DatagramSocket, NetError, Network, Protocol, User, Waitable};
use crate::fs::Errno;

/// A connected UDP socket that is read and written like a file.
pub(crate) struct DatagramFile {
    socket: Arc<DatagramSocket>,
    /// What was received and not read: a reader of lines takes less than a datagram.
    rest: Mutex<BytesMut>,
}

impl DatagramFile {
    /// A socket that talks with `to` only.
    pub(super) fn connect(network: &Arc<Network>, to: SocketAddr, user: User) -> Result<DatagramFile, NetError> {
        let socket = network.socket(Protocol::Udp, user.pid)?;
        socket.bind(match to {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        })?;
        let socket = DatagramSocket::new(socket, user);
        socket.set_peer(Some(to));
        Ok(DatagramFile { socket, rest: Mutex::default() })
    }

    fn rest(&self) -> MutexGuard<'_, BytesMut> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At most `max` bytes of what has arrived; `None` when it would wait. There is no end.
    pub(crate) fn try_read(&self, max: usize) -> Option<Bytes> {
        let mut rest = self.rest();
        if rest.is_empty() {
            rest.extend_from_slice(&self.socket.receive()?.data);
        }
        let n = rest.len().min(max);
        Some(rest.split_to(n).freeze())
    }

    /// Up to and including `delimiter`, or `max` bytes; `None` when they have not arrived.
    pub(crate) fn try_read_until(&self, delimiter: u8, max: usize) -> Option<Bytes> {
        let mut rest = self.rest();
        loop {
            let found = rest.iter().position(|&b| b == delimiter).map(|at| at + 1);
            if let Some(n) = found.or((rest.len() >= max).then_some(max)) {
                return Some(rest.split_to(n.min(max)).freeze());
            }
            rest.extend_from_slice(&self.socket.receive()?.data);
        }
    }

    /// Sends one datagram; how much of the data it took.
    pub(crate) fn try_write(&self, data: &Bytes) -> Result<usize, Errno> {
        let data = data.slice(..data.len().min(DATAGRAM_MAX));
        let n = data.len();
        let peer = self.socket.peer().ok_or(Errno::NotConn)?;
        self.socket.send(peer, data)?;
        Ok(n)
    }

    pub(crate) fn is_readable(&self) -> bool {
        !self.rest().is_empty() || self.socket.is_ready()
    }

    pub(crate) async fn readable(&self) {
        if !self.is_readable() {
            self.arrival().await;
        }
    }

    /// Waits for another datagram.
    pub(crate) async fn arrival(&self) {
        self.socket.ready().await;
    }
}

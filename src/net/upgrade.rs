//! The way of a request for TLS: from a guest's call to the task that carries its connection.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::Network;
use crate::fs::Errno;

/// Protocols that can be offered (ALPN), and how long their names may be.
const PROTOCOLS_MAX: usize = 16;
const PROTOCOL_LENGTH: std::ops::RangeInclusive<usize> = 1..=255;
/// Bytes of certificates that a guest can give: several times the roots of a browser.
const ROOTS_BYTES: usize = 1 << 20;

/// What a guest asks for.
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "nobody reads it without TLS"))]
pub(crate) struct TlsRequest {
    pub(crate) server_name: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) verify: bool,
    /// In DER.
    pub(crate) roots: Vec<Vec<u8>>,
}

/// What came of it.
pub(crate) struct TlsSession {
    pub(crate) version: String,
    pub(crate) cipher: String,
    pub(crate) protocol: Option<String>,
    /// In DER, the server's own first.
    pub(crate) certificates: Vec<Vec<u8>>,
}

/// Why nothing came of it.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "tls"), allow(dead_code, reason = "nobody looks at certificates without TLS"))]
pub(crate) enum TlsFailure {
    Errno(Errno),
    /// The certificate is not valid.
    Certificate(String),
    Handshake(String),
}

impl std::fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TlsFailure::Errno(errno) => write!(f, "TLS: {errno}"),
            TlsFailure::Certificate(why) => write!(f, "TLS: the certificate is not accepted: {why}"),
            TlsFailure::Handshake(why) => write!(f, "TLS: {why}"),
        }
    }
}

/// A request on its way, and where the answer goes.
pub(super) struct Upgrade {
    pub(super) request: TlsRequest,
    pub(super) answer: oneshot::Sender<Result<TlsSession, TlsFailure>>,
}

/// Both ends of a connection's way: the first is for its row in the table, the second for its task.
pub(super) fn way() -> (mpsc::Sender<Upgrade>, mpsc::Receiver<Upgrade>) {
    mpsc::channel(1)
}

impl Network {
    /// Speaks TLS over a connection of that process that leads out of the sandbox.
    ///
    /// Addresses name a connection within its process only: another's must not be changed under its hands, and a
    /// socket of WASI never leaves the process that made it.
    pub(crate) async fn start_tls(
        self: &Arc<Self>,
        pid: u32,
        local: SocketAddr,
        remote: SocketAddr,
        request: TlsRequest,
    ) -> Result<TlsSession, TlsFailure> {
        let way = self.upgrade_of(pid, local, remote).map_err(TlsFailure::Errno)?;
        let named = request.protocols.iter().all(|protocol| PROTOCOL_LENGTH.contains(&protocol.len()));
        if request.protocols.len() > PROTOCOLS_MAX || !named {
            return Err(TlsFailure::Errno(Errno::Inval));
        }
        if request.roots.iter().map(Vec::len).sum::<usize>() > ROOTS_BYTES {
            return Err(TlsFailure::Errno(Errno::TooBig));
        }
        let (answer, answered) = oneshot::channel();
        match way.try_send(Upgrade { request, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(TlsFailure::Errno(Errno::ConnReset))),
            // Its task is over, or does not look at the way again: it has moved on to TLS.
            Err(_) => Err(TlsFailure::Errno(Errno::NotConn)),
        }
    }
}

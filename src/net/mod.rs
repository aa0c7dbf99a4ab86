//! The network of one sandbox.
//!
//! A sandbox has a loopback of its own: `127.0.0.0/8` and `::1` are the sandbox, never the host, and nothing there
//! touches a socket of the host. What is not loopback leaves the sandbox only where the embedder's policy allows it.
//!
//! - `table`: the sandbox's sockets and ports; the limit on them, and what `/proc/net` shows
//! - `connection`, `listener`, `connecting`: TCP, as two pipes, a queue, and the way from one to the other
//! - `datagram`: UDP; `datagram_file`: as an open file
//! - `dial`: connecting by name
//! - `address`: which addresses are the sandbox, and which are public
//! - `policy`: what the embedder allows; plain data, and its meaning
//! - `egress`: the policy at work: verdicts, limits, the log
//! - `names`: name lookup
//! - `http`: requests that are judged by rules about URLs
//! - `host`: the only place that opens sockets of the host; `pump`: what moves bytes between them and the guests'
//! - `tls`: the TLS that the host speaks for guests; `upgrade`: how a guest asks for it

mod address;
mod connecting;
mod connection;
mod datagram;
mod datagram_file;
mod dial;
mod egress;
mod host;
mod http;
mod listener;
mod names;
mod policy;
mod pump;
mod table;
#[cfg_attr(not(feature = "tls"), path = "no_tls.rs")]
mod tls;
mod upgrade;

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(crate) use connecting::Connecting;
pub(crate) use connection::Connection;
pub(crate) use datagram::{DATAGRAM_MAX, DatagramSocket};
pub(crate) use datagram_file::DatagramFile;
pub(crate) use egress::EgressLog;
pub use egress::{EgressEvent, Verdict};
pub use http::{HttpHeader, HttpRule, Scheme};
pub(crate) use listener::Listener;
pub(crate) use names::Lookup;
pub use policy::{NetworkPolicy, NetworkRule, Protocol};
pub(crate) use table::{Socket, SocketState};
pub(crate) use upgrade::{TlsFailure, TlsRequest};

use crate::error::Error;
use crate::fs::Errno;
use egress::Egress;
use table::Table;

/// Why an operation on a socket did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetError {
    /// The policy does not allow it.
    AccessDenied,
    AddressInUse,
    AddressNotBindable,
    ConnectionRefused,
    DatagramTooLarge,
    InvalidArgument,
    NameUnresolvable,
    /// The sandbox has as many sockets as it may have.
    SocketLimit,
    TemporaryResolverFailure,
    Timeout,
    Unreachable,
}

impl From<NetError> for Errno {
    fn from(error: NetError) -> Errno {
        match error {
            NetError::AccessDenied => Errno::Acces,
            NetError::AddressInUse => Errno::AddrInUse,
            NetError::AddressNotBindable => Errno::AddrNotAvail,
            NetError::ConnectionRefused => Errno::ConnRefused,
            NetError::DatagramTooLarge => Errno::TooBig,
            NetError::InvalidArgument => Errno::Inval,
            NetError::NameUnresolvable => Errno::NoEnt,
            NetError::SocketLimit => Errno::MFile,
            NetError::TemporaryResolverFailure => Errno::Again,
            NetError::Timeout => Errno::TimedOut,
            NetError::Unreachable => Errno::HostUnreach,
        }
    }
}

/// Something a guest can wait for.
pub(crate) trait Waitable: Send + Sync {
    /// Whether there is nothing to wait for.
    fn is_ready(&self) -> bool;
    /// Waits for it.
    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Who uses the network, for `/proc` and the egress log.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) pid: u32,
    /// The command's name.
    pub(crate) program: String,
}

/// The network of one sandbox.
pub(crate) struct Network {
    table: Mutex<Table>,
    hostname: String,
    egress: Arc<Egress>,
    forwards: Mutex<Vec<host::Forward>>,
}

impl Network {
    /// A network that allows what `policy` says.
    pub(crate) fn new(
        hostname: &str,
        sockets: u32,
        policy: &NetworkPolicy,
        log: Option<EgressLog>,
    ) -> Result<Arc<Network>, Error> {
        Ok(Arc::new(Network {
            table: Mutex::new(Table::new(sockets)),
            hostname: hostname.to_ascii_lowercase(),
            egress: Arc::new(Egress::new(policy, log)?),
            forwards: Mutex::default(),
        }))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Only map operations run under the lock, so a poisoned one is whole.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a port of the sandbox reachable at a port of the host's loopback (0: any that is free); where.
    pub(crate) fn forward(self: &Arc<Self>, host_port: u16, port: u16) -> Result<SocketAddr, Error> {
        let failed = |error| Error::Configuration(format!("forwarding port {port} of the sandbox: {error}"));
        if port == 0 {
            return Err(failed("there is no port 0".into()));
        }
        let forward = host::forward(self, host_port, port).map_err(|error| failed(error.to_string()))?;
        let address = forward.address();
        self.forwards.lock().unwrap_or_else(PoisonError::into_inner).push(forward);
        Ok(address)
    }
}

#[cfg(test)]
mod tests;

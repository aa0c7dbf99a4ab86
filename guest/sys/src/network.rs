//! Connections that are open files, and TLS for those that leave the sandbox.

use crate::Errno;
use crate::bindings::agentfense::kernel::network as raw;
use crate::bindings::wasi::sockets::network::{IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress};
use crate::escape::to_wasi;
use crate::files::OpenFile;
use std::net::{IpAddr, SocketAddr};

pub use raw::{TlsSession, Transport};

/// A connection as an open file. [`Errno::Noent`] when the host has no address, [`Errno::Again`] when that could not
/// be found out.
pub fn connect(host: &[u8], port: u16, transport: Transport) -> Result<OpenFile, Errno> {
    Ok(raw::connect(&to_wasi(host), port, transport)?.into())
}

/// What a TLS session shall be.
#[derive(Clone, Debug)]
pub struct TlsOptions<'a> {
    /// The connection's address here.
    pub local: SocketAddr,
    /// The connection's address there.
    pub remote: SocketAddr,
    /// The name to ask for, and that the certificate must be valid for.
    pub server_name: &'a str,
    /// The protocols to offer (ALPN), the most wanted first.
    pub protocols: &'a [String],
    /// Whether an invalid certificate ends it.
    pub verify: bool,
    /// Certificates (DER) to trust besides those that the embedder trusts.
    pub roots: &'a [Vec<u8>],
}

/// Why there is no TLS session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsError {
    /// The connection is none that could have one, or it broke.
    Errno(Errno),
    /// The certificate is not valid; why.
    Certificate(String),
    /// Anything else.
    Handshake(String),
}

/// Speaks TLS over the connection from now on: what is written is sent encrypted, what is read was decrypted.
pub fn start_tls(options: &TlsOptions<'_>) -> Result<TlsSession, TlsError> {
    raw::start_tls(&raw::TlsOptions {
        local: address(options.local),
        remote: address(options.remote),
        server_name: options.server_name.to_owned(),
        protocols: options.protocols.to_vec(),
        verify: options.verify,
        roots: options.roots.to_vec(),
    })
    .map_err(|error| match error {
        raw::TlsError::Errno(errno) => TlsError::Errno(errno.into()),
        raw::TlsError::Certificate(why) => TlsError::Certificate(why),
        raw::TlsError::Handshake(why) => TlsError::Handshake(why),
    })
}

fn address(address: SocketAddr) -> IpSocketAddress {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) => IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: ip.octets().into() }),
        IpAddr::V6(ip) => {
            IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address: ip.segments().into(), scope_id: 0 })
        }
    }
}

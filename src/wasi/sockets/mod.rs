//! `wasi:sockets`, over the sandbox's network.
//!
//! - here: addresses, errors, the network handle
//! - `tcp`, `udp`: the sockets, as WASI's state machines around the objects of `crate::net`
//! - `lookup`: names

mod lookup;
mod tcp;
mod udp;

pub use lookup::ResolveStream;
pub use tcp::TcpSocket;
pub use udp::{Datagrams, UdpSocket};

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

use wasmtime::component::{Resource, ResourceTableError};

use crate::kernel::{Guest, Held};
use crate::net::{NetError, User};
use crate::wit::guest::wasi::sockets::instance_network;
use crate::wit::guest::wasi::sockets::network::{
    self, ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};

/// The right to use the network, as a token.
pub struct NetworkHandle;

/// Why a call on a socket did not succeed.
pub(crate) enum SocketFailure {
    Code(ErrorCode),
    Trap(wasmtime::Error),
}

type Done<T> = Result<T, SocketFailure>;

impl From<ErrorCode> for SocketFailure {
    fn from(code: ErrorCode) -> Self {
        SocketFailure::Code(code)
    }
}

impl From<ResourceTableError> for SocketFailure {
    fn from(error: ResourceTableError) -> Self {
        SocketFailure::Trap(error.into())
    }
}

impl From<NetError> for SocketFailure {
    fn from(error: NetError) -> Self {
        SocketFailure::Code(match error {
            NetError::AccessDenied => ErrorCode::AccessDenied,
            NetError::AddressInUse => ErrorCode::AddressInUse,
            NetError::AddressNotBindable => ErrorCode::AddressNotBindable,
            NetError::ConnectionRefused => ErrorCode::ConnectionRefused,
            NetError::DatagramTooLarge => ErrorCode::DatagramTooLarge,
            NetError::InvalidArgument => ErrorCode::InvalidArgument,
            NetError::NameUnresolvable => ErrorCode::NameUnresolvable,
            NetError::SocketLimit => ErrorCode::NewSocketLimit,
            NetError::TemporaryResolverFailure => ErrorCode::TemporaryResolverFailure,
            NetError::Timeout => ErrorCode::Timeout,
            NetError::Unreachable => ErrorCode::RemoteUnreachable,
        })
    }
}

/// An address that a guest gave, of either family.
pub(crate) fn either_address(given: IpSocketAddress) -> Option<SocketAddr> {
    let family = match given {
        IpSocketAddress::Ipv4(_) => IpAddressFamily::Ipv4,
        IpSocketAddress::Ipv6(_) => IpAddressFamily::Ipv6,
    };
    address(given, family).ok()
}

/// An address that a guest gave for a socket of that family.
fn address(given: IpSocketAddress, family: IpAddressFamily) -> Result<SocketAddr, ErrorCode> {
    match (given, family) {
        (IpSocketAddress::Ipv4(v4), IpAddressFamily::Ipv4) => {
            let (a, b, c, d) = v4.address;
            Ok(SocketAddr::from((Ipv4Addr::new(a, b, c, d), v4.port)))
        }
        (IpSocketAddress::Ipv6(v6), IpAddressFamily::Ipv6) => {
            let (a, b, c, d, e, f, g, h) = v6.address;
            let ip = Ipv6Addr::new(a, b, c, d, e, f, g, h);
            // Sockets are of one family: an IPv4 address in disguise is none of this one.
            match ip.to_ipv4_mapped() {
                Some(_) => Err(ErrorCode::InvalidArgument),
                None => Ok(SocketAddrV6::new(ip, v6.port, 0, 0).into()),
            }
        }
        _ => Err(ErrorCode::InvalidArgument),
    }
}

fn ip_address(ip: IpAddr) -> IpAddress {
    match ip {
        IpAddr::V4(ip) => IpAddress::Ipv4(ip.octets().into()),
        IpAddr::V6(ip) => IpAddress::Ipv6(ip.segments().into()),
    }
}

fn socket_address(address: SocketAddr) -> IpSocketAddress {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) => IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: ip.octets().into() }),
        IpAddr::V6(ip) => {
            IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address: ip.segments().into(), scope_id: 0 })
        }
    }
}

/// An address of the family that any can reach.
fn any(family: IpAddressFamily) -> SocketAddr {
    match family {
        IpAddressFamily::Ipv4 => (Ipv4Addr::UNSPECIFIED, 0).into(),
        IpAddressFamily::Ipv6 => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}

impl Guest {
    /// Counts a socket as an open file of the process.
    fn hold_socket(&self) -> Done<Held> {
        self.process.hold_file().map_err(|_| ErrorCode::NewSocketLimit.into())
    }

    /// Who it is to the network.
    pub(crate) fn network_user(&self) -> User {
        let name = self.process.argv.first().unwrap_or(&self.process.exe);
        User { pid: self.process.pid, program: name.rsplit('/').next().unwrap_or_default().to_owned() }
    }
}

impl network::Host for Guest {
    fn convert_error_code(&mut self, failure: SocketFailure) -> wasmtime::Result<ErrorCode> {
        match failure {
            SocketFailure::Code(code) => Ok(code),
            SocketFailure::Trap(error) => Err(error),
        }
    }
}

impl network::HostNetwork for Guest {
    fn drop(&mut self, handle: Resource<NetworkHandle>) -> wasmtime::Result<()> {
        self.table.delete(handle)?;
        Ok(())
    }
}

impl instance_network::Host for Guest {
    fn instance_network(&mut self) -> wasmtime::Result<Resource<NetworkHandle>> {
        Ok(self.table.push(NetworkHandle)?)
    }
}

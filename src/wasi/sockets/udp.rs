//! `wasi:sockets/udp`.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;
use wasmtime::component::Resource;

use super::{Done, NetworkHandle, address, any, socket_address};
use crate::kernel::{Guest, Held, PIPE_CAPACITY};
use crate::net::{DatagramSocket, NetError, Protocol, Socket, User};
use crate::wasi::io::Pollable;
use crate::wit::guest::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::wit::guest::wasi::sockets::udp::{self, IncomingDatagram, OutgoingDatagram};
use crate::wit::guest::wasi::sockets::udp_create_socket;

/// Datagrams that one call moves at most.
const BATCH: u64 = 16;

enum State {
    Unbound(Socket),
    BindStarted(Arc<DatagramSocket>),
    Bound(Arc<DatagramSocket>),
    /// It could not be bound.
    Closed,
}

/// A UDP socket.
pub struct UdpSocket {
    state: State,
    family: IpAddressFamily,
    hop_limit: u8,
    receive_buffer: u64,
    send_buffer: u64,
    /// Its place in the process's count of open files.
    _held: Held,
}

/// One direction of a bound socket.
pub struct Datagrams {
    socket: Arc<DatagramSocket>,
    family: IpAddressFamily,
}

type This = Resource<UdpSocket>;
type Stream = Resource<Datagrams>;

impl UdpSocket {
    fn socket(&self) -> Result<&Arc<DatagramSocket>, ErrorCode> {
        match &self.state {
            State::Bound(socket) => Ok(socket),
            _ => Err(ErrorCode::InvalidState),
        }
    }

    /// Takes an address; the new state is for the caller to set.
    fn bind(&mut self, local: SocketAddr, user: User) -> Result<Arc<DatagramSocket>, NetError> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Unbound(socket) => match socket.bind(local) {
                Ok(_) => Ok(DatagramSocket::new(socket, user)),
                Err(error) => {
                    self.state = State::Unbound(socket);
                    Err(error)
                }
            },
            other => {
                self.state = other;
                Err(NetError::InvalidArgument)
            }
        }
    }
}

/// A value that must not be zero.
fn nonzero(value: u64) -> Result<u64, ErrorCode> {
    if value == 0 { Err(ErrorCode::InvalidArgument) } else { Ok(value) }
}

impl udp_create_socket::Host for Guest {
    fn create_udp_socket(&mut self, family: IpAddressFamily) -> Done<This> {
        let held = self.hold_socket()?;
        let socket = self.kernel.network.socket(Protocol::Udp, self.process.pid)?;
        let (receive_buffer, send_buffer) = (PIPE_CAPACITY as u64, PIPE_CAPACITY as u64);
        let state = State::Unbound(socket);
        let socket = UdpSocket { state, family, hop_limit: 64, receive_buffer, send_buffer, _held: held };
        Ok(self.table.push(socket)?)
    }
}

impl udp::Host for Guest {}

impl udp::HostUdpSocket for Guest {
    fn start_bind(&mut self, this: This, _: Resource<NetworkHandle>, local: IpSocketAddress) -> Done<()> {
        let user = self.network_user();
        let this = self.table.get_mut(&this)?;
        let local = address(local, this.family)?;
        if !matches!(this.state, State::Unbound(_)) {
            return Err(ErrorCode::InvalidState.into());
        }
        this.state = State::BindStarted(this.bind(local, user)?);
        Ok(())
    }

    fn finish_bind(&mut self, this: This) -> Done<()> {
        let this = self.table.get_mut(&this)?;
        let State::BindStarted(socket) = &this.state else { return Err(ErrorCode::NotInProgress.into()) };
        this.state = State::Bound(socket.clone());
        Ok(())
    }

    fn stream(&mut self, this: This, remote: Option<IpSocketAddress>) -> Done<(Stream, Stream)> {
        let user = self.network_user();
        let this = self.table.get_mut(&this)?;
        let family = this.family;
        let remote = remote.map(|remote| address(remote, family)).transpose()?;
        if remote.is_some_and(|remote| remote.port() == 0) {
            return Err(ErrorCode::InvalidArgument.into());
        }
        if matches!(this.state, State::Unbound(_)) {
            this.state = State::Bound(this.bind(any(family), user)?);
        }
        let socket = this.socket()?.clone();
        socket.set_peer(remote);
        let incoming = self.table.push(Datagrams { socket: socket.clone(), family })?;
        let outgoing = self.table.push(Datagrams { socket, family })?;
        Ok((incoming, outgoing))
    }

    fn local_address(&mut self, this: This) -> Done<IpSocketAddress> {
        let local = self.table.get(&this)?.socket()?.local();
        Ok(socket_address(local.ok_or(ErrorCode::InvalidState)?))
    }

    fn remote_address(&mut self, this: This) -> Done<IpSocketAddress> {
        let peer = self.table.get(&this)?.socket()?.peer();
        Ok(socket_address(peer.ok_or(ErrorCode::InvalidState)?))
    }

    fn address_family(&mut self, this: This) -> wasmtime::Result<IpAddressFamily> {
        Ok(self.table.get(&this)?.family)
    }

    fn unicast_hop_limit(&mut self, this: This) -> Done<u8> {
        Ok(self.table.get(&this)?.hop_limit)
    }

    fn set_unicast_hop_limit(&mut self, this: This, value: u8) -> Done<()> {
        nonzero(value.into())?;
        self.table.get_mut(&this)?.hop_limit = value;
        Ok(())
    }

    fn receive_buffer_size(&mut self, this: This) -> Done<u64> {
        Ok(self.table.get(&this)?.receive_buffer)
    }

    fn set_receive_buffer_size(&mut self, this: This, value: u64) -> Done<()> {
        self.table.get_mut(&this)?.receive_buffer = nonzero(value)?;
        Ok(())
    }

    fn send_buffer_size(&mut self, this: This) -> Done<u64> {
        Ok(self.table.get(&this)?.send_buffer)
    }

    fn set_send_buffer_size(&mut self, this: This, value: u64) -> Done<()> {
        self.table.get_mut(&this)?.send_buffer = nonzero(value)?;
        Ok(())
    }

    fn subscribe(&mut self, this: This) -> wasmtime::Result<Resource<Pollable>> {
        // Binding never waits; the streams have pollables of their own.
        self.table.get(&this)?;
        Ok(self.table.push(Pollable::Time(Some(Instant::now())))?)
    }

    fn drop(&mut self, this: This) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl udp::HostIncomingDatagramStream for Guest {
    fn receive(&mut self, stream: Stream, max: u64) -> Done<Vec<IncomingDatagram>> {
        let socket = &self.table.get(&stream)?.socket;
        let mut received = Vec::new();
        for _ in 0..max.min(BATCH) {
            let Some(datagram) = socket.receive() else { break };
            let remote_address = socket_address(datagram.from);
            received.push(IncomingDatagram { data: datagram.data.into(), remote_address });
        }
        Ok(received)
    }

    fn subscribe(&mut self, stream: Stream) -> wasmtime::Result<Resource<Pollable>> {
        let socket = self.table.get(&stream)?.socket.clone();
        Ok(self.table.push(Pollable::Network(socket))?)
    }

    fn drop(&mut self, stream: Stream) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

impl udp::HostOutgoingDatagramStream for Guest {
    fn check_send(&mut self, _: Stream) -> Done<u64> {
        // What a receiver has no room for is lost: a sender never waits.
        Ok(BATCH)
    }

    fn send(&mut self, stream: Stream, datagrams: Vec<OutgoingDatagram>) -> Done<u64> {
        let Datagrams { socket, family } = self.table.get(&stream)?;
        let mut sent = 0;
        for datagram in datagrams {
            let given = datagram.remote_address.map(|to| address(to, *family)).transpose();
            let to = given.and_then(|given| match (given, socket.peer()) {
                (Some(to), Some(peer)) if to != peer => Err(ErrorCode::InvalidArgument),
                (given, peer) => given.or(peer).ok_or(ErrorCode::InvalidArgument),
            });
            let result = match to {
                Ok(to) => socket.send(to, Bytes::from(datagram.data)).map_err(Into::into),
                Err(code) => Err(code.into()),
            };
            match result {
                Ok(()) => sent += 1,
                // What was sent before is told first; the error comes again.
                Err(_) if sent > 0 => break,
                Err(failure) => return Err(failure),
            }
        }
        Ok(sent)
    }

    fn subscribe(&mut self, stream: Stream) -> wasmtime::Result<Resource<Pollable>> {
        self.table.get(&stream)?;
        Ok(self.table.push(Pollable::Time(Some(Instant::now())))?)
    }

    fn drop(&mut self, stream: Stream) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

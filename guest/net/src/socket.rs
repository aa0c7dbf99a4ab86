//! Sockets with deadlines, over WASI: what the commands need and `std::net` has not.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use wasip2::clocks::monotonic_clock;
use wasip2::io::poll::{Pollable, poll};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};
use wasip2::sockets::tcp::{ShutdownType, TcpSocket};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;
use wasip2::sockets::udp::{IncomingDatagramStream, OutgoingDatagram, OutgoingDatagramStream, UdpSocket};
use wasip2::sockets::udp_create_socket::create_udp_socket;

/// Bytes that one read asks for.
const CHUNK: u64 = 64 * 1024;

/// Why it did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The kernel said so.
    Code(ErrorCode),
    /// The deadline passed.
    TimedOut,
    /// The connection is gone.
    Reset,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Error::TimedOut | Error::Code(ErrorCode::Timeout) => "Connection timed out",
            Error::Reset | Error::Code(ErrorCode::ConnectionReset) => "Connection reset by peer",
            Error::Code(ErrorCode::AccessDenied) => "Permission denied",
            Error::Code(ErrorCode::AddressInUse) => "Address already in use",
            Error::Code(ErrorCode::AddressNotBindable) => "Cannot assign requested address",
            Error::Code(ErrorCode::ConnectionRefused) => "Connection refused",
            Error::Code(ErrorCode::InvalidArgument) => "Invalid argument",
            Error::Code(ErrorCode::NameUnresolvable) => "Name or service not known",
            Error::Code(ErrorCode::NewSocketLimit) => "Too many open files",
            Error::Code(ErrorCode::RemoteUnreachable) => "Network is unreachable",
            Error::Code(ErrorCode::TemporaryResolverFailure) => "Temporary failure in name resolution",
            Error::Code(ErrorCode::DatagramTooLarge) => "Message too long",
            Error::Code(other) => other.name(),
        })
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Error {
        Error::Code(code)
    }
}

/// When to give up: a time of the monotonic clock, or never.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<u64>);

impl Deadline {
    /// Never.
    pub const NEVER: Deadline = Deadline(None);

    /// After that time from now; never without one.
    pub fn after(time: Option<Duration>) -> Deadline {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Deadline(time.map(|time| monotonic_clock::now().saturating_add(nanoseconds(time))))
    }

    /// The time until then; none when it is never.
    pub fn left(self) -> Option<Duration> {
        self.0.map(|at| Duration::from_nanos(at.saturating_sub(monotonic_clock::now())))
    }

    /// The earlier of the two.
    pub fn or(self, other: Deadline) -> Deadline {
        match (self.0, other.0) {
            (Some(a), Some(b)) => Deadline(Some(a.min(b))),
            (a, b) => Deadline(a.or(b)),
        }
    }
}

/// Waits for one of several things; false when the deadline passed first.
pub fn wait(events: &[&Pollable], deadline: Deadline) -> bool {
    let timer = deadline.0.map(monotonic_clock::subscribe_instant);
    let mut all = events.to_vec();
    all.extend(&timer);
    // All before the timer count even if both are ready.
    poll(&all).iter().any(|&ready| (ready as usize) < events.len())
}

/// The addresses of a name, in the resolver's order.
pub fn resolve(name: &str, deadline: Deadline) -> Result<Vec<IpAddr>, Error> {
    let answers = resolve_addresses(&instance_network(), name)?;
    let ready = answers.subscribe();
    let mut found = Vec::new();
    loop {
        match answers.resolve_next_address() {
            Ok(Some(IpAddress::Ipv4((a, b, c, d)))) => found.push(IpAddr::from([a, b, c, d])),
            Ok(Some(IpAddress::Ipv6((a, b, c, d, e, f, g, h)))) => found.push(IpAddr::from([a, b, c, d, e, f, g, h])),
            Ok(None) => return Ok(found),
            Err(ErrorCode::WouldBlock) => {
                if !wait(&[&ready], deadline) {
                    return Err(Error::TimedOut);
                }
            }
            Err(code) => return Err(code.into()),
        }
    }
}

fn family(address: SocketAddr) -> IpAddressFamily {
    if address.is_ipv4() { IpAddressFamily::Ipv4 } else { IpAddressFamily::Ipv6 }
}

fn to_wasi(address: SocketAddr) -> IpSocketAddress {
    let port = address.port();
    match address.ip() {
        IpAddr::V4(ip) => IpSocketAddress::Ipv4(Ipv4SocketAddress { port, address: ip.octets().into() }),
        IpAddr::V6(ip) => {
            IpSocketAddress::Ipv6(Ipv6SocketAddress { port, flow_info: 0, address: ip.segments().into(), scope_id: 0 })
        }
    }
}

fn from_wasi(address: IpSocketAddress) -> SocketAddr {
    match address {
        IpSocketAddress::Ipv4(v4) => {
            let (a, b, c, d) = v4.address;
            SocketAddr::new(IpAddr::from([a, b, c, d]), v4.port)
        }
        IpSocketAddress::Ipv6(v6) => {
            let (a, b, c, d, e, f, g, h) = v6.address;
            SocketAddr::new(IpAddr::from([a, b, c, d, e, f, g, h]), v6.port)
        }
    }
}

/// A connection.
pub struct Stream {
    // The streams go before their socket.
    input: InputStream,
    output: OutputStream,
    socket: TcpSocket,
}

impl Stream {
    /// Connects.
    pub fn connect(to: SocketAddr, deadline: Deadline) -> Result<Stream, Error> {
        let socket = create_tcp_socket(family(to))?;
        socket.start_connect(&instance_network(), to_wasi(to))?;
        let ready = socket.subscribe();
        loop {
            match socket.finish_connect() {
                Ok((input, output)) => return Ok(Stream { input, output, socket }),
                Err(ErrorCode::WouldBlock) => {
                    if !wait(&[&ready], deadline) {
                        return Err(Error::TimedOut);
                    }
                }
                Err(code) => return Err(code.into()),
            }
        }
    }

    /// This end's address.
    pub fn local(&self) -> Option<SocketAddr> {
        self.socket.local_address().ok().map(from_wasi)
    }

    /// The other end's address.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.socket.remote_address().ok().map(from_wasi)
    }

    /// Something to wait for until a read would not wait.
    pub fn readable(&self) -> Pollable {
        self.input.subscribe()
    }

    /// What is there; `None` at the end, empty when it would wait.
    pub fn try_read(&self) -> Result<Option<Vec<u8>>, Error> {
        match self.input.read(CHUNK) {
            Ok(data) => Ok(Some(data)),
            Err(StreamError::Closed) => Ok(None),
            Err(StreamError::LastOperationFailed(_)) => Err(Error::Reset),
        }
    }

    /// At least one byte; empty at the end.
    pub fn read(&self, deadline: Deadline) -> Result<Vec<u8>, Error> {
        loop {
            match self.try_read()? {
                None => return Ok(Vec::new()),
                Some(data) if !data.is_empty() => return Ok(data),
                Some(_) => {
                    if !wait(&[&self.readable()], deadline) {
                        return Err(Error::TimedOut);
                    }
                }
            }
        }
    }

    /// Writes all of it.
    pub fn write(&self, mut data: &[u8], deadline: Deadline) -> Result<(), Error> {
        while !data.is_empty() {
            let room = self.output.check_write().map_err(|_| Error::Reset)?;
            if room == 0 {
                if !wait(&[&self.output.subscribe()], deadline) {
                    return Err(Error::TimedOut);
                }
                continue;
            }
            let (now, later) = data.split_at(data.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            self.output.write(now).map_err(|_| Error::Reset)?;
            data = later;
        }
        Ok(())
    }

    /// Whether the other end is gone altogether.
    pub fn is_gone(&self) -> bool {
        self.output.check_write().is_err()
    }

    /// Sends no more.
    pub fn shutdown(&self) {
        // A connection that is gone already has nothing to end.
        let _ = self.socket.shutdown(ShutdownType::Send);
    }
}

/// A listening socket.
pub struct Listener(TcpSocket);

impl Listener {
    /// Listens at an address.
    pub fn bind(at: SocketAddr) -> Result<Listener, Error> {
        let socket = create_tcp_socket(family(at))?;
        socket.start_bind(&instance_network(), to_wasi(at))?;
        socket.finish_bind()?;
        socket.start_listen()?;
        socket.finish_listen()?;
        Ok(Listener(socket))
    }

    /// Where it listens.
    pub fn local(&self) -> Option<SocketAddr> {
        self.0.local_address().ok().map(from_wasi)
    }

    /// The next connection.
    pub fn accept(&self, deadline: Deadline) -> Result<Stream, Error> {
        loop {
            match self.0.accept() {
                Ok((socket, input, output)) => return Ok(Stream { input, output, socket }),
                Err(ErrorCode::WouldBlock) => {
                    if !wait(&[&self.0.subscribe()], deadline) {
                        return Err(Error::TimedOut);
                    }
                }
                Err(code) => return Err(code.into()),
            }
        }
    }
}

/// A UDP socket.
pub struct Datagrams {
    input: IncomingDatagramStream,
    output: OutgoingDatagramStream,
    socket: UdpSocket,
}

impl Datagrams {
    /// Bound to an address.
    pub fn bind(at: SocketAddr) -> Result<Datagrams, Error> {
        let socket = create_udp_socket(family(at))?;
        socket.start_bind(&instance_network(), to_wasi(at))?;
        socket.finish_bind()?;
        let (input, output) = socket.stream(None)?;
        Ok(Datagrams { input, output, socket })
    }

    /// Connected to an address.
    pub fn connect(to: SocketAddr) -> Result<Datagrams, Error> {
        let socket = create_udp_socket(family(to))?;
        let (input, output) = socket.stream(Some(to_wasi(to)))?;
        Ok(Datagrams { input, output, socket })
    }

    /// Talks with that address only, from now on.
    pub fn set_peer(self, peer: SocketAddr) -> Result<Datagrams, Error> {
        let Datagrams { input, output, socket } = self;
        drop((input, output));
        let (input, output) = socket.stream(Some(to_wasi(peer)))?;
        Ok(Datagrams { input, output, socket })
    }

    /// Something to wait for until there is a datagram.
    pub fn readable(&self) -> Pollable {
        self.input.subscribe()
    }

    /// A datagram, if there is one, with its sender.
    pub fn try_read(&self) -> Result<Option<(SocketAddr, Vec<u8>)>, Error> {
        let datagram = self.input.receive(1)?.pop();
        Ok(datagram.map(|datagram| (from_wasi(datagram.remote_address), datagram.data)))
    }

    /// Sends to the peer.
    pub fn write(&self, data: &[u8]) -> Result<(), Error> {
        self.output.check_send()?;
        self.output.send(&[OutgoingDatagram { data: data.to_vec(), remote_address: None }])?;
        Ok(())
    }

    /// Where it is bound.
    pub fn local(&self) -> Option<SocketAddr> {
        self.socket.local_address().ok().map(from_wasi)
    }
}

/// A port by its number or its service's name.
pub fn port(text: &str) -> Option<u16> {
    const SERVICES: [(&str, u16); 12] = [
        ("domain", 53),
        ("ftp", 21),
        ("http", 80),
        ("https", 443),
        ("imap", 143),
        ("mysql", 3306),
        ("ntp", 123),
        ("pop3", 110),
        ("postgresql", 5432),
        ("smtp", 25),
        ("ssh", 22),
        ("telnet", 23),
    ];
    let service = SERVICES.iter().find(|(name, _)| *name == text).map(|(_, port)| *port);
    service.or_else(|| text.parse().ok())
}

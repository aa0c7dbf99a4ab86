//! The host's network: the only place that opens sockets of the host, and only after `egress` has allowed it.
//!
//! It has a runtime of its own, made when the first sandbox needs it: most never do.

use std::collections::HashSet;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::egress::{Egress, Flow};
use super::pump::{both_ways, carry};
use super::upgrade::Upgrade;
use super::{Connecting, Connection, DATAGRAM_MAX, DatagramSocket, Lookup, NetError, Network, Protocol, User};
use crate::kernel::until;

/// Lookups at one time in the whole host process; each holds a thread.
const LOOKUP_THREADS: usize = 16;
/// What a lookup may take.
const LOOKUP_TIME: Duration = Duration::from_secs(20);
/// What a connection may take to be made.
const CONNECT_TIME: Duration = Duration::from_secs(130);
/// Destinations of one UDP socket.
const DESTINATIONS_MAX: usize = 1024;

fn runtime() -> Option<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let make = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(LOOKUP_THREADS)
            .thread_name("agentfense-net")
            .enable_all()
            .build()
            .ok()
    };
    RUNTIME.get_or_init(make).as_ref()
}

fn no_runtime() -> io::Error {
    io::Error::other("the host has no thread for it")
}

fn error_of(error: &io::Error) -> NetError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset => NetError::ConnectionRefused,
        io::ErrorKind::TimedOut => NetError::Timeout,
        _ => NetError::Unreachable,
    }
}

/// Small writes of an interactive protocol must not wait for each other.
fn without_delay(stream: &TcpStream) {
    // A failure only costs that.
    let _ = stream.set_nodelay(true);
}

/// Connects, and carries the connection for as long as both sides want.
pub(super) fn connect(
    connecting: &Arc<Connecting>,
    end: Connection,
    to: SocketAddr,
    flow: Flow,
    upgrades: mpsc::Receiver<Upgrade>,
) {
    let Some(runtime) = runtime() else { return connecting.finish(Err(NetError::Unreachable)) };
    let connecting = Arc::downgrade(connecting);
    runtime.spawn(async move {
        let result = tokio::select! {
            result = tokio::time::timeout(CONNECT_TIME, TcpStream::connect(to)) => {
                result.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            }
            // The guest has closed the socket meanwhile.
            () = end.unread() => return,
        };
        let Some(connecting) = connecting.upgrade() else { return };
        match result {
            Ok(stream) => {
                connecting.finish(Ok(()));
                drop(connecting);
                without_delay(&stream);
                carry(stream, &end, upgrades, flow).await;
            }
            Err(error) => {
                flow.failed(error.to_string());
                connecting.finish(Err(error_of(&error)));
            }
        }
    });
}

/// Looks a name up by the host's resolver.
pub(super) fn look_up(lookup: &Arc<Lookup>, egress: Arc<Egress>, name: String, user: User) {
    let Some(runtime) = runtime() else { return lookup.finish(Err(NetError::TemporaryResolverFailure)) };
    let Ok(waiting) = egress.lookups_waiting.clone().try_acquire_owned() else {
        return lookup.finish(Err(NetError::TemporaryResolverFailure));
    };
    let lookup = lookup.clone();
    runtime.spawn(async move {
        let _waiting = waiting;
        // Never closed, so this is a place among those that run.
        let _running = egress.lookups.acquire().await;
        let found = tokio::time::timeout(LOOKUP_TIME, tokio::net::lookup_host((name.as_str(), 0))).await;
        lookup.finish(match found {
            Err(_) => Err(NetError::TemporaryResolverFailure),
            Ok(Err(_)) => Err(NetError::NameUnresolvable),
            Ok(Ok(found)) => {
                let mut answers: Vec<IpAddr> = found.map(|address| address.ip()).collect();
                answers.dedup();
                match egress.vet(&user, &name, answers) {
                    kept if kept.is_empty() => Err(NetError::NameUnresolvable),
                    kept => Ok(kept),
                }
            }
        });
    });
}

/// A port of the host that leads to one of the sandbox, for as long as this lives.
pub(super) struct Forward {
    address: SocketAddr,
    task: AbortHandle,
}

impl Forward {
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens a port of the host's loopback for a port of the sandbox.
pub(super) fn forward(network: &Arc<Network>, host_port: u16, port: u16) -> io::Result<Forward> {
    let runtime = runtime().ok_or_else(no_runtime)?;
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, host_port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let _entered = runtime.enter();
    let listener = TcpListener::from_std(listener)?;
    let network = Arc::downgrade(network);
    let task = runtime.spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, from)) => drop(tokio::spawn(forwarded(network.clone(), stream, from, port))),
                // Out of descriptors, most likely: what is open may close.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    });
    Ok(Forward { address, task: task.abort_handle() })
}

/// One connection from the host to a listener of the sandbox. Without one it is closed at once.
async fn forwarded(network: Weak<Network>, stream: TcpStream, from: SocketAddr, port: u16) {
    let end = {
        let Some(network) = network.upgrade() else { return };
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let here_v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
        let found = network.listener(here).map(|listener| (listener, here));
        let Some((listener, here)) = found.or_else(|| Some((network.listener(here_v6)?, here_v6))) else { return };
        let Ok(socket) = network.socket(Protocol::Tcp, listener.pid()) else { return };
        // Where a guest's network commonly has its host.
        let peer: IpAddr = match here {
            SocketAddr::V4(_) => Ipv4Addr::new(10, 0, 2, 2).into(),
            SocketAddr::V6(_) => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 2).into(),
        };
        drop(network);
        let (mut theirs, ours) = Connection::pair(here, SocketAddr::new(peer, from.port()), Some(socket), None);
        let room = listener.room();
        let listener = Arc::downgrade(&listener);
        loop {
            let Some(there) = listener.upgrade() else { return };
            match there.offer(theirs) {
                Ok(()) => break ours,
                Err(back) => theirs = back,
            }
            drop(there);
            until(&room, || listener.upgrade().is_none_or(|there| there.has_room())).await;
        }
    };
    without_delay(&stream);
    both_ways(stream, &end).await;
}

/// The socket outside of a UDP socket.
pub(super) struct Datagrams {
    /// Sends without waiting, and at once: the runtime's face of the socket would first have to be told that it may.
    socket: std::net::UdpSocket,
    flow: Arc<Flow>,
    /// Whom it may talk with, and hear.
    allowed: Arc<Mutex<HashSet<SocketAddr>>>,
    task: AbortHandle,
}

impl Datagrams {
    /// A socket for the family of `to`, which the policy has allowed.
    pub(super) fn open(inside: &Arc<DatagramSocket>, to: SocketAddr, flow: Flow) -> Result<Datagrams, NetError> {
        let runtime = runtime().ok_or(NetError::Unreachable)?;
        let any: IpAddr = match to {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = std::net::UdpSocket::bind((any, 0)).map_err(|error| error_of(&error))?;
        socket.set_nonblocking(true).map_err(|error| error_of(&error))?;
        let receiver = socket.try_clone().map_err(|error| error_of(&error))?;
        let _entered = runtime.enter();
        let receiver = UdpSocket::from_std(receiver).map_err(|error| error_of(&error))?;
        let flow = Arc::new(flow);
        let allowed = Arc::new(Mutex::new(HashSet::from([to])));
        let task = runtime.spawn(receive(receiver, Arc::downgrade(inside), allowed.clone(), flow.clone()));
        Ok(Datagrams { socket, flow, allowed, task: task.abort_handle() })
    }

    pub(super) fn send(&self, egress: &Egress, to: SocketAddr, data: &[u8], user: &User) -> Result<(), NetError> {
        let (known, full) = {
            let allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
            (allowed.contains(&to), allowed.len() >= DESTINATIONS_MAX)
        };
        if !known {
            if full {
                return Err(NetError::AccessDenied);
            }
            egress.also(Protocol::Udp, to, user)?;
            self.allowed.lock().unwrap_or_else(PoisonError::into_inner).insert(to);
        }
        if !self.flow.admits() {
            return Err(NetError::AccessDenied);
        }
        self.flow.sent(data.len());
        match self.socket.send_to(data, to) {
            Ok(_) => Ok(()),
            // Lost, as a datagram may be.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error_of(&error)),
        }
    }
}

impl Drop for Datagrams {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Brings in what comes from whom the guest has sent something to.
async fn receive(
    socket: UdpSocket,
    inside: Weak<DatagramSocket>,
    allowed: Arc<Mutex<HashSet<SocketAddr>>>,
    flow: Arc<Flow>,
) {
    let mut buffer = vec![0; DATAGRAM_MAX];
    loop {
        let (n, from) = match socket.recv_from(&mut buffer).await {
            Ok(received) => received,
            Err(_) => {
                // A refusal of an earlier datagram, told at the next call. Never spin on one that stays.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        if !allowed.lock().unwrap_or_else(PoisonError::into_inner).contains(&from) {
            continue;
        }
        let Some(inside) = inside.upgrade() else { return };
        if !flow.admits() {
            return;
        }
        flow.received(n);
        inside.deliver(from, Bytes::copy_from_slice(&buffer[..n]));
    }
}

//! `wasi:sockets/tcp`.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wasmtime::component::Resource;

use super::{Done, NetworkHandle, address, socket_address};
use crate::kernel::{Access, Guest, Held, OpenFile, PIPE_CAPACITY};
use crate::net::{Connecting, Connection, Listener, Protocol, Socket, Waitable};
use crate::wasi::io::{InputStream, OutputStream, Pollable, Position};
use crate::wit::guest::wasi::sockets::network::{ErrorCode, IpAddressFamily, IpSocketAddress};
use crate::wit::guest::wasi::sockets::tcp::{self, ShutdownType};
use crate::wit::guest::wasi::sockets::tcp_create_socket;

/// Connections that wait to be accepted, if the guest does not say how many.
const BACKLOG: usize = 128;

enum State {
    Unbound(Socket),
    BindStarted(Socket),
    Bound(Socket),
    ListenStarted(Socket),
    Listening(Arc<Listener>),
    Connecting(Arc<Connecting>),
    Connected(Arc<Connection>),
    /// A connection that did not come about.
    Closed,
}

/// The part that pollables share: a socket is subscribed to once and polled in all its states.
struct Shared(Mutex<State>);

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is to wait for now.
    fn event(&self) -> Option<Arc<dyn Waitable>> {
        match &*self.state() {
            State::Listening(listener) => Some(listener.clone()),
            State::Connecting(connecting) => Some(connecting.clone()),
            _ => None,
        }
    }
}

impl Waitable for Shared {
    fn is_ready(&self) -> bool {
        self.event().is_none_or(|event| event.is_ready())
    }

    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let event = self.event();
        Box::pin(async move {
            if let Some(event) = event {
                event.ready().await;
            }
        })
    }
}

/// What a guest has set. Nothing of it changes what the kernel does: its connections are pipes.
#[derive(Clone, Copy)]
struct Options {
    keep_alive: bool,
    keep_alive_idle: u64,
    keep_alive_interval: u64,
    keep_alive_count: u32,
    hop_limit: u8,
    receive_buffer: u64,
    send_buffer: u64,
}

const DEFAULTS: Options = Options {
    keep_alive: false,
    keep_alive_idle: 7_200_000_000_000,
    keep_alive_interval: 75_000_000_000,
    keep_alive_count: 9,
    hop_limit: 64,
    receive_buffer: PIPE_CAPACITY as u64,
    send_buffer: PIPE_CAPACITY as u64,
};

/// A TCP socket.
pub struct TcpSocket {
    shared: Arc<Shared>,
    family: IpAddressFamily,
    backlog: usize,
    options: Options,
    /// Its place in the process's count of open files.
    _held: Held,
}

type This = Resource<TcpSocket>;
type Streams = (Resource<InputStream>, Resource<OutputStream>);

impl TcpSocket {
    fn new(state: State, family: IpAddressFamily, held: Held) -> TcpSocket {
        let shared = Arc::new(Shared(Mutex::new(state)));
        TcpSocket { shared, family, backlog: BACKLOG, options: DEFAULTS, _held: held }
    }

    /// The socket of a state that has one still.
    fn local(&self) -> Result<SocketAddr, ErrorCode> {
        let local = match &*self.shared.state() {
            State::Bound(socket) | State::ListenStarted(socket) => socket.local(),
            State::Listening(listener) => listener.local(),
            State::Connected(connection) => Some(connection.local),
            _ => None,
        };
        local.ok_or(ErrorCode::InvalidState)
    }

    /// Moves from a state to the next; in any other state it stays as it is, with that error.
    fn step(
        &self,
        error: ErrorCode,
        next: impl FnOnce(State) -> Result<State, (State, super::SocketFailure)>,
        expected: impl FnOnce(&State) -> bool,
    ) -> Done<()> {
        let mut state = self.shared.state();
        if !expected(&state) {
            return Err(error.into());
        }
        match next(std::mem::replace(&mut *state, State::Closed)) {
            Ok(new) => {
                *state = new;
                Ok(())
            }
            Err((old, failure)) => {
                *state = old;
                Err(failure)
            }
        }
    }
}

/// A value that must not be zero.
fn nonzero<T: Default + PartialEq>(value: T) -> Result<T, ErrorCode> {
    if value == T::default() { Err(ErrorCode::InvalidArgument) } else { Ok(value) }
}

impl Guest {
    /// Both directions of a connection, as streams.
    fn connection_streams(&mut self, connection: &Arc<Connection>) -> Done<Streams> {
        let read = Access { read: true, ..Access::default() };
        let write = Access { write: true, ..Access::default() };
        let file = OpenFile::socket_stream(connection.clone(), read);
        let input = self.table.push(InputStream { file, offset: None })?;
        let file = OpenFile::socket_stream(connection.clone(), write);
        let output = self.table.push(OutputStream { file, position: Position::Shared })?;
        Ok((input, output))
    }

    fn tcp_options(&mut self, this: &This) -> Done<&mut Options> {
        Ok(&mut self.table.get_mut(this)?.options)
    }
}

impl tcp_create_socket::Host for Guest {
    fn create_tcp_socket(&mut self, family: IpAddressFamily) -> Done<This> {
        let held = self.hold_socket()?;
        let socket = self.kernel.network.socket(Protocol::Tcp, self.process.pid)?;
        Ok(self.table.push(TcpSocket::new(State::Unbound(socket), family, held))?)
    }
}

impl tcp::Host for Guest {}

impl tcp::HostTcpSocket for Guest {
    fn start_bind(&mut self, this: This, _: Resource<NetworkHandle>, local: IpSocketAddress) -> Done<()> {
        let this = self.table.get(&this)?;
        let local = address(local, this.family)?;
        this.step(
            ErrorCode::InvalidState,
            |state| match state {
                State::Unbound(socket) => match socket.bind(local) {
                    Ok(_) => Ok(State::BindStarted(socket)),
                    Err(error) => Err((State::Unbound(socket), error.into())),
                },
                other => Ok(other),
            },
            |state| matches!(state, State::Unbound(_)),
        )
    }

    fn finish_bind(&mut self, this: This) -> Done<()> {
        self.table.get(&this)?.step(
            ErrorCode::NotInProgress,
            |state| match state {
                State::BindStarted(socket) => Ok(State::Bound(socket)),
                other => Ok(other),
            },
            |state| matches!(state, State::BindStarted(_)),
        )
    }

    fn start_connect(&mut self, this: This, _: Resource<NetworkHandle>, remote: IpSocketAddress) -> Done<()> {
        let user = self.network_user();
        let network = self.kernel.network.clone();
        let this = self.table.get(&this)?;
        let remote = address(remote, this.family)?;
        this.step(
            ErrorCode::InvalidState,
            |state| match state {
                State::Unbound(socket) | State::Bound(socket) => match network.connect(socket, remote, user) {
                    Ok(connecting) => Ok(State::Connecting(connecting)),
                    Err(error) => Err((State::Closed, error.into())),
                },
                other => Ok(other),
            },
            |state| matches!(state, State::Unbound(_) | State::Bound(_)),
        )
    }

    fn finish_connect(&mut self, this: This) -> Done<Streams> {
        let shared = self.table.get(&this)?.shared.clone();
        let mut state = shared.state();
        let State::Connecting(connecting) = &*state else { return Err(ErrorCode::NotInProgress.into()) };
        let result = connecting.take().ok_or(ErrorCode::WouldBlock)?;
        *state = State::Closed;
        let connection = Arc::new(result?);
        let streams = self.connection_streams(&connection)?;
        *state = State::Connected(connection);
        Ok(streams)
    }

    fn start_listen(&mut self, this: This) -> Done<()> {
        self.table.get(&this)?.step(
            ErrorCode::InvalidState,
            |state| match state {
                State::Bound(socket) => Ok(State::ListenStarted(socket)),
                other => Ok(other),
            },
            |state| matches!(state, State::Bound(_)),
        )
    }

    fn finish_listen(&mut self, this: This) -> Done<()> {
        let this = self.table.get(&this)?;
        this.step(
            ErrorCode::NotInProgress,
            |state| match state {
                State::ListenStarted(socket) => Ok(State::Listening(Listener::new(socket, this.backlog))),
                other => Ok(other),
            },
            |state| matches!(state, State::ListenStarted(_)),
        )
    }

    fn accept(&mut self, this: This) -> Done<(This, Resource<InputStream>, Resource<OutputStream>)> {
        let this = self.table.get(&this)?;
        let (family, options) = (this.family, this.options);
        let listener = match &*this.shared.state() {
            State::Listening(listener) => listener.clone(),
            _ => return Err(ErrorCode::InvalidState.into()),
        };
        let held = self.hold_socket()?;
        let connection = Arc::new(listener.accept().ok_or(ErrorCode::WouldBlock)?);
        let (input, output) = self.connection_streams(&connection)?;
        let mut socket = TcpSocket::new(State::Connected(connection), family, held);
        socket.options = options;
        Ok((self.table.push(socket)?, input, output))
    }

    fn local_address(&mut self, this: This) -> Done<IpSocketAddress> {
        Ok(socket_address(self.table.get(&this)?.local()?))
    }

    fn remote_address(&mut self, this: This) -> Done<IpSocketAddress> {
        match &*self.table.get(&this)?.shared.state() {
            State::Connected(connection) => Ok(socket_address(connection.remote)),
            _ => Err(ErrorCode::InvalidState.into()),
        }
    }

    fn is_listening(&mut self, this: This) -> wasmtime::Result<bool> {
        Ok(matches!(&*self.table.get(&this)?.shared.state(), State::Listening(_)))
    }

    fn address_family(&mut self, this: This) -> wasmtime::Result<IpAddressFamily> {
        Ok(self.table.get(&this)?.family)
    }

    fn set_listen_backlog_size(&mut self, this: This, value: u64) -> Done<()> {
        let backlog = usize::try_from(nonzero(value)?).unwrap_or(usize::MAX);
        let this = self.table.get_mut(&this)?;
        match &*this.shared.state() {
            State::Connecting(_) | State::Connected(_) | State::Closed => return Err(ErrorCode::InvalidState.into()),
            // Linux allows a change; WASI allows that there is none.
            State::Listening(_) => return Err(ErrorCode::NotSupported.into()),
            _ => {}
        }
        this.backlog = backlog;
        Ok(())
    }

    fn keep_alive_enabled(&mut self, this: This) -> Done<bool> {
        Ok(self.tcp_options(&this)?.keep_alive)
    }

    fn set_keep_alive_enabled(&mut self, this: This, value: bool) -> Done<()> {
        self.tcp_options(&this)?.keep_alive = value;
        Ok(())
    }

    fn keep_alive_idle_time(&mut self, this: This) -> Done<u64> {
        Ok(self.tcp_options(&this)?.keep_alive_idle)
    }

    fn set_keep_alive_idle_time(&mut self, this: This, value: u64) -> Done<()> {
        self.tcp_options(&this)?.keep_alive_idle = nonzero(value)?;
        Ok(())
    }

    fn keep_alive_interval(&mut self, this: This) -> Done<u64> {
        Ok(self.tcp_options(&this)?.keep_alive_interval)
    }

    fn set_keep_alive_interval(&mut self, this: This, value: u64) -> Done<()> {
        self.tcp_options(&this)?.keep_alive_interval = nonzero(value)?;
        Ok(())
    }

    fn keep_alive_count(&mut self, this: This) -> Done<u32> {
        Ok(self.tcp_options(&this)?.keep_alive_count)
    }

    fn set_keep_alive_count(&mut self, this: This, value: u32) -> Done<()> {
        self.tcp_options(&this)?.keep_alive_count = nonzero(value)?;
        Ok(())
    }

    fn hop_limit(&mut self, this: This) -> Done<u8> {
        Ok(self.tcp_options(&this)?.hop_limit)
    }

    fn set_hop_limit(&mut self, this: This, value: u8) -> Done<()> {
        self.tcp_options(&this)?.hop_limit = nonzero(value)?;
        Ok(())
    }

    fn receive_buffer_size(&mut self, this: This) -> Done<u64> {
        Ok(self.tcp_options(&this)?.receive_buffer)
    }

    fn set_receive_buffer_size(&mut self, this: This, value: u64) -> Done<()> {
        self.tcp_options(&this)?.receive_buffer = nonzero(value)?;
        Ok(())
    }

    fn send_buffer_size(&mut self, this: This) -> Done<u64> {
        Ok(self.tcp_options(&this)?.send_buffer)
    }

    fn set_send_buffer_size(&mut self, this: This, value: u64) -> Done<()> {
        self.tcp_options(&this)?.send_buffer = nonzero(value)?;
        Ok(())
    }

    fn subscribe(&mut self, this: This) -> wasmtime::Result<Resource<Pollable>> {
        let shared = self.table.get(&this)?.shared.clone();
        Ok(self.table.push(Pollable::Network(shared))?)
    }

    fn shutdown(&mut self, this: This, how: ShutdownType) -> Done<()> {
        let state = self.table.get(&this)?.shared.state();
        let State::Connected(connection) = &*state else { return Err(ErrorCode::InvalidState.into()) };
        if matches!(how, ShutdownType::Send | ShutdownType::Both) {
            connection.shutdown_send();
        }
        if matches!(how, ShutdownType::Receive | ShutdownType::Both) {
            connection.shutdown_receive();
        }
        Ok(())
    }

    fn drop(&mut self, this: This) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

//! The way to a connection: to a listener of the sandbox, or out of it.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::Notify;

use super::address::{is_own, loopback, meant, outside};
use super::upgrade;
use super::{Connection, Listener, NetError, Network, Protocol, Socket, SocketState, User, Waitable, host};
use crate::kernel::until;

enum Stage {
    /// The listener's queue is full.
    Queued {
        listener: Weak<Listener>,
        ours: Connection,
        theirs: Connection,
    },
    /// The host connects.
    Outside(Connection),
    Done(Result<Connection, NetError>),
    Taken,
}

/// A connection that is being made.
pub(crate) struct Connecting {
    stage: Mutex<Stage>,
    changed: Arc<Notify>,
}

impl Network {
    /// Starts to connect a socket.
    pub(crate) fn connect(
        self: &Arc<Self>,
        socket: Socket,
        remote: SocketAddr,
        user: User,
    ) -> Result<Arc<Connecting>, NetError> {
        let remote = meant(remote);
        if remote.port() == 0 {
            return Err(NetError::InvalidArgument);
        }
        let listener = if is_own(remote.ip()) { self.listener(remote) } else { None };
        if is_own(remote.ip()) && listener.is_none() && !self.egress.reaches_loopback(Protocol::Tcp, remote) {
            return Ok(Connecting::done(Err(NetError::ConnectionRefused)));
        }
        let mut local = match socket.local() {
            Some(local) => local,
            None => socket.bind(SocketAddr::new(loopback(remote.ip()), 0))?,
        };
        let Some(listener) = listener else {
            local.set_ip(outside(remote.ip()));
            return Ok(self.connect_outside(socket, local, remote, user));
        };
        let local = meant(local);
        let accepted = self.socket(Protocol::Tcp, listener.pid())?;
        let (ours, theirs) = Connection::pair(local, remote, Some(socket), Some(accepted));
        let changed = listener.room();
        let stage = Stage::Queued { listener: Arc::downgrade(&listener), ours, theirs };
        Ok(Arc::new(Connecting { stage: Mutex::new(stage), changed }))
    }

    fn connect_outside(
        self: &Arc<Self>,
        socket: Socket,
        local: SocketAddr,
        remote: SocketAddr,
        user: User,
    ) -> Arc<Connecting> {
        let flow = match self.egress.begin(Protocol::Tcp, remote, user) {
            Ok(flow) => flow,
            Err(error) => return Connecting::done(Err(error)),
        };
        let (upgrade, upgrades) = upgrade::way();
        socket.set_upgrade(upgrade);
        let (ours, theirs) = Connection::pair(local, remote, Some(socket), None);
        ours.mark(SocketState::Connecting);
        let connecting = Arc::new(Connecting { stage: Mutex::new(Stage::Outside(ours)), changed: Arc::default() });
        host::connect(&connecting, theirs, remote, flow, upgrades);
        connecting
    }
}

impl Connecting {
    fn done(result: Result<Connection, NetError>) -> Arc<Connecting> {
        Arc::new(Connecting { stage: Mutex::new(Stage::Done(result)), changed: Arc::default() })
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host has connected, or not.
    pub(super) fn finish(&self, result: Result<(), NetError>) {
        let mut stage = self.stage();
        let connection = match std::mem::replace(&mut *stage, Stage::Taken) {
            Stage::Outside(connection) => connection,
            other => {
                *stage = other;
                return;
            }
        };
        connection.mark(SocketState::Established);
        *stage = Stage::Done(result.map(|()| connection));
        drop(stage);
        self.changed.notify_waiters();
    }

    /// The result, once; `None` while there is none.
    pub(crate) fn take(&self) -> Option<Result<Connection, NetError>> {
        let mut stage = self.stage();
        match std::mem::replace(&mut *stage, Stage::Taken) {
            Stage::Done(result) => Some(result),
            Stage::Queued { listener, ours, theirs } => match listener.upgrade() {
                None => Some(Err(NetError::ConnectionRefused)),
                Some(there) => match there.offer(theirs) {
                    Ok(()) => Some(Ok(ours)),
                    Err(theirs) => {
                        *stage = Stage::Queued { listener, ours, theirs };
                        None
                    }
                },
            },
            outside @ Stage::Outside(_) => {
                *stage = outside;
                None
            }
            Stage::Taken => None,
        }
    }
}

impl Waitable for Connecting {
    fn is_ready(&self) -> bool {
        match &*self.stage() {
            Stage::Queued { listener, .. } => listener.upgrade().is_none_or(|listener| listener.has_room()),
            Stage::Outside(_) => false,
            Stage::Done(_) | Stage::Taken => true,
        }
    }

    fn ready(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(until(&self.changed, || self.is_ready()))
    }
}

//! The sandbox's sockets, and which ports they have.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Weak};

use tokio::sync::mpsc;

use super::address::{is_own, overlap};
use super::upgrade::Upgrade;
use super::{DatagramSocket, Listener, NetError, Network, Protocol};
use crate::fs::{Errno, SocketInfo};
use crate::kernel::Pipe;

/// Ports that are given out when none is asked for; Linux's range.
const EPHEMERAL: std::ops::RangeInclusive<u16> = 32768..=60999;

/// A socket's state, by its number in `/proc/net/tcp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SocketState {
    Established = 1,
    Connecting = 2,
    Closed = 7,
    Listening = 10,
}

/// What answers at a port.
#[derive(Clone)]
pub(super) enum Endpoint {
    Nothing,
    Listener(Weak<Listener>),
    Datagrams(Weak<DatagramSocket>),
}

/// What the table knows of a socket.
struct Row {
    pid: u32,
    protocol: Protocol,
    local: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    /// The address that this socket takes from others. An accepted one shares its listener's.
    bound: Option<SocketAddr>,
    state: SocketState,
    endpoint: Endpoint,
    /// What was received and not read, and sent and not read.
    queues: (Weak<Pipe>, Weak<Pipe>),
    /// Where a connection that leads out is told to speak TLS.
    upgrade: Option<mpsc::Sender<Upgrade>>,
}

/// Every socket of a sandbox.
pub(super) struct Table {
    limit: usize,
    last: u64,
    rows: HashMap<u64, Row>,
    ports: BTreeMap<(Protocol, u16), Vec<(IpAddr, u64)>>,
    ephemeral: u16,
}

impl Table {
    pub(super) fn new(limit: u32) -> Table {
        Table {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            last: 0,
            rows: HashMap::new(),
            ports: BTreeMap::new(),
            ephemeral: *EPHEMERAL.start(),
        }
    }

    fn is_free(&self, protocol: Protocol, address: SocketAddr) -> bool {
        let taken = self.ports.get(&(protocol, address.port())).map_or(&[][..], Vec::as_slice);
        !taken.iter().any(|(ip, _)| overlap(*ip, address.ip()))
    }

    /// Gives the address to a socket; with port 0, a free port of it.
    fn bind(&mut self, id: u64, mut address: SocketAddr) -> Result<SocketAddr, NetError> {
        let protocol = self.rows.get(&id).ok_or(NetError::InvalidArgument)?.protocol;
        if address.port() != 0 {
            if !self.is_free(protocol, address) {
                return Err(NetError::AddressInUse);
            }
        } else {
            // In turn, so that a port is not used again at once.
            let found = EPHEMERAL.into_iter().find(|_| {
                self.ephemeral =
                    if self.ephemeral >= *EPHEMERAL.end() { *EPHEMERAL.start() } else { self.ephemeral + 1 };
                address.set_port(self.ephemeral);
                self.is_free(protocol, address)
            });
            found.ok_or(NetError::AddressInUse)?;
        }
        self.ports.entry((protocol, address.port())).or_default().push((address.ip(), id));
        if let Some(row) = self.rows.get_mut(&id) {
            row.local = Some(address);
            row.bound = Some(address);
        }
        Ok(address)
    }

    fn remove(&mut self, id: u64) {
        let Some(row) = self.rows.remove(&id) else { return };
        if let Some(bound) = row.bound {
            let port = (row.protocol, bound.port());
            if let Some(taken) = self.ports.get_mut(&port) {
                taken.retain(|(_, owner)| *owner != id);
                if taken.is_empty() {
                    self.ports.remove(&port);
                }
            }
        }
    }

    /// What answers at an address.
    fn endpoint(&self, protocol: Protocol, address: SocketAddr) -> Endpoint {
        let taken = self.ports.get(&(protocol, address.port())).map_or(&[][..], Vec::as_slice);
        let found = taken.iter().find(|(ip, _)| overlap(*ip, address.ip()));
        found.and_then(|(_, id)| self.rows.get(id)).map_or(Endpoint::Nothing, |row| row.endpoint.clone())
    }
}

impl Network {
    /// A new socket; `SocketLimit` when there are as many as there may be.
    pub(crate) fn socket(self: &Arc<Self>, protocol: Protocol, pid: u32) -> Result<Socket, NetError> {
        let mut table = self.table();
        if table.rows.len() >= table.limit {
            return Err(NetError::SocketLimit);
        }
        table.last += 1;
        let id = table.last;
        let row = Row {
            pid,
            protocol,
            local: None,
            remote: None,
            bound: None,
            state: SocketState::Closed,
            endpoint: Endpoint::Nothing,
            queues: (Weak::new(), Weak::new()),
            upgrade: None,
        };
        table.rows.insert(id, row);
        Ok(Socket { network: self.clone(), id })
    }

    /// What listens at an address of the sandbox.
    pub(super) fn listener(&self, address: SocketAddr) -> Option<Arc<Listener>> {
        // Upgraded outside of the lock: what is then dropped may need it.
        let endpoint = self.table().endpoint(Protocol::Tcp, address);
        match endpoint {
            Endpoint::Listener(listener) => listener.upgrade(),
            _ => None,
        }
    }

    /// What receives datagrams at an address of the sandbox.
    pub(super) fn receiver(&self, address: SocketAddr) -> Option<Arc<DatagramSocket>> {
        let endpoint = self.table().endpoint(Protocol::Udp, address);
        match endpoint {
            Endpoint::Datagrams(socket) => socket.upgrade(),
            _ => None,
        }
    }

    /// Where the connection between these addresses is told to speak TLS. `NotConn` when that process has none such,
    /// `NotSup` when it does not lead out.
    pub(super) fn upgrade_of(
        &self,
        pid: u32,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<mpsc::Sender<Upgrade>, Errno> {
        let table = self.table();
        let is_it = |row: &&Row| {
            let ends = (row.local, row.remote) == (Some(local), Some(remote));
            ends && row.pid == pid && row.protocol == Protocol::Tcp && row.state == SocketState::Established
        };
        let row = table.rows.values().find(is_it).ok_or(Errno::NotConn)?;
        row.upgrade.clone().ok_or(Errno::NotSup)
    }

    /// Every socket with an address, for `/proc`.
    pub(crate) fn sockets(&self) -> Vec<SocketInfo> {
        let length = |pipe: &Weak<Pipe>| pipe.upgrade().map_or(0, |pipe| pipe.len());
        let table = self.table();
        let mut all: Vec<_> = table
            .rows
            .iter()
            .filter_map(|(id, row)| {
                Some(SocketInfo {
                    inode: *id,
                    pid: row.pid,
                    udp: row.protocol == Protocol::Udp,
                    local: row.local?,
                    remote: row.remote,
                    state: row.state as u8,
                    received: length(&row.queues.0),
                    sent: length(&row.queues.1),
                })
            })
            .collect();
        drop(table);
        all.sort_by_key(|socket| socket.inode);
        all
    }
}

/// A socket's place in the table: it counts against the limit and has its port for as long as this lives.
pub(crate) struct Socket {
    network: Arc<Network>,
    id: u64,
}

impl Socket {
    pub(crate) fn network(&self) -> &Arc<Network> {
        &self.network
    }

    /// Takes a local address; with port 0, one with a port that is free.
    pub(crate) fn bind(&self, address: SocketAddr) -> Result<SocketAddr, NetError> {
        if !is_own(address.ip()) && !address.ip().is_unspecified() {
            return Err(NetError::AddressNotBindable);
        }
        self.network.table().bind(self.id, address)
    }

    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.network.table().rows.get(&self.id).and_then(|row| row.local)
    }

    pub(super) fn pid(&self) -> u32 {
        self.network.table().rows.get(&self.id).map_or(0, |row| row.pid)
    }

    fn update(&self, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.network.table().rows.get_mut(&self.id) {
            change(row);
        }
    }

    pub(super) fn set_endpoint(&self, endpoint: Endpoint, state: SocketState) {
        self.update(|row| {
            row.endpoint = endpoint;
            row.state = state;
        });
    }

    pub(super) fn set_remote(&self, remote: Option<SocketAddr>, state: SocketState) {
        self.update(|row| {
            row.remote = remote;
            row.state = state;
        });
    }

    pub(super) fn set_upgrade(&self, upgrade: mpsc::Sender<Upgrade>) {
        self.update(|row| row.upgrade = Some(upgrade));
    }

    /// Books an established connection.
    pub(super) fn set_connected(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
        incoming: &Arc<Pipe>,
        outgoing: &Arc<Pipe>,
    ) {
        let queues = (Arc::downgrade(incoming), Arc::downgrade(outgoing));
        self.update(|row| {
            row.local = Some(local);
            row.remote = Some(remote);
            row.state = SocketState::Established;
            row.queues = queues;
        });
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.network.table().remove(self.id);
    }
}

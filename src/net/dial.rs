//! Connecting by name, for connections that are open files.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::{Connection, DatagramFile, Lookup, NetError, Network, Protocol, User, Waitable};

/// The next address of a name, or that there is none.
async fn next(lookup: &Lookup) -> Result<Option<IpAddr>, NetError> {
    loop {
        match lookup.next() {
            Some(answer) => return answer,
            None => lookup.ready().await,
        }
    }
}

impl Network {
    /// Connects to the first address of the host that answers.
    pub(crate) async fn dial(self: &Arc<Self>, host: &str, port: u16, user: User) -> Result<Connection, NetError> {
        let lookup = self.resolve(host, user.clone())?;
        let mut failure = NetError::NameUnresolvable;
        while let Some(ip) = next(&lookup).await? {
            let socket = self.socket(Protocol::Tcp, user.pid)?;
            let result = match self.connect(socket, SocketAddr::new(ip, port), user.clone()) {
                Ok(connecting) => loop {
                    match connecting.take() {
                        Some(result) => break result,
                        None => connecting.ready().await,
                    }
                },
                Err(error) => Err(error),
            };
            match result {
                Ok(connection) => return Ok(connection),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// A UDP socket that talks with the first address of the host.
    pub(crate) async fn dial_datagrams(
        self: &Arc<Self>,
        host: &str,
        port: u16,
        user: User,
    ) -> Result<DatagramFile, NetError> {
        let lookup = self.resolve(host, user.clone())?;
        let ip = next(&lookup).await?.ok_or(NetError::NameUnresolvable)?;
        DatagramFile::connect(self, SocketAddr::new(ip, port), user)
    }
}

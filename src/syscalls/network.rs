//! `agentfense:kernel/network`.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::{Failure, number};
use crate::fs::Errno;
use crate::kernel::{Guest, Handle, OpenFile};
use crate::net::{NetError, TlsFailure, TlsRequest};
use crate::wasi::sockets::either_address;
use crate::wit::guest::agentfense::kernel::network::{self as wit, TlsError, TlsOptions, TlsSession, Transport};

impl wit::Host for Guest {
    async fn connect(&mut self, host: String, port: u16, transport: Transport) -> Result<Resource<Handle>, Failure> {
        if port == 0 {
            return Err(Errno::ConnRefused.into());
        }
        let (network, user, process) = (self.kernel.network.clone(), self.network_user(), self.process.clone());
        let connected = async {
            Ok::<_, NetError>(match transport {
                Transport::Tcp => OpenFile::socket(Arc::new(network.dial(&host, port, user).await?)),
                Transport::Udp => OpenFile::datagrams(network.dial_datagrams(&host, port, user).await?),
            })
        };
        let file = process.block(connected).await.ok_or(Errno::Intr)?.map_err(Errno::from)?;
        self.push(file)
    }

    async fn start_tls(&mut self, options: TlsOptions) -> wasmtime::Result<Result<TlsSession, TlsError>> {
        let TlsOptions { local, remote, server_name, protocols, verify, roots } = options;
        let (Some(local), Some(remote)) = (either_address(local), either_address(remote)) else {
            return Ok(Err(TlsError::Errno(number(Errno::NotConn))));
        };
        let (network, process) = (self.kernel.network.clone(), self.process.clone());
        let request = TlsRequest { server_name, protocols, verify, roots };
        let session = process.block(network.start_tls(process.pid, local, remote, request)).await;
        Ok(match session.unwrap_or(Err(TlsFailure::Errno(Errno::Intr))) {
            Ok(session) => Ok(TlsSession {
                version: session.version,
                cipher: session.cipher,
                protocol: session.protocol,
                certificates: session.certificates,
            }),
            Err(TlsFailure::Errno(errno)) => Err(TlsError::Errno(number(errno))),
            Err(TlsFailure::Certificate(why)) => Err(TlsError::Certificate(why)),
            Err(TlsFailure::Handshake(why)) => Err(TlsError::Handshake(why)),
        })
    }
}

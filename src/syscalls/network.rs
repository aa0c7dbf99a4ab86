//! `agentfense:kernel/network`.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::Failure;
use crate::fs::Errno;
use crate::kernel::{Guest, Handle, OpenFile};
use crate::net::NetError;
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
        Ok(self.table.push(Handle(file))?)
    }

    async fn start_tls(&mut self, _options: TlsOptions) -> wasmtime::Result<Result<TlsSession, TlsError>> {
        Ok(Err(TlsError::Errno(crate::wit::guest::agentfense::kernel::types::Errno::Notsup)))
    }
}

//! `agentfense:kernel/network`.

use wasmtime::component::Resource;

use super::Failure;
use crate::fs::Errno;
use crate::kernel::{Guest, Handle};
use crate::wit::guest::agentfense::kernel::network::{self as wit, TlsError, TlsOptions, TlsSession, Transport};

impl wit::Host for Guest {
    async fn connect(&mut self, _host: String, _port: u16, _transport: Transport) -> Result<Resource<Handle>, Failure> {
        Err(Errno::NotSup.into())
    }

    async fn start_tls(&mut self, _options: TlsOptions) -> wasmtime::Result<Result<TlsSession, TlsError>> {
        Ok(Err(TlsError::Errno(crate::wit::guest::agentfense::kernel::types::Errno::Notsup)))
    }
}

//! `wasi:sockets/ip-name-lookup`.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::{Done, NetworkHandle, ip_address};
use crate::kernel::Guest;
use crate::net::Lookup;
use crate::wasi::io::Pollable;
use crate::wit::guest::wasi::sockets::ip_name_lookup;
use crate::wit::guest::wasi::sockets::network::{ErrorCode, IpAddress};

/// The answers of a lookup.
pub struct ResolveStream(Arc<Lookup>);

impl ip_name_lookup::Host for Guest {
    fn resolve_addresses(&mut self, _: Resource<NetworkHandle>, name: String) -> Done<Resource<ResolveStream>> {
        let lookup = self.kernel.network.resolve(&name, self.network_user())?;
        Ok(self.table.push(ResolveStream(lookup))?)
    }
}

impl ip_name_lookup::HostResolveAddressStream for Guest {
    fn resolve_next_address(&mut self, stream: Resource<ResolveStream>) -> Done<Option<IpAddress>> {
        let next = self.table.get(&stream)?.0.next().ok_or(ErrorCode::WouldBlock)?;
        Ok(next?.map(ip_address))
    }

    fn subscribe(&mut self, stream: Resource<ResolveStream>) -> wasmtime::Result<Resource<Pollable>> {
        let lookup = self.table.get(&stream)?.0.clone();
        Ok(self.table.push(Pollable::Network(lookup))?)
    }

    fn drop(&mut self, stream: Resource<ResolveStream>) -> wasmtime::Result<()> {
        self.table.delete(stream)?;
        Ok(())
    }
}

//! `_agentfense_tls`: the kernel's TLS, for `ssl`.

use std::net::SocketAddr;

use agentfense_sys::network::{self, TlsError, TlsOptions};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::posix::{error, uninterrupted};

/// The module.
#[pymodule]
pub(crate) mod _agentfense_tls {
    #[pymodule_export]
    use super::start;
}

/// What a handshake gives: whether it is a session, or why not ("certificate", "handshake") and in words, then
/// version, cipher, protocol and certificates.
type Answer<'py> = (&'static str, String, String, Option<String>, Vec<Bound<'py, PyBytes>>);

/// Speaks TLS from now on over the connection between two addresses.
#[pyfunction]
fn start<'py>(
    py: Python<'py>,
    local: (String, u16),
    remote: (String, u16),
    server_name: String,
    protocols: Vec<String>,
    verify: bool,
    roots: Vec<Vec<u8>>,
) -> PyResult<Answer<'py>> {
    let address = |(host, port): (String, u16)| {
        let host = host.parse().map_err(|_| PyValueError::new_err("not an address"))?;
        Ok::<_, PyErr>(SocketAddr::new(host, port))
    };
    let (local, remote) = (address(local)?, address(remote)?);
    let options = TlsOptions { local, remote, server_name: &server_name, protocols: &protocols, verify, roots: &roots };
    let result = uninterrupted(py, || match network::start_tls(&options) {
        Err(TlsError::Errno(errno)) => Err(errno),
        result => Ok(result),
    })?;
    Ok(match result {
        Ok(session) => {
            let certificates = session.certificates.iter().map(|der| PyBytes::new(py, der)).collect();
            ("session", session.version, session.cipher, session.protocol, certificates)
        }
        Err(TlsError::Certificate(why)) => ("certificate", why, String::new(), None, Vec::new()),
        Err(TlsError::Handshake(why)) => ("handshake", why, String::new(), None, Vec::new()),
        Err(TlsError::Errno(errno)) => return Err(error(errno)),
    })
}

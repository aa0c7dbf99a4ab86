//! TLS, which the kernel speaks.

use crate::http::Error;
use crate::socket::{self, Deadline, Stream};
use agentfense_sys::network::{TlsError, TlsOptions, start_tls};
use agentfense_sys::processes::{Disposition, alarm, set_disposition, take_signals};
use agentfense_sys::{Errno, Signal};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::time::Duration;

/// What a command line says about certificates.
#[derive(Clone, Debug)]
pub struct Security {
    /// Whether they must be valid.
    pub verify: bool,
    /// Further ones to trust, in DER.
    pub roots: Vec<Vec<u8>>,
}

impl Default for Security {
    fn default() -> Security {
        Security { verify: true, roots: Vec::new() }
    }
}

/// The certificates of a file in PEM; `None` when there are none, or one is damaged.
pub fn certificates(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let all: Option<Vec<_>> = CertificateDer::pem_slice_iter(pem).map(|der| Some(der.ok()?.to_vec())).collect();
    all.filter(|all| !all.is_empty())
}

/// Speaks TLS with the server of that name from now on.
pub fn start(stream: &Stream, name: &str, security: &Security, deadline: Deadline) -> Result<(), Error> {
    let (Some(local), Some(remote)) = (stream.local(), stream.peer()) else {
        return Err(Error::Transfer(socket::Error::Reset));
    };
    let left = deadline.left();
    if left == Some(Duration::ZERO) {
        return Err(Error::Connect(socket::Error::TimedOut));
    }
    if let Some(left) = left {
        // The call knows no deadline, but a signal ends it. Neither of the two can fail for this signal.
        let _ = set_disposition(Signal::SIGALRM, Disposition::Handle);
        alarm(left);
    }
    let options = TlsOptions {
        local,
        remote,
        server_name: name,
        protocols: &["http/1.1".to_owned()],
        verify: security.verify,
        roots: &security.roots,
    };
    let result = start_tls(&options);
    if left.is_some() {
        alarm(Duration::ZERO);
        let _ = set_disposition(Signal::SIGALRM, Disposition::Default);
        take_signals();
    }
    match result {
        Ok(_) => Ok(()),
        Err(TlsError::Certificate(why)) => Err(Error::Certificate(why)),
        Err(TlsError::Handshake(why)) => Err(Error::Tls(why)),
        Err(TlsError::Errno(Errno::Intr | Errno::Timedout)) => Err(Error::Connect(socket::Error::TimedOut)),
        Err(TlsError::Errno(Errno::Notsup)) => {
            Err(Error::Tls("only servers outside of the sandbox can be talked to with TLS".into()))
        }
        Err(TlsError::Errno(errno)) => Err(Error::Tls(errno.message().into())),
    }
}

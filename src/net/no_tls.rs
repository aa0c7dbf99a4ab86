//! What stands in for `tls` in a build without it.

use super::policy::NetworkPolicy;
use super::upgrade::{TlsFailure, TlsRequest, TlsSession};
use crate::error::Error;
use crate::fs::Errno;

/// Whom to believe: nobody.
pub(super) struct Trust;

impl Trust {
    /// Certificates are refused rather than ignored.
    pub(super) fn new(policy: &NetworkPolicy) -> Result<Trust, Error> {
        match policy.certificates.is_empty() {
            true => Ok(Trust),
            false => Err(Error::Configuration("certificates to trust: this build has no TLS".into())),
        }
    }
}

/// The stream that would be encrypted.
pub(super) type TlsStream<S> = S;

/// There is no session.
pub(super) async fn handshake<S>(
    _stream: S,
    _request: TlsRequest,
    _trust: &Trust,
) -> Result<(TlsStream<S>, TlsSession), TlsFailure> {
    Err(TlsFailure::Errno(Errno::NotSup))
}

//! TLS as a client, for connections that leave the sandbox.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
pub(super) use tokio_rustls::client::TlsStream;

use super::policy::NetworkPolicy;
use super::upgrade::{TlsFailure, TlsRequest, TlsSession};
use crate::error::Error;
use crate::fs::Errno;

/// Whom to believe that a server is who it says.
pub(super) struct Trust {
    /// The embedder's authorities.
    own: Vec<CertificateDer<'static>>,
    /// The host's, too.
    host: bool,
}

impl Trust {
    pub(super) fn new(policy: &NetworkPolicy) -> Result<Trust, Error> {
        let wrong = |why: &dyn std::fmt::Display| Error::Configuration(format!("certificates to trust: {why}"));
        let mut own = Vec::new();
        for pem in &policy.certificates {
            let before = own.len();
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                RootCertStore::empty().add(certificate.clone()).map_err(|error| wrong(&error))?;
                own.push(certificate);
            }
            if own.len() == before {
                return Err(wrong(&"there is none in the text; PEM is expected"));
            }
        }
        Ok(Trust { own, host: policy.host_certificates })
    }

    /// The authorities for one handshake.
    async fn roots(&self, further: Vec<Vec<u8>>) -> RootCertStore {
        let mut roots = if self.host { host_roots().await } else { RootCertStore::empty() };
        roots.add_parsable_certificates(self.own.iter().cloned());
        if further.is_empty() {
            return roots;
        }
        let add = move || {
            // What cannot be read cannot vouch for anything, as in OpenSSL.
            roots.add_parsable_certificates(further.into_iter().map(CertificateDer::from));
            roots
        };
        // A guest says how many: they must not hold up what other connections carry.
        tokio::task::spawn_blocking(add).await.unwrap_or_else(|_| RootCertStore::empty())
    }
}

/// What the host trusts, read once: it is some hundred files on some systems.
async fn host_roots() -> RootCertStore {
    static ROOTS: OnceCell<RootCertStore> = OnceCell::const_new();
    let read = || {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        roots
    };
    // A reader that panicked has found nothing.
    let read = || async { tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| RootCertStore::empty()) };
    ROOTS.get_or_init(read).await.clone()
}

/// Speaks TLS over the stream.
pub(super) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    request: TlsRequest,
    trust: &Trust,
) -> Result<(TlsStream<S>, TlsSession), TlsFailure> {
    let TlsRequest { server_name, protocols, verify, roots } = request;
    let name = ServerName::try_from(server_name.clone())
        .map_err(|_| TlsFailure::Handshake(format!("'{server_name}' is no host name")))?;
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = if verify {
        let roots = Arc::new(trust.roots(roots).await);
        match WebPkiServerVerifier::builder_with_provider(roots, provider.clone()).build() {
            Ok(verifier) => verifier,
            Err(_) => return Err(TlsFailure::Certificate("unable to get local issuer certificate".into())),
        }
    } else {
        Arc::new(Anyone(provider.clone()))
    };
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = versions
        .map_err(|error| TlsFailure::Handshake(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    // A session that is resumed is not verified again, and who trusted more then may not be who asks now.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = protocols.into_iter().map(String::into_bytes).collect();
    match TlsConnector::from(Arc::new(config)).connect(name, stream).await {
        Ok(stream) => {
            let session = describe(stream.get_ref().1);
            Ok((stream, session))
        }
        Err(error) => Err(failure(&error, &server_name)),
    }
}

fn describe(connection: &ClientConnection) -> TlsSession {
    let version = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
        _ => "",
    };
    let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or_default();
    TlsSession {
        version: version.to_owned(),
        // The registry has no version in the names of 1.3.
        cipher: cipher.replacen("TLS13_", "TLS_", 1),
        protocol: connection.alpn_protocol().map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
        certificates: connection.peer_certificates().unwrap_or_default().iter().map(|der| der.to_vec()).collect(),
    }
}

/// Says why, in OpenSSL's words where it has some: people search for them, and programs look for them.
fn failure(error: &io::Error, name: &str) -> TlsFailure {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => TlsFailure::Handshake("unexpected eof while reading".into()),
            io::ErrorKind::QuotaExceeded => TlsFailure::Errno(Errno::Acces),
            _ => TlsFailure::Errno(Errno::ConnReset),
        };
    };
    let rustls::Error::InvalidCertificate(certificate) = tls else {
        return TlsFailure::Handshake(tls.to_string());
    };
    TlsFailure::Certificate(match certificate {
        CertificateError::UnknownIssuer => "unable to get local issuer certificate".into(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate has expired".into(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "certificate is not yet valid".into()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("hostname mismatch, certificate is not valid for '{name}'")
        }
        CertificateError::BadSignature => "certificate signature failure".into(),
        CertificateError::Revoked => "certificate revoked".into(),
        other => other.to_string(),
    })
}

/// Believes any certificate, but only from who has its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

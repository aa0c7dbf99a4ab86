//! A server of TLS on the host's loopback, with certificates of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub pem: String,
}

impl Authority {
    pub fn new(name: &str) -> Authority {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { issuer: Issuer::new(params, key), pem }
    }

    /// A server's configuration with a certificate for those names, changed by `change`.
    pub fn server(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        versions.with_no_client_auth().with_single_cert(chain, key.into()).unwrap()
    }
}

/// A connection that a handler serves.
pub trait Served: Read + Write {}
impl<T: Read + Write> Served for T {}

/// The end of a head in what was received.
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

/// Reads a request up to its body's start; nothing at the end.
pub fn read_head(stream: &mut dyn Served) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while head_end(&head).is_none() {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// A server; each connection is given to the handler in a thread of its own.
pub struct Server {
    pub port: u16,
    /// What its handler has noted.
    pub notes: Arc<Mutex<Vec<String>>>,
}

type Notes = Arc<Mutex<Vec<String>>>;

impl Server {
    fn listen(serve: impl Fn(TcpStream, &Notes) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let notes = Notes::default();
        let (serve, shared) = (Arc::new(serve), notes.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (serve, notes) = (serve.clone(), shared.clone());
                std::thread::spawn(move || serve(stream, &notes));
            }
        });
        Server { port, notes }
    }

    pub fn plain(handler: impl Fn(&mut dyn Served, &Notes) + Send + Sync + 'static) -> Server {
        Server::listen(move |mut stream, notes| handler(&mut stream, notes))
    }

    pub fn tls(config: ServerConfig, handler: impl Fn(&mut dyn Served, &Notes) + Send + Sync + 'static) -> Server {
        let config = Arc::new(config);
        Server::listen(move |stream, notes| {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            handler(&mut stream, notes);
            stream.conn.send_close_notify();
            // The client may be gone.
            let _ = stream.flush();
        })
    }

    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap().clone()
    }
}

/// Answers each request with its body's length known, and notes the heads.
pub fn answer(stream: &mut dyn Served, notes: &Notes) {
    while let Some(head) = read_head(stream) {
        notes.lock().unwrap().push(head);
        if stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
            .and_then(|()| stream.flush())
            .is_err()
        {
            return;
        }
    }
}

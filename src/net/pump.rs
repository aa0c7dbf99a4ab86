//! Moves bytes between a stream of the host and a connection of the sandbox.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::Connection;
use super::egress::Flow;
use super::http::{Filter, Scheme};
use super::tls;
use super::upgrade::{TlsFailure, Upgrade};
use crate::fs::Errno::{Acces, ConnReset, TimedOut};

/// Bytes that are moved at once.
const CHUNK: usize = 32 * 1024;
/// The protocol (ALPN) whose requests can be judged.
const HTTP: &str = "http/1.1";
/// What a server may take to agree on TLS.
const HANDSHAKE_TIME: Duration = Duration::from_secs(30);

/// A stream of the host that counts what passes, and ends where the policy's limit is.
struct Metered {
    stream: TcpStream,
    flow: Arc<Flow>,
}

impl Metered {
    fn check(&self) -> io::Result<()> {
        if self.flow.admits() { Ok(()) } else { Err(io::ErrorKind::QuotaExceeded.into()) }
    }
}

impl AsyncRead for Metered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let n = buf.filled().len() - before;
        if n > 0 {
            self.check()?;
            self.flow.received(n);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        let n = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.flow.sent(n);
        Poll::Ready(Ok(n))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Bytes that were taken from one side and not given to the other. They are kept outside of the futures that move
/// them, so that these can be dropped at any point and nothing is lost.
#[derive(Default)]
struct Transit {
    outwards: Bytes,
    inwards: Bytes,
}

/// Moves what the guest writes until it has ended.
async fn outwards(end: &Connection, to: &mut (impl AsyncWrite + Unpin), transit: &mut Bytes) {
    loop {
        if transit.has_remaining() {
            // An encrypted stream keeps some of what it took until it is flushed.
            let written = async { to.write_all_buf(transit).await.and(to.flush().await) };
            if let Err(error) = written.await {
                return match error.kind() {
                    io::ErrorKind::QuotaExceeded => end.abort(),
                    _ => end.shutdown_receive(),
                };
            }
        }
        match end.try_read(CHUNK) {
            Ok(Some(data)) if data.is_empty() => {
                // The peer may be gone already; then there is nothing to end.
                let _ = to.shutdown().await;
                return;
            }
            Ok(Some(data)) => *transit = data,
            Ok(None) => end.readable().await,
            Err(_) => return,
        }
    }
}

/// Moves what the host receives until it has ended, or the guest reads no more.
async fn inwards(end: &Connection, from: &mut (impl AsyncRead + Unpin), transit: &mut Bytes) {
    let mut buffer = vec![0; CHUNK];
    loop {
        while transit.has_remaining() {
            match end.try_write(transit) {
                Ok(0) => end.writable().await,
                Ok(n) => transit.advance(n),
                Err(_) => return end.abort(),
            }
        }
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            () = end.unread() => return,
        };
        match read {
            Ok(0) => return end.shutdown_send(),
            Ok(n) => *transit = Bytes::copy_from_slice(&buffer[..n]),
            // An encrypted stream that ends without saying so may have been cut off: that is no end of a file.
            Err(_) => return end.abort(),
        }
    }
}

/// Moves bytes between a stream and a connection until both directions have ended.
pub(super) async fn both_ways(stream: impl AsyncRead + AsyncWrite, end: &Connection) {
    let (mut from, mut to) = tokio::io::split(stream);
    let mut transit = Transit::default();
    tokio::join!(outwards(end, &mut to, &mut transit.outwards), inwards(end, &mut from, &mut transit.inwards));
}

/// Carries a connection that leads out, until it is over.
pub(super) async fn carry(stream: TcpStream, end: &Connection, mut upgrades: mpsc::Receiver<Upgrade>, flow: Flow) {
    let flow = Arc::new(flow);
    let mut stream = Metered { stream, flow: flow.clone() };
    let mut transit = Transit::default();
    let in_the_clear = Filter { flow: &flow, scheme: Scheme::Http, server: None };
    let judged = !flow.is_open() || flow.has_http_rules(Scheme::Http);
    let upgrade = if judged {
        // Nothing passes before it is known who judges it.
        tokio::select! {
            Some(upgrade) = upgrades.recv() => upgrade,
            () = end.readable() => {
                if flow.has_http_rules(Scheme::Http) {
                    in_the_clear.carry(stream, end).await;
                } else if !end.is_at_end() {
                    flow.denied("only HTTP over the kernel's TLS is allowed there".into());
                    end.abort();
                }
                return;
            }
            () = end.unread() => return,
        }
    } else {
        let (mut from, mut to) = tokio::io::split(&mut stream);
        let moved = async {
            tokio::join!(outwards(end, &mut to, &mut transit.outwards), inwards(end, &mut from, &mut transit.inwards))
        };
        tokio::select! {
            _ = moved => return,
            Some(upgrade) = upgrades.recv() => upgrade,
        }
    };
    // From here on nobody else can ask.
    drop(upgrades);
    let Upgrade { mut request, mut answer } = upgrade;
    let name = request.server_name.trim_end_matches('.').to_ascii_lowercase();
    let judged = flow.http_rules(Scheme::Https, &name).next().is_some();
    let filter = judged.then_some(Filter { flow: &flow, scheme: Scheme::Https, server: Some(name) });
    let agreed = async {
        match &filter {
            // Credentials may be added: only for who the embedder trusts.
            Some(_) if !request.verify => {
                return Err(TlsFailure::Handshake("the policy wants a valid certificate of this server".into()));
            }
            Some(_) => {
                request.roots.clear();
                request.protocols.retain(|protocol| protocol == HTTP);
            }
            None if !flow.is_open() => {
                let why = format!("no rule allows it; one would be 'https://{}/'", request.server_name);
                flow.denied(why);
                return Err(TlsFailure::Errno(Acces));
            }
            None => {}
        }
        if !flow.is_open() && end.is_readable() {
            return Err(TlsFailure::Handshake("nothing may be sent before TLS begins".into()));
        }
        // What was written before the call goes out as it is.
        outwards_now(end, &mut stream, &mut transit.outwards).await.map_err(|()| TlsFailure::Errno(ConnReset))?;
        if transit.inwards.has_remaining() || end.unsent_len() > 0 {
            // Whoever is in between could have put it there, and it would be taken for what came encrypted.
            return Err(TlsFailure::Handshake("something was received before TLS began".into()));
        }
        tls::handshake(stream, request, flow.trust()).await
    };
    let agreed = tokio::select! {
        agreed = tokio::time::timeout(HANDSHAKE_TIME, agreed) => {
            agreed.unwrap_or(Err(TlsFailure::Errno(TimedOut)))
        }
        // The guest has closed the socket, or waits no more.
        () = end.unread() => return,
        () = answer.closed() => return end.abort(),
    };
    match agreed {
        Ok((stream, session)) => {
            if answer.send(Ok(session)).is_err() {
                return end.abort();
            }
            match filter {
                Some(filter) => filter.carry(stream, end).await,
                None => both_ways(stream, end).await,
            }
        }
        Err(failure) => {
            flow.failed(failure.to_string());
            end.abort();
            // Nobody waits for it if the process was killed.
            let _ = answer.send(Err(failure));
        }
    }
}

/// Writes what the guest has written until now.
async fn outwards_now(end: &Connection, to: &mut (impl AsyncWrite + Unpin), transit: &mut Bytes) -> Result<(), ()> {
    loop {
        to.write_all_buf(transit).await.map_err(drop)?;
        match end.try_read(CHUNK) {
            Ok(None) => return Ok(()),
            Ok(Some(data)) if !data.is_empty() => *transit = data,
            _ => return Err(()),
        }
    }
}

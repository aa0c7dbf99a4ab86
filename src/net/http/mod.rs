//! HTTP/1.1 through the kernel: each request is judged by the rules before a byte of it goes out.
//!
//! - `rule`: what a rule allows, and which paths are clear
//! - `head`: requests and responses, read strictly and written anew
//! - `body`: where bodies end, and how they are moved
//! - here: one exchange after the other

mod body;
mod head;
mod rule;

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::Connection;
use super::egress::Flow;
use body::{Broken, Buffered, Guest, Server, Sink, Source};
use head::{Framing, REQUEST_HEAD_MAX, RESPONSE_HEAD_MAX, Request, Response};
pub use rule::{HttpHeader, HttpRule, Scheme};

/// Why a request does not go out, as it is told to who sent it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    why: String,
}

/// How long, and how much, a client may still send after it was refused: if it is cut off at once, it may not see why.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 1 << 20;

/// A connection whose requests are judged.
pub(super) struct Filter<'a> {
    pub(super) flow: &'a Flow,
    pub(super) scheme: Scheme,
    /// Who the server has proved to be; nobody in particular without TLS.
    pub(super) server: Option<String>,
}

/// How an exchange ended.
enum Next {
    /// Another request may follow.
    Request,
    /// The connection ends with the response.
    Close,
}

impl Filter<'_> {
    /// The URL for messages and the log.
    fn url(&self, request: &Request<'_>) -> String {
        let host = if request.host.contains(':') { format!("[{}]", request.host) } else { request.host.clone() };
        let port = request.port.map_or_else(String::new, |port| format!(":{port}"));
        format!("{}://{host}{port}{}", self.scheme, request.target)
    }

    /// The rule that allows a request. None where the connection may carry anything.
    fn judge(&self, request: &Request<'_>) -> Result<Option<&HttpRule>, Refusal> {
        let refusal = |status, why: String| Err(Refusal { status, why });
        if request.port.unwrap_or(self.scheme.port()) != self.flow.port() {
            return refusal(421, format!("the header Host names another port than {}", self.flow.port()));
        }
        if self.server.as_ref().is_some_and(|server| *server != request.host) {
            return refusal(421, "the header Host names another server than the one that TLS was begun with".into());
        }
        let mut rules = self.flow.http_rules(self.scheme, &request.host);
        match rules.find(|rule| rule.allows(request.method, request.path())) {
            Some(rule) => Ok(Some(rule)),
            None if self.flow.is_open() => Ok(None),
            None => refusal(403, "no rule allows it".into()),
        }
    }

    /// Carries requests and responses until one side has enough.
    pub(super) async fn carry(&self, stream: impl AsyncRead + AsyncWrite + Send, end: &Connection) {
        let (from, to) = tokio::io::split(stream);
        let (mut guest, mut server) = (Buffered::new(Guest(end)), Buffered::new(Server(from)));
        let mut to_server = Server(to);
        loop {
            let head = tokio::select! {
                head = guest.head(REQUEST_HEAD_MAX) => head,
                // It has closed, or speaks without being asked: neither may be taken for a response.
                _ = server.fill() => break,
                () = end.unread() => break,
            };
            let next = match head {
                Ok(Some(head)) => self.exchange(&head, end, &mut guest, &mut server, &mut to_server).await,
                Ok(None) => Ok(Next::Close),
                Err(Broken::TooLong) => {
                    let why = format!("the request's head is longer than {REQUEST_HEAD_MAX} bytes");
                    self.refuse("a request", &Refusal { status: 431, why }, &mut guest, end).await;
                    Ok(Next::Close)
                }
                Err(broken) => Err(broken),
            };
            match next {
                Ok(Next::Request) if !server.has_more() => {}
                Ok(_) => break,
                Err(_) => {
                    end.abort();
                    break;
                }
            }
        }
        // The server may be gone; then there is nothing to end.
        let _ = to_server.0.shutdown().await;
        end.shutdown_send();
    }

    async fn exchange(
        &self,
        head: &[u8],
        end: &Connection,
        guest: &mut Buffered<Guest<'_>>,
        server: &mut Buffered<impl Source>,
        to_server: &mut impl Sink,
    ) -> Result<Next, Broken> {
        let request = match Request::parse(head) {
            Ok(request) => request,
            Err(refusal) => {
                self.refuse("a request", &refusal, guest, end).await;
                return Ok(Next::Close);
            }
        };
        let rule = match self.judge(&request) {
            Ok(rule) => rule,
            Err(refusal) => {
                let what = format!("{} {}", request.method, self.url(&request));
                self.refuse(&what, &refusal, guest, end).await;
                return Ok(Next::Close);
            }
        };
        to_server.write(request.write(rule).into()).await?;
        let mut sent = request.framing == Framing::None;
        let answered = {
            let mut body = pin!(guest.body(request.framing, to_server));
            let mut response = pin!(self.respond(&request, server, Guest(end)));
            loop {
                tokio::select! {
                    biased;
                    done = &mut body, if !sent => match done {
                        Ok(()) => sent = true,
                        // It may have answered before it went.
                        Err(Broken::Sink) => break response.await.map(|_| Next::Close),
                        Err(broken) => break Err(broken),
                    },
                    answered = &mut response => break answered,
                    () = end.unread() => break Err(Broken::Sink),
                }
            }
        };
        match answered? {
            // The rest of a body that nobody waited for is not the next request.
            Next::Request if sent && !request.last => Ok(Next::Request),
            _ => Ok(Next::Close),
        }
    }

    /// Gives a response to the guest.
    async fn respond(
        &self,
        request: &Request<'_>,
        server: &mut Buffered<impl Source>,
        mut guest: Guest<'_>,
    ) -> Result<Next, Broken> {
        loop {
            let head = server.head(RESPONSE_HEAD_MAX).await.and_then(|head| head.ok_or(Broken::Source));
            let clear = head.as_ref().ok().and_then(|head| Response::parse(head, request.method));
            // No protocol was asked for.
            let (Ok(head), Some(response)) = (head, clear.filter(|response| response.status != 101)) else {
                self.flow.failed(format!("{} {}: no clear response of HTTP/1.1", request.method, self.url(request)));
                return Err(Broken::Source);
            };
            guest.write(head).await?;
            if response.status < 200 {
                continue;
            }
            self.flow.requested(request.method, self.url(request), response.status);
            server.body(response.framing, &mut guest).await?;
            return Ok(if response.last { Next::Close } else { Next::Request });
        }
    }

    /// Tells the guest, and the log, that a request does not go out.
    async fn refuse(&self, what: &str, refusal: &Refusal, guest: &mut Buffered<Guest<'_>>, end: &Connection) {
        let Refusal { status, why } = refusal;
        self.flow.denied(format!("{what}: {why}"));
        let reason = match status {
            403 => "Forbidden",
            405 => "Method Not Allowed",
            417 => "Expectation Failed",
            421 => "Misdirected Request",
            431 => "Request Header Fields Too Large",
            _ => "Bad Request",
        };
        let body = format!("The sandbox's network policy refuses {what}: {why}.\n");
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        if Guest(end).write(Bytes::from(head + &body)).await.is_err() {
            return;
        }
        end.shutdown_send();
        let rest = async {
            let mut left = LINGER_BYTES;
            while left > 0 {
                match guest.skip().await {
                    Ok(n) if n > 0 => left = left.saturating_sub(n),
                    _ => return,
                }
            }
        };
        // Whether it was all of it or not: it is over.
        let _ = tokio::time::timeout(LINGER, rest).await;
    }
}

#[cfg(all(test, feature = "tls"))]
mod tests;

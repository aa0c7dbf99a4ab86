//! The heads of messages: read strictly, written anew.
//!
//! What the filter judges must be what the server will see. So a request is taken apart, everything that two readers
//! could take for two things is refused, and what goes out is put together from the parts.

use super::rule::{REFUSED_METHODS, ambiguity, is_framing, same_name};
use super::{HttpRule, Refusal};

/// The longest head of a request.
pub(super) const REQUEST_HEAD_MAX: usize = 64 * 1024;
/// The longest head of a response.
pub(super) const RESPONSE_HEAD_MAX: usize = 256 * 1024;
/// Headers of a message.
const HEADERS_MAX: usize = 128;

/// Headers by which a request can ask a server for another path or method than it names.
const OVERRIDES: [&str; 5] =
    ["x-http-method", "x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"];

/// Where a message's body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    /// It has none.
    None,
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// With the connection.
    Close,
}

/// A request that means one thing.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    /// Path and query.
    pub(super) target: &'a str,
    /// In lower case, without a port.
    pub(super) host: String,
    /// The port that goes with the host, if it is named.
    pub(super) port: Option<u16>,
    pub(super) framing: Framing,
    /// Whether the connection ends with the response.
    pub(super) last: bool,
    authority: &'a str,
    version: u8,
    expects: bool,
    /// All but those about the message itself.
    headers: Vec<(&'a str, &'a [u8])>,
}

/// A name of a method or header.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn bad(why: impl Into<String>) -> Refusal {
    Refusal { status: 400, why: why.into() }
}

/// A length in decimal digits and nothing else.
fn length(value: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(value).ok()?;
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Whether lines end as they should: a reader that takes a lone LF for an end sees other lines.
fn has_clean_lines(head: &[u8]) -> bool {
    let mut previous = 0;
    head.iter().chain([&b' ']).all(|&b| (b == b'\n') == (std::mem::replace(&mut previous, b) == b'\r'))
}

/// `HOST` or `HOST:PORT`.
fn split_authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':')?)),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) if port.bytes().all(|b| b.is_ascii_digit()) => Some(port.parse().ok()?),
        Some(_) => return None,
        None => None,
    };
    let clean = |b: u8| b.is_ascii_alphanumeric() || b".-_:".contains(&b);
    (!host.is_empty() && host.bytes().all(clean)).then(|| (host.to_ascii_lowercase(), port))
}

impl<'a> Request<'a> {
    /// Takes a head apart.
    pub(super) fn parse(head: &'a [u8]) -> Result<Request<'a>, Refusal> {
        if !has_clean_lines(head) {
            return Err(bad("a line of the request does not end in CR LF"));
        }
        let mut storage = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Request::new(&mut storage);
        match parsed.parse(head) {
            Ok(httparse::Status::Complete(end)) if end == head.len() => {}
            Ok(_) => return Err(bad("the request is incomplete")),
            Err(error) => return Err(bad(format!("the request is none of HTTP/1.1: {error}"))),
        }
        let (Some(method), Some(target), Some(version)) = (parsed.method, parsed.path, parsed.version) else {
            return Err(bad("the request is incomplete"));
        };
        if REFUSED_METHODS.iter().any(|refused| method.eq_ignore_ascii_case(refused)) {
            return Err(Refusal { status: 405, why: format!("{method} is never allowed") });
        }
        let path = target.split('?').next().unwrap_or_default();
        if let Some(why) = ambiguity(path) {
            return Err(bad(format!("the path {why}")));
        }
        if !target.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(bad("the query has characters that cannot stand in one"));
        }
        let mut request = Request {
            method,
            target,
            host: String::new(),
            port: None,
            framing: Framing::None,
            last: version == 0,
            authority: "",
            version,
            expects: false,
            headers: Vec::with_capacity(parsed.headers.len()),
        };
        let (mut hosts, mut lengths, mut codings) = (0, 0, 0);
        for &httparse::Header { name, value } in parsed.headers.iter() {
            if OVERRIDES.iter().any(|own| same_name(own, name)) {
                return Err(bad(format!("the header {name} could change what is asked")));
            }
            if !is_framing(name) {
                request.headers.push((name, value));
                continue;
            }
            let text = std::str::from_utf8(value).map_err(|_| bad(format!("the header {name} is not text")))?;
            let lower = name.to_ascii_lowercase();
            match lower.as_str() {
                "host" => {
                    hosts += 1;
                    let (host, port) = split_authority(text).ok_or_else(|| bad("the header Host names no host"))?;
                    (request.authority, request.host, request.port) = (text, host, port);
                }
                "content-length" => {
                    lengths += 1;
                    let length = length(value).ok_or_else(|| bad("the length is no number"))?;
                    request.framing = Framing::Length(length);
                }
                "transfer-encoding" => {
                    codings += 1;
                    if !text.eq_ignore_ascii_case("chunked") || version == 0 {
                        return Err(bad("only chunks are understood"));
                    }
                    request.framing = Framing::Chunked;
                }
                "connection" | "proxy-connection" => {
                    for token in text.split(',').map(str::trim) {
                        match token.to_ascii_lowercase().as_str() {
                            "upgrade" => {
                                return Err(Refusal { status: 403, why: "another protocol is asked for".into() });
                            }
                            "close" => request.last = true,
                            // The rest is for the next hop, and this is it.
                            _ => {}
                        }
                    }
                }
                "upgrade" => return Err(Refusal { status: 403, why: "another protocol is asked for".into() }),
                "expect" if text.eq_ignore_ascii_case("100-continue") => request.expects = true,
                "expect" => return Err(Refusal { status: 417, why: "only 100-continue can be expected".into() }),
                // About this connection: left out.
                "http2-settings" | "keep-alive" | "te" | "trailer" | "via" => {}
                // `Content_Length` and the like: the same to some readers.
                _ => return Err(bad(format!("the header {name} is spelt so that servers could take it for another"))),
            }
        }
        if hosts != 1 {
            return Err(bad("there is not one header Host"));
        }
        if lengths + codings > 1 {
            return Err(bad("the request has more than one length"));
        }
        Ok(request)
    }

    /// Its path without the query.
    pub(super) fn path(&self) -> &'a str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The head that goes to the server, with what the rule adds.
    pub(super) fn write(&self, rule: Option<&HttpRule>) -> Vec<u8> {
        let mut out =
            format!("{} {} HTTP/1.{}\r\nHost: {}\r\n", self.method, self.target, self.version, self.authority)
                .into_bytes();
        let mut add = |name: &str, value: &[u8]| {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        };
        for (name, value) in &self.headers {
            if !rule.is_some_and(|rule| rule.sets(name)) {
                add(name, value);
            }
        }
        for header in rule.iter().flat_map(|rule| &rule.headers) {
            add(&header.name, header.value.as_bytes());
        }
        match self.framing {
            Framing::Length(length) => add("Content-Length", length.to_string().as_bytes()),
            Framing::Chunked => add("Transfer-Encoding", b"chunked"),
            Framing::None | Framing::Close => {}
        }
        if self.expects {
            add("Expect", b"100-continue");
        }
        if self.last {
            add("Connection", b"close");
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

/// What counts of a response's head; its bytes are given on as they are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) framing: Framing,
    pub(super) last: bool,
}

impl Response {
    /// Reads the head of a response to that method; `None` when it is none, or not clear.
    pub(super) fn parse(head: &[u8], method: &str) -> Option<Response> {
        let mut storage = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Response::new(&mut storage);
        match parsed.parse(head) {
            Ok(httparse::Status::Complete(end)) if end == head.len() && has_clean_lines(head) => {}
            _ => return None,
        }
        let status = parsed.code?;
        let mut last = parsed.version? == 0;
        let (mut lengths, mut codings) = (Vec::new(), 0);
        for header in parsed.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                lengths.push(length(header.value)?);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                codings += 1;
                if !header.value.eq_ignore_ascii_case(b"chunked") {
                    return None;
                }
            } else if header.name.eq_ignore_ascii_case("connection") {
                let value = String::from_utf8_lossy(header.value).to_ascii_lowercase();
                last |= value.split(',').any(|token| token.trim() == "close");
            }
        }
        let framing = match (lengths.as_slice(), codings) {
            _ if method == "HEAD" || matches!(status, 100..=199 | 204 | 304) => Framing::None,
            ([], 0) => Framing::Close,
            ([], 1) => Framing::Chunked,
            ([length, rest @ ..], 0) if rest.iter().all(|other| other == length) => Framing::Length(*length),
            _ => return None,
        };
        Some(Response { status, framing, last: last || framing == Framing::Close })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{HttpHeader, Scheme};
    use super::*;

    fn refused(head: &str) -> String {
        Request::parse(head.as_bytes()).expect_err(head).why
    }

    #[test]
    fn a_request_is_written_as_it_was_understood() {
        let head = "POST /v1/a?b=/../c HTTP/1.1\r\nHost: Api.Test:8443\r\nAccept: */*\r\ncontent-length: 3\r\n\
            Authorization: Bearer guest\r\nauthorization: again\r\nX_Key: guest\r\nConnection: keep-alive, x\r\nTE: trailers\r\n\r\n";
        let request = Request::parse(head.as_bytes()).unwrap();
        assert_eq!((request.host.as_str(), request.port, request.path()), ("api.test", Some(8443), "/v1/a"));
        assert_eq!(request.framing, Framing::Length(3));
        let header = |name: &str| HttpHeader { name: name.into(), value: "kernel".into() };
        let rule = HttpRule {
            scheme: Scheme::Https,
            path: "/".into(),
            methods: Vec::new(),
            headers: vec![header("Authorization"), header("X-Key")],
        };
        assert_eq!(
            String::from_utf8(request.write(Some(&rule))).unwrap(),
            "POST /v1/a?b=/../c HTTP/1.1\r\nHost: Api.Test:8443\r\nAccept: */*\r\nAuthorization: kernel\r\nX-Key: kernel\r\n\
             Content-Length: 3\r\n\r\n"
        );
        let request = Request::parse(b"GET / HTTP/1.0\r\nHost: [::1]\r\nConnection: close\r\n\r\n").unwrap();
        assert_eq!(request.host, "::1");
        assert_eq!(request.write(None), b"GET / HTTP/1.0\r\nHost: [::1]\r\nConnection: close\r\n\r\n");
    }

    #[test]
    fn what_two_readers_could_read_in_two_ways_is_refused() {
        for head in [
            "",
            "\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            "GET /\r\nHost: a\r\n\r\n",
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: y\rContent-Length: 5\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX\0: y\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
            "GET / HTTP/1.1\r\nHost:\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET a/b HTTP/1.1\r\nHost: a\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET / x HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /a/../b HTTP/1.1\r\nHost: a\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
            "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
            "trace / HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nX_Original_URL: /admin\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
        ] {
            refused(head);
        }
        let many: String = (0..200).map(|i| format!("X{i}: y\r\n")).collect();
        refused(&format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"));
    }

    #[test]
    fn where_responses_end() {
        let parse =
            |head: &str, method| Response::parse(head.as_bytes(), method).map(|r| (r.status, r.framing, r.last));
        assert_eq!(
            parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "GET"),
            Some((200, Framing::Length(3), false))
        );
        assert_eq!(parse("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "HEAD"), Some((200, Framing::None, false)));
        assert_eq!(parse("HTTP/1.1 204 No\r\n\r\n", "GET"), Some((204, Framing::None, false)));
        assert_eq!(parse("HTTP/1.1 200 OK\r\n\r\n", "GET"), Some((200, Framing::Close, true)));
        assert_eq!(
            parse("HTTP/1.1 200 OK\r\nConnection: Close\r\nTransfer-Encoding: chunked\r\n\r\n", "GET"),
            Some((200, Framing::Chunked, true))
        );
        assert_eq!(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "GET"), Some((200, Framing::Length(0), true)));
        for head in [
            "nonsense\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        ] {
            assert_eq!(parse(head, "GET"), None, "{head}");
        }
    }

    #[test]
    fn lines_end_in_both_characters() {
        assert!(has_clean_lines(b"a\r\nb\r\n\r\n"));
        for head in [&b"a\n"[..], b"a\r", b"a\r\r\n", b"\n", b"a\r\n\n", b"a\rb\r\n"] {
            assert!(!has_clean_lines(head), "{head:?}");
        }
    }
}

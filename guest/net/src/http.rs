//! HTTP/1.1, one request a connection.

use crate::socket::{self, Deadline, Stream, resolve};
use crate::tls::{self, Security};
use crate::url::Url;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr};

/// The longest header section that is read.
const HEAD_MAX: usize = 1 << 20;

/// Why a request has no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The name has no address.
    Resolve,
    /// No address could be connected to.
    Connect(socket::Error),
    /// The server's certificate is not valid; why.
    Certificate(String),
    /// There is no TLS session; why.
    Tls(String),
    /// The connection broke while it was read or written.
    Transfer(socket::Error),
    /// It ended before a response.
    Empty,
    /// The response is none of HTTP's.
    Protocol(String),
    /// The body ended early.
    Short,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// GET, POST ...
    pub method: &'a str,
    /// Where.
    pub url: &'a Url,
    /// Every header, in order.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
}

impl Request<'_> {
    /// As it goes over the wire, without the body.
    pub fn head(&self) -> String {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.url.target);
        for (name, value) in self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head + "\r\n"
    }
}

/// A connection to the host of a URL, which is at another `place` if there is one.
pub fn connect(
    url: &Url,
    place: Option<IpAddr>,
    only: Option<fn(&IpAddr) -> bool>,
    security: &Security,
    deadline: Deadline,
) -> Result<Stream, Error> {
    let found = place.map_or_else(|| resolve(&url.host, deadline), |place| Ok(vec![place]));
    let mut addresses = match found {
        Ok(addresses) => addresses,
        Err(socket::Error::TimedOut) => return Err(Error::Connect(socket::Error::TimedOut)),
        Err(_) => return Err(Error::Resolve),
    };
    if let Some(only) = only {
        addresses.retain(only);
    }
    let mut last = Error::Resolve;
    for ip in addresses {
        match Stream::connect(SocketAddr::new(ip, url.port), deadline) {
            Ok(stream) => {
                if url.scheme == "https" {
                    tls::start(&stream, &url.host, security, deadline)?;
                }
                return Ok(stream);
            }
            Err(error) => last = Error::Connect(error),
        }
    }
    Err(last)
}

/// What a response starts with.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The status line and the headers as they came, with the empty line.
    pub raw: Vec<u8>,
    /// The status.
    pub status: u16,
    /// The status line's protocol and text.
    pub line: String,
    /// Names as they came.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn parse(raw: Vec<u8>) -> Result<Head, Error> {
        let text = String::from_utf8_lossy(&raw).into_owned();
        let mut lines = text.lines();
        let line = lines.next().unwrap_or_default().to_owned();
        let mut words = line.split_ascii_whitespace();
        let version = words.next().unwrap_or_default();
        let status = words.next().and_then(|word| word.parse().ok());
        let status = status.filter(|_| version.starts_with("HTTP/"));
        let status = status.ok_or_else(|| Error::Protocol("Received HTTP/0.9 when not allowed".into()))?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Ok(Head { raw, status, line, headers })
    }
}

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// After so many bytes.
    Length(u64),
    /// In chunks; what is left of this one.
    Chunked(u64),
    /// With the connection.
    Close,
    Done,
}

/// A response whose body is being read.
pub struct Response {
    stream: Stream,
    deadline: Deadline,
    buffer: Vec<u8>,
    start: usize,
    framing: Framing,
    first_chunk: bool,
    /// Why the body could not be read to its end.
    pub failure: Option<Error>,
    /// Its start.
    pub head: Head,
}

/// Sends a request and reads the response up to its body. `informed` sees responses of 100 to 199, too.
pub fn send(
    stream: Stream,
    request: &Request<'_>,
    deadline: Deadline,
    mut informed: impl FnMut(&Head),
) -> Result<Response, Error> {
    let mut wire = request.head().into_bytes();
    wire.extend_from_slice(request.body);
    // A server may answer, and close, before it has read everything: its answer counts.
    let written = stream.write(&wire, deadline);
    if written == Err(socket::Error::TimedOut) {
        return Err(Error::Transfer(socket::Error::TimedOut));
    }
    let mut response = Response {
        stream,
        deadline,
        buffer: Vec::new(),
        start: 0,
        framing: Framing::Close,
        first_chunk: true,
        failure: None,
        head: Head::default(),
    };
    loop {
        response.head = response.read_head()?;
        if response.head.status / 100 != 1 || response.head.status == 101 {
            break;
        }
        informed(&response.head);
    }
    response.framing = response.find_framing(request.method)?;
    Ok(response)
}

impl Response {
    fn find_framing(&self, method: &str) -> Result<Framing, Error> {
        let head = &self.head;
        if method == "HEAD" || matches!(head.status, 204 | 304) {
            return Ok(Framing::Done);
        }
        if head.header("transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked")) {
            return Ok(Framing::Chunked(0));
        }
        match head.header("content-length") {
            Some(length) => match length.parse() {
                Ok(0) => Ok(Framing::Done),
                Ok(length) => Ok(Framing::Length(length)),
                Err(_) => Err(Error::Protocol("Invalid Content-Length: value".into())),
            },
            None => Ok(Framing::Close),
        }
    }

    /// The length that the response says its body has.
    pub fn length(&self) -> Option<u64> {
        match self.framing {
            Framing::Length(length) => Some(length),
            Framing::Done => Some(0),
            _ => None,
        }
    }

    /// More from the connection; false at its end.
    fn fill(&mut self) -> Result<bool, Error> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let data = self.stream.read(self.deadline).map_err(Error::Transfer)?;
        self.buffer.extend_from_slice(&data);
        Ok(!data.is_empty())
    }

    fn read_head(&mut self) -> Result<Head, Error> {
        loop {
            let unread = &self.buffer[self.start..];
            let end = |mark: &[u8]| unread.windows(mark.len()).position(|w| w == mark).map(|at| at + mark.len());
            let found = [end(b"\r\n\r\n"), end(b"\n\n")].into_iter().flatten().min();
            if let Some(len) = found {
                let raw = unread[..len].to_vec();
                self.start += len;
                return Head::parse(raw);
            }
            if unread.len() > HEAD_MAX {
                return Err(Error::Protocol("Too large response headers".into()));
            }
            let nothing = unread.is_empty();
            if !self.fill()? {
                return Err(if nothing { Error::Empty } else { Error::Transfer(socket::Error::Reset) });
            }
        }
    }

    /// A line without its end.
    fn line(&mut self) -> Result<Vec<u8>, Error> {
        loop {
            if let Some(at) = self.buffer[self.start..].iter().position(|&b| b == b'\n') {
                let line = self.buffer[self.start..self.start + at].trim_ascii_end().to_vec();
                self.start += at + 1;
                return Ok(line);
            }
            if self.buffer.len() - self.start > HEAD_MAX || !self.fill()? {
                return Err(Error::Short);
            }
        }
    }

    /// The next piece of the body; empty at its end.
    pub fn piece(&mut self) -> Result<Vec<u8>, Error> {
        let left = match self.framing {
            Framing::Done => return Ok(Vec::new()),
            Framing::Close => u64::MAX,
            Framing::Length(left) => left,
            Framing::Chunked(0) => {
                if !std::mem::take(&mut self.first_chunk) {
                    self.line()?;
                }
                let line = self.line()?;
                let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
                let size = std::str::from_utf8(&line[..digits]).ok().and_then(|hex| u64::from_str_radix(hex, 16).ok());
                let size = size.ok_or_else(|| Error::Protocol("Illegal or missing hexadecimal sequence".into()))?;
                if size == 0 {
                    // Trailers are read and forgotten.
                    while !self.line()?.is_empty() {}
                    self.framing = Framing::Done;
                    return Ok(Vec::new());
                }
                self.framing = Framing::Chunked(size);
                size
            }
            Framing::Chunked(left) => left,
        };
        if self.start == self.buffer.len() && !self.fill()? {
            if self.framing == Framing::Close {
                self.framing = Framing::Done;
                return Ok(Vec::new());
            }
            return Err(Error::Short);
        }
        let here = self.buffer.len() - self.start;
        let n = here.min(usize::try_from(left).unwrap_or(usize::MAX));
        let data = self.buffer[self.start..self.start + n].to_vec();
        self.start += n;
        self.framing = match self.framing {
            Framing::Length(left) if left == n as u64 => Framing::Done,
            Framing::Length(left) => Framing::Length(left - n as u64),
            Framing::Chunked(left) => Framing::Chunked(left - n as u64),
            other => other,
        };
        Ok(data)
    }
}

/// The body, for decoders; `failure` says why it ended early.
impl Read for Response {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let data = match self.piece() {
            Ok(data) => data,
            Err(error) => {
                self.failure = Some(error);
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let n = data.len().min(buf.len());
        buf[..n].copy_from_slice(&data[..n]);
        if n < data.len() {
            // Back to what was not read yet.
            let back = data.len() - n;
            self.start -= back;
            self.framing = match self.framing {
                Framing::Length(left) => Framing::Length(left + back as u64),
                Framing::Chunked(left) => Framing::Chunked(left + back as u64),
                Framing::Done => Framing::Length(back as u64),
                Framing::Close => Framing::Close,
            };
        }
        Ok(n)
    }
}

/// Base64, for `Authorization: Basic`.
pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0u32, |word, &b| (word << 8) | u32::from(b)) << (8 * (3 - group.len()));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= group.len() { digit.into() } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"ab"), "YWI=");
        assert_eq!(base64(b"user:pass"), "dXNlcjpwYXNz");
    }

    #[test]
    fn heads() {
        let head = Head::parse(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n".to_vec()).unwrap();
        assert_eq!((head.status, head.header("content-type")), (404, Some("text/html")));
        assert!(Head::parse(b"nonsense\r\n\r\n".to_vec()).is_err());
    }
}

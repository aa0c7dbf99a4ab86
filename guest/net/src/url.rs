//! URLs, as far as HTTP clients read them.

use std::fmt;

/// A URL of HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// `http` or `https`.
    pub scheme: String,
    /// `user:password`, percent-encoded as given.
    pub user: Option<String>,
    /// Name or address, without brackets.
    pub host: String,
    /// The port, the scheme's own if none was given.
    pub port: u16,
    /// Path and query, starting with `/`.
    pub target: String,
}

/// Why a text is no URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Not formed like one.
    Form,
    /// Another scheme, by its name.
    Scheme(String),
}

impl Url {
    /// Reads one; without a scheme it is `http`.
    pub fn parse(text: &str) -> Result<Url, Wrong> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        let scheme = scheme.to_ascii_lowercase();
        let default = match scheme.as_str() {
            "http" => 80,
            "https" => 443,
            _ => return Err(Wrong::Scheme(scheme)),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, authority),
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']').ok_or(Wrong::Form)?;
                (host, port.strip_prefix(':'))
            }
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let port = match port {
            None | Some("") => default,
            Some(port) => port.parse().map_err(|_| Wrong::Form)?,
        };
        if host.is_empty() || text.bytes().any(|b| b <= b' ' || b == 0x7f) {
            return Err(Wrong::Form);
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Ok(Url { scheme, user, host: host.to_ascii_lowercase(), port, target: encode_unsafe(&target) })
    }

    /// The URL that a `Location` means, seen from this one.
    pub fn join(&self, location: &str) -> Result<Url, Wrong> {
        let location = location.trim();
        if location.contains("://") {
            return Url::parse(location);
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Url::parse(&format!("{}://{rest}", self.scheme));
        }
        let mut joined = self.clone();
        let path = self.target.split('?').next().unwrap_or_default();
        let target = if location.starts_with('/') {
            location.to_owned()
        } else if location.starts_with('?') {
            format!("{path}{location}")
        } else {
            let directory = path.rfind('/').map_or("/", |at| &path[..=at]);
            format!("{directory}{location}")
        };
        let target = target.split('#').next().unwrap_or_default();
        joined.target = encode_unsafe(&without_dots(target));
        Ok(joined)
    }

    /// `host:port`, or `host` at the scheme's own port: what the `Host` header says.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.scheme.as_str(), self.port) {
            ("http", 80) | ("https", 443) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// The last part of the path: the name of a file to save to.
    pub fn file_name(&self) -> &str {
        let path = self.target.split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority(), self.target)
    }
}

/// Resolves `.` and `..` in the path.
fn without_dots(target: &str) -> String {
    let (path, query) = match target.find('?') {
        Some(at) => target.split_at(at),
        None => (target, ""),
    };
    let mut parts: Vec<&str> = Vec::new();
    let mut names = path.split('/').skip(1).peekable();
    while let Some(name) = names.next() {
        match name {
            "." | ".." => {
                if name == ".." {
                    parts.pop();
                }
                if names.peek().is_none() {
                    parts.push("");
                }
            }
            _ => parts.push(name),
        }
    }
    format!("/{}{query}", parts.join("/"))
}

/// Encodes what cannot stand in a request line.
fn encode_unsafe(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() { out.push(byte.into()) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Undoes percent-encoding.
pub fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes.get(at + 1..at + 3).filter(|hex| bytes[at] == b'%' && hex.iter().all(u8::is_ascii_hexdigit));
        match hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let url = Url::parse("http://me:pw@Example.com:8080/a/b?q=1#f").unwrap();
        assert_eq!(url.user.as_deref(), Some("me:pw"));
        assert_eq!((url.host.as_str(), url.port, url.target.as_str()), ("example.com", 8080, "/a/b?q=1"));
        assert_eq!(Url::parse("localhost:80?x").unwrap().to_string(), "http://localhost/?x");
        assert_eq!(Url::parse("http://[::1]:9/").unwrap().authority(), "[::1]:9");
        assert_eq!(Url::parse("ftp://a/"), Err(Wrong::Scheme("ftp".into())));
        for text in ["", "http://", "http://a:b/", "http://a b/", "http://a:99999", "http://[::1/"] {
            assert_eq!(Url::parse(text), Err(Wrong::Form), "{text}");
        }
    }

    #[test]
    fn locations() {
        let url = Url::parse("http://a:1/b/c?q").unwrap();
        for (location, joined) in [
            ("d", "http://a:1/b/d"),
            ("/d", "http://a:1/d"),
            ("../d/./e", "http://a:1/d/e"),
            ("../../..", "http://a:1/"),
            ("?x", "http://a:1/b/c?x"),
            ("//h/p", "http://h/p"),
            ("http://h:2/p#f", "http://h:2/p"),
        ] {
            assert_eq!(url.join(location).unwrap().to_string(), joined, "{location}");
        }
    }

    #[test]
    fn percent() {
        assert_eq!(encode(b"a b&\xff"), "a%20b%26%FF");
        assert_eq!(decode("a%20b%zz%4"), b"a b%zz%4");
    }
}

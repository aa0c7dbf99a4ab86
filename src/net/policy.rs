//! What an embedder lets out of a sandbox.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::address::{Block, is_own, is_public};
use super::http::{HttpHeader, HttpRule, Scheme};
use crate::error::Error;

/// What carries the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// A connection.
    #[default]
    Tcp,
    /// Datagrams.
    Udp,
}

impl std::fmt::Display for Protocol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        })
    }
}

/// Something that a sandbox may reach. As text: `HOST`, `HOST:PORT`, either with `/udp` behind it, or a URL.
///
/// - A name (`example.com`) or names below one (`*.example.com`, which is not `example.com` itself). They lead to
///   public addresses only: a name that resolves to the host, or into a private network, is not followed there.
/// - `*`: every public address, and every name.
/// - An address or a block of them (`192.168.1.7`, `10.0.0.0/8`, `[fd00::]/8`): what it says, private networks
///   included. The host's loopback needs a rule of its own, such as `127.0.0.1:5432`, and a port on which no process
///   of the sandbox listens.
/// - A URL (`https://api.example.com/v1/`), with methods before it (`GET,HEAD https://api.example.com/v1/`): requests
///   for what is below it. The kernel speaks TLS and HTTP/1.1 there, judges each request, and adds the rule's headers
///   (see [`NetworkRule::header`]). The server's certificate must be valid, whatever the command says. Where another
///   rule allows the same host and port as such, requests that no URL allows go through as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkRule {
    /// The name, address or block.
    pub host: String,
    /// The port; every one if absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// The protocol.
    #[serde(default)]
    pub protocol: Protocol,
    /// What may be asked over HTTP, if the rule is about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRule>,
}

impl NetworkRule {
    /// Has the kernel add a header to the requests that the rule allows, out of the sandbox's sight: a credential. The
    /// first rule that allows a request decides. A server that sends back what it was sent gives it away.
    ///
    /// # Errors
    /// `Configuration` when the rule is not about a URL, or the header is none that can be added.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        match &mut self.http {
            Some(http) => http.headers.push(HttpHeader { name: name.into(), value: value.into() }),
            None => return Err(Error::Configuration(format!("network rule '{self}': only a URL has headers"))),
        }
        Compiled::new(&self)?;
        Ok(self)
    }

    /// Reads `[METHODS ]SCHEME://HOST[:PORT][/PATH]`.
    fn parse_url(text: &str) -> Option<NetworkRule> {
        let (methods, url) = text.rsplit_once(' ').unwrap_or(("", text));
        let (scheme, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (Scheme::Https, rest),
            (_, Some(rest)) => (Scheme::Http, rest),
            _ => return None,
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = split_port(authority);
        let port = port.map_or(Some(scheme.port()), |port| port.parse().ok().filter(|&port| port != 0))?;
        let methods = methods.split(',').map(str::trim).filter(|method| !method.is_empty()).map(str::to_owned);
        let path = if path.is_empty() { "/" } else { path }.to_owned();
        let http = HttpRule { scheme, path, methods: methods.collect(), headers: Vec::new() };
        Some(NetworkRule { host, port: Some(port), protocol: Protocol::Tcp, http: Some(http) })
    }
}

/// `HOST[:PORT]`, with brackets where the host has colons: `[ADDRESS]:PORT`, `[ADDRESS]/PREFIX:PORT`.
fn split_port(text: &str) -> (String, Option<&str>) {
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => match rest.split_once(':') {
            Some((prefix, port)) => (format!("{address}{prefix}"), Some(port)),
            None => (format!("{address}{rest}"), None),
        },
        None => match text.split_once(':') {
            // More than one colon: an address without a port.
            Some((_, more)) if more.contains(':') => (text.to_owned(), None),
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (text.to_owned(), None),
        },
    }
}

impl FromStr for NetworkRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong =
            || Error::Configuration(format!("network rule '{text}': expected HOST, HOST:PORT, HOST:PORT/udp or a URL"));
        if text.contains("://") {
            let rule = NetworkRule::parse_url(text).ok_or_else(wrong)?;
            Compiled::new(&rule)?;
            return Ok(rule);
        }
        let (rest, protocol) = match (text.strip_suffix("/udp"), text.strip_suffix("/tcp")) {
            (Some(rest), _) => (rest, Protocol::Udp),
            (_, Some(rest)) => (rest, Protocol::Tcp),
            _ => (text, Protocol::Tcp),
        };
        let (host, port) = split_port(rest);
        let port = match port {
            None | Some("*") => None,
            Some(port) => Some(port.parse().ok().filter(|&port| port != 0).ok_or_else(wrong)?),
        };
        let rule = NetworkRule { host, port, protocol, http: None };
        Compiled::new(&rule)?;
        Ok(rule)
    }
}

impl std::fmt::Display for NetworkRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(http) = &self.http {
            if !http.methods.is_empty() {
                write!(f, "{} ", http.methods.join(","))?;
            }
            write!(f, "{}://", http.scheme)?;
        }
        match self.host.split_once('/') {
            _ if !self.host.contains(':') => f.write_str(&self.host)?,
            Some((address, prefix)) => write!(f, "[{address}]/{prefix}")?,
            None => write!(f, "[{}]", self.host)?,
        }
        let usual = self.http.as_ref().map(|http| http.scheme.port());
        if let Some(port) = self.port.filter(|&port| Some(port) != usual) {
            write!(f, ":{port}")?;
        }
        if let Some(http) = &self.http {
            return f.write_str(&http.path);
        }
        if self.protocol == Protocol::Udp { f.write_str("/udp") } else { Ok(()) }
    }
}

/// What may leave a sandbox: nothing, unless a rule allows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NetworkPolicy {
    /// What may be reached; names in these rules may be looked up.
    pub allow: Vec<NetworkRule>,
    /// Connections (and UDP sockets) that lead out, at one time.
    pub connections: u32,
    /// Bytes that may leave and enter in the sandbox's life; no limit if absent.
    pub bytes: Option<u64>,
    /// Certificates of authorities that are trusted for TLS, in PEM.
    pub certificates: Vec<String>,
    /// Whether the authorities that the host trusts are trusted for TLS, too.
    pub host_certificates: bool,
}

impl Default for NetworkPolicy {
    fn default() -> Self {
        NetworkPolicy {
            allow: Vec::new(),
            connections: 256,
            bytes: None,
            certificates: Vec::new(),
            host_certificates: true,
        }
    }
}

impl NetworkPolicy {
    /// Allows one more thing, such as `example.com:443`; see [`NetworkRule`].
    ///
    /// # Errors
    /// `Configuration` when the text is no rule.
    pub fn allow(mut self, rule: &str) -> Result<Self, Error> {
        self.allow.push(rule.parse()?);
        Ok(self)
    }

    /// Allows one more thing.
    #[must_use]
    pub fn allow_rule(mut self, rule: NetworkRule) -> Self {
        self.allow.push(rule);
        self
    }

    /// Sets how many connections may lead out at one time.
    #[must_use]
    pub fn connections(mut self, connections: u32) -> Self {
        self.connections = connections;
        self
    }

    /// Sets how many bytes may leave and enter.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = Some(bytes);
        self
    }

    /// Trusts one more authority, or several, for TLS: certificates in PEM.
    #[must_use]
    pub fn certificates(mut self, pem: &str) -> Self {
        self.certificates.push(pem.to_owned());
        self
    }

    /// Sets whether the authorities that the host trusts are trusted, too.
    #[must_use]
    pub fn host_certificates(mut self, trusted: bool) -> Self {
        self.host_certificates = trusted;
        self
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Host {
    Any,
    Name(String),
    /// With the leading dot.
    Below(String),
    Block(Block),
}

/// A rule as it is asked.
#[derive(Debug)]
pub(super) struct Compiled {
    host: Host,
    port: Option<u16>,
    protocol: Protocol,
    text: String,
    http: Option<HttpRule>,
}

impl Compiled {
    pub(super) fn new(rule: &NetworkRule) -> Result<Compiled, Error> {
        let wrong = |why: &str| Error::Configuration(format!("network rule '{rule}': {why}"));
        let host = if rule.host == "*" {
            Host::Any
        } else if let Some(block) = Block::parse(&rule.host) {
            Host::Block(block.map_err(|why| wrong(&why))?)
        } else if let Some(below) = rule.host.strip_prefix("*.") {
            Host::Below(format!(".{}", name(below).ok_or_else(|| wrong("this is no host name"))?))
        } else {
            Host::Name(name(&rule.host).ok_or_else(|| wrong("this is no host name, address or block"))?)
        };
        if let Some(http) = &rule.http {
            if let Some(why) = http.fault() {
                return Err(wrong(&why));
            }
            let one = matches!(&host, Host::Block(block) if !block.is_single());
            if one || rule.port.is_none() || rule.protocol == Protocol::Udp {
                return Err(wrong("a URL has one host, one port, and TCP"));
            }
            if host == Host::Any && !http.headers.is_empty() {
                return Err(wrong("headers for every host would go to any"));
            }
        }
        let (port, protocol, text) = (rule.port, rule.protocol, rule.to_string());
        Ok(Compiled { host, port, protocol, text, http: rule.http.clone() })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What it says about HTTP, if it is about that.
    pub(super) fn http(&self) -> Option<&HttpRule> {
        self.http.as_ref()
    }

    /// Whether the name may be looked up.
    pub(super) fn names(&self, name: &str) -> bool {
        match &self.host {
            Host::Any => true,
            Host::Name(own) => own == name,
            Host::Below(suffix) => name.len() > suffix.len() && name.ends_with(suffix),
            Host::Block(_) => false,
        }
    }

    /// Whether the address is allowed as such, with any port.
    pub(super) fn covers(&self, ip: IpAddr) -> bool {
        match self.host {
            Host::Block(block) => block.contains(ip) && (block.is_loopback() || !is_own(ip)),
            Host::Any => is_public(ip),
            Host::Name(_) | Host::Below(_) => false,
        }
    }

    /// Whether the address may be reached; `looked_up` are the names that led to it. A name alone leads to public
    /// addresses only, whatever its lookup said.
    pub(super) fn allows<'a>(
        &self,
        protocol: Protocol,
        address: SocketAddr,
        mut looked_up: impl Iterator<Item = &'a str>,
    ) -> bool {
        self.protocol == protocol
            && self.port.is_none_or(|port| port == address.port())
            && (self.covers(address.ip()) || is_public(address.ip()) && looked_up.any(|name| self.names(name)))
    }
}

/// A host name in the form that is compared: lower case, without a dot at the end. `None` when it is none.
pub(super) fn name(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    (text.len() <= 253 && text.split('.').all(label)).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Compiled {
        Compiled::new(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn rules_as_text() {
        for text in [
            "example.com",
            "*.example.com:443",
            "10.0.0.0/8:53/udp",
            "[fd00::]/8:80",
            "[::1]:80",
            "*",
            "127.0.0.1:5432",
            "https://example.com/",
            "GET,HEAD https://*.example.com:8443/v1/",
            "http://[::1]:8080/a",
        ] {
            assert_eq!(text.parse::<NetworkRule>().unwrap().to_string(), text);
        }
        assert_eq!("https://a".parse::<NetworkRule>().unwrap().to_string(), "https://a/");
        assert_eq!("fd00::1".parse::<NetworkRule>().unwrap().to_string(), "[fd00::1]");
        for text in ["", ":80", "a:0", "a:99999", "a:b", "10.0.0.0/99", "a b", "ftp://a", "*.", "*a.com"] {
            assert!(text.parse::<NetworkRule>().is_err(), "{text}");
        }
        for text in [
            "https://",
            "https:///a",
            "https://a:0/",
            "https://a/../b",
            "https://a/?q",
            "TRACE https://a/",
            "https://me@a/",
            "GETs, https://a/ x",
        ] {
            assert!(text.parse::<NetworkRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn names_are_compared_whole() {
        assert!(rule("Example.com").names("example.com"));
        assert!(!rule("example.com").names("evil-example.com"));
        assert!(!rule("example.com").names("a.example.com"));
        assert!(rule("*.example.com").names("a.b.example.com"));
        assert!(!rule("*.example.com").names("example.com"));
        assert!(!rule("*.example.com").names("evilexample.com"));
    }

    #[test]
    fn a_rule_allows_what_it_says_and_no_more() {
        let allows = |text: &str, protocol, address: &str, names: &[&str]| {
            rule(text).allows(protocol, address.parse().unwrap(), names.iter().copied())
        };
        assert!(allows("1.1.1.1:53", Protocol::Tcp, "1.1.1.1:53", &[]));
        assert!(!allows("1.1.1.1:53", Protocol::Udp, "1.1.1.1:53", &[]));
        assert!(!allows("1.1.1.1:53", Protocol::Tcp, "1.1.1.1:54", &[]));
        assert!(allows("*", Protocol::Tcp, "1.1.1.1:1", &[]));
        assert!(!allows("*", Protocol::Tcp, "10.0.0.1:1", &[]));
        assert!(!allows("0.0.0.0/0", Protocol::Tcp, "127.0.0.1:1", &[]));
        assert!(allows("0.0.0.0/0", Protocol::Tcp, "10.0.0.1:1", &[]));
        assert!(allows("127.0.0.1:1", Protocol::Tcp, "127.0.0.1:1", &[]));
        assert!(allows("example.com:443", Protocol::Tcp, "93.184.216.34:443", &["example.com"]));
        assert!(!allows("example.com:443", Protocol::Tcp, "93.184.216.34:443", &["other.com"]));
        assert!(!allows("example.com:443", Protocol::Tcp, "93.184.216.34:443", &[]));
        assert!(!allows("example.com:443", Protocol::Tcp, "10.0.0.1:443", &["example.com"]));
    }
}

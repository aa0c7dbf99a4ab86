//! What a rule of HTTP allows, and which paths say clearly what they mean.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::head::is_token;

/// How HTTP is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS, which the kernel speaks.
    Https,
}

impl Scheme {
    /// The port if none is named.
    pub(in crate::net) fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        })
    }
}

/// What may be asked of a server of HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRule {
    /// How it is carried.
    pub scheme: Scheme,
    /// What the paths of URLs start with, in whole segments: `/v1` is `/v1` and what is below `/v1/`, and not `/v10`.
    pub path: String,
    /// The methods; every one but CONNECT and TRACE if it is empty.
    #[serde(default)]
    pub methods: Vec<String>,
    /// Headers that requests get on their way out. Those of the same names that the command sent are removed.
    #[serde(default)]
    pub headers: Vec<HttpHeader>,
}

/// A header that the sandbox does not see: a credential, say.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpHeader {
    /// Its name.
    pub name: String,
    /// Its value. It is not shown in messages and logs.
    pub value: String,
}

impl fmt::Debug for HttpHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpHeader").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Headers that say where a message ends and who it is for: never a rule's to set.
const FRAMING: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Methods that no rule allows: one opens a tunnel, the others send back what was added to the request.
pub(super) const REFUSED_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

impl HttpRule {
    /// Why it is none.
    pub(in crate::net) fn fault(&self) -> Option<String> {
        let unknown = |method: &&String| !is_token(method) || REFUSED_METHODS.contains(&method.as_str());
        if let Some(method) = self.methods.iter().find(unknown) {
            return Some(format!("the method '{method}' cannot be allowed"));
        }
        if self.path.contains('?') {
            return Some("a path without a query is expected".into());
        }
        if let Some(why) = ambiguity(&self.path) {
            return Some(format!("the path {why}"));
        }
        let text = |value: &str| value.bytes().all(|b| b == b'\t' || (b' '..0x7f).contains(&b));
        let wrong = |header: &&HttpHeader| {
            !is_token(&header.name) || is_framing(&header.name) || !text(&header.value) || header.value.is_empty()
        };
        self.headers.iter().find(wrong).map(|header| format!("the header '{}' cannot be added", header.name))
    }

    /// Whether the rule is about that method and path. The path must have been found without `ambiguity`.
    pub(super) fn allows(&self, method: &str, path: &str) -> bool {
        let below = |rest: &str| rest.is_empty() || self.path.ends_with('/') || rest.starts_with('/');
        (self.methods.is_empty() || self.methods.iter().any(|own| own == method))
            && path.strip_prefix(&*self.path).is_some_and(below)
    }

    /// Whether a header of that name is one that the rule sets. Servers of the CGI tradition take `_` for `-`.
    pub(super) fn sets(&self, name: &str) -> bool {
        self.headers.iter().any(|header| same_name(&header.name, name))
    }
}

/// Whether a header says where a message ends, and the like.
pub(super) fn is_framing(name: &str) -> bool {
    FRAMING.iter().any(|own| same_name(own, name))
}

/// Whether a server may take them for the same header.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    let plain = |b: u8| if b == b'_' { b'-' } else { b.to_ascii_lowercase() };
    a.len() == b.len() && a.bytes().map(plain).eq(b.bytes().map(plain))
}

/// How often a server could decode a path.
const DECODINGS: usize = 4;

/// Why a path may lead a server elsewhere than it says.
pub(super) fn ambiguity(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("does not start with /");
    }
    if !path.bytes().all(|b| b.is_ascii_graphic()) || path.contains('#') {
        return Some("has characters that cannot stand in one");
    }
    if path.contains("//") {
        return Some("has an empty segment");
    }
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..DECODINGS {
        if bytes.iter().any(|&b| b == b'\\' || b < b' ' || b == 0x7f || b == 0xc0 || b == 0xc1) {
            return Some("has a backslash or control characters, or hides some");
        }
        // What is behind a semicolon is cut off by some servers, and spaces and dots at the end by others.
        let segments = bytes.split(|&b| b == b'/').map(|segment| segment.split(|&b| b == b';').next());
        let dots = |segment: &[u8]| segment.contains(&b'.') && segment.iter().all(|&b| b == b'.' || b == b' ');
        if segments.flatten().any(dots) {
            return Some("has a segment of dots");
        }
        let decoded = match decode(&bytes) {
            Some(decoded) => decoded,
            // Only in what was sent: later, a percent sign may be one.
            None if bytes == path.as_bytes() => return Some("has a percent sign without its digits"),
            None => return None,
        };
        if decoded == bytes {
            return None;
        }
        bytes = decoded;
    }
    Some("is encoded again and again")
}

/// Undoes percent-encoding; `None` when it is none.
fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    let digit = |b: Option<&u8>| b.and_then(|&b| char::from(b).to_digit(16));
    while let Some(&b) = rest.next() {
        out.push(match b {
            b'%' => u8::try_from(digit(rest.next())? * 16 + digit(rest.next())?).ok()?,
            b => b,
        });
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_say_what_they_mean() {
        for path in [
            "/",
            "/v1/",
            "/v1/a.b/c",
            "/@scope%2fname",
            "/a;b=c/d",
            "/%20",
            "/a%25b",
            "/.well-known/x",
            "/a..b",
            "/%E4%B8%AD",
        ] {
            assert_eq!(ambiguity(path), None, "{path}");
        }
        for path in [
            "",
            "v1",
            "*",
            "http://a/",
            "//a",
            "/a//b",
            "/.",
            "/..",
            "/a/../b",
            "/a/./b",
            "/a/..",
            "/%2e%2e/",
            "/.%2E/x",
            "/%2e",
            "/a/%2e%2e%2fb",
            "/a%2f..%2fb",
            "/a%5c..%5cb",
            "/a\\b",
            "/%252e%252e/",
            "/%25252e%25252e/",
            "/..;/b",
            "/..;x=y/b",
            "/..%3b/b",
            "/%00",
            "/a%0d%0a",
            "/%zz",
            "/%",
            "/%2",
            "/...",
            "/..%20/b",
            "/a b",
            "/a#b",
            "/%c0%ae%c0%ae/",
            "/%2525252525252e",
            "/ä",
        ] {
            assert!(ambiguity(path).is_some(), "{path}");
        }
    }

    fn rule(methods: &[&str], path: &str) -> HttpRule {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        HttpRule { scheme: Scheme::Https, path: path.into(), methods, headers: Vec::new() }
    }

    #[test]
    fn a_path_is_a_prefix_of_whole_segments() {
        for (own, path, allowed) in [
            ("/", "/", true),
            ("/", "/a/b", true),
            ("/v1", "/v1", true),
            ("/v1", "/v1/", true),
            ("/v1", "/v1/x", true),
            ("/v1", "/v10", false),
            ("/v1", "/v1%2fx", false),
            ("/v1/", "/v1", false),
            ("/v1/", "/v1/x", true),
            ("/v1/", "/V1/x", false),
            ("/v1/", "/%76%31/x", false),
            ("/v1/", "/x/v1/", false),
        ] {
            assert_eq!(rule(&[], own).allows("GET", path), allowed, "{own} {path}");
        }
        assert!(rule(&["GET", "HEAD"], "/").allows("HEAD", "/"));
        assert!(!rule(&["GET", "HEAD"], "/").allows("POST", "/"));
        assert!(!rule(&["GET"], "/").allows("get", "/"));
    }

    #[test]
    fn rules_that_are_none() {
        for path in ["", "/a/../b", "/a?b", "/a#b", "x"] {
            assert!(rule(&[], path).fault().is_some(), "{path}");
        }
        for method in ["", "G T", "CONNECT", "TRACE"] {
            assert!(rule(&[method], "/").fault().is_some(), "{method}");
        }
        for (name, value) in [("Host", "x"), ("content_length", "1"), ("A B", "x"), ("A", "x\r\nB: y"), ("A", "")] {
            let header = HttpHeader { name: name.into(), value: value.into() };
            let rule = HttpRule { headers: vec![header], ..rule(&[], "/") };
            assert!(rule.fault().is_some(), "{name}");
        }
    }

    #[test]
    fn a_credential_is_not_shown() {
        let header = HttpHeader { name: "Authorization".into(), value: "Bearer hidden".into() };
        let rule = HttpRule { headers: vec![header], ..rule(&[], "/") };
        assert!(!format!("{rule:?}").contains("hidden"));
        assert_eq!(rule.fault(), None);
    }
}

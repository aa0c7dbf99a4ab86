//! Cookies: those that are sent, and the file they are kept in.

use crate::http::Head;
use crate::url::Url;
use agentfense_support::read;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Cookie {
    domain: String,
    /// Hosts below the domain have it, too.
    below: bool,
    path: String,
    secure: bool,
    expires: String,
    name: String,
    value: String,
}

/// The cookies of a run.
#[derive(Debug, Default)]
pub struct Cookies {
    /// Sent with every request, as given.
    fixed: Vec<String>,
    jar: Vec<Cookie>,
}

impl Cookies {
    /// What `-b` gives: `NAME=VALUE; ...`, or a file.
    pub fn new(given: &[Vec<u8>]) -> Cookies {
        let mut cookies = Cookies::default();
        for value in given {
            if value.contains(&b'=') {
                cookies.fixed.push(String::from_utf8_lossy(value).into_owned());
            } else if let Ok(file) = read::whole(value) {
                // A file that is not there only turns the jar on.
                cookies.jar.extend(String::from_utf8_lossy(&file).lines().filter_map(from_line));
            }
        }
        cookies
    }

    /// The header for a request.
    pub fn header(&self, url: &Url) -> Option<String> {
        let path = url.target.split('?').next().unwrap_or_default();
        let sent = self.jar.iter().filter(|cookie| {
            let host = url.host == cookie.domain
                || cookie.below && url.host.strip_suffix(&cookie.domain).is_some_and(|rest| rest.ends_with('.'));
            let below = path.strip_prefix(cookie.path.as_str());
            let path = below.is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'));
            host && path && (!cookie.secure || url.scheme == "https")
        });
        let mut pairs: Vec<String> = sent.map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.extend(self.fixed.iter().cloned());
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Takes what a response sets.
    pub fn take(&mut self, url: &Url, head: &Head) {
        for (_, line) in head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let mut parts = line.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            let directory = url.target.split('?').next().and_then(|path| path.rfind('/').map(|at| &path[..at]));
            let mut cookie = Cookie {
                domain: url.host.clone(),
                below: false,
                path: directory.filter(|path| !path.is_empty()).unwrap_or("/").to_owned(),
                secure: false,
                expires: "0".into(),
                name: name.trim().to_owned(),
                value: value.trim().to_owned(),
            };
            let mut gone = false;
            for part in parts {
                let (key, value) = part.split_once('=').unwrap_or((part, ""));
                match key.trim().to_ascii_lowercase().as_str() {
                    "domain" => {
                        let domain = value.trim().trim_start_matches('.').to_ascii_lowercase();
                        let own = url.host == domain || url.host.ends_with(&format!(".{domain}"));
                        // A domain that is not the server's own, or a whole top level, is not for it to set.
                        if own && domain.contains('.') {
                            (cookie.domain, cookie.below) = (domain, true);
                        }
                    }
                    "path" if value.starts_with('/') => cookie.path = value.trim().to_owned(),
                    "secure" => cookie.secure = true,
                    "max-age" => gone = value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                    _ => {}
                }
            }
            self.jar.retain(|old| (&old.domain, &old.path, &old.name) != (&cookie.domain, &cookie.path, &cookie.name));
            if !gone {
                self.jar.push(cookie);
            }
        }
    }

    /// The jar as a file of Netscape's form.
    pub fn file(&self) -> String {
        let flag = |is: bool| if is { "TRUE" } else { "FALSE" };
        let mut out = String::from("# Netscape HTTP Cookie File\n\n");
        for c in &self.jar {
            let dot = if c.below { "." } else { "" };
            let (below, secure) = (flag(c.below), flag(c.secure));
            out.push_str(&format!(
                "{dot}{}\t{below}\t{}\t{secure}\t{}\t{}\t{}\n",
                c.domain, c.path, c.expires, c.name, c.value
            ));
        }
        out
    }
}

fn from_line(line: &str) -> Option<Cookie> {
    let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
    if line.starts_with('#') {
        return None;
    }
    let fields: Vec<&str> = line.split('\t').collect();
    let &[domain, below, path, secure, expires, name, value] = fields.as_slice() else { return None };
    Some(Cookie {
        domain: domain.trim_start_matches('.').to_owned(),
        below: below == "TRUE",
        path: path.to_owned(),
        secure: secure == "TRUE",
        expires: expires.to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_back_to_where_it_came_from() {
        let url = Url::parse("http://a.example.com/x/y").unwrap();
        let head = Head {
            headers: vec![
                ("Set-Cookie".into(), "s=1; Path=/; HttpOnly".into()),
                ("set-cookie".into(), "d=2; Domain=example.com; Path=/x".into()),
                ("set-cookie".into(), "e=3; Domain=evil.com".into()),
            ],
            ..Head::default()
        };
        let mut cookies = Cookies::default();
        cookies.take(&url, &head);
        let sent = |text: &str| cookies.header(&Url::parse(text).unwrap());
        assert_eq!(sent("http://a.example.com/x/z").as_deref(), Some("s=1; d=2; e=3"));
        assert_eq!(sent("http://b.example.com/x").as_deref(), Some("d=2"));
        assert_eq!(sent("http://b.example.com/xy"), None);
        assert_eq!(sent("http://evil.com/"), None);
        let again: Vec<_> = cookies.file().lines().filter_map(from_line).collect();
        assert_eq!(again, cookies.jar);
    }
}

//! The filter between two ends: what a guest sends, and what a server sees of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, DuplexStream};

use super::*;
use crate::net::egress::{Egress, EgressLog, Verdict};
use crate::net::{NetworkPolicy, NetworkRule, Protocol, User};

const ADDRESS: Ipv4Addr = Ipv4Addr::new(93, 184, 216, 34);
const RULES: [&str; 2] = ["GET,POST https://api.test/v1/", "https://other.test/"];
const GET: &str = "GET /v1/a HTTP/1.1\r\nHost: api.test\r\n\r\n";

/// A filter at work.
struct Rig {
    guest: Connection,
    server: DuplexStream,
    log: Arc<Mutex<Vec<Verdict>>>,
    task: tokio::task::JoinHandle<()>,
}

/// With the rules, for an address that the names were found to have.
fn rig(rules: &[&str], names: &[&str], scheme: Scheme, server: Option<&str>) -> Rig {
    let mut policy = NetworkPolicy::default();
    for rule in rules {
        let rule: NetworkRule = rule.parse().unwrap();
        let judges = rule.http.is_some();
        policy = policy.allow_rule(if judges { rule.header("X-Key", "kernel").unwrap() } else { rule });
    }
    let log = Arc::new(Mutex::new(Vec::new()));
    let events = log.clone();
    let tell = EgressLog(Arc::new(move |event| events.lock().unwrap().push(event.verdict.clone())));
    let egress = Arc::new(Egress::new(&policy, Some(tell)).unwrap());
    let user = User { pid: 1, program: "test".into() };
    for name in names {
        egress.vet(&user, name, vec![IpAddr::from(ADDRESS)]);
    }
    let to = SocketAddr::from((ADDRESS, scheme.port()));
    let flow = egress.begin(Protocol::Tcp, to, user).unwrap();
    let (guest, ours) = Connection::pair(SocketAddr::from(([10, 0, 2, 15], 1)), to, None, None);
    let (stream, server_end) = tokio::io::duplex(1 << 16);
    let server = server.map(str::to_owned);
    let task = tokio::spawn(async move {
        Filter { flow: &flow, scheme, server }.carry(stream, &ours).await;
    });
    Rig { guest, server: server_end, log, task }
}

fn api() -> Rig {
    rig(&RULES, &["api.test"], Scheme::Https, Some("api.test"))
}

impl Rig {
    async fn send(&self, data: &[u8]) {
        // The filter may have had enough.
        let _ = Guest(&self.guest).write(Bytes::copy_from_slice(data)).await;
    }

    /// Answers requests with `answer` until the filter is done; what the server saw, and the guest.
    async fn serve(self, answer: &'static str) -> (String, String) {
        let mut seen = Vec::new();
        let Rig { guest, mut server, task, .. } = self;
        let serving = tokio::spawn(async move {
            let mut buffer = [0; 4096];
            let mut answered = 0;
            while let Ok(n @ 1..) = server.read(&mut buffer).await {
                seen.extend_from_slice(&buffer[..n]);
                let whole = read_by_another(&String::from_utf8_lossy(&seen)).len();
                while answered < whole && server.write_all(answer.as_bytes()).await.is_ok() {
                    answered += 1;
                }
            }
            String::from_utf8_lossy(&seen).into_owned()
        });
        let received = received(&guest).await;
        task.await.unwrap();
        (serving.await.unwrap(), received)
    }
}

/// What a guest receives until the end.
async fn received(guest: &Connection) -> String {
    let mut all = Vec::new();
    while let Ok(data @ [_, ..]) = Guest(guest).more().await.as_deref() {
        all.extend_from_slice(data);
    }
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn a_request_goes_out_with_what_the_rule_adds() {
    let rig = api();
    let log = rig.log.clone();
    rig.send(b"GET /v1/a?q HTTP/1.1\r\nHost: api.test\r\nx_key: guest\r\nX-Key: guest\r\n\r\n").await;
    rig.send(b"GET /v1/b HTTP/1.1\r\nHost: api.test\r\nConnection: close\r\n\r\n").await;
    let (seen, received) = rig.serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    assert_eq!(
        seen,
        "GET /v1/a?q HTTP/1.1\r\nHost: api.test\r\nX-Key: kernel\r\n\r\n\
         GET /v1/b HTTP/1.1\r\nHost: api.test\r\nX-Key: kernel\r\nConnection: close\r\n\r\n"
    );
    assert_eq!(received, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".repeat(2));
    let log = log.lock().unwrap();
    let request = |url: &str| Verdict::Request { method: "GET".into(), url: url.into(), status: 200 };
    assert!(log.contains(&request("https://api.test/v1/a?q")) && log.contains(&request("https://api.test/v1/b")));
    assert!(!format!("{log:?}").contains("kernel"));
}

#[tokio::test]
async fn what_no_rule_allows_never_reaches_the_server() {
    for (request, status) in [
        ("DELETE /v1/a HTTP/1.1\r\nHost: api.test\r\n\r\n", 403),
        ("GET /v2/ HTTP/1.1\r\nHost: api.test\r\n\r\n", 403),
        ("GET /v1/../v2/ HTTP/1.1\r\nHost: api.test\r\n\r\n", 400),
        ("GET /v1/%2e%2e/v2/ HTTP/1.1\r\nHost: api.test\r\n\r\n", 400),
        ("GET https://api.test/v1/ HTTP/1.1\r\nHost: api.test\r\n\r\n", 400),
        ("TRACE /v1/ HTTP/1.1\r\nHost: api.test\r\n\r\n", 405),
        ("CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n", 405),
        // Another host behind the same address, with and without a rule of its own.
        ("GET /v1/ HTTP/1.1\r\nHost: other.test\r\n\r\n", 421),
        ("GET /v1/ HTTP/1.1\r\nHost: evil.test\r\n\r\n", 421),
        ("GET /v1/ HTTP/1.1\r\nHost: api.test:8443\r\n\r\n", 421),
        ("GET /v1/ HTTP/1.1\r\nHost: api.test.\r\n\r\n", 421),
        ("GET /v1/ HTTP/1.1\r\nHost: api.test\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", 403),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    ] {
        let rig = api();
        let log = rig.log.clone();
        rig.send(request.as_bytes()).await;
        // What follows on the connection is not looked at.
        rig.send(GET.as_bytes()).await;
        rig.guest.shutdown_send();
        let (seen, received) = rig.serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        assert_eq!(seen, "", "{request}");
        assert!(received.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {received}");
        assert!(received.contains("The sandbox's network policy refuses "), "{received}");
        assert!(log.lock().unwrap().iter().any(|verdict| matches!(verdict, Verdict::Denied(_))), "{request}");
    }
}

#[tokio::test]
async fn a_name_must_have_led_to_the_address() {
    // The address is reached because of one name; the other has a rule, and was never found to be there.
    let rig = rig(&["http://a.test/", "http://b.test/"], &["a.test"], Scheme::Http, None);
    rig.send(b"GET / HTTP/1.1\r\nHost: b.test\r\n\r\n").await;
    rig.guest.shutdown_send();
    let (seen, received) = rig.serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(seen, "");
    assert!(received.starts_with("HTTP/1.1 403 "), "{received}");
}

#[tokio::test]
async fn a_rule_that_allows_everything_still_does() {
    let rules = ["http://api.test/v1/", "api.test:80"];
    let rig = rig(&rules, &["api.test"], Scheme::Http, None);
    rig.send(b"GET /v2 HTTP/1.1\r\nHost: api.test\r\n\r\nGET /v1/ HTTP/1.1\r\nHost: api.test\r\n\r\n").await;
    rig.guest.shutdown_send();
    let (seen, _) = rig.serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(
        seen,
        "GET /v2 HTTP/1.1\r\nHost: api.test\r\n\r\nGET /v1/ HTTP/1.1\r\nHost: api.test\r\nX-Key: kernel\r\n\r\n"
    );
}

#[tokio::test]
async fn a_server_cannot_slip_in_a_response() {
    for answer in [
        // One that nobody asked for, behind the first.
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n\r\n\r\n",
        "nonsense\r\n\r\n",
    ] {
        let rig = api();
        rig.send(GET.as_bytes()).await;
        rig.send(GET.as_bytes()).await;
        let (seen, received) = rig.serve(answer).await;
        assert_eq!(seen.matches("GET ").count(), 1, "{answer}");
        assert!(!received.contains("evil") && !received.contains(" 101 "), "{received}");
    }
}

#[tokio::test]
async fn heads_without_end_are_refused() {
    let rig = api();
    rig.send(b"GET /v1/ HTTP/1.1\r\nHost: api.test\r\nX: ").await;
    let guest = &rig.guest;
    let flood = async {
        let chunk = Bytes::from(vec![b'x'; 4096]);
        while Guest(guest).write(chunk.clone()).await.is_ok() {}
    };
    let answer = tokio::select! {
        () = flood => String::new(),
        answer = received(guest) => answer,
    };
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[tokio::test]
async fn bodies_and_interim_responses_pass() {
    let mut rig = api();
    rig.send(b"POST /v1/ HTTP/1.1\r\nHost: api.test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        .await;
    let mut head = vec![0; 4096];
    let n = rig.server.read(&mut head).await.unwrap();
    assert!(head[..n].ends_with(b"Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
    rig.server.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.unwrap();
    assert_eq!(Guest(&rig.guest).more().await.unwrap(), "HTTP/1.1 100 Continue\r\n\r\n");
    rig.send(b"3;e\r\nabc\r\n0\r\nX-Key: trailer\r\n\r\n").await;
    let mut body = [0; 13];
    rig.server.read_exact(&mut body).await.unwrap();
    assert_eq!(&body, b"3\r\nabc\r\n0\r\n\r\n");
    rig.server.write_all(b"HTTP/1.1 200 OK\r\n\r\nuntil the end").await.unwrap();
    drop(rig.server);
    assert_eq!(received(&rig.guest).await, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
    rig.task.await.unwrap();
}

/// Numbers from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    /// Something like a request; most parts are right, so that many pass.
    fn request(&mut self) -> String {
        let odd = |random: &mut Random, usual: &'static str, odd: &[&'static str]| {
            if random.below(8) == 0 { random.of(odd) } else { usual }
        };
        let method = odd(self, "POST", &["GET", "DELETE", "TRACE", "CONNECT", "get", "", "GET /v2/", "PO\tST"]);
        let target = odd(
            self,
            "/v1/x",
            &[
                "/v1/../v2",
                "/v2",
                "//v1/",
                "/v1/%2e%2e/",
                "/v1/..;/",
                "http://evil.test/",
                "*",
                "/v1/x HTTP/1.1\r\nX: y",
                "/v1/\\..",
                "",
            ],
        );
        let version = odd(self, "HTTP/1.1", &["HTTP/1.0", "HTTP/2.0", "http/1.1", "HTTP/1.1 ", ""]);
        let end = odd(self, "\r\n", &["\n", "\r", "\r\r\n", "\r\n\r\n", "\r\n ", "\0"]);
        let host = odd(
            self,
            "Host: api.test\r\n",
            &[
                "Host: evil.test\r\n",
                "",
                "Host: api.test\r\nHost: evil.test\r\n",
                "Host : api.test\r\n",
                "HOST:api.test\r\n",
            ],
        );
        let mut head = format!("{method} {target} {version}{end}{host}");
        for _ in 0..self.below(3) {
            head.push_str(self.of(&[
                "Accept: */*\r\n",
                "X-Key: guest\r\n",
                "x_key: guest\r\n",
                "X-Key : guest\r\n",
                "\tX-Key: guest\r\n",
                "Connection: X-Key\r\n",
                "X: a\nX-Key: guest\r\n",
                "X: a\rX-Key: guest\r\n",
                "Te: x\r\n",
                "X:\r\n",
                "Content_Length: 3\r\n",
                "X-Original-URL: /v2\r\n",
                "Upgrade: h2c\r\n",
                "Expect: 100-continue\r\n",
            ]));
        }
        let hidden = "GET /v2/hidden HTTP/1.1\r\nHost: evil.test\r\n\r\n";
        let body = match self.below(8) {
            0 => "\r\n".to_owned(),
            1 => format!("Content-Length: {}\r\n\r\n{hidden}", hidden.len()),
            2 => format!("Content-Length: {}\r\n\r\n{hidden}", self.below(hidden.len())),
            3 => format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len()),
            4 => format!(
                "Transfer-Encoding: chunked\r\n\r\n{:x}{}\r\n{hidden}\r\n0\r\n{}\r\n",
                hidden.len(),
                self.of(&["", ";x", "\n", " ", "\r"]),
                self.of(&["", "X-Key: t\r\n", "\n"])
            ),
            5 => format!("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
            6 => format!("Content-Length: 0\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len()),
            _ => format!("Transfer-Encoding:{}chunked\r\n\r\n0\r\n\r\n", self.of(&["", " ", "\t", " x, ", "\x0b"])),
        };
        head + &body
    }
}

/// A request that a server saw: its first line, and its headers with their names in lower case.
struct Seen {
    line: String,
    headers: Vec<(String, String)>,
}

/// The whole requests in what a server saw, by a reader of its own that wants every line to be as it should be.
fn read_by_another(mut seen: &str) -> Vec<Seen> {
    let mut requests = Vec::new();
    while !seen.is_empty() {
        let Some((head, rest)) = seen.split_once("\r\n\r\n") else { break };
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned())).unwrap())
            .collect();
        assert!(!head.replace("\r\n", "").contains(['\r', '\n', '\0']), "{head:?}");
        let get = |name: &str| headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        seen = rest;
        let whole = match (get("content-length"), get("transfer-encoding")) {
            (Some(length), None) => match seen.get(length.parse().unwrap()..) {
                Some(rest) => {
                    seen = rest;
                    true
                }
                None => false,
            },
            (None, Some("chunked")) => loop {
                let Some((size, rest)) = seen.split_once("\r\n") else { break false };
                let size = usize::from_str_radix(size, 16).unwrap();
                let Some(rest) = rest.get(size..).and_then(|rest| rest.strip_prefix("\r\n")) else { break false };
                seen = rest;
                if size == 0 {
                    break true;
                }
            },
            (None, None) => true,
            both => panic!("{both:?}"),
        };
        if !whole {
            break;
        }
        requests.push(Seen { line, headers });
    }
    requests
}

#[tokio::test]
async fn nothing_that_was_not_judged_gets_through() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let (mut passed, mut refused) = (0, 0);
    for round in 0..20_000 {
        let text: String = (0..=random.below(3)).map(|_| random.request()).collect();
        let rig = api();
        let log = rig.log.clone();
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(1 + random.below(rest.len()));
            rig.send(now).await;
            rest = later;
            tokio::task::yield_now().await;
        }
        rig.guest.shutdown_send();
        let (seen, _) = rig.serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        for Seen { line, headers } in &read_by_another(&seen) {
            let right = ["GET /v1/x HTTP/1.1", "POST /v1/x HTTP/1.1", "GET /v1/x HTTP/1.0", "POST /v1/x HTTP/1.0"];
            assert!(right.contains(&line.as_str()), "round {round}: {line} of {text:?}");
            let like = |name: &str| {
                headers
                    .iter()
                    .filter(|(own, _)| own.replace('_', "-") == name)
                    .map(|(_, v)| v.as_str())
                    .collect::<Vec<_>>()
            };
            assert_eq!(like("host"), ["api.test"], "round {round}: {text:?}");
            assert_eq!(like("x-key"), ["kernel"], "round {round}: {text:?}");
            assert!(like("content-length").len() + like("transfer-encoding").len() <= 1, "round {round}: {text:?}");
            passed += 1;
        }
        refused += log.lock().unwrap().iter().filter(|verdict| matches!(verdict, Verdict::Denied(_))).count();
    }
    // It is no test if all of it goes one way.
    assert!(passed > 500 && refused > 500, "{passed} passed, {refused} refused");
}

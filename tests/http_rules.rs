//! Rules about URLs: what commands may ask of servers, and what the kernel adds to it.
#![cfg(feature = "tls")]

mod common;
#[path = "common/tls.rs"]
mod server;

use std::sync::{Arc, Mutex};

use agentfense::blocking::{Sandbox, Session};
use agentfense::{EgressEvent, NetworkPolicy, NetworkRule};
use common::{all, bash, out};
use server::{Authority, Server, answer, read_head};

/// A sandbox whose rules about 127.0.0.1 have the header `Authorization: Bearer hidden`, and its log.
struct Rig {
    session: Session,
    sandbox: Sandbox,
    log: Arc<Mutex<Vec<EgressEvent>>>,
}

impl Rig {
    fn new(rules: &[String], authority: Option<&Authority>) -> Rig {
        let mut policy = NetworkPolicy::default();
        for rule in rules {
            let rule: NetworkRule = rule.parse().unwrap();
            let judges = rule.http.is_some();
            policy =
                policy.allow_rule(if judges { rule.header("Authorization", "Bearer hidden").unwrap() } else { rule });
        }
        if let Some(authority) = authority {
            policy = policy.certificates(&authority.pem);
        }
        let log = Arc::new(Mutex::new(Vec::new()));
        let events = log.clone();
        let tell = move |event: &EgressEvent| events.lock().unwrap().push(event.clone());
        let sandbox = Sandbox::new(Sandbox::builder().network(policy).on_egress(tell)).unwrap();
        Rig { session: bash(&sandbox), sandbox, log }
    }

    fn log(&self) -> String {
        let log = self.log.lock().unwrap();
        log.iter().map(|event| format!("{event}\n")).collect()
    }
}

#[test]
fn requests_are_judged_and_get_their_credentials_outside() {
    let authority = Authority::new("trusted");
    let server = Server::tls(authority.server(&["127.0.0.1"], |_| {}), answer);
    let url = format!("https://127.0.0.1:{}", server.port);
    let rig = Rig::new(&[format!("GET,HEAD {url}/v1/")], Some(&authority));
    assert_eq!(out(&rig.session, &format!("curl -sS -H 'Authorization: Bearer guest' {url}/v1/a?b")), "secret");
    assert_eq!(out(&rig.session, &format!("wget -qO- {url}/v1/c")), "secret");
    let heads = server.notes();
    assert_eq!(heads.len(), 2);
    for head in &heads {
        assert_eq!(head.matches("uthorization").count(), 1, "{head}");
        assert!(head.contains("\r\nAuthorization: Bearer hidden\r\n"), "{head}");
    }
    for (command, url) in [
        ("curl -sS -X POST", format!("{url}/v1/a")),
        ("curl -sS -d x=1", format!("{url}/v1/a")),
        ("curl -sS -X TRACE", format!("{url}/v1/a")),
        ("curl -sS", format!("{url}/v2/")),
        ("curl -sS", format!("{url}/v1/../v2/")),
        ("curl -sS", format!("{url}/v1/%2e%2e/v2/")),
        ("curl -sS", format!("{url}/v1//a")),
        ("curl -sS -H 'Host: evil.test'", format!("{url}/v1/a")),
        ("curl -sS -H 'X-HTTP-Method-Override: DELETE'", format!("{url}/v1/a")),
        ("curl -sS -H 'Transfer-Encoding: gzip'", format!("{url}/v1/a")),
        ("curl -sS -H 'Upgrade: websocket'", format!("{url}/v1/a")),
    ] {
        let (stdout, _, status) = all(rig.session.exec(format!("{command} '{url}'")).unwrap());
        assert!(
            stdout.starts_with("The sandbox's network policy refuses ") && status == 0,
            "{command} {url}: {stdout}"
        );
        assert_eq!(rig.session.exec(format!("{command} -f '{url}'")).unwrap().exit_code, Some(22));
    }
    assert_eq!(server.notes().len(), 2);
    let log = rig.log();
    assert!(log.contains(&format!("GET {url}/v1/a?b 200\n")), "{log}");
    assert!(log.contains(&format!("denied: POST {url}/v1/a: no rule allows it\n")), "{log}");
    // Nowhere that the sandbox or its log could see it.
    assert!(!log.contains("hidden") && !format!("{:?}", rig.log.lock().unwrap()).contains("hidden"));
    let everywhere = "env; set; cat /proc/*/environ /proc/*/cmdline /proc/net/*; ss -tanp; grep -r hidden /etc /tmp /proc 2>/dev/null";
    assert!(!rig.session.exec(everywhere).unwrap().stdout_text().contains("Bearer"));
}

#[test]
fn a_rule_about_urls_trusts_whom_the_embedder_trusts() {
    let (authority, attacker) = (Authority::new("trusted"), Authority::new("attacker"));
    let server = Server::tls(attacker.server(&["127.0.0.1"], |_| {}), answer);
    let url = format!("https://127.0.0.1:{}/", server.port);
    let rig = Rig::new(std::slice::from_ref(&url), Some(&authority));
    rig.sandbox.write_file("/workspace/attacker.pem", attacker.pem.as_bytes()).unwrap();
    // Neither by not looking nor by trusting more does a guest get credentials sent to somebody else.
    for (options, status) in [("", 60), ("--cacert attacker.pem", 60), ("-k", 35)] {
        assert_eq!(rig.session.exec(format!("curl -s {options} {url}")).unwrap().exit_code, Some(status), "{options}");
    }
    assert_eq!(server.notes().len(), 0);
}

#[test]
fn nothing_goes_around_the_rule() {
    let authority = Authority::new("trusted");
    let server = Server::tls(authority.server(&["127.0.0.1", "evil.test"], |_| {}), answer);
    let raw = Server::plain(|stream, notes| {
        let mut buffer = [0; 512];
        while let Ok(n @ 1..) = stream.read(&mut buffer) {
            notes.lock().unwrap().push(String::from_utf8_lossy(&buffer[..n]).into_owned());
        }
    });
    let rules = [&server, &raw].map(|server| format!("https://127.0.0.1:{}/", server.port));
    let rig = Rig::new(&rules, Some(&authority));
    // In the clear, or with a TLS of its own.
    for script in [
        format!("echo hello | nc -w 1 127.0.0.1 {}", raw.port),
        format!("(sleep 0.2; echo hello) | nc -w 1 127.0.0.1 {}", raw.port),
        format!("echo hello > /dev/tcp/127.0.0.1/{}", raw.port),
        format!("curl -s -m 2 http://127.0.0.1:{}/", raw.port),
    ] {
        // Whatever its status is.
        rig.session.exec(script).unwrap();
    }
    assert_eq!(raw.notes(), Vec::<String>::new());
    assert!(rig.log().contains("denied: only HTTP over the kernel's TLS is allowed there\n"), "{}", rig.log());
    // Under another name, though the certificate has that, too.
    let port = server.port;
    let script = format!("curl -sS --resolve evil.test:{port}:127.0.0.1 https://evil.test:{port}/");
    let (_, stderr, status) = all(rig.session.exec(script).unwrap());
    assert!(status == 35 && stderr.contains("Permission denied"), "{stderr}");
    assert!(rig.log().contains("no rule allows it; one would be 'https://evil.test/'"), "{}", rig.log());
    assert_eq!(server.notes().len(), 0);
    // Nor to another port.
    assert_eq!(rig.session.exec("curl -s https://127.0.0.1:1/").unwrap().exit_code, Some(7));
}

#[test]
fn http_in_the_clear_is_judged_alike() {
    let server = Server::plain(answer);
    let url = format!("http://127.0.0.1:{}", server.port);
    let rig = Rig::new(&[format!("{url}/v1")], None);
    assert_eq!(out(&rig.session, &format!("curl -sS {url}/v1")), "secret");
    assert!(server.notes()[0].contains("\r\nAuthorization: Bearer hidden\r\n"));
    assert_eq!(rig.session.exec(format!("curl -sf {url}/v10")).unwrap().exit_code, Some(22));
    let script = format!(
        "printf 'GET /v1 HTTP/1.1\\r\\nHost: 127.0.0.1:{0}\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /v2 HTTP/1.1\\r\\nHost: 127.0.0.1:{0}\\r\\n\\r\\n' | nc -w 1 127.0.0.1 {0} | head -n 1",
        server.port
    );
    assert_eq!(out(&rig.session, &script), "HTTP/1.1 400 Bad Request\r\n");
    assert_eq!(server.notes().len(), 1);
}

#[test]
fn a_redirect_is_a_request_of_its_own() {
    let authority = Authority::new("trusted");
    let other = Server::plain(answer);
    let elsewhere = format!("http://127.0.0.1:{}/", other.port);
    let to = elsewhere.clone();
    let server = Server::tls(authority.server(&["127.0.0.1"], |_| {}), move |stream, _| {
        let Some(head) = read_head(stream) else { return };
        let location = if head.starts_with("GET /out ") { to.as_str() } else { "/v2/" };
        let _ = stream.write_all(
            format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        );
        let _ = stream.flush();
    });
    let url = format!("https://127.0.0.1:{}", server.port);
    let rig =
        Rig::new(&[format!("{url}/v1/"), format!("{url}/out"), format!("127.0.0.1:{}", other.port)], Some(&authority));
    assert_eq!(rig.session.exec(format!("curl -sfL {url}/v1/")).unwrap().exit_code, Some(22));
    // Where another rule allows it, it goes, and takes nothing along.
    assert_eq!(out(&rig.session, &format!("curl -sL {url}/out")), "secret");
    assert!(!other.notes()[0].contains("hidden"));
}

#[test]
fn bodies_pass_in_both_directions() {
    let authority = Authority::new("trusted");
    let server = Server::tls(authority.server(&["127.0.0.1"], |_| {}), |stream, notes| {
        let Some(head) = read_head(stream) else { return };
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap().parse().unwrap();
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        notes.lock().unwrap().push(format!("{length} {}", body.iter().all(|&b| b == b'x')));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for _ in 0..500 {
            let _ = stream.write_all(b"1000\r\n").and_then(|()| stream.write_all(&[b'y'; 4096]));
            let _ = stream.write_all(b"\r\n");
        }
        let _ = stream.write_all(b"0\r\n\r\n").and_then(|()| stream.flush());
    });
    let url = format!("https://127.0.0.1:{}/", server.port);
    let rig = Rig::new(std::slice::from_ref(&url), Some(&authority));
    let script = format!(
        "head -c 3000000 /dev/zero | tr '\\0' x > body; curl -sS --data-binary @body {url} | tr -d '\\n' | wc -c"
    );
    assert_eq!(out(&rig.session, &script).trim(), "2048000");
    assert_eq!(server.notes(), ["3000000 true"]);
}

#[test]
fn rules_that_cannot_be_are_refused() {
    let header = |rule: &str, name: &str, value: &str| rule.parse::<NetworkRule>().unwrap().header(name, value);
    assert!(header("https://a.test/", "Authorization", "x").is_ok());
    assert!(header("a.test:443", "Authorization", "x").is_err());
    assert!(header("https://*/", "Authorization", "x").is_err());
    assert!(header("https://a.test/", "Host", "x").is_err());
    assert!(header("https://a.test/", "A", "x\r\nB: y").is_err());
    let rule = header("GET https://a.test/", "Authorization", "hidden").unwrap();
    assert!(!format!("{rule:?} {rule}").contains("hidden"));
}

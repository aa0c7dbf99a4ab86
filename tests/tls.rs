//! TLS that the kernel speaks for commands.
#![cfg(feature = "tls")]

mod common;
#[path = "common/tls.rs"]
mod server;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use agentfense::blocking::Sandbox;
use agentfense::{EgressEvent, NetworkPolicy};
use common::{all, bash, out};
use server::{Authority, Server, answer, read_head};

type Log = Arc<Mutex<Vec<EgressEvent>>>;

fn sandbox(policy: NetworkPolicy) -> (Sandbox, Log) {
    let log = Log::default();
    let events = log.clone();
    let builder = Sandbox::builder().network(policy).on_egress(move |event| events.lock().unwrap().push(event.clone()));
    (Sandbox::new(builder).unwrap(), log)
}

fn policy(port: u16, authorities: &[&Authority]) -> NetworkPolicy {
    let policy = NetworkPolicy::default().allow(&format!("127.0.0.1:{port}")).unwrap();
    authorities.iter().fold(policy, |policy, authority| policy.certificates(&authority.pem))
}

#[test]
fn curl_and_wget_speak_tls_with_whom_the_embedder_trusts() {
    let authority = Authority::new("trusted");
    let server = Server::tls(authority.server(&["127.0.0.1", "api.test"], |_| {}), answer);
    let port = server.port;
    let (sandbox, log) = sandbox(policy(port, &[&authority]));
    let session = bash(&sandbox);
    assert_eq!(out(&session, &format!("curl -sS https://127.0.0.1:{port}/a")), "secret");
    let resolve = format!("--resolve api.test:{port}:127.0.0.1");
    assert_eq!(out(&session, &format!("curl -sS {resolve} https://api.test:{port}/b")), "secret");
    assert_eq!(out(&session, &format!("wget -qO- https://127.0.0.1:{port}/c")), "secret");
    let heads = server.notes();
    assert!(
        heads[0].starts_with("GET /a HTTP/1.1\r\n") && heads[1].contains(&format!("\r\nHost: api.test:{port}\r\n"))
    );
    // What was counted is what went over the wire: more than the plain text.
    let deadline = Instant::now() + Duration::from_secs(5);
    let closed = |log: &Log| log.lock().unwrap().iter().filter(|event| event.to_string().contains("closed")).count();
    while closed(&log) < 3 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(closed(&log), 3);
    let sent = log.lock().unwrap().iter().find_map(|event| match event.verdict {
        agentfense::Verdict::Closed { sent, .. } => Some(sent),
        _ => None,
    });
    assert!(sent.unwrap() > heads[0].len() as u64 + 100, "{sent:?}");
}

#[test]
fn a_certificate_that_is_not_valid_is_refused() {
    let (authority, stranger) = (Authority::new("trusted"), Authority::new("stranger"));
    let expired = |params: &mut rcgen::CertificateParams| params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let early = |params: &mut rcgen::CertificateParams| params.not_before = rcgen::date_time_ymd(2120, 1, 1);
    for (config, why) in [
        (stranger.server(&["127.0.0.1"], |_| {}), "unable to get local issuer certificate"),
        (authority.server(&["127.0.0.1"], expired), "certificate has expired"),
        (authority.server(&["127.0.0.1"], early), "certificate is not yet valid"),
        (
            authority.server(&["127.0.0.2", "x.test"], |_| {}),
            "hostname mismatch, certificate is not valid for '127.0.0.1'",
        ),
    ] {
        let server = Server::tls(config, answer);
        let url = format!("https://127.0.0.1:{}/", server.port);
        let (sandbox, log) = sandbox(policy(server.port, &[&authority]));
        let session = bash(&sandbox);
        let (stdout, stderr, status) = all(session.exec(format!("curl -sS {url}")).unwrap());
        assert_eq!((stdout.as_str(), status), ("", 60));
        assert!(stderr.starts_with(&format!("curl: (60) SSL certificate problem: {why}\n")), "{stderr}");
        let (stdout, stderr, status) = all(session.exec(format!("wget -O- {url}")).unwrap());
        assert_eq!((stdout.as_str(), status), ("", 5));
        assert!(stderr.contains(why), "{stderr}");
        assert_eq!(server.notes().len(), 0);
        let failed = format!("failed: TLS: the certificate is not accepted: {why}");
        assert!(log.lock().unwrap().iter().any(|event| event.to_string().ends_with(&failed)));
        // Who asks for it gets it all the same: these are the guest's own words.
        assert_eq!(out(&session, &format!("curl -sk {url}; wget -qO- --no-check-certificate {url}")), "secretsecret");
    }
}

#[test]
fn a_guest_may_trust_more_for_itself() {
    let stranger = Authority::new("stranger");
    let server = Server::tls(stranger.server(&["127.0.0.1"], |_| {}), answer);
    let url = format!("https://127.0.0.1:{}/", server.port);
    let (sandbox, _) = sandbox(policy(server.port, &[]));
    sandbox.write_file("/workspace/ca.pem", stranger.pem.as_bytes()).unwrap();
    let session = bash(&sandbox);
    assert_eq!(
        out(&session, &format!("curl -s --cacert ca.pem {url}; wget -qO- --ca-certificate=ca.pem {url}")),
        "secretsecret"
    );
    // It holds for that connection only.
    assert_eq!(session.exec(format!("curl -s {url}")).unwrap().exit_code, Some(60));
    assert_eq!(session.exec(format!("curl -s --cacert /dev/null {url}")).unwrap().exit_code, Some(77));
}

#[test]
fn what_is_no_tls_is_told_as_such() {
    let plain = Server::plain(|stream, _| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let silent = Server::plain(|stream, notes| {
        notes.lock().unwrap().push("connected".into());
        // Until the client is gone.
        while stream.read(&mut [0; 512]).is_ok_and(|n| n > 0) {}
        notes.lock().unwrap().push("gone".into());
    });
    let hasty = Server::plain(|stream, _| {
        let _ = stream.write_all(b"220 ready\r\n");
        read_head(stream);
    });
    let policy = [&plain, &silent, &hasty]
        .iter()
        .fold(NetworkPolicy::default(), |policy, server| policy.allow(&format!("127.0.0.1:{}", server.port)).unwrap());
    let (sandbox, _) = sandbox(policy);
    let session = bash(&sandbox);
    let (_, stderr, status) = all(session.exec(format!("curl -sS https://127.0.0.1:{}/", plain.port)).unwrap());
    assert!(status == 35 && stderr.starts_with("curl: (35) TLS connect error: "), "{stderr}");
    let (_, stderr, status) = all(session.exec(format!("curl -sS https://127.0.0.1:{}/", hasty.port)).unwrap());
    assert!(status == 35 && stderr.starts_with("curl: (35) TLS connect error: "), "{stderr}");
    // A server that says nothing: the deadline ends it, and a signal does.
    let started = Instant::now();
    let script = format!(
        "curl -sS -m 0.3 https://127.0.0.1:{0}/; echo $?; timeout 0.3 curl -s https://127.0.0.1:{0}/; echo $?",
        silent.port
    );
    assert_eq!(out(&session, &script), "28\n124\n");
    assert!(started.elapsed() < Duration::from_secs(10));
    let deadline = Instant::now() + Duration::from_secs(5);
    while silent.notes().iter().filter(|note| *note == "gone").count() < 2 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(silent.notes().iter().filter(|note| *note == "gone").count(), 2, "the host's side stays open");
    // A server of the sandbox has the kernel's loopback, which speaks no TLS.
    let script = "nc -l 443 > /dev/null & until ss -tnlH | grep -q :443; do :; done; curl -sS https://localhost/";
    let (_, stderr, status) = all(session.exec(script).unwrap());
    assert_eq!(
        (stderr.as_str(), status),
        ("curl: (35) TLS connect error: only servers outside of the sandbox can be talked to with TLS\n", 35)
    );
}

#[test]
fn a_response_that_is_cut_off_is_no_whole_one() {
    let authority = Authority::new("trusted");
    let server = Server::tls(authority.server(&["127.0.0.1"], |_| {}), |stream, _| {
        read_head(stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nthe first ha").and_then(|()| stream.flush());
        // As an attacker in between would: the TCP connection ends, and TLS has not.
        std::thread::park_timeout(Duration::from_millis(100));
        panic!("cut off");
    });
    let (sandbox, _) = sandbox(policy(server.port, &[&authority]));
    let (stdout, _, status) = all(bash(&sandbox).exec(format!("curl -s https://127.0.0.1:{}/", server.port)).unwrap());
    assert_eq!((stdout.as_str(), status), ("the first ha", 56));
}

#[test]
fn the_policy_of_certificates_is_checked_at_the_start() {
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let builder = Sandbox::builder().network(NetworkPolicy::default().certificates(pem));
        assert!(matches!(Sandbox::new(builder), Err(agentfense::Error::Configuration(_))), "{pem:?}");
    }
}

//! The network of a sandbox: its own loopback, and the way out of it.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[cfg(feature = "compiler")]
use agentfense::Mount;
use agentfense::blocking::Sandbox;
use agentfense::{EgressEvent, NetworkPolicy, Protocol, Verdict};
#[cfg(feature = "compiler")]
use common::{TempDir, over};
use common::{all, bash, out, sandbox, sandbox_with};

/// Waits in a script until somebody listens at a port.
const LISTENING: &str = "listening() { until ss -tuanH | grep -q \":$1 \"; do sleep 0.01; done; }\n";

#[test]
fn processes_talk_over_the_loopback() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let script = format!(
        "{LISTENING} echo reply | nc -l 8080 > got & listening 8080; echo hello | nc localhost 8080; wait; cat got"
    );
    assert_eq!(out(&session, &script), "reply\nhello\n");
    let script = format!("{LISTENING} nc -l ::1 8080 > got & listening 8080; echo six | nc ::1 8080; wait; cat got");
    assert_eq!(out(&session, &script), "six\n");
    let script = format!(
        "{LISTENING} nc -ul 8080 > got & listening 8080; echo datagram | nc -u localhost 8080; until grep . got; do :; done; kill %1"
    );
    assert_eq!(out(&session, &script), "datagram\n");
}

#[test]
#[cfg(feature = "compiler")]
fn programs_of_std_net_find_what_they_expect() {
    let directory = TempDir::new();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/guests/std_net.rs");
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let program = directory.path().join("std_net.wasm");
    let built = std::process::Command::new(rustc)
        .args(["--edition", "2024", "--target", "wasm32-wasip2", "-O", "-o"])
        .arg(&program)
        .arg(source)
        .status()
        .unwrap();
    assert!(built.success());
    let sandbox = over(&directory, Mount::Overlay);
    let (stdout, stderr, status) = all(bash(&sandbox).exec("chmod +x std_net.wasm; ./std_net.wasm").unwrap());
    assert_eq!((stdout.as_str(), status), ("ok\n", 0), "{stderr}");
}

#[test]
fn a_port_has_one_owner_and_is_free_after_it() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let script = format!(
        "{LISTENING} nc -l 80 & listening 80; nc -l 80; nc -l 127.0.0.1 80; kill %1; wait; nc -zv localhost 80; nc -l 80 >x & listening 80; nc -z localhost 80; wait"
    );
    let (_, stderr, status) = all(session.exec(script).unwrap());
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(stderr.matches("nc: Address already in use").count(), 2, "{stderr}");
    assert!(stderr.contains("connect to localhost (127.0.0.1) port 80 (tcp) failed: Connection refused"), "{stderr}");
}

#[test]
fn a_slow_reader_makes_the_writer_wait_and_gets_everything() {
    let sandbox = sandbox();
    let script = format!(
        "{LISTENING} {{ nc -l 9 | {{ sleep 0.3; wc -c; }}; }} & listening 9; head -c 20000000 /dev/zero | nc localhost 9; wait"
    );
    assert_eq!(out(&bash(&sandbox), &script).trim(), "20000000");
}

#[test]
fn sockets_are_limited() {
    let sandbox = sandbox_with(|limits| limits.sockets = 3);
    let session = bash(&sandbox);
    let script = format!(
        "{LISTENING} for port in 1 2 3; do nc -l $port & listening $port; done; nc -l 4; kill %1 %2 %3; wait; nc -zv localhost 1"
    );
    let (_, stderr, _) = all(session.exec(script).unwrap());
    assert!(stderr.contains("nc: Too many open files"), "{stderr}");
    // What ended gave its sockets back.
    assert!(stderr.contains("Connection refused"), "{stderr}");
}

#[test]
fn sandboxes_do_not_see_each_other() {
    let (one, two) = (sandbox(), sandbox());
    out(&bash(&one), &format!("{LISTENING} nc -lk 8080 & listening 8080; nc -z localhost 8080"));
    assert_eq!(all(bash(&two).exec("nc -z localhost 8080; ss -tuanH").unwrap()).0, "");
    assert_eq!(bash(&two).exec("nc -z localhost 8080").unwrap().exit_code, Some(1));
}

#[test]
fn the_sockets_are_listed() {
    let sandbox = sandbox();
    let script = format!("{LISTENING} nc -l 8080 & listening 8080; ss -tlnpH; netstat -tln | tail -n 1; kill %1");
    let listed = out(&bash(&sandbox), &script);
    let mut lines = listed.lines().map(|line| line.split_ascii_whitespace().collect::<Vec<_>>());
    let line = lines.next().unwrap();
    assert_eq!(line[..5], ["LISTEN", "0", "0", "0.0.0.0:8080", "0.0.0.0:*"]);
    assert!(line[5].starts_with("users:((\"nc\",pid="), "{line:?}");
    assert_eq!(lines.next().unwrap(), ["tcp", "0", "0", "0.0.0.0:8080", "0.0.0.0:*", "LISTEN"]);
}

#[test]
fn getent_asks_the_resolver() {
    let (sandbox, log) = with_rules(&[]);
    let session = bash(&sandbox);
    let hosts = out(&session, "getent hosts localhost; getent ahostsv4 a.localhost");
    assert_eq!(
        hosts.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>(),
        ["127.0.0.1 localhost", "127.0.0.1 STREAM a.localhost", "127.0.0.1 DGRAM", "127.0.0.1 RAW"]
    );
    assert_eq!(session.exec("getent ahosts example.com").unwrap().exit_code, Some(2));
    assert_eq!(lines(&log), ["lookup example.com denied: no rule allows it; one would be 'example.com'"]);
}

#[test]
fn redirections_connect_as_in_bash() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    // Both directions, line by line: what is behind a line is left for the next reader.
    let script = format!(
        "{LISTENING} printf 'one\\ntwo\\nthree\\n' | nc -l 80 > got & listening 80
        exec 3<>/dev/tcp/localhost/80; echo hello >&3; read -r a <&3; read -r b <&3; exec 4<&3 3>&-; cat <&4; exec 4>&-
        echo $a $b; wait; cat got"
    );
    assert_eq!(out(&session, &script), "three\none two\nhello\n");
    let script = format!(
        "{LISTENING} nc -ul 81 > got & listening 81; set -C; echo datagram > /dev/udp/localhost/81; set +C
        until grep . got; do :; done; kill %1"
    );
    assert_eq!(out(&session, &script), "datagram\n");
    // A datagram is read as lines, too.
    let script = format!(
        "{LISTENING} nc -ul 82 < <(echo a; echo b) & listening 82; exec 3<>/dev/udp/127.0.0.1/82; echo >&3
        read -r -t 9 a <&3; read -r -t 9 b <&3; echo $a $b; exec 3>&-; kill %1"
    );
    assert_eq!(out(&session, &script).trim(), "a b");
    for (redirection, messages) in [
        (
            "</dev/tcp/localhost/1",
            "/bin/bash: connect: Connection refused\n/bin/bash: line 1: /dev/tcp/localhost/1: Connection refused\n",
        ),
        (
            "</dev/tcp/nowhere.invalid/80",
            "/bin/bash: line 1: nowhere.invalid: Name or service not known\n\
             /bin/bash: line 1: /dev/tcp/nowhere.invalid/80: Invalid argument\n",
        ),
        (
            "</dev/tcp/localhost/foo",
            "/bin/bash: line 1: foo: Servname not supported for ai_socktype\n\
             /bin/bash: line 1: /dev/tcp/localhost/foo: Invalid argument\n",
        ),
        ("</dev/tcp/x", "/bin/bash: line 1: /dev/tcp/x: No such file or directory\n"),
    ] {
        let (stdout, stderr, status) = all(session.exec(format!("cat {redirection}")).unwrap());
        assert_eq!((stdout.as_str(), stderr.as_str(), status), ("", messages, 1));
    }
}

#[test]
fn a_writer_to_a_connection_dies_of_sigpipe_and_a_socket_does_not() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let script = format!(
        "{LISTENING} nc -l 80 </dev/null | head -c 1 >/dev/null & listening 80
        yes > /dev/tcp/localhost/80; echo $?; trap '' PIPE; nc -l 80 </dev/null | head -c 1 >/dev/null & listening 80
        exec 3>/dev/tcp/localhost/80; while :; do echo x >&3 || {{ echo $?; break; }}; done 2>/dev/null
        nc -l 81 </dev/null | head -c 1 >/dev/null & listening 81; yes | nc localhost 81; echo $((${{PIPESTATUS[1]}} < 128))"
    );
    assert_eq!(out(&session, &script), "141\n1\n1\n");
}

#[test]
fn a_connection_that_waits_is_interrupted() {
    let sandbox = sandbox();
    // One connection is served and 128 fill the queue; the next waits until it dies.
    let script = format!(
        "{LISTENING} nc -lk 80 < <(sleep 99) > /dev/null & listening 80
        for i in {{1..129}}; do exec {{fd}}<>/dev/tcp/localhost/80; done; ss -tnH | grep -c ':80$'
        timeout 0.3 bash -c 'echo > /dev/tcp/localhost/80'; echo $?; kill %1"
    );
    assert_eq!(out(&bash(&sandbox), &script), "129\n124\n");
}

/// A server of the host that answers every request of HTTP with `host`, and counts them.
struct HostServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl HostServer {
    fn start() -> HostServer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = requests.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut request = Vec::new();
                let mut buffer = [0; 1024];
                while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                    match stream.read(&mut buffer) {
                        Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
                        _ => break,
                    }
                }
                log.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhost");
            }
        });
        HostServer { address, requests }
    }

    fn port(&self) -> u16 {
        self.address.port()
    }

    fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

type Log = Arc<Mutex<Vec<EgressEvent>>>;

fn with_policy(policy: NetworkPolicy) -> (Sandbox, Log) {
    let log = Log::default();
    let events = log.clone();
    let builder = Sandbox::builder().network(policy).on_egress(move |event| events.lock().unwrap().push(event.clone()));
    (Sandbox::new(builder).unwrap(), log)
}

fn with_rules(rules: &[&str]) -> (Sandbox, Log) {
    with_policy(rules.iter().fold(NetworkPolicy::default(), |policy, rule| policy.allow(rule).unwrap()))
}

/// The log as text, without process numbers.
fn lines(log: &Log) -> Vec<String> {
    log.lock().unwrap().iter().map(|event| event.to_string().split_once("] ").unwrap().1.to_owned()).collect()
}

/// Every spelling of the host's loopback that a guest may try.
fn spellings(port: u16) -> Vec<String> {
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0.0.0.0",
        "[::]",
        "127.1",
        "127.0.0.2",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "10.0.2.2",
        "sandbox",
        "a.localhost",
    ]
    .iter()
    .map(|host| format!("http://{host}:{port}/"))
    .collect()
}

#[test]
fn the_host_cannot_be_reached_however_it_is_spelt() {
    let server = HostServer::start();
    // Without any rule, and with rules that are as wide as can be but do not name the loopback.
    for rules in [&[][..], &["*"], &["0.0.0.0/0", "[::]/0", "*"]] {
        let (sandbox, _) = with_rules(rules);
        let session = bash(&sandbox);
        for url in spellings(server.port()) {
            // An address of another host may lead somewhere where everything is allowed, but never here.
            let result = session.exec(format!("curl -sS -m 1 '{url}'")).unwrap();
            assert_ne!(result.exit_code, Some(0), "{url} with {rules:?}: {}", result.stdout_text());
        }
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn addresses_that_are_not_public_are_refused_however_they_are_spelt() {
    // A cloud's metadata service and private networks, under the widest rule about names and public addresses.
    let (sandbox, log) = with_rules(&["*"]);
    let session = bash(&sandbox);
    let hosts = [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0xa9.0xfe.0xa9.0xfe",
        "0251.0376.0251.0376",
        "025177524776",
        "169.254.43518",
        "169.16689662",
        "169.254.169.254.",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[::169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "10.0.0.1",
        "0xa.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "255.255.255.255",
        "224.0.0.1",
    ];
    for host in hosts {
        let result = session.exec(format!("curl -sS -m 5 'http://{host}/'")).unwrap();
        assert!(matches!(result.exit_code, Some(3 | 6 | 7)), "{host}: {result:?}");
    }
    let told = lines(&log);
    assert!(told.iter().all(|line| line.contains(" denied: ")), "{told:#?}");
}

#[test]
fn names_that_only_look_like_an_allowed_one_are_refused() {
    let (sandbox, log) = with_rules(&["example.com", "*.allowed.test"]);
    let session = bash(&sandbox);
    for host in [
        "evil-example.com",
        "example.com.evil.test",
        "example.comm",
        "www.example.com",
        "allowed.test",
        "evilallowed.test",
        "evil-allowed.test",
        "a.allowed.test.evil.test",
        // Letters of other scripts, as they are and as DNS has them.
        "ex\u{430}mple.com",
        "xn--exmple-4nf.com",
        "\u{ff45}xample.com",
        "example\u{3002}com",
        // A name in front of which stands another.
        "example.com@evil.test",
        "example.com%00.evil.test",
        "example.com%2eevil.test",
    ] {
        let result = session.exec(format!("curl -sS -m 5 'http://{host}/'")).unwrap();
        assert!(matches!(result.exit_code, Some(3 | 6 | 7)), "{host}: {result:?}");
    }
    let told = lines(&log);
    assert!(told.iter().all(|line| line.contains(" denied: ")), "{told:#?}");
    assert!(told.iter().any(|line| line.starts_with("lookup evil.test denied")), "{told:#?}");
}

#[test]
fn what_a_rule_allows_is_reached_and_logged() {
    let server = HostServer::start();
    let (sandbox, log) = with_rules(&[&format!("127.0.0.1:{}", server.port())]);
    let session = bash(&sandbox);
    assert_eq!(out(&session, &format!("curl -sS http://127.0.0.1:{}/", server.port())), "host");
    assert_eq!(server.requests(), 1);
    // The end is told when the host's side is through.
    let deadline = Instant::now() + Duration::from_secs(5);
    while log.lock().unwrap().len() < 2 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    let events = log.lock().unwrap();
    assert_eq!(events[0].program, "curl");
    assert_eq!(events[0].protocol, Some(Protocol::Tcp));
    assert_eq!(events[0].address, Some(server.address));
    assert_eq!(events[0].verdict, Verdict::Allowed(format!("127.0.0.1:{}", server.port())));
    let sent = server.requests.lock().unwrap()[0].len() as u64;
    assert_eq!(events[1].verdict, Verdict::Closed { sent, received: 42 });
}

#[test]
fn a_process_of_the_sandbox_goes_before_the_host() {
    let server = HostServer::start();
    let (sandbox, log) = with_rules(&[&format!("127.0.0.1:{}", server.port())]);
    let port = server.port();
    let script = format!("{LISTENING} echo guest | nc -l {port} & listening {port}; nc localhost {port} < /dev/null");
    assert_eq!(out(&bash(&sandbox), &script), "guest\n");
    assert_eq!((server.requests(), log.lock().unwrap().len()), (0, 0));
}

#[test]
fn what_no_rule_allows_is_refused_and_the_log_names_the_rule() {
    let (sandbox, log) = with_rules(&["example.com:443", "10.1.0.0/16:80"]);
    let session = bash(&sandbox);
    let (_, stderr, status) = all(session.exec("curl -sS http://192.0.2.1:81/").unwrap());
    assert_eq!(status, 7);
    assert!(
        stderr.contains("Failed to connect to 192.0.2.1 port 81") && stderr.contains("Permission denied"),
        "{stderr}"
    );
    assert_eq!(session.exec("curl -s http://10.1.2.3:81/").unwrap().exit_code, Some(7));
    assert_eq!(session.exec("curl -s http://sub.example.com/").unwrap().exit_code, Some(6));
    assert_eq!(session.exec("echo x | nc -u 192.0.2.1 53").unwrap().exit_code, Some(1));
    assert_eq!(
        lines(&log),
        [
            "tcp 192.0.2.1:81 denied: no rule allows it; one would be '192.0.2.1:81'",
            "tcp 10.1.2.3:81 denied: no rule allows it; one would be '10.1.2.3:81'",
            "lookup sub.example.com denied: no rule allows it; one would be 'sub.example.com'",
            "udp 192.0.2.1:53 denied: no rule allows it; one would be '192.0.2.1:53/udp'",
        ]
    );
}

#[test]
fn a_name_that_leads_inside_is_not_followed() {
    let server = HostServer::start();
    let (sandbox, log) = with_rules(&["*"]);
    // The host's resolver takes these for spellings of 127.0.0.1, as it would a hostile name server's answer.
    let script = format!("curl -s http://127.1:{0}/; echo $?; curl -s http://2130706433:{0}/; echo $?", server.port());
    assert_eq!(out(&bash(&sandbox), &script), "6\n6\n");
    for (line, name) in lines(&log).iter().zip(["127.1", "2130706433"]) {
        assert!(
            line.starts_with(&format!("lookup {name} denied: it is 127.0.0.1, which is not a public address")),
            "{line}"
        );
    }
    assert_eq!((server.requests(), lines(&log).len()), (0, 2));
}

#[test]
fn bytes_and_connections_that_leave_are_limited() {
    let server = HostServer::start();
    let url = format!("http://127.0.0.1:{}/", server.port());
    let rule = format!("127.0.0.1:{}", server.port());
    let (sandbox, log) = with_policy(NetworkPolicy::default().allow(&rule).unwrap().bytes(100));
    let session = bash(&sandbox);
    let script = format!("for i in 1 2 3 4 5; do curl -s {url} > /dev/null; echo $?; done | tail -n 1");
    assert_eq!(out(&session, &script), "7\n");
    assert!(
        lines(&log).iter().any(|line| line.ends_with("the sandbox's limit of bytes is reached")),
        "{:?}",
        lines(&log)
    );
    let (sandbox, log) = with_policy(NetworkPolicy::default().allow(&rule).unwrap().connections(0));
    assert_eq!(bash(&sandbox).exec(format!("curl -s {url}")).unwrap().exit_code, Some(7));
    assert!(lines(&log)[0].ends_with("the limit of 0 connections is reached"), "{:?}", lines(&log));
}

#[test]
fn datagrams_leave_by_a_rule_of_their_own() {
    let host = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    host.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let port = host.local_addr().unwrap().port();
    let (sandbox, _) = with_rules(&[&format!("127.0.0.1:{port}")]);
    // A rule of TCP is none of UDP.
    assert_eq!(bash(&sandbox).exec(format!("echo x | nc -u -w 1 127.0.0.1 {port}")).unwrap().exit_code, Some(1));
    let (sandbox, _) = with_rules(&[&format!("127.0.0.1:{port}/udp")]);
    let echo = std::thread::spawn(move || {
        let mut buffer = [0; 100];
        let (n, from) = host.recv_from(&mut buffer).unwrap();
        // A stranger's datagram does not come in.
        UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().send_to(b"stranger\n", from).unwrap();
        host.send_to(&buffer[..n], from).unwrap();
    });
    assert_eq!(out(&bash(&sandbox), &format!("echo ping | nc -u -w 1 127.0.0.1 {port}")), "ping\n");
    echo.join().unwrap();
}

#[test]
fn a_port_of_the_sandbox_is_forwarded() {
    let sandbox = sandbox();
    let address = sandbox.forward(0, 8000).unwrap();
    assert!(address.ip().is_loopback());
    // Nobody listens: closed at once.
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert!(matches!(stream.read(&mut [0; 1]), Ok(0)) || stream.take_error().is_ok());
    let session = bash(&sandbox);
    out(&session, &format!("{LISTENING} echo from inside | nc -l 8000 > got & listening 8000"));
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"from outside\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "from inside\n");
    assert_eq!(out(&session, "wait; cat got"), "from outside\n");
    // It ends with the sandbox.
    session.close();
    drop((session, sandbox));
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        match TcpStream::connect(address) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => break,
            _ => assert!(Instant::now() < deadline, "the port is still open"),
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn curl_says_what_went_wrong_as_curl_does() {
    let sandbox = sandbox();
    let session = bash(&sandbox);
    let serve = |response: &str, curl: &str| {
        let script =
            format!("{LISTENING} printf '{response}' | nc -l 80 > request & listening 80; {curl}; s=$?; wait; exit $s");
        all(bash(&sandbox).exec(script).unwrap())
    };
    let ok = "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nyes";
    assert_eq!(serve(ok, "curl -s localhost"), ("yes".into(), String::new(), 0));
    assert_eq!(serve(ok, "curl -sI localhost").0, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(serve(ok, "curl -s -o f -w '%{http_code} %{size_download}' localhost; echo; cat f").0, "200 3\nyes");
    let chunked =
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n2;x=y\\r\\nde\\r\\n0\\r\\n\\r\\n";
    assert_eq!(serve(chunked, "curl -s localhost").0, "abcde");
    let missing = "HTTP/1.1 404 Not Found\\r\\nContent-Length: 2\\r\\n\\r\\nno";
    assert_eq!(serve(missing, "curl -s localhost"), ("no".into(), String::new(), 0));
    let (stdout, stderr, status) = serve(missing, "curl -sSf localhost");
    assert_eq!(
        (stdout.as_str(), stderr.as_str(), status),
        ("", "curl: (22) The requested URL returned error: 404\n", 22)
    );
    assert_eq!(serve("", "curl -sS localhost").1, "curl: (52) Empty reply from server\n");
    let short = "HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nyes";
    assert_eq!(serve(short, "curl -sS localhost").1, "curl: (18) end of response with 6 bytes missing\n");
    for (command, status) in [
        ("curl -s 'http://a b/'", 3),
        ("curl -s http://nowhere.invalid/", 6),
        ("curl -s http://localhost:1/", 7),
        ("curl -s ftp://localhost/", 1),
        ("curl", 2),
        ("curl --no-such-option x", 2),
        ("curl -s -d @missing localhost", 26),
    ] {
        assert_eq!(session.exec(command).unwrap().exit_code, Some(status), "{command}");
    }
    let script = format!("{LISTENING} nc -lk 81 > /dev/null < <(sleep 5) & listening 81; curl -s -m 0.2 localhost:81");
    assert_eq!(session.exec(script).unwrap().exit_code, Some(28));
}

#[test]
fn curl_sends_what_it_is_told() {
    let sandbox = sandbox();
    let serve = |curl: &str| {
        let response = "HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n";
        let script = format!(
            "{LISTENING} printf '{response}' | nc -l 80 > request & listening 80; {curl} localhost/p; wait; cat request"
        );
        out(&bash(&sandbox), &script)
    };
    let post = serve("curl -s -d a=1 -d b=2 -u me:pw -H 'X-A: 1' -A agent -e from -b c=d");
    let (head, body) = post.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "a=1&b=2");
    for line in [
        "POST /p HTTP/1.1",
        "Host: localhost",
        "Authorization: Basic bWU6cHc=",
        "X-A: 1",
        "User-Agent: agent",
        "Referer: from",
        "Cookie: c=d",
        "Content-Length: 7",
        "Content-Type: application/x-www-form-urlencoded",
    ] {
        assert!(head.lines().any(|own| own == line), "{line} in {head}");
    }
    assert!(serve("curl -s -G --data-urlencode 'q=a b'").starts_with("GET /p?q=a%20b HTTP/1.1\r\n"));
    assert!(serve("curl -s -X DELETE").starts_with("DELETE /p HTTP/1.1\r\n"));
    assert!(serve("curl -s --json '{}'").contains("Content-Type: application/json\r\n"));
    assert!(serve("echo data > f; curl -s -T f").starts_with("PUT /p HTTP/1.1\r\n"));
    assert!(serve("echo data > f; curl -s -F x=@f").contains("name=\"x\"; filename=\"f\"\r\n"));
}

#[test]
fn curl_follows_and_forgets_credentials_on_the_way() {
    let sandbox = sandbox();
    let script = format!(
        "{LISTENING}
        printf 'HTTP/1.1 302 Found\\r\\nLocation: http://127.0.0.1:82/next\\r\\nContent-Length: 0\\r\\n\\r\\n' | nc -l 81 > first &
        printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nend' | nc -l 82 > second &
        listening 81; listening 82; curl -sL -u me:pw -d x=1 -w ' %{{num_redirects}}\\n' localhost:81; wait
        grep -c Authorization first; head -n 1 second; grep -c Authorization second"
    );
    let (stdout, ..) = all(bash(&sandbox).exec(script).unwrap());
    assert_eq!(stdout, "end 1\n1\nGET /next HTTP/1.1\r\n0\n");
}

#[test]
fn wget_saves_under_the_name_of_the_url() {
    let sandbox = sandbox();
    let script = format!(
        "{LISTENING} printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nyes' | nc -l 80 > /dev/null & listening 80
        wget -q http://localhost/dir/name.txt?x; cat name.txt; wget -q http://localhost:1/; echo \" $?\""
    );
    assert_eq!(out(&bash(&sandbox), &script), "yes 4\n");
}

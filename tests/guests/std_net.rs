//! What programs that know only `std::net` find in a sandbox. Prints `ok`, or panics.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;

fn pair(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn text(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    assert!(at.port() >= 32768);

    // Both directions, addresses, half-close.
    let (mut client, mut server) = pair(&listener);
    assert_eq!(client.peer_addr().unwrap(), at);
    assert_eq!(server.peer_addr().unwrap(), client.local_addr().unwrap());
    client.write_all(b"question").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(text(&mut server), "question");
    server.write_all(b"answer").unwrap();
    drop(server);
    assert_eq!(text(&mut client), "answer");

    // Non-blocking calls, and time limits.
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    listener.set_nonblocking(false).unwrap();
    let (mut client, server) = pair(&listener);
    client.set_nonblocking(true).unwrap();
    assert_eq!(client.read(&mut [0; 1]).unwrap_err().kind(), ErrorKind::WouldBlock);
    // A reader that does not read stops the writer after a bounded amount.
    let mut written = 0;
    while let Ok(n) = client.write(&[0; 4096]) {
        written += n;
        assert!(written <= 1 << 20, "{written} bytes were taken");
    }
    assert!(written >= 16 * 1024, "{written}");
    // What is closed with data unread is reset.
    drop(server);
    client.set_nonblocking(false).unwrap();
    assert!(client.write_all(b"x").is_err());

    // Errors.
    assert_eq!(TcpListener::bind(at).unwrap_err().kind(), ErrorKind::AddrInUse);
    drop(listener);
    assert_eq!(TcpStream::connect(at).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    drop(TcpListener::bind(at).unwrap());
    assert_eq!(TcpListener::bind("192.0.2.1:80").unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    assert_eq!(TcpStream::connect("192.0.2.1:80").unwrap_err().kind(), ErrorKind::PermissionDenied);

    // Every address of the loopback, and IPv6.
    let any = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = any.local_addr().unwrap().port();
    for host in ["127.0.0.1", "127.1.2.3", "0.0.0.0", "localhost"] {
        TcpStream::connect((host, port)).unwrap();
    }
    let six = TcpListener::bind("[::1]:0").unwrap();
    drop(pair(&six));
    let names: Vec<_> = ("localhost", 1).to_socket_addrs().unwrap().map(|address| address.to_string()).collect();
    assert_eq!(names, ["127.0.0.1:1", "[::1]:1"]);
    assert!(("nowhere.invalid", 1).to_socket_addrs().is_err());

    // Datagrams: boundaries, truncation, the connected peer.
    let a = UdpSocket::bind("127.0.0.1:0").unwrap();
    let b = UdpSocket::bind("127.0.0.1:0").unwrap();
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    a.send_to(b"one", b.local_addr().unwrap()).unwrap();
    a.send_to(b"two", b.local_addr().unwrap()).unwrap();
    let mut buffer = [0; 2];
    assert_eq!(b.recv_from(&mut buffer).unwrap(), (2, a.local_addr().unwrap()));
    let mut buffer = [0; 10];
    assert_eq!(b.recv_from(&mut buffer).unwrap().0, 3);
    assert_eq!(&buffer[..3], b"two");
    b.connect(a.local_addr().unwrap()).unwrap();
    other.send_to(b"no", b.local_addr().unwrap()).unwrap();
    a.send_to(b"yes", b.local_addr().unwrap()).unwrap();
    assert_eq!(b.recv(&mut buffer).unwrap(), 3);
    b.set_read_timeout(Some(Duration::from_millis(50))).ok();
    b.set_nonblocking(true).unwrap();
    assert_eq!(b.recv(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
    println!("ok");
}

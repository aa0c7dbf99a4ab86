//! What cannot be seen from a script: bounds, names, and the ends of connections.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;

use super::egress::Egress;
use super::{Connection, DatagramSocket, Listener, NetError, Network, NetworkPolicy, Protocol, User, Waitable};
use crate::fs::Errno;
use crate::kernel::PIPE_CAPACITY;

fn user() -> User {
    User { pid: 1, program: "test".into() }
}

fn network(sockets: u32) -> Arc<Network> {
    Network::new("box", sockets, &NetworkPolicy::default(), None).unwrap()
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn listen(network: &Arc<Network>, at: &str, backlog: usize) -> Arc<Listener> {
    let socket = network.socket(Protocol::Tcp, 1).unwrap();
    socket.bind(address(at)).unwrap();
    Listener::new(socket, backlog)
}

fn connect(network: &Arc<Network>, to: &str) -> Option<Result<Connection, NetError>> {
    let socket = network.socket(Protocol::Tcp, 1).unwrap();
    network.connect(socket, address(to), user()).unwrap().take()
}

#[test]
fn a_full_queue_makes_the_next_wait_and_its_end_refuses_it() {
    let network = network(16);
    let listener = listen(&network, "127.0.0.1:80", 1);
    let first = connect(&network, "127.0.0.1:80").unwrap().unwrap();
    let socket = network.socket(Protocol::Tcp, 1).unwrap();
    let second = network.connect(socket, address("127.0.0.1:80"), user()).unwrap();
    assert!(second.take().is_none() && !second.is_ready());
    assert_eq!(listener.accept().unwrap().remote, first.local);
    assert!(second.is_ready());
    let second = second.take().unwrap().unwrap();
    let socket = network.socket(Protocol::Tcp, 1).unwrap();
    let third = network.connect(socket, address("127.0.0.1:80"), user()).unwrap();
    assert!(third.take().is_none());
    drop(listener);
    assert!(matches!(third.take(), Some(Err(NetError::ConnectionRefused))));
    // What nobody accepted is reset.
    assert_eq!(second.try_read(1), Err(Errno::ConnReset));
    assert_eq!(second.try_read(1), Ok(Some(Bytes::new())));
}

#[test]
fn buffers_are_bounded_and_ends_are_told() {
    let network = network(16);
    let listener = listen(&network, "0.0.0.0:80", 8);
    let ours = connect(&network, "127.0.0.9:80").unwrap().unwrap();
    let theirs = listener.accept().unwrap();
    assert_eq!(theirs.local, address("127.0.0.9:80"));
    let data = Bytes::from(vec![0; 1 << 20]);
    assert_eq!(ours.try_write(&data), Ok(PIPE_CAPACITY));
    assert_eq!(ours.try_write(&data), Ok(0));
    assert!(!ours.is_writable() && theirs.is_readable());
    // Sent, then ended: all of it arrives, then the end.
    theirs.try_write(&Bytes::from_static(b"bye")).unwrap();
    theirs.shutdown_send();
    assert_eq!(ours.try_read(10), Ok(Some(Bytes::from_static(b"bye"))));
    assert_eq!(ours.try_read(10), Ok(Some(Bytes::new())));
    assert_eq!(theirs.try_write(&data), Err(Errno::Pipe));
    // Closed with data unread: a reset, and nothing more can be written.
    drop(theirs);
    assert_eq!(ours.try_read(10), Err(Errno::ConnReset));
    assert_eq!(ours.try_write(&data), Err(Errno::Pipe));
}

#[test]
fn sockets_are_counted_and_given_back() {
    let network = network(3);
    let listener = listen(&network, "127.0.0.1:80", 8);
    let pair = connect(&network, "127.0.0.1:80").unwrap().unwrap();
    // The connection that waits counts as well.
    assert!(matches!(network.socket(Protocol::Udp, 1), Err(NetError::SocketLimit)));
    drop((pair, listener));
    assert!(network.sockets().is_empty());
    let all: Vec<_> = (0..3).map(|_| network.socket(Protocol::Udp, 1).unwrap()).collect();
    assert!(matches!(network.socket(Protocol::Udp, 1), Err(NetError::SocketLimit)));
    drop(all);
}

#[test]
fn a_flood_of_datagrams_is_lost_beyond_the_queue() {
    let network = network(4);
    let bind = || {
        let socket = network.socket(Protocol::Udp, 1).unwrap();
        socket.bind(address("127.0.0.1:0")).unwrap();
        DatagramSocket::new(socket, user())
    };
    let (a, b) = (bind(), bind());
    let to = b.local().unwrap();
    for _ in 0..100_000 {
        a.send(to, Bytes::new()).unwrap();
    }
    let kept = std::iter::from_fn(|| b.receive()).count();
    assert!((100..1000).contains(&kept), "{kept}");
    a.send(to, Bytes::from_static(b"after")).unwrap();
    assert_eq!(b.receive().unwrap().data, "after");
    assert_eq!(a.send(to, Bytes::from(vec![0; 70_000])), Err(NetError::DatagramTooLarge));
}

fn egress(rules: &[&str]) -> Arc<Egress> {
    let policy = rules.iter().fold(NetworkPolicy::default(), |policy, rule| policy.allow(rule).unwrap());
    Arc::new(Egress::new(&policy, None).unwrap())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_name_leads_to_the_addresses_that_were_checked_and_to_no_other() {
    let egress = egress(&["api.example.com:443"]);
    let begin = |to: &str| egress.begin(Protocol::Tcp, address(to), user()).is_ok();
    assert!(!begin("93.184.216.34:443"), "an address that no lookup gave");
    let answers = ["93.184.216.34", "10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"].map(ip);
    assert_eq!(egress.vet(&user(), "api.example.com", answers.to_vec()), [ip("93.184.216.34")]);
    assert!(begin("93.184.216.34:443"));
    assert!(!begin("93.184.216.34:80"), "another port");
    for to in ["10.0.0.1:443", "169.254.169.254:443", "[::1]:443", "127.0.0.1:443"] {
        assert!(!begin(to), "{to}");
    }
    // A later answer for another name does not widen the first.
    egress.vet(&user(), "other.example.com", vec![ip("1.1.1.1")]);
    assert!(!begin("1.1.1.1:443"));
}

#[test]
fn a_private_address_needs_a_rule_of_its_own() {
    let egress = egress(&["db.internal:5432", "10.7.0.0/16"]);
    let kept = egress.vet(&user(), "db.internal", vec![ip("10.7.0.9"), ip("10.8.0.9")]);
    assert_eq!(kept, [ip("10.7.0.9")]);
    assert!(egress.begin(Protocol::Tcp, address("10.7.0.9:5432"), user()).is_ok());
    assert!(egress.begin(Protocol::Tcp, address("10.8.0.9:5432"), user()).is_err());
}

#[test]
fn what_lookups_leave_behind_is_bounded() {
    let egress = egress(&["*.example.com"]);
    for i in 0..10_000u32 {
        egress.vet(&user(), &format!("{i}.example.com"), vec![IpAddr::from((0x0808_0000 + i).to_be_bytes())]);
    }
    let first = SocketAddr::new(IpAddr::from(0x0808_0000u32.to_be_bytes()), 443);
    let last = SocketAddr::new(IpAddr::from((0x0808_0000u32 + 9_999).to_be_bytes()), 443);
    assert!(egress.begin(Protocol::Tcp, first, user()).is_err(), "the oldest is forgotten");
    assert!(egress.begin(Protocol::Tcp, last, user()).is_ok());
}

#[test]
fn own_names_are_answered_here() {
    let network = network(1);
    let answers = |name: &str| {
        let lookup = network.resolve(name, user())?;
        Ok::<_, NetError>(std::iter::from_fn(|| lookup.next().and_then(Result::ok).flatten()).collect::<Vec<_>>())
    };
    assert_eq!(answers("localhost"), Ok(vec![ip("127.0.0.1"), ip("::1")]));
    assert_eq!(answers("Box."), Ok(vec![ip("127.0.1.1")]));
    assert_eq!(answers("192.0.2.1"), Ok(vec![ip("192.0.2.1")]));
    assert_eq!(answers("example.com"), Err(NetError::NameUnresolvable));
    assert_eq!(answers("a b"), Err(NetError::InvalidArgument));
}

//! nc: connects or listens, and copies standard input and output.

use crate::socket::{self, Datagrams, Deadline, Listener, Stream, port, resolve, wait};
use agentfense_support::options::number;
use agentfense_support::{Failure, Item, Options, Outcome, complain, stdout};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use wasip2::cli::stdin::get_stdin;
use wasip2::io::streams::InputStream;

const HELP: &str = "\
{} [-46klnNuvz] [-p PORT] [-w SECONDS] [HOST] PORT[-PORT]
Connect to a host's port, or listen with -l, and copy standard input and output.

  -l  listen       -k  go on after a connection   -u  UDP     -z  only see whether the port is open
  -v  say more     -n  no name lookup             -p  port to listen at     -w  give up after that time
  -N  end the sending direction at the end of input (always so)";

struct Config {
    listen: bool,
    keep: bool,
    udp: bool,
    scan: bool,
    verbose: bool,
    numeric: bool,
    v6: Option<bool>,
    time: Option<Duration>,
}

fn failure(error: socket::Error) -> Failure {
    Failure::new(error.to_string())
}

/// Runs nc.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "lkuzvn46Nw:p:q:s:i:dCtD", &[], HELP);
    let mut operands = Vec::new();
    let mut local = None;
    let mut config = Config {
        listen: false,
        keep: false,
        udp: false,
        scan: false,
        verbose: false,
        numeric: false,
        v6: None,
        time: None,
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Operand(operand) => operands.push(String::from_utf8_lossy(&operand).into_owned()),
            Item::Option('l', _) => config.listen = true,
            Item::Option('k', _) => config.keep = true,
            Item::Option('u', _) => config.udp = true,
            Item::Option('z', _) => config.scan = true,
            Item::Option('v', _) => config.verbose = true,
            Item::Option('n', _) => config.numeric = true,
            Item::Option('4', _) => config.v6 = Some(false),
            Item::Option('6', _) => config.v6 = Some(true),
            Item::Option('w', value) => config.time = Some(Duration::from_secs(number("timeout", &value)?)),
            Item::Option('p', value) => local = Some(String::from_utf8_lossy(&value).into_owned()),
            Item::Option('s' | 'i' | 'D', _) => return Err(Failure::usage("-s, -i and -D are not known here")),
            Item::Option(..) => {}
        }
    }
    if config.listen {
        let (host, at) = match (operands.as_slice(), local) {
            ([], Some(at)) => (None, at),
            ([at], None) => (None, at.clone()),
            ([host], Some(at)) => (Some(host.as_str()), at),
            ([host, at], None) => (Some(host.as_str()), at.clone()),
            _ => return Err(Failure::usage("a port to listen at is missing")),
        };
        let at = port(&at).ok_or_else(|| Failure::new(format!("port number invalid: {at}")))?;
        return listen(&config, host, at);
    }
    let [host, ports] = operands.as_slice() else { return Err(Failure::usage("a host and a port are expected")) };
    let wrong = || Failure::new(format!("port number invalid: {ports}"));
    let (first, last) = match ports.split_once('-').filter(|_| ports.starts_with(|c: char| c.is_ascii_digit())) {
        Some((first, last)) => (port(first).ok_or_else(wrong)?, port(last).ok_or_else(wrong)?),
        None => (port(ports).ok_or_else(wrong)?, port(ports).ok_or_else(wrong)?),
    };
    let addresses = addresses(&config, host)?;
    let mut status = 1;
    for at in first..=last {
        if connect(&config, host, &addresses, at)? {
            status = 0;
        }
    }
    Ok(status)
}

fn addresses(config: &Config, host: &str) -> Result<Vec<IpAddr>, Failure> {
    let found = if config.numeric {
        host.parse()
            .map(|ip| vec![ip])
            .map_err(|_| Failure::new(format!("{host}: a numeric address is expected with -n")))?
    } else {
        resolve(host, Deadline::after(config.time))
            .map_err(|error| Failure::new(format!("getaddrinfo for host \"{host}\": {error}")))?
    };
    Ok(found.into_iter().filter(|ip| config.v6.is_none_or(|v6| v6 == ip.is_ipv6())).collect())
}

/// Connects to one port and copies; whether it came to a connection.
fn connect(config: &Config, host: &str, addresses: &[IpAddr], at: u16) -> Result<bool, Failure> {
    let kind = if config.udp { "udp" } else { "tcp" };
    for &ip in addresses {
        let to = SocketAddr::new(ip, at);
        let shown = if ip.to_string() == host { host.to_owned() } else { format!("{host} ({ip})") };
        let connected = if config.udp {
            // A port that answers nothing is told only by the answer to what was sent.
            Datagrams::connect(to)
                .and_then(|socket| if config.scan { socket.write(b"X") } else { Ok(()) }.map(|()| Peer::Udp(socket)))
        } else {
            Stream::connect(to, Deadline::after(config.time)).map(Peer::Tcp)
        };
        match connected {
            Ok(peer) => {
                if config.verbose {
                    let brackets =
                        if config.numeric { format!("[{kind}/*]") } else { format!("[{kind}/{}]", service(at)) };
                    say(&format!("Connection to {shown} {at} port {brackets} succeeded!"));
                }
                if !config.scan {
                    copy(&peer, false, config.time)?;
                }
                return Ok(true);
            }
            Err(error) if config.verbose => {
                complain("nc", format_args!("connect to {shown} port {at} ({kind}) failed: {error}"));
            }
            Err(_) => {}
        }
    }
    Ok(false)
}

fn service(port: u16) -> &'static str {
    match port {
        22 => "ssh",
        25 => "smtp",
        53 => "domain",
        80 => "http",
        443 => "https",
        5432 => "postgresql",
        _ => "*",
    }
}

fn say(line: &str) {
    if let Some(stderr) = agentfense_sys::files::OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(format!("{line}\n").as_bytes());
    }
}

fn listen(config: &Config, host: Option<&str>, at: u16) -> Outcome {
    let ip = match host {
        Some(host) => *addresses(config, host)?.first().ok_or_else(|| Failure::new(format!("{host}: no address")))?,
        None if config.v6 == Some(true) => Ipv6Addr::UNSPECIFIED.into(),
        None => Ipv4Addr::UNSPECIFIED.into(),
    };
    let at = SocketAddr::new(ip, at);
    let tell = |what: &str, address: Option<SocketAddr>| {
        if let Some(address) = address.filter(|_| config.verbose) {
            say(&format!("{what} on {} {}", address.ip(), address.port()));
        }
    };
    if config.udp {
        let socket = Datagrams::bind(at).map_err(failure)?;
        tell("Bound", socket.local());
        let (from, first) = loop {
            match socket.try_read().map_err(failure)? {
                Some(datagram) => break datagram,
                None => drop(wait(&[&socket.readable()], Deadline::NEVER)),
            }
        };
        tell("Connection received", Some(from));
        print(&first)?;
        copy(&Peer::Udp(socket.set_peer(from).map_err(failure)?), true, config.time)?;
        return Ok(0);
    }
    let listener = Listener::bind(at).map_err(failure)?;
    tell("Listening", listener.local());
    loop {
        let stream = listener.accept(Deadline::after(config.time.filter(|_| !config.keep))).map_err(failure)?;
        tell("Connection received", stream.peer());
        if !config.scan {
            copy(&Peer::Tcp(stream), true, config.time)?;
        }
        if !config.keep {
            return Ok(0);
        }
    }
}

enum Peer {
    Tcp(Stream),
    Udp(Datagrams),
}

fn print(data: &[u8]) -> Result<(), Failure> {
    let mut out = stdout();
    out.write_all(data)?;
    Ok(out.flush()?)
}

/// How often it is looked whether an end that sends no more is gone altogether: no event tells.
const GLANCE: Duration = Duration::from_millis(50);

/// Copies both ways until both directions have ended; a listener's ends with what it receives.
fn copy(peer: &Peer, listening: bool, idle: Option<Duration>) -> Result<(), Failure> {
    match peer {
        Peer::Tcp(stream) => copy_stream(stream, listening, idle),
        Peer::Udp(socket) => copy_datagrams(socket, idle),
    }
}

/// What standard input has; `None` at its end.
fn typed(stdin: &InputStream) -> Option<Vec<u8>> {
    stdin.read(16 * 1024).ok()
}

fn copy_stream(stream: &Stream, listening: bool, idle: Option<Duration>) -> Result<(), Failure> {
    let stdin = get_stdin();
    let (stdin_ready, incoming) = (stdin.subscribe(), stream.readable());
    let (mut sending, mut receiving) = (true, true);
    while receiving || (sending && !listening && !stream.is_gone()) {
        let mut events = Vec::new();
        if sending {
            events.push(&stdin_ready);
        }
        if receiving {
            events.push(&incoming);
        }
        let happened = wait(&events, Deadline::after(if receiving { idle } else { Some(GLANCE) }));
        if !happened && receiving {
            return Ok(());
        }
        if receiving && incoming.ready() {
            match stream.try_read() {
                Ok(None) => receiving = false,
                Ok(Some(data)) => print(&data)?,
                Err(error) => return Err(failure(error)),
            }
        }
        if sending && stdin_ready.ready() {
            // What the other end still sends is read, even when it takes no more.
            sending = typed(&stdin).is_some_and(|data| stream.write(&data, Deadline::NEVER).is_ok());
            if !sending {
                stream.shutdown();
            }
        }
    }
    Ok(())
}

/// Datagrams have no end: without a time limit the end of the input ends it.
fn copy_datagrams(socket: &Datagrams, idle: Option<Duration>) -> Result<(), Failure> {
    let stdin = get_stdin();
    let (stdin_ready, incoming) = (stdin.subscribe(), socket.readable());
    let mut sending = true;
    loop {
        let events = [&incoming, &stdin_ready];
        if !wait(&events[..if sending { 2 } else { 1 }], Deadline::after(idle)) {
            return Ok(());
        }
        while let Some((_, data)) = socket.try_read().map_err(failure)? {
            print(&data)?;
        }
        if sending && stdin_ready.ready() {
            match typed(&stdin) {
                Some(data) if data.is_empty() => {}
                Some(data) => socket.write(&data).map_err(failure)?,
                None if idle.is_none() => return Ok(()),
                None => sending = false,
            }
        }
    }
}

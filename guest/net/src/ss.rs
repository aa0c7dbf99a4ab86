//! ss and netstat: the sandbox's sockets, from `/proc/net`.

use agentfense_support::{Item, Long, Options, Outcome, read, stdout};
use agentfense_sys::files;
use std::collections::HashMap;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const HELP: &str = "\
{} [-tulanp46H]
List the sandbox's sockets.

  -t  TCP     -u  UDP     -l  only those that listen     -a  all     -p  with their processes     -4, -6  one family";

const LONGS: &[Long] = &[
    ("tcp", agentfense_support::Takes::Nothing, 't'),
    ("udp", agentfense_support::Takes::Nothing, 'u'),
    ("listening", agentfense_support::Takes::Nothing, 'l'),
    ("all", agentfense_support::Takes::Nothing, 'a'),
    ("numeric", agentfense_support::Takes::Nothing, 'n'),
    ("processes", agentfense_support::Takes::Nothing, 'p'),
    ("programs", agentfense_support::Takes::Nothing, 'p'),
    ("no-header", agentfense_support::Takes::Nothing, 'H'),
];

#[derive(Default)]
struct Config {
    tcp: bool,
    udp: bool,
    listening: bool,
    all: bool,
    processes: bool,
    no_header: bool,
    v6: Option<bool>,
}

/// A line of `/proc/net`.
#[derive(Debug, PartialEq, Eq)]
struct Socket {
    udp: bool,
    local: SocketAddr,
    remote: SocketAddr,
    state: u8,
    sent: u64,
    received: u64,
    inode: u64,
}

impl Socket {
    /// Whether it waits for others.
    fn is_server(&self) -> bool {
        self.state == 10 || (self.udp && self.state == 7)
    }
}

fn read_options(args: Vec<Vec<u8>>) -> Result<Config, agentfense_support::Failure> {
    let mut options = Options::new(args, "tulanp46Heroim", LONGS, HELP);
    let mut config = Config::default();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('t', _) => config.tcp = true,
            Item::Option('u', _) => config.udp = true,
            Item::Option('l', _) => config.listening = true,
            Item::Option('a', _) => config.all = true,
            Item::Option('p', _) => config.processes = true,
            Item::Option('H', _) => config.no_header = true,
            Item::Option('4', _) => config.v6 = Some(false),
            Item::Option('6', _) => config.v6 = Some(true),
            // Numbers are always shown; the rest adds what there is not.
            Item::Option(..) => {}
            Item::Operand(what) => {
                let what = String::from_utf8_lossy(&what).into_owned();
                return Err(agentfense_support::Failure::usage(format!("filters are not known here: {what}")));
            }
        }
    }
    if !config.tcp && !config.udp {
        (config.tcp, config.udp) = (true, true);
    }
    Ok(config)
}

/// The sockets that were asked for.
fn sockets(config: &Config) -> Vec<Socket> {
    let mut all = Vec::new();
    for (name, udp, v6) in [("udp", true, false), ("udp6", true, true), ("tcp", false, false), ("tcp6", false, true)] {
        if (if udp { config.udp } else { config.tcp }) && config.v6.is_none_or(|wanted| wanted == v6) {
            let text = read::whole(format!("/proc/net/{name}").as_bytes()).unwrap_or_default();
            all.extend(String::from_utf8_lossy(&text).lines().skip(1).filter_map(|line| parse(line, udp)));
        }
    }
    all.retain(|socket| match (config.all, config.listening) {
        (true, _) => true,
        (false, true) => socket.is_server(),
        // Without either, what is connected.
        (false, false) => socket.state == 1 || socket.state == 2,
    });
    all
}

fn parse(line: &str, udp: bool) -> Option<Socket> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (sent, received) = fields.get(4)?.split_once(':')?;
    Some(Socket {
        udp,
        local: address(fields.get(1)?)?,
        remote: address(fields.get(2)?)?,
        state: u8::from_str_radix(fields.get(3)?, 16).ok()?,
        sent: u64::from_str_radix(sent, 16).ok()?,
        received: u64::from_str_radix(received, 16).ok()?,
        inode: fields.get(9)?.parse().ok()?,
    })
}

fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(ip.get(at..at + 8)?, 16).ok().map(u32::to_le_bytes);
    let ip: IpAddr = if ip.len() == 8 {
        Ipv4Addr::from(word(0)?).into()
    } else {
        let words = [word(0)?, word(8)?, word(16)?, word(24)?];
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(words.iter().flatten()).for_each(|(to, from)| *to = *from);
        Ipv6Addr::from(bytes).into()
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// Which process has a socket: its name, number and descriptor.
fn owners() -> HashMap<u64, (String, u32, u32)> {
    let mut owners = HashMap::new();
    let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    for process in files::read_dir("/proc").unwrap_or_default() {
        let Ok(pid) = text(&process.name).parse::<u32>() else { continue };
        let comm = read::whole(format!("/proc/{pid}/comm").as_bytes()).unwrap_or_default();
        for fd in files::read_dir(format!("/proc/{pid}/fd")).unwrap_or_default() {
            let Ok(number) = text(&fd.name).parse::<u32>() else { continue };
            let Ok(target) = files::read_link(format!("/proc/{pid}/fd/{number}")) else { continue };
            let target = text(&target);
            let inode = target.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            if let Some(inode) = inode.and_then(|inode| inode.parse().ok()) {
                owners.insert(inode, (text(comm.trim_ascii_end()), pid, number));
            }
        }
    }
    owners
}

/// `ADDRESS:PORT`, with `*` for any port.
fn shown(address: SocketAddr, brackets: bool) -> String {
    let port = if address.port() == 0 { "*".to_owned() } else { address.port().to_string() };
    match address.ip() {
        IpAddr::V6(ip) if brackets => format!("[{ip}]:{port}"),
        ip => format!("{ip}:{port}"),
    }
}

/// Runs ss.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let config = read_options(args)?;
    let owners = if config.processes { owners() } else { HashMap::new() };
    let both = config.tcp && config.udp;
    let mut rows: Vec<Vec<String>> = Vec::new();
    if !config.no_header {
        let head = ["State", "Recv-Q", "Send-Q", "Local Address:Port", "Peer Address:Port", "Process"];
        rows.push(both.then_some("Netid").into_iter().chain(head).map(str::to_owned).collect());
    }
    for socket in sockets(&config) {
        let state = match (socket.state, socket.udp) {
            (1, _) => "ESTAB",
            (2, _) => "SYN-SENT",
            (10, _) => "LISTEN",
            _ => "UNCONN",
        };
        let mut row = Vec::new();
        if both {
            row.push(if socket.udp { "udp" } else { "tcp" }.to_owned());
        }
        row.extend([
            state.to_owned(),
            socket.received.to_string(),
            socket.sent.to_string(),
            shown(socket.local, true),
            shown(socket.remote, true),
        ]);
        let owner = owners.get(&socket.inode);
        row.push(owner.map(|(name, pid, fd)| format!("users:((\"{name}\",pid={pid},fd={fd}))")).unwrap_or_default());
        rows.push(row);
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().filter_map(|row| row.get(i)).map(String::len).max().unwrap_or(0)).collect();
    let mut out = stdout();
    for row in rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", cells.join(" ").trim_end())?;
    }
    out.flush()?;
    Ok(0)
}

/// Runs netstat.
pub fn netstat(args: Vec<Vec<u8>>) -> Outcome {
    let config = read_options(args)?;
    let owners = if config.processes { owners() } else { HashMap::new() };
    let mut out = stdout();
    let which = match (config.all, config.listening) {
        (true, _) => "servers and established",
        (false, true) => "only servers",
        (false, false) => "w/o servers",
    };
    writeln!(out, "Active Internet connections ({which})")?;
    let program = if config.processes { "PID/Program name" } else { "" };
    let head =
        format!("Proto Recv-Q Send-Q {:<23} {:<23} {:<11} {program}", "Local Address", "Foreign Address", "State");
    writeln!(out, "{}", head.trim_end())?;
    let mut all = sockets(&config);
    all.sort_by_key(|socket| socket.udp);
    for socket in all {
        let proto =
            format!("{}{}", if socket.udp { "udp" } else { "tcp" }, if socket.local.is_ipv6() { "6" } else { "" });
        let state = match (socket.state, socket.udp) {
            (1, _) => "ESTABLISHED",
            (2, _) => "SYN_SENT",
            (10, _) => "LISTEN",
            _ => "",
        };
        let owner = match owners.get(&socket.inode) {
            Some((name, pid, _)) => format!("{pid}/{name}"),
            None if config.processes => "-".into(),
            None => String::new(),
        };
        let line = format!(
            "{proto:<5} {:>6} {:>6} {:<23} {:<23} {state:<11} {owner}",
            socket.received,
            socket.sent,
            shown(socket.local, false),
            shown(socket.remote, false),
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_kernel() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000  1000        0 7 1";
        let socket = parse(line, false).unwrap();
        assert_eq!(socket.local, "127.0.0.1:8080".parse().unwrap());
        assert_eq!((socket.state, socket.received, socket.inode), (10, 5, 7));
        assert_eq!(address("00000000000000000000000001000000:0050"), Some("[::1]:80".parse().unwrap()));
        assert_eq!(parse("", false), None);
    }
}

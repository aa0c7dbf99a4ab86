//! getent: entries of the system's tables.

use crate::process::read;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use std::io::Write;
use std::net::{IpAddr, ToSocketAddrs};

const HELP: &str = "\
{} DATABASE [KEY]...
Print entries of a table: passwd, group, hosts, ahosts, shells, services or protocols.";

/// Runs getent.
pub fn getent(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+is:", &[], HELP);
    let mut operands = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(operand) = item {
            operands.push(lossy(&operand));
        }
    }
    let Some((table, keys)) = operands.split_first() else {
        return Err(Failure::usage("wrong number of arguments"));
    };
    let entry: fn(&str) -> Option<Entry> = match table.as_str() {
        "passwd" | "group" => numbered,
        "hosts" | "ahosts" | "ahostsv4" | "ahostsv6" => host,
        "shells" => |line| (!line.starts_with('#')).then(|| Entry { keys: vec![line.into()], text: line.into() }),
        "services" | "protocols" => service,
        _ => return Err(Failure::new(format!("Unknown database: {table}")).status(1)),
    };
    let file = if table.starts_with("ahosts") { "hosts" } else { table };
    let text = read(format!("/etc/{file}").as_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let entries: Vec<Entry> = text.lines().filter(|line| !line.trim().is_empty()).filter_map(entry).collect();
    let mut out = stdout();
    let mut status = 0;
    if keys.is_empty() {
        for entry in &entries {
            writeln!(out, "{}", entry.text)?;
        }
    }
    for key in keys {
        if table.starts_with("ahosts") {
            let wanted = |ip: &IpAddr| match table.as_str() {
                "ahostsv4" => ip.is_ipv4(),
                "ahostsv6" => ip.is_ipv6(),
                _ => true,
            };
            let found: Vec<IpAddr> = addresses(key).into_iter().filter(wanted).collect();
            status = if found.is_empty() { 2 } else { status };
            write!(out, "{}", with_sockets(key, &found))?;
            continue;
        }
        match entries.iter().find(|entry| entry.keys.contains(key)) {
            Some(entry) => writeln!(out, "{}", entry.text)?,
            None if table == "hosts" && key.parse::<IpAddr>().is_err() => {
                let found = addresses(key);
                status = if found.is_empty() { 2 } else { status };
                for ip in found {
                    writeln!(out, "{:<15} {key}", ip.to_string())?;
                }
            }
            None => status = 2,
        }
    }
    out.flush()?;
    Ok(status)
}

/// What the resolver finds; nothing when it may not look.
fn addresses(name: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for address in (name, 0).to_socket_addrs().into_iter().flatten() {
        if !found.contains(&address.ip()) {
            found.push(address.ip());
        }
    }
    found
}

/// A line for each kind of socket, the first with the name.
fn with_sockets(name: &str, found: &[IpAddr]) -> String {
    let mut name = Some(name);
    let mut lines = String::new();
    for ip in found {
        for kind in ["STREAM", "DGRAM", "RAW"] {
            lines += &format!("{:<15} {kind:<6} {}\n", ip.to_string(), name.take().unwrap_or_default());
        }
    }
    lines
}

/// A line of a table, and what it is found by.
#[derive(Debug, PartialEq)]
struct Entry {
    keys: Vec<String>,
    text: String,
}

/// `name:password:number:...`
fn numbered(line: &str) -> Option<Entry> {
    let mut fields = line.split(':');
    let keys = vec![fields.next()?.to_owned(), fields.nth(1)?.to_owned()];
    Some(Entry { keys, text: line.to_owned() })
}

fn words(line: &str) -> Vec<String> {
    line.split('#').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// `address name alias...`
fn host(line: &str) -> Option<Entry> {
    let words = words(line);
    let (address, names) = words.split_first().filter(|(_, names)| !names.is_empty())?;
    Some(Entry { text: format!("{address:<15} {}", names.join(" ")), keys: words })
}

/// `name number[/protocol] alias...`
fn service(line: &str) -> Option<Entry> {
    let words = words(line);
    let (name, rest) = words.split_first().filter(|(_, rest)| !rest.is_empty())?;
    let number = rest[0].split('/').next().unwrap_or_default().to_owned();
    let mut keys = vec![name.clone(), rest[0].clone(), number];
    keys.extend_from_slice(&rest[1..]);
    Some(Entry { text: format!("{name:<21} {}", rest.join(" ")), keys })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_sockets() {
        let found = ["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()];
        assert_eq!(
            with_sockets("localhost", &found),
            "127.0.0.1       STREAM localhost\n127.0.0.1       DGRAM  \n127.0.0.1       RAW    \n\
             ::1             STREAM \n::1             DGRAM  \n::1             RAW    \n"
        );
    }

    #[test]
    fn lines() {
        assert_eq!(numbered("root:x:0:0::/root:/bin/sh").unwrap().keys, ["root", "0"]);
        assert_eq!(host("127.0.0.1 localhost # here").unwrap().text, "127.0.0.1       localhost");
        assert_eq!(host("# nothing"), None);
        assert_eq!(service("http 80/tcp www").unwrap().keys, ["http", "80/tcp", "80", "www"]);
    }
}

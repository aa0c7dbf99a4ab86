//! getent: entries of the system's tables.

use crate::process::read;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use std::io::Write;

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
        "hosts" | "ahosts" | "ahostsv4" => host,
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
        match entries.iter().find(|entry| entry.keys.contains(key)) {
            Some(entry) => writeln!(out, "{}", entry.text)?,
            None => status = 2,
        }
    }
    out.flush()?;
    Ok(status)
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
    fn lines() {
        assert_eq!(numbered("root:x:0:0::/root:/bin/sh").unwrap().keys, ["root", "0"]);
        assert_eq!(host("127.0.0.1 localhost # here").unwrap().text, "127.0.0.1       localhost");
        assert_eq!(host("# nothing"), None);
        assert_eq!(service("http 80/tcp www").unwrap().keys, ["http", "80/tcp", "80", "www"]);
    }
}

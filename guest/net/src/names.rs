//! host and nslookup: names and their addresses.

use crate::socket::{self, Deadline, resolve};
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use std::io::Write;
use std::time::Duration;

/// What a lookup may take.
const TIME: Duration = Duration::from_secs(10);

fn operands(args: Vec<Vec<u8>>, shorts: &'static str, help: &'static str) -> Result<Vec<String>, Failure> {
    let mut options = Options::new(args, shorts, &[], help);
    let mut operands = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(operand) = item {
            operands.push(String::from_utf8_lossy(&operand).into_owned());
        }
    }
    Ok(operands)
}

fn look_up(name: &str) -> Result<Vec<std::net::IpAddr>, socket::Error> {
    resolve(name, Deadline::after(Some(TIME)))
}

/// Runs host.
pub fn host(args: Vec<Vec<u8>>) -> Outcome {
    let names = operands(args, "t:46avW:R:", "{} NAME [SERVER]\nLook up the addresses of a name.")?;
    let name = names.first().ok_or_else(|| Failure::usage("a name is expected"))?;
    let mut out = stdout();
    let status = match look_up(name) {
        Ok(addresses) => {
            for ip in addresses {
                let kind = if ip.is_ipv4() { "address" } else { "IPv6 address" };
                writeln!(out, "{name} has {kind} {ip}")?;
            }
            0
        }
        Err(_) => {
            writeln!(out, "Host {name} not found: 3(NXDOMAIN)")?;
            1
        }
    };
    out.flush()?;
    Ok(status)
}

/// Runs nslookup.
pub fn nslookup(args: Vec<Vec<u8>>) -> Outcome {
    let names = operands(args, "", "{} NAME [SERVER]\nLook up the addresses of a name.")?;
    let name = names.first().ok_or_else(|| Failure::usage("a name is expected"))?;
    let mut out = stdout();
    let status = match look_up(name) {
        Ok(addresses) => {
            for ip in addresses {
                writeln!(out, "Name:\t{name}\nAddress: {ip}")?;
            }
            0
        }
        Err(_) => {
            writeln!(out, "** server can't find {name}: NXDOMAIN")?;
            1
        }
    };
    out.flush()?;
    Ok(status)
}

//! Which addresses are what.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Whether the address is the sandbox itself.
pub(super) fn is_own(ip: IpAddr) -> bool {
    ip.is_loopback()
}

/// The loopback address of the same family.
pub(super) fn loopback(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    }
}

/// The address that is meant: an unspecified one is the sandbox, as on Linux.
pub(super) fn meant(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if ip.is_unspecified() => SocketAddr::new(loopback(ip), address.port()),
        _ => address,
    }
}

/// Where a connection that leaves the sandbox seems to come from, to the guest. The host's own address stays outside.
pub(super) fn outside(family: IpAddr) -> IpAddr {
    match family {
        IpAddr::V4(_) => Ipv4Addr::new(10, 0, 2, 15).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 0x15).into(),
    }
}

/// Whether two bindings of one port would answer for the same address.
pub(super) fn overlap(a: IpAddr, b: IpAddr) -> bool {
    a.is_ipv4() == b.is_ipv4() && (a == b || a.is_unspecified() || b.is_unspecified())
}

/// Whether the address belongs to the public internet: what a rule about a name may lead to. Everything that names
/// this host, its networks, or another address inside itself is not.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    !matches!(
        ip.octets(),
        // This network, private, carrier's, loopback, link-local.
        [0 | 10 | 127, ..] | [100, 64..=127, ..] | [169, 254, ..] | [172, 16..=31, ..] | [192, 168, ..]
        // Protocol assignments, documentation, 6to4 relays, benchmarks.
        | [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _]
        // Multicast, reserved, broadcast.
        | [224..=255, ..]
    )
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match s {
        // Unspecified, loopback, IPv4 in two spellings.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] => v4(high, low),
        // IPv4 behind a translator.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => v4(high, low),
        // 6to4 carries an IPv4 address.
        [0x2002, high, low, ..] => v4(high, low),
        // Teredo and other assignments, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // Only global unicast is left: not unique-local, link-local, multicast, or a local translator.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// A block of addresses: `10.0.0.0/8`, `fd00::/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    base: IpAddr,
    prefix: u8,
}

impl Block {
    /// `None` when the text is no address and no block.
    pub(super) fn parse(text: &str) -> Option<Result<Block, String>> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().ok()?;
        let bits = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix.map(str::parse) {
            None => bits,
            Some(Ok(prefix)) if prefix <= bits => prefix,
            Some(_) => return Some(Err(format!("a prefix of 0 to {bits} bits is expected"))),
        };
        Some(Ok(Block { base, prefix }))
    }

    pub(super) fn contains(self, ip: IpAddr) -> bool {
        match (self.base, ip) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                same_prefix(u32::from(base).into(), u32::from(ip).into(), 32 - self.prefix)
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => same_prefix(base.into(), ip.into(), 128 - self.prefix),
            _ => false,
        }
    }

    /// Whether it is a single address.
    pub(super) fn is_single(self) -> bool {
        self.prefix == if self.base.is_ipv4() { 32 } else { 128 }
    }

    /// Whether the block is about loopback addresses only: what it takes to reach the host's own.
    pub(super) fn is_loopback(self) -> bool {
        match self.base {
            IpAddr::V4(base) => base.is_loopback() && self.prefix >= 8,
            IpAddr::V6(base) => base.is_loopback() && self.prefix == 128,
        }
    }
}

/// Whether the numbers are equal but for their last `free` bits.
fn same_prefix(a: u128, b: u128, free: u8) -> bool {
    (a ^ b).checked_shr(free.into()).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn what_is_not_the_public_internet() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "fc00::1",
            "fd00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!public(text), "{text}");
        }
        for text in ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(public(text), "{text}");
        }
    }

    #[test]
    fn blocks() {
        let block = |text| Block::parse(text).unwrap().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(block("10.0.0.0/8").contains(ip("10.255.0.1")));
        assert!(!block("10.0.0.0/8").contains(ip("11.0.0.1")));
        assert!(block("0.0.0.0/0").contains(ip("11.0.0.1")));
        assert!(!block("0.0.0.0/0").contains(ip("::1")));
        assert!(block("fd00::/8").contains(ip("fdff::1")));
        assert!(block("::/0").contains(ip("fdff::1")));
        assert!(block("127.0.0.1").contains(ip("127.0.0.1")) && block("127.0.0.1").is_loopback());
        assert!(!block("0.0.0.0/0").is_loopback() && !block("::/0").is_loopback());
        assert!(Block::parse("10.0.0.0/33").unwrap().is_err());
        assert!(Block::parse("example.com").is_none());
    }
}

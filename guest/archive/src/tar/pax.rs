//! The records of pax's extended headers: `LENGTH KEYWORD=VALUE` lines.

use super::header::{Kind, Member, Sparse};
use crate::times::{SECOND, split};

/// What extended headers tell, by keyword; a later one of the same keyword wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(Vec<(Vec<u8>, Vec<u8>)>);

impl Records {
    /// Adds the records in `data`; whether it was well formed.
    pub fn read(&mut self, data: &[u8]) -> bool {
        let mut rest = data;
        while !rest.is_empty() && rest[0] != 0 {
            let Some((record, after)) = next(rest) else { return false };
            let Some(equals) = record.iter().position(|&b| b == b'=') else { return false };
            let (keyword, value) = (&record[..equals], &record[equals + 1..]);
            // Sparse maps of version 0.0 repeat these two for each part: they add up.
            if !matches!(keyword, b"GNU.sparse.offset" | b"GNU.sparse.numbytes") {
                self.0.retain(|(known, _)| known != keyword);
            }
            self.0.push((keyword.to_vec(), value.to_vec()));
            rest = after;
        }
        true
    }

    fn get(&self, keyword: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == keyword.as_bytes()).map(|(_, value)| value.as_slice())
    }

    fn number(&self, keyword: &str) -> Option<u64> {
        std::str::from_utf8(self.get(keyword)?).ok()?.parse().ok()
    }

    /// Changes what a header said.
    pub fn apply(&self, member: &mut Member) {
        let text = |keyword, field: &mut Vec<u8>| {
            if let Some(value) = self.get(keyword) {
                *field = value.to_vec();
            }
        };
        text("path", &mut member.name);
        text("linkpath", &mut member.link);
        text("uname", &mut member.user);
        text("gname", &mut member.group);
        if let Some(name) = self.get("GNU.sparse.name") {
            member.name = name.to_vec();
        }
        if let Some(size) = self.number("size").filter(|_| member.kind.has_contents()) {
            member.size = size;
        }
        member.uid = self.number("uid").unwrap_or(member.uid);
        member.gid = self.number("gid").unwrap_or(member.gid);
        if let Some(mtime) = self.get("mtime").and_then(|value| time(std::str::from_utf8(value).ok()?)) {
            member.mtime = mtime;
        }
        if member.kind == Kind::File {
            member.sparse = self.sparse();
        }
    }

    /// Whether the contents begin with a map of the parts.
    pub fn has_map_in_contents(&self) -> bool {
        self.get("GNU.sparse.major") == Some(b"1")
    }

    fn sparse(&self) -> Option<Sparse> {
        let size = self.number("GNU.sparse.realsize").or_else(|| self.number("GNU.sparse.size"))?;
        let mut numbers = Vec::new();
        if let Some(map) = self.get("GNU.sparse.map") {
            for number in map.split(|&b| b == b',') {
                numbers.push(std::str::from_utf8(number).ok()?.parse().ok()?);
            }
        } else {
            for (keyword, value) in &self.0 {
                if matches!(keyword.as_slice(), b"GNU.sparse.offset" | b"GNU.sparse.numbytes") {
                    numbers.push(std::str::from_utf8(value).ok()?.parse().ok()?);
                }
            }
        }
        Some(Sparse { size, parts: numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect() })
    }
}

/// The first record and what follows it.
fn next(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = data.iter().take(20).position(|&b| b == b' ')?;
    let len: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
    if len <= space + 1 || len > data.len() || data[len - 1] != b'\n' {
        return None;
    }
    Some((&data[space + 1..len - 1], &data[len..]))
}

/// Seconds with a fraction.
fn time(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    let nanoseconds: i64 = digits.parse().ok()?;
    let nanoseconds = if whole.starts_with('-') { -nanoseconds } else { nanoseconds };
    seconds.checked_mul(SECOND)?.checked_add(nanoseconds)
}

/// The records that a member needs besides its header.
pub fn records(member: &Member) -> Vec<u8> {
    let mut data = Vec::new();
    if member.name.len() > 100 || !member.name.is_ascii() {
        record(&mut data, "path", &member.name);
    }
    if member.link.len() > 100 || !member.link.is_ascii() {
        record(&mut data, "linkpath", &member.link);
    }
    for (keyword, value, digits) in [("size", member.size, 11), ("uid", member.uid, 7), ("gid", member.gid, 7)] {
        if value >> (3 * digits) != 0 {
            record(&mut data, keyword, value.to_string().as_bytes());
        }
    }
    let (seconds, nanoseconds) = split(member.mtime);
    if seconds < 0 || nanoseconds != 0 {
        let (sign, seconds, nanoseconds) = match (seconds < 0, nanoseconds) {
            (true, 0) => ("-", -seconds, 0),
            (true, n) => ("-", -seconds - 1, 1_000_000_000 - n),
            (false, n) => ("", seconds, n),
        };
        let text = format!("{sign}{seconds}.{nanoseconds:09}");
        record(&mut data, "mtime", text.trim_end_matches('0').trim_end_matches('.').as_bytes());
    }
    data
}

fn record(data: &mut Vec<u8>, keyword: &str, value: &[u8]) {
    // The length counts its own digits.
    let rest = keyword.len() + value.len() + 3;
    let mut len = rest + 1;
    while len != rest + len.to_string().len() {
        len = rest + len.to_string().len();
    }
    data.extend(format!("{len} {keyword}=").into_bytes());
    data.extend_from_slice(value);
    data.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let member = Member {
            name: "ü".repeat(90).into_bytes(),
            link: b"l".repeat(101),
            size: 1 << 40,
            uid: 1 << 30,
            mtime: -1_500_000_000,
            ..Member::default()
        };
        let mut records = Records::default();
        assert!(records.read(&super::records(&member)));
        let mut read = Member::default();
        records.apply(&mut read);
        assert_eq!(read, member);
    }

    #[test]
    fn lengths_count_themselves() {
        let mut data = Vec::new();
        record(&mut data, "path", &b"x".repeat(91));
        assert!(data.starts_with(b"101 path="));
        assert_eq!(data.len(), 101);
    }

    #[test]
    fn malformed_records() {
        for bad in
            [&b"9 path=ab"[..], b"99 path=a\n", b"path=a\n", b"7 path\n", b"4 =a\n5 x\n", b"99999999999999999999 a=b\n"]
        {
            assert!(!Records::default().read(bad), "{:?}", String::from_utf8_lossy(bad));
        }
    }
}

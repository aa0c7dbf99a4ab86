//! Processes, as `/proc` shows them.

use agentfense_support::Failure;
use agentfense_support::time::now;
use agentfense_support::walk::join;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFlags};
use std::io::Read;

/// Ticks of `/proc/PID/stat` in a second.
pub const TICKS: u64 = 100;

/// A process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    pub pid: u32,
    pub name: String,
    pub state: char,
    pub parent: u32,
    pub group: u32,
    pub session: u32,
    pub ticks: u64,
    pub start: u64,
    pub virtual_size: u64,
    pub resident_pages: u64,
    pub command: Vec<u8>,
    pub uid: u32,
}

/// All that a file of `/proc` says.
pub fn read(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::new();
    let mut file = files::open(path, OpenFlags::READ, 0)?;
    file.read_to_end(&mut text).map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))?;
    Ok(text)
}

/// Every process, in order of its number.
pub fn all() -> Result<Vec<Process>, Failure> {
    let entries = files::read_dir("/proc").map_err(|errno| Failure::new(format!("cannot read /proc: {errno}")))?;
    let mut pids: Vec<u32> =
        entries.iter().filter_map(|entry| std::str::from_utf8(&entry.name).ok()?.parse().ok()).collect();
    pids.sort_unstable();
    // One that ended meanwhile is left out.
    Ok(pids.into_iter().filter_map(one).collect())
}

/// One process, if it is still there.
pub fn one(pid: u32) -> Option<Process> {
    let directory = format!("/proc/{pid}").into_bytes();
    let stat = read(&join(&directory, b"stat")).ok()?;
    let mut process = parse_stat(&String::from_utf8_lossy(&stat))?;
    process.pid = pid;
    let command = read(&join(&directory, b"cmdline")).unwrap_or_default();
    let command: Vec<_> = command.strip_suffix(b"\0").unwrap_or(&command).to_vec();
    process.command = command.iter().map(|&b| if b == 0 { b' ' } else { b }).collect();
    process.uid = files::stat(&directory, true).map_or(agentfense_support::names::UID, |stat| stat.uid);
    Some(process)
}

/// The fields of `/proc/PID/stat` (`man 5 proc`).
fn parse_stat(text: &str) -> Option<Process> {
    let (open, close) = (text.find('(')?, text.rfind(')')?);
    let fields: Vec<&str> = text.get(close + 1..)?.split_whitespace().collect();
    let number = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Some(Process {
        pid: text[..open].trim().parse().ok()?,
        name: text.get(open + 1..close)?.to_owned(),
        state: fields.first()?.chars().next()?,
        parent: number(1) as u32,
        group: number(2) as u32,
        session: number(3) as u32,
        ticks: number(11) + number(12),
        start: number(19),
        virtual_size: number(20),
        resident_pages: number(21),
        command: Vec::new(),
        uid: 0,
    })
}

/// Nanoseconds since the epoch when the sandbox started: what start times count from.
pub fn boot() -> i64 {
    let stat = read(b"/proc/stat").unwrap_or_default();
    let text = String::from_utf8_lossy(&stat).into_owned();
    let seconds = text.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse::<i64>().ok());
    if let Some(seconds) = seconds {
        return seconds.saturating_mul(1_000_000_000);
    }
    let uptime = read(b"/proc/uptime").unwrap_or_default();
    let uptime = String::from_utf8_lossy(&uptime).into_owned();
    let seconds: f64 = uptime.split_whitespace().next().and_then(|field| field.parse().ok()).unwrap_or(0.0);
    now() - (seconds * 1e9) as i64
}

/// A list of process numbers: `1,2 3`.
pub fn ids(value: &str) -> Result<Vec<u32>, Failure> {
    value
        .split([',', ' '])
        .filter(|id| !id.is_empty())
        .map(|id| id.parse().map_err(|_| Failure::new("process ID list syntax error")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_lines() {
        let line = "42 (a) b) S 1 42 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 1 0 900 4096 3 0";
        let process = parse_stat(line).unwrap();
        assert_eq!((process.name.as_str(), process.state, process.parent), ("a) b", 'S', 1));
        assert_eq!((process.group, process.session, process.ticks), (42, 7, 200));
        assert_eq!((process.start, process.virtual_size, process.resident_pages), (900, 4096, 3));
        assert!(parse_stat("nonsense").is_none());
    }
}

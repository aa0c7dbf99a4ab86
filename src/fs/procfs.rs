//! `/proc`, as far as `ps`, `free` and `uptime` look.

use super::device::{Device, parse_number};
use super::image::Fixed;
use super::node::{next_dev, now};
use super::{AGENT, DirEntry, Errno, FileHandle, FileType, Found, Node, OpenMode, Result, Stat};
use std::any::Any;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A process, as `/proc` shows it.
#[derive(Clone, Debug, Default)]
pub struct ProcInfo {
    /// Process id.
    pub pid: u32,
    /// Its parent's.
    pub parent: u32,
    /// Process group.
    pub group: u32,
    /// Session.
    pub session: u32,
    /// The terminal's foreground group, when the process has a terminal.
    pub foreground: Option<u32>,
    /// The command's name without its directory.
    pub name: String,
    /// Arguments, with the command.
    pub argv: Vec<String>,
    /// Environment, `NAME=value`.
    pub env: Vec<String>,
    /// Working directory.
    pub cwd: String,
    /// The program's path.
    pub exe: String,
    /// One of `R`, `S`, `T`, `Z`.
    pub state: char,
    /// Start, in nanoseconds after the sandbox's.
    pub start: u64,
    /// Processor time used, in nanoseconds.
    pub cpu: u64,
    /// Memory held, in bytes.
    pub memory: u64,
    /// Descriptors with what they are open on (`/tmp/x`, `pipe:[3]`).
    pub fds: Vec<(u32, String)>,
}

/// The sandbox, as `/proc` shows it.
#[derive(Clone, Debug, Default)]
pub struct SystemInfo {
    /// Nanoseconds since the sandbox's start.
    pub uptime: u64,
    /// Memory that the sandbox may use, in bytes.
    pub memory: u64,
    /// What of it is used.
    pub memory_used: u64,
    /// Processors.
    pub cpus: u32,
    /// (source, mount point, type, read-only).
    pub mounts: Vec<(String, String, String, bool)>,
}

/// A socket, as `/proc/net` shows it.
#[derive(Clone, Debug)]
pub struct SocketInfo {
    /// Its number.
    pub inode: u64,
    /// The process that has it.
    pub pid: u32,
    /// UDP, not TCP.
    pub udp: bool,
    /// Its address.
    pub local: SocketAddr,
    /// The other end's.
    pub remote: Option<SocketAddr>,
    /// Linux's number of its state: 1 established, 2 connecting, 7 closed, 10 listening.
    pub state: u8,
    /// Bytes that were received and not read.
    pub received: usize,
    /// Bytes that were sent and not read.
    pub sent: usize,
}

/// Where `/proc` has it from.
pub trait ProcSource: Send + Sync {
    /// Every process of the sandbox.
    fn processes(&self) -> Vec<ProcInfo>;
    /// One of them.
    fn process(&self, pid: u32) -> Option<ProcInfo> {
        self.processes().into_iter().find(|process| process.pid == pid)
    }
    /// The sockets of the sandbox.
    fn sockets(&self) -> Vec<SocketInfo>;
    /// The rest.
    fn system(&self) -> SystemInfo;
}

/// The tree to mount at `/proc`.
pub fn procfs(source: Arc<dyn ProcSource>) -> Arc<dyn Node> {
    let proc = Arc::new(Proc { dev: next_dev(), time: now(), source });
    Arc::new(ProcNode { proc, file: Entry::Root })
}

struct Proc {
    dev: u64,
    time: i64,
    source: Arc<dyn ProcSource>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Entry {
    Root,
    /// `/proc/self`
    Caller,
    System(usize),
    Net,
    NetFile(usize),
    Process(u32),
    File(u32, usize),
    Link(u32, usize),
    Fds(u32),
    Fd(u32, u32),
}

const SYSTEM: [&str; 7] = ["uptime", "meminfo", "cpuinfo", "loadavg", "version", "mounts", "stat"];
const FILES: [&str; 5] = ["stat", "status", "cmdline", "comm", "environ"];
const NET: [&str; 4] = ["tcp", "tcp6", "udp", "udp6"];
const LINKS: [&str; 3] = ["cwd", "exe", "root"];

struct ProcNode {
    proc: Arc<Proc>,
    file: Entry,
}

impl Entry {
    fn kind(self) -> FileType {
        match self {
            Entry::Root | Entry::Net | Entry::Process(_) | Entry::Fds(_) => FileType::Directory,
            Entry::Caller | Entry::Link(..) | Entry::Fd(..) => FileType::Symlink,
            Entry::System(_) | Entry::NetFile(_) | Entry::File(..) => FileType::Regular,
        }
    }

    fn ino(self) -> u64 {
        let process = |pid: u32| (u64::from(pid) + 1) << 32;
        match self {
            Entry::Root => 1,
            Entry::Caller => 2,
            Entry::Net => 3,
            Entry::System(which) => 16 + which as u64,
            Entry::NetFile(which) => 48 + which as u64,
            Entry::Process(pid) => process(pid),
            Entry::Fds(pid) => process(pid) + 1,
            Entry::File(pid, which) => process(pid) + 16 + which as u64,
            Entry::Link(pid, which) => process(pid) + 32 + which as u64,
            Entry::Fd(pid, fd) => process(pid) + 64 + u64::from(fd),
        }
    }

    fn mode(self) -> u32 {
        match self.kind() {
            FileType::Directory => 0o555,
            FileType::Symlink => 0o777,
            _ if matches!(self, Entry::File(_, 4)) => 0o400,
            _ => 0o444,
        }
    }
}

impl ProcNode {
    fn make(&self, file: Entry) -> Found {
        let stat = self.proc.stat(file);
        (Arc::new(ProcNode { proc: Arc::clone(&self.proc), file }), stat)
    }

    fn process(&self, pid: u32) -> Result<ProcInfo> {
        self.proc.source.process(pid).ok_or(Errno::NoEnt)
    }

    fn text(&self) -> Result<String> {
        match self.file {
            Entry::System(which) => Ok(self.proc.system(SYSTEM[which])),
            Entry::NetFile(which) => Ok(net_file(NET[which], &self.proc.source.sockets())),
            Entry::File(pid, which) => Ok(process_file(FILES[which], &self.process(pid)?)),
            _ => Err(Errno::Inval),
        }
    }

    fn entries(&self) -> Result<Vec<(String, Entry)>> {
        let mut all: Vec<(String, Entry)> = Vec::new();
        match self.file {
            Entry::Root => {
                all.push(("self".into(), Entry::Caller));
                all.push(("net".into(), Entry::Net));
                all.extend(SYSTEM.iter().enumerate().map(|(i, n)| (n.to_string(), Entry::System(i))));
                let processes = self.proc.source.processes();
                all.extend(processes.iter().map(|p| (p.pid.to_string(), Entry::Process(p.pid))));
            }
            Entry::Net => all.extend(NET.iter().enumerate().map(|(i, n)| (n.to_string(), Entry::NetFile(i)))),
            Entry::Process(pid) => {
                self.process(pid)?;
                all.push(("fd".into(), Entry::Fds(pid)));
                let files = FILES.iter().enumerate();
                all.extend(files.map(|(i, n)| (n.to_string(), Entry::File(pid, i))));
                let links = LINKS.iter().enumerate();
                all.extend(links.map(|(i, n)| (n.to_string(), Entry::Link(pid, i))));
            }
            Entry::Fds(pid) => {
                let fds = self.process(pid)?.fds;
                all.extend(fds.iter().map(|(fd, _)| (fd.to_string(), Entry::Fd(pid, *fd))));
            }
            _ => return Err(Errno::NotDir),
        }
        Ok(all)
    }
}

impl Proc {
    fn stat(&self, file: Entry) -> Stat {
        let system = matches!(file, Entry::Root | Entry::Caller | Entry::System(_) | Entry::Net | Entry::NetFile(_));
        let owner = if system { 0 } else { AGENT };
        let kind = file.kind();
        Stat {
            dev: self.dev,
            ino: file.ino(),
            kind,
            mode: file.mode(),
            nlink: if kind == FileType::Directory { 2 } else { 1 },
            uid: owner,
            gid: owner,
            size: 0,
            atime: self.time,
            mtime: self.time,
            ctime: self.time,
        }
    }

    fn system(&self, name: &str) -> String {
        let system = self.source.system();
        let mut out = String::new();
        let seconds = |ns: u64| format!("{}.{:02}", ns / 1_000_000_000, ns / 10_000_000 % 100);
        // Writing to a string cannot fail.
        let _ = match name {
            "uptime" => {
                let used: u64 = self.source.processes().iter().map(|p| p.cpu).sum();
                let all = system.uptime.saturating_mul(u64::from(system.cpus));
                writeln!(out, "{} {}", seconds(system.uptime), seconds(all.saturating_sub(used)))
            }
            "meminfo" => {
                let free = system.memory.saturating_sub(system.memory_used) / 1024;
                let mut line = |name: &str, kb: u64| writeln!(out, "{:<16}{kb:>8} kB", format!("{name}:"));
                line("MemTotal", system.memory / 1024)
                    .and_then(|()| line("MemFree", free))
                    .and_then(|()| line("MemAvailable", free))
                    .and_then(|()| line("Buffers", 0))
                    .and_then(|()| line("Cached", 0))
                    .and_then(|()| line("Shmem", 0))
                    .and_then(|()| line("SReclaimable", 0))
                    .and_then(|()| line("SwapTotal", 0))
                    .and_then(|()| line("SwapFree", 0))
            }
            "cpuinfo" => {
                (0..system.cpus).try_for_each(|cpu| writeln!(out, "processor\t: {cpu}\nmodel name\t: WebAssembly\n"))
            }
            "loadavg" => {
                let processes = self.source.processes();
                let running = processes.iter().filter(|p| p.state == 'R').count();
                let last = processes.iter().map(|p| p.pid).max().unwrap_or(0);
                writeln!(out, "0.00 0.00 0.00 {running}/{} {last}", processes.len())
            }
            "version" => writeln!(out, "Linux version 6.1.0 (agentfense {})", env!("CARGO_PKG_VERSION")),
            "mounts" => system.mounts.iter().try_for_each(|(source, at, kind, read_only)| {
                let mode = if *read_only { "ro" } else { "rw" };
                writeln!(out, "{} {} {kind} {mode} 0 0", mount_field(source), mount_field(at))
            }),
            _ => {
                let boot = self.time / 1_000_000_000;
                let used: u64 = self.source.processes().iter().map(|p| p.cpu).sum();
                let idle = system.uptime.saturating_mul(u64::from(system.cpus)).saturating_sub(used);
                let (user, idle) = (used / 10_000_000, idle / 10_000_000);
                let count = self.source.processes().len();
                writeln!(
                    out,
                    "cpu  {user} 0 0 {idle} 0 0 0 0 0 0\nbtime {boot}\nprocesses {count}\nprocs_running 1\nprocs_blocked 0"
                )
            }
        };
        out
    }
}

/// `/proc/net/tcp` and its kin: addresses as hexadecimal words of the machine's byte order, as Linux writes them.
fn net_file(name: &str, sockets: &[SocketInfo]) -> String {
    let (udp, v6) = (name.starts_with("udp"), name.ends_with('6'));
    let address = |address: SocketAddr| match address.ip() {
        IpAddr::V4(ip) => format!("{:08X}:{:04X}", u32::from_le_bytes(ip.octets()), address.port()),
        IpAddr::V6(ip) => {
            let words: Vec<_> =
                ip.octets().as_chunks().0.iter().map(|w| format!("{:08X}", u32::from_le_bytes(*w))).collect();
            format!("{}:{:04X}", words.concat(), address.port())
        }
    };
    let mut out = String::from(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n",
    );
    let shown = sockets.iter().filter(|socket| socket.udp == udp && socket.local.is_ipv6() == v6);
    for (line, socket) in shown.enumerate() {
        let nobody = SocketAddr::new(if v6 { [0u16; 8].into() } else { [0u8; 4].into() }, 0);
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{line:4}: {} {} {:02X} {:08X}:{:08X} 00:00000000 00000000 {AGENT:5}        0 {} 1",
            address(socket.local),
            address(socket.remote.unwrap_or(nobody)),
            socket.state,
            socket.sent,
            socket.received,
            socket.inode,
        );
    }
    out
}

/// As the kernel writes it: space, tab, newline and backslash in octal.
fn mount_field(text: &str) -> String {
    text.replace('\\', "\\134").replace(' ', "\\040").replace('\t', "\\011").replace('\n', "\\012")
}

fn process_file(name: &str, p: &ProcInfo) -> String {
    // What `comm` can hold.
    let mut comm = p.name.clone();
    while comm.len() > 15 {
        comm.pop();
    }
    let ticks = |ns: u64| ns / 10_000_000;
    match name {
        "stat" => {
            let (tty, foreground) = match p.foreground {
                Some(group) => (34816, i64::from(group)),
                None => (0, -1),
            };
            format!(
                "{} ({comm}) {} {} {} {} {tty} {foreground} 0 0 0 0 0 {} 0 0 0 20 0 1 0 {} {} {} 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n",
                p.pid,
                p.state,
                p.parent,
                p.group,
                p.session,
                ticks(p.cpu),
                ticks(p.start),
                p.memory,
                p.memory / 4096,
            )
        }
        "status" => {
            let state = match p.state {
                'R' => "R (running)",
                'T' => "T (stopped)",
                'Z' => "Z (zombie)",
                _ => "S (sleeping)",
            };
            let kb = p.memory / 1024;
            format!(
                "Name:\t{comm}\nState:\t{state}\nTgid:\t{0}\nPid:\t{0}\nPPid:\t{1}\nUid:\t{AGENT}\t{AGENT}\t{AGENT}\t{AGENT}\nGid:\t{AGENT}\t{AGENT}\t{AGENT}\t{AGENT}\nFDSize:\t{2}\nVmSize:\t{kb:>8} kB\nVmRSS:\t{kb:>8} kB\nThreads:\t1\n",
                p.pid,
                p.parent,
                p.fds.len(),
            )
        }
        "cmdline" | "environ" => {
            let list = if name == "cmdline" { &p.argv } else { &p.env };
            let mut out = String::new();
            for text in list {
                out.push_str(text);
                out.push('\0');
            }
            out
        }
        _ => comm + "\n",
    }
}

impl Node for ProcNode {
    fn kind(&self) -> FileType {
        self.file.kind()
    }
    fn stat(&self) -> Result<Stat> {
        if let Entry::Process(pid) | Entry::File(pid, _) | Entry::Link(pid, _) | Entry::Fds(pid) = self.file {
            self.process(pid)?;
        }
        Ok(self.proc.stat(self.file))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn lookup(&self, name: &str) -> Result<Found> {
        let find = |list: &[&str]| list.iter().position(|own| *own == name);
        let file = match self.file {
            Entry::Root if name == "self" => Entry::Caller,
            Entry::Root if name == "net" => Entry::Net,
            Entry::Net => Entry::NetFile(find(&NET).ok_or(Errno::NoEnt)?),
            Entry::Root => match find(&SYSTEM) {
                Some(which) => Entry::System(which),
                None => {
                    let pid = parse_number(name).ok_or(Errno::NoEnt)?;
                    self.process(pid)?;
                    Entry::Process(pid)
                }
            },
            Entry::Process(pid) => {
                self.process(pid)?;
                match (find(&FILES), find(&LINKS)) {
                    (Some(which), _) => Entry::File(pid, which),
                    (_, Some(which)) => Entry::Link(pid, which),
                    _ if name == "fd" => Entry::Fds(pid),
                    _ => return Err(Errno::NoEnt),
                }
            }
            Entry::Fds(pid) => {
                let fd = parse_number(name).ok_or(Errno::NoEnt)?;
                if !self.process(pid)?.fds.iter().any(|(own, _)| *own == fd) {
                    return Err(Errno::NoEnt);
                }
                Entry::Fd(pid, fd)
            }
            _ => return Err(Errno::NotDir),
        };
        Ok(self.make(file))
    }
    fn read_dir(&self) -> Result<Vec<DirEntry>> {
        let entries = self.entries()?.into_iter();
        Ok(entries.map(|(name, file)| DirEntry { name, kind: file.kind(), ino: file.ino() }).collect())
    }
    fn readlink(&self, caller: u32) -> Result<String> {
        match self.file {
            Entry::Caller => Ok(caller.to_string()),
            Entry::Link(pid, which) => {
                let process = self.process(pid)?;
                Ok(match LINKS[which] {
                    "cwd" => process.cwd,
                    "exe" => process.exe,
                    _ => "/".into(),
                })
            }
            Entry::Fd(pid, fd) => {
                let fds = self.process(pid)?.fds;
                fds.into_iter().find(|(own, _)| *own == fd).map(|(_, text)| text).ok_or(Errno::NoEnt)
            }
            _ => Err(Errno::Inval),
        }
    }
    fn open(&self, mode: OpenMode) -> Result<Arc<dyn FileHandle>> {
        match self.file.kind() {
            FileType::Regular if mode.write => Err(Errno::Acces),
            FileType::Regular => {
                Ok(Arc::new(Fixed::new(self.stat()?, super::name::unescape(&self.text()?).into_owned().into())))
            }
            FileType::Directory => Err(Errno::IsDir),
            _ => Err(Errno::Loop),
        }
    }
    fn device(&self) -> Option<Device> {
        match self.file {
            Entry::Fd(pid, fd) => Some(Device::Descriptor { pid: Some(pid), fd }),
            _ => None,
        }
    }
}

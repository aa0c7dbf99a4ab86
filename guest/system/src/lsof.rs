//! lsof, fuser and pwdx: which process has what open.

use crate::process::{Process, all, ids};
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, stdout};
use agentfense_sys::files::{self, FileType};
use agentfense_sys::processes::{self, KillTarget};
use agentfense_sys::{Errno, Signal};
use std::io::Write;

/// Something that a process has open.
struct Open {
    /// `cwd`, `txt`, `rtd` or a number.
    descriptor: String,
    name: Vec<u8>,
}

/// What a process has open, as far as `/proc` tells.
fn open_files(pid: u32) -> Vec<Open> {
    let link = |name: &str| files::read_link(format!("/proc/{pid}/{name}")).ok();
    let mut open = Vec::new();
    for (descriptor, name) in [("cwd", "cwd"), ("rtd", "root"), ("txt", "exe")] {
        if let Some(name) = link(name) {
            open.push(Open { descriptor: descriptor.into(), name });
        }
    }
    let entries = files::read_dir(format!("/proc/{pid}/fd")).unwrap_or_default();
    let mut numbers: Vec<u32> =
        entries.iter().filter_map(|entry| std::str::from_utf8(&entry.name).ok()?.parse().ok()).collect();
    numbers.sort_unstable();
    for number in numbers {
        if let Some(name) = link(&format!("fd/{number}")) {
            open.push(Open { descriptor: number.to_string(), name });
        }
    }
    open
}

const LSOF_HELP: &str = "\
{} [OPTION]... [FILE]...
List what the processes of the sandbox have open, or who has FILEs open.

  -a        all of -c, -p and -u must hold
  -c NAME   processes whose names start with NAME
  -n, -P, -w, -l  accepted: there is nothing to look up
  -p PIDS   processes with these numbers
  -t        print process numbers only
  -u USERS  processes of these users
  +D DIR    what is open below DIR";

/// Runs lsof.
pub fn lsof(args: Vec<Vec<u8>>) -> Outcome {
    // `+D` and `+d` are no options to getopt.
    let mut below: Option<Vec<u8>> = None;
    let mut plain = Vec::with_capacity(args.len());
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"+D" || arg == b"+d" {
            below = Some(args.next().ok_or_else(|| Failure::usage("+D is not followed by a directory"))?);
        } else {
            plain.push(arg);
        }
    }
    let mut options = Options::new(plain, "ac:nPwlp:tu:", &[], LSOF_HELP);
    let (mut every, mut terse) = (false, false);
    let (mut names, mut pids, mut users, mut paths) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => every = true,
            Item::Option('c', name) => names.push(lossy(&name)),
            Item::Option('p', list) => pids.extend(ids(&lossy(&list))?),
            Item::Option('t', _) => terse = true,
            Item::Option('u', list) => {
                let table = Names::users();
                for name in lossy(&list).split(',') {
                    let id = table.id(name).ok_or_else(|| Failure::new(format!("can't get UID for {name}")))?;
                    users.push(id);
                }
            }
            Item::Option(..) => {}
            Item::Operand(path) => paths.push(real(&path)?),
        }
    }
    if let Some(directory) = &below {
        below = Some(real(directory)?);
    }
    let users_table = Names::users();
    let mut out = stdout();
    let (mut any, mut header) = (false, false);
    for process in all()? {
        let tests: Vec<bool> = [
            (!names.is_empty()).then(|| names.iter().any(|name| process.name.starts_with(name.as_str()))),
            (!pids.is_empty()).then(|| pids.contains(&process.pid)),
            (!users.is_empty()).then(|| users.contains(&process.uid)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let chosen = tests.is_empty() || if every { tests.iter().all(|&t| t) } else { tests.contains(&true) };
        if !chosen {
            continue;
        }
        let mut open = open_files(process.pid);
        if !paths.is_empty() || below.is_some() {
            open.retain(|open| {
                paths.contains(&open.name) || below.as_ref().is_some_and(|dir| is_below(&open.name, dir))
            });
        }
        if open.is_empty() {
            continue;
        }
        any = true;
        if terse {
            writeln!(out, "{}", process.pid)?;
            continue;
        }
        if !header {
            writeln!(out, "COMMAND     PID   USER   FD   TYPE SIZE/OFF       NODE NAME")?;
            header = true;
        }
        for open in &open {
            list(&mut out, &process, &users_table, open)?;
        }
    }
    out.flush()?;
    Ok(u8::from(!any))
}

fn real(path: &[u8]) -> Result<Vec<u8>, Failure> {
    files::real_path(path).map_err(|errno| Failure::new(format!("status error on {}: {errno}", lossy(path))))
}

fn is_below(name: &[u8], directory: &[u8]) -> bool {
    name == directory
        || name.strip_prefix(directory).is_some_and(|rest| rest.first() == Some(&b'/'))
        || directory == b"/"
}

fn list(out: &mut impl Write, process: &Process, users: &Names, open: &Open) -> std::io::Result<()> {
    let stat = files::stat(&open.name, true).ok();
    let kind = match stat.as_ref().map(|stat| stat.kind) {
        _ if open.name.starts_with(b"pipe:") => "FIFO",
        Some(FileType::Directory) => "DIR",
        Some(FileType::Regular) => "REG",
        Some(FileType::Fifo) => "FIFO",
        Some(FileType::Character) => "CHR",
        _ => "unknown",
    };
    let size = stat.as_ref().map_or_else(|| "0t0".to_owned(), |stat| stat.size.to_string());
    let node = stat.as_ref().map_or_else(String::new, |stat| stat.ino.to_string());
    let command: String = process.name.chars().take(9).collect();
    let user = users.name_or_number(process.uid);
    let descriptor = &open.descriptor;
    write!(out, "{command:<9} {:5} {user:>6} {descriptor:>4} {kind:>6} {size:>8} {node:>10} ", process.pid)?;
    out.write_all(&open.name)?;
    out.write_all(b"\n")
}

const FUSER_HELP: &str = "\
{} [OPTION]... FILE...
Show which processes use FILEs.

  -k, --kill          send them a signal
  -s, --silent        print nothing
  -SIGNAL             the signal for -k instead of SIGKILL
  -v, --verbose       show users and names, too";

/// Runs fuser.
pub fn fuser(mut args: Vec<Vec<u8>>) -> Outcome {
    const LONGS: &[Long] =
        &[("kill", Takes::Nothing, 'k'), ("silent", Takes::Nothing, 's'), ("verbose", Takes::Nothing, 'v')];
    let mut signal = Signal::SIGKILL;
    args.retain(|arg| match lossy(arg).strip_prefix('-').and_then(|name| Signal::parse(name).ok()) {
        Some(named) => {
            signal = named;
            false
        }
        None => true,
    });
    let mut options = Options::new(args, "ksvamu", LONGS, FUSER_HELP);
    let (mut kill, mut silent, mut verbose, mut names) = (false, false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('k', _) => kill = true,
            Item::Option('s', _) => silent = true,
            Item::Option('v', _) => verbose = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("No process specification given"));
    }
    let users = Names::users();
    let own = processes::get_pid();
    let mut out = stdout();
    let mut found = false;
    for name in &names {
        let path = match files::real_path(name) {
            Ok(path) => path,
            Err(errno) => {
                complain("fuser", format_args!("Specified filename {} does not exist: {errno}", lossy(name)));
                continue;
            }
        };
        let holds = |process: &Process| open_files(process.pid).into_iter().find(|open| open.name == path);
        let holders: Vec<(Process, Open)> = all()?
            .into_iter()
            .filter(|process| process.pid != own)
            .filter_map(|process| holds(&process).map(|open| (process, open)))
            .collect();
        found |= !holders.is_empty();
        if !silent && !holders.is_empty() {
            write!(out, "{}:", lossy(&path))?;
            for (process, open) in &holders {
                let letter = match open.descriptor.as_str() {
                    "cwd" => "c",
                    "rtd" => "r",
                    "txt" => "e",
                    _ => "",
                };
                if verbose {
                    let user = users.name_or_number(process.uid);
                    write!(out, "\n  {user:<8} {:6} {letter:1} {}", process.pid, process.name)?;
                } else {
                    write!(out, " {:5}{letter}", process.pid)?;
                }
            }
            writeln!(out)?;
        }
        for (process, _) in holders.iter().filter(|_| kill) {
            match processes::kill(KillTarget::Process(process.pid), Some(signal)) {
                Ok(()) | Err(Errno::Srch) => {}
                Err(errno) => complain("fuser", format_args!("Could not kill process {}: {errno}", process.pid)),
            }
        }
    }
    out.flush()?;
    Ok(u8::from(!found))
}

/// Runs pwdx.
pub fn pwdx(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "", &[], "{} PID...\nShow the working directories of processes.");
    let mut status = 0;
    let mut out = stdout();
    let mut any = false;
    while let Some(item) = options.next_item()? {
        let Item::Operand(pid) = item else { continue };
        any = true;
        let text = lossy(&pid);
        let number: u32 = text
            .trim_start_matches("/proc/")
            .parse()
            .map_err(|_| Failure::new(format!("invalid process id: {text}")))?;
        match files::read_link(format!("/proc/{number}/cwd")) {
            Ok(directory) => writeln!(out, "{number}: {}", lossy(&directory))?,
            Err(_) => {
                writeln!(out, "{number}: No such process")?;
                status = 1;
            }
        }
    }
    if !any {
        return Err(Failure::usage("missing operand"));
    }
    out.flush()?;
    Ok(status)
}

//! top and w: what the sandbox is busy with.

use crate::free::Memory;
use crate::process::{Process, TICKS, all, ids, read};
use agentfense_support::names::Names;
use agentfense_support::options::number;
use agentfense_support::quote::lossy;
use agentfense_support::time::{Civil, now};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, duration, quote, stdout};
use agentfense_sys::files::OpenFile;
use agentfense_sys::processes;
use std::collections::HashMap;
use std::io::Write;
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]...
Show the processes of the sandbox, the busiest first, again and again until it is interrupted. No keys are read.

  -b          batch: no clearing of the screen
  -c          show command lines instead of names
  -d SECONDS  time between two pictures (default 3)
  -i          leave out what was not busy
  -n COUNT    end after so many
  -o FIELD    sort by %CPU, %MEM, PID, TIME+, RES, VIRT, USER or COMMAND; `+` or `-` in front sets the direction
  -p PIDS     only these processes
  -u USER     only the processes of USER
  -w [WIDTH]  lines are not cut anyway";

/// What top is told.
struct Settings {
    batch: bool,
    command_lines: bool,
    idle: bool,
    field: String,
    ascending: bool,
    pids: Option<Vec<u32>>,
    user: Option<u32>,
}

/// Runs top.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    const LONGS: &[Long] = &[];
    let mut options = Options::new(args, "bcd:Hin:o:p:u:U:Sw::", LONGS, HELP);
    let mut settings = Settings {
        batch: false,
        command_lines: false,
        idle: true,
        field: "%CPU".into(),
        ascending: false,
        pids: None,
        user: None,
    };
    let (mut pause, mut count) = (Duration::from_secs(3), u64::MAX);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => settings.batch = true,
            Item::Option('c', _) => settings.command_lines = true,
            Item::Option('d', value) => {
                pause = duration::parse(&value)
                    .ok_or_else(|| Failure::new(format!("bad delay interval {}", quote(&value))))?;
            }
            Item::Option('i', _) => settings.idle = false,
            Item::Option('n', value) => count = number("iterations argument", &value)?,
            Item::Option('o', value) => {
                let name = lossy(&value);
                settings.ascending = name.starts_with('-');
                settings.field = name.trim_start_matches(['+', '-']).to_uppercase();
                let known = ["%CPU", "%MEM", "PID", "TIME+", "TIME", "RES", "VIRT", "USER", "COMMAND", "S"];
                if !known.contains(&settings.field.as_str()) {
                    return Err(Failure::new(format!("unrecognized field name {}", quote(&value))));
                }
            }
            Item::Option('p', value) => settings.pids.get_or_insert_default().extend(ids(&lossy(&value))?),
            Item::Option('u' | 'U', value) => {
                settings.user = Some(Names::users().id(&lossy(&value)).ok_or_else(|| Failure::new("Invalid user"))?);
            }
            Item::Option(..) => {}
            Item::Operand(extra) => return Err(Failure::usage(format!("unknown argument {}", quote(&extra)))),
        }
    }
    let terminal = OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    if !settings.batch && !terminal {
        return Err(Failure::new("failed tty get"));
    }
    let mut out = stdout();
    let mut before = Usage::default();
    for round in 0..count {
        if round > 0 {
            out.flush()?;
            processes::sleep(pause);
        }
        if !settings.batch {
            out.write_all(b"\x1b[H\x1b[J")?;
        } else if round > 0 {
            out.write_all(b"\n")?;
        }
        before = picture(&mut out, &settings, &before)?;
    }
    out.flush()?;
    Ok(0)
}

/// The processor time that was used until a picture.
#[derive(Default)]
struct Usage {
    at: i64,
    ticks: HashMap<u32, u64>,
    all: u64,
    idle: u64,
}

/// The first line of uptime, w and top.
fn head() -> String {
    let text = |path: &[u8]| String::from_utf8_lossy(&read(path).unwrap_or_default()).into_owned();
    let uptime = text(b"/proc/uptime");
    let up = uptime.split_whitespace().next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0) as u64;
    let load = text(b"/proc/loadavg");
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let (days, hours, minutes) = (up / 86_400, up / 3600 % 24, up / 60 % 60);
    let mut since = String::new();
    if days > 0 {
        since = format!("{days} day{}, ", if days == 1 { "" } else { "s" });
    }
    since.push_str(&if hours > 0 { format!("{hours:2}:{minutes:02}") } else { format!("{minutes} min") });
    let clock = Civil::from_nanoseconds(now()).format("%H:%M:%S");
    format!("{clock} up {since},  0 users,  load average: {}", load.join(", "))
}

/// Idle ticks of the processors together, as `/proc/stat` has them.
fn idle_ticks() -> (u64, u64) {
    let stat = String::from_utf8_lossy(&read(b"/proc/stat").unwrap_or_default()).into_owned();
    let line = stat.lines().next().unwrap_or_default();
    let fields: Vec<u64> = line.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect();
    (fields.iter().sum(), fields.get(3).copied().unwrap_or(0))
}

fn picture(out: &mut impl Write, settings: &Settings, before: &Usage) -> Result<Usage, Failure> {
    let processes = all()?;
    let at = now();
    let (all_ticks, idle) = idle_ticks();
    let usage = Usage {
        at,
        ticks: processes.iter().map(|process| (process.pid, process.ticks)).collect(),
        all: all_ticks,
        idle,
    };
    let states = |wanted: &str| processes.iter().filter(|process| wanted.contains(process.state)).count();
    writeln!(out, "top - {}", head())?;
    writeln!(
        out,
        "Tasks: {:3} total, {:3} running, {:3} sleeping, {:3} stopped, {:3} zombie",
        processes.len(),
        states("R"),
        states("SDI"),
        states("Tt"),
        states("Z")
    )?;
    let passed = all_ticks.saturating_sub(before.all).max(1) as f64;
    let idle_share = (idle.saturating_sub(before.idle) as f64 * 100.0 / passed).min(100.0);
    writeln!(
        out,
        "%Cpu(s):{:5.1} us,  0.0 sy,  0.0 ni,{idle_share:5.1} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st",
        100.0 - idle_share
    )?;
    let memory = Memory::now();
    let mib = |bytes: u64| bytes as f64 / (1024.0 * 1024.0);
    writeln!(
        out,
        "MiB Mem :{:9.1} total,{:9.1} free,{:9.1} used,{:9.1} buff/cache",
        mib(memory.total),
        mib(memory.free),
        mib(memory.used()),
        mib(memory.buffers + memory.cache)
    )?;
    writeln!(
        out,
        "MiB Swap:{:9.1} total,{:9.1} free,{:9.1} used.{:9.1} avail Mem\n",
        mib(memory.swap),
        mib(memory.swap_free),
        mib(memory.swap.saturating_sub(memory.swap_free)),
        mib(memory.available)
    )?;
    let uptime_ticks = {
        let text = String::from_utf8_lossy(&read(b"/proc/uptime").unwrap_or_default()).into_owned();
        let seconds = text.split_whitespace().next().and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        (seconds * TICKS as f64) as u64
    };
    let busy = |process: &Process| -> f64 {
        let (used, passed) = match before.ticks.get(&process.pid) {
            Some(earlier) => {
                let passed = (at - before.at).max(1) as f64 / 1e9 * TICKS as f64;
                (process.ticks.saturating_sub(*earlier), passed)
            }
            None => (process.ticks, uptime_ticks.saturating_sub(process.start).max(1) as f64),
        };
        (used as f64 * 100.0 / passed).min(9999.0)
    };
    let users = Names::users();
    let mut shown: Vec<(&Process, f64)> = processes
        .iter()
        .filter(|process| settings.pids.as_ref().is_none_or(|pids| pids.contains(&process.pid)))
        .filter(|process| settings.user.is_none_or(|user| user == process.uid))
        .map(|process| (process, busy(process)))
        .filter(|(_, busy)| settings.idle || *busy > 0.0)
        .collect();
    shown.sort_by(|(a, a_busy), (b, b_busy)| {
        let order = match settings.field.as_str() {
            "PID" => b.pid.cmp(&a.pid),
            "TIME+" | "TIME" => b.ticks.cmp(&a.ticks),
            "RES" | "%MEM" => b.resident_pages.cmp(&a.resident_pages),
            "VIRT" => b.virtual_size.cmp(&a.virtual_size),
            "USER" => b.uid.cmp(&a.uid),
            "COMMAND" => b.name.cmp(&a.name),
            "S" => b.state.cmp(&a.state),
            _ => b_busy.total_cmp(a_busy),
        };
        let order = if settings.ascending { order.reverse() } else { order };
        order.then(a.pid.cmp(&b.pid))
    });
    writeln!(out, "    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND")?;
    for (process, busy) in shown {
        let resident = process.resident_pages.saturating_mul(4);
        let share = resident as f64 * 1024.0 * 100.0 / (memory.total.max(1)) as f64;
        let (seconds, hundredths) = (process.ticks / TICKS, process.ticks % TICKS * 100 / TICKS);
        let time = format!("{}:{:02}.{hundredths:02}", seconds / 60, seconds % 60);
        let user: String = users.name_or_number(process.uid).chars().take(8).collect();
        let command = if settings.command_lines && !process.command.is_empty() {
            lossy(&process.command)
        } else {
            process.name.clone()
        };
        writeln!(
            out,
            "{:7} {user:<8}  20   0 {:7} {resident:6} {:6} {} {busy:5.1} {share:5.1} {time:>9} {command}",
            process.pid,
            process.virtual_size / 1024,
            0,
            process.state,
        )?;
    }
    Ok(usage)
}

/// Runs w: nobody logs in to a sandbox, so there is a header only.
pub fn w(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("no-header", Takes::Nothing, 'h'), ("short", Takes::Nothing, 's')];
    let mut options =
        Options::new(args, "hsfuio", longs, "{} [-hs] [USER]\nShow who is logged in to the sandbox: nobody.");
    let mut header = true;
    while let Some(item) = options.next_item()? {
        if let Item::Option('h', _) = item {
            header = false;
        }
    }
    if header {
        let mut out = stdout();
        writeln!(out, " {}", head())?;
        writeln!(out, "USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT")?;
        out.flush()?;
    }
    Ok(0)
}

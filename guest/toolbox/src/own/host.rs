//! hostname, hostid, uname, arch, uptime, users, who, sync: about the machine, which is the sandbox.

use agentfense_support::time::{local, now};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::files::{self, OpenFlags};
use std::io::{Read, Write};

fn read(path: &str) -> Option<String> {
    let mut text = String::new();
    files::open(path, OpenFlags::READ, 0).ok()?.read_to_string(&mut text).ok()?;
    Some(text)
}

/// The sandbox's name: what `/etc/hostname` says.
fn name() -> String {
    let name = read("/etc/hostname").map(|text| text.trim().to_owned());
    name.filter(|name| !name.is_empty()).unwrap_or_else(|| "sandbox".to_owned())
}

/// Runs hostname.
pub fn hostname(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("short", Takes::Nothing, 's'),
        ("fqdn", Takes::Nothing, 'f'),
        ("long", Takes::Nothing, 'f'),
        ("domain", Takes::Nothing, 'd'),
        ("ip-address", Takes::Nothing, 'i'),
        ("all-ip-addresses", Takes::Nothing, 'I'),
    ];
    let help = "{} [-sfdiI]\nPrint the name of the host.";
    let mut options = Options::new(args, "sfdiIA", longs, help);
    let mut what = 'h';
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter, _) => what = letter,
            Item::Operand(_) => return Err(Failure::new("you must be root to change the host name")),
        }
    }
    let name = name();
    let (short, domain) = name.split_once('.').unwrap_or((&name, ""));
    let mut out = stdout();
    match what {
        's' => writeln!(out, "{short}")?,
        'd' => writeln!(out, "{domain}")?,
        'i' | 'I' => writeln!(out, "127.0.0.1")?,
        _ => writeln!(out, "{name}")?,
    }
    out.flush()?;
    Ok(0)
}

/// Runs hostid: a number that is the name's.
pub fn hostid(args: Vec<Vec<u8>>) -> Outcome {
    none(args, "{}\nPrint the numeric identifier (in hexadecimal) for the current host.")?;
    // FNV-1a; any number will do that stays the same.
    let id = name().bytes().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut out = stdout();
    writeln!(out, "{id:08x}")?;
    out.flush()?;
    Ok(0)
}

/// What the processor of a sandbox is.
const MACHINE: &str = "wasm32";

/// Runs arch.
pub fn arch(args: Vec<Vec<u8>>) -> Outcome {
    none(args, "{}\nPrint machine architecture.")?;
    let mut out = stdout();
    writeln!(out, "{MACHINE}")?;
    out.flush()?;
    Ok(0)
}

/// Runs uname. A sandbox behaves as Linux does, so that is what scripts that ask are told.
pub fn uname(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("all", Takes::Nothing, 'a'),
        ("kernel-name", Takes::Nothing, 's'),
        ("sysname", Takes::Nothing, 's'),
        ("nodename", Takes::Nothing, 'n'),
        ("kernel-release", Takes::Nothing, 'r'),
        ("release", Takes::Nothing, 'r'),
        ("kernel-version", Takes::Nothing, 'v'),
        ("machine", Takes::Nothing, 'm'),
        ("processor", Takes::Nothing, 'p'),
        ("hardware-platform", Takes::Nothing, 'i'),
        ("operating-system", Takes::Nothing, 'o'),
    ];
    let mut options = Options::new(args, "asnrvmpio", longs, "{} [-asnrvmpio]\nPrint certain system information.");
    let mut asked = String::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => asked.push_str("snrvmo"),
            Item::Option(letter, _) => asked.push(letter),
            Item::Operand(extra) => return Err(Failure::usage(format!("extra operand {}", quote(extra)))),
        }
    }
    if asked.is_empty() {
        asked.push('s');
    }
    let release = concat!("6.1.0-agentfense-", env!("CARGO_PKG_VERSION"));
    let parts: Vec<String> = "snrvmpio"
        .chars()
        .filter(|&letter| asked.contains(letter))
        .map(|letter| match letter {
            's' => "Linux".into(),
            'n' => name(),
            'r' => release.into(),
            'v' => "#1 agentfense".into(),
            'm' => MACHINE.into(),
            'o' => "GNU/Linux".into(),
            _ => "unknown".into(),
        })
        .collect();
    let mut out = stdout();
    writeln!(out, "{}", parts.join(" "))?;
    out.flush()?;
    Ok(0)
}

/// Reads a command line without options or operands.
fn none(args: Vec<Vec<u8>>, help: &'static str) -> Result<(), Failure> {
    match Options::new(args, "", &[], help).next_item()? {
        Some(Item::Operand(extra)) => Err(Failure::usage(format!("extra operand {}", quote(extra)))),
        _ => Ok(()),
    }
}

/// Runs uptime.
pub fn uptime(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("pretty", Takes::Nothing, 'p'), ("since", Takes::Nothing, 's')];
    let help = "{} [-p|-s]\nTell how long the sandbox has been running.";
    let mut options = Options::new(args, "ps", longs, help);
    let mut what = None;
    while let Some(item) = options.next_item()? {
        if let Item::Option(letter, _) = item {
            what = Some(letter);
        }
    }
    let seconds = read("/proc/uptime")
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .ok_or_else(|| Failure::new("couldn't get boot time"))? as i64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let mut out = stdout();
    match what {
        Some('s') => {
            let since = local(now() - seconds * 1_000_000_000);
            writeln!(out, "{}", since.format("%Y-%m-%d %H:%M:%S"))?;
        }
        Some(_) => {
            let part = |count: i64, unit: &str| {
                (count > 0).then(|| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }))
            };
            let parts: Vec<_> =
                [part(days, "day"), part(hours, "hour"), part(minutes, "minute")].into_iter().flatten().collect();
            let text = if parts.is_empty() { "0 minutes".to_owned() } else { parts.join(", ") };
            writeln!(out, "up {text}")?;
        }
        None => {
            let mut up = String::new();
            if days > 0 {
                up = format!("{days} day{}, ", if days == 1 { "" } else { "s" });
            }
            up.push_str(&if hours > 0 { format!("{hours:2}:{minutes:02}") } else { format!("{minutes} min") });
            let load = read("/proc/loadavg").unwrap_or_default();
            let load: Vec<&str> = load.split_whitespace().take(3).collect();
            let load = if load.len() == 3 { load.join(", ") } else { "0.00, 0.00, 0.00".to_owned() };
            let clock = local(now()).format("%H:%M:%S");
            writeln!(out, " {clock} up {up},  0 users,  load average: {load}")?;
        }
    }
    out.flush()?;
    Ok(0)
}

/// Runs users: nobody logs in to a sandbox.
pub fn users(args: Vec<Vec<u8>>) -> Outcome {
    Options::new(args, "", &[], "{} [FILE]\nOutput who is currently logged in.").next_item()?;
    Ok(0)
}

/// Runs who: nobody logs in to a sandbox.
pub fn who(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[
        ("all", Takes::Nothing, 'a'),
        ("count", Takes::Nothing, 'q'),
        ("heading", Takes::Nothing, 'H'),
        ("boot", Takes::Nothing, 'b'),
    ];
    let mut options = Options::new(
        args,
        "abdHlmpqrstTuw",
        longs,
        "{} [OPTION]...\nPrint information about users who are currently logged in.",
    );
    let (mut count, mut heading) = (false, false);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('q', _) => count = true,
            Item::Option('H', _) => heading = true,
            _ => {}
        }
    }
    let mut out = stdout();
    if heading {
        writeln!(out, "NAME     LINE         TIME             COMMENT")?;
    }
    if count {
        writeln!(out, "# users=0")?;
    }
    out.flush()?;
    Ok(0)
}

/// Runs sync: what is written is where it belongs at once, so files are only checked.
pub fn sync(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("data", Takes::Nothing, 'd'), ("file-system", Takes::Nothing, 'f')];
    let mut options =
        Options::new(args, "df", longs, "{} [OPTION] [FILE]...\nSynchronize cached writes to persistent storage.");
    let mut status = 0;
    while let Some(item) = options.next_item()? {
        if let Item::Operand(name) = item
            && let Err(errno) = files::stat(&name, true)
        {
            agentfense_support::complain("sync", format_args!("error opening {}: {errno}", quote(&name)));
            status = 1;
        }
    }
    Ok(status)
}

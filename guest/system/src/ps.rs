//! ps: the processes of the sandbox.

use crate::process::{Process, TICKS, all, boot, ids};
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::time::{Civil, now};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use agentfense_sys::processes;
use std::io::Write;

const PS_HELP: &str = "\
{} [OPTION]...
Show the processes of the sandbox. Without options, those of the caller's session.

  -e, -A, a, x       all processes
  -f, -F             full format
  -l                 long format
  u                  user-oriented format
  -o FORMAT, o, --format   the columns: pid,ppid,pgid,sid,user,uid,comm,args,cmd,stat,s,
                     time,etime,etimes,stime,lstart,start,pcpu,%cpu,pmem,%mem,rss,vsz,tty,ni,pri
  -p PIDS, p, --pid  the processes with these numbers
  -C NAMES           the processes with these names
  -u, -U USERS       the processes of these users
  --ppid PIDS        the children of these processes
  -w, w              wide output
  --no-headers, h    no line of headers
  --sort=KEYS        sort by columns";

/// What ps is told.
#[derive(Default)]
struct Settings {
    everything: bool,
    columns: Vec<(String, String)>,
    pids: Option<Vec<u32>>,
    parents: Option<Vec<u32>>,
    names: Option<Vec<String>>,
    users: Option<Vec<u32>>,
    no_headers: bool,
    sort: Vec<(String, bool)>,
}

fn columns(list: &str) -> Vec<(String, String)> {
    list.split(',').map(|name| (name.to_owned(), header(name).to_owned())).collect()
}

/// A list of -o; a column may have its own header: `pid=PROCESS`.
fn add_columns(settings: &mut Settings, list: &str) -> Result<(), Failure> {
    let (list, own_header) = match list.split_once('=') {
        Some((list, own)) => (list, Some(own)),
        None => (list, None),
    };
    let names: Vec<&str> = list.split([',', ' ']).filter(|name| !name.is_empty()).collect();
    for (i, name) in names.iter().enumerate() {
        let known = header(name);
        if known.is_empty() {
            return Err(Failure::new(format!("unknown user-defined format specifier \"{name}\"")));
        }
        let header = match own_header {
            Some(own) if i + 1 == names.len() => own,
            _ => known,
        };
        settings.columns.push(((*name).to_owned(), header.to_owned()));
    }
    Ok(())
}

fn header(name: &str) -> &'static str {
    match name {
        "pid" | "tgid" => "PID",
        "ppid" => "PPID",
        "pgid" | "pgrp" => "PGID",
        "sid" | "sess" | "session" => "SID",
        "user" | "euser" | "uname" => "USER",
        "UID" => "UID",
        "ruser" => "RUSER",
        "group" | "egroup" => "GROUP",
        "uid" | "euid" => "UID",
        "gid" | "egid" => "GID",
        "comm" | "ucmd" | "ucomm" => "COMMAND",
        "cmd" => "CMD",
        "args" | "command" => "COMMAND",
        "COMM" => "CMD",
        "stat" => "STAT",
        "s" | "state" => "S",
        "time" | "cputime" => "TIME",
        "etime" => "ELAPSED",
        "etimes" => "ELAPSED",
        "stime" => "STIME",
        "start" | "start_time" => "START",
        "lstart" => "STARTED",
        "pcpu" | "%cpu" => "%CPU",
        "c" => "C",
        "pmem" | "%mem" => "%MEM",
        "rss" | "rsz" | "rssize" => "RSS",
        "vsz" | "vsize" => "VSZ",
        "tty" | "tt" | "tname" => "TTY",
        "TT" => "TT",
        "ni" | "nice" => "NI",
        "pri" => "PRI",
        "nlwp" | "thcount" => "NLWP",
        "f" | "flags" => "F",
        "wchan" => "WCHAN",
        _ => "",
    }
}

/// Whether a column is right-aligned.
fn is_number(name: &str) -> bool {
    matches!(
        header(name),
        "PID"
            | "PPID"
            | "PGID"
            | "SID"
            | "TIME"
            | "ELAPSED"
            | "%CPU"
            | "C"
            | "%MEM"
            | "RSS"
            | "VSZ"
            | "NI"
            | "PRI"
            | "NLWP"
            | "F"
            | "GID"
    ) || matches!(name, "uid" | "euid")
}

struct View {
    users: Names,
    boot: i64,
    now: i64,
}

impl View {
    fn started(&self, process: &Process) -> i64 {
        self.boot.saturating_add((process.start.saturating_mul(1_000_000_000 / TICKS)) as i64)
    }

    fn value(&self, process: &Process, column: &str) -> String {
        let age = self.now.saturating_sub(self.started(process)).max(0) / 1_000_000_000;
        let seconds = process.ticks / TICKS;
        let start = Civil::from_nanoseconds(self.started(process));
        let today = Civil::from_nanoseconds(self.now);
        let clock = |seconds: u64| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        match header(column) {
            "PID" => process.pid.to_string(),
            "PPID" => process.parent.to_string(),
            "PGID" => process.group.to_string(),
            "SID" => process.session.to_string(),
            "USER" | "RUSER" | "GROUP" => self.users.name_or_number(process.uid),
            "UID" if column == "UID" => self.users.name_or_number(process.uid),
            "UID" | "GID" => process.uid.to_string(),
            "CMD" | "COMMAND" if matches!(column, "args" | "command" | "cmd") => {
                if process.command.is_empty() {
                    format!("[{}]", process.name)
                } else {
                    lossy(&process.command)
                }
            }
            "CMD" | "COMMAND" => process.name.clone(),
            "STAT" | "S" => process.state.to_string(),
            "TIME" if column == "cputime" || column == "time" => clock(seconds),
            "TIME" => format!("{}:{:02}", seconds / 60, seconds % 60),
            "ELAPSED" if column == "etimes" => age.to_string(),
            "ELAPSED" => {
                let (days, rest) = (age / 86_400, age % 86_400);
                let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
                match (days, hours) {
                    (0, 0) => format!("{minutes:02}:{seconds:02}"),
                    (0, _) => format!("{hours:02}:{minutes:02}:{seconds:02}"),
                    _ => format!("{days}-{hours:02}:{minutes:02}:{seconds:02}"),
                }
            }
            "STIME" | "START" => {
                let same_day = start.seconds.div_euclid(86_400) == today.seconds.div_euclid(86_400);
                start.format(if same_day { "%H:%M" } else { "%b%d" })
            }
            "STARTED" => start.format("%a %b %e %H:%M:%S %Y"),
            "%CPU" => format!("{:.1}", (seconds as f64 * 100.0 / (age.max(1) as f64)).min(999.0)),
            "C" => (seconds as i64 * 100 / age.max(1)).min(99).to_string(),
            "%MEM" => "0.0".into(),
            "RSS" => process.resident_pages.saturating_mul(4).to_string(),
            "VSZ" => (process.virtual_size / 1024).to_string(),
            "TTY" | "TT" => "?".into(),
            "NI" => "0".into(),
            "PRI" => "20".into(),
            "NLWP" => "1".into(),
            "F" => "0".into(),
            _ => "-".into(),
        }
    }
}

/// Runs ps.
pub fn ps(args: Vec<Vec<u8>>) -> Outcome {
    let settings = ps_settings(args)?;
    let everyone = all()?;
    let own_session = everyone.iter().find(|process| process.pid == processes::get_pid()).map(|own| own.session);
    let mut shown: Vec<&Process> = everyone
        .iter()
        .filter(|process| {
            let listed = |list: &Option<Vec<u32>>, id: u32| list.as_ref().map(|list| list.contains(&id));
            let chosen = [
                listed(&settings.pids, process.pid),
                listed(&settings.parents, process.parent),
                listed(&settings.users, process.uid),
                settings.names.as_ref().map(|names| names.contains(&process.name)),
            ];
            if chosen.iter().any(Option::is_some) {
                return chosen.contains(&Some(true));
            }
            settings.everything || Some(process.session) == own_session
        })
        .collect();
    let view = View { users: Names::users(), boot: boot(), now: now() };
    for (key, descending) in settings.sort.iter().rev() {
        shown.sort_by(|a, b| {
            let (a, b) = (view.value(a, key), view.value(b, key));
            let order = match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) => a.total_cmp(&b),
                _ => a.cmp(&b),
            };
            if *descending { order.reverse() } else { order }
        });
    }
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|process| settings.columns.iter().map(|(column, _)| view.value(process, column)).collect())
        .collect();
    let mut out = stdout();
    print(&mut out, &settings, &rows)?;
    out.flush()?;
    let asked = settings.pids.is_some() || settings.names.is_some() || settings.parents.is_some();
    Ok(u8::from(asked && rows.is_empty()))
}

fn print(out: &mut impl Write, settings: &Settings, rows: &[Vec<String>]) -> std::io::Result<()> {
    let headers: Vec<&str> = settings.columns.iter().map(|(_, header)| header.as_str()).collect();
    let no_headers = settings.no_headers || headers.iter().all(|header| header.is_empty());
    let least = |column: &str| match header(column) {
        "PID" | "PPID" | "PGID" | "SID" | "RSS" => 5,
        "USER" => 8,
        "TTY" | "TT" if column == "tty" => 8,
        "COMMAND" | "CMD" => 0,
        _ => 1,
    };
    let widths: Vec<usize> = settings
        .columns
        .iter()
        .enumerate()
        .map(|(i, (column, header))| {
            let widest = rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
            widest.max(if no_headers { 0 } else { header.len() }).max(least(column))
        })
        .collect();
    let mut line = |cells: &[&str]| {
        let mut text = String::new();
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                text.push(' ');
            }
            let padding = widths[i].saturating_sub(cell.chars().count());
            if is_number(&settings.columns[i].0) {
                text.extend(std::iter::repeat_n(' ', padding));
                text.push_str(cell);
            } else {
                text.push_str(cell);
                if i + 1 < cells.len() {
                    text.extend(std::iter::repeat_n(' ', padding));
                }
            }
        }
        writeln!(out, "{text}")
    };
    if !no_headers {
        line(&headers)?;
    }
    for row in rows {
        line(&row.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    Ok(())
}

fn ps_settings(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    const LONGS: &[Long] = &[
        ("format", Takes::Argument, 'o'),
        ("pid", Takes::Argument, 'p'),
        ("ppid", Takes::Argument, '\u{1}'),
        ("user", Takes::Argument, 'u'),
        ("User", Takes::Argument, 'U'),
        ("no-headers", Takes::Nothing, '\u{2}'),
        ("no-heading", Takes::Nothing, '\u{2}'),
        ("headers", Takes::Nothing, '\u{3}'),
        ("sort", Takes::Argument, '\u{4}'),
        ("forest", Takes::Nothing, '\u{3}'),
        ("cols", Takes::Argument, '\u{3}'),
        ("columns", Takes::Argument, '\u{3}'),
        ("width", Takes::Argument, '\u{3}'),
    ];
    let mut settings = Settings::default();
    let mut preset = "pid,TTY,time,comm".replace("TTY", "tty");
    let mut options = Options::new(args, "+AeafFljwHTxNo:p:u:U:C:t:g:O:", LONGS, PS_HELP);
    let mut bsd = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('A' | 'e' | 'a' | 'x', _) => settings.everything = true,
            Item::Option('f' | 'F', _) => preset = "UID,pid,ppid,c,stime,tty,time,cmd".into(),
            Item::Option('l', _) => preset = "s,uid,pid,ppid,c,pri,ni,vsz,tty,time,comm".into(),
            Item::Option('j', _) => preset = "pid,pgid,sid,tty,time,comm".into(),
            Item::Option('o', value) => add_columns(&mut settings, &lossy(&value))?,
            Item::Option('p', value) => {
                settings.pids.get_or_insert_default().extend(ids(&lossy(&value))?);
            }
            Item::Option('\u{1}', value) => {
                settings.parents.get_or_insert_default().extend(ids(&lossy(&value))?);
            }
            Item::Option('C', value) => {
                let names = lossy(&value);
                settings.names.get_or_insert_default().extend(names.split(',').map(str::to_owned));
            }
            Item::Option('u' | 'U', value) => {
                let users = Names::users();
                for name in lossy(&value).split(',') {
                    let id = users.id(name).ok_or_else(|| Failure::new("user name does not exist"))?;
                    settings.users.get_or_insert_default().push(id);
                }
            }
            Item::Option('\u{2}', _) => settings.no_headers = true,
            Item::Option('\u{4}', value) => {
                for key in lossy(&value).split(',') {
                    let descending = key.starts_with('-');
                    settings.sort.push((key.trim_start_matches(['-', '+']).to_owned(), descending));
                }
            }
            Item::Option(..) => {}
            Item::Operand(value) => {
                bsd.push(value);
                bsd.extend(options.rest());
            }
        }
    }
    // BSD's options have no dash and may be followed by arguments: `ps aux`, `ps p 1`.
    let mut words = bsd.into_iter().map(lossy);
    while let Some(word) = words.next() {
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            settings.pids.get_or_insert_default().extend(ids(&word)?);
            continue;
        }
        if let Some(option) = word.strip_prefix("--sort=") {
            for key in option.split(',') {
                let descending = key.starts_with('-');
                settings.sort.push((key.trim_start_matches(['-', '+']).to_owned(), descending));
            }
            continue;
        }
        for letter in word.trim_start_matches('-').chars() {
            match letter {
                'a' | 'x' | 'e' | 'A' => settings.everything = true,
                'u' => {
                    preset = "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,TIME,command".replace("TIME", "time");
                }
                'f' if word.starts_with('-') => preset = "UID,pid,ppid,c,stime,tty,time,cmd".into(),
                'l' => preset = "s,uid,pid,ppid,c,pri,ni,vsz,tty,time,comm".into(),
                'j' => preset = "ppid,pid,pgid,sid,tty,stat,uid,time,command".into(),
                'h' => settings.no_headers = true,
                'w' | 'f' | 'H' | 'c' | 'T' => {}
                'o' => {
                    let list = words.next().ok_or_else(|| Failure::usage("format specification must follow o"))?;
                    add_columns(&mut settings, &list)?;
                }
                'p' => {
                    let list = words.next().ok_or_else(|| Failure::usage("list of process IDs must follow p"))?;
                    settings.pids.get_or_insert_default().extend(ids(&list)?);
                }
                _ => return Err(Failure::usage(format!("unsupported option '{letter}'"))),
            }
        }
    }
    if settings.columns.is_empty() {
        settings.columns = columns(&preset);
        // The usual presets show the name of the program as CMD.
        if preset.ends_with(",comm")
            && let Some(last) = settings.columns.last_mut()
        {
            last.1 = "CMD".into();
        }
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_the_user() {
        let mut settings = Settings::default();
        add_columns(&mut settings, "pid,comm=NAME").unwrap();
        add_columns(&mut settings, "ppid=").unwrap();
        let headers: Vec<_> = settings.columns.iter().map(|(_, header)| header.as_str()).collect();
        assert_eq!(headers, ["PID", "NAME", ""]);
        assert!(add_columns(&mut settings, "nope").is_err());
    }
}

//! pgrep, pkill, pidwait and pidof: processes by their names.

use crate::process::{Process, all, ids, one};
use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, stdout};
use agentfense_sys::Signal;
use agentfense_sys::processes::{self, KillTarget};
use std::io::Write;
use std::time::Duration;

const GREP_HELP: &str = "\
{} [OPTION]... PATTERN
Look up processes by name, or send them a signal.

  -c, --count         print the number of matching processes
  -d, --delimiter=S   print S between the numbers
  -f, --full          match against the whole command line
  -i, --ignore-case   case does not count
  -l, --list-name     print the names, too
  -a, --list-full     print the command lines, too
  -n, --newest        only the newest
  -o, --oldest        only the oldest
  -P, --parent=PIDS   only children of these processes
  -u, --euid=USERS    only processes of these users
  -v, --inverse       the processes that do not match
  -x, --exact         match the whole name
  -e, --echo          pkill: say what is killed
  -SIGNAL, --signal=SIGNAL  pkill: the signal to send";

/// What is done with the processes that were found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    List,
    Kill,
    Wait,
}

/// Runs pgrep.
pub fn pgrep(args: Vec<Vec<u8>>) -> Outcome {
    look_up(args, Action::List)
}

/// Runs pkill.
pub fn pkill(args: Vec<Vec<u8>>) -> Outcome {
    look_up(args, Action::Kill)
}

/// Runs pidwait.
pub fn pidwait(args: Vec<Vec<u8>>) -> Outcome {
    look_up(args, Action::Wait)
}

/// Waits until none of them is left.
fn wait_for(found: &[Process]) {
    let lives = |process: &Process| one(process.pid).is_some_and(|now| now.start == process.start && now.state != 'Z');
    while found.iter().any(lives) {
        processes::sleep(Duration::from_millis(20));
    }
}

fn look_up(mut args: Vec<Vec<u8>>, action: Action) -> Outcome {
    let kill = action == Action::Kill;
    const LONGS: &[Long] = &[
        ("count", Takes::Nothing, 'c'),
        ("delimiter", Takes::Argument, 'd'),
        ("full", Takes::Nothing, 'f'),
        ("ignore-case", Takes::Nothing, 'i'),
        ("list-name", Takes::Nothing, 'l'),
        ("list-full", Takes::Nothing, 'a'),
        ("newest", Takes::Nothing, 'n'),
        ("oldest", Takes::Nothing, 'o'),
        ("parent", Takes::Argument, 'P'),
        ("euid", Takes::Argument, 'u'),
        ("inverse", Takes::Nothing, 'v'),
        ("exact", Takes::Nothing, 'x'),
        ("echo", Takes::Nothing, 'e'),
        ("signal", Takes::Argument, '\u{1}'),
    ];
    let mut signal = Signal::SIGTERM;
    // `pkill -9`, `pkill -HUP`.
    if kill
        && args.len() > 1
        && let Some(name) = lossy(&args[1]).strip_prefix('-')
        && let Ok(named) = Signal::parse(name)
    {
        signal = named;
        args.remove(1);
    }
    let mut options = Options::new(args, "cd:filanoP:u:U:vxe", LONGS, GREP_HELP);
    let command = options.command().to_owned();
    let (mut count, mut full, mut list, mut full_list, mut inverse, mut echo) =
        (false, false, false, false, false, false);
    let (mut newest, mut oldest, mut parents, mut users) = (false, false, None, None);
    let (mut delimiter, mut pattern) = (b"\n".to_vec(), None);
    let mut flags = Flags::default();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => count = true,
            Item::Option('d', value) => delimiter = value,
            Item::Option('f', _) => full = true,
            Item::Option('i', _) => flags.ignore_case = true,
            Item::Option('l', _) => list = true,
            Item::Option('a', _) => full_list = true,
            Item::Option('n', _) => newest = true,
            Item::Option('o', _) => oldest = true,
            Item::Option('P', value) => parents = Some(ids(&lossy(&value))?),
            Item::Option('u' | 'U', value) => {
                let names = Names::users();
                let ids: Option<Vec<u32>> = lossy(&value).split(',').map(|name| names.id(name)).collect();
                users = Some(ids.ok_or_else(|| Failure::new("invalid user name").status(2))?);
            }
            Item::Option('v', _) => inverse = true,
            Item::Option('x', _) => flags.whole = true,
            Item::Option('e', _) => echo = true,
            Item::Option('\u{1}', value) => {
                signal = Signal::parse(&lossy(&value))
                    .map_err(|_| Failure::usage(format!("Unknown signal \"{}\".", lossy(&value))))?;
            }
            Item::Option(..) => {}
            Item::Operand(value) if pattern.is_none() => pattern = Some(value),
            Item::Operand(_) => return Err(Failure::usage("only one pattern can be provided")),
        }
    }
    if pattern.is_none() && parents.is_none() && users.is_none() {
        return Err(Failure::usage("no matching criteria specified"));
    }
    let regex = Regex::new(&pattern.unwrap_or_default(), Syntax::Extended, flags)
        .map_err(|error| Failure::new(error.to_string()).status(2))?;
    let own = processes::get_pid();
    let mut found = Vec::new();
    for process in all()?.into_iter().filter(|process| process.pid != own) {
        let text = if full && !process.command.is_empty() { &process.command } else { process.name.as_bytes() };
        let matches = regex.is_match(text).map_err(|error| Failure::new(error.to_string()).status(2))?
            && parents.as_ref().is_none_or(|list| list.contains(&process.parent))
            && users.as_ref().is_none_or(|list| list.contains(&process.uid));
        if matches != inverse {
            found.push(process);
        }
    }
    found.sort_by_key(|process| (process.start, process.pid));
    if newest {
        found = found.pop().into_iter().collect();
    } else if oldest {
        found.truncate(1);
    }
    found.sort_by_key(|process| process.pid);
    let mut out = stdout();
    let mut status = u8::from(found.is_empty());
    if action == Action::Wait {
        if count {
            writeln!(out, "{}", found.len())?;
        } else if echo {
            found.iter().try_for_each(|process| writeln!(out, "waiting for {} (pid {})", process.name, process.pid))?;
        }
        out.flush()?;
        wait_for(&found);
    } else if kill {
        for process in &found {
            if let Err(errno) = processes::kill(KillTarget::Process(process.pid), Some(signal)) {
                complain(&command, format_args!("killing pid {} failed: {errno}", process.pid));
                status = 1;
            } else if echo {
                writeln!(out, "{} killed (pid {})", process.name, process.pid)?;
            }
        }
        if count {
            writeln!(out, "{}", found.len())?;
        }
    } else if count {
        writeln!(out, "{}", found.len())?;
    } else {
        for (i, process) in found.iter().enumerate() {
            if i > 0 {
                out.write_all(&delimiter)?;
            }
            write!(out, "{}", process.pid)?;
            if full_list {
                write!(out, " {}", lossy(&process.command))?;
            } else if list {
                write!(out, " {}", process.name)?;
            }
        }
        if !found.is_empty() {
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    Ok(status)
}

const PIDOF_HELP: &str = "\
{} [OPTION]... NAME...
Print the numbers of the processes that run a program of that name, the newest first.

  -s                 print only one
  -q                 print nothing, the status tells
  -S, --separator=S  print S between the numbers
  -o, --omit-pid=PIDS  leave these out";

/// Runs pidof.
pub fn pidof(args: Vec<Vec<u8>>) -> Outcome {
    const LONGS: &[Long] = &[
        ("single-shot", Takes::Nothing, 's'),
        ("separator", Takes::Argument, 'S'),
        ("omit-pid", Takes::Argument, 'o'),
    ];
    let mut options = Options::new(args, "sqcnxwS:o:", LONGS, PIDOF_HELP);
    let (mut single, mut quiet, mut separator, mut omitted, mut names) =
        (false, false, b" ".to_vec(), Vec::new(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('s', _) => single = true,
            Item::Option('q', _) => quiet = true,
            Item::Option('S', value) => separator = value,
            Item::Option('o', value) => omitted.extend(ids(&lossy(&value))?),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let everyone = all()?;
    let mut found: Vec<&Process> = Vec::new();
    for name in &names {
        let runs = |process: &&Process| {
            let first = process.command.split(|&b| b == b' ').next().unwrap_or_default();
            process.name.as_bytes() == name || first == name
        };
        found.extend(everyone.iter().rev().filter(runs).filter(|process| !omitted.contains(&process.pid)));
    }
    if single {
        found.truncate(1);
    }
    if found.is_empty() {
        return Ok(1);
    }
    if !quiet {
        let numbers: Vec<Vec<u8>> = found.iter().map(|process| process.pid.to_string().into_bytes()).collect();
        let mut out = stdout();
        out.write_all(&numbers.join(&separator[..]))?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
    Ok(0)
}

//! killall: signals to processes by name.

use crate::process::{Process, all, one};
use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, stdout};
use agentfense_sys::processes::{self, KillTarget};
use agentfense_sys::{Errno, Signal};
use std::io::Write;
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... [--] NAME...
Send a signal to every process that runs NAME.

  -e, --exact          names are compared whole, as they are anyway
  -I, --ignore-case    case does not count
  -l, --list           list the signals
  -q, --quiet          do not complain when nothing is found
  -r, --regexp         NAME is an extended regular expression
  -s, --signal=SIGNAL  send this signal instead of SIGTERM
  -u, --user=USER      only the processes of USER
  -v, --verbose        say what was signalled
  -w, --wait           wait until they are gone";

const LONGS: &[Long] = &[
    ("exact", Takes::Nothing, 'e'),
    ("ignore-case", Takes::Nothing, 'I'),
    ("list", Takes::Nothing, 'l'),
    ("quiet", Takes::Nothing, 'q'),
    ("regexp", Takes::Nothing, 'r'),
    ("signal", Takes::Argument, 's'),
    ("user", Takes::Argument, 'u'),
    ("verbose", Takes::Nothing, 'v'),
    ("wait", Takes::Nothing, 'w'),
];

/// Runs killall.
pub fn main(mut args: Vec<Vec<u8>>) -> Outcome {
    let mut signal = Signal::SIGTERM;
    // `killall -9`, `killall -HUP`.
    if let Some(named) = args.get(1).and_then(|arg| Signal::parse(lossy(arg).strip_prefix('-')?).ok()) {
        signal = named;
        args.remove(1);
    }
    let mut options = Options::new(args, "eIlqrs:u:vw", LONGS, HELP);
    let (mut quiet, mut regexp, mut verbose, mut wait, mut list) = (false, false, false, false, false);
    let mut flags = Flags::default();
    let (mut user, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('I', _) => flags.ignore_case = true,
            Item::Option('l', _) => list = true,
            Item::Option('q', _) => quiet = true,
            Item::Option('r', _) => regexp = true,
            Item::Option('s', name) => {
                signal = Signal::parse(&lossy(&name)).map_err(|_| {
                    Failure::new(format!("{}: unknown signal; killall -l lists signals.", lossy(&name)))
                })?;
            }
            Item::Option('u', name) => {
                let id = Names::users().id(&lossy(&name));
                user = Some(id.ok_or_else(|| Failure::new(format!("Cannot find user {}", lossy(&name))))?);
            }
            Item::Option('v', _) => verbose = true,
            Item::Option('w', _) => wait = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let mut out = stdout();
    if list {
        let all: Vec<_> = Signal::all().map(|signal| signal.name().trim_start_matches("SIG").to_owned()).collect();
        writeln!(out, "{}", all.join(" "))?;
        out.flush()?;
        return Ok(0);
    }
    if names.is_empty() && user.is_none() {
        return Err(Failure::usage("no process name specified"));
    }
    if names.is_empty() {
        names.push(Vec::new());
    }
    let mut status = 0;
    let mut gone: Vec<Process> = Vec::new();
    for name in &names {
        let mut pattern = None;
        if regexp {
            // A match anywhere in the name will do.
            pattern = Some(
                Regex::new(name, Syntax::Extended, flags)
                    .map_err(|error| Failure::new(format!("Bad regular expression: {}: {error}", lossy(name))))?,
            );
        }
        let mut found = false;
        for process in all()?.into_iter().filter(|process| process.pid != processes::get_pid()) {
            let matches = match &pattern {
                _ if name.is_empty() => true,
                Some(pattern) => {
                    pattern.is_match(process.name.as_bytes()).map_err(|error| Failure::new(error.to_string()))?
                }
                None if flags.ignore_case => process.name.as_bytes().eq_ignore_ascii_case(name),
                None => process.name.as_bytes() == name,
            };
            if !matches || user.is_some_and(|user| user != process.uid) {
                continue;
            }
            found = true;
            match processes::kill(KillTarget::Process(process.pid), Some(signal)) {
                Ok(()) | Err(Errno::Srch) => {}
                Err(errno) => {
                    complain("killall", format_args!("{}({}): {errno}", process.name, process.pid));
                    status = 1;
                    continue;
                }
            }
            if verbose {
                let number = signal.number();
                complain("killall", format_args!("Killed {}({}) with signal {number}", process.name, process.pid));
            }
            gone.push(process);
        }
        if !found {
            status = 1;
            if !quiet {
                complain("killall", format_args!("{}: no process found", lossy(name)));
            }
        }
    }
    if wait {
        let lives =
            |process: &Process| one(process.pid).is_some_and(|now| now.start == process.start && now.state != 'Z');
        while gone.iter().any(lives) {
            processes::sleep(Duration::from_millis(20));
        }
    }
    Ok(status)
}

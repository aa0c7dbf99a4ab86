//! kill: sends signals.

use agentfense_support::{Failure, Outcome, complain, quote, stdout};
use agentfense_sys::Signal;
use agentfense_sys::processes::{self, KillTarget};
use std::io::Write;

const HELP: &str = "\
{} [-s SIGNAL | -SIGNAL] PID...
  or:  kill -l [SIGNAL]...
  or:  kill -t
Send signals to processes, or list signals.

  -s, --signal=SIGNAL, -SIGNAL   specify the name or number of the signal to be sent
  -l, --list     list signal names, or convert signal names to/from numbers
  -t, -L, --table   print a table of signal information

A negative PID names a process group; 0 is the caller's own; -1 is every process.
";

/// Runs kill.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, HELP)?;
    // `-9` and `-TERM` are not options of getopt's kind, so the command line is read by hand.
    let args: Vec<String> = args.iter().skip(1).map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
    let mut signal = Some(Signal::SIGTERM);
    let mut rest = args.as_slice();
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "--" => {
                rest = others;
                break;
            }
            "-l" | "--list" => return list(others),
            "-L" | "-t" | "--table" => return table(),
            "-s" | "-n" | "--signal" => {
                let Some((name, others)) = others.split_first() else {
                    return Err(Failure::usage(format!(
                        "option requires an argument -- '{}'",
                        first.trim_start_matches('-')
                    )));
                };
                signal = parse(name)?;
                rest = others;
            }
            option => {
                let name = option.strip_prefix("--signal=").or_else(|| option.strip_prefix("-s"));
                if let Some(name) = name.filter(|name| !name.is_empty() && parse(name).is_ok()) {
                    signal = parse(name)?;
                } else if let Some(name) = option.strip_prefix('-').filter(|name| !name.is_empty()) {
                    signal = parse(name)?;
                } else {
                    break;
                }
                rest = others;
                // What follows `-9` are targets, negative ones too.
                if rest.first().is_some_and(|next| is_number(next)) {
                    break;
                }
            }
        }
    }
    if rest.is_empty() {
        return Err(Failure::usage("no process ID specified"));
    }
    let mut status = 0;
    for target in rest {
        let result = match target.parse::<i64>() {
            Ok(number) => send(number, signal).map_err(|errno| format!("({number}) - {errno}")),
            Err(_) => Err(format!("{}: arguments must be process or job IDs", target)),
        };
        if let Err(message) = result {
            complain("kill", message);
            status = 1;
        }
    }
    Ok(status)
}

fn is_number(text: &str) -> bool {
    text.parse::<i64>().is_ok()
}

/// A signal by name or number; 0 is none, which only checks the target.
fn parse(name: &str) -> Result<Option<Signal>, Failure> {
    if name == "0" || name.eq_ignore_ascii_case("EXIT") {
        return Ok(None);
    }
    Signal::parse(name).map(Some).map_err(|_| Failure::new(format!("{}: invalid signal", quote(name))))
}

fn send(number: i64, signal: Option<Signal>) -> Result<(), agentfense_sys::Errno> {
    let id = u32::try_from(number.unsigned_abs()).map_err(|_| agentfense_sys::Errno::Srch)?;
    let target = match number {
        0 => KillTarget::Group(processes::get_group()),
        -1 => KillTarget::All,
        1.. => KillTarget::Process(id),
        _ => KillTarget::Group(id),
    };
    processes::kill(target, signal)
}

fn list(names: &[String]) -> Outcome {
    let mut out = stdout();
    if names.is_empty() {
        for signal in Signal::all() {
            writeln!(out, "{}", signal.name())?;
        }
    }
    for name in names {
        match name.parse::<u16>() {
            // An exit status of a shell names the signal that ended the process.
            Ok(number) => {
                let number = (number & 0x7f) as u8;
                match Signal::new(number) {
                    Some(signal) => writeln!(out, "{}", signal.name())?,
                    None if number == 0 => writeln!(out, "EXIT")?,
                    None => return Err(Failure::new(format!("{}: invalid signal", quote(name)))),
                }
            }
            Err(_) => match parse(name)? {
                Some(signal) => writeln!(out, "{}", signal.number())?,
                None => writeln!(out, "0")?,
            },
        }
    }
    out.flush()?;
    Ok(0)
}

fn table() -> Outcome {
    let mut out = stdout();
    for signal in Signal::all() {
        writeln!(out, "{:2} {:<9} {}", signal.number(), signal.name(), signal.description())?;
    }
    out.flush()?;
    Ok(0)
}

//! timeout: runs a program with a time limit.

use agentfense_support::exec::{end_as, failed_to_run, handle};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, duration, quote};
use agentfense_sys::process::{Child, Command, ExitStatus};
use agentfense_sys::processes::{self, KillTarget};
use agentfense_sys::{Errno, Signal};
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... DURATION COMMAND [ARG]...
Start COMMAND, and kill it if still running after DURATION.

  -f, --foreground         let COMMAND read from the TTY and get TTY signals;
                             in this mode, children of COMMAND will not be timed out
  -k, --kill-after=DURATION  also send a KILL signal if COMMAND is still running
                             this long after the initial signal was sent
  -p, --preserve-status    exit with the same status as COMMAND, even on time out
  -s, --signal=SIGNAL      specify the signal to be sent on timeout
  -v, --verbose            diagnose to stderr any signal sent upon timeout

DURATION is a number with an optional suffix: s, m, h or d. 0 disables the timeout.
The status is 124 on time out, 125 if timeout fails, 126 if COMMAND cannot be run,
127 if it is not found, 137 if it was sent KILL, else that of COMMAND.";

const SHORTS: &str = "+fk:ps:v";
const LONGS: &[Long] = &[
    ("foreground", Takes::Nothing, 'f'),
    ("kill-after", Takes::Argument, 'k'),
    ("preserve-status", Takes::Nothing, 'p'),
    ("signal", Takes::Argument, 's'),
    ("verbose", Takes::Nothing, 'v'),
];

const TIMED_OUT: u8 = 124;

/// Runs timeout.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let (mut foreground, mut preserve, mut verbose) = (false, false, false);
    let mut signal = Signal::SIGTERM;
    let mut kill_after = Duration::ZERO;
    let mut words = Vec::new();
    let interval = |value: &[u8]| {
        duration::parse(value).ok_or_else(|| Failure::usage(format!("invalid time interval {}", quote(value))))
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('f', _) => foreground = true,
            Item::Option('k', value) => kill_after = interval(&value)?,
            Item::Option('p', _) => preserve = true,
            Item::Option('s', value) => {
                signal = Signal::parse(&String::from_utf8_lossy(&value))
                    .map_err(|_| Failure::usage(format!("{}: invalid signal", quote(&value))))?;
            }
            Item::Option('v', _) => verbose = true,
            Item::Option(..) => {}
            Item::Operand(value) => words.push(value),
        }
    }
    let [limit, program, arguments @ ..] = words.as_slice() else {
        // As GNU's, it only points at --help.
        return Err(Failure::usage(""));
    };
    let limit = interval(limit)?;
    let ignored = handle(&[
        Signal::SIGALRM,
        Signal::SIGINT,
        Signal::SIGQUIT,
        Signal::SIGHUP,
        Signal::SIGTERM,
        Signal::SIGUSR1,
        Signal::SIGUSR2,
    ]) & !Signal::SIGALRM.bit();
    let mut command = Command::new(program);
    command.args(arguments).ignore_set(ignored | processes::ignored(&[Signal::SIGPIPE]));
    if !foreground {
        // A group of its own, so that the signal reaches what the program starts, too.
        command.process_group(0);
    }
    let child = command.spawn().map_err(|errno| failed_to_run(program, errno))?;
    let watch = Watch { child, foreground, verbose, name: program, signal, kill_after };
    let (status, outcome) = watch.wait(limit)?;
    match outcome {
        End::InTime => end_as(status),
        // GNU's timeout kills its own group, and so itself.
        End::Killed => end_as(ExitStatus::Signaled(Signal::SIGKILL)),
        End::TimedOut if preserve => Ok(status.shell_status()),
        End::TimedOut => Ok(TIMED_OUT),
    }
}

/// How far it had to go.
#[derive(Clone, Copy, PartialEq)]
enum End {
    InTime,
    TimedOut,
    Killed,
}

struct Watch<'a> {
    child: Child,
    foreground: bool,
    verbose: bool,
    name: &'a [u8],
    signal: Signal,
    kill_after: Duration,
}

impl Watch<'_> {
    fn wait(mut self, limit: Duration) -> Result<(ExitStatus, End), Failure> {
        let mut end = End::InTime;
        if !limit.is_zero() {
            processes::alarm(limit);
        }
        loop {
            match self.child.wait_interruptible() {
                Ok(status) => {
                    processes::alarm(Duration::ZERO);
                    return Ok((status, end));
                }
                Err(Errno::Intr) => {
                    for signal in Signal::set(processes::take_signals()) {
                        if signal != Signal::SIGALRM {
                            self.send(signal);
                            continue;
                        }
                        let sent = if end == End::InTime { self.signal } else { Signal::SIGKILL };
                        end = if sent == Signal::SIGKILL { End::Killed } else { End::TimedOut };
                        if self.verbose {
                            let name = quote(self.name);
                            complain("timeout", format_args!("sending signal {} to command {name}", sent.name()));
                        }
                        self.send(sent);
                        if end == End::TimedOut && !self.kill_after.is_zero() {
                            processes::alarm(self.kill_after);
                        }
                    }
                }
                Err(errno) => return Err(Failure::new(format!("error waiting for command: {errno}")).status(125)),
            }
        }
    }

    fn send(&self, signal: Signal) {
        // The program may be gone by now; its status will tell.
        if self.foreground {
            let _ = self.child.signal(signal);
        } else {
            let _ = processes::kill(KillTarget::Group(self.child.id()), Some(signal));
            // A stopped program could not act on it.
            if !matches!(signal, Signal::SIGKILL | Signal::SIGCONT) {
                let _ = processes::kill(KillTarget::Group(self.child.id()), Some(Signal::SIGCONT));
            }
        }
    }
}

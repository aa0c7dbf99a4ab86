//! flock: runs a program while it holds a lock, or locks a descriptor of the shell.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, duration};
use agentfense_sys::files::{self, LockKind, OpenFile, OpenFlags};
use agentfense_sys::process::Command;
use agentfense_sys::processes::{self, Disposition};
use agentfense_sys::{Errno, Signal};
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]... FILE|DIRECTORY COMMAND [ARGUMENT]...
       flock [OPTION]... FILE|DIRECTORY -c COMMAND
       flock [OPTION]... FD
Run COMMAND while a lock on the file is held, or lock an open descriptor.

  -s, --shared             get a shared lock
  -x, -e, --exclusive      get an exclusive lock (the default)
  -u, --unlock             remove a lock
  -n, --nonblock           fail rather than wait
  -w, --timeout=SECS       wait for a limited time
  -E, --conflict-exit-code=N  the status after a conflict or the time
  -o, --close              accepted: COMMAND never gets the lock's descriptor
  -F, --no-fork            accepted
  -c, --command=COMMAND    run COMMAND by the shell";

const SHORTS: &str = "+sxeunw:E:oFc:";
const LONGS: &[Long] = &[
    ("shared", Takes::Nothing, 's'),
    ("exclusive", Takes::Nothing, 'x'),
    ("unlock", Takes::Nothing, 'u'),
    ("nonblock", Takes::Nothing, 'n'),
    ("nb", Takes::Nothing, 'n'),
    ("timeout", Takes::Argument, 'w'),
    ("wait", Takes::Argument, 'w'),
    ("conflict-exit-code", Takes::Argument, 'E'),
    ("close", Takes::Nothing, 'o'),
    ("no-fork", Takes::Nothing, 'F'),
    ("command", Takes::Argument, 'c'),
];

/// Statuses of `sysexits.h`.
const USAGE: u8 = 64;
const DATA: u8 = 65;
const NO_INPUT: u8 = 66;
const UNAVAILABLE: u8 = 69;

struct Wanted {
    kind: LockKind,
    wait: bool,
    limit: Option<Duration>,
    conflict: u8,
}

/// Runs flock.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut wanted = Wanted { kind: LockKind::Exclusive, wait: true, limit: None, conflict: 1 };
    let mut words = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('s', _) => wanted.kind = LockKind::Shared,
            Item::Option('x' | 'e', _) => wanted.kind = LockKind::Exclusive,
            Item::Option('u', _) => wanted.kind = LockKind::Unlocked,
            Item::Option('n', _) => wanted.wait = false,
            Item::Option('w', time) => {
                let time = duration::parse(&time);
                wanted.limit = Some(time.ok_or_else(|| Failure::usage("invalid timeout value").status(USAGE))?);
            }
            Item::Option('E', status) => {
                let status = String::from_utf8_lossy(&status).parse();
                wanted.conflict = status.map_err(|_| Failure::usage("invalid exit code").status(USAGE))?;
            }
            Item::Option('c', command) => words.extend([b"-c".to_vec(), command]),
            Item::Option(..) => {}
            Item::Operand(word) => words.push(word),
        }
    }
    let Some((name, command)) = words.split_first() else {
        return Err(Failure::usage("requires file descriptor, file or directory").status(USAGE));
    };
    let shown = String::from_utf8_lossy(name);
    if command.is_empty() {
        let descriptor =
            shown.parse().map_err(|_| Failure::new(format!("bad file descriptor: '{shown}'")).status(USAGE))?;
        let file = OpenFile::inherited(descriptor)
            .ok_or_else(|| Failure::new(format!("{descriptor}: {}", Errno::Badf)).status(DATA))?;
        // The descriptor's other holders keep the lock when this process ends.
        return lock(&file, &wanted, &shown);
    }
    let file =
        open(name).map_err(|errno| Failure::new(format!("cannot open lock file {shown}: {errno}")).status(NO_INPUT))?;
    match lock(&file, &wanted, &shown)? {
        0 => {}
        status => return Ok(status),
    }
    let mut program = if command[0] == b"-c" || command[0] == b"--command" {
        let [_, line] = command else {
            return Err(Failure::usage("-c requires exactly one command argument").status(USAGE));
        };
        let shell =
            agentfense_sys::var("SHELL").filter(|shell| !shell.is_empty()).unwrap_or_else(|| b"/bin/sh".to_vec());
        let mut program = Command::new(&shell);
        program.arg("-c").arg(line);
        program
    } else {
        let mut program = Command::new(&command[0]);
        program.args(&command[1..]);
        program
    };
    let failed = |errno: Errno| {
        let name = String::from_utf8_lossy(&command[0]).into_owned();
        Failure::new(format!("failed to execute {name}: {errno}")).status(UNAVAILABLE)
    };
    let status = program.spawn().map_err(failed)?.wait().map_err(failed)?;
    Ok(status.shell_status())
}

/// The lock's file, made when it is not there; a directory does as well.
fn open(name: &[u8]) -> Result<OpenFile, Errno> {
    match files::open(name, OpenFlags::READ | OpenFlags::CREATE, 0o666) {
        Err(Errno::Isdir) => files::open(name, OpenFlags::READ | OpenFlags::DIRECTORY, 0),
        result => result,
    }
}

/// Locks the whole file; the status that says whether that was possible.
fn lock(file: &OpenFile, wanted: &Wanted, name: &str) -> Outcome {
    let at_once = !wanted.wait || wanted.limit.is_some_and(|limit| limit.is_zero());
    if let Some(limit) = wanted.limit.filter(|_| !at_once) {
        processes::set_disposition(Signal::SIGALRM, Disposition::Handle)?;
        processes::alarm(limit);
    }
    loop {
        match file.lock(wanted.kind, 0, 0, !at_once) {
            Ok(()) => break,
            Err(Errno::Again) => return Ok(wanted.conflict),
            Err(Errno::Intr) if wanted.limit.is_some() => return Ok(wanted.conflict),
            Err(Errno::Intr) => {}
            Err(errno) => return Err(Failure::new(format!("{name}: {errno}")).status(DATA)),
        }
    }
    processes::alarm(Duration::ZERO);
    Ok(0)
}

//! time: runs a program and tells how long it took.

use agentfense_support::exec::{cannot_run, end_as};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::process::{Command, ExitStatus};
use agentfense_sys::processes;
use std::time::{Duration, Instant};

const HELP: &str = "\
{} [OPTION]... COMMAND [ARG]...
Run COMMAND, then print the time and the resources it used.

  -a, --append         with -o, add to the file
  -f, --format=FORMAT  print that: %e elapsed seconds, %E the same as [hours:]minutes:seconds,
                       %U user seconds, %S system seconds, %P processor share, %x status,
                       %C the command; what a sandbox does not count is 0
  -o, --output=FILE    print to FILE instead of standard error
  -p, --portability    print in POSIX's format
  -q, --quiet          do not tell of a status other than 0
  -v, --verbose        print everything";

const SHORTS: &str = "+af:o:pqv";
const LONGS: &[Long] = &[
    ("append", Takes::Nothing, 'a'),
    ("format", Takes::Argument, 'f'),
    ("output", Takes::Argument, 'o'),
    ("portability", Takes::Nothing, 'p'),
    ("quiet", Takes::Nothing, 'q'),
    ("verbose", Takes::Nothing, 'v'),
];

const USUAL: &str = "%Uuser %Ssystem %Eelapsed %PCPU (%Xavgtext+%Davgdata %Mmaxresident)k\n\
%Iinputs+%Ooutputs (%Fmajor+%Rminor)pagefaults %Wswaps";
const POSIX: &str = "real %e\nuser %U\nsys %S";
const VERBOSE: &str = "\tCommand being timed: \"%C\"\n\tUser time (seconds): %U\n\tSystem time (seconds): %S\n\
\tPercent of CPU this job got: %P\n\tElapsed (wall clock) time (h:mm:ss or m:ss): %E\n\
\tAverage shared text size (kbytes): %X\n\tAverage unshared data size (kbytes): %D\n\
\tAverage stack size (kbytes): %p\n\tAverage total size (kbytes): %K\n\tMaximum resident set size (kbytes): %M\n\
\tAverage resident set size (kbytes): %t\n\tMajor (requiring I/O) page faults: %F\n\
\tMinor (reclaiming a frame) page faults: %R\n\tVoluntary context switches: %w\n\
\tInvoluntary context switches: %c\n\tSwaps: %W\n\tFile system inputs: %I\n\tFile system outputs: %O\n\
\tSocket messages sent: %s\n\tSocket messages received: %r\n\tSignals delivered: %k\n\tPage size (bytes): %Z\n\
\tExit status: %x";

/// Runs time.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let variable = agentfense_sys::var("TIME");
    let mut format = variable.unwrap_or_else(|| USUAL.into());
    let (mut append, mut quiet, mut output, mut words) = (false, false, None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => append = true,
            Item::Option('f', value) => format = value,
            Item::Option('o', value) => output = Some(value),
            Item::Option('p', _) => format = POSIX.into(),
            Item::Option('v', _) => format = VERBOSE.into(),
            Item::Option(..) => quiet = true,
            Item::Operand(word) => words.push(word),
        }
    }
    let Some((program, arguments)) = words.split_first() else {
        return Err(Failure::usage("missing program to run").status(125));
    };
    let target = match &output {
        None => OpenFile::inherited(2),
        Some(path) => {
            let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
            let file = files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666);
            let name = String::from_utf8_lossy(path);
            Some(file.map_err(|errno| Failure::new(format!("{name}: {errno}")).status(125))?)
        }
    };
    let ignored = processes::ignored(&[agentfense_sys::Signal::SIGPIPE]);
    let start = Instant::now();
    let mut command = Command::new(program);
    command.args(arguments).ignore_set(ignored);
    // What the keyboard sends is for the program; time stays to tell of it.
    let deaf = [agentfense_sys::Signal::SIGINT, agentfense_sys::Signal::SIGQUIT];
    let child = command.spawn();
    let mut text = Vec::new();
    let (status, failure) = match child {
        Ok(mut child) => {
            for signal in deaf {
                // The program has ended by the time that it would matter.
                let _ = processes::set_disposition(signal, processes::Disposition::Ignore);
            }
            (child.wait()?, None)
        }
        Err(errno) => {
            let failure = cannot_run(program, errno);
            let name = String::from_utf8_lossy(program);
            agentfense_support::complain("time", format_args!("cannot run {name}: {errno}"));
            (ExitStatus::Exited(failure.status.unwrap_or(127)), failure.status)
        }
    };
    let elapsed = start.elapsed();
    match status {
        ExitStatus::Exited(0) => {}
        _ if quiet => {}
        ExitStatus::Exited(status) => {
            text.extend(format!("Command exited with non-zero status {status}\n").bytes());
        }
        ExitStatus::Signaled(signal) => {
            text.extend(format!("Command terminated by signal {}\n", signal.number()).bytes());
        }
    }
    let used = Duration::from_nanos(processes::get_times().children);
    let status_number = match status {
        ExitStatus::Exited(status) => status,
        ExitStatus::Signaled(_) => 0,
    };
    text.extend(show(&format, elapsed, used, status_number, &words));
    text.push(b'\n');
    if let Some(file) = target {
        file.write_bytes(&text).map_err(|errno| Failure::new(format!("write error: {errno}")).status(125))?;
    }
    match failure {
        Some(status) => Ok(status),
        None => end_as(status),
    }
}

fn seconds(time: Duration) -> String {
    format!("{}.{:02}", time.as_secs(), time.subsec_millis() / 10)
}

fn show(format: &[u8], elapsed: Duration, used: Duration, status: u8, words: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = format.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' {
            match bytes.next() {
                Some(b'n') => out.push(b'\n'),
                Some(b't') => out.push(b'\t'),
                Some(b'\\') | None => out.push(b'\\'),
                Some(other) => out.extend([b'?', b'\\', other]),
            }
            continue;
        }
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'%') => out.push(b'%'),
            Some(b'e') => out.extend(seconds(elapsed).bytes()),
            Some(b'E') => {
                let whole = elapsed.as_secs();
                let text = if whole >= 3600 {
                    format!("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                } else {
                    format!("{}:{:02}.{:02}", whole / 60, whole % 60, elapsed.subsec_millis() / 10)
                };
                out.extend(text.bytes());
            }
            Some(b'U') => out.extend(seconds(used).bytes()),
            // The kernel does not tell one from the other.
            Some(b'S') => out.extend(b"0.00"),
            Some(b'P') => {
                let share = used.as_nanos() * 100 / elapsed.as_nanos().max(1);
                out.extend(format!("{share}%").bytes());
            }
            Some(b'C') => out.extend(words.join(&b' ')),
            Some(b'x') => out.extend(status.to_string().bytes()),
            Some(b'Z') => out.extend(b"65536"),
            Some(
                b'D' | b'F' | b'I' | b'K' | b'M' | b'O' | b'R' | b'W' | b'X' | b'c' | b'k' | b'p' | b'r' | b's' | b't'
                | b'w',
            ) => {
                out.push(b'0');
            }
            Some(other) => out.extend([b'?', other]),
            None => out.push(b'?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats() {
        let show = |format: &str, elapsed: u64| {
            let text = show(
                format.as_bytes(),
                Duration::from_millis(elapsed),
                Duration::from_millis(500),
                3,
                &[b"a".to_vec(), b"b".to_vec()],
            );
            String::from_utf8(text).unwrap()
        };
        assert_eq!(show("%e %E %U %P %C %x%%", 61_230), "61.23 1:01.23 0.50 0% a b 3%");
        assert_eq!(show("%E\\n", 3_723_000), "1:02:03\n");
    }
}

//! chronic, combine, ifne and pee: commands at the ends of pipes.

use agentfense_support::exec::cannot_run;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Options, Outcome, read, stdout};
use agentfense_sys::files::{OpenFile, pipe};
use agentfense_sys::process::{Child, Command};
use agentfense_sys::processes::{self, Disposition};
use agentfense_sys::{Errno, Signal};
use std::collections::HashSet;
use std::io::Write;

/// How much is passed on at a time.
const CHUNK: u32 = 64 * 1024;

/// A program and what it is given, behind options of the command's own.
struct Invocation {
    options: String,
    program: Vec<u8>,
    arguments: Vec<Vec<u8>>,
}

fn invocation(args: Vec<Vec<u8>>, letters: &'static str, help: &'static str) -> Result<Invocation, Failure> {
    let mut options = Options::new(args, letters, &[], help);
    let mut given = String::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter, _) => given.push(letter),
            Item::Operand(program) => return Ok(Invocation { options: given, program, arguments: options.rest() }),
        }
    }
    Err(Failure::usage("no command given"))
}

/// Runs chronic: a command's output is shown only when it fails.
pub fn chronic(args: Vec<Vec<u8>>) -> Outcome {
    const HELP: &str = "\
{} [-ev] COMMAND [ARGUMENT]...
Run a command, and show its output only when it fails.

  -e  also when it writes to standard error
  -v  with headings and the status";
    let Invocation { options: given, program, arguments: rest } = invocation(args, "+ev", HELP)?;
    let output = Command::new(&program).args(rest).output().map_err(|errno| cannot_run(&program, errno))?;
    let status = output.status.shell_status();
    if status != 0 || (given.contains('e') && !output.stderr.is_empty()) {
        let show = |fd: u32, heading: &str, data: &[u8]| {
            if let Some(file) = OpenFile::inherited(fd) {
                // The command's status is what counts now.
                let _ = if given.contains('v') { file.write_bytes(heading.as_bytes()) } else { Ok(()) };
                let _ = file.write_bytes(data);
            }
        };
        show(1, "STDOUT:\n", &output.stdout);
        show(2, "\nSTDERR:\n", &output.stderr);
        show(1, &format!("\nRETVAL: {status}\n"), b"");
    }
    Ok(status)
}

/// Starts a command that reads what is written to the file that comes with it.
fn start(command: &mut Command) -> Result<(Child, OpenFile), Errno> {
    let (reader, writer) = pipe()?;
    let child = command.stdin(reader).spawn()?;
    Ok((child, writer))
}

/// A writer whose reader is gone gets an error, not a signal.
fn survive_closed_pipes() {
    // Setting a signal that can be ignored does not fail.
    let _ = processes::set_disposition(Signal::SIGPIPE, Disposition::Ignore);
}

fn cannot_read(errno: Errno) -> Failure {
    Failure::new(format!("read error: {errno}"))
}

/// Runs ifne: a command only if there is input.
pub fn ifne(args: Vec<Vec<u8>>) -> Outcome {
    const HELP: &str = "\
{} [-n] COMMAND [ARGUMENT]...
Run a command with standard input, if it is not empty.

  -n  run it if standard input is empty, else pass that on";
    let Invocation { options: given, program, arguments: rest } = invocation(args, "+n", HELP)?;
    let stdin = OpenFile::inherited(0).ok_or(Errno::Badf)?;
    let mut data = stdin.read_some(CHUNK).map_err(cannot_read)?;
    let reverse = given.contains('n');
    if reverse && !data.is_empty() {
        let mut out = stdout();
        while !data.is_empty() {
            out.write_all(&data)?;
            data = stdin.read_some(CHUNK).map_err(cannot_read)?;
        }
        out.flush()?;
        return Ok(0);
    }
    if data.is_empty() && !reverse {
        return Ok(0);
    }
    survive_closed_pipes();
    let (mut child, writer) = start(Command::new(&program).args(rest)).map_err(|errno| cannot_run(&program, errno))?;
    while !data.is_empty() && writer.write_bytes(&data).is_ok() {
        data = stdin.read_some(CHUNK).map_err(cannot_read)?;
    }
    drop(writer);
    Ok(child.wait()?.shell_status())
}

/// Runs pee: standard input to several commands.
pub fn pee(args: Vec<Vec<u8>>) -> Outcome {
    const HELP: &str = "\
{} COMMAND...
Run each COMMAND with the shell, all with the same standard input.";
    let mut options = Options::new(args, "", &[], HELP);
    let mut commands = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(command) = item {
            commands.push(command);
        }
    }
    survive_closed_pipes();
    let mut children: Vec<(Child, Option<OpenFile>)> = Vec::with_capacity(commands.len());
    for command in &commands {
        let (child, writer) = start(Command::new("/bin/sh").arg("-c").arg(command))
            .map_err(|errno| Failure::new(format!("Can not open pipe to '{}': {errno}", lossy(command))))?;
        children.push((child, Some(writer)));
    }
    let stdin = OpenFile::inherited(0).ok_or(Errno::Badf)?;
    loop {
        let data = stdin.read_some(CHUNK).map_err(cannot_read)?;
        if data.is_empty() {
            break;
        }
        for (_, writer) in &mut children {
            // One that does not read on gets no more.
            if writer.as_ref().is_some_and(|writer| writer.write_bytes(&data).is_err()) {
                *writer = None;
            }
        }
    }
    let mut status = 0;
    for (mut child, writer) in children {
        drop(writer);
        status |= child.wait()?.shell_status();
    }
    Ok(status)
}

/// Runs combine: lines of two files as sets.
pub fn combine(args: Vec<Vec<u8>>) -> Outcome {
    const HELP: &str = "\
{} FILE1 and|not|or|xor FILE2
Print the lines of FILE1 that are in FILE2 (and), are not in it (not), those of both (or), or those that only one
of them has (xor).";
    let mut options = Options::new(args, "", &[], HELP);
    let mut operands = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(operand) = item {
            operands.push(operand);
        }
    }
    let [first, operation, second] = operands.as_slice() else {
        return Err(Failure::usage("three arguments are needed"));
    };
    let lines = |name: &[u8]| {
        let text = read::whole(name).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(name))))?;
        let text = text.strip_suffix(b"\n").map(<[u8]>::to_vec).unwrap_or(text);
        let lines: Vec<Vec<u8>> = text.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
        Ok::<_, Failure>(if text.is_empty() { Vec::new() } else { lines })
    };
    let (first, second) = (lines(first)?, lines(second)?);
    let in_first: HashSet<&[u8]> = first.iter().map(Vec::as_slice).collect();
    let in_second: HashSet<&[u8]> = second.iter().map(Vec::as_slice).collect();
    let shared = |line: &&Vec<u8>| in_second.contains(line.as_slice());
    let chosen: Vec<&Vec<u8>> = match operation.to_ascii_lowercase().as_slice() {
        b"and" => first.iter().filter(shared).collect(),
        b"not" => first.iter().filter(|line| !shared(line)).collect(),
        b"or" => first.iter().chain(&second).collect(),
        b"xor" => {
            let other = second.iter().filter(|line| !in_first.contains(line.as_slice()));
            first.iter().filter(|line| !shared(line)).chain(other).collect()
        }
        _ => return Err(Failure::usage(format!("unknown operation, {}", lossy(operation)))),
    };
    let mut out = stdout();
    for line in chosen {
        out.write_all(line)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(0)
}

//! nohup: runs a program that outlives its terminal.

use agentfense_support::exec::exec;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Options, Outcome, complain};
use agentfense_sys::Signal;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::process::{Command, Stdio};

const HELP: &str = "\
{} COMMAND [ARG]...
Run COMMAND, ignoring hangup signals.

If standard input is a terminal, it is redirected from /dev/null. If standard output
is a terminal, it is appended to 'nohup.out' or '$HOME/nohup.out'. If standard error
is a terminal, it goes to standard output.";

/// Runs nohup.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+", &[], HELP);
    let Some(Item::Operand(program)) = options.next_item()? else {
        return Err(Failure::usage("missing operand"));
    };
    let terminal = |fd| OpenFile::inherited(fd).is_some_and(|file| file.is_terminal());
    let mut command = Command::new(&program);
    command.args(options.rest());
    let input = terminal(0);
    if input {
        command.stdin(Stdio::Null);
    }
    let errors = terminal(2);
    if terminal(1) {
        let (file, name) = output_file()?;
        if errors {
            command.stderr(file.duplicate());
        }
        command.stdout(file);
        let ignoring = if input { "ignoring input and " } else { "" };
        complain("nohup", format_args!("{ignoring}appending output to '{name}'"));
    } else {
        let notice = match (input, errors) {
            (true, true) => "ignoring input and redirecting stderr to stdout",
            (true, false) => "ignoring input",
            (false, true) => "redirecting stderr to stdout",
            (false, false) => "",
        };
        if !notice.is_empty() {
            complain("nohup", notice);
        }
        if errors && let Some(file) = OpenFile::inherited(1) {
            command.stderr(file);
        }
    }
    // The signal is not for this process either, which waits for the program.
    let _ = agentfense_sys::processes::set_disposition(Signal::SIGHUP, agentfense_sys::processes::Disposition::Ignore);
    exec(&program, &mut command, Signal::SIGHUP.bit()).map_err(|failure| match failure.status {
        Some(126 | 127) => Failure { message: format!("failed to run command {}", failure.message), ..failure },
        _ => failure,
    })
}

fn output_file() -> Result<(OpenFile, String), Failure> {
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::APPEND;
    let here = match files::open("nohup.out", flags, 0o600) {
        Ok(file) => return Ok((file, "nohup.out".into())),
        Err(errno) => errno,
    };
    if let Some(home) = agentfense_sys::var("HOME") {
        let path = join(&home, b"nohup.out");
        if let Ok(file) = files::open(&path, flags, 0o600) {
            return Ok((file, agentfense_support::quote::lossy(path)));
        }
    }
    Err(Failure::new(format!("failed to open 'nohup.out': {here}")).status(125))
}

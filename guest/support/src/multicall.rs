//! Several commands in one component: the base name of `argv[0]` says which one to be.

use crate::options::base_name;
use crate::{Outcome, complain, stdout};
use agentfense_sys::files::OpenFile;
use agentfense_sys::{args, processes};
use std::io::Write;

/// A command by its name.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// As it is called.
    pub name: &'static str,
    /// Gets its name and arguments.
    pub main: fn(Vec<Vec<u8>>) -> Outcome,
    /// The status that tells of a wrong call.
    pub usage_status: u8,
}

/// Runs the command that this process was called as and ends the process with its status. Called as `component`, the
/// first argument names the command, and `--list` lists them.
pub fn run(component: &str, commands: &[Command]) -> ! {
    let mut arguments = args();
    let mut name = arguments.first().map(|name| base_name(name)).unwrap_or_default();
    if name.strip_suffix(".wasm").unwrap_or(&name) == component {
        if arguments.len() < 2 || arguments[1] == b"--list" {
            processes::exit(list(commands));
        }
        arguments.remove(0);
        name = base_name(&arguments[0]);
    }
    let status = match commands.iter().find(|command| command.name == name) {
        Some(command) => command.run(arguments),
        None => {
            complain(component, format_args!("{name}: no such command"));
            127
        }
    };
    // libc's buffers are not used and ours are flushed: nothing is left to do but to end.
    processes::exit(status)
}

impl Command {
    /// Runs it with `arguments`, its name first; its exit status.
    pub fn run(&self, arguments: Vec<Vec<u8>>) -> u8 {
        match (self.main)(arguments) {
            Ok(status) => status,
            Err(failure) => {
                if !failure.message.is_empty() {
                    complain(self.name, &failure.message);
                }
                if failure.usage
                    && let Some(stderr) = OpenFile::inherited(2)
                {
                    let hint = format!("Try '{} --help' for more information.\n", self.name);
                    // Nobody is left to tell when standard error is gone.
                    let _ = stderr.write_bytes(hint.as_bytes());
                }
                failure.status.unwrap_or(self.usage_status)
            }
        }
    }
}

/// Prints the commands, one a line.
fn list(commands: &[Command]) -> u8 {
    let mut out = stdout();
    for command in commands {
        if writeln!(out, "{}", command.name).is_err() {
            return 1;
        }
    }
    u8::from(out.flush().is_err())
}

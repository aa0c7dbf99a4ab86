//! The everyday Unix commands as one program. The base name of `argv[0]` says which one to be;
//! called as `toolbox`, the first argument does.

mod commands;
mod own;
mod support;

use agentfense_sys::{args, processes};
use std::io::Write;

fn main() {
    let mut arguments = args();
    let mut name = arguments.first().map(|name| support::options::base_name(name)).unwrap_or_default();
    if matches!(name.as_str(), "toolbox" | "toolbox.wasm") {
        if arguments.len() < 2 || arguments[1] == b"--list" {
            processes::exit(list());
        }
        arguments.remove(0);
        name = support::options::base_name(&arguments[0]);
    }
    let status = match commands::find(&name) {
        Some(command) => command.run(&name, arguments),
        None => {
            support::complain("toolbox", format_args!("{name}: no such command"));
            127
        }
    };
    // libc's buffers are not used and ours are flushed: nothing is left to do but to end.
    processes::exit(status)
}

/// Prints the commands, one a line.
fn list() -> u8 {
    let mut out = support::stdout();
    for command in commands::COMMANDS {
        if writeln!(out, "{}", command.name).is_err() {
            return 1;
        }
    }
    u8::from(out.flush().is_err())
}

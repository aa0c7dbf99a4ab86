//! setsid: runs a program apart from the terminal's jobs.

use agentfense_support::exec::{cannot_run, exec};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes};
use agentfense_sys::process::Command;

const HELP: &str = "\
{} [OPTION]... PROGRAM [ARGUMENT]...
Run a program in a process group of its own, which no key of the terminal reaches.

  -c, --ctty  accepted: a sandbox has one terminal at most
  -f, --fork  always fork
  -w, --wait  wait for the program to end, and return its status";

/// Runs setsid.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("ctty", Takes::Nothing, 'c'), ("fork", Takes::Nothing, 'f'), ("wait", Takes::Nothing, 'w')];
    let mut options = Options::new(args, "+cfw", longs, HELP);
    let (mut fork, mut wait, mut program) = (false, false, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('f', _) => fork = true,
            Item::Option('w', _) => wait = true,
            Item::Option(..) => {}
            Item::Operand(name) => {
                program = Some(name);
                break;
            }
        }
    }
    let program = program.ok_or_else(|| Failure::usage("no command specified"))?;
    let mut command = Command::new(&program);
    command.args(options.rest()).process_group(0);
    if fork && !wait {
        command.spawn().map_err(|errno| cannot_run(&program, errno))?;
        return Ok(0);
    }
    exec(&program, &mut command, 0)
}

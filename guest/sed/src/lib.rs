//! GNU sed: the stream editor, over files that the caller provides.
//!
//! [`main`] takes a command line and a [`System`], which is all that sed sees of the world: so the
//! same code runs inside a sandbox and in a test. The way of a script through the crate:
//!
//! - `options`: the command line.
//! - `parse`: from the text of the scripts to a `script::Script`.
//! - `execute`: the cycle that applies the commands to each line.
//!
//! Lines are read, edited and written one at a time: what is kept in memory is the pattern space,
//! the hold space and two buffers.

mod escape;
mod execute;
mod input;
mod options;
mod output;
mod parse;
mod replacement;
mod script;
mod system;

pub use system::{CannotEdit, Edit, Editing, Input, System};

use options::{Invocation, Job};
use std::io::Write;

/// Why sed ends, other than by coming to the end of its input.
#[derive(Debug)]
struct Stop {
    /// Without the leading `sed: `.
    message: String,
    status: u8,
}

/// Something is wrong with the script or the options.
const BAD_USAGE: u8 = 1;
/// An input file could not be read.
const BAD_INPUT: u8 = 2;
/// Reading or writing failed on the way, or something else that sed cannot go on after.
const PANIC: u8 = 4;

impl Stop {
    fn new(status: u8, message: impl Into<String>) -> Stop {
        Stop { message: message.into(), status }
    }
}

/// Runs sed with `args`, its own name first; its exit status.
pub fn main(args: &[Vec<u8>], system: &mut dyn System) -> u8 {
    match run(args, system) {
        Ok(status) => status,
        Err(stop) => {
            if !stop.message.is_empty() {
                complain(system, &stop.message);
            }
            stop.status
        }
    }
}

fn run(args: &[Vec<u8>], system: &mut dyn System) -> Result<u8, Stop> {
    let invocation = match options::read(args)? {
        Invocation::Run(job) => job,
        Invocation::Print(text) => {
            let written = system.stdout().write_all(text.as_bytes());
            return match written {
                Ok(()) => Ok(0),
                Err(error) => {
                    Err(Stop::new(PANIC, format!("couldn't write to standard output: {}", system.error_text(&error))))
                }
            };
        }
        Invocation::Usage(complaint) => {
            let mut text = complaint.map(|complaint| format!("sed: {complaint}\n")).unwrap_or_default();
            text.push_str(options::HELP);
            // Nobody is left to tell when standard error is gone.
            let _ = system.stderr().write_all(text.as_bytes());
            return Ok(BAD_USAGE);
        }
    };
    let Job { scripts, files, settings } = *invocation;
    let texts = parse::read_scripts(scripts, system)?;
    let script = parse::parse(texts, &settings, system.utf8())?;
    execute::Executor::new(script, settings, files, system)?.run()
}

/// Writes `sed: MESSAGE` to standard error, in one piece.
fn complain(system: &mut dyn System, message: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = system.stderr().write_all(format!("sed: {message}\n").as_bytes());
}

//! nice and stdbuf: run a program. A sandbox has one priority, and its programs their own buffers.

use agentfense_support::exec::exec;
use agentfense_support::options::number;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use agentfense_sys::process::Command;
use std::io::Write;

const NICE_HELP: &str = "\
{} [OPTION] [COMMAND [ARG]...]
Run COMMAND. Every process of a sandbox has niceness 0; an adjustment is accepted and
has no effect. With no COMMAND, print the niceness.

  -n, --adjustment=N   add integer N to the niceness";

/// Runs nice.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("adjustment", Takes::Argument, 'n')];
    let mut options = Options::new(digits_as_adjustment(args), "+n:", longs, NICE_HELP);
    let mut adjusted = false;
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(_, value) => {
                number::<i32>("adjustment", &value).map_err(|failure| failure.status(125))?;
                adjusted = true;
            }
            Item::Operand(program) => {
                let mut command = Command::new(&program);
                command.args(options.rest());
                return exec(&program, &mut command, 0);
            }
        }
    }
    if adjusted {
        return Err(Failure::usage("a command must be given with an adjustment"));
    }
    let mut out = stdout();
    writeln!(out, "0")?;
    out.flush()?;
    Ok(0)
}

/// The old form `nice -5 command`.
fn digits_as_adjustment(mut args: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    if let Some(arg) = args.get_mut(1)
        && let Some(digits) = arg.strip_prefix(b"-")
        && digits.iter().any(u8::is_ascii_digit)
        && digits.iter().all(|b| b.is_ascii_digit() || *b == b'-' || *b == b'+')
    {
        *arg = [b"-n", digits].concat();
    }
    args
}

const STDBUF_HELP: &str = "\
{} OPTION... COMMAND [ARG]...
Run COMMAND. The buffering of its standard streams is its own: the modes are checked
and have no effect.

  -i, --input=MODE   -o, --output=MODE   -e, --error=MODE
MODE is L (by line), 0 (unbuffered) or a size.";

/// Runs stdbuf.
pub fn stdbuf(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] =
        &[("input", Takes::Argument, 'i'), ("output", Takes::Argument, 'o'), ("error", Takes::Argument, 'e')];
    let mut options = Options::new(args, "+i:o:e:", longs, STDBUF_HELP);
    let mut any = false;
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter, mode) => {
                if mode == b"L" && letter == 'i' {
                    return Err(Failure::usage("line buffering stdin is meaningless"));
                }
                if mode != b"L" && agentfense_support::options::size(&mode).is_none() {
                    let mode = agentfense_support::quote(&mode);
                    return Err(Failure::usage(format!("invalid mode {mode}")));
                }
                any = true;
            }
            Item::Operand(_) if !any => {
                return Err(Failure::usage("you must specify a buffering mode option"));
            }
            Item::Operand(program) => {
                let mut command = Command::new(&program);
                command.args(options.rest());
                return exec(&program, &mut command, 0);
            }
        }
    }
    Err(Failure::usage("missing operand"))
}

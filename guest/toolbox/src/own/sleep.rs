//! sleep: waits.

use agentfense_support::{Failure, Item, Options, Outcome, duration, quote};
use agentfense_sys::processes;
use std::time::Duration;

const HELP: &str = "\
{} NUMBER[SUFFIX]...
Pause for NUMBER seconds, or with a suffix s, m, h or d. With several, for their sum.";

/// Runs sleep.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "", &[], HELP);
    let mut total = None;
    while let Some(item) = options.next_item()? {
        if let Item::Operand(value) = item {
            let time = duration::parse(&value)
                .ok_or_else(|| Failure::usage(format!("invalid time interval {}", quote(&value))))?;
            total = Some(total.unwrap_or(Duration::ZERO).saturating_add(time));
        }
    }
    let time = total.ok_or_else(|| Failure::usage("missing operand"))?;
    processes::sleep(time);
    Ok(0)
}

//! ping: there is no way to send an echo request from a sandbox, and this says so.

use agentfense_support::{Failure, Outcome};

const HELP: &str = "\
{} HOST
Not possible here: a sandbox has TCP and UDP only, and no echo requests.
To see whether a port answers: nc -zv HOST PORT";

/// Runs ping.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, HELP)?;
    let message =
        "socktype: SOCK_RAW: Operation not permitted (a sandbox has TCP and UDP only: try 'nc -zv HOST PORT')";
    Err(Failure::new(message).status(2))
}

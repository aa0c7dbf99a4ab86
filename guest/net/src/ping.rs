//! ping: there is no way to send an echo request from a sandbox, and this says so.

use agentfense_support::{Failure, Outcome};

/// Runs ping.
pub fn main(_: Vec<Vec<u8>>) -> Outcome {
    let message =
        "socktype: SOCK_RAW: Operation not permitted (a sandbox has TCP and UDP only: try 'nc -zv HOST PORT')";
    Err(Failure::new(message).status(2))
}

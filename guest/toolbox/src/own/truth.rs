//! true and false.

use agentfense_support::Outcome;
use agentfense_support::options::sole_request;

/// Succeeds, whatever the arguments.
pub fn yes(args: Vec<Vec<u8>>) -> Outcome {
    sole_request(&args, "{} [ignored command line arguments]\nExit with a status code indicating success.")?;
    Ok(0)
}

/// Fails, whatever the arguments.
pub fn no(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} [ignored command line arguments]\nExit with a status code indicating failure.";
    sole_request(&args, help).map_err(|failure| failure.status(1))?;
    Ok(1)
}

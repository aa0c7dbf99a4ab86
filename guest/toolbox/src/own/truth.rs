//! true and false.

use agentfense_support::Outcome;

/// Succeeds, whatever the arguments.
pub fn yes(_: Vec<Vec<u8>>) -> Outcome {
    Ok(0)
}

/// Fails, whatever the arguments.
pub fn no(_: Vec<Vec<u8>>) -> Outcome {
    Ok(1)
}

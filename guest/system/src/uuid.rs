//! uuidgen and mcookie: random names.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use std::fmt::Write as _;
use std::io::Write;

fn random() -> Result<[u8; 16], Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::new(format!("no random bytes: {error}")))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A random UUID (version 4).
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]].map(hex).join("-")
}

/// Runs uuidgen.
pub fn uuidgen(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("random", Takes::Nothing, 'r')];
    let mut options = Options::new(args, "r", longs, "{} [-r]\nPrint a new random UUID.");
    while let Some(item) = options.next_item()? {
        if let Item::Operand(_) = item {
            return Err(Failure::usage("unexpected argument"));
        }
    }
    let mut out = stdout();
    writeln!(out, "{}", uuid(random()?))?;
    out.flush()?;
    Ok(0)
}

/// Runs mcookie.
pub fn mcookie(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "v", &[], "{}\nPrint a random number of 128 bits.");
    while options.next_item()?.is_some() {}
    let mut out = stdout();
    writeln!(out, "{}", hex(&random()?))?;
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn versions() {
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}

//! Where a password comes from, and the key that is made of it without PBKDF2.

use crate::fail;
use crate::hash::Kind;
use agentfense_support::Failure;
use agentfense_support::quote::lossy;
use agentfense_support::read;
use agentfense_sys::files::OpenFile;

/// Longer passwords are cut off.
const MOST: u32 = 4096;

/// A password by its source, as `-pass` names it.
pub fn from(source: &[u8]) -> Result<Vec<u8>, Failure> {
    let wrong = |message: String| Err(fail(format!("{message}\nError getting password")));
    if let Some(password) = source.strip_prefix(b"pass:") {
        return Ok(password.to_vec());
    }
    if let Some(name) = source.strip_prefix(b"env:") {
        let value = std::str::from_utf8(name).ok().and_then(agentfense_sys::var);
        return match value {
            Some(value) => Ok(value),
            None => wrong(format!("No environment variable {}", lossy(name))),
        };
    }
    if let Some(path) = source.strip_prefix(b"file:") {
        return of_file(path);
    }
    let fd = if source == b"stdin" {
        Some(0)
    } else {
        let number = source.strip_prefix(b"fd:").and_then(|number| std::str::from_utf8(number).ok());
        number.and_then(|number| number.parse().ok())
    };
    match fd.map(OpenFile::inherited) {
        Some(Some(file)) => first_line(&file),
        Some(None) => wrong("the descriptor is not open".into()),
        None => wrong(format!(
            "Invalid password argument, missing ':' within the first {} chars",
            source.len().saturating_add(1)
        )),
    }
}

/// The first line of a file.
pub fn of_file(path: &[u8]) -> Result<Vec<u8>, Failure> {
    let file = read::open(path).map_err(|errno| fail(format!("Can't open file {}: {errno}", lossy(path))))?;
    first_line(&file)
}

fn first_line(file: &OpenFile) -> Result<Vec<u8>, Failure> {
    // No more than the line: what is behind it may be the text.
    let mut line = file.read_until(b'\n', MOST).map_err(|errno| fail(format!("Error reading password: {errno}")))?;
    while line.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
        line.pop();
    }
    Ok(line)
}

/// The key derivation of openssl before PBKDF2: each digest is that of the one before it, the password and the salt.
pub fn derive(digest: Kind, password: &[u8], salt: &[u8], result: &mut [u8]) {
    let (mut last, mut filled) = (Vec::new(), 0);
    while filled < result.len() {
        last = digest.of(&[&last, password, salt]);
        let count = last.len().min(result.len() - filled);
        if count == 0 {
            return;
        }
        result[filled..filled + count].copy_from_slice(&last[..count]);
        filled += count;
    }
}

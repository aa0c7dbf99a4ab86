//! A session's state as bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `afsessn` and a zero byte |
//! | 2 | the version of this form, little endian |
//! | 32 | SHA-256 of all that follows |
//! | 1 | the sum of 1 for an interactive session and 2 for one with a terminal |
//! | 4 | rows and columns of the terminal, each 2 bytes, little endian |
//! | 4, then as many | the length of the shell's path, little endian, and the path |
//! | the rest | the state as the shell's program gave it (its `save`) |
//!
//! The rest carries a version of its own, which the program checks.

use sha2::{Digest, Sha256};

use crate::kernel::TerminalSize;

const MAGIC: &[u8; 8] = b"afsessn\0";

/// Goes up with every change of the form above.
const VERSION: u16 = 2;

/// In the first byte.
const INTERACTIVE: u8 = 1;
const TERMINAL: u8 = 2;

/// The largest snapshot that is looked at. Bounds what a forged one makes the
/// host copy.
const MAX: usize = 1 << 30;

/// What a snapshot holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot<'a> {
    pub(super) shell: &'a str,
    pub(super) interactive: bool,
    pub(super) terminal: Option<TerminalSize>,
    pub(super) state: &'a [u8],
}

impl<'a> Snapshot<'a> {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(9 + self.shell.len() + self.state.len());
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        body.push(flag(self.interactive, INTERACTIVE) | flag(self.terminal.is_some(), TERMINAL));
        let TerminalSize { rows, columns } = self.terminal.unwrap_or_default();
        body.extend_from_slice(&rows.to_le_bytes());
        body.extend_from_slice(&columns.to_le_bytes());
        // A path is far shorter than 4 GiB: `Limits` bound what can be opened.
        body.extend_from_slice(&(self.shell.len() as u32).to_le_bytes());
        body.extend_from_slice(self.shell.as_bytes());
        body.extend_from_slice(self.state);
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&Sha256::digest(&body));
        bytes.extend_from_slice(&body);
        bytes
    }

    /// # Errors
    /// What is wrong with the bytes, in words.
    pub(super) fn from_bytes(bytes: &'a [u8]) -> Result<Self, String> {
        if bytes.len() > MAX {
            return Err(format!("it is larger than {MAX} bytes"));
        }
        let rest = bytes.strip_prefix(MAGIC).ok_or("it is not a snapshot of a session")?;
        let cut = || "it is cut off".to_owned();
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let version = u16::from_le_bytes(*version);
        if version != VERSION {
            return Err(format!("it has version {version}, and this library knows version {VERSION}"));
        }
        let (digest, body) = rest.split_first_chunk::<32>().ok_or_else(cut)?;
        if Sha256::digest(body)[..] != digest[..] {
            return Err("it is damaged".into());
        }
        let (&flags, rest) = body.split_first().ok_or_else(cut)?;
        let (rows, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let (columns, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
        let size = TerminalSize { rows: u16::from_le_bytes(*rows), columns: u16::from_le_bytes(*columns) };
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
        let (shell, state) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(cut)?;
        let shell = std::str::from_utf8(shell).map_err(|_| "its shell's path is not UTF-8")?;
        let terminal = (flags & TERMINAL != 0).then_some(size);
        Ok(Snapshot { shell, interactive: flags & INTERACTIVE != 0, terminal, state })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let snapshot = Snapshot {
            shell: "/bin/bash",
            interactive: true,
            terminal: Some(TerminalSize::default()),
            state: b"state",
        };
        assert_eq!(Snapshot::from_bytes(&snapshot.to_bytes()), Ok(snapshot));
    }

    #[test]
    fn other_bytes_are_refused_with_the_reason() {
        let bytes = Snapshot { shell: "/bin/sh", interactive: false, terminal: None, state: b"" }.to_bytes();
        let error = |bytes: &[u8]| Snapshot::from_bytes(bytes).unwrap_err();
        assert_eq!(error(b"#!/bin/sh"), "it is not a snapshot of a session");
        let mut newer = bytes.clone();
        newer[8] = 9;
        assert_eq!(error(&newer), "it has version 9, and this library knows version 2");
        for at in 10..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(error(&damaged), "it is damaged");
        }
        for length in 0..bytes.len() {
            assert!(Snapshot::from_bytes(&bytes[..length]).is_err(), "cut to {length}");
        }
    }
}

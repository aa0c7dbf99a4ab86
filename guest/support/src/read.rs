//! Reading files that are named on a command line.

use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use std::io::Read;

/// Opens a file; `-` is standard input.
pub fn open(name: &[u8]) -> Result<OpenFile, Errno> {
    if name == b"-" { OpenFile::inherited(0).ok_or(Errno::Badf) } else { files::open(name, OpenFlags::READ, 0) }
}

/// All that a file holds.
pub fn whole(name: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut data = Vec::new();
    open(name)?.read_to_end(&mut data).map_err(|error| Errno::of(&error).unwrap_or(Errno::Io))?;
    Ok(data)
}

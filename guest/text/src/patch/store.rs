//! Files as patches leave them.

use super::fatal;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, fs};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFlags};

/// Writes a file; its permissions stay unless a mode is given.
pub fn store(name: &[u8], text: &[u8], mode: Option<u32>) -> Result<(), Failure> {
    let failed = |errno: Errno| fatal(format!("Can't create file {} : {errno}", lossy(name)));
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let open = || files::open(name, flags, mode.unwrap_or(0o666) & 0o777);
    let file = match open() {
        Err(Errno::Noent) => {
            // A new file may need new directories.
            for at in memchr::memchr_iter(b'/', name).filter(|&at| at > 0) {
                // One that is there already is what is wanted.
                let _ = fs::mkdir(&name[..at]);
            }
            open()
        }
        // A file that may not be written is replaced, as one in a directory that may be.
        Err(Errno::Acces) => {
            let mode = files::stat(name, true).map_or(0o666, |stat| stat.mode);
            fs::unlink(name).and_then(|()| files::open(name, flags, mode & 0o777 | 0o200)).inspect(|file| {
                // The new file has at worst one permission more than the old one had.
                let _ = file.set_mode(mode & 0o7777);
            })
        }
        other => other,
    };
    let file = file.map_err(failed)?;
    file.write_bytes(text).map_err(failed)?;
    match mode {
        Some(mode) => file.set_mode(mode & 0o777).map_err(failed),
        None => Ok(()),
    }
}

/// Removes the directories above a file that are empty now.
pub fn remove_parents(name: &[u8]) {
    for at in memchr::memrchr_iter(b'/', name).filter(|&at| at > 0) {
        if fs::rmdir(&name[..at]).is_err() {
            return;
        }
    }
}

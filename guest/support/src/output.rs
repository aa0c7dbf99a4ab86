//! Standard output and the complaints on standard error.

use agentfense_sys::files::OpenFile;
use std::io::{self, BufWriter, Write};

/// Standard output, straight to the kernel; what is written while it is closed goes nowhere.
#[derive(Debug)]
pub struct Stdout(Option<OpenFile>);

impl Write for Stdout {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Some(file) => file.write(buf),
            None => Err(agentfense_sys::Errno::Badf.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Standard output, buffered. Flush it before the command's end to see its errors.
pub fn stdout() -> BufWriter<Stdout> {
    BufWriter::with_capacity(32 * 1024, Stdout(OpenFile::inherited(1)))
}

/// Writes `COMMAND: MESSAGE` to standard error, in one piece so that lines of several processes
/// do not mix.
pub fn complain(command: &str, message: impl std::fmt::Display) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(format!("{command}: {message}\n").as_bytes());
    }
}

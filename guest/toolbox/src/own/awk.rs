//! awk: the language of the crate `agentfense-awk`, on this kernel.

use agentfense_awk::{ExitStatus, Host, Pipes, Process};
use agentfense_support::Outcome;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::process::{self, Command, Stdio};
use agentfense_sys::{Errno, error_text, processes};
use std::io::{self, Read, Write};

/// Runs awk.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    Ok(agentfense_awk::run(args, &mut Kernel))
}

/// What awk reaches of the sandbox.
struct Kernel;

/// A descriptor of this process; one that is closed answers so when it is used.
fn writer(fd: u32) -> Box<dyn Write> {
    match OpenFile::inherited(fd) {
        Some(file) => Box::new(file),
        None => Box::new(Closed),
    }
}

struct Closed;

impl Read for Closed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(Errno::Badf.into())
    }
}

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(Errno::Badf.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Host for Kernel {
    fn environment(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        agentfense_sys::env()
    }

    fn stdin(&mut self) -> Box<dyn Read> {
        match OpenFile::inherited(0) {
            Some(file) => Box::new(file),
            None => Box::new(Closed),
        }
    }

    fn stdout(&mut self) -> Box<dyn Write> {
        writer(1)
    }

    fn stderr(&mut self) -> Box<dyn Write> {
        writer(2)
    }

    fn stdout_is_terminal(&mut self) -> bool {
        OpenFile::inherited(1).is_some_and(|file| file.is_terminal())
    }

    fn open(&mut self, path: &[u8]) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(files::open(path, OpenFlags::READ, 0)?))
    }

    fn create(&mut self, path: &[u8], append: bool) -> io::Result<Box<dyn Write>> {
        let how = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
        Ok(Box::new(files::open(path, OpenFlags::WRITE | OpenFlags::CREATE | how, 0o666)?))
    }

    fn spawn(&mut self, command: &[u8], pipes: Pipes) -> io::Result<Process> {
        let mut shell = Command::new("/bin/sh");
        shell.arg0("sh").arg("-c").arg(command);
        if matches!(pipes, Pipes::Write | Pipes::Both) {
            shell.stdin(Stdio::piped());
        }
        if matches!(pipes, Pipes::Read | Pipes::Both) {
            shell.stdout(Stdio::piped());
        }
        let mut child = shell.spawn()?;
        Ok(Process {
            stdin: child.stdin.take().map(|pipe| Box::new(pipe) as Box<dyn Write>),
            stdout: child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read>),
            wait: Box::new(move || {
                Ok(match child.wait()? {
                    process::ExitStatus::Exited(status) => ExitStatus::Exited(status),
                    process::ExitStatus::Signaled(signal) => ExitStatus::Signaled(signal.number()),
                })
            }),
        })
    }

    fn process_ids(&mut self) -> (u32, u32) {
        (processes::get_pid(), processes::get_parent())
    }

    fn error_text(&self, error: &io::Error) -> String {
        error_text(error)
    }
}

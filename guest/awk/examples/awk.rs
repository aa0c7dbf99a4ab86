//! awk as a program of its own, on the system it is built for.

use agentfense_awk::{ExitStatus, Host, Pipes, Process};
use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

struct System;

impl Host for System {
    fn environment(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect()
    }

    fn stdin(&mut self) -> Box<dyn Read> {
        Box::new(io::stdin())
    }

    fn stdout(&mut self) -> Box<dyn Write> {
        Box::new(io::stdout())
    }

    fn stderr(&mut self) -> Box<dyn Write> {
        Box::new(io::stderr())
    }

    fn stdout_is_terminal(&mut self) -> bool {
        io::stdout().is_terminal()
    }

    fn open(&mut self, path: &[u8]) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(std::ffi::OsStr::from_bytes(path))?))
    }

    fn create(&mut self, path: &[u8], append: bool) -> io::Result<Box<dyn Write>> {
        let path = std::ffi::OsStr::from_bytes(path);
        let mut options = File::options();
        options.create(true).append(append).write(true).truncate(!append);
        Ok(Box::new(options.open(path)?))
    }

    fn spawn(&mut self, command: &[u8], pipes: Pipes) -> io::Result<Process> {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(std::ffi::OsStr::from_bytes(command));
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
                let status = child.wait()?;
                Ok(match status.signal() {
                    Some(signal) => ExitStatus::Signaled(signal as u8),
                    None => ExitStatus::Exited(status.code().unwrap_or(0) as u8),
                })
            }),
        })
    }

    fn process_ids(&mut self) -> (u32, u32) {
        (std::process::id(), std::os::unix::process::parent_id())
    }

    fn error_text(&self, error: &io::Error) -> String {
        let text = error.to_string();
        text.split(" (os error ").next().unwrap_or_default().to_owned()
    }
}

fn main() {
    let args = std::env::args_os().map(OsStringExt::into_vec).collect();
    std::process::exit(agentfense_awk::run(args, &mut System).into());
}

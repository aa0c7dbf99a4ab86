//! -exec and its kin.

use super::entry::Entry;
use super::expression::Execution;
use agentfense_support::walk::join;
use agentfense_support::{Failure, complain, quote};
use agentfense_sys::Signal;
use agentfense_sys::files::OpenFile;
use agentfense_sys::process::{Command, Stdio};
use agentfense_sys::processes;

/// What a command line with many paths may have at most.
const MAX_SIZE: usize = 128 * 1024;

/// Paths, their size, and the directory that they are in.
type Waiting = (Vec<Vec<u8>>, usize, Option<Vec<u8>>);

/// Runs programs, one file or many at a time.
pub struct Runner<'a> {
    executions: &'a [Execution],
    /// What waits for its program, by execution.
    waiting: Vec<Waiting>,
    ignored: u64,
    pub failed: bool,
}

impl<'a> Runner<'a> {
    pub fn new(executions: &'a [Execution]) -> Runner<'a> {
        let ignored = if executions.is_empty() {
            0
        } else {
            processes::ignored(&[Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGPIPE])
        };
        let waiting = executions.iter().map(|_| (Vec::new(), 0, None)).collect();
        Runner { executions, waiting, ignored, failed: false }
    }

    /// Runs the program for a file, or lets the file wait for others; whether it succeeded.
    pub fn run(&mut self, index: usize, entry: &Entry) -> Result<bool, Failure> {
        let Some(execution) = self.executions.get(index) else { return Ok(false) };
        let (path, directory) = if execution.in_directory {
            let name = if entry.name() == b"/" { b"/".to_vec() } else { join(b".", entry.name()) };
            (name, Some(entry.directory().to_vec()))
        } else {
            (entry.path.clone(), None)
        };
        if execution.many {
            let (_, used, waiting_in) = &self.waiting[index];
            if *used + path.len() + 1 > MAX_SIZE || *waiting_in != directory {
                self.run_waiting(index)?;
            }
            let (paths, used, waiting_in) = &mut self.waiting[index];
            *used += path.len() + 1;
            *waiting_in = directory;
            paths.push(path);
            return Ok(true);
        }
        let arguments: Vec<_> = execution.arguments.iter().map(|argument| with_path(argument, &path)).collect();
        if execution.ask && !asked(&arguments, &entry.path)? {
            return Ok(false);
        }
        self.start(&arguments, directory.as_deref(), execution.ask)
    }

    /// Runs the programs for the files that wait.
    pub fn finish(&mut self) -> Result<(), Failure> {
        for index in 0..self.executions.len() {
            self.run_waiting(index)?;
        }
        Ok(())
    }

    fn run_waiting(&mut self, index: usize) -> Result<(), Failure> {
        let (paths, used, directory) = &mut self.waiting[index];
        if paths.is_empty() {
            return Ok(());
        }
        *used = 0;
        let directory = directory.take();
        let mut arguments = self.executions[index].arguments.clone();
        arguments.append(paths);
        if !self.start(&arguments, directory.as_deref(), false)? {
            self.failed = true;
        }
        Ok(())
    }

    fn start(&mut self, arguments: &[Vec<u8>], directory: Option<&[u8]>, no_input: bool) -> Result<bool, Failure> {
        let Some((program, arguments)) = arguments.split_first() else { return Ok(false) };
        let mut command = Command::new(program);
        command.args(arguments).ignore_set(self.ignored);
        if let Some(directory) = directory {
            command.current_dir(directory);
        }
        if no_input {
            command.stdin(Stdio::Null);
        }
        match command.status() {
            Ok(status) => Ok(status.success()),
            Err(errno) => {
                complain("find", format_args!("{}: {errno}", quote(program)));
                Ok(false)
            }
        }
    }
}

fn with_path(argument: &[u8], path: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(argument.len() + path.len());
    let mut rest = argument;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"{}") {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(path);
        rest = &rest[at + 2..];
    }
    result.extend_from_slice(rest);
    result
}

/// Asks on standard error; whether the answer from standard input was yes.
fn asked(arguments: &[Vec<u8>], path: &[u8]) -> Result<bool, Failure> {
    let program = String::from_utf8_lossy(&arguments[0]);
    let question = format!("< {program} ... {} > ? ", String::from_utf8_lossy(path));
    if let Some(stderr) = OpenFile::inherited(2) {
        let _ = stderr.write_bytes(question.as_bytes());
    }
    let Some(stdin) = OpenFile::inherited(0) else { return Ok(false) };
    let answer = stdin.read_until(b'\n', 4096)?;
    Ok(matches!(answer.first(), Some(b'y' | b'Y')))
}

//! Becoming another program. The kernel has no execve(2), so the command stays as the parent,
//! passes signals on and ends the way its child ends.

use super::failure::{Failure, Outcome};
use super::quote::quote;
use agentfense_sys::process::{Child, Command, ExitStatus};
use agentfense_sys::processes::{self, Disposition, KillTarget};
use agentfense_sys::{Errno, Signal};

/// The signals that are passed on.
const PASSED: &[Signal] = &[
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGWINCH,
];

/// Why a program could not be started, with the status that every such command gives: 127 for
/// one that is not there, 126 for one that cannot be run.
pub fn cannot_run(program: &[u8], errno: Errno) -> Failure {
    let status = if errno == Errno::Noent { 127 } else { 126 };
    Failure::new(format!("{}: {errno}", quote(program))).status(status)
}

/// The same, said as nohup and timeout say it.
pub fn failed_to_run(program: &[u8], errno: Errno) -> Failure {
    let failure = cannot_run(program, errno);
    Failure { message: format!("failed to run command {}", failure.message), ..failure }
}

/// Starts to handle signals; the ones that this process ignores stay ignored and are given back,
/// for the child to ignore.
pub fn handle(signals: &[Signal]) -> u64 {
    let mut ignored = 0;
    for &signal in signals {
        if let Ok(Disposition::Ignore) = processes::set_disposition(signal, Disposition::Handle) {
            ignored |= signal.bit();
            let _ = processes::set_disposition(signal, Disposition::Ignore);
        }
    }
    ignored
}

/// Runs the program in this one's place. `ignored` are further signals that it shall ignore.
pub fn exec(program: &[u8], command: &mut Command, ignored: u64) -> Outcome {
    let pipe = processes::ignored(&[Signal::SIGPIPE]);
    command.ignore_set(handle(PASSED) | pipe | ignored);
    let mut child = command.spawn().map_err(|errno| cannot_run(program, errno))?;
    end_as(wait(&mut child)?)
}

/// Waits for a child and passes on the signals that come meanwhile.
fn wait(child: &mut Child) -> Result<ExitStatus, Errno> {
    loop {
        match child.wait_interruptible() {
            Err(Errno::Intr) => {
                for signal in Signal::set(processes::take_signals()) {
                    // It may have ended just now.
                    let _ = child.signal(signal);
                }
            }
            result => return result,
        }
    }
}

/// Ends as a child ended: by the same signal if it was one, so that the shell sees it.
pub fn end_as(status: ExitStatus) -> Outcome {
    if let ExitStatus::Signaled(signal) = status {
        let _ = processes::set_disposition(signal, Disposition::Default);
        let _ = processes::kill(KillTarget::Process(processes::get_pid()), Some(signal));
    }
    Ok(status.shell_status())
}

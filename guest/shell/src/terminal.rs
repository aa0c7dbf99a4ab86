//! The session's terminal: its modes around jobs and `read`, and its window.

use std::cell::RefCell;

use agentfense_sys::Errno;
use agentfense_sys::files::{OpenFile, TerminalMode, WindowSize};
use agentfense_sys::processes::{self, Pid};

use crate::shell::{Role, Shell};

/// Bits of `c_lflag` (termios(3)).
const ICANON: u32 = 2;
const ECHO: u32 = 8;

/// The terminal that a session's shell was started on.
pub struct Terminal {
    file: OpenFile,
    /// Its mode when the foreground job started.
    before: RefCell<Option<TerminalMode>>,
}

impl Terminal {
    /// The terminal that is this process's standard input.
    pub fn inherited() -> Option<Terminal> {
        let file = OpenFile::inherited(0).filter(OpenFile::is_terminal)?;
        Some(Terminal { file, before: RefCell::default() })
    }

    /// Sets it as it was when the foreground job started.
    pub fn restore(&self) {
        if let Some(mode) = self.before.take() {
            // One that is gone has no mode to be restored.
            let _ = self.file.set_terminal_mode(&mode, false);
        }
    }
}

/// What `read` asks of a terminal.
#[derive(Clone, Copy)]
pub struct Reading {
    /// What is typed is not shown (`-s`).
    pub silent: bool,
    /// Not by lines (`-n`, `-N`, `-d`).
    pub unbuffered: bool,
}

/// A mode that lasts while this does.
pub struct Restored<'a> {
    file: &'a OpenFile,
    before: TerminalMode,
}

impl<'a> Restored<'a> {
    /// Sets a terminal for `read`, if there is anything to set.
    pub fn reading(file: &'a OpenFile, reading: Reading) -> Result<Option<Self>, Errno> {
        let Reading { silent, unbuffered } = reading;
        if !(silent || unbuffered) || !file.is_terminal() {
            return Ok(None);
        }
        let before = file.terminal_mode()?;
        let mut mode = before.clone();
        if silent {
            mode.local &= !ECHO;
        }
        if unbuffered {
            mode.local &= !ICANON;
        }
        file.set_terminal_mode(&mode, false)?;
        Ok(Some(Restored { file, before }))
    }
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        let _ = self.file.set_terminal_mode(&self.before, false);
    }
}

impl Shell {
    /// Makes a job's group the one that keys and interrupts are for, before
    /// any process of it runs: a child is first started when its parent waits
    /// or starts another. Whether jobs have groups that need it.
    pub(crate) fn to_foreground(&self, group: Pid) -> bool {
        let leads = self.interactive || self.role == Role::Session;
        if leads {
            if let Some(terminal) = &self.terminal {
                terminal.before.replace(terminal.file.terminal_mode().ok());
            }
            let _ = processes::set_foreground(group);
        }
        leads
    }

    /// LINES and COLUMNS, of a terminal whose size is known (`checkwinsize`).
    pub(crate) fn note_window_size(&mut self) {
        let Some(Ok(WindowSize { rows, columns })) = self.terminal.as_ref().map(|terminal| terminal.file.window_size())
        else {
            return;
        };
        for (name, value) in [(&b"LINES"[..], rows), (b"COLUMNS", columns)] {
            if value > 0 {
                // A readonly one keeps its value.
                let _ = self.set_scalar(name, value.to_string().into());
            }
        }
    }
}

//! The session's terminal: its modes around jobs and `read`, and its window.

use agentfense_sys::Errno;
use agentfense_sys::files::{OpenFile, TerminalMode, WindowSize};

use crate::shell::Shell;

/// Bits of `c_lflag` (termios(3)).
const ICANON: u32 = 2;
const ECHO: u32 = 8;

/// The terminal that a session's shell was started on.
pub struct Terminal(OpenFile);

impl Terminal {
    /// The terminal that is this process's standard input.
    pub fn inherited() -> Option<Terminal> {
        OpenFile::inherited(0).filter(OpenFile::is_terminal).map(Terminal)
    }

    /// How it is set now.
    pub fn mode(&self) -> Option<TerminalMode> {
        self.0.terminal_mode().ok()
    }

    /// Sets it as it was.
    pub fn set_mode(&self, mode: &TerminalMode) {
        // One that is gone has no mode to be restored.
        let _ = self.0.set_terminal_mode(mode, false);
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
    /// LINES and COLUMNS, of a terminal whose size is known (`checkwinsize`).
    pub(crate) fn note_window_size(&mut self) {
        let Some(Ok(WindowSize { rows, columns })) = self.terminal.as_ref().map(|terminal| terminal.0.window_size())
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

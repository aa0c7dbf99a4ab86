//! What the shell itself says: a builtin's output, and messages in bash's form.

use agentfense_sys::processes::{self, Disposition, KillTarget};
use agentfense_sys::{Errno, Signal};

use crate::shell::{Flow, Role, Run, Shell};

/// A builtin's output is written when it ends, or when it has grown to this.
const OUTPUT_BUFFER: usize = 64 * 1024;

/// Joins the parts of a message.
pub(crate) fn concat(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

impl Shell {
    /// Adds to a builtin's standard output.
    #[inline]
    pub fn out(&mut self, bytes: &[u8]) -> Run<()> {
        self.output.extend_from_slice(bytes);
        if self.output.len() >= OUTPUT_BUFFER { self.flush_output() } else { Ok(()) }
    }

    /// Writes what a builtin has printed so far. A failure is kept for
    /// `finish_output` to report.
    pub fn flush_output(&mut self) -> Run<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        let result = match self.files.get(1) {
            Some(file) => write_all(self, file.clone(), 1),
            None => Err(Errno::Badf),
        };
        self.output.clear();
        match result {
            Ok(()) => Ok(()),
            Err(error) => self.output_error(error),
        }
    }

    #[cold]
    fn output_error(&mut self, error: Errno) -> Run<()> {
        match error {
            Errno::Pipe => self.signal_of_write(Signal::SIGPIPE)?,
            Errno::Fbig => self.signal_of_write(Signal::SIGXFSZ)?,
            _ => {}
        }
        if error == Errno::Intr {
            self.poll_signals_now()?;
        }
        if !self.output_failed {
            self.output_failed = true;
            let name = self.builtin_name;
            self.error(format!("{name}: write error: {}", error.message()));
        }
        Ok(())
    }

    /// A write met a closed pipe, or a file that may not grow: ends this shell
    /// as the signal would, unless that is trapped or ignored.
    fn signal_of_write(&mut self, signal: Signal) -> Run<()> {
        if self.traps.ignored() & signal.bit() != 0 {
            return Ok(());
        }
        if self.traps.get(signal.number()).is_some() {
            return self.run_trap(signal.number());
        }
        self.die_of(signal)
    }

    /// Ends this shell, or the subshell that runs in its process, as a signal
    /// would. A session goes on.
    pub fn die_of(&mut self, signal: Signal) -> Run<()> {
        self.status = 128 + i32::from(signal.number());
        if self.virtual_pid.is_some() {
            // Only the subshell dies, and without its EXIT trap.
            self.set_trap(crate::traps::EXIT, None);
            return Err(Flow::Exit);
        }
        if self.role == Role::Session {
            return Ok(());
        }
        let _ = processes::set_disposition(signal, Disposition::Default);
        let _ = processes::kill(KillTarget::Process(processes::get_pid()), Some(signal));
        Err(Flow::Exit)
    }

    /// Writes to the shell's standard error, for which there is no other place
    /// to complain when it fails.
    pub fn write_error(&mut self, bytes: &[u8]) {
        if let Some(file) = self.files.get(2) {
            let _ = file.write_bytes(bytes);
        }
    }

    /// The name that messages begin with: the script or function's file, or `$0`.
    pub fn message_name(&self) -> &[u8] {
        match self.frames.last() {
            Some(frame) if !frame.source.is_empty() => &frame.source,
            _ => &self.name,
        }
    }

    /// `bash: line 3: MESSAGE` on standard error.
    #[cold]
    #[inline(never)]
    pub fn error(&mut self, message: impl AsRef<[u8]>) {
        self.tagged_error(b"", message);
    }

    /// As `error`, with something before the line: `bash: eval: line 3: MESSAGE`.
    pub(crate) fn tagged_error(&mut self, tag: &[u8], message: impl AsRef<[u8]>) {
        let mut line = self.message_name().to_vec();
        if let Some(tag) = tag.strip_suffix(b": ") {
            line.extend_from_slice(b": ");
            line.extend_from_slice(tag);
        }
        if !self.interactive {
            line.extend_from_slice(format!(": line {}", self.line).as_bytes());
        }
        line.extend_from_slice(b": ");
        line.extend_from_slice(message.as_ref());
        line.push(b'\n');
        self.write_error(&line);
    }

    /// `bash: line 3: PATH: No such file or directory`.
    #[cold]
    #[inline(never)]
    pub fn file_error(&mut self, path: &[u8], error: Errno) {
        self.error(concat(&[path, b": ", error.message().as_bytes()]));
    }

    /// A builtin's message: `bash: line 3: cd: MESSAGE`.
    #[cold]
    #[inline(never)]
    pub fn builtin_error(&mut self, builtin: &[u8], message: impl AsRef<[u8]>) {
        self.error(concat(&[builtin, b": ", message.as_ref()]));
    }
}

/// Writes the output buffer; an interrupted write is begun again after traps ran.
fn write_all(shell: &mut Shell, file: std::rc::Rc<crate::files::File>, tries: u32) -> Result<(), Errno> {
    match file.write_bytes(&shell.output) {
        Err(Errno::Intr) if tries < 16 => write_all(shell, file, tries + 1),
        other => other,
    }
}

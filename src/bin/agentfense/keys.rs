//! The host's terminal while a command runs: raw, its keys handed to the
//! session, whose own terminal does with them what the command asks for.

use agentfense::TerminalSize;
use agentfense::blocking::Session;

#[cfg(unix)]
pub(crate) use unix::{Keys, size};

/// The size of the host's terminal; absent when standard input or output is none,
/// or its keys cannot be read one by one.
#[cfg(not(unix))]
pub(crate) fn size() -> Option<TerminalSize> {
    None
}

#[cfg(not(unix))]
pub(crate) struct Keys;

#[cfg(not(unix))]
impl Keys {
    /// Nothing is handed over: see `size`.
    pub(crate) fn hand_to(_session: &Session) -> std::io::Result<Keys> {
        Ok(Keys)
    }
}

#[cfg(unix)]
mod unix {
    use super::{Session, TerminalSize};
    use std::io::{self, IsTerminal};
    use std::os::fd::OwnedFd;
    use std::thread::JoinHandle;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::io::Errno;
    use rustix::stdio::{stdin, stdout};
    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

    /// How often the window's size is looked at.
    const LOOK: Timespec = Timespec { tv_sec: 0, tv_nsec: 250_000_000 };

    /// The size of the host's terminal; absent when standard input or output is none.
    pub(crate) fn size() -> Option<TerminalSize> {
        if !io::stdin().is_terminal() {
            return None;
        }
        let size = tcgetwinsize(stdout()).ok()?;
        Some(TerminalSize { rows: size.ws_row, columns: size.ws_col })
    }

    /// Hands keys to a session until it is dropped.
    pub(crate) struct Keys {
        before: Termios,
        /// Closed to end the thread.
        end: Option<OwnedFd>,
        thread: Option<JoinHandle<()>>,
    }

    impl Keys {
        /// Makes the terminal raw and hands its keys to a session.
        pub(crate) fn hand_to(session: &Session) -> io::Result<Keys> {
            let before = tcgetattr(stdin())?;
            let (wake, end) = rustix::pipe::pipe()?;
            let session = session.clone();
            let mut raw = before.clone();
            raw.make_raw();
            tcsetattr(stdin(), OptionalActions::Now, &raw)?;
            let thread = std::thread::spawn(move || hand_over(&session, &wake));
            Ok(Keys { before, end: Some(end), thread: Some(thread) })
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            self.end = None;
            if let Some(thread) = self.thread.take() {
                // It does not panic; if it did, the mode is still restored.
                let _ = thread.join();
            }
            // A terminal that is gone has no mode to be restored.
            let _ = tcsetattr(stdin(), OptionalActions::Now, &self.before);
        }
    }

    fn hand_over(session: &Session, wake: &OwnedFd) {
        let mut buffer = [0; 4096];
        loop {
            let mut files = [PollFd::from_borrowed_fd(stdin(), PollFlags::IN), PollFd::new(wake, PollFlags::IN)];
            match poll(&mut files, Some(&LOOK)) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
            if !files[1].revents().is_empty() {
                return;
            }
            if let Some(size) = size() {
                session.resize(size);
            }
            if files[0].revents().is_empty() {
                continue;
            }
            match rustix::io::read(stdin(), &mut buffer) {
                // The terminal is gone, and with it whoever typed.
                Ok(0) => return session.close(),
                Ok(n) => session.send_keys(&buffer[..n]),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(_) => return,
            }
        }
    }
}

//! Signals: numbers, default actions, and what one process has pending.

/// A signal's number on Linux.
pub(crate) type Signal = u8;

pub(crate) const SIGINT: Signal = 2;
pub(crate) const SIGQUIT: Signal = 3;
pub(crate) const SIGILL: Signal = 4;
pub(crate) const SIGABRT: Signal = 6;
pub(crate) const SIGFPE: Signal = 8;
pub(crate) const SIGKILL: Signal = 9;
pub(crate) const SIGSEGV: Signal = 11;
pub(crate) const SIGPIPE: Signal = 13;
pub(crate) const SIGALRM: Signal = 14;
pub(crate) const SIGCHLD: Signal = 17;
pub(crate) const SIGCONT: Signal = 18;
pub(crate) const SIGSTOP: Signal = 19;
pub(crate) const SIGTSTP: Signal = 20;
pub(crate) const SIGTTIN: Signal = 21;
pub(crate) const SIGTTOU: Signal = 22;
pub(crate) const SIGURG: Signal = 23;
pub(crate) const SIGXCPU: Signal = 24;
pub(crate) const SIGXFSZ: Signal = 25;
pub(crate) const SIGWINCH: Signal = 28;
/// The largest number, real-time signals included.
pub(crate) const SIGNAL_MAX: Signal = 64;

/// What a signal does to a process that did not say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefaultAction {
    Terminate,
    Ignore,
    Stop,
    Continue,
}

/// The default action, from `man 7 signal`.
pub(crate) fn default_action(signal: Signal) -> DefaultAction {
    match signal {
        SIGCHLD | SIGURG | SIGWINCH => DefaultAction::Ignore,
        SIGSTOP | SIGTSTP | SIGTTIN | SIGTTOU => DefaultAction::Stop,
        SIGCONT => DefaultAction::Continue,
        _ => DefaultAction::Terminate,
    }
}

/// What a process does on a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disposition {
    Default,
    Ignore,
    Handle,
}

/// The bit of a signal in a set.
pub(crate) fn bit(signal: Signal) -> u64 {
    1 << (u32::from(signal.clamp(1, SIGNAL_MAX)) - 1)
}

/// Dispositions and pending signals of one process.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    ignored: u64,
    handled: u64,
    pending: u64,
}

impl Signals {
    /// A new process: what its parent said it ignores from the start.
    pub(crate) fn new(ignored: u64) -> Self {
        Signals { ignored: ignored & !(bit(SIGKILL) | bit(SIGSTOP)), handled: 0, pending: 0 }
    }

    pub(crate) fn disposition(&self, signal: Signal) -> Disposition {
        let bit = bit(signal);
        if self.ignored & bit != 0 {
            Disposition::Ignore
        } else if self.handled & bit != 0 {
            Disposition::Handle
        } else {
            Disposition::Default
        }
    }

    /// Changes a disposition; the previous one. A pending signal that is no
    /// longer handled is dropped.
    pub(crate) fn set(&mut self, signal: Signal, disposition: Disposition) -> Disposition {
        let previous = self.disposition(signal);
        let bit = bit(signal);
        self.ignored &= !bit;
        self.handled &= !bit;
        match disposition {
            Disposition::Default => self.pending &= !bit,
            Disposition::Ignore => {
                self.ignored |= bit;
                self.pending &= !bit;
            }
            Disposition::Handle => self.handled |= bit,
        }
        previous
    }

    pub(crate) fn add(&mut self, signal: Signal) {
        self.pending |= bit(signal);
    }

    /// Forgets a signal that was not taken.
    pub(crate) fn forget(&mut self, signal: Signal) {
        self.pending &= !bit(signal);
    }

    pub(crate) fn has_pending(&self) -> bool {
        self.pending != 0
    }

    pub(crate) fn take(&mut self) -> u64 {
        std::mem::take(&mut self.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kill_and_stop_cannot_be_ignored_from_the_start() {
        let signals = Signals::new(u64::MAX);
        assert_eq!(signals.disposition(SIGKILL), Disposition::Default);
        assert_eq!(signals.disposition(SIGSTOP), Disposition::Default);
        assert_eq!(signals.disposition(SIGINT), Disposition::Ignore);
    }

    #[test]
    fn a_signal_that_is_no_longer_handled_is_not_delivered() {
        let mut signals = Signals::new(0);
        assert_eq!(signals.set(SIGINT, Disposition::Handle), Disposition::Default);
        signals.add(SIGINT);
        assert!(signals.has_pending());
        assert_eq!(signals.set(SIGINT, Disposition::Ignore), Disposition::Handle);
        assert_eq!(signals.take(), 0);
    }
}

//! Signals.

use std::fmt;
use std::str::FromStr;

/// A signal by its number on Linux.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Signal(u8);

macro_rules! signals {
    ($($name:ident $number:literal $short:literal $text:literal;)*) => {
        impl Signal {
            $(#[doc = $text] pub const $name: Signal = Signal($number);)*
        }

        const TABLE: &[(u8, &str, &str)] = &[$(($number, $short, $text),)*];
    };
}

signals! {
    SIGHUP 1 "HUP" "Hangup";
    SIGINT 2 "INT" "Interrupt";
    SIGQUIT 3 "QUIT" "Quit";
    SIGILL 4 "ILL" "Illegal instruction";
    SIGTRAP 5 "TRAP" "Trace/breakpoint trap";
    SIGABRT 6 "ABRT" "Aborted";
    SIGBUS 7 "BUS" "Bus error";
    SIGFPE 8 "FPE" "Floating point exception";
    SIGKILL 9 "KILL" "Killed";
    SIGUSR1 10 "USR1" "User defined signal 1";
    SIGSEGV 11 "SEGV" "Segmentation fault";
    SIGUSR2 12 "USR2" "User defined signal 2";
    SIGPIPE 13 "PIPE" "Broken pipe";
    SIGALRM 14 "ALRM" "Alarm clock";
    SIGTERM 15 "TERM" "Terminated";
    SIGSTKFLT 16 "STKFLT" "Stack fault";
    SIGCHLD 17 "CHLD" "Child exited";
    SIGCONT 18 "CONT" "Continued";
    SIGSTOP 19 "STOP" "Stopped (signal)";
    SIGTSTP 20 "TSTP" "Stopped";
    SIGTTIN 21 "TTIN" "Stopped (tty input)";
    SIGTTOU 22 "TTOU" "Stopped (tty output)";
    SIGURG 23 "URG" "Urgent I/O condition";
    SIGXCPU 24 "XCPU" "CPU time limit exceeded";
    SIGXFSZ 25 "XFSZ" "File size limit exceeded";
    SIGVTALRM 26 "VTALRM" "Virtual timer expired";
    SIGPROF 27 "PROF" "Profiling timer expired";
    SIGWINCH 28 "WINCH" "Window changed";
    SIGIO 29 "IO" "I/O possible";
    SIGPWR 30 "PWR" "Power failure";
    SIGSYS 31 "SYS" "Bad system call";
}

/// Other names that `kill` and `trap` know.
const ALIASES: &[(&str, u8)] = &[("IOT", 6), ("CLD", 17), ("POLL", 29)];

/// The real-time signals, which have no names of their own but `RTMIN+n` and `RTMAX-n`.
const RTMIN: u8 = 34;
const RTMAX: u8 = 64;

/// The text names no signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseSignalError;

impl fmt::Display for ParseSignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid signal")
    }
}

impl std::error::Error for ParseSignalError {}

impl Signal {
    /// The signal of that number, 1 to 64.
    pub const fn new(number: u8) -> Option<Signal> {
        match number {
            1..=31 | RTMIN..=RTMAX => Some(Signal(number)),
            _ => None,
        }
    }

    /// Its number on Linux.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// Its bit in the kernel's signal sets.
    pub const fn bit(self) -> u64 {
        1 << (self.0 - 1)
    }

    /// The signals whose bits are set.
    pub fn set(bits: u64) -> impl Iterator<Item = Signal> {
        (1..=64).filter(move |n| bits & (1 << (n - 1)) != 0).filter_map(Signal::new)
    }

    /// Its name without `SIG`: `INT`, `RTMIN+1`.
    pub fn name(self) -> String {
        match self.0 {
            1..=31 => TABLE[usize::from(self.0) - 1].1.to_owned(),
            RTMIN => "RTMIN".to_owned(),
            n @ ..=49 => format!("RTMIN+{}", n - RTMIN),
            RTMAX => "RTMAX".to_owned(),
            n => format!("RTMAX-{}", RTMAX - n),
        }
    }

    /// What a shell says of a process that it ended: `Terminated`.
    pub fn description(self) -> String {
        match self.0 {
            1..=31 => TABLE[usize::from(self.0) - 1].2.to_owned(),
            n => format!("Real-time signal {}", n - RTMIN),
        }
    }

    /// Every signal, in order of number.
    pub fn all() -> impl Iterator<Item = Signal> {
        (1..=RTMAX).filter_map(Signal::new)
    }

    /// The signal that a text names: `INT`, `SIGINT`, `int`, `2`.
    pub fn parse(text: &str) -> Result<Signal, ParseSignalError> {
        if let Ok(number) = text.parse::<u8>() {
            return Signal::new(number).ok_or(ParseSignalError);
        }
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("SIG").unwrap_or(&upper);
        if let Some((number, ..)) = TABLE.iter().find(|(_, short, _)| *short == name) {
            return Ok(Signal(*number));
        }
        if let Some((_, number)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
            return Ok(Signal(*number));
        }
        let offset = |digits: &str| digits.parse::<u8>().map_err(|_| ParseSignalError);
        let number = match name {
            "RTMIN" => RTMIN,
            "RTMAX" => RTMAX,
            _ => match (name.strip_prefix("RTMIN+"), name.strip_prefix("RTMAX-")) {
                (Some(digits), _) => RTMIN.checked_add(offset(digits)?).ok_or(ParseSignalError)?,
                (_, Some(digits)) => RTMAX.checked_sub(offset(digits)?).ok_or(ParseSignalError)?,
                _ => return Err(ParseSignalError),
            },
        };
        match number {
            RTMIN..=RTMAX => Ok(Signal(number)),
            _ => Err(ParseSignalError),
        }
    }
}

impl FromStr for Signal {
    type Err = ParseSignalError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Signal::parse(text)
    }
}

/// With `SIG`: `SIGINT`.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("SIG{}", self.name()))
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_indexed_by_number() {
        assert!(TABLE.iter().enumerate().all(|(i, (number, ..))| usize::from(*number) == i + 1));
    }

    #[test]
    fn parses_what_kill_takes() {
        for text in ["2", "INT", "int", "SIGINT", "SigInt"] {
            assert_eq!(Signal::parse(text), Ok(Signal::SIGINT), "{text}");
        }
        for text in ["", "0", "32", "65", "NOPE", "SIG", "RTMIN+99", "RTMAX-40", "-2"] {
            assert_eq!(Signal::parse(text), Err(ParseSignalError), "{text}");
        }
    }

    #[test]
    fn names_come_back() {
        for signal in Signal::all() {
            assert_eq!(Signal::parse(&signal.name()), Ok(signal));
            assert_eq!(Signal::parse(&signal.to_string()), Ok(signal));
            assert!(!signal.description().is_empty());
        }
        assert_eq!(Signal::all().count(), 62);
    }

    #[test]
    fn sets_are_bits() {
        let bits = Signal::SIGINT.bit() | Signal::SIGTERM.bit();
        assert_eq!(Signal::set(bits).collect::<Vec<_>>(), [Signal::SIGINT, Signal::SIGTERM]);
    }
}

//! `trap`: what runs on signals, at the end, after failures and before commands.

use std::collections::BTreeMap;
use std::rc::Rc;

use agentfense_sys::Signal;
use agentfense_sys::processes::{self, Disposition};
use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::options::SetOption;
use crate::shell::{Flow, Role, Run, Shell};

/// What a trap waits for: 0 is EXIT, 1 to 64 are the signals' numbers.
pub type Condition = u8;

/// The end of the shell.
pub const EXIT: Condition = 0;
/// Before every command.
pub const DEBUG: Condition = 65;
/// After a command that failed.
pub const ERR: Condition = 66;
/// After a function or a sourced file.
pub const RETURN: Condition = 67;

/// Keys and rules of the terminal that are for jobs: a session's shell that
/// they ended or stopped could not go on.
const TERMINAL: &[Signal] = &[Signal::SIGQUIT, Signal::SIGTSTP, Signal::SIGTTIN, Signal::SIGTTOU];

/// The signals that end a shell and that it can see coming.
const FATAL: &[Signal] = &[
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGTRAP,
    Signal::SIGABRT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGTERM,
    Signal::SIGXCPU,
    Signal::SIGVTALRM,
];

/// The signals of a write that fails. The shell ignores them and acts on the
/// failure: they must end the command, not a session.
const WRITE_SIGNALS: [Signal; 2] = [Signal::SIGPIPE, Signal::SIGXFSZ];

/// How many commands run between two looks for signals.
const POLL_INTERVAL: u32 = 64;

/// The number of a condition's name: `EXIT`, `0`, `INT`, `SIGINT`, `2`, `ERR` ...
pub fn condition(name: &[u8]) -> Option<Condition> {
    let name = std::str::from_utf8(name).ok()?;
    let upper = name.to_ascii_uppercase();
    match upper.as_str() {
        "EXIT" | "0" => Some(EXIT),
        "DEBUG" => Some(DEBUG),
        "ERR" => Some(ERR),
        "RETURN" => Some(RETURN),
        _ => Signal::parse(&upper).ok().map(Signal::number),
    }
}

/// A condition's name as `trap -p` prints it.
pub fn condition_name(condition: Condition) -> String {
    match condition {
        EXIT => "EXIT".into(),
        DEBUG => "DEBUG".into(),
        ERR => "ERR".into(),
        RETURN => "RETURN".into(),
        number => Signal::new(number).map_or_else(|| number.to_string(), |signal| format!("SIG{}", short_name(signal))),
    }
}

/// A signal's name without `SIG`.
pub fn short_name(signal: Signal) -> String {
    let name = signal.name();
    name.strip_prefix("SIG").map(str::to_owned).unwrap_or(name)
}

/// The settings of `trap`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Traps {
    /// Actions by condition; an empty one ignores the signal.
    actions: Rc<BTreeMap<Condition, Rc<BString>>>,
    /// The actions of the shell whose process a subshell runs in.
    process: Option<Rc<BTreeMap<Condition, Rc<BString>>>>,
    /// The parent's settings, which a subshell lists until it sets its own.
    inherited: Option<Rc<BTreeMap<Condition, Rc<BString>>>>,
    /// Signals that were ignored when the shell started: they stay so.
    ignored_at_start: u64,
    /// Signals that a shell in the background ignores until it traps them.
    ignored_in_background: u64,
    /// Bits of the pseudo conditions, for a quick look.
    pseudo: u8,
    /// Conditions whose action runs now: it does not run within itself.
    running: u8,
    /// An action reads BASH_COMMAND.
    wants_command: bool,
    /// A text that was run does.
    text_wants_command: bool,
}

const fn pseudo_bit(condition: Condition) -> u8 {
    match condition {
        EXIT => 1,
        DEBUG => 2,
        ERR => 4,
        RETURN => 8,
        _ => 0,
    }
}

impl Traps {
    /// The action of a condition.
    pub fn get(&self, condition: Condition) -> Option<&Rc<BString>> {
        self.actions.get(&condition)
    }

    /// Whether a pseudo condition has an action that may run now.
    #[inline]
    pub fn armed(&self, condition: Condition) -> bool {
        self.pseudo & !self.running & pseudo_bit(condition) != 0
    }

    /// Whether an action reads BASH_COMMAND.
    #[inline]
    pub fn wants_command(&self) -> bool {
        self.wants_command || self.text_wants_command
    }

    /// A script that reads BASH_COMMAND begins.
    pub fn note_text(&mut self, text: &[u8]) {
        self.text_wants_command |= bstr::ByteSlice::contains_str(text, "BASH_COMMAND");
    }

    /// Sets or removes an action.
    fn put(&mut self, condition: Condition, action: Option<Rc<BString>>) {
        let actions = Rc::make_mut(&mut self.actions);
        match action {
            Some(action) => {
                self.pseudo |= pseudo_bit(condition);
                actions.insert(condition, action);
            }
            None => {
                self.pseudo &= !pseudo_bit(condition);
                actions.remove(&condition);
            }
        }
        self.wants_command =
            self.actions.values().any(|action| bstr::ByteSlice::contains_str(action.as_slice(), "BASH_COMMAND"));
    }

    /// Whether an action of a pseudo condition runs.
    pub fn is_running(&self) -> bool {
        self.running != 0
    }

    /// Whether the EXIT trap's action runs.
    pub fn is_running_exit(&self) -> bool {
        self.running & pseudo_bit(EXIT) != 0
    }

    /// What `trap -p` lists.
    pub fn listed(&self) -> Rc<BTreeMap<Condition, Rc<BString>>> {
        self.inherited.clone().unwrap_or_else(|| self.actions.clone())
    }

    /// The signals that are ignored, as bits: commands start with them so.
    pub fn ignored(&self) -> u64 {
        let mut bits = self.ignored_in_background;
        for (condition, action) in self.actions.iter() {
            let bit = Signal::new(*condition).map_or(0, Signal::bit);
            bits = if action.is_empty() { bits | bit } else { bits & !bit };
        }
        bits | self.ignored_at_start
    }

    /// Whether a signal was ignored from the start and so cannot be trapped.
    pub fn is_ignored_for_good(&self, condition: Condition) -> bool {
        Signal::new(condition).is_some_and(|signal| self.ignored_at_start & signal.bit() != 0)
    }

    /// Before a subshell that runs in this shell's process.
    pub(crate) fn share_process(&mut self) {
        if self.process.is_none() {
            self.process = Some(self.actions.clone());
        }
    }

    /// In a process of its own.
    pub(crate) fn own_process(&mut self) {
        self.process = None;
    }

    /// In a subshell: whether the shell whose process this is handles a signal.
    fn process_handles(&self, signal: Signal) -> bool {
        self.process.as_ref().is_some_and(|actions| actions.contains_key(&signal.number()))
    }

    /// Records that this shell was started in the background.
    pub fn in_background(&mut self, ignored: u64) {
        self.ignored_in_background |= ignored;
    }

    /// Records signals that were ignored when the shell started.
    pub fn set_ignored_at_start(&mut self, bits: u64) {
        self.ignored_at_start = bits;
    }
}

impl Shell {
    /// `trap action condition`; no action: back to the default.
    pub fn set_trap(&mut self, condition: Condition, action: Option<BString>) {
        self.traps.inherited = None;
        if self.traps.is_ignored_for_good(condition) && !self.interactive {
            return;
        }
        let disposition = match &action {
            None => Disposition::Default,
            Some(action) if action.is_empty() => Disposition::Ignore,
            Some(_) => Disposition::Handle,
        };
        self.traps.put(condition, action.map(Rc::new));
        self.apply_disposition(condition, disposition);
        if condition == EXIT {
            self.watch_fatal_signals();
        }
        self.poll_countdown = 0;
    }

    /// With an EXIT trap the shell must see the signals that would end it, so
    /// that the trap runs first.
    fn watch_fatal_signals(&mut self) {
        for &signal in FATAL {
            if self.traps.get(signal.number()).is_none() && !self.traps.is_ignored_for_good(signal.number()) {
                self.apply_disposition(signal.number(), Disposition::Default);
            }
        }
    }

    /// Tells the kernel about a signal; the shell keeps for itself what it
    /// must survive or see.
    pub(crate) fn apply_disposition(&mut self, condition: Condition, disposition: Disposition) {
        let Some(signal) = Signal::new(condition) else { return };
        if self.virtual_pid.is_some() {
            // The process is the parent's, and so are the signals it gets.
            return;
        }
        let disposition = match disposition {
            Disposition::Default if signal == Signal::SIGINT && self.role == Role::Session => Disposition::Handle,
            Disposition::Default if WRITE_SIGNALS.contains(&signal) => Disposition::Ignore,
            Disposition::Default if TERMINAL.contains(&signal) && self.role == Role::Session => Disposition::Ignore,
            Disposition::Default if FATAL.contains(&signal) && self.traps.get(EXIT).is_some() => Disposition::Handle,
            other => other,
        };
        // KILL and STOP refuse; bash accepts such a trap and never runs it.
        let _ = processes::set_disposition(signal, disposition);
    }

    /// Enters a subshell: traps fall back to the default, ignored signals stay
    /// ignored, and the parent's settings can still be listed.
    pub fn reset_traps_for_subshell(&mut self) {
        if self.traps.actions.is_empty() {
            return;
        }
        let listed = self.traps.listed();
        let conditions: Vec<Condition> = self.traps.actions.keys().copied().collect();
        for condition in conditions {
            let keep = match condition {
                DEBUG | RETURN => self.options.get(SetOption::Functrace),
                ERR => self.options.get(SetOption::Errtrace),
                EXIT => false,
                _ => self.traps.get(condition).is_some_and(|action| action.is_empty()),
            };
            if !keep {
                self.traps.put(condition, None);
                self.apply_disposition(condition, Disposition::Default);
            }
        }
        self.traps.inherited = Some(listed);
    }

    /// Takes out the traps that a function does not inherit; give them to
    /// `restore_function_traps` afterwards.
    pub fn hide_function_traps(&mut self, function: &BString) -> Vec<(Condition, Rc<BString>)> {
        let mut hidden = Vec::new();
        let traced = self.traced_functions.contains(function);
        for (condition, option) in
            [(DEBUG, SetOption::Functrace), (RETURN, SetOption::Functrace), (ERR, SetOption::Errtrace)]
        {
            if self.traps.pseudo & pseudo_bit(condition) != 0
                && !self.options.get(option)
                && !(traced && condition != ERR)
                && let Some(action) = self.traps.get(condition).cloned()
            {
                self.traps.put(condition, None);
                hidden.push((condition, action));
            }
        }
        hidden
    }

    /// Whether a function call has traps to hide.
    #[inline]
    pub fn has_function_traps(&self) -> bool {
        self.traps.pseudo & (pseudo_bit(DEBUG) | pseudo_bit(RETURN) | pseudo_bit(ERR)) != 0
    }

    /// Puts back what `hide_function_traps` took, unless the function set its own.
    pub fn restore_function_traps(&mut self, hidden: Vec<(Condition, Rc<BString>)>) {
        for (condition, action) in hidden {
            if self.traps.get(condition).is_none() {
                self.traps.put(condition, Some(action));
            }
        }
    }

    /// Sets what the kernel does with signals as a shell of this role needs it.
    pub fn install_dispositions(&mut self) {
        for signal in WRITE_SIGNALS {
            if let Ok(previous) = processes::set_disposition(signal, Disposition::Ignore)
                && previous == Disposition::Ignore
                && self.role != Role::Session
            {
                self.traps.ignored_at_start |= signal.bit();
            }
        }
        let conditions: Vec<Condition> = self.traps.actions.keys().copied().collect();
        for condition in conditions {
            let ignore = self.traps.get(condition).is_some_and(|action| action.is_empty());
            self.apply_disposition(condition, if ignore { Disposition::Ignore } else { Disposition::Handle });
        }
        if self.role == Role::Session && self.traps.get(Signal::SIGINT.number()).is_none() {
            self.apply_disposition(Signal::SIGINT.number(), Disposition::Default);
        }
        if self.role == Role::Session {
            for signal in TERMINAL {
                if self.traps.get(signal.number()).is_none() {
                    self.apply_disposition(signal.number(), Disposition::Default);
                }
            }
        }
    }

    /// Runs the traps of signals that have arrived. Called before every
    /// command and in every round of a loop, so it looks only now and then.
    #[inline]
    pub fn poll_signals(&mut self) -> Run {
        if self.poll_countdown > 0 {
            self.poll_countdown -= 1;
            return Ok(());
        }
        self.poll_signals_now()
    }

    /// Runs the traps of signals that have arrived, whenever the last look was.
    #[cold]
    #[inline(never)]
    pub fn poll_signals_now(&mut self) -> Run {
        let handles = self.role == Role::Session
            || self.virtual_pid.is_some()
            || self.deferred_signals != 0
            || self.traps.actions.keys().any(|condition| *condition == EXIT || Signal::new(*condition).is_some());
        if !handles {
            self.poll_countdown = u32::MAX;
            return Ok(());
        }
        self.poll_countdown = POLL_INTERVAL;
        let mut arrived = processes::take_signals() | std::mem::take(&mut self.deferred_signals);
        if self.virtual_pid.is_some() {
            // Signals of the process are the parent's, who waits for this
            // subshell; the terminal interrupts both.
            let interrupt = Signal::SIGINT.bit();
            let parents = if self.traps.process_handles(Signal::SIGINT) { arrived } else { arrived & !interrupt };
            self.deferred_signals = parents;
            arrived &= if self.traps.get(Signal::SIGINT.number()).is_some() { interrupt } else { interrupt & !parents };
        }
        if arrived == 0 {
            return Ok(());
        }
        for signal in Signal::set(arrived) {
            if self.traps.get(signal.number()).is_some() {
                self.run_trap(signal.number())?;
            } else if signal == Signal::SIGINT && self.role == Role::Session {
                self.status = 128 + i32::from(signal.number());
                return Err(Flow::Interrupt);
            } else {
                // `$?` in the trap is the last command's, as in bash.
                self.run_exit_trap();
                self.die_of(signal)?;
            }
        }
        Ok(())
    }

    /// Runs a condition's action; `$?` is kept.
    #[inline(never)]
    pub fn run_trap(&mut self, condition: Condition) -> Run {
        let Some(action) = self.traps.get(condition).cloned() else { return Ok(()) };
        if action.is_empty() {
            return Ok(());
        }
        let bit = pseudo_bit(condition);
        let status = self.status;
        let pipe_status = self.pipe_status.clone();
        let line = self.line;
        let was_running = self.traps.running;
        self.traps.running |= bit;
        // bash counts an action's lines from 1, except for DEBUG and ERR, where
        // LINENO is the command's.
        let first_line = if matches!(condition, DEBUG | ERR | RETURN) { line.max(1) } else { 1 };
        let result = self.run_text(&action, first_line);
        self.traps.running = (self.traps.running & !bit) | (was_running & bit);
        self.line = line;
        match result {
            Ok(()) => {
                self.pipe_status = pipe_status;
                if condition != DEBUG || !self.options.shopt(crate::options::Shopt::Extdebug) {
                    self.status = status;
                }
                Ok(())
            }
            Err(flow) => Err(flow),
        }
    }

    /// Runs the EXIT trap, once, also if it calls `exit` itself; the shell's
    /// last status is left in `status`.
    pub fn run_exit_trap(&mut self) {
        if self.traps.get(EXIT).is_none() || self.traps.is_running_exit() {
            return;
        }
        let status = self.status;
        self.status_before_exit = status;
        match self.run_trap(EXIT) {
            // `exit` inside the trap has set its own status.
            Err(Flow::Exit) => {}
            _ => self.status = status,
        }
        self.traps.put(EXIT, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_have_names_and_numbers() {
        assert_eq!(condition(b"exit"), Some(EXIT));
        assert_eq!(condition(b"0"), Some(EXIT));
        assert_eq!(condition(b"sigint"), Some(2));
        assert_eq!(condition(b"TERM"), Some(15));
        assert_eq!(condition(b"9"), Some(9));
        assert_eq!(condition(b"ERR"), Some(ERR));
        assert_eq!(condition(b"nonsense"), None);
        assert_eq!(condition_name(2), "SIGINT");
        assert_eq!(condition_name(DEBUG), "DEBUG");
    }

    #[test]
    fn only_empty_actions_ignore() {
        let mut traps = Traps::default();
        traps.put(2, Some(Rc::new("".into())));
        traps.put(15, Some(Rc::new("echo".into())));
        assert_eq!(traps.ignored(), Signal::SIGINT.bit());
        traps.put(EXIT, Some(Rc::new("echo".into())));
        assert!(traps.armed(EXIT) && !traps.armed(ERR));
    }
}

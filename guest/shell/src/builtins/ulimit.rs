//! `ulimit`: this process's limits, which the kernel holds.

use std::collections::BTreeMap;
use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::processes::{self, ResourceKind};
use bstr::BString;
use serde::{Deserialize, Serialize};

use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Run, Shell};

const USAGE: &str = "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]";

/// A limit: its letter, its name, its unit, and how many of the kernel's make one.
struct Limit {
    letter: u8,
    name: &'static str,
    unit: &'static str,
    factor: u64,
    kind: Kind,
}

enum Kind {
    Of(ResourceKind),
    /// What a pipe takes in one piece (PIPE_BUF), which is no limit to be set.
    Pipe,
}

/// The unit of `-c` and `-f`, which in POSIX mode is half of it.
const BLOCK: u64 = 1024;

/// In the order in which `-a` lists them.
const LIMITS: &[Limit] = &[
    limit(b'R', "real-time non-blocking time", "microseconds", 1, ResourceKind::RealTime),
    limit(b'c', "core file size", "blocks", BLOCK, ResourceKind::Core),
    limit(b'd', "data seg size", "kbytes", 1024, ResourceKind::Data),
    limit(b'e', "scheduling priority", "", 1, ResourceKind::Nice),
    limit(b'f', "file size", "blocks", BLOCK, ResourceKind::FileSize),
    limit(b'i', "pending signals", "", 1, ResourceKind::PendingSignals),
    limit(b'l', "max locked memory", "kbytes", 1024, ResourceKind::LockedMemory),
    limit(b'm', "max memory size", "kbytes", 1024, ResourceKind::Resident),
    limit(b'n', "open files", "", 1, ResourceKind::OpenFiles),
    Limit { letter: b'p', name: "pipe size", unit: "512 bytes", factor: 512, kind: Kind::Pipe },
    limit(b'q', "POSIX message queues", "bytes", 1, ResourceKind::MessageQueues),
    limit(b'r', "real-time priority", "", 1, ResourceKind::RealTimePriority),
    limit(b's', "stack size", "kbytes", 1024, ResourceKind::Stack),
    limit(b't', "cpu time", "seconds", 1, ResourceKind::Cpu),
    limit(b'u', "max user processes", "", 1, ResourceKind::Processes),
    limit(b'v', "virtual memory", "kbytes", 1024, ResourceKind::Memory),
    limit(b'x', "file locks", "", 1, ResourceKind::Locks),
];

const fn limit(letter: u8, name: &'static str, unit: &'static str, factor: u64, kind: ResourceKind) -> Limit {
    Limit { letter, name, unit, factor, kind: Kind::Of(kind) }
}

/// A soft and a hard limit; absent for unlimited.
type Pair = (Option<u64>, Option<u64>);

/// What `ulimit` changed in this shell, by the option's letter: part of its
/// saved state, so that a session that comes back has its limits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Limits {
    changed: BTreeMap<u8, Pair>,
    /// The soft limits before each change by a subshell in this process, which
    /// goes back to them. A hard limit could not be raised again: the kernel
    /// does not hear of it, and a subshell is only that when its `ulimit` was
    /// not seen beforehand (in a function, or `eval`).
    undo: Vec<(u8, Option<u64>)>,
}

impl Limits {
    /// Tells the kernel, in a process that has not got these limits. Where it
    /// allows less, that stays.
    pub(crate) fn apply(&self) {
        for (letter, (soft, hard)) in &self.changed {
            if let Some(kind) = kind_of(*letter) {
                let (_, most) = processes::get_limit(kind);
                let hard = least(*hard, most);
                // At most the hard limit that the process has, so it is granted.
                let _ = processes::set_limit(kind, least(*soft, hard), hard);
            }
        }
    }

    /// In a process of its own a shell has nothing to go back to.
    pub(crate) fn begin_process(&mut self) {
        self.undo.clear();
    }

    /// Goes back to the limits of the parent, after a subshell in this process.
    pub(crate) fn undo_since(&self, parent: &Limits) {
        for (letter, soft) in self.undo.iter().skip(parent.undo.len()).rev() {
            if let Some(kind) = kind_of(*letter) {
                let (_, hard) = processes::get_limit(kind);
                // It is what it was, below the same hard limit.
                let _ = processes::set_limit(kind, *soft, hard);
            }
        }
    }
}

fn kind_of(letter: u8) -> Option<ResourceKind> {
    match LIMITS.iter().find(|limit| limit.letter == letter)?.kind {
        Kind::Of(kind) => Some(kind),
        Kind::Pipe => None,
    }
}

fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Which of the two limits is meant.
#[derive(Clone, Copy, Default)]
struct Mode {
    soft: bool,
    hard: bool,
}

impl Limit {
    fn get(&self, shell: &Shell) -> Pair {
        match self.kind {
            Kind::Pipe => (Some(4096), Some(4096)),
            Kind::Of(kind) => {
                let (soft, hard) = processes::get_limit(kind);
                (soft, shell.limits.changed.get(&self.letter).map_or(hard, |changed| least(changed.1, hard)))
            }
        }
    }

    fn set(&self, shell: &mut Shell, limit: Option<u64>, mode: Mode) -> Result<(), Errno> {
        let Kind::Of(kind) = self.kind else { return Err(Errno::Inval) };
        let before = self.get(shell);
        let wanted = (if mode.soft { limit } else { before.0 }, if mode.hard { limit } else { before.1 });
        if least(wanted.0, wanted.1) != wanted.0 {
            return Err(Errno::Inval);
        }
        if least(wanted.1, before.1) != wanted.1 {
            return Err(Errno::Perm);
        }
        let limits = Rc::make_mut(&mut shell.limits);
        if shell.virtual_pid.is_some() {
            let (_, hard) = processes::get_limit(kind);
            processes::set_limit(kind, wanted.0, hard)?;
            limits.undo.push((self.letter, before.0));
        } else {
            processes::set_limit(kind, wanted.0, wanted.1)?;
        }
        limits.changed.insert(self.letter, wanted);
        Ok(())
    }

    fn factor(&self, shell: &Shell) -> u64 {
        let halved = matches!(self.letter, b'c' | b'f') && shell.options.get(SetOption::Posix);
        if halved { self.factor / 2 } else { self.factor }
    }

    /// `open files                          (-n) 1024`
    fn line(&self, shell: &Shell, mode: Mode, named: bool) -> String {
        let (soft, hard) = self.get(shell);
        let value = match if mode.soft || !mode.hard { soft } else { hard } {
            Some(value) => (value / self.factor(shell)).to_string(),
            None => "unlimited".into(),
        };
        if !named {
            return value + "\n";
        }
        let letter = char::from(self.letter);
        let unit = if self.unit.is_empty() { format!("(-{letter}) ") } else { format!("({}, -{letter}) ", self.unit) };
        format!("{:<20} {unit:>20}{value}\n", self.name)
    }

    /// `ulimit -X LIMIT`
    fn change(&self, shell: &mut Shell, text: &[u8], mode: Mode) -> i32 {
        let mode = if mode.soft || mode.hard { mode } else { Mode { soft: true, hard: true } };
        let wanted = match text {
            b"unlimited" => None,
            b"soft" => self.get(shell).0,
            b"hard" => self.get(shell).1,
            _ if text.iter().all(u8::is_ascii_digit) => {
                let number = text
                    .iter()
                    .try_fold(0_u64, |number, digit| number.checked_mul(10)?.checked_add(u64::from(*digit - b'0')));
                match number.and_then(|number| number.checked_mul(self.factor(shell))) {
                    Some(number) => Some(number),
                    None => {
                        shell.builtin_error(b"ulimit", concat(&[text, b": limit out of range"]));
                        return 1;
                    }
                }
            }
            _ => {
                let kind: &[u8] = match text {
                    [b'0', b'x' | b'X', ..] => b": invalid hex number",
                    [b'0', b'0'..=b'9', ..] => b": invalid octal number",
                    _ => b": invalid number",
                };
                shell.builtin_error(b"ulimit", concat(&[text, kind]));
                return 1;
            }
        };
        match self.set(shell, wanted, mode) {
            Ok(()) => 0,
            Err(error) => {
                let message = format!("{}: cannot modify limit: {}", self.name, error.message());
                shell.builtin_error(b"ulimit", message);
                1
            }
        }
    }
}

/// `ulimit`
pub fn ulimit(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut all, mut mode) = (false, Mode::default());
    let mut chosen: Vec<(&Limit, Option<&[u8]>)> = Vec::new();
    let mut rest = args.iter().skip(1).peekable();
    while let Some(word) = rest.next_if(|word| word.len() > 1 && word.starts_with(b"-")) {
        if word == "--" {
            break;
        }
        for (index, letter) in word.iter().skip(1).enumerate() {
            match letter {
                b'a' => all = true,
                b'S' => mode.soft = true,
                b'H' => mode.hard = true,
                _ => {
                    let Some(limit) = LIMITS.iter().find(|limit| limit.letter == *letter) else {
                        return Ok(shell.invalid_option(b"ulimit", *letter, USAGE));
                    };
                    // Its argument is optional: what is left of the word, or the next one.
                    let attached = word.get(index + 2..).filter(|text| !text.is_empty());
                    let next = || rest.next_if(|next| !next.starts_with(b"-")).map(|next| next.as_slice());
                    chosen.push((limit, attached.or_else(next)));
                    break;
                }
            }
        }
    }
    if all {
        for limit in LIMITS {
            shell.out(limit.line(shell, mode, true).as_bytes())?;
        }
        return Ok(0);
    }
    if chosen.is_empty() {
        chosen.extend(LIMITS.iter().find(|limit| limit.letter == b'f').map(|limit| (limit, None)));
    }
    if let [(_, value @ None)] = chosen.as_mut_slice() {
        // `ulimit -n -- 5`
        *value = rest.next().map(|value| value.as_slice());
    }
    let named = chosen.len() > 1;
    for (limit, value) in chosen {
        match value {
            None => {
                let line = limit.line(shell, mode, named);
                shell.out(line.as_bytes())?;
            }
            Some(text) => {
                if limit.change(shell, text, mode) != 0 {
                    return Ok(1);
                }
            }
        }
    }
    Ok(0)
}

//! `ulimit`: the limits of the sandbox, which the kernel holds against all its
//! processes together and which are not the script's to raise. A lower limit
//! that a script asks for is remembered and shown, by this shell and its
//! subshells; the kernel goes on holding the sandbox's own.

use agentfense_sys::processes::{self, ResourceKind};
use bstr::BString;

use super::control::parse_number;
use crate::messages::concat;
use crate::shell::{Run, Shell};

const USAGE: &str = "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]";

/// A limit: its letter, its name, its unit, and bytes (or so) per unit.
struct Limit {
    letter: u8,
    name: &'static str,
    unit: &'static str,
    factor: u64,
    kind: ResourceKind,
}

const LIMITS: &[Limit] = &[
    Limit { letter: b'c', name: "core file size", unit: "blocks", factor: 512, kind: ResourceKind::Core },
    Limit { letter: b'd', name: "data seg size", unit: "kbytes", factor: 1024, kind: ResourceKind::Data },
    Limit { letter: b'f', name: "file size", unit: "blocks", factor: 1024, kind: ResourceKind::FileSize },
    Limit { letter: b'm', name: "max memory size", unit: "kbytes", factor: 1024, kind: ResourceKind::Memory },
    Limit { letter: b'n', name: "open files", unit: "", factor: 1, kind: ResourceKind::OpenFiles },
    Limit { letter: b's', name: "stack size", unit: "kbytes", factor: 1024, kind: ResourceKind::Stack },
    Limit { letter: b't', name: "cpu time", unit: "seconds", factor: 1, kind: ResourceKind::Cpu },
    Limit { letter: b'u', name: "max user processes", unit: "", factor: 1, kind: ResourceKind::Processes },
    Limit { letter: b'v', name: "virtual memory", unit: "kbytes", factor: 1024, kind: ResourceKind::Memory },
];

fn value(shell: &Shell, limit: &Limit, hard: bool) -> Option<u64> {
    let (soft, upper) = processes::get_limit(limit.kind);
    match shell.soft_limits.get(&limit.letter) {
        Some(asked) if !hard => *asked,
        _ => (if hard { upper } else { soft }).map(|bytes| bytes / limit.factor),
    }
}

fn text(value: Option<u64>) -> String {
    value.map_or_else(|| "unlimited".into(), |value| value.to_string())
}

/// `ulimit`
pub fn ulimit(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut all, mut hard) = (false, false);
    let mut chosen = Vec::new();
    let first = match super::letters(args, |letter| {
        match letter {
            b'a' => all = true,
            b'H' => hard = true,
            b'S' => hard = false,
            _ => match LIMITS.iter().find(|limit| limit.letter == letter) {
                Some(limit) => chosen.push(limit),
                None => return false,
            },
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"ulimit", letter, USAGE)),
    };
    if all {
        for limit in LIMITS {
            let unit = if limit.unit.is_empty() {
                format!("(-{})", char::from(limit.letter))
            } else {
                format!("({}, -{})", limit.unit, char::from(limit.letter))
            };
            let width = 43_usize.saturating_sub(limit.name.len());
            shell.out(format!("{}{unit:>width$} {}\n", limit.name, text(value(shell, limit, hard))).as_bytes())?;
        }
        return Ok(0);
    }
    if chosen.is_empty() {
        chosen.extend(LIMITS.iter().find(|limit| limit.letter == b'f'));
    }
    let Some(wanted) = args.get(first) else {
        for limit in &chosen {
            let line = if chosen.len() > 1 {
                format!("{} (-{}) {}\n", limit.name, char::from(limit.letter), text(value(shell, limit, hard)))
            } else {
                format!("{}\n", text(value(shell, limit, hard)))
            };
            shell.out(line.as_bytes())?;
        }
        return Ok(0);
    };
    for limit in chosen {
        let upper = value(shell, limit, true);
        let asked = match wanted.as_slice() {
            b"unlimited" => None,
            b"soft" => value(shell, limit, false),
            b"hard" => upper,
            text => match parse_number(text).and_then(|number| u64::try_from(number).ok()) {
                Some(number) => Some(number),
                None => {
                    shell.builtin_error(b"ulimit", concat(&[text, b": invalid number"]));
                    return Ok(1);
                }
            },
        };
        let above = upper.is_some_and(|upper| asked.is_none_or(|asked| asked > upper));
        // The hard limit is the sandbox's: only what it is already can be granted.
        if above || (hard && asked != upper) {
            let message = format!("{}: cannot modify limit: Operation not permitted", limit.name);
            shell.builtin_error(b"ulimit", message);
            return Ok(1);
        }
        std::rc::Rc::make_mut(&mut shell.soft_limits).insert(limit.letter, asked);
    }
    Ok(0)
}

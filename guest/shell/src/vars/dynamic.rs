//! The variables whose values the shell computes: RANDOM, SECONDS, LINENO,
//! FUNCNAME and kin.

use std::time::{SystemTime, UNIX_EPOCH};

use std::rc::Rc;

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};

use super::{Associative, Attributes, Indexed, Value, Variable, Variables};
use crate::shell::Shell;

/// What the computed variables need to remember.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Dynamic {
    /// The state of RANDOM's generator.
    seed: u32,
    last_random: u32,
    /// When SECONDS was 0, in seconds since the epoch.
    start: i64,
}

/// The variables that start out as computed, with their attributes.
const COMPUTED: &[(&[u8], Attributes)] = &[
    (b"BASHPID", Attributes::INTEGER),
    (b"BASH_ARGV0", Attributes::NONE),
    (b"BASH_COMMAND", Attributes::NONE),
    (b"BASH_SUBSHELL", Attributes::NONE),
    (b"BASHOPTS", Attributes::READONLY),
    (b"EPOCHREALTIME", Attributes::NONE),
    (b"EPOCHSECONDS", Attributes::NONE),
    (b"HISTCMD", Attributes::INTEGER),
    (b"LINENO", Attributes::NONE),
    (b"RANDOM", Attributes::INTEGER),
    (b"SECONDS", Attributes::NONE),
    (b"SHELLOPTS", Attributes::READONLY),
    (b"SRANDOM", Attributes::INTEGER),
    (b"_", Attributes::NONE),
];

/// Those that are arrays.
const COMPUTED_ARRAYS: &[&[u8]] =
    &[b"BASH_ARGC", b"BASH_ARGV", b"BASH_LINENO", b"BASH_SOURCE", b"DIRSTACK", b"FUNCNAME", b"GROUPS", b"PIPESTATUS"];

/// Those that are associative arrays.
const COMPUTED_MAPS: &[&[u8]] = &[b"BASH_ALIASES", b"BASH_CMDS"];

/// Seconds and nanoseconds since the epoch.
pub fn now() -> (i64, u32) {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(time) => (i64::try_from(time.as_secs()).unwrap_or(i64::MAX), time.subsec_nanos()),
        Err(_) => (0, 0),
    }
}

impl Dynamic {
    /// A fresh one, seeded and with the clock started.
    pub fn start() -> Dynamic {
        let (seconds, nanoseconds) = now();
        Dynamic { seed: nanoseconds ^ (seconds as u32) ^ random_u32(), last_random: 0, start: seconds }
    }

    /// RANDOM's next value, by bash's generator (Park and Miller's), so that a
    /// script that seeds it sees the numbers that bash gives.
    fn random(&mut self) -> u32 {
        loop {
            self.seed = next_random(self.seed);
            let value = ((self.seed >> 16) ^ (self.seed & 0xffff)) & 0x7fff;
            if value != self.last_random {
                self.last_random = value;
                return value;
            }
        }
    }
}

fn next_random(seed: u32) -> u32 {
    let seed = if seed == 0 { 123_459_876 } else { i64::from(seed as i32) };
    let high = seed / 127_773;
    let low = seed - 127_773 * high;
    let next = 16_807 * low - 2_836 * high;
    (if next < 0 { next + 0x7fff_ffff } else { next }) as u32
}

/// Random bits from the system.
fn random_u32() -> u32 {
    getrandom::u32().unwrap_or(0x2545_f491)
}

impl Variables {
    /// Adds the computed variables.
    pub(super) fn add_computed(&mut self) {
        for (name, attributes) in COMPUTED {
            self.insert(name, Variable::scalar("", attributes.with(Attributes::DYNAMIC)));
        }
        for name in COMPUTED_ARRAYS {
            let value = Value::Indexed(Indexed::default());
            self.insert(name, Variable { value, attributes: Attributes::DYNAMIC, level: 0 });
        }
        for name in COMPUTED_MAPS {
            let value = Value::Associative(Associative::default());
            self.insert(name, Variable { value, attributes: Attributes::DYNAMIC, level: 0 });
        }
    }
}

impl Shell {
    /// The value of a computed variable now; absent where it counts as unset.
    #[inline(never)]
    pub fn computed(&mut self, name: &[u8]) -> Option<Value> {
        let number = |value: i64| Some(Value::Scalar(BString::from(value.to_string())));
        let array = |elements: Vec<BString>| Some(Value::Indexed(elements.into()));
        match name {
            b"RANDOM" => number(self.vars.dynamic.random().into()),
            b"SRANDOM" => number(random_u32().into()),
            b"SECONDS" => number(now().0 - self.vars.dynamic.start),
            b"EPOCHSECONDS" => number(now().0),
            b"EPOCHREALTIME" => {
                let (seconds, nanoseconds) = now();
                Some(Value::Scalar(format!("{seconds}.{:06}", nanoseconds / 1000).into()))
            }
            b"LINENO" => number(self.line.into()),
            b"BASHPID" => {
                let pid = self.virtual_pid.unwrap_or_else(|| self.own_pid());
                number(pid.into())
            }
            b"BASH_SUBSHELL" => number(self.subshell_depth.into()),
            b"BASH_ARGV0" => Some(Value::Scalar(self.name.clone())),
            b"BASH_COMMAND" => Some(Value::Scalar(self.command_text())),
            b"HISTCMD" => number(self.history.len() as i64 + 1),
            b"SHELLOPTS" => Some(Value::Scalar(self.options.shellopts())),
            b"BASHOPTS" => Some(Value::Scalar(self.options.bashopts())),
            b"_" => Some(Value::Scalar(self.last_argument.clone())),
            b"GROUPS" => array(vec!["1000".into()]),
            b"PIPESTATUS" => array(self.pipe_status.iter().map(|status| status.to_string().into()).collect()),
            b"DIRSTACK" => {
                let mut dirs = vec![self.cwd.clone()];
                dirs.extend(self.dir_stack.iter().cloned());
                array(dirs)
            }
            b"FUNCNAME" => {
                if !self.frames.iter().any(|frame| frame.function) {
                    return None;
                }
                array(self.frames.iter().rev().map(|frame| frame.name.clone()).collect())
            }
            b"BASH_ARGC" => {
                self.record_first_arguments();
                array(self.call_arguments.iter().rev().map(|call| call.len().to_string().into()).collect())
            }
            b"BASH_ARGV" => {
                self.record_first_arguments();
                array(self.call_arguments.iter().rev().flat_map(|call| call.iter().rev().cloned()).collect())
            }
            b"BASH_SOURCE" => array(self.frames.iter().rev().map(|frame| frame.source.clone()).collect()),
            b"BASH_LINENO" => array(self.frames.iter().rev().map(|frame| frame.call_line.to_string().into()).collect()),
            b"BASH_ALIASES" => {
                let mut map = Associative::default();
                for (name, value) in self.aliases.iter() {
                    map.set(name, value.clone());
                }
                Some(Value::Associative(map))
            }
            b"BASH_CMDS" => {
                let mut map = Associative::default();
                for (name, hashed) in &self.hash.entries {
                    map.set(name, hashed.path.clone());
                }
                Some(Value::Associative(map))
            }
            _ => None,
        }
    }

    /// BASH_ARGV begins with the shell's own arguments, from when it is first
    /// asked for outside functions.
    pub(crate) fn record_first_arguments(&mut self) {
        if self.call_arguments.is_empty() && !self.frames.iter().any(|frame| frame.function) {
            self.call_arguments = Rc::new(vec![self.positional.list()]);
        }
    }

    /// What an assignment to a computed variable does.
    #[inline(never)]
    pub(super) fn assign_computed(&mut self, name: &[u8], value: &[u8]) {
        let number = || value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok()).unwrap_or(0);
        match name {
            b"RANDOM" => {
                self.vars.dynamic.seed = number() as u32;
                self.vars.dynamic.last_random = 0;
            }
            b"SECONDS" => self.vars.dynamic.start = now().0.saturating_sub(number()),
            b"LINENO" => self.line = u32::try_from(number()).unwrap_or(0),
            b"BASH_ARGV0" => self.name = value.into(),
            b"_" => self.last_argument = value.into(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_gives_the_numbers_of_bash() {
        // RANDOM=42; echo $RANDOM $RANDOM $RANDOM
        let mut dynamic = Dynamic { seed: 42, ..Dynamic::default() };
        assert_eq!([dynamic.random(), dynamic.random(), dynamic.random()], RANDOM_42);
    }

    const RANDOM_42: [u32; 3] = [17772, 26794, 1435];
}

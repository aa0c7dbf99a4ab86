//! The shell's state as bytes: for a fork, a snapshot, a checkpoint.
//!
//! A header (magic and version) and the state in postcard's format. What
//! belongs to a process (files, jobs, signals that wait) is not part of it.
//! Bytes that are damaged or of another version are an error, never a panic.

use std::rc::Rc;

use bstr::BString;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::ast::Function;
use crate::builtins::ulimit::Limits;
use crate::completion::Completions;
use crate::files::FileTable;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::positional::Positional;
use crate::shell::{CommandHash, Frame, PipeStatus, Role, Shell};
use crate::traps::Traps;
use crate::vars::Variables;

/// What the bytes begin with.
const MAGIC: &[u8; 8] = b"afshell\0";

/// Goes up with every change of the form below or of what it holds.
const VERSION: u32 = 7;

macro_rules! state {
    ($($field:ident: $kind:ty,)*) => {
        #[derive(Deserialize)]
        struct State { $($field: $kind,)* }

        #[derive(Serialize)]
        struct StateRef<'a> { $($field: &'a $kind,)* }

        impl<'a> StateRef<'a> {
            fn of(shell: &'a Shell) -> Self {
                StateRef { $($field: &shell.$field,)* }
            }
        }

        impl State {
            fn into_shell(self) -> Shell {
                let mut shell = Shell::bare();
                $(shell.$field = self.$field;)*
                shell
            }
        }
    };
}

state! {
    vars: Variables,
    options: Options,
    functions: Rc<FxHashMap<BString, Rc<Function>>>,
    exported_functions: Rc<FxHashSet<BString>>,
    readonly_functions: Rc<FxHashSet<BString>>,
    aliases: Rc<FxHashMap<BString, BString>>,
    disabled_builtins: Rc<FxHashSet<BString>>,
    traps: Traps,
    hash: Rc<CommandHash>,
    cwd: BString,
    dir_stack: Rc<Vec<BString>>,
    umask: u32,
    name: BString,
    positional: Positional,
    status: i32,
    pipe_status: PipeStatus,
    line: u32,
    frames: Rc<Vec<Frame>>,
    loop_depth: u32,
    subshell_depth: u32,
    errexit_ignored: u32,
    last_background: Option<u32>,
    last_argument: BString,
    pid: u32,
    interactive: bool,
    role: Role,
    execution_string: Option<Rc<BString>>,
    command_text: Rc<BString>,
    trace_level: u32,
    history: Rc<Vec<BString>>,
    history_lines_read: usize,
    completions: Rc<Completions>,
    call_arguments: Rc<Vec<Rc<Vec<BString>>>>,
    traced_functions: Rc<FxHashSet<BString>>,
    limits: Rc<Limits>,
}

/// The state as bytes.
pub fn to_bytes(shell: &Shell) -> Vec<u8> {
    // A limit is all that could fail; an empty state is refused by `from_bytes`.
    to_bytes_within(shell, usize::MAX).unwrap_or_default()
}

/// The state as bytes, if they are at most `limit`.
pub fn to_bytes_within(shell: &Shell, limit: usize) -> Option<Vec<u8>> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    postcard::serialize_with_flavor(&StateRef::of(shell), Bounded { bytes, limit }).ok()
}

/// Where postcard writes: a vector up to a limit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl postcard::ser_flavors::Flavor for Bounded {
    type Output = Vec<u8>;

    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        if data.len() > self.limit.saturating_sub(self.bytes.len()) {
            return Err(postcard::Error::SerializeBufferFull);
        }
        self.bytes.extend_from_slice(data);
        Ok(())
    }

    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.try_extend(&[data])
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.bytes)
    }
}

/// The state that `to_bytes` gave. Files and jobs are empty.
pub fn from_bytes(bytes: &[u8]) -> Result<Shell, String> {
    let rest = bytes.strip_prefix(MAGIC).ok_or("not the state of a shell")?;
    let (version, rest) = rest.split_first_chunk::<4>().ok_or("the state is cut off")?;
    let version = u32::from_le_bytes(*version);
    if version != VERSION {
        return Err(format!("the state has version {version}, this shell knows {VERSION}"));
    }
    let state: State = postcard::from_bytes(rest).map_err(|error| format!("the state is damaged: {error}"))?;
    crate::expand::text::locale_changed();
    Ok(state.into_shell())
}

impl Shell {
    /// A shell with nothing in it.
    pub(crate) fn bare() -> Shell {
        Shell {
            vars: Variables::default(),
            options: Options::default(),
            functions: Rc::default(),
            exported_functions: Rc::default(),
            readonly_functions: Rc::default(),
            aliases: Rc::default(),
            disabled_builtins: Rc::default(),
            traps: Traps::default(),
            jobs: Jobs::default(),
            files: FileTable::default(),
            hash: Rc::default(),
            cwd: "/".into(),
            dir_stack: Rc::default(),
            umask: 0o022,
            name: "bash".into(),
            positional: Positional::default(),
            status: 0,
            pipe_status: PipeStatus::One(0),
            line: 0,
            frames: Rc::default(),
            loop_depth: 0,
            subshell_depth: 0,
            errexit_ignored: 0,
            substitution_status: None,
            last_background: None,
            pid: 0,
            virtual_pid: None,
            subshell_is_begun: false,
            interactive: false,
            terminal: None,
            role: Role::Script,
            execution_string: None,
            command_text: Rc::default(),
            trace_level: 0,
            depth: 0,
            substituted_fds: Vec::new(),
            output: Vec::new(),
            last_argument: BString::default(),
            builtin_name: "",
            output_failed: false,
            status_before_return: 0,
            misused: false,
            status_before_exit: 0,
            exit_called: false,
            opens_ahead: false,
            met_fifo: false,
            history: Rc::default(),
            poll_countdown: 0,
            deferred_signals: 0,
            arith_failed: false,
            completions: Rc::default(),
            call_arguments: Rc::default(),
            history_lines_read: 0,
            orphans: false,
            coprocesses: Vec::new(),
            traced_functions: Rc::default(),
            limits: Rc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Shell {
        let mut shell = Shell::bare();
        Rc::make_mut(&mut shell.aliases).insert("ll".into(), "ls -l".into());
        shell.positional = vec!["one".into(), b"t\xffwo".as_slice().into()].into();
        shell.status = 3;
        shell.pipe_status = PipeStatus::Many(Rc::new(vec![1, 2]));
        shell
    }

    #[test]
    fn a_state_comes_back() {
        let shell = from_bytes(&to_bytes(&sample())).expect("its own bytes");
        assert_eq!(shell.aliases.get(bstr::BStr::new("ll")), Some(&"ls -l".into()));
        assert_eq!(shell.positional[1], b"t\xffwo");
        assert_eq!(shell.status, 3);
        assert_eq!(*shell.pipe_status, [1, 2]);
    }

    #[test]
    fn damaged_states_are_refused() {
        let bytes = to_bytes(&sample());
        assert!(from_bytes(b"").is_err());
        assert!(from_bytes(b"something else entirely").is_err());
        for length in 0..bytes.len() {
            assert!(from_bytes(&bytes[..length]).is_err(), "cut to {length}");
        }
        let mut other = bytes.clone();
        other[8] ^= 0x40;
        assert!(from_bytes(&other).is_err_and(|error| error.contains("version")));
        // Whatever a flipped byte makes of it, it is no panic.
        for at in 12..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0xff;
            let _ = from_bytes(&flipped);
        }
    }
}

//! The shell itself: its whole state as one value.
//!
//! A subshell that runs in this process is a clone of this value (cheap: the
//! large parts are shared until they change); one that runs as a process of
//! its own gets it as bytes (`state`). What cannot be cloned, such as the
//! open files' offsets, is shared as POSIX says.

use std::ops::Deref;
use std::rc::Rc;

use bstr::BString;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::ast::Function;
use crate::builtins::ulimit::Limits;
use crate::completion::Completions;
use crate::exec::Coprocess;
use crate::files::FileTable;
use crate::jobs::Jobs;
use crate::options::Options;
use crate::positional::Positional;
use crate::traps::Traps;
use crate::vars::Variables;

/// What ends the running of commands other than their normal end. Travels as
/// an error so that `?` unwinds to the construct that handles it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flow {
    /// `break N`: how many loops are still to be left.
    Break(u32),
    /// `continue N`
    Continue(u32),
    /// `return`, with the status already in `Shell::status`.
    Return,
    /// `exit`, `set -e`, or an error that ends a non-interactive shell; the
    /// status is in `Shell::status`. Caught by a subshell.
    Exit,
    /// An expansion error (bad substitution, division by zero, ...), already
    /// reported, status set: ends the current complete command; ends the
    /// shell where bash does.
    Abort,
    /// SIGINT without a trap: back to the top of the session's exec.
    Interrupt,
}

/// The result of running something that `Flow` may cut short.
pub type Run<T = ()> = Result<T, Flow>;

/// A function call, a sourced file or the script itself, innermost last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Frame {
    /// FUNCNAME's entry: the function, `source` or `main`.
    pub name: BString,
    /// BASH_SOURCE's entry.
    pub source: BString,
    /// The line of the call (BASH_LINENO).
    pub call_line: u32,
    /// Whether `return` ends it as a function (as against a sourced file).
    pub function: bool,
}

/// PIPESTATUS. Nearly every command has one stage, so one needs no memory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum PipeStatus {
    /// A single command's.
    One(i32),
    /// Each stage's.
    Many(Rc<Vec<i32>>),
}

impl Deref for PipeStatus {
    type Target = [i32];

    fn deref(&self) -> &[i32] {
        match self {
            PipeStatus::One(status) => std::slice::from_ref(status),
            PipeStatus::Many(statuses) => statuses,
        }
    }
}

/// A command's place, remembered by PATH lookup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hashed {
    /// The file.
    pub path: BString,
    /// How often it was used.
    pub hits: u32,
}

/// Where commands were found, valid for one value of PATH.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandHash {
    /// The PATH that the entries belong to.
    pub search_path: BString,
    /// By command name.
    pub entries: FxHashMap<BString, Hashed>,
}

/// What a shell is to the rest of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Runs `-c` text, a script or standard input, then ends.
    Script,
    /// Answers the kernel's `exec` calls.
    Session,
    /// Runs one part of another shell's script.
    Fork,
}

/// The state of a shell.
#[derive(Clone)]
pub struct Shell {
    /// Variables: global, local and temporary scopes, with attributes.
    pub vars: Variables,
    /// `set` and `shopt` options.
    pub options: Options,
    /// Functions by name.
    pub functions: Rc<FxHashMap<BString, Rc<Function>>>,
    /// The functions that are exported.
    pub exported_functions: Rc<FxHashSet<BString>>,
    /// The functions that are readonly.
    pub readonly_functions: Rc<FxHashSet<BString>>,
    /// Aliases by name.
    pub aliases: Rc<FxHashMap<BString, BString>>,
    /// Builtins that `enable -n` switched off.
    pub disabled_builtins: Rc<FxHashSet<BString>>,
    /// `trap` settings.
    pub traps: Traps,
    /// Background and stopped jobs.
    pub jobs: Jobs,
    /// Descriptors by number.
    pub files: FileTable,
    /// Where commands were found.
    pub hash: Rc<CommandHash>,
    /// The working directory as the shell names it (`PWD`).
    pub cwd: BString,
    /// The directory stack below the working directory.
    pub dir_stack: Rc<Vec<BString>>,
    /// The file creation mask.
    pub umask: u32,
    /// `$0`
    pub name: BString,
    /// `$1` and on.
    pub positional: Positional,
    /// `$?`
    pub status: i32,
    /// PIPESTATUS
    pub pipe_status: PipeStatus,
    /// The line that runs now (LINENO).
    pub line: u32,
    /// Calls, innermost last.
    pub frames: Rc<Vec<Frame>>,
    /// How deep in loops (for `break` outside one).
    pub loop_depth: u32,
    /// How deep in subshells (BASH_SUBSHELL).
    pub subshell_depth: u32,
    /// Inside a condition, `!`, or a non-last `&&`/`||` part: `set -e` sleeps.
    pub errexit_ignored: u32,
    /// The status of the last command substitution while a simple command
    /// without a name is expanded.
    pub substitution_status: Option<i32>,
    /// `$!`
    pub last_background: Option<u32>,
    /// `$$`: kept by subshells.
    pub pid: u32,
    /// BASHPID of a subshell that shares its parent's process.
    pub virtual_pid: Option<u32>,
    /// The next `( )` is the subshell that was begun for it: the process that was forked, or the stage of a pipeline.
    pub subshell_is_begun: bool,
    /// What is being opened is for a program that is not to be waited for.
    pub opens_ahead: bool,
    /// It is a fifo, which would wait for its other end.
    pub met_fifo: bool,
    /// Whether it talks to a person.
    pub interactive: bool,
    /// The terminal that a session has.
    pub terminal: Option<Rc<crate::terminal::Terminal>>,
    /// What the shell is to the rest of the system.
    pub role: Role,
    /// BASH_EXECUTION_STRING: the text of `-c`.
    pub execution_string: Option<Rc<BString>>,
    /// BASH_COMMAND: the command that runs, where a trap asks for it.
    pub command_text: Rc<BString>,
    /// How many marks PS4 gets: how deep in `eval`, sourced files and substitutions.
    pub trace_level: u32,
    /// How deep in functions, sourced files, `eval` and substitutions.
    pub depth: u32,
    /// Descriptors of process substitutions, closed when their command ends.
    pub substituted_fds: Vec<u32>,
    /// What a builtin has printed so far.
    pub output: Vec<u8>,
    /// `$_`: the last argument of the command before.
    pub last_argument: BString,
    /// The builtin that runs, for a message about its output.
    pub builtin_name: &'static str,
    /// Whether the builtin's output could not be written.
    pub output_failed: bool,
    /// `$?` before `return`, which a RETURN trap sees.
    pub status_before_return: i32,
    /// A builtin was used wrongly, which it has said.
    pub misused: bool,
    /// `$?` when the EXIT trap began.
    pub status_before_exit: i32,
    /// It is `exit` that ends the shell.
    pub exit_called: bool,
    /// The commands that `history` lists.
    pub history: Rc<Vec<BString>>,
    /// How many commands may run before signals are looked for.
    pub poll_countdown: u32,
    /// Signals that arrived in a subshell of this process, for the shell whose process it is.
    pub deferred_signals: u64,
    /// The `Abort` on its way comes of an arithmetic error: as in bash, `set -e`
    /// lets the script go on with its next line.
    pub arith_failed: bool,
    /// What `complete` defined.
    pub completions: Rc<Completions>,
    /// BASH_ARGV and BASH_ARGC: the arguments of each call that is recorded
    /// (`shopt -s extdebug`, and sourced files), innermost last.
    pub call_arguments: Rc<Vec<Rc<Vec<BString>>>>,
    /// How many lines of the history file `history -r` and `-n` have read.
    pub history_lines_read: usize,
    /// The coprocesses.
    pub coprocesses: Vec<Coprocess>,
    /// The functions that DEBUG and RETURN traps go into (`declare -ft`).
    pub traced_functions: Rc<FxHashSet<BString>>,
    /// What `ulimit` changed.
    pub limits: Rc<Limits>,
    /// Children that no job names (their subshell ended): reaped in passing.
    pub orphans: bool,
}

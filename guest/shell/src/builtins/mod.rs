//! The builtin commands: one file each, and the table that names them.

use std::sync::OnceLock;

use bstr::BString;
use rustc_hash::FxHashMap;

use crate::ast::Assignment;
use crate::shell::{Run, Shell};

mod alias;
mod caller;
mod cd;
mod command;
mod compgen;
mod complete;
mod control;
mod declare;
mod dirs;
mod echo;
mod enable;
mod eval;
mod exec;
mod getopts;
mod hash;
mod help;
mod history;
mod jobs;
mod kill;
mod r#let;
mod mapfile;
mod printf;
mod read;
mod set;
mod shift;
mod shopt;
mod source;
mod test;
mod times;
mod trap;
mod r#type;
pub mod ulimit;
mod umask;
mod unset;
mod wait;

pub(crate) use set::format_option_line;

/// An argument of a declaration builtin (`declare`, `export`, ...): assignments
/// keep their form, so that `name=(...)` and values with blanks arrive whole.
pub enum DeclArg<'a> {
    /// An expanded word.
    Word(BString),
    /// `name=value`, not expanded yet.
    Assign(&'a Assignment),
}

/// How a builtin is called.
#[derive(Clone, Copy)]
pub enum Call {
    /// With its expanded words, the name first.
    Plain(fn(&mut Shell, &[BString]) -> Run<i32>),
    /// With its assignments unexpanded, the name first.
    Declaration(fn(&mut Shell, &[DeclArg]) -> Run<i32>),
}

/// A builtin command.
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub call: Call,
    /// POSIX's special builtins: found before functions in POSIX mode, their
    /// errors end a POSIX shell, assignments before them stay.
    pub special: bool,
    /// Its output is small and it neither waits nor reads, so that as a
    /// pipeline's stage it can run before the stage that reads it.
    pub prompt: bool,
}

const fn plain(name: &'static str, call: fn(&mut Shell, &[BString]) -> Run<i32>) -> Builtin {
    Builtin { name, call: Call::Plain(call), special: false, prompt: false }
}

const fn prints(name: &'static str, call: fn(&mut Shell, &[BString]) -> Run<i32>) -> Builtin {
    Builtin { name, call: Call::Plain(call), special: false, prompt: true }
}

const fn special(name: &'static str, call: fn(&mut Shell, &[BString]) -> Run<i32>) -> Builtin {
    Builtin { name, call: Call::Plain(call), special: true, prompt: false }
}

const fn declaration(name: &'static str, call: fn(&mut Shell, &[DeclArg]) -> Run<i32>, special: bool) -> Builtin {
    Builtin { name, call: Call::Declaration(call), special, prompt: true }
}

/// The table, in the order in which `enable` and `help` list it.
pub static TABLE: &[Builtin] = &[
    special(".", source::source),
    special(":", control::true_),
    prints("[", test::test),
    prints("alias", alias::alias),
    plain("bg", jobs::bg),
    plain("bind", complete::bind),
    special("break", control::break_),
    plain("builtin", command::builtin),
    prints("caller", caller::caller),
    plain("cd", cd::cd),
    plain("command", command::command),
    prints("compgen", compgen::compgen),
    prints("complete", complete::complete),
    plain("compopt", complete::compopt),
    special("continue", control::continue_),
    declaration("declare", declare::declare, false),
    prints("dirs", dirs::dirs),
    plain("disown", jobs::disown),
    prints("echo", echo::echo),
    plain("enable", enable::enable),
    special("eval", eval::eval),
    special("exec", exec::exec),
    special("exit", control::exit),
    declaration("export", declare::export, true),
    prints("false", control::false_),
    plain("fc", history::fc),
    plain("fg", jobs::fg),
    plain("getopts", getopts::getopts),
    prints("hash", hash::hash),
    prints("help", help::help),
    prints("history", history::history),
    prints("jobs", jobs::jobs),
    plain("kill", kill::kill),
    plain("let", r#let::let_),
    declaration("local", declare::local, false),
    plain("logout", control::logout),
    plain("mapfile", mapfile::mapfile),
    plain("popd", dirs::popd),
    prints("printf", printf::printf),
    plain("pushd", dirs::pushd),
    prints("pwd", cd::pwd),
    plain("read", read::read),
    plain("readarray", mapfile::mapfile),
    declaration("readonly", declare::readonly, true),
    special("return", control::return_),
    special("set", set::set),
    special("shift", shift::shift),
    prints("shopt", shopt::shopt),
    special("source", source::source),
    plain("suspend", jobs::suspend),
    prints("test", test::test),
    special("times", times::times),
    special("trap", trap::trap),
    prints("true", control::true_),
    prints("type", r#type::type_),
    declaration("typeset", declare::declare, false),
    prints("ulimit", ulimit::ulimit),
    prints("umask", umask::umask),
    prints("unalias", alias::unalias),
    special("unset", unset::unset),
    plain("wait", wait::wait),
];

/// The builtin of that name, whether enabled or not.
pub fn lookup(name: &[u8]) -> Option<&'static Builtin> {
    static INDEX: OnceLock<FxHashMap<&'static [u8], &'static Builtin>> = OnceLock::new();
    let index = INDEX.get_or_init(|| TABLE.iter().map(|builtin| (builtin.name.as_bytes(), builtin)).collect());
    index.get(name).copied()
}

impl Shell {
    /// The enabled builtin of that name.
    #[inline]
    pub fn builtin(&self, name: &[u8]) -> Option<&'static Builtin> {
        let builtin = lookup(name)?;
        if !self.disabled_builtins.is_empty() && self.disabled_builtins.contains(bstr::BStr::new(name)) {
            return None;
        }
        Some(builtin)
    }

    /// Reports an option that a builtin does not know, with its usage line.
    pub(crate) fn invalid_option(&mut self, name: &[u8], option: u8, usage: &str) -> i32 {
        self.misused = true;
        let mut message = name.to_vec();
        message.extend_from_slice(b": -");
        message.push(option);
        message.extend_from_slice(b": invalid option");
        self.error(message);
        let mut line = name.to_vec();
        line.extend_from_slice(b": usage: ");
        line.extend_from_slice(usage.as_bytes());
        line.push(b'\n');
        self.write_error(&line);
        2
    }
}

/// The letters of a builtin's leading options.
///
/// Calls `on` with each letter; gives the index of the first operand. `--`
/// ends the options and is skipped. A letter that `on` refuses ends it with
/// that letter as the error.
pub(crate) fn letters(args: &[BString], mut on: impl FnMut(u8) -> bool) -> Result<usize, u8> {
    let mut index = 1;
    while let Some(arg) = args.get(index) {
        if arg == "--" {
            return Ok(index + 1);
        }
        if arg.len() < 2 || arg[0] != b'-' {
            break;
        }
        for letter in &arg[1..] {
            if !on(*letter) {
                return Err(*letter);
            }
        }
        index += 1;
    }
    Ok(index)
}

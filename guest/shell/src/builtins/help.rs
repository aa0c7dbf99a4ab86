//! `help`: the synopsis of each builtin.

use bstr::BString;

use super::{TABLE, letters};
use crate::messages::concat;
use crate::pattern::{Flags, Pattern};
use crate::shell::{Run, Shell};

/// A builtin's synopsis and what it does, in a line each.
fn text(name: &str) -> (&'static str, &'static str) {
    match name {
        "." => (". filename [arguments]", "Execute commands from a file in the current shell."),
        ":" => (":", "Null command."),
        "[" => ("[ arg... ]", "Evaluate conditional expression."),
        "alias" => ("alias [-p] [name[=value] ... ]", "Define or display aliases."),
        "bg" => ("bg [job_spec ...]", "Move jobs to the background."),
        "bind" => (
            "bind [-lpsvPSVX] [-m keymap] [-f filename] [keyseq:readline-function]",
            "Set Readline key bindings and variables.",
        ),
        "break" => ("break [n]", "Exit for, while, or until loops."),
        "builtin" => ("builtin [shell-builtin [arg ...]]", "Execute shell builtins."),
        "caller" => ("caller [expr]", "Return the context of the current subroutine call."),
        "cd" => ("cd [-L|[-P [-e]] [-@]] [dir]", "Change the shell working directory."),
        "command" => {
            ("command [-pVv] command [arg ...]", "Execute a simple command or display information about commands.")
        }
        "compgen" => (
            "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
            "Display possible completions depending on the options.",
        ),
        "complete" => (
            "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
            "Specify how arguments are to be completed by Readline.",
        ),
        "compopt" => ("compopt [-o|+o option] [-DEI] [name ...]", "Modify or display completion options."),
        "continue" => ("continue [n]", "Resume for, while, or until loops."),
        "declare" => (
            "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
            "Set variable values and attributes.",
        ),
        "dirs" => ("dirs [-clpv] [+N] [-N]", "Display directory stack."),
        "disown" => ("disown [-h] [-ar] [jobspec ... | pid ...]", "Remove jobs from current shell."),
        "echo" => ("echo [-neE] [arg ...]", "Write arguments to the standard output."),
        "enable" => ("enable [-a] [-dnps] [-f filename] [name ...]", "Enable and disable shell builtins."),
        "eval" => ("eval [arg ...]", "Execute arguments as a shell command."),
        "exec" => (
            "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
            "Replace the shell with the given command.",
        ),
        "exit" => ("exit [n]", "Exit the shell."),
        "export" => ("export [-fn] [name[=value] ...] or export -p", "Set export attribute for shell variables."),
        "false" => ("false", "Return an unsuccessful result."),
        "fc" => (
            "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]",
            "Display or execute commands from the history list.",
        ),
        "fg" => ("fg [job_spec]", "Move job to the foreground."),
        "getopts" => ("getopts optstring name [arg ...]", "Parse option arguments."),
        "hash" => ("hash [-lr] [-p pathname] [-dt] [name ...]", "Remember or display program locations."),
        "help" => ("help [-dms] [pattern ...]", "Display information about builtin commands."),
        "history" => (
            "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
            "Display or manipulate the history list.",
        ),
        "jobs" => ("jobs [-lnprs] [jobspec ...] or jobs -x command [args]", "Display status of jobs."),
        "kill" => (
            "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
            "Send a signal to a job.",
        ),
        "let" => ("let arg [arg ...]", "Evaluate arithmetic expressions."),
        "local" => ("local [option] name[=value] ...", "Define local variables."),
        "logout" => ("logout [n]", "Exit a login shell."),
        "mapfile" => (
            "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
            "Read lines from the standard input into an indexed array variable.",
        ),
        "popd" => ("popd [-n] [+N | -N]", "Remove directories from stack."),
        "printf" => ("printf [-v var] format [arguments]", "Formats and prints ARGUMENTS under control of the FORMAT."),
        "pushd" => ("pushd [-n] [+N | -N | dir]", "Add directories to stack."),
        "pwd" => ("pwd [-LP]", "Print the name of the current working directory."),
        "read" => (
            "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
            "Read a line from the standard input and split it into fields.",
        ),
        "readarray" => (
            "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
            "Read lines from a file into an array variable.",
        ),
        "readonly" => ("readonly [-aAf] [name[=value] ...] or readonly -p", "Mark shell variables as unchangeable."),
        "return" => ("return [n]", "Return from a shell function."),
        "set" => (
            "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
            "Set or unset values of shell options and positional parameters.",
        ),
        "shift" => ("shift [n]", "Shift positional parameters."),
        "shopt" => ("shopt [-pqsu] [-o] [optname ...]", "Set and unset shell options."),
        "source" => ("source filename [arguments]", "Execute commands from a file in the current shell."),
        "suspend" => ("suspend [-f]", "Suspend shell execution."),
        "test" => ("test [expr]", "Evaluate conditional expression."),
        "times" => ("times", "Display process times."),
        "trap" => ("trap [-lp] [[arg] signal_spec ...]", "Trap signals and other events."),
        "true" => ("true", "Return a successful result."),
        "type" => ("type [-afptP] name [name ...]", "Display information about command type."),
        "typeset" => (
            "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
            "Set variable values and attributes.",
        ),
        "ulimit" => ("ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]", "Modify shell resource limits."),
        "umask" => ("umask [-p] [-S] [mode]", "Display or set file mode mask."),
        "unalias" => ("unalias [-a] name [name ...]", "Remove each NAME from the list of defined aliases."),
        "unset" => ("unset [-f] [-v] [-n] [name ...]", "Unset values and attributes of shell variables and functions."),
        "wait" => ("wait [-fn] [-p var] [id ...]", "Wait for job completion and return exit status."),
        "%" => ("job_spec [&]", "Resume job in foreground."),
        "((" => ("(( expression ))", "Evaluate arithmetic expression."),
        "[[" => ("[[ expression ]]", "Execute conditional command."),
        "case" => (
            "case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac",
            "Execute commands based on pattern matching.",
        ),
        "coproc" => ("coproc [NAME] command [redirections]", "Create a coprocess named NAME."),
        "for" => ("for NAME [in WORDS ... ] ; do COMMANDS; done", "Execute commands for each member in a list."),
        "for ((" => ("for (( exp1; exp2; exp3 )); do COMMANDS; done", "Arithmetic for loop."),
        "function" => ("function name { COMMANDS ; } or name () { COMMANDS ; }", "Define shell function."),
        "if" => (
            "if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi",
            "Execute commands based on conditional.",
        ),
        "select" => {
            ("select NAME [in WORDS ... ;] do COMMANDS; done", "Select words from a list and execute commands.")
        }
        "time" => ("time [-p] pipeline", "Report time consumed by pipeline's execution."),
        "until" => ("until COMMANDS; do COMMANDS-2; done", "Execute commands as long as a test does not succeed."),
        "variables" => {
            ("variables - Names and meanings of some shell variables", "Common shell variable names and usage.")
        }
        "while" => ("while COMMANDS; do COMMANDS-2; done", "Execute commands as long as a test succeeds."),
        "{ ... }" => ("{ COMMANDS ; }", "Group commands as a unit."),
        _ => ("", ""),
    }
}

/// What the grammar knows besides the builtins.
const GRAMMAR: &[&str] = &[
    "%",
    "((",
    "[[",
    "case",
    "coproc",
    "for",
    "for ((",
    "function",
    "if",
    "select",
    "time",
    "until",
    "variables",
    "while",
    "{ ... }",
];

/// All that has a text, sorted.
fn topics() -> Vec<&'static str> {
    let mut names: Vec<&str> = TABLE.iter().map(|builtin| builtin.name).chain(GRAMMAR.iter().copied()).collect();
    names.sort_unstable();
    names
}

/// The synopses in two columns, cut off where the second begins.
fn list(shell: &mut Shell) -> Run {
    const WIDTH: usize = 38;
    let topics = topics();
    let cell = |shell: &Shell, name: &str, width: usize| {
        let star = if shell.disabled_builtins.contains(bstr::BStr::new(name)) { '*' } else { ' ' };
        let usage = text(name).0;
        match usage.get(..width - 1) {
            Some(start) if usage.len() > width => format!("{star}{start}>"),
            _ => format!("{star}{usage}"),
        }
    };
    let rows = topics.len().div_ceil(2);
    for row in 0..rows {
        let mut line = topics.get(row).map(|name| cell(shell, name, WIDTH)).unwrap_or_default();
        if let Some(name) = topics.get(row + rows) {
            line = format!("{line:<width$}{}", cell(shell, name, WIDTH - 1), width = WIDTH + 2);
        }
        line.push('\n');
        shell.out(line.as_bytes())?;
    }
    Ok(())
}

/// `help`
pub fn help(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut brief, mut synopsis, mut manual) = (false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'd' => brief = true,
            b's' => synopsis = true,
            b'm' => manual = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"help", letter, "help [-dms] [pattern ...]")),
    };
    let patterns = args.get(first..).unwrap_or_default();
    if patterns.is_empty() {
        shell.out(b"GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n")?;
        shell.out(b"These shell commands are defined internally.  Type `help' to see this list.\n")?;
        shell.out(b"Type `help name' to find out more about the function `name'.\n")?;
        shell.out(b"Use `info bash' to find out more about the shell in general.\n")?;
        shell.out(b"Use `man -k' or `info' to find out more about commands not in this list.\n\n")?;
        shell.out(b"A star (*) next to a name means that the command is disabled.\n\n")?;
        list(shell)?;
        return Ok(0);
    }
    let mut found = false;
    for pattern in patterns {
        for name in matching(pattern) {
            found = true;
            let (usage, purpose) = text(name);
            let lines = if synopsis {
                format!("{name}: {usage}\n")
            } else if brief {
                format!("{name} - {purpose}\n")
            } else if manual {
                format!("NAME\n    {name} - {purpose}\n\nSYNOPSIS\n    {usage}\n\nDESCRIPTION\n    {purpose}\n\n")
            } else {
                format!("{name}: {usage}\n    {purpose}\n")
            };
            shell.out(lines.as_bytes())?;
        }
    }
    if !found && let Some(pattern) = patterns.last() {
        let message = concat(&[
            b"no help topics match `",
            pattern,
            b"'.  Try `help help' or `man -k ",
            pattern,
            b"' or `info ",
            pattern,
            b"'.",
        ]);
        shell.builtin_error(b"help", message);
    }
    Ok(i32::from(!found))
}

/// The topics that a pattern names; if none, those that begin with it.
fn matching(pattern: &[u8]) -> Vec<&'static str> {
    let compiled = Pattern::new(pattern, Flags { extglob: true, ignore_case: false });
    let named = |name: &&str| name.as_bytes() == pattern || compiled.matches(name.as_bytes());
    let names: Vec<_> = topics().into_iter().filter(named).collect();
    if !names.is_empty() {
        return names;
    }
    topics().into_iter().filter(|name| name.as_bytes().starts_with(pattern)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_has_a_text() {
        for builtin in TABLE {
            assert!(text(builtin.name).0.starts_with(builtin.name), "{}", builtin.name);
        }
    }
}

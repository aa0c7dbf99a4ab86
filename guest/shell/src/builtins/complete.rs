//! `complete` and `compopt`, which keep what a script defines for completion,
//! and `bind`, which concerns a line editor that the shell itself does not have.

use std::rc::Rc;

use bstr::BString;

use crate::completion::{ACTIONS, Completion, OPTIONS, SPECIAL};
use crate::messages::concat;
use crate::shell::{Run, Shell};

const COMPLETE_USAGE: &str = "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] \
    [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]";

const COMPOPT_USAGE: &str = "compopt [-o|+o option] [-DEI] [name ...]";

/// What a `complete` or `compgen` command line asks for.
#[derive(Default)]
pub(super) struct Parsed {
    /// How words are made.
    pub completion: Completion,
    /// The operands.
    pub operands: Vec<BString>,
    /// `-p`
    print: bool,
    /// `-r`
    remove: bool,
    /// `-D`, `-E`, `-I`, by the names that they are kept under.
    special: Vec<BString>,
}

/// Reads the options that `complete` and `compgen` share; the status of an
/// error that was reported otherwise.
pub(super) fn parse(shell: &mut Shell, args: &[BString], usage: &str) -> Result<Parsed, i32> {
    let name = args.first().cloned().unwrap_or_default();
    let is_complete = name == "complete";
    let mut parsed = Parsed::default();
    let mut rest = args.get(1..).unwrap_or_default();
    while let Some((first, after)) = rest.split_first() {
        if first == "--" {
            rest = after;
            break;
        }
        if first.len() < 2 || first[0] != b'-' {
            break;
        }
        rest = after;
        let mut letters = first.get(1..).unwrap_or_default();
        while let Some((letter, more)) = letters.split_first() {
            letters = more;
            if let Some((action, _)) = ACTIONS.iter().find(|(_, own)| *own == Some(*letter)) {
                parsed.completion.add_action(action.as_bytes());
                continue;
            }
            match letter {
                b'p' if is_complete => parsed.print = true,
                b'r' if is_complete => parsed.remove = true,
                b'D' | b'E' | b'I' if is_complete => {
                    let special = SPECIAL.iter().filter(|(own, _)| own == letter);
                    parsed.special.extend(special.map(|(_, name)| BString::from(*name)));
                }
                b'A' | b'C' | b'F' | b'G' | b'P' | b'S' | b'W' | b'X' | b'o' => {
                    let operand = if more.is_empty() {
                        let Some((operand, after)) = rest.split_first() else {
                            let option = [b'-', *letter];
                            shell.builtin_error(&name, concat(&[&option, b": option requires an argument"]));
                            return Err(usage_line(shell, &name, usage));
                        };
                        rest = after;
                        operand.clone()
                    } else {
                        BString::from(std::mem::take(&mut letters))
                    };
                    set_operand(shell, &name, &mut parsed.completion, *letter, operand)?;
                }
                other => return Err(shell.invalid_option(&name, *other, usage)),
            }
        }
    }
    parsed.operands = rest.to_vec();
    Ok(parsed)
}

fn set_operand(
    shell: &mut Shell,
    name: &[u8],
    completion: &mut Completion,
    letter: u8,
    operand: BString,
) -> Result<(), i32> {
    match letter {
        b'A' if !completion.add_action(&operand) => {
            shell.builtin_error(name, concat(&[&operand, b": invalid action name"]));
            return Err(2);
        }
        b'o' if !completion.set_option(&operand, true) => {
            shell.builtin_error(name, concat(&[&operand, b": invalid option name"]));
            return Err(2);
        }
        b'C' => completion.command = Some(operand),
        b'F' => completion.function = Some(operand),
        b'G' => completion.glob = Some(operand),
        b'P' => completion.prefix = Some(operand),
        b'S' => completion.suffix = Some(operand),
        b'W' => completion.words = Some(operand),
        b'X' => completion.filter = Some(operand),
        _ => {}
    }
    Ok(())
}

fn usage_line(shell: &mut Shell, name: &[u8], usage: &str) -> i32 {
    shell.write_error(&concat(&[name, b": usage: ", usage.as_bytes(), b"\n"]));
    2
}

/// `complete`
pub fn complete(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let parsed = match parse(shell, args, COMPLETE_USAGE) {
        Ok(parsed) => parsed,
        Err(status) => return Ok(status),
    };
    let names = if parsed.special.is_empty() { parsed.operands } else { parsed.special };
    let nothing = parsed.completion == Completion::default();
    if parsed.remove {
        let completions = Rc::make_mut(&mut shell.completions);
        if names.is_empty() {
            completions.clear();
        }
        for name in &names {
            completions.remove(name);
        }
        return Ok(0);
    }
    if parsed.print || (nothing && names.is_empty()) {
        let completions = shell.completions.clone();
        let mut unknown = Vec::new();
        if names.is_empty() {
            for (name, completion) in completions.iter() {
                shell.out(&completion.line(name))?;
            }
        }
        for name in &names {
            match completions.get(name) {
                Some(completion) => shell.out(&completion.line(name))?,
                None => unknown.push(name),
            }
        }
        return Ok(report_unknown(shell, b"complete", &unknown));
    }
    if names.is_empty() {
        return Ok(usage_line(shell, b"complete", COMPLETE_USAGE));
    }
    for name in &names {
        Rc::make_mut(&mut shell.completions).set(name, parsed.completion.clone());
    }
    Ok(0)
}

fn report_unknown(shell: &mut Shell, builtin: &[u8], names: &[&BString]) -> i32 {
    for name in names {
        shell.builtin_error(builtin, concat(&[name, b": no completion specification"]));
    }
    i32::from(!names.is_empty())
}

/// `compopt`
pub fn compopt(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut changes: Vec<(BString, bool)> = Vec::new();
    let mut names: Vec<BString> = Vec::new();
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"--" => break,
            [sign @ (b'-' | b'+'), b'o', option @ ..] => {
                let option = match option {
                    [] => rest.next().cloned(),
                    option => Some(option.into()),
                };
                let Some(option) = option else {
                    shell.builtin_error(b"compopt", concat(&[argument, b": option requires an argument"]));
                    return Ok(usage_line(shell, b"compopt", COMPOPT_USAGE));
                };
                if !Completion::default().set_option(&option, true) {
                    shell.builtin_error(b"compopt", concat(&[&option, b": invalid option name"]));
                    return Ok(2);
                }
                changes.push((option, *sign == b'-'));
            }
            [b'-', letter @ (b'D' | b'E' | b'I')] => {
                let special = SPECIAL.iter().filter(|(own, _)| own == letter);
                names.extend(special.map(|(_, name)| BString::from(*name)));
            }
            [b'-', letter, ..] => return Ok(shell.invalid_option(b"compopt", *letter, COMPOPT_USAGE)),
            _ => {
                names.push(argument.clone());
                break;
            }
        }
    }
    names.extend(rest.cloned());
    if names.is_empty() {
        // Only the editor, which is outside the shell, runs completions.
        shell.builtin_error(b"compopt", "not currently executing completion function");
        return Ok(1);
    }
    let mut unknown = Vec::new();
    for name in &names {
        let Some(completion) = Rc::make_mut(&mut shell.completions).get_mut(name) else {
            unknown.push(name);
            continue;
        };
        for (option, on) in &changes {
            completion.set_option(option, *on);
        }
        if changes.is_empty() {
            let mut line = b"compopt".to_vec();
            for option in OPTIONS {
                let sign = if completion.has_option(option) { '-' } else { '+' };
                line.extend_from_slice(format!(" {sign}o {option}").as_bytes());
            }
            shell.out(&concat(&[&line, b" ", name, b"\n"]))?;
        }
    }
    Ok(report_unknown(shell, b"compopt", &unknown))
}

/// `bind`: there are no key bindings to set. Options are checked as bash does;
/// the rest is accepted with its warning, since start-up files call it.
pub fn bind(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    const USAGE: &str =
        "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command]";
    shell.builtin_error(b"bind", "warning: line editing not enabled");
    let mut rest = args.iter().skip(1).map(|argument| argument.as_slice());
    while let Some([b'-', letters @ ..]) = rest.next() {
        if letters == b"-" {
            break;
        }
        for (index, letter) in letters.iter().enumerate() {
            match letter {
                b'l' | b'p' | b's' | b'v' | b'P' | b'S' | b'V' | b'X' => {}
                b'm' | b'f' | b'q' | b'u' | b'r' | b'x' => {
                    let attached = index + 1 < letters.len();
                    if !attached && rest.next().is_none() {
                        let message = [b"-".as_slice(), &[*letter], b": option requires an argument"].concat();
                        shell.builtin_error(b"bind", message);
                        shell.write_error(format!("bind: usage: {USAGE}\n").as_bytes());
                        return Ok(2);
                    }
                    break;
                }
                other => return Ok(shell.invalid_option(b"bind", *other, USAGE)),
            }
        }
    }
    Ok(0)
}

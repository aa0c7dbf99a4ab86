//! `alias` and `unalias`.

use std::rc::Rc;

use bstr::{BString, ByteSlice};

use super::letters;
use crate::expand::quote;
use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Run, Shell};

/// `alias`
pub fn alias(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut list = false;
    let first = match letters(args, |letter| {
        list |= letter == b'p';
        letter == b'p'
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"alias", letter, "alias [-p] [name[=value] ... ]")),
    };
    let operands = args.get(first..).unwrap_or_default();
    if list || operands.is_empty() {
        let mut aliases: Vec<_> = shell.aliases.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        aliases.sort();
        for (name, value) in aliases {
            print(shell, &name, &value)?;
        }
    }
    let mut status = 0;
    for operand in operands {
        match operand.find_byte(b'=') {
            Some(at) if at > 0 => {
                let (name, value) = (&operand[..at], &operand[at + 1..]);
                if name.iter().any(|byte| b" \t\n$`\"'\\/;|&()<>".contains(byte)) {
                    shell.builtin_error(b"alias", concat(&[b"`", name, b"': invalid alias name"]));
                    status = 1;
                    continue;
                }
                Rc::make_mut(&mut shell.aliases).insert(name.into(), value.into());
            }
            _ => match shell.aliases.get(operand).cloned() {
                Some(value) => print(shell, operand, &value)?,
                None => {
                    shell.builtin_error(b"alias", concat(&[operand, b": not found"]));
                    status = 1;
                }
            },
        }
    }
    Ok(status)
}

fn print(shell: &mut Shell, name: &[u8], value: &[u8]) -> Run {
    let quoted = quote::single(value);
    // A name that looks like an option is printed so that it can be read back.
    let separator: &[u8] = if name.starts_with(b"-") { b"-- " } else { b"" };
    let command: &[u8] = if shell.options.get(SetOption::Posix) { b"" } else { b"alias " };
    shell.out(&concat(&[command, separator, name, b"=", &quoted, b"\n"]))
}

/// `unalias`
pub fn unalias(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    const USAGE: &str = "unalias [-a] name [name ...]";
    let mut all = false;
    let first = match letters(args, |letter| {
        all |= letter == b'a';
        letter == b'a'
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"unalias", letter, USAGE)),
    };
    if all {
        shell.aliases = Rc::default();
        return Ok(0);
    }
    if first >= args.len() {
        shell.write_error(format!("unalias: usage: {USAGE}\n").as_bytes());
        return Ok(2);
    }
    let mut status = 0;
    for name in &args[first..] {
        if !shell.aliases.contains_key(name) {
            shell.builtin_error(b"unalias", concat(&[name, b": not found"]));
            status = 1;
            continue;
        }
        Rc::make_mut(&mut shell.aliases).remove(name);
    }
    Ok(status)
}

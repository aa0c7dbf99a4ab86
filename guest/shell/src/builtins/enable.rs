//! `enable`.

use std::rc::Rc;

use bstr::BString;

use super::{TABLE, letters, lookup};
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// `enable`
pub fn enable(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut all, mut off, mut special, mut list, mut load) = (false, false, false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'a' => all = true,
            b'n' => off = true,
            b's' => special = true,
            b'p' => list = true,
            b'f' | b'd' => load = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => {
            return Ok(shell.invalid_option(b"enable", letter, "enable [-a] [-dnps] [-f filename] [name ...]"));
        }
    };
    if load && shell.refuses(b"enable") {
        return Ok(1);
    }
    if load {
        shell.builtin_error(b"enable", "dynamic loading not available");
        return Ok(1);
    }
    let names = args.get(first..).unwrap_or_default();
    if names.is_empty() || list {
        for builtin in TABLE {
            let disabled = shell.disabled_builtins.contains(bstr::BStr::new(builtin.name));
            if (special && !builtin.special) || (!all && disabled != off) {
                continue;
            }
            let line = format!("enable {}{}\n", if disabled { "-n " } else { "" }, builtin.name);
            shell.out(line.as_bytes())?;
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        if lookup(name).is_none() {
            shell.builtin_error(b"enable", concat(&[name, b": not a shell builtin"]));
            status = 1;
        } else if off {
            Rc::make_mut(&mut shell.disabled_builtins).insert(name.clone());
        } else {
            Rc::make_mut(&mut shell.disabled_builtins).remove(name);
        }
    }
    Ok(status)
}

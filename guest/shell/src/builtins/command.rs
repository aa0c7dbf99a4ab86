//! `command` and `builtin`.

use bstr::BString;

use super::letters;
use crate::ast::Simple;
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// The PATH of `command -p`: where the standard programs are.
const STANDARD_PATH: &[u8] = b"/bin:/usr/bin:/sbin:/usr/sbin:/etc:/usr/etc";

/// `command`
pub fn command(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut standard, mut brief, mut verbose) = (false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'p' => standard = true,
            b'v' => (brief, verbose) = (true, false),
            b'V' => (brief, verbose) = (false, true),
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"command", letter, "command [-pVv] command [arg ...]")),
    };
    if standard && shell.refuses(b"command: -p") {
        return Ok(1);
    }
    let words = args.get(first..).unwrap_or_default();
    let Some(name) = words.first() else { return Ok(0) };
    if brief || verbose {
        let mut found = false;
        for name in words {
            let here = shell.describe_command(name, verbose, false)?;
            if !here && verbose {
                shell.builtin_error(b"command", concat(&[name, b": not found"]));
            }
            found |= here;
        }
        return Ok(i32::from(!found));
    }
    if let Some(builtin) = shell.builtin(name) {
        return shell.run_builtin_words(builtin, words);
    }
    shell.flush_output()?;
    if standard {
        let own = shell.vars.plain(b"PATH").cloned();
        shell.set_scalar(b"PATH", STANDARD_PATH.into())?;
        let result = shell.run_external(&Simple::default(), words.to_vec());
        if let Some(own) = own {
            shell.set_scalar(b"PATH", own)?;
        }
        result?;
    } else {
        shell.run_external(&Simple::default(), words.to_vec())?;
    }
    Ok(shell.status)
}

/// `builtin`
pub fn builtin(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let words = match args.get(1) {
        Some(first) if first == "--" => args.get(2..),
        Some(first) if first.len() > 1 && first[0] == b'-' => {
            return Ok(shell.invalid_option(b"builtin", first[1], "builtin [shell-builtin [arg ...]]"));
        }
        _ => args.get(1..),
    };
    let words = words.unwrap_or_default();
    let Some(name) = words.first() else { return Ok(0) };
    match shell.builtin(name) {
        Some(builtin) => shell.run_builtin_words(builtin, words),
        None => {
            shell.builtin_error(b"builtin", concat(&[name, b": not a shell builtin"]));
            Ok(1)
        }
    }
}

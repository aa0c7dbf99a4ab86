//! `umask`.

use agentfense_sys::processes;
use bstr::BString;

use super::letters;
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// `umask`
pub fn umask(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut symbolic, mut reusable) = (false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'S' => symbolic = true,
            b'p' => reusable = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"umask", letter, "umask [-p] [-S] [mode]")),
    };
    if let Some(mode) = args.get(first) {
        let mask = if mode.first().is_some_and(u8::is_ascii_digit) {
            match octal(mode) {
                Some(mask) => mask,
                None => {
                    shell.builtin_error(b"umask", concat(&[mode, b": octal number out of range"]));
                    return Ok(1);
                }
            }
        } else {
            match apply(shell.umask, mode) {
                Ok(mask) => mask,
                Err((character, true)) => {
                    let message = format!("`{}': invalid symbolic mode operator", char::from(character));
                    shell.builtin_error(b"umask", message);
                    return Ok(1);
                }
                Err((character, false)) => {
                    let message = format!("`{}': invalid symbolic mode character", char::from(character));
                    shell.builtin_error(b"umask", message);
                    return Ok(1);
                }
            }
        };
        shell.umask = mask;
        processes::umask(mask);
        if !symbolic {
            return Ok(0);
        }
    }
    let mask = shell.umask;
    let shown = if symbolic { symbols(mask) } else { format!("{mask:04o}") };
    let prefix = match (reusable, symbolic) {
        (true, true) => "umask -S ",
        (true, false) => "umask ",
        _ => "",
    };
    shell.out(format!("{prefix}{shown}\n").as_bytes())?;
    Ok(0)
}

fn octal(text: &[u8]) -> Option<u32> {
    let mask = u32::from_str_radix(std::str::from_utf8(text).ok()?, 8).ok()?;
    (mask <= 0o777).then_some(mask)
}

/// What a mask lets through, as `u=rwx,g=rx,o=rx`.
fn symbols(mask: u32) -> String {
    let part = |shift: u32| {
        let allowed = !(mask >> shift) & 7;
        [(4, 'r'), (2, 'w'), (1, 'x')].iter().filter(|(bit, _)| allowed & bit != 0).map(|(_, letter)| *letter).collect()
    };
    let [user, group, other]: [String; 3] = [part(6), part(3), part(0)];
    format!("u={user},g={group},o={other}")
}

/// Applies a symbolic mode to a mask. The error is the offending character and
/// whether an operator was expected there.
fn apply(mask: u32, mode: &[u8]) -> Result<u32, (u8, bool)> {
    let mut allowed = !mask & 0o777;
    for clause in mode.split(|byte| *byte == b',') {
        let mut rest = clause;
        let mut who = 0;
        while let Some((letter, after)) = rest.split_first() {
            who |= match letter {
                b'u' => 0o700,
                b'g' => 0o070,
                b'o' => 0o007,
                b'a' => 0o777,
                _ => break,
            };
            rest = after;
        }
        let who = if who == 0 { 0o777 } else { who };
        let Some((operator @ (b'+' | b'-' | b'='), letters)) = rest.split_first() else {
            return Err((rest.first().copied().unwrap_or(0), true));
        };
        // Unlike chmod, bash takes one operator a clause, and no copies (`g=u`).
        let mut bits = 0;
        for letter in letters {
            bits |= match letter {
                b'r' => 0o444,
                b'w' => 0o222,
                b'x' => 0o111,
                other => return Err((*other, false)),
            };
        }
        let bits = bits & who;
        match operator {
            b'+' => allowed |= bits,
            b'-' => allowed &= !bits,
            _ => allowed = (allowed & !who) | bits,
        }
    }
    Ok(!allowed & 0o777)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbolic_modes_change_the_mask() {
        assert_eq!(apply(0o022, b"u=rwx,g=,o="), Ok(0o077));
        assert_eq!(apply(0o077, b"g+r"), Ok(0o037));
        assert_eq!(apply(0o022, b"a-w"), Ok(0o222));
        assert_eq!(apply(0o022, b"o=u"), Err((b'u', false)));
        assert_eq!(apply(0o022, b"u+r+w"), Err((b'+', false)));
        assert_eq!(apply(0o022, b"u=z"), Err((b'z', false)));
        assert_eq!(apply(0o022, b"u*r"), Err((b'*', true)));
        assert_eq!(symbols(0o022), "u=rwx,g=rx,o=rx");
        assert_eq!(octal(b"9"), None);
        assert_eq!(octal(b"1000"), None);
    }
}

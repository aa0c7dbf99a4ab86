//! `history` and `fc`, for what a session at a prompt keeps.

use std::rc::Rc;

use bstr::{BString, ByteSlice};

use super::control::parse_number;
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// `history`
pub fn history(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut limit = None;
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"--" => {}
            b"-c" => {
                shell.history = Rc::default();
                return Ok(0);
            }
            b"-d" => {
                let position = rest.next().and_then(|text| parse_number(text));
                let length = shell.history.len() as i64;
                let index = match position {
                    Some(number) if number < 0 => length + number,
                    Some(number) => number - 1,
                    None => -1,
                };
                if index < 0 || index >= length {
                    shell.builtin_error(b"history", "history position out of range");
                    return Ok(1);
                }
                Rc::make_mut(&mut shell.history).remove(index as usize);
                return Ok(0);
            }
            b"-s" => {
                let words: Vec<&BString> = rest.collect();
                let line = bstr::join(" ", words);
                Rc::make_mut(&mut shell.history).push(line.into());
                return Ok(0);
            }
            b"-p" => {
                for text in rest {
                    shell.out(&concat(&[text, b"\n"]))?;
                }
                return Ok(0);
            }
            // There is no history file inside a sandbox.
            b"-a" | b"-n" | b"-r" | b"-w" => return Ok(0),
            text => match parse_number(text).and_then(|number| usize::try_from(number).ok()) {
                Some(number) => limit = Some(number),
                None => {
                    shell.builtin_error(b"history", concat(&[text, b": numeric argument required"]));
                    return Ok(1);
                }
            },
        }
    }
    let history = shell.history.clone();
    let skip = history.len().saturating_sub(limit.unwrap_or(usize::MAX));
    for (index, line) in history.iter().enumerate().skip(skip) {
        shell.out(&concat(&[format!("{:5}  ", index + 1).as_bytes(), line, b"\n"]))?;
    }
    Ok(0)
}

/// `fc`
pub fn fc(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut list, mut plain, mut reverse, mut again) = (false, false, false, false);
    let mut operands = Vec::new();
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(argument) = rest.next() {
        match argument.as_slice() {
            b"-e" => {
                rest.next();
            }
            [b'-', letters @ ..] if !letters.is_empty() && letters.iter().all(|letter| b"lnrs".contains(letter)) => {
                list |= letters.contains(&b'l');
                plain |= letters.contains(&b'n');
                reverse |= letters.contains(&b'r');
                again |= letters.contains(&b's');
            }
            _ => operands.push(argument.clone()),
        }
    }
    let history = shell.history.clone();
    let find = |text: &BString| -> Option<usize> {
        match parse_number(text) {
            Some(number) if number > 0 => usize::try_from(number).ok()?.checked_sub(1).filter(|at| *at < history.len()),
            Some(number) => history.len().checked_sub(usize::try_from(number.unsigned_abs()).ok()?),
            None => history.iter().rposition(|line| line.starts_with(text.as_slice())),
        }
    };
    if again {
        let replacement = operands.first().and_then(|text| Some((text.find_byte(b'=')?, text.clone())));
        let operand = operands.get(usize::from(replacement.is_some()));
        let index = match operand {
            Some(text) => find(text),
            None => history.len().checked_sub(1),
        };
        let Some(line) = index.and_then(|index| history.get(index)) else {
            shell.builtin_error(b"fc", "no command found");
            return Ok(1);
        };
        let line = match replacement {
            Some((at, text)) => BString::from(line.replace(&text[..at], &text[at + 1..])),
            None => line.clone(),
        };
        shell.write_error(&concat(&[&line, b"\n"]));
        shell.run_text(&line, 1)?;
        return Ok(shell.status);
    }
    if !list {
        shell.builtin_error(b"fc", "no editor is available");
        return Ok(1);
    }
    if history.is_empty() {
        return Ok(0);
    }
    let first = operands.first().map_or(Some(history.len().saturating_sub(16)), &find);
    let last = operands.get(1).map_or(Some(history.len() - 1), &find);
    let (Some(first), Some(last)) = (first, last) else {
        shell.builtin_error(b"fc", "history specification out of range");
        return Ok(1);
    };
    let mut indices: Vec<usize> = (first.min(last)..=first.max(last)).collect();
    if reverse != (first > last) {
        indices.reverse();
    }
    for index in indices {
        let Some(line) = history.get(index) else { continue };
        let number = if plain { String::new() } else { (index + 1).to_string() };
        shell.out(&concat(&[number.as_bytes(), b"\t ", line, b"\n"]))?;
    }
    Ok(0)
}

//! `history` and `fc`, for what a session at a prompt keeps.

use std::rc::Rc;

use agentfense_sys::Errno;
use agentfense_sys::files::OpenFlags;
use bstr::{BString, ByteSlice};

use super::control::parse_number;
use crate::messages::concat;
use crate::shell::{Run, Shell};

const USAGE: &str = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";

/// `history`
pub fn history(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    shell.limit_history();
    let mut rest = args.get(1..).unwrap_or_default();
    let mut file_letter = None;
    while let Some((argument, after)) = rest.split_first() {
        match argument.as_slice() {
            b"--" => {
                rest = after;
                break;
            }
            b"-c" => {
                shell.history = Rc::default();
                return Ok(0);
            }
            b"-d" => return Ok(delete(shell, after.first())),
            b"-s" => {
                Rc::make_mut(&mut shell.history).push(bstr::join(" ", after).into());
                shell.limit_history();
                return Ok(0);
            }
            b"-p" => {
                for text in after {
                    shell.out(&concat(&[text, b"\n"]))?;
                }
                return Ok(0);
            }
            [b'-', letter @ (b'a' | b'n' | b'r' | b'w')] => file_letter = Some(*letter),
            [b'-', letter, ..] => return Ok(shell.invalid_option(b"history", *letter, USAGE)),
            _ => break,
        }
        rest = after;
    }
    if let Some(letter) = file_letter {
        return use_file(shell, letter, rest.first().cloned());
    }
    let limit = match rest {
        [] => usize::MAX,
        [text] => match parse_number(text).and_then(|number| usize::try_from(number).ok()) {
            Some(number) => number,
            None => {
                shell.builtin_error(b"history", concat(&[text, b": numeric argument required"]));
                return Ok(1);
            }
        },
        _ => {
            shell.builtin_error(b"history", "too many arguments");
            return Ok(1);
        }
    };
    let history = shell.history.clone();
    for (index, line) in history.iter().enumerate().skip(history.len().saturating_sub(limit)) {
        shell.out(&concat(&[format!("{:5}  ", index + 1).as_bytes(), line, b"\n"]))?;
    }
    Ok(0)
}

/// `history -d`
fn delete(shell: &mut Shell, position: Option<&BString>) -> i32 {
    let length = shell.history.len() as i64;
    let index = match position.and_then(|text| parse_number(text)) {
        Some(number) if number < 0 => length.saturating_add(number),
        Some(number) => number - 1,
        None => -1,
    };
    match usize::try_from(index).ok().filter(|index| *index < shell.history.len()) {
        Some(index) => {
            Rc::make_mut(&mut shell.history).remove(index);
            0
        }
        None => {
            shell.builtin_error(
                b"history",
                concat(&[position.map_or(b"".as_slice(), |text| text), b": history position out of range"]),
            );
            1
        }
    }
}

/// `history -a`, `-n`, `-r` and `-w`, with a file or HISTFILE.
fn use_file(shell: &mut Shell, letter: u8, file: Option<BString>) -> Run<i32> {
    let Some(path) = file.or_else(|| shell.var(b"HISTFILE")).filter(|path| !path.is_empty()) else { return Ok(0) };
    let result = match letter {
        b'r' | b'n' => match shell.read_file(&path)? {
            Ok(text) => {
                let lines: Vec<BString> = text.lines().map(BString::from).collect();
                let known = if letter == b'n' { shell.history_lines_read.min(lines.len()) } else { 0 };
                shell.history_lines_read = lines.len();
                Rc::make_mut(&mut shell.history).extend(lines.into_iter().skip(known));
                shell.limit_history();
                Ok(())
            }
            Err(error) => Err(error),
        },
        _ => write_file(shell, &path, letter == b'a'),
    };
    Ok(match result {
        Ok(()) => 0,
        Err(error) => {
            shell.builtin_error(b"history", concat(&[&path, b": ", error.message().as_bytes()]));
            1
        }
    })
}

/// Writes the history to a file, or adds to it what it does not have yet.
fn write_file(shell: &mut Shell, path: &BString, append: bool) -> Result<(), Errno> {
    let mode = if append { OpenFlags::APPEND } else { OpenFlags::TRUNCATE };
    let file = shell.open_file(path, OpenFlags::WRITE | OpenFlags::CREATE | mode)?;
    let known = if append { shell.history_lines_read.min(shell.history.len()) } else { 0 };
    let mut text = Vec::new();
    for line in shell.history.iter().skip(known) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    shell.history_lines_read = shell.history.len();
    file.write_bytes(&text)
}

impl Shell {
    /// Drops the oldest commands beyond HISTSIZE.
    pub(crate) fn limit_history(&mut self) {
        let Some(limit) = self.vars.plain(b"HISTSIZE").and_then(|value| parse_number(value)) else { return };
        let Ok(limit) = usize::try_from(limit) else { return };
        let excess = self.history.len().saturating_sub(limit);
        if excess > 0 {
            Rc::make_mut(&mut self.history).drain(..excess);
        }
    }

    /// Shortens the history file to HISTFILESIZE lines.
    pub(crate) fn limit_history_file(&mut self) {
        let limit = self.vars.plain(b"HISTFILESIZE").and_then(|value| parse_number(value));
        let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) else { return };
        let Some(path) = self.var(b"HISTFILE").filter(|path| !path.is_empty()) else { return };
        // A file that cannot be read has no lines to drop.
        let Ok(Ok(text)) = self.read_file(&path) else { return };
        let lines: Vec<&[u8]> = text.lines_with_terminator().collect();
        let excess = lines.len().saturating_sub(limit);
        if excess > 0
            && let Ok(file) = self.open_file(&path, OpenFlags::WRITE | OpenFlags::TRUNCATE)
        {
            let _ = file.write_bytes(&lines[excess..].concat());
        }
    }
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

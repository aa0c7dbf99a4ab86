//! `caller`.

use bstr::BString;

use super::control::parse_number;
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// `caller [expr]`
pub fn caller(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let frames = shell.frames.clone();
    let level = match args.get(1) {
        None => None,
        Some(text) => match parse_number(text).and_then(|number| usize::try_from(number).ok()) {
            Some(level) => Some(level),
            None => {
                shell.builtin_error(b"caller", concat(&[text, b": invalid number"]));
                shell.write_error(b"caller: usage: caller [expr]\n");
                return Ok(2);
            }
        },
    };
    // Innermost first: frame `level` was called from frame `level + 1`.
    let at = |level: usize| frames.len().checked_sub(level + 1).and_then(|index| frames.get(index));
    let Some(frame) = at(level.unwrap_or(0)) else { return Ok(1) };
    let outer = at(level.unwrap_or(0) + 1);
    let line = frame.call_line.to_string();
    match (level, outer) {
        (None, outer) => {
            let source = outer.map_or(b"NULL".as_slice(), |outer| &outer.source);
            shell.out(&concat(&[line.as_bytes(), b" ", source, b"\n"]))?;
        }
        (Some(_), None) => return Ok(1),
        (Some(_), Some(outer)) => {
            shell.out(&concat(&[line.as_bytes(), b" ", &outer.name, b" ", &outer.source, b"\n"]))?;
        }
    }
    Ok(0)
}

//! `select`: a menu on standard error, a choice from standard input.

use std::rc::Rc;

use agentfense_sys::Errno;
use bstr::BString;

use super::loops::Round;
use crate::ast::{Program, Word};
use crate::shell::{Run, Shell};

/// The width of the menu when COLUMNS does not say.
const DEFAULT_COLUMNS: usize = 80;

/// The longest line that is read as a choice.
const MAX_LINE: u32 = 1 << 20;

impl Shell {
    /// Runs `select name in words`.
    #[inline(never)]
    pub(crate) fn run_select(&mut self, line: u32, name: &BString, words: Option<&[Word]>, body: &Program) -> Run {
        self.line = line;
        let values = match words {
            Some(words) => Rc::new(self.expand_words(words)?),
            None => self.positional.list(),
        };
        if values.is_empty() {
            self.status = 0;
            return Ok(());
        }
        self.looped(|shell| {
            let mut show_menu = true;
            let status = loop {
                shell.poll_signals()?;
                if show_menu {
                    let columns = shell
                        .var(b"COLUMNS")
                        .and_then(|text| std::str::from_utf8(&text).ok()?.parse().ok())
                        .unwrap_or(DEFAULT_COLUMNS);
                    shell.write_error(&menu(&values, columns));
                }
                let prompt = shell.var(b"PS3").unwrap_or_else(|| "#? ".into());
                shell.write_error(&prompt);
                let Some(reply) = shell.read_choice()? else {
                    shell.status = 1;
                    return shell.out(b"\n").and_then(|()| shell.flush_output());
                };
                let chosen = std::str::from_utf8(&reply)
                    .ok()
                    .and_then(|text| text.trim().parse::<usize>().ok())
                    .and_then(|number| values.get(number.checked_sub(1)?))
                    .cloned()
                    .unwrap_or_default();
                let empty = reply.is_empty();
                shell.set_scalar(b"REPLY", reply)?;
                show_menu = empty;
                if empty {
                    continue;
                }
                let set = shell.set_scalar(name, chosen);
                if !shell.loop_variable_set(set)? {
                    return Ok(());
                }
                let round = shell.run_body(body)?;
                if round == Round::Stop {
                    break shell.status;
                }
                // bash shows the menu again only after REPLY was emptied.
                show_menu = shell.var(b"REPLY").is_none_or(|reply| reply.is_empty());
            };
            shell.status = status;
            Ok(())
        })
    }

    /// A line of standard input without its newline; none at its end.
    fn read_choice(&mut self) -> Run<Option<BString>> {
        loop {
            let Some(file) = self.files.get(0).cloned() else { return Ok(None) };
            match file.read_until(b'\n', MAX_LINE) {
                Ok(line) if line.is_empty() => return Ok(None),
                Ok(mut line) => {
                    if line.last() == Some(&b'\n') {
                        line.pop();
                    }
                    return Ok(Some(line.into()));
                }
                Err(Errno::Intr) => self.poll_signals_now()?,
                Err(_) => return Ok(None),
            }
        }
    }
}

/// How far bash takes its output device's tabs to be apart.
const TAB: usize = 8;

/// The menu, in columns as bash lays them out: the numbers of the first column
/// are as wide as that column's last one, and tabs stand between columns.
fn menu(values: &[BString], columns: usize) -> Vec<u8> {
    let digits = values.len().to_string().len();
    let widest = values.iter().map(|value| String::from_utf8_lossy(value).chars().count()).max().unwrap_or(0);
    let width = widest + digits + 2 + 2;
    let across = (columns / width.max(1)).clamp(1, values.len());
    let mut rows = values.len().div_ceil(across);
    // One row would read like a sentence: bash makes it a column.
    if rows == 1 {
        rows = values.len();
    }
    let first_digits = if values.len().div_ceil(rows) == 1 { digits } else { rows.to_string().len() };
    let mut text = Vec::new();
    for row in 0..rows {
        let mut index = row;
        let mut at = 0;
        let mut digits = first_digits;
        while let Some(value) = values.get(index) {
            text.extend_from_slice(format!("{:>digits$}) ", index + 1).as_bytes());
            text.extend_from_slice(value);
            let used = String::from_utf8_lossy(value).chars().count() + digits + 2;
            index += rows;
            if index < values.len() {
                indent(&mut text, at + used, at + width);
            }
            at += width;
            digits = values.len().to_string().len();
        }
        text.push(b'\n');
    }
    text
}

/// Moves from one column to another, by tabs as far as they reach.
fn indent(text: &mut Vec<u8>, mut from: usize, to: usize) {
    while from < to {
        if to / TAB > from / TAB {
            text.push(b'\t');
            from += TAB - from % TAB;
        } else {
            text.push(b' ');
            from += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_choices_stand_below_each_other() {
        let values: Vec<BString> = vec!["a".into(), "b".into()];
        assert_eq!(menu(&values, 80), b"1) a\n2) b\n");
    }

    #[test]
    fn many_choices_stand_in_columns() {
        let values: Vec<BString> = (0..10).map(|n| BString::from(format!("choice{n}"))).collect();
        let text = menu(&values, 40);
        assert!(text.starts_with(b"1) choice0"));
        assert!(text.split(|b| *b == b'\n').count() < 10);
    }
}

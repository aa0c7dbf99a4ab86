//! colrm: takes columns out of lines.

use crate::input;
use agentfense_support::{Failure, Item, Options, Outcome, quote, stdout};
use std::io::Write;
use unicode_width::UnicodeWidthChar;

const HELP: &str = "\
{} [FIRST [LAST]]
Copy standard input to standard output without the columns from FIRST to LAST (default: the last), counted from 1.";

/// Runs colrm.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+", &[], HELP);
    let mut bounds = Vec::new();
    while let Some(item) = options.next_item()? {
        if let Item::Operand(value) = item {
            bounds.push(value);
        }
    }
    let bound = |index: usize, which: &str| match bounds.get(index) {
        None => Ok(usize::MAX),
        Some(value) => std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| Failure::new(format!("{which} argument: {}", quote(value)))),
    };
    let (first, last) = (bound(0, "first")?, bound(1, "second")?);
    let mut out = stdout();
    let status = input::each_line("colrm", &[], |line| {
        let (text, end) = input::split_end(line);
        out.write_all(&without(text, first, last))?;
        Ok(out.write_all(end)?)
    })?;
    out.flush()?;
    Ok(status)
}

/// The line without the columns `first..=last`. A tab or a wide character that is cut leaves blanks.
fn without(line: &[u8], first: usize, last: usize) -> Vec<u8> {
    // Columns out of order: those from `first` to itself.
    let last = last.max(first);
    let mut kept = Vec::with_capacity(line.len());
    let mut column = 0usize;
    let mut put = |bytes: &[u8], width: usize| {
        let (from, to) = (column.saturating_add(1), column.saturating_add(width));
        column = to;
        if to < first || from > last {
            kept.extend_from_slice(bytes);
        } else {
            let removed = to.min(last) + 1 - from.max(first);
            kept.resize(kept.len() + width.saturating_sub(removed), b' ');
        }
        column
    };
    let mut at = 0;
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            let width = if c == '\t' { 8 - at % 8 } else { c.width().unwrap_or(0) };
            at = put(c.encode_utf8(&mut [0; 4]).as_bytes(), width);
        }
        for byte in chunk.invalid() {
            at = put(&[*byte], 1);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without;

    fn cut(line: &str, first: usize, last: usize) -> String {
        String::from_utf8(without(line.as_bytes(), first, last)).expect("characters stay whole")
    }

    #[test]
    fn columns_go() {
        assert_eq!(cut("abcdefgh", 3, 5), "abfgh");
        assert_eq!(cut("abcdefgh", 3, usize::MAX), "ab");
        assert_eq!(cut("abc", usize::MAX, usize::MAX), "abc");
        assert_eq!(cut("héllo", 2, 2), "hllo");
        assert_eq!(cut("abc", 3, 2), "ab");
    }

    #[test]
    fn a_cut_tab_leaves_blanks() {
        assert_eq!(cut("\tx", 3, 5), "     x");
        assert_eq!(cut("\txy", 3, 9), "  y");
        assert_eq!(cut("\tx", 9, 9), "\t");
    }
}

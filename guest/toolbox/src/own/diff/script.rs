//! From two files to the places where they differ.

use agentfense_regex::Regex;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashMap;
use std::ops::Range;

/// Which differences between lines count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ignore {
    /// `-i`: upper and lower case.
    pub case: bool,
    /// `-w`: all white space.
    pub all_space: bool,
    /// `-b`: how much white space there is.
    pub space_change: bool,
    /// `-B`: changes of blank lines only.
    pub blank_lines: bool,
    /// `-Z`: white space at the end of lines.
    pub trailing_space: bool,
    /// `-E`: how tabs are expanded.
    pub tab_expansion: bool,
    /// `--strip-trailing-cr`.
    pub trailing_cr: bool,
}

/// Lines that differ: those of the first file are replaced by those of the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

/// The lines of a file, each with its newline.
pub fn lines(data: &[u8]) -> Vec<&[u8]> {
    data.split_inclusive(|&b| b == b'\n').collect()
}

/// What of a line is compared.
fn key(line: &[u8], ignore: Ignore) -> Vec<u8> {
    let mut line = line;
    if ignore.trailing_cr
        && let Some(rest) = line.strip_suffix(b"\r\n")
    {
        return [&key(rest, Ignore { trailing_cr: false, ..ignore })[..], b"\n"].concat();
    }
    if ignore.all_space || ignore.space_change || ignore.trailing_space {
        line = line.trim_ascii_end();
    }
    let mut key = Vec::with_capacity(line.len());
    let mut in_space = false;
    for &byte in line {
        if byte == b'\t' && ignore.tab_expansion {
            key.resize(key.len() + 8 - key.len() % 8, b' ');
            continue;
        }
        if byte.is_ascii_whitespace() && (ignore.all_space || ignore.space_change) {
            if !ignore.all_space && !in_space {
                key.push(b' ');
            }
            in_space = true;
            continue;
        }
        in_space = false;
        key.push(if ignore.case { byte.to_ascii_lowercase() } else { byte });
    }
    key
}

/// Where the files differ, in order. Changes of nothing but lines that match `lines` do not count.
pub fn changes(old: &[&[u8]], new: &[&[u8]], ignore: Ignore, lines: Option<&Regex>) -> Vec<Change> {
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut number = |lines: &[&[u8]]| -> Vec<usize> {
        let each = lines.iter().map(|line| {
            let next = numbers.len();
            *numbers.entry(key(line, ignore)).or_insert(next)
        });
        each.collect()
    };
    let (old_keys, new_keys) = (number(old), number(new));
    let mut old_changed = vec![false; old.len()];
    let mut new_changed = vec![false; new.len()];
    for op in capture_diff_slices(Algorithm::Myers, &old_keys, &new_keys) {
        if !matches!(op, DiffOp::Equal { .. }) {
            old_changed[op.old_range()].fill(true);
            new_changed[op.new_range()].fill(true);
        }
    }
    slide(&old_keys, &mut old_changed, &new_changed);
    slide(&new_keys, &mut new_changed, &old_changed);
    let mut changes = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    while at_old < old.len() || at_new < new.len() {
        let run = |changed: &[bool], from: usize| changed[from..].iter().take_while(|changed| **changed).count();
        let (removed, added) = (run(&old_changed, at_old), run(&new_changed, at_new));
        if removed + added == 0 {
            at_old += 1;
            at_new += 1;
            continue;
        }
        let change = Change { old: at_old..at_old + removed, new: at_new..at_new + added };
        (at_old, at_new) = (change.old.end, change.new.end);
        let blank = |line: &&[u8]| line.iter().all(|&b| b == b'\n');
        let only_blank = old[change.old.clone()].iter().chain(&new[change.new.clone()]).all(blank);
        // A pattern that cannot be matched leaves the change in.
        let matches = |line: &&[u8]| {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            lines.is_some_and(|lines| lines.is_match(text).unwrap_or(false))
        };
        let only_matching = old[change.old.clone()].iter().chain(&new[change.new.clone()]).all(matches);
        if !(only_matching || (ignore.blank_lines && only_blank)) {
            changes.push(change);
        }
    }
    changes
}

/// Moves each run of changed lines as far down as it goes without another meaning, where the
/// other file has no change at its place: so `}` and an empty line end what was added rather than
/// begin it. As GNU's diff shows it.
fn slide(keys: &[usize], changed: &mut [bool], other: &[bool]) {
    let (mut at, mut at_other) = (0, 0);
    while at < keys.len() {
        if !changed[at] {
            // An unchanged line stands beside an unchanged one of the other file.
            while other.get(at_other) == Some(&true) {
                at_other += 1;
            }
            at_other += 1;
            at += 1;
            continue;
        }
        let mut start = at;
        let mut end = start + changed[start..].iter().take_while(|changed| **changed).count();
        if other.get(at_other) != Some(&true) {
            while end < keys.len() && keys[start] == keys[end] && other.get(at_other) != Some(&true) {
                changed[start] = false;
                changed[end] = true;
                start += 1;
                end += 1;
                at_other += 1;
                // It may have come to the next run, which it is part of now.
                while end < keys.len() && changed[end] {
                    end += 1;
                }
            }
        }
        at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(old: &str, new: &str, ignore: Ignore) -> Vec<(Range<usize>, Range<usize>)> {
        let found = changes(&lines(old.as_bytes()), &lines(new.as_bytes()), ignore, None);
        found.into_iter().map(|change| (change.old, change.new)).collect()
    }

    #[test]
    fn finds_what_differs() {
        assert_eq!(between("a\nb\nc\n", "a\nx\nc\nd\n", Ignore::default()), [(1..2, 1..2), (3..3, 3..4)]);
        assert_eq!(between("", "a\n", Ignore::default()), [(0..0, 0..1)]);
        assert_eq!(between("a", "a\n", Ignore::default()), [(0..1, 0..1)]);
    }

    #[test]
    fn added_lines_end_late() {
        assert_eq!(between("f {\n}\n", "f {\n}\ng {\n}\n", Ignore::default()), [(2..2, 2..4)]);
        assert_eq!(between("a\na\n", "a\na\na\n", Ignore::default()), [(2..2, 2..3)]);
    }

    #[test]
    fn ignores_what_it_is_told() {
        let space = Ignore { space_change: true, ..Ignore::default() };
        assert_eq!(between("a  b \n", "a b\n", space), []);
        assert_eq!(between("a b\n", "ab\n", space), [(0..1, 0..1)]);
        assert_eq!(between("a b\n", "ab\n", Ignore { all_space: true, ..Ignore::default() }), []);
        assert_eq!(between("A\n", "a\n", Ignore { case: true, ..Ignore::default() }), []);
        assert_eq!(between("a\n\nb\n", "a\nb\n", Ignore { blank_lines: true, ..Ignore::default() }), []);
    }
}

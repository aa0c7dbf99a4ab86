//! Functions over words and names of files that look at nothing but their arguments.

use super::argument;
use crate::pattern::{Pattern, substitute};
use crate::text::{bytes, trim, words as split};
use crate::{Make, Result, Stop};
use memchr::memmem;
use std::collections::HashSet;

/// Adds a word to a list.
pub(super) fn push(out: &mut Vec<u8>, first: &mut bool, word: &[u8]) {
    if !std::mem::take(first) {
        out.push(b' ');
    }
    out.extend_from_slice(word);
}

fn push_all<'w>(out: &mut Vec<u8>, words: impl IntoIterator<Item = &'w [u8]>) {
    let mut first = true;
    for word in words {
        push(out, &mut first, word);
    }
}

pub(super) fn subst(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let (from, to, mut text) = (argument(args, 0), argument(args, 1), argument(args, 2));
    if from.is_empty() {
        // Nothing is found at the end.
        out.extend_from_slice(text);
        out.extend_from_slice(to);
        return Ok(());
    }
    let finder = memmem::Finder::new(from);
    while let Some(at) = finder.find(text) {
        out.extend_from_slice(&text[..at]);
        out.extend_from_slice(to);
        text = &text[at + from.len()..];
    }
    out.extend_from_slice(text);
    Ok(())
}

pub(super) fn patsubst(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    out.extend(substitute(argument(args, 2), argument(args, 0), argument(args, 1)));
    Ok(())
}

pub(super) fn strip(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)));
    Ok(())
}

pub(super) fn findstring(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let wanted = argument(args, 0);
    if memmem::find(argument(args, 1), wanted).is_some() {
        out.extend_from_slice(wanted);
    }
    Ok(())
}

fn filtered(args: &[Vec<u8>], keep: bool, out: &mut Vec<u8>) {
    let patterns: Vec<Pattern> = split(argument(args, 0)).map(Pattern::new).collect();
    let (open, exact): (Vec<&Pattern>, Vec<&Pattern>) = patterns.iter().partition(|pattern| pattern.has_percent());
    let exact: HashSet<&[u8]> = exact.into_iter().map(|pattern| pattern.prefix.as_slice()).collect();
    let matches = |word: &[u8]| exact.contains(word) || open.iter().any(|pattern| pattern.matches(word));
    push_all(out, split(argument(args, 1)).filter(|word| matches(word) == keep));
}

pub(super) fn filter(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    filtered(args, true, out);
    Ok(())
}

pub(super) fn filter_out(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    filtered(args, false, out);
    Ok(())
}

pub(super) fn sort(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut words: Vec<&[u8]> = split(argument(args, 0)).collect();
    words.sort_unstable();
    words.dedup();
    push_all(out, words);
    Ok(())
}

/// A whole number of an argument that must not be negative.
fn number(make: &Make<'_>, value: &[u8], message: &str) -> Result<usize> {
    let text = trim(value);
    if text.is_empty() {
        return Err(Stop::Fatal(make.place(), bytes!(message, ": empty value")));
    }
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    if text.starts_with(b"-") || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Stop::Fatal(make.place(), bytes!(message, ": '", value, "'")));
    }
    // More than there can be words is as good as the greatest number.
    Ok(digits.iter().fold(0usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0'))))
}

pub(super) fn word(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let index = number(make, argument(args, 0), "invalid first argument to 'word' function")?;
    if index == 0 {
        let message = b"first argument to 'word' function must be greater than 0";
        return Err(Stop::Fatal(make.place(), message.to_vec()));
    }
    push_all(out, split(argument(args, 1)).nth(index - 1));
    Ok(())
}

pub(super) fn wordlist(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let first = number(make, argument(args, 0), "invalid first argument to 'wordlist' function")?;
    if first == 0 {
        let message = b"invalid first argument to 'wordlist' function: '0'";
        return Err(Stop::Fatal(make.place(), message.to_vec()));
    }
    let last = number(make, argument(args, 1), "invalid second argument to 'wordlist' function")?;
    let count = (last + 1).saturating_sub(first);
    push_all(out, split(argument(args, 2)).skip(first - 1).take(count));
    Ok(())
}

pub(super) fn words(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    out.extend(split(argument(args, 0)).count().to_string().bytes());
    Ok(())
}

pub(super) fn firstword(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).next());
    Ok(())
}

pub(super) fn lastword(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).next_back());
    Ok(())
}

/// A name's directory with its slash; nothing when it has none.
fn directory(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    &name[..end]
}

/// Where the suffix of a name starts.
fn suffix_start(name: &[u8]) -> Option<usize> {
    let start = directory(name).len();
    name[start..].iter().rposition(|&byte| byte == b'.').map(|dot| start + dot)
}

pub(super) fn dir(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).map(|name| if name.contains(&b'/') { directory(name) } else { b"./" }));
    Ok(())
}

pub(super) fn notdir(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).map(|name| &name[directory(name).len()..]));
    Ok(())
}

pub(super) fn suffix(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).filter_map(|name| suffix_start(name).map(|start| &name[start..])));
    Ok(())
}

pub(super) fn basename(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    push_all(out, split(argument(args, 0)).map(|name| &name[..suffix_start(name).unwrap_or(name.len())]));
    Ok(())
}

pub(super) fn addprefix(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut first = true;
    for word in split(argument(args, 1)) {
        push(out, &mut first, argument(args, 0));
        out.extend_from_slice(word);
    }
    Ok(())
}

pub(super) fn addsuffix(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut first = true;
    for word in split(argument(args, 1)) {
        push(out, &mut first, word);
        out.extend_from_slice(argument(args, 0));
    }
    Ok(())
}

pub(super) fn join(_: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let (mut left, mut right) = (split(argument(args, 0)), split(argument(args, 1)));
    let mut start = true;
    loop {
        let (a, b) = (left.next(), right.next());
        if a.is_none() && b.is_none() {
            return Ok(());
        }
        push(out, &mut start, a.unwrap_or_default());
        out.extend_from_slice(b.unwrap_or_default());
    }
}

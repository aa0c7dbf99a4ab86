//! basename and dirname: parts of names.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use std::io::Write;

const BASENAME_HELP: &str = "\
{} NAME [SUFFIX]
  or:  basename OPTION... NAME...
Print NAME with any leading directory components removed, and a trailing SUFFIX.

  -a, --multiple       support multiple arguments and treat each as a NAME
  -s, --suffix=SUFFIX  remove a trailing SUFFIX; implies -a
  -z, --zero           end each output line with NUL, not newline";

/// Runs basename.
pub fn basename(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] =
        &[("multiple", Takes::Nothing, 'a'), ("suffix", Takes::Argument, 's'), ("zero", Takes::Nothing, 'z')];
    let mut options = Options::new(args, "+as:z", longs, BASENAME_HELP);
    let (mut multiple, mut suffix, mut end, mut names) = (false, None, b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => multiple = true,
            Item::Option('s', value) => (multiple, suffix) = (true, Some(value)),
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    if !multiple {
        if let Some(extra) = names.get(2) {
            return Err(Failure::usage(format!("extra operand {}", quote(extra))));
        }
        if names.len() == 2 {
            suffix = names.pop();
        }
    }
    let mut out = stdout();
    for name in &names {
        let base = base(name);
        let short = suffix.as_deref().and_then(|suffix| base.strip_suffix(suffix));
        out.write_all(short.filter(|short| !short.is_empty()).unwrap_or(base))?;
        out.write_all(&[end])?;
    }
    out.flush()?;
    Ok(0)
}

/// The name without slashes at its end; `/` itself stays.
fn trimmed(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|&b| b != b'/') {
        Some(at) => &name[..=at],
        None if name.is_empty() => name,
        None => b"/",
    }
}

fn base(name: &[u8]) -> &[u8] {
    let name = trimmed(name);
    match name.iter().rposition(|&b| b == b'/') {
        Some(at) if name.len() > 1 => &name[at + 1..],
        _ => name,
    }
}

fn directory(name: &[u8]) -> &[u8] {
    let name = trimmed(name);
    match name.iter().rposition(|&b| b == b'/') {
        Some(at) => trimmed(&name[..at.max(1)]),
        None => b".",
    }
}

/// Runs dirname.
pub fn dirname(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("zero", Takes::Nothing, 'z')];
    let help = "{} [-z] NAME...\nPrint each NAME with its last non-slash component and trailing slashes removed.";
    let mut options = Options::new(args, "z", longs, help);
    let (mut end, mut names) = (b'\n', Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(..) => end = 0,
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let mut out = stdout();
    for name in &names {
        out.write_all(directory(name))?;
        out.write_all(&[end])?;
    }
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (name, dir, last) in [
            ("/a/b.c", "/a", "b.c"),
            ("a", ".", "a"),
            ("a/", ".", "a"),
            ("/", "/", "/"),
            ("//", "/", "/"),
            ("/a", "/", "a"),
            ("a//b//", "a", "b"),
            ("", ".", ""),
        ] {
            assert_eq!(directory(name.as_bytes()), dir.as_bytes(), "{name}");
            assert_eq!(base(name.as_bytes()), last.as_bytes(), "{name}");
        }
    }
}

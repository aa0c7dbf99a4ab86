//! rename: replaces a part of file names.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, fs, stdout};
use agentfense_sys::files::{self, FileType, OpenFile};
use std::io::{Read, Write};

const HELP: &str = "\
{} [OPTION]... EXPRESSION REPLACEMENT FILE...
Replace the first EXPRESSION in the names of FILEs, which is a text, by REPLACEMENT.

  -a, --all           replace all occurrences
  -i, --interactive   prompt before overwrite
  -l, --last          replace only the last occurrence
  -n, --no-act        do not make any changes
  -o, --no-overwrite  do not overwrite existing files
  -s, --symlink       act on the target of symlinks
  -v, --verbose       explain what is being done";

const LONGS: &[Long] = &[
    ("all", Takes::Nothing, 'a'),
    ("interactive", Takes::Nothing, 'i'),
    ("last", Takes::Nothing, 'l'),
    ("no-act", Takes::Nothing, 'n'),
    ("no-overwrite", Takes::Nothing, 'o'),
    ("symlink", Takes::Nothing, 's'),
    ("verbose", Takes::Nothing, 'v'),
];

/// Which occurrences are replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    First,
    Last,
    All,
}

fn replace(text: &[u8], expression: &[u8], replacement: &[u8], which: Which) -> Option<Vec<u8>> {
    // An empty expression stands before the first character.
    if expression.is_empty() {
        return Some(if which == Which::Last { [text, replacement].concat() } else { [replacement, text].concat() });
    }
    let at =
        |from: usize| text[from..].windows(expression.len()).position(|part| part == expression).map(|at| from + at);
    let mut places = Vec::new();
    let mut from = 0;
    while from < text.len()
        && let Some(place) = at(from)
    {
        places.push(place);
        from = place + expression.len();
    }
    match which {
        Which::First => places.truncate(1),
        Which::Last => {
            places = text.windows(expression.len()).rposition(|part| part == expression).into_iter().collect();
        }
        Which::All => {}
    }
    if places.is_empty() {
        return None;
    }
    let mut new = Vec::with_capacity(text.len());
    let mut from = 0;
    for place in places {
        new.extend_from_slice(&text[from..place]);
        new.extend_from_slice(replacement);
        from = place + expression.len();
    }
    new.extend_from_slice(&text[from..]);
    Some(new)
}

/// Runs rename.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+ailnosv", LONGS, HELP);
    let (mut which, mut ask, mut act, mut overwrite, mut links, mut verbose) =
        (Which::First, false, true, true, false, false);
    let mut operands = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => which = Which::All,
            Item::Option('l', _) => which = Which::Last,
            Item::Option('i', _) => ask = true,
            Item::Option('n', _) => act = false,
            Item::Option('o', _) => overwrite = false,
            Item::Option('s', _) => links = true,
            Item::Option('v', _) => verbose = true,
            Item::Option(..) => {}
            Item::Operand(operand) => operands.push(operand),
        }
    }
    let [expression, replacement, names @ ..] = operands.as_slice() else {
        return Err(Failure::usage("not enough arguments"));
    };
    let mut out = stdout();
    let (mut done, mut failed) = (0u64, 0u64);
    for name in names {
        let stat = match files::stat(name, false) {
            Ok(stat) => stat,
            Err(errno) => {
                complain("rename", format_args!("{}: not accessible: {errno}", lossy(name)));
                failed += 1;
                continue;
            }
        };
        let (old, new) = if links {
            if stat.kind != FileType::Symlink {
                complain("rename", format_args!("{}: not a symbolic link", lossy(name)));
                failed += 1;
                continue;
            }
            let old = files::read_link(name)?;
            let Some(new) = replace(&old, expression, replacement, which) else { continue };
            (old, new)
        } else {
            // Only the last part of a path, unless the expression spans directories.
            let start = match name.iter().rposition(|&b| b == b'/') {
                Some(slash) if !expression.contains(&b'/') && !replacement.contains(&b'/') => slash + 1,
                _ => 0,
            };
            let Some(new) = replace(&name[start..], expression, replacement, which) else { continue };
            (name.clone(), [&name[..start], &new].concat())
        };
        if old == new {
            continue;
        }
        let target = if links { name } else { &new };
        if !links && files::stat(target, false).is_ok() {
            if !overwrite {
                if verbose {
                    writeln!(out, "Skipping existing file: `{}'", lossy(target))?;
                }
                continue;
            }
            if ask && !confirmed(&new) {
                continue;
            }
        }
        let result = match (act, links) {
            (false, _) => Ok(()),
            (true, false) => fs::rename(name, &new),
            (true, true) => fs::unlink(name).and_then(|()| fs::symlink(&new, name)),
        };
        match result {
            Ok(()) => {
                done += 1;
                if verbose && links {
                    writeln!(out, "{}: `{}' -> `{}'", lossy(name), lossy(&old), lossy(&new))?;
                } else if verbose {
                    writeln!(out, "`{}' -> `{}'", lossy(&old), lossy(&new))?;
                }
            }
            Err(errno) => {
                complain("rename", format_args!("{}: rename to {} failed: {errno}", lossy(name), lossy(&new)));
                failed += 1;
            }
        }
    }
    out.flush()?;
    Ok(match (done, failed) {
        (0, 0) => 4,
        (_, 0) => 0,
        (0, _) => 1,
        _ => 2,
    })
}

fn confirmed(name: &[u8]) -> bool {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to ask when standard error is gone; the answer still counts.
        let _ = stderr.write_bytes(format!("rename: overwrite `{}'? ", lossy(name)).as_bytes());
    }
    let Some(mut stdin) = OpenFile::inherited(0) else { return false };
    let mut first = None;
    let mut byte = [0];
    while matches!(stdin.read(&mut byte), Ok(1)) && byte[0] != b'\n' {
        first.get_or_insert(byte[0]);
    }
    matches!(first, Some(b'y' | b'Y'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements() {
        assert_eq!(replace(b"a.a.a", b"a", b"b", Which::First).unwrap(), b"b.a.a");
        assert_eq!(replace(b"a.a.a", b"a", b"b", Which::Last).unwrap(), b"a.a.b");
        assert_eq!(replace(b"a.a.a", b"a", b"b", Which::All).unwrap(), b"b.b.b");
        assert_eq!(replace(b"x", b"", b"b", Which::First).unwrap(), b"bx");
        assert_eq!(replace(b"x", b"long", b"b", Which::First), None);
    }
}

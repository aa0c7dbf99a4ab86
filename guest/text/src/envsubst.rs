//! envsubst: puts the values of environment variables into text.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read, stdout};
use std::collections::{HashMap, HashSet};
use std::io::Write;

const HELP: &str = "\
{} [OPTION] [SHELL-FORMAT]
Copy standard input to standard output with $VARIABLE and ${VARIABLE} replaced by the values of environment
variables; with SHELL-FORMAT, of those that it names only.

  -v, --variables   print the variables that SHELL-FORMAT names, one a line";

const LONGS: &[Long] = &[("variables", Takes::Nothing, 'v')];

/// Runs envsubst.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let args = args.into_iter().map(|arg| if arg == b"-h" { b"--help".to_vec() } else { arg }).collect();
    let mut options = Options::new(args, "v", LONGS, HELP);
    let (mut list, mut formats) = (false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(..) => list = true,
            Item::Operand(value) => formats.push(value),
        }
    }
    if formats.len() > 1 {
        return Err(Failure::new("too many arguments"));
    }
    let mut out = stdout();
    if list {
        let Some(format) = formats.first() else { return Err(Failure::new("missing arguments")) };
        for name in pieces(format).filter_map(|piece| piece.variable) {
            out.write_all(name)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        return Ok(0);
    }
    let only: Option<HashSet<&[u8]>> =
        formats.first().map(|format| pieces(format).filter_map(|piece| piece.variable).collect());
    let text =
        read::whole(b"-").map_err(|errno| Failure::new(format!("error while reading standard input: {errno}")))?;
    let variables: HashMap<Vec<u8>, Vec<u8>> = agentfense_sys::env().into_iter().collect();
    for piece in pieces(&text) {
        match piece.variable {
            Some(name) if only.as_ref().is_none_or(|only| only.contains(name)) => {
                out.write_all(variables.get(name).map_or(&b""[..], Vec::as_slice))?;
            }
            _ => out.write_all(piece.text)?,
        }
    }
    out.flush()?;
    Ok(0)
}

/// A stretch of text, or a reference to a variable.
struct Piece<'a> {
    text: &'a [u8],
    variable: Option<&'a [u8]>,
}

fn pieces(text: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (length, variable) = match reference(rest) {
            Some((length, name)) => (length, Some(name)),
            // Up to the next dollar that could be one.
            None => (memchr::memchr(b'$', &rest[1..]).map_or(rest.len(), |at| at + 1), None),
        };
        let (text, after) = rest.split_at(length);
        rest = after;
        Some(Piece { text, variable })
    })
}

/// The length and the name of the reference that `text` starts with.
fn reference(text: &[u8]) -> Option<(usize, &[u8])> {
    let after = text.strip_prefix(b"$")?;
    let (braced, after) = match after.strip_prefix(b"{") {
        Some(after) => (true, after),
        None => (false, after),
    };
    let length = after.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    let name = &after[..length];
    if name.first().is_none_or(u8::is_ascii_digit) || (braced && after.get(length) != Some(&b'}')) {
        return None;
    }
    Some((1 + length + if braced { 2 } else { 0 }, name))
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn references() {
        let names = |text: &str| -> Vec<String> {
            let names = pieces(text.as_bytes()).filter_map(|piece| piece.variable.map(<[u8]>::to_vec));
            names.map(|name| String::from_utf8(name).expect("ASCII")).collect()
        };
        assert_eq!(names("a $A ${B} ${B:-x} $$C $ ${} $D. $1 ${E"), ["A", "B", "C", "D"]);
        let text = b"x $A${B}$$ ${";
        assert_eq!(pieces(text).map(|piece| piece.text).collect::<Vec<_>>().concat(), text);
    }
}

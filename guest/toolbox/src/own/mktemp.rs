//! mktemp: a file or directory that nobody else has.

use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, fs, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFlags};
use std::hash::{BuildHasher, Hasher};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [TEMPLATE]
Create a temporary file or directory, safely, and print its name. TEMPLATE must contain at least 3 consecutive 'X's in
its last component. If it is not given, use tmp.XXXXXXXXXX, and --tmpdir is implied.

  -d, --directory      create a directory, not a file
  -u, --dry-run        do not create anything; merely print a name (unsafe)
  -q, --quiet          suppress diagnostics about failure
      --suffix=SUFF    append SUFF to TEMPLATE
  -p DIR, --tmpdir[=DIR]  interpret TEMPLATE relative to DIR, or $TMPDIR, or /tmp
  -t                   interpret TEMPLATE as a single file name component, relative to $TMPDIR, -p or /tmp";

const LONGS: &[Long] = &[
    ("directory", Takes::Nothing, 'd'),
    ("dry-run", Takes::Nothing, 'u'),
    ("quiet", Takes::Nothing, 'q'),
    ("suffix", Takes::Argument, '\u{1}'),
    ("tmpdir", Takes::Optional, '\u{2}'),
];

/// How many names are tried before it is given up.
const TRIES: usize = 1000;

/// Runs mktemp.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "duqp:tV", LONGS, HELP);
    let (mut directory, mut dry, mut quiet, mut component) = (false, false, false, false);
    let (mut suffix, mut place, mut templates) = (None, None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('d', _) => directory = true,
            Item::Option('u', _) => dry = true,
            Item::Option('q', _) => quiet = true,
            Item::Option('t', _) => component = true,
            Item::Option('p' | '\u{2}', value) => place = Some(value),
            Item::Option('\u{1}', value) => suffix = Some(value),
            Item::Option(..) => {}
            Item::Operand(template) => templates.push(template),
        }
    }
    if templates.len() > 1 {
        return Err(Failure::usage("too many templates"));
    }
    let in_directory = component || place.is_some() || templates.is_empty();
    let template = templates.pop().unwrap_or_else(|| b"tmp.XXXXXXXXXX".to_vec());
    let (start, count, end) = split(&template, suffix.as_deref())?;
    if in_directory && component && template.contains(&b'/') {
        let shown = quote(&template);
        return Err(Failure::new(format!("invalid template, {shown}, contains directory separator")));
    }
    if in_directory && template.starts_with(b"/") {
        let shown = quote(&template);
        return Err(Failure::new(format!("invalid template, {shown}; with --tmpdir, it may not be absolute")));
    }
    let prefix = if in_directory {
        let variable = || agentfense_sys::var("TMPDIR").filter(|value| !value.is_empty());
        let given = place.filter(|place| !place.is_empty());
        // -t prefers the environment.
        let place = if component { variable().or(given) } else { given.or_else(variable) };
        join(&place.unwrap_or_else(|| b"/tmp".to_vec()), start)
    } else {
        start.to_vec()
    };
    match make(&prefix, count, &end, directory, dry) {
        Ok(name) => {
            let mut out = stdout();
            out.write_all(&name)?;
            out.write_all(b"\n")?;
            out.flush()?;
            Ok(0)
        }
        Err(_) if quiet => Ok(1),
        Err(errno) => {
            let kind = if directory { "directory" } else { "file" };
            let shown = quote([&prefix[..], &b"X".repeat(count), &end].concat());
            Err(Failure::new(format!("failed to create {kind} via template {shown}: {errno}")))
        }
    }
}

/// A template's parts around its last run of `X`s.
fn split<'a>(template: &'a [u8], suffix: Option<&[u8]>) -> Result<(&'a [u8], usize, Vec<u8>), Failure> {
    let too_few = || Failure::new(format!("too few X's in template {}", quote(template)));
    let (stem, end) = match suffix {
        Some(suffix) => {
            if template.last() != Some(&b'X') {
                let shown = quote(template);
                return Err(Failure::new(format!("with --suffix, template {shown} must end in X")));
            }
            if suffix.contains(&b'/') {
                let shown = quote(suffix);
                return Err(Failure::new(format!("invalid suffix {shown}, contains directory separator")));
            }
            (template, suffix.to_vec())
        }
        None => {
            let last = template.iter().rposition(|&b| b == b'X').ok_or_else(too_few)?;
            let end = template[last + 1..].to_vec();
            if end.contains(&b'/') {
                let shown = quote(&end);
                return Err(Failure::new(format!("invalid suffix {shown}, contains directory separator")));
            }
            (&template[..=last], end)
        }
    };
    let count = stem.iter().rev().take_while(|&&b| b == b'X').count();
    if count < 3 { Err(too_few()) } else { Ok((&stem[..stem.len() - count], count, end)) }
}

fn make(prefix: &[u8], count: usize, end: &[u8], directory: bool, dry: bool) -> Result<Vec<u8>, Errno> {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for _ in 0..TRIES {
        let mut name = prefix.to_vec();
        for _ in 0..count {
            // Each state is seeded from the system's random numbers.
            let random = std::hash::RandomState::new().build_hasher().finish();
            name.push(LETTERS[(random % LETTERS.len() as u64) as usize]);
        }
        name.extend_from_slice(end);
        let made = if dry {
            match files::stat(&name, false) {
                Ok(_) => Err(Errno::Exist),
                Err(_) => Ok(()),
            }
        } else if directory {
            fs::mkdir(&name).and_then(|()| files::set_mode(&name, 0o700, true))
        } else {
            let flags = OpenFlags::READ | OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
            files::open(&name, flags, 0o600).map(|_| ())
        };
        match made {
            Ok(()) => return Ok(name),
            Err(Errno::Exist) => {}
            Err(errno) => return Err(errno),
        }
    }
    Err(Errno::Exist)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn templates() {
        assert_eq!(split(b"aXXXX.b", None).unwrap(), (&b"a"[..], 4, b".b".to_vec()));
        assert_eq!(split(b"aXXX", Some(b".c")).unwrap(), (&b"a"[..], 3, b".c".to_vec()));
        assert!(split(b"aXX", None).is_err());
        assert!(split(b"XXXa", Some(b".c")).is_err());
        assert!(split(b"XXX/a", None).is_err());
    }
}

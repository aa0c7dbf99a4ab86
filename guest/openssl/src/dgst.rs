//! dgst: digests of files.

use crate::arguments::{Arguments, hexadecimal, to_hexadecimal};
use crate::hash::Kind;
use crate::{fail, print};
use agentfense_support::quote::lossy;
use agentfense_support::{Outcome, complain, read, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use std::io::Write;

const HELP: &str = "\
Usage: openssl dgst [OPTION]... [FILE]...
  -DIGEST          the digest, sha256 if none is named; -list shows which there are
  -r               print as sha256sum does
  -c               print with colons
  -hex             print hexadecimal digits (default)
  -binary          print bytes
  -hmac KEY        the HMAC with a key
  -mac HMAC -macopt {key:KEY|hexkey:DIGITS}
                   the same
  -out FILE        write to a file
";

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Named,
    Colons,
    Sum,
    Binary,
}

/// Runs dgst, or the command that is a digest's name.
pub fn dgst(name: Option<&[u8]>, words: &[Vec<u8>]) -> Outcome {
    let mut arguments = Arguments::new("dgst", words);
    let mut named = name.and_then(Kind::named);
    let (mut form, mut key, mut into) = (Form::Named, None, None);
    while let Some(option) = arguments.option() {
        match option {
            b"help" => return print(HELP),
            b"list" => return print(&Kind::names().map(|name| format!("-{name}\n")).collect::<String>()),
            b"r" => form = Form::Sum,
            b"c" => form = Form::Colons,
            b"hex" => form = if form == Form::Binary { Form::Named } else { form },
            b"binary" => form = Form::Binary,
            b"hmac" => key = Some(arguments.value(option)?.to_vec()),
            b"mac" => {
                if !arguments.value(option)?.eq_ignore_ascii_case(b"hmac") {
                    return Err(arguments.wrong("the only MAC is HMAC"));
                }
            }
            b"macopt" => {
                let value = arguments.value(option)?;
                key = Some(match (value.strip_prefix(b"key:"), value.strip_prefix(b"hexkey:")) {
                    (Some(key), _) => key.to_vec(),
                    (_, Some(digits)) => hexadecimal(digits, digits.len().div_ceil(2), "key")?,
                    _ => return Err(arguments.wrong(format_args!("unknown -macopt {}", lossy(value)))),
                });
            }
            b"out" => into = Some(arguments.value(option)?),
            other => match Kind::named(other) {
                Some(kind) => named = Some(kind),
                None => {
                    return Err(arguments.wrong(format_args!("Unknown option or message digest: {}", lossy(other))));
                }
            },
        }
    }
    let kind = named.unwrap_or(Kind::Sha256);
    // The digest that nobody named has its old name.
    let title = if named.is_some() { kind.title() } else { "SHA256" };
    let title = if key.is_some() { format!("HMAC-{title}") } else { title.to_owned() };
    let mut out: Box<dyn Write> = match into {
        Some(path) => Box::new(create(path)?),
        None => Box::new(stdout()),
    };
    let mut status = 0;
    let operands = arguments.operands();
    let standard = [b"-".to_vec()];
    let names = if operands.is_empty() { &standard } else { operands };
    for name in names {
        let sum = match of_file(kind, key.as_deref(), name) {
            Ok(sum) => sum,
            Err(errno) => {
                complain("openssl", format_args!("{}: {errno}", lossy(name)));
                status = 1;
                continue;
            }
        };
        let shown: &[u8] = if name == b"-" { b"stdin" } else { name };
        match form {
            Form::Binary => out.write_all(&sum)?,
            Form::Sum => {
                write!(out, "{} *", to_hexadecimal(&sum))?;
                out.write_all(shown)?;
                out.write_all(b"\n")?;
            }
            Form::Named | Form::Colons => {
                let mut digits = to_hexadecimal(&sum);
                if form == Form::Colons {
                    digits = sum.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":");
                }
                write!(out, "{title}(")?;
                out.write_all(shown)?;
                writeln!(out, ")= {digits}")?;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// A file for output.
pub fn create(path: &[u8]) -> Result<OpenFile, agentfense_support::Failure> {
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
    files::open(path, flags, 0o666)
        .map_err(|errno| fail(format!("Can't open \"{}\" for writing, {errno}", lossy(path))))
}

fn of_file(kind: Kind, key: Option<&[u8]>, name: &[u8]) -> Result<Vec<u8>, Errno> {
    let file = read::open(name)?;
    let mut hasher = kind.hasher(key);
    loop {
        let data = file.read_some(1 << 16)?;
        if data.is_empty() {
            return Ok(hasher.finish());
        }
        hasher.update(&data);
    }
}

//! rand: random bytes.

use crate::arguments::{Arguments, to_hexadecimal};
use crate::base64::Encoder;
use crate::dgst::create;
use crate::{fail, print};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, stdout};
use std::io::Write;

const HELP: &str = "\
Usage: openssl rand [OPTION]... COUNT
  -hex             print hexadecimal digits
  -base64          print base64
  -out FILE        write to a file
";

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Bytes,
    Hexadecimal,
    Base64,
}

/// Fills memory with random bytes.
pub fn fill(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes).map_err(|error| fail(format!("no random bytes: {error}")))
}

/// Runs rand.
pub fn rand(words: &[Vec<u8>]) -> Outcome {
    let mut arguments = Arguments::new("rand", words);
    let (mut form, mut into, mut count) = (Form::Bytes, None, None);
    loop {
        while let Some(option) = arguments.option() {
            match option {
                b"help" => return print(HELP),
                b"hex" => form = Form::Hexadecimal,
                b"base64" => form = Form::Base64,
                b"out" => into = Some(arguments.value(option)?),
                other => return Err(arguments.wrong(format_args!("Unknown option: -{}", lossy(other)))),
            }
        }
        // Options may stand behind the count, too.
        match arguments.operand() {
            Some(word) if count.is_none() => count = Some(arguments.parse::<u64>(word)?),
            Some(word) => return Err(arguments.wrong(format_args!("Extra argument: {}", lossy(word)))),
            None => break,
        }
    }
    let Some(mut left) = count else { return Err(arguments.wrong("the number of bytes is missing")) };
    let mut out: Box<dyn Write> = match into {
        Some(path) => Box::new(create(path)?),
        None => Box::new(stdout()),
    };
    let mut encoder = Encoder::new(64);
    while left > 0 {
        let mut bytes = vec![0; left.min(1 << 16) as usize];
        fill(&mut bytes)?;
        left -= bytes.len() as u64;
        match form {
            Form::Bytes => out.write_all(&bytes)?,
            Form::Hexadecimal => out.write_all(to_hexadecimal(&bytes).as_bytes())?,
            Form::Base64 => encoder.encode(&bytes, &mut out)?,
        }
    }
    match form {
        Form::Bytes => {}
        Form::Hexadecimal => out.write_all(b"\n")?,
        Form::Base64 => encoder.finish(&mut out)?,
    }
    out.flush()?;
    Ok(0)
}

//! openssl: the commands of it that work on bytes and passwords. Keys, certificates and connections are not here.
//!
//! Each command is a module with a function that takes its arguments, its own name first.

mod arguments;
mod base64;
mod dgst;
mod enc;
mod hash;
mod passwd;
mod rand;

use agentfense_support::multicall::{Command, run};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Outcome, complain, stdout};
use std::io::Write;

const COMMANDS: &[Command] = &[Command { name: "openssl", main: openssl, usage_status: 1 }];

const HELP: &str = "\
Usage: openssl COMMAND [OPTION]...

  base64         encode or decode, as enc -base64
  dgst           compute digests: openssl dgst -sha256 [-hmac KEY] [-r] [FILE]...
  enc            encrypt or decrypt: openssl enc -aes-256-cbc [-d] -pbkdf2 [-a] -pass pass:PASSWORD -in FILE
  passwd         hash passwords: openssl passwd {-1|-apr1|-5|-6} [-salt SALT] [-stdin] [PASSWORD]...
  rand           random bytes: openssl rand [-hex|-base64] COUNT
  version        show the version

A digest or cipher by its name is a command, too: openssl sha256, openssl aes-256-cbc.
COMMAND -help lists a command's options. There are no keys, certificates or connections.
";

fn main() {
    run("agentfense-openssl", COMMANDS)
}

/// Runs openssl.
fn openssl(args: Vec<Vec<u8>>) -> Outcome {
    let Some(name) = args.get(1) else { return print(HELP) };
    let rest = &args[2..];
    match name.as_slice() {
        b"help" | b"--help" | b"-help" | b"-h" => print(HELP),
        b"version" | b"--version" | b"-v" => {
            let words = concat!("OpenSSL 3.0.0 (agentfense ", env!("CARGO_PKG_VERSION"), ", a part of its commands)\n");
            print(words)
        }
        b"dgst" => dgst::dgst(None, rest),
        b"rand" => rand::rand(rest),
        b"passwd" => passwd::passwd(rest),
        b"enc" => enc::enc(None, rest),
        b"base64" => enc::enc(Some(name), rest),
        name if hash::Kind::named(name).is_some() => dgst::dgst(Some(name), rest),
        name if enc::is_cipher(name) => enc::enc(Some(name), rest),
        name => {
            complain("openssl", format_args!("Invalid command '{}'; type \"help\" for a list.", lossy(name)));
            Ok(1)
        }
    }
}

fn print(text: &str) -> Outcome {
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(0)
}

/// A command's failure: its message is printed as it is.
fn fail(message: impl Into<String>) -> Failure {
    Failure::new(message)
}

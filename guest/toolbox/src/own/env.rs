//! env: runs a program in a changed environment, or prints the environment.

use agentfense_support::exec::exec;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::Signal;
use agentfense_sys::process::Command;
use agentfense_sys::processes::{self, Disposition};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]
Set each NAME to VALUE in the environment and run COMMAND.

  -i, --ignore-environment  start with an empty environment
  -0, --null                end each output line with NUL, not newline
  -u, --unset=NAME          remove variable from the environment
  -C, --chdir=DIR           change working directory to DIR
  -S, --split-string=S      process and split S into separate arguments
  -a, --argv0=ARG           pass ARG as the zeroth argument of COMMAND
      --ignore-signal[=SIG] ignore SIG
      --default-signal[=SIG] reset SIG to its default
  -v, --debug               print verbose information for each processing step

A mere - implies -i. If no COMMAND, print the resulting environment.";

const SHORTS: &str = "+i0u:C:S:a:v";
const LONGS: &[Long] = &[
    ("ignore-environment", Takes::Nothing, 'i'),
    ("null", Takes::Nothing, '0'),
    ("unset", Takes::Argument, 'u'),
    ("chdir", Takes::Argument, 'C'),
    ("split-string", Takes::Argument, 'S'),
    ("argv0", Takes::Argument, 'a'),
    ("debug", Takes::Nothing, 'v'),
    ("ignore-signal", Takes::Optional, '\u{1}'),
    ("default-signal", Takes::Optional, '\u{2}'),
    ("block-signal", Takes::Optional, '\u{3}'),
];

/// Runs env.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    main_within(args, 0)
}

fn main_within(args: Vec<Vec<u8>>, depth: usize) -> Outcome {
    let name = args.first().cloned().unwrap_or_default();
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let (mut clear, mut nul, mut unset) = (false, false, Vec::new());
    let (mut dir, mut argv0) = (None, None);
    let mut ignored = 0;
    let mut first = None;
    while let Some(item) = options.next_item().map_err(usage)? {
        match item {
            Item::Option('i', _) => clear = true,
            Item::Option('0', _) => nul = true,
            Item::Option('u', value) => {
                if value.is_empty() || value.contains(&b'=') {
                    let message = format!("cannot unset {}: Invalid argument", quote(&value));
                    return Err(Failure::new(message).status(125));
                }
                unset.push(value);
            }
            Item::Option('C', value) => dir = Some(value),
            Item::Option('a', value) => argv0 = Some(value),
            Item::Option('S', value) => {
                if depth > 64 {
                    return Err(Failure::new("too many nested -S").status(125));
                }
                // What is left of the command line goes after the split words, options first.
                let mut again = vec![name];
                if clear {
                    again.push(b"-i".to_vec());
                }
                if nul {
                    again.push(b"-0".to_vec());
                }
                again.extend(unset.into_iter().flat_map(|value| [b"-u".to_vec(), value]));
                again.extend(dir.into_iter().flat_map(|value| [b"-C".to_vec(), value]));
                again.extend(argv0.into_iter().flat_map(|value| [b"-a".to_vec(), value]));
                again.extend(split(&value)?);
                again.extend(options.rest());
                return main_within(again, depth + 1);
            }
            Item::Option('\u{1}', value) => {
                for signal in signals(&value)? {
                    ignored |= signal.bit();
                }
            }
            Item::Option('\u{2}', value) => {
                for signal in signals(&value)? {
                    // One that cannot be changed has its default anyway.
                    let _ = processes::set_disposition(signal, Disposition::Default);
                    ignored &= !signal.bit();
                }
            }
            Item::Option(..) => {}
            Item::Operand(value) => {
                first = Some(value);
                break;
            }
        }
    }
    let mut words: Vec<_> = first.into_iter().chain(options.rest()).collect();
    if words.first().is_some_and(|word| word == b"-") {
        clear = true;
        words.remove(0);
    }
    let mut env = if clear { Vec::new() } else { agentfense_sys::env() };
    env.retain(|(name, _)| !unset.contains(name));
    let assignments = words.iter().position(|word| !word.contains(&b'=')).unwrap_or(words.len());
    for word in words.drain(..assignments) {
        let at = word.iter().position(|&b| b == b'=').unwrap_or(word.len());
        let (name, value) = (word[..at].to_vec(), word.get(at + 1..).unwrap_or_default().to_vec());
        if name.is_empty() {
            let message = format!("cannot set {}: Invalid argument", quote(&name));
            return Err(Failure::new(message).status(125));
        }
        match env.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => env.push((name, value)),
        }
    }
    let Some((program, arguments)) = words.split_first() else {
        if dir.is_some() {
            return Err(Failure::usage("must specify command with --chdir (-C)").status(125));
        }
        return print(&env, nul);
    };
    if nul {
        return Err(Failure::usage("cannot specify --null (-0) with command").status(125));
    }
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(env);
    if let Some(argv0) = argv0 {
        command.arg0(argv0);
    }
    if let Some(dir) = dir {
        processes::change_dir(&dir).map_err(|errno| {
            Failure::new(format!("cannot change directory to {}: {errno}", quote(&dir))).status(125)
        })?;
    }
    exec(program, &mut command, ignored)
}

/// A hint that a `#!` line of several words needs `-S`.
fn usage(failure: Failure) -> Failure {
    if failure.message == "invalid option -- ' '" {
        let message = format!("{}\nenv: use -[v]S to pass options in shebang lines", failure.message);
        return Failure { message, ..failure };
    }
    failure
}

fn signals(list: &[u8]) -> Result<Vec<Signal>, Failure> {
    if list.is_empty() {
        return Ok(Signal::all().collect());
    }
    let text = String::from_utf8_lossy(list);
    text.split(',')
        .map(|name| {
            Signal::parse(name).map_err(|_| Failure::usage(format!("{}: invalid signal", quote(name))).status(125))
        })
        .collect()
}

fn print(env: &[(Vec<u8>, Vec<u8>)], nul: bool) -> Outcome {
    let mut out = stdout();
    for (name, value) in env {
        out.write_all(name)?;
        out.write_all(b"=")?;
        out.write_all(value)?;
        out.write_all(if nul { b"\0" } else { b"\n" })?;
    }
    out.flush()?;
    Ok(0)
}

/// Splits the argument of `-S` into words: quotes, escapes and `${NAME}` as env(1) has them.
fn split(text: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let fail = |message: String| Err(Failure::new(message).status(125));
    let (mut words, mut word): (Vec<Vec<u8>>, Option<Vec<u8>>) = (Vec::new(), None);
    let mut quoted: Option<u8> = None;
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match (byte, quoted) {
            (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, None) => words.extend(word.take()),
            (b'#', None) if word.is_none() => break,
            (b'\'' | b'"', None) => {
                quoted = Some(byte);
                word.get_or_insert_default();
            }
            (_, Some(quote)) if byte == quote => quoted = None,
            (b'\\', Some(b'\'')) if !matches!(bytes.peek(), Some(b'\\' | b'\'')) => {
                word.get_or_insert_default().push(byte);
            }
            (b'\\', _) => {
                let Some(escaped) = bytes.next() else {
                    return fail("invalid backslash at end of string in -S".into());
                };
                let plain = match escaped {
                    b'_' if quoted.is_none() => {
                        words.extend(word.take());
                        continue;
                    }
                    b'c' if quoted.is_none() => break,
                    b'c' => {
                        return fail("'\\c' must not appear in double-quoted -S string".into());
                    }
                    b'_' => b' ',
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0b,
                    b'#' | b'$' | b'"' | b'\'' | b'\\' => escaped,
                    other => {
                        return fail(format!("invalid sequence '\\{}' in -S", char::from(other)));
                    }
                };
                word.get_or_insert_default().push(plain);
            }
            (b'$', None | Some(b'"')) => {
                let mut name = Vec::new();
                if bytes.next() == Some(b'{') {
                    loop {
                        match bytes.next() {
                            Some(b'}') => break,
                            Some(b) => name.push(b),
                            None => {
                                name.clear();
                                break;
                            }
                        }
                    }
                }
                let valid = name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
                if name.is_empty() || !valid || name[0].is_ascii_digit() {
                    let message = "only ${VARNAME} expansion is supported, error at: ";
                    return fail(format!("{message}{}", String::from_utf8_lossy(text)));
                }
                let name = String::from_utf8_lossy(&name).into_owned();
                if let Some(value) = agentfense_sys::var(&name) {
                    word.get_or_insert_default().extend_from_slice(&value);
                }
            }
            (byte, _) => word.get_or_insert_default().push(byte),
        }
    }
    if quoted.is_some() {
        return fail("no terminating quote in -S string".into());
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    fn split(text: &str) -> Result<Vec<String>, String> {
        match super::split(text.as_bytes()) {
            Ok(words) => Ok(words.into_iter().map(|word| String::from_utf8(word).unwrap()).collect()),
            Err(failure) => Err(failure.message),
        }
    }

    #[test]
    fn splits() {
        assert_eq!(split(" a  'b c' \"d\\te\" f\\ng ").unwrap(), ["a", "b c", "d\te", "f\ng"]);
        assert_eq!(split("a\\_b '' # c").unwrap(), ["a", "b", ""]);
        assert_eq!(split("a '\\n' \\c b").unwrap(), ["a", "\\n"]);
        assert!(split("'a").is_err());
        assert!(split("a\\").is_err());
        assert!(split("$x").is_err());
        assert!(split("\\q").is_err());
    }
}

//! getopt: parses the options of a shell script, as util-linux's does.

use agentfense_support::{Failure, Outcome, complain, stdout};
use std::io::Write;

const HELP: &str = "\
Usage: getopt OPTSTRING PARAMETERS
       getopt [OPTION]... [--] OPTSTRING PARAMETERS
       getopt [OPTION]... -o OPTSTRING [OPTION]... [--] PARAMETERS
Parse command options, for a script to go through with eval set --.

  -a, --alternative          long options may start with a single -
  -l, --longoptions=NAMES    the long options to recognise: a,b:,c::
  -n, --name=NAME            the name under which errors are reported
  -o, --options=OPTSTRING    the short options to recognise
  -q, --quiet                do not report errors
  -Q, --quiet-output         no normal output
  -s, --shell=SHELL          quote for sh, bash, csh or tcsh
  -T, --test                 status 4: this is the enhanced getopt
  -u, --unquoted             do not quote the output";

/// The statuses: what was parsed is wrong, getopt itself was called wrongly.
const BAD_PARAMETERS: u8 = 1;
const BAD_CALL: u8 = 2;

/// Whether an option takes an argument.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    Argument,
    Optional,
}

/// What to parse with.
#[derive(Default)]
struct Grammar {
    shorts: Vec<(u8, Takes)>,
    longs: Vec<(Vec<u8>, Takes)>,
    /// Long options may start with one dash.
    alternative: bool,
    /// Parsing ends at the first operand (`+`), or operands stay in place (`-`).
    order: Option<u8>,
}

/// How many colons stand behind a name.
fn takes(text: &[u8]) -> (Takes, usize) {
    match text {
        [b':', b':', ..] => (Takes::Optional, 2),
        [b':', ..] => (Takes::Argument, 1),
        _ => (Takes::Nothing, 0),
    }
}

impl Grammar {
    fn set_shorts(&mut self, mut text: &[u8]) {
        while let Some((first @ (b'+' | b'-' | b':'), rest)) = text.split_first() {
            if *first != b':' {
                self.order = Some(*first);
            }
            text = rest;
        }
        while let Some((&letter, rest)) = text.split_first() {
            let (takes, colons) = takes(rest);
            self.shorts.push((letter, takes));
            text = &rest[colons..];
        }
    }

    fn add_longs(&mut self, text: &[u8]) {
        for name in text.split(|byte| b", \t\n".contains(byte)).filter(|name| !name.is_empty()) {
            let end = name.iter().position(|&byte| byte == b':').unwrap_or(name.len());
            self.longs.push((name[..end].to_vec(), takes(&name[end..]).0));
        }
    }
}

/// How the output is written.
#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    None,
    Sh,
    Csh,
}

/// A value as a word of the shell.
fn quoted(value: &[u8], quoting: Quoting) -> Vec<u8> {
    if quoting == Quoting::None {
        return value.to_vec();
    }
    let mut out = vec![b'\''];
    for &byte in value {
        match byte {
            b'\'' => out.extend(b"'\\''"),
            b'\\' if quoting == Quoting::Csh => out.extend(b"\\\\"),
            b'!' if quoting == Quoting::Csh => out.extend(b"'\\!'"),
            b'\n' if quoting == Quoting::Csh => out.extend(b"\\n"),
            byte if quoting == Quoting::Csh && byte.is_ascii_whitespace() => {
                out.extend([b'\'', b'\\', byte, b'\'']);
            }
            byte => out.push(byte),
        }
    }
    out.push(b'\'');
    out
}

/// Runs getopt.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut own = Own { name: b"getopt".to_vec(), ..Own::default() };
    let arguments = args.get(1..).unwrap_or_default();
    let compatible = agentfense_sys::var("GETOPT_COMPATIBLE").is_some();
    let plain = arguments.first().is_some_and(|first| !first.starts_with(b"-")) || compatible;
    let parameters = if plain {
        own.quoting = Some(Quoting::None);
        arguments
    } else {
        match own.read(arguments)? {
            Some(rest) => rest,
            None => return Ok(own.status),
        }
    };
    let parameters = match own.shorts.take() {
        Some(shorts) => {
            own.grammar.set_shorts(&shorts);
            parameters
        }
        None => {
            let Some((shorts, rest)) = parameters.split_first() else {
                return Err(Failure::usage("missing optstring argument").status(BAD_CALL));
            };
            own.grammar.set_shorts(shorts);
            rest
        }
    };
    if agentfense_sys::var("POSIXLY_CORRECT").is_some() && own.grammar.order.is_none() {
        own.grammar.order = Some(b'+');
    }
    own.parse(parameters)
}

/// getopt's own options, and what they ask for.
#[derive(Default)]
struct Own {
    grammar: Grammar,
    shorts: Option<Vec<u8>>,
    name: Vec<u8>,
    quiet: bool,
    quiet_output: bool,
    quoting: Option<Quoting>,
    status: u8,
}

impl Own {
    /// Reads getopt's own options; what follows them, unless there is nothing more to do.
    fn read<'a>(&mut self, mut arguments: &'a [Vec<u8>]) -> Result<Option<&'a [Vec<u8>]>, Failure> {
        const LONGS: [(&str, u8); 11] = [
            ("alternative", b'a'),
            ("help", b'h'),
            ("longoptions", b'l'),
            ("name", b'n'),
            ("options", b'o'),
            ("quiet", b'q'),
            ("quiet-output", b'Q'),
            ("shell", b's'),
            ("test", b'T'),
            ("unquoted", b'u'),
            ("version", b'V'),
        ];
        let wrong = |text: String| Failure::usage(text).status(BAD_CALL);
        while let Some((argument, mut rest)) = arguments.split_first() {
            if argument == b"--" {
                return Ok(Some(rest));
            }
            let mut group: Vec<(u8, Option<Vec<u8>>)> = Vec::new();
            if let Some(long) = argument.strip_prefix(b"--") {
                let end = long.iter().position(|&byte| byte == b'=').unwrap_or(long.len());
                let name = String::from_utf8_lossy(&long[..end]).into_owned();
                let exact = LONGS.iter().find(|(known, _)| *known == name);
                let mut matching = LONGS.iter().filter(|(known, _)| known.starts_with(&name));
                let letter = match (exact, matching.next(), matching.next()) {
                    (Some((_, letter)), ..) | (None, Some((_, letter)), None) => *letter,
                    (_, None, _) => return Err(wrong(format!("unrecognized option '--{name}'"))),
                    _ => return Err(wrong(format!("option '--{name}' is ambiguous"))),
                };
                group.push((letter, long.get(end + 1..).map(<[u8]>::to_vec)));
            } else if argument.len() > 1 && argument[0] == b'-' {
                let mut letters = &argument[1..];
                while let Some((&letter, after)) = letters.split_first() {
                    let with_value = b"lnos".contains(&letter) && !after.is_empty();
                    group.push((letter, with_value.then(|| after.to_vec())));
                    letters = if with_value { b"" } else { after };
                }
            } else {
                return Ok(Some(arguments));
            }
            for (letter, value) in group {
                let value = match (b"lnos".contains(&letter), value) {
                    (true, None) => {
                        let letter = char::from(letter);
                        let Some((next, after)) = rest.split_first() else {
                            return Err(wrong(format!("option requires an argument -- '{letter}'")));
                        };
                        rest = after;
                        next.clone()
                    }
                    (_, value) => value.unwrap_or_default(),
                };
                match letter {
                    b'a' => self.grammar.alternative = true,
                    b'h' => {
                        let mut out = stdout();
                        writeln!(out, "{HELP}")?;
                        out.flush()?;
                        return Ok(None);
                    }
                    b'l' => self.grammar.add_longs(&value),
                    b'n' => self.name = value,
                    b'o' => self.shorts = Some(value),
                    b'q' => self.quiet = true,
                    b'Q' => self.quiet_output = true,
                    b's' => {
                        self.quoting = Some(match value.as_slice() {
                            b"sh" | b"bash" => Quoting::Sh,
                            b"csh" | b"tcsh" => Quoting::Csh,
                            _ => return Err(wrong("unknown shell after -s or --shell argument".into())),
                        });
                    }
                    b'T' => {
                        self.status = 4;
                        return Ok(None);
                    }
                    b'u' => self.quoting = Some(Quoting::None),
                    b'V' => {
                        let mut out = stdout();
                        writeln!(out, "getopt (agentfense) {}", env!("CARGO_PKG_VERSION"))?;
                        out.flush()?;
                        return Ok(None);
                    }
                    letter => return Err(wrong(format!("invalid option -- '{}'", char::from(letter)))),
                }
            }
            arguments = rest;
        }
        Ok(Some(arguments))
    }

    fn complain(&mut self, text: impl std::fmt::Display) {
        self.status = BAD_PARAMETERS;
        if !self.quiet {
            complain(&String::from_utf8_lossy(&self.name), text);
        }
    }

    fn parse(&mut self, parameters: &[Vec<u8>]) -> Outcome {
        let quoting = self.quoting.unwrap_or(Quoting::Sh);
        let mut out: Vec<u8> = Vec::new();
        let mut operands: Vec<&Vec<u8>> = Vec::new();
        let mut rest = parameters.iter();
        while let Some(word) = rest.next() {
            if word == b"--" {
                operands.extend(rest.by_ref());
                break;
            }
            let dashes = if word.starts_with(b"--") { 2 } else { usize::from(word.starts_with(b"-")) };
            if dashes == 0 || word.len() == 1 {
                match self.grammar.order {
                    Some(b'-') => out.extend([b" ".to_vec(), quoted(word, quoting)].concat()),
                    Some(_) => {
                        operands.push(word);
                        operands.extend(rest.by_ref());
                        break;
                    }
                    None => operands.push(word),
                }
                continue;
            }
            let long = dashes == 2 || (self.grammar.alternative && self.is_long(&word[1..]));
            if long {
                self.long(&word[dashes..], dashes, &mut rest, quoting, &mut out);
            } else {
                self.short(&word[1..], &mut rest, quoting, &mut out);
            }
        }
        out.extend(b" --");
        for operand in operands {
            out.push(b' ');
            out.extend(quoted(operand, quoting));
        }
        out.push(b'\n');
        if !self.quiet_output {
            let mut stdout = stdout();
            stdout.write_all(&out)?;
            stdout.flush()?;
        }
        Ok(self.status)
    }

    /// Whether a word behind one dash is a long option rather than letters.
    fn is_long(&self, word: &[u8]) -> bool {
        let end = word.iter().position(|&byte| byte == b'=').unwrap_or(word.len());
        let name = &word[..end];
        let letter = self.grammar.shorts.iter().any(|(letter, _)| word.first() == Some(letter));
        let exact = self.grammar.longs.iter().any(|(known, _)| known == name);
        let begins = self.grammar.longs.iter().any(|(known, _)| known.starts_with(name));
        exact || !letter || (begins && name.len() > 1)
    }

    fn long(
        &mut self,
        word: &[u8],
        dashes: usize,
        rest: &mut std::slice::Iter<'_, Vec<u8>>,
        quoting: Quoting,
        out: &mut Vec<u8>,
    ) {
        let end = word.iter().position(|&byte| byte == b'=').unwrap_or(word.len());
        let (name, value) = (&word[..end], word.get(end + 1..));
        let dash = &"--"[..dashes];
        let shown = String::from_utf8_lossy(name).into_owned();
        let matching: Vec<(Vec<u8>, Takes)> =
            self.grammar.longs.iter().filter(|(known, _)| known.starts_with(name)).cloned().collect();
        let exact = matching.iter().find(|(known, _)| known == name);
        let (known, takes) = match (exact, matching.as_slice()) {
            (Some(found), _) | (None, [found]) => found.clone(),
            (None, []) => return self.complain(format_args!("unrecognized option '{dash}{shown}'")),
            (None, several) => {
                let names: Vec<_> =
                    several.iter().map(|(name, _)| format!("'{dash}{}'", String::from_utf8_lossy(name))).collect();
                let names = names.join(" ");
                return self.complain(format_args!("option '{dash}{shown}' is ambiguous; possibilities: {names}"));
            }
        };
        let shown = String::from_utf8_lossy(&known).into_owned();
        let value = match (takes, value) {
            (Takes::Nothing, Some(_)) => {
                return self.complain(format_args!("option '{dash}{shown}' doesn't allow an argument"));
            }
            (Takes::Nothing, None) => None,
            (Takes::Argument, None) => match rest.next() {
                Some(value) => Some(value.as_slice()),
                None => return self.complain(format_args!("option '{dash}{shown}' requires an argument")),
            },
            (_, value) => Some(value.unwrap_or_default()),
        };
        out.extend([b" --", known.as_slice()].concat());
        if let Some(value) = value {
            out.push(b' ');
            out.extend(quoted(value, quoting));
        }
    }

    fn short(
        &mut self,
        mut letters: &[u8],
        rest: &mut std::slice::Iter<'_, Vec<u8>>,
        quoting: Quoting,
        out: &mut Vec<u8>,
    ) {
        while let Some((&letter, after)) = letters.split_first() {
            letters = after;
            let shown = char::from(letter);
            let Some(&(_, takes)) = self.grammar.shorts.iter().find(|(known, _)| *known == letter) else {
                self.complain(format_args!("invalid option -- '{shown}'"));
                continue;
            };
            if takes == Takes::Nothing {
                out.extend([b' ', b'-', letter]);
                continue;
            }
            letters = b"";
            let value = match (takes, after) {
                (Takes::Argument, b"") => match rest.next() {
                    Some(value) => value.as_slice(),
                    None => return self.complain(format_args!("option requires an argument -- '{shown}'")),
                },
                (_, value) => value,
            };
            out.extend([b' ', b'-', letter, b' ']);
            out.extend(quoted(value, quoting));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell() {
        assert_eq!(quoted(b"a'b", Quoting::Sh), b"'a'\\''b'");
        assert_eq!(quoted(b"a!", Quoting::Csh), b"'a'\\!''");
        assert_eq!(quoted(b"a b", Quoting::None), b"a b");
    }

    #[test]
    fn grammars() {
        let mut grammar = Grammar::default();
        grammar.set_shorts(b"+ab:c::");
        grammar.add_longs(b"one,two:,three::");
        assert!(grammar.order == Some(b'+') && grammar.shorts.len() == 3 && grammar.longs.len() == 3);
        assert!(grammar.shorts[2].1 == Takes::Optional && grammar.longs[1].1 == Takes::Argument);
    }
}

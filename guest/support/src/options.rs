//! Command-line options as getopt_long(3) reads them.

use super::failure::Failure;
use super::quote::{lossy, quote};

/// Whether an option takes an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// None.
    Nothing,
    /// Always one.
    Argument,
    /// One only as `--name=value` or `-nvalue`.
    Optional,
}

/// A long option: its name, what it takes, and the letter (or any other character) it stands for.
pub type Long = (&'static str, Takes, char);

/// What the next argument is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An option by its letter, with its argument.
    Option(char, Vec<u8>),
    /// An operand.
    Operand(Vec<u8>),
}

/// Reads a command line piece by piece.
#[derive(Debug)]
pub struct Options {
    shorts: &'static str,
    longs: &'static [Long],
    help: &'static str,
    command: String,
    args: std::vec::IntoIter<Vec<u8>>,
    /// The rest of a group of letters.
    group: Vec<u8>,
    /// No more options: `--` was there, or the first operand in POSIX order.
    only_operands: bool,
    posix_order: bool,
}

impl Options {
    /// `shorts` as for getopt(3): `a` is a flag, `a:` takes an argument, `a::` may take one; a
    /// leading `+` ends the options at the first operand. `args` starts with the command's name.
    pub fn new(args: Vec<Vec<u8>>, shorts: &'static str, longs: &'static [Long], help: &'static str) -> Options {
        let mut args = args.into_iter();
        let command = args.next().map(|name| base_name(&name)).unwrap_or_default();
        Options {
            posix_order: shorts.starts_with('+'),
            shorts: shorts.trim_start_matches('+'),
            longs,
            help,
            command,
            args,
            group: Vec::new(),
            only_operands: false,
        }
    }

    /// The command's name, for messages.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// What was not read yet.
    pub fn rest(&mut self) -> Vec<Vec<u8>> {
        self.args.by_ref().collect()
    }

    /// The next option or operand.
    pub fn next_item(&mut self) -> Result<Option<Item>, Failure> {
        if !self.group.is_empty() {
            return self.short().map(Some);
        }
        let Some(arg) = self.args.next() else { return Ok(None) };
        if self.only_operands || arg.len() < 2 || arg[0] != b'-' {
            self.only_operands |= self.posix_order;
            return Ok(Some(Item::Operand(arg)));
        }
        if arg == b"--" {
            self.only_operands = true;
            return self.next_item();
        }
        if let Some(long) = arg.strip_prefix(b"--") {
            let (name, value) = match long.iter().position(|&b| b == b'=') {
                Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
                None => (long, None),
            };
            return self.long(name, value).map(Some);
        }
        self.group = arg[1..].to_vec();
        self.short().map(Some)
    }

    fn takes(&self, letter: char) -> Option<Takes> {
        let at = self.shorts.find(letter).filter(|_| letter != ':')?;
        let after = &self.shorts[at + letter.len_utf8()..];
        Some(if after.starts_with("::") {
            Takes::Optional
        } else if after.starts_with(':') {
            Takes::Argument
        } else {
            Takes::Nothing
        })
    }

    fn short(&mut self) -> Result<Item, Failure> {
        let letter = char::from(self.group[0]);
        let rest = self.group.split_off(1);
        self.group.clear();
        match self.takes(letter) {
            None => Err(Failure::usage(format!("invalid option -- '{letter}'"))),
            Some(Takes::Nothing) => {
                self.group = rest;
                Ok(Item::Option(letter, Vec::new()))
            }
            Some(Takes::Optional) => Ok(Item::Option(letter, rest)),
            Some(Takes::Argument) => {
                if !rest.is_empty() {
                    return Ok(Item::Option(letter, rest));
                }
                match self.args.next() {
                    Some(value) => Ok(Item::Option(letter, value)),
                    None => Err(Failure::usage(format!("option requires an argument -- '{letter}'"))),
                }
            }
        }
    }

    fn long(&mut self, name: &[u8], value: Option<Vec<u8>>) -> Result<Item, Failure> {
        const COMMON: [Long; 2] = [("help", Takes::Nothing, '\0'), ("version", Takes::Nothing, '\0')];
        let all = || self.longs.iter().chain(&COMMON);
        let exact = all().find(|(long, ..)| long.as_bytes() == name);
        let &(long, takes, letter) = match exact {
            Some(option) => option,
            None => {
                let mut matching = all().filter(|(long, ..)| long.as_bytes().starts_with(name));
                match (matching.next(), matching.next()) {
                    (Some(option), None) => option,
                    (Some(first), Some(second)) if first.2 != second.2 => {
                        let names: Vec<_> = all()
                            .filter(|(long, ..)| long.as_bytes().starts_with(name))
                            .map(|(long, ..)| format!("'--{long}'"))
                            .collect();
                        return Err(Failure::usage(format!(
                            "option '--{}' is ambiguous; possibilities: {}",
                            lossy(name),
                            names.join(" ")
                        )));
                    }
                    (Some(option), Some(_)) => option,
                    (None, _) => {
                        return Err(Failure::usage(format!("unrecognized option '--{}'", lossy(name))));
                    }
                }
            }
        };
        if letter == '\0' {
            return Err(self.common(long));
        }
        match (takes, value) {
            (Takes::Nothing, Some(_)) => Err(Failure::usage(format!("option '--{long}' doesn't allow an argument"))),
            (Takes::Argument, None) => match self.args.next() {
                Some(value) => Ok(Item::Option(letter, value)),
                None => Err(Failure::usage(format!("option '--{long}' requires an argument"))),
            },
            (_, value) => Ok(Item::Option(letter, value.unwrap_or_default())),
        }
    }

    fn common(&self, long: &str) -> Failure {
        inform(&self.command, self.help, long == "help")
    }
}

/// Prints what `--help` or `--version` ask for; the command ends with status 0.
fn inform(command: &str, help: &str, is_help: bool) -> Failure {
    use std::io::Write;
    let mut out = super::stdout();
    let printed = if is_help {
        writeln!(out, "Usage: {}", help.trim_end().replace("{}", command))
    } else {
        writeln!(out, "{}", crate::identity::of(command))
    };
    match printed.and_then(|()| out.flush()) {
        Ok(()) => Failure::quiet(0),
        Err(error) => error.into(),
    }
}

/// For commands that read their arguments by hand: answers `--help` or `--version` if that is the only one.
pub fn sole_request(args: &[Vec<u8>], help: &str) -> Result<(), Failure> {
    match args {
        [name, only] if only == b"--help" || only == b"--version" => {
            Err(inform(&base_name(name), help, only == b"--help"))
        }
        _ => Ok(()),
    }
}

/// The last part of a program's path, as text.
pub fn base_name(path: &[u8]) -> String {
    lossy(path.rsplit(|&b| b == b'/').next().unwrap_or_default())
}

/// A whole number in an option's argument.
pub fn number<T: std::str::FromStr>(what: &str, value: &[u8]) -> Result<T, Failure> {
    let text = std::str::from_utf8(value).ok().map(str::trim);
    text.and_then(|text| text.parse().ok()).ok_or_else(|| Failure::new(format!("invalid {what} {}", quote(value))))
}

/// A size with a suffix of GNU's: `10`, `4k`, `1M`, `2GB`, `512b`.
pub fn size(value: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(value).ok()?;
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let number: u64 = if number.is_empty() && !suffix.is_empty() { 1 } else { number.parse().ok()? };
    let scale = |power: u32, unit: u64| unit.checked_pow(power);
    let multiplier = match suffix {
        "" => 1,
        "c" => 1,
        "w" => 2,
        "b" => 512,
        _ => {
            let mut letters = suffix.chars();
            let power = match letters.next()?.to_ascii_uppercase() {
                'K' => 1,
                'M' => 2,
                'G' => 3,
                'T' => 4,
                'P' => 5,
                'E' => 6,
                _ => return None,
            };
            match letters.as_str() {
                "" | "iB" => scale(power, 1024)?,
                "B" => scale(power, 1000)?,
                _ => return None,
            }
        }
    };
    number.checked_mul(multiplier)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGS: &[Long] = &[
        ("all", Takes::Nothing, 'a'),
        ("number", Takes::Argument, 'n'),
        ("nul", Takes::Nothing, '0'),
        ("color", Takes::Optional, 'c'),
    ];

    fn read(shorts: &'static str, args: &[&str]) -> Result<Vec<Item>, String> {
        let args = args.iter().map(|arg| arg.as_bytes().to_vec()).collect();
        let mut options = Options::new(args, shorts, LONGS, "");
        let mut items = Vec::new();
        while let Some(item) = options.next_item().map_err(|failure| failure.message)? {
            items.push(item);
        }
        Ok(items)
    }

    fn option(letter: char, value: &str) -> Item {
        Item::Option(letter, value.as_bytes().to_vec())
    }

    fn operand(value: &str) -> Item {
        Item::Operand(value.as_bytes().to_vec())
    }

    #[test]
    fn groups_and_arguments() {
        assert_eq!(
            read("an:c::", &["x", "-an5", "-n", "6", "-c", "f", "-cz", "-"]).unwrap(),
            [
                option('a', ""),
                option('n', "5"),
                option('n', "6"),
                option('c', ""),
                operand("f"),
                option('c', "z"),
                operand("-")
            ]
        );
    }

    #[test]
    fn long_ones_and_their_abbreviations() {
        assert_eq!(
            read("a", &["x", "--al", "--number", "1", "--num=2", "--color=red", "--", "--all"]).unwrap(),
            [option('a', ""), option('n', "1"), option('n', "2"), option('c', "red"), operand("--all")]
        );
    }

    #[test]
    fn posix_order() {
        assert_eq!(read("+a", &["x", "-a", "cmd", "-a"]).unwrap(), [option('a', ""), operand("cmd"), operand("-a")]);
    }

    #[test]
    fn mistakes() {
        assert_eq!(read("a", &["x", "-q"]).unwrap_err(), "invalid option -- 'q'");
        assert_eq!(read("n:", &["x", "-n"]).unwrap_err(), "option requires an argument -- 'n'");
        assert_eq!(read("", &["x", "--zzz"]).unwrap_err(), "unrecognized option '--zzz'");
        assert!(read("", &["x", "--nu"]).unwrap_err().starts_with("option '--nu' is ambiguous"));
        assert_eq!(read("", &["x", "--all=1"]).unwrap_err(), "option '--all' doesn't allow an argument");
    }

    #[test]
    fn sizes() {
        assert_eq!(size(b"10"), Some(10));
        assert_eq!(size(b"4k"), Some(4096));
        assert_eq!(size(b"1MB"), Some(1_000_000));
        assert_eq!(size(b"2b"), Some(1024));
        assert_eq!(size(b"16E"), None);
        assert_eq!(size(b"x"), None);
        assert_eq!(size(b""), None);
    }
}

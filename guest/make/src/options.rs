//! The command line, and `MAKEFLAGS`, which hands it to the makes below.

use crate::text::{bytes, is_blank};

/// When the output of jobs is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum OutputSync {
    /// As it comes.
    #[default]
    None,
    /// A line's when the line has ended.
    Line,
    /// A target's when its recipe has ended.
    Target,
    /// The same, with what makes below write.
    Recurse,
}

/// In which order goals and prerequisites are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shuffle {
    /// Backwards.
    Reverse,
    /// By chance, from a seed.
    Seed(u32),
}

/// What the options say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub always_make: bool,
    pub directories: Vec<Vec<u8>>,
    /// The flags of `--debug`, `a` for `-d`.
    pub debug: Vec<u8>,
    pub environment_overrides: bool,
    pub evals: Vec<Vec<u8>>,
    pub makefiles: Vec<Vec<u8>>,
    pub ignore_errors: bool,
    pub include_dirs: Vec<Vec<u8>>,
    /// How many jobs at once; 0 for any number.
    pub jobs: Option<usize>,
    pub job_server: Option<Vec<u8>>,
    pub keep_going: bool,
    pub load: Option<Vec<u8>>,
    pub check_symlink_times: bool,
    pub just_print: bool,
    pub old_files: Vec<Vec<u8>>,
    pub output_sync: OutputSync,
    pub print_database: bool,
    pub question: bool,
    pub no_rules: bool,
    pub no_variables: bool,
    pub silent: bool,
    /// `-S` was given.
    pub stop: bool,
    pub touch: bool,
    pub trace: bool,
    pub shuffle: Option<Shuffle>,
    pub print_directory: Option<bool>,
    pub new_files: Vec<Vec<u8>>,
    pub warn_undefined: bool,
    pub help: bool,
    pub version: bool,
    /// Goals and definitions, in their order.
    pub operands: Vec<Vec<u8>>,
}

/// What an option takes.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Nothing,
    Argument,
    /// Behind the option, or as `=VALUE`.
    Optional,
    /// The same, or a number as the next argument.
    Number,
}

/// The long options, and the letters that stand for them.
const LONG: &[(&str, char)] = &[
    ("always-make", 'B'),
    ("assume-new", 'W'),
    ("assume-old", 'o'),
    ("check-symlink-times", 'L'),
    ("debug", '\u{1}'),
    ("directory", 'C'),
    ("dry-run", 'n'),
    ("environment-overrides", 'e'),
    ("eval", 'E'),
    ("file", 'f'),
    ("help", 'h'),
    ("ignore-errors", 'i'),
    ("include-dir", 'I'),
    ("jobs", 'j'),
    ("jobserver-auth", '\u{2}'),
    ("jobserver-fds", '\u{2}'),
    ("jobserver-style", '\u{3}'),
    ("just-print", 'n'),
    ("keep-going", 'k'),
    ("load-average", 'l'),
    ("makefile", 'f'),
    ("max-load", 'l'),
    ("new-file", 'W'),
    ("no-builtin-rules", 'r'),
    ("no-builtin-variables", 'R'),
    ("no-keep-going", 'S'),
    ("no-print-directory", '\u{4}'),
    ("no-silent", '\u{5}'),
    ("old-file", 'o'),
    ("output-sync", 'O'),
    ("print-data-base", 'p'),
    ("print-directory", 'w'),
    ("question", 'q'),
    ("quiet", 's'),
    ("recon", 'n'),
    ("shuffle", '\u{6}'),
    ("silent", 's'),
    ("stop", 'S'),
    ("sync-mutex", '\u{7}'),
    ("touch", 't'),
    ("trace", '\u{8}'),
    ("version", 'v'),
    ("warn-undefined-variables", '\u{9}'),
    ("what-if", 'W'),
];

fn takes(letter: char) -> Option<Takes> {
    Some(match letter {
        'B' | 'b' | 'd' | 'e' | 'h' | 'i' | 'k' | 'L' | 'm' | 'n' | 'p' | 'q' | 'r' | 'R' | 's' | 'S' | 't' | 'v'
        | 'w' | '\u{4}' | '\u{5}' | '\u{8}' | '\u{9}' => Takes::Nothing,
        'C' | 'E' | 'f' | 'I' | 'o' | 'W' | '\u{2}' | '\u{3}' | '\u{7}' => Takes::Argument,
        'O' | '\u{1}' | '\u{6}' => Takes::Optional,
        'j' | 'l' => Takes::Number,
        _ => return None,
    })
}

impl Options {
    /// Reads a command line, without the program's name. An error is what to say above the usage.
    pub fn read(&mut self, arguments: &[Vec<u8>]) -> Result<(), Vec<u8>> {
        let mut rest = arguments.iter().peekable();
        while let Some(argument) = rest.next() {
            if argument == b"--" {
                self.operands.extend(rest.by_ref().cloned());
            } else if let Some(long) = argument.strip_prefix(b"--") {
                let (name, value) = match memchr::memchr(b'=', long) {
                    Some(equals) => (&long[..equals], Some(long[equals + 1..].to_vec())),
                    None => (long, None),
                };
                let letter = long_option(name)?;
                let value = match (takes(letter), value) {
                    (Some(Takes::Nothing), Some(_)) => {
                        return Err(bytes!("option '--", name, "' doesn't allow an argument"));
                    }
                    (Some(Takes::Argument), None) => match rest.next() {
                        Some(value) => Some(value.clone()),
                        None => return Err(bytes!("option '--", name, "' requires an argument")),
                    },
                    (Some(Takes::Number), None) => rest.next_if(|next| is_number(letter, next)).cloned(),
                    (_, value) => value,
                };
                self.set(letter, value)?;
            } else if argument.len() > 1 && argument[0] == b'-' {
                let mut group = &argument[1..];
                while let Some((&byte, after)) = group.split_first() {
                    let letter = char::from(byte);
                    let Some(takes) = takes(letter).filter(|_| byte > b' ') else {
                        return Err(bytes!("invalid option -- '", [byte], "'"));
                    };
                    group = b"";
                    let value = match takes {
                        Takes::Nothing => {
                            group = after;
                            None
                        }
                        _ if !after.is_empty() => Some(after.to_vec()),
                        Takes::Argument => match rest.next() {
                            Some(value) => Some(value.clone()),
                            None => return Err(bytes!("option requires an argument -- '", [byte], "'")),
                        },
                        Takes::Number => rest.next_if(|next| is_number(letter, next)).cloned(),
                        Takes::Optional => None,
                    };
                    self.set(letter, value)?;
                }
            } else {
                self.operands.push(argument.clone());
            }
        }
        Ok(())
    }

    fn set(&mut self, letter: char, value: Option<Vec<u8>>) -> Result<(), Vec<u8>> {
        let text = value.clone().unwrap_or_default();
        match letter {
            'B' => self.always_make = true,
            'C' => self.directories.push(text),
            'd' => self.debug.push(b'a'),
            '\u{1}' => self.debug.extend(if value.is_none() { b"b".to_vec() } else { text }),
            'e' => self.environment_overrides = true,
            'E' => self.evals.push(text),
            'f' => self.makefiles.push(text),
            'h' => self.help = true,
            'i' => self.ignore_errors = true,
            'I' => self.include_dirs.push(text),
            'j' => {
                let jobs = match &value {
                    None => Some(0),
                    Some(text) => {
                        std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).filter(|&n: &usize| n > 0)
                    }
                };
                let Some(jobs) = jobs else {
                    return Err(b"the '-j' option requires a positive integer argument".to_vec());
                };
                self.jobs = Some(jobs);
                self.job_server = None;
            }
            '\u{2}' => self.job_server = Some(text),
            'k' => (self.keep_going, self.stop) = (true, false),
            'l' => self.load = value,
            'L' => self.check_symlink_times = true,
            'n' => self.just_print = true,
            'o' => self.old_files.push(text),
            'O' => {
                self.output_sync = match text.as_slice() {
                    b"" | b"target" => OutputSync::Target,
                    b"line" => OutputSync::Line,
                    b"recurse" => OutputSync::Recurse,
                    b"none" => OutputSync::None,
                    other => return Err(bytes!("unknown output-sync type '", other, "'")),
                };
            }
            'p' => self.print_database = true,
            'q' => self.question = true,
            'r' => self.no_rules = true,
            'R' => (self.no_rules, self.no_variables) = (true, true),
            's' => self.silent = true,
            '\u{5}' => self.silent = false,
            'S' => (self.keep_going, self.stop) = (false, true),
            't' => self.touch = true,
            '\u{8}' => self.trace = true,
            'v' => self.version = true,
            'w' => self.print_directory = Some(true),
            '\u{4}' => self.print_directory = Some(false),
            'W' => self.new_files.push(text),
            '\u{9}' => self.warn_undefined = true,
            '\u{6}' => {
                self.shuffle = match text.as_slice() {
                    b"none" => None,
                    b"reverse" => Some(Shuffle::Reverse),
                    b"" | b"random" => Some(Shuffle::Seed(0)),
                    seed => match std::str::from_utf8(seed).ok().and_then(|seed| seed.parse().ok()) {
                        Some(seed) => Some(Shuffle::Seed(seed)),
                        None => return Err(bytes!("error: invalid shuffle mode: ", seed)),
                    },
                };
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads `MAKEFLAGS`. What is wrong in it is not for whoever calls make to see.
    pub fn read_makeflags(&mut self, value: &[u8]) {
        let mut words = unescape_words(value);
        let Some(first) = words.first_mut() else { return };
        let blank_first = value.first().is_some_and(|&byte| is_blank(byte));
        if !blank_first && !first.starts_with(b"-") && !first.contains(&b'=') {
            first.insert(0, b'-');
        }
        // The variables come last, behind `--`; what was added since is options all the same.
        words.retain(|word| word != b"--");
        let _ = self.read(&words);
    }

    /// The flags as `MAKEFLAGS` has them, without the variables.
    pub fn makeflags(&self) -> Vec<u8> {
        let mut flags = Vec::new();
        let letters = [
            (self.always_make, b'B'),
            (self.debug.contains(&b'a'), b'd'),
            (self.environment_overrides, b'e'),
            (self.ignore_errors, b'i'),
            (self.keep_going, b'k'),
            (self.check_symlink_times, b'L'),
            (self.just_print, b'n'),
            (self.print_database, b'p'),
            (self.question, b'q'),
            (self.no_rules, b'r'),
            (self.no_variables, b'R'),
            (self.silent, b's'),
            (self.stop, b'S'),
            (self.touch, b't'),
            (self.print_directory == Some(true), b'w'),
        ];
        flags.extend(letters.iter().filter(|(set, _)| *set).map(|(_, letter)| *letter));
        for directory in &self.include_dirs {
            flags.extend(bytes!(" -I", escape(directory)));
        }
        match self.jobs {
            Some(0) => flags.extend(b" -j"),
            Some(jobs) => flags.extend(bytes!(" -j", jobs.to_string())),
            None => {}
        }
        if let Some(load) = &self.load {
            flags.extend(bytes!(" -l", load));
        }
        flags.extend_from_slice(match self.output_sync {
            OutputSync::None => b"",
            OutputSync::Line => b" -Oline",
            OutputSync::Target => b" -Otarget",
            OutputSync::Recurse => b" -Orecurse",
        });
        let debug: Vec<u8> = self.debug.iter().copied().filter(|&flag| flag != b'a').collect();
        if !debug.is_empty() {
            flags.extend(bytes!(" --debug=", debug));
        }
        if let Some(server) = &self.job_server {
            flags.extend(bytes!(" --jobserver-auth=", server));
        }
        if self.trace {
            flags.extend(b" --trace");
        }
        if self.print_directory == Some(false) {
            flags.extend(b" --no-print-directory");
        }
        if self.warn_undefined {
            flags.extend(b" --warn-undefined-variables");
        }
        for eval in &self.evals {
            flags.extend(bytes!(" --eval=", escape(eval)));
        }
        match self.shuffle {
            Some(Shuffle::Reverse) => flags.extend(b" --shuffle=reverse"),
            Some(Shuffle::Seed(seed)) => flags.extend(bytes!(" --shuffle=", seed.to_string())),
            None => {}
        }
        flags
    }
}

fn long_option(name: &[u8]) -> Result<char, Vec<u8>> {
    if let Some(&(_, letter)) = LONG.iter().find(|(long, _)| long.as_bytes() == name) {
        return Ok(letter);
    }
    let mut letters: Vec<char> =
        LONG.iter().filter(|(long, _)| long.as_bytes().starts_with(name)).map(|&(_, letter)| letter).collect();
    letters.dedup();
    match letters.as_slice() {
        [letter] => Ok(*letter),
        [] => Err(bytes!("unrecognized option '--", name, "'")),
        _ => Err(bytes!("option '--", name, "' is ambiguous")),
    }
}

fn is_number(letter: char, text: &[u8]) -> bool {
    let digits = |byte: &u8| byte.is_ascii_digit() || (letter == 'l' && *byte == b'.');
    !text.is_empty() && text.iter().all(digits)
}

/// Cuts at blanks; a backslash keeps the byte behind it.
fn unescape_words(value: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word = None;
    let mut bytes = value.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => word.get_or_insert_with(Vec::new).push(bytes.next().unwrap_or(b'\\')),
            byte if is_blank(byte) => words.extend(word.take()),
            byte => word.get_or_insert_with(Vec::new).push(byte),
        }
    }
    words.extend(word);
    words
}

/// A value as `MAKEFLAGS` can hold it: blanks and backslashes hidden, `$` doubled.
pub(crate) fn escape(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    for &byte in value {
        match byte {
            b'$' => out.push(b'$'),
            b'\\' => out.push(b'\\'),
            byte if is_blank(byte) => out.push(b'\\'),
            _ => {}
        }
        out.push(byte);
    }
    out
}

/// What `--help` shows.
pub(crate) const USAGE: &str = "\
Usage: make [options] [target] ...
Options:
  -B, --always-make            remake every target
  -C, --directory=DIRECTORY    change to DIRECTORY first
  -d, --debug[=FLAGS]          tell what is done and why
  -e, --environment-overrides  the environment is stronger than makefiles
  -E, --eval=STRING            read STRING as a makefile
  -f, --file, --makefile=FILE  read FILE as the makefile
  -h, --help                   show this and end
  -i, --ignore-errors          go on when recipes fail
  -I, --include-dir=DIRECTORY  look for included makefiles there, too
  -j, --jobs[=N]               run N jobs at once; any number without N
  -k, --keep-going             make what can be made in spite of errors
  -l, --load-average[=N]       accepted; a sandbox has no load to measure
  -L, --check-symlink-times    a link's own time counts, too
  -n, --just-print, --dry-run  show recipes instead of running them
  -o, --old-file=FILE          take FILE to be very old
  -O, --output-sync[=TYPE]     keep the output of a line, target or recurse together
  -p, --print-data-base        show rules and variables
  -q, --question               run nothing; the status tells whether all is up to date
  -r, --no-builtin-rules       without the rules that are built in
  -R, --no-builtin-variables   without the variables that are built in
  -s, --silent, --quiet        do not show recipes
      --no-silent              show recipes
      --shuffle[=MODE]         another order: SEED, random, reverse or none
  -S, --no-keep-going, --stop  the opposite of -k
  -t, --touch                  touch targets instead of making them
      --trace                  show each recipe with its reason
  -v, --version                show the version and end
  -w, --print-directory        show the working directory
      --no-print-directory     do not
  -W, --what-if=FILE           take FILE to be very new
      --warn-undefined-variables  tell when an undefined variable is used
";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        let mut options = Options::default();
        let arguments: Vec<Vec<u8>> = arguments.iter().map(|argument| argument.as_bytes().to_vec()).collect();
        options.read(&arguments).map_err(|text| String::from_utf8_lossy(&text).into_owned())?;
        Ok(options)
    }

    #[test]
    fn flags_come_back() {
        let options = read(&["-skj3", "-Ifoo", "all", "A=b c", "--no-print-directory"]).unwrap();
        assert_eq!(options.makeflags(), b"ks -Ifoo -j3 --no-print-directory");
        assert_eq!(options.operands, [b"all".to_vec(), b"A=b c".to_vec()]);
        let mut again = Options::default();
        again.read_makeflags(b"ks -Ifoo -j3 --no-print-directory -- A=b\\ c");
        assert_eq!(again.makeflags(), options.makeflags());
        assert_eq!(again.operands, [b"A=b c".to_vec()]);
    }

    #[test]
    fn numbers_may_stand_apart() {
        assert_eq!(read(&["-j", "4", "x"]).unwrap().jobs, Some(4));
        let any = read(&["-j", "x"]).unwrap();
        assert_eq!((any.jobs, any.operands.len()), (Some(0), 1));
        assert!(read(&["-j0"]).is_err());
        assert_eq!(read(&["--nope"]).unwrap_err(), "unrecognized option '--nope'");
        assert!(read(&["--dry"]).unwrap().just_print);
    }
}

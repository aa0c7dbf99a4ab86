//! The command line.

/// What the command line says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-F`.
    pub separator: Option<Vec<u8>>,
    /// `-v`: names and values.
    pub assignments: Vec<(Vec<u8>, Vec<u8>)>,
    /// `-f` and `-e`, in their order.
    pub sources: Vec<Source>,
    /// What is left, the program's text included where no option gave it.
    pub operands: Vec<Vec<u8>>,
    /// `-b`: characters are bytes.
    pub bytes: bool,
}

/// Where a part of the program is.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// In a file.
    File(Vec<u8>),
    /// On the command line.
    Text(Vec<u8>),
}

/// What else a command line can ask for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// To run a program.
    Run(Options),
    /// `--help`.
    Help,
    /// `--version`.
    Version,
    /// It is wrong.
    Wrong(String),
}

/// Reads the arguments after the command's name.
pub fn read(args: Vec<Vec<u8>>) -> Request {
    let mut options = Options::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == b"--" {
            break;
        }
        if let Some(long) = arg.strip_prefix(b"--") {
            if let Err(request) = long_option(&mut options, long, &mut args) {
                return request;
            }
            continue;
        }
        if arg.len() < 2 || arg[0] != b'-' {
            options.operands.push(arg);
            break;
        }
        let mut at = 1;
        while let Some(&letter) = arg.get(at) {
            at += 1;
            if b"Fvfei".contains(&letter) {
                let value = if at < arg.len() { Some(arg[at..].to_vec()) } else { args.next() };
                let Some(value) = value else {
                    return Request::Wrong(format!("option requires an argument -- '{}'", char::from(letter)));
                };
                if let Err(request) = valued(&mut options, letter, value) {
                    return request;
                }
                break;
            }
            match letter {
                b'b' => options.bytes = true,
                b'h' => return Request::Help,
                b'V' => return Request::Version,
                // How strict gawk is; this one has one way.
                b'c' | b'P' | b'r' | b'S' | b'O' | b's' | b'N' | b't' | b'n' => {}
                _ => return Request::Wrong(format!("invalid option -- '{}'", char::from(letter).escape_default())),
            }
        }
    }
    options.operands.extend(args);
    if options.sources.is_empty() {
        if options.operands.is_empty() {
            return Request::Wrong(String::new());
        }
        let program = options.operands.remove(0);
        options.sources.push(Source::Text(program));
    }
    Request::Run(options)
}

fn long_option(options: &mut Options, long: &[u8], args: &mut std::vec::IntoIter<Vec<u8>>) -> Result<(), Request> {
    let (name, value) = match memchr::memchr(b'=', long) {
        Some(at) => (&long[..at], Some(long[at + 1..].to_vec())),
        None => (long, None),
    };
    let letter = match name {
        b"field-separator" => b'F',
        b"assign" => b'v',
        b"file" => b'f',
        b"source" => b'e',
        b"include" => b'i',
        b"characters-as-bytes" => {
            options.bytes = true;
            return Ok(());
        }
        b"help" => return Err(Request::Help),
        b"version" => return Err(Request::Version),
        b"posix" | b"traditional" | b"re-interval" | b"sandbox" | b"optimize" | b"no-optimize" | b"lint"
        | b"lint-old" | b"non-decimal-data" | b"use-lc-numeric" => return Ok(()),
        _ => return Err(Request::Wrong(format!("unrecognized option '--{}'", String::from_utf8_lossy(name)))),
    };
    let Some(value) = value.or_else(|| args.next()) else {
        return Err(Request::Wrong(format!("option '--{}' requires an argument", String::from_utf8_lossy(name))));
    };
    valued(options, letter, value)
}

fn valued(options: &mut Options, letter: u8, value: Vec<u8>) -> Result<(), Request> {
    match letter {
        // POSIX: `t` is a tab.
        b'F' if value == b"t" => options.separator = Some(b"\t".to_vec()),
        b'F' => options.separator = Some(value),
        b'f' => options.sources.push(Source::File(value)),
        b'e' => options.sources.push(Source::Text(value)),
        b'v' => {
            let Some((name, value)) = assignment(&value) else {
                let value = String::from_utf8_lossy(&value).into_owned();
                return Err(Request::Wrong(format!("`{value}' argument to `-v' not in `var=value' form")));
            };
            options.assignments.push((name.to_vec(), value.to_vec()));
        }
        _ => return Err(Request::Wrong("option -i is not supported".into())),
    }
    Ok(())
}

/// The two sides of `name=value`.
pub fn assignment(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'=', text)?;
    let (name, value) = (&text[..at], &text[at + 1..]);
    let starts = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    let goes_on = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (starts && goes_on).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(args: &[&str]) -> Request {
        read(args.iter().map(|arg| arg.as_bytes().to_vec()).collect())
    }

    #[test]
    fn options_and_operands() {
        let Request::Run(options) = of(&["-F:", "-v", "a=1", "-vb=x=y", "--", "{print}", "-x", "f"]) else { panic!() };
        assert_eq!(options.separator.as_deref(), Some(&b":"[..]));
        assert_eq!(options.assignments[1], (b"b".to_vec(), b"x=y".to_vec()));
        assert_eq!(options.sources, [Source::Text(b"{print}".to_vec())]);
        assert_eq!(options.operands, [b"-x".to_vec(), b"f".to_vec()]);
        let Request::Run(options) = of(&["-f", "a.awk", "-fb.awk", "data"]) else { panic!() };
        assert_eq!(options.sources.len(), 2);
        assert_eq!(options.operands, [b"data".to_vec()]);
    }

    #[test]
    fn wrong_calls() {
        assert!(matches!(of(&[]), Request::Wrong(_)));
        assert!(matches!(of(&["-v", "1=2", "x"]), Request::Wrong(_)));
        assert!(matches!(of(&["-F"]), Request::Wrong(_)));
        assert_eq!(of(&["--version"]), Request::Version);
    }
}

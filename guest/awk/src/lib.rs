//! awk: POSIX's language with the gawk extensions in common use.
//!
//! [`run`] is the command. It reaches files, processes and the environment through a [`Host`] only,
//! and keeps nothing between two runs. From text to result: `lexer`, `parser` (names become slots),
//! `interp` (walks the tree); below them `reader` (records), `fields`, `pattern`, `format`
//! (`printf`) and `value`.

mod ast;
mod fields;
mod format;
pub mod host;
mod interp;
mod lexer;
mod number;
mod options;
mod parser;
mod pattern;
mod random;
mod reader;
mod stream;
mod text;
mod time;
mod value;

pub use host::{ExitStatus, Host, Pipes, Process, Wait};

use options::{Options, Request, Source};
use std::io::Read;

const HELP: &str = "\
Usage: awk [OPTION]... [--] 'PROGRAM' [FILE | NAME=VALUE]...
  or:  awk [OPTION]... -f PROGRAM-FILE [--] [FILE | NAME=VALUE]...
Run an awk program on the records of FILEs, or of standard input.

  -f, --file=FILE              read the program from FILE; may be given several times
  -e, --source=TEXT            use TEXT as a part of the program
  -F, --field-separator=FS     set the field separator
  -v, --assign=NAME=VALUE      set a variable before the program starts
  -b, --characters-as-bytes    treat every byte as a character
  -h, --help                   show this help
  -V, --version                show the version
";

/// Runs awk. `args` starts with the command's name; the result is its exit status.
pub fn run(args: Vec<Vec<u8>>, host: &mut dyn Host) -> u8 {
    let mut args = args.into_iter();
    let name = args.next().unwrap_or_else(|| b"awk".to_vec());
    let base = name.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let shown = String::from_utf8_lossy(base).into_owned();
    let options = match options::read(args.collect()) {
        Request::Run(options) => options,
        Request::Help => return print(host, HELP),
        Request::Version => {
            return print(
                host,
                concat!("awk (agentfense ", env!("CARGO_PKG_VERSION"), ", compatible with GNU Awk) 5.2.1\n"),
            );
        }
        Request::Wrong(message) if message.is_empty() => {
            complain(host, HELP);
            return 1;
        }
        Request::Wrong(message) => {
            complain(host, &format!("{shown}: {message}\nTry '{shown} --help' for more information.\n"));
            return 2;
        }
    };
    match run_program(options, name, &shown, host) {
        Ok(status) => status,
        Err((status, message)) => {
            complain(host, &format!("{shown}: {message}\n"));
            status
        }
    }
}

fn run_program(options: Options, name: Vec<u8>, shown: &str, host: &mut dyn Host) -> Result<u8, (u8, String)> {
    let (source, parts) = load(&options.sources, host)?;
    // Which part a line of the whole is in.
    let place = |line: u32| {
        if line == 0 {
            return String::new();
        }
        let part = parts.iter().rev().find(|part| part.first <= line).or(parts.first());
        part.map_or_else(String::new, |part| format!("{}:{}: ", part.name, line - part.first.min(line) + 1))
    };
    let bytes = options.bytes || c_locale(&host.environment());
    let program = parser::parse(&source, bytes).map_err(|error| {
        let status = if error.message.starts_with("fatal:") { 2 } else { 1 };
        (status, format!("{}{}", place(error.line), error.message))
    })?;
    let mut argv = vec![name];
    argv.extend(options.operands);
    let mut interp = interp::Interp::new(&program, host, argv, bytes);
    let start = options.separator.map(|separator| (b"FS".to_vec(), separator));
    for (name, value) in start.into_iter().chain(options.assignments) {
        interp.assign(&name, &value).map_err(|message| (2, format!("fatal: {message}")))?;
    }
    let end = interp.run();
    if let Some((line, message)) = end.error {
        complain(host, &format!("{shown}: {}{message}\n", place(line)));
    }
    Ok(end.status)
}

/// A part of the program: its name in messages and its first line in the whole.
struct Part {
    name: String,
    first: u32,
}

fn load(sources: &[Source], host: &mut dyn Host) -> Result<(Vec<u8>, Vec<Part>), (u8, String)> {
    let mut whole = Vec::new();
    let mut parts = Vec::new();
    for source in sources {
        let first = whole.iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
        let name = match source {
            Source::Text(text) => {
                whole.extend_from_slice(text);
                "cmd. line".to_owned()
            }
            Source::File(path) => {
                let name = String::from_utf8_lossy(path).into_owned();
                let opened = if path == b"-" { Ok(host.stdin()) } else { host.open(path) };
                let read = opened.and_then(|mut file| file.read_to_end(&mut whole));
                if let Err(error) = read {
                    let text = host.error_text(&error);
                    return Err((2, format!("fatal: cannot open source file `{name}' for reading: {text}")));
                }
                name
            }
        };
        whole.push(b'\n');
        parts.push(Part { name, first });
    }
    Ok((whole, parts))
}

/// Whether the environment asks for a locale in which characters are bytes.
fn c_locale(environment: &[(Vec<u8>, Vec<u8>)]) -> bool {
    let set = |name: &str| {
        let found = environment.iter().find(|(other, value)| other == name.as_bytes() && !value.is_empty());
        found.map(|(_, value)| value.as_slice())
    };
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    matches!(locale, Some(b"C" | b"POSIX"))
}

fn print(host: &mut dyn Host, text: &str) -> u8 {
    u8::from(host.stdout().write_all(text.as_bytes()).is_err())
}

fn complain(host: &mut dyn Host, text: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = host.stderr().write_all(text.as_bytes());
}

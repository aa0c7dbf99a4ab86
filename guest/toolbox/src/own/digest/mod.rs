//! md5sum, sha1sum and the rest of the family, b2sum, and shasum as Perl has it.

mod algorithm;
mod line;

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::Errno;
use algorithm::Algorithm;
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]...
Print or check checksums. With no FILE, or when FILE is -, read standard input.

  -b, --binary          read in binary mode
  -c, --check           read checksums from the FILEs and check them
      --tag             create a BSD-style checksum
  -t, --text            read in text mode (default)
  -z, --zero            end each output line with NUL, not newline, and disable file name escaping
  -l, --length=BITS     b2sum: digest length in bits
  -a, --algorithm=ALG   shasum: 1 (default), 224, 256, 384 or 512

The following options are useful only when verifying checksums:
      --ignore-missing  don't fail or report status for missing files
      --quiet           don't print OK for each successfully verified file
      --status          don't output anything, status code shows success
      --strict          exit non-zero for improperly formatted checksum lines
  -w, --warn            warn about improperly formatted checksum lines";

const LONGS: &[Long] = &[
    ("binary", Takes::Nothing, 'b'),
    ("check", Takes::Nothing, 'c'),
    ("ignore-missing", Takes::Nothing, '\u{1}'),
    ("quiet", Takes::Nothing, 'q'),
    ("status", Takes::Nothing, 's'),
    ("strict", Takes::Nothing, '\u{2}'),
    ("tag", Takes::Nothing, '\u{3}'),
    ("text", Takes::Nothing, 't'),
    ("warn", Takes::Nothing, 'w'),
    ("zero", Takes::Nothing, 'z'),
    ("length", Takes::Argument, 'l'),
    ("algorithm", Takes::Argument, 'a'),
];

/// Defines a command by its function.
macro_rules! commands {
    ($($name:ident $algorithm:expr;)*) => {
        $(
            /// Runs the command of that name.
            pub fn $name(args: Vec<Vec<u8>>) -> Outcome {
                main(args, $algorithm, false)
            }
        )*
    };
}

commands! {
    md5sum Algorithm::Md5;
    sha1sum Algorithm::Sha1;
    sha224sum Algorithm::Sha224;
    sha256sum Algorithm::Sha256;
    sha384sum Algorithm::Sha384;
    sha512sum Algorithm::Sha512;
    b2sum Algorithm::Blake2b(64);
}

/// Runs shasum, whose function is an option.
pub fn shasum(args: Vec<Vec<u8>>) -> Outcome {
    main(args, Algorithm::Sha1, true)
}

/// How lines are written and checked.
#[derive(Default)]
struct Settings {
    binary: bool,
    tag: bool,
    zero: bool,
    check: bool,
    ignore_missing: bool,
    quiet: bool,
    status: bool,
    strict: bool,
    warn: bool,
    /// As shasum: the function of a line is told by its length.
    any: bool,
}

fn main(args: Vec<Vec<u8>>, algorithm: Algorithm, any: bool) -> Outcome {
    let blake = matches!(algorithm, Algorithm::Blake2b(_));
    let shorts = match (any, blake) {
        (true, _) => "a:bcqstwUz",
        (_, true) => "bcl:twz",
        _ => "bctwz",
    };
    let mut options = Options::new(args, shorts, LONGS, HELP);
    let command = options.command().to_owned();
    let mut algorithm = algorithm;
    let mut settings = Settings { any, ..Settings::default() };
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => settings.binary = true,
            Item::Option('t', _) => settings.binary = false,
            Item::Option('c', _) => settings.check = true,
            Item::Option('q', _) => settings.quiet = true,
            Item::Option('s', _) => settings.status = true,
            Item::Option('w', _) => settings.warn = true,
            Item::Option('z', _) => settings.zero = true,
            Item::Option('\u{1}', _) => settings.ignore_missing = true,
            Item::Option('\u{2}', _) => settings.strict = true,
            Item::Option('\u{3}', _) => settings.tag = true,
            Item::Option('l', bits) if blake => algorithm = Algorithm::Blake2b(length(&bits)?),
            Item::Option('a', name) if any => {
                algorithm = match name.as_slice() {
                    b"1" => Algorithm::Sha1,
                    b"224" => Algorithm::Sha224,
                    b"256" => Algorithm::Sha256,
                    b"384" => Algorithm::Sha384,
                    b"512" => Algorithm::Sha512,
                    _ => return Err(Failure::usage(format!("Unrecognized algorithm: {}", lossy(&name)))),
                };
            }
            Item::Option('l', _) => return Err(Failure::usage("unrecognized option '--length'")),
            Item::Option('a', _) => return Err(Failure::usage("unrecognized option '--algorithm'")),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if !settings.check {
        for (given, name) in [
            (settings.ignore_missing, "ignore-missing"),
            (settings.status, "status"),
            (settings.quiet, "quiet"),
            (settings.strict, "strict"),
            (settings.warn, "warn"),
        ] {
            if given {
                let text = format!("the --{name} option is meaningful only when verifying checksums");
                return Err(Failure::usage(text));
            }
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let mut out = stdout();
    let mut status = 0;
    for name in &names {
        if settings.check {
            if !check(&command, name, algorithm, &settings, &mut out)? {
                status = 1;
            }
            continue;
        }
        match sum(name, algorithm) {
            Ok(digits) => print(&mut out, name, &digits, algorithm, &settings)?,
            Err(errno) => {
                out.flush()?;
                complain(&command, format_args!("{}: {errno}", lossy(name)));
                status = 1;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// The bytes of a result of so many bits.
fn length(bits: &[u8]) -> Result<usize, Failure> {
    let number: Option<usize> = std::str::from_utf8(bits).ok().and_then(|bits| bits.parse().ok());
    match number {
        Some(0) => Ok(64),
        Some(number) if number > 512 => Err(Failure::new(format!("invalid length: {}", quote(bits)))),
        Some(number) if number.is_multiple_of(8) => Ok(number / 8),
        Some(_) => Err(Failure::new(format!("invalid length: {}\nlength is not a multiple of 8", quote(bits)))),
        None => Err(Failure::new(format!("invalid length: {}", quote(bits)))),
    }
}

/// The checksum of a file.
fn sum(name: &[u8], algorithm: Algorithm) -> Result<String, Errno> {
    let file = read::open(name)?;
    let mut sum = algorithm.start();
    loop {
        let data = match file.read_some(256 * 1024) {
            Err(Errno::Intr) => continue,
            result => result?,
        };
        if data.is_empty() {
            return Ok(sum.finish());
        }
        sum.add(&data);
    }
}

fn print(
    out: &mut impl Write,
    name: &[u8],
    digits: &str,
    algorithm: Algorithm,
    settings: &Settings,
) -> std::io::Result<()> {
    let (shown, escaped) = if settings.zero { (name.to_vec(), false) } else { line::escape(name) };
    if escaped {
        out.write_all(b"\\")?;
    }
    if settings.tag {
        write!(out, "{} (", algorithm.tag())?;
        out.write_all(&shown)?;
        write!(out, ") = {digits}")?;
    } else {
        write!(out, "{digits} {}", if settings.binary { '*' } else { ' ' })?;
        out.write_all(&shown)?;
    }
    out.write_all(if settings.zero { b"\0" } else { b"\n" })
}

/// Checks what a file of checksums says; whether all of it is so.
fn check(
    command: &str,
    list: &[u8],
    algorithm: Algorithm,
    settings: &Settings,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let shown_list = if list == b"-" { "'standard input'".to_owned() } else { lossy(list) };
    let file = match read::open(list) {
        Ok(file) => file,
        Err(errno) => {
            complain(command, format_args!("{}: {errno}", lossy(list)));
            return Ok(false);
        }
    };
    let (mut good, mut formatted, mut malformed, mut unread, mut wrong) = (0u64, 0u64, 0u64, 0u64, 0u64);
    for (index, text) in BufReader::new(file).split(b'\n').enumerate() {
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                complain(command, format_args!("{}: {}", lossy(list), agentfense_sys::error_text(&error)));
                return Ok(false);
            }
        };
        let text = text.strip_suffix(b"\r").unwrap_or(&text);
        if text.first() == Some(&b'#') {
            continue;
        }
        let Some(line) = line::parse(text, algorithm, settings.any) else {
            malformed += 1;
            if settings.warn {
                out.flush()?;
                let number = index + 1;
                let tag = algorithm.tag();
                complain(command, format_args!("{shown_list}: {number}: improperly formatted {tag} checksum line"));
            }
            continue;
        };
        formatted += 1;
        let found = sum(&line.name, line.algorithm);
        let verdict = match found {
            Err(Errno::Noent) if settings.ignore_missing => continue,
            Err(errno) => {
                unread += 1;
                out.flush()?;
                complain(command, format_args!("{}: {errno}", lossy(&line.name)));
                "FAILED open or read"
            }
            Ok(digits) if digits == line.digits => {
                good += 1;
                "OK"
            }
            Ok(_) => {
                wrong += 1;
                "FAILED"
            }
        };
        if !(settings.status || settings.quiet && verdict == "OK") {
            let (shown, escaped) = line::escape(&line.name);
            if escaped {
                out.write_all(b"\\")?;
            }
            out.write_all(&shown)?;
            writeln!(out, ": {verdict}")?;
        }
    }
    out.flush()?;
    if formatted == 0 {
        complain(command, format_args!("{shown_list}: no properly formatted checksum lines found"));
        return Ok(false);
    }
    if !settings.status {
        let warn = |count: u64, one: &str, many: &str| {
            if count > 0 {
                complain(command, format_args!("WARNING: {count} {}", if count == 1 { one } else { many }));
            }
        };
        warn(malformed, "line is improperly formatted", "lines are improperly formatted");
        warn(unread, "listed file could not be read", "listed files could not be read");
        warn(wrong, "computed checksum did NOT match", "computed checksums did NOT match");
        if settings.ignore_missing && good == 0 {
            complain(command, format_args!("{shown_list}: no file was verified"));
        }
    }
    let missing_all = settings.ignore_missing && good == 0;
    Ok(unread == 0 && wrong == 0 && !missing_all && !(settings.strict && malformed > 0))
}

//! date: prints the time, or a time that is described.

use agentfense_support::quote::lossy;
use agentfense_support::time::{Civil, Zone, format, local_zone, now, parse_in};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use agentfense_sys::files;
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [OPTION]... [+FORMAT]
Display the date and time in the given FORMAT. The clock is not to be set.

  -d, --date=STRING       display the time that STRING describes, not 'now'
  -f, --file=DATEFILE     like --date, once for each line of DATEFILE
  -I[FMT], --iso-8601[=FMT]  ISO 8601: FMT is 'date' (the default), 'hours', 'minutes', 'seconds' or 'ns'
  -R, --rfc-email         RFC 5322: Mon, 14 Aug 2006 02:34:56 -0600
      --rfc-3339=FMT      RFC 3339: FMT is 'date', 'seconds' or 'ns'
  -r, --reference=FILE    display when FILE was last changed
  -s, --set=STRING        set the time that STRING describes, which is refused
  -u, --utc, --universal  Coordinated Universal Time
      --debug             accepted, does nothing

FORMAT: %a %A weekday, %b %B month, %c date and time, %C century, %d %e day, %D %m/%d/%y, %F %Y-%m-%d,
%g %G year of the ISO week, %h as %b, %H %k hour, %I %l hour to 12, %j day of the year, %m month, %M minute,
%n newline, %N nanoseconds, %p %P AM or PM, %q quarter, %r %T and %p, %R %H:%M, %s seconds since 1970,
%S second, %t tab, %T %H:%M:%S, %u %w day of the week, %U %V %W week, %x date, %X time, %y %Y year,
%z %:z %::z offset, %Z zone, %% a percent. Behind the percent: - no padding, _ spaces, 0 zeros, ^ upper
case, # other case; then a width.";

const LONGS: &[Long] = &[
    ("date", Takes::Argument, 'd'),
    ("debug", Takes::Nothing, '\u{1}'),
    ("file", Takes::Argument, 'f'),
    ("iso-8601", Takes::Optional, 'I'),
    ("reference", Takes::Argument, 'r'),
    ("rfc-email", Takes::Nothing, 'R'),
    ("rfc-822", Takes::Nothing, 'R'),
    ("rfc-2822", Takes::Nothing, 'R'),
    ("rfc-3339", Takes::Argument, '\u{2}'),
    ("set", Takes::Argument, 's'),
    ("uct", Takes::Nothing, 'u'),
    ("utc", Takes::Nothing, 'u'),
    ("universal", Takes::Nothing, 'u'),
];

const DEFAULT: &[u8] = b"%a %b %e %H:%M:%S %Z %Y";
const ISO: &[(&str, &str)] = &[
    ("date", "%Y-%m-%d"),
    ("hours", "%Y-%m-%dT%H%:z"),
    ("minutes", "%Y-%m-%dT%H:%M%:z"),
    ("seconds", "%Y-%m-%dT%H:%M:%S%:z"),
    ("ns", "%Y-%m-%dT%H:%M:%S,%N%:z"),
];
const RFC_3339: &[(&str, &str)] =
    &[("date", "%Y-%m-%d"), ("seconds", "%Y-%m-%d %H:%M:%S%:z"), ("ns", "%Y-%m-%d %H:%M:%S.%N%:z")];

/// Which time is meant.
enum Source {
    Now,
    Text(Vec<u8>),
    Lines(Vec<u8>),
    File(Vec<u8>),
    Set(Vec<u8>),
}

fn invalid(text: &[u8]) -> Failure {
    Failure::new(format!("invalid date {}", quote(text)))
}

/// The format that a word or a beginning of it stands for.
fn chosen(formats: &[(&str, &'static str)], option: &str, value: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut matching = formats.iter().filter(|(word, _)| word.as_bytes().starts_with(value));
    if let (Some((_, format)), None) = (matching.next(), matching.next()) {
        return Ok(format.as_bytes().to_vec());
    }
    let words: String = formats.iter().map(|(word, _)| format!("  - '{word}'\n")).collect();
    Err(Failure::usage(format!(
        "invalid argument {} for '--{option}'\nValid arguments are:\n{}",
        quote(value),
        words.trim_end()
    )))
}

/// `MMDDhhmm[[CC]YY][.ss]`, as a text that can be read.
fn posix(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let (digits, second) = text.split_once('.').unwrap_or((text, "00"));
    let all = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !all(digits) || !all(second) || second.len() != 2 {
        return None;
    }
    let (date, year) = digits.split_at_checked(8)?;
    let year = match year.len() {
        0 => String::new(),
        2 | 4 => format!("/{year}"),
        _ => return None,
    };
    Some(format!("{}/{}{year} {}:{}:{second}", &date[..2], &date[2..4], &date[4..6], &date[6..]))
}

/// What is printed, and in which zone.
struct Printer {
    format: Vec<u8>,
    zone: Zone,
}

impl Printer {
    fn print(&self, out: &mut impl Write, (seconds, nanosecond): (i64, i64)) -> std::io::Result<()> {
        let mut civil = Civil::at(seconds, &self.zone.at(seconds));
        civil.nanosecond = u32::try_from(nanosecond).unwrap_or(0);
        out.write_all(&format(&self.format, &civil))?;
        out.write_all(b"\n")
    }

    fn read(&self, text: &[u8]) -> Option<(i64, i64)> {
        parse_in(std::str::from_utf8(text).ok()?, now(), &self.zone)
    }
}

/// Runs date.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "d:f:I::r:Rs:u", LONGS, HELP);
    let (mut format, mut sources, mut utc, mut operands) = (None, Vec::new(), false, Vec::new());
    while let Some(item) = options.next_item()? {
        let chosen_format = match item {
            Item::Option('d', value) => {
                sources.push(Source::Text(value));
                None
            }
            Item::Option('f', value) => {
                sources.push(Source::Lines(value));
                None
            }
            Item::Option('r', value) => {
                sources.push(Source::File(value));
                None
            }
            Item::Option('s', value) => {
                sources.push(Source::Set(value));
                None
            }
            Item::Option('I', value) if value.is_empty() => Some(ISO[0].1.into()),
            Item::Option('I', value) => Some(chosen(ISO, "iso-8601", &value)?),
            Item::Option('R', _) => Some(b"%a, %d %b %Y %H:%M:%S %z".to_vec()),
            Item::Option('\u{2}', value) => Some(chosen(RFC_3339, "rfc-3339", &value)?),
            Item::Option(letter, _) => {
                utc |= letter == 'u';
                None
            }
            Item::Operand(operand) => {
                operands.push(operand);
                None
            }
        };
        if chosen_format.is_some() && std::mem::replace(&mut format, chosen_format).is_some() {
            return Err(Failure::new("multiple output formats specified"));
        }
    }
    if sources.len() > 1 {
        // Of several of one kind the last counts.
        let kind = std::mem::discriminant(&sources[0]);
        if sources.iter().any(|source| std::mem::discriminant(source) != kind) {
            return Err(Failure::usage("the options to specify dates for printing are mutually exclusive"));
        }
    }
    let mut source = sources.pop().unwrap_or(Source::Now);
    let mut operands = operands.into_iter();
    if let Some(operand) = operands.next() {
        if let Some(extra) = operands.next() {
            return Err(Failure::usage(format!("extra operand {}", quote(extra))));
        }
        match operand.strip_prefix(b"+") {
            Some(_) if format.is_some() => return Err(Failure::new("multiple output formats specified")),
            Some(text) => format = Some(text.to_vec()),
            None if matches!(source, Source::Now) => {
                source = Source::Set(posix(&operand).ok_or_else(|| invalid(&operand))?.into_bytes());
            }
            None => {
                return Err(Failure::usage(format!(
                    "the argument {} lacks a leading '+';\nwhen using an option to specify date(s), any non-option\n\
                     argument must be a format string beginning with '+'",
                    quote(&operand)
                )));
            }
        }
    }
    let zone = if utc { Zone::utc() } else { local_zone().clone() };
    let printer = Printer { format: format.unwrap_or_else(|| DEFAULT.to_vec()), zone };
    let mut out = stdout();
    let mut status = 0;
    match source {
        Source::Now => printer.print(&mut out, (now().div_euclid(1_000_000_000), now().rem_euclid(1_000_000_000)))?,
        Source::Text(text) => printer.print(&mut out, printer.read(&text).ok_or_else(|| invalid(&text))?)?,
        Source::Set(text) => {
            let moment = printer.read(&text).ok_or_else(|| invalid(&text))?;
            complain("date", "cannot set date: Operation not permitted");
            status = 1;
            printer.print(&mut out, moment)?;
        }
        Source::File(name) => {
            let stat = files::stat(&name, true).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(&name))))?;
            printer.print(&mut out, (stat.mtime.div_euclid(1_000_000_000), stat.mtime.rem_euclid(1_000_000_000)))?;
        }
        Source::Lines(name) => {
            let file = read::open(&name).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(&name))))?;
            for line in BufReader::new(file).split(b'\n') {
                let line = line?;
                match printer.read(&line) {
                    Some(moment) => printer.print(&mut out, moment)?,
                    None => {
                        out.flush()?;
                        complain("date", format_args!("invalid date {}", quote(&line)));
                        status = 1;
                    }
                }
            }
        }
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_posix() {
        assert_eq!(posix(b"01020304").as_deref(), Some("01/02 03:04:00"));
        assert_eq!(posix(b"0102030421.05").as_deref(), Some("01/02/21 03:04:05"));
        assert_eq!(posix(b"010203042021").as_deref(), Some("01/02/2021 03:04:00"));
        for text in ["0102", "foo", "010203042", "01020304.5", "é1020304"] {
            assert_eq!(posix(text.as_bytes()), None, "{text}");
        }
    }
}

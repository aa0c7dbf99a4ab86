//! numfmt: numbers to and from forms that people read.

mod format;
mod number;

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, read, stdout};
use format::Format;
use number::{Fault, Round, Scale};
use std::io::{BufRead, BufReader, Write};

const HELP: &str = "\
{} [OPTION]... [NUMBER]...
Reformat NUMBER(s), or the numbers from standard input if none are specified.

      --debug              print warnings about invalid input
  -d, --delimiter=X        use X instead of whitespace for field delimiter
      --field=FIELDS       replace the numbers in these input fields (default: 1)
      --format=FORMAT      use printf style floating-point FORMAT
      --from=UNIT          auto-scale input numbers to UNITs (default: none)
      --from-unit=N        specify the input unit size (default: 1)
      --grouping           accepted: the locale groups no digits
      --header[=N]         print without converting the first N lines (default: 1)
      --invalid=MODE       failure mode for invalid numbers: abort, fail, warn, ignore
      --padding=N          pad the output to N characters, to the left if N is negative
      --round=METHOD       up, down, from-zero (default), towards-zero, nearest
      --suffix=SUFFIX      add SUFFIX to output numbers, and accept it in input numbers
      --to=UNIT            auto-scale output numbers to UNITs
      --to-unit=N          the output unit size (default: 1)
  -z, --zero-terminated    line delimiter is NUL, not newline

UNIT is none, auto (1K = 1000, 1Ki = 1024; for --from only), si (1K = 1000), iec (1K = 1024)
or iec-i (1Ki = 1024). FIELDS is a list of N, N-, N-M, -M and -.";

const LONGS: &[Long] = &[
    ("debug", Takes::Nothing, '\u{1}'),
    ("delimiter", Takes::Argument, 'd'),
    ("field", Takes::Argument, '\u{2}'),
    ("format", Takes::Argument, '\u{3}'),
    ("from", Takes::Argument, '\u{4}'),
    ("from-unit", Takes::Argument, '\u{5}'),
    ("grouping", Takes::Nothing, '\u{6}'),
    ("header", Takes::Optional, '\u{7}'),
    ("invalid", Takes::Argument, '\u{8}'),
    ("padding", Takes::Argument, '\u{e}'),
    ("round", Takes::Argument, '\u{f}'),
    ("suffix", Takes::Argument, '\u{10}'),
    ("to", Takes::Argument, '\u{11}'),
    ("to-unit", Takes::Argument, '\u{12}'),
    ("zero-terminated", Takes::Nothing, 'z'),
];

/// What becomes of a number that is none.
#[derive(Clone, Copy, PartialEq)]
enum Invalid {
    Abort,
    Fail,
    Warn,
    Ignore,
}

struct Settings {
    delimiter: Option<u8>,
    /// First and last, from 1.
    fields: Vec<(usize, usize)>,
    format: Format,
    from: Scale,
    from_unit: f64,
    to: Scale,
    to_unit: f64,
    round: Round,
    padding: i64,
    suffix: Vec<u8>,
    invalid: Invalid,
    end: u8,
}

/// One of a list of words, or the start of just one.
fn choose<T: Copy>(option: &str, value: &[u8], words: &[(&str, T)]) -> Result<T, Failure> {
    let starts = |word: &&(&str, T)| word.0.as_bytes().starts_with(value);
    if let Some(exact) = words.iter().find(|(word, _)| word.as_bytes() == value) {
        return Ok(exact.1);
    }
    let mut found = words.iter().filter(starts);
    match (found.next(), found.next()) {
        (Some(one), None) if !value.is_empty() => Ok(one.1),
        _ => {
            let mut message = format!("invalid argument {} for '--{option}'\nValid arguments are:", quote(value));
            words.iter().for_each(|(word, _)| message.push_str(&format!("\n  - '{word}'")));
            Err(Failure::usage(message))
        }
    }
}

fn unit(option: &str, value: &[u8]) -> Result<f64, Failure> {
    let wrong = || Failure::new(format!("invalid unit size: {}", quote(value)));
    // `K` is a thousand here, `Ki` is not.
    let iec = value.last() == Some(&b'i');
    let text = if iec { &value[..value.len() - 1] } else { value };
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = if digits == 0 { Ok(1.0) } else { lossy(&text[..digits]).parse::<f64>() }.map_err(|_| wrong())?;
    let power = match &text[digits..] {
        [] if digits > 0 && !iec => 0,
        [letter] => number::power(*letter).ok_or_else(wrong)?,
        _ => return Err(wrong()),
    };
    let unit = number * if iec { 1024f64 } else { 1000f64 }.powi(power as i32);
    if unit > 0.0 { Ok(unit) } else { Err(Failure::new(format!("{option}: {}", wrong().message))) }
}

fn fields(value: &[u8]) -> Result<Vec<(usize, usize)>, Failure> {
    let number = |text: &[u8]| {
        let wrong = || Failure::usage(format!("invalid field value {}", quote(text)));
        let number = lossy(text).parse::<usize>().map_err(|_| wrong())?;
        if number == 0 { Err(Failure::usage("fields are numbered from 1")) } else { Ok(number) }
    };
    let ranges = value.split(|byte| *byte == b',').map(|range| {
        let Some(dash) = range.iter().position(|byte| *byte == b'-') else {
            let one = number(range)?;
            return Ok((one, one));
        };
        let (first, last) = (&range[..dash], &range[dash + 1..]);
        let first = if first.is_empty() { 1 } else { number(first)? };
        let last = if last.is_empty() { usize::MAX } else { number(last)? };
        if last < first { Err(Failure::usage("invalid decreasing range")) } else { Ok((first, last)) }
    });
    ranges.collect()
}

/// Runs numfmt.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut settings = Settings {
        delimiter: None,
        fields: vec![(1, 1)],
        format: Format::default(),
        from: Scale::None,
        from_unit: 1.0,
        to: Scale::None,
        to_unit: 1.0,
        round: Round::FromZero,
        padding: 0,
        suffix: Vec::new(),
        invalid: Invalid::Abort,
        end: b'\n',
    };
    let scales =
        [("none", Scale::None), ("auto", Scale::Auto), ("si", Scale::Si), ("iec", Scale::Iec), ("iec-i", Scale::IecI)];
    let mut options = Options::new(args, "d:z", LONGS, HELP);
    let (mut header, mut numbers) = (0u64, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('d', value) => {
                settings.delimiter = match value.as_slice() {
                    [] => Some(0),
                    [byte] => Some(*byte),
                    _ => return Err(Failure::usage("the delimiter must be a single character")),
                };
            }
            Item::Option('\u{2}', value) => settings.fields = fields(&value)?,
            Item::Option('\u{3}', value) => settings.format = Format::parse(&value)?,
            Item::Option('\u{4}', value) => settings.from = choose("from", &value, &scales)?,
            Item::Option('\u{5}', value) => settings.from_unit = unit("from-unit", &value)?,
            Item::Option('\u{7}', value) => {
                let count = if value.is_empty() { Some(1) } else { lossy(&value).parse().ok().filter(|n| *n > 0) };
                header = count.ok_or_else(|| Failure::new(format!("invalid header value {}", quote(&value))))?;
            }
            Item::Option('\u{8}', value) => {
                let modes = [
                    ("abort", Invalid::Abort),
                    ("fail", Invalid::Fail),
                    ("warn", Invalid::Warn),
                    ("ignore", Invalid::Ignore),
                ];
                settings.invalid = choose("invalid", &value, &modes)?;
            }
            Item::Option('\u{e}', value) => {
                let padding = lossy(&value).parse().ok().filter(|n: &i64| *n != 0 && n.abs() <= i64::from(i32::MAX));
                settings.padding =
                    padding.ok_or_else(|| Failure::new(format!("invalid padding value {}", quote(&value))))?;
            }
            Item::Option('\u{f}', value) => {
                let methods = [
                    ("up", Round::Up),
                    ("down", Round::Down),
                    ("from-zero", Round::FromZero),
                    ("towards-zero", Round::TowardsZero),
                    ("nearest", Round::Nearest),
                ];
                settings.round = choose("round", &value, &methods)?;
            }
            Item::Option('\u{10}', value) => settings.suffix = value,
            Item::Option('\u{11}', value) => {
                settings.to = choose("to", &value, &[scales[0], scales[2], scales[3], scales[4]])?
            }
            Item::Option('\u{12}', value) => settings.to_unit = unit("to-unit", &value)?,
            Item::Option('\u{6}', _) => settings.format.grouped = true,
            Item::Option('z', _) => settings.end = 0,
            Item::Option(..) => {}
            Item::Operand(number) => numbers.push(number),
        }
    }
    if settings.format.grouped && settings.to != Scale::None {
        return Err(Failure::new("grouping cannot be combined with --to"));
    }
    let (mut out, mut failed) = (stdout(), false);
    if numbers.is_empty() {
        let stdin = read::open(b"-").map_err(|errno| Failure::new(format!("error reading input: {errno}")))?;
        let mut input = BufReader::new(stdin);
        let mut line = Vec::new();
        loop {
            line.clear();
            if input.read_until(settings.end, &mut line)? == 0 {
                break;
            }
            let ended = line.last() == Some(&settings.end);
            let body = if ended { &line[..line.len() - 1] } else { &line[..] };
            if header > 0 {
                header -= 1;
                out.write_all(body)?;
            } else {
                failed |= settings.line(body, &mut out)?;
            }
            if ended {
                out.write_all(&[settings.end])?;
            }
        }
    } else {
        for number in &numbers {
            failed |= settings.line(number, &mut out)?;
            out.write_all(&[settings.end])?;
        }
    }
    out.flush()?;
    Ok(if failed && settings.invalid == Invalid::Fail { 2 } else { 0 })
}

impl Settings {
    /// Prints a line with its fields converted; whether one could not be.
    fn line(&self, line: &[u8], out: &mut impl Write) -> Result<bool, Failure> {
        let (mut failed, mut rest, mut number) = (false, line, 1);
        loop {
            // Blanks in front of a field belong to it, but one.
            let (blanks, length) = match self.delimiter {
                Some(delimiter) => (0, rest.iter().position(|byte| *byte == delimiter).unwrap_or(rest.len())),
                None => {
                    let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    let end = rest[blanks..].iter().position(u8::is_ascii_whitespace);
                    (blanks, end.map_or(rest.len(), |end| blanks + end))
                }
            };
            let (field, behind) = rest.split_at(length);
            if self.fields.iter().any(|(first, last)| (*first..=*last).contains(&number)) {
                match self.convert(&field[blanks..]) {
                    Ok(text) => {
                        // What was aligned by blanks still is.
                        let width = if self.padding == 0
                            && (blanks > 1 || (blanks > 0 && number == 1))
                            && !self.format.has_width()
                        {
                            field.len() - usize::from(number > 1)
                        } else {
                            0
                        };
                        if blanks > 0 && number > 1 {
                            out.write_all(b" ")?;
                        }
                        for _ in text.len()..width {
                            out.write_all(b" ")?;
                        }
                        out.write_all(&text)?;
                    }
                    Err(fault) => {
                        failed = true;
                        let message = fault.message(&field[blanks..]);
                        match self.invalid {
                            Invalid::Abort => {
                                out.flush()?;
                                return Err(Failure::new(message).status(2));
                            }
                            Invalid::Ignore => {}
                            _ => complain("numfmt", message),
                        }
                        out.write_all(field)?;
                    }
                }
            } else {
                out.write_all(field)?;
            }
            match (behind.split_first(), self.delimiter) {
                (Some((delimiter, more)), Some(_)) => {
                    out.write_all(&[*delimiter])?;
                    rest = more;
                }
                (Some(_), None) => rest = behind,
                (None, _) => return Ok(failed),
            }
            number += 1;
        }
    }

    fn convert(&self, field: &[u8]) -> Result<Vec<u8>, Fault> {
        let field = if self.suffix.is_empty() { field } else { field.strip_suffix(&self.suffix[..]).unwrap_or(field) };
        let input = number::read(field, self.from)?;
        let value = input.value * self.from_unit / self.to_unit;
        let text = match input.whole {
            Some(whole) if self.to == Scale::None && self.from_unit == self.to_unit => {
                number::write_whole(whole, &self.format)?
            }
            _ => number::write(value, input.decimals, self.to, self.round, &self.format)?,
        };
        let mut whole = self.format.prefix.clone();
        let mut text = text.into_bytes();
        text.extend_from_slice(&self.suffix);
        let width = if self.padding != 0 { self.padding } else { self.format.padding() };
        let missing = (width.unsigned_abs() as usize).saturating_sub(text.len());
        if width > 0 {
            whole.resize(whole.len() + missing, b' ');
        }
        whole.extend_from_slice(&text);
        if width < 0 {
            whole.resize(whole.len() + missing, b' ');
        }
        whole.extend_from_slice(&self.format.suffix);
        Ok(whole)
    }
}

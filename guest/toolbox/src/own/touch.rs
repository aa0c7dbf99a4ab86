//! touch: changes file times.

use agentfense_support::quote::lossy;
use agentfense_support::time::{self, days_from_civil};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags};

const HELP: &str = "\
{} [OPTION]... FILE...
Update the access and modification times of each FILE to the current time. A FILE that
does not exist is created empty, unless -c or -h is supplied.

  -a                    change only the access time
  -c, --no-create       do not create any files
  -d, --date=STRING     parse STRING and use it instead of current time
  -h, --no-dereference  affect symbolic links instead of any referenced file
  -m                    change only the modification time
  -r, --reference=FILE  use this file's times instead of current time
  -t [[CC]YY]MMDDhhmm[.ss]  use specified time instead of current time
      --time=WORD       access, atime, use (-a); modify, mtime (-m)";

const LONGS: &[Long] = &[
    ("no-create", Takes::Nothing, 'c'),
    ("date", Takes::Argument, 'd'),
    ("no-dereference", Takes::Nothing, 'h'),
    ("reference", Takes::Argument, 'r'),
    ("time", Takes::Argument, '\u{1}'),
];

/// Runs touch.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "acd:fhmr:t:", LONGS, HELP);
    let (mut access, mut modification, mut create, mut follow) = (false, false, true, true);
    let (mut date, mut reference, mut stamp, mut names) = (None, None, None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => access = true,
            Item::Option('m', _) => modification = true,
            Item::Option('c', _) => create = false,
            Item::Option('h', _) => (follow, create) = (false, false),
            Item::Option('d', value) => date = Some(value),
            Item::Option('r', value) => reference = Some(value),
            Item::Option('t', value) => stamp = Some(value),
            Item::Option('\u{1}', value) => match value.as_slice() {
                b"access" | b"atime" | b"use" => access = true,
                b"modify" | b"mtime" => modification = true,
                _ => return Err(Failure::usage(format!("invalid argument {} for '--time'", quote(&value)))),
            },
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing file operand"));
    }
    if stamp.is_some() && (date.is_some() || reference.is_some()) {
        return Err(Failure::usage("cannot specify times from more than one source"));
    }
    let invalid = |value: &[u8]| Failure::new(format!("invalid date format {}", quote(value)));
    let (atime, mtime) = match (reference, &date, stamp) {
        (Some(reference), _, _) => {
            let stat = files::stat(&reference, follow)
                .map_err(|errno| Failure::new(format!("failed to get attributes of {}: {errno}", quote(&reference))))?;
            // A date that is given as well counts from the reference's times.
            match &date {
                Some(date) => {
                    let from = |base| time::parse_from(&lossy(date), base).ok_or_else(|| invalid(date));
                    (from(stat.atime)?, from(stat.mtime)?)
                }
                None => (stat.atime, stat.mtime),
            }
        }
        (None, Some(date), _) => {
            let point = time::parse(&lossy(date)).ok_or_else(|| invalid(date))?;
            (point, point)
        }
        (None, None, Some(stamp)) => {
            let point = parse_stamp(&lossy(&stamp)).ok_or_else(|| invalid(&stamp))?;
            (point, point)
        }
        (None, None, None) => (time::now(), time::now()),
    };
    let both = access == modification;
    let times = ((both || access).then_some(atime), (both || modification).then_some(mtime));
    let mut status = 0;
    for name in &names {
        let result = if name == b"-" {
            OpenFile::inherited(1).ok_or(Errno::Badf).and_then(|file| file.set_times(times.0, times.1))
        } else {
            touch(name, times, create, follow)
        };
        match result {
            Ok(()) => {}
            Err(Errno::Noent) if !create && follow => {}
            Err(errno) => {
                let what = if errno == Errno::Noent || create { "cannot touch" } else { "setting times of" };
                complain("touch", format_args!("{what} {}: {errno}", quote(name)));
                status = 1;
            }
        }
    }
    Ok(status)
}

fn touch(name: &[u8], (atime, mtime): (Option<i64>, Option<i64>), create: bool, follow: bool) -> Result<(), Errno> {
    if !follow && files::stat(name, false)?.kind == files::FileType::Symlink {
        // The kernel has no call for the times of a link itself.
        return Err(Errno::Notsup);
    }
    let file = match files::open(name, OpenFlags::READ | OpenFlags::NONBLOCK, 0) {
        Err(Errno::Noent) if create => {
            files::open(name, OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::NONBLOCK, 0o666)?
        }
        // One that may be written only has times to set, too.
        Err(Errno::Acces) => files::open(name, OpenFlags::WRITE | OpenFlags::NONBLOCK, 0)?,
        result => result?,
    };
    file.set_times(atime, mtime)
}

/// `[[CC]YY]MMDDhhmm[.ss]`.
fn parse_stamp(text: &str) -> Option<i64> {
    let (digits, seconds) = match text.split_once('.') {
        Some((digits, seconds)) if seconds.len() == 2 => (digits, seconds.parse::<i64>().ok()?),
        Some(_) => return None,
        None => (text, 0),
    };
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match digits.len() {
        8 => (time::local(time::now()).year, digits),
        10 => {
            let year: i64 = digits[..2].parse().ok()?;
            (if year < 69 { 2000 + year } else { 1900 + year }, &digits[2..])
        }
        12 => (digits[..4].parse().ok()?, &digits[4..]),
        _ => return None,
    };
    let part = |at: usize| rest[at..at + 2].parse::<u32>().ok();
    let (month, day, hour, minute) = (part(0)?, part(2)?, part(4)?, part(6)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || seconds > 60 {
        return None;
    }
    let days = days_from_civil(year, month, day);
    let local = days * 86_400 + i64::from(hour * 3600 + minute * 60) + seconds;
    time::local_zone().seconds_of(local)?.checked_mul(1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::parse_stamp;
    use agentfense_support::time::parse;

    #[test]
    fn stamps() {
        assert_eq!(parse_stamp("202601020304.05"), parse("2026-01-02 03:04:05"));
        assert_eq!(parse_stamp("2601020304"), parse("2026-01-02 03:04"));
        assert_eq!(parse_stamp("7001020304"), parse("1970-01-02 03:04"));
        for bad in ["", "1", "20261302030405", "202613020304", "2026010203xx", "01020304.5"] {
            assert_eq!(parse_stamp(bad), None, "{bad}");
        }
    }
}

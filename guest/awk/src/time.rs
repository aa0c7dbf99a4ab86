//! `strftime` and `mktime`, in UTC.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What `strftime` uses without a format.
pub const DEFAULT_FORMAT: &[u8] = b"%a %b %e %H:%M:%S %Z %Y";

/// Years further away than that are refused.
const MAX_YEAR: i64 = 1_000_000;

/// Seconds since the epoch.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

struct Date {
    year: i64,
    month: i64,
    day: i64,
    weekday: i64,
    day_of_year: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// Days since the epoch.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // The year starts in March, so that the leap day is its last.
    let year = year - i64::from(month <= 2);
    let shifted = (month + 9) % 12;
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * shifted + 2) / 5 + day - 1 - 719_468
}

fn date(seconds: i64) -> Date {
    let (whole, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let since = whole + 719_468;
    let era = since.div_euclid(146_097);
    let of_era = since.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Date {
        year,
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        weekday: (whole + 4).rem_euclid(7),
        day_of_year: whole - days(year, 1, 1),
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

/// The ISO 8601 year and week.
fn iso_week(date: &Date) -> (i64, i64) {
    let weekday = (date.weekday + 6) % 7;
    let week = (date.day_of_year - weekday + 10) / 7;
    let weeks = |year: i64| {
        let first = (days(year, 1, 1) + 4).rem_euclid(7);
        let leap = days(year + 1, 1, 1) - days(year, 1, 1) == 366;
        if first == 4 || (leap && first == 3) { 53 } else { 52 }
    };
    if week < 1 {
        (date.year - 1, weeks(date.year - 1))
    } else if week > weeks(date.year) {
        (date.year + 1, 1)
    } else {
        (date.year, week)
    }
}

/// As strftime(3). Absent for a time too far away.
pub fn format(format: &[u8], seconds: i64) -> Option<Vec<u8>> {
    if seconds.unsigned_abs() > MAX_YEAR as u64 * 31_556_952 {
        return None;
    }
    let date = date(seconds);
    let mut out = Vec::with_capacity(format.len() * 2);
    let mut at = 0;
    while let Some(&byte) = format.get(at) {
        at += 1;
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let start = at;
        let mut flag = None;
        while let Some(&letter @ (b'-' | b'_' | b'0' | b'^' | b'E' | b'O')) = format.get(at) {
            flag = Some(letter);
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            out.push(b'%');
            out.extend_from_slice(&format[start..]);
            break;
        };
        at += 1;
        match conversion(&date, seconds, letter, flag) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.extend_from_slice(&format[start - 1..at]),
        }
    }
    Some(out)
}

fn conversion(date: &Date, seconds: i64, letter: u8, flag: Option<u8>) -> Option<String> {
    let nested = |text: &str| {
        format(text.as_bytes(), seconds).map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default()
    };
    let number = |value: i64, width: usize, fill: u8| {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = match (flag, fill) {
            (Some(b'-'), _) => write!(text, "{value}"),
            (Some(b'_'), _) | (None, b' ') => write!(text, "{value:width$}"),
            _ => write!(text, "{value:0width$}"),
        };
        text
    };
    let name = |names: &[&str], index: i64, short: bool| {
        let name = usize::try_from(index).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
        let name = if short { &name[..3] } else { name };
        if flag == Some(b'^') { name.to_uppercase() } else { name.to_owned() }
    };
    let hour12 = (date.hour + 11) % 12 + 1;
    Some(match letter {
        b'a' => name(&DAYS, date.weekday, true),
        b'A' => name(&DAYS, date.weekday, false),
        b'b' | b'h' => name(&MONTHS, date.month - 1, true),
        b'B' => name(&MONTHS, date.month - 1, false),
        b'c' => nested("%a %b %e %H:%M:%S %Y"),
        b'C' => number(date.year.div_euclid(100), 2, b'0'),
        b'd' => number(date.day, 2, b'0'),
        b'D' | b'x' => nested("%m/%d/%y"),
        b'e' => number(date.day, 2, b' '),
        b'F' => nested("%Y-%m-%d"),
        b'g' => number(iso_week(date).0.rem_euclid(100), 2, b'0'),
        b'G' => number(iso_week(date).0, 1, b'0'),
        b'H' => number(date.hour, 2, b'0'),
        b'I' => number(hour12, 2, b'0'),
        b'j' => number(date.day_of_year + 1, 3, b'0'),
        b'k' => number(date.hour, 2, b' '),
        b'l' => number(hour12, 2, b' '),
        b'm' => number(date.month, 2, b'0'),
        b'M' => number(date.minute, 2, b'0'),
        b'n' => "\n".to_owned(),
        b'p' => if date.hour < 12 { "AM" } else { "PM" }.to_owned(),
        b'P' => if date.hour < 12 { "am" } else { "pm" }.to_owned(),
        b'r' => nested("%I:%M:%S %p"),
        b'R' => nested("%H:%M"),
        b's' => seconds.to_string(),
        b'S' => number(date.second, 2, b'0'),
        b't' => "\t".to_owned(),
        b'T' | b'X' => nested("%H:%M:%S"),
        b'u' => ((date.weekday + 6) % 7 + 1).to_string(),
        b'U' => number((date.day_of_year + 7 - date.weekday) / 7, 2, b'0'),
        b'V' => number(iso_week(date).1, 2, b'0'),
        b'w' => date.weekday.to_string(),
        b'W' => number((date.day_of_year + 7 - (date.weekday + 6) % 7) / 7, 2, b'0'),
        b'y' => number(date.year.rem_euclid(100), 2, b'0'),
        b'Y' => number(date.year, 1, b'0'),
        b'z' => "+0000".to_owned(),
        b'Z' => "UTC".to_owned(),
        b'%' => "%".to_owned(),
        _ => return None,
    })
}

/// As gawk's `mktime("YYYY MM DD HH MM SS [DST]")`; absent where it is not of that form.
pub fn make(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let mut numbers = [0i64; 6];
    let mut words = text.split_ascii_whitespace();
    for number in &mut numbers {
        *number = words.next()?.parse().ok()?;
        if number.abs() > MAX_YEAR * 1000 {
            return None;
        }
    }
    let [year, month, day, hour, minute, second] = numbers;
    // A 13th month is January of the next year.
    let months = year * 12 + month - 1;
    let first = days(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
    Some((first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pattern: &str, seconds: i64) -> String {
        String::from_utf8(format(pattern.as_bytes(), seconds).unwrap()).unwrap()
    }

    #[test]
    fn dates() {
        assert_eq!(text("%Y-%m-%d %H:%M:%S", 0), "1970-01-01 00:00:00");
        assert_eq!(text("%a %b %e %H:%M:%S %Z %Y", 1_709_210_096), "Thu Feb 29 12:34:56 UTC 2024");
        assert_eq!(text("%j %U %V %G %u %-d %I%p", 1_704_067_200), "001 00 01 2024 1 1 12AM");
        assert_eq!(text("%F %T %Q", -1), "1969-12-31 23:59:59 %Q");
        assert!(format(b"%Y", i64::MAX).is_none());
    }

    #[test]
    fn times_are_made() {
        assert_eq!(make(b"2024 02 29 12 34 56"), Some(1_709_210_096));
        assert_eq!(make(b"2023 14 1 0 0 0"), make(b"2024 2 1 0 0 0"));
        assert_eq!(make(b"2024 02 29"), None);
        assert_eq!(make(b"99999999999 1 1 0 0 0"), None);
    }
}

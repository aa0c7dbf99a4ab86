//! Dates as people write them, as GNU's `-d` and find's `-newermt` take them: `2026-01-02 03:04`, `@5`, `3 days ago`,
//! `next friday`, `6 May 2024 7pm +0200`, `TZ="Asia/Tokyo" 9:00`.

mod reading;
mod token;
mod words;

use crate::time::{local_zone, now, zone_of};
use agentfense_calendar::{Civil, Zone};
use reading::Reading;

const SECOND: i64 = 1_000_000_000;

/// Reads a date; nanoseconds since the epoch. What it does not say is as now, in local time.
pub fn parse(text: &str) -> Option<i64> {
    parse_from(text, now())
}

/// Reads a date as [`parse`] does, with another now.
pub fn parse_from(text: &str, now: i64) -> Option<i64> {
    let (seconds, nanosecond) = parse_in(text, now, local_zone())?;
    seconds.checked_mul(SECOND)?.checked_add(nanosecond)
}

/// Reads a date as [`parse_from`] does, in another zone; seconds since the epoch and nanoseconds after them, so that
/// no date is too far away.
pub fn parse_in(text: &str, now: i64, zone: &Zone) -> Option<(i64, i64)> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return epoch(seconds);
    }
    let (own, text) = match text.strip_prefix("TZ=\"") {
        Some(rest) => {
            let (name, rest) = quoted(rest)?;
            (Some(zone_of(name.as_bytes())), rest)
        }
        None => (None, text),
    };
    let zone = own.as_ref().unwrap_or(zone);
    let second = now.div_euclid(SECOND);
    let mut civil = Civil::at(second, &zone.at(second));
    civil.nanosecond = u32::try_from(now.rem_euclid(SECOND)).ok()?;
    Reading::read(&token::tokens(text)?, civil, zone)
}

/// The text up to a quote, in which a backslash takes the next character for itself; and what comes behind.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((name, &text[at + 1..])),
            '\\' => name.push(chars.next()?.1),
            c => name.push(c),
        }
    }
    None
}

/// Seconds with a fraction, of which only nanoseconds count.
fn epoch(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let part = nanoseconds(fraction)?;
    if whole.starts_with('-') && part > 0 {
        Some((seconds.checked_sub(1)?, SECOND - part))
    } else {
        Some((seconds, part))
    }
}

/// The nanoseconds of the digits behind a point.
fn nanoseconds(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str, now: i64) -> Option<i64> {
        let (seconds, nanosecond) = parse_in(text, now, &Zone::utc())?;
        Some(seconds * SECOND + nanosecond)
    }

    /// A Wednesday.
    const NOW: &str = "2024-05-15 10:20:30";

    fn read(text: &str) -> Option<String> {
        let now = from(NOW, 0).unwrap();
        Some(Civil::from_nanoseconds(from(text, now)?).format("%F %T"))
    }

    #[test]
    fn dates_and_times() {
        for text in [
            "2024-05-06",
            "20240506",
            "5/6/2024",
            "2024/5/6",
            "5/6",
            "6 May 2024",
            "6-may-2024",
            "May 6, 2024",
            "May 6 2024",
            "Mon, 6 May 2024",
            "6 may",
            "may-6-2024",
            "2024-05-06 (a comment)",
        ] {
            assert_eq!(read(text).as_deref(), Some("2024-05-06 00:00:00"), "{text}");
        }
        for text in [
            "2024-05-06 07:08:09",
            "2024-05-06T07:08:09Z",
            "20240506 07:08:09",
            "2024-05-06T09:08:09+02:00",
            "Mon, 06 May 2024 09:08:09 +0200",
            "07:08:09 2024-05-06",
            "2024-05-06 7:08:09 am",
            "2024-05-06 00:08:09 PDT",
            "2024-05-06 07:08:09.5",
            "2024-05-06 10:08:09 UTC+3",
        ] {
            assert_eq!(read(text).as_deref(), Some("2024-05-06 07:08:09"), "{text}");
        }
        assert_eq!(read("20240506 1234").as_deref(), Some("2024-05-06 12:34:00"));
        assert_eq!(read("7pm").as_deref(), Some("2024-05-15 19:00:00"));
        assert_eq!(read("").as_deref(), Some("2024-05-15 00:00:00"));
        assert_eq!(from("@-1.5", 0), Some(-1_500_000_000));
    }

    #[test]
    fn relative_dates() {
        for (text, result) in [
            ("now", "2024-05-15 10:20:30"),
            ("tomorrow", "2024-05-16 10:20:30"),
            ("yesterday 10:00", "2024-05-14 10:00:00"),
            ("2 days ago", "2024-05-13 10:20:30"),
            ("next month", "2024-06-15 10:20:30"),
            ("last year", "2023-05-15 10:20:30"),
            ("friday", "2024-05-17 00:00:00"),
            ("next friday", "2024-05-17 00:00:00"),
            ("last monday", "2024-05-13 00:00:00"),
            ("wednesday", "2024-05-15 00:00:00"),
            ("next wednesday", "2024-05-22 00:00:00"),
            ("2024-01-31 +1 month", "2024-03-02 00:00:00"),
            ("2024-01-31 -2 days", "2024-01-29 00:00:00"),
            ("1 month ago 2024-03-15", "2024-02-15 00:00:00"),
            ("2024-01-31 12:00 3 hours ago", "2024-01-31 09:00:00"),
            // The sign behind a time is a zone's.
            ("2024-01-31 12:00 +1 day", "2024-02-01 11:00:00"),
            ("1 year 2 months", "2025-07-15 10:20:30"),
            ("-1 week", "2024-05-08 10:20:30"),
        ] {
            assert_eq!(read(text).as_deref(), Some(result), "{text}");
        }
    }

    #[test]
    fn local_time() {
        let zone = Zone::parse(b"EST5EDT,M3.2.0,M11.1.0").unwrap();
        let hours = |text: &str| parse_in(text, 0, &zone).map(|(seconds, _)| seconds / 3600 % 24);
        assert_eq!(hours("2024-01-15 12:00"), Some(17));
        assert_eq!(hours("2024-07-15 12:00"), Some(16));
        assert_eq!(hours("2024-07-15 12:00 UTC"), Some(12));
        // Neither is there an hour that is left out, nor is a day always 24 hours.
        assert_eq!(hours("2024-03-10 02:30"), None);
        assert_eq!(hours("2024-03-09 12:00 tomorrow"), Some(16));
        assert_eq!(hours("2024-03-09 12:00 24 hours"), Some(17));
        assert_eq!(parse_in("9999-12-31", 0, &Zone::utc()), Some((253_402_214_400, 0)));
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "nonsense",
            "2023-02-29",
            "2024-13-01",
            "25:00",
            "12:60",
            "12:59:60",
            "13pm",
            "@x",
            "@",
            "1 fortnight 2 zz",
            "+",
            "-",
            "1/2/3/4",
            "2024-05-06 2024-05-07",
            "10:00 11:00",
            "99999999999999999999 days",
            "\u{e9}",
            "(",
            "999999999999 years",
            "a",
            "next",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

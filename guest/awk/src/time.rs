//! `strftime` and `mktime`, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use agentfense_calendar::{Civil, Offset, days_from_civil};

/// What `strftime` uses without a format.
pub const DEFAULT_FORMAT: &[u8] = b"%a %b %e %H:%M:%S %Z %Y";

/// Years further away than that are refused.
const MAX_YEAR: i64 = 1_000_000;

/// Seconds since the epoch.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// As strftime(3). Absent for a time too far away.
pub fn format(format: &[u8], seconds: i64) -> Option<Vec<u8>> {
    if seconds.unsigned_abs() > MAX_YEAR as u64 * 31_556_952 {
        return None;
    }
    Some(agentfense_calendar::format(format, &Civil::at(seconds, &Offset::UTC)))
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
    let first = days_from_civil(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1);
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

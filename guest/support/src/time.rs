//! Points in time as commands print them. A sandbox lives in UTC.

pub use crate::date::{parse, parse_from};
pub use agentfense_calendar::{Civil, MONTHS, days_from_civil};
use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since the epoch, now.
pub fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["1969-12-31 23:59:59", "1970-01-01 00:00:00", "2000-02-29 12:00:01", "2026-11-22 19:55:09"] {
            let civil = Civil::from_nanoseconds(parse(text).unwrap());
            assert_eq!(civil.format("%Y-%m-%d %H:%M:%S"), text);
        }
    }

    #[test]
    fn weeks_and_days() {
        let civil = |text: &str| Civil::from_nanoseconds(parse(text).unwrap());
        assert_eq!(civil("2026-11-22").format("%a %j %U %V %W %u"), "Sun 326 47 47 46 7");
        assert_eq!(civil("2021-01-01").format("%G-W%V"), "2020-W53");
        assert_eq!(civil("2024-12-30").format("%G-W%V"), "2025-W01");
    }
}

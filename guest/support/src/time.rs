//! Points in time as commands print them: in the zone that `TZ` names, UTC without.

pub use crate::date::{parse, parse_from, parse_in};
pub use agentfense_calendar::{Civil, MONTHS, Zone, days_from_civil, format};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since the epoch, now.
pub fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
}

/// The zone that `TZ` names.
pub fn local_zone() -> &'static Zone {
    static ZONE: OnceLock<Zone> = OnceLock::new();
    ZONE.get_or_init(|| std::env::var_os("TZ").map_or_else(Zone::utc, |name| zone_of(name.as_encoded_bytes())))
}

/// The zone of a name as `TZ` has it.
pub fn zone_of(name: &[u8]) -> Zone {
    /// Larger than any file of a time zone.
    const MAX_FILE: u32 = 1 << 20;
    Zone::of_variable(name, |path| crate::read::open(path).and_then(|file| file.read_some(MAX_FILE)).ok())
}

/// Takes nanoseconds since the epoch apart, in local time.
pub fn local(time: i64) -> Civil {
    let civil = Civil::from_nanoseconds(time);
    Civil { nanosecond: civil.nanosecond, ..Civil::at(civil.seconds, &local_zone().at(civil.seconds)) }
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

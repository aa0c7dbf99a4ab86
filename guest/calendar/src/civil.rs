//! A point in time, taken apart.

use crate::Offset;

const SECONDS_OF_DAY: i64 = 86_400;
const NANOSECONDS: i64 = 1_000_000_000;

/// A time taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The year.
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// Of a second.
    pub nanosecond: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// 0 to 365.
    pub day_of_year: u32,
    /// Since the epoch.
    pub seconds: i64,
    /// What local time is here.
    pub offset: Offset,
}

/// Days since the epoch of a date of the Gregorian calendar.
pub fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    // Years that start in March put the leap day last; eras of 400 years repeat.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Whether a year has 366 days.
pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

impl Civil {
    /// Takes seconds since the epoch apart, in local time.
    pub fn at(seconds: i64, offset: &Offset) -> Civil {
        let local = seconds.saturating_add(i64::from(offset.east));
        let days = local.div_euclid(SECONDS_OF_DAY);
        let of_day = local.rem_euclid(SECONDS_OF_DAY) as u32;
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * from_march + 2) / 153;
        let day = (from_march - (153 * month_index + 2) / 5 + 1) as u32;
        let month = (if month_index < 10 { month_index + 3 } else { month_index - 9 }) as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil {
            year,
            month,
            day,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            nanosecond: 0,
            weekday: (days + 4).rem_euclid(7) as u32,
            day_of_year: (days - days_from_civil(year, 1, 1)) as u32,
            seconds,
            offset: *offset,
        }
    }

    /// Takes nanoseconds since the epoch apart, in UTC.
    pub fn from_nanoseconds(time: i64) -> Civil {
        let mut civil = Civil::at(time.div_euclid(NANOSECONDS), &Offset::UTC);
        civil.nanosecond = time.rem_euclid(NANOSECONDS) as u32;
        civil
    }

    /// `2026-01-02 03:04:05.000000006 +0000`.
    pub fn full_iso(&self) -> String {
        self.format("%F %T.%N %z")
    }

    /// One conversion of strftime(3) by its letter; absent where there is none.
    pub fn conversion(&self, letter: char) -> Option<String> {
        let text = self.format(&format!("%{letter}"));
        (text != format!("%{letter}") || letter == '%').then_some(text)
    }

    /// A whole format of strftime(3); an unknown conversion stays as it is.
    pub fn format(&self, format: &str) -> String {
        String::from_utf8_lossy(&crate::format(format.as_bytes(), self)).into_owned()
    }

    /// The year and week of ISO 8601.
    pub fn iso_week(&self) -> (i64, i64) {
        let monday_based = i64::from((self.weekday + 6) % 7);
        let week = (i64::from(self.day_of_year) - monday_based + 10) / 7;
        let weeks_in = |year: i64| {
            let january_first = (days_from_civil(year, 1, 1) + 4).rem_euclid(7);
            if january_first == 4 || (is_leap(year) && january_first == 3) { 53 } else { 52 }
        };
        if week < 1 {
            (self.year - 1, weeks_in(self.year - 1))
        } else if week > weeks_in(self.year) {
            (self.year + 1, 1)
        } else {
            (self.year, week)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (year, month, day) in [(1969, 12, 31), (1970, 1, 1), (2000, 2, 29), (2026, 11, 22), (-400, 3, 1)] {
            let civil = Civil::at(days_from_civil(year, month, day) * SECONDS_OF_DAY + 3661, &Offset::UTC);
            assert_eq!((civil.year, civil.month, civil.day), (year, month, day));
            assert_eq!((civil.hour, civil.minute, civil.second), (1, 1, 1));
        }
    }

    #[test]
    fn the_ends_of_time_are_no_panic() {
        let _ = Civil::at(i64::MAX, &Offset::UTC).full_iso();
        let _ = Civil::at(i64::MIN, &Offset::UTC).full_iso();
        assert_eq!(Civil::from_nanoseconds(-1).full_iso(), "1969-12-31 23:59:59.999999999 +0000");
    }
}

//! Points in time as commands print them. A sandbox lives in UTC.

pub use crate::date::parse;
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
}

/// Nanoseconds since the epoch, now.
pub fn now() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(_) => 0,
    }
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

impl Civil {
    /// Takes nanoseconds since the epoch apart.
    pub fn from_nanoseconds(time: i64) -> Civil {
        let seconds = time.div_euclid(1_000_000_000);
        let days = seconds.div_euclid(86_400);
        let of_day = seconds.rem_euclid(86_400) as u32;
        let shifted = days + 719_468;
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
            nanosecond: time.rem_euclid(1_000_000_000) as u32,
            weekday: (days + 4).rem_euclid(7) as u32,
            day_of_year: (days - days_from_civil(year, 1, 1)) as u32,
            seconds,
        }
    }

    /// `2026-01-02 03:04:05.000000006 +0000`.
    pub fn full_iso(&self) -> String {
        format!(
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}.{:09} +0000",
            self.year, self.month, self.day, self.hour, self.minute, self.second, self.nanosecond
        )
    }

    /// One conversion of strftime(3) by its letter; absent where there is none.
    pub fn conversion(&self, letter: char) -> Option<String> {
        let hour12 = (self.hour + 11) % 12 + 1;
        let half = if self.hour < 12 { "AM" } else { "PM" };
        let day = DAYS[self.weekday as usize];
        let month = MONTHS[self.month as usize - 1];
        let year2 = self.year.rem_euclid(100);
        let (iso_year, iso_week) = self.iso_week();
        Some(match letter {
            'a' => day[..3].into(),
            'A' => day.into(),
            'b' | 'h' => month[..3].into(),
            'B' => month.into(),
            'c' => format!(
                "{} {} {:2} {:02}:{:02}:{:02} {}",
                &day[..3],
                &month[..3],
                self.day,
                self.hour,
                self.minute,
                self.second,
                self.year
            ),
            'C' => format!("{:02}", self.year.div_euclid(100)),
            'd' => format!("{:02}", self.day),
            'D' | 'x' => format!("{:02}/{:02}/{year2:02}", self.month, self.day),
            'e' => format!("{:2}", self.day),
            'F' => format!("{:04}-{:02}-{:02}", self.year, self.month, self.day),
            'g' => format!("{:02}", iso_year.rem_euclid(100)),
            'G' => iso_year.to_string(),
            'H' => format!("{:02}", self.hour),
            'I' => format!("{hour12:02}"),
            'j' => format!("{:03}", self.day_of_year + 1),
            'k' => format!("{:2}", self.hour),
            'l' => format!("{hour12:2}"),
            'm' => format!("{:02}", self.month),
            'M' => format!("{:02}", self.minute),
            'n' => "\n".into(),
            'N' => format!("{:09}", self.nanosecond),
            'p' => half.into(),
            'P' => half.to_ascii_lowercase(),
            'r' => format!("{hour12:02}:{:02}:{:02} {half}", self.minute, self.second),
            'R' => format!("{:02}:{:02}", self.hour, self.minute),
            's' => self.seconds.to_string(),
            'S' => format!("{:02}", self.second),
            't' => "\t".into(),
            'T' | 'X' => format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second),
            'u' => (if self.weekday == 0 { 7 } else { self.weekday }).to_string(),
            'U' => format!("{:02}", (self.day_of_year + 7 - self.weekday) / 7),
            'V' => format!("{iso_week:02}"),
            'w' => self.weekday.to_string(),
            'W' => format!("{:02}", (self.day_of_year + 7 - (self.weekday + 6) % 7) / 7),
            'y' => format!("{year2:02}"),
            'Y' => self.year.to_string(),
            'z' => "+0000".into(),
            'Z' => "UTC".into(),
            '%' => "%".into(),
            _ => return None,
        })
    }

    /// The year and week of ISO 8601.
    fn iso_week(&self) -> (i64, i64) {
        let monday_based = i64::from((self.weekday + 6) % 7);
        let week = (i64::from(self.day_of_year) - monday_based + 10) / 7;
        let weeks_in = |year: i64| {
            let january_first = (days_from_civil(year, 1, 1) + 4).rem_euclid(7);
            let leap = days_from_civil(year + 1, 1, 1) - days_from_civil(year, 1, 1) == 366;
            if january_first == 4 || (leap && january_first == 3) { 53 } else { 52 }
        };
        if week < 1 {
            (self.year - 1, weeks_in(self.year - 1))
        } else if week > weeks_in(self.year) {
            (self.year + 1, 1)
        } else {
            (self.year, week)
        }
    }

    /// A whole format of strftime(3); an unknown conversion stays as it is.
    pub fn format(&self, format: &str) -> String {
        let mut text = String::with_capacity(format.len() * 2);
        let mut letters = format.chars();
        while let Some(c) = letters.next() {
            if c != '%' {
                text.push(c);
                continue;
            }
            match letters.next() {
                Some(letter) => match self.conversion(letter) {
                    Some(part) => text.push_str(&part),
                    None => text.extend(['%', letter]),
                },
                None => text.push('%'),
            }
        }
        text
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

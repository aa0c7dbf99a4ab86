//! `%(format)T`: times as C's `strftime` prints them, in UTC.

use bstr::BString;

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

/// A moment, taken apart.
struct Time {
    epoch: i64,
    year: i64,
    /// 0 to 11.
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    /// 0 is Sunday.
    weekday: i64,
    /// 0 is the first of January.
    yearday: i64,
}

impl Time {
    fn at(epoch: i64) -> Time {
        let days = epoch.div_euclid(86_400);
        let rest = epoch.rem_euclid(86_400);
        // Years that start in March have their leap day last.
        let shifted = days.saturating_add(719_468);
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = ((march_month + 2) % 12) as usize;
        let year = year_of_era + era * 400 + i64::from(month < 2);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month];
        Time {
            epoch,
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            weekday: (days + 4).rem_euclid(7),
            yearday: before + day - 1 + i64::from(leap && month > 1),
        }
    }

    fn hour12(&self) -> i64 {
        match self.hour % 12 {
            0 => 12,
            hour => hour,
        }
    }

    /// ISO 8601's year and week.
    fn iso(&self) -> (i64, i64) {
        let weekday = (self.weekday + 6) % 7;
        let week = (self.yearday - weekday + 10) / 7;
        let weeks_in = |year: i64| {
            let first =
                |year: i64| (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400)).rem_euclid(7);
            if first(year) == 4 || first(year - 1) == 3 { 53 } else { 52 }
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

/// The time, printed.
pub fn format(format: &[u8], epoch: i64) -> BString {
    let time = Time::at(epoch);
    let mut out = Vec::new();
    expand(format, &time, &mut out);
    out.into()
}

fn expand(format: &[u8], time: &Time, out: &mut Vec<u8>) {
    let mut rest = format;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        if *byte != b'%' {
            out.push(*byte);
            continue;
        }
        // GNU's flags: no padding, spaces, zeros, upper case; E and O mean nothing here.
        let mut pad = None;
        let mut upper = false;
        while let Some((flag, tail)) = rest.split_first() {
            match flag {
                b'-' | b'_' | b'0' => pad = Some(*flag),
                b'^' => upper = true,
                b'E' | b'O' => {}
                _ => break,
            }
            rest = tail;
        }
        let Some((letter, tail)) = rest.split_first() else {
            out.push(b'%');
            break;
        };
        rest = tail;
        let start = out.len();
        conversion(*letter, pad, time, out);
        if upper {
            out[start..].make_ascii_uppercase();
        }
    }
}

fn conversion(letter: u8, pad: Option<u8>, time: &Time, out: &mut Vec<u8>) {
    let number = |value: i64, width: usize, default: u8| match pad.unwrap_or(default) {
        b'-' => value.to_string(),
        b'_' => format!("{value:width$}"),
        _ => format!("{value:0width$}"),
    };
    let text = match letter {
        b'a' => DAYS[time.weekday as usize][..3].to_owned(),
        b'A' => DAYS[time.weekday as usize].to_owned(),
        b'b' | b'h' => MONTHS[time.month][..3].to_owned(),
        b'B' => MONTHS[time.month].to_owned(),
        b'c' => return expand(b"%a %b %e %H:%M:%S %Y", time, out),
        b'C' => number(time.year.div_euclid(100), 2, b'0'),
        b'd' => number(time.day, 2, b'0'),
        b'D' | b'x' => return expand(b"%m/%d/%y", time, out),
        b'e' => number(time.day, 2, b'_'),
        b'F' => return expand(b"%Y-%m-%d", time, out),
        b'g' => number(time.iso().0.rem_euclid(100), 2, b'0'),
        b'G' => number(time.iso().0, 1, b'0'),
        b'H' => number(time.hour, 2, b'0'),
        b'I' => number(time.hour12(), 2, b'0'),
        b'j' => number(time.yearday + 1, 3, b'0'),
        b'k' => number(time.hour, 2, b'_'),
        b'l' => number(time.hour12(), 2, b'_'),
        b'm' => number(time.month as i64 + 1, 2, b'0'),
        b'M' => number(time.minute, 2, b'0'),
        b'n' => "\n".to_owned(),
        b'p' => (if time.hour < 12 { "AM" } else { "PM" }).to_owned(),
        b'P' => (if time.hour < 12 { "am" } else { "pm" }).to_owned(),
        b'r' => return expand(b"%I:%M:%S %p", time, out),
        b'R' => return expand(b"%H:%M", time, out),
        b's' => time.epoch.to_string(),
        b'S' => number(time.second, 2, b'0'),
        b't' => "\t".to_owned(),
        b'T' | b'X' => return expand(b"%H:%M:%S", time, out),
        b'u' => number(if time.weekday == 0 { 7 } else { time.weekday }, 1, b'0'),
        b'U' => number((time.yearday + 7 - time.weekday) / 7, 2, b'0'),
        b'V' => number(time.iso().1, 2, b'0'),
        b'w' => number(time.weekday, 1, b'0'),
        b'W' => number((time.yearday + 7 - (time.weekday + 6) % 7) / 7, 2, b'0'),
        b'y' => number(time.year.rem_euclid(100), 2, b'0'),
        b'Y' => number(time.year, 1, b'0'),
        b'z' => "+0000".to_owned(),
        b'Z' => "UTC".to_owned(),
        b'%' => "%".to_owned(),
        _ => {
            out.extend_from_slice(&[b'%', letter]);
            return;
        }
    };
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::format;

    #[test]
    fn known_moments() {
        assert_eq!(format(b"%F %T %a %j %V %G", 0), "1970-01-01 00:00:00 Thu 001 01 1970");
        assert_eq!(format(b"%F %T %A %B %-d", 1_709_210_096), "2024-02-29 12:34:56 Thursday February 29");
        assert_eq!(format(b"%G-%V %U %W %y%%", 1_609_459_199), "2020-53 52 52 20%");
        assert_eq!(format(b"%F", -86_400), "1969-12-31");
    }
}

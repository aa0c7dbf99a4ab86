//! What the pieces of a date mean together.

use super::nanoseconds;
use super::token::Token;
use super::words::{Unit, month, ordinal, unit, weekday, zone};
use agentfense_calendar::{Civil, Zone, days_from_civil};

/// Years further away than that are refused.
const MAX_YEAR: i64 = 1_000_000;

/// What was read so far.
#[derive(Default)]
pub(super) struct Reading<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Year (absent for this one), month, day.
    date: Option<(Option<i64>, u32, u32)>,
    /// Seconds of the day, and nanoseconds.
    clock: Option<(i64, i64)>,
    /// Minutes east of Greenwich.
    zone: Option<i64>,
    /// Which of these weekdays: 0 the next, today counted.
    weekday: Option<(i64, u32)>,
    relative: bool,
    months: i64,
    days: i64,
    seconds: i64,
}

impl Reading<'_> {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.peek(ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn digits(&self, ahead: usize) -> Option<&str> {
        match self.peek(ahead) {
            Some(Token::Number(digits)) => Some(digits),
            _ => None,
        }
    }

    fn number<T: std::str::FromStr>(&self, ahead: usize) -> Option<T> {
        self.digits(ahead)?.parse().ok()
    }

    fn is(&self, ahead: usize, mark: char) -> bool {
        matches!(self.peek(ahead), Some(Token::Mark(c) | Token::Sign(c) | Token::LeadingSign(c)) if *c == mark)
    }

    fn set_date(&mut self, year: Option<i64>, month: u32, day: u32, length: usize) -> Option<()> {
        self.at += length;
        self.date.replace((year, month, day)).is_none().then_some(())
    }

    fn add(&mut self, count: i64, unit: Unit) -> Option<()> {
        self.relative = true;
        let (field, each) = match unit {
            Unit::Months(each) => (&mut self.months, each),
            Unit::Days(each) => (&mut self.days, each),
            Unit::Seconds(each) => (&mut self.seconds, each),
        };
        *field = field.checked_add(count.checked_mul(each)?)?;
        Some(())
    }

    /// `ago` behind a unit turns it around.
    fn ago(&mut self, count: i64) -> Option<i64> {
        if self.word(0) == Some("ago") {
            self.at += 1;
            return count.checked_neg();
        }
        Some(count)
    }

    /// Reads the next piece that belongs together.
    fn item(&mut self) -> Option<()> {
        match self.peek(0)?.clone() {
            Token::Number(digits) => self.number_item(&digits),
            Token::Word(word) => self.word_item(&word),
            Token::LeadingSign(sign) => {
                let count: i64 = self.number(1)?;
                let count = if sign == '-' { -count } else { count };
                let unit = unit(self.word(2)?)?;
                self.at += 3;
                let count = self.ago(count)?;
                self.add(count, unit)
            }
            Token::Mark(',') => {
                self.at += 1;
                Some(())
            }
            Token::Sign(_) | Token::Mark(_) => None,
        }
    }

    fn number_item(&mut self, digits: &str) -> Option<()> {
        if self.is(1, ':') {
            return self.clock();
        }
        if let Some(half @ ("am" | "pm" | "a" | "p")) = self.word(1) {
            let hour = half_day(self.number(0)?, half)?;
            self.at += 2 + usize::from(half.len() == 1 && self.word(2) == Some("m"));
            return self.set_clock(hour * 3600, 0);
        }
        if let Some(unit) = self.word(1).and_then(unit) {
            let count = self.number(0)?;
            self.at += 2;
            let count = self.ago(count)?;
            return self.add(count, unit);
        }
        // 6 May 2024, 6-May-2024
        let dash = usize::from(self.is(1, '-'));
        if let Some(month) = self.word(1 + dash).and_then(month) {
            let behind = 2 + dash;
            let again = usize::from(dash == 1 && self.is(behind, '-'));
            let year = self.year_at(behind + again);
            let length = behind + if year.is_some() { again + 1 } else { 0 };
            return self.set_date(year, month, self.number(0)?, length);
        }
        // 2024-05-06
        if self.is(1, '-') && self.is(3, '-') && digits.len() >= 3 {
            let (year, month, day) = (self.number(0)?, self.number(2)?, self.number(4)?);
            self.set_date(Some(year), month, day, 5)?;
            // The T of ISO 8601.
            if self.word(0) == Some("t") && matches!(self.peek(1), Some(Token::Number(_))) {
                self.at += 1;
            }
            return Some(());
        }
        // 5/6, 5/6/2024, 2024/5/6
        if self.is(1, '/') {
            if !self.is(3, '/') {
                return self.set_date(None, self.number(0)?, self.number(2)?, 3);
            }
            if digits.len() >= 4 {
                return self.set_date(Some(self.number(0)?), self.number(2)?, self.number(4)?, 5);
            }
            return self.set_date(Some(year(self.digits(4)?)?), self.number(0)?, self.number(2)?, 5);
        }
        self.at += 1;
        match (self.date, digits.len()) {
            // A year behind a date without one.
            (Some((None, month, day)), 3..) => {
                self.date = Some((Some(year(digits)?), month, day));
                Some(())
            }
            (None, 5..=9) => {
                let (head, day) = digits.split_at(digits.len() - 2);
                let (head, month) = head.split_at(head.len() - 2);
                self.date = Some((Some(year(head)?), month.parse().ok()?, day.parse().ok()?));
                Some(())
            }
            (_, 1 | 2) => self.set_clock(digits.parse::<i64>().ok().filter(|hour| *hour < 24)? * 3600, 0),
            (_, 3 | 4) => {
                let (hour, minute) = digits.split_at(digits.len() - 2);
                let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
                (hour < 24 && minute < 60).then_some(())?;
                self.set_clock(hour * 3600 + minute * 60, 0)
            }
            _ => None,
        }
    }

    /// A year at a place, unless it starts a time or counts a unit.
    fn year_at(&self, ahead: usize) -> Option<i64> {
        let ahead = if self.is(ahead, ',') { ahead + 1 } else { ahead };
        let digits = self.digits(ahead)?;
        if self.is(ahead + 1, ':') || self.word(ahead + 1).is_some_and(|word| unit(word).is_some()) {
            return None;
        }
        if digits.len() < 2 || matches!(self.word(ahead + 1), Some("am" | "pm")) { None } else { year(digits) }
    }

    /// `7:08[:09[.5]] [pm] [+02:00]`
    fn clock(&mut self) -> Option<()> {
        let (hour, minute): (i64, i64) = (self.number(0)?, self.number(2)?);
        let (mut second, mut fraction) = (0i64, 0);
        self.at += 3;
        if self.is(0, ':') {
            second = self.number(1)?;
            self.at += 2;
            if (self.is(0, '.') || self.is(0, ','))
                && let Some(digits) = self.digits(1)
            {
                fraction = nanoseconds(digits)?;
                self.at += 2;
            }
        }
        let hour = match self.word(0) {
            Some(half @ ("am" | "pm")) => {
                let hour = half_day(hour, half)?;
                self.at += 1;
                hour
            }
            _ => hour,
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        self.set_clock(hour * 3600 + minute * 60 + second, fraction)?;
        // Behind a time a sign starts a zone.
        self.zone = self.offset()?.or(self.zone);
        Some(())
    }

    /// `+02:00`, `-0330`, `+3` in minutes; no offset where there is none.
    fn offset(&mut self) -> Option<Option<i64>> {
        let Some(&(Token::Sign(sign) | Token::LeadingSign(sign))) = self.peek(0) else { return Some(None) };
        let Some(digits) = self.digits(1) else { return Some(None) };
        let (hours, minutes): (i64, i64) = match digits.len() {
            1 | 2 if self.is(2, ':') => {
                let minutes = self.number(3)?;
                let hours = self.number(1)?;
                self.at += 2;
                (hours, minutes)
            }
            1 | 2 => (self.number(1)?, 0),
            3 | 4 => {
                let (hours, minutes) = digits.split_at(digits.len() - 2);
                (hours.parse().ok()?, minutes.parse().ok()?)
            }
            _ => return None,
        };
        if hours > 24 || minutes > 59 {
            return None;
        }
        let offset = hours * 60 + minutes;
        self.at += 2;
        Some(Some(if sign == '-' { -offset } else { offset }))
    }

    fn set_clock(&mut self, seconds: i64, nanoseconds: i64) -> Option<()> {
        self.clock.replace((seconds, nanoseconds)).is_none().then_some(())
    }

    fn word_item(&mut self, word: &str) -> Option<()> {
        if let Some(month) = month(word) {
            // May 6, 2024; May-6-2024
            let dash = usize::from(self.is(1, '-'));
            let day: u32 = self.number(1 + dash)?;
            let behind = 2 + dash;
            let mark = usize::from(self.is(behind, ',') || (dash == 1 && self.is(behind, '-')));
            let year = self.year_at(behind + mark);
            return self.set_date(year, month, day, behind + if year.is_some() { mark + 1 } else { 0 });
        }
        self.at += 1;
        if let Some(day) = weekday(word) {
            return self.weekday.replace((0, day)).is_none().then_some(());
        }
        if let Some(count) = ordinal(word) {
            let next = self.word(0)?.to_owned();
            self.at += 1;
            if let Some(day) = weekday(&next) {
                return self.weekday.replace((count, day)).is_none().then_some(());
            }
            let count = self.ago(count)?;
            return self.add(count, unit(&next)?);
        }
        if let Some(minutes) = zone(word) {
            // `UTC+3`, unless the number counts something.
            let counts = self.word(2).is_some_and(|word| unit(word).is_some());
            let more = if counts { None } else { self.offset()? };
            return self.zone.replace(minutes + more.unwrap_or(0)).is_none().then_some(());
        }
        if let Some(unit) = unit(word) {
            let count = self.ago(1)?;
            return self.add(count, unit);
        }
        match word {
            "now" | "today" => self.add(0, Unit::Days(1)),
            "tomorrow" => self.add(1, Unit::Days(1)),
            "yesterday" => self.add(-1, Unit::Days(1)),
            _ => None,
        }
    }

    /// The moment that all of it comes to, in a zone unless it says one itself; seconds and nanoseconds.
    fn moment(&self, now: Civil, zone: &Zone) -> Option<(i64, i64)> {
        let (year, month, day) = match self.date {
            Some((year, month, day)) => (year.unwrap_or(now.year), month, day),
            None => (now.year, now.month, now.day),
        };
        if !(1..=12).contains(&month) || day == 0 || day > month_length(year, month)? {
            return None;
        }
        let (of_day, nanosecond) = match self.clock {
            Some(clock) => clock,
            // Only relative: from this very moment.
            None if self.relative && self.date.is_none() && self.weekday.is_none() => {
                let of_day = i64::from(now.hour) * 3600 + i64::from(now.minute) * 60 + i64::from(now.second);
                (of_day, i64::from(now.nanosecond))
            }
            None => (0, 0),
        };
        // Days that a month does not have run over into the next.
        let months = (i64::from(month) - 1).checked_add(self.months)?;
        let year = year.checked_add(months.div_euclid(12)).filter(|year| year.abs() < MAX_YEAR)?;
        let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
        let mut days = days_from_civil(year, month, 1) + i64::from(day) - 1;
        if let Some((count, wanted)) = self.weekday
            && self.date.is_none()
        {
            let current = (days + 4).rem_euclid(7);
            let ahead = (i64::from(wanted) - current).rem_euclid(7);
            days += ahead + 7 * (count - i64::from(count > 0 && ahead != 0));
        }
        let local = days.checked_add(self.days)?.checked_mul(86_400)?.checked_add(of_day)?;
        let seconds = match self.zone {
            Some(minutes) => local.checked_sub(minutes * 60)?,
            None => match zone.seconds_of(local) {
                Some(seconds) => seconds,
                // The hour that is left out in spring: no time, unless it was counted up to.
                None if self.days != 0 || self.months != 0 => local.checked_sub(i64::from(zone.at(local).east))?,
                None => return None,
            },
        };
        Some((seconds.checked_add(self.seconds)?, nanosecond))
    }

    /// Reads all of a date.
    pub(super) fn read(tokens: &[Token], now: Civil, zone: &Zone) -> Option<(i64, i64)> {
        let mut reading = Reading { tokens, ..Reading::default() };
        while reading.at < tokens.len() {
            reading.item()?;
        }
        reading.moment(now, zone)
    }
}

/// A year in two digits is between 1969 and 2068.
fn year(digits: &str) -> Option<i64> {
    let year: i64 = digits.parse().ok()?;
    Some(match (digits.len(), year) {
        (1 | 2, 0..=68) => year + 2000,
        (1 | 2, _) => year + 1900,
        _ => year,
    })
}

fn half_day(hour: i64, half: &str) -> Option<i64> {
    if !(1..=12).contains(&hour) {
        return None;
    }
    Some(hour % 12 + if half.starts_with('p') { 12 } else { 0 })
}

fn month_length(year: i64, month: u32) -> Option<u32> {
    if year.abs() > MAX_YEAR {
        return None;
    }
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    u32::try_from(days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1)).ok()
}

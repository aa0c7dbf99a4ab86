//! Dates as people write them, as GNU's `-d` and find's `-newermt` take them: `2026-01-02 03:04`, `@5`, `3 days ago`,
//! `next friday`, `6 May 2024 7pm +0200`.

use crate::time::{Civil, days_from_civil, now};

const SECOND: i64 = 1_000_000_000;

/// Reads a date; nanoseconds since the epoch. What it does not say is as now, in UTC.
pub fn parse(text: &str) -> Option<i64> {
    parse_from(text, now())
}

/// Reads a date as [`parse`] does, with another now.
pub fn parse_from(text: &str, now: i64) -> Option<i64> {
    let text = text.trim();
    if let Some(seconds) = text.strip_prefix('@') {
        return epoch(seconds);
    }
    let tokens = tokens(text)?;
    let mut reading = Reading { tokens: &tokens, ..Reading::default() };
    while reading.at < tokens.len() {
        reading.item()?;
    }
    reading.time(now)
}

/// Seconds with a fraction, of which only nanoseconds count.
fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let negative = whole.starts_with('-');
    let seconds: i64 = whole.parse().ok()?;
    let part = nanoseconds(fraction)?;
    seconds.checked_mul(SECOND)?.checked_add(if negative { -part } else { part })
}

/// The nanoseconds of the digits behind a point.
fn nanoseconds(digits: &str) -> Option<i64> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

/// A piece of a date.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Digits as they stand: their number counts.
    Number(String),
    /// In lower case, without a point at its end.
    Word(String),
    Sign(char),
    /// The sign is directly before a digit, and nothing directly before it.
    LeadingSign(char),
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut blank_before = true;
    while let Some(c) = rest.chars().next() {
        let run = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
        let length = match c {
            c if c.is_whitespace() => {
                blank_before = true;
                rest = &rest[c.len_utf8()..];
                continue;
            }
            '(' => {
                // A comment.
                rest = &rest[rest.find(')')? + 1..];
                continue;
            }
            '0'..='9' => {
                let length = run(|c| c.is_ascii_digit());
                tokens.push(Token::Number(rest[..length].to_owned()));
                length
            }
            c if c.is_ascii_alphabetic() => {
                let length = run(|c| c.is_ascii_alphabetic());
                tokens.push(Token::Word(rest[..length].to_ascii_lowercase()));
                // `Sept.`, `a.m.` and the like.
                length + usize::from(rest[length..].starts_with('.'))
            }
            '+' | '-' => {
                let digit = rest[1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
                tokens.push(if digit && blank_before { Token::LeadingSign(c) } else { Token::Sign(c) });
                1
            }
            ':' | '/' | '.' | ',' => {
                tokens.push(Token::Mark(c));
                1
            }
            _ => return None,
        };
        rest = &rest[length..];
        blank_before = false;
    }
    Some(tokens)
}

/// A unit of relative dates.
#[derive(Clone, Copy)]
enum Unit {
    Months(i64),
    Days(i64),
    Seconds(i64),
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word.strip_suffix('s').filter(|stem| !stem.is_empty()).unwrap_or(word) {
        "year" => Unit::Months(12),
        "month" => Unit::Months(1),
        "fortnight" => Unit::Days(14),
        "week" => Unit::Days(7),
        "day" => Unit::Days(1),
        "hour" => Unit::Seconds(3600),
        "minute" | "min" => Unit::Seconds(60),
        "second" | "sec" => Unit::Seconds(1),
        _ => return None,
    })
}

/// A word for a number. There is no second: that is a unit.
fn ordinal(word: &str) -> Option<i64> {
    const FROM_THIRD: [&str; 10] =
        ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"];
    Some(match word {
        "last" => -1,
        "this" => 0,
        "next" | "first" => 1,
        word => FROM_THIRD.iter().position(|&name| name == word)? as i64 + 3,
    })
}

fn name_of(names: &[&str], word: &str) -> Option<u32> {
    let position = names.iter().position(|name| word == *name || word == &name[..3])?;
    u32::try_from(position).ok()
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if word == "sept" { Some(9) } else { name_of(&MONTHS, word).map(|index| index + 1) }
}

fn weekday(word: &str) -> Option<u32> {
    const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    match word {
        "tues" => Some(2),
        "wednes" => Some(3),
        "thur" | "thurs" => Some(4),
        word => name_of(&DAYS, word),
    }
}

/// Minutes east of Greenwich.
fn zone(word: &str) -> Option<i64> {
    let hours = match word {
        "utc" | "gmt" | "ut" | "z" | "wet" => 0,
        "est" | "cdt" => -5,
        "edt" => -4,
        "cst" | "mdt" => -6,
        "mst" | "pdt" => -7,
        "pst" => -8,
        "bst" | "cet" | "met" => 1,
        "cest" | "eet" => 2,
        "eest" | "msk" => 3,
        "jst" => 9,
        _ => return None,
    };
    Some(hours * 60)
}

/// What was read so far.
#[derive(Default)]
struct Reading<'a> {
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
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        self.set_clock(hour * 3600 + minute * 60 + second, fraction)?;
        // Behind a time a sign starts a zone.
        if let Some(&(Token::Sign(sign) | Token::LeadingSign(sign))) = self.peek(0)
            && let Some(digits) = self.digits(1)
        {
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
            self.zone = Some(if sign == '-' { -offset } else { offset });
        }
        Some(())
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
            return self.zone.replace(minutes).is_none().then_some(());
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

    /// The time that all of it comes to.
    fn time(&self, now: i64) -> Option<i64> {
        let today = Civil::from_nanoseconds(now);
        let (year, month, day) = match self.date {
            Some((year, month, day)) => (year.unwrap_or(today.year), month, day),
            None => (today.year, today.month, today.day),
        };
        if !(1..=12).contains(&month) || day == 0 || day > month_length(year, month)? {
            return None;
        }
        let (of_day, nanosecond) = match self.clock {
            Some(clock) => clock,
            // Only relative: from this very moment.
            None if self.relative && self.date.is_none() && self.weekday.is_none() => {
                let of_day = i64::from(today.hour) * 3600 + i64::from(today.minute) * 60 + i64::from(today.second);
                (of_day, i64::from(today.nanosecond))
            }
            None => (0, 0),
        };
        // Days that a month does not have run over into the next.
        let months = (i64::from(month) - 1).checked_add(self.months)?;
        let year = year.checked_add(months.div_euclid(12)).filter(|year| year.abs() < 1_000_000)?;
        let month = u32::try_from(months.rem_euclid(12)).ok()? + 1;
        let mut days = days_from_civil(year, month, 1) + i64::from(day) - 1;
        if let Some((count, wanted)) = self.weekday
            && self.date.is_none()
        {
            let current = (days + 4).rem_euclid(7);
            let ahead = (i64::from(wanted) - current).rem_euclid(7);
            days += ahead + 7 * (count - i64::from(count > 0 && ahead != 0));
        }
        let seconds = days.checked_add(self.days)?.checked_mul(86_400)?.checked_add(of_day)?;
        let seconds = seconds.checked_sub(self.zone.unwrap_or(0) * 60)?.checked_add(self.seconds)?;
        seconds.checked_mul(SECOND)?.checked_add(nanosecond)
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
    if year.abs() > 1_000_000 {
        return None;
    }
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    u32::try_from(days_from_civil(next_year, next, 1) - days_from_civil(year, month, 1)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Wednesday.
    const NOW: &str = "2024-05-15 10:20:30";

    fn read(text: &str) -> Option<String> {
        let now = parse_from(NOW, 0).unwrap();
        Some(Civil::from_nanoseconds(parse_from(text, now)?).format("%F %T"))
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
        ] {
            assert_eq!(read(text).as_deref(), Some("2024-05-06 07:08:09"), "{text}");
        }
        assert_eq!(read("20240506 1234").as_deref(), Some("2024-05-06 12:34:00"));
        assert_eq!(read("7pm").as_deref(), Some("2024-05-15 19:00:00"));
        assert_eq!(read("").as_deref(), Some("2024-05-15 00:00:00"));
        assert_eq!(parse_from("@-1.5", 0), Some(-1_500_000_000));
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
    fn what_is_no_date() {
        for text in [
            "nonsense",
            "2023-02-29",
            "2024-13-01",
            "25:00",
            "12:60",
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

//! Times: seconds since the epoch, times taken apart, and text. The zone is UTC everywhere.

use super::{Native, of_input, of_one};
use crate::value::{Result, Value, error};
use agentfense_support::time::{Civil, days_from_civil};
use jaq_core::native::{bome, v};

pub(super) fn natives() -> Vec<Native> {
    vec![
        of_input!("now", |_| {
            let now = agentfense_support::time::now();
            Ok(Value::from(now as f64 / 1e9))
        }),
        of_input!("gmtime", |value| broken_down(&value, "gmtime")),
        of_input!("localtime", |value| broken_down(&value, "localtime")),
        of_input!("mktime", |value| Ok(Value::from(seconds(&value, "mktime")? as f64))),
        of_one!("strftime", |value, format| formatted(&value, &format, "strftime/1")),
        of_one!("strflocaltime", |value, format| formatted(&value, &format, "strflocaltime/1")),
        of_one!("strptime", parsed),
    ]
}

/// The time of seconds since the epoch, and the fraction of a second.
fn civil(seconds: f64) -> Result<Civil> {
    // What nanoseconds in 64 bits can say: the years 1677 to 2262.
    if seconds.is_nan() || seconds.abs() >= 9.2e9 {
        return Err(error("error converting number of seconds since epoch to datetime"));
    }
    Ok(Civil::from_nanoseconds(seconds.floor() as i64 * 1_000_000_000))
}

fn fields(time: &Civil, seconds: f64) -> Value {
    let date = [time.year as f64, f64::from(time.month) - 1.0, f64::from(time.day), f64::from(time.hour)];
    let rest = [f64::from(time.minute), seconds, f64::from(time.weekday), f64::from(time.day_of_year)];
    date.into_iter().chain(rest).map(Value::from).collect()
}

fn broken_down(value: &Value, name: &str) -> Result {
    let Some(time) = value.as_f64() else { return Err(error(format!("{name}() requires a number"))) };
    let parts = civil(time)?;
    Ok(fields(&parts, f64::from(parts.second) + (time - time.floor())))
}

/// Seconds since the epoch of a time taken apart.
fn seconds(value: &Value, name: &str) -> Result<i64> {
    let Some(parts) = value.as_array() else {
        return Err(error(format!("{name} requires array inputs")));
    };
    let numbers: Option<Vec<f64>> = parts.iter().map(Value::as_f64).collect();
    let numbers = numbers.filter(|numbers| numbers.len() >= 6 && numbers.iter().all(|n| n.abs() < 1e9));
    let Some(numbers) = numbers else {
        return Err(error(format!("{name} requires parsed datetime inputs")));
    };
    let [year, month, day, hour, minute, second] = [0, 1, 2, 3, 4, 5].map(|at| numbers[at].floor() as i64);
    let (year, month) = (year + month.div_euclid(12), month.rem_euclid(12));
    let days = days_from_civil(year, month as u32 + 1, 1) + day - 1;
    Ok(days * 86_400 + hour * 3600 + minute * 60 + second)
}

fn formatted(value: &Value, format: &Value, name: &str) -> Result {
    let Some(format) = format.as_str() else {
        return Err(error(format!("{name} requires a string format")));
    };
    let time = match value {
        Value::Number(number) => number.get(),
        Value::Array(_) => seconds(value, name)? as f64,
        _ => return Err(error(format!("{name} requires parsed datetime inputs"))),
    };
    Ok(Value::from(civil(time)?.format(format)))
}

fn parsed(value: Value, format: Value) -> Result {
    let Some(text) = value.as_str() else {
        return Err(error("strptime/1 requires string inputs and arguments"));
    };
    let Some(format) = format.as_str() else {
        return Err(error("strptime/1 requires string inputs and arguments"));
    };
    let mut scan = Scan { text, time: Fields::default() };
    if scan.format(format).is_none() || !scan.text.is_empty() {
        return Err(error(format!("date {value} does not match format {}", Value::string(format))));
    }
    scan.time.value()
}

/// What a text said so far.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    month: i64,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    epoch: Option<i64>,
}

impl Fields {
    fn value(&self) -> Result {
        let hour = match self.afternoon {
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
            None => self.hour,
        };
        let date = match self.day_of_year {
            Some(day) if self.day.is_none() => [0, day],
            _ => [self.month, self.day.unwrap_or(1)],
        };
        let year = self.year.unwrap_or(1900);
        let all = [year, date[0], date[1], hour, self.minute, self.second];
        let time = match self.epoch {
            Some(epoch) => epoch,
            None => seconds(&all.iter().map(|&part| Value::from(part as f64)).collect(), "strptime/1")?,
        };
        let parts = civil(time as f64)?;
        let mut value = fields(&parts, f64::from(parts.second));
        if self.epoch.is_none()
            && self.day.is_none()
            && self.day_of_year.is_none()
            && let Value::Array(fields) = &mut value
        {
            // Without a date the day stays as it was: none.
            std::rc::Rc::make_mut(fields)[2] = Value::from(0usize);
        }
        Ok(value)
    }
}

struct Scan<'a> {
    text: &'a str,
    time: Fields,
}

impl Scan<'_> {
    fn format(&mut self, format: &str) -> Option<()> {
        let mut letters = format.chars();
        while let Some(letter) = letters.next() {
            if letter.is_whitespace() {
                self.text = self.text.trim_start();
            } else if letter != '%' {
                self.text = self.text.strip_prefix(letter)?;
            } else {
                self.conversion(letters.next()?)?;
            }
        }
        Some(())
    }

    fn number(&mut self, most: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        self.text = self.text.trim_start();
        let signed = self.text.starts_with(['-', '+']);
        let digits = self.text.bytes().skip(usize::from(signed)).take(most).take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.text.split_at(digits + usize::from(signed));
        let number = number.parse().ok().filter(|number| range.contains(number))?;
        self.text = rest;
        Some(number)
    }

    /// One of the names that `%letter` prints, or its first three letters; which.
    fn name(&mut self, letter: char, count: u32, time: fn(u32) -> Civil) -> Option<u32> {
        for index in 0..count {
            let name = time(index).conversion(letter)?;
            for name in [&*name, &name[..3]] {
                if let Some(start) = self.text.get(..name.len())
                    && start.eq_ignore_ascii_case(name)
                {
                    self.text = &self.text[name.len()..];
                    return Some(index);
                }
            }
        }
        None
    }

    fn conversion(&mut self, letter: char) -> Option<()> {
        match letter {
            'Y' => self.time.year = Some(self.number(4, -9999..=9999)?),
            'y' => {
                let year = self.number(2, 0..=99)?;
                self.time.year = Some(if year < 69 { 2000 + year } else { 1900 + year });
            }
            'm' => self.time.month = self.number(2, 1..=12)? - 1,
            'd' | 'e' => self.time.day = Some(self.number(2, 1..=31)?),
            'j' => self.time.day_of_year = Some(self.number(3, 1..=366)?),
            'H' | 'k' => self.time.hour = self.number(2, 0..=23)?,
            'I' | 'l' => self.time.hour = self.number(2, 1..=12)?,
            'M' => self.time.minute = self.number(2, 0..=59)?,
            'S' => self.time.second = self.number(2, 0..=61)?,
            's' => self.time.epoch = Some(self.number(12, 0..=i64::MAX)?),
            'u' | 'w' => {
                self.number(1, 0..=7)?;
            }
            'a' | 'A' => {
                self.name('A', 7, |day| Civil::from_nanoseconds((i64::from(day) + 3) * 86_400_000_000_000))?;
            }
            'b' | 'B' | 'h' => {
                let month =
                    |month: u32| Civil::from_nanoseconds(days_from_civil(2000, month + 1, 1) * 86_400_000_000_000);
                self.time.month = i64::from(self.name('B', 12, month)?);
            }
            'p' | 'P' => {
                let afternoon = match self.text.get(..2)?.to_ascii_lowercase().as_str() {
                    "am" => false,
                    "pm" => true,
                    _ => return None,
                };
                self.time.afternoon = Some(afternoon);
                self.text = &self.text[2..];
            }
            'D' | 'x' => self.format("%m/%d/%y")?,
            'F' => self.format("%Y-%m-%d")?,
            'T' | 'X' => self.format("%H:%M:%S")?,
            'R' => self.format("%H:%M")?,
            'r' => self.format("%I:%M:%S %p")?,
            'c' => self.format("%a %b %e %H:%M:%S %Y")?,
            'z' => {
                if let Some(rest) = self.text.strip_prefix('Z') {
                    self.text = rest;
                } else {
                    let rest = self.text.strip_prefix(['+', '-'])?;
                    let digits = rest.bytes().take(5).take_while(|b| b.is_ascii_digit() || *b == b':').count();
                    self.text = if digits >= 2 { &rest[digits..] } else { return None };
                }
            }
            'Z' => self.text = self.text.trim_start_matches(|c: char| c.is_ascii_alphabetic()),
            'n' | 't' => self.text = self.text.trim_start(),
            '%' => self.text = self.text.strip_prefix('%')?,
            _ => return None,
        }
        Some(())
    }
}

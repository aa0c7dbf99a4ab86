//! cal and ncal: calendars, with the change from Julius' to Gregory's as Britain made it in September 1752.

use agentfense_support::options::base_name;
use agentfense_support::time::{Civil, MONTHS, days_from_civil, local, now};
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use std::io::Write;

const HELP: &str = "\
{} [-31bCehjJMNSwy] [-A MONTHS] [-B MONTHS] [-d YYYY-MM] [-m MONTH] [[MONTH] YEAR]
Show a calendar. cal has a week in a line, ncal has one in a column.

  -1, -3        one month; the month with the one before and the one after
  -A N, -B N    with N more months after, before
  -b, -C        as cal; -N  as ncal
  -d YYYY-MM    as if that were the current month
  -e            the date of Easter
  -h            do not highlight today
  -j            days of the year instead of the month
  -m MONTH      that month
  -M, -S        weeks start on Monday, on Sunday
  -w            ncal: with the numbers of the weeks
  -y            a whole year";

const DAYS: [&str; 7] = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];

/// The first day by Gregory's calendar, 1752-09-14, as [`days_from_civil`] counts.
const REFORM: i64 = -79_366;

/// What a calendar looks like.
#[derive(Clone, Copy)]
struct Style {
    /// A week in a column.
    columns: bool,
    day_of_year: bool,
    monday_first: bool,
    week_numbers: bool,
    /// The day to highlight.
    today: Option<(i64, u32, u32)>,
}

/// Days since 1970-01-01 of a date by the calendar that was in use.
fn serial(year: i64, month: u32, day: u32) -> i64 {
    let gregorian = days_from_civil(year, month, day);
    if gregorian >= REFORM {
        return gregorian;
    }
    // Julius' leap years are those of a Gregorian cycle without its exceptions.
    let (y, m) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    y * 365 + y.div_euclid(4) + (153 * i64::from(m) + 2) / 5 + i64::from(day) - 1 - 719_470
}

/// The days that a month has, in order.
fn days(year: i64, month: u32) -> Vec<u32> {
    let leap = if year > 1752 { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) } else { year % 4 == 0 };
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=last).filter(|&day| !(year == 1752 && month == 9 && (3..14).contains(&day))).collect()
}

/// A month's days as cells of its weeks: the first week's blank cells, then the days.
fn cells(year: i64, month: u32, style: Style) -> Vec<Option<u32>> {
    let weekday = (serial(year, month, 1) + 4).rem_euclid(7);
    let blanks = if style.monday_first { (weekday + 6) % 7 } else { weekday };
    let mut cells: Vec<Option<u32>> = vec![None; blanks as usize];
    cells.extend(days(year, month).into_iter().map(Some));
    cells.resize(42, None);
    cells
}

fn cell(year: i64, month: u32, day: Option<u32>, style: Style) -> String {
    let width = if style.day_of_year { 3 } else { 2 };
    let Some(day) = day else { return " ".repeat(width) };
    let number = if style.day_of_year { serial(year, month, day) - serial(year, 1, 1) + 1 } else { i64::from(day) };
    let text = format!("{number:width$}");
    if style.today == Some((year, month, day)) { format!("\x1b[7m{text}\x1b[0m") } else { text }
}

fn centred(text: &str, width: usize) -> String {
    let left = width.saturating_sub(text.len()) / 2;
    format!("{:width$}", format!("{}{text}", " ".repeat(left)))
}

/// A month's lines with a week in a line.
fn weeks(year: i64, month: u32, with_year: bool, style: Style) -> Vec<String> {
    let width = if style.day_of_year { 27 } else { 20 };
    let name = MONTHS[month as usize - 1];
    let title = if with_year { format!("{name} {year}") } else { name.to_owned() };
    let mut names = DAYS;
    if style.monday_first {
        names.rotate_left(1);
    }
    let space = if style.day_of_year { "  " } else { " " };
    let names = if style.day_of_year { format!(" {}", names.join(space)) } else { names.join(space) };
    let mut lines = vec![format!("{}  ", centred(&title, width)), format!("{names}  ")];
    for week in cells(year, month, style).chunks(7) {
        let days: Vec<String> = week.iter().map(|&day| cell(year, month, day, style)).collect();
        lines.push(format!("{}  ", days.join(" ")));
    }
    lines
}

/// A month's lines with a week in a column, without the names of the days.
fn columns(year: i64, month: u32, with_year: bool, style: Style) -> Vec<String> {
    let width = if style.day_of_year { 24 } else { 18 };
    let name = MONTHS[month as usize - 1];
    let title = if with_year { format!("{name} {year}") } else { name.to_owned() };
    let cells = cells(year, month, style);
    let mut lines = vec![format!("{title:width$}")];
    for row in 0..7 {
        let days = (0..6).map(|week| format!(" {}", cell(year, month, cells[week * 7 + row], style)));
        lines.push(days.collect());
    }
    if style.week_numbers {
        let numbers = (0..6).map(|week| {
            let day = cells[week * 7..week * 7 + 7].iter().flatten().next();
            let pad = if style.day_of_year { 4 } else { 3 };
            match day {
                Some(&day) => format!("{:pad$}", week_number(serial(year, month, day), style)),
                None => " ".repeat(pad),
            }
        });
        lines.push(numbers.collect());
    }
    lines
}

/// The week of the year, whose first one has the most of its days in it.
fn week_number(day: i64, style: Style) -> i64 {
    let first = i64::from(style.monday_first);
    let weekday = (day + 4 - first).rem_euclid(7);
    let middle = day - weekday + 3;
    let year = Civil::from_nanoseconds(middle.saturating_mul(86_400_000_000_000)).year;
    (middle - serial(year, 1, 1)) / 7 + 1
}

/// Months side by side, rows of them with a blank line between. The year stands above all of them, or with each.
fn layout(months: &[(i64, u32)], year_above: bool, style: Style) -> String {
    let with_year = !year_above;
    let mut out = String::new();
    if !with_year {
        let width = match (style.columns, style.day_of_year) {
            (true, false) => 4 * 18,
            (true, true) => 3 * 24,
            (false, true) => 2 * 27,
            (false, false) => 3 * 20,
        };
        out.push_str(&format!("{}{}\n", " ".repeat((width - 4) / 2), months[0].0));
    }
    for (index, row) in months.chunks(per_row(style)).enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let block = |&(year, month): &(i64, u32)| match style.columns {
            true => columns(year, month, with_year, style),
            false => weeks(year, month, with_year, style),
        };
        let blocks: Vec<Vec<String>> = row.iter().map(block).collect();
        for line in 0..blocks[0].len() {
            if style.columns {
                let day = (line + 6 + usize::from(style.monday_first)) % 7;
                out.push_str(match line {
                    0 => "    ",
                    1..=7 => DAYS[day],
                    _ => "  ",
                });
            }
            blocks.iter().for_each(|block| out.push_str(&block[line]));
            out.push('\n');
        }
    }
    out
}

fn per_row(style: Style) -> usize {
    match (style.columns, style.day_of_year) {
        (true, false) => 4,
        (true, true) | (false, false) => 3,
        (false, true) => 2,
    }
}

/// Easter Sunday of a year, by the calendar that was in use.
fn easter(year: i64) -> (u32, u32) {
    let golden = year % 19;
    let (epact, sunday) = if year > 1752 {
        let century = year / 100;
        let moon = (8 * century + 13) / 25 - 2;
        let solar = century - year / 400 - 2;
        ((15 + solar - moon).rem_euclid(30), (6 + solar).rem_euclid(7))
    } else {
        (15, 6)
    };
    let days = (19 * golden + epact) % 30;
    let days = if year > 1752 && (days == 29 || (days == 28 && golden > 10)) { days - 1 } else { days };
    let weekday = (2 * (year % 4) + 4 * (year % 7) + 6 * days + sunday) % 7;
    let march = 22 + days + weekday;
    if march <= 31 { (3, march as u32) } else { (4, (march - 31) as u32) }
}

fn month(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return (1..=12).contains(&number).then_some(number);
    }
    let text = text.to_lowercase();
    let named = MONTHS.iter().position(|name| text.len() >= 3 && name.to_lowercase().starts_with(&text))?;
    Some(named as u32 + 1)
}

fn bad_month(text: &str) -> Failure {
    Failure::new(format!("{text} is neither a month number (1..12) nor a name")).status(64)
}

/// Runs cal and ncal.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let name = args.first().map(|name| base_name(name)).unwrap_or_default();
    let mut options = Options::new(args, "13A:B:bCd:ehjJm:MNSwy", &[], HELP);
    let today = local(now());
    let (mut current, mut today) = ((today.year, today.month), Some((today.year, today.month, today.day)));
    let mut style =
        Style { columns: name == "ncal", day_of_year: false, monday_first: false, week_numbers: false, today: None };
    let (mut after, mut before, mut three, mut whole, mut only_easter) = (0i64, 0i64, false, false, false);
    let (mut chosen, mut words) = (None, Vec::new());
    let number = |value: &[u8]| -> Result<i64, Failure> {
        let text = String::from_utf8_lossy(value).into_owned();
        let parsed = text.parse::<i64>().ok().filter(|number| (0..=10_000).contains(number));
        parsed.ok_or_else(|| Failure::new(format!("bad number of months: {text}")).status(64))
    };
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('1', _) => (after, before, three) = (0, 0, false),
            Item::Option('3', _) => (after, before, three) = (1, 1, true),
            Item::Option('A', value) => after = number(&value)?,
            Item::Option('B', value) => before = number(&value)?,
            Item::Option('b' | 'C', _) => style.columns = false,
            Item::Option('N', _) => style.columns = true,
            Item::Option('d', value) => {
                let text = String::from_utf8_lossy(&value).into_owned();
                let parts =
                    text.split_once('-').and_then(|(year, month)| Some((year.parse().ok()?, month.parse().ok()?)));
                let valid = parts.filter(|&(year, month)| (1..=9999).contains(&year) && (1..=12).contains(&month));
                current = valid.ok_or_else(|| Failure::new(format!("bad date: {text}")).status(64))?;
                today = None;
            }
            Item::Option('e', _) => only_easter = true,
            Item::Option('h', _) => today = None,
            Item::Option('j', _) => style.day_of_year = true,
            Item::Option('m', value) => {
                let text = String::from_utf8_lossy(&value).into_owned();
                chosen = Some(month(&text).ok_or_else(|| bad_month(&text))?);
            }
            Item::Option('M', _) => style.monday_first = true,
            Item::Option('S', _) => style.monday_first = false,
            Item::Option('w', _) => style.week_numbers = true,
            Item::Option('y', _) => whole = true,
            Item::Option(..) => {}
            Item::Operand(word) => words.push(String::from_utf8_lossy(&word).into_owned()),
        }
    }
    let year = |text: &str| -> Result<i64, Failure> {
        let year: i64 = text.parse().map_err(|_| Failure::new(format!("not a valid year {text}")).status(64))?;
        if (1..=9999).contains(&year) {
            Ok(year)
        } else {
            Err(Failure::new(format!("year `{text}' not in range 1..9999")).status(64))
        }
    };
    match words.as_slice() {
        [] => {}
        [only] => {
            current.0 = year(only)?;
            whole |= chosen.is_none() && !only_easter;
        }
        [first, second] => {
            chosen = Some(month(first).ok_or_else(|| bad_month(first))?);
            current.0 = year(second)?;
        }
        _ => return Err(Failure::usage("too many arguments").status(64)),
    }
    current.1 = chosen.unwrap_or(current.1);
    let mut out = stdout();
    let terminal = agentfense_sys::files::OpenFile::inherited(1).is_some_and(|file| file.is_terminal());
    style.today = today.filter(|_| terminal);
    if only_easter {
        let (month, day) = easter(current.0);
        writeln!(out, "{month:02}/{day:02}/{:02}", current.0 % 100)?;
    } else {
        let middle = current.0 * 12 + i64::from(current.1) - 1;
        let (first, last) = if whole {
            (current.0 * 12 - before, current.0 * 12 + 11 + after)
        } else {
            (middle - before, middle + after)
        };
        let months: Vec<(i64, u32)> = (first.max(12)..=last.min(9999 * 12 + 11))
            .map(|month| (month.div_euclid(12), month.rem_euclid(12) as u32 + 1))
            .collect();
        if !months.is_empty() {
            // One year above what is a whole one, or three months in a row.
            let same = months.iter().all(|(year, _)| *year == months[0].0);
            let above = same && (whole || three && !style.columns);
            out.write_all(layout(&months, above, style).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reform() {
        assert_eq!(serial(1752, 9, 14) - serial(1752, 9, 2), 1);
        assert_eq!(days(1752, 9).len(), 19);
        assert_eq!(serial(1970, 1, 1), 0);
        // A Saturday, as it was.
        assert_eq!((serial(1, 1, 1) + 4).rem_euclid(7), 6);
    }

    #[test]
    fn easter_sundays() {
        assert_eq!([easter(2024), easter(2025), easter(1818), easter(1492)], [(3, 31), (4, 20), (3, 22), (4, 22)]);
    }
}

//! The words that dates have: units, ordinals, months, weekdays and zones.

/// A unit of relative dates.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    Months(i64),
    Days(i64),
    Seconds(i64),
}

pub(super) fn unit(word: &str) -> Option<Unit> {
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
pub(super) fn ordinal(word: &str) -> Option<i64> {
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

pub(super) fn month(word: &str) -> Option<u32> {
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

pub(super) fn weekday(word: &str) -> Option<u32> {
    const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    match word {
        "tues" => Some(2),
        "wednes" => Some(3),
        "thur" | "thurs" => Some(4),
        word => name_of(&DAYS, word),
    }
}

/// Minutes east of Greenwich.
pub(super) fn zone(word: &str) -> Option<i64> {
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

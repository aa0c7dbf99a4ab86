//! `strftime(3)`, with GNU's flags, in the C locale.

use crate::Civil;

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
/// The months' names in English, January first.
pub const MONTHS: [&str; 12] = [
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

/// The widest field: a width beyond it is cut, as a format is a script's.
const MAX_WIDTH: usize = 1024;

/// What stands between `%` and the letter.
#[derive(Clone, Copy, Default)]
struct Modifiers {
    /// `-` (none), `_` (spaces) or `0`.
    pad: Option<u8>,
    /// `^`
    upper: bool,
    /// `#`
    swap: bool,
    width: usize,
    /// The `:` before `z`.
    colons: usize,
}

/// Prints a time; an unknown conversion stays as it is.
pub fn format(format: &[u8], time: &Civil) -> Vec<u8> {
    let mut out = Vec::with_capacity(format.len() * 2);
    expand(format, time, &mut out);
    out
}

fn expand(format: &[u8], time: &Civil, out: &mut Vec<u8>) {
    let mut rest = format;
    while let Some((byte, tail)) = rest.split_first() {
        if *byte != b'%' {
            out.push(*byte);
            rest = tail;
            continue;
        }
        let (modifiers, length) = modifiers(tail);
        let whole = rest;
        let Some((letter, after)) = tail.get(length..).and_then(<[u8]>::split_first) else {
            out.extend_from_slice(whole);
            return;
        };
        rest = after;
        let start = out.len();
        if !conversion(*letter, modifiers, time, out) {
            out.extend_from_slice(&whole[..whole.len() - after.len()]);
            continue;
        }
        if modifiers.upper || (modifiers.swap && !matches!(letter, b'p' | b'Z')) {
            out[start..].make_ascii_uppercase();
        } else if modifiers.swap {
            out[start..].make_ascii_lowercase();
        }
        let missing = modifiers.width.saturating_sub(out.len() - start);
        let spaced = matches!(
            letter,
            b'a' | b'A' | b'b' | b'B' | b'c' | b'e' | b'h' | b'k' | b'l' | b'n' | b'p' | b'P' | b't' | b'Z'
        );
        let fill = match modifiers.pad {
            Some(b'0') => b'0',
            None if !spaced => b'0',
            _ => b' ',
        };
        out.splice(start..start, std::iter::repeat_n(fill, missing));
    }
}

/// The flags, the width and the `E` or `O` (which change nothing here); how long they are.
fn modifiers(text: &[u8]) -> (Modifiers, usize) {
    let mut found = Modifiers::default();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'-' | b'_' | b'0' => found.pad = Some(*byte),
            b'^' => found.upper = true,
            b'#' => found.swap = true,
            _ => break,
        }
        at += 1;
    }
    while let Some(digit) = text.get(at).filter(|byte| byte.is_ascii_digit()) {
        found.width = (found.width * 10 + usize::from(digit - b'0')).min(MAX_WIDTH);
        at += 1;
    }
    // Only letters of which a locale may have other forms.
    at += match (text.get(at), text.get(at + 1)) {
        (Some(b'E'), Some(b'c' | b'C' | b'x' | b'X' | b'y' | b'Y')) => 1,
        (
            Some(b'O'),
            Some(b'd' | b'e' | b'H' | b'I' | b'm' | b'M' | b'S' | b'u' | b'U' | b'V' | b'w' | b'W' | b'y'),
        ) => 1,
        _ => 0,
    };
    let colons = text.iter().skip(at).take_while(|&&byte| byte == b':').count();
    if (1..=3).contains(&colons) && text.get(at + colons) == Some(&b'z') {
        found.colons = colons;
        at += colons;
    }
    (found, at)
}

/// One conversion; false where the letter means none.
fn conversion(letter: u8, modifiers: Modifiers, time: &Civil, out: &mut Vec<u8>) -> bool {
    let number = |value: i64, width: usize, pad: u8| match modifiers.pad.unwrap_or(pad) {
        b'-' => value.to_string(),
        b'_' => format!("{value:width$}"),
        _ => format!("{value:0width$}"),
    };
    let two = |value: u32| number(i64::from(value), 2, b'0');
    let hour12 = (time.hour + 11) % 12 + 1;
    let day = DAYS[time.weekday as usize % 7];
    let month = MONTHS[(time.month as usize).wrapping_sub(1) % 12];
    let composed: &[u8] = match letter {
        b'c' => b"%a %b %e %H:%M:%S %Y",
        b'D' | b'x' => b"%m/%d/%y",
        b'F' => b"%Y-%m-%d",
        b'r' => b"%I:%M:%S %p",
        b'R' => b"%H:%M",
        b'T' | b'X' => b"%H:%M:%S",
        b'+' => b"%a %b %e %H:%M:%S %Z %Y",
        _ => b"",
    };
    if !composed.is_empty() {
        expand(composed, time, out);
        return true;
    }
    let text = match letter {
        b'a' => day[..3].to_owned(),
        b'A' => day.to_owned(),
        b'b' | b'h' => month[..3].to_owned(),
        b'B' => month.to_owned(),
        b'C' => number(time.year.div_euclid(100), 2, b'0'),
        b'd' => two(time.day),
        b'e' => number(i64::from(time.day), 2, b'_'),
        b'g' => number(time.iso_week().0.rem_euclid(100), 2, b'0'),
        b'G' => number(time.iso_week().0, 1, b'0'),
        b'H' => two(time.hour),
        b'I' => two(hour12),
        b'j' => number(i64::from(time.day_of_year) + 1, 3, b'0'),
        b'k' => number(i64::from(time.hour), 2, b'_'),
        b'l' => number(i64::from(hour12), 2, b'_'),
        b'm' => two(time.month),
        b'M' => two(time.minute),
        b'n' => "\n".to_owned(),
        b'N' => {
            // A width is how many digits there are, not the least of them.
            let mut digits = format!("{:09}", time.nanosecond);
            digits.truncate(if modifiers.width == 0 { 9 } else { modifiers.width });
            match modifiers.pad {
                Some(b'-') => digits.truncate(digits.trim_end_matches('0').len().max(1)),
                Some(b'_') => {
                    let kept = digits.trim_end_matches('0').len();
                    digits.replace_range(kept.., &" ".repeat(digits.len() - kept));
                }
                // A width above nine adds zeros behind.
                _ => digits.extend(std::iter::repeat_n('0', modifiers.width.saturating_sub(9))),
            }
            digits
        }
        b'p' => if time.hour < 12 { "AM" } else { "PM" }.to_owned(),
        b'q' => number(i64::from(time.month.saturating_sub(1) / 3 + 1), 1, b'0'),
        b'P' => if time.hour < 12 { "am" } else { "pm" }.to_owned(),
        b's' => time.seconds.to_string(),
        b'S' => two(time.second),
        b't' => "\t".to_owned(),
        b'u' => number(i64::from((time.weekday + 6) % 7) + 1, 1, b'0'),
        b'U' => two((time.day_of_year + 7 - time.weekday) / 7),
        b'V' => number(time.iso_week().1, 2, b'0'),
        b'w' => number(i64::from(time.weekday), 1, b'0'),
        b'W' => two((time.day_of_year + 7 - (time.weekday + 6) % 7) / 7),
        b'y' => number(time.year.rem_euclid(100), 2, b'0'),
        b'Y' => number(time.year, 1, b'0'),
        b'z' => {
            let east = time.offset.east.unsigned_abs();
            let (hours, minutes, seconds) = (east / 3600, east / 60 % 60, east % 60);
            let sign = if time.offset.east < 0 { '-' } else { '+' };
            match modifiers.colons {
                0 => format!("{sign}{hours:02}{minutes:02}"),
                1 => format!("{sign}{hours:02}:{minutes:02}"),
                2 => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
                _ if seconds > 0 => format!("{sign}{hours:02}:{minutes:02}:{seconds:02}"),
                _ if minutes > 0 => format!("{sign}{hours:02}:{minutes:02}"),
                _ => format!("{sign}{hours:02}"),
            }
        }
        b'Z' => time.offset.name.as_str().to_owned(),
        b'%' => "%".to_owned(),
        _ => return false,
    };
    out.extend_from_slice(text.as_bytes());
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Offset;

    fn text(pattern: &str, seconds: i64) -> String {
        String::from_utf8(format(pattern.as_bytes(), &Civil::at(seconds, &Offset::UTC))).unwrap()
    }

    #[test]
    fn known_moments() {
        assert_eq!(text("%F %T %a %j %V %G", 0), "1970-01-01 00:00:00 Thu 001 01 1970");
        assert_eq!(text("%F %T %A %B %-d", 1_709_210_096), "2024-02-29 12:34:56 Thursday February 29");
        assert_eq!(text("%G-%V %U %W %y%%", 1_609_459_199), "2020-53 52 52 20%");
        assert_eq!(text("%j %U %V %G %u %-d %I%p", 1_704_067_200), "001 00 01 2024 1 1 12AM");
        assert_eq!(text("%a %b %e %H:%M:%S %Z %Y", 1_709_210_096), "Thu Feb 29 12:34:56 UTC 2024");
    }

    #[test]
    fn flags_and_widths() {
        assert_eq!(text("%_d|%-m|%e|%05d|%3e|%^a|%#p|%10A|%_5Y", 0), " 1|1| 1|00001|  1|THU|am|  Thursday| 1970");
        assert_eq!(text("%Q %E %Ed", 0), "%Q %E %Ed");
        assert_eq!(text("%Od %Ey %q %3N %:z %::z %:::z %:Z", 0), "01 70 1 000 +00:00 +00:00:00 +00 %:Z");
        assert_eq!(text("%-", 0), "%-");
        assert!(text("%99999999999999999999d", 0).len() <= MAX_WIDTH);
    }
}

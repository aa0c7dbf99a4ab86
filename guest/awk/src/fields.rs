//! A record and its fields.

use crate::pattern::Pattern;
use crate::text::{Text, char_len, char_offset};
use crate::value::{Operand, Value};
use std::ops::Range;
use std::rc::Rc;

/// More fields than that are refused: each takes memory, and a program can ask for any number.
pub const MAX_FIELDS: usize = 50_000_000;

/// How a record is split into fields.
#[derive(Clone, Debug)]
pub enum Splitter {
    /// By runs of blanks and newlines, those at the ends aside.
    Blank,
    /// By each such byte.
    Byte(u8),
    /// By each such byte and by newlines: a paragraph's fields.
    ByteOrNewline(u8),
    /// By matches.
    Pattern(Rc<Pattern>),
    /// Into characters.
    Chars,
    /// Fields are what matches (`FPAT`).
    Content(Rc<Pattern>),
    /// Fields have widths, each with how much to skip before (`FIELDWIDTHS`); none is the rest.
    Widths(Rc<Vec<(usize, Option<usize>)>>),
}

/// Where the splitting stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cursor {
    at: usize,
    count: usize,
    done: bool,
}

impl Splitter {
    /// The next field.
    #[inline]
    pub fn next(&self, text: &[u8], cursor: &mut Cursor, bytes: bool) -> Result<Option<Range<usize>>, String> {
        if cursor.done {
            return Ok(None);
        }
        let start = cursor.at;
        cursor.count += 1;
        match self {
            Splitter::Blank => {
                let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
                let rest = text.get(start..).unwrap_or_default();
                let Some(skipped) = rest.iter().position(|byte| !blank(byte)) else {
                    cursor.done = true;
                    return Ok(None);
                };
                let first = start + skipped;
                let len = rest[skipped..].iter().position(blank).unwrap_or(rest.len() - skipped);
                cursor.at = first + len;
                Ok(Some(first..first + len))
            }
            Splitter::Byte(byte) => {
                Ok(cursor.cut(text, memchr::memchr(*byte, &text[start..]).map(|at| start + at..start + at + 1)))
            }
            Splitter::ByteOrNewline(byte) => {
                let found = memchr::memchr2(*byte, b'\n', &text[start..]);
                Ok(cursor.cut(text, found.map(|at| start + at..start + at + 1)))
            }
            Splitter::Pattern(pattern) => {
                let mut from = start;
                let found = loop {
                    match pattern.find_at(text, from)? {
                        // Nothing separates nothing.
                        Some(found) if found.is_empty() => {
                            from = found.end + char_len(&text[found.end..], bytes);
                            if from >= text.len() {
                                break None;
                            }
                        }
                        found => break found,
                    }
                };
                Ok(cursor.cut(text, found))
            }
            Splitter::Chars => {
                let len = char_len(&text[start..], bytes);
                cursor.done = len == 0;
                cursor.at += len;
                Ok((len > 0).then_some(start..start + len))
            }
            Splitter::Content(pattern) => {
                // A match of nothing counts only where the text before it did not end a field.
                match pattern.find_at(text, start)? {
                    Some(found) if !text.is_empty() => {
                        cursor.at = found.end + char_len(&text[found.end..], bytes).min(1);
                        cursor.done = found.end >= text.len();
                        if !found.is_empty() {
                            cursor.at = found.end + 1;
                        }
                        Ok(Some(found))
                    }
                    _ => {
                        cursor.done = true;
                        Ok(None)
                    }
                }
            }
            Splitter::Widths(widths) => {
                let Some(&(skip, width)) = widths.get(cursor.count - 1) else {
                    cursor.done = true;
                    return Ok(None);
                };
                let first = start + char_offset(&text[start..], skip, bytes);
                if first >= text.len() {
                    cursor.done = true;
                    return Ok(None);
                }
                let end = width.map_or(text.len(), |width| first + char_offset(&text[first..], width, bytes));
                cursor.at = end;
                Ok(Some(first..end))
            }
        }
    }
}

impl Cursor {
    /// The field that a separator ends; the last one without.
    #[inline]
    fn cut(&mut self, text: &[u8], separator: Option<Range<usize>>) -> Option<Range<usize>> {
        let start = self.at;
        if start == 0 && text.is_empty() {
            self.done = true;
            return None;
        }
        match separator {
            Some(found) => {
                self.at = found.end;
                Some(start..found.start)
            }
            None => {
                self.done = true;
                Some(start..text.len())
            }
        }
    }
}

/// Which text is `$0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    /// The one that was read.
    Source,
    /// The one put together from the fields.
    Rebuilt,
    /// To be put together.
    Stale,
}

#[derive(Clone, Debug)]
enum Field {
    Range(usize, usize),
    Own(Value),
}

/// The current record. Its fields are found when they are asked for.
#[derive(Debug)]
pub struct Record {
    source: Vec<u8>,
    rebuilt: Vec<u8>,
    whole: Whole,
    fields: Vec<Field>,
    cursor: Cursor,
    /// How it is split.
    pub splitter: Splitter,
    bytes: bool,
}

impl Record {
    /// An empty record.
    pub fn new(bytes: bool) -> Record {
        Record {
            source: Vec::new(),
            rebuilt: Vec::new(),
            whole: Whole::Source,
            fields: Vec::new(),
            cursor: Cursor::default(),
            splitter: Splitter::Blank,
            bytes,
        }
    }

    /// Sets `$0`; gives back the space of the old one.
    #[inline]
    pub fn set(&mut self, text: Vec<u8>) -> Vec<u8> {
        let old = std::mem::replace(&mut self.source, text);
        self.whole = Whole::Source;
        self.fields.clear();
        self.cursor = Cursor::default();
        old
    }

    /// Splits until there are that many fields, or all.
    #[inline]
    pub fn split_to(&mut self, count: usize) -> Result<(), String> {
        while !self.cursor.done && self.fields.len() < count {
            if let Some(found) = self.splitter.next(&self.source, &mut self.cursor, self.bytes)? {
                self.fields.push(Field::Range(found.start, found.end));
            }
        }
        Ok(())
    }

    /// Splits it whole; its number of fields.
    pub fn count(&mut self) -> Result<usize, String> {
        self.split_to(usize::MAX)?;
        Ok(self.fields.len())
    }

    /// Makes sure that a field can be looked at.
    #[inline]
    pub fn prepare(&mut self, index: usize, separator: &[u8], format: &[u8]) -> Result<(), String> {
        if index > 0 {
            return self.split_to(index);
        }
        if self.whole == Whole::Stale {
            let mut whole = std::mem::take(&mut self.rebuilt);
            whole.clear();
            for index in 1..=self.fields.len() {
                if index > 1 {
                    whole.extend_from_slice(separator);
                }
                self.get(index).push(&mut whole, format);
            }
            self.rebuilt = whole;
            self.whole = Whole::Rebuilt;
        }
        Ok(())
    }

    /// How many fields were found so far: all, after [`Record::count`].
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field that was prepared, or the record for 0.
    #[inline]
    pub fn get(&self, index: usize) -> Operand<'_> {
        if index == 0 {
            return Operand::Input(if self.whole == Whole::Source { &self.source } else { &self.rebuilt });
        }
        match self.fields.get(index - 1) {
            Some(Field::Range(start, end)) => Operand::Input(&self.source[*start..*end]),
            Some(Field::Own(value)) => value.operand(),
            None => Operand::Unset,
        }
    }

    /// The record, prepared, as bytes.
    pub fn whole(&self) -> &[u8] {
        if self.whole == Whole::Source { &self.source } else { &self.rebuilt }
    }

    /// Sets a field other than 0.
    pub fn set_field(&mut self, index: usize, value: Value) -> Result<(), String> {
        self.split_to(usize::MAX)?;
        if index > self.fields.len() {
            self.resize(index)?;
        }
        if let Some(field) = self.fields.get_mut(index - 1) {
            *field = Field::Own(value);
        }
        self.whole = Whole::Stale;
        Ok(())
    }

    /// Sets the number of fields.
    pub fn set_count(&mut self, count: usize) -> Result<(), String> {
        self.split_to(usize::MAX)?;
        self.resize(count)?;
        self.whole = Whole::Stale;
        Ok(())
    }

    fn resize(&mut self, count: usize) -> Result<(), String> {
        if count > MAX_FIELDS {
            return Err(format!("{count} fields are too many"));
        }
        self.fields.resize(count, Field::Own(Value::Str(Text::new())));
        Ok(())
    }

    /// Splits what is left to be split, before the way of splitting changes.
    pub fn set_splitter(&mut self, splitter: Splitter) -> Result<(), String> {
        self.split_to(usize::MAX)?;
        self.splitter = splitter;
        Ok(())
    }
}

/// Reads `FIELDWIDTHS`: `5 2:10 *`.
pub fn parse_widths(text: &[u8]) -> Result<Vec<(usize, Option<usize>)>, String> {
    let text = String::from_utf8_lossy(text);
    let mut widths = Vec::new();
    for word in text.split_ascii_whitespace() {
        let bad = || format!("invalid FIELDWIDTHS value, near `{word}'");
        let (skip, width) = word.split_once(':').unwrap_or(("0", word));
        let width = if width == "*" { None } else { Some(width.parse().map_err(|_| bad())?) };
        widths.push((skip.parse().map_err(|_| bad())?, width));
    }
    Ok(widths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, splitter: Splitter) -> Vec<String> {
        let mut record = Record::new(false);
        record.splitter = splitter;
        record.set(text.as_bytes().to_vec());
        let count = record.count().unwrap();
        let text = |index| String::from_utf8_lossy(record.get(index).bytes(&mut Vec::new(), b"%.6g")).into_owned();
        (1..=count).map(text).collect()
    }

    fn pattern(text: &str) -> Rc<Pattern> {
        Rc::new(Pattern::new(text.as_bytes(), false, false).unwrap())
    }

    #[test]
    fn ways_to_split() {
        assert_eq!(split("  a b\t\nc ", Splitter::Blank), ["a", "b", "c"]);
        assert!(split("   ", Splitter::Blank).is_empty());
        assert_eq!(split(":a::b:", Splitter::Byte(b':')), ["", "a", "", "b", ""]);
        assert!(split("", Splitter::Byte(b':')).is_empty());
        assert_eq!(split("a1b22c", Splitter::Pattern(pattern("[0-9]+"))), ["a", "b", "c"]);
        assert_eq!(split("abc", Splitter::Pattern(pattern("x*"))), ["abc"]);
        assert_eq!(split("aé", Splitter::Chars), ["a", "é"]);
        assert_eq!(
            split("a,\"b,c\",,d", Splitter::Content(pattern("([^,]*)|(\"[^\"]+\")"))),
            ["a", "\"b,c\"", "", "d"]
        );
        let widths = parse_widths(b"2 1:2 *").unwrap();
        assert_eq!(split("abcdefg", Splitter::Widths(Rc::new(widths))), ["ab", "de", "fg"]);
    }

    #[test]
    fn assignments_rebuild() {
        let mut record = Record::new(false);
        record.set(b"a b c".to_vec());
        record.set_field(5, Value::Num(7.0)).unwrap();
        record.prepare(0, b"-", b"%.6g").unwrap();
        assert_eq!(record.whole(), b"a-b-c--7");
        record.set_count(2).unwrap();
        record.prepare(0, b" ", b"%.6g").unwrap();
        assert_eq!(record.whole(), b"a b");
        assert!(record.set_count(usize::MAX).is_err());
    }
}

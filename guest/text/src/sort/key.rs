//! The parts of a line that sort compares, and how.

use super::number;
use agentfense_support::version;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A field and a character in it, both counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub field: usize,
    pub character: usize,
}

/// How a key's text compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    Text,
    Number,
    General,
    Size,
    Month,
    Version,
    Random,
}

/// A key of `-k`, or the options without one: the whole line.
#[derive(Clone, Debug)]
pub struct Key {
    pub start: Place,
    /// The end; absent for the line's. A character of 0 is the field's end, else the last character's number.
    pub stop: Option<Place>,
    pub start_blanks: bool,
    pub stop_blanks: bool,
    pub kind: Kind,
    pub dictionary: bool,
    pub printing: bool,
    pub fold: bool,
    pub reverse: bool,
    /// The letters of two kinds at once.
    second_kind: Option<(char, char)>,
    kind_letter: char,
}

impl Default for Key {
    fn default() -> Self {
        Key {
            start: Place { field: 0, character: 0 },
            stop: None,
            start_blanks: false,
            stop_blanks: false,
            kind: Kind::Text,
            dictionary: false,
            printing: false,
            fold: false,
            reverse: false,
            second_kind: None,
            kind_letter: ' ',
        }
    }
}

impl Key {
    /// Takes an option by its letter; whether it is one. `b` counts for the start, the stop or both.
    pub fn set(&mut self, letter: char, start: bool, stop: bool) -> bool {
        let kind = match letter {
            'b' => {
                self.start_blanks |= start;
                self.stop_blanks |= stop;
                return true;
            }
            'd' => {
                self.dictionary = true;
                return true;
            }
            'f' => {
                self.fold = true;
                return true;
            }
            'i' => {
                self.printing = true;
                return true;
            }
            'r' => {
                self.reverse = true;
                return true;
            }
            'g' => Kind::General,
            'h' => Kind::Size,
            'M' => Kind::Month,
            'n' => Kind::Number,
            'R' => Kind::Random,
            'V' => Kind::Version,
            _ => return false,
        };
        if self.kind != Kind::Text && self.kind != kind {
            self.second_kind = Some((self.kind_letter, letter));
        }
        (self.kind, self.kind_letter) = (kind, letter);
        true
    }

    /// Whether it has options of its own, so that the global ones do not count.
    pub fn has_own_order(&self) -> bool {
        self.kind != Kind::Text
            || self.dictionary
            || self.printing
            || self.fold
            || self.reverse
            || self.start_blanks
            || self.stop_blanks
    }

    /// Takes the global options over.
    pub fn inherit(&mut self, global: &Key) {
        *self = Key { start: self.start, stop: self.stop, ..global.clone() };
    }

    /// Options that cannot go together, as letters.
    pub fn contradiction(&self) -> Option<String> {
        if let Some((a, b)) = self.second_kind {
            let mut letters = [a, b];
            letters.sort_unstable_by_key(|c| (c.is_uppercase(), *c));
            return Some(letters.iter().collect());
        }
        let numeric = matches!(self.kind, Kind::Number | Kind::General | Kind::Size | Kind::Month);
        if !numeric || !(self.dictionary || self.printing) {
            return None;
        }
        let mut letters: Vec<char> = vec![self.kind_letter, if self.dictionary { 'd' } else { 'i' }];
        letters.sort_unstable_by_key(|c| (c.is_uppercase(), *c));
        Some(letters.iter().collect())
    }

    /// Whether it is the line as it is.
    pub fn is_whole_line(&self) -> bool {
        self.start == Place { field: 0, character: 0 } && self.stop.is_none() && !self.start_blanks
    }

    /// Where it stands in a line.
    pub fn range(&self, line: &[u8], separator: Option<u8>) -> std::ops::Range<usize> {
        if self.is_whole_line() {
            return 0..line.len();
        }
        let start = self.begin(line, separator);
        start..self.end(line, separator).max(start)
    }

    fn begin(&self, line: &[u8], separator: Option<u8>) -> usize {
        let mut at = 0;
        match separator {
            Some(separator) => {
                for _ in 0..self.start.field {
                    match memchr::memchr(separator, &line[at..]) {
                        Some(found) => at += found + 1,
                        None => {
                            at = line.len();
                            break;
                        }
                    }
                }
            }
            None => {
                for _ in 0..self.start.field {
                    at = after_field(line, at);
                    if at == line.len() {
                        break;
                    }
                }
            }
        }
        if self.start_blanks {
            at = after_blanks(line, at);
        }
        at.saturating_add(self.start.character).min(line.len())
    }

    fn end(&self, line: &[u8], separator: Option<u8>) -> usize {
        let Some(stop) = self.stop else { return line.len() };
        let mut at = 0;
        // A stop without a character is behind its field.
        let fields = if stop.character == 0 { stop.field.saturating_add(1) } else { stop.field };
        for passed in 1..=fields {
            if at == line.len() {
                break;
            }
            at = match separator {
                None => after_field(line, at),
                Some(separator) => match memchr::memchr(separator, &line[at..]) {
                    None => line.len(),
                    Some(found) if passed < fields || stop.character != 0 => at + found + 1,
                    Some(found) => at + found,
                },
            };
        }
        if stop.character != 0 {
            if self.stop_blanks {
                at = after_blanks(line, at);
            }
            at = at.saturating_add(stop.character).min(line.len());
        }
        at
    }

    /// The bytes that count, when not all do.
    fn counted<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        text.iter()
            .copied()
            .filter(|&b| !self.dictionary || b.is_ascii_alphanumeric() || is_blank(b))
            .filter(|&b| !self.printing || (b' '..=b'~').contains(&b))
            .map(|b| if self.fold { b.to_ascii_uppercase() } else { b })
    }

    fn is_plain(&self) -> bool {
        !(self.dictionary || self.printing || self.fold)
    }

    /// A number that orders as [`Key::compare`] does wherever it differs.
    pub fn digest(&self, text: &[u8], seed: u64) -> u64 {
        let value = match self.kind {
            Kind::Text if self.is_plain() => {
                let mut first = [0; 8];
                let len = text.len().min(8);
                first[..len].copy_from_slice(&text[..len]);
                u64::from_be_bytes(first)
            }
            Kind::Text => {
                let mut first = [0; 8];
                for (into, b) in first.iter_mut().zip(self.counted(text)) {
                    *into = b;
                }
                u64::from_be_bytes(first)
            }
            Kind::Number => {
                // The bits of floats order as integers do, once the negative ones are turned around.
                let bits = (number::approximate(text) + 0.0).to_bits();
                if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
            }
            Kind::Month => u64::from(number::month(text)),
            Kind::Random => self.hash(text, seed),
            Kind::General | Kind::Size | Kind::Version => 0,
        };
        if self.reverse { !value } else { value }
    }

    fn hash(&self, text: &[u8], seed: u64) -> u64 {
        #[allow(deprecated, reason = "the only hash of std with a seed that is given")]
        let mut hasher = std::hash::SipHasher::new_with_keys(seed, seed.rotate_left(32));
        self.counted(text).collect::<Vec<_>>().hash(&mut hasher);
        hasher.finish()
    }

    /// The order of two keys' texts.
    pub fn compare(&self, a: &[u8], b: &[u8], seed: u64) -> Ordering {
        let order = match self.kind {
            Kind::Text if self.is_plain() => a.cmp(b),
            Kind::Text => self.counted(a).cmp(self.counted(b)),
            Kind::Number => number::compare(a, b),
            Kind::General => number::compare_general(a, b),
            Kind::Size => number::compare_sizes(a, b),
            Kind::Month => number::month(a).cmp(&number::month(b)),
            Kind::Version => version::compare(a, b),
            Kind::Random => {
                self.hash(a, seed).cmp(&self.hash(b, seed)).then_with(|| self.counted(a).cmp(self.counted(b)))
            }
        };
        if self.reverse { order.reverse() } else { order }
    }
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\n')
}

fn after_blanks(line: &[u8], at: usize) -> usize {
    at + line[at..].iter().take_while(|&&b| is_blank(b)).count()
}

/// Behind a field that its blanks begin.
fn after_field(line: &[u8], at: usize) -> usize {
    let at = after_blanks(line, at);
    at + line[at..].iter().take_while(|&&b| !is_blank(b)).count()
}

/// The order of lines.
pub struct Order {
    pub keys: Vec<Key>,
    pub separator: Option<u8>,
    /// What ends a line.
    pub end: u8,
    pub unique: bool,
    pub stable: bool,
    /// Of the last resort.
    pub reverse: bool,
    /// Of random keys.
    pub seed: u64,
}

impl Order {
    /// Whether two lines that no key tells apart are compared as they are.
    fn last_resort(&self) -> bool {
        !(self.unique || self.stable)
    }

    /// A number that orders as the first key does wherever it differs.
    pub fn digest(&self, line: &[u8]) -> u64 {
        let Some(key) = self.keys.first() else { return 0 };
        key.digest(&line[key.range(line, self.separator)], self.seed)
    }

    /// The order of two lines.
    pub fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        for key in &self.keys {
            let first = &a[key.range(a, self.separator)];
            let second = &b[key.range(b, self.separator)];
            match key.compare(first, second, self.seed) {
                Ordering::Equal => {}
                order => return order,
            }
        }
        if !self.last_resort() {
            return Ordering::Equal;
        }
        if self.reverse { b.cmp(a) } else { a.cmp(b) }
    }

    /// The underlines of `--debug`: where each key stands.
    pub fn annotation(&self, line: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        let mut underline = |range: std::ops::Range<usize>| {
            text.extend(std::iter::repeat_n(b' ', range.start));
            if range.is_empty() {
                text.extend_from_slice(b"^ no match for key\n");
            } else {
                text.extend(std::iter::repeat_n(b'_', range.len()));
                text.push(b'\n');
            }
        };
        for key in &self.keys {
            underline(key.range(line, self.separator));
        }
        let whole = self.keys.iter().all(|key| key.is_whole_line() && key.kind == Kind::Text && key.is_plain());
        if self.last_resort() && !whole {
            underline(0..line.len());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(key: &Key, line: &str, separator: Option<u8>) -> String {
        line[key.range(line.as_bytes(), separator)].to_owned()
    }

    fn key(start: (usize, usize), stop: Option<(usize, usize)>) -> Key {
        let place = |(field, character)| Place { field, character };
        Key { start: place(start), stop: stop.map(place), ..Key::default() }
    }

    #[test]
    fn fields_and_characters() {
        assert_eq!(range(&key((1, 0), Some((1, 0))), "a  bc d", None), "  bc");
        assert_eq!(range(&key((1, 0), None), "a  bc d", None), "  bc d");
        assert_eq!(range(&key((1, 0), Some((1, 0))), "a:bc:d", Some(b':')), "bc");
        assert_eq!(range(&key((1, 0), Some((2, 0))), "a:bc:d", Some(b':')), "bc:d");
        assert_eq!(range(&key((0, 2), Some((0, 3))), "abcdef", None), "c");
        assert_eq!(range(&key((5, 0), Some((5, 0))), "a b", None), "");
        assert_eq!(range(&key((1, 1), Some((0, 0))), "a:bc", Some(b':')), "");
        let blanks = Key { start_blanks: true, ..key((1, 0), Some((1, 0))) };
        assert_eq!(range(&blanks, "a  bc d", None), "bc");
    }

    #[test]
    fn digests_order_as_keys() {
        for kind in [Kind::Text, Kind::Number, Kind::Month] {
            for reverse in [false, true] {
                let key = Key { kind, reverse, ..Key::default() };
                let texts = ["", "a", "abcdefgh", "abcdefghi", "-5", "10", "9", "1.5", "feb", "Jan", "\u{ff}"];
                for a in texts.map(str::as_bytes) {
                    for b in texts.map(str::as_bytes) {
                        let (first, second) = (key.digest(a, 0), key.digest(b, 0));
                        if first != second {
                            assert_eq!(first.cmp(&second), key.compare(a, b, 0), "{a:?} {b:?} {kind:?}");
                        }
                    }
                }
            }
        }
    }
}

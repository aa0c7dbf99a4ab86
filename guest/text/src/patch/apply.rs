//! Finding where a hunk belongs, and making the new text.

use super::hunk::Hunk;

/// A text that hunks are applied to, first to last.
#[derive(Debug)]
pub struct Target<'a> {
    lines: Vec<&'a [u8]>,
    /// The lines that are in the output already.
    frozen: usize,
    /// How far from where the patch says hunks are found.
    pub in_offset: isize,
    /// How many lines more the output has than the input had there.
    pub out_offset: isize,
    output: Vec<u8>,
    ignore_blanks: bool,
}

/// Where a hunk was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    line: usize,
}

impl<'a> Target<'a> {
    /// The text before any change. With `ignore_blanks` any blanks match any others.
    pub fn new(text: &'a [u8], ignore_blanks: bool) -> Target<'a> {
        Target {
            lines: text.split_inclusive(|&b| b == b'\n').collect(),
            frozen: 0,
            in_offset: 0,
            out_offset: 0,
            output: Vec::with_capacity(text.len()),
            ignore_blanks,
        }
    }

    /// Where a hunk matches if `fuzz` lines of its context may differ; the nearest place to where it should be.
    pub fn locate(&mut self, hunk: &Hunk, fuzz: usize) -> Option<Place> {
        let pattern: Vec<&[u8]> = hunk.old_lines().collect();
        let count = pattern.len() as isize;
        let guess = signed(hunk.old_start).saturating_add(self.in_offset);
        let (before, after) = hunk.context();
        let context = before.max(after);
        let mut skip_start = fuzz as isize + before as isize - context as isize;
        let mut skip_end = fuzz as isize + after as isize - context as isize;
        let (length, frozen) = (self.lines.len() as isize, self.frozen as isize);
        if count == 0 {
            // Nothing to match: lines are added where the patch says, as far as there are lines.
            let line = guess.clamp(frozen + 1, length + 1);
            return usize::try_from(line).ok().map(|line| Place { line });
        }
        let max_forward = length - (count - skip_end.max(0)) + 1 - guess;
        let max_back = (guess - frozen - 1).min(guess - 1);
        let mut fixed = None;
        if skip_start < 0 && hunk.old_start <= 1 {
            // Less context before than after: only the start of the file will do.
            skip_start = 0;
            fixed = Some(1 - guess);
        } else if skip_start < 0 {
            skip_start = 0;
        }
        if skip_end < 0 && fixed.is_none() {
            // Less context after than before: only the end of the file will do.
            fixed = Some(length - count + 1 - guess);
        }
        let end_only = skip_end < 0;
        skip_end = skip_end.max(0);
        let found = |offset: isize| {
            let line = guess.saturating_add(offset);
            line > frozen
                && line >= 1
                && (!end_only || line + count - 1 == length)
                && self.matches(&pattern, line, skip_start, skip_end)
        };
        let offset = match fixed {
            Some(offset) => Some(offset).filter(|&offset| found(offset)),
            // Nothing nearer than this lies inside the text.
            None => ((guess - length - 1).max(0)..=max_forward.max(max_back)).find_map(|distance| {
                if distance <= max_forward && found(distance) {
                    Some(distance)
                } else if distance <= max_back && found(-distance) {
                    Some(-distance)
                } else {
                    None
                }
            }),
        }?;
        self.in_offset += offset;
        usize::try_from(guess + offset).ok().map(|line| Place { line })
    }

    fn matches(&self, pattern: &[&[u8]], line: isize, skip_start: isize, skip_end: isize) -> bool {
        let (from, to) = (skip_start as usize, pattern.len().saturating_sub(skip_end as usize));
        (from..to).all(|index| {
            let there = self.lines.get(line as usize - 1 + index);
            there
                .is_some_and(|there| *there == pattern[index] || (self.ignore_blanks && similar(there, pattern[index])))
        })
    }

    /// The line that a message names for a place, or for where the hunk should have been.
    pub fn shown(&self, hunk: &Hunk, place: Option<Place>) -> isize {
        let line = place.map_or(hunk.old_start, |place| place.line);
        signed(line).saturating_add(self.out_offset)
    }

    /// Applies a hunk at a place that was found. Context stays as it is in the text.
    pub fn apply(&mut self, hunk: &Hunk, place: Place) {
        use super::hunk::Tag;
        self.copy_to(place.line - 1);
        for (tag, line) in &hunk.lines {
            match tag {
                Tag::Context => {
                    if let Some(line) = self.lines.get(self.frozen) {
                        self.output.extend_from_slice(line);
                    }
                    self.frozen += 1;
                }
                Tag::Old => {
                    self.frozen += 1;
                    self.out_offset -= 1;
                }
                Tag::New => {
                    // A line that had no newline gets one if it is not the last any more.
                    if !self.output.is_empty() && self.output.last() != Some(&b'\n') {
                        self.output.push(b'\n');
                    }
                    self.output.extend_from_slice(line);
                    self.out_offset += 1;
                }
            }
        }
    }

    fn copy_to(&mut self, line: usize) {
        let line = line.min(self.lines.len());
        for text in self.lines.iter().take(line).skip(self.frozen) {
            self.output.extend_from_slice(text);
        }
        self.frozen = self.frozen.max(line);
    }

    /// The new text.
    pub fn finish(mut self) -> Vec<u8> {
        self.copy_to(self.lines.len());
        self.output
    }
}

/// A line number as a place to count from.
fn signed(line: usize) -> isize {
    isize::try_from(line).unwrap_or(isize::MAX)
}

/// Whether two lines differ in their blanks only.
fn similar(one: &[u8], two: &[u8]) -> bool {
    let words = |line: &[u8]| -> Vec<Vec<u8>> {
        let line = line.trim_ascii_end();
        let leading = line.first().is_some_and(u8::is_ascii_whitespace);
        let mut words: Vec<_> =
            line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect();
        if leading {
            words.insert(0, Vec::new());
        }
        words
    };
    words(one) == words(two)
}

#[cfg(test)]
mod tests {
    use super::super::hunk::Tag;
    use super::*;

    fn hunk(start: usize, lines: &[&str]) -> Hunk {
        let tag = |line: &&str| match &line[..1] {
            "-" => Tag::Old,
            "+" => Tag::New,
            _ => Tag::Context,
        };
        let lines = lines.iter().map(|line| (tag(line), format!("{}\n", &line[1..]).into_bytes())).collect();
        Hunk { old_start: start, new_start: start, lines, section: Vec::new() }
    }

    #[test]
    fn found_at_an_offset() {
        let mut target = Target::new(b"x\ny\n1\n2\n3\n", false);
        let hunk = hunk(1, &[" 1", "-2", "+two", " 3"]);
        let place = target.locate(&hunk, 0).expect("it is there");
        assert_eq!((place.line, target.in_offset), (3, 2));
        target.apply(&hunk, place);
        assert_eq!(target.finish(), b"x\ny\n1\ntwo\n3\n");
    }

    #[test]
    fn fuzz_leaves_context_as_it_is() {
        let mut target = Target::new(b"a\none\n2\n3\nb\n", false);
        let hunk = hunk(2, &[" 1", "-2", "+two", " 3"]);
        assert_eq!(target.locate(&hunk, 0), None);
        let place = target.locate(&hunk, 1).expect("with fuzz");
        target.apply(&hunk, place);
        assert_eq!(target.finish(), b"a\none\ntwo\n3\nb\n");
    }

    #[test]
    fn less_context_means_the_start_or_the_end() {
        let at_start = hunk(1, &["+new", " 1", " 2"]);
        assert!(Target::new(b"1\n2\n", false).locate(&at_start, 0).is_some());
        assert_eq!(Target::new(b"x\n1\n2\n", false).locate(&at_start, 0), None);
        let at_end = hunk(2, &[" 1", " 2", "+new"]);
        assert!(Target::new(b"0\n1\n2\n", false).locate(&at_end, 0).is_some());
        assert_eq!(Target::new(b"0\n1\n2\n3\n", false).locate(&at_end, 0), None);
    }

    #[test]
    fn wild_numbers_are_survived() {
        let mut far = hunk(usize::MAX, &[" 1", "-2", " 3"]);
        assert!(Target::new(b"1\n2\n", false).locate(&far, 0).is_none());
        assert!(Target::new(b"1\n2\n3\n", false).locate(&far, 0).is_some());
        far.lines.clear();
        far.lines.push((Tag::New, b"x\n".to_vec()));
        let mut target = Target::new(b"1\n2\n", false);
        let place = target.locate(&far, 0).expect("at the end");
        target.apply(&far, place);
        assert_eq!(target.finish(), b"1\n2\nx\n");
    }
}

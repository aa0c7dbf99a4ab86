//! Searching one file.

use super::options::{Binary, List, Settings};
use super::output::{Output, matches};
use agentfense_regex::{Error, Regex};
use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use memchr::{memchr, memchr_iter, memrchr};
use std::io;
use std::ops::Range;

/// How much is read at a time.
const CHUNK: u32 = 128 * 1024;

/// Why a file could not be searched to its end.
pub enum SearchError {
    Read(Errno),
    Write(io::Error),
    Match(Error),
}

impl From<io::Error> for SearchError {
    fn from(error: io::Error) -> Self {
        SearchError::Write(error)
    }
}

impl From<Error> for SearchError {
    fn from(error: Error) -> Self {
        SearchError::Match(error)
    }
}

/// Searches files, one after the other.
pub struct Search<'a> {
    settings: &'a Settings,
    regex: &'a Regex,
    pub out: Output<'a>,
    buffer: Vec<u8>,
    /// Whether anything was printed with context, so that the next group needs a separator.
    printed: bool,
}

/// Where the search of a file stands. Places are indices of the buffer.
struct Place<'a> {
    name: &'a [u8],
    /// What was in the buffer before its first byte, and is gone.
    base: u64,
    /// The number of the line that starts at `counted`.
    line: u64,
    counted: usize,
    /// Lines before here were printed or are none of the output.
    done: usize,
    selected: u64,
    /// Context lines still to print.
    after: usize,
    /// Whether the last line printed is the one before `done`.
    touching: bool,
    binary: bool,
    /// A line was left out, since it is no text.
    broken: bool,
    /// No more lines are selected: the count is reached, or one is enough.
    full: bool,
}

impl<'a> Place<'a> {
    fn new(name: &'a [u8]) -> Place<'a> {
        Place {
            name,
            base: 0,
            line: 1,
            counted: 0,
            done: 0,
            selected: 0,
            after: 0,
            touching: false,
            binary: false,
            broken: false,
            full: false,
        }
    }
}

impl<'a> Search<'a> {
    pub fn new(settings: &'a Settings, regex: &'a Regex) -> Search<'a> {
        Search { settings, regex, out: Output::new(settings), buffer: Vec::new(), printed: false }
    }

    /// Searches a file; whether a line was selected. A stream is one that may wait for input.
    pub fn file(&mut self, file: &OpenFile, name: &[u8], stream: bool) -> Result<bool, SearchError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let mut place = Place::new(name);
        let result = self.through(file, stream, &mut buffer, &mut place);
        self.buffer = buffer;
        result?;
        self.summary(&place)?;
        Ok(place.selected > 0)
    }

    /// Says of a file what is said of one without lines.
    pub fn nothing(&mut self, name: &[u8]) -> Result<(), SearchError> {
        self.summary(&Place::new(name))
    }

    fn through(
        &mut self,
        file: &OpenFile,
        stream: bool,
        buffer: &mut Vec<u8>,
        place: &mut Place<'_>,
    ) -> Result<(), SearchError> {
        let end_byte = self.settings.line_end;
        let mut searched = 0;
        loop {
            if stream {
                // Others may wait for what was found while this waits for more.
                self.out.flush()?;
            }
            let data = match file.read_some(CHUNK) {
                Err(Errno::Intr) => continue,
                result => result.map_err(SearchError::Read)?,
            };
            let at_end = data.is_empty();
            let old_length = buffer.len();
            if old_length == 0 {
                *buffer = data;
            } else {
                buffer.extend_from_slice(&data);
            }
            if !place.binary
                && self.settings.binary != Binary::Text
                && end_byte == b'\n'
                && memchr(0, &buffer[old_length..]).is_some()
            {
                place.binary = true;
                if self.settings.binary == Binary::WithoutMatch {
                    place.selected = 0;
                    return Ok(());
                }
            }
            let end = if at_end {
                buffer.len()
            } else {
                match memrchr(end_byte, &buffer[old_length..]) {
                    Some(at) => old_length + at + 1,
                    None => continue,
                }
            };
            self.region(&buffer[..end], searched, place)?;
            if at_end || (place.full && place.after == 0) {
                return Ok(());
            }
            searched = self.discard(buffer, end, place);
        }
    }

    /// Forgets what is not needed any more; where the next region starts.
    fn discard(&self, buffer: &mut Vec<u8>, end: usize, place: &mut Place<'_>) -> usize {
        let mut keep = end;
        for _ in 0..self.settings.before {
            if keep <= place.done {
                break;
            }
            keep = line_start(buffer, keep - 1, self.settings.line_end);
        }
        let keep = keep.max(place.done.min(end));
        self.count_to(buffer, keep, place);
        buffer.drain(..keep);
        place.base += keep as u64;
        place.counted -= keep;
        place.touching &= place.done >= keep;
        place.done = place.done.saturating_sub(keep);
        end - keep
    }

    /// Selects the lines of `text` from `start` on; `text` ends where a line ends.
    fn region(&mut self, text: &[u8], start: usize, place: &mut Place<'_>) -> Result<(), SearchError> {
        let mut at = start;
        while at < text.len() {
            if place.full {
                return self.context_after(text, text.len(), place);
            }
            let found = self.next_match(text, at)?;
            if self.settings.invert {
                let gap = at..found.as_ref().map_or(text.len(), |line| line.start);
                self.select_all(text, gap, place)?;
            } else if let Some(line) = &found {
                self.select(text, line.clone(), place)?;
            }
            match found {
                Some(line) => at = line.end,
                None => break,
            }
        }
        self.context_after(text, text.len(), place)
    }

    /// The next line that matches, with its end.
    fn next_match(&self, text: &[u8], at: usize) -> Result<Option<Range<usize>>, SearchError> {
        let end_byte = self.settings.line_end;
        if end_byte == b'\n' && self.regex.searches_buffers() {
            let Some(place) = self.regex.line_at(text, at)? else { return Ok(None) };
            let start = line_start(text, place, end_byte).max(at);
            // After the last newline there is no line.
            return Ok((start < text.len()).then(|| start..line_end(text, start, end_byte)));
        }
        let mut start = at;
        while start < text.len() {
            let end = line_end(text, start, end_byte);
            if self.regex.is_match(content(&text[start..end], end_byte))? {
                return Ok(Some(start..end));
            }
            start = end;
        }
        Ok(None)
    }

    fn select_all(&mut self, text: &[u8], lines: Range<usize>, place: &mut Place<'_>) -> Result<(), SearchError> {
        let mut at = lines.start;
        while at < lines.end && !place.full {
            let end = line_end(text, at, self.settings.line_end);
            self.select(text, at..end, place)?;
            at = end;
        }
        Ok(())
    }

    fn select(&mut self, text: &[u8], line: Range<usize>, place: &mut Place<'_>) -> Result<(), SearchError> {
        let settings = self.settings;
        place.selected += 1;
        if settings.max_count.is_some_and(|max| place.selected >= max) {
            place.full = true;
        }
        if settings.quiet || settings.list.is_some() {
            place.full = true;
            return Ok(());
        }
        if settings.count {
            return Ok(());
        }
        let body = content(&text[line.clone()], settings.line_end);
        if place.binary {
            place.full = true;
            place.after = 0;
            return Ok(());
        }
        self.context_after(text, line.start, place)?;
        self.context_before(text, line.start, place)?;
        self.count_to(text, line.start, place);
        let offset = place.base + line.start as u64;
        let parts = if settings.invert || !(settings.only_matching || settings.color) {
            Vec::new()
        } else {
            matches(self.regex, body)?
        };
        if settings.only_matching {
            for part in parts {
                let offset = offset + part.start as u64;
                if self.is_text(&body[part.clone()], place) {
                    self.out.part(place.name, place.line, offset, &body[part])?;
                }
            }
        } else if self.is_text(body, place) {
            self.out.line(place.name, place.line, offset, b':', body, &parts)?;
        }
        self.printed = true;
        place.done = line.end;
        place.touching = true;
        place.after = settings.after;
        Ok(())
    }

    /// Whether output may be printed: what is not encoded as text is left out, and told of at the end.
    fn is_text(&self, output: &[u8], place: &mut Place<'_>) -> bool {
        let settings = self.settings;
        let text = settings.binary == Binary::Text || settings.bytes || std::str::from_utf8(output).is_ok();
        place.broken |= !text;
        text
    }

    /// Prints the context after the last selected line, up to `limit`.
    fn context_after(&mut self, text: &[u8], limit: usize, place: &mut Place<'_>) -> Result<(), SearchError> {
        while place.after > 0 && place.done < limit {
            let end = line_end(text, place.done, self.settings.line_end);
            self.context_line(text, place.done..end, place)?;
            place.after -= 1;
        }
        Ok(())
    }

    fn context_before(&mut self, text: &[u8], line: usize, place: &mut Place<'_>) -> Result<(), SearchError> {
        let settings = self.settings;
        let mut start = line;
        for _ in 0..settings.before {
            if start <= place.done {
                break;
            }
            start = line_start(text, start - 1, settings.line_end).max(place.done);
        }
        let touching = place.touching && start == place.done;
        if settings.context && self.printed && !touching && !settings.only_matching {
            self.out.separator()?;
        }
        while start < line {
            let end = line_end(text, start, settings.line_end);
            self.context_line(text, start..end, place)?;
            start = end;
        }
        Ok(())
    }

    fn context_line(&mut self, text: &[u8], line: Range<usize>, place: &mut Place<'_>) -> Result<(), SearchError> {
        self.count_to(text, line.start, place);
        if !self.settings.only_matching {
            let body = content(&text[line.clone()], self.settings.line_end);
            let parts =
                if self.settings.invert && self.settings.color { matches(self.regex, body)? } else { Vec::new() };
            let offset = place.base + line.start as u64;
            if self.is_text(body, place) {
                self.out.line(place.name, place.line, offset, b'-', body, &parts)?;
            }
        }
        place.done = line.end;
        place.touching = true;
        Ok(())
    }

    /// Moves the line number to the line that starts at `to`.
    fn count_to(&self, text: &[u8], to: usize, place: &mut Place<'_>) {
        if self.settings.line_number && to > place.counted {
            let lines = memchr_iter(self.settings.line_end, &text[place.counted..to]).count();
            place.line += lines as u64;
        }
        place.counted = to;
    }

    /// What is printed once for a file.
    fn summary(&mut self, place: &Place<'_>) -> Result<(), SearchError> {
        let settings = self.settings;
        if settings.quiet {
            return Ok(());
        }
        if settings.count && settings.list.is_none() {
            self.out.count(place.name, place.selected)?;
        }
        match settings.list {
            Some(List::Matching) if place.selected > 0 => self.out.name(place.name)?,
            Some(List::NotMatching) if place.selected == 0 => self.out.name(place.name)?,
            None if (place.broken || (place.binary && place.selected > 0))
                && !settings.count
                && settings.binary == Binary::Tell =>
            {
                self.out.binary(place.name)?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Where the line that has the byte at `at` starts.
fn line_start(text: &[u8], at: usize, end_byte: u8) -> usize {
    memrchr(end_byte, &text[..at]).map_or(0, |newline| newline + 1)
}

/// Where the line that starts at `at` ends, its end byte included.
fn line_end(text: &[u8], at: usize, end_byte: u8) -> usize {
    memchr(end_byte, &text[at..]).map_or(text.len(), |newline| at + newline + 1)
}

/// A line without its end byte.
fn content(line: &[u8], end_byte: u8) -> &[u8] {
    line.strip_suffix(&[end_byte]).unwrap_or(line)
}

//! What a word expands to, as it grows: fields that are split at IFS, one
//! string, a pattern, a regular expression.

use std::rc::Rc;

use bstr::BString;

use crate::pattern;
use crate::vars::{Ifs, Separator};

/// What is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Fields, split at IFS.
    Fields,
    /// One string.
    String,
    /// One pattern: quoted text is escaped.
    Pattern,
    /// One regular expression: quoted text is escaped.
    Regex,
    /// The replacement of `${x/p/r}`: quoted `&` and `\` are escaped.
    Replacement,
}

/// Collects an expansion.
pub(crate) struct Sink {
    mode: Mode,
    ifs: Rc<Ifs>,
    fields: Vec<BString>,
    /// Fields that are patterns for pathnames: index, and the text with
    /// quoted characters escaped.
    globs: Vec<(usize, Vec<u8>)>,
    /// The field that grows.
    text: Vec<u8>,
    /// It exists even if it stays empty: something in it was quoted.
    started: bool,
    /// The last field was ended by IFS white space, which another separator
    /// may follow without making an empty field.
    after_space: bool,
    /// Which ranges of `text` are quoted.
    quoted: Vec<(usize, usize)>,
    /// The field has an unquoted character that may make it a glob.
    maybe_glob: bool,
    /// Pathnames are wanted.
    glob: bool,
    extglob: bool,
    /// `"$@"` gave nothing in these quotes.
    empty_list: bool,
    /// An extended glob was put in.
    pub has_group: bool,
}

/// A place to compare with later.
pub(crate) struct Mark {
    fields: usize,
    text: usize,
    empty_list: bool,
}

impl Sink {
    /// For fields.
    pub fn fields(ifs: Rc<Ifs>, expected: usize, glob: bool, extglob: bool) -> Sink {
        Sink { glob, extglob, fields: Vec::with_capacity(expected), ..Sink::string(Mode::Fields, ifs) }
    }

    /// For one string of any kind.
    pub fn string(mode: Mode, ifs: Rc<Ifs>) -> Sink {
        Sink {
            mode,
            ifs,
            fields: Vec::new(),
            globs: Vec::new(),
            text: Vec::new(),
            started: false,
            after_space: false,
            quoted: Vec::new(),
            maybe_glob: false,
            glob: false,
            extglob: false,
            empty_list: false,
            has_group: false,
        }
    }

    /// Whether unquoted text may name more than itself.
    #[inline]
    pub fn is_glob(&self, text: &[u8]) -> bool {
        self.glob && text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[') || (*byte == b'(' && self.extglob))
    }

    /// A whole field that needs nothing done to it.
    #[inline]
    pub fn push_field(&mut self, field: BString) {
        self.fields.push(field);
    }

    /// Unquoted text of the script: not split, but it may be glob syntax.
    #[inline]
    pub fn literal(&mut self, text: &[u8]) {
        if self.mode == Mode::Fields {
            self.maybe_glob |= self.is_glob(text);
            self.after_space = false;
        }
        self.text.extend_from_slice(text);
    }

    /// Text that stands for itself.
    #[inline]
    pub fn quoted(&mut self, text: &[u8]) {
        match self.mode {
            Mode::Fields => {
                if text.is_empty() {
                    return;
                }
                self.after_space = false;
                let start = self.text.len();
                self.text.extend_from_slice(text);
                if self.glob {
                    match self.quoted.last_mut() {
                        Some(last) if last.1 == start => last.1 = self.text.len(),
                        _ => self.quoted.push((start, self.text.len())),
                    }
                }
            }
            Mode::String => self.text.extend_from_slice(text),
            Mode::Pattern => pattern::escape_into(&mut self.text, text),
            Mode::Regex => crate::regex::escape_into(&mut self.text, text),
            Mode::Replacement => {
                for byte in text {
                    if matches!(byte, b'&' | b'\\') {
                        self.text.push(b'\\');
                    }
                    self.text.push(*byte);
                }
            }
        }
    }

    /// A quoted part of its own: it makes a field even if it is empty.
    #[inline]
    pub fn quoted_part(&mut self, text: &[u8]) {
        self.started = true;
        self.quoted(text);
    }

    /// The result of an expansion.
    #[inline]
    pub fn expanded(&mut self, text: &[u8], quoted: bool) {
        if quoted { self.quoted(text) } else { self.value(text) }
    }

    /// The result of an unquoted expansion: split, and it may be glob syntax.
    pub fn value(&mut self, text: &[u8]) {
        if self.mode != Mode::Fields {
            self.text.extend_from_slice(text);
            return;
        }
        self.maybe_glob |= self.is_glob(text);
        if self.ifs.is_empty() {
            self.text.extend_from_slice(text);
            return;
        }
        self.split(text);
    }

    fn split(&mut self, text: &[u8]) {
        let ifs = self.ifs.clone();
        let glob = self.maybe_glob;
        let mut rest = text;
        while !rest.is_empty() {
            match ifs.at(rest) {
                Separator::Space => {
                    if self.has_field() {
                        self.end_field();
                        self.maybe_glob = glob;
                        self.after_space = true;
                    }
                    rest = &rest[1..];
                }
                Separator::Other(len) => {
                    if self.has_field() || !self.after_space {
                        self.end_field();
                        self.maybe_glob = glob;
                    }
                    self.after_space = false;
                    rest = &rest[len..];
                }
                Separator::No => {
                    let len = ifs.field_len(rest);
                    self.text.extend_from_slice(&rest[..len]);
                    self.after_space = false;
                    rest = &rest[len..];
                }
            }
        }
    }

    fn has_field(&self) -> bool {
        self.started || !self.text.is_empty()
    }

    /// Ends the field that grows, even if it is empty.
    fn end_field(&mut self) {
        if self.maybe_glob {
            let escaped = self.escaped();
            if pattern::has_glob(&escaped, self.extglob || self.has_group) {
                self.globs.push((self.fields.len(), escaped));
            }
        }
        // A copy of exactly the length; the buffer stays for the next field.
        self.fields.push(BString::from(self.text.as_slice()));
        self.text.clear();
        self.quoted.clear();
        self.started = false;
        self.maybe_glob = false;
    }

    fn escaped(&self) -> Vec<u8> {
        let mut escaped = Vec::with_capacity(self.text.len() + 8);
        let mut at = 0;
        for (start, end) in &self.quoted {
            escaped.extend_from_slice(&self.text[at..*start]);
            pattern::escape_into(&mut escaped, &self.text[*start..*end]);
            at = *end;
        }
        escaped.extend_from_slice(&self.text[at..]);
        escaped
    }

    /// Ends the word.
    #[inline]
    pub fn end_word(&mut self) {
        if self.has_field() {
            self.end_field();
        }
        self.after_space = false;
        self.maybe_glob = false;
    }

    /// Several values, as of `$@` (`at`) or `$*`.
    pub fn list(&mut self, values: &[BString], at: bool, quoted: bool) {
        if values.is_empty() {
            if at || !quoted {
                self.empty_list = true;
            }
            return;
        }
        if self.mode != Mode::Fields || (quoted && !at) {
            // Where nothing is split, `$@` is joined by spaces.
            let joiner: &[u8] = if at { b" " } else { &self.ifs.clone().joiner };
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    self.expanded(joiner, quoted);
                }
                self.expanded(value, quoted);
            }
            return;
        }
        for (index, value) in values.iter().enumerate() {
            if index > 0 && !quoted && !self.ifs.is_empty() {
                // Unquoted, they are one text joined by IFS's first character,
                // which is then split again: so empty ones count only where
                // that is no white space.
                let joiner = self.ifs.joiner.clone();
                self.split(&joiner);
            } else if index > 0 && (quoted || self.has_field()) {
                self.end_field();
            }
            if quoted {
                self.quoted_part(value);
            } else {
                self.value(value);
            }
        }
    }

    /// The start of double quotes.
    #[inline]
    pub fn mark(&mut self) -> Mark {
        let mark = Mark { fields: self.fields.len(), text: self.text.len(), empty_list: self.empty_list };
        self.empty_list = false;
        mark
    }

    /// The end of double quotes: they make a field, even an empty one, unless
    /// all that stood in them was an empty `$@`.
    #[inline]
    pub fn end_quotes(&mut self, mark: Mark) {
        let nothing = self.fields.len() == mark.fields && self.text.len() == mark.text;
        if !(self.empty_list && nothing) {
            self.started = true;
        }
        self.empty_list = mark.empty_list;
    }

    /// Some fields have to be matched with pathnames.
    pub fn has_globs(&self) -> bool {
        !self.globs.is_empty()
    }

    /// The fields.
    pub fn take_fields(&mut self) -> Vec<BString> {
        std::mem::take(&mut self.fields)
    }

    /// The fields that are pathname patterns, with their indices.
    pub fn take_globs(&mut self) -> Vec<(usize, Vec<u8>)> {
        std::mem::take(&mut self.globs)
    }

    /// The one string.
    pub fn into_string(self) -> BString {
        self.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn split(ifs: &str, text: &str, expected: &[&str]) {
        let mut sink = Sink::fields(Rc::new(Ifs::new(Some(ifs.as_bytes()))), 0, false, false);
        sink.value(text.as_bytes());
        sink.end_word();
        assert_eq!(sink.take_fields(), expected, "{text:?} split at {ifs:?}");
    }

    #[test]
    fn splits_as_posix_says() {
        split(" \t\n", "  a b\t\nc ", &["a", "b", "c"]);
        split(":", "a::b:", &["a", "", "b"]);
        split(": ", " a : b:c ", &["a", "b", "c"]);
        split(": ", ":a", &["", "a"]);
        split("", " a b ", &[" a b "]);
        split(" ", "", &[]);
        split(":", ":", &[""]);
    }

    #[test]
    fn joins_and_quotes() {
        let mut sink = Sink::fields(Rc::new(Ifs::new(None)), 0, true, false);
        sink.quoted_part(b"*");
        sink.literal(b"x*");
        sink.end_word();
        assert_eq!(sink.take_globs(), [(0, b"\\*x*".to_vec())]);
        let mut sink = Sink::fields(Rc::new(Ifs::new(None)), 0, true, false);
        let mark = sink.mark();
        sink.list(&["a".into(), "".into()], true, true);
        sink.end_quotes(mark);
        sink.literal(b"z");
        sink.end_word();
        let mark = sink.mark();
        sink.list(&[], true, true);
        sink.end_quotes(mark);
        sink.end_word();
        assert_eq!(sink.take_fields(), ["a", "z"]);
    }
}

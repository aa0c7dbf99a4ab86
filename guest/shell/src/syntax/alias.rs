//! Aliases, which are replaced while the script is read.
//!
//! An alias's text takes the place of the word, so it may hold any piece of
//! syntax: half a quote, `for`, a comment. It is not expanded again inside its
//! own text, and text that ends in a blank has the word behind it looked up too.

use super::lexer::{AliasFrame, META, class};
use super::parser::Reader;

impl Reader<'_, '_> {
    /// Replaces the word at the current position if it is an alias, as often as
    /// that goes. `command`: a command name may stand here. True if anything
    /// was replaced: whatever the caller knew of the position is void then.
    pub(crate) fn expand_aliases(&mut self, command: bool) -> bool {
        let mut replaced = false;
        loop {
            self.lex.skip_blanks();
            if self.alias_checked == Some(self.lex.pos) {
                return replaced;
            }
            let start = self.lex.pos;
            let follows = self.follows_blank_alias(start);
            if !command && !follows {
                return replaced;
            }
            self.alias_checked = Some(start);
            if !self.replace_word(start) {
                return replaced;
            }
            self.alias_checked = None;
            replaced = true;
        }
    }

    /// Whether the word here comes right after an alias that ends in a blank.
    /// Frames that were passed go, but for those whose lines must not be counted.
    fn follows_blank_alias(&mut self, at: usize) -> bool {
        let mut follows = false;
        for frame in &mut self.lex.frames {
            if frame.end <= at && frame.expands_next {
                frame.expands_next = false;
                follows = true;
            }
        }
        let lex = &mut self.lex;
        let mut frames = std::mem::take(&mut lex.frames);
        frames.retain(|frame| frame.end > at || lex.slice(frame.start, frame.end).contains(&b'\n'));
        lex.frames = frames;
        follows
    }

    fn replace_word(&mut self, start: usize) -> bool {
        let Some(end) = self.lex.plain_word_end() else { return false };
        let name = self.lex.slice(start, end);
        if self.options.posix && super::parser::Keyword::of(name).is_some() {
            return false;
        }
        if self.lex.frames.iter().any(|frame| start < frame.end && frame.name == name) {
            return false;
        }
        let Some(mut text) = (self.aliases)(name) else { return false };
        let name = name.into();
        let blank = matches!(text.last(), Some(b' ' | b'\t'));
        // `alias a='echo 2'` and `a>x` must not become `2>x`.
        let joins = matches!(self.lex.byte(end), Some(b'<' | b'>' | b'('));
        if joins && text.last().is_some_and(|&last| class(last) & META == 0) {
            text.push(b' ');
        }
        self.lex.splice(start, end, &text);
        let end = start + text.len();
        self.lex.frames.push(AliasFrame { name, start, end, expands_next: blank });
        true
    }
}

//! POSIX regular expressions, basic and extended with GNU's additions, over bytes.
//!
//! Grep, sed, awk, expr and the shell's `=~` mean the same by a regular expression: the leftmost
//! match, and of those the longest. [`Regex`] finds it with finite automata, in time linear in the
//! text; a pattern with back-references, which no automaton can match, is matched by trying, with
//! a limit on the steps. [`Syntax::Perl`] is what `grep -P` takes: the first alternative that
//! matches wins there.
//!
//! ```
//! use agentfense_regex::{Flags, Regex, Syntax};
//! let regex = Regex::new(br"\(a\|ab\)\(c\|bcd\)", Syntax::Basic, Flags::default())?;
//! let captures = regex.captures_at(b"xabcd", 0)?.expect("it matches");
//! assert_eq!(captures.get(0), Some(1..5));
//! # Ok::<(), agentfense_regex::Error>(())
//! ```

mod backtrack;
mod class;
mod hir;
mod longest;
mod parse;
mod required;

use longest::Longest;
use memchr::{memchr, memrchr};
use regex_automata::{Input, meta, util::syntax};
use required::Required;
use std::fmt;
use std::ops::Range;

/// The language a pattern is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Basic regular expressions: `\(`, `\{`, and GNU's `\|`, `\+`, `\?`.
    Basic,
    /// Extended regular expressions.
    Extended,
    /// A string in which nothing is special.
    Fixed,
    /// Perl's, with look-around and `\K`.
    Perl,
}

/// How a pattern matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// Upper and lower case are the same.
    pub ignore_case: bool,
    /// `^` and `$` match at every line, and nothing but a newline matches a newline (what
    /// regcomp(3) calls `REG_NEWLINE`).
    pub lines: bool,
    /// Characters are bytes, as in the C locale; UTF-8 otherwise.
    pub bytes: bool,
    /// Only whole lines, or the whole text without `lines`.
    pub whole: bool,
    /// Only where no word character stands before or after the match (`grep -w`).
    pub word: bool,
}

/// Why a pattern is none, or could not be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    fn new(message: impl Into<String>) -> Error {
        Error(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// Where a pattern matched: the whole, then each group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captures(Vec<Option<Range<usize>>>);

impl Captures {
    /// The range of a group; 0 is the whole match. Absent for a group that took no part.
    pub fn get(&self, group: usize) -> Option<Range<usize>> {
        self.0.get(group).cloned().flatten()
    }

    /// The range of the whole match.
    pub fn whole(&self) -> Range<usize> {
        // Every engine sets the whole match.
        self.get(0).unwrap_or(0..0)
    }

    /// The groups and the whole match.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: there always is the whole match.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    engine: Engine,
    groups: usize,
}

#[derive(Debug)]
enum Engine {
    /// Finite automata; for POSIX's longest match, a second one. A string that all matches have is looked for first.
    Automaton { first: Box<meta::Regex>, longest: Option<Box<Longest>>, required: Option<Box<Required>> },
    /// Trying, for back-references in POSIX syntax.
    Backtrack(backtrack::Program),
    /// Trying, for what Perl has beyond automata. Works on UTF-8 only.
    Perl(Box<fancy_regex::Regex>),
}

/// What compiled automata may take.
const SIZE_LIMIT: usize = 32 << 20;

impl Regex {
    /// Compiles a pattern.
    pub fn new(pattern: &[u8], syntax: Syntax, flags: Flags) -> Result<Regex, Error> {
        Regex::any(&[pattern], syntax, flags)
    }

    /// Compiles several patterns into one that matches where any of them does. Back-references
    /// count the groups of their own pattern.
    pub fn any<P: AsRef<[u8]>>(patterns: &[P], syntax: Syntax, flags: Flags) -> Result<Regex, Error> {
        if syntax == Syntax::Perl {
            return Regex::perl(patterns, flags);
        }
        let mut parsed = parse::parse_all(patterns, syntax, flags)?;
        parsed.node = hir::confined(parsed.node, flags);
        let groups = parsed.groups;
        if parsed.back_references {
            let program = backtrack::Program::new(&parsed.node, groups, flags)?;
            return Ok(Regex { engine: Engine::Backtrack(program), groups });
        }
        let required = Required::of(&parsed.node, flags).map(Box::new);
        let hir = hir::build(&parsed.node, flags)?;
        let first = compile(&hir)?;
        let longest = (!hir::first_is_longest(&parsed.node)).then(|| Box::new(Longest::new(hir)));
        Ok(Regex { engine: Engine::Automaton { first: Box::new(first), longest, required }, groups })
    }

    fn perl<P: AsRef<[u8]>>(patterns: &[P], flags: Flags) -> Result<Regex, Error> {
        let mut whole = String::new();
        for pattern in patterns {
            let pattern = std::str::from_utf8(pattern.as_ref()).map_err(|_| Error::new("the pattern is not UTF-8"))?;
            if !whole.is_empty() {
                whole.push('|');
            }
            whole.push_str("(?:");
            whole.push_str(pattern);
            whole.push(')');
        }
        if patterns.len() == 1 {
            // Without the group, a leading `(?i)` or `(*...)` stays at the start.
            whole = whole[3..whole.len() - 1].to_owned();
        }
        if flags.whole {
            whole = format!("^(?:{whole})$");
        } else if flags.word {
            whole = format!(r"\b{{start-half}}(?:{whole})\b{{end-half}}");
        }
        let config = syntax::Config::new()
            .utf8(false)
            .unicode(!flags.bytes)
            .case_insensitive(flags.ignore_case)
            .multi_line(flags.lines);
        if let Ok(hir) = syntax::parse_with(&whole, &config) {
            // The lines are told apart by the caller; a class that matches a newline must not
            // join two of them.
            let hir = if flags.lines { hir::without_newlines(hir) } else { hir };
            let first = compile(&hir)?;
            let groups = first.captures_len() - 1;
            return Ok(Regex {
                engine: Engine::Automaton { first: Box::new(first), longest: None, required: None },
                groups,
            });
        }
        let mode = match (flags.ignore_case, flags.lines) {
            (true, true) => "(?im)",
            (true, false) => "(?i)",
            (false, true) => "(?m)",
            (false, false) => "",
        };
        let regex = fancy_regex::RegexBuilder::new(&format!("{mode}{whole}"))
            .backtrack_limit(10_000_000)
            .build()
            .map_err(|error| Error::new(error.to_string()))?;
        let groups = regex.captures_len() - 1;
        Ok(Regex { engine: Engine::Perl(Box::new(regex)), groups })
    }

    /// How many groups the pattern has.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// Whether a match may be looked for in a text of many lines at once, with `Flags::lines`:
    /// cheaper than line by line. Not where matching means trying.
    pub fn searches_buffers(&self) -> bool {
        matches!(self.engine, Engine::Automaton { .. })
    }

    /// Whether the text has a match anywhere.
    pub fn is_match(&self, text: &[u8]) -> Result<bool, Error> {
        match &self.engine {
            Engine::Automaton { first, .. } => Ok(first.is_match(text)),
            _ => Ok(self.captures_at(text, 0)?.is_some()),
        }
    }

    /// A place in the first line that has a match which begins at `start` or later, with `Flags::lines`: where some
    /// match in it ends. Cheaper than to find out where it begins and how long it could be.
    pub fn line_at(&self, text: &[u8], start: usize) -> Result<Option<usize>, Error> {
        match &self.engine {
            Engine::Automaton { first, required: Some(required), .. } => {
                let mut from = start;
                while let Some(at) = required.find(text, from) {
                    if required.whole {
                        return Ok(Some(at + required.len()));
                    }
                    // No match goes beyond its line.
                    let line = memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1).max(start);
                    let end = memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
                    let input = Input::new(text).range(line..end).earliest(true);
                    if let Some(found) = first.search_half(&input) {
                        return Ok(Some(found.offset()));
                    }
                    from = end;
                }
                Ok(None)
            }
            Engine::Automaton { first, .. } => {
                let input = Input::new(text).range(start..).earliest(true);
                Ok(first.search_half(&input).map(|found| found.offset()))
            }
            _ => Ok(self.find_at(text, start)?.map(|found| found.end)),
        }
    }

    /// The leftmost match that begins at `start` or later, and of those the longest. What is
    /// before `start` is seen by `^`, `\b` and the like.
    pub fn find_at(&self, text: &[u8], start: usize) -> Result<Option<Range<usize>>, Error> {
        if start > text.len() {
            return Ok(None);
        }
        match &self.engine {
            Engine::Automaton { first, longest, .. } => {
                let found = first.search(&Input::new(text).range(start..));
                let Some(found) = found.map(|found| found.range()) else { return Ok(None) };
                let end = match longest {
                    Some(longest) => longest.end(text, found.start)?.unwrap_or(found.end),
                    None => found.end,
                };
                Ok(Some(found.start..end))
            }
            _ => Ok(self.captures_at(text, start)?.map(|captures| captures.whole())),
        }
    }

    /// As [`Regex::find_at`], with the groups.
    pub fn captures_at(&self, text: &[u8], start: usize) -> Result<Option<Captures>, Error> {
        if start > text.len() {
            return Ok(None);
        }
        match &self.engine {
            Engine::Automaton { first, longest, .. } => {
                let mut captures = first.create_captures();
                first.search_captures(&Input::new(text).range(start..), &mut captures);
                let Some(found) = captures.get_match() else { return Ok(None) };
                if let Some(longest) = longest
                    && let Some(end) = longest.end(text, found.start())?
                    && end != found.end()
                    && let Some(captures) = longest.captures(text, found.start(), end)?
                {
                    return Ok(Some(captures));
                }
                let groups = (0..captures.group_len()).map(|group| captures.get_group(group).map(|span| span.range()));
                Ok(Some(Captures(groups.collect())))
            }
            Engine::Backtrack(program) => program.captures_at(text, start),
            Engine::Perl(regex) => {
                // A line that is not UTF-8 is nothing that this engine could match.
                let Ok(text) = std::str::from_utf8(text) else { return Ok(None) };
                if !text.is_char_boundary(start) {
                    return Ok(None);
                }
                match regex.captures_from_pos(text, start) {
                    Ok(Some(captures)) => {
                        let groups = (0..captures.len()).map(|group| captures.get(group).map(|m| m.start()..m.end()));
                        Ok(Some(Captures(groups.collect())))
                    }
                    Ok(None) => Ok(None),
                    Err(error) => Err(Error::new(error.to_string())),
                }
            }
        }
    }
}

fn compile(hir: &regex_syntax::hir::Hir) -> Result<meta::Regex, Error> {
    meta::Regex::builder()
        .configure(
            meta::Config::new().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT)).hybrid_cache_capacity(8 << 20),
        )
        .build_from_hir(hir)
        .map_err(|error| match error.size_limit() {
            Some(_) => Error::new("Regular expression too big"),
            None => Error::new(error.to_string()),
        })
}

#[cfg(test)]
mod tests;

//! Shell patterns: `*`, `?`, `[...]` and extended globs, on bytes read as UTF-8.
//!
//! A pattern is compiled from text in which a backslash makes the next
//! character stand for itself, so that quoted parts of a word come in escaped.
//! Matching never goes exponential: instead of backtracking, it follows the
//! set of places that can be reached.

use bstr::BString;
use rustc_hash::FxHashSet;

use crate::expand::change_case::lower;
use crate::expand::text;

/// How a pattern is read and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// `@( | )` and kin are patterns.
    pub extglob: bool,
    /// Upper and lower case are the same.
    pub ignore_case: bool,
}

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    nodes: Vec<Node>,
    ignore_case: bool,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only literal text: at most one node.
    Literal,
    /// No `*` and no extended glob: there is one way to match.
    Fixed,
    /// With `*`, without extended globs.
    Stars,
    /// With extended globs.
    Extended,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    /// The text itself.
    Literal(BString),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `[...]`
    Bracket(Box<Bracket>),
    /// `@( | )` and kin, by the character before the parenthesis.
    Group(u8, Vec<Vec<Node>>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Bracket {
    negated: bool,
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Range(u32, u32),
    Class(Class),
}

/// A character class's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the class it names")]
pub enum Class {
    Alnum,
    Alpha,
    Ascii,
    Blank,
    Cntrl,
    Digit,
    Graph,
    Lower,
    Print,
    Punct,
    Space,
    Upper,
    Word,
    Xdigit,
}

impl Class {
    /// The class of that name, as between `[:` and `:]`.
    pub fn from_name(name: &[u8]) -> Option<Class> {
        Some(match name {
            b"alnum" => Class::Alnum,
            b"alpha" => Class::Alpha,
            b"ascii" => Class::Ascii,
            b"blank" => Class::Blank,
            b"cntrl" => Class::Cntrl,
            b"digit" => Class::Digit,
            b"graph" => Class::Graph,
            b"lower" => Class::Lower,
            b"print" => Class::Print,
            b"punct" => Class::Punct,
            b"space" => Class::Space,
            b"upper" => Class::Upper,
            b"word" => Class::Word,
            b"xdigit" => Class::Xdigit,
            _ => return None,
        })
    }

    /// Whether the character with that code is in it.
    pub fn contains(self, code: u32) -> bool {
        let Some(c) = char::from_u32(code) else { return false };
        match self {
            Class::Alnum => c.is_alphanumeric(),
            Class::Alpha => c.is_alphabetic(),
            Class::Ascii => c.is_ascii(),
            Class::Blank => c == ' ' || c == '\t',
            Class::Cntrl => c.is_control(),
            Class::Digit => c.is_ascii_digit(),
            Class::Graph => !c.is_control() && !c.is_whitespace(),
            Class::Lower => c.is_lowercase(),
            Class::Print => !c.is_control(),
            Class::Punct => {
                if c.is_ascii() {
                    c.is_ascii_punctuation()
                } else {
                    !c.is_alphanumeric() && !c.is_whitespace() && !c.is_control()
                }
            }
            Class::Space => c.is_whitespace(),
            Class::Upper => c.is_uppercase(),
            Class::Word => c.is_alphanumeric() || c == '_',
            Class::Xdigit => c.is_ascii_hexdigit(),
        }
    }
}

impl Bracket {
    fn contains(&self, code: u32, ignore_case: bool) -> bool {
        // As in bash, a class keeps its case where all else ignores it.
        let fold = |code: u32| if ignore_case { lower(code) } else { code };
        let found = self.items.iter().any(|item| match item {
            Item::Range(from, to) => (fold(*from)..=fold(*to)).contains(&fold(code)),
            Item::Class(class) => class.contains(code),
        });
        found != self.negated
    }
}

/// The characters that make escaped text a pattern rather than plain text.
/// (`]` alone means nothing, and groups are asked for separately.)
pub fn has_glob(escaped: &[u8], extglob: bool) -> bool {
    let mut index = 0;
    while index < escaped.len() {
        match escaped[index] {
            b'\\' => index += 1,
            b'*' | b'?' => return true,
            b'[' if bracket_end(&escaped[index..]).is_some() => return true,
            b'@' | b'+' | b'!' if extglob && escaped.get(index + 1) == Some(&b'(') => return true,
            _ => {}
        }
        index += 1;
    }
    false
}

/// Escaped text without its escapes.
pub fn unescape(escaped: &[u8]) -> BString {
    let mut out = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.push(bytes.next().copied().unwrap_or(b'\\')),
            _ => out.push(*byte),
        }
    }
    out.into()
}

/// Appends text so that every character of it stands for itself in a pattern.
pub fn escape_into(out: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        if is_special(*byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}

/// Whether the byte can mean something in a pattern.
pub fn is_special(byte: u8) -> bool {
    matches!(
        byte,
        b'*' | b'?' | b'[' | b']' | b'\\' | b'(' | b')' | b'|' | b'@' | b'+' | b'!' | b'-' | b'^' | b':' | b'.' | b'='
    )
}

/// The length of the bracket expression that `text` starts with, if it ends.
fn bracket_end(text: &[u8]) -> Option<usize> {
    let mut index = 1;
    if matches!(text.get(index), Some(b'!' | b'^')) {
        index += 1;
    }
    if text.get(index) == Some(&b']') {
        index += 1;
    }
    loop {
        match text.get(index)? {
            b']' => return Some(index + 1),
            b'\\' => index += 2,
            b'[' => match text.get(index + 1) {
                Some(kind @ (b':' | b'.' | b'=')) => {
                    let close = [*kind, b']'];
                    match text[index + 2..].windows(2).position(|pair| pair == close) {
                        Some(at) => index += at + 4,
                        None => index += 1,
                    }
                }
                _ => index += 1,
            },
            _ => index += 1,
        }
    }
}

impl Pattern {
    /// From escaped text.
    pub fn new(escaped: &[u8], flags: Flags) -> Pattern {
        let mut compiler = Compiler {
            text: escaped,
            at: 0,
            extglob: flags.extglob,
            depth: 0,
            unclosed: FxHashSet::default(),
            failing: false,
        };
        let nodes = compiler.sequence();
        let shape = shape_of(&nodes);
        Pattern { nodes, ignore_case: flags.ignore_case, shape }
    }

    /// A pattern that is just that text.
    pub fn literal(text: &[u8]) -> Pattern {
        let nodes = if text.is_empty() { Vec::new() } else { vec![Node::Literal(text.into())] };
        Pattern { nodes, ignore_case: false, shape: Shape::Literal }
    }

    /// The text that alone matches, if there is one.
    pub fn as_literal(&self) -> Option<&[u8]> {
        match (self.shape, self.ignore_case, self.nodes.as_slice()) {
            (Shape::Literal, false, []) => Some(b""),
            (Shape::Literal, false, [Node::Literal(text)]) => Some(text),
            _ => None,
        }
    }

    /// It matches every text.
    pub fn matches_all(&self) -> bool {
        !self.nodes.is_empty() && self.nodes.iter().all(|node| matches!(node, Node::Star))
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &[u8]) -> bool {
        if let Some(literal) = self.as_literal() {
            return literal == text;
        }
        match self.shape {
            Shape::Literal | Shape::Fixed => self.fixed(&self.nodes, text, 0) == Some(text.len()),
            Shape::Stars => self.stars(text),
            Shape::Extended => self.reach(&self.nodes, text, vec![0]).binary_search(&text.len()).is_ok(),
        }
    }

    /// The length of the longest (or shortest) prefix that matches.
    pub fn prefix(&self, text: &[u8], longest: bool) -> Option<usize> {
        self.match_at(text, 0, longest)
    }

    /// Where the longest (or shortest) match that starts at `at` ends.
    pub fn match_at(&self, text: &[u8], at: usize, longest: bool) -> Option<usize> {
        if matches!(self.shape, Shape::Literal | Shape::Fixed) {
            return self.fixed(&self.nodes, text, at);
        }
        if let [rest @ .., Node::Star] = self.nodes.as_slice()
            && longest
            && rest.iter().all(is_fixed)
        {
            return self.fixed(rest, text, at).map(|_| text.len());
        }
        let ends = self.reach(&self.nodes, text, vec![at]);
        if longest { ends.last().copied() } else { ends.first().copied() }
    }

    /// Where the longest (or shortest) suffix that matches starts.
    pub fn suffix(&self, text: &[u8], longest: bool) -> Option<usize> {
        if let Some(literal) = self.as_literal() {
            return text.ends_with(literal).then(|| text.len() - literal.len());
        }
        let boundaries = Boundaries::of(text);
        let test = |start: &usize| self.matches(&text[*start..]);
        if longest { boundaries.clone().find(test) } else { boundaries.rev().find(test) }
    }

    /// The first match at or after `from`, the longest there: (start, end).
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        if let Some(literal) = self.as_literal() {
            let at = bstr::ByteSlice::find(text.get(from..)?, literal)?;
            return Some((from + at, from + at + literal.len()));
        }
        let mut start = from;
        loop {
            if let Some(end) = self.match_at(text, start, true) {
                return Some((start, end));
            }
            if start >= text.len() {
                return None;
            }
            // A leading star that found nothing here finds nothing later.
            if matches!(self.nodes.first(), Some(Node::Star)) && self.shape == Shape::Stars {
                return None;
            }
            start += text::char_len(&text[start..]);
        }
    }

    /// Whether the pattern starts with a literal dot, which alone finds hidden files.
    pub fn starts_with_dot(&self) -> bool {
        starts_with_dot(&self.nodes)
    }

    fn one(&self, node: &Node, text: &[u8], at: usize) -> Option<usize> {
        match node {
            Node::Literal(literal) => {
                if self.ignore_case {
                    return same_folded(literal, text.get(at..)?).map(|len| at + len);
                }
                text.get(at..)?.starts_with(literal).then(|| at + literal.len())
            }
            Node::Any => {
                let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
                Some(at + text::char_len(rest))
            }
            Node::Bracket(bracket) => {
                let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
                let (code, len) = text::decode(rest);
                bracket.contains(code, self.ignore_case).then_some(at + len)
            }
            Node::Star | Node::Group(..) => None,
        }
    }

    fn fixed(&self, nodes: &[Node], text: &[u8], at: usize) -> Option<usize> {
        nodes.iter().try_fold(at, |at, node| self.one(node, text, at))
    }

    /// The classic way with one remembered star: enough when there are only stars.
    fn stars(&self, text: &[u8]) -> bool {
        let (mut node, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match self.nodes.get(node) {
                Some(Node::Star) => {
                    retry = Some((node + 1, at));
                    node += 1;
                    continue;
                }
                Some(other) => {
                    if let Some(next) = self.one(other, text, at) {
                        node += 1;
                        at = next;
                        continue;
                    }
                }
                None if at == text.len() => return true,
                None => {}
            }
            match retry {
                Some((star, from)) if from < text.len() => {
                    let from = from + text::char_len(&text[from..]);
                    retry = Some((star, from));
                    node = star;
                    at = from;
                }
                _ => return false,
            }
        }
    }

    /// Every place that the nodes can lead to from those places, in order.
    fn reach(&self, nodes: &[Node], text: &[u8], mut places: Vec<usize>) -> Vec<usize> {
        for node in nodes {
            if places.is_empty() {
                break;
            }
            places = match node {
                Node::Star => {
                    let first = places[0];
                    Boundaries::of(&text[first..]).map(|at| first + at).collect()
                }
                Node::Group(kind, alternatives) => self.reach_group(*kind, alternatives, text, places),
                _ => places.iter().filter_map(|at| self.one(node, text, *at)).collect(),
            };
            // One node can take different lengths (two characters of a
            // bracket), so order and uniqueness have to be made again.
            places.sort_unstable();
            places.dedup();
        }
        places
    }

    fn reach_group(&self, kind: u8, alternatives: &[Vec<Node>], text: &[u8], places: Vec<usize>) -> Vec<usize> {
        let once = |places: &[usize]| {
            let mut ends = Vec::new();
            for alternative in alternatives {
                ends.extend(self.reach(alternative, text, places.to_vec()));
            }
            ends.sort_unstable();
            ends.dedup();
            ends
        };
        match kind {
            b'@' => once(&places),
            b'?' => {
                let mut ends = once(&places);
                ends.extend(places);
                ends
            }
            b'*' | b'+' => {
                let mut seen: std::collections::BTreeSet<usize> = std::collections::BTreeSet::new();
                if kind == b'*' {
                    seen.extend(&places);
                }
                let mut fresh = places;
                while !fresh.is_empty() {
                    let ends = once(&fresh);
                    fresh = ends.into_iter().filter(|end| seen.insert(*end)).collect();
                }
                seen.into_iter().collect()
            }
            _ => {
                // `!( )`: from each place to everywhere that the alternatives do not lead.
                let mut all: std::collections::BTreeSet<usize> = std::collections::BTreeSet::new();
                for place in places {
                    let taken = once(&[place]);
                    all.extend(
                        Boundaries::of(&text[place..])
                            .map(|at| place + at)
                            .filter(|end| taken.binary_search(end).is_err()),
                    );
                }
                all.into_iter().collect()
            }
        }
    }
}

fn is_fixed(node: &Node) -> bool {
    !matches!(node, Node::Star | Node::Group(..))
}

fn shape_of(nodes: &[Node]) -> Shape {
    if nodes.iter().any(|node| matches!(node, Node::Group(..))) {
        Shape::Extended
    } else if nodes.iter().any(|node| matches!(node, Node::Star)) {
        Shape::Stars
    } else if matches!(nodes, [] | [Node::Literal(_)]) {
        Shape::Literal
    } else {
        Shape::Fixed
    }
}

fn starts_with_dot(nodes: &[Node]) -> bool {
    match nodes.first() {
        Some(Node::Literal(text)) => text.first() == Some(&b'.'),
        Some(Node::Group(kind, alternatives)) => {
            *kind != b'!' && alternatives.iter().any(|alternative| starts_with_dot(alternative))
        }
        _ => false,
    }
}

/// The length of the text's head that equals `literal` but for case.
fn same_folded(literal: &[u8], text: &[u8]) -> Option<usize> {
    let (mut literal, mut at) = (literal, 0);
    while !literal.is_empty() {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let (a, a_len) = text::decode(literal);
        let (b, b_len) = text::decode(rest);
        if a != b && lower(a) != lower(b) {
            return None;
        }
        literal = &literal[a_len..];
        at += b_len;
    }
    Some(at)
}

/// The places between characters, both ends included.
#[derive(Clone)]
struct Boundaries<'a> {
    text: &'a [u8],
    front: usize,
    back: usize,
    done: bool,
}

impl<'a> Boundaries<'a> {
    fn of(text: &'a [u8]) -> Self {
        Boundaries { text, front: 0, back: text.len(), done: false }
    }
}

impl Iterator for Boundaries<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.done {
            return None;
        }
        let at = self.front;
        if at >= self.back {
            self.done = true;
        } else {
            self.front += text::char_len(&self.text[at..]);
        }
        Some(at)
    }
}

impl DoubleEndedIterator for Boundaries<'_> {
    fn next_back(&mut self) -> Option<usize> {
        if self.done {
            return None;
        }
        let at = self.back;
        if at <= self.front {
            self.done = true;
            return Some(at);
        }
        let mut previous = at - 1;
        // Back over continuation bytes, if they end one whole character.
        let floor = at.saturating_sub(4).max(self.front);
        let mut start = previous;
        while start > floor && self.text[start] & 0xc0 == 0x80 {
            start -= 1;
        }
        if start + text::char_len(&self.text[start..]) == at {
            previous = start;
        }
        self.back = previous;
        Some(at)
    }
}

/// Groups nested deeper than this are read as plain text.
const MAX_DEPTH: u32 = 200;

struct Compiler<'a> {
    text: &'a [u8],
    at: usize,
    extglob: bool,
    depth: u32,
    /// Where groups start that are never closed. Each is found out once, so
    /// that many of them cost no more than the text is long.
    unclosed: FxHashSet<usize>,
    /// An inner group met the end of the text: the outer ones are unclosed too.
    failing: bool,
}

impl Compiler<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    /// Up to the end, or to the `|` or `)` of the group we are in.
    fn sequence(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut literal = Vec::new();
        while let Some(byte) = self.peek(0) {
            if self.depth > 0 && matches!(byte, b'|' | b')') {
                break;
            }
            let group = self.extglob && matches!(byte, b'?' | b'*' | b'+' | b'@' | b'!') && self.peek(1) == Some(b'(');
            if group && let Some(node) = self.group(byte) {
                flush(&mut nodes, &mut literal);
                nodes.push(node);
                continue;
            }
            if self.failing {
                return nodes;
            }
            match byte {
                b'\\' => {
                    self.at += 1;
                    literal.push(self.peek(0).unwrap_or(b'\\'));
                    self.at += 1;
                }
                b'*' => {
                    flush(&mut nodes, &mut literal);
                    if nodes.last() != Some(&Node::Star) {
                        nodes.push(Node::Star);
                    }
                    self.at += 1;
                }
                b'?' => {
                    flush(&mut nodes, &mut literal);
                    nodes.push(Node::Any);
                    self.at += 1;
                }
                b'[' => match bracket_end(&self.text[self.at..]) {
                    Some(len) => {
                        flush(&mut nodes, &mut literal);
                        let inner = &self.text[self.at + 1..self.at + len - 1];
                        nodes.push(Node::Bracket(Box::new(bracket(inner))));
                        self.at += len;
                    }
                    None => {
                        literal.push(b'[');
                        self.at += 1;
                    }
                },
                _ => {
                    literal.push(byte);
                    self.at += 1;
                }
            }
        }
        flush(&mut nodes, &mut literal);
        nodes
    }

    fn group(&mut self, kind: u8) -> Option<Node> {
        if self.depth >= MAX_DEPTH || self.unclosed.contains(&self.at) {
            return None;
        }
        let start = self.at;
        self.at += 2;
        self.depth += 1;
        let mut alternatives = Vec::new();
        let closed = loop {
            alternatives.push(self.sequence());
            match self.peek(0) {
                _ if self.failing => break false,
                Some(b'|') => self.at += 1,
                Some(_) => {
                    self.at += 1;
                    break true;
                }
                None => break false,
            }
        };
        self.depth -= 1;
        if !closed {
            self.unclosed.insert(start);
            self.failing = self.depth > 0;
            self.at = start;
            return None;
        }
        Some(Node::Group(kind, alternatives))
    }
}

fn flush(nodes: &mut Vec<Node>, literal: &mut Vec<u8>) {
    if !literal.is_empty() {
        nodes.push(Node::Literal(std::mem::take(literal).into()));
    }
}

/// From what stands between the brackets.
fn bracket(inner: &[u8]) -> Bracket {
    let negated = matches!(inner.first(), Some(b'!' | b'^'));
    let mut rest = if negated { &inner[1..] } else { inner };
    let mut items = Vec::new();
    while !rest.is_empty() {
        if let Some((class, len)) = named_class(rest) {
            items.extend(class.map(Item::Class));
            rest = &rest[len..];
            continue;
        }
        let (from, len) = bracket_char(rest);
        rest = &rest[len..];
        if rest.len() > 1 && rest[0] == b'-' {
            let (to, len) = bracket_char(&rest[1..]);
            rest = &rest[1 + len..];
            items.push(Item::Range(from, to));
        } else {
            items.push(Item::Range(from, from));
        }
    }
    Bracket { negated, items }
}

/// `[:name:]` at the start: the class (absent if unknown) and its length.
fn named_class(text: &[u8]) -> Option<(Option<Class>, usize)> {
    let inner = text.strip_prefix(b"[:")?;
    let end = inner.windows(2).position(|pair| pair == b":]")?;
    Some((Class::from_name(&inner[..end]), end + 4))
}

/// One character of a bracket expression: escaped, `[.x.]`, `[=x=]` or plain.
fn bracket_char(text: &[u8]) -> (u32, usize) {
    if text[0] == b'\\' && text.len() > 1 {
        let (code, len) = text::decode(&text[1..]);
        return (code, len + 1);
    }
    if text.len() > 4 && text[0] == b'[' && matches!(text[1], b'.' | b'=') {
        let close = [text[1], b']'];
        if let Some(end) = text[2..].windows(2).position(|pair| pair == close) {
            let (code, _) = text::decode(&text[2..]);
            return (code, end + 4);
        }
    }
    text::decode(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text.as_bytes(), Flags { extglob: true, ignore_case: false })
    }

    #[track_caller]
    fn check(text: &str, yes: &[&str], no: &[&str]) {
        let pattern = pattern(text);
        for subject in yes {
            assert!(pattern.matches(subject.as_bytes()), "{text} should match {subject}");
        }
        for subject in no {
            assert!(!pattern.matches(subject.as_bytes()), "{text} should not match {subject}");
        }
    }

    #[test]
    fn simple() {
        check("", &[""], &["a"]);
        check("a*c", &["ac", "abc", "abcc"], &["ab", "cac", ""]);
        check("*", &["", "x"], &[]);
        check("a?", &["ab", "aé"], &["a", "abc"]);
        check("\\*", &["*"], &["a"]);
        check("*.c*.h", &["a.c.h", "a.cx.h"], &["a.c", "a.h"]);
        check("[", &["["], &["a"]);
        check("[a", &["[a"], &["a"]);
    }

    #[test]
    fn brackets() {
        check("[a-c]", &["a", "b"], &["d", "", "ab"]);
        check("[!a-c]", &["d", "é"], &["a", ""]);
        check("[]]", &["]"], &["a"]);
        check("[^]a]", &["b"], &["]", "a"]);
        check("[[:digit:]x]", &["5", "x"], &["a"]);
        check("[a\\-z]", &["-", "a", "z"], &["b"]);
        check("[a-]", &["a", "-"], &["b"]);
        check("[\\]]", &["]"], &["\\"]);
        check("[[.-.]]", &["-"], &["."]);
        check("[[:nonsense:]]", &[], &["n", ":"]);
        check("[à-ü]", &["é"], &["e"]);
    }

    #[test]
    fn extended() {
        check("@(a|b)c", &["ac", "bc"], &["c", "abc"]);
        check("?(a)b", &["b", "ab"], &["aab"]);
        check("*(ab)", &["", "ab", "abab"], &["aba"]);
        check("+(a|bc)", &["a", "abc"], &["", "ab"]);
        check("!(a*)", &["", "b"], &["a", "ab"]);
        check("!(*.c).h", &["x.h"], &["x.c.h"]);
        check("@(a|@(b|c))", &["a", "b", "c"], &["d"]);
        check("*(*(a))", &["", "aaa"], &["b"]);
        check("@(a", &["@(a"], &["a"]);
        check("@(|x)", &["", "x"], &["y"]);
    }

    #[test]
    fn hostile_patterns_end() {
        let subject = "a".repeat(400);
        assert!(!pattern("*(*(*(a)*(a))*(a))b").matches(subject.as_bytes()));
        assert!(!pattern("*a*a*a*a*a*a*b").matches(subject.as_bytes()));
        let deep = "@(".repeat(5000);
        assert!(pattern(&deep).matches(deep.as_bytes()));
    }

    #[test]
    fn parts() {
        let text = "/usr/local/bin".as_bytes();
        assert_eq!(pattern("*/").prefix(text, false), Some(1));
        assert_eq!(pattern("*/").prefix(text, true), Some(11));
        assert_eq!(pattern("/*").suffix(text, false), Some(10));
        assert_eq!(pattern("/*").suffix(text, true), Some(0));
        assert_eq!(pattern("o?").find(text, 0), Some((6, 8)));
        assert_eq!(pattern("x").find(text, 0), None);
        assert_eq!(pattern("?").suffix("aé".as_bytes(), false), Some(1));
        assert_eq!(pattern("?").suffix(b"a\x80", false), Some(1));
    }

    #[test]
    fn case() {
        let flags = Flags { ignore_case: true, ..Flags::default() };
        assert!(Pattern::new("aÉ[x-z]".as_bytes(), flags).matches("AéY".as_bytes()));
        assert!(Pattern::new(b"[a-Z][[:upper:]]", flags).matches(b"mM"));
        assert!(!Pattern::new(b"[[:upper:]]", flags).matches(b"m"));
    }
}

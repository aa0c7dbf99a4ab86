//! From a pattern's text to a tree.

use crate::class::{Class, bracket};
use crate::{Error, Flags, Syntax};

/// A piece of a regular expression.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Empty,
    Unit(Unit),
    Any,
    Class(Class),
    Look(Look),
    Group(usize, Box<Node>),
    BackReference(usize),
    Repeat { node: Box<Node>, min: u32, max: Option<u32> },
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
}

/// A character, or a byte that is part of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Char(char),
    Byte(u8),
}

/// A place, rather than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordStart,
    WordEnd,
    WordEdge,
    NoWordEdge,
    NoWordBefore,
    NoWordAfter,
}

/// A pattern taken apart.
pub(crate) struct Parsed {
    pub node: Node,
    pub groups: usize,
    pub back_references: bool,
}

/// The most that `{n,m}` may say, as `RE_DUP_MAX` of glibc.
const MAX_REPEAT: u32 = 0x7fff;
/// How deep groups may be nested.
const MAX_DEPTH: usize = 250;

/// Takes patterns apart and joins them as alternatives.
pub(crate) fn parse_all<P: AsRef<[u8]>>(patterns: &[P], syntax: Syntax, flags: Flags) -> Result<Parsed, Error> {
    let (mut alternatives, mut groups, mut back_references) = (Vec::new(), 0, false);
    for pattern in patterns {
        let units = units(pattern.as_ref(), flags.bytes);
        if syntax == Syntax::Fixed {
            alternatives.push(Node::Concat(units.into_iter().map(Node::Unit).collect()));
            continue;
        }
        let mut parser = Parser {
            units,
            at: 0,
            extended: syntax == Syntax::Extended,
            flags,
            first_group: groups,
            groups,
            closed: Vec::new(),
            back_references: false,
            depth: 0,
        };
        alternatives.push(parser.alternation()?);
        if parser.at < parser.units.len() {
            // Only a closing parenthesis that nothing opened stops early.
            return Err(Error::new("Unmatched ) or \\)"));
        }
        groups = parser.groups;
        back_references |= parser.back_references;
    }
    let node = match alternatives.len() {
        1 => alternatives.remove(0),
        _ => Node::Alternate(alternatives),
    };
    Ok(Parsed { node, groups, back_references })
}

fn units(pattern: &[u8], bytes: bool) -> Vec<Unit> {
    let byte = |&b: &u8| if b < 0x80 { Unit::Char(char::from(b)) } else { Unit::Byte(b) };
    if bytes {
        return pattern.iter().map(byte).collect();
    }
    let mut units = Vec::with_capacity(pattern.len());
    for chunk in pattern.utf8_chunks() {
        units.extend(chunk.valid().chars().map(Unit::Char));
        units.extend(chunk.invalid().iter().map(byte));
    }
    units
}

pub(crate) struct Parser {
    units: Vec<Unit>,
    pub at: usize,
    extended: bool,
    pub flags: Flags,
    first_group: usize,
    groups: usize,
    closed: Vec<usize>,
    back_references: bool,
    depth: usize,
}

impl Parser {
    pub fn peek(&self) -> Option<char> {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<char> {
        match self.units.get(self.at + ahead) {
            Some(Unit::Char(c)) => Some(*c),
            // No special character; tells it from the end.
            Some(Unit::Byte(_)) => Some(char::REPLACEMENT_CHARACTER),
            None => None,
        }
    }

    pub fn next(&mut self) -> Option<Unit> {
        let unit = self.units.get(self.at).copied();
        self.at += usize::from(unit.is_some());
        unit
    }

    /// Takes a special character: bare in extended syntax, after a backslash in basic.
    fn eat_special(&mut self, c: char) -> bool {
        let found = self.sees_special(c);
        if found {
            self.at += if self.extended { 1 } else { 2 };
        }
        found
    }

    fn sees_special(&self, c: char) -> bool {
        if self.extended { self.peek() == Some(c) } else { self.peek() == Some('\\') && self.peek_at(1) == Some(c) }
    }

    fn alternation(&mut self) -> Result<Node, Error> {
        let mut alternatives = vec![self.concatenation()?];
        while self.eat_special('|') {
            alternatives.push(self.concatenation()?);
        }
        Ok(match alternatives.len() {
            1 => alternatives.remove(0),
            _ => Node::Alternate(alternatives),
        })
    }

    fn concatenation(&mut self) -> Result<Node, Error> {
        let mut nodes: Vec<Node> = Vec::new();
        // Whether a `*` here would repeat nothing. In basic syntax it is an ordinary character then.
        let mut at_start = true;
        while self.at < self.units.len() && !self.sees_special('|') {
            if self.sees_special(')') && (self.depth > 0 || !self.extended) {
                break;
            }
            if let Some((min, max)) = self.repetition(at_start)? {
                let node = nodes.pop().unwrap_or(Node::Empty);
                nodes.push(repeat(node, min, max));
                continue;
            }
            let node = self.atom(at_start)?;
            // After `^` at the start, `*` still is an ordinary character in basic syntax.
            at_start = at_start && !self.extended && matches!(node, Node::Look(Look::LineStart));
            nodes.push(node);
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    /// A repetition operator, if one is next.
    fn repetition(&mut self, at_start: bool) -> Result<Option<(u32, Option<u32>)>, Error> {
        let literal_here = at_start && !self.extended;
        if literal_here {
            if self.sees_special('{') {
                return Err(Error::new("Invalid preceding regular expression"));
            }
            return Ok(None);
        }
        if self.peek() == Some('*') {
            self.at += 1;
            return Ok(Some((0, None)));
        }
        if self.eat_special('+') {
            return Ok(Some((1, None)));
        }
        if self.eat_special('?') {
            return Ok(Some((0, Some(1))));
        }
        if !self.sees_special('{') {
            return Ok(None);
        }
        let start = self.at;
        self.at += if self.extended { 1 } else { 2 };
        let interval = self.interval();
        match interval {
            Ok(bounds) => Ok(Some(bounds)),
            // An extended `{` that starts no interval is an ordinary character.
            Err(error) if self.extended && error.0 == INVALID_CONTENT => {
                self.at = start;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn interval(&mut self) -> Result<(u32, Option<u32>), Error> {
        let min = self.digits()?;
        let max = if self.peek() == Some(',') {
            self.at += 1;
            self.digits()?
        } else if min.is_none() {
            return Err(Error::new(INVALID_CONTENT));
        } else {
            min
        };
        if self.at >= self.units.len() {
            return Err(Error::new(if self.extended { INVALID_CONTENT } else { "Unmatched \\{" }));
        }
        if !self.eat_special('}') {
            return Err(Error::new(INVALID_CONTENT));
        }
        let min = min.unwrap_or(0);
        if max.is_some_and(|max| min > max) {
            return Err(Error::new("Invalid content of \\{\\}"));
        }
        if min > MAX_REPEAT || max.is_some_and(|max| max > MAX_REPEAT) {
            return Err(Error::new("Regular expression too big"));
        }
        Ok((min, max))
    }

    fn digits(&mut self) -> Result<Option<u32>, Error> {
        let mut number: Option<u32> = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            // Stays above the limit once it is there.
            let value = number.unwrap_or(0).saturating_mul(10).saturating_add(digit);
            number = Some(value.min(MAX_REPEAT + 1));
            self.at += 1;
        }
        Ok(number)
    }

    fn atom(&mut self, at_start: bool) -> Result<Node, Error> {
        let Some(unit) = self.next() else { return Ok(Node::Empty) };
        let Unit::Char(c) = unit else { return Ok(Node::Unit(unit)) };
        Ok(match c {
            '.' => Node::Any,
            '[' => Node::Class(bracket(self)?),
            '^' if self.extended || at_start => Node::Look(Look::LineStart),
            '$' if self.extended || self.ends_here() => Node::Look(Look::LineEnd),
            '(' if self.extended => self.group()?,
            '\\' => return self.escape(),
            c => Node::Unit(Unit::Char(c)),
        })
    }

    /// Whether a basic `$` is an anchor: at the end of the pattern, a group or an alternative.
    fn ends_here(&self) -> bool {
        self.at >= self.units.len() || self.sees_special(')') || self.sees_special('|')
    }

    fn group(&mut self) -> Result<Node, Error> {
        if self.depth >= MAX_DEPTH {
            return Err(Error::new("Regular expression too big"));
        }
        self.groups += 1;
        let index = self.groups;
        self.depth += 1;
        let node = self.alternation()?;
        self.depth -= 1;
        if !self.eat_special(')') {
            return Err(Error::new("Unmatched ( or \\("));
        }
        self.closed.push(index);
        Ok(Node::Group(index, Box::new(node)))
    }

    fn escape(&mut self) -> Result<Node, Error> {
        let Some(unit) = self.next() else {
            return Err(Error::new("Trailing backslash"));
        };
        let Unit::Char(c) = unit else { return Ok(Node::Unit(unit)) };
        Ok(match c {
            '(' if !self.extended => self.group()?,
            '{' if !self.extended => {
                return Err(Error::new("Invalid preceding regular expression"));
            }
            '<' => Node::Look(Look::WordStart),
            '>' => Node::Look(Look::WordEnd),
            'b' => Node::Look(Look::WordEdge),
            'B' => Node::Look(Look::NoWordEdge),
            '`' => Node::Look(Look::TextStart),
            '\'' => Node::Look(Look::TextEnd),
            'w' => Node::Class(Class::word(false, self.flags)),
            'W' => Node::Class(Class::word(true, self.flags)),
            's' => Node::Class(Class::named("space", false, self.flags)?),
            'S' => Node::Class(Class::named("space", true, self.flags)?),
            '1'..='9' => {
                let index = self.first_group + c as usize - '0' as usize;
                if !self.closed.contains(&index) {
                    return Err(Error::new("Invalid back reference"));
                }
                self.back_references = true;
                Node::BackReference(index)
            }
            c => Node::Unit(Unit::Char(c)),
        })
    }
}

const INVALID_CONTENT: &str = "Invalid content of \\{\\}";

fn repeat(node: Node, min: u32, max: Option<u32>) -> Node {
    match (&node, min, max) {
        (Node::Empty, ..) => Node::Empty,
        (_, 1, Some(1)) => node,
        // `a**` is `a*`: without this a row of stars would nest as deep as it is long.
        (Node::Repeat { min: 0, max: None, .. }, ..) => node,
        (Node::Repeat { node: inner, min: 0 | 1, max: None | Some(1) }, 0, None) => {
            Node::Repeat { node: inner.clone(), min: 0, max: None }
        }
        _ => Node::Repeat { node: Box::new(node), min, max },
    }
}

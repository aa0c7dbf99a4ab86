//! Sets of characters: bracket expressions and their kin.

use crate::parse::{Parser, Unit};
use crate::{Error, Flags};
use regex_syntax::hir::{self, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange};

/// A set of characters, of which bytes outside of UTF-8 can be part.
#[derive(Clone, Debug)]
pub(crate) enum Class {
    /// Characters of UTF-8.
    Unicode(ClassUnicode),
    /// Bytes: the C locale, or stray bytes in a bracket expression.
    Bytes(ClassBytes),
}

impl Class {
    /// Whether the character or byte is in the set.
    pub fn contains(&self, unit: Unit) -> bool {
        match (self, unit) {
            (Class::Unicode(class), Unit::Char(c)) => {
                let found = class.ranges().binary_search_by(|range| {
                    if range.end() < c {
                        std::cmp::Ordering::Less
                    } else if range.start() > c {
                        std::cmp::Ordering::Greater
                    } else {
                        std::cmp::Ordering::Equal
                    }
                });
                found.is_ok()
            }
            (Class::Unicode(_), Unit::Byte(_)) => false,
            (Class::Bytes(class), unit) => {
                let byte = match unit {
                    Unit::Byte(byte) => Some(byte),
                    Unit::Char(c) => u8::try_from(u32::from(c)).ok().filter(u8::is_ascii),
                };
                byte.is_some_and(|byte| {
                    class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&byte))
                })
            }
        }
    }

    /// As the automata take it.
    pub fn to_hir(&self) -> hir::Hir {
        hir::Hir::class(match self {
            Class::Unicode(class) => hir::Class::Unicode(class.clone()),
            Class::Bytes(class) => hir::Class::Bytes(class.clone()),
        })
    }

    /// One character, with the other cases of it.
    pub fn folded(c: char, flags: Flags) -> Class {
        let mut set = Set::default();
        set.push(c, c);
        set.finish(false, flags)
    }

    /// A class by its POSIX name.
    pub fn named(name: &str, negated: bool, flags: Flags) -> Result<Class, Error> {
        let mut set = Set::default();
        set.named(name, flags)?;
        Ok(set.finish(negated, flags))
    }

    /// `\w`: letters, digits and `_`.
    pub fn word(negated: bool, flags: Flags) -> Class {
        let mut set = Set::default();
        // The name is one of those that there are.
        let _ = set.named("alnum", flags);
        set.push('_', '_');
        set.finish(negated, flags)
    }
}

/// A set that is being put together.
#[derive(Default)]
struct Set {
    ranges: Vec<ClassUnicodeRange>,
    bytes: Vec<ClassBytesRange>,
}

impl Set {
    fn push(&mut self, from: char, to: char) {
        self.ranges.push(ClassUnicodeRange::new(from, to));
    }

    fn push_unit(&mut self, unit: Unit) {
        match unit {
            Unit::Char(c) => self.push(c, c),
            Unit::Byte(b) => self.bytes.push(ClassBytesRange::new(b, b)),
        }
    }

    fn named(&mut self, name: &str, flags: Flags) -> Result<(), Error> {
        // Upper and lower are each other's when case does not count.
        let name = if flags.ignore_case && matches!(name, "upper" | "lower") { "alpha" } else { name };
        let (ascii, unicode): (&[(char, char)], &str) = match name {
            "alpha" => (&[('A', 'Z'), ('a', 'z')], r"\p{Alphabetic}"),
            "digit" => (&[('0', '9')], ""),
            "alnum" => (&[('0', '9'), ('A', 'Z'), ('a', 'z')], r"\p{Alphabetic}\p{Nd}"),
            "upper" => (&[('A', 'Z')], r"\p{Uppercase}"),
            "lower" => (&[('a', 'z')], r"\p{Lowercase}"),
            "space" => (&[('\t', '\r'), (' ', ' ')], r"\p{White_Space}"),
            "blank" => (&[('\t', '\t'), (' ', ' ')], r"\p{Zs}"),
            "punct" => (&[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')], r"\p{P}\p{S}"),
            "print" => (&[(' ', '~')], r"[^\p{C}\p{Zl}\p{Zp}]"),
            "graph" => (&[('!', '~')], r"[^\p{C}\p{Z}]"),
            "cntrl" => (&[('\0', '\x1f'), ('\x7f', '\x7f')], r"\p{Cc}"),
            "xdigit" => (&[('0', '9'), ('A', 'F'), ('a', 'f')], ""),
            _ => return Err(Error::new("Invalid character class name")),
        };
        for &(from, to) in ascii {
            self.push(from, to);
        }
        if !flags.bytes
            && !unicode.is_empty()
            && let Ok(parsed) = regex_syntax::parse(&format!("[{unicode}]"))
            && let hir::HirKind::Class(hir::Class::Unicode(class)) = parsed.kind()
        {
            self.ranges.extend_from_slice(class.ranges());
        }
        Ok(())
    }

    fn finish(self, negated: bool, flags: Flags) -> Class {
        if flags.bytes || (!self.bytes.is_empty() && !negated) {
            let mut class = ClassBytes::new(self.bytes);
            for range in &self.ranges {
                if let (Ok(from), Ok(to)) =
                    (u8::try_from(range.start()), u8::try_from(u32::from(range.end()).min(0x7f)))
                    && from.is_ascii()
                {
                    class.push(ClassBytesRange::new(from, to));
                }
            }
            if flags.ignore_case {
                class.case_fold_simple();
            }
            if negated {
                class.negate();
            }
            if flags.lines {
                class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            }
            return Class::Bytes(class);
        }
        let mut class = ClassUnicode::new(self.ranges);
        if flags.ignore_case {
            // Fails only without the tables, which the manifest asks for.
            let _ = class.try_case_fold_simple();
        }
        if negated {
            class.negate();
        }
        if flags.lines {
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
        }
        Class::Unicode(class)
    }
}

/// A bracket expression; its `[` was read.
pub(crate) fn bracket(parser: &mut Parser) -> Result<Class, Error> {
    let unmatched = || Error::new("Unmatched [, [^, [:, [., or [=");
    let negated = parser.peek() == Some('^');
    if negated {
        parser.at += 1;
    }
    let mut set = Set::default();
    let mut first = true;
    loop {
        let from = match (parser.peek(), parser.peek_at(1)) {
            (None, _) => return Err(unmatched()),
            (Some(']'), _) if !first => {
                parser.at += 1;
                return Ok(set.finish(negated, parser.flags));
            }
            (Some('['), Some(':')) => {
                let name = enclosed(parser, ':').ok_or_else(unmatched)?;
                set.named(&name, parser.flags)?;
                first = false;
                continue;
            }
            (Some('['), Some('=')) => {
                let name = enclosed(parser, '=').ok_or_else(unmatched)?;
                Unit::Char(single(&name)?)
            }
            _ => element(parser)?.ok_or_else(unmatched)?,
        };
        first = false;
        let range = parser.peek() == Some('-') && parser.peek_at(1).is_some_and(|c| c != ']');
        if !range {
            set.push_unit(from);
            continue;
        }
        parser.at += 1;
        let to = element(parser)?.ok_or_else(unmatched)?;
        match (from, to) {
            (Unit::Char(from), Unit::Char(to)) if from <= to => set.push(from, to),
            (Unit::Byte(from), Unit::Byte(to)) if from <= to => {
                set.bytes.push(ClassBytesRange::new(from, to));
            }
            (Unit::Char(from), Unit::Byte(to)) if from.is_ascii() => {
                set.push(from, '\x7f');
                set.bytes.push(ClassBytesRange::new(0x80, to));
            }
            _ => return Err(Error::new("Invalid range end")),
        }
    }
}

/// One end of a range, or a character on its own.
fn element(parser: &mut Parser) -> Result<Option<Unit>, Error> {
    if parser.peek() == Some('[') && parser.peek_at(1) == Some('.') {
        return match enclosed(parser, '.') {
            Some(name) => single(&name).map(|c| Some(Unit::Char(c))),
            None => Ok(None),
        };
    }
    Ok(parser.next())
}

/// The text between `[X` and `X]`.
fn enclosed(parser: &mut Parser, kind: char) -> Option<String> {
    parser.at += 2;
    let mut name = String::new();
    loop {
        if parser.peek()? == kind && parser.peek_at(1) == Some(']') {
            parser.at += 2;
            return Some(name);
        }
        match parser.next()? {
            Unit::Char(c) => name.push(c),
            Unit::Byte(_) => return None,
        }
    }
}

/// A collating symbol: a character, or the name that POSIX gives one.
fn single(name: &str) -> Result<char, Error> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return Ok(c);
    }
    Ok(match name {
        "NUL" => '\0',
        "tab" => '\t',
        "newline" => '\n',
        "space" => ' ',
        "hyphen" | "hyphen-minus" => '-',
        "period" | "full-stop" => '.',
        "slash" | "solidus" => '/',
        "left-square-bracket" => '[',
        "right-square-bracket" => ']',
        "circumflex" | "circumflex-accent" => '^',
        "underscore" | "low-line" => '_',
        _ => return Err(Error::new("Invalid collation character")),
    })
}

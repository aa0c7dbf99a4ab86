//! From the tree to what the automata are built from.

use crate::class::Class;
use crate::parse::{Look, Node, Unit};
use crate::{Error, Flags};
use regex_syntax::hir::{
    self, Capture, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition,
};

/// The pattern between the anchors that `Flags::whole` and `Flags::word` ask for.
pub(crate) fn confined(node: Node, flags: Flags) -> Node {
    let (start, end) = match (flags.whole, flags.word, flags.lines) {
        (true, _, true) => (Look::LineStart, Look::LineEnd),
        (true, _, false) => (Look::TextStart, Look::TextEnd),
        (false, true, _) => (Look::NoWordBefore, Look::NoWordAfter),
        (false, false, _) => return node,
    };
    Node::Concat(vec![Node::Look(start), node, Node::Look(end)])
}

/// Builds the expression.
pub(crate) fn build(node: &Node, flags: Flags) -> Result<Hir, Error> {
    Ok(match node {
        Node::Empty => Hir::empty(),
        Node::Unit(Unit::Byte(byte)) => Hir::literal([*byte]),
        Node::Unit(Unit::Char(c)) => {
            if flags.ignore_case && has_cases(*c) {
                Class::folded(*c, Flags { lines: false, ..flags }).to_hir()
            } else {
                Hir::literal(c.encode_utf8(&mut [0; 4]).as_bytes())
            }
        }
        Node::Any => any(flags),
        Node::Class(class) => class.to_hir(),
        Node::Look(look) => Hir::look(place(*look, flags)),
        Node::Group(index, node) => Hir::capture(Capture {
            index: u32::try_from(*index).map_err(|_| Error::new("Regular expression too big"))?,
            name: None,
            sub: Box::new(build(node, flags)?),
        }),
        // Patterns with these do not come here.
        Node::BackReference(_) => return Err(Error::new("Invalid back reference")),
        Node::Repeat { node, min, max } => {
            Hir::repetition(Repetition { min: *min, max: *max, greedy: true, sub: Box::new(build(node, flags)?) })
        }
        Node::Concat(nodes) => Hir::concat(build_all(nodes, flags)?),
        Node::Alternate(nodes) => Hir::alternation(build_all(nodes, flags)?),
    })
}

fn build_all(nodes: &[Node], flags: Flags) -> Result<Vec<Hir>, Error> {
    nodes.iter().map(|node| build(node, flags)).collect()
}

fn has_cases(c: char) -> bool {
    c.is_alphabetic() || !c.is_ascii()
}

/// Any character: with `lines` not a newline, and never NUL-terminated text's end.
fn any(flags: Flags) -> Hir {
    Hir::dot(match (flags.bytes, flags.lines) {
        (false, false) => hir::Dot::AnyChar,
        (false, true) => hir::Dot::AnyCharExceptLF,
        (true, false) => hir::Dot::AnyByte,
        (true, true) => hir::Dot::AnyByteExceptLF,
    })
}

fn place(look: Look, flags: Flags) -> hir::Look {
    match (look, flags.bytes) {
        (Look::LineStart, _) if flags.lines => hir::Look::StartLF,
        (Look::LineEnd, _) if flags.lines => hir::Look::EndLF,
        (Look::LineStart | Look::TextStart, _) => hir::Look::Start,
        (Look::LineEnd | Look::TextEnd, _) => hir::Look::End,
        (Look::WordStart, false) => hir::Look::WordStartUnicode,
        (Look::WordStart, true) => hir::Look::WordStartAscii,
        (Look::WordEnd, false) => hir::Look::WordEndUnicode,
        (Look::WordEnd, true) => hir::Look::WordEndAscii,
        (Look::WordEdge, false) => hir::Look::WordUnicode,
        (Look::WordEdge, true) => hir::Look::WordAscii,
        (Look::NoWordBefore, false) => hir::Look::WordStartHalfUnicode,
        (Look::NoWordBefore, true) => hir::Look::WordStartHalfAscii,
        (Look::NoWordAfter, false) => hir::Look::WordEndHalfUnicode,
        (Look::NoWordAfter, true) => hir::Look::WordEndHalfAscii,
        (Look::NoWordEdge, false) => hir::Look::WordUnicodeNegate,
        (Look::NoWordEdge, true) => hir::Look::WordAsciiNegate,
    }
}

/// Whether the first match that a greedy search finds is the longest, too: then one automaton
/// does. True without alternatives and with one repetition at most, of a fixed piece.
pub(crate) fn first_is_longest(node: &Node) -> bool {
    fn count(node: &Node, repeats: &mut usize) -> bool {
        match node {
            Node::Empty | Node::Unit(_) | Node::Any | Node::Class(_) | Node::Look(_) => true,
            Node::Alternate(_) | Node::BackReference(_) => false,
            Node::Group(_, node) => count(node, repeats),
            Node::Concat(nodes) => nodes.iter().all(|node| count(node, repeats)),
            Node::Repeat { node, min, max } => {
                if Some(*min) != *max {
                    *repeats += 1;
                }
                let outside = *repeats;
                count(node, repeats) && *repeats == outside && outside <= 1
            }
        }
    }
    let mut repeats = 0;
    count(node, &mut repeats) && repeats <= 1
}

/// The same expression, with no class that matches a newline.
pub(crate) fn without_newlines(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Class(hir::Class::Unicode(mut class)) => {
            class.difference(&ClassUnicode::new([ClassUnicodeRange::new('\n', '\n')]));
            Hir::class(hir::Class::Unicode(class))
        }
        HirKind::Class(hir::Class::Bytes(mut class)) => {
            class.difference(&ClassBytes::new([ClassBytesRange::new(b'\n', b'\n')]));
            Hir::class(hir::Class::Bytes(class))
        }
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(without_newlines(*repetition.sub)), ..repetition })
        }
        HirKind::Capture(capture) => Hir::capture(Capture { sub: Box::new(without_newlines(*capture.sub)), ..capture }),
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(without_newlines).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(without_newlines).collect()),
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
    }
}

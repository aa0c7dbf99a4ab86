//! Brace expansion: which braces of a word are one.
//!
//! Bash looks for braces in a word's text after it has read the word, with
//! rules of its own (`{a}b,c}` is one expansion, `{a..}` is none); these are
//! the same, over the word's parts. Quoted text and expansions are opaque.

use crate::ast::{Brace, Word, WordPart};

/// How many steps the search may take for one word. Unmatched braces make it
/// quadratic; a word that needs more is left as it is.
const MAX_STEPS: usize = 1 << 22;

/// How deep expansions nest before the rest is left as text.
const MAX_DEPTH: usize = 100;

enum Atom {
    Byte(u8),
    Part(WordPart),
}

impl Atom {
    fn is(&self, byte: u8) -> bool {
        matches!(self, Atom::Byte(other) if *other == byte)
    }
}

/// Replaces what is a brace expansion in these parts.
pub(crate) fn expand(parts: Vec<WordPart>) -> Vec<WordPart> {
    let mut atoms = Vec::new();
    for part in parts {
        match part {
            WordPart::Literal(text) => atoms.extend(text.iter().map(|&byte| Atom::Byte(byte))),
            part => atoms.push(Atom::Part(part)),
        }
    }
    let mut steps = MAX_STEPS;
    expand_atoms(&mut atoms, 0, &mut steps)
}

fn expand_atoms(mut atoms: &mut [Atom], depth: usize, steps: &mut usize) -> Vec<WordPart> {
    let mut parts = Vec::new();
    while depth < MAX_DEPTH
        && let Some((open, close)) = find_braces(atoms, steps)
    {
        let (head, rest) = atoms.split_at_mut(close + 1);
        atoms = rest;
        let (before, braces) = head.split_at_mut(open);
        push_literal(&mut parts, before);
        let last = braces.len() - 1;
        let inside = &mut braces[1..last];
        if inside.iter().any(|atom| atom.is(b',')) {
            let words = split(inside, depth, steps);
            parts.push(WordPart::Brace(Box::new(Brace::List(words))));
        } else if let Some(range) = range(inside) {
            parts.push(WordPart::Brace(Box::new(range)));
        } else {
            push_literal(&mut parts, braces);
        }
    }
    push_literal(&mut parts, atoms);
    parts
}

/// The first `{` that has a `}` to make an expansion with.
fn find_braces(atoms: &[Atom], steps: &mut usize) -> Option<(usize, usize)> {
    let last = atoms.iter().rposition(|atom| atom.is(b'}'))?;
    for open in 0..last {
        if !atoms[open].is(b'{') || (open == 0 && atoms[1].is(b'}')) {
            continue;
        }
        let mut level = 0usize;
        let mut separated = false;
        for close in open + 1..=last {
            *steps = steps.checked_sub(1)?;
            let Atom::Byte(byte) = atoms[close] else { continue };
            match byte {
                b'}' if level == 0 && separated => return Some((open, close)),
                b'{' => level += 1,
                b'}' => level = level.saturating_sub(1),
                b',' if level == 0 => separated = true,
                b'.' if level == 0
                    && atoms[close + 1].is(b'.')
                    && atoms.get(close + 2).is_some_and(|atom| !atom.is(b'}')) =>
                {
                    separated = true;
                }
                _ => {}
            }
        }
    }
    None
}

/// The words between the commas.
fn split(mut inside: &mut [Atom], depth: usize, steps: &mut usize) -> Vec<Word> {
    let mut words = Vec::new();
    loop {
        let mut level = 0usize;
        let comma = inside.iter().position(|atom| match atom {
            Atom::Byte(b'{') => {
                level += 1;
                false
            }
            Atom::Byte(b'}') => {
                level = level.saturating_sub(1);
                false
            }
            atom => level == 0 && atom.is(b','),
        });
        let end = comma.unwrap_or(inside.len());
        let (word, rest) = inside.split_at_mut(end);
        words.push(Word { parts: expand_atoms(word, depth + 1, steps) });
        match rest.split_first_mut() {
            Some((_, after)) => inside = after,
            None => return words,
        }
    }
}

/// `x..y` or `x..y..step`, of integers or of single letters.
fn range(inside: &[Atom]) -> Option<Brace> {
    let mut text = Vec::new();
    for atom in inside {
        match atom {
            Atom::Byte(byte) => text.push(*byte),
            Atom::Part(_) => return None,
        }
    }
    let text = String::from_utf8(text).ok()?;
    let mut pieces = text.split("..");
    let (from, to) = (pieces.next()?, pieces.next()?);
    let step = match pieces.next() {
        None => 1,
        Some(step) => integer(step)?,
    };
    if pieces.next().is_some() {
        return None;
    }
    let letter = |text: &str| matches!(text.as_bytes(), [byte] if byte.is_ascii_alphabetic());
    let integers = integer(from).is_some() && integer(to).is_some();
    let letters = letter(from) && letter(to);
    (integers || letters).then(|| Brace::Range { from: from.into(), to: to.into(), step })
}

fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn push_literal(parts: &mut Vec<WordPart>, atoms: &mut [Atom]) {
    for atom in atoms {
        match std::mem::replace(atom, Atom::Byte(0)) {
            Atom::Part(part) => parts.push(part),
            Atom::Byte(byte) => match parts.last_mut() {
                Some(WordPart::Literal(text)) => text.push(byte),
                _ => parts.push(WordPart::Literal(vec![byte].into())),
            },
        }
    }
}

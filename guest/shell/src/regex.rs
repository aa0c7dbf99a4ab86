//! Extended regular expressions for `=~`: those of `agentfense_regex`, kept
//! compiled, since loops use the same few again.

use std::cell::RefCell;
use std::rc::Rc;

use agentfense_regex::{Flags, Syntax};
use bstr::BString;
use rustc_hash::FxHashMap;

use crate::expand::text;

/// A compiled expression.
#[derive(Debug)]
pub struct Regex(agentfense_regex::Regex);

/// The text is no expression, or matching it takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid;

/// The match and its groups, as ranges of the text; a group that took no part
/// is absent.
pub type Groups = Vec<Option<(usize, usize)>>;

/// How many compiled expressions are kept.
const KEPT: usize = 64;

/// What makes an expression: its text, whether case counts, whether characters are bytes.
type Key = (BString, bool, bool);

thread_local! {
    static COMPILED: RefCell<FxHashMap<Key, Rc<Regex>>> = RefCell::default();
}

impl Regex {
    /// Compiles an expression, or finds it compiled.
    pub fn new(expression: &[u8], ignore_case: bool) -> Result<Rc<Regex>, Invalid> {
        let key = (BString::from(expression), ignore_case, !text::is_utf8());
        if let Some(found) = COMPILED.with_borrow(|kept| kept.get(&key).cloned()) {
            return Ok(found);
        }
        if is_refused(expression) {
            return Err(Invalid);
        }
        let flags = Flags { ignore_case, bytes: key.2, ..Flags::default() };
        let compiled = agentfense_regex::Regex::new(expression, Syntax::Extended, flags).map_err(|_| Invalid)?;
        let compiled = Rc::new(Regex(compiled));
        COMPILED.with_borrow_mut(|kept| {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, compiled.clone());
        });
        Ok(compiled)
    }

    /// The leftmost match, and of those the longest.
    pub fn captures(&self, text: &[u8]) -> Result<Option<Groups>, Invalid> {
        let found = self.0.captures_at(text, 0).map_err(|_| Invalid)?;
        Ok(found.map(|groups| {
            (0..groups.len()).map(|index| groups.get(index).map(|range| (range.start, range.end))).collect()
        }))
    }
}

/// Whether a repetition follows nothing that could be repeated, a brace begins
/// no interval, or a collating symbol is no single character. Grep makes what it
/// can of these; bash's library refuses them in extended expressions.
fn is_refused(expression: &[u8]) -> bool {
    // At the start, and after `(`, `|` and the anchors, there is no atom.
    let mut atom = false;
    let mut rest = expression;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'*' | b'+' | b'?' if !atom => return true,
            b'{' => match interval(tail) {
                Some(length) if atom => rest = tail.get(length..).unwrap_or_default(),
                _ => return true,
            },
            b'(' | b'|' | b'^' | b'$' => atom = false,
            b'[' => {
                let Some(length) = bracket(tail) else { return true };
                rest = tail.get(length..).unwrap_or_default();
                atom = true;
            }
            b'\\' => {
                rest = tail.get(1..).unwrap_or_default();
                atom = true;
            }
            _ => atom = true,
        }
    }
    false
}

/// The length of `m}`, `m,}`, `,n}` or `m,n}` at the start of the text.
fn interval(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| *byte == b'}')?;
    let inside = text.get(..end)?;
    let numbers = inside.iter().all(|byte| byte.is_ascii_digit() || *byte == b',');
    let commas = inside.iter().filter(|byte| **byte == b',').count();
    (numbers && !inside.is_empty() && commas <= 1).then_some(end + 1)
}

/// How far the bracket expression goes that begins before the text; none where
/// it is refused.
fn bracket(text: &[u8]) -> Option<usize> {
    let mut at = usize::from(text.first() == Some(&b'^'));
    // A bracket that comes first stands for itself.
    at += usize::from(text.get(at) == Some(&b']'));
    while let Some(byte) = text.get(at) {
        at += 1;
        match (byte, text.get(at)) {
            (b']', _) => return Some(at),
            (b'[', Some(kind @ (b':' | b'.' | b'='))) => {
                let named = text.get(at + 1..)?;
                let end = named.windows(2).position(|pair| pair == [*kind, b']'])?;
                if *kind != b':' && text::char_len(named) != end {
                    return None;
                }
                at += end + 3;
            }
            _ => {}
        }
    }
    None
}

/// Appends text so that it stands for itself in an expression.
pub fn escape_into(out: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        if matches!(
            byte,
            b'\\' | b'.' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'*' | b'+' | b'?' | b'^' | b'$' | b'|'
        ) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, text: &str, expected: Option<&[&str]>) {
        let regex = Regex::new(expression.as_bytes(), false).map_err(|_| expression).unwrap();
        let found = regex.captures(text.as_bytes()).map_err(|_| expression).unwrap();
        let found: Option<Vec<&str>> =
            found.map(|groups| groups.iter().map(|g| g.map_or("", |(a, b)| &text[a..b])).collect());
        assert_eq!(found.as_deref(), expected, "{expression} on {text}");
    }

    #[test]
    fn posix_syntax() {
        check("a(b*)c", "xabbc", Some(&["abbc", "bb"]));
        check("[]a-]+", "-]a", Some(&["-]a"]));
        check("[\\n]", "n", Some(&["n"]));
        check("^[[:alpha:]_]+$", "ab_", Some(&["ab_"]));
        check("a{2}", "caa", Some(&["aa"]));
        check("a{,2}b", "aab", Some(&["aab"]));
        check("a)", "a)", Some(&["a)"]));
        check("(a|ab)(c|bcd)?", "abcd", Some(&["abcd", "a", "bcd"]));
        check("([a-z]+)-\\1", "ab-ab", Some(&["ab-ab", "ab"]));
        check("[]*]*x{,2}[[:alpha:]*]+", "]*b*", Some(&["]*b*"]));
        check("a+?", "aa", Some(&["aa"]));
        check("x|", "y", Some(&[""]));
        check("\\.", "ab", None);
        check("[&&~]", "&", Some(&["&"]));
        check("é.", "éa", Some(&["éa"]));
        check("\\bfoo\\>", "a foo", Some(&["foo"]));
    }

    #[test]
    fn bad_expressions_are_refused() {
        for bad in [
            "(", "[a", "[b-a]", "+", "[[:x:]]", "\\", "{", "a|*b", "(*a)", "^*", "$*", "a{1", "a{x", "a{}", "(+)", "[]",
        ] {
            assert!(Regex::new(bad.as_bytes(), false).is_err(), "{bad}");
        }
    }
}

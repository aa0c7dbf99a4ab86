//! Extended regular expressions for `=~`: POSIX's syntax, put on top of the
//! `regex` crate.
//!
//! Matching takes linear time whatever the expression. Two things differ from
//! POSIX: of several alternatives the first that matches is taken (not the
//! longest), and back-references are refused.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::BString;
use rustc_hash::FxHashMap;

use crate::expand::text;
use crate::pattern::Class;

/// A compiled expression.
#[derive(Debug)]
pub struct Regex(regex::bytes::Regex);

/// The text is no expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invalid;

/// How many compiled expressions are kept: loops use the same few again.
const KEPT: usize = 64;

thread_local! {
    static COMPILED: RefCell<FxHashMap<(BString, bool), Rc<Regex>>> = RefCell::default();
}

/// Limits what an expression such as `(a{1000}){1000}` may cost.
const MAX_SIZE: usize = 4 << 20;

impl Regex {
    /// Compiles an expression, or finds it compiled.
    pub fn new(expression: &[u8], ignore_case: bool) -> Result<Rc<Regex>, Invalid> {
        let key = (BString::from(expression), ignore_case);
        if let Some(found) = COMPILED.with_borrow(|kept| kept.get(&key).cloned()) {
            return Ok(found);
        }
        let translated = Translator { text: expression, at: 0, depth: 0 }.translate()?;
        let compiled = regex::bytes::RegexBuilder::new(&translated)
            .dot_matches_new_line(true)
            .case_insensitive(ignore_case)
            .size_limit(MAX_SIZE)
            .nest_limit(250)
            .build()
            .map_err(|_| Invalid)?;
        let compiled = Rc::new(Regex(compiled));
        COMPILED.with_borrow_mut(|kept| {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(key, compiled.clone());
        });
        Ok(compiled)
    }

    /// The match and its groups, as ranges of the text; a group that took no
    /// part is absent.
    pub fn captures(&self, text: &[u8]) -> Option<Vec<Option<(usize, usize)>>> {
        let captures = self.0.captures(text)?;
        Some(captures.iter().map(|group| group.map(|range| (range.start(), range.end()))).collect())
    }
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

/// Groups nested deeper than this are refused.
const MAX_DEPTH: u32 = 200;

struct Translator<'a> {
    text: &'a [u8],
    at: usize,
    depth: u32,
}

impl Translator<'_> {
    fn translate(mut self) -> Result<String, Invalid> {
        let out = self.alternatives()?;
        // A `)` that closes nothing is refused by bash's library too.
        if self.at < self.text.len() { Err(Invalid) } else { Ok(out) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn alternatives(&mut self) -> Result<String, Invalid> {
        let mut out = String::new();
        // What the next repetition applies to.
        let mut atom: Option<String> = None;
        while let Some(byte) = self.peek() {
            match byte {
                b')' if self.depth > 0 => break,
                b')' => return Err(Invalid),
                b'|' => {
                    out.extend(atom.take());
                    out.push('|');
                    self.at += 1;
                }
                b'*' | b'+' | b'?' => {
                    self.at += 1;
                    match &mut atom {
                        Some(atom) => *atom = format!("(?:{atom}){}", byte as char),
                        None => return Err(Invalid),
                    }
                }
                b'{' if atom.is_none() => return Err(Invalid),
                b'{' if self.interval().is_some() => {
                    let Some((interval, len)) = self.interval() else { return Err(Invalid) };
                    let Some(inner) = &atom else { return Err(Invalid) };
                    atom = Some(format!("(?:{inner}){interval}"));
                    self.at += len;
                }
                _ => {
                    out.extend(atom.take());
                    atom = Some(self.atom(byte)?);
                }
            }
        }
        out.extend(atom);
        Ok(out)
    }

    fn atom(&mut self, byte: u8) -> Result<String, Invalid> {
        match byte {
            b'(' => {
                if self.depth >= MAX_DEPTH {
                    return Err(Invalid);
                }
                self.at += 1;
                self.depth += 1;
                let inner = self.alternatives()?;
                self.depth -= 1;
                if self.peek() != Some(b')') {
                    return Err(Invalid);
                }
                self.at += 1;
                Ok(format!("({inner})"))
            }
            b'[' => self.bracket(),
            b'.' | b'^' | b'$' => {
                self.at += 1;
                Ok(char::from(byte).to_string())
            }
            b'\\' => {
                self.at += 1;
                let Some(next) = self.peek() else { return Err(Invalid) };
                let special = match next {
                    b'w' => "(?-u:\\w)",
                    b'W' => "(?-u:\\W)",
                    b's' => "(?-u:\\s)",
                    b'S' => "(?-u:\\S)",
                    b'b' => "(?-u:\\b)",
                    b'B' => "(?-u:\\B)",
                    b'<' => "(?-u:\\b{start})",
                    b'>' => "(?-u:\\b{end})",
                    b'`' => "\\A",
                    b'\'' => "\\z",
                    b'1'..=b'9' => return Err(Invalid),
                    _ => return Ok(self.character()),
                };
                self.at += 1;
                Ok(special.into())
            }
            _ => Ok(self.character()),
        }
    }

    /// The character here as itself.
    fn character(&mut self) -> String {
        let (code, len) = text::decode(&self.text[self.at..]);
        self.at += len;
        literal(code)
    }

    /// `{m}`, `{m,}`, `{,n}`, `{m,n}` here: in the crate's syntax, and its length.
    fn interval(&self) -> Option<(String, usize)> {
        let inner = self.text.get(self.at + 1..)?;
        let end = inner.iter().position(|byte| *byte == b'}')?;
        let inner = std::str::from_utf8(&inner[..end]).ok()?;
        let number = |text: &str| text.parse::<u16>().ok();
        let interval = match inner.split_once(',') {
            None => format!("{{{}}}", number(inner)?),
            Some(("", most)) => format!("{{0,{}}}", number(most)?),
            Some((least, "")) => format!("{{{},}}", number(least)?),
            Some((least, most)) => format!("{{{},{}}}", number(least)?, number(most)?),
        };
        Some((interval, end + 2))
    }

    fn bracket(&mut self) -> Result<String, Invalid> {
        let mut out = String::from("[");
        self.at += 1;
        let negated = self.peek() == Some(b'^');
        if negated {
            out.push('^');
            self.at += 1;
        }
        let mut first = true;
        loop {
            match self.peek() {
                None => return Err(Invalid),
                Some(b']') if !first => break,
                _ => {}
            }
            first = false;
            if let Some((name, len)) = self.named(b':') {
                Class::from_name(name).ok_or(Invalid)?;
                out.push_str("[:");
                out.push_str(std::str::from_utf8(name).map_err(|_| Invalid)?);
                out.push_str(":]");
                self.at += len;
                continue;
            }
            let from = self.bracket_char();
            let range = self.peek() == Some(b'-') && self.text.get(self.at + 1).is_some_and(|next| *next != b']');
            out.push_str(&literal(from));
            if range {
                self.at += 1;
                let to = self.bracket_char();
                if to < from {
                    return Err(Invalid);
                }
                out.push('-');
                out.push_str(&literal(to));
            }
        }
        self.at += 1;
        out.push(']');
        Ok(out)
    }

    fn bracket_char(&mut self) -> u32 {
        for kind in [b'.', b'='] {
            if let Some((name, len)) = self.named(kind) {
                let (code, _) = text::decode(name);
                self.at += len;
                return code;
            }
        }
        let (code, len) = text::decode(&self.text[self.at..]);
        self.at += len;
        code
    }

    /// `[:name:]` and kin here: the name and the whole length.
    fn named(&self, kind: u8) -> Option<(&[u8], usize)> {
        let inner = self.text[self.at..].strip_prefix(&[b'[', kind])?;
        let end = inner.windows(2).position(|pair| pair == [kind, b']'])?;
        Some((&inner[..end], end + 4))
    }
}

fn literal(code: u32) -> String {
    match code.checked_sub(text::INVALID) {
        Some(byte) => format!("(?-u:\\x{byte:02x})"),
        None => match char::from_u32(code) {
            Some(c) if c.is_ascii_alphanumeric() || !c.is_ascii() => c.to_string(),
            _ => format!("\\x{{{code:x}}}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, text: &str, expected: Option<&[&str]>) {
        let regex = Regex::new(expression.as_bytes(), false).map_err(|_| expression).unwrap();
        let found = regex.captures(text.as_bytes());
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
        check("a{x", "a{x", Some(&["a{x"]));
        check("a+?", "aa", Some(&["aa"]));
        check("x|", "y", Some(&[""]));
        check("\\.", "ab", None);
        check("[&&~]", "&", Some(&["&"]));
        check("é.", "éa", Some(&["éa"]));
        check("\\bfoo\\>", "a foo", Some(&["foo"]));
    }

    #[test]
    fn bad_expressions_are_refused() {
        for bad in ["(", "a)", "[a", "[b-a]", "+", "[[:x:]]", "\\"] {
            assert!(Regex::new(bad.as_bytes(), false).is_err(), "{bad}");
        }
    }
}

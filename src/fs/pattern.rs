//! The patterns of permission rules, matched component by component without
//! backtracking.

/// A compiled path pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    /// `**`: any number of components, also none.
    AnyDepth,
    One(Vec<Token>),
}

#[derive(Clone, Debug)]
enum Token {
    Char(char),
    Any,
    Star,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

/// Which parts a path has come to: bit i says that what is left is parts i...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress(u128);

impl Progress {
    /// Whether every way on from here is a way on from there.
    pub(crate) fn subset_of(self, other: Progress) -> bool {
        self.0 & !other.0 == 0
    }
}

const MAX_PARTS: usize = 120;

impl Pattern {
    /// `below` adds everything beneath a match.
    pub(crate) fn new(text: &str, below: bool) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
            match part {
                ".." => return Err(format!("`..` in the pattern {text:?}")),
                "**" if matches!(parts.last(), Some(Part::AnyDepth)) => {}
                "**" => parts.push(Part::AnyDepth),
                _ => parts.push(Part::One(tokens(part)?)),
            }
        }
        if below && !matches!(parts.last(), Some(Part::AnyDepth)) {
            parts.push(Part::AnyDepth);
        }
        // `**/*` is everything, the top included.
        if let [Part::AnyDepth, Part::One(tokens)] = parts.as_slice()
            && matches!(tokens.as_slice(), [Token::Star])
        {
            parts.pop();
        }
        if parts.len() > MAX_PARTS {
            return Err(format!("the pattern {text:?} has too many components"));
        }
        Ok(Pattern { parts })
    }

    /// More of it is more specific: literal characters, then components.
    pub(crate) fn specificity(&self) -> (usize, usize) {
        let mut sum = (0, 0);
        for part in &self.parts {
            if let Part::One(tokens) = part {
                sum.0 += tokens.iter().filter(|t| matches!(t, Token::Char(_))).count();
                sum.1 += 1;
            }
        }
        sum
    }

    pub(crate) fn progress<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Progress {
        let mut at = self.close(1);
        for name in path {
            let mut next = 0;
            for (i, part) in self.parts.iter().enumerate() {
                if at & (1 << i) != 0 {
                    match part {
                        Part::AnyDepth => next |= 1 << i,
                        Part::One(tokens) if matches(tokens, name) => next |= 1 << (i + 1),
                        Part::One(_) => {}
                    }
                }
            }
            at = self.close(next);
            if at == 0 {
                break;
            }
        }
        Progress(at)
    }

    /// A `**` may stand for nothing.
    fn close(&self, mut at: u128) -> u128 {
        for (i, part) in self.parts.iter().enumerate() {
            if at & (1 << i) != 0 && matches!(part, Part::AnyDepth) {
                at |= 1 << (i + 1);
            }
        }
        at
    }

    pub(crate) fn is_match(&self, progress: Progress) -> bool {
        progress.0 & (1 << self.parts.len()) != 0
    }

    /// Whether something beneath the path can match.
    pub(crate) fn matches_below(&self, progress: Progress) -> bool {
        progress.0 & ((1 << self.parts.len()) - 1) != 0
    }
}

fn tokens(part: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let chars: Vec<char> = part.chars().collect();
    let mut i = 0;
    while let Some(&c) = chars.get(i) {
        i += 1;
        match c {
            '*' if matches!(tokens.last(), Some(Token::Star)) => {}
            '*' => tokens.push(Token::Star),
            '?' => tokens.push(Token::Any),
            '\\' => {
                tokens.push(Token::Char(chars.get(i).copied().unwrap_or('\\')));
                i += 1;
            }
            '[' => match set(&chars[i..]) {
                Some((set, used)) => {
                    tokens.push(set);
                    i += used;
                }
                // As in the shell: without its end it is a character.
                None => tokens.push(Token::Char('[')),
            },
            c => tokens.push(Token::Char(c)),
        }
    }
    Ok(tokens)
}

fn set(chars: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(chars.first(), Some('!' | '^'));
    let mut i = usize::from(negated);
    let first = i;
    let mut ranges = Vec::new();
    loop {
        let c = *chars.get(i)?;
        if c == ']' && i > first {
            return Some((Token::Set { negated, ranges }, i + 1));
        }
        match (chars.get(i + 1), chars.get(i + 2)) {
            (Some('-'), Some(&end)) if end != ']' => {
                ranges.push((c, end));
                i += 3;
            }
            _ => {
                ranges.push((c, c));
                i += 1;
            }
        }
    }
}

/// The last star takes one character more whenever what follows fails.
fn matches(tokens: &[Token], name: &str) -> bool {
    let (mut at, mut rest) = (0, name.chars());
    let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut ahead = rest.clone();
        match (tokens.get(at), ahead.next()) {
            (Some(Token::Star), _) => {
                at += 1;
                retry = Some((at, rest.clone()));
                continue;
            }
            (Some(token), Some(c)) if token.accepts(c) => {
                at += 1;
                rest = ahead;
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((star, from)) = &mut retry else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        at = *star;
        rest = from.clone();
    }
}

impl Token {
    fn accepts(&self, c: char) -> bool {
        match self {
            Token::Char(own) => *own == c,
            Token::Any => true,
            Token::Star => false,
            Token::Set { negated, ranges } => ranges.iter().any(|&(from, to)| from <= c && c <= to) != *negated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(pattern: &str, path: &str) -> bool {
        let pattern = Pattern::new(pattern, false).unwrap();
        pattern.is_match(pattern.progress(path.split('/').filter(|p| !p.is_empty())))
    }

    #[test]
    fn matching() {
        for (pattern, path, expected) in [
            ("**/*", "", true),
            ("**/*.key", "a.key", true),
            ("**/*.key", "x/y/a.key", true),
            ("**/*.key", "x/a.key/b", false),
            ("/docs/**", "docs", true),
            ("/docs/**", "docs/a/b", true),
            ("/docs/**", "x/docs/a", false),
            ("/docs/*", "docs/a", true),
            ("/docs/*", "docs/a/b", false),
            ("**/.git/**", ".git", true),
            ("**/.git/**", "a/.git/hooks/x", true),
            ("**/.git/**", "a/.github/x", false),
            ("a/**/z", "a/z", true),
            ("a/**/z", "a/b/c/z", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[x", "[x", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
        ] {
            assert_eq!(is_match(pattern, path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_hostile_pattern_costs_little() {
        let name = "a".repeat(255);
        assert!(!is_match(&"*a".repeat(120).replace("aa", "a*a"), &format!("{name}b")));
        let pattern = format!("{}b", "**/a/".repeat(55));
        assert!(!is_match(&pattern, &"a/".repeat(400)));
    }

    #[test]
    fn below() {
        let pattern = Pattern::new("/docs/api/**", false).unwrap();
        assert!(pattern.matches_below(pattern.progress(["docs"])));
        assert!(!pattern.matches_below(pattern.progress(["src"])));
        let exact = Pattern::new("/docs", false).unwrap();
        assert!(!exact.matches_below(exact.progress(["docs"])));
    }
}

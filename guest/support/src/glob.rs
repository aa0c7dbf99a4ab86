//! Patterns of file names, as fnmatch(3) has them.

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Glob {
    pieces: Vec<Piece>,
    ignore_case: bool,
}

#[derive(Clone, Debug)]
enum Piece {
    Char(char),
    Byte(u8),
    AnyChar,
    Star,
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl Glob {
    /// Compiles a pattern. One that is not well formed means itself.
    pub fn new(pattern: &[u8], ignore_case: bool) -> Glob {
        let units = units(pattern);
        let mut pieces = Vec::with_capacity(units.len());
        let mut at = 0;
        while let Some(&unit) = units.get(at) {
            at += 1;
            match unit {
                Ok('*') => {
                    if !matches!(pieces.last(), Some(Piece::Star)) {
                        pieces.push(Piece::Star);
                    }
                }
                Ok('?') => pieces.push(Piece::AnyChar),
                Ok('[') => match set(&units, at) {
                    Some((piece, end)) => {
                        pieces.push(piece);
                        at = end;
                    }
                    None => pieces.push(Piece::Char('[')),
                },
                Ok('\\') if at < units.len() => {
                    pieces.push(literal(units[at]));
                    at += 1;
                }
                other => pieces.push(literal(other)),
            }
        }
        Glob { pieces, ignore_case }
    }

    /// Whether the whole of `text` matches. `*` and `?` match `/` and a leading period, too.
    pub fn matches(&self, text: &[u8]) -> bool {
        let text = units(text);
        let (mut piece, mut at) = (0, 0);
        // Where the last star was, and how much it has taken: only it ever needs to take more.
        let mut star: Option<(usize, usize)> = None;
        loop {
            if let Some(Piece::Star) = self.pieces.get(piece) {
                star = Some((piece, at));
                piece += 1;
                continue;
            }
            let fits = match (self.pieces.get(piece), text.get(at)) {
                (None, None) => return true,
                (Some(wanted), Some(&unit)) => self.fits(wanted, unit),
                _ => false,
            };
            if fits {
                piece += 1;
                at += 1;
                continue;
            }
            match star {
                Some((star_piece, taken)) if taken < text.len() => {
                    star = Some((star_piece, taken + 1));
                    piece = star_piece + 1;
                    at = taken + 1;
                }
                _ => return false,
            }
        }
    }

    fn fits(&self, piece: &Piece, unit: Result<char, u8>) -> bool {
        match (piece, unit) {
            (Piece::Star, _) => false,
            (Piece::AnyChar, _) => true,
            (Piece::Byte(wanted), Err(byte)) => *wanted == byte,
            (Piece::Char(wanted), Ok(c)) => self.cases(c).any(|c| self.cases(*wanted).any(|w| w == c)),
            (Piece::Set { negated, ranges }, Ok(c)) => {
                let found = self.cases(c).any(|c| ranges.iter().any(|&(a, b)| (a..=b).contains(&c)));
                found != *negated
            }
            (Piece::Set { negated, .. }, Err(_)) => *negated,
            _ => false,
        }
    }

    /// The character, and its other case where case does not count.
    fn cases(&self, c: char) -> impl Iterator<Item = char> {
        let other = self.ignore_case.then(|| {
            let lower = c.to_lowercase().next().unwrap_or(c);
            if lower == c { c.to_uppercase().next().unwrap_or(c) } else { lower }
        });
        std::iter::once(c).chain(other)
    }
}

fn literal(unit: Result<char, u8>) -> Piece {
    match unit {
        Ok(c) => Piece::Char(c),
        Err(byte) => Piece::Byte(byte),
    }
}

/// Characters, and the bytes that are part of none.
fn units(text: &[u8]) -> Vec<Result<char, u8>> {
    let mut units = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        units.extend(chunk.valid().chars().map(Ok));
        units.extend(chunk.invalid().iter().map(|&byte| Err(byte)));
    }
    units
}

/// The bracket expression whose `[` is before `at`, and where it ends.
fn set(units: &[Result<char, u8>], mut at: usize) -> Option<(Piece, usize)> {
    let negated = matches!(units.get(at), Some(Ok('!' | '^')));
    at += usize::from(negated);
    let mut ranges = Vec::new();
    let mut first = true;
    loop {
        let c = match *units.get(at)? {
            Ok(']') if !first => return Some((Piece::Set { negated, ranges }, at + 1)),
            Ok('[') if matches!(units.get(at + 1), Some(Ok(':'))) => {
                if let Some((class, end)) = class(units, at + 2) {
                    ranges.extend(class);
                    at = end;
                    first = false;
                    continue;
                }
                '['
            }
            Ok('\\') => {
                at += 1;
                (*units.get(at)?).ok()?
            }
            unit => unit.ok()?,
        };
        at += 1;
        first = false;
        let range = matches!(units.get(at), Some(Ok('-'))) && !matches!(units.get(at + 1), None | Some(Ok(']')));
        if !range {
            ranges.push((c, c));
            continue;
        }
        at += 1;
        if let Some(Ok('\\')) = units.get(at) {
            at += 1;
        }
        let to = (*units.get(at)?).ok()?;
        at += 1;
        ranges.push((c, to));
    }
}

fn class(units: &[Result<char, u8>], mut at: usize) -> Option<(&'static [(char, char)], usize)> {
    let mut name = String::new();
    while !matches!(units.get(at)?, Ok(':')) {
        name.push((*units.get(at)?).ok()?);
        at += 1;
    }
    if !matches!(units.get(at + 1), Some(Ok(']'))) {
        return None;
    }
    let ranges: &[(char, char)] = match name.as_str() {
        "alpha" => &[('A', 'Z'), ('a', 'z'), ('ª', 'ʯ'), ('Ͱ', '῿')],
        "digit" => &[('0', '9')],
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z'), ('ª', 'ʯ'), ('Ͱ', '῿')],
        "upper" => &[('A', 'Z')],
        "lower" => &[('a', 'z')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "print" => &[(' ', '~'), ('\u{a0}', char::MAX)],
        "graph" => &[('!', '~'), ('\u{a1}', char::MAX)],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some((ranges, at + 2))
}

#[cfg(test)]
mod tests {
    use super::Glob;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::new(pattern.as_bytes(), false).matches(text.as_bytes())
    }

    #[test]
    fn globs() {
        for (pattern, text) in [
            ("*.rs", "main.rs"),
            ("*", ""),
            ("a*b*c", "aXbYbZc"),
            ("?", "é"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("[]x]", "]"),
            ("[[:digit:]]*", "1a"),
            ("\\*", "*"),
            ("[", "["),
            ("a/*", "a/b/c"),
            (".*", ".x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*.rs", "main.rsx"), ("?", ""), ("[!a]", "a"), ("a", "A"), ("\\*", "x")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
        assert!(Glob::new(b"*.TXT", true).matches(b"a.txt"));
        assert!(Glob::new(b"[A-C]", true).matches(b"b"));
        assert!(Glob::new(b"?\xff*", false).matches(b"a\xffb"));
    }

    #[test]
    fn many_stars_are_quick() {
        let pattern = "*a".repeat(50) + "b";
        assert!(!matches(&pattern, &"a".repeat(5000)));
    }
}

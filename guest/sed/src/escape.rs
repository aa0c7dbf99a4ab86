//! The escapes that stand for a byte: `\n`, `\t`, `\x41`, `\d065`, `\o101`, `\cA`.

/// The byte that an escape stands for and the length of the escape, given what comes after the
/// backslash. Nothing for what is no such escape.
pub(crate) fn byte(after: &[u8]) -> Option<(u8, usize)> {
    let &letter = after.first()?;
    let plain = |byte| Some((byte, 1));
    match letter {
        b'a' => plain(7),
        b'f' => plain(12),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'v' => plain(11),
        b'c' => after.get(1).map(|c| (c.to_ascii_uppercase() ^ 0x40, 2)),
        b'd' => number(after, 10, 3),
        b'o' => number(after, 8, 3),
        b'x' => number(after, 16, 2),
        _ => None,
    }
}

fn number(after: &[u8], base: u32, most: usize) -> Option<(u8, usize)> {
    let digits = after[1..].iter().take(most).map_while(|&b| char::from(b).to_digit(base));
    let (value, count) = digits.fold((0, 0), |(value, count), digit| (value * base + digit, count + 1));
    // As in C, what does not fit into a byte loses its high bits.
    (count > 0).then_some((value as u8, 1 + count))
}

/// A pattern of a script as the regular expression that it means: with the bytes that its escapes
/// stand for.
pub(crate) fn pattern(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'\\' => match byte(&text[at + 1..]) {
                Some((byte, length)) => {
                    if matches!(byte, b'[' | b'\\') {
                        out.push(b'\\');
                    }
                    out.push(byte);
                    at += 1 + length;
                }
                None => {
                    out.push(b'\\');
                    out.extend(text.get(at + 1));
                    at += 2;
                }
            },
            b'[' => {
                let end = bracket_end(text, at).unwrap_or(text.len());
                bracket(&text[at..end], &mut out);
                at = end;
            }
            byte => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn bracket(text: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'\\'
            && let Some((byte, length)) = byte(&text[at + 1..])
        {
            out.push(byte);
            at += 1 + length;
        } else if text[at..].starts_with(b"\\\\") {
            // Two backslashes, of which the second starts no escape.
            out.extend_from_slice(b"\\\\");
            at += 2;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
}

/// Where the bracket expression ends that starts at `start`: after its `]`.
pub(crate) fn bracket_end(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    at += usize::from(text.get(at) == Some(&b'^'));
    at += usize::from(text.get(at) == Some(&b']'));
    loop {
        match *text.get(at)? {
            b']' => return Some(at + 1),
            b'\n' => return None,
            b'[' => match text.get(at + 1) {
                Some(&kind @ (b':' | b'.' | b'=')) => {
                    let close = [kind, b']'];
                    match text[at + 2..].windows(2).position(|pair| pair == close) {
                        Some(length) => at += 2 + length + 2,
                        None => at += 1,
                    }
                }
                _ => at += 1,
            },
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes() {
        assert_eq!(byte(b"n"), Some((b'\n', 1)));
        assert_eq!(byte(b"x41b"), Some((b'A', 3)));
        assert_eq!(byte(b"d0655"), Some((b'A', 4)));
        assert_eq!(byte(b"o101"), Some((b'A', 4)));
        assert_eq!(byte(b"cA"), Some((1, 2)));
        assert_eq!(byte(b"xzz"), None);
        assert_eq!(byte(b"c"), None);
        assert_eq!(byte(b"q"), None);
    }

    #[test]
    fn patterns() {
        assert_eq!(pattern(br"a\tb\.\n"), b"a\tb\\.\n");
        assert_eq!(pattern(br"[^]\t\\n]\x5b"), b"[^]\t\\\\n]\\[");
        assert_eq!(pattern(br"\\n"), br"\\n");
        assert_eq!(bracket_end(b"[[:alpha:]/]x", 0), Some(12));
        assert_eq!(bracket_end(b"[]", 0), None);
    }
}

//! Text as make sees it: bytes, cut into words at white space.

/// Puts the parts, which are anything made of bytes, into one `Vec<u8>`.
macro_rules! bytes {
    ($($part:expr),* $(,)?) => {{
        let mut text: Vec<u8> = Vec::new();
        $(text.extend_from_slice(AsRef::<[u8]>::as_ref(&$part));)*
        text
    }};
}
pub(crate) use bytes;

/// A blank inside a line.
pub fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// White space between words, which a value may spread over lines.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// The words of a text.
pub fn words(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(|&byte| is_space(byte)).filter(|word| !word.is_empty())
}

/// Without the white space before.
pub fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_space(byte)).unwrap_or(text.len());
    &text[start..]
}

/// Without the white space after.
pub fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&byte| !is_space(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

/// Without the white space around.
pub fn trim(text: &[u8]) -> &[u8] {
    trim_end(trim_start(text))
}

/// The first word, and what follows it without the white space between.
pub fn first_word(text: &[u8]) -> (&[u8], &[u8]) {
    let text = trim_start(text);
    let end = text.iter().position(|&byte| is_space(byte)).unwrap_or(text.len());
    (&text[..end], trim_start(&text[end..]))
}

/// Joins words with single spaces.
pub fn join<W: AsRef<[u8]>>(words: impl IntoIterator<Item = W>) -> Vec<u8> {
    let mut text = Vec::new();
    for (index, word) in words.into_iter().enumerate() {
        if index > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word.as_ref());
    }
    text
}

/// Where the reference that starts at the `$` at `at` ends.
pub fn skip_reference(text: &[u8], at: usize) -> usize {
    let (open, close) = match text.get(at + 1) {
        Some(b'(') => (b'(', b')'),
        Some(b'{') => (b'{', b'}'),
        Some(_) => return at + 2,
        None => return at + 1,
    };
    let mut depth = 0usize;
    for (index, &byte) in text.iter().enumerate().skip(at + 1) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    text.len()
}

/// Where a byte of `stops` stands, outside references and not behind a backslash. The backslashes that hide one
/// are taken out of the text, and half of those in front of the found one.
pub fn find_unquoted(text: &mut Vec<u8>, stops: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'$' {
            at = skip_reference(text, at);
            continue;
        }
        if !stops.contains(&byte) {
            at += 1;
            continue;
        }
        let backslashes = text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
        let kept = backslashes / 2;
        text.drain(at - backslashes..at - kept);
        at -= backslashes - kept;
        if backslashes % 2 == 0 {
            return Some(at);
        }
        // What was hidden stays as it is now.
        at += 1;
    }
    None
}

/// Folds continued lines: a backslash-newline with the blanks around it becomes one space.
pub fn fold_lines(line: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr::memchr(b'\n', rest) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let backslashes = before.iter().rev().take_while(|&&byte| byte == b'\\').count();
        out.extend_from_slice(&before[..before.len() - backslashes]);
        out.resize(out.len() + backslashes / 2, b'\\');
        if backslashes % 2 == 1 {
            while out.last().is_some_and(|&byte| is_blank(byte)) {
                out.pop();
            }
            out.push(b' ');
            rest = trim_blanks(after);
        } else {
            out.push(b'\n');
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    out
}

fn trim_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&byte| !is_blank(byte)).unwrap_or(text.len());
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding() {
        assert_eq!(fold_lines(b"a \\\n\t b"), b"a b");
        assert_eq!(fold_lines(b"a\\\\\nb"), b"a\\\nb");
        assert_eq!(fold_lines(b"a\\\n"), b"a ");
    }

    #[test]
    fn stops_hide_behind_backslashes_and_in_references() {
        let mut text = b"a\\#b $(x #y) c\\\\#d".to_vec();
        let at = find_unquoted(&mut text, b"#");
        assert_eq!(text, b"a#b $(x #y) c\\#d");
        assert_eq!(at, Some(14));
        assert_eq!(find_unquoted(&mut b"$(a".to_vec(), b";"), None);
    }

    #[test]
    fn cutting() {
        assert_eq!(first_word(b"  ab  cd "), (&b"ab"[..], &b"cd "[..]));
        assert_eq!(join(words(b" a\t b\n")), b"a b");
        assert_eq!(trim(b" \t"), b"");
    }
}

//! Upper and lower case: `${x^}`, `declare -u` and kin.

use bstr::BString;

use super::text;

/// A change of case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// All in upper case.
    Upper,
    /// All in lower case.
    Lower,
    /// The first character in upper case, the rest in lower.
    Capitalize,
}

/// The text with its case changed.
pub fn change(value: &[u8], change: Change) -> BString {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    let mut first = true;
    while !rest.is_empty() {
        let (code, len) = text::decode(rest);
        let code = match change {
            Change::Upper => upper(code),
            Change::Capitalize if first => upper(code),
            _ => lower(code),
        };
        text::push_code(&mut out, code);
        rest = &rest[len..];
        first = false;
    }
    out.into()
}

/// The character's upper case, if that is one character.
pub fn upper(code: u32) -> u32 {
    single(code, |c| {
        let mut changed = c.to_uppercase();
        (changed.next(), changed.next())
    })
}

/// The character's lower case, if that is one character.
pub fn lower(code: u32) -> u32 {
    single(code, |c| {
        let mut changed = c.to_lowercase();
        (changed.next(), changed.next())
    })
}

fn single(code: u32, change: impl Fn(char) -> (Option<char>, Option<char>)) -> u32 {
    match char::from_u32(code).map(change) {
        Some((Some(c), None)) => u32::from(c),
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes() {
        assert_eq!(change("aé\u{df}".as_bytes(), Change::Upper), "AÉ\u{df}");
        assert_eq!(change(b"hELLO wORLD", Change::Capitalize), "Hello world");
        assert_eq!(change(b"A\xffB", Change::Lower), &b"a\xffb"[..]);
    }
}

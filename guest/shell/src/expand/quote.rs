//! Quoting a string so that the shell reads it back: `${x@Q}`, `printf %q`,
//! `declare -p`, `set`, xtrace.

use bstr::{BString, ByteVec};

use super::text;

/// `'...'`, with each `'` inside as `'\''`; a lone `'` as `\'`.
pub fn single(value: &[u8]) -> BString {
    if value == b"'" {
        return "\\'".into();
    }
    let mut out = BString::from("'");
    for byte in value {
        if *byte == b'\'' {
            out.push_str("'\\''");
        } else {
            out.push(*byte);
        }
    }
    out.push(b'\'');
    out
}

/// `"..."`, with what is special inside escaped.
pub fn double(value: &[u8]) -> BString {
    let mut out = BString::from("\"");
    for byte in value {
        if matches!(byte, b'"' | b'$' | b'`' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
    out
}

/// `$'...'`
pub fn ansi(value: &[u8]) -> BString {
    let mut out = BString::from("$'");
    let mut rest = value;
    while !rest.is_empty() {
        let (code, len) = text::decode(rest);
        match rest[0] {
            b'\x1b' => out.push_str("\\E"),
            b'\x07' => out.push_str("\\a"),
            b'\x0b' => out.push_str("\\v"),
            b'\x08' => out.push_str("\\b"),
            b'\x0c' => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\\' => out.push_str("\\\\"),
            b'\'' => out.push_str("\\'"),
            _ if is_printable(code) => out.push_str(&rest[..len]),
            _ => {
                for byte in &rest[..len] {
                    out.push_str(format!("\\{byte:03o}"));
                }
            }
        }
        rest = &rest[len..];
    }
    out.push(b'\'');
    out
}

/// Characters before each that the shell would take as syntax get a backslash.
fn backslash(value: &[u8]) -> BString {
    let mut out = BString::from(Vec::with_capacity(value.len() + 4));
    for (index, byte) in value.iter().enumerate() {
        let special = match byte {
            b' ' | b'\t' | b'\n' | b'\'' | b'"' | b'\\' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' | b'!'
            | b'{' | b'}' | b'*' | b'[' | b'?' | b']' | b'^' | b'$' | b'`' | b',' => true,
            b'#' => index == 0,
            b'~' => index == 0 || matches!(value[index - 1], b':' | b'='),
            _ => false,
        };
        if special {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

/// As `printf %q` prints.
pub fn printf_q(value: &[u8]) -> BString {
    if value.is_empty() {
        return "''".into();
    }
    if needs_ansi(value) { ansi(value) } else { backslash(value) }
}

/// As `${x@Q}` expands.
pub fn reusable(value: &[u8]) -> BString {
    if needs_ansi(value) { ansi(value) } else { single(value) }
}

/// As `declare -p` prints a value.
pub fn double_or_ansi(value: &[u8]) -> BString {
    if needs_ansi(value) { ansi(value) } else { double(value) }
}

/// As `set`, `alias` and xtrace print: quotes only where they are needed.
pub fn when_needed(value: &[u8]) -> BString {
    if needs_ansi(value) {
        ansi(value)
    } else if has_metas(value) {
        single(value)
    } else {
        value.into()
    }
}

/// As xtrace prints words: an empty one is `''`, and `$'...'` is only for what
/// has no quotes otherwise.
pub fn traced(value: &[u8]) -> BString {
    if value.is_empty() {
        "''".into()
    } else if has_metas(value) {
        single(value)
    } else {
        when_needed(value)
    }
}

/// Something in it cannot be printed, so that only `$'...'` shows it.
pub fn needs_ansi(value: &[u8]) -> bool {
    if value.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return false;
    }
    let mut rest = value;
    while !rest.is_empty() {
        let (code, len) = text::decode(rest);
        if !is_printable(code) {
            return true;
        }
        rest = &rest[len..];
    }
    false
}

fn is_printable(code: u32) -> bool {
    match code {
        0..=0x1f | 0x7f..=0x9f => false,
        0x2028 | 0x2029 => false,
        // Noncharacters and what is no character at all.
        0xfffe | 0xffff => false,
        _ => code < text::INVALID,
    }
}

/// Something in it means something to the shell.
pub fn has_metas(value: &[u8]) -> bool {
    value.iter().enumerate().any(|(index, byte)| match byte {
        b' ' | b'\t' | b'\n' | b'\'' | b'"' | b'\\' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' | b'!' | b'{'
        | b'}' | b'*' | b'[' | b'?' | b']' | b'^' | b'$' | b'`' => true,
        b'~' => index == 0 || matches!(value[index - 1], b'=' | b':'),
        b'#' => index == 0 || matches!(value[index - 1], b' ' | b'\t'),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_bash_quotes() {
        assert_eq!(printf_q(b"a b'c"), "a\\ b\\'c");
        assert_eq!(printf_q(b"a\nb"), "$'a\\nb'");
        assert_eq!(printf_q("é,".as_bytes()), "é\\,");
        assert_eq!(reusable(b"it's"), "'it'\\''s'");
        assert_eq!(reusable(b"\xff"), "$'\\377'");
        assert_eq!(when_needed(b"plain"), "plain");
        assert_eq!(when_needed(b"a=~b"), "'a=~b'");
    }
}

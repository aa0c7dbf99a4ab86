//! Backslash escapes of C, as `echo -e`, `printf` and `${x@E}` read them.

use bstr::BString;

use super::text;

/// Who reads the escapes: they differ in octal digits, `\c` and quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `$'...'`, `${x@E}`: `\nnn`, `\cx`, and quotes lose their backslash.
    AnsiC,
    /// `echo -e`: `\0nnn`; `\c` ends the output.
    Echo,
    /// `printf %b`: `\0nnn` or `\nnn`; `\c` ends the output.
    PrintfArgument,
    /// `printf`'s format: `\nnn`; quotes lose their backslash.
    PrintfFormat,
}

/// Decodes `$'...'`-style text.
pub fn ansi_c(value: &[u8]) -> BString {
    let mut out = Vec::with_capacity(value.len());
    decode(value, Style::AnsiC, &mut out);
    out.into()
}

/// Decodes all of `value`. False if a `\c` ended it.
pub fn decode(value: &[u8], style: Style, out: &mut Vec<u8>) -> bool {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        match decode_one(rest, style, out) {
            Some(used) => rest = &rest[used..],
            None => return false,
        }
    }
    out.extend_from_slice(rest);
    true
}

/// Decodes what follows a backslash; how much of it that was. Absent for the
/// `\c` that ends the output.
pub fn decode_one(rest: &[u8], style: Style, out: &mut Vec<u8>) -> Option<usize> {
    let Some(letter) = rest.first() else {
        out.push(b'\\');
        return Some(0);
    };
    let simple = match letter {
        b'a' => Some(7),
        b'b' => Some(8),
        b'e' | b'E' => Some(0x1b),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'v' => Some(11),
        b'\\' => Some(b'\\'),
        b'\'' | b'"' | b'?' if matches!(style, Style::AnsiC | Style::PrintfFormat) => Some(*letter),
        _ => None,
    };
    if let Some(byte) = simple {
        out.push(byte);
        return Some(1);
    }
    match letter {
        b'0'..=b'7' => {
            // After `\0`, echo and %b take three more digits.
            let (skip, most) = match style {
                Style::Echo | Style::PrintfArgument if *letter == b'0' => (1, 3),
                Style::Echo => {
                    out.extend_from_slice(&[b'\\', *letter]);
                    return Some(1);
                }
                _ => (0, 3),
            };
            let digits = rest[skip..].iter().take(most).take_while(|byte| (b'0'..=b'7').contains(*byte)).count();
            let value = rest[skip..skip + digits].iter().fold(0u32, |value, byte| value * 8 + u32::from(byte - b'0'));
            out.push(value as u8);
            Some(skip + digits)
        }
        b'x' => {
            let (value, digits) = hex(&rest[1..], 2);
            if digits == 0 {
                out.extend_from_slice(b"\\x");
                return Some(1);
            }
            out.push(value as u8);
            Some(1 + digits)
        }
        b'u' | b'U' => {
            let (value, digits) = hex(&rest[1..], if *letter == b'u' { 4 } else { 8 });
            if digits == 0 {
                out.extend_from_slice(&[b'\\', *letter]);
                return Some(1);
            }
            text::encode_any(out, value);
            Some(1 + digits)
        }
        b'c' if style == Style::AnsiC => match rest.get(1) {
            Some(byte) => {
                out.push(byte.to_ascii_uppercase() & 0x1f);
                Some(2)
            }
            None => {
                out.extend_from_slice(b"\\c");
                Some(1)
            }
        },
        b'c' if style != Style::PrintfFormat => None,
        _ => {
            out.extend_from_slice(&[b'\\', *letter]);
            Some(1)
        }
    }
}

fn hex(text: &[u8], most: usize) -> (u32, usize) {
    let digits = text.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let value =
        text[..digits].iter().fold(0u32, |value, byte| (value << 4) | (*byte as char).to_digit(16).unwrap_or(0));
    (value, digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: Style, text: &str, expected: &[u8]) {
        let mut out = Vec::new();
        decode(text.as_bytes(), style, &mut out);
        assert_eq!(out, expected, "{text}");
    }

    #[test]
    fn styles() {
        check(Style::AnsiC, r"a\n\x41\101\u00e9\'\cA\q", "a\nAA\u{e9}'\u{1}\\q".as_bytes());
        check(Style::Echo, r"\0101\101\x4\c no", b"A\\101\x04");
        check(Style::PrintfArgument, r#"\101\0101\""#, b"AA\\\"");
        check(Style::PrintfFormat, r#"\101\"\0101\"#, b"A\"\x081\\");
        check(Style::AnsiC, r"\U0001F600\u", "😀\\u".as_bytes());
    }
}

//! Backslash escapes of C, as `echo -e`, `printf` and `$'...'` read them.

/// Who reads the escapes: they differ in octal digits, `\c`, quotes and `\u`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `$'...'`, `${x@E}`: `\nnn`, `\cx`, and quotes lose their backslash.
    AnsiC,
    /// bash's `echo -e`: `\0nnn`; `\c` ends the output.
    Echo,
    /// bash's `printf %b`: `\0nnn` or `\nnn`; `\c` ends the output.
    PrintfArgument,
    /// bash's `printf` format: `\nnn`; quotes lose their backslash.
    PrintfFormat,
    /// GNU's `echo -e`: `\0nnn` or `\nnn`; no `\u`.
    GnuEcho,
    /// GNU's `printf %b`.
    GnuArgument,
    /// GNU's `printf` format: `\nnn`; `\c` ends the output.
    GnuFormat,
}

impl Style {
    fn is_gnu(self) -> bool {
        matches!(self, Style::GnuEcho | Style::GnuArgument | Style::GnuFormat)
    }
}

/// What follows a backslash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// An escape, or what is none and stays as it is; how many bytes behind the backslash it took.
    Taken(usize),
    /// The `\c` that ends the output.
    End,
    /// The digits behind this letter are missing: `\x`, `\u` and `\U`; only the letter was taken, and put out as it is.
    NoDigits(u8),
    /// For GNU, no character may be written so: the letter and the code.
    NoCharacter(u8, u32),
}

/// Decodes all of `value`. False if a `\c` ended it.
pub fn decode(value: &[u8], style: Style, out: &mut Vec<u8>) -> bool {
    let mut rest = value;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let taken = match decode_one(rest, style, out) {
            Escape::Taken(taken) => taken,
            Escape::NoDigits(_) | Escape::NoCharacter(..) => 1,
            Escape::End => return false,
        };
        rest = &rest[taken..];
    }
    out.extend_from_slice(rest);
    true
}

/// Decodes what follows a backslash.
pub fn decode_one(rest: &[u8], style: Style, out: &mut Vec<u8>) -> Escape {
    let Some(letter) = rest.first() else {
        out.push(b'\\');
        return Escape::Taken(0);
    };
    let simple = match letter {
        b'a' => Some(7),
        b'b' => Some(8),
        b'e' => Some(0x1b),
        b'E' if !style.is_gnu() => Some(0x1b),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'v' => Some(11),
        b'\\' => Some(b'\\'),
        b'\'' | b'"' | b'?' if matches!(style, Style::AnsiC | Style::PrintfFormat) => Some(*letter),
        b'"' if matches!(style, Style::GnuArgument | Style::GnuFormat) => Some(*letter),
        _ => None,
    };
    if let Some(byte) = simple {
        out.push(byte);
        return Escape::Taken(1);
    }
    match letter {
        b'0'..=b'7' => {
            // After `\0`, echo and %b take three more digits.
            let skip = match style {
                Style::Echo | Style::PrintfArgument | Style::GnuEcho | Style::GnuArgument if *letter == b'0' => 1,
                Style::Echo => {
                    out.extend_from_slice(&[b'\\', *letter]);
                    return Escape::Taken(1);
                }
                _ => 0,
            };
            let digits = rest[skip..].iter().take(3).take_while(|byte| (b'0'..=b'7').contains(*byte)).count();
            let value = rest[skip..skip + digits].iter().fold(0u32, |value, byte| value * 8 + u32::from(byte - b'0'));
            out.push(value as u8);
            Escape::Taken(skip + digits)
        }
        b'x' => match hex(&rest[1..], 2) {
            (_, 0) => {
                out.extend_from_slice(b"\\x");
                Escape::NoDigits(b'x')
            }
            (value, digits) => {
                out.push(value as u8);
                Escape::Taken(1 + digits)
            }
        },
        b'u' | b'U' if style != Style::GnuEcho => {
            let most = if *letter == b'u' { 4 } else { 8 };
            let (value, digits) = hex(&rest[1..], most);
            if digits == 0 || (style.is_gnu() && digits < most) {
                out.extend_from_slice(&[b'\\', *letter]);
                return Escape::NoDigits(*letter);
            }
            // What C does not take for a character, GNU's printf does not, either.
            let is_basic = value <= 0x9f && !matches!(value, 0x24 | 0x40 | 0x60);
            if style.is_gnu() && (is_basic || (0xd800..=0xdfff).contains(&value)) {
                return Escape::NoCharacter(*letter, value);
            }
            encode(out, value);
            Escape::Taken(1 + digits)
        }
        b'c' if style == Style::AnsiC => match rest.get(1) {
            Some(byte) => {
                out.push(byte.to_ascii_uppercase() & 0x1f);
                Escape::Taken(2)
            }
            None => {
                out.extend_from_slice(b"\\c");
                Escape::Taken(1)
            }
        },
        b'c' if style != Style::PrintfFormat => Escape::End,
        _ => {
            out.extend_from_slice(&[b'\\', *letter]);
            Escape::Taken(1)
        }
    }
}

fn hex(text: &[u8], most: usize) -> (u32, usize) {
    let digits = text.iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let value =
        text[..digits].iter().fold(0u32, |value, byte| (value << 4) | (*byte as char).to_digit(16).unwrap_or(0));
    (value, digits)
}

/// UTF-8's scheme for any number, also one that is no character (a surrogate, or beyond the last code point), as bash
/// writes it for `\u` and `\U`.
pub fn encode(out: &mut Vec<u8>, code: u32) {
    let tail = |shift: u32| 0x80 | ((code >> shift) & 0x3f) as u8;
    match code {
        0..=0x7f => out.push(code as u8),
        0x80..=0x7ff => out.extend_from_slice(&[0xc0 | (code >> 6) as u8, tail(0)]),
        0x800..=0xffff => out.extend_from_slice(&[0xe0 | (code >> 12) as u8, tail(6), tail(0)]),
        0x1_0000..=0x1f_ffff => out.extend_from_slice(&[0xf0 | (code >> 18) as u8, tail(12), tail(6), tail(0)]),
        0x20_0000..=0x3ff_ffff => {
            out.extend_from_slice(&[0xf8 | (code >> 24) as u8, tail(18), tail(12), tail(6), tail(0)]);
        }
        _ => out.extend_from_slice(&[0xfc | (code >> 30) as u8 & 1, tail(24), tail(18), tail(12), tail(6), tail(0)]),
    }
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
        check(Style::GnuFormat, r#"\0101\"\E\'\u00e9\c no"#, "\u{8}1\"\\E\\'é".as_bytes());
        check(Style::GnuEcho, r"\0101\101\u0041", br"AA\u0041");
    }

    #[test]
    fn mistakes() {
        let one = |text: &str, style| decode_one(text.as_bytes(), style, &mut Vec::new());
        assert_eq!(one("xg", Style::PrintfFormat), Escape::NoDigits(b'x'));
        assert_eq!(one("u12", Style::GnuFormat), Escape::NoDigits(b'u'));
        assert_eq!(one("u12", Style::PrintfFormat), Escape::Taken(3));
        assert_eq!(one("u0041", Style::GnuArgument), Escape::NoCharacter(b'u', 0x41));
    }
}

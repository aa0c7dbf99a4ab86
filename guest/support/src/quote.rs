//! Names in messages.

/// A name as GNU's messages show it: `'a b'`, with what a terminal would not show escaped.
pub fn quote(name: impl AsRef<[u8]>) -> String {
    let name = name.as_ref();
    let mut text = String::with_capacity(name.len() + 2);
    // Within double quotes nothing can be escaped for a terminal.
    let shown = std::str::from_utf8(name).is_ok_and(|text| !text.chars().any(char::is_control));
    let double = shown && name.contains(&b'\'') && !name.iter().any(|b| b"\"$`\\!".contains(b));
    text.push(if double { '"' } else { '\'' });
    // Within `$'...'`, which stands for what a terminal would not show.
    let mut escaped = false;
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() != escaped {
                text.push_str(if escaped { "''" } else { "'$'" });
                escaped = !escaped;
            }
            match c {
                c if escaped => text.push_str(&control(c)),
                '\'' if !double => text.push_str("'\\''"),
                c => text.push(c),
            }
        }
        if !chunk.invalid().is_empty() && !escaped {
            text.push_str("'$'");
            escaped = true;
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\{byte:03o}"));
        }
    }
    text.push(if double { '"' } else { '\'' });
    text
}

/// Whether a shell would take something in a name for syntax.
pub fn is_special(name: &[u8]) -> bool {
    let special = b" \t\n'\"\\$`!*?[]()<>|&;^=";
    matches!(name, [] | b"{" | b"}" | [b'#' | b'~', ..]) || name.iter().any(|byte| special.contains(byte))
}

/// A name as a shell reads it back, in quotes only where it needs them.
pub fn when_needed(name: &[u8]) -> Vec<u8> {
    let shown = || std::str::from_utf8(name).is_ok_and(|text| !text.chars().any(char::is_control));
    if !is_special(name) && shown() { name.to_vec() } else { quote(name).into_bytes() }
}

fn control(c: char) -> String {
    match c {
        '\n' => "\\n".into(),
        '\t' => "\\t".into(),
        '\r' => "\\r".into(),
        '\x07' => "\\a".into(),
        '\x08' => "\\b".into(),
        '\x0b' => "\\v".into(),
        '\x0c' => "\\f".into(),
        c => c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("\\{b:03o}")).collect(),
    }
}

/// Text for a message; bytes that are not UTF-8 become U+FFFD.
pub fn lossy(name: impl AsRef<[u8]>) -> String {
    String::from_utf8_lossy(name.as_ref()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{quote, when_needed};

    #[test]
    fn quotes_as_gnu() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("it's $x"), "'it'\\''s $x'");
        assert_eq!(quote(b"a\nb"), "'a'$'\\n''b'");
        assert_eq!(quote(b"\xff"), "''$'\\377'");
        assert_eq!(quote(b"a\xff\n"), "'a'$'\\377\\n'");
    }

    #[test]
    fn quotes_where_needed() {
        for plain in ["abc", "a#", "{}", "-x", "a,b", "a~", "%", "é"] {
            assert_eq!(when_needed(plain.as_bytes()), plain.as_bytes());
        }
        for quoted in ["a b", "~a", "#", "a=b", "{", "a^", "[a]", ""] {
            assert_eq!(when_needed(quoted.as_bytes()), format!("'{quoted}'").as_bytes());
        }
    }
}

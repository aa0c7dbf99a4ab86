//! Names in messages.

/// A name as GNU's messages show it: `'a b'`, with what a terminal would not show escaped.
pub fn quote(name: impl AsRef<[u8]>) -> String {
    let name = name.as_ref();
    let mut text = String::with_capacity(name.len() + 2);
    let double = name.contains(&b'\'') && !name.iter().any(|b| b"\"$`\\!".contains(b));
    text.push(if double { '"' } else { '\'' });
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\'' if !double => text.push_str("'\\''"),
                c if c.is_control() => {
                    text.push_str("'$'");
                    text.push_str(&control(c));
                    text.push_str("''");
                }
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("'$'\\{byte:03o}''"));
        }
    }
    text.push(if double { '"' } else { '\'' });
    text
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
    use super::quote;

    #[test]
    fn quotes_as_gnu() {
        assert_eq!(quote("a b"), "'a b'");
        assert_eq!(quote("it's"), "\"it's\"");
        assert_eq!(quote("it's $x"), "'it'\\''s $x'");
        assert_eq!(quote(b"a\nb"), "'a'$'\\n''b'");
        assert_eq!(quote(b"\xff"), "''$'\\377'''");
    }
}

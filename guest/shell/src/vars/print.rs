//! How `declare -p` prints a variable.

use bstr::{BString, ByteVec};

use super::{Indexed, Value, Variable};
use crate::expand::quote;

/// The line that declares the variable again, without its newline.
pub fn declaration(name: &[u8], variable: &Variable) -> BString {
    let mut letters = String::new();
    match variable.value {
        Value::Indexed(_) => letters.push('a'),
        Value::Associative(_) => letters.push('A'),
        Value::Scalar(_) => {}
    }
    letters.push_str(&variable.attributes.letters());
    if letters.is_empty() {
        letters.push('-');
    }
    let mut line = BString::from(format!("declare -{letters} "));
    line.push_str(name);
    if variable.is_assigned() {
        line.push(b'=');
        line.push_str(value_text(&variable.value, quote::double_or_ansi));
    }
    line
}

/// The value as an assignment's right side, scalars quoted by `quote_scalar`.
pub fn value_text(value: &Value, quote_scalar: fn(&[u8]) -> BString) -> BString {
    match value {
        Value::Scalar(value) => quote_scalar(value),
        Value::Indexed(elements) => indexed_text(elements),
        Value::Associative(elements) => {
            let mut text = BString::from("(");
            for (key, value) in elements.iter() {
                text.push(b'[');
                text.push_str(key_text(key));
                text.push_str("]=");
                text.push_str(quote::double_or_ansi(value));
                text.push(b' ');
            }
            text.push(b')');
            text
        }
    }
}

fn indexed_text(elements: &Indexed) -> BString {
    let mut text = BString::from("(");
    for (index, value) in elements.iter() {
        if text.len() > 1 {
            text.push(b' ');
        }
        text.push_str(format!("[{index}]="));
        text.push_str(quote::double_or_ansi(value));
    }
    text.push(b')');
    text
}

fn key_text(key: &[u8]) -> BString {
    if quote::needs_ansi(key) {
        quote::ansi(key)
    } else if quote::has_metas(key) || matches!(key, b"@" | b"*" | b"") {
        quote::double(key)
    } else {
        key.into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Attributes;
    use super::*;

    #[test]
    fn as_bash_prints() {
        let mut variable = Variable::scalar("a\"$b", Attributes::EXPORT.with(Attributes::INTEGER));
        assert_eq!(declaration(b"x", &variable), "declare -ix x=\"a\\\"\\$b\"");
        variable.attributes = Attributes::INVISIBLE;
        assert_eq!(declaration(b"x", &variable), "declare -- x");
        variable.attributes = Attributes::NONE;
        variable.value = Value::Indexed(vec!["1".into(), "a\nb".into()].into());
        assert_eq!(declaration(b"x", &variable), "declare -a x=([0]=\"1\" [1]=$'a\\nb')");
    }
}

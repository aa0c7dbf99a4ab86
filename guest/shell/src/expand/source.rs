//! Words as they stood in the script, for messages.

use bstr::{BString, ByteVec};

use crate::ast::{AssignedValue, Brace, Word, WordPart};

/// The word as it was written, near enough for a message.
pub fn word_source(word: &Word) -> BString {
    crate::syntax::print::word_text(word)
}

/// An assignment's right side as it was written.
pub(super) fn assigned_source(value: &AssignedValue) -> BString {
    match value {
        AssignedValue::Scalar(word) => word_source(word),
        AssignedValue::Array(elements) => {
            let mut text = BString::from("(");
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    text.push(b' ');
                }
                if let Some((subscript, append)) = &element.index {
                    text.push(b'[');
                    text.push_str(word_source(&subscript.word));
                    text.push_str(if *append { "]+=" } else { "]=" });
                }
                text.push_str(word_source(&element.value));
            }
            text.push(b')');
            text
        }
    }
}

/// A sequence as it was written.
pub(super) fn brace_source(brace: &Brace) -> BString {
    word_source(&Word { parts: vec![WordPart::Brace(Box::new(brace.clone()))] })
}

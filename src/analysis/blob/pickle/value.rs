//! What the stack of a pickle holds, as far as it matters: texts, imports, tuples of texts, and one value for everything else.

use std::rc::Rc;

/// A text is kept up to here, in bytes.
pub(super) const LONGEST_TEXT: usize = 200;

/// One value on the stack.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A text, or its beginning.
    Text(Rc<str>),
    /// An import, by its position.
    Import(usize),
    /// Texts of a tuple, joined.
    Tuple(Rc<str>),
    /// Anything else.
    Other,
}

/// The text that `bytes` are, without its quotes.
#[must_use]
pub(super) fn text_of(bytes: &[u8], quoted: bool) -> Value {
    let kept = bytes.get(..bytes.len().min(LONGEST_TEXT)).unwrap_or(bytes);
    let text = String::from_utf8_lossy(kept);
    Value::Text(Rc::from(if quoted { text.trim_matches(['\'', '"']) } else { &*text }))
}

/// What a tuple of `values` is.
#[must_use]
pub(super) fn tuple(values: &[Value]) -> Value {
    let mut joined = String::new();
    for value in values {
        let (Value::Text(text) | Value::Tuple(text)) = value else { continue };
        if joined.len() + text.len() > LONGEST_TEXT {
            break;
        }
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(text);
    }
    Value::Tuple(Rc::from(joined))
}

//! A side's text before anything reads it: cut to a length a check can bear, split into lines, masked.

use std::borrow::Cow;

use super::lexer::{Kind, Lexeme};

/// A longer line is looked at only up to here, in bytes; the report says so.
pub const LINE_LIMIT: usize = 64 * 1024;

/// The byte each line of `text` starts at.
#[must_use]
pub fn line_starts(text: &str) -> Vec<usize> {
    let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends).filter(|start| *start < text.len()).collect()
}

/// `line` up to the limit.
#[must_use]
pub fn cut(line: &str) -> &str {
    if line.len() <= LINE_LIMIT {
        return line;
    }
    line.get(..line.floor_char_boundary(LINE_LIMIT)).unwrap_or("")
}

/// `text` with every line cut at the limit.
#[must_use]
pub fn shortened(text: &str) -> Cow<'_, str> {
    if text.lines().all(|line| line.len() <= LINE_LIMIT) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(4 * LINE_LIMIT));
    for line in text.lines() {
        out.push_str(cut(line));
        out.push('\n');
    }
    Cow::Owned(out)
}

/// `text` with comments blanked, and the insides of strings too where `strings` says so, byte for byte.
#[must_use]
pub fn mask(text: &str, tokens: &[Lexeme], strings: bool) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for token in tokens {
        let inside = match token.kind {
            Kind::Comment => token.range(),
            // The quotes stay, so that code still shows that a string is there; a cut-off string may end in any byte.
            Kind::Str if strings => {
                let last_is_sign = bytes.get(token.end.saturating_sub(1)).is_some_and(u8::is_ascii);
                let first_is_sign = bytes.get(token.start).is_some_and(u8::is_ascii);
                token.start + usize::from(first_is_sign)..token.end - usize::from(last_is_sign && token.end > token.start + 1)
            }
            _ => continue,
        };
        for byte in bytes.get_mut(inside).into_iter().flatten().filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            *byte = b' ';
        }
    }
    // Only whole characters were blanked, so this always succeeds; a lossy copy never panics either.
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

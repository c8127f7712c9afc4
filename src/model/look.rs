//! What is known of a line beyond its text: syntax, changed words, matches of a search. Never colours.

use super::syntax::Token;

/// What is known of one line's look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tint {
    /// Syntax classes over its bytes, in order.
    pub tokens: Vec<Token>,
    /// The bytes that differ from its counterpart, in order.
    pub words: Vec<std::ops::Range<u32>>,
}

/// One occurrence of a searched text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The file's position in the patch.
    pub file: u32,
    /// The line's position in the file's diff.
    pub line: u32,
    /// First byte in the line.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

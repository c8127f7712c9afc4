//! Token classes over byte ranges of a line. Never colours.

/// What a run of characters is, for colouring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenClass {
    /// Anything else.
    Plain,
    /// A remark.
    Comment,
    /// Text in quotes.
    String,
    /// A number or constant.
    Constant,
    /// A word of the language.
    Keyword,
    /// A function's name.
    Function,
    /// A type's name.
    Type,
    /// A variable or field.
    Variable,
    /// An operator or bracket.
    Punctuation,
    /// A tag or attribute of markup.
    Markup,
}

/// A class over `start..end` bytes of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The class.
    pub class: TokenClass,
}

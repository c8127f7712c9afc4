//! How a language writes what is not code: comments, strings, blocks. Only data; `language` has it for each, `lexer` reads by it.

/// How a language writes what is not code.
#[derive(Debug)]
pub struct Syntax {
    /// What starts a comment up to the end of the line.
    pub line_comments: &'static [&'static str],
    /// What begins like such a comment and is code: attributes.
    pub attribute: Option<&'static str>,
    /// Whether such a comment needs a blank or a line start before it.
    pub comment_after_space: bool,
    /// What encloses a comment.
    pub block_comments: &'static [(&'static str, &'static str)],
    /// Whether enclosed comments nest.
    pub nested_comments: bool,
    /// What encloses strings, longest first.
    pub quotes: &'static [Quote],
    /// The quote in which `${…}` is code again.
    pub interpolation: Option<char>,
    /// Whether `/…/` may be a regular expression.
    pub regex_literals: bool,
    /// Whether `'x'` is a character and `'x` is not a string.
    pub char_literals: bool,
    /// How it writes blocks.
    pub block: Block,
}

impl Syntax {
    /// The bytes with which a comment, a string or a regular expression may begin: most bytes begin none of them.
    #[must_use]
    pub fn opens(&self) -> [bool; 256] {
        let mut opens = [false; 256];
        let marks = self.line_comments.iter().copied().chain(self.block_comments.iter().map(|(open, _)| *open));
        for mark in marks.chain(self.quotes.iter().map(|quote| quote.open)).chain(["/", "'"]) {
            mark.bytes().take(1).for_each(|byte| opens[usize::from(byte)] = true);
        }
        opens
    }
}

/// How a language writes blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// `{ … }`
    Braces,
    /// By indentation, or by words that stand at the indentation of their opening.
    Indent,
}

/// How a language encloses a string.
#[derive(Debug)]
pub struct Quote {
    /// What it begins with, and ends with.
    pub open: &'static str,
    /// Whether it may span lines.
    pub multiline: bool,
    /// Whether a backslash takes the next sign in.
    pub escapes: bool,
    /// Whether it is one of Rust's `r#"…"#`.
    pub hashed: bool,
}

impl Quote {
    /// Escapes, ends at the end of its line.
    pub const fn line(open: &'static str) -> Self {
        Self { open, multiline: false, escapes: true, hashed: false }
    }

    /// Escapes, may span lines.
    pub const fn text(open: &'static str) -> Self {
        Self { open, multiline: true, escapes: true, hashed: false }
    }

    /// No escapes, may span lines.
    pub const fn raw(open: &'static str) -> Self {
        Self { open, multiline: true, escapes: false, hashed: false }
    }

    /// Rust's `r#"…"#` after the prefix `open`.
    pub const fn hashed(open: &'static str) -> Self {
        Self { open, multiline: true, escapes: false, hashed: true }
    }
}

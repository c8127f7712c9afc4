//! Build files written in a programming language, read as tokens: strings, words and signs with their lines, comments left out.
//!
//! Nothing is run: what a variable or a call gives is not known here, and readers say so.

use crate::analysis::language::Language;
use crate::analysis::lexer::{Kind, lex};

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'t> {
    /// As written; a string without its quotes.
    pub text: &'t str,
    /// Whether it is a string.
    pub is_string: bool,
    /// Whether it is a word.
    pub is_word: bool,
    /// Its line, from 0.
    pub line: usize,
}

impl<'t> Token<'t> {
    /// The string it is; `None` for anything else.
    #[must_use]
    pub fn string(&self) -> Option<&'t str> {
        self.is_string.then_some(self.text)
    }

    /// Whether it is the word or sign `text`.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        !self.is_string && self.text == text
    }
}

/// The tokens of `text`, written in `language`.
#[must_use]
pub fn tokens(text: &str, language: Language) -> Vec<Token<'_>> {
    let (mut line, mut at) = (0, 0);
    let mut out = Vec::new();
    for lexeme in lex(text, language.syntax()) {
        line += text.as_bytes().get(at..lexeme.start).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        at = lexeme.start;
        if lexeme.kind == Kind::Comment {
            continue;
        }
        let is_string = lexeme.kind == Kind::Str;
        let written = lexeme.of(text);
        out.push(Token { text: if is_string { bare(written) } else { written }, is_string, is_word: lexeme.kind == Kind::Word, line });
    }
    out
}

/// A string without its prefix and quotes.
fn bare(written: &str) -> &str {
    let start = written.find(['"', '\'', '`']).unwrap_or(0);
    let Some((_, quoted)) = written.split_at_checked(start) else { return written };
    for quote in ["\"\"\"", "'''", "\"", "'", "`"] {
        if let Some(inner) = quoted.strip_prefix(quote) {
            return inner.strip_suffix(quote).unwrap_or(inner);
        }
    }
    quoted
}

/// The place behind the bracket that closes the one at `open`; the end where none does.
#[must_use]
pub fn behind(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open).filter(|(_, token)| !token.is_string) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// The string behind `key:`, `key =`, `:key =>` or `key(` anywhere in `tokens`, with its line.
#[must_use]
pub fn value<'t>(tokens: &[Token<'t>], key: &str) -> Option<Token<'t>> {
    tokens.windows(2).enumerate().find_map(|(at, pair)| {
        if !pair[0].is_word || pair[0].text != key {
            return None;
        }
        let signs = tokens.iter().skip(at + 1).take_while(|token| matches!(token.text, ":" | "=" | ">" | "(") && !token.is_string).count();
        tokens.get(at + 1 + signs).copied().filter(|token| token.is_string && signs > 0)
    })
}

//! Build files written in a programming language, read as tokens: strings, words and signs with their lines, comments left out.
//!
//! Nothing is run: what a variable or a call gives is not known here, and readers say so.

use std::borrow::Cow;
use std::collections::HashMap;

use super::format::Reading;
use crate::analysis::language::Language;
use crate::analysis::lexer::{Kind, lex};
use crate::analysis::pattern::Pattern;

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

/// `text` with empty lines in place of the texts of several lines that `<<WORD` opens and a line `WORD` ends. Only for looking at what stands
/// around them: the same signs mean something else behind a value, so that packages are read from the whole text.
#[must_use]
pub fn without_texts(text: &str) -> Cow<'_, str> {
    static OPENS: Pattern = Pattern::new(r#"<<[-~]?["']?([A-Za-z_]\w*)["']?"#);
    if !text.contains("<<") {
        return Cow::Borrowed(text);
    }
    // Where each line that may end one stands next, from below.
    let lines: Vec<&str> = text.lines().collect();
    let mut next: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate().rev() {
        next.entry(line.trim()).or_default().push(at);
    }
    let mut out = String::with_capacity(text.len());
    let mut closed = 0;
    for (at, line) in lines.iter().enumerate() {
        let inside = at < closed;
        if let Some(ends) = OPENS.group(line, 1).filter(|_| !inside).and_then(|word| next.get_mut(word)) {
            while ends.last().is_some_and(|end| *end <= at) {
                ends.pop();
            }
            closed = ends.last().map_or(closed, |end| end + 1);
        }
        out.push_str(if inside { "" } else { line });
        out.push('\n');
    }
    Cow::Owned(out)
}

/// Says where brackets do not match: readers follow them, so that more may stand there than was read.
pub fn brackets(tokens: &[Token<'_>], reading: &mut Reading) {
    let mut open: Vec<(&str, usize)> = Vec::new();
    for token in tokens.iter().filter(|token| !token.is_string && !token.is_word) {
        let opens = match token.text {
            "(" | "[" | "{" => {
                open.push((token.text, token.line));
                continue;
            }
            ")" => "(",
            "]" => "[",
            "}" => "{",
            _ => continue,
        };
        if open.pop().is_none_or(|(known, _)| known != opens) {
            return reading.missed(
                token.line,
                format!("`{}` closes nothing that is open, and what stands around it may not have been read", token.text),
            );
        }
    }
    if let Some((sign, line)) = open.first() {
        reading.missed(*line, format!("`{sign}` is never closed, and what follows it may not have been read"));
    }
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

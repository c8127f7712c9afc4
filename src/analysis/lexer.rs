//! Text -> tokens, for any language of `language`: comments, strings, words, numbers and signs told apart.
//!
//! Token-level only: one pass, linear, never fails, and an unfinished string or comment ends where the text does.

use std::ops::Range;

use super::effort::spend;
use super::notation::Syntax;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A word: identifier or keyword.
    Word,
    /// A number.
    Number,
    /// A string with its quotes; interpolated parts in between are tokens of their own.
    Str,
    /// A comment with its marks.
    Comment,
    /// One sign.
    Sign,
}

/// One token over bytes of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Lexeme {
    /// Its bytes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Its text in `text`, which must be the text it was read from.
    #[must_use]
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.range()).unwrap_or("")
    }
}

/// All tokens of `text`, in order; blanks are left out.
#[must_use]
pub fn lex(text: &str, syntax: &Syntax) -> Vec<Lexeme> {
    spend(|effort| effort.lexed += text.len());
    let opens = syntax.opens();
    let mut lexer =
        Lexer { text, bytes: text.as_bytes(), at: 0, syntax, opens, out: Vec::with_capacity(text.len() / 5), depths: Vec::new() };
    while lexer.at < lexer.bytes.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    syntax: &'t Syntax,
    opens: [bool; 256],
    out: Vec<Lexeme>,
    /// Open braces inside each `${` that is being read.
    depths: Vec<usize>,
}

impl Lexer<'_> {
    fn step(&mut self) {
        let byte = self.bytes[self.at];
        if byte.is_ascii_whitespace() && !self.opens_at_line_end() {
            self.at += 1;
        } else if self.opens[usize::from(byte)] && (self.comment() || self.string() || self.regex() || self.character()) {
        } else if byte.is_ascii_digit() {
            self.take(Kind::Number, |b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_');
        } else if byte == b'_' || byte == b'$' || byte.is_ascii_alphabetic() || byte >= 0x80 {
            self.take(Kind::Word, |b| b == b'_' || b == b'$' || b.is_ascii_alphanumeric() || b >= 0x80);
        } else {
            self.sign(byte);
        }
    }

    fn opens_at_line_end(&self) -> bool {
        self.bytes[self.at] == b'\n' && self.syntax.block_comments.iter().any(|(open, _)| open.starts_with('\n') && self.looks_at(open))
    }

    fn looks_at(&self, word: &str) -> bool {
        self.bytes[self.at..].starts_with(word.as_bytes())
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let end = end.min(self.bytes.len());
        self.out.push(Lexeme { kind, start: self.at, end });
        self.at = end;
    }

    fn take(&mut self, kind: Kind, more: impl Fn(u8) -> bool) {
        let length = self.bytes[self.at..].iter().position(|b| !more(*b)).unwrap_or(self.bytes.len() - self.at);
        self.push(kind, self.at + length.max(1));
    }

    fn sign(&mut self, byte: u8) {
        if let Some(depth) = self.depths.last_mut() {
            match byte {
                b'{' => *depth += 1,
                b'}' if *depth == 0 => {
                    self.depths.pop();
                    self.push(Kind::Sign, self.at + 1);
                    self.string_body(self.at, "`", true, true);
                    return;
                }
                b'}' => *depth -= 1,
                _ => {}
            }
        }
        self.push(Kind::Sign, self.at + 1);
    }

    fn comment(&mut self) -> bool {
        for (open, close) in self.syntax.block_comments {
            if self.looks_at(open) {
                let end = self.comment_end(open, close);
                self.push(Kind::Comment, end);
                return true;
            }
        }
        let spaced = !self.syntax.comment_after_space || self.at == 0 || self.bytes[self.at - 1].is_ascii_whitespace();
        let code = self.syntax.attribute.is_some_and(|mark| self.looks_at(mark));
        if spaced && !code && self.syntax.line_comments.iter().any(|mark| self.looks_at(mark)) {
            let end = self.line_end(self.at);
            self.push(Kind::Comment, end);
            return true;
        }
        false
    }

    fn comment_end(&self, open: &str, close: &str) -> usize {
        let mut depth = 0_usize;
        let mut at = self.at;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if rest.starts_with(close.as_bytes()) && at > self.at {
                depth = depth.saturating_sub(1);
                at += close.len();
                if depth == 0 {
                    return at;
                }
            } else if rest.starts_with(open.as_bytes()) && (depth == 0 || self.syntax.nested_comments) {
                depth += 1;
                at += open.len();
            } else {
                at += 1;
            }
        }
        at
    }

    fn line_end(&self, from: usize) -> usize {
        self.bytes[from..].iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |i| from + i)
    }

    fn string(&mut self) -> bool {
        for quote in self.syntax.quotes {
            if quote.hashed {
                if let Some(end) = self.hashed_end(quote.open) {
                    self.push(Kind::Str, end);
                    return true;
                }
            } else if self.looks_at(quote.open) {
                self.string_body(self.at + quote.open.len(), quote.open, quote.multiline, quote.escapes);
                return true;
            }
        }
        false
    }

    /// Reads on inside a string from `from` up to its close, or up to a `${` where that is code again.
    fn string_body(&mut self, from: usize, close: &str, multiline: bool, escapes: bool) {
        let interpolates = self.syntax.interpolation.is_some_and(|c| close.starts_with(c));
        let mut at = from;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if rest.starts_with(close.as_bytes()) {
                self.push(Kind::Str, at + close.len());
                return;
            }
            match rest[0] {
                b'\\' if escapes => at += 2,
                b'\n' if !multiline => break,
                b'$' if interpolates && rest.get(1) == Some(&b'{') => {
                    self.push(Kind::Str, at + 2);
                    self.depths.push(0);
                    return;
                }
                _ => at += 1,
            }
        }
        // A backslash may have stepped over the end or into a character.
        let mut end = at.min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        // Nothing is left of it where the text ends with the code inside.
        if end > self.at {
            self.push(Kind::Str, end);
        }
    }

    fn hashed_end(&self, prefix: &str) -> Option<usize> {
        if self.at > 0 && (self.bytes[self.at - 1].is_ascii_alphanumeric() || self.bytes[self.at - 1] == b'_') {
            return None;
        }
        let rest = self.bytes[self.at..].strip_prefix(prefix.as_bytes())?;
        let hashes = rest.iter().take_while(|b| **b == b'#').count();
        let body = rest.get(hashes..)?.strip_prefix(b"\"")?;
        let start = self.at + prefix.len() + hashes + 1;
        let mut at = 0;
        while let Some(quote) = body.get(at..)?.iter().position(|b| *b == b'"') {
            at += quote + 1;
            if body.get(at..at + hashes).is_some_and(|tail| tail.iter().all(|b| *b == b'#')) {
                return Some(start + at + hashes);
            }
        }
        Some(self.bytes.len())
    }

    /// Rust's `'x'` and `'\n'`; a lifetime is a sign and a word.
    fn character(&mut self) -> bool {
        if !self.syntax.char_literals || self.bytes[self.at] != b'\'' {
            return false;
        }
        let mut chars = self.text.get(self.at + 1..).unwrap_or("").char_indices();
        let end = match chars.next() {
            Some((_, '\\')) => self.bytes[self.at + 2..].iter().skip(1).position(|b| *b == b'\'' || *b == b'\n').map(|i| self.at + 3 + i),
            Some(_) => chars.next().filter(|(_, c)| *c == '\'').map(|(i, _)| self.at + 1 + i),
            None => None,
        };
        match end {
            Some(end) if self.bytes.get(end) == Some(&b'\'') => self.push(Kind::Str, end + 1),
            _ => self.push(Kind::Sign, self.at + 1),
        }
        true
    }

    /// A `/` where an expression must start opens a regular expression that ends on its line.
    fn regex(&mut self) -> bool {
        if !self.syntax.regex_literals || self.bytes[self.at] != b'/' || !self.expects_expression() {
            return false;
        }
        let mut class = false;
        let mut at = self.at + 1;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1,
                b'[' => class = true,
                b']' => class = false,
                b'\n' => return false,
                b'/' if !class => {
                    let flags = self.bytes[at + 1..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
                    self.push(Kind::Str, at + 1 + flags);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        false
    }

    fn expects_expression(&self) -> bool {
        let Some(last) = self.out.iter().rev().find(|token| token.kind != Kind::Comment) else { return true };
        match last.kind {
            Kind::Sign => !matches!(self.bytes[last.start], b')' | b']' | b'}'),
            Kind::Word => matches!(last.of(self.text), "return" | "typeof" | "case" | "in" | "of" | "delete" | "void" | "throw" | "new"),
            Kind::Number | Kind::Str | Kind::Comment => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::language::Language;

    fn kinds(path: &str, text: &str) -> Vec<(Kind, String)> {
        lex(text, Language::of(path).syntax()).iter().map(|token| (token.kind, token.of(text).to_owned())).collect()
    }

    fn only(path: &str, text: &str, kind: Kind) -> Vec<String> {
        kinds(path, text).into_iter().filter(|(k, _)| *k == kind).map(|(_, t)| t).collect()
    }

    #[test]
    fn comments_and_strings_are_told_from_code() {
        assert_eq!(only("a.py", "x = 'a # b' # c\n", Kind::Comment), ["# c"]);
        assert_eq!(only("a.py", "\"\"\"doc\n# no\"\"\"\ny", Kind::Word), ["y"]);
        assert_eq!(only("a.go", "s := `a\n\"b` // c", Kind::Str), ["`a\n\"b`"]);
        assert_eq!(only("a.sh", "echo a#b # c", Kind::Comment), ["# c"]);
        assert_eq!(only("a.sql", "select 1 -- eval(", Kind::Comment), ["-- eval("]);
    }

    #[test]
    fn rust_quotes_lifetimes_and_raw_strings() {
        assert_eq!(only("a.rs", "fn f<'a>(x: &'a str) -> char { '\\'' }", Kind::Str), ["'\\''"]);
        assert_eq!(only("a.php", "#[IsGranted('X')] # no code", Kind::Comment), ["# no code"]);
        assert_eq!(only("a.rs", "let s = r#\"a \"b\" c\"#; let t = \"x\";", Kind::Str), ["r#\"a \"b\" c\"#", "\"x\""]);
        assert_eq!(only("a.rs", "/* a /* b */ c */ d", Kind::Word), ["d"]);
    }

    #[test]
    fn javascript_templates_and_regular_expressions() {
        assert_eq!(only("a.js", "f(`a ${b + `c ${d}`} e`, g)", Kind::Word), ["f", "b", "d", "g"]);
        assert_eq!(only("a.js", "x.replace(/'\"[/]/g, y)", Kind::Str), ["/'\"[/]/g"]);
        assert_eq!(only("a.js", "a / b / c", Kind::Str), Vec::<String>::new());
    }

    #[test]
    fn unfinished_text_ends_where_it_ends() {
        for text in ["\"abc", "'", "`${", "`${}", "/*", "r#\"", "'\\", "\"\\", "\"\\é", "x = \"é\\", "/[", "'é", "'\\u{1F600"] {
            for path in ["a.rs", "a.js", "a.py", "a.rb", "a.sh", "a.c", "a.yml"] {
                let tokens = lex(text, Language::of(path).syntax());
                assert!(tokens.iter().all(|token| text.get(token.range()).is_some_and(|token| !token.is_empty())), "{path} {text:?}");
            }
        }
    }
}

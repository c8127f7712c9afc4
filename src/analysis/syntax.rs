//! What each run of characters of a line of code is. The only user of `syntect`.
//!
//! Hostile text cannot make it slow: lines are cut, and whoever asks says when to stop.

use std::sync::OnceLock;

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::model::diff::LineKind;
use crate::model::syntax::{Token, TokenClass};

/// Characters of a line that are looked at.
const LONGEST: usize = 500;

/// The token classes of consecutive diff lines of the file at `path`, one list for each line. Removed lines continue from
/// where their run began, added ones from the lines before them. Stops when `stop` says so: the rest has no list.
#[must_use]
pub fn tokens<'a>(path: &str, lines: impl IntoIterator<Item = (LineKind, &'a str)>, stop: &dyn Fn() -> bool) -> Vec<Vec<Token>> {
    let mut lines = lines.into_iter().peekable();
    let first = lines.peek().map_or("", |(_, text)| text);
    let Some(syntax) = syntax_of(path, first) else { return Vec::new() };
    let fresh = || Reader { state: ParseState::new(syntax), stack: ScopeStack::new() };
    let mut now = fresh();
    let mut old: Option<Reader> = None;
    let mut out = Vec::new();
    for (kind, text) in lines {
        if stop() {
            break;
        }
        let reader = match kind {
            LineKind::Removed => old.get_or_insert_with(|| now.clone()),
            LineKind::Added => &mut now,
            LineKind::Context => {
                old = None;
                &mut now
            }
        };
        out.push(reader.read(text).unwrap_or_else(|| {
            *reader = fresh();
            Vec::new()
        }));
    }
    out
}

/// Loads the syntaxes, so that the first file need not wait for it.
pub fn warm() {
    let _ = set();
}

fn set() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

fn syntax_of(path: &str, first: &str) -> Option<&'static SyntaxReference> {
    let set = set();
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let by_first = || first.starts_with("#!").then(|| set.find_syntax_by_first_line(first)).flatten();
    let found = set.find_syntax_by_extension(name).or_else(|| set.find_syntax_by_extension(extension)).or_else(by_first);
    found.filter(|syntax| syntax.name != "Plain Text")
}

#[derive(Clone)]
struct Reader {
    state: ParseState,
    stack: ScopeStack,
}

impl Reader {
    /// The tokens of a line; `None` when the grammar itself failed.
    fn read(&mut self, text: &str) -> Option<Vec<Token>> {
        let text = text.strip_suffix('\r').unwrap_or(text);
        let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
        let line = format!("{}\n", text.get(..end).unwrap_or(""));
        let parsed = self.state.parse_line(&line, set()).ok()?;
        let mut tokens = Vec::new();
        let mut from = 0;
        for (at, op) in parsed {
            push(&mut tokens, from..at.min(end), class(&self.stack));
            from = at.min(end);
            self.stack.apply(&op).ok()?;
        }
        push(&mut tokens, from..end, class(&self.stack));
        Some(tokens)
    }
}

fn push(tokens: &mut Vec<Token>, range: std::ops::Range<usize>, class: TokenClass) {
    let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) else { return };
    if start >= end || class == TokenClass::Plain {
        return;
    }
    match tokens.last_mut() {
        Some(last) if last.end == start && last.class == class => last.end = end,
        _ => tokens.push(Token { start, end, class }),
    }
}

/// Scopes by what they mean for a reader, the more exact first.
const CLASSES: [(&str, TokenClass); 24] = [
    ("comment", TokenClass::Comment),
    ("string.regexp", TokenClass::Constant),
    ("constant.character.escape", TokenClass::Constant),
    ("string", TokenClass::String),
    ("constant", TokenClass::Constant),
    ("keyword.operator", TokenClass::Punctuation),
    ("keyword", TokenClass::Keyword),
    ("storage.type.function", TokenClass::Keyword),
    ("storage", TokenClass::Keyword),
    ("entity.name.function", TokenClass::Function),
    ("support.function", TokenClass::Function),
    ("variable.function", TokenClass::Function),
    ("meta.function-call.identifier", TokenClass::Function),
    ("entity.name.tag", TokenClass::Markup),
    ("entity.other.attribute-name", TokenClass::Markup),
    ("entity.name", TokenClass::Type),
    ("entity.other.inherited-class", TokenClass::Type),
    ("support.type", TokenClass::Type),
    ("support.class", TokenClass::Type),
    ("variable.language", TokenClass::Keyword),
    ("variable", TokenClass::Variable),
    ("markup", TokenClass::Markup),
    ("meta.preprocessor", TokenClass::Keyword),
    ("punctuation", TokenClass::Punctuation),
];

fn class(stack: &ScopeStack) -> TokenClass {
    static PREFIXES: OnceLock<Vec<(Scope, TokenClass)>> = OnceLock::new();
    let prefixes = PREFIXES.get_or_init(|| CLASSES.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect());
    let known = |scope: &Scope| prefixes.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class);
    let inner = stack.as_slice().iter().rev().find_map(known);
    let quoted = || stack.as_slice().iter().rev().find_map(|scope| known(scope).filter(|class| *class != TokenClass::Punctuation));
    match inner {
        Some(TokenClass::Punctuation) => match quoted() {
            Some(class @ (TokenClass::String | TokenClass::Comment)) => class,
            _ => TokenClass::Punctuation,
        },
        Some(class) => class,
        None => TokenClass::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(path: &str, text: &str) -> Vec<(String, TokenClass)> {
        let lines = tokens(path, [(LineKind::Added, text)], &|| false);
        lines[0].iter().map(|token| (text.get(token.start as usize..token.end as usize).unwrap().to_owned(), token.class)).collect()
    }

    #[test]
    fn words_of_a_language_are_told() {
        let found = classes("a/b.rs", "fn main() { let x = \"hi\"; } // end");
        assert!(found.contains(&("fn".to_owned(), TokenClass::Keyword)), "{found:?}");
        assert!(found.contains(&("main".to_owned(), TokenClass::Function)), "{found:?}");
        assert!(found.contains(&("\"hi\"".to_owned(), TokenClass::String)), "{found:?}");
        assert!(found.iter().any(|(text, class)| text.starts_with("//") && *class == TokenClass::Comment), "{found:?}");
    }

    #[test]
    fn a_removed_run_does_not_leak_into_what_follows() {
        let lines =
            [(LineKind::Context, "x = 1"), (LineKind::Removed, "s = \"\"\""), (LineKind::Added, "y = 2"), (LineKind::Context, "import z")];
        let found = tokens("a.py", lines, &|| false);
        assert!(found[3].iter().any(|token| token.class == TokenClass::Keyword), "{found:?}");
    }

    #[test]
    fn unknown_files_and_endless_lines_cost_nothing() {
        assert!(tokens("a.unknown", [(LineKind::Added, "x")], &|| false).is_empty());
        let long = "\\".repeat(1 << 20);
        assert_eq!(tokens("a.py", [(LineKind::Added, long.as_str())], &|| false).len(), 1);
    }
}

//! Statements -> branches: a condition and what happens when it holds, in whatever way the language writes that.
//!
//! `if (c) x;`, `if c { x }`, `if c:`, `x if c`, `[ c ] && x`, `switch (c) { … }`; conditions only, no loops.

use std::ops::Range;

use super::language::Language;
use super::pattern::Pattern;
use super::view::SideView;

static HEAD: Pattern = Pattern::new(r"^\s*(?:else\s*)?(?:if|elif|elsif|elseif|unless|guard|match|switch|case|when)\b\s*");
static PAREN_HEAD: Pattern = Pattern::new(r"^\s*(?:else\s*)?(?:if|elseif|switch|when)\s*\(");
static POSTFIX: Pattern =
    Pattern::new(r"^\s*(?:return\b|next\b|[\w.@]+\s*=|render\b|raise\b|head\b|[\w.@:]+[!?]?(?:\(|\s+[:\x22'\w@])).*?\s(?:if|unless)\s");
static SHELL_TEST: Pattern = Pattern::new(r"^\s*(?:\[\[?|test)\s.*?(?:\]\]?\s*)?&&\s*");

/// A condition and where what it decides stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The condition's bytes in the text of the side.
    pub condition: Range<usize>,
    /// What stands on the same statement, in bytes; empty when nothing does.
    pub inline: Range<usize>,
    /// The statements of the block, by position.
    pub block: Range<usize>,
}

/// The branch that the statement at `index` opens or is.
#[must_use]
pub fn branch(side: &SideView<'_>, language: Language, index: usize) -> Option<Branch> {
    let statement = side.statements().get(index)?;
    let code = side.code_of(statement);
    let (condition, inline) = split(code, language)?;
    let at = statement.bytes.start;
    Some(Branch {
        condition: at + condition.start..at + condition.end,
        inline: at + inline.start..at + inline.end,
        block: index + 1..statement.end.max(index + 1),
    })
}

/// Condition and inline body of a statement's code, in bytes of it.
fn split(code: &str, language: Language) -> Option<(Range<usize>, Range<usize>)> {
    if let Some(head) = PAREN_HEAD.find(code) {
        let close = closing(code, head.end - 1)?;
        // `if (a) && (b) {` of languages that need no parentheses: all of it is the condition.
        let rest = code.get(close + 1..).unwrap_or("").trim_start();
        if rest.is_empty() || !rest.starts_with(['&', '|', '=', '!', '.', '<', '>', ':', 'a', 'o']) || rest.starts_with("app") {
            return Some((head.end..close, close + 1..code.len()));
        }
    }
    if let Some(head) = HEAD.find(code) {
        let colon = (language == Language::Python).then(|| top_level_colon(code, head.end)).flatten();
        let end = colon.unwrap_or(code.len());
        return Some((head.end..end, (end + 1).min(code.len())..code.len()));
    }
    match language {
        Language::Ruby | Language::Perl => POSTFIX.find(code).map(|found| (found.end..code.len(), 0..found.end)),
        Language::Shell | Language::Makefile | Language::Yaml | Language::Dockerfile => {
            SHELL_TEST.find(code).map(|found| (found.clone(), found.end..code.len()))
        }
        _ => None,
    }
}

/// The byte of the bracket that closes the one at `open`.
fn closing(code: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn top_level_colon(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && code.as_bytes().get(at + 1) != Some(&b'=') => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(language: Language, code: &str) -> Option<(&str, &str)> {
        let (condition, inline) = split(code, language)?;
        Some((code.get(condition)?.trim(), code.get(inline)?.trim()))
    }

    #[test]
    fn every_way_to_write_a_branch() {
        assert_eq!(parts(Language::Python, "if a == {1: 2}: return True"), Some(("a == {1: 2}", "return True")));
        assert_eq!(parts(Language::Python, "elif (n := f(x)) and y:"), Some(("(n := f(x)) and y", "")));
        assert_eq!(parts(Language::TypeScript, "if (a && (b)) return next()"), Some(("a && (b)", "return next()")));
        assert_eq!(parts(Language::Go, "if v, ok := f(); ok"), Some(("v, ok := f(); ok", "")));
        assert_eq!(parts(Language::Go, "if (a) && (b)"), Some(("(a) && (b)", "")));
        assert_eq!(parts(Language::Ruby, "return true if a"), Some(("a", "return true if")));
        assert_eq!(parts(Language::Shell, "[ -n \"  \" ] && exit 0"), Some(("[ -n \"  \" ] &&", "exit 0")));
        assert_eq!(parts(Language::Rust, "if let Ok(v) = env::var(\"\")"), Some(("let Ok(v) = env::var(\"\")", "")));
        assert_eq!(parts(Language::Python, "iffy = 1"), None);
    }
}

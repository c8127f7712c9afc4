//! Tokens -> functions: name, lines and body, for languages with braces and languages that indent.
//!
//! Never a parse tree: enough structure to say "inside the function that checks the token", also on a fragment.

mod class;
mod condition;

use std::ops::Range;

use super::lexer::{Kind, Lexeme};
use super::notation::Block;

/// A function, method or named closure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name; empty when it has none.
    pub name: String,
    /// Its header's tokens: name to the start of the body.
    pub header: Range<usize>,
    /// Its body's tokens, without the braces.
    pub body: Range<usize>,
    /// First line, from 0.
    pub first_line: usize,
    /// Last line, from 0.
    pub last_line: usize,
}

/// What the outline reads.
#[derive(Clone, Copy)]
pub struct Source<'t> {
    /// The text.
    pub text: &'t str,
    /// Its tokens.
    pub tokens: &'t [Lexeme],
    /// The byte each line starts at.
    pub line_starts: &'t [usize],
}

impl<'t> Source<'t> {
    fn word(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| token.of(self.text))
    }

    fn line(&self, index: usize) -> usize {
        self.tokens.get(index).map_or(0, |token| line_of(self.line_starts, token.start))
    }
}

/// The line, from 0, that holds byte `at`.
#[must_use]
pub fn line_of(line_starts: &[usize], at: usize) -> usize {
    line_starts.partition_point(|start| *start <= at).saturating_sub(1)
}

/// The functions of a text, in the order of their first lines; nested ones after the ones around them.
#[must_use]
pub fn functions(source: Source<'_>, block: Block) -> Vec<Function> {
    let mut found = match block {
        Block::Braces => braces(source),
        Block::Indent => indented(source),
    };
    found.sort_by_key(|function| (function.first_line, function.header.start));
    found
}

const KEYWORDS: [&str; 6] = ["fn", "func", "function", "fun", "def", "sub"];
const CONTROL: [&str; 24] = [
    "if",
    "for",
    "while",
    "switch",
    "catch",
    "match",
    "with",
    "return",
    "else",
    "do",
    "try",
    "loop",
    "unless",
    "until",
    "select",
    "guard",
    "foreach",
    "synchronized",
    "using",
    "lock",
    "when",
    "case",
    "elseif",
    "typeof",
];
/// How far a header may reach from its keyword or back from its brace, in tokens.
const HEADER_REACH: usize = 300;

fn braces(source: Source<'_>) -> Vec<Function> {
    let partners = partners(source);
    let mut found = Vec::new();
    let mut claimed = vec![false; source.tokens.len()];
    for index in 0..source.tokens.len() {
        if source.tokens[index].kind == Kind::Word && KEYWORDS.contains(&source.word(index)) {
            if let Some((name_at, name, open)) = keyword_header(source, &partners, index) {
                claimed[open] = true;
                found.push(braced(source, &partners, name_at, name, open));
            }
        } else if source.word(index) == "{"
            && !claimed[index]
            && let Some((name_at, name)) = method_header(source, &partners, index)
        {
            found.push(braced(source, &partners, name_at, name, index));
        }
    }
    found
}

fn braced(source: Source<'_>, partners: &[usize], name_at: usize, name: String, open: usize) -> Function {
    let close = partners[open].max(open);
    let end = if close > open { close } else { source.tokens.len() };
    Function {
        name,
        header: name_at..open,
        body: open + 1..end,
        first_line: source.line(name_at),
        last_line: source.line(end.min(source.tokens.len().saturating_sub(1))),
    }
}

/// For each bracket the index of its partner; itself when it has none.
fn partners(source: Source<'_>) -> Vec<usize> {
    let mut partners: Vec<usize> = (0..source.tokens.len()).collect();
    let mut open: Vec<usize> = Vec::new();
    for (index, token) in source.tokens.iter().enumerate() {
        // Code inside a text begins in the text and ends with a brace.
        let opens_code = token.kind == Kind::Str && token.of(source.text).ends_with("${");
        if token.kind != Kind::Sign && !opens_code {
            continue;
        }
        match token.of(source.text) {
            "(" | "[" | "{" => open.push(index),
            _ if opens_code => open.push(index),
            close @ (")" | "]" | "}") => {
                let wanted = match close {
                    ")" => "(",
                    "]" => "[",
                    _ => "{",
                };
                // A fragment may miss brackets: look only a little up for the right one.
                let fits = |word: &str| word == wanted || wanted == "{" && word.ends_with("${");
                if let Some(depth) = open.iter().rev().take(4).position(|at| fits(source.word(*at))) {
                    let at = open[open.len() - 1 - depth];
                    open.truncate(open.len() - 1 - depth);
                    partners[at] = index;
                    partners[index] = at;
                }
            }
            _ => {}
        }
    }
    partners
}

/// `fn name(…) … {`, `func (r T) name(…) {`, `name = function (…) {`.
fn keyword_header(source: Source<'_>, partners: &[usize], keyword: usize) -> Option<(usize, String, usize)> {
    let mut at = keyword + 1;
    if source.word(at) == "*" {
        at += 1;
    }
    if source.word(at) == "(" && source.word(keyword) == "func" {
        let after = partners[at] + 1;
        if source.tokens.get(after).is_some_and(|token| token.kind == Kind::Word) {
            at = after;
        }
    }
    let (name_at, name) = if source.tokens.get(at)?.kind == Kind::Word {
        (at, source.word(at).to_owned())
    } else {
        assigned_name(source, keyword).unwrap_or((keyword, String::new()))
    };
    let mut next = at;
    while next < source.tokens.len() && next < at + HEADER_REACH {
        match source.word(next) {
            "{" => return Some((name_at, name, next)),
            ";" | "}" => return None,
            // The body was an expression, and the next one begins.
            "fun" if source.word(keyword) == "fun" => return None,
            "(" | "[" if partners[next] > next => next = partners[next],
            _ => {}
        }
        next += 1;
    }
    None
}

/// The name before `=` or `:` in front of a closure, over `async` and similar words.
fn assigned_name(source: Source<'_>, before: usize) -> Option<(usize, String)> {
    let mut at = before.checked_sub(1)?;
    while matches!(source.word(at), "async" | "await" | "(") {
        at = at.checked_sub(1)?;
    }
    if !matches!(source.word(at), "=" | ":") {
        return None;
    }
    let at = at.checked_sub(1)?;
    let token = source.tokens.get(at)?;
    match token.kind {
        Kind::Word => Some((at, source.word(at).to_owned())),
        Kind::Str => Some((at, source.word(at).trim_matches(['"', '\'', '`']).to_owned())),
        _ => None,
    }
}

/// `name(…) {`, `name(…): T {`, `name = (…) => {`, `name = x => {` read backwards from the brace.
fn method_header(source: Source<'_>, partners: &[usize], open: usize) -> Option<(usize, String)> {
    let mut at = open.checked_sub(1)?;
    let arrow = source.word(at) == ">" && at > 0 && source.word(at - 1) == "=";
    if arrow {
        at = at.checked_sub(2)?;
        if source.tokens[at].kind == Kind::Word && matches!(source.word(at.checked_sub(1)?), "=" | ":" | "async") {
            return assigned_name(source, at);
        }
    }
    let floor = at.saturating_sub(24);
    while source.word(at) != ")" {
        let token = source.tokens[at];
        let passes = token.kind == Kind::Word && !CONTROL.contains(&source.word(at))
            || matches!(source.word(at), ":" | "<" | ">" | "," | "." | "[" | "]" | "?" | "|" | "&" | "-" | "*");
        if !passes || at == floor {
            return None;
        }
        at -= 1;
    }
    let paren = partners[at];
    if paren >= at {
        return None;
    }
    if arrow {
        return assigned_name(source, paren).or((!condition::is_arm(source, paren)).then(|| (paren, String::new())));
    }
    let name_at = paren.checked_sub(1)?;
    let name = source.word(name_at);
    let before = name_at.checked_sub(1).map_or("", |i| source.word(i));
    let is_name = source.tokens[name_at].kind == Kind::Word && !CONTROL.contains(&name);
    // What an attribute of Rust is given: `#[cfg(unix)] {`.
    let marks = before == "[" && name_at > 1 && source.word(name_at - 2) == "#";
    let is_header = is_name && !marks && !CONTROL.contains(&before) && !matches!(before, "." | "new" | "=" | "(" | "," | "!");
    (is_header && !class::begins(source, partners, name_at) && !condition::holds(source, partners, name_at))
        .then(|| (name_at, name.to_owned()))
}

fn indented(source: Source<'_>) -> Vec<Function> {
    let lines = IndentedLines::new(source);
    let partners = partners(source);
    let mut found: Vec<Function> = Vec::new();
    for index in 0..source.tokens.len() {
        if source.tokens[index].kind != Kind::Word || !matches!(source.word(index), "def" | "defp" | "function" | "sub") {
            continue;
        }
        let Some((name_at, name)) = dotted_name(source, index + 1) else { continue };
        let first_line = source.line(index);
        // One in each line: a line of a thousand `def` must not make a thousand walks.
        if found.last().is_some_and(|last| last.first_line == first_line) {
            continue;
        }
        let header_end = match source.word(name_at + 1) {
            "(" if partners[name_at + 1] > name_at => partners[name_at + 1] + 1,
            _ => name_at + 1,
        };
        let header_last = source.line(header_end.saturating_sub(1));
        let last_line = lines.block_end(header_last, lines.indent[first_line]);
        let body_end = source.tokens.partition_point(|token| line_of(source.line_starts, token.start) <= last_line);
        found.push(Function { name, header: name_at..header_end, body: header_end..body_end.max(header_end), first_line, last_line });
    }
    found
}

/// `name`, `self.name`, `Module.name`: the last word.
fn dotted_name(source: Source<'_>, mut at: usize) -> Option<(usize, String)> {
    while source.word(at + 1) == "." && source.tokens.get(at + 2).is_some_and(|token| token.kind == Kind::Word) {
        at += 2;
    }
    (source.tokens.get(at)?.kind == Kind::Word).then(|| (at, source.word(at).to_owned()))
}

/// The indentation of each line; blank lines and comments count for nothing, lines inside a string belong to what is around.
struct IndentedLines {
    indent: Vec<usize>,
    counts: Vec<bool>,
    closes: Vec<bool>,
}

impl IndentedLines {
    fn new(source: Source<'_>) -> Self {
        let total = source.line_starts.len();
        let mut lines = Self { indent: vec![0; total], counts: vec![false; total], closes: vec![false; total] };
        for (line, start) in source.line_starts.iter().enumerate() {
            let text = source.text.get(*start..).unwrap_or("");
            lines.indent[line] = text.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        }
        let mut previous = usize::MAX;
        for (index, token) in source.tokens.iter().enumerate() {
            let line = source.line(index);
            if line != previous && token.kind != Kind::Comment {
                lines.counts[line] = true;
                lines.closes[line] = matches!(token.of(source.text), "end" | "}");
                previous = line;
            }
            if token.kind == Kind::Str {
                previous = line_of(source.line_starts, token.end.saturating_sub(1));
                for inside in line + 1..=previous {
                    lines.counts[inside] = true;
                    lines.indent[inside] = usize::MAX;
                }
            }
        }
        lines
    }

    fn block_end(&self, header: usize, indent: usize) -> usize {
        let mut last = header;
        for line in header + 1..self.indent.len() {
            if !self.counts[line] {
                continue;
            }
            if self.indent[line] <= indent {
                return if self.closes[line] && self.indent[line] == indent { line } else { last };
            }
            last = line;
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::language::Language;
    use crate::analysis::lexer::lex;

    fn outline(path: &str, text: &str) -> Vec<(String, usize, usize)> {
        let syntax = Language::of(path).syntax();
        let tokens = lex(text, syntax);
        let line_starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        let source = Source { text, tokens: &tokens, line_starts: &line_starts };
        functions(source, syntax.block).into_iter().map(|f| (f.name, f.first_line, f.last_line)).collect()
    }

    fn named(name: &str, first: usize, last: usize) -> (String, usize, usize) {
        (name.to_owned(), first, last)
    }

    #[test]
    fn python_and_ruby_by_indentation() {
        let python = "class A:\n    def check(self,\n        x):\n        if x:\n            return 1\n\n        return '''\nz'''\n\ndef b(): pass\n";
        assert_eq!(outline("a.py", python), [named("check", 1, 7), named("b", 9, 9)]);
        assert_eq!(outline("a.rb", "def self.ok?(x)\n  x\nend\n\ndef b\n  1\nend\n"), [named("ok", 0, 2), named("b", 4, 6)]);
    }

    #[test]
    fn braces_with_and_without_a_keyword() {
        let go = "func (s *Server) Login(w http.ResponseWriter) error {\n\tif x := f(); x {\n\t}\n}\nfunc b() {}\n";
        assert_eq!(outline("a.go", go), [named("Login", 0, 3), named("b", 4, 4)]);
        let java =
            "class A {\n  @Override\n  public boolean isValid(String t) throws E {\n    for (int i;;) { }\n    return true;\n  }\n}\n";
        assert_eq!(outline("A.java", java), [named("isValid", 2, 5)]);
        let rust = "impl A {\n fn check<T>(&self, t: &str) -> Result<bool, E> where T: X {\n  match t { _ => {} }\n }\n}\n";
        assert_eq!(outline("a.rs", rust), [named("check", 1, 3)]);
        let kotlin = "class A @Inject constructor(val b: B) : C(b) {\n  fun d(e: E) = f(e)\n  fun g(h: H) {\n  }\n}\n";
        assert_eq!(outline("a.kt", kotlin), [named("g", 2, 3)]);
        assert_eq!(outline("a.cc", "template <class T>\nvoid f(T a) {\n}\n"), [named("f", 1, 2)]);
    }

    #[test]
    fn javascript_in_all_its_forms() {
        let text = "export const verify = async (req: Request): Promise<boolean> => {\n  return true\n}\nclass S {\n  login(user) {\n    if (a) { b() }\n  }\n}\nfoo.bar = function (x) {\n}\nconst id = x => {\n}\n";
        let names: Vec<String> = outline("a.ts", text).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["verify", "login", "bar", "id"]);
    }

    #[test]
    fn a_fragment_without_its_end_still_has_its_function() {
        assert_eq!(outline("a.c", "int check_auth(char *p) {\n  return 1;\n"), [named("check_auth", 0, 1)]);
    }
}

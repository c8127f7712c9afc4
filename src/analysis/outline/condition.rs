//! What stands before a block and is no header of a function: the end of a condition without brackets, the arm of a match.

use super::{Kind, Source};

/// Words that a condition without brackets follows.
const CONDITIONAL: [&str; 8] = ["if", "for", "while", "match", "switch", "guard", "unless", "until"];
/// How far such a condition may reach, in tokens.
const CONDITION_REACH: usize = 100;
/// Words that may stand before the parameters of a closure.
const BEFORE_CLOSURE: [&str; 8] = ["async", "await", "return", "default", "yield", "static", "in", "of"];

/// Whether the brackets that open at `paren` before `=> {` are those of an arm such as `Some(x) => {`: what stands in it stands in the
/// function around.
pub(super) fn is_arm(source: Source<'_>, paren: usize) -> bool {
    paren.checked_sub(1).is_some_and(|at| source.tokens[at].kind == Kind::Word && !BEFORE_CLOSURE.contains(&source.word(at)))
}

/// Whether the call at `name_at` is the last part of a condition without brackets: `if a || check(b) {`, `for x in parts(y) {`. A word such
/// as `if` on a line above may be a directive of C.
pub(super) fn holds(source: Source<'_>, partners: &[usize], name_at: usize) -> bool {
    let mut at = name_at;
    let sign = |back: usize| name_at.checked_sub(back).map_or("", |i| source.word(i));
    if matches!((sign(2), sign(1)), ("&", "&") | ("|", "|")) {
        return true;
    }
    let line = source.line(name_at);
    for _ in 0..CONDITION_REACH {
        let Some(before) = at.checked_sub(1).filter(|before| source.line(*before) == line) else { return false };
        at = before;
        match source.word(at) {
            ")" | "]" if partners[at] < at => at = partners[at],
            ";" | "{" | "}" | "(" | "[" => return false,
            word if source.tokens[at].kind == Kind::Word && CONDITIONAL.contains(&word) => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::functions;
    use super::*;
    use crate::analysis::language::Language;
    use crate::analysis::lexer::lex;

    fn names(path: &str, text: &str) -> Vec<String> {
        let syntax = Language::of(path).syntax();
        let tokens = lex(text, syntax);
        let line_starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let source = Source { text, tokens: &tokens, line_starts: &line_starts };
        functions(source, syntax.block).into_iter().map(|function| function.name).collect()
    }

    #[test]
    fn what_a_condition_calls_is_no_function() {
        for text in [
            "fn f(a: bool) -> bool {\n  if a || verify(b) {\n    return true;\n  }\n  false\n}\n",
            "fn f(a: bool) -> bool {\n  if a\n    && verify(b, c)\n  {\n    return true;\n  }\n  false }\n",
            "fn f(a: bool) -> bool {\n  while a > limit(b) {\n    return true;\n  }\n  for x in parts(b) {\n  } }\n",
            "fn f(a: bool) -> bool {\n  match a {\n    Some(x) if ok(x) => {\n    }\n    Ok(y) => { }\n } }\n",
            "func f(a bool) bool {\n  if x, err := g(a); err == nil && check(x) {\n    return true\n  }\n  for _, y := range items(x) {\n  } }\n",
        ] {
            let found = names(if text.starts_with("func") { "a.go" } else { "a.rs" }, text);
            assert_eq!(found, ["f"], "{text}");
        }
        let typed = "unsigned char *name(int a) {\n}\n#if defined(X)\nstd::vector<int> list(int a) {\n}\n#define each(a) for (; a;)\nFoo &get() {\n}\n";
        assert_eq!(names("a.cpp", typed), ["name", "list", "get"]);
        let closures = "items.map((x) => {\n})\nrun(async (x) => {\n})\nconst f = (x) => {\n}\nreturn (x) => {\n}\n";
        assert_eq!(names("a.ts", closures).len(), 4);
    }
}

//! Statements and blocks, as every language writes them.

use lazaret::analysis::language::Language;
use lazaret::analysis::lexer::lex;
use lazaret::analysis::outline;
use lazaret::analysis::statements::{Source, Statement, statements};

fn read(path: &str, text: &str) -> Vec<(String, Option<usize>, usize)> {
    let language = Language::of(path);
    let tokens = lex(text, language.syntax());
    let line_starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let outlined = outline::Source { text, tokens: &tokens, line_starts: &line_starts };
    let functions = outline::functions(outlined, language.syntax().block);
    let source = Source { text, tokens: &tokens, line_starts: &line_starts, functions: &functions, language };
    let brief = |s: &Statement| (text.get(s.bytes.clone()).unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" "), s.parent, s.end);
    statements(source).iter().map(brief).collect()
}

fn is(text: &str, parent: Option<usize>, end: usize) -> (String, Option<usize>, usize) {
    (text.to_owned(), parent, end)
}

#[test]
fn blocks_by_indentation() {
    let python = "def f(a,\n      b):\n    if a:\n        return {\n            'x': 1}\n    else:\n        g()\n    return b\nh()\n";
    let expected = [
        is("def f(a, b):", None, 6),
        is("if a:", Some(0), 3),
        is("return { 'x': 1}", Some(1), 3),
        is("else:", Some(0), 5),
        is("g()", Some(3), 5),
        is("return b", Some(0), 6),
        is("h()", None, 7),
    ];
    assert_eq!(read("a.py", python), expected);
}

#[test]
fn blocks_by_braces_with_values_and_callbacks() {
    let text = "app.use(async (req) => {\n  const a = {\n    env: process.env\n  }\n  if (a) { b({c: 1}) } else\n    d();\n})\ne()\n";
    let expected = [
        is("app.use(async (req) =>", None, 6),
        is("const a = { env: process.env }", Some(0), 2),
        is("if (a)", Some(0), 4),
        is("b({c: 1})", Some(2), 4),
        is("else", Some(0), 6),
        is("d()", Some(4), 6),
        is("e()", None, 7),
    ];
    assert_eq!(read("a.ts", text), expected);
}

#[test]
fn code_inside_a_text_ends_no_block() {
    let text = "function f() {\n  const a = read(`${home({ x: 1 })}/b`, 'c');\n  send(`${a}`, { a });\n}\ng()\n";
    let expected = [
        is("function f()", None, 3),
        is("const a = read(`${home({ x: 1 })}/b`, 'c')", Some(0), 2),
        is("send(`${a}`, { a })", Some(0), 3),
        is("g()", None, 4),
    ];
    assert_eq!(read("a.ts", text), expected);
}

#[test]
fn headers_without_braces_and_structures() {
    let java = "boolean f() {\n  if (x)\n    return true;\n  if (y) return false;\n}\n";
    let expected =
        [is("boolean f()", None, 4), is("if (x)", Some(0), 3), is("return true", Some(1), 3), is("if (y) return false", Some(0), 4)];
    assert_eq!(read("A.java", java), expected);
    let go = "func f() {\n\tc := &http.Client{\n\t\tA: tls.Config{B: true},\n\t}\n\tif x {\n\t\treturn nil\n\t}\n}\n";
    let texts: Vec<String> = read("a.go", go).into_iter().map(|(text, ..)| text).collect();
    assert_eq!(texts, ["func f()", "c := &http.Client{ A: tls.Config{B: true}, }", "if x", "return nil"]);
}

#[test]
fn shell_blocks_are_no_brackets() {
    let shell = "check() {\n  if [ \"$A\" = 1 ]; then\n    return 0\n  fi\n  b\n}\n";
    let expected = [
        is("check() {", None, 6),
        is("if [ \"$A\" = 1 ]", Some(0), 4),
        is("then", Some(1), 3),
        is("return 0", Some(1), 4),
        is("fi", Some(0), 5),
        is("b", Some(0), 6),
    ];
    assert_eq!(read("a.sh", shell), expected);
}

#[test]
fn a_fragment_of_any_language_is_read_to_its_end() {
    for text in ["}}}) x {{{ (", "if (", "  a\n b\n   c(\ndef f():\n  x", "{", "\"", "return {"] {
        for path in ["a.rs", "a.js", "a.py", "a.sh", "a.yml", "a.md", "a.rb"] {
            for (_, parent, end) in read(path, text) {
                assert!(parent.is_none_or(|parent| parent < end), "{path} {text:?}");
            }
        }
    }
}

/// A header with a statement of its own keeps its block; without that no condition of Go would decide anything.
#[test]
fn headers_of_go_hold_statements() {
    let go = "func f() {\n\tif err := g(); err != nil {\n\t\treturn err\n\t}\n\tfor i := 0; i < 3; i++ {\n\t\th()\n\t}\n}\n";
    let expected = [
        is("func f()", None, 5),
        is("if err := g(); err != nil", Some(0), 3),
        is("return err", Some(1), 3),
        is("for i := 0; i < 3; i++", Some(0), 5),
        is("h()", Some(3), 5),
    ];
    assert_eq!(read("a.go", go), expected);
}

//! Patterns that are something else by themselves than where such code stands: a call that the grammar of C takes for a macro, a pair that
//! is a label, an argument that is an assignment. Such a pattern is filled with names, put where code like it stands, and looked for there.
//!
//! Advice only: what a pattern is meant to be is its author's to say.

use std::sync::LazyLock;

use ast_grep_core::Pattern;
use ast_grep_core::language::Language as _;
use ast_grep_core::matcher::PatternNode;
use ast_grep_core::tree_sitter::LanguageExt as _;
use ast_grep_language::SupportLang;
use regex::Regex;
use serde_json::{Map, Value};

use super::grammar::Grammar;
use super::grow::Nodes;

/// Patterns of a rule that are looked at, and bytes of one.
const MOST_PATTERNS: usize = 50;
const LONGEST: usize = 500;
/// What stands for metavariables, and in JSON, which has no names.
const NAME: &str = "a1";
const NUMBER: &str = "1";

/// `$$$ARGS`, `$$OP`, `$ARG`.
static VARIABLE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$(\$\$[A-Z0-9_]*|\$?[A-Z_][A-Z0-9_]*)").ok());
/// `key: value`, which JavaScript takes for a label.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"^\s*["']?[\w$-]+["']?\s*:\s*[^;{]+$"#).ok());
/// `name=value`, which Python takes for an assignment.
static ARGUMENT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\s*[\w$]+=[^=\s]\S*\s*$").ok());

/// A sentence on a pattern, with the pattern it is about.
pub(super) struct Told {
    /// As it is written.
    pub(super) pattern: String,
    /// The sentence.
    pub(super) text: String,
}

/// What is to be said of the patterns of `rule`.
pub(super) fn look(rule: &Map<String, Value>, grammar: Grammar) -> Vec<Told> {
    let mut patterns = Vec::new();
    ["rule", "utils", "constraints"].iter().filter_map(|key| rule.get(*key)).for_each(|part| gather(part, 0, &mut patterns));
    patterns.into_iter().filter_map(|pattern| one(pattern, grammar)).collect()
}

fn gather<'v>(part: &'v Value, depth: usize, patterns: &mut Vec<&'v Value>) {
    if depth > 40 || patterns.len() >= MOST_PATTERNS {
        return;
    }
    match part {
        Value::Object(keys) => {
            for (key, value) in keys {
                if key == "pattern" { patterns.push(value) } else { gather(value, depth + 1, patterns) }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| gather(part, depth + 1, patterns)),
        _ => {}
    }
}

fn one(pattern: &Value, grammar: Grammar) -> Option<Told> {
    let told = |pattern: &str, text: String| Some(Told { pattern: pattern.to_owned(), text });
    let Value::String(text) = pattern else {
        let context = pattern.get("context")?.as_str().filter(|context| context.len() <= LONGEST)?;
        return is_broken(context, grammar)
            .then(|| {
                format!(
                    "the context of a pattern has an error where it is read as {grammar}, so that it may match nothing: `{}`",
                    short(context)
                )
            })
            .and_then(|says| told(context, says));
    };
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let own = Pattern::try_new(text, grammar).ok()?;
    if VARIABLE.as_ref().and_then(|variable| variable.find(text)).is_some_and(|found| found.len() == text.len()) {
        return None;
    }
    let mut meant: Option<(&str, String)> = None;
    for context in contexts(text, grammar) {
        // The first place that takes it is where it stands: what is a call in a function may be a member of a structure, too.
        if meant.is_some() {
            break;
        }
        for many in [false, true] {
            let sample = filled(text, many, grammar);
            let Some(kind) = stands(&sample, context, grammar) else { continue };
            if grammar.ast_grep(context.replacen('%', &sample, 1)).root().find(&own).is_some() {
                return None;
            }
            meant = meant.or(Some((context, kind)));
        }
    }
    let language = grammar.to_string();
    match meant {
        Some((context, kind)) => {
            let whole = context.replacen('%', text, 1);
            let whole = if whole.contains('\n') { format!("{whole:?}") } else { format!("'{whole}'") };
            let by_itself = kind_of(&own, grammar).map_or_else(|| "something else".to_owned(), |kind| format!("`{kind}`"));
            told(
                text,
                format!(
                    "`{}` by itself is {by_itself} in {language}, and `{kind}` where such code stands, which it does not match; write `pattern: {{context: {whole}, selector: {kind}}}`",
                    short(text)
                ),
            )
        }
        None if is_broken(text, grammar) => told(
            text,
            format!(
                "`{}` has an error where it is read as {language}, so that it may match nothing; put it into whole code: `pattern: {{context: …, selector: …}}`",
                short(text)
            ),
        ),
        None => None,
    }
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() <= 120 { line } else { format!("{}…", line.get(..line.floor_char_boundary(120)).unwrap_or("")) }
}

/// `pattern` with a name for each metavariable, also for those that stand for any number of parts where there are `many`.
fn filled(pattern: &str, many: bool, grammar: Grammar) -> String {
    let one = if grammar == Grammar::Known(SupportLang::Json) { NUMBER } else { NAME };
    let name = |found: &regex::Captures<'_>| if found[0].starts_with("$$$") && !many { String::new() } else { one.to_owned() };
    VARIABLE.as_ref().map_or_else(|| pattern.to_owned(), |variable| variable.replace_all(pattern, name).into_owned())
}

fn is_broken(text: &str, grammar: Grammar) -> bool {
    let text = grammar.pre_process_pattern(text);
    Nodes::grow(&text, &[], grammar).is_ok_and(|nodes| nodes.list.iter().any(|node| node.error))
}

/// What `sample` is in `context`, when all of it is code there.
fn stands(sample: &str, context: &str, grammar: Grammar) -> Option<String> {
    let sample = sample.trim();
    let start = context.find('%')?;
    let bare = sample.trim_end_matches(';');
    let nodes = Nodes::grow(&context.replacen('%', sample, 1), &[], grammar).ok()?;
    if nodes.list.iter().any(|node| node.error || node.missing) {
        return None;
    }
    let is_it = |end: usize| move |node: &&super::grow::Entry| node.named && node.start as usize == start && node.end as usize == end;
    let find = |text: &str| nodes.list.iter().rev().find(is_it(start + text.len()));
    let node = find(sample).or_else(|| find(bare))?;
    grammar.tables().node_kind_for_id(node.kind).map(str::to_owned)
}

fn kind_of(pattern: &Pattern, grammar: Grammar) -> Option<String> {
    let (PatternNode::Terminal { kind_id, .. } | PatternNode::Internal { kind_id, .. }) = &pattern.node else { return None };
    grammar.tables().node_kind_for_id(*kind_id).map(str::to_owned)
}

/// Where code such as `text` stands, the likeliest first; `%` is its place.
fn contexts(text: &str, grammar: Grammar) -> &'static [&'static str] {
    let is = |shape: &LazyLock<Option<Regex>>| shape.as_ref().is_some_and(|shape| shape.is_match(text));
    let Grammar::Known(known) = grammar else { return &["FROM a\n%\n", "%\n"] };
    match known {
        SupportLang::C => &["void f(void) { %; }", "void f(void) { % }", "int x = %;", "%", "struct s { %; };"],
        SupportLang::Cpp => &["void f() { %; }", "void f() { % }", "int x = %;", "%", "class c { %; };", "class c { % };"],
        SupportLang::CSharp => {
            &["class A { void F() { %; } }", "class A { void F() { % } }", "class A { % }", "class A { % void F() { } }", "%"]
        }
        SupportLang::Java => {
            &["class A { void f() { %; } }", "class A { void f() { % } }", "class A { % }", "class A { % void f() { } }", "%"]
        }
        SupportLang::Kotlin => &["fun f() { % }", "class A { % }", "%"],
        SupportLang::Go => &["func f() { % }", "%", "var x = T{ % }", "type T struct { % }"],
        SupportLang::Rust => &["fn f() { %; }", "fn f() { % }", "%", "fn f() { match x { % } }", "impl A { % }", "struct A { % }"],
        SupportLang::JavaScript | SupportLang::TypeScript | SupportLang::Tsx if is(&PAIR) => &["({ % })"],
        SupportLang::Tsx => &["%", "function f() { % }", "class A { % }", "(<a % />)", "({ % })"],
        SupportLang::JavaScript | SupportLang::TypeScript => &["%", "function f() { % }", "class A { % }", "({ % })"],
        SupportLang::Python if is(&ARGUMENT) => &["f(%)"],
        SupportLang::Python => &["%", "def f():\n    %\n", "%\ndef f():\n    pass\n", "try:\n    pass\n%\n"],
        SupportLang::Php => &["<?php %;", "<?php %", "<?php class A { % }"],
        SupportLang::Json => &["%", "{ % }"],
        SupportLang::Hcl => &["%", "resource \"a\" \"b\" {\n  %\n}\n"],
        SupportLang::Yaml | SupportLang::Ruby | SupportLang::Bash => &["%\n"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::rules;

    fn told(language: &str, pattern: &str) -> Vec<String> {
        let rule = serde_json::json!({"rule": {"any": [{"pattern": pattern}]}});
        look(rule.as_object().unwrap(), language.parse().unwrap()).into_iter().map(|told| told.text).collect()
    }

    #[test]
    fn what_is_another_thing_by_itself_is_told_with_the_context_form() {
        for (language, pattern, says) in [
            ("c", "gets($A)", "selector: call_expression"),
            ("javascript", "rejectUnauthorized: false", "write `pattern: {context: '({ rejectUnauthorized: false })', selector: pair}`"),
            ("typescript", "rejectUnauthorized: $V", "selector: pair"),
            ("python", "verify=False", "write `pattern: {context: 'f(verify=False)', selector: keyword_argument}`"),
            ("go", "exec.Command($$$ARGS)", "{context: 'func f() { exec.Command($$$ARGS) }', selector: call_expression}"),
            ("rust", "Some($A) => $B", "selector: match_arm"),
            ("csharp", "[AllowAnonymous]", "selector: attribute_list"),
        ] {
            let said = told(language, pattern);
            assert!(said.len() == 1 && said[0].contains(says), "{language} {pattern}: {said:?}");
        }
        let broken = serde_json::json!({"rule": {"pattern": {"context": "void f( { gets($A); }", "selector": "call_expression"}}});
        assert_eq!(look(broken.as_object().unwrap(), "c".parse().unwrap()).len(), 1);
    }

    #[test]
    fn what_matches_where_it_stands_is_left_alone() {
        for (language, pattern) in [
            ("python", "os.system($A)"),
            ("python", "x = $A"),
            ("python", "@app.route($$$)"),
            ("javascript", "eval($A)"),
            ("javascript", "if ($C) { $$$ }"),
            ("typescript", "const $A: string = $B"),
            ("go", "$A := exec.Command($$$ARGS)"),
            ("go", "$LOCK"),
            ("java", "@AllowAll"),
            ("c", "strcpy($A, $B);"),
            ("c", "int $F($$$) { $$$ }"),
            ("cpp", "delete $A"),
            ("cpp", "system($A)"),
            ("rust", "unsafe { $$$ }"),
            ("kotlin", "fun $F() { $$$ }"),
            ("csharp", "public void $F() { $$$ }"),
            ("java", "public void $F() { $$$ }"),
            ("go", "func $F($$$) error { $$$ }"),
            ("java", "Runtime.getRuntime().exec($A)"),
            ("rust", "std::process::exit($A)"),
            ("ruby", "eval($A)"),
            ("php", "eval($A)"),
            ("php", "eval($A);"),
            ("kotlin", "println($A)"),
            ("csharp", "Process.Start($A)"),
            ("bash", "rm -rf $A"),
            ("yaml", "runAsUser: 0"),
            ("json", "{\"scripts\": $A}"),
            ("hcl", "acl = \"public-read\""),
            ("dockerfile", "USER root"),
            ("c", "$A = $B"),
        ] {
            assert_eq!(told(language, pattern), Vec::<String>::new(), "{language} {pattern}");
        }
    }

    /// They are proven by their own examples, so that whatever is said of them is said wrongly.
    #[test]
    fn nothing_is_said_of_patterns_that_are_known_to_match() {
        let mut said = Vec::new();
        for file in rules::pack().files.iter().filter(|file| file.path.starts_with("structure/") && !file.path.contains("/tests/")) {
            for (_, text) in crate::analysis::formats::documents(&file.text) {
                let Ok(rule) = serde_saphyr::from_str::<Map<String, Value>>(text) else { continue };
                let Some(grammar) = rule.get("language").and_then(Value::as_str).and_then(|language| language.parse().ok()) else {
                    continue;
                };
                said.extend(look(&rule, grammar).into_iter().map(|told| format!("{}: {}", file.path, told.text)));
            }
        }
        assert_eq!(said, Vec::<String>::new());
    }
}

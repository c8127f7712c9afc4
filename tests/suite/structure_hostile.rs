//! Rules of ast-grep that are bad, and texts that are hostile: named, stopped, never a way to stall or to break anything.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::structure::{SHELL, book, found, notes, report, unseen};

#[test]
fn bad_rules_are_named_with_line_and_reason() {
    let cases = [
        ("id: a\nlanguage: py\nrule: {pattern: x\n", "own/a.yml:3: left out: "),
        ("id: a\nlanguage: py\nrule:\n  pattern: x\n   kind: y\n", "own/a.yml:5: left out: "),
        (
            "id: a\nlanguage: cobol\nrule: {pattern: x}\n",
            "own/a.yml:2: left out: files in `cobol` are not read for structure; these are: Bash, C, ",
        ),
        ("id: a\nlanguage: css\nrule: {pattern: x}\n", "own/a.yml:2: left out: files in `css` are not read"),
        (
            "id: a\nlanguage: py\nrule: {pattern: x}\nconstraint: {}\n",
            "own/a.yml:4: left out: no rule has a key `constraint`; write `constraints`",
        ),
        (
            "id: a\nlanguage: py\nrule: {pattern: x}\nowner: me\n",
            "own/a.yml:4: advice: the key `owner` means nothing here; put it below `metadata`",
        ),
        ("id: a\nlanguage: py\nrule: {kind: nonsense}\n", "own/a.yml:3: left out: `rule` is not configured correctly: "),
        ("id: a\nlanguage: py\nrule: {regex: x}\n", "own/a.yml:3: left out: the `rule` could be any node; add a `kind` or a `pattern`"),
        (
            "id: a\nlanguage: py\nrule:\n  kind: call\n  regex: (\n",
            "own/a.yml:5: left out: the `regex` is no regular expression: unclosed group",
        ),
        ("id: a\nlanguage: py\nrule: {kind: call, regex: '(\\w{1000}){1000}'}\n", "own/a.yml:1: left out: the `regex` is too large"),
        (
            "id: a\nlanguage: py\nrule: {matches: b}\nutils: {b: {matches: c}, c: {matches: b}}\n",
            "own/a.yml:4: left out: `utils` is not configured correctly: ",
        ),
        (
            "id: a\nlanguage: py\nrule: {matches: b}\nutils: {b: {kind: call, has: {inside: {matches: b}}}}\n",
            "own/a.yml:1: left out: it asks itself in a circle",
        ),
        ("id: a\nlanguage: py\nrule: {matches: b}\n", "own/a.yml:3: left out: `rule` is not configured correctly: "),
        ("id: a\nlanguage: py\nseverity: fatal\nrule: {pattern: x}\n", "own/a.yml:3: left out: `severity` is one of error, "),
        ("id: a\nlanguage: py\nfiles: ['[']\nrule: {pattern: x}\n", "own/a.yml:1: left out: error parsing glob"),
    ];
    for (rule, note) in cases {
        let said = notes(&[("a.yml", rule)]);
        assert!(said.len() == 1 && said[0].starts_with(note), "{rule}: {said:?}");
    }
    let off = book(&[("a.yml", &SHELL.replace("error", "off"))]);
    assert_eq!((off.notes.len(), off.iter().count()), (0, 0));
}

#[test]
fn deep_wide_and_self_quoting_documents_end() {
    let deep = format!("id: a\nlanguage: py\nrule: {}{{kind: call}}{}\n", "{not: ".repeat(5_000), "}".repeat(5_000));
    let bomb = (1..9).fold("id: a\nlanguage: py\nmetadata:\n  l0: &l0 [x, x, x]\n".to_owned(), |mut text, at| {
        let before = at - 1;
        let _ = writeln!(text, "  l{at}: &l{at} [*l{before}, *l{before}, *l{before}, *l{before}, *l{before}]");
        text
    });
    let wide = format!("id: a\nlanguage: py\nrule:\n  any:\n{}", "    - kind: call\n".repeat(50_000));
    for text in [deep, format!("{bomb}rule: {{kind: call}}\n"), wide] {
        let said = notes(&[("a.yml", &text)]);
        assert!(said.len() == 1 && said[0].contains(": left out: ") && said[0].len() < 300, "{said:?}");
        assert!(
            ["more than 32 deep", "beyond what is read", "more parts than a rule needs"].iter().any(|plain| said[0].contains(plain)),
            "{said:?}"
        );
    }
}

#[test]
fn of_two_rules_of_one_name_the_first_runs() {
    let rules = book(&[("a.yml", SHELL), ("b.yml", &SHELL.replace("runs", "starts"))]);
    assert_eq!(found(&rules, "run.py", None, "subprocess.run(a, shell=True)\n"), ["runs a in a shell at run.py:1"]);
    assert!(rules.notes[0].to_string().contains("is the name of own/a.yml:1 already"), "{:?}", rules.notes);
}

#[test]
fn a_rule_that_takes_too_long_is_stopped_and_named() {
    let slow = "id: slow\nlanguage: py\nrule: {kind: identifier, inside: {kind: module, stopBy: end, has: {stopBy: end, kind: identifier, has: {kind: call}}}}\n";
    let rules = book(&[("slow.yml", slow), ("a.yml", SHELL)]);
    let text = format!("{}subprocess.run(a, shell=True)\n", "x = y\n".repeat(5_000));
    assert_eq!(unseen(&rules, "x.py", &text), ["slow: it took too many steps here and was stopped; matches may be missing"]);
    assert_eq!(found(&rules, "x.py", None, &text).len(), 1);
}

/// Utilities that ask each other twice over, in a row of thousands, or each all others: named or stopped within bounds.
#[test]
fn utilities_that_ask_each_other_without_end_or_measure_are_bounded() {
    let rule = |first: &str, utils: String| format!("id: web\nlanguage: py\nrule: {{matches: {first}}}\nutils:\n{utils}");
    let asks = |at: usize, names: &[usize]| {
        let all: Vec<String> = names.iter().map(|name| format!("{{matches: u{name}}}")).collect();
        format!("  u{at}: {{all: [{}]}}\n", all.join(", "))
    };
    let last = |at: usize| format!("  u{at}: {{kind: identifier}}\n");
    let doubled: String = (0..60).map(|at| asks(at, &[at + 1, at + 1])).chain([last(60)]).collect();
    let row: String = (0..4_000).map(|at| asks(at, &[at + 1])).chain([last(4_000)]).collect();
    let dense: String = (0..90).map(|at| asks(at, &(at + 1..=90).collect::<Vec<_>>())).chain([last(90)]).collect();
    let begun = std::time::Instant::now();
    for (name, utils) in [("doubled", doubled), ("row", row), ("dense", dense)] {
        let text = rule("u0", utils);
        let rules = book(&[("web.yml", text.as_str()), ("a.yml", SHELL)]);
        assert!(rules.notes.iter().any(|note| note.to_string().contains("left out: ")), "{name}: {:?}", rules.notes);
        assert_eq!(found(&rules, "x.py", None, "subprocess.run(a, shell=True)\n").len(), 1, "{name}: the rule beside it does not run");
        assert!(begun.elapsed().as_secs() < 20, "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn a_rule_that_asks_itself_ends_on_deep_texts() {
    let itself = "id: itself\nlanguage: py\nrule: {matches: deep}\nutils: {deep: {any: [{pattern: danger}, {kind: parenthesized_expression, has: {matches: deep}}]}}\n";
    let rules = book(&[("a.yml", itself)]);
    let nested = |deep: usize| format!("x = {}danger{}\n", "(\n".repeat(deep), ")\n".repeat(deep));
    assert_eq!(found(&rules, "x.py", None, &nested(20)).len(), 21);
    assert_eq!(unseen(&rules, "x.py", &nested(20)), Vec::<String>::new());
    assert_eq!(unseen(&rules, "x.py", &nested(300)), ["itself: it asks itself, and this nests deeper than 100 levels; it was not asked"]);
    let said = unseen(&rules, "x.py", &nested(100_000));
    assert!(said.iter().any(|why| why.starts_with("nested deeper than 500 levels")), "{said:?}");
}

#[test]
fn a_text_that_would_end_its_parser_is_not_handed_to_it() {
    let rules = book(&[("a.yml", "id: any\nlanguage: yml\nrule: {kind: block_sequence_item}\n")]);
    assert_eq!(unseen(&rules, "a.yaml", &"- ".repeat(2_000)), ["it nests too deep to be parsed: rules of ast-grep did not read it"]);
    assert_eq!(found(&rules, "a.yaml", None, &format!("{}a\n", "- ".repeat(20))).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever a file holds, rules answer.
    #[test]
    fn no_text_breaks_a_rule(pieces in prop::collection::vec(piece(), 0..60), before in prop::collection::vec(piece(), 0..20)) {
        let languages = ["bash", "c", "cpp", "cs", "docker", "go", "hcl", "java", "js", "json", "kt", "php", "py", "rb", "rs", "tsx", "ts", "yml"];
        let paths = ["a.sh", "a.c", "a.cc", "a.cs", "Dockerfile", "a.go", "a.tf", "A.java", "a.js", "a.json", "a.kt", "a.php", "a.py", "a.rb", "a.rs", "a.tsx", "a.ts", "a.yml"];
        let text = languages.iter().fold(String::new(), |mut text, language| {
            let _ = write!(text, "---\nid: {language}\nlanguage: {language}\nmessage: $X $$$Y\nrule: {{any: [{{pattern: $X, regex: a}}, {{kind: ERROR}}], inside: {{pattern: $P, stopBy: end}}}}\n");
            text
        });
        let rules = book(&[("a.yml", &text)]);
        for path in paths {
            report(&rules, path, Some(&before.concat()), &pieces.concat());
        }
    }
}

/// Pieces of code and of what is none.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "a", "(", ")", "[", "{", "}", "\"", "'", "`", "\n", "\t", "  ", "=", ":", "- ", "#{", "${", "$(", "<<EOF\n", "EOF\n", "/*", "*/",
        "//", "# ", "<?php ", "<a>", "|", ">", "&a", "*a", "%", "\\", "\r\n", "\u{0}", "é", "\u{202e}", "fn ", "def ", "FROM ", "RUN ",
        "if ", ";", ",",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), "\\PC{0,8}"]
}

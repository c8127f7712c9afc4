//! Rules of ast-grep: what they find on added lines, what they leave alone, what is said of files that cannot be honoured.

#![allow(unreachable_pub, reason = "rules that are bad or hostile are asked with the same helpers")]

use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::pack::{NoteKind, Pack, PackFile};
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile, Severity};

use crate::program::Program;

pub const SHELL: &str = "id: shell-true
language: python
severity: error
message: runs $CMD in a shell
rule:
  pattern: subprocess.run($CMD, shell=True)
";

pub fn book(files: &[(&str, &str)]) -> Arc<Rulebook> {
    let files = files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    Arc::new(Rulebook::only(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]))
}

pub fn report(rules: &Arc<Rulebook>, path: &str, before: Option<&str>, after: &str) -> Report {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: Some(after.to_owned()) };
    let example = Example { hits: true, files: vec![file], message: String::new(), ..Example::default() };
    let (change, texts) = change_of(&example);
    Engine::of(rules, &Selection::default()).analyse(&change, &|_| texts.clone())
}

/// Titles and first lines of what `rules` find where `path` becomes `after`.
pub fn found(rules: &Arc<Rulebook>, path: &str, before: Option<&str>, after: &str) -> Vec<String> {
    report(rules, path, before, after).findings.iter().map(|finding| format!("{} at {}", finding.title, finding.at)).collect()
}

/// What one rule finds, of which everything but its name is written here.
fn found_by(rule: &str, path: &str, after: &str) -> Vec<String> {
    let rules = book(&[("a.yml", &format!("id: asked\n{rule}"))]);
    assert_eq!(rules.notes, [], "{rule}");
    found(&rules, path, None, after)
}

/// What is said of a rule.
pub fn notes(files: &[(&str, &str)]) -> Vec<String> {
    book(files).notes.iter().map(ToString::to_string).collect()
}

/// Why parts of a file were not looked at.
pub fn unseen(rules: &Arc<Rulebook>, path: &str, after: &str) -> Vec<String> {
    report(rules, path, None, after).skipped.into_iter().map(|skipped| skipped.why).collect()
}

#[test]
fn a_rule_fires_on_what_the_change_adds_and_nothing_else() {
    let rules = book(&[("a.yml", SHELL)]);
    let before = "import subprocess\nsubprocess.run(old, shell=True)\n";
    let after = "import subprocess\nsubprocess.run(old, shell=True)\nx = 1\nsubprocess.run(new, shell=True)\n";
    assert_eq!(found(&rules, "run.py", Some(before), after), ["runs new in a shell at run.py:4"]);
    assert_eq!(found(&rules, "run.rb", None, after), Vec::<String>::new());
}

#[test]
fn a_rule_about_live_code_says_nothing_in_tests_and_examples() {
    let rules = book(&[("a.yml", &format!("{SHELL}metadata: {{where: live}}\n"))]);
    let places = ["src/run.py", "tests/test_run.py", "examples/run.py", "docs/conf.py", "vendor/run.py"];
    let fired: Vec<&str> =
        places.into_iter().filter(|path| !found(&rules, path, None, "subprocess.run(x, shell=True)\n").is_empty()).collect();
    assert_eq!((rules.notes.len(), fired), (0, vec!["src/run.py"]));
    assert_eq!(notes(&[("a.yml", &format!("{SHELL}metadata: {{where: nowhere}}\n"))]).len(), 1);
}

#[test]
fn a_change_cannot_silence_a_rule() {
    let after = "# ast-grep-ignore\nsubprocess.run(new, shell=True)\n";
    assert_eq!(found(&book(&[("a.yml", SHELL)]), "run.py", None, after), ["runs new in a shell at run.py:2"]);
}

#[test]
fn words_of_a_pack_and_code_in_titles_are_harmless_and_short() {
    let hostile = SHELL.replace("runs $CMD in a shell", "\"runs\\e[31m $CMD\"");
    let rules = book(&[("a.yml", &hostile), ("b.yml", &SHELL.replace("shell-true", "\"x\\e[2J\""))]);
    assert!(rules.iter().all(|rule| rule.id.0 == "shell-true" && !rule.title.contains('\u{1b}')));
    assert!(rules.notes[0].to_string().starts_with("own/b.yml:1: left out: an `id` has"), "{:?}", rules.notes);
    let secret = ["gh", "p_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"].concat();
    let titles = found(&rules, "run.py", None, &format!("subprocess.run('{secret}{}', shell=True)\n", " x".repeat(5_000)));
    assert!(titles.len() == 1 && titles[0].len() < 500 && !titles[0].contains(&secret), "{titles:?}");
}

#[test]
fn a_text_too_large_to_parse_is_said_when_a_rule_would_have_read_it() {
    let rules = book(&[("a.yml", SHELL)]);
    assert_eq!(unseen(&rules, "run.py", &"x = 1\n".repeat(400_000)), Vec::<String>::new());
    let large = "subprocess.run(a, shell=True)\n".repeat(100_000);
    assert_eq!(unseen(&rules, "run.py", &large), ["larger than 2 MiB: rules of ast-grep did not read it"]);
}

#[test]
fn a_rule_that_cannot_be_read_is_left_out_alone_and_named() {
    let rules = book(&[("a.yml", &format!("{SHELL}---\nid: odd\nlanguage: python\nrule:\n  patern: x\n")), ("b.toml", "x = 1\n")]);
    assert_eq!(rules.iter().map(|rule| rule.id.0).collect::<Vec<_>>(), ["shell-true"]);
    let notes: Vec<String> = rules.notes.iter().map(ToString::to_string).collect();
    assert!(rules.notes.iter().all(|note| note.kind == NoteKind::LeftOut), "{notes:?}");
    assert!(
        notes[0].starts_with("own/b.toml: left out: ") && notes[1].starts_with("own/a.yml:11: left out: unknown field `patern`"),
        "{notes:?}"
    );
}

#[test]
fn rules_of_a_named_folder_run_and_what_is_wrong_with_them_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, patch) = (folder.path().join("own"), folder.path().join("a.diff"));
    std::fs::create_dir(&rules).unwrap();
    std::fs::write(rules.join("shell.yml"), SHELL).unwrap();
    std::fs::write(rules.join("odd.yml"), "id: odd\u{1b}[31m\nlanguage: cobol\nrule:\n  pattern: x\n").unwrap();
    std::fs::write(
        &patch,
        "diff --git a/run.py b/run.py\n--- a/run.py\n+++ b/run.py\n@@ -1 +1,2 @@\n x = 1\n+subprocess.run(x, shell=True)\n",
    )
    .unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    let run = |args: &[&str]| program.run(args);
    let (rules, patch) = (rules.to_str().unwrap(), patch.to_str().unwrap());

    let scanned = run(&["--rules", rules, "--no-default-rules", "scan", patch]);
    assert!(scanned.code == 1 && scanned.out.contains("runs x in a shell"), "{}{}", scanned.out, scanned.err);
    assert!(scanned.err.contains("1 rule or rule file was left out; `lazaret rules lint` says which and why"), "{}", scanned.err);
    let lint = run(&["rules", "lint", "--rules", rules]);
    assert!(lint.code == 2 && lint.out.contains("own/odd.yml:1: left out: ") && !lint.out.contains('\u{1b}'), "{}{}", lint.out, lint.err);
    let gone = run(&["--rules", "/nowhere/rules", "scan", patch]);
    assert!(gone.code == 2 && gone.err.contains("/nowhere/rules"), "{}{}", gone.out, gone.err);
}

#[test]
fn every_part_of_a_rule_has_its_meaning() {
    let python = "def f(a, b):\n    log(a)\n    return eval(a)\n\nclass C:\n    def g(self):\n        return eval('1')\n";
    let cases = [
        ("rule: {kind: call, regex: ^eval}", &["asked at x.py:3", "asked at x.py:7"][..]),
        ("rule: {pattern: eval($X), inside: {kind: class_definition, stopBy: end}}", &["asked at x.py:7"]),
        ("rule: {kind: function_definition, has: {pattern: log($X), stopBy: end}}", &["asked at x.py:1"]),
        ("rule: {kind: return_statement, follows: {kind: expression_statement}}", &["asked at x.py:3"]),
        ("rule: {kind: expression_statement, precedes: {kind: return_statement}}", &["asked at x.py:2"]),
        ("rule: {kind: identifier, inside: {kind: parameters}, nthChild: 2}", &["asked at x.py:1"]),
        ("rule: {kind: return_statement, range: {start: {line: 2, column: 4}, end: {line: 2, column: 18}}}", &["asked at x.py:3"]),
        ("rule: {any: [{pattern: log($X)}, {kind: class_definition}]}", &["asked at x.py:2", "asked at x.py:5"]),
        ("rule: {pattern: eval($X), not: {has: {kind: argument_list, has: {kind: string}}}}", &["asked at x.py:3"]),
        ("rule: {pattern: eval($X)}\nconstraints: {X: {kind: string}}", &["asked at x.py:7"]),
        (
            "rule: {matches: danger}\nutils: {danger: {pattern: eval($X), not: {matches: plain}}, plain: {pattern: eval('1')}}",
            &["asked at x.py:3"],
        ),
        ("rule: {pattern: {context: 'eval($X)', selector: call, strictness: smart}}", &["asked at x.py:3", "asked at x.py:7"]),
        ("message: $LOUD\nrule: {pattern: log($X)}\ntransform: {LOUD: {convert: {source: $X, toCase: upperCase}}}", &["A at x.py:2"]),
        ("message: takes $$$ALL\nrule: {pattern: 'def $F($$$ALL): $$$B'}", &["takes a, b at x.py:1", "takes self at x.py:6"]),
        (
            "labels: {F: {style: primary}}\nrule: {kind: class_definition, has: {stopBy: end, pattern: {context: 'eval($F)', selector: call}}}",
            &["asked at x.py:7"],
        ),
    ];
    for (rule, expected) in cases {
        assert_eq!(found_by(&format!("language: py\n{rule}\n"), "x.py", python), expected, "{rule}");
    }
}

#[test]
fn files_of_every_language_are_read() {
    let cases = [
        ("Python", "a.py", "eval($X)", "eval(a)\n"),
        ("js", "a.mjs", "eval($X)", "eval(a)\n"),
        ("jsx", "a.jsx", "<a href={$X}/>", "const x = <a href={y}/>;\n"),
        ("ts", "a.ts", "$X as any", "const x = y as any;\n"),
        ("Tsx", "a.tsx", "<a href={$X}/>", "const x = <a href={y}/>;\n"),
        ("golang", "a.go", "defer $X.Close()", "package a\n\nfunc f() {\n\tdefer g.Close()\n}\n"),
        ("rs", "a.rs", "unsafe { $$$ }", "fn f() { unsafe { g() } }\n"),
        ("java", "A.java", "Runtime.getRuntime().exec($X)", "class A { void f() { Runtime.getRuntime().exec(a); } }\n"),
        ("rb", "a.rb", "eval($X)", "eval(a)\n"),
        ("php", "a.php", "eval($X)", "<?php eval($a);\n"),
        ("c", "a.c", "gets($X);", "void f() { gets(a); }\n"),
        ("c++", "a.cpp", "gets($X)", "void f() { gets(a); }\n"),
        ("cs", "A.cs", "Process.Start($X)", "class A { void F() { Process.Start(a); } }\n"),
        ("kt", "A.kt", "eval($X)", "fun f() { eval(a) }\n"),
        ("bash", "a.sh", "eval $X", "eval $1\n"),
        ("yml", "a.yaml", "privileged: true", "a:\n  privileged: true\n"),
        ("json", "a.json", "{\"a\": $X}", "{\"a\": 1}\n"),
        ("hcl", "a.tf", "acl = \"public-read\"", "resource \"a\" \"b\" {\n  acl = \"public-read\"\n}\n"),
        ("dockerfile", "Dockerfile.prod", "USER $WHO", "FROM a\nUSER root\n"),
    ];
    for (language, path, pattern, code) in cases {
        let rule = format!("language: {language}\nrule:\n  pattern: {}\n", serde_json::to_string(pattern).unwrap());
        assert_eq!(found_by(&rule, path, code).len(), 1, "{language}: {pattern}");
    }
}

#[test]
fn rules_of_a_pack_share_utilities() {
    let ask = "id: ask\nlanguage: py\nrule: {matches: danger}\n";
    let danger = "id: danger\nlanguage: py\nrule: {any: [{pattern: eval($X)}, {pattern: f($X), has: {stopBy: end, matches: danger}}]}\n";
    for (path, settings) in [("utils/danger.yml", "ruleDirs: [.]\n"), ("lib/danger.yml", "utilDirs: [./lib/]\n")] {
        let rules = book(&[("ask.yml", ask), (path, danger), ("sgconfig.yml", settings)]);
        assert_eq!((rules.notes.clone(), rules.iter().count()), (vec![], 1), "{path}");
        assert_eq!(found(&rules, "x.py", None, "f(\n  g(f(\n    eval(a))))\n").len(), 3, "{path}");
    }
}

#[test]
fn rules_are_about_the_files_they_name() {
    let rule =
        "language: py\nrule: {pattern: eval($X)}\nfiles: [./src/**, {glob: 'LIB/*.py', caseInsensitive: true}]\nignores: ['**/test_*']\n";
    for (path, hits) in [("src/a/b.py", 1), ("lib/b.py", 1), ("b.py", 0), ("src/test_b.py", 0)] {
        assert_eq!(found_by(rule, path, "eval(a)\n").len(), hits, "{path}");
    }
}

#[test]
fn a_match_counts_when_it_touches_added_lines_and_is_shown_there() {
    let rules = book(&[("a.yml", "id: tls\nlanguage: py\nrule: {pattern: 'get($$$, verify=False, $$$)'}\n")]);
    let (before, after) = ("get(\n  url,\n  timeout=1,\n)\n", "get(\n  url,\n  verify=False,\n  timeout=1,\n)\n");
    assert_eq!(found(&rules, "x.py", Some(before), after), ["tls at x.py:3"]);
    assert_eq!(found(&rules, "x.py", Some(after), &format!("{after}x = 1\n")), Vec::<String>::new());
}

const GUARD: &str = "id: guard\nlanguage: py\nmessage: $WHAT is no longer asked\nrule: {pattern: 'if not $WHAT: raise Denied()'}\nmetadata: {when: removed}\n";

#[test]
fn a_guard_that_is_gone_is_found_and_one_that_moved_is_not() {
    let rules = book(&[("a.yml", GUARD)]);
    let guarded = "def f(user):\n    if not user.admin: raise Denied()\n    drop()\n";
    assert_eq!(found(&rules, "x.py", Some(guarded), "def f(user):\n    drop()\n"), ["user.admin is no longer asked at x.py:2 (old)"]);
    let moved = "def f(user):\n    log()\n    if not  user.admin:\n        raise Denied()\n    drop()\n";
    assert_eq!(found(&rules, "x.py", Some(guarded), moved), Vec::<String>::new());
    let other = guarded.replace("admin", "known");
    assert_eq!(found(&rules, "x.py", Some(guarded), &other), ["user.admin is no longer asked at x.py:2 (old)"]);
    let twice = format!("{guarded}{guarded}");
    assert_eq!(found(&rules, "x.py", Some(&twice), guarded).len(), 1);
    assert_eq!(found(&rules, "x.py", None, guarded), Vec::<String>::new());
}

#[test]
fn metadata_weighs_a_rule() {
    let metadata = "metadata:\n  severity: critical\n  class: Backdoor\n  confidence: HIGH\n  cwe: 'CWE-95: Eval'\n  references: [T1059]\n  why: w\n  fix: f\n  prose: p\n  category: security\n";
    let rules = book(&[
        ("a.yml", &format!("{SHELL}note: n\nurl: https://example.com/a\n{metadata}")),
        ("b.yml", &SHELL.replace("shell-true", "b").replace("error", "hint")),
    ]);
    let rule = rules.get("shell-true").unwrap();
    let words = (rule.severity, rule.class.word(), rule.confidence.word(), rule.why.as_str(), rule.fix.as_str(), rule.prose.as_str());
    assert_eq!(words, (Severity::Critical, "backdoor", "high", "w", "f", "p"));
    assert_eq!(rule.references, ["CWE-95", "T1059", "https://example.com/a"]);
    assert_eq!(rules.get("b").unwrap().severity, Severity::Info);
    let odd = notes(&[("a.yml", &format!("{SHELL}metadata:\n  class: evil\n"))]);
    assert!(odd[0].starts_with("own/a.yml:8: advice: metadata `class` is backdoor, "), "{odd:?}");
}

#[test]
fn what_only_the_patch_shows_is_said_once() {
    let rules = book(&[("a.yml", SHELL)]);
    let files = ["a.py", "b.py", "c.py", "d.py"].map(|path| {
        let (before, added) = ("x = 1\n".repeat(20), if path == "d.py" { "y = 2\n" } else { "subprocess.run(a, shell=True)\n" });
        ExampleFile { path: path.to_owned(), after: Some(format!("{before}{added}")), before: Some(before) }
    });
    let example = Example { hits: true, files: files.to_vec(), message: String::new(), ..Example::default() };
    let (change, texts) = change_of(&example);
    let engine = Engine::of(&rules, &Selection::default());
    let report = engine.analyse(&change, &|_| Default::default());
    let said: Vec<String> = report.skipped.iter().map(|skipped| skipped.why.clone()).collect();
    assert_eq!((report.findings.len(), said.len()), (3, 1), "{said:?}");
    assert!(said[0].starts_with("of 3 files, such as a.py, only the changed parts are known"), "{said:?}");
    assert_eq!(engine.analyse(&change, &|_| texts.clone()).skipped, []);
}

/// What is found where only the hunks of a change are known.
fn found_in_hunks(rule: &str, before: &str, after: &str) -> Vec<String> {
    let file = ExampleFile { path: "x.py".to_owned(), before: Some(before.to_owned()), after: Some(after.to_owned()) };
    let (change, _) = change_of(&Example { hits: true, files: vec![file], message: String::new(), ..Example::default() });
    let report = Engine::of(&book(&[("a.yml", rule)]), &Selection::default()).analyse(&change, &|_| Default::default());
    report.findings.iter().map(|finding| format!("{} at {}", finding.title, finding.at)).collect()
}

#[test]
fn a_hunk_is_read_by_itself_and_what_is_around_a_match_in_all_of_them() {
    let far = "# far\n".repeat(20);
    let torn = format!("make(\n  'a\n{far}");
    let added = |line: &str| format!("make(\n  \"\"\"b\n{far}{line}\n");
    assert_eq!(found_in_hunks(SHELL, &torn, &added("subprocess.run(new, shell=True)")), ["runs new in a shell at x.py:23"]);
    assert!(found_in_hunks(SHELL, &torn, &added("subprocess.run(new)")).is_empty());
    // Many hunks, half of them of interest: as many as are read apart, and more. Of one rule, 25 places of a file are told.
    for many in [40, 400] {
        let before: String = (0..many).map(|at| format!("x{at} = 0\n{far}")).collect();
        let after: String = (0..many)
            .map(|at| if at % 2 == 0 { format!("subprocess.run({at}, shell=True)\n{far}") } else { format!("x = {at}\n{far}") })
            .collect();
        assert_eq!(found_in_hunks(SHELL, &before, &after).len(), (many / 2).min(25));
    }
    let inside = format!("{SHELL}  inside: {{kind: function_definition, regex: ^def handle, stopBy: end}}\n");
    let body = "  y = 1\n".repeat(20);
    let (before, after) = (format!("def handle(a):\n{body}"), format!("def handle(a, b):\n{body}  subprocess.run(b, shell=True)\n"));
    assert_eq!(found_in_hunks(&inside, &before, &after), ["runs b in a shell at x.py:22"]);
    // The lock that stands in another hunk still counts as the same one.
    let lock =
        "id: lock\nlanguage: python\nmessage: $L is free\nrule: {kind: with_item, regex: lock$, pattern: $L}\nmetadata: {when: removed}\n";
    let before = format!("with a.lock:\n  x = 1\n{body}with b.lock:\n  z = 1\n");
    assert_eq!(found_in_hunks(lock, &before, &before.replace("with b.lock:\n", "if b:\n")), ["b.lock is free at x.py:23 (old)"]);
    let moved = before.replace("x = 1", "x = 2").replace("with b.lock:\n", "with a.lock:\n");
    assert_eq!(
        found_in_hunks(lock, &moved, &moved.replacen("with a.lock:\n  x = 2", "if a:\n  x = 3", 1)),
        ["a.lock is free at x.py:1 (old)"]
    );
}

#[test]
fn test_files_run_and_name_the_place_that_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("own");
    std::fs::create_dir_all(rules.join("tests/__snapshots__")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(rules.join(name), text).unwrap();
    write("shell.yml", &format!("{SHELL}files: [src/**/*.py]\n"));
    write(
        "tests/shell-test.yml",
        "id: shell-true\nvalid:\n  - subprocess.run(x)\ninvalid:\n  - |\n    # runs\n    subprocess.run(x, shell=True)\n",
    );
    write("tests/other-test.yml", "id: other\nvalid: [x]\n");
    write("tests/__snapshots__/shell-true-snapshot.yml", "id: shell-true\nsnapshots:\n  x: {labels: []}\n");
    let program = Program::new(folder.path(), folder.path().join("home"));
    let own = ["--rules", rules.to_str().unwrap(), "--no-default-rules"];
    let run = |args: &[&str]| program.run(&[&own, args].concat());
    let holds = run(&["rules", "test"]);
    assert!(holds.code == 0 && holds.out.contains("1 rule, 2 examples hold, 0 do not"), "{}{}", holds.out, holds.err);
    let lint = run(&["rules", "lint"]);
    assert!(
        lint.code == 0 && lint.out.contains("own/tests/other-test.yml:1: advice: no rule of this pack that runs is called `other`"),
        "{}",
        lint.out
    );
    write("tests/shell-test.yml", "id: shell-true\nvalid:\n  - x\n  - subprocess.run(x, shell=True)\ninvalid: [run(x)]\n");
    let broken = run(&["rules", "test", "shell-true"]);
    assert_eq!(broken.code, 1, "{}{}", broken.out, broken.err);
    assert!(broken.out.contains("must not fire on: tests/shell-test.yml:4: subprocess.run(x, shell=True)"), "{}", broken.out);
    assert!(broken.out.contains("must fire on: tests/shell-test.yml:5: run(x)"), "{}", broken.out);
}

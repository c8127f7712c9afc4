//! Rules of ast-grep: what they find on added lines, what they leave alone, what is said of files that cannot be honoured.

use std::sync::Arc;

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::analysis::rulebook::Rulebook;
use lazaret::model::pack::{NoteKind, Pack, PackFile};
use lazaret::model::rule::{Example, ExampleFile};

use crate::program::Program;

const SHELL: &str = "id: shell-true
language: python
severity: error
message: runs $CMD in a shell
rule:
  pattern: subprocess.run($CMD, shell=True)
";

fn book(files: &[(&str, &str)]) -> Arc<Rulebook> {
    let files = files.iter().map(|(path, text)| PackFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
    Arc::new(Rulebook::only(&[Pack { name: "own".to_owned(), files, ..Pack::default() }]))
}

/// Titles and first lines of what `rules` find where `path` becomes `after`.
fn found(rules: &Arc<Rulebook>, path: &str, before: Option<&str>, after: &str) -> Vec<String> {
    let file = ExampleFile { path: path.to_owned(), before: before.map(str::to_owned), after: Some(after.to_owned()) };
    let example = Example { hits: true, about: String::new(), files: vec![file], message: String::new(), branch: String::new() };
    let (change, texts) = change_of(&example);
    let report = Engine::of(rules, &Selection::default()).analyse(&change, &|_| texts.clone());
    report.findings.iter().map(|finding| format!("{} at {}", finding.title, finding.at)).collect()
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
fn a_text_too_large_to_parse_is_said() {
    let rules = book(&[("a.yml", SHELL)]);
    let file = ExampleFile { path: "run.py".to_owned(), before: None, after: Some("x = 1\n".repeat(400_000)) };
    let example = Example { hits: true, about: String::new(), files: vec![file], message: String::new(), branch: String::new() };
    let (change, texts) = change_of(&example);
    let report = Engine::of(&rules, &Selection::default()).analyse(&change, &|_| texts.clone());
    assert!(report.skipped.iter().any(|skipped| skipped.why == "larger than 2 MiB: rules of ast-grep did not read it"));
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

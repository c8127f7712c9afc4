//! Revert: whatever way a change came in, on a branch of its own, previewed without a trace.

use lazaret::model::commit_id::CommitId;
use lazaret::model::decision::Verb;
use lazaret::model::response::Strength;
use lazaret::model::time::Timestamp;
use lazaret::response::request::Request;

use crate::scene::{AT, BRANCH, Scene};

/// How the change gets into main.
fn land(scene: &mut Scene, how: &str) {
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    match how {
        "merge" => drop(scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge claude/login", BRANCH])),
        "squash" => {
            scene.world.git(&["merge", "-q", "--squash", BRANCH]);
            scene.world.commit("Login work (#7)");
        }
        "rebase" => drop(scene.world.git(&["cherry-pick", &format!("main..{BRANCH}")])),
        other => panic!("{other}"),
    }
    scene.world.write("later.txt", "later\n");
    scene.world.commit("Later work");
}

#[test]
fn revert_takes_back_whatever_way_it_came_in() {
    for (how, commits) in [("merge", 1), ("squash", 1), ("rebase", 2)] {
        let mut scene = Scene::new();
        let mut target = scene.target(BRANCH);
        land(&mut scene, how);
        target.subject.revision.base = CommitId::parse(&scene.world.id("main"));
        let main = scene.world.id("main");
        let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target]));
        let branch = format!("revert/{}", receipt.case.0);
        assert_eq!(scene.world.id("main"), main, "{how}: main stays");
        assert_eq!(scene.world.git(&["rev-list", "--count", &format!("main..{branch}")]), commits.to_string(), "{how}");
        assert_eq!(scene.world.id(&format!("{branch}~{commits}")), main, "{how}: on top of main");
        let left = scene.world.git(&["diff", "--name-only", &branch, "HEAD~3", "--", "src"]);
        assert!(left.is_empty() || how == "rebase", "{how}: {left}");
        let files = scene.world.git(&["ls-tree", "-r", "--name-only", &branch]);
        assert_eq!(files, "README.md\nlater.txt\nsrc/auth.py", "{how}");
        assert!(scene.world.git(&["show", &format!("{branch}:src/auth.py")]).contains("check(user)"), "{how}");
        let message = scene.world.git(&["log", "-1", "--format=%B", &branch]);
        for trailer in ["Reverts: ", &format!("Case: {}", receipt.case.0), "Reason: looks like a way in"] {
            assert!(message.contains(trailer), "{how}: {message}");
        }
        assert_eq!(receipt.strength, Strength::Advisory, "a branch alone takes nothing back yet");
    }
}

#[test]
fn revert_of_a_fast_forward_takes_back_every_commit_latest_first() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let before = scene.world.id("main^{tree}");
    scene.world.git(&["merge", "-q", "--ff-only", BRANCH]);
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target]));
    let branch = format!("revert/{}", receipt.case.0);
    assert_eq!(scene.world.id(&format!("{branch}^{{tree}}")), before);
    let subjects = scene.world.git(&["log", "--format=%s", &format!("main..{branch}")]);
    assert_eq!(subjects, "Revert \"Tidy login\"\nRevert \"Add a script\"");
}

#[test]
fn revert_of_a_commit_that_was_named() {
    let mut scene = Scene::new();
    land(&mut scene, "merge");
    for (name, gone) in [("HEAD~1", "src/new.py"), ("HEAD", "later.txt")] {
        let receipt =
            scene.carry_out(&Request { at: Timestamp(AT.0 + 5), ..Scene::request(Verb::Revert, vec![scene.commit_target(name)]) });
        let files = scene.world.git(&["ls-tree", "-r", "--name-only", &format!("revert/{}", receipt.case.0)]);
        assert!(!files.contains(gone), "{name}: {files}");
    }
}

#[test]
fn a_batch_is_taken_back_in_reverse_order_of_merging() {
    let mut scene = Scene::new();
    scene.world.agent_branch("claude/first", "First", &[("shared.txt", "one\n")]);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge first", "claude/first"]);
    scene.world.agent_branch("claude/second", "Second", &[("shared.txt", "one\ntwo\n")]);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge second", "claude/second"]);
    let bounds = |name: &str, merge: &str| {
        let mut target = scene.target(name);
        target.subject.revision.merge_base = CommitId::parse(&scene.world.id(&format!("{merge}^1")));
        target
    };
    let targets = vec![bounds("claude/first", "main~1"), bounds("claude/second", "main")];
    // Alone, the first one conflicts with the second.
    let alone = scene.plan(&Scene::request(Verb::Revert, vec![targets[0].clone()]));
    assert_eq!(alone.conflicts[0].paths[0].text(), "shared.txt");
    assert!(!alone.is_allowed());
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, targets));
    let files = scene.world.git(&["ls-tree", "-r", "--name-only", &format!("revert/{}", receipt.case.0)]);
    assert!(!files.contains("shared.txt"), "{files}");
}

#[test]
fn dependents_and_lasting_effects_are_named() {
    let mut scene = Scene::new();
    let target = scene.target(BRANCH);
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", BRANCH]);
    scene.world.write("src/new.py", "import os\n\nprint(os.name, 2)\n");
    let hunk = scene.world.commit("Print more");
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![target]));
    assert_eq!(plan.conflicts[0].paths[0].text(), "src/new.py");
    let warned = plan.warnings.iter().find(|warning| warning.contains(&hunk[..10])).unwrap();
    assert!(warned.contains("changes lines") && warned.contains("src/new.py"), "{warned}");
    assert!(plan.warnings.iter().any(|warning| warning.contains("merging the same branch again")), "{plan:?}");

    let mut scene = Scene::new();
    scene.world.agent_branch("claude/deps", "Bump", &[("Cargo.lock", "version = 4\n"), ("db/migrations/1.sql", "CREATE TABLE a (b);\n")]);
    let target = scene.target("claude/deps");
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", "claude/deps"]);
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![target]));
    assert!(plan.warnings.iter().any(|w| w.contains("Cargo.lock") && w.contains("db/migrations/1.sql")), "{plan:?}");
}

#[test]
fn revert_again_says_where_it_is_prepared_and_an_unmerged_change_is_refused() {
    let scene = Scene::new();
    let target = scene.target(BRANCH);
    let why = scene.refusal(&Scene::request(Verb::Revert, vec![target.clone()]));
    assert!(why.contains("is not part of main"), "{why}");
    scene.world.git(&["merge", "-q", "--no-ff", "-m", "Merge", BRANCH]);
    let receipt = scene.carry_out(&Scene::request(Verb::Revert, vec![target.clone()]));
    let later = Request { at: Timestamp(AT.0 + 60), ..Scene::request(Verb::Revert, vec![target]) };
    let plan = scene.plan(&later);
    assert!(plan.steps.is_empty() && plan.warnings[0].contains(&receipt.case.0), "{plan:?}");
    scene.world.git(&["merge", "-q", &format!("revert/{}", receipt.case.0)]);
    let plan = scene.plan(&Request { at: Timestamp(AT.0 + 90), ..later });
    assert!(plan.steps.is_empty() && plan.warnings.iter().any(|w| w.contains("nothing of")), "{plan:?}");
}

#[test]
fn the_base_of_a_commit_or_a_range_is_found_where_nobody_names_it() {
    let mut scene = Scene::new();
    land(&mut scene, "squash");
    scene.world.git(&["branch", "-q", "-D", BRANCH]);
    let mut target = scene.commit_target("main~1");
    target.base = String::new();
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![target]));
    assert!(plan.is_allowed() && plan.steps[0].says.contains("on top of main"), "{plan:?}");
    // Even while something else is checked out.
    scene.world.git(&["checkout", "-q", "-b", "topic", "main~2"]);
    let mut range = scene.commit_target("main~1");
    range.base = String::new();
    range.subject.revision.merge_base = CommitId::parse(&scene.world.id("main~3"));
    let plan = scene.plan(&Scene::request(Verb::Revert, vec![range]));
    assert!(plan.steps[0].says.contains("take back 2 commits") && plan.steps[0].says.contains("on top of main"), "{plan:?}");
}

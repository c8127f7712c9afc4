//! The hook refuses every way back in, in its own words, and strength is claimed only where it runs.

use lazaret::model::response::Strength;
use lazaret::response::facts::Guard;
use lazaret::response::git::hook;

use crate::scene::{BRANCH, Scene};

/// Ways of `main` to gain the held change, each as git commands; `None` stands for the last commit of the branch.
fn ways_in(head: &str) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        ("merge", vec![words(&format!("merge -q --no-ff -m Merge {head}"))]),
        ("fast-forward", vec![words(&format!("merge -q --ff-only {head}"))]),
        ("cherry-pick", vec![words(&format!("cherry-pick {head}"))]),
        ("cherry-pick of an earlier commit", vec![words(&format!("cherry-pick {head}~1"))]),
        ("squash", vec![words(&format!("merge -q --squash {head}")), words("commit -q -m Squash")]),
        ("reset", vec![words(&format!("reset -q --hard {head}"))]),
        ("update-ref", vec![words(&format!("update-ref refs/heads/main {head}"))]),
    ]
}

/// Runs the commands; whether all went through.
fn passes(scene: &Scene, commands: &[Vec<String>]) -> bool {
    commands.iter().all(|command| scene.world.try_git(&command.iter().map(String::as_str).collect::<Vec<_>>()).status.success())
}

/// Runs one git command that the hook must refuse, in the hook's own words.
fn refused(scene: &Scene, command: &[&str]) {
    let output = scene.world.try_git(command);
    let says = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && says.contains("held in quarantine under case"), "{command:?}: {says}");
}

fn clean(scene: &Scene, main: &str) {
    scene.world.git(&["update-ref", "refs/heads/main", main]);
    scene.world.git(&["reset", "-q", "--hard", main]);
    scene.world.git(&["clean", "-qfd"]);
}

#[test]
fn the_hook_refuses_every_way_back_in_until_release() {
    let mut scene = Scene::new();
    // On top of a base that moved, so that only id and patch can tell.
    scene.world.write("README.md", "# example\n\nmore\n");
    scene.world.commit("Describe");
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    let installed = scene.guard();
    assert!(installed.changed && installed.protects == ["refs/heads/main"], "{installed:?}");
    let receipt = scene.quarantine();
    assert_eq!(receipt.strength, Strength::Enforced, "{receipt:?}");
    for (way, commands) in ways_in(&head) {
        if way == "fast-forward" {
            continue;
        }
        let (last, first) = commands.split_last().unwrap();
        assert!(passes(&scene, first), "{way}");
        refused(&scene, &last.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(scene.world.id("main"), main, "{way} moved main");
        clean(&scene, &main);
    }
    let refused = scene.world.try_git(&["merge", "-q", "--no-ff", "-m", "Merge", &head]);
    let says = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(says.contains(&format!("lazaret release {}", receipt.case.0)), "{says}");
    clean(&scene, &main);
    scene.world.write("fine.txt", "fine\n");
    let fine = scene.world.commit("Ordinary work goes on");
    scene.world.git(&["branch", "anywhere", &head]);
    clean(&scene, &fine);
    scene.world.git(&["branch", "-D", "anywhere"]);
    scene.release(&receipt.case.0);
    for (way, commands) in ways_in(&head) {
        if way != "fast-forward" {
            assert!(passes(&scene, &commands), "{way} is refused after release");
            scene.world.git(&["reset", "-q", "--hard", &fine]);
        }
    }
}

#[test]
fn the_hook_refuses_a_fast_forward_and_a_push_from_elsewhere() {
    let scene = Scene::new();
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    let clone = scene.world.beside("clone");
    scene.world.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    scene.guard();
    scene.quarantine();
    for (way, commands) in ways_in(&head) {
        if matches!(way, "fast-forward" | "reset") {
            refused(&scene, &commands[0].iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(scene.world.id("main"), main);
            clean(&scene, &main);
        }
    }
    scene.world.git(&["switch", "-q", "--detach"]);
    refused(&scene, &["-C", clone.to_str().unwrap(), "push", "-q", "origin", "origin/claude/login:refs/heads/main"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn the_hook_refuses_a_rebase_a_pull_and_mailed_patches() {
    let mut scene = Scene::new();
    let head = scene.world.id(BRANCH);
    let clone = scene.world.beside("clone");
    scene.world.git(&["clone", "-q", ".", clone.to_str().unwrap()]);
    let patches = scene.world.beside("patches");
    scene.world.git(&["format-patch", "-q", "-o", patches.to_str().unwrap(), &format!("main..{BRANCH}")]);
    scene.world.write("README.md", "# example\n\nmore\n");
    let main = scene.world.commit("Describe");
    scene.guard();
    scene.quarantine();
    // Rebased commits have other ids; the branch they are on is free, main is not.
    scene.world.git(&["checkout", "-q", "-b", "topic", &head]);
    scene.world.git(&["rebase", "-q", "main"]);
    scene.world.checkout("main");
    refused(&scene, &["merge", "-q", "--ff-only", "topic"]);
    clean(&scene, &main);
    refused(&scene, &["pull", "-q", "--no-rebase", clone.to_str().unwrap(), "refs/remotes/origin/claude/login"]);
    clean(&scene, &main);
    let first = std::fs::read_dir(&patches).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    refused(&scene, &["am", "-q", first.to_str().unwrap()]);
    scene.world.try_git(&["am", "--abort"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn the_hook_guards_linked_worktrees_too() {
    let scene = Scene::new();
    let (head, main) = (scene.world.id(BRANCH), scene.world.id("main"));
    scene.world.git(&["switch", "-q", "--detach"]);
    let tree = scene.world.beside("linked");
    scene.world.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "main"]);
    hook::install(&tree, &[]).unwrap();
    scene.quarantine();
    let linked = tree.to_str().unwrap();
    refused(&scene, &["-C", linked, "merge", "-q", "--no-ff", "-m", "Merge", &head]);
    scene.world.git(&["-C", linked, "reset", "-q", "--hard"]);
    refused(&scene, &["-C", linked, "cherry-pick", &head]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn attributes_and_configuration_do_not_blind_the_hook() {
    let mut scene = Scene::new();
    scene.world.write(".gitattributes", "*.py -diff binary\n");
    let main = scene.world.commit("Attributes");
    for (key, value) in [
        ("diff.noprefix", "true"),
        ("diff.context", "0"),
        ("diff.renames", "copies"),
        ("diff.algorithm", "histogram"),
        ("diff.external", "true"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
    ] {
        scene.world.git(&["config", key, value]);
    }
    let head = scene.world.id(BRANCH);
    scene.guard();
    scene.quarantine();
    refused(&scene, &["cherry-pick", &head]);
    clean(&scene, &main);
    scene.world.git(&["merge", "-q", "--squash", &head]);
    refused(&scene, &["commit", "-q", "-m", "Squash"]);
    assert_eq!(scene.world.id("main"), main);
}

#[test]
fn a_new_protected_branch_cannot_start_with_what_is_held() {
    let scene = Scene::new();
    let head = scene.world.id(BRANCH);
    hook::install(&scene.world.path(), &["release/*".to_owned()]).unwrap();
    scene.quarantine();
    refused(&scene, &["branch", "release/1", &head]);
    assert!(scene.world.try_git(&["branch", "release/1", "main"]).status.success());
    assert!(scene.world.try_git(&["branch", "topic", &head]).status.success(), "other branches are free");
}

#[test]
fn a_hook_of_somebody_else_is_left_alone() {
    let scene = Scene::new();
    let file = scene.world.path().join(".git/hooks/reference-transaction");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    let error = hook::install(&scene.world.path(), &[]).unwrap_err().to_string();
    assert!(error.contains("another program's hook") && !error.contains('\n'), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "#!/bin/sh\nexit 0\n");
    assert!(matches!(hook::state(&scene.world.path()).unwrap(), Guard::Absent(why) if why.contains("another program")));
}

#[test]
fn strength_is_only_claimed_where_the_hook_runs() {
    let scene = Scene::new();
    scene.guard();
    let state = || hook::state(&scene.world.path()).unwrap();
    assert_eq!(state(), Guard::Stands(vec!["refs/heads/main".to_owned()]));
    assert!(!scene.guard().changed, "a second installation changes nothing");
    let file = scene.world.path().join(".git/hooks/reference-transaction");
    scene.world.git(&["config", "core.hooksPath", "/nowhere"]);
    assert!(matches!(state(), Guard::Absent(why) if why.contains("core.hooksPath")));
    assert!(hook::install(&scene.world.path(), &[]).is_err());
    scene.world.git(&["config", "--unset", "core.hooksPath"]);
    let script = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, script.replace("exit 1", "exit 0")).unwrap();
    assert!(matches!(state(), Guard::Absent(why) if why.contains("edited")));
    assert!(scene.guard().changed);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(state(), Guard::Absent(why) if why.contains("not executable")));
    }
}

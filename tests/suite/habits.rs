//! Commits beside those that were made before them, as git keeps them: clocks, committers, dates.

use serde_json::Value;

use crate::program::Program;
use crate::world::{CLAUDE, HUMAN, World};

const RULES: [&str; 3] = ["commit-zone-jumped", "committer-new", "commit-date-odd"];

/// A repository with as many earlier commits of the maintainer, two hours ahead of UTC.
fn with(commits: usize) -> World {
    let world = World::new();
    for number in 0..commits {
        made(&world, "main", &format!("Step {number}"), &[("GIT_AUTHOR_DATE", &format!("{} +0200", 1_767_000_000 + number * 100))]);
    }
    world
}

/// A commit on `branch` by the maintainer, but for what `variables` of git say.
fn made(world: &World, branch: &str, message: &str, variables: &[(&str, &str)]) {
    world.write("a.py", format!("a = {message:?}\n"));
    world.git(&["add", "-A"]);
    let mut command = world.command(HUMAN);
    command.envs(variables.iter().copied()).args(["commit", "-q", "-m", message]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{branch}: {}", String::from_utf8_lossy(&output.stderr));
}

/// The rules about commits that fire on a branch with one commit that `variables` make.
fn fired(world: &World, branch: &str, variables: &[(&str, &str)]) -> Vec<String> {
    world.git(&["checkout", "-q", "-b", branch, "main"]);
    made(world, branch, branch, variables);
    world.git(&["checkout", "-q", "main"]);
    let only = RULES.iter().flat_map(|rule| ["--rule", rule]);
    let args: Vec<&str> = ["scan", branch, "--format", "json", "--fail-on", "never"].into_iter().chain(only).collect();
    let report: Value = serde_json::from_str(&Program::new(world.path(), world.beside("home")).ok(&args)).unwrap();
    report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn commits_are_held_against_those_before_them() {
    let world = with(60);
    let none: [&str; 0] = [];
    let at = |zone: &str| format!("1767600000 {zone}");
    assert_eq!(fired(&world, "at-home", &[("GIT_AUTHOR_DATE", &at("+0200"))]), none);
    assert_eq!(fired(&world, "in-winter", &[("GIT_AUTHOR_DATE", &at("+0100"))]), none);
    assert_eq!(fired(&world, "far-away", &[("GIT_AUTHOR_DATE", &at("-0700"))]), ["commit-zone-jumped"]);
    let stranger = [("GIT_AUTHOR_DATE", at("+0200")), ("GIT_COMMITTER_EMAIL", "stranger@example.net".to_owned())];
    assert_eq!(fired(&world, "passed-off", &stranger.each_ref().map(|(name, value)| (*name, value.as_str()))), ["committer-new"]);
    let button = [("GIT_AUTHOR_DATE", at("+0200")), ("GIT_COMMITTER_EMAIL", "noreply@github.com".to_owned())];
    assert_eq!(fired(&world, "by-button", &button.each_ref().map(|(name, value)| (*name, value.as_str()))), none);
    let copied = [("GIT_AUTHOR_EMAIL", CLAUDE.email), ("GIT_COMMITTER_EMAIL", CLAUDE.email), ("GIT_AUTHOR_DATE", "1767000500 +0200")];
    assert_eq!(fired(&world, "borrowed-time", &copied), ["commit-date-odd"]);
}

#[test]
fn a_young_repository_has_no_habits() {
    let world = with(3);
    let stranger = [("GIT_AUTHOR_DATE", "1767600000 -0700"), ("GIT_COMMITTER_EMAIL", "stranger@example.net")];
    assert_eq!(fired(&world, "far-away", &stranger), [""; 0]);
}

#[test]
fn what_takes_a_clone_is_said_where_there_is_none() {
    let world = with(6);
    world.git(&["checkout", "-q", "-b", "far", "main"]);
    made(&world, "far", "Go on from here", &[("GIT_AUTHOR_DATE", "1767600000 -0700")]);
    let patch = world.beside("far.patch");
    std::fs::write(&patch, world.git(&["format-patch", "--stdout", "main..far"]) + "\n").unwrap();
    let program = Program::new(world.path(), world.beside("home"));
    let unchecked = |target: &str| -> String {
        let report: Value = serde_json::from_str(&program.ok(&["scan", target, "--format", "json", "--fail-on", "never"])).unwrap();
        report["coverage"]["unchecked"].to_string()
    };
    let says = "time zones, committers who are new, and dates or messages taken over from earlier commits were not looked at";
    assert!(unchecked(patch.to_str().unwrap()).contains(says));
    assert!(!unchecked("far").contains("time zones"), "in a clone they are looked at");
}

#[test]
fn a_date_is_from_the_future_by_the_clock_of_whoever_judges() {
    let world = with(1);
    let at = |date: &str| [("GIT_AUTHOR_DATE", date.to_owned()), ("GIT_COMMITTER_DATE", date.to_owned())];
    let fired = |branch: &str, date: &str| fired(&world, branch, &at(date).each_ref().map(|(name, value)| (*name, value.as_str())));
    assert_eq!(fired("in-2096", "4000000000 +0000"), ["commit-date-odd"]);
    assert_eq!(fired("in-the-past", "1767600000 +0000"), [""; 0]);
}

/// Commits that git signed with a real key of `ssh-keygen`, and some that it did not.
#[test]
fn a_commit_without_a_signature_stands_out_among_signed_ones() {
    let world = World::new();
    world.write("a.py", "a = 0\n");
    made(&world, "main", "Begin", &[]);
    let key = world.beside("key");
    let made_key =
        std::process::Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "dora", "-f"]).arg(&key).output().unwrap();
    assert!(made_key.status.success(), "{}", String::from_utf8_lossy(&made_key.stderr));
    world.git(&["config", "gpg.format", "ssh"]);
    world.git(&["config", "user.signingKey", key.to_str().unwrap()]);
    let cases: [(&str, &[bool], &[&str]); 6] = [
        ("all", &[true, true, true], &[]),
        ("one-not", &[true, false, true], &["2 of 3 commits are signed, this one is not"]),
        ("the-last-not", &[true, true, false], &["2 of 3 commits are signed, this one is not"]),
        ("half", &[true, false], &["1 of 2 commits are signed, this one is not"]),
        ("one-only", &[false, false, true], &[]),
        ("none", &[false, false], &[]),
    ];
    for (branch, signed, expected) in cases {
        world.git(&["checkout", "-q", "-b", branch, "main"]);
        for (number, signed) in signed.iter().enumerate() {
            world.git(&["config", "commit.gpgSign", if *signed { "true" } else { "false" }]);
            made(&world, branch, &format!("Step {number} of {branch}"), &[]);
            let object = world.git(&["cat-file", "commit", "HEAD"]);
            assert_eq!(object.contains("gpgsig -----BEGIN SSH SIGNATURE-----"), *signed, "{object}");
        }
        world.git(&["checkout", "-q", "main"]);
        let args = ["scan", branch, "--format", "json", "--fail-on", "never", "--rule", "commit-unsigned"];
        let report: Value = serde_json::from_str(&Program::new(world.path(), world.beside("home")).ok(&args)).unwrap();
        let found: Vec<&str> = report["findings"].as_array().unwrap().iter().map(|finding| finding["title"].as_str().unwrap()).collect();
        assert_eq!(found, expected, "{branch}");
    }
}

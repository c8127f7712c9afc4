//! Patch-ids are git's own.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::Stdio;

use lazaret::model::commit_id::CommitId;
use lazaret::response::git;

use crate::world::{HUMAN, World};

#[test]
fn patch_ids_are_gits_own() {
    let mut world = World::new();
    world.git(&["config", "core.autocrlf", "false"]);
    let mut commits = Vec::new();
    let files: [&[(&str, &[u8])]; 12] = [
        &[("a.txt", b"one\ntwo\nthree\n"), ("dir/b.txt", b"b\n")],
        &[("a.txt", b"one\n2\nthree\nfour"), ("empty", b"")],
        &[("a.txt", b"one\n2\nthree\nfour\nfive\n")],
        &[("bin", b"\x00\x01\x02\n\xff\xfe more\n"), ("a.txt", b"one\n")],
        &[("bin", b"\x00\x01\x03\n\xff\xfe more\n")],
        &[("crlf.txt", b"x\r\ny\r\n"), ("tabs.txt", b"\ta  b \n")],
        &[("crlf.txt", b"x\ny\n")],
        &[("naïve \"quoted\".txt", b"q\n"), ("tab\tname", b"t\n")],
        &[("hostile.txt", b"--- a\n+++ b\n@@ -1 +1 @@\ndiff --git a/x b/x\nindex 1..2\n\\ No newline\n")],
        &[("hostile.txt", b"-- a\n++ b\n@@ -1 +1 @@\nindex 1..2\n\\ No newline at end of file, or is there\n")],
        &[("long.txt", &[b'x'; 5000]), ("code.rs", b"fn a() {\n    1\n}\n\nfn b() {\n    2\n}\n")],
        &[("code.rs", b"fn a() {\n    1\n}\n\nfn c() {\n    3\n}\n\nfn b() {\n    2\n}\n")],
    ];
    for (n, files) in files.iter().enumerate() {
        for (path, content) in *files {
            world.write(path, content);
        }
        commits.push(world.commit(&format!("Change {n}")));
    }
    // A mode alone, a mode before other files, a rename, a symlink, a removal, nothing.
    world.git(&["update-index", "--chmod=+x", "a.txt"]);
    world.git(&["commit", "-q", "-m", "Mode"]);
    commits.push(world.id("HEAD"));
    world.git(&["checkout", "-q", "-f", "HEAD"]);
    world.git(&["update-index", "--chmod=-x", "a.txt"]);
    world.git(&["mv", "dir/b.txt", "dir/c.txt"]);
    world.git(&["rm", "-q", "crlf.txt"]);
    world.git(&["commit", "-q", "-m", "Mode, rename, removal"]);
    commits.push(world.id("HEAD"));
    world.git(&["checkout", "-q", "-f", "HEAD"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("a.txt", world.path().join("link")).unwrap();
        commits.push(world.commit("Link"));
        world.remove("link");
        world.write("link", "now a file\n");
        commits.push(world.commit("Type"));
    }
    commits.push(world.commit("Nothing"));
    commits.push(world.id("HEAD~3"));
    let root = world.git(&["rev-list", "--max-parents=0", "HEAD"]);
    commits.push(root);
    let responder = git::open(&world.path()).unwrap();
    for commit in commits {
        let ours = responder.patch_id(&CommitId::parse(&commit).unwrap()).unwrap().unwrap_or_default();
        assert_eq!(ours, patch_id(&world, &commit), "{}", world.git(&["show", "--text", "--no-renames", &commit]));
    }
}

#[test]
fn patch_ids_are_gits_own_over_a_long_history() {
    let world = crate::history::generate(150);
    let range = ["rev-list", "--no-merges", "HEAD"];
    let shown =
        world.command(HUMAN).args(["log", "--no-merges", "-p", "--root", "--no-renames", "--text", "--full-index"]).output().unwrap();
    let mut reader = world.command(HUMAN).args(["patch-id", "--stable"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = reader.stdin.take().unwrap();
    let feeding = std::thread::spawn(move || input.write_all(&shown.stdout).unwrap());
    let said = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    feeding.join().unwrap();
    let theirs: BTreeMap<&str, &str> =
        said.lines().filter_map(|line| line.split_once(' ')).map(|(patch, commit)| (commit, patch)).collect();
    assert!(theirs.len() > 100, "{}", theirs.len());
    let responder = git::open(&world.path()).unwrap();
    for commit in world.git(&range).lines() {
        let ours = responder.patch_id(&CommitId::parse(commit).unwrap()).unwrap();
        assert_eq!(ours.as_deref(), theirs.get(commit).copied(), "{}", world.git(&["show", "--stat", commit]));
    }
}

/// What git says.
fn patch_id(world: &World, commit: &str) -> String {
    let shown =
        world.command(HUMAN).args(["diff-tree", "--root", "-p", "-U3", "--no-renames", "--text", "--full-index", commit]).output().unwrap();
    let mut reader = world.command(HUMAN).args(["patch-id", "--stable"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    reader.stdin.take().unwrap().write_all(&shown.stdout).unwrap();
    let said = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    said.split(' ').next().unwrap().trim().to_owned()
}

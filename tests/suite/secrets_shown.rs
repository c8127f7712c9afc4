//! A secret in a title, a commit message or a branch name: no format, nothing kept beside a decision and no screen shows it.

use std::path::{Path, PathBuf};

use crate::program::Program;
use crate::pty::Pty;
use crate::world::{CLAUDE, World};

/// Put together here so that no scanner takes this file for a leak.
fn token() -> String {
    ["gh", "p_", "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"].concat()
}

fn password() -> String {
    ["s3", "cr3tV4lue"].concat()
}

/// An agent's branch whose name, whose title and whose message hold secrets.
fn world() -> (World, String) {
    let mut world = World::new();
    world.git(&["config", "user.name", "Maintainer"]);
    world.git(&["config", "user.email", "maintainer@example.com"]);
    let branch = format!("claude/with-{}", token());
    let title = format!("Use {} to publish", token());
    let message = format!("{title}\n\nReads postgres://app:{}@db.example/app and drops the cache.", password());
    world.branch(&branch);
    world.write("src/publish.py", "def publish():\n    return True\n");
    world.commit_as(CLAUDE, "Begin to publish");
    world.write("src/publish.py", "def publish(to):\n    return to\n");
    world.commit_as(CLAUDE, &message);
    world.checkout("main");
    (world, branch)
}

#[track_caller]
fn is_hidden(what: &str, text: &str) {
    assert!(!text.contains(&token()) && !text.contains(&password()), "{what} shows a secret: {text}");
}

#[test]
fn no_format_of_any_command_shows_it() {
    let (world, branch) = world();
    let program = Program::new(world.path(), world.beside("home"));
    let range = format!("main..{branch}");
    let folder = world.path().display().to_string();
    let verdicts = ["plain", "json", "jsonl", "sarif", "markdown"];
    let sweep = ["plain", "json", "jsonl", "sarif", "markdown", "incident"];
    let asked: [(&[&str], &[&str]); 5] = [
        (&["scan", &branch], &verdicts),
        (&["scan", &range], &verdicts),
        (&["scan", "--each-commit", &range], &verdicts),
        (&["list"], &["plain", "json", "jsonl"]),
        (&["sweep", &folder, "--since", "2026-01-01", "--fresh"], &sweep),
    ];
    for (words, formats) in asked {
        for format in formats {
            let run = program.run(&[words, &["--format", format]].concat());
            assert!(run.code < 2, "{words:?} {format}: {}{}", run.out, run.err);
            is_hidden(&format!("{words:?} --format {format}"), &format!("{}{}", run.out, run.err));
            if words[0] != "sweep" && *format == "json" {
                assert!(run.out.contains("Use [GITHUB_TOKEN] to publish"), "{words:?} {format}: {}", run.out);
            }
        }
    }
}

#[test]
fn what_is_kept_beside_a_decision_does_not_show_it() {
    let (world, branch) = world();
    let program = Program::new(world.path(), world.beside("home"));
    program.ok(&["quarantine", &branch, "--reason", "a secret in its name", "--yes"]);
    let mut reports = 0;
    below(&world.beside("home"), &mut |path| {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        if text.trim_start().starts_with('{') && text.contains("lazaret/report/v1") {
            is_hidden(&path.display().to_string(), &text);
            reports += 1;
        }
    });
    assert_eq!(reports, 1);
}

fn below(folder: &Path, see: &mut dyn FnMut(PathBuf)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { below(&path, see) } else { see(path) }
    }
}

/// Queue, opened pull, its story and its commits.
#[test]
fn no_screen_shows_it() {
    let (world, _) = world();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lazaret"));
    let mut pty = Pty::start(program, &[world.path().to_str().unwrap()], "theme = \"dark\"\n");
    // The only pull of a queue opens by itself, sooner or later.
    pty.shows("with-[GITHUB_TOKEN]");
    if !pty.screen().contains("viewed 0/1") {
        pty.press("\r");
    }
    pty.shows("viewed 0/1").press("s").shows("Use [GITHUB_TOKEN] to publish").shows("[DATABASE_PASSWORD]").press("s");
    pty.until("the story is closed", |pty| !pty.screen().contains("[DATABASE_PASSWORD]"));
    is_hidden("a screen", &String::from_utf8_lossy(&pty.bytes()));
    pty.press("\u{3}").ends();
}

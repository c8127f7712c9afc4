//! Remarks from a file, through the program: sent as one review, or not at all with the place and the reason.

use crate::github_desk::Desk;
use crate::program::{Program, Run};

/// Runs `lazaret comment` with `text` as the file of remarks on a pull of one file with two lines.
fn comment(desk: &Desk, text: &str, more: &[&str]) -> Run {
    let number = desk.pull("Add one");
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("comments.toml"), text).unwrap();
    desk.github.forget();
    let program = Program::new(home.path(), home.path().join("home"));
    let address = format!("acme/api#{number}");
    let mut command = program.command(&[&["comment", &address, "--file", "comments.toml"], more].concat());
    Run::of(command.env("GH_TOKEN", &desk.token).env("LAZARET_GITHUB_API", desk.github.url()).output().unwrap())
}

#[test]
fn a_file_of_remarks_is_one_review() {
    let desk = Desk::new();
    let text = "[[comment]]\npath = \"src/add-one.py\"\nline = 1\nlast = 2\nbody = \"why?\"\nsuggestion = \"def two():\"\n\n[[comment]]\nbody = \"all in all\"\n";
    let run = comment(&desk, text, &["--reason", "read it", "--yes"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    desk.github.repo("acme/api").look(|repo| {
        let pull = repo.pulls.values().next().unwrap();
        assert_eq!((pull.reviews.len(), pull.threads.len(), pull.threads[0].start_line, pull.threads[0].line), (1, 1, Some(1), Some(2)));
        assert!(pull.threads[0].comments[0].body.contains("```suggestion\ndef two():"), "{:?}", pull.threads);
    });
}

#[test]
fn a_line_or_a_file_that_is_not_in_the_diff_is_named_and_nothing_is_sent() {
    for (text, says) in [
        ("path = \"src/add-one.py\"\nline = 99", "line 99 of src/add-one.py (new) is not in the diff of this pull"),
        ("path = \"src/add-one.py\"\nline = 1\nlast = 3", "line 3 of src/add-one.py (new) is not in the diff"),
        ("path = \"src/add-one.py\"\nline = 1\nside = \"old\"", "line 1 of src/add-one.py (old) is not in the diff"),
        ("path = \"README.md\"", "README.md is no file of this pull"),
    ] {
        let desk = Desk::new();
        comment(&desk, &format!("[[comment]]\n{text}\nbody = \"x\"\n"), &["--reason", "read it", "--yes"]).is_failure(says);
        assert!(desk.github.writes().is_empty(), "{text}");
    }
}

#[test]
fn a_file_that_cannot_be_meant_is_told_with_its_place() {
    for (text, says) in [
        ("[[comment]]\nbody = \"x\"\n[[comment]]\nline = 3\n", "comments.toml, comment 2: give path"),
        ("[[remark]]\n", "comments.toml is no list of remarks"),
        ("[[comment]]\nline = -1\n", "comments.toml is no list of remarks"),
    ] {
        let desk = Desk::new();
        comment(&desk, text, &["--reason", "x", "--yes"]).is_failure(says);
        assert!(desk.github.writes().is_empty());
    }
}

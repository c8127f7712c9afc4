//! Reading and writing unified diffs, proven against git and against mutilated input.

use lazaret::model::diff::{Content, FileDiff, FileMode, FileStatus, Patch};
use lazaret::model::path::RepoPath;
use lazaret::sources::unified::{parse, render};
use proptest::prelude::*;

use super::history::{self, Stat, Told};

/// The numbers git gives, out of a patch: sorted like git's, and binary files without counts.
pub(crate) fn stats(patch: &Patch) -> Vec<Stat> {
    let mut stats: Vec<Stat> = Vec::new();
    for file in &patch.files {
        let moved = matches!(file.status, FileStatus::Renamed(_) | FileStatus::Copied(_));
        let (added, removed) = match &file.content {
            Content::Binary { .. } => (None, None),
            Content::Submodule { old, new } if old == new => (Some(0), Some(0)),
            Content::Submodule { old, new } => (Some(usize::from(new.is_some())), Some(usize::from(old.is_some()))),
            _ => (Some(file.added()), Some(file.removed())),
        };
        let old = moved.then(|| file.old_path.clone().unwrap().bytes().to_vec());
        let path = file.path().bytes().to_vec();
        // git counts a file that became a link once, and writes it as two files.
        match stats.last_mut() {
            Some(last) if last.path == path => {
                last.added = last.added.zip(added).map(|(a, b)| a + b);
                last.removed = last.removed.zip(removed).map(|(a, b)| a + b);
            }
            _ => stats.push(Stat { old, path, added, removed }),
        }
    }
    stats.sort();
    stats
}

/// Hunks of a patch as git would write them.
pub(crate) fn hunks(patch: &Patch) -> usize {
    let of = |file: &FileDiff| match &file.content {
        Content::Text(text) => text.hunks.len(),
        Content::Submodule { old, new } => usize::from(old != new),
        _ => 0,
    };
    patch.files.iter().map(of).sum()
}

/// Hunks in git's own text: no line of a hunk starts with `@`.
pub(crate) fn hunks_told(told: &Told) -> usize {
    told.patch.split(|b| *b == b'\n').filter(|line| line.starts_with(b"@@ -")).count()
}

/// The patch without what the format cannot carry.
fn written(mut patch: Patch) -> Patch {
    patch.omissions.clear();
    patch.unreadable = 0;
    for file in &mut patch.files {
        match &mut file.content {
            Content::Text(text) => text.lossy = false,
            Content::Binary { old_size, new_size } => (*old_size, *new_size) = (None, None),
            content @ Content::Omitted(_) => *content = Content::Text(lazaret::model::diff::TextDiff::default()),
            Content::Submodule { .. } => {}
        }
    }
    patch
}

#[track_caller]
fn one(text: &[u8]) -> FileDiff {
    let mut patch = parse(text);
    assert_eq!(patch.omissions, [], "{}", String::from_utf8_lossy(text));
    assert_eq!(patch.files.len(), 1);
    patch.files.remove(0)
}

#[test]
fn agrees_with_git_over_500_commits() {
    let world = history::generate(500);
    let ways: [(&[&str], &[&str]); 5] = [
        (&["-M"], &[]),
        (&["-C", "--find-copies-harder"], &[]),
        (&["-M"], &["--binary", "--full-index"]),
        (&["-M"], &["-U0"]),
        (&["--no-renames"], &["-U20"]),
    ];
    for options in ways {
        let all = history::told(&world, options.0, options.1);
        assert_eq!(all.len(), 500);
        for told in all {
            let patch = parse(&told.patch);
            assert_eq!(stats(&patch), told.stats, "{options:?} {}", told.id);
            assert_eq!(hunks(&patch), hunks_told(&told), "{options:?} {}", told.id);
            assert_eq!(written(parse(render(&patch).as_bytes())), written(patch.clone()), "{options:?} {}", told.id);
            for omission in &patch.omissions {
                assert!(omission.path.as_ref().is_some_and(RepoPath::is_hostile), "{} {omission:?}", told.id);
            }
        }
    }
}

#[test]
fn no_prefix_keeps_folders_called_a_and_b() {
    let world = history::generate(120);
    for options in [&["--no-prefix"][..], &["--src-prefix=i/", "--dst-prefix=w/"]] {
        for told in history::told(&world, &["-M"], options) {
            assert_eq!(stats(&parse(&told.patch)), told.stats, "{options:?} {}", told.id);
        }
    }
}

#[test]
fn modes_links_and_submodules() {
    let file = one(b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n");
    assert_eq!((file.old_mode, file.new_mode), (Some(FileMode::Regular), Some(FileMode::Executable)));
    let file = one(b"diff --git a/l b/l\nnew file mode 120000\nindex 0000000..1de5659\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+target\n\\ No newline at end of file\n");
    assert_eq!((file.status, file.new_mode), (FileStatus::Added, Some(FileMode::Symlink)));
    assert!(file.text().unwrap().lines[0].no_newline);
    let ids = ["1".repeat(40), "2".repeat(40)];
    let text = format!(
        "diff --git a/sub b/sub\nindex 1111111..2222222 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit {}\n+Subproject commit {}\n",
        ids[0], ids[1]
    );
    let Content::Submodule { old, new } = one(text.as_bytes()).content else { panic!() };
    assert_eq!([old.unwrap().to_string(), new.unwrap().to_string()], ids);
    // A mode git no longer writes, and one nobody should.
    assert_eq!(one(b"diff --git a/x b/x\nnew file mode 100664\n").new_mode, Some(FileMode::Other(0o100_664)));
}

#[test]
fn a_mode_cannot_hide_text_as_a_submodule() {
    let text = b"diff --git a/x b/x\nindex 1..2 160000\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n+b\n+c\n";
    assert_eq!(one(text).added(), 2);
}

#[test]
fn a_bad_hunk_costs_only_itself() {
    let text = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -5,9 +5 @@\n-only one\n@@ -20 +20 @@\n-c\n+d\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-e\n+f\n";
    let patch = parse(text);
    assert_eq!(patch.files.iter().map(FileDiff::added).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(patch.omissions.len(), 1);
    assert_eq!(patch.omissions[0].path, Some(RepoPath::from("x")));
    assert!(patch.omissions[0].why.contains("line 7 of the diff"), "{}", patch.omissions[0].why);
}

#[test]
fn lines_a_hunk_does_not_announce_are_told() {
    let patch = parse(b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+evil\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-c\n+d\n");
    assert_eq!(patch.files.len(), 2);
    assert_eq!(patch.added(), 2);
    assert!(patch.omissions[0].why.contains("1 lines that it does not announce"), "{:?}", patch.omissions);
}

#[test]
fn a_plain_file_between_git_files_is_seen() {
    let patch = parse(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n--- a/hidden\n+++ b/hidden\n@@ -1 +1 @@\n-a\n+b\n");
    assert_eq!(patch.files.iter().map(|file| file.path().text().into_owned()).collect::<Vec<_>>(), ["x", "hidden"]);
}

#[test]
fn plain_diffs_of_other_tools() {
    let file = one(b"--- old/src/x.c\t2026-01-05 09:00:00\n+++ new/src/x.c\t2026-01-05 09:01:00\n@@ -1 +1 @@\n-a\n+b\n");
    assert_eq!((file.old_path, file.new_path), (Some(RepoPath::from("old/src/x.c")), Some(RepoPath::from("new/src/x.c"))));
    let file = one(b"diff --git a/x b/x\r\nindex 1..2 100644\r\n--- a/x\r\n+++ b/x\r\n@@ -1 +1 @@\r\n-a\r\n+b\r\n");
    assert_eq!(file.text().unwrap().added().collect::<Vec<_>>(), [(1, "b\r")]);
    assert_eq!(file.new_mode, Some(FileMode::Regular));
}

#[test]
fn combined_diffs_are_named_and_not_read() {
    let patch = parse(b"diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\ndiff --git a/y b/y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-e\n+f\n");
    assert!(matches!(&patch.files[0].content, Content::Omitted(why) if why.contains("combined diff")));
    assert_eq!(patch.files[1].added(), 1);
}

#[test]
fn hostile_paths_are_kept_and_told() {
    let patch = parse(b"--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\ndiff --git \"a/n\\000ul\" \"b/n\\000ul\"\nnew file mode 100644\n");
    assert_eq!(patch.files[0].path(), &RepoPath::from("../../etc/passwd"));
    assert_eq!(patch.files[1].path(), &RepoPath::from("n\0ul"));
    assert_eq!(patch.omissions.len(), 2, "{:?}", patch.omissions);
}

#[test]
fn a_line_of_20_megabytes_and_a_million_files_take_linear_time() {
    let mut text = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+".to_vec();
    text.resize(20_000_000, b'\0');
    text.push(b'\n');
    assert_eq!(one(&text).text().unwrap().size(), 20_000_000 - 31);
    let many: Vec<u8> = (0..1_000_000).flat_map(|i| format!("diff --git a/{i} b/{i}\nnew file mode 100644\n").into_bytes()).collect();
    let patch = parse(&many);
    assert_eq!(patch.files.len(), lazaret::sources::limits::MAX_FILES);
    assert!(patch.omissions[0].why.starts_with("900000 further files"), "{:?}", patch.omissions);
    assert_eq!(patch.unreadable, 900_000, "files that nobody looked at must not pass for clear");
}

#[test]
fn what_is_no_diff_has_no_files() {
    for text in [&b""[..], b"\0\0\0", b"hello\n- a list\n+ of things\n", b"*** a\n--- b\n***************\n"] {
        assert_eq!(parse(text).files, []);
    }
    assert_eq!(parse(b"@@ -1 +1 @@\n-a\n+b\n").omissions.len(), 1);
}

/// What diffs are made of, glued together at random.
const PIECES: &[&[u8]] = &[
    b"diff --git a/x b/x\n",
    b"diff --git \"a/\\303\\251 \\\"\" \"b/\\303\\251 \\\"\"\n",
    b"diff --cc x\n",
    b"new file mode 100644\n",
    b"deleted file mode 160000\n",
    b"old mode 100644\nnew mode 7\n",
    b"similarity index 250%\nrename from x\nrename to ../y\n",
    b"similarity index 90%\ncopy from x\ncopy to z w\n",
    b"index 1..2 100644\n",
    b"--- a/x\n",
    b"--- /dev/null\n",
    b"+++ b/x y\t\n",
    b"+++ /dev/null\n",
    b"+++ /etc/x\n",
    b"@@ -1,2 +1,2 @@ fn f()\n",
    b"@@ -0,0 +1 @@\n",
    b"@@ -4294967295,2 +1 @@\n",
    b"@@ -99999999999999999999 +1 @@\n",
    b"@@@ -1 -1 +1 @@@\n",
    b" context\n",
    b"-removed\xff\n",
    b"+added\r\n",
    b"+Subproject commit 0000000000000000000000000000000000000001\n",
    b"\\ No newline at end of file\n",
    b"Binary files a/x and b/x differ\n",
    b"GIT binary patch\nliteral 3\nKcmV+b\n\nliteral 0\nHcmV\n\n",
    b"\n",
    b"-- \n2.47.3\n",
    b"\0",
];

fn pieces() -> impl Strategy<Value = Vec<&'static [u8]>> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_panics_and_rewrites_to_the_same(text in pieces()) {
        let text = text.concat();
        let patch = written(parse(&text));
        let again = written(parse(render(&patch).as_bytes()));
        prop_assert_eq!(again, patch);
    }

    #[test]
    fn never_panics_on_any_bytes(text in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&text);
    }

    #[test]
    fn never_panics_on_a_mutated_diff(cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), keep in any::<prop::sample::Index>()) {
        static REAL: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
            history::told(&history::generate(25), &["-M"], &["--binary"]).into_iter().flat_map(|told| told.patch).collect()
        });
        let mut text = REAL.clone();
        for (at, byte) in cuts {
            let at = at.index(text.len());
            text[at] = byte;
        }
        text.truncate(keep.index(text.len()) + 1);
        let patch = parse(&text);
        let again = parse(render(&patch).as_bytes());
        let differs = written(again).files.into_iter().zip(written(patch).files).find(|(again, file)| again != file);
        prop_assert_eq!(differs, None);
    }
}

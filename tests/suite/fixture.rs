//! The three sizes of change that speed is measured on, as real repositories: one agent branch against `main`.
#![allow(dead_code, unreachable_pub, reason = "tests and benches each use their own part")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// The branch that holds the change.
pub const BRANCH: &str = "claude/fixture";

/// How large a change is: files, lines of each, and lines of one more, very long file.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub name: &'static str,
    files: usize,
    lines: usize,
    long_file: usize,
}

pub const SMALL: Size = Size { name: "small", files: 24, lines: 120, long_file: 0 };
pub const MID: Size = Size { name: "mid", files: 180, lines: 120, long_file: 0 };
/// About 140,000 changed lines and 20 MB of diff.
pub const BIG: Size = Size { name: "big", files: 1_000, lines: 300, long_file: 50_000 };

/// A bare repository with the change in it.
pub struct Fixture {
    folder: TempDir,
}

impl Fixture {
    /// Builds the repository of `size`; the same bytes every time.
    pub fn new(size: Size) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Self { folder };
        let git = |args: &[&str]| {
            let mut command = Command::new("git");
            command
                .current_dir(fixture.folder.path())
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap())
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .args(args);
            command
        };
        assert!(git(&["init", "-q", "--bare", "-b", "main", "repo.git"]).status().unwrap().success());
        let mut import = git(&["-C", "repo.git", "fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        import.stdin.take().unwrap().write_all(stream(size).as_bytes()).unwrap();
        assert!(import.wait().unwrap().success());
        // A pack as a clone has it: fast-import chains unrelated files, which no real repository does.
        assert!(git(&["-C", "repo.git", "repack", "-a", "-d", "-f", "-q"]).status().unwrap().success());
        fixture
    }

    /// The repository's folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repo.git")
    }
}

fn stream(size: Size) -> String {
    let mut out = String::new();
    commit(&mut out, "refs/heads/main", "Begin", 1_767_603_600, None);
    for number in 0..size.files {
        file(&mut out, &path(number), &text(number, size.lines, false));
    }
    if size.long_file > 0 {
        file(&mut out, "data/table.py", &text(7, size.long_file, false));
    }
    commit(&mut out, &format!("refs/heads/{BRANCH}"), "Rework every module", 1_767_690_000, Some("refs/heads/main"));
    for number in 0..size.files {
        file(&mut out, &path(number), &text(number, size.lines, true));
    }
    if size.long_file > 0 {
        file(&mut out, "data/table.py", &text(7, size.long_file, true));
    }
    out
}

fn commit(out: &mut String, branch: &str, message: &str, time: i64, from: Option<&str>) {
    let _ = writeln!(out, "commit {branch}\ncommitter Claude <noreply@anthropic.com> {time} +0000\ndata {}\n{message}", message.len());
    if let Some(from) = from {
        let _ = writeln!(out, "from {from}");
    }
}

fn file(out: &mut String, path: &str, text: &str) {
    let _ = writeln!(out, "M 100644 inline {path}\ndata {}\n{text}", text.len());
}

fn path(number: usize) -> String {
    let extension = ["py", "ts", "rs", "go"][number % 4];
    format!("src/area{}/module_{number}.{extension}", number % 25)
}

/// Lines of plausible code; `changed` rewrites 70 of every 300 of them. One in four files keeps its function headers.
fn text(seed: usize, lines: usize, changed: bool) -> String {
    let mut out = String::with_capacity(lines * 90);
    for number in 0..lines {
        let rewritten = changed && (number / 10 + seed).is_multiple_of(4) && number % 10 < 9;
        let value = (seed * 7_919 + number * 104_729) % 99_991;
        if number.is_multiple_of(12) {
            out.push_str(header(seed, number));
            let _ = writeln!(out, "_{number} // computes entry {value} of the table");
            continue;
        }
        let verb = if rewritten { "derive" } else { "compute" };
        let _ = writeln!(
            out,
            "    entry_{number} = {verb}_total(\"row {value}\", previous_{}, {value}, scale_factor_{})",
            number % 17,
            seed % 9
        );
    }
    out
}

fn header(seed: usize, number: usize) -> &'static str {
    match (seed % 4, number % 24) {
        (0, 0) => "def handle",
        (1, 0) => "function handle",
        (2, 0) => "fn handle",
        (3, 0) => "func handle",
        _ => "# section",
    }
}

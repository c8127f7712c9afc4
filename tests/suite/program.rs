//! The real program, run in a hermetic home: what it prints, says and answers.
#![allow(dead_code, unreachable_pub, reason = "each kind of test uses its own part of the helpers")]

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// What came out of one run.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Where the program runs, and whose folders it uses.
pub struct Program {
    folder: PathBuf,
    pub home: PathBuf,
}

impl Program {
    /// The program run in `folder`, with everything it keeps below `home`.
    pub fn new(folder: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), home: home.into() }
    }

    /// A command that is cut off from the environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("lazaret").unwrap();
        command
            .args(args)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LAZARET_HOME", &self.home)
            .env("TMPDIR", std::env::temp_dir());
        command
    }

    /// Runs it.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// Runs it with `input` on its standard input.
    pub fn fed(&self, args: &[&str], input: impl Into<Vec<u8>>) -> Run {
        Run::of(self.command(args).write_stdin(input).output().unwrap())
    }

    /// Runs it and insists on success.
    pub fn ok(&self, args: &[&str]) -> String {
        let run = self.run(args);
        assert_eq!(run.code, 0, "{args:?}: {}{}", run.out, run.err);
        run.out
    }

    /// Runs it and insists that it could not: code 2 and one sentence that holds `part`.
    pub fn fails(&self, args: &[&str], part: &str) {
        self.run(args).is_failure(part);
    }
}

impl Run {
    /// What came out.
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Insists on code 2 and exactly one sentence on standard error that holds `part`.
    pub fn is_failure(&self, part: &str) {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        let lines: Vec<&str> = self.err.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with("lazaret: "), "one sentence, not {:?}", self.err);
        assert!(self.err.contains(part), "{part:?} is not in {:?}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

/// Every file below `folder`, with its bytes.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    crate::world::snapshot(folder)
}

/// Waits until the clock shows another second: the same decision within one second is one decision.
pub fn a_second_later() {
    std::thread::sleep(std::time::Duration::from_millis(1_050));
}

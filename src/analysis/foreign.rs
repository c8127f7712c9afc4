//! What other tools found, whatever their file looks like: a result, where it points, and the file it came in.
//!
//! Everything here is outside text. A result is a finding only where [`merge`] puts it on lines of a change.

pub mod merge;
mod same;
mod tally;
mod told;
mod touch;

use crate::model::path::RepoPath;
use crate::model::rule::{Confidence, FindingClass, Severity};
use crate::model::tool::{ResultFile, Tool, UnreadFile};

/// The most a result of another tool weighs: a finding alone that must be judged, and no more.
pub const MOST: Severity = Severity::High;

/// A result of another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The tool.
    pub tool: Tool,
    /// The rule, by the tool's own name for it.
    pub rule: String,
    /// One line: what was seen.
    pub title: String,
    /// Why it matters, as the tool says.
    pub why: String,
    /// What would make it fine.
    pub fix: String,
    /// What it points to.
    pub class: FindingClass,
    /// How bad it is if true.
    pub severity: Severity,
    /// How sure the tool is.
    pub confidence: Confidence,
    /// References such as `CWE-78`.
    pub references: Vec<String>,
    /// Where it is; the first that lies in a change counts.
    pub spots: Vec<Spot>,
    /// The way the data takes, where the tool tells one.
    pub flow: Vec<Spot>,
    /// The text the tool saw there.
    pub snippet: Option<String>,
    /// Whether it counts.
    pub fate: Fate,
    /// The commit it was seen in, when it is about one commit only.
    pub commit: Option<String>,
    /// The commit that the tool looked at, when it says so.
    pub revision: Option<String>,
    /// The name this program gave it, when this program wrote the file.
    pub own: Option<String>,
}

impl Foreign {
    /// Its name among rules: `semgrep/python.lang.x`, which no rule of this program has.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.tool.name, self.rule)
    }

    /// Whether `.gitleaksignore` speaks of it.
    #[must_use]
    pub fn is_of_gitleaks(&self) -> bool {
        matches!(self.tool.name.as_str(), "gitleaks" | "betterleaks")
    }

    /// Its names in `.gitleaksignore`: `path:rule:line`, and the same behind the commit's id where that is known.
    pub fn fingerprints(&self) -> impl Iterator<Item = String> + '_ {
        let inside = self.spots.iter().filter(|_| self.is_of_gitleaks()).filter_map(|spot| match (&spot.file, spot.lines) {
            (Spotted::Inside(path), Some((line, _))) => Some(format!("{}:{}:{line}", path.text(), self.rule)),
            _ => None,
        });
        inside.flat_map(|name| {
            let of_commit = self.commit.as_ref().map(|commit| format!("{commit}:{name}"));
            of_commit.into_iter().chain([name])
        })
    }
}

/// A place as a tool names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// The file.
    pub file: Spotted,
    /// First and last line, from 1; `None` for the file as a whole.
    pub lines: Option<(u32, u32)>,
}

/// A file as a tool names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spotted {
    /// In the repository.
    Inside(RepoPath),
    /// Somewhere else, in the words of the file.
    Outside(String),
}

/// Whether a result counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It does.
    Counts,
    /// A comment in the code asks for silence.
    Hushed,
    /// Somebody decided elsewhere that it does not.
    Suppressed,
    /// The tool knows it from before.
    Known,
    /// The tool says that it is gone, or that nothing is wrong.
    Gone,
}

/// A file of results, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catch {
    /// The file, as it was named.
    pub file: String,
    /// SHA-256 of its bytes.
    pub digest: String,
    /// The tools that wrote it.
    pub tools: Vec<Tool>,
    /// How many results it holds.
    pub total: usize,
    /// Those that could be read.
    pub results: Vec<Foreign>,
    /// What is to be said of the file, in sentences.
    pub notes: Vec<String>,
    /// Why nothing of it was read, when it was left out.
    pub unread: Option<UnreadFile>,
}

impl Catch {
    /// Nothing of `file` yet.
    #[must_use]
    pub fn of(file: &ResultFile) -> Self {
        let (name, digest) = (file.name.clone(), file.digest.clone());
        Self { file: name, digest, tools: Vec::new(), total: 0, results: Vec::new(), notes: Vec::new(), unread: None }
    }

    /// A file that was left out.
    #[must_use]
    pub fn left_out(unread: UnreadFile) -> Self {
        let (file, digest) = (unread.name.clone(), unread.digest.clone());
        let line = unread.line.map_or_else(String::new, |line| format!("line {line}: "));
        let notes = vec![format!("left out: {line}{}", unread.why)];
        Self { file, digest, tools: Vec::new(), total: 0, results: Vec::new(), notes, unread: Some(unread) }
    }
}

//! One judged change as it is remembered over time: who, when, where, how it was judged, what it is recognised by. Small on purpose.
//!
//! Names, paths and texts in it come from outside: hostile until shown through [`super::inert`]. Times and names are claims.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::Tier;
use super::pull::PullState;
use super::risk::Lane;
use super::time::Timestamp;

/// A change that was judged. It stands for exactly one head and one set of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The repository: `owner/name`, with its host where that is not github.com, or a folder.
    pub repo: String,
    /// What the change is called there: `#7`, a branch, a commit.
    pub name: String,
    /// The number of the pull it is or stands for, where that is said.
    pub number: Option<u64>,
    /// Its exact head.
    pub head: String,
    /// Digest of the rules that judged it.
    pub rules: String,
    /// When it was made: for a pull when it was opened, for a commit when it was written. Never later than when it was judged.
    pub at: Timestamp,
    /// When it was judged.
    pub seen: Timestamp,
    /// The agent's id, when something points to one.
    pub agent: Option<String>,
    /// The agent's name for people.
    pub called: String,
    /// How far that may be trusted.
    pub tier: Tier,
    /// The model it says it was made with.
    pub model: Option<String>,
    /// The page of the agent's session.
    pub session: Option<String>,
    /// The person or account behind it; empty when none is known.
    pub author: String,
    /// Where it stood.
    pub state: PullState,
    /// The lane it was put in.
    pub lane: Lane,
    /// Its score.
    pub score: u8,
    /// Findings by severity, mildest first.
    pub severities: [u32; 5],
    /// Findings by rule.
    pub fired: BTreeMap<String, u32>,
    /// What kinds of file it touches: the words of their roles.
    pub roles: BTreeSet<String>,
    /// The folders it touches, at most [`MOST_FOLDERS`].
    pub folders: Vec<Folder>,
    /// Digest of all its changed lines by path, where they say enough to be recognised by.
    pub patch: Option<String>,
    /// What it adds that can be recognised elsewhere, at most [`MOST_CONSTRUCTS`].
    pub constructs: Vec<Construct>,
    /// Commits and pulls that it says it takes back.
    pub takes_back: Vec<TakenBack>,
}

/// Folders that are kept of one change.
pub const MOST_FOLDERS: usize = 64;
/// Constructs that are kept of one change.
pub const MOST_CONSTRUCTS: usize = 24;

impl Observed {
    /// What it is called for people: `owner/name#7`, `owner/name@1a2b3c4`, `name:branch` where the repository is a folder.
    #[must_use]
    pub fn address(&self) -> String {
        let repo = if self.repo.starts_with('/') { self.repo.rsplit('/').next().unwrap_or_default() } else { self.repo.as_str() };
        match self.name.starts_with('#') {
            true => format!("{repo}{}", self.name),
            false if self.is_commit() => format!("{repo}@{}", self.name.get(..7).unwrap_or(&self.name)),
            false => format!("{repo}:{}", self.name),
        }
    }

    /// Whether it is a single commit, and neither a pull nor a branch.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        self.name == self.head || self.name.len() >= 7 && self.head.starts_with(&self.name)
    }

    /// Whether a finding that must be judged stands in it.
    #[must_use]
    pub fn is_hard(&self) -> bool {
        self.severities.iter().skip(3).any(|count| *count > 0)
    }

    /// Its findings.
    #[must_use]
    pub fn findings(&self) -> u32 {
        self.severities.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// A folder that a change touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Folder {
    /// Its path without a slash at its end, cut after four names; empty for the top.
    pub path: String,
    /// Whether the change only brings new files there, as one does that makes the folder.
    pub made: bool,
    /// Whether files there steer automation or agents.
    pub steers: bool,
}

/// Some added lines, recognised wherever they stand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Construct {
    /// Digest of the lines without white space, numbers and the content of strings.
    pub print: u64,
    /// Where they stand.
    pub path: String,
    /// The first of them.
    pub line: u32,
    /// The first of them, cut short and without secrets.
    pub says: String,
}

/// What a change says it takes back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenBack {
    /// The commit whose id begins so.
    Commit(String),
    /// The pull of this number, in the same repository.
    Pull(u64),
}

/// What became of a change, as far as records and later changes tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fate {
    /// Somebody approved it here.
    pub approved: bool,
    /// It was held here, and not let go since.
    pub held: bool,
    /// It was taken back, or a later change says so.
    pub reverted: bool,
}

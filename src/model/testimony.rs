//! What a forge says of what a message claims: the question, the answers, and why there is none. Never how it is asked, and never a
//! verdict. Every text of an answer is hostile until shown through [`super::inert`].

use std::collections::BTreeMap;

use super::dossier::CheckRun;

/// Issues of the repository itself that are asked about in one question, and of other repositories as many; a message names more than
/// that only to keep somebody busy.
pub const MOST_ISSUES: usize = 8;

/// What a message claims that only its forge knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Whether it says how checks of the head went.
    pub checks: bool,
    /// The issues of the repository itself that it names by number, ascending, at most [`MOST_ISSUES`].
    pub issues: Vec<u64>,
    /// Those of other repositories of the same forge that it names, ascending, at most [`MOST_ISSUES`].
    pub foreign: Vec<ForeignIssue>,
    /// Whether the forge links issues with it, which tell the task.
    pub linked: bool,
}

impl Question {
    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.checks && self.issues.is_empty() && self.foreign.is_empty() && !self.linked
    }
}

/// An issue, or a pull that stands in its place: both are numbered in one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Issue {
    /// `owner/name`.
    pub repository: String,
    /// Its number there.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its text; empty for a pull.
    pub body: String,
    /// Whether it is a pull.
    pub pull: bool,
}

impl Issue {
    /// `owner/name#12 title`; not yet safe to draw.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{} {}", self.repository, self.number, self.title)
    }
}

/// An issue or pull of another repository on the same forge, as a message names it: hostile, and perhaps no name at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignIssue {
    /// `owner/name`, in small letters.
    pub repository: String,
    /// Its number there.
    pub number: u64,
}

impl std::fmt::Display for ForeignIssue {
    /// `owner/name#12`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.repository, self.number)
    }
}

/// What the forge says of an issue of another repository. That it is absent cannot be told: forges answer the same of what is private.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Everybody can see it.
    There,
    /// It is not there, or not for everybody to see.
    Unseen,
    /// Nobody can tell: why.
    Unknown(String),
}

/// What the forge says of a number that the message names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// It is there.
    There(Issue),
    /// The forge never gave that number to anything: why that is known.
    Never(String),
    /// Nobody can tell: why.
    Unknown(String),
}

/// The answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Testimony {
    /// Checks and statuses of the head that was judged; `None` when they are not known.
    pub checks: Option<Vec<CheckRun>>,
    /// Issues that the merge closes, as the forge links them.
    pub linked: Vec<Issue>,
    /// The issues that were asked about.
    pub named: BTreeMap<u64, Named>,
    /// The issues of other repositories that were asked about: whether they are there, and nothing of what they say.
    pub foreign: BTreeMap<ForeignIssue, Foreign>,
    /// Why nobody answered, where somebody should have.
    pub unasked: Option<String>,
}

impl Testimony {
    /// No answer, because of `why`.
    #[must_use]
    pub fn unasked(why: impl Into<String>) -> Self {
        Self { unasked: Some(why.into()), ..Self::default() }
    }

    /// Whether a later answer may well be another one: something is missing, or checks still run.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let runs =
            |check: &CheckRun| ["pending", "queued", "in_progress", "waiting", "expected", "requested"].contains(&check.state.as_str());
        self.unasked.is_some()
            || self.named.values().any(|named| !matches!(named, Named::There(_)))
            || self.foreign.values().any(|foreign| matches!(foreign, Foreign::Unknown(_)))
            || self.checks.iter().flatten().any(runs)
    }
}

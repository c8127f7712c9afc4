//! A pull: one change-set somebody asks to merge, wherever it lives. Never its diff and never its judgement.

use std::borrow::Cow;
use std::fmt;

use super::agent::Provenance;
use super::commit_id::CommitId;
use super::standing::Standing;
use super::time::Timestamp;

/// Which kind of place a change comes from; the `source` of report v1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A branch or commit range of a clone.
    Local,
    /// A pull request of a GitHub host.
    Github,
    /// A diff, a mailbox of patches or standard input.
    Patch,
    /// A folder read as if all its lines were added.
    Tree,
    /// The embedded demo repository.
    Demo,
}

impl Origin {
    /// The word of report v1.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Github => "github",
            Self::Patch => "patch",
            Self::Tree => "tree",
            Self::Demo => "demo",
        }
    }
}

/// The address of a pull: unique within one queue and stable between runs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PullRef {
    /// Where it comes from.
    pub origin: Origin,
    /// The repository as its source names it: `owner/repo`, a folder's path, a file's path, `demo`.
    pub repo: String,
    /// Which change of that repository: `#7`, a branch name, `A..B`, a commit id, a patch's position.
    pub name: String,
}

impl fmt::Display for PullRef {
    /// `owner/repo#7`, `owner/repo@COMMIT`, `demo#2`, otherwise `repo:name` (or only the name where the repository is the current
    /// folder).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.repo.as_str(), self.name.starts_with('#')) {
            ("" | ".", _) => f.write_str(&self.name),
            (repo, true) => write!(f, "{repo}{}", self.name),
            (repo, false) if self.name.is_empty() => f.write_str(repo),
            (repo, false) if self.origin == Origin::Github => write!(f, "{repo}@{}", self.name),
            (repo, false) => write!(f, "{repo}:{}", self.name),
        }
    }
}

impl PullRef {
    /// Whether it is a commit of a GitHub host that was asked for by itself: nobody proposed it, so it stands on a branch already.
    #[must_use]
    pub fn is_bare_commit(&self) -> bool {
        let hex = self.name.len() >= LEAST_DIGITS && self.name.bytes().all(|b| b.is_ascii_hexdigit());
        self.origin == Origin::Github && hex
    }
}

/// Digits of a commit's id that name it.
pub const LEAST_DIGITS: usize = 7;

/// The exact commits a pull stands on when it was read. `None` where the source has no commits (a bare diff, a folder).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Revision {
    /// The tip of the branch it would merge into.
    pub base: Option<CommitId>,
    /// The last commit of the change.
    pub head: Option<CommitId>,
    /// The common ancestor that the diff starts from.
    pub merge_base: Option<CommitId>,
}

/// A name and address as written by whoever made the object: a claim, not an identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// As written.
    pub name: String,
    /// As written.
    pub email: String,
}

/// One commit of a pull, oldest first within it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id; `None` for a patch that only claims one.
    pub id: Option<CommitId>,
    /// Its parents' ids, in order.
    pub parents: Vec<CommitId>,
    /// Who wrote it, as claimed.
    pub author: Author,
    /// Who committed it, as claimed.
    pub committer: Author,
    /// When it was written, as claimed.
    pub authored: Timestamp,
    /// When it was committed, as claimed.
    pub committed: Timestamp,
    /// The whole message with its trailers.
    pub message: String,
    /// Whether the object carries a signature. It is not verified here.
    pub signed: bool,
}

impl Commit {
    /// The first line of the message.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.message.lines().next().unwrap_or("")
    }
}

/// Where a pull stands with its forge or repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullState {
    /// Waiting to be merged.
    Open,
    /// Its head is part of the base.
    Merged,
    /// Refused or withdrawn.
    Closed,
    /// Held under a quarantine ref or label.
    Quarantined,
}

impl PullState {
    /// The word people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
            Self::Quarantined => "quarantined",
        }
    }
}

/// One change-set somebody asks to merge. Every text in it comes from outside and is hostile until shown through
/// [`super::inert`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Its address.
    pub at: PullRef,
    /// What is shown instead of the name in its address, where that holds a secret.
    pub alias: Option<String>,
    /// The exact commits.
    pub revision: Revision,
    /// Its title; for a branch, the subject of its last commit.
    pub title: String,
    /// Its description; empty where there is none.
    pub body: String,
    /// The branch it comes from; empty where there is none.
    pub branch: String,
    /// The branch it would merge into; empty where there is none.
    pub target: String,
    /// Who opened it, as claimed; for a branch, the author of its last commit.
    pub author: Author,
    /// Which agent wrote it, by what evidence.
    pub provenance: Provenance,
    /// Where it stands.
    pub state: PullState,
    /// When it was opened; for a branch, when its first own commit was made.
    pub opened: Timestamp,
    /// When it last moved.
    pub updated: Timestamp,
    /// How many commits it has, when the source knows without loading them.
    pub commit_count: Option<usize>,
    /// Its page, when it has one.
    pub url: Option<String>,
    /// How it stands with its forge, when it lives on one.
    pub standing: Option<Box<Standing>>,
}

impl Pull {
    /// Who opened it, where a host vouches for that. What a commit says of its author is a claim, and vouches for nobody.
    #[must_use]
    pub fn vouched(&self) -> Option<String> {
        let named = self.at.origin == Origin::Github && !self.at.is_bare_commit() && !self.author.name.is_empty();
        named.then(|| self.author.name.to_lowercase())
    }

    /// Its address as it is shown; not yet safe to draw.
    #[must_use]
    pub fn address(&self) -> Cow<'_, PullRef> {
        match &self.alias {
            None => Cow::Borrowed(&self.at),
            Some(alias) => Cow::Owned(PullRef { name: alias.clone(), ..self.at.clone() }),
        }
    }
}

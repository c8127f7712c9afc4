//! What a responder found out about the world for a plan. Plain data: planning from it is pure.

pub mod forge;

use crate::model::ban::{Ban, Banned};
use crate::model::commit_id::CommitId;
use crate::model::finding::Fingerprint;
use crate::model::response::{CaseId, Conflict, DenyEntry};
use crate::model::rule::RuleId;

/// Facts for one verb, one entry for each target in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Facts {
    /// For an approval.
    Approve {
        /// Whether a merge is asked for too.
        merge: bool,
        /// The targets.
        targets: Vec<ApproveFacts>,
    },
    /// For a quarantine.
    Quarantine {
        /// What guards protected branches here.
        guard: Guard,
        /// Whether `transfer.hideRefs` hides held refs already.
        hidden: bool,
        /// The targets.
        targets: Vec<HoldFacts>,
    },
    /// For a release.
    Release {
        /// The targets.
        targets: Vec<ReleaseFacts>,
    },
    /// For a block, and for its end.
    Block {
        /// What is meant.
        wanted: Vec<Banned>,
        /// What is refused now.
        standing: Vec<Ban>,
    },
    /// For a revert: all targets together, since they are undone in one chain.
    Revert(RevertFacts),
}

/// The state of the hook that refuses re-entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// Ours is installed, runs, and guards these branches (full names or patterns).
    Stands(Vec<String>),
    /// It does not bind, for this reason, and what to do about it.
    Absent(String),
}

/// A ref and where it points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Its full name.
    pub name: String,
    /// Its value.
    pub value: CommitId,
}

/// The world around an approval.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApproveFacts {
    /// How the pull is called in sentences.
    pub name: String,
    /// What was seen as head.
    pub head: Option<CommitId>,
    /// Where its branch is now; `None` when it has none.
    pub branch: Option<Pointer>,
    /// What was seen as base.
    pub base: Option<CommitId>,
    /// Where the base branch is now.
    pub target: Option<Pointer>,
    /// Folders that have the base branch checked out.
    pub checked_out: Vec<String>,
    /// Whether the head is part of the base already.
    pub merged: bool,
    /// Hard findings without a judgement.
    pub unjudged: Vec<(Fingerprint, Option<RuleId>)>,
    /// Commits of it that a quarantine denies, with the case.
    pub denied: Vec<(CommitId, CaseId)>,
    /// Conflicts of the merge; only looked for when one is asked for.
    pub conflicts: Vec<Conflict>,
}

/// The world around a hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldFacts {
    /// How the pull is called in sentences.
    pub name: String,
    /// What was seen as head; `None` when the pull has no commits.
    pub head: Option<CommitId>,
    /// Whether the repository has that commit.
    pub known: bool,
    /// Its local branch, where it is now.
    pub branch: Option<Pointer>,
    /// The last part of its quarantine ref.
    pub label: String,
    /// Remote-tracking refs of the same name or value.
    pub remotes: Vec<String>,
    /// Folders that have the branch checked out or are in the middle of something with it.
    pub checked_out: Vec<String>,
    /// The case that holds exactly this head already.
    pub held: Option<CaseId>,
    /// The branches that contain the head already, of those that are protected or the base.
    pub merged_into: Vec<String>,
    /// The base branch, full name; empty where there is none.
    pub base: String,
    /// Whether a standing guard guards that branch.
    pub guarded: bool,
    /// What to deny.
    pub deny: Vec<DenyEntry>,
    /// Whether all of that is denied already.
    pub denied: bool,
}

/// A held ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The quarantine ref.
    pub at: Pointer,
    /// The branch it was, full name; `None` when only a quarantine ref was made.
    pub branch: Option<String>,
    /// Where that branch is now, if somebody made it again.
    pub again: Option<CommitId>,
}

/// The world around a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReleaseFacts {
    /// What was asked for.
    pub name: String,
    /// The cases that match; a release needs exactly one.
    pub cases: Vec<CaseId>,
    /// What that case holds now.
    pub held: Vec<Held>,
    /// Entries of the deny list that it added and that stand.
    pub deny: Vec<DenyEntry>,
    /// Whether the ledger knows the case.
    pub known: bool,
    /// Who held it, as the ledger says.
    pub holder: String,
    /// Whether it was released before.
    pub released: bool,
}

/// A commit on the base that brought a target in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landed {
    /// The commit to undo.
    pub commit: CommitId,
    /// For a merge: the mainline parent, from 1.
    pub mainline: Option<u32>,
    /// Its subject line.
    pub subject: String,
    /// How the target came in: `merge commit`, `squash or rebase`, `commit`.
    pub how: String,
}

/// The world around a revert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevertFacts {
    /// The base branch, where it is now.
    pub base: Option<Pointer>,
    /// What to undo, latest landed first.
    pub landed: Vec<Landed>,
    /// Targets that are not part of the base, by name, and why we think so.
    pub missing: Vec<String>,
    /// Commits whose effect is gone already.
    pub gone: Vec<CommitId>,
    /// Conflicts of the preview.
    pub conflicts: Vec<Conflict>,
    /// A branch that holds exactly this revert already.
    pub existing: Option<String>,
    /// Later commits that build on the targets, in sentences.
    pub dependents: Vec<String>,
    /// Paths whose effect a revert does not undo by itself.
    pub lasting: Vec<String>,
}

//! How a pull stands with its forge: cheap facts that come with a queue. Never its diff; what costs more is a dossier.

use super::commit_id::CommitId;
use super::forge::Account;
use super::time::Timestamp;

/// The label that marks a pull as held, and that the guard workflow looks for.
pub const QUARANTINE_LABEL: &str = "agent:quarantine";

/// Checks and statuses of the head, rolled up by the forge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rollup {
    /// There are none.
    #[default]
    None,
    /// Some still run.
    Pending,
    /// All passed.
    Passing,
    /// One failed.
    Failing,
}

/// What reviews say together, as the forge sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nobody asks for any.
    #[default]
    None,
    /// One is required and missing.
    Required,
    /// Approved.
    Approved,
    /// Somebody wants changes.
    ChangesRequested,
}

/// How a pull was merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// When.
    pub at: Timestamp,
    /// By whom, when the forge says.
    pub by: Option<Account>,
    /// The commit on the base that brought it in.
    pub commit: Option<CommitId>,
}

/// What the token's own account said in its last review.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnReview {
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`.
    pub state: String,
    /// The commit it was made on.
    pub commit: Option<CommitId>,
}

/// What of a pull is refused, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its kind, as [`super::ban::Banned::kind`] has it.
    pub what: &'static str,
    /// The sentence.
    pub says: String,
}

/// Facts that a queue shows and policies ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its number in its repository.
    pub number: u64,
    /// The forge's opaque id of it (GraphQL).
    pub node: String,
    /// Who opened it; `None` for a deleted account.
    pub author: Option<Account>,
    /// Who asked the agent for it, when the forge says.
    pub requester: Option<Account>,
    /// Whether the token's own account opened it, which forbids it to approve or to request changes.
    pub viewer_is_author: bool,
    /// Whether the token's own account was asked for a review and has not answered yet.
    pub requested: bool,
    /// What the token's own account said last.
    pub own_review: Option<OwnReview>,
    /// What of it is refused, when something is: from lazaret's own records.
    pub blocked: Option<Refused>,
    /// Whether one person approved it here and a second one is needed: from lazaret's own records.
    pub second: bool,
    /// Whether it is a draft.
    pub draft: bool,
    /// Its labels.
    pub labels: Vec<String>,
    /// Its checks.
    pub checks: Rollup,
    /// Its reviews.
    pub verdict: Verdict,
    /// Who switched on auto-merge, when it is on.
    pub auto_merge: Option<Account>,
    /// Whether it waits in a merge queue.
    pub queued: bool,
    /// Whether its conversation is locked.
    pub locked: bool,
    /// How it was merged, when it was.
    pub merged: Option<Merged>,
    /// How many people approved the head that was merged or that stands now.
    pub approvals: u64,
    /// The repository its branch lives in, `owner/name`; `None` when that was deleted.
    pub fork: Option<String>,
    /// Lines added.
    pub additions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Files touched.
    pub files: u64,
    /// Remarks and reviews of its conversation.
    pub said: u64,
    /// Issues that its merge closes; only known of a pull that was read by itself.
    pub linked: u64,
    /// When all this was read.
    pub read: Timestamp,
    /// Whether it comes from the cache because the forge could not be asked.
    pub stale: bool,
}

//! What the forge keeps around an opened pull: reviews, threads, checks, annotations, rules, links. Every text is hostile until
//! shown through [`super::inert`]. Never the diff.

use super::commit_id::CommitId;
use super::diff::{Omission, Side};
use super::forge::Account;
use super::path::RepoPath;
use super::time::Timestamp;

/// A review that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentReview {
    /// The forge's numeric id.
    pub id: u64,
    /// Whose.
    pub by: Option<Account>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`.
    pub state: String,
    /// The commit it was made on.
    pub commit: Option<CommitId>,
    /// What it says.
    pub body: String,
    /// When.
    pub at: Timestamp,
    /// Whether its author may write to the repository.
    pub writes: bool,
}

/// One remark of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The forge's numeric id.
    pub id: u64,
    /// Whose.
    pub by: Option<Account>,
    /// What it says.
    pub body: String,
    /// When.
    pub at: Timestamp,
}

/// A conversation at a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The forge's opaque id (GraphQL).
    pub node: String,
    /// The file.
    pub path: RepoPath,
    /// The side.
    pub side: Side,
    /// First and last line on that side; `None` for the whole file or when the lines are gone.
    pub lines: Option<(u32, u32)>,
    /// Whether somebody marked it as settled.
    pub resolved: bool,
    /// Whether the lines changed since.
    pub outdated: bool,
    /// What was said, oldest first.
    pub remarks: Vec<Remark>,
}

/// A check run or a commit status on the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRun {
    /// Its name or context.
    pub name: String,
    /// `success`, `failure`, `pending`, `neutral`, …
    pub state: String,
    /// Its page.
    pub url: Option<String>,
    /// The workflow run behind it, when there is one that can be cancelled.
    pub run: Option<u64>,
}

/// What a check said about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Which check.
    pub check: String,
    /// The file.
    pub path: RepoPath,
    /// First and last line of the new side.
    pub lines: (u32, u32),
    /// `notice`, `warning` or `failure`.
    pub level: String,
    /// What it says.
    pub message: String,
}

/// A rule of the forge that applies to the base branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchRule {
    /// `required_status_checks`, `pull_request`, `merge_queue`, …, or `branch protection`.
    pub kind: String,
    /// Required contexts, with the app that must report them when one is pinned.
    pub contexts: Vec<(String, Option<u64>)>,
    /// Required approvals.
    pub approvals: u64,
    /// Whether a push dismisses approvals.
    pub dismiss_stale: bool,
    /// Whether the last pusher's approval does not count.
    pub last_push: bool,
    /// Where it comes from, such as `ruleset 7 of the organisation`.
    pub from: String,
}

/// Rules of the base branch, and who may pass them by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<BranchRule>,
    /// Who may pass them by, in words; `None` when the token may not see that.
    pub bypass: Option<Vec<String>>,
    /// Whether the token's own account may: `None` when unknown.
    pub viewer_bypasses: Option<bool>,
}

/// Something the pull is linked with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// `issue`, `session`, `tag`, `release`, `deployment`, `revert`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its page.
    pub url: Option<String>,
}

/// Everything around an opened pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dossier {
    /// Reviews, oldest first.
    pub reviews: Vec<SentReview>,
    /// Conversations at lines.
    pub threads: Vec<Thread>,
    /// The conversation of the pull itself.
    pub remarks: Vec<Remark>,
    /// Checks and statuses of the head.
    pub checks: Vec<CheckRun>,
    /// What checks said about lines.
    pub annotations: Vec<Annotation>,
    /// The base branch's rules.
    pub rules: Rules,
    /// Linked issues, agent sessions, tags, releases and deployments that contain it.
    pub links: Vec<Link>,
    /// Who asked an agent for it, when the forge says.
    pub requester: Option<Account>,
    /// Who pushed the head last, when the forge says.
    pub last_pusher: Option<Account>,
    /// What the token's own account may do there: `admin`, `maintain`, `write`, `triage`, `read`; empty when unknown.
    pub viewer_permission: String,
    /// The token's own account.
    pub viewer: Option<Account>,
    /// What could not be read, and why.
    pub omissions: Vec<Omission>,
    /// Whether some of it was kept from earlier because the forge could not be asked.
    pub stale: bool,
}

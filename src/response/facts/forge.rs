//! What a responder found out about a forge for a plan. Plain data: planning from it is pure.

use crate::model::ban::{Ban, Banned};
use crate::model::commit_id::CommitId;
use crate::model::finding::Fingerprint;
use crate::model::forge_step::{Act, MergeMethod, Say, Spot, TakeBack, Undone};
use crate::model::response::{CaseId, Conflict, Proposed};
use crate::model::review::DraftComment;
use crate::model::rule::RuleId;
use crate::response::access::Access;
use crate::response::words::one_line;

/// Where a pull stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Open.
    #[default]
    Open,
    /// Closed without a merge.
    Closed,
    /// Merged by this commit, when the forge says which.
    Merged(Option<CommitId>),
}

/// A review of the token's own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnReview {
    /// Its numeric id.
    pub id: u64,
    /// `APPROVED`, `CHANGES_REQUESTED`, …
    pub state: String,
    /// The commit it was made on.
    pub commit: Option<CommitId>,
}

/// A required check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required {
    /// Its context.
    pub context: String,
    /// The app that must report it, when one is pinned.
    pub app: Option<u64>,
}

/// Whether the token's own account may pass the rules by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Bypass {
    /// It may not.
    Never,
    /// It may: by which rule.
    May(String),
    /// The forge does not say: why.
    #[default]
    Unknown,
}

/// What the rules of the base branch demand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    /// Required checks.
    pub checks: Vec<Required>,
    /// Required approvals.
    pub approvals: u64,
    /// Whether the token's own account may pass them by.
    pub bypass: Bypass,
    /// Others who may, in words, as far as the token may see that.
    pub others: Vec<String>,
    /// Why the rules could not be read; empty when they could.
    pub unread: String,
}

/// A workflow run of the head that is not over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its numeric id.
    pub id: u64,
    /// Its name.
    pub name: String,
}

/// The world around one pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullFacts {
    /// How sentences call it.
    pub name: String,
    /// Where steps act; its head is where the pull is now.
    pub spot: Spot,
    /// What was seen as head.
    pub seen: Option<CommitId>,
    /// The branch that it was seen to enter, short; empty when it was not looked at.
    pub seen_base: String,
    /// The title.
    pub title: String,
    /// Where it stands.
    pub phase: Phase,
    /// The branch it asks to be merged into, short, and where that is now.
    pub base: (String, Option<CommitId>),
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether its conversation is locked.
    pub locked: bool,
    /// Whether its repository takes no writes any more, where that was asked.
    pub archived: bool,
    /// Whether the token's own account opened it.
    pub own: bool,
    /// Who opened it, as REST spells it: a bot's login ends in `[bot]`.
    pub author: String,
    /// When it was opened, as the forge writes it.
    pub created: String,
    /// Its labels.
    pub labels: Vec<String>,
    /// Whether the repository has the label of a hold.
    pub label_known: bool,
    /// How auto-merge would merge it, when it is on.
    pub auto_merge: Option<MergeMethod>,
    /// Whether it waits in a merge queue.
    pub queued: bool,
    /// Whether its base has a merge queue.
    pub queue: bool,
    /// Whether the forge says that it conflicts with its base.
    pub conflicts: bool,
    /// The ways of merging that the repository allows, the usual one first.
    pub methods: Vec<MergeMethod>,
    /// Runs that are not over.
    pub runs: Vec<Run>,
    /// Whether the status of a hold on the head says that it may pass; `None` when there is no such status.
    pub passes: Option<bool>,
    /// Reviews of the token's own account, oldest first.
    pub reviews: Vec<OwnReview>,
    /// The rules of its base branch.
    pub fence: Fence,
    /// What the token may.
    pub access: Access,
    /// What of it is refused, by lazaret's own list.
    pub bans: Vec<Ban>,
    /// Hard findings without a judgement.
    pub unjudged: Vec<(Fingerprint, Option<RuleId>)>,
    /// A file of a workflow that it changes.
    pub workflow: Option<String>,
    /// What could not be read, and why.
    pub unread: Vec<String>,
    /// Tags, releases and deployments that contain it already, in words.
    pub shipped: Vec<String>,
    /// Other open pulls that share something with it, what shares most first.
    pub alike: Vec<Proposed>,
    /// What the search for them did not see, in sentences.
    pub beyond: Vec<String>,
}

impl PullFacts {
    /// Whether it is a commit that no pull brought: it has no number, no conversation and no gate.
    #[must_use]
    pub fn is_bare_commit(&self) -> bool {
        self.spot.pull == 0
    }

    /// Where it is now.
    #[must_use]
    pub fn head(&self) -> Option<&CommitId> {
        self.spot.head.as_ref()
    }

    /// How it is another change than the one that was seen as `head` on its way into `base`, if it is: another commit, or the same
    /// one on its way into another branch, where what it brings in is something else. `when` belongs into the sentence.
    #[must_use]
    pub fn moved(&self, head: Option<&CommitId>, base: &str, when: &str) -> Option<String> {
        let name = &self.name;
        match (self.head(), head) {
            (Some(now), Some(seen)) if now != seen => {
                Some(format!("{name} moved {when}: you saw {}, it is {} now", seen.short(), now.short()))
            }
            _ if !base.is_empty() && self.base.0 != base => {
                let (seen, now) = (one_line(base), one_line(&self.base.0));
                Some(format!("{name} was turned to another branch {when}: you saw it enter {seen}, it enters {now} now"))
            }
            _ => None,
        }
    }

    /// The last review of the token's own account that still counts and says `say`.
    #[must_use]
    pub fn own_review(&self, say: Say) -> Option<&OwnReview> {
        let verdict = |review: &&OwnReview| matches!(review.state.as_str(), "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED");
        self.reviews.iter().rfind(verdict).filter(|review| review.state == say.state())
    }
}

/// One step that a release can take back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneStep {
    /// The case it belongs to.
    pub case: CaseId,
    /// Its position.
    pub index: usize,
    /// Where it acted.
    pub spot: Spot,
    /// What it did.
    pub act: Act,
    /// The id of what it made; empty when it made nothing.
    pub made: String,
}

/// The world around a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoldsFacts {
    /// What was asked for.
    pub name: String,
    /// The cases that hold it, oldest first.
    pub cases: Vec<CaseId>,
    /// Who held it, as the ledger says.
    pub holders: Vec<String>,
    /// What was done and not taken back since, in the order it was done.
    pub done: Vec<DoneStep>,
    /// What of lazaret's own list those cases added and nobody lifted.
    pub bans: Vec<Ban>,
    /// The pulls as they are now.
    pub pulls: Vec<PullFacts>,
    /// Whether it was released before.
    pub released: bool,
}

/// One merged pull, or a commit that no pull brought, that is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedPull {
    /// The pull as it is now.
    pub pull: PullFacts,
    /// What is taken back.
    pub target: TakeBack,
    /// How it came in: `merge commit`, `squash`, `rebase of 3 commits`, `direct commit`.
    pub how: String,
    /// When it was merged, as the forge writes it: sorts by time.
    pub merged: String,
    /// How many commits the base has that it has not, where that was asked: what is nearer to the tip is taken back first.
    pub behind: u64,
    /// The paths it changed.
    pub paths: Vec<String>,
}

/// The world around a revert.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevertPulls {
    /// What is taken back, latest merged first.
    pub targets: Vec<MergedPull>,
    /// Why others cannot be taken back.
    pub missing: Vec<String>,
    /// The tip of the base they are taken back on.
    pub onto: Option<CommitId>,
    /// Conflicts of the preview.
    pub conflicts: Vec<Conflict>,
    /// Targets whose effect is gone already.
    pub gone: Vec<String>,
    /// Later changes that build on the targets, in sentences.
    pub dependents: Vec<String>,
    /// What else should be known of the targets, in sentences.
    pub notes: Vec<String>,
    /// An open pull that does just this already.
    pub existing: Option<String>,
}

/// How a switch stands, compared with what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// As wanted.
    Already,
    /// Otherwise.
    Otherwise,
    /// It could not be read: why. It is switched all the same.
    Unknown(String),
    /// It cannot be used: why.
    Useless(String),
}

/// A switch of the forge's own that a block can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// What it does.
    pub act: Act,
    /// Where.
    pub spot: Spot,
    /// What the token may there.
    pub access: Access,
    /// How it stands.
    pub stands: Stands,
    /// The step it takes back, when it ends a block.
    pub undoes: Option<Undone>,
}

/// Facts for one verb at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForgeFacts {
    /// For an approval.
    Approve {
        /// Whether a merge is asked for too.
        merge: bool,
        /// How, when that was said.
        method: Option<MergeMethod>,
        /// The pulls.
        pulls: Vec<PullFacts>,
    },
    /// For request-changes and comment.
    Say {
        /// What the review says.
        say: Say,
        /// What goes along; only with a single pull.
        comments: Vec<DraftComment>,
        /// The pulls.
        pulls: Vec<PullFacts>,
    },
    /// For a quarantine: each pull with what it would be known by again.
    Hold(Vec<(PullFacts, Vec<Banned>)>),
    /// For a release.
    Release(Vec<HoldsFacts>),
    /// For a revert.
    Revert(RevertPulls),
    /// For a block, and for its end.
    Block {
        /// What is meant.
        wanted: Vec<Banned>,
        /// What is refused now.
        standing: Vec<Ban>,
        /// What the forge itself can do.
        switches: Vec<Switch>,
        /// What it has no switch for, in sentences.
        unserved: Vec<String>,
    },
}

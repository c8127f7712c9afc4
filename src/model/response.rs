//! What a decision does, as data: the confirm dialog, the dry run, the executor, the ledger and the resume after a crash
//! all read these same steps.

use super::ban::Banned;
use super::commit_id::CommitId;
use super::decision::Decision;
use super::forge_step::ForgeStep;
use super::path::RepoPath;
use super::pull::PullRef;

pub use super::case_id::CaseId;

/// How far a step binds those who do not cooperate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// It did not happen.
    Failed,
    /// It is visible, but can be ignored.
    Advisory,
    /// It cannot be passed without undoing it.
    Enforced,
}

impl Strength {
    /// The word of receipts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Advisory => "ADVISORY",
            Self::Enforced => "ENFORCED",
        }
    }
}

/// One ref of a transaction: it moves only if it still has its old value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RefUpdate {
    /// The full name, such as `refs/heads/claude/x`.
    pub name: String,
    /// The value it must have now; `None`: it must not exist.
    pub old: Option<CommitId>,
    /// The value it gets; `None`: it goes away (its commits stay reachable by another ref of the same transaction).
    pub new: Option<CommitId>,
}

/// What a later change is compared with to refuse re-entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DenyEntry {
    /// The refused commit.
    pub commit: CommitId,
    /// Its stable patch-id, absent for merges and empty commits.
    pub patch_id: Option<String>,
}

/// One thing to do. Every step can be done again without harm and undone by another step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Keep commits, diff, findings and refs as an evidence bundle, before anything else.
    PreserveEvidence {
        /// The commits whose history the bundle holds, beyond the base.
        heads: Vec<CommitId>,
    },
    /// Move refs in one transaction.
    MoveRefs(Vec<RefUpdate>),
    /// Add to the deny list of the repository.
    Deny(Vec<DenyEntry>),
    /// Mark entries that `case` added to the deny list as lifted (they stay on it; the same commit may still be denied by
    /// another case).
    LiftDeny {
        /// The case that denied them.
        case: CaseId,
        /// The entries.
        entries: Vec<DenyEntry>,
    },
    /// Make a merge commit of `ours` and `theirs` with this message and move `branch` to it.
    Merge {
        /// First parent.
        ours: CommitId,
        /// Second parent.
        theirs: CommitId,
        /// The message.
        message: String,
        /// The branch that moves to the commit: full name.
        branch: String,
    },
    /// Make one commit for each target that undoes it on top of `onto`, and put a new branch there.
    Revert {
        /// The targets in the order they are undone (latest merged first).
        targets: Vec<RevertTarget>,
        /// The tip they are undone on.
        onto: CommitId,
        /// The new branch: full name.
        branch: String,
    },
    /// One thing at a forge.
    Forge(ForgeStep),
    /// Refuse these from now on: the ledger is the list.
    Ban(Vec<Banned>),
    /// Refuse these no more, as far as `case` refused them.
    LiftBan {
        /// The case that refused them.
        case: CaseId,
        /// What.
        banned: Vec<Banned>,
    },
    /// Only the ledger: the decision itself is the effect.
    Record,
}

/// One commit to undo.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RevertTarget {
    /// The commit.
    pub commit: CommitId,
    /// For a merge: which parent is the mainline, from 1.
    pub mainline: Option<u32>,
    /// The message of the commit that undoes it.
    pub message: String,
}

/// What follows when a step fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnFailure {
    /// Nothing after it is done.
    #[default]
    Stop,
    /// The rest is done all the same: each further step contains by itself.
    GoOn,
}

/// A step with its words.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlannedStep {
    /// What is done.
    pub step: Step,
    /// What it does, in one sentence.
    pub says: String,
    /// How strong it can be here at most.
    pub strength: Strength,
    /// What follows when it fails.
    pub on_failure: OnFailure,
    /// The permission that is known to be missing, as the forge names it; then it is not even tried. Empty when none is.
    pub lacks: String,
}

impl PlannedStep {
    /// A step whose failure ends the case.
    #[must_use]
    pub fn new(step: Step, says: impl Into<String>, strength: Strength) -> Self {
        Self { step, says: says.into(), strength, on_failure: OnFailure::Stop, lacks: String::new() }
    }
}

/// Paths a revert or merge would conflict in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Conflict {
    /// The commit that does not apply.
    pub commit: CommitId,
    /// The paths.
    pub paths: Vec<RepoPath>,
}

/// What a decision would do, before it does anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its case.
    pub case: CaseId,
    /// What was decided.
    pub decision: Decision,
    /// The steps in order; empty when there is nothing left to do.
    pub steps: Vec<PlannedStep>,
    /// Why it cannot be carried out; a plan with a refusal is never executed.
    pub refusals: Vec<String>,
    /// What the reviewer should know: limits, dependents, things an undo does not undo.
    pub warnings: Vec<String>,
    /// Conflicts of a preview; nothing was touched to find them.
    pub conflicts: Vec<Conflict>,
    /// How many people it takes, and which of them this is.
    pub people: People,
    /// Names that whoever carries it out has to type: what changes by them is easily overlooked.
    pub words: Vec<String>,
    /// Other changes that belong to the same thing, as far as that was looked for. Nothing is done to them, and no ledger holds them.
    pub proposed: Vec<Proposed>,
}

/// A change that a plan is not about and might be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// Which.
    pub at: PullRef,
    /// Why, in words: what both share.
    pub why: String,
}

/// Which of the people that a decision takes is this one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum People {
    /// It takes one.
    #[default]
    One,
    /// It takes two, and this is the first: it is recorded and waits. What it is about, so that its second finds it.
    First(Vec<String>),
    /// It takes two, and this is the second, after this case. What the first said is shown when the second has decided.
    Second(CaseId),
}

impl Plan {
    /// A plan without steps.
    #[must_use]
    pub fn new(case: CaseId, decision: Decision) -> Self {
        Self {
            case,
            decision,
            steps: Vec::new(),
            refusals: Vec::new(),
            warnings: Vec::new(),
            conflicts: Vec::new(),
            people: People::One,
            words: Vec::new(),
            proposed: Vec::new(),
        }
    }

    /// Whether it may be carried out.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.refusals.is_empty() && self.conflicts.is_empty()
    }

    /// The names that were not typed yet.
    #[must_use]
    pub fn unconfirmed(&self) -> Vec<&str> {
        self.words.iter().filter(|word| !self.decision.confirmed.contains(word)).map(String::as_str).collect()
    }
}

/// What a step left behind, for the step that undoes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trace {
    /// What was planned, no more to know.
    #[default]
    Planned,
    /// Something new, by the id or name that its place gave it.
    Made(String),
    /// It was so already when the step came: nothing of ours, nothing to undo.
    Found,
    /// The answer was lost and the place cannot be read: a later start looks again.
    Open,
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StepOutcome {
    /// The step's position in the plan, from 0.
    pub index: usize,
    /// How strong it turned out, after re-reading.
    pub strength: Strength,
    /// What happened, in one sentence.
    pub says: String,
    /// What it left behind.
    pub trace: Trace,
}

impl StepOutcome {
    /// Whether the step did something that stands, and that is ours.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.strength > Strength::Failed && matches!(self.trace, Trace::Planned | Trace::Made(_))
    }
}

/// What a person gets when a plan was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The case.
    pub case: CaseId,
    /// How strong it is as a whole.
    pub strength: Strength,
    /// Why, in one sentence; empty where the weakest step says it all.
    pub why: String,
    /// Each step's outcome.
    pub outcomes: Vec<StepOutcome>,
    /// Where the evidence lies, when there is some.
    pub evidence: Option<String>,
    /// How to undo it, as a command.
    pub undo: Option<String>,
    /// The ledger's head after it: sequence number and hash.
    pub ledger_head: Option<(u64, String)>,
}

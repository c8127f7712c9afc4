//! One thing to do at a forge, as data: enough to do it, to find it done, and to undo it. Never how it travels.

use super::case_id::CaseId;
use super::commit_id::CommitId;
use super::diff::Side;
use super::throttle::Limit;

/// The label that holds a pull: its required check and every listing look for it.
pub const HOLD_LABEL: &str = "agent:quarantine";

/// The context of the commit status that holds a head.
pub const HOLD_CONTEXT: &str = "lazaret/quarantine";

/// The job of the workflow that `lazaret guard-workflow` prints: required, it makes the label binding.
pub const GUARD_CHECK: &str = "lazaret-guard";

/// Where a step acts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The repository, `owner/name`.
    pub repo: String,
    /// The pull's number; 0 when it is about the repository or the account behind it.
    pub pull: u64,
    /// The pull's opaque id (GraphQL); empty where none is needed.
    pub node: String,
    /// The head it was planned for.
    pub head: Option<CommitId>,
    /// The branch it was planned to enter, short: on another one the same head is another change. Empty where nobody knows.
    pub base: String,
}

/// A step of a case that another step takes back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Undone {
    /// The case.
    pub case: CaseId,
    /// The step's position in it, from 0.
    pub index: usize,
}

/// A step at a forge.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ForgeStep {
    /// Where.
    pub spot: Spot,
    /// What.
    pub act: Act,
    /// What it takes back, when it is part of a release.
    pub undoes: Option<Undone>,
}

/// What a review says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Say {
    /// It may be merged.
    Approve,
    /// It may not be merged like this.
    RequestChanges,
    /// Neither.
    Comment,
}

impl Say {
    /// GitHub's `event`.
    #[must_use]
    pub fn event(self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::RequestChanges => "REQUEST_CHANGES",
            Self::Comment => "COMMENT",
        }
    }

    /// GitHub's `state` of a review that says so.
    #[must_use]
    pub fn state(self) -> &'static str {
        match self {
            Self::Approve => "APPROVED",
            Self::RequestChanges => "CHANGES_REQUESTED",
            Self::Comment => "COMMENTED",
        }
    }
}

/// A remark at lines, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Inline {
    /// The file.
    pub path: String,
    /// The side of the diff.
    pub side: Side,
    /// First and last line on that side.
    pub lines: (u32, u32),
    /// What it says, with its suggestion.
    pub body: String,
}

/// How a forge joins a pull with its base.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MergeMethod {
    /// A merge commit.
    #[default]
    Merge,
    /// One commit.
    Squash,
    /// Each commit anew.
    Rebase,
}

impl MergeMethod {
    /// All.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Squash, Self::Rebase];

    /// The word of REST and command line; in upper case, GraphQL's.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
        }
    }

    /// The method called `word`, in whatever case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word().eq_ignore_ascii_case(word))
    }
}

/// One merged pull that a revert takes back: the tree goes from `after` to `before` again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TakeBack {
    /// The base before it was merged.
    pub before: CommitId,
    /// The commit that merged it, or its last one.
    pub after: CommitId,
    /// The message of the commit that takes it back.
    pub message: String,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Send one review of exactly the head, with all its remarks.
    Review {
        /// What it says.
        say: Say,
        /// Its text.
        body: String,
        /// Its remarks at lines.
        inline: Vec<Inline>,
    },
    /// Take the effect of a review of our own back; it stays to be read.
    DismissReview {
        /// The review's numeric id.
        review: u64,
        /// Why.
        message: String,
    },
    /// Merge exactly the head.
    Merge {
        /// How.
        method: MergeMethod,
    },
    /// Put exactly the head into the merge queue.
    Enqueue,
    /// Take it out of the merge queue.
    Dequeue,
    /// Switch auto-merge on or off.
    AutoMerge {
        /// On or off.
        on: bool,
        /// How it merges.
        method: MergeMethod,
    },
    /// Stop a workflow run.
    CancelRun {
        /// The run.
        run: u64,
    },
    /// Set the status [`HOLD_CONTEXT`] of the head.
    Status {
        /// Whether the head may pass.
        pass: bool,
        /// Why, in at most 140 characters.
        says: String,
    },
    /// Make it a draft, or no draft any more.
    Draft {
        /// A draft or not.
        on: bool,
    },
    /// Put a label on it or take it off.
    Label {
        /// The label.
        name: String,
        /// On or off.
        on: bool,
    },
    /// Make a label in the repository.
    MakeLabel {
        /// The label.
        name: String,
    },
    /// Lock or unlock its conversation.
    Lock {
        /// Locked or not.
        on: bool,
    },
    /// Let the forge open the pull that takes a merged pull back.
    RevertPull {
        /// Its title.
        title: String,
        /// Its text.
        body: String,
    },
    /// Make the commits of a revert and put a new branch on them.
    PushRevert {
        /// The tip they are made on.
        onto: CommitId,
        /// What is taken back, latest merged first.
        targets: Vec<TakeBack>,
        /// The new branch, short.
        branch: String,
    },
    /// Open a pull.
    OpenPull {
        /// Its branch, short.
        branch: String,
        /// The branch it asks to be merged into, short.
        base: String,
        /// Its title.
        title: String,
        /// Its text.
        body: String,
    },
    /// Say something in the conversation of the pull.
    Remark {
        /// What.
        body: String,
    },
    /// Say something about a whole file.
    FileRemark {
        /// The file.
        path: String,
        /// What.
        body: String,
    },
    /// Answer a remark.
    Reply {
        /// The first remark of its thread.
        to: u64,
        /// What.
        body: String,
    },
    /// Mark a thread as settled, or as open again.
    Settle {
        /// The thread's opaque id.
        thread: String,
        /// Settled or open.
        on: bool,
    },
    /// Let the forge's own coding agent work in the repository, or not.
    AgentAccess {
        /// The organisation.
        org: String,
        /// The repository's numeric id.
        repository: u64,
        /// Whether it may.
        on: bool,
    },
    /// Block an account in the organisation, or no more.
    BlockAccount {
        /// The organisation.
        org: String,
        /// The account's login.
        login: String,
        /// Blocked or not.
        on: bool,
    },
    /// Let no account have more open pulls than this in the repository; `None`: as many as it likes.
    PullCap {
        /// From now on.
        most: Option<u32>,
        /// As it was when this was planned: what else stands there is somebody else's doing.
        before: Option<u32>,
    },
    /// Narrow who may open pulls, issues and comments in the repository, or end that.
    Narrow {
        /// To whom, how long.
        limit: Limit,
        /// Narrowed or not.
        on: bool,
    },
}

impl Act {
    /// Whether doing it twice makes two of it, so that a lost answer is never followed by a second try at once.
    #[must_use]
    pub fn adds(&self) -> bool {
        matches!(
            self,
            Self::Review { .. }
                | Self::RevertPull { .. }
                | Self::OpenPull { .. }
                | Self::Remark { .. }
                | Self::FileRemark { .. }
                | Self::Reply { .. }
                | Self::Status { .. }
        )
    }
}

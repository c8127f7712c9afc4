//! A sweep: what agents opened or merged in a window over many repositories, how it came in, and which of it belongs together.
//! Never how it is found, judged or shown.

use super::commit_id::CommitId;
use super::diff::Omission;
use super::dossier::Link;
use super::forge::Account;
use super::path::RepoPath;
use super::pull::{Pull, PullState};
use super::report::{Report, Summary};
use super::time::Timestamp;

/// A span of time, both ends included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub since: Timestamp,
    /// The last moment.
    pub until: Timestamp,
}

impl Window {
    /// Whether `at` lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.since <= at && at <= self.until
    }
}

/// Which changes are swept up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// Those that wait.
    Open,
    /// Those that came in, with or without a pull.
    Merged,
    /// All of them, refused ones too.
    #[default]
    All,
}

impl Wanted {
    /// The word of `--state`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::All => "all",
        }
    }

    /// Whether open changes are wanted.
    #[must_use]
    pub fn open(self) -> bool {
        self != Self::Merged
    }

    /// Whether merged changes are wanted.
    #[must_use]
    pub fn merged(self) -> bool {
        self != Self::Open
    }
}

/// What is asked of every place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// When it happened.
    pub window: Window,
    /// When it is asked: what claims to be later is not.
    pub now: Timestamp,
    /// What became of it.
    pub wanted: Wanted,
    /// Whether the changes of people are asked for too, not only those of agents.
    pub everyone: bool,
}

/// How a change came into the branch that others are merged into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// By a merge commit.
    Merge,
    /// As one commit that says it stands for a pull; plain git cannot prove that.
    Squash,
    /// As a commit on the branch itself; a fast-forward looks the same.
    Direct,
}

impl Way {
    /// The word that is stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Squash => "squash",
            Self::Direct => "direct",
        }
    }
}

/// What is known of how a change came in, where no forge says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// How.
    pub way: Way,
    /// When, as claimed by the commit.
    pub at: Timestamp,
    /// The commit that brought it.
    pub commit: CommitId,
    /// Who made that commit, as claimed: the address, or the name where there is none.
    pub by: Account,
    /// Who is named as reviewer by trailers of that commit; claims.
    pub reviewers: Vec<String>,
}

/// One change that a place holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// The change.
    pub pull: Pull,
    /// How it came in, where that is known from history alone.
    pub landing: Option<Landing>,
    /// Tags, releases and deployments that hold it, as far as the listing knows.
    pub contained_in: Vec<Link>,
}

/// What is told of a change besides findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conduct {
    /// It stands on the branch without any pull.
    DirectCommit,
    /// Nobody approved the head that was merged.
    UnreviewedMerge,
    /// Whoever wrote it or asked for it merged it.
    SelfMerge,
    /// It was merged by a switch or by a machine.
    AutoMerge,
    /// It differs from what its agent did before.
    Unusual,
}

impl Conduct {
    /// All of them, worst first.
    pub const ALL: [Self; 5] = [Self::DirectCommit, Self::UnreviewedMerge, Self::SelfMerge, Self::AutoMerge, Self::Unusual];

    /// The word of formats and filters.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DirectCommit => "direct-commit",
            Self::UnreviewedMerge => "unreviewed-merge",
            Self::SelfMerge => "self-merge",
            Self::AutoMerge => "auto-merge",
            Self::Unusual => "unusual",
        }
    }

    /// The conduct called `word`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|conduct| conduct.word() == word)
    }
}

/// A conduct that was seen, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What.
    pub conduct: Conduct,
    /// The evidence in one sentence; holds outside text.
    pub says: String,
}

/// What one file's change is recognised by elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileMark {
    /// The path.
    pub path: RepoPath,
    /// git's status letter.
    pub status: char,
    /// Digest of its name and added lines, white space left out; `None` when they say too little to recognise anything by.
    pub added: Option<String>,
}

/// A host that added lines name and no line before them did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostMark {
    /// The host, in lower case.
    pub name: String,
    /// Whether a hard finding rests on a line that names it.
    pub suspected: bool,
}

/// What a change is recognised by in other places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Digest of all changed lines by path, white space and context left out; `None` when there are none.
    pub patch: Option<String>,
    /// Changed lines that say something.
    pub weight: usize,
    /// The title in a form that numbers, case and references do not change; empty when it says nothing.
    pub message: String,
    /// The person behind it: an account or address that is no agent's; empty when none is known.
    pub author: String,
    /// The page of the agent's session.
    pub session: Option<String>,
    /// Hosts that are new in it.
    pub hosts: Vec<HostMark>,
    /// Its files.
    pub files: Vec<FileMark>,
    /// Whether it only moves versions and nothing hard was found in it, as many benign changes do alike.
    pub routine: bool,
}

/// What was read and judged of one change. It holds for exactly one head and one set of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The judgement.
    pub report: Report,
    /// What it is recognised by.
    pub marks: Marks,
    /// Files touched.
    pub files: usize,
    /// Lines added.
    pub added: usize,
    /// Lines removed.
    pub removed: usize,
    /// Parts that should have been readable and were not.
    pub unreadable: usize,
    /// Tags, releases and deployments that hold it, as its dossier says.
    pub contained_in: Vec<Link>,
}

impl Judgement {
    /// As a row of a queue.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary {
            risk: self.report.risk.clone(),
            files: self.files,
            added: self.added,
            removed: self.removed,
            findings: self.report.findings.len(),
            worst: self.report.worst(),
            skipped: self.report.skipped.len(),
            unreached: self.report.coverage.unreached,
        }
    }
}

/// One change of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// As it was listed.
    pub caught: Caught,
    /// How it came in.
    pub observations: Vec<Observation>,
    /// What was found; `None` when only lists were asked for or it could not be read.
    pub judgement: Option<Judgement>,
}

impl Member {
    /// The change.
    #[must_use]
    pub fn pull(&self) -> &Pull {
        &self.caught.pull
    }

    /// Whether it stands in the branch already.
    #[must_use]
    pub fn is_merged(&self) -> bool {
        self.pull().state == PullState::Merged
    }

    /// When it came in, or else when it was opened.
    #[must_use]
    pub fn happened(&self) -> Timestamp {
        let merged = self.pull().standing.as_ref().and_then(|standing| standing.merged.as_ref()).map(|merged| merged.at);
        merged.or(self.caught.landing.as_ref().map(|landing| landing.at)).unwrap_or(self.pull().opened)
    }

    /// The commit on the branch that brought it in.
    #[must_use]
    pub fn landed(&self) -> Option<&CommitId> {
        let merged = self.pull().standing.as_ref().and_then(|standing| standing.merged.as_ref());
        merged.and_then(|merged| merged.commit.as_ref()).or(self.caught.landing.as_ref().map(|landing| &landing.commit))
    }

    /// As a row of a queue.
    #[must_use]
    pub fn summary(&self) -> Option<Summary> {
        self.judgement.as_ref().map(Judgement::summary)
    }

    /// Its score, 0 when it was not judged.
    #[must_use]
    pub fn score(&self) -> u8 {
        self.judgement.as_ref().map_or(0, |judgement| judgement.report.risk.score)
    }

    /// Everything known that holds it.
    pub fn contained_in(&self) -> impl Iterator<Item = &Link> {
        self.caught.contained_in.iter().chain(self.judgement.iter().flat_map(|judgement| &judgement.contained_in))
    }
}

/// Why changes stand in one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bond {
    /// What they share, as `the same patch`.
    pub kind: &'static str,
    /// The thing itself where it can be named: a message, a session, a host; outside text.
    pub what: String,
    /// How many share it.
    pub members: usize,
    /// Over how many repositories.
    pub repositories: usize,
}

/// Changes that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its name: the same as long as what binds it stays the same.
    pub name: String,
    /// Its members, by their places in the sweep.
    pub members: Vec<usize>,
    /// Over how many repositories.
    pub repositories: usize,
    /// What binds them, strongest first.
    pub bonds: Vec<Bond>,
}

/// Something a sweep could not do, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The repository or place.
    pub place: String,
    /// What and why.
    pub omission: Omission,
    /// Whether it should have been readable, so that the sweep is not whole.
    pub failed: bool,
}

/// What a sweep cost and brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Repositories that were asked.
    pub repositories: usize,
    /// Changes that were judged in this run.
    pub judged: usize,
    /// Changes whose judgement was kept from an earlier run.
    pub kept: usize,
    /// Requests sent to forges in this run.
    pub requests: u64,
}

/// A whole sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sweep {
    /// Its name, such as `S-20261121-7f3a91`.
    pub id: String,
    /// What was asked for, in the words of the command line; outside text.
    pub targets: Vec<String>,
    /// What was asked of every place.
    pub asked: Asked,
    /// What was caught, most serious first.
    pub members: Vec<Member>,
    /// What belongs together.
    pub campaigns: Vec<Campaign>,
    /// What was left out.
    pub gaps: Vec<Gap>,
    /// What it cost.
    pub tally: Tally,
}

impl Sweep {
    /// The campaign called `name`.
    #[must_use]
    pub fn campaign(&self, name: &str) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.name.eq_ignore_ascii_case(name))
    }

    /// The campaign the member at `index` stands in.
    #[must_use]
    pub fn campaign_of(&self, index: usize) -> Option<&Campaign> {
        self.campaigns.iter().find(|campaign| campaign.members.contains(&index))
    }

    /// Members seen with `conduct`.
    pub fn seen(&self, conduct: Conduct) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.observations.iter().any(|seen| seen.conduct == conduct))
    }
}

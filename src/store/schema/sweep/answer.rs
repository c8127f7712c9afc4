//! What a place answered: its changes as they were listed, and what it left out.

use serde::{Deserialize, Serialize};

use crate::model::agent::{Provenance, Tier};
use crate::model::commit_id::CommitId;
use crate::model::diff::Omission;
use crate::model::dossier::Link;
use crate::model::forge::Account;
use crate::model::path::RepoPath;
use crate::model::pull::{Author, Origin, Pull, PullRef, PullState, Revision};
use crate::model::standing::{Merged, Rollup, Standing, Verdict};
use crate::model::sweep::{Caught, Landing, Way};
use crate::model::time::Timestamp;

/// What one place answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The changes.
    pub caught: Vec<Caught>,
    /// What was left out.
    pub omissions: Vec<Omission>,
    /// The further places it told of.
    pub further: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct AnswerData {
    caught: Vec<CaughtData>,
    omissions: Vec<OmissionData>,
    further: Vec<String>,
}

/// Something left out.
#[derive(Serialize, Deserialize)]
pub(super) struct OmissionData {
    path: Option<Vec<u8>>,
    why: String,
}

#[derive(Serialize, Deserialize)]
struct CaughtData {
    pull: PullData,
    landing: Option<LandingData>,
    contained_in: Vec<LinkData>,
}

/// Something linked.
#[derive(Serialize, Deserialize)]
pub(super) struct LinkData {
    kind: String,
    name: String,
    url: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct LandingData {
    way: String,
    at: i64,
    commit: String,
    by: AccountData,
    reviewers: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct AccountData {
    id: Option<u64>,
    login: String,
    bot: bool,
}

#[derive(Serialize, Deserialize)]
struct PullData {
    origin: String,
    repo: String,
    name: String,
    base: Option<String>,
    head: Option<String>,
    merge_base: Option<String>,
    title: String,
    body: String,
    branch: String,
    target: String,
    author: [String; 2],
    provenance: ProvenanceData,
    state: String,
    opened: i64,
    updated: i64,
    commit_count: Option<usize>,
    url: Option<String>,
    standing: Option<StandingData>,
}

#[derive(Serialize, Deserialize)]
struct ProvenanceData {
    agent: Option<String>,
    name: String,
    tier: String,
    evidence: Vec<String>,
    session: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StandingData {
    number: u64,
    node: String,
    author: Option<AccountData>,
    requester: Option<AccountData>,
    viewer_is_author: bool,
    draft: bool,
    labels: Vec<String>,
    checks: u8,
    verdict: u8,
    auto_merge: Option<AccountData>,
    queued: bool,
    locked: bool,
    merged: Option<(i64, Option<AccountData>, Option<String>)>,
    approvals: u64,
    fork: Option<String>,
    sizes: [u64; 3],
    #[serde(default)]
    around: [u64; 2],
    read: i64,
    stale: bool,
}

const ORIGINS: [Origin; 5] = [Origin::Local, Origin::Github, Origin::Patch, Origin::Tree, Origin::Demo];
const STATES: [PullState; 4] = [PullState::Open, PullState::Merged, PullState::Closed, PullState::Quarantined];
const TIERS: [Tier; 4] = [Tier::Unknown, Tier::Inferred, Tier::Claimed, Tier::Verified];
const WAYS: [Way; 3] = [Way::Merge, Way::Squash, Way::Direct];
const ROLLUPS: [Rollup; 4] = [Rollup::None, Rollup::Pending, Rollup::Passing, Rollup::Failing];
const VERDICTS: [Verdict; 4] = [Verdict::None, Verdict::Required, Verdict::Approved, Verdict::ChangesRequested];
const LINKS: [&str; 7] = ["issue", "session", "tag", "release", "deployment", "revert", "other"];

/// The one of `all` that is called `word`.
pub(super) fn named<T: Copy>(all: &[T], word: &str, of: impl Fn(T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|one| of(*one) == word).ok_or_else(|| format!("unknown word {word:?}"))
}

/// `answer` as text.
///
/// # Errors
/// Never in practice; the sentence is the serializer's.
pub fn write(answer: &Answer) -> Result<String, String> {
    let data = AnswerData {
        caught: answer.caught.iter().map(CaughtData::of).collect(),
        omissions: answer.omissions.iter().map(OmissionData::of).collect(),
        further: answer.further.clone(),
    };
    serde_json::to_string(&data).map_err(|e| e.to_string())
}

/// The answer in `text`.
///
/// # Errors
/// When it is not what [`write()`] writes.
pub fn read(text: &str) -> Result<Answer, String> {
    let data: AnswerData = serde_json::from_str(text).map_err(|e| e.to_string())?;
    Ok(Answer {
        caught: data.caught.into_iter().map(CaughtData::back).collect::<Result<_, _>>()?,
        omissions: data.omissions.into_iter().map(OmissionData::back).collect(),
        further: data.further,
    })
}

impl OmissionData {
    pub(super) fn of(omission: &Omission) -> Self {
        Self { path: omission.path.as_ref().map(|path| path.bytes().to_vec()), why: omission.why.clone() }
    }

    pub(super) fn back(self) -> Omission {
        Omission { path: self.path.map(|bytes| RepoPath::new(&bytes)), why: self.why }
    }
}

impl LinkData {
    pub(super) fn of(link: &Link) -> Self {
        Self { kind: link.kind.to_owned(), name: link.name.clone(), url: link.url.clone() }
    }

    pub(super) fn back(self) -> Link {
        let kind = LINKS.iter().find(|kind| **kind == self.kind).copied().unwrap_or("other");
        Link { kind, name: self.name, url: self.url }
    }
}

impl CaughtData {
    fn of(caught: &Caught) -> Self {
        let landing = caught.landing.as_ref().map(|landing| LandingData {
            way: landing.way.word().to_owned(),
            at: landing.at.0,
            commit: landing.commit.as_str().to_owned(),
            by: AccountData::of(&landing.by),
            reviewers: landing.reviewers.clone(),
        });
        Self { pull: PullData::of(&caught.pull), landing, contained_in: caught.contained_in.iter().map(LinkData::of).collect() }
    }

    fn back(self) -> Result<Caught, String> {
        let landing = self.landing.map(|landing| {
            Ok::<_, String>(Landing {
                way: named(&WAYS, &landing.way, Way::word)?,
                at: Timestamp(landing.at),
                commit: commit(&landing.commit)?,
                by: landing.by.back(),
                reviewers: landing.reviewers,
            })
        });
        Ok(Caught {
            pull: self.pull.back()?,
            landing: landing.transpose()?,
            contained_in: self.contained_in.into_iter().map(LinkData::back).collect(),
        })
    }
}

fn commit(hex: &str) -> Result<CommitId, String> {
    CommitId::parse(hex).ok_or_else(|| format!("{hex:?} is no commit id"))
}

fn text(id: Option<&CommitId>) -> Option<String> {
    id.map(|id| id.as_str().to_owned())
}

impl AccountData {
    fn of(account: &Account) -> Self {
        Self { id: account.id, login: account.login.clone(), bot: account.bot }
    }

    fn back(self) -> Account {
        Account { id: self.id, login: self.login, bot: self.bot }
    }
}

impl PullData {
    fn of(pull: &Pull) -> Self {
        let provenance = &pull.provenance;
        Self {
            origin: pull.at.origin.word().to_owned(),
            repo: pull.at.repo.clone(),
            name: pull.at.name.clone(),
            base: text(pull.revision.base.as_ref()),
            head: text(pull.revision.head.as_ref()),
            merge_base: text(pull.revision.merge_base.as_ref()),
            title: pull.title.clone(),
            body: pull.body.clone(),
            branch: pull.branch.clone(),
            target: pull.target.clone(),
            author: [pull.author.name.clone(), pull.author.email.clone()],
            provenance: ProvenanceData {
                agent: provenance.agent.clone(),
                name: provenance.name.clone(),
                tier: provenance.tier.word().to_owned(),
                evidence: provenance.evidence.clone(),
                session: provenance.session.clone(),
            },
            state: pull.state.word().to_owned(),
            opened: pull.opened.0,
            updated: pull.updated.0,
            commit_count: pull.commit_count,
            url: pull.url.clone(),
            standing: pull.standing.as_deref().map(StandingData::of),
        }
    }

    fn back(self) -> Result<Pull, String> {
        let id = |hex: Option<String>| hex.as_deref().map(commit).transpose();
        let [name, email] = self.author;
        let provenance = self.provenance;
        Ok(Pull {
            at: PullRef { origin: named(&ORIGINS, &self.origin, Origin::word)?, repo: self.repo, name: self.name },
            alias: None,
            revision: Revision { base: id(self.base)?, head: id(self.head)?, merge_base: id(self.merge_base)? },
            title: self.title,
            body: self.body,
            branch: self.branch,
            target: self.target,
            author: Author { name, email },
            provenance: Provenance {
                agent: provenance.agent,
                name: provenance.name,
                tier: named(&TIERS, &provenance.tier, Tier::word)?,
                evidence: provenance.evidence,
                session: provenance.session,
            },
            state: named(&STATES, &self.state, PullState::word)?,
            opened: Timestamp(self.opened),
            updated: Timestamp(self.updated),
            commit_count: self.commit_count,
            url: self.url,
            standing: self.standing.map(StandingData::back).transpose()?.map(Box::new),
        })
    }
}

impl StandingData {
    fn of(standing: &Standing) -> Self {
        let account = |account: &Option<Account>| account.as_ref().map(AccountData::of);
        let merged = standing.merged.as_ref();
        Self {
            number: standing.number,
            node: standing.node.clone(),
            author: account(&standing.author),
            requester: account(&standing.requester),
            viewer_is_author: standing.viewer_is_author,
            draft: standing.draft,
            labels: standing.labels.clone(),
            checks: standing.checks as u8,
            verdict: standing.verdict as u8,
            auto_merge: account(&standing.auto_merge),
            queued: standing.queued,
            locked: standing.locked,
            merged: merged.map(|merged| (merged.at.0, account(&merged.by), text(merged.commit.as_ref()))),
            approvals: standing.approvals,
            fork: standing.fork.clone(),
            sizes: [standing.additions, standing.deletions, standing.files],
            around: [standing.said, standing.linked],
            read: standing.read.0,
            stale: standing.stale,
        }
    }

    fn back(self) -> Result<Standing, String> {
        let account = |data: Option<AccountData>| data.map(AccountData::back);
        let merged = self.merged.map(|(at, by, id)| {
            Ok::<_, String>(Merged { at: Timestamp(at), by: account(by), commit: id.as_deref().map(commit).transpose()? })
        });
        let [additions, deletions, files] = self.sizes;
        let [said, linked] = self.around;
        Ok(Standing {
            number: self.number,
            node: self.node,
            author: account(self.author),
            requester: account(self.requester),
            viewer_is_author: self.viewer_is_author,
            draft: self.draft,
            labels: self.labels,
            checks: ROLLUPS.get(usize::from(self.checks)).copied().ok_or("an unknown state of checks")?,
            verdict: VERDICTS.get(usize::from(self.verdict)).copied().ok_or("an unknown verdict")?,
            auto_merge: account(self.auto_merge),
            queued: self.queued,
            locked: self.locked,
            merged: merged.transpose()?,
            approvals: self.approvals,
            fork: self.fork,
            additions,
            deletions,
            files,
            said,
            linked,
            read: Timestamp(self.read),
            stale: self.stale,
            // What the queue says of the reader's own part is asked again when a pull is opened.
            ..Standing::default()
        })
    }
}

//! Decisions made good on a plain repository: repository, ledger, evidence and unsent reviews joined. Console and headless
//! verbs both come here.
//!
//! Nothing is held open between two calls: each looks at the world as it is then.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use crate::export::json;
use crate::export::judged::Judged;
use crate::message::effect::Wish;
use crate::model::ban::{self, Banned};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::decision::{Subject, Verb};
use crate::model::diff::{Content, Patch};
use crate::model::finding::Fingerprint;
use crate::model::inert;
use crate::model::ledger::{ChainState, Record};
use crate::model::policy::Policy;
use crate::model::report::Report;
use crate::model::response::{CaseId, People, Plan, Receipt};
use crate::model::review::{Disposition, Review};
use crate::model::time::Timestamp;
use crate::response::error::ResponseError;
use crate::response::executor;
use crate::response::git::{self, GitResponder};
use crate::response::journal::{Case, Journal as _};
use crate::response::request::{Request, Target};
use crate::response::responder::Materials;
use crate::response::resume;
use crate::runtime::decisions::{Decisions, Trouble};
use crate::runtime::journal::LedgerJournal;
use crate::runtime::policy::{self, Bench, Force};
use crate::sources::source::Source;
use crate::store::drafts::Drafts;
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::paths::Paths;

/// Records a console shows.
const LATEST: usize = 1_000;

/// Why a decision could not be planned or carried out.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// The repository or the request.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source is a file or a folder.
    #[error("there is no git repository behind this, so nothing can be decided on it; open the repository it belongs to")]
    Homeless,
    /// Nobody can approve bytes that nobody can read.
    #[error("{0} could not be read, and nobody can approve what nobody can read; it can be held all the same: lazaret quarantine")]
    Unread(String),
}

/// Whether enough of `change` was there to be read for `verb`: an approval is a statement about all of it. What is held, let go
/// or taken back is commits, so nothing unread may ever stand in the way of containment.
///
/// # Errors
/// When `verb` is approve and parts were not read.
pub fn readable(verb: Verb, change: &Change) -> Result<(), DecisionError> {
    let parts = change.patch.unreadable;
    if verb != Verb::Approve || parts == 0 {
        return Ok(());
    }
    let first = first_unread(&change.patch).map(|why| format!(" ({why})")).unwrap_or_default();
    let noun = if parts == 1 { "part" } else { "parts" };
    Err(DecisionError::Unread(format!("{parts} {noun} of this change{first}")))
}

/// The first part that was not read, with its reason.
fn first_unread(patch: &Patch) -> Option<String> {
    let omitted = patch.files.iter().find_map(|file| match &file.content {
        Content::Omitted(why) => Some((Some(file.path()), why)),
        _ => None,
    });
    let (path, why) = omitted.or_else(|| patch.omissions.first().map(|omission| (omission.path.as_ref(), &omission.why)))?;
    let place = path.map(|path| format!("{}: ", inert::line(&path.text()))).unwrap_or_default();
    Some(format!("{place}{}", inert::line(why)))
}

/// Where decisions on one repository go.
pub struct GitDecisions {
    repository: Option<PathBuf>,
    paths: Paths,
    clock: fn() -> Timestamp,
    /// Where the repository's own policy and its organisation's are read; the person's own is among `paths`.
    source: Option<Arc<dyn Source>>,
    /// The reports of the plan that was made last, to be kept as evidence if it is carried out.
    reports: Mutex<Option<(CaseId, Vec<Vec<u8>>)>>,
}

impl GitDecisions {
    /// Decisions on `repository`, kept in the folders of `paths`, dated by `clock`.
    #[must_use]
    pub fn new(repository: Option<PathBuf>, paths: Paths, clock: fn() -> Timestamp) -> Self {
        Self { repository, paths, clock, source: None, reports: Mutex::new(None) }
    }

    /// The same, under the policies that `source` knows of besides the person's own.
    #[must_use]
    pub fn under(self, source: Arc<dyn Source>) -> Self {
        Self { source: Some(source), ..self }
    }

    /// Ends what an earlier run left half done; the receipts say what that was. Called at every start.
    ///
    /// # Errors
    /// When repository or ledger cannot be used, or an unfinished case cannot be ended.
    pub fn resume(&self) -> Result<Vec<Receipt>, DecisionError> {
        if self.repository.is_none() || !self.paths.ledger().exists() {
            return Ok(Vec::new());
        }
        let (responder, mut journal) = self.open()?;
        Ok(resume::resume_all(&responder, &mut journal, &self.materials(Vec::new()))?)
    }

    /// What `request` would do to the world as it is now. `reports`, one for each target, are kept as evidence if it is
    /// carried out.
    ///
    /// # Errors
    /// When nobody is named as reviewer, or repository or ledger cannot be read.
    pub fn plan_request(&self, request: &Request, reports: Vec<Vec<u8>>) -> Result<Plan, DecisionError> {
        let (responder, journal) = self.open()?;
        let plan = policy::plan(&responder, &based(request, &responder), &journal, &self.bench(request)?)?;
        *self.remembered() = Some((plan.case.clone(), reports));
        Ok(plan)
    }

    /// Carries out a plan that was agreed to.
    ///
    /// # Errors
    /// When the plan refuses, somebody else is at work, or the ledger cannot be written.
    pub fn carry_out_plan(&self, plan: &Plan, cancel: &Cancel) -> Result<Receipt, DecisionError> {
        let reports = self.remembered().take().filter(|(case, _)| *case == plan.case);
        let materials = self.materials(reports.map(|(_, reports)| reports).unwrap_or_default());
        let (responder, mut journal) = self.open()?;
        let plan = &policy::seal(plan, git::signing(self.repository()?).0.as_ref())?;
        Ok(executor::carry_out(plan, &responder, &mut journal, &materials, cancel)?)
    }

    /// The case that `plan` completed as its second, as the ledger knows it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn first_of(&self, plan: &Plan) -> Result<Option<Case>, DecisionError> {
        match &plan.people {
            People::Second(first) => Ok(self.open()?.1.case(first)?),
            People::One | People::First(_) => Ok(None),
        }
    }

    fn open(&self) -> Result<(GitResponder, LedgerJournal), DecisionError> {
        let responder = git::open(self.repository()?)?;
        Ok((responder, LedgerJournal::new(Ledger::open(&self.paths.ledger())?, self.clock)))
    }

    fn repository(&self) -> Result<&Path, DecisionError> {
        self.repository.as_deref().ok_or(DecisionError::Homeless)
    }

    fn bench(&self, request: &Request) -> Result<Bench, DecisionError> {
        let (signing, allowed) = git::signing(self.repository()?);
        Ok(Bench { force: self.force(request), members: Vec::new(), signing, allowed })
    }

    /// The policy for all that is asked; of several bases each one's.
    fn force(&self, request: &Request) -> Force {
        let of =
            |target: &Target| Force::of(self.paths.config(), self.source.as_deref(), &target.pull, target.subject.revision.base.as_ref());
        request.targets.iter().map(of).reduce(Force::and).unwrap_or(Force(Ok(Policy::default())))
    }

    fn materials(&self, reports: Vec<Vec<u8>>) -> Materials {
        Materials { evidence: self.paths.evidence(), reports }
    }

    /// A panic elsewhere does not take the reports away.
    fn remembered(&self) -> std::sync::MutexGuard<'_, Option<(CaseId, Vec<Vec<u8>>)>> {
        self.reports.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn drafts(&self) -> Drafts {
        Drafts::new(&self.paths.drafts())
    }
}

impl Decisions for GitDecisions {
    fn plan(&self, wish: &Wish, change: &Change, report: &Report) -> Result<Plan, Trouble> {
        readable(wish.verb, change).map_err(|error| error.to_string())?;
        let dispositions: Vec<_> = wish.dispositions.iter().map(|(id, judged)| (id.clone(), judged.clone())).collect();
        let targets = vec![target(change, report, &dispositions)];
        let mut request = Request::new(wish.verb, targets, wish.reason.clone(), (self.clock)());
        request.confirmed.clone_from(&wish.confirmed);
        request.comments.clone_from(&wish.remarks);
        request.banned.clone_from(&wish.banned);
        self.plan_request(&request, vec![kept_report(change, report)]).map_err(|error| error.to_string())
    }

    fn carry_out(&self, plan: &Plan) -> Result<Receipt, Trouble> {
        self.carry_out_plan(plan, &Cancel::default()).map_err(|error| error.to_string())
    }

    fn records(&self) -> Result<(Vec<Record>, ChainState), Trouble> {
        let path = self.paths.ledger();
        if !path.exists() {
            return Ok((Vec::new(), ChainState::Whole { records: 0, head: String::new() }));
        }
        let read = || -> Result<(Vec<Record>, ChainState), StoreError> {
            let ledger = Ledger::open(&path)?;
            let mut records = ledger.list(LATEST)?;
            records.reverse();
            Ok((records, ledger.verify()?))
        };
        read().map_err(|error| error.to_string())
    }

    fn draft(&self, change: &Change) -> Result<Option<Review>, Trouble> {
        self.drafts().load(&change.pull.at, &change.digest).map_err(|error| error.to_string())
    }

    fn keep_draft(&self, change: &Change, review: &Review) -> Result<(), Trouble> {
        self.drafts().save(&change.pull.at, &change.digest, review).map_err(|error| error.to_string())
    }
}

/// A single commit or a range names no branch it was merged into: a revert then means the default branch.
fn based(request: &Request, responder: &GitResponder) -> Request {
    let mut request = request.clone();
    if request.verb == Verb::Revert {
        for target in request.targets.iter_mut().filter(|target| target.base.is_empty()) {
            target.base = responder.default_branch().unwrap_or_default();
        }
    }
    request
}

/// What a verb needs to know of a change that was read and judged. Only judgements of its own findings go along.
#[must_use]
pub fn target(change: &Change, report: &Report, dispositions: &[(Fingerprint, Disposition)]) -> Target {
    let pull = &change.pull;
    let own = |id: &Fingerprint| report.findings.iter().any(|finding| finding.id == *id);
    let dispositions: Vec<_> = dispositions.iter().filter(|(id, _)| own(id)).cloned().collect();
    Target {
        pull: pull.at.clone(),
        branch: pull.branch.clone(),
        base: pull.target.clone(),
        subject: Subject {
            revision: pull.revision.clone(),
            diff_digest: change.digest.clone(),
            findings_digest: findings_digest(report),
            rules_digest: report.rules_digest.clone(),
            policy_digest: String::new(),
        },
        hard: report.hard().map(|finding| finding.id.clone()).collect(),
        dispositions,
        touched: policy::touched(change, report),
        known_by: known_by(change),
        refused: Vec::new(),
    }
}

/// What the same change would be known by if it came again.
fn known_by(change: &Change) -> Vec<Banned> {
    let commits = change.commits.iter().filter_map(|commit| commit.id.clone()).map(Banned::Commit);
    commits.chain(ban::print(&change.patch).map(Banned::Patch)).collect()
}

/// The report of a change as it is kept with its evidence.
#[must_use]
pub fn kept_report(change: &Change, report: &Report) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = json::report(&mut bytes, Judged { change, report });
    bytes
}

/// SHA-256 over every finding with its weight.
fn findings_digest(report: &Report) -> String {
    let mut hash = Sha256::new();
    for finding in &report.findings {
        hash.update(format!("{} {} {}\n", finding.id, finding.rule, finding.severity.word()));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

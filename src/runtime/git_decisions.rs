//! Decisions made good on a plain repository: repository, ledger, evidence and unsent reviews joined. Console and headless
//! verbs both come here.
//!
//! Nothing is held open between two calls: each looks at the world as it is then.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use crate::export::json;
use crate::export::judged::Judged;
use crate::model::ban::{self, Ban, Banned};
use crate::model::cancel::Cancel;
use crate::model::change::Change;
use crate::model::decision::{Decision, Subject, Verb};
use crate::model::diff::{Content, FileDiff, Patch, Side};
use crate::model::finding::Fingerprint;
use crate::model::inert;
use crate::model::path::RepoPath;
use crate::model::policy::Policy;
use crate::model::report::Report;
use crate::model::response::{CaseId, People, Plan, Receipt};
use crate::model::review::{Disposition, DraftComment, Spot};
use crate::model::time::Timestamp;
use crate::response::bans;
use crate::response::error::ResponseError;
use crate::response::executor;
use crate::response::git;
use crate::response::journal::{Case, Journal as _};
use crate::response::request::{Request, Target};
use crate::response::responder::{Materials, Responder};
use crate::response::resume;
use crate::response::signing::Signing;
use crate::runtime::journal::LedgerJournal;
use crate::runtime::later;
use crate::runtime::place::Place;
use crate::runtime::policy::{self, Bench, Force};
use crate::sources::source::Source;
use crate::store::drafts::Drafts;
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::paths::Paths;
use crate::store::waiting::{self as store_waiting, Held};

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
    /// A decision could not be kept for later.
    #[error(transparent)]
    Later(#[from] later::Refused),
    /// There is no such decision.
    #[error("no decision {} waits to be sent; lazaret waiting list shows what does", .0.0)]
    NotWaiting(CaseId),
    /// Nobody can approve bytes that nobody can read.
    #[error("{0} could not be read, and nobody can approve what nobody can read; it can be held all the same: lazaret quarantine")]
    Unread(String),
}

impl DecisionError {
    /// Whether it is the network that is missing, so that the decision can wait for it.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Response(ResponseError::Away(_)))
    }
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
    place: Place,
    paths: Paths,
    clock: fn() -> Timestamp,
    /// Where the repository's own policy and its organisation's are read; the person's own is among `paths`.
    source: Option<Arc<dyn Source>>,
    /// What goes along with the plan that was made last.
    prepared: Mutex<Option<Prepared>>,
}

/// What goes along with a plan until it is carried out.
struct Prepared {
    case: CaseId,
    /// To be kept as evidence.
    reports: Vec<Vec<u8>>,
    /// What is kept instead, where the forge could not be asked.
    later: Option<Request>,
}

impl GitDecisions {
    /// Decisions on `repository`, kept in the folders of `paths`, dated by `clock`.
    #[must_use]
    pub fn new(repository: Option<PathBuf>, paths: Paths, clock: fn() -> Timestamp) -> Self {
        Self::at(repository.map_or(Place::Nowhere, Place::Repository), paths, clock)
    }

    /// Decisions at `place`.
    #[must_use]
    pub fn at(place: Place, paths: Paths, clock: fn() -> Timestamp) -> Self {
        Self { place, paths, clock, source: None, prepared: Mutex::new(None) }
    }

    /// What is refused now, by lazaret's own list.
    ///
    /// # Errors
    /// When the ledger is there and cannot be read.
    pub fn bans(&self) -> Result<Vec<Ban>, DecisionError> {
        if !self.paths.ledger().exists() {
            return Ok(Vec::new());
        }
        let journal = LedgerJournal::new(Ledger::open(&self.paths.ledger())?, self.clock);
        Ok(bans::standing(&journal.cases()?))
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
        if matches!(self.place, Place::Nowhere) || !self.paths.ledger().exists() {
            return Ok(Vec::new());
        }
        let (responder, mut journal) = self.open(&Cancel::default())?;
        Ok(resume::resume_all(&*responder, &mut journal, &self.materials(Vec::new()))?)
    }

    /// What `request` would do to the world as it is now; where the forge cannot be reached, to keep it until it can. `reports`,
    /// one for each target, are kept as evidence if it is carried out.
    ///
    /// # Errors
    /// When nobody is named as reviewer, or repository or ledger cannot be read.
    pub fn plan_request(&self, request: &Request, reports: Vec<Vec<u8>>) -> Result<Plan, DecisionError> {
        let (responder, journal) = self.open(&Cancel::default())?;
        let bench = self.bench(request);
        let based = self.place.based(request)?;
        let planned = match self.surrounded(&based, &bench.force) {
            Ok(request) => policy::plan(&*responder, &request, &journal, &bench),
            // Where the forge cannot be reached, that is why.
            Err(why) => responder.plan(&based, &journal).and(Err(why)),
        };
        let (plan, later) = match planned {
            Err(ResponseError::Away(why)) => (later::plan(self.seat(), request, &why, bench.force.digest()), Some(request.clone())),
            plan => (plan?, None),
        };
        *self.prepared() = Some(Prepared { case: plan.case.clone(), reports, later });
        Ok(plan)
    }

    /// Carries out a plan that was agreed to.
    ///
    /// # Errors
    /// When the plan refuses, somebody else is at work, or the ledger cannot be written.
    pub fn carry_out_plan(&self, plan: &Plan, cancel: &Cancel) -> Result<Receipt, DecisionError> {
        let prepared = self.prepared().take().filter(|prepared| prepared.case == plan.case);
        if let Some(request) = prepared.as_ref().and_then(|prepared| prepared.later.as_ref()) {
            return Ok(later::keep(&mut self.ledger()?, self.seat(), plan, request, self.now())?);
        }
        let materials = self.materials(prepared.map(|prepared| prepared.reports).unwrap_or_default());
        let (responder, mut journal) = self.open(cancel)?;
        let plan = &policy::seal(plan, self.signing().0.as_ref())?;
        Ok(executor::carry_out(plan, &*responder, &mut journal, &materials, cancel)?)
    }

    /// The case that `plan` completed as its second, as the ledger knows it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn first_of(&self, plan: &Plan) -> Result<Option<Case>, DecisionError> {
        match &plan.people {
            People::Second(first) => Ok(self.open(&Cancel::default())?.1.case(first)?),
            People::One | People::First(_) => Ok(None),
        }
    }

    fn open(&self, cancel: &Cancel) -> Result<(Box<dyn Responder>, LedgerJournal), DecisionError> {
        let responder = self.place.responder(&self.paths, self.clock, cancel)?.ok_or(DecisionError::Homeless)?;
        Ok((responder, LedgerJournal::new(Ledger::open(&self.paths.ledger())?, self.clock)))
    }

    /// Where changes are read again.
    #[must_use]
    pub fn source(&self) -> Option<&dyn Source> {
        self.source.as_deref()
    }

    /// The time here.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The ledger.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn ledger(&self) -> Result<Ledger, DecisionError> {
        Ok(Ledger::open(&self.paths.ledger())?)
    }

    /// The ledger, unless nothing was ever decided: looking makes no file.
    ///
    /// # Errors
    /// When it is there and cannot be used.
    pub fn ledger_if_any(&self) -> Result<Option<Ledger>, DecisionError> {
        if self.paths.ledger().exists() { self.ledger().map(Some) } else { Ok(None) }
    }

    /// What waits for the network, oldest first; nothing is made where nothing was decided yet.
    ///
    /// # Errors
    /// When the ledger is there and cannot be read.
    pub fn waits(&self) -> Result<Vec<(CaseId, Held)>, DecisionError> {
        self.ledger_if_any()?.map_or_else(|| Ok(Vec::new()), |ledger| Ok(store_waiting::all(&ledger)?))
    }

    /// Notes in `decision` which policy is in force for `request`, and says for how many seconds approvals hold under it.
    pub fn note_policy(&self, request: &Request, decision: &mut Decision) -> i64 {
        let force = self.force(request);
        for subject in &mut decision.subjects {
            force.digest().clone_into(&mut subject.policy_digest);
        }
        force.lasts()
    }

    /// The folder whose git configuration says who sits here.
    fn seat(&self) -> &Path {
        self.place.repository().unwrap_or_else(|| self.paths.data())
    }

    /// How this person signs: as the repository says, or as git does for them anywhere.
    fn signing(&self) -> (Option<Signing>, Option<PathBuf>) {
        git::signing(self.seat())
    }

    fn bench(&self, request: &Request) -> Bench {
        let (signing, allowed) = self.signing();
        let force = self.force(request);
        let (members, unknown) = policy::members(&force, request.verb, self.source.as_deref());
        Bench { force, members, unknown, signing, allowed }
    }

    /// A policy that asks for two people also asks who else was there: who pushed last, who approved.
    fn surrounded(&self, request: &Request, force: &Force) -> Result<Request, ResponseError> {
        let mut request = request.clone();
        let asks = request.verb == Verb::Approve && force.0.as_ref().is_ok_and(|policy| policy.asks_for_two());
        let Some(source) = self.source.as_deref().filter(|_| asks) else { return Ok(request) };
        for target in &mut request.targets {
            match source.dossier(&target.pull, &Cancel::default()) {
                Ok(Some(dossier)) => policy::around(&dossier, &mut target.touched),
                Ok(None) => {}
                Err(why) => return Err(ResponseError::Forge(format!("who pushed and approved cannot be read: {why}"))),
            }
        }
        Ok(request)
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

    /// A panic elsewhere does not take it away.
    fn prepared(&self) -> std::sync::MutexGuard<'_, Option<Prepared>> {
        self.prepared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Unsent reviews.
    #[must_use]
    pub fn drafts(&self) -> Drafts {
        Drafts::new(&self.paths.drafts())
    }
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
        shipped: shipped(change),
        refused: Vec::new(),
    }
}

/// Which remarks name lines or files that `change` does not show; the forge would refuse all of them for one.
#[must_use]
pub fn misplaced(change: &Change, comments: &[DraftComment]) -> Vec<String> {
    let file = |path: &RepoPath, side| change.patch.files.iter().find(|file| file.path_on(side) == Some(path));
    let shown = |path: &RepoPath, side, line| {
        let lines = file(path, side).and_then(FileDiff::text).map(|text| text.lines.iter());
        lines.is_some_and(|mut lines| lines.any(|known| known.number(side) == Some(line)))
    };
    let strays = comments.iter().filter_map(|comment| match &comment.spot {
        Spot::Lines { path, side, first, last } => {
            let stray = [first, last].into_iter().find(|line| !shown(path, *side, **line))?;
            Some(format!("line {stray} of {} ({}) is not in the diff of this pull", inert::line(&path.text()), side.word()))
        }
        Spot::File(path) if file(path, Side::New).is_none() && file(path, Side::Old).is_none() => {
            Some(format!("{} is no file of this pull", inert::line(&path.text())))
        }
        _ => None,
    });
    strays.collect()
}

/// What of `bans` means `change`.
#[must_use]
pub fn refused(change: &Change, bans: &[Ban]) -> Vec<Ban> {
    bans.iter().filter(|ban| ban.what.meets_change(change)).cloned().collect()
}

/// Tags, releases and deployments that contain the change already, in words.
fn shipped(change: &Change) -> Vec<String> {
    let links = change.dossier.iter().flat_map(|dossier| &dossier.links);
    links.filter(|link| matches!(link.kind, "tag" | "release" | "deployment")).map(|link| format!("{} {}", link.kind, link.name)).collect()
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

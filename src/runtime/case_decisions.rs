//! Decisions made good, on a plain repository or at a forge: place, ledger, evidence and unsent reviews joined. Console and
//! headless verbs both come here.
//!
//! Nothing is held open between two calls: each looks at the world as it is then.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::analysis::engine::{Engine, Selection};
use crate::model::ban::Ban;
use crate::model::cancel::Cancel;
use crate::model::decision::{Decision, Subject, Verb};
use crate::model::policy::Touched;
use crate::model::pull::{Origin, PullRef};
use crate::model::response::{CaseId, People, Plan, Receipt};
use crate::model::time::Timestamp;
use crate::response::bans;
use crate::response::case::is_case_id;
use crate::response::error::ResponseError;
use crate::response::executor;
use crate::response::journal::{Case, Journal};
use crate::response::request::Request;
use crate::response::responder::{Materials, Responder};
use crate::response::resume;
use crate::runtime::held;
use crate::runtime::in_force::InForce;
use crate::runtime::journal::LedgerJournal;
use crate::runtime::later;
use crate::runtime::lifted::{self, Word};
use crate::runtime::place::Place;
use crate::runtime::policy::{self, Bench, Force};
use crate::runtime::seen::{Unread, shipped};
use crate::runtime::signing::{self, Seat};
use crate::runtime::touched::around;
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
    #[error(transparent)]
    Unread(#[from] Unread),
}

impl DecisionError {
    /// Whether it is the network that is missing, so that the decision can wait for it.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Response(ResponseError::Away(_)))
    }
}

/// Where decisions on one place go: each a case in the ledger.
pub struct CaseDecisions {
    place: Place,
    paths: Paths,
    clock: fn() -> Timestamp,
    /// Where the repository's own policy and its organisation's are read; the person's own is among `paths`.
    source: Option<Arc<dyn Source>>,
    /// What judges a change again before it is decided on.
    rules: Arc<InForce>,
    /// What goes along with plans that were made: one decision may have several, of which each is carried out by itself.
    prepared: Mutex<Vec<Prepared>>,
}

/// Plans of which something is kept until they are carried out: enough for every decision that is shown at once.
const MOST_PREPARED: usize = 8;

/// What goes along with a plan until it is carried out.
struct Prepared {
    case: CaseId,
    /// To be kept as evidence.
    reports: Vec<Vec<u8>>,
    /// What is kept instead, where the forge could not be asked.
    later: Option<Request>,
}

impl CaseDecisions {
    /// Decisions on `repository`, kept in the folders of `paths`, dated by `clock`.
    #[must_use]
    pub fn new(repository: Option<PathBuf>, paths: Paths, clock: fn() -> Timestamp) -> Self {
        Self::at(repository.map_or(Place::Nowhere, Place::Repository), paths, clock)
    }

    /// Decisions at `place`.
    #[must_use]
    pub fn at(place: Place, paths: Paths, clock: fn() -> Timestamp) -> Self {
        let rules = Arc::new(InForce::new(Arc::new(Engine::new(&Selection::default())), None));
        Self { place, paths, clock, source: None, rules, prepared: Mutex::default() }
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

    /// The same, with rules of which some may be set to annotate meanwhile.
    #[must_use]
    pub fn under_rules(self, rules: Arc<InForce>) -> Self {
        Self { rules, ..self }
    }

    /// What judges a change again before it is decided on.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine> {
        self.rules.now()
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
        let request = &Request { rules_in_force: self.engine().digest().to_owned(), ..request.clone() };
        let (responder, journal) = self.open(&Cancel::default())?;
        let mut bench = self.bench(request, &journal, &responder.name())?;
        let based = self.place.based(request)?;
        let planned = match self.surrounded(&based, &mut bench, &journal, &responder.name()) {
            Ok(request) => policy::plan(&*responder, &request, &journal, &bench),
            // Where the forge cannot be reached, that is why.
            Err(why) => responder.plan(&based, &journal).and(Err(why)),
        };
        let (plan, later) = match planned {
            // Whom it names is not kept with what waits: lazaret's own list is written at once or not at all.
            Err(ResponseError::Away(why)) if !matches!(request.verb, Verb::Block | Verb::Unblock) => {
                let known = responder.known();
                (later::plan(self.seat(), request, &why, bench.force.digest(), known), Some(request.clone()))
            }
            plan => (plan?, None),
        };
        let mut prepared = self.prepared();
        prepared.retain(|known| known.case != plan.case);
        let from = (prepared.len() + 1).saturating_sub(MOST_PREPARED);
        prepared.drain(..from);
        prepared.push(Prepared { case: plan.case.clone(), reports, later });
        drop(prepared);
        Ok(plan)
    }

    /// Carries out a plan that was agreed to.
    ///
    /// # Errors
    /// When the plan refuses, somebody else is at work, or the ledger cannot be written.
    pub fn carry_out_plan(&self, plan: &Plan, cancel: &Cancel) -> Result<Receipt, DecisionError> {
        let prepared = self.prepared_for(&plan.case);
        if let Some(request) = prepared.as_ref().and_then(|prepared| prepared.later.as_ref()) {
            return Ok(later::keep(&mut self.ledger()?, (self.seat(), self.signing()?.signing.as_ref()), plan, request, self.now())?);
        }
        let materials = self.materials(prepared.map(|prepared| prepared.reports).unwrap_or_default());
        let (responder, mut journal) = self.open(cancel)?;
        let plan = &policy::seal(plan, self.signing()?.signing.as_ref())?;
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

    /// Whether `held` was decided on here, so that it can be looked at again from here.
    #[must_use]
    pub fn is_of_here(&self, held: &Held) -> bool {
        self.place.holds(&held.decision.pulls, Path::new(&held.place))
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
        let force = self.force(&own(request));
        for subject in &mut decision.subjects {
            force.digest().clone_into(&mut subject.policy_digest);
        }
        force.lasts()
    }

    /// The folder whose git configuration says who sits here.
    fn seat(&self) -> &Path {
        self.place.repository().unwrap_or_else(|| self.paths.data())
    }

    /// How this person signs: as their settings say, the repository, or git for them anywhere.
    fn signing(&self) -> Result<Seat, ResponseError> {
        self.signing_at(self.seat())
    }

    /// As the person would sign at `place`.
    pub(crate) fn signing_at(&self, place: &Path) -> Result<Seat, ResponseError> {
        signing::seat(self.paths.config(), place)
    }

    fn bench(&self, request: &Request, journal: &dyn Journal, place: &str) -> Result<Bench, ResponseError> {
        let Seat { signing, allowed, .. } = self.signing()?;
        let (force, gone) = self.lifted(self.force(&meant(request, journal, place)?), request, journal, place)?;
        let (members, mut unknown) = policy::members(&force, request, self.source.as_deref());
        unknown.extend(gone);
        if let Some(source) = self.source.as_deref().filter(|_| policy::lets_in(request.verb)) {
            unknown.extend(request.targets.iter().flat_map(|target| source.hidden_policies(&target.pull, &Cancel::default())));
            unknown.dedup();
        }
        Ok(Bench { force, members, unknown, signing, allowed, held: Vec::new(), now: self.now() })
    }

    /// `force` with the policies of the places where what an unblock lifts was blocked, and what went with such a place.
    fn lifted(
        &self,
        mut force: Force,
        request: &Request,
        journal: &dyn Journal,
        place: &str,
    ) -> Result<(Force, Vec<String>), ResponseError> {
        let mut gone = Vec::new();
        for blocked in lifted::blocked_at(request, journal)? {
            if blocked.repository == place {
                let there: Vec<_> = blocked.pulls.into_iter().map(|pull| (pull, Subject::default())).collect();
                force = force.and(self.force(&there));
                continue;
            }
            match blocked.from_afar(self.paths.config()) {
                Word::Force(there) => force = force.and(there),
                Word::Gone(says) => gone.push(says),
            }
        }
        Ok((force, gone))
    }

    /// A policy that asks for two people also asks who else was there: who asked for it, who pushed last, who approved. A release
    /// then looks again at what it lets go.
    fn surrounded(&self, request: &Request, bench: &mut Bench, journal: &dyn Journal, place: &str) -> Result<Request, ResponseError> {
        let mut request = request.clone();
        let asks = bench.force.0.as_ref().is_ok_and(|policy| policy.asks_for_two(request.verb));
        let Some(source) = self.source.as_deref().filter(|_| asks) else { return Ok(request) };
        if request.verb == Verb::Release {
            let held = held::recorded(&request, journal, place)?;
            bench.held = held::read(source, &self.engine(), held, &Cancel::default())
                .map_err(|why| ResponseError::Forge(format!("it takes two people, and what is let go cannot be looked at: {why}")))?;
            for held in &mut bench.held {
                people(source, &held.pull, &mut held.touched)?;
            }
        }
        for target in request.targets.iter_mut().filter(|_| request.verb != Verb::Release) {
            target.shipped = people(source, &target.pull, &mut target.touched)?;
        }
        Ok(request)
    }

    /// The policy for `pulls` as they were seen; of several bases each one's.
    fn force(&self, pulls: &[(PullRef, Subject)]) -> Force {
        let of = |(pull, subject): &(PullRef, Subject)| {
            Force::of(self.paths.config(), self.source.as_deref(), pull, subject.revision.base.as_ref())
        };
        let nothing = || PullRef { origin: Origin::Local, repo: String::new(), name: String::new() };
        let of_place = || Force::of(self.paths.config(), self.source.as_deref(), &nothing(), None);
        pulls.iter().map(of).reduce(Force::and).unwrap_or_else(of_place)
    }

    fn materials(&self, reports: Vec<Vec<u8>>) -> Materials {
        Materials { evidence: self.paths.evidence(), reports }
    }

    fn prepared_for(&self, case: &CaseId) -> Option<Prepared> {
        let mut prepared = self.prepared();
        let place = prepared.iter().position(|known| known.case == *case)?;
        Some(prepared.remove(place))
    }

    /// A panic elsewhere does not take it away.
    fn prepared(&self) -> std::sync::MutexGuard<'_, Vec<Prepared>> {
        self.prepared.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Unsent reviews.
    #[must_use]
    pub fn drafts(&self) -> Drafts {
        Drafts::new(&self.paths.drafts())
    }
}

/// The pulls that `request` names.
fn own(request: &Request) -> Vec<(PullRef, Subject)> {
    request.targets.iter().map(|target| (target.pull.clone(), target.subject.clone())).collect()
}

/// The pulls that `request` is about: what a release lets go, the ledger knows.
fn meant(request: &Request, journal: &dyn Journal, place: &str) -> Result<Vec<(PullRef, Subject)>, ResponseError> {
    let mut pulls = own(request);
    if request.verb == Verb::Release {
        let held = held::recorded(request, journal, place)?;
        pulls.retain(|(at, _)| held.is_empty() || !is_case_id(&at.name));
        pulls.extend(held);
    }
    Ok(pulls)
}

/// Adds to `touched` what stands around the pull at `at`, where there is a forge. What it is shipped in already.
fn people(source: &dyn Source, at: &PullRef, touched: &mut Touched) -> Result<Vec<String>, ResponseError> {
    let unread = |why: &str| ResponseError::Forge(format!("who asked for it, pushed and approved cannot be read: {why}"));
    match source.dossier(at, &Cancel::default()).map_err(|why| unread(&why.to_string()))? {
        Some(dossier) if dossier.stale => {
            Err(unread("the forge could not be reached, and what it said earlier is not enough to decide by"))
        }
        Some(dossier) => {
            around(&dossier, touched);
            Ok(shipped(&dossier))
        }
        None => Ok(Vec::new()),
    }
}
